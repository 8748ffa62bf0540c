/* Plain text: a file is one article. */
#include "common/text/text.h"
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

enum { TITLE_MAX = 200 };

static bool few(size_t odd, size_t len) { return odd <= 1 || odd * 20 <= len; }

/* True when the bytes read as text: no NUL, hardly any control characters, and, where the name does not say that it is
 * text, in UTF-8 but for a few. A .txt in another encoding is indexed, its bad bytes replaced and counted. */
static bool is_text(const char *head, size_t len, bool named) {
  size_t controls = 0, bad_bytes = 0;
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)head[i];
    if (c == 0) return false;
    controls += c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b;
  }
  for (size_t at = 0; !named && at < len;) {
    uint32_t code_point;
    bool bad = false;
    at += utf8_valid_prefix(head + at, len - at);
    if (at == len) break;
    at += utf8_decode(head + at, len - at, &code_point, &bad);
    bad_bytes += bad;
  }
  return few(controls, len) && few(bad_bytes, len);
}

/* Pages and markup have readers of their own, or none: they are not plain text. */
static bool is_markup(const char *head, size_t len) {
  static const char *const beginnings[] = {"<!doctype", "<html", "<?xml", "<rss", "<feed", "<rdf"};
  size_t at = leading_blank(head, len);
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
    if (len - at >= strlen(beginnings[i]) && strncasecmp(head + at, beginnings[i], strlen(beginnings[i])) == 0)
      return true;
  return false;
}

static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  (void)is_all;
  bool named = name_ends_with(file_name, ".txt") || name_ends_with(file_name, ".text");
  bool nameless = !memchr(file_name, '.', name_len(file_name));
  return (named || nameless) && is_text(head, len, named) && !is_markup(head, len);
}

/* The first line is the title when it is short and more follows; else the file's name is, and all is text. */
int text_article(const char *text, size_t len, const struct sink *sink, struct nsearch_error *err) {
  size_t at = leading_blank(text, len);
  text += at, len -= at;
  const char *body = text;
  size_t body_len = len;
  const char *end = len ? memchr(text, '\n', len) : NULL;
  size_t line = end ? (size_t)(end - text) : len;
  article_clear(sink->article);
  if (end) {
    body = end;
    body_len = len - line;
    trim(&body, &body_len);
  }
  int status;
  if (end && line <= TITLE_MAX && body_len > 0) {
    status = article_set(sink->article, ARTICLE_TITLE, text, line, err);
  } else {
    body = text, body_len = len;
    trim(&body, &body_len);
    status = NSEARCH_OK;
  }
  if (!status) status = article_set(sink->article, ARTICLE_BODY, body, body_len, err);
  return status ? status : title_from_name(sink->article, sink->file_name, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  struct buffer decoded = {0};
  const char *text = span->bytes;
  size_t len = span->len;
  bool is_text;
  int status = sink_decode(sink, span->record, &text, &len, &decoded, &is_text, err);
  if (!status && is_text) status = text_article(text, len, sink, err);
  if (!status && is_text) date_from_name(sink->article, sink->file_name);
  if (!status && is_text) status = sink->take(sink->payload, sink->article, span->record, span->whole_file, err);
  buffer_free(&decoded);
  return status;
}

const struct source source_text = {"text", claims, split_whole, parse};
