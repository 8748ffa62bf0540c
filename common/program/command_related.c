/* nsearch related ID-OR-URL */
#include "common/program/program.h"

struct related_settings {
  struct common_settings common;
  struct page_settings page;
  bool copies, no_snippets, partial, json;
};

static const struct option options[] = {
    {"n", OPTION_NUMBER, "N", "show the best N articles; 10 unless given",
     offsetof(struct related_settings, page.limit)},
    {"offset", OPTION_NUMBER, "N", "leave out the first N", offsetof(struct related_settings, page.offset)},
    {"since", OPTION_TEXT, "DATE", "only articles of this date or later: 2025,\n2025-11 or 2025-11-14, UTC",
     offsetof(struct related_settings, page.since)},
    {"until", OPTION_TEXT, "DATE", "only articles of this date or earlier; 2025 ends\nwith its last second",
     offsetof(struct related_settings, page.until)},
    {"copies", OPTION_FLAG, NULL, "show copies too, articles with the very same text",
     offsetof(struct related_settings, copies)},
    {"no-snippets", OPTION_FLAG, NULL, "leave out the passages of text",
     offsetof(struct related_settings, no_snippets)},
    {"partial", OPTION_FLAG, NULL, PARTIAL_HELP, offsetof(struct related_settings, partial)},
    {"json", OPTION_FLAG, NULL, "print one JSON document", offsetof(struct related_settings, json)},
    {0},
};

static int run(const void *given, const struct list *arguments) {
  const struct related_settings *settings = given;
  nsearch_error *err = nsearch_error_new();
  nsearch_reader *reader = NULL;
  nsearch_result *result = NULL;
  nsearch_request *request = nsearch_request_new("");
  int code = request ? open_index(&settings->common, &reader, err) : failure(NSEARCH_ERR_MEMORY, NULL);
  if (code) goto out;
  nsearch_request_set_snippets(request, !settings->no_snippets);
  nsearch_request_set_partial(request, settings->partial);
  interrupt_watch();
  if ((code = request_page(request, &settings->page, err))) goto out;
  nsearch_status status = nsearch_related(reader, arguments->items[0], settings->copies, request, &result, err);
  if (status) {
    code = failure(status, err);
    goto out;
  }
  struct stream out;
  stream_stdout(&out);
  struct answer answer = {.article = arguments->items[0], .result = result, .offset = settings->page.offset};
  printer_for(settings->json)->answer(&out, &answer);
  code = finish(&out, nsearch_result_hits(result) ? EXIT_DONE : EXIT_NOTHING);
out:
  nsearch_result_free(result);
  nsearch_request_free(request);
  nsearch_close(reader);
  nsearch_error_free(err);
  return code;
}

const struct command command_related = {
    .name = "related",
    .arguments = "ID-OR-URL",
    .summary = "find articles like one",
    .description = "Finds the articles that share the most telling words with one, which is named\n"
                   "by its id or its URL. The article itself and copies of it are left out. The\n"
                   "exit code is 1 when nothing is found.\n",
    .examples = "  nsearch related https://www.harborpost.example/2025/11/14/alibaba-pla-memo\n"
                "  nsearch related --since 2024 -n 3 hp-alibaba-pla-memo\n",
    .options = options,
    .settings_size = sizeof(struct related_settings),
    .defaults = &(const struct related_settings){.page.limit = 10},
    .least = 1,
    .most = 1,
    .run = run,
};
