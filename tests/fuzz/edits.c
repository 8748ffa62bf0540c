/* Bytes changed in files of an index, and checksums made good again, so that what reads behind them is reached. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/store/store.h"
#include "tests/fuzz/fuzz.h"

/* ---- edits ---- */

bool fuzz_next_edit(struct fuzz_input *in, struct fuzz_edit *out) {
  if (in->at == in->end) return false;
  *out = (struct fuzz_edit){.what = fuzz_byte(in)};
  for (int k = 0; k < 3; k++) out->offset = out->offset << 8 | fuzz_byte(in);
  uint8_t count = fuzz_byte(in);
  out->count = (count & 7) + 1u;
  out->flags = count >> 3;
  for (uint32_t k = 0; k < out->count; k++) out->bytes[k] = fuzz_byte(in);
  return true;
}

void fuzz_put(uint8_t *at, size_t len, const struct fuzz_edit *edit) {
  if (!len) return;
  size_t from = edit->offset % len, count = edit->count < len - from ? edit->count : len - from;
  memcpy(at + from, edit->bytes, count);
}

void fuzz_put_or_insert(struct fuzz_file *file, const struct fuzz_edit *edit) {
  size_t from = file->len ? edit->offset % file->len : 0;
  if (!(edit->flags & FUZZ_INSERT)) {
    fuzz_put(file->bytes, file->len, edit);
    return;
  }
  memmove(file->bytes + from + edit->count, file->bytes + from, file->len - from);
  file->len += edit->count;
  memcpy(file->bytes + from, edit->bytes, edit->count);
}

/* ---- checksums (docs/index-format.md) ---- */

/* The payload, a checksum of each page, a trailer; one that was cut is left as it is. */
static void seal_pages(struct fuzz_file *file) {
  enum { TRAILER = 24 };
  if (file->len < TRAILER) return;
  uint64_t payload = load_u64(file->bytes + file->len - 16), room = file->len - TRAILER, page = 0;
  if (payload > room || room - payload != (payload + PAGE_BYTES - 1) / PAGE_BYTES * 8) return;
  for (uint64_t at = 0; at < payload; page++, at += PAGE_BYTES) {
    uint64_t hash = hash_bytes(file->bytes + at, payload - at < PAGE_BYTES ? payload - at : PAGE_BYTES);
    memcpy(file->bytes + payload + 8 * page, &hash, 8);
  }
  uint64_t hash = hash_bytes(file->bytes + payload, 8 * page + 16);
  memcpy(file->bytes + file->len - 8, &hash, 8);
}

/* Groups: u32 length of what is packed, u32 when it is not, u32 checksum. */
static void seal_pack(struct fuzz_file *file) {
  for (size_t at = 0; at + 12 <= file->len;) {
    uint32_t packed = load_u32(file->bytes + at);
    if (packed > file->len - at - 12) return;
    uint32_t hash = (uint32_t)hash_bytes(file->bytes + at + 12, packed);
    memcpy(file->bytes + at + 8, &hash, 4);
    at += 12 + (size_t)packed;
  }
}

/* Records: u32 length, u64 checksum. */
static void seal_catalogue(struct fuzz_file *file) {
  for (size_t at = CATALOGUE_HEAD; at + 12 <= file->len;) {
    uint32_t len = load_u32(file->bytes + at);
    if (len > file->len - at - 12) return;
    uint64_t hash = hash_bytes(file->bytes + at + 12, len);
    memcpy(file->bytes + at + 4, &hash, 8);
    at += 12 + (size_t)len;
  }
}

static void seal_manifest(struct fuzz_file *file) {
  enum { LINE = 9 + 16 + 1 };
  char line[LINE + 1];
  if (file->len < LINE) return;
  snprintf(line, sizeof line, "checksum %016" PRIx64 "\n", hash_bytes(file->bytes, file->len - LINE));
  memcpy(file->bytes + file->len - LINE, line, LINE);
}

void fuzz_seal(const char *path, struct fuzz_file *file) {
  if (strstr(path, ".segment") || strstr(path, ".tombstones"))
    seal_pages(file);
  else if (strstr(path, ".pack"))
    seal_pack(file);
  else if (strstr(path, ".catalogue"))
    seal_catalogue(file);
  else
    seal_manifest(file);
}
