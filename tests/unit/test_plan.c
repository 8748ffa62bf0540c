/* Questions to the trees that engines get: stems, stop words, phrases, filters, signs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/unit/question_bench.h"

static const struct fake_article articles[] = {
    {.id = "a",
     .title = "Harbour news",
     .body = "中国人 中央",
     .source = "Reuters",
     .section = "World",
     .language = "en",
     .topic = "Trade",
     .url = "https://www.news.example/a"},
    {.id = "b", .body = "the policies", .source = "REUTERS", .author = "Jane Roe", .language = "English"},
    {.id = "c", .body = "中", .source = "Reuters Africa", .topic = "trade"},
};

static void set_up(struct bench *bench, int language) {
  bench_open(bench, articles, sizeof articles / sizeof articles[0], language);
}

static void test_english(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      {"alibaba", "[Zenalibaba]", USUAL},
      {"Policies policy huawei's", "or([Zenpolici]*2 [Zenhuawei])", USUAL},
      {"\"policies\"", "[Xpolicies]", USUAL},
      {"\"Policies  of\" trade", "or(phrase([Xpolicies] [Xof]) [Zentrade])", USUAL},
      {"\"a b\"~2", "phrase~2([Xa] [Xb])", USUAL},
      {"zero-day", "phrase([Xzero] [Xday])", USUAL},
      {"huawei zero-day zero-day", "or([Zenhuawei] phrase([Xzero] [Xday]) phrase([Xzero] [Xday]))", USUAL},
      {"what happened?", "[Zenhappen]", USUAL},
      {"+alibaba pla", "maybe([Zenalibaba] [Zenpla])", USUAL},
      {"+alibaba +pla -tibet", "not(and([Zenalibaba] [Zenpla]) =[Zentibet])", USUAL},
      {"pla +pla", "[Zenpla]*2", USUAL},
      {"+\"a b\" c-d", "maybe(phrase([Xa] [Xb]) phrase([Xc] [Xd]))", USUAL},
      {"a1 -\"b c\"", "not([Zena1] phrase(=[Xb] =[Xc]))", USUAL},
      {"-tibet", "not(all =[Zentibet]) newest", USUAL},
      {"-tibet -pla", "not(all =[Zentibet] =[Zenpla]) newest", USUAL},
      {"", "all newest", USUAL},
      {"... & !", "all newest", USUAL},
      {"\"...\" pla &", "[Zenpla]", USUAL},
  };
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  bench_close(&bench);
}

static void test_stop_words(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      {"the memo", "[Zenmemo]", USUAL},
      {"memo THE", "or([Zenmemo] [Zenthe])", USUAL},
      {"memo The", "[Zenmemo]", USUAL},
      {"memo I A", "[Zenmemo]", USUAL},
      {"the of", "or([Zenthe] [Zenof])", USUAL},
      {"the the", "[Zenthe]*2", USUAL},
      {"the -memo", "not([Zenthe] =[Zenmemo])", USUAL},
      {"the source:reuters", "and([Zenthe] =[Preuters/REUTERS|Preuters/Reuters])", USUAL},
      {"the +of", "[Zenof]", USUAL},
      {"+the memo", "maybe([Zenthe] [Zenmemo])", USUAL},
      {"the \"of\"", "[Xof]", USUAL},
      {"the zero-day", "phrase([Xzero] [Xday])", USUAL},
      {"memo -the", "not([Zenmemo] =[Zenthe])", USUAL},
      {"the memo", "[Zenmemo]", ALL},
      {"the memo", "[Zenmemo]", PLAIN},
      {"+the \"memo\"", "[Zenmemo]", PLAIN},
  };
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  bench_close(&bench);
}

static void test_all(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      {"alibaba pla", "and([Zenalibaba] [Zenpla])", ALL},
      {"pla pla", "[Zenpla]*2", ALL},
      {"zero-day pla", "and(phrase([Xzero] [Xday]) [Zenpla])", ALL},
      {"\"a b\" pla", "maybe([Zenpla] phrase([Xa] [Xb]))", ALL},
      {"pla -tibet lang:de", "not(and([Zenpla] =[]) =[Zentibet])", ALL},
  };
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  bench_close(&bench);
}

static void test_filters(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      {"memo source:reuters", "and([Zenmemo] =[Preuters/REUTERS|Preuters/Reuters])", USUAL},
      {"+memo x1 source:reuters", "maybe(and([Zenmemo] =[Preuters/REUTERS|Preuters/Reuters]) [Zenx1])", USUAL},
      {"source:\"reuters  AFRICA\"", "=[Preuters africa/Reuters Africa] newest", USUAL},
      {"memo -source:reuters", "not([Zenmemo] =[Preuters/REUTERS|Preuters/Reuters])", USUAL},
      {"-source:nobody", "not(all =[]) newest", USUAL},
      {"section:WORLD topic:trade", "and(=[Gworld/World] =[Ktrade/Trade|Ktrade/trade]) newest", USUAL},
      {"lang:en", "=[Len/en|Lenglish/English] newest", USUAL},
      {"lang:english", "=[Len/en|Lenglish/English] newest", USUAL},
      {"lang:zz", "=[] newest", USUAL},
      {"site:news.example", "=[Hnews.example/news.example] newest", USUAL},
      {"site:WWW.news.example", "=[Hnews.example/news.example] newest", USUAL},
      {"site:https://www.news.example:8080/x", "=[Hnews.example/news.example] newest", USUAL},
      {"title:Harbours", "=[Sharbours] newest", USUAL},
      {"title:\"harbour news\"", "phrase(=[Sharbour] =[Snews]) newest", USUAL},
      {"+author:jane-roe", "phrase(=[Ajane] =[Aroe]) newest", USUAL},
      {"id:b", "doc 1 newest", USUAL},
      {"memo id:https://www.news.example/a", "and([Zenmemo] doc 0)", USUAL},
      {"id:nothing", "=[] newest", USUAL},
  };
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  bench_close(&bench);
}

/* Of a value that is too long to be kept whole, as much is compared as was kept. */
static void test_long_value(void **state) {
  (void)state;
  struct buffer source = {0}, question = {0};
  struct pool pool = {0};
  struct plan plan;
  while (source.len < 699) buffer_byte(&source, 's');
  buffer_byte(&source, 0);
  buffer_format(&question, "source:%s", source.bytes);
  buffer_text(&question, "ÆÆÆ");
  buffer_byte(&question, 0);
  struct fake_article article = {.id = "x", .source = source.bytes};
  struct bench bench;
  bench_open(&bench, &article, 1, LANGUAGE_NONE);
  assert_int_equal(bench_plan(&bench, &pool, question.bytes, USUAL, &plan, NULL), NSEARCH_OK);
  assert_int_equal(plan.tree->kind, NODE_TERM);
  assert_int_equal(plan.tree->key_count, 1);
  pool_free(&pool);
  bench_close(&bench);
  buffer_free(&source);
  buffer_free(&question);
}

