/* query/native: the native engine's side of reading. The map of this folder.
 *
 *   snapshot.c   the files of one commit, mapped; articles by id; statistics
 *   terms.c      walking the dictionaries of all segments at once
 *   cursor.c     one term's list in one segment: seek, decode, positions
 *   mask.c       the documents of a list in a window
 *   bm25.c       the weights of a question's leaves; the scores of a block
 *   count.c      numbers of matches: told by the dictionary, or counted the cheapest way
 *   dates.c      a date range over one segment; what is deleted is in none
 *   matcher.c    a tree over one segment, evaluated window by window
 *   union_count.c   unions of a matcher that score nothing; a word and what few others make of it
 *   phrase.c     phrases and NEAR: positions, looked at for survivors only
 *   shape.c      a tree, flattened where the fast paths below can take it
 *   candidates.c    candidates on their way to the best k
 *   schedule.c   which parts of a segment to look at, the most promising first
 *   single.c     top-k of one list, best blocks first
 *   union.c      top-k of a union by block maxima: the answer of matcher.c, less work
 *   sparse.c     top-k of a union of many short lists, all of them added up
 *   conjunction.c  top-k, or the number, of an intersection, scored first
 *   topk.c       the best k so far
 *   facets.c     values of fields counted over the matches
 *   facet_keywords.c  keyword fields: columns of numbers, spellings
 *   facet_dates.c     years, months and days
 *   scorer.c     scores of documents that are known to match
 *   pass.c       one segment of a search: dates, deadline, what was found
 *   walk.c       windows of one segment, by date
 *   search.c     a request over all segments
 *   explain.c    how one article comes to its score
 *   occurrences.c  how often terms stand in some articles
 *   check.c      whether the files of an index are whole
 *   check_ids.c  whether no two articles have one id */
#ifndef QUERY_NATIVE_NATIVE_H
#define QUERY_NATIVE_NATIVE_H

#include <pthread.h>

#include "common/engine.h"
#include "common/kernels/kernels.h"
#include "common/store/store.h"

enum { WINDOW = 4096, WINDOW_WORDS = WINDOW / 64 };

#define NO_DOC UINT32_MAX

/* ---- snapshot.c ---------------------------------------------------------------------------------------------------- */

struct snapshot {
  _Atomic int references;
  char *folder;
  struct manifest manifest;
  struct segment *segments;
  size_t segment_count;
  struct pack *packs; /* in the order of the manifest */
  struct engine_stats stats;
};

/* ---- terms.c --------------------------------------------------------------------------------------------------------- */

int snapshot_terms(struct snapshot *snapshot, const char *prefix, size_t prefix_len, const char *from, size_t from_len,
                   visit_term visit, void *payload, struct nsearch_error *err);
int snapshot_frequency(struct snapshot *snapshot, const char *key, size_t len, uint64_t *df,
                       struct nsearch_error *err);

/* ---- cursor.c -------------------------------------------------------------------------------------------------------- */

/* Walks a list forwards, block by block. What is asked for must ascend until cursor_rewind(). Zeroed is free. */
struct cursor {
  struct segment *segment;
  struct list_view view;
  uint32_t block;          /* first block that can hold what was last asked for */
  uint32_t opened, loaded; /* block of `place`, block in docs[]; UINT32_MAX: none */
  uint32_t size, at;       /* of the loaded block */
  uint32_t doc;            /* docs[at], NO_DOC at the end; means nothing before the first seek */
  bool freqs_loaded;
  bool decodes; /* blocks that are probed are decoded, as if they were nothing else than numbers */
  uint32_t probed, probed_at; /* block of rows probed last; index of what was found, UINT32_MAX: to be counted in the bits */
  struct block_place place;
  uint32_t *docs, *freqs; /* room for the largest block of this list */
  uint64_t rows[(ROWS_BITS + 8 * KERNEL_OVERREAD) / 64]; /* of cursor_bits() */
};
int cursor_open(struct cursor *cursor, struct segment *segment, const struct term_entry *entry,
                struct nsearch_error *err);
