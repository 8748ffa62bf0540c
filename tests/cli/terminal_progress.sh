# A terminal shows how the run goes on one line, and the line is gone at the end; --quiet shows nothing.
if ! script -qec true /dev/null </dev/null >/dev/null 2>&1; then
  echo 'no terminal is to be had here: script(1) or /dev/pts is missing'
  exit 77
fi
on_terminal() { script -qec "$*" /dev/null </dev/null; }
for i in $(seq 1 30); do cat "$CORPUS/meridian-wire.jsonl"; done >many.jsonl
echo '{broken' >>many.jsonl
on_terminal "'$NSEARCH' index --index a many.jsonl" >out
grep -aq ' articles ' out && echo 'progress is shown'
tr '\r' '\n' <out | grep -av '^$' | grep -a -A 1 'writing the index' | tail -n 1 | cat -v | cut -c 1-18
on_terminal "'$NSEARCH' index --index b --quiet '$CORPUS'" | wc -c
