/* Emphasis, links, images and code inside a paragraph of Markdown. */
#include "indexer/sources/markdown.h"

#include <string.h>

enum { OPEN_MAX = 32, NOTE_MAX = 100, CODE_MAX = 7, DROPPED = 1 };

/* Brackets and quotes that nothing closes are looked for once: where a search came to the end, no later one begins. */
enum closing {
  CLOSE_PAREN,
  CLOSE_BRACKET,
  CLOSE_COMMENT,
  CLOSE_BRACES,
  CLOSE_PERCENT,
  CLOSE_CODE,
  CLOSE_KINDS = CLOSE_CODE + CODE_MAX + 1
};

struct inline_text {
  const char *text;
  size_t len;
  bool none[CLOSE_KINDS];
  struct buffer *out;           /* a byte DROPPED is taken out at the end; there are none in text that is read */
  size_t open[OPEN_MAX], depth; /* brackets: where they stand in out */
};

/* Where the closing string stands from `from` on, SIZE_MAX when it does not. */
static size_t find(struct inline_text *in, enum closing kind, const char *closing, size_t from) {
  if (in->none[kind] || from > in->len) return SIZE_MAX;
  const char *found = memmem(in->text + from, in->len - from, closing, strlen(closing));
  if (!found) in->none[kind] = true;
  return found ? (size_t)(found - in->text) : SIZE_MAX;
}

