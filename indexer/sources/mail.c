/* Mail and Usenet: mbox files of many messages, and files of one. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

/* Messages seen so far; whether the one in front is being skipped; what kind of file it is. */
enum { STATE_RECORDS, STATE_SKIPPING, STATE_KIND };
enum { KIND_NONE, KIND_MBOX, KIND_ONE, KIND_DONE };

enum { LINE_MAX = 4 << 10 }; /* most that is looked at to tell the first lines of a message */

/* Length of the name when the text begins with a header "Name:", else 0. */
static size_t header_name(const char *text, size_t len) {
  size_t at = 0;
  while (at < len && at < 80 && text[at] > ' ' && text[at] < 127 && text[at] != ':') at++;
  return at > 0 && at < len && text[at] == ':' ? at : 0;
}

/* "From somebody some day", and headers in the next line. */
static bool begins_message(const char *text, size_t len) {
  if (len < 5 || memcmp(text, "From ", 5) != 0) return false;
  const char *end = memchr(text, '\n', len < LINE_MAX ? len : LINE_MAX);
  if (!end) return false;
  size_t next = (size_t)(end - text) + 1;
  return header_name(text + next, len - next) || (len - next >= 6 && memcmp(text + next, ">From ", 6) == 0);
}

/* Offset of the next message after `at`, len when there is none: an empty line stands before it. */
static size_t next_message(const char *text, size_t len, size_t at) {
  for (const char *found; at < len && (found = memmem(text + at, len - at, "\nFrom ", 6)); at++) {
    at = (size_t)(found - text);
    bool is_after_empty = at > 0 && (text[at - 1] == '\n' || (at > 1 && text[at - 1] == '\r' && text[at - 2] == '\n'));
    if (is_after_empty && begins_message(text + at + 1, len - at - 1)) return at + 1;
  }
  return len;
}

/* A message says from whom it is, and something else that nothing but a message says. */
static bool begins_headers(const char *head, size_t len, bool is_all) {
  static const char *const others[] = {"Message-ID", "Received",     "MIME-Version", "Return-Path",
                                       "Newsgroups", "Delivered-To", "Subject"};
  const char *value;
  size_t value_len;
  if (!header_name(head, len)) return false;
  size_t end = headers_end(head, len);
  if (end == 0) end = is_all || len >= LINE_MAX ? len : 0;
  if (!header_find(head, end, "From", &value, &value_len) || !header_find(head, end, "Date", &value, &value_len))
    return false;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (header_find(head, end, others[i], &value, &value_len)) return true;
  return false;
}

static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  bool is_named = name_ends_with(file_name, ".eml") || name_ends_with(file_name, ".mbox");
  if (begins_message(head, len) || begins_headers(head, len, is_all)) return true;
  return is_named && header_name(head, len) > 0;
}

/* ---- split ---- */

static int split_one(struct input *input, uint64_t state[8], struct span *span, bool *more,
                     struct source_problem *problem, struct nsearch_error *err) {
  int status = input_fill(input, RECORD_MAX + 1, err);
  if (status) return status;
  state[STATE_KIND] = KIND_DONE;
  *more = input->len > RECORD_MAX;
  if (*more) {
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, 1, "the message is larger than %d MiB", RECORD_MAX >> 20);
    return NSEARCH_OK;
  }
  span->record = span->count = 1;
  span->whole_file = true;
  return span_take(input, input->len, span, err);
}

/* Drops what there is of a message that is too large; true when the next one stands in front. */
static bool skip_message(struct input *input, uint64_t *is_skipping) {
  size_t at = next_message(input->window, input->len, 0);
  if (at == input->len && !input->at_end && at > LINE_MAX)
    at -= LINE_MAX; /* it may begin with the last lines */
  else
    *is_skipping = at == input->len && !input->at_end;
  input_consume(input, at);
  return !*is_skipping;
}