static void test_spaceless(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      {"中国", "[Zen中国]", USUAL},
      {"中国人", "phrase([X中国] [X国人])", USUAL},
      {"中国人2023", "phrase([X中国] [X国人] [X人] [X2023])", USUAL},
      {"中", "![X中|X中国|X中央]", USUAL},
      {"\"中\"", "[X中]", USUAL},
      {"+中 -国", "not(![X中|X中国|X中央] =[X国人])", USUAL},
      {"2023年", "phrase([X2023] [X年])", USUAL},
  };
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  bench_close(&bench);
}

static void test_languages(void **state) {
  (void)state;
  static const struct tree_form none[] = {{"Policies the", "or([Xpolicies] [Xthe])", USUAL},
                                          /* A prefix of one term is not that term. */
                                          {"国 国人", "or(![X国人] [X国人])", USUAL}};
  static const struct tree_form two[] = {{"the der memo", "[Zdememo|Zenmemo]", USUAL}};
  struct bench bench;
  set_up(&bench, LANGUAGE_NONE);
  check_trees(&bench, none, sizeof none / sizeof none[0]);
  fake_stats(bench.snapshot)->languages = 1u << language_find("de", 2) | 1u << language_find("en", 2);

  check_trees(&bench, two, 1);
  bench_close(&bench);
}

