/* The manifest of another version: what it says that it needs decides what can be done with the index. */
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
#include <unistd.h>

#include "common/nsearch.h"
#include "common/system/system.h"

static char folder[64], path[100], file[128], left_over[128];
static nsearch_error *err;

static int make_index(void **state) {
  (void)state;
  strcpy(folder, "/tmp/nsearch-manifest-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/index", folder);
  snprintf(file, sizeof file, "%s/manifest", path);
  snprintf(left_over, sizeof left_over, "%s/000900.segment", path);
  err = nsearch_error_new();
  nsearch_writer *writer = NULL;
  nsearch_article *article = nsearch_article_new();
  nsearch_article_set_id(article, "a", 1);
  nsearch_article_set_body(article, "storm", 5);
  int status = nsearch_writer_open(&writer, path, NULL, err);
  if (!status) status = nsearch_add(writer, article, err);
  if (!status) status = nsearch_commit(writer, err);
  nsearch_writer_close(writer);
  nsearch_article_free(article);
  return status;
}

static int remove_index(void **state) {
  (void)state;
  char command[128];
  nsearch_error_free(err);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

/* The manifest without its last line. */
static void read_lines(char *out, size_t room) {
  FILE *in = fopen(file, "r");
  size_t len = fread(out, 1, room - 1, in);
  fclose(in);
  out[len] = 0;
  *strstr(out, "checksum ") = 0;
}

/* With a checksum that is good. */
static void write_lines(const char *text) {
  FILE *out = fopen(file, "w");
  fprintf(out, "%schecksum %016" PRIx64 "\n", text, hash_bytes(text, strlen(text)));
  fclose(out);
}

/* Puts lines behind the first one. */
static void put_lines(const char *first, const char *lines) {
  char old[4000], text[8000];
  read_lines(old, sizeof old);
  snprintf(text, sizeof text, "%s\n%s%s", first, lines, strchr(old, '\n') + 1);
  write_lines(text);
}

static nsearch_status try_to_read(void) {
  nsearch_reader *reader = NULL;
  nsearch_status status = nsearch_open(&reader, path, err);
  nsearch_article *article = NULL;
  if (reader) assert_int_equal(nsearch_get(reader, "a", &article, err), NSEARCH_OK);
  nsearch_article_free(article);
  nsearch_close(reader);
  return status;
}

/* A file that no line known here names may be what an unknown one does: it stays when writing is refused. */
static nsearch_status try_to_write(void) {
  nsearch_writer *writer = NULL;
  fclose(fopen(left_over, "w"));
  nsearch_status status = nsearch_writer_open(&writer, path, NULL, err);
  nsearch_writer_close(writer);
  assert_int_equal(access(left_over, F_OK) == 0, status != NSEARCH_OK);
  return status;
}

static void says(const char *what) { assert_non_null(strstr(nsearch_error_message(err), what)); }

static void test_as_it_is(void **state) {
  (void)state;
  put_lines("nsearch 1", "");
  assert_int_equal(try_to_read(), NSEARCH_OK);
  assert_int_equal(try_to_write(), NSEARCH_OK);
}

static void test_newer_version(void **state) {
  (void)state;
  put_lines("nsearch 2", "");
  assert_int_equal(try_to_read(), NSEARCH_ERR_VERSION);
  says("newer version");
  assert_int_equal(try_to_write(), NSEARCH_ERR_VERSION);
  assert_int_equal(nsearch_check(path, 0, NULL, NULL, NULL, err), NSEARCH_ERR_VERSION);
}

static void test_unknown_line(void **state) {
  (void)state;
  put_lines("nsearch 1", "vectors 7 1000\n");
  assert_int_equal(try_to_read(), NSEARCH_ERR_VERSION);
  says("\"vectors\"");
  assert_int_equal(try_to_write(), NSEARCH_ERR_VERSION);
}

static void test_needs_to_read(void **state) {
  (void)state;
  put_lines("nsearch 1", "needs-to-read vectors wings\n");
  assert_int_equal(try_to_read(), NSEARCH_ERR_VERSION);
  says("reading this index needs a newer version of nsearch, one that knows \"vectors wings\"");
  assert_int_equal(try_to_write(), NSEARCH_ERR_VERSION);
}

static void test_needs_to_write(void **state) {
  (void)state;
  put_lines("nsearch 1", "needs-to-write vectors wings\nwings of a dove\nvectors 7 1000\n");
  assert_int_equal(try_to_read(), NSEARCH_OK);
  assert_int_equal(nsearch_check(path, 0, NULL, NULL, NULL, err), NSEARCH_OK);
  assert_int_equal(try_to_write(), NSEARCH_ERR_VERSION);
  says("can be read only: writing it needs a newer version of nsearch, one that knows \"vectors wings\"");
  put_lines("nsearch 1", "vector 7 1000\n"); /* is no vectors */
  assert_int_equal(try_to_read(), NSEARCH_ERR_VERSION);
}

static void test_needs_too_much(void **state) {
  (void)state;
  char lines[400];
  snprintf(lines, sizeof lines, "needs-to-write %0200d\n", 0);
  put_lines("nsearch 1", lines);
  assert_int_equal(try_to_read(), NSEARCH_ERR_VERSION);
}

/* A commit would write that it is 0, which no reader takes. */
static void test_no_title_weight(void **state) {
  (void)state;
  char text[4000];
  read_lines(text, sizeof text);
  char *line = strstr(text, "title-weight "), *next = strchr(line, '\n') + 1;
  memmove(line, next, strlen(next) + 1);
  write_lines(text);
  assert_int_equal(try_to_read(), NSEARCH_ERR_DAMAGED);
  says("title weight");
  assert_int_equal(try_to_write(), NSEARCH_ERR_DAMAGED);
}

#define WITH_INDEX(test) cmocka_unit_test_setup_teardown(test, make_index, remove_index)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_INDEX(test_as_it_is),        WITH_INDEX(test_newer_version),  WITH_INDEX(test_unknown_line),
      WITH_INDEX(test_needs_to_read),   WITH_INDEX(test_needs_to_write), WITH_INDEX(test_needs_too_much),
      WITH_INDEX(test_no_title_weight),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
