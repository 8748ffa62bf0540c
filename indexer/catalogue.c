/* Which files were read and what they gave: a table in memory, and a log of it in the folder of the index. */
#include "indexer/indexer.h"

#include <stdlib.h>
#include <string.h>

enum { WASTE_LEAST = 64 << 10 }; /* a smaller log is not worth writing anew */

/* ---- The table ---- */

/* The slot of a key, or the free one where it belongs. */
static uint32_t *slot_of(const struct catalogue *catalogue, struct hash_wide key) {
  size_t mask = catalogue->slot_count - 1, at = key.low & mask;
  while (catalogue->slots[at] && !hash_wide_same(catalogue->entries[catalogue->slots[at] - 1].key, key))
    at = (at + 1) & mask;
  return &catalogue->slots[at];
}

static struct catalogue_entry *entry_of(const struct catalogue *catalogue, struct hash_wide key) {
  uint32_t number = catalogue->slot_count ? *slot_of(catalogue, key) : 0;
  return number ? &catalogue->entries[number - 1] : NULL;
}

static int grow(struct catalogue *catalogue, struct nsearch_error *err) {
  size_t count = catalogue->slot_count ? 2 * catalogue->slot_count : 1024;
  uint32_t *slots = memory_zero(count, sizeof *slots);
  if (!slots) return error_memory(err);
  memory_free(catalogue->slots);
  catalogue->slots = slots, catalogue->slot_count = count;
  for (size_t i = 0; i < catalogue->count; i++) *slot_of(catalogue, catalogue->entries[i].key) = (uint32_t)i + 1;
  return NSEARCH_OK;
}

/* The entry of a key, a new one where there is none. */
static int make_entry(struct catalogue *catalogue, struct hash_wide key, struct catalogue_entry **out,
                      struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *out = entry_of(catalogue, key);
  if (*out) return NSEARCH_OK;
  if (catalogue->count == UINT32_MAX - 1)
    return error_set(err, NSEARCH_ERR_UNSUPPORTED, "%s: more files than a catalogue holds", catalogue->folder);
  if (3 * (catalogue->count + 1) > 2 * catalogue->slot_count) status = grow(catalogue, err);
  if (!status)
    status = memory_reserve(&catalogue->entries, &catalogue->capacity, catalogue->count + 1, sizeof **out, err);
  if (status) return status;
  *slot_of(catalogue, key) = (uint32_t)catalogue->count + 1;
  *out = &catalogue->entries[catalogue->count++];
  **out = (struct catalogue_entry){.key = key, .gone = true};
  return NSEARCH_OK;
}

static int note_superseded(struct catalogue *catalogue, const struct catalogue_entry *entry,
                           struct nsearch_error *err) {
  int status = memory_reserve(&catalogue->superseded, &catalogue->superseded_capacity, catalogue->superseded_count + 1,
                              sizeof *catalogue->superseded, err);
  if (!status) catalogue->superseded[catalogue->superseded_count++] = (struct superseded){entry->key, entry->place};
  return status;
}

/* What a record of the log means. `bytes`: of the record. */
static int take_record(struct catalogue *catalogue, const struct catalogue_record *record, uint64_t place,
                       uint64_t bytes, struct nsearch_error *err) {
  struct catalogue_entry *entry = NULL;
  if (record->kind == CATALOGUE_CHUNK) return NSEARCH_OK;
  if (record->kind == CATALOGUE_FILE) {
    int status = make_entry(catalogue, record->key, &entry, err);
    if (status) return status;
    if (catalogue->in_run && !entry->gone) status = note_superseded(catalogue, entry, err);
    if (status) return status;
    catalogue->live -= entry->bytes;
    *entry = (struct catalogue_entry){.key = record->key,
                                      .size = record->size,
                                      .hash = record->hash,
                                      .settings = record->settings,
                                      .place = place,
                                      .bytes = bytes + 8 * record->ids_before,
                                      .mtime = record->mtime,
                                      .order = entry->order,
                                      .fresh = catalogue->in_run,
                                      .problems = record->problems > 0};
    catalogue->live += entry->bytes;
    return NSEARCH_OK;
  }
  entry = entry_of(catalogue, record->key);
  if (!entry) return NSEARCH_OK;
  if (record->kind == CATALOGUE_TOUCHED) {
    entry->mtime = record->mtime;
  } else if (!entry->gone) {
    int status = catalogue->in_run ? note_superseded(catalogue, entry, err) : NSEARCH_OK;
    if (status) return status;
    catalogue->live -= entry->bytes;
    entry->bytes = 0, entry->gone = true;
  }
  return NSEARCH_OK;
}

