/* What matcher.c and union_count.c share, and nobody else needs. */
#ifndef QUERY_NATIVE_MATCHER_H
#define QUERY_NATIVE_MATCHER_H

#include "query/native/native.h"

struct matcher {
  enum node_kind kind;
  struct segment *segment;
  const struct node *node;
  struct matcher **children;
  size_t child_count;
  bool never;             /* nothing can match here */
  struct cursor *cursors; /* NODE_TERM: keys that the segment has */
  size_t cursor_count;
  uint64_t df;                      /* upper bound of the matches, for ordering children */
  const struct leaf_weight *weight; /* NODE_TERM */
  float c0, c1;
  const uint8_t *lengths;
  struct words words;      /* NODE_PHRASE, NODE_NEAR */
  uint32_t *scores;        /* own array of WINDOW scores, zero between windows; NULL where nothing can take them back */
  struct doc_ref doc;      /* NODE_DOC */
  struct date_range dates; /* NODE_DATES */
  const struct search_request *request;
  uint32_t ticks; /* of search_check() */
};

/* Which of the documents doc to doc + 63 there are, as bits. */
static inline uint64_t matcher_there(const struct matcher *matcher, uint32_t doc) {
  uint32_t documents = matcher->segment->info.documents;
  if (doc >= documents) return 0;
  return documents - doc < 64 ? (UINT64_C(1) << (documents - doc)) - 1 : UINT64_MAX;
}

/* No document from `from` on and before *doc matches any of the children from `first` on. */
int matcher_next_of(struct matcher *matcher, size_t first, uint32_t from, uint32_t *doc, struct nsearch_error *err);
/* Sets the bits of the documents of a window that match any of the children from `first` on. */
int matcher_unite(struct matcher *matcher, size_t first, uint32_t base, uint64_t *mask, struct nsearch_error *err);
/* Sets the bits of those documents of a window that are wanted and match, and perhaps of more that match: where few are
 * wanted, a word is asked for each. A window is asked for once. */
int matcher_held(struct matcher *matcher, uint32_t base, const uint64_t *wanted, uint64_t *held,
                 struct nsearch_error *err);

#endif
