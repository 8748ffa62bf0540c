/* A JSON object to an article: yajl walks the text, this picks the fields out of what it meets. */
#include "indexer/sources/json_walk.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 64 };

/* ---- One record ---- */

struct json_parser {
  struct json_memory memory;
  const struct sink *sink;
  struct nsearch_error *err;
  int status; /* of a call-back that failed */
  bool too_deep, not_object;

  unsigned depth;
  bool outer_list;                       /* what is open at depth 2 is an array */
  struct key_claim claims[TARGET_COUNT]; /* of the key of the record that is being read */
  size_t claim_count;
  uint32_t rank[TARGET_COUNT]; /* that holds the field */

  /* A value that is an array or object gathers here until it ends. */
  struct article_list values;
  struct buffer inner; /* of an object: the value of its best key */
  uint32_t inner_rank, key_rank;
  bool key_says_type;             /* the key being read says what the record, or the object, is */
  unsigned inner_type, best_type; /* rendition_rank() of the object, and of the value that is gathered */
  const char *kind;               /* what the record is, where that is no text */
  struct buffer scratch;
  struct buffer decoded; /* a record that is no UTF-8 */
};

/* Text of one value; NUL characters, which JSON can spell, become blanks so that lists stay whole. */
static int values_add(struct json_parser *parser, const char *text, size_t len) {
  trim(&text, &len);
  if (len == 0) return NSEARCH_OK;
  return article_list_add(&parser->values, text, len, parser->err);
}

static void values_clear(struct article_list *values) {
  buffer_clear(&values->text);
  values->count = 0;
}

/* Sets a part from text that may be HTML; *took is false where that holds no text. */
static int set_text(struct json_parser *parser, enum article_part part, const char *text, size_t len, bool *took) {
  if ((part == ARTICLE_BODY || part == ARTICLE_TITLE) && markup_present(text, len)) {
    buffer_clear(&parser->scratch);
    markup_text(text, len, &parser->scratch);
    int status = buffer_status(&parser->scratch, parser->err);
    if (status) return status;
    text = parser->scratch.bytes, len = parser->scratch.len;
    trim(&text, &len);
  }
  *took = len > 0;
  return *took ? article_set(parser->sink->article, part, text, len, parser->err) : NSEARCH_OK;
}

/* "a, b" as two topics. */
static int split_topics(struct json_parser *parser, const char *text, size_t len) {
  int status = NSEARCH_OK;
  for (const char *end = text + len; !status && text < end;) {
    const char *comma = memchr(text, ',', (size_t)(end - text));
    const char *stop = comma ? comma : end, *topic = text;
    size_t topic_len = (size_t)(stop - text);
    trim(&topic, &topic_len);
    if (topic_len > 0) status = article_list_add(&parser->sink->article->topics, topic, topic_len, parser->err);
    text = comma ? comma + 1 : end;
  }
  return status;
}

/* Gives one value to a field; *took is false for a date that is none, and for HTML without text. */
static int set_field(struct json_parser *parser, const struct key_claim *claim, const char *text, size_t len,
                     bool *took) {
  struct nsearch_article *article = parser->sink->article;
  enum date_order order = parser->sink->date_order;
  struct date date;
  *took = true;
  switch (claim->target) {
  case TARGET_AUTHORS:
    values_clear(&article->authors);
    return byline_add(article, text, len, parser->err);
  case TARGET_TOPICS:
    values_clear(&article->topics);
    return claim->shape == KEY_WORDS ? split_topics(parser, text, len)
                                     : article_list_add(&article->topics, text, len, parser->err);
  case TARGET_PUBLISHED:
    if ((*took = date_parse_ordered(text, len, order, &date)))
      article->published = date, article->origin = NSEARCH_ORIGIN_RECORD;
    return NSEARCH_OK;
  case TARGET_UPDATED:
    if ((*took = date_parse_ordered(text, len, order, &date)))
      article->updated = date.seconds, article->has_updated = true;
    return NSEARCH_OK;
  default:
    return set_text(parser, (enum article_part)claim->target, text, len, took);
  }
}

/* Whether a value of this key is to be taken, whatever the field has so far. */
static bool holds(const struct json_parser *parser, const struct key_claim *claim) {
  uint32_t rank = parser->rank[claim->target];
  return claim->shape == KEY_TEXT ? claim->rank < rank : claim->rank <= rank;
}

