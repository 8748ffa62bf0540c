/* MIME: encoded words of headers, and the text in the parts of a message. */
#include "indexer/sources/sources.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What is nested deeper, or comes after so many parts, is left out. */
enum { DEPTH_MAX = 8, PARTS_MAX = 1000 };

/* ---- Transfer encodings ---- */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 32;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Quoted-printable; what is no escape stays. In headers an underscore is a blank. */
static void decode_quoted(const char *text, size_t len, bool is_header, struct buffer *out) {
  for (size_t at = 0, next; at < len; at = next) {
    next = at + 1;
    if (text[at] == '_' && is_header) {
      buffer_byte(out, ' ');
    } else if (text[at] != '=') {
      const char *stop = is_header ? NULL : memchr(text + at, '=', len - at);
      next = is_header ? at + 1 : stop ? (size_t)(stop - text) : len;
      buffer_add(out, text + at, next - at);
    } else if (at + 2 < len && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0) {
      buffer_byte(out, (uint8_t)(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2])));
      next = at + 3;
    } else {
      size_t end = at + 1;
      while (end < len && (text[end] == ' ' || text[end] == '\t' || text[end] == '\r')) end++;
      if (end < len && text[end] == '\n')
        next = end + 1; /* a soft line end */
      else
        buffer_byte(out, '=');
    }
  }
}

void base64_decode(const char *text, size_t len, struct buffer *out) {
  uint32_t bits = 0;
  int count = 0;
  for (size_t at = 0; at < len && text[at] != '='; at++) {
    char c = text[at];
    int digit = c >= 'A' && c <= 'Z'   ? c - 'A'
                : c >= 'a' && c <= 'z' ? c - 'a' + 26
                : c >= '0' && c <= '9' ? c - '0' + 52
                : c == '+'             ? 62
                : c == '/'             ? 63
                                       : -1;
    if (digit < 0) continue;
    bits = bits << 6 | (uint32_t)digit;
    if (++count < 4) continue;
    const uint8_t bytes[] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
    buffer_add(out, bytes, 3);
    count = 0;
  }
  if (count > 1) buffer_byte(out, (uint8_t)(bits >> (count == 2 ? 4 : 10)));
  if (count > 2) buffer_byte(out, (uint8_t)(bits >> 2));
}

/* ---- Encoded words: =?charset?B?text?= ---- */

struct encoded_word {
  char charset[40];
  bool is_base64;
  const char *text;
  size_t text_len, len; /* len: all of it */
};

/* *is_endless: nothing ends a word from here on, so that no later one is any either. */
static bool read_word(const char *value, size_t len, struct encoded_word *out, bool *is_endless) {
  const char *end = value + len, *charset = value + 2;
  if (len < 8 || value[0] != '=' || value[1] != '?') return false;
  const char *kind = memchr(charset, '?', (size_t)(end - charset));
  if (!kind || end - kind < 5 || kind[2] != '?' || !strchr("BbQq", kind[1])) return false;
  const char *star = memchr(charset, '*', (size_t)(kind - charset)); /* a language may follow */
  size_t charset_len = (size_t)((star ? star : kind) - charset);
  if (charset_len == 0 || charset_len >= sizeof out->charset || memchr(charset, 0, charset_len)) return false;
  const char *text = kind + 3, *stop = memmem(text, (size_t)(end - text), "?=", 2);
  *is_endless = !stop;
  if (!stop) return false;
  memcpy(out->charset, charset, charset_len);
  out->charset[charset_len] = 0;
  out->is_base64 = kind[1] == 'B' || kind[1] == 'b';
  out->text = text;
  out->text_len = (size_t)(stop - text);
  out->len = (size_t)(stop + 2 - value);
  return true;
}

/* Where the next encoded word begins; len when there is none. */
static size_t find_word(const char *value, size_t len, size_t at, struct encoded_word *word) {
  bool is_endless = false;
  for (const char *found; !is_endless && at < len && (found = memmem(value + at, len - at, "=?", 2)); at++) {
    at = (size_t)(found - value);
    if (read_word(found, len - at, word, &is_endless)) return at;
  }
  return len;
}

