/* The driver of nsearch. It links the whole library, because the search alone is timed, as with the peers: a question
 * parsed, planned and evaluated to documents and scores, no stored field read. Related articles are timed as a caller
 * gets them. */
#include "driver.h"

#include <stdlib.h>
#include <string.h>

#include "query/query.h"

static void must(int status, struct nsearch_error *err) {
  if (status) die("nsearch: %s", nsearch_error_message(err));
}

/* ---- index ---- */

struct indexing {
  struct corpus corpus;
  nsearch_writer *writer;
};

static void *index_some(void *payload) {
  struct indexing *indexing = payload;
  struct block block = {0};
  struct line line;
  nsearch_error *err = nsearch_error_new();
  nsearch_article *article = NULL;
  while (corpus_take(&indexing->corpus, &block))
    while (block_line(&block, &line)) {
      if (!article) article = nsearch_article_new();
      if (!article) die("out of memory");
      must(nsearch_article_set_id(article, line.id, line.id_len), err);
      must(nsearch_article_set_body(article, line.text, line.text_len), err);
      nsearch_article_set_published(article, line.published, NSEARCH_PRECISION_SECOND, NSEARCH_ORIGIN_RECORD);
      must(nsearch_add(indexing->writer, article, err), err);
    }
  nsearch_article_free(article);
  nsearch_error_free(err);
  free(block.bytes);
  return NULL;
}

static bool count_term(void *payload, struct term_key key, uint64_t df) {
  (void)key, (void)df;
  ++*(uint64_t *)payload;
  return true;
}

static void print_index(const char *path, nsearch_error *err) {
  nsearch_reader *reader;
  uint64_t terms = 0;
  must(nsearch_open(&reader, path, err), err);
  const struct engine_stats *stats = reader->engine->stats(reader->snapshot);
  const char tag = TAG_TEXT;
  must(reader->engine->terms(reader->snapshot, &tag, 1, NULL, 0, count_term, &terms, err), err);
  figure("documents", (double)stats->articles);
  figure("terms", (double)terms);
  figure("postings", (double)stats->postings);
  figure("tokens", (double)stats->tokens);
  figure("segments", (double)stats->segments);
  for (size_t i = 0; i < stats->part_count; i++) {
    char name[64];
    snprintf(name, sizeof name, "bytes:%s", stats->parts[i].name);
    figure(name, (double)stats->parts[i].bytes);
  }
  nsearch_close(reader);
}

static void build(const char *corpus, const char *path, unsigned threads, bool keep_text, uint64_t megabytes) {
  struct indexing indexing;
  nsearch_error *err = nsearch_error_new();
  nsearch_options *options = nsearch_options_new();
  must(nsearch_options_set_threads(options, threads, err), err);
  must(nsearch_options_set_memory(options, megabytes << 20, err), err);
  must(nsearch_options_set_language(options, "none", err), err);
  must(nsearch_options_set_title_weight(options, 1, err), err);
  nsearch_options_set_text(options, keep_text);
  uint64_t started = nanoseconds();
  corpus_open(&indexing.corpus, corpus);
  must(nsearch_writer_open(&indexing.writer, path, options, err), err);
  run_threads(threads, index_some, &indexing);
  must(nsearch_commit(indexing.writer, err), err);
  nsearch_writer_close(indexing.writer);
  figure("seconds", (double)(nanoseconds() - started) / 1e9);
  figures_of_process();
  print_index(path, err);
  nsearch_options_free(options);
  nsearch_error_free(err);
}

/* ---- serve ---- */

struct index {
  nsearch_reader *reader;
  struct scratch *scratch;
  nsearch_error *err;
};

