/* The native engine's writer: workers that share nothing, and the commit that makes one index of what they wrote. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "indexer/native/native.h"

enum { MEMORY_RESERVE = 32 << 20 }; /* of --memory: buffers, maps and merging that no batch accounts for */

struct engine_writer {
  struct write_options options;
  char *folder;
  bool made_folder;
  int lock;
  pthread_mutex_t mutex;    /* guards what follows */
  struct manifest manifest; /* the next commit, as far as it is known */
  uint64_t *fresh;          /* segments written since the last commit */
  size_t fresh_count, fresh_capacity;
  struct batch *pending[THREADS_MAX]; /* of workers that were closed: the next worker goes on with one of them */
  size_t pending_count;
  bool committed;
  bool lost; /* a worker could not write what it was given: nothing is committed any more */
};

struct engine_worker {
  struct engine_writer *writer;
  struct batch *batch;
  struct pack_out *cards, *texts;
  uint32_t cards_number, texts_number;
};

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

/* A file that a run which never committed may have left behind. */
static bool is_leftover(const char *name) {
  const char *dot = strchr(name, '.');
  if (strcmp(name, LOCK_NAME) == 0 || strcmp(name, MANIFEST_NAME ".new") == 0) return true;
  return dot && dot - name >= 6 && strspn(name, "0123456789") == (size_t)(dot - name) &&
         (strcmp(dot, ".segment") == 0 || strcmp(dot, ".pack") == 0);
}

/* Refuses a folder with an index or with other things in it; removes what an unfinished run left, and that only when
 * there is nothing to refuse: another writer's commit may have come in between. */
static int check_folder(const char *folder, bool remove, struct nsearch_error *err) {
  struct file_names names = {0};
  int status = file_list(folder, &names, err);
  for (size_t i = 0; !status && i < names.count; i++) {
    if (strcmp(names.names[i], MANIFEST_NAME) == 0) {
      status = error_set(err, NSEARCH_ERR_EXISTS,
                         "%s already holds an index; remove that folder first or name another with --index", folder);
    } else if (!is_leftover(names.names[i])) {
      status = error_set(err, NSEARCH_ERR_USAGE, "%s holds other things (%s); name a folder of its own for the index",
                         folder, names.names[i]);
    }
  }
  for (size_t i = 0; !status && remove && i < names.count; i++) {
    if (strcmp(names.names[i], LOCK_NAME) == 0) continue;
    char *path = path_join(folder, names.names[i]);
    status = path ? file_remove(path, err) : error_memory(err);
    memory_free(path);
  }
  file_names_free(&names);
  return status;
}

static int lock_folder(struct engine_writer *writer, struct nsearch_error *err) {
  char *path = path_join(writer->folder, LOCK_NAME);
  if (!path) return error_memory(err);
  int status = file_lock(&writer->lock, path, err);
  memory_free(path);
  return status;
}

static int open_folder(struct engine_writer *writer, struct nsearch_error *err) {
  struct file_info info;
  int status = file_stat(writer->folder, true, &info, err);
  if (status) return status;
  if (info.kind != FILE_ABSENT && info.kind != FILE_FOLDER) {
    return error_set(err, NSEARCH_ERR_USAGE, "%s is not a folder", writer->folder);
  }
  writer->made_folder = info.kind == FILE_ABSENT;
  if (info.kind == FILE_FOLDER) status = check_folder(writer->folder, false, err);
  if (!status) status = file_make_folder(writer->folder, err);
  if (!status) status = lock_folder(writer, err);
  if (!status) status = check_folder(writer->folder, true, err);
  return status;
}

static void writer_close(struct engine_writer *writer);

