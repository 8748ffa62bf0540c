/* Every limit of docs/reliability.md at its edge: what is just within it works, what is beyond is cut or refused with a
 * message, and nothing else suffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/store.h"
#include "common/text/text.h"
#include "indexer/indexer.h"

static char folder[64], path[100], file[100];
static nsearch_error *err;

static int make_scratch(void **state) {
  (void)state;
  strcpy(folder, "/tmp/nsearch-limits-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/index", folder);
  snprintf(file, sizeof file, "%s/input.jsonl", folder);
  err = nsearch_error_new();
  return 0;
}

static int remove_scratch(void **state) {
  (void)state;
  char command[128];
  nsearch_error_free(err);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static void says(const char *what) {
  if (!strstr(nsearch_error_message(err), what)) fail_msg("%s", nsearch_error_message(err));
}

static nsearch_writer *open_writer(void) {
  nsearch_writer *writer = NULL;
  nsearch_options *options = nsearch_options_new();
  nsearch_options_set_threads(options, 1, NULL);
  assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_OK);
  nsearch_options_free(options);
  return writer;
}

static nsearch_status add_text(nsearch_writer *writer, const char *id, const char *body, size_t len) {
  nsearch_article *article = nsearch_article_new();
  nsearch_article_set_id(article, id, strlen(id));
  nsearch_article_set_body(article, body, len);
  nsearch_status status = nsearch_add(writer, article, err);
  nsearch_article_free(article);
  return status;
}

static uint64_t count(const char *question) {
  nsearch_reader *reader = NULL;
  nsearch_result *result = NULL;
  nsearch_request *request = nsearch_request_new(question);
  nsearch_request_set_count(request, 1);
  assert_int_equal(nsearch_open(&reader, path, err), NSEARCH_OK);
  if (nsearch_search(reader, request, &result, err)) fail_msg("%s", nsearch_error_message(err));
  uint64_t matches = nsearch_result_matches(result, NULL);
  nsearch_result_free(result);
  nsearch_request_free(request);
  nsearch_close(reader);
  return matches;
}

/* ---- Articles --------------------------------------------------------------------------------------------------------- */

static void test_article_size(void **state) {
  (void)state;
  const size_t most = RECORD_MAX - 1; /* with an id of one byte */
  char *text = malloc(most + 1);
  memset(text, ' ', most + 1);
  memcpy(text + most - 10, "last words", 10);
  nsearch_writer *writer = open_writer();
  assert_int_equal(add_text(writer, "a", text, most + 1), NSEARCH_ERR_USAGE);
  says("larger than 64 MiB");
  assert_int_equal(add_text(writer, "a", text, most), NSEARCH_OK);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(count("last"), 1);
  free(text);
}

static void write_record(FILE *out, const char *id, size_t len) {
  char *text = malloc(len + 1);
  int used = snprintf(text, len + 1, "{\"id\": \"%s\", \"body\": \"storm ", id);
  memset(text + used, ' ', len - (size_t)used);
  memcpy(text + len - 2, "\"}", 2);
  fwrite(text, 1, len, out);
  fputc('\n', out);
  free(text);
}

struct told {
  int count;
  nsearch_event_kind kind;
  uint64_t record;
  char message[100];
};

static void on_event(void *payload, nsearch_event_kind kind, const char *where, uint64_t record, const char *message) {
  struct told *told = payload;
  (void)where;
  told->count++;
  told->kind = kind;
  told->record = record;
  snprintf(told->message, sizeof told->message, "%s", message);
}

/* The record over the limit is told of, and those before and behind it are indexed. */
static void test_record_size(void **state) {
  (void)state;
  FILE *out = fopen(file, "w");
  struct told told = {0};
  write_record(out, "within", RECORD_MAX);
  write_record(out, "beyond", RECORD_MAX + 1);
  write_record(out, "behind", 100);
  fclose(out);
  nsearch_writer *writer = open_writer();
  nsearch_ingest *ingest = nsearch_ingest_new();
  nsearch_ingest_add_path(ingest, file, NULL);
  nsearch_ingest_set_on_event(ingest, on_event, &told);
  assert_int_equal(nsearch_read(writer, ingest, NULL, err), NSEARCH_OK);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_ingest_free(ingest);
  nsearch_writer_close(writer);
  assert_int_equal(told.count, 1);
  assert_int_equal(told.kind, NSEARCH_EVENT_TOO_LARGE);
  assert_int_equal(told.record, 2);
  assert_non_null(strstr(told.message, "64 MiB"));
  assert_int_equal(count("storm"), 2);
  assert_int_equal(count("id:within OR id:behind"), 2);
}

