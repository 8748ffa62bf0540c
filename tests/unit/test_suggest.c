/* Did you mean: which words of a question are replaced, and by what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/unit/question_bench.h"

static const struct fake_article articles[] = {
    {.id = "a", .title = "Huawei harbour", .body = "trade talks policies resumed caf\xc3\xa9 table", .author = "Roger"},
    {.id = "b", .body = "trade tables semiconductor cable cables flaw"},
    {.id = "c", .body = "cable flaws huawei"},
};

static void test_suggestions(void **state) {
  (void)state;
  static const struct {
    const char *question, *suggestion; /* NULL: none */
    enum mode mode;
  } cases[] = {
      {"huawai", "huawei", USUAL},
      {"  +Huawai's (ban OR tradde)^2 ", "  +huawei (ban OR trade)^2 ", USUAL},
      {"huawei trade", NULL, USUAL},
      {"", NULL, USUAL},
      {"policy", NULL, USUAL},     /* its stem is there */
      {"\"policy\"", NULL, USUAL}, /* too far */
      {"\"trade tolks\"~3", "\"trade talks\"~3", USUAL},
      {"“trade tolks”", "“trade talks”", USUAL},
      {"zero-flaww", "zero-flaw", USUAL},
      {"tradde NEAR/3 talkz", "trade NEAR/3 talks", USUAL},
      {"hauwei -tradde NOT talkz", "huawei -tradde NOT talkz", USUAL},
      {"a OR (NOT tradde)", NULL, USUAL},
      {"tradd* tradde~ title:tradde author:rogar", NULL, USUAL},
      {"abc xyz", NULL, USUAL}, /* too short */
      {"semicondoctors", "semiconductor", USUAL},
      {"fable", NULL, USUAL},                /* the first character is another one */
      {"cabke caple", "cable cable", USUAL}, /* most articles first */
      {"tablet", "table", USUAL},            /* tables is as near and in as many: bytes */
      {"cafés caffe", "cafés cafe", USUAL},
      {"\xff huawai\xff tradde", "\xff huawei\xff trade", USUAL},
      {"huawai \"(tradde*", "huawei \"(trade*", PLAIN},
      {"xxxxxxxx qqqqqqqq", NULL, USUAL},
  };
  struct bench bench;
  bench_open(&bench, articles, sizeof articles / sizeof articles[0], language_find("en", 2));
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pool pool = {0};
    struct plan plan;
    const char *suggestion, *question = cases[i].question, *wanted = cases[i].suggestion;
    if (bench_plan(&bench, &pool, question, cases[i].mode, &plan, NULL)) fail_msg("fails: %s", question);
    assert_int_equal(suggest_make(&bench.planner, question, bench.parsed, &suggestion), NSEARCH_OK);
    if (!suggestion != !wanted || (wanted && strcmp(suggestion, wanted) != 0))
      fail_msg("%s: %s, expected %s", question, suggestion ? suggestion : "none", wanted ? wanted : "none");
    pool_free(&pool);
  }
  bench_close(&bench);
}

/* A long question of unknown words looks for the first of them only. */
static void test_bound(void **state) {
  (void)state;
  struct bench bench;
  struct pool pool = {0};
  struct plan plan;
  struct buffer question = {0}, expected = {0};
  const char *suggestion;
  for (size_t i = 0; i < SUGGEST_UNKNOWN + 5; i++) {
    buffer_text(&question, "tradde ");
    buffer_text(&expected, i < SUGGEST_UNKNOWN ? "trade " : "tradde ");
  }
  buffer_byte(&question, 0);
  buffer_byte(&expected, 0);
  bench_open(&bench, articles, sizeof articles / sizeof articles[0], language_find("en", 2));
  assert_int_equal(bench_plan(&bench, &pool, question.bytes, USUAL, &plan, NULL), NSEARCH_OK);
  assert_int_equal(suggest_make(&bench.planner, question.bytes, bench.parsed, &suggestion), NSEARCH_OK);
  assert_string_equal(suggestion, expected.bytes);
  buffer_clear(&question);
  for (size_t i = 0; i < SUGGEST_WORDS; i++) buffer_text(&question, "trade ");
  buffer_text(&question, "tradde");
  buffer_byte(&question, 0);
  assert_int_equal(bench_plan(&bench, &pool, question.bytes, USUAL, &plan, NULL), NSEARCH_OK);
  assert_int_equal(suggest_make(&bench.planner, question.bytes, bench.parsed, &suggestion), NSEARCH_OK);
  assert_null(suggestion);
  buffer_free(&question);
  buffer_free(&expected);
  pool_free(&pool);
  bench_close(&bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_suggestions), cmocka_unit_test(test_bound)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
