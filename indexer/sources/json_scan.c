/* The edges of JSON values, found by strings and brackets alone. */
#include "indexer/sources/sources.h"

#include <string.h>

enum { KINDS_MAX = 64 }; /* deeper brackets are counted without their kind */

/* Moves behind the closing quote, or to the end of the text. */
static void scan_string(struct json_scan *scan, const char *text, size_t len) {
  while (scan->at < len) {
    char c = text[scan->at];
    if (scan->escaped) {
      scan->escaped = false;
      scan->at++;
    } else if (c == '\\') {
      scan->escaped = true;
      scan->at++;
    } else if (c == '"') {
      scan->at++;
      scan->in_string = false;
      return;
    } else {
      /* Strings are long and backslashes in them few: look for the nearer of the two. */
      const char *from = text + scan->at;
      const char *quote = memchr(from, '"', len - scan->at);
      size_t run = quote ? (size_t)(quote - from) : len - scan->at;
      const char *slash = memchr(from, '\\', run);
      run = slash ? (size_t)(slash - from) : run;
      scan->split_string |= memchr(from, '\n', run) != NULL;
      scan->at += run;
    }
  }
}

static void open_bracket(struct json_scan *scan, bool is_object) {
  if (scan->depth++ < KINDS_MAX) scan->kinds = scan->kinds << 1 | is_object;
}

/* Closes brackets up to one of this kind; false when none of the value's is. */
static bool close_bracket(struct json_scan *scan, bool is_object) {
  if (scan->depth > KINDS_MAX) {
    scan->depth--;
    return true;
  }
  uint64_t kinds = scan->kinds;
  uint32_t depth = scan->depth;
  for (; depth > 0 && (kinds & 1) != is_object; kinds >>= 1) depth--;
  if (depth == 0) return false;
  scan->kinds = kinds >> 1;
  scan->depth = depth - 1;
  return true;
}

enum json_edge json_scan(struct json_scan *scan, const char *text, size_t len) {
  while (scan->at < len) {
    if (scan->in_string) {
      scan_string(scan, text, len);
      if (scan->split_string && !scan->tolerant) return JSON_SPLIT_STRING;
      if (scan->in_string) return JSON_MORE;
      if (scan->depth == 0) return JSON_END;
      continue;
    }
    char c = text[scan->at];
    switch (c) {
    case '"':
      scan->in_string = true;
      scan->at++;
      break;
    case '{':
    case '[':
      open_bracket(scan, c == '{');
      scan->at++;
      break;
    case '}':
    case ']':
      if (!close_bracket(scan, c == '}')) return JSON_STRAY;
      scan->at++;
      if (scan->depth == 0) return JSON_END;
      break;
    case ',':
    case ' ':
    case '\t':
    case '\n':
    case '\r':
      if (scan->depth == 0) return JSON_END;
      scan->at++;
      break;
    default:
      scan->at++;
    }
  }
  return JSON_MORE;
}
