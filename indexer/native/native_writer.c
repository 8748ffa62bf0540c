/* The native engine's writer: workers that share nothing. */
#include <string.h>

#include "indexer/native/native.h"

enum { MEMORY_RESERVE = 32 << 20 }; /* of --memory: buffers, maps and merging that no batch accounts for */

struct engine_worker {
  struct engine_writer *writer;
  struct batch *batch;
  struct pack_out *cards, *texts;
};

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

static int open_writer(struct engine_writer **out, const char *path, const struct write_options *options,
                       struct nsearch_error *err) {
  struct engine_writer *writer = *out = memory_zero(1, sizeof *writer);
  if (!writer) return error_memory(err);
  writer->options = *options;
  int status = folder_open(&writer->folder, path, native_writer_engine.name, &writer->options, err);
  if (status) {
    memory_free(writer);
    *out = NULL;
    return status;
  }
  pthread_mutex_init(&writer->mutex, NULL);
  return NSEARCH_OK;
}

uint64_t writer_number(struct engine_writer *writer) {
  pthread_mutex_lock(&writer->mutex);
  uint64_t number = writer->folder.manifest.next_number++;
  pthread_mutex_unlock(&writer->mutex);
  return number;
}

/* ---- Workers --------------------------------------------------------------------------------------------------------- */

static void batch_discard(struct batch *batch) {
  if (batch) batch_free(batch);
  memory_free(batch);
}

static void worker_discard(struct engine_worker *worker) {
  writer_drop_pack(worker->writer, &worker->cards);
  writer_drop_pack(worker->writer, &worker->texts);
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
  int status = writer_start_pack(writer, &worker->cards, false, false, err);
  if (!status && writer->options.keep_text) status = writer_start_pack(writer, &worker->texts, true, false, err);
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
  uint64_t number = writer_number(writer);
  char *path = segment_path(writer->folder.path, number);
  int status = path ? invert(batches, count, threads, &writer->options, path, err) : error_memory(err);
  memory_free(path);
  if (!status) status = remember_segment(writer, number, err);
  if (status) note_loss(writer);
  for (size_t i = 0; i < count; i++) batch_clear(batches[i]);
  return status;
}

/* What a worker's batch may take. */
static uint64_t batch_share(const struct write_options *options) {
  return (options->memory - MEMORY_RESERVE) / options->threads;
}

/* True when the batch must be written before it takes more. */
static bool is_full(const struct engine_worker *worker) {
  const struct write_options *options = &worker->writer->options;
  const struct batch *batch = worker->batch;
  if (options->segment_articles && batch->doc_count >= options->segment_articles) return true;
  return batch_bytes(batch) > batch_share(options) || batch->stream.count > UINT32_MAX / 2 / options->threads ||
         batch->doc_count > UINT32_MAX / 2 / options->threads;
}

/* Whether the batch goes first, so that a large article does not come on top of it. */
static bool is_too_much(const struct engine_worker *worker, const struct nsearch_article *article) {
  enum { BYTE_COST = 25 }; /* of memory, where every word is a new one of twelve bytes */
  size_t title, body;
  article_get(article, ARTICLE_TITLE, &title);
  article_get(article, ARTICLE_BODY, &body);
  return worker->batch->doc_count &&
         batch_bytes(worker->batch) + BYTE_COST * ((uint64_t)title + body) > batch_share(&worker->writer->options);
}

/* The batch holds the first piece. */
static int add_pieces(struct engine_worker *worker, const struct nsearch_article *article, uint64_t sequence,
                      struct piece *piece, struct nsearch_error *err) {
  uint64_t number;
  int status = pieces_write(worker->writer, worker->batch, article, sequence, piece, &number, err);
  return status ? status : remember_segment(worker->writer, number, err);
}

