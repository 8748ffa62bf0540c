/* The parser of the query language: a question's text to a bag of clauses, by recursive descent.
 *
 *     question   := bag
 *     bag        := expression*                             blanks between
 *     expression := conj ( OR conj )*
 *     conj       := unit ( AND unit )*
 *     unit       := [ NOT ] near
 *     near       := operand ( NEAR [ '/' n ] operand )*
 *     operand    := [ '+' | '-' ] primary                   the sign follows a blank, '(' or begins the question
 *     primary    := [ field ':' ] ( '(' bag ')' [ '^' b ] | phrase | word )
 *
 * What looks like syntax and is none, as foo:bar or a sign alone, is text, so plain words never fail to parse. */
#include "query/query.h"

#include <string.h>

static const char excluded_text[] = "an excluded clause does not score";

int question_expected(struct nsearch_error *err, size_t position, const char *what) {
  error_set(err, NSEARCH_ERR_QUERY, "at byte %zu of the question: expected %s", position, what);
  error_position(err, (int64_t)position);
  return NSEARCH_ERR_QUERY;
}

size_t question_blank(const struct question_parser *parser, size_t at) {
  if (at >= parser->len) return 0;
  uint32_t code_point;
  bool bad = false;
  size_t step = utf8_decode(parser->text + at, parser->len - at, &code_point, &bad);
  return !bad && char_is_blank(code_point) ? step : 0;
}

static bool closes(const struct question_parser *parser, size_t at) {
  return parser->depth && at < parser->len && parser->text[at] == ')';
}

struct question_node *question_node_new(struct question_parser *parser, enum question_kind kind) {
  struct question_node *node = pool_take(parser->pool, sizeof *node);
  if (!node) return NULL;
  node->kind = kind;
  node->position = parser->at;
  node->text = parser->text + parser->at;
  node->boost = 1;
  return node;
}

/* ---- signs and operators ---- */

static bool is_sign(char c) { return c == '+' || c == '-'; }

/* Skips blanks, and signs that have nothing to sign. */
static void skip(struct question_parser *parser) {
  for (;;) {
    size_t step = question_blank(parser, parser->at), next = parser->at + 1;
    if (!step && parser->fresh && parser->at < parser->len && is_sign(parser->text[parser->at]) &&
        (next == parser->len || question_blank(parser, next) || closes(parser, next)))
      step = 1;
    if (!step) return;
    parser->at += step;
    parser->fresh = true;
  }
}

enum operator_kind { OPERATOR_NONE, OPERATOR_AND, OPERATOR_OR, OPERATOR_NOT, OPERATOR_NEAR };
static const char *const operator_names[] = {"", "AND", "OR", "NOT", "NEAR"};

struct operator_word {
  enum operator_kind kind;
  size_t len;
  size_t number; /* byte where the number of NEAR/n begins; 0: none */
  uint32_t n;
};

/* The /n of NEAR/n. */
static void look_at_number(const struct question_parser *parser, struct operator_word *word) {
  size_t at = parser->at + word->len + 1;
  if (at >= parser->len || parser->text[at - 1] != '/' || parser->text[at] < '0' || parser->text[at] > '9') return;
  word->number = at;
  for (word->n = 0; at < parser->len && parser->text[at] >= '0' && parser->text[at] <= '9'; at++)
    if (word->n <= DISTANCE_MAX) word->n = word->n * 10 + (uint32_t)(parser->text[at] - '0');
  word->len = at - parser->at;
}

/* The operator that stands next: in capitals, between blanks or next to a bracket. */
static struct operator_word look_at_operator(const struct question_parser *parser) {
  const struct operator_word none = {0};
  const char *text = parser->text + parser->at;
  size_t len = parser->len - parser->at;
  if (!parser->fresh && !(parser->at && text[-1] == ')')) return none;
  if (len == 0 || (*text != 'A' && *text != 'O' && *text != 'N')) return none; /* no name begins like that */
  for (int kind = OPERATOR_AND; kind <= OPERATOR_NEAR; kind++) {
    struct operator_word word = {.kind = (enum operator_kind)kind, .len = strlen(operator_names[kind])};
    if (len < word.len || memcmp(text, operator_names[kind], word.len) != 0) continue;
    if (kind == OPERATOR_NEAR) {
      word.n = DISTANCE_USUAL;
      look_at_number(parser, &word);
    }
    size_t end = parser->at + word.len;
    if (end == parser->len || question_blank(parser, end) || parser->text[end] == '(' || closes(parser, end))
      return word;
  }
  return none;
}

