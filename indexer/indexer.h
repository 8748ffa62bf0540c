/* indexer: from sources to a committed index. The map of this folder; includes common/ only.
 *
 *   walk.c      paths -> files
 *   input.c     a file -> a window on its bytes, decompressed
 *   gzip.c, filter.c   compression undone
 *   transcode.c UTF-16 and UTF-32 to UTF-8
 *   archive.c   the members of a tar or zip
 *   members.c   a file -> the inputs in it: itself, or members of archives
 *   sources/    bytes -> spans (split) -> articles (parse), one file per format
 *   identity.c  the id of an article
 *   language.c  the language of an article that does not say it
 *   options.c   what to read: paths, --map, globs, call-backs
 *   report.c    what a run did
 *   ingest.c    the run: N workers pull spans in turn, parse them and feed the engine
 *   reading.c   what its threads read: files to spans (ingest.h is what the two share)
 *   writer.c    the writer functions of nsearch.h
 *   folder.c    the folder of an index being written
 *   catalogue.c which files were read, and what they gave
 *   source_file.c a file that is read, as the catalogue will know it
 *   prune.c     articles that no file holds any more
 *   deletions.c ids to be left out
 *   native/     articles -> term stream -> inversion -> segment -> merge -> commit
 *   xapian/     articles -> documents -> databases -> compaction -> commit */
#ifndef INDEXER_INDEXER_H
#define INDEXER_INDEXER_H

#include <pthread.h>
#include <stdatomic.h>

#include "common/article/article.h"
#include "common/engine.h"
#include "common/store/store.h"
#include "common/system/system.h"

/* ---- streams: bytes in order, one stage upon another -------------------------------------------------------------- */

enum { RECORD_MAX = 64 << 20 }; /* bytes of one record; a larger one is skipped while streaming and reported */

/* A stage gives bytes that it makes of those of the stage below, which it owns. */
struct stream {
  /* Up to room bytes; got 0 is the end. NSEARCH_ERR_INPUT for damage and NSEARCH_ERR_SYSTEM for a failing read: told
   * once, with *got as what came before, and the end then, unless resume() finds more. */
  int (*read)(struct stream *stream, void *bytes, size_t room, size_t *got, struct nsearch_error *err);
  /* Moves to an offset, as lseek(). NULL: the stream only runs forward. */
  bool (*seek)(struct stream *stream, int64_t *offset, int whence);
  /* After damage: true when bytes behind it can be read. NULL: never. */
  bool (*resume)(struct stream *stream);
  void (*close)(struct stream *stream);
};

/* What a stage has read from the one below and not used yet. It begins with bytes that were looked at to find out what
 * the stream is. */
enum { STAGED_BYTES = 64 << 10 };
struct staged {
  struct stream *below;
  size_t start, end; /* what waits is bytes[start..end) */
  uint64_t offset;   /* of bytes[end] in the stream below */
  bool at_end;       /* of the stream below */
  uint8_t bytes[STAGED_BYTES];
};
void staged_init(struct staged *staged, struct stream *below, const char *head, size_t len);
/* Reads when nothing waits; nothing waits after it at the end only. */
int staged_fill(struct staged *staged, struct nsearch_error *err);
/* Closes the stream below. */
void staged_close(struct staged *staged);

/* ---- gzip.c: members one after another, and how to go on behind a broken one; filter.c: bzip2, xz, zstd by libarchive -- */

/* How many bytes tell what a stream is compressed with. */
enum { FILTER_HEAD = 16 };
/* When head begins a stream of a known compression, puts a stage that undoes it upon *stream, which begins with head.
 * On failure *stream is as before. */
int filter_open(struct stream **stream, const char *head, size_t len, struct nsearch_error *err);
int gzip_open(struct stream **stream, const char *head, size_t len, struct nsearch_error *err);

/* The content of an entry of libarchive, block by block: its archive_read_data() throws away what it has when it fails. */
struct archive;
struct blocks {
  const char *bytes; /* of libarchive: the block, of which the first `used` were given */
  size_t len, used;
  int64_t offset; /* of the block in the content */
  int64_t position;
};
/* Up to room bytes, holes as zeros; got 0 is the end. A code of libarchive: ARCHIVE_OK, or what is wrong. */
int blocks_read(struct blocks *blocks, struct archive *archive, void *bytes, size_t room, size_t *got);
/* NSEARCH_ERR_INPUT with `what` and the first line of libarchive's message, or want of memory. */
int libarchive_failure(struct archive *archive, const char *what, struct nsearch_error *err);