/* The same by key; *found is false, and nothing is open, when the segment does not have the term. */
int cursor_find_term(struct cursor *cursor, struct segment *segment, struct term_key key, bool *found,
                     struct nsearch_error *err);
void cursor_free(struct cursor *cursor);
void cursor_rewind(struct cursor *cursor);
int cursor_seek(struct cursor *cursor, uint32_t target, struct nsearch_error *err); /* to the first doc >= target */
int cursor_open_block(struct cursor *cursor, uint32_t block, struct nsearch_error *err); /* its place */
int cursor_load(struct cursor *cursor, uint32_t block, struct nsearch_error *err);  /* its documents, at its start */
int cursor_freqs(struct cursor *cursor, struct nsearch_error *err);                 /* of the loaded block */
/* The first index from `from` on whose document is not below target, size when there is none. */
uint32_t lower_bound(const uint32_t *docs, uint32_t from, uint32_t size, uint32_t target);

/* In the loaded block, from where it stands on; false where doc is behind it, or the cursor at another block or at its
 * block's end: a window that begins before a range of dates asks for less than was sought. */
static inline bool cursor_probe_loaded(struct cursor *cursor, uint32_t doc, bool *found) {
  uint32_t at = cursor->at, size = cursor->size;
  if (cursor->loaded != cursor->block || cursor->opened != cursor->block || at >= size || cursor->docs[size - 1] < doc)
    return false;
  if (cursor->docs[at] < doc && cursor->docs[++at] < doc) at = lower_bound(cursor->docs, at, size, doc); /* mostly the next */
  cursor->at = cursor->probed_at = at;
  cursor->doc = cursor->docs[at];
  *found = cursor->doc == doc;
  return true;
}
int cursor_probe_block(struct cursor *cursor, uint32_t doc, bool *found, struct nsearch_error *err); /* in any block */
/* Whether the list holds doc; a block that is a bit set is asked and not decoded. */
static inline int cursor_probe(struct cursor *cursor, uint32_t doc, bool *found, struct nsearch_error *err) {
  return cursor_probe_loaded(cursor, doc, found) ? NSEARCH_OK : cursor_probe_block(cursor, doc, found, err);
}
uint32_t cursor_probed_at(const struct cursor *cursor, uint32_t doc); /* which of its block it is */
uint32_t cursor_probed_freq(struct cursor *cursor, uint32_t doc); /* of the document that was found last */

/* How many of the documents of [first, end) the list holds; whole blocks are not looked at. */
int cursor_count(struct cursor *cursor, uint32_t first, uint32_t end, uint64_t *count, struct nsearch_error *err);

/* No document from `from` on and before *doc is in the list; NO_DOC: none at all. Short blocks are not decoded for it. */
int cursor_next(struct cursor *cursor, uint32_t from, uint32_t *doc, struct nsearch_error *err);

uint32_t view_find_block(const struct list_view *view, uint32_t from, uint32_t target);

/* Whether the opened block is at hand as a bit set, in place.bits: it is kept so, or as rows that are made into one. */
bool cursor_bits(struct cursor *cursor);

/* Whether the opened block holds every document from its first to its last: nothing needs to be decoded then. */
static inline bool cursor_in_row(const struct cursor *cursor) {
  const struct list_view *view = &cursor->view;
  return view->blocks > 1 && (int64_t)view_block_last(view, cursor->block) - cursor->place.before ==
                                 (int64_t)view_block_size(view, cursor->block);
}

