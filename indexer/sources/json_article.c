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
  struct record_fields fields;

  /* A value that is an array or object gathers here until it ends. */
  struct article_list values;
  struct buffer inner; /* of an object: the value of its best key */
  uint32_t inner_rank, key_rank;
  bool key_says_type;             /* the key being read says what the record, or the object, is */
  unsigned inner_type, best_type; /* rendition_rank() of the object, and of the value that is gathered */
  const char *kind;               /* what the record is, where that is no text */
  struct buffer decoded;          /* a record that is no UTF-8 */
};

/* Text of one value; NUL characters, which JSON can spell, become blanks so that lists stay whole. */
static int values_add(struct json_parser *parser, const char *text, size_t len) {
  trim(&text, &len);
  if (len == 0) return NSEARCH_OK;
  return article_list_add(&parser->values, text, len, parser->err);
}

/* A string or number that is the record's value of the key. */
static int take_value(struct json_parser *parser, const char *text, size_t len) {
  return fields_value(&parser->fields, parser->claims, parser->claim_count, text, len);
}

/* The gathered values of an array or object. */
static int take_gathered(struct json_parser *parser) {
  return fields_list(&parser->fields, parser->claims, parser->claim_count, &parser->values);
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
    article_list_clear(&parser->values);
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
    article_list_clear(&parser->values);
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
  fields_free(&parser->fields);
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
  fields_begin(&parser->fields, sink, err);
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