/* ---- Opening ---- */

static int read_log(struct catalogue *catalogue, struct nsearch_error *err) {
  struct catalogue_log log = {0};
  struct catalogue_record record;
  char *path = catalogue_path(catalogue->folder, catalogue->last.number);
  int status = path ? catalogue_log_open(&log, path, catalogue->last.bytes, err) : error_memory(err);
  for (uint64_t at = CATALOGUE_HEAD, next = at; !status && at < log.bytes; at = next) {
    status = catalogue_log_at(&log, at, &record, &next, err);
    if (!status) status = take_record(catalogue, &record, at, next - at, err);
  }
  catalogue_log_close(&log);
  memory_free(path);
  return status;
}

int catalogue_open(struct catalogue **out, const char *folder, const struct manifest_catalogue *last, bool anew,
                   struct nsearch_error *err) {
  struct catalogue *catalogue = *out = memory_zero(1, sizeof *catalogue);
  if (!catalogue) return error_memory(err);
  pthread_mutex_init(&catalogue->lock, NULL);
  catalogue->committed = catalogue->last = *last;
  catalogue->folder = memory_string(folder, strlen(folder));
  int status = catalogue->folder ? NSEARCH_OK : error_memory(err);
  if (!status && last->number && !anew) status = read_log(catalogue, err);
  if (anew) catalogue->last = (struct manifest_catalogue){last->number, 0};
  if (status) {
    catalogue_close(catalogue);
    *out = NULL;
  }
  return status;
}

void catalogue_close(struct catalogue *catalogue) {
  if (!catalogue) return;
  file_close(&catalogue->out, NULL);
  pthread_mutex_destroy(&catalogue->lock);
  buffer_free(&catalogue->record);
  memory_free(catalogue->folder);
  memory_free(catalogue->entries);
  memory_free(catalogue->superseded);
  memory_free(catalogue->slots);
  memory_free(catalogue);
}

bool catalogue_find(struct catalogue *catalogue, struct hash_wide key, struct catalogue_entry *out) {
  pthread_mutex_lock(&catalogue->lock);
  const struct catalogue_entry *entry = entry_of(catalogue, key);
  bool known = entry && !entry->gone;
  if (known) *out = *entry;
  pthread_mutex_unlock(&catalogue->lock);
  return known;
}

/* ---- Adding ---- */

/* A new log, with its head. */
static int begin_log(struct file_out **out, const char *folder, uint64_t number, struct nsearch_error *err) {
  char *path = catalogue_path(folder, number);
  int status = path ? file_create(out, path, err) : error_memory(err);
  if (!status) status = file_write(*out, CATALOGUE_MAGIC, CATALOGUE_HEAD, err);
  if (status) file_close(out, NULL);
  memory_free(path);
  return status;
}

/* Opens the log to add to it. What stands behind what is committed is left over from a run that did not finish. */
static int open_out(struct catalogue *catalogue, struct nsearch_error *err) {
  const struct manifest_catalogue *last = &catalogue->last;
  if (catalogue->out) return NSEARCH_OK;
  if (last->bytes == 0) {
    int status = begin_log(&catalogue->out, catalogue->folder, last->number + 1, err);
    if (status) return status;
    catalogue->last.number++;
    catalogue->changed = true; /* a commit that did not name it would remove it */
    return NSEARCH_OK;
  }
  char *path = catalogue_path(catalogue->folder, last->number);
  int status = path ? file_append_at(&catalogue->out, path, last->bytes, err) : error_memory(err);
  memory_free(path);
  return status;
}

/* Does what a record means and appends it; the lock is held. What there is no memory for is not in the log either, and a
 * write that fails has the commit fail. */
static int append(struct catalogue *catalogue, const struct catalogue_record *record, struct nsearch_error *err) {
  struct buffer *bytes = &catalogue->record;
  int status = open_out(catalogue, err);
  if (status) return status;
  buffer_clear(bytes);
  catalogue_encode(bytes, record);
  status = buffer_status(bytes, err);
  if (!status) status = take_record(catalogue, record, file_offset(catalogue->out), bytes->len, err);
  if (status) return status;
  catalogue->changed = true;
  return file_write(catalogue->out, bytes->bytes, bytes->len, err);
}

int catalogue_touch(struct catalogue *catalogue, struct hash_wide key, int64_t mtime, struct nsearch_error *err) {
  struct catalogue_record record = {.kind = CATALOGUE_TOUCHED, .key = key, .mtime = mtime};
  pthread_mutex_lock(&catalogue->lock);
  int status = append(catalogue, &record, err);
  pthread_mutex_unlock(&catalogue->lock);
  return status;
}

