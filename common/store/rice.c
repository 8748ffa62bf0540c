/* Reading runs of Rice-coded gaps: any part of a run is read without what stands before it. encode.c writes them. */
#include <string.h>

#include "common/kernels/kernels.h"
#include "common/store/store.h"

bool rice_open(struct rice_run *run, const uint8_t *in, const uint8_t *end, uint32_t count) {
  if (in == end || *in > 31) return false;
  size_t lows = ((size_t)count * *in + 7) / 8;
  run->width = *in++;
  if ((size_t)(end - in) < lows) return false;
  run->lows = in;
  run->highs = in + lows;
  run->end = end;
  run->bit = 0;
  run->at = 0;
  run->count = count;
  return true;
}

/* Moves past `count` ones of the highs; where each stands goes to places[], which may be NULL. */
static bool take_highs(struct rice_run *run, uint32_t count, uint32_t *places) {
  if (count > run->count - run->at) return false;
  uint64_t bit = kernels()->places(run->highs, run->bit, (uint64_t)(run->end - run->highs) * 8, count, places);
  if (bit == UINT64_MAX) return false;
  run->bit = bit;
  return true;
}

bool rice_skip(struct rice_run *run, uint32_t count) {
  if (!take_highs(run, count, NULL)) return false;
  run->at += count;
  return true;
}

/* The low bits of the next values; few are picked out, many unpacked with those before them in their byte. */
static void take_lows(const struct rice_run *run, uint32_t count, uint32_t *lows) {
  enum { FEW = 8 };
  const unsigned width = run->width;
  uint32_t first = run->at / 8 * 8, before = run->at - first, values[BLOCK + 8];
  if (count < FEW) {
    const uint64_t mask = ((uint64_t)1 << width) - 1;
    size_t bit = (size_t)run->at * width;
    for (uint32_t i = 0; i < count; i++, bit += width) {
      lows[i] = (uint32_t)(load_u64(run->lows + (bit >> 3)) >> (bit & 7) & mask);
    }
    return;
  }
  kernels()->unpack(run->lows + (size_t)first / 8 * width, before + count, width, 0, values);
  memcpy(lows, values + before, count * sizeof *lows);
}

bool rice_read(struct rice_run *run, uint32_t *values, uint32_t count) {
  uint32_t places[BLOCK], next = 0;
  if (!take_highs(run, count, places)) return false;
  take_lows(run, count, values);
  for (uint32_t i = 0; i < count; i++) {
    values[i] |= (places[i] - next) << run->width;
    next = places[i] + 1;
  }
  run->at += count;
  return true;
}

/* The quotients up to and with that of value i add up to its place less the i ones before it. */
bool rice_sums(struct rice_run *run, uint32_t *sums, uint32_t count, uint32_t first) {
  uint32_t places[BLOCK];
  if (!take_highs(run, count, places)) return false;
  take_lows(run, count, sums);
  kernels()->sum(sums, count, first, 0, sums);
  for (uint32_t i = 0; i < count; i++) sums[i] += (places[i] - i) << run->width;
  run->at += count;
  return true;
}

const uint8_t *rice_end(const struct rice_run *run) { return run->highs + ((run->bit + 7) >> 3); }
