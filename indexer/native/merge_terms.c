/* The terms of a range of keys, merged in the order of the keys. Stored stem lists are merged like all others, nothing is
 * stemmed again; a stem that was the alias of a text term in every source stays one. */
#include <string.h>

#include "indexer/native/native.h"

/* ---- A desk ------------------------------------------------------------------------------------------------------ */

int merge_desk_open(struct merge_desk *desk, struct merge *merge, uint64_t memory, struct nsearch_error *err) {
  int status = part_new(&desk->part, merge->out, memory, err);
  if (status) return status;
  desk->cursors = memory_zero(merge->count, sizeof *desk->cursors);
  desk->ahead = memory_array(NULL, merge->count, sizeof *desk->ahead);
  desk->active = memory_array(NULL, merge->count, sizeof *desk->active);
  desk->heap = memory_array(NULL, merge->count + 1, sizeof *desk->heap);
  if (!desk->cursors || !desk->ahead || !desk->active || !desk->heap) return error_memory(err);
  for (size_t s = 0; s < merge->count; s++) desk->cursors[s].source = &merge->sources[s];
  return NSEARCH_OK;
}

void merge_desk_free(struct merge_desk *desk, size_t sources) {
  part_free(desk->part);
  for (size_t s = 0; desk->cursors && s < sources; s++) memory_free(desk->cursors[s].list.gaps);
  memory_free(desk->cursors);
  memory_free(desk->ahead);
  memory_free(desk->active);
  memory_free(desk->heap);
  memory_free(desk->text_sources);
}

/* ---- The sources by their keys ----------------------------------------------------------------------------------- */

static bool comes_before(const struct merge_cursor *a, const struct merge_cursor *b) {
  if (a->prefix != b->prefix) return a->prefix < b->prefix;
  return key_compare(a->walk.key, a->walk.key_len, b->walk.key, b->walk.key_len) < 0;
}

static void ahead_add(struct merge_desk *desk, uint32_t source) {
  const struct merge_cursor *cursors = desk->cursors;
  size_t at = desk->ahead_count++;
  for (; at > 0 && comes_before(&cursors[source], &cursors[desk->ahead[(at - 1) / 2]]); at = (at - 1) / 2)
    desk->ahead[at] = desk->ahead[(at - 1) / 2];
  desk->ahead[at] = source;
}

static uint32_t ahead_take(struct merge_desk *desk) {
  const struct merge_cursor *cursors = desk->cursors;
  uint32_t first = desk->ahead[0], last = desk->ahead[--desk->ahead_count];
  size_t at = 0, count = desk->ahead_count;
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && comes_before(&cursors[desk->ahead[child + 1]], &cursors[desk->ahead[child]])) child++;
    if (!comes_before(&cursors[desk->ahead[child]], &cursors[last])) break;
    desk->ahead[at] = desk->ahead[child];
  }
  desk->ahead[at] = last;
  return first;
}

/* Takes the sources whose key at hand is the smallest. */
static size_t find_active(struct merge_desk *desk) {
  size_t active = 0;
  while (desk->ahead_count > 0 &&
         (active == 0 || !comes_before(&desk->cursors[desk->active[0]], &desk->cursors[desk->ahead[0]]))) {
    desk->active[active++] = ahead_take(desk);
  }
  return active;
}

/* Moves to the next term of the range, when there is one. */
static int advance(struct merge_desk *desk, const struct merge_range *end, uint32_t source, struct nsearch_error *err) {
  struct merge_cursor *cursor = &desk->cursors[source];
  int status = term_walk_next(&cursor->walk, &cursor->entry, &cursor->has_term, err);
  if (status || !cursor->has_term) return status;
  if (end && key_compare(cursor->walk.key, cursor->walk.key_len, end->from, end->len) >= 0) return NSEARCH_OK;
  cursor->prefix = key_prefix(cursor->walk.key, cursor->walk.key_len);
  ahead_add(desk, source);
  return NSEARCH_OK;
}

/* ---- A term ------------------------------------------------------------------------------------------------------ */

/* The text term whose list the merged stem's is: when the stem is that term's alias wherever either of them occurs. */
static uint32_t alias_target(const struct merge *merge, const struct merge_desk *desk, size_t active) {
  uint32_t target = GONE;
  for (size_t i = 0; i < active; i++) {
    const struct merge_cursor *cursor = &desk->cursors[desk->active[i]];
    if (cursor->entry.alias_of == UINT32_MAX) return GONE;
    uint32_t number = cursor->source->numbers[cursor->entry.alias_of];
    if (i > 0 && number != target) return GONE;
    target = number;
  }
  return target < merge->text_terms && merge->text_sources[target] == active ? target : GONE;
}

