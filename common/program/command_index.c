/* nsearch index PATH... */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/program/program.h"

enum id_kind { IDS_FILE, IDS_GLOBAL };

struct index_settings {
  struct common_settings common;
  uint64_t threads, memory, wait, title_weight, segment_articles;
  const char *engine, *language, *report;
  struct list shards, maps, includes, excludes;
  int ids, progress;
  bool no_text, again, prune, prune_empty, quiet, json;
};

static const struct option options[] = {
    {"engine", OPTION_TEXT, "NAME", "native unless given; xapian writes databases that\nother programs can read",
     offsetof(struct index_settings, engine)},
    {"shard", OPTION_LIST, "ADDRESS",
     "put articles into a database that Xapian's server\nserves: tcp://HOST:PORT or prog:COMMAND; said once for\n"
     "each when the index is new",
     offsetof(struct index_settings, shards)},
    {"language", OPTION_TEXT, "NAME",
     "language of articles that neither say theirs nor are\nplainly in another: english unless given, de, ...; none\n"
     "keeps words apart from their other forms",
     offsetof(struct index_settings, language)},
    {"title-weight", OPTION_NUMBER, "N", "a word of the title counts N times, 1 to 10; 2 unless\ngiven",
     offsetof(struct index_settings, title_weight)},
    {"no-text", OPTION_FLAG, NULL, "do not keep the text: a smaller index without\npassages",
     offsetof(struct index_settings, no_text)},
    {"map", OPTION_LIST, "FIELD=KEY",
     "take a field from this key of JSON or front matter, or\n"
     "this column of a table; fields are id, url, title, body,\n"
     "source, section, language, author, topic, published and\nupdated; may be said again",
     offsetof(struct index_settings, maps)},
    {"include", OPTION_LIST, "GLOB",
     "only files whose path below PATH matches, or whose\nname does when GLOB has no slash; may be said again",
     offsetof(struct index_settings, includes)},
    {"exclude", OPTION_LIST, "GLOB", "no file that matches; may be said again",
     offsetof(struct index_settings, excludes)},
    {"ids", OPTION_CHOICE, "file|global", "an id of digits alone counts within its file, unless\nglobal",
     offsetof(struct index_settings, ids)},
    {"again", OPTION_FLAG, NULL, "read files, too, that were read before and have not\nchanged since",
     offsetof(struct index_settings, again)},
    {"prune", OPTION_FLAG, NULL,
     "take out articles of files that are gone, and of\nrecords that went from a file since the run before;\n"
     "records that went in a run without it stay",
     offsetof(struct index_settings, prune)},
    {"prune-empty", OPTION_FLAG, NULL,
     "as --prune, also where a folder has no file left;\n--prune stops there, as its disk may not be mounted",
     offsetof(struct index_settings, prune_empty)},
    {"threads", OPTION_NUMBER, "N", "work with N threads, 1 to 64; as many as the machine\nhas unless given",
     offsetof(struct index_settings, threads)},
    {"memory", OPTION_SIZE, "SIZE", "use so much memory, at least 64M; 1G unless given",
     offsetof(struct index_settings, memory)},
    {"wait", OPTION_NUMBER, "SECONDS", "wait so long for another writer to be done; 0 unless\ngiven",
     offsetof(struct index_settings, wait)},
    {"report", OPTION_TEXT, "FILE", "write a line of JSON for each file and record that is\nno article or was replaced",
     offsetof(struct index_settings, report)},
    {"progress", OPTION_CHOICE, PROGRESS_FORMS,
     "\nhow it comes along, on standard error: a line for\npeople, lines of JSON for programs; text on a terminal\n"
     "unless given",
     offsetof(struct index_settings, progress)},
    {"quiet", OPTION_FLAG, NULL, "no progress and no report at the end, only errors",
     offsetof(struct index_settings, quiet)},
    {"json", OPTION_FLAG, NULL, "print the report as one JSON document", offsetof(struct index_settings, json)},
    {"segment-articles", OPTION_NUMBER, "N", NULL, offsetof(struct index_settings, segment_articles)},
    {0},
};

/* A run as the library's call-backs see it. */
struct index_run {
  struct progress progress;
  struct stream report; /* --report, when its file is set */
};

/* ---- Call-backs ------------------------------------------------------------------------------------------------ */

