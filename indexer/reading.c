/* Files to spans: each thread takes the next span of the file that all share, or a file of its own. Files of one small
 * article are opened by the thread that reads them. */
#include "indexer/ingest.h"

#include <string.h>

enum {
  SMALL_FILE = 256 << 10, /* up to here a file is read by one thread alone */
  LARGE_SPAN = 4 << 20    /* from here on spans are parsed one at a time, for the memory that they take */
};

static const struct walk_file *file_of(const struct ingest_run *run, size_t file) {
  return &run->kept.walk.files[file];
}

static void count_input(struct ingest_run *run, struct reading *reading, bool is_done) {
  uint64_t raw = reading->members ? input_raw_bytes(members_outer(reading->members)) : reading->raw_bytes;
  pthread_mutex_lock(&run->report_lock);
  run->kept.report->input_bytes += raw - reading->raw_bytes;
  run->kept.report->files += is_done;
  pthread_mutex_unlock(&run->report_lock);
  reading->raw_bytes = raw;
}

/* ---- Places ---- */

static int place_new(struct place **out, size_t file, const struct member *member, uint64_t records_before,
                     struct nsearch_error *err) {
  struct place *place = *out = memory_zero(1, sizeof *place);
  if (!place) return error_memory(err);
  *place = (struct place){.file = file, .records_before = records_before};
  atomic_init(&place->references, 1);
  place->path = memory_string(member->path, strlen(member->path));
  if (!place->path) return error_memory(err);
  place->below = place->path + (member->below - member->path);
  return NSEARCH_OK;
}

static struct place *place_retain(struct place *place) {
  atomic_fetch_add(&place->references, 1);
  return place;
}

void place_release(struct place **pointer) {
  struct place *place = *pointer;
  *pointer = NULL;
  if (!place || atomic_fetch_sub(&place->references, 1) > 1) return;
  memory_free(place->path);
  memory_free(place);
}

/* ---- Files and their members ---- */

int reading_close(struct reader *reader, struct reading *reading) {
  if (reading->members) count_input(reader->run, reading, true);
  members_close(reading->members);
  place_release(&reading->place);
  reading->members = NULL;
  reading->input = NULL;
  return source_file_release(&reading->source_file, reader->run->catalogue, reader->err);
}

/* The file is not read wholly. */
static void miss(struct reader *reader, const struct reading *reading, enum nsearch_event_kind kind, const char *path,
                 const char *message) {
  struct ingest_run *run = reader->run;
  struct walk_file *file = &run->kept.walk.files[reading->file];
  reading->source_file->failed = file->missed = true;
  if (run->catalogue) catalogue_place(run->catalogue, reading->source_file->given.key, file->order, true);
  ingest_event(run, kind, path, 0, message);
}

/* What cannot be read (any further), or breaks off: an event. Failures of ours are passed on. */
static int file_trouble(struct reader *reader, const struct reading *reading, const char *path, int status) {
  if (status == NSEARCH_ERR_MEMORY || status == NSEARCH_ERR_CANCELLED) return status;
  miss(reader, reading, status == NSEARCH_ERR_INPUT ? NSEARCH_EVENT_BROKEN : NSEARCH_EVENT_UNREADABLE, path,
       nsearch_error_message(reader->err));
  error_clear(reader->err);
  return NSEARCH_OK;
}

/* Finds the format of a file or member, the head of which is in the window. reading->input stays NULL when it has none. */
static int member_begin(struct reader *reader, struct reading *reading, const struct member *member) {
  const struct input *input = member->input;
  size_t len = input->len < HEAD_BYTES ? input->len : HEAD_BYTES;
  bool is_all = input->at_end && len == input->len;
  reading->source = source_find(input->window, len, is_all, path_name(member->path));
  if (reading->records >> (SEQUENCE_RECORD_BITS - 1)) {
    miss(reader, reading, NSEARCH_EVENT_TOO_LARGE, member->path, "the archive has too many records before this member");
    return NSEARCH_OK;
  }
  if (!reading->source || (len == 0 && member->problem)) {
    char why[200];
    source_explain(input->window, len, why, sizeof why);
    if (!member->problem)
      ingest_file_event(reader->run, reading->source_file, member->path, NSEARCH_EVENT_UNKNOWN, 0, why);
    return NSEARCH_OK;
  }
  memset(reading->state, 0, sizeof reading->state);
  reading->input = member->input;
  int status = place_new(&reading->place, reading->file, member, reading->records, reader->err);
  if (!status) reading->place->date_order = date_order_of(input->window, len);
  return status;
}

/* The file was read to its end. */
static int reading_end(struct reader *reader, struct reading *reading) {
  const char *path = file_of(reader->run, reading->file)->path;
  if (members_left_out(reading->members)) reading->source_file->failed = true;
  int status = source_file_end(reading->source_file, members_outer(reading->members), reader->err);
  if (status) status = file_trouble(reader, reading, path, status);
  int closed = reading_close(reader, reading);
  return status ? status : closed;
}

/* Goes on to what is to be split next of the file, the file itself first; reading->input is NULL when that was all, and the
 * reading closed. */
