#!/usr/bin/env bash
# Indexes that earlier versions wrote, opened by this one: each NAME.tar.gz holds one and what it answered then.
# $1: an index of that name alone. Ends with a line such as cli's.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export NSEARCH=${NSEARCH:-${BUILD:-${here%/tests/age}/.build}/nsearch} LC_ALL=C.UTF-8
unset NSEARCH_INDEX
scratch=$(mktemp -d) # not $SCRATCH: nobody else may be able to get there
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
cp "$NSEARCH" "$here"/*.jsonl "$here/ask.sh" "$scratch"
export NSEARCH=$scratch/nsearch
cd "$scratch" || exit 1
# Root may write everywhere.
plain=()
[ "$(id -u)" != 0 ] || plain=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all)

passed=0 failed=0 skipped=0
# result STATUS WHAT: counts; WHAT is said of a status that is not 0.
result() {
  if [ "$1" = 0 ]; then
    passed=$((passed + 1))
  else
    echo "$name: $2"
    failed=$((failed + 1))
  fi
}

# What an index answers is what is in a file.
answers() {
  bash "$scratch/ask.sh" "$@" >now 2>&1
  diff -u --label then "$answers" --label now now
}

# Exit code and message of a command: says CODE MESSAGE COMMAND...
says() {
  local code=$1 message=$2 got
  shift 2
  "$@" >told 2>&1 </dev/null
  got=$?
  [ $got -eq "$code" ] && [[ $(cat told) == *"$message"* ]] && return 0
  echo "$*: exit code $got, not $code, or it does not say '$message':"
  cat told
  return 1
}

as_it_was() {
  answers=answers
  answers index --scores
  result $? 'other answers than then'
  says 0 '' "$NSEARCH" check --index index
  result $? 'check'
}

# Not even the folder may be written; what asks does not mind, what writes says which file and why.
read_only() {
  cp -r index sealed
  chmod -R a-w,a+rX sealed
  "${plain[@]}" bash "$scratch/ask.sh" sealed --scores >now 2>&1
  diff -u --label then answers --label read-only now
  result $? 'other answers when it cannot be written'
  case $name in
    native*) says 0 '' "${plain[@]}" "$NSEARCH" check --index sealed ;;
    *) says 6 'Xapian checks only what it may write' "${plain[@]}" "$NSEARCH" check --index sealed ;;
  esac
  result $? 'check when it cannot be written'
  for command in 'index third.jsonl' 'delete ferry-timetable' 'optimize'; do
    # shellcheck disable=SC2086
    set -- $command
    says 6 'sealed/lock: Permission denied' "${plain[@]}" "$NSEARCH" "$1" --index sealed "${@:2}"
    result $? "$command when it cannot be written"
  done
  diff -r index sealed
  result $? 'changed though it could not be written'
}

moved() {
  cp -r index copy
  mkdir elsewhere
  mv copy elsewhere/moved
  answers=answers
  answers elsewhere/moved --scores
  result $? 'other answers when it was copied and moved'
}

# Added to, replaced in, deleted from, optimized: as an index that this version makes of the articles that are left.
gone_on_with() {
  local moved=elsewhere/moved options=()
  [ -z "${name##xapian*}" ] && options=(--engine xapian)
  "$NSEARCH" index --quiet --index new "${options[@]}" first.jsonl second.jsonl third.jsonl
  "$NSEARCH" delete --index new letters bridge-paint >told
  "$NSEARCH" optimize --index new --purge >told
  says 0 '' "$NSEARCH" index --quiet --index "$moved" third.jsonl
  result $? 'cannot be added to'
  says 0 'Deleted 1 article' "$NSEARCH" delete --index "$moved" bridge-paint
  result $? 'cannot be deleted from'
  bash "$scratch/ask.sh" new >grown 2>&1
  answers=grown
  answers "$moved"
  result $? 'other answers when it was added to'
  says 0 '' "$NSEARCH" optimize --index "$moved" --purge
  result $? 'cannot be optimized'
  bash "$scratch/ask.sh" new --scores >grown 2>&1
  answers "$moved" --scores
  result $? 'other answers when it was optimized'
  says 0 '' "$NSEARCH" check --index "$moved"
  result $? 'check when it was optimized'
}

for packed in "$here"/*.tar.gz; do
  name=$(basename "$packed" .tar.gz)
  [ $# -eq 0 ] || [ "$1" = "$name" ] || continue
  case "$name, ${MAKE_ARGS:-} " in
    xapian*" XAPIAN=0 "*) skipped=$((skipped + 1)) && echo "skip: $name: this build is without Xapian" && continue ;;
  esac
  rm -rf index answers sealed elsewhere new
  tar xzf "$packed" --no-same-owner
  as_it_was
  read_only
  moved
  gone_on_with
done
echo "age: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
