// libxapian in C: each function is one call, or a loop of them, with a guard around it that turns whatever is thrown into
// a status and a message.
#include "common/xapian/xap.h"

#include <xapian.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <deque>
#include <new>
#include <string>
#include <vector>

extern "C" {
#include "common/system/system.h"
}

// ---- The guard ----

namespace {

int status_of(const Xapian::Error &error) {
  const std::string type = error.get_type();
  static const struct {
    const char *type;
    int status;
  } table[] = {
      {"DatabaseNotFoundError", NSEARCH_ERR_MISSING},
      {"DatabaseLockError", NSEARCH_ERR_LOCKED},
      {"DatabaseCorruptError", NSEARCH_ERR_DAMAGED},
      {"DatabaseVersionError", NSEARCH_ERR_VERSION},
      {"SerialisationError", NSEARCH_ERR_DAMAGED},
      {"RangeError", NSEARCH_ERR_DAMAGED},
      {"DocNotFoundError", NSEARCH_ERR_NOT_FOUND},
      {"InvalidArgumentError", NSEARCH_ERR_UNSUPPORTED},
      {"InvalidOperationError", NSEARCH_ERR_UNSUPPORTED},
      {"UnimplementedError", NSEARCH_ERR_UNSUPPORTED},
      {"FeatureUnavailableError", NSEARCH_ERR_UNSUPPORTED},
      // A server does not answer, or what a connection reads was overwritten by a later commit: both pass.
      {"NetworkError", NSEARCH_ERR_SHARD},
      {"NetworkTimeoutError", NSEARCH_ERR_SHARD},
      {"DatabaseModifiedError", NSEARCH_ERR_SHARD},
  };
  for (const auto &entry : table)
    if (type == entry.type) return entry.status;
  // Opening, creating and closing databases: what the system, or another process, did.
  return NSEARCH_ERR_SYSTEM;
}

// One line, whatever a message holds.
void report(struct nsearch_error *err, int status, const char *where, const char *what, const char *more) {
  error_set(err, status, "%s%s%s%s%s", where, *where ? ": " : "", what, *more ? ": " : "", more);
}

// Runs work() and returns NSEARCH_OK or the status of what it threw. Nothing in a handler throws: messages are cut where
// there is no memory for them.
template <class Work> int guarded(struct nsearch_error *err, const std::string &where, Work work) noexcept {
  try {
    work();
    return NSEARCH_OK;
  } catch (const Xapian::Error &error) {
    int status = NSEARCH_ERR_SYSTEM;
    try {
      status = status_of(error);
      const char *system = error.get_error_string();
      report(err, status, where.c_str(), error.get_msg().c_str(), system ? system : "");
    } catch (...) {
      return error_memory(err);
    }
    return status;
  } catch (const std::bad_alloc &) {
    return error_memory(err);
  } catch (const std::exception &error) {
    report(err, NSEARCH_ERR_SYSTEM, where.c_str(), error.what(), "");
    return NSEARCH_ERR_SYSTEM;
  } catch (...) {
    report(err, NSEARCH_ERR_SYSTEM, where.c_str(), "libxapian failed", "");
    return NSEARCH_ERR_SYSTEM;
  }
}

const std::string nowhere;

// A server's address, and what Xapian calls it in its errors.
struct place {
  std::string address, context;
};

// An object of ours; made inside a guard.
template <class Type> void make(Type **out, Type *made) { *out = made; }

void put(struct buffer *out, const std::string &bytes) {
  buffer_clear(out);
  buffer_add(out, bytes.data(), bytes.size());
  if (out->failed) throw std::bad_alloc();
}

} // namespace

// ---- Reading ----

struct xap_database {
  Xapian::Database database;
  std::string where;
  std::vector<place> places; // of what is read as one; empty where it is local
  struct xap_failure failure = {-1, false};
};

