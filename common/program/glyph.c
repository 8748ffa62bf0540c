/* Characters that are safe to show: nothing of an article, a path or a message can steer the terminal. */
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "common/program/program.h"

static const uint32_t replacement = 0xFFFD;

size_t code_point_next(const char *text, size_t len, uint32_t *out) {
  const unsigned char *s = (const unsigned char *)text;
  static const struct {
    unsigned char mask, lead, low, high; /* low and high bound the second byte */
    size_t size;
  } forms[] = {
      {0x80, 0x00, 0, 0, 1},       {0xE0, 0xC0, 0x80, 0xBF, 2}, {0xFF, 0xE0, 0xA0, 0xBF, 3},
      {0xFF, 0xED, 0x80, 0x9F, 3}, {0xF0, 0xE0, 0x80, 0xBF, 3}, {0xFF, 0xF0, 0x90, 0xBF, 4},
      {0xFF, 0xF4, 0x80, 0x8F, 4}, {0xF8, 0xF0, 0x80, 0xBF, 4},
  };
  *out = replacement;
  for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
    if ((s[0] & forms[f].mask) != forms[f].lead) continue;
    if (forms[f].size == 1) {
      *out = s[0];
      return 1;
    }
    if (s[0] == 0xC0 || s[0] == 0xC1 || s[0] > 0xF4) return 1;
    uint32_t code = s[0] & (0xFFu >> (forms[f].size + 1));
    for (size_t i = 1; i < forms[f].size; i++) {
      unsigned low = i == 1 ? forms[f].low : 0x80, high = i == 1 ? forms[f].high : 0xBF;
      if (i >= len || s[i] < low || s[i] > high) return i;
      code = code << 6 | (s[i] & 0x3F);
    }
    *out = code;
    return forms[f].size;
  }
  return 1;
}

static bool is_space(uint32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0x2028 || code == 0x2029;
}

/* Turns the direction of what follows, or shows nothing. */
static bool is_invisible(uint32_t code) {
  return code == 0xAD || code == 0x200B || (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
         code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE007F);
}

bool code_point_is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 || is_invisible(code);
}

static size_t encode(uint32_t code, char *out) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (size_t i = size; i-- > 1; code >>= 6) out[i] = (char)(0x80 | (code & 0x3F));
  out[0] = (char)((0xF00u >> size) | code);
  return size;
}

size_t glyph_next(const char *text, size_t len, struct glyph *out) {
  uint32_t code;
  size_t taken = code_point_next(text, len, &code);
  *out = (struct glyph){.kind = GLYPH_TEXT, .code = code, .width = 1};
  if (is_space(code)) {
    out->kind = GLYPH_BLANK;
    out->code = ' ';
  } else if (is_invisible(code)) {
    out->kind = GLYPH_NONE;
    out->width = 0;
  } else if (code_point_is_control(code)) {
    out->code = replacement;
  } else if (code >= 0x300) {
    int width = wcwidth((wchar_t)code);
    out->width = width < 0 ? 1 : width;
  }
  out->size = encode(out->code, out->bytes);
  return taken;
}

void put_clean(struct stream *out, const char *text, size_t len) {
  for (size_t at = 0; at < len;) {
    struct glyph glyph;
    at += glyph_next(text + at, len - at, &glyph);
    if (glyph.kind != GLYPH_NONE) put_bytes(out, glyph.bytes, glyph.size);
  }
}
