/* The canned engine of fake_engine.h. */
#include "tests/unit/fake_engine.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/date/date.h"

enum { BODY_GAP = 100, KEYS_MAX = 4096, TOKENS_MAX = 200000 };

struct posting {
  char key[2 + 2 * KEYWORD_BYTES];
  uint32_t len;
  uint32_t doc, position;
};

struct snapshot {
  const struct fake_article *articles;
  size_t count;
  struct posting *postings; /* sorted by key, article, position */
  size_t posting_count, posting_room;
  struct engine_stats stats;
  pthread_mutex_t lock; /* of what follows */
  struct fake_counts counts;
  struct search_request last;
};

static const char *text_of(const char *text) { return text ? text : ""; }

static void add(struct snapshot *snapshot, const char *key, size_t len, size_t doc, size_t position) {
  assert(len <= sizeof snapshot->postings[0].key);
  if (memory_reserve(&snapshot->postings, &snapshot->posting_room, snapshot->posting_count + 1,
                     sizeof *snapshot->postings, NULL))
    abort();
  struct posting *posting = &snapshot->postings[snapshot->posting_count++];
  memcpy(posting->key, key, len);
  posting->len = (uint32_t)len;
  posting->doc = (uint32_t)doc;
  posting->position = (uint32_t)position;
}

/* Adds the words of a text under a tag; the stems too where that is the text's. Returns the next position. */
static size_t add_text(struct snapshot *snapshot, struct folder *folder, enum term_tag tag, int language,
                       const char *text, size_t doc, size_t position) {
  struct word_scan scan = {.text = text, .len = strlen(text)};
  for (struct raw_word word; word_next(&scan, &word); position++) {
    struct folded folded;
    if (fold_word(folder, language, word.spaceless, text + word.start, word.end - word.start, &folded, NULL)) abort();
    char key[3 + TERM_MAX];
    key[0] = (char)tag;
    memcpy(key + 1, folded.exact, folded.exact_len);
    add(snapshot, key, folded.exact_len + 1u, doc, position);
    if (tag != TAG_TEXT || language == LANGUAGE_NONE) continue;
    key[0] = TAG_STEM;
    memcpy(key + 1, language_code(language), 2);
    memcpy(key + 3, folded.stem, folded.stem_len);
    add(snapshot, key, folded.stem_len + 3u, doc, position);
  }
  return position;
}

static void add_keyword(struct snapshot *snapshot, enum term_tag tag, const char *value, size_t doc) {
  struct buffer key = {0};
  if (!value) return;
  buffer_byte(&key, (uint8_t)tag);
  fold_keyword(value, strlen(value), &key, NULL);
  buffer_byte(&key, 0);
  buffer_text(&key, value);
  add(snapshot, key.bytes, key.len, doc, 0);
  buffer_free(&key);
}

static int compare_keys(const char *a, size_t a_len, const char *b, size_t b_len) {
  int difference = memcmp(a, b, a_len < b_len ? a_len : b_len);
  return difference ? difference : (a_len > b_len) - (a_len < b_len);
}

static int by_key(const void *a, const void *b) {
  const struct posting *x = a, *y = b;
  int difference = compare_keys(x->key, x->len, y->key, y->len);
  if (!difference) difference = (x->doc > y->doc) - (x->doc < y->doc);
  return difference ? difference : (x->position > y->position) - (x->position < y->position);
}

struct snapshot *fake_snapshot_new(const struct fake_article *articles, size_t count, int language) {
  struct snapshot *snapshot = memory_zero(1, sizeof *snapshot);
  struct folder *folder;
  if (!snapshot || folder_new(&folder, NULL)) abort();
  pthread_mutex_init(&snapshot->lock, NULL);
  snapshot->articles = articles;
  snapshot->count = count;
  snapshot->stats = (struct engine_stats){
      .articles = count, .segments = 1, .language = language, .title_weight = 2, .has_text = true};
  for (size_t i = 0; i < count; i++) {
    const struct fake_article *article = &articles[i];
    int own = article->language ? language_find(article->language, strlen(article->language)) : -1;
    int used = language && own > 0 ? own : language;
    if (used) snapshot->stats.languages |= 1u << used;
    size_t body = add_text(snapshot, folder, TAG_TEXT, used, text_of(article->title), i, 0) + BODY_GAP;
    add_text(snapshot, folder, TAG_TEXT, used, text_of(article->body), i, body);
    add_text(snapshot, folder, TAG_TITLE, LANGUAGE_NONE, text_of(article->title), i, 0);
    add_text(snapshot, folder, TAG_AUTHOR, LANGUAGE_NONE, text_of(article->author), i, 0);
    add_keyword(snapshot, TAG_SOURCE, article->source, i);
    add_keyword(snapshot, TAG_SECTION, article->section, i);
    add_keyword(snapshot, TAG_LANGUAGE, article->language, i);
    add_keyword(snapshot, TAG_TOPIC, article->topic, i);
    char host[256];
    size_t host_len;
    if (article->url && article_site(article->url, strlen(article->url), host, sizeof host - 1, &host_len)) {
      host[host_len] = '\0';
      add_keyword(snapshot, TAG_SITE, host, i);
    }
  }
  qsort(snapshot->postings, snapshot->posting_count, sizeof *snapshot->postings, by_key);
  folder_free(folder);
  return snapshot;
}

