/* Terms written by several threads: each encodes a run of terms into memory, and the runs go to the file in order. */
#include <assert.h>
#include <string.h>

#include "common/store/segment_format.h"

enum { ENTRIES_BYTES = 2 << 20 }; /* of terms that wait for their turn: more than a run of many different words has */

struct segment_part {
  struct segment_writer *segment;
  size_t spill_bytes;
  uint64_t turn;
  bool has_turn;
  struct list_writer list;
  struct buffer lists;   /* bytes that are not in the file yet */
  struct buffer entries; /* terms that are not in the dictionary yet: struct pending, key, list in place */
  uint32_t count, first; /* terms; the number of the first in the segment, once it is this part's turn */
};

struct pending {
  struct term_entry entry;
  uint32_t key_len;
};

int part_new(struct segment_part **out, struct segment_writer *segment, size_t spill_bytes, struct nsearch_error *err) {
  struct segment_part *part = memory_zero(1, sizeof *part);
  *out = part;
  if (!part) return error_memory(err);
  part->segment = segment;
  part->spill_bytes = spill_bytes;
  part->list.part = part;
  part->list.lengths = segment->lengths;
  part->list.c0 = segment->c0;
  part->list.c1 = segment->c1;
  return NSEARCH_OK;
}

void part_free(struct segment_part *part) {
  if (!part) return;
  list_writer_free(&part->list);
  buffer_free(&part->lists);
  buffer_free(&part->entries);
  memory_free(part);
}

void part_start(struct segment_part *part, uint64_t turn) {
  part->turn = turn;
  part->has_turn = false;
  part->count = 0;
  buffer_clear(&part->lists);
  buffer_clear(&part->entries);
}

/* ---- Turns ---- */

int segment_wait(struct segment_writer *segment, uint64_t turn, struct nsearch_error *err) {
  pthread_mutex_lock(&segment->lock);
  while (segment->turn < turn && !segment->abandoned) pthread_cond_wait(&segment->next, &segment->lock);
  bool abandoned = segment->abandoned;
  pthread_mutex_unlock(&segment->lock);
  return abandoned ? error_set(err, NSEARCH_ERR_SYSTEM, "writing a segment failed in another thread") : NSEARCH_OK;
}

void segment_abandon(struct segment_writer *segment) {
  pthread_mutex_lock(&segment->lock);
  segment->abandoned = true;
  pthread_cond_broadcast(&segment->next);
  pthread_mutex_unlock(&segment->lock);
}

static int take_turn(struct segment_part *part, struct nsearch_error *err) {
  int status = part->has_turn ? NSEARCH_OK : segment_wait(part->segment, part->turn, err);
  if (!status && !part->has_turn) part->first = dictionary_count(part->segment->dictionary);
  part->has_turn = !status;
  return status;
}

/* ---- Lists ---- */

static int spill(struct segment_part *part, struct nsearch_error *err) {
  int status = take_turn(part, err);
  if (!status) status = checked_write(part->segment->file, part->lists.bytes, part->lists.len, err);
  buffer_clear(&part->lists);
  return status;
}

int part_room(struct segment_part *part, size_t len, uint8_t **out, struct nsearch_error *err) {
  int status = part->lists.len <= part->spill_bytes ? NSEARCH_OK : spill(part, err);
  if (!status && !buffer_room(&part->lists, len)) status = error_memory(err);
  *out = status ? NULL : (uint8_t *)part->lists.bytes + part->lists.len;
  return status;
}

void part_wrote(struct segment_part *part, size_t len) { part->lists.len += len; }

/* ---- Terms ---- */

struct list_writer *part_term_begin(struct segment_part *part, uint8_t tag) {
  list_begin(&part->list, tag);
  return &part->list;
}

/* Terms that were kept go into the dictionary. */
static int flush_entries(struct segment_part *part, struct nsearch_error *err) {
  int status = take_turn(part, err);
  const char *at = part->entries.bytes, *end = at ? at + part->entries.len : at;
  while (!status && at < end) {
    struct pending pending;
    memcpy(&pending, at, sizeof pending);
    const char *key = at + sizeof pending;
    at = key + pending.key_len;
    if (pending.entry.inlined) {
      pending.entry.inlined = (const uint8_t *)at;
      at += pending.entry.inlined_len;
    }
    status = segment_add_term(part->segment, key, pending.key_len, &pending.entry, err);
  }
  buffer_clear(&part->entries);
  return status;
}

static int keep_entry(struct segment_part *part, const char *key, size_t len, const struct term_entry *entry,
                      uint32_t *number, struct nsearch_error *err) {
  struct pending pending = {.entry = *entry, .key_len = (uint32_t)len};
  *number = part->count++;
  buffer_add(&part->entries, &pending, sizeof pending);
  buffer_add(&part->entries, key, len);
  if (entry->inlined) buffer_add(&part->entries, entry->inlined, entry->inlined_len);
  int status = buffer_status(&part->entries, err);
  return status || part->entries.len <= ENTRIES_BYTES ? status : flush_entries(part, err);
}

int part_term_end(struct segment_part *part, const char *key, size_t len, uint32_t *number, struct nsearch_error *err) {
  struct term_entry entry;
  int status = list_end(&part->list, &entry, err);
  *number = UINT32_MAX;
  return status || entry.df == 0 ? status : keep_entry(part, key, len, &entry, number, err);
}

int part_term_alias(struct segment_part *part, const char *key, size_t len, uint32_t of, uint32_t *number,
                    struct nsearch_error *err) {
  const struct term_entry entry = {.alias_of = of};
  return keep_entry(part, key, len, &entry, number, err);
}

/* ---- The end of a part ---- */

uint32_t part_terms(const struct segment_part *part) { return part->count; }

int part_wait(struct segment_part *part, uint32_t *first, struct nsearch_error *err) {
  int status = take_turn(part, err);
  if (!status) *first = part->first;
  return status;
}

int part_end(struct segment_part *part, struct nsearch_error *err) {
  struct segment_writer *segment = part->segment;
  assert(part->has_turn);
  int status = spill(part, err);
  if (!status) status = flush_entries(part, err);
  if (status) return status;
  pthread_mutex_lock(&segment->lock);
  segment->turn++;
  pthread_cond_broadcast(&segment->next);
  pthread_mutex_unlock(&segment->lock);
  part->has_turn = false;
  return NSEARCH_OK;
}
