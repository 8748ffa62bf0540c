/* nsearch shards */
#include "common/program/program.h"

struct shards_settings {
  struct common_settings common;
  bool json;
};

static const struct option options[] = {
    {"json", OPTION_FLAG, NULL, "print one JSON document", offsetof(struct shards_settings, json)},
    {0},
};

static int run(const void *given, const struct list *arguments) {
  (void)arguments;
  const struct shards_settings *settings = given;
  nsearch_error *err = nsearch_error_new();
  nsearch_shards *shards = NULL;
  struct stream out;
  nsearch_status status = nsearch_shards_read(index_path(&settings->common), &shards, err);
  int code = status ? failure(status, err) : EXIT_DONE;
  if (!status) {
    stream_stdout(&out);
    printer_for(settings->json)->shards(&out, shards);
    code = finish(&out, shards_failed(shards) ? EXIT_AGAIN : EXIT_DONE);
  }
  nsearch_shards_free(shards);
  nsearch_error_free(err);
  return code;
}

const struct command command_shards = {
    .name = "shards",
    .arguments = "",
    .summary = "say how the remote shards of the index are",
    .description = "Asks the server of each shard, and prints its address, whether it is up, how\n"
                   "many articles it has and how long it took to say so. The exit code is 75 when\n"
                   "one is down or serves something else.\n",
    .examples = "  nsearch shards\n  nsearch shards --json | jq '.shards[] | select(.state == \"down\")'\n",
    .options = options,
    .settings_size = sizeof(struct shards_settings),
    .defaults = &(const struct shards_settings){.json = false},
    .run = run,
};
