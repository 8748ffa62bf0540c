/* The run: files are taken in order, split into spans of whole records, and parsed by all threads. There is no queue:
 * a thread that wants work splits it off under a lock, which is cheap, and parses it outside, which is not. Files of
 * one small article are opened by the thread that reads them. */
#include "indexer/indexer.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum {
  HEAD_BYTES = 64 << 10,  /* by which a format is recognised */
  SMALL_FILE = 256 << 10, /* up to here a file is read by one thread alone */
  PROGRESS_MS = 100
};

/* A file that is being split. */
struct reading {
  size_t file;
  struct input *input; /* NULL: none is open */
  const struct source *source;
  uint64_t state[8];
  uint64_t raw_bytes; /* reported so far */
};

struct ingest_run {
  struct nsearch_writer *writer;
  const struct nsearch_ingest *ingest;
  struct run kept; /* the walk, the report, and where events go */

  pthread_mutex_t split_lock; /* guards what follows */
  size_t next_file;
  struct reading shared;
  atomic_bool stop;

  pthread_mutex_t report_lock; /* guards the report and what follows; taken inside split_lock, never around it */
  uint64_t started, last_progress;
  int status;
  struct nsearch_error *err;
};

/* One thread of the run. */
struct reader {
  struct ingest_run *run;
  struct engine_worker *worker;
  struct nsearch_article *article;
  struct nsearch_error *err;
  struct reading own;                               /* a small file that this thread reads alone */
  size_t file;                                      /* of the span that is being parsed */
  uint64_t records, articles, replaced, text_bytes; /* not yet in the report */
  pthread_t thread;
};

/* ---- Figures and call-backs ---- */

static void event(struct ingest_run *run, enum nsearch_event_kind kind, const char *path, uint64_t record,
                  const char *message) {
  pthread_mutex_lock(&run->report_lock);
  run->kept.report->events[kind]++;
  if (run->kept.on_event) run->kept.on_event(run->kept.event_payload, kind, path, record, message);
  pthread_mutex_unlock(&run->report_lock);
}

static const struct walk_file *file_of(const struct ingest_run *run, size_t file) {
  return &run->kept.walk.files[file];
}

/* The first failure ends the run. */
static void fail(struct ingest_run *run, int status, const struct nsearch_error *err) {
  pthread_mutex_lock(&run->report_lock);
  if (!run->status) {
    run->status = status;
    error_set(run->err, status, "%s", nsearch_error_message(err));
  }
  pthread_mutex_unlock(&run->report_lock);
  atomic_store(&run->stop, true);
}

/* Moves a thread's figures into the report and lets the caller see them when it is time. */
static void tell(struct reader *reader) {
  struct ingest_run *run = reader->run;
  struct nsearch_report *report = run->kept.report;
  uint64_t now = clock_monotonic();
  bool cancel = false;
  pthread_mutex_lock(&run->report_lock);
  report->records += reader->records;
  report->articles += reader->articles;
  report->replaced_bytes += reader->replaced;
  report->text_bytes += reader->text_bytes;
  report->nanoseconds = now > run->started ? now - run->started : 0;
  if (run->ingest->on_progress && now > run->last_progress + PROGRESS_MS * UINT64_C(1000000)) {
    run->last_progress = now;
    cancel = run->ingest->on_progress(run->ingest->progress_payload, report) != 0;
  }
  pthread_mutex_unlock(&run->report_lock);
  reader->records = reader->articles = reader->replaced = reader->text_bytes = 0;
  if (cancel) {
    error_set(reader->err, NSEARCH_ERR_CANCELLED, "the run was cancelled");
    fail(run, NSEARCH_ERR_CANCELLED, reader->err);
  }
}

static void count_input(struct ingest_run *run, struct reading *reading, bool is_done) {
  uint64_t raw = reading->input ? reading->input->raw_bytes : reading->raw_bytes;
  pthread_mutex_lock(&run->report_lock);
  run->kept.report->input_bytes += raw - reading->raw_bytes;
  run->kept.report->files += is_done;
  pthread_mutex_unlock(&run->report_lock);
  reading->raw_bytes = raw;
}

/* ---- Files to spans ---- */

static void reading_close(struct ingest_run *run, struct reading *reading) {
  count_input(run, reading, true);
  input_close(reading->input);
  reading->input = NULL;
}