/* Text that compresses better than EXPANSION_MAX to 1 is taken for a bomb once EXPANSION_FREE bytes came out of it. */
enum { EXPANSION_MAX = 250, EXPANSION_FREE = 256 << 20 };
int expansion_check(uint64_t out, uint64_t in, struct nsearch_error *err); /* NSEARCH_ERR_INPUT */

/* ---- transcode.c ---------------------------------------------------------------------------------------------------- */

/* When head begins a text in UTF-16 or UTF-32, by its byte order mark or its NUL bytes, puts a stage that makes UTF-8 of
 * it upon *stream, which begins with head. Half pairs and units that are no character become U+FFFD. */
int transcode_open(struct stream **stream, const char *head, size_t len, struct nsearch_error *err);

/* ---- input.c: the bytes of one file, decompressed --------------------------------------------------------------- */

/* A window that slides over the stream. window[0..len) is what is there; input_fill() adds to it, input_consume()
 * drops from its front. Compression is undone on the way, by content. */
struct input {
  const char *window;
  size_t len;
  uint64_t offset; /* of window[0] in the decompressed stream */
  bool at_end;     /* nothing will follow what the window holds */
  char *kept;      /* bytes set aside by input_keep(); they are the input's */
  size_t kept_len;
  struct input_state *state;
};

int input_open(struct input **out, const char *path, struct nsearch_error *err); /* "-" is standard input */
/* Takes over the stream, also when it fails. */
int input_open_stream(struct input **out, struct stream *stream, struct nsearch_error *err);
void input_close(struct input *input);

/* Tries to make at least `want` bytes visible; fewer only at the end of the stream. NSEARCH_ERR_INPUT for
 * compressed data that is broken, NSEARCH_ERR_SYSTEM for a failing read: told once, then the stream ends there: what came
 * before stays visible and at_end is set. The window may move. */
int input_fill(struct input *input, size_t want, struct nsearch_error *err);
void input_consume(struct input *input, size_t bytes);

/* Sets a copy of the first bytes of the window aside, for a source that needs them with every span; once in a file. */
int input_keep(struct input *input, size_t bytes, struct nsearch_error *err);

/* When the stream ended at damage behind which more can be read, goes on there: true, and at_end is false again. The
 * bytes that follow have nothing to do with those before. */
bool input_resume(struct input *input);

/* Of the file so far, as stored. */
uint64_t input_raw_bytes(const struct input *input);

/* Whatever stage reads the file, what is to be done after each read; a status of it ends the reading. */
void input_watch(struct input *input, int (*after_read)(void *payload, struct nsearch_error *err), void *payload);

/* XXH3 of all bytes of the file as stored, those that nobody asked for too: it is read to its end for that. */
int input_hash(struct input *input, uint64_t *hash, struct nsearch_error *err);

/* Where the bytes can be read in any order: moves to an offset as lseek() counts it, told in *offset. False elsewhere. */
bool input_can_seek(const struct input *input);
bool input_seek(struct input *input, int64_t *offset, int whence);

/* ---- archive.c: tar and zip, by libarchive ------------------------------------------------------------------------- */

struct archive_in;

enum { ARCHIVE_HEAD = 512, MEMBER_NAME_MAX = 4096 };
/* True when a file that begins so is a tar or zip. A document that is packed as a zip (docx, odt, epub) is none. */
bool archive_claims(const char *head, size_t len);

/* Reads from where the input is, which must outlive the archive. */
int archive_open(struct archive_in **out, struct input *input, struct nsearch_error *err);
void archive_close(struct archive_in *archive);

/* The next regular file in it; links, folders and devices are passed over. *more is false at the end. The name is one in
 * the archive and nothing else: it is never opened. NSEARCH_ERR_INPUT when the archive is damaged: nothing follows then. */
struct archive_member {
  const char *name; /* the archive's, until the next call; without what makes it absolute */
  bool is_encrypted;
};
int archive_next(struct archive_in *archive, struct archive_member *member, bool *more, struct nsearch_error *err);

/* The bytes of the member that archive_next() gave, for input_open_stream(); of no use after the next one. */
int archive_stream(struct archive_in *archive, struct stream **out, struct nsearch_error *err);

/* ---- members.c: a file as what is to be read of it: itself, or the members of an archive, and of archives in it ------- */

