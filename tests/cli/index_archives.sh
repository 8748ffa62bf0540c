# Archives are read member by member, compressed or not and one within another, and give what the files in them would. A
# second run knows them by the outer file.
mkdir -p news/sub
echo '{"id": "harbour", "title": "The harbour"}' >news/a.json
printf '{"id": 1, "title": "First"}\n{"id": 2, "title": "Second"}\n{"id": 3\n' >news/sub/b.jsonl
printf 'A walk\n\nAlong the quay.\n' >news/sub/walk.txt
printf 'A hidden one\n\nNot to be found.\n' >news/.hidden.txt
printf 'From: Jane Roe <jane@post.example>\nDate: Tue, 3 Feb 2015 10:00:00 +0100\nSubject: Letter\nMessage-ID: <1@post>\n\nDear editor.\n' |
  gzip >news/letter.eml.gz
head -c 300 /dev/zero >news/picture.bin

tar --sort=name -cf plain.tar news
tar --sort=name -cJf packed.tar.xz news
python3 - <<'PYTHON'
import os, zipfile
with zipfile.ZipFile("news.zip", "w", zipfile.ZIP_DEFLATED) as out:
    for folder, _, names in sorted(os.walk("news")):
        for name in sorted(names):
            out.write(os.path.join(folder, name))
    out.writestr("__MACOSX/news/._a.json", "no")
with zipfile.ZipFile("nested.zip", "w") as out:
    out.write("packed.tar.xz", "in/packed.tar.xz")
with zipfile.ZipFile("deep.zip", "w") as out:
    out.write("nested.zip")
PYTHON

for archive in plain.tar packed.tar.xz news.zip nested.zip deep.zip; do
  echo "== $archive"
  "$NSEARCH" index --index "$archive.index" --report report "$archive"
  "$NSEARCH" query --index "$archive.index" --format id -n all --sort oldest '*'
  sed 's/"reason".*//' report | sort
done

echo '== twice, and from standard input'
"$NSEARCH" index --index plain.tar.index plain.tar
for archive in plain.tar packed.tar.xz news.zip; do
  "$NSEARCH" index --quiet --index "$archive.stdin" - <"$archive"
  "$NSEARCH" query --index "$archive.stdin" --count '*'
done

echo '== chosen members'
"$NSEARCH" index --index chosen --include '*.txt' . | head -n 4
"$NSEARCH" index --index left --exclude '*.json*' plain.tar | head -n 4
