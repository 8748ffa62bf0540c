/* Packs: cards and texts of articles, deflated. A pack is a row of groups, each u32 deflated length, u32 length,
 * u32 low half of the XXH3 of the deflated bytes, then the bytes: raw deflate (RFC 1951) that zlib alone can read. A
 * group holds vbyte count, vbyte length of each record, the records.
 *
 * Deflating costs more than all else in a build together, so ISA-L's encoder is used: at level 1 it measured 184 MB/s
 * at ratio 0.464 on news articles, libdeflate 109 at 0.452, zlib 53 at 0.477. */
#include <assert.h>
#include <isa-l/igzip_lib.h>
#include <string.h>

#include "common/store/store.h"

enum { GROUP_HEADER = 12, GROUP_RECORDS = 255 };
#define PLACE_OFFSET_MAX ((UINT64_C(1) << 40) - 1)

struct pack_out {
  struct file_out *file;
  char *path;
  uint32_t number;
  bool appended; /* to one that is there */
  size_t group_bytes;
  struct buffer records, lengths, head, packed;
  uint32_t count; /* records of the open group */
  uint64_t added; /* records in all */
  struct isal_zstream
      *stream; /* its tables are large: made once, zeroed. Where memory lies decides some bytes all the same */
  uint8_t *level_buffer;
};

static int pack_start(struct pack_out **out, const char *path, uint32_t number, size_t group_bytes,
                      struct nsearch_error *err) {
  assert(number < PACK_MAX);
  struct pack_out *pack = memory_zero(1, sizeof *pack);
  *out = pack;
  if (!pack) return error_memory(err);
  pack->number = number;
  pack->group_bytes = group_bytes;
  pack->path = memory_string(path, strlen(path));
  pack->stream = memory_zero(1, sizeof *pack->stream);
  pack->level_buffer = memory_zero(ISAL_DEF_LVL1_DEFAULT, 1);
  return pack->path && pack->stream && pack->level_buffer ? NSEARCH_OK : error_memory(err);
}

int pack_create(struct pack_out **out, const char *path, uint32_t number, size_t group_bytes,
                struct nsearch_error *err) {
  int status = pack_start(out, path, number, group_bytes, err);
  if (!status) status = file_create(&(*out)->file, path, err);
  if (status) pack_finish(out, false, NULL, NULL);
  return status;
}

int pack_append(struct pack_out **out, const char *path, uint32_t number, uint64_t committed, size_t group_bytes,
                struct nsearch_error *err) {
  int status = pack_start(out, path, number, group_bytes, err);
  if (*out) (*out)->appended = true;
  if (!status) status = file_append_at(&(*out)->file, path, committed, err);
  if (status) pack_finish(out, false, NULL, NULL);
  return status;
}

uint32_t pack_number(const struct pack_out *pack) { return pack->number; }

uint64_t pack_added(const struct pack_out *pack) { return pack->added; }

static int deflate_group(struct pack_out *pack, size_t *len, struct nsearch_error *err) {
  size_t room = 2 * pack->records.len + 1024;
  buffer_clear(&pack->packed);
  if (!buffer_room(&pack->packed, room)) return error_memory(err);
  struct isal_zstream *stream = pack->stream;
  isal_deflate_stateless_init(stream);
  stream->next_in = (uint8_t *)pack->records.bytes;
  stream->avail_in = (uint32_t)pack->records.len;
  stream->next_out = (uint8_t *)pack->packed.bytes;
  stream->avail_out = (uint32_t)room;
  stream->end_of_stream = 1;
  stream->flush = NO_FLUSH;
  stream->gzip_flag = IGZIP_DEFLATE;
  stream->level = 1;
  stream->level_buf = pack->level_buffer;
  stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
  int code = isal_deflate_stateless(stream);
  if (code != COMP_OK) return error_set(err, NSEARCH_ERR_SYSTEM, "%s: deflate failed (%d)", pack->path, code);
  *len = stream->total_out;
  return NSEARCH_OK;
}

