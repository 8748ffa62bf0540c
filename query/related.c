/* Articles like one: its most telling terms fetch candidates, which are then compared with it over more of its terms. */
#include "query/query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the formula ---- */

enum {
  SEED_TERMS = 30,        /* terms that fetch candidates, at most, */
  SEED_POSTINGS = 100000, /* and so many articles that hold one of them, each counted */
  SEED_DF_MIN = 2,        /* a term of one article finds nothing else */
  COMMON_FROM = 1000,     /* in an index of so many articles, a term in more than */
  COMMON_SHARE = 10,      /* one in so many is too common to be a seed */
  DIGITS_MIN = 4,         /* shorter numbers tell nothing: they count things */
  CANDIDATES_MIN = 200,   /* compared at least, where there are so many */
  CANDIDATES_MAX = 1000,  /* and at most, however many hits are wanted */
  FIRST_TERMS = 40,       /* over so many terms, */
  SHORTLIST = 64,         /* then the best so many, or as many as hits are wanted, */
  COMPARED_TERMS = 120    /* over so many */
};

struct comparison {
  const struct view *view;
  struct scratch *scratch;
  struct pool *pool;
  struct article_terms source;
  const struct search_request *request;
  double square; /* of the norm of the source, over the terms compared */
  struct nsearch_error *err;
};

static struct term_key key_of(const struct comparison *comparison, const struct article_term *term) {
  return lexicon_key(comparison->scratch->lexicon, term->term);
}

/* ---- candidates ---- */

static bool is_short_number(const char *text, size_t len) {
  size_t digits = 0;
  for (size_t i = 0; i < len; i++) {
    if (text[i] != '.' && (text[i] < '0' || text[i] > '9')) return false;
    digits += text[i] != '.';
  }
  return digits < DIGITS_MIN;
}

static bool is_seed(const struct comparison *comparison, const struct article_term *term) {
  const struct lexicon *lexicon = comparison->scratch->lexicon;
  uint64_t articles = stats_documents(comparison->view->engine->stats(comparison->view->snapshot));
  if (term->weight <= 0 || term->df < SEED_DF_MIN || (articles >= COMMON_FROM && term->df > articles / COMMON_SHARE))
    return false;
  struct term_key exact = lexicon_key(lexicon, lexicon_words(lexicon)[term->word].exact);
  return !is_short_number(exact.bytes + 1, exact.len - 1) &&
         !stop_word(comparison->source.language, exact.bytes + 1, exact.len - 1);
}

static struct node *seed_leaf(const struct comparison *comparison, const struct article_term *term) {
  struct term_key key = key_of(comparison, term);
  struct node *leaf = pool_take(comparison->pool, sizeof *leaf);
  if (!leaf || !(leaf->keys = pool_take(comparison->pool, sizeof *leaf->keys))) return NULL;
  leaf->kind = NODE_TERM;
  leaf->score = SCORE_BM25;
  leaf->boost = term_damped(term->tf);
  leaf->keys[0] = (struct term_key){pool_copy(comparison->pool, key.bytes, key.len), key.len};
  leaf->key_count = 1;
  return leaf->keys[0].bytes ? leaf : NULL;
}

/* The source's best terms as a weighted OR; a tree without children when it has none. A term that is in too many articles
 * to come after those before it leaves its place to a rarer one. */
static int seed_tree(const struct comparison *comparison, struct node **out) {
  const struct article_terms *source = &comparison->source;
  struct node *tree = *out = pool_take(comparison->pool, sizeof *tree);
  if (!tree || !(tree->children = pool_take(comparison->pool, SEED_TERMS * sizeof *tree->children)))
    return error_memory(comparison->err);
  tree->kind = NODE_OR;
  uint64_t postings = 0;
  for (size_t i = 0; i < source->count && tree->child_count < SEED_TERMS; i++) {
    uint64_t df = source->terms[i].df;
    if (!is_seed(comparison, &source->terms[i]) || (postings && postings + df > SEED_POSTINGS)) continue;
    postings += df;
    struct node *leaf = seed_leaf(comparison, &source->terms[i]);
    if (!leaf) return error_memory(comparison->err);
    tree->children[tree->child_count++] = leaf;
  }
  return NSEARCH_OK;
}

/* Takes the source and its copies out: those with its signature, unless that is NULL. */
static int leave_out(const struct comparison *comparison, struct doc_ref source, const uint64_t *signature,
                     struct search_answer *answer) {
  const struct reader_engine *engine = comparison->view->engine;
  size_t kept = 0;
  for (size_t i = 0; i < answer->hit_count; i++) {
    struct search_hit hit = answer->hits[i];
    uint64_t other;
    if (hit.doc.segment == source.segment && hit.doc.doc == source.doc) continue;
    if (signature) {
      int status = engine->signature(comparison->view->snapshot, hit.doc, &other, comparison->err);
      if (status) return status;
      if (other == *signature) continue;
    }
    answer->hits[kept++] = hit;
  }
  answer->hit_count = kept;
  return NSEARCH_OK;
}

/* ---- comparison ---- */

struct candidate {
  struct doc_ref doc;
  size_t place; /* in the engine's order, which ties keep */
  double score;
};

static int by_number(const void *a, const void *b) {
  const struct doc_ref x = ((const struct candidate *)a)->doc, y = ((const struct candidate *)b)->doc;
  if (x.segment != y.segment) return x.segment < y.segment ? -1 : 1;
  return (x.doc > y.doc) - (x.doc < y.doc);
}

