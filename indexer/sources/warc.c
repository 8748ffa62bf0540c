/* WARC 0.17 to 1.1: what a crawler fetched. Pages are in responses, resources and conversions (WET). */
#include "indexer/sources/sources.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HEADER_MAX = 64 << 10 };

static bool is_version(const char *text, size_t len) {
  return len >= 8 && memcmp(text, "WARC/", 5) == 0 && (text[5] == '0' || text[5] == '1') && text[6] == '.' &&
         text[7] >= '0' && text[7] <= '9';
}

static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  (void)is_all, (void)file_name;
  size_t at = leading_blank(head, len);
  return is_version(head + at, len - at);
}

static bool read_length(const char *text, size_t len, uint64_t *out) {
  *out = 0;
  for (size_t i = 0; i < len; i++) {
    if (text[i] < '0' || text[i] > '9' || *out > UINT64_C(1) << 58) return false;
    *out = *out * 10 + (uint64_t)(text[i] - '0');
  }
  return len > 0;
}

static bool is_type(const char *header, size_t len, const char *type) {
  const char *value;
  size_t value_len;
  return header_find(header, len, "WARC-Type", &value, &value_len) && value_len == strlen(type) &&
         strncasecmp(value, type, value_len) == 0;
}

/* The content of a large record is only worth its memory when it can be a page. */
static bool is_wanted(const char *header, size_t len) {
  const char *value;
  size_t value_len;
  if (is_type(header, len, "response")) return true;
  if (!is_type(header, len, "resource") && !is_type(header, len, "conversion")) return false;
  return !header_find(header, len, "Content-Type", &value, &value_len) || value_len < 5 ||
         strncasecmp(value, "text/", 5) == 0 || strncasecmp(value, "application/x", 13) == 0;
}

static struct frame frame(const char *text, size_t len, bool is_all) {
  struct frame out = {.kind = FRAME_MORE};
  const char *value;
  size_t value_len;
  while (out.start < len && (text[out.start] == '\r' || text[out.start] == '\n')) out.start++;
  const char *header = text + out.start;
  size_t left = len - out.start;
  if (left == 0) out.kind = is_all ? FRAME_END : FRAME_MORE;
  if (left < 8) {
    if (left > 0 && (is_all || memcmp(header, "WARC/", left < 5 ? left : 5) != 0)) out.kind = FRAME_BAD;
    return out;
  }
  out.kind = FRAME_BAD;
  if (!is_version(header, left)) return out;
  out.header_len = headers_end(header, left < HEADER_MAX ? left : HEADER_MAX);
  if (out.header_len == 0 && left < HEADER_MAX && !is_all) out.kind = FRAME_MORE;
  if (out.header_len == 0 || !header_find(header, out.header_len, "Content-Length", &value, &value_len) ||
      !read_length(value, value_len, &out.body_len))
    return out;
  out.wanted = is_wanted(header, out.header_len);
  out.kind = FRAME_WHOLE;
  return out;
}

static size_t find(const char *text, size_t len, size_t at) {
  for (const char *found; at < len && (found = memmem(text + at, len - at, "WARC/", 5)); at++) {
    at = (size_t)(found - text);
    if ((at == 0 || text[at - 1] == '\n') && is_version(found, len - at)) return at;
  }
  return len;
}

/* The address that a record is of, without the angle brackets that wget puts around it. */
static void find_url(const char *header, size_t len, struct capture *capture) {
  if (!header_find(header, len, "WARC-Target-URI", &capture->url, &capture->url_len)) return;
  if (capture->url_len >= 2 && capture->url[0] == '<' && capture->url[capture->url_len - 1] == '>')
    capture->url++, capture->url_len -= 2;
}

static int record(const char *header, size_t header_len, const char *body, size_t body_len, uint64_t number,
                  const struct sink *sink, struct nsearch_error *err) {
  struct capture capture = {.url = "", .type = ""};
  const char *value;
  size_t value_len;
  char type[80] = "", charset[80], why[100];
  find_url(header, header_len, &capture);
  header_find(header, header_len, "WARC-Date", &capture.date, &capture.date_len);
  if (header_find(header, header_len, "Content-Type", &value, &value_len)) {
    header_word(value, value_len, type, sizeof type);
    if (header_parameter(value, value_len, "charset", charset, sizeof charset)) capture.charset = charset;
  }
  capture.type = type;
  if (is_type(header, header_len, "response") && strcmp(type, "text/dns") != 0) {
    capture.charset = NULL;
    return capture_response(&capture, body, body_len, number, sink, err);
  }
  if (capture.url_len >= 9 && strncasecmp(capture.url, "metadata:", 9) == 0) {
    sink->problem(sink->payload, NSEARCH_EVENT_SKIPPED, number, "a record about the crawl");
    return NSEARCH_OK;
  }
  if (is_type(header, header_len, "resource") || is_type(header, header_len, "conversion"))
    return capture_article(&capture, body, body_len, number, sink, err);
  if (header_find(header, header_len, "WARC-Type", &value, &value_len))
    header_word(value, value_len, type, sizeof type);
  snprintf(why, sizeof why, "a record of type %s", type);
  sink->problem(sink->payload, NSEARCH_EVENT_SKIPPED, number, why);
  return NSEARCH_OK;
}

static const struct capture_format format = {frame, find, record};

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  return capture_split(&format, input, state, span, more, problem, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  return capture_parse(&format, span, sink, err);
}

const struct source source_warc = {"warc", claims, split, parse};
