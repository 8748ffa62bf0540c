/* program: nsearch, the program. It includes nsearch.h alone and so is the library's first user. The map:
 *
 *   main.c       the table of commands; finds the one that is asked for and runs it
 *   options.c    the option tables: parses a command line by them, prints help from them
 *   command_*.c  one command each
 *   failure.c    what went wrong, in words and as an exit code
 *   interrupt.c  Ctrl-C as a flag
 *   progress.c   how an index comes along: a line that moves, or lines of JSON
 *   print.c      answers, articles, figures and reports as JSON documents or as text for people, by
 *   print_json.c, json.c   a writer that gives valid JSON whatever the bytes are
 *   print_text.c, print_figures.c, page.c   colour, width and wrapping
 *   export.c     hits for other programs, one a line
 *   glyph.c      characters that are safe to show, and how wide they are
 *   format.c     numbers, sizes and times in words
 *   stream.c     standard output and files, with the first error remembered
 *   memory.c     memory, or the end of the program */
#ifndef NSEARCH_PROGRAM_H
#define NSEARCH_PROGRAM_H

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/nsearch.h"

/* How the program ends; docs/output.md promises these numbers. */
enum exit_code {
  EXIT_DONE = 0,
  EXIT_NOTHING = 1,
  EXIT_MISUSE = -2, /* of a command's run: the library called it wrong usage; main shows the usage and exits with 2 */
  EXIT_USAGE = 2,
  EXIT_QUERY = 3,
  EXIT_INDEX = 4,
  EXIT_INPUT = 5,
  EXIT_SYSTEM = 6,
  EXIT_AGAIN = 75,
  EXIT_INTERRUPTED = 130
};

/* ---- memory.c -------------------------------------------------------------------------------------------------- */

/* realloc() that ends the program when there is no memory; grow(NULL, n) allocates. */
void *grow(void *old, size_t bytes);
void release(void *block);

/* printf() into new memory. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text_of_args(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* Strings that are borrowed, mostly of the command line. */
struct list {
  const char **items;
  size_t count;
};
void list_append(struct list *list, const char *item);
void list_clear(struct list *list);

/* ---- stream.c -------------------------------------------------------------------------------------------------- */

/* Writing goes on in silence after an error; the first one is kept in `error` (an errno). */
struct stream {
  void *file;
  int error;
  char *line; /* of stream_line() */
  size_t room;
};

void stream_stdout(struct stream *out);
void stream_stderr(struct stream *out);                /* each line goes out whole and at once */
int stream_read(struct stream *out, const char *path); /* "-" is standard input; 0 or an errno */
/* Makes a file, or one anew that has nothing in it or begins like that; EEXIST: it holds something else. */
int stream_create(struct stream *out, const char *path, const char *begins);
/* Flushes and closes (standard streams are only flushed); the first error there was, or 0. */
int stream_close(struct stream *stream);

