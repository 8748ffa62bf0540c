/* Articles like one: the topic decides, copies and the article itself are left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "query/query.h"
#include "tests/unit/fake_engine.h"

#define QUAKE "The earthquake struck the coast before dawn and the harbour wall fell. Rescue teams searched ruins."

static const struct fake_article articles[] = {
    {.id = "quake", .title = "Earthquake at the coast", .body = QUAKE, .url = "https://x.example/quake"},
    {.id = "copy", .title = "Earthquake", .body = QUAKE},
    {.id = "rescue", .title = "Rescue after earthquake", .body = "Teams searched the ruins at the coast for a week."},
    {.id = "wall", .title = "Harbour wall", .body = "Engineers doubt that the harbour wall was sound."},
    {.id = "bank", .title = "Bank rates", .body = "The bank left its rates as they were, economists said."},
    {.id = "rates", .title = "Rates again", .body = "Economists expect the bank to move rates."},
    {.id = "title-1", .title = "Rates of the bank"},
    {.id = "title-2", .title = "Rates of a bank"},
    {.id = "number", .title = "12", .body = "12"},
    {.id = "lone", .title = "Xylophone", .body = "Glockenspiel."},
};

enum { ARTICLES = sizeof articles / sizeof articles[0] };

static void check(nsearch_reader *reader, const char *article, int copies, const nsearch_request *request,
                  const char *expected) {
  nsearch_result *result;
  struct buffer ids = {0};
  assert_int_equal(nsearch_related(reader, article, copies, request, &result, NULL), NSEARCH_OK);
  double last = 2;
  for (size_t i = 0; i < nsearch_result_hits(result); i++) {
    const nsearch_hit *hit = nsearch_result_hit(result, i);
    buffer_format(&ids, "%s%s", i ? " " : "", nsearch_hit_id(hit));
    assert_true(nsearch_hit_score(hit) <= last && nsearch_hit_score(hit) > 0);
    last = nsearch_hit_score(hit);
  }
  buffer_byte(&ids, 0);
  assert_string_equal(ids.bytes, expected);
  buffer_free(&ids);
  nsearch_result_free(result);
}

static nsearch_reader *open_fake(struct snapshot **snapshot, const struct fake_article *with, size_t count) {
  nsearch_reader *reader;
  *snapshot = fake_snapshot_new(with, count, language_find("en", 2));
  assert_int_equal(reader_new(&reader, "fake", &fake_engine, *snapshot, NULL), NSEARCH_OK);
  return reader;
}

static void test_topics(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot, articles, ARTICLES);
  check(reader, "quake", 0, NULL, "rescue wall");
  check(reader, "https://x.example/quake", 0, NULL, "rescue wall");
  check(reader, "quake", 1, NULL, "copy rescue wall");
  check(reader, "number", 0, NULL, "");
  check(reader, "lone", 0, NULL, "");
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

/* Articles without a text share a signature and are no copies for that. */
static void test_titles_alone(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot, articles, ARTICLES);
  nsearch_result *result;
  assert_int_equal(nsearch_related(reader, "title-1", 0, NULL, &result, NULL), NSEARCH_OK);
  assert_string_equal(nsearch_hit_id(nsearch_result_hit(result, 0)), "title-2");
  assert_true(nsearch_hit_score(nsearch_result_hit(result, 0)) > 0.5);
  nsearch_result_free(result);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

static void test_limits(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot, articles, ARTICLES);
  nsearch_request *request = nsearch_request_new("not looked at: \"");
  nsearch_request_set_limit(request, 1);
  check(reader, "quake", 0, request, "rescue");
  nsearch_request_set_offset(request, 1);
  check(reader, "quake", 0, request, "wall");
  nsearch_result *result;
  assert_int_equal(nsearch_related(reader, "quake", 0, request, &result, NULL), NSEARCH_OK);
  int exact;
  assert_int_equal(nsearch_result_matches(result, &exact), 2);
  assert_true(exact);
  assert_int_equal(nsearch_hit_rank(nsearch_result_hit(result, 0)), 2);
  assert_true(nsearch_hit_marks(nsearch_result_hit(result, 0)) > 0);
  nsearch_result_free(result);
  assert_int_equal(nsearch_request_set_since(request, "2024", NULL), NSEARCH_OK);
  check(reader, "quake", 0, request, "wall");
  assert_int_equal(fake_last_request(snapshot)->since, 1704067200);
  nsearch_request_free(request);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

