/* The lists of one term, from several sources to one: each decoded and encoded again with new document numbers. */
#include "indexer/native/native.h"

/* All positions of the block at once: few of its documents go. */
static int read_gaps(struct merge_cursor *cursor, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  struct position_run run;
  uint64_t total = 0;
  for (uint32_t i = 0; i < list->size; i++) total += list->freqs[i];
  list->gap_at = 0;
  int status = position_run_open(cursor->source->segment, &list->view, list->block, total, &run, err);
  if (!status) status = memory_reserve(&list->gaps, &list->gap_capacity, total, sizeof *list->gaps, err);
  return status ? status : position_run_read(&run, list->gaps, total, err);
}

static int cursor_block(struct merge_cursor *cursor, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  struct block_place place;
  int status = list_block_docs(cursor->source->segment, &list->view, list->block, list->docs, &place, err);
  if (!status) status = list_block_freqs(&list->view, list->block, &place, list->freqs, err);
  if (status) return status;
  list->size = view_block_size(&list->view, list->block);
  list->next = 0;
  return list->positions ? read_gaps(cursor, err) : NSEARCH_OK;
}

/* Moves to the next document that stays; *doc is its new number, GONE at the end of the list. */
static inline int cursor_seek(struct merge_cursor *cursor, uint32_t *doc, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  for (;; list->gap_at += list->freqs[list->next++]) {
    if (list->next == list->size) {
      *doc = GONE;
      if (++list->block == list->view.blocks) return NSEARCH_OK;
      int status = cursor_block(cursor, err);
      if (status) return status;
    }
    *doc = cursor->source->doc_map[list->docs[list->next]];
    if (*doc != GONE) return NSEARCH_OK;
  }
}

static int cursor_open(struct merge_cursor *cursor, uint8_t tag, uint32_t *doc, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  struct term_entry target;
  const struct term_entry *entry = &cursor->entry;
  if (entry->alias_of != UINT32_MAX) {
    int status = segment_target(cursor->source->segment, entry->alias_of, &target, err);
    if (status) return status;
    entry = &target;
  }
  int status = segment_list(cursor->source->segment, entry, &list->view, err);
  if (status) return status;
  list->positions = tag_has_positions(tag);
  list->block = 0;
  status = cursor_block(cursor, err);
  return status ? status : cursor_seek(cursor, doc, err);
}

/* Copies the cursor's posting at hand and moves on. */
static inline int cursor_take(struct merge_cursor *cursor, struct list_writer *out, uint32_t *doc,
                              struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  uint32_t freq = list->freqs[list->next];
  int status = list_add(out, *doc, freq, err);
  if (status) return status;
  if (list->positions) {
    uint32_t *gaps = list_gaps(out, freq, err);
    if (!gaps) return NSEARCH_ERR_MEMORY;
    for (uint32_t i = 0; i < freq; i++) gaps[i] = list->gaps[list->gap_at + i];
  }
  list->gap_at += freq;
  list->next++;
  return cursor_seek(cursor, doc, err);
}

static void heap_down(uint64_t *heap, size_t count) {
  uint64_t top = heap[0];
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= top) break;
    heap[at] = heap[child];
  }
  heap[at] = top;
}

static void heap_add(uint64_t *heap, size_t count, uint64_t value) {
  size_t at = count;
  for (; at > 0 && heap[(at - 1) / 2] > value; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
  heap[at] = value;
}

/* The least entry but the first. */
static uint64_t heap_second(const uint64_t *heap, size_t count) {
  if (count < 2) return UINT64_MAX;
  return count > 2 && heap[2] < heap[1] ? heap[2] : heap[1];
}

int merge_lists(struct merge_desk *desk, size_t active, uint8_t tag, struct nsearch_error *err) {
  struct list_writer *out = part_term_begin(desk->part, tag);
  size_t held = 0;
  uint32_t doc;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < active; i++) {
    status = cursor_open(&desk->cursors[desk->active[i]], tag, &doc, err);
    if (!status && doc != GONE) heap_add(desk->heap, held++, (uint64_t)doc << 16 | desk->active[i]);
  }
  while (!status && held > 0) {
    uint32_t source = desk->heap[0] & 0xffff;
    struct merge_cursor *cursor = &desk->cursors[source];
    uint64_t top = desk->heap[0], limit = heap_second(desk->heap, held);
    do { /* a source often has several documents in a row */
      doc = (uint32_t)(top >> 16);
      status = cursor_take(cursor, out, &doc, err);
      top = (uint64_t)doc << 16 | source;
    } while (!status && doc != GONE && top < limit);
    desk->heap[0] = doc == GONE ? desk->heap[--held] : top;
    if (held > 1) heap_down(desk->heap, held);
  }
  return status;
}