/* Positions of single documents, in ascending order of documents. Zeroed is free. */
struct position_cursor {
  struct cursor cursor;
  struct position_run run;
  uint32_t run_block;   /* of `run` */
  uint32_t usual;       /* readings of a block, as far as can be told; the owner's to set */
  uint32_t readings;    /* of run_block, those that are usual at least */
  uint64_t run_at;      /* it stands behind so many positions of this block */
  uint32_t expected;    /* block that was asked for ahead */
  uint32_t ends_block;  /* of `ends` */
  uint32_t ends[BLOCK]; /* positions of the block up to each posting, its own with them */
  uint32_t *positions;        /* followed by NARROW_PAD times UINT32_MAX */
  size_t count, capacity;
};
int position_cursor_open(struct position_cursor *cursor, struct segment *segment, const struct term_entry *entry,
                         struct nsearch_error *err);
/* Brings into the cache what will be read of a document that is asked for soon. */
void position_cursor_expect(struct position_cursor *cursor, uint32_t doc);
/* The positions of the document that its cursor found last. */
int position_cursor_read(struct position_cursor *cursor, uint32_t doc, struct nsearch_error *err);
void position_cursor_rewind(struct position_cursor *cursor);
void position_cursor_free(struct position_cursor *cursor);

/* ---- mask.c ---------------------------------------------------------------------------------------------------------- */

/* Sets the bits of the documents in [base, base + WINDOW). */
int cursor_mask(struct cursor *cursor, uint32_t base, uint64_t *mask, struct nsearch_error *err);

/* ---- bm25.c ------------------------------------------------------------------------------------------------------------ */

/* What scoring needs to know of a leaf, the same in every segment. */
struct leaf_weight {
  const struct node *leaf;
  uint64_t df;
  float weight;        /* BM25: A of docs/ranking.md */
  uint32_t constant;   /* SCORE_CONSTANT, in units */
  size_t entries;      /* BM25: index of its first entry, below */
};

struct scoring {
  struct leaf_weight *leaves; /* in the order of the tree, left to right */
  size_t count, capacity;
  struct term_entry *entries; /* of the keys of BM25 leaves, per key and segment; df 0: not there */
  size_t entry_count, entry_capacity, segments;
  float c0, c1;  /* K = c0 + c1 * length */
  double unit;   /* score = units * unit */
  double average;
};

/* Looks the leaves up; what they weigh is another matter, which only scores need. */
int scoring_find(struct scoring *scoring, struct snapshot *snapshot, const struct node *tree, struct nsearch_error *err);
int scoring_weigh(struct scoring *scoring, const struct snapshot *snapshot, struct nsearch_error *err);
void scoring_free(struct scoring *scoring);

/* The entry of a leaf's key in a segment; NULL when it is not there, or the leaf is none of BM25. */
const struct term_entry *scoring_entry(const struct scoring *scoring, size_t leaf, size_t key, uint32_t segment);

/* Upper bounds of bm25_units() over postings by their maximum in the segment, 0 to 255; bounds[0] is 0. Where the segment
 * was written with another average length, tf / (tf + K) grows at most by the ratio of the averages, `stretch`. */
void bm25_bounds(float weight, double stretch, uint32_t *bounds);
/* Sums of bounds stop at what no score reaches: those of many keys of one leaf would leave 32 bits. */
static inline uint32_t bounds_add(uint32_t a, uint32_t b) {
  uint64_t sum = (uint64_t)a + b;
  return sum < INT32_MAX ? (uint32_t)sum : INT32_MAX;
}
double bm25_stretch(const struct scoring *scoring, const struct segment *segment);

/* ---- dates.c ------------------------------------------------------------------------------------------------------------- */

/* The documents of a segment that a request may find: those in a range of dates that are not marked as deleted. All
 * candidates and all masks of matches pass here before they are offered or counted. */
struct date_range {
  const uint8_t *published, *date_info; /* columns */
  int64_t since;
  uint32_t first, end; /* documents that can be in it */
  uint32_t inexact;    /* from this document on each must be looked at */
  const struct tombstones *gone; /* NULL: none of the segment's documents is */
};
/* INT64_MIN and INT64_MAX leave an end open; undated articles are in the range that is open at both ends alone. */
int date_range_open(struct date_range *range, struct segment *segment, int64_t since, int64_t until,
                    struct nsearch_error *err);
