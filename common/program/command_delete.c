/* nsearch delete ID-OR-URL... | --query QUESTION */
#include <string.h>

#include "common/program/program.h"

struct delete_settings {
  struct common_settings common;
  const char *query;
  uint64_t wait;
  bool dry_run, json;
};

static const struct option options[] = {
    {"query", OPTION_TEXT, "QUESTION", "delete every article that matches, instead of those\nnamed",
     offsetof(struct delete_settings, query)},
    {"dry-run", OPTION_FLAG, NULL, "delete nothing, only say how many articles would go",
     offsetof(struct delete_settings, dry_run)},
    {"wait", OPTION_NUMBER, "SECONDS", "wait so long for another writer to be done; 0 unless\ngiven",
     offsetof(struct delete_settings, wait)},
    {"json", OPTION_FLAG, NULL, "print the outcome as one JSON document", offsetof(struct delete_settings, json)},
    {0},
};

/* What is being deleted. The writer is NULL in a dry run. */
struct deletion_run {
  nsearch_reader *reader;
  nsearch_writer *writer;
  uint64_t found;
  nsearch_error *err;
};

static int delete_one(struct deletion_run *run, const char *id) {
  nsearch_status status = run->writer ? nsearch_delete(run->writer, id, run->err) : NSEARCH_OK;
  run->found++;
  return status ? failure(status, run->err) : EXIT_DONE;
}

/* An id or URL that no article has is named, and the rest goes on. */
static int delete_named(struct deletion_run *run, const struct list *names) {
  int code = EXIT_DONE;
  for (size_t i = 0; i < names->count && !code; i++) {
    nsearch_article *article = NULL;
    nsearch_status status = nsearch_get(run->reader, names->items[i], &article, run->err);
    if (status == NSEARCH_ERR_NOT_FOUND)
      say("%s", nsearch_error_message(run->err));
    else
      code = status ? failure(status, run->err) : delete_one(run, nsearch_article_id(article));
    nsearch_article_free(article);
  }
  return code;
}

/* All matches, page by page; a number of matches that is only a lower bound would leave some of them. */
static int delete_matching(struct deletion_run *run, const char *question) {
  enum { PAGE = 20000 };
  nsearch_request *request = nsearch_request_new(question);
  size_t hits = PAGE;
  int code = request ? EXIT_DONE : failure(NSEARCH_ERR_MEMORY, NULL), exact = 1;
  for (uint64_t offset = 0; !code && hits == PAGE; offset += hits) {
    nsearch_result *result = NULL;
    nsearch_request_set_limit(request, PAGE);
    nsearch_request_set_offset(request, offset);
    nsearch_request_set_sort(request, NSEARCH_SORT_NEWEST);
    nsearch_request_set_snippets(request, 0);
    nsearch_request_set_count(request, offset == 0);
    nsearch_request_set_cancel(request, interrupted, NULL);
    nsearch_status status = nsearch_search(run->reader, request, &result, run->err);
    if (status) code = question_failure(status, run->err, question);
    hits = nsearch_result_hits(result);
    if (!code && offset == 0) nsearch_result_matches(result, &exact);
    if (!code && !exact) {
      say("a wildcard of the question stands for more words than can be looked for; nothing was deleted");
      code = EXIT_QUERY;
    }
    for (size_t i = 0; i < hits && !code; i++) code = delete_one(run, nsearch_hit_id(nsearch_result_hit(result, i)));
    nsearch_result_free(result);
  }
  nsearch_request_free(request);
  return code;
}

static int print_outcome(const struct delete_settings *settings, const struct deletion_run *run) {
  struct change_report report = {
      .index = index_path(&settings->common), .deleted = run->found, .dry_run = settings->dry_run};
  if (run->writer) report.deleted = nsearch_deleted(run->writer);
  nsearch_status status = measure_index(report.index, &report.figures, run->err);
  if (status) return failure(status, run->err);
  struct stream out;
  stream_stdout(&out);
  printer_for(settings->json)->deletion(&out, &report);
  return finish(&out, run->found ? EXIT_DONE : EXIT_NOTHING);
}

static int run(const void *given, const struct list *arguments) {
  const struct delete_settings *settings = given;
  struct deletion_run run = {0};
  if (!settings->query == (arguments->count == 0))
    return usage_error(&command_delete, settings->query ? "--query takes the place of ids and URLs"
                                                        : "delete needs ids, URLs or --query QUESTION");
  if (settings->query && !settings->query[strspn(settings->query, " ")])
    return usage_error(&command_delete, "an empty question finds every article; to start anew, remove the folder");
  run.err = nsearch_error_new();
  nsearch_status status = NSEARCH_OK;
  int code = open_index(&settings->common, &run.reader, run.err);
  if (code) goto out;
  /* What is looked up is what the writer, who keeps all others out, will change. */
  if (!settings->dry_run) status = open_writer(&settings->common, settings->wait, &run.writer, run.err);
  interrupt_watch();
  if (!status && run.writer) status = nsearch_refresh(run.reader, NULL, run.err);
  code = status            ? failure(status, run.err)
         : settings->query ? delete_matching(&run, settings->query)
                           : delete_named(&run, arguments);
  if (!code && run.writer && run.found && (status = nsearch_commit(run.writer, run.err)))
    code = failure(status, run.err);
  if (!code) code = print_outcome(settings, &run);
out:
  nsearch_writer_close(run.writer);
  nsearch_close(run.reader);
  nsearch_error_free(run.err);
  return code;
}

const struct command command_delete = {
    .name = "delete",
    .arguments = "ID-OR-URL...",
    .summary = "delete articles",
    .description = "Deletes the articles that are named by id or URL or, with --query, all that a\n"
                   "question finds. What is deleted is found no more; its text stays in the files of\n"
                   "the index until 'nsearch optimize --purge'. The exit code is 1 when there was\n"
                   "nothing to delete.\n",
    .examples = "  nsearch delete hp-alibaba-pla-memo\n"
                "  nsearch delete --dry-run --query 'source:reuters date:..2019'\n"
                "  nsearch delete --query 'source:reuters date:..2019'\n",
    .options = options,
    .settings_size = sizeof(struct delete_settings),
    .defaults = &(const struct delete_settings){.json = false},
    .least = 0,
    .most = SIZE_MAX,
    .run = run,
};
