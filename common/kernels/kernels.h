/* common/kernels: the innermost loops, written once for every processor and again for the vector units that many have.
 *
 *   kernels.c   which of them this processor can run
 *   scalar.c    plain C: what the others must equal, and what other architectures get
 *   sse41.c     x86-64 with SSE 4.1, four numbers at a time
 *   avx2.c      x86-64 with AVX2, BMI 1 and 2, and POPCNT, eight at a time; with AVX-512 two of them sixteen at a time
 *   lanes.h     where packed numbers lie, for both
 *   bits.h      words of bit sets
 *
 * All levels give the same results to the bit. */
#ifndef COMMON_KERNELS_KERNELS_H
#define COMMON_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Kernels read up to so many bytes past the end of what they are given. */
enum { KERNEL_OVERREAD = 16 };

struct kernels {
  const char *level;
  /* count numbers of `width` bits (0 to 32), LSB first, `plus` added to each. */
  void (*unpack)(const uint8_t *in, size_t count, unsigned width, uint32_t plus, uint32_t *values);
  /* The sum of count numbers of `width` bits. count <= 65536. */
  uint64_t (*total)(const uint8_t *in, size_t count, unsigned width);
  /* sums[i] = first + i * step + gaps[0] + ... + gaps[i], modulo 2^32; step is 1 where gaps are less one. */
  void (*sum)(const uint32_t *gaps, size_t count, uint32_t first, uint32_t step, uint32_t *sums);
  /* units[i] = bm25_units() of freqs[i] and lengths[i], both below 2^31. */
  void (*bm25)(const uint32_t *freqs, const uint32_t *lengths, size_t count, float weight, float c0, float c1,
               uint32_t *units);
  /* The indexes, ascending, of the values that are at least `least`; returns how many. indexes has room for all of them.
   * count <= 65536. */
  size_t (*select)(const uint32_t *values, size_t count, uint32_t least, uint16_t *indexes);
  /* Keeps of starts[] those for which list[] holds start + offset, modulo 2^32 and never 2^32 - 1; returns how many. Both
   * ascend, with the offset too; list[] goes on with UINT32_MAX up to a multiple of NARROW_PAD. */
  size_t (*narrow)(uint32_t *starts, size_t count, const uint32_t *list, size_t list_count, uint32_t offset);
  /* The numbers of the bits that are set in `len` bytes, `first` added; returns how many. numbers has room for `most`
   * and MEMBERS_PAD more; where there are more than `most`, the answer is any number above it. */
  size_t (*members)(const uint8_t *bytes, size_t len, uint32_t first, uint32_t *numbers, size_t most);
  /* How many of the first `bits` bits are set. */
  uint32_t (*ones)(const uint8_t *bytes, uint64_t bits);
  /* Sets bit numbers[i] - first of words[]; no number is below first. */
  void (*mark)(const uint32_t *numbers, size_t count, uint32_t first, uint64_t *words);
  /* Sets those of bits to, to + 1, ... of words[] that are set at from, from + 1, ... of bytes[], `count` in all. */
  void (*merge)(const uint8_t *bytes, size_t from, size_t count, uint64_t *words, size_t to);
};
enum { NARROW_PAD = 8, MEMBERS_PAD = 16 };

extern const struct kernels kernels_scalar;
#if defined(__x86_64__)
extern const struct kernels kernels_sse41, kernels_avx2, kernels_avx512;
#endif

/* The best that this processor runs; a few instructions, so it need not be kept. */
const struct kernels *kernels(void);

/* The level of that number, from 0 (scalar) up; NULL where the processor lacks it, *name (may be NULL) says what it is
 * called; NULL and no name past the last. */
const struct kernels *kernels_level(unsigned number, const char **name);

/* The contribution of one posting, in units; the formula and its roundings are those of docs/ranking.md. */
static inline uint32_t bm25_units(float weight, float c0, float c1, uint32_t length, uint32_t freq) {
  float tf = (float)freq, k = c0 + c1 * (float)length;
  return (uint32_t)(int32_t)__builtin_lrintf(weight * tf / (tf + k));
}

#endif
