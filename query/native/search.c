/* A request over all segments: each is passed in turn, sharing the best k and with them the threshold. Ranking, walking
 * by date and counting are passes of their own, so that each does no more than it must; only phrases are counted first
 * and ranked with it. */
#include <stdio.h>
#include <string.h>

#include "query/native/native.h"

struct search {
  struct snapshot *snapshot;
  const struct search_request *request;
  struct scoring scoring;
  struct shape shape;
  struct topk topk;
  struct facets *facets;
  uint64_t known; /* number of matches, where it is without a look at the lists */
  uint64_t seen;  /* matches, where all were seen */
  bool all_seen;
};

/* ---- Counting ------------------------------------------------------------------------------------------------------- */

/* The number of matches where the dictionary tells it. */
static uint64_t known_count(const struct search *search) {
  const struct snapshot *snapshot = search->snapshot;
  uint64_t sum = 0;
  if (request_is_dated(search->request)) return COUNT_UNKNOWN;
  for (uint32_t s = 0; s < snapshot->segment_count; s++) {
    uint64_t count = count_known(&search->scoring, &snapshot->segments[s], s, search->request->tree);
    if (count == COUNT_UNKNOWN) return COUNT_UNKNOWN;
    sum += count;
  }
  return sum;
}

/* A segment whose dictionary tells its number is not looked at, whatever the others take. */
static int count_segment(struct search *search, struct pass *pass, struct nsearch_error *err) {
  bool seen = search->facets || request_is_dated(search->request);
  uint64_t known =
      seen ? COUNT_UNKNOWN : count_known(&search->scoring, pass->segment, pass->number, search->request->tree);
  if (known == COUNT_UNKNOWN) return count_pass(pass, &search->shape, err);
  pass->matches += known;
  return NSEARCH_OK;
}

static bool must_count(const struct search *search) {
  return (search->request->count && search->known == COUNT_UNKNOWN) || search->request->facet_count;
}

/* ---- By relevance --------------------------------------------------------------------------------------------------- */

/* Every window in which something can match, with its scores. */
static int rank_windows(struct pass *pass, struct nsearch_error *err) {
  struct matcher *matcher = NULL;
  uint32_t scores[WINDOW], doc = pass->dates.first;
  int status = matcher_open(&matcher, pass->segment, pass->number, pass->request->tree, 0, pass->scoring, true,
                            pass->request, err);
  while (!status) {
    status = matcher_next(matcher, doc, &doc, err);
    if (status || doc >= pass->dates.end) break;
    uint32_t base = doc / WINDOW * WINDOW;
    uint64_t mask[WINDOW_WORDS] = {0};
    memset(scores, 0, sizeof scores);
    status = pass_check(pass, err);
    if (!status) status = matcher_window(matcher, base, mask, scores, err);
    if (!status) {
      date_range_filter(&pass->dates, base, mask);
      status = pass_collect(pass, base, mask, scores, err);
    }
    doc = base + WINDOW;
  }
  matcher_free(matcher);
  return status;
}

static int rank_segment(struct search *search, struct pass *pass, struct nsearch_error *err) {
  switch (search->shape.kind) {
  case SHAPE_UNION:
    return sparse_fits(pass, &search->shape) ? sparse_pass(pass, &search->shape, err)
                                             : union_pass(pass, &search->shape, err);
  case SHAPE_CONJUNCTION:
    return conjunction_pass(pass, &search->shape, err);
  default:
    return rank_windows(pass, err);
  }
}

/* ---- All segments ----------------------------------------------------------------------------------------------------- */

/* Positions cost so much more than scores that those of a phrase are read once for both, and scores come after. */
static bool counts_first(const struct search *search) {
  if (search->shape.kind != SHAPE_CONJUNCTION || search->facets) return false;
  for (size_t i = 0; i < search->shape.count; i++) {
    if (search->shape.parts[i].role == PART_WORDS) return true;
  }
  return false;
}

static int count_and_rank_segment(struct search *search, struct pass *pass, struct nsearch_error *err) {
  struct scorer scorer = {0};
  int status = scorer_open(&scorer, pass, &search->shape, err);
  pass->scorer = &scorer;
  if (!status) status = count_pass(pass, &search->shape, err);
  pass->scorer = NULL;
  scorer_free(&scorer);
  return status;
}

/* The newest, or the oldest, and then the number of all, unless that came with them. */
static int walk_segment(struct search *search, struct pass *pass, struct nsearch_error *err) {
  bool all;
  int status = walk_pass(pass, &all, err);
  if (status || all) return status;
  search->all_seen = false;
  pass->matches = 0;
  return must_count(search) ? count_segment(search, pass, err) : NSEARCH_OK;
}

