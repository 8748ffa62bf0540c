/* The card of an article: everything but the body, as it is stored. Strings are a vbyte of length and the bytes: id,
 * url, title, source, section, language; then for authors and for topics a vbyte of count and the strings; then a byte
 * of precision, a byte of origin (128 more when the date is doubtful) and, when there is a date, its seconds; then a byte that is 1 when the seconds of the
 * update follow, else 0. Seconds are zigzag vbytes. */
#include <string.h>

#include "common/article/article.h"
#include "common/text/text.h"

static const enum article_part card_parts[] = {ARTICLE_ID,     ARTICLE_URL,     ARTICLE_TITLE,
                                               ARTICLE_SOURCE, ARTICLE_SECTION, ARTICLE_LANGUAGE};
enum { CARD_PARTS = sizeof card_parts / sizeof *card_parts, DOUBTFUL = 0x80 };

static void put_string(struct buffer *out, const char *text, size_t len) {
  buffer_vbyte(out, len);
  buffer_add(out, text, len);
}

static void put_list(struct buffer *out, const struct article_list *list) {
  buffer_vbyte(out, list->count);
  for (const char *v = NULL; (v = article_list_next(list, v));) put_string(out, v, strlen(v));
}

static void put_seconds(struct buffer *out, int64_t seconds) {
  buffer_vbyte(out, (uint64_t)seconds << 1 ^ (seconds < 0 ? UINT64_MAX : 0));
}

static int64_t take_seconds(struct bytes *in) {
  uint64_t value = bytes_vbyte(in);
  return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

void article_encode_card(const struct nsearch_article *article, struct buffer *out) {
  for (int i = 0; i < CARD_PARTS; i++) {
    size_t len;
    const char *text = article_get(article, card_parts[i], &len);
    put_string(out, text, len);
  }
  put_list(out, &article->authors);
  put_list(out, &article->topics);
  buffer_byte(out, (uint8_t)article->published.precision);
  buffer_byte(out, (uint8_t)((unsigned)article->origin | (article->doubtful ? DOUBTFUL : 0)));
  if (article->published.precision != NSEARCH_PRECISION_NONE) put_seconds(out, article->published.seconds);
  buffer_byte(out, article->has_updated);
  if (article->has_updated) put_seconds(out, article->updated);
}

/* A string that an article can hold: well-formed and without NUL. NULL, and the bytes failed, when it is not. */
static const char *take_string(struct bytes *in, size_t *len) {
  uint64_t size = bytes_vbyte(in);
  const char *text = (const char *)bytes_take(in, size);
  if (text && !memchr(text, 0, size) && utf8_valid_prefix(text, size) == size) {
    *len = size;
    return text;
  }
  in->failed = true;
  return NULL;
}

static int take_list(struct bytes *in, struct article_list *list, struct nsearch_error *err) {
  uint64_t count = bytes_vbyte(in);
  for (uint64_t i = 0; i < count; i++) {
    size_t len;
    const char *text = take_string(in, &len);
    if (!text || len == 0) {
      in->failed = true;
      return NSEARCH_OK; /* the caller looks at the bytes */
    }
    int status = article_list_add(list, text, len, err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

static void take_dates(struct bytes *in, struct nsearch_article *article) {
  uint8_t precision = bytes_u8(in), origin = bytes_u8(in);
  article->doubtful = origin & DOUBTFUL;
  origin &= DOUBTFUL - 1;
  if (precision > NSEARCH_PRECISION_SECOND || origin > NSEARCH_ORIGIN_CRAWL ||
      (article->doubtful && precision == NSEARCH_PRECISION_NONE)) {
    in->failed = true;
    return;
  }
  article->published.precision = (enum nsearch_precision)precision;
  article->origin = (enum nsearch_origin)origin;
  if (precision != NSEARCH_PRECISION_NONE) article->published.seconds = take_seconds(in);
  uint8_t has_updated = bytes_u8(in);
  if (has_updated > 1) in->failed = true;
  article->has_updated = has_updated == 1;
  if (article->has_updated) article->updated = take_seconds(in);
}

int article_decode_card(struct nsearch_article *article, const uint8_t *bytes, size_t len, struct nsearch_error *err) {
  if (len == 0) bytes = (const uint8_t *)""; /* no arithmetic on NULL */
  struct bytes in = {.at = bytes, .end = bytes + len};
  int status = NSEARCH_OK;
  article_clear(article);
  for (int i = 0; i < CARD_PARTS && !status; i++) {
    size_t text_len = 0;
    const char *text = take_string(&in, &text_len);
    if (!text) break;
    status = article_set(article, card_parts[i], text, text_len, err);
  }
  if (!status && !in.failed) status = take_list(&in, &article->authors, err);
  if (!status && !in.failed) status = take_list(&in, &article->topics, err);
  if (!status && !in.failed) take_dates(&in, article);
  if (!status && (in.failed || in.at != in.end))
    status = error_set(err, NSEARCH_ERR_DAMAGED, "the card of an article (%zu bytes) is damaged; index again", len);
  if (status) article_clear(article);
  return status;
}
