/* Packed runs: what goes in comes out, whatever the values, and cut or damaged bytes never read outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/store/store.h"

static uint64_t random_state = 88172645463325252u;

static uint64_t random_u64(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static void check_packed(const uint32_t *values, size_t count) {
  uint8_t bytes[PACKED_MAX + OVERREAD] = {0};
  uint32_t back[BLOCK];
  size_t len = packed_encode(values, count, bytes);
  assert_true(len <= PACKED_MAX);
  const uint8_t *end = packed_decode(bytes, bytes + len, 0, back, count);
  assert_ptr_equal(end, bytes + len);
  assert_memory_equal(values, back, count * sizeof *values);
  assert_ptr_equal(packed_skip(bytes, bytes + len, count), bytes + len);
  if (len > 0) assert_null(packed_decode(bytes, bytes + len - 1, 0, back, count));
}

static void test_packed_widths(void **state) {
  (void)state;
  uint32_t values[BLOCK];
  for (unsigned width = 0; width <= 32; width++) {
    for (size_t count = 1; count <= BLOCK; count = count < 4 ? count + 1 : count * 2) {
      uint64_t limit = UINT64_C(1) << width;
      for (size_t i = 0; i < count; i++) values[i] = (uint32_t)(random_u64() % limit);
      values[count - 1] = (uint32_t)(limit - 1);
      check_packed(values, count);
    }
  }
}

/* The encoder's counting and its plain twin. */
static void test_widths_plain(void **state) {
  (void)state;
  uint32_t values[BLOCK];
  uint8_t fast[BLOCK], plain[BLOCK];
  for (int round = 0; round < 2000; round++) {
    size_t count = 1 + random_u64() % BLOCK, padded = (count + 15) / 16 * 16;
    unsigned most = 1 + random_u64() % 32;
    for (size_t i = 0; i < count; i++) {
      unsigned width = random_u64() % (most + 1);
      uint64_t limit = UINT64_C(1) << width;
      values[i] = (uint32_t)(random_u64() % 3 ? random_u64() % limit : limit - 1 - random_u64() % 2 % limit);
    }
    bit_widths(values, count, fast);
    bit_widths_plain(values, count, plain);
    assert_memory_equal(fast, plain, padded);
    for (unsigned width = 0; width < 32; width++)
      assert_int_equal(count_wider(fast, count, width), count_wider_plain(plain, count, width));
  }
}

static void test_packed_exceptions(void **state) {
  (void)state;
  uint32_t values[BLOCK];
  for (int round = 0; round < 2000; round++) {
    size_t count = 1 + random_u64() % BLOCK;
    unsigned low = random_u64() % 12, rare = 1 + random_u64() % 40;
    for (size_t i = 0; i < count; i++) {
      unsigned width = random_u64() % rare == 0 ? 32 : low;
      values[i] = (uint32_t)(random_u64() % (UINT64_C(1) << width));
    }
    check_packed(values, count);
  }
}

static void check_sums(const uint8_t *in, const uint8_t *end, const uint32_t *values, size_t count) {
  uint64_t before = 0, total = 0;
  for (size_t i = 0; i < count; i++) total += values[i];
  for (size_t i = 0; i < count; before += values[i++]) {
    struct packed_sums sums;
    assert_true(packed_sums(in, end, count, i, &sums));
    assert_true(sums.before == before && sums.value == values[i] && sums.total == total);
  }
}

/* Any part of a run is read without what stands before it. */
static void test_packed_parts(void **state) {
  (void)state;
  uint32_t values[BLOCK], back[BLOCK];
  uint8_t bytes[PACKED_MAX + OVERREAD] = {0};
  for (int round = 0; round < 4000; round++) {
    size_t count = 1 + random_u64() % BLOCK;
    unsigned low = random_u64() % 12, rare = 1 + random_u64() % 40;
    for (size_t i = 0; i < count; i++) {
      unsigned width = random_u64() % rare == 0 ? 32 : low;
      values[i] = (uint32_t)(random_u64() % (UINT64_C(1) << width));
    }
    struct packed_run run;
    size_t len = packed_encode(values, count, bytes);
    assert_true(packed_run_open(&run, bytes, bytes + len, count));
    assert_ptr_equal(run.end, bytes + len);
    for (size_t at = 0; at < count;) {
      size_t skip = random_u64() % 3 ? 0 : random_u64() % (count - at), read = random_u64() % (count - at - skip + 1);
      run.at += skip;
      at += skip;
      assert_true(packed_run_read(&run, back, read));
      assert_memory_equal(back, values + at, read * sizeof *back);
      at += read;
    }
    assert_false(packed_run_read(&run, back, 1));
    check_sums(bytes, bytes + len, values, count);
  }
}

static void test_all_values_largest(void **state) {
  (void)state;
  uint32_t values[BLOCK];
  memset(values, 0xff, sizeof values);
  check_packed(values, BLOCK);
  values[17] = 0;
  check_packed(values, BLOCK);
}

