/* The parser of the query language: a question's text to a bag of clauses, by recursive descent.
 *
 *     question := clause*
 *     clause   := [ '+' | '-' ] item            the sign follows a blank or begins the question
 *     item     := [ field ':' ] ( phrase | word )
 *     phrase   := '"' anything but '"' '"' [ '~' number ]
 *     word     := anything but blanks and '"'
 *
 * What looks like syntax and is none, as foo:bar or a sign alone, is text, so plain words never fail to parse. */
#include "query/query.h"

#include <string.h>

enum { SLOP_MAX = 10000 };

struct parser {
  const char *text;
  size_t at, len;
  struct pool *pool;
  struct nsearch_error *err;
};

static const struct field_name {
  const char *name;
  enum question_scope scope;
} field_names[] = {
    {"title", SCOPE_TITLE},   {"author", SCOPE_AUTHOR}, {"source", SCOPE_SOURCE}, {"section", SCOPE_SECTION},
    {"lang", SCOPE_LANGUAGE}, {"topic", SCOPE_TOPIC},   {"site", SCOPE_SITE},     {"id", SCOPE_ID},
};

static int expected(struct parser *parser, size_t position, const char *what) {
  error_set(parser->err, NSEARCH_ERR_QUERY, "at byte %zu of the question: expected %s", position, what);
  error_position(parser->err, (int64_t)position);
  return NSEARCH_ERR_QUERY;
}

/* Bytes of the blank at `at`, 0 when there is none. */
static size_t blank_at(const struct parser *parser, size_t at) {
  if (at >= parser->len) return 0;
  uint32_t code_point;
  bool bad = false;
  size_t step = utf8_decode(parser->text + at, parser->len - at, &code_point, &bad);
  return !bad && char_is_blank(code_point) ? step : 0;
}

static bool ends_word(const struct parser *parser, size_t at) {
  return at >= parser->len || parser->text[at] == '"' || blank_at(parser, at);
}

static void take_word(struct parser *parser, struct question_node *node) {
  node->kind = QUESTION_WORD;
  node->position = parser->at;
  node->text = parser->text + parser->at;
  while (!ends_word(parser, parser->at)) parser->at++;
  node->len = parser->at - node->position;
}

static bool counts_positions(enum question_scope scope) {
  return scope == SCOPE_ARTICLE || scope == SCOPE_TITLE || scope == SCOPE_AUTHOR;
}

static int take_slop(struct parser *parser, struct question_node *node) {
  size_t tilde = parser->at++, digits = parser->at;
  if (!counts_positions(node->scope)) return expected(parser, tilde, "a blank: only phrases of words take a slop");
  while (parser->at < parser->len && parser->text[parser->at] >= '0' && parser->text[parser->at] <= '9' &&
         node->slop <= SLOP_MAX)
    node->slop = node->slop * 10 + (uint32_t)(parser->text[parser->at++] - '0');
  if (parser->at == digits || node->slop > SLOP_MAX || !ends_word(parser, parser->at))
    return expected(parser, digits, "a number of positions from 0 to 10000 after ~");
  return NSEARCH_OK;
}

static int take_phrase(struct parser *parser, struct question_node *node) {
  size_t quote = parser->at++;
  const char *end = memchr(parser->text + parser->at, '"', parser->len - parser->at);
  if (!end) {
    error_set(parser->err, NSEARCH_ERR_QUERY,
              "at byte %zu of the question: expected a closing \" for the one at byte %zu", parser->len, quote);
    error_position(parser->err, (int64_t)parser->len);
    return NSEARCH_ERR_QUERY;
  }
  node->kind = QUESTION_PHRASE;
  node->position = parser->at;
  node->text = parser->text + parser->at;
  node->len = (size_t)(end - node->text);
  parser->at += node->len + 1;
  if (parser->at < parser->len && parser->text[parser->at] == '~') return take_slop(parser, node);
  return NSEARCH_OK;
}

/* Takes a field's name and colon where a value follows them. */
static enum question_scope take_field(struct parser *parser) {
  for (size_t i = 0; i < sizeof field_names / sizeof field_names[0]; i++) {
    size_t len = strlen(field_names[i].name), colon = parser->at + len;
    if (len < parser->len - parser->at && parser->text[colon] == ':' &&
        memcmp(parser->text + parser->at, field_names[i].name, len) == 0 && colon + 1 < parser->len &&
        !blank_at(parser, colon + 1)) {
      parser->at = colon + 1;
      return field_names[i].scope;
    }
  }
  return SCOPE_ARTICLE;
}

static int take_item(struct parser *parser, struct question_node *node) {
  node->scope = take_field(parser);
  if (parser->text[parser->at] == '"') return take_phrase(parser, node);
  take_word(parser, node);
  return NSEARCH_OK;
}

/* A sign with nothing to sign is no sign; the caller sees an empty word. */
static enum question_sign take_sign(struct parser *parser) {
  char c = parser->text[parser->at];
  if (c != '+' && c != '-') return SIGN_NONE;
  parser->at++;
  return c == '+' ? SIGN_REQUIRED : SIGN_EXCLUDED;
}

static int take_clause(struct parser *parser, bool plain, bool after_blank, struct question_node *node) {
  if (plain) {
    take_word(parser, node);
    return NSEARCH_OK;
  }
  if (after_blank) node->sign = take_sign(parser);
  if (parser->at == parser->len || blank_at(parser, parser->at)) return NSEARCH_OK;
  return take_item(parser, node);
}

int question_parse(struct pool *pool, const char *question, bool plain, struct question_node **out,
                   struct nsearch_error *err) {
  struct parser parser = {.text = question, .len = strlen(question), .pool = pool, .err = err};
  struct question_node *bag = *out = pool_take(pool, sizeof *bag);
  if (!bag) return error_memory(err);
  struct question_node **link = &bag->children;
  for (;;) {
    bool after_blank = parser.at == 0;
    for (size_t step; (step = blank_at(&parser, parser.at)) || (plain && question[parser.at] == '"');) {
      parser.at += step ? step : 1;
      after_blank = true;
    }
    if (parser.at == parser.len) return NSEARCH_OK;
    struct question_node *node = pool_take(pool, sizeof *node);
    if (!node) return error_memory(err);
    int status = take_clause(&parser, plain, after_blank, node);
    if (status) return status;
    if (!node->text) continue;
    *link = node;
    link = &node->next;
  }
}
