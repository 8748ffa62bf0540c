# A whole index, and damage: file, place and what to do, exit code 4.
"$NSEARCH" index --quiet --threads 1 "$CORPUS"
"$NSEARCH" check
"$NSEARCH" check --fast
"$NSEARCH" check --json
cp -r .nsearch cut
truncate -s -1 cut/000001.pack
"$NSEARCH" check --fast --index cut
echo "status $?"
cp -r .nsearch changed
printf x | dd of=changed/000001.pack bs=1 seek=100 conv=notrunc status=none
segment=$(echo changed/*.segment)
printf x | dd of="$segment" bs=1 seek=1000 conv=notrunc status=none
"$NSEARCH" check --fast --index changed
"$NSEARCH" check --index changed 2>told
echo "status $?"
"$NSEARCH" check --quiet --json --index changed >>told
echo "status $?"
sed -E 's/bytes [0-9]+ and [0-9]+/bytes N and N/' told
printf x | dd of=changed/manifest bs=1 seek=30 conv=notrunc status=none
"$NSEARCH" check --index changed
echo "status $?"
"$NSEARCH" check --index nowhere
echo "status $?"
"$NSEARCH" index --quiet --engine xapian --index xapian "$CORPUS"
"$NSEARCH" check --index xapian
printf 'xxxxxxxx' | dd of="$(echo xapian/*.xapian/postlist.glass)" bs=1 seek=9000 conv=notrunc status=none
"$NSEARCH" check --index xapian 2>/dev/null
echo "status $?"
rm -r xapian/*.xapian
"$NSEARCH" check --fast --index xapian
echo "status $?"
