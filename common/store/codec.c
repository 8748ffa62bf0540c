/* Runs of up to 256 integers, packed. One bit layout (LSB first) for every instruction set. */
#include <assert.h>
#include <string.h>

#include "common/kernels/kernels.h"
#include "common/store/store.h"

enum { BITSET_MARK = 0xff }; /* first byte of a run of documents kept as a bit set; packed runs begin with 0 to 32 */

/* Without a branch: the shift makes room for a bit that is always there. */
static inline unsigned bit_width(uint32_t value) { return 63 - (unsigned)__builtin_clzll((uint64_t)value << 1 | 1); }

static size_t bits_to_bytes(size_t bits) { return (bits + 7) / 8; }

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

/* Header of a packed run, checked; sizes the parts. */
struct packed {
  unsigned width, high_width;
  size_t exceptions;
  const uint8_t *lows, *indexes, *highs, *end;
};

static bool packed_open(struct packed *run, const uint8_t *in, const uint8_t *end, size_t count) {
  if (end - in < 2) return false;
  run->width = in[0];
  run->exceptions = in[1];
  run->high_width = 0;
  in += 2;
  if (run->exceptions) {
    if (in == end) return false;
    run->high_width = *in++;
  }
  if (run->width > 32 || run->high_width > 32 - run->width || run->exceptions > count) return false;
  size_t lows = bits_to_bytes(count * run->width), highs = bits_to_bytes(run->exceptions * run->high_width);
  if ((size_t)(end - in) < lows + run->exceptions + highs) return false;
  run->lows = in;
  run->indexes = in + lows;
  run->highs = run->indexes + run->exceptions;
  run->end = run->highs + highs;
  return true;
}

static uint32_t bits_at(const uint8_t *in, size_t index, unsigned width) {
  size_t bit = index * width;
  return (uint32_t)(load_u64(in + (bit >> 3)) >> (bit & 7) & ((UINT64_C(1) << width) - 1));
}

static bool packed_values(const struct packed *run, uint32_t plus, uint32_t *values, size_t count) {
  kernels()->unpack(run->lows, count, run->width, plus, values);
  if (!run->exceptions) return true;
  uint32_t high[BLOCK];
  kernels()->unpack(run->highs, run->exceptions, run->high_width, 0, high);
  for (size_t i = 0; i < run->exceptions; i++) {
    if (run->indexes[i] >= count) return false;
    values[run->indexes[i]] += (uint32_t)((uint64_t)high[i] << run->width);
  }
  return true;
}

const uint8_t *packed_decode(const uint8_t *in, const uint8_t *end, uint32_t plus, uint32_t *values, size_t count) {
  assert(count <= BLOCK);
  struct packed run;
  if (!packed_open(&run, in, end, count)) return NULL;
  return packed_values(&run, plus, values, count) ? run.end : NULL;
}

uint32_t packed_value(const uint8_t *in, const uint8_t *end, size_t count, size_t at) {
  struct packed run;
  assert(at < count);
  if (!packed_open(&run, in, end, count)) return 0;
  uint64_t value = bits_at(run.lows, at, run.width);
  const uint8_t *index = run.exceptions ? memchr(run.indexes, (int)at, run.exceptions) : NULL;
  if (index) value |= (uint64_t)bits_at(run.highs, (size_t)(index - run.indexes), run.high_width) << run.width;
  return (uint32_t)value;
}

const uint8_t *packed_skip(const uint8_t *in, const uint8_t *end, size_t count) {
  struct packed run;
  return packed_open(&run, in, end, count) ? run.end : NULL;
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

bool docs_bits(const uint8_t *in, const uint8_t *end, struct docs_bits *out) {
  if (end - in < 3 || *in != BITSET_MARK) return false;
  out->len = in[1] | (size_t)in[2] << 8;
  out->bytes = in + 3;
  return (size_t)(end - out->bytes) >= out->len;
}

static const uint8_t *bitset_decode(const struct docs_bits *set, int64_t before, uint32_t *docs, size_t count) {
  uint32_t numbers[BLOCK + MEMBERS_PAD];
  if (kernels()->members(set->bytes, set->len, (uint32_t)(before + 1), numbers, count) != count) return NULL;
  memcpy(docs, numbers, count * sizeof *docs);
  return set->bytes + set->len;
}

/* Gaps so large that sums may leave 32 bits: only in damaged files and the largest segments. */
static bool sum_checked(uint32_t *docs, size_t count, uint64_t first) {
  for (size_t i = 0; i < count; i++) {
    first += docs[i];
    docs[i] = (uint32_t)first++;
  }
  return first <= (uint64_t)UINT32_MAX + 1;
}

const uint8_t *docs_decode(const uint8_t *in, const uint8_t *end, int64_t before, uint32_t *docs, size_t count) {
  struct docs_bits set;
  struct packed run;
  assert(count <= BLOCK);
  if (docs_bits(in, end, &set)) return bitset_decode(&set, before, docs, count);
  if (!packed_open(&run, in, end, count) || !packed_values(&run, 0, docs, count)) return NULL;
  uint64_t first = (uint64_t)(before + 1), largest = UINT64_C(1) << (run.width + run.high_width);
  if (first + count * largest <= UINT32_MAX) {
    kernels()->sum(docs, count, (uint32_t)first, 1, docs);
    return run.end;
  }
  return sum_checked(docs, count, first) ? run.end : NULL;
}
