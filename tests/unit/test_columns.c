/* What a segment keeps of each document: packed columns, places, documents by their hashes; written, merged, damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "indexer/native/native.h"

enum { DOCS = 1300 };

static const struct write_options merging = {.threads = 2, .memory = 64 << 20};

static uint64_t random_state = 88172645463325252u;
static uint64_t random_u64(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}
static uint32_t random_below(uint32_t limit) { return (uint32_t)(random_u64() % limit); }

static char folder[] = "/tmp/nsearch-columns-XXXXXX";

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}
static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

/* ---- Packed columns ---- */

static size_t pack(const uint64_t *values, size_t count, uint8_t *bytes) {
  struct buffer heads = {0};
  size_t len = 0;
  for (size_t at = 0; at < count; at += BLOCK) {
    size_t bits, part = count - at < BLOCK ? count - at : BLOCK;
    packed_column_block(values + at, part, len, bytes + len, &bits, &heads);
    len += bits;
  }
  memcpy(bytes + len, heads.bytes, heads.len);
  len += heads.len;
  buffer_free(&heads);
  return len;
}

/* Every width, and least numbers so large that sums reach 2^64 - 1. */
static void test_packed_columns(void **state) {
  (void)state;
  uint64_t values[3 * BLOCK];
  uint8_t *bytes = malloc(sizeof values + 1024);
  for (unsigned width = 0; width <= 64; width++) {
    for (size_t count = 1; count <= 3 * BLOCK; count = count < 3 ? count + 1 : count * 2 - 1) {
      uint64_t most = width < 64 ? (UINT64_C(1) << width) - 1 : UINT64_MAX,
               least = random_below(2) ? UINT64_MAX - most : 0;
      for (size_t i = 0; i < count; i++) values[i] = least + (random_below(4) ? random_u64() & most : most);
      values[count / 2] = least;
      size_t len = pack(values, count, bytes);
      uint8_t *exact = calloc(1, len + OVERREAD);
      memcpy(exact, bytes, len);
      struct packed_column column;
      assert_true(packed_column_open(&column, exact, len, (uint32_t)count));
      for (size_t i = 0; i < count; i++) assert_int_equal(packed_column_at(&column, (uint32_t)i), values[i]);
      assert_false(packed_column_open(&column, exact, (count + BLOCK - 1) / BLOCK * 16 - 1, (uint32_t)count));
      free(exact);
    }
  }
  free(bytes);
}

/* Nothing is read but the column and the OVERREAD behind it, whatever it says; a sanitizer sees it. */
static void test_damaged_packed_columns(void **state) {
  (void)state;
  enum { COUNT = 600 };
  uint64_t values[COUNT];
  uint8_t bytes[COUNT * 8 + 64];
  for (int round = 0; round < 3000; round++) {
    unsigned width = random_below(64);
    for (size_t i = 0; i < COUNT; i++) values[i] = random_u64() >> width;
    size_t len = pack(values, COUNT, bytes);
    for (uint32_t n = 1 + random_below(4); n > 0; n--) bytes[len - 1 - random_below(48)] = (uint8_t)random_u64();
    size_t cut = random_below(3) ? len : 48 + random_below((uint32_t)len - 47);
    uint8_t *exact = calloc(1, cut + OVERREAD);
    memcpy(exact, bytes + (len - cut), cut);
    struct packed_column column;
    uint64_t sum = 0;
    assert_true(packed_column_open(&column, exact, cut, COUNT));
    for (uint32_t i = 0; i < COUNT; i++) sum += packed_column_at(&column, i);
    assert_true(sum || !sum);
    free(exact);
  }
  /* A width that no number has, and bits that would begin behind the column. */
  struct packed_column column;
  uint8_t head[16 + OVERREAD] = {7};
  head[8] = 65;
  assert_true(packed_column_open(&column, head, 16, 1));
  assert_int_equal(packed_column_at(&column, 0), 0);
  head[8] = 8;
  assert_int_equal(packed_column_at(&column, 0), 0);
  head[8] = 0;
  assert_int_equal(packed_column_at(&column, 0), 7);
  head[9] = 1;
  assert_int_equal(packed_column_at(&column, 0), 0);
}

/* ---- Segments ---- */

/* Articles of several packs, some without a body or a URL, some whose URL is their id; a few hashes come twice. */
static void make_docs(struct segment_doc *docs, uint32_t count, uint64_t salt) {
  uint64_t offsets[4] = {0};
  for (uint32_t d = 0; d < count; d++) {
    uint64_t pack = 1 + random_below(4), hash = random_below(20) ? random_u64() : UINT64_C(0xabcdef) << 40;
    uint64_t place = pack << 48 | (uint64_t)random_below(255) << 40 | offsets[pack - 1];
    offsets[pack - 1] += random_below(3000);
    docs[d] = (struct segment_doc){.published = 1000000 - (int64_t)(2 * d + salt),
                                   .length = random_below(1000),
                                   .id_hash = hash,
                                   .url_hash = random_below(3)   ? random_u64()
                                               : random_below(2) ? hash
                                                                 : 0,
                                   .signature = random_u64(),
                                   .sequence = salt << 40 | (random_below(9) ? d : random_u64() >> 24),
                                   .card = place,
                                   .text = random_below(5) ? place ^ 1 : PLACE_NONE};
  }
}

