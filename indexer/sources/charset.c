/* Bytes in any encoding to UTF-8. Which one it is, in this order: a byte order mark, UTF-16 or UTF-32 by their NUL bytes,
 * the label unless the bytes contradict it, UTF-8 where the bytes are that, what the bytes look like, Windows-1252. */
#include "common/text/text.h"
#include "indexer/sources/sources.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd";

static const struct charset utf8 = {"UTF-8", CHARSET_UTF8}, western = {"CP1252", CHARSET_SINGLE};

/* ---- By the bytes ---- */

static const struct mark {
  const char *bytes;
  size_t len;
  struct charset charset;
} marks[] = {
    {"\xff\xfe\0\0", 4, {"UTF-32LE", CHARSET_UTF32}}, /* before UTF-16's, which begins it */
    {"\0\0\xfe\xff", 4, {"UTF-32BE", CHARSET_UTF32}}, {"\x84\x31\x95\x33", 4, {"GB18030", CHARSET_MULTIPLE}},
    {"\xef\xbb\xbf", 3, {"UTF-8", CHARSET_UTF8}},     {"\xff\xfe", 2, {"UTF-16LE", CHARSET_UTF16}},
    {"\xfe\xff", 2, {"UTF-16BE", CHARSET_UTF16}},
};

const struct charset *charset_mark(const char *bytes, size_t len, size_t *mark) {
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    if (len < marks[i].len || memcmp(bytes, marks[i].bytes, marks[i].len) != 0) continue;
    *mark = marks[i].len;
    return &marks[i].charset;
  }
  *mark = 0;
  return NULL;
}

enum { WIDE_SAMPLE = 8 << 10 };

static uint32_t unit_at(const uint8_t *bytes, size_t width, bool big) {
  uint32_t unit = 0;
  for (size_t i = 0; i < width; i++) unit |= (uint32_t)bytes[i] << 8 * (big ? width - 1 - i : i);
  return unit;
}

/* How many of the units are blanks and stops, which any text has, or SIZE_MAX where one cannot be in a text. */
static size_t wide_evidence(const uint8_t *bytes, size_t len, size_t width, bool big) {
  size_t plain = 0, controls = 0;
  for (size_t at = 0; at + width <= len; at += width) {
    uint32_t unit = unit_at(bytes + at, width, big);
    if (unit == 0 || unit > 0x10ffff || (unit & 0xfffe) == 0xfffe) return SIZE_MAX;
    bool low = unit >= 0xdc00 && unit < 0xe000, high = unit >= 0xd800 && unit < 0xdc00;
    if ((low || high) && width == 4) return SIZE_MAX;
    if (high && at + 2 * width <= len) { /* the pair's other half */
      at += width;
      if ((unit_at(bytes + at, width, big) & 0xfc00) != 0xdc00) return SIZE_MAX;
    } else if (low) {
      return SIZE_MAX;
    }
    plain += unit == ' ' || unit == '\n' || unit == '\r' || unit == '\t' || unit == '.' || unit == ',' || unit == 0x60c;
    plain += unit == 0x3000 || unit == 0x3001 || unit == 0x3002 || unit == 0xff0c || unit == 0x964;
    controls += unit < ' ' && unit != '\n' && unit != '\r' && unit != '\t' && unit != '\f';
  }
  return controls > 1 + len / width / 64 ? SIZE_MAX : plain;
}

const struct charset *charset_wide(const char *bytes, size_t len) {
  static const struct {
    size_t width;
    bool big;
    struct charset charset;
  } kinds[] = {{4, false, {"UTF-32LE", CHARSET_UTF32}},
               {4, true, {"UTF-32BE", CHARSET_UTF32}},
               {2, false, {"UTF-16LE", CHARSET_UTF16}},
               {2, true, {"UTF-16BE", CHARSET_UTF16}}};
  const struct charset *best = NULL;
  size_t most = 0;
  if (len > WIDE_SAMPLE) len = WIDE_SAMPLE;
  if (!memchr(bytes, 0, len)) return NULL;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    size_t width = kinds[i].width, units = len / width;
    size_t plain = units ? wide_evidence((const uint8_t *)bytes, units * width, width, kinds[i].big) : SIZE_MAX;
    if (plain == SIZE_MAX || plain <= most || plain * 200 < units) continue;
    best = &kinds[i].charset, most = plain;
    if (width == 4) break;
  }
  return best;
}

/* Damaged UTF-8 rather than something else: in texts in other encodings most of what is no ASCII is ill-formed. */
static bool is_mostly_utf8(const char *bytes, size_t len) {
  size_t good = 0, bad_parts = 0;
  for (size_t at = 0; at < len;) {
    if ((uint8_t)bytes[at] < 0x80) {
      at++;
      continue;
    }
    uint32_t code_point;
    bool bad = false;
    at += utf8_decode(bytes + at, len - at, &code_point, &bad);
    good += !bad, bad_parts += bad;
  }
  return good > 0 && good >= bad_parts;
}

/* Characters of well-formed UTF-8 that are no ASCII, up to `most`. */
static size_t utf8_beyond_ascii(const char *bytes, size_t len, size_t most) {
  size_t count = 0;
  for (size_t i = 0; i < len && count < most; i++) count += ((uint8_t)bytes[i] & 0xc0) == 0xc0;
  return count;
}

/* ---- Which one it is ---- */

/* One pair of bytes in six of an Asian encoding could be UTF-8: so many in a row are no accident, fewer may be one. */
enum { UTF8_CERTAIN = 8 };

