/* nsearch query WORDS... */
#include <string.h>

#include "common/program/program.h"

struct query_settings {
  struct common_settings common;
  struct page_settings page;
  bool all, plain, count, no_snippets, json;
};

static const struct option options[] = {
    {"n", OPTION_NUMBER, "N", "show the best N articles; 10 unless given", offsetof(struct query_settings, page.limit)},
    {"offset", OPTION_NUMBER, "N", "leave out the first N", offsetof(struct query_settings, page.offset)},
    {"since", OPTION_TEXT, "DATE", "only articles of this date or later: 2025,\n2025-11 or 2025-11-14, UTC",
     offsetof(struct query_settings, page.since)},
    {"until", OPTION_TEXT, "DATE", "only articles of this date or earlier; 2025 ends\nwith its last second",
     offsetof(struct query_settings, page.until)},
    {"all", OPTION_FLAG, NULL, "every plain word must be there, not just any", offsetof(struct query_settings, all)},
    {"plain", OPTION_FLAG, NULL, "take the words as they are: quotes, + and -\nmean nothing",
     offsetof(struct query_settings, plain)},
    {"count", OPTION_FLAG, NULL, "print how many articles match, exactly, and no\narticles",
     offsetof(struct query_settings, count)},
    {"no-snippets", OPTION_FLAG, NULL, "leave out the passages of text", offsetof(struct query_settings, no_snippets)},
    {"json", OPTION_FLAG, NULL, "print one JSON document", offsetof(struct query_settings, json)},
    {0},
};

static char *join(const struct list *words) {
  size_t len = 1, used = 0;
  for (size_t i = 0; i < words->count; i++) len += strlen(words->items[i]) + 1;
  char *text = grow(NULL, len);
  for (size_t i = 0; i < words->count; i++) {
    size_t word_len = strlen(words->items[i]);
    memcpy(text + used, words->items[i], word_len);
    used += word_len;
    text[used++] = ' ';
  }
  text[used ? used - 1 : 0] = '\0';
  return text;
}

/* A count finds something when articles match; else what is not shown was not found, so that pages come to an end. */
static int code_of(const struct query_settings *settings, const nsearch_result *result) {
  bool found = settings->count || settings->page.limit == 0 ? nsearch_result_matches(result, NULL) > 0
                                                            : nsearch_result_hits(result) > 0;
  return found ? EXIT_DONE : EXIT_NOTHING;
}

static int run(const void *given, const struct list *arguments) {
  const struct query_settings *settings = given;
  nsearch_error *err = nsearch_error_new();
  nsearch_reader *reader = NULL;
  nsearch_result *result = NULL;
  char *question = join(arguments);
  nsearch_request *request = nsearch_request_new(question);
  int code = request ? open_index(&settings->common, &reader, err) : failure(NSEARCH_ERR_MEMORY, NULL);
  if (code) goto out;
  interrupt_watch();
  if ((code = request_page(request, &settings->page, err))) goto out;
  nsearch_request_set_all(request, settings->all);
  nsearch_request_set_plain(request, settings->plain);
  nsearch_request_set_count(request, settings->count);
  nsearch_request_set_snippets(request, !settings->no_snippets);
  if (settings->count) nsearch_request_set_limit(request, 0);
  nsearch_status status = nsearch_search(reader, request, &result, err);
  if (status) {
    code = question_failure(status, err, question);
    goto out;
  }
  struct stream out;
  stream_stdout(&out);
  struct answer answer = {
      .question = question, .result = result, .offset = settings->page.offset, .only_count = settings->count};
  printer_for(settings->json)->answer(&out, &answer);
  code = finish(&out, code_of(settings, result));
out:
  nsearch_result_free(result);
  nsearch_request_free(request);
  nsearch_close(reader);
  nsearch_error_free(err);
  release(question);
  return code;
}

const struct command command_query = {
    .name = "query",
    .arguments = "WORDS...",
    .summary = "find articles, best first",
    .description = "Finds the articles that hold any of the words and prints the best ones first.\n"
                   "The exit code is 1 when nothing is found.\n"
                   "\n"
                   "A word finds its other forms too. \"Words in quotes\" stand next to one another\n"
                   "exactly as typed, +word must be there and -word must not; title: author:\n"
                   "source: section: lang: topic: site: and id: before a word look there. Put a\n"
                   "question that holds such marks in single quotes.\n",
    .examples = "  nsearch query alibaba pla\n"
                "  nsearch query '\"zero-day flaw\" -patch source:reuters'\n"
                "  nsearch query --since 2025-11 --until 2025-11-14 -n 3 memo\n"
                "  nsearch query --json chip exports | jq -r '.hits[].title'\n",
    .options = options,
    .settings_size = sizeof(struct query_settings),
    .defaults = &(const struct query_settings){.page.limit = 10},
    .least = 1,
    .most = SIZE_MAX,
    .run = run,
};
