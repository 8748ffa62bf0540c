/* The terms of an article, and how much each tells of it: tf-idf, title and lead counting more. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/query.h"

enum {
  TITLE_WEIGHT = 2,  /* times that a word of the title counts, */
  LEAD_WEIGHT = 2,   /* and one of the first */
  LEAD_TOKENS = 100, /* so many of the body */
  LOOK_EVERY = 64    /* terms, between two looks at deadline and cancel */
};

/* What is known of a term, by its number in the scratch's lexicon. */
struct term_figures {
  uint64_t df; /* in the snapshot */
  bool known;  /* df is */
  uint32_t tf; /* of the article that is being counted; zero between articles */
};

double term_damped(uint32_t tf) { return tf ? 1 + log(tf) : 0; }

/* Room for all terms that the lexicon has now, new ones zeroed. */
static int make_room(struct scratch *scratch, struct article_terms *terms, struct nsearch_error *err) {
  size_t had = scratch->figure_room, known = lexicon_term_count(scratch->lexicon), tokens = scratch->counted.count;
  int status = memory_reserve(&scratch->figures, &scratch->figure_room, known, sizeof *scratch->figures, err);
  if (!status) memset(scratch->figures + had, 0, (scratch->figure_room - had) * sizeof *scratch->figures);
  terms->terms = memory_array(NULL, (tokens < known ? tokens : known) + 1, sizeof *terms->terms);
  return status ? status : terms->terms ? NSEARCH_OK : error_memory(err);
}

static void count_tokens(struct scratch *scratch, struct article_terms *terms, size_t from, size_t end,
                         uint32_t times) {
  const struct word *words = lexicon_words(scratch->lexicon);
  for (size_t i = from; i < end; i++) {
    uint32_t word = scratch->counted.words[i], term = words[word].stem ? words[word].stem : words[word].exact;
    struct term_figures *figures = &scratch->figures[term];
    if (figures->tf == 0) {
      terms->terms[terms->count] = (struct article_term){.term = term, .word = word, .place = (uint32_t)terms->count};
      terms->count++;
    }
    figures->tf += times;
  }
}

/* Looks up the df of a term, once per snapshot. */
static int look_up(const struct view *view, struct scratch *scratch, struct article_term *term,
                   struct nsearch_error *err) {
  struct term_figures *figures = &scratch->figures[term->term];
  if (!figures->known) {
    struct term_key key = lexicon_key(scratch->lexicon, term->term);
    int status = view->engine->frequency(view->snapshot, key.bytes, key.len, &figures->df, err);
    if (status) return status;
    figures->known = true;
  }
  term->df = figures->df;
  return NSEARCH_OK;
}

static int by_weight(const void *a, const void *b) {
  const struct article_term *x = a, *y = b;
  if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

/* All of them, also when it gives up: no count stays with the scratch. */
static int weigh(const struct view *view, struct scratch *scratch, const struct search_request *request,
                 struct article_terms *terms, struct nsearch_error *err) {
  uint64_t articles = stats_documents(view->engine->stats(view->snapshot));
  int status = NSEARCH_OK;
  for (size_t i = 0; i < terms->count; i++) {
    struct article_term *term = &terms->terms[i];
    term->tf = scratch->figures[term->term].tf;
    scratch->figures[term->term].tf = 0;
    if (!status && i % LOOK_EVERY == 0) status = request_check(request, err);
    if (!status) status = look_up(view, scratch, term, err);
    term->rarity = term->df && term->df < articles ? log((double)articles / (double)term->df) : 0;
    term->weight = term->rarity * term_damped(term->tf);
  }
  if (terms->count) qsort(terms->terms, terms->count, sizeof *terms->terms, by_weight);
  return status;
}

int article_terms_make(const struct view *view, struct scratch *scratch, const struct nsearch_article *article,
                       const struct search_request *request, struct article_terms *out, struct nsearch_error *err) {
  const struct engine_stats *stats = view->engine->stats(view->snapshot);
  struct tokens *tokens = &scratch->counted;
  size_t title_len, body_len;
  const char *title = article_get(article, ARTICLE_TITLE, &title_len);
  const char *body = article_get(article, ARTICLE_BODY, &body_len);
  *out = (struct article_terms){.language = reader_language(stats, article)};
  tokens->count = 0;
  int status = analyser_run(scratch->analyser, FIELD_TEXT, out->language, title, utf8_valid_prefix(title, title_len),
                            tokens, err);
  size_t lead = tokens->count;
  if (!status)
    status = analyser_run(scratch->analyser, FIELD_TEXT, out->language, body, utf8_valid_prefix(body, body_len), tokens,
                          err);
  if (!status) status = make_room(scratch, out, err);
  if (status) return status;
  size_t rest = tokens->count - lead < LEAD_TOKENS ? tokens->count : lead + LEAD_TOKENS;
  count_tokens(scratch, out, 0, lead, TITLE_WEIGHT);
  count_tokens(scratch, out, lead, rest, LEAD_WEIGHT);
  count_tokens(scratch, out, rest, tokens->count, 1);
  out->length = tokens->count - lead + (uint64_t)lead * stats->title_weight;
  return weigh(view, scratch, request, out, err);
}

void article_terms_free(struct article_terms *terms) { memory_free(terms->terms); }
