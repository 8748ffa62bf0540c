# An index that is there is added to, as what it is: other options are refused, and so is a folder of other things.
"$NSEARCH" index --quiet "$CORPUS"
mkdir more
echo '{"id": "hp-lighthouse-sold", "title": "Lighthouse sold again"}
{"id": "new", "title": "Moths at the lighthouse"}' >more/two.jsonl
"$NSEARCH" index --report report more
echo "status $?"
cat report
"$NSEARCH" query --no-snippets lighthouse
for option in '--language de' '--title-weight 3' --no-text '--engine xapian'; do
  "$NSEARCH" index $option more
  echo "status $?"
done
"$NSEARCH" index --quiet --language en --title-weight 2 --engine native more
echo "status $?"
echo '{"nothing": 1}' >more/none.jsonl
"$NSEARCH" index --include none.jsonl more
echo "status $?"
mkdir mine
echo 'dear diary' >mine/diary.txt
"$NSEARCH" index --index mine "$CORPUS"
echo "status $?"
cat mine/diary.txt
"$NSEARCH" query --count moths
