/* Top-k, or the number, of the documents that all of some lists hold. The rarest list leads: per block of it, the bounds
 * of all lists there say whether it is worth a look, its postings are scored before anything is intersected, and only
 * those that can still get in are looked for in the other lists, the next rarest first (score-first conjunction, as
 * Lucene 10 does it). Phrases and NEAR, which cost most, come last and for survivors alone. */
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

struct conjunction {
  struct pass *pass;
  struct lists *required; /* by df, ascending */
  struct lists *optional;
  struct words *words;
  size_t required_count, optional_count, words_count;
  struct screen screen;
  struct cursor *lead;
  uint32_t first, end;    /* blocks of the leading list that the dates reach into */
  struct schedule blocks; /* of the leading list */
  uint8_t *maxima;        /* of each list but the first, required then optional, per block of the leading list */
  struct candidates *batch;
};

/* ---- Opening ------------------------------------------------------------------------------------------------------- */

static int by_df(const void *a, const void *b) {
  const struct lists *x = a, *y = b;
  return (x->df > y->df) - (x->df < y->df);
}

static int open_words(struct conjunction *own, const struct shape *shape, struct nsearch_error *err) {
  for (size_t i = 0; i < shape->count; i++) {
    const struct shape_part *part = &shape->parts[i];
    if (part->role != PART_WORDS) continue;
    int status = words_open(&own->words[own->words_count++], own->pass->segment, own->pass->number, part->node,
                            own->pass->scoring, part->leaf, err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

/* Whether the leaf is a word of a phrase or NEAR. */
static bool is_in_words(const struct shape *shape, size_t leaf) {
  for (size_t i = 0; i < shape->count; i++) {
    const struct shape_part *part = &shape->parts[i];
    if (part->role == PART_WORDS && leaf >= part->leaf && leaf - part->leaf < part->node->child_count) return true;
  }
  return false;
}

/* *never: a required list is empty here. */
static int open_lists(struct conjunction *own, const struct shape *shape, bool *never, struct nsearch_error *err) {
  own->required = memory_zero(shape->count, sizeof *own->required);
  own->optional = memory_zero(shape->count, sizeof *own->optional);
  own->words = memory_zero(shape->count, sizeof *own->words);
  if (!own->required || !own->optional || !own->words) return error_memory(err);
  for (size_t i = 0; i < shape->count && !*never; i++) {
    const struct shape_part *part = &shape->parts[i];
    bool required = part->role == PART_REQUIRED;
    if (!required && (part->role != PART_OPTIONAL || own->pass->counting)) continue;
    struct lists *lists = required ? &own->required[own->required_count++] : &own->optional[own->optional_count++];
    int status = lists_open(lists, own->pass, part, err);
    if (status) return status;
    lists->in_words = is_in_words(shape, part->leaf);
    *never = required && lists->df == 0;
  }
  qsort(own->required, own->required_count, sizeof *own->required, by_df);
  qsort(own->optional, own->optional_count, sizeof *own->optional, by_df);
  return *never ? NSEARCH_OK : open_words(own, shape, err);
}

static void conjunction_free(struct conjunction *own) {
  for (size_t i = 0; own->required && i < own->required_count; i++) lists_free(&own->required[i]);
  for (size_t i = 0; own->optional && i < own->optional_count; i++) lists_free(&own->optional[i]);
  for (size_t i = 0; own->words && i < own->words_count; i++) words_free(&own->words[i]);
  screen_free(&own->screen);
  schedule_free(&own->blocks);
  memory_free(own->maxima);
  memory_free(own->batch);
  memory_free(own->required);
  memory_free(own->optional);
  memory_free(own->words);
  memory_free(own);
}

/* ---- A block of the leading list ------------------------------------------------------------------------------------- */

static size_t other_lists(const struct conjunction *own) { return own->required_count - 1 + own->optional_count; }

static struct lists *other_list(struct conjunction *own, size_t i) {
  return i + 1 < own->required_count ? &own->required[i + 1] : &own->optional[i + 1 - own->required_count];
}

static uint32_t other_bound(struct conjunction *own, size_t i, uint32_t block) {
  return own->maxima ? other_list(own, i)->bounds[own->maxima[i * own->blocks.count + block]] : 1;
}

static int words_hold(struct conjunction *own, uint32_t doc, bool *match, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *match = true;
  for (size_t w = 0; !status && w < own->words_count && *match; w++) {
    status = words_match(&own->words[w], doc, match, err);
  }
  return status;
}

/* One by one, so that what the first survivors do to the threshold spares the later ones their positions. */
static int offer_batch(struct conjunction *own, struct nsearch_error *err) {
  const struct candidates *batch = own->batch;
  for (uint32_t i = 0; i < batch->count; i++) {
    bool match;
    if (batch->units[i] < pass_threshold(own->pass)) continue;
    int status = own->words_count ? pass_check(own->pass, err) : NSEARCH_OK;
    if (!status) status = words_hold(own, batch->docs[i], &match, err);
    if (!status && match) status = pass_offer(own->pass, batch->docs[i], batch->units[i], err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

/* Whether the batch has so few candidates a window that each is looked up by itself. */
static bool is_scattered(const struct candidates *batch) {
  if (batch->count == 0) return false;
  uint32_t windows = batch->docs[batch->count - 1] / WINDOW - batch->docs[0] / WINDOW + 1;
  return windows * 4 * CANDIDATES_MANY >= batch->count;
}

static int count_batch(struct conjunction *own, struct nsearch_error *err) {
  enum { AHEAD = 4 }; /* of scattered documents, so that their blocks are on their way from memory */
  struct candidates *batch = own->batch;
  uint32_t kept = 0;
  bool scattered = is_scattered(batch);
  for (uint32_t i = 0; i < batch->count; i++) {
    bool match;
    for (size_t w = 0; scattered && i + AHEAD < batch->count && w < own->words_count; w++) {
      words_expect(&own->words[w], batch->docs[i + AHEAD]);
    }
    int status = own->words_count ? pass_check(own->pass, err) : NSEARCH_OK;
    if (!status) status = words_hold(own, batch->docs[i], &match, err);
    if (status) return status;
    batch->docs[kept] = batch->docs[i];
    kept += match;
  }
  own->pass->matches += kept;
  batch->count = kept;
  return own->pass->scorer ? scorer_offer(own->pass->scorer, batch, err) : NSEARCH_OK;
}

/* Whether a phrase may be left to look the candidates up: where each falls into a block of its own, once is enough. */
static bool looked_up_later(const struct conjunction *own, const struct lists *lists) {
  enum { MORE = 8 };
  return own->pass->counting && lists->in_words && lists->df / MORE > own->lead->view.df && is_scattered(own->batch);
}

/* The batch holds documents of the leading list with its scores. */
static int match_batch(struct conjunction *own, uint32_t block, struct nsearch_error *err) {
  struct pass *pass = own->pass;
  struct candidates *batch = own->batch;
  uint32_t threshold = pass_threshold(pass), rest = 0;
  for (size_t i = 0; i < other_lists(own); i++) rest += other_bound(own, i, block);
  candidates_keep(batch, threshold > rest ? threshold - rest : 0);
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < other_lists(own) && batch->count; i++) {
    struct lists *lists = other_list(own, i);
    bool required = i + 1 < own->required_count;
    rest -= other_bound(own, i, block);
    if (looked_up_later(own, lists)) continue;
    status = required && lists->weight <= 0 ? candidates_require(batch, lists, true, pass, err)
                                            : candidates_add(batch, lists, required, rest, pass, err);
  }
  if (!status) status = candidates_screen(batch, &own->screen, pass, err);
  if (status) return status;
  return pass->counting ? count_batch(own, err) : offer_batch(own, err);
}

static int visit_block(void *payload, uint32_t block, struct nsearch_error *err) {
  struct conjunction *own = payload;
  struct cursor *lead = own->lead;
  struct candidates *batch = own->batch;
  float weight = own->required[0].weight;
  int status = cursor_load(lead, block, err);
  if (!status && weight > 0) status = cursor_freqs(lead, err);
  if (status) return status;
  batch->count = lead->size;
  memcpy(batch->docs, lead->docs, lead->size * sizeof *batch->docs);
  if (weight > 0) {
    pass_score(own->pass, weight, lead->docs, lead->freqs, lead->size, batch->units);
  } else {
    memset(batch->units, 0, lead->size * sizeof *batch->units);
  }
  return match_batch(own, block, err);
}

/* ---- All blocks ------------------------------------------------------------------------------------------------------ */

/* The documents that a block of the leading list can hold. */
static uint32_t block_first(const struct conjunction *own, uint32_t block) {
  return block ? view_block_last(&own->lead->view, block - 1) + 1 : 0;
}

static uint32_t block_last(const struct conjunction *own, uint32_t block) {
  const struct list_view *view = &own->lead->view;
  return view->blocks > 1 ? view_block_last(view, block) : own->pass->segment->info.documents - 1;
}

/* The largest maxima of a list in the ranges of the leading list's blocks. Lists of several keys have no common one. */
static void range_maxima(const struct conjunction *own, const struct lists *lists, uint8_t *maxima) {
  uint32_t at = 0;
  for (uint32_t block = own->first; block < own->end; block++) {
    maxima[block] = lists->count == 0 ? 0
                    : lists->count == 1
                        ? view_maximum(&lists->cursors[0].view, &at, block_first(own, block), block_last(own, block))
                        : 255;
  }
}

/* The leading list's blocks that the dates reach into. */
static void choose_blocks(struct conjunction *own) {
  const struct list_view *view = &own->lead->view;
  const struct date_range *dates = &own->pass->dates;
  own->first = view_find_block(view, 0, dates->first);
  own->end = own->first;
  while (own->end < view->blocks && block_first(own, own->end) < dates->end) own->end++;
}

static int open_maxima(struct conjunction *own, struct nsearch_error *err) {
  size_t blocks = own->lead->view.blocks;
  memory_free(own->maxima);
  own->maxima = memory_array(NULL, other_lists(own) + 1, blocks);
  if (!own->maxima) return error_memory(err);
  for (size_t i = 0; i < other_lists(own); i++) range_maxima(own, other_list(own, i), own->maxima + i * blocks);
  return NSEARCH_OK;
}

/* Bounds of those blocks; 0 where a required list has no document. Who counts looks at all of them. */
static int open_blocks(struct conjunction *own, struct nsearch_error *err) {
  const struct list_view *view = &own->lead->view;
  schedule_free(&own->blocks);
  int status = schedule_open(&own->blocks, view->blocks, err);
  if (status) return status;
  choose_blocks(own);
  if (!own->pass->counting) status = open_maxima(own, err);
  if (status) return status;
  for (uint32_t block = own->first; block < own->end; block++) {
    uint32_t bound = own->required[0].bounds[view->skip_max ? view->skip_max[block] : view->max];
    bool never = false;
    for (size_t i = 0; i < other_lists(own); i++) {
      uint32_t other = other_bound(own, i, block);
      never |= other == 0 && i + 1 < own->required_count;
      bound += other;
    }
    own->blocks.bounds[block] = never ? 0 : bound;
  }
  return NSEARCH_OK;
}

static void start_over(void *payload) {
  struct conjunction *own = payload;
  cursor_rewind(own->lead);
  for (size_t i = 1; i < own->required_count; i++) {
    for (size_t k = 0; k < own->required[i].count; k++) cursor_rewind(&own->required[i].cursors[k]);
  }
  for (size_t i = 0; i < own->optional_count; i++) {
    for (size_t k = 0; k < own->optional[i].count; k++) cursor_rewind(&own->optional[i].cursors[k]);
  }
  for (size_t i = 0; i < own->words_count; i++) words_rewind(&own->words[i]);
  screen_rewind(&own->screen);
  if (own->pass->scorer) scorer_rewind(own->pass->scorer);
}

/* Keys of the leading leaf lead one after the other: their lists are disjoint. */
static int lead(struct conjunction *own, struct cursor *cursor, struct nsearch_error *err) {
  own->lead = cursor;
  start_over(own);
  int status = open_blocks(own, err);
  if (status) return status;
  return schedule_run(&own->blocks, own->pass, own->first, own->end, visit_block, start_over, own, err);
}

int conjunction_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err) {
  struct conjunction *own = memory_zero(1, sizeof *own);
  bool never = false;
  if (!own) return error_memory(err);
  own->pass = pass;
  own->batch = memory_alloc(sizeof *own->batch);
  int status = own->batch ? open_lists(own, shape, &never, err) : error_memory(err);
  if (!status && !never) status = screen_open(&own->screen, pass, shape, err);
  for (size_t k = 0; !status && !never && k < own->required[0].count; k++) {
    status = lead(own, &own->required[0].cursors[k], err);
  }
  conjunction_free(own);
  return status;
}
