/* The table of formats, and what their readers share. */
#include "indexer/sources/sources.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "indexer/sources/xml.h"

/* In the order in which they are asked: what is told by content first, plain text last. */
const struct source *const source_table[] = {&source_jsonl,
                                             &source_json,
                                             &source_reuters,
                                             &source_trec,
                                             &source_newsml1,
                                             &source_rcv1,
                                             &source_newsml,
                                             &source_nitf,
                                             &source_feed,
                                             &source_warc,
                                             &source_arc,
                                             &source_mail,
                                             &source_html,
                                             &source_markdown,
                                             &source_csv,
                                             &source_tsv,
                                             &source_rows,
                                             &source_text,
                                             NULL};

const struct source *source_find(const char *head, size_t len, bool is_all, const char *file_name) {
  for (size_t i = 0; source_table[i]; i++)
    if (source_table[i]->claims(head, len, is_all, file_name)) return source_table[i];
  return NULL;
}

void source_explain(const char *head, size_t len, char *out, size_t room) {
  enum { NAME_MAX_SHOWN = 60 };
  struct xml_token root;
  int shown = 0;
  snprintf(out, room, "no known format");
  if (!xml_root(head, len, &root)) return;
  while (shown < NAME_MAX_SHOWN && (size_t)shown < root.name_len && !(root.name[shown] & 0x80)) shown++;
  snprintf(out, room, "no known format: its root element is <%.*s>; known of XML are feeds, NITF, NewsML and RCV1",
           shown, root.name);
}

size_t name_len(const char *file_name) {
  static const char *const endings[] = {".gz", ".bz2", ".xz", ".zst", ".zstd"};
  size_t len = strlen(file_name);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    size_t ending_len = strlen(endings[i]);
    if (len > ending_len && strcasecmp(file_name + len - ending_len, endings[i]) == 0) return len - ending_len;
  }
  return len;
}

bool name_ends_with(const char *file_name, const char *ending) {
  size_t len = name_len(file_name), ending_len = strlen(ending);
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

/* ---- Files that are one article ---- */

enum { STATE_DONE };

int split_whole(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                struct nsearch_error *err) {
  *more = false;
  if (state[STATE_DONE]) {
    /* What is left of a file that is too large. */
    input_consume(input, input->len);
    int status = input_fill(input, SPAN_BYTES, err);
    *more = !status && input->len > 0;
    return status;
  }
  int status = input_fill(input, RECORD_MAX + 1, err);
  if (status) return status;
  state[STATE_DONE] = 1;
  if (input->len > RECORD_MAX) {
    *more = true;
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, 1, "the file is larger than %d MiB", RECORD_MAX >> 20);
    return NSEARCH_OK;
  }
  span->record = span->count = 1;
  span->whole_file = true;
  return span_take(input, input->len, span, err);
}

int title_from_name(struct nsearch_article *article, const char *file_name, struct nsearch_error *err) {
  size_t title_len, body_len;
  article_get(article, ARTICLE_TITLE, &title_len);
  article_get(article, ARTICLE_BODY, &body_len);
  if (title_len > 0 || body_len == 0 || strcmp(file_name, "-") == 0) return NSEARCH_OK;
  size_t len = name_len(file_name);
  const char *dot = memrchr(file_name, '.', len);
  if (dot && dot > file_name) len = (size_t)(dot - file_name);
  return article_set(article, ARTICLE_TITLE, file_name, len, err);
}

void date_from_name(struct nsearch_article *article, const char *file_name) {
  static const char form[] = "dddd-dd-dd";
  enum { DATE_LEN = sizeof form - 1 };
  struct date date;
  if (article->published.precision || name_len(file_name) < DATE_LEN) return;
  for (size_t i = 0; i < DATE_LEN; i++) {
    bool digit = file_name[i] >= '0' && file_name[i] <= '9';
    if (form[i] == 'd' ? !digit : file_name[i] != form[i]) return;
  }
  if (file_name[DATE_LEN] && !strchr("-_. ", file_name[DATE_LEN])) return;
  if (!date_parse(file_name, DATE_LEN, &date)) return;
  article->published = date, article->origin = NSEARCH_ORIGIN_FILE;
}
