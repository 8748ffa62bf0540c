/* common/system: what the operating system gives, and the small things everything else is made of. The map of this
 * folder, sectioned by source file.
 *
 * Three seams stand here: every file-system call of the product is in file.c, every allocation in memory.c, every
 * reading of the clock in clock.c. Kill, fault and relative-date tests hang there; a test proves by nm that no other
 * object imports those calls. */
#ifndef COMMON_SYSTEM_SYSTEM_H
#define COMMON_SYSTEM_SYSTEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/nsearch.h"

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* ---- error.c: a status and a message, held by the caller -------------------------------------------------------- */

/* Internal functions that can fail return an int that is an nsearch_status (0 is NSEARCH_OK) and take the caller's
 * error object last. err may be NULL. The first failure names file, record or byte position and what to do. */

/* Sets status and message; returns status, so that callers write `return error_set(err, ..., "...")`. */
int error_set(struct nsearch_error *err, int status, const char *format, ...) PRINTF_LIKE(3, 4);

/* As error_set with ": " and strerror(errno) appended; ENOMEM becomes NSEARCH_ERR_MEMORY, all else
 * NSEARCH_ERR_SYSTEM. */
int error_errno(struct nsearch_error *err, const char *format, ...) PRINTF_LIKE(2, 3);

int error_memory(struct nsearch_error *err); /* "out of memory" */

/* Puts text before the message that is there: the caller knows the file, the callee only what is wrong with it. */
int error_prefix(struct nsearch_error *err, const char *format, ...) PRINTF_LIKE(2, 3);

void error_position(struct nsearch_error *err, int64_t position);
void error_clear(struct nsearch_error *err);

/* ---- memory.c: the allocation seam -------------------------------------------------------------------------------- */

void *memory_alloc(size_t bytes);                          /* NULL when there is none; contents undefined */
void *memory_zero(size_t count, size_t size);              /* zeroed; NULL on overflow too */
void *memory_resize(void *block, size_t bytes);            /* as realloc */
void *memory_array(void *block, size_t count, size_t size); /* realloc of count * size; NULL on overflow */
char *memory_string(const char *text, size_t len);         /* copy with a NUL */
void memory_free(void *block);

/* Large blocks straight from the kernel, zeroed, on huge pages where there are any; given back at once on release. */
void *memory_map(size_t bytes);
void memory_unmap(void *block, size_t bytes);

/* Grows *block, an array of elements of `size` bytes, to hold at least `need`; doubles. */
int memory_reserve(void *block_pointer, size_t *capacity, size_t need, size_t size, struct nsearch_error *err);

/* ---- buffer.c: a growing run of bytes with a sticky failure ------------------------------------------------------- */

struct buffer {
  char *bytes;
  size_t len, capacity;
  bool failed; /* an allocation failed; all later appends do nothing. Check once, at the end. */
};

void buffer_free(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);
bool buffer_room(struct buffer *buffer, size_t bytes); /* makes room for that many more; false when failed */
void buffer_add(struct buffer *buffer, const void *bytes, size_t len);
void buffer_byte(struct buffer *buffer, uint8_t byte);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
void buffer_zero(struct buffer *buffer, size_t len);  /* len zero bytes */
void buffer_align(struct buffer *buffer, size_t to);  /* zero bytes up to a multiple of `to` */
void buffer_vbyte(struct buffer *buffer, uint64_t value);
void buffer_u32(struct buffer *buffer, uint32_t value);
void buffer_u64(struct buffer *buffer, uint64_t value);
int buffer_status(const struct buffer *buffer, struct nsearch_error *err); /* NSEARCH_OK or NSEARCH_ERR_MEMORY */

/* ---- cursor of bytes: bounded reading of hostile data (bytes.c) ------------------------------------------------------ */

/* Reading past the end sets `failed` and gives zeros; check once, at the end. Little endian. */
struct bytes {
  const uint8_t *at, *end;
  bool failed;
};

uint8_t bytes_u8(struct bytes *in);
uint32_t bytes_u32(struct bytes *in);
uint64_t bytes_u64(struct bytes *in);
uint64_t bytes_long_vbyte(struct bytes *in);
static inline uint64_t bytes_vbyte(struct bytes *in) { /* mostly a byte */
  return in->at < in->end && *in->at < 0x80 ? *in->at++ : bytes_long_vbyte(in);
}
const uint8_t *bytes_take(struct bytes *in, uint64_t len); /* a run of len bytes, NULL when there are not so many */

/* ---- file.c: the file-system seam ----------------------------------------------------------------------------------- */

