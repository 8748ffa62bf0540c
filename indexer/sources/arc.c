/* ARC 1 and 2: what crawlers wrote before WARC. A record has one line in front, whose last word is its length. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

enum { LINE_MAX = 16 << 10, WORDS_MAX = 10 };

/* The words of a line, counted from its end: addresses may have blanks in them. */
struct arc_line {
  const char *url, *type, *date;
  size_t url_len, type_len, date_len;
  uint64_t length;
  bool has_length;
};

struct line_word {
  size_t start, end;
};

static bool are_digits(const char *text, struct line_word word, size_t least, size_t most) {
  if (word.end - word.start < least || word.end - word.start > most) return false;
  for (size_t i = word.start; i < word.end; i++)
    if (text[i] < '0' || text[i] > '9') return false;
  return true;
}

/* Version 1: URL, IP, date, type, length. Version 2: URL, IP, date, type, status, checksum, location, offset, file name,
 * length. The date tells them apart. */
static bool read_line(const char *line, size_t len, struct arc_line *out) {
  struct line_word words[WORDS_MAX];
  size_t count = 0, end = len;
  while (count < WORDS_MAX && end > 0) {
    while (end > 0 && (unsigned char)line[end - 1] <= ' ') end--;
    size_t start = end;
    while (start > 0 && (unsigned char)line[start - 1] > ' ') start--;
    if (start < end) words[count++] = (struct line_word){start, end};
    end = start;
  }
  size_t date = count > 3 && are_digits(line, words[2], 8, 20) ? 2 : 7;
  if (count < date + 2 || !are_digits(line, words[date], 8, 20)) return false;
  *out = (struct arc_line){.url = line, .date = line + words[date].start, .type = line + words[date - 1].start};
  out->url_len = words[date + 1].start;
  trim(&out->url, &out->url_len);
  out->date_len = words[date].end - words[date].start;
  out->type_len = words[date - 1].end - words[date - 1].start;
  out->has_length = are_digits(line, words[0], 1, 18);
  for (size_t i = words[0].start; out->has_length && i < words[0].end; i++)
    out->length = out->length * 10 + (uint64_t)(line[i] - '0');
  return out->url_len > 0 && memchr(out->url, ':', out->url_len);
}

/* A scheme, as "http:". */
static bool begins_url(const char *text, size_t len) {
  size_t at = 0;
  while (at < len && at < 12 && ((text[at] | 32) >= 'a' && (text[at] | 32) <= 'z')) at++;
  return at >= 3 && at < len && text[at] == ':';
}

static struct frame frame(const char *text, size_t len, bool is_all) {
  struct frame out = {.kind = FRAME_MORE};
  struct arc_line line;
  while (out.start < len && (text[out.start] == '\r' || text[out.start] == '\n')) out.start++;
  const char *header = text + out.start;
  size_t left = len - out.start;
  if (left == 0) out.kind = is_all ? FRAME_END : FRAME_MORE;
  if (left == 0) return out;
  const char *end = memchr(header, '\n', left < LINE_MAX ? left : LINE_MAX);
  if (!end && left < LINE_MAX && !is_all && (left < 16 || begins_url(header, left))) return out;
  out.kind = FRAME_BAD;
  if (!end || !begins_url(header, left)) return out;
  out.header_len = (size_t)(end - header) + 1;
  if (!read_line(header, out.header_len, &line) || !line.has_length) return out;
  out.body_len = line.length;
  out.wanted = strncasecmp(line.url, "http", 4) == 0;
  out.kind = FRAME_WHOLE;
  return out;
}

static size_t find(const char *text, size_t len, size_t at) {
  struct arc_line line;
  if (at > 0)
    at--;
  else if (frame(text, len, true).kind == FRAME_WHOLE)
    return 0;
  for (const char *found; at < len && (found = memchr(text + at, '\n', len - at));) {
    at = (size_t)(found - text) + 1;
    if (at == len || !begins_url(text + at, len - at)) continue;
    const char *end = memchr(text + at, '\n', len - at < LINE_MAX ? len - at : LINE_MAX);
    if (end && read_line(text + at, (size_t)(end - text) - at, &line) && line.has_length) return at;
  }
  return len;
}

static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  (void)is_all, (void)file_name;
  size_t at = leading_blank(head, len);
  return len - at > 11 && memcmp(head + at, "filedesc://", 11) == 0;
}

static int record(const char *header, size_t header_len, const char *body, size_t body_len, uint64_t number,
                  const struct sink *sink, struct nsearch_error *err) {
  struct arc_line line;
  char type[80];
  read_line(header, header_len, &line);
  header_word(line.type, line.type_len, type, sizeof type);
  if (strncasecmp(line.url, "http", 4) != 0) {
    sink->problem(sink->payload, NSEARCH_EVENT_SKIPPED, number,
                  strncasecmp(line.url, "filedesc:", 9) == 0 ? "the head of the file" : "not a page");
    return NSEARCH_OK;
  }
  /* Fourteen digits, whatever follows them: YYYYMMDDhhmmss. */
  char date[] = "YYYY-MM-DDThh:mm:ssZ";
  static const char places[] = {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18};
  for (size_t i = 0; i < sizeof places; i++) date[(size_t)places[i]] = i < line.date_len ? line.date[i] : '0';
  struct capture capture = {.url = line.url, .url_len = line.url_len, .type = type, .date = date, .date_len = 20};
  if (body_len >= 5 && memcmp(body, "HTTP/", 5) == 0)
    return capture_response(&capture, body, body_len, number, sink, err);
  return capture_article(&capture, body, body_len, number, sink, err);
}

static const struct capture_format format = {frame, find, record};

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  return capture_split(&format, input, state, span, more, problem, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  return capture_parse(&format, span, sink, err);
}

const struct source source_arc = {"arc", claims, split, parse};
