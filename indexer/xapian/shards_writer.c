/* The Xapian engine's writer where the databases are remote shards: articles go over the network as they come, each to the
 * shard that its id says. The folder holds nothing but the manifest, which is there before the first article is sent: a
 * run that fails finds its shards again. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "indexer/xapian/xapian.h"

enum { GREET_EVERY = 5 /* seconds */ };

struct engine_writer {
  struct write_options options;
  struct folder folder;
  bool fresh;       /* there was no manifest; folder.has_index: there is one by now */
  atomic_bool sent; /* the shards may hold articles of this run, committed or not: they need the manifest */
  struct remote_shard *shards;
  size_t opened; /* so many of them have their lock */
  struct nsearch_shards *states;
  pthread_t greeter; /* a thread that keeps connections alive */
  bool greets;
  pthread_mutex_t mutex; /* guards `ended` */
  pthread_cond_t end;
  bool ended;
};

struct engine_worker {
  struct engine_writer *writer;
  struct document_maker *maker;
};

/* ---- The folder --------------------------------------------------------------------------------------------------------- */

/* Of an index that is there; no shards in the options: as it has them. */
static int check_shards(const struct folder *folder, const struct write_options *options, struct nsearch_error *err) {
  const struct manifest *manifest = &folder->manifest;
  if (manifest->shard_count == 0)
    return error_set(err, NSEARCH_ERR_EXISTS,
                     "%s already holds an index without shards; name another folder with --index", folder->path);
  bool same = !options->shard_count || manifest->shard_count == options->shard_count;
  for (size_t i = 0; same && i < options->shard_count; i++) same = strcmp(manifest->shards[i], options->shards[i]) == 0;
  if (same) return NSEARCH_OK;
  return error_set(err, NSEARCH_ERR_USAGE,
                   "the index in %s has other shards, %zu of them, the first being %s; leave --shard out", folder->path,
                   manifest->shard_count, manifest->shards[0]);
}

/* A seed that no two indexes share. */
static uint64_t new_identity(const char *folder) {
  struct {
    int64_t now;
    uint64_t ticks;
    const void *place;
    uint64_t folder;
  } seed = {clock_now(), clock_monotonic(), &seed, hash_bytes(folder, strlen(folder))};
  return hash_bytes(&seed, sizeof seed);
}

static int open_folder(struct engine_writer *writer, const char *path, struct nsearch_error *err) {
  struct folder *folder = &writer->folder;
  const struct write_options *options = &writer->options;
  int status = folder_open(folder, path, shards_writer_engine.name, &writer->options, err);
  if (status) return status;
  writer->fresh = !folder->has_index;
  if (!writer->fresh) return check_shards(folder, options, err);
  folder->manifest.identity = new_identity(folder->path);
  for (size_t i = 0; !status && i < options->shard_count; i++)
    status = manifest_add_shard(&folder->manifest, options->shards[i], err);
  return status;
}

/* ---- Opening ------------------------------------------------------------------------------------------------------------- */

static void *greet(void *payload) {
  struct engine_writer *writer = payload;
  pthread_mutex_lock(&writer->mutex);
  while (!writer->ended) {
    uint64_t until = clock_monotonic() + GREET_EVERY * UINT64_C(1000000000);
    struct timespec time = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
    pthread_cond_timedwait(&writer->end, &writer->mutex, &time);
    if (writer->ended) break;
    pthread_mutex_unlock(&writer->mutex);
    for (size_t i = 0; i < writer->opened; i++) remote_shard_greet(&writer->shards[i]);
    pthread_mutex_lock(&writer->mutex);
  }
  pthread_mutex_unlock(&writer->mutex);
  return NULL;
}

