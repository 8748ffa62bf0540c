/* indexer: from sources to a committed index. The map of this folder; includes common/ only.
 *
 *   walk.c      paths -> files
 *   input.c     a file -> its bytes, decompressed
 *   sources/    bytes -> spans (split) -> articles (parse), one file per format
 *   identity.c  the id of an article
 *   options.c   what to read: paths, --map, globs, call-backs
 *   report.c    what a run did
 *   ingest.c    the run: N workers pull spans in turn, parse them and feed the engine
 *   writer.c    the writer functions of nsearch.h
 *   folder.c    the folder of an index being written
 *   deletions.c ids to be left out
 *   native/     articles -> term stream -> inversion -> segment -> merge -> commit
 *   xapian/     articles -> documents -> databases -> compaction -> commit */
#ifndef INDEXER_INDEXER_H
#define INDEXER_INDEXER_H

#include <stdatomic.h>

#include "common/article/article.h"
#include "common/engine.h"
#include "common/store/store.h"
#include "common/system/system.h"

/* ---- input.c: the bytes of one file, decompressed --------------------------------------------------------------- */

enum { RECORD_MAX = 64 << 20 }; /* bytes of one record; a larger one is skipped while streaming and reported */

/* A window that slides over the stream. window[0..len) is what is there; input_fill() adds to it, input_consume()
 * drops from its front. gzip is undone on the way (by content, members one after another). */
struct input {
  const char *window;
  size_t len;
  uint64_t offset; /* of window[0] in the decompressed stream */
  bool at_end;     /* nothing will follow what the window holds */
  uint64_t raw_bytes; /* read from the file so far, as stored */
  char *kept;         /* bytes set aside by input_keep(); they are the input's */
  size_t kept_len;
  struct input_state *state;
};

int input_open(struct input **out, const char *path, struct nsearch_error *err); /* "-" is standard input */
void input_close(struct input *input);

/* Tries to make at least `want` bytes visible; fewer only at the end of the stream. NSEARCH_ERR_INPUT for a broken
 * gzip member, NSEARCH_ERR_SYSTEM for a failing read: told once, then the stream ends there: what came before stays
 * visible and at_end is set. The window may move. */
int input_fill(struct input *input, size_t want, struct nsearch_error *err);
void input_consume(struct input *input, size_t bytes);

/* Sets a copy of the first bytes of the window aside, for a source that needs them with every span; once in a file. */
int input_keep(struct input *input, size_t bytes, struct nsearch_error *err);

/* ---- sources/: one file per format ------------------------------------------------------------------------------ */

/* A run of whole records, with all that parse() needs and no tie to the input. */
struct span {
  char *bytes; /* memory_alloc(); the span owns it */
  size_t len;
  size_t head;     /* bytes at its front that stand before all records of the file: input_keep() */
  uint64_t record; /* number of its first record in the file, from 1 */
  uint64_t count;  /* how many records it holds, 0 when only parse() can tell (then it is the file's last span) */
  bool whole_file; /* the file is this one article: its path is its id */
};

/* A record that split() had to give up on, or the rest of a file. */
struct source_problem {
  enum nsearch_event_kind kind;
  uint64_t record;
  char message[200];
};

/* What parse() hands articles and problems to. The article is the sink's own, cleared before each record. */
struct sink {
  struct nsearch_article *article;
  const char *file_name;      /* last part of the path, for a title where there is none */
  const struct field_map *map;
  int (*take)(void *payload, struct nsearch_article *article, uint64_t record, bool whole_file,
              struct nsearch_error *err);
  void (*problem)(void *payload, enum nsearch_event_kind kind, uint64_t record, const char *message);
  void *payload;
  uint64_t *replaced; /* parse() adds how many characters it could not decode: they became U+FFFD */
};

/* Keys of --map, in the order given. */
struct field_map {
  struct field_map_entry {
    char *field, *key;
  } *entries;
  size_t count, capacity;
};

