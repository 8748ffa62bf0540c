/* A tree over one segment, evaluated in aligned windows: bit masks for matching, an array for scores. This is the
 * plain evaluator, exhaustive and exact; union.c and conjunction.c give the same answers for less where they can.
 *
 * Scores are integers added in any order. A node that can take back a match of a child (AND, AND_NOT, AND_MAYBE,
 * PHRASE, NEAR) scores its children into an array of its own and hands on only what stays. */
#include <stdlib.h>
#include <string.h>

#include "query/native/matcher.h"

void matcher_free(struct matcher *matcher) {
  if (!matcher) return;
  for (size_t i = 0; matcher->children && i < matcher->child_count; i++) matcher_free(matcher->children[i]);
  for (size_t i = 0; matcher->cursors && i < matcher->cursor_count; i++) cursor_free(&matcher->cursors[i]);
  words_free(&matcher->words);
  memory_free(matcher->children);
  memory_free(matcher->cursors);
  memory_free(matcher->scores);
  memory_free(matcher);
}

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

struct opening {
  struct segment *segment;
  uint32_t segment_number;
  const struct scoring *scoring;
  size_t next_leaf;
  bool scores;
  const struct search_request *request;
};

/* Opens the keys that the segment has; those of scored leaves have been looked up. */
static int open_keys(struct matcher *matcher, const struct opening *opening, size_t leaf, struct nsearch_error *err) {
  const struct node *node = matcher->node;
  for (size_t k = 0; k < node->key_count; k++) {
    struct cursor *cursor = &matcher->cursors[matcher->cursor_count];
    const struct term_entry *entry = scoring_entry(opening->scoring, leaf, k, opening->segment_number);
    bool found = entry != NULL;
    int status = found                       ? cursor_open(cursor, matcher->segment, entry, err)
                 : node->score == SCORE_BM25 ? NSEARCH_OK
                                             : cursor_find_term(cursor, matcher->segment, node->keys[k], &found, err);
    if (found) matcher->cursor_count++;
    if (status) return status;
    if (found) matcher->df += cursor->view.df;
  }
  return NSEARCH_OK;
}

static int open_term(struct matcher *matcher, struct opening *opening, struct nsearch_error *err) {
  size_t leaf = opening->next_leaf++;
  matcher->weight = &opening->scoring->leaves[leaf];
  matcher->cursors = memory_zero(matcher->node->key_count + 1, sizeof *matcher->cursors);
  if (!matcher->cursors) return error_memory(err);
  int status = open_keys(matcher, opening, leaf, err);
  if (status) return status;
  matcher->never = matcher->cursor_count == 0;
  matcher->lengths = segment_section(matcher->segment, SECTION_LENGTHS, err);
  return matcher->lengths ? NSEARCH_OK : NSEARCH_ERR_DAMAGED;
}

/* Whether the node matches nothing, and at most how many documents, from its children. */
static void summarise(struct matcher *matcher) {
  size_t never = 0;
  matcher->df = 0;
  for (size_t i = 0; i < matcher->child_count; i++) {
    const struct matcher *child = matcher->children[i];
    never += child->never;
    if (matcher->kind == NODE_OR) matcher->df += child->df;
    if (matcher->kind != NODE_OR && (i == 0 || child->df < matcher->df)) matcher->df = child->df;
  }
  bool first_only = matcher->kind == NODE_AND_NOT || matcher->kind == NODE_AND_MAYBE;
  if (first_only) matcher->df = matcher->children[0]->df;
  matcher->never = first_only                 ? matcher->children[0]->never
                   : matcher->kind == NODE_OR ? never == matcher->child_count
                                              : never > 0;
}

static int by_df(const void *a, const void *b) {
  const struct matcher *x = *(struct matcher *const *)a, *y = *(struct matcher *const *)b;
  return (x->df > y->df) - (x->df < y->df);
}

static int by_df_falling(const void *a, const void *b) { return by_df(b, a); }

/* Conjunctions look at the rarest child first, unions at the most frequent one; scores do not care. */
static void order_children(struct matcher *matcher) {
  qsort(matcher->children, matcher->child_count, sizeof *matcher->children,
        matcher->kind == NODE_OR ? by_df_falling : by_df);
}

static int open_node(struct matcher **out, const struct node *node, struct opening *opening, struct nsearch_error *err);

