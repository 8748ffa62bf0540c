/* query/xapian: the Xapian engine's side of reading. The map of this folder.
 *
 *   core.c      the databases of one commit, and how each of them does
 *   handles.c   connections to them for threads
 *   snapshot.c  a commit as a request sees it; figures
 *   frequencies.c  what a handle knows of terms
 *   articles.c  terms, frequencies, documents back to articles
 *   parts.c     parts of a query, joined past Xapian's mistakes
 *   tree.c      the question's tree -> a query of Xapian
 *   search.c    a request -> an answer
 *   facets.c    values of fields, counted over the matches
 *   explain.c   how one article comes to its score
 *   occurrences.c  how often terms stand in articles
 *   check.c     whether databases are whole
 *
 * Only what Xapian can send to a remote server is used: its own weights, sources, spies and orders. */
#ifndef QUERY_XAPIAN_XAPIAN_H
#define QUERY_XAPIAN_XAPIAN_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/engine.h"
#include "common/store/store.h"
#include "common/xapian/xap.h"

/* ---- core.c --------------------------------------------------------------------------------------------------------- */

enum { SHARD_MS = 10000 /* that a shard is waited for when the request does not say */ };

struct shard {
  bool known; /* it was open once */
  struct xap_figures figures;
  uint32_t documents;
  uint64_t length;
  uint64_t down_until;      /* of clock_monotonic() */
  struct shard_state state; /* its address, or the path */
};

struct core {
  atomic_uint references;
  char *folder;
  struct manifest manifest;
  bool remote;
  size_t count;              /* shards */
  struct part_size parts[8]; /* on this machine */
  size_t part_count;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t returned;
  struct shard *shards;
  struct handle *idle;
  size_t idle_count;
  unsigned handles; /* that there are */
};

/* Opens no database yet. */
int core_open(struct core **out, const char *path, struct nsearch_error *err);
/* Whether the folder holds another commit than the one with a manifest of this checksum. */
int commit_is_past(const char *folder, uint64_t checksum, bool *past, struct nsearch_error *err);
void core_release(struct core *core);
/* Adds up what is on this machine. */
int core_measure(struct core *core, struct nsearch_error *err);

/* Opens a shard, looks whether it is the right one, and notes how that went. */
int shard_open(struct core *core, size_t i, unsigned milliseconds, struct xap_database **out,
               struct nsearch_error *err);
void shard_note_down(struct core *core, size_t i, const struct nsearch_error *err);
/* Completes the message of a shard that does not answer: which one it is, what to do. late as in struct xap_failure. */
void shard_advise(const struct core *core, size_t i, bool late, struct nsearch_error *err);
int engine_probe(const char *path, struct nsearch_shards **out, struct nsearch_error *err);

/* ---- handles.c ------------------------------------------------------------------------------------------------------ */

/* One thread at a time has a handle: Xapian's objects are not for several. */
struct handle {
  struct xap_database *database;
  uint64_t articles, length; /* when it was opened; length as in struct engine_stats */
  uint64_t smallest;         /* of several databases the articles of the smallest; 0: there is only one */
  uint64_t present;          /* shards, a bit each */
  bool remote;
  unsigned milliseconds;     /* that a call waits for a shard at most */
  struct frequencies *known; /* frequencies.c's */
  struct handle *next;
};

/* A handle for what a call has to do:
 *
 *     int status = NSEARCH_OK;
 *     for (struct lease lease = {.snapshot = snapshot}; lease_take(&lease, &status, err);)
 *       status = ...lease.handle...
 *
 * The body runs a second time, on a new connection, when it says NSEARCH_ERR_SHARD. */
struct lease {
  struct snapshot *snapshot;
  struct handle *handle;
  bool taken, repeated;
};
bool lease_take(struct lease *lease, int *status, struct nsearch_error *err);
int handle_take(struct snapshot *snapshot, struct handle **out, struct nsearch_error *err);
void handle_give(struct core *core, struct handle *handle);
void handles_drop(struct core *core); /* those that nobody has */

/* ---- snapshot.c ----------------------------------------------------------------------------------------------------- */

struct snapshot {
  atomic_uint references;
  struct core *core;
  uint64_t present; /* shards that it reads, a bit each */
  bool partial;
  uint64_t deadline;
  unsigned milliseconds;
  struct engine_stats stats;
  struct nsearch_shards *states; /* NULL: no remote ones */
};

static inline bool has_shard(uint64_t present, size_t i) { return present >> i & 1; }

const struct engine_stats *snapshot_stats(struct snapshot *snapshot);
uint32_t snapshot_number(const struct snapshot *snapshot, struct doc_ref doc); /* as the shards read as one count */
struct doc_ref snapshot_doc(const struct snapshot *snapshot, uint32_t number);
/* Lengths are sums over exact terms and stems: how often one token counts. */
unsigned snapshot_folds(const struct snapshot *snapshot);

