/* Every byte of a small index changed, one at a time, and its files cut at every length: a check tells, or the index
 * answers rightly. Never a crash, and never a wrong answer, checked or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/nsearch.h"
#include "common/system/system.h"

static char folder[64], path[80], source[80];
static nsearch_error *err;

static const char *const questions[] = {"storm", "\"harbour storm\"", "source:gazette -budget", "flod~", "date:2021"};
enum { QUESTIONS = sizeof questions / sizeof *questions };
static char *right[QUESTIONS];

static void add(nsearch_writer *writer, int number) {
  static const char *const bodies[] = {"The harbour storm was a storm like no other.", "A budget vote in the harbour.",
                                       "Flood after the storm; ferry lost."};
  char id[32];
  nsearch_article *article = nsearch_article_new();
  int len = snprintf(id, sizeof id, "https://a.example/%d", number);
  nsearch_article_set_url(article, id, (size_t)len);
  nsearch_article_set_title(article, "Storm and budget", 16);
  nsearch_article_set_body(article, bodies[number % 3], strlen(bodies[number % 3]));
  nsearch_article_set_source(article, number % 2 ? "Gazette" : "Wire", number % 2 ? 7 : 4);
  nsearch_article_add_author(article, "Jane Roe", 8);
  nsearch_article_set_published(article, 1600000000 + number * 10000000, NSEARCH_PRECISION_DAY, NSEARCH_ORIGIN_RECORD);
  assert_int_equal(nsearch_add(writer, article, err), NSEARCH_OK);
  nsearch_article_free(article);
}

/* Hits with scores, titles and passages, as text; NULL when the question failed. */
static char *answer(nsearch_reader *reader, const char *question) {
  struct buffer text = {0};
  nsearch_request *request = nsearch_request_new(question);
  nsearch_result *result = NULL;
  nsearch_request_set_count(request, 1);
  nsearch_request_add_facet(request, "author", 0, NULL);
  int status = nsearch_search(reader, request, &result, err);
  buffer_format(&text, "%d", (int)nsearch_result_matches(result, NULL));
  for (size_t i = 0; i < nsearch_result_hits(result); i++) {
    const nsearch_hit *hit = nsearch_result_hit(result, i);
    nsearch_article *article = NULL;
    if (!status) status = nsearch_get(reader, nsearch_hit_id(hit), &article, err);
    buffer_format(&text, "\n%s %.9g %s %s %s %s", nsearch_hit_id(hit), nsearch_hit_score(hit), nsearch_hit_title(hit),
                  nsearch_hit_source(hit), nsearch_hit_snippet(hit), status ? "" : nsearch_article_body(article, NULL));
    nsearch_article_free(article);
  }
  for (size_t i = 0; nsearch_result_facets(result) && i < nsearch_result_facet_values(result, 0); i++) {
    uint64_t count;
    const char *value = nsearch_result_facet_value(result, 0, i, &count);
    buffer_format(&text, "\n%s %d", value, (int)count);
  }
  buffer_byte(&text, 0);
  nsearch_result_free(result);
  nsearch_request_free(request);
  if (!status) return text.bytes;
  assert_true(status == NSEARCH_ERR_DAMAGED || status == NSEARCH_ERR_VERSION);
  buffer_free(&text);
  return NULL;
}

/* A file of the index folder whose name ends so. */
static bool is_there(const char *ending) {
  struct file_names names;
  bool found = false;
  assert_int_equal(file_list(path, &names, NULL), NSEARCH_OK);
  for (size_t i = 0; i < names.count; i++) {
    size_t len = strlen(names.names[i]), end = strlen(ending);
    found |= len > end && strcmp(names.names[i] + len - end, ending) == 0;
  }
  file_names_free(&names);
  return found;
}

/* A file of one article, so that there is a catalogue. */
static void write_source(void) {
  FILE *out = fopen(source, "w");
  assert_non_null(out);
  fputs("{\"id\": \"f1\", \"title\": \"Lamp\", \"source\": \"Gazette\"}\n", out);
  assert_int_equal(fclose(out), 0);
}

