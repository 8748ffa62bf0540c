/* JSON files: one object, objects one after another, an array of objects, or an object that wraps such an array. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

enum phase {
  AT_START,
  IN_SEQUENCE, /* objects one after another */
  IN_ARRAY,
  IN_WRAPPED, /* an array inside an object; what follows it is no record */
  AT_END
};

/* Column: where on its line the record at the front of the window begins, plus one; 0 when other things stand there. */
enum { STATE_PHASE, STATE_RECORDS, STATE_COLUMN, STATE_RESTARTS };

/* A record without end is looked for up to the end of the file: not more often than this in one file. */
enum { RESTARTS_MAX = 100 };

static const char *const wrapper_keys[] = {"entries", "articles", "items"};

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* By content: a bracket and then what can follow it; by name: .json. */
static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  (void)is_all;
  size_t at = leading_blank(head, len);
  if (memchr(head, 0, len)) return false;
  if (at < len && (head[at] == '{' || head[at] == '[')) {
    size_t next = at + 1 + leading_blank(head + at + 1, len - at - 1);
    if (next < len && head[at] == '{' && (head[next] == '"' || head[next] == '}')) return true;
    if (next < len && head[at] == '[' && (head[next] == '{' || head[next] == ']')) return true;
  }
  return name_ends_with(file_name, ".json");
}

/* Makes more of the stream visible than there is; *more is false when nothing is left or the record is too large. */
static int fill_more(struct input *input, bool *more, struct nsearch_error *err) {
  size_t before = input->len;
  *more = false;
  if (input->at_end || before > RECORD_MAX) return NSEARCH_OK;
  int status = input_fill(input, before < SPAN_BYTES ? SPAN_BYTES : wider(before), err);
  *more = input->len > before;
  return status;
}

static bool is_between(char c) { return is_space(c) || c == ','; }

/* STATE_COLUMN of what stands behind `at` bytes of the window. */
static uint64_t column_of(const struct input *input, size_t at) {
  const char *line = at > 0 ? memrchr(input->window, '\n', at) : NULL;
  if (line) return (uint64_t)(input->window + at - line);
  return input->offset == 0 ? 1 : 0;
}

/* Drops white space and commas; stores the next byte, or -1 at the end. */
static int skip_between(struct input *input, uint64_t *state, int *next, struct nsearch_error *err) {
  for (;;) {
    size_t at = input->offset == 0 ? leading_blank(input->window, input->len) : 0;
    while (at < input->len && is_between(input->window[at])) at++;
    if (at > 0 || input->offset == 0) state[STATE_COLUMN] = column_of(input, at);
    input_consume(input, at);
    *next = input->len ? (unsigned char)*input->window : -1;
    if (*next >= 0 || input->at_end) return NSEARCH_OK;
    int status = input_fill(input, SPAN_BYTES, err);
    if (status) return status;
  }
}

/* ---- The start of the file ---- */

static bool is_wrapper_key(const char *key, size_t len) {
  for (size_t i = 0; i < sizeof wrapper_keys / sizeof *wrapper_keys; i++)
    if (strlen(wrapper_keys[i]) == len && strncasecmp(wrapper_keys[i], key, len) == 0) return true;
  return false;
}

/* Looks through the object at the front of the window for an array of objects under one of the known keys; *inside is
 * the offset behind the array's bracket, 0 when there is none. Only the keys of the object itself count. */
static void find_wrapped(const char *text, size_t len, size_t *inside) {
  size_t at = 1;
  *inside = 0;
  while (at < len) {
    struct json_scan key = {.at = 0}, value = {.at = 0};
    while (at < len && (is_space(text[at]) || text[at] == ',')) at++;
    if (at >= len || text[at] != '"' || json_scan(&key, text + at, len - at) != JSON_END) return;
    bool is_known = is_wrapper_key(text + at + 1, key.at - 2);
    at += key.at;
    while (at < len && (is_space(text[at]) || text[at] == ':')) at++;
    if (is_known && at < len && text[at] == '[') {
      size_t next = at + 1;
      while (next < len && is_space(text[next])) next++;
      if (next < len && (text[next] == '{' || text[next] == ']')) {
        *inside = at + 1;
        return;
      }
    }
    if (json_scan(&value, text + at, len - at) != JSON_END) return;
    at += value.at;
  }
}

