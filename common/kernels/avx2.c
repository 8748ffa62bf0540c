/* The kernels for AVX2, and at the end two that AVX-512 does better. Eight packed numbers of b bits begin at a byte and
 * fill b bytes, so a shuffle brings each to a lane of its own and a shift and a mask do the rest (Lemire and Boytsov,
 * Decoding billions of integers per second through vectorization, 2015, for the idea of whole groups; this layout is
 * plain LSB first). */
#include "common/kernels/bits.h"
#include "common/kernels/kernels.h"
#include "common/kernels/lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

#define SHIFT_OF(w, i) BIT(w, i) & 7
#define SHIFTS(w) EACH_LANE(SHIFT_OF, w)

static const uint8_t shuffles[][32] __attribute__((aligned(32))) = EACH_WIDTH(SHUFFLE);
static const uint32_t shifts[][8] __attribute__((aligned(32))) = EACH_WIDTH(SHIFTS);

/* The eight numbers of a group. */
AVX2 static inline __m256i eight(const uint8_t *in, unsigned width, __m256i shuffle, __m256i shift, __m256i mask) {
  __m128i low = _mm_loadu_si128((const __m128i *)in), high = _mm_loadu_si128((const __m128i *)(in + (width >> 1)));
  __m256i bytes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), shuffle);
  return _mm256_and_si256(_mm256_srlv_epi32(bytes, shift), mask);
}

AVX2 static void unpack(const uint8_t *in, size_t count, unsigned width, uint32_t plus, uint32_t *values) {
  size_t whole = count / 8 * 8;
  if (width > WIDEST) whole = 0;
  if (whole) {
    __m256i shuffle = _mm256_load_si256((const __m256i *)shuffles[width]);
    __m256i shift = _mm256_load_si256((const __m256i *)shifts[width]);
    __m256i mask = _mm256_set1_epi32((int)((1u << width) - 1)), more = _mm256_set1_epi32((int)plus);
    for (size_t i = 0; i < whole; i += 8, in += width) {
      __m256i numbers = eight(in, width, shuffle, shift, mask);
      _mm256_storeu_si256((__m256i *)(values + i), _mm256_add_epi32(numbers, more));
    }
  }
  if (whole < count) kernels_scalar.unpack(in, count - whole, width, plus, values + whole);
}

/* Each lane sums an eighth of them, which fits 32 bits up to a width of 19. */
AVX2 static uint64_t total(const uint8_t *in, size_t count, unsigned width) {
  size_t whole = width > 19 ? 0 : count / 8 * 8;
  uint64_t sum = 0;
  if (whole) {
    __m256i shuffle = _mm256_load_si256((const __m256i *)shuffles[width]);
    __m256i shift = _mm256_load_si256((const __m256i *)shifts[width]);
    __m256i mask = _mm256_set1_epi32((int)((1u << width) - 1)), sums = _mm256_setzero_si256();
    for (size_t i = 0; i < whole; i += 8, in += width) {
      sums = _mm256_add_epi32(sums, eight(in, width, shuffle, shift, mask));
    }
    uint32_t lanes[8];
    _mm256_storeu_si256((__m256i *)lanes, sums);
    for (int i = 0; i < 8; i++) sum += lanes[i];
  }
  return whole < count ? sum + kernels_scalar.total(in, count - whole, width) : sum;
}

AVX2 static void sum(const uint32_t *gaps, size_t count, uint32_t first, uint32_t step, uint32_t *sums) {
  __m256i before = _mm256_set1_epi32((int)(first - step)), each = _mm256_set1_epi32((int)step);
  __m256i last = _mm256_set1_epi32(7);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256i x = _mm256_add_epi32(_mm256_loadu_si256((const __m256i *)(gaps + i)), each);
    x = _mm256_add_epi32(x, _mm256_slli_si256(x, 4));
    x = _mm256_add_epi32(x, _mm256_slli_si256(x, 8));
    __m256i carry = _mm256_permute2x128_si256(x, x, 0x08); /* the lower half, to the upper */
    x = _mm256_add_epi32(x, _mm256_shuffle_epi32(carry, 0xff));
    _mm256_storeu_si256((__m256i *)(sums + i), _mm256_add_epi32(x, before));
    before = _mm256_add_epi32(before, _mm256_permutevar8x32_epi32(x, last)); /* one addition is all that has to wait */
  }
  kernels_scalar.sum(gaps + i, count - i, (uint32_t)_mm256_cvtsi256_si32(before) + step, step, sums + i);
}

AVX2 static void bm25(const uint32_t *freqs, const uint32_t *lengths, size_t count, float weight, float c0, float c1,
                      uint32_t *units) {
  __m256 a = _mm256_set1_ps(weight), k0 = _mm256_set1_ps(c0), k1 = _mm256_set1_ps(c1);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256 tf = _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(freqs + i)));
    __m256 length = _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(lengths + i)));
    __m256 k = _mm256_add_ps(k0, _mm256_mul_ps(k1, length));
    __m256 part = _mm256_div_ps(_mm256_mul_ps(a, tf), _mm256_add_ps(tf, k));
    _mm256_storeu_si256((__m256i *)(units + i), _mm256_cvtps_epi32(part));
  }
  kernels_scalar.bm25(freqs + i, lengths + i, count - i, weight, c0, c1, units + i);
}

