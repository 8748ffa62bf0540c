#!/usr/bin/env bash
# Who may include whom: common/ nothing of the other two, indexer/ and query/ only common/, the program only the public
# header and its own.
set -u

# Prints each include that breaks the rules, as file:line: text; reads "file:line:#include ..." lines.
offenders() {
  awk -F: '
    function inside(prefix) { return index($1, prefix) == 1 }
    {
      line = $0
      sub(/^[^:]*:[^:]*:/, "", line)
      bad = 0
      if (match(line, /"[^"]*"/)) {
        name = substr(line, RSTART + 1, RLENGTH - 2)
        if (inside("common/program/")) bad = name !~ /^common\/(nsearch|program\/[a-z_]+)\.h$/
        else if (name ~ /^common\/program\//) bad = 1
        else if (inside("common/")) bad = name !~ /^common\//
        else if (inside("indexer/")) bad = name !~ /^(common|indexer)\//
        else if (inside("query/")) bad = name !~ /^(common|query)\//
      } else if (inside("common/program/")) {
        bad = line ~ /<(utf8proc|libstemmer|xxhash|zlib|jansson|isa-l.*|yajl.*|libxml.*|archive.*|xapian.*)\.h>/
      }
      if (line ~ /#[ \t]*include.*nsearch\.h/ && line !~ /"common\/nsearch\.h"/) bad = 1
      if (bad) print
    }'
}

# The rule bites: each of these lines must be found.
broken='common/a.c:1:#include "indexer/indexer.h"
common/a.c:2:#include "../query/query.h"
common/text/a.c:3:#include "common/program/program.h"
indexer/a.c:4:#include "query/query.h"
query/a.c:5:#include "indexer/indexer.h"
query/a.c:6:#include "query.h"
common/program/a.c:7:#include "common/system/system.h"
common/program/a.c:8:#include <zlib.h>'
if [ "$(offenders <<<"$broken" | wc -l)" -ne 8 ]; then
  echo 'the rule lets a forbidden include through; it finds only:'
  offenders <<<"$broken"
  exit 1
fi

found=$(grep -rnE '^[[:space:]]*#[[:space:]]*include' --include='*.[ch]' --include='*.cc' common indexer query | offenders)
[ -z "$found" ] && exit 0
echo "$found"
exit 1
