/* One term's list in one segment. */
#include <string.h>

#include "query/native/native.h"

int cursor_open(struct cursor *cursor, struct segment *segment, struct term_key key, bool *found,
                struct nsearch_error *err) {
  struct term_entry entry;
  int status = segment_lookup(segment, key.bytes, key.len, &entry, found, err);
  if (status || !*found) return status;
  cursor->segment = segment;
  cursor->block = 0;
  cursor->loaded = UINT32_MAX;
  cursor->at = cursor->size = 0;
  cursor->doc = 0;
  return segment_list(segment, &entry, &cursor->view, err);
}

static int load(struct cursor *cursor, struct nsearch_error *err) {
  int status = list_block_docs(cursor->segment, &cursor->view, cursor->block, cursor->docs, &cursor->place, err);
  if (status) return status;
  cursor->loaded = cursor->block;
  cursor->size = view_block_size(&cursor->view, cursor->block);
  cursor->at = 0;
  cursor->freqs_loaded = false;
  return NSEARCH_OK;
}

/* The first block from `from` on whose last document is not below target; gallops, then halves. */
static uint32_t find_block(const struct list_view *view, uint32_t from, uint32_t target) {
  if (view->blocks == 1 || view_block_last(view, from) >= target) return from;
  uint32_t low = from, step = 1;
  while (low + step < view->blocks && view_block_last(view, low + step) < target) {
    low += step;
    step *= 2;
  }
  uint32_t high = low + step < view->blocks ? low + step : view->blocks; /* low is below target, high is not */
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (view_block_last(view, middle) < target) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}

int cursor_seek(struct cursor *cursor, uint32_t target, struct nsearch_error *err) {
  if (cursor->doc == NO_DOC || (cursor->loaded != UINT32_MAX && cursor->doc >= target)) return NSEARCH_OK;
  if (cursor->loaded == UINT32_MAX || cursor->docs[cursor->size - 1] < target) {
    uint32_t from = cursor->loaded == UINT32_MAX ? 0 : cursor->loaded + 1;
    cursor->block = from < cursor->view.blocks ? find_block(&cursor->view, from, target) : from;
    if (cursor->block >= cursor->view.blocks) {
      cursor->doc = NO_DOC;
      return NSEARCH_OK;
    }
    int status = load(cursor, err);
    if (status) return status;
  }
  uint32_t low = cursor->at, high = cursor->size;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (cursor->docs[middle] < target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  cursor->at = low;
  cursor->doc = low < cursor->size ? cursor->docs[low] : NO_DOC;
  return NSEARCH_OK;
}

int cursor_freqs(struct cursor *cursor, struct nsearch_error *err) {
  if (cursor->freqs_loaded) return NSEARCH_OK;
  int status = list_block_freqs(&cursor->view, cursor->loaded, &cursor->place, cursor->freqs, err);
  cursor->freqs_loaded = status == NSEARCH_OK;
  return status;
}

static int run_to(struct position_cursor *cursor, struct nsearch_error *err) {
  struct cursor *list = &cursor->cursor;
  int status = cursor_freqs(list, err);
  if (status) return status;
  if (cursor->run_block != list->loaded) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < list->size; i++) total += list->freqs[i];
    status = position_run_open(list->segment, &list->view, list->loaded, total, &cursor->run, err);
    if (status) return status;
    cursor->run_block = list->loaded;
    cursor->run_at = 0;
  }
  uint64_t skip = 0;
  for (; cursor->run_at < list->at; cursor->run_at++) skip += list->freqs[cursor->run_at];
  return skip ? position_run_skip(&cursor->run, skip, err) : NSEARCH_OK;
}

int position_cursor_read(struct position_cursor *cursor, uint32_t doc, struct nsearch_error *err) {
  struct cursor *list = &cursor->cursor;
  cursor->count = 0;
  int status = cursor_seek(list, doc, err);
  if (status || list->doc != doc) return status;
  status = run_to(cursor, err);
  if (status) return status;
  uint32_t freq = list->freqs[list->at];
  status = memory_reserve(&cursor->positions, &cursor->capacity, freq, sizeof *cursor->positions, err);
  if (!status) status = position_run_read(&cursor->run, cursor->positions, freq, err);
  if (status) return status;
  cursor->run_at++;
  for (uint32_t i = 1; i < freq; i++) cursor->positions[i] += cursor->positions[i - 1];
  cursor->count = freq;
  return NSEARCH_OK;
}

void position_cursor_free(struct position_cursor *cursor) { memory_free(cursor->positions); }
