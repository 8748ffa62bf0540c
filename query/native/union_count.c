/* Unions that score nothing: what is missing of a nearly full window, and what few words add to a frequent one. */
#include "query/native/matcher.h"

/* How many documents of the window are not in the mask yet; more than `few`: any number above it. */
static uint32_t mask_missing(const struct matcher *matcher, uint32_t base, const uint64_t *mask, uint32_t few) {
  uint32_t missing = 0;
  for (uint32_t word = 0; word < WINDOW_WORDS && missing <= few; word++) {
    uint64_t gone = matcher_there(matcher, base + word * 64) & ~mask[word];
    if (gone) missing += (uint32_t)__builtin_popcountll(gone);
  }
  return missing;
}

/* Of the documents of `bits`, word `word` of the window, sets in *held those that the term's lists hold. */
static int probe_word(struct matcher *term, uint32_t base, uint32_t word, uint64_t bits, uint64_t *held,
                      struct nsearch_error *err) {
  for (; bits; bits &= bits - 1) {
    uint32_t at = word * 64 + (uint32_t)__builtin_ctzll(bits);
    bool found = false;
    for (size_t i = 0; i < term->cursor_count && !found; i++) {
      int status = cursor_probe(&term->cursors[i], base + at, &found, err);
      if (status) return status;
    }
    if (found) *held |= UINT64_C(1) << at % 64;
  }
  return NSEARCH_OK;
}

int matcher_held(struct matcher *matcher, uint32_t base, const uint64_t *wanted, uint64_t *held,
                 struct nsearch_error *err) {
  enum { PROBES = 2 }; /* cost as much as to open a block for the mask */
  uint64_t few = matcher->df * (PROBES * WINDOW / BLOCK) / matcher->segment->info.documents;
  int status = NSEARCH_OK;
  if (matcher->kind != NODE_TERM || kernels()->ones((const uint8_t *)wanted, WINDOW) > few)
    return matcher_window(matcher, base, held, NULL, err);
  for (uint32_t word = 0; !status && word < WINDOW_WORDS; word++) {
    status = probe_word(matcher, base, word, wanted[word], &held[word], err);
  }
  return status;
}

/* Asks for the missing ones one by one. */
static int probe_missing(struct matcher *term, uint32_t base, uint64_t *mask, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (uint32_t word = 0; !status && word < WINDOW_WORDS; word++) {
    status = probe_word(term, base, word, ~mask[word] & matcher_there(term, base + word * 64), &mask[word], err);
  }
  return status;
}

/* For matching alone, a full window needs no further child, and a nearly full one little of it: questions of many words
 * hold words of nearly every article. Nearly full is what children of so many documents together may have made it. */
int matcher_unite(struct matcher *matcher, size_t first, uint32_t base, uint64_t *mask, struct nsearch_error *err) {
  enum { FEW = 16 };
  uint64_t seen = 0, documents = matcher->segment->info.documents;
  int status = NSEARCH_OK;
  for (size_t i = first; !status && i < matcher->child_count; i++) {
    struct matcher *child = matcher->children[i];
    uint32_t missing = seen >= documents / 2 ? mask_missing(matcher, base, mask, FEW) : WINDOW;
    seen += child->df;
    if (missing == 0) break;
    if (child->kind == NODE_TERM) {
      status = missing <= FEW ? probe_missing(child, base, mask, err) : matcher_window(child, base, mask, NULL, err);
      continue;
    }
    uint64_t own[WINDOW_WORDS] = {0};
    status = matcher_window(child, base, own, NULL, err);
    for (int w = 0; w < WINDOW_WORDS; w++) mask[w] |= own[w];
  }
  return status;
}

/* ---- A word, and what few others make of it ---------------------------------------------------------------------- */

bool matcher_differs_little(const struct matcher *matcher) {
  enum { RARER = 8 };
  uint64_t others = 0;
  if ((matcher->kind != NODE_OR && matcher->kind != NODE_AND_NOT) || matcher->child_count < 2) return false;
  const struct matcher *first = matcher->children[0]; /* of a union the most frequent one */
  if (first->kind != NODE_TERM || first->node->score != SCORE_BM25) return false;
  for (size_t i = 1; i < matcher->child_count; i++) others += matcher->children[i]->df;
  return others < first->df / RARER;
}

int matcher_first_count(struct matcher *matcher, uint32_t first, uint32_t end, uint64_t *count,
                        struct nsearch_error *err) {
  struct matcher *word = matcher->children[0];
  int status = NSEARCH_OK;
  *count = 0;
  for (size_t i = 0; !status && i < word->cursor_count; i++) {
    uint64_t own;
    status = cursor_count(&word->cursors[i], first, end, &own, err);
    *count += own;
  }
  matcher_rewind(word);
  return status;
}

int matcher_next_other(struct matcher *matcher, uint32_t from, uint32_t *doc, struct nsearch_error *err) {
  return matcher_next_of(matcher, 1, from, doc, err);
}

int matcher_others(struct matcher *matcher, uint32_t base, uint64_t *mask, struct nsearch_error *err) {
  uint64_t held[WINDOW_WORDS] = {0}, without = matcher->kind == NODE_OR ? UINT64_MAX : 0;
  int status = matcher_unite(matcher, 1, base, mask, err);
  if (!status) status = matcher_held(matcher->children[0], base, mask, held, err);
  for (uint32_t word = 0; word < WINDOW_WORDS; word++) mask[word] &= held[word] ^ without;
  return status;
}
