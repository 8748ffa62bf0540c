/* A date range over one segment: mostly a range of documents, since they run from newest to oldest, without those that
 * are marked as deleted. */
#include "query/native/native.h"

static int64_t published_of(const struct date_range *range, uint32_t doc) {
  return (int64_t)load_u64(range->published + 8 * (size_t)doc);
}

/* The first document that was published at or before `seconds`. */
static uint32_t first_not_after(const struct date_range *range, uint32_t documents, int64_t seconds) {
  uint32_t low = 0, high = documents;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (published_of(range, middle) > seconds) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* The longest period, in seconds, that a date of the segment stands for. */
static int64_t longest_period(const struct segment *segment) {
  enum { DAY = 86400, MONTH = 31 * DAY, YEAR = 366 * DAY };
  uint32_t precisions = segment->info.precisions;
  return precisions & 1u << NSEARCH_PRECISION_YEAR    ? YEAR
         : precisions & 1u << NSEARCH_PRECISION_MONTH ? MONTH
         : precisions & 1u << NSEARCH_PRECISION_DAY   ? DAY
                                                      : 1;
}

/* Articles whose second is not known begin before `since` and may still touch it: the stretch of the longest period that
 * is there is looked at one by one. */
int date_range_open(struct date_range *range, struct segment *segment, int64_t since, int64_t until,
                    struct nsearch_error *err) {
  uint32_t documents = segment->info.documents;
  range->published = segment_section(segment, SECTION_PUBLISHED, err);
  range->date_info = segment_section(segment, SECTION_DATE_INFO, err);
  if (!range->published || !range->date_info) return NSEARCH_ERR_DAMAGED;
  range->since = since;
  range->first = 0;
  range->end = range->inexact = documents;
  range->gone = segment->gone.count ? &segment->gone : NULL;
  if (since == INT64_MIN && until == INT64_MAX) return NSEARCH_OK;
  int64_t below = INT64_MIN; /* the last documents, those without a date, stay out */
  if (until != INT64_MAX) range->first = first_not_after(range, documents, until);
  if (since != INT64_MIN) {
    range->inexact = first_not_after(range, documents, since - 1);
    int64_t period = longest_period(segment);
    if (since > INT64_MIN + period) below = since - period;
  }
  range->end = first_not_after(range, documents, below);
  if (range->end < range->first) range->end = range->first;
  return NSEARCH_OK;
}

uint32_t date_range_dated(const struct date_range *range, uint32_t documents) {
  return first_not_after(range, documents, INT64_MIN);
}

bool date_range_admits(const struct date_range *range, uint32_t doc) {
  if (doc < range->first || doc >= range->end) return false;
  if (range->gone && tombstones_has(range->gone, doc)) return false;
  if (doc < range->inexact) return true;
  enum nsearch_precision precision = (enum nsearch_precision)(range->date_info[doc] & 15);
  return date_period_end(published_of(range, doc), precision) >= range->since;
}

static void clear_bits(uint64_t *mask, uint32_t from, uint32_t to) {
  for (uint32_t at = from; at < to;) {
    uint32_t next = (at / 64 + 1) * 64 < to ? (at / 64 + 1) * 64 : to;
    uint64_t bits = next - at == 64 ? UINT64_MAX : ((UINT64_C(1) << (next - at)) - 1) << at % 64;
    mask[at / 64] &= ~bits;
    at = next;
  }
}

/* The tombstones end with the segment, behind which no bits are left; base is one of a window. */
static void clear_gone(const struct tombstones *gone, uint32_t end, uint32_t base, uint64_t *mask) {
  for (uint32_t w = 0; w < WINDOW_WORDS && base + w * 64 < end; w++) mask[w] &= ~gone->bits[base / 64 + w];
}

void date_range_filter(const struct date_range *range, uint32_t base, uint64_t *mask) {
  if (range->first > base) clear_bits(mask, 0, range->first - base < WINDOW ? range->first - base : WINDOW);
  if (range->end < base + WINDOW) clear_bits(mask, range->end > base ? range->end - base : 0, WINDOW);
  if (range->gone) clear_gone(range->gone, range->end, base, mask);
  if (range->inexact >= base + WINDOW) return;
  for (uint32_t at = range->inexact > base ? range->inexact - base : 0; at < WINDOW && base + at < range->end; at++) {
    if ((mask[at / 64] >> at % 64 & 1) && !date_range_admits(range, base + at)) {
      mask[at / 64] &= ~(UINT64_C(1) << at % 64);
    }
  }
}
