/* The fields of an article from the values of keys: of JSON objects, of columns, of front matter. */
#include "indexer/sources/sources.h"

#include <string.h>

void fields_begin(struct record_fields *fields, const struct sink *sink, struct nsearch_error *err) {
  fields->sink = sink, fields->err = err;
  for (int i = 0; i < TARGET_COUNT; i++) fields->rank[i] = UINT32_MAX;
  article_clear(sink->article);
}

void fields_free(struct record_fields *fields) { buffer_free(&fields->scratch); }

/* Sets a part from text that may be HTML; *took is false where that holds no text. */
static int set_text(struct record_fields *fields, enum article_part part, const char *text, size_t len, bool *took) {
  if ((part == ARTICLE_BODY || part == ARTICLE_TITLE) && markup_present(text, len)) {
    buffer_clear(&fields->scratch);
    markup_text(text, len, &fields->scratch);
    int status = buffer_status(&fields->scratch, fields->err);
    if (status) return status;
    text = fields->scratch.bytes, len = fields->scratch.len;
    trim(&text, &len);
  }
  *took = len > 0;
  return *took ? article_set(fields->sink->article, part, text, len, fields->err) : NSEARCH_OK;
}

/* "a, b" as two topics. */
static int split_topics(struct record_fields *fields, const char *text, size_t len) {
  int status = NSEARCH_OK;
  for (const char *end = text + len; !status && text < end;) {
    const char *comma = memchr(text, ',', (size_t)(end - text));
    const char *stop = comma ? comma : end, *topic = text;
    size_t topic_len = (size_t)(stop - text);
    trim(&topic, &topic_len);
    if (topic_len > 0) status = article_list_add(&fields->sink->article->topics, topic, topic_len, fields->err);
    text = comma ? comma + 1 : end;
  }
  return status;
}

/* Gives one value to a field; *took is false for a date that is none, and for HTML without text. */
static int set_field(struct record_fields *fields, const struct key_claim *claim, const char *text, size_t len,
                     bool *took) {
  struct nsearch_article *article = fields->sink->article;
  struct date date;
  enum date_order order = fields->sink->date_order;
  *took = true;
  switch (claim->target) {
  case TARGET_AUTHORS:
    article_list_clear(&article->authors);
    return byline_add(article, text, len, fields->err);
  case TARGET_TOPICS:
    article_list_clear(&article->topics);
    return claim->shape == KEY_WORDS ? split_topics(fields, text, len)
                                     : article_list_add(&article->topics, text, len, fields->err);
  case TARGET_PUBLISHED:
    if ((*took = date_parse_ordered(text, len, order, &date)))
      article->published = date, article->origin = NSEARCH_ORIGIN_RECORD;
    return NSEARCH_OK;
  case TARGET_UPDATED:
    if ((*took = date_parse_ordered(text, len, order, &date)))
      article->updated = date.seconds, article->has_updated = true;
    return NSEARCH_OK;
  default:
    return set_text(fields, (enum article_part)claim->target, text, len, took);
  }
}

/* Whether a value of this key is to be taken, whatever the field has so far. */
static bool holds(const struct record_fields *fields, const struct key_claim *claim) {
  uint32_t rank = fields->rank[claim->target];
  return claim->shape == KEY_TEXT ? claim->rank < rank : claim->rank <= rank;
}

int fields_value(struct record_fields *fields, const struct key_claim *claims, size_t count, const char *text,
                 size_t len) {
  int status = NSEARCH_OK;
  trim(&text, &len);
  for (size_t i = 0; !status && len > 0 && i < count; i++) {
    const struct key_claim *claim = &claims[i];
    bool took = false;
    if (!holds(fields, claim)) continue;
    status = set_field(fields, claim, text, len, &took);
    if (took) fields->rank[claim->target] = claim->rank;
  }
  return status;
}

/* The gathered values of an array or object: a list field takes all, the body joins them, another takes the first. */
static int take_list(struct record_fields *fields, const struct key_claim *claim, const struct article_list *values,
                     bool *took) {
  struct nsearch_article *article = fields->sink->article;
  struct article_list *list = claim->target == TARGET_AUTHORS ? &article->authors : &article->topics;
  const char *value = article_list_next(values, NULL);
  int status = NSEARCH_OK;
  *took = true;
  if (claim->target == TARGET_BODY) {
    struct buffer body = {0};
    for (; value; value = article_list_next(values, value)) {
      buffer_text(&body, body.len ? "\n\n" : "");
      buffer_text(&body, value);
    }
    status = buffer_status(&body, fields->err);
    if (!status) status = set_text(fields, ARTICLE_BODY, body.bytes, body.len, took);
    buffer_free(&body);
    return status;
  }
  if (claim->target != TARGET_AUTHORS && claim->target != TARGET_TOPICS)
    return set_field(fields, claim, value, strlen(value), took);
  article_list_clear(list);
  for (; !status && value; value = article_list_next(values, value))
    status = article_list_add(list, value, strlen(value), fields->err);
  return status;
}

int fields_list(struct record_fields *fields, const struct key_claim *claims, size_t count,
                const struct article_list *values) {
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && values->count > 0 && i < count; i++) {
    const struct key_claim *claim = &claims[i];
    bool took = false;
    if (!holds(fields, claim)) continue;
    status = take_list(fields, claim, values, &took);
    if (took) fields->rank[claim->target] = claim->rank;
  }
  return status;
}
