/* The bytes of one file as a sliding window, with compression undone on the way. */
#include "indexer/indexer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
  WINDOW_FIRST = STAGED_BYTES, /* most files of one article never need more; a filter takes it over whole */
  READ_STEP = 256 << 10,
  LOOK_BYTES = 1 << 10,
  READ_SMALL = 16 << 10 /* room for so much is worth a read without growing the window */
};

/* The lowest stage: a file as it is stored. */
struct file_stream {
  struct stream stream;
  struct file_in *file;
  struct hasher *hasher; /* of the bytes as stored */
  bool is_in_order;      /* they were all read, from the first one on */
  uint64_t raw_bytes;
  int (*after_read)(void *payload, struct nsearch_error *err);
  void *payload;
};

struct input_state {
  struct stream *stream;
  struct file_stream *file; /* below all stages; NULL where it is no file */
  char *data;               /* the window is data[start..end) */
  size_t start, end, capacity;
  bool is_damaged; /* the stream ended so */
  bool was_looked_at;
};

static int file_stream_read(struct stream *stream, void *bytes, size_t room, size_t *got, struct nsearch_error *err) {
  struct file_stream *file = (struct file_stream *)stream;
  int status = file_read(file->file, bytes, room, got, err);
  if (status) return status;
  file->raw_bytes += *got;
  hasher_add(file->hasher, bytes, *got);
  if (file->after_read) status = file->after_read(file->payload, err);
  if (status) *got = 0; /* what was read would put off the failure */
  return status;
}

static bool file_stream_seek(struct stream *stream, int64_t *offset, int whence) {
  struct file_stream *file = (struct file_stream *)stream;
  file->is_in_order = false;
  return file_seek(file->file, offset, whence);
}

static void file_stream_close(struct stream *stream) {
  struct file_stream *file = (struct file_stream *)stream;
  file_close_in(&file->file);
  memory_free(file->hasher);
  memory_free(file);
}

static void window_update(struct input *input) {
  input->window = input->state->data + input->state->start;
  input->len = input->state->end - input->state->start;
}

/* Makes room for at least `room` bytes after the window. */
static int window_room(struct input_state *state, size_t room, struct nsearch_error *err) {
  size_t len = state->end - state->start;
  if (state->capacity - state->end >= room) return NSEARCH_OK;
  if (state->start > 0) {
    memmove(state->data, state->data + state->start, len);
    state->start = 0, state->end = len;
  }
  if (state->capacity - len >= room) return NSEARCH_OK;
  return memory_reserve(&state->data, &state->capacity, len + room, 1, err);
}

/* Adds what one read gives, at most so many bytes. */
static int fill(struct input *input, size_t most, struct nsearch_error *err) {
  struct input_state *state = input->state;
  size_t got = 0;
  int status = window_room(state, most < READ_SMALL ? most : READ_SMALL, err);
  if (status) return status;
  if (state->capacity - state->end < most) most = state->capacity - state->end;
  status = state->stream->read(state->stream, state->data + state->end, most, &got, err);
  state->end += got;
  input->at_end = status != NSEARCH_ERR_MEMORY && (status || got == 0);
  state->is_damaged = status == NSEARCH_ERR_INPUT;
  return status;
}

int input_open_stream(struct input **out, struct stream *stream, struct nsearch_error *err) {
  struct input *input = memory_zero(1, sizeof *input);
  *out = NULL;
  if (!input || !(input->state = memory_zero(1, sizeof *input->state))) {
    memory_free(input);
    stream->close(stream);
    return error_memory(err);
  }
  struct input_state *state = input->state;
  state->stream = stream;
  int status = window_room(state, WINDOW_FIRST, err);
  /* A pipe may give one byte at a time. */
  while (!status && state->end < FILTER_HEAD && !input->at_end) status = fill(input, WINDOW_FIRST - state->end, err);
  if (!status) {
    status = filter_open(&state->stream, state->data, state->end, err);
    if (state->stream != stream) state->end = 0, input->at_end = false;
  }
  if (status) {
    input_close(input);
    return status;
  }
  window_update(input);
  *out = input;
  return NSEARCH_OK;
}

