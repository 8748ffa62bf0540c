/* Top-k of a union by windowed block-max MaxScore (Turtle and Flood, 1995; Ding and Suel, 2011): per window, each leaf
 * has a bound from the maxima of its blocks there. Leaves whose bounds together cannot reach the threshold do not
 * make candidates; they only complete the scores of those that the others found. A window whose bounds together
 * cannot reach it is not looked at. Nothing that could enter the top k is ever skipped, so the answer is that of
 * matcher.c, score for score. */
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

struct pruned_leaf {
  struct cursor cursor;
  float weight;
  uint32_t bound;        /* in this window */
  uint32_t bounds_block; /* first block that can reach into this window */
};

struct pruned {
  struct pass *pass;
  struct pruned_leaf *leaves;
  struct pruned_leaf **order; /* by bound in this window, ascending */
  size_t count;
  const uint8_t *lengths;
  double stretch;
  uint32_t scores[WINDOW];
};

static bool scored_leaf(const struct node *node) { return node->kind == NODE_TERM && node->score == SCORE_BM25; }

bool pruned_takes(const struct node *tree) {
  if (scored_leaf(tree)) return true;
  if (tree->kind != NODE_OR) return false;
  for (size_t i = 0; i < tree->child_count; i++) {
    if (!scored_leaf(tree->children[i])) return false;
  }
  return true;
}

/* One cursor a key: the keys of a leaf have disjoint lists, so each is a leaf of its own here. */
static int open_leaves(struct pruned *pruned, struct nsearch_error *err) {
  const struct scoring *scoring = pruned->pass->scoring;
  size_t keys = 0;
  for (size_t i = 0; i < scoring->count; i++) keys += scoring->leaves[i].leaf->key_count;
  pruned->leaves = memory_array(NULL, keys + 1, sizeof *pruned->leaves);
  pruned->order = memory_array(NULL, keys + 1, sizeof *pruned->order);
  if (!pruned->leaves || !pruned->order) return error_memory(err);
  for (size_t i = 0; i < scoring->count; i++) {
    const struct node *leaf = scoring->leaves[i].leaf;
    for (size_t k = 0; k < leaf->key_count; k++) {
      struct pruned_leaf *own = &pruned->leaves[pruned->count];
      bool found;
      int status = cursor_open(&own->cursor, pruned->pass->segment, leaf->keys[k], &found, err);
      if (status) return status;
      own->weight = scoring->leaves[i].weight;
      own->bounds_block = 0;
      if (found) pruned->order[pruned->count++] = own;
    }
  }
  pruned->lengths = segment_section(pruned->pass->segment, SECTION_LENGTHS, err);
  return pruned->lengths ? NSEARCH_OK : NSEARCH_ERR_DAMAGED;
}

/* The largest contribution that a leaf can make in the window; 0 when it has no document there. */
static uint32_t window_bound(struct pruned *pruned, struct pruned_leaf *leaf, uint32_t base, uint32_t end) {
  const struct list_view *view = &leaf->cursor.view;
  if (leaf->cursor.doc == NO_DOC || (leaf->cursor.loaded != UINT32_MAX && leaf->cursor.doc >= end)) return 0;
  uint8_t max = view->max;
  if (view->skip_max) { /* several blocks, and bounds are kept of them */
    uint32_t block = leaf->bounds_block;
    while (block < view->blocks && view_block_last(view, block) < base) block++;
    leaf->bounds_block = block;
    if (block == view->blocks) return 0;
    for (max = 0; block < view->blocks; block++) {
      if (view->skip_max[block] > max) max = view->skip_max[block];
      if (view_block_last(view, block) >= end - 1) break;
    }
  }
  return bm25_bound(leaf->weight, max, pruned->stretch);
}

static uint64_t order_by_bound(struct pruned *pruned, uint32_t base, uint32_t end) {
  uint64_t sum = 0;
  for (size_t i = 0; i < pruned->count; i++) {
    struct pruned_leaf *leaf = pruned->order[i];
    leaf->bound = window_bound(pruned, leaf, base, end);
    sum += leaf->bound;
    size_t at = i;
    for (; at > 0 && pruned->order[at - 1]->bound > leaf->bound; at--) pruned->order[at] = pruned->order[at - 1];
    pruned->order[at] = leaf;
  }
  return sum;
}