/* Tells the shape of the file from its beginning. An object is searched for a wrapped array as far as it is visible:
 * all of it, or as much as one record may have. */
static int begin(struct input *input, uint64_t *state, struct nsearch_error *err) {
  int next;
  size_t inside = 0;
  bool more = true;
  int status = skip_between(input, state, &next, err);
  if (status) return status;
  if (next == '[') {
    input_consume(input, 1);
    state[STATE_PHASE] = IN_ARRAY;
    return NSEARCH_OK;
  }
  state[STATE_PHASE] = IN_SEQUENCE;
  struct json_scan scan = {.at = 0};
  while (next == '{' && inside == 0 && more) {
    bool is_whole = json_scan(&scan, input->window, input->len) != JSON_MORE;
    find_wrapped(input->window, input->len, &inside);
    if (is_whole) break;
    if (inside == 0 && (status = fill_more(input, &more, err))) {
      state[STATE_PHASE] = AT_START;
      return status;
    }
  }
  if (inside > 0) {
    input_consume(input, inside);
    state[STATE_PHASE] = IN_WRAPPED;
  }
  return NSEARCH_OK;
}

/* ---- Records ---- */

/* True when the bytes before text[at] are so many blanks and before them a line end. */
static bool begins_line(const char *text, size_t at, size_t column) {
  for (size_t i = 1; i <= column; i++)
    if (at < i || (text[at - i] != ' ' && text[at - i] != '\t')) return false;
  return at > column && text[at - column - 1] == '\n';
}

/* Where a record that can be told from others by its place begins after a bad one: at the start of a line, as far in
 * as the bad one. 0 when there is none in the window. */
static size_t find_restart(const struct input *input, const uint64_t *state) {
  const char *text = input->window;
  for (size_t at = 1; state[STATE_COLUMN] > 0 && at < input->len; at++) {
    const char *brace = memchr(text + at, '{', input->len - at);
    if (!brace) break;
    at = (size_t)(brace - text);
    if (begins_line(text, at, state[STATE_COLUMN] - 1)) return at;
  }
  return 0;
}

/* Drops the rest of the value that scan is in. */
static int skip_value(struct input *input, uint64_t *state, struct json_scan *scan, struct nsearch_error *err) {
  while (json_scan(scan, input->window, input->len) == JSON_MORE) {
    input_consume(input, scan->at);
    scan->at = 0;
    if (input->at_end) {
      state[STATE_PHASE] = AT_END;
      return NSEARCH_OK;
    }
    int status = input_fill(input, SPAN_BYTES, err);
    if (status) return status;
  }
  input_consume(input, scan->at);
  return NSEARCH_OK;
}

/* The record at the front of the window is bad: says so, and goes behind it. */
static int give_up(struct input *input, uint64_t *state, enum json_edge edge, struct source_problem *problem,
                   struct nsearch_error *err) {
  uint64_t record = ++state[STATE_RECORDS];
  unsigned long long offset = input->offset;
  struct json_scan scan = {.tolerant = true};
  if (edge == JSON_SPLIT_STRING)
    problem_set(problem, NSEARCH_EVENT_BROKEN, record, "a string runs over a line end in the record at byte %llu",
                offset);
  else if (input->len <= RECORD_MAX)
    problem_set(problem, NSEARCH_EVENT_BROKEN, record, "the record at byte %llu has no end", offset);
  else
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, record, "the record at byte %llu is larger than %d MiB", offset,
                RECORD_MAX >> 20);
  if (problem->kind == NSEARCH_EVENT_BROKEN && state[STATE_RESTARTS] < RESTARTS_MAX) {
    size_t restart = find_restart(input, state);
    state[STATE_RESTARTS] += edge == JSON_MORE;
    if (restart > 0) {
      input_consume(input, restart);
      return NSEARCH_OK;
    }
  }
  return skip_value(input, state, &scan, err);
}

/* Whole records at the front of the window, about SPAN_BYTES of them, and how the next one ends. */
struct stretch {
  size_t len;
  uint64_t count;
  enum json_edge edge;
};

