/* Which segments are merged: size-tiered. Levels are a factor apart in bytes, and a commit leaves fewer than POLICY_FACTOR
 * segments on each, and one at most on level 0. Where a level is full, it is merged with the fresh segments and all below
 * it: what is written then is of a level above, so that a byte is written once when it is new and once a level; on level
 * 0, which goes with every commit, POLICY_FLOOR bytes at most.
 *
 *   segments      <= 1 + (POLICY_FACTOR - 1) * levels
 *   bytes written <= bytes added * (1 + levels) + commits * POLICY_FLOOR + bytes deleted * (4 + levels)
 *
 * for levels = log(bytes / POLICY_FLOOR) / log(POLICY_FACTOR), rounded up. A segment that is spent has four live documents
 * for a deleted one at most, and one that shrinks falls to a lower level: hence the last term. Memory bounds merges, too:
 * what does not fit is left as it is, and stands on its level beside those that may be there. */
#include "indexer/native/native.h"

static unsigned level_of(uint64_t bytes) {
  unsigned level = 0;
  for (uint64_t limit = POLICY_FLOOR; bytes >= limit && level < 32; limit *= POLICY_FACTOR) level++;
  return level;
}

/* What the merge has so far. */
struct pile {
  struct policy_segment sum;
  size_t count;
  uint64_t memory;
};

static bool fits(const struct pile *pile, uint64_t cost) {
  return pile->sum.cost <= pile->memory && cost <= pile->memory - pile->sum.cost;
}

static void pile_add(struct pile *pile, const struct policy_segment *segment) {
  pile->sum.bytes += segment->bytes;
  pile->sum.cost += segment->cost;
  pile->count++;
}

/* Adds the segments up to `level` when as many as are too many are on it. */
static void merge_level(const struct policy_segment *old, size_t count, unsigned level, struct pile *pile,
                        bool *chosen) {
  size_t on_level = pile->count && level_of(pile->sum.bytes) == level;
  uint64_t cost = 0;
  for (size_t i = 0; i < count; i++) {
    unsigned own = level_of(old[i].bytes);
    if (chosen[i] || own > level) continue;
    on_level += own == level;
    cost += old[i].cost;
  }
  if (on_level < (level ? POLICY_FACTOR : 2) || !fits(pile, cost)) return;
  for (size_t i = 0; i < count; i++) {
    if (chosen[i] || level_of(old[i].bytes) > level) continue;
    chosen[i] = true;
    pile_add(pile, &old[i]);
  }
}

void policy_choose(const struct policy_segment *old, size_t count, struct policy_segment fresh, uint64_t memory,
                   bool *chosen) {
  struct pile pile = {.sum = fresh, .count = fresh.bytes > 0, .memory = memory};
  unsigned top = 0;
  for (size_t i = 0; i < count; i++) {
    chosen[i] = old[i].spent && fits(&pile, old[i].cost);
    if (chosen[i]) pile_add(&pile, &old[i]);
    if (level_of(old[i].bytes) > top) top = level_of(old[i].bytes);
  }
  for (unsigned level = 0; level <= top || level <= level_of(pile.sum.bytes); level++)
    merge_level(old, count, level, &pile, chosen);
}