void put(struct stream *out, const char *text);
void put_bytes(struct stream *out, const char *bytes, size_t len);
void put_format(struct stream *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The next line without its end, in stream->line; its length, or -1 at the end or after an error. */
int64_t stream_line(struct stream *in);

/* Writes to standard error, all at once. */
void put_error(const char *bytes, size_t len);

/* ---- glyph.c --------------------------------------------------------------------------------------------------- */

/* The next character of text that may hold any bytes. Control characters never come out of it: those that mean white
 * space are GLYPH_BLANK, other ones and bytes that are not UTF-8 are U+FFFD, and characters that only turn the
 * direction of text or show nothing are GLYPH_NONE. */
enum glyph_kind { GLYPH_NONE, GLYPH_BLANK, GLYPH_TEXT };
struct glyph {
  enum glyph_kind kind;
  uint32_t code;
  int width; /* columns */
  size_t size;
  char bytes[4];
};

/* Returns how many bytes it took, at least 1; len is at least 1. */
size_t glyph_next(const char *text, size_t len, struct glyph *out);

/* The same decoding without judgement: U+FFFD for what is not UTF-8. */
size_t code_point_next(const char *text, size_t len, uint32_t *out);
bool code_point_is_control(uint32_t code); /* would not be safe in a terminal */

/* All of a text on one line. */
void put_clean(struct stream *out, const char *text, size_t len);

/* ---- format.c -------------------------------------------------------------------------------------------------- */

enum { FORMAT_ROOM = 48 };

/* Each fills room[FORMAT_ROOM] and returns it. */
const char *format_count(char *room, uint64_t number);   /* "12,345" */
const char *format_size(char *room, uint64_t bytes);     /* "61.0 MB", of 1,000,000 bytes */
const char *format_duration(char *room, double seconds); /* "0.82 s", "2:05 min" */
const char *format_clock(char *room, uint64_t seconds);  /* "0:07", "1:02:05" */
/* As much of a time as is known: "2025", "2025-11", "2025-11-14", "2025-11-14 09:30"; "" when there is none. */
const char *format_date(char *room, int64_t seconds, nsearch_precision precision);
/* RFC 3339, UTC; "" for a year that it cannot write. */
const char *format_rfc3339(char *room, int64_t seconds);
const char *precision_name(nsearch_precision precision); /* NULL when there is no date; so origin_name() */
const char *origin_name(nsearch_origin origin);

/* ---- failure.c ------------------------------------------------------------------------------------------------- */

/* One line "nsearch: ..." on standard error, free of control characters. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define TIMED_OUT "no answer within the time that --timeout gives"

/* Says what failed, mostly in the library's words; returns the exit code. */
int failure(nsearch_status status, const nsearch_error *err);

/* The same for a question, with a caret under the place. */
int question_failure(nsearch_status status, const nsearch_error *err, const char *question);

/* For files that the program itself reads and writes: EXIT_SYSTEM. */
int file_failure(const char *what, const char *path, int error);

/* ---- options.c ------------------------------------------------------------------------------------------------- */

enum option_kind {
  OPTION_FLAG,     /* bool */
  OPTION_TEXT,     /* const char * */
  OPTION_NUMBER,   /* uint64_t */
  OPTION_HOW_MANY, /* uint64_t: a number, or "all": NUMBER_ALL */
  OPTION_SIZE,     /* uint64_t bytes: "512M", "1G" */
  OPTION_CHOICE,   /* int: which of the words in `value`, "plain|trec" */
  OPTION_LIST      /* struct list: may be said again */
};

struct option {
  const char *name; /* a name of one letter is typed -n, a longer one --name */
  enum option_kind kind;
  const char *value; /* what help calls the value */
  const char *help;  /* NULL keeps it out of help */
  size_t place;      /* offsetof() in the command's settings */
};

#define NUMBER_UNSET UINT64_MAX
#define NUMBER_ALL (UINT64_MAX - 1)

/* The first member of every command's settings. */
struct common_settings {
  const char *index; /* --index, NULL when not given */
  bool help;
};

struct command {
  const char *name, *arguments, *summary;
  const char *description, *examples;
  const struct option *options; /* ends with a NULL name; NULL: not even the common ones */
  size_t settings_size;
  const void *defaults; /* settings before the command line is read */
  size_t least, most;   /* arguments */
  int (*run)(const void *settings, const struct list *arguments);
};

/* Reads words (NULL ends them) into settings and arguments; false after it said what is wrong. */
bool options_parse(const struct command *command, char **words, void *settings, struct list *arguments);

/* A number, or with "all" NUMBER_ALL; false when text is neither. */
bool parse_how_many(const char *text, uint64_t *out);

/* Frees settings and what parsing put into them. */
void settings_free(const struct command *command, void *settings);

void print_command_help(struct stream *out, const struct command *command);

/* Prints the help of a command, or with NULL of the program; returns how to exit. */
int show_help(const struct command *command);

/* Says how the command is used; returns EXIT_USAGE. */
int show_usage(const struct command *command);

/* Says what is wrong and how the command is used; returns EXIT_USAGE. */
int usage_error(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The word that a mistyped one may have meant: offer all words to a zeroed guess; best stays NULL when none is near. */
struct guess {
  const char *best;
  size_t distance;
};
void guess_offer(struct guess *guess, const char *typed, const char *word);

/* --index, else $NSEARCH_INDEX, else ".nsearch". */
const char *index_path(const struct common_settings *common);

/* ---- main.c and command_*.c ------------------------------------------------------------------------------------ */

extern const struct command command_index, command_query, command_related, command_show, command_delete, command_stats,
    command_check, command_optimize, command_shards, command_batch, command_help;
extern const struct command *const command_table[]; /* ends with NULL */
const struct command *command_find(const char *name);
void print_general_help(struct stream *out);

/* Opens the index that the settings name; on failure *reader is NULL and the exit code is returned. */
int open_index(const struct common_settings *common, nsearch_reader **reader, nsearch_error *err);

/* A writer on it, as it is, once others are done, waiting so many seconds at most; and seconds as the library has them. */
nsearch_status open_writer(const struct common_settings *common, uint64_t wait, nsearch_writer **writer,
                           nsearch_error *err);
uint64_t wait_milliseconds(uint64_t seconds);

/* What an index holds and takes. */
struct index_figures {
  uint64_t articles, segments, bytes;
};
nsearch_status measure_index(const char *index, struct index_figures *out, nsearch_error *err);

/* Dates, offset, limit and cancellation that query and related share; 0 or an exit code. */
struct page_settings {
  uint64_t limit, offset;
  const char *since, *until;
};
#define PARTIAL_HELP "answer from the shards that do answer, and say how\nmany do not"
int request_page(nsearch_request *request, const struct page_settings *page, nsearch_error *err);

/* ---- interrupt.c ----------------------------------------------------------------------------------------------- */

/* From now on the first Ctrl-C only raises the flag, and the second ends the program. */
void interrupt_watch(void);
int interrupted(void *unused); /* an nsearch_cancel */

/* ---- print.c: one interface, two printers ---------------------------------------------------------------------- */

struct answer {
  const char *question; /* NULL for related articles, then: */
  const char *article;
  const char *id; /* of a question of many, NULL: it has none */
  const nsearch_result *result;
  uint64_t offset;
  bool explain;
  bool one_line; /* JSON without line breaks */
};

struct run_report {
  const nsearch_report *report;
  uint64_t removed; /* by --prune */
  const char *index;
  struct index_figures figures; /* now */
  bool interrupted;
  bool all_read; /* nothing was left when it was */
};

/* Of delete and optimize. */
struct change_report {
  const char *index;
  struct index_figures before, figures; /* before: of optimize alone */
  uint64_t deleted;
  bool dry_run;
};

/* Of check. */
struct check_findings {
  const char *index;
  bool fast;
  size_t shards; /* that are remote */
  struct finding {
    char *file, *message;
  } * items;
  size_t count, capacity;
};

struct printer {
  void (*answer)(struct stream *out, const struct answer *answer);
  void (*article)(struct stream *out, const nsearch_article *article);
  void (*stats)(struct stream *out, const nsearch_stats *stats);
  void (*report)(struct stream *out, const struct run_report *report);
  void (*shards)(struct stream *out, const nsearch_shards *shards);
  void (*deletion)(struct stream *out, const struct change_report *report);
  void (*optimization)(struct stream *out, const struct change_report *report);
  void (*check)(struct stream *out, const struct check_findings *findings);
};
extern const struct printer json_printer, text_printer;
void text_stats(struct stream *out, const nsearch_stats *stats); /* print_figures.c */
void text_report(struct stream *out, const struct run_report *report);
void text_shards(struct stream *out, const nsearch_shards *shards);
size_t shards_failed(const nsearch_shards *shards); /* print.c */
/* "1 of 3 shards did not answer: tcp://two.example:7001 (Connection refused)", to be released; NULL: all did. */
char *missing_shards(const nsearch_shards *shards);
void text_deletion(struct stream *out, const struct change_report *report);
void text_optimization(struct stream *out, const struct change_report *report);
void text_check(struct stream *out, const struct check_findings *findings);
const struct printer *printer_for(bool json);

/* Of an event kind, "broken"; also its field name in JSON. */
const char *event_name(nsearch_event_kind kind);
enum { EVENT_FIRST = NSEARCH_EVENT_UNREADABLE, EVENT_LAST = NSEARCH_EVENT_UNCHANGED_PROBLEMS };

/* Closes standard output: `code`, or EXIT_SYSTEM when something could not be written. A reader that went away early is
 * no failure. */
int finish(struct stream *out, int code);

/* ---- json.c ---------------------------------------------------------------------------------------------------- */

struct json {
  struct stream *out;
  unsigned depth, flat; /* flat: from this depth on all stays on one line; 0: none */
  bool filled;          /* the open object or array has a member already */
  bool keyed;           /* a key waits for its value */
};

void json_open(struct json *json, char bracket);
void json_open_flat(struct json *json, char bracket);
void json_close(struct json *json, char bracket);
void json_key(struct json *json, const char *key);
void json_bytes(struct json *json, const char *text, size_t len);
void json_text(struct json *json, const char *text); /* null for NULL */
void json_number(struct json *json, uint64_t number);
void json_real(struct json *json, double number, int digits); /* null when it is no number */
void json_bool(struct json *json, bool value);
void json_end(struct json *json); /* a newline after the document */

void json_hit(struct json *json, const nsearch_hit *hit, bool explain); /* print_json.c */

/* ---- export.c -------------------------------------------------------------------------------------------------- */

enum export_format { EXPORT_NONE = -1, EXPORT_ID, EXPORT_JSONL, EXPORT_CSV }; /* in the order of EXPORT_FORMATS */
#define EXPORT_FORMATS "id|jsonl|csv"

void export_begin(struct stream *out, enum export_format format);
void export_hit(struct stream *out, enum export_format format, const nsearch_hit *hit);

/* ---- page.c: text for people ----------------------------------------------------------------------------------- */

enum style { STYLE_PLAIN, STYLE_TITLE, STYLE_MATCH, STYLE_SOURCE, STYLE_DIM };

struct page {
  struct stream *out;
  int width;   /* columns */
  bool styled; /* a terminal that wants colour */
};

struct mark {
  size_t offset, len;
  enum style style;
};

/* Standard output as it is: a terminal or not, NO_COLOR, its width. */
struct page page_of(struct stream *out);
int terminal_width(int descriptor, int otherwise);
bool is_terminal(int descriptor); /* and one that understands more than text */

/* Writes text from column `indent` on, wrapped; the lines that follow are indented as far. Marks are in order. */
void page_text(const struct page *page, int indent, enum style style, const char *text, size_t len,
               const struct mark *marks, size_t mark_count);
void page_plain(const struct page *page, int indent, enum style style, const char *text);
void page_blanks(const struct page *page, int count);

/* ---- progress.c ------------------------------------------------------------------------------------------------ */

/* USUAL is text on a terminal and none elsewhere; the others in the order of PROGRESS_FORMS. */
enum progress_form { PROGRESS_USUAL = -1, PROGRESS_NONE, PROGRESS_TEXT, PROGRESS_JSON };
#define PROGRESS_FORMS "none|text|json"

enum progress_phase { PROGRESS_READING, PROGRESS_WRITING, PROGRESS_DONE, PROGRESS_INTERRUPTED };

/* The library calls from its own threads, messages and figures at the same time; the lock keeps the line whole. */
struct progress {
  enum progress_form form;
  bool drawn;
  int width;
  struct stream json; /* standard error, for PROGRESS_JSON */
  uint64_t problems;
  pthread_mutex_t lock;
};

void progress_start(struct progress *progress, enum progress_form form);
void progress_figures(struct progress *progress, enum progress_phase phase, const nsearch_report *report);
void progress_share(struct progress *progress, const char *what, uint64_t done, uint64_t total);
void progress_problem(struct progress *progress, const char *line); /* NULL counts it only */
void progress_end(struct progress *progress);

#endif
