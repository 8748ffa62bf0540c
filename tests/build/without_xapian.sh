#!/usr/bin/env bash
# XAPIAN=0 builds without libxapian and libstdc++, and what such a build says of the engine xapian.
set -u
: "${SCRATCH:?}" "${NSEARCH:?}"
build=$SCRATCH/build
fail() {
  echo "$*"
  exit 1
}
make -s XAPIAN=0 CFLAGS=-O0 SAN= CC="$CC" BUILD="$build" all >"$SCRATCH/make.log" 2>&1 || fail "$(cat "$SCRATCH/make.log")"
for file in nsearch libnsearch.so; do
  objdump -p "$build/$file" | grep -E 'NEEDED.*(xapian|stdc\+\+)' && fail "$file needs what it should not"
done
grep -E 'xapian|stdc' "$build/nsearch.pc" && fail 'nsearch.pc names what it should not'

cd "$SCRATCH" || exit 1
said=$("$build/nsearch" index --engine xapian --index new "$OLDPWD/tests/corpus" 2>&1)
[ $? -eq 6 ] || fail "index --engine xapian does not fail as it should: $said"
grep -q 'this build of nsearch is without Xapian' <<<"$said" || fail "index --engine xapian says: $said"
[ ! -e new ] || fail 'index --engine xapian leaves a folder'
"$build/nsearch" index --quiet --index own "$OLDPWD/tests/corpus" || fail 'index fails'
"$build/nsearch" query --index own memo >/dev/null || fail 'query fails'
case " $MAKE_ARGS " in *" XAPIAN=0 "*) exit 0 ;; esac
"$NSEARCH" index --quiet --engine xapian --index other "$OLDPWD/tests/corpus" || fail 'the whole build does not index'
said=$("$build/nsearch" query --index other memo 2>&1)
[ $? -eq 6 ] || fail "an index of the engine xapian is not refused: $said"
grep -q 'which this build of nsearch is without' <<<"$said" || fail "of an index of the engine xapian it says: $said"
