/* common/xapian: libxapian for the rest of the tree, and how articles lie in its databases. The map of this folder.
 *
 *   xap.cc    libxapian in C; the only C++ of the product
 *   schema.c  terms and values: the keys of common/text and the fields of an article as Xapian has them
 *   data.c    document data: an article as lines of name=value
 *   figures.c what a database says of itself, and a remote shard of its place
 *
 * docs/xapian.md describes the databases for those who read them without nsearch. */
#ifndef COMMON_XAPIAN_XAP_H
#define COMMON_XAPIAN_XAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct buffer;
struct nsearch_error;
struct nsearch_article;

/* ---- xap.cc: libxapian in C ------------------------------------------------------------------------------------- */

/* No exception leaves these functions, std::bad_alloc included: each returns a status, and Xapian's message with the
 * database's path before it. A missing database is NSEARCH_ERR_MISSING, a locked one _LOCKED, a damaged one _DAMAGED, one
 * of a newer Xapian _VERSION, a failing disk _SYSTEM, a server that does not answer _SHARD; what Xapian calls a wrong
 * argument is _UNSUPPORTED.
 * An object belongs to one thread at a time; those stored through a pointer are the caller's, to free with the function
 * named after them, which takes NULL. */

/* One or more databases, read as one. Document d of shard s of n is number (d - 1) * n + s + 1. */
struct xap_database;
int xap_database_open(struct xap_database **out, const char *const *paths, size_t count, struct nsearch_error *err);
void xap_database_free(struct xap_database *database);

/* A database that a server serves, "tcp://HOST:PORT" or "prog:COMMAND"; no call waits longer than that for it. Makes the
 * process ignore SIGPIPE. *late as in struct xap_failure. */
int xap_remote_open(struct xap_database **out, const char *address, unsigned milliseconds, bool *late,
                    struct nsearch_error *err);
/* Several as one, which keeps what it needs of them. */
int xap_database_join(struct xap_database **out, struct xap_database *const *parts, size_t count,
                      struct nsearch_error *err);
/* After NSEARCH_ERR_SHARD: of those that were joined the one that failed, -1 when that is not known; late: it did not answer
 * in time. The database is of no use any more. */
struct xap_failure {
  int part;
  bool late;
};
struct xap_failure xap_database_failure(const struct xap_database *database);

/* Documents, and the sum of their lengths. */
int xap_size(struct xap_database *database, uint32_t *documents, uint64_t *length, struct nsearch_error *err);
int xap_frequency(struct xap_database *database, const char *term, size_t len, uint32_t *documents,
                  struct nsearch_error *err);
/* The terms that begin with prefix, from `from` on, in byte order; false stops. */
typedef bool (*xap_visit_term)(void *payload, const char *term, size_t len, uint32_t documents);
int xap_terms(struct xap_database *database, const char *prefix, size_t prefix_len, const char *from, size_t from_len,
              xap_visit_term visit, void *payload, struct nsearch_error *err);
/* The documents that hold a term, ascending. */
typedef bool (*xap_visit_document)(void *payload, uint32_t document);
int xap_postings(struct xap_database *database, const char *term, size_t len, xap_visit_document visit, void *payload,
                 struct nsearch_error *err);
/* The documents that have a value in a slot, ascending. */
typedef bool (*xap_visit_value)(void *payload, uint32_t document, const char *value, size_t len);
int xap_values(struct xap_database *database, unsigned slot, xap_visit_value visit, void *payload,
               struct nsearch_error *err);

/* Of one document, put into *out, which is cleared first: a value ("" for none), the data, the first term that begins
 * with prefix ("" for none). */
int xap_value(struct xap_database *database, uint32_t document, unsigned slot, struct buffer *out,
              struct nsearch_error *err);
int xap_data(struct xap_database *database, uint32_t document, struct buffer *out, struct nsearch_error *err);
int xap_term_of(struct xap_database *database, uint32_t document, const char *prefix, struct buffer *out,
                struct nsearch_error *err);
/* Whether the document holds the term, and how often; 0 times is possible. *length: of the document. */
struct xap_occurrence {
  bool found;
  uint32_t times, length;
};
int xap_occurrence(struct xap_database *database, uint32_t document, const char *term, size_t len,
                   struct xap_occurrence *out, struct nsearch_error *err);
/* How often a document holds each of some terms, which ascend; 0 for those that it does not. Its list of terms is read
 * once. *length as above. */
struct xap_term;
int xap_times(struct xap_database *database, uint32_t document, const struct xap_term *terms, size_t count,
              uint32_t *times, uint32_t *length, struct nsearch_error *err);
/* What was stored under a key, of one shard; "" for nothing. */
int xap_metadata(struct xap_database *database, const char *key, struct buffer *out, struct nsearch_error *err);

