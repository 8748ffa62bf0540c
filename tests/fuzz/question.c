/* Any question, with any order, facets, limits and dates: parsed, planned, described and searched. The same articles
 * stand in four segments and in one; of one of the two, matches are counted. The hits are the same,
 * and where that is asked for those that all matches begin with.
 *
 * Input: eight bytes of settings, struct settings below, then the question. */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { ARTICLES = 4500, SEGMENT = 1200, NOW = 1700000000 };

enum {
  SET_PLAIN = 1,
  SET_ALL = 2,
  SET_EXPLAIN = 4,
  SET_NO_SNIPPETS = 8,
  SET_RELATED = 16, /* the question is an id or a URL */
  SET_COPIES = 32
};
enum {
  SORT_SWAP = 128,     /* matches are counted in the segments */
  SORT_COMPLETELY = 64 /* all matches are asked for too: of these nothing can be pruned */
};

struct settings {
  uint8_t flags, sort, facets, more_facets, limit, offset, dates, cancel;
};

static nsearch_reader *segments, *merged;
static nsearch_error *err;

static nsearch_reader *open_index(const char *name, uint32_t segment_articles) {
  nsearch_reader *reader = NULL;
  char *path = fuzz_path(name);
  fuzz_index(path, ARTICLES, segment_articles);
  must(!nsearch_open(&reader, path, NULL));
  free(path);
  return reader;
}

/* Frees what stays open otherwise, so that a leak is one of a call. */
static void close_all(void) {
  nsearch_close(segments);
  nsearch_close(merged);
  nsearch_error_free(err);
}

static void prepare(void) {
  fuzz_folder();
  segments = open_index("segments", SEGMENT);
  merged = open_index("merged", 0);
  must(err = nsearch_error_new());
  must(!atexit(close_all));
}

static void set_facets(nsearch_request *request, const struct settings *settings) {
  static const char *const fields[] = {"source", "section", "topic", "lang", "author", "site", "year", "month", "day"};
  unsigned wanted = settings->facets | (unsigned)(settings->more_facets & 1) << 8;
  for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
    if (wanted >> i & 1) must(!nsearch_request_add_facet(request, fields[i], settings->more_facets >> 1 & 7, err));
}

static nsearch_request *make_request(const char *question, const struct settings *settings) {
  static const uint64_t limits[] = {10, 0, 1, 2, 3, 20, 40, 100};
  static const char *const dates[] = {NULL, "2021", "2021-06", "2022-02-28", "2021-06-01T12:00:00Z",
                                      NULL, NULL,   "2030"};
  nsearch_request *request = nsearch_request_new(question);
  must(request);
  nsearch_request_set_plain(request, settings->flags & SET_PLAIN);
  nsearch_request_set_all(request, settings->flags & SET_ALL);
  nsearch_request_set_explain(request, settings->flags & SET_EXPLAIN);
  nsearch_request_set_snippets(request, !(settings->flags & SET_NO_SNIPPETS));
  nsearch_request_set_sort(request, (nsearch_sort)((settings->sort & 63) % 3));
  nsearch_request_set_limit(request, limits[settings->limit & 7]);
  nsearch_request_set_offset(request, settings->offset & 128 ? UINT64_MAX - settings->offset : settings->offset & 15);
  nsearch_request_set_now(request, NOW);
  must(!nsearch_request_set_since(request, dates[settings->dates & 7], err));
  must(!nsearch_request_set_until(request, dates[settings->dates >> 3 & 7], err));
  set_facets(request, settings);
  return request;
}

static nsearch_status ask(nsearch_reader *reader, nsearch_request *request, const char *question,
                          const struct settings *settings, nsearch_result **result) {
  nsearch_status status = settings->flags & SET_RELATED
                              ? nsearch_related(reader, question, settings->flags & SET_COPIES, request, result, err)
                              : nsearch_search(reader, request, result, err);
  must((status == NSEARCH_OK) == (*result != NULL));
  if (!status) return status;
  must(status == NSEARCH_ERR_QUERY || status == NSEARCH_ERR_NOT_FOUND || status == NSEARCH_ERR_CANCELLED);
  must(*nsearch_error_message(err) && !strchr(nsearch_error_message(err), '\n'));
  int64_t position = nsearch_error_position(err);
  must(status == NSEARCH_ERR_QUERY ? position >= 0 && position <= (int64_t)strlen(question) : position == -1);
  return status;
}

/* ---- what two answers have in common ---- */