static bool has_positions(const struct matcher *matcher) {
  return matcher->kind == NODE_PHRASE || matcher->kind == NODE_NEAR;
}

static int open_children(struct matcher *matcher, struct opening *opening, struct nsearch_error *err) {
  const struct node *node = matcher->node;
  size_t leaf = opening->next_leaf;
  matcher->children = memory_zero(node->child_count + 1, sizeof *matcher->children);
  if (!matcher->children) return error_memory(err);
  matcher->child_count = node->child_count;
  for (size_t i = 0; i < node->child_count; i++) {
    int status = open_node(&matcher->children[i], node->children[i], opening, err);
    if (status) return status;
  }
  summarise(matcher);
  if (opening->scores && matcher->kind != NODE_OR) {
    matcher->scores = memory_zero(WINDOW, sizeof *matcher->scores);
    if (!matcher->scores) return error_memory(err);
  }
  bool first_is_special = matcher->kind == NODE_AND_NOT || matcher->kind == NODE_AND_MAYBE;
  if (!first_is_special) order_children(matcher);
  return !has_positions(matcher) || matcher->never
             ? NSEARCH_OK
             : words_open(&matcher->words, matcher->segment, opening->segment_number, node, opening->scoring, leaf,
                          err);
}

static int open_node(struct matcher **out, const struct node *node, struct opening *opening,
                     struct nsearch_error *err) {
  struct matcher *matcher = *out = memory_zero(1, sizeof *matcher);
  if (!matcher) return error_memory(err);
  matcher->kind = node->kind;
  matcher->node = node;
  matcher->segment = opening->segment;
  matcher->request = opening->request;
  matcher->c0 = opening->scoring->c0;
  matcher->c1 = opening->scoring->c1;
  switch (node->kind) {
  case NODE_TERM:
    return open_term(matcher, opening, err);
  case NODE_ALL:
    matcher->df = opening->segment->info.documents;
    return NSEARCH_OK;
  case NODE_DOC:
    matcher->df = 1;
    matcher->doc = node->doc;
    matcher->never = node->doc.segment != opening->segment_number;
    return NSEARCH_OK;
  case NODE_DATES: {
    int status = date_range_open(&matcher->dates, matcher->segment, node->since, node->until, err);
    matcher->df = matcher->dates.end - matcher->dates.first;
    matcher->never = matcher->df == 0;
    return status;
  }
  default:
    return open_children(matcher, opening, err);
  }
}

int matcher_open(struct matcher **out, struct segment *segment, uint32_t segment_number, const struct node *tree,
                 size_t leaf, const struct scoring *scoring, bool scores, const struct search_request *request,
                 struct nsearch_error *err) {
  struct opening opening = {segment, segment_number, scoring, leaf, scores, request};
  int status = open_node(out, tree, &opening, err);
  if (status) {
    matcher_free(*out);
    *out = NULL;
  }
  return status;
}

void matcher_rewind(struct matcher *matcher) {
  for (size_t i = 0; i < matcher->child_count; i++) matcher_rewind(matcher->children[i]);
  for (size_t i = 0; i < matcher->cursor_count; i++) cursor_rewind(&matcher->cursors[i]);
  if (matcher->words.words) words_rewind(&matcher->words);
}

/* ---- Skipping to where something can match ----------------------------------------------------------------------------- */

int matcher_next_of(struct matcher *matcher, size_t first, uint32_t from, uint32_t *doc, struct nsearch_error *err) {
  *doc = NO_DOC;
  for (size_t i = first; i<matcher->child_count && * doc> from; i++) {
    uint32_t next;
    int status = matcher_next(matcher->children[i], from, &next, err);
    if (status) return status;
    if (next < *doc) *doc = next;
  }
  return NSEARCH_OK;
}