/* A file that cannot be read (any further), or that breaks off: an event. Failures of ours are passed on. */
static int file_trouble(struct reader *reader, const struct reading *reading, int status) {
  const char *path = file_of(reader->run, reading->file)->path;
  if (status == NSEARCH_ERR_MEMORY) return status;
  event(reader->run, status == NSEARCH_ERR_INPUT ? NSEARCH_EVENT_BROKEN : NSEARCH_EVENT_UNREADABLE, path, 0,
        nsearch_error_message(reader->err));
  error_clear(reader->err);
  return NSEARCH_OK;
}

static const char *name_of(const struct walk_file *file) {
  const char *slash = strrchr(file->path, '/');
  return slash ? slash + 1 : file->path;
}

/* Opens a file and finds its format; reading->input stays NULL when there is nothing to split. */
static int reading_open(struct reader *reader, struct reading *reading, size_t file) {
  struct ingest_run *run = reader->run;
  const struct walk_file *walk_file = file_of(run, file);
  *reading = (struct reading){.file = file};
  int status = input_open(&reading->input, walk_file->path, reader->err);
  if (status) return file_trouble(reader, reading, status);
  status = input_fill(reading->input, HEAD_BYTES, reader->err);
  bool is_cut = status != NSEARCH_OK;
  if (status && (status = file_trouble(reader, reading, status))) return status;
  const struct input *input = reading->input;
  size_t len = input->len < HEAD_BYTES ? input->len : HEAD_BYTES;
  reading->source = source_find(input->window, len, input->at_end && len == input->len, name_of(walk_file));
  if (reading->source && (len > 0 || !is_cut)) return NSEARCH_OK;
  if (!is_cut) event(run, NSEARCH_EVENT_UNKNOWN, walk_file->path, 0, "no known format");
  reading_close(run, reading);
  return NSEARCH_OK;
}

/* The next span of an open file, which is closed at its end; *got is false when there was none. */
static int reading_split(struct reader *reader, struct reading *reading, struct span *span, bool *got) {
  struct source_problem problem = {0};
  const char *path = file_of(reader->run, reading->file)->path;
  bool more = false;
  *span = (struct span){0};
  int status = reading->source->split(reading->input, reading->state, span, &more, &problem, reader->err);
  if (status) return file_trouble(reader, reading, status);
  if (problem.kind) {
    reader->records += problem.record > 0;
    event(reader->run, problem.kind, path, problem.record, problem.message);
  }
  reader->file = reading->file;
  *got = span->bytes != NULL;
  count_input(reader->run, reading, false);
  if (!more) reading_close(reader->run, reading);
  return NSEARCH_OK;
}

/* What a thread takes under the lock: a span of the shared file, or else a small file to read alone (*small, else
 * SIZE_MAX), or else nothing: all is read. */
static int take_work(struct reader *reader, struct span *span, bool *got, const struct source **source, size_t *small) {
  struct ingest_run *run = reader->run;
  const struct walk *walk = &run->kept.walk;
  int status = NSEARCH_OK;
  pthread_mutex_lock(&run->split_lock);
  while (!status && !*got && !atomic_load(&run->stop)) {
    if (run->shared.input) {
      *source = run->shared.source;
      status = reading_split(reader, &run->shared, span, got);
      continue;
    }
    if (run->next_file >= walk->count) break;
    size_t file = run->next_file++;
    if (walk->files[file].size > 0 && walk->files[file].size <= SMALL_FILE) {
      *small = file;
      break;
    }
    status = reading_open(reader, &run->shared, file);
  }
  pthread_mutex_unlock(&run->split_lock);
  return status;
}

/* The next span for this thread; *got is false when all is read. */
static int next_span(struct reader *reader, struct span *span, bool *got, const struct source **source) {
  int status = NSEARCH_OK;
  *got = false;
  while (!status && !*got && !atomic_load(&reader->run->stop)) {
    size_t small = SIZE_MAX;
    if (reader->own.input) {
      *source = reader->own.source;
      status = reading_split(reader, &reader->own, span, got);
      continue;
    }
    status = take_work(reader, span, got, source, &small);
    if (status || *got || small == SIZE_MAX) break;
    status = reading_open(reader, &reader->own, small);
  }
  return status;
}

/* ---- Spans to articles ---- */

static void on_problem(void *payload, enum nsearch_event_kind kind, uint64_t record, const char *message) {
  struct reader *reader = payload;
  reader->records += record > 0;
  event(reader->run, kind, file_of(reader->run, reader->file)->path, record, message);
}

