/* Records between tags, as SGML collections have them; no document type, no validation. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool is_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':';
}

enum { ODD_VALUES = 16 };

/* The tag or comment at text[at] == '<'; comments have an empty name. */
static bool read_tag(const char *text, size_t len, size_t at, struct sgml_tag *tag) {
  size_t name = at + 1;
  *tag = (struct sgml_tag){.start = at};
  if (len - at >= 4 && memcmp(text + at, "<!--", 4) == 0) {
    const char *end = memmem(text + at + 4, len - at - 4, "-->", 3);
    tag->name = text + at;
    tag->end = end ? (size_t)(end - text) + 3 : len;
    return true;
  }
  tag->closing = name < len && text[name] == '/';
  name += tag->closing;
  if (name >= len || !is_letter(text[name])) return false;
  tag->name = text + name;
  while (name + tag->name_len < len && is_name(tag->name[tag->name_len])) tag->name_len++;
  /* A '>' inside a quoted attribute does not end the tag; a quote without its partner does not matter. So few values may
   * hold a '<' that no byte is read by more than some of the tags before it. */
  unsigned odd_values = 0;
  for (size_t i = name + tag->name_len; i < len && text[i] != '<' && odd_values < ODD_VALUES; i++) {
    if (text[i] == '>') {
      tag->end = i + 1;
      return true;
    }
    if ((text[i] == '"' || text[i] == '\'') && text[i - 1] == '=') {
      const char *quote = memchr(text + i + 1, text[i], len - i - 1);
      if (!quote) continue;
      odd_values += memchr(text + i, '<', (size_t)(quote - text) - i) != NULL;
      i = (size_t)(quote - text);
    }
  }
  return false;
}

bool sgml_next(const char *text, size_t len, size_t at, struct sgml_tag *tag) {
  while (at < len) {
    const char *open = memchr(text + at, '<', len - at);
    if (!open) return false;
    at = (size_t)(open - text);
    if (read_tag(text, len, at, tag)) return true;
    at++;
  }
  return false;
}

bool sgml_is(const struct sgml_tag *tag, const char *name) {
  return strlen(name) == tag->name_len && strncasecmp(tag->name, name, tag->name_len) == 0;
}

bool sgml_attribute(const char *text, const struct sgml_tag *tag, const char *name, const char **value, size_t *len) {
  size_t name_len = strlen(name);
  for (size_t at = tag->start + 1 + tag->name_len; at + name_len + 2 < tag->end; at++) {
    if (is_name(text[at - 1]) || strncasecmp(text + at, name, name_len) != 0 || text[at + name_len] != '=') continue;
    const char *from = text + at + name_len + 1, *end = text + tag->end - 1;
    const char *quote = *from == '"' || *from == '\'' ? memchr(from + 1, *from, (size_t)(end - from - 1)) : NULL;
    *value = quote ? from + 1 : from;
    *len = quote ? (size_t)(quote - from) - 1 : 0;
    if (!quote)
      while (from + *len < end && from[*len] > ' ') ++*len;
    return true;
  }
  return false;
}

/* ---- Records ---- */

/* The begin or end tag of a record at or after `at`. Cheaper than sgml_next(): other tags are not read. */
static bool next_mark(const char *text, size_t len, size_t at, const char *name, struct sgml_tag *tag) {
  size_t name_len = strlen(name);
  while (at < len) {
    const char *open = memchr(text + at, '<', len - at);
    if (!open) return false;
    at = (size_t)(open - text);
    size_t from = at + 1 + (at + 1 < len && text[at + 1] == '/');
    if (len - from > name_len && strncasecmp(text + from, name, name_len) == 0 && !is_name(text[from + name_len]) &&
        read_tag(text, len, at, tag))
      return true;
    at++;
  }
  return false;
}

/* Length of the window up to the end of its last whole record, about SPAN_BYTES, and how many begin there. */
static size_t whole_records(const char *text, size_t len, const char *name, uint64_t *count) {
  struct sgml_tag tag;
  size_t end = 0;
  uint64_t begun = 0;
  *count = 0;
  for (size_t at = 0; end < SPAN_BYTES && next_mark(text, len, at, name, &tag); at = tag.end) {
    begun += !tag.closing;
    if (tag.closing) end = tag.end, *count = begun;
  }
  return end;
}

/* What is left holds no end of a record: a record that is cut off, one that is too large, or none. */
static int take_rest(struct input *input, uint64_t *records, const char *name, struct source_problem *problem) {
  struct sgml_tag tag;
  uint64_t begun = 0;
  for (size_t at = 0; next_mark(input->window, input->len, at, name, &tag); at = tag.end) begun += !tag.closing;
  if (begun > 0 && input->len <= RECORD_MAX)
    problem_set(problem, NSEARCH_EVENT_BROKEN, *records + 1, "</%s> is missing: the file ends inside the record", name);
  else if (begun > 0)
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, *records + 1, "the record is larger than %d MiB", RECORD_MAX >> 20);
  *records += begun;
  input_consume(input, input->len);
  return NSEARCH_OK;
}

int sgml_split(struct input *input, uint64_t state[8], const char *name, struct span *span, bool *more,
               struct source_problem *problem, struct nsearch_error *err) {
  for (size_t want = SPAN_BYTES;; want = wider(want)) {
    uint64_t count;
    int status = input_fill(input, want, err);
    if (status) return status;
    *more = input->len > 0;
    size_t len = whole_records(input->window, input->len < want ? input->len : want, name, &count);
    if (len > 0) {
      span->record = state[0] + 1;
      span->count = count;
      state[0] += count;
      return span_take(input, len, span, err);
    }
    if ((input->at_end && input->len <= want) || want > RECORD_MAX) return take_rest(input, &state[0], name, problem);
  }
}

static int parse_text(const char *text, size_t len, const struct span *span, const char *name, sgml_fill fill,
                      const struct sink *sink, struct nsearch_error *err) {
  struct sgml_tag tag, open = {0};
  uint64_t record = span->record - 1;
  bool in_record = false;
  int status = NSEARCH_OK;
  for (size_t at = 0; !status && next_mark(text, len, at, name, &tag); at = tag.end) {
    if (!tag.closing) {
      if (in_record)
        sink->problem(sink->payload, NSEARCH_EVENT_BROKEN, record, "the next record begins before this one ends");
      open = tag;
      in_record = true;
      record++;
    } else if (in_record) {
      in_record = false;
      article_clear(sink->article);
      status = fill(text, &open, tag.start, sink, err);
      if (!status) status = sink->take(sink->payload, sink->article, record, false, err);
    }
  }
  return status;
}

int sgml_parse(const struct span *span, const char *name, sgml_fill fill, const struct sink *sink,
               struct nsearch_error *err) {
  struct buffer decoded = {0};
  const char *text = span->bytes;
  size_t len = span->len;
  bool is_text;
  int status = sink_decode(sink, span->record, &text, &len, &decoded, &is_text, err);
  if (!status && is_text) status = parse_text(text, len, span, name, fill, sink, err);
  buffer_free(&decoded);
  return status;
}
