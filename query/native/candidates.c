/* Candidates, some thousand at a time, on their way from the lists that bring them to the best k: what they still need
 * to match, what adds to their scores, and away with those that cannot get in any more. */
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

/* ---- Lists --------------------------------------------------------------------------------------------------------- */

/* Of what scores nothing, one unit a list, so that a bound of 0 still says that none is there. */
static void fill_bounds(struct lists *lists, const struct pass *pass) {
  if (lists->weight > 0) {
    bm25_bounds(lists->weight, pass->stretch, lists->bounds);
  } else {
    for (int max = 0; max < 256; max++) lists->bounds[max] = max > 0;
  }
}

int lists_open_key(struct lists *lists, const struct pass *pass, const struct shape_part *part, size_t key, bool *found,
                   struct nsearch_error *err) {
  const struct term_entry *entry = scoring_entry(pass->scoring, part->leaf, key, pass->number);
  *found = entry != NULL;
  if (!entry) return NSEARCH_OK;
  *lists = (struct lists){.weight = pass->scoring->leaves[part->leaf].weight, .df = entry->df};
  lists->cursors = memory_zero(1, sizeof *lists->cursors);
  if (!lists->cursors) return error_memory(err);
  lists->count = 1;
  fill_bounds(lists, pass);
  return cursor_open(lists->cursors, pass->segment, entry, err);
}

int lists_open(struct lists *lists, const struct pass *pass, const struct shape_part *part, struct nsearch_error *err) {
  const struct node *node = part->node;
  bool scores = node->score == SCORE_BM25 && !pass->counting;
  *lists = (struct lists){.weight = scores ? pass->scoring->leaves[part->leaf].weight : 0};
  lists->cursors = memory_zero(node->key_count + 1, sizeof *lists->cursors);
  if (!lists->cursors) return error_memory(err);
  fill_bounds(lists, pass);
  for (size_t k = 0; k < node->key_count; k++) {
    struct cursor *cursor = &lists->cursors[lists->count];
    const struct term_entry *entry = scoring_entry(pass->scoring, part->leaf, k, pass->number);
    bool found = entry != NULL;
    int status = NSEARCH_OK;
    if (found) {
      status = cursor_open(cursor, pass->segment, entry, err);
    } else if (node->score != SCORE_BM25) {
      status = cursor_find_term(cursor, pass->segment, node->keys[k], &found, err);
    }
    if (found) lists->df += cursor->view.df, lists->count++;
    if (status) return status;
  }
  return NSEARCH_OK;
}

void lists_free(struct lists *lists) {
  for (size_t i = 0; lists->cursors && i < lists->count; i++) cursor_free(&lists->cursors[i]);
  memory_free(lists->cursors);
}

uint8_t view_maximum(const struct list_view *view, uint32_t *block, uint32_t first, uint32_t last) {
  *block = view_find_block(view, *block, first);
  if (*block >= view->blocks) return 0;
  if (!view->skip_max) return view->max;
  uint8_t max = 0;
  for (uint32_t at = *block; at < view->blocks; at++) {
    if (view->skip_max[at] > max) max = view->skip_max[at];
    if (view_block_last(view, at) >= last) break;
  }
  return max;
}

/* ---- Batches ------------------------------------------------------------------------------------------------------- */

void candidates_keep(struct candidates *batch, uint32_t least) {
  uint16_t kept[WINDOW];
  if (least == 0) return;
  uint32_t count = (uint32_t)kernels()->select(batch->units, batch->count, least, kept);
  for (uint32_t i = 0; i < count; i++) {
    batch->docs[i] = batch->docs[kept[i]];
    batch->units[i] = batch->units[kept[i]];
  }
  batch->count = count;
}

/* Whether one of the lists holds doc, and what it adds. A block whose bound is below `need` is not opened: *found stays
 * false, which is as good, since the document cannot get in. */
