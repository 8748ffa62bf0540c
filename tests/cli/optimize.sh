# One segment of many, and packs without what was deleted; nothing to do is done at once.
"$NSEARCH" index --quiet --threads 1 --segment-articles 5 "$CORPUS"
"$NSEARCH" optimize --json | grep segments
"$NSEARCH" delete --query cloud >/dev/null
before=$(cat .nsearch/*.pack | wc -c)
cp .nsearch/manifest manifest
"$NSEARCH" optimize
cmp manifest .nsearch/manifest
"$NSEARCH" optimize --purge
[ "$(cat .nsearch/*.pack | wc -c)" -lt "$before" ] || echo "the packs are as large as before"
"$NSEARCH" check
"$NSEARCH" query --count -- -cloud
"$NSEARCH" optimize --index nowhere
echo "status $?"
