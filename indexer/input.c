/* The bytes of one file as a sliding window, with gzip undone on the way. */
#include "indexer/indexer.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

enum {
  WINDOW_FIRST = 64 << 10, /* most files of one article never need more */
  READ_STEP = 256 << 10,
  READ_SMALL = 16 << 10,   /* room for so much is worth a read without growing the window */
  RAW_BYTES = WINDOW_FIRST /* the first window becomes raw input when it turns out to be gzip */
};

struct input_state {
  struct file_in *file;
  char *data; /* the window is data[start..end) */
  size_t start, end, capacity;
  struct gzip *gzip; /* NULL: the bytes are taken as they are */
};

/* stream.next_in points into raw, which holds bytes as stored. */
struct gzip {
  z_stream stream;
  uint8_t raw[RAW_BYTES];
  bool at_end; /* of what is stored */
};

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

static int raw_read(struct input *input, void *bytes, size_t len, size_t *got, struct nsearch_error *err) {
  int status = file_read(input->state->file, bytes, len, got, err);
  if (!status) input->raw_bytes += *got;
  return status;
}

/* zlib asks for its memory here, so that it too comes through the seam. */
static void *gzip_alloc(void *unused, unsigned count, unsigned size) {
  (void)unused;
  return memory_array(NULL, count, size);
}
static void gzip_free(void *unused, void *block) {
  (void)unused;
  memory_free(block);
}

/* The stored bytes that stand in the window so far turn out to be gzip: they become raw input. */
static int gzip_begin(struct input *input, struct nsearch_error *err) {
  struct input_state *state = input->state;
  assert(state->start == 0 && state->end <= RAW_BYTES);
  struct gzip *gzip = memory_alloc(sizeof *gzip);
  if (!gzip) return error_memory(err);
  enum { GZIP_ONLY = 16 };
  gzip->stream = (z_stream){.zalloc = gzip_alloc, .zfree = gzip_free};
  if (inflateInit2(&gzip->stream, MAX_WBITS + GZIP_ONLY) != Z_OK) {
    memory_free(gzip);
    return error_memory(err);
  }
  state->gzip = gzip;
  gzip->at_end = false;
  memcpy(gzip->raw, state->data, state->end);
  gzip->stream.next_in = gzip->raw;
  gzip->stream.avail_in = (uint32_t)state->end;
  state->end = 0;
  return NSEARCH_OK;
}

static int gzip_refill(struct input *input, struct nsearch_error *err) {
  struct gzip *gzip = input->state->gzip;
  size_t got = 0;
  if (gzip->stream.avail_in > 0 || gzip->at_end) return NSEARCH_OK;
  int status = raw_read(input, gzip->raw, RAW_BYTES, &got, err);
  if (status) return status;
  gzip->stream.next_in = gzip->raw;
  gzip->stream.avail_in = (uint32_t)got;
  gzip->at_end = got == 0;
  return NSEARCH_OK;
}

static unsigned long long raw_offset(const struct input *input) {
  return input->raw_bytes - input->state->gzip->stream.avail_in;
}

/* After the end of a member: another one, zero padding, or the end. */
static int gzip_next_member(struct input *input, struct nsearch_error *err) {
  struct gzip *gzip = input->state->gzip;
  for (;;) {
    int status = gzip_refill(input, err);
    if (status) return status;
    if (gzip->stream.avail_in == 0) {
      input->at_end = true;
      return NSEARCH_OK;
    }
    if (*gzip->stream.next_in != 0) break;
    gzip->stream.next_in++, gzip->stream.avail_in--;
  }
  if (*gzip->stream.next_in != 0x1f)
    return error_set(err, NSEARCH_ERR_INPUT, "gzip data is followed by bytes that are no gzip member, at byte %llu",
                     raw_offset(input));
  inflateReset(&gzip->stream);
  return NSEARCH_OK;
}

/* Inflates some bytes behind the window. */
static int gzip_fill(struct input *input, struct nsearch_error *err) {
  struct input_state *state = input->state;
  z_stream *stream = &state->gzip->stream;
  int status = gzip_refill(input, err);
  if (!status) status = window_room(state, WINDOW_FIRST, err);
  if (status) return status;
  bool is_starved = stream->avail_in == 0;
  size_t room = state->capacity - state->end;
  if (room > READ_STEP) room = READ_STEP;
  stream->next_out = (uint8_t *)state->data + state->end;
  stream->avail_out = (uint32_t)room;
  int code = inflate(stream, Z_NO_FLUSH);
  size_t got = room - stream->avail_out;
  state->end += got;
  if (code == Z_MEM_ERROR) return error_memory(err);
  if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
    return error_set(err, NSEARCH_ERR_INPUT, "gzip data is broken near byte %llu", raw_offset(input));
  if (code == Z_STREAM_END) return gzip_next_member(input, err);
  if (is_starved && got == 0)
    return error_set(err, NSEARCH_ERR_INPUT, "gzip data ends too early, after %llu bytes", raw_offset(input));
  return NSEARCH_OK;
}

static int plain_fill(struct input *input, size_t most, struct nsearch_error *err) {
  struct input_state *state = input->state;
  size_t got = 0;
  int status = window_room(state, most < READ_SMALL ? most : READ_SMALL, err);
  if (!status && state->capacity - state->end < most) most = state->capacity - state->end;
  if (!status) status = raw_read(input, state->data + state->end, most, &got, err);
  if (status) return status;
  state->end += got;
  input->at_end = got == 0;
  return NSEARCH_OK;
}

int input_open(struct input **out, const char *path, struct nsearch_error *err) {
  struct input *input = memory_zero(1, sizeof *input);
  *out = NULL;
  if (!input || !(input->state = memory_zero(1, sizeof *input->state))) {
    memory_free(input);
    return error_memory(err);
  }
  int status = file_open(&input->state->file, path, err);
  if (!status) status = window_room(input->state, WINDOW_FIRST, err);
  /* Three bytes tell; a pipe may give one at a time. */
  while (!status && input->state->end < 3 && !input->at_end)
    status = plain_fill(input, WINDOW_FIRST - input->state->end, err);
  const uint8_t *head = (const uint8_t *)input->state->data;
  if (!status && input->state->end >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8)
    status = gzip_begin(input, err);
  if (status) {
    input_close(input);
    return status;
  }
  window_update(input);
  *out = input;
  return NSEARCH_OK;
}

void input_close(struct input *input) {
  if (!input) return;
  if (input->state->file) file_close_in(&input->state->file);
  if (input->state->gzip) inflateEnd(&input->state->gzip->stream);
  memory_free(input->state->gzip);
  memory_free(input->state->data);
  memory_free(input->state);
  memory_free(input->kept);
  memory_free(input);
}

int input_fill(struct input *input, size_t want, struct nsearch_error *err) {
  struct input_state *state = input->state;
  int status = NSEARCH_OK;
  if (want > state->end - state->start && !input->at_end)
    status = window_room(state, want - (state->end - state->start), err);
  while (!status && !input->at_end && state->end - state->start < want)
    status = state->gzip ? gzip_fill(input, err) : plain_fill(input, READ_STEP, err);
  if (status && status != NSEARCH_ERR_MEMORY) input->at_end = true;
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
