/* Packing runs of up to 256 integers; codec.c reads them. One bit layout (LSB first) for every instruction set. */
#include <assert.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/store/store.h"

enum { BITSET_MARK = 0xff }; /* first byte of a run of documents kept as a bit set; packed runs begin with 0 to 32 */

/* ---- Bits --------------------------------------------------------------------------------------------------------- */

static inline uint64_t load_pair(const uint32_t *values, unsigned width, unsigned shift, uint64_t mask) {
  return ((values[0] >> shift) & mask) | ((values[1] >> shift) & mask) << width;
}

/* Bits that wait for their byte to fill: fewer than eight. */
struct bit_out {
  uint8_t *at;
  uint64_t pending;
  unsigned held;
};

/* At most 57 bits at once. Writes up to seven bytes beyond the last one that counts: PACKED_MAX has room for them, as no
 * run is as long. */
static inline void put_bits(struct bit_out *out, uint64_t bits, unsigned count) {
  out->pending |= bits << out->held;
  memcpy(out->at, &out->pending, 8);
  out->held += count;
  out->at += out->held >> 3;
  out->pending >>= out->held & ~7u;
  out->held &= 7;
}

/* The width bits above the lowest `shift` of every value. */
static uint8_t *pack_bits(const uint32_t *values, size_t count, unsigned width, unsigned shift, uint8_t *to) {
  struct bit_out out = {to, 0, 0};
  uint64_t mask = ((uint64_t)1 << width) - 1;
  size_t i = 0;
  if (width == 0) return to;
  if (width <= 14) {
    for (; i + 4 <= count; i += 4) {
      uint64_t low = load_pair(values + i, width, shift, mask), high = load_pair(values + i + 2, width, shift, mask);
      put_bits(&out, low | high << 2 * width, 4 * width);
    }
  } else if (width <= 28) {
    for (; i + 2 <= count; i += 2) put_bits(&out, load_pair(values + i, width, shift, mask), 2 * width);
  }
  for (; i < count; i++) put_bits(&out, (values[i] >> shift) & mask, width);
  if (out.held) *out.at++ = (uint8_t)out.pending;
  return out.at;
}

/* ---- The best width ----------------------------------------------------------------------------------------------- */

static unsigned bit_width(uint32_t value) { return value ? 32 - (unsigned)__builtin_clz(value) : 0; }

void bit_widths_plain(const uint32_t *values, size_t count, uint8_t *widths) {
  for (size_t i = 0; i < count; i++) widths[i] = (uint8_t)bit_width(values[i]);
  while (count % 16) widths[count++] = 0;
}

size_t count_wider_plain(const uint8_t *widths, size_t count, unsigned width) {
  size_t wider = 0;
  for (size_t i = 0; i < count; i++) wider += widths[i] > width;
  return wider;
}

#ifdef __SSE2__

/* The exponent of the value as a float; of neighbouring ones only the upper stays, so that nothing is rounded up. */
static inline __m128i widths_of(__m128i values) {
  values = _mm_andnot_si128(_mm_srli_epi32(values, 1), values);
  __m128i exponents = _mm_srli_epi32(_mm_castps_si128(_mm_cvtepi32_ps(values)), 23);
  __m128i widths = _mm_sub_epi32(exponents, _mm_set1_epi32(126));
  return _mm_and_si128(widths, _mm_cmpgt_epi32(exponents, _mm_setzero_si128()));
}

void bit_widths(const uint32_t *values, size_t count, uint8_t *widths) {
  __m128i any = _mm_setzero_si128();
  for (size_t at = 0; at < count; at += 16) {
    uint32_t rest[16] = {0};
    const uint32_t *from = count - at < 16 ? memcpy(rest, values + at, (count - at) * sizeof *values) : values + at;
    __m128i part[4];
    for (int i = 0; i < 4; i++) {
      __m128i four = _mm_loadu_si128((const __m128i *)(const void *)(from + 4 * i));
      any = _mm_or_si128(any, four);
      part[i] = widths_of(four);
    }
    __m128i bytes = _mm_packs_epi16(_mm_packs_epi32(part[0], part[1]), _mm_packs_epi32(part[2], part[3]));
    _mm_storeu_si128((__m128i *)(void *)(widths + at), bytes);
  }
  /* Floats are made of signed integers. */
  if (_mm_movemask_ps(_mm_castsi128_ps(any))) bit_widths_plain(values, count, widths);
}

