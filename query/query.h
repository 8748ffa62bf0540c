/* query: from a question to answers. The map of this folder; includes common/ only.
 *
 *   request.c    what a caller asks for
 *   question.c   a question's text -> a tree of clauses: signs, operators, brackets
 *   operand.c    the words, phrases and fields of that text
 *   words.c      a clause's text -> raw words
 *   leaves.c     words and phrases -> leaf terms
 *   values.c     values of fields -> leaf terms
 *   expand.c     wildcards, prefixes and misspelt words -> the terms that they stand for
 *   dates.c      date: clauses -> ranges of time
 *   plan.c       clauses -> the tree that an engine evaluates; stop words
 *   operators.c  AND, OR and NEAR of that tree
 *   suggest.c    did you mean
 *   describe.c   the tree -> text for people
 *   engines.c    a folder -> the engine that reads it
 *   native/      match and score
 *   xapian/      the same by libxapian
 *   result.c     documents -> hits; the parts of their scores
 *   hits.c       reading a result
 *   finder.c     a question's words in a body
 *   snippet.c    a body -> the passage to show
 *   article_terms.c  an article -> its terms and their weights
 *   related.c    an article -> articles like it
 *   stats.c      the figures of an index
 *   check.c      whether an index is whole
 *   reader.c     the functions of nsearch.h that tie these together
 *   view.c       the index as one call sees it: which shards answer
 *   scratch.c    memory that one call at a time uses, kept warm between calls
 *   pool.c       memory that goes all at once */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include <pthread.h>

#include "common/engine.h"

/* ---- view.c: an index as one call sees it ---------------------------------------------------------------------------------- */

struct view {
  const struct reader_engine *engine;
  struct snapshot *snapshot;
  bool whole; /* no shard is left out */
};
/* started: when the call began, of clock_monotonic(). request NULL: neither partial nor with a deadline. */
int view_open(struct view *view, struct nsearch_reader *reader, const struct nsearch_request *request, uint64_t started,
              struct nsearch_error *err);
void view_close(struct view *view);

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

/* ---- question.c, operand.c: text to clauses ------------------------------------------------------------------------- */

enum {
  NESTING_MAX = 100,     /* groups inside one another */
  SLOP_MAX = 10000,      /* of a phrase */
  DISTANCE_MAX = 10000,  /* of NEAR */
  DISTANCE_USUAL = 10
};

enum question_kind {
  QUESTION_BAG,    /* clauses, each with a sign of its own: a question, a group */
  QUESTION_WORD,   /* what was typed between blanks; it may hold several words, or none */
  QUESTION_PHRASE, /* what stood between quotes */
  QUESTION_AND,
  QUESTION_OR,
  QUESTION_NEAR
};

/* Below an operator SIGN_EXCLUDED is NOT and SIGN_REQUIRED nothing. NOT is SIGN_EXCLUDED everywhere. */
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
  SCOPE_ID,
  SCOPE_DATE
};

/* How a QUESTION_WORD stands for terms. */
enum question_shape {
  SHAPE_WORD,
  SHAPE_WILDCARD, /* letters, marks, digits, apostrophes, and a * or ? among them */
  SHAPE_FUZZY     /* the first of these only, and a ~ behind */
};

/* Nodes live in the pool; text points into the question. */
struct question_node {
  enum question_kind kind;
  enum question_sign sign;
  enum question_scope scope; /* QUESTION_WORD, QUESTION_PHRASE */
  enum question_shape shape;
  size_t position;  /* byte of the question where the text begins; of a group, its bracket */
  const char *text;
  size_t len;
  size_t typed_len; /* with the ~ and its number */
  uint32_t slop;    /* QUESTION_PHRASE; QUESTION_NEAR: n */
  uint32_t edits;   /* SHAPE_FUZZY: the number behind ~; 0: as many as the length allows */
  double boost;     /* 1 unless said */
  bool negated;     /* behind NOT: it must say something */
  struct question_node *children, *next;
};

/* Parses a question into a bag. `plain`: no character has a meaning, blanks and quotes separate. The only error is
 * NSEARCH_ERR_QUERY, with the position in bytes, besides want of memory; linear in the length. */
int question_parse(struct pool *pool, const char *question, bool plain, struct question_node **out,
                   struct nsearch_error *err);

