# A file that opens and then cannot be read is named and counted; the others are indexed, and the run ends with 5.
if [ ! -e /proc/self/mem ]; then
  echo 'there is no /proc'
  exit 77
fi
mkdir news
echo '{"id": "a", "title": "Read me"}' >news/a.jsonl
ln -s /proc/self/mem news/b.jsonl
"$NSEARCH" index news