/* ---- Words and values -------------------------------------------------------------------------------------------------- */

/* A text of so many bytes; the last one says which. */
static void long_text(char *text, size_t len, char last) {
  memset(text, 'q', len);
  text[len - 1] = last;
  text[len] = 0;
}

static void test_term(void **state) {
  (void)state;
  char text[TERM_MAX + 2];
  nsearch_writer *writer = open_writer();
  long_text(text, TERM_MAX, 'a');
  add_text(writer, "within-a", text, TERM_MAX);
  long_text(text, TERM_MAX, 'b');
  add_text(writer, "within-b", text, TERM_MAX);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(count(text), 1);
  long_text(text, TERM_MAX + 1, 'a');
  add_text(writer, "beyond-a", text, TERM_MAX + 1);
  long_text(text, TERM_MAX + 1, 'b');
  add_text(writer, "beyond-b", text, TERM_MAX + 1);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(count(text), 2); /* what is cut is one term */
}

static void add_source(nsearch_writer *writer, const char *id, size_t len, char last) {
  char text[KEYWORD_BYTES + 2];
  nsearch_article *article = nsearch_article_new();
  long_text(text, len, last);
  nsearch_article_set_id(article, id, strlen(id));
  nsearch_article_set_body(article, "storm", 5);
  nsearch_article_set_source(article, text, len);
  assert_int_equal(nsearch_add(writer, article, err), NSEARCH_OK);
  nsearch_article_free(article);
}

static void test_keyword(void **state) {
  (void)state;
  char question[KEYWORD_BYTES + 20] = "source:";
  nsearch_writer *writer = open_writer();
  add_source(writer, "within-a", KEYWORD_BYTES, 'a');
  add_source(writer, "within-b", KEYWORD_BYTES, 'b');
  add_source(writer, "beyond-a", KEYWORD_BYTES + 1, 'a');
  add_source(writer, "beyond-b", KEYWORD_BYTES + 1, 'b');
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  long_text(question + 7, KEYWORD_BYTES, 'a');
  assert_int_equal(count(question), 1);
  long_text(question + 7, KEYWORD_BYTES, 'q');
  assert_int_equal(count(question), 2); /* what is cut is one value */
}

static void test_lists(void **state) {
  (void)state;
  char text[40];
  nsearch_article *article = nsearch_article_new(), *kept = NULL;
  nsearch_article_set_id(article, "a", 1);
  nsearch_article_set_body(article, "storm", 5);
  for (int i = 1; i <= LIST_MAX + 1; i++) {
    snprintf(text, sizeof text, "value%d", i);
    nsearch_article_add_author(article, text, strlen(text));
    nsearch_article_add_topic(article, text, strlen(text));
  }
  nsearch_writer *writer = open_writer();
  assert_int_equal(nsearch_add(writer, article, err), NSEARCH_OK);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  nsearch_article_free(article);
  nsearch_reader *reader = NULL;
  assert_int_equal(nsearch_open(&reader, path, err), NSEARCH_OK);
  assert_int_equal(nsearch_get(reader, "a", &kept, err), NSEARCH_OK);
  assert_int_equal(nsearch_article_authors(kept), LIST_MAX);
  assert_int_equal(nsearch_article_topics(kept), LIST_MAX);
  nsearch_article_free(kept);
  nsearch_close(reader);
  assert_int_equal(count("topic:value10000"), 1);
  assert_int_equal(count("topic:value10001"), 0);
  assert_int_equal(count("author:value10000"), 1);
  assert_int_equal(count("author:value10001"), 0);
}

/* ---- The index --------------------------------------------------------------------------------------------------------- */

