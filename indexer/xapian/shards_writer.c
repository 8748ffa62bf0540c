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
  char *folder;
  bool made_folder, fresh; /* fresh: there was no manifest */
  bool started;            /* the manifest is written */
  atomic_bool sent;        /* the shards may hold articles of this run, committed or not: they need the manifest */
  int lock;
  struct manifest manifest;
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

static int check_shards(const struct manifest *manifest, const struct write_options *options, const char *folder,
                        struct nsearch_error *err) {
  if (manifest->shard_count == 0)
    return error_set(err, NSEARCH_ERR_EXISTS,
                     "%s already holds an index without shards; name another folder with --index", folder);
  bool same = manifest->shard_count == options->shard_count;
  for (size_t i = 0; same && i < options->shard_count; i++) same = strcmp(manifest->shards[i], options->shards[i]) == 0;
  if (!same)
    return error_set(err, NSEARCH_ERR_USAGE,
                     "the index in %s has other shards: give the %zu that its manifest lists, in that order, the first "
                     "being %s",
                     folder, manifest->shard_count, manifest->shards[0]);
  if (manifest->language != options->language || manifest->title_weight != options->title_weight ||
      manifest->has_text != options->keep_text)
    return error_set(
        err, NSEARCH_ERR_USAGE, "the index in %s was made with language %s, title weight %u and %s text; give the same",
        folder, language_code(manifest->language), manifest->title_weight, manifest->has_text ? "with" : "without");
  return NSEARCH_OK;
}

/* A folder without an index must be empty. */
static int check_folder(const char *folder, struct nsearch_error *err) {
  struct file_names names = {0};
  const char *other = NULL;
  bool index = false;
  int status = file_list(folder, &names, err);
  for (size_t i = 0; !status && i < names.count; i++) {
    const char *name = names.names[i];
    if (strcmp(name, MANIFEST_NAME) == 0)
      index = true;
    else if (strcmp(name, MANIFEST_NAME ".new") != 0 && strcmp(name, LOCK_NAME) != 0)
      other = name;
  }
  if (other && !index)
    status = error_set(err, NSEARCH_ERR_USAGE, "%s holds other things (%s); name a folder of its own for the index",
                       folder, other);
  file_names_free(&names);
  return status;
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

static int new_manifest(struct engine_writer *writer, struct nsearch_error *err) {
  struct manifest *manifest = &writer->manifest;
  const struct write_options *options = &writer->options;
  memcpy(manifest->engine, "xapian", sizeof "xapian");
  manifest->language = options->language;
  manifest->title_weight = options->title_weight;
  manifest->has_text = options->keep_text;
  manifest->identity = new_identity(writer->folder);
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < options->shard_count; i++)
    status = manifest_add_shard(manifest, options->shards[i], err);
  return status;
}

static int open_folder(struct engine_writer *writer, struct nsearch_error *err) {
  struct file_info info, manifest;
  int status = file_stat(writer->folder, true, &info, err);
  if (status) return status;
  if (info.kind != FILE_ABSENT && info.kind != FILE_FOLDER)
    return error_set(err, NSEARCH_ERR_USAGE, "%s is not a folder", writer->folder);
  char *lock = path_join(writer->folder, LOCK_NAME), *path = path_join(writer->folder, MANIFEST_NAME);
  writer->made_folder = info.kind == FILE_ABSENT;
  status = !lock || !path ? error_memory(err) : file_make_folder(writer->folder, err);
  if (!status) status = check_folder(writer->folder, err);
  if (!status) status = file_lock(&writer->lock, lock, err);
  if (!status) status = file_stat(path, true, &manifest, err);
  writer->fresh = !status && manifest.kind == FILE_ABSENT;
  if (!status && !writer->fresh) status = manifest_read(&writer->manifest, writer->folder, err);
  if (!status && !writer->fresh) status = check_shards(&writer->manifest, &writer->options, writer->folder, err);
  if (!status && writer->fresh) status = new_manifest(writer, err);
  memory_free(lock);
  memory_free(path);
  return status;
}

/* A new folder's own name must outlast a power failure too. */
static int write_manifest(struct engine_writer *writer, struct nsearch_error *err) {
  int status = manifest_write(&writer->manifest, writer->folder, err);
  if (status || !writer->made_folder || writer->started) return status;
  char *parent = path_join(writer->folder, "..");
  status = parent ? file_sync_folder(parent, err) : error_memory(err);
  memory_free(parent);
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
  const struct manifest *manifest = &writer->manifest;
  size_t count = manifest->shard_count;
  writer->shards = memory_zero(count, sizeof *writer->shards);
  writer->states = shards_new(count);
  if (!writer->shards || !writer->states) return error_memory(err);
  writer->options.run = ++writer->manifest.next_number;
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

static int writer_open(struct engine_writer **out, const char *path, const struct write_options *options,
                       struct nsearch_error *err) {
  pthread_condattr_t monotonic;
  struct engine_writer *writer = *out = memory_zero(1, sizeof *writer);
  if (!writer) return error_memory(err);
  writer->options = *options;
  writer->lock = -1;
  pthread_mutex_init(&writer->mutex, NULL);
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&writer->end, &monotonic);
  pthread_condattr_destroy(&monotonic);
  writer->folder = memory_string(path, strlen(path));
  int status = writer->folder ? open_folder(writer, err) : error_memory(err);
  if (!status) status = open_shards(writer, err);
  if (!status) status = write_manifest(writer, err);
  if (!status) writer->started = true;
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
static void clear_folder(struct engine_writer *writer) {
  static const char *const names[] = {MANIFEST_NAME, LOCK_NAME};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *path = path_join(writer->folder, names[i]);
    if (path) file_remove(path, NULL);
    memory_free(path);
  }
  if (writer->made_folder) file_remove_folder(writer->folder, NULL);
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
  if (writer->folder && writer->lock >= 0 && writer->fresh && !writer->sent) clear_folder(writer);
  file_unlock(&writer->lock);
  nsearch_shards_free(writer->states);
  manifest_free(&writer->manifest);
  pthread_cond_destroy(&writer->end);
  pthread_mutex_destroy(&writer->mutex);
  memory_free(writer->shards);
  memory_free(writer->folder);
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
  return remote_shard_add(&writer->shards[xap_shard_of_id(id, len, (uint32_t)writer->opened)], &term, document,
                          sequence, document_language(&writer->options, article), bytes, err);
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

static int writer_commit(struct engine_writer *writer, const struct commit_report *report, struct nsearch_error *err) {
  struct committer committers[SHARDS_MAX];
  commit_shards(writer, committers);
  int status = sum_up(writer, committers, err);
  for (size_t i = 0; i < writer->opened; i++) nsearch_error_free(committers[i].err);
  if (status) return status;
  writer->manifest.generation++;
  status = write_manifest(writer, err);
  if (status) {
    writer->manifest.generation--;
    return status;
  }
  for (size_t i = 0; i < writer->opened; i++) {
    struct remote_shard *shard = &writer->shards[i];
    for (size_t r = 0; r < shard->replaced_count; r++) report->on_replaced(report->payload, shard->replaced[r]);
    shard->replaced_count = 0;
  }
  return NSEARCH_OK;
}

static const struct nsearch_shards *writer_shards(const struct engine_writer *writer) { return writer->states; }

const struct writer_engine shards_writer_engine = {
    .name = "xapian",
    .open = writer_open,
    .worker_open = worker_open,
    .add = worker_add,
    .worker_close = worker_close,
    .commit = writer_commit,
    .close = writer_close,
    .shards = writer_shards,
};
