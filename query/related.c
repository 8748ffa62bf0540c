/* Articles like one: its most telling terms fetch candidates, which are then compared with it over all their terms. */
#include "query/query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the formula ---- */

enum {
  SEED_TERMS = 30,       /* terms that fetch candidates */
  CANDIDATES_MIN = 200,  /* compared at least, where there are so many */
  CANDIDATES_MAX = 1000, /* and at most, however many hits are wanted */
  TITLE_WEIGHT = 2,      /* times that a word of the title counts, */
  LEAD_WEIGHT = 2,       /* and one of the first */
  LEAD_TOKENS = 100,     /* so many of the body */
  SEED_DF_MIN = 2,       /* a term of one article finds nothing else */
  COMMON_FROM = 1000,    /* in an index of so many articles, a term in more than */
  COMMON_SHARE = 10,     /* one in so many is too common to be a seed */
  DIGITS_MIN = 4,        /* shorter numbers tell nothing: they count things */
  TF_TABLE = 64
};

static double damped(uint32_t tf) { return tf ? 1 + log(tf) : 0; }

static double rarity(uint64_t articles, uint64_t df) {
  return df && df < articles ? log((double)articles / (double)df) : 0;
}

/* ---- terms of an article ---- */

/* What is known of a term, by its number in the scratch's lexicon. Small: it is read at random, for every distinct term
 * of every candidate. */
struct term_figures {
  double rarity;   /* of its df in the snapshot: 0 not known yet, below 0 nothing to tell */
  uint32_t source; /* its place in the source article, from 1; zero between calls */
  uint32_t tf;     /* of the article that is being counted; zero between articles */
};

struct article_term {
  uint32_t term, word;
  uint32_t place; /* among the article's terms, in order of first occurrence; numbers of terms depend on the past */
  uint32_t tf;
  uint32_t source; /* as in struct term_figures */
  double weight;
};

/* An article as weights of terms. */
struct vector {
  struct article_term *terms;
  size_t count, room;
  double norm;
};

struct comparison {
  const struct view *view;
  struct scratch *scratch;
  const struct engine_stats *stats;
  struct nsearch_article *article; /* the one at hand */
  struct vector source, other;
  uint32_t *words; /* distinct words of the article at hand */
  size_t word_room;
  double damped[TF_TABLE];
  struct nsearch_error *err;
};

/* Room for all words and terms that the lexicon has now, new ones zeroed. */
static int make_room(struct comparison *comparison, struct vector *vector) {
  struct scratch *scratch = comparison->scratch;
  size_t had = scratch->figure_room, had_counts = scratch->count_room;
  int status = memory_reserve(&scratch->figures, &scratch->figure_room, lexicon_term_count(scratch->lexicon),
                              sizeof *scratch->figures, comparison->err);
  if (!status) memset(scratch->figures + had, 0, (scratch->figure_room - had) * sizeof *scratch->figures);
  if (!status)
    status = memory_reserve(&scratch->counts, &scratch->count_room, lexicon_word_count(scratch->lexicon),
                            sizeof *scratch->counts, comparison->err);
  if (!status) memset(scratch->counts + had_counts, 0, (scratch->count_room - had_counts) * sizeof *scratch->counts);
  if (!status)
    status = memory_reserve(&comparison->words, &comparison->word_room, scratch->counted.count + 1,
                            sizeof *comparison->words, comparison->err);
  if (!status)
    status = memory_reserve(&vector->terms, &vector->room, scratch->counted.count + 1, sizeof *vector->terms,
                            comparison->err);
  return status;
}

/* Counts a run of tokens; a word that is new to the article goes to the list. The only work per token: four bytes of
 * a table that stays in the cache. */
static size_t count_words(struct comparison *comparison, const uint32_t *tokens, size_t len, uint32_t times,
                          size_t count) {
  uint32_t *counts = comparison->scratch->counts, *words = comparison->words;
  for (size_t i = 0; i < len; i++) {
    words[count] = tokens[i];
    count += counts[tokens[i]] == 0;
    counts[tokens[i]] += times;
  }
  return count;
}