/* The parser, shared by the two files: where it stands, and what holds there. */
struct question_parser {
  const char *text;
  size_t at, len;
  bool fresh;                /* a blank, a ( or nothing came before: a sign is one */
  unsigned depth;            /* groups that are open */
  enum question_scope scope; /* of words without a field */
  const char *unscored;      /* why what stands here does not score; NULL when it does */
  struct pool *pool;
  struct nsearch_error *err;
};

/* NSEARCH_ERR_QUERY: "at byte N of the question: expected" and what. */
int question_expected(struct nsearch_error *err, size_t position, const char *what);
size_t question_blank(const struct question_parser *parser, size_t at); /* bytes of the blank there; 0: none */
/* Whether an operand ends there: at a blank, a quote, the end, and at a ) while a group is open. */
bool question_ends(const struct question_parser *parser, size_t at);
struct question_node *question_node_new(struct question_parser *parser, enum question_kind kind);

/* Takes the field's name and colon when a value follows them. */
enum question_scope operand_field(struct question_parser *parser);
/* Takes a word or a phrase with what is behind it; at an operand, which is no group. */
int operand_item(struct question_parser *parser, enum question_scope scope, struct question_node **out);
/* A word that has no meaning but its text, whatever it looks like. */
int operand_plain(struct question_parser *parser, struct question_node **out);
/* Takes ^ and a number when an operand ends with them. */
int operand_boost(struct question_parser *parser, const char *unscored, double *boost);

/* ---- what a plan is made with ----------------------------------------------------------------------------------------- */

enum {
  EXPANSION_MAX = 1000, /* terms that one wildcard or prefix stands for at most */
  FUZZY_MAX = 64,       /* the same of a ~ */
  EXPANSIONS_MAX = 256  /* wildcards, prefixes and ~ of a question */
};

/* What turning words into leaves needs, and what it finds out. */
struct planner {
  const struct reader_engine *engine;
  struct snapshot *snapshot;
  const struct engine_stats *stats;
  struct folder *folder;
  struct pool *pool;
  int64_t now;       /* where relative dates count from */
  bool bounded;      /* the request has dates of its own: no date: clause may take their place */
  bool cut;          /* an expansion was cut: fewer articles match than should */
  size_t expansions; /* so far */
  const struct search_request *request; /* says when to give up; NULL: never */
  unsigned looks;                       /* planner_check() calls so far */
  struct nsearch_error *err;
};

/* NSEARCH_ERR_DEADLINE or NSEARCH_ERR_CANCELLED when it is time to give up; cheap enough for once a word or a term of a
 * dictionary. */
int planner_check(struct planner *planner);

/* ---- words.c: a clause's text to raw words ----------------------------------------------------------------------------- */

struct raw_words {
  const char *text; /* the clause's; what is not well-formed in it is in no word */
  struct raw_word *words;
  size_t count, room;
};

/* Cuts a clause's text into words. The single last character of a spaceless run that ends the text is left out: the
 * run of the article may go on. words: memory_free(). */
int raw_words_cut(const struct question_node *clause, struct raw_words *out, struct nsearch_error *err);
int raw_words_fold(struct planner *planner, const struct raw_words *words, size_t i, int language, struct folded *out);
bool raw_words_single(const struct raw_words *words); /* all there is is one character of a spaceless script */

/* ---- leaves.c: words to leaf terms -------------------------------------------------------------------------------------- */

enum leaf_class {
  LEAF_NOTHING, /* the text holds no word: there is no node */
  LEAF_PLAIN,   /* one unquoted word, a wildcard, a ~ */
  LEAF_STOP,    /* a word that is a stop word of a language of the index, and not typed in capitals */
  LEAF_JOINED,  /* several words typed as one: a phrase of exact words */
  LEAF_QUOTED   /* quoted words, one or more */
};

/* The node of a word or phrase of title and body (tag TAG_TEXT), of the title or of the authors. Leaves get `score` and
 * boost 1; what is expanded scores a constant where `score` is not SCORE_NONE. */
int leaf_of_text(struct planner *planner, const struct question_node *clause, enum term_tag tag, enum leaf_score score,
                 struct node **out, enum leaf_class *class);

/* The exact term of a typed word, as NEAR wants it. NSEARCH_ERR_QUERY when the clause is no single word. */
int leaf_of_single_word(struct planner *planner, const struct question_node *clause, enum term_tag tag,
                        enum leaf_score score, struct node **out);

/* Cuts a clause as raw_words_cut() does, and leaves out what is elided at the head of an unquoted word of the article
 * (l'histoire) where the index holds articles in a language that elides. */
int raw_words_typed(struct planner *planner, const struct question_node *clause, struct raw_words *out);

