/* query: from a question to answers. The map of this folder; includes common/ only.
 *
 *   request.c   what a caller asks for
 *   question.c  a question's text -> a tree of clauses
 *   leaves.c    words, phrases and field values -> leaf terms
 *   plan.c      clauses -> the tree that an engine evaluates; stop words
 *   engines.c   a folder -> the engine that reads it
 *   native/     match and score
 *   result.c    documents -> hits; the parts of their scores
 *   hits.c      reading a result
 *   finder.c    a question's words in a body
 *   snippet.c   a body -> the passage to show
 *   related.c   an article -> articles like it
 *   stats.c     the figures of an index
 *   reader.c    the functions of nsearch.h that tie these together
 *   scratch.c   memory that one call at a time uses, kept warm between calls
 *   pool.c      memory that goes all at once */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include <pthread.h>

#include "common/engine.h"

/* ---- pool.c: memory that goes all at once ------------------------------------------------------------------------ */

/* Zeroed is empty. */
struct pool_block;
struct pool {
  struct pool_block *blocks;
};

void *pool_take(struct pool *pool, size_t bytes); /* zeroed and aligned for anything; NULL for want of memory */
char *pool_copy(struct pool *pool, const char *bytes, size_t len); /* with a NUL behind */
void pool_free(struct pool *pool);

/* ---- request.c ---------------------------------------------------------------------------------------------------- */

struct nsearch_request {
  char *question;
  uint64_t limit, offset;
  uint64_t deadline; /* milliseconds, 0 for none */
  int64_t since, until;
  int64_t now; /* when has_now */
  nsearch_cancel cancel;
  void *cancel_payload;
  enum nsearch_sort sort;
  struct facet_request facets[FACET_FIELDS];
  size_t facet_count;
  bool plain, all, count, snippets, partial, explain, has_now;
};

/* The name of a field whose values can be counted, as nsearch_request_add_facet() takes it. */
const char *facet_name(enum facet_field field);

/* What a request asks of an engine, tree, order and facets aside: limit is offset + limit of the request, the deadline
 * runs from `started`. */
void request_for_engine(const struct nsearch_request *request, uint64_t started, struct search_request *out);

/* NSEARCH_ERR_DEADLINE or NSEARCH_ERR_CANCELLED when it is time to give up. */
int request_check(const struct search_request *request, struct nsearch_error *err);

/* ---- question.c: text to clauses ---------------------------------------------------------------------------------- */

enum question_kind {
  QUESTION_BAG,   /* clauses, each with a sign of its own */
  QUESTION_WORD,  /* what was typed between blanks; it may hold several words, or none */
  QUESTION_PHRASE /* what stood between quotes */
};

enum question_sign { SIGN_NONE, SIGN_REQUIRED, SIGN_EXCLUDED };

/* Where a word or phrase is looked for. */
enum question_scope {
  SCOPE_ARTICLE, /* title and body; all other scopes filter and do not score */
  SCOPE_TITLE,
  SCOPE_AUTHOR,
  SCOPE_SOURCE,
  SCOPE_SECTION,
  SCOPE_LANGUAGE,
  SCOPE_TOPIC,
  SCOPE_SITE,
  SCOPE_ID
};

/* Nodes live in the pool; text points into the question. */
struct question_node {
  enum question_kind kind;
  enum question_sign sign;
  enum question_scope scope;
  size_t position; /* byte of the question where the text begins */
  const char *text;
  size_t len;
  uint32_t slop;
  struct question_node *children, *next;
};

/* Parses a question into a bag. `plain`: no character has a meaning, blanks and quotes separate. The only error is
 * NSEARCH_ERR_QUERY, with the position in bytes, besides want of memory; linear in the length. */
int question_parse(struct pool *pool, const char *question, bool plain, struct question_node **out,
                   struct nsearch_error *err);

/* ---- leaves.c: words to leaf terms ---------------------------------------------------------------------------------- */

enum { EXPANSION_MAX = 1000 }; /* keys that one prefix stands for at most */