static void search(void *payload, const struct question *question, struct answer *out) {
  struct index *index = payload;
  const struct reader_engine *engine = index->reader->engine;
  struct snapshot *snapshot = index->reader->snapshot;
  struct pool pool = {0};
  struct question_node *bag;
  struct plan plan;
  struct search_answer answer = {0};
  struct planner planner = {.engine = engine,
                            .snapshot = snapshot,
                            .stats = engine->stats(snapshot),
                            .folder = index->scratch->folder,
                            .pool = &pool,
                            .err = index->err};
  struct search_request request = {
      .limit = question->limit, .count = question->count, .since = question->since, .until = question->until};
  must(question_parse(&pool, question->text, false, &bag, index->err), index->err);
  must(plan_make(&planner, bag, false, &plan), index->err);
  request.tree = plan.tree;
  request.order = question->newest ? ORDER_NEWEST : plan.order;
  uint64_t started = nanoseconds();
  must(engine->search(snapshot, &request, &answer, index->err), index->err);
  out->nanoseconds = nanoseconds() - started;
  pool_free(&pool);
  if (question->count) {
    if (!answer.matches_exact) die("nsearch: a count that is not exact: %s", question->text);
    out->count = (int64_t)answer.matches;
  }
  for (out->hits = 0; out->hits < answer.hit_count; out->hits++) {
    struct nsearch_article *article = nsearch_article_new();
    must(engine->fetch(snapshot, answer.hits[out->hits].doc, WANT_CARD, article, index->err), index->err);
    out->ids[out->hits] = strtoull(nsearch_article_id(article), NULL, 10);
    out->scores[out->hits] = answer.hits[out->hits].score;
    nsearch_article_free(article);
  }
  search_answer_free(&answer);
}

/* ---- related ---- */

enum { ROUNDS = 11 }; /* the first warms up, the fastest of the others counts */

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Milliseconds for the ten articles most like one, their cards fetched; of `count` articles spread over the index. */
static void measure_related(const char *path, size_t count) {
  nsearch_error *err = nsearch_error_new();
  nsearch_request *request = nsearch_request_new("");
  nsearch_article *article = nsearch_article_new();
  nsearch_reader *reader;
  double *best = malloc((count + 1) * sizeof *best), sum = 0;
  if (!best || !request || !article) die("out of memory");
  nsearch_request_set_snippets(request, 0);
  must(nsearch_open(&reader, path, err), err);
  const struct engine_stats *stats = reader->engine->stats(reader->snapshot);
  if (stats->segments != 1 || count == 0 || stats->articles < count)
    die("nsearch: wanted one segment of %zu articles", count);
  for (int round = 0; round < ROUNDS; round++)
    for (size_t i = 0; i < count; i++) {
      struct doc_ref doc = {0, (uint32_t)(i * stats->articles / count)};
      nsearch_result *result;
      article_clear(article);
      must(reader->engine->fetch(reader->snapshot, doc, WANT_CARD, article, err), err);
      uint64_t started = nanoseconds();
      must(nsearch_related(reader, nsearch_article_id(article), 0, request, &result, err), err);
      double took = (double)(nanoseconds() - started) / 1e6;
      nsearch_result_free(result);
      if (round < 2 || took < best[i]) best[i] = took;
    }
  for (size_t i = 0; i < count; i++) sum += best[i];
  qsort(best, count, sizeof *best, compare_doubles);
  figure("mean", sum / (double)count);
  figure("p50", best[count / 2]);
  figure("p99", best[count * 99 / 100]);
  nsearch_close(reader);
  nsearch_article_free(article);
  nsearch_request_free(request);
  nsearch_error_free(err);
  free(best);
}

int main(int argc, char **argv) {
  if (argc == 7 && !strcmp(argv[1], "index")) {
    build(argv[2], argv[3], (unsigned)atoi(argv[4]), atoi(argv[5]), strtoull(argv[6], NULL, 10));
  } else if (argc == 3 && !strcmp(argv[1], "serve")) {
    struct index index = {.err = nsearch_error_new()};
    must(nsearch_open(&index.reader, argv[2], index.err), index.err);
    must(scratch_take(&index.reader->scratches, &index.scratch, index.err), index.err);
    serve(search, &index);
    scratch_give(&index.reader->scratches, index.scratch);
    nsearch_close(index.reader);
    nsearch_error_free(index.err);
  } else if (argc == 4 && !strcmp(argv[1], "related")) {
    measure_related(argv[2], strtoull(argv[3], NULL, 10));
  } else if (argc == 2 && !strcmp(argv[1], "version")) {
    printf("nsearch %s\n", nsearch_version());
  } else {
    die("usage: driver index CORPUS FOLDER THREADS STORE MEMORY_MB | serve FOLDER | related FOLDER COUNT | version");
  }
  return 0;
}
