/* Every level of the kernels gives what plain C gives, on random numbers and on extreme ones. Levels that this processor
 * lacks are skipped, each with a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/kernels/kernels.h"

enum { ROUNDS = 400, MOST = 4096 };

static uint64_t random_state = 88172645463325252u;

static uint64_t random_u64(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

/* Mostly small, often at an end of the range. */
static uint32_t some_number(uint32_t most) {
  switch (random_u64() % 8) {
  case 0:
    return 0;
  case 1:
    return most;
  case 2:
    return most - (most > 2 ? (uint32_t)(random_u64() % 3) : 0);
  default:
    return (uint32_t)((random_u64() >> random_u64() % 40) % ((uint64_t)most + 1));
  }
}

static size_t some_count(size_t most) { return random_u64() % 3 == 0 ? random_u64() % 20 : random_u64() % (most + 1); }

static void test_unpack(const struct kernels *level) {
  uint8_t bytes[MOST + KERNEL_OVERREAD];
  uint32_t expected[256], got[256];
  for (unsigned width = 0; width <= 32; width++) {
    for (int round = 0; round < 40; round++) {
      size_t count = some_count(256);
      uint32_t plus = round % 2 ? 1 : (uint32_t)random_u64();
      for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = round == 0 ? 0xff : (uint8_t)random_u64();
      kernels_scalar.unpack(bytes, count, width, plus, expected);
      level->unpack(bytes, count, width, plus, got);
      assert_memory_equal(got, expected, count * sizeof *got);
    }
  }
}

static void test_total(const struct kernels *level) {
  uint8_t bytes[MOST + KERNEL_OVERREAD];
  for (unsigned width = 0; width <= 32; width++) {
    for (int round = 0; round < 40; round++) {
      size_t count = some_count(256);
      uint32_t values[256];
      uint64_t wanted = 0;
      for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = round ? (uint8_t)random_u64() : 0xff;
      kernels_scalar.unpack(bytes, count, width, 0, values);
      for (size_t i = 0; i < count; i++) wanted += values[i];
      assert_true(level->total(bytes, count, width) == wanted);
    }
  }
}

static void test_sum(const struct kernels *level) {
  uint32_t gaps[256], expected[256], got[256];
  for (int round = 0; round < ROUNDS; round++) {
    size_t count = some_count(256);
    uint32_t first = some_number(UINT32_MAX), step = (uint32_t)(random_u64() % 2);
    for (size_t i = 0; i < count; i++) gaps[i] = some_number(round % 2 ? UINT32_MAX : 1000);
    kernels_scalar.sum(gaps, count, first, step, expected);
    level->sum(gaps, count, first, step, got);
    assert_memory_equal(got, expected, count * sizeof *got);
    level->sum(gaps, count, first, step, gaps); /* in place */
    assert_memory_equal(gaps, expected, count * sizeof *got);
  }
}

static void test_bm25(const struct kernels *level) {
  uint32_t freqs[256], lengths[256], expected[256], got[256];
  for (int round = 0; round < ROUNDS; round++) {
    size_t count = some_count(256);
    float weight = (float)(random_u64() % (1 << 30)), c0 = 0.3f, c1 = round % 5 ? 0.0009f : 0;
    for (size_t i = 0; i < count; i++) {
      freqs[i] = 1 + some_number(round % 3 ? 100 : INT32_MAX - 1);
      lengths[i] = some_number(round % 3 ? 5000 : INT32_MAX);
    }
    kernels_scalar.bm25(freqs, lengths, count, weight, c0, c1, expected);
    level->bm25(freqs, lengths, count, weight, c0, c1, got);
    assert_memory_equal(got, expected, count * sizeof *got);
  }
}

static void test_select(const struct kernels *level) {
  static uint32_t values[MOST];
  static uint16_t expected[MOST], got[MOST];
  for (int round = 0; round < ROUNDS; round++) {
    size_t count = some_count(MOST);
    for (size_t i = 0; i < count; i++) values[i] = some_number(round % 2 ? UINT32_MAX : 1000);
    uint32_t least = count && round % 4 ? values[random_u64() % count] : some_number(UINT32_MAX);
    size_t wanted = kernels_scalar.select(values, count, least, expected);
    assert_int_equal(level->select(values, count, least, got), wanted);
    assert_memory_equal(got, expected, wanted * sizeof *got);
  }
}

static size_t some_ascending(uint32_t *values, size_t most, uint32_t range) {
  size_t count = some_count(most);
  uint32_t value = 0;
  for (size_t i = 0; i < count; i++) values[i] = value += (uint32_t)(random_u64() % range);
  return count;
}

static void test_narrow(const struct kernels *level) {
  uint32_t expected[256], got[256], list[256 + NARROW_PAD];
  for (int round = 0; round < 4 * ROUNDS; round++) {
    uint32_t range = 1 + (uint32_t)(random_u64() % 20), offset = (uint32_t)(random_u64() % 4);
    size_t count = some_ascending(expected, 256, range), list_count = some_ascending(list, 256, range);
    for (size_t i = 0; i < NARROW_PAD; i++) list[list_count + i] = UINT32_MAX;
    memcpy(got, expected, count * sizeof *got);
    size_t wanted = kernels_scalar.narrow(expected, count, list, list_count, offset);
    assert_int_equal(level->narrow(got, count, list, list_count, offset), wanted);
    assert_memory_equal(got, expected, wanted * sizeof *got);
  }
}

