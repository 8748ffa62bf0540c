/* The dictionaries of all segments as one: terms in order with the sum of their df. */
#include <string.h>

#include "query/native/native.h"

struct segment_terms {
  struct term_walk walk;
  struct term_entry entry;
  bool more;
};

static int entry_df(struct segment_terms *terms, uint64_t *df, struct nsearch_error *err) {
  if (terms->entry.alias_of == UINT32_MAX) {
    *df += terms->entry.df;
    return NSEARCH_OK;
  }
  struct term_entry target;
  int status = segment_target(terms->walk.segment, terms->entry.alias_of, &target, err);
  if (!status) *df += target.df;
  return status;
}

/* Takes the smallest key from every segment that has it. */
static int take_first(struct segment_terms *all, size_t count, size_t first, char *key, size_t *len, uint64_t *df,
                      struct nsearch_error *err) {
  const struct term_walk *smallest = &all[first].walk;
  for (size_t s = first + 1; s < count; s++) {
    const struct term_walk *walk = &all[s].walk;
    if (all[s].more && key_compare(walk->key, walk->key_len, smallest->key, smallest->key_len) < 0) smallest = walk;
  }
  *len = smallest->key_len;
  memcpy(key, smallest->key, *len);
  *df = 0;
  for (size_t s = first; s < count; s++) {
    const struct term_walk *walk = &all[s].walk;
    if (!all[s].more || walk->key_len != *len || memcmp(walk->key, key, *len) != 0) continue;
    int status = entry_df(&all[s], df, err);
    if (!status) status = term_walk_next(&all[s].walk, &all[s].entry, &all[s].more, err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

int snapshot_terms(struct snapshot *snapshot, const char *prefix, size_t prefix_len, const char *from, size_t from_len,
                   visit_term visit, void *payload, struct nsearch_error *err) {
  size_t count = snapshot->segment_count;
  struct segment_terms *all = memory_zero(count, sizeof *all);
  char *key = memory_alloc(KEY_MAX);
  int status = all && key ? NSEARCH_OK : error_memory(err);
  for (size_t s = 0; !status && s < count; s++) {
    const char *start = from ? from : prefix;
    status = term_walk_start(&all[s].walk, &snapshot->segments[s], start, from ? from_len : prefix_len, err);
    if (!status) status = term_walk_next(&all[s].walk, &all[s].entry, &all[s].more, err);
  }
  while (!status) {
    size_t first = 0, len;
    uint64_t df;
    while (first < count && !all[first].more) first++;
    if (first == count) break;
    status = take_first(all, count, first, key, &len, &df, err);
    if (status || len < prefix_len || memcmp(key, prefix, prefix_len) != 0) break;
    if (!visit(payload, (struct term_key){key, (uint32_t)len}, df)) break;
  }
  memory_free(all);
  memory_free(key);
  return status;
}

int snapshot_frequency(struct snapshot *snapshot, const char *key, size_t len, uint64_t *df,
                       struct nsearch_error *err) {
  *df = 0;
  for (size_t s = 0; s < snapshot->segment_count; s++) {
    struct term_entry entry;
    bool found;
    int status = segment_lookup(&snapshot->segments[s], key, len, &entry, &found, err);
    if (status) return status;
    if (found) *df += entry.df;
  }
  return NSEARCH_OK;
}
