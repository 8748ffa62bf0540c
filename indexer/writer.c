/* The writer functions of nsearch.h: engine workers, sequences, and what a commit says was replaced. */
#include "indexer/indexer.h"

#include <pthread.h>
#include <string.h>

struct nsearch_writer {
  const struct writer_engine *engine;
  struct engine_writer *below;
  struct write_options options;
  struct language_words *words;
  char *path;

  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t returned;
  struct idle {
    struct engine_worker *worker;
    pthread_t thread;       /* that had it last: its tables are in that thread's cache */
  } idle[THREADS_MAX];      /* between two calls of nsearch_add() */
  unsigned idle_count, out; /* out: in the hands of a thread */
  uint64_t next_sequence, deleted;
  struct run *runs;
  size_t run_count, run_capacity;
};

/* ---- Open and close ---- */

int writer_open(struct nsearch_writer **out, const struct writer_engine *engine, const char *path,
                const struct nsearch_options *options, struct nsearch_error *err) {
  struct nsearch_writer *writer = memory_zero(1, sizeof *writer);
  *out = NULL;
  if (!writer || !(writer->path = memory_string(path, strlen(path))) || language_words_new(&writer->words, err)) {
    if (writer) memory_free(writer->path);
    memory_free(writer);
    return error_memory(err);
  }
  writer->engine = engine;
  if (options)
    writer->options = options->write;
  else
    options_default(&writer->options);
  int status = engine->open(&writer->below, path, &writer->options, err);
  if (status) {
    language_words_free(writer->words);
    memory_free(writer->path);
    memory_free(writer);
    return status;
  }
  const struct folder *folder = engine->folder ? engine->folder(writer->below) : NULL;
  if (folder) writer->options.language = folder->manifest.language; /* also where it was left open */
  const nsearch_shards *shards = nsearch_writer_shards(writer);
  /* A thread waits while a shard takes an article, so all of them are kept busy by more threads than processors. */
  unsigned busy = shards ? 2 * (unsigned)shards->count : 0;
  if (busy > THREADS_MAX) busy = THREADS_MAX;
  if (!(options && options->threads_said) && writer->options.threads < busy) writer->options.threads = busy;
  pthread_mutex_init(&writer->lock, NULL);
  pthread_cond_init(&writer->returned, NULL);
  writer->next_sequence = 1;
  *out = writer;
  return NSEARCH_OK;
}

/* The manifest of the index that is there; zeroed where there is none. */
static int look_at_index(const char *path, struct manifest *out, struct nsearch_error *err) {
  struct file_info info = {0};
  char *file = path_join(path, MANIFEST_NAME);
  *out = (struct manifest){0};
  int status = file ? file_stat(file, true, &info, err) : error_memory(err);
  memory_free(file);
  return status || info.kind == FILE_ABSENT ? status : manifest_read(out, path, err);
}

/* The writer of indexes with remote shards; `said`: the engine that the options name, or NULL. */
static int find_shards_engine(const struct writer_engine *said, const struct writer_engine **out,
                              struct nsearch_error *err) {
#if NSEARCH_XAPIAN
  if (!said || said == &xapian_writer_engine) {
    *out = &shards_writer_engine;
    return NSEARCH_OK;
  }
#endif
  (void)said, (void)out;
  return error_set(err, NSEARCH_ERR_USAGE, "the engine native has no shards; they need the engine xapian");
}

/* What the options say, else the engine of the index that is there, else native. */
static int find_engine(const struct nsearch_options *options, const char *path, const struct writer_engine **out,
                       struct nsearch_error *err) {
  const struct writer_engine *said = options ? options->engine : NULL;
  if (options && options->write.shard_count) return find_shards_engine(said, out, err);
  struct manifest manifest;
  *out = said ? said : &native_writer_engine;
  int status = look_at_index(path, &manifest, err);
  if (status) return status;
  if (!said && manifest.engine[0]) status = writer_engine_find(manifest.engine, out, err);
  if (status == NSEARCH_ERR_USAGE) /* which nobody's option named */
    status = error_set(err, NSEARCH_ERR_VERSION, "%s is an index of the engine %s; use a newer version of nsearch",
                       path, manifest.engine);
  else if (status)
    error_prefix(err, "%s is an index of the engine %s", path, manifest.engine);
  else if (manifest.shard_count && strcmp((*out)->name, manifest.engine) == 0)
    status = find_shards_engine(said, out, err);
  manifest_free(&manifest);
  return status;
}

