/* A file that is read, as the catalogue will know it: the outer one, whatever is split off it. */
#include "indexer/indexer.h"

#include <string.h>

/* Raised when a source gives other articles than it gave, so that files are read again. */
enum { READING_VERSION = 1 };

/* ---- What shapes articles ---- */

int reading_settings(const struct nsearch_ingest *ingest, uint64_t *out, struct nsearch_error *err) {
  struct buffer all = {0};
  buffer_u32(&all, READING_VERSION);
  buffer_byte(&all, ingest->global_ids);
  for (size_t i = 0; i < ingest->map.count; i++) {
    buffer_add(&all, ingest->map.entries[i].field, strlen(ingest->map.entries[i].field) + 1);
    buffer_add(&all, ingest->map.entries[i].key, strlen(ingest->map.entries[i].key) + 1);
  }
  int status = buffer_status(&all, err);
  if (!status) *out = hash_bytes(all.bytes, all.len);
  buffer_free(&all);
  return status;
}

/* With the part of the path that ids may have. */
uint64_t settings_with_below(uint64_t settings, size_t below_len) {
  const uint64_t both[] = {settings, below_len};
  return hash_bytes(both, sizeof both);
}

/* ---- Before reading ---- */

enum source_state source_file_look(struct catalogue *catalogue, const struct walk *walk, const struct walk_file *file,
                                   uint64_t settings, struct buffer *path, struct catalogue_entry *out) {
  if (!walk_real_path(walk, file, path)) return SOURCE_CHANGED;
  if (!catalogue_find(catalogue, hash_wide(path->bytes, path->len), out)) return SOURCE_CHANGED;
  if (out->size != file->size || out->settings != settings_with_below(settings, strlen(file->below)))
    return SOURCE_CHANGED;
  return out->mtime != CATALOGUE_NO_TIME && out->mtime == file->mtime ? SOURCE_UNCHANGED : SOURCE_IN_DOUBT;
}

int source_file_open(struct source_file **out, const struct walk *walk, const struct walk_file *file, uint64_t settings,
                     struct nsearch_error *err) {
  struct source_file *source = *out = memory_zero(1, sizeof *source);
  if (!source) return error_memory(err);
  atomic_init(&source->references, 1);
  source->walk_file = file;
  source->settings = settings_with_below(settings, strlen(file->below));
  source->opened = clock_now();
  /* A file that cannot be looked at is told when it is opened. */
  if (walk_real_path(walk, file, &source->path) && !file_stat(file->path, true, &source->before, NULL))
    source->given.key = hash_wide(source->path.bytes, source->path.len);
  else
    source->failed = true;
  return NSEARCH_OK;
}

/* As it was when it was opened, as far as the file system tells. */
static bool is_as_before(const struct source_file *source) {
  const struct file_info *before = &source->before;
  struct file_info now;
  return !file_stat(source->walk_file->path, true, &now, NULL) && now.kind == FILE_REGULAR &&
         now.size == before->size && now.mtime == before->mtime && now.inode == before->inode &&
         now.device == before->device;
}

/* What is changed within a tick of the file system's clock keeps its time; and clocks of two machines differ a little. */
static int64_t trusted_mtime(const struct source_file *source) {
  enum { TICK_SECONDS = 2 };
  bool is_old = source->before.mtime / 1000000000 < source->opened - TICK_SECONDS;
  return is_old ? source->before.mtime : CATALOGUE_NO_TIME;
}

int source_file_compare(struct source_file *source, struct catalogue *catalogue, bool *same, bool *had_problems,
                        struct nsearch_error *err) {
  struct catalogue_entry entry;
  struct input *input = NULL;
  uint64_t hash = 0;
  *same = false;
  if (source->failed || !catalogue_find(catalogue, source->given.key, &entry) || entry.size != source->before.size)
    return NSEARCH_OK;
  int status = input_open(&input, source->walk_file->path, err);
  if (!status) status = input_hash(input, &hash, err);
  input_close(input);
  if (status == NSEARCH_ERR_MEMORY) return status;
  if (status) {
    error_clear(err); /* it is told when the file is read */
    return NSEARCH_OK;
  }
  *same = hash == entry.hash && is_as_before(source);
  *had_problems = entry.problems;
  int64_t mtime = trusted_mtime(source);
  return *same && mtime != entry.mtime ? catalogue_touch(catalogue, entry.key, mtime, err) : NSEARCH_OK;
}

/* ---- While it is read ---- */

struct source_file *source_file_retain(struct source_file *source) {
  atomic_fetch_add(&source->references, 1);
  return source;
}

int source_file_give(struct source_file *source, struct catalogue *catalogue, const uint64_t *ids, size_t count,
                     struct nsearch_error *err) {
  atomic_fetch_add(&source->articles, count);
  return catalogue && !source->failed && count ? catalogue_add_ids(catalogue, &source->given, ids, count, err)
                                               : NSEARCH_OK;
}

int source_file_end(struct source_file *source, struct input *input, struct nsearch_error *err) {
  if (source->failed) return NSEARCH_OK;
  int status = input_hash(input, &source->hash, err);
  source->is_read = status == NSEARCH_OK;
  return status;
}

static int enter(struct source_file *source, struct catalogue *catalogue, struct nsearch_error *err) {
  struct catalogue_record record = {.size = source->before.size,
                                    .mtime = trusted_mtime(source),
                                    .hash = source->hash,
                                    .settings = source->settings,
                                    .articles = source->articles,
                                    .problems = source->problems,
                                    .below_len = (uint32_t)strlen(source->walk_file->below),
                                    .path = source->path.bytes,
                                    .path_len = (uint32_t)source->path.len};
  return is_as_before(source) ? catalogue_enter(catalogue, &source->given, &record, source->walk_file->order, err)
                              : NSEARCH_OK;
}

int source_file_release(struct source_file **pointer, struct catalogue *catalogue, struct nsearch_error *err) {
  struct source_file *source = *pointer;
  int status = NSEARCH_OK;
  *pointer = NULL;
  if (!source || atomic_fetch_sub(&source->references, 1) > 1) return NSEARCH_OK;
  if (catalogue && source->is_read && !source->failed) status = enter(source, catalogue, err);
  buffer_free(&source->path);
  memory_free(source->given.ids);
  memory_free(source);
  return status;
}