enum { HEAD_BYTES = 64 << 10 }; /* by which a format is recognised */

struct members;

/* What comes next of a file: an input, or a problem, or both where the input breaks off right at its head. */
struct member {
  struct input *input;             /* borrowed until the next call; its head is in the window; NULL: a problem only */
  const char *path;                /* of the file or "archive.tar/name"; until the next call */
  const char *below;               /* tail of path: as in struct walk_file */
  enum nsearch_event_kind problem; /* 0: none */
  char message[200];
};

/* Opens a file of a walk. What stands in archives is chosen by include and exclude as files are; all of it where the
 * archive itself was chosen by its name. */
struct walk_file;
struct globs;
int members_open(struct members **out, const struct walk_file *file, const struct globs *include,
                 const struct globs *exclude, struct nsearch_error *err);
int members_next(struct members *members, struct member *member, bool *more, struct nsearch_error *err);
struct input *members_outer(struct members *members); /* the file's own bytes */
/* Whether include or exclude may have kept back some of an archive: what it gave is not all that it holds. */
bool members_left_out(const struct members *members);
void members_close(struct members *members);

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
  const char *file_name; /* last part of the path, for a title where there is none */
  const struct field_map *map;
  int (*take)(void *payload, struct nsearch_article *article, uint64_t record, bool whole_file,
              struct nsearch_error *err);
  void (*problem)(void *payload, enum nsearch_event_kind kind, uint64_t record, const char *message);
  void *payload;
  enum date_order date_order; /* of day and month, as the file shows it */
  uint64_t *replaced;         /* parse() adds how many characters it could not decode: they became U+FFFD */
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

extern const struct source source_jsonl, source_json, source_reuters, source_trec, source_warc, source_arc, source_mail;
extern const struct source source_newsml, source_newsml1, source_rcv1, source_nitf, source_feed, source_html;
extern const struct source source_markdown, source_csv, source_tsv, source_rows, source_text;
extern const struct source *const source_table[]; /* ends with NULL; sources.c */

/* The format of a file, NULL when unknown. */
const struct source *source_find(const char *head, size_t len, bool is_all, const char *file_name);

/* Why there is none, in words. */
void source_explain(const char *head, size_t len, char *out, size_t room);

/* ---- language.c ---------------------------------------------------------------------------------------------------- */

/* The frequent words of all languages, built once for a writer; 128 KiB, read by any thread. */
struct language_words;
int language_words_new(struct language_words **out, struct nsearch_error *err);
void language_words_free(struct language_words *words);

/* Sets the language of a tidy article that has none, where its text is plainly in another one than the index's own: to
 * its ISO 639-1 code, also when there is no stemmer for it. Looks at 4 KiB at most. */
int language_fill_in(const struct language_words *words, struct nsearch_article *article, int own,
                     struct nsearch_error *err);

/* ---- walk.c: paths to files ---------------------------------------------------------------------------------------- */

struct walk_file {
  char *path;        /* as it is opened */
  const char *below; /* tail of path: below the argument; the file name where the argument is a file */
  uint64_t size;
  bool members_only; /* not chosen by its name, but it may be an archive that holds what is */
  int64_t mtime;
  uint32_t root;  /* the folder that `below` is below */
  uint32_t order; /* in the walk, from 1, whatever was left out of it since */
  bool is_stream; /* standard input or a pipe */
  bool in_doubt;  /* it may be as it was when it was read: its bytes tell */
  bool missed;    /* it cannot be read, or not wholly */
};
struct walk_root { /* of an argument */
  char *path;      /* the folder, or the one that the file is in: absolute, without links; NULL: not known */
  bool is_folder;
  bool is_empty;   /* a folder in which no file was found */
};
struct walk {
  struct walk_root *roots;
  size_t root_count, root_capacity;
  struct walk_file *files; /* in order: arguments as given, below each by bytes of `below` */
  size_t count, capacity;
  uint64_t total_size; /* 0 when one of them is standard input */
};

struct globs {
  char **patterns;
  size_t count, capacity;
};

/* Whether a path is among those to read: an empty or absent include chooses all. */
bool globs_choose(const struct globs *include, const struct globs *exclude, const char *below);

/* True for the endings of tar and zip, compressed or not. */
bool name_is_archive(const char *path);

struct walk_request {
  char *const *paths;
  size_t count;
  const struct globs *include, *exclude;
  const char *skip; /* a folder to leave out, the index being written; may be NULL */
  void (*unreadable)(void *payload, const char *path, const char *message);
  void *payload;
};

