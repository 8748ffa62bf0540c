/* The parser of the query language: what questions come to as clauses, and where errors point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/unit/question_bench.h"

static const char *const scope_names[] = {
    "", "title:", "author:", "source:", "section:", "lang:", "topic:", "site:", "id:", "date:"};
static const char *const kind_names[] = {
    [QUESTION_BAG] = "", [QUESTION_AND] = "and", [QUESTION_OR] = "or", [QUESTION_NEAR] = "near"};

static void print_children(const struct question_node *node, struct buffer *out);

/* [sign][field:]text, words in square brackets, wildcards and ~ in angle ones, phrases in braces, groups in round. */
static void print_clause(const struct question_node *clause, struct buffer *out) {
  if (clause->sign != SIGN_NONE) buffer_byte(out, clause->sign == SIGN_REQUIRED ? '+' : '-');
  if (clause->kind != QUESTION_WORD && clause->kind != QUESTION_PHRASE) {
    buffer_text(out, kind_names[clause->kind]);
    if (clause->slop) buffer_format(out, "/%u", clause->slop);
    buffer_byte(out, '(');
    print_children(clause, out);
    buffer_byte(out, ')');
  } else {
    const char *brackets = clause->kind == QUESTION_PHRASE ? "{}" : clause->shape == SHAPE_WORD ? "[]" : "<>";
    buffer_text(out, scope_names[clause->scope]);
    buffer_byte(out, (uint8_t)brackets[0]);
    buffer_add(out, clause->text, clause->len);
    buffer_byte(out, (uint8_t)brackets[1]);
    if (clause->shape == SHAPE_FUZZY) buffer_format(out, "~%u", clause->edits);
    if (clause->slop) buffer_format(out, "~%u", clause->slop);
  }
  if (clause->boost != 1) buffer_format(out, "^%g", clause->boost);
}

static void print_children(const struct question_node *node, struct buffer *out) {
  for (const struct question_node *child = node->children; child; child = child->next) {
    if (child != node->children) buffer_byte(out, ' ');
    print_clause(child, out);
  }
}

struct form {
  const char *question, *clauses;
};

static void check_forms(const struct form *forms, size_t count, bool plain) {
  for (size_t i = 0; i < count; i++) {
    struct pool pool = {0};
    struct question_node *bag;
    struct buffer out = {0};
    nsearch_error *err = nsearch_error_new();
    if (question_parse(&pool, forms[i].question, plain, &bag, err))
      fail_msg("%s: %s", forms[i].question, nsearch_error_message(err));
    assert_int_equal(bag->kind, QUESTION_BAG);
    print_children(bag, &out);
    buffer_byte(&out, 0);
    if (strcmp(out.bytes, forms[i].clauses) != 0)
      fail_msg("%s: %s, expected %s", forms[i].question, out.bytes, forms[i].clauses);
    for (const struct question_node *clause = bag->children; clause; clause = clause->next)
      assert_ptr_equal(clause->text, forms[i].question + clause->position);
    nsearch_error_free(err);
    buffer_free(&out);
    pool_free(&pool);
  }
}

static void test_clauses(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"", ""},
      {" \t\n ", ""},
      {"alibaba pla", "[alibaba] [pla]"},
      {"+alibaba +pla -tibet", "+[alibaba] +[pla] -[tibet]"},
      {"zero-day a-b", "[zero-day] [a-b]"},
      {"\"zero-day flaw\"", "{zero-day flaw}"},
      {"\"trade talks\"~5 on", "{trade talks}~5 [on]"},
      {"\"a b\"~0", "{a b}"},
      {"title:memo author:\"jane roe\"", "title:[memo] author:{jane roe}"},
      {"source:reuters section:a lang:en topic:b site:c.org id:d", "source:[reuters] section:[a] lang:[en] topic:[b] "
                                                                   "site:[c.org] id:[d]"},
      {"date:2025-11..2025-12 date:\"2025-11-14T10:00:00Z\" -date:>=2024",
       "date:[2025-11..2025-12] date:{2025-11-14T10:00:00Z} -date:[>=2024]"},
      {"-source:reuters +\"a b\" -\"c\" +title:x", "-source:[reuters] +{a b} -{c} +title:[x]"},
      {"title:\"a b\"~3", "title:{a b}~3"},
      {"id:https://a.example/b?c=d", "id:[https://a.example/b?c=d]"},
      {"source:-x source::y", "source:[-x] source:[:y]"},
      {"\"\"", "{}"},
      {"a\"b c\"d", "[a] {b c} [d]"},
      {"\"a\"-b", "{a} [-b]"},
      {"“trade talks”~5 on", "{trade talks}~5 [on]"},
      {"a“b \" c”d -“e” title:“f”", "[a] {b \" c} [d] -{e} title:{f}"},
      {"two\xc2\xa0words \xe4\xb8\xad\xe3\x80\x80\xe5\x9b\xbd", "[two] [words] [\xe4\xb8\xad] [\xe5\x9b\xbd]"},
  };
  check_forms(forms, sizeof forms / sizeof forms[0], false);
}

