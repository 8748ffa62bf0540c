/* The catalogue of source files as it lies on disk: "NSCATLG1", then records, each u32 length of what follows the header,
 * u64 XXH3 of that, and that (docs/index-format.md). Nothing that is read is believed: a record ends where its parts end,
 * and a chunk before stands before. */
#include <string.h>

#include "common/store/store.h"

enum { RECORD_HEAD = 12, RECORD_BYTES_MAX = 1 << 20 };

static bool has_ids(const struct catalogue_record *record) {
  return record->kind == CATALOGUE_FILE || record->kind == CATALOGUE_CHUNK;
}

static void encode_file(struct buffer *out, const struct catalogue_record *record) {
  buffer_vbyte(out, record->path_len);
  buffer_add(out, record->path, record->path_len);
  buffer_vbyte(out, record->below_len);
  buffer_vbyte(out, record->size);
  buffer_vbyte(out, record->articles);
  buffer_vbyte(out, record->problems);
  buffer_u64(out, (uint64_t)record->mtime);
  buffer_u64(out, record->hash);
  buffer_u64(out, record->settings);
}

void catalogue_encode(struct buffer *out, const struct catalogue_record *record) {
  size_t start = out->len;
  buffer_zero(out, RECORD_HEAD);
  buffer_byte(out, (uint8_t)record->kind);
  if (record->kind == CATALOGUE_FILE) {
    encode_file(out, record);
  } else {
    buffer_u64(out, record->key.low);
    buffer_u64(out, record->key.high);
  }
  if (record->kind == CATALOGUE_TOUCHED) buffer_u64(out, (uint64_t)record->mtime);
  if (has_ids(record)) {
    buffer_vbyte(out, record->before);
    buffer_vbyte(out, record->ids_before);
    buffer_vbyte(out, record->id_count);
    if (record->id_count) buffer_add(out, record->ids, 8 * (size_t)record->id_count);
  }
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

/* A number that is `most` at most; more is damage. */
static uint64_t number(struct bytes *in, uint64_t most) {
  uint64_t value = bytes_vbyte(in);
  if (value > most) in->failed = true;
  return in->failed ? 0 : value;
}

static void decode_file(struct bytes *in, struct catalogue_record *out) {
  out->path_len = (uint32_t)number(in, CATALOGUE_PATH_MAX);
  out->path = (const char *)bytes_take(in, out->path_len);
  out->below_len = (uint32_t)number(in, out->path_len);
  out->size = bytes_vbyte(in);
  out->articles = bytes_vbyte(in);
  out->problems = bytes_vbyte(in);
  out->mtime = (int64_t)bytes_u64(in);
  out->hash = bytes_u64(in);
  out->settings = bytes_u64(in);
  if (in->failed || out->path_len == 0 || out->path[0] != '/' || memchr(out->path, 0, out->path_len))
    in->failed = true;
  else
    out->key = hash_wide(out->path, out->path_len);
}

/* The kinds of record, and what each has. */
static void decode(struct bytes *in, struct catalogue_record *out) {
  *out = (struct catalogue_record){.kind = (enum catalogue_kind)bytes_u8(in)};
  if (out->kind < CATALOGUE_CHUNK || out->kind > CATALOGUE_TOUCHED) in->failed = true;
  if (out->kind == CATALOGUE_FILE) {
    decode_file(in, out);
  } else {
    out->key.low = bytes_u64(in);
    out->key.high = bytes_u64(in);
  }
  if (out->kind == CATALOGUE_TOUCHED) out->mtime = (int64_t)bytes_u64(in);
  if (!has_ids(out)) return;
  out->before = bytes_vbyte(in);
  out->ids_before = number(in, UINT64_MAX - CATALOGUE_IDS);
  out->id_count = (uint32_t)number(in, CATALOGUE_IDS);
  out->ids = bytes_take(in, 8 * (uint64_t)out->id_count);
}

static bool is_sound(const struct catalogue_record *record, uint64_t place) {
  if ((record->before == 0) != (record->ids_before == 0) || record->before >= place) return false;
  return record->kind != CATALOGUE_CHUNK || record->id_count > 0;
}

int catalogue_log_at(const struct catalogue_log *log, uint64_t place, struct catalogue_record *out, uint64_t *next,
                     struct nsearch_error *err) {
  *out = (struct catalogue_record){0};
  if (place < CATALOGUE_HEAD || place > log->bytes || log->bytes - place < RECORD_HEAD) return damaged(log, place, err);
  const uint8_t *at = log->map.bytes + place;
  uint32_t len = load_u32(at);
  if (len > RECORD_BYTES_MAX || len > log->bytes - place - RECORD_HEAD ||
      hash_bytes(at + RECORD_HEAD, len) != load_u64(at + 4))
    return damaged(log, place, err);
  struct bytes in = {.at = at + RECORD_HEAD, .end = at + RECORD_HEAD + len};
  decode(&in, out);
  if (in.failed || in.at != in.end || !is_sound(out, place)) return damaged(log, place, err);
  if (next) *next = place + RECORD_HEAD + len;
  return NSEARCH_OK;
}

int catalogue_log_before(const struct catalogue_log *log, const struct catalogue_record *record,
                         struct catalogue_record *out, struct nsearch_error *err) {
  const struct catalogue_record after = *record; /* which *out may be */
  int status = catalogue_log_at(log, after.before, out, NULL, err);
  if (status) return status;
  bool is_tied = out->kind == CATALOGUE_CHUNK && hash_wide_same(out->key, after.key) &&
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
