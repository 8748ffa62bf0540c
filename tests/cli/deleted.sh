# Articles that are marked as deleted: not found, not counted, not shown; in the figures. Of what marks them, check tells.
/usr/bin/python3 -c 'import xxhash' 2>/dev/null || { echo "it needs the package python3-xxhash"; exit 77; }
"$NSEARCH" index --quiet "$CORPUS"
"$NSEARCH" query --format id --sort newest -n 3 cloud
PYTHONPATH=$ROOT/tests/judge PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c 'import marking; marking.mark(".nsearch", 42, [0, 1, 41])'
"$NSEARCH" query --format id --sort newest -n 3 cloud
"$NSEARCH" query --count 'date:2025 OR cloud'
"$NSEARCH" show CD20251128-0005
echo "status $?"
"$NSEARCH" stats | head -n 4
"$NSEARCH" stats --json | head -n 3
"$NSEARCH" delete --dry-run --query cloud
try() {
  "$NSEARCH" "$@" >told 2>&1
  echo "status $?"
  sed -E 's/[0-9]+(\.tombstones)/N\1/' told
}
try check
for file in .nsearch/*.tombstones; do truncate -s -1 "$file"; done
try check --fast
try query cloud
rm .nsearch/*.tombstones
try query cloud
