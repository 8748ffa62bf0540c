/* Deadline and cancel while a question is planned: long questions, and expansions over a large dictionary. The canned
 * engine never looks at either, so what ends here ends before the search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/question_bench.h"

enum { TERMS = 3000, LONG = 4000 };

static struct bench bench;

static int open_bench(void **state) {
  (void)state;
  static char body[TERMS * 8];
  for (size_t i = 0, len = 0; i < TERMS; i++) len += (size_t)sprintf(body + len, "ab%04zu ", i);
  static const struct fake_article articles[] = {{.id = "a", .title = "Terms", .body = body}};
  bench_open(&bench, articles, 1, language_find("en", 2));
  return 0;
}

static int close_bench(void **state) {
  (void)state;
  bench_close(&bench);
  return 0;
}

/* `before`, `part` that many times, `after`. */
static char *repeat(const char *before, const char *part, size_t times, const char *after) {
  struct buffer text = {0};
  buffer_text(&text, before);
  for (size_t i = 0; i < times; i++) buffer_text(&text, part);
  buffer_text(&text, after);
  buffer_byte(&text, 0);
  assert_false(text.failed);
  return text.bytes;
}

static int no_longer(void *payload) { return --*(int *)payload < 0; }

/* Plans the question; the first look, which is at once, has been. */
static int plan(const char *question, const struct search_request *request, struct planner *planner, struct plan *out) {
  struct question_node *parsed;
  *planner = (struct planner){.engine = &fake_engine,
                              .snapshot = bench.snapshot,
                              .stats = fake_engine.stats(bench.snapshot),
                              .folder = bench.folder,
                              .pool = planner->pool,
                              .request = request,
                              .looks = 1,
                              .err = planner->err};
  int status = question_parse(planner->pool, question, false, &parsed, planner->err);
  assert_int_equal(status, NSEARCH_OK);
  return plan_make(planner, parsed, false, out);
}

static const struct long_form {
  const char *before, *part, *after;
  size_t times;
} long_forms[] = {
    {"", "word ", "", LONG},
    {"\"", "word ", "\"", LONG},
    {"word", " NEAR word", "", LONG},
    {"word", " AND word", "", LONG},
    {"word", " OR -word", "", LONG},
    {"", "source:wire ", "", LONG},
    {"", "date:2021 ", "", LONG},
    {"", "() ", "", LONG},
    {"", "word-", "word", LONG},
    {"", "(word) ", "", LONG},
    {"ab*", "", "", 0},
    {"ab*9?", "", "", 0},
    {"ab0000~", "", "", 0},
    {"title:te* ab*", "", "", 0},
};

/* Each gives up with the status and the message of a search, and goes through where there is time. */
static void test_planning(void **state) {
  (void)state;
  nsearch_error *err = nsearch_error_new();
  for (size_t i = 0; i < sizeof long_forms / sizeof *long_forms; i++) {
    const struct long_form *form = &long_forms[i];
    char *question = repeat(form->before, form->part, form->times, form->after);
    int none = 0, many = LONG;
    const struct search_request late = {.deadline = 1}, cancelled = {.cancel = no_longer, .cancel_payload = &none},
                                in_time = {.deadline = UINT64_MAX, .cancel = no_longer, .cancel_payload = &many};
    struct pool pool = {0};
    struct planner planner = {.pool = &pool, .err = err};
    struct plan out;
    if (plan(question, &late, &planner, &out) != NSEARCH_ERR_DEADLINE) fail_msg("no deadline: %.40s", question);
    assert_string_equal(nsearch_error_message(err), "the search took longer than its deadline");
    if (plan(question, &cancelled, &planner, &out) != NSEARCH_ERR_CANCELLED) fail_msg("not cancelled: %.40s", question);
    assert_string_equal(nsearch_error_message(err), "the search was cancelled");
    if (plan(question, &in_time, &planner, &out)) fail_msg("%.40s: %s", question, nsearch_error_message(err));
    assert_true(many < LONG);
    pool_free(&pool);
    memory_free(question);
  }
  nsearch_error_free(err);
}

/* Looking costs something, so it is not done at each word. */
static void test_short(void **state) {
  (void)state;
  const struct search_request late = {.deadline = 1};
  struct pool pool = {0};
  struct planner planner = {.pool = &pool};
  struct plan out;
  assert_int_equal(plan("three short words", &late, &planner, &out), NSEARCH_OK);
  pool_free(&pool);
}

static void test_description(void **state) {
  (void)state;
  const struct search_request late = {.deadline = 1};
  struct pool pool = {0};
  struct planner planner = {.pool = &pool};
  struct plan out;
  struct buffer text = {0};
  char *question = repeat("\"", "word ", LONG, "\"");
  assert_int_equal(plan(question, NULL, &planner, &out), NSEARCH_OK);
  planner.request = &late;
  assert_int_equal(describe_plan(&planner, &out, &text), NSEARCH_ERR_DEADLINE);
  buffer_free(&text);
  memory_free(question);
  pool_free(&pool);
}

/* One word that no article holds is looked for in the whole dictionary, unless time is up: hits without a suggestion
 * are an answer. */
static void test_suggestion(void **state) {
  (void)state;
  const char *question = "ab0x00", *text;
  const struct search_request late = {.deadline = 1};
  struct pool pool = {0};
  struct planner planner = {.pool = &pool};
  struct question_node *parsed;
  struct plan out;
  assert_int_equal(plan(question, NULL, &planner, &out), NSEARCH_OK);
  assert_int_equal(question_parse(&pool, question, false, &parsed, NULL), NSEARCH_OK);
  assert_int_equal(suggest_make(&planner, question, parsed, &text), NSEARCH_OK);
  assert_non_null(text);
  planner.request = &late;
  planner.looks = 1;
  assert_int_equal(suggest_make(&planner, question, parsed, &text), NSEARCH_OK);
  assert_null(text);
  pool_free(&pool);
}

/* The same through the library: what is asked for when, and that nothing goes on after it. */
static void test_search(void **state) {
  (void)state;
  nsearch_reader *reader;
  nsearch_error *err = nsearch_error_new();
  static const struct fake_article articles[] = {{.id = "a", .title = "Terms", .body = "words"}};
  struct snapshot *snapshot = fake_snapshot_new(articles, 1, LANGUAGE_NONE);
  assert_int_equal(reader_new(&reader, "/fake", &fake_engine, snapshot, NULL), NSEARCH_OK);
  char *question = repeat("", "word ", LONG, "");
  nsearch_request *request = nsearch_request_new(question);
  nsearch_request_set_limit(request, 0);
  static const int lefts[] = {0, 1, 20, LONG};
  for (size_t i = 0; i < sizeof lefts / sizeof *lefts; i++) {
    int left = lefts[i];
    nsearch_result *result;
    nsearch_request_set_cancel(request, no_longer, &left);
    nsearch_status status = nsearch_search(reader, request, &result, err);
    assert_int_equal(status, lefts[i] == LONG ? NSEARCH_OK : NSEARCH_ERR_CANCELLED);
    assert_true(lefts[i] == LONG ? left < LONG - 20 : left == -1);
    nsearch_result_free(result);
  }
  nsearch_request_free(request);
  memory_free(question);
  nsearch_close(reader);
  nsearch_error_free(err);
  fake_snapshot_free(snapshot);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_planning),   cmocka_unit_test(test_short),  cmocka_unit_test(test_description),
      cmocka_unit_test(test_suggestion), cmocka_unit_test(test_search),
  };
  return cmocka_run_group_tests_name("give up", tests, open_bench, close_bench);
}