size_t count_wider(const uint8_t *widths, size_t count, unsigned width) {
  const __m128i limit = _mm_set1_epi8((char)width);
  __m128i wider = _mm_setzero_si128();
  for (size_t at = 0; at < count; at += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(widths + at));
    wider = _mm_sub_epi8(wider, _mm_cmpgt_epi8(bytes, limit));
  }
  __m128i sums = _mm_sad_epu8(wider, _mm_setzero_si128());
  return (size_t)_mm_cvtsi128_si32(sums) + (size_t)_mm_extract_epi16(sums, 4);
}

#else

void bit_widths(const uint32_t *values, size_t count, uint8_t *widths) { bit_widths_plain(values, count, widths); }

size_t count_wider(const uint8_t *widths, size_t count, unsigned width) {
  return count_wider_plain(widths, count, width);
}

#endif

/* The width whose packed lows plus exceptions (an index byte and the remaining high bits each) take the least. */
static unsigned best_width(const uint32_t *values, size_t count, unsigned *widest, size_t *exceptions) {
  uint8_t widths[BLOCK];
  uint32_t any = 0;
  for (size_t i = 0; i < count; i++) any |= values[i];
  unsigned max = bit_width(any), width = max;
  size_t best = bits_to_bytes(count * max);
  *widest = max;
  *exceptions = 0;
  if (max == 0) return 0;
  bit_widths(values, count, widths);
  for (unsigned w = max; w-- > 0;) {
    size_t above = count_wider(widths, count, w);
    /* At any width from here on each exception costs its index, and its bits have to go somewhere. */
    if (above > UINT8_MAX || 1 + above + above * max / 8 >= best) break;
    size_t cost = bits_to_bytes(count * w) + 1 + above + bits_to_bytes(above * (max - w));
    if (cost < best) best = cost, width = w, *exceptions = above;
  }
  return width;
}

/* ---- Packed runs --------------------------------------------------------------------------------------------------------- */

size_t packed_encode_apart(const uint32_t *values, size_t count, struct packed_header *header, uint8_t *out) {
  assert(count <= BLOCK);
  unsigned widest;
  size_t exceptions;
  unsigned width = best_width(values, count, &widest, &exceptions);
  *header = (struct packed_header){(uint8_t)width, (uint8_t)exceptions, exceptions ? (uint8_t)(widest - width) : 0};
  uint8_t *at = pack_bits(values, count, width, 0, out);
  if (exceptions) {
    uint32_t high[BLOCK];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) { /* without a branch: the next one overwrites what is no exception */
      high[n] = values[i];
      at[n] = (uint8_t)i;
      n += values[i] >> width != 0;
    }
    at = pack_bits(high, n, widest - width, width, at + n);
  }
  return (size_t)(at - out);
}

size_t packed_encode(const uint32_t *values, size_t count, uint8_t *out) {
  struct packed_header header;
  uint8_t *data = out + 3;
  size_t len = packed_encode_apart(values, count, &header, data);
  out[0] = header.width;
  out[1] = header.exceptions;
  out[2] = header.high_width;
  if (header.exceptions) return 3 + len;
  memmove(out + 2, data, len);
  return 2 + len;
}

/* ---- Documents ---------------------------------------------------------------------------------------------------- */

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
  assert(count > 0 && count <= BLOCK && (int64_t)docs[0] > before);
  uint32_t gaps[BLOCK], backwards = 0;
  gaps[0] = (uint32_t)((int64_t)docs[0] - before - 1);
  for (size_t i = 1; i < count; i++) {
    gaps[i] = docs[i] - docs[i - 1] - 1;
    backwards |= docs[i] <= docs[i - 1];
  }
  assert(!backwards);
  size_t packed = packed_encode(gaps, count, out);
  size_t bytes = bits_to_bytes((size_t)((int64_t)docs[count - 1] - before));
  /* A quarter more is worth it: a bit set is looked into, united and counted without being decoded. */
  if (count >= 32 && bytes + 3 < packed + packed / 4) return bitset_encode(docs, count, before, bytes, out);
  return packed;
}