bool date_range_admits(const struct date_range *range, uint32_t doc);
/* Whether its dates keep any of a segment's documents out, and whether anything does. */
static inline bool date_range_cuts(const struct date_range *range, uint32_t documents) {
  return range->end - range->first < documents || range->inexact < range->end;
}
static inline bool date_range_filters(const struct date_range *range, uint32_t documents) {
  return range->gone || date_range_cuts(range, documents);
}
/* Clears the bits of the documents of [base, base + WINDOW) that are not in it, those past the segment's end too. */
void date_range_filter(const struct date_range *range, uint32_t base, uint64_t *mask);
/* The number of documents that have a date; they come first. */
uint32_t date_range_dated(const struct date_range *range, uint32_t documents);

/* ---- matcher.c ------------------------------------------------------------------------------------------------------------ */

struct matcher;
/* A tree over one segment, or a part of one: leaf is the number of its first leaf in the scoring. Only a matcher that
 * `scores` may be asked for scores. The request says when to give up, which is looked at where positions are read. */
int matcher_open(struct matcher **out, struct segment *segment, uint32_t segment_number, const struct node *tree,
                 size_t leaf, const struct scoring *scoring, bool scores, const struct search_request *request,
                 struct nsearch_error *err);
void matcher_rewind(struct matcher *matcher); /* windows start over */
void matcher_free(struct matcher *matcher);
/* No document from `from` on and before *doc matches; NO_DOC: none at all. */
int matcher_next(struct matcher *matcher, uint32_t from, uint32_t *doc, struct nsearch_error *err);
/* Sets the mask of the matching documents of [base, base + WINDOW) and adds their scores, in units, to scores[], which
 * may be NULL. Documents that do not match are left alone. */
int matcher_window(struct matcher *matcher, uint32_t base, uint64_t *mask, uint32_t *scores,
                   struct nsearch_error *err);

/* A union has as many matches as its most frequent word, and those of the others that do not hold it; a word without
 * others as many as the word, less those of the others that hold it. Whether the others are so few that it is worth
 * while; the number of the word in [first, end); next of the others; and the mask of those in a window that make the
 * difference. */
bool matcher_differs_little(const struct matcher *matcher);
int matcher_first_count(struct matcher *matcher, uint32_t first, uint32_t end, uint64_t *count,
                        struct nsearch_error *err);
int matcher_next_other(struct matcher *matcher, uint32_t from, uint32_t *doc, struct nsearch_error *err);
int matcher_others(struct matcher *matcher, uint32_t base, uint64_t *mask, struct nsearch_error *err);

/* ---- phrase.c -------------------------------------------------------------------------------------------------------------- */

/* A word whose positions are looked at. */
struct phrase_word {
  const struct node *leaf;
  size_t number;  /* of the leaf in the scoring */
  uint32_t times; /* NEAR: positions wanted of it, all different */
  struct position_cursor cursor;
  size_t at;
};

/* True when positions p1 < p2 < ... of the words in turn lie within `span` of the first. */
bool phrase_within(const struct phrase_word *words, size_t count, uint32_t span);

/* True when there are positions of the words, so many of each as it wants, within `span` of each other. Positions of a
 * word that wants several are all different. */
bool near_within(struct phrase_word *words, size_t count, uint32_t span);

/* The words of a PHRASE or NEAR in one segment, opened from the node's leaves. Zeroed is free. */
struct words {
  const struct node *node;
  struct phrase_word *words;
  struct word_rank {
    struct position_cursor *cursor;
    uint32_t df, number;
  } * order; /* the words, the rarest first */
  size_t count;
};
/* leaves: number of the first leaf below the node. */
int words_open(struct words *words, struct segment *segment, uint32_t segment_number, const struct node *node,
               const struct scoring *scoring, size_t leaf, struct nsearch_error *err);
