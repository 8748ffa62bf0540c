/* The kernels for SSE 4.1: as those for AVX2, four lanes at a time. There is no shift by lane, so a multiplication moves
 * each number up to the same bit and one shift brings all of them down. */
#include "common/kernels/kernels.h"
#include "common/kernels/lanes.h"

#if defined(__x86_64__)
#include <smmintrin.h>

#define SSE41 __attribute__((target("sse4.1")))

#define MULTIPLIER_OF(w, i) 1u << (7 - (BIT(w, i) & 7))
#define MULTIPLIERS(w) EACH_LANE(MULTIPLIER_OF, w)

static const uint8_t shuffles[][32] __attribute__((aligned(16))) = EACH_WIDTH(SHUFFLE);
static const uint32_t multipliers[][8] __attribute__((aligned(16))) = EACH_WIDTH(MULTIPLIERS);

SSE41 static inline __m128i four(const uint8_t *in, const uint8_t *shuffle, const uint32_t *multiplier, __m128i mask,
                                 __m128i more) {
  __m128i bytes = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)in), _mm_load_si128((const __m128i *)shuffle));
  __m128i up = _mm_mullo_epi32(bytes, _mm_load_si128((const __m128i *)multiplier));
  return _mm_add_epi32(_mm_and_si128(_mm_srli_epi32(up, 7), mask), more);
}

SSE41 static void unpack(const uint8_t *in, size_t count, unsigned width, uint32_t plus, uint32_t *values) {
  size_t whole = width > WIDEST ? 0 : count / 8 * 8;
  __m128i mask = _mm_set1_epi32((int)((UINT64_C(1) << width) - 1)), more = _mm_set1_epi32((int)plus);
  for (size_t i = 0; i < whole; i += 8, in += width) {
    const uint8_t *shuffle = shuffles[width];
    const uint32_t *multiplier = multipliers[width];
    _mm_storeu_si128((__m128i *)(values + i), four(in, shuffle, multiplier, mask, more));
    _mm_storeu_si128((__m128i *)(values + i + 4), four(in + (width >> 1), shuffle + 16, multiplier + 4, mask, more));
  }
  if (whole < count) kernels_scalar.unpack(in, count - whole, width, plus, values + whole);
}

static uint64_t total(const uint8_t *in, size_t count, unsigned width) {
  return kernels_scalar.total(in, count, width);
}

SSE41 static void sum(const uint32_t *gaps, size_t count, uint32_t first, uint32_t step, uint32_t *sums) {
  __m128i before = _mm_set1_epi32((int)(first - step)), each = _mm_set1_epi32((int)step);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    __m128i x = _mm_add_epi32(_mm_loadu_si128((const __m128i *)(gaps + i)), each);
    x = _mm_add_epi32(x, _mm_slli_si128(x, 4));
    x = _mm_add_epi32(x, _mm_slli_si128(x, 8));
    x = _mm_add_epi32(x, before);
    _mm_storeu_si128((__m128i *)(sums + i), x);
    before = _mm_shuffle_epi32(x, 0xff);
  }
  kernels_scalar.sum(gaps + i, count - i, (uint32_t)_mm_cvtsi128_si32(before) + step, step, sums + i);
}

SSE41 static void bm25(const uint32_t *freqs, const uint32_t *lengths, size_t count, float weight, float c0, float c1,
                       uint32_t *units) {
  __m128 a = _mm_set1_ps(weight), k0 = _mm_set1_ps(c0), k1 = _mm_set1_ps(c1);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    __m128 tf = _mm_cvtepi32_ps(_mm_loadu_si128((const __m128i *)(freqs + i)));
    __m128 length = _mm_cvtepi32_ps(_mm_loadu_si128((const __m128i *)(lengths + i)));
    __m128 k = _mm_add_ps(k0, _mm_mul_ps(k1, length));
    __m128 part = _mm_div_ps(_mm_mul_ps(a, tf), _mm_add_ps(tf, k));
    _mm_storeu_si128((__m128i *)(units + i), _mm_cvtps_epi32(part));
  }
  kernels_scalar.bm25(freqs + i, lengths + i, count - i, weight, c0, c1, units + i);
}

SSE41 static size_t select_least(const uint32_t *values, size_t count, uint32_t least, uint16_t *indexes) {
  __m128i bound = _mm_set1_epi32((int)least);
  size_t found = 0, i = 0;
  for (; i + 4 <= count; i += 4) {
    __m128i x = _mm_loadu_si128((const __m128i *)(values + i));
    __m128i enough = _mm_cmpeq_epi32(_mm_max_epu32(x, bound), x);
    for (unsigned bits = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(enough)); bits; bits &= bits - 1)
      indexes[found++] = (uint16_t)(i + (unsigned)__builtin_ctz(bits));
  }
  for (; i < count; i++)
    if (values[i] >= least) indexes[found++] = (uint16_t)i;
  return found;
}

/* The four numbers among which the wanted one must be are compared at once. */
SSE41 static size_t narrow(uint32_t *starts, size_t count, const uint32_t *list, size_t list_count, uint32_t offset) {
  size_t kept = 0, at = 0, padded = (list_count + 3) / 4 * 4;
  for (size_t i = 0; i < count; i++) {
    uint32_t wanted = starts[i] + offset;
    while (at < padded && list[at + 3] < wanted) at += 4;
    if (at == padded) break;
    __m128i four_of = _mm_loadu_si128((const __m128i *)(list + at));
    __m128i equal = _mm_cmpeq_epi32(four_of, _mm_set1_epi32((int)wanted));
    starts[kept] = starts[i];
    kept += !_mm_testz_si128(equal, equal);
  }
  return kept;
}

/* Nothing here is for vectors, and the instruction that counts bits is newer. */
static size_t members(const uint8_t *bytes, size_t len, uint32_t first, uint32_t *numbers, size_t most) {
  return kernels_scalar.members(bytes, len, first, numbers, most);
}

static uint32_t ones(const uint8_t *bytes, uint64_t bits) { return kernels_scalar.ones(bytes, bits); }

static void mark(const uint32_t *numbers, size_t count, uint32_t first, uint64_t *words) {
  kernels_scalar.mark(numbers, count, first, words);
}

static void merge(const uint8_t *bytes, size_t from, size_t count, uint64_t *words, size_t to) {
  kernels_scalar.merge(bytes, from, count, words, to);
}

const struct kernels kernels_sse41 = {"sse4.1", unpack,  total, sum,  bm25, select_least,
                                      narrow,   members, ones,  mark, merge};
#endif