static int reading_advance(struct reader *reader, struct reading *reading) {
  struct member member;
  bool more = true;
  int status = NSEARCH_OK;
  reading->input = NULL;
  place_release(&reading->place);
  while (!status && !reading->input && !atomic_load(&reader->run->stop)) {
    status = members_next(reading->members, &member, &more, reader->err);
    if (status || !more) break;
    if (member.problem) miss(reader, reading, member.problem, member.path, member.message);
    if (member.input) status = member_begin(reader, reading, &member);
  }
  if (!status && !more) return reading_end(reader, reading);
  if (status || !reading->input) {
    int closed = reading_close(reader, reading);
    status = status ? status : closed;
  }
  return status;
}

/* Long may be read before there is a span: what is too large or of no known format, members that are passed over. */
static int after_read(void *payload, struct nsearch_error *err) {
  struct reading *reading = payload;
  count_input(reading->run, reading, false);
  return ingest_progress(reading->run, err);
}

static int reading_begin(struct reader *reader, struct reading *reading) {
  const struct walk_file *file = file_of(reader->run, reading->file);
  const struct nsearch_ingest *ingest = reader->run->ingest;
  /* What is read once more is known for all that it gave, whatever this run's patterns let in. */
  bool all = reader->run->only;
  int status =
      members_open(&reading->members, file, all ? NULL : &ingest->include, all ? NULL : &ingest->exclude, reader->err);
  if (status) return file_trouble(reader, reading, file->path, status);
  input_watch(members_outer(reading->members), after_read, reading);
  return reading_advance(reader, reading);
}

/* Opens a file, unless it turns out to be one that was read before. */
static int reading_open(struct reader *reader, struct reading *reading, size_t file) {
  struct ingest_run *run = reader->run;
  const struct walk_file *walk_file = file_of(run, file);
  bool same = false, had_problems = false;
  *reading = (struct reading){.run = run, .file = file};
  int status = source_file_open(&reading->source_file, &run->kept.walk, walk_file, run->settings, reader->err);
  if (!status && walk_file->in_doubt)
    status = source_file_compare(reading->source_file, run->catalogue, &same, &had_problems, reader->err);
  if (same) ingest_unchanged(run, walk_file, had_problems);
  if (!status && !same) status = reading_begin(reader, reading);
  if (status || !reading->input) {
    int closed = reading_close(reader, reading);
    status = status ? status : closed;
  }
  return status;
}

/* ---- Spans ---- */

/* How many records there may be by now: where only parse() can tell, none has less than two bytes. */
static void count_records(struct reading *reading, const struct span *span, uint64_t problem_record) {
  uint64_t last = problem_record;
  if (span->bytes) last = span->record + (span->count ? span->count - 1 : span->len / 2 + 1);
  if (reading->place->records_before + last > reading->records)
    reading->records = reading->place->records_before + last;
}

/* The next span of an open file, which is closed at its end; *got is false when there was none. */
static int reading_split(struct reader *reader, struct reading *reading, struct span *span, bool *got) {
  struct source_problem problem = {0};
  bool more = false;
  *span = (struct span){0};
  int status = reading->source->split(reading->input, reading->state, span, &more, &problem, reader->err);
  if (status) return file_trouble(reader, reading, reading->place->path, status);
  if (problem.kind) {
    reader->records += problem.record > 0;
    ingest_file_event(reader->run, reading->source_file, reading->place->path, problem.kind, problem.record,
                      problem.message);
  }
  *got = span->bytes != NULL;
  count_records(reading, span, problem.record);
  if (*got) {
    reader->place = place_retain(reading->place);
    reader->source_file = source_file_retain(reading->source_file);
  }
  count_input(reader->run, reading, false);
  return more ? NSEARCH_OK : reading_advance(reader, reading);
}

static void lock_large(struct ingest_run *run, const struct span *span) {
  if (span->len > LARGE_SPAN) pthread_mutex_lock(&run->large_lock);
}

void reading_span_done(struct ingest_run *run, const struct span *span) {
  if (span->len > LARGE_SPAN) pthread_mutex_unlock(&run->large_lock);
}

/* What a thread takes under the lock: a span of the shared file, or else a file to read alone (*small, else SIZE_MAX), a
 * small one or one that is likely to be known, or else nothing: all is read. */
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
    if (walk->files[file].missed) continue; /* before it was to be read once more */
    if (walk->files[file].in_doubt || (walk->files[file].size > 0 && walk->files[file].size <= SMALL_FILE)) {
      *small = file;
      break;
    }
    status = reading_open(reader, &run->shared, file);
  }
  if (*got) lock_large(run, span);
  pthread_mutex_unlock(&run->split_lock);
  return status;
}

/* The next span for this thread; *got is false when all is read. */
int reading_next_span(struct reader *reader, struct span *span, bool *got, const struct source **source) {
  int status = NSEARCH_OK;
  *got = false;
  while (!status && !*got && !atomic_load(&reader->run->stop)) {
    size_t small = SIZE_MAX;
    if (reader->own.input) {
      *source = reader->own.source;
      status = reading_split(reader, &reader->own, span, got);
      if (*got) lock_large(reader->run, span);
      continue;
    }
    status = take_work(reader, span, got, source, &small);
    if (status || *got || small == SIZE_MAX) break;
    status = reading_open(reader, &reader->own, small);
  }
  return status;
}