/* As `nsearch index` does, but for the commit. */
static int read_source(nsearch_writer *writer) {
  nsearch_ingest *ingest = nsearch_ingest_new();
  assert_int_equal(nsearch_ingest_add_path(ingest, source, err), NSEARCH_OK);
  int status = nsearch_read(writer, ingest, NULL, err);
  nsearch_ingest_free(ingest);
  return status;
}

static int make_index(void **state) {
  (void)state;
  strcpy(folder, "/tmp/nsearch-damage-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/index", folder);
  snprintf(source, sizeof source, "%s/source.jsonl", folder);
  write_source();
  nsearch_writer *writer = NULL;
  nsearch_options *options = nsearch_options_new();
  nsearch_options_set_threads(options, 1, NULL);
  assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_OK);
  for (int i = 0; i < 7; i++) add(writer, i);
  assert_int_equal(read_source(writer), NSEARCH_OK);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_delete(writer, "https://a.example/3", err);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  nsearch_options_free(options);
  assert_true(is_there(".segment") && is_there(".pack") && is_there(".tombstones") && is_there(".catalogue"));
  nsearch_reader *reader = NULL;
  assert_int_equal(nsearch_open(&reader, path, err), NSEARCH_OK);
  for (size_t i = 0; i < QUESTIONS; i++) assert_non_null(right[i] = answer(reader, questions[i]));
  nsearch_close(reader);
  return 0;
}

