// The driver of Xapian: postings of the same words with their positions, the date in a value slot, BM25 with the constants
// of all. The text, where it is kept, is the document's data. Its threads are one.
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <xapian.h>

#include "driver.h"

enum { SLOT_DATE };

// ---- index ----

static void build(const char *path, const char *folder, bool keep_text) {
  corpus corpus;
  block block = {};
  line line;
  uint64_t started = nanoseconds();
  corpus_open(&corpus, path);
  const std::string grown = std::string(folder) + ".grown";
  {
    Xapian::WritableDatabase database(grown, Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_DANGEROUS | Xapian::DB_NO_SYNC);
    while (corpus_take(&corpus, &block))
      while (block_line(&block, &line)) {
        Xapian::Document document;
        Xapian::termpos position = 0;
        for (const char *at = line.text, *end = at + line.text_len; at < end;) {
          const char *blank = static_cast<const char *>(std::memchr(at, ' ', static_cast<size_t>(end - at)));
          if (!blank) blank = end;
          document.add_posting(std::string(at, static_cast<size_t>(blank - at)), ++position);
          at = blank + 1;
        }
        document.add_value(SLOT_DATE, Xapian::sortable_serialise(static_cast<double>(line.published)));
        document.set_data(std::string(line.id, line.id_len) +
                          (keep_text ? "\n" + std::string(line.text, line.text_len) : ""));
        database.add_document(document);
      }
    database.commit();
  }
  figure("seconds:committed", static_cast<double>(nanoseconds() - started) / 1e9);
  {
    Xapian::Database database(grown);
    database.compact(folder, Xapian::DBCOMPACT_NO_RENUMBER, 0);
  }
  figure("seconds", static_cast<double>(nanoseconds() - started) / 1e9);
  if (std::system(("rm -r '" + grown + "'").c_str())) die("%s stays", grown.c_str());
  figures_of_process();
  Xapian::Database database(folder);
  double terms = 0, postings = 0, tokens = 0;
  for (Xapian::TermIterator term = database.allterms_begin(); term != database.allterms_end(); ++term) {
    terms++;
    postings += term.get_termfreq();
    tokens += static_cast<double>(database.get_collection_freq(*term));
  }
  figure("documents", database.get_doccount());
  figure("terms", terms);
  figure("postings", postings);
  figure("tokens", tokens);
  figure("segments", 1);
  static const struct {
    const char *file, *part;
  } parts[] = {{"postlist.glass", "postings"}, {"position.glass", "positions"}, {"termlist.glass", "termlists"},
               {"docdata.glass", "stored"},    {"iamglass", "other"}};
  for (const auto &part : parts)
    figure((std::string("bytes:") + part.part).c_str(), static_cast<double>(file_bytes(folder, part.file)));
}

// ---- serve ----

static Xapian::Query clause_query(const clause &clause) {
  if (clause.word_count == 1) return Xapian::Query(clause.words[0]);
  return Xapian::Query(Xapian::Query::OP_PHRASE, clause.words, clause.words + clause.word_count);
}

static Xapian::Query whole_query(const question &question) {
  std::vector<Xapian::Query> required, any, excluded;
  for (size_t i = 0; i < question.clause_count; i++) {
    const clause &clause = question.clauses[i];
    (clause.sign == '+' ? required : clause.sign == '-' ? excluded : any).push_back(clause_query(clause));
  }
  Xapian::Query all(Xapian::Query::OP_AND, required.begin(), required.end());
  Xapian::Query some(Xapian::Query::OP_OR, any.begin(), any.end());
  Xapian::Query query = required.empty() ? some : all;
  if (!required.empty() && !any.empty()) query = Xapian::Query(Xapian::Query::OP_AND_MAYBE, all, some);
  if (!excluded.empty())
    query = Xapian::Query(Xapian::Query::OP_AND_NOT, query,
                          Xapian::Query(Xapian::Query::OP_OR, excluded.begin(), excluded.end()));
  if (question.since == INT64_MIN && question.until == INT64_MAX) return query;
  return Xapian::Query(Xapian::Query::OP_FILTER, query,
                       Xapian::Query(Xapian::Query::OP_VALUE_RANGE, SLOT_DATE,
                                     Xapian::sortable_serialise(static_cast<double>(question.since)),
                                     Xapian::sortable_serialise(static_cast<double>(question.until))));
}

static void search(void *payload, const question *question, answer *out) {
  Xapian::Database &database = *static_cast<Xapian::Database *>(payload);
  Xapian::Query query = whole_query(*question);
  Xapian::Enquire enquire(database);
  if (question->newest) {
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_sort_by_value(SLOT_DATE, true);
  } else if (question->limit) {
    enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 1, 0.75, 0));
  } else {
    enquire.set_weighting_scheme(Xapian::BoolWeight());
  }
  enquire.set_query(query);
  uint64_t started = nanoseconds();
  Xapian::MSet found = enquire.get_mset(0, question->limit, question->count ? database.get_doccount() : 0);
  out->nanoseconds = nanoseconds() - started;
  if (question->count) {
    if (found.get_matches_lower_bound() != found.get_matches_upper_bound()) die("xapian: a count that is not exact");
    out->count = found.get_matches_estimated();
  }
  for (Xapian::MSetIterator hit = found.begin(); hit != found.end(); ++hit) {
    out->ids[out->hits] = std::strtoull(hit.get_document().get_data().c_str(), nullptr, 10);
    out->scores[out->hits++] = hit.get_weight();
  }
}

int main(int argc, char **argv) {
  try {
    if (argc == 7 && !std::strcmp(argv[1], "index")) {
      // Articles between two flushes, each of which takes some 64 KiB until then: fewer is slower.
      setenv("XAPIAN_FLUSH_THRESHOLD", std::to_string(std::atoll(argv[6]) * 16).c_str(), 1);
      build(argv[2], argv[3], std::atoi(argv[5]));
    } else if (argc == 3 && !std::strcmp(argv[1], "serve")) {
      Xapian::Database database(argv[2]);
      serve(search, &database);
    } else if (argc == 2 && !std::strcmp(argv[1], "version")) {
      std::printf("Xapian %s\n", Xapian::version_string());
    } else {
      die("usage: driver index CORPUS FOLDER THREADS STORE MEMORY_MB | serve FOLDER | version");
    }
  } catch (const Xapian::Error &error) {
    die("xapian: %s", error.get_description().c_str());
  }
  return 0;
}