AVX2 static size_t select_least(const uint32_t *values, size_t count, uint32_t least, uint16_t *indexes) {
  __m256i bound = _mm256_set1_epi32((int)least);
  size_t found = 0, i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256i x = _mm256_loadu_si256((const __m256i *)(values + i));
    __m256i enough = _mm256_cmpeq_epi32(_mm256_max_epu32(x, bound), x);
    for (unsigned bits = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(enough)); bits; bits &= bits - 1)
      indexes[found++] = (uint16_t)(i + (unsigned)__builtin_ctz(bits));
  }
  for (; i < count; i++)
    if (values[i] >= least) indexes[found++] = (uint16_t)i;
  return found;
}

/* The eight numbers among which the wanted one must be are compared at once. */
AVX2 static size_t narrow(uint32_t *starts, size_t count, const uint32_t *list, size_t list_count, uint32_t offset) {
  size_t kept = 0, at = 0, padded = (list_count + 7) / 8 * 8;
  for (size_t i = 0; i < count; i++) {
    uint32_t wanted = starts[i] + offset;
    while (at < padded && list[at + 7] < wanted) at += 8;
    if (at == padded) break;
    __m256i eight = _mm256_loadu_si256((const __m256i *)(list + at));
    __m256i equal = _mm256_cmpeq_epi32(eight, _mm256_set1_epi32((int)wanted));
    starts[kept] = starts[i];
    kept += !_mm256_testz_si256(equal, equal);
  }
  return kept;
}

AVX2 static size_t members(const uint8_t *bytes, size_t len, uint32_t first, uint32_t *numbers, size_t most) {
  return members_of(bytes, len, first, numbers, most);
}

AVX2 static uint32_t ones(const uint8_t *bytes, uint64_t bits) { return ones_of(bytes, bits); }

AVX2 static void mark(const uint32_t *numbers, size_t count, uint32_t first, uint64_t *words) {
  mark_in(numbers, count, first, words);
}

/* Whole words four at a time, each made of two that lie eight bytes apart. */
AVX2 static void merge(const uint8_t *bytes, size_t from, size_t count, uint64_t *words, size_t to) {
  if (count && to % 64) {
    size_t taken = merge_word(bytes, from, count, words, to);
    from += taken, to += taken, count -= taken;
  }
  __m128i down = _mm_cvtsi32_si128((int)(from & 7)), up = _mm_cvtsi32_si128(64 - (int)(from & 7));
  for (; count >= 256; from += 256, to += 256, count -= 256) {
    const uint8_t *at = bytes + from / 8;
    __m256i low = _mm256_srl_epi64(_mm256_loadu_si256((const __m256i *)at), down);
    __m256i high = _mm256_sll_epi64(_mm256_loadu_si256((const __m256i *)(at + 8)), up);
    __m256i *four = (__m256i *)(words + to / 64);
    _mm256_storeu_si256(four, _mm256_or_si256(_mm256_loadu_si256(four), _mm256_or_si256(low, high)));
  }
  merge_in(bytes, from, count, words, to);
}

const struct kernels kernels_avx2 = {"avx2", unpack,  total, sum,  bm25, select_least,
                                     narrow, members, ones,  mark, merge};

/* ---- AVX-512 -------------------------------------------------------------------------------------------------------- */

#define AVX512 __attribute__((target("avx512f,avx2,bmi,bmi2,popcnt")))

static const uint32_t ascending[16]
    __attribute__((aligned(64))) = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/* Sixteen bits choose among sixteen numbers, none of them found by itself. */
AVX512 static size_t members_16(const uint8_t *bytes, size_t len, uint32_t first, uint32_t *numbers, size_t most) {
  __m512i all = _mm512_add_epi32(_mm512_load_si512(ascending), _mm512_set1_epi32((int)first));
  const __m512i next = _mm512_set1_epi32(16);
  size_t found = 0;
  for (size_t at = 0; at < len; at += 8) {
    uint64_t word = bytes_word(bytes + at, (len - at) * 8);
    if (found + (size_t)__builtin_popcountll(word) > most) return most + 1;
    for (int i = 0; i < 4; i++, word >>= 16, all = _mm512_add_epi32(all, next)) {
      _mm512_storeu_si512(numbers + found, _mm512_maskz_compress_epi32((__mmask16)word, all));
      found += (size_t)__builtin_popcount((uint16_t)word);
    }
  }
  return found;
}

AVX512 static size_t select_16(const uint32_t *values, size_t count, uint32_t least, uint16_t *indexes) {
  __m512i all = _mm512_load_si512(ascending), bound = _mm512_set1_epi32((int)least);
  const __m512i next = _mm512_set1_epi32(16);
  size_t found = 0, i = 0;
  for (; i + 16 <= count; i += 16, all = _mm512_add_epi32(all, next)) {
    __mmask16 enough = _mm512_cmpge_epu32_mask(_mm512_loadu_si512(values + i), bound);
    if (!enough) continue;
    __m256i chosen = _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(enough, all));
    _mm256_storeu_si256((__m256i *)(indexes + found), chosen);
    found += (size_t)__builtin_popcount(enough);
  }
  for (; i < count; i++)
    if (values[i] >= least) indexes[found++] = (uint16_t)i;
  return found;
}

const struct kernels kernels_avx512 = {"avx-512", unpack,     total, sum,  bm25, select_16,
                                       narrow,    members_16, ones,  mark, merge};
#endif