/* Length of the whole messages at the front of the window, and how many; 0 when one is over the limit. */
static int whole_messages(struct input *input, size_t *len, uint64_t *count, struct nsearch_error *err) {
  for (size_t want = SPAN_BYTES;; want = wider(want)) {
    int status = input_fill(input, want, err);
    if (status) return status;
    size_t have = input->len < want ? input->len : want;
    bool is_all = input->at_end && have == input->len;
    *len = *count = 0;
    for (size_t at = 0; at < have; ++*count) {
      size_t next = next_message(input->window, have, at);
      if (next == have && !is_all) break;
      *len = at = next;
    }
    if (*len > 0 || have == 0 || want > RECORD_MAX) return NSEARCH_OK;
  }
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  size_t len;
  int status;
  do {
    if ((status = input_fill(input, SPAN_BYTES, err))) return status;
    if (state[STATE_KIND] == KIND_NONE)
      state[STATE_KIND] = input->len >= 5 && memcmp(input->window, "From ", 5) == 0 ? KIND_MBOX : KIND_ONE;
    if (state[STATE_KIND] == KIND_ONE) return split_one(input, state, span, more, problem, err);
    if (state[STATE_KIND] == KIND_DONE) input_consume(input, input->len);
    if (state[STATE_KIND] == KIND_DONE && input->at_end) {
      *more = false;
      return NSEARCH_OK;
    }
  } while (state[STATE_KIND] == KIND_DONE || (state[STATE_SKIPPING] && !skip_message(input, &state[STATE_SKIPPING])));
  if ((status = whole_messages(input, &len, &span->count, err))) return status;
  *more = input->len > 0;
  if (len == 0) {
    if (input->len == 0) return NSEARCH_OK;
    state[STATE_SKIPPING] = 1;
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, ++state[STATE_RECORDS], "the message is larger than %d MiB",
                RECORD_MAX >> 20);
    return NSEARCH_OK;
  }
  span->record = state[STATE_RECORDS] + 1;
  state[STATE_RECORDS] += span->count;
  return span_take(input, len, span, err);
}

/* ---- parse ---- */

/* One message, and what of it is being read. */
struct mail {
  const char *text;
  size_t len, headers_len;
  struct nsearch_article *article;
  struct buffer value;
  uint64_t *replaced;
  struct nsearch_error *err;
};

/* The header's text on one line in mail->value; false when it is absent or empty, or on failure. */
static bool read_header(struct mail *mail, const char *name, int *status) {
  const char *raw;
  size_t raw_len;
  buffer_clear(&mail->value);
  if (*status || !header_find(mail->text, mail->headers_len, name, &raw, &raw_len) || raw_len == 0) return false;
  *status = mime_words(raw, raw_len, &mail->value, mail->replaced, mail->err);
  if (!*status) *status = buffer_status(&mail->value, mail->err);
  return !*status && mail->value.len > 0;
}

static void set_part(struct mail *mail, const char *name, enum article_part part, int *status) {
  size_t len;
  article_get(mail->article, part, &len);
  if (len == 0 && read_header(mail, name, status))
    *status = article_set(mail->article, part, mail->value.bytes, mail->value.len, mail->err);
}

/* What stands within <>, or all of it. */
static void set_bracketed(struct mail *mail, const char *name, enum article_part part, int *status) {
  if (!read_header(mail, name, status)) return;
  const char *text = mail->value.bytes;
  size_t len = mail->value.len;
  const char *open = memchr(text, '<', len), *close = open ? memchr(open, '>', (size_t)(text + len - open)) : NULL;
  if (close) text = open + 1, len = (size_t)(close - text);
  trim(&text, &len);
  *status = article_set(mail->article, part, text, len, mail->err);
}

/* A name without quotes and brackets around it. */
static void bare(const char **text, size_t *len) {
  trim(text, len);
  while (*len >= 2 && ((**text == '"' && (*text)[*len - 1] == '"') || (**text == '(' && (*text)[*len - 1] == ')') ||
                       (**text == '\'' && (*text)[*len - 1] == '\''))) {
    ++*text, *len -= 2;
    trim(text, len);
  }
}

/* "Jane Roe" <jane@paper.example>; jane@paper.example (Jane Roe): the name, or else the address. */
static void name_of(const char **text, size_t *len) {
  const char *open = memchr(*text, '<', *len), *bracket = memchr(*text, '(', *len);
  const char *end = *text + *len;
  if (open && open > *text) {
    *len = (size_t)(open - *text);
  } else if (open) {
    const char *close = memchr(open, '>', *len);
    *text = open + 1;
    *len = (size_t)((close ? close : end) - *text);
  } else if (bracket && end[-1] == ')') {
    *text = bracket, *len = (size_t)(end - bracket);
  }
  bare(text, len);
}

static void add_author(struct mail *mail, int *status) {
  if (!read_header(mail, "From", status)) return;
  const char *text = mail->value.bytes;
  size_t len = mail->value.len;
  trim(&text, &len);
  name_of(&text, &len);
  if (len) *status = article_list_add(&mail->article->authors, text, len, mail->err);
}