void fake_snapshot_free(struct snapshot *snapshot) {
  pthread_mutex_destroy(&snapshot->lock);
  memory_free(snapshot->postings);
  memory_free(snapshot);
}

struct fake_counts *fake_counts(struct snapshot *snapshot) {
  return &snapshot->counts;
}

struct engine_stats *fake_stats(struct snapshot *snapshot) {
  return &snapshot->stats;
}

const struct search_request *fake_last_request(struct snapshot *snapshot) { return &snapshot->last; }

/* ---- search ---- */

static void count(struct snapshot *snapshot, size_t *counter) {
  pthread_mutex_lock(&snapshot->lock);
  ++*counter;
  pthread_mutex_unlock(&snapshot->lock);
}

static bool holds(const struct snapshot *snapshot, struct term_key key, size_t doc, uint32_t position, bool anywhere) {
  for (size_t i = 0; i < snapshot->posting_count; i++) {
    const struct posting *posting = &snapshot->postings[i];
    if (posting->doc == doc && (anywhere || posting->position == position) &&
        compare_keys(posting->key, posting->len, key.bytes, key.len) == 0)
      return true;
  }
  return false;
}

static bool phrase_at(const struct snapshot *snapshot, const struct node *phrase, size_t doc, uint32_t start) {
  uint32_t at = start, limit = start + (uint32_t)phrase->child_count - 1 + phrase->slop;
  if (!holds(snapshot, phrase->children[0]->keys[0], doc, at, false)) return false;
  for (size_t i = 1; i < phrase->child_count; i++) {
    do at++;
    while (at <= limit && !holds(snapshot, phrase->children[i]->keys[0], doc, at, false));
    if (at > limit) return false;
  }
  return true;
}

/* Puts words[from..] each at a position of its own from start to limit; used[0..from) are taken. */
static bool near_at(const struct snapshot *snapshot, const struct node *near, size_t doc, uint32_t start,
                    uint32_t limit, uint32_t *used, size_t from) {
  if (from == near->child_count) return true;
  for (uint32_t at = start; at <= limit; at++) {
    bool taken = false;
    for (size_t i = 0; i < from; i++) taken = taken || used[i] == at;
    used[from] = at;
    if (!taken && holds(snapshot, near->children[from]->keys[0], doc, at, false) &&
        near_at(snapshot, near, doc, start, limit, used, from + 1))
      return true;
  }
  return false;
}

static bool near_from(const struct snapshot *snapshot, const struct node *near, size_t doc, uint32_t start) {
  uint32_t used[8];
  assert(near->child_count <= 8);
  return near_at(snapshot, near, doc, start, start + (uint32_t)near->child_count - 1 + near->slop, used, 0);
}

static bool touches(const char *text, int64_t since, int64_t until) {
  struct date date;
  return text && date_parse(text, strlen(text), &date) && date.seconds <= until &&
         date_period_end(date.seconds, date.precision) >= since;
}