static void write_event(struct stream *out, nsearch_event_kind kind, const char *path, uint64_t record,
                        const char *message) {
  struct json json = {.out = out};
  json_open_flat(&json, '{');
  json_key(&json, "path");
  json_text(&json, path);
  json_key(&json, "record");
  if (record > 0)
    json_number(&json, record);
  else
    json_text(&json, NULL);
  json_key(&json, "kind");
  json_text(&json, event_name(kind));
  json_key(&json, "reason");
  json_text(&json, message);
  json_close(&json, '}');
  json_end(&json);
}

/* It may be named like a file of articles by mistake, which would be lost. */
static int open_report(struct stream *out, const char *path) {
  int error = stream_create(out, path, "{\"path\":");
  if (error == EEXIST) {
    say("%s is no report of an earlier run and is not written over; name another file", path);
    return EXIT_USAGE;
  }
  return error ? file_failure("write", path, error) : EXIT_DONE;
}

static bool is_problem(nsearch_event_kind kind) {
  return kind == NSEARCH_EVENT_UNREADABLE || kind == NSEARCH_EVENT_BROKEN || kind == NSEARCH_EVENT_TOO_LARGE;
}

/* A problem for people. */
static void say_problem(struct index_run *run, const char *path, uint64_t record, const char *message) {
  enum { MOST_LINES = 50 }; /* enough to see what is wrong; a terminal full of them helps nobody */
  char *line = NULL;
  if (run->progress.problems < MOST_LINES) {
    char number[FORMAT_ROOM] = "";
    if (record > 0) snprintf(number, sizeof number, ", record %llu", (unsigned long long)record);
    /* What the system said names the file already. */
    line = strstr(message, path) ? text_of("%s", message) : text_of("%s%s: %s", path, number, message);
  } else if (run->progress.problems == MOST_LINES) {
    line = text_of("further problems are only counted; --report FILE lists all of them");
  }
  progress_problem(&run->progress, line);
  release(line);
}

/* The library calls this and on_progress() one at a time. */
static void on_event(void *payload, nsearch_event_kind kind, const char *path, uint64_t record, const char *message) {
  struct index_run *run = payload;
  if (run->report.file) write_event(&run->report, kind, path, record, message);
  if (!is_problem(kind)) return;
  if (run->progress.form != PROGRESS_JSON) {
    say_problem(run, path, record, message);
    return;
  }
  write_event(&run->progress.json, kind, path, record, message);
  progress_problem(&run->progress, NULL);
}

static int on_progress(void *payload, const nsearch_report *report) {
  struct index_run *run = payload;
  progress_figures(&run->progress, PROGRESS_READING, report);
  return interrupted(NULL);
}

/* ---- The run --------------------------------------------------------------------------------------------------- */

static unsigned to_unsigned(uint64_t number) { return number > UINT_MAX ? UINT_MAX : (unsigned)number; }

static nsearch_status set_options(nsearch_options *out, const struct index_settings *settings, nsearch_error *err) {
  nsearch_status status = NSEARCH_OK;
  if (settings->engine) status = nsearch_options_set_engine(out, settings->engine, err);
  for (size_t i = 0; i < settings->shards.count && !status; i++)
    status = nsearch_options_add_shard(out, settings->shards.items[i], err);
  if (!status && settings->threads != NUMBER_UNSET)
    status = nsearch_options_set_threads(out, to_unsigned(settings->threads), err);
  if (!status && settings->memory != NUMBER_UNSET) status = nsearch_options_set_memory(out, settings->memory, err);
  if (!status && settings->language) status = nsearch_options_set_language(out, settings->language, err);
  if (!status && settings->title_weight != NUMBER_UNSET)
    status = nsearch_options_set_title_weight(out, to_unsigned(settings->title_weight), err);
  if (settings->no_text) nsearch_options_set_text(out, 0);
  nsearch_options_set_wait(out, wait_milliseconds(settings->wait));
  nsearch_options_set_segment_articles(out, to_unsigned(settings->segment_articles));
  return status;
}

static nsearch_status add_all(nsearch_ingest *ingest, const struct list *list,
                              nsearch_status (*add)(nsearch_ingest *, const char *, nsearch_error *),
                              nsearch_error *err) {
  nsearch_status status = NSEARCH_OK;
  for (size_t i = 0; i < list->count && !status; i++) status = add(ingest, list->items[i], err);
  return status;
}

