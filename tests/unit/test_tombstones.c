/* Articles that are marked as deleted, seen from outside: nothing shows them, scores count them, and what marks them is
 * checked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/nsearch.h"
#include "common/store/store.h"
#include "tests/unit/mark.h"

enum { DAY = 86400 };

static char folder[64];
static nsearch_error *err;

static int make_index(void **state) {
  static const struct {
    const char *id, *title, *body, *source;
    int day; /* 0: no date */
  } articles[] = {
      {"newest", "Harbour storm", "the storm broke the pier and the ferry", "GAZETTE", 9},
      {"new", "Harbour budget", "a budget for the pier", "GAZETTE", 8},
      {"middle", "Harbour storm", "the storm left the pier whole", "Gazette", 7},
      {"old", "Harbour storm", "a storm of protest, and a ferry", "Wire", 6},
      {"oldest", "Harbour zeppelin", "the zeppelin over the pier", "Wire", 5},
      {"undated", "Harbour light", "the light on the pier", "Wire", 0},
  };
  (void)state;
  err = nsearch_error_new();
  strcpy(folder, "/tmp/nsearch-tombstones-XXXXXX");
  assert_non_null(mkdtemp(folder));
  nsearch_writer *writer = NULL;
  nsearch_options *options = nsearch_options_new();
  nsearch_options_set_threads(options, 1, NULL);
  assert_int_equal(nsearch_writer_open(&writer, folder, options, err), NSEARCH_OK);
  for (size_t i = 0; i < sizeof articles / sizeof *articles; i++) {
    nsearch_article *article = nsearch_article_new();
    char url[64];
    nsearch_article_set_id(article, articles[i].id, strlen(articles[i].id));
    nsearch_article_set_url(article, url, (size_t)snprintf(url, sizeof url, "https://a.example/%s", articles[i].id));
    nsearch_article_set_title(article, articles[i].title, strlen(articles[i].title));
    nsearch_article_set_body(article, articles[i].body, strlen(articles[i].body));
    nsearch_article_set_source(article, articles[i].source, strlen(articles[i].source));
    if (articles[i].day)
      nsearch_article_set_published(article, articles[i].day * DAY, NSEARCH_PRECISION_DAY, NSEARCH_ORIGIN_RECORD);
    assert_int_equal(nsearch_add(writer, article, err), NSEARCH_OK);
    nsearch_article_free(article);
  }
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  nsearch_options_free(options);
  return 0;
}

