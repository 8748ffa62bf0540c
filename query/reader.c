/* The reader functions of nsearch.h: a snapshot, and what can be asked of it. */
#include "query/query.h"

#include <assert.h>
#include <string.h>

int reader_new(struct nsearch_reader **out, const char *path, const struct reader_engine *engine,
               struct snapshot *snapshot, struct nsearch_error *err) {
  *out = NULL;
  struct nsearch_reader *reader = memory_zero(1, sizeof *reader);
  int status = NSEARCH_ERR_MEMORY;
  if (!reader) {
    error_memory(err);
    goto failed;
  }
  reader->path = memory_string(path, strlen(path));
  status = reader->path ? scratches_init(&reader->scratches, err) : error_memory(err);
  if (status) goto failed;
  reader->engine = engine;
  reader->snapshot = snapshot;
  *out = reader;
  return NSEARCH_OK;
failed:
  if (reader) memory_free(reader->path);
  memory_free(reader);
  engine->release(snapshot);
  return status;
}

nsearch_status nsearch_open(nsearch_reader **reader, const char *path, nsearch_error *err) {
  assert(reader && path);
  const struct reader_engine *engine;
  struct snapshot *snapshot = NULL;
  *reader = NULL;
  int status = reader_engine_find(path, &engine, err);
  if (!status) status = engine->open(&snapshot, path, err);
  if (!status) status = reader_new(reader, path, engine, snapshot, err);
  return (nsearch_status)status;
}

nsearch_status nsearch_refresh(nsearch_reader *reader, int *changed, nsearch_error *err) {
  assert(reader);
  const struct reader_engine *engine;
  struct snapshot *snapshot = NULL;
  bool stale = false;
  if (changed) *changed = 0;
  int status = reader->engine->is_stale(reader->snapshot, &stale, err);
  if (status || !stale) return (nsearch_status)status;
  status = reader_engine_find(reader->path, &engine, err);
  if (!status) status = engine->open(&snapshot, reader->path, err);
  if (status) return (nsearch_status)status;
  reader->engine->release(reader->snapshot);
  reader->engine = engine;
  reader->snapshot = snapshot;
  scratches_clear(&reader->scratches);
  if (changed) *changed = 1;
  return NSEARCH_OK;
}

void nsearch_close(nsearch_reader *reader) {
  if (!reader) return;
  scratches_destroy(&reader->scratches);
  reader->engine->release(reader->snapshot);
  memory_free(reader->path);
  memory_free(reader);
}

int reader_language(const struct engine_stats *stats, const struct nsearch_article *article) {
  size_t len;
  const char *name = article_get(article, ARTICLE_LANGUAGE, &len);
  int language = len ? language_find(name, len) : -1;
  return language > LANGUAGE_NONE && (stats->languages >> language & 1) ? language : stats->language;
}

static double milliseconds_since(uint64_t started) { return (double)(clock_monotonic() - started) / 1e6; }

static enum search_order order_of(const struct nsearch_request *request, const struct plan *plan) {
  return request->sort == NSEARCH_SORT_NEWEST   ? ORDER_NEWEST
         : request->sort == NSEARCH_SORT_OLDEST ? ORDER_OLDEST
                                                : plan->order;
}

/* Did you mean. */
static int suggest(struct nsearch_result *result, struct planner *planner, const struct nsearch_request *request,
                   const struct question_node *question) {
  const char *text = NULL;
  int status = suggest_make(planner, request->question, question, &text);
  if (status || !text) return status;
  result->suggestion = memory_string(text, strlen(text));
  return result->suggestion ? NSEARCH_OK : error_memory(planner->err);
}

static int explain(struct nsearch_result *result, struct planner *planner, const struct view *view,
                   const struct plan *plan, const struct search_request *sent, const struct search_answer *answer) {
  int status = describe_plan(planner, plan, &result->tree);
  buffer_byte(&result->tree, 0);
  buffer_text(&result->plan, answer->plan);
  buffer_byte(&result->plan, 0);
  if (!status) status = buffer_status(&result->tree, planner->err);
  if (!status) status = buffer_status(&result->plan, planner->err);
  if (!status && sent->order == ORDER_RELEVANCE)
    status = result_explain(result, view, sent, answer->hits, planner->err);
  return status;
}

/* Question -> parse -> plan -> search -> hits. */
static int search(const struct view *view, const struct nsearch_request *request, uint64_t started,
                  struct scratch *scratch, struct nsearch_result *result, struct nsearch_error *err) {
  struct pool pool = {0};
  struct question_node *question;
  struct plan plan;
  struct search_request sent;
  struct search_answer answer = {0};
  struct planner planner = {.engine = view->engine,
                            .snapshot = view->snapshot,
                            .stats = view->engine->stats(view->snapshot),
                            .folder = scratch->folder,
                            .pool = &pool,
                            .now = request->has_now ? request->now : clock_now(),
                            .bounded = request->since != INT64_MIN || request->until != INT64_MAX,
                            .request = &sent,
                            .err = err};
  request_for_engine(request, started, &sent);
  int status = question_parse(&pool, request->question, request->plain, &question, err);
  if (!status) status = plan_make(&planner, question, request->all, &plan);
  if (status) goto out;
  sent.tree = plan.tree;
  sent.order = order_of(request, &plan);
  if (!planner.bounded) {
    sent.since = plan.since;
    sent.until = plan.until;
  }
  sent.explain = request->explain;
  sent.facets = request->facets;
  sent.facet_count = request->facet_count;
  status = view->engine->search(view->snapshot, &sent, &answer, err);
  if (status) goto out;
  result->matches = answer.matches;
  result->exact = answer.matches_exact && !plan.cut;
  result_take_facets(result, &sent, &answer);
  status = result_fill(result, view, scratch, request, &sent, answer.hits, answer.hit_count, err);
  if (!status && request->limit) status = suggest(result, &planner, request, question);
  if (!status && request->explain) status = explain(result, &planner, view, &plan, &sent, &answer);
out:
  search_answer_free(&answer);
  pool_free(&pool);
  return status;
}