static int probe(struct lists *lists, const struct pass *pass, uint32_t doc, uint32_t need, bool *found,
                 uint32_t *units, struct nsearch_error *err) {
  *found = false;
  for (size_t i = 0; i < lists->count && !*found; i++) {
    struct cursor *cursor = &lists->cursors[i];
    const struct list_view *view = &cursor->view;
    if (need && view->skip_max) {
      cursor->block = view_find_block(view, cursor->block, doc);
      if (cursor->block >= view->blocks || lists->bounds[view->skip_max[cursor->block]] < need) continue;
    }
    int status = cursor_probe(cursor, doc, found, err);
    if (status) return status;
    if (*found && lists->weight > 0) {
      *units += pass_score_one(pass, lists->weight, doc, cursor_probed_freq(cursor, doc));
    }
  }
  return NSEARCH_OK;
}

int candidates_add(struct candidates *batch, struct lists *lists, bool required, uint32_t rest, const struct pass *pass,
                   struct nsearch_error *err) {
  uint32_t threshold = pass_threshold(pass), kept = 0;
  for (uint32_t i = 0; i < batch->count; i++) {
    uint32_t doc = batch->docs[i], units = batch->units[i];
    uint32_t need = threshold > units + rest ? threshold - units - rest : 0;
    bool found;
    int status = probe(lists, pass, doc, need, &found, &units, err);
    if (status) return status;
    batch->docs[kept] = doc;
    batch->units[kept] = units;
    kept += (found || !required) && units + rest >= threshold;
  }
  batch->count = kept;
  return NSEARCH_OK;
}

/* How many candidates from `from` on lie in one window. */
static uint32_t same_window(const struct candidates *batch, uint32_t from) {
  uint32_t window = batch->docs[from] / WINDOW, at = from;
  while (at < batch->count && batch->docs[at] / WINDOW == window) at++;
  return at - from;
}

/* Many candidates of one window: a mask costs some nanoseconds a block of the lists and spares a search for each. */
static int require_by_mask(struct candidates *batch, uint32_t from, uint32_t count, uint32_t *kept, struct lists *lists,
                           bool wanted, struct nsearch_error *err) {
  uint64_t mask[WINDOW_WORDS] = {0};
  uint32_t base = batch->docs[from] / WINDOW * WINDOW;
  for (size_t i = 0; i < lists->count; i++) {
    int status = cursor_mask(&lists->cursors[i], base, mask, err);
    if (status) return status;
  }
  for (uint32_t i = from; i < from + count; i++) {
    uint32_t doc = batch->docs[i], at = doc - base;
    batch->docs[*kept] = doc;
    batch->units[*kept] = batch->units[i];
    *kept += (mask[at / 64] >> at % 64 & 1) == wanted;
  }
  return NSEARCH_OK;
}

static int require_by_probe(struct candidates *batch, uint32_t from, uint32_t count, uint32_t *kept,
                            struct lists *lists, bool wanted, const struct pass *pass, struct nsearch_error *err) {
  for (uint32_t i = from; i < from + count; i++) {
    uint32_t doc = batch->docs[i], units = batch->units[i];
    bool found;
    int status = probe(lists, pass, doc, 0, &found, &units, err);
    if (status) return status;
    batch->docs[*kept] = doc;
    batch->units[*kept] = units;
    *kept += found == wanted;
  }
  return NSEARCH_OK;
}

int candidates_require(struct candidates *batch, struct lists *lists, bool wanted, const struct pass *pass,
                       struct nsearch_error *err) {
  uint32_t kept = 0;
  for (uint32_t i = 0, count; i < batch->count; i += count) {
    count = same_window(batch, i);
    int status = count >= CANDIDATES_MANY ? require_by_mask(batch, i, count, &kept, lists, wanted, err)
                                          : require_by_probe(batch, i, count, &kept, lists, wanted, pass, err);
    if (status) return status;
  }
  batch->count = kept;
  return NSEARCH_OK;
}

int candidates_offer(const struct candidates *batch, struct pass *pass, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (uint32_t i = 0; !status && i < batch->count; i++) {
    status = pass_offer(pass, batch->docs[i], batch->units[i], err);
  }
  return status;
}

/* ---- Screens ------------------------------------------------------------------------------------------------------- */

/* A node that candidates must match, or must not. Few lists are probed; of anything else the mask of a window is made
 * when a candidate falls in it. */