static int remove_index(void **state) {
  (void)state;
  char command[128];
  nsearch_error_free(err);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static bool is_newest(const char *id) { return strcmp(id, "newest") == 0; }
static bool is_at_an_end(const char *id) { return is_newest(id) || strcmp(id, "oldest") == 0; }
static bool is_any(const char *id) { return id != NULL; }

static nsearch_reader *open_index(void) {
  nsearch_reader *reader = NULL;
  if (nsearch_open(&reader, folder, err)) fail_msg("%s", nsearch_error_message(err));
  return reader;
}

static nsearch_result *ask(nsearch_reader *reader, const char *question, int count) {
  nsearch_request *request = nsearch_request_new(question);
  nsearch_result *result = NULL;
  nsearch_request_set_count(request, count);
  nsearch_request_set_limit(request, count ? 10 : 1);
  if (count) nsearch_request_add_facet(request, "source", 0, NULL);
  assert_int_equal(nsearch_search(reader, request, &result, err), NSEARCH_OK);
  nsearch_request_free(request);
  return result;
}

static void check_hits(nsearch_reader *reader, const char *question, const char *wanted) {
  char text[200];
  nsearch_result *result = ask(reader, question, 1);
  size_t used = (size_t)snprintf(text, sizeof text, "%d:", (int)nsearch_result_matches(result, NULL));
  for (size_t i = 0; i < nsearch_result_hits(result); i++)
    used += (size_t)snprintf(text + used, sizeof text - used, " %s", nsearch_hit_id(nsearch_result_hit(result, i)));
  assert_string_equal(text, wanted);
  nsearch_result_free(result);
}

/* ---- What is shown ------------------------------------------------------------------------------------------------- */

static void test_found(void **state) {
  (void)state;
  nsearch_article *article = NULL;
  nsearch_reader *reader = open_index();
  check_hits(reader, "id:newest", "1: newest");
  nsearch_close(reader);
  assert_int_equal(mark_articles(folder, is_at_an_end), 2);
  reader = open_index();
  assert_int_equal(nsearch_get(reader, "newest", &article, err), NSEARCH_ERR_NOT_FOUND);
  assert_int_equal(nsearch_get(reader, "https://a.example/newest", &article, err), NSEARCH_ERR_NOT_FOUND);
  check_hits(reader, "storm", "2: middle old");
  check_hits(reader, "id:newest", "0:");
  check_hits(reader, "date:1970", "3: new middle old");
  check_hits(reader, "source:gazette", "2: new middle");
  check_hits(reader, "-storm", "2: new undated");
  check_hits(reader, "zeppelin", "0:");
  check_hits(reader, "zepp*", "0:");
  check_hits(reader, "harbour -zeppelin", "4: new undated middle old");
  nsearch_close(reader);
}

/* Of the articles that are gone, too, which score as before: a merge would change it. */
static void test_scores(void **state) {
  (void)state;
  nsearch_reader *reader = open_index();
  nsearch_result *before = ask(reader, "pier", 1);
  nsearch_close(reader);
  assert_int_equal(mark_articles(folder, is_at_an_end), 2);
  reader = open_index();
  nsearch_result *after = ask(reader, "pier", 1);
  assert_int_equal(nsearch_result_hits(after), 3);
  for (size_t i = 0, at = 0; i < nsearch_result_hits(before); i++) {
    const nsearch_hit *hit = nsearch_result_hit(before, i);
    if (is_at_an_end(nsearch_hit_id(hit))) continue;
    assert_string_equal(nsearch_hit_id(nsearch_result_hit(after, at)), nsearch_hit_id(hit));
    assert_true(nsearch_hit_score(nsearch_result_hit(after, at++)) == nsearch_hit_score(hit));
  }
  nsearch_result_free(before);
  nsearch_result_free(after);
  nsearch_close(reader);
}

/* What is said without counting is never more than there is: all that are gone may be among them. */
static void test_least(void **state) {
  (void)state;
  static const uint64_t least[] = {5, 4, 3};
  for (size_t i = 0; i < 3; i++) {
    int exact = 1;
    if (i > 0) assert_int_equal(mark_articles(folder, i == 1 ? is_newest : is_at_an_end), 1);
    nsearch_reader *reader = open_index();
    nsearch_result *result = ask(reader, "pier storm", 0);
    assert_int_equal(nsearch_result_matches(result, &exact), least[i]);
    assert_false(exact);
    nsearch_result_free(result);
    nsearch_close(reader);
  }
}

/* A value is counted where an article has it, and spelled as most have it, those that are gone among them. */
static void test_facets(void **state) {
  (void)state;
  uint64_t count;
  assert_int_equal(mark_articles(folder, is_newest), 1);
  nsearch_reader *reader = open_index();
  nsearch_result *result = ask(reader, "harbour", 1);
  assert_int_equal(nsearch_result_facet_values(result, 0), 2);
  assert_string_equal(nsearch_result_facet_value(result, 0, 0, &count), "Wire");
  assert_int_equal(count, 3);
  assert_string_equal(nsearch_result_facet_value(result, 0, 1, &count), "GAZETTE");
  assert_int_equal(count, 2);
  nsearch_result_free(result);
  nsearch_close(reader);
}

static void check_suggestion(nsearch_reader *reader, const char *question, const char *wanted) {
  nsearch_result *result = ask(reader, question, 1);
  if (strcmp(nsearch_result_suggestion(result), wanted) != 0)
    fail_msg("%s: \"%s\", expected \"%s\"", question, nsearch_result_suggestion(result), wanted);
  nsearch_result_free(result);
}

/* None leads to an article that is gone, and a word that only such ones hold is none. */
static void test_suggestions(void **state) {
  (void)state;
  nsearch_reader *reader = open_index();
  check_suggestion(reader, "zepelin", "zeppelin");
  check_suggestion(reader, "zeppelin", "");
  check_suggestion(reader, "brokw", "broke");
  check_suggestion(reader, "wholw", "whole");
  nsearch_close(reader);
  assert_int_equal(mark_articles(folder, is_at_an_end), 2);
  reader = open_index();
  check_suggestion(reader, "zepelin", "");
  check_suggestion(reader, "brokw", "");
  check_suggestion(reader, "wholw", "whole");
  nsearch_close(reader);
}

static void test_related(void **state) {
  (void)state;
  nsearch_result *result = NULL;
  nsearch_request *request = nsearch_request_new("");
  assert_int_equal(mark_articles(folder, is_newest), 1);
  nsearch_reader *reader = open_index();
  assert_int_equal(nsearch_related(reader, "newest", 0, request, &result, err), NSEARCH_ERR_NOT_FOUND);
  assert_int_equal(nsearch_related(reader, "middle", 0, request, &result, err), NSEARCH_OK);
  assert_int_not_equal(nsearch_result_hits(result), 0);
  for (size_t i = 0; i < nsearch_result_hits(result); i++)
    assert_string_not_equal(nsearch_hit_id(nsearch_result_hit(result, i)), "newest");
  nsearch_result_free(result);
  nsearch_request_free(request);
  nsearch_close(reader);
}

/* ---- Figures ------------------------------------------------------------------------------------------------------- */

static void check_figures(uint64_t articles, uint64_t deleted, int64_t oldest_day, int64_t newest_day) {
  nsearch_stats *stats = NULL;
  int64_t oldest = 0, newest = 0;
  nsearch_reader *reader = open_index();
  assert_int_equal(nsearch_stats_read(reader, &stats, err), NSEARCH_OK);
  assert_int_equal(nsearch_stats_articles(stats), articles);
  assert_int_equal(nsearch_stats_deleted(stats), deleted);
  assert_int_equal(nsearch_stats_dates(stats, &oldest, &newest), oldest_day != 0);
  assert_int_equal(oldest, oldest_day * DAY);
  assert_int_equal(newest, newest_day * DAY);
  bool has_part = false;
  for (size_t i = 0; i < nsearch_stats_parts(stats); i++) {
    uint64_t bytes;
    has_part |= strcmp(nsearch_stats_part(stats, i, &bytes), "tombstones") == 0 && bytes > 0;
  }
  assert_int_equal(has_part, deleted > 0);
  nsearch_stats_free(stats);
  nsearch_close(reader);
}

static void test_figures(void **state) {
  (void)state;
  check_figures(6, 0, 5, 9);
  assert_int_equal(mark_articles(folder, is_newest), 1);
  check_figures(5, 1, 5, 8);
  assert_int_equal(mark_articles(folder, is_at_an_end), 1);
  check_figures(4, 2, 6, 8);
  assert_int_equal(mark_articles(folder, is_any), 4);
  check_figures(0, 6, 0, 0);
  nsearch_reader *reader = open_index();
  check_hits(reader, "storm", "0:");
  check_hits(reader, "-absent", "0:");
  nsearch_close(reader);
}

/* ---- Damage -------------------------------------------------------------------------------------------------------- */

struct noted {
  size_t count;
  char file[128];
};

static void note_file(void *payload, const char *file, const char *message) {
  struct noted *noted = payload;
  assert_non_null(strstr(message, file));
  noted->count++;
  snprintf(noted->file, sizeof noted->file, "%s", file);
}

/* Opening fails, and a check tells, one file alone; both name it. */
static void check_damaged(const char *file) {
  nsearch_reader *reader = NULL;
  assert_int_equal(nsearch_open(&reader, folder, err), NSEARCH_ERR_DAMAGED);
  assert_non_null(strstr(nsearch_error_message(err), file));
  for (int fast = 0; fast < 2; fast++) {
    struct noted noted = {0};
    assert_int_equal(nsearch_check(folder, fast, note_file, NULL, &noted, err), NSEARCH_ERR_DAMAGED);
    assert_int_equal(noted.count, 1);
    assert_string_equal(noted.file, file);
  }
}

/* Puts a bit set in the place of the tombstones, of 128 documents at most. */
static void write_bits(const char *file, uint64_t bits, uint32_t documents) {
  const uint64_t words[] = {bits, 0};
  assert_int_equal(tombstones_write(file, words, documents, NULL), NSEARCH_OK);
}

static void test_damage(void **state) {
  (void)state;
  enum { DOCUMENTS = 6 };
  const uint64_t two = 3, beyond = 1 | UINT64_C(1) << DOCUMENTS;
  struct manifest manifest;
  struct noted noted = {0};
  assert_int_equal(mark_articles(folder, is_at_an_end), 2);
  assert_int_equal(nsearch_check(folder, 0, note_file, NULL, &noted, err), NSEARCH_OK);
  assert_int_equal(manifest_read(&manifest, folder, NULL), NSEARCH_OK);
  char *file = tombstones_path(folder, manifest.segments[0].tombstones);
  write_bits(file, two, DOCUMENTS);
  nsearch_close(open_index());
  write_bits(file, two, DOCUMENTS + 1); /* of a segment with more documents */
  check_damaged(file);
  write_bits(file, two, DOCUMENTS - 1);
  check_damaged(file);
  write_bits(file, two, DOCUMENTS + 64);
  check_damaged(file);
  write_bits(file, beyond, DOCUMENTS); /* what is no document */
  check_damaged(file);
  write_bits(file, 1, DOCUMENTS); /* fewer than the manifest says */
  check_damaged(file);
  assert_int_equal(remove(file), 0);
  check_damaged(file);
  memory_free(file);
  manifest_free(&manifest);
}

/* A manifest and tombstones that agree on fewer documents than the segment has: nothing is looked up behind them. */
static void test_fewer_documents(void **state) {
  (void)state;
  struct manifest manifest;
  nsearch_reader *reader = NULL;
  assert_int_equal(manifest_read(&manifest, folder, NULL), NSEARCH_OK);
  manifest.segments[0].tombstones = manifest.next_number++;
  manifest.segments[0].documents = 1;
  char *file = tombstones_path(folder, manifest.segments[0].tombstones);
  write_bits(file, 0, 1);
  assert_int_equal(manifest_write(&manifest, folder, NULL), NSEARCH_OK);
  assert_int_equal(nsearch_open(&reader, folder, err), NSEARCH_ERR_DAMAGED);
  assert_int_equal(nsearch_check(folder, 0, NULL, NULL, NULL, err), NSEARCH_ERR_DAMAGED);
  memory_free(file);
  manifest_free(&manifest);
}

/* A segment and a copy of it: what would mark the one or the other is not there. */
static void test_one_id(void **state) {
  (void)state;
  struct manifest manifest;
  char command[300];
  struct noted noted = {0};
  assert_int_equal(manifest_read(&manifest, folder, NULL), NSEARCH_OK);
  assert_int_equal(memory_reserve(&manifest.segments, &manifest.segment_capacity, 2, sizeof *manifest.segments, NULL),
                   NSEARCH_OK);
  manifest.segments[1] = manifest.segments[0];
  manifest.segments[1].number = manifest.next_number++;
  manifest.segment_count = 2;
  char *from = segment_path(folder, manifest.segments[0].number),
       *to = segment_path(folder, manifest.segments[1].number);
  snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
  assert_int_equal(system(command), 0);
  memory_free(from);
  memory_free(to);
  assert_int_equal(manifest_write(&manifest, folder, NULL), NSEARCH_OK);
  assert_int_equal(nsearch_check(folder, 0, note_file, NULL, &noted, err), NSEARCH_ERR_DAMAGED);
  assert_int_equal(noted.count, 1);
  assert_non_null(strstr(noted.file, "/" MANIFEST_NAME));
  assert_int_equal(mark_articles(folder, is_any), 12);
  assert_int_equal(nsearch_check(folder, 0, note_file, NULL, &noted, err), NSEARCH_OK);
  manifest_free(&manifest);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_found, make_index, remove_index),
      cmocka_unit_test_setup_teardown(test_scores, make_index, remove_index),
      cmocka_unit_test_setup_teardown(test_least, make_index, remove_index),
      cmocka_unit_test_setup_teardown(test_facets, make_index, remove_index),
      cmocka_unit_test_setup_teardown(test_suggestions, make_index, remove_index),
      cmocka_unit_test_setup_teardown(test_related, make_index, remove_index),
      cmocka_unit_test_setup_teardown(test_figures, make_index, remove_index),
      cmocka_unit_test_setup_teardown(test_damage, make_index, remove_index),
      cmocka_unit_test_setup_teardown(test_fewer_documents, make_index, remove_index),
      cmocka_unit_test_setup_teardown(test_one_id, make_index, remove_index),
  };
  return cmocka_run_group_tests_name("tombstones", tests, NULL, NULL);
}