/* ---- frequencies.c -------------------------------------------------------------------------------------------------- */

struct frequencies;
int handle_frequency(struct handle *handle, const struct xap_term *term, uint32_t *documents,
                     struct nsearch_error *err);
void frequencies_free(struct frequencies *known);

/* ---- articles.c ----------------------------------------------------------------------------------------------------- */

int engine_terms(struct snapshot *snapshot, const char *prefix, size_t prefix_len, const char *from, size_t from_len,
                 visit_term visit, void *payload, struct nsearch_error *err);
int engine_frequency(struct snapshot *snapshot, const char *key, size_t len, uint64_t *df, struct nsearch_error *err);
int engine_find(struct snapshot *snapshot, const char *id_or_url, struct doc_ref *out, struct nsearch_error *err);
int engine_fetch(struct snapshot *snapshot, struct doc_ref doc, unsigned want, struct nsearch_article *out,
                 struct nsearch_error *err);
int engine_signature(struct snapshot *snapshot, struct doc_ref doc, uint64_t *out, struct nsearch_error *err);

/* ---- parts.c -------------------------------------------------------------------------------------------------------- */

/* Part of a query, and what must not be done with it; zeroed is a term, but for its query. */
struct tree_part {
  struct xap_query *query;
  size_t more;  /* lists of documents that are united in it, but one */
  bool checked; /* no term, nor an OR of terms */
  bool fragile; /* must not be in an AND, nor second in AND_MAYBE */
  bool loose;   /* a search of it must not prune */
};
void tree_part_free(struct tree_part *part);
/* AND, FILTER, AND_NOT or AND_MAYBE of two; they stay the caller's. */
int parts_pair(enum xap_join how, const struct tree_part *a, const struct tree_part *b, struct tree_part *out,
               struct nsearch_error *err);
/* AND or OR of any number. */
int parts_join(enum xap_join how, const struct tree_part *parts, size_t count, struct tree_part *out,
               struct nsearch_error *err);

/* ---- tree.c --------------------------------------------------------------------------------------------------------- */

/* What a tree is made for. */
struct tree {
  struct snapshot *snapshot;
  struct handle *handle;
  bool scored; /* else all of it filters */
};
/* filter, which may be NULL, applies besides. */
int tree_make(const struct tree *tree, const struct node *node, const struct tree_part *filter, struct tree_part *out,
              struct nsearch_error *err);
/* The documents of a dates node's, or a request's, range. */
int tree_dates(int64_t since, int64_t until, struct tree_part *out, struct nsearch_error *err);
/* The documents of all keys, 0 where no document has any: with several keys no document has two of them. */
int tree_frequency(const struct tree *tree, const struct node *leaf, uint64_t *df, struct nsearch_error *err);
/* boost * idf, as docs/ranking.md has it. */
double tree_bound(const struct tree *tree, const struct node *leaf, uint64_t df);

/* ---- search.c ------------------------------------------------------------------------------------------------------- */

int engine_search(struct snapshot *snapshot, const struct search_request *request, struct search_answer *answer,
                  struct nsearch_error *err);

/* ---- facets.c ------------------------------------------------------------------------------------------------------- */

/* Zeroed is empty. */
struct slot_facets {
  struct snapshot *snapshot;
  const struct search_request *request;
  unsigned slots[FACET_FIELDS]; /* where the values of each field are */
  struct facet_tally *tallies;  /* of each */
  struct nsearch_error *err;
  int status;
};
int slot_facets_open(struct slot_facets *facets, struct snapshot *snapshot, const struct search_request *request,
                     struct nsearch_error *err);
/* An xap_visit_count: a slot's value and how many matches have it. */
bool slot_facets_count(void *payload, size_t field, const char *value, size_t len, uint32_t count);
int slot_facets_answer(struct slot_facets *facets, struct xap_database *database, struct search_answer *answer,
                       struct nsearch_error *err);
void slot_facets_free(struct slot_facets *facets);

/* ---- occurrences.c -------------------------------------------------------------------------------------------------- */

int engine_occurrences(struct snapshot *snapshot, const struct term_key *keys, size_t key_count,
                       const struct doc_ref *docs, size_t doc_count, const struct search_request *request,
                       uint32_t *tfs, uint32_t *lengths, struct nsearch_error *err);

/* ---- explain.c ------------------------------------------------------------------------------------------------------ */

int engine_explain(struct snapshot *snapshot, const struct node *tree, struct doc_ref doc, struct score_part *parts,
                   struct nsearch_error *err);

/* ---- check.c -------------------------------------------------------------------------------------------------------- */

int engine_check(const char *path, bool fast, const struct check_report *report, struct nsearch_error *err);

#endif