/* Unites words that share a term, and leaves the counts at zero. */
static void count_terms(struct comparison *comparison, struct vector *vector, size_t count) {
  const struct word *words = lexicon_words(comparison->scratch->lexicon);
  vector->count = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t number = comparison->words[i];
    uint32_t term = words[number].stem ? words[number].stem : words[number].exact;
    struct term_figures *figures = &comparison->scratch->figures[term];
    if (figures->tf == 0) {
      vector->terms[vector->count] =
          (struct article_term){.term = term, .word = number, .place = (uint32_t)vector->count};
      vector->count++;
    }
    figures->tf += comparison->scratch->counts[number];
    comparison->scratch->counts[number] = 0;
  }
}

/* Looks up the df of a term, once per snapshot. */
static int look_up(struct comparison *comparison, uint32_t term, struct term_figures *figures) {
  struct term_key key = lexicon_key(comparison->scratch->lexicon, term);
  uint64_t df = 0;
  int status =
      comparison->view->engine->frequency(comparison->view->snapshot, key.bytes, key.len, &df, comparison->err);
  if (status) return status;
  figures->rarity = rarity(comparison->stats->articles, df);
  if (figures->rarity <= 0) figures->rarity = -1;
  return NSEARCH_OK;
}

static int weigh_terms(struct comparison *comparison, struct vector *vector) {
  int status = NSEARCH_OK;
  double sum = 0;
  for (size_t i = 0; i < vector->count; i++) {
    struct article_term *term = &vector->terms[i];
    struct term_figures *figures = &comparison->scratch->figures[term->term];
    term->tf = figures->tf;
    term->source = figures->source;
    figures->tf = 0;
    if (figures->rarity == 0 && !status) status = look_up(comparison, term->term, figures);
    double damping = term->tf < TF_TABLE ? comparison->damped[term->tf] : damped(term->tf);
    term->weight = figures->rarity > 0 ? figures->rarity * damping : 0;
    sum += term->weight * term->weight;
  }
  vector->norm = sqrt(sum);
  return status;
}

/* The vector of the article at hand. */
static int make_vector(struct comparison *comparison, struct vector *vector) {
  struct scratch *scratch = comparison->scratch;
  struct tokens *tokens = &scratch->counted;
  int language = reader_language(comparison->stats, comparison->article);
  size_t title_len, body_len;
  const char *title = article_get(comparison->article, ARTICLE_TITLE, &title_len);
  const char *body = article_get(comparison->article, ARTICLE_BODY, &body_len);
  tokens->count = 0;
  int status = analyser_run(scratch->analyser, FIELD_TEXT, language, title, utf8_valid_prefix(title, title_len), tokens,
                            comparison->err);
  size_t lead = tokens->count, rest;
  if (!status)
    status = analyser_run(scratch->analyser, FIELD_TEXT, language, body, utf8_valid_prefix(body, body_len), tokens,
                          comparison->err);
  if (!status) status = make_room(comparison, vector);
  if (status) return status;
  rest = tokens->count - lead < LEAD_TOKENS ? tokens->count : lead + LEAD_TOKENS;
  size_t count = count_words(comparison, tokens->words, lead, TITLE_WEIGHT, 0);
  count = count_words(comparison, tokens->words + lead, rest - lead, LEAD_WEIGHT, count);
  count = count_words(comparison, tokens->words + rest, tokens->count - rest, 1, count);
  count_terms(comparison, vector, count);
  return weigh_terms(comparison, vector);
}

/* ---- the terms that fetch candidates ---- */

static bool is_short_number(const char *text, size_t len) {
  size_t digits = 0;
  for (size_t i = 0; i < len; i++) {
    if (text[i] != '.' && (text[i] < '0' || text[i] > '9')) return false;
    digits += text[i] != '.';
  }
  return digits < DIGITS_MIN;
}

