/* nsearch query WORDS... */
#include <string.h>

#include "common/program/program.h"

struct query_settings {
  struct common_settings common;
  struct page_settings page;
  int sort, format; /* an nsearch_sort, an export_format */
  struct list facets;
  uint64_t timeout;
  bool all, plain, count, no_snippets, explain, partial, json;
};

static const struct option options[] = {
    {"n", OPTION_HOW_MANY, "N|all", "show the best N articles; 10 unless given",
     offsetof(struct query_settings, page.limit)},
    {"offset", OPTION_NUMBER, "N", "leave out the first N", offsetof(struct query_settings, page.offset)},
    {"since", OPTION_TEXT, "DATE", "only articles of this date or later: 2025,\n2025-11 or 2025-11-14, UTC",
     offsetof(struct query_settings, page.since)},
    {"until", OPTION_TEXT, "DATE", "only articles of this date or earlier; 2025 ends\nwith its last second",
     offsetof(struct query_settings, page.until)},
    {"sort", OPTION_CHOICE, "relevance|newest|oldest", "\nthe order of the articles; relevance unless given",
     offsetof(struct query_settings, sort)},
    {"facet", OPTION_LIST, "FIELD[:N]",
     "count the values of a field over all articles that\nmatch, and print the N (or all) most frequent ones,\n"
     "10 unless given: source, section, topic, lang,\nauthor, site, year, month or day; may be said again",
     offsetof(struct query_settings, facets)},
    {"all", OPTION_FLAG, NULL, "every plain word must be there, not just any", offsetof(struct query_settings, all)},
    {"plain", OPTION_FLAG, NULL, "take the words as they are: quotes, + and -\nmean nothing",
     offsetof(struct query_settings, plain)},
    {"count", OPTION_FLAG, NULL, "print how many articles match, exactly, and no\narticles",
     offsetof(struct query_settings, count)},
    {"no-snippets", OPTION_FLAG, NULL, "leave out the passages of text", offsetof(struct query_settings, no_snippets)},
    {"explain", OPTION_FLAG, NULL, "say how the question was understood and how each\narticle came to its score",
     offsetof(struct query_settings, explain)},
    {"timeout", OPTION_NUMBER, "MS", "give up after so many milliseconds", offsetof(struct query_settings, timeout)},
    {"partial", OPTION_FLAG, NULL, PARTIAL_HELP, offsetof(struct query_settings, partial)},
    {"format", OPTION_CHOICE, EXPORT_FORMATS, "print articles alone, one a line: ids, JSON or CSV",
     offsetof(struct query_settings, format)},
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

/* "source", "source:5", "source:all". */
static int add_facet(nsearch_request *request, const char *typed, nsearch_error *err) {
  const char *colon = strrchr(typed, ':');
  uint64_t values = 10;
  if (colon && (!parse_how_many(colon + 1, &values) || values == 0))
    return usage_error(&command_query, "--facet takes FIELD, FIELD:N or FIELD:all, not '%s'", typed);
  char *field = text_of("%.*s", (int)(colon ? (size_t)(colon - typed) : strlen(typed)), typed);
  nsearch_status status = nsearch_request_add_facet(request, field, values == NUMBER_ALL ? 0 : values, err);
  release(field);
  return status ? failure(status, err) : EXIT_DONE;
}

static int describe(nsearch_request *request, const struct query_settings *settings, nsearch_error *err) {
  int code = request_page(request, &settings->page, err);
  for (size_t i = 0; i < settings->facets.count && !code; i++)
    code = add_facet(request, settings->facets.items[i], err);
  nsearch_request_set_sort(request, (nsearch_sort)settings->sort);
  nsearch_request_set_all(request, settings->all);
  nsearch_request_set_plain(request, settings->plain);
  nsearch_request_set_count(request, settings->count);
  nsearch_request_set_explain(request, settings->explain);
  nsearch_request_set_deadline(request, settings->timeout);
  nsearch_request_set_partial(request, settings->partial);
  bool texts = settings->format == EXPORT_NONE || settings->format == EXPORT_JSONL;
  nsearch_request_set_snippets(request, texts && !settings->no_snippets);
  if (settings->count) nsearch_request_set_limit(request, 0);
  return code;
}

/* A count finds something when articles match; else what is not shown was not found, so that pages come to an end. */
static int code_of(const struct query_settings *settings, const nsearch_result *result) {
  bool found = settings->count || settings->page.limit == 0 ? nsearch_result_matches(result, NULL) > 0
                                                            : nsearch_result_hits(result) > 0;
  return found ? EXIT_DONE : EXIT_NOTHING;
}

static int print_one(nsearch_reader *reader, const nsearch_request *request, const char *question,
                     const struct query_settings *settings, nsearch_error *err) {
  nsearch_result *result = NULL;
  nsearch_status status = nsearch_search(reader, request, &result, err);
  if (status) return question_failure(status, err, question);
  struct stream out;
  stream_stdout(&out);
  struct answer answer = {
      .question = question, .result = result, .offset = settings->page.offset, .explain = settings->explain};
  printer_for(settings->json)->answer(&out, &answer);
  int code = finish(&out, code_of(settings, result));
  nsearch_result_free(result);
  return code;
}

/* Prints all hits that are asked for, page by page: memory is bounded, and a reader that goes away ends it early. */
static int export_all(nsearch_reader *reader, nsearch_request *request, const char *question,
                      const struct query_settings *settings, nsearch_error *err) {
  enum { PAGE = 20000 };
  enum export_format format = (enum export_format)settings->format;
  uint64_t offset = settings->page.offset, left = settings->page.limit, asked;
  size_t hits = 0;
  int code = EXIT_NOTHING;
  struct stream out;
  stream_stdout(&out);
  do {
    nsearch_result *result = NULL;
    asked = left < PAGE ? left : PAGE;
    nsearch_request_set_offset(request, offset);
    nsearch_request_set_limit(request, asked);
    nsearch_status status = nsearch_search(reader, request, &result, err);
    if (status) {
      code = question_failure(status, err, question);
      break;
    }
    if (offset == settings->page.offset) {
      char *missing = missing_shards(nsearch_result_shards(result));
      if (missing) say("%s", missing);
      release(missing);
      export_begin(&out, format);
    }
    hits = nsearch_result_hits(result);
    for (size_t i = 0; i < hits; i++) export_hit(&out, format, nsearch_result_hit(result, i));
    if (hits) code = EXIT_DONE;
    offset += hits;
    left -= hits;
    nsearch_result_free(result);
  } while (left > 0 && hits == asked && !out.error);
  return finish(&out, code);
}

static int run(const void *given, const struct list *arguments) {
  const struct query_settings *settings = given;
  if (settings->format != EXPORT_NONE &&
      (settings->json || settings->count || settings->explain || settings->facets.count))
    return usage_error(&command_query, "--format prints articles alone: it does not go with %s",
                       settings->json      ? "--json"
                       : settings->count   ? "--count"
                       : settings->explain ? "--explain"
                                           : "--facet");
  nsearch_error *err = nsearch_error_new();
  nsearch_reader *reader = NULL;
  char *question = join(arguments);
  nsearch_request *request = nsearch_request_new(question);
  int code = request ? open_index(&settings->common, &reader, err) : failure(NSEARCH_ERR_MEMORY, NULL);
  if (code) goto out;
  interrupt_watch();
  if ((code = describe(request, settings, err))) goto out;
  code = settings->format == EXPORT_NONE ? print_one(reader, request, question, settings, err)
                                         : export_all(reader, request, question, settings, err);
out:
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
                   "source: section: lang: topic: site: id: and date: before a word look there.\n"
                   "AND, OR, NOT and NEAR/5 in capitals join words and (groups); vulnerab* and\n"
                   "gr?y stand for all such words, colour~ for near ones, and memo^2 weighs\n"
                   "double. Put a question that holds such marks in single quotes.\n"
                   "\n"
                   "Where no article holds a word, the nearest question is named: Did you mean.\n",
    .examples = "  nsearch query alibaba pla\n"
                "  nsearch query '\"zero-day flaw\" -patch source:reuters'\n"
                "  nsearch query '(chip OR semiconductor) AND NOT taiwan date:2025'\n"
                "  nsearch query --since 2025-11 --until 2025-11-14 -n 3 memo\n"
                "  nsearch query --sort newest --facet source --facet month:12 cloud\n"
                "  nsearch query --json chip exports | jq -r '.hits[].title'\n"
                "  nsearch query --format csv -n all cloud > cloud.csv\n",
    .options = options,
    .settings_size = sizeof(struct query_settings),
    .defaults = &(const struct query_settings){.page.limit = 10, .format = EXPORT_NONE},
    .least = 1,
    .most = SIZE_MAX,
    .run = run,
};
