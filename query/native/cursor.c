/* One term's list in one segment. */
#include <string.h>

#include "query/native/native.h"

int cursor_open(struct cursor *cursor, struct segment *segment, const struct term_entry *entry,
                struct nsearch_error *err) {
  memset(cursor, 0, sizeof *cursor);
  cursor->segment = segment;
  cursor->opened = cursor->loaded = cursor->probed = UINT32_MAX;
  int status = segment_list(segment, entry, &cursor->view, err);
  uint32_t room = cursor->view.df < BLOCK ? cursor->view.df : BLOCK;
  if (status) return status;
  cursor->docs = memory_array(NULL, 2 * (size_t)room, sizeof *cursor->docs);
  if (!cursor->docs) return error_memory(err);
  cursor->freqs = cursor->docs + room;
  return NSEARCH_OK;
}

int cursor_find_term(struct cursor *cursor, struct segment *segment, struct term_key key, bool *found,
                     struct nsearch_error *err) {
  struct term_entry entry;
  int status = segment_lookup(segment, key.bytes, key.len, &entry, found, err);
  return status || !*found ? status : cursor_open(cursor, segment, &entry, err);
}

void cursor_free(struct cursor *cursor) {
  memory_free(cursor->docs);
  cursor->docs = NULL;
}

void cursor_rewind(struct cursor *cursor) {
  cursor->block = cursor->doc = cursor->at = 0;
  if (cursor->loaded == 0 && cursor->opened == 0) {
    cursor->doc = cursor->docs[0];
  } else {
    cursor->opened = cursor->loaded = cursor->probed = UINT32_MAX;
  }
}

/* The first block from `from` on whose last document is not below target, view->blocks when there is none; gallops,
 * then halves. A list of one block has no skip data. */
