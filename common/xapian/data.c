/* Document data: an article as lines of name=value, as omega has it, so that people and other programs can read it. A
 * newline of a value is written \n and a backslash \\; the body comes last. Dates are seconds since 1970. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/article/article.h"
#include "common/text/text.h"
#include "common/xapian/xap.h"

static const struct {
  const char *name;
  enum article_part part;
} parts[] = {
    {"id", ARTICLE_ID},           {"url", ARTICLE_URL},           {"title", ARTICLE_TITLE}, {"source", ARTICLE_SOURCE},
    {"section", ARTICLE_SECTION}, {"language", ARTICLE_LANGUAGE}, {"body", ARTICLE_BODY},
};
enum { PARTS = sizeof parts / sizeof *parts };

static const char *const precisions[] = {"none", "year", "month", "day", "second"};
static const char *const origins[] = {"none", "record", "feed", "meta", "url", "file", "crawl"};

static void put_line(struct buffer *out, const char *name, const char *value, size_t len) {
  buffer_text(out, name);
  buffer_byte(out, '=');
  for (size_t at = 0; at < len;) {
    size_t plain = at;
    while (plain < len && value[plain] != '\n' && value[plain] != '\\') plain++;
    buffer_add(out, value + at, plain - at);
    if (plain < len) buffer_text(out, value[plain] == '\n' ? "\\n" : "\\\\");
    at = plain + 1;
  }
  buffer_byte(out, '\n');
}

static void put_part(struct buffer *out, const struct nsearch_article *article, int i) {
  size_t len;
  const char *text = article_get(article, parts[i].part, &len);
  if (len) put_line(out, parts[i].name, text, len);
}

static void put_list(struct buffer *out, const char *name, const struct article_list *list) {
  for (const char *v = NULL; (v = article_list_next(list, v));) put_line(out, name, v, strlen(v));
}

void xap_encode_data(const struct nsearch_article *article, bool with_body, struct buffer *out) {
  for (int i = 0; i < PARTS - 1; i++) put_part(out, article, i);
  put_list(out, "author", &article->authors);
  put_list(out, "topic", &article->topics);
  if (article->published.precision != NSEARCH_PRECISION_NONE) {
    buffer_format(out, "published=%" PRId64 "\n", article->published.seconds);
    buffer_format(out, "precision=%s\n", precisions[article->published.precision]);
    if (article->doubtful) buffer_text(out, "doubtful=1\n");
  }
  if (article->origin != NSEARCH_ORIGIN_NONE) buffer_format(out, "origin=%s\n", origins[article->origin]);
  if (article->has_updated) buffer_format(out, "updated=%" PRId64 "\n", article->updated);
  if (with_body) put_part(out, article, PARTS - 1);
}

/* ---- And back ---- */

struct line {
  const char *name, *value;
  size_t name_len, len;
};

static bool is_named(const struct line *line, const char *name) {
  return strlen(name) == line->name_len && memcmp(line->name, name, line->name_len) == 0;
}

/* The value with its escapes undone, into *out, which is cleared first; false when it is none. */
static bool unescape(const struct line *line, struct buffer *out) {
  buffer_clear(out);
  if (memchr(line->value, 0, line->len) || utf8_valid_prefix(line->value, line->len) != line->len) return false;
  for (size_t at = 0; at < line->len;) {
    const char *slash = memchr(line->value + at, '\\', line->len - at);
    size_t plain = slash ? (size_t)(slash - line->value) : line->len;
    buffer_add(out, line->value + at, plain - at);
    at = plain + 2;
    if (!slash) break;
    if (plain + 1 == line->len || (slash[1] != 'n' && slash[1] != '\\')) return false;
    buffer_byte(out, slash[1] == 'n' ? '\n' : '\\');
  }
  return true;
}

static bool take_seconds(const struct buffer *text, int64_t *out) {
  char digits[24], *end;
  if (text->len == 0 || text->len >= sizeof digits) return false;
  memcpy(digits, text->bytes, text->len);
  digits[text->len] = 0;
  errno = 0;
  *out = strtoll(digits, &end, 10);
  return errno == 0 && *end == 0;
}

static bool take_choice(const struct buffer *text, const char *const *names, int count, int *out) {
  for (*out = 0; *out < count; ++*out)
    if (strlen(names[*out]) == text->len && memcmp(names[*out], text->bytes, text->len) == 0) return true;
  return false;
}

/* Lines of other names are somebody else's. */
static bool take_line(struct nsearch_article *article, const struct line *line, const struct buffer *text,
                      struct nsearch_error *err, int *status) {
  const char *value = text->len ? text->bytes : "";
  int choice;
  for (int i = 0; i < PARTS; i++) {
    if (!is_named(line, parts[i].name)) continue;
    *status = article_set(article, parts[i].part, value, text->len, err);
    return true;
  }
  if (is_named(line, "author") || is_named(line, "topic")) {
    if (text->len == 0) return false;
    *status = article_list_add(line->name[0] == 'a' ? &article->authors : &article->topics, value, text->len, err);
    return true;
  }
  if (is_named(line, "published")) return take_seconds(text, &article->published.seconds);
  if (is_named(line, "updated")) return article->has_updated = take_seconds(text, &article->updated);
  if (is_named(line, "precision")) {
    if (!take_choice(text, precisions, sizeof precisions / sizeof *precisions, &choice)) return false;
    article->published.precision = (enum nsearch_precision)choice;
  } else if (is_named(line, "doubtful")) {
    article->doubtful = true;
  } else if (is_named(line, "origin")) {
    if (!take_choice(text, origins, sizeof origins / sizeof *origins, &choice)) return false;
    article->origin = (enum nsearch_origin)choice;
  }
  return true;
}

int xap_decode_data(struct nsearch_article *article, const char *data, size_t len, bool with_body,
                    struct nsearch_error *err) {
  struct buffer text = {0};
  int status = NSEARCH_OK;
  bool good = true;
  article_clear(article);
  for (size_t at = 0; good && !status && at < len;) {
    const char *end = memchr(data + at, '\n', len - at);
    size_t stop = end ? (size_t)(end - data) : len;
    const char *equals = memchr(data + at, '=', stop - at);
    good = equals != NULL;
    if (!good) break;
    struct line line = {data + at, equals + 1, (size_t)(equals - (data + at)), (size_t)(data + stop - equals - 1)};
    at = stop + 1;
    if (!with_body && is_named(&line, "body")) continue;
    good = unescape(&line, &text);
    if (good && text.failed) status = error_memory(err);
    if (good && !status) good = take_line(article, &line, &text, err, &status);
  }
  if (!status && !good)
    status = error_set(err, NSEARCH_ERR_DAMAGED, "the data of a document (%zu bytes) is damaged; index again", len);
  if (status) article_clear(article);
  buffer_free(&text);
  return status;
}