static bool is_word(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static size_t run_of(const struct inline_text *in, size_t at) {
  size_t run = 1;
  while (at + run < in->len && in->text[at + run] == in->text[at]) run++;
  return run;
}

static size_t literal(struct inline_text *in, size_t at, size_t count) {
  buffer_add(in->out, in->text + at, count);
  return at + count;
}

/* `code`, ``co`de`` */
static size_t code(struct inline_text *in, size_t at) {
  char closing[CODE_MAX + 1] = {0};
  size_t run = run_of(in, at), end, after = at + run;
  if (run > CODE_MAX) return literal(in, at, run);
  memset(closing, '`', run);
  while ((end = find(in, (enum closing)(CLOSE_CODE + run), closing, after)) != SIZE_MAX) {
    size_t found = run_of(in, end);
    if (found == run) break;
    after = end + found;
  }
  if (end == SIZE_MAX) {
    in->none[CLOSE_CODE + run] = true;
    return literal(in, at, run);
  }
  buffer_add(in->out, in->text + at + run, end - at - run);
  return end + run;
}

/* A run of * or _ or ~ is dropped where it stands at a word's edge. */
static size_t emphasis(struct inline_text *in, size_t at) {
  size_t run = run_of(in, at);
  char before = at > 0 ? in->text[at - 1] : ' ', after = at + run < in->len ? in->text[at + run] : ' ';
  bool blank_before = (unsigned char)before <= ' ', blank_after = (unsigned char)after <= ' ';
  bool keep = (blank_before && blank_after) || (is_digit(before) && is_digit(after));
  if (in->text[at] == '_') keep |= is_word((unsigned char)before) && is_word((unsigned char)after);
  if (in->text[at] == '~') keep |= run != 2;
  return keep ? literal(in, at, run) : at + run;
}

/* <https://...>, a tag of HTML, or a comment. */
static size_t angle(struct inline_text *in, size_t at) {
  const char *text = in->text + at;
  size_t tag = 1;
  if (in->len - at >= 4 && memcmp(text, "<!--", 4) == 0) {
    size_t end = find(in, CLOSE_COMMENT, "-->", at + 4);
    return end == SIZE_MAX ? literal(in, at, 4) : end + 3;
  }
  /* Up to the next bracket of either kind, so that no character is looked at twice. */
  while (at + tag < in->len && text[tag] != '<' && text[tag] != '>') tag++;
  if (at + tag == in->len || text[tag] != '>') return literal(in, at, 1);
  tag++;
  if (markup_present(text, tag)) return at + tag;
  if (memchr(text, ' ', tag) || !memmem(text, tag, "://", 3)) return literal(in, at, 1);
  literal(in, at + 1, tag - 2);
  return at + tag;
}

/* {{ ... }} and {% ... %} of Jekyll and Hugo. */
static size_t shortcode(struct inline_text *in, size_t at) {
  char next = at + 1 < in->len ? in->text[at + 1] : 0;
  size_t end = next == '{'   ? find(in, CLOSE_BRACES, "}}", at + 2)
               : next == '%' ? find(in, CLOSE_PERCENT, "%}", at + 2)
                             : SIZE_MAX;
  return end == SIZE_MAX ? literal(in, at, 1) : end + 2;
}

static size_t open_bracket(struct inline_text *in, size_t at, size_t mark) {
  if (in->text[at + mark - 1] == '[' && at + mark < in->len && in->text[at + mark] == '^') {
    size_t left = in->len - at;
    const char *end = memchr(in->text + at, ']', left < NOTE_MAX ? left : NOTE_MAX);
    size_t behind = end ? (size_t)(end - in->text) + 1 : 0;
    if (end && behind + 1 < in->len && memcmp(in->text + behind, ": ", 2) == 0) return behind + 2;
    if (end) return behind;
  }
  if (in->depth == OPEN_MAX) return literal(in, at, mark);
  in->open[in->depth++] = in->out->len;
  return literal(in, at, mark);
}

/* A pair of brackets may stand inside a URL: the next that closes, when it is near. */
static size_t outer_paren(const struct inline_text *in, size_t end) {
  size_t left = in->len - end - 1;
  const char *text = in->text + end + 1, *close = memchr(text, ')', left < NOTE_MAX ? left : NOTE_MAX);
  return close && !memchr(text, '(', (size_t)(close - text)) ? (size_t)(close - in->text) : end;
}

/* The bracket was a link's or an image's where "(...)" or "[...]" follows. */
static size_t close_bracket(struct inline_text *in, size_t at) {
  char next = at + 1 < in->len ? in->text[at + 1] : 0;
  size_t end = SIZE_MAX;
  if (in->depth == 0) return literal(in, at, 1);
  size_t open = in->open[--in->depth];
  if (next == '(') end = find(in, CLOSE_PAREN, ")", at + 2);
  if (next == '[') end = find(in, CLOSE_BRACKET, "]", at + 2);
  if (end == SIZE_MAX || in->out->failed) return literal(in, at, 1);
  /* A pair of brackets may stand inside a URL. */
  if (next == '(' && memchr(in->text + at + 2, '(', end - at - 2)) end = outer_paren(in, end);
  if (in->out->bytes[open] == '!') in->out->bytes[open + 1] = DROPPED;
  in->out->bytes[open] = DROPPED;
  return end + 1;
}

static size_t step(struct inline_text *in, size_t at) {
  char c = in->text[at], next = at + 1 < in->len ? in->text[at + 1] : 0;
  switch (c) {
  case '\\':
    return next && strchr("\\`*_{}[]()#+-.!|<>~\"'&:", next) ? literal(in, at + 1, 1) : literal(in, at, 1);
  case '`':
    return code(in, at);
  case '*':
  case '_':
  case '~':
    return emphasis(in, at);
  case '<':
    return angle(in, at);
  case '{':
    return shortcode(in, at);
  case '!':
    return next == '[' ? open_bracket(in, at, 2) : literal(in, at, 1);
  case '[':
    return open_bracket(in, at, 1);
  case ']':
    return close_bracket(in, at);
  case DROPPED:
    return at + 1;
  default: {
    size_t end = at + 1;
    while (end < in->len && !strchr("\\`*_~<{![]\1", in->text[end])) end++;
    return literal(in, at, end - at);
  }
  }
}

void markdown_inline(const char *text, size_t len, struct buffer *out) {
  struct buffer plain = {0};
  struct inline_text in = {.text = text, .len = len, .out = &plain};
  for (size_t at = 0; at < len;) at = step(&in, at);
  size_t kept = 0;
  for (size_t i = 0; i < plain.len && !plain.failed; i++)
    if (plain.bytes[i] != DROPPED) plain.bytes[kept++] = plain.bytes[i];
  plain.len = kept;
  out->failed |= plain.failed;
  if (kept > 0) entities_decode(plain.bytes, kept, out);
  buffer_free(&plain);
}
