/* nsearch show ID-OR-URL */
#include "common/program/program.h"

struct show_settings {
  struct common_settings common;
  bool json;
};

static const struct option options[] = {
    {"json", OPTION_FLAG, NULL, "print one JSON document", offsetof(struct show_settings, json)},
    {0},
};

static int run(const void *given, const struct list *arguments) {
  const struct show_settings *settings = given;
  nsearch_error *err = nsearch_error_new();
  nsearch_reader *reader = NULL;
  nsearch_article *article = NULL;
  int code = open_index(&settings->common, &reader, err);
  if (code) goto out;
  nsearch_status status = nsearch_get(reader, arguments->items[0], &article, err);
  if (status) {
    code = failure(status, err);
    goto out;
  }
  struct stream out;
  stream_stdout(&out);
  printer_for(settings->json)->article(&out, article);
  code = finish(&out, EXIT_DONE);
out:
  nsearch_article_free(article);
  nsearch_close(reader);
  nsearch_error_free(err);
  return code;
}

const struct command command_show = {
    .name = "show",
    .arguments = "ID-OR-URL",
    .summary = "print an article",
    .description = "Prints all that the index keeps of an article, which is named by its id or its\n"
                   "URL.\n",
    .examples = "  nsearch show hp-alibaba-pla-memo\n"
                "  nsearch show --json hp-alibaba-pla-memo | jq -r .body\n",
    .options = options,
    .settings_size = sizeof(struct show_settings),
    .defaults = &(const struct show_settings){.json = false},
    .least = 1,
    .most = 1,
    .run = run,
};