/* Lists the regular files below the paths: hidden files and nsearch's own indexes are left out, symbolic links are
 * followed to files and not to folders, a file that is reached twice is listed once. A folder that cannot be read and a
 * link that leads nowhere are given to unreadable(). NSEARCH_ERR_USAGE when a path does not exist. */
int walk_paths(struct walk *out, const struct walk_request *request, struct nsearch_error *err);
void walk_free(struct walk *walk);
/* Whether include and exclude let a file of this path below the argument in. */
bool walk_wants(const struct walk_request *request, const char *below);
/* The file's name whatever the arguments were: its root and what is below it. False: it has none, or none to remember. */
bool walk_real_path(const struct walk *walk, const struct walk_file *file, struct buffer *out);

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
  bool global_ids, again, prune, prune_empty;
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

enum { EVENT_KINDS = 9 };

/* Shared by the caller and, until the commit that finds out what was replaced, by the writer. */
struct nsearch_report {
  atomic_uint references;
  uint64_t files, records, articles, events[EVENT_KINDS];
  uint64_t unchanged; /* files, those that gave problems once as well, which are events too */
  uint64_t replaced_bytes, text_bytes, input_bytes, input_total;
  uint64_t nanoseconds;
};

struct nsearch_report *report_new(void);
struct nsearch_report *report_retain(struct nsearch_report *report);

/* ---- folder.c: what is the same for all engines about a folder that is being written -------------------------------- */

enum { TITLE_WEIGHT_USUAL = 2 };

struct catalogue;
struct folder {
  char *path;
  bool made, has_index; /* the folder was not there before; it has a commit by now */
  int lock;
  struct manifest manifest;    /* the last commit; of a new index, what the first one begins with */
  struct catalogue *catalogue; /* NULL: nobody asked for it */
};
/* Locks the folder, which is made when absent, reads its manifest, settles what the options leave open and removes what an
 * unfinished run left. NSEARCH_ERR_EXISTS when the index there has another engine or other options, NSEARCH_ERR_USAGE when
 * the folder holds other things and no index, NSEARCH_ERR_LOCKED when another writer has it for longer than the options wait. Nothing is held when it fails. */
int folder_open(struct folder *folder, const char *path, const char *engine, struct write_options *options,
                struct nsearch_error *err);
/* Makes segments and packs of next, whose files are on disk, the commit, and clears next; files that were in the last
 * one alone are removed. All or nothing. */
int folder_commit(struct folder *folder, struct manifest *next, struct nsearch_error *err);
/* Makes the manifest as it stands the one in the folder; for an index whose databases are elsewhere. */
int folder_write(struct folder *folder, struct nsearch_error *err);
/* The catalogue of source files, which all commits from now on keep; `again`: as if no file had been read, should it be
 * damaged. The folder's. */
int folder_catalogue(struct folder *folder, bool again, struct catalogue **out, struct nsearch_error *err);
/* What it has learned since the last commit is forgotten: the files are read again. */
void folder_forget_catalogue(struct folder *folder);
/* Commits what the catalogue has learned since the last commit, if anything: where nothing else has changed. */
int folder_commit_catalogue(struct folder *folder, struct nsearch_error *err);
/* Removes the files of an index that the manifest in the folder does not name. */
int folder_clean(const struct folder *folder, struct nsearch_error *err);
/* Removes a file, or a folder of files: a database. One that is gone is fine. */
int folder_remove(const char *path, struct nsearch_error *err);
/* Leaves the last commit and nothing else; without one no folder either, if it was not there. */
void folder_close(struct folder *folder);

/* ---- catalogue.c: which files were read, and what they gave ----------------------------------------------------------- */

/* A file that was read; in memory without its path: 80 bytes a file. */
struct catalogue_entry {
  struct hash_wide key;
  uint64_t size, hash, settings, place, bytes; /* as in struct catalogue_record; bytes: of its records, nearly */
  int64_t mtime;
  uint32_t order; /* in the walk of the run at hand, from 1; 0: not in it, or another run's */
  bool gone, problems;
  bool fresh, missed; /* in the run at hand: read, or told of as one that could not be read wholly */
};

/* A file while it is read: its ids, a chunk at a time. Zeroed but for the key. */
struct catalogued {
  struct hash_wide key;
  uint64_t before, ids_before;
  uint64_t *ids;
  size_t count, capacity;
};