const struct charset *charset_choose(const char *bytes, size_t len, const char *label, size_t *mark) {
  const struct charset *found = charset_mark(bytes, len, mark);
  if (found || (found = charset_wide(bytes, len))) return found;
  const struct charset *declared = label ? charset_find(label) : NULL;
  bool is_utf8 = utf8_valid_prefix(bytes, len) == len;
  bool is_labelled = declared && declared->kind != CHARSET_UTF8;
  if (is_labelled && declared->kind == CHARSET_ESCAPED) return declared;
  if (is_labelled && declared->kind == CHARSET_MULTIPLE) {
    size_t beyond = is_utf8 ? utf8_beyond_ascii(bytes, len, UTF8_CERTAIN) : 1;
    if (beyond > 0 && beyond < UTF8_CERTAIN) return declared;
  }
  if (!is_labelled && is_utf8 && (found = charset_escaped(bytes, len))) return found;
  if (is_utf8) return &utf8;
  if (is_labelled) return declared;
  if (is_mostly_utf8(bytes, len)) return &utf8;
  found = charset_detect(bytes, len);
  return found ? found : &western;
}

/* ---- Conversion ---- */

/* Bytes to go on after where the first cannot be decoded. */
static size_t bad_bytes(const struct charset *charset, const char *bytes, size_t len) {
  size_t step = charset->kind == CHARSET_UTF16 ? 2 : charset->kind == CHARSET_UTF32 ? 4 : 1;
  if (charset->kind == CHARSET_MULTIPLE && len > 1 && (uint8_t)bytes[1] >= 0x80) step = 2;
  return step < len ? step : len;
}

/* What the converter holds back goes out; where there is a shift state it stays. */
static void flush(iconv_t converter, const struct charset *charset, struct buffer *out) {
  enum { HELD_MAX = 32 };
  if (charset->kind == CHARSET_ESCAPED || !buffer_room(out, HELD_MAX)) return;
  char *to = out->bytes + out->len;
  size_t room = HELD_MAX;
  iconv(converter, NULL, NULL, &to, &room);
  out->len = (size_t)(to - out->bytes);
}

static uint64_t convert(iconv_t converter, const struct charset *charset, const char *bytes, size_t len,
                        struct buffer *out) {
  enum { CHARACTER_ROOM = 64 };
  uint64_t replaced = 0;
  while (len > 0 && buffer_room(out, len + len / 2 + CHARACTER_ROOM)) {
    char *from = (char *)bytes, *to = out->bytes + out->len;
    size_t room = out->capacity - out->len;
    size_t result = iconv(converter, &from, &len, &to, &room);
    int reason = result == (size_t)-1 ? errno : 0;
    bytes = from;
    out->len = (size_t)(to - out->bytes);
    if (reason == 0 || reason == E2BIG) continue;
    flush(converter, charset, out);
    buffer_text(out, replacement);
    replaced++;
    size_t step = reason == EINVAL ? len : bad_bytes(charset, bytes, len); /* EINVAL: cut in its last character */
    bytes += step, len -= step;
  }
  flush(converter, charset, out);
  return replaced;
}

int charset_decode(const struct charset *charset, const char *bytes, size_t len, struct buffer *out, uint64_t *replaced,
                   struct nsearch_error *err) {
  if (charset->kind == CHARSET_UTF8) {
    *replaced += utf8_repair(bytes, len, out);
    return buffer_status(out, err);
  }
  iconv_t converter = iconv_open("UTF-8", charset->name);
  if (converter == (iconv_t)-1 && errno != EINVAL)
    return error_errno(err, "cannot convert a text in %s", charset->name);
  if (converter == (iconv_t)-1)
    return error_set(err, NSEARCH_ERR_UNSUPPORTED,
                     "the text is in %s, which the C library cannot convert here: are its gconv modules installed?",
                     charset->name);
  *replaced += convert(converter, charset, bytes, len, out);
  iconv_close(converter);
  return buffer_status(out, err);
}

int charset_convert(const char *bytes, size_t len, const char *declared, struct buffer *out, uint64_t *replaced,
                    struct nsearch_error *err) {
  size_t mark, before = out->len;
  uint64_t bad = 0;
  const struct charset *charset = charset_choose(bytes, len, declared, &mark);
  int status = charset_decode(charset, bytes + mark, len - mark, out, &bad, err);
  if (!status && bad > 0 && charset->kind == CHARSET_MULTIPLE && utf8_valid_prefix(bytes, len) == len) {
    /* The label is wrong. */
    out->len = before;
    bad = 0;
    buffer_add(out, bytes, len);
    status = buffer_status(out, err);
  }
  *replaced += bad;
  return status;
}

int sink_decode(const struct sink *sink, uint64_t record, const char **text, size_t *len, struct buffer *decoded,
                bool *ok, struct nsearch_error *err) {
  size_t mark;
  *ok = true;
  if (utf8_valid_prefix(*text, *len) == *len && !charset_mark(*text, *len, &mark) && !charset_escaped(*text, *len))
    return NSEARCH_OK;
  buffer_clear(decoded);
  int status = charset_convert(*text, *len, NULL, decoded, sink->replaced, err);
  *ok = status == NSEARCH_OK;
  if (*ok) *text = decoded->len ? decoded->bytes : "", *len = decoded->len;
  if (status != NSEARCH_ERR_UNSUPPORTED) return status;
  sink->problem(sink->payload, NSEARCH_EVENT_BROKEN, record, nsearch_error_message(err));
  error_clear(err);
  return NSEARCH_OK;
}
