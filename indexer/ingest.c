/* The run: files are taken in order, split into spans of whole records, and parsed by all threads. There is no queue:
 * a thread that wants work splits it off under a lock, which is cheap, and parses it outside, which is not (reading.c). */
#include "indexer/ingest.h"

#include <pthread.h>
#include <string.h>

enum { PROGRESS_MS = 100 };

/* ---- Figures and call-backs ---- */

void ingest_event(struct ingest_run *run, enum nsearch_event_kind kind, const char *path, uint64_t record,
                  const char *message) {
  const struct run *told = &run->main->kept;
  pthread_mutex_lock(&run->report_lock);
  told->report->events[kind]++;
  if (told->on_event) told->on_event(told->event_payload, kind, path, record, message);
  pthread_mutex_unlock(&run->report_lock);
}

void ingest_file_event(struct ingest_run *run, struct source_file *source, const char *path,
                       enum nsearch_event_kind kind, uint64_t record, const char *message) {
  if (kind == NSEARCH_EVENT_BROKEN || kind == NSEARCH_EVENT_TOO_LARGE) atomic_fetch_add(&source->problems, 1);
  if (!run->only) ingest_event(run, kind, path, record, message);
}

/* The first failure ends the run. */
static void fail(struct ingest_run *run, int status, const char *message) {
  pthread_mutex_lock(&run->report_lock);
  if (!run->status) run->status = error_set(run->err, status, "%s", message);
  pthread_mutex_unlock(&run->report_lock);
  atomic_store(&run->stop, true);
}

int ingest_progress(struct ingest_run *run, struct nsearch_error *err) {
  static const char cancelled[] = "the run was cancelled";
  uint64_t now = clock_monotonic();
  bool cancel = false;
  pthread_mutex_lock(&run->report_lock);
  run->kept.report->nanoseconds = now > run->started ? now - run->started : 0;
  bool is_due = now > run->last_progress + PROGRESS_MS * UINT64_C(1000000) && !atomic_load(&run->stop);
  if (run->ingest->on_progress && is_due) {
    run->last_progress = now;
    cancel = run->ingest->on_progress(run->ingest->progress_payload, run->main->kept.report) != 0;
  }
  pthread_mutex_unlock(&run->report_lock);
  if (!cancel) return NSEARCH_OK;
  fail(run, NSEARCH_ERR_CANCELLED, cancelled);
  return error_set(err, NSEARCH_ERR_CANCELLED, cancelled);
}

/* Moves a thread's figures into the report. */
static void tell(struct reader *reader) {
  struct ingest_run *run = reader->run;
  struct nsearch_report *report = run->kept.report;
  pthread_mutex_lock(&run->report_lock);
  report->records += reader->records;
  report->articles += reader->articles;
  report->replaced_bytes += reader->replaced;
  report->text_bytes += reader->text_bytes;
  pthread_mutex_unlock(&run->report_lock);
  reader->records = reader->articles = reader->replaced = reader->text_bytes = 0;
  (void)ingest_progress(run, reader->err); /* what ends the run is seen where work is taken */
}

void ingest_unchanged(struct ingest_run *run, const struct walk_file *file, bool had_problems) {
  struct nsearch_report *report = run->kept.report;
  pthread_mutex_lock(&run->report_lock);
  report->unchanged++;
  if (report->input_total > file->size) report->input_total -= file->size;
  pthread_mutex_unlock(&run->report_lock);
  if (had_problems)
    ingest_event(run, NSEARCH_EVENT_UNCHANGED_PROBLEMS, file->path, 0,
                 "not read again: it has not changed since some of its records were broken or too large");
}

/* ---- Spans to articles ---- */

static void on_problem(void *payload, enum nsearch_event_kind kind, uint64_t record, const char *message) {
  struct reader *reader = payload;
  reader->records += record > 0;
  ingest_file_event(reader->run, reader->source_file, reader->place->path, kind, record, message);
}

/* Tells the file which ids it gave. */
static int give_ids(struct reader *reader) {
  size_t count = reader->id_count;
  reader->id_count = 0;
  return source_file_give(reader->source_file, reader->run->catalogue, reader->ids, count, reader->err);
}