/* Whether the words stand in doc as the node wants; documents ascend until words_rewind(). */
int words_match(struct words *words, uint32_t doc, bool *match, struct nsearch_error *err);
void words_expect(struct words *words, uint32_t doc); /* will be asked about soon */
void words_rewind(struct words *words);
void words_free(struct words *words);

/* ---- topk.c ------------------------------------------------------------------------------------------------------------------ */

struct contender {
  uint32_t units;
  struct doc_ref doc;
};

/* What the total order goes by, of one segment. */
struct order_columns {
  const uint8_t *published, *id_hashes;
};

/* Keeps the best k in the order of score and then the total order; a segment's documents are in it by their numbers. */
struct topk {
  struct contender *heap; /* worst on top */
  size_t count, limit, capacity;
  struct order_columns *columns; /* per segment, of those that candidates come from */
  bool oldest;                   /* ORDER_OLDEST */
};
/* Units that a candidate must at least have to get in; 0 while there is room. */
static inline uint32_t topk_threshold(const struct topk *topk) {
  return topk->limit == 0 ? UINT32_MAX : topk->count < topk->limit ? 0 : topk->heap[0].units;
}
int topk_offer(struct topk *topk, uint32_t units, struct doc_ref doc, struct nsearch_error *err);
void topk_sort(struct topk *topk); /* best first; nothing may be offered afterwards */
void topk_free(struct topk *topk); /* columns too */

/* ---- pass.c ---------------------------------------------------------------------------------------------------------------------- */

/* One segment of a search. */
struct pass {
  struct snapshot *snapshot;
  struct segment *segment;
  uint32_t number;
  const struct search_request *request;
  const struct scoring *scoring;
  struct topk *topk;
  struct date_range dates; /* of the request */
  const uint8_t *lengths;
  double stretch; /* of bounds, bm25_bounds() */
  bool counting;          /* an intersection offers every match, with no score: scorer and facets take them */
  struct facets *facets;  /* NULL: none are counted */
  struct scorer *scorer;  /* to whom matches go while they are counted; NULL: nobody */
  uint64_t matches;
  uint32_t ticks;
};

static inline bool request_is_dated(const struct search_request *request) {
  return request->since != INT64_MIN || request->until != INT64_MAX;
}

/* Opens columns and dates; the caller sets what is above them. */
int pass_open(struct pass *pass, struct nsearch_error *err);
/* The tree over the segment, for matching alone; matcher_free() it. */
int pass_matcher(const struct pass *pass, struct matcher **out, struct nsearch_error *err);

/* NSEARCH_ERR_DEADLINE or NSEARCH_ERR_CANCELLED when the search must stop; cheap enough for once a window. */
int pass_check(struct pass *pass, struct nsearch_error *err);
/* The same for who has no pass of its own to count with. */
enum { CHECK_EVERY = 16 }; /* windows, blocks or documents between two looks at the clock */
static inline int search_check(const struct search_request *request, uint32_t *ticks, struct nsearch_error *err) {
  return (*ticks)++ % CHECK_EVERY ? NSEARCH_OK : request_check(request, err);
}
/* Units that a document must at least have to matter. */
static inline uint32_t pass_threshold(const struct pass *pass) {
  return pass->counting ? 0 : topk_threshold(pass->topk);
}
/* Offers a document, or the marked documents of a window with their scores (NULL: 0). */
int pass_offer(struct pass *pass, uint32_t doc, uint32_t units, struct nsearch_error *err);
int pass_collect(struct pass *pass, uint32_t base, const uint64_t *mask, const uint32_t *scores,
                 struct nsearch_error *err);
/* Contributions of up to BLOCK postings, and of one. */
void pass_score(const struct pass *pass, float weight, const uint32_t *docs, const uint32_t *freqs, uint32_t count,
                uint32_t *units);
uint32_t pass_score_one(const struct pass *pass, float weight, uint32_t doc, uint32_t freq);