/* A string or number that is the record's value of the key. */
static int take_value(struct json_parser *parser, const char *text, size_t len) {
  int status = NSEARCH_OK;
  trim(&text, &len);
  for (size_t i = 0; !status && len > 0 && i < parser->claim_count; i++) {
    const struct key_claim *claim = &parser->claims[i];
    bool took = false;
    if (!holds(parser, claim)) continue;
    status = set_field(parser, claim, text, len, &took);
    if (took) parser->rank[claim->target] = claim->rank;
  }
  return status;
}

/* The gathered values of an array or object: a list field takes all, the body joins them, another takes the first. */
static int take_list(struct json_parser *parser, const struct key_claim *claim, bool *took) {
  struct nsearch_article *article = parser->sink->article;
  struct article_list *list = claim->target == TARGET_AUTHORS ? &article->authors : &article->topics;
  const char *value = article_list_next(&parser->values, NULL);
  int status = NSEARCH_OK;
  *took = true;
  if (claim->target == TARGET_BODY) {
    struct buffer body = {0};
    for (; value; value = article_list_next(&parser->values, value)) {
      buffer_text(&body, body.len ? "\n\n" : "");
      buffer_text(&body, value);
    }
    status = buffer_status(&body, parser->err);
    if (!status) status = set_text(parser, ARTICLE_BODY, body.bytes, body.len, took);
    buffer_free(&body);
    return status;
  }
  if (claim->target != TARGET_AUTHORS && claim->target != TARGET_TOPICS)
    return set_field(parser, claim, value, strlen(value), took);
  values_clear(list);
  for (; !status && value; value = article_list_next(&parser->values, value))
    status = article_list_add(list, value, strlen(value), parser->err);
  return status;
}

static int take_gathered(struct json_parser *parser) {
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && parser->values.count > 0 && i < parser->claim_count; i++) {
    const struct key_claim *claim = &parser->claims[i];
    bool took = false;
    if (!holds(parser, claim)) continue;
    status = take_list(parser, claim, &took);
    if (took) parser->rank[claim->target] = claim->rank;
  }
  return status;
}

/* ---- What yajl meets ---- */

/* True while directly inside an object that stands for a value: the record's own, or in an array of such. */
static bool in_value_object(const struct json_parser *parser) {
  return parser->depth == (parser->outer_list ? 3u : 2u);
}

static int on_text(struct json_parser *parser, const char *text, size_t len) {
  if (parser->depth == 0) return !(parser->not_object = true);
  if (parser->key_says_type && parser->depth == 1) parser->kind = record_kind(text, len);
  if (parser->key_says_type && parser->depth > 1) {
    unsigned rank = rendition_rank(text, len);
    if (rank < parser->inner_type) parser->inner_type = rank;
  }
  if (parser->claim_count == 0) return 1;
  if (parser->depth == 1) return !(parser->status = take_value(parser, text, len));
  if (parser->depth == 2 && parser->outer_list) return !(parser->status = values_add(parser, text, len));
  if (!in_value_object(parser) || parser->key_rank == 0 || parser->key_rank > parser->inner_rank) return 1;
  trim(&text, &len);
  if (len == 0) return 1;
  buffer_clear(&parser->inner);
  buffer_add(&parser->inner, text, len);
  parser->inner_rank = parser->key_rank;
  return !(parser->status = buffer_status(&parser->inner, parser->err));
}

static int on_string(void *payload, const unsigned char *text, size_t len) {
  return on_text(payload, (const char *)text, len);
}

static int on_number(void *payload, const char *text, size_t len) {
  struct json_parser *parser = payload;
  if (parser->claim_count > 0 && parser->claims[0].shape == KEY_TEXT) return 1;
  return on_text(payload, text, len);
}

static int on_nothing(void *payload) {
  struct json_parser *parser = payload;
  parser->not_object |= parser->depth == 0;
  return parser->depth > 0;
}

static int on_boolean(void *payload, int value) {
  (void)value;
  return on_nothing(payload);
}

static int on_key(void *payload, const unsigned char *text, size_t len) {
  struct json_parser *parser = payload;
  parser->key_says_type = false;
  if (parser->depth == 1) {
    parser->key_says_type = key_is_type((const char *)text, len);
    parser->claim_count = key_claims(parser->sink->map, (const char *)text, len, parser->claims);
  } else if (parser->claim_count > 0 && in_value_object(parser)) {
    parser->key_says_type = key_is_rendition((const char *)text, len);
    parser->key_rank = value_key_rank((const char *)text, len);
  }
  return 1;
}

