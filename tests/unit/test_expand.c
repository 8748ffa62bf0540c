/* Wildcards, words with ~ and how near words are: which terms they stand for, and the bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/unit/question_bench.h"

static const struct fake_article articles[] = {
    {.id = "a",
     .title = "Vulnerable harbour",
     .body = "vulnerability vulnerabilities grey gray groovy gry",
     .author = "Jan Roe"},
    {.id = "b", .body = "colour color colours coulor velour policies policy don't trumps caf\xc3\xa9s naïve"},
    {.id = "c",
     .body = "colours colour \xd0\xb3\xd0\xbe\xd0\xb4 \xd0\xb3\xd0\xb0\xd0\xb4 policing 1234 1334 12345",
     .author = "Jane Row"},
};

static void test_wildcards(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      {"vulnerab*", "![Xvulnerabilities|Xvulnerability|Xvulnerable]", USUAL},
      {"VULNERAB*y", "![Xvulnerability]", USUAL},
      {"v*a*t*", "![Xvulnerabilities|Xvulnerability]", USUAL},
      {"v***t*s*", "![Xvulnerabilities]", USUAL},
      {"gr?y", "![Xgray|Xgrey]", USUAL},
      {"gr*y", "![Xgray|Xgrey|Xgroovy|Xgry]", USUAL},
      {"gr??*y?", "![Xgroovy]", USUAL},
      {"gr*o?y", "![Xgroovy]", USUAL},
      {"caf\xc3\x89*", "![Xcafes]", USUAL},
      {"na?ve", "![Xnaive]", USUAL},
      {"\xd0\x93?\xd0\xb4", "![X\xd0\xb3\xd0\xb0\xd0\xb4|X\xd0\xb3\xd0\xbe\xd0\xb4]", USUAL},
      {"1?3*", "![X1234|X12345|X1334]", USUAL},
      {"don't*", "![Xdont]", USUAL},
      {"'don*", "![Xdont]", USUAL},
      {"tru?p's", "![]", USUAL},
      {"zzz*", "![]", USUAL},
      {"+gr?y -v*", "not(![Xgray|Xgrey] =[Xvelour|Xvulnerabilities|Xvulnerability|Xvulnerable])", USUAL},
      {"title:v*", "=[Svulnerable] newest", USUAL},
      {"author:(ro* jan*)", "and(=[Aroe|Arow] =[Ajan|Ajane]) newest", USUAL},
      {"gr?y memo", "and(![Xgray|Xgrey] [Xmemo])", ALL},
      {"polic*^2", "![Xpolicies|Xpolicing|Xpolicy]*2", USUAL},
      {"gr?y", "phrase([Xgr] [Xy])", PLAIN},
  };
  struct bench bench;
  bench_open(&bench, articles, sizeof articles / sizeof articles[0], LANGUAGE_NONE);
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  bench_close(&bench);
}

static void test_fuzzy(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      /* By distance, then articles, then bytes. */
      {"colour~", "![Xcolour|Xcolours|Xcolor]", USUAL},
      {"Colour~1", "![Xcolour|Xcolours|Xcolor]", USUAL},
      {"coulor~", "![Xcoulor|Xcolor]", USUAL},
      {"policies~", "![Xpolicies|Xpolicing]", USUAL},
      {"policing~2", "![Xpolicing|Xpolicies]", USUAL},
      {"plicies~", "![Xpolicies]", USUAL},
      {"policies~1", "![Xpolicies]", USUAL},
      {"olicies~", "![]", USUAL},
      {"title:harbuor~", "=[Sharbour] newest", USUAL},
      {"-colour~ grey", "not([Xgrey] =[Xcolour|Xcolours|Xcolor])", USUAL},
      {"colour~^3", "![Xcolour|Xcolours|Xcolor]*3", USUAL},
      {"colour~1", "phrase([Xcolour] [X1])", PLAIN},
  };
  static const struct error_form errors[] = {{"cat~", 0, "at least 4"},
                                             {"x colours~2", 2, "at least 8"},
                                             {"author:jan~1", 7, "at least 4"},
                                             {"author:jane~^2", 12, "a filter"}};
  struct bench bench;
  bench_open(&bench, articles, sizeof articles / sizeof articles[0], LANGUAGE_NONE);
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  check_errors(&bench, errors, sizeof errors / sizeof errors[0]);
  bench_close(&bench);
}

/* The textbook recursion, over a whole table: what the band must agree with. */
static unsigned plain_distance(const char *a, const char *b) {
  unsigned table[16][16];
  size_t m = strlen(a), n = strlen(b);
  for (size_t i = 0; i <= m; i++)
    for (size_t j = 0; j <= n; j++) {
      unsigned best = (unsigned)(i + j);
      if (i && table[i - 1][j] + 1 < best) best = table[i - 1][j] + 1;
      if (j && table[i][j - 1] + 1 < best) best = table[i][j - 1] + 1;
      if (i && j && table[i - 1][j - 1] + (a[i - 1] != b[j - 1]) < best)
        best = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && table[i - 2][j - 2] + 1 < best)
        best = table[i - 2][j - 2] + 1;
      table[i][j] = best;
    }
  return table[m][n];
}

