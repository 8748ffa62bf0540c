/* What a stream is compressed with, and bzip2, xz and zstd undone by libarchive. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "indexer/indexer.h"

/* ---- What stages share ---- */

void staged_init(struct staged *staged, struct stream *below, const char *head, size_t len) {
  staged->below = below;
  staged->start = 0;
  staged->end = len;
  staged->offset = len;
  staged->at_end = false;
  memcpy(staged->bytes, head, len);
}

int staged_fill(struct staged *staged, struct nsearch_error *err) {
  size_t got = 0;
  if (staged->start < staged->end || staged->at_end) return NSEARCH_OK;
  int status = staged->below->read(staged->below, staged->bytes, STAGED_BYTES, &got, err);
  staged->start = 0;
  staged->end = got;
  staged->offset += got;
  staged->at_end = got == 0;
  return status;
}

void staged_close(struct staged *staged) { staged->below->close(staged->below); }

int expansion_check(uint64_t out, uint64_t in, struct nsearch_error *err) {
  if (out <= EXPANSION_FREE || out / EXPANSION_MAX <= in) return NSEARCH_OK;
  return error_set(err, NSEARCH_ERR_INPUT,
                   "%llu compressed bytes became more than %llu: taken for a bomb and not read any further",
                   (unsigned long long)in, (unsigned long long)out);
}

/* ---- What libarchive gives ---- */

int libarchive_failure(struct archive *archive, const char *what, struct nsearch_error *err) {
  char line[120];
  if (archive_errno(archive) == ENOMEM) return error_memory(err);
  const char *text = archive_error_string(archive);
  snprintf(line, sizeof line, "%s", text ? text : "no reason given");
  line[strcspn(line, "\r\n")] = 0;
  return error_set(err, NSEARCH_ERR_INPUT, "%s: %s", what, line);
}

int blocks_read(struct blocks *blocks, struct archive *archive, void *bytes, size_t room, size_t *got) {
  *got = 0;
  while (blocks->used == blocks->len && blocks->position >= blocks->offset) {
    const void *block;
    la_int64_t offset;
    int code = archive_read_data_block(archive, &block, &blocks->len, &offset);
    blocks->used = 0;
    if (code == ARCHIVE_RETRY) blocks->len = 0;
    if (code == ARCHIVE_RETRY) continue;
    if (code != ARCHIVE_OK) {
      blocks->len = 0;
      return code == ARCHIVE_EOF ? ARCHIVE_OK : code;
    }
    blocks->bytes = block;
    blocks->offset = offset;
  }
  size_t len = blocks->len - blocks->used;
  bool is_hole = blocks->position < blocks->offset;
  if (is_hole)
    len = blocks->offset - blocks->position < (int64_t)room ? (size_t)(blocks->offset - blocks->position) : room;
  if (len > room) len = room;
  if (is_hole)
    memset(bytes, 0, len);
  else
    memcpy(bytes, blocks->bytes + blocks->used, len);
  if (!is_hole) blocks->used += len;
  if (!is_hole) blocks->offset += (int64_t)len;
  blocks->position += (int64_t)len;
  *got = len;
  return ARCHIVE_OK;
}

/* ---- libarchive's filters ---- */

struct filter {
  struct stream stream;
  struct archive *archive;
  struct blocks blocks;
  const char *name;
  bool is_open, at_end;
  uint64_t total; /* bytes given */
  int status;     /* of reading below; the message is in err */
  struct nsearch_error *err;
  struct staged in;
};

static la_ssize_t on_read(struct archive *archive, void *payload, const void **bytes) {
  struct filter *filter = payload;
  filter->status = staged_fill(&filter->in, filter->err);
  size_t len = filter->in.end - filter->in.start;
  *bytes = filter->in.bytes + filter->in.start;
  filter->in.start = filter->in.end;
  /* What came before the failure is used; the next call fails. */
  if (len > 0 || !filter->status) return (la_ssize_t)len;
  archive_set_error(archive, -1, "reading failed");
  return -1;
}