static void some_bits(uint8_t *bytes, size_t len) {
  unsigned rare = (unsigned)(random_u64() % 4);
  for (size_t i = 0; i < len; i++) {
    uint64_t bits = random_u64() % 5 == 0 ? UINT64_MAX : random_u64();
    for (unsigned r = 0; r < rare; r++) bits &= random_u64();
    bytes[i] = (uint8_t)bits;
  }
}

static void test_members(const struct kernels *level) {
  uint8_t bytes[256 + KERNEL_OVERREAD];
  static uint32_t expected[2048 + MEMBERS_PAD], got[2048 + MEMBERS_PAD];
  for (int round = 0; round < ROUNDS; round++) {
    size_t len = some_count(256), most = round % 2 ? 2048 : random_u64() % 300;
    uint32_t first = some_number(UINT32_MAX);
    some_bits(bytes, sizeof bytes);
    size_t wanted = kernels_scalar.members(bytes, len, first, expected, most);
    size_t found = level->members(bytes, len, first, got, most);
    assert_int_equal(found > most, wanted > most);
    if (wanted > most) continue;
    assert_int_equal(found, wanted);
    assert_memory_equal(got, expected, wanted * sizeof *got);
    for (size_t i = 0, at = 0; i < wanted; i++, at++) { /* and they are the members */
      while (!(bytes[at / 8] >> at % 8 & 1)) at++;
      assert_int_equal(got[i], first + (uint32_t)at);
    }
  }
}

static void test_mark(const struct kernels *level) {
  enum { WORDS = 70 };
  for (size_t count = 0; count < 300; count += 1 + count / 9) {
    uint32_t numbers[300], first = count % 2 ? UINT32_MAX - WORDS * 64 : (uint32_t)count;
    uint64_t words[WORDS] = {0}, wanted[WORDS] = {0};
    for (size_t i = 0; i < count; i++) {
      uint32_t at = i == 0 ? 0 : i == 1 ? WORDS * 64 - 1 : (uint32_t)(i * i * 7 % (WORDS * 64));
      numbers[i] = first + at;
      wanted[at / 64] |= UINT64_C(1) << at % 64;
    }
    level->mark(numbers, count, first, words);
    assert_memory_equal(words, wanted, sizeof words);
  }
}

static void test_merge(const struct kernels *level) {
  enum { WORDS = 20 };
  uint8_t bytes[256 + KERNEL_OVERREAD];
  for (int round = 0; round < 4 * ROUNDS; round++) {
    size_t count = some_count(WORDS * 64), from = random_u64() % (sizeof bytes * 8 - KERNEL_OVERREAD * 8 - count + 1);
    size_t to = random_u64() % (WORDS * 64 - count + 1);
    uint64_t words[WORDS], wanted[WORDS];
    some_bits(bytes, sizeof bytes);
    some_bits((uint8_t *)words, sizeof words);
    memcpy(wanted, words, sizeof words);
    for (size_t i = 0; i < count; i++) {
      uint64_t bit = bytes[(from + i) / 8] >> (from + i) % 8 & 1;
      wanted[(to + i) / 64] |= bit << (to + i) % 64;
    }
    level->merge(bytes, from, count, words, to);
    assert_memory_equal(words, wanted, sizeof words);
  }
}

static void test_ones(const struct kernels *level) {
  uint8_t bytes[512 + KERNEL_OVERREAD];
  for (int round = 0; round < ROUNDS; round++) {
    uint64_t bits = some_count(512 * 8);
    uint32_t wanted = 0;
    some_bits(bytes, sizeof bytes);
    for (uint64_t i = 0; i < bits; i++) wanted += bytes[i / 8] >> i % 8 & 1;
    assert_int_equal(level->ones(bytes, bits), wanted);
    assert_int_equal(kernels_scalar.ones(bytes, bits), wanted);
  }
}

static void test_level(void **state) {
  const char *name;
  const struct kernels *level = kernels_level((unsigned)(uintptr_t)*state, &name);
  assert_non_null(name);
  if (!level) skip();
  test_unpack(level);
  test_total(level);
  test_sum(level);
  test_bm25(level);
  test_select(level);
  test_narrow(level);
  test_members(level);
  test_ones(level);
  test_mark(level);
  test_merge(level);
}

/* The one that is chosen is the last that there is. */
static void test_choice(void **state) {
  const struct kernels *best = NULL;
  const char *name;
  (void)state;
  for (unsigned number = 0; kernels_level(number, &name) || name; number++) {
    if (kernels_level(number, NULL)) best = kernels_level(number, NULL);
  }
  assert_non_null(best);
  assert_ptr_equal(kernels(), best);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_prestate(test_level, (void *)0),
#if defined(__x86_64__)
    {"test_level_sse4.1", test_level, NULL, NULL, (void *)1},
    {"test_level_avx2", test_level, NULL, NULL, (void *)2},
    {"test_level_avx512", test_level, NULL, NULL, (void *)3},
#endif
    cmocka_unit_test(test_choice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