namespace {

// What a database throws is its place's, where Xapian knows it.
template <class Work> int reading(struct xap_database *database, struct nsearch_error *err, Work work) noexcept {
  database->failure = {-1, false};
  const std::string *where = &database->where;
  auto note = [&](const Xapian::Error &error) {
    for (size_t i = 0; i < database->places.size(); i++)
      if (database->places[i].context == error.get_context()) {
        database->failure.part = static_cast<int>(i);
        where = &database->places[i].address;
      }
    database->failure.late = std::strcmp(error.get_type(), "NetworkTimeoutError") == 0;
  };
  // cppcheck-suppress throwInNoexceptFunction
  int status = guarded(err, nowhere, [&] {
    try {
      work();
    } catch (const Xapian::Error &error) {
      note(error);
      throw; // to guarded(), which lets nothing out
    }
  });
  if (status && status != NSEARCH_ERR_MEMORY) error_prefix(err, "%s: ", where->c_str());
  return status;
}

// "tcp://HOST:PORT" or "prog:COMMAND"; the caller has seen to it that it is one of them.
struct remote {
  bool tcp;
  std::string first, rest; // host and port, or program and arguments

  explicit remote(const std::string &address) {
    static const std::string start = "tcp://";
    tcp = address.compare(0, start.size(), start) == 0;
    size_t from = tcp ? start.size() : address.find_first_not_of(' ', 5);
    size_t end = tcp ? address.rfind(':') : std::min(address.find(' ', from), address.size());
    first = address.substr(from, end - from);
    if (end < address.size()) rest = address.substr(end + 1);
  }
  std::string context() const {
    return tcp ? "remote:tcp(" + first + ":" + rest + ")" : "remote:prog(" + first + " " + rest + ")";
  }
  unsigned port() const { return static_cast<unsigned>(std::stoul(rest)); }
};

} // namespace

int xap_remote_open(struct xap_database **out, const char *address, unsigned milliseconds, bool *late,
                    struct nsearch_error *err) {
  *out = nullptr;
  *late = false;
  int status = guarded(err, nowhere, [&] {
    *out = new xap_database;
    const remote server(address);
    (*out)->where = address;
    (*out)->places.push_back({address, server.context()});
  });
  if (!status)
    status = reading(*out, err, [&] {
      const remote server(address);
      (*out)->database = server.tcp ? Xapian::Remote::open(server.first, server.port(), milliseconds, milliseconds)
                                    : Xapian::Remote::open(server.first, server.rest, milliseconds);
    });
  if (status) {
    *late = *out && (*out)->failure.late;
    delete *out;
    *out = nullptr;
  }
  return status;
}

int xap_database_join(struct xap_database **out, struct xap_database *const *parts, size_t count,
                      struct nsearch_error *err) {
  *out = nullptr;
  int status = guarded(err, nowhere, [&] {
    *out = new xap_database;
    for (size_t i = 0; i < count; i++) {
      (*out)->database.add_database(parts[i]->database);
      (*out)->places.insert((*out)->places.end(), parts[i]->places.begin(), parts[i]->places.end());
    }
    (*out)->where = count ? parts[0]->where : std::string();
    if (count > 1) (*out)->where += " and others";
  });
  if (status) {
    delete *out;
    *out = nullptr;
  }
  return status;
}

struct xap_failure xap_database_failure(const struct xap_database *database) {
  return database->failure;
}

int xap_database_open(struct xap_database **out, const char *const *paths, size_t count, struct nsearch_error *err) {
  *out = nullptr;
  for (size_t i = 0; i < count; i++) {
    int status = guarded(err, nowhere, [&] {
      if (!*out) *out = new xap_database;
      (*out)->where = paths[i];
      (*out)->database.add_database(Xapian::Database(paths[i]));
    });
    if (status) {
      if (status != NSEARCH_ERR_MEMORY) error_prefix(err, "%s", paths[i]);
      xap_database_free(*out);
      *out = nullptr;
      return status;
    }
  }
  return NSEARCH_OK;
}

void xap_database_free(struct xap_database *database) { delete database; }

int xap_size(struct xap_database *database, uint32_t *documents, uint64_t *length, struct nsearch_error *err) {
  return reading(database, err, [&] {
    *documents = database->database.get_doccount();
    *length = database->database.get_total_length();
  });
}

