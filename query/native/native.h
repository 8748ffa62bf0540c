/* query/native: the native engine's side of reading. The map of this folder.
 *
 *   snapshot.c   the files of one commit, mapped; articles by id; statistics
 *   terms.c      walking the dictionaries of all segments at once
 *   cursor.c     one term's list in one segment: seek, decode, positions
 *   bm25.c       the weights of a question's leaves; the scores of a block
 *   matcher.c    a tree over one segment, evaluated window by window
 *   phrase.c     positions, looked at for survivors only
 *   pruned.c     top-k of a union by block maxima: the same answer, less work
 *   topk.c       the best k so far
 *   facets.c     values of fields counted over the matches
 *   pass.c       one segment of a search: dates, deadline, what was found
 *   search.c     a request over all segments */
#ifndef QUERY_NATIVE_NATIVE_H
#define QUERY_NATIVE_NATIVE_H

#include <pthread.h>

#include "common/engine.h"
#include "common/store/store.h"

enum { WINDOW = 4096, WINDOW_WORDS = WINDOW / 64 };

#define NO_DOC UINT32_MAX

/* ---- snapshot.c ---------------------------------------------------------------------------------------------------- */

struct snapshot {
  _Atomic int references;
  char *folder;
  struct manifest manifest;
  struct segment *segments;
  size_t segment_count;
  struct pack *packs; /* in the order of the manifest */
  struct engine_stats stats;
};

/* ---- terms.c --------------------------------------------------------------------------------------------------------- */

int snapshot_terms(struct snapshot *snapshot, const char *prefix, size_t prefix_len, const char *from, size_t from_len,
                   visit_term visit, void *payload, struct nsearch_error *err);
int snapshot_frequency(struct snapshot *snapshot, const char *key, size_t len, uint64_t *df,
                       struct nsearch_error *err);

/* ---- cursor.c -------------------------------------------------------------------------------------------------------- */

/* Walks a list forwards, block by block. */
struct cursor {
  struct segment *segment;
  struct list_view view;
  uint32_t block;  /* first block that can hold what was last asked for */
  uint32_t loaded; /* block in docs[], UINT32_MAX: none */
  uint32_t size, at;
  uint32_t doc;    /* docs[at], NO_DOC at the end */
  bool freqs_loaded;
  struct block_place place;
  uint32_t docs[BLOCK], freqs[BLOCK];
};
/* False in *found when the segment does not have the term. */
int cursor_open(struct cursor *cursor, struct segment *segment, struct term_key key, bool *found,
                struct nsearch_error *err);
int cursor_seek(struct cursor *cursor, uint32_t target, struct nsearch_error *err); /* to the first doc >= target */
int cursor_freqs(struct cursor *cursor, struct nsearch_error *err);                 /* of the loaded block */

/* Positions of single documents, in ascending order of documents. */
struct position_cursor {
  struct cursor cursor;
  struct position_run run;
  uint32_t run_block, run_at; /* run stands before the positions of this posting */
  uint32_t *positions;
  size_t count, capacity;
};
int position_cursor_read(struct position_cursor *cursor, uint32_t doc, struct nsearch_error *err);
void position_cursor_free(struct position_cursor *cursor);

/* ---- bm25.c ------------------------------------------------------------------------------------------------------------ */

/* What scoring needs to know of a leaf, the same in every segment. */
struct leaf_weight {
  const struct node *leaf;
  uint64_t df, biggest_df;
  float weight;      /* BM25: A of docs/ranking.md */
  uint32_t constant; /* SCORE_CONSTANT, in units */
};

struct scoring {
  struct leaf_weight *leaves; /* in the order of the tree, left to right */
  size_t count, capacity;
  float c0, c1;  /* K = c0 + c1 * length */
  double unit;   /* score = units * unit */
  double average;
};

int scoring_prepare(struct scoring *scoring, struct snapshot *snapshot, const struct node *tree,
                    struct nsearch_error *err);
void scoring_free(struct scoring *scoring);

/* The contribution of one posting, in units; the formula and its roundings are those of docs/ranking.md. */
static inline uint32_t bm25_units(float weight, float c0, float c1, uint32_t length, uint32_t freq) {
  float tf = (float)freq, k = c0 + c1 * (float)length;
  return (uint32_t)(int32_t)__builtin_lrintf(weight * tf / (tf + k));
}

/* An upper bound of bm25_units() over postings whose bound in the segment is `max`, where the segment was written with
 * another average length: tf / (tf + K) grows at most by the ratio of the averages. */
