/* A request as a search of Xapian, and its answer. */
#include <stdio.h>
#include <string.h>

#include "query/xapian/xapian.h"

struct search {
  struct snapshot *snapshot;
  struct xap_database *database;
  const struct search_request *request;
  struct tree_part query;
  struct slot_facets facets;
  struct search_answer *answer;
  struct xap_answer found;
  uint64_t least; /* matches there are at least, whatever was looked at */
  struct nsearch_error *err;
};

static bool is_dated(const struct search_request *request) {
  return request->since != INT64_MIN || request->until != INT64_MAX;
}

/* Xapian cannot be interrupted; a deadline ends its counting of matches that cannot be hits. */
static int check(const struct search_request *request, struct nsearch_error *err) {
  if (request->cancel && request->cancel(request->cancel_payload))
    return error_set(err, NSEARCH_ERR_CANCELLED, "the search was cancelled");
  if (request->deadline && clock_monotonic() >= request->deadline)
    return error_set(err, NSEARCH_ERR_DEADLINE, "the search took longer than its deadline allows");
  return NSEARCH_OK;
}

/* ---- The query ------------------------------------------------------------------------------------------------------ */

/* Any of some words matches no fewer articles than the most frequent one is in. */
static int find_least(struct search *search, struct tree *tree) {
  const struct node *top = search->request->tree;
  size_t count = top->kind == NODE_OR ? top->child_count : 1;
  struct node *const *leaves = top->kind == NODE_OR ? top->children : NULL;
  search->least = 0;
  if (is_dated(search->request) || (top->kind != NODE_OR && top->kind != NODE_TERM)) return NSEARCH_OK;
  for (size_t i = 0; i < count; i++) {
    const struct node *leaf = leaves ? leaves[i] : top;
    uint64_t df;
    if (leaf->kind != NODE_TERM || leaf->score != SCORE_BM25) continue;
    int status = tree_frequency(tree, leaf, &df, search->err);
    if (status) return status;
    if (df > search->least) search->least = df;
  }
  return NSEARCH_OK;
}

static int make_query(struct search *search) {
  const struct search_request *request = search->request;
  struct tree tree = {.snapshot = search->snapshot,
                      .database = search->database,
                      .scored = request->order == ORDER_RELEVANCE && request->limit};
  struct tree_part dates = {0};
  bool dated = is_dated(request);
  int status = dated ? tree_dates(request->since, request->until, &dates, search->err) : NSEARCH_OK;
  if (!status) status = tree_make(&tree, request->tree, dated ? &dates : NULL, &search->query, search->err);
  if (!status) status = find_least(search, &tree);
  tree_part_free(&dates);
  return status;
}

/* ---- Searching ------------------------------------------------------------------------------------------------------ */

/* Searches with `query`, or with search->query; hits are added to the answer's up to `limit`. */
static int run(struct search *search, const struct tree_part *query, enum xap_order order, uint64_t limit) {
  const struct search_request *request = search->request;
  struct search_answer *answer = search->answer;
  struct xap_answer found;
  uint64_t now = request->deadline ? clock_monotonic() : 0;
  struct xap_search one = {.query = query->query,
                           .k1 = BM25_K1,
                           .b = BM25_B,
                           .order = order,
                           .slot = SLOT_ORDER,
                           .limit = limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit,
                           .count = request->count || request->facet_count || query->loose,
                           .seconds = request->deadline > now ? (double)(request->deadline - now) / 1e9 : 0,
                           .slots = search->facets.slots,
                           .slot_count = request->facet_count,
                           .visit = slot_facets_count,
                           .payload = &search->facets};
  int status = check(request, search->err);
  if (!status) status = xap_search(search->database, &one, &found, search->err);
  if (status) return status;
  size_t room = answer->hit_count + found.hit_count + 1;
  struct search_hit *hits = memory_array(answer->hits, room, sizeof *hits);
  if (hits) {
    answer->hits = hits;
    for (size_t i = 0; i < found.hit_count; i++)
      hits[answer->hit_count++] = (struct search_hit){snapshot_doc(search->snapshot, found.hits[i].document),
                                                      order == XAP_BY_SCORE ? found.hits[i].score : 0};
  } else {
    status = error_memory(search->err);
  }
  search->found.least += found.least;
  search->found.most += found.most;
  memory_free(found.hits);
  if (!status) status = search->facets.status;
  return status ? status : check(request, search->err);
}

/* Dated articles in the reverse of the total order, then the others in it. */
static int run_oldest(struct search *search) {
  const struct search_request *request = search->request;
  struct tree_part dates = {0}, dated = {0}, undated = {0};
  int status = tree_dates(INT64_MIN, INT64_MAX, &dates, search->err);
  if (!status) status = parts_pair(XAP_FILTER, &search->query, &dates, &dated, search->err);
  if (!status) status = run(search, &dated, XAP_DESCENDING, request->limit);
  if (!status && !is_dated(request)) {
    status = parts_pair(XAP_AND_NOT, &search->query, &dates, &undated, search->err);
    if (!status) status = run(search, &undated, XAP_ASCENDING, request->limit - search->answer->hit_count);
  }
  tree_part_free(&dates);
  tree_part_free(&dated);
  tree_part_free(&undated);
  return status;
}

static int run_order(struct search *search) {
  const struct search_request *request = search->request;
  switch (request->order) {
  case ORDER_RELEVANCE:
    return run(search, &search->query, XAP_BY_SCORE, request->limit);
  case ORDER_NEWEST:
    return run(search, &search->query, XAP_ASCENDING, request->limit);
  default:
    return run_oldest(search);
  }
}

/* ---- The answer ----------------------------------------------------------------------------------------------------- */

static void set_matches(struct search *search) {
  struct search_answer *answer = search->answer;
  answer->matches_exact = search->found.least == search->found.most;
  answer->matches = answer->hit_count > search->least ? answer->hit_count : search->least;
  if (answer->matches_exact) answer->matches = search->found.least;
}

static void describe(const struct search *search) {
  const struct search_request *request = search->request;
  static const char *const orders[] = {[ORDER_RELEVANCE] = "by score",
                                       [ORDER_NEWEST] = "by date, newest first",
                                       [ORDER_OLDEST] = "by date, oldest first"};
  snprintf(search->answer->plan, sizeof search->answer->plan, "libxapian, %s; %llu database%s%s%s",
           request->limit ? orders[request->order] : "count",
           (unsigned long long)snapshot_stats(search->snapshot)->segments,
           snapshot_stats(search->snapshot)->segments == 1 ? "" : "s",
           request->count || request->facet_count ? "; all matches counted" : "",
           is_dated(request) ? "; a range of dates" : "");
}

int engine_search(struct snapshot *snapshot, const struct search_request *request, struct search_answer *answer,
                  struct nsearch_error *err) {
  struct handle *handle = NULL;
  struct search search = {.snapshot = snapshot, .request = request, .answer = answer, .err = err};
  *answer = (struct search_answer){0};
  int status = check(request, err);
  if (!status) status = handle_take(snapshot, &handle, err);
  if (!status) search.database = handle->database;
  if (!status) status = slot_facets_open(&search.facets, snapshot, request, err);
  if (!status) status = make_query(&search);
  if (!status) status = run_order(&search);
  if (!status) status = slot_facets_answer(&search.facets, search.database, answer, err);
  if (!status) set_matches(&search);
  if (!status && request->explain) describe(&search);
  slot_facets_free(&search.facets);
  tree_part_free(&search.query);
  handle_give(snapshot, handle);
  if (status) search_answer_free(answer);
  return status;
}
