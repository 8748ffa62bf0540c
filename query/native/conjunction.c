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
  uint32_t *required_blocks, *optional_blocks; /* where view_bound() stands */
  struct screen screen;
  struct cursor *lead;
  struct schedule blocks; /* of the leading list */
  uint32_t *others;       /* per block: at most so much the other lists add there */
  struct candidates batch;
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

/* *never: a required list is empty here. */
static int open_lists(struct conjunction *own, const struct shape *shape, bool *never, struct nsearch_error *err) {
  own->required = memory_zero(shape->count, sizeof *own->required);
  own->optional = memory_zero(shape->count, sizeof *own->optional);
  own->words = memory_zero(shape->count, sizeof *own->words);
  own->required_blocks = memory_zero(shape->count, sizeof *own->required_blocks);
  own->optional_blocks = memory_zero(shape->count, sizeof *own->optional_blocks);
  if (!own->required || !own->optional || !own->words || !own->required_blocks || !own->optional_blocks) {
    return error_memory(err);
  }
  for (size_t i = 0; i < shape->count && !*never; i++) {
    const struct shape_part *part = &shape->parts[i];
    bool required = part->role == PART_REQUIRED;
    if (!required && (part->role != PART_OPTIONAL || own->pass->counting)) continue;
    struct lists *lists = required ? &own->required[own->required_count++] : &own->optional[own->optional_count++];
    int status = lists_open(lists, own->pass, part, err);
    if (status) return status;
    if (own->pass->counting) lists->weight = 0;
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
  memory_free(own->others);
  memory_free(own->required);
  memory_free(own->optional);
  memory_free(own->words);
  memory_free(own->required_blocks);
  memory_free(own->optional_blocks);
  memory_free(own);
}

/* ---- A block of the leading list ------------------------------------------------------------------------------------- */

/* At most so much all lists but the leading one add to a document of [first, last]; *never when a required list has no
 * block there. Lists of several keys are bounded by their keys' largest. */
static uint32_t bound_of_others(struct conjunction *own, uint32_t first, uint32_t last, bool *never) {
  const struct pass *pass = own->pass;
  uint32_t sum = 0;
  for (size_t i = 1; i < own->required_count && !*never; i++) {
    const struct lists *lists = &own->required[i];
    if (lists->count != 1) {
      sum += bm25_bound(lists->weight, 255, 1);
      continue;
    }
    uint32_t bound = view_bound(&lists->cursors[0].view, lists->weight, pass->stretch, &own->required_blocks[i], first,
                                last);
    *never = bound == 0;
    sum += bound;
  }
  for (size_t i = 0; i < own->optional_count; i++) {
    const struct lists *lists = &own->optional[i];
    sum += lists->count == 1 ? view_bound(&lists->cursors[0].view, lists->weight, pass->stretch,
                                          &own->optional_blocks[i], first, last)
                             : bm25_bound(lists->weight, 255, 1);
  }
  return sum;
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
static int finish_batch(struct conjunction *own, struct nsearch_error *err) {
  const struct candidates *batch = &own->batch;
  for (uint32_t i = 0; i < batch->count; i++) {
    bool match;
    if (batch->units[i] < pass_threshold(own->pass)) continue;
    int status = words_hold(own, batch->docs[i], &match, err);
    if (!status && match && own->pass->counting) own->pass->matches++;
    if (!status && match && !own->pass->counting) status = pass_offer(own->pass, batch->docs[i], batch->units[i], err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

/* The batch holds documents of the leading list with its scores; `others` bounds what may yet be added. */
static int match_batch(struct conjunction *own, uint32_t others, struct nsearch_error *err) {
  struct pass *pass = own->pass;
  struct candidates *batch = &own->batch;
  uint32_t threshold = pass_threshold(pass);
  candidates_keep(batch, threshold > others ? threshold - others : 0);
  int status = NSEARCH_OK;
  for (size_t i = 1; !status && i < own->required_count && batch->count; i++) {
    status = candidates_require(batch, &own->required[i], true, pass, err);
  }
  if (!status) status = candidates_screen(batch, &own->screen, pass, err);
  for (size_t i = 0; !status && i < own->optional_count && batch->count; i++) {
    status = candidates_add(batch, &own->optional[i], pass, err);
  }
  return status ? status : finish_batch(own, err);
}

static int visit_block(void *payload, uint32_t block, struct nsearch_error *err) {
  struct conjunction *own = payload;
  struct cursor *lead = own->lead;
  struct candidates *batch = &own->batch;
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
  return match_batch(own, own->others[block], err);
}

/* ---- All blocks ------------------------------------------------------------------------------------------------------ */

static int open_blocks(struct conjunction *own, struct nsearch_error *err) {
  const struct pass *pass = own->pass;
  const struct list_view *view = &own->lead->view;
  float weight = own->required[0].weight;
  schedule_free(&own->blocks);
  memory_free(own->others);
  own->others = memory_array(NULL, view->blocks, sizeof *own->others);
  int status = own->others ? schedule_open(&own->blocks, view->blocks, err) : error_memory(err);
  for (uint32_t block = 0; !status && block < view->blocks; block++) {
    uint32_t first = block ? view_block_last(view, block - 1) + 1 : 0;
    uint32_t last = view->blocks > 1 ? view_block_last(view, block) : pass->segment->info.documents - 1;
    if (last < pass->dates.first || first >= pass->dates.end) continue;
    bool never = false;
    own->others[block] = bound_of_others(own, first, last, &never);
    uint8_t max = view->skip_max ? view->skip_max[block] : view->max;
    if (!never) own->blocks.bounds[block] = own->others[block] + bm25_bound(weight, max, pass->stretch);
  }
  return status;
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
}

/* Keys of the leading leaf lead one after the other: their lists are disjoint. */
static int lead(struct conjunction *own, struct cursor *cursor, struct nsearch_error *err) {
  own->lead = cursor;
  memset(own->required_blocks, 0, own->required_count * sizeof *own->required_blocks);
  memset(own->optional_blocks, 0, own->optional_count * sizeof *own->optional_blocks);
  start_over(own);
  int status = open_blocks(own, err);
  if (status) return status;
  return schedule_run(&own->blocks, own->pass, 0, own->blocks.count, visit_block, start_over, own, err);
}

int conjunction_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err) {
  struct conjunction *own = memory_zero(1, sizeof *own);
  bool never = false;
  if (!own) return error_memory(err);
  own->pass = pass;
  int status = open_lists(own, shape, &never, err);
  if (!status && !never) status = screen_open(&own->screen, pass, shape, err);
  for (size_t k = 0; !status && !never && k < own->required[0].count; k++) {
    status = lead(own, &own->required[0].cursors[k], err);
  }
  conjunction_free(own);
  return status;
}
