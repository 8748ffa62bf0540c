/* The words, phrases and fields of a question, and what may stand behind them: ~ and ^.
 *
 *     phrase := '"' anything but '"' '"' [ '~' n ] [ '^' b ]      also in curly quotes
 *     word   := anything but blanks and quotes [ '~' [ n ] ] [ '^' b ]
 *
 * In a word, ~ and ^ mean something only where they end it, * and ? only among letters and digits. */
#include "query/query.h"

#include <string.h>

static const char open_quote[] = "\xe2\x80\x9c", close_quote[] = "\xe2\x80\x9d";
static const char filter_text[] = "a filter does not score";

static const struct field_name {
  const char *name;
  enum question_scope scope;
} field_names[] = {
    {"title", SCOPE_TITLE},     {"author", SCOPE_AUTHOR}, {"source", SCOPE_SOURCE},
    {"section", SCOPE_SECTION}, {"lang", SCOPE_LANGUAGE}, {"topic", SCOPE_TOPIC},
    {"site", SCOPE_SITE},       {"id", SCOPE_ID},         {"date", SCOPE_DATE},
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool begins_with(const struct question_parser *parser, size_t at, const char *text) {
  size_t len = strlen(text);
  return parser->len - at >= len && memcmp(parser->text + at, text, len) == 0;
}

/* ---- edges ---- */

static bool ends_text(const struct question_parser *parser, size_t at) {
  return at >= parser->len || parser->text[at] == '"' || question_blank(parser, at);
}

bool question_ends(const struct question_parser *parser, size_t at) {
  return ends_text(parser, at) || begins_with(parser, at, open_quote) || (parser->depth && parser->text[at] == ')');
}

static bool counts_positions(enum question_scope scope) { return scope_tag(scope) != 0; }

enum question_scope operand_field(struct question_parser *parser) {
  enum { LONGEST = sizeof "section:" - 1 };
  size_t left = parser->len - parser->at;
  if (!memchr(parser->text + parser->at, ':', left < LONGEST ? left : LONGEST)) return parser->scope;
  for (size_t i = 0; i < sizeof field_names / sizeof field_names[0]; i++) {
    size_t value = parser->at + strlen(field_names[i].name) + 1;
    if (value >= parser->len || !begins_with(parser, parser->at, field_names[i].name) ||
        parser->text[value - 1] != ':' || question_blank(parser, value) ||
        (parser->depth && parser->text[value] == ')'))
      continue;
    parser->at = value;
    return field_names[i].scope;
  }
  return parser->scope;
}

/* ---- ^ ---- */

/* Bytes of the ^ and its number that text begins with, 0 when it does not. */
static size_t scan_boost(const char *text, size_t len, double *boost) {
  double value = 0, unit = 1;
  size_t at = 1, digits = 0;
  if (len < 2 || text[0] != '^' || !is_digit(text[1])) return 0;
  for (; at < len && is_digit(text[at]); at++, digits++)
    if (value < 1e6) value = value * 10 + (text[at] - '0');
  if (at + 1 < len && text[at] == '.' && is_digit(text[at + 1]))
    for (at++; at < len && is_digit(text[at]); at++) {
      if (unit >= 1e9) continue;
      value = value * 10 + (text[at] - '0');
      unit *= 10;
    }
  *boost = value / unit;
  return at;
}

static int check_boost(struct question_parser *parser, size_t caret, const char *unscored, double boost) {
  if (unscored) {
    error_set(parser->err, NSEARCH_ERR_QUERY, "at byte %zu of the question: expected no ^: %s", caret, unscored);
    error_position(parser->err, (int64_t)caret);
    return NSEARCH_ERR_QUERY;
  }
  if (boost < 0.001 || boost > 1000)
    return question_expected(parser->err, caret + 1, "a number from 0.001 to 1000 after ^");
  return NSEARCH_OK;
}

int operand_boost(struct question_parser *parser, const char *unscored, double *boost) {
  double number = 1;
  size_t caret = parser->at, len = scan_boost(parser->text + caret, parser->len - caret, &number);
  if (!len || !question_ends(parser, caret + len)) return NSEARCH_OK;
  parser->at += len;
  *boost = number;
  return check_boost(parser, caret, unscored, number);
}

/* The ^ that ends a word is cut off it. */
static int cut_boost(struct question_parser *parser, const char *unscored, struct question_node *word) {
  size_t caret = word->len;
  while (caret && (is_digit(word->text[caret - 1]) || word->text[caret - 1] == '.')) caret--;
  if (caret < 2 || word->text[--caret] != '^') return NSEARCH_OK;
  double number = 1;
  if (scan_boost(word->text + caret, word->len - caret, &number) != word->len - caret) return NSEARCH_OK;
  word->len = caret;
  word->boost = number;
  return check_boost(parser, word->position + caret, unscored, number);
}

/* ---- phrases ---- */

static int take_slop(struct question_parser *parser, struct question_node *phrase) {
  size_t tilde = parser->at++, digits = parser->at;
  if (!counts_positions(phrase->scope))
    return question_expected(parser->err, tilde, "a blank: only phrases of words take a slop");
  while (parser->at < parser->len && is_digit(parser->text[parser->at]) && phrase->slop <= SLOP_MAX)
    phrase->slop = phrase->slop * 10 + (uint32_t)(parser->text[parser->at++] - '0');
  bool ends = question_ends(parser, parser->at) || parser->text[parser->at] == '^';
  if (parser->at == digits || phrase->slop > SLOP_MAX || !ends)
    return question_expected(parser->err, digits, "a number of positions from 0 to 10000 after ~");
  return NSEARCH_OK;
}

static int take_phrase(struct question_parser *parser, const char *unscored, const char *open, const char *close,
                       struct question_node *phrase) {
  size_t quote = parser->at, start = quote + strlen(open);
  const char *end = memmem(parser->text + start, parser->len - start, close, strlen(close));
  if (!end) {
    error_set(parser->err, NSEARCH_ERR_QUERY,
              "at byte %zu of the question: expected a closing %s for the one at byte %zu", parser->len, close, quote);
    error_position(parser->err, (int64_t)parser->len);
    return NSEARCH_ERR_QUERY;
  }
  phrase->position = start;
  phrase->text = parser->text + start;
  phrase->len = phrase->typed_len = (size_t)(end - phrase->text);
  parser->at = start + phrase->len + strlen(close);
  int status = NSEARCH_OK;
  if (parser->at < parser->len && parser->text[parser->at] == '~') status = take_slop(parser, phrase);
  return status ? status : operand_boost(parser, unscored, &phrase->boost);
}

/* ---- words ---- */

static bool is_wildcard(char c) { return c == '*' || c == '?'; }

/* True when text is one word of letters, marks, digits and apostrophes and of `wildcards` *s and ?s. In a script
 * without blanks a word is a character or two, behind which a * may stand. */
static int looks_like_word(struct question_parser *parser, const char *text, size_t len, size_t *wildcards,
                           bool *answer) {
  char *rest = pool_take(parser->pool, len);
  size_t rest_len = 0, tokens = 0;
  bool spaceless = false, bad = false;
  *wildcards = 0;
  *answer = false;
  if (!rest) return error_memory(parser->err);
  for (size_t at = 0, step; at < len; at += step) {
    uint32_t c;
    step = utf8_decode(text + at, len - at, &c, &bad);
    enum char_class class = char_class(c);
    if (is_wildcard(text[at])) {
      ++*wildcards;
      continue;
    }
    if (bad || (class != CLASS_LETTER && class != CLASS_MARK && class != CLASS_NUMBER && class != CLASS_APOSTROPHE &&
                class != CLASS_SPACELESS))
      return NSEARCH_OK;
    spaceless = spaceless || class == CLASS_SPACELESS;
    memcpy(rest + rest_len, text + at, step);
    rest_len += step;
  }
  struct word_scan scan = {.text = rest, .len = rest_len};
  for (struct raw_word word; tokens < 2 && word_next(&scan, &word);) tokens += !word.run_tail;
  *answer = tokens == 1 && (!spaceless || (*wildcards == 1 && text[len - 1] == '*'));
  return NSEARCH_OK;
}

static int take_fuzzy(struct question_parser *parser, size_t tilde, struct question_node *word) {
  size_t wildcards, digits = word->len - tilde - 1;
  bool is_word;
  int status = looks_like_word(parser, word->text, tilde, &wildcards, &is_word);
  if (status || !is_word) return status;
  size_t position = word->position + tilde;
  if (wildcards) return question_expected(parser->err, position, "a blank: a word with * or ? takes no ~");
  char n = word->text[tilde + 1];
  if (digits > 1 || (digits && n != '1' && n != '2'))
    return question_expected(parser->err, position + 1, "1 or 2 after ~");
  word->shape = SHAPE_FUZZY;
  word->edits = digits ? (uint32_t)(n - '0') : 0;
  word->len = tilde;
  return NSEARCH_OK;
}

static int take_wildcards(struct question_parser *parser, struct question_node *word) {
  size_t len = word->len, first = 0, wildcards;
  bool is_word;
  while (len && word->text[len - 1] == '?') len--; /* punctuation */
  while (first < len && !is_wildcard(word->text[first])) first++;
  if (first == len) return NSEARCH_OK;
  int status = looks_like_word(parser, word->text, len, &wildcards, &is_word);
  if (status || !is_word) return status;
  if (first == 0) return question_expected(parser->err, word->position, "a letter or a digit before * and ?");
  word->shape = SHAPE_WILDCARD;
  word->len = word->typed_len = len;
  return NSEARCH_OK;
}

/* The bytes of a word that are elided before the rest of it, with their apostrophes; 0 for none. */
static size_t elided_len(const struct question_node *word) {
  size_t good = utf8_valid_prefix(word->text, word->len);
  struct word_scan scan = {.text = word->text, .len = good};
  struct raw_word first = {0};
  if (!word_next(&scan, &first) || first.start > 0 || !first.elided) return 0;
  uint32_t apostrophe;
  return utf8_step(word->text, good, first.end, &apostrophe);
}

/* ~, * and ? of a word that is looked for in a text. No term holds what is elided before it. */
static int take_shape(struct question_parser *parser, struct question_node *word) {
  struct question_node rest = *word;
  size_t elided = elided_len(word);
  rest.text += elided;
  rest.position += elided;
  rest.typed_len = rest.len -= elided;
  size_t tilde = rest.len;
  while (tilde && is_digit(rest.text[tilde - 1])) tilde--;
  bool fuzzy = tilde > 1 && rest.text[tilde - 1] == '~';
  int status = fuzzy ? take_fuzzy(parser, tilde - 1, &rest) : take_wildcards(parser, &rest);
  if (!status && rest.shape != SHAPE_WORD) *word = rest;
  return status;
}

static int take_word(struct question_parser *parser, const char *unscored, struct question_node *word) {
  size_t open = 0; /* brackets of the word itself */
  for (; !ends_text(parser, parser->at) && !begins_with(parser, parser->at, open_quote); parser->at++) {
    char c = parser->text[parser->at];
    if (parser->depth && c == ')' && open-- == 0) break;
    open += c == '(';
  }
  word->len = parser->at - word->position;
  int status = cut_boost(parser, unscored, word);
  word->typed_len = word->len;
  return !status && counts_positions(word->scope) ? take_shape(parser, word) : status;
}

int operand_item(struct question_parser *parser, enum question_scope scope, struct question_node **out) {
  bool straight = parser->text[parser->at] == '"', curly = begins_with(parser, parser->at, open_quote);
  const char *unscored = scope == SCOPE_ARTICLE ? parser->unscored : filter_text;
  struct question_node *node = *out = question_node_new(parser, straight || curly ? QUESTION_PHRASE : QUESTION_WORD);
  if (!node) return error_memory(parser->err);
  node->scope = scope;
  if (straight) return take_phrase(parser, unscored, "\"", "\"", node);
  return curly ? take_phrase(parser, unscored, open_quote, close_quote, node) : take_word(parser, unscored, node);
}

int operand_plain(struct question_parser *parser, struct question_node **out) {
  struct question_node *word = *out = question_node_new(parser, QUESTION_WORD);
  if (!word) return error_memory(parser->err);
  while (!ends_text(parser, parser->at)) parser->at++;
  word->len = word->typed_len = parser->at - word->position;
  return NSEARCH_OK;
}
