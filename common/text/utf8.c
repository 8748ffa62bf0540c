/* UTF-8: decoding with the maximal ill-formed parts of Unicode section 3.9, encoding, checking and repairing. */
#include "common/text/text.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd };

/* What may follow a lead byte: length of the sequence and the range of its second byte (Unicode table 3-7). */
struct lead {
  uint8_t bytes, low, high;
};

static struct lead lead_of(uint8_t byte) {
  if (byte < 0x80) return (struct lead){1, 0, 0};
  if (byte < 0xc2 || byte > 0xf4) return (struct lead){0, 0, 0};
  if (byte < 0xe0) return (struct lead){2, 0x80, 0xbf};
  if (byte < 0xf0) return (struct lead){3, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf};
  return (struct lead){4, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf};
}

static size_t ill_formed(size_t len, uint32_t *code_point, bool *bad) {
  *code_point = REPLACEMENT;
  *bad = true;
  return len;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *code_point, bool *bad) {
  const uint8_t *bytes = (const uint8_t *)text;
  struct lead lead = lead_of(bytes[0]);
  if (lead.bytes == 1) {
    *code_point = bytes[0];
    return 1;
  }
  if (lead.bytes == 0 || len < 2 || bytes[1] < lead.low || bytes[1] > lead.high) return ill_formed(1, code_point, bad);
  uint32_t value = (bytes[0] & (0x7fu >> lead.bytes)) << 6 | (bytes[1] & 0x3f);
  for (size_t i = 2; i < lead.bytes; i++) {
    if (i == len || (bytes[i] & 0xc0) != 0x80) return ill_formed(i, code_point, bad);
    value = value << 6 | (bytes[i] & 0x3f);
  }
  *code_point = value;
  return lead.bytes;
}

size_t utf8_encode(uint32_t code_point, char *out) {
  if (code_point < 0x80) {
    out[0] = (char)code_point;
    return 1;
  }
  if (code_point < 0x800) {
    out[0] = (char)(0xc0 | code_point >> 6);
    out[1] = (char)(0x80 | (code_point & 0x3f));
    return 2;
  }
  if (code_point < 0x10000) {
    out[0] = (char)(0xe0 | code_point >> 12);
    out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code_point & 0x3f));
    return 3;
  }
  out[0] = (char)(0xf0 | code_point >> 18);
  out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
  out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
  out[3] = (char)(0x80 | (code_point & 0x3f));
  return 4;
}

/* Offset of the first byte that is not ASCII, from `at` on; len when there is none. */
static size_t skip_ascii(const char *text, size_t len, size_t at) {
  const uint64_t high = 0x8080808080808080u;
  while (len - at >= 32) {
    uint64_t word[4];
    memcpy(word, text + at, sizeof word);
    if ((word[0] | word[1] | word[2] | word[3]) & high) break;
    at += 32;
  }
  while (at < len && (uint8_t)text[at] < 0x80) at++;
  return at;
}

size_t utf8_valid_prefix(const char *text, size_t len) {
  size_t at = 0;
  while (at < len) {
    if ((uint8_t)text[at] < 0x80) {
      at = skip_ascii(text, len, at);
      continue;
    }
    uint32_t code_point;
    bool bad = false;
    size_t step = utf8_decode(text + at, len - at, &code_point, &bad);
    if (bad) return at;
    at += step;
  }
  return at;
}

uint64_t utf8_repair(const char *text, size_t len, struct buffer *out) {
  uint64_t replaced = 0;
  size_t at = 0;
  while (at < len) {
    size_t good = utf8_valid_prefix(text + at, len - at);
    buffer_add(out, text + at, good);
    at += good;
    if (at == len) break;
    uint32_t code_point;
    bool bad = false;
    at += utf8_decode(text + at, len - at, &code_point, &bad);
    buffer_add(out, "\xef\xbf\xbd", 3);
    replaced++;
  }
  return replaced;
}