static int on_article(void *payload, struct nsearch_article *article, uint64_t record, bool whole_file,
                      struct nsearch_error *err) {
  struct reader *reader = payload;
  struct ingest_run *run = reader->run;
  size_t title_len, body_len;
  uint64_t replaced = 0;
  int status = article_tidy(article, &replaced, err);
  if (status) return status;
  if (article_is_empty(article)) {
    on_problem(reader, NSEARCH_EVENT_EMPTY, record, "neither title nor text");
    return NSEARCH_OK;
  }
  status = identity_assign(article, file_of(run, reader->file)->below, whole_file, run->ingest->global_ids, err);
  if (status) return status;
  uint64_t sequence = run->kept.first_sequence + ((uint64_t)reader->file << SEQUENCE_RECORD_BITS) + record;
  status = writer_worker_add(run->writer, reader->worker, article, sequence, err);
  article_get(article, ARTICLE_TITLE, &title_len);
  article_get(article, ARTICLE_BODY, &body_len);
  reader->records++;
  reader->articles += !status;
  reader->replaced += replaced;
  reader->text_bytes += title_len + body_len;
  return status;
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
    status = next_span(reader, &span, &got, &source);
    if (status || !got) break;
    sink.file_name = name_of(file_of(run, reader->file));
    status = source->parse(&span, &sink, reader->err);
    memory_free(span.bytes);
    tell(reader);
  }
  tell(reader);
  return status;
}

static void *reader_main(void *payload) {
  struct reader *reader = payload;
  int status = writer_worker_open(reader->run->writer, &reader->worker, reader->err);
  if (!status) {
    status = read_all(reader);
    if (status) fail(reader->run, status, reader->err);
    status = writer_worker_close(reader->run->writer, reader->worker, reader->err);
  }
  if (status) fail(reader->run, status, reader->err);
  if (reader->own.input) reading_close(reader->run, &reader->own);
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
  event(payload, NSEARCH_EVENT_UNREADABLE, path, 0, message);
}

static int list_files(struct ingest_run *run, struct nsearch_error *err) {
  const struct nsearch_ingest *ingest = run->ingest;
  const struct walk_request request = {.paths = ingest->paths,
                                       .count = ingest->path_count,
                                       .include = &ingest->include,
                                       .exclude = &ingest->exclude,
                                       .skip = writer_path(run->writer),
                                       .unreadable = on_unreadable,
                                       .payload = run};
  if (ingest->path_count == 0)
    return error_set(err, NSEARCH_ERR_USAGE, "there is nothing to read: give a file, a folder or -");
  int status = walk_paths(&run->kept.walk, &request, err);
  if (status) return status;
  run->kept.report->input_total = run->kept.walk.total_size;
  return writer_reserve(run->writer, run->kept.walk.count, &run->kept.first_sequence, err);
}

nsearch_status nsearch_read(nsearch_writer *writer, const nsearch_ingest *ingest, nsearch_report **report,
                            nsearch_error *err) {
  struct ingest_run run = {.writer = writer, .ingest = ingest, .err = err, .started = clock_monotonic()};
  struct nsearch_report *mine = report_new();
  struct nsearch_error *local = err ? NULL : nsearch_error_new();
  if (report) *report = mine ? report_retain(mine) : NULL;
  if (!mine || (!err && !local)) {
    nsearch_report_free(mine);
    return error_memory(err);
  }
  run.err = err ? err : local;
  run.kept = (struct run){.report = mine, .on_event = ingest->on_event, .event_payload = ingest->event_payload};
  pthread_mutex_init(&run.split_lock, NULL);
  pthread_mutex_init(&run.report_lock, NULL);
  int status = list_files(&run, run.err);
  if (!status) status = run_readers(&run, run.err);
  input_close(run.shared.input);
  mine->nanoseconds = clock_monotonic() - run.started;
  /* What was read before a failure or a cancellation can still be committed. */
  int kept = writer_keep_run(writer, &run.kept, status ? NULL : run.err);
  if (kept) {
    walk_free(&run.kept.walk);
    nsearch_report_free(mine);
    status = status ? status : kept;
  }
  if (!status) error_clear(run.err);
  pthread_mutex_destroy(&run.report_lock);
  pthread_mutex_destroy(&run.split_lock);
  nsearch_error_free(local);
  return status;
}
