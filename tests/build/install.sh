#!/usr/bin/env bash
# Installs into a scratch folder, compiles the example programs and the one in the header's first comment against what
# was installed, with what pkg-config says, shared and static; runs them; uninstalls without a trace.
set -u
: "${SCRATCH:?}" "${BUILD:?}"
stage=$SCRATCH/stage prefix=/opt/nsearch

fail() {
  echo "$*"
  exit 1
}

# One make at a time: demo.sh runs another in this tree.
make_it() { eval "flock \"\$BUILD/make.lock\" make -s $MAKE_ARGS CC=\"\$CC\" SAN=\"\$SAN\" \"\$@\"" >"$SCRATCH/make.log" 2>&1; }

make_it install DESTDIR="$stage" PREFIX=$prefix || fail "make install: $(cat "$SCRATCH/make.log")"
for file in bin/nsearch include/nsearch.h lib/libnsearch.a lib/libnsearch.so lib/libnsearch.so.0 lib/pkgconfig/nsearch.pc \
  share/man/man1/nsearch.1 share/bash-completion/completions/nsearch; do
  [ -s "$stage$prefix/$file" ] || fail "$file was not installed, or is empty"
done
grep -r "$stage" "$stage$prefix/lib/pkgconfig" && fail 'the staging folder is named in nsearch.pc'

export PKG_CONFIG_PATH=$stage$prefix/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$stage
version=$(sed -n 's/^#define NSEARCH_VERSION_[A-Z]* //p' common/nsearch.h | paste -sd.)
[ "$(pkg-config --modversion nsearch)" = "$version" ] || fail "nsearch.pc has version $(pkg-config --modversion nsearch)"
# The sysroot is for the staging folder and not for the system's own libraries.
flags=$(pkg-config --cflags nsearch)
shared=$(pkg-config --libs nsearch)
static=$(pkg-config --libs --static nsearch | sed 's/-lnsearch/-l:libnsearch.a/')
sanitize=${SAN:+-fsanitize=$SAN}

cd "$SCRATCH" || exit 1
root=$OLDPWD
"$stage$prefix/bin/nsearch" index --quiet "$root/tests/corpus" >index.log 2>&1 || fail "nsearch index: $(cat index.log)"

# The program that opens nsearch.h.
sed -n '/A complete program/,/Caveats first/p' "$root/common/nsearch.h" | sed -n 's/^ \*     //p' >header.c

for source in "$root"/docs/examples/*.c header.c; do
  name=$(basename "$source" .c)
  # shellcheck disable=SC2086
  "$CC" -std=c99 -Wall -Wextra -Werror $sanitize $flags -o "$name.shared" "$source" $shared || fail "$name: shared"
  # shellcheck disable=SC2086
  "$CC" -std=c99 -Wall -Wextra -Werror $sanitize -pthread $flags -o "$name.static" "$source" $static || fail "$name: static"
done

for kind in shared static; do
  LD_LIBRARY_PATH=$stage$prefix/lib ./search.$kind .nsearch 'Alibaba PLA' >search.out 2>&1 ||
    fail "search.$kind: $(cat search.out)"
  grep -q Alibaba search.out || fail "search.$kind finds nothing: $(cat search.out)"
  LD_LIBRARY_PATH=$stage$prefix/lib ./header.$kind >header.out 2>&1 || fail "the header's program: $(cat header.out)"
  grep -q Alibaba header.out || fail "the header's program finds nothing: $(cat header.out)"
done
[ -n "$sanitize" ] || readelf -d search.shared | grep -q 'libnsearch.so.0' || fail 'search.shared does not use the soname'

cd "$root" || exit 1
make_it uninstall DESTDIR="$stage" PREFIX=$prefix || fail "make uninstall: $(cat "$SCRATCH/make.log")"
left=$(find "$stage" ! -type d)
[ -z "$left" ] || fail "make uninstall leaves $left"