static bool is_blank(const char *text, size_t len) {
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)text[i] > ' ') return false;
  return true;
}

/* What is no encoded word, on one line. */
static int add_plain(const char *text, size_t len, struct buffer *out, uint64_t *replaced, struct nsearch_error *err) {
  struct buffer line = {0};
  for (size_t i = 0; i < len; i++)
    if (text[i] != '\r' && text[i] != '\n') buffer_byte(&line, (uint8_t)text[i]);
  int status = buffer_status(&line, err);
  if (!status && line.len) status = charset_convert(line.bytes, line.len, NULL, out, replaced, err);
  buffer_free(&line);
  return status;
}

/* A character may be cut in two between words of one charset, so these are decoded as one. Blanks between words go. */
int mime_words(const char *value, size_t len, struct buffer *out, uint64_t *replaced, struct nsearch_error *err) {
  struct buffer bytes = {0};
  struct encoded_word word, next;
  size_t at = 0, found = find_word(value, len, 0, &word);
  int status = NSEARCH_OK;
  while (!status && at < len) {
    if (found > at) status = add_plain(value + at, found - at, out, replaced, err);
    if (status || found == len) break;
    if (word.is_base64)
      base64_decode(word.text, word.text_len, &bytes);
    else
      decode_quoted(word.text, word.text_len, true, &bytes);
    at = found + word.len;
    found = find_word(value, len, at, &next);
    bool follows = found < len && is_blank(value + at, found - at);
    if (follows) at = found;
    if (!follows || strcasecmp(next.charset, word.charset) != 0) {
      status = buffer_status(&bytes, err);
      if (!status && bytes.len) status = charset_convert(bytes.bytes, bytes.len, word.charset, out, replaced, err);
      buffer_clear(&bytes);
    }
    word = next;
  }
  buffer_free(&bytes);
  return status;
}

/* ---- Parts ---- */

struct reading {
  uint64_t *replaced;
  struct nsearch_error *err;
  unsigned parts;
};

static int read_entity(struct reading *reading, const char *text, size_t len, const char *usual_type, unsigned depth,
                       struct buffer *out);

static void paragraph(struct buffer *out) {
  if (out->len) buffer_text(out, "\n\n");
}

/* Files that were put into the text, as Usenet has them. */
enum enclosed { ENCLOSED_UU, ENCLOSED_YENC, ENCLOSED_KINDS }; /* ENCLOSED_KINDS: no such file */
static const char *const enclosed_ends[ENCLOSED_KINDS] = {"\nend", "\n=yend"};

/* Of the file that the line begins. */
static enum enclosed enclosed_begins(const char *line, size_t len) {
  if (len > 8 && memcmp(line, "=ybegin ", 8) == 0) return ENCLOSED_YENC;
  if (len <= 11 || memcmp(line, "begin ", 6) != 0 || line[9] != ' ') return ENCLOSED_KINDS;
  for (size_t i = 6; i < 9; i++)
    if (line[i] < '0' || line[i] > '7') return ENCLOSED_KINDS;
  return ENCLOSED_UU;
}

/* An end that was looked for in vain is not looked for again: a text may be nothing but beginnings. */
static void drop_files(const char *text, size_t len, struct buffer *out) {
  const char *until = NULL;
  bool is_endless[ENCLOSED_KINDS] = {false};
  for (size_t at = 0, next; at < len; at = next) {
    const char *line = text + at, *line_end = memchr(line, '\n', len - at);
    next = line_end ? (size_t)(line_end - text) + 1 : len;
    size_t line_len = next - at;
    if (until) {
      if (line_len >= strlen(until) && memcmp(line, until, strlen(until)) == 0) until = NULL;
      continue;
    }
    enum enclosed kind = enclosed_begins(line, line_len);
    if (kind < ENCLOSED_KINDS && !is_endless[kind]) {
      const char *end = enclosed_ends[kind];
      is_endless[kind] = !memmem(text + next, len - next, end, strlen(end));
      if (!is_endless[kind]) until = end + 1;
    }
    if (!until) buffer_add(out, line, line_len);
  }
}

