/* Crawls: records one after another, whose header tells how long they are, and the pages in them. */
#include "indexer/sources/sources.h"

#include <stdio.h>
#include <string.h>

/* ---- split: from record to record ---- */

/* Records seen so far; bytes still to be passed over; whether the beginning of a record is being looked for. */
enum { STATE_RECORDS, STATE_PASS, STATE_LOST };

/* Most that a header may have, and how far back one is looked for across two fills of the window. */
enum { HEADER_MAX = 64 << 10, OVERLAP = 4 << 10 };

static struct frame frame_at(const struct capture_format *format, const struct input *input, size_t at) {
  return format->frame(input->window + at, input->len - at, input->at_end);
}

static uint64_t frame_len(const struct frame *frame) { return frame->start + frame->header_len + frame->body_len; }

/* Passes over what is left of a large record; true when that is done. */
static bool pass(struct input *input, uint64_t *left) {
  size_t bytes = input->len < *left ? input->len : (size_t)*left;
  input_consume(input, bytes);
  *left -= bytes;
  return *left == 0;
}

/* Goes on to the next record that can be told by its beginning; true when it stands in front. */
static bool look_for_record(const struct capture_format *format, struct input *input, uint64_t *lost) {
  size_t at = format->find(input->window, input->len, *lost == 1);
  *lost = 2; /* what is in front now is not the record that was given up */
  if (at < input->len || input->at_end) {
    input_consume(input, at);
    *lost = 0;
    return at > 0 || input->len > 0;
  }
  if (input->len > OVERLAP) input_consume(input, input->len - OVERLAP);
  return false;
}

/* A record's length is wrong when no record follows where it says, but one begins inside of it. Looks at what the window
 * holds. */
static bool is_length_wrong(const struct capture_format *format, const struct input *input, size_t at,
                            const struct frame *frame) {
  size_t body = at + frame->start + frame->header_len;
  uint64_t end = at + frame_len(frame);
  if (end < input->len && frame_at(format, input, (size_t)end).kind != FRAME_BAD) return false;
  if (end >= input->len && (!input->at_end || end == input->len)) return false;
  size_t limit = end < input->len ? (size_t)end : input->len;
  return format->find(input->window, input->len, body) < limit;
}

static void give_up(uint64_t state[8], struct source_problem *problem, const char *why) {
  state[STATE_LOST] = 1;
  problem_set(problem, NSEARCH_EVENT_BROKEN, ++state[STATE_RECORDS], "%s", why);
}

/* The record at the front is larger than the window, or its length is wrong, or it is none. */
static int split_one(const struct capture_format *format, struct input *input, uint64_t state[8], struct span *span,
                     struct source_problem *problem, struct frame frame, struct nsearch_error *err) {
  uint64_t len = frame_len(&frame);
  if (frame.kind != FRAME_WHOLE) {
    give_up(state, problem, "no header of a record stands here");
    return NSEARCH_OK;
  }
  if (frame.wanted && len <= RECORD_MAX) {
    int status = input_fill(input, (size_t)len + HEADER_MAX, err);
    if (status) return status;
  }
  if (is_length_wrong(format, input, 0, &frame)) {
    give_up(state, problem, "the record's length is wrong");
    return NSEARCH_OK;
  }
  if (!frame.wanted) {
    state[STATE_PASS] = len;
    problem_set(problem, NSEARCH_EVENT_SKIPPED, ++state[STATE_RECORDS], "not a page");
    return NSEARCH_OK;
  }
  if (len > RECORD_MAX) {
    state[STATE_PASS] = len;
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, ++state[STATE_RECORDS], "the record is larger than %d MiB",
                RECORD_MAX >> 20);
    return NSEARCH_OK;
  }
  span->record = ++state[STATE_RECORDS];
  span->count = 1;
  if (len <= input->len) return span_take(input, (size_t)len, span, err);
  /* The last one is taken as far as it goes. */
  problem_set(problem, NSEARCH_EVENT_BROKEN, 0, "record %llu is cut short", (unsigned long long)span->record);
  return span_take(input, input->len, span, err);
}

