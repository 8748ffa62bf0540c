/* Words of bit sets, for kernels that go through them. */
#ifndef COMMON_KERNELS_BITS_H
#define COMMON_KERNELS_BITS_H

#include <stdint.h>
#include <string.h>

#define TOP_BIT (UINT64_C(1) << 63)

/* The next 64 bits, or the `left` that there are. */
__attribute__((always_inline)) static inline uint64_t bytes_word(const uint8_t *bytes, uint64_t left) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return left < 64 ? word & ((UINT64_C(1) << left) - 1) : word;
}

#endif