int xap_frequency(struct xap_database *database, const char *term, size_t len, uint32_t *documents,
                  struct nsearch_error *err) {
  return reading(database, err, [&] { *documents = database->database.get_termfreq(std::string(term, len)); });
}

int xap_terms(struct xap_database *database, const char *prefix, size_t prefix_len, const char *from, size_t from_len,
              xap_visit_term visit, void *payload, struct nsearch_error *err) {
  return reading(database, err, [&] {
    const std::string start(prefix, prefix_len);
    Xapian::TermIterator term = database->database.allterms_begin(start);
    const Xapian::TermIterator end = database->database.allterms_end(start);
    if (from_len && term != end) term.skip_to(std::string(from, from_len));
    for (; term != end; ++term) {
      const std::string text = *term;
      if (!visit(payload, text.data(), text.size(), term.get_termfreq())) break;
    }
  });
}

int xap_postings(struct xap_database *database, const char *term, size_t len, xap_visit_document visit, void *payload,
                 struct nsearch_error *err) {
  return reading(database, err, [&] {
    const std::string text(term, len);
    Xapian::PostingIterator posting = database->database.postlist_begin(text);
    for (; posting != database->database.postlist_end(text); ++posting)
      if (!visit(payload, *posting)) break;
  });
}

int xap_values(struct xap_database *database, unsigned slot, xap_visit_value visit, void *payload,
               struct nsearch_error *err) {
  return reading(database, err, [&] {
    Xapian::ValueIterator value = database->database.valuestream_begin(slot);
    for (; value != database->database.valuestream_end(slot); ++value) {
      const std::string text = *value;
      if (!visit(payload, value.get_docid(), text.data(), text.size())) break;
    }
  });
}

int xap_value(struct xap_database *database, uint32_t document, unsigned slot, struct buffer *out,
              struct nsearch_error *err) {
  return reading(database, err, [&] { put(out, database->database.get_document(document).get_value(slot)); });
}

int xap_data(struct xap_database *database, uint32_t document, struct buffer *out, struct nsearch_error *err) {
  return reading(database, err, [&] { put(out, database->database.get_document(document).get_data()); });
}

int xap_term_of(struct xap_database *database, uint32_t document, const char *prefix, struct buffer *out,
                struct nsearch_error *err) {
  return reading(database, err, [&] {
    Xapian::TermIterator term = database->database.termlist_begin(document);
    const std::string start(prefix);
    std::string found;
    if (term != database->database.termlist_end(document)) term.skip_to(start);
    if (term != database->database.termlist_end(document)) found = *term;
    put(out, found.compare(0, start.size(), start) == 0 ? found : std::string());
  });
}

int xap_occurrence(struct xap_database *database, uint32_t document, const char *term, size_t len,
                   struct xap_occurrence *out, struct nsearch_error *err) {
  return reading(database, err, [&] {
    const std::string text(term, len);
    Xapian::TermIterator found = database->database.termlist_begin(document);
    const Xapian::TermIterator end;
    *out = {false, 0, 0};
    if (found != end) found.skip_to(text);
    if (found == end || *found != text) return;
    *out = {true, found.get_wdf(), database->database.get_doclength(document)};
  });
}

int xap_times(struct xap_database *database, uint32_t document, const struct xap_term *terms, size_t count,
              uint32_t *times, uint32_t *length, struct nsearch_error *err) {
  *length = 0;
  return reading(database, err, [&] {
    Xapian::TermIterator found = database->database.termlist_begin(document);
    const Xapian::TermIterator end;
    for (size_t i = 0; i < count; i++) {
      const std::string text(terms[i].bytes, terms[i].len);
      if (found != end) found.skip_to(text);
      times[i] = found != end && *found == text ? found.get_wdf() : 0;
    }
    *length = database->database.get_doclength(document);
  });
}

int xap_metadata(struct xap_database *database, const char *key, struct buffer *out, struct nsearch_error *err) {
  return reading(database, err, [&] { put(out, database->database.get_metadata(key)); });
}

// ---- Questions ----

struct xap_query {
  Xapian::Query query;
};