static void test_plain_text_parses(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"what happened?", "[what] [happened?]"},
      {"a + b - c", "[a] [b] [c]"},
      {"+ -", ""},
      {"--", "-[-]"},
      {"a +", "[a]"},
      {"foo:bar http://x.example:80/", "[foo:bar] [http://x.example:80/]"},
      {"title: memo", "[title:] [memo]"},
      {"title:", "[title:]"},
      {"Title:memo titles:memo", "[Title:memo] [titles:memo]"},
      {"b) a)b f(x) :) [c] {d} : a”", "[b)] [a)b] [f(x)] [:)] [[c]] [{d}] [:] [a”]"},
      {"and or not near And NEAR/x NEAR/ ANDY", "[and] [or] [not] [near] [And] [NEAR/x] [NEAR/] [ANDY]"},
      {"\"AND\" x-AND AND-x -OR +AND title:NOT AND\"a\"", "{AND} [x-AND] [AND-x] -[OR] +[AND] title:[NOT] [AND] {a}"},
      {"\xff\xfe bad \xe2\x82", "[\xff\xfe] [bad] [\xe2\x82]"},
      {"AND", "[AND]"},
      {" NEAR ", "[NEAR]"},
  };
  check_forms(forms, sizeof forms / sizeof forms[0], false);
}

static void test_operators(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"a OR b c", "or([a] [b]) [c]"},
      {"c a AND b d", "[c] and([a] [b]) [d]"},
      {"a AND b OR c AND NOT d", "or(and([a] [b]) and([c] -[d]))"},
      {"NOT a NEAR b AND c", "and(-near/10([a] [b]) [c])"},
      {"a NEAR/3 b NEAR/20 c NEAR/1 d", "near/20([a] [b] [c] [d])"},
      {"a NOT b", "[a] -[b]"},
      {"NOT -a", "-and(-[a])"},
      {"NOT +a", "-[a]"},
      {"+a AND -b", "and(+[a] -[b])"},
      {"a AND - b", "and([a] [b])"},
      {"a - OR b", "or([a] [b])"},
      {"(a OR b) AND NOT c", "and((or([a] [b])) -[c])"},
      {"(a)AND(b)OR(c)NOT(d)", "or(and(([a]) ([b])) ([c])) -([d])"},
      {"\"a\" AND \"b\"", "and({a} {b})"},
  };
  check_forms(forms, sizeof forms / sizeof forms[0], false);
}

static void test_groups(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"+(a b) -(c) (d)", "+([a] [b]) -([c]) ([d])"},
      {"(a +b -c)", "([a] +[b] -[c])"},
      {"()( )", "() ()"},
      {"(a -) (+)", "([a]) ()"},
      {"(f(x) y)z", "([f(x)] [y]) [z]"},
      {"(f(x y)", "([f(x] [y])"},
      {"(\"a\"b)\"c\"(d)", "({a} [b]) {c} ([d])"},
      {"title:(a source:b \"c d\" (e OR author:f))", "(title:[a] source:[b] title:{c d} (or(title:[e] author:[f])))"},
      {"(title:) (title:a)", "([title:]) (title:[a])"},
      {"-title:(a b) c", "-(title:[a] title:[b]) [c]"},
      {"(a)-b (a)^2c", "([a]) [-b] ([a]) [^2c]"},
  };
  check_forms(forms, sizeof forms / sizeof forms[0], false);
}

