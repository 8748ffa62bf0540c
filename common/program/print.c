/* What both printers share, and the end of the output. */
#include <errno.h>
#include <string.h>

#include "common/program/program.h"

const struct printer *printer_for(bool json) { return json ? &json_printer : &text_printer; }

const char *event_name(nsearch_event_kind kind) {
  switch (kind) {
  case NSEARCH_EVENT_UNREADABLE:
    return "unreadable";
  case NSEARCH_EVENT_BROKEN:
    return "broken";
  case NSEARCH_EVENT_EMPTY:
    return "empty";
  case NSEARCH_EVENT_UNKNOWN:
    return "unknown";
  case NSEARCH_EVENT_REPLACED:
    return "replaced";
  case NSEARCH_EVENT_SKIPPED:
    return "skipped";
  case NSEARCH_EVENT_TOO_LARGE:
    return "too_large";
  case NSEARCH_EVENT_UNCHANGED_PROBLEMS:
    return "unchanged_problems";
  }
  return "other";
}

size_t shards_failed(const nsearch_shards *shards) {
  size_t failed = 0;
  for (size_t i = 0; i < nsearch_shards_count(shards); i++) failed += nsearch_shards_status(shards, i, NULL) != 0;
  return failed;
}

char *missing_shards(const nsearch_shards *shards) {
  size_t failed = shards_failed(shards);
  if (!failed) return NULL;
  char *line = text_of("%zu of %zu shards did not answer", failed, nsearch_shards_count(shards));
  for (size_t i = 0, named = 0; i < nsearch_shards_count(shards); i++) {
    const char *message;
    if (!nsearch_shards_status(shards, i, &message)) continue;
    char *longer = text_of("%s%s %s (%s)", line, named++ ? "," : ":", nsearch_shards_address(shards, i), message);
    release(line);
    line = longer;
  }
  return line;
}

int finish(struct stream *out, int code) {
  int error = stream_close(out);
  if (error == 0 || error == EPIPE) return code;
  say("cannot write the output: %s", strerror(error));
  return EXIT_SYSTEM;
}