struct source {
  const char *name;
  /* True when the first bytes of a file (up to 64 KiB, decompressed) or its name say that it is of this format.
   * Sources are asked in the order of source_table; content decides before names do. */
  bool (*claims)(const char *head, size_t len, bool is_all, const char *file_name);
  /* Sequential and cheap; never looks at a record's fields. A failure of input_fill() is passed on with the input and
   * state as they were, so that the next call takes what there is as the end of the file. Stores the next span (about 256 KiB of records, at least one record) and returns true in
   * *more, or false at the end. `state` is zeroed 64 bytes of the source's own, per file. A record over RECORD_MAX or
   * a broken rest is put into *problem (kind 0: none); splitting goes on after it where that is possible. */
  int (*split)(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
               struct nsearch_error *err);
  /* On any worker, no shared state: calls sink->take for each article and sink->problem for each bad record. Fails
   * only when take does or memory runs out. */
  int (*parse)(const struct span *span, const struct sink *sink, struct nsearch_error *err);
};

extern const struct source source_jsonl, source_json, source_reuters, source_trec;
extern const struct source source_newsml, source_nitf, source_feed, source_text;
extern const struct source *const source_table[]; /* ends with NULL; sources.c */

/* The format of a file, NULL when unknown. */
const struct source *source_find(const char *head, size_t len, bool is_all, const char *file_name);

/* ---- walk.c: paths to files ---------------------------------------------------------------------------------------- */

struct walk_file {
  char *path;          /* as it is opened */
  const char *below;   /* tail of path: below the argument; the file name where the argument is a file */
  uint64_t size;
};
struct walk {
  struct walk_file *files; /* in order: arguments as given, below each by bytes of `below` */
  size_t count, capacity;
  uint64_t total_size; /* 0 when one of them is standard input */
};

struct globs {
  char **patterns;
  size_t count, capacity;
};

struct walk_request {
  char *const *paths;
  size_t count;
  const struct globs *include, *exclude;
  const char *skip; /* a folder to leave out, the index being written; may be NULL */
  void (*unreadable)(void *payload, const char *path, const char *message);
  void *payload;
};

/* Lists the regular files below the paths: hidden files and nsearch's own indexes are left out, symbolic links are
 * followed to files and not to folders, a file that is reached twice is listed once. A folder that cannot be read is
 * given to unreadable(). NSEARCH_ERR_USAGE when a path does not exist. */
int walk_paths(struct walk *out, const struct walk_request *request, struct nsearch_error *err);
void walk_free(struct walk *walk);

/* ---- identity.c ------------------------------------------------------------------------------------------------------- */

/* Gives the article its id by the rules of docs/identity.md: its own id (digits alone become "below#id" unless
 * global_ids), else its URL, else for a whole file its path below the argument, else "below#" and a hash of the
 * content in hexadecimal. below is NULL for an article that comes from no file: digits stay, and the hash
 * stands alone. */
int identity_assign(struct nsearch_article *article, const char *below, bool whole_file, bool global_ids,
                    struct nsearch_error *err);

/* ---- options.c ----------------------------------------------------------------------------------------------------------- */

struct nsearch_ingest {
  char **paths;
  size_t path_count, path_capacity;
  struct field_map map;
  struct globs include, exclude;
  bool global_ids;
  nsearch_on_event on_event;
  void *event_payload;
  nsearch_on_progress on_progress;
  void *progress_payload;
};

struct nsearch_options {
  const struct writer_engine *engine; /* NULL: the index's, native for a new one */
  struct write_options write;
  size_t shard_room;
  bool threads_said;
};

/* The options that hold when the caller says nothing. */
void options_default(struct write_options *out);

/* NSEARCH_ERR_UNSUPPORTED when this build lacks the engine, NSEARCH_ERR_USAGE when there is no such one. */
int writer_engine_find(const char *name, const struct writer_engine **out, struct nsearch_error *err);

/* ---- report.c ------------------------------------------------------------------------------------------------------------ */

enum { EVENT_KINDS = 8 };

/* Shared by the caller and, until the commit that finds out what was replaced, by the writer. */
struct nsearch_report {
  atomic_uint references;
  uint64_t files, records, articles, events[EVENT_KINDS];
  uint64_t replaced_bytes, text_bytes, input_bytes, input_total;
  uint64_t nanoseconds;
};

