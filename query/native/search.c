/* A request over all segments: each is passed in turn, sharing the best k and with them the threshold. */
#include <string.h>

#include "query/native/native.h"

/* Newest first, a segment's documents stand in the order wanted: k of them are enough. */
static bool has_enough(const struct pass *pass) {
  const struct search_request *request = pass->request;
  return request->order == ORDER_NEWEST && !request->count && pass->matches > request->limit;
}

static int matcher_pass(struct pass *pass, struct nsearch_error *err) {
  struct matcher *matcher = NULL;
  uint32_t scores[WINDOW], *wanted = pass->request->order == ORDER_RELEVANCE ? scores : NULL, doc = pass->first;
  int status = matcher_open(&matcher, pass->segment, pass->number, pass->request->tree, pass->scoring, err);
  while (!status && !has_enough(pass)) {
    status = matcher_next(matcher, doc, &doc, err);
    if (status || doc >= pass->end) break;
    uint32_t base = doc / WINDOW * WINDOW;
    uint64_t mask[WINDOW_WORDS] = {0};
    if (wanted) memset(scores, 0, sizeof scores);
    status = pass_check(pass, err);
    if (!status) status = matcher_window(matcher, base, mask, wanted, err);
    if (!status) {
      pass_filter(pass, base, mask);
      status = pass_collect(pass, base, mask, wanted, err);
    }
    doc = base + WINDOW;
  }
  matcher_free(matcher);
  return status;
}

/* What the answer may say of the number of matches: exact when all were seen, else a bound that depends on the
 * question and the index alone. */
static void set_matches(struct search_answer *answer, const struct search_request *request,
                        const struct scoring *scoring, bool exhaustive, uint64_t seen) {
  bool dated = request->since != INT64_MIN || request->until != INT64_MAX;
  answer->matches = exhaustive ? seen : answer->hit_count;
  answer->matches_exact = exhaustive || answer->hit_count < request->limit;
  if (answer->matches_exact || dated || request->order != ORDER_RELEVANCE) return;
  for (size_t i = 0; i < scoring->count; i++) {
    if (scoring->leaves[i].df > answer->matches) answer->matches = scoring->leaves[i].df;
  }
  answer->matches_exact = request->tree->kind == NODE_TERM;
}

static int make_hits(struct topk *topk, double unit, struct search_answer *answer, struct nsearch_error *err) {
  topk_sort(topk);
  answer->hits = memory_array(NULL, topk->count + 1, sizeof *answer->hits);
  if (!answer->hits) return error_memory(err);
  answer->hit_count = topk->count;
  for (size_t i = 0; i < topk->count; i++) {
    answer->hits[i] = (struct search_hit){.doc = topk->heap[i].doc, .score = topk->heap[i].units * unit};
  }
  return NSEARCH_OK;
}

int snapshot_search(struct snapshot *snapshot, const struct search_request *request, struct search_answer *answer,
                    struct nsearch_error *err) {
  struct scoring scoring = {0};
  struct topk topk = {.limit = request->limit};
  memset(answer, 0, sizeof *answer);
  int status = scoring_prepare(&scoring, snapshot, request->tree, err);
  bool prune = request->order == ORDER_RELEVANCE && !request->count && pruned_takes(request->tree);
  uint64_t seen = 0;
  bool all_seen = !prune;
  for (size_t s = 0; !status && s < snapshot->segment_count; s++) {
    struct pass pass = {.snapshot = snapshot,
                        .segment = &snapshot->segments[s],
                        .number = (uint32_t)s,
                        .request = request,
                        .scoring = &scoring,
                        .topk = &topk};
    if (pass.segment->info.documents == 0) continue;
    status = pass_open(&pass, err);
    if (!status) status = prune ? pruned_pass(&pass, err) : matcher_pass(&pass, err);
    seen += pass.matches;
    if (has_enough(&pass)) all_seen = false;
  }
  if (!status) status = make_hits(&topk, scoring.unit, answer, err);
  if (!status) set_matches(answer, request, &scoring, all_seen, seen);
  scoring_free(&scoring);
  topk_free(&topk);
  return status;
}