static int on_open(struct json_parser *parser, bool is_list) {
  if (parser->depth == 0 && is_list) return !(parser->not_object = true);
  parser->key_says_type = false;
  if (++parser->depth > DEPTH_MAX) return !(parser->too_deep = true);
  if (parser->depth == 2) {
    parser->outer_list = is_list;
    parser->best_type = 0;
    values_clear(&parser->values);
  }
  if (in_value_object(parser)) {
    /* An array inside an array gives no value: its strings meet key rank 0. */
    buffer_clear(&parser->inner);
    parser->inner_rank = UINT32_MAX;
    parser->key_rank = 0;
    parser->inner_type = RENDITION_PLAIN;
  }
  return 1;
}

static int on_map(void *payload) { return on_open(payload, false); }

static int on_array(void *payload) { return on_open(payload, true); }

/* The value of an object that ends; of renditions only the best one, and of equal ones the first, is kept. */
static int add_inner(struct json_parser *parser) {
  if (parser->claims[0].shape == KEY_RENDITIONS) {
    if (parser->inner_type <= parser->best_type) return NSEARCH_OK;
    values_clear(&parser->values);
    parser->best_type = parser->inner_type;
  }
  return values_add(parser, parser->inner.bytes, parser->inner.len);
}

static int on_close(void *payload) {
  struct json_parser *parser = payload;
  parser->key_says_type = false;
  if (parser->claim_count > 0 && in_value_object(parser) && parser->inner.len > 0) {
    parser->status = add_inner(parser);
    buffer_clear(&parser->inner);
  }
  if (!parser->status && parser->depth-- == 2) parser->status = take_gathered(parser);
  return !parser->status;
}

static const yajl_callbacks callbacks = {on_nothing, on_boolean, NULL,     NULL,     on_number, on_string,
                                         on_map,     on_key,     on_close, on_array, on_close};

/* ---- The record as a whole ---- */

/* Walks over the text. Returns false when the record is bad and says why; a failure of ours is parser->status. */
static bool walk(struct json_parser *parser, const char *text, size_t len, char *message, size_t room) {
  struct json_fault fault;
  int status = json_walk(&parser->memory, &callbacks, parser, text, len, false, &fault, parser->err);
  if (!parser->status) parser->status = status;
  if (!fault.bad || parser->status) return true;
  if (parser->not_object)
    snprintf(message, room, "the record is not a JSON object");
  else if (parser->too_deep)
    snprintf(message, room, "byte %zu: nested deeper than %d levels", fault.at, DEPTH_MAX);
  else
    snprintf(message, room, "byte %zu: %s", fault.at, fault.why);
  return false;
}

int json_parser_new(struct json_parser **out, struct nsearch_error *err) {
  *out = memory_zero(1, sizeof **out);
  return *out ? NSEARCH_OK : error_memory(err);
}

void json_parser_free(struct json_parser *parser) {
  if (!parser) return;
  json_memory_free(&parser->memory);
  buffer_free(&parser->values.text);
  buffer_free(&parser->inner);
  buffer_free(&parser->scratch);
  buffer_free(&parser->decoded);
  memory_free(parser);
}

int json_article(struct json_parser *parser, const char *text, size_t len, uint64_t record, bool whole_file,
                 const struct sink *sink, struct nsearch_error *err) {
  char message[200] = "";
  parser->sink = sink, parser->err = err;
  parser->status = NSEARCH_OK;
  parser->too_deep = parser->not_object = false;
  parser->depth = 0, parser->claim_count = 0;
  parser->kind = NULL, parser->key_says_type = false;
  for (int i = 0; i < TARGET_COUNT; i++) parser->rank[i] = UINT32_MAX;
  article_clear(sink->article);
  bool is_text;
  int status = sink_decode(sink, record, &text, &len, &parser->decoded, &is_text, err);
  if (status || !is_text) return status;
  bool good = walk(parser, text, len, message, sizeof message);
  if (parser->status) return parser->status;
  if (good && parser->kind && article_is_empty(sink->article)) {
    snprintf(message, sizeof message, "%s with neither headline nor text", parser->kind);
    sink->problem(sink->payload, NSEARCH_EVENT_SKIPPED, record, message);
    return NSEARCH_OK;
  }
  if (good) return sink->take(sink->payload, sink->article, record, whole_file, err);
  sink->problem(sink->payload, NSEARCH_EVENT_BROKEN, record, message);
  return NSEARCH_OK;
}