int xap_query_all(struct xap_query **out, struct nsearch_error *err) {
  // Xapian::Query::MatchAll is one object for all threads, whose count of references no thread guards.
  return guarded(err, nowhere, [&] { make(out, new xap_query{Xapian::Query(std::string())}); });
}

int xap_query_none(struct xap_query **out, struct nsearch_error *err) {
  return guarded(err, nowhere, [&] { make(out, new xap_query{Xapian::Query()}); });
}

int xap_query_term(struct xap_query **out, const char *term, size_t len, struct nsearch_error *err) {
  return guarded(err, nowhere, [&] { make(out, new xap_query{Xapian::Query(std::string(term, len))}); });
}

int xap_query_join(struct xap_query **out, enum xap_join join, struct xap_query *const *operands, size_t count,
                   uint32_t window, struct nsearch_error *err) {
  static const Xapian::Query::op operators[] = {
      Xapian::Query::OP_AND,    Xapian::Query::OP_OR,     Xapian::Query::OP_AND_NOT, Xapian::Query::OP_AND_MAYBE,
      Xapian::Query::OP_FILTER, Xapian::Query::OP_PHRASE, Xapian::Query::OP_NEAR};
  return guarded(err, nowhere, [&] {
    std::vector<Xapian::Query> parts;
    parts.reserve(count);
    for (size_t i = 0; i < count; i++) parts.push_back(operands[i]->query);
    make(out, new xap_query{Xapian::Query(operators[join], parts.begin(), parts.end(), window)});
  });
}

int xap_query_scale(struct xap_query **out, const struct xap_query *query, double factor, struct nsearch_error *err) {
  return guarded(err, nowhere, [&] {
    make(out, new xap_query{Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, query->query, factor)});
  });
}

int xap_query_constant(struct xap_query **out, double score, struct nsearch_error *err) {
  return guarded(err, nowhere, [&] {
    Xapian::FixedWeightPostingSource source(score);
    make(out, new xap_query{Xapian::Query(&source)});
  });
}

int xap_query_range(struct xap_query **out, unsigned slot, const char *low, size_t low_len, const char *high,
                    size_t high_len, struct nsearch_error *err) {
  return guarded(err, nowhere, [&] {
    make(out, new xap_query{Xapian::Query(Xapian::Query::OP_VALUE_RANGE, slot, std::string(low, low_len),
                                          std::string(high, high_len))});
  });
}

void xap_query_free(struct xap_query *query) { delete query; }

// ---- Searching ----

double xap_term_weight(double k1, uint32_t documents, uint32_t frequency) {
  double odds = (documents - frequency + 0.5) / (frequency + 0.5);
  return std::log(odds < 2 ? odds * 0.5 + 1 : odds) * (k1 + 1);
}

namespace {

// The values that a spy saw, most frequent or not.
bool visit_counts(const struct xap_search *search, size_t number, const Xapian::ValueCountMatchSpy &spy) {
  for (Xapian::TermIterator value = spy.values_begin(); value != spy.values_end(); ++value) {
    const std::string text = *value;
    if (!search->visit(search->payload, number, text.data(), text.size(), value.get_termfreq())) return false;
  }
  return true;
}

// Over several databases weights keep Xapian from taking the list of all documents for a term's (query/xapian/tree.c).
void set_order(Xapian::Enquire &enquire, const struct xap_search *search, bool several) {
  if (several || search->order == XAP_BY_SCORE)
    enquire.set_weighting_scheme(Xapian::BM25Weight(search->k1, 0, 0, search->b, 0));
  else
    enquire.set_weighting_scheme(Xapian::BoolWeight());
  if (search->order == XAP_BY_SCORE) {
    enquire.set_sort_by_relevance_then_value(search->slot, false);
  } else {
    enquire.set_sort_by_value(search->slot, search->order == XAP_DESCENDING);
  }
}

void take_hits(const Xapian::MSet &found, struct xap_answer *out) {
  out->least = found.get_matches_lower_bound();
  out->most = found.get_matches_upper_bound();
  out->hits = static_cast<struct xap_hit *>(memory_array(nullptr, found.size() + 1, sizeof *out->hits));
  if (!out->hits) throw std::bad_alloc();
  for (Xapian::MSetIterator hit = found.begin(); hit != found.end(); ++hit)
    out->hits[out->hit_count++] = {*hit, hit.get_weight()};
}

} // namespace

