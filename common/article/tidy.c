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
  HOLDS_C2 = 8       /* the byte that C1 controls begin with; so do harmless characters */
};

typedef uint8_t block __attribute__((vector_size(16)));

static bool any(block bits) {
  uint64_t halves[2];
  memcpy(halves, &bits, sizeof halves);
  return halves[0] | halves[1];
}

static unsigned look_over(const char *text, size_t len) {
  block high = {0}, control = {0}, line = {0}, c2 = {0}, bytes;
  for (size_t at = 0; at < len; at += sizeof bytes) {
    size_t left = len - at;
    if (left >= sizeof bytes) memcpy(&bytes, text + at, sizeof bytes);
    else {
      memset(&bytes, 'a', sizeof bytes);
      memcpy(&bytes, text + at, left);
    }
    block is_line = (block)((bytes == '\n') | (bytes == '\t'));
    high |= bytes;
    line |= is_line;
    control |= ((block)(bytes < ' ') & ~is_line) | (block)(bytes == 0x7f);
    c2 |= (block)(bytes == 0xc2);
  }
  return (any(control) ? HOLDS_CONTROL : 0) | (any(line) ? HOLDS_LINE : 0) |
         (any(high & 0x80) ? HOLDS_HIGH : 0) | (any(c2) ? HOLDS_C2 : 0);
}

/* Length of the control character or line break at text[0..len), 0 when there is none. Well-formed text only. */
static size_t control_length(const char *text, size_t len, bool one_line) {
  const uint8_t *byte = (const uint8_t *)text;
  if (byte[0] < ' ' || byte[0] == 0x7f) return one_line || (byte[0] != '\n' && byte[0] != '\t');
  if (byte[0] == 0xc2 && len >= 2) return byte[1] < 0xa0 ? 2 : 0;
  /* U+2028 and U+2029 break lines too. */
  if (one_line && len >= 3 && byte[0] == 0xe2 && byte[1] == 0x80 && (byte[2] | 1) == 0xa9) return 3;
  return 0;
}

/* Each control character becomes one blank, in place; returns the new length. */
static size_t blank_controls(char *text, size_t len, bool one_line) {
  size_t to = 0;
  for (size_t at = 0; at < len;) {
    size_t control = control_length(text + at, len - at, one_line);
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
  unsigned suspect = HOLDS_CONTROL | HOLDS_C2 | (one_line ? HOLDS_LINE | HOLDS_HIGH : 0);
  if (holds & suspect) text->len = blank_controls(text->bytes, text->len, one_line);
  trim(text);
  if (!buffer_room(text, 1)) {
    buffer_clear(text);
    return error_memory(err);
  }
  text->bytes[text->len] = 0;
  return NSEARCH_OK;
}

/* Values that turn out to be empty leave the list. */
static int tidy_list(struct article_list *list, uint64_t *replaced, struct nsearch_error *err) {
  if (list->count == 0) return NSEARCH_OK;
  int status = NSEARCH_OK;
  struct article_list tidy = {0};
  struct buffer value = {0};
  for (const char *v = NULL; (v = article_list_next(list, v));) {
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

int article_tidy(struct nsearch_article *article, uint64_t *replaced, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *replaced = 0;
  for (int part = 0; part < ARTICLE_PARTS && !status; part++)
    status = tidy_text(&article->parts[part], part != ARTICLE_BODY, replaced, err);
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