/* All forms of the word, in the languages of the index; *stop (may be NULL) says whether it is a stop word. */
int leaf_of_stems(struct planner *planner, const struct raw_words *words, enum leaf_score score, struct node **out,
                  bool *stop);

/* The exact term of words[i]. */
int leaf_of_exact(struct planner *planner, const struct raw_words *words, size_t i, enum term_tag tag,
                  enum leaf_score score, struct node **out);

/* A leaf with room for that many keys; NULL for want of memory. */
struct node *leaf_new(struct planner *planner, enum leaf_score score, size_t key_room);
struct node *node_new(struct planner *planner, enum node_kind kind, size_t child_count); /* NULL for want of memory */

/* ---- values.c: values of fields ------------------------------------------------------------------------------------------ */

/* A filter: the articles that have the clause's value in its keyword field, or its id, or a date in its range. */
int leaf_of_value(struct planner *planner, const struct question_node *clause, struct node **out);

/* ---- expand.c: what stands for many terms --------------------------------------------------------------------------------- */

/* Each adds keys to a leaf that has none, EXPANSION_MAX at most; none may be found. */

/* The terms that begin with prefix (tag first). */
int expand_prefix(struct planner *planner, const char *prefix, size_t len, struct node *leaf);
/* Of the terms that begin with prefix those that `wanted` wants. */
typedef bool (*expand_filter)(const void *payload, struct term_key key);
int expand_filtered(struct planner *planner, const char *prefix, size_t len, expand_filter wanted, const void *payload,
                    struct node *leaf);
/* The exact terms of a SHAPE_WILDCARD clause. NSEARCH_ERR_QUERY when nothing stands before the first wildcard. */
int expand_wildcard(struct planner *planner, const struct question_node *clause, enum term_tag tag, struct node *leaf);
/* The FUZZY_MAX nearest exact terms of a SHAPE_FUZZY clause. NSEARCH_ERR_QUERY when the word is too short. */
int expand_fuzzy(struct planner *planner, const struct question_node *clause, enum term_tag tag, struct node *leaf);
/* Counts an expansion of the question; NSEARCH_ERR_QUERY at `position` when there are too many. */
int expand_count(struct planner *planner, size_t position);

/* A term and how many edits it is from a word. */
struct near_term {
  struct term_key key;
  uint64_t df;
  unsigned distance;
};

/* Edits that a word of that many characters may be from its terms: 0, 1 or 2. */
unsigned edits_allowed(size_t characters);
size_t characters_of(const char *text, size_t len); /* well-formed */

/* The terms of tag that begin with the word's first character and are at most `edits` (1 or 2) from it, by distance,
 * then most articles first, then bytes: the best `room` of them, keys in the pool. *more says whether there were more.
 * word is folded. */
int nearest_terms(struct planner *planner, enum term_tag tag, const char *word, size_t len, unsigned edits,
                  struct near_term *best, size_t room, size_t *count, bool *more);

/* ---- dates.c: date: clauses ---------------------------------------------------------------------------------------------- */

/* The range of a clause, both ends inclusive; INT64_MIN or INT64_MAX where it has no bound. */
int dates_of_clause(const struct question_node *clause, int64_t now, int64_t *since, int64_t *until,
                    struct nsearch_error *err);

/* ---- plan.c, operators.c: clauses to the tree ---------------------------------------------------------------------------- */

struct plan {
  struct node *tree;
  enum search_order order; /* by relevance where anything scores */
  bool cut;                /* as in struct planner */
  int64_t since, until;    /* the range of a date: clause that is not in the tree; INT64_MIN, INT64_MAX: none */
};

/* Makes the tree of a bag. `all`: plain words without a sign are required. The one date: clause that a question's own
 * bag may have becomes the plan's range, which an engine takes faster than a node, unless planner->bounded; several are
 * nodes: of articles known only to the year, those that touch two ranges are not those that touch what the ranges
 * share. Everything lives in planner->pool. */
int plan_make(struct planner *planner, const struct question_node *bag, bool all, struct plan *out);

/* What holds for all below a node of the question. */
struct plan_context {
  double boost;          /* that groups around it give */
  enum leaf_score score; /* SCORE_NONE: it is excluded */
  bool all;
};

/* A clause as a node; NULL when it says nothing. */
struct plan_part {
  struct node *node;
  bool filters; /* it cannot score: in a bag it must hold */
};