/* A file being written, buffered (256 KiB). Errors name the path. */
struct file_out;
int file_create(struct file_out **out, const char *path, struct nsearch_error *err); /* truncates what is there */
int file_append(struct file_out **out, const char *path, struct nsearch_error *err); /* at its end */
/* At `len`, to which a longer file is cut; a shorter one is NSEARCH_ERR_DAMAGED. */
int file_append_at(struct file_out **out, const char *path, uint64_t len, struct nsearch_error *err);
int file_write(struct file_out *file, const void *bytes, size_t len, struct nsearch_error *err);
uint64_t file_offset(const struct file_out *file);                    /* length of the file, buffered bytes included */
int file_sync(struct file_out *file, struct nsearch_error *err);      /* flush and fsync */
int file_close(struct file_out **file, struct nsearch_error *err);    /* flush and close; *file = NULL whatever happens */

/* A whole file mapped for reading. len 0 has bytes NULL. */
struct file_map {
  const uint8_t *bytes;
  size_t len;
};
int file_map(struct file_map *out, const char *path, struct nsearch_error *err); /* NSEARCH_ERR_MISSING when absent */
/* At most its first `len` bytes: what is behind them may be cut off meanwhile. */
int file_map_head(struct file_map *out, const char *path, uint64_t len, struct nsearch_error *err);
void file_unmap(struct file_map *map);
void file_forget(const struct file_map *map); /* what was read goes out of the process's memory until it is read again */

/* A file being read in order, from any descriptor: a path, or "-" for standard input. */
struct file_in;
int file_open(struct file_in **out, const char *path, struct nsearch_error *err);
int file_read(struct file_in *file, void *bytes, size_t len, size_t *got, struct nsearch_error *err); /* got 0: end */
bool file_can_seek(const struct file_in *file); /* a regular file */
bool file_seek(struct file_in *file, int64_t *offset, int whence); /* as lseek(); *offset is where that is */
void file_close_in(struct file_in **file);

/* What a path is. mtime in nanoseconds since 1970; the least and the most that it can be stand for all beyond them. */
enum file_kind { FILE_ABSENT, FILE_REGULAR, FILE_FOLDER, FILE_OTHER };
struct file_info {
  enum file_kind kind;
  uint64_t size;
  int64_t mtime;
  uint64_t device, inode;
};
int file_stat(const char *path, bool follow, struct file_info *out, struct nsearch_error *err); /* absent is no error */

/* Names in a folder, sorted by bytes, without "." and "..". */
struct file_names {
  char **names;
  size_t count;
};
int file_list(const char *folder, struct file_names *out, struct nsearch_error *err);
void file_names_free(struct file_names *names);

/* With its parents, and so that their names outlast a power failure; one that is there is fine. */
int file_make_folder(const char *path, struct nsearch_error *err);
int file_remove(const char *path, struct nsearch_error *err);        /* one that is gone is fine */
int file_remove_folder(const char *path, struct nsearch_error *err); /* an empty one; one that is gone is fine */
int file_rename(const char *from, const char *to, struct nsearch_error *err);
int file_sync_folder(const char *path, struct nsearch_error *err);
int file_sync_parent(const char *path, struct nsearch_error *err); /* of a folder: what holds it */
/* The absolute path without links, "." and ".."; *out is the caller's, NULL where it is longer than paths may be.
 * NSEARCH_ERR_SYSTEM when there is nothing there. */
int file_real_path(const char *path, char **out, struct nsearch_error *err);

/* An exclusive lock on a file that is created when absent. Held until file_unlock(); NSEARCH_ERR_LOCKED when another
 * holds it, NSEARCH_ERR_MISSING without its folder. */
int file_lock(int *lock, const char *path, struct nsearch_error *err);
void file_unlock(int *lock);

char *path_join(const char *folder, const char *name); /* NULL for want of memory */
const char *path_name(const char *path); /* its last part */

/* ---- clock.c: the clock seam ------------------------------------------------------------------------------------------ */

int64_t clock_now(void);     /* seconds since 1970 UTC */
uint64_t clock_monotonic(void); /* nanoseconds of a clock that only runs forward */
void clock_sleep(uint64_t nanoseconds);

/* ---- hash.c: XXH3, the only place that includes it ---------------------------------------------------------------------- */

uint64_t hash_bytes(const void *bytes, size_t len);

/* 128 bits: no two of anything that is hashed so are taken for the same. */
struct hash_wide {
  uint64_t low, high;
};
struct hash_wide hash_wide(const void *bytes, size_t len);
static inline bool hash_wide_same(struct hash_wide a, struct hash_wide b) { return a.low == b.low && a.high == b.high; }

/* The same as hash_bytes() of what comes in parts. NULL for want of memory; memory_free(). */
struct hasher;
struct hasher *hasher_new(void);
void hasher_add(struct hasher *hasher, const void *bytes, size_t len);
uint64_t hasher_value(const struct hasher *hasher);

#endif
