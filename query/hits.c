/* Reading a result: the functions of nsearch.h for hits, facets and explanations. */
#include "query/query.h"

#include <assert.h>

size_t nsearch_result_hits(const nsearch_result *result) { return result ? result->count : 0; }

const nsearch_hit *nsearch_result_hit(const nsearch_result *result, size_t i) {
  assert(result && i < result->count);
  return &result->hits[i];
}

uint64_t nsearch_result_matches(const nsearch_result *result, int *exact) {
  if (exact) *exact = !result || result->exact;
  return result ? result->matches : 0;
}

const nsearch_shards *nsearch_result_shards(const nsearch_result *result) { return result ? result->shards : NULL; }

double nsearch_result_took(const nsearch_result *result) { return result ? result->took : 0; }

const char *nsearch_result_suggestion(const nsearch_result *result) {
  return result && result->suggestion ? result->suggestion : "";
}

size_t nsearch_result_facets(const nsearch_result *result) { return result ? result->facet_count : 0; }

const char *nsearch_result_facet(const nsearch_result *result, size_t facet) {
  assert(result && facet < result->facet_count);
  return facet_name(result->asked[facet].field);
}

uint64_t nsearch_result_facet_distinct(const nsearch_result *result, size_t facet) {
  assert(result && facet < result->facet_count);
  return result->facets[facet].distinct;
}

size_t nsearch_result_facet_values(const nsearch_result *result, size_t facet) {
  assert(result && facet < result->facet_count);
  return result->facets[facet].count;
}

const char *nsearch_result_facet_value(const nsearch_result *result, size_t facet, size_t i, uint64_t *count) {
  assert(result && facet < result->facet_count && i < result->facets[facet].count);
  if (count) *count = result->facets[facet].values[i].count;
  return result->facets[facet].values[i].value;
}

static const char *text_of(const struct buffer *buffer) { return buffer->len ? buffer->bytes : ""; }

const char *nsearch_result_tree(const nsearch_result *result) { return result ? text_of(&result->tree) : ""; }

const char *nsearch_result_plan(const nsearch_result *result) { return result ? text_of(&result->plan) : ""; }

uint64_t nsearch_hit_rank(const nsearch_hit *hit) { return hit->rank; }

double nsearch_hit_score(const nsearch_hit *hit) { return hit->score; }

const char *nsearch_hit_id(const nsearch_hit *hit) { return nsearch_article_id(hit->article); }

const char *nsearch_hit_url(const nsearch_hit *hit) { return nsearch_article_url(hit->article); }

const char *nsearch_hit_title(const nsearch_hit *hit) { return nsearch_article_title(hit->article); }

const char *nsearch_hit_source(const nsearch_hit *hit) { return nsearch_article_source(hit->article); }

const char *nsearch_hit_section(const nsearch_hit *hit) { return nsearch_article_section(hit->article); }

const char *nsearch_hit_language(const nsearch_hit *hit) { return nsearch_article_language(hit->article); }

size_t nsearch_hit_authors(const nsearch_hit *hit) { return nsearch_article_authors(hit->article); }

const char *nsearch_hit_author(const nsearch_hit *hit, size_t i) { return nsearch_article_author(hit->article, i); }

nsearch_precision nsearch_hit_published(const nsearch_hit *hit, int64_t *seconds) {
  return nsearch_article_published(hit->article, seconds);
}

nsearch_origin nsearch_hit_date_origin(const nsearch_hit *hit) { return nsearch_article_date_origin(hit->article); }

int nsearch_hit_date_doubtful(const nsearch_hit *hit) { return nsearch_article_date_doubtful(hit->article); }

const char *nsearch_hit_snippet(const nsearch_hit *hit) { return hit->snippet.text.len ? hit->snippet.text.bytes : ""; }

size_t nsearch_hit_marks(const nsearch_hit *hit) { return hit->snippet.mark_count; }

void nsearch_hit_mark(const nsearch_hit *hit, size_t i, size_t *offset, size_t *len) {
  assert(i < hit->snippet.mark_count);
  *offset = hit->snippet.marks[i].offset;
  *len = hit->snippet.marks[i].len;
}

size_t nsearch_hit_parts(const nsearch_hit *hit) { return hit->part_count; }

const char *nsearch_hit_part(const nsearch_hit *hit, size_t i, uint64_t *df, uint64_t *tf, double *score) {
  assert(i < hit->part_count);
  const struct score_part *part = &hit->parts[i].part;
  if (df) *df = part->df;
  if (tf) *tf = part->tf;
  if (score) *score = part->score;
  return hit->parts[i].word;
}
