/* A run from files to articles: what ingest.c, which is the run, and reading.c, which is its files, share. */
#ifndef INDEXER_INGEST_H
#define INDEXER_INGEST_H

#include <pthread.h>

#include "indexer/indexer.h"

enum { IDS_AT_ONCE = 256 }; /* go to the catalogue under its lock */

/* Where spans come from: a file, or a member of an archive. Whoever splits it and each span hold a reference. */
struct place {
  atomic_uint references;
  size_t file;
  char *path;
  const char *below;          /* tail of path */
  enum date_order date_order; /* that it shows */
  uint64_t records_before;    /* of the file, in members before this one */
};

/* A file that is being split. */
struct reading {
  struct ingest_run *run;
  size_t file;
  struct source_file *source_file; /* NULL: none is open */
  struct members *members;
  struct input *input; /* the file's or that of the member that is being split; NULL: none */
  struct place *place; /* the same */
  const struct source *source;
  uint64_t state[8];
  uint64_t records;   /* of the file, as far as it is split */
  uint64_t raw_bytes; /* reported so far */
};

struct ingest_run {
  struct nsearch_writer *writer;
  const struct nsearch_ingest *ingest;
  struct run kept;             /* the walk, the report, and where events go */
  struct catalogue *catalogue; /* NULL: there is none */
  uint64_t settings;
  int64_t now;                  /* by which dates are in the future */
  const struct rereading *only; /* NULL: all articles are taken */
  struct ingest_run *main;      /* whose report and call-backs it has: itself; of what is read once more the run that it is for */

  /* Held while a large span is parsed. Who waits for it holds split_lock: no more of them are split off meanwhile. */
  pthread_mutex_t large_lock;
  pthread_mutex_t split_lock; /* guards what follows */
  size_t next_file;
  struct reading shared;
  atomic_bool stop;

  pthread_mutex_t report_lock; /* guards the report and what follows; taken inside split_lock, never around it */
  uint64_t started, last_progress;
  int status; /* of the first failure */
  struct nsearch_error *err;
};

/* One thread of the run. */
struct reader {
  struct ingest_run *run;
  struct engine_worker *worker;
  struct nsearch_article *article;
  struct nsearch_error *err;
  struct reading own;              /* a small file that this thread reads alone */
  struct place *place;             /* of the span that is being parsed */
  struct source_file *source_file; /* the same */
  uint64_t ids[IDS_AT_ONCE];       /* that it gave, and that nobody was told yet */
  size_t id_count;
  uint64_t records, articles, replaced, text_bytes; /* not yet in the report */
  pthread_t thread;
};

/* ---- ingest.c: figures and call-backs ---- */

void ingest_event(struct ingest_run *run, enum nsearch_event_kind kind, const char *path, uint64_t record,
                  const char *message);
/* An event of a file that is being read, or of a member of it; what is read once more was told of when it was read. */
void ingest_file_event(struct ingest_run *run, struct source_file *source, const char *path,
                       enum nsearch_event_kind kind, uint64_t record, const char *message);
/* It is as it was when it was read: that it is not read now. */
void ingest_unchanged(struct ingest_run *run, const struct walk_file *file, bool had_problems);

/* Lets the caller see how far the run is, when it is time; the answer may end it. */
int ingest_progress(struct ingest_run *run, struct nsearch_error *err);

/* ---- reading.c: files to spans ---- */

/* The next span for this thread, and in reader->place and reader->source_file where it comes from, for the reader to
 * release; *got is false when all is read. */
int reading_next_span(struct reader *reader, struct span *span, bool *got, const struct source **source);
/* The span was parsed, or will not be. */
void reading_span_done(struct ingest_run *run, const struct span *span);
/* Ends the reading, whether or not it came to the file's end. */
int reading_close(struct reader *reader, struct reading *reading);
void place_release(struct place **pointer);

#endif
