/* Whether the words of a phrase or a NEAR stand close enough, by their positions in one document. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

bool phrase_within(const struct phrase_word *words, size_t count, uint32_t span) {
  const uint32_t *starts = words[0].cursor.positions;
  for (size_t start = 0; start < words[0].cursor.count; start++) {
    uint32_t first = starts[start], last = first;
    for (size_t i = 1; i < count && last != UINT32_MAX; i++) {
      /* Taking the earliest next word each time gives the earliest end for this start. */
      const uint32_t *positions = words[i].cursor.positions;
      size_t low = 0, high = words[i].cursor.count;
      while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (positions[middle] <= last) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      last = low < words[i].cursor.count ? positions[low] : UINT32_MAX;
    }
    if (last != UINT32_MAX && last - first <= span) return true;
  }
  return false;
}

/* A word that is asked for n times stands at n neighbouring entries of its list. The word that stands lowest moves on
 * until all stand close enough: the usual sweep over sorted lists, in steps of the sum of their lengths. */
bool near_within(struct phrase_word *words, size_t count, uint32_t span) {
  for (size_t i = 0; i < count; i++) words[i].at = 0;
  for (;;) {
    uint32_t largest = 0, smallest = UINT32_MAX;
    struct phrase_word *lowest = NULL;
    for (size_t i = 0; i < count; i++) {
      struct phrase_word *word = &words[i];
      if (word->at + word->times > word->cursor.count) return false;
      uint32_t first = word->cursor.positions[word->at], last = word->cursor.positions[word->at + word->times - 1];
      if (last > largest) largest = last;
      if (!lowest || first < smallest) smallest = first, lowest = word;
    }
    if (largest - smallest <= span) return true;
    lowest->at++;
  }
}

/* ---- In a segment --------------------------------------------------------------------------------------------------- */

static int compare_keys(const void *a, const void *b) {
  const struct term_key *x = ((const struct phrase_word *)a)->leaf->keys,
                        *y = ((const struct phrase_word *)b)->leaf->keys;
  return key_compare(x->bytes, x->len, y->bytes, y->len);
}

/* The words in the order of a phrase; words of a NEAR that are one word become one, asked for so many times. */
static int choose_words(struct words *words, const struct node *node, size_t leaf, struct nsearch_error *err) {
  words->words = memory_zero(node->child_count, sizeof *words->words);
  if (!words->words) return error_memory(err);
  for (size_t i = 0; i < node->child_count; i++) {
    assert(node->children[i]->kind == NODE_TERM && node->children[i]->key_count == 1);
    words->words[i] = (struct phrase_word){.leaf = node->children[i], .number = leaf + i, .times = 1};
  }
  words->count = node->child_count;
  if (node->kind == NODE_PHRASE) return NSEARCH_OK;
  qsort(words->words, words->count, sizeof *words->words, compare_keys);
  size_t last = 0;
  for (size_t i = 1; i < words->count; i++) {
    if (compare_keys(&words->words[last], &words->words[i]) == 0) {
      words->words[last].times++;
    } else {
      words->words[++last] = words->words[i];
    }
  }
  words->count = last + 1;
  return NSEARCH_OK;
}

static int by_df(const void *a, const void *b) {
  const struct word_rank *x = a, *y = b;
  return (x->df > y->df) - (x->df < y->df);
}

static int open_word(struct words *words, size_t i, struct segment *segment, uint32_t segment_number,
                     const struct scoring *scoring, struct nsearch_error *err) {
  struct phrase_word *word = &words->words[i];
  const struct term_entry *entry = scoring_entry(scoring, word->number, 0, segment_number);
  struct term_entry own;
  bool found = entry != NULL;
  int status = NSEARCH_OK;
  if (!found && word->leaf->score != SCORE_BM25) {
    const struct term_key *key = word->leaf->keys;
    status = segment_lookup(segment, key->bytes, key->len, &own, &found, err);
    entry = &own;
  }
  assert(status || found); /* a word that is not there has been noticed before */
  if (!status) status = position_cursor_open(&word->cursor, segment, entry, err);
  if (!status) words->order[i] = (struct word_rank){&word->cursor, entry->df, (uint32_t)i};
  return status;
}

