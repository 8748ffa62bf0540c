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

static int explain(struct nsearch_result *result, struct planner *planner, struct nsearch_reader *reader,
                   const struct plan *plan, const struct search_request *sent, const struct search_answer *answer) {
  int status = describe_plan(planner, plan, &result->tree);
  buffer_byte(&result->tree, 0);
  buffer_text(&result->plan, answer->plan);
  buffer_byte(&result->plan, 0);
  if (!status) status = buffer_status(&result->tree, planner->err);
  if (!status) status = buffer_status(&result->plan, planner->err);
  if (!status && sent->order == ORDER_RELEVANCE)
    status = result_explain(result, reader, sent, answer->hits, planner->err);
  return status;
}

/* Question -> parse -> plan -> search -> hits. */
static int search(struct nsearch_reader *reader, const struct nsearch_request *request, struct scratch *scratch,
                  struct nsearch_result *result, struct nsearch_error *err) {
  struct pool pool = {0};
  struct question_node *question;
  struct plan plan;
  struct search_request sent;
  struct search_answer answer = {0};
  struct planner planner = {.engine = reader->engine,
                            .snapshot = reader->snapshot,
                            .stats = reader->engine->stats(reader->snapshot),
                            .folder = scratch->folder,
                            .pool = &pool,
                            .now = request->has_now ? request->now : clock_now(),
                            .bounded = request->since != INT64_MIN || request->until != INT64_MAX,
                            .request = &sent,
                            .err = err};
  request_for_engine(request, clock_monotonic(), &sent);
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
  status = reader->engine->search(reader->snapshot, &sent, &answer, err);
  if (status) goto out;
  result->matches = answer.matches;
  result->exact = answer.matches_exact && !plan.cut;
  result_take_facets(result, &sent, &answer);
  status = result_fill(result, reader, scratch, request, &sent, answer.hits, answer.hit_count, err);
  if (!status && request->limit) status = suggest(result, &planner, request, question);
  if (!status && request->explain) status = explain(result, &planner, reader, &plan, &sent, &answer);
out:
  search_answer_free(&answer);
  pool_free(&pool);
  return status;
}

nsearch_status nsearch_search(nsearch_reader *reader, const nsearch_request *request, nsearch_result **result,
                              nsearch_error *err) {
  assert(reader && request && result);
  uint64_t started = clock_monotonic();
  struct scratch *scratch = NULL;
  struct nsearch_result *made = memory_zero(1, sizeof *made);
  *result = NULL;
  if (!made) return (nsearch_status)error_memory(err);
  int status = scratch_take(&reader->scratches, &scratch, err);
  if (!status) status = search(reader, request, scratch, made, err);
  scratch_give(&reader->scratches, scratch);
  if (status) {
    nsearch_result_free(made);
    return (nsearch_status)status;
  }
  made->took = milliseconds_since(started);
  *result = made;
  return NSEARCH_OK;
}

static int related(struct nsearch_reader *reader, const char *article, bool copies,
                   const struct nsearch_request *request, struct scratch *scratch, struct nsearch_result *result,
                   struct nsearch_error *err) {
  struct pool pool = {0};
  struct doc_ref source;
  struct search_request sent;
  struct search_hit *hits = NULL;
  size_t count = 0;
  bool full = false;
  request_for_engine(request, clock_monotonic(), &sent);
  int status = reader->engine->find(reader->snapshot, article, &source, err);
  if (!status) status = related_find(reader, scratch, &pool, source, copies, &sent, &hits, &count, &full, err);
  if (!status) {
    result->matches = count;
    result->exact = !full;
    status = result_fill(result, reader, scratch, request, &sent, hits, count, err);
  }
  memory_free(hits);
  pool_free(&pool);
  return status;
}

nsearch_status nsearch_related(nsearch_reader *reader, const char *article, int copies, const nsearch_request *request,
                               nsearch_result **result, nsearch_error *err) {
  assert(reader && article && result);
  uint64_t started = clock_monotonic();
  struct scratch *scratch = NULL;
  struct nsearch_request *usual = request ? NULL : nsearch_request_new("");
  struct nsearch_result *made = memory_zero(1, sizeof *made);
  *result = NULL;
  int status = !made || (!request && !usual) ? error_memory(err) : scratch_take(&reader->scratches, &scratch, err);
  if (!status) status = related(reader, article, copies != 0, request ? request : usual, scratch, made, err);
  scratch_give(&reader->scratches, scratch);
  nsearch_request_free(usual);
  if (status) {
    nsearch_result_free(made);
    return (nsearch_status)status;
  }
  made->took = milliseconds_since(started);
  *result = made;
  return NSEARCH_OK;
}

nsearch_status nsearch_get(nsearch_reader *reader, const char *id_or_url, nsearch_article **article,
                           nsearch_error *err) {
  assert(reader && id_or_url && article);
  struct doc_ref doc;
  *article = NULL;
  int status = reader->engine->find(reader->snapshot, id_or_url, &doc, err);
  if (status) return (nsearch_status)status;
  struct nsearch_article *made = nsearch_article_new();
  if (!made) return (nsearch_status)error_memory(err);
  status = reader->engine->fetch(reader->snapshot, doc, WANT_CARD | WANT_BODY, made, err);
  if (status) {
    nsearch_article_free(made);
    return (nsearch_status)status;
  }
  *article = made;
  return NSEARCH_OK;
}
