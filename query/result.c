/* Documents to hits, and the functions of nsearch.h that read them. */
#include "query/query.h"

#include <assert.h>

/* ---- fill ---- */

/* A hit's body is fetched for its snippet and not kept. */
static int fill_hit(struct nsearch_hit *hit, struct nsearch_reader *reader, struct finder *finder, struct doc_ref doc,
                    struct nsearch_error *err) {
  hit->article = nsearch_article_new();
  if (!hit->article) return error_memory(err);
  unsigned want = finder ? WANT_CARD | WANT_BODY : WANT_CARD;
  int status = reader->engine->fetch(reader->snapshot, doc, want, hit->article, err);
  if (status || !finder) return status;
  size_t len;
  const char *body = article_get(hit->article, ARTICLE_BODY, &len);
  int language = reader_language(reader->engine->stats(reader->snapshot), hit->article);
  status = snippet_cut(finder, language, body, len, &hit->snippet, err);
  buffer_free(&hit->article->parts[ARTICLE_BODY]);
  return status;
}

int result_fill(struct nsearch_result *result, struct nsearch_reader *reader, struct scratch *scratch,
                const struct nsearch_request *request, const struct search_request *sent, const struct search_hit *hits,
                size_t count, struct nsearch_error *err) {
  struct finder *finder = NULL;
  int status = NSEARCH_OK;
  size_t offset = request->offset < count ? (size_t)request->offset : count;
  size_t shown = count - offset < request->limit ? count - offset : (size_t)request->limit;
  if (shown == 0) return NSEARCH_OK;
  result->hits = memory_zero(shown, sizeof *result->hits);
  if (!result->hits) return error_memory(err);
  if (request->snippets) status = finder_new(&finder, scratch, reader->engine, reader->snapshot, sent->tree, err);
  for (size_t i = 0; i < shown && !status; i++) {
    struct nsearch_hit *hit = &result->hits[result->count++];
    hit->rank = offset + i + 1;
    hit->score = hits[offset + i].score;
    status = fill_hit(hit, reader, finder, hits[offset + i].doc, err);
    if (!status) status = request_check(sent, err);
  }
  finder_free(finder);
  return status;
}

void nsearch_result_free(nsearch_result *result) {
  if (!result) return;
  for (size_t i = 0; i < result->count; i++) {
    nsearch_article_free(result->hits[i].article);
    snippet_free(&result->hits[i].snippet);
  }
  memory_free(result->hits);
  memory_free(result);
}

/* ---- read ---- */

size_t nsearch_result_hits(const nsearch_result *result) { return result ? result->count : 0; }

const nsearch_hit *nsearch_result_hit(const nsearch_result *result, size_t i) {
  assert(result && i < result->count);
  return &result->hits[i];
}

uint64_t nsearch_result_matches(const nsearch_result *result, int *exact) {
  if (exact) *exact = !result || result->exact;
  return result ? result->matches : 0;
}

double nsearch_result_took(const nsearch_result *result) { return result ? result->took : 0; }

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

const char *nsearch_hit_snippet(const nsearch_hit *hit) { return hit->snippet.text.len ? hit->snippet.text.bytes : ""; }

size_t nsearch_hit_marks(const nsearch_hit *hit) { return hit->snippet.mark_count; }

void nsearch_hit_mark(const nsearch_hit *hit, size_t i, size_t *offset, size_t *len) {
  assert(i < hit->snippet.mark_count);
  *offset = hit->snippet.marks[i].offset;
  *len = hit->snippet.marks[i].len;
}
