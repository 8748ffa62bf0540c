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

static double damped(uint32_t tf) {
  return tf ? 1 + log(tf) : 0;
}

static double rarity(uint64_t articles, uint64_t df) {
  return df && df < articles ? log((double)articles / (double)df) : 0;
}

/* ---- terms of an article ---- */

/* What is known of a term, by its number in the scratch's lexicon. */
struct term_figures {
  uint64_t df;   /* in the snapshot */
  double rarity; /* from df */
  double source; /* weight in the source article; zero between calls */
  uint32_t tf;   /* of the article that is being counted; zero between articles */
  bool known;    /* df and rarity are */
};

struct article_term {
  uint32_t term, word;
  uint32_t place; /* among the article's terms, in order of first occurrence; numbers of terms depend on the past */
  uint32_t tf;
  double weight;
};

/* An article as weights of terms. */
struct vector {
  struct article_term *terms;
  size_t count, room;
  double norm;
};

struct comparison {
  struct nsearch_reader *reader;
  struct scratch *scratch;
  const struct engine_stats *stats;
  struct nsearch_article *article; /* the one at hand */
  struct vector source, other;
  double damped[TF_TABLE];
  struct nsearch_error *err;
};

static int figures_for(struct comparison *comparison) {
  struct scratch *scratch = comparison->scratch;
  size_t had = scratch->figure_room;
  int status = memory_reserve(&scratch->figures, &scratch->figure_room, lexicon_term_count(scratch->lexicon),
                              sizeof *scratch->figures, comparison->err);
  if (!status)
    memset(scratch->figures + had, 0, (scratch->figure_room - had) * sizeof *scratch->figures);
  return status;
}

static int count_token(struct comparison *comparison, struct vector *vector, uint32_t number, uint32_t times) {
  const struct word *word = &lexicon_words(comparison->scratch->lexicon)[number];
  uint32_t term = word->stem ? word->stem : word->exact;
  struct term_figures *figures = &comparison->scratch->figures[term];
  if (figures->tf == 0) {
    int status =
        memory_reserve(&vector->terms, &vector->room, vector->count + 1, sizeof *vector->terms, comparison->err);
    if (status)
      return status;
    vector->terms[vector->count] = (struct article_term){term, number, (uint32_t)vector->count, 0, 0};
    vector->count++;
  }
  figures->tf += times;
  return NSEARCH_OK;
}

/* The figures of a term; its df is looked up once per snapshot. */
static int look_up(struct comparison *comparison, uint32_t term, struct term_figures **out) {
  struct term_figures *figures = *out = &comparison->scratch->figures[term];
  if (figures->known)
    return NSEARCH_OK;
  struct term_key key = lexicon_key(comparison->scratch->lexicon, term);
  int status = comparison->reader->engine->frequency(comparison->reader->snapshot, key.bytes, key.len, &figures->df,
                                                     comparison->err);
  figures->rarity = rarity(comparison->stats->articles, figures->df);
  figures->known = status == NSEARCH_OK;
  return status;
}