/* What turning words into leaves needs, and what it finds out. */
struct planner {
  const struct reader_engine *engine;
  struct snapshot *snapshot;
  const struct engine_stats *stats;
  struct folder *folder;
  struct pool *pool;
  bool cut; /* an expansion was cut at EXPANSION_MAX: fewer articles match than should */
  struct nsearch_error *err;
};

enum leaf_class {
  LEAF_NOTHING, /* the text holds no word: there is no node */
  LEAF_PLAIN,   /* one unquoted word */
  LEAF_STOP,    /* one that is a stop word of a language of the index, and not typed in capitals */
  LEAF_JOINED,  /* several words typed as one: a phrase of exact words */
  LEAF_QUOTED   /* quoted words, one or more */
};

/* The node of a word or phrase of title and body (tag TAG_TEXT), of the title or of the authors. Leaves get `score` and
 * boost 1; a single character of a spaceless script is a prefix, its score constant. */
int leaf_of_text(struct planner *planner, const struct question_node *clause, enum term_tag tag, enum leaf_score score,
                 struct node **out, enum leaf_class *class);

/* A filter: the articles that have the clause's value in its keyword field, or its id. */
int leaf_of_value(struct planner *planner, const struct question_node *clause, struct node **out);

/* A leaf without keys: no article. */
int leaf_of_none(struct planner *planner, struct node **out);

struct node *node_new(struct planner *planner, enum node_kind kind, size_t child_count); /* NULL for want of memory */

/* ---- plan.c: clauses to the tree -------------------------------------------------------------------------------------- */

struct plan {
  struct node *tree;
  enum search_order order; /* by relevance where anything scores */
  bool cut;                /* as in struct planner */
};

/* Makes the tree of a bag. `all`: what has no sign is required. Everything lives in planner->pool. */
int plan_make(struct planner *planner, const struct question_node *bag, bool all, struct plan *out);

/* ---- scratch.c: memory of one call, kept warm --------------------------------------------------------------------------- */

/* One search at a time uses a scratch. The lexicon and the analyser's cache stay from call to call: a text whose words
 * were seen before costs some 10 ns a token, one of new words a microsecond a word. */
struct scratch {
  struct scratch *next;
  struct folder *folder;
  struct lexicon *lexicon;
  struct analyser *analyser;
  struct tokens tokens;  /* with places */
  struct tokens counted; /* without */
  /* Indexed by term number of the lexicon. */
  uint32_t *marks; /* snippet.c: word of the question, from 1; all zero between calls */
  size_t mark_room;
  struct term_figures *figures; /* related.c: what it knows of a term in this snapshot */
  size_t figure_room;
  uint32_t *counts; /* related.c: indexed by word number; all zero between articles */
  size_t count_room;
};

/* Scratches that are not in use. One of more than a bound is freed when it comes back. */
struct scratches {
  pthread_mutex_t lock;
  struct scratch *free;
};
int scratches_init(struct scratches *scratches, struct nsearch_error *err);
void scratches_destroy(struct scratches *scratches);
void scratches_clear(struct scratches *scratches); /* frees all: figures of terms belong to one snapshot */
int scratch_take(struct scratches *scratches, struct scratch **out, struct nsearch_error *err);
void scratch_give(struct scratches *scratches, struct scratch *scratch); /* NULL is fine */

/* ---- finder.c: a question's words in a body -------------------------------------------------------------------------- */

/* The words of a question, ready to be found in bodies: the keys of TAG_TEXT and TAG_STEM of all leaves that can score
 * or are required. It marks the scratch, which serves one finder at a time. */
struct finder;
int finder_new(struct finder **out, struct scratch *scratch, const struct reader_engine *engine,
               struct snapshot *snapshot, const struct node *tree, struct nsearch_error *err);
void finder_free(struct finder *finder);

/* A token that is a word of the question, or two: as it stands and by its stem. */
struct match {
  uint32_t token;
  uint32_t words[2];            /* 0: none */
  uint32_t start, end;          /* bytes */
  uint32_t first, last;         /* characters before it, and before its end */
  uint32_t phrase, phrase_last; /* a phrase that begins here (from 1) and the match that ends it */
  uint32_t phrase_first;        /* the match that begins the phrase that ends here; itself when none does */
};