nsearch_status nsearch_writer_open(nsearch_writer **writer, const char *path, const nsearch_options *options,
                                   nsearch_error *err) {
  const struct writer_engine *engine;
  *writer = NULL;
  int status = find_engine(options, path, &engine, err);
  return status ? status : writer_open(writer, engine, path, options, err);
}

static void forget_runs(struct nsearch_writer *writer) {
  for (size_t i = 0; i < writer->run_count; i++) {
    walk_free(&writer->runs[i].walk);
    nsearch_report_free(writer->runs[i].report);
  }
  writer->run_count = 0;
}

void nsearch_writer_close(nsearch_writer *writer) {
  if (!writer) return;
  while (writer->idle_count > 0) writer->engine->worker_close(writer->idle[--writer->idle_count].worker, NULL);
  writer->engine->close(writer->below);
  forget_runs(writer);
  pthread_cond_destroy(&writer->returned);
  pthread_mutex_destroy(&writer->lock);
  memory_free(writer->runs);
  language_words_free(writer->words);
  memory_free(writer->path);
  memory_free(writer);
}

const nsearch_shards *nsearch_writer_shards(const nsearch_writer *writer) {
  return writer->engine->shards ? writer->engine->shards(writer->below) : NULL;
}

unsigned writer_threads(const struct nsearch_writer *writer) { return writer->options.threads; }

int writer_fill_in_language(const struct nsearch_writer *writer, struct nsearch_article *article,
                            struct nsearch_error *err) {
  int own = writer->options.language;
  /* Without stems nothing depends on it. */
  return own == LANGUAGE_NONE ? NSEARCH_OK : language_fill_in(writer->words, article, own, err);
}

const char *writer_path(const struct nsearch_writer *writer) { return writer->path; }

/* ---- Workers ---- */

/* The worker that this thread had last, or else any. */
static struct engine_worker *take_idle(struct nsearch_writer *writer) {
  unsigned last = writer->idle_count - 1, at = last;
  for (unsigned i = 0; i <= last; i++) {
    if (pthread_equal(writer->idle[i].thread, pthread_self())) at = i;
  }
  struct engine_worker *worker = writer->idle[at].worker;
  writer->idle[at] = writer->idle[last];
  writer->idle_count = last;
  return worker;
}

int writer_worker_open(struct nsearch_writer *writer, struct engine_worker **out, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *out = NULL;
  pthread_mutex_lock(&writer->lock);
  while (writer->idle_count == 0 && writer->out >= writer->options.threads)
    pthread_cond_wait(&writer->returned, &writer->lock);
  writer->out++;
  if (writer->idle_count > 0) *out = take_idle(writer);
  pthread_mutex_unlock(&writer->lock);
  if (!*out) status = writer->engine->worker_open(writer->below, out, err);
  if (status) {
    pthread_mutex_lock(&writer->lock);
    writer->out--;
    pthread_cond_signal(&writer->returned);
    pthread_mutex_unlock(&writer->lock);
  }
  return status;
}

int writer_worker_add(struct nsearch_writer *writer, struct engine_worker *worker,
                      const struct nsearch_article *article, uint64_t sequence, struct nsearch_error *err) {
  return writer->engine->add(worker, article, sequence, err);
}

/* Notes that a worker is no longer out; keeps it for the next call unless it is NULL. */
static void worker_return(struct nsearch_writer *writer, struct engine_worker *worker) {
  pthread_mutex_lock(&writer->lock);
  writer->out--;
  if (worker) writer->idle[writer->idle_count++] = (struct idle){worker, pthread_self()};
  pthread_cond_broadcast(&writer->returned);
  pthread_mutex_unlock(&writer->lock);
}