int capture_split(const struct capture_format *format, struct input *input, uint64_t state[8], struct span *span,
                  bool *more, struct source_problem *problem, struct nsearch_error *err) {
  size_t at = 0;
  uint64_t count = 0;
  struct frame frame;
  *more = true;
  for (;;) {
    int status = input_fill(input, SPAN_BYTES + HEADER_MAX, err);
    if (status) return status;
    if (input->len == 0) {
      if (state[STATE_PASS] > 0) give_up(state, problem, "the record is cut short");
      state[STATE_PASS] = state[STATE_LOST] = 0;
      /* Behind a broken member of gzip comes the next record. */
      *more = input_resume(input) || problem->kind;
      return NSEARCH_OK;
    }
    if (state[STATE_PASS] > 0 && !pass(input, &state[STATE_PASS])) continue;
    if (state[STATE_LOST] && !look_for_record(format, input, &state[STATE_LOST])) continue;
    if (input->len > 0) break;
  }
  for (;;) {
    frame = frame_at(format, input, at);
    uint64_t len = frame.kind == FRAME_WHOLE ? frame_len(&frame) : 0;
    if (frame.kind == FRAME_END) {
      at = input->len;
      break;
    }
    /* One byte more tells whether another record follows. */
    if (frame.kind != FRAME_WHOLE || len > input->len - at || is_length_wrong(format, input, at, &frame)) break;
    at += len;
    count++;
    if (at >= SPAN_BYTES) break;
  }
  if (count == 0 && at > 0) {
    input_consume(input, at);
    return NSEARCH_OK;
  }
  if (count == 0) return split_one(format, input, state, span, problem, frame, err);
  span->record = state[STATE_RECORDS] + 1;
  span->count = count;
  state[STATE_RECORDS] += count;
  return span_take(input, at, span, err);
}

/* ---- parse ---- */

int capture_parse(const struct capture_format *format, const struct span *span, const struct sink *sink,
                  struct nsearch_error *err) {
  uint64_t record = span->record;
  int status = NSEARCH_OK;
  for (size_t at = 0; !status && at < span->len;) {
    struct frame frame = format->frame(span->bytes + at, span->len - at, true);
    if (frame.kind != FRAME_WHOLE) break;
    const char *header = span->bytes + at + frame.start, *body = header + frame.header_len;
    size_t left = (size_t)(span->bytes + span->len - body);
    size_t body_len = frame.body_len < left ? (size_t)frame.body_len : left; /* less at the end of a file cut short */
    status = format->record(header, frame.header_len, body, body_len, record++, sink, err);
    at = (size_t)(body - span->bytes) + body_len;
  }
  return status;
}

/* ---- What was fetched ---- */

static int skip(const struct sink *sink, uint64_t record, const char *why) {
  sink->problem(sink->payload, NSEARCH_EVENT_SKIPPED, record, why);
  return NSEARCH_OK;
}

/* Whatever the headers say, a NUL byte in the first kilobyte is no text, but for wide characters. */
static bool is_binary(const char *text, size_t len) {
  size_t mark;
  return memchr(text, 0, len < 1024 ? len : 1024) && !charset_mark(text, len, &mark) && !charset_wide(text, len);
}

static bool is_page(const char *type, const char *body, size_t len) {
  if (strcmp(type, "text/html") == 0 || strcmp(type, "application/xhtml+xml") == 0) return true;
  bool is_vague = !*type || strcmp(type, "text/plain") == 0 || strcmp(type, "application/octet-stream") == 0 ||
                  strcmp(type, "unknown/unknown") == 0 || strcmp(type, "no-type") == 0;
  return is_vague && source_html.claims(body, len, true, "");
}