/* Rarity falls as df grows, so bounds of df are bounds of rarity. */
static bool is_seed(struct comparison *comparison, const struct article_term *term, int language) {
  const struct lexicon *lexicon = comparison->scratch->lexicon;
  uint64_t articles = comparison->stats->articles;
  double known = comparison->scratch->figures[term->term].rarity;
  if (known <= 0 || known > rarity(articles, SEED_DF_MIN) ||
      (articles >= COMMON_FROM && known < rarity(articles, articles / COMMON_SHARE)))
    return false;
  struct term_key exact = lexicon_key(lexicon, lexicon_words(lexicon)[term->word].exact);
  return !is_short_number(exact.bytes + 1, exact.len - 1) && !stop_word(language, exact.bytes + 1, exact.len - 1);
}

static int by_weight(const void *a, const void *b) {
  const struct article_term *x = a, *y = b;
  if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

static struct node *seed_leaf(struct comparison *comparison, struct pool *pool, const struct article_term *term) {
  struct term_key key = lexicon_key(comparison->scratch->lexicon, term->term);
  struct node *leaf = pool_take(pool, sizeof *leaf);
  if (!leaf || !(leaf->keys = pool_take(pool, sizeof *leaf->keys))) return NULL;
  leaf->kind = NODE_TERM;
  leaf->score = SCORE_BM25;
  leaf->boost = damped(term->tf);
  leaf->keys[0] = (struct term_key){pool_copy(pool, key.bytes, key.len), key.len};
  leaf->key_count = 1;
  return leaf->keys[0].bytes ? leaf : NULL;
}

/* The source's best terms as a weighted OR; a tree without children when it has none. */
static int seed_tree(struct comparison *comparison, struct pool *pool, int language, struct node **out) {
  struct vector *source = &comparison->source;
  struct node *tree = *out = pool_take(pool, sizeof *tree);
  if (!tree || !(tree->children = pool_take(pool, SEED_TERMS * sizeof *tree->children)))
    return error_memory(comparison->err);
  tree->kind = NODE_OR;
  qsort(source->terms, source->count, sizeof *source->terms, by_weight);
  for (size_t i = 0; i < source->count && tree->child_count < SEED_TERMS; i++) {
    if (!is_seed(comparison, &source->terms[i], language)) continue;
    struct node *leaf = seed_leaf(comparison, pool, &source->terms[i]);
    if (!leaf) return error_memory(comparison->err);
    tree->children[tree->child_count++] = leaf;
  }
  return NSEARCH_OK;
}

/* ---- candidates ---- */

static int fetch(struct comparison *comparison, struct doc_ref doc) {
  article_clear(comparison->article);
  return comparison->view->engine->fetch(comparison->view->snapshot, doc, WANT_CARD | WANT_BODY, comparison->article,
                                         comparison->err);
}

/* Cosine of the source and a candidate. */
static int compare(struct comparison *comparison, struct doc_ref doc, double *score) {
  int status = fetch(comparison, doc);
  if (!status) status = make_vector(comparison, &comparison->other);
  double product = 0, norms = comparison->source.norm * comparison->other.norm;
  for (size_t i = 0; i < comparison->other.count && !status; i++) {
    const struct article_term *term = &comparison->other.terms[i];
    if (term->source) product += term->weight * comparison->source.terms[term->source - 1].weight;
  }
  *score = norms > 0 ? product / norms : 0;
  return status;
}

/* Merge sort: candidates of equal score stay in the order in which the engine gave them. */
static void sort_hits(struct search_hit *hits, size_t count, struct search_hit *room) {
  if (count < 2) return;
  size_t half = count / 2, left = 0, right = half;
  sort_hits(hits, half, room);
  sort_hits(hits + half, count - half, room);
  memcpy(room, hits, count * sizeof *hits);
  for (size_t i = 0; i < count; i++) {
    bool take_left = right == count || (left < half && room[left].score >= room[right].score);
    hits[i] = take_left ? room[left++] : room[right++];
  }
}

/* Which of the candidates stay, with their scores: the source and its copies go. */
static int rank(struct comparison *comparison, struct doc_ref source, const uint64_t *signature,
                const struct search_request *request, struct search_hit *hits, size_t *count) {
  const struct reader_engine *engine = comparison->view->engine;
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    struct search_hit hit = hits[i];
    uint64_t other;
    if (hit.doc.segment == source.segment && hit.doc.doc == source.doc) continue;
    int status = request_check(request, comparison->err);
    if (!status && signature) {
      status = engine->signature(comparison->view->snapshot, hit.doc, &other, comparison->err);
      if (!status && other == *signature) continue;
    }
    if (!status) status = compare(comparison, hit.doc, &hit.score);
    if (status) return status;
    hits[kept++] = hit;
  }
  *count = kept;
  struct search_hit *room = memory_array(NULL, kept + 1, sizeof *room);
  if (!room) return error_memory(comparison->err);
  sort_hits(hits, kept, room);
  memory_free(room);
  return NSEARCH_OK;
}