/* The text of a part that has no parts. */
static int read_leaf(struct reading *reading, const char *type, const char *charset, const char *body, size_t len,
                     struct buffer *out) {
  struct buffer text = {0}, clean = {0};
  int status = charset_convert(body, len, charset, &text, reading->replaced, reading->err);
  if (!status && text.len) {
    if (strcmp(type, "text/html") == 0)
      markup_text(text.bytes, text.len, &clean);
    else
      drop_files(text.bytes, text.len, &clean);
    const char *bare = clean.bytes;
    size_t bare_len = clean.len;
    trim(&bare, &bare_len);
    if (bare_len) paragraph(out);
    if (bare_len) buffer_add(out, bare, bare_len);
    status = buffer_status(&clean, reading->err);
  }
  buffer_free(&text);
  buffer_free(&clean);
  return status;
}

static int decode_leaf(struct reading *reading, const char *headers, size_t headers_len, const char *type,
                       const char *charset, const char *body, size_t len, struct buffer *out) {
  const char *value;
  size_t value_len;
  char encoding[20] = "";
  struct buffer decoded = {0};
  if (header_find(headers, headers_len, "Content-Transfer-Encoding", &value, &value_len))
    header_word(value, value_len, encoding, sizeof encoding);
  if (strcmp(encoding, "base64") == 0)
    base64_decode(body, len, &decoded);
  else if (strcmp(encoding, "quoted-printable") == 0)
    decode_quoted(body, len, false, &decoded);
  else
    return read_leaf(reading, type, charset, body, len, out);
  int status = buffer_status(&decoded, reading->err);
  if (!status && decoded.len) status = read_leaf(reading, type, charset, decoded.bytes, decoded.len, out);
  buffer_free(&decoded);
  return status;
}

/* The next line "--boundary" from `at` on: its start, and where the part behind it begins; false when none follows.
 * *is_last is set by "--boundary--". */
static bool find_boundary(const char *text, size_t len, size_t at, const char *boundary, size_t *start, size_t *behind,
                          bool *is_last) {
  size_t boundary_len = strlen(boundary);
  for (const char *found; at < len && (found = memmem(text + at, len - at, boundary, boundary_len)); at++) {
    at = (size_t)(found - text);
    if (at < 2 || text[at - 1] != '-' || text[at - 2] != '-' || (at > 2 && text[at - 3] != '\n')) continue;
    size_t end = at + boundary_len;
    *is_last = len - end >= 2 && text[end] == '-' && text[end + 1] == '-';
    if (*is_last) end += 2;
    while (end < len && (text[end] == ' ' || text[end] == '\t' || text[end] == '\r')) end++;
    if (end < len && text[end] != '\n') continue;
    *start = at - 2;
    *behind = end < len ? end + 1 : len;
    return true;
  }
  return false;
}

/* The plain text of an alternative, unless it says hardly anything of what the page does. */
static bool is_trivial(const struct buffer *plain, const struct buffer *page) {
  const char *text = plain->bytes, *other = page->bytes;
  size_t len = plain->len, other_len = page->len;
  trim(&text, &len);
  trim(&other, &other_len);
  return len == 0 || len < other_len / 4;
}

static bool is_page(const char *headers, size_t len) {
  const char *value;
  size_t value_len;
  char type[40];
  if (!header_find(headers, len, "Content-Type", &value, &value_len)) return false;
  header_word(value, value_len, type, sizeof type);
  return strcmp(type, "text/html") == 0 || strcmp(type, "multipart/related") == 0;
}

