/* A tree over one segment, evaluated in aligned windows: bit masks for matching, an array for scores. This is the
 * plain evaluator, exhaustive and exact; pruned.c gives the same answers for less where it can.
 *
 * Scores are integers added in any order. A node that can take back a match of a child (AND, AND_NOT, AND_MAYBE,
 * PHRASE) scores its children into an array of its own and hands on only what stays. */
#include <assert.h>
#include <string.h>

#include "query/native/native.h"

struct matcher {
  enum node_kind kind;
  struct segment *segment;
  const struct node *node;
  struct matcher **children;
  size_t child_count;
  bool never;              /* nothing can match here */
  struct cursor **cursors; /* NODE_TERM: keys that the segment has */
  size_t cursor_count;
  uint64_t df;                      /* upper bound of the matches, for ordering children */
  const struct leaf_weight *weight; /* NODE_TERM */
  float c0, c1;
  const uint8_t *lengths;
  struct position_cursor **positions; /* NODE_PHRASE: one per child */
  uint32_t **position_lists;
  size_t *position_counts;
  uint32_t *scores;   /* own array of WINDOW scores, zero between windows; NULL when not needed */
  struct doc_ref doc; /* NODE_DOC */
};

void matcher_free(struct matcher *matcher) {
  if (!matcher) return;
  for (size_t i = 0; matcher->children && i < matcher->child_count; i++) matcher_free(matcher->children[i]);
  for (size_t i = 0; matcher->cursors && i < matcher->cursor_count; i++) memory_free(matcher->cursors[i]);
  for (size_t i = 0; matcher->positions && i < matcher->child_count; i++) {
    if (matcher->positions[i]) position_cursor_free(matcher->positions[i]);
    memory_free(matcher->positions[i]);
  }
  memory_free(matcher->children);
  memory_free(matcher->cursors);
  memory_free(matcher->positions);
  memory_free(matcher->position_lists);
  memory_free(matcher->position_counts);
  memory_free(matcher->scores);
  memory_free(matcher);
}

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

static int open_term(struct matcher *matcher, struct nsearch_error *err) {
  const struct node *node = matcher->node;
  matcher->cursors = memory_zero(node->key_count + 1, sizeof *matcher->cursors);
  if (!matcher->cursors) return error_memory(err);
  for (size_t i = 0; i < node->key_count; i++) {
    struct cursor *cursor = memory_alloc(sizeof *cursor);
    if (!cursor) return error_memory(err);
    matcher->cursors[matcher->cursor_count++] = cursor;
    bool found;
    int status = cursor_open(cursor, matcher->segment, node->keys[i], &found, err);
    if (status) return status;
    if (found) {
      matcher->df += cursor->view.df;
    } else {
      memory_free(cursor);
      matcher->cursor_count--;
    }
  }
  matcher->never = matcher->cursor_count == 0;
  matcher->lengths = segment_section(matcher->segment, SECTION_LENGTHS, err);
  return matcher->lengths ? NSEARCH_OK : NSEARCH_ERR_DAMAGED;
}

