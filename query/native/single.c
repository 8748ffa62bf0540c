/* Top-k of one list that nothing screens, by the maxima of its blocks. */
#include <string.h>

#include "query/native/native.h"

/* The blocks of a list by falling maximum: a counting sort over 256 values. */
static int order_blocks(const struct list_view *view, uint32_t **out, struct nsearch_error *err) {
  uint32_t starts[257] = {0};
  uint32_t *order = *out = memory_array(NULL, view->blocks, sizeof *order);
  if (!order) return error_memory(err);
  for (uint32_t b = 0; b < view->blocks; b++) starts[256 - view->skip_max[b]]++;
  for (int max = 1; max <= 256; max++) starts[max] += starts[max - 1];
  for (uint32_t b = 0; b < view->blocks; b++) order[starts[255 - view->skip_max[b]]++] = b;
  return NSEARCH_OK;
}

static int take_block(struct pass *pass, const struct lists *lists, uint32_t block, struct candidates *batch,
                      struct nsearch_error *err) {
  struct cursor *cursor = lists->cursors;
  int status = cursor_load(cursor, block, err);
  if (!status) status = cursor_freqs(cursor, err);
  if (status) return status;
  batch->count = cursor->size;
  memcpy(batch->docs, cursor->docs, cursor->size * sizeof *batch->docs);
  pass_score(pass, lists->weight, cursor->docs, cursor->freqs, cursor->size, batch->units);
  candidates_keep(batch, pass_threshold(pass));
  candidates_admit(batch, pass);
  return candidates_offer(batch, pass, err);
}

/* Best blocks first: the threshold is final after a few, and the first block below it ends the search. */
int single_list(struct pass *pass, const struct lists *lists, struct candidates *batch, struct nsearch_error *err) {
  const struct list_view *view = &lists->cursors->view;
  uint32_t *order = NULL;
  int status = view->skip_max ? order_blocks(view, &order, err) : NSEARCH_OK;
  for (uint32_t i = 0; !status && i < view->blocks; i++) {
    uint32_t block = order ? order[i] : i;
    uint8_t max = order ? view->skip_max[block] : view->max;
    if (lists->bounds[max] < pass_threshold(pass)) break;
    status = pass_check(pass, err);
    if (!status) status = take_block(pass, lists, block, batch, err);
  }
  memory_free(order);
  return status;
}
