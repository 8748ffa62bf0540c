/* The text of a plan: a tree, a node a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/unit/question_bench.h"

static const struct fake_article articles[] = {
    {.id = "a",
     .title = "Harbour",
     .body = "trade talks policies vulnerable vulnerability",
     .source = "Reuters",
     .language = "en"},
    {.id = "b", .body = "policy trades wa wb wc wd we wf wg wh wi wj wk", .source = "BBC", .language = "de"},
};

static void test_descriptions(void **state) {
  (void)state;
  static const struct {
    const char *question, *tree;
  } cases[] = {
      {"", "all\n"},
      {"Policies", "word \"Policies\" (stems de:polici en:polici, in 1 article)\n"},
      {"\"policy\"", "word \"policy\" (exact policy, in 1 article)\n"},
      {"+harbour \"trade\ntalks\"~5^2 -source:bbc", "and\n"
                                                    "  word \"harbour\" (stems de:harbour en:harbour, in 1 article)\n"
                                                    "  maybe\n"
                                                    "    phrase \"trade talks\" slop 5\n"
                                                    "      word \"trade\" (exact trade, in 1 article) boost 2\n"
                                                    "      word \"talks\" (exact talks, in 1 article) boost 2\n"
                                                    "  not\n"
                                                    "    source \"bbc\"\n"},
      {"vulnerab* w* zz* policy~^0.5", "any\n"
                                       "  wildcard \"vulnerab*\" (2 words: vulnerability, vulnerable)\n"
                                       "  wildcard \"w*\" (11 words: wa, wb, wc, wd, we, wf, wg, wh, wi, wj, ...)\n"
                                       "  wildcard \"zz*\" (0 words)\n"
                                       "  fuzzy \"policy~\" (1 word: policy) boost 0.5\n"},
      {"trade NEAR/3 talks lang:zz id:b id:x title:harb*", "and\n"
                                                           "  near 3\n"
                                                           "    word \"trade\" (exact trade, in 1 article)\n"
                                                           "    word \"talks\" (exact talks, in 1 article)\n"
                                                           "  lang \"zz\" (no article)\n"
                                                           "  id \"b\"\n"
                                                           "  id \"x\" (no article)\n"
                                                           "  title wildcard \"harb*\" (1 word: harbour)\n"},
      {"date:2025-11..2025-12", "dates 2025-11-01 .. 2025-12-31\n"},
      {"+harbour date:7d", "and\n"
                           "  word \"harbour\" (stems de:harbour en:harbour, in 1 article)\n"
                           "  dates 2025-11-07T10:00:00Z ..\n"},
      {"-date:<=2024 -trade", "and\n"
                              "  all\n"
                              "  not\n"
                              "    dates .. 2024-12-31\n"
                              "    word \"trade\" (stems de:trad en:trade, in 2 articles)\n"},
      {"id:\xff\x01", "id \"\xef\xbf\xbd\" (no article)\n"},
  };
  struct bench bench;
  bench_open(&bench, articles, sizeof articles / sizeof articles[0], language_find("en", 2));
  bench.planner.now = 1763114400; /* 2025-11-14T10:00:00Z */
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pool pool = {0};
    struct plan plan;
    struct buffer out = {0};
    if (bench_plan(&bench, &pool, cases[i].question, USUAL, &plan, NULL)) fail_msg("fails: %s", cases[i].question);
    assert_int_equal(describe_plan(&bench.planner, &plan, &out), NSEARCH_OK);
    buffer_byte(&out, 0);
    if (strcmp(out.bytes, cases[i].tree) != 0)
      fail_msg("%s:\n%sexpected\n%s", cases[i].question, out.bytes, cases[i].tree);
    buffer_free(&out);
    pool_free(&pool);
  }
  bench_close(&bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_descriptions)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
