#!/usr/bin/env bash
# nsearch.h compiles alone, as strict C99, C11 and C++, with every warning an error.
set -u
strict='-pedantic -Wall -Wextra -Wundef -Werror -fsyntax-only'
cxx=g++
case $CC in *clang*) cxx=${CC/clang/clang++} ;; esac

status=0
for standard in c99 c11; do
  # shellcheck disable=SC2086
  "$CC" -std=$standard $strict -Wstrict-prototypes -x c common/nsearch.h || status=1
done
for standard in c++11 c++17; do
  # shellcheck disable=SC2086
  "$cxx" -std=$standard $strict -x c++ common/nsearch.h || status=1
done
exit $status