static nsearch_status set_ingest(nsearch_ingest *out, const struct index_settings *settings, const struct list *paths,
                                 struct index_run *run, nsearch_error *err) {
  nsearch_status status = add_all(out, paths, nsearch_ingest_add_path, err);
  if (!status) status = add_all(out, &settings->maps, nsearch_ingest_add_map, err);
  if (!status) status = add_all(out, &settings->includes, nsearch_ingest_add_include, err);
  if (!status) status = add_all(out, &settings->excludes, nsearch_ingest_add_exclude, err);
  nsearch_ingest_set_global_ids(out, settings->ids == IDS_GLOBAL);
  nsearch_ingest_set_again(out, settings->again);
  nsearch_ingest_set_prune(out, settings->prune);
  nsearch_ingest_set_prune_empty(out, settings->prune_empty);
  nsearch_ingest_set_on_event(out, on_event, run);
  nsearch_ingest_set_on_progress(out, on_progress, run);
  return status;
}

/* Says why nothing was indexed when no article was found. */
static int nothing_indexed(const nsearch_report *report, bool was_interrupted, bool has_index) {
  char files[FORMAT_ROOM], records[FORMAT_ROOM], unknown[FORMAT_ROOM], empty[FORMAT_ROOM];
  const char *index = has_index ? "the index is as it was" : "there is no index";
  if (was_interrupted) {
    say("interrupted before the first article; %s", index);
    return EXIT_INTERRUPTED;
  }
  say("no article was found, so %s; files: %s, of no known format: %s; records: %s, empty: %s%s", index,
      format_count(files, nsearch_report_files(report)),
      format_count(unknown, nsearch_report_events(report, NSEARCH_EVENT_UNKNOWN)),
      format_count(records, nsearch_report_records(report)),
      format_count(empty, nsearch_report_events(report, NSEARCH_EVENT_EMPTY)),
      nsearch_report_events(report, NSEARCH_EVENT_UNKNOWN) ? "; nsearch help index names the formats" : "");
  return EXIT_INPUT;
}

static int print_run(const struct index_settings *settings, const struct run_report *report) {
  uint64_t problems = 0;
  for (int kind = EVENT_FIRST; kind <= EVENT_LAST; kind++) {
    problems +=
        is_problem((nsearch_event_kind)kind) ? nsearch_report_events(report->report, (nsearch_event_kind)kind) : 0;
  }
  int code = report->interrupted ? EXIT_INTERRUPTED : problems ? EXIT_INPUT : EXIT_DONE;
  if (report->interrupted)
    say(report->all_read ? "interrupted; all had been read and is in the index"
                         : "interrupted; what was read until then is in the index");
  if (settings->quiet && !settings->json) return code;
  struct stream out;
  stream_stdout(&out);
  printer_for(settings->json)->report(&out, report);
  return finish(&out, code);
}

/* How each shard did, when one failed. */
static void say_shards(const nsearch_writer *writer) {
  const nsearch_shards *shards = nsearch_writer_shards(writer);
  if (!shards_failed(shards)) return;
  for (size_t i = 0; i < nsearch_shards_count(shards); i++) {
    const char *message;
    nsearch_status status = nsearch_shards_status(shards, i, &message);
    say("shard %zu, %s: %s", i + 1, nsearch_shards_address(shards, i), status ? message : "no failure");
  }
}

static bool changed_anything(const nsearch_writer *writer, const nsearch_report *report) {
  return nsearch_report_articles(report) || nsearch_report_unchanged(report, NULL) || nsearch_deleted(writer);
}

