/* An article: its parts, and the public functions that set and read them. */
#include "common/article/article.h"

#include <assert.h>
#include <string.h>

/* A NUL stands behind the bytes of every part that is not empty, outside its length. */
static int end_part(struct buffer *part, struct nsearch_error *err) {
  if (!buffer_room(part, 1)) {
    buffer_clear(part);
    return error_memory(err);
  }
  part->bytes[part->len] = 0;
  return NSEARCH_OK;
}

void article_list_clear(struct article_list *list) {
  buffer_clear(&list->text);
  list->count = 0;
}

void article_clear(struct nsearch_article *article) {
  for (int part = 0; part < ARTICLE_PARTS; part++) buffer_clear(&article->parts[part]);
  article_list_clear(&article->authors);
  article_list_clear(&article->topics);
  article->published = (struct date){0};
  article->origin = NSEARCH_ORIGIN_NONE;
  article->doubtful = false;
  article->updated = 0;
  article->has_updated = false;
}

int article_set(struct nsearch_article *article, enum article_part part, const char *text, size_t len,
                struct nsearch_error *err) {
  struct buffer *to = &article->parts[part];
  buffer_clear(to);
  buffer_add(to, text, len);
  return end_part(to, err);
}

int article_list_add(struct article_list *list, const char *text, size_t len, struct nsearch_error *err) {
  if (len == 0) return NSEARCH_OK; /* no name is no author */
  if (len == SIZE_MAX || !buffer_room(&list->text, len + 1)) {
    list->text.failed = false; /* what is in the list stays good */
    return error_memory(err);
  }
  char *value = list->text.bytes + list->text.len;
  memcpy(value, text, len);
  for (char *nul = value; (nul = memchr(nul, 0, (size_t)(value + len - nul)));) *nul = ' ';
  value[len] = 0;
  list->text.len += len + 1;
  list->count++;
  return NSEARCH_OK;
}

const char *article_list_next(const struct article_list *list, const char *previous) {
  if (list->count == 0) return NULL;
  if (!previous) return list->text.bytes;
  const char *next = previous + strlen(previous) + 1;
  return next < list->text.bytes + list->text.len ? next : NULL;
}

const char *article_get(const struct nsearch_article *article, enum article_part part, size_t *len) {
  const struct buffer *from = &article->parts[part];
  if (len) *len = from->len;
  return from->len ? from->bytes : "";
}

/* ---- public ---- */

nsearch_article *nsearch_article_new(void) { return memory_zero(1, sizeof(struct nsearch_article)); }

void nsearch_article_free(nsearch_article *article) {
  if (!article) return;
  for (int part = 0; part < ARTICLE_PARTS; part++) buffer_free(&article->parts[part]);
  buffer_free(&article->authors.text);
  buffer_free(&article->topics.text);
  memory_free(article);
}

static nsearch_status set(nsearch_article *article, enum article_part part, const char *text, size_t len) {
  assert(article && (text || len == 0));
  return (nsearch_status)article_set(article, part, text, len, NULL);
}

nsearch_status nsearch_article_set_id(nsearch_article *article, const char *text, size_t len) {
  return set(article, ARTICLE_ID, text, len);
}

nsearch_status nsearch_article_set_url(nsearch_article *article, const char *text, size_t len) {
  return set(article, ARTICLE_URL, text, len);
}

nsearch_status nsearch_article_set_title(nsearch_article *article, const char *text, size_t len) {
  return set(article, ARTICLE_TITLE, text, len);
}

nsearch_status nsearch_article_set_body(nsearch_article *article, const char *text, size_t len) {
  return set(article, ARTICLE_BODY, text, len);
}

nsearch_status nsearch_article_set_source(nsearch_article *article, const char *text, size_t len) {
  return set(article, ARTICLE_SOURCE, text, len);
}

nsearch_status nsearch_article_set_section(nsearch_article *article, const char *text, size_t len) {
  return set(article, ARTICLE_SECTION, text, len);
}

