/* Classes of characters: section 1 of docs/analysis.md over utf8proc's general categories. */
#include "common/text/text.h"

#include <utf8proc.h>

struct range {
  uint32_t first, last;
};

/* The scripts written without spaces between words, section 3 of docs/analysis.md. */
static const struct range spaceless[] = {
    {0x0e00, 0x0eff}, {0x1000, 0x109f}, {0x1780, 0x17ff},   {0x19e0, 0x19ff},   {0x2e80, 0x2fdf},
    {0x3005, 0x3007}, {0x3021, 0x3029}, {0x3031, 0x3035},   {0x3038, 0x303c},   {0x3040, 0x30ff},
    {0x31f0, 0x31ff}, {0x3400, 0x4dbf}, {0x4e00, 0x9fff},   {0xa9e0, 0xa9ff},   {0xaa60, 0xaa7f},
    {0xf900, 0xfaff}, {0xff66, 0xff9d}, {0x1aff0, 0x1b16f}, {0x20000, 0x3fffd},
};

static const struct range latin_and_greek[] = {
    {0x0041, 0x02af}, {0x0370, 0x03ff}, {0x1d00, 0x1dbf}, {0x1e00, 0x1fff},
    {0x2c60, 0x2c7f}, {0xa720, 0xa7ff}, {0xab30, 0xab6f},
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t code_point) {
  for (size_t i = 0; i < count && ranges[i].first <= code_point; i++) {
    if (code_point <= ranges[i].last) return true;
  }
  return false;
}

static enum char_class ascii_class(uint32_t c) {
  if ((c | 0x20) - 'a' < 26) return CLASS_LETTER;
  if (c - '0' < 10) return CLASS_NUMBER;
  return c == '\'' ? CLASS_APOSTROPHE : c == '.' ? CLASS_STOP : c == ',' ? CLASS_COMMA : CLASS_SEPARATOR;
}

static bool is_ignorable(uint32_t c) {
  return c == 0xad || (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff || (c >= 0xfe00 && c <= 0xfe0f) ||
         (c >= 0xe0100 && c <= 0xe01ef);
}

enum char_class char_class(uint32_t c) {
  if (c < 0x80) return ascii_class(c);
  /* Blocks that are letters throughout, for speed: Han, Hangul, the Cyrillic of every day. */
  if (c >= 0x4e00 && c <= 0x9fff) return CLASS_SPACELESS;
  if ((c >= 0xac00 && c <= 0xd7a3) || (c >= 0x400 && c <= 0x481)) return CLASS_LETTER;
  if (c == 0x2019 || c == 0x2bc || c == 0xff07) return CLASS_APOSTROPHE;
  if (is_ignorable(c)) return CLASS_IGNORABLE;
  /* Letters by their category, and half of a letter: with the kana before them they fold to one. */
  if (c == 0xff9e || c == 0xff9f) return CLASS_MARK;
  switch (utf8proc_category((utf8proc_int32_t)c)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
    return in_ranges(spaceless, sizeof spaceless / sizeof spaceless[0], c) ? CLASS_SPACELESS : CLASS_LETTER;
  case UTF8PROC_CATEGORY_NL:
    return in_ranges(spaceless, sizeof spaceless / sizeof spaceless[0], c) ? CLASS_SPACELESS : CLASS_NUMBER;
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NO:
    return CLASS_NUMBER;
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ME:
    return CLASS_MARK;
  default:
    return CLASS_SEPARATOR;
  }
}

bool char_strips_marks(uint32_t c) {
  return in_ranges(latin_and_greek, sizeof latin_and_greek / sizeof latin_and_greek[0], c) &&
         char_class(c) == CLASS_LETTER;
}

bool char_is_blank(uint32_t c) {
  if (c < 0x80) return c <= ' ' || c == 0x7f;
  switch (utf8proc_category((utf8proc_int32_t)c)) {
  case UTF8PROC_CATEGORY_ZS:
  case UTF8PROC_CATEGORY_ZL:
  case UTF8PROC_CATEGORY_ZP:
  case UTF8PROC_CATEGORY_CC:
    return true;
  default:
    return false;
  }
}