uint32_t view_find_block(const struct list_view *view, uint32_t from, uint32_t target) {
  if (view->blocks == 1 || from >= view->blocks || view_block_last(view, from) >= target) return from;
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

int cursor_open_block(struct cursor *cursor, uint32_t block, struct nsearch_error *err) {
  cursor->block = block;
  if (cursor->opened == block) return NSEARCH_OK;
  int status = list_block_open(cursor->segment, &cursor->view, block, &cursor->place, err);
  cursor->opened = status ? UINT32_MAX : block;
  return status;
}

int cursor_load(struct cursor *cursor, uint32_t block, struct nsearch_error *err) {
  if (cursor->loaded == block) return NSEARCH_OK;
  int status = cursor_open_block(cursor, block, err);
  if (!status) {
    status = list_block_decode(cursor->segment, &cursor->view, block, &cursor->place, cursor->docs, err);
  }
  if (status) return status;
  cursor->loaded = block;
  cursor->size = view_block_size(&cursor->view, block);
  cursor->at = 0;
  cursor->freqs_loaded = false;
  return NSEARCH_OK;
}

/* The first index from `from` on whose document is not below target; gallops, since what is asked for ascends. */
uint32_t lower_bound(const uint32_t *docs, uint32_t from, uint32_t size, uint32_t target) {
  uint32_t step = 1, low = from;
  while (low + step <= size && docs[low + step - 1] < target) {
    low += step;
    step *= 2;
  }
  uint32_t length = low + step <= size ? step - 1 : size - low; /* docs[low + length] is not below */
  while (length > 0) {
    uint32_t half = length / 2;
    bool below = docs[low + half] < target;
    low = below ? low + half + 1 : low;
    length = below ? length - half - 1 : half;
  }
  return low;
}

int cursor_seek(struct cursor *cursor, uint32_t target, struct nsearch_error *err) {
  if (cursor->doc == NO_DOC || (cursor->loaded != UINT32_MAX && cursor->doc >= target)) return NSEARCH_OK;
  if (cursor->loaded != UINT32_MAX && cursor->at + 1 < cursor->size && cursor->docs[cursor->at + 1] >= target &&
      cursor->docs[cursor->at] < target) { /* dense lists mostly move by one */
    cursor->doc = cursor->docs[++cursor->at];
    return NSEARCH_OK;
  }
  if (cursor->loaded == UINT32_MAX || cursor->docs[cursor->size - 1] < target) {
    uint32_t from = cursor->loaded == UINT32_MAX ? cursor->block : cursor->loaded + 1;
    uint32_t block = view_find_block(&cursor->view, from, target);
    if (block >= cursor->view.blocks) {
      cursor->block = block;
      cursor->doc = NO_DOC;
      return NSEARCH_OK;
    }
    int status = cursor_load(cursor, block, err);
    if (status) return status;
  }
  cursor->at = lower_bound(cursor->docs, cursor->at, cursor->size, target);
  cursor->doc = cursor->at < cursor->size ? cursor->docs[cursor->at] : NO_DOC;
  return NSEARCH_OK;
}

int cursor_freqs(struct cursor *cursor, struct nsearch_error *err) {
  if (cursor->freqs_loaded) return NSEARCH_OK;
  int status = list_block_freqs(&cursor->view, cursor->loaded, &cursor->place, cursor->freqs, err);
  cursor->freqs_loaded = status == NSEARCH_OK;
  return status;
}

bool cursor_bits(struct cursor *cursor) {
  const struct list_view *view = &cursor->view;
  struct block_place *place = &cursor->place;
  if (place->bits.bytes || view->blocks == 1) return place->bits.bytes != NULL;
  size_t count = docs_rows(place->docs, place->end, view_block_size(view, cursor->block), cursor->rows);
  if (count == 0 || (int64_t)count != (int64_t)view_block_last(view, cursor->block) - place->before) return false;
  place->bits = (struct docs_bits){(const uint8_t *)cursor->rows, (count + 7) / 8};
  return true;
}

static bool in_bits(const struct block_place *place, uint32_t doc) {
  uint64_t bit = (uint64_t)((int64_t)doc - place->before - 1);
  return bit < place->bits.len * 8 && (place->bits.bytes[bit / 8] >> bit % 8 & 1);
}

/* Looks a document up in the opened block as it is; false where it must be decoded for it. The first of a block that is
 * rows is looked for in them, for the next ones they become a bit set. */
static bool probe_opened(struct cursor *cursor, uint32_t doc, bool *found) {
  const struct list_view *view = &cursor->view;
  const struct block_place *place = &cursor->place;
  uint64_t offset = (uint64_t)((int64_t)doc - place->before - 1);
  size_t at, size = view_block_size(view, cursor->block);
  if (cursor->loaded == cursor->block || view->blocks == 1 || cursor->decodes) return false;
  if (cursor_in_row(cursor)) {
    *found = offset < size;
    cursor->probed_at = (uint32_t)offset;
    return true;
  }
  if (!place->bits.bytes && cursor->probed != cursor->block &&
      docs_rows_find(place->docs, place->end, size, offset, &at)) {
    cursor->probed = cursor->block;
    cursor->probed_at = (uint32_t)at;
    *found = at < size;
    return true;
  }
  if (!cursor_bits(cursor)) return false;
  *found = in_bits(place, doc);
  cursor->probed_at = UINT32_MAX;
  return true;
}

int cursor_probe_block(struct cursor *cursor, uint32_t doc, bool *found, struct nsearch_error *err) {
  const struct list_view *view = &cursor->view;
  *found = false;
  uint32_t block = view_find_block(view, cursor->block, doc);
  if (block >= view->blocks) {
    cursor->block = block;
    return NSEARCH_OK;
  }
  int status = cursor_open_block(cursor, block, err);
  if (status || probe_opened(cursor, doc, found)) return status;
  status = cursor_load(cursor, block, err);
  if (!status && !cursor_probe_loaded(cursor, doc, found)) cursor->doc = NO_DOC; /* the end of a list of one block */
  return status;
}

/* How many postings stand before doc. */
static int rank_of(struct cursor *cursor, uint32_t doc, uint64_t *rank, struct nsearch_error *err) {
  const struct list_view *view = &cursor->view;
  uint32_t block = view_find_block(view, cursor->block, doc);
  *rank = view->df;
  if (block >= view->blocks) return NSEARCH_OK;
  int status = cursor_open_block(cursor, block, err);
  *rank = (uint64_t)block * BLOCK;
  if (status || (int64_t)doc <= cursor->place.before) return status;
  if (cursor_bits(cursor)) {
    uint64_t bits = (uint64_t)((int64_t)doc - cursor->place.before - 1), most = cursor->place.bits.len * 8;
    *rank += kernels()->ones(cursor->place.bits.bytes, bits < most ? bits : most);
    return NSEARCH_OK;
  }
  status = cursor_load(cursor, block, err);
  if (!status) *rank += lower_bound(cursor->docs, 0, cursor->size, doc);
  return status;
}

int cursor_count(struct cursor *cursor, uint32_t first, uint32_t end, uint64_t *count, struct nsearch_error *err) {
  uint64_t from = 0, to = 0;
  int status = first ? rank_of(cursor, first, &from, err) : NSEARCH_OK;
  if (!status) status = rank_of(cursor, end, &to, err);
  *count = to > from ? to - from : 0;
  return status;
}

int cursor_next(struct cursor *cursor, uint32_t from, uint32_t *doc, struct nsearch_error *err) {
  const struct list_view *view = &cursor->view;
  if (view->blocks > 1) {
    uint32_t block = cursor->block = view_find_block(view, cursor->block, from);
    uint32_t start = block && block < view->blocks ? view_block_last(view, block - 1) + 1 : 0;
    if (block < view->blocks && view_block_last(view, block) - start < WINDOW) {
      *doc = start > from ? start : from;
      return NSEARCH_OK;
    }
  }
  int status = cursor_seek(cursor, from, err);
  *doc = cursor->doc;
  return status;
}

uint32_t cursor_probed_at(const struct cursor *cursor, uint32_t doc) {
  uint64_t place = (uint64_t)((int64_t)doc - cursor->place.before - 1);
  bool in_bits = cursor->probed_at == UINT32_MAX;
  uint32_t at = in_bits ? kernels()->ones(cursor->place.bits.bytes, place) : cursor->probed_at;
  uint32_t size = view_block_size(&cursor->view, cursor->block);
  return at < size ? at : size - 1;
}

uint32_t cursor_probed_freq(struct cursor *cursor, uint32_t doc) {
  uint32_t at = cursor_probed_at(cursor, doc);
  if (cursor->loaded == cursor->block && cursor->freqs_loaded) return cursor->freqs[at];
  return list_block_freq(&cursor->view, cursor->block, &cursor->place, at);
}

/* ---- Positions ---------------------------------------------------------------------------------------------------- */

/* More readings of a block than these, and all its frequencies, all its documents are decoded for the next ones. */
enum { FEW_READINGS = 1, MANY_READINGS = 24 };

/* Where the positions of each posting of the probed block end; false where they may be too many to be so summed. */
static bool sum_freqs(struct position_cursor *cursor) {
  enum { SAFE_BITS = 23 }; /* 256 frequencies of so many bits sum to less than 2^32 */
  const struct cursor *list = &cursor->cursor;
  if (cursor->ends_block == list->block) return true;
  if (list->place.freqs && packed_bits(list->place.freqs) > SAFE_BITS) return false;
  if (list_block_freqs(&list->view, list->block, &list->place, cursor->ends, NULL)) return false;
  kernels()->sum(cursor->ends, view_block_size(&list->view, list->block), 0, 0, cursor->ends);
  cursor->ends_block = list->block;
  return true;
}

/* Where the positions of posting `at` of the probed block stand. */
static int find_positions(struct position_cursor *cursor, uint32_t at, struct packed_sums *sums,
                          struct nsearch_error *err) {
  const struct cursor *list = &cursor->cursor;
  if (cursor->readings > FEW_READINGS && sum_freqs(cursor)) {
    sums->before = at ? cursor->ends[at - 1] : 0;
    sums->value = cursor->ends[at] - (uint32_t)sums->before;
    sums->total = cursor->ends[view_block_size(&list->view, list->block) - 1];
    return NSEARCH_OK;
  }
  return list_block_sums(&list->view, list->block, &list->place, at, sums, err);
}

int position_cursor_open(struct position_cursor *cursor, struct segment *segment, const struct term_entry *entry,
                         struct nsearch_error *err) {
  *cursor = (struct position_cursor){.run_block = UINT32_MAX, .ends_block = UINT32_MAX};
  return cursor_open(&cursor->cursor, segment, entry, err);
}

void position_cursor_rewind(struct position_cursor *cursor) {
  cursor_rewind(&cursor->cursor);
  cursor->run_block = cursor->ends_block = UINT32_MAX;
  cursor->expected = 0;
}

void position_cursor_expect(struct position_cursor *cursor, uint32_t doc) {
  enum { LINE = 64, LINES = 3 }; /* headers of runs, or the runs themselves where they are few */
  const struct list_view *view = &cursor->cursor.view;
  uint32_t from = cursor->expected > cursor->cursor.block ? cursor->expected : cursor->cursor.block;
  uint32_t block = view_find_block(view, from, doc);
  if (block >= view->blocks || !view->skip_positions || block == cursor->expected) return;
  cursor->expected = block;
  __builtin_prefetch(view->data + load_u32(view->skip_at + 4 * (size_t)block));
  const uint8_t *positions = view->positions + load_u32(view->skip_positions + 4 * (size_t)block);
  for (int line = 0; line < LINES; line++) __builtin_prefetch(positions + line * LINE);
}

int position_cursor_read(struct position_cursor *cursor, uint32_t doc, struct nsearch_error *err) {
  struct cursor *list = &cursor->cursor;
  struct packed_sums sums;
  uint32_t at = list->probed_at == UINT32_MAX ? cursor_probed_at(list, doc) : list->probed_at;
  bool opens = cursor->run_block != list->block;
  if (opens) cursor->readings = cursor->usual;
  int status = find_positions(cursor, at, &sums, err);
  if (!status && opens) {
    status = position_run_open(list->segment, &list->view, list->block, sums.total, &cursor->run, err);
    cursor->run_block = list->block;
    cursor->run_at = 0;
  }
  if (!status && sums.before > cursor->run_at) {
    status = position_run_skip(&cursor->run, sums.before - cursor->run_at, err);
  }
  if (status) return status;
  size_t count = sums.value, room = count + NARROW_PAD;
  status = memory_reserve(&cursor->positions, &cursor->capacity, room, sizeof *cursor->positions, err);
  if (!status) status = position_run_sums(&cursor->run, cursor->positions, count, err);
  if (status) return status;
  cursor->run_at = sums.before + count;
  list->decodes = cursor->readings++ > MANY_READINGS;
  cursor->count = count;
  memset(cursor->positions + count, 0xff, NARROW_PAD * sizeof *cursor->positions);
  return NSEARCH_OK;
}

void position_cursor_free(struct position_cursor *cursor) {
  cursor_free(&cursor->cursor);
  memory_free(cursor->positions);
  cursor->positions = NULL;
}
