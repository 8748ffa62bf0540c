#!/usr/bin/env bash
# Others can read a database of the engine xapian: xapian-delve, xapian-check, and a program that knows libxapian alone.
set -u
: "${SCRATCH:?}" "${NSEARCH:?}"
case " $MAKE_ARGS " in *" XAPIAN=0 "*) echo 'skip: this build is without Xapian' && exit 77 ;; esac
fail() {
  echo "$*"
  exit 1
}
# $1 is what must be in the rest, named $2.
holds() { grep -qF -- "$1" <<<"$3" || fail "$2 lacks \"$1\": $3"; }

index=$SCRATCH/index
"$NSEARCH" index --quiet --engine xapian --index "$index" tests/corpus || fail 'nsearch index failed'
database=$(echo "$index"/*.xapian)
id=hp-alibaba-pla-memo

xapian-check "$database" >"$SCRATCH/check" || fail "xapian-check: $(cat "$SCRATCH/check")"
holds 'number of documents = 42' 'xapian-delve' "$(xapian-delve "$database")"
number=$(xapian-delve -1 -t "Q$id" "$database" | tail -n 1)
terms=$(xapian-delve -1 -r "$number" "$database")
for term in alibaba Zalibaba Salibaba Len D20251114 M202511 Y2025 "Q$id" Hharborpost.example 'XSOURCEharbor post'; do
  holds "$term" 'the list of terms' "$terms"
done
data=$(xapian-delve -d -r "$number" "$database")
holds 'title=Memo alleges Alibaba cloud ties' 'the data' "$data"
holds 'published=1763112600' 'the data' "$data"

cat >"$SCRATCH/plain.cc" <<'END'
#include <xapian.h>
#include <iostream>
int main(int, char **argv) {
  Xapian::Database database(argv[1]);
  Xapian::QueryParser parser;
  parser.set_database(database);
  parser.set_stemmer(Xapian::Stem("english"));
  parser.set_stemming_strategy(parser.STEM_SOME);
  parser.add_prefix("title", "S");
  parser.add_boolean_prefix("source", "XSOURCE");
  Xapian::Enquire enquire(database);
  for (const char *text : {"alibaba allegations", "\"cloud ties\"", "title:\"memo\"", "memo source:\"harbor post\""}) {
    enquire.set_query(parser.parse_query(text));
    Xapian::MSet found = enquire.get_mset(0, 1, database.get_doccount());
    std::cout << text << ": " << found.get_matches_estimated();
    if (!found.empty()) std::cout << " " << found.begin().get_document().get_data().substr(0, 23);
    std::cout << "\n";
  }
  Xapian::Query of_2025(Xapian::Query::OP_VALUE_RANGE, 1, Xapian::sortable_serialise(1735689600.0),
                        Xapian::sortable_serialise(1767225599.0));
  enquire.set_query(of_2025);
  enquire.set_sort_by_value(0, false);
  std::cout << enquire.get_mset(0, 1, database.get_doccount()).get_matches_estimated() << "\n";
}
END
# shellcheck disable=SC2046
g++ -o "$SCRATCH/plain" "$SCRATCH/plain.cc" $(xapian-config --cxxflags --libs) || fail 'the plain program does not compile'
out=$("$SCRATCH/plain" "$database") || fail "the plain program fails: $out"
asked() { "$NSEARCH" query --index "$index" --json --count "$@" | sed -n 's/.*"matches": {"count": \([0-9]*\),.*/\1/p'; }
holds "\"cloud ties\": $(asked '"cloud ties"') id=$id" 'the plain program' "$out"
holds "title:\"memo\": $(asked 'title:memo')" 'the plain program' "$out"
holds "$(asked --since 2025 --until 2025 '')" 'the plain program' "$(tail -n 1 <<<"$out")"
holds "memo source:\"harbor post\": $(asked 'memo source:"harbor post"')" 'the plain program' "$out"