static int writer_open(struct engine_writer **out, const char *path, const struct write_options *options,
                       struct nsearch_error *err) {
  struct engine_writer *writer = memory_zero(1, sizeof *writer);
  *out = NULL;
  if (!writer) return error_memory(err);
  writer->options = *options;
  writer->lock = -1;
  pthread_mutex_init(&writer->mutex, NULL);
  strcpy(writer->manifest.engine, "native");
  writer->manifest.language = options->language;
  writer->manifest.title_weight = options->title_weight;
  writer->manifest.has_text = options->keep_text;
  writer->manifest.next_number = 1;
  writer->folder = memory_string(path, strlen(path));
  int status = writer->folder ? open_folder(writer, err) : error_memory(err);
  if (status) {
    writer->committed = writer->lock < 0; /* what another writer holds is not ours to clear away */
    writer_close(writer);
    return status;
  }
  *out = writer;
  return NSEARCH_OK;
}

static uint64_t next_number(struct engine_writer *writer) {
  pthread_mutex_lock(&writer->mutex);
  uint64_t number = writer->manifest.next_number++;
  pthread_mutex_unlock(&writer->mutex);
  return number;
}

/* ---- Workers --------------------------------------------------------------------------------------------------------- */

static int start_pack(struct engine_writer *writer, struct pack_out **pack, uint32_t *number, size_t group_bytes,
                      struct nsearch_error *err) {
  uint64_t next = next_number(writer);
  if (next >= PACK_MAX) return error_set(err, NSEARCH_ERR_UNSUPPORTED, "more than %d packs; index anew", PACK_MAX);
  *number = (uint32_t)next;
  char *path = pack_path(writer->folder, *number);
  if (!path) return error_memory(err);
  int status = pack_create(pack, path, *number, group_bytes, err);
  memory_free(path);
  return status;
}

static void batch_discard(struct batch *batch) {
  if (batch) batch_free(batch);
  memory_free(batch);
}

static void worker_discard(struct engine_worker *worker) {
  pack_finish(&worker->cards, false, NULL, NULL);
  pack_finish(&worker->texts, false, NULL, NULL);
  batch_discard(worker->batch);
  memory_free(worker);
}

/* A batch that a closed worker left, or a new one. */
static int take_batch(struct engine_writer *writer, struct batch **out, struct nsearch_error *err) {
  pthread_mutex_lock(&writer->mutex);
  *out = writer->pending_count ? writer->pending[--writer->pending_count] : NULL;
  pthread_mutex_unlock(&writer->mutex);
  if (*out) return NSEARCH_OK;
  *out = memory_zero(1, sizeof **out);
  return *out ? batch_init(*out, err) : error_memory(err);
}

/* As many batches wait as there were workers at once. */
static void leave_batch(struct engine_writer *writer, struct batch **batch) {
  if ((*batch)->doc_count == 0) return;
  batch_trim(*batch);
  pthread_mutex_lock(&writer->mutex);
  if (writer->pending_count < THREADS_MAX) {
    writer->pending[writer->pending_count++] = *batch;
    *batch = NULL;
  }
  pthread_mutex_unlock(&writer->mutex);
}

static int worker_open(struct engine_writer *writer, struct engine_worker **out, struct nsearch_error *err) {
  struct engine_worker *worker = memory_zero(1, sizeof *worker);
  *out = worker;
  if (!worker) return error_memory(err);
  worker->writer = writer;
  int status = start_pack(writer, &worker->cards, &worker->cards_number, CARD_GROUP, err);
  if (!status && writer->options.keep_text)
    status = start_pack(writer, &worker->texts, &worker->texts_number, TEXT_GROUP, err);
  if (!status) status = take_batch(writer, &worker->batch, err);
  if (status) {
    worker_discard(worker);
    *out = NULL;
  }
  return status;
}

static int remember_segment(struct engine_writer *writer, uint64_t number, struct nsearch_error *err) {
  pthread_mutex_lock(&writer->mutex);
  int status =
      memory_reserve(&writer->fresh, &writer->fresh_capacity, writer->fresh_count + 1, sizeof *writer->fresh, err);
  if (!status) writer->fresh[writer->fresh_count++] = number;
  pthread_mutex_unlock(&writer->mutex);
  return status;
}

