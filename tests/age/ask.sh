#!/usr/bin/env bash
# Prints what the index $1 answers; with --scores the scores too, which count deleted articles until they are merged away.
set -u
index=$1 scores=${2:-}
questions=('ferry' '+storm -damage' '"night ferry"' 'bridge NEAR/6 colour' 'kräne' 'poissons' 'lang:de OR lang:fr'
  'source:"tide post" date:2023' 'author:brook' 'topic:transport' 'title:storm' 'dredging~' 'moor*' '-harbour' 'umbrella')
for question in "${questions[@]}"; do
  echo "? $question"
  "$NSEARCH" query --index "$index" --count -- "$question" | sed 's/, [0-9.]* ms//'
  "$NSEARCH" query --index "$index" --format id -n all --sort newest -- "$question"
  [ -z "$scores" ] || "$NSEARCH" query --index "$index" --format csv -n all -- "$question" | cut -d, -f1-3
done
for field in source section topic author lang site year month; do
  "$NSEARCH" query --index "$index" -n 0 --facet "$field:all" -- '-zebra' | sed 1d
done
for article in storm-damage https://tidepost.example/2019/bridge-paint undated-notice letters; do
  "$NSEARCH" show --index "$index" "$article" 2>&1
done
[ -n "$scores" ] || exit 0
"$NSEARCH" related --index "$index" --json --no-snippets storm-warning | grep '"id"'
"$NSEARCH" query --index "$index" -n 2 'storm boats' | sed 's/, [0-9.]* ms//'
exit 0
