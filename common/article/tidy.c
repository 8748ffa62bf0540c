/* Makes an article fit to be stored. Nearly all text is fit already, and finding that out is one pass at memory speed:
 * only what the pass finds is looked at again. */
#include <string.h>

#include "common/article/article.h"
#include "common/text/text.h"

/* What a text holds that may have to be looked at. */
enum {
  HOLDS_CONTROL = 1, /* C0 other than newline and tab, or DEL */
  HOLDS_LINE = 2,    /* newline or tab */
  HOLDS_HIGH = 4,    /* bytes that are not ASCII */
  HOLDS_C1 = 8       /* in well-formed text: a control character of two bytes */
};

typedef uint8_t block __attribute__((vector_size(16)));

static block load(const char *text) {
  block bytes;
  memcpy(&bytes, text, sizeof bytes);
  return bytes;
}

/* All ones where the byte is a control character, newline and tab aside. */
static block controls(block bytes) {
  return (block)(((bytes < ' ') & (bytes != '\n') & (bytes != '\t')) | (bytes == 0x7f));
}

static block lines(block bytes) { return (block)((bytes == '\n') | (bytes == '\t')); }

static bool any(block bits) {
  uint64_t halves[2];
  memcpy(halves, &bits, sizeof halves);
  return halves[0] | halves[1];
}

static unsigned look_over(const char *text, size_t len) {
  block high = {0}, control = {0}, line = {0}, c1 = {0};
  char rest[sizeof(block) + 1];
  for (size_t at = 0; at < len; at += sizeof(block)) {
    const char *from = text + at;
    if (len - at <= sizeof(block)) { /* the byte after the block is read as well */
      memset(rest, 'a', sizeof rest);
      from = memcpy(rest, from, len - at);
    }
    block bytes = load(from), next = load(from + 1);
    high |= bytes;
    control |= controls(bytes);
    line |= lines(bytes);
    c1 |= (block)((bytes == 0xc2) & (next < 0xa0));
  }
  return (any(control) ? HOLDS_CONTROL : 0) | (any(line) ? HOLDS_LINE : 0) | (any(high & 0x80) ? HOLDS_HIGH : 0) |
         (any(c1) ? HOLDS_C1 : 0);
}

/* Every control character of one byte becomes a blank, on one line newline and tab too. */
static void blank_controls(char *text, size_t len, bool one_line) {
  char rest[sizeof(block)] = {0};
  for (size_t at = 0; at < len; at += sizeof(block)) {
    size_t left = len - at;
    block bytes = load(left < sizeof rest ? memcpy(rest, text + at, left) : text + at);
    block blanked = controls(bytes);
    if (one_line) blanked |= lines(bytes);
    bytes = (bytes & ~blanked) | (blanked & ' ');
    memcpy(text + at, &bytes, left < sizeof bytes ? left : sizeof bytes);
  }
}

/* Length of the control character, or on one line the line break, of several bytes that begins well-formed text. */
static size_t long_control(const char *text, size_t len, bool one_line) {
  const uint8_t *byte = (const uint8_t *)text;
  if (byte[0] == 0xc2 && len >= 2) return byte[1] < 0xa0 ? 2 : 0;
  /* U+2028 and U+2029 */
  return one_line && byte[0] == 0xe2 && len >= 3 && byte[1] == 0x80 && (byte[2] | 1) == 0xa9 ? 3 : 0;
}

/* Each of them becomes one blank, in place; returns the new length. */
static size_t blank_long_controls(char *text, size_t len, bool one_line) {
  size_t to = 0;
  for (size_t at = 0; at < len;) {
    size_t control = (uint8_t)text[at] < 0x80 ? 0 : long_control(text + at, len - at, one_line);
    text[to++] = control ? ' ' : text[at];
    at += control ? control : 1;
  }
  return to;
}

