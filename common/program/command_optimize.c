/* nsearch optimize */
#include "common/program/program.h"

struct optimize_settings {
  struct common_settings common;
  uint64_t wait;
  bool purge, json;
};

static const struct option options[] = {
    {"purge", OPTION_FLAG, NULL, "write the texts anew without those of articles that\nwere deleted or replaced",
     offsetof(struct optimize_settings, purge)},
    {"wait", OPTION_NUMBER, "SECONDS", "wait so long for another writer to be done; 0 unless\ngiven",
     offsetof(struct optimize_settings, wait)},
    {"json", OPTION_FLAG, NULL, "print the outcome as one JSON document", offsetof(struct optimize_settings, json)},
    {0},
};

static int run(const void *given, const struct list *arguments) {
  (void)arguments;
  const struct optimize_settings *settings = given;
  nsearch_error *err = nsearch_error_new();
  nsearch_writer *writer = NULL;
  nsearch_reader *reader = NULL;
  struct change_report report = {.index = index_path(&settings->common)};
  int code = open_index(&settings->common, &reader, err);
  if (code) goto out;
  nsearch_status status = open_writer(&settings->common, settings->wait, &writer, err);
  if (!status) status = measure_index(report.index, &report.before, err);
  if (!status) status = nsearch_optimize(writer, settings->purge, err);
  if (!status) status = measure_index(report.index, &report.figures, err);
  if (status) {
    code = failure(status, err);
    goto out;
  }
  struct stream out;
  stream_stdout(&out);
  printer_for(settings->json)->optimization(&out, &report);
  code = finish(&out, EXIT_DONE);
out:
  nsearch_close(reader);
  nsearch_writer_close(writer);
  nsearch_error_free(err);
  return code;
}

const struct command command_optimize = {
    .name = "optimize",
    .arguments = "",
    .summary = "make an index small and fast",
    .description = "Makes one segment of the index and removes files that nothing needs any more.\n"
                   "Readers are not disturbed. Remote shards are made small by xapian-compact, where\n"
                   "their databases are.\n",
    .examples = "  nsearch optimize\n"
                "  nsearch optimize --purge\n",
    .options = options,
    .settings_size = sizeof(struct optimize_settings),
    .defaults = &(const struct optimize_settings){.json = false},
    .least = 0,
    .most = 0,
    .run = run,
};
