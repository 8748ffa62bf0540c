/* Standard output and files: the one place of the program that calls stdio. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/program/program.h"

void stream_stdout(struct stream *out) { *out = (struct stream){.file = stdout}; }

void stream_stderr(struct stream *out) {
  setvbuf(stderr, NULL, _IOLBF, 4096);
  *out = (struct stream){.file = stderr};
}

static int open_file(struct stream *out, const char *path, const char *mode) {
  *out = (struct stream){.file = fopen(path, mode)};
  return out->file ? 0 : errno;
}

int stream_read(struct stream *out, const char *path) {
  if (strcmp(path, "-") == 0) {
    *out = (struct stream){.file = stdin};
    return 0;
  }
  return open_file(out, path, "re");
}

static bool holds_other(const char *path, const char *begins) {
  struct stat facts;
  char head[32];
  size_t len = strlen(begins);
  if (stat(path, &facts) || !S_ISREG(facts.st_mode) || facts.st_size == 0) return false;
  FILE *file = len <= sizeof head ? fopen(path, "re") : NULL;
  bool same = file && fread(head, 1, len, file) == len && memcmp(head, begins, len) == 0;
  if (file) fclose(file);
  return !same;
}

int stream_create(struct stream *out, const char *path, const char *begins) {
  return holds_other(path, begins) ? EEXIST : open_file(out, path, "we");
}

static void note_error(struct stream *stream) {
  if (!stream->error) stream->error = errno ? errno : EIO;
}

int stream_close(struct stream *stream) {
  FILE *file = stream->file;
  bool standard = file == stdin || file == stdout;
  errno = 0;
  if (file && file != stdin && (standard ? fflush(file) : fclose(file))) note_error(stream);
  free(stream->line);
  int error = stream->error;
  *stream = (struct stream){0};
  return error;
}

void put_bytes(struct stream *out, const char *bytes, size_t len) {
  if (!out->error && len && fwrite(bytes, 1, len, out->file) != len) note_error(out);
}

void put(struct stream *out, const char *text) { put_bytes(out, text, strlen(text)); }

void put_format(struct stream *out, const char *format, ...) {
  va_list args;
  va_start(args, format);
  if (!out->error && vfprintf(out->file, format, args) < 0) note_error(out);
  va_end(args);
}

int64_t stream_line(struct stream *in) {
  errno = 0;
  ssize_t len = getline(&in->line, &in->room, in->file);
  if (len < 0) {
    if (!feof((FILE *)in->file)) note_error(in);
    return -1;
  }
  while (len > 0 && (in->line[len - 1] == '\n' || in->line[len - 1] == '\r')) in->line[--len] = '\0';
  return len;
}

void put_error(const char *bytes, size_t len) {
  fwrite(bytes, 1, len, stderr);
  fflush(stderr);
}
