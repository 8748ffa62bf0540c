# A question that does not parse ends with 3 and shows the place.
"$NSEARCH" index --quiet "$CORPUS"
try() {
  "$NSEARCH" query "$@"
  echo "status $?" >&2
}
try 'Alibaba "cloud ties'
try '芯片 "企业'
try '"a b"~x memo'
try "$(printf 'word%d ' $(seq 1 40)) \"open"
try $'tab\tand \033[31mescape "open'
try --json '"open'
try --since yesterday-ish x
echo 'status of plain words that look like syntax:' >&2
try --plain '"open' --count
try 'AT&T: a) b) http://x/ 50% -' --count
