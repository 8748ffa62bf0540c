# A tree that is set against its reader: links in circles, a pipe that nobody writes to, archives with names that lead out of
# them, one that is a bomb and one that is cut short. The run ends, and says what it left.
mkdir -p news/sub outside
echo '{"id": "a", "title": "In the tree"}' >news/a.json
echo '{"id": "secret", "title": "Outside"}' >outside/secret.json
ln -s . news/circle
ln -s loop news/loop
ln -s ../../news news/sub/up
ln -s nowhere news/dangling
mkfifo news/pipe
python3 - <<'PYTHON'
import gzip, io, tarfile, zlib
def add(out, name, text, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(text)
    out.addfile(info, io.BytesIO(text))
with tarfile.open("news/names.tar", "w") as out:
    add(out, "../outside/secret.json", b'{"id": "up", "title": "From above"}')
    add(out, "/outside/secret.json", b'{"id": "root", "title": "From the root"}')
    add(out, "link.json", b"", tarfile.SYMTYPE, "../outside/secret.json")
    add(out, "hard.json", b"", tarfile.LNKTYPE, "../outside/secret.json")
    add(out, "device", b"", tarfile.CHRTYPE)
with tarfile.open("news/cut.tar", "w") as out:
    add(out, "whole.json", b'{"id": "whole", "title": "Before the cut"}')
    add(out, "half.txt", b"Title\n\n" + b"text " * 5000)
with open("news/cut.tar", "r+b") as out:
    out.truncate(12000)
with gzip.open("news/bomb.txt.gz", "wb") as out:
    for _ in range(300):
        out.write(b"bomb" * (1 << 18))
PYTHON
"$NSEARCH" index --report report news
sed 's/"reason".*//' report
"$NSEARCH" query --format id -n all --sort oldest '*'
ls outside

echo '== named on the command line'
printf '{"id": "b", "title": "Through the pipe"}\n' >news/pipe &
"$NSEARCH" index --index piped news/pipe
wait
"$NSEARCH" index --index device /dev/zero
