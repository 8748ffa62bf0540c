# Articles like one, by id and by URL; copies only when asked for.
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" related hp-alibaba-pla-memo -n 3
"$NSEARCH" related https://www.harborpost.example/2025/11/14/alibaba-pla-memo -n 1 --json
echo '---- copies'
copy() { "$NSEARCH" related mw:2025-0303-017 "$@" --json | grep -c '"url": .*quayside-gazette.example/san-telmo-quake'; }
copy
copy --copies
echo '---- nothing'
"$NSEARCH" related nobody
echo "status $?"
"$NSEARCH" related hp-alibaba-pla-memo --until 1999
echo "status $?"
