/* The id of an article: docs/identity.md. */
#include "common/text/text.h"
#include "indexer/indexer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_digits(const char *text, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (text[i] < '0' || text[i] > '9') return false;
  return len > 0;
}

/* Title, body and date: two records that share all three are one article. */
static int hash_content(const struct nsearch_article *article, uint64_t *hash, struct nsearch_error *err) {
  struct buffer content = {0};
  size_t title_len, body_len;
  const char *title = article_get(article, ARTICLE_TITLE, &title_len);
  const char *body = article_get(article, ARTICLE_BODY, &body_len);
  buffer_add(&content, title, title_len);
  buffer_byte(&content, 0);
  buffer_add(&content, body, body_len);
  if (article->published.precision != NSEARCH_PRECISION_NONE) {
    buffer_byte(&content, 0);
    buffer_u64(&content, (uint64_t)article->published.seconds);
  }
  int status = buffer_status(&content, err);
  if (!status) *hash = hash_bytes(content.bytes, content.len);
  buffer_free(&content);
  return status;
}

/* A file name is bytes and an id is text: what is no character, or a control character, is written %XX. */
static void add_path(struct buffer *id, const char *path) {
  size_t len = strlen(path);
  for (size_t at = 0, step; at < len; at += step) {
    uint32_t code_point;
    bool bad = false;
    step = utf8_decode(path + at, len - at, &code_point, &bad);
    if (!bad && code_point >= 0x20 && code_point != 0x7f)
      buffer_add(id, path + at, step);
    else
      for (size_t i = 0; i < step; i++) buffer_format(id, "%%%02X", (unsigned char)path[at + i]);
  }
}

/* Makes the id "below#text", or "below" when text is NULL. */
static int set_in_file(struct nsearch_article *article, const char *below, const char *text, size_t len,
                       struct nsearch_error *err) {
  struct buffer id = {0};
  add_path(&id, below);
  if (text) {
    buffer_byte(&id, '#');
    buffer_add(&id, text, len);
  }
  int status = buffer_status(&id, err);
  if (!status) status = article_set(article, ARTICLE_ID, id.bytes, id.len, err);
  buffer_free(&id);
  return status;
}

int identity_assign(struct nsearch_article *article, const char *below, bool whole_file, bool global_ids,
                    struct nsearch_error *err) {
  size_t len;
  const char *id = article_get(article, ARTICLE_ID, &len);
  if (len > 0)
    return below && !global_ids && is_digits(id, len) ? set_in_file(article, below, id, len, err) : NSEARCH_OK;
  const char *url = article_get(article, ARTICLE_URL, &len);
  if (len > 0) return article_set(article, ARTICLE_ID, url, len, err);
  if (below && whole_file) return set_in_file(article, below, NULL, 0, err);

  char text[17];
  uint64_t hash;
  int status = hash_content(article, &hash, err);
  if (status) return status;
  snprintf(text, sizeof text, "%016" PRIx64, hash);
  return below ? set_in_file(article, below, text, 16, err) : article_set(article, ARTICLE_ID, text, 16, err);
}