static int search_segment(struct search *search, uint32_t number, struct nsearch_error *err) {
  struct pass pass = {.snapshot = search->snapshot,
                      .segment = &search->snapshot->segments[number],
                      .number = number,
                      .request = search->request,
                      .scoring = &search->scoring,
                      .topk = &search->topk,
                      .facets = search->facets};
  bool ranked = search->request->order == ORDER_RELEVANCE;
  bool rank = ranked && search->request->limit, count = ranked && must_count(search);
  if (pass.segment->info.documents == 0 || (ranked && !rank && !count)) return NSEARCH_OK;
  int status = pass_open(&pass, err);
  if (!status && rank && count && counts_first(search)) {
    status = count_and_rank_segment(search, &pass, err);
  } else {
    if (!status && rank) status = rank_segment(search, &pass, err);
    if (!status && count) status = count_segment(search, &pass, err);
  }
  if (!status && !ranked) status = walk_segment(search, &pass, err);
  search->seen += pass.matches;
  return status;
}

/* What the answer may say of the number of matches: exact when all were seen, else a bound that depends on the
 * question and the index alone. */
static void set_matches(const struct search *search, struct search_answer *answer) {
  const struct search_request *request = search->request;
  uint64_t least = request_is_dated(request) ? 0 : count_least(&search->scoring, request->tree, 0);
  uint64_t deleted = search->snapshot->stats.deleted; /* they may all be among those */
  least -= deleted < least ? deleted : least;
  if (search->known != COUNT_UNKNOWN) {
    answer->matches = search->known;
    answer->matches_exact = true;
  } else if (must_count(search) || (request->order != ORDER_RELEVANCE && search->all_seen)) {
    answer->matches = search->seen;
    answer->matches_exact = true;
  } else {
    answer->matches = answer->hit_count > least ? answer->hit_count : least;
    answer->matches_exact = answer->hit_count < request->limit;
  }
}

static int make_hits(struct search *search, struct search_answer *answer, struct nsearch_error *err) {
  struct topk *topk = &search->topk;
  topk_sort(topk);
  answer->hits = memory_array(NULL, topk->count + 1, sizeof *answer->hits);
  if (!answer->hits) return error_memory(err);
  answer->hit_count = topk->count;
  for (size_t i = 0; i < topk->count; i++) {
    answer->hits[i] = (struct search_hit){topk->heap[i].doc, topk->heap[i].units * search->scoring.unit};
  }
  return NSEARCH_OK;
}

static void describe(const struct search *search, struct search_answer *answer) {
  const struct search_request *request = search->request;
  const char *way = "windows of 4,096 articles, all scored";
  if (request->order != ORDER_RELEVANCE) {
    way = request->order == ORDER_NEWEST ? "windows from the newest on" : "windows from the oldest on";
  } else if (request->limit == 0) {
    way = "count";
  } else if (search->shape.kind == SHAPE_UNION) {
    way = search->shape.count == 1 ? "one list, best blocks first"
          : sparse_may(request, &search->shape)
              ? "union, windows by the bounds of their blocks or, of short lists, all added up"
              : "union, windows by the bounds of their blocks";
  } else if (search->shape.kind == SHAPE_CONJUNCTION) {
    way = must_count(search) && counts_first(search) ? "matches counted, then scored"
                                                     : "intersection, the rarest list first";
  }
  snprintf(answer->plan, sizeof answer->plan, "%s; %zu segment%s%s%s", way, search->snapshot->segment_count,
           search->snapshot->segment_count == 1 ? "" : "s", must_count(search) ? "; all matches counted" : "",
           request_is_dated(request) ? "; a range of dates" : "");
}

/* What a search takes to look at lists; a number that the dictionary tells takes less. */
static int prepare(struct search *search, struct nsearch_error *err) {
  struct snapshot *snapshot = search->snapshot;
  const struct search_request *request = search->request;
  search->topk = (struct topk){.limit = request->limit, .oldest = request->order == ORDER_OLDEST};
  search->topk.columns = memory_zero(snapshot->segment_count + 1, sizeof *search->topk.columns);
  if (!search->topk.columns) return error_memory(err);
  int status = scoring_weigh(&search->scoring, snapshot, err);
  if (!status) status = shape_make(&search->shape, request->tree, &search->scoring, err);
  if (!status && request->facet_count) status = facets_new(&search->facets, snapshot, request, err);
  return status;
}

static int run(struct search *search, struct search_answer *answer, struct nsearch_error *err) {
  int status = prepare(search, err);
  search->all_seen = true;
  for (uint32_t s = 0; !status && s < search->snapshot->segment_count; s++) status = search_segment(search, s, err);
  if (!status) status = make_hits(search, answer, err);
  if (!status && search->facets) status = facets_answer(search->facets, answer, err);
  return status;
}

int snapshot_search(struct snapshot *snapshot, const struct search_request *request, struct search_answer *answer,
                    struct nsearch_error *err) {
  struct search search = {.snapshot = snapshot, .request = request};
  memset(answer, 0, sizeof *answer);
  int status = scoring_find(&search.scoring, snapshot, request->tree, err);
  search.known = status ? COUNT_UNKNOWN : known_count(&search);
  if (!status && (request->limit || must_count(&search))) status = run(&search, answer, err);
  if (!status) {
    set_matches(&search, answer);
    if (request->explain) describe(&search, answer);
  } else {
    search_answer_free(answer);
  }
  facets_free(search.facets);
  shape_free(&search.shape);
  scoring_free(&search.scoring);
  topk_free(&search.topk);
  return status;
}