static bool is_space(uint32_t c) {
  return c <= ' ' || (c >= 0x7f && c <= 0xa0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200b) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/* Length of the white space at the start of text, byte order marks and zero-width spaces included. */
static size_t leading_space(const char *text, size_t len) {
  size_t at = 0;
  while (at < len) {
    uint32_t c;
    bool bad = false;
    size_t step = utf8_decode(text + at, len - at, &c, &bad);
    if (bad || !is_space(c)) break;
    at += step;
  }
  return at;
}

/* The length of text without the white space at its end. */
static size_t without_trailing_space(const char *text, size_t len) {
  while (len) {
    size_t start = len - 1;
    while (start && len - start < 4 && ((uint8_t)text[start] & 0xc0) == 0x80) start--;
    uint32_t c;
    bool bad = false;
    if (utf8_decode(text + start, len - start, &c, &bad) != len - start || bad || !is_space(c)) break;
    len = start;
  }
  return len;
}

static void trim(struct buffer *text) {
  text->len = without_trailing_space(text->bytes, text->len);
  size_t skip = leading_space(text->bytes, text->len);
  if (!skip) return;
  text->len -= skip;
  memmove(text->bytes, text->bytes + skip, text->len);
}

/* Keeps a NUL behind the text. */
static int tidy_text(struct buffer *text, bool one_line, uint64_t *replaced, struct nsearch_error *err) {
  if (!text->len) return NSEARCH_OK;
  unsigned holds = look_over(text->bytes, text->len);
  if ((holds & HOLDS_HIGH) && utf8_valid_prefix(text->bytes, text->len) < text->len) {
    struct buffer repaired = {0};
    *replaced += utf8_repair(text->bytes, text->len, &repaired);
    if (repaired.failed) {
      buffer_free(&repaired);
      return error_memory(err);
    }
    buffer_free(text);
    *text = repaired;
  }
  if (holds & (HOLDS_CONTROL | (one_line ? HOLDS_LINE : 0))) blank_controls(text->bytes, text->len, one_line);
  if (holds & (HOLDS_C1 | (one_line ? HOLDS_HIGH : 0)))
    text->len = blank_long_controls(text->bytes, text->len, one_line);
  trim(text);
  if (!buffer_room(text, 1)) {
    buffer_clear(text);
    return error_memory(err);
  }
  text->bytes[text->len] = 0;
  return NSEARCH_OK;
}

/* Values that turn out to be empty leave the list, and so do those after the first LIST_MAX. */
static int tidy_list(struct article_list *list, uint64_t *replaced, struct nsearch_error *err) {
  if (list->count == 0) return NSEARCH_OK;
  int status = NSEARCH_OK;
  struct article_list tidy = {0};
  struct buffer value = {0};
  for (const char *v = NULL; tidy.count < LIST_MAX && (v = article_list_next(list, v));) {
    buffer_clear(&value);
    buffer_text(&value, v);
    status = buffer_status(&value, err);
    if (!status) status = tidy_text(&value, true, replaced, err);
    if (!status) status = article_list_add(&tidy, value.bytes, value.len, err);
    if (status) goto out;
  }
  struct article_list old = *list;
  *list = tidy;
  tidy = old;
out:
  buffer_free(&value);
  buffer_free(&tidy.text);
  return status;
}

/* A source that is a URL, as data has it that know no name, is its host: all addresses of one site are one source. */
static void tidy_source(struct buffer *source) {
  char host[256];
  size_t len;
  if (!source->len || !article_site(source->bytes, source->len, host, sizeof host, &len)) return;
  memcpy(source->bytes, host, len + 1); /* shorter than the URL, which has a scheme, or "www.", around it */
  source->len = len;
}

int article_tidy(struct nsearch_article *article, uint64_t *replaced, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *replaced = 0;
  for (int part = 0; part < ARTICLE_PARTS && !status; part++)
    status = tidy_text(&article->parts[part], part != ARTICLE_BODY, replaced, err);
  if (!status) tidy_source(&article->parts[ARTICLE_SOURCE]);
  if (!status) status = tidy_list(&article->authors, replaced, err);
  if (!status) status = tidy_list(&article->topics, replaced, err);
  return status;
}

bool article_is_empty(const struct nsearch_article *article) {
  static const enum article_part parts[] = {ARTICLE_TITLE, ARTICLE_BODY};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    size_t len;
    const char *text = article_get(article, parts[i], &len);
    if (leading_space(text, len) < len) return false;
  }
  return true;
}