int words_open(struct words *words, struct segment *segment, uint32_t segment_number, const struct node *node,
               const struct scoring *scoring, size_t leaf, struct nsearch_error *err) {
  *words = (struct words){.node = node};
  int status = choose_words(words, node, leaf, err);
  if (status) return status;
  words->order = memory_zero(words->count, sizeof *words->order);
  if (!words->order) return error_memory(err);
  for (size_t i = 0; !status && i < words->count; i++) {
    status = open_word(words, i, segment, segment_number, scoring, err);
  }
  if (status) return status;
  qsort(words->order, words->count, sizeof *words->order, by_df);
  for (size_t i = 0; i < words->count; i++) { /* no word is read oftener than the rarest */
    const struct word_rank *word = &words->order[i];
    word->cursor->usual = (uint32_t)((uint64_t)words->order[0].df * BLOCK / word->df);
  }
  return NSEARCH_OK;
}

/* Of the words [from, to), the rarest first, whether all of them are in the document. */
static int find_words(struct words *words, size_t from, size_t to, uint32_t doc, bool *found,
                      struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *found = true;
  for (size_t i = from; !status && *found && i < to; i++) {
    status = cursor_probe(&words->order[i].cursor->cursor, doc, found, err);
  }
  return status;
}

/* The rarest word says where the phrase can begin, each further one leaves fewer places: mostly two lists are read. */
static int phrase_match(struct words *words, uint32_t doc, bool *match, struct nsearch_error *err) {
  uint32_t rarest = words->order[0].number;
  struct position_cursor *first = words->order[0].cursor;
  bool found;
  int status = find_words(words, 0, words->count < 2 ? words->count : 2, doc, &found, err);
  if (!status && found) status = position_cursor_read(first, doc, err);
  if (status || !found) return status;
  size_t early = 0; /* positions too small to have all the words before them */
  while (early < first->count && first->positions[early] < rarest) early++;
  size_t starts = first->count - early;
  for (size_t i = 1; i < words->count && starts; i++) {
    uint32_t number = words->order[i].number;
    struct position_cursor *cursor = words->order[i].cursor;
    if (i > 1) status = find_words(words, i, i + 1, doc, &found, err);
    if (!status && found) status = position_cursor_read(cursor, doc, err);
    if (status || !found) return status;
    starts = kernels()->narrow(first->positions + early, starts, cursor->positions, cursor->count, number - rarest);
  }
  *match = starts > 0;
  return NSEARCH_OK;
}

/* A word of the title is recorded more than once at its position. */
static void unite_positions(struct position_cursor *cursor) {
  size_t kept = 0;
  for (size_t i = 0; i < cursor->count; i++) {
    if (kept == 0 || cursor->positions[i] != cursor->positions[kept - 1]) {
      cursor->positions[kept++] = cursor->positions[i];
    }
  }
  cursor->count = kept;
}

int words_match(struct words *words, uint32_t doc, bool *match, struct nsearch_error *err) {
  const struct node *node = words->node;
  uint64_t span = (uint64_t)node->child_count - 1 + node->slop;
  bool found;
  *match = false;
  if (node->kind == NODE_PHRASE && node->slop == 0) return phrase_match(words, doc, match, err);
  int status = find_words(words, 0, words->count, doc, &found, err);
  if (status || !found) return status;
  if (span > UINT32_MAX) span = UINT32_MAX;
  for (size_t i = 0; i < words->count; i++) {
    struct phrase_word *word = &words->words[i];
    status = position_cursor_read(&word->cursor, doc, err);
    if (status) return status;
    if (word->times > 1) unite_positions(&word->cursor);
  }
  *match = node->kind == NODE_PHRASE ? phrase_within(words->words, words->count, (uint32_t)span)
                                     : near_within(words->words, words->count, (uint32_t)span);
  return NSEARCH_OK;
}

void words_expect(struct words *words, uint32_t doc) {
  for (size_t i = 0; i < words->count && i < 2; i++) position_cursor_expect(words->order[i].cursor, doc);
}

void words_rewind(struct words *words) {
  for (size_t i = 0; i < words->count; i++) {
    position_cursor_rewind(&words->words[i].cursor);
  }
}

void words_free(struct words *words) {
  for (size_t i = 0; words->words && i < words->count; i++) position_cursor_free(&words->words[i].cursor);
  memory_free(words->words);
  memory_free(words->order);
}
