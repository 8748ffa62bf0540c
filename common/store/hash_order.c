/* Documents by a hash: a column of hashes, and the numbers of the documents in the order of their hashes, those without
 * one (0) first. */
#include "common/store/segment_format.h"

int segment_hash_order(struct segment *segment, bool by_url, struct hash_order *out, struct nsearch_error *err) {
  *out = (struct hash_order){0};
  enum section hashes = by_url ? SECTION_URL_HASHES : SECTION_ID_HASHES;
  enum section order = by_url ? SECTION_URL_ORDER : SECTION_ID_ORDER;
  if (segment->sections[hashes].len == 0) return NSEARCH_OK;
  out->hashes = segment_section(segment, hashes, err);
  if (!out->hashes) return NSEARCH_ERR_DAMAGED;
  out->documents = segment->info.documents;
  return segment_packed(segment, order, &out->order, err);
}

uint32_t hash_order_doc(const struct hash_order *order, uint32_t place, uint64_t hash) {
  if (place >= order->documents) return UINT32_MAX;
  uint64_t doc = packed_column_at(&order->order, place);
  bool same = doc < order->documents && load_u64(order->hashes + 8 * doc) == hash;
  return same ? (uint32_t)doc : UINT32_MAX;
}

static bool is_below(const struct hash_order *order, uint32_t place, uint64_t hash) {
  uint64_t doc = packed_column_at(&order->order, place);
  return doc < order->documents && load_u64(order->hashes + 8 * doc) < hash;
}

uint32_t hash_order_first(const struct hash_order *order, uint64_t hash) { return hash_order_seek(order, 0, hash); }

/* Steps that double, then halves: places below `low` have lower hashes. */
uint32_t hash_order_seek(const struct hash_order *order, uint32_t from, uint64_t hash) {
  uint32_t low = from, high = order->documents;
  for (uint64_t step = 1; low < high && step < high - low; step *= 2) {
    uint32_t last = low + (uint32_t)step - 1;
    if (!is_below(order, last, hash)) {
      high = last;
      break;
    }
    low = last + 1;
  }
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (is_below(order, middle, hash))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}
