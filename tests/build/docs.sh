#!/usr/bin/env bash
# What the documents show is true. Each block fenced as ```sh in README.md and docs/*.md is run in a scratch folder with
# nsearch on the PATH and tests/corpus as ./corpus; a block that does not index finds an index of it. Every command must
# end with 0 or 1 (nothing found). A ```text block right after it is its output, figures of time, speed and size aside.
# Ports from 7001 to 7009 become others, as the machine may be busy with another run of this test.
# Whole programs among the ```c blocks compile and run. Commands that need more (root, a network) stand in ```console
# blocks, which are not run. Links between documents lead somewhere.
set -u
: "${SCRATCH:?}" "${NSEARCH:?}" "${BUILD:?}"
root=$PWD
mkdir "$SCRATCH/bin"
ln -s "$NSEARCH" "$SCRATCH/bin/nsearch"
export PATH=$SCRATCH/bin:$PATH

# Cuts a document into files block-N.sh, .text and .c, with the line that it begins at in block-N.at.
cut_blocks() {
  awk -v out="$2/block-" '
    /^```/ && !inside { inside = 1; kind = substr($0, 4); if (kind == "text") kind = previous == "sh" ? "text" : "none"
                        if (kind != "text") n++
                        file = out n "." kind; if (kind == "sh" || kind == "c") print NR > (out n ".at"); printf "" > file; next }
    /^```/ { inside = 0; previous = kind; close(file); next }
    inside { print > file; next }
    NF { previous = "" }' "$1"
}

# Blanks out what differs from run to run and from machine to machine.
steady() {
  sed -E 's/("took_ms": )[0-9.]+/\1N/; s/[0-9][0-9.,]* ?(ms|s|min|[KMG]?B|[KMG]?B\/s|%)( |,|$)/N\2/g; s/[[:space:]]+$//; s/ +/ /g'
}

ports=$((RANDOM % 3000 + 2000))
status=0 run=0
fresh_folder() {
  rm -rf "$SCRATCH/here"
  mkdir "$SCRATCH/here"
  cp -r tests/corpus "$SCRATCH/here/corpus"
  [ "$1" = bare ] || (cd "$SCRATCH/here" && nsearch index --quiet ./corpus) >"$SCRATCH/index.log" 2>&1 ||
    { cat "$SCRATCH/index.log"; exit 1; }
}

complain() {
  echo "$1, the block at line $(cat "$2.at") $3:"
  cat "$4"
  status=1
}

for document in README.md docs/*.md; do
  blocks=$SCRATCH/$(basename "$document" .md)
  mkdir "$blocks"
  cut_blocks "$document" "$blocks"
  for at in "$blocks"/*.at; do
    [ -e "$at" ] || continue
    block=${at%.at}
    case " ${MAKE_ARGS:-} " in *" XAPIAN=0 "*) grep -qe '--engine xapian' -e '--shard' "$block".* && continue ;; esac
    if [ -e "$block.c" ]; then
      grep -q 'int main' "$block.c" || continue
      fresh_folder indexed
      if ! "$CC" -std=c99 -Wall -Wextra -Werror ${SAN:+-fsanitize=$SAN} -Icommon -o "$block.program" "$block.c" \
        -L"$BUILD" -lnsearch >"$block.out" 2>&1; then
        complain "$document" "$block" 'does not compile' "$block.out"
        continue
      fi
      (cd "$SCRATCH/here" && LD_LIBRARY_PATH=$BUILD "$block.program") >"$block.out" 2>&1
    else
      sed -i -E "s/\b700([1-9]|\\\$)/$ports\1/g" "$block.sh"
      if grep -qE 'nsearch index' "$block.sh"; then fresh_folder bare; else fresh_folder indexed; fi
      (cd "$SCRATCH/here" && bash -o pipefail -E -c "trap 's=\$?; [ \$s -le 1 ] || exit \$s' ERR
$(cat "$block.sh")") >"$block.out" 2>&1
    fi
    result=$?
    run=$((run + 1))
    [ $result -le 1 ] || complain "$document" "$block" "ends with status $result" "$block.out"
    [ -e "$block.text" ] || continue
    steady <"$block.text" >"$block.want"
    sed -E "s/\b$ports([1-9])\b/700\1/g" "$block.out" | steady >"$block.got"
    if ! diff "$block.want" "$block.got" >"$block.diff"; then
      complain "$document" "$block" 'prints something else (<: the document, >: the program)' "$block.diff"
    fi
  done
done

while IFS=: read -r document link; do
  [ -e "$(dirname "$document")/${link%%#*}" ] || { echo "$document links to $link, which is not there" && status=1; }
done <<<"$(grep -oE '\]\([^) ]+\)' README.md docs/*.md tests/README.md | sed -E 's/\]\(([^)]*)\)/\1/' | grep -vE ':(https?:|#)')"

[ $run -gt 3 ] || { echo "only $run blocks found" && status=1; }
exit $status