static int on_article(void *payload, struct nsearch_article *article, uint64_t record, bool whole_file,
                      struct nsearch_error *err) {
  struct reader *reader = payload;
  struct ingest_run *run = reader->run;
  const struct place *place = reader->place;
  size_t title_len, body_len, id_len;
  uint64_t replaced = 0;
  int status = article_tidy(article, &replaced, err);
  if (status) return status;
  if (article_is_empty(article)) {
    on_problem(reader, NSEARCH_EVENT_EMPTY, record, "neither title nor text");
    return NSEARCH_OK;
  }
  article_judge_date(article, run->now);
  status = writer_fill_in_language(run->writer, article, err);
  if (status) return status;
  status = identity_assign(article, place->below, whole_file, run->ingest->global_ids, err);
  if (status) return status;
  const char *id = article_get(article, ARTICLE_ID, &id_len);
  uint64_t id_hash = hash_bytes(id, id_len);
  if (run->only && !rereading_wants(run->only, place->file, id_hash)) return NSEARCH_OK;
  uint64_t sequence =
      run->kept.first_sequence + ((uint64_t)place->file << SEQUENCE_RECORD_BITS) + place->records_before + record;
  status = writer_worker_add(run->writer, reader->worker, article, sequence, err);
  article_get(article, ARTICLE_TITLE, &title_len);
  article_get(article, ARTICLE_BODY, &body_len);
  reader->records++;
  reader->articles += !status;
  reader->replaced += replaced;
  reader->text_bytes += title_len + body_len;
  if (status) return status;
  reader->ids[reader->id_count++] = id_hash;
  return reader->id_count == IDS_AT_ONCE ? give_ids(reader) : NSEARCH_OK;
}

static int read_all(struct reader *reader) {
  struct ingest_run *run = reader->run;
  struct sink sink = {.article = reader->article,
                      .map = &run->ingest->map,
                      .take = on_article,
                      .problem = on_problem,
                      .payload = reader,
                      .replaced = &reader->replaced};
  const struct source *source = NULL;
  int status = NSEARCH_OK;
  while (!status) {
    struct span span = {0};
    bool got;
    status = reading_next_span(reader, &span, &got, &source);
    if (!got) break;
    /* Where nothing is read nothing is begun. */
    if (!status && !reader->worker) status = writer_worker_open(run->writer, &reader->worker, reader->err);
    sink.file_name = path_name(reader->place->path);
    sink.date_order = reader->place->date_order;
    if (!status) status = source->parse(&span, &sink, reader->err);
    if (!status) status = give_ids(reader);
    if (status) reader->source_file->failed = true;
    int released = source_file_release(&reader->source_file, run->catalogue, reader->err);
    if (!status) status = released;
    place_release(&reader->place);
    memory_free(span.bytes);
    reading_span_done(run, &span);
    tell(reader);
  }
  tell(reader);
  return status;
}

static void *reader_main(void *payload) {
  struct reader *reader = payload;
  int status = read_all(reader);
  if (status) fail(reader->run, status, nsearch_error_message(reader->err));
  if (reader->worker) {
    status = writer_worker_close(reader->run->writer, reader->worker, reader->err);
    if (status) fail(reader->run, status, nsearch_error_message(reader->err));
  }
  if (reader->own.members) reading_close(reader, &reader->own);
  return NULL;
}

/* ---- The whole run ---- */

static int reader_init(struct reader *reader, struct ingest_run *run, struct nsearch_error *err) {
  reader->run = run;
  reader->article = nsearch_article_new();
  reader->err = nsearch_error_new();
  return reader->article && reader->err ? NSEARCH_OK : error_memory(err);
}