static void add_topics(struct mail *mail, const char *name, int *status) {
  if (!read_header(mail, name, status)) return;
  const char *end = mail->value.bytes + mail->value.len;
  for (const char *at = mail->value.bytes; !*status && at < end;) {
    const char *comma = memchr(at, ',', (size_t)(end - at)), *topic = at;
    size_t len = (size_t)((comma ? comma : end) - at);
    at += len + 1;
    trim(&topic, &len);
    if (len) *status = article_list_add(&mail->article->topics, topic, len, mail->err);
  }
}

/* A comment in brackets tells the zone once more. */
static void set_date(struct mail *mail, int *status) {
  struct date date;
  if (!read_header(mail, "Date", status)) return;
  const char *comment = memchr(mail->value.bytes, '(', mail->value.len);
  size_t len = comment ? (size_t)(comment - mail->value.bytes) : mail->value.len;
  if (!date_parse(mail->value.bytes, len, &date)) return;
  mail->article->published = date;
  mail->article->origin = NSEARCH_ORIGIN_RECORD;
}

/* The name of a list, without its address: who publishes a newsletter. */
static void set_source(struct mail *mail, int *status) {
  set_part(mail, "Organization", ARTICLE_SOURCE, status);
  size_t have;
  article_get(mail->article, ARTICLE_SOURCE, &have);
  if (have || !read_header(mail, "List-Id", status)) return;
  const char *text = mail->value.bytes;
  const char *open = memchr(text, '<', mail->value.len);
  size_t len = open ? (size_t)(open - text) : 0;
  bare(&text, &len);
  if (len) *status = article_set(mail->article, ARTICLE_SOURCE, text, len, mail->err);
}

static int fill_in(struct mail *mail) {
  int status = NSEARCH_OK;
  set_bracketed(mail, "Message-ID", ARTICLE_ID, &status);
  set_bracketed(mail, "Archived-At", ARTICLE_URL, &status);
  set_part(mail, "Subject", ARTICLE_TITLE, &status);
  set_part(mail, "Content-Language", ARTICLE_LANGUAGE, &status);
  set_source(mail, &status);
  add_author(mail, &status);
  add_topics(mail, "Newsgroups", &status);
  add_topics(mail, "Keywords", &status);
  set_date(mail, &status);
  if (!status && mail->headers_len < mail->len)
    status = mime_text(mail->text, mail->len, &mail->article->parts[ARTICLE_BODY], mail->replaced, mail->err);
  return status ? status : buffer_status(&mail->article->parts[ARTICLE_BODY], mail->err);
}

/* In an mbox, a line of text that begins with From has a > before it, however many stand there already. */
static void unquote_from(const char *text, size_t len, struct buffer *out) {
  for (size_t at = 0, next; at < len; at = next) {
    const char *end = memchr(text + at, '\n', len - at);
    next = end ? (size_t)(end - text) + 1 : len;
    size_t marks = at;
    while (marks < next && text[marks] == '>') marks++;
    bool is_quoted = marks > at && next - marks >= 5 && memcmp(text + marks, "From ", 5) == 0;
    buffer_add(out, text + at + is_quoted, next - at - is_quoted);
  }
}

static int read_message(const char *text, size_t len, uint64_t record, bool whole_file, const struct sink *sink,
                        struct nsearch_error *err) {
  struct mail mail = {.text = text, .len = len, .article = sink->article, .replaced = sink->replaced, .err = err};
  mail.headers_len = headers_end(text, len);
  if (mail.headers_len == 0) mail.headers_len = len; /* it breaks off there */
  article_clear(sink->article);
  int status = fill_in(&mail);
  buffer_free(&mail.value);
  if (status == NSEARCH_ERR_UNSUPPORTED) {
    sink->problem(sink->payload, NSEARCH_EVENT_BROKEN, record, nsearch_error_message(err));
    error_clear(err);
    return NSEARCH_OK;
  }
  return status ? status : sink->take(sink->payload, sink->article, record, whole_file, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  struct buffer message = {0};
  uint64_t record = span->record;
  if (span->whole_file) return read_message(span->bytes, span->len, record, true, sink, err);
  int status = NSEARCH_OK;
  for (size_t at = 0, next; !status && at < span->len; at = next) {
    next = next_message(span->bytes, span->len, at);
    const char *line_end = memchr(span->bytes + at, '\n', next - at);
    size_t from = line_end ? (size_t)(line_end - span->bytes) + 1 : next;
    buffer_clear(&message);
    unquote_from(span->bytes + from, next - from, &message);
    status = buffer_status(&message, err);
    if (!status) status = read_message(message.len ? message.bytes : "", message.len, record++, false, sink, err);
  }
  buffer_free(&message);
  return status;
}

const struct source source_mail = {"mail", claims, split, parse};