static int expected_operand(const struct question_parser *parser, const char *where, enum operator_kind kind) {
  error_set(parser->err, NSEARCH_ERR_QUERY, "at byte %zu of the question: expected a word, a phrase or ( %s %s",
            parser->at, where, operator_names[kind]);
  error_position(parser->err, (int64_t)parser->at);
  return NSEARCH_ERR_QUERY;
}

/* Takes an operator, behind which an operand must stand. */
static int take_operator(struct question_parser *parser, struct operator_word word) {
  if (word.number && (word.n < 1 || word.n > DISTANCE_MAX))
    return question_expected(parser->err, word.number, "a number of positions from 1 to 10000 after NEAR/");
  parser->at += word.len;
  parser->fresh = parser->at < parser->len && parser->text[parser->at] == '(';
  skip(parser);
  enum operator_kind next = look_at_operator(parser).kind;
  bool not_fits = word.kind == OPERATOR_AND || word.kind == OPERATOR_OR;
  if (parser->at == parser->len || parser->text[parser->at] == ')' ||
      (next != OPERATOR_NONE && !(next == OPERATOR_NOT && not_fits)))
    return expected_operand(parser, "after", word.kind);
  return NSEARCH_OK;
}

/* ---- operands ---- */

static int take_bag(struct question_parser *parser, struct question_node *bag);

static int take_group(struct question_parser *parser, enum question_scope scope, struct question_node **out) {
  struct question_node *group = *out = question_node_new(parser, QUESTION_BAG);
  enum question_scope scope_around = parser->scope;
  if (!group) return error_memory(parser->err);
  if (parser->depth == NESTING_MAX)
    return question_expected(parser->err, parser->at, "at most 100 brackets inside one another");
  parser->at++;
  parser->depth++;
  parser->scope = scope;
  parser->fresh = true;
  int status = take_bag(parser, group);
  if (status) return status;
  if (parser->at == parser->len) {
    error_set(parser->err, NSEARCH_ERR_QUERY, "at byte %zu of the question: expected a closing ) for the ( at byte %zu",
              parser->at, group->position);
    error_position(parser->err, (int64_t)parser->at);
    return NSEARCH_ERR_QUERY;
  }
  parser->at++;
  parser->depth--;
  parser->scope = scope_around;
  group->len = group->typed_len = parser->at - group->position;
  return operand_boost(parser, scope == SCOPE_ARTICLE ? parser->unscored : "a filter does not score", &group->boost);
}

static enum question_sign take_sign(struct question_parser *parser) {
  if (!parser->fresh || !is_sign(parser->text[parser->at])) return SIGN_NONE;
  return parser->text[parser->at++] == '+' ? SIGN_REQUIRED : SIGN_EXCLUDED;
}

/* At something that is neither a blank nor the end. */
static int take_operand(struct question_parser *parser, struct question_node **out) {
  const char *unscored = parser->unscored;
  enum question_sign sign = take_sign(parser);
  size_t start = parser->at;
  enum question_scope scope = operand_field(parser);
  if (sign == SIGN_EXCLUDED) parser->unscored = excluded_text;
  int status;
  if (parser->text[parser->at] == '(')
    status = take_group(parser, scope, out);
  else if (parser->text[parser->at] == ')' && parser->at == start)
    status = question_expected(parser->err, start, "a word, a phrase or (: no bracket is open");
  else
    status = operand_item(parser, scope, out);
  if (status) return status;
  (*out)->sign = sign;
  parser->unscored = unscored;
  parser->fresh = false;
  skip(parser);
  return NSEARCH_OK;
}

/* ---- expressions ---- */

typedef int (*take_part)(struct question_parser *parser, struct question_node **out);

