/* The reader functions of nsearch.h over a canned engine: hits, totals, limits, failures, many threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "query/query.h"
#include "tests/unit/fake_engine.h"

static const struct fake_article articles[] = {
    {.id = "one",
     .title = "First memo",
     .body = "A memo about chips.",
     .source = "Reuters",
     .url = "https://a.example/1",
     .author = "Jane Roe",
     .section = "World",
     .language = "en"},
    {.id = "two", .title = "Second memo", .body = "Chips and a memo."},
    {.id = "three", .title = "Third", .body = "Chips again."},
    {.id = "four", .title = "Fourth memo", .body = "Nothing else."},
};

enum { ARTICLES = sizeof articles / sizeof articles[0] };

static nsearch_reader *open_fake(struct snapshot **snapshot) {
  nsearch_reader *reader;
  *snapshot = fake_snapshot_new(articles, ARTICLES, language_find("en", 2));
  assert_int_equal(reader_new(&reader, "fake", &fake_engine, *snapshot, NULL), NSEARCH_OK);
  return reader;
}

static void test_hits(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  nsearch_request *request = nsearch_request_new("memo chips source:reuters");
  nsearch_result *result;
  int exact;
  int64_t seconds;
  assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_OK);
  assert_int_equal(nsearch_result_matches(result, &exact), 1);
  assert_true(exact);
  assert_true(nsearch_result_took(result) >= 0);
  assert_int_equal(nsearch_result_hits(result), 1);
  const nsearch_hit *hit = nsearch_result_hit(result, 0);
  assert_int_equal(nsearch_hit_rank(hit), 1);
  assert_true(nsearch_hit_score(hit) == 2);
  assert_string_equal(nsearch_hit_id(hit), "one");
  assert_string_equal(nsearch_hit_url(hit), "https://a.example/1");
  assert_string_equal(nsearch_hit_title(hit), "First memo");
  assert_string_equal(nsearch_hit_source(hit), "Reuters");
  assert_string_equal(nsearch_hit_section(hit), "World");
  assert_string_equal(nsearch_hit_language(hit), "en");
  assert_int_equal(nsearch_hit_authors(hit), 1);
  assert_string_equal(nsearch_hit_author(hit, 0), "Jane Roe");
  assert_int_equal(nsearch_hit_published(hit, &seconds), NSEARCH_PRECISION_NONE);
  assert_int_equal(nsearch_hit_date_origin(hit), NSEARCH_ORIGIN_NONE);
  assert_string_equal(nsearch_hit_snippet(hit), "A memo about chips.");
  assert_int_equal(nsearch_hit_marks(hit), 2);
  size_t offset, len;
  nsearch_hit_mark(hit, 1, &offset, &len);
  assert_int_equal(offset, 13);
  assert_int_equal(len, 5);
  nsearch_close(reader);
  assert_string_equal(nsearch_hit_title(hit), "First memo");
  nsearch_result_free(result);
  nsearch_request_free(request);
  fake_snapshot_free(snapshot);
  assert_int_equal(nsearch_result_hits(NULL), 0);
}

static void test_limits(void **state) {
  (void)state;
  static const struct {
    uint64_t limit, offset, asked;
    size_t hits;
    const char *first;
  } cases[] = {
      {10, 0, 10, 4, "one"},
      {2, 1, 3, 2, "two"},
      {1, 9, 10, 0, NULL},
      {0, 3, 0, 0, NULL},
      {UINT64_MAX, 0, UINT64_MAX, 4, "one"},
      {UINT64_MAX, 2, UINT64_MAX, 2, "three"},
      {3, UINT64_MAX, UINT64_MAX, 0, NULL},
  };
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  nsearch_request *request = nsearch_request_new("memo chips");
  nsearch_request_set_snippets(request, 0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    nsearch_result *result;
    nsearch_request_set_limit(request, cases[i].limit);
    nsearch_request_set_offset(request, cases[i].offset);
    size_t fetched = fake_counts(snapshot)->fetches;
    assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_OK);
    assert_true(fake_last_request(snapshot)->limit == cases[i].asked);
    assert_int_equal(nsearch_result_hits(result), cases[i].hits);
    assert_int_equal(fake_counts(snapshot)->fetches - fetched, cases[i].hits);
    assert_int_equal(nsearch_result_matches(result, NULL), 4);
    if (cases[i].first) {
      assert_string_equal(nsearch_hit_id(nsearch_result_hit(result, 0)), cases[i].first);
      assert_int_equal(nsearch_hit_rank(nsearch_result_hit(result, 0)), cases[i].offset + 1);
      assert_string_equal(nsearch_hit_snippet(nsearch_result_hit(result, 0)), "");
    }
    nsearch_result_free(result);
  }
  nsearch_request_free(request);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

static void test_sort(void **state) {
  (void)state;
  static const struct {
    const char *question;
    nsearch_sort sort;
    enum search_order order;
  } cases[] = {
      {"memo", NSEARCH_SORT_RELEVANCE, ORDER_RELEVANCE},     {"memo", NSEARCH_SORT_NEWEST, ORDER_NEWEST},
      {"memo", NSEARCH_SORT_OLDEST, ORDER_OLDEST},           {"source:reuters", NSEARCH_SORT_RELEVANCE, ORDER_NEWEST},
      {"source:reuters", NSEARCH_SORT_OLDEST, ORDER_OLDEST},
  };
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    nsearch_result *result;
    nsearch_request *request = nsearch_request_new(cases[i].question);
    nsearch_request_set_sort(request, cases[i].sort);
    assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_OK);
    assert_int_equal(fake_last_request(snapshot)->order, cases[i].order);
    nsearch_result_free(result);
    nsearch_request_free(request);
  }
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

static void test_facets(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  nsearch_error *err = nsearch_error_new();
  nsearch_request *request = nsearch_request_new("memo");
  nsearch_result *result;
  uint64_t count;
  assert_int_equal(nsearch_request_add_facet(request, "day", 0, err), NSEARCH_OK);
  assert_int_equal(nsearch_request_add_facet(request, "lang", 7, err), NSEARCH_OK);
  assert_int_equal(nsearch_request_add_facet(request, "day", 3, err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_request_add_facet(request, "id", 0, err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_search(reader, request, &result, err), NSEARCH_OK);
  const struct search_request *sent = fake_last_request(snapshot);
  assert_int_equal(sent->facet_count, 2);
  assert_int_equal(sent->facets[0].field, FACET_DAY);
  assert_int_equal(sent->facets[0].values, 0);
  assert_int_equal(sent->facets[1].field, FACET_LANGUAGE);
  assert_int_equal(sent->facets[1].values, 7);
  nsearch_request_free(request);
  nsearch_close(reader);
  assert_int_equal(nsearch_result_facets(result), 2);
  assert_string_equal(nsearch_result_facet(result, 0), "day");
  assert_string_equal(nsearch_result_facet(result, 1), "lang");
  assert_int_equal(nsearch_result_facet_distinct(result, 1), 3);
  assert_int_equal(nsearch_result_facet_values(result, 1), 2);
  assert_string_equal(nsearch_result_facet_value(result, 1, 0, &count), "most");
  assert_int_equal(count, 3);
  assert_string_equal(nsearch_result_facet_value(result, 1, 1, NULL), "one");
  nsearch_result_free(result);
  nsearch_error_free(err);
  fake_snapshot_free(snapshot);
  assert_int_equal(nsearch_result_facets(NULL), 0);
}

static void test_explain(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  nsearch_request *request = nsearch_request_new("chips memo memo nothing unknown source:reuters");
  nsearch_result *result;
  assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_OK);
  assert_int_equal(nsearch_hit_parts(nsearch_result_hit(result, 0)), 0);
  assert_string_equal(nsearch_result_tree(result), "");
  assert_string_equal(nsearch_result_plan(result), "");
  nsearch_result_free(result);
  nsearch_request_set_explain(request, 1);
  assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_OK);
  assert_string_equal(nsearch_result_plan(result), "one by one");
  nsearch_close(reader);
  static const struct {
    const char *word;
    uint64_t df;
    double score;
  } parts[] = {{"chip", 3, 1}, {"memo", 3, 2}};
  const nsearch_hit *hit = nsearch_result_hit(result, 0);
  assert_int_equal(nsearch_hit_parts(hit), 2);
  assert_true(nsearch_hit_score(hit) == 3);
  for (size_t i = 0; i < 2; i++) {
    uint64_t df, tf;
    double score;
    assert_string_equal(nsearch_hit_part(hit, i, &df, &tf, &score), parts[i].word);
    assert_int_equal(df, parts[i].df);
    assert_int_equal(tf, 1);
    assert_true(score == parts[i].score);
    assert_string_equal(nsearch_hit_part(hit, i, NULL, NULL, NULL), parts[i].word);
  }
  nsearch_result_free(result);
  nsearch_request_free(request);
  fake_snapshot_free(snapshot);
  assert_string_equal(nsearch_result_tree(NULL), "");
  assert_string_equal(nsearch_result_plan(NULL), "");
  assert_string_equal(nsearch_result_suggestion(NULL), "");
}

static void test_suggestion(void **state) {
  (void)state;
  static const struct {
    const char *question;
    uint64_t limit;
    const char *suggestion;
  } cases[] = {
      {"memmo chips", 10, "memo chips"}, {"memmo chips", 0, ""}, {"memo chips", 10, ""}, {"xyzzyxyzzy", 10, ""}};
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    nsearch_result *result;
    nsearch_request *request = nsearch_request_new(cases[i].question);
    nsearch_request_set_limit(request, cases[i].limit);
    assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_OK);
    nsearch_request_free(request);
    assert_string_equal(nsearch_result_suggestion(result), cases[i].suggestion);
    nsearch_result_free(result);
  }
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

/* Relative dates count back from the request's time; bounds of the request stay what they are. */
static void test_now(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  nsearch_request *request = nsearch_request_new("memo date:7d");
  nsearch_result *result;
  nsearch_request_set_now(request, 1000000);
  assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_OK);
  assert_true(fake_last_request(snapshot)->since == 1000000 - 7 * 86400);
  assert_true(fake_last_request(snapshot)->until == INT64_MAX);
  nsearch_result_free(result);
  assert_int_equal(nsearch_request_set_until(request, "1970-01-02", NULL), NSEARCH_OK);
  assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_OK);
  assert_true(fake_last_request(snapshot)->since == INT64_MIN);
  assert_true(fake_last_request(snapshot)->until == 2 * 86400 - 1);
  nsearch_result_free(result);
  nsearch_request_free(request);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

