/* Questions of every kind put to an index that was tampered with. */
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 40 };

void fuzz_check(int status, const nsearch_error *err) {
  must(status == NSEARCH_OK || status == NSEARCH_ERR_DAMAGED || status == NSEARCH_ERR_VERSION ||
       status == NSEARCH_ERR_NOT_FOUND || status == NSEARCH_ERR_UNSUPPORTED);
  must(!status || *nsearch_error_message(err));
}

static void ask(nsearch_reader *reader, const char *question, unsigned number, nsearch_error *err) {
  static const char *const facets[] = {"source", "section", "topic", "lang", "author", "site", "year", "month", "day"};
  nsearch_result *result = NULL;
  nsearch_request *request = nsearch_request_new(question);
  must(request);
  nsearch_request_set_limit(request, number % 4 ? LIMIT / 4 : LIMIT);
  nsearch_request_set_count(request, number % 3 == 0);
  nsearch_request_set_explain(request, number % 2);
  nsearch_request_set_sort(request, (nsearch_sort)(number / 2 % 3));
  if (number % 5 == 4) must(!nsearch_request_set_since(request, "2021-03", NULL));
  for (size_t i = 0; number % 4 == 1 && i < sizeof facets / sizeof *facets; i++)
    must(!nsearch_request_add_facet(request, facets[i], 3, NULL));
  fuzz_check(nsearch_search(reader, request, &result, err), err);
  fuzz_walk(result);
  nsearch_result_free(result);
  nsearch_request_free(request);
}

void fuzz_ask_all(nsearch_reader *reader, unsigned which, nsearch_error *err) {
  static const char *const questions[] = {
      "",
      "the",
      "harbour trade gift",
      "the harbour of trade policies colour",
      "+the +harbour trade",
      "\"the harbour\"",
      "\"harbour trade\"~3 OR gift",
      "the NEAR/5 of",
      "har* item1?",
      "harbuor~ polices~",
      "title:harbour -trade",
      "author:roe source:wire",
      "topic:trade lang:de site:site1.example section:world",
      "date:2021 the",
      "date:2020 OR date:2022-03",
      "\xe6\xb8\xaf\xe5\x8f\xa3 \xe6\x96\xb0",
      "id:a7 OR id:https://www.site1.example/7",
      "the AND (harbour OR NOT of) AND date:2021-01..2022-06",
      "harbuor mraket",
      "item1 item2 item3 item4 item5 item6",
      "+NOT the",
  };
  for (unsigned i = 0; i < sizeof questions / sizeof *questions; i++)
    if (which == FUZZ_ALL_QUESTIONS || i % 3 == which) ask(reader, questions[i], i, err);
}

void fuzz_read_articles(nsearch_reader *reader, nsearch_error *err) {
  static const char *const ids[] = {"a0", "a7", "a399", "https://www.site1.example/7", "a401"};
  nsearch_stats *stats = NULL;
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    nsearch_article *article = NULL;
    nsearch_result *result = NULL;
    fuzz_check(nsearch_get(reader, ids[i], &article, err), err);
    nsearch_article_free(article);
    if (i % 2) fuzz_check(nsearch_related(reader, ids[i], i == 1, NULL, &result, err), err);
    fuzz_walk(result);
    nsearch_result_free(result);
  }
  fuzz_check(nsearch_stats_read(reader, &stats, err), err);
  nsearch_stats_free(stats);
}