int writer_worker_close(struct nsearch_writer *writer, struct engine_worker *worker, struct nsearch_error *err) {
  int status = writer->engine->worker_close(worker, err);
  worker_return(writer, NULL);
  return status;
}

/* ---- Add ---- */

/* As much as a record of a file may have. */
static int check_size(const struct nsearch_article *article, struct nsearch_error *err) {
  uint64_t total = (uint64_t)article->authors.text.len + article->topics.text.len;
  for (int part = 0; part < ARTICLE_PARTS; part++) total += article->parts[part].len;
  if (total <= RECORD_MAX) return NSEARCH_OK;
  return error_set(err, NSEARCH_ERR_USAGE, "the article is larger than %d MiB", RECORD_MAX >> 20);
}

/* A tidy copy with an id. */
static int prepare(const struct nsearch_writer *writer, struct nsearch_article *copy,
                   const struct nsearch_article *article, struct nsearch_error *err) {
  uint64_t replaced;
  int status = check_size(article, err);
  for (int part = 0; !status && part < ARTICLE_PARTS; part++) {
    size_t len;
    const char *text = article_get(article, (enum article_part)part, &len);
    status = article_set(copy, (enum article_part)part, text, len, err);
  }
  for (const char *v = NULL; !status && (v = article_list_next(&article->authors, v));)
    status = article_list_add(&copy->authors, v, strlen(v), err);
  for (const char *v = NULL; !status && (v = article_list_next(&article->topics, v));)
    status = article_list_add(&copy->topics, v, strlen(v), err);
  if (status) return status;
  copy->published = article->published, copy->origin = article->origin;
  copy->updated = article->updated, copy->has_updated = article->has_updated;
  article_judge_date(copy, clock_now());
  status = article_tidy(copy, &replaced, err);
  if (!status && article_is_empty(copy))
    status = error_set(err, NSEARCH_ERR_EMPTY, "the article has neither title nor body");
  if (!status) status = writer_fill_in_language(writer, copy, err);
  return status ? status : identity_assign(copy, NULL, false, true, err);
}

nsearch_status nsearch_add(nsearch_writer *writer, const nsearch_article *article, nsearch_error *err) {
  struct engine_worker *worker = NULL;
  struct nsearch_article *copy = nsearch_article_new();
  int status = copy ? prepare(writer, copy, article, err) : error_memory(err);
  if (!status) status = writer_worker_open(writer, &worker, err);
  if (!status) {
    pthread_mutex_lock(&writer->lock);
    uint64_t sequence = writer->next_sequence++;
    pthread_mutex_unlock(&writer->lock);
    status = writer->engine->add(worker, copy, sequence, err);
    worker_return(writer, worker);
  }
  nsearch_article_free(copy);
  return status;
}

/* ---- Runs and commits ---- */

int writer_reserve(struct nsearch_writer *writer, uint64_t files, uint64_t *first_sequence, struct nsearch_error *err) {
  const uint64_t per_file = UINT64_C(1) << SEQUENCE_RECORD_BITS;
  int status = NSEARCH_OK;
  pthread_mutex_lock(&writer->lock);
  uint64_t first_file = writer->next_sequence / per_file + 1;
  if (first_file + files > UINT64_MAX / per_file)
    status = error_set(err, NSEARCH_ERR_USAGE, "too many files for one writer: commit, and go on with another one");
  else {
    *first_sequence = first_file * per_file;
    writer->next_sequence = (first_file + files) * per_file;
  }
  pthread_mutex_unlock(&writer->lock);
  return status;
}

int writer_catalogue(struct nsearch_writer *writer, bool again, struct catalogue **out, struct nsearch_error *err) {
  *out = NULL;
  if (!writer->engine->folder) return NSEARCH_OK;
  pthread_mutex_lock(&writer->lock);
  int status = folder_catalogue(writer->engine->folder(writer->below), again, out, err);
  pthread_mutex_unlock(&writer->lock);
  return status;
}