int xap_search(struct xap_database *database, const struct xap_search *search, struct xap_answer *out,
               struct nsearch_error *err) {
  *out = xap_answer();
  return reading(database, err, [&] {
    Xapian::Enquire enquire(database->database);
    enquire.set_query(search->query->query);
    set_order(enquire, search, database->places.size() > 1);
    if (search->seconds > 0) enquire.set_time_limit(search->seconds);
    std::deque<Xapian::ValueCountMatchSpy> spies; // they cannot be moved
    for (size_t i = 0; i < search->slot_count; i++) {
      spies.emplace_back(search->slots[i]);
      enquire.add_matchspy(&spies.back());
    }
    const Xapian::doccount all = database->database.get_doccount();
    const Xapian::doccount limit = search->limit < all ? search->limit : all;
    // Over several servers 1.4.22 counts the values of some hits twice: there, values are counted without hits.
    const bool apart = !spies.empty() && limit && !database->places.empty();
    take_hits(enquire.get_mset(0, apart ? 0 : limit, search->count ? all : 0), out);
    for (size_t i = 0; i < spies.size() && visit_counts(search, i, spies[i]);) i++;
    if (!apart) return;
    const struct xap_answer counted = *out;
    *out = xap_answer();
    memory_free(counted.hits);
    enquire.clear_matchspies();
    take_hits(enquire.get_mset(0, limit, Xapian::doccount(0)), out);
    out->least = counted.least;
    out->most = counted.most;
  });
}

// ---- Writing ----

struct xap_document {
  Xapian::Document document;
  bool failed = false;
};

int xap_document_new(struct xap_document **out, struct nsearch_error *err) {
  *out = nullptr;
  return guarded(err, nowhere, [&] { *out = new xap_document; });
}

void xap_document_free(struct xap_document *document) { delete document; }

namespace {

template <class Work> void attempt(struct xap_document *document, Work work) noexcept {
  if (!document->failed) document->failed = guarded(nullptr, nowhere, work) != NSEARCH_OK;
}

} // namespace

void xap_document_clear(struct xap_document *document) {
  document->failed = false;
  attempt(document, [&] { document->document = Xapian::Document(); });
}

void xap_document_term(struct xap_document *document, const char *term, size_t len, uint32_t times,
                       const uint32_t *positions, size_t count) {
  attempt(document, [&] {
    const std::string text(term, len);
    document->document.add_term(text, times);
    for (size_t i = 0; i < count; i++) document->document.add_posting(text, positions[i], 0);
  });
}

void xap_document_value(struct xap_document *document, unsigned slot, const char *value, size_t len) {
  attempt(document, [&] { document->document.add_value(slot, std::string(value, len)); });
}

void xap_document_data(struct xap_document *document, const char *data, size_t len) {
  attempt(document, [&] { document->document.set_data(std::string(data, len)); });
}

struct xap_writer {
  Xapian::WritableDatabase database;
  struct xap_database reading; // the same database
};

int xap_writer_open(struct xap_writer **out, const char *path, enum xap_writing how, struct nsearch_error *err) {
  static const int flags[] = {Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS | Xapian::DB_DANGEROUS | Xapian::DB_NO_SYNC,
                              Xapian::DB_OPEN};
  *out = nullptr;
  int status = guarded(err, nowhere, [&] {
    *out = new xap_writer;
    (*out)->reading.where = path;
    (*out)->database = Xapian::WritableDatabase(path, flags[how]);
    (*out)->reading.database = (*out)->database;
  });
  if (status) {
    if (status != NSEARCH_ERR_MEMORY) error_prefix(err, "%s", path);
    delete *out;
    *out = nullptr;
  }
  return status;
}

