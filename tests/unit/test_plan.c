/* Questions to the trees that engines get: stems, stop words, phrases, filters, signs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "query/query.h"
#include "tests/unit/fake_engine.h"

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

struct bench {
  struct snapshot *snapshot;
  struct folder *folder;
};

static void set_up(struct bench *bench, int language) {
  bench->snapshot = fake_snapshot_new(articles, sizeof articles / sizeof articles[0], language);
  assert_int_equal(folder_new(&bench->folder, NULL), NSEARCH_OK);
}

static void tear_down(struct bench *bench) {
  folder_free(bench->folder);
  fake_snapshot_free(bench->snapshot);
}

static const char *const kind_names[] = {
    [NODE_ALL] = "all", [NODE_TERM] = "term",   [NODE_DOC] = "doc",         [NODE_AND] = "and",
    [NODE_OR] = "or",   [NODE_AND_NOT] = "not", [NODE_AND_MAYBE] = "maybe", [NODE_PHRASE] = "phrase"};

/* Leaves as [keys separated by |] with what they score before: = nothing, ! a constant; NUL as /. */
static void print_node(const struct node *node, struct buffer *out) {
  if (node->kind == NODE_TERM) {
    buffer_text(out, node->score == SCORE_NONE ? "=[" : node->score == SCORE_CONSTANT ? "![" : "[");
    for (size_t i = 0; i < node->key_count; i++) {
      if (i) buffer_byte(out, '|');
      for (uint32_t k = 0; k < node->keys[i].len; k++)
        buffer_byte(out, (uint8_t)(node->keys[i].bytes[k] ? node->keys[i].bytes[k] : '/'));
    }
    buffer_byte(out, ']');
    if (node->boost != 1) buffer_format(out, "*%g", node->boost);
    return;
  }
  buffer_text(out, kind_names[node->kind]);
  if (node->kind == NODE_DOC) buffer_format(out, " %u", node->doc.doc);
  if (node->slop) buffer_format(out, "~%u", node->slop);
  if (!node->child_count) return;
  for (size_t i = 0; i < node->child_count; i++) {
    buffer_byte(out, i ? ' ' : '(');
    print_node(node->children[i], out);
  }
  buffer_byte(out, ')');
}

enum mode { USUAL, ALL, PLAIN };

static int plan_question(struct bench *bench, struct pool *pool, const char *question, enum mode mode,
                         struct plan *plan, struct nsearch_error *err) {
  struct question_node *bag;
  struct planner planner = {.engine = &fake_engine,
                            .snapshot = bench->snapshot,
                            .stats = fake_stats(bench->snapshot),
                            .folder = bench->folder,
                            .pool = pool,
                            .err = err};
  int status = question_parse(pool, question, mode == PLAIN, &bag, err);
  return status ? status : plan_make(&planner, bag, mode == ALL, plan);
}

struct form {
  const char *question, *tree;
  enum mode mode;
};

static void check_forms(struct bench *bench, const struct form *forms, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct pool pool = {0};
    struct plan plan;
    struct buffer out = {0};
    if (plan_question(bench, &pool, forms[i].question, forms[i].mode, &plan, NULL))
      fail_msg("fails: %s", forms[i].question);
    print_node(plan.tree, &out);
    if (plan.order == ORDER_NEWEST) buffer_text(&out, " newest");
    buffer_byte(&out, 0);
    if (strcmp(out.bytes, forms[i].tree) != 0)
      fail_msg("%s: %s, expected %s", forms[i].question, out.bytes, forms[i].tree);
    buffer_free(&out);
    pool_free(&pool);
  }
}

static void test_english(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"alibaba", "[Zenalibaba]", USUAL},
      {"Policies policy huawei's", "or([Zenpolici]*2 [Zenhuawei])", USUAL},
      {"\"policies\"", "[Xpolicies]", USUAL},
      {"\"Policies  of\" trade", "or(phrase([Xpolicies] [Xof]) [Zentrade])", USUAL},
      {"\"a b\"~2", "phrase~2([Xa] [Xb])", USUAL},
      {"zero-day", "phrase([Xzero] [Xday])", USUAL},
      {"huawei zero-day zero-day", "or(phrase([Xzero] [Xday]) phrase([Xzero] [Xday]) [Zenhuawei])", USUAL},
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
  check_forms(&bench, forms, sizeof forms / sizeof forms[0]);
  tear_down(&bench);
}

