/* What went wrong, in words for a person and as an exit code for a script. */
#include <string.h>

#include "common/program/program.h"

/* Adds text to a line that ends up on standard error, control characters taken out. */
static char *append_clean(char *line, size_t *used, const char *text, size_t len) {
  line = grow(line, *used + len * 3 + 2); /* U+FFFD is the only glyph that is longer than what it stands for */
  for (size_t at = 0; at < len;) {
    struct glyph glyph;
    at += glyph_next(text + at, len - at, &glyph);
    if (glyph.kind != GLYPH_NONE) {
      memcpy(line + *used, glyph.bytes, glyph.size);
      *used += glyph.size;
    }
  }
  return line;
}

void say(const char *format, ...) {
  size_t used = 0;
  va_list args;
  va_start(args, format);
  char *message = text_of_args(format, args);
  va_end(args);
  char *line = append_clean(NULL, &used, "nsearch: ", 9);
  line = append_clean(line, &used, message, strlen(message));
  line[used++] = '\n';
  put_error(line, used);
  release(line);
  release(message);
}

static int exit_code_of(nsearch_status status) {
  switch (status) {
  case NSEARCH_OK:
    return EXIT_DONE;
  case NSEARCH_ERR_NOT_FOUND:
    return EXIT_NOTHING;
  case NSEARCH_ERR_USAGE:
    return EXIT_MISUSE;
  case NSEARCH_ERR_EXISTS:
    return EXIT_USAGE;
  case NSEARCH_ERR_QUERY:
    return EXIT_QUERY;
  case NSEARCH_ERR_MISSING:
  case NSEARCH_ERR_DAMAGED:
  case NSEARCH_ERR_VERSION:
    return EXIT_INDEX;
  case NSEARCH_ERR_INPUT:
  case NSEARCH_ERR_EMPTY:
    return EXIT_INPUT;
  case NSEARCH_ERR_LOCKED:
  case NSEARCH_ERR_DEADLINE:
  case NSEARCH_ERR_SHARD:
    return EXIT_AGAIN;
  case NSEARCH_ERR_CANCELLED:
    return EXIT_INTERRUPTED;
  case NSEARCH_ERR_MEMORY:
  case NSEARCH_ERR_SYSTEM:
  case NSEARCH_ERR_UNSUPPORTED:
    break;
  }
  return EXIT_SYSTEM;
}

int failure(nsearch_status status, const nsearch_error *err) {
  const char *message = nsearch_error_message(err);
  if (status == NSEARCH_ERR_CANCELLED)
    say("interrupted");
  else if (status == NSEARCH_ERR_DEADLINE)
    say(TIMED_OUT);
  else
    say("%s", message[0] ? message : nsearch_status_text(status));
  return exit_code_of(status);
}

/* Prints the question with a caret under the byte at `position`. A long question is shown from near there on. */
static void show_position(const char *question, size_t position) {
  enum { BEFORE = 56, AFTER = 20 };
  size_t len = strlen(question), from = 0, column = 0, taken, used = 0;
  if (position > len) position = len;
  for (size_t at = 0; at < position; at += taken) {
    struct glyph glyph;
    taken = glyph_next(question + at, len - at, &glyph);
    if (position - at > BEFORE)
      from = at + taken;
    else
      column += (size_t)glyph.width;
  }
  size_t to = len - position > AFTER ? position + AFTER : len;
  while (to < len && ((unsigned char)question[to] & 0xC0) == 0x80) to++;
  char *line = append_clean(NULL, &used, "  ", 2);
  if (from > 0) {
    line = append_clean(line, &used, "...", 3);
    column += 3;
  }
  line = append_clean(line, &used, question + from, to - from);
  if (to < len) line = append_clean(line, &used, "...", 3);
  line = grow(line, used + column + 8);
  line[used++] = '\n';
  memset(line + used, ' ', column + 2);
  used += column + 2;
  line[used++] = '^';
  line[used++] = '\n';
  put_error(line, used);
  release(line);
}

int question_failure(nsearch_status status, const nsearch_error *err, const char *question) {
  int code = failure(status, err);
  int64_t position = nsearch_error_position(err);
  if (status == NSEARCH_ERR_QUERY && position >= 0) show_position(question, (size_t)position);
  return code;
}

int file_failure(const char *what, const char *path, int error) {
  say("cannot %s %s: %s", what, path, strerror(error));
  return EXIT_SYSTEM;
}
