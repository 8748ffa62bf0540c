# A file that cannot be read is named and counted; the others are indexed, and the run ends with 5.
if [ "$(id -u)" = 0 ]; then
  echo 'root can read everything'
  exit 77
fi
mkdir news
echo '{"id": "a", "title": "Read me"}' >news/a.jsonl
echo '{"id": "b", "title": "Keep out"}' >news/b.jsonl
chmod 000 news/b.jsonl
"$NSEARCH" index news