static void test_boosts(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"memo^2 \"a b\"^0.5 (a b)^1000 c^0.001", "[memo]^2 {a b}^0.5 ([a] [b])^1000 [c]^0.001"},
      {"\"a b\"~3^2 colour~1^2 vul*^3", "{a b}~3^2 <colour>~1^2 <vul*>^3"},
      {"+memo^2 (memo^2)^3", "+[memo]^2 ([memo]^2)^3"},
      {"2^10 ^2 x^ x^y x^2y x^2. x^.5 x^-1 x^2^3", "[2]^10 [^2] [x^] [x^y] [x^2y] [x^2.] [x^.5] [x^-1] [x^2]^3"},
      {"\"a\"^x \"a\"^2(b)", "{a} [^x] {a} [^2(b)]"},
      {"a^2 OR b^3", "or([a]^2 [b]^3)"},
      {"a^0.0010000000000000001 b^1000.0", "[a]^0.001 [b]^1000"},
  };
  check_forms(forms, sizeof forms / sizeof forms[0], false);
}

static void test_shapes(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"vulnerab* gr?y a*b?c*", "<vulnerab*> <gr?y> <a*b?c*>"},
      {"title:vul* author:jan? -vul*", "title:<vul*> author:[jan?] -<vul*>"},
      {"what? what??? wh*? gr?y?", "[what?] [what???] <wh*> <gr?y>"},
      {"* ? ** *?", "[*] [?] [**] [*?]"},
      {"a-b* a*.b *-x e-mail?s source:reut* id:a?b", "[a-b*] [a*.b] [*-x] [e-mail?s] source:[reut*] id:[a?b]"},
      {"don't* caf\xc3\xa9* \xd0\xb3?\xd0\xb4 1?3*", "<don't*> <caf\xc3\xa9*> <\xd0\xb3?\xd0\xb4> <1?3*>"},
      {"中* 中国* 中国人* 中?国 中*国 中** カ*", "<中*> <中国*> [中国人*] [中?国] [中*国] [中**] <カ*>"},
      {"colour~ colour~1 colours~2 title:memo~", "<colour>~0 <colour>~1 <colours>~2 title:<memo>~0"},
      {"~ ~1 a~b a-b~1 foo~1x 中国~ source:a~1 \"a*\"", "[~] [~1] [a~b] [a-b~1] [foo~1x] [中国~] source:[a~1] {a*}"},
  };
  check_forms(forms, sizeof forms / sizeof forms[0], false);
}

static void test_plain_mode(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"+a -b \"c d\" title:e \"f", "[+a] [-b] [c] [d] [title:e] [f]"},
      {"\"\"", ""},
      {"a\"b", "[a] [b]"},
      {"(a AND b)^2 c* d~1 NEAR", "[(a] [AND] [b)^2] [c*] [d~1] [NEAR]"},
  };
  check_forms(forms, sizeof forms / sizeof forms[0], true);
}

