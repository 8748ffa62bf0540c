/* UTF-16 and UTF-32 to UTF-8, for every format: they are looked for by content before any format is. */
#include "common/text/text.h"
#include "indexer/indexer.h"
#include "indexer/sources/sources.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd };

struct transcode {
  struct stream stream;
  size_t width; /* bytes of a unit: 2 or 4 */
  bool big_endian;
  uint8_t unit[4]; /* that is not whole yet */
  size_t unit_len;
  uint32_t high; /* the first half of a pair, or 0 */
  struct staged in;
};

/* The next unit; false at the end. What is left of one there is the unit REPLACEMENT. */
static bool next_unit(struct transcode *transcode, uint32_t *unit, int *status, struct nsearch_error *err) {
  struct staged *in = &transcode->in;
  while (transcode->unit_len < transcode->width) {
    if (in->start == in->end && !*status) *status = staged_fill(in, err);
    if (in->start == in->end) {
      *unit = REPLACEMENT;
      bool is_cut = transcode->unit_len > 0 && !*status;
      if (is_cut) transcode->unit_len = 0;
      return is_cut;
    }
    transcode->unit[transcode->unit_len++] = in->bytes[in->start++];
  }
  *unit = 0;
  for (size_t i = 0; i < transcode->width; i++)
    *unit |= (uint32_t)transcode->unit[i] << 8 * (transcode->big_endian ? transcode->width - 1 - i : i);
  transcode->unit_len = 0;
  return true;
}

/* Appends what the unit completes: nothing for the first half of a pair, two characters where one was broken off. */
static size_t take_unit(struct transcode *transcode, uint32_t unit, char *out) {
  bool is_high = unit >= 0xd800 && unit < 0xdc00, is_low = unit >= 0xdc00 && unit < 0xe000;
  uint32_t high = transcode->high;
  transcode->high = 0;
  if (transcode->width == 2 && high && is_low)
    return utf8_encode(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00), out);
  size_t len = high ? utf8_encode(REPLACEMENT, out) : 0;
  if (transcode->width == 2 && is_high) {
    transcode->high = unit;
    return len;
  }
  bool is_bad = is_high || is_low || unit > 0x10ffff;
  return len + utf8_encode(is_bad ? REPLACEMENT : unit, out + len);
}

static int transcode_read(struct stream *stream, void *bytes, size_t room, size_t *got, struct nsearch_error *err) {
  enum { UNIT_ROOM = 8 };
  struct transcode *transcode = (struct transcode *)stream;
  char *out = bytes;
  size_t len = 0;
  int status = NSEARCH_OK;
  uint32_t unit;
  while (room - len >= UNIT_ROOM && next_unit(transcode, &unit, &status, err)) {
    len += take_unit(transcode, unit, out + len);
    if (len > 0 && transcode->in.start == transcode->in.end)
      break; /* what is there goes out before more is waited for */
  }
  if (!status && room - len >= UNIT_ROOM && transcode->high && transcode->in.at_end &&
      transcode->in.start == transcode->in.end) {
    len += utf8_encode(REPLACEMENT, out + len);
    transcode->high = 0;
  }
  *got = len;
  return status;
}

static void transcode_close(struct stream *stream) {
  struct transcode *transcode = (struct transcode *)stream;
  staged_close(&transcode->in);
  memory_free(transcode);
}

int transcode_open(struct stream **stream, const char *head, size_t len, struct nsearch_error *err) {
  size_t mark;
  const struct charset *charset = charset_mark(head, len, &mark);
  if (!charset) charset = charset_wide(head, len);
  if (!charset || (charset->kind != CHARSET_UTF16 && charset->kind != CHARSET_UTF32)) return NSEARCH_OK;
  struct transcode *transcode = memory_alloc(sizeof *transcode);
  if (!transcode) return error_memory(err);
  transcode->stream = (struct stream){.read = transcode_read, .close = transcode_close};
  transcode->width = charset->kind == CHARSET_UTF16 ? 2 : 4;
  transcode->big_endian = charset->name[strlen(charset->name) - 2] == 'B';
  transcode->unit_len = 0;
  transcode->high = 0;
  staged_init(&transcode->in, *stream, head + mark, len - mark);
  *stream = &transcode->stream;
  return NSEARCH_OK;
}