/* What nsearch_related() was given; NULL in its place is a search. */
struct likeness {
  const char *article;
  bool copies;
};

static int related(const struct view *view, const struct likeness *like, const struct nsearch_request *request,
                   uint64_t started, struct scratch *scratch, struct nsearch_result *result,
                   struct nsearch_error *err) {
  struct pool pool = {0};
  struct doc_ref source;
  struct search_request sent;
  struct search_hit *hits = NULL;
  size_t count = 0;
  bool full = false;
  request_for_engine(request, started, &sent);
  int status = view->engine->find(view->snapshot, like->article, &source, err);
  if (!status) status = related_find(view, scratch, &pool, source, like->copies, &sent, &hits, &count, &full, err);
  if (!status) {
    result->matches = count;
    result->exact = !full;
    status = result_fill(result, view, scratch, request, &sent, hits, count, err);
  }
  memory_free(hits);
  pool_free(&pool);
  return status;
}

static int take_shards(struct nsearch_result *result, const struct view *view, struct nsearch_error *err) {
  const struct nsearch_shards *shards = view->engine->shards ? view->engine->shards(view->snapshot) : NULL;
  if (!shards) return NSEARCH_OK;
  result->shards = shards_copy(shards);
  return result->shards ? NSEARCH_OK : error_memory(err);
}

/* One try, from the shards that are up as far as is known. */
static int try_answer(struct nsearch_reader *reader, const struct likeness *like, const struct nsearch_request *request,
                      uint64_t started, struct nsearch_result **out, struct nsearch_error *err) {
  struct view view = {0};
  struct scratch *scratch = NULL;
  struct nsearch_result *result = *out = memory_zero(1, sizeof *result);
  int status = result ? scratch_take(&reader->scratches, &scratch, err) : error_memory(err);
  if (!status) status = view_open(&view, reader, request, started, err);
  if (!status && !view.whole) scratch_forget(scratch);
  if (!status)
    status = like ? related(&view, like, request, started, scratch, result, err)
                  : search(&view, request, started, scratch, result, err);
  if (!status) status = take_shards(result, &view, err);
  if (scratch && view.snapshot && !view.whole) scratch_forget(scratch);
  scratch_give(&reader->scratches, scratch);
  view_close(&view);
  if (status) {
    nsearch_result_free(result);
    *out = NULL;
  }
  return status;
}

/* Each try that fails leaves one more shard out, or finds out which one it should be. */
static int answer(struct nsearch_reader *reader, const struct likeness *like, const struct nsearch_request *request,
                  struct nsearch_result **out, struct nsearch_error *err) {
  enum { PARTIAL_TRIES = 16 };
  uint64_t started = clock_monotonic();
  int status = NSEARCH_ERR_SHARD;
  for (int left = request->partial ? PARTIAL_TRIES : 1; left > 0 && status == NSEARCH_ERR_SHARD; left--) {
    error_clear(err);
    status = try_answer(reader, like, request, started, out, err);
  }
  if (!status) (*out)->took = milliseconds_since(started);
  return status;
}

nsearch_status nsearch_search(nsearch_reader *reader, const nsearch_request *request, nsearch_result **result,
                              nsearch_error *err) {
  assert(reader && request && result);
  return (nsearch_status)answer(reader, NULL, request, result, err);
}

nsearch_status nsearch_related(nsearch_reader *reader, const char *article, int copies, const nsearch_request *request,
                               nsearch_result **result, nsearch_error *err) {
  assert(reader && article && result);
  const struct likeness like = {article, copies != 0};
  struct nsearch_request *usual = request ? NULL : nsearch_request_new("");
  *result = NULL;
  int status = request || usual ? answer(reader, &like, request ? request : usual, result, err) : error_memory(err);
  nsearch_request_free(usual);
  return (nsearch_status)status;
}

nsearch_status nsearch_get(nsearch_reader *reader, const char *id_or_url, nsearch_article **article,
                           nsearch_error *err) {
  assert(reader && id_or_url && article);
  struct doc_ref doc;
  struct view view;
  *article = NULL;
  int status = view_open(&view, reader, NULL, 0, err);
  if (!status) status = view.engine->find(view.snapshot, id_or_url, &doc, err);
  struct nsearch_article *made = status ? NULL : nsearch_article_new();
  if (!status && !made) status = error_memory(err);
  if (!status) status = view.engine->fetch(view.snapshot, doc, WANT_CARD | WANT_BODY, made, err);
  view_close(&view);
  if (status)
    nsearch_article_free(made);
  else
    *article = made;
  return (nsearch_status)status;
}

nsearch_status nsearch_shards_read(const char *path, nsearch_shards **shards, nsearch_error *err) {
  assert(path && shards);
  const struct reader_engine *engine;
  *shards = NULL;
  int status = reader_engine_find(path, &engine, err);
  if (!status && engine->probe) return (nsearch_status)engine->probe(path, shards, err);
  if (!status && !(*shards = shards_new(0))) status = error_memory(err);
  return (nsearch_status)status;
}