static bool matches(const struct snapshot *snapshot, const struct node *node, size_t doc, double *score) {
  double part = 0, sum = 0;
  bool found = false;
  switch (node->kind) {
  case NODE_ALL:
    return true;
  case NODE_DOC:
    return node->doc.doc == doc;
  case NODE_TERM:
    for (size_t i = 0; i < node->key_count && !found; i++) found = holds(snapshot, node->keys[i], doc, 0, true);
    *score = found && node->score != SCORE_NONE ? node->boost : 0;
    return found;
  case NODE_DATES:
    return touches(snapshot->articles[doc].date, node->since, node->until);
  case NODE_PHRASE:
  case NODE_NEAR:
    for (uint32_t start = 0; start < 2000 && !found; start++)
      found = node->kind == NODE_PHRASE ? phrase_at(snapshot, node, doc, start) : near_from(snapshot, node, doc, start);
    for (size_t i = 0; i < node->child_count && found; i++)
      *score += node->children[i]->score == SCORE_NONE ? 0 : node->children[i]->boost;
    return found;
  default:
    for (size_t i = 0; i < node->child_count; i++) {
      part = 0;
      bool child = matches(snapshot, node->children[i], doc, &part);
      if (node->kind == NODE_AND_NOT ? child == (i > 0)
                                     : !child && (node->kind == NODE_AND || (i == 0 && node->kind == NODE_AND_MAYBE)))
        return false;
      if (child && !(node->kind == NODE_AND_NOT && i > 0)) sum += part;
      found = found || child;
    }
    *score = sum;
    return found;
  }
}

static void fake_facets(const struct search_request *request, struct search_answer *answer) {
  if (!request->facet_count) return;
  answer->facet_count = request->facet_count;
  answer->facets = memory_zero(request->facet_count, sizeof *answer->facets);
  for (size_t i = 0; i < request->facet_count; i++) {
    struct facet_answer *facet = &answer->facets[i];
    *facet = (struct facet_answer){.values = memory_zero(2, sizeof *facet->values), .count = 2, .distinct = 3};
    facet->values[0] = (struct facet_value){memory_string("most", 4), answer->matches};
    facet->values[1] = (struct facet_value){memory_string("one", 3), 1};
  }
}

static int fake_search(struct snapshot *snapshot, const struct search_request *request, struct search_answer *answer,
                       struct nsearch_error *err) {
  (void)err;
  pthread_mutex_lock(&snapshot->lock);
  snapshot->last = *request;
  snapshot->last.tree = NULL;
  pthread_mutex_unlock(&snapshot->lock);
  *answer = (struct search_answer){.matches_exact = true};
  struct search_hit *hits = answer->hits = memory_zero(snapshot->count + 1, sizeof *hits);
  if (!hits) abort();
  for (size_t doc = 0; doc < snapshot->count; doc++) {
    double score = 0;
    if (!matches(snapshot, request->tree, doc, &score)) continue;
    struct search_hit hit = {{0, (uint32_t)doc}, request->order == ORDER_RELEVANCE ? score : 0};
    size_t at = answer->matches++;
    for (; at > 0 && hits[at - 1].score < hit.score; at--) hits[at] = hits[at - 1];
    hits[at] = hit;
  }
  answer->hit_count = answer->matches < request->limit ? answer->matches : request->limit;
  snprintf(answer->plan, sizeof answer->plan, "one by one");
  fake_facets(request, answer);
  return NSEARCH_OK;
}

static void explain_leaves(const struct snapshot *snapshot, const struct node *node, size_t doc,
                           struct score_part **parts) {
  if (node->kind == NODE_TERM) {
    struct score_part *part = (*parts)++;
    *part = (struct score_part){0};
    for (size_t other = 0; other < snapshot->count; other++) {
      bool found = false;
      for (size_t i = 0; i < node->key_count && !found; i++) found = holds(snapshot, node->keys[i], other, 0, true);
      part->df += found;
      if (found && other == doc) *part = (struct score_part){part->df, 1, node->score == SCORE_NONE ? 0 : node->boost};
    }
  }
  for (size_t i = 0; i < node->child_count; i++) explain_leaves(snapshot, node->children[i], doc, parts);
}

static int fake_explain(struct snapshot *snapshot, const struct node *tree, struct doc_ref doc,
                        struct score_part *parts, struct nsearch_error *err) {
  (void)err;
  explain_leaves(snapshot, tree, doc.doc, &parts);
  return NSEARCH_OK;
}

static int fake_occurrences(struct snapshot *snapshot, const struct term_key *keys, size_t key_count,
                            const struct doc_ref *docs, size_t doc_count, const struct search_request *request,
                            uint32_t *tfs, uint32_t *lengths, struct nsearch_error *err) {
  (void)request, (void)err;
  for (size_t d = 0; d < doc_count; d++) {
    assert(d == 0 || docs[d].doc > docs[d - 1].doc);
    lengths[d] = 0;
    for (size_t k = 0; k < key_count; k++) tfs[k * doc_count + d] = 0;
    for (size_t i = 0; i < snapshot->posting_count; i++) {
      const struct posting *posting = &snapshot->postings[i];
      if (posting->doc != docs[d].doc) continue;
      lengths[d] += posting->key[0] == TAG_TEXT;
      for (size_t k = 0; k < key_count; k++)
        tfs[k * doc_count + d] += compare_keys(posting->key, posting->len, keys[k].bytes, keys[k].len) == 0;
    }
  }
  return NSEARCH_OK;
}

