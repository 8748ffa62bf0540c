/* The lists of one term, from several sources to one: decoded a block at a time, given their new document numbers, and
 * encoded again. A source's stretch between two documents of others is copied at once. */
#include <string.h>

#include "indexer/native/native.h"

/* All positions of the block at once: few of its documents go. */
static int read_gaps(struct merge_cursor *cursor, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  struct position_run run;
  uint64_t total = 0;
  for (uint32_t i = 0; i < list->size; i++) total += list->freqs[i];
  int status = position_run_open(cursor->source->segment, &list->view, list->block, total, &run, err);
  if (!status) status = memory_reserve(&list->gaps, &list->gap_capacity, total, sizeof *list->gaps, err);
  return status ? status : position_run_read(&run, list->gaps, total, err);
}

/* Old numbers become new ones; what is left out goes, with its positions. */
static void renumber(const struct merge_source *source, struct list_source *list) {
  const uint32_t *map = source->doc_map;
  if (!source->dropped) {
    for (uint32_t i = 0; i < list->size; i++) list->docs[i] = map[list->docs[i]];
    return;
  }
  uint32_t kept = 0;
  size_t from = 0, to = 0;
  for (uint32_t i = 0; i < list->size; i++) {
    uint32_t doc = map[list->docs[i]], freq = list->freqs[i];
    if (doc != GONE) {
      list->docs[kept] = doc;
      list->freqs[kept++] = freq;
      if (list->positions && from != to) memmove(list->gaps + to, list->gaps + from, freq * sizeof *list->gaps);
      to += freq;
    }
    from += freq;
  }
  list->size = kept;
}

/* Reads the next block that has a document that stays; its size is 0 at the end of the list. */
static int next_block(struct merge_cursor *cursor, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  list->next = 0;
  list->gap_at = 0;
  for (list->size = 0; list->size == 0 && list->block < list->view.blocks; list->block++) {
    struct block_place place;
    int status = list_block_docs(cursor->source->segment, &list->view, list->block, list->docs, &place, err);
    if (!status) status = list_block_freqs(&list->view, list->block, &place, list->freqs, err);
    list->size = status ? 0 : view_block_size(&list->view, list->block);
    if (!status && list->positions) status = read_gaps(cursor, err);
    if (status) return status;
    renumber(cursor->source, list);
  }
  return NSEARCH_OK;
}

static int cursor_open(struct merge_cursor *cursor, uint8_t tag, struct nsearch_error *err) {
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
  return next_block(cursor, err);
}

/* How many of the block's next documents, of which the first is one, are below the limit: often one or all of them. */
static uint32_t stretch(const struct list_source *list, uint64_t limit) {
  const uint32_t *docs = list->docs + list->next;
  uint32_t left = list->size - list->next, count = 1;
  if (docs[left - 1] < limit) return left;
  while (docs[count] < limit) count++;
  return count;
}

/* Copies the cursor's postings below the limit, and moves on. */
static int cursor_take(struct merge_cursor *cursor, uint64_t limit, struct list_writer *out,
                       struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  while (list->size && list->docs[list->next] < limit) {
    uint32_t count = stretch(list, limit);
    size_t gaps;
    int status = list_add_run(out, list->docs + list->next, list->freqs + list->next, count,
                              list->positions ? list->gaps + list->gap_at : NULL, &gaps, err);
    list->gap_at += gaps;
    list->next += count;
    if (!status && list->next == list->size) status = next_block(cursor, err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

/* Adds what a piece has of its article, which is the only document, behind what the pieces before it have. */
static int cursor_take_piece(struct merge_cursor *cursor, struct list_writer *out, struct nsearch_error *err) {
  static const uint32_t docs[BLOCK] = {0};
  uint32_t positions[BLOCK] = {0}, position = 0, count;
  struct list_source *list = &cursor->list;
  int status = NSEARCH_OK;
  for (uint32_t at = 0; !status && at < list->freqs[0]; at += count) {
    count = list->freqs[0] - at < BLOCK ? list->freqs[0] - at : BLOCK;
    for (uint32_t i = 0; list->positions && i < count; i++) positions[i] = position += list->gaps[at + i];
    status = list_add_tokens(out, docs, positions, count, err);
  }
  list->size = 0;
  return status;
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

/* The document of the least entry but the first. */
static uint64_t heap_second(const uint64_t *heap, size_t count) {
  if (count < 2) return UINT64_MAX;
  return (count > 2 && heap[2] < heap[1] ? heap[2] : heap[1]) >> 16;
}

static uint64_t heap_entry(const struct list_source *list, uint32_t source) {
  return (uint64_t)list->docs[list->next] << 16 | source;
}

int merge_lists(const struct merge *merge, struct merge_desk *desk, size_t active, uint8_t tag,
                struct nsearch_error *err) {
  struct list_writer *out = part_term_begin(desk->part, tag);
  size_t held = 0;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < active; i++) {
    struct merge_cursor *cursor = &desk->cursors[desk->active[i]];
    status = cursor_open(cursor, tag, err);
    if (!status && cursor->list.size) heap_add(desk->heap, held++, heap_entry(&cursor->list, desk->active[i]));
  }
  while (!status && held > 0) {
    uint32_t source = desk->heap[0] & 0xffff;
    struct merge_cursor *cursor = &desk->cursors[source];
    status = merge->in_pieces ? cursor_take_piece(cursor, out, err)
                              : cursor_take(cursor, heap_second(desk->heap, held), out, err);
    desk->heap[0] = cursor->list.size ? heap_entry(&cursor->list, source) : desk->heap[--held];
    if (held > 1) heap_down(desk->heap, held);
  }
  return status;
}
