# A file that was not wholly read is not remembered: the next run reads it again, and tells of it again.
python3 - <<'PYTHON'
import gzip, io, zipfile
def packed(*members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return bytearray(out.getvalue())
# The bit of the header that says so, in front of the member and in the list at the end.
locked = packed(("open.json", b'{"id": "open", "title": "In the open"}'), ("secret.json", b'{"title": "Secret"}'))
locked[locked.rfind(b"PK\3\4") + 6] |= 1
locked[locked.rfind(b"PK\1\2") + 8] |= 1
open("locked.zip", "wb").write(locked)
inner = packed(("a.json", b'{"id": "deep", "title": "Deep down"}'))
for depth in range(3):
    inner = packed(("inner.zip", inner))
open("deep.zip", "wb").write(inner)
lines = gzip.compress(b"".join(b'{"id": "n%d", "title": "Tide table %d"}\n' % (i, i * i) for i in range(3000)))
open("cut.jsonl.gz", "wb").write(lines[:-2000])
open("whole.json", "w").write('{"id": "whole", "title": "All of it"}')
PYTHON
mkdir news
mv locked.zip deep.zip cut.jsonl.gz whole.json news
touch -d 2020-01-01T00:00:00 news/*
for run in first second; do
  echo "== $run"
  "$NSEARCH" index --quiet --report report news 2>err
  echo "status $?"
  sed 's/[0-9][0-9]*/N/g; s/"reason".*//' report | grep -v '"replaced"' | sort
done
"$NSEARCH" index --json news 2>err | grep -E '"(files|unchanged|unreadable|broken|skipped)"'
