# A catalogue that is damaged is named, with what to do; --again does without it. What a run left behind it is cut.
echo '{"id": "a", "title": "Ferry strike"}' >a.json
echo '{"id": "b", "title": "Ferry timetable"}' >b.json
touch -d 2020-01-01 a.json b.json
"$NSEARCH" index --quiet a.json b.json
cp -r .nsearch whole
echo 'left over from a run that did not finish' >>.nsearch/000001.catalogue
"$NSEARCH" check && "$NSEARCH" index a.json b.json
echo '{"id": "c", "title": "Ferry found"}' >c.json
"$NSEARCH" index a.json b.json c.json && "$NSEARCH" check
[ "$(grep -c 'left over' .nsearch/000001.catalogue)" = 0 ] && echo cut
for at in 3 70 -1; do
  rm -rf .nsearch
  cp -r whole .nsearch
  [ $at = -1 ] && truncate -s -1 .nsearch/000001.catalogue
  [ $at = -1 ] || printf x | dd of=.nsearch/000001.catalogue bs=1 seek=$at conv=notrunc status=none
  "$NSEARCH" index a.json
  echo "status $?"
  "$NSEARCH" check
  echo "status $?"
  "$NSEARCH" query --count ferry
  "$NSEARCH" index --again a.json && "$NSEARCH" index a.json && "$NSEARCH" check
done
rm .nsearch/*.catalogue
"$NSEARCH" check --fast
echo "status $?"
rm -rf .nsearch
for engine in native xapian; do
  "$NSEARCH" index --quiet --engine $engine --index $engine a.json
  "$NSEARCH" index --index $engine a.json b.json
  printf x | dd of=$engine/000001.catalogue bs=1 seek=50 conv=notrunc status=none
  "$NSEARCH" check --index $engine
  echo "status $?"
done