static int by_score(const void *a, const void *b) {
  const struct candidate *x = a, *y = b;
  if (x->score != y->score) return x->score > y->score ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

/* Adds to candidates, which are put in the order of their numbers, what the source's terms from `first` up to `end` give:
 * the cosine of the two, but for one estimate. The norm of a candidate is taken to be that of the source times the root
 * of the ratio of their lengths, so that nothing needs to be known of it but how often it holds the source's terms
 * (docs/ranking.md). */
static int compare(const struct comparison *comparison, struct candidate *candidates, size_t count, size_t first,
                   size_t end) {
  const struct article_terms *source = &comparison->source;
  const struct reader_engine *engine = comparison->view->engine;
  size_t terms = end - first;
  struct term_key *keys = pool_take(comparison->pool, (terms + 1) * sizeof *keys);
  struct doc_ref *docs = pool_take(comparison->pool, (count + 1) * sizeof *docs);
  uint32_t *lengths = pool_take(comparison->pool, (count + 1) * sizeof *lengths);
  uint32_t *tfs = pool_take(comparison->pool, (terms * count + 1) * sizeof *tfs);
  if (!keys || !docs || !lengths || !tfs) return error_memory(comparison->err);
  qsort(candidates, count, sizeof *candidates, by_number);
  for (size_t t = 0; t < terms; t++) keys[t] = key_of(comparison, &source->terms[first + t]);
  for (size_t i = 0; i < count; i++) docs[i] = candidates[i].doc;
  int status = engine->occurrences(comparison->view->snapshot, keys, terms, docs, count, comparison->request, tfs,
                                   lengths, comparison->err);
  for (size_t i = 0; !status && i < count; i++) {
    double product = 0, length = lengths[i] ? lengths[i] : 1; /* 0: of a damaged index */
    for (size_t t = 0; t < terms; t++) {
      const struct article_term *term = &source->terms[first + t];
      product += term->weight * term->rarity * term_damped(tfs[t * count + i]);
    }
    candidates[i].score += product / (comparison->square * sqrt(length / (double)source->length));
  }
  return status;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Puts hits in the order of their likeness to the source. Frequent terms take most of the time and change little, so
 * they are looked at only for a shortlist; since they only add, it stays on top. */
static int rank(struct comparison *comparison, struct search_hit *hits, size_t count, uint64_t wanted) {
  const struct article_terms *source = &comparison->source;
  size_t first = least(source->count, FIRST_TERMS), end = least(source->count, COMPARED_TERMS);
  size_t shortlist = least(count, wanted < SHORTLIST ? SHORTLIST : wanted);
  struct candidate *candidates = pool_take(comparison->pool, (count + 1) * sizeof *candidates);
  if (!candidates) return error_memory(comparison->err);
  for (size_t i = 0; i < count; i++) candidates[i] = (struct candidate){.doc = hits[i].doc, .place = i};
  for (size_t t = 0; t < end; t++) comparison->square += source->terms[t].weight * source->terms[t].weight;
  int status = compare(comparison, candidates, count, 0, first);
  if (status) return status;
  qsort(candidates, count, sizeof *candidates, by_score);
  status = compare(comparison, candidates, shortlist, first, end);
  if (status) return status;
  qsort(candidates, shortlist, sizeof *candidates, by_score);
  for (size_t i = 0; i < count; i++) hits[i] = (struct search_hit){candidates[i].doc, candidates[i].score};
  return NSEARCH_OK;
}

/* ---- the whole ---- */

static int find(struct comparison *comparison, struct doc_ref source, const uint64_t *signature,
                struct search_request *request, struct search_answer *answer, bool *full) {
  struct node *tree;
  int status = seed_tree(comparison, &tree);
  request->tree = tree;
  request->order = ORDER_RELEVANCE;
  if (status || tree->child_count == 0) return status;
  struct search_request sent = *request;
  sent.count = false;
  sent.limit = request->limit < CANDIDATES_MIN   ? CANDIDATES_MIN
               : request->limit > CANDIDATES_MAX ? CANDIDATES_MAX
                                                 : request->limit;
  sent.limit++; /* the source itself is one of them */
  status = comparison->view->engine->search(comparison->view->snapshot, &sent, answer, comparison->err);
  *full = answer->hit_count == sent.limit;
  if (!status) status = leave_out(comparison, source, signature, answer);
  if (!status) status = request_check(request, comparison->err);
  return status ? status : rank(comparison, answer->hits, answer->hit_count, request->limit);
}

int related_find(const struct view *view, struct scratch *scratch, struct pool *pool, struct doc_ref source,
                 bool copies, struct search_request *request, struct search_hit **hits, size_t *count, bool *full,
                 struct nsearch_error *err) {
  struct comparison comparison = {.view = view, .scratch = scratch, .pool = pool, .request = request, .err = err};
  struct search_answer answer = {0};
  uint64_t signature = 0;
  *hits = NULL;
  *count = 0;
  *full = false;
  if (!view->engine->stats(view->snapshot)->has_text)
    return error_set(
        err, NSEARCH_ERR_UNSUPPORTED,
        "related articles are found by their text, and this index does not keep it: index again with text");
  struct nsearch_article *article = nsearch_article_new();
  if (!article) return error_memory(err);
  int status = view->engine->fetch(view->snapshot, source, WANT_CARD | WANT_BODY, article, err);
  if (!status) status = article_terms_make(view, scratch, article, request, &comparison.source, err);
  /* All articles without a text have one signature. */
  bool told = !copies && article->parts[ARTICLE_BODY].len > 0;
  if (!status && told) status = view->engine->signature(view->snapshot, source, &signature, err);
  if (!status) status = find(&comparison, source, told ? &signature : NULL, request, &answer, full);
  if (!status) {
    *hits = answer.hits;
    *count = answer.hit_count;
    answer.hits = NULL;
  }
  search_answer_free(&answer);
  article_terms_free(&comparison.source);
  nsearch_article_free(article);
  return status;
}