struct catalogue {
  pthread_mutex_t lock; /* guards all */
  char *folder;
  struct manifest_catalogue committed;
  struct manifest_catalogue last; /* what the next commit makes of it; bytes 0: a log that is not begun yet */
  struct file_out *out;           /* NULL: nothing was added yet */
  bool changed;                   /* since the last commit */
  bool in_run;                    /* one is at work: the places that it knows must stay */
  struct catalogue_entry *entries;
  size_t count, capacity;
  uint32_t *slots; /* open addressing by key: entry + 1, 0 is free */
  size_t slot_count;
  uint64_t live; /* bytes of records that count */
  struct buffer record;
  struct superseded {
    struct hash_wide key;
    uint64_t place;
  } *superseded; /* records of files that the run at hand has read again */
  size_t superseded_count, superseded_capacity;
};

/* Reads the catalogue that `last` names; number 0: there is none. `anew`: all that it knows is forgotten unread. */
int catalogue_open(struct catalogue **out, const char *folder, const struct manifest_catalogue *last, bool anew,
                   struct nsearch_error *err);
void catalogue_close(struct catalogue *catalogue);
/* A copy of what is known of a file; false: nothing. */
bool catalogue_find(struct catalogue *catalogue, struct hash_wide key, struct catalogue_entry *out);
/* Notes that the file is as it was, with this mtime. */
int catalogue_touch(struct catalogue *catalogue, struct hash_wide key, int64_t mtime, struct nsearch_error *err);
int catalogue_add_ids(struct catalogue *catalogue, struct catalogued *file, const uint64_t *ids, size_t count,
                      struct nsearch_error *err);
/* The file was read to its end: from the next commit on it is known as `record` says, whose key and ids are taken from
 * `file`; `order`: its place in the walk. */
int catalogue_enter(struct catalogue *catalogue, const struct catalogued *file, struct catalogue_record *record,
                    uint32_t order, struct nsearch_error *err);
/* Puts all on disk and says what the manifest is to name; writes it anew when more than half of it counts no more.
 * catalogue_committed() when the manifest says so. */
int catalogue_settle(struct catalogue *catalogue, struct manifest_catalogue *next, struct nsearch_error *err);
void catalogue_committed(struct catalogue *catalogue);
/* Gives a file that is not read, or missed, its place in the walk of the run, from 1. */
void catalogue_place(struct catalogue *catalogue, struct hash_wide key, uint32_t order, bool missed);
/* The file counts no more. */
int catalogue_forget(struct catalogue *catalogue, struct hash_wide key, struct nsearch_error *err);
/* All that was added until now, readable; a catalogue without records gives an empty log, path NULL. */
int catalogue_view(struct catalogue *catalogue, struct catalogue_log *log, struct nsearch_error *err);
/* A run begins and ends. */
void catalogue_begin_run(struct catalogue *catalogue);
void catalogue_end_run(struct catalogue *catalogue);

/* ---- source_file.c: a file that is read, as the catalogue will know it ---------------------------------------------------- */

/* The outer file, whatever is split off it. The one who splits it holds a reference, and so does each span until it is
 * parsed and its articles are added: with the last one all is known. */
struct source_file {
  atomic_uint references;
  const struct walk_file *walk_file;
  struct buffer path; /* absolute */
  uint64_t settings;
  struct file_info before; /* it was opened, at this second of the clock */
  int64_t opened;
  atomic_bool failed; /* not read wholly, not added, or not to be remembered: it will be read again */
  atomic_uint_fast64_t articles, problems;
  bool is_read; /* to its end; then hash is that of its bytes */
  uint64_t hash;
  struct catalogued given;
};

/* A hash of all that shapes articles but the part of the path below the argument, which the functions below add. */
int reading_settings(const struct nsearch_ingest *ingest, uint64_t *out, struct nsearch_error *err);

/* With it: what the catalogue keeps of a file. */
uint64_t settings_with_below(uint64_t settings, size_t below_len);

/* What the catalogue says of a file: in doubt when only its time is another one. *path is room for its path. */
enum source_state { SOURCE_CHANGED, SOURCE_IN_DOUBT, SOURCE_UNCHANGED };
enum source_state source_file_look(struct catalogue *catalogue, const struct walk *walk, const struct walk_file *file,
                                   uint64_t settings, struct buffer *path, struct catalogue_entry *out);

