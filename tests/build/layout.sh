#!/usr/bin/env bash
# The top of the repository holds the five folders, the Makefile, the README, the licence and dot-files; nothing else.
set -u
status=0
for entry in *; do
  case $entry in
    common | indexer | query | tests | docs | Makefile | README.md | LICENSE) ;;
    *) echo "$entry does not belong at the top of the repository" && status=1 ;;
  esac
done
for entry in common indexer query tests docs Makefile README.md LICENSE .gitignore .ci/run; do
  [ -e "$entry" ] || { echo "$entry is missing" && status=1; }
done
exit $status
