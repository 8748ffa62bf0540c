/* The engine contract: the two tables of functions through which everything reaches an engine. What stands above it
 * (parsing, stop words, stems, expansion, related terms, snippets, printing) is written once for all engines, so all
 * get the same leaf terms; what stands below it is one engine's own. */
#ifndef COMMON_ENGINE_H
#define COMMON_ENGINE_H

#include "common/article/article.h"
#include "common/text/text.h"

/* ---- The question as an engine gets it --------------------------------------------------------------------------- */

/* An article in a snapshot; means nothing in another snapshot. */
struct doc_ref {
  uint32_t segment, doc;
};

enum node_kind {
  NODE_ALL,       /* every article; scores nothing */
  NODE_TERM,      /* a leaf */
  NODE_DOC,       /* one article; scores nothing */
  NODE_AND,       /* all children */
  NODE_OR,        /* any child */
  NODE_AND_NOT,   /* the first child and none of the others */
  NODE_AND_MAYBE, /* the first child; the others only add their scores */
  NODE_PHRASE,    /* children are leaves of one positional field, in order, within n + slop positions */
  NODE_NEAR,      /* the same in any order, each at a position of its own, within n - 1 + slop positions */
  NODE_DATES      /* articles whose date touches since .. until; scores nothing */
};

enum leaf_score {
  SCORE_NONE,    /* a filter */
  SCORE_BM25,    /* boost * idf * tf part; df and tf are those of all keys together, whose lists are disjoint */
  SCORE_CONSTANT /* boost */
};

/* The score of an article is the sum over the leaves through which it matches: a child of AND counts when all match, a
 * child of OR when it matches itself, words of PHRASE and NEAR when that does, below AND_NOT only the first child. */
struct node {
  enum node_kind kind;
  struct node **children;
  size_t child_count;
  /* NODE_TERM: the articles that any of the keys is in; without keys, none. */
  struct term_key *keys;
  size_t key_count;
  enum leaf_score score;
  double boost;  /* number of times the question says it, times its weight */
  uint32_t slop;         /* NODE_PHRASE, NODE_NEAR */
  struct doc_ref doc;    /* NODE_DOC */
  int64_t since, until;  /* NODE_DATES: as in struct search_request */
  /* For people, engines do not look at it: what kind of leaf it is ("word", "source"; NULL: not said) and what the
   * question says there, in the question's own memory. NODE_TERM, NODE_DOC, NODE_PHRASE. */
  const char *name, *text;
  size_t text_len;
};

size_t node_leaves(const struct node *tree); /* NODE_TERMs in it */

/* relevance: score, then the total order; newest: the total order; oldest: dated articles in the reverse of the total
 * order, then undated ones in it. By date all scores are 0. */
enum search_order { ORDER_RELEVANCE, ORDER_NEWEST, ORDER_OLDEST };

enum facet_field {
  FACET_SOURCE,
  FACET_SECTION,
  FACET_TOPIC,
  FACET_LANGUAGE,
  FACET_AUTHOR,
  FACET_SITE,
  FACET_YEAR,
  FACET_MONTH,
  FACET_DAY,
  FACET_FIELDS
};

struct facet_request {
  enum facet_field field;
  uint64_t values; /* so many at most are listed, 0: all */
};

struct search_request {
  const struct node *tree;
  enum search_order order;
  uint64_t limit;          /* the best `limit` hits in order; offset is cut off above the engine */
  bool count;              /* matches must be exact */
  bool explain;            /* describe the plan in the answer */
  const struct facet_request *facets;
  size_t facet_count;
  int64_t since, until;    /* INT64_MIN, INT64_MAX: no bound; undated articles match only when neither is set */
  uint64_t deadline;       /* clock_monotonic() value, 0 for none */
  nsearch_cancel cancel;   /* may be NULL */
  void *cancel_payload;
};
/* NSEARCH_ERR_DEADLINE or NSEARCH_ERR_CANCELLED when it is time to give up. */
int request_check(const struct search_request *request, struct nsearch_error *err);

struct search_hit {
  struct doc_ref doc;
  double score;
};

/* A value of a field and the matching articles that have it. Spellings of one value (letter case, accents, blanks)
 * count as one, shown as most articles of the index spell it, of equals the first in byte order; dates are "2025",
 * "2025-11", "2025-11-14". Most articles first, of equals in byte order of the match form; dates newest first. */
struct facet_value {
  char *value;
  uint64_t count;
};
struct facet_answer {
  struct facet_value *values;
  size_t count;
  uint64_t distinct; /* values there are, listed or not */
};

/* Zeroed is empty. */
struct search_answer {
  struct search_hit *hits;
  size_t hit_count;
  uint64_t matches;
  bool matches_exact;
  struct facet_answer *facets; /* facet_count of the request */
  size_t facet_count;
  char plan[160]; /* how the engine went about it, for people; "" unless asked for */
};
void search_answer_free(struct search_answer *answer); /* what it holds */

