/* Reading runs of Rice-coded gaps: any part of a run is read without what stands before it. encode.c writes them. */
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

/* As the processor's instruction is not everywhere, without it. */
static inline uint32_t count_ones(uint64_t word) {
  word -= word >> 1 & 0x5555555555555555u;
  word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  return (uint32_t)(word * 0x0101010101010101u >> 56);
}

/* The bits from run->bit on: 57 at least, when so many are left. False at the end of the bytes. */
static inline bool load_highs(const struct rice_run *run, uint64_t *word, unsigned *valid) {
  if (run->bit >> 3 >= (uint64_t)(run->end - run->highs)) return false;
  *word = load_u64(run->highs + (run->bit >> 3)) >> (run->bit & 7);
  *valid = 64 - (unsigned)(run->bit & 7);
  return true;
}

static bool is_inside(const struct rice_run *run) { return (run->bit + 7) >> 3 <= (uint64_t)(run->end - run->highs); }

bool rice_skip(struct rice_run *run, uint32_t count) {
  if (count > run->count - run->at) return false;
  run->at += count;
  while (count > 0) {
    uint64_t word;
    unsigned valid;
    if (!load_highs(run, &word, &valid)) return false;
    uint32_t ones = count_ones(word);
    if (ones < count) {
      count -= ones;
      run->bit += valid;
      continue;
    }
    while (--count > 0) word &= word - 1;
    run->bit += (unsigned)__builtin_ctzll(word) + 1;
  }
  return is_inside(run);
}

/* The quotients: lengths of the runs of zeros before each one. */
static bool read_highs(struct rice_run *run, uint32_t *values, uint32_t count) {
  uint64_t zeros = 0; /* of a quotient that goes on behind the word */
  for (uint32_t i = 0; i < count;) {
    uint64_t word;
    unsigned valid;
    if (!load_highs(run, &word, &valid)) return false;
    unsigned used = 0;
    for (; word && i < count; i++) {
      unsigned zero = (unsigned)__builtin_ctzll(word);
      word = word >> zero >> 1;
      values[i] = (uint32_t)(zeros + zero);
      zeros = 0;
      used += zero + 1;
    }
    if (i < count) {
      zeros += valid - used;
      used = valid;
    }
    run->bit += used;
  }
  return is_inside(run);
}

bool rice_read(struct rice_run *run, uint32_t *values, uint32_t count) {
  if (count > run->count - run->at || !read_highs(run, values, count)) return false;
  const unsigned width = run->width;
  const uint64_t mask = ((uint64_t)1 << width) - 1;
  size_t bit = (size_t)run->at * width;
  for (uint32_t i = 0; i < count; i++, bit += width) {
    values[i] = values[i] << width | (uint32_t)(load_u64(run->lows + (bit >> 3)) >> (bit & 7) & mask);
  }
  run->at += count;
  return true;
}

const uint8_t *rice_end(const struct rice_run *run) { return run->highs + ((run->bit + 7) >> 3); }