/* Articles that were taken are not in the index: a commit must not pass that over. */
static void note_loss(struct engine_writer *writer) {
  pthread_mutex_lock(&writer->mutex);
  writer->lost = true;
  pthread_mutex_unlock(&writer->mutex);
}

/* Makes one segment of some batches, which are empty afterwards, whatever happens. */
static int write_segment(struct engine_writer *writer, struct batch *const *batches, size_t count, unsigned threads,
                         struct nsearch_error *err) {
  uint64_t number = next_number(writer);
  char *path = segment_path(writer->folder, number);
  int status = path ? invert(batches, count, threads, &writer->options, path, err) : error_memory(err);
  memory_free(path);
  if (!status) status = remember_segment(writer, number, err);
  if (status) note_loss(writer);
  for (size_t i = 0; i < count; i++) batch_clear(batches[i]);
  return status;
}

/* True when the batch must be written before it takes more. */
static bool is_full(const struct engine_worker *worker) {
  const struct write_options *options = &worker->writer->options;
  const struct batch *batch = worker->batch;
  if (options->segment_articles && batch->doc_count >= options->segment_articles) return true;
  return batch_bytes(batch) > (options->memory - MEMORY_RESERVE) / options->threads ||
         batch->stream.count > UINT32_MAX / 2 / options->threads ||
         batch->doc_count > UINT32_MAX / 2 / options->threads;
}

static int worker_add(struct engine_worker *worker, const struct nsearch_article *article, uint64_t sequence,
                      struct nsearch_error *err) {
  int status = batch_add(worker->batch, &worker->writer->options, article, sequence, worker->cards, worker->texts, err);
  return status || !is_full(worker) ? status : write_segment(worker->writer, &worker->batch, 1, 1, err);
}

static int finish_pack(struct engine_writer *writer, struct pack_out **pack, uint32_t number, bool texts,
                       struct nsearch_error *err) {
  uint64_t bytes = 0;
  if (!*pack) return NSEARCH_OK;
  int status = pack_finish(pack, true, &bytes, err);
  if (status) return status;
  pthread_mutex_lock(&writer->mutex);
  struct manifest *manifest = &writer->manifest;
  status = memory_reserve(&manifest->packs, &manifest->pack_capacity, manifest->pack_count + 1, sizeof *manifest->packs,
                          err);
  struct manifest_pack entry = {.number = number, .texts = texts, .bytes = bytes};
  if (!status) manifest->packs[manifest->pack_count++] = entry;
  pthread_mutex_unlock(&writer->mutex);
  return status;
}

static int worker_close(struct engine_worker *worker, struct nsearch_error *err) {
  struct engine_writer *writer = worker->writer;
  int status = finish_pack(writer, &worker->cards, worker->cards_number, false, err);
  if (!status) status = finish_pack(writer, &worker->texts, worker->texts_number, true, err);
  if (status)
    note_loss(writer);
  else
    leave_batch(writer, &worker->batch);
  worker_discard(worker);
  return status;
}

/* ---- Commit ------------------------------------------------------------------------------------------------------------ */

/* The batches that wait become one segment; with the test aid, one each. */
static int write_pending(struct engine_writer *writer, struct nsearch_error *err) {
  const struct write_options *options = &writer->options;
  size_t count = writer->pending_count, step = options->segment_articles ? 1 : count;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < count; i += step) {
    status = write_segment(writer, writer->pending + i, step, options->threads, err);
  }
  for (size_t i = 0; i < count; i++) batch_discard(writer->pending[i]);
  writer->pending_count = 0;
  return status;
}

/* What a commit works on: every segment, old and fresh, and the packs their cards are in. */
struct commit {
  struct engine_writer *writer;
  uint64_t *numbers;
  struct segment *segments;
  uint64_t **dropped;
  size_t count;
  struct pack *packs; /* by number */
  struct manifest next;
};