/* The stage below has said what is wrong, or else libarchive says it. */
static int failure(struct filter *filter, struct nsearch_error *err) {
  char what[80];
  if (filter->status) return filter->status;
  snprintf(what, sizeof what, "%s data is broken near byte %llu", filter->name, (unsigned long long)filter->in.offset);
  return libarchive_failure(filter->archive, what, err);
}

static int filter_begin(struct filter *filter, struct nsearch_error *err) {
  struct archive_entry *entry;
  filter->is_open = true;
  int code = archive_read_open(filter->archive, filter, NULL, on_read, NULL);
  if (code == ARCHIVE_OK) code = archive_read_next_header(filter->archive, &entry);
  filter->at_end = code == ARCHIVE_EOF;
  return code == ARCHIVE_OK || code == ARCHIVE_WARN || code == ARCHIVE_EOF ? NSEARCH_OK : failure(filter, err);
}

static int filter_read(struct stream *stream, void *bytes, size_t room, size_t *got, struct nsearch_error *err) {
  struct filter *filter = (struct filter *)stream;
  int status = NSEARCH_OK;
  *got = 0;
  filter->err = err;
  if (!filter->is_open) status = filter_begin(filter, err);
  if (status || filter->at_end) return status;
  if (blocks_read(&filter->blocks, filter->archive, bytes, room, got) != ARCHIVE_OK) return failure(filter, err);
  filter->total += *got;
  return expansion_check(filter->total, filter->in.offset, err);
}

static void filter_close(struct stream *stream) {
  struct filter *filter = (struct filter *)stream;
  archive_read_free(filter->archive);
  staged_close(&filter->in);
  memory_free(filter);
}

static const struct compression {
  const char *name, *magic;
  size_t magic_len;
  int (*support)(struct archive *);
} compressions[] = {{"bzip2", "BZh", 3, archive_read_support_filter_bzip2},
                    {"xz",
                     "\xfd"
                     "7zXZ\0",
                     6, archive_read_support_filter_xz},
                    {"zstd", "\x28\xb5\x2f\xfd", 4, archive_read_support_filter_zstd},
                    /* a frame to be skipped: compressors that use several threads begin with one */
                    {"zstd", "\x50\x2a\x4d\x18", 4, archive_read_support_filter_zstd}};

/* "BZh" may begin a text; what follows in bzip2 is a digit and the first digits of pi, or of its root at the end. */
static bool begins(const struct compression *compression, const char *head, size_t len) {
  if (len < compression->magic_len || memcmp(head, compression->magic, compression->magic_len) != 0) return false;
  if (compression != &compressions[0]) return true;
  return len >= 10 && head[3] >= '1' && head[3] <= '9' &&
         (memcmp(head + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 || memcmp(head + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

int filter_open(struct stream **stream, const char *head, size_t len, struct nsearch_error *err) {
  const struct compression *found = NULL;
  if (len >= 3 && memcmp(head, "\x1f\x8b\x08", 3) == 0) return gzip_open(stream, head, len, err);
  for (size_t i = 0; !found && i < sizeof compressions / sizeof *compressions; i++)
    if (begins(&compressions[i], head, len)) found = &compressions[i];
  if (!found) return NSEARCH_OK;
  struct filter *filter = memory_alloc(sizeof *filter);
  if (!filter || !(filter->archive = archive_read_new())) {
    memory_free(filter);
    return error_memory(err);
  }
  filter->stream = (struct stream){.read = filter_read, .close = filter_close};
  filter->blocks = (struct blocks){0};
  filter->name = found->name;
  filter->is_open = filter->at_end = false;
  filter->total = 0;
  filter->status = NSEARCH_OK;
  filter->err = NULL;
  /* The code is of a program that would be called where the library lacks the compression: Debian's has all three. */
  found->support(filter->archive);
  archive_read_support_format_raw(filter->archive);
  archive_read_support_format_empty(filter->archive);
  staged_init(&filter->in, *stream, head, len);
  *stream = &filter->stream;
  return NSEARCH_OK;
}
