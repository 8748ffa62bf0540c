/* The invariants of a segment's documents: their order, dates, hashes and places. */
#include "common/store/segment_format.h"

static int damaged(const struct segment *segment, const char *what, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED,
                   "%s: its %s contradict one another; restore the file from a copy or index again", segment->file.path,
                   what);
}

/* The documents in the order of a hash: all of them, each once, those of one hash by number. */
static int check_hash_order(struct segment *segment, bool by_url, struct nsearch_error *err) {
  struct hash_order order;
  uint64_t hash_before = 0, before = 0;
  int status = segment_hash_order(segment, by_url, &order, err);
  for (uint32_t at = 0; !status && at < order.documents; at++) {
    uint64_t doc = packed_column_at(&order.order, at);
    uint64_t hash = doc < order.documents ? load_u64(order.hashes + 8 * doc) : 0;
    if (doc >= order.documents || (at && (hash < hash_before || (hash == hash_before && doc <= before))))
      return damaged(segment, section_name(by_url ? SECTION_URL_ORDER : SECTION_ID_ORDER), err);
    hash_before = hash;
    before = doc;
  }
  return status;
}

int segment_check_docs(struct segment *segment, struct nsearch_error *err) {
  const uint8_t *published = segment_section(segment, SECTION_PUBLISHED, err);
  const uint8_t *ids = segment_section(segment, SECTION_ID_HASHES, err);
  const uint8_t *dates = segment_section(segment, SECTION_DATE_INFO, err);
  if (segment->info.documents && (!published || !ids || !dates)) return NSEARCH_ERR_DAMAGED;
  for (uint32_t d = 0; d < segment->info.documents; d++) {
    int64_t seconds = (int64_t)load_u64(published + 8 * (size_t)d);
    uint64_t id = load_u64(ids + 8 * (size_t)d);
    unsigned precision = dates[d] & 15;
    if (d && segment_doc_compare((int64_t)load_u64(published + 8 * (size_t)(d - 1)),
                                 load_u64(ids + 8 * (size_t)(d - 1)), seconds, id) > 0)
      return damaged(segment, "documents", err);
    if (precision > NSEARCH_PRECISION_SECOND || (precision == NSEARCH_PRECISION_NONE) != (seconds == INT64_MIN) ||
        !(segment->info.precisions >> precision & 1))
      return damaged(segment, "dates", err);
  }
  int status = check_hash_order(segment, false, err);
  return status ? status : check_hash_order(segment, true, err);
}
