/* Hostile segments whose checksums are right, read and merged by the native engine: what fails is told as damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "indexer/native/native.h"
#include "query/native/native.h"
#include "tests/unit/native_model.h"
#include "tests/unit/native_questions.h"

static const struct write_options merging = {.threads = 2, .memory = 64 << 20};

/* ---- Any bytes ---- */

struct bytes_of_file {
  uint8_t *bytes;
  size_t len;
};

static struct bytes_of_file read_whole(const char *path) {
  struct bytes_of_file out;
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  out.len = (size_t)ftell(file);
  rewind(file);
  out.bytes = malloc(out.len);
  assert_int_equal(fread(out.bytes, 1, out.len, file), out.len);
  fclose(file);
  return out;
}

/* Makes every checksum of a file of pages right. */
static void seal(uint8_t *bytes, size_t len) {
  uint64_t payload = load_u64(bytes + len - 16), page = 0, at = 0;
  for (; at < payload; page++, at += PAGE_BYTES) {
    uint64_t part = payload - at < PAGE_BYTES ? payload - at : PAGE_BYTES, hash = hash_bytes(bytes + at, part);
    memcpy(bytes + payload + 8 * page, &hash, 8);
  }
  uint64_t hash = hash_bytes(bytes + payload, 8 * page + 16);
  memcpy(bytes + len - 8, &hash, 8);
}

static bool visit_some(void *payload, struct term_key key, uint64_t df) {
  (void)key, (void)df;
  return --*(int *)payload > 0;
}

/* A failure is told as damage, with a message. */
static void check_failure(int status, struct nsearch_error *err) {
  if (!status) return;
  assert_true(status == NSEARCH_ERR_DAMAGED || status == NSEARCH_ERR_VERSION || status == NSEARCH_ERR_NOT_FOUND);
  assert_true(*nsearch_error_message(err));
  error_clear(err);
}

static void ask_hostile(struct snapshot *snapshot, struct nsearch_error *err) {
  for (int i = 0; i < 6; i++) {
    struct question question = {.node_count = 0};
    struct search_request request = {
        .limit = 10, .count = i % 3 == 0, .order = i == 5 ? ORDER_NEWEST : ORDER_RELEVANCE};
    request.tree = i % 2 ? random_union(&question) : random_tree(&question, 2);
    random_dates(&request.since, &request.until);
    struct search_answer answer = {0};
    int status = native_reader_engine.search(snapshot, &request, &answer, err);
    for (size_t h = 0; !status && h < answer.hit_count; h++) {
      struct nsearch_article *article = nsearch_article_new();
      check_failure(native_reader_engine.fetch(snapshot, answer.hits[h].doc, WANT_CARD | WANT_BODY, article, err), err);
      nsearch_article_free(article);
    }
    memory_free(answer.hits);
    check_failure(status, err);
  }
  int left = 3000;
  struct doc_ref doc;
  check_failure(native_reader_engine.terms(snapshot, "X", 1, NULL, 0, visit_some, &left, err), err);
  check_failure(native_reader_engine.find(snapshot, "a7", &doc, err), err);
}

static void merge_hostile(const char *path, const char *to, struct nsearch_error *err) {
  struct segment segments[2];
  uint64_t dropped[2000 / 64 + 1] = {5, 9, 1};
  int status = segment_open(&segments[0], path, err);
  if (!status && (status = segment_open(&segments[1], path, err))) segment_close(&segments[0]);
  check_failure(status, err);
  if (status) return;
  struct merge_input inputs[2] = {{.segment = &segments[0], .dropped = dropped}, {.segment = &segments[1]}};
  uint32_t documents;
  check_failure(merge_segments(inputs, 2, &merging, to, &documents, err), err);
  segment_close(&segments[0]);
  segment_close(&segments[1]);
  remove(to);
}

/* Few bytes of a segment are changed, often in a list's header or skip data, and all checksums made right. */
static void test_hostile_segments(void **state) {
  (void)state;
  char path[80], segment[100], merged[80];
  snprintf(path, sizeof path, "%s/hostile", folder);
  snprintf(segment, sizeof segment, "%s/000001.segment", path);
  snprintf(merged, sizeof merged, "%s/merged", folder);
  make_model(1500);
  write_index(path, 5000, 0);
  struct bytes_of_file good = read_whole(segment);
  uint8_t *bad = malloc(good.len);
  struct nsearch_error *err = nsearch_error_new();
  uint64_t payload = load_u64(good.bytes + good.len - 16);
  for (int i = 0; i < 1500; i++) {
    memcpy(bad, good.bytes, good.len);
    for (uint32_t n = 1 + random_below(3); n > 0; n--) {
      uint32_t at = random_below(3) ? random_below((uint32_t)payload) : (uint32_t)payload - 1 - random_below(600);
      static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
      bad[at] = random_below(2) ? values[random_below(sizeof values)] : (uint8_t)random_below(256);
      if (random_below(8) == 0) memset(bad + at, 0xff, payload - at < 4 ? payload - at : 4);
    }
    seal(bad, good.len);
    write_whole(segment, bad, good.len);
    struct snapshot *snapshot;
    int status = native_reader_engine.open(&snapshot, path, err);
    check_failure(status, err);
    if (!status) {
      ask_hostile(snapshot, err);
      native_reader_engine.release(snapshot);
    }
    if (i % 4 == 0) merge_hostile(segment, merged, err);
  }
  nsearch_error_free(err);
  free(bad);
  free(good.bytes);
  remove_index(path);
}