// Its destructor commits, which closing without a transaction cannot prevent; one that is cancelled has nothing to commit.
void xap_writer_free(struct xap_writer *writer) {
  if (!writer) return;
  guarded(nullptr, nowhere, [&] {
    writer->database.begin_transaction(false);
    writer->database.cancel_transaction();
  });
  guarded(nullptr, nowhere, [&] { writer->database.close(); });
  delete writer;
}

int xap_writer_add(struct xap_writer *writer, const struct xap_document *document, struct nsearch_error *err) {
  if (document->failed) return error_memory(err);
  return reading(&writer->reading, err, [&] { writer->database.add_document(document->document); });
}

int xap_writer_delete(struct xap_writer *writer, uint32_t document, struct nsearch_error *err) {
  return reading(&writer->reading, err, [&] { writer->database.delete_document(document); });
}

int xap_writer_open_remote(struct xap_writer **out, const char *address, unsigned milliseconds,
                           struct nsearch_error *err) {
  *out = nullptr;
  int status = guarded(err, nowhere, [&] {
    *out = new xap_writer;
    (*out)->reading.where = address;
  });
  if (!status)
    status = reading(&(*out)->reading, err, [&] {
      const remote server(address);
      (*out)->database = server.tcp
                             ? Xapian::Remote::open_writable(server.first, server.port(), milliseconds, milliseconds)
                             : Xapian::Remote::open_writable(server.first, server.rest, milliseconds);
      (*out)->reading.database = (*out)->database;
    });
  if (status) {
    delete *out;
    *out = nullptr;
  }
  return status;
}

struct xap_database *xap_writer_database(struct xap_writer *writer) {
  return &writer->reading;
}

int xap_writer_replace(struct xap_writer *writer, const char *term, size_t len, const struct xap_document *document,
                       struct nsearch_error *err) {
  if (document->failed) return error_memory(err);
  return reading(&writer->reading, err,
                 [&] { writer->database.replace_document(std::string(term, len), document->document); });
}

int xap_writer_keep_alive(struct xap_writer *writer, struct nsearch_error *err) {
  return reading(&writer->reading, err, [&] { writer->database.keep_alive(); });
}

int xap_writer_metadata(struct xap_writer *writer, const char *key, const char *value, size_t len,
                        struct nsearch_error *err) {
  return reading(&writer->reading, err, [&] { writer->database.set_metadata(key, std::string(value, len)); });
}

int xap_writer_commit(struct xap_writer *writer, struct nsearch_error *err) {
  return reading(&writer->reading, err, [&] { writer->database.commit(); });
}

int xap_compact(const char *path, const char *const *sources, size_t count, struct nsearch_error *err) {
  return guarded(err, path, [&] {
    Xapian::Database all;
    for (size_t i = 0; i < count; i++) all.add_database(Xapian::Database(sources[i]));
    all.compact(path, 0, 0);
  });
}

// What it finds is told or thrown, as any kind of error. It opens tables for writing, though it writes nothing: that it may
// not is no damage.
int xap_check(const char *path, struct nsearch_error *err) {
  size_t faults = 0;
  bool refused = false;
  int status = guarded(err, path, [&] {
    try {
      faults = Xapian::Database::check(path, 0, nullptr);
    } catch (const Xapian::DatabaseOpeningError &error) {
      const char *why = error.get_error_string();
      refused = why && (strcmp(why, strerror(EACCES)) == 0 || strcmp(why, strerror(EROFS)) == 0);
      throw;
    }
  });
  if (status == NSEARCH_ERR_MEMORY || (!status && faults == 0)) return status;
  if (refused)
    return error_set(err, NSEARCH_ERR_SYSTEM, "%s; Xapian checks only what it may write: check a copy, or as its owner",
                     nsearch_error_message(err));
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s%s; restore the folder from a copy or index again",
                   status ? nsearch_error_message(err) : path, status ? "" : ": its tables are damaged");
}

size_t xap_number(double number, char out[XAP_NUMBER_MAX]) { return Xapian::sortable_serialise_(number, out); }

double xap_number_of(const char *value, size_t len) {
  double number = 0;
  guarded(nullptr, nowhere, [&] { number = Xapian::sortable_unserialise(std::string(value, len)); });
  return number;
}