/* Lets the terms of the source be known in candidates, or takes that back. */
static void point_to_source(struct comparison *comparison, bool on) {
  for (size_t i = 0; i < comparison->source.count; i++)
    comparison->scratch->figures[comparison->source.terms[i].term].source = on ? (uint32_t)i + 1 : 0;
}

static int find(struct comparison *comparison, struct pool *pool, struct doc_ref source, bool copies,
                struct search_request *request, struct search_hit **hits, size_t *count, bool *full) {
  const struct reader_engine *engine = comparison->view->engine;
  struct snapshot *snapshot = comparison->view->snapshot;
  struct search_answer answer = {0};
  struct node *tree;
  uint64_t signature = 0;
  int status = fetch(comparison, source);
  if (!status) status = make_vector(comparison, &comparison->source);
  if (status) return status;
  /* All articles without a text have one signature. */
  bool has_body = comparison->article->parts[ARTICLE_BODY].len > 0;
  status = seed_tree(comparison, pool, reader_language(comparison->stats, comparison->article), &tree);
  if (!status && has_body) status = engine->signature(snapshot, source, &signature, comparison->err);
  request->tree = tree;
  request->order = ORDER_RELEVANCE;
  if (status || tree->child_count == 0) return status;
  struct search_request sent = *request;
  sent.count = false;
  sent.limit = request->limit < CANDIDATES_MIN   ? CANDIDATES_MIN
               : request->limit > CANDIDATES_MAX ? CANDIDATES_MAX
                                                 : request->limit;
  sent.limit++; /* the source itself is one of them */
  point_to_source(comparison, true);
  status = engine->search(snapshot, &sent, &answer, comparison->err);
  *full = answer.hit_count == sent.limit;
  if (!status)
    status = rank(comparison, source, has_body && !copies ? &signature : NULL, request, answer.hits, &answer.hit_count);
  point_to_source(comparison, false);
  *hits = answer.hits;
  *count = status ? 0 : answer.hit_count;
  return status;
}

int related_find(const struct view *view, struct scratch *scratch, struct pool *pool, struct doc_ref source,
                 bool copies, struct search_request *request, struct search_hit **hits, size_t *count, bool *full,
                 struct nsearch_error *err) {
  struct comparison comparison = {
      .view = view, .scratch = scratch, .stats = view->engine->stats(view->snapshot), .err = err};
  *hits = NULL;
  *count = 0;
  *full = false;
  if (!comparison.stats->has_text)
    return error_set(
        err, NSEARCH_ERR_UNSUPPORTED,
        "related articles are found by their text, and this index does not keep it: index again with text");
  comparison.article = nsearch_article_new();
  if (!comparison.article) return error_memory(err);
  for (uint32_t tf = 0; tf < TF_TABLE; tf++) comparison.damped[tf] = damped(tf);
  int status = find(&comparison, pool, source, copies, request, hits, count, full);
  nsearch_article_free(comparison.article);
  memory_free(comparison.words);
  memory_free(comparison.source.terms);
  memory_free(comparison.other.terms);
  return status;
}
