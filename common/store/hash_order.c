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

uint32_t hash_order_first(const struct hash_order *order, uint64_t hash) {
  uint32_t low = 0, high = order->documents;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    uint64_t doc = packed_column_at(&order->order, middle);
    if (doc < order->documents && load_u64(order->hashes + 8 * doc) < hash)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}
