/* A response of HTTP as it was on the wire: what its body is without transfer and content encodings. */
#include "indexer/sources/sources.h"

#include <brotli/decode.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum { ENCODINGS_MAX = 3, OUT_STEP = 64 << 10 };

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 32;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads "1c37;extension\r\n" at `at`; 0 when there is no such line, else its length. */
static size_t chunk_line(const char *text, size_t len, size_t at, size_t *chunk) {
  size_t start = at;
  *chunk = 0;
  while (at < len && text[at] == ' ') at++;
  size_t digits = at;
  for (int digit; at < len && (digit = hex_digit(text[at])) >= 0; at++) {
    if (*chunk > SIZE_MAX >> 8) return 0;
    *chunk = *chunk * 16 + (size_t)digit;
  }
  const char *end = at > digits && at < len ? memchr(text + at, '\n', len - at < 1000 ? len - at : 1000) : NULL;
  if (!end || !strchr(" ;\t\r\n", text[at])) return 0;
  return (size_t)(end - text) + 1 - start;
}

/* False when not even the first chunk is one: the crawler took the chunks apart and left the header. */
static bool join_chunks(const char *text, size_t len, struct buffer *out) {
  size_t chunk, line;
  for (size_t at = 0; (line = chunk_line(text, len, at, &chunk)) > 0; at += chunk) {
    at += line;
    if (chunk == 0) return true;
    if (chunk > len - at) chunk = len - at;
    buffer_add(out, text + at, chunk);
    if (at + chunk < len && text[at + chunk] == '\r') chunk++;
    if (at + chunk < len && text[at + chunk] == '\n') chunk++;
  }
  return out->len > 0;
}

static void *zlib_alloc(void *unused, unsigned count, unsigned size) {
  (void)unused;
  return memory_array(NULL, count, size);
}
static void library_free(void *unused, void *block) {
  (void)unused;
  memory_free(block);
}
static void *brotli_alloc(void *unused, size_t size) {
  (void)unused;
  return memory_alloc(size);
}

static bool has_room(struct buffer *out) { return out->len < RECORD_MAX && buffer_room(out, OUT_STEP); }

/* bits as zlib takes them: with 32 either gzip or zlib, negative for neither's frame. */
static void inflate_all(const char *text, size_t len, int bits, struct buffer *out) {
  z_stream in = {.zalloc = zlib_alloc, .zfree = library_free};
  in.next_in = (uint8_t *)(uintptr_t)text;
  in.avail_in = (uint32_t)len;
  int code = inflateInit2(&in, bits);
  while (code == Z_OK && has_room(out)) {
    in.next_out = (uint8_t *)out->bytes + out->len;
    in.avail_out = OUT_STEP;
    code = inflate(&in, Z_NO_FLUSH);
    out->len += OUT_STEP - in.avail_out;
  }
  out->failed |= code == Z_MEM_ERROR;
  inflateEnd(&in);
}

static void brotli_all(const char *text, size_t len, struct buffer *out) {
  BrotliDecoderState *state = BrotliDecoderCreateInstance(brotli_alloc, library_free, NULL);
  const uint8_t *next_in = (const uint8_t *)text;
  BrotliDecoderResult code = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
  while (state && code == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT && has_room(out)) {
    uint8_t *next_out = (uint8_t *)out->bytes + out->len;
    size_t room = OUT_STEP;
    code = BrotliDecoderDecompressStream(state, &len, &next_in, &room, &next_out, NULL);
    out->len += OUT_STEP - room;
  }
  BrotliDecoderErrorCode why = state ? BrotliDecoderGetErrorCode(state) : BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES;
  out->failed |= why <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && why >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
  if (state) BrotliDecoderDestroyInstance(state);
}

/* Undoes one encoding; false when nothing comes of it: the crawler has undone it and left the header, or it is unknown. */
static bool undo(const char *coding, const char *text, size_t len, struct buffer *out) {
  if (strcmp(coding, "gzip") == 0 || strcmp(coding, "x-gzip") == 0) {
    inflate_all(text, len, 32 + MAX_WBITS, out);
  } else if (strcmp(coding, "deflate") == 0) {
    inflate_all(text, len, 32 + MAX_WBITS, out);
    if (out->len == 0) inflate_all(text, len, -MAX_WBITS, out);
  } else if (strcmp(coding, "br") == 0) {
    brotli_all(text, len, out);
  }
  return out->len > 0;
}

/* The body is what was made of it. Without memory for that there is none: response.decoded.failed says so. */
static void replace_body(struct http_response *out, struct buffer *by) {
  buffer_free(&out->decoded);
  out->decoded = *by;
  out->body = by->bytes;
  out->body_len = by->len;
}

/* Encodings are undone from the last to the first. */
static void undo_all(struct http_response *out, const char *codings, size_t len) {
  for (int left = ENCODINGS_MAX; left > 0 && len > 0 && out->body_len > 0 && !out->decoded.failed; left--) {
    const char *comma = memrchr(codings, ',', len), *last = comma ? comma + 1 : codings;
    char coding[16];
    struct buffer decoded = {0};
    header_word(last, len - (size_t)(last - codings), coding, sizeof coding);
    if (undo(coding, out->body, out->body_len, &decoded) || decoded.failed)
      replace_body(out, &decoded);
    else
      buffer_free(&decoded);
    len = comma ? (size_t)(comma - codings) : 0;
  }
}

bool http_read(const char *bytes, size_t len, struct http_response *out) {
  const char *value;
  size_t value_len;
  *out = (struct http_response){0};
  if (len < 12 || memcmp(bytes, "HTTP/", 5) != 0) return false;
  size_t end = headers_end(bytes, len);
  if (end == 0) end = len;
  const char *line_end = memchr(bytes, '\n', end),
             *blank = memchr(bytes, ' ', line_end ? (size_t)(line_end - bytes) : end);
  for (int i = 1; blank && i <= 3 && blank + i < bytes + end && blank[i] >= '0' && blank[i] <= '9'; i++)
    out->status = out->status * 10 + (unsigned)(blank[i] - '0');
  out->headers = line_end ? line_end + 1 : bytes + end;
  out->headers_len = (size_t)(bytes + end - out->headers);
  out->body = bytes + end;
  out->body_len = len - end;
  if (header_find(out->headers, out->headers_len, "Transfer-Encoding", &value, &value_len) && value_len >= 7 &&
      strncasecmp(value + value_len - 7, "chunked", 7) == 0) {
    struct buffer joined = {0};
    if (join_chunks(out->body, out->body_len, &joined) || joined.failed)
      replace_body(out, &joined);
    else
      buffer_free(&joined);
  }
  if (header_find(out->headers, out->headers_len, "Content-Encoding", &value, &value_len))
    undo_all(out, value, value_len);
  return true;
}

void http_free(struct http_response *response) { buffer_free(&response->decoded); }