/* Each child in turn pushes the candidate on; a lower bound needs no second round. */
static int next_of_all(struct matcher *matcher, uint32_t from, uint32_t *doc, struct nsearch_error *err) {
  *doc = from;
  for (size_t i = 0; i < matcher->child_count && *doc != NO_DOC; i++) {
    int status = matcher_next(matcher->children[i], *doc, doc, err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

static int next_of_term(struct matcher *matcher, uint32_t from, uint32_t *doc, struct nsearch_error *err) {
  *doc = NO_DOC;
  for (size_t i = 0; i < matcher->cursor_count; i++) {
    uint32_t next;
    int status = cursor_next(&matcher->cursors[i], from, &next, err);
    if (status) return status;
    if (next < *doc) *doc = next;
  }
  return NSEARCH_OK;
}

int matcher_next(struct matcher *matcher, uint32_t from, uint32_t *doc, struct nsearch_error *err) {
  *doc = NO_DOC;
  if (matcher->never) return NSEARCH_OK;
  switch (matcher->kind) {
  case NODE_ALL:
    *doc = from < matcher->segment->info.documents ? from : NO_DOC;
    return NSEARCH_OK;
  case NODE_DOC:
    *doc = from <= matcher->doc.doc ? matcher->doc.doc : NO_DOC;
    return NSEARCH_OK;
  case NODE_DATES: /* a lower bound: a document in the range may yet be refused */
    if (from < matcher->dates.first) from = matcher->dates.first;
    *doc = from < matcher->dates.end ? from : NO_DOC;
    return NSEARCH_OK;
  case NODE_TERM:
    return next_of_term(matcher, from, doc, err);
  case NODE_OR:
    return matcher_next_of(matcher, 0, from, doc, err);
  case NODE_AND:
  case NODE_PHRASE:
  case NODE_NEAR:
    return next_of_all(matcher, from, doc, err);
  case NODE_AND_NOT:
  case NODE_AND_MAYBE:
    return matcher_next(matcher->children[0], from, doc, err);
  }
  return NSEARCH_OK;
}

/* ---- Windows -------------------------------------------------------------------------------------------------------------- */

static bool mask_is_empty(const uint64_t *mask) {
  uint64_t any = 0;
  for (int i = 0; i < WINDOW_WORDS; i++) any |= mask[i];
  return any == 0;
}

static void mask_and(uint64_t *mask, const uint64_t *other) {
  for (int i = 0; i < WINDOW_WORDS; i++) mask[i] &= other[i];
}

/* Adds the scores of the postings from `at` on and before `stop`. */
static int score_block(struct matcher *matcher, struct cursor *cursor, uint32_t stop, uint32_t base, uint32_t *scores,
                       struct nsearch_error *err) {
  uint32_t lengths[BLOCK], units[BLOCK], at = cursor->at, count = stop - at;
  int status = cursor_freqs(cursor, err);
  if (status) return status;
  for (uint32_t i = 0; i < count; i++) lengths[i] = load_u32(matcher->lengths + 4 * (size_t)cursor->docs[at + i]);
  kernels()->bm25(cursor->freqs + at, lengths, count, matcher->weight->weight, matcher->c0, matcher->c1, units);
  for (uint32_t i = 0; i < count; i++) scores[cursor->docs[at + i] - base] += units[i];
  return NSEARCH_OK;
}

/* The part of the loaded block that lies in the window: sets bits and adds scores. */
static int window_block(struct matcher *matcher, struct cursor *cursor, uint32_t base, uint32_t end, uint64_t *mask,
                        uint32_t *scores, struct nsearch_error *err) {
  uint32_t stop = cursor->at;
  if (cursor->docs[cursor->size - 1] < end) {
    stop = cursor->size;
  } else {
    while (cursor->docs[stop] < end) stop++;
  }
  for (uint32_t i = cursor->at; i < stop; i++) {
    uint32_t at = cursor->docs[i] - base;
    mask[at / 64] |= UINT64_C(1) << at % 64;
  }
  int status = scores && matcher->weight->leaf->score == SCORE_BM25
                   ? score_block(matcher, cursor, stop, base, scores, err)
                   : NSEARCH_OK;
  return status ? status : cursor_seek(cursor, cursor->docs[stop - 1] + 1, err);
}

static int window_term(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                       struct nsearch_error *err) {
  uint32_t end = base + WINDOW;
  for (size_t i = 0; i < matcher->cursor_count; i++) {
    struct cursor *cursor = &matcher->cursors[i];
    int status = NSEARCH_OK;
    if (!scores || matcher->weight->leaf->score != SCORE_BM25) {
      status = cursor_mask(cursor, base, mask, err);
    } else {
      status = cursor_seek(cursor, base, err);
      while (!status && cursor->doc < end) status = window_block(matcher, cursor, base, end, mask, scores, err);
    }
    if (status) return status;
  }
  if (scores && matcher->weight->leaf->score == SCORE_CONSTANT) {
    for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
      for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
        scores[w * 64 + (uint32_t)__builtin_ctzll(bits)] += matcher->weight->constant;
      }
    }
  }
  return NSEARCH_OK;
}

/* Adds the node's own scores of the matching documents to those of its parent and clears them. */
static void hand_on(struct matcher *matcher, const uint64_t *mask, uint32_t *scores) {
  if (!scores) return;
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
      scores[at] += matcher->scores[at];
    }
  }
  memset(matcher->scores, 0, WINDOW * sizeof *matcher->scores);
}