/* ---- the other calls ---- */

static int fake_terms(struct snapshot *snapshot, const char *prefix, size_t prefix_len, const char *from,
                      size_t from_len, visit_term visit, void *payload, struct nsearch_error *err) {
  (void)err;
  for (size_t i = 0; i < snapshot->posting_count;) {
    const struct posting *posting = &snapshot->postings[i];
    uint64_t df = 0;
    for (size_t last = SIZE_MAX;
         i < snapshot->posting_count &&
         compare_keys(snapshot->postings[i].key, snapshot->postings[i].len, posting->key, posting->len) == 0;
         last = snapshot->postings[i++].doc)
      df += snapshot->postings[i].doc != last;
    if (posting->len < prefix_len || memcmp(posting->key, prefix, prefix_len) != 0 ||
        (from && compare_keys(posting->key, posting->len, from, from_len) < 0))
      continue;
    if (!visit(payload, (struct term_key){posting->key, posting->len}, df)) return NSEARCH_OK;
  }
  return NSEARCH_OK;
}

static int fake_frequency(struct snapshot *snapshot, const char *key, size_t len, uint64_t *df,
                          struct nsearch_error *err) {
  (void)err;
  count(snapshot, &snapshot->counts.frequencies);
  *df = 0;
  for (size_t doc = 0; doc < snapshot->count; doc++)
    *df += holds(snapshot, (struct term_key){key, (uint32_t)len}, doc, 0, true);
  return NSEARCH_OK;
}

static int fake_find(struct snapshot *snapshot, const char *id_or_url, struct doc_ref *out, struct nsearch_error *err) {
  for (size_t pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < snapshot->count; i++)
      if (strcmp(text_of(pass ? snapshot->articles[i].url : snapshot->articles[i].id), id_or_url) == 0) {
        *out = (struct doc_ref){0, (uint32_t)i};
        return NSEARCH_OK;
      }
  return error_set(err, NSEARCH_ERR_NOT_FOUND, "no article '%s'", id_or_url);
}

static int fake_fetch(struct snapshot *snapshot, struct doc_ref doc, unsigned want, struct nsearch_article *out,
                      struct nsearch_error *err) {
  const struct fake_article *article = &snapshot->articles[doc.doc];
  count(snapshot, &snapshot->counts.fetches);
  const char *parts[ARTICLE_PARTS] = {[ARTICLE_ID] = article->id,
                                      [ARTICLE_URL] = article->url,
                                      [ARTICLE_TITLE] = article->title,
                                      [ARTICLE_BODY] = want & WANT_BODY ? article->body : NULL,
                                      [ARTICLE_SOURCE] = article->source,
                                      [ARTICLE_SECTION] = article->section,
                                      [ARTICLE_LANGUAGE] = article->language};
  int status = NSEARCH_OK;
  for (size_t i = 0; i < ARTICLE_PARTS && !status; i++)
    status = article_set(out, (enum article_part)i, text_of(parts[i]), strlen(text_of(parts[i])), err);
  if (!status && article->author)
    status = article_list_add(&out->authors, article->author, strlen(article->author), err);
  if (!status && article->topic) status = article_list_add(&out->topics, article->topic, strlen(article->topic), err);
  return status;
}

static int fake_signature(struct snapshot *snapshot, struct doc_ref doc, uint64_t *out, struct nsearch_error *err) {
  (void)err;
  const char *body = text_of(snapshot->articles[doc.doc].body);
  *out = hash_bytes(body, strlen(body));
  return NSEARCH_OK;
}

static const struct engine_stats *fake_engine_stats(struct snapshot *snapshot) { return &snapshot->stats; }

static struct snapshot *fake_retain(struct snapshot *snapshot) { return snapshot; }

/* A test frees its snapshot itself. */
static void fake_release(struct snapshot *snapshot) { (void)snapshot; }

const struct reader_engine fake_engine = {
    .name = "fake",
    .retain = fake_retain,
    .release = fake_release,
    .search = fake_search,
    .explain = fake_explain,
    .occurrences = fake_occurrences,
    .terms = fake_terms,
    .frequency = fake_frequency,
    .find = fake_find,
    .fetch = fake_fetch,
    .signature = fake_signature,
    .stats = fake_engine_stats,
};