static int open_all(struct commit *commit, struct nsearch_error *err) {
  struct engine_writer *writer = commit->writer;
  const struct manifest *manifest = &writer->manifest;
  size_t count = manifest->segment_count + writer->fresh_count;
  commit->numbers = memory_zero(count, sizeof *commit->numbers);
  commit->segments = memory_zero(count, sizeof *commit->segments);
  commit->dropped = memory_zero(count, sizeof *commit->dropped);
  commit->packs = memory_zero(PACK_MAX, sizeof *commit->packs);
  if (!commit->numbers || !commit->segments || !commit->dropped || !commit->packs) return error_memory(err);
  for (size_t i = 0; i < count; i++) {
    bool old = i < manifest->segment_count;
    commit->numbers[i] = old ? manifest->segments[i].number : writer->fresh[i - manifest->segment_count];
    char *path = segment_path(writer->folder, commit->numbers[i]);
    int status = path ? segment_open(&commit->segments[i], path, err) : error_memory(err);
    memory_free(path);
    if (status) return status;
    commit->count++;
    commit->dropped[i] = memory_zero((size_t)commit->segments[i].info.documents / 64 + 1, sizeof(uint64_t));
    if (!commit->dropped[i]) return error_memory(err);
  }
  for (size_t i = 0; i < manifest->pack_count; i++) {
    uint32_t number = manifest->packs[i].number;
    char *path = pack_path(writer->folder, number);
    int status = path ? pack_open(&commit->packs[number], path, manifest->packs[i].bytes, err) : error_memory(err);
    memory_free(path);
    if (status) return status;
  }
  return NSEARCH_OK;
}

static bool any_dropped(const struct commit *commit, size_t s) {
  for (size_t i = 0; i <= commit->segments[s].info.documents / 64; i++) {
    if (commit->dropped[s][i]) return true;
  }
  return false;
}

static int keep_segment(struct commit *commit, uint64_t number, uint32_t documents, struct nsearch_error *err) {
  struct manifest *next = &commit->next;
  int status =
      memory_reserve(&next->segments, &next->segment_capacity, next->segment_count + 1, sizeof *next->segments, err);
  if (status) return status;
  struct file_info info = {0};
  char *path = segment_path(commit->writer->folder, number);
  status = path ? file_stat(path, true, &info, err) : error_memory(err);
  memory_free(path);
  if (status) return status;
  next->segments[next->segment_count++] =
      (struct manifest_segment){.number = number, .documents = documents, .bytes = info.size};
  return NSEARCH_OK;
}

/* Merges `count` segments from `first` on into a new one. */
static int merge_range(struct commit *commit, size_t first, size_t count, struct nsearch_error *err) {
  uint64_t number = next_number(commit->writer);
  uint32_t documents = 0;
  struct merge_input *inputs = memory_zero(count, sizeof *inputs);
  char *path = segment_path(commit->writer->folder, number);
  int status = inputs && path ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < count; i++) {
    inputs[i].segment = &commit->segments[first + i];
    if (any_dropped(commit, first + i)) inputs[i].dropped = commit->dropped[first + i];
  }
  if (!status) status = merge_segments(inputs, count, &commit->writer->options, path, &documents, err);
  if (!status && documents) status = keep_segment(commit, number, documents, err);
  memory_free(inputs);
  memory_free(path);
  return status;
}

/* One segment of all, unless the test aid asks for small ones: then each stays, less what was replaced. */
static int choose_segments(struct commit *commit, struct nsearch_error *err) {
  if (!commit->writer->options.segment_articles && (commit->count > 1 || any_dropped(commit, 0))) {
    return merge_range(commit, 0, commit->count, err);
  }
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < commit->count; s++) {
    status = any_dropped(commit, s) ? merge_range(commit, s, 1, err)
                                    : keep_segment(commit, commit->numbers[s], commit->segments[s].info.documents, err);
  }
  return status;
}

static bool is_kept(const struct manifest *manifest, uint64_t number) {
  for (size_t i = 0; i < manifest->segment_count; i++) {
    if (manifest->segments[i].number == number) return true;
  }
  return false;
}