static int window_or(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                     struct nsearch_error *err) {
  if (!scores) return matcher_unite(matcher, 0, base, mask, err);
  for (size_t i = 0; i < matcher->child_count; i++) {
    uint64_t own[WINDOW_WORDS] = {0};
    int status = matcher_window(matcher->children[i], base, own, scores, err);
    if (status) return status;
    for (int w = 0; w < WINDOW_WORDS; w++) mask[w] |= own[w];
  }
  return NSEARCH_OK;
}

static int window_and(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                      struct nsearch_error *err) {
  int status = matcher_window(matcher->children[0], base, mask, scores, err);
  for (size_t i = 1; !status && i < matcher->child_count && !mask_is_empty(mask); i++) {
    uint64_t own[WINDOW_WORDS] = {0};
    status = matcher_window(matcher->children[i], base, own, scores, err);
    mask_and(mask, own);
  }
  return status;
}

static int window_words(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                        struct nsearch_error *err) {
  int status = window_and(matcher, base, mask, scores, err);
  for (uint32_t w = 0; !status && w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; !status && bits; bits &= bits - 1) {
      uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
      bool match = false;
      status = search_check(matcher->request, &matcher->ticks, err);
      if (!status) status = words_match(&matcher->words, base + at, &match, err);
      if (!match) mask[w] &= ~(UINT64_C(1) << at % 64);
    }
  }
  return status;
}

static int window_and_not(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                          struct nsearch_error *err) {
  int status = matcher_window(matcher->children[0], base, mask, scores, err);
  for (size_t i = 1; !status && i < matcher->child_count && !mask_is_empty(mask); i++) {
    uint64_t own[WINDOW_WORDS] = {0};
    status = matcher_held(matcher->children[i], base, mask, own, err);
    for (int w = 0; w < WINDOW_WORDS; w++) mask[w] &= ~own[w];
  }
  return status;
}

static int window_and_maybe(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                            struct nsearch_error *err) {
  int status = matcher_window(matcher->children[0], base, mask, scores, err);
  for (size_t i = 1; !status && scores && i < matcher->child_count && !mask_is_empty(mask); i++) {
    uint64_t own[WINDOW_WORDS] = {0};
    status = matcher_window(matcher->children[i], base, own, scores, err);
  }
  return status;
}

static void window_all(const struct matcher *matcher, uint32_t base, uint64_t *mask) {
  for (uint32_t word = 0; word < WINDOW_WORDS; word++) mask[word] = matcher_there(matcher, base + word * 64);
}

int matcher_window(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                   struct nsearch_error *err) {
  uint32_t *own = scores ? matcher->scores : NULL;
  int status = NSEARCH_OK;
  if (matcher->never) return NSEARCH_OK;
  switch (matcher->kind) {
  case NODE_TERM:
    return window_term(matcher, base, mask, scores, err);
  case NODE_OR:
    return window_or(matcher, base, mask, scores, err);
  case NODE_ALL:
    window_all(matcher, base, mask);
    return NSEARCH_OK;
  case NODE_DOC: {
    uint32_t at = matcher->doc.doc - base;
    if (matcher->doc.doc >= base && at < WINDOW) mask[at / 64] |= UINT64_C(1) << at % 64;
    return NSEARCH_OK;
  }
  case NODE_DATES:
    window_all(matcher, base, mask);
    date_range_filter(&matcher->dates, base, mask);
    return NSEARCH_OK;
  case NODE_AND:
    status = window_and(matcher, base, mask, own, err);
    break;
  case NODE_PHRASE:
  case NODE_NEAR:
    status = window_words(matcher, base, mask, own, err);
    break;
  case NODE_AND_NOT:
    status = window_and_not(matcher, base, mask, own, err);
    break;
  case NODE_AND_MAYBE:
    status = window_and_maybe(matcher, base, mask, own, err);
    break;
  }
  hand_on(matcher, mask, scores);
  return status;
}