static int run_readers(struct ingest_run *run, struct nsearch_error *err) {
  unsigned threads = writer_threads(run->writer), started = 0;
  struct reader *readers = memory_zero(threads, sizeof *readers);
  int status = NSEARCH_OK;
  if (!readers) return error_memory(err);
  for (unsigned i = 0; !status && i < threads; i++) status = reader_init(&readers[i], run, err);
  if (!status) {
    /* With fewer threads than wanted the run is slower and the same. */
    for (unsigned i = 1; i < threads; i++, started++)
      if (pthread_create(&readers[i].thread, NULL, reader_main, &readers[i])) break;
    reader_main(&readers[0]);
    for (unsigned i = 1; i <= started; i++) pthread_join(readers[i].thread, NULL);
    status = run->status;
  }
  for (unsigned i = 0; i < threads; i++) {
    nsearch_article_free(readers[i].article);
    nsearch_error_free(readers[i].err);
  }
  memory_free(readers);
  return status;
}

static void on_unreadable(void *payload, const char *path, const char *message) {
  ingest_event(payload, NSEARCH_EVENT_UNREADABLE, path, 0, message);
}

/* Leaves out the files that were read before and have not changed since. */
static int skip_unchanged(struct ingest_run *run, struct nsearch_error *err) {
  struct walk *walk = &run->kept.walk;
  struct catalogue_entry entry;
  struct buffer path = {0};
  size_t kept = 0;
  bool failed = false; /* a path that there was no memory for looks like that of a new file */
  for (size_t i = 0; i < walk->count; i++) {
    struct walk_file *file = &walk->files[i];
    enum source_state state = source_file_look(run->catalogue, walk, file, run->settings, &path, &entry);
    failed |= path.failed;
    file->in_doubt = state == SOURCE_IN_DOUBT;
    if (state != SOURCE_CHANGED) catalogue_place(run->catalogue, entry.key, file->order, false);
    if (state == SOURCE_UNCHANGED) {
      ingest_unchanged(run, file, entry.problems > 0);
      memory_free(file->path);
    } else {
      walk->files[kept++] = *file;
    }
  }
  walk->count = kept;
  int status = failed ? error_memory(err) : NSEARCH_OK;
  buffer_free(&path);
  return status;
}

static struct walk_request walk_request(struct ingest_run *run) {
  const struct nsearch_ingest *ingest = run->ingest;
  return (struct walk_request){.paths = ingest->paths,
                               .count = ingest->path_count,
                               .include = &ingest->include,
                               .exclude = &ingest->exclude,
                               .skip = writer_path(run->writer),
                               .unreadable = on_unreadable,
                               .payload = run};
}

static int list_files(struct ingest_run *run, struct nsearch_error *err) {
  const struct nsearch_ingest *ingest = run->ingest;
  const struct walk_request request = walk_request(run);
  if (ingest->path_count == 0)
    return error_set(err, NSEARCH_ERR_USAGE, "there is nothing to read: give a file, a folder or -");
  if (ingest->prune && !writer_can_prune(run->writer))
    return error_set(err, NSEARCH_ERR_UNSUPPORTED,
                     "%s: its engine cannot take out what files no longer hold; index without prune, or anew",
                     writer_path(run->writer));
  int status = walk_paths(&run->kept.walk, &request, err);
  if (status) return status;
  run->kept.report->input_total = run->kept.walk.total_size;
  status = writer_catalogue(run->writer, ingest->again, &run->catalogue, err);
  if (!status) status = reading_settings(ingest, &run->settings, err);
  if (!status && run->catalogue && ingest->prune && !ingest->prune_empty) {
    const struct prune_request pruned = {.walk = &run->kept.walk, .patterns = &request};
    status = prune_check(run->catalogue, &pruned, err);
  }
  if (!status && run->catalogue && !ingest->again) status = skip_unchanged(run, err);
  if (status) return status;
  return writer_reserve(run->writer, run->kept.walk.count, &run->kept.first_sequence, err);
}

/* Reads what the run lists, and lets go of what it read with. */
static int run_all(struct ingest_run *run, struct nsearch_error *err) {
  int status = run_readers(run, err);
  members_close(run->shared.members);
  place_release(&run->shared.place);
  source_file_release(&run->shared.source_file, run->catalogue, NULL);
  return status;
}