/* Parts with one operator between them; a part alone stays what it is. */
static int take_chain(struct question_parser *parser, enum operator_kind operator, enum question_kind kind,
                      take_part part, struct question_node **out) {
  struct question_node *first = NULL;
  int status = part(parser, &first);
  *out = first;
  struct operator_word word = {0};
  if (status || (word = look_at_operator(parser)).kind != operator) return status;
  struct question_node *chain = *out = question_node_new(parser, kind), **link = &first->next;
  if (!chain) return error_memory(parser->err);
  chain->position = first->position;
  chain->text = first->text;
  chain->children = first;
  for (; word.kind == operator; word = look_at_operator(parser)) {
    if (chain->slop < word.n) chain->slop = word.n;
    status = take_operator(parser, word);
    if (!status) status = part(parser, link);
    if (status) return status;
    link = &(*link)->next;
  }
  return NSEARCH_OK;
}

static int take_near(struct question_parser *parser, struct question_node **out) {
  return take_chain(parser, OPERATOR_NEAR, QUESTION_NEAR, take_operand, out);
}

static int take_unit(struct question_parser *parser, struct question_node **out) {
  struct operator_word word = look_at_operator(parser);
  if (word.kind != OPERATOR_NOT) return take_near(parser, out);
  const char *unscored = parser->unscored;
  parser->unscored = excluded_text;
  int status = take_operator(parser, word);
  if (!status) status = take_near(parser, out);
  if (status) return status;
  parser->unscored = unscored;
  if ((*out)->sign == SIGN_EXCLUDED) { /* NOT -a */
    struct question_node *twice = question_node_new(parser, QUESTION_AND);
    if (!twice) return error_memory(parser->err);
    twice->position = (*out)->position;
    twice->text = (*out)->text;
    twice->children = *out;
    *out = twice;
  }
  (*out)->sign = SIGN_EXCLUDED;
  (*out)->negated = true;
  return NSEARCH_OK;
}

static int take_conjunction(struct question_parser *parser, struct question_node **out) {
  return take_chain(parser, OPERATOR_AND, QUESTION_AND, take_unit, out);
}

static int take_expression(struct question_parser *parser, struct question_node **out) {
  enum operator_kind kind = look_at_operator(parser).kind;
  if (kind != OPERATOR_NONE && kind != OPERATOR_NOT) return expected_operand(parser, "before", kind);
  return take_chain(parser, OPERATOR_OR, QUESTION_OR, take_conjunction, out);
}

/* Up to the end of the question, or of the group. */
static int take_bag(struct question_parser *parser, struct question_node *bag) {
  struct question_node **link = &bag->children;
  for (skip(parser); parser->at < parser->len && !closes(parser, parser->at); link = &(*link)->next) {
    int status = take_expression(parser, link);
    if (status) return status;
  }
  return NSEARCH_OK;
}

static int take_plain(struct question_parser *parser, struct question_node *bag) {
  struct question_node **link = &bag->children;
  for (;;) {
    for (size_t step; (step = question_blank(parser, parser->at)) || parser->text[parser->at] == '"';)
      parser->at += step ? step : 1;
    if (parser->at == parser->len) return NSEARCH_OK;
    int status = operand_plain(parser, link);
    if (status) return status;
    link = &(*link)->next;
  }
}

/* A question that is nothing but the name of an operator asks for that word. */
static bool is_operator_alone(struct question_parser parser) {
  for (size_t step; (step = question_blank(&parser, parser.at));) parser.at += step;
  struct operator_word word = look_at_operator(&parser);
  if (word.kind == OPERATOR_NONE || word.number) return false;
  parser.at += word.len;
  for (size_t step; (step = question_blank(&parser, parser.at));) parser.at += step;
  return parser.at == parser.len;
}

int question_parse(struct pool *pool, const char *question, bool plain, struct question_node **out,
                   struct nsearch_error *err) {
  struct question_parser parser = {.text = question, .len = strlen(question), .fresh = true, .pool = pool, .err = err};
  struct question_node *bag = *out = question_node_new(&parser, QUESTION_BAG);
  if (!bag) return error_memory(err);
  bag->len = bag->typed_len = parser.len;
  return plain || is_operator_alone(parser) ? take_plain(&parser, bag) : take_bag(&parser, bag);
}