int source_file_open(struct source_file **out, const struct walk *walk, const struct walk_file *file, uint64_t settings,
                     struct nsearch_error *err);
/* Reads the whole file; *same: it has the bytes that the catalogue knows, and its new time is noted. */
int source_file_compare(struct source_file *source, struct catalogue *catalogue, bool *same, bool *had_problems,
                        struct nsearch_error *err);
struct source_file *source_file_retain(struct source_file *source);
/* Articles of these ids were added. Here and below the catalogue may be NULL. */
int source_file_give(struct source_file *source, struct catalogue *catalogue, const uint64_t *ids, size_t count,
                     struct nsearch_error *err);
/* All was split off; what nobody asked for is read too. */
int source_file_end(struct source_file *source, struct input *input, struct nsearch_error *err);
/* Lets a reference go; with the last one a file that was read to its end and has not changed meanwhile is entered. */
int source_file_release(struct source_file **source, struct catalogue *catalogue, struct nsearch_error *err);

/* ---- prune.c: articles that no file holds any more ------------------------------------------------------------------------ */

struct prune_request {
  const struct walk *walk;             /* of the run, for its roots: files below them that are gone count no more ... */
  const struct walk_request *patterns; /* ... where include and exclude let them in */
  uint64_t settings;                   /* reading_settings() */
  int (*remove)(void *payload, uint64_t id_hash, struct nsearch_error *err); /* an article that nobody has */
  void *payload;
};
/* Files to be read once more, each for certain ids. */
struct rereading {
  struct walk walk;
  struct wanted {
    uint64_t file, id; /* its number in the walk; XXH3 */
    uint32_t origin;   /* the superseded record of the file that left it behind */
  } *wanted;
  size_t wanted_count;
};
/* Before a run: NSEARCH_ERR_USAGE where a folder holds no file any more, of some that the catalogue knows of. That is more
 * likely a disk that is not mounted than a folder that was emptied. */
int prune_check(struct catalogue *catalogue, const struct prune_request *request, struct nsearch_error *err);
/* At the end of a run, of which the catalogue knows what it read, and the order of its walk. Removes what nobody has and
 * says what is to be read. 16 bytes in memory for each id of a file that was read again or is gone. Nothing else may work
 * on the catalogue meanwhile. */
int prune_catalogue(struct catalogue *catalogue, const struct prune_request *request, struct rereading *out,
                    struct nsearch_error *err);
bool rereading_wants(const struct rereading *rereading, size_t file, uint64_t id);
/* After the reading, which it ends: ids of files that were missed are left to the next run that prunes. */
int rereading_postpone(struct rereading *rereading, struct catalogue *catalogue, struct nsearch_error *err);
void rereading_free(struct rereading *rereading);

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
/* Gives the article a language where it says none. */
int writer_fill_in_language(const struct nsearch_writer *writer, struct nsearch_article *article,
                            struct nsearch_error *err);
const char *writer_path(const struct nsearch_writer *writer);

/* Sequences for so many files, above all that were given before; the one before the first is nobody else's, either. */
int writer_reserve(struct nsearch_writer *writer, uint64_t files, uint64_t *first_sequence, struct nsearch_error *err);

/* An engine worker for one thread of a run; waits while as many as there are threads are out. Closing it hands over what
 * it holds. */
int writer_worker_open(struct nsearch_writer *writer, struct engine_worker **out, struct nsearch_error *err);
int writer_worker_add(struct nsearch_writer *writer, struct engine_worker *worker,
                      const struct nsearch_article *article, uint64_t sequence, struct nsearch_error *err);
int writer_worker_close(struct nsearch_writer *writer, struct engine_worker *worker, struct nsearch_error *err);

/* The catalogue of the index, and the run is one that knows it; NULL: its engine has no folder for one. `again` as in
 * folder_catalogue(). */
int writer_catalogue(struct nsearch_writer *writer, bool again, struct catalogue **out, struct nsearch_error *err);
void writer_forget_catalogue(struct nsearch_writer *writer); /* folder_forget_catalogue() */

/* Articles known by the hash of their id alone, where the engine can take them out. */
bool writer_can_prune(const struct nsearch_writer *writer);
int writer_prune(struct nsearch_writer *writer, uint64_t id_hash, uint64_t sequence, struct nsearch_error *err);

/* Takes over the walk and a reference to the report. */
int writer_keep_run(struct nsearch_writer *writer, struct run *run, struct nsearch_error *err);

#endif
