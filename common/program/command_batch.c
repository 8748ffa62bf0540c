/* nsearch batch FILE */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/program/program.h"

enum batch_format { FORMAT_PLAIN, FORMAT_TREC, FORMAT_JSON };

struct batch_settings {
  struct common_settings common;
  uint64_t limit, timeout;
  int format, sort; /* sort: an nsearch_sort */
  const char *tag;
  bool syntax, all, count, partial, timing;
};

static const struct option options[] = {
    {"format", OPTION_CHOICE, "plain|trec|json",
     "\nplain: number, rank, score, id and title between tabs;\ntrec: run lines; json: a JSON document a line",
     offsetof(struct batch_settings, format)},
    {"n", OPTION_HOW_MANY, "N|all",
     "the best N articles of each question; unless given 10,\nand 1000 with --format trec",
     offsetof(struct batch_settings, limit)},
    {"tag", OPTION_TEXT, "NAME", "the last column of run lines; nsearch unless given",
     offsetof(struct batch_settings, tag)},
    {"syntax", OPTION_FLAG, NULL, "read the query language; without it a line is plain\nwords",
     offsetof(struct batch_settings, syntax)},
    {"all", OPTION_FLAG, NULL, "every plain word must be there, not just any", offsetof(struct batch_settings, all)},
    {"sort", OPTION_CHOICE, "relevance|newest|oldest", "\nthe order of the articles; relevance unless given",
     offsetof(struct batch_settings, sort)},
    {"count", OPTION_FLAG, NULL, "print how many articles match, exactly, and no\narticles",
     offsetof(struct batch_settings, count)},
    {"timeout", OPTION_NUMBER, "MS", "give a question up after so many milliseconds",
     offsetof(struct batch_settings, timeout)},
    {"partial", OPTION_FLAG, NULL, PARTIAL_HELP, offsetof(struct batch_settings, partial)},
    {"timing", OPTION_FLAG, NULL, "say at the end how long searches took", offsetof(struct batch_settings, timing)},
    {0},
};

struct batch {
  const struct batch_settings *settings;
  nsearch_reader *reader;
  nsearch_error *err;
  struct stream out;
  double *times; /* milliseconds of each search */
  size_t searches, room;
  bool bad_lines, late_lines;
  char *missing; /* shards that an answer lacks, of the last such one */
};

/* ---- Output ---------------------------------------------------------------------------------------------------- */

/* Columns of run lines end at blanks. */
static void put_column(struct stream *out, const char *text) {
  for (const char *at = text; *at; at++) {
    bool blank = (unsigned char)*at <= ' ' || *at == 0x7F;
    put_bytes(out, blank ? "_" : at, 1);
  }
}

/* "file#12" is 12 to those who judged the file. */
static const char *judged_id(const char *id) {
  const char *hash = strrchr(id, '#');
  size_t digits = hash ? strspn(hash + 1, "0123456789") : 0;
  return digits > 0 && hash[1 + digits] == '\0' ? hash + 1 : id;
}

static void print_hit(struct batch *batch, const char *number, const nsearch_hit *hit) {
  struct stream *out = &batch->out;
  const char *id = nsearch_hit_id(hit), *title = nsearch_hit_title(hit);
  unsigned long long rank = nsearch_hit_rank(hit);
  if (batch->settings->format == FORMAT_TREC) {
    put_column(out, number);
    put(out, " Q0 ");
    put_column(out, judged_id(id));
    put_format(out, " %llu %.10g ", rank, nsearch_hit_score(hit));
    put_column(out, batch->settings->tag);
  } else {
    put_clean(out, number, strlen(number));
    put_format(out, "\t%llu\t%.10g\t", rank, nsearch_hit_score(hit));
    put_clean(out, id, strlen(id));
    put(out, "\t");
    put_clean(out, title, strlen(title));
  }
  put(out, "\n");
}

static void print_result(struct batch *batch, const char *number, const char *question, const nsearch_result *result) {
  if (batch->settings->format == FORMAT_JSON) {
    json_printer.answer(&batch->out,
                        &(struct answer){.id = number, .question = question, .result = result, .one_line = true});
  } else if (batch->settings->count) {
    put_clean(&batch->out, number, strlen(number));
    put_format(&batch->out, "\t%llu\n", (unsigned long long)nsearch_result_matches(result, NULL));
  } else {
    for (size_t i = 0; i < nsearch_result_hits(result); i++) print_hit(batch, number, nsearch_result_hit(result, i));
  }
}