static void test_errors(void **state) {
  (void)state;
  static const struct error_form errors[] = {
      {"\"trade talks", 12, "closing \""},
      {"a \"b\" \"", 7, "byte 6"},
      {"5\" nails", 8, "byte 1"},
      {"title:\"x", 8, "closing"},
      {"“x \"", 6, "closing ”"},
      {"\"a b\"~", 6, "number of positions"},
      {"\"a b\"~x", 6, "number of positions"},
      {"\"a b\"~5x", 6, "number of positions"},
      {"\"a b\"~10001", 6, "number of positions"},
      {"\"a b\"~99999999999999999999", 6, "number of positions"},
      {"source:\"a b\"~2", 12, "blank"},
      {"a AND", 5, "expected a word, a phrase or ( after AND"},
      {"a OR  ", 6, "after OR"},
      {"a NOT", 5, "after NOT"},
      {"a NEAR/3", 8, "after NEAR"},
      {"AND b", 0, "expected a word, a phrase or ( before AND"},
      {"a b (OR c)", 5, "before OR"},
      {"(a AND)", 6, "after AND"},
      {"a AND OR b", 6, "after AND"},
      {"a NEAR NOT b", 7, "after NEAR"},
      {"NOT NOT a", 4, "after NOT"},
      {"(AND)", 1, "before AND"},
      {"a AND )", 6, "after AND"},
      {"NEAR/5", 0, "before NEAR"},
      {"a NEAR/0 b", 7, "1 to 10000"},
      {"a NEAR/10001 b", 7, "1 to 10000"},
      {"a NEAR/99999999999999999999 b", 7, "1 to 10000"},
      {")", 0, "no bracket is open"},
      {"a )", 2, "no bracket is open"},
      {"(a))", 3, "no bracket is open"},
      {"x (a b", 6, "closing ) for the ( at byte 2"},
      {"((a)", 4, "byte 0"},
      {"a^0", 2, "0.001 to 1000"},
      {"a^1000.5", 2, "0.001 to 1000"},
      {"\"a\"^99999999999999999999", 4, "0.001 to 1000"},
      {"(a)^0.0009", 4, "0.001 to 1000"},
      {"source:a^2", 8, "expected no ^: a filter"},
      {"title:\"a b\"~2^2", 13, "a filter"},
      {"title:(a b^2)", 10, "a filter"},
      {"title:(a b)^2", 11, "a filter"},
      {"-a^2", 2, "an excluded clause"},
      {"-(a b^2)", 5, "an excluded clause"},
      {"NOT (a OR b)^2", 12, "an excluded clause"},
      {"c NOT a NEAR b^2", 14, "an excluded clause"},
      {"*foo", 0, "a letter or a digit before"},
      {"a -?foo", 3, "a letter or a digit before"},
      {"'*foo", 0, "a letter or a digit before"},
      {"word~3", 5, "1 or 2 after ~"},
      {"word~0", 5, "1 or 2 after ~"},
      {"word~11", 5, "1 or 2 after ~"},
      {"wor*~1", 4, "takes no ~"},
      {"a cat~", 2, "at least 4 characters"},
      {"colour~2", 0, "at least 8 characters"},
  };
  static const struct fake_article article = {.id = "a", .body = "word"};
  struct bench bench;
  bench_open(&bench, &article, 1, language_find("en", 2));
  check_errors(&bench, errors, sizeof errors / sizeof errors[0]);
  bench_close(&bench);
}

static size_t count_nodes(const struct question_node *node) {
  size_t count = 1;
  for (const struct question_node *child = node->children; child; child = child->next) count += count_nodes(child);
  return count;
}

static void test_nesting(void **state) {
  (void)state;
  for (size_t depth = NESTING_MAX - 1; depth <= NESTING_MAX + 1; depth++) {
    struct pool pool = {0};
    struct question_node *bag;
    struct buffer question = {0};
    nsearch_error *err = nsearch_error_new();
    for (size_t i = 0; i < depth; i++) buffer_text(&question, i % 2 ? "(" : "NOT (");
    buffer_text(&question, "a");
    for (size_t i = 0; i < depth; i++) buffer_byte(&question, ')');
    buffer_byte(&question, 0);
    int status = question_parse(&pool, question.bytes, false, &bag, err);
    assert_int_equal(status, depth > NESTING_MAX ? NSEARCH_ERR_QUERY : NSEARCH_OK);
    if (status) assert_non_null(strstr(nsearch_error_message(err), "at most 100 brackets"));
    nsearch_error_free(err);
    buffer_free(&question);
    pool_free(&pool);
  }
}

