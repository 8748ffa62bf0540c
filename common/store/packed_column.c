/* Numbers of 64 bits in blocks of 256, one a document, of which any is read by itself: what the block's least leaves of
 * each, in as many bits as the largest needs. Neighbours are alike: a sequence takes a byte or two, a place three.
 *
 * The bits of the blocks, LSB first, each block padded to a byte; then per block u64 its least number, u64 offset of its
 * bits << 8 | width. */
#include <string.h>

#include "common/store/segment_format.h"

enum { HEAD = 16, WIDTH_BITS = 8 };

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

static unsigned width_of(uint64_t value) { return value ? 64 - (unsigned)__builtin_clzll(value) : 0; }

static void put_bits(uint8_t *out, size_t bit, uint64_t value, unsigned width) {
  uint8_t *at = out + bit / 8;
  unsigned shift = bit % 8;
  at[0] |= (uint8_t)(value << shift);
  for (unsigned done = 8 - shift; done < width; done += 8) *++at = (uint8_t)(value >> done);
}

void packed_column_block(const uint64_t *values, size_t count, uint64_t offset, uint8_t *bits, size_t *len,
                         struct buffer *heads) {
  uint64_t least = values[0], most = values[0];
  for (size_t i = 1; i < count; i++) {
    if (values[i] < least) least = values[i];
    if (values[i] > most) most = values[i];
  }
  unsigned width = width_of(most - least);
  *len = (count * width + 7) / 8;
  memset(bits, 0, *len);
  for (size_t i = 0; i < count && width; i++) put_bits(bits, i * width, values[i] - least, width);
  buffer_u64(heads, least);
  buffer_u64(heads, offset << WIDTH_BITS | width);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

bool packed_column_open(struct packed_column *column, const uint8_t *bytes, uint64_t len, uint32_t count) {
  uint64_t heads = ((uint64_t)count + BLOCK - 1) / BLOCK * HEAD;
  if (len < heads || (count && !bytes)) return false;
  *column = (struct packed_column){.bits = bytes, .heads = bytes + (len - heads), .len = len - heads};
  return true;
}

/* At most 64 bits that begin at any: eight bytes, and one more where they end in it. */
static uint64_t bits_at(const uint8_t *at, unsigned shift, unsigned width) {
  uint64_t value = load_u64(at) >> shift;
  if (shift + width > 64) value |= (uint64_t)at[8] << (64 - shift);
  return width < 64 ? value & ((UINT64_C(1) << width) - 1) : value;
}

uint64_t packed_column_at(const struct packed_column *column, uint32_t index) {
  const uint8_t *head = column->heads + (size_t)(index / BLOCK) * HEAD;
  uint64_t place = load_u64(head + 8), offset = place >> WIDTH_BITS, bit = index % BLOCK;
  unsigned width = (unsigned)(place & 0xff);
  bit *= width;
  if (width > 64 || offset > column->len || (bit + width + 7) / 8 > column->len - offset) return 0;
  return load_u64(head) + (width ? bits_at(column->bits + offset + bit / 8, bit % 8, width) : 0);
}
