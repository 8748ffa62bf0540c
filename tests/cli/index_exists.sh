# An index is never overwritten, and neither is a folder of other things.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" index "$CORPUS"
echo "status $?"
mkdir mine
echo 'dear diary' >mine/diary.txt
"$NSEARCH" index --index mine "$CORPUS"
echo "status $?"
cat mine/diary.txt
"$NSEARCH" query --count moths