/* ---- facets.c -------------------------------------------------------------------------------------------------------------------- */

/* The counts of one search, over all its segments; NULL counts nothing. */
struct facets;
int facets_new(struct facets **out, struct snapshot *snapshot, const struct search_request *request,
               struct nsearch_error *err);
/* Counts the marked documents of a window, which are matches that dates admit; no document may come twice. */
int facets_window(struct facets *facets, uint32_t segment, uint32_t base, const uint64_t *mask,
                  struct nsearch_error *err);
int facets_answer(struct facets *facets, struct search_answer *answer, struct nsearch_error *err);
void facets_free(struct facets *facets);

/* A value that was met, and how often: its match form, which starts at `form` in the forms of its field, or a date as
 * year * 10,000 + month * 100 + day. */
struct tally {
  uint64_t form;
  uint32_t form_len;
  int64_t date;
  uint64_t count;
};
struct tallies {
  struct tally *values;
  size_t count, room;
};

/* ---- facet_keywords.c -------------------------------------------------------------------------------------------- */

/* One field's counts over all segments. On failure, too, *out is the caller's to free. */
struct keyword_facet;
int keyword_facet_new(struct keyword_facet **out, struct snapshot *snapshot, const struct keyword_field *field,
                      struct nsearch_error *err);
void keyword_facet_free(struct keyword_facet *facet);
/* As facets_window(); no bit is set behind the last document. */
int keyword_facet_window(struct keyword_facet *facet, uint32_t segment, uint32_t base, const uint64_t *mask,
                         struct nsearch_error *err);
/* What was counted, in byte order of the match forms; *out is zeroed before. */
int keyword_facet_values(struct keyword_facet *facet, struct tallies *out, struct nsearch_error *err);
/* The spelling of a value that most articles have. */
int keyword_facet_spell(struct keyword_facet *facet, const struct tally *value, char **out, struct nsearch_error *err);

/* ---- facet_dates.c ----------------------------------------------------------------------------------------------- */

/* runs.values is the owner's to free. */
struct date_facet {
  enum nsearch_precision precision;
  struct tallies runs;         /* as they came; one date may come again in another segment */
  int64_t run_first, run_last; /* seconds of the last run */
};
void date_facet_init(struct date_facet *facet, enum nsearch_precision precision);
/* As facets_window(); no bit is set behind the last document. */
int date_facet_window(struct date_facet *facet, struct segment *segment, uint32_t base, const uint64_t *mask,
                      struct nsearch_error *err);
struct tallies *date_facet_values(struct date_facet *facet); /* runs of one date united, newest first */
void date_facet_sort(struct tallies *dates);                 /* newest first */
int date_facet_spell(const struct date_facet *facet, const struct tally *value, char **out, struct nsearch_error *err);

/* ---- shape.c ------------------------------------------------------------------------------------------------------------------------- */

enum part_role {
  PART_ANY,      /* a scored leaf of the union */
  PART_REQUIRED, /* a leaf that must match; in a union one that scores nothing */
  PART_OPTIONAL, /* a scored leaf that only adds */
  PART_WORDS,    /* a phrase or NEAR whose words are required parts too */
  PART_FILTER,   /* any node that must match and scores nothing */
  PART_EXCLUDED  /* any node that must not */
};
enum shape_kind { SHAPE_OTHER, SHAPE_UNION, SHAPE_CONJUNCTION };

/* What a tree comes to when it is one union, or one conjunction, and what screens it. */
struct shape {
  enum shape_kind kind;
  struct shape_part {
    enum part_role role;
    const struct node *node;
    size_t leaf; /* number of its first leaf in the scoring */
  } * parts;
  size_t count, capacity;
};
/* Lists of a union, of a conjunction: bounds of more would cost more than they spare. */
enum { UNION_MAX = 1024, CONJUNCTION_MAX = 256 };
int shape_make(struct shape *shape, const struct node *tree, const struct scoring *scoring,
               struct nsearch_error *err);