static uint32_t contribution(const struct pruned *pruned, const struct pruned_leaf *leaf, uint32_t i) {
  const struct scoring *scoring = pruned->pass->scoring;
  uint32_t length = load_u32(pruned->lengths + 4 * (size_t)leaf->cursor.docs[i]);
  return bm25_units(leaf->weight, scoring->c0, scoring->c1, length, leaf->cursor.freqs[i]);
}

/* All documents of an essential leaf in the window. */
static int add_leaf(struct pruned *pruned, struct pruned_leaf *leaf, uint32_t base, uint32_t end, uint64_t *mask,
                    struct nsearch_error *err) {
  struct cursor *cursor = &leaf->cursor;
  int status = cursor_seek(cursor, base, err);
  while (!status && cursor->doc < end) {
    status = cursor_freqs(cursor, err);
    if (status) return status;
    uint32_t i = cursor->at;
    for (; i < cursor->size && cursor->docs[i] < end; i++) {
      uint32_t at = cursor->docs[i] - base;
      mask[at / 64] |= UINT64_C(1) << at % 64;
      pruned->scores[at] += contribution(pruned, leaf, i);
    }
    status = cursor_seek(cursor, cursor->docs[i - 1] + 1, err);
  }
  return status;
}

/* What a non-essential leaf adds to the candidates, and away with those that cannot get in any more. `rest`: the sum
 * of the bounds of this leaf and those still to come. */
static int complete(struct pruned *pruned, struct pruned_leaf *leaf, uint32_t base, uint64_t *mask, uint64_t rest,
                    uint32_t threshold, struct nsearch_error *err) {
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
      if (pruned->scores[at] + rest < threshold) {
        mask[w] &= ~(UINT64_C(1) << at % 64);
        continue;
      }
      int status = cursor_seek(&leaf->cursor, base + at, err);
      if (status) return status;
      if (leaf->cursor.doc != base + at) continue;
      status = cursor_freqs(&leaf->cursor, err);
      if (status) return status;
      pruned->scores[at] += contribution(pruned, leaf, leaf->cursor.at);
    }
  }
  return NSEARCH_OK;
}

static int window(struct pruned *pruned, uint32_t base, struct nsearch_error *err) {
  uint32_t end = base + WINDOW, threshold = topk_threshold(pruned->pass->topk);
  uint64_t mask[WINDOW_WORDS] = {0}, rest = 0;
  if (order_by_bound(pruned, base, end) < threshold) return NSEARCH_OK;
  size_t essential = 0;
  while (essential < pruned->count && rest + pruned->order[essential]->bound < threshold) {
    rest += pruned->order[essential++]->bound;
  }
  memset(pruned->scores, 0, sizeof pruned->scores);
  int status = NSEARCH_OK;
  for (size_t i = essential; !status && i < pruned->count; i++) {
    if (pruned->order[i]->bound) status = add_leaf(pruned, pruned->order[i], base, end, mask, err);
  }
  pass_filter(pruned->pass, base, mask);
  for (size_t i = essential; !status && i-- > 0 && pruned->order[i]->bound;) {
    status = complete(pruned, pruned->order[i], base, mask, rest, threshold, err);
    rest -= pruned->order[i]->bound;
  }
  return status ? status : pass_collect(pruned->pass, base, mask, pruned->scores, err);
}

int pruned_pass(struct pass *pass, struct nsearch_error *err) {
  struct pruned *pruned = memory_zero(1, sizeof *pruned);
  if (!pruned) return error_memory(err);
  pruned->pass = pass;
  pruned->stretch = bm25_stretch(pass->scoring, pass->segment);
  int status = open_leaves(pruned, err);
  for (uint64_t base = pass->first / WINDOW * WINDOW; !status && pruned->count && base < pass->end; base += WINDOW) {
    status = pass_check(pass, err);
    if (!status) status = window(pruned, (uint32_t)base, err);
  }
  memory_free(pruned->leaves);
  memory_free(pruned->order);
  memory_free(pruned);
  return status;
}