/* Puts the number of records and their lengths before them. */
static int group_head(struct pack_out *pack, struct nsearch_error *err) {
  struct buffer *head = &pack->head, *records = &pack->records;
  buffer_clear(head);
  buffer_vbyte(head, pack->count);
  buffer_add(head, pack->lengths.bytes, pack->lengths.len);
  if (head->failed || pack->lengths.failed || !buffer_room(records, head->len)) return error_memory(err);
  memmove(records->bytes + head->len, records->bytes, records->len);
  memcpy(records->bytes, head->bytes, head->len);
  records->len += head->len;
  return NSEARCH_OK;
}

static int group_flush(struct pack_out *pack, struct nsearch_error *err) {
  enum { KEPT = 1 << 20 }; /* of memory: a large record's is given back */
  if (pack->count == 0) return NSEARCH_OK;
  int status = group_head(pack, err);
  if (status) return status;
  size_t len = 0;
  status = deflate_group(pack, &len, err);
  if (status) return status;
  uint32_t header[3] = {(uint32_t)len, (uint32_t)pack->records.len, (uint32_t)hash_bytes(pack->packed.bytes, len)};
  status = file_write(pack->file, header, sizeof header, err);
  if (!status) status = file_write(pack->file, pack->packed.bytes, len, err);
  if (pack->records.capacity > KEPT) {
    buffer_free(&pack->records);
    buffer_free(&pack->packed);
  }
  buffer_clear(&pack->records);
  buffer_clear(&pack->lengths);
  pack->count = 0;
  return status;
}

int pack_add(struct pack_out *pack, const void *bytes, size_t len, uint64_t *place, struct nsearch_error *err) {
  if (len > (size_t)512 << 20) return error_set(err, NSEARCH_ERR_UNSUPPORTED, "an article exceeds 512 MiB");
  if (pack->count && (pack->records.len + len > pack->group_bytes || pack->count == GROUP_RECORDS)) {
    int status = group_flush(pack, err);
    if (status) return status;
  }
  uint64_t offset = file_offset(pack->file);
  if (offset > PLACE_OFFSET_MAX) {
    return error_set(err, NSEARCH_ERR_UNSUPPORTED, "%s exceeds 1 TiB; index into several indexes", pack->path);
  }
  *place = (uint64_t)pack->number << 48 | (uint64_t)pack->count << 40 | offset;
  buffer_vbyte(&pack->lengths, len);
  buffer_add(&pack->records, bytes, len);
  pack->count++;
  pack->added++;
  return buffer_status(&pack->records, err);
}

int pack_finish(struct pack_out **pointer, bool commit, uint64_t *bytes, struct nsearch_error *err) {
  struct pack_out *pack = *pointer;
  *pointer = NULL;
  if (!pack) return NSEARCH_OK;
  int status = NSEARCH_OK;
  if (pack->file) {
    if (commit) status = group_flush(pack, err);
    if (commit && !status) *bytes = file_offset(pack->file);
    if (commit && !status) status = file_sync(pack->file, err);
    int closed = file_close(&pack->file, status ? NULL : err);
    if (!status && commit) status = closed;
    if ((status || !commit) && !pack->appended) file_remove(pack->path, NULL);
  }
  buffer_free(&pack->records);
  buffer_free(&pack->lengths);
  buffer_free(&pack->head);
  buffer_free(&pack->packed);
  memory_free(pack->stream);
  memory_free(pack->level_buffer);
  memory_free(pack->path);
  memory_free(pack);
  return status;
}

int pack_open(struct pack *out, const char *path, uint64_t committed, struct nsearch_error *err) {
  memset(out, 0, sizeof *out);
  int status = file_map_head(&out->map, path, committed, err);
  if (status == NSEARCH_ERR_MISSING || (!status && out->map.len < committed)) {
    status = error_set(err, NSEARCH_ERR_DAMAGED, "%s is %s; restore it from a copy or index again", path,
                       status ? "missing" : "cut short");
  }
  if (!status && !(out->path = memory_string(path, strlen(path)))) status = error_memory(err);
  if (status) pack_close(out);
  return status;
}

