/* Going through bits, a word at a time. The kernels of each level are these, compiled with the instructions that it has:
 * to count ones, to find the lowest and to clear it. */
#ifndef COMMON_KERNELS_BITS_H
#define COMMON_KERNELS_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE __attribute__((always_inline)) static inline

#define TOP_BIT (UINT64_C(1) << 63)

/* The next 64 bits, or the `left` that there are. */
INLINE uint64_t bytes_word(const uint8_t *bytes, uint64_t left) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return left < 64 ? word & ((UINT64_C(1) << left) - 1) : word;
}

INLINE size_t members_of(const uint8_t *bytes, size_t len, uint32_t first, uint32_t *numbers, size_t most) {
  size_t found = 0;
  for (size_t at = 0; at < len; at += 8, first += 64) {
    uint64_t word = bytes_word(bytes + at, (len - at) * 8);
    size_t total = (size_t)__builtin_popcountll(word);
    if (found + total > most) return most + 1;
    for (uint32_t *to = numbers + found; word; to += 4) {
      for (int i = 0; i < 4; i++, word &= word - 1) to[i] = first + (uint32_t)__builtin_ctzll(word | TOP_BIT);
    }
    found += total;
  }
  return found;
}

INLINE uint32_t ones_of(const uint8_t *bytes, uint64_t bits) {
  uint32_t count = 0;
  uint64_t at = 0;
  for (; at + 64 <= bits; at += 64) count += (uint32_t)__builtin_popcountll(bytes_word(bytes + at / 8, 64));
  return at < bits ? count + (uint32_t)__builtin_popcountll(bytes_word(bytes + at / 8, bits - at)) : count;
}

INLINE void mark_one(uint32_t at, uint64_t *words) { words[at / 64] |= UINT64_C(1) << at % 64; }

/* Neighbours mostly fall into one word, and each would wait for the one before it to be stored: four parts take turns. */
INLINE void mark_in(const uint32_t *numbers, size_t count, uint32_t first, uint64_t *words) {
  size_t part = count / 4;
  for (size_t i = 0; i < part; i++) {
    mark_one(numbers[i] - first, words);
    mark_one(numbers[part + i] - first, words);
    mark_one(numbers[2 * part + i] - first, words);
    mark_one(numbers[3 * part + i] - first, words);
  }
  for (size_t i = 4 * part; i < count; i++) mark_one(numbers[i] - first, words);
}

/* 64 bits from any bit on. */
INLINE uint64_t bits_from(const uint8_t *bytes, size_t bit) {
  unsigned shift = bit & 7;
  uint64_t word = bytes_word(bytes + bit / 8, 64);
  return word >> shift | (uint64_t)bytes[bit / 8 + 8] << 1 << (63 - shift);
}

/* Up to the next word of words[], or all of them; returns how many. */
INLINE size_t merge_word(const uint8_t *bytes, size_t from, size_t count, uint64_t *words, size_t to) {
  size_t room = 64 - to % 64, taken = count < room ? count : room;
  uint64_t bits = bits_from(bytes, from);
  if (taken < 64) bits &= (UINT64_C(1) << taken) - 1;
  words[to / 64] |= bits << to % 64;
  return taken;
}

INLINE void merge_in(const uint8_t *bytes, size_t from, size_t count, uint64_t *words, size_t to) {
  for (size_t taken; count; from += taken, to += taken, count -= taken) {
    taken = merge_word(bytes, from, count, words, to);
  }
}

#endif
