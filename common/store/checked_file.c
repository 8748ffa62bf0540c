/* A file whose 64 KiB pages carry XXH3 checksums, written in order and verified at first touch.
 *
 * payload | u64 checksum of each page | trailer: "NSPAGES1", u64 payload length, u64 checksum of what stands between
 * payload and here. The checksums and the trailer are verified on opening. */
#include <assert.h>
#include <string.h>

#include "common/store/store.h"

static const char trailer_magic[8] = "NSPAGES1";
enum { TRAILER_BYTES = 24 };

struct checked_out {
  struct file_out *file;
  char *path;
  uint8_t *page;
  size_t fill;
  uint64_t len;
  struct buffer checksums;
};

int checked_create(struct checked_out **out, const char *path, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  struct checked_out *file = memory_zero(1, sizeof *file);
  if (!file) return error_memory(err);
  file->path = memory_string(path, strlen(path));
  file->page = memory_alloc(PAGE_BYTES);
  if (!file->path || !file->page) {
    status = error_memory(err);
  } else {
    status = file_create(&file->file, path, err);
  }
  *out = file;
  if (status) checked_finish(out, false, NULL);
  return status;
}

static int page_flush(struct checked_out *file, struct nsearch_error *err) {
  if (file->fill == 0) return NSEARCH_OK;
  buffer_u64(&file->checksums, hash_bytes(file->page, file->fill));
  int status = file_write(file->file, file->page, file->fill, err);
  file->fill = 0;
  return status;
}

int checked_write(struct checked_out *file, const void *bytes, size_t len, struct nsearch_error *err) {
  const uint8_t *at = bytes;
  file->len += len;
  while (len > 0) {
    size_t room = PAGE_BYTES - file->fill, part = len < room ? len : room;
    memcpy(file->page + file->fill, at, part);
    file->fill += part;
    at += part;
    len -= part;
    if (file->fill == PAGE_BYTES) {
      int status = page_flush(file, err);
      if (status) return status;
    }
  }
  return NSEARCH_OK;
}

uint64_t checked_offset(const struct checked_out *file) { return file->len; }

static int trailer_write(struct checked_out *file, struct nsearch_error *err) {
  int status = page_flush(file, err);
  if (status) return status;
  buffer_add(&file->checksums, trailer_magic, sizeof trailer_magic);
  buffer_u64(&file->checksums, file->len);
  status = buffer_status(&file->checksums, err);
  if (status) return status;
  buffer_u64(&file->checksums, hash_bytes(file->checksums.bytes, file->checksums.len));
  status = buffer_status(&file->checksums, err);
  if (status) return status;
  status = file_write(file->file, file->checksums.bytes, file->checksums.len, err);
  if (status) return status;
  return file_sync(file->file, err);
}

int checked_finish(struct checked_out **pointer, bool commit, struct nsearch_error *err) {
  struct checked_out *file = *pointer;
  *pointer = NULL;
  if (!file) return NSEARCH_OK;
  int status = NSEARCH_OK;
  if (file->file) {
    if (commit) status = trailer_write(file, err);
    int closed = file_close(&file->file, status ? NULL : err);
    if (!status && commit) status = closed;
    if (status || !commit) file_remove(file->path, NULL);
  }
  buffer_free(&file->checksums);
  memory_free(file->page);
  memory_free(file->path);
  memory_free(file);
  return status;
}

static int damaged(const char *path, const char *what, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s: %s; restore the file from a copy or index again", path, what);
}

static int trailer_check(struct checked_file *file, struct nsearch_error *err) {
  const uint8_t *bytes = file->map.bytes;
  size_t size = file->map.len;
  if (size < TRAILER_BYTES) return damaged(file->path, "the file is cut short", err);
  const uint8_t *trailer = bytes + size - TRAILER_BYTES;
  if (memcmp(trailer, trailer_magic, sizeof trailer_magic) != 0) {
    return damaged(file->path, "the end of the file is damaged or missing", err);
  }
  uint64_t len = load_u64(trailer + 8);
  uint64_t pages = len / PAGE_BYTES + (len % PAGE_BYTES != 0);
  if (len > size || pages > size / 8 || len + pages * 8 + TRAILER_BYTES != size) {
    return damaged(file->path, "the file has the wrong size", err);
  }
  if (hash_bytes(bytes + len, pages * 8 + 16) != load_u64(trailer + 16)) {
    return damaged(file->path, "its page checksums are damaged", err);
  }
  file->len = len;
  file->checksums = bytes + len;
  file->verified = memory_zero(pages ? pages : 1, 1);
  return file->verified ? NSEARCH_OK : error_memory(err);
}

int checked_open(struct checked_file *out, const char *path, struct nsearch_error *err) {
  memset(out, 0, sizeof *out);
  int status = file_map(&out->map, path, err);
  if (status == NSEARCH_ERR_MISSING) return damaged(path, "the file is missing", err);
  if (status) return status;
  out->path = memory_string(path, strlen(path));
  status = out->path ? trailer_check(out, err) : error_memory(err);
  if (status) checked_close(out);
  return status;
}

void checked_close(struct checked_file *file) {
  file_unmap(&file->map);
  memory_free((void *)file->verified);
  memory_free(file->path);
  memset(file, 0, sizeof *file);
}

static int page_verify(const struct checked_file *file, uint64_t page, struct nsearch_error *err) {
  uint64_t start = page << PAGE_SHIFT;
  uint64_t len = file->len - start < PAGE_BYTES ? file->len - start : PAGE_BYTES;
  if (hash_bytes(file->map.bytes + start, len) != load_u64(file->checksums + page * 8)) {
    return error_set(err, NSEARCH_ERR_DAMAGED,
                     "%s: damaged between bytes %llu and %llu; restore the file from a copy or index again", file->path,
                     (unsigned long long)start, (unsigned long long)(start + len));
  }
  atomic_store_explicit(&file->verified[page], 1, memory_order_release);
  return NSEARCH_OK;
}

int checked_touch(const struct checked_file *file, uint64_t offset, uint64_t len, struct nsearch_error *err) {
  if (len == 0) return NSEARCH_OK;
  if (offset > file->len || len > file->len - offset) return damaged(file->path, "a part lies outside the file", err);
  uint64_t last = (offset + len - 1) >> PAGE_SHIFT;
  for (uint64_t page = offset >> PAGE_SHIFT; page <= last; page++) {
    if (atomic_load_explicit(&file->verified[page], memory_order_acquire)) continue;
    int status = page_verify(file, page, err);
    if (status) return status;
  }
  return NSEARCH_OK;
}