uint32_t bm25_bound(float weight, uint8_t max, double stretch);
double bm25_stretch(const struct scoring *scoring, const struct segment *segment);

/* ---- matcher.c ------------------------------------------------------------------------------------------------------------ */

struct matcher;
/* A tree over one segment. weights: the scoring's leaves in the same left-to-right order. */
int matcher_open(struct matcher **out, struct segment *segment, uint32_t segment_number, const struct node *tree,
                 const struct scoring *scoring, struct nsearch_error *err);
void matcher_free(struct matcher *matcher);
/* No document from `from` on and before *doc matches; NO_DOC: none at all. */
int matcher_next(struct matcher *matcher, uint32_t from, uint32_t *doc, struct nsearch_error *err);
/* Sets the mask of the matching documents of [base, base + WINDOW) and adds their scores, in units, to scores[], which
 * may be NULL. Documents that do not match are left alone. */
int matcher_window(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                   struct nsearch_error *err);

/* ---- phrase.c -------------------------------------------------------------------------------------------------------------- */

/* True when positions p1 < p2 < ... of the lists in turn lie within count + slop of each other. */
bool phrase_within(uint32_t *const *positions, const size_t *counts, size_t count, uint32_t slop);

/* ---- topk.c ------------------------------------------------------------------------------------------------------------------ */

struct candidate {
  uint32_t units;
  int64_t published;
  uint64_t id_hash;
  struct doc_ref doc;
};

/* Keeps the best k in the order of score and then the total order. */
struct topk {
  struct candidate *heap; /* worst on top */
  size_t count, limit, capacity;
};
/* Units that a candidate must at least have to get in; 0 while there is room. */
static inline uint32_t topk_threshold(const struct topk *topk) {
  return topk->limit == 0 ? UINT32_MAX : topk->count < topk->limit ? 0 : topk->heap[0].units;
}
int topk_offer(struct topk *topk, const struct candidate *candidate, struct nsearch_error *err);
void topk_sort(struct topk *topk); /* best first; nothing may be offered afterwards */
void topk_free(struct topk *topk);

/* ---- pass.c ---------------------------------------------------------------------------------------------------------------------- */

/* One segment of a search. */
struct pass {
  struct snapshot *snapshot;
  struct segment *segment;
  uint32_t number;
  const struct search_request *request;
  const struct scoring *scoring;
  struct topk *topk;
  const uint8_t *published, *date_info, *id_hashes;
  uint32_t first, end;     /* documents that the date range can admit */
  uint32_t check_dates;    /* from this document on each date must be looked at */
  uint64_t matches;
  uint32_t ticks;
};

/* Opens the columns that it needs and sets first, end and check_dates; the caller sets what is above. */
int pass_open(struct pass *pass, struct nsearch_error *err);

/* NSEARCH_ERR_DEADLINE or NSEARCH_ERR_CANCELLED when the search must stop; cheap enough for once a window. */
int pass_check(struct pass *pass, struct nsearch_error *err);
/* Clears the bits of the documents of a window that the date range does not admit. */
void pass_filter(const struct pass *pass, uint32_t base, uint64_t *mask);
/* Offers the marked documents of a window. */
int pass_collect(struct pass *pass, uint32_t base, const uint64_t *mask, const uint32_t *scores,
                 struct nsearch_error *err);

/* ---- facets.c -------------------------------------------------------------------------------------------------------------------- */

/* The counts of one search, over all its segments; NULL counts nothing. */
struct facets;
int facets_new(struct facets **out, struct snapshot *snapshot, const struct search_request *request,
               struct nsearch_error *err);
/* Counts the marked documents of a window, which are matches that dates admit; no document may come twice. */
int facets_window(struct facets *facets, uint32_t segment, uint32_t base, const uint64_t *mask,
                  struct nsearch_error *err);
int facets_answer(struct facets *facets, struct search_answer *answer, struct nsearch_error *err);
void facets_free(struct facets *facets);

/* ---- pruned.c and search.c ------------------------------------------------------------------------------------------------------- */

/* True when the tree is a union of scored leaves, which pruned_pass() takes. */
bool pruned_takes(const struct node *tree);
int pruned_pass(struct pass *pass, struct nsearch_error *err);

int snapshot_search(struct snapshot *snapshot, const struct search_request *request, struct search_answer *answer,
                    struct nsearch_error *err);

#endif
