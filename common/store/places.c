/* Places in the packs as a column: first u64 n, the bits that the highest pack number needs; then, packed, (offset of the
 * group << 8 | record) << n | pack. What several workers wrote side by side has like offsets in packs of its own. Pack 0
 * is none; its offset is that of the article before. */
#include "common/store/segment_format.h"

enum { RECORD_BITS = 8, OFFSET_BITS = 40 };
#define OFFSET_MASK ((UINT64_C(1) << OFFSET_BITS) - 1)

uint64_t place_code(uint64_t place, unsigned pack_bits) {
  uint64_t record = place >> OFFSET_BITS & ((1 << RECORD_BITS) - 1), pack = place >> (OFFSET_BITS + RECORD_BITS);
  return ((place & OFFSET_MASK) << RECORD_BITS | record) << pack_bits | pack;
}

uint64_t places_at(const struct places *places, uint32_t doc) {
  if (!places->column.heads) return PLACE_NONE;
  uint64_t code = packed_column_at(&places->column, doc), pack = code & ((UINT64_C(1) << places->pack_bits) - 1);
  uint64_t group = code >> places->pack_bits, record = group & ((1 << RECORD_BITS) - 1);
  if (pack == 0) return PLACE_NONE;
  return pack << (OFFSET_BITS + RECORD_BITS) | record << OFFSET_BITS | (group >> RECORD_BITS & OFFSET_MASK);
}

int segment_places(struct segment *segment, enum section section, struct places *out, struct nsearch_error *err) {
  *out = (struct places){0};
  uint64_t len = segment->sections[section].len;
  if (segment->info.documents == 0 || (section == SECTION_TEXTS && !segment->info.has_text)) return NSEARCH_OK;
  const uint8_t *bytes = segment_section(segment, section, err);
  if (!bytes && len) return NSEARCH_ERR_DAMAGED;
  uint64_t pack_bits = len < PLACES_HEADER ? UINT64_MAX : load_u64(bytes);
  if (pack_bits > PLACE_PACK_BITS ||
      !packed_column_open(&out->column, bytes + PLACES_HEADER, len - PLACES_HEADER, segment->info.documents)) {
    return segment_damaged(segment, section_name(section), err);
  }
  out->pack_bits = (unsigned)pack_bits;
  return NSEARCH_OK;
}
