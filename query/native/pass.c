/* One segment of a search: which documents the dates admit, when to give up, where matches go. */
#include "query/native/native.h"

enum { CHECK_EVERY = 16 }; /* windows between two looks at the clock */

int pass_check(struct pass *pass, struct nsearch_error *err) {
  const struct search_request *request = pass->request;
  if (pass->ticks++ % CHECK_EVERY) return NSEARCH_OK;
  if (request->deadline && clock_monotonic() > request->deadline) {
    return error_set(err, NSEARCH_ERR_DEADLINE, "the search took longer than its deadline");
  }
  if (request->cancel && request->cancel(request->cancel_payload)) {
    return error_set(err, NSEARCH_ERR_CANCELLED, "the search was cancelled");
  }
  return NSEARCH_OK;
}

static int64_t published_of(const struct pass *pass, uint32_t doc) {
  return (int64_t)load_u64(pass->published + 8 * (size_t)doc);
}

/* The first document that was published at or before `seconds`; documents run from newest to oldest. */
static uint32_t first_not_after(const struct pass *pass, int64_t seconds) {
  uint32_t low = 0, high = pass->segment->info.documents;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (published_of(pass, middle) > seconds) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* A date range is a range of documents, but for articles whose day is not known: their period begins up to a year
 * before `since` and may still touch it, so that stretch is looked at one by one. */
static void set_range(struct pass *pass) {
  const struct search_request *request = pass->request;
  enum { YEAR = 366 * 86400 };
  pass->first = 0;
  pass->end = pass->check_dates = pass->segment->info.documents;
  if (request->since == INT64_MIN && request->until == INT64_MAX) return;
  int64_t below = INT64_MIN; /* the last documents, those without a date, stay out */
  if (request->until != INT64_MAX) pass->first = first_not_after(pass, request->until);
  if (request->since != INT64_MIN) {
    pass->check_dates = first_not_after(pass, request->since - 1);
    if (request->since > INT64_MIN + YEAR + 1) below = request->since - YEAR - 1;
  }
  pass->end = first_not_after(pass, below);
  if (pass->end < pass->first) pass->end = pass->first;
}

static void clear_bits(uint64_t *mask, uint32_t from, uint32_t to) {
  for (uint32_t at = from; at < to;) {
    uint32_t next = (at / 64 + 1) * 64 < to ? (at / 64 + 1) * 64 : to;
    uint64_t bits = next - at == 64 ? UINT64_MAX : ((UINT64_C(1) << (next - at)) - 1) << at % 64;
    mask[at / 64] &= ~bits;
    at = next;
  }
}

void pass_filter(const struct pass *pass, uint32_t base, uint64_t *mask) {
  if (pass->first > base) clear_bits(mask, 0, pass->first - base < WINDOW ? pass->first - base : WINDOW);
  if (pass->end < base + WINDOW) clear_bits(mask, pass->end > base ? pass->end - base : 0, WINDOW);
  if (pass->check_dates >= base + WINDOW) return;
  for (uint32_t at = pass->check_dates > base ? pass->check_dates - base : 0; at < WINDOW && base + at < pass->end;
       at++) {
    if (!(mask[at / 64] >> at % 64 & 1)) continue;
    enum nsearch_precision precision = (enum nsearch_precision)(pass->date_info[base + at] & 15);
    if (date_period_end(published_of(pass, base + at), precision) < pass->request->since) {
      mask[at / 64] &= ~(UINT64_C(1) << at % 64);
    }
  }
}

int pass_collect(struct pass *pass, uint32_t base, const uint64_t *mask, const uint32_t *scores,
                 struct nsearch_error *err) {
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    pass->matches += (uint64_t)__builtin_popcountll(mask[w]);
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits), doc = base + at;
      struct candidate candidate = {.units = scores ? scores[at] : 0};
      if (candidate.units < topk_threshold(pass->topk)) continue;
      candidate.published = published_of(pass, doc);
      candidate.id_hash = load_u64(pass->id_hashes + 8 * (size_t)doc);
      candidate.doc = (struct doc_ref){pass->number, doc};
      int status = topk_offer(pass->topk, &candidate, err);
      if (status) return status;
    }
  }
  return NSEARCH_OK;
}

int pass_open(struct pass *pass, struct nsearch_error *err) {
  pass->published = segment_section(pass->segment, SECTION_PUBLISHED, err);
  pass->date_info = segment_section(pass->segment, SECTION_DATE_INFO, err);
  pass->id_hashes = segment_section(pass->segment, SECTION_ID_HASHES, err);
  if (!pass->published || !pass->date_info || !pass->id_hashes) return NSEARCH_ERR_DAMAGED;
  set_range(pass);
  return NSEARCH_OK;
}
