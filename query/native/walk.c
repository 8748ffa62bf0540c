/* Windows of one segment, one after the other: by date until there is enough, or all of them for the number of matches. */
#include <string.h>

#include "query/native/native.h"

/* What a walk is for. */
struct walk {
  struct pass *pass;
  struct matcher *matcher;
  bool by_date; /* matches are offered; else they are counted */
};

/* A segment's documents stand in the order wanted, or against it: more than k of them are enough. */
static bool has_enough(const struct walk *walk) {
  return walk->by_date && walk->pass->matches > walk->pass->request->limit;
}

/* With facets all matches are seen, whoever has enough of them. */
static bool is_over(const struct walk *walk) { return has_enough(walk) && !walk->pass->facets; }

static int take_window(struct walk *walk, uint32_t base, const uint64_t *mask, struct nsearch_error *err) {
  struct pass *pass = walk->pass;
  bool offer = walk->by_date && !has_enough(walk);
  pass->matches += kernels()->ones((const uint8_t *)mask, WINDOW);
  int status = pass->facets ? facets_window(pass->facets, pass->number, base, mask, err) : NSEARCH_OK;
  if (!status && pass->scorer) status = scorer_offer_window(pass->scorer, base, mask, err);
  return status || !offer ? status : pass_collect(pass, base, mask, NULL, err);
}

/* Windows of [first, end), from the newest on. */
static int walk_on(struct walk *walk, uint32_t first, uint32_t end, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  struct date_range part = walk->pass->dates;
  if (part.first < first) part.first = first;
  if (part.end > end) part.end = end;
  for (uint32_t doc = first; !status && !is_over(walk);) {
    status = matcher_next(walk->matcher, doc, &doc, err);
    if (status || doc >= end) break;
    uint32_t base = doc / WINDOW * WINDOW;
    uint64_t mask[WINDOW_WORDS] = {0};
    status = pass_check(walk->pass, err);
    if (!status) status = matcher_window(walk->matcher, base, mask, NULL, err);
    date_range_filter(&part, base, mask);
    if (!status) status = take_window(walk, base, mask, err);
    doc = base + WINDOW;
  }
  return status;
}

/* The windows of the dated documents from the oldest on, then the undated ones. */
static int walk_back(struct walk *walk, struct nsearch_error *err) {
  const struct date_range *dates = &walk->pass->dates;
  uint32_t dated = date_range_dated(dates, walk->pass->segment->info.documents);
  uint32_t first = dates->first, end = dated < dates->end ? dated : dates->end;
  int status = NSEARCH_OK;
  for (uint32_t stop = end; !status && stop > first && !is_over(walk);) {
    uint32_t start = (stop - 1) / WINDOW * WINDOW;
    if (start < first) start = first;
    matcher_rewind(walk->matcher);
    status = pass_check(walk->pass, err);
    if (!status) status = walk_on(walk, start, stop, err);
    stop = start;
  }
  if (status || is_over(walk) || dates->end <= dated) return status;
  matcher_rewind(walk->matcher);
  return walk_on(walk, dated, dates->end, err);
}

static int walk_open(struct walk *walk, struct pass *pass, bool by_date, struct nsearch_error *err) {
  *walk = (struct walk){.pass = pass, .by_date = by_date};
  return matcher_open(&walk->matcher, pass->segment, pass->number, pass->request->tree, 0, pass->scoring, false,
                      pass->request, err);
}

int walk_pass(struct pass *pass, bool *all, struct nsearch_error *err) {
  struct walk walk;
  int status = walk_open(&walk, pass, true, err);
  if (!status && pass->request->order == ORDER_OLDEST) {
    status = walk_back(&walk, err);
  } else if (!status) {
    status = walk_on(&walk, pass->dates.first, pass->dates.end, err);
  }
  *all = !is_over(&walk);
  matcher_free(walk.matcher);
  return status;
}

/* ---- Counting ------------------------------------------------------------------------------------------------------- */

/* One word and what few others make of it; every document of the range is in it. */
static int count_difference(struct walk *walk, struct nsearch_error *err) {
  struct pass *pass = walk->pass;
  uint64_t first, others = 0;
  int status = matcher_first_count(walk->matcher, pass->dates.first, pass->dates.end, &first, err);
  for (uint32_t doc = pass->dates.first; !status; doc = doc / WINDOW * WINDOW + WINDOW) {
    uint64_t mask[WINDOW_WORDS] = {0};
    status = matcher_next_other(walk->matcher, doc, &doc, err);
    if (status || doc >= pass->dates.end) break;
    uint32_t base = doc / WINDOW * WINDOW;
    status = pass_check(pass, err);
    if (!status) status = matcher_others(walk->matcher, base, mask, err);
    date_range_filter(&pass->dates, base, mask);
    others += kernels()->ones((const uint8_t *)mask, WINDOW);
  }
  if (!status)
    pass->matches += pass->request->tree->kind == NODE_OR ? first + others : first > others ? first - others : 0;
  return status;
}

static int count_windows(struct pass *pass, struct nsearch_error *err) {
  struct walk walk;
  int status = walk_open(&walk, pass, false, err);
  bool unseen = !pass->facets && !pass->scorer && pass->dates.inexact >= pass->dates.end;
  if (!status && unseen && matcher_differs_little(walk.matcher)) {
    status = count_difference(&walk, err);
  } else if (!status) {
    status = walk_on(&walk, pass->dates.first, pass->dates.end, err);
  }
  matcher_free(walk.matcher);
  return status;
}

/* One word within dates: where whole blocks are in the range, their number is enough. */
static int count_range(struct pass *pass, struct nsearch_error *err) {
  struct date_range *dates = &pass->dates;
  uint32_t exact = dates->inexact < dates->end ? dates->inexact : dates->end;
  int status = NSEARCH_OK;
  if (exact < dates->first) exact = dates->first;
  for (size_t key = 0; !status && key < pass->request->tree->key_count; key++) {
    const struct term_entry *entry = scoring_entry(pass->scoring, 0, key, pass->number);
    struct cursor cursor;
    uint64_t count = 0;
    if (!entry) continue;
    status = cursor_open(&cursor, pass->segment, entry, err);
    if (!status) status = cursor_count(&cursor, dates->first, exact, &count, err);
    cursor_free(&cursor);
    pass->matches += count;
  }
  dates->first = exact;
  return status || exact == dates->end ? status : count_windows(pass, err);
}

/* Whether an intersection is so sparse that it is better counted list by list than by masks. */
static bool is_sparse(const struct pass *pass, const struct shape *shape) {
  enum { SPARSE = 32 };
  uint64_t least = UINT64_MAX;
  if (shape->kind != SHAPE_CONJUNCTION || pass->facets) return false;
  for (size_t i = 0; i < shape->count; i++) {
    const struct shape_part *part = &shape->parts[i];
    if (part->role != PART_REQUIRED || part->node->score != SCORE_BM25) continue;
    uint64_t df = pass->scoring->leaves[part->leaf].df;
    if (df < least) least = df;
  }
  return least < pass->snapshot->stats.articles / SPARSE;
}

int count_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err) {
  const struct node *tree = pass->request->tree;
  bool ranged = request_is_dated(pass->request) && !pass->facets;
  if (ranged && tree->kind == NODE_TERM && tree->score == SCORE_BM25) return count_range(pass, err);
  pass->counting = is_sparse(pass, shape);
  return pass->counting ? conjunction_pass(pass, shape, err) : count_windows(pass, err);
}