struct screen_part {
  bool wanted;
  struct lists lists;
  struct matcher *matcher;
  uint32_t base; /* window of the mask, NO_DOC: none yet */
  uint64_t mask[WINDOW_WORDS];
};

enum { PROBE_KEYS = 2 };

static int open_part(struct screen_part *own, const struct pass *pass, const struct shape_part *part,
                     struct nsearch_error *err) {
  own->base = NO_DOC;
  own->wanted = part->role != PART_EXCLUDED;
  if (part->node->kind == NODE_TERM && part->node->key_count <= PROBE_KEYS) {
    int status = lists_open(&own->lists, pass, part, err);
    own->lists.weight = 0;
    return status;
  }
  return matcher_open(&own->matcher, pass->segment, pass->number, part->node, part->leaf, pass->scoring, false,
                      pass->request, err);
}

static bool screens(const struct shape *shape, enum part_role role) {
  return role == PART_FILTER || role == PART_EXCLUDED || (role == PART_REQUIRED && shape->kind == SHAPE_UNION);
}

int screen_open(struct screen *screen, const struct pass *pass, const struct shape *shape, struct nsearch_error *err) {
  *screen = (struct screen){0};
  size_t count = 0;
  for (size_t i = 0; i < shape->count; i++) count += screens(shape, shape->parts[i].role);
  if (count == 0) return NSEARCH_OK;
  screen->parts = memory_zero(count, sizeof *screen->parts);
  if (!screen->parts) return error_memory(err);
  for (size_t i = 0; i < shape->count; i++) {
    if (!screens(shape, shape->parts[i].role)) continue;
    int status = open_part(&screen->parts[screen->count++], pass, &shape->parts[i], err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

void screen_rewind(struct screen *screen) {
  for (size_t i = 0; i < screen->count; i++) {
    struct screen_part *part = &screen->parts[i];
    part->base = NO_DOC;
    if (part->matcher) matcher_rewind(part->matcher);
    for (size_t k = 0; k < part->lists.count; k++) cursor_rewind(&part->lists.cursors[k]);
  }
}

void screen_free(struct screen *screen) {
  for (size_t i = 0; i < screen->count; i++) {
    lists_free(&screen->parts[i].lists);
    matcher_free(screen->parts[i].matcher);
  }
  memory_free(screen->parts);
}

static int mask_batch(struct screen_part *part, struct candidates *batch, struct nsearch_error *err) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < batch->count; i++) {
    uint32_t doc = batch->docs[i], base = doc / WINDOW * WINDOW, at = doc - base;
    if (part->base != base) {
      memset(part->mask, 0, sizeof part->mask);
      part->base = base;
      int status = matcher_window(part->matcher, base, part->mask, NULL, err);
      if (status) return status;
    }
    batch->docs[kept] = doc;
    batch->units[kept] = batch->units[i];
    kept += (part->mask[at / 64] >> at % 64 & 1) == part->wanted;
  }
  batch->count = kept;
  return NSEARCH_OK;
}

void candidates_admit(struct candidates *batch, const struct pass *pass) {
  const struct date_range *dates = &pass->dates;
  bool cuts = date_range_cuts(dates, pass->segment->info.documents);
  uint32_t kept = 0;
  if (!cuts && !dates->gone) return;
  for (uint32_t i = 0; i < batch->count; i++) {
    uint32_t doc = batch->docs[i];
    batch->docs[kept] = doc;
    batch->units[kept] = batch->units[i];
    kept += cuts ? date_range_admits(dates, doc) : !tombstones_has(dates->gone, doc);
  }
  batch->count = kept;
}

int candidates_screen(struct candidates *batch, struct screen *screen, const struct pass *pass,
                      struct nsearch_error *err) {
  int status = NSEARCH_OK;
  candidates_admit(batch, pass);
  for (size_t i = 0; !status && i < screen->count && batch->count; i++) {
    struct screen_part *part = &screen->parts[i];
    status =
        part->matcher ? mask_batch(part, batch, err) : candidates_require(batch, &part->lists, part->wanted, pass, err);
  }
  return status;
}