static int stop_at_once(void *payload) {
  ++*(int *)payload;
  return 1;
}

static void test_failures(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  nsearch_error *err = nsearch_error_new();
  nsearch_result *result = (void *)&snapshot;
  nsearch_request *broken = nsearch_request_new("memo \"");
  assert_int_equal(nsearch_search(reader, broken, &result, err), NSEARCH_ERR_QUERY);
  assert_null(result);
  assert_int_equal(nsearch_error_position(err), 6);
  nsearch_request_set_plain(broken, 1);
  assert_int_equal(nsearch_search(reader, broken, &result, err), NSEARCH_OK);
  assert_int_equal(nsearch_result_hits(result), 3);
  nsearch_result_free(result);
  int calls = 0;
  nsearch_request_set_cancel(broken, stop_at_once, &calls);
  assert_int_equal(nsearch_search(reader, broken, &result, err), NSEARCH_ERR_CANCELLED);
  assert_int_equal(calls, 1);
  assert_int_equal(nsearch_request_set_since(broken, "soon", err), NSEARCH_ERR_USAGE);
  assert_non_null(strstr(nsearch_error_message(err), "soon"));
  assert_int_equal(nsearch_request_set_until(broken, "2025-02-30", err), NSEARCH_ERR_USAGE);
  nsearch_request_free(broken);
  nsearch_error_free(err);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

static void test_request(void **state) {
  (void)state;
  nsearch_request *request = nsearch_request_new("");
  struct search_request sent;
  request_for_engine(request, 5, &sent);
  assert_true(sent.since == INT64_MIN && sent.until == INT64_MAX && sent.deadline == 0 && sent.limit == 10);
  nsearch_request_set_deadline(request, 3);
  assert_int_equal(nsearch_request_set_since(request, "1999-12", NULL), NSEARCH_OK);
  assert_int_equal(nsearch_request_set_until(request, "1999-12", NULL), NSEARCH_OK);
  nsearch_request_set_count(request, 1);
  request_for_engine(request, 5, &sent);
  assert_true(sent.deadline == 3000005 && sent.count);
  assert_int_equal(sent.since, 944006400);
  assert_int_equal(sent.until, 946684799);
  nsearch_request_set_deadline(request, UINT64_MAX);
  assert_int_equal(nsearch_request_set_until(request, NULL, NULL), NSEARCH_OK);
  request_for_engine(request, 5, &sent);
  assert_true(sent.deadline == UINT64_MAX && sent.until == INT64_MAX);
  sent.deadline = 1;
  assert_int_equal(request_check(&sent, NULL), NSEARCH_ERR_DEADLINE);
  nsearch_request_free(request);
}

static void test_get_and_stats(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  nsearch_article *article;
  nsearch_stats *stats;
  int64_t oldest, newest;
  assert_int_equal(nsearch_get(reader, "https://a.example/1", &article, NULL), NSEARCH_OK);
  assert_string_equal(nsearch_article_body(article, NULL), "A memo about chips.");
  nsearch_article_free(article);
  assert_int_equal(nsearch_get(reader, "none", &article, NULL), NSEARCH_ERR_NOT_FOUND);
  assert_null(article);
  assert_int_equal(nsearch_stats_read(reader, &stats, NULL), NSEARCH_OK);
  assert_int_equal(nsearch_stats_articles(stats), 4);
  assert_string_equal(nsearch_stats_language(stats), "en");
  assert_string_equal(nsearch_stats_engine(stats), "fake");
  assert_false(nsearch_stats_dates(stats, &oldest, &newest));
  nsearch_stats_free(stats);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

static void test_missing(void **state) {
  (void)state;
  nsearch_error *err = nsearch_error_new();
  nsearch_reader *reader = (void *)&err;
  assert_int_equal(nsearch_open(&reader, "/nonexistent/index", err), NSEARCH_ERR_MISSING);
  assert_null(reader);
  assert_non_null(strstr(nsearch_error_message(err), "nsearch index PATH"));
  nsearch_error_free(err);
}

static void *ask_often(void *reader) {
  static const char *const questions[] = {"memo chips", "+chips", "\"a memo\"", "nothing fourth"};
  size_t *hits = memory_zero(1, sizeof *hits);
  for (size_t i = 0; i < 200; i++) {
    nsearch_request *request = nsearch_request_new(questions[i % 4]);
    nsearch_result *result;
    if (!nsearch_search(reader, request, &result, NULL)) {
      *hits += nsearch_result_hits(result);
      for (size_t k = 0; k < nsearch_result_hits(result); k++)
        *hits += nsearch_hit_marks(nsearch_result_hit(result, k));
    }
    nsearch_result_free(result);
    nsearch_request_free(request);
  }
  return hits;
}

static void test_threads(void **state) {
  (void)state;
  enum { THREADS = 4 };
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot);
  pthread_t threads[THREADS];
  size_t *alone = ask_often(reader);
  assert_true(*alone > 0);
  for (size_t i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask_often, reader), 0);
  for (size_t i = 0; i < THREADS; i++) {
    void *hits;
    pthread_join(threads[i], &hits);
    assert_int_equal(*(size_t *)hits, *alone);
    memory_free(hits);
  }
  memory_free(alone);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hits),    cmocka_unit_test(test_limits),   cmocka_unit_test(test_sort),
      cmocka_unit_test(test_facets),  cmocka_unit_test(test_explain),  cmocka_unit_test(test_suggestion),
      cmocka_unit_test(test_now),     cmocka_unit_test(test_failures), cmocka_unit_test(test_request),
      cmocka_unit_test(test_missing), cmocka_unit_test(test_threads),  cmocka_unit_test(test_get_and_stats),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