/* Megabytes of one thing. */
static void test_long_questions(void **state) {
  (void)state;
  static const char *const pieces[] = {"word ", "a OR ", "a AND NOT ", "NOT a ", "(a)", "\"a\"",
                                       "- ",    "a*",    "^2",         "a~1 ",   "“a”"};
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
    struct pool pool = {0};
    struct question_node *bag;
    struct buffer question = {0};
    while (question.len < 1 << 20) buffer_text(&question, pieces[i]);
    buffer_text(&question, " b");
    buffer_byte(&question, 0);
    assert_int_equal(question_parse(&pool, question.bytes, false, &bag, NULL), NSEARCH_OK);
    assert_true(count_nodes(bag) <= question.len + 1);
    buffer_free(&question);
    pool_free(&pool);
  }
}

static uint64_t next_random(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return *seed >> 33;
}

static void make_question(uint64_t *seed, struct buffer *out) {
  static const char *const fragments[] = {
      " ",        " ",    " ",     " AND ",    " OR ",    " NOT ",   " NEAR ",  " NEAR/3 ", "NEAR/0",
      "(",        ")",    "(",     ")",        "\"",      "\"",      "“",       "”",        "~",
      "~1",       "~2",   "^2",    "^0.5",     "^",       "*",       "?",       "+",        "-",
      "title:",   "id:",  "date:", "2025",     "2025-11", "..",      ">=",      "7d",       "source:",
      "reuters",  "a",    "the",   "memo",     "中国",    "中",      "colours", "Policies", "'",
      "\xcc\x81", "\xff", "\x01",  "\xe2\x80", "author:", "1,000.5", "U.S."};
  buffer_clear(out);
  for (uint64_t left = next_random(seed) % 14; left; left--) {
    if (next_random(seed) % 12 == 0)
      buffer_byte(out, (uint8_t)(1 + next_random(seed) % 255));
    else
      buffer_text(out, fragments[next_random(seed) % (sizeof fragments / sizeof fragments[0])]);
  }
  buffer_byte(out, 0);
}

/* Whatever is asked: a plan, or an error with a place in the question. */
static void test_any_question(void **state) {
  (void)state;
  static const struct fake_article articles[] = {
      {.id = "a", .title = "Memo", .body = "中国人 colour policy the memo", .source = "Reuters", .author = "Jane Roe"},
      {.id = "memo", .body = "colours U.S. 1,000.5"}};
  struct bench bench;
  struct buffer question = {0}, tree = {0};
  uint64_t seed = 7;
  size_t good = 0;
  bench_open(&bench, articles, 2, language_find("en", 2));
  for (size_t round = 0; round < 20000; round++) {
    struct pool pool = {0};
    struct plan plan;
    const char *suggestion = NULL;
    nsearch_error *err = nsearch_error_new();
    make_question(&seed, &question);
    size_t len = question.len - 1;
    int status =
        bench_plan(&bench, &pool, question.bytes, (enum mode)(round % 16 > 2 ? USUAL : round % 16), &plan, err);
    if (bench.parsed) assert_true(count_nodes(bench.parsed) <= len + 1);
    if (status) {
      int64_t position = nsearch_error_position(err);
      if (status != NSEARCH_ERR_QUERY || position < 0 || (size_t)position > len || round % 16 == PLAIN)
        fail_msg("%s: %d, %s", question.bytes, status, nsearch_error_message(err));
    } else {
      good++;
      buffer_clear(&tree);
      assert_non_null(plan.tree);
      assert_int_equal(suggest_make(&bench.planner, question.bytes, bench.parsed, &suggestion), NSEARCH_OK);
      assert_int_equal(describe_plan(&bench.planner, &plan, &tree), NSEARCH_OK);
      assert_true(tree.len > 0 && utf8_valid_prefix(tree.bytes, tree.len) == tree.len);
    }
    nsearch_error_free(err);
    pool_free(&pool);
  }
  assert_true(good > 5000);
  buffer_free(&question);
  buffer_free(&tree);
  bench_close(&bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_clauses),      cmocka_unit_test(test_plain_text_parses),
      cmocka_unit_test(test_operators),    cmocka_unit_test(test_groups),
      cmocka_unit_test(test_boosts),       cmocka_unit_test(test_shapes),
      cmocka_unit_test(test_plain_mode),   cmocka_unit_test(test_errors),
      cmocka_unit_test(test_nesting),      cmocka_unit_test(test_long_questions),
      cmocka_unit_test(test_any_question),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