int input_open(struct input **out, const char *path, struct nsearch_error *err) {
  struct file_stream *file = memory_zero(1, sizeof *file);
  *out = NULL;
  if (!file || !(file->hasher = hasher_new())) {
    memory_free(file);
    return error_memory(err);
  }
  int status = file_open(&file->file, path, err);
  if (status) {
    memory_free(file->hasher);
    memory_free(file);
    return status;
  }
  file->stream = (struct stream){.read = file_stream_read, .close = file_stream_close};
  if (file_can_seek(file->file)) file->stream.seek = file_stream_seek;
  file->is_in_order = true;
  status = input_open_stream(out, &file->stream, err);
  if (status) return status;
  (*out)->state->file = file;
  return NSEARCH_OK;
}

void input_close(struct input *input) {
  if (!input) return;
  input->state->stream->close(input->state->stream);
  memory_free(input->state->data);
  memory_free(input->state);
  memory_free(input->kept);
  memory_free(input);
}

/* The first bytes of a text tell whether it is in UTF-16 or UTF-32: then the window begins anew. */
static int look(struct input *input, struct nsearch_error *err) {
  struct input_state *state = input->state;
  const struct stream *before = state->stream;
  int status = NSEARCH_OK;
  state->was_looked_at = true;
  if (state->start > 0) return NSEARCH_OK; /* somebody knew already what it is */
  while (!status && !input->at_end && state->end < LOOK_BYTES) status = fill(input, WINDOW_FIRST - state->end, err);
  if (status) return status;
  status = transcode_open(&state->stream, state->data, state->end, err);
  if (state->stream != before) state->end = 0, input->at_end = false;
  return status;
}

int input_fill(struct input *input, size_t want, struct nsearch_error *err) {
  struct input_state *state = input->state;
  int status = NSEARCH_OK;
  if (want > state->end - state->start && !input->at_end)
    status = window_room(state, want - (state->end - state->start), err);
  if (!status && !state->was_looked_at) status = look(input, err);
  while (!status && !input->at_end && state->end - state->start < want) status = fill(input, READ_STEP, err);
  window_update(input);
  return status;
}

void input_consume(struct input *input, size_t bytes) {
  assert(bytes <= input->len);
  input->state->start += bytes;
  input->offset += bytes;
  window_update(input);
}

int input_keep(struct input *input, size_t bytes, struct nsearch_error *err) {
  assert(bytes <= input->len && !input->kept);
  input->kept = memory_alloc(bytes ? bytes : 1);
  if (!input->kept) return error_memory(err);
  memcpy(input->kept, input->window, bytes);
  input->kept_len = bytes;
  return NSEARCH_OK;
}

bool input_resume(struct input *input) {
  struct input_state *state = input->state;
  if (!state->is_damaged || !state->stream->resume || !state->stream->resume(state->stream)) return false;
  state->is_damaged = false;
  input->at_end = false;
  return true;
}

bool input_can_seek(const struct input *input) { return input->state->stream->seek != NULL; }

bool input_seek(struct input *input, int64_t *offset, int whence) {
  struct input_state *state = input->state;
  if (!state->stream->seek) return false;
  /* What waits in the window was read ahead. */
  if (whence == SEEK_CUR) *offset -= (int64_t)(state->end - state->start);
  if (!state->stream->seek(state->stream, offset, whence)) return false;
  state->start = state->end = 0;
  input->offset = (uint64_t)*offset;
  input->at_end = false;
  window_update(input);
  return true;
}

uint64_t input_raw_bytes(const struct input *input) { return input->state->file ? input->state->file->raw_bytes : 0; }

void input_watch(struct input *input, int (*after_read)(void *payload, struct nsearch_error *err), void *payload) {
  input->state->file->after_read = after_read;
  input->state->file->payload = payload;
}

int input_hash(struct input *input, uint64_t *hash, struct nsearch_error *err) {
  struct file_stream *file = input->state->file;
  int64_t start = 0;
  int status = window_room(input->state, READ_SMALL, err);
  window_update(input);
  if (!status && !file->is_in_order && file_seek(file->file, &start, SEEK_SET)) {
    memory_free(file->hasher);
    if (!(file->hasher = hasher_new())) return error_memory(err);
    file->is_in_order = true;
  }
  for (size_t got = 1; !status && got > 0;)
    status = file_stream_read(&file->stream, input->state->data + input->state->end, READ_SMALL, &got, err);
  *hash = hasher_value(file->hasher);
  return status;
}