static int stop_at_once(void *payload) {
  (void)payload;
  return 1;
}

static void test_failures(void **state) {
  (void)state;
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot, articles, ARTICLES);
  nsearch_result *result = (void *)&snapshot;
  assert_int_equal(nsearch_related(reader, "no such", 0, NULL, &result, NULL), NSEARCH_ERR_NOT_FOUND);
  assert_null(result);
  nsearch_request *request = nsearch_request_new("");
  nsearch_request_set_cancel(request, stop_at_once, NULL);
  assert_int_equal(nsearch_related(reader, "quake", 0, request, &result, NULL), NSEARCH_ERR_CANCELLED);
  assert_null(result);
  nsearch_request_free(request);
  check(reader, "quake", 0, NULL, "rescue wall");
  fake_stats(snapshot)->has_text = false;
  assert_int_equal(nsearch_related(reader, "quake", 0, NULL, &result, NULL), NSEARCH_ERR_UNSUPPORTED);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

static int no_longer(void *payload) { return --*(int *)payload < 0; }

/* An article of very many terms: looking each up takes time, so there are looks at the clock in between; what was counted
 * of it by then is forgotten. */
static void test_gives_up(void **state) {
  (void)state;
  enum { WORDS = 2000, LOOKS = 6, COUNT = 40 };
  static struct fake_article some[COUNT];
  static char ids[COUNT][8];
  struct buffer body = {0};
  buffer_text(&body, "comet comet ");
  for (int w = 0; w < WORDS; w++) buffer_format(&body, "word%d ", w);
  buffer_byte(&body, 0);
  for (size_t i = 0; i < COUNT; i++) {
    snprintf(ids[i], sizeof ids[i], "n%zu", i);
    some[i] = (struct fake_article){.id = ids[i], .body = i == 7 ? "comet" : i ? "else what" : body.bytes};
  }
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot, some, COUNT);
  nsearch_request *request = nsearch_request_new("");
  nsearch_result *result;
  int left = LOOKS;
  nsearch_request_set_cancel(request, no_longer, &left);
  assert_int_equal(nsearch_related(reader, "n0", 0, request, &result, NULL), NSEARCH_ERR_CANCELLED);
  assert_in_range(fake_counts(snapshot)->frequencies, 1, LOOKS * 64);
  left = WORDS;
  check(reader, "n0", 0, request, "n7");
  assert_in_range(left, 0, WORDS - WORDS / 64);
  nsearch_request_free(request);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
  buffer_free(&body);
}

/* Where there are enough articles, a term in more than a tenth of them fetches nothing; df is asked once a term. */
static void test_common_terms(void **state) {
  (void)state;
  enum { COUNT = 1200 };
  static struct fake_article many[COUNT];
  static char ids[COUNT][16];
  for (size_t i = 0; i < COUNT; i++) {
    snprintf(ids[i], sizeof ids[i], "n%zu", i);
    many[i] = (struct fake_article){.id = ids[i], .body = i < 200 ? "ordinary" : "else"};
  }
  many[3].body = "ordinary comet";
  many[700].body = "comet";
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot, many, COUNT);
  check(reader, "n3", 0, NULL, "n700");
  size_t asked = fake_counts(snapshot)->frequencies;
  check(reader, "n3", 0, NULL, "n700");
  assert_int_equal(fake_counts(snapshot)->frequencies, asked);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

