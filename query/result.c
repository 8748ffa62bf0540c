/* Documents to hits: what they show, and how they came to their scores. */
#include "query/query.h"

#include <string.h>

/* ---- Hits ---- */

/* A hit's body is fetched for its snippet and not kept. */
static int fill_hit(struct nsearch_hit *hit, const struct view *view, struct finder *finder, struct doc_ref doc,
                    struct nsearch_error *err) {
  hit->article = nsearch_article_new();
  if (!hit->article) return error_memory(err);
  unsigned want = finder ? WANT_CARD | WANT_BODY : WANT_CARD;
  int status = view->engine->fetch(view->snapshot, doc, want, hit->article, err);
  if (status || !finder) return status;
  size_t len;
  const char *body = article_get(hit->article, ARTICLE_BODY, &len);
  int language = reader_language(view->engine->stats(view->snapshot), hit->article);
  status = snippet_cut(finder, language, body, len, &hit->snippet, err);
  buffer_free(&hit->article->parts[ARTICLE_BODY]);
  return status;
}

int result_fill(struct nsearch_result *result, const struct view *view, struct scratch *scratch,
                const struct nsearch_request *request, const struct search_request *sent, const struct search_hit *hits,
                size_t count, struct nsearch_error *err) {
  struct finder *finder = NULL;
  int status = NSEARCH_OK;
  size_t offset = request->offset < count ? (size_t)request->offset : count;
  size_t shown = count - offset < request->limit ? count - offset : (size_t)request->limit;
  if (shown == 0) return NSEARCH_OK;
  result->hits = memory_zero(shown, sizeof *result->hits);
  if (!result->hits) return error_memory(err);
  if (request->snippets) status = finder_new(&finder, scratch, view->engine, view->snapshot, sent->tree, err);
  for (size_t i = 0; i < shown && !status; i++) {
    struct nsearch_hit *hit = &result->hits[result->count++];
    hit->rank = offset + i + 1;
    hit->score = hits[offset + i].score;
    status = fill_hit(hit, view, finder, hits[offset + i].doc, err);
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
    memory_free(result->hits[i].parts);
  }
  for (size_t i = 0; i < result->word_count; i++) memory_free(result->words[i]);
  struct search_answer facets = {.facets = result->facets, .facet_count = result->facet_count};
  search_answer_free(&facets);
  memory_free(result->hits);
  memory_free(result->words);
  memory_free(result->suggestion);
  nsearch_shards_free(result->shards);
  buffer_free(&result->tree);
  buffer_free(&result->plan);
  memory_free(result);
}

void result_take_facets(struct nsearch_result *result, const struct search_request *sent,
                        struct search_answer *answer) {
  result->facets = answer->facets;
  result->facet_count = answer->facet_count;
  answer->facets = NULL;
  answer->facet_count = 0;
  for (size_t i = 0; i < result->facet_count; i++) result->asked[i] = sent->facets[i];
}

/* ---- Scores explained ---- */

/* The text of a key: without its tag, and a stem without its language. */
static struct term_key text_of_key(struct term_key key) {
  uint32_t skip = key.len && key.bytes[0] == TAG_STEM ? 3 : 1;
  if (skip > key.len) skip = key.len;
  return (struct term_key){key.bytes + skip, key.len - skip};
}

static bool has_text(const struct node *leaf, size_t before, struct term_key text) {
  for (size_t i = 0; i < before; i++) {
    struct term_key other = text_of_key(leaf->keys[i]);
    if (other.len == text.len && memcmp(other.bytes, text.bytes, text.len) == 0) return true;
  }
  return false;
}

/* What a leaf is called: "polici", or with several texts "polici|policy", of which the first few are named. */
static char *word_of_leaf(const struct node *leaf) {
  enum { NAMED = 4 };
  struct buffer word = {0};
  size_t named = 0;
  for (size_t i = 0; i < leaf->key_count; i++) {
    struct term_key text = text_of_key(leaf->keys[i]);
    if (has_text(leaf, i, text)) continue;
    if (named) buffer_byte(&word, '|');
    if (named == NAMED) {
      buffer_text(&word, "…");
      break;
    }
    buffer_add(&word, text.bytes, text.len);
    named++;
  }
  char *out = word.failed ? NULL : memory_string(word.len ? word.bytes : "", word.len);
  buffer_free(&word);
  return out;
}

static int name_leaves(struct nsearch_result *result, const struct node *tree, struct nsearch_error *err) {
  if (tree->kind == NODE_TERM) {
    char *word = word_of_leaf(tree);
    if (!word) return error_memory(err);
    result->words[result->word_count++] = word;
  }
  int status = NSEARCH_OK;
  for (size_t i = 0; i < tree->child_count && !status; i++) status = name_leaves(result, tree->children[i], err);
  return status;
}

/* Keeps the parts that count. */
static int keep_parts(struct nsearch_hit *hit, char *const *words, const struct score_part *parts, size_t count,
                      struct nsearch_error *err) {
  hit->parts = memory_zero(count + 1, sizeof *hit->parts);
  if (!hit->parts) return error_memory(err);
  for (size_t i = 0; i < count; i++)
    if (parts[i].score > 0) hit->parts[hit->part_count++] = (struct nsearch_part){words[i], parts[i]};
  return NSEARCH_OK;
}

int result_explain(struct nsearch_result *result, const struct view *view, const struct search_request *sent,
                   const struct search_hit *hits, struct nsearch_error *err) {
  size_t count = node_leaves(sent->tree);
  struct score_part *parts = memory_zero(count + 1, sizeof *parts);
  result->words = memory_zero(count + 1, sizeof *result->words);
  int status = parts && result->words ? name_leaves(result, sent->tree, err) : error_memory(err);
  for (size_t i = 0; i < result->count && !status; i++) {
    struct nsearch_hit *hit = &result->hits[i];
    status = view->engine->explain(view->snapshot, sent->tree, hits[hit->rank - 1].doc, parts, err);
    if (!status) status = keep_parts(hit, result->words, parts, count, err);
    if (!status) status = request_check(sent, err);
  }
  memory_free(parts);
  return status;
}
