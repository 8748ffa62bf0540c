/* Bytes in, a line of text a record out: what the tests of formats share. */
#include "tests/unit/source_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

static char folder[] = "/tmp/nsearch-sources-XXXXXX";

int source_set_up(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

int source_tear_down(void **state) {
  (void)state;
  return rmdir(folder);
}

/* ---- Reading bytes into a line of text a record ---- */

static void add_list(struct buffer *out, const char *name, const struct article_list *list) {
  for (const char *value = NULL; (value = article_list_next(list, value));) buffer_format(out, " %s=%s", name, value);
}

static uint64_t undecoded; /* what parse() could not decode of the file that is read */

static int take(void *payload, struct nsearch_article *article, uint64_t record, bool whole_file,
                struct nsearch_error *err) {
  static const char *const names[ARTICLE_PARTS] = {"id", "url", "title", "body", "source", "section", "language"};
  struct buffer *out = payload;
  uint64_t replaced;
  assert_int_equal(article_tidy(article, &replaced, err), 0);
  buffer_format(out, "%d%s", (int)record, whole_file ? "*" : "");
  for (int i = 0; i < ARTICLE_PARTS; i++) {
    size_t len;
    const char *text = article_get(article, (enum article_part)i, &len);
    if (len > 0) buffer_format(out, " %s=%s", names[i], text);
  }
  add_list(out, "author", &article->authors);
  add_list(out, "topic", &article->topics);
  if (article->published.precision) {
    char date[DATE_TEXT_MAX];
    date_format(article->published.seconds, date);
    buffer_format(out, " date=%s/%d", date, article->published.precision);
  }
  if (article->has_updated) buffer_format(out, " updated=%lld", (long long)article->updated);
  replaced += undecoded;
  undecoded = 0;
  if (replaced) buffer_format(out, " replaced=%d", (int)replaced);
  buffer_text(out, "\n");
  return NSEARCH_OK;
}

static void problem(void *payload, enum nsearch_event_kind kind, uint64_t record, const char *message) {
  assert_true(strlen(message) > 0 && !strchr(message, '\n'));
  buffer_format(payload, "%d %s", (int)record,
                kind == NSEARCH_EVENT_BROKEN      ? "broken"
                : kind == NSEARCH_EVENT_TOO_LARGE ? "too large"
                : kind == NSEARCH_EVENT_SKIPPED   ? "skipped"
                                                  : "other");
  if (kind == NSEARCH_EVENT_SKIPPED) buffer_format(payload, ": %s", message);
  buffer_text(payload, "\n");
}

/* Reads an open input; `out` gets what the format is called, or "unknown", and a line a record. */
static void read_input(struct input *input, const char *name, const struct field_map *map, struct buffer *out) {
  uint64_t state[8] = {0}, records = 0;
  bool more = true;
  struct sink sink = {.article = nsearch_article_new(),
                      .file_name = name,
                      .map = map,
                      .take = take,
                      .problem = problem,
                      .payload = out,
                      .replaced = &undecoded};
  nsearch_error *err = nsearch_error_new();
  if (input_fill(input, 64 << 10, err)) buffer_format(out, "cut\n");
  const struct source *source = source_find(input->window, input->len, input->at_end, name);
  buffer_format(out, "%s\n", source ? source->name : "unknown");
  while (source && more) {
    struct span span = {0};
    struct source_problem bad = {0};
    int status = source->split(input, state, &span, &more, &bad, err);
    if (status) {
      assert_int_equal(status, NSEARCH_ERR_INPUT);
      buffer_format(out, "cut\n");
      more = true;
      continue;
    }
    if (bad.kind) problem(out, bad.kind, bad.record, bad.message);
    if (!span.bytes) continue;
    assert_true(span.record > records);
    records = span.record + span.count - 1;
    assert_int_equal(source->parse(&span, &sink, err), 0);
    memory_free(span.bytes);
  }
  buffer_byte(out, 0);
  assert_false(out->failed);
  nsearch_article_free(sink.article);
  nsearch_error_free(err);
}

/* What comes out of a file of these bytes; memory_free() it. */
char *source_read(const char *name, const void *bytes, size_t len, const struct field_map *map) {
  char path[300];
  struct buffer out = {0};
  struct file_out *file;
  struct input *input;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(file_create(&file, path, NULL), 0);
  assert_int_equal(file_write(file, bytes, len, NULL), 0);
  assert_int_equal(file_close(&file, NULL), 0);
  assert_int_equal(input_open(&input, path, NULL), 0);
  read_input(input, name, map, &out);
  assert_int_equal(input_raw_bytes(input), len);
  input_close(input);
  assert_int_equal(file_remove(path, NULL), 0);
  return out.bytes;
}

void source_check(const char *name, const void *bytes, size_t len, const char *expected) {
  char *found = source_read(name, bytes, len, NULL);
  if (strcmp(found, expected) != 0)
    print_error("%s: %.*s\ngives %.2000s\n", name, (int)(len < 500 ? len : 500), (const char *)bytes, found);
  assert_true(strcmp(found, expected) == 0);
  memory_free(found);
}

void source_check_all(const struct source_case *examples, size_t count) {
  for (size_t i = 0; i < count; i++)
    source_check(examples[i].name, examples[i].bytes, strlen(examples[i].bytes), examples[i].expected);
}

struct buffer source_gzip(const struct buffer *in, size_t member) {
  struct buffer out = {0};
  for (size_t at = 0; at < in->len; at += member) {
    size_t len = in->len - at < member ? in->len - at : member;
    z_stream stream = {.next_in = (Bytef *)in->bytes + at, .avail_in = (uInt)len};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_true(buffer_room(&out, len + 1000));
    stream.next_out = (Bytef *)out.bytes + out.len;
    stream.avail_out = (uInt)len + 1000;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.len += stream.total_out;
    deflateEnd(&stream);
  }
  return out;
}