static int open_shards(struct engine_writer *writer, struct nsearch_error *err) {
  struct manifest *manifest = &writer->folder.manifest;
  size_t count = manifest->shard_count;
  writer->shards = memory_zero(count, sizeof *writer->shards);
  writer->states = shards_new(count);
  if (!writer->shards || !writer->states) return error_memory(err);
  writer->options.run = ++manifest->next_number;
  int status = NSEARCH_OK;
  for (size_t i = 0; i < count; i++) {
    struct shard_state *state = &writer->states->items[i];
    state->address = memory_string(manifest->shards[i], strlen(manifest->shards[i]));
    if (!state->address) return error_memory(err);
  }
  for (size_t i = 0; !status && i < count; i++) {
    struct remote_shard *shard = &writer->shards[i];
    *shard = (struct remote_shard){.state = &writer->states->items[i],
                                   .options = &writer->options,
                                   .flush_bytes = writer->options.memory / count,
                                   .number = (uint32_t)i + 1,
                                   .count = (uint32_t)count};
    pthread_mutex_init(&shard->mutex, NULL);
    writer->opened++;
    status = remote_shard_open(shard, manifest->identity, writer->fresh, err);
  }
  return status;
}

static void writer_close(struct engine_writer *writer);

static int open_writer(struct engine_writer **out, const char *path, const struct write_options *options,
                       struct nsearch_error *err) {
  pthread_condattr_t monotonic;
  struct engine_writer *writer = *out = memory_zero(1, sizeof *writer);
  if (!writer) return error_memory(err);
  writer->options = *options;
  pthread_mutex_init(&writer->mutex, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&writer->end, &monotonic);
  pthread_condattr_destroy(&monotonic);
  int status = open_folder(writer, path, err);
  if (!status) status = open_shards(writer, err);
  if (!status) status = folder_write(&writer->folder, err);
  writer->options.shards = NULL; /* the caller's, who may free them */
  if (!status) writer->greets = pthread_create(&writer->greeter, NULL, greet, writer) == 0;
  if (!status && !writer->greets) status = error_set(err, NSEARCH_ERR_SYSTEM, "cannot start a thread");
  if (status) {
    writer_close(writer);
    *out = NULL;
  }
  return status;
}

/* Takes away what a run left that sent nothing. */
static void forget_index(struct engine_writer *writer) {
  char *path = path_join(writer->folder.path, MANIFEST_NAME);
  if (path) file_remove(path, NULL);
  memory_free(path);
}

static void writer_close(struct engine_writer *writer) {
  if (!writer) return;
  if (writer->greets) {
    pthread_mutex_lock(&writer->mutex);
    writer->ended = true;
    pthread_cond_signal(&writer->end);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->greeter, NULL);
  }
  for (size_t i = 0; i < writer->opened; i++) {
    remote_shard_close(&writer->shards[i]);
    pthread_mutex_destroy(&writer->shards[i].mutex);
  }
  if (writer->folder.has_index && writer->fresh && !writer->sent) forget_index(writer);
  folder_close(&writer->folder);
  nsearch_shards_free(writer->states);
  pthread_cond_destroy(&writer->end);
  pthread_mutex_destroy(&writer->mutex);
  memory_free(writer->shards);
  memory_free(writer);
}

/* ---- Workers ------------------------------------------------------------------------------------------------------------- */

static int worker_open(struct engine_writer *writer, struct engine_worker **out, struct nsearch_error *err) {
  struct engine_worker *worker = *out = memory_zero(1, sizeof *worker);
  if (!worker) return error_memory(err);
  worker->writer = writer;
  int status = document_maker_new(&worker->maker, &writer->options, err);
  if (status) {
    memory_free(worker);
    *out = NULL;
  }
  return status;
}

static struct remote_shard *shard_of(struct engine_writer *writer, const char *id, size_t len) {
  return &writer->shards[xap_shard_of_id(id, len, (uint32_t)writer->opened)];
}

static int worker_add(struct engine_worker *worker, const struct nsearch_article *article, uint64_t sequence,
                      struct nsearch_error *err) {
  struct engine_writer *writer = worker->writer;
  const struct xap_document *document;
  struct xap_term term;
  uint64_t bytes;
  size_t len;
  const char *id = article_get(article, ARTICLE_ID, &len);
  int status = document_make(worker->maker, article, sequence, &document, &bytes, err);
  if (status) return status;
  xap_term_of_id(id, len, &term);
  atomic_store(&writer->sent, true);
  return remote_shard_add(shard_of(writer, id, len), &term, document, sequence,
                          document_language(&writer->options, article), bytes, err);
}