static int open_positions(struct matcher *matcher, struct nsearch_error *err) {
  size_t count = matcher->child_count;
  matcher->positions = memory_zero(count, sizeof *matcher->positions);
  matcher->position_lists = memory_zero(count, sizeof *matcher->position_lists);
  matcher->position_counts = memory_zero(count, sizeof *matcher->position_counts);
  if (!matcher->positions || !matcher->position_lists || !matcher->position_counts) return error_memory(err);
  for (size_t i = 0; i < count; i++) {
    const struct node *leaf = matcher->node->children[i];
    assert(leaf->kind == NODE_TERM && leaf->key_count == 1);
    struct position_cursor *cursor = matcher->positions[i] = memory_zero(1, sizeof *cursor);
    if (!cursor) return error_memory(err);
    cursor->run_block = UINT32_MAX;
    bool found;
    int status = cursor_open(&cursor->cursor, matcher->segment, leaf->keys[0], &found, err);
    if (status) return status;
  }
  return NSEARCH_OK;
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

/* Conjunctions look at the rarest child first; scores do not care. Insertion sort: children are few. */
static void order_children(struct matcher *matcher) {
  for (size_t i = 1; i < matcher->child_count; i++) {
    struct matcher *child = matcher->children[i];
    size_t at = i;
    for (; at > 0 && matcher->children[at - 1]->df > child->df; at--) matcher->children[at] = matcher->children[at - 1];
    matcher->children[at] = child;
  }
}

struct opening {
  struct segment *segment;
  uint32_t segment_number;
  const struct scoring *scoring;
  size_t next_leaf;
};

static int open_node(struct matcher **out, const struct node *node, struct opening *opening, struct nsearch_error *err);

static int open_children(struct matcher *matcher, struct opening *opening, struct nsearch_error *err) {
  const struct node *node = matcher->node;
  matcher->children = memory_zero(node->child_count + 1, sizeof *matcher->children);
  if (!matcher->children) return error_memory(err);
  matcher->child_count = node->child_count;
  for (size_t i = 0; i < node->child_count; i++) {
    int status = open_node(&matcher->children[i], node->children[i], opening, err);
    if (status) return status;
  }
  summarise(matcher);
  if (matcher->kind != NODE_OR && !(matcher->scores = memory_zero(WINDOW, sizeof *matcher->scores))) {
    return error_memory(err);
  }
  int status = matcher->kind == NODE_PHRASE && !matcher->never ? open_positions(matcher, err) : NSEARCH_OK;
  if (matcher->kind == NODE_AND || matcher->kind == NODE_PHRASE) order_children(matcher);
  return status;
}

static int open_node(struct matcher **out, const struct node *node, struct opening *opening,
                     struct nsearch_error *err) {
  struct matcher *matcher = *out = memory_zero(1, sizeof *matcher);
  if (!matcher) return error_memory(err);
  matcher->kind = node->kind;
  matcher->node = node;
  matcher->segment = opening->segment;
  matcher->c0 = opening->scoring->c0;
  matcher->c1 = opening->scoring->c1;
  switch (node->kind) {
  case NODE_TERM:
    matcher->weight = &opening->scoring->leaves[opening->next_leaf++];
    return open_term(matcher, err);
  case NODE_ALL:
    matcher->df = opening->segment->info.documents;
    return NSEARCH_OK;
  case NODE_DOC:
    matcher->df = 1;
    matcher->doc = node->doc;
    matcher->never = node->doc.segment != opening->segment_number;
    return NSEARCH_OK;
  default:
    return open_children(matcher, opening, err);
  }
}

int matcher_open(struct matcher **out, struct segment *segment, uint32_t segment_number, const struct node *tree,
                 const struct scoring *scoring, struct nsearch_error *err) {
  struct opening opening = {.segment = segment, .segment_number = segment_number, .scoring = scoring};
  int status = open_node(out, tree, &opening, err);
  if (status) {
    matcher_free(*out);
    *out = NULL;
  }
  return status;
}

/* ---- Skipping to where something can match ----------------------------------------------------------------------------- */

static int next_of_any(struct matcher *matcher, uint32_t from, uint32_t *doc, struct nsearch_error *err) {
  *doc = NO_DOC;
  for (size_t i = 0; i<matcher->child_count && * doc> from; i++) {
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
    struct cursor *cursor = matcher->cursors[i];
    int status = cursor_seek(cursor, from, err);
    if (status) return status;
    if (cursor->doc < *doc) *doc = cursor->doc;
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
  case NODE_TERM:
    return next_of_term(matcher, from, doc, err);
  case NODE_OR:
    return next_of_any(matcher, from, doc, err);
  case NODE_AND:
  case NODE_PHRASE:
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
  if (scores && matcher->weight->leaf->score == SCORE_BM25) {
    int status = cursor_freqs(cursor, err);
    if (status) return status;
    float weight = matcher->weight->weight, c0 = matcher->c0, c1 = matcher->c1;
    for (uint32_t i = cursor->at; i < stop; i++) {
      uint32_t doc = cursor->docs[i];
      scores[doc - base] += bm25_units(weight, c0, c1, load_u32(matcher->lengths + 4 * (size_t)doc), cursor->freqs[i]);
    }
  }
  return cursor_seek(cursor, cursor->docs[stop - 1] + 1, err);
}

static int window_term(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                       struct nsearch_error *err) {
  uint32_t end = base + WINDOW;
  for (size_t i = 0; i < matcher->cursor_count; i++) {
    struct cursor *cursor = matcher->cursors[i];
    int status = cursor_seek(cursor, base, err);
    while (!status && cursor->doc < end) status = window_block(matcher, cursor, base, end, mask, scores, err);
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

static int phrase_matches(struct matcher *matcher, uint32_t doc, bool *match, struct nsearch_error *err) {
  *match = false;
  for (size_t i = 0; i < matcher->child_count; i++) {
    struct position_cursor *cursor = matcher->positions[i];
    int status = position_cursor_read(cursor, doc, err);
    if (status) return status;
    if (cursor->count == 0) return NSEARCH_OK;
    matcher->position_lists[i] = cursor->positions;
    matcher->position_counts[i] = cursor->count;
  }
  *match = phrase_within(matcher->position_lists, matcher->position_counts, matcher->child_count, matcher->node->slop);
  return NSEARCH_OK;
}

static int window_phrase(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                         struct nsearch_error *err) {
  int status = window_and(matcher, base, mask, scores, err);
  for (uint32_t w = 0; !status && w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; !status && bits; bits &= bits - 1) {
      uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
      bool match;
      status = phrase_matches(matcher, base + at, &match, err);
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
    status = matcher_window(matcher->children[i], base, own, NULL, err);
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
  uint32_t documents = matcher->segment->info.documents;
  for (uint32_t at = 0; at < WINDOW && base + at < documents; at += 64) {
    uint32_t left = documents - base - at;
    mask[at / 64] = left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;
  }
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
  case NODE_AND:
    status = window_and(matcher, base, mask, own, err);
    break;
  case NODE_PHRASE:
    status = window_phrase(matcher, base, mask, own, err);
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