/* The ids so far as a chunk of their own; the lock is held. */
static int append_chunk(struct catalogue *catalogue, struct catalogued *file, struct nsearch_error *err) {
  struct catalogue_record record = {.kind = CATALOGUE_CHUNK,
                                    .key = file->key,
                                    .before = file->before,
                                    .ids_before = file->ids_before,
                                    .id_count = (uint32_t)file->count,
                                    .ids = (const uint8_t *)file->ids};
  int status = open_out(catalogue, err);
  uint64_t place = status ? 0 : file_offset(catalogue->out);
  if (!status) status = append(catalogue, &record, err);
  if (status) return status;
  file->before = place;
  file->ids_before += file->count;
  file->count = 0;
  return NSEARCH_OK;
}

int catalogue_add_ids(struct catalogue *catalogue, struct catalogued *file, const uint64_t *ids, size_t count,
                      struct nsearch_error *err) {
  int status = NSEARCH_OK;
  pthread_mutex_lock(&catalogue->lock);
  for (size_t i = 0; !status && i < count; i++) {
    if (file->count == CATALOGUE_IDS) status = append_chunk(catalogue, file, err);
    if (!status) status = memory_reserve(&file->ids, &file->capacity, file->count + 1, sizeof *file->ids, err);
    if (!status) file->ids[file->count++] = ids[i];
  }
  pthread_mutex_unlock(&catalogue->lock);
  return status;
}

int catalogue_enter(struct catalogue *catalogue, const struct catalogued *file, struct catalogue_record *record,
                    uint32_t order, struct nsearch_error *err) {
  record->kind = CATALOGUE_FILE;
  record->key = file->key;
  record->before = file->before;
  record->ids_before = file->ids_before;
  record->id_count = (uint32_t)file->count;
  record->ids = (const uint8_t *)file->ids;
  pthread_mutex_lock(&catalogue->lock);
  int status = append(catalogue, record, err);
  if (!status) entry_of(catalogue, file->key)->order = order;
  pthread_mutex_unlock(&catalogue->lock);
  return status;
}

int catalogue_forget(struct catalogue *catalogue, struct hash_wide key, struct nsearch_error *err) {
  struct catalogue_record record = {.kind = CATALOGUE_GONE, .key = key};
  pthread_mutex_lock(&catalogue->lock);
  int status = append(catalogue, &record, err);
  pthread_mutex_unlock(&catalogue->lock);
  return status;
}

void catalogue_place(struct catalogue *catalogue, struct hash_wide key, uint32_t order, bool missed) {
  pthread_mutex_lock(&catalogue->lock);
  struct catalogue_entry *entry = entry_of(catalogue, key);
  if (entry) entry->order = order, entry->missed = missed;
  pthread_mutex_unlock(&catalogue->lock);
}

int catalogue_view(struct catalogue *catalogue, struct catalogue_log *log, struct nsearch_error *err) {
  *log = (struct catalogue_log){0};
  pthread_mutex_lock(&catalogue->lock);
  uint64_t bytes = catalogue->out ? file_offset(catalogue->out) : catalogue->last.bytes;
  char *path = catalogue_path(catalogue->folder, catalogue->last.number);
  int status = path ? NSEARCH_OK : error_memory(err);
  if (!status && catalogue->out) status = file_sync(catalogue->out, err);
  if (!status && bytes) status = catalogue_log_open(log, path, bytes, err);
  pthread_mutex_unlock(&catalogue->lock);
  memory_free(path);
  return status;
}

/* ---- Writing it anew ---- */

struct moved {
  struct catalogue_entry *entry;
  uint64_t to;
};

struct rewriting {
  struct catalogue *catalogue;
  struct catalogue_log log;
  struct file_out *out;
  struct moved *moved; /* the files that count, in the order of their places */
  size_t count;
  uint64_t *places; /* of a file's chunks, the last one first */
  size_t place_capacity;
};

static int put_record(struct rewriting *rewriting, const struct catalogue_record *record, uint64_t *place,
                      struct nsearch_error *err) {
  struct buffer *bytes = &rewriting->catalogue->record;
  buffer_clear(bytes);
  catalogue_encode(bytes, record);
  int status = buffer_status(bytes, err);
  *place = file_offset(rewriting->out);
  return status ? status : file_write(rewriting->out, bytes->bytes, bytes->len, err);
}