/* What a leaf adds to the score of one article. */
struct score_part {
  uint64_t df, tf; /* tf 0: the article does not hold it */
  double score;    /* 0 when the leaf does not count there, as in struct node */
};

struct engine_stats {
  uint64_t articles; /* that can be found; so are those that oldest and newest are of */
  uint64_t deleted;  /* that cannot, and are in df and in the next four until they are merged away */
  uint64_t terms, postings, tokens, length; /* length: the sum of all tf, title weight included */
  uint64_t segments;
  bool has_dates;
  int64_t oldest, newest;
  int language; /* the index's own */
  unsigned title_weight;
  bool has_text;
  uint32_t languages; /* bit set of the languages that stems are present in */
  struct part_size {
    const char *name;
    uint64_t bytes;
  } parts[24];
  size_t part_count;
};

/* N of docs/ranking.md: the articles that df is a part of. */
static inline uint64_t stats_documents(const struct engine_stats *stats) { return stats->articles + stats->deleted; }

/* Remote shards of an index and how they do; what nsearch.h calls nsearch_shards. */
struct nsearch_shards {
  size_t count;
  struct shard_state {
    char *address;
    int status;
    char *message; /* NULL: none */
    uint64_t articles;
    uint64_t nanoseconds; /* that a call takes there and back */
  } items[];
};
enum { SHARDS_MAX = 64 };
struct nsearch_shards *shards_new(size_t count); /* NULL for want of memory; so shards_copy() */
struct nsearch_shards *shards_copy(const struct nsearch_shards *shards);
bool shard_is_address(const char *text); /* "tcp://HOST:PORT", "prog:COMMAND" */
void shard_set(struct shard_state *shard, int status, const char *message); /* copies; NULL, or status 0: none */

enum article_parts_wanted { WANT_CARD = 1, WANT_BODY = 2 };

/* Called per term in byte order of keys, df as frequency() gives it; false stops. */
typedef bool (*visit_term)(void *payload, struct term_key key, uint64_t df);

/* Of a check. */
struct check_report {
  void (*damaged)(void *payload, const char *file, const char *message); /* the message names file, part and what to do */
  int (*progress)(void *payload, uint64_t done, uint64_t total);         /* may be NULL; non-zero: give up */
  void *payload;
};

/* A snapshot is immutable, reference-counted and safe to use from many threads. */
struct snapshot;
struct reader_engine {
  const char *name;
  int (*open)(struct snapshot **out, const char *path, struct nsearch_error *err);
  /* True when the folder holds another commit than the snapshot. */
  int (*is_stale)(struct snapshot *snapshot, bool *stale, struct nsearch_error *err);
  struct snapshot *(*retain)(struct snapshot *snapshot);
  void (*release)(struct snapshot *snapshot);
  int (*search)(struct snapshot *snapshot, const struct search_request *request, struct search_answer *answer,
                struct nsearch_error *err);
  /* How one article comes to its score: a part for each leaf of the tree, left to right, parts[node_leaves(tree)]. */
  int (*explain)(struct snapshot *snapshot, const struct node *tree, struct doc_ref doc, struct score_part *parts,
                 struct nsearch_error *err);
  /* How often each term stands in each article: tfs[term * doc_count + article]; and the articles' lengths, the sums of
   * all tf. The articles come in the order of their numbers, segment first. Of the request deadline and cancel count. */
  int (*occurrences)(struct snapshot *snapshot, const struct term_key *keys, size_t key_count,
                     const struct doc_ref *docs, size_t doc_count, const struct search_request *request, uint32_t *tfs,
                     uint32_t *lengths, struct nsearch_error *err);
  /* Terms that begin with prefix (tag first), from `from` on (NULL: from the start). */
  int (*terms)(struct snapshot *snapshot, const char *prefix, size_t prefix_len, const char *from, size_t from_len,
               visit_term visit, void *payload, struct nsearch_error *err);
  /* Articles that hold the term, deleted ones that still count among them; 0 when none does. */
  int (*frequency)(struct snapshot *snapshot, const char *key, size_t len, uint64_t *df, struct nsearch_error *err);
  /* The article with this id or, failing that, this URL: NSEARCH_ERR_NOT_FOUND. */
  int (*find)(struct snapshot *snapshot, const char *id_or_url, struct doc_ref *out, struct nsearch_error *err);
  int (*fetch)(struct snapshot *snapshot, struct doc_ref doc, unsigned want, struct nsearch_article *out,
               struct nsearch_error *err);
  /* XXH3 of the body, by which copies are told. */
  int (*signature)(struct snapshot *snapshot, struct doc_ref doc, uint64_t *out, struct nsearch_error *err);
  const struct engine_stats *(*stats)(struct snapshot *snapshot);
  /* The snapshot as one request sees it, to be released: `partial` leaves out shards that are known not to answer, and no
   * call waits for a shard when `deadline` (as in struct search_request) has passed, nor longer than `milliseconds`, the
   * whole time of the request (0: the engine's own limit). NSEARCH_ERR_SHARD from a call on a partial one: make it anew.
   * NULL in the table, as the next two: there are no remote shards, a snapshot serves every request. */
  int (*view)(struct snapshot *snapshot, bool partial, uint64_t deadline, uint64_t milliseconds, struct snapshot **out,
              struct nsearch_error *err);
  /* Of a view: its shards, those that it leaves out with the reason; NULL: there are none. */
  const struct nsearch_shards *(*shards)(struct snapshot *snapshot);
  /* Asks each shard of the index. */
  int (*probe)(const char *path, struct nsearch_shards **out, struct nsearch_error *err);
  /* Looks through the files of the last commit, or with `fast` at what opening them shows, and tells each that is damaged:
   * NSEARCH_ERR_DAMAGED when there was one. */
  int (*check)(const char *path, bool fast, const struct check_report *report, struct nsearch_error *err);
};