/* What was read before a failure or a cancellation can still be committed; so its failure counts only after theirs. */
static int keep_run(struct ingest_run *run, int status, struct nsearch_error *err) {
  int kept = writer_keep_run(run->writer, &run->kept, status ? NULL : err);
  if (kept) {
    walk_free(&run->kept.walk);
    nsearch_report_free(run->kept.report);
  }
  return status ? status : kept;
}

/* ---- What files no longer hold ---- */

/* After all that was there before the run, and before all that the run brings and what comes after it. */
static int remove_article(void *payload, uint64_t id_hash, struct nsearch_error *err) {
  const struct ingest_run *run = payload;
  return writer_prune(run->writer, id_hash, run->kept.first_sequence - 1, err);
}

/* A run of its own, and of no catalogue. */
static int reread(struct ingest_run *run, struct rereading *rereading, struct nsearch_error *err) {
  struct ingest_run again = {.writer = run->writer,
                             .ingest = run->ingest,
                             .kept = {.report = report_new(), .walk = rereading->walk},
                             .only = rereading,
                             .main = run,
                             .started = run->started,
                             .now = run->now,
                             .large_lock = PTHREAD_MUTEX_INITIALIZER,
                             .split_lock = PTHREAD_MUTEX_INITIALIZER,
                             .report_lock = PTHREAD_MUTEX_INITIALIZER,
                             .err = err};
  int status = again.kept.report ? writer_reserve(run->writer, again.kept.walk.count, &again.kept.first_sequence, err)
                                 : error_memory(err);
  if (!status) status = run_all(&again, err);
  if (!status) status = rereading_postpone(rereading, run->catalogue, err);
  rereading->walk = (struct walk){0}; /* it goes with the run */
  return keep_run(&again, status, err);
}

static int prune(struct ingest_run *run, struct nsearch_error *err) {
  const struct walk_request patterns = walk_request(run);
  const struct prune_request request = {.walk = &run->kept.walk,
                                        .patterns = &patterns,
                                        .settings = run->settings,
                                        .remove = remove_article,
                                        .payload = run};
  struct rereading rereading;
  int status = prune_catalogue(run->catalogue, &request, &rereading, err);
  if (!status && rereading.walk.count) status = reread(run, &rereading, err);
  rereading_free(&rereading);
  return status;
}

/* Where a run that prunes failed or was cancelled, what files left behind is known as long as the catalogue has their old
 * records. */
static void end_run(struct ingest_run *run, int status) {
  if (!run->catalogue) return;
  if (status && run->ingest->prune && run->catalogue->superseded_count)
    writer_forget_catalogue(run->writer);
  else
    catalogue_end_run(run->catalogue);
  run->catalogue = NULL;
}

nsearch_status nsearch_read(nsearch_writer *writer, const nsearch_ingest *ingest, nsearch_report **report,
                            nsearch_error *err) {
  struct nsearch_report *mine = report_new();
  struct nsearch_error *local = err ? NULL : nsearch_error_new();
  if (report) *report = mine ? report_retain(mine) : NULL;
  if (!mine || (!err && !local)) {
    nsearch_report_free(mine);
    return error_memory(err);
  }
  struct ingest_run run = {
      .writer = writer,
      .ingest = ingest,
      .kept = {.report = mine, .on_event = ingest->on_event, .event_payload = ingest->event_payload},
      .main = &run,
      .started = clock_monotonic(),
      .now = clock_now(),
      .large_lock = PTHREAD_MUTEX_INITIALIZER,
      .split_lock = PTHREAD_MUTEX_INITIALIZER,
      .report_lock = PTHREAD_MUTEX_INITIALIZER,
      .err = err ? err : local};
  int status = list_files(&run, run.err);
  if (run.catalogue) catalogue_begin_run(run.catalogue);
  if (!status) status = run_all(&run, run.err);
  if (!status && ingest->prune) status = prune(&run, run.err);
  end_run(&run, status);
  mine->nanoseconds = clock_monotonic() - run.started;
  status = keep_run(&run, status, run.err);
  if (!status) error_clear(run.err);
  nsearch_error_free(local);
  return status;
}
