/* JSON lines: one object a line. */
#include "indexer/sources/sources.h"

#include <string.h>

/* Lines seen so far, and whether the line at the front of the window is one that is being skipped. */
enum { STATE_RECORDS, STATE_SKIPPING };

static bool is_blank(const char *text, size_t len) { return leading_blank(text, len) == len; }

static bool has_line_name(const char *file_name) {
  return name_ends_with(file_name, ".jsonl") || name_ends_with(file_name, ".ndjson") ||
         name_ends_with(file_name, ".jl") || name_ends_with(file_name, ".ldjson");
}

/* By content: all lines that end in the head begin with '{', most end with '}', and there is more than one. */
static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  size_t lines = 0, whole = 0;
  if (memchr(head, 0, len)) return false;
  for (size_t at = leading_blank(head, len), next; at < len; at = next) {
    const char *end = memchr(head + at, '\n', len - at);
    next = end ? (size_t)(end - head) + 1 : len;
    const char *line = head + at;
    size_t line_len = next - at;
    if (is_blank(line, line_len)) continue;
    if (*line != '{') return has_line_name(file_name);
    if (!end && !is_all) break;
    trim(&line, &line_len);
    lines++;
    whole += line[line_len - 1] == '}' && line_len > 1;
  }
  return (lines > 1 && whole * 2 >= lines) || has_line_name(file_name);
}

/* Drops the rest of a line that is too long; true when its end was reached. */
static bool skip_line(struct input *input, uint64_t *state) {
  const char *end = input->len ? memchr(input->window, '\n', input->len) : NULL;
  input_consume(input, end ? (size_t)(end - input->window) + 1 : input->len);
  state[STATE_SKIPPING] = !end && !input->at_end;
  return !state[STATE_SKIPPING];
}

/* Length of the whole lines at the front of the window, about SPAN_BYTES of them; 0 when one is over the limit. */
static int whole_lines(struct input *input, size_t *len, struct nsearch_error *err) {
  for (size_t want = SPAN_BYTES, looked = 0;; want = wider(want)) {
    int status = input_fill(input, want, err);
    if (status) return status;
    size_t have = input->len < want ? input->len : want;
    const char *last = have > looked ? memrchr(input->window + looked, '\n', have - looked) : NULL;
    *len = last ? (size_t)(last - input->window) + 1 : input->at_end && have == input->len ? have : 0;
    if (*len > 0 || have == 0 || want > RECORD_MAX) return NSEARCH_OK;
    looked = have;
  }
}

static uint64_t count_records(const char *text, size_t len) {
  uint64_t count = 0;
  for (size_t at = 0, next; at < len; at = next) {
    const char *end = memchr(text + at, '\n', len - at);
    next = end ? (size_t)(end - text) + 1 : len;
    count += !is_blank(text + at, next - at);
  }
  return count;
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  size_t len = 0;
  int status;
  do {
    if ((status = input_fill(input, SPAN_BYTES, err))) return status;
  } while (state[STATE_SKIPPING] && !skip_line(input, state));
  if ((status = whole_lines(input, &len, err))) return status;
  *more = input->len > 0;
  if (len == 0 && input->len > 0) {
    state[STATE_SKIPPING] = 1;
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, ++state[STATE_RECORDS], "the line is longer than %d MiB",
                RECORD_MAX >> 20);
    return NSEARCH_OK;
  }
  if (len == 0) return NSEARCH_OK;
  span->record = state[STATE_RECORDS] + 1;
  span->count = count_records(input->window, len);
  state[STATE_RECORDS] += span->count;
  return span_take(input, len, span, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  struct json_parser *parser = NULL;
  uint64_t record = span->record;
  int status = json_parser_new(&parser, err);
  for (size_t at = 0, next; !status && at < span->len; at = next) {
    const char *line = span->bytes + at;
    const char *end = memchr(line, '\n', span->len - at);
    next = end ? (size_t)(end - span->bytes) + 1 : span->len;
    size_t len = next - at, skip = leading_blank(line, len);
    if (skip < len) status = json_article(parser, line + skip, len - skip, record++, false, sink, err);
  }
  json_parser_free(parser);
  return status;
}

const struct source source_jsonl = {"json-lines", claims, split, parse};
