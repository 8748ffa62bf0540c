/* Lines "Name: value" up to an empty line: the headers of HTTP, mail and WARC. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

size_t headers_end(const char *text, size_t len) {
  for (size_t at = 0; at < len;) {
    const char *end = memchr(text + at, '\n', len - at);
    if (!end) return 0;
    size_t next = (size_t)(end - text) + 1, line = next - 1 - at;
    if (line == 0 || (line == 1 && text[at] == '\r')) return next;
    at = next;
  }
  return 0;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* Offset behind the line at `at` and the lines that continue it. */
static size_t next_header(const char *headers, size_t len, size_t at) {
  do {
    const char *end = memchr(headers + at, '\n', len - at);
    at = end ? (size_t)(end - headers) + 1 : len;
  } while (at < len && is_blank(headers[at]));
  return at;
}

bool header_find(const char *headers, size_t len, const char *name, const char **value, size_t *value_len) {
  size_t name_length = strlen(name);
  for (size_t at = 0, next; at < len; at = next) {
    next = next_header(headers, len, at);
    if (next - at <= name_length || strncasecmp(headers + at, name, name_length) != 0) continue;
    size_t colon = at + name_length;
    while (colon < next && is_blank(headers[colon])) colon++;
    if (colon == next || headers[colon] != ':') continue;
    *value = headers + colon + 1;
    *value_len = next - colon - 1;
    trim(value, value_len);
    return true;
  }
  return false;
}

void header_word(const char *value, size_t len, char *out, size_t room) {
  size_t count = 0;
  for (size_t i = 0; i < len && value[i] != ';' && value[i] != ',' && count + 1 < room; i++) {
    char c = value[i];
    if ((unsigned char)c > ' ') out[count++] = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
  }
  out[count] = 0;
}

/* Offset behind a value of a parameter that begins at `at`, quoted or not. */
static size_t value_end(const char *text, size_t len, size_t at) {
  if (at < len && text[at] == '"') {
    for (at++; at < len && text[at] != '"'; at++) at += text[at] == '\\' && at + 1 < len;
    return at < len ? at + 1 : len;
  }
  while (at < len && text[at] != ';') at++;
  return at;
}

bool header_parameter(const char *value, size_t len, const char *name, char *out, size_t room) {
  size_t name_length = strlen(name), at = value_end(value, len, 0);
  while (at < len) {
    at++;
    while (at < len && (unsigned char)value[at] <= ' ') at++;
    size_t start = at, equals = at;
    while (equals < len && value[equals] != '=' && value[equals] != ';') equals++;
    if (equals == len || value[equals] == ';') {
      at = equals;
      continue;
    }
    size_t key_len = equals - start, from = equals + 1;
    while (key_len > 0 && (unsigned char)value[start + key_len - 1] <= ' ') key_len--;
    while (from < len && is_blank(value[from])) from++;
    size_t to = value_end(value, len, from);
    at = to;
    while (at < len && value[at] != ';') at++;
    if (key_len != name_length || strncasecmp(value + start, name, key_len) != 0) continue;
    const char *text = value + from;
    size_t text_len = to - from;
    trim(&text, &text_len);
    if (text_len >= 2 && *text == '"') text++, text_len -= 2;
    if (text_len == 0 || text_len >= room || memchr(text, 0, text_len)) return false;
    memcpy(out, text, text_len);
    out[text_len] = 0;
    return true;
  }
  return false;
}