/* What a clause is in itself, its sign aside. */
int plan_clause(struct planner *planner, const struct question_node *clause, struct plan_context context,
                struct plan_part *out);
int plan_operator(struct planner *planner, const struct question_node *clause, struct plan_context context,
                  struct plan_part *out);
/* `not` in place of a node; `base` NULL: all articles but those. */
struct node *plan_without(struct planner *planner, struct node *base, struct node *const *excluded, size_t count);
/* Multiplies what leaves below score; a product stays within BOOST_LEAST .. BOOST_MOST. */
#define BOOST_LEAST 1e-9
#define BOOST_MOST 1e9
void plan_boost(struct node *node, double boost);
/* The tag of a scope whose words have positions, 0 for other scopes. */
enum term_tag scope_tag(enum question_scope scope);

/* ---- suggest.c ------------------------------------------------------------------------------------------------------------- */

enum {
  SUGGEST_WORDS = 1000, /* words of a question that are looked at, at most */
  SUGGEST_UNKNOWN = 32  /* of these, words that no article holds */
};

/* Did you mean: the question with each word of the article's text that no article holds replaced by the nearest one
 * that some do; NULL when there is none, or no time left to look. In the pool. */
int suggest_make(struct planner *planner, const char *question, const struct question_node *parsed, const char **out);

/* ---- describe.c ------------------------------------------------------------------------------------------------------------- */

/* Appends the plan as a tree, a node a line, two blanks of indent a level. */
int describe_plan(struct planner *planner, const struct plan *plan, struct buffer *out);

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
  struct term_figures *figures; /* article_terms.c: what it knows of a term in this snapshot */
  size_t figure_room;
};

/* Scratches that are not in use. One of more than a bound is freed when it comes back. */
struct scratches {
  pthread_mutex_t lock;
  struct scratch *free;
};
int scratches_init(struct scratches *scratches, struct nsearch_error *err);
void scratches_destroy(struct scratches *scratches);
void scratches_clear(struct scratches *scratches); /* frees all: figures of terms belong to one snapshot */
void scratch_forget(struct scratch *scratch);      /* what it knows of a snapshot */
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
  struct nsearch_shards *shards; /* NULL: none */
};

/* Fetches what the request shows of hits[0..count), which are in order from the first rank on: offset are skipped, at
 * most limit shown, snippets cut by the tree's words where wanted. */
int result_fill(struct nsearch_result *result, const struct view *view, struct scratch *scratch,
                const struct nsearch_request *request, const struct search_request *sent, const struct search_hit *hits,
                size_t count, struct nsearch_error *err);

/* Takes the values that the engine counted. */
void result_take_facets(struct nsearch_result *result, const struct search_request *sent,
                        struct search_answer *answer);

/* Adds to each hit of a filled result the parts of its score; hits as above. */
int result_explain(struct nsearch_result *result, const struct view *view, const struct search_request *sent,
                   const struct search_hit *hits, struct nsearch_error *err);

/* ---- article_terms.c --------------------------------------------------------------------------------------------------------------- */

struct article_term {
  uint32_t term, word; /* numbers in the scratch's lexicon: the stem, where there is one; the first word of it */
  uint32_t place;      /* among the article's terms, in order of first occurrence; numbers of terms depend on the past */
  uint32_t tf;         /* title and lead counting more */
  uint64_t df;
  double rarity;       /* ln(articles / df); 0: every article holds it, or none */
  double weight;       /* rarity * damped tf */
};

/* Zeroed is empty. */
struct article_terms {
  struct article_term *terms; /* heaviest first, of equals in order of first occurrence */
  size_t count;
  uint64_t length; /* as an engine counts it */
  int language;    /* that the text was analysed in */
};

/* The terms of title and body; they are the scratch's until it is given back. The request says when to give up. */
int article_terms_make(const struct view *view, struct scratch *scratch, const struct nsearch_article *article,
                       const struct search_request *request, struct article_terms *out, struct nsearch_error *err);
void article_terms_free(struct article_terms *terms);
double term_damped(uint32_t tf); /* 1 + ln(tf); 0 of 0 */

/* ---- related.c -------------------------------------------------------------------------------------------------------------------- */

/* Articles like `source`, best first, scores by docs/ranking.md, section 5; *full says that there may be more than were
 * looked at.
 * request has dates, limit, deadline and cancel; tree and order are set to what was asked of the engine, with nodes in
 * the pool. hits: memory_free(). */
int related_find(const struct view *view, struct scratch *scratch, struct pool *pool, struct doc_ref source,
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
