/* Markdown: a file is an article, with what its front matter says of it. */
#include "indexer/sources/markdown.h"

#include <string.h>

static bool is_named(const char *file_name) {
  return name_ends_with(file_name, ".md") || name_ends_with(file_name, ".markdown") ||
         name_ends_with(file_name, ".mdown") || name_ends_with(file_name, ".mkd");
}

/* By its name, or a block of front matter in a file whose name says nothing. */
static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  (void)is_all;
  if (memchr(head, 0, len)) return false;
  if (is_named(file_name)) return true;
  bool may_be = name_ends_with(file_name, ".txt") || name_ends_with(file_name, ".text") ||
                !memchr(file_name, '.', name_len(file_name));
  return may_be && front_matter_find(head, len).kind != FRONT_NONE;
}

static int set(struct nsearch_article *article, enum article_part part, const struct buffer *text,
               struct nsearch_error *err) {
  const char *bytes = text->bytes ? text->bytes : "";
  size_t len = text->len;
  trim(&bytes, &len);
  return article_set(article, part, bytes, len, err);
}

/* A title in the front matter leaves the first heading in the text, unless the two say the same. */
static int fill_in(const char *text, size_t len, struct record_fields *fields, struct buffer *title,
                   struct buffer *body, struct nsearch_error *err) {
  struct front_matter front = front_matter_find(text, len);
  struct nsearch_article *article = fields->sink->article;
  size_t known, stated;
  int status = front.kind ? front_matter_read(&front, text, fields, err) : NSEARCH_OK;
  if (status) return status;
  markdown_text(text + front.behind, len - front.behind, title, body);
  if ((status = buffer_status(title, err)) || (status = buffer_status(body, err))) return status;
  const char *title_known = article_get(article, ARTICLE_TITLE, &known);
  if (known > 0 && (known != title->len || memcmp(title_known, title->bytes, known) != 0)) {
    buffer_clear(body);
    markdown_text(text + front.behind, len - front.behind, NULL, body);
    status = buffer_status(body, err);
  }
  if (!status && known == 0) status = set(article, ARTICLE_TITLE, title, err);
  article_get(article, ARTICLE_BODY, &stated);
  /* A description in the front matter is the text of a file that has no other. */
  if (!status && (body->len > 0 || stated == 0)) status = set(article, ARTICLE_BODY, body, err);
  if (!status) status = title_from_name(article, fields->sink->file_name, err);
  if (!status) date_from_name(article, fields->sink->file_name);
  return status;
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  struct buffer decoded = {0}, title = {0}, body = {0};
  struct record_fields fields = {0};
  const char *text = span->bytes;
  size_t len = span->len;
  bool is_text;
  int status = sink_decode(sink, span->record, &text, &len, &decoded, &is_text, err);
  if (!status && is_text) {
    size_t mark = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    fields_begin(&fields, sink, err);
    status = fill_in(text + mark, len - mark, &fields, &title, &body, err);
    if (!status) status = sink->take(sink->payload, sink->article, span->record, span->whole_file, err);
  }
  fields_free(&fields);
  buffer_free(&decoded);
  buffer_free(&title);
  buffer_free(&body);
  return status;
}

const struct source source_markdown = {"markdown", claims, split_whole, parse};