static int note_text_sources(struct merge_desk *desk, uint32_t number, size_t sources, struct nsearch_error *err) {
  int status =
      memory_reserve(&desk->text_sources, &desk->text_capacity, (size_t)number + 1, sizeof *desk->text_sources, err);
  if (!status) desk->text_sources[number] = (uint16_t)sources;
  return status;
}

static int merge_term(struct merge *merge, struct merge_desk *desk, size_t active, const struct merge_range *end,
                      struct nsearch_error *err) {
  const struct term_walk *walk = &desk->cursors[desk->active[0]].walk;
  uint8_t tag = (uint8_t)walk->key[0];
  uint32_t number, target = tag == TAG_STEM ? alias_target(merge, desk, active) : GONE;
  int status;
  if (target != GONE) {
    status = part_term_alias(desk->part, walk->key, walk->key_len, target, &number, err);
  } else {
    status = merge_lists(merge, desk, active, tag, err);
    if (!status) status = part_term_end(desk->part, walk->key, walk->key_len, &number, err);
  }
  if (!status && number != GONE && tag != TAG_STEM) {
    status = note_text_sources(desk, number, tag == TAG_TEXT ? active : 0, err);
  }
  for (size_t i = 0; !status && i < active; i++) {
    const struct merge_cursor *cursor = &desk->cursors[desk->active[i]];
    cursor->source->numbers[cursor->entry.number] = number;
    status = advance(desk, end, desk->active[i], err);
  }
  return status;
}

/* ---- A range ----------------------------------------------------------------------------------------------------- */

/* Threads that merge stems read these: they are complete by then. */
static int place_text_sources(struct merge *merge, const struct merge_desk *desk, uint32_t first, uint32_t terms,
                              struct nsearch_error *err) {
  merge->text_terms = (size_t)first + terms;
  int status = memory_reserve(&merge->text_sources, &merge->text_capacity, merge->text_terms, sizeof(uint16_t), err);
  if (!status && terms) memcpy(merge->text_sources + first, desk->text_sources, terms * sizeof(uint16_t));
  return status;
}

/* Numbers of the part's terms become those of the segment. */
static void place_numbers(const struct merge *merge, const struct merge_desk *desk, const uint32_t *from,
                          uint32_t first) {
  for (size_t s = 0; s < merge->count; s++) {
    const struct merge_cursor *cursor = &desk->cursors[s];
    uint32_t *numbers = cursor->source->numbers, until = cursor->walk.number - cursor->has_term;
    for (uint32_t t = from[s]; t < until; t++) numbers[t] += numbers[t] == GONE ? 0 : first;
  }
}

int merge_desk_run(struct merge_desk *desk, struct merge *merge, size_t range, struct nsearch_error *err) {
  const struct merge_range *from = &merge->ranges[range], *end = range + 1 < merge->range_count ? from + 1 : NULL;
  uint32_t first, *starts = memory_array(NULL, merge->count, sizeof *starts);
  int status = starts ? NSEARCH_OK : error_memory(err);
  /* Aliases are told by the numbers of text terms, which are known when those are written. */
  if (!status && range >= merge->first_stems) status = segment_wait(merge->out, merge->first_stems, err);
  part_start(desk->part, range);
  desk->ahead_count = 0;
  for (uint32_t s = 0; !status && s < merge->count; s++) {
    struct merge_cursor *cursor = &desk->cursors[s];
    status = term_walk_start(&cursor->walk, cursor->source->segment, from->from, from->len, err);
    starts[s] = cursor->walk.number;
    if (!status) status = advance(desk, end, s, err);
  }
  while (!status) {
    size_t active = find_active(desk);
    if (active == 0) break;
    status = merge_term(merge, desk, active, end, err);
  }
  if (!status) status = part_wait(desk->part, &first, err);
  if (!status && range < merge->first_stems) {
    status = place_text_sources(merge, desk, first, part_terms(desk->part), err);
  }
  if (!status) place_numbers(merge, desk, starts, first);
  if (!status) status = part_end(desk->part, err);
  memory_free(starts);
  return status;
}