/* Copies a file's chunks and then its record, with the mtime that it has by now. */
static int copy_file(struct rewriting *rewriting, struct moved *moved, struct nsearch_error *err) {
  struct catalogue_record file, chunk;
  uint64_t place = 0;
  size_t count = 0;
  int status = catalogue_log_at(&rewriting->log, moved->entry->place, &file, NULL, err);
  if (!status) chunk = file;
  while (!status && chunk.before) {
    status = memory_reserve(&rewriting->places, &rewriting->place_capacity, count + 1, sizeof(uint64_t), err);
    if (!status) rewriting->places[count++] = chunk.before;
    if (!status) status = catalogue_log_before(&rewriting->log, &chunk, &chunk, err);
  }
  while (!status && count > 0) {
    status = catalogue_log_at(&rewriting->log, rewriting->places[--count], &chunk, NULL, err);
    chunk.before = place;
    if (!status) status = put_record(rewriting, &chunk, &place, err);
  }
  if (status) return status;
  file.before = place;
  file.mtime = moved->entry->mtime;
  return put_record(rewriting, &file, &moved->to, err);
}

static int compare_places(const void *a, const void *b) {
  const struct moved *x = a, *y = b;
  return x->entry->place < y->entry->place ? -1 : x->entry->place > y->entry->place;
}

static int copy_files(struct rewriting *rewriting, struct nsearch_error *err) {
  struct catalogue *catalogue = rewriting->catalogue;
  int status = NSEARCH_OK;
  rewriting->moved = memory_array(NULL, catalogue->count + 1, sizeof *rewriting->moved);
  if (!rewriting->moved) return error_memory(err);
  for (size_t i = 0; i < catalogue->count; i++)
    if (!catalogue->entries[i].gone)
      rewriting->moved[rewriting->count++] = (struct moved){.entry = &catalogue->entries[i]};
  if (rewriting->count) qsort(rewriting->moved, rewriting->count, sizeof *rewriting->moved, compare_places);
  for (size_t i = 0; !status && i < rewriting->count; i++) status = copy_file(rewriting, &rewriting->moved[i], err);
  return status;
}

/* What counts, in a new log, which takes the place of the one before only when it is whole. */
static int rewrite(struct catalogue *catalogue, struct nsearch_error *err) {
  struct rewriting rewriting = {.catalogue = catalogue};
  char *path = catalogue_path(catalogue->folder, catalogue->last.number);
  int status = path ? catalogue_log_open(&rewriting.log, path, file_offset(catalogue->out), err) : error_memory(err);
  if (!status) status = begin_log(&rewriting.out, catalogue->folder, catalogue->last.number + 1, err);
  if (!status) status = copy_files(&rewriting, err);
  if (!status) status = file_sync(rewriting.out, err);
  catalogue_log_close(&rewriting.log);
  if (!status) {
    file_close(&catalogue->out, NULL); /* it is synced */
    catalogue->out = rewriting.out;
    catalogue->last.number++;
    catalogue->live = file_offset(catalogue->out);
    for (size_t i = 0; i < rewriting.count; i++) rewriting.moved[i].entry->place = rewriting.moved[i].to;
  } else {
    file_close(&rewriting.out, NULL);
  }
  memory_free(rewriting.moved);
  memory_free(rewriting.places);
  memory_free(path);
  return status;
}

int catalogue_settle(struct catalogue *catalogue, struct manifest_catalogue *next, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  pthread_mutex_lock(&catalogue->lock);
  if (catalogue->changed) {
    status = file_sync(catalogue->out, err);
    uint64_t bytes = status ? 0 : file_offset(catalogue->out);
    if (!status && !catalogue->in_run && bytes > WASTE_LEAST && catalogue->live < bytes / 2)
      status = rewrite(catalogue, err);
    if (!status) catalogue->last.bytes = file_offset(catalogue->out);
  }
  *next = catalogue->changed ? catalogue->last : catalogue->committed;
  pthread_mutex_unlock(&catalogue->lock);
  return status;
}

void catalogue_committed(struct catalogue *catalogue) {
  pthread_mutex_lock(&catalogue->lock);
  if (catalogue->changed) catalogue->committed = catalogue->last;
  catalogue->changed = false;
  pthread_mutex_unlock(&catalogue->lock);
}

void catalogue_begin_run(struct catalogue *catalogue) {
  pthread_mutex_lock(&catalogue->lock);
  catalogue->in_run = true;
  pthread_mutex_unlock(&catalogue->lock);
}

void catalogue_end_run(struct catalogue *catalogue) {
  pthread_mutex_lock(&catalogue->lock);
  catalogue->in_run = false;
  catalogue->superseded_count = 0;
  for (size_t i = 0; i < catalogue->count; i++) {
    struct catalogue_entry *entry = &catalogue->entries[i];
    entry->order = 0, entry->fresh = entry->missed = false;
  }
  pthread_mutex_unlock(&catalogue->lock);
}
