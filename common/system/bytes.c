/* Bounded reading of hostile bytes. */
#include "common/system/system.h"

/* Moves to the end, so that every later read fails as well. */
static void fail(struct bytes *in) {
  in->failed = true;
  in->at = in->end;
}

const uint8_t *bytes_take(struct bytes *in, uint64_t len) {
  if (in->failed || len > (uint64_t)(in->end - in->at)) {
    fail(in);
    return NULL;
  }
  const uint8_t *run = in->at;
  in->at += len;
  return run;
}

static uint64_t take_little_endian(struct bytes *in, unsigned bytes) {
  const uint8_t *run = bytes_take(in, bytes);
  uint64_t value = 0;
  for (unsigned i = 0; run && i < bytes; i++) value |= (uint64_t)run[i] << 8 * i;
  return value;
}

uint8_t bytes_u8(struct bytes *in) { return (uint8_t)take_little_endian(in, 1); }

uint32_t bytes_u32(struct bytes *in) { return (uint32_t)take_little_endian(in, 4); }

uint64_t bytes_u64(struct bytes *in) { return take_little_endian(in, 8); }

/* Seven bits a byte, lowest first, the top bit says that more follow. What does not fit 64 bits is a failure. */
uint64_t bytes_long_vbyte(struct bytes *in) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = bytes_u8(in);
    if (in->failed) return 0;
    if (shift == 63 && byte > 1) break;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  fail(in);
  return 0;
}
