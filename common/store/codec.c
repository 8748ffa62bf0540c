/* Reading runs of up to 256 packed integers; encode.c writes them. One bit layout (LSB first) on all machines. */
#include <assert.h>
#include <string.h>

#include "common/kernels/kernels.h"
#include "common/store/store.h"

enum { BITSET_MARK = 0xff }; /* first byte of a run of documents kept as a bit set; packed runs begin with 0 to 32 */

static bool header_is_good(const struct packed_header *header, size_t count) {
  return header->width <= 32 && header->high_width <= 32 - header->width && header->exceptions <= count;
}

bool packed_run_open_apart(struct packed_run *run, const struct packed_header *header, const uint8_t *in,
                           const uint8_t *end, size_t count) {
  if (!header_is_good(header, count) || (size_t)(end - in) < packed_bytes(header, count)) return false;
  run->width = header->width;
  run->exceptions = header->exceptions;
  run->high_width = header->high_width;
  run->lows = in;
  run->indexes = in + bits_to_bytes(count * run->width);
  run->highs = run->indexes + run->exceptions;
  run->end = in + packed_bytes(header, count);
  run->count = count;
  run->at = run->next_exception = 0;
  return true;
}

bool packed_run_open(struct packed_run *run, const uint8_t *in, const uint8_t *end, size_t count) {
  if (end - in < 2 || (in[1] && end - in < 3)) return false;
  struct packed_header header = {in[0], in[1], in[1] ? in[2] : 0};
  return packed_run_open_apart(run, &header, in + (in[1] ? 3 : 2), end, count);
}

static uint32_t bits_at(const uint8_t *in, size_t index, unsigned width) {
  size_t bit = index * width;
  return (uint32_t)(load_u64(in + (bit >> 3)) >> (bit & 7) & ((UINT64_C(1) << width) - 1));
}

static bool packed_values(const struct packed_run *run, uint32_t plus, uint32_t *values, size_t count) {
  kernels()->unpack(run->lows, count, run->width, plus, values);
  if (!run->exceptions) return true;
  uint32_t high[BLOCK];
  unsigned shift = run->width & 31, most = 0; /* of width 32 nothing is left to shift */
  kernels()->unpack(run->highs, run->exceptions, run->high_width, 0, high);
  for (size_t i = 0; i < run->exceptions && count < BLOCK; i++) most = run->indexes[i] > most ? run->indexes[i] : most;
  if (most >= count) return false;
  for (size_t i = 0; i < run->exceptions; i++) values[run->indexes[i]] += high[i] << shift;
  return true;
}

const uint8_t *packed_decode(const uint8_t *in, const uint8_t *end, uint32_t plus, uint32_t *values, size_t count) {
  assert(count <= BLOCK);
  struct packed_run run;
  if (!packed_run_open(&run, in, end, count)) return NULL;
  return packed_values(&run, plus, values, count) ? run.end : NULL;
}

uint32_t packed_value(const uint8_t *in, const uint8_t *end, size_t count, size_t at) {
  struct packed_run run;
  assert(at < count);
  if (!packed_run_open(&run, in, end, count)) return 0;
  uint64_t value = bits_at(run.lows, at, run.width);
  const uint8_t *index = run.exceptions ? memchr(run.indexes, (int)at, run.exceptions) : NULL;
  if (index) value |= (uint64_t)bits_at(run.highs, (size_t)(index - run.indexes), run.high_width) << run.width;
  return (uint32_t)value;
}

/* How many of the exceptions come before index `at`. */
static size_t exceptions_before(const struct packed_run *run, size_t at) {
  size_t count = 0;
  while (count < run->exceptions && run->indexes[count] < at) count++;
  return count;
}

bool packed_sums(const uint8_t *in, const uint8_t *end, size_t count, size_t at, struct packed_sums *out) {
  struct packed_run run;
  assert(at < count && count <= BLOCK);
  if (!packed_run_open(&run, in, end, count)) return false;
  const struct kernels *k = kernels();
  size_t group = at / 8 * 8, before = exceptions_before(&run, at);
  uint64_t lows = k->total(run.lows, group, run.width);
  uint64_t value = bits_at(run.lows, at, run.width);
  if (before < run.exceptions && run.indexes[before] == at) {
    value |= (uint64_t)bits_at(run.highs, before, run.high_width) << run.width;
  }
  out->total = lows + k->total(run.lows + group / 8 * run.width, count - group, run.width);
  out->total += k->total(run.highs, run.exceptions, run.high_width) << run.width;
  for (size_t i = group; i < at; i++) lows += bits_at(run.lows, i, run.width);
  out->before = lows + (k->total(run.highs, before, run.high_width) << run.width);
  out->value = (uint32_t)value;
  return true;
}

