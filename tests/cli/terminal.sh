# On a terminal titles and matches stand out; NO_COLOR and TERM=dumb turn that off.
if ! script -qec true /dev/null </dev/null >/dev/null 2>&1; then
  echo 'no terminal is to be had here: script(1) or /dev/pts is missing'
  exit 77
fi
"$NSEARCH" index --quiet "$CORPUS"
on_terminal() { script -qec "stty cols 100; $*" /dev/null </dev/null | tr -d '\r' | cat -v; }
on_terminal "'$NSEARCH' query Alibaba PLA -n 1"
on_terminal "NO_COLOR=1 '$NSEARCH' query Alibaba PLA -n 1"
on_terminal "TERM=dumb '$NSEARCH' query Alibaba PLA -n 1"
on_terminal "'$NSEARCH' query Alibaba PLA -n 0 --facet source:2"
on_terminal "'$NSEARCH' query --json Alibaba PLA -n 1" | grep -c '\^\['