/* Gives the index another number for its next pack. */
static void set_next_pack(uint32_t number) {
  struct manifest manifest;
  assert_int_equal(manifest_read(&manifest, path, err), NSEARCH_OK);
  manifest.next_pack = number;
  assert_int_equal(manifest_write(&manifest, path, err), NSEARCH_OK);
  manifest_free(&manifest);
}

/* Cards and texts are written anew into two new packs. */
static void test_packs(void **state) {
  (void)state;
  nsearch_writer *writer = open_writer();
  add_text(writer, "a", "storm", 5);
  add_text(writer, "b", "storm", 5);
  add_text(writer, "c", "storm", 5);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  set_next_pack(PACK_MAX - 1);
  writer = open_writer();
  assert_int_equal(nsearch_delete(writer, "a", err), NSEARCH_OK);
  assert_int_equal(nsearch_optimize(writer, 1, err), NSEARCH_ERR_UNSUPPORTED);
  says("has used up its 65535 numbers of packs; index anew");
  nsearch_writer_close(writer);
  assert_int_equal(count("storm"), 3);
  set_next_pack(PACK_MAX - 2);
  writer = open_writer();
  assert_int_equal(nsearch_delete(writer, "a", err), NSEARCH_OK);
  assert_int_equal(nsearch_optimize(writer, 1, err), NSEARCH_OK);
  assert_int_equal(nsearch_delete(writer, "b", err), NSEARCH_OK);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK); /* needs no pack */
  add_text(writer, "d", "storm", 5);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK); /* goes on in those that are there */
  nsearch_writer_close(writer);
  assert_int_equal(count("storm"), 2);
  assert_int_equal(nsearch_check(path, 0, NULL, NULL, NULL, err), NSEARCH_OK);
}

/* A manifest that no reader would take is not written. */
static void test_segments(void **state) {
  (void)state;
  struct manifest manifest;
  nsearch_writer *writer = open_writer();
  add_text(writer, "a", "storm", 5);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(manifest_read(&manifest, path, err), NSEARCH_OK);
  const size_t many = 500000;
  manifest.segments = realloc(manifest.segments, many * sizeof *manifest.segments);
  for (size_t i = 1; i < many; i++) {
    manifest.segments[i] = manifest.segments[0];
    manifest.segments[i].number = manifest.next_number++;
    manifest.segments[i].bytes = UINT64_C(1) << 60;
  }
  manifest.segment_count = many;
  assert_int_equal(manifest_write(&manifest, path, err), NSEARCH_ERR_UNSUPPORTED);
  says("too many segments");
  manifest.segment_count = 100000;
  assert_int_equal(manifest_write(&manifest, path, err), NSEARCH_OK);
  manifest_free(&manifest);
  assert_int_equal(manifest_read(&manifest, path, err), NSEARCH_OK);
  assert_int_equal(manifest.segment_count, 100000);
  manifest_free(&manifest);
}

/* ---- Options ----------------------------------------------------------------------------------------------------------- */

static void test_options(void **state) {
  (void)state;
  nsearch_options *options = nsearch_options_new();
  assert_int_equal(nsearch_options_set_threads(options, 64, err), NSEARCH_OK);
  assert_int_equal(nsearch_options_set_threads(options, 65, err), NSEARCH_ERR_USAGE);
  says("give 1 to 64");
  assert_int_equal(nsearch_options_set_threads(options, 0, err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_options_set_memory(options, 64 << 20, err), NSEARCH_OK);
  assert_int_equal(nsearch_options_set_memory(options, (64 << 20) - 1, err), NSEARCH_ERR_USAGE);
  says("at least 64 MiB");
  assert_int_equal(nsearch_options_set_title_weight(options, 10, err), NSEARCH_OK);
  assert_int_equal(nsearch_options_set_title_weight(options, 11, err), NSEARCH_ERR_USAGE);
  says("give 1 to 10");
  nsearch_options_free(options);
}

#define WITH_SCRATCH(test) cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_SCRATCH(test_article_size), WITH_SCRATCH(test_record_size), WITH_SCRATCH(test_term),
      WITH_SCRATCH(test_keyword),      WITH_SCRATCH(test_lists),       WITH_SCRATCH(test_packs),
      WITH_SCRATCH(test_segments),     WITH_SCRATCH(test_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
