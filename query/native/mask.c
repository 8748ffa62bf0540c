/* The documents of a list in one window, as bits. Lists of frequent words are kept as bit sets, or as gaps that are nearly
 * all 0, and neither is decoded. */
#include <string.h>

#include "query/native/native.h"

/* Sets those of `count` bits, the first of which is document `first`, that lie in [base, base + WINDOW). */
static void merge(const void *bits, int64_t count, int64_t first, uint32_t base, uint64_t *mask) {
  int64_t to = first - (int64_t)base, from = to < 0 ? -to : 0;
  if (count > WINDOW - to) count = WINDOW - to;
  if (from < count) kernels()->merge(bits, (size_t)from, (size_t)(count - from), mask, (size_t)(to + from));
}

/* Sets the bits of the documents behind `before` up to `last` that lie in [base, base + WINDOW). */
static void row_mask(int64_t before, uint32_t last, uint32_t base, uint64_t *mask) {
  int64_t from = before + 1 - (int64_t)base, to = (int64_t)last + 1 - (int64_t)base;
  if (from < 0) from = 0;
  if (to > WINDOW) to = WINDOW;
  for (int64_t end; from < to; from = end) {
    end = from / 64 * 64 + 64 < to ? from / 64 * 64 + 64 : to;
    mask[from / 64] |= (end - from < 64 ? (UINT64_C(1) << (end - from)) - 1 : UINT64_MAX) << from % 64;
  }
}

static int decoded_mask(struct cursor *cursor, uint32_t base, uint64_t *mask, struct nsearch_error *err) {
  int status = cursor_load(cursor, cursor->block, err);
  if (status) return status;
  uint32_t from = 0, to = cursor->size;
  const uint32_t *docs = cursor->docs;
  if (docs[0] < base) from = lower_bound(docs, 0, to, base);
  if (to > from && docs[to - 1] - base >= WINDOW) to = lower_bound(docs, from, to, base + WINDOW);
  kernels()->mark(docs + from, to - from, base, mask);
  return NSEARCH_OK;
}

static int block_mask(struct cursor *cursor, uint32_t base, uint64_t *mask, struct nsearch_error *err) {
  const struct block_place *place = &cursor->place;
  if (cursor_in_row(cursor)) {
    row_mask(place->before, view_block_last(&cursor->view, cursor->block), base, mask);
  } else if (cursor_bits(cursor)) {
    merge(place->bits.bytes, (int64_t)place->bits.len * 8, place->before + 1, base, mask);
  } else {
    return decoded_mask(cursor, base, mask, err);
  }
  return NSEARCH_OK;
}

int cursor_mask(struct cursor *cursor, uint32_t base, uint64_t *mask, struct nsearch_error *err) {
  const struct list_view *view = &cursor->view;
  uint32_t first = view_find_block(view, cursor->block, base);
  int status = NSEARCH_OK;
  for (uint32_t block = first; !status && block < view->blocks; block++) {
    status = cursor_open_block(cursor, block, err);
    if (!status) status = block_mask(cursor, base, mask, err);
    if (view->blocks == 1 || view_block_last(view, block) - base >= WINDOW - 1) break;
  }
  cursor->block = first; /* the same window may be asked for again */
  return status;
}