static int compare_times(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

/* The smallest time that so large a share of searches does not exceed. */
static double percentile(const struct batch *batch, double share) {
  double place = share * (double)batch->searches;
  size_t rank = (size_t)place;
  rank += (double)rank < place;
  return batch->times[rank ? rank - 1 : 0];
}

static void print_timing(struct batch *batch) {
  double sum = 0;
  char count[FORMAT_ROOM];
  if (batch->searches == 0) {
    say("no searches");
    return;
  }
  for (size_t i = 0; i < batch->searches; i++) sum += batch->times[i];
  qsort(batch->times, batch->searches, sizeof *batch->times, compare_times);
  say("%s search%s, mean %.3f ms, p50 %.3f ms, p95 %.3f ms, p99 %.3f ms", format_count(count, batch->searches),
      batch->searches == 1 ? "" : "es", sum / (double)batch->searches, percentile(batch, 0.50), percentile(batch, 0.95),
      percentile(batch, 0.99));
}

/* ---- One line -------------------------------------------------------------------------------------------------- */

static void keep_time(struct batch *batch, double milliseconds) {
  if (batch->searches == batch->room) {
    batch->room = batch->room ? batch->room * 2 : 1024;
    batch->times = grow(batch->times, batch->room * sizeof *batch->times);
  }
  batch->times[batch->searches++] = milliseconds;
}

static int bad_line(struct batch *batch, uint64_t line, const char *fault) {
  say("line %llu: %s", (unsigned long long)line, fault);
  batch->bad_lines = true;
  return EXIT_DONE;
}

static nsearch_request *request_of(const struct batch_settings *settings, const char *question) {
  nsearch_request *request = nsearch_request_new(question);
  if (!request) return NULL;
  uint64_t usual = settings->format == FORMAT_TREC ? 1000 : 10;
  nsearch_request_set_limit(request, settings->count ? 0 : settings->limit != NUMBER_UNSET ? settings->limit : usual);
  nsearch_request_set_plain(request, !settings->syntax);
  nsearch_request_set_all(request, settings->all);
  nsearch_request_set_sort(request, (nsearch_sort)settings->sort);
  nsearch_request_set_count(request, settings->count);
  nsearch_request_set_deadline(request, settings->timeout);
  nsearch_request_set_partial(request, settings->partial);
  nsearch_request_set_snippets(request, 0);
  return request;
}

/* A failure that ends the run, or 0: a question that does not parse, or takes too long, costs that line only. */
static int search(struct batch *batch, uint64_t line, const char *number, const char *question) {
  nsearch_result *result = NULL;
  nsearch_request *request = request_of(batch->settings, question);
  if (!request) return failure(NSEARCH_ERR_MEMORY, NULL);
  int code = EXIT_DONE;
  nsearch_status status = nsearch_search(batch->reader, request, &result, batch->err);
  if (status == NSEARCH_ERR_QUERY) {
    bad_line(batch, line, nsearch_error_message(batch->err));
  } else if (status == NSEARCH_ERR_DEADLINE) {
    say("line %llu: %s", (unsigned long long)line, TIMED_OUT);
    batch->late_lines = true;
  } else if (status) {
    code = failure(status, batch->err);
  } else {
    keep_time(batch, nsearch_result_took(result));
    char *missing = missing_shards(nsearch_result_shards(result));
    if (missing) {
      release(batch->missing);
      batch->missing = missing;
    }
    print_result(batch, number, question, result);
  }
  nsearch_result_free(result);
  nsearch_request_free(request);
  return code;
}

/* "question" or "id<TAB>question"; an empty line asks nothing. */
static int answer_line(struct batch *batch, uint64_t line, char *text, size_t len) {
  if (memchr(text, '\0', len)) return bad_line(batch, line, "it holds a NUL byte");
  if (text[strspn(text, " ")] == '\0') return EXIT_DONE;
  char line_number[FORMAT_ROOM];
  snprintf(line_number, sizeof line_number, "%llu", (unsigned long long)line);
  char *tab = strchr(text, '\t');
  if (!tab) return search(batch, line, line_number, text);
  *tab = '\0';
  if (tab == text) return bad_line(batch, line, "there is no id before the tab");
  if (tab[1 + strspn(tab + 1, " \t")] == '\0') return bad_line(batch, line, "there is no question after the tab");
  return search(batch, line, text, tab + 1);
}

/* ---- The run --------------------------------------------------------------------------------------------------- */

static int answer_all(struct batch *batch, struct stream *in) {
  uint64_t line = 0;
  int code = EXIT_DONE;
  for (int64_t len; !code && !batch->out.error && (len = stream_line(in)) >= 0;)
    code = answer_line(batch, ++line, in->line, (size_t)len);
  return code;
}

static int run(const void *given, const struct list *arguments) {
  const struct batch_settings *settings = given;
  const char *path = arguments->items[0];
  struct batch batch = {.settings = settings, .err = nsearch_error_new()};
  struct stream in = {0};
  int error, code;
  if (settings->count && settings->format == FORMAT_TREC) {
    code = usage_error(&command_batch, "run lines have no place for --count");
    goto out;
  }
  code = open_index(&settings->common, &batch.reader, batch.err);
  if (code) goto out;
  if ((error = stream_read(&in, path))) {
    code = file_failure("read", path, error);
    if (error == ENOENT) code = EXIT_MISUSE;
    goto out;
  }
  stream_stdout(&batch.out);
  code = answer_all(&batch, &in);
  code = finish(&batch.out, code ? code : batch.bad_lines ? EXIT_INPUT : batch.late_lines ? EXIT_AGAIN : EXIT_DONE);
  if (settings->timing) print_timing(&batch);
  if (batch.missing) say("%s", batch.missing);
  if ((error = stream_close(&in))) code = file_failure("read", path, error);
out:
  release(batch.missing);
  release(batch.times);
  nsearch_close(batch.reader);
  nsearch_error_free(batch.err);
  return code;
}

const struct command command_batch = {
    .name = "batch",
    .arguments = "FILE",
    .summary = "ask many questions",
    .description = "Asks one question for each line of FILE (- is standard input): the question\n"
                   "alone, or an id, a tab and the question. Without an id the number of the line\n"
                   "is taken. A line that cannot be asked is named and left out; the exit code is\n"
                   "5 then. With --timeout so is one that takes too long; the exit code is 75.\n",
    .examples = "  nsearch batch questions.txt\n"
                "  nsearch batch --format trec --tag run1 topics.tsv > run1.txt\n"
                "  nsearch batch --format json --syntax -n 3 - < questions.txt\n"
                "  nsearch batch --timing questions.txt > /dev/null\n",
    .options = options,
    .settings_size = sizeof(struct batch_settings),
    .defaults = &(const struct batch_settings){.limit = NUMBER_UNSET, .tag = "nsearch"},
    .least = 1,
    .most = 1,
    .run = run,
};