static void test_stop_words(void **state) {
  (void)state;
  static const struct form forms[] = {
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
  check_forms(&bench, forms, sizeof forms / sizeof forms[0]);
  tear_down(&bench);
}

static void test_all(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"alibaba pla", "and([Zenalibaba] [Zenpla])", ALL},
      {"pla pla", "[Zenpla]*2", ALL},
      {"zero-day pla", "and(phrase([Xzero] [Xday]) [Zenpla])", ALL},
      {"\"a b\" pla", "maybe([Zenpla] phrase([Xa] [Xb]))", ALL},
      {"pla -tibet lang:de", "not(and([Zenpla] =[]) =[Zentibet])", ALL},
  };
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  check_forms(&bench, forms, sizeof forms / sizeof forms[0]);
  tear_down(&bench);
}

static void test_filters(void **state) {
  (void)state;
  static const struct form forms[] = {
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
  check_forms(&bench, forms, sizeof forms / sizeof forms[0]);
  tear_down(&bench);
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
  struct bench bench = {.snapshot = fake_snapshot_new(&article, 1, LANGUAGE_NONE)};
  assert_int_equal(folder_new(&bench.folder, NULL), NSEARCH_OK);
  assert_int_equal(plan_question(&bench, &pool, question.bytes, USUAL, &plan, NULL), NSEARCH_OK);
  assert_int_equal(plan.tree->kind, NODE_TERM);
  assert_int_equal(plan.tree->key_count, 1);
  pool_free(&pool);
  tear_down(&bench);
  buffer_free(&source);
  buffer_free(&question);
}

static void test_spaceless(void **state) {
  (void)state;
  static const struct form forms[] = {
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
  check_forms(&bench, forms, sizeof forms / sizeof forms[0]);
  tear_down(&bench);
}

static void test_languages(void **state) {
  (void)state;
  static const struct form none[] = {{"Policies the", "or([Xpolicies] [Xthe])", USUAL},
                                     /* A prefix of one term is not that term. */
                                     {"国 国人", "or(![X国人] [X国人])", USUAL}};
  static const struct form two[] = {{"the der memo", "[Zdememo|Zenmemo]", USUAL}};
  struct bench bench;
  set_up(&bench, LANGUAGE_NONE);
  check_forms(&bench, none, sizeof none / sizeof none[0]);
  fake_stats(bench.snapshot)->languages = 1u << language_find("de", 2) | 1u << language_find("en", 2);

  check_forms(&bench, two, 1);
  tear_down(&bench);
}

static void test_errors(void **state) {
  (void)state;
  static const struct {
    const char *question;
    int64_t position;
  } errors[] = {{"a title:\"\"", 9}, {"title:...", 6}, {"source:\"\"", 8}, {"-author:&", 8}};
  struct bench bench;
  set_up(&bench, language_find("en", 2));
  for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
    struct pool pool = {0};
    struct plan plan;
    nsearch_error *err = nsearch_error_new();
    assert_int_equal(plan_question(&bench, &pool, errors[i].question, USUAL, &plan, err), NSEARCH_ERR_QUERY);
    assert_int_equal(nsearch_error_position(err), errors[i].position);
    assert_non_null(strstr(nsearch_error_message(err), "expected a value"));
    nsearch_error_free(err);
    pool_free(&pool);
  }
  tear_down(&bench);
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
  assert_int_equal(plan_question(&bench, &pool, question.bytes, USUAL, &plan, NULL), NSEARCH_OK);
  assert_int_equal(plan.tree->kind, NODE_OR);
  assert_int_equal(plan.tree->child_count, 10001);
  assert_true(plan.tree->children[1]->boost == 10000);
  buffer_free(&question);
  pool_free(&pool);
  tear_down(&bench);
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
  struct bench bench = {.snapshot = fake_snapshot_new(&article, 1, LANGUAGE_NONE)};
  struct pool pool = {0};
  struct plan plan;
  assert_int_equal(folder_new(&bench.folder, NULL), NSEARCH_OK);
  assert_int_equal(plan_question(&bench, &pool, "中", USUAL, &plan, NULL), NSEARCH_OK);
  assert_int_equal(plan.tree->key_count, EXPANSION_MAX);
  assert_true(plan.cut);
  assert_int_equal(plan_question(&bench, &pool, "倀", USUAL, &plan, NULL), NSEARCH_OK);
  assert_false(plan.cut);
  pool_free(&pool);
  tear_down(&bench);
  buffer_free(&body);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_english),         cmocka_unit_test(test_stop_words), cmocka_unit_test(test_all),
      cmocka_unit_test(test_filters),         cmocka_unit_test(test_spaceless),  cmocka_unit_test(test_long_value),
      cmocka_unit_test(test_languages),       cmocka_unit_test(test_errors),     cmocka_unit_test(test_long_question),
      cmocka_unit_test(test_expansion_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