struct nsearch_report *report_new(void);
struct nsearch_report *report_retain(struct nsearch_report *report);

/* ---- folder.c: what is the same for all engines about a folder that is being written -------------------------------- */

enum { TITLE_WEIGHT_USUAL = 2 };

struct folder {
  char *path;
  bool made, has_index; /* the folder was not there before; it has a commit by now */
  int lock;
  struct manifest manifest; /* the last commit; of a new index, what the first one begins with */
};
/* Locks the folder, which is made when absent, reads its manifest, settles what the options leave open and removes what an
 * unfinished run left. NSEARCH_ERR_EXISTS when the index there has another engine or other options, NSEARCH_ERR_USAGE when
 * the folder holds other things and no index, NSEARCH_ERR_LOCKED. Nothing is held when it fails. */
int folder_open(struct folder *folder, const char *path, const char *engine, struct write_options *options,
                struct nsearch_error *err);
/* Makes segments and packs of next, whose files are on disk, the commit, and clears next; files that were in the last
 * one alone are removed. All or nothing. */
int folder_commit(struct folder *folder, struct manifest *next, struct nsearch_error *err);
/* Makes the manifest as it stands the one in the folder; for an index whose databases are elsewhere. */
int folder_write(struct folder *folder, struct nsearch_error *err);
/* Removes the files of an index that the manifest in the folder does not name. */
int folder_clean(const struct folder *folder, struct nsearch_error *err);
/* Removes a file, or a folder of files: a database. One that is gone is fine. */
int folder_remove(const char *path, struct nsearch_error *err);
/* Leaves the last commit and nothing else; without one no folder either, if it was not there. */
void folder_close(struct folder *folder);

/* ---- deletions.c ----------------------------------------------------------------------------------------------------- */

struct deletions {
  struct deletion {
    char *id; /* NULL: known by its hash alone */
    size_t len;
    uint64_t hash, sequence;
  } *items;
  size_t count, capacity;
};
int deletions_add(struct deletions *deletions, const char *id, size_t len, uint64_t sequence,
                  struct nsearch_error *err);
int deletions_add_hashed(struct deletions *deletions, uint64_t hash, uint64_t sequence, struct nsearch_error *err);
void deletions_clear(struct deletions *deletions);

/* ---- writer.c ------------------------------------------------------------------------------------------------------------ */

/* The sequence of an article is its file's number in the life of the writer and its record's in the file. */
enum { SEQUENCE_RECORD_BITS = 36 };

/* What the writer remembers of a run until the commit tells which of its articles were replaced. */
struct run {
  uint64_t first_sequence;
  struct walk walk;
  struct nsearch_report *report;
  nsearch_on_event on_event;
  void *event_payload;
};

/* A new writer over any engine: nsearch_writer_open() with the engine left open; the options' own does not count. */
int writer_open(struct nsearch_writer **out, const struct writer_engine *engine, const char *path,
                const struct nsearch_options *options, struct nsearch_error *err);
unsigned writer_threads(const struct nsearch_writer *writer);
const char *writer_path(const struct nsearch_writer *writer);

/* Sequences for so many files, above all that were given before. */
int writer_reserve(struct nsearch_writer *writer, uint64_t files, uint64_t *first_sequence, struct nsearch_error *err);

/* An engine worker for one thread of a run; waits while as many as there are threads are out. Closing it hands over what
 * it holds. */
int writer_worker_open(struct nsearch_writer *writer, struct engine_worker **out, struct nsearch_error *err);
int writer_worker_add(struct nsearch_writer *writer, struct engine_worker *worker,
                      const struct nsearch_article *article, uint64_t sequence, struct nsearch_error *err);
int writer_worker_close(struct nsearch_writer *writer, struct engine_worker *worker, struct nsearch_error *err);

/* Takes over the walk and a reference to the report. */
int writer_keep_run(struct nsearch_writer *writer, struct run *run, struct nsearch_error *err);

#endif
