/* What a caller asks for: the setters of nsearch_request, and what becomes of it below. */
#include "query/query.h"

#include <assert.h>
#include <string.h>

nsearch_request *nsearch_request_new(const char *question) {
  assert(question);
  struct nsearch_request *request = memory_zero(1, sizeof *request);
  if (!request) return NULL;
  request->question = memory_string(question, strlen(question));
  if (!request->question) {
    memory_free(request);
    return NULL;
  }
  request->limit = 10;
  request->snippets = true;
  request->since = INT64_MIN;
  request->until = INT64_MAX;
  return request;
}

void nsearch_request_free(nsearch_request *request) {
  if (!request) return;
  memory_free(request->question);
  memory_free(request);
}

void nsearch_request_set_limit(nsearch_request *request, uint64_t hits) { request->limit = hits; }

void nsearch_request_set_offset(nsearch_request *request, uint64_t hits) { request->offset = hits; }

void nsearch_request_set_plain(nsearch_request *request, int on) { request->plain = on != 0; }

void nsearch_request_set_all(nsearch_request *request, int on) { request->all = on != 0; }

void nsearch_request_set_count(nsearch_request *request, int on) { request->count = on != 0; }

void nsearch_request_set_explain(nsearch_request *request, int on) { request->explain = on != 0; }

void nsearch_request_set_sort(nsearch_request *request, nsearch_sort sort) { request->sort = sort; }

void nsearch_request_set_now(nsearch_request *request, int64_t seconds) {
  request->now = seconds;
  request->has_now = true;
}

void nsearch_request_set_snippets(nsearch_request *request, int on) { request->snippets = on != 0; }

void nsearch_request_set_deadline(nsearch_request *request, uint64_t milliseconds) { request->deadline = milliseconds; }

void nsearch_request_set_cancel(nsearch_request *request, nsearch_cancel cancel, void *payload) {
  request->cancel = cancel;
  request->cancel_payload = payload;
}

void nsearch_request_set_partial(nsearch_request *request, int on) { request->partial = on != 0; }

static const char *const facet_names[FACET_FIELDS] = {
    [FACET_SOURCE] = "source", [FACET_SECTION] = "section", [FACET_TOPIC] = "topic",
    [FACET_LANGUAGE] = "lang", [FACET_AUTHOR] = "author",   [FACET_SITE] = "site",
    [FACET_YEAR] = "year",     [FACET_MONTH] = "month",     [FACET_DAY] = "day",
};

const char *facet_name(enum facet_field field) { return facet_names[field]; }

nsearch_status nsearch_request_add_facet(nsearch_request *request, const char *field, uint64_t values,
                                         nsearch_error *err) {
  assert(field);
  int which = 0;
  while (which < FACET_FIELDS && strcmp(facet_names[which], field) != 0) which++;
  if (which == FACET_FIELDS)
    return (nsearch_status)error_set(err, NSEARCH_ERR_USAGE,
                                     "the values of '%.50s' cannot be counted; those of source, section, topic, lang, "
                                     "author, site, year, month and day can",
                                     field);
  for (size_t i = 0; i < request->facet_count; i++)
    if (request->facets[i].field == (enum facet_field)which)
      return (nsearch_status)error_set(err, NSEARCH_ERR_USAGE, "the values of %s are asked for twice", field);
  request->facets[request->facet_count++] = (struct facet_request){(enum facet_field)which, values};
  return NSEARCH_OK;
}

static nsearch_status no_date(const char *date, struct nsearch_error *err) {
  return (nsearch_status)error_set(
      err, NSEARCH_ERR_USAGE, "'%s' is no date: write YYYY, YYYY-MM, YYYY-MM-DD or a time like 2025-11-14T09:30:00Z",
      date);
}

nsearch_status nsearch_request_set_since(nsearch_request *request, const char *date, nsearch_error *err) {
  int64_t first = INT64_MIN, last;
  if (date && !date_period(date, strlen(date), &first, &last)) return no_date(date, err);
  request->since = first;
  return NSEARCH_OK;
}

nsearch_status nsearch_request_set_until(nsearch_request *request, const char *date, nsearch_error *err) {
  int64_t first, last = INT64_MAX;
  if (date && !date_period(date, strlen(date), &first, &last)) return no_date(date, err);
  request->until = last;
  return NSEARCH_OK;
}

void request_for_engine(const struct nsearch_request *request, uint64_t started, struct search_request *out) {
  const uint64_t million = 1000000;
  *out = (struct search_request){
      .limit = request->limit,
      .count = request->count,
      .since = request->since,
      .until = request->until,
      .cancel = request->cancel,
      .cancel_payload = request->cancel_payload,
  };
  if (out->limit) out->limit = request->offset > UINT64_MAX - out->limit ? UINT64_MAX : out->limit + request->offset;
  if (request->deadline)
    out->deadline =
        request->deadline > (UINT64_MAX - started) / million ? UINT64_MAX : started + request->deadline * million;
}