/* The page was there when it was fetched, so it is no younger; where it says nothing itself, that is its date. */
static void set_crawl_date(struct nsearch_article *article, const struct capture *capture) {
  struct date date;
  if (article->published.precision != NSEARCH_PRECISION_NONE || !capture->date_len) return;
  if (!date_parse(capture->date, capture->date_len, &date)) return;
  article->published = date;
  article->origin = NSEARCH_ORIGIN_CRAWL;
}

static int plain_text(const struct capture *capture, const char *body, size_t len, const struct sink *sink,
                      struct nsearch_error *err) {
  struct buffer text = {0};
  struct sink nameless = *sink;
  nameless.file_name = "-";
  int status = charset_convert(body, len, capture->charset, &text, sink->replaced, err);
  if (!status) status = text_article(text.len ? text.bytes : "", text.len, &nameless, err);
  buffer_free(&text);
  return status;
}

enum content { CONTENT_PAGE, CONTENT_TEXT, CONTENT_BINARY, CONTENT_OTHER };

static enum content content_of(const struct capture *capture, const char *body, size_t len) {
  if (is_binary(body, len)) return CONTENT_BINARY;
  if (is_page(capture->type, body, len)) return CONTENT_PAGE;
  return strcmp(capture->type, "text/plain") == 0 ? CONTENT_TEXT : CONTENT_OTHER;
}

/* Fills in the article; the URL is the address that it was fetched from, not the one that a page would like to have: two
 * pages may claim the same. */
static int fill_in(const struct capture *capture, enum content content, const char *body, size_t len,
                   const struct sink *sink, struct nsearch_error *err) {
  char *url = memory_string(capture->url, capture->url_len);
  if (!url) return error_memory(err);
  article_clear(sink->article);
  int status = content == CONTENT_PAGE
                   ? html_article(body, len, capture->charset, url, sink->article, sink->replaced, err)
                   : plain_text(capture, body, len, sink, err);
  if (!status) status = article_set(sink->article, ARTICLE_URL, url, capture->url_len, err);
  memory_free(url);
  return status;
}

int capture_article(const struct capture *capture, const char *body, size_t len, uint64_t record,
                    const struct sink *sink, struct nsearch_error *err) {
  char why[100];
  enum content content = content_of(capture, body, len);
  if (content == CONTENT_BINARY) return skip(sink, record, "the content is no text");
  if (content == CONTENT_OTHER) {
    snprintf(why, sizeof why, "content of type %s", *capture->type ? capture->type : "unknown");
    return skip(sink, record, why);
  }
  int status = fill_in(capture, content, body, len, sink, err);
  if (status == NSEARCH_ERR_UNSUPPORTED) {
    sink->problem(sink->payload, NSEARCH_EVENT_BROKEN, record, nsearch_error_message(err));
    error_clear(err);
    return NSEARCH_OK;
  }
  if (status) return status;
  set_crawl_date(sink->article, capture);
  return sink->take(sink->payload, sink->article, record, false, err);
}

int capture_response(struct capture *capture, const char *bytes, size_t len, uint64_t record, const struct sink *sink,
                     struct nsearch_error *err) {
  struct http_response response;
  const char *value;
  size_t value_len;
  char type[80] = "", charset[80], why[40];
  if (!http_read(bytes, len, &response)) return skip(sink, record, "no response of HTTP");
  if (response.status != 200) {
    snprintf(why, sizeof why, "HTTP status %u", response.status);
    http_free(&response);
    return skip(sink, record, why);
  }
  if (header_find(response.headers, response.headers_len, "Content-Type", &value, &value_len)) {
    header_word(value, value_len, type, sizeof type);
    if (header_parameter(value, value_len, "charset", charset, sizeof charset)) capture->charset = charset;
  }
  capture->type = type;
  int status = response.decoded.failed ? error_memory(err)
                                       : capture_article(capture, response.body, response.body_len, record, sink, err);
  http_free(&response);
  return status;
}