void pack_close(struct pack *pack) {
  file_unmap(&pack->map);
  memory_free(pack->path);
  memset(pack, 0, sizeof *pack);
}

static int damaged(const struct pack *pack, uint64_t offset, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED,
                   "%s: the articles at byte %llu are damaged; restore the file from a copy or index again", pack->path,
                   (unsigned long long)offset);
}

static bool inflate_group(const uint8_t *in, uint32_t in_len, uint8_t *out, uint32_t out_len) {
  struct inflate_state state;
  isal_inflate_init(&state);
  state.next_in = (uint8_t *)(uintptr_t)in;
  state.avail_in = in_len;
  state.next_out = out;
  state.avail_out = out_len;
  state.crc_flag = ISAL_DEFLATE;
  return isal_inflate_stateless(&state) == ISAL_DECOMP_OK && state.total_out == out_len;
}

/* The record `index` of an inflated group. */
static const uint8_t *group_record(const uint8_t *plain, size_t len, uint32_t index, size_t *record_len) {
  struct bytes in = {.at = plain, .end = plain + len};
  uint64_t count = bytes_vbyte(&in), before = 0, own = 0;
  if (in.failed || index >= count || count > GROUP_RECORDS) return NULL;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t record = bytes_vbyte(&in);
    if (record > len) return NULL;
    if (i < index) before += record;
    if (i == index) own = record;
  }
  if (in.failed || !bytes_take(&in, before)) return NULL;
  *record_len = own;
  return bytes_take(&in, own);
}

/* The group at an offset, inflated into *plain, which is memory_free()d. */
static int read_group(const struct pack *pack, uint64_t offset, uint8_t **plain, size_t *len, uint64_t *end,
                      struct nsearch_error *err) {
  *plain = NULL;
  if (offset > pack->map.len || pack->map.len - offset < GROUP_HEADER) return damaged(pack, offset, err);
  const uint8_t *header = pack->map.bytes + offset;
  uint32_t packed = load_u32(header);
  *len = load_u32(header + 4);
  if (packed > pack->map.len - offset - GROUP_HEADER || *len / 1100 > packed ||
      (uint32_t)hash_bytes(header + GROUP_HEADER, packed) != load_u32(header + 8)) {
    return damaged(pack, offset, err);
  }
  *end = offset + GROUP_HEADER + packed;
  *plain = memory_alloc(*len ? *len : 1);
  if (!*plain) return error_memory(err);
  return inflate_group(header + GROUP_HEADER, packed, *plain, (uint32_t)*len) ? NSEARCH_OK : damaged(pack, offset, err);
}

int pack_read(const struct pack *pack, uint64_t place, struct buffer *out, struct nsearch_error *err) {
  uint64_t offset = place & PLACE_OFFSET_MAX, end;
  size_t plain_len, len = 0;
  uint8_t *plain;
  int status = read_group(pack, offset, &plain, &plain_len, &end, err);
  if (!status) {
    const uint8_t *record = group_record(plain, plain_len, (uint32_t)(place >> 40) & 0xff, &len);
    if (record) buffer_add(out, record, len);
    status = record ? buffer_status(out, err) : damaged(pack, offset, err);
  }
  memory_free(plain);
  return status;
}

int pack_check(const struct pack *pack, uint64_t *offset, struct nsearch_error *err) {
  size_t plain_len, len;
  uint8_t *plain;
  uint64_t start = *offset;
  int status = read_group(pack, start, &plain, &plain_len, offset, err);
  if (!status && !group_record(plain, plain_len, 0, &len)) status = damaged(pack, start, err);
  memory_free(plain);
  return status;
}