/* Rows, where there are any, hold the same documents; returns whether there are. */
static bool check_rows(const uint8_t *bytes, size_t len, const uint32_t *docs, size_t count, int64_t before) {
  uint64_t bits[ROWS_BITS / 64] = {0};
  size_t found = docs_rows(bytes, bytes + len, count, bits), at = 0, index;
  if (found == 0) return false;
  for (size_t place = 0, wanted = 0; place < found + 10; place++) {
    bool there = wanted < count && docs[wanted] == before + 1 + (int64_t)place;
    assert_true(docs_rows_find(bytes, bytes + len, count, place, &index));
    assert_int_equal(index, there ? wanted : count);
    wanted += there;
  }
  assert_true(found <= ROWS_BITS);
  for (size_t i = 0; i < ROWS_BITS; i++) {
    if (!(bits[i / 64] >> i % 64 & 1)) continue;
    assert_true(at < count && i < found);
    assert_int_equal(before + 1 + (int64_t)i, docs[at++]);
  }
  assert_int_equal(at, count);
  return true;
}

static bool check_docs(const uint32_t *docs, size_t count, int64_t before) {
  uint8_t bytes[DOCS_MAX + OVERREAD] = {0};
  uint32_t back[BLOCK];
  size_t len = docs_encode(docs, count, before, bytes);
  assert_true(len <= DOCS_MAX);
  assert_ptr_equal(docs_decode(bytes, bytes + len, before, back, count), bytes + len);
  assert_memory_equal(docs, back, count * sizeof *docs);
  assert_null(docs_decode(bytes, bytes + len - 1, before, back, count));
  return check_rows(bytes, len, docs, count, before);
}

static void test_docs_rows(void **state) {
  (void)state;
  uint32_t docs[BLOCK], rows = 0;
  for (int round = 0; round < 3000; round++) {
    size_t count = 1 + random_u64() % BLOCK;
    uint64_t rare = 1 + random_u64() % 60;
    int64_t doc = (int64_t)(random_u64() % 1000) - 1, before = doc;
    for (size_t i = 0; i < count; i++) {
      doc += random_u64() % rare ? 1 : 1 + (int64_t)(random_u64() % (round % 2 ? 500 : 5));
      docs[i] = (uint32_t)doc;
    }
    rows += check_docs(docs, count, before);
  }
  assert_true(rows > 1000);
}

static void test_docs(void **state) {
  (void)state;
  uint32_t docs[BLOCK];
  for (int round = 0; round < 3000; round++) {
    size_t count = 1 + random_u64() % BLOCK;
    uint32_t spread = 1 + (uint32_t)(random_u64() % (round % 3 == 0 ? 3 : round % 3 == 1 ? 40 : 5000000));
    int64_t before = round % 5 == 0 ? -1 : (int64_t)(random_u64() % 1000000), doc = before;
    for (size_t i = 0; i < count; i++) docs[i] = (uint32_t)(doc += 1 + (int64_t)(random_u64() % spread));
    check_docs(docs, count, before);
  }
}

static void test_docs_ends_of_range(void **state) {
  (void)state;
  uint32_t docs[BLOCK];
  for (uint32_t i = 0; i < BLOCK; i++) docs[i] = UINT32_MAX - BLOCK + i;
  check_docs(docs, BLOCK, -1);
  docs[0] = 0;
  check_docs(docs, BLOCK, -1);
}

/* Any bytes at all: an answer or NULL, and under the address sanitizer no stray read. */
static void test_hostile_bytes(void **state) {
  (void)state;
  uint32_t out[BLOCK];
  for (int round = 0; round < 20000; round++) {
    size_t len = random_u64() % 200;
    uint8_t *bytes = malloc(len + OVERREAD);
    assert_non_null(bytes);
    for (size_t i = 0; i < len + OVERREAD; i++) bytes[i] = (uint8_t)random_u64();
    if (len && round % 2) bytes[0] = (uint8_t)(round % 4 == 1 ? 0xff : random_u64() % 33);
    size_t count = 1 + random_u64() % BLOCK;
    const uint8_t *end = docs_decode(bytes, bytes + len, -1, out, count);
    assert_true(end == NULL || (end >= bytes && end <= bytes + len));
    end = packed_decode(bytes, bytes + len, 0, out, count);
    assert_true(end == NULL || (end >= bytes && end <= bytes + len));
    free(bytes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_packed_widths),      cmocka_unit_test(test_widths_plain),
      cmocka_unit_test(test_packed_parts),       cmocka_unit_test(test_packed_exceptions),
      cmocka_unit_test(test_all_values_largest), cmocka_unit_test(test_docs),
      cmocka_unit_test(test_docs_rows),          cmocka_unit_test(test_docs_ends_of_range),
      cmocka_unit_test(test_hostile_bytes),
  };
  return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