void writer_forget_catalogue(struct nsearch_writer *writer) {
  pthread_mutex_lock(&writer->lock);
  folder_forget_catalogue(writer->engine->folder(writer->below));
  pthread_mutex_unlock(&writer->lock);
}

bool writer_can_prune(const struct nsearch_writer *writer) {
  return writer->engine->folder && writer->engine->remove_hashed;
}

int writer_prune(struct nsearch_writer *writer, uint64_t id_hash, uint64_t sequence, struct nsearch_error *err) {
  pthread_mutex_lock(&writer->lock);
  int status = writer->engine->remove_hashed(writer->below, id_hash, sequence, err);
  pthread_mutex_unlock(&writer->lock);
  return status;
}

int writer_keep_run(struct nsearch_writer *writer, struct run *run, struct nsearch_error *err) {
  pthread_mutex_lock(&writer->lock);
  int status = memory_reserve(&writer->runs, &writer->run_capacity, writer->run_count + 1, sizeof *run, err);
  if (!status) writer->runs[writer->run_count++] = *run;
  pthread_mutex_unlock(&writer->lock);
  return status;
}

nsearch_status nsearch_delete(nsearch_writer *writer, const char *id, nsearch_error *err) {
  pthread_mutex_lock(&writer->lock);
  int status = writer->engine->remove(writer->below, id, strlen(id), writer->next_sequence++, err);
  pthread_mutex_unlock(&writer->lock);
  return status;
}

/* An article lost its place to a later one: it is an event of the run that it was in, or, when it was committed before, of
 * the run that the later one is in. Articles of nsearch_add() belong to no run. */
static void on_replaced(void *payload, uint64_t sequence, uint64_t by) {
  const struct nsearch_writer *writer = payload;
  uint64_t told = sequence ? sequence : by;
  for (size_t i = writer->run_count; i-- > 0;) {
    struct run *run = &writer->runs[i];
    if (told < run->first_sequence) continue;
    uint64_t file = (told - run->first_sequence) >> SEQUENCE_RECORD_BITS;
    if (file >= run->walk.count) continue;
    run->report->events[NSEARCH_EVENT_REPLACED]++;
    if (run->on_event)
      run->on_event(run->event_payload, NSEARCH_EVENT_REPLACED, run->walk.files[file].path,
                    told & ((UINT64_C(1) << SEQUENCE_RECORD_BITS) - 1),
                    sequence ? "an article with the same id came later"
                             : "it replaced the article with the same id that was in the index");
    return;
  }
}

static nsearch_status commit(nsearch_writer *writer, unsigned how, nsearch_error *err) {
  struct commit_report report = {.on_replaced = on_replaced, .payload = writer};
  uint64_t start = clock_monotonic();
  int status = NSEARCH_OK;
  pthread_mutex_lock(&writer->lock);
  while (writer->out > 0) pthread_cond_wait(&writer->returned, &writer->lock);
  while (!status && writer->idle_count > 0)
    status = writer->engine->worker_close(writer->idle[--writer->idle_count].worker, err);
  if (!status) status = writer->engine->commit(writer->below, how, &report, err);
  if (!status && writer->engine->folder) status = folder_commit_catalogue(writer->engine->folder(writer->below), err);
  if (writer->run_count) writer->runs[writer->run_count - 1].report->nanoseconds += clock_monotonic() - start;
  writer->deleted = status ? 0 : report.deleted;
  if (!status) forget_runs(writer);
  pthread_mutex_unlock(&writer->lock);
  return status;
}

nsearch_status nsearch_commit(nsearch_writer *writer, nsearch_error *err) { return commit(writer, 0, err); }

nsearch_status nsearch_optimize(nsearch_writer *writer, int purge, nsearch_error *err) {
  return commit(writer, purge ? COMMIT_MERGE | COMMIT_PURGE : COMMIT_MERGE, err);
}

uint64_t nsearch_deleted(const nsearch_writer *writer) { return writer->deleted; }