size_t shape_union_keys(const struct shape *shape); /* of its PART_ANY leaves together */
void shape_free(struct shape *shape);

/* ---- candidates.c ------------------------------------------------------------------------------------------------------------------------- */

/* The lists of one leaf in a segment, one a key, disjoint. Zeroed is free. */
struct lists {
  struct cursor *cursors;
  size_t count;
  float weight; /* 0: scores nothing */
  bool in_words; /* a phrase or NEAR looks the documents up too */
  uint64_t df;
  uint32_t bounds[256]; /* bm25_bounds() */
};
int lists_open(struct lists *lists, const struct pass *pass, const struct shape_part *part, struct nsearch_error *err);
/* The same with one key alone, of a scored leaf; *found as in cursor_find_term(). */
int lists_open_key(struct lists *lists, const struct pass *pass, const struct shape_part *part, size_t key, bool *found,
                   struct nsearch_error *err);
void lists_free(struct lists *lists);

/* The largest maximum of the blocks that reach into [first, last], 0 when none does, 255 where none are kept. *block, a
 * block not behind `first`, moves up to it. */
uint8_t view_maximum(const struct list_view *view, uint32_t *block, uint32_t first, uint32_t last);

/* What candidates must match, or must not, besides the lists that brought them. Zeroed screens nothing. */
struct screen {
  struct screen_part *parts;
  size_t count;
};
int screen_open(struct screen *screen, const struct pass *pass, const struct shape *shape, struct nsearch_error *err);
void screen_rewind(struct screen *screen); /* documents start over */
void screen_free(struct screen *screen);

/* So many candidates in a window are looked up by its mask, fewer one by one. */
enum { CANDIDATES_MANY = 32 };

/* Candidates in ascending order. Calls on one batch after the other ascend, too, but for what is rewound. */
struct candidates {
  uint32_t count;
  uint32_t docs[WINDOW], units[WINDOW];
};
void candidates_keep(struct candidates *batch, uint32_t least); /* those with so many units or more */
/* Those that are, or with wanted false are not, in one of the lists, which score nothing. */
int candidates_require(struct candidates *batch, struct lists *lists, bool wanted, const struct pass *pass,
                       struct nsearch_error *err);
/* Adds what the lists give, and keeps those that can still reach the threshold when `rest` more is to be had at most;
 * with `required` only those that are in the lists. */
int candidates_add(struct candidates *batch, struct lists *lists, bool required, uint32_t rest, const struct pass *pass,
                   struct nsearch_error *err);
/* Those that the dates admit, and that are not deleted. */
void candidates_admit(struct candidates *batch, const struct pass *pass);
/* Those of them that the screen admits, too. */
int candidates_screen(struct candidates *batch, struct screen *screen, const struct pass *pass, struct nsearch_error *err);
int candidates_offer(const struct candidates *batch, struct pass *pass, struct nsearch_error *err);

/* ---- scorer.c ------------------------------------------------------------------------------------------------------------------------ */

/* The lists that add to the scores of a conjunction's matches in one segment. Zeroed is free. */
struct scorer {
  struct pass pass;
  struct lists *lists; /* by what they add at most, falling */
  size_t count;
  uint32_t most; /* all of them together */
  struct candidates *batch; /* of scorer_offer_window() */
};
int scorer_open(struct scorer *scorer, const struct pass *pass, const struct shape *shape, struct nsearch_error *err);
/* Offers the documents of a batch, whose units need not be set and which is used up, or those marked; they ascend. */
int scorer_offer(struct scorer *scorer, struct candidates *batch, struct nsearch_error *err);
int scorer_offer_window(struct scorer *scorer, uint32_t base, const uint64_t *mask, struct nsearch_error *err);
void scorer_rewind(struct scorer *scorer); /* documents start over */
void scorer_free(struct scorer *scorer);

/* ---- schedule.c ---------------------------------------------------------------------------------------------------------------------- */

