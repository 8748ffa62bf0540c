/* The catalogue of source files as it lies on disk: "NSCATLG1", then records, each u32 length of what follows the header,
 * u64 XXH3 of that, and that: u8 kind, u64 low and high half of the path's XXH3 of 128 bits, u64 place of the chunk before,
 * u64 ids in the chunks before, u32 ids here; u64 mtime; of a file its figures and path; then the ids. Nothing that is read is
 * believed: a record ends where its parts end, and a chunk before stands before. */
#include <string.h>

#include "common/store/store.h"

enum { RECORD_HEAD = 12, COMMON_BYTES = 1 + 5 * 8 + 4, RECORD_MAX_BYTES = 1 << 20 };

void catalogue_encode(struct buffer *out, const struct catalogue_record *record) {
  size_t start = out->len;
  buffer_zero(out, RECORD_HEAD);
  buffer_byte(out, (uint8_t)record->kind);
  buffer_u64(out, record->key.low);
  buffer_u64(out, record->key.high);
  buffer_u64(out, record->before);
  buffer_u64(out, record->ids_before);
  buffer_u32(out, record->id_count);
  buffer_u64(out, (uint64_t)record->mtime);
  if (record->kind == CATALOGUE_FILE) {
    buffer_u64(out, record->size);
    buffer_u64(out, record->hash);
    buffer_u64(out, record->settings);
    buffer_u64(out, record->articles);
    buffer_u64(out, record->problems);
    buffer_u32(out, record->below_len);
    buffer_u32(out, record->path_len);
    buffer_add(out, record->path, record->path_len);
  }
  if (record->id_count) buffer_add(out, record->ids, 8 * (size_t)record->id_count);
  if (out->failed) return;
  uint32_t len = (uint32_t)(out->len - start - RECORD_HEAD);
  uint64_t hash = hash_bytes(out->bytes + start + RECORD_HEAD, len);
  memcpy(out->bytes + start, &len, sizeof len);
  memcpy(out->bytes + start + sizeof len, &hash, sizeof hash);
}

static int damaged(const struct catalogue_log *log, uint64_t place, struct nsearch_error *err) {
  return error_set(
      err, NSEARCH_ERR_DAMAGED,
      "%s is damaged at byte %llu; restore the file from a copy or read all files again with index --again", log->path,
      (unsigned long long)place);
}

int catalogue_log_open(struct catalogue_log *log, const char *path, uint64_t bytes, struct nsearch_error *err) {
  *log = (struct catalogue_log){.bytes = bytes, .path = memory_string(path, strlen(path))};
  int status = log->path ? file_map(&log->map, path, err) : error_memory(err);
  if (status == NSEARCH_ERR_MISSING)
    status = error_set(err, NSEARCH_ERR_DAMAGED,
                       "%s is missing; restore the file from a copy or read all files again with index --again", path);
  if (!status && (log->map.len < bytes || bytes < CATALOGUE_HEAD))
    status =
        error_set(err, NSEARCH_ERR_DAMAGED,
                  "%s is cut short; restore the file from a copy or read all files again with index --again", path);
  if (!status && memcmp(log->map.bytes, CATALOGUE_MAGIC, CATALOGUE_HEAD) != 0) status = damaged(log, 0, err);
  if (status) catalogue_log_close(log);
  return status;
}

void catalogue_log_close(struct catalogue_log *log) {
  file_unmap(&log->map);
  memory_free(log->path);
  *log = (struct catalogue_log){0};
}

/* What only a file's own record has. */
static void decode_file(struct bytes *in, struct catalogue_record *out) {
  out->size = bytes_u64(in);
  out->hash = bytes_u64(in);
  out->settings = bytes_u64(in);
  out->articles = bytes_u64(in);
  out->problems = bytes_u64(in);
  out->below_len = bytes_u32(in);
  out->path_len = bytes_u32(in);
  out->path = (const char *)bytes_take(in, out->path_len);
}

static bool is_sound(const struct catalogue_record *record, uint64_t place) {
  if ((record->before == 0) != (record->ids_before == 0) || record->before >= place) return false;
  if (record->id_count > CATALOGUE_IDS || record->ids_before > UINT64_MAX - CATALOGUE_IDS) return false;
  if (record->kind == CATALOGUE_CHUNK) return record->id_count > 0;
  if (record->kind == CATALOGUE_GONE || record->kind == CATALOGUE_TOUCHED)
    return record->id_count == 0 && record->before == 0;
  if (record->kind != CATALOGUE_FILE || !record->path) return false;
  if (record->path_len == 0 || record->path_len > CATALOGUE_PATH_MAX || record->below_len > record->path_len)
    return false;
  struct hash_wide key = hash_wide(record->path, record->path_len);
  return record->path[0] == '/' && !memchr(record->path, 0, record->path_len) && key.low == record->key.low &&
         key.high == record->key.high;
}

int catalogue_log_at(const struct catalogue_log *log, uint64_t place, struct catalogue_record *out, uint64_t *next,
                     struct nsearch_error *err) {
  if (place < CATALOGUE_HEAD || place > log->bytes || log->bytes - place < RECORD_HEAD) return damaged(log, place, err);
  const uint8_t *at = log->map.bytes + place;
  uint32_t len = load_u32(at);
  if (len < COMMON_BYTES || len > RECORD_MAX_BYTES || len > log->bytes - place - RECORD_HEAD ||
      hash_bytes(at + RECORD_HEAD, len) != load_u64(at + 4))
    return damaged(log, place, err);
  struct bytes in = {.at = at + RECORD_HEAD, .end = at + RECORD_HEAD + len};
  *out = (struct catalogue_record){.kind = (enum catalogue_kind)bytes_u8(&in)};
  out->key.low = bytes_u64(&in);
  out->key.high = bytes_u64(&in);
  out->before = bytes_u64(&in);
  out->ids_before = bytes_u64(&in);
  out->id_count = bytes_u32(&in);
  out->mtime = (int64_t)bytes_u64(&in);
  if (out->kind == CATALOGUE_FILE) decode_file(&in, out);
  out->ids = bytes_take(&in, 8 * (uint64_t)out->id_count);
  if (in.failed || in.at != in.end || !is_sound(out, place)) return damaged(log, place, err);
  if (next) *next = place + RECORD_HEAD + len;
  return NSEARCH_OK;
}

int catalogue_log_before(const struct catalogue_log *log, const struct catalogue_record *record,
                         struct catalogue_record *out, struct nsearch_error *err) {
  const struct catalogue_record after = *record; /* which *out may be */
  int status = catalogue_log_at(log, after.before, out, NULL, err);
  if (status) return status;
  bool is_tied = out->kind == CATALOGUE_CHUNK && out->key.low == after.key.low && out->key.high == after.key.high &&
                 out->ids_before + out->id_count == after.ids_before;
  return is_tied ? NSEARCH_OK : damaged(log, after.before, err);
}

int catalogue_log_check(const struct catalogue_log *log, struct nsearch_error *err) {
  struct catalogue_record record, before;
  int status = NSEARCH_OK;
  for (uint64_t at = CATALOGUE_HEAD, next = at; !status && at < log->bytes; at = next) {
    status = catalogue_log_at(log, at, &record, &next, err);
    if (!status && record.before) status = catalogue_log_before(log, &record, &before, err);
  }
  return status;
}
