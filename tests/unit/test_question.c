/* The parser of the query language: what questions come to as clauses, and where errors point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "query/query.h"

static const char *const scope_names[] = {
    "", "title:", "author:", "source:", "section:", "lang:", "topic:", "site:", "id:"};

/* Clauses as [sign][field:]text, words in brackets, phrases in braces. */
static void print_bag(const struct question_node *bag, struct buffer *out) {
  assert_int_equal(bag->kind, QUESTION_BAG);
  for (const struct question_node *clause = bag->children; clause; clause = clause->next) {
    bool phrase = clause->kind == QUESTION_PHRASE;
    if (out->len) buffer_byte(out, ' ');
    if (clause->sign != SIGN_NONE) buffer_byte(out, clause->sign == SIGN_REQUIRED ? '+' : '-');
    buffer_text(out, scope_names[clause->scope]);
    buffer_byte(out, phrase ? '{' : '[');
    buffer_add(out, clause->text, clause->len);
    buffer_byte(out, phrase ? '}' : ']');
    if (clause->slop) buffer_format(out, "~%u", clause->slop);
  }
  buffer_byte(out, 0);
}

struct form {
  const char *question, *clauses;
};

static void check_forms(const struct form *forms, size_t count, bool plain) {
  for (size_t i = 0; i < count; i++) {
    struct pool pool = {0};
    struct question_node *bag;
    struct buffer out = {0};
    if (question_parse(&pool, forms[i].question, plain, &bag, NULL)) fail_msg("does not parse: %s", forms[i].question);
    print_bag(bag, &out);
    if (strcmp(out.bytes, forms[i].clauses) != 0)
      fail_msg("%s: %s, expected %s", forms[i].question, out.bytes, forms[i].clauses);
    for (const struct question_node *clause = bag->children; clause; clause = clause->next)
      assert_ptr_equal(clause->text, forms[i].question + clause->position);
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
      {"-source:reuters +\"a b\" -\"c\" +title:x", "-source:[reuters] +{a b} -{c} +title:[x]"},
      {"title:\"a b\"~3", "title:{a b}~3"},
      {"id:https://a.example/b?c=d", "id:[https://a.example/b?c=d]"},
      {"source:-x source::y", "source:[-x] source:[:y]"},
      {"\"\"", "{}"},
      {"a\"b c\"d", "[a] {b c} [d]"},
      {"\"a\"-b", "{a} [-b]"},
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
      {"(a OR b) AND [c] {d} e* f~2 g^3 :", "[(a] [OR] [b)] [AND] [[c]] [{d}] [e*] [f~2] [g^3] [:]"},
      {"\xff\xfe bad \xe2\x82", "[\xff\xfe] [bad] [\xe2\x82]"},
  };
  check_forms(forms, sizeof forms / sizeof forms[0], false);
}

static void test_plain_mode(void **state) {
  (void)state;
  static const struct form forms[] = {
      {"+a -b \"c d\" title:e \"f", "[+a] [-b] [c] [d] [title:e] [f]"},
      {"\"\"", ""},
      {"a\"b", "[a] [b]"},
  };
  check_forms(forms, sizeof forms / sizeof forms[0], true);
}

static void test_errors(void **state) {
  (void)state;
  static const struct {
    const char *question;
    int64_t position;
    const char *expected;
  } errors[] = {
      {"\"trade talks", 12, "closing \""},
      {"a \"b\" \"", 7, "byte 6"},
      {"5\" nails", 8, "byte 1"},
      {"title:\"x", 8, "closing"},
      {"\"a b\"~", 6, "number of positions"},
      {"\"a b\"~x", 6, "number of positions"},
      {"\"a b\"~5x", 6, "number of positions"},
      {"\"a b\"~10001", 6, "number of positions"},
      {"\"a b\"~99999999999999999999", 6, "number of positions"},
      {"source:\"a b\"~2", 12, "blank"},
  };
  for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
    struct pool pool = {0};
    struct question_node *bag;
    nsearch_error *err = nsearch_error_new();
    assert_int_equal(question_parse(&pool, errors[i].question, false, &bag, err), NSEARCH_ERR_QUERY);
    assert_int_equal(nsearch_error_status(err), NSEARCH_ERR_QUERY);
    assert_non_null(strstr(nsearch_error_message(err), errors[i].expected));
    assert_int_equal(nsearch_error_position(err), errors[i].position);
    nsearch_error_free(err);
    pool_free(&pool);
  }
}

/* Every byte string without an unclosed quote or a slop parses in either mode. */
static void test_any_bytes(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (size_t round = 0; round < 20000; round++) {
    static const char alphabet[] = "ab +-:?*()\xe4\xb8\xad\xff\t";
    char question[24];
    size_t len = round % (sizeof question - 1);
    for (size_t i = 0; i < len; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      question[i] = alphabet[(seed >> 33) % (sizeof alphabet - 1)];
    }
    question[len] = '\0';
    struct pool pool = {0};
    struct question_node *bag;
    assert_int_equal(question_parse(&pool, question, round % 2, &bag, NULL), NSEARCH_OK);
    for (const struct question_node *clause = bag->children; clause; clause = clause->next)
      assert_true(clause->len > 0 && clause->position + clause->len <= len);
    pool_free(&pool);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_clauses), cmocka_unit_test(test_plain_text_parses), cmocka_unit_test(test_plain_mode),
      cmocka_unit_test(test_errors),  cmocka_unit_test(test_any_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
