/* Scores of documents that are known to match: where every match is wanted for its own sake, scores come second, and
 * only for those that can still get in. */
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

static bool adds(const struct shape_part *part) {
  return (part->role == PART_REQUIRED || part->role == PART_OPTIONAL) && part->node->score == SCORE_BM25;
}

/* The most that a document can get from the lists. */
static uint32_t most(const struct lists *lists) {
  uint32_t bound = 0;
  for (size_t i = 0; i < lists->count; i++) {
    uint32_t own = lists->bounds[lists->cursors[i].view.max];
    if (own > bound) bound = own;
  }
  return bound;
}

static int by_most_falling(const void *a, const void *b) {
  uint32_t x = most(a), y = most(b);
  return (x < y) - (x > y);
}

int scorer_open(struct scorer *scorer, const struct pass *pass, const struct shape *shape, struct nsearch_error *err) {
  *scorer = (struct scorer){.pass = *pass};
  scorer->pass.counting = false;
  scorer->lists = memory_zero(shape->count, sizeof *scorer->lists);
  scorer->batch = memory_alloc(sizeof *scorer->batch);
  if (!scorer->lists || !scorer->batch) return error_memory(err);
  for (size_t i = 0; i < shape->count; i++) {
    if (!adds(&shape->parts[i])) continue;
    int status = lists_open(&scorer->lists[scorer->count++], &scorer->pass, &shape->parts[i], err);
    if (status) return status;
  }
  qsort(scorer->lists, scorer->count, sizeof *scorer->lists, by_most_falling);
  for (size_t i = 0; i < scorer->count; i++) scorer->most += most(&scorer->lists[i]);
  return NSEARCH_OK;
}

int scorer_offer(struct scorer *scorer, struct candidates *batch, struct nsearch_error *err) {
  uint32_t rest = scorer->most;
  int status = NSEARCH_OK;
  memset(batch->units, 0, batch->count * sizeof *batch->units);
  for (size_t i = 0; !status && i < scorer->count && batch->count; i++) {
    rest -= most(&scorer->lists[i]);
    status = candidates_add(batch, &scorer->lists[i], false, rest, &scorer->pass, err);
  }
  return status ? status : candidates_offer(batch, &scorer->pass, err);
}

int scorer_offer_window(struct scorer *scorer, uint32_t base, const uint64_t *mask, struct nsearch_error *err) {
  struct candidates *batch = scorer->batch;
  batch->count = 0;
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      batch->docs[batch->count++] = base + w * 64 + (uint32_t)__builtin_ctzll(bits);
    }
  }
  return scorer_offer(scorer, batch, err);
}

void scorer_rewind(struct scorer *scorer) {
  for (size_t i = 0; i < scorer->count; i++) {
    for (size_t k = 0; k < scorer->lists[i].count; k++) cursor_rewind(&scorer->lists[i].cursors[k]);
  }
}

void scorer_free(struct scorer *scorer) {
  for (size_t i = 0; scorer->lists && i < scorer->count; i++) lists_free(&scorer->lists[i]);
  memory_free(scorer->lists);
  memory_free(scorer->batch);
}