static void test_groups(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      {"a1 OR b1 c1", "or(or([Zena1] [Zenb1]) [Zenc1])", USUAL},
      {"a1 AND b1 OR c1 AND d1", "or(and([Zena1] [Zenb1]) and([Zenc1] [Zend1]))", USUAL},
      {"(a1 OR b1) AND NOT c1", "not(or([Zena1] [Zenb1]) =[Zenc1])", USUAL},
      {"NOT a1 AND b1", "not([Zenb1] =[Zena1])", USUAL},
      {"NOT a1 AND -b1", "not(all =[Zena1] =[Zenb1]) newest", USUAL},
      {"a1 OR NOT b1", "or([Zena1] not(all =[Zenb1]))", USUAL},
      {"a1 OR -b1", "or([Zena1] not(all =[Zenb1]))", USUAL},
      {"NOT a1", "not(all =[Zena1]) newest", USUAL},
      {"NOT -a1", "not(all not(all =[Zena1])) newest", USUAL},
      {"a1 NOT b1", "not([Zena1] =[Zenb1])", USUAL},
      {"the AND of", "and([Zenthe] [Zenof])", USUAL},
      {"the (the memo)", "[Zenmemo]", USUAL},
      {"memo (the of)", "or([Zenmemo] or([Zenthe] [Zenof]))", USUAL},
      {"+(a1 b1) c1", "maybe(or([Zena1] [Zenb1]) [Zenc1])", USUAL},
      {"c1 -(a1 the)", "not([Zenc1] =[Zena1])", USUAL},
      {"(+a1 b1) c1", "or(maybe([Zena1] [Zenb1]) [Zenc1])", USUAL},
      {"(a1 b1) AND c1*", "or([Zena1] [Zenb1] [Zenand] [Zenc1])", PLAIN},
      {"(a1 b1) c1", "maybe([Zenc1] and([Zena1] [Zenb1]))", ALL},
      {"() memo ( )", "[Zenmemo]", USUAL},
      {"()", "all newest", USUAL},
      {"memo (source:reuters OR source:nobody)", "and([Zenmemo] or(=[Preuters/REUTERS|Preuters/Reuters] =[]))", USUAL},
      {"memo (-tibet)", "and([Zenmemo] not(all =[Zentibet]))", USUAL},
      {"memo OR lang:zz", "or([Zenmemo] =[])", USUAL},
      {"memo AND title:news", "and([Zenmemo] =[Snews])", USUAL},
      {"title:(harbour -news)", "not(=[Sharbour] =[Snews]) newest", USUAL},
      {"title:(harbour OR author:jane)", "or(=[Sharbour] =[Ajane]) newest", USUAL},
  };
  static const struct error_form errors[] = {
      {"a AND ()", 6, "after the operator"},
      {"(&) OR a", 0, "before the operator"},
      {"NOT \"...\"", 5, "after the operator"},
      {"a AND title:&", 12, "a value"},
  };
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  check_errors(&bench, errors, sizeof errors / sizeof errors[0]);
  bench_close(&bench);
}

static void test_boosts(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      {"memo^2", "[Zenmemo]*2", USUAL},
      {"memo^2 memo memo^0.5", "[Zenmemo]*3.5", USUAL},
      {"\"a b\"~3^2", "phrase~3([Xa]*2 [Xb]*2)", USUAL},
      {"(a1 b1^3)^0.5", "or([Zena1]*0.5 [Zenb1]*1.5)", USUAL},
      {"((a1 source:reuters)^10 b1)^10", "or(and([Zena1]*100 =[Preuters/REUTERS|Preuters/Reuters]) [Zenb1]*10)", USUAL},
      {"(a1 AND b1 OR c1)^2", "or(and([Zena1]*2 [Zenb1]*2) [Zenc1]*2)", USUAL},
      {"polic*^2 polic*", "![Xpolicies]*3", USUAL},
      {"((((a1^1000)^1000)^1000)^1000)^1000", "[Zena1]*1e+09", USUAL},
      {"((((a1^0.001)^0.001)^0.001)^0.001)^0.001", "[Zena1]*1e-09", USUAL},
  };
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  bench_close(&bench);
}