static int weigh_terms(struct comparison *comparison, struct vector *vector) {
  int status = NSEARCH_OK;
  double sum = 0;
  for (size_t i = 0; i < vector->count; i++) {
    struct article_term *term = &vector->terms[i];
    struct term_figures *figures = &comparison->scratch->figures[term->term];
    term->tf = figures->tf;
    figures->tf = 0;
    if (!status)
      status = look_up(comparison, term->term, &figures);
    term->weight = figures->rarity * (term->tf < TF_TABLE ? comparison->damped[term->tf] : damped(term->tf));
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
  vector->count = tokens->count = 0;
  int status = analyser_run(scratch->analyser, FIELD_TEXT, language, title, utf8_valid_prefix(title, title_len), tokens,
                            comparison->err);
  size_t title_tokens = tokens->count;
  if (!status)
    status = analyser_run(scratch->analyser, FIELD_TEXT, language, body, utf8_valid_prefix(body, body_len), tokens,
                          comparison->err);
  if (!status)
    status = figures_for(comparison);
  if (status)
    return status;
  for (size_t i = 0; i < tokens->count && !status; i++) {
    uint32_t times = i < title_tokens ? TITLE_WEIGHT : i < title_tokens + LEAD_TOKENS ? LEAD_WEIGHT : 1;
    status = count_token(comparison, vector, tokens->words[i], times);
  }
  /* Also after a failure: it puts the counts back to zero. */
  int weighed = weigh_terms(comparison, vector);
  return status ? status : weighed;
}

/* ---- the terms that fetch candidates ---- */

static bool is_short_number(const char *text, size_t len) {
  size_t digits = 0;
  for (size_t i = 0; i < len; i++) {
    if (text[i] != '.' && (text[i] < '0' || text[i] > '9'))
      return false;
    digits += text[i] != '.';
  }
  return digits < DIGITS_MIN;
}

static bool is_seed(struct comparison *comparison, const struct article_term *term, int language) {
  const struct lexicon *lexicon = comparison->scratch->lexicon;
  const struct term_figures *figures = &comparison->scratch->figures[term->term];
  uint64_t articles = comparison->stats->articles;
  if (figures->df < SEED_DF_MIN || term->weight <= 0 ||
      (articles >= COMMON_FROM && figures->df > articles / COMMON_SHARE))
    return false;
  struct term_key exact = lexicon_key(lexicon, lexicon_words(lexicon)[term->word].exact);
  return !is_short_number(exact.bytes + 1, exact.len - 1) && !stop_word(language, exact.bytes + 1, exact.len - 1);
}

static int by_weight(const void *a, const void *b) {
  const struct article_term *x = a, *y = b;
  if (x->weight != y->weight)
    return x->weight > y->weight ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

static struct node *seed_leaf(struct comparison *comparison, struct pool *pool, const struct article_term *term) {
  struct term_key key = lexicon_key(comparison->scratch->lexicon, term->term);
  struct node *leaf = pool_take(pool, sizeof *leaf);
  if (!leaf || !(leaf->keys = pool_take(pool, sizeof *leaf->keys)))
    return NULL;
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
    if (!is_seed(comparison, &source->terms[i], language))
      continue;
    struct node *leaf = seed_leaf(comparison, pool, &source->terms[i]);
    if (!leaf)
      return error_memory(comparison->err);
    tree->children[tree->child_count++] = leaf;
  }
  return NSEARCH_OK;
}

/* ---- candidates ---- */

static int fetch(struct comparison *comparison, struct doc_ref doc) {
  article_clear(comparison->article);
  return comparison->reader->engine->fetch(comparison->reader->snapshot, doc, WANT_CARD | WANT_BODY,
                                           comparison->article, comparison->err);
}

/* Cosine of the source and a candidate. */
static int compare(struct comparison *comparison, struct doc_ref doc, double *score) {
  int status = fetch(comparison, doc);
  if (!status)
    status = make_vector(comparison, &comparison->other);
  double product = 0, norms = comparison->source.norm * comparison->other.norm;
  for (size_t i = 0; i < comparison->other.count && !status; i++)
    product += comparison->other.terms[i].weight *
               comparison->scratch->figures[comparison->other.terms[i].term].source;
  *score = norms > 0 ? product / norms : 0;
  return status;
}

/* Merge sort: candidates of equal score stay in the order in which the engine gave them. */
static void sort_hits(struct search_hit *hits, size_t count, struct search_hit *room) {
  if (count < 2)
    return;
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
  const struct reader_engine *engine = comparison->reader->engine;
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    struct search_hit hit = hits[i];
    uint64_t other;
    if (hit.doc.segment == source.segment && hit.doc.doc == source.doc)
      continue;
    int status = request_check(request, comparison->err);
    if (!status && signature) {
      status = engine->signature(comparison->reader->snapshot, hit.doc, &other, comparison->err);
      if (!status && other == *signature)
        continue;
    }
    if (!status)
      status = compare(comparison, hit.doc, &hit.score);
    if (status)
      return status;
    hits[kept++] = hit;
  }
  *count = kept;
  struct search_hit *room = memory_array(NULL, kept + 1, sizeof *room);
  if (!room)
    return error_memory(comparison->err);
  sort_hits(hits, kept, room);
  memory_free(room);
  return NSEARCH_OK;
}

static int find(struct comparison *comparison, struct pool *pool, struct doc_ref source, bool copies,
                struct search_request *request, struct search_hit **hits, size_t *count, bool *full) {
  const struct reader_engine *engine = comparison->reader->engine;
  struct snapshot *snapshot = comparison->reader->snapshot;
  struct search_answer answer = {0};
  struct node *tree;
  uint64_t signature = 0;
  int status = fetch(comparison, source);
  if (!status)
    status = make_vector(comparison, &comparison->source);
  if (status)
    return status;
  /* All articles without a text have one signature. */
  bool has_body = comparison->article->parts[ARTICLE_BODY].len > 0;
  status = seed_tree(comparison, pool, reader_language(comparison->stats, comparison->article), &tree);
  if (!status && has_body)
    status = engine->signature(snapshot, source, &signature, comparison->err);
  request->tree = tree;
  request->order = ORDER_RELEVANCE;
  if (status || tree->child_count == 0)
    return status;
  struct search_request sent = *request;
  sent.count = false;
  sent.limit = request->limit < CANDIDATES_MIN   ? CANDIDATES_MIN
               : request->limit > CANDIDATES_MAX ? CANDIDATES_MAX
                                                 : request->limit;
  sent.limit++; /* the source itself is one of them */
  for (size_t i = 0; i < comparison->source.count; i++)
    comparison->scratch->figures[comparison->source.terms[i].term].source = comparison->source.terms[i].weight;
  status = engine->search(snapshot, &sent, &answer, comparison->err);
  *full = answer.hit_count == sent.limit;
  if (!status)
    status = rank(comparison, source, has_body && !copies ? &signature : NULL, request, answer.hits, &answer.hit_count);
  for (size_t i = 0; i < comparison->source.count; i++)
    comparison->scratch->figures[comparison->source.terms[i].term].source = 0;
  *hits = answer.hits;
  *count = status ? 0 : answer.hit_count;
  return status;
}

int related_find(struct nsearch_reader *reader, struct scratch *scratch, struct pool *pool, struct doc_ref source,
                 bool copies, struct search_request *request, struct search_hit **hits, size_t *count, bool *full,
                 struct nsearch_error *err) {
  struct comparison comparison = {
      .reader = reader, .scratch = scratch, .stats = reader->engine->stats(reader->snapshot), .err = err};
  *hits = NULL;
  *count = 0;
  *full = false;
  if (!comparison.stats->has_text)
    return error_set(err, NSEARCH_ERR_UNSUPPORTED,
                     "related articles are found by their text, and this index does not keep it: index again with text");
  comparison.article = nsearch_article_new();
  if (!comparison.article)
    return error_memory(err);
  for (uint32_t tf = 0; tf < TF_TABLE; tf++)
    comparison.damped[tf] = damped(tf);
  int status = find(&comparison, pool, source, copies, request, hits, count, full);
  nsearch_article_free(comparison.article);
  memory_free(comparison.source.terms);
  memory_free(comparison.other.terms);
  return status;
}