/* Reads, commits and reports; the writer is open. */
static int read_and_commit(nsearch_writer *writer, const nsearch_ingest *ingest, struct index_run *run,
                           const struct index_settings *settings, nsearch_error *err) {
  nsearch_report *report = NULL;
  interrupt_watch();
  nsearch_status status = nsearch_read(writer, ingest, &report, err);
  bool was_interrupted = status == NSEARCH_ERR_CANCELLED, all_read = !status;
  int code;
  if (!status || was_interrupted) {
    progress_figures(&run->progress, PROGRESS_WRITING, report);
    status = nsearch_commit(writer, err);
    was_interrupted |= interrupted(NULL) != 0;
    if (!status) progress_figures(&run->progress, was_interrupted ? PROGRESS_INTERRUPTED : PROGRESS_DONE, report);
  }
  progress_end(&run->progress);
  bool has_index = status != NSEARCH_ERR_EMPTY;
  if (!has_index || (!status && !changed_anything(writer, report))) {
    code = nothing_indexed(report, was_interrupted, has_index);
    goto out;
  }
  struct run_report facts = {.report = report,
                             .removed = nsearch_deleted(writer),
                             .index = index_path(&settings->common),
                             .interrupted = was_interrupted,
                             .all_read = all_read};
  if (!status) status = measure_index(facts.index, &facts.figures, err);
  code = status ? failure(status, err) : print_run(settings, &facts);
  if (status) say_shards(writer);
out:
  nsearch_report_free(report);
  return code;
}

static int run_index(const void *given, const struct list *arguments) {
  const struct index_settings *settings = given;
  nsearch_error *err = nsearch_error_new();
  nsearch_options *write_options = nsearch_options_new();
  nsearch_ingest *ingest = nsearch_ingest_new();
  nsearch_writer *writer = NULL;
  struct index_run run = {0};
  int code = EXIT_DONE, error;
  nsearch_status status = write_options && ingest ? NSEARCH_OK : NSEARCH_ERR_MEMORY;
  if (!status) status = set_options(write_options, settings, err);
  if (!status) status = set_ingest(ingest, settings, arguments, &run, err);
  if (!status) status = nsearch_writer_open(&writer, index_path(&settings->common), write_options, err);
  if (status) {
    code = failure(status, err);
    goto out;
  }
  if (settings->report && (code = open_report(&run.report, settings->report))) goto out;
  enum progress_form form = (enum progress_form)settings->progress;
  progress_start(&run.progress, form == PROGRESS_USUAL && settings->quiet ? PROGRESS_NONE : form);
  code = read_and_commit(writer, ingest, &run, settings, err);
  if (settings->report && (error = stream_close(&run.report))) code = file_failure("write", settings->report, error);
out:
  nsearch_writer_close(writer);
  nsearch_ingest_free(ingest);
  nsearch_options_free(write_options);
  nsearch_error_free(err);
  return code;
}

const struct command command_index = {
    .name = "index",
    .arguments = "PATH...",
    .summary = "read articles into an index",
    .description = "Reads the articles in files and folders (- is standard input) into the index,\n"
                   "which is made when there is none. An article that comes again with the same id\n"
                   "replaces the earlier one; files that were read before and have not changed since\n"
                   "are left alone. Of an index that exists, engine, language, title\n"
                   "weight and whether texts are kept stay as they are and need not be said again.\n"
                   "\n"
                   "Formats are found out by content: JSON, JSON lines, ninjs, CSV, TSV, RSS, Atom,\n"
                   "NITF, NewsML 1 and G2, Reuters-21578, RCV1, TREC, HTML, WARC and ARC, mail,\n"
                   "Markdown, plain text; each also compressed (gzip, bzip2, xz, zstd) and in tar\n"
                   "and zip archives. What cannot be read is named, counted and left out; the exit\n"
                   "code is 5 then. Ctrl-C ends the run and keeps what was read until then.\n",
    .examples = "  nsearch index ./corpus\n"
                "  nsearch index --index /srv/news --memory 2G --exclude '*.md' 2024 2025\n"
                "  nsearch index --prune ./feeds\n"
                "  nsearch index --engine xapian --index ./news ./corpus\n"
                "  nsearch index --shard tcp://one.example:7001 --shard tcp://two.example:7001 ./corpus\n"
                "  nsearch index --map body=content --map published=pub_date articles.jsonl.gz\n"
                "  zcat dump.jsonl.gz | nsearch index -\n",
    .options = options,
    .settings_size = sizeof(struct index_settings),
    .defaults =
        &(const struct index_settings){
            .threads = NUMBER_UNSET, .memory = NUMBER_UNSET, .title_weight = NUMBER_UNSET, .progress = PROGRESS_USUAL},
    .least = 1,
    .most = SIZE_MAX,
    .run = run_index,
};