/* ---- Single lies ---- */

/* A frequency of 2^32, and one that no positions stand behind: neither wraps, asks for memory, or reaches the writer. */
static void test_hostile_frequency(void **state) {
  (void)state;
  enum { DOCS = 20 };
  char path[80];
  snprintf(path, sizeof path, "%s/frequency", folder);
  struct segment_doc docs[DOCS];
  memset(docs, 0, sizeof docs);
  for (uint32_t d = 0; d < DOCS; d++)
    docs[d] = (struct segment_doc){.published = -(int64_t)d, .id_hash = d, .length = 1};
  static const uint32_t freqs[] = {0, UINT32_MAX};
  for (size_t f = 0; f < 2; f++) {
    struct segment_writer *writer;
    assert_int_equal(segment_create(&writer, path, segment_docs_of(docs, DOCS), 1, false, 0, NULL), 0);
    struct list_writer *list = segment_term_begin(writer, TAG_TEXT);
    for (uint32_t d = 0; d < DOCS; d++) {
      assert_int_equal(list_add(list, d, 1, NULL), 0);
      *list_gaps(list, 1, NULL) = 0;
      list->freqs[d] = freqs[f]; /* less one, 0 is written as 2^32 - 1 */
    }
    uint32_t number;
    assert_int_equal(segment_term_end(writer, "Xq", 2, &number, NULL), 0);
    assert_int_equal(segment_finish(&writer, true, NULL), 0);
    struct segment segment;
    struct term_entry entry;
    struct list_view view;
    struct block_place place;
    struct position_run run;
    uint32_t at[BLOCK], decoded[BLOCK];
    bool found;
    assert_int_equal(segment_open(&segment, path, NULL), 0);
    assert_int_equal(segment_lookup(&segment, "Xq", 2, &entry, &found, NULL), 0);
    assert_int_equal(segment_list(&segment, &entry, &view, NULL), 0);
    assert_int_equal(list_block_docs(&segment, &view, 0, at, &place, NULL), 0);
    int status = list_block_freqs(&view, 0, &place, decoded, NULL);
    if (!status) status = position_run_open(&segment, &view, 0, (uint64_t)decoded[0] * DOCS, &run, NULL);
    assert_int_equal(status, NSEARCH_ERR_DAMAGED);
    struct merge_input input = {.segment = &segment};
    uint32_t documents;
    char to[80];
    snprintf(to, sizeof to, "%s/merged", folder);
    assert_int_equal(merge_segments(&input, 1, &merging, to, &documents, NULL), NSEARCH_ERR_DAMAGED);
    segment_close(&segment);
    remove(path);
  }
}

/* A stem that is the alias of a term after it: its new number is not known when it is asked for. */
static void test_hostile_alias(void **state) {
  (void)state;
  char path[80], to[80];
  snprintf(path, sizeof path, "%s/alias", folder);
  snprintf(to, sizeof to, "%s/merged", folder);
  struct segment_doc doc = {.id_hash = 1, .length = 1};
  struct segment_writer *writer;
  assert_int_equal(segment_create(&writer, path, segment_docs_of(&doc, 1), 1, false, 0, NULL), 0);
  assert_int_equal(segment_term_alias(writer, "Zena", 4, 1, NULL), 0);
  assert_int_equal(list_add(segment_term_begin(writer, TAG_STEM), 0, 1, NULL), 0);
  uint32_t number, documents;
  assert_int_equal(segment_term_end(writer, "Zenb", 4, &number, NULL), 0);
  assert_int_equal(segment_finish(&writer, true, NULL), 0);
  struct segment segment;
  assert_int_equal(segment_open(&segment, path, NULL), 0);
  struct merge_input input = {.segment = &segment};
  assert_int_equal(merge_segments(&input, 1, &merging, to, &documents, NULL), NSEARCH_ERR_DAMAGED);
  segment_close(&segment);
  remove(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hostile_segments),
      cmocka_unit_test(test_hostile_frequency),
      cmocka_unit_test(test_hostile_alias),
  };
  return cmocka_run_group_tests_name("native hostile", tests, make_folder, remove_folder);
}