/* After the rename nothing refers to them; a failure to remove is left to the next writer. */
static void remove_merged(const struct commit *commit) {
  for (size_t s = 0; s < commit->count; s++) {
    if (is_kept(&commit->next, commit->numbers[s])) continue;
    char *path = segment_path(commit->writer->folder, commit->numbers[s]);
    if (path) file_remove(path, NULL);
    memory_free(path);
  }
}

/* A new folder's own name must outlast a power failure too. */
static int sync_parent(const struct engine_writer *writer, struct nsearch_error *err) {
  char *parent = path_join(writer->folder, "..");
  int status = parent ? file_sync_folder(parent, err) : error_memory(err);
  memory_free(parent);
  return status;
}

static int write_manifest(struct commit *commit, struct nsearch_error *err) {
  struct engine_writer *writer = commit->writer;
  struct manifest *next = &commit->next, *current = &writer->manifest;
  memcpy(next->engine, current->engine, sizeof next->engine);
  next->generation = current->generation + 1;
  next->language = current->language;
  next->title_weight = current->title_weight;
  next->has_text = current->has_text;
  next->next_number = current->next_number;
  next->packs = current->packs;
  next->pack_count = current->pack_count;
  next->pack_capacity = current->pack_capacity;
  int status = file_sync_folder(writer->folder, err);
  if (!status && writer->made_folder && !writer->committed) status = sync_parent(writer, err);
  if (!status) status = manifest_write(next, writer->folder, err);
  if (status) {
    next->packs = NULL;
    return status;
  }
  memory_free(current->segments);
  *current = *next;
  writer->committed = true;
  writer->fresh_count = 0;
  return NSEARCH_OK;
}

static void commit_free(struct commit *commit, bool done) {
  for (size_t s = 0; commit->segments && s < commit->count; s++) {
    segment_close(&commit->segments[s]);
    memory_free(commit->dropped[s]);
  }
  for (size_t i = 0; commit->packs && i < PACK_MAX; i++) pack_close(&commit->packs[i]);
  memory_free(commit->numbers);
  memory_free(commit->segments);
  memory_free(commit->dropped);
  memory_free(commit->packs);
  if (!done) memory_free(commit->next.segments);
}

static int writer_commit(struct engine_writer *writer, const struct commit_report *report, struct nsearch_error *err) {
  if (writer->lost) {
    return error_set(err, NSEARCH_ERR_SYSTEM, "%s: articles were lost when writing failed; index them again",
                     writer->folder);
  }
  int status = write_pending(writer, err);
  if (status) return status;
  if (writer->fresh_count == 0 && writer->committed) return NSEARCH_OK;
  if (writer->fresh_count == 0) {
    return error_set(err, NSEARCH_ERR_EMPTY, "no article was found; there is nothing to index");
  }
  struct commit commit = {.writer = writer};
  status = open_all(&commit, err);
  if (!status) status = replace_find(commit.segments, commit.count, commit.dropped, commit.packs, report, err);
  if (!status) status = choose_segments(&commit, err);
  if (!status) status = write_manifest(&commit, err);
  if (!status) remove_merged(&commit);
  commit_free(&commit, status == NSEARCH_OK);
  return status;
}

static void writer_close(struct engine_writer *writer) {
  if (!writer) return;
  if (!writer->committed && writer->folder && check_folder(writer->folder, true, NULL) == NSEARCH_OK) {
    char *lock = path_join(writer->folder, LOCK_NAME);
    if (lock) file_remove(lock, NULL);
    memory_free(lock);
    if (writer->made_folder) file_remove_folder(writer->folder, NULL);
  }
  for (size_t i = 0; i < writer->pending_count; i++) batch_discard(writer->pending[i]);
  file_unlock(&writer->lock);
  manifest_free(&writer->manifest);
  pthread_mutex_destroy(&writer->mutex);
  memory_free(writer->fresh);
  memory_free(writer->folder);
  memory_free(writer);
}

const struct writer_engine native_writer_engine = {
    .name = "native",
    .open = writer_open,
    .worker_open = worker_open,
    .add = worker_add,
    .worker_close = worker_close,
    .commit = writer_commit,
    .close = writer_close,
};