static void test_near(void **state) {
  (void)state;
  static const struct tree_form forms[] = {
      {"Policies NEAR/3 memo", "near~2([Xpolicies] [Xmemo])", USUAL},
      {"a1 NEAR b1", "near~9([Xa1] [Xb1])", USUAL},
      {"a1 NEAR/1 b1", "near([Xa1] [Xb1])", USUAL},
      {"a1 NEAR/3 b1 NEAR/50 c1 NEAR/2 a1", "near~49([Xa1] [Xb1] [Xc1] [Xa1])", USUAL},
      {"title:harbour NEAR/2 title:the", "near~1(=[Sharbour] =[Sthe]) newest", USUAL},
      {"author:(jane NEAR roe)", "near~9(=[Ajane] =[Aroe]) newest", USUAL},
      {"(a1 NEAR/2 b1^3)^2", "near~1([Xa1]*2 [Xb1]*6)", USUAL},
      {"a1 AND b1 NEAR/2 c1", "and([Zena1] near~1([Xb1] [Xc1]))", USUAL},
      {"d1 NOT a1 NEAR/2 b1", "not([Zend1] near~1(=[Xa1] =[Xb1]))", USUAL},
      {"中国 NEAR/2 中", "near~1([X中国] [X中])", USUAL},
  };
  static const struct error_form errors[] = {
      {"a NEAR \"b\"", 8, "single word"},
      {"a NEAR b-c", 7, "single word"},
      {"a NEAR 中国人", 7, "single word"},
      {"(a) NEAR b", 0, "single word"},
      {"a NEAR & b", 7, "single word"},
      {"a NEAR b*", 7, "single word"},
      {"abcd~ NEAR b", 0, "single word"},
      {"a NEAR -b", 8, "no -"},
      {"title:a NEAR b", 13, "all of them of one"},
      {"source:a NEAR b", 7, "of title:"},
      {"a NEAR date:2025", 12, "of title:"},
  };
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_trees(&bench, forms, sizeof forms / sizeof forms[0]);
  check_errors(&bench, errors, sizeof errors / sizeof errors[0]);
  bench_close(&bench);
}

/* 1762041600 is 2025-11-02, 86400 a day. */
static void test_dates(void **state) {
  (void)state;
  static const struct tree_form nodes[] = {
      {"memo -date:2025-11-02", "not([Zenmemo] dates 1762041600..1762127999)", USUAL},
      {"memo AND date:2025-11-02", "and([Zenmemo] dates 1762041600..1762127999)", USUAL},
      {"date:2025-11-02 +date:1970", "and(dates 1762041600..1762127999 dates 0..31535999) newest", USUAL},
      {"memo (date:1970 OR date:1971)", "and([Zenmemo] or(dates 0..31535999 dates 31536000..63071999))", USUAL},
      {"(date:1970)", "dates 0..31535999 newest", USUAL},
  };
  static const struct tree_form bounded = {"memo date:1970", "and([Zenmemo] dates 0..31535999)", USUAL};
  static const struct tree_form lifted[] = {
      {"memo date:1970", "[Zenmemo]", USUAL},
      {"date:\"1970\"", "all newest", USUAL},
      {"+date:1970 -date:1970-02", "not(all dates 2678400..5097599) newest", USUAL}};
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_trees(&bench, nodes, sizeof nodes / sizeof nodes[0]);
  check_trees(&bench, lifted, sizeof lifted / sizeof lifted[0]);
  for (size_t i = 0; i < sizeof lifted / sizeof lifted[0] + 1; i++) {
    struct pool pool = {0};
    struct plan plan;
    bool none = i == sizeof lifted / sizeof lifted[0];
    assert_int_equal(bench_plan(&bench, &pool, none ? nodes[2].question : lifted[i].question, USUAL, &plan, NULL), 0);
    assert_true(plan.since == (none ? INT64_MIN : 0));
    assert_true(plan.until == (none ? INT64_MAX : 31535999));
    pool_free(&pool);
  }
  bench.planner.bounded = true;
  check_trees(&bench, &bounded, 1);
  bench_close(&bench);
}