static int writer_remove(struct engine_writer *writer, const char *id, size_t len, uint64_t sequence,
                         struct nsearch_error *err) {
  return remote_shard_remove(shard_of(writer, id, len), id, len, sequence, err);
}

static int worker_close(struct engine_worker *worker, struct nsearch_error *err) {
  (void)err;
  document_maker_free(worker->maker);
  memory_free(worker);
  return NSEARCH_OK;
}

/* ---- Commit -------------------------------------------------------------------------------------------------------------- */

struct committer {
  struct remote_shard *shard;
  struct nsearch_error *err;
  pthread_t thread;
  bool running;
  int status;
};

static void *run_committer(void *payload) {
  struct committer *committer = payload;
  committer->status = remote_shard_commit(committer->shard, committer->err);
  return NULL;
}

/* All at once, as each may take a while to write what it holds. */
static void commit_shards(struct engine_writer *writer, struct committer *committers) {
  for (size_t i = 0; i < writer->opened; i++) {
    struct committer *committer = &committers[i];
    *committer = (struct committer){.shard = &writer->shards[i], .err = nsearch_error_new()};
    committer->running = pthread_create(&committer->thread, NULL, run_committer, committer) == 0;
    if (!committer->running) run_committer(committer);
  }
  for (size_t i = 0; i < writer->opened; i++)
    if (committers[i].running) pthread_join(committers[i].thread, NULL);
}

/* The message is that of the first that failed. */
static int sum_up(const struct engine_writer *writer, const struct committer *committers, struct nsearch_error *err) {
  size_t good = 0;
  const struct committer *first = NULL;
  for (size_t i = 0; i < writer->opened; i++) {
    good += !committers[i].status;
    if (committers[i].status && !first) first = &committers[i];
  }
  if (!first) return NSEARCH_OK;
  return error_set(err, first->status, "%zu of %zu shards have all articles; %s", good, writer->opened,
                   nsearch_error_message(first->err));
}

/* What a commit of all shards found out. */
static void report_changes(struct engine_writer *writer, struct commit_report *report) {
  for (size_t i = 0; i < writer->opened; i++) {
    struct remote_shard *shard = &writer->shards[i];
    for (size_t r = 0; r < shard->replaced_count; r++)
      report->on_replaced(report->payload, shard->replaced[r].sequence, shard->replaced[r].by);
    report->deleted += shard->deleted;
    shard->replaced_count = 0;
    shard->deleted = 0;
  }
}

static int writer_commit(struct engine_writer *writer, unsigned how, struct commit_report *report,
                         struct nsearch_error *err) {
  struct committer committers[SHARDS_MAX];
  if (how)
    return error_set(err, NSEARCH_ERR_UNSUPPORTED,
                     "%s has remote shards, whose databases only their own machines can make small: run xapian-compact "
                     "there",
                     writer->folder.path);
  if (writer->fresh && !writer->sent)
    return error_set(err, NSEARCH_ERR_EMPTY, "no article was found; there is nothing to index");
  commit_shards(writer, committers);
  int status = sum_up(writer, committers, err);
  for (size_t i = 0; i < writer->opened; i++) nsearch_error_free(committers[i].err);
  if (status) return status;
  writer->folder.manifest.generation++;
  status = folder_write(&writer->folder, err);
  if (status)
    writer->folder.manifest.generation--;
  else
    report_changes(writer, report);
  return status;
}

static const struct nsearch_shards *writer_shards(const struct engine_writer *writer) { return writer->states; }

static struct folder *writer_folder(struct engine_writer *writer) { return &writer->folder; }

const struct writer_engine shards_writer_engine = {
    .name = "xapian",
    .open = open_writer,
    .worker_open = worker_open,
    .add = worker_add,
    .worker_close = worker_close,
    .remove = writer_remove,
    .commit = writer_commit,
    .close = writer_close,
    .shards = writer_shards,
    .folder = writer_folder,
};
