/* Phrases whose matches are counted and ranked in one go: the answer is that of ranking alone, also where the leading
 * word has several keys, whose lists come one after the other; and the search can be cancelled in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/nsearch.h"

enum { ARTICLES = 3000, RARE = 100 };

static char folder[] = "/tmp/nsearch-phrases-XXXXXX";

static void add(nsearch_writer *writer, int number) {
  nsearch_article *article = nsearch_article_new();
  char id[16], body[600] = "";
  snprintf(id, sizeof id, "a%d", number);
  nsearch_article_set_id(article, id, strlen(id));
  nsearch_article_set_language(article, number % 2 ? "en" : "de", 2);
  for (int i = 0; i <= number * 7 % 23; i++) strcat(body, "filler ");
  strcat(body, number % 3 ? "alpha beta " : "beta alpha ");
  for (int i = 0; number % 5 == 0 && i < 3; i++) strcat(body, "alpha ");
  for (int i = 0; number % RARE < 2 && i <= number % 7; i++) strcat(body, "zebra ");
  nsearch_article_set_body(article, body, strlen(body));
  assert_int_equal(nsearch_add(writer, article, NULL), NSEARCH_OK);
  nsearch_article_free(article);
}

static int make_index(void **state) {
  (void)state;
  nsearch_writer *writer;
  if (!mkdtemp(folder)) return -1;
  nsearch_options *options = nsearch_options_new();
  if (nsearch_writer_open(&writer, folder, options, NULL)) return -1;
  for (int number = 0; number < ARTICLES; number++) add(writer, number);
  int status = nsearch_commit(writer, NULL);
  nsearch_writer_close(writer);
  nsearch_options_free(options);
  return status;
}

static int remove_index(void **state) {
  (void)state;
  char command[64];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static nsearch_result *ask(nsearch_reader *reader, const char *question, int count) {
  nsearch_request *request = nsearch_request_new(question);
  nsearch_result *result = NULL;
  nsearch_request_set_count(request, count);
  assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_OK);
  nsearch_request_free(request);
  return result;
}

static void test_same_answer(void **state) {
  (void)state;
  static const char *const questions[] = {"+\"alpha beta\" +zebra", "\"alpha beta\"", "+\"alpha beta\" zebra",
                                          "+\"beta alpha\" +zebra filler", "+\"alpha beta\"~3 +zebra -alpha"};
  nsearch_reader *reader;
  assert_int_equal(nsearch_open(&reader, folder, NULL), NSEARCH_OK);
  for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
    nsearch_result *counted = ask(reader, questions[q], 1), *ranked = ask(reader, questions[q], 0);
    int exact;
    assert_true(nsearch_result_matches(counted, &exact) >= nsearch_result_hits(counted));
    assert_true(exact);
    assert_int_equal(nsearch_result_hits(counted), nsearch_result_hits(ranked));
    for (size_t i = 0; i < nsearch_result_hits(counted); i++) {
      const nsearch_hit *a = nsearch_result_hit(counted, i), *b = nsearch_result_hit(ranked, i);
      assert_string_equal(nsearch_hit_id(a), nsearch_hit_id(b));
      assert_true(nsearch_hit_score(a) == nsearch_hit_score(b));
    }
    nsearch_result_free(counted);
    nsearch_result_free(ranked);
  }
  nsearch_close(reader);
}

static int looks_left;
static int no_longer(void *payload) {
  (void)payload;
  return --looks_left < 0;
}

/* One window of documents holds all: the search is asked again and again while it reads their positions. */
static void test_cancelled_within_a_window(void **state) {
  (void)state;
  nsearch_reader *reader;
  nsearch_request *request = nsearch_request_new("\"alpha beta\"~2");
  nsearch_result *result = NULL;
  assert_int_equal(nsearch_open(&reader, folder, NULL), NSEARCH_OK);
  nsearch_request_set_count(request, 1);
  nsearch_request_set_cancel(request, no_longer, NULL);
  looks_left = 20;
  assert_int_equal(nsearch_search(reader, request, &result, NULL), NSEARCH_ERR_CANCELLED);
  assert_null(result);
  nsearch_request_free(request);
  nsearch_close(reader);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_answer),
      cmocka_unit_test(test_cancelled_within_a_window),
  };
  return cmocka_run_group_tests_name("counted phrases", tests, make_index, remove_index);
}