/* Parts of a segment, in the order of documents, and the most that a document in each can score; 0: none can match. */
struct schedule {
  uint32_t *bounds;
  bool *done;
  uint32_t count;
};
typedef int (*schedule_visit)(void *payload, uint32_t part, struct nsearch_error *err);
int schedule_open(struct schedule *schedule, uint32_t count, struct nsearch_error *err);
/* Visits the parts of [first, end) that can still matter: the best ones in order, then, after start_over(), the others in
 * order. */
int schedule_run(struct schedule *schedule, struct pass *pass, uint32_t first, uint32_t end, schedule_visit visit,
                 void (*start_over)(void *payload), void *payload, struct nsearch_error *err);
void schedule_free(struct schedule *schedule);

/* ---- single.c -------------------------------------------------------------------------------------------------------------------------- */

/* Offers the best documents of lists of one cursor; batch is room to work in. */
int single_list(struct pass *pass, const struct lists *lists, struct candidates *batch, struct nsearch_error *err);

/* ---- sparse.c -------------------------------------------------------------------------------------------------------------------------- */

/* Whether a request for so many hits of a union of so many lists may go that way, the same in every segment; and whether
 * the lists are so short in this one that sparse_pass() is the better way. */
bool sparse_may(const struct search_request *request, const struct shape *shape);
bool sparse_fits(const struct pass *pass, const struct shape *shape);
/* Offers the best documents of a segment, as union_pass(). */
int sparse_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err);

/* ---- walk.c ---------------------------------------------------------------------------------------------------------- */

/* Offers the newest, or the oldest, documents that match; *all: every match was seen, and counted. */
int walk_pass(struct pass *pass, bool *all, struct nsearch_error *err);
/* Counts all matches of pass_matcher(), as count_pass() does, window by window. */
int walk_count(struct pass *pass, struct matcher *matcher, struct nsearch_error *err);

/* ---- count.c ------------------------------------------------------------------------------------------------------------- */

#define COUNT_UNKNOWN UINT64_MAX
/* The number of documents of a segment that match, dates aside, where the leaves' numbers of articles tell it: of one
 * with tombstones only that it is none or all. */
uint64_t count_known(const struct scoring *scoring, const struct segment *segment, uint32_t number,
                     const struct node *tree);
/* A number of articles of the whole index that the tree's matches, dates and tombstones aside, never fall below: that of
 * the most frequent word of a union. `leaf` is the number of the tree's first leaf. */
uint64_t count_least(const struct scoring *scoring, const struct node *node, size_t leaf);
/* Counts all matches, in facets too, and gives them to the scorer. */
int count_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err);

/* ---- union.c, conjunction.c, explain.c, occurrences.c and search.c ------------------------------------------------------------------- */

/* Offer the best documents of a segment; conjunction_pass() does what the pass says about counting. */
int union_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err);
int conjunction_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err);

int snapshot_explain(struct snapshot *snapshot, const struct node *tree, struct doc_ref doc, struct score_part *parts,
                     struct nsearch_error *err);
int snapshot_occurrences(struct snapshot *snapshot, const struct term_key *keys, size_t key_count,
                         const struct doc_ref *docs, size_t doc_count, const struct search_request *request,
                         uint32_t *tfs, uint32_t *lengths, struct nsearch_error *err);
int snapshot_search(struct snapshot *snapshot, const struct search_request *request, struct search_answer *answer,
                    struct nsearch_error *err);

/* ---- check.c ------------------------------------------------------------------------------------------------------- */

/* check() of struct reader_engine. */
int index_check(const char *path, bool fast, const struct check_report *report, struct nsearch_error *err);

/* ---- check_ids.c --------------------------------------------------------------------------------------------------- */

/* Of an index whose files are whole. Two articles that can be found and have one id are NSEARCH_ERR_DAMAGED. */
int check_ids(const char *path, check_step step, void *payload, struct nsearch_error *err);

#endif