/* Of parts that say the same, the plain one, or the page where that says more; of others all. */
static int read_parts(struct reading *reading, const char *type, const char *boundary, const char *body, size_t len,
                      unsigned depth, struct buffer *out) {
  struct buffer plain = {0}, page = {0};
  bool is_alternative = strcmp(type, "multipart/alternative") == 0, is_last = false;
  bool is_related = strcmp(type, "multipart/related") == 0;
  const char *usual = strcmp(type, "multipart/digest") == 0 ? "message/rfc822" : "text/plain";
  size_t start, at, end, behind;
  int status = NSEARCH_OK;
  bool more = find_boundary(body, len, 0, boundary, &start, &at, &is_last);
  while (!status && more && !is_last && reading->parts++ < PARTS_MAX) {
    more = find_boundary(body, len, at, boundary, &end, &behind, &is_last);
    if (!more) end = behind = len;
    bool as_page = is_alternative && is_page(body + at, headers_end(body + at, end - at));
    struct buffer *into = as_page ? &page : &plain;
    if (is_alternative) buffer_clear(into); /* the last one is the best of its kind */
    status = read_entity(reading, body + at, end - at, usual, depth + 1, into);
    at = behind;
    if (is_related) break; /* pictures follow */
  }
  const struct buffer *best = is_alternative && is_trivial(&plain, &page) ? &page : &plain;
  if (!status) status = buffer_status(best, reading->err);
  if (!status && best->len) {
    paragraph(out);
    buffer_add(out, best->bytes, best->len);
  }
  buffer_free(&plain);
  buffer_free(&page);
  return status;
}

/* A message within: its subject, and its text. */
static int read_message(struct reading *reading, const char *body, size_t len, unsigned depth, struct buffer *out) {
  const char *value;
  size_t value_len;
  int status = NSEARCH_OK;
  if (header_find(body, headers_end(body, len), "Subject", &value, &value_len)) {
    paragraph(out);
    status = mime_words(value, value_len, out, reading->replaced, reading->err);
  }
  return status ? status : read_entity(reading, body, len, "text/plain", depth + 1, out);
}

/* A message or a part: headers and body. */
static int read_entity(struct reading *reading, const char *text, size_t len, const char *usual_type, unsigned depth,
                       struct buffer *out) {
  size_t headers_len = headers_end(text, len), value_len;
  const char *body = text + headers_len, *value;
  char type[60], disposition[20] = "", charset[60], boundary[260];
  bool has_charset = false, has_boundary = false;
  snprintf(type, sizeof type, "%s", usual_type);
  if (header_find(text, headers_len, "Content-Type", &value, &value_len)) {
    header_word(value, value_len, type, sizeof type);
    has_charset = header_parameter(value, value_len, "charset", charset, sizeof charset);
    has_boundary = header_parameter(value, value_len, "boundary", boundary, sizeof boundary);
  }
  if (header_find(text, headers_len, "Content-Disposition", &value, &value_len))
    header_word(value, value_len, disposition, sizeof disposition);
  if (depth > DEPTH_MAX || strcmp(disposition, "attachment") == 0) return NSEARCH_OK;
  len -= headers_len;
  if (strncmp(type, "multipart/", 10) == 0 && has_boundary)
    return read_parts(reading, type, boundary, body, len, depth, out);
  if (strcmp(type, "message/rfc822") == 0 || strcmp(type, "message/news") == 0)
    return read_message(reading, body, len, depth, out);
  bool is_text = !*type || strcmp(type, "text") == 0 || strcmp(type, "text/plain") == 0 ||
                 strcmp(type, "text/html") == 0 || strncmp(type, "multipart/", 10) == 0;
  if (!is_text) return NSEARCH_OK;
  return decode_leaf(reading, text, headers_len, type, has_charset ? charset : NULL, body, len, out);
}

int mime_text(const char *message, size_t len, struct buffer *out, uint64_t *replaced, struct nsearch_error *err) {
  struct reading reading = {.err = err};
  reading.replaced = replaced;
  return read_entity(&reading, message, len, "text/plain", 0, out);
}
