/* The table of formats, and what their readers share. */
#include "indexer/sources/sources.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* In the order in which they are asked: what is told by content first, plain text last. */
const struct source *const source_table[] = {&source_jsonl, &source_json, &source_reuters, &source_trec, &source_newsml,
                                             &source_nitf,  &source_feed, &source_text,    NULL};

const struct source *source_find(const char *head, size_t len, bool is_all, const char *file_name) {
  for (size_t i = 0; source_table[i]; i++)
    if (source_table[i]->claims(head, len, is_all, file_name)) return source_table[i];
  return NULL;
}

bool name_ends_with(const char *file_name, const char *ending) {
  size_t len = strlen(file_name), ending_len = strlen(ending);
  if (len > 3 && strcasecmp(file_name + len - 3, ".gz") == 0) len -= 3;
  return len >= ending_len && strncasecmp(file_name + len - ending_len, ending, ending_len) == 0;
}

size_t leading_blank(const char *text, size_t len) {
  size_t at = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  while (at < len && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r'))) at++;
  return at;
}

void trim(const char **text, size_t *len) {
  while (*len > 0 && (unsigned char)**text <= ' ') ++*text, --*len;
  while (*len > 0 && (unsigned char)(*text)[*len - 1] <= ' ') --*len;
}

size_t wider(size_t want) { return want < RECORD_MAX / 2 ? want * 2 : (size_t)RECORD_MAX + 1; }

int span_take(struct input *input, size_t bytes, struct span *span, struct nsearch_error *err) {
  span->bytes = memory_alloc(bytes ? bytes : 1);
  if (!span->bytes) return error_memory(err);
  memcpy(span->bytes, input->window, bytes);
  span->len = bytes;
  input_consume(input, bytes);
  return NSEARCH_OK;
}

void problem_set(struct source_problem *problem, enum nsearch_event_kind kind, uint64_t record, const char *format,
                 ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(problem->message, sizeof problem->message, format, arguments);
  va_end(arguments);
  problem->kind = kind;
  problem->record = record;
}