static void write_docs(const char *path, const struct segment_doc *docs, uint32_t count, bool has_text) {
  struct segment_writer *writer;
  assert_int_equal(segment_create(&writer, path, segment_docs_of(docs, count), 1, has_text, 0, NULL), 0);
  assert_int_equal(segment_finish(&writer, true, NULL), 0);
}

/* All of the documents with a hash are found, and no others. */
static void check_order(struct segment *segment, bool by_url, uint64_t hash, const struct segment_doc *docs,
                        uint32_t count) {
  struct hash_order order;
  uint32_t expected = 0, found = 0;
  assert_int_equal(segment_hash_order(segment, by_url, &order, NULL), 0);
  for (uint32_t d = 0; d < count; d++) {
    expected += by_url ? docs[d].url_hash == hash && hash != docs[d].id_hash : docs[d].id_hash == hash;
  }
  for (uint32_t doc, at = hash_order_first(&order, hash); (doc = hash_order_doc(&order, at, hash)) != UINT32_MAX;
       at++) {
    assert_int_equal(by_url ? docs[doc].url_hash : docs[doc].id_hash, hash);
    found++;
  }
  assert_int_equal(found, expected);
}

static void check_docs(const char *path, const struct segment_doc *docs, uint32_t count, bool has_text) {
  struct segment segment;
  struct packed_column sequences;
  struct places cards, texts;
  assert_int_equal(segment_open(&segment, path, NULL), 0);
  assert_int_equal(segment.info.documents, count);
  assert_int_equal(segment_packed(&segment, SECTION_SEQUENCES, &sequences, NULL), 0);
  assert_int_equal(segment_places(&segment, SECTION_CARDS, &cards, NULL), 0);
  assert_int_equal(segment_places(&segment, SECTION_TEXTS, &texts, NULL), 0);
  assert_int_equal(segment.sections[SECTION_SIGNATURES].len, has_text ? 8 * count : 0);
  for (uint32_t d = 0; d < count; d++) {
    assert_int_equal(packed_column_at(&sequences, d), docs[d].sequence);
    assert_int_equal(places_at(&cards, d), docs[d].card);
    assert_int_equal(places_at(&texts, d), has_text ? docs[d].text : PLACE_NONE);
    check_order(&segment, false, docs[d].id_hash, docs, count);
    check_order(&segment, false, docs[d].id_hash ^ 1, docs, count);
    if (docs[d].url_hash) check_order(&segment, true, docs[d].url_hash, docs, count);
  }
  segment_close(&segment);
}

static void test_documents(void **state) {
  (void)state;
  static const uint32_t counts[] = {1, 255, 256, 257, DOCS};
  struct segment_doc docs[DOCS];
  char path[80];
  snprintf(path, sizeof path, "%s/docs.segment", folder);
  for (size_t i = 0; i < 2 * sizeof counts / sizeof *counts; i++) {
    make_docs(docs, counts[i / 2], 0);
    write_docs(path, docs, counts[i / 2], i % 2);
    check_docs(path, docs, counts[i / 2], i % 2);
  }
  for (uint32_t d = 0; d < DOCS; d++) docs[d].url_hash = d % 2 ? docs[d].id_hash : 0;
  write_docs(path, docs, DOCS, true);
  check_docs(path, docs, DOCS, true);
  struct segment segment;
  assert_int_equal(segment_open(&segment, path, NULL), 0);
  assert_int_equal(segment.sections[SECTION_URL_HASHES].len, 0);
  assert_int_equal(segment.sections[SECTION_URL_ORDER].len, 0);
  segment_close(&segment);
  remove(path);
}

/* A merge of what was written apart is what is written at once. */
static void test_merged_documents(void **state) {
  (void)state;
  enum { SOURCES = 3 };
  static struct segment_doc docs[SOURCES * DOCS];
  struct segment segments[SOURCES];
  struct merge_input inputs[SOURCES];
  char paths[SOURCES][80], path[80];
  for (uint32_t s = 0; s < SOURCES; s++) {
    snprintf(paths[s], sizeof paths[s], "%s/%u.segment", folder, s);
    make_docs(docs + (size_t)s * DOCS, DOCS, s == 2 ? 1 : s * 2000);
    for (uint32_t d = 0; s == 1 && d < DOCS; d++) docs[DOCS + d].url_hash = 0;
    write_docs(paths[s], docs + (size_t)s * DOCS, DOCS, true);
    assert_int_equal(segment_open(&segments[s], paths[s], NULL), 0);
    inputs[s] = (struct merge_input){.segment = &segments[s]};
  }
  for (size_t i = 1; i < SOURCES * DOCS; i++) { /* by insertion: into the total order */
    struct segment_doc doc = docs[i];
    size_t at = i;
    for (; at > 0 && segment_doc_compare(doc.published, doc.id_hash, docs[at - 1].published, docs[at - 1].id_hash) < 0;
         at--) {
      docs[at] = docs[at - 1];
    }
    docs[at] = doc;
  }
  uint32_t documents;
  snprintf(path, sizeof path, "%s/merged.segment", folder);
  assert_int_equal(merge_segments(inputs, SOURCES, &merging, path, &documents, NULL), 0);
  check_docs(path, docs, SOURCES * DOCS, true);
  remove(path);
  for (uint32_t s = 0; s < SOURCES; s++) {
    segment_close(&segments[s]);
    remove(paths[s]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_packed_columns),
      cmocka_unit_test(test_damaged_packed_columns),
      cmocka_unit_test(test_documents),
      cmocka_unit_test(test_merged_documents),
  };
  return cmocka_run_group_tests_name("columns", tests, make_folder, remove_folder);
}