static void same_hits(const nsearch_result *a, const nsearch_result *b) {
  double before = 0;
  must(nsearch_result_hits(a) == nsearch_result_hits(b));
  for (size_t i = 0; i < nsearch_result_hits(a); i++) {
    const nsearch_hit *x = nsearch_result_hit(a, i), *y = nsearch_result_hit(b, i);
    must(!strcmp(nsearch_hit_id(x), nsearch_hit_id(y)));
    must(nsearch_hit_score(x) == nsearch_hit_score(y) && nsearch_hit_rank(x) == nsearch_hit_rank(y));
    must(!strcmp(nsearch_hit_snippet(x), nsearch_hit_snippet(y)));
    must(i == 0 || nsearch_hit_score(x) <= before);
    before = nsearch_hit_score(x);
  }
}

static void same_facets(const nsearch_result *a, const nsearch_result *b) {
  must(nsearch_result_facets(a) == nsearch_result_facets(b));
  for (size_t f = 0; f < nsearch_result_facets(a); f++) {
    must(nsearch_result_facet_values(a, f) == nsearch_result_facet_values(b, f));
    must(nsearch_result_facet_distinct(a, f) == nsearch_result_facet_distinct(b, f));
    for (size_t i = 0; i < nsearch_result_facet_values(a, f); i++) {
      uint64_t x, y;
      must(!strcmp(nsearch_result_facet_value(a, f, i, &x), nsearch_result_facet_value(b, f, i, &y)) && x == y);
    }
  }
}

static void same_answers(const nsearch_result *a, const nsearch_result *b) {
  int exact_a, exact_b;
  uint64_t x = nsearch_result_matches(a, &exact_a), y = nsearch_result_matches(b, &exact_b);
  must(exact_a ? x >= y && (!exact_b || x == y) : !exact_b || x <= y);
  must(!strcmp(nsearch_result_suggestion(a), nsearch_result_suggestion(b)));
  must(!strcmp(nsearch_result_tree(a), nsearch_result_tree(b)));
  same_hits(a, b);
  same_facets(a, b);
}

/* ---- the target ---- */

/* The `left`-th time the search is asked to end, or never. */
static int cancel_at(void *payload) {
  int *left = payload;
  return *left > 0 && --*left == 0;
}

static void ask_cancelled(nsearch_request *request, const char *question, const struct settings *settings) {
  int left = settings->cancel;
  nsearch_result *result = NULL;
  nsearch_request_set_cancel(request, cancel_at, &left);
  nsearch_status status = ask(segments, request, question, settings, &result);
  must(settings->cancel && left == 0 ? status == NSEARCH_ERR_CANCELLED : status != NSEARCH_ERR_CANCELLED);
  nsearch_result_free(result);
}

static void ask_completely(nsearch_request *request, const char *question, const struct settings *settings,
                           const nsearch_result *best) {
  nsearch_result *all = NULL;
  nsearch_request_set_limit(request, ARTICLES);
  nsearch_request_set_snippets(request, 0);
  must(!ask(merged, request, question, settings, &all));
  must(nsearch_result_hits(best) <= nsearch_result_hits(all));
  for (size_t i = 0; i < nsearch_result_hits(best); i++) {
    const nsearch_hit *x = nsearch_result_hit(best, i), *y = nsearch_result_hit(all, i);
    must(!strcmp(nsearch_hit_id(x), nsearch_hit_id(y)) && nsearch_hit_score(x) == nsearch_hit_score(y));
  }
  nsearch_result_free(all);
}

static void ask_twice(nsearch_request *request, const char *question, const struct settings *settings) {
  nsearch_result *quick = NULL, *counted = NULL;
  bool swap = settings->sort & SORT_SWAP;
  nsearch_status status = ask(swap ? merged : segments, request, question, settings, &quick);
  nsearch_request_set_count(request, 1);
  must(ask(swap ? segments : merged, request, question, settings, &counted) == status);
  if (!status) {
    fuzz_walk(quick);
    same_answers(quick, counted);
    if (settings->sort & SORT_COMPLETELY && !(settings->flags & SET_RELATED))
      ask_completely(request, question, settings, quick);
  }
  nsearch_result_free(quick);
  nsearch_result_free(counted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!err) prepare();
  struct settings settings = {0};
  struct fuzz_input in = {data, data + size};
  for (size_t i = 0; i < sizeof settings; i++) ((uint8_t *)&settings)[i] = fuzz_byte(&in);
  char *question = fuzz_text(&in);
  nsearch_request *request = make_request(question, &settings);
  if (settings.cancel & 128) {
    settings.cancel &= 127;
    ask_cancelled(request, question, &settings);
  } else {
    ask_twice(request, question, &settings);
  }
  nsearch_request_free(request);
  free(question);
  return 0;
}
