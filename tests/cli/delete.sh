# Deleting by id, URL and question; what would be deleted; what is not there.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" delete --dry-run --query 'source:"meridian wire"'
"$NSEARCH" query --count 'source:"meridian wire"'
"$NSEARCH" delete --query 'source:"meridian wire"'
"$NSEARCH" query --count 'source:"meridian wire"'
echo "status $?"
"$NSEARCH" delete --json --query 'source:"meridian wire"'
echo "status $?"
"$NSEARCH" delete hp-alibaba-pla-memo nobody https://quayside-gazette.example/san-telmo-quake
echo "status $?"
"$NSEARCH" show hp-alibaba-pla-memo
echo "status $?"
"$NSEARCH" delete nobody
echo "status $?"
"$NSEARCH" delete
echo "status $?"
"$NSEARCH" delete --query ''
echo "status $?"
"$NSEARCH" delete --query cloud hp-lighthouse-sold
echo "status $?"
"$NSEARCH" delete --query '"open'
echo "status $?"
"$NSEARCH" delete --index nowhere nobody
echo "status $?"
[ -e nowhere ] && echo "a folder was made"
"$NSEARCH" delete --json hp-lighthouse-sold
"$NSEARCH" delete --query '-zzz'
"$NSEARCH" query cloud
echo "status $?"
"$NSEARCH" index --quiet --again "$CORPUS"
"$NSEARCH" query --count 'source:"meridian wire"'