/* Part of a question. Joining and scaling keep their operands alive: free them in any order. */
struct xap_query;
enum xap_join {
  XAP_AND,
  XAP_OR,
  XAP_AND_NOT,   /* two operands */
  XAP_AND_MAYBE, /* two operands */
  XAP_FILTER,    /* two operands: the second scores nothing */
  XAP_PHRASE,    /* terms, in order, within a window of so many positions */
  XAP_NEAR       /* the same in any order */
};
int xap_query_all(struct xap_query **out, struct nsearch_error *err);
int xap_query_none(struct xap_query **out, struct nsearch_error *err);
int xap_query_term(struct xap_query **out, const char *term, size_t len, struct nsearch_error *err);
int xap_query_join(struct xap_query **out, enum xap_join join, struct xap_query *const *operands, size_t count,
                   uint32_t window, struct nsearch_error *err);
int xap_query_scale(struct xap_query **out, const struct xap_query *query, double factor, struct nsearch_error *err);
/* Every document, with this score. */
int xap_query_constant(struct xap_query **out, double score, struct nsearch_error *err);
/* Documents whose value lies in low .. high, by bytes; those without a value are out as long as low is not empty. */
int xap_query_range(struct xap_query **out, unsigned slot, const char *low, size_t low_len, const char *high,
                    size_t high_len, struct nsearch_error *err);
void xap_query_free(struct xap_query *query);

/* The score that a term of so many of the documents gets before scaling, at most: BM25's idf as Xapian has it times
 * k1 + 1. A test holds it to Xapian's own. */
double xap_term_weight(double k1, uint32_t documents, uint32_t frequency);

enum xap_order {
  XAP_BY_SCORE, /* then by the value of the slot, ascending */
  XAP_ASCENDING,  /* by the value alone; nothing is scored */
  XAP_DESCENDING
};
struct xap_hit {
  uint32_t document;
  double score;
};
/* How often a value occurs among the matches; spy: which of the slots it is of. */
typedef bool (*xap_visit_count)(void *payload, size_t spy, const char *value, size_t len, uint32_t count);
struct xap_search {
  const struct xap_query *query;
  double k1, b; /* of BM25 */
  enum xap_order order;
  unsigned slot;
  uint32_t limit;
  bool count;            /* the number of matches must be exact */
  double seconds;        /* 0: no limit; behind it numbers of matches may be bounds */
  const unsigned *slots; /* whose values are counted, over all matches; `count` must be set */
  size_t slot_count;
  xap_visit_count visit;
  void *payload;
};
/* hits: memory_free(). */
struct xap_answer {
  struct xap_hit *hits;
  size_t hit_count;
  uint32_t least, most; /* matches */
};
int xap_search(struct xap_database *database, const struct xap_search *search, struct xap_answer *out,
               struct nsearch_error *err);

/* A document to be written. It remembers a failure, which xap_writer_add() tells. */
struct xap_document;
int xap_document_new(struct xap_document **out, struct nsearch_error *err);
void xap_document_free(struct xap_document *document);
void xap_document_clear(struct xap_document *document);
/* positions[0..count), ascending; count may be 0. */
void xap_document_term(struct xap_document *document, const char *term, size_t len, uint32_t times,
                       const uint32_t *positions, size_t count);
void xap_document_value(struct xap_document *document, unsigned slot, const char *value, size_t len);
void xap_document_data(struct xap_document *document, const char *data, size_t len);

/* One database being written; one writer at a time: NSEARCH_ERR_LOCKED. */
enum xap_writing {
  XAP_TEMPORARY, /* new, and written without care for crashes and readers: to be compacted */
  XAP_EXISTING
};
struct xap_writer;
int xap_writer_open(struct xap_writer **out, const char *path, enum xap_writing how, struct nsearch_error *err);
/* One that a server serves; no call waits longer than that for it. NSEARCH_ERR_UNSUPPORTED when it may only be read. */
int xap_writer_open_remote(struct xap_writer **out, const char *address, unsigned milliseconds,
                           struct nsearch_error *err);
/* The database as it would be after a commit; the writer's. */
struct xap_database *xap_writer_database(struct xap_writer *writer);
/* Nothing that was not committed is kept, except for what a server has written of its own accord. */
void xap_writer_free(struct xap_writer *writer);
/* Everything since the last commit is lost when one of these fails. */
int xap_writer_add(struct xap_writer *writer, const struct xap_document *document, struct nsearch_error *err);
/* In the place of the documents that have the term, which the new one should have. */
int xap_writer_replace(struct xap_writer *writer, const char *term, size_t len, const struct xap_document *document,
                       struct nsearch_error *err);
int xap_writer_delete(struct xap_writer *writer, uint32_t document, struct nsearch_error *err);
int xap_writer_metadata(struct xap_writer *writer, const char *key, const char *value, size_t len,
                        struct nsearch_error *err);
int xap_writer_commit(struct xap_writer *writer, struct nsearch_error *err);
/* A server ends a connection that says nothing for a minute. */
int xap_writer_keep_alive(struct xap_writer *writer, struct nsearch_error *err);

/* Writes the databases as one, new and compact, documents numbered anew in the order of the sources. */
int xap_compact(const char *path, const char *const *sources, size_t count, struct nsearch_error *err);

/* Xapian's look through the tables of a database: NSEARCH_ERR_DAMAGED when it finds something, _SYSTEM when
 * its files may not be written: it opens them so. */
int xap_check(const char *path, struct nsearch_error *err);

