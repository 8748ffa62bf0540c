/* The text of a date made plain: one spelling for what Unicode has several of. */
#include <utf8proc.h>

#include "common/date/scan.h"

/* The first digits of the scripts whose digits dates are written in. */
static const int32_t zeros[] = {0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6,  0xb66,  0xbe6,
                                0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810};

/* 0: the character says nothing and goes. */
static int32_t plain(int32_t c) {
  bool mark = (c >= 0x300 && c <= 0x36f) || (c >= 0x64b && c <= 0x65f);
  bool invisible = c == 0xad || c == 0xfeff || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
                   (c >= 0x2066 && c <= 0x2069);
  if (mark || invisible) return 0;
  for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
    if (c >= zeros[i] && c <= zeros[i] + 9) return '0' + (c - zeros[i]);
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212) return '-';
  if (c == 0x2018 || c == 0x2019 || c == 0x2bc) return '\'';
  if (c == 0x3001 || c == 0x60c) return ',';
  if (c == 0xb7 || c == 0x2022 || c == 0x22c5 || c == 0x30fb) return '|';
  if (c == 0x3002) return '.';
  return c > 0x7f && utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ? ' ' : c;
}

size_t date_normal(const char *text, size_t len, char out[DATE_NORMAL_MAX]) {
  const utf8proc_option_t fold = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;
  int32_t points[DATE_NORMAL_MAX];
  utf8proc_ssize_t count =
      utf8proc_decompose((const uint8_t *)text, (utf8proc_ssize_t)len, points, DATE_NORMAL_MAX, fold);
  if (count < 0 || count > DATE_NORMAL_MAX) return 0;
  utf8proc_ssize_t kept = 0;
  for (utf8proc_ssize_t i = 0; i < count; i++) {
    int32_t c = plain(points[i]);
    if (c) points[kept++] = c;
  }
  kept = utf8proc_normalize_utf32(points, kept, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  size_t size = 0;
  for (utf8proc_ssize_t i = 0; i < kept; i++) {
    if (size + 4 > DATE_NORMAL_MAX) return 0;
    size += (size_t)utf8proc_encode_char(points[i], (uint8_t *)out + size);
  }
  return size;
}