static int worker_add(struct engine_worker *worker, const struct nsearch_article *article, uint64_t sequence,
                      struct nsearch_error *err) {
  if (is_too_much(worker, article)) {
    int status = write_segment(worker->writer, &worker->batch, 1, 1, err);
    if (status) return status;
  }
  struct engine_writer *writer = worker->writer;
  struct piece piece = {.limit = worker->batch->doc_count ? UINT64_MAX : batch_share(&writer->options)};
  int status = batch_add(worker->batch, &writer->options, article, sequence, &piece, worker->cards, worker->texts, err);
  if (!status && piece.more) return add_pieces(worker, article, sequence, &piece, err);
  return status || !is_full(worker) ? status : write_segment(worker->writer, &worker->batch, 1, 1, err);
}

static int worker_close(struct engine_worker *worker, struct nsearch_error *err) {
  struct engine_writer *writer = worker->writer;
  int status = writer_finish_pack(writer, &worker->cards, false, err);
  if (!status) status = writer_finish_pack(writer, &worker->texts, true, err);
  if (status)
    note_loss(writer);
  else
    leave_batch(writer, &worker->batch);
  worker_discard(worker);
  return status;
}

/* ---- Commit ------------------------------------------------------------------------------------------------------------ */

/* How many of the batches from `first` on become one segment: as many as inversion has ordinals for, as each may hold an
 * article that no sharing out foresaw; with the test aid, one. */
static size_t pending_step(const struct engine_writer *writer, size_t first) {
  size_t step = 1;
  uint64_t tokens = writer->pending[first]->stream.count;
  while (!writer->options.segment_articles && first + step < writer->pending_count &&
         (tokens += writer->pending[first + step]->stream.count) < UINT32_MAX)
    step++;
  return step;
}

/* The batches that wait become one segment, or a few. */
static int write_pending(struct engine_writer *writer, struct nsearch_error *err) {
  size_t count = writer->pending_count, step;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < count; i += step) {
    step = pending_step(writer, i);
    status = write_segment(writer, writer->pending + i, step, writer->options.threads, err);
  }
  for (size_t i = 0; i < count; i++) batch_discard(writer->pending[i]);
  writer->pending_count = 0;
  return status;
}

static int writer_remove(struct engine_writer *writer, const char *id, size_t len, uint64_t sequence,
                         struct nsearch_error *err) {
  return deletions_add(&writer->deletions, id, len, sequence, err);
}

static int writer_remove_hashed(struct engine_writer *writer, uint64_t id_hash, uint64_t sequence,
                                struct nsearch_error *err) {
  return deletions_add_hashed(&writer->deletions, id_hash, sequence, err);
}

static int writer_commit(struct engine_writer *writer, unsigned how, struct commit_report *report,
                         struct nsearch_error *err) {
  const char *path = writer->folder.path;
  if (writer->lost) {
    return error_set(err, NSEARCH_ERR_SYSTEM, "%s: articles were lost when writing failed; index them again", path);
  }
  int status = write_pending(writer, err);
  if (status) return status;
  if (writer->fresh_count == 0 && !writer->folder.has_index) {
    return error_set(err, NSEARCH_ERR_EMPTY, "no article was found; there is nothing to index");
  }
  if (writer->fresh_count == 0 && writer->deletions.count == 0 && !how) return NSEARCH_OK;
  status = commit_all(writer, how, report, err);
  if (status) return status;
  writer->fresh_count = 0;
  deletions_clear(&writer->deletions);
  return NSEARCH_OK;
}

static void writer_close(struct engine_writer *writer) {
  if (!writer) return;
  for (size_t i = 0; i < writer->pending_count; i++) batch_discard(writer->pending[i]);
  folder_close(&writer->folder);
  deletions_clear(&writer->deletions);
  pthread_mutex_destroy(&writer->mutex);
  memory_free(writer->fresh);
  memory_free(writer);
}

static struct folder *writer_folder(struct engine_writer *writer) { return &writer->folder; }

const struct writer_engine native_writer_engine = {
    .name = "native",
    .open = open_writer,
    .worker_open = worker_open,
    .add = worker_add,
    .worker_close = worker_close,
    .remove = writer_remove,
    .remove_hashed = writer_remove_hashed,
    .commit = writer_commit,
    .close = writer_close,
    .folder = writer_folder,
};