/* Xapian's form of a number as a value: it sorts by bytes as numbers do. Exact up to 2^53. */
enum { XAP_NUMBER_MAX = 9 };
size_t xap_number(double number, char out[XAP_NUMBER_MAX]);
double xap_number_of(const char *value, size_t len);

/* ---- schema.c: terms and values ---------------------------------------------------------------------------------- */

/* Values. Those of more than one are separated by newlines. */
enum xap_slot {
  SLOT_ORDER,     /* 16 bytes: the total order */
  SLOT_PUBLISHED, /* first and last second of the date, as xap_number() writes them */
  SLOT_UNTIL,
  SLOT_DATE,      /* 2025, 2025-11 or 2025-11-14 */
  SLOT_SOURCE,
  SLOT_SECTION,
  SLOT_LANGUAGE,
  SLOT_SITE,
  SLOT_TOPICS,
  SLOT_AUTHORS,
  SLOT_SIGNATURE, /* 16 hexadecimal digits: XXH3 of the body */
  SLOT_SEQUENCE,  /* 8 bytes, big endian: which of two articles with one id came later */
  SLOT_TOKENS,    /* words of title and body, as xap_number() writes it */
  SLOT_RUN        /* of a remote shard, 8 bytes, big endian: the run that SLOT_SEQUENCE counts in */
};

enum { XAP_TERM_MAX = 245 };
struct xap_term {
  char bytes[XAP_TERM_MAX];
  size_t len;
};

/* The term of a key of common/text; own: the index's language. Of a keyword's key only tag and match form count. */
void xap_term_of_key(const char *key, size_t len, int own, struct xap_term *out);
/* The same for a key's beginning: what the terms of all keys that begin so begin with. False where they are spread:
 * stems without their language. */
bool xap_prefix_of_key(const char *prefix, size_t len, int own, struct xap_term *out);
/* The key of a term that such a prefix found, into *out, which is cleared first. tag: an enum term_tag,
 * language: of a stem. False for terms that are no key's. */
bool xap_key_of_term(const char *term, size_t len, int tag, int language, int own, struct buffer *out);
/* A keyword as one article spells it: the term of its match form, 0x1f, the spelling. */
void xap_term_of_spelling(int tag, const char *form, size_t form_len, const char *value, size_t len,
                          struct xap_term *out);
/* The spelling in such a term, in the term; false when it may have been cut. */
bool xap_spelling_of_term(const char *term, size_t len, const char **value, size_t *value_len);
void xap_term_of_id(const char *id, size_t len, struct xap_term *out);
void xap_term_of_url(const char *url, size_t len, struct xap_term *out);
bool xap_tag_is_keyword(int tag);

/* The value of the total order: published descending, undated (INT64_MIN) last, then the id's hash. */
void xap_order_value(int64_t published, uint64_t id_hash, char out[16]);
int64_t xap_published_of_order(const char value[16]);
void xap_put_u64(uint64_t number, char out[8]); /* big endian */
uint64_t xap_take_u64(const char in[8]);

/* Files of an index: its databases, one a shard, and those of an unfinished run. */
#define XAPIAN_DATABASE ".xapian"
#define XAPIAN_PART ".part"
char *xap_shard_path(const char *folder, uint64_t number); /* "FOLDER/000012.xapian"; NULL for want of memory */

/* ---- data.c: document data ----------------------------------------------------------------------------------------- */

void xap_encode_data(const struct nsearch_article *article, bool with_body, struct buffer *out);
/* Clears the article first, and again when it fails; takes hostile bytes: NSEARCH_ERR_DAMAGED. */
int xap_decode_data(struct nsearch_article *article, const char *data, size_t len, bool with_body,
                    struct nsearch_error *err);

/* ---- figures.c: what a database says of itself ----------------------------------------------------------------------- */

#define XAP_FIGURES "nsearch" /* the key of the metadata */

struct xap_figures {
  int language; /* those of the index: not decoded, the manifest has them */
  unsigned title_weight;
  bool has_text;
  uint64_t terms, postings; /* 0: not known, of a remote shard */
  uint64_t tokens;
  uint32_t languages; /* bit set of those that stems are present in */
  bool dated;
  int64_t oldest, newest;
  uint64_t index;         /* of a remote shard: the identity of the index */
  uint32_t shard, shards; /* of a remote shard: its number, from 1, of how many; else 0 */
};
void xap_figures_encode(const struct xap_figures *figures, struct buffer *out);
/* Takes hostile bytes. where: the database, for messages. NSEARCH_ERR_DAMAGED, _VERSION. */
int xap_figures_decode(struct xap_figures *out, const struct buffer *text, const char *where,
                       struct nsearch_error *err);
/* NSEARCH_ERR_DAMAGED when the database is not this shard of this index. */
int xap_figures_check(const struct xap_figures *figures, uint64_t index, uint32_t shard, uint32_t shards,
                      const char *where, struct nsearch_error *err);
uint32_t xap_shard_of_id(const char *id, size_t len, uint32_t shards); /* from 0: where an article belongs */

#ifdef __cplusplus
}
#endif

#endif