/* A million articles, of which most words here are in few. */
static int frequency_of_many(struct snapshot *snapshot, const char *key, size_t len, uint64_t *df,
                             struct nsearch_error *err) {
  (void)snapshot, (void)err;
  *df = len > 6 && memcmp(key + 3, "big", 3) == 0 ? 80000 : 10;
  return NSEARCH_OK;
}

/* Of words that are each in many articles only so many fetch candidates; they count all the same in these. */
static void test_many_postings(void **state) {
  (void)state;
  static const struct fake_article some[] = {
      {.id = "source", .body = "bigone bigtwo comet"},
      {.id = "one", .body = "bigone else"},
      {.id = "two", .body = "bigtwo else"},
      {.id = "both", .body = "bigtwo comet"},
      {.id = "comet", .body = "else comet"},
  };
  struct snapshot *snapshot = fake_snapshot_new(some, 5, language_find("en", 2));
  struct reader_engine engine = fake_engine;
  nsearch_reader *reader;
  engine.frequency = frequency_of_many;
  fake_stats(snapshot)->articles = 1000000;
  assert_int_equal(reader_new(&reader, "fake", &engine, snapshot, NULL), NSEARCH_OK);
  check(reader, "source", 0, NULL, "both comet one");
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

/* All candidates share the source's first word, one at the end of the line also two of its last. */
static void test_last_terms(void **state) {
  (void)state;
  enum { COUNT = 40, WORDS = 60 };
  static struct fake_article some[COUNT];
  static char ids[COUNT][8];
  struct buffer body = {0};
  for (int w = 0; w < WORDS; w++) buffer_format(&body, "word%d ", w);
  buffer_byte(&body, 0);
  for (size_t i = 0; i < COUNT; i++) {
    snprintf(ids[i], sizeof ids[i], "n%zu", i);
    some[i] = (struct fake_article){.id = ids[i], .body = i < COUNT / 2 ? "else what here" : "word0 else what"};
  }
  some[3].body = body.bytes;
  some[COUNT - 1].body = "word0 word58 word59";
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot, some, COUNT);
  nsearch_request *request = nsearch_request_new("");
  nsearch_request_set_limit(request, 2);
  check(reader, "n3", 0, request, "n39 n20");
  nsearch_request_free(request);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
  buffer_free(&body);
}

/* The formula: each word stands four times in the source as it is counted, the lead counting twice, and once in the
 * others, which are half as long. */
static void test_scores(void **state) {
  (void)state;
  static const struct fake_article some[] = {
      {.id = "a", .body = "comet tail ice dust"},
      {.id = "b", .body = "dust ice tail comet"},
      {.id = "c", .body = "comet tail ice dust comet tail ice dust"},
      {.id = "d", .body = "comet tail else what"},
      {.id = "e", .body = "nothing of this"},
  };
  struct snapshot *snapshot;
  nsearch_reader *reader = open_fake(&snapshot, some, 5);
  nsearch_result *result;
  assert_int_equal(nsearch_related(reader, "c", 1, NULL, &result, NULL), NSEARCH_OK);
  assert_int_equal(nsearch_result_hits(result), 3);
  double of_two = log(5.0 / 4) * log(5.0 / 4), of_others = log(5.0 / 3) * log(5.0 / 3); /* rarities of comet and tail */
  double like = sqrt(2) / (1 + log(4));
  double expected[] = {like, like, like * of_two / (of_two + of_others)};
  for (size_t i = 0; i < 3; i++)
    assert_true(fabs(nsearch_hit_score(nsearch_result_hit(result, i)) - expected[i]) < 1e-9);
  nsearch_result_free(result);
  nsearch_close(reader);
  fake_snapshot_free(snapshot);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_topics),     cmocka_unit_test(test_titles_alone), cmocka_unit_test(test_limits),
      cmocka_unit_test(test_failures),   cmocka_unit_test(test_common_terms), cmocka_unit_test(test_many_postings),
      cmocka_unit_test(test_last_terms), cmocka_unit_test(test_scores),       cmocka_unit_test(test_gives_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