/* All matches of a body, and the first and last of those that are most worth showing. */
struct stretch {
  const struct match *matches; /* the finder's, until it looks again */
  size_t count;
  uint32_t first, last;
};

/* Finds the stretch that weighs most: the words by idf, each once, and phrases that stand intact; the earliest of equals.
 * body is well-formed and below 4 GiB. Linear in the body. */
int finder_find(struct finder *finder, int language, const char *body, size_t len, struct stretch *out,
                struct nsearch_error *err);

static inline uint32_t characters_between(const char *text, size_t from, size_t to) {
  uint32_t count = 0;
  for (size_t i = from; i < to; i++) count += ((uint8_t)text[i] & 0xc0) != 0x80;
  return count;
}

/* ---- snippet.c ---------------------------------------------------------------------------------------------------------------- */

enum { SNIPPET_CHARACTERS = 200 }; /* of the body, about; one long match may make it more */

struct snippet {
  struct buffer text;
  struct snippet_mark {
    size_t offset, len;
  } * marks;
  size_t mark_count, mark_room;
};
void snippet_free(struct snippet *snippet);

/* Cuts the passage of body around its best stretch, at edges of words; the beginning of the body when it holds no word
 * of the question. */
int snippet_cut(struct finder *finder, int language, const char *body, size_t len, struct snippet *out,
                struct nsearch_error *err);

/* ---- result.c -------------------------------------------------------------------------------------------------------------------- */

/* What a word of the question adds to a hit's score. */
struct nsearch_part {
  const char *word; /* the result's */
  struct score_part part;
};

struct nsearch_hit {
  uint64_t rank;
  double score;
  struct nsearch_article *article; /* without its body */
  struct snippet snippet;
  struct nsearch_part *parts;
  size_t part_count;
};

/* Copies all that it shows, so it needs no snapshot. */
struct nsearch_result {
  struct nsearch_hit *hits;
  size_t count;
  uint64_t matches;
  bool exact;
  double took; /* milliseconds */
  char *suggestion; /* NULL: none */
  struct facet_request asked[FACET_FIELDS];
  struct facet_answer *facets; /* one for each that was asked for */
  size_t facet_count;
  struct buffer tree, plan;
  char **words; /* of the leaves */
  size_t word_count;
};

/* Fetches what the request shows of hits[0..count), which are in order from the first rank on: offset are skipped, at
 * most limit shown, snippets cut by the tree's words where wanted. */
int result_fill(struct nsearch_result *result, struct nsearch_reader *reader, struct scratch *scratch,
                const struct nsearch_request *request, const struct search_request *sent, const struct search_hit *hits,
                size_t count, struct nsearch_error *err);

/* Takes the values that the engine counted. */
void result_take_facets(struct nsearch_result *result, const struct search_request *sent,
                        struct search_answer *answer);

/* Adds to each hit of a filled result the parts of its score; hits as above. */
int result_explain(struct nsearch_result *result, struct nsearch_reader *reader, const struct search_request *sent,
                   const struct search_hit *hits, struct nsearch_error *err);

/* ---- related.c -------------------------------------------------------------------------------------------------------------------- */

/* Articles like `source`, best first, scores by cosine; *full says that there may be more than were looked at.
 * request has dates, limit, deadline and cancel; tree and order are set to what was asked of the engine, with nodes in
 * the pool. hits: memory_free(). */
int related_find(struct nsearch_reader *reader, struct scratch *scratch, struct pool *pool, struct doc_ref source,
                 bool copies, struct search_request *request, struct search_hit **hits, size_t *count, bool *full,
                 struct nsearch_error *err);

/* ---- reader.c ---------------------------------------------------------------------------------------------------------------------- */

struct nsearch_reader {
  char *path;
  const struct reader_engine *engine;
  struct snapshot *snapshot;
  struct scratches scratches;
};

/* A reader of one snapshot, which it owns from now on, also on failure. */
int reader_new(struct nsearch_reader **out, const char *path, const struct reader_engine *engine,
               struct snapshot *snapshot, struct nsearch_error *err);

/* The language that an article's text was analysed in. */
int reader_language(const struct engine_stats *stats, const struct nsearch_article *article);

#endif
