/* nsearch stats */
#include "common/program/program.h"

struct stats_settings {
  struct common_settings common;
  bool json;
};

static const struct option options[] = {
    {"json", OPTION_FLAG, NULL, "print one JSON document", offsetof(struct stats_settings, json)},
    {0},
};

static int run(const void *given, const struct list *arguments) {
  (void)arguments;
  const struct stats_settings *settings = given;
  nsearch_error *err = nsearch_error_new();
  nsearch_reader *reader = NULL;
  nsearch_stats *stats = NULL;
  int code = open_index(&settings->common, &reader, err);
  if (code) goto out;
  nsearch_status status = nsearch_stats_read(reader, &stats, err);
  if (status) {
    code = failure(status, err);
    goto out;
  }
  struct stream out;
  stream_stdout(&out);
  printer_for(settings->json)->stats(&out, stats);
  code = finish(&out, EXIT_DONE);
out:
  nsearch_stats_free(stats);
  nsearch_close(reader);
  nsearch_error_free(err);
  return code;
}

const struct command command_stats = {
    .name = "stats",
    .arguments = "",
    .summary = "say what the index holds",
    .description = "Prints how many articles, terms and tokens the index holds, from when they\n"
                   "are, and what takes the room.\n",
    .examples = "  nsearch stats\n  nsearch stats --json | jq .bytes.total\n",
    .options = options,
    .settings_size = sizeof(struct stats_settings),
    .defaults = &(const struct stats_settings){.json = false},
    .run = run,
};