static void random_word(uint64_t *seed, char *word) {
  size_t len = 3;
  word[0] = 'a';
  for (size_t i = 1; i < 11; i++) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    word[i] = (char)('a' + (*seed >> 33) % 2);
    if (i >= len && (*seed >> 40) % 4 == 0) break;
    len = i + 1;
  }
  word[len] = '\0';
}

static void test_distances(void **state) {
  (void)state;
  enum { WORDS = 400 };
  static char words[WORDS][12];
  uint64_t seed = 3;
  struct buffer body = {0};
  for (size_t i = 0; i < WORDS; i++) {
    random_word(&seed, words[i]);
    buffer_format(&body, "%s ", words[i]);
  }
  buffer_byte(&body, 0);
  struct fake_article article = {.id = "x", .body = body.bytes};
  struct bench bench;
  bench_open(&bench, &article, 1, LANGUAGE_NONE);
  for (size_t i = 0; i < 60; i++) {
    struct pool pool = {0};
    struct plan plan;
    static struct near_term best[WORDS];
    size_t count, wanted = 0;
    bool more;
    unsigned edits = 1 + (unsigned)(i % 2);
    assert_int_equal(bench_plan(&bench, &pool, "", USUAL, &plan, NULL), NSEARCH_OK);
    assert_int_equal(
        nearest_terms(&bench.planner, TAG_TEXT, words[i], strlen(words[i]), edits, best, WORDS, &count, &more), 0);
    assert_false(more);
    for (size_t k = 0; k < count; k++) {
      char *term = pool_copy(&pool, best[k].key.bytes + 1, best[k].key.len - 1);
      assert_int_equal(best[k].distance, plain_distance(words[i], term));
      if (k) assert_true(best[k - 1].distance <= best[k].distance);
    }
    for (size_t k = 0; k < WORDS; k++) {
      bool again = false;
      for (size_t j = 0; j < k; j++) again = again || strcmp(words[j], words[k]) == 0;
      wanted += !again && plain_distance(words[i], words[k]) <= edits;
    }
    assert_int_equal(count, wanted);
    pool_free(&pool);
  }
  bench_close(&bench);
  buffer_free(&body);
}

/* `count` words that begin with "word". */
static void numbered_words(struct buffer *out, size_t count) {
  for (size_t i = 0; i < count; i++)
    buffer_format(out, "word%c%c%c ", (int)('a' + i / 676), (int)('a' + i / 26 % 26), (int)('a' + i % 26));
  buffer_byte(out, 0);
}

static void test_bounds(void **state) {
  (void)state;
  static const struct {
    const char *question;
    size_t keys;
    bool cut;
  } cases[] = {{"word*", EXPANSION_MAX, true}, {"worda*", 676, false},          {"w?rd*", EXPANSION_MAX, true},
               {"word?b*", 52, false},         {"wordaabc~2", FUZZY_MAX, true}, {"wordabc~1", 54, false}};
  struct buffer body = {0}, question = {0};
  numbered_words(&body, EXPANSION_MAX + 100);
  struct fake_article article = {.id = "x", .body = body.bytes};
  struct bench bench;
  bench_open(&bench, &article, 1, LANGUAGE_NONE);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pool pool = {0};
    struct plan plan;
    assert_int_equal(bench_plan(&bench, &pool, cases[i].question, USUAL, &plan, NULL), NSEARCH_OK);
    if (plan.tree->key_count != cases[i].keys) fail_msg("%s: %zu keys", cases[i].question, plan.tree->key_count);
    if (plan.cut != cases[i].cut) fail_msg("%s: cut %d", cases[i].question, plan.cut);
    pool_free(&pool);
  }
  for (size_t i = 0; i < EXPANSIONS_MAX; i++) buffer_text(&question, i % 2 ? "zz* " : "zzzz~ ");
  for (size_t round = 0; round < 2; round++) {
    struct pool pool = {0};
    struct plan plan;
    size_t len = question.len;
    if (round) buffer_text(&question, "(x z*)");
    buffer_byte(&question, 0);
    nsearch_error *err = nsearch_error_new();
    assert_int_equal(bench_plan(&bench, &pool, question.bytes, USUAL, &plan, err),
                     round ? NSEARCH_ERR_QUERY : NSEARCH_OK);
    if (round) assert_int_equal(nsearch_error_position(err), len + 3);
    question.len--;
    nsearch_error_free(err);
    pool_free(&pool);
  }
  bench_close(&bench);
  buffer_free(&body);
  buffer_free(&question);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wildcards),
      cmocka_unit_test(test_fuzzy),
      cmocka_unit_test(test_distances),
      cmocka_unit_test(test_bounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