/* At the top of a file only objects are records: an array there is one of records. */
static struct stretch measure(const char *text, size_t have, bool in_sequence) {
  struct stretch out = {.edge = JSON_END};
  for (size_t at = 0; at < have && out.len < SPAN_BYTES;) {
    struct json_scan scan = {.at = 0};
    if (is_between(text[at])) {
      at++;
      continue;
    }
    if (in_sequence && text[at] != '{') break;
    out.edge = json_scan(&scan, text + at, have - at);
    if (scan.at > RECORD_MAX) out.edge = JSON_MORE;
    if (out.edge == JSON_MORE || out.edge == JSON_SPLIT_STRING || scan.at == 0) break;
    out.len = at += scan.at;
    out.count++;
  }
  return out;
}

/* As measure(), with as much of the file as one record needs. */
static int measure_record(struct input *input, const uint64_t *state, struct stretch *out, struct nsearch_error *err) {
  bool more = true, in_sequence = state[STATE_PHASE] == IN_SEQUENCE;
  int status = input_fill(input, SPAN_BYTES, err);
  if (status) return status;
  for (;;) {
    *out = measure(input->window, input->len, in_sequence);
    if (out->count > 0 || out->edge != JSON_MORE || !more) return NSEARCH_OK;
    if ((status = fill_more(input, &more, err))) return status;
  }
}

/* Whether the record is all there is: the file is one article. Only what follows it in the stream can tell. */
static int is_single(struct input *input, const uint64_t *state, const struct stretch *stretch, bool *single,
                     struct nsearch_error *err) {
  size_t at = stretch->len;
  int status = NSEARCH_OK;
  *single = state[STATE_PHASE] == IN_SEQUENCE && state[STATE_RECORDS] == 0 && stretch->count == 1;
  while (*single && !status) {
    while (at < input->len && is_between(input->window[at])) at++;
    *single = at == input->len;
    if (!*single || input->at_end) break;
    status = input_fill(input, input->len + 1, err);
  }
  return status;
}

/* What stands at the front of the window when it is no object: brackets open and close arrays, and anything else at the
 * top of the file is no JSON. True when it was dealt with. */
static bool take_bracket(struct input *input, uint64_t *state, int next, struct source_problem *problem) {
  bool in_sequence = state[STATE_PHASE] == IN_SEQUENCE;
  if (next == ']' || next == '}')
    state[STATE_PHASE] = state[STATE_PHASE] == IN_WRAPPED ? AT_END : IN_SEQUENCE;
  else if (next == '[' && in_sequence)
    state[STATE_PHASE] = IN_ARRAY;
  else if (next != '{' && in_sequence) {
    problem_set(problem, NSEARCH_EVENT_BROKEN, state[STATE_RECORDS] + 1, "byte %llu begins no JSON object or array",
                (unsigned long long)input->offset);
    state[STATE_PHASE] = AT_END;
    return true;
  } else
    return false;
  input_consume(input, 1);
  return true;
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  struct stretch stretch;
  int next = -1, status = NSEARCH_OK;
  *more = false;
  if (state[STATE_PHASE] == AT_START) status = begin(input, state, err);
  if (!status && state[STATE_PHASE] != AT_END) status = skip_between(input, state, &next, err);
  if (status || next < 0) return status;
  *more = true;
  if (take_bracket(input, state, next, problem)) return NSEARCH_OK;
  if ((status = measure_record(input, state, &stretch, err))) return status;
  if (stretch.count == 0) return give_up(input, state, stretch.edge, problem, err);
  if ((status = is_single(input, state, &stretch, &span->whole_file, err))) return status;
  span->record = state[STATE_RECORDS] + 1;
  span->count = stretch.count;
  state[STATE_RECORDS] += stretch.count;
  return span_take(input, stretch.len, span, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  struct json_parser *parser = NULL;
  uint64_t record = span->record;
  int status = json_parser_new(&parser, err);
  for (size_t at = 0; !status && at < span->len;) {
    struct json_scan scan = {.at = 0};
    const char *text = span->bytes + at;
    if (is_between(*text)) {
      at++;
      continue;
    }
    json_scan(&scan, text, span->len - at);
    status = json_article(parser, text, scan.at, record++, span->whole_file, sink, err);
    at += scan.at;
  }
  json_parser_free(parser);
  return status;
}

const struct source source_json = {"json", claims, split, parse};