/* ---- Writing -------------------------------------------------------------------------------------------------------- */

enum { THREADS_MAX = 64 };

struct write_options {
  unsigned threads; /* 1 to THREADS_MAX */
  uint64_t memory; /* bytes */
  uint64_t wait;   /* for another writer to be done, milliseconds */
  /* As the index has it, or a new one usually: -1, 0, -1. */
  int language;
  unsigned title_weight;
  int keep_text;
  uint32_t segment_articles; /* 0: merge; else leave segments of at most so many articles */
  char **shards; /* addresses of remote shards, for open() to copy */
  size_t shard_count;
  uint64_t run; /* the engine's own: of writers to one index, a later one has a higher number */
};

/* What a commit found out. */
struct commit_report {
  /* For each article that a later one with its id replaced: their sequences; 0: one of an earlier commit. */
  void (*on_replaced)(void *payload, uint64_t sequence, uint64_t by);
  void *payload;
  uint64_t deleted; /* articles that remove() took out */
};

enum commit_how {
  COMMIT_MERGE = 1, /* into one segment, whatever the engine would do by itself */
  COMMIT_PURGE = 2  /* the texts of articles that are gone, too */
};

struct engine_writer;
struct engine_worker;
struct folder; /* indexer/ */
struct writer_engine {
  const char *name;
  /* Opens a new index, or one of this engine that is there, to add to it. What the options leave open is settled; those
   * that say another thing than the index are NSEARCH_ERR_EXISTS. */
  int (*open)(struct engine_writer **out, const char *path, const struct write_options *options,
              struct nsearch_error *err);
  /* A worker takes articles from one thread at a time; any number up to options.threads at once. */
  int (*worker_open)(struct engine_writer *writer, struct engine_worker **out, struct nsearch_error *err);
  /* The article is tidy, not empty, and has an id; sequences begin with 1. Of two with one id the one with the higher
   * sequence stays; one that was committed before has the lowest. */
  int (*add)(struct engine_worker *worker, const struct nsearch_article *article, uint64_t sequence,
             struct nsearch_error *err);
  /* Hands what the worker holds to the writer; also frees it, whatever happens. */
  int (*worker_close)(struct engine_worker *worker, struct nsearch_error *err);
  /* The next commit leaves out the article with this id unless its sequence is higher. One call at a time. */
  int (*remove)(struct engine_writer *writer, const char *id, size_t len, uint64_t sequence, struct nsearch_error *err);
  /* The same for an id of which only the XXH3 of its text is known; where articles of two ids have that hash, none of them is
   * left out. NULL in the table: the engine cannot. */
  int (*remove_hashed)(struct engine_writer *writer, uint64_t id_hash, uint64_t sequence, struct nsearch_error *err);
  /* All workers are closed. how: bits of enum commit_how. NSEARCH_ERR_EMPTY when there is no index and nothing for one. */
  int (*commit)(struct engine_writer *writer, unsigned how, struct commit_report *report, struct nsearch_error *err);
  void (*close)(struct engine_writer *writer); /* drops what was not committed */
  const struct nsearch_shards *(*shards)(const struct engine_writer *writer); /* NULL in the table: none */
  struct folder *(*folder)(struct engine_writer *writer); /* of the index; NULL in the table: it lies in none */
};

/* The engine that the folder's manifest names; NSEARCH_ERR_MISSING when there is no manifest, NSEARCH_ERR_UNSUPPORTED when
 * this build lacks it. */
int reader_engine_find(const char *path, const struct reader_engine **out, struct nsearch_error *err);
extern const struct reader_engine native_reader_engine; /* query/native/ */
extern const struct writer_engine native_writer_engine; /* indexer/native/ */
/* A build with XAPIAN=0 does not have these two, nor common/xapian/. */
extern const struct reader_engine xapian_reader_engine; /* query/xapian/ */
extern const struct writer_engine xapian_writer_engine; /* indexer/xapian/ */
extern const struct writer_engine shards_writer_engine; /* the same for remote shards */

#endif
