/* Reading runs of up to 256 packed integers; encode.c writes them. One bit layout (LSB first) for every instruction set. */
#include <assert.h>
#include <string.h>

#include "common/store/store.h"

enum { BITSET_MARK = 0xff }; /* first byte of a run of documents kept as a bit set; packed runs begin with 0 to 32 */

static size_t bits_to_bytes(size_t bits) { return (bits + 7) / 8; }

static void unpack_bits(const uint8_t *in, size_t count, unsigned width, uint32_t *values) {
  if (width == 0) {
    memset(values, 0, count * sizeof *values);
    return;
  }
  uint64_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;
  size_t bit = 0;
  for (size_t i = 0; i < count; i++, bit += width) {
    values[i] = (uint32_t)(load_u64(in + (bit >> 3)) >> (bit & 7) & mask);
  }
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

const uint8_t *packed_decode(const uint8_t *in, const uint8_t *end, uint32_t *values, size_t count) {
  assert(count <= BLOCK);
  struct packed run;
  if (!packed_open(&run, in, end, count)) return NULL;
  unpack_bits(run.lows, count, run.width, values);
  if (run.exceptions) {
    uint32_t high[BLOCK];
    unpack_bits(run.highs, run.exceptions, run.high_width, high);
    for (size_t i = 0; i < run.exceptions; i++) {
      if (run.indexes[i] >= count) return NULL;
      values[run.indexes[i]] |= (uint32_t)((uint64_t)high[i] << run.width);
    }
  }
  return run.end;
}

const uint8_t *packed_skip(const uint8_t *in, const uint8_t *end, size_t count) {
  struct packed run;
  return packed_open(&run, in, end, count) ? run.end : NULL;
}

static const uint8_t *bitset_decode(const uint8_t *in, const uint8_t *end, int64_t before, uint32_t *docs,
                                    size_t count) {
  if (end - in < 3) return NULL;
  size_t bytes = in[1] | (size_t)in[2] << 8;
  in += 3;
  if ((size_t)(end - in) < bytes) return NULL;
  size_t found = 0;
  for (size_t at = 0; at < bytes; at += 8) {
    uint64_t bits = load_u64(in + at);
    if (bytes - at < 8) bits &= (UINT64_C(1) << (bytes - at) * 8) - 1;
    int64_t base = before + 1 + (int64_t)at * 8;
    for (; bits; bits &= bits - 1) {
      if (found == count) return NULL;
      docs[found++] = (uint32_t)(base + __builtin_ctzll(bits));
    }
  }
  return found == count ? in + bytes : NULL;
}

const uint8_t *docs_decode(const uint8_t *in, const uint8_t *end, int64_t before, uint32_t *docs, size_t count) {
  if (in < end && *in == BITSET_MARK) return bitset_decode(in, end, before, docs, count);
  in = packed_decode(in, end, docs, count);
  if (!in) return NULL;
  uint64_t doc = (uint64_t)(before + 1);
  for (size_t i = 0; i < count; i++) {
    doc += docs[i];
    docs[i] = (uint32_t)doc;
    doc++;
  }
  return doc <= (uint64_t)UINT32_MAX + 1 ? in : NULL;
}