/* The low bits of the next values; few are picked out, many unpacked with those before them in their group of eight. */
static void take_lows(const struct packed_run *run, size_t count, uint32_t *values) {
  enum { FEW = 8 };
  if (count < FEW) {
    for (size_t i = 0; i < count; i++) values[i] = bits_at(run->lows, run->at + i, run->width);
    return;
  }
  uint32_t groups[BLOCK + 8];
  size_t first = run->at / 8 * 8, before = run->at - first;
  kernels()->unpack(run->lows + first / 8 * run->width, before + count, run->width, 0, groups);
  memcpy(values, groups + before, count * sizeof *values);
}

bool packed_run_read(struct packed_run *run, uint32_t *values, size_t count) {
  if (count > run->count - run->at) return false;
  take_lows(run, count, values);
  for (; run->next_exception < run->exceptions; run->next_exception++) {
    size_t index = run->indexes[run->next_exception];
    if (index >= run->at + count) break;
    if (index < run->at) continue; /* skipped */
    values[index - run->at] +=
        (uint32_t)((uint64_t)bits_at(run->highs, run->next_exception, run->high_width) << run->width);
  }
  run->at += count;
  return true;
}

const uint8_t *packed_skip(const uint8_t *in, const uint8_t *end, size_t count) {
  struct packed_run run;
  return packed_run_open(&run, in, end, count) ? run.end : NULL;
}

bool docs_bits(const uint8_t *in, const uint8_t *end, struct docs_bits *out) {
  if (end - in < 3 || *in != BITSET_MARK) return false;
  out->len = in[1] | (size_t)in[2] << 8;
  out->bytes = in + 3;
  return (size_t)(end - out->bytes) >= out->len;
}

/* Gaps of 0 take no bits, so that only the others, few of them, are there to be read. */
enum { GAPS_MAX = 64 };
static bool rows_open(struct packed_run *run, const uint8_t *in, const uint8_t *end, size_t count) {
  return end - in >= 2 && in[0] == 0 && in[1] <= GAPS_MAX && packed_run_open(run, in, end, count);
}

static void clear_bits(uint64_t *words, size_t from, size_t count) {
  for (; count; from++, count--) words[from / 64] &= ~(UINT64_C(1) << from % 64);
}

size_t docs_rows(const uint8_t *in, const uint8_t *end, size_t count, uint64_t bits[ROWS_BITS / 64]) {
  struct packed_run run;
  uint32_t gaps[GAPS_MAX];
  if (!rows_open(&run, in, end, count)) return 0;
  uint64_t total = count + kernels()->total(run.highs, run.exceptions, run.high_width);
  if (total > ROWS_BITS) return 0;
  kernels()->unpack(run.highs, run.exceptions, run.high_width, 0, gaps);
  memset(bits, 0xff, bits_to_bytes(total));
  memset((uint8_t *)bits + bits_to_bytes(total), 0, ROWS_BITS / 8 - bits_to_bytes(total));
  if (total % 64) bits[total / 64] &= (UINT64_C(1) << total % 64) - 1;
  for (size_t e = 0, next = 0, missing = 0; e < run.exceptions; e++) {
    size_t index = run.indexes[e];
    if (index < next || index >= count) return 0;
    clear_bits(bits, index + missing, gaps[e]);
    missing += gaps[e];
    next = index + 1;
  }
  return total;
}

/* Gaps stand before the documents of their indexes. */
bool docs_rows_find(const uint8_t *in, const uint8_t *end, size_t count, uint64_t place, size_t *at) {
  struct packed_run run;
  uint32_t gaps[GAPS_MAX];
  uint64_t missing = 0;
  if (!rows_open(&run, in, end, count)) return false;
  kernels()->unpack(run.highs, run.exceptions, run.high_width, 0, gaps);
  *at = count;
  for (size_t e = 0; e < run.exceptions && place >= run.indexes[e] + missing; e++) {
    missing += gaps[e];
    if (place < run.indexes[e] + missing) return true;
  }
  if (place - missing < count) *at = (size_t)(place - missing);
  return true;
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
  struct packed_run run;
  assert(count <= BLOCK);
  if (docs_bits(in, end, &set)) return bitset_decode(&set, before, docs, count);
  if (!packed_run_open(&run, in, end, count) || !packed_values(&run, 0, docs, count)) return NULL;
  uint64_t first = (uint64_t)(before + 1), largest = UINT64_C(1) << (run.width + run.high_width);
  if (first + count * largest <= UINT32_MAX) {
    kernels()->sum(docs, count, (uint32_t)first, 1, docs);
    return run.end;
  }
  return sum_checked(docs, count, first) ? run.end : NULL;
}
