/* The kernels in plain C. */
#include <string.h>

#include "common/kernels/kernels.h"
#include "common/kernels/bits.h"

static void unpack(const uint8_t *in, size_t count, unsigned width, uint32_t plus, uint32_t *values) {
  uint64_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;
  size_t bit = 0;
  for (size_t i = 0; i < count; i++, bit += width) {
    uint64_t bytes;
    memcpy(&bytes, in + (bit >> 3), sizeof bytes);
    values[i] = (uint32_t)(bytes >> (bit & 7) & mask) + plus;
  }
}

static uint64_t total(const uint8_t *in, size_t count, unsigned width) {
  uint64_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1, sum = 0;
  size_t bit = 0;
  for (size_t i = 0; i < count; i++, bit += width) sum += bytes_word(in + (bit >> 3), 64) >> (bit & 7) & mask;
  return sum;
}

static void sum(const uint32_t *gaps, size_t count, uint32_t first, uint32_t step, uint32_t *sums) {
  for (size_t i = 0; i < count; i++) {
    first += gaps[i];
    sums[i] = first;
    first += step;
  }
}

static void bm25(const uint32_t *freqs, const uint32_t *lengths, size_t count, float weight, float c0, float c1,
                 uint32_t *units) {
  for (size_t i = 0; i < count; i++) units[i] = bm25_units(weight, c0, c1, lengths[i], freqs[i]);
}

static size_t select_least(const uint32_t *values, size_t count, uint32_t least, uint16_t *indexes) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++)
    if (values[i] >= least) indexes[found++] = (uint16_t)i;
  return found;
}

static size_t narrow(uint32_t *starts, size_t count, const uint32_t *list, size_t list_count, uint32_t offset) {
  size_t kept = 0, at = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t wanted = starts[i] + offset;
    while (at < list_count && list[at] < wanted) at++;
    if (at == list_count) break;
    starts[kept] = starts[i];
    kept += list[at] == wanted;
  }
  return kept;
}

static size_t members(const uint8_t *bytes, size_t len, uint32_t first, uint32_t *numbers, size_t most) {
  return members_of(bytes, len, first, numbers, most);
}

static uint32_t ones(const uint8_t *bytes, uint64_t bits) { return ones_of(bytes, bits); }

static void mark(const uint32_t *numbers, size_t count, uint32_t first, uint64_t *words) {
  mark_in(numbers, count, first, words);
}

static void merge(const uint8_t *bytes, size_t from, size_t count, uint64_t *words, size_t to) {
  merge_in(bytes, from, count, words, to);
}

const struct kernels kernels_scalar = {"scalar", unpack,  total, sum,  bm25, select_least,
                                       narrow,   members, ones,  mark, merge};