/* What the trees find, evaluated by the simplest of engines. */
static void test_matches(void **state) {
  (void)state;
  static const struct fake_article found[] = {
      {.id = "a", .title = "Huawei ban", .body = "trade talks resumed in Beijing", .date = "2025-11-14"},
      {.id = "b", .body = "ban of the export to huawei", .source = "Reuters", .date = "2025"},
      {.id = "c", .body = "vulnerable vulnerability colours ban", .source = "BBC", .date = "2024-12-31T23:59:59Z"},
      {.id = "d", .body = "huawei huawei"},
  };
  static const struct {
    const char *question, *ids; /* in byte order */
  } cases[] = {
      {"huawei NEAR/1 ban", "a"},
      {"ban NEAR/5 huawei", "ab"},
      {"ban NEAR/4 huawei", "a"},
      {"huawei NEAR/1 huawei", "d"},
      {"title:(ban NEAR huawei)", "a"},
      {"talks NEAR/3 beijing NEAR resumed", "a"},
      {"date:2025-11..", "ab"},
      {"huawei AND date:2025-11-14", "ab"},
      {"+ban date:<2025", "c"},
      {"date:2025-01..2025-02 date:2025-11..2025-12", "b"},
      {"ban -date:2025", "c"},
      {"huawei -date:>=1900", "d"},
      {"vulnerab* talk*", "ac"},
      {"colour~ (huawei AND NOT ban)", "cd"},
      {"+ban (source:reuters OR source:bbc)", "bc"},
      {"NOT huawei", "c"},
      {"ban NOT huawei", "c"},
      {"talks OR NOT ban", "ad"},
      {"+(talks export) ban", "ab"},
      {"", "abcd"},
  };
  struct bench bench;
  bench_open(&bench, found, sizeof found / sizeof found[0], language_find("en", 2));
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pool pool = {0};
    struct plan plan;
    struct search_answer answer;
    char ids[5] = "";
    bench.planner.bounded = true; /* the engine here takes no range of the request */
    assert_int_equal(bench_plan(&bench, &pool, cases[i].question, USUAL, &plan, NULL), NSEARCH_OK);
    struct search_request request = {.tree = plan.tree, .order = plan.order, .limit = 10};
    assert_int_equal(fake_engine.search(bench.snapshot, &request, &answer, NULL), NSEARCH_OK);
    for (uint32_t doc = 0, at = 0; doc < 4; doc++)
      for (size_t hit = 0; hit < answer.hit_count; hit++)
        if (answer.hits[hit].doc.doc == doc) ids[at++] = found[doc].id[0];
    if (strcmp(ids, cases[i].ids) != 0) fail_msg("%s: %s, expected %s", cases[i].question, ids, cases[i].ids);
    memory_free(answer.hits);
    pool_free(&pool);
  }
  bench_close(&bench);
}

static void test_errors(void **state) {
  (void)state;
  static const struct error_form errors[] = {{"a title:\"\"", 9, "expected a value"},
                                             {"title:...", 6, "expected a value"},
                                             {"source:\"\"", 8, "expected a value"},
                                             {"-author:&", 8, "expected a value"},
                                             {"a (b date:soon)", 10, "a date"}};
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_errors(&bench, errors, sizeof errors / sizeof errors[0]);
  bench_close(&bench);
}

/* A question of twenty thousand words, half of them the same. */
static void test_long_question(void **state) {
  (void)state;
  struct bench bench;
  struct pool pool = {0};
  struct plan plan;
  struct buffer question = {0};
  set_up(&bench, language_find("en", 2));
  for (size_t i = 0; i < 10000; i++) buffer_format(&question, "w%zu memo ", i);
  buffer_byte(&question, 0);
  assert_int_equal(bench_plan(&bench, &pool, question.bytes, USUAL, &plan, NULL), NSEARCH_OK);
  assert_int_equal(plan.tree->kind, NODE_OR);
  assert_int_equal(plan.tree->child_count, 10001);
  assert_true(plan.tree->children[1]->boost == 10000);
  buffer_free(&question);
  pool_free(&pool);
  bench_close(&bench);
}

/* More terms than a prefix may stand for: the plan says that it was cut. */
static void test_expansion_bound(void **state) {
  (void)state;
  struct buffer body = {0};
  for (uint32_t i = 0; i < EXPANSION_MAX + 50; i++) {
    char bytes[4];
    buffer_text(&body, "中");
    buffer_add(&body, bytes, utf8_encode(0x5000 + i, bytes));
    buffer_byte(&body, ' ');
  }
  buffer_byte(&body, 0);
  struct fake_article article = {.id = "x", .body = body.bytes};
  struct bench bench;
  struct pool pool = {0};
  struct plan plan;
  bench_open(&bench, &article, 1, LANGUAGE_NONE);
  assert_int_equal(bench_plan(&bench, &pool, "中", USUAL, &plan, NULL), NSEARCH_OK);
  assert_int_equal(plan.tree->key_count, EXPANSION_MAX);
  assert_true(plan.cut);
  assert_int_equal(bench_plan(&bench, &pool, "倀", USUAL, &plan, NULL), NSEARCH_OK);
  assert_false(plan.cut);
  pool_free(&pool);
  bench_close(&bench);
  buffer_free(&body);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_english),   cmocka_unit_test(test_stop_words),    cmocka_unit_test(test_all),
      cmocka_unit_test(test_filters),   cmocka_unit_test(test_spaceless),     cmocka_unit_test(test_long_value),
      cmocka_unit_test(test_languages), cmocka_unit_test(test_groups),        cmocka_unit_test(test_boosts),
      cmocka_unit_test(test_near),      cmocka_unit_test(test_matches),       cmocka_unit_test(test_dates),
      cmocka_unit_test(test_errors),    cmocka_unit_test(test_long_question), cmocka_unit_test(test_expansion_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
