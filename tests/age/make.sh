#!/usr/bin/env bash
# Makes the index that is kept of a format: tests/age/make.sh NAME [option of index...]. README.md says when.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export NSEARCH=${NSEARCH:-${here%/tests/age}/.build/nsearch} LC_ALL=C.UTF-8
name=$1
shift
[ ! -e "$here/$name.tar.gz" ] || { echo "$name.tar.gz is kept for good: give another name" >&2; exit 1; }
# A catalogue has the absolute path of the files: one that says nothing.
place=/tmp/nsearch-age
mkdir "$place"
trap 'rm -rf "$place"' EXIT
cp "$here"/first.jsonl "$here"/second.jsonl "$place"
cd "$place"
"$NSEARCH" index --quiet --index index "$@" first.jsonl
"$NSEARCH" index --quiet --index index second.jsonl
"$NSEARCH" delete --index index letters >/dev/null
bash "$here/ask.sh" index --scores >answers
tar -c --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner index answers | gzip -9n >"$here/$name.tar.gz"
