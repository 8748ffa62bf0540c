/* One segment of a search: which documents the dates admit, when to give up, where matches go. */
#include "query/native/native.h"

int pass_check(struct pass *pass, struct nsearch_error *err) { return search_check(pass->request, &pass->ticks, err); }

int pass_open(struct pass *pass, struct nsearch_error *err) {
  struct order_columns *columns = &pass->topk->columns[pass->number];
  columns->published = segment_section(pass->segment, SECTION_PUBLISHED, err);
  columns->id_hashes = segment_section(pass->segment, SECTION_ID_HASHES, err);
  pass->lengths = segment_section(pass->segment, SECTION_LENGTHS, err);
  if (!columns->published || !columns->id_hashes || !pass->lengths) return NSEARCH_ERR_DAMAGED;
  pass->stretch = bm25_stretch(pass->scoring, pass->segment);
  return date_range_open(&pass->dates, pass->segment, pass->request->since, pass->request->until, err);
}

int pass_matcher(const struct pass *pass, struct matcher **out, struct nsearch_error *err) {
  return matcher_open(out, pass->segment, pass->number, pass->request->tree, 0, pass->scoring, false, pass->request,
                      err);
}

int pass_offer(struct pass *pass, uint32_t doc, uint32_t units, struct nsearch_error *err) {
  return units < topk_threshold(pass->topk) ? NSEARCH_OK
                                            : topk_offer(pass->topk, units, (struct doc_ref){pass->number, doc}, err);
}

int pass_collect(struct pass *pass, uint32_t base, const uint64_t *mask, const uint32_t *scores,
                 struct nsearch_error *err) {
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
      int status = pass_offer(pass, base + at, scores ? scores[at] : 0, err);
      if (status) return status;
    }
  }
  return NSEARCH_OK;
}

void pass_score(const struct pass *pass, float weight, const uint32_t *docs, const uint32_t *freqs, uint32_t count,
                uint32_t *units) {
  uint32_t lengths[BLOCK];
  for (uint32_t i = 0; i < count; i++) lengths[i] = load_u32(pass->lengths + 4 * (size_t)docs[i]);
  kernels()->bm25(freqs, lengths, count, weight, pass->scoring->c0, pass->scoring->c1, units);
}

uint32_t pass_score_one(const struct pass *pass, float weight, uint32_t doc, uint32_t freq) {
  uint32_t length = load_u32(pass->lengths + 4 * (size_t)doc);
  return bm25_units(weight, pass->scoring->c0, pass->scoring->c1, length, freq);
}
