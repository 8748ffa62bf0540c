/* Packing runs of up to 256 integers; codec.c reads them. One bit layout (LSB first) for every instruction set. */
#include <assert.h>
#include <string.h>

#include "common/store/store.h"

enum { BITSET_MARK = 0xff }; /* first byte of a run of documents kept as a bit set; packed runs begin with 0 to 32 */

static size_t bits_to_bytes(size_t bits) { return (bits + 7) / 8; }

/* Without a branch: the shift makes room for a bit that is always there. */
static inline unsigned bit_width(uint32_t value) { return 63 - (unsigned)__builtin_clzll((uint64_t)value << 1 | 1); }

static uint8_t *pack_bits(const uint32_t *values, size_t count, unsigned width, unsigned shift, uint8_t *out) {
  uint64_t pending = 0;
  unsigned held = 0;
  uint64_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;
  for (size_t i = 0; i < count; i++) {
    pending |= ((values[i] >> shift) & mask) << held;
    held += width;
    if (held >= 32) {
      uint32_t word = (uint32_t)pending;
      memcpy(out, &word, 4);
      out += 4;
      pending >>= 32;
      held -= 32;
    }
  }
  while (held > 0) {
    *out++ = (uint8_t)pending;
    pending >>= 8;
    held = held > 8 ? held - 8 : 0;
  }
  return out;
}

/* How many values have each width. Long runs count in four tables, so that equal widths do not wait for one counter. */
static void count_widths(const uint32_t *values, size_t count, uint16_t *widths) {
  if (count < BLOCK / 2) {
    memset(widths, 0, 33 * sizeof *widths);
    for (size_t i = 0; i < count; i++) widths[bit_width(values[i])]++;
    return;
  }
  uint16_t lanes[4][33] = {{0}};
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    lanes[0][bit_width(values[i])]++;
    lanes[1][bit_width(values[i + 1])]++;
    lanes[2][bit_width(values[i + 2])]++;
    lanes[3][bit_width(values[i + 3])]++;
  }
  for (; i < count; i++) lanes[0][bit_width(values[i])]++;
  for (int w = 0; w <= 32; w++) widths[w] = (uint16_t)(lanes[0][w] + lanes[1][w] + lanes[2][w] + lanes[3][w]);
}

/* The width whose packed lows plus exceptions (an index byte and the remaining high bits each) take the least. */
static unsigned best_width(const uint32_t *values, size_t count, unsigned *widest, size_t *exceptions) {
  uint16_t widths[33];
  count_widths(values, count, widths);
  uint32_t any = 0;
  for (size_t i = 0; i < count; i++) any |= values[i];
  size_t above = 0, best = SIZE_MAX;
  unsigned max = bit_width(any), width = max;
  *exceptions = 0;
  for (unsigned w = max;; w--) {
    size_t cost = bits_to_bytes(count * w) + (above ? 1 + above + bits_to_bytes(above * (max - w)) : 0);
    if (cost < best) best = cost, width = w, *exceptions = above;
    if (w == 0) break;
    above += widths[w];
    if (above > UINT8_MAX || above >= best) break;
  }
  *widest = max;
  return width;
}

size_t packed_encode(const uint32_t *values, size_t count, uint8_t *out) {
  assert(count <= BLOCK);
  unsigned widest;
  size_t exceptions;
  unsigned width = best_width(values, count, &widest, &exceptions);
  uint8_t *at = out;
  *at++ = (uint8_t)width;
  *at++ = (uint8_t)exceptions;
  if (exceptions) *at++ = (uint8_t)(widest - width);
  at = pack_bits(values, count, width, 0, at);
  if (exceptions) {
    uint32_t high[BLOCK];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
      if (bit_width(values[i]) <= width) continue;
      *at++ = (uint8_t)i;
      high[n++] = values[i];
    }
    at = pack_bits(high, n, widest - width, width, at);
  }
  return (size_t)(at - out);
}

static size_t bitset_encode(const uint32_t *docs, size_t count, int64_t before, size_t bytes, uint8_t *out) {
  out[0] = BITSET_MARK;
  out[1] = (uint8_t)bytes;
  out[2] = (uint8_t)(bytes >> 8);
  memset(out + 3, 0, bytes);
  for (size_t i = 0; i < count; i++) {
    size_t bit = (size_t)((int64_t)docs[i] - before - 1);
    out[3 + bit / 8] |= (uint8_t)(1u << bit % 8);
  }
  return 3 + bytes;
}

size_t docs_encode(const uint32_t *docs, size_t count, int64_t before, uint8_t *out) {
  assert(count > 0 && count <= BLOCK);
  uint32_t gaps[BLOCK];
  int64_t last = before;
  for (size_t i = 0; i < count; i++) {
    assert((int64_t)docs[i] > last);
    gaps[i] = (uint32_t)((int64_t)docs[i] - last - 1);
    last = docs[i];
  }
  size_t packed = packed_encode(gaps, count, out);
  size_t bytes = bits_to_bytes((size_t)(last - before));
  if (count >= 32 && bytes + 3 < packed) return bitset_encode(docs, count, before, bytes, out);
  return packed;
}
