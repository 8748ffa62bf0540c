/* The error object: a status, a one-line message and a position, held by the caller. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/system/system.h"

struct nsearch_error {
  int status;
  int64_t position;
  struct buffer message; /* ends in NUL when it holds anything */
  struct buffer scratch; /* the next message is made here, as its arguments may point into the present one */
};

#define TEXT_OF(x) #x
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *nsearch_version(void) {
  return VERSION_TEXT(NSEARCH_VERSION_MAJOR, NSEARCH_VERSION_MINOR, NSEARCH_VERSION_PATCH);
}

const char *nsearch_status_text(nsearch_status status) {
  switch (status) {
  case NSEARCH_OK:
    return "no error";
  case NSEARCH_ERR_USAGE:
    return "wrong usage";
  case NSEARCH_ERR_QUERY:
    return "bad query";
  case NSEARCH_ERR_MISSING:
    return "index missing";
  case NSEARCH_ERR_DAMAGED:
    return "index damaged";
  case NSEARCH_ERR_VERSION:
    return "index of a newer version";
  case NSEARCH_ERR_EXISTS:
    return "index exists already";
  case NSEARCH_ERR_LOCKED:
    return "index locked by another writer";
  case NSEARCH_ERR_NOT_FOUND:
    return "no such article";
  case NSEARCH_ERR_INPUT:
    return "broken input";
  case NSEARCH_ERR_EMPTY:
    return "nothing to index";
  case NSEARCH_ERR_CANCELLED:
    return "cancelled";
  case NSEARCH_ERR_DEADLINE:
    return "deadline passed";
  case NSEARCH_ERR_MEMORY:
    return "out of memory";
  case NSEARCH_ERR_SYSTEM:
    return "system error";
  case NSEARCH_ERR_UNSUPPORTED:
    return "not supported";
  case NSEARCH_ERR_SHARD:
    return "a shard does not answer";
  }
  return "unknown status";
}

nsearch_error *nsearch_error_new(void) {
  struct nsearch_error *err = memory_zero(1, sizeof *err);
  if (err) err->position = -1;
  return err;
}

void nsearch_error_free(nsearch_error *err) {
  if (!err) return;
  buffer_free(&err->message);
  buffer_free(&err->scratch);
  memory_free(err);
}

nsearch_status nsearch_error_status(const nsearch_error *err) { return err ? (nsearch_status)err->status : NSEARCH_OK; }

const char *nsearch_error_message(const nsearch_error *err) {
  if (!err || err->status == NSEARCH_OK) return "";
  /* A message that could not be stored for want of memory still says what kind of failure it was. */
  return err->message.len ? err->message.bytes : nsearch_status_text((nsearch_status)err->status);
}

int64_t nsearch_error_position(const nsearch_error *err) { return err ? err->position : -1; }

/* Paths and input may hold line breaks and terminal codes: none of them reaches the message. */
static void blank_controls(char *text, size_t len) {
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) text[i] = ' ';
}

static void PRINTF_LIKE(2, 0) scratch_format(struct nsearch_error *err, const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int need = vsnprintf(NULL, 0, format, again);
  va_end(again);
  buffer_clear(&err->scratch);
  if (need < 0 || !buffer_room(&err->scratch, (size_t)need + 1)) return;
  vsnprintf(err->scratch.bytes, (size_t)need + 1, format, args);
  err->scratch.len = (size_t)need;
}

static void scratch_to_message(struct nsearch_error *err) {
  buffer_byte(&err->scratch, 0);
  if (err->scratch.failed) {
    buffer_clear(&err->scratch);
    buffer_clear(&err->message);
    return;
  }
  blank_controls(err->scratch.bytes, err->scratch.len - 1);
  struct buffer old = err->message;
  err->message = err->scratch;
  err->scratch = old;
}

int error_set(struct nsearch_error *err, int status, const char *format, ...) {
  if (!err) return status;
  va_list args;
  va_start(args, format);
  scratch_format(err, format, args);
  va_end(args);
  scratch_to_message(err);
  err->status = status;
  err->position = -1;
  return status;
}

int error_errno(struct nsearch_error *err, const char *format, ...) {
  int number = errno;
  int status = number == ENOMEM ? NSEARCH_ERR_MEMORY : NSEARCH_ERR_SYSTEM;
  if (!err) return status;
  va_list args;
  va_start(args, format);
  scratch_format(err, format, args);
  va_end(args);
  buffer_text(&err->scratch, ": ");
  buffer_text(&err->scratch, strerror(number)); /* glibc keeps its text per thread */
  scratch_to_message(err);
  err->status = status;
  err->position = -1;
  return status;
}

int error_memory(struct nsearch_error *err) {
  if (err) {
    buffer_clear(&err->message);
    err->status = NSEARCH_ERR_MEMORY;
    err->position = -1;
  }
  return NSEARCH_ERR_MEMORY;
}

int error_prefix(struct nsearch_error *err, const char *format, ...) {
  if (!err) return NSEARCH_OK;
  va_list args;
  va_start(args, format);
  scratch_format(err, format, args);
  va_end(args);
  if (err->scratch.failed)
    buffer_clear(&err->scratch); /* the message that is there is worth more */
  else {
    buffer_text(&err->scratch, nsearch_error_message(err));
    scratch_to_message(err);
  }
  return err->status;
}

void error_position(struct nsearch_error *err, int64_t position) {
  if (err) err->position = position;
}

void error_clear(struct nsearch_error *err) {
  if (!err) return;
  buffer_clear(&err->message);
  err->status = NSEARCH_OK;
  err->position = -1;
}
