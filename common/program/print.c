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
  case NSEARCH_EVENT_TOO_LARGE:
    return "too_large";
  }
  return "other";
}

int finish(struct stream *out, int code) {
  int error = stream_close(out);
  if (error == 0 || error == EPIPE) return code;
  say("cannot write the output: %s", strerror(error));
  return EXIT_SYSTEM;
}