nsearch_status nsearch_article_set_language(nsearch_article *article, const char *text, size_t len) {
  return set(article, ARTICLE_LANGUAGE, text, len);
}

nsearch_status nsearch_article_add_author(nsearch_article *article, const char *text, size_t len) {
  assert(article && (text || len == 0));
  return (nsearch_status)article_list_add(&article->authors, text, len, NULL);
}

nsearch_status nsearch_article_add_topic(nsearch_article *article, const char *text, size_t len) {
  assert(article && (text || len == 0));
  return (nsearch_status)article_list_add(&article->topics, text, len, NULL);
}

void nsearch_article_set_published(nsearch_article *article, int64_t seconds, nsearch_precision precision,
                                   nsearch_origin origin) {
  assert(article && precision <= NSEARCH_PRECISION_SECOND && origin <= NSEARCH_ORIGIN_CRAWL);
  bool dated = precision != NSEARCH_PRECISION_NONE;
  article->published = (struct date){.seconds = dated ? seconds : 0, .precision = precision};
  article->origin = dated ? origin : NSEARCH_ORIGIN_NONE;
  article->doubtful = false;
}

void nsearch_article_set_updated(nsearch_article *article, int64_t seconds) {
  assert(article);
  article->updated = seconds;
  article->has_updated = true;
}

static const char *get(const nsearch_article *article, enum article_part part, size_t *len) {
  assert(article);
  return article_get(article, part, len);
}

const char *nsearch_article_id(const nsearch_article *article) { return get(article, ARTICLE_ID, NULL); }

const char *nsearch_article_url(const nsearch_article *article) { return get(article, ARTICLE_URL, NULL); }

const char *nsearch_article_title(const nsearch_article *article) { return get(article, ARTICLE_TITLE, NULL); }

const char *nsearch_article_body(const nsearch_article *article, size_t *len) {
  return get(article, ARTICLE_BODY, len);
}

const char *nsearch_article_source(const nsearch_article *article) { return get(article, ARTICLE_SOURCE, NULL); }

const char *nsearch_article_section(const nsearch_article *article) { return get(article, ARTICLE_SECTION, NULL); }

const char *nsearch_article_language(const nsearch_article *article) { return get(article, ARTICLE_LANGUAGE, NULL); }

static const char *list_at(const struct article_list *list, size_t i) {
  const char *value = article_list_next(list, NULL);
  while (value && i--) value = article_list_next(list, value);
  return value ? value : "";
}

size_t nsearch_article_authors(const nsearch_article *article) {
  assert(article);
  return article->authors.count;
}

const char *nsearch_article_author(const nsearch_article *article, size_t i) {
  assert(article);
  return list_at(&article->authors, i);
}

size_t nsearch_article_topics(const nsearch_article *article) {
  assert(article);
  return article->topics.count;
}

const char *nsearch_article_topic(const nsearch_article *article, size_t i) {
  assert(article);
  return list_at(&article->topics, i);
}

nsearch_precision nsearch_article_published(const nsearch_article *article, int64_t *seconds) {
  assert(article);
  if (seconds && article->published.precision != NSEARCH_PRECISION_NONE) *seconds = article->published.seconds;
  return article->published.precision;
}

nsearch_origin nsearch_article_date_origin(const nsearch_article *article) {
  assert(article);
  return article->origin;
}

int nsearch_article_updated(const nsearch_article *article, int64_t *seconds) {
  assert(article);
  if (seconds && article->has_updated) *seconds = article->updated;
  return article->has_updated;
}

int nsearch_article_date_doubtful(const nsearch_article *article) {
  assert(article);
  return article->doubtful;
}

void article_judge_date(struct nsearch_article *article, int64_t now) {
  enum { DAY = 86400, FIRST_YEAR = 1600 };
  const struct date *date = &article->published;
  article->doubtful = date->precision != NSEARCH_PRECISION_NONE &&
                      (article->origin == NSEARCH_ORIGIN_CRAWL || date->seconds > now + DAY ||
                       date->seconds < date_days(FIRST_YEAR, 1, 1) * DAY);
}
