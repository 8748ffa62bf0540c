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

int walk_pass(struct pass *pass, bool *all, struct nsearch_error *err) {
  struct walk walk = {.pass = pass, .by_date = true};
  int status = pass_matcher(pass, &walk.matcher, err);
  if (!status && pass->request->order == ORDER_OLDEST) {
    status = walk_back(&walk, err);
  } else if (!status) {
    status = walk_on(&walk, pass->dates.first, pass->dates.end, err);
  }
  *all = !is_over(&walk);
  matcher_free(walk.matcher);
  return status;
}

int walk_count(struct pass *pass, struct matcher *matcher, struct nsearch_error *err) {
  struct walk walk = {.pass = pass, .matcher = matcher};
  return walk_on(&walk, pass->dates.first, pass->dates.end, err);
}
