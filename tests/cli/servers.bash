# Xapian's servers on loopback for the tests of remote shards, which include this file. They are stopped by their process
# ids when the test ends.
command -v xapian-tcpsrv >/dev/null || { echo "xapian-tcpsrv is not there: the package xapian-tools is needed" && exit 77; }
case " ${MAKE_ARGS:-} " in *" XAPIAN=0 "*) echo 'this build is without Xapian' && exit 77 ;; esac

# serve NAME [DATABASE [option...]]: starts a server of the database, again on the port that it had.
serve() {
  local name=$1 database=${2:-$1}
  shift
  [ $# -eq 0 ] || shift
  [ $# -gt 0 ] || set -- --writable
  /usr/bin/python3 "$ROOT/tests/judge/servers.py" "$name" "$database" "$@" >/dev/null
}

# stop NAME...: with the processes that serve its connections, which have a session of their own.
stop() {
  local name pid
  for name in "$@"; do
    pid=$(cat "$name.pid")
    kill -CONT "$pid" 2>/dev/null
    pkill -KILL -s "$pid" 2>/dev/null
    while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
    rm "$name.pid"
  done
}
stop_all() {
  local file
  for file in *.pid; do [ ! -e "$file" ] || stop "${file%.pid}"; done
}
trap stop_all EXIT

address() { echo "tcp://127.0.0.1:$(cat "$1.port")"; }

# The options that name servers as shards.
shards() { for name in "$@"; do echo "--shard $(address "$name")"; done; }

# Runs nsearch, ports turned into names, and says how it ended when it did not end well.
try() {
  local sed=() file code
  for file in *.port; do sed+=(-e "s/127.0.0.1:$(cat "$file")/${file%.port}/g"); done
  "$NSEARCH" "$@" >try.out 2>try.err
  code=$?
  sed "${sed[@]}" try.out try.err
  [ $code = 0 ] || echo "exit code $code"
}
