/* Whether the words of a phrase or a NEAR stand close enough, by their positions in one document. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

bool phrase_within(uint32_t *const *positions, const size_t *counts, size_t count, uint32_t slop) {
  uint64_t span = (uint64_t)count - 1 + slop;
  for (size_t start = 0; start < counts[0]; start++) {
    uint32_t first = positions[0][start], last = first;
    for (size_t i = 1; i < count && last != UINT32_MAX; i++) {
      /* Taking the earliest next word each time gives the earliest end for this start. */
      size_t low = 0, high = counts[i];
      while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (positions[i][middle] <= last) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      last = low < counts[i] ? positions[i][low] : UINT32_MAX;
    }
    if (last != UINT32_MAX && last - first <= span) return true;
  }
  return false;
}

/* The largest of the positions that the lists stand at, all of them different: of equal ones, the later list moves on.
 * UINT32_MAX when a list ends. Words at different positions never meet, so only repeated words do. */
static uint32_t part_equals(uint32_t *const *positions, const size_t *counts, size_t count, size_t *at) {
  uint32_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < i && at[i] < counts[i]; j++) {
      if (positions[j][at[j]] != positions[i][at[i]]) continue;
      at[i]++;
      j = SIZE_MAX; /* from the first again */
    }
    if (at[i] == counts[i]) return UINT32_MAX;
    if (positions[i][at[i]] > largest) largest = positions[i][at[i]];
  }
  return largest;
}

/* Moves the list that stands lowest until all stand close enough: the usual sweep over sorted lists, in steps of the sum
 * of their lengths. */
bool near_within(uint32_t *const *positions, const size_t *counts, size_t count, uint32_t slop, size_t *at) {
  uint64_t span = (uint64_t)count - 1 + slop;
  memset(at, 0, count * sizeof *at);
  for (;;) {
    uint32_t largest = part_equals(positions, counts, count, at);
    if (largest == UINT32_MAX) return false;
    size_t lowest = 0;
    for (size_t i = 1; i < count; i++) {
      if (positions[i][at[i]] < positions[lowest][at[lowest]]) lowest = i;
    }
    if (largest - positions[lowest][at[lowest]] <= span) return true;
    at[lowest]++;
  }
}

/* ---- In a segment --------------------------------------------------------------------------------------------------- */

static int by_df(const void *a, const void *b) {
  const struct word_rank *x = a, *y = b;
  return (x->df > y->df) - (x->df < y->df);
}

int words_open(struct words *words, struct segment *segment, uint32_t segment_number, const struct node *node,
               const struct scoring *scoring, size_t leaf, struct nsearch_error *err) {
  *words = (struct words){.node = node, .count = node->child_count};
  words->cursors = memory_zero(node->child_count, sizeof *words->cursors);
  words->lists = memory_zero(node->child_count, sizeof *words->lists);
  words->counts = memory_zero(node->child_count, sizeof *words->counts);
  words->at = memory_zero(node->child_count, sizeof *words->at);
  words->order = memory_zero(node->child_count, sizeof *words->order);
  if (!words->cursors || !words->lists || !words->counts || !words->at || !words->order) return error_memory(err);
  for (size_t i = 0; i < words->count; i++) {
    const struct node *child = node->children[i];
    assert(child->kind == NODE_TERM && child->key_count == 1);
    const struct term_entry *entry = scoring_entry(scoring, leaf + i, 0, segment_number);
    struct term_entry own;
    bool found = entry != NULL;
    int status = NSEARCH_OK;
    if (!found && child->score != SCORE_BM25) {
      status = segment_lookup(segment, child->keys[0].bytes, child->keys[0].len, &own, &found, err);
      entry = &own;
    }
    assert(status || found); /* a word that is not there has been noticed before */
    if (!status) status = position_cursor_open(&words->cursors[i], segment, entry, err);
    if (status) return status;
    words->order[i] = (struct word_rank){entry->df, (uint32_t)i};
  }
  qsort(words->order, words->count, sizeof *words->order, by_df);
  return NSEARCH_OK;
}

/* The rarest word says where the phrase can begin, each further one leaves fewer places: mostly two lists are read. */
static int phrase_match(struct words *words, uint32_t doc, bool *match, struct nsearch_error *err) {
  uint32_t rarest = words->order[0].number;
  struct position_cursor *first = &words->cursors[rarest];
  int status = position_cursor_read(first, doc, err);
  if (status) return status;
  size_t early = 0; /* positions too small to have all the words before them */
  while (early < first->count && first->positions[early] < rarest) early++;
  size_t starts = first->count - early;
  for (size_t i = 1; i < words->count && starts; i++) {
    uint32_t number = words->order[i].number;
    struct position_cursor *cursor = &words->cursors[number];
    status = position_cursor_read(cursor, doc, err);
    if (status) return status;
    starts = kernels()->narrow(first->positions + early, starts, cursor->positions, cursor->count, number - rarest);
  }
  *match = starts > 0;
  return NSEARCH_OK;
}

int words_match(struct words *words, uint32_t doc, bool *match, struct nsearch_error *err) {
  *match = false;
  if (words->node->kind == NODE_PHRASE && words->node->slop == 0) return phrase_match(words, doc, match, err);
  for (size_t i = 0; i < words->count; i++) {
    struct position_cursor *cursor = &words->cursors[i];
    int status = position_cursor_read(cursor, doc, err);
    if (status) return status;
    if (cursor->count == 0) return NSEARCH_OK;
    words->lists[i] = cursor->positions;
    words->counts[i] = cursor->count;
  }
  *match = words->node->kind == NODE_PHRASE
               ? phrase_within(words->lists, words->counts, words->count, words->node->slop)
               : near_within(words->lists, words->counts, words->count, words->node->slop, words->at);
  return NSEARCH_OK;
}

void words_rewind(struct words *words) {
  for (size_t i = 0; i < words->count; i++) {
    cursor_rewind(&words->cursors[i].cursor);
    words->cursors[i].run_block = UINT32_MAX;
  }
}

void words_free(struct words *words) {
  for (size_t i = 0; words->cursors && i < words->count; i++) position_cursor_free(&words->cursors[i]);
  memory_free(words->cursors);
  memory_free(words->lists);
  memory_free(words->counts);
  memory_free(words->at);
  memory_free(words->order);
}