static int remove_index(void **state) {
  (void)state;
  char command[128];
  for (size_t i = 0; i < QUESTIONS; i++) memory_free(right[i]);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static void count_damage(void *payload, const char *file, const char *message) {
  assert_non_null(strstr(message, file));
  assert_non_null(strstr(file, path));
  ++*(size_t *)payload;
}

/* Readers have no use for the catalogue: the next run over the files has. */
static void judge_run(const char *file, size_t at) {
  nsearch_writer *writer = NULL;
  int status = nsearch_writer_open(&writer, path, NULL, err);
  if (!status) status = read_source(writer);
  nsearch_writer_close(writer);
  if (status != NSEARCH_ERR_DAMAGED) fail_msg("%s, byte %zu: a run takes it", file, at);
  assert_non_null(strstr(nsearch_error_message(err), file));
}

/* Whatever was done to the index: a check that finds nothing means that all answers are right, and an answer that is
 * wrong is never given. */
static void judge(const char *file, size_t at, size_t *unnoticed) {
  size_t found = 0, failed = 0;
  int status = nsearch_check(path, 0, count_damage, NULL, &found, err);
  if (status && status != NSEARCH_ERR_DAMAGED && status != NSEARCH_ERR_VERSION)
    fail_msg("%s, byte %zu: check says %s", file, at, nsearch_error_message(err));
  assert_int_equal(status != NSEARCH_OK, found > 0);
  nsearch_reader *reader = NULL;
  int opened = nsearch_open(&reader, path, err);
  for (size_t i = 0; !opened && i < QUESTIONS; i++) {
    char *text = answer(reader, questions[i]);
    if (text && strcmp(text, right[i]) != 0) fail_msg("%s, byte %zu: %s gives\n%s", file, at, questions[i], text);
    failed += !text;
    memory_free(text);
  }
  nsearch_close(reader);
  if (!status && (opened || failed)) fail_msg("%s, byte %zu: the check found nothing", file, at);
  if (strstr(file, ".catalogue")) judge_run(file, at);
  *unnoticed += !status;
}

static void each_file(void (*work)(const char *file, uint8_t *bytes, size_t len)) {
  struct file_names names;
  assert_int_equal(file_list(path, &names, NULL), NSEARCH_OK);
  for (size_t i = 0; i < names.count; i++) {
    struct file_map map;
    char *file = path_join(path, names.names[i]);
    if (strcmp(names.names[i], "lock") != 0) {
      assert_int_equal(file_map(&map, file, NULL), NSEARCH_OK);
      uint8_t *bytes = memory_alloc(map.len);
      size_t len = map.len;
      memcpy(bytes, map.bytes, len);
      file_unmap(&map);
      work(file, bytes, len);
      memory_free(bytes);
    }
    memory_free(file);
  }
  file_names_free(&names);
}

/* A new file in the old one's place: nobody's map is cut. */
static void put(const char *file, const uint8_t *bytes, size_t len) {
  FILE *out = fopen(file, "w");
  assert_non_null(out);
  assert_int_equal(fwrite(bytes, 1, len, out), len);
  assert_int_equal(fclose(out), 0);
}

/* $NSEARCH_LONG: all eight bits instead of one. */
static void flip(const char *file, uint8_t *bytes, size_t len) {
  bool all = getenv("NSEARCH_LONG") != NULL;
  size_t unnoticed = 0;
  for (size_t at = 0; at < len; at++) {
    for (unsigned bit = all ? 0 : at % 8; bit < (all ? 8 : at % 8 + 1); bit++) {
      bytes[at] ^= (uint8_t)(1u << bit);
      put(file, bytes, len);
      judge(file, at, &unnoticed);
      bytes[at] ^= (uint8_t)(1u << bit);
    }
  }
  put(file, bytes, len);
  if (all) printf("ran: %zu flips of %s\n", 8 * len, file);
  /* Digits of the manifest's own checksum may be capitals, and its last newline is not looked at. */
  assert_true(unnoticed <= (strstr(file, "manifest") ? 20 : 0));
}

static void test_flips(void **state) {
  (void)state;
  each_file(flip);
}

static void cut(const char *file, uint8_t *bytes, size_t len) {
  size_t unnoticed = 0;
  for (size_t left = 0; left < len; left++) {
    put(file, bytes, left);
    judge(file, left, &unnoticed);
  }
  put(file, bytes, len);
  if (getenv("NSEARCH_LONG")) printf("ran: %zu lengths of %s\n", len, file);
  assert_int_equal(unnoticed, 0);
}

static void test_cuts(void **state) {
  (void)state;
  each_file(cut);
}

static void missing(const char *file, uint8_t *bytes, size_t len) {
  size_t unnoticed = 0;
  bool manifest = strstr(file, "manifest") != NULL;
  assert_int_equal(remove(file), 0);
  if (manifest)
    assert_int_equal(nsearch_check(path, 0, NULL, NULL, NULL, err), NSEARCH_ERR_MISSING);
  else
    judge(file, 0, &unnoticed);
  assert_int_equal(unnoticed, 0);
  put(file, bytes, len);
}

static void test_missing(void **state) {
  (void)state;
  each_file(missing);
}

static int give_up(void *payload, uint64_t done, uint64_t total) {
  assert_true(done <= total);
  ++*(size_t *)payload;
  return 1;
}

/* A check can be given up, finds nothing in a whole index, and both ways of it find a missing file. */
static void test_check(void **state) {
  (void)state;
  size_t calls = 0;
  assert_int_equal(nsearch_check(path, 0, NULL, NULL, NULL, err), NSEARCH_OK);
  assert_int_equal(nsearch_check(path, 1, NULL, NULL, NULL, NULL), NSEARCH_OK);
  assert_int_equal(nsearch_check(path, 0, NULL, give_up, &calls, err), NSEARCH_ERR_CANCELLED);
  assert_int_equal(calls, 1);
  assert_int_equal(nsearch_check("/nowhere", 0, NULL, NULL, NULL, err), NSEARCH_ERR_MISSING);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_check),
      cmocka_unit_test(test_missing),
      cmocka_unit_test(test_cuts),
      cmocka_unit_test(test_flips),
  };
  err = nsearch_error_new();
  int failed = cmocka_run_group_tests_name("damage", tests, make_index, remove_index);
  nsearch_error_free(err);
  return failed;
}
