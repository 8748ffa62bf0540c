/* A growing run of bytes with a sticky failure. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/system/system.h"

void buffer_free(struct buffer *buffer) {
  memory_free(buffer->bytes);
  *buffer = (struct buffer){0};
}

void buffer_clear(struct buffer *buffer) {
  buffer->len = 0;
  buffer->failed = false;
}

bool buffer_room(struct buffer *buffer, size_t bytes) {
  if (buffer->failed) return false;
  if (bytes <= buffer->capacity - buffer->len) return true;
  size_t need, capacity;
  if (__builtin_add_overflow(buffer->len, bytes, &need)) goto failed;
  capacity = buffer->capacity > SIZE_MAX / 2 ? need : buffer->capacity * 2;
  if (capacity < 64) capacity = 64;
  if (capacity < need) capacity = need;
  char *grown = memory_resize(buffer->bytes, capacity);
  if (!grown) goto failed;
  buffer->bytes = grown;
  buffer->capacity = capacity;
  return true;
failed:
  buffer->failed = true;
  return false;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t len) {
  if (!len || !buffer_room(buffer, len)) return;
  memcpy(buffer->bytes + buffer->len, bytes, len);
  buffer->len += len;
}

void buffer_byte(struct buffer *buffer, uint8_t byte) {
  if (!buffer_room(buffer, 1)) return;
  buffer->bytes[buffer->len++] = (char)byte;
}

void buffer_text(struct buffer *buffer, const char *text) { buffer_add(buffer, text, strlen(text)); }

void buffer_format(struct buffer *buffer, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int need = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (need < 0) buffer->failed = true;
  if (need < 0 || !buffer_room(buffer, (size_t)need + 1)) return;
  va_start(args, format);
  vsnprintf(buffer->bytes + buffer->len, (size_t)need + 1, format, args);
  va_end(args);
  buffer->len += (size_t)need;
}

void buffer_zero(struct buffer *buffer, size_t len) {
  if (!len || !buffer_room(buffer, len)) return;
  memset(buffer->bytes + buffer->len, 0, len);
  buffer->len += len;
}

void buffer_align(struct buffer *buffer, size_t to) {
  assert(to > 0);
  size_t over = buffer->len % to;
  if (over) buffer_zero(buffer, to - over);
}

void buffer_vbyte(struct buffer *buffer, uint64_t value) {
  if (!buffer_room(buffer, 10)) return;
  while (value >= 0x80) {
    buffer->bytes[buffer->len++] = (char)(uint8_t)(value | 0x80);
    value >>= 7;
  }
  buffer->bytes[buffer->len++] = (char)value;
}

/* Written byte by byte, which a compiler turns into one store where the machine is little endian. */
static void add_little_endian(struct buffer *buffer, uint64_t value, unsigned bytes) {
  if (!buffer_room(buffer, bytes)) return;
  for (unsigned i = 0; i < bytes; i++) buffer->bytes[buffer->len++] = (char)(uint8_t)(value >> 8 * i);
}

void buffer_u32(struct buffer *buffer, uint32_t value) { add_little_endian(buffer, value, 4); }

void buffer_u64(struct buffer *buffer, uint64_t value) { add_little_endian(buffer, value, 8); }

int buffer_status(const struct buffer *buffer, struct nsearch_error *err) {
  return buffer->failed ? error_memory(err) : NSEARCH_OK;
}
