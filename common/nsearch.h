/* nsearch: full-text search for news corpora. This header is the manual of libnsearch.
 *
 * A complete program:
 *
 *     #include <nsearch.h>
 *     #include <stdio.h>
 *     int main(void) {
 *       nsearch_error *err = nsearch_error_new();
 *       nsearch_reader *reader = NULL;
 *       nsearch_request *request = nsearch_request_new("Alibaba PLA");
 *       nsearch_result *result = NULL;
 *       if (nsearch_open(&reader, ".nsearch", err) || nsearch_search(reader, request, &result, err))
 *         fprintf(stderr, "%s\n", nsearch_error_message(err));
 *       for (size_t i = 0; i < nsearch_result_hits(result); i++)
 *         printf("%s\n", nsearch_hit_title(nsearch_result_hit(result, i)));
 *       nsearch_result_free(result), nsearch_request_free(request), nsearch_close(reader), nsearch_error_free(err);
 *     }
 *
 * Caveats first:
 *
 * - Threads: a reader may be used by any number of threads at once. A request, a result, an article and an error
 *   object belong to one thread at a time. nsearch_add() and nsearch_delete() may be called from many threads on one
 *   writer, nsearch_read() from one at a time.
 * - fork(): open readers and writers in the process that uses them, after the fork.
 * - One writer at a time: a second one gets NSEARCH_ERR_LOCKED. Readers are never blocked and never block.
 * - A reader is a snapshot: it shows the index as of the commit that it opened until nsearch_refresh().
 * - Files are mapped. A file of the index that is cut short, or a medium that fails, while a reader is open ends the
 *   process with SIGBUS; nothing of nsearch ever cuts a file that a reader may hold.
 * - Network file systems: reading is fine. Writing relies on flock() and on rename() being atomic.
 * - SIGPIPE: libxapian sets it to be ignored, for the whole process, when an index with remote shards is first opened.
 * - Remote shards: a reader sees what their servers have, so a commit may show before nsearch_refresh(), and what a
 *   writer has sent may show before its commit.
 *
 * Conventions: functions that can fail return a status, NSEARCH_OK is 0, and write what went wrong to the error object
 * of the caller, last argument, which may be NULL. A pointer stored through an out parameter is yours to free; a
 * pointer returned as a value is borrowed and lives as long as the object that it came from. Every free function
 * takes NULL. Strings are UTF-8 and end in NUL. Times are seconds since 1970-01-01 UTC, negative before. Nothing
 * prints, exits or aborts; there is no global state. Passing NULL where it is not allowed is a programming error and
 * is asserted. */
#ifndef NSEARCH_H
#define NSEARCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(NSEARCH_BUILD) && defined(__GNUC__)
#define NSEARCH_API __attribute__((visibility("default")))
#else
#define NSEARCH_API
#endif

#define NSEARCH_VERSION_MAJOR 0
#define NSEARCH_VERSION_MINOR 1
#define NSEARCH_VERSION_PATCH 0

/* The version of the library that runs, "0.1.0"; the macros are those it was compiled against. */
NSEARCH_API const char *nsearch_version(void);

/* ---- Status and error -------------------------------------------------------------------------------------------- */

/* Numbers are pinned: they never change their meaning. */
typedef enum nsearch_status {
  NSEARCH_OK = 0,
  NSEARCH_ERR_USAGE = 10,       /* an argument is out of range or a path does not exist */
  NSEARCH_ERR_QUERY = 20,       /* the question does not parse; nsearch_error_position() says where */
  NSEARCH_ERR_MISSING = 30,     /* there is no index here */
  NSEARCH_ERR_DAMAGED = 40,     /* a file of the index is damaged; the message names file and part */
  NSEARCH_ERR_VERSION = 50,     /* the index was written by a newer version */
  NSEARCH_ERR_EXISTS = 60,      /* there is an index here already, and it was made with other options */
  NSEARCH_ERR_LOCKED = 70,      /* another writer is at work: try again */
  NSEARCH_ERR_NOT_FOUND = 80,   /* no such article */
  NSEARCH_ERR_INPUT = 90,       /* a file or record of the input is broken */
  NSEARCH_ERR_EMPTY = 100,      /* nothing to index: no article was found */
  NSEARCH_ERR_CANCELLED = 110,  /* the caller's cancel call-back said so */
  NSEARCH_ERR_DEADLINE = 120,   /* the request's deadline passed */
  NSEARCH_ERR_MEMORY = 130,     /* out of memory */
  NSEARCH_ERR_SYSTEM = 140,     /* the operating system refused; the message has its words */
  NSEARCH_ERR_UNSUPPORTED = 150, /* this build or engine cannot do that */
  NSEARCH_ERR_SHARD = 160       /* a shard does not answer; the message names it: try again, or ask the others */
} nsearch_status;

/* The name of a status in words, "index missing"; never NULL. */
NSEARCH_API const char *nsearch_status_text(nsearch_status status);

typedef struct nsearch_error nsearch_error;

/* NULL only for want of memory; passing that NULL on is fine. */
NSEARCH_API nsearch_error *nsearch_error_new(void);
NSEARCH_API void nsearch_error_free(nsearch_error *err);

/* Of the last call that failed with this object: status, message (one line, no newline; "" when nothing failed), and
 * for NSEARCH_ERR_QUERY the byte position in the question, else -1. NULL gives NSEARCH_OK, "" and -1. */
NSEARCH_API nsearch_status nsearch_error_status(const nsearch_error *err);
NSEARCH_API const char *nsearch_error_message(const nsearch_error *err);
NSEARCH_API int64_t nsearch_error_position(const nsearch_error *err);

/* ---- Articles ------------------------------------------------------------------------------------------------------ */

typedef struct nsearch_article nsearch_article;

/* How exactly a date is known, and where it came from. */
typedef enum nsearch_precision {
  NSEARCH_PRECISION_NONE = 0, /* no date */
  NSEARCH_PRECISION_YEAR = 1,
  NSEARCH_PRECISION_MONTH = 2,
  NSEARCH_PRECISION_DAY = 3,
  NSEARCH_PRECISION_SECOND = 4
} nsearch_precision;

typedef enum nsearch_origin {
  NSEARCH_ORIGIN_NONE = 0,
  NSEARCH_ORIGIN_RECORD = 1, /* a field of the record */
  NSEARCH_ORIGIN_FEED = 2,
  NSEARCH_ORIGIN_META = 3,   /* what a page says of itself: JSON-LD, a meta tag, an element */
  NSEARCH_ORIGIN_URL = 4,
  NSEARCH_ORIGIN_FILE = 5,   /* the name of the file */
  NSEARCH_ORIGIN_CRAWL = 6   /* when a page was fetched: it is no younger than that; always doubtful */
} nsearch_origin;

/* An article with every field empty; NULL only for want of memory. */
NSEARCH_API nsearch_article *nsearch_article_new(void);
NSEARCH_API void nsearch_article_free(nsearch_article *article);

/* Setters copy len bytes of text, any bytes: what is not UTF-8 is replaced by U+FFFD when the article is added.
 * NSEARCH_ERR_MEMORY is the only failure. author and topic may be called again and again: an article has any number. */
NSEARCH_API nsearch_status nsearch_article_set_id(nsearch_article *article, const char *text, size_t len);
NSEARCH_API nsearch_status nsearch_article_set_url(nsearch_article *article, const char *text, size_t len);
NSEARCH_API nsearch_status nsearch_article_set_title(nsearch_article *article, const char *text, size_t len);
NSEARCH_API nsearch_status nsearch_article_set_body(nsearch_article *article, const char *text, size_t len);
NSEARCH_API nsearch_status nsearch_article_set_source(nsearch_article *article, const char *text, size_t len);
NSEARCH_API nsearch_status nsearch_article_set_section(nsearch_article *article, const char *text, size_t len);
NSEARCH_API nsearch_status nsearch_article_set_language(nsearch_article *article, const char *text, size_t len);
NSEARCH_API nsearch_status nsearch_article_add_author(nsearch_article *article, const char *text, size_t len);
NSEARCH_API nsearch_status nsearch_article_add_topic(nsearch_article *article, const char *text, size_t len);
NSEARCH_API void nsearch_article_set_published(nsearch_article *article, int64_t seconds, nsearch_precision precision,
                                               nsearch_origin origin);
NSEARCH_API void nsearch_article_set_updated(nsearch_article *article, int64_t seconds);

/* Getters give "" for what is empty; borrowed until the article is changed or freed. */
NSEARCH_API const char *nsearch_article_id(const nsearch_article *article);
NSEARCH_API const char *nsearch_article_url(const nsearch_article *article);
NSEARCH_API const char *nsearch_article_title(const nsearch_article *article);
NSEARCH_API const char *nsearch_article_body(const nsearch_article *article, size_t *len); /* len may be NULL */
NSEARCH_API const char *nsearch_article_source(const nsearch_article *article);
NSEARCH_API const char *nsearch_article_section(const nsearch_article *article);
NSEARCH_API const char *nsearch_article_language(const nsearch_article *article);
NSEARCH_API size_t nsearch_article_authors(const nsearch_article *article);
NSEARCH_API const char *nsearch_article_author(const nsearch_article *article, size_t i);
NSEARCH_API size_t nsearch_article_topics(const nsearch_article *article);
NSEARCH_API const char *nsearch_article_topic(const nsearch_article *article, size_t i);
/* The precision; stores seconds when there is a date (seconds may be NULL). */
NSEARCH_API nsearch_precision nsearch_article_published(const nsearch_article *article, int64_t *seconds);
NSEARCH_API nsearch_origin nsearch_article_date_origin(const nsearch_article *article);
/* 1 when the date was no date of publication to go by when the article was added: more than a day in the future, before
 * 1600, or only the time of a crawl. It is kept and shown, but in orders, ranges and facets the article is undated. */
NSEARCH_API int nsearch_article_date_doubtful(const nsearch_article *article);
/* 1 and stores seconds when there is one, else 0. */
NSEARCH_API int nsearch_article_updated(const nsearch_article *article, int64_t *seconds);

/* ---- Open an index ---------------------------------------------------------------------------------------------------- */

typedef struct nsearch_reader nsearch_reader;

/* Opens the last commit of the index in folder `path`: maps its files, builds nothing; about a millisecond. Remote
 * shards are looked for when a call needs them: each such call may return NSEARCH_ERR_SHARD when one does not answer,
 * and NSEARCH_ERR_DAMAGED when one is not the right one. NSEARCH_ERR_MISSING when there is no index,
 * NSEARCH_ERR_DAMAGED, NSEARCH_ERR_VERSION, NSEARCH_ERR_SYSTEM. */
NSEARCH_API nsearch_status nsearch_open(nsearch_reader **reader, const char *path, nsearch_error *err);

/* Moves the reader to the newest commit; results that were made before keep theirs. *changed (may be NULL) says
 * whether there was a newer one. No other thread may be inside a call on this reader. Errors as nsearch_open();
 * after one the reader still shows what it showed. */
NSEARCH_API nsearch_status nsearch_refresh(nsearch_reader *reader, int *changed, nsearch_error *err);
NSEARCH_API void nsearch_close(nsearch_reader *reader);

/* ---- Ask ----------------------------------------------------------------------------------------------------------------- */

typedef struct nsearch_request nsearch_request;
typedef struct nsearch_result nsearch_result;
typedef struct nsearch_hit nsearch_hit;

/* A request for a question in the query language (docs/query-language.md); the text is copied. NULL only for want of
 * memory. It can be sent again and again, and to several readers. */
NSEARCH_API nsearch_request *nsearch_request_new(const char *question);
NSEARCH_API void nsearch_request_free(nsearch_request *request);

NSEARCH_API void nsearch_request_set_limit(nsearch_request *request, uint64_t hits);   /* 10 unless said; 0: none */
NSEARCH_API void nsearch_request_set_offset(nsearch_request *request, uint64_t hits);  /* skip so many; 0 unless said */
NSEARCH_API void nsearch_request_set_plain(nsearch_request *request, int on);   /* every character is text, no syntax */
NSEARCH_API void nsearch_request_set_all(nsearch_request *request, int on);     /* plain words are all required */
NSEARCH_API void nsearch_request_set_count(nsearch_request *request, int on);   /* the exact number of matches */
NSEARCH_API void nsearch_request_set_explain(nsearch_request *request, int on); /* say how hits came to their scores */
NSEARCH_API void nsearch_request_set_snippets(nsearch_request *request, int on); /* on unless said; costs a text a hit */

/* Order of the hits: by score (unless said); by date, newest or oldest first, articles without a date last. Sorted by
 * date, hits have no score. A question that scores nothing comes newest first where relevance is asked for. */
typedef enum nsearch_sort {
  NSEARCH_SORT_RELEVANCE = 0,
  NSEARCH_SORT_NEWEST = 1,
  NSEARCH_SORT_OLDEST = 2
} nsearch_sort;
NSEARCH_API void nsearch_request_set_sort(nsearch_request *request, nsearch_sort sort);

/* Count the values of a field over all matches, exactly, and list the `values` most frequent ones (0: all): "source",
 * "section", "topic", "lang", "author", "site", "year", "month" or "day". May be called for several fields; the result
 * has them in that order. NSEARCH_ERR_USAGE for another name or one given twice, NSEARCH_ERR_MEMORY. */
NSEARCH_API nsearch_status nsearch_request_add_facet(nsearch_request *request, const char *field, uint64_t values,
                                                     nsearch_error *err);

/* The time that relative dates of the question, as date:7d, count back from; the clock's unless said. */
NSEARCH_API void nsearch_request_set_now(nsearch_request *request, int64_t seconds);

/* Only articles published in the period that starts (ends) with `date`: YYYY, YYYY-MM, YYYY-MM-DD or an RFC 3339
 * time; UTC, both ends inclusive. NULL takes the bound away. NSEARCH_ERR_USAGE when it is no date. */
NSEARCH_API nsearch_status nsearch_request_set_since(nsearch_request *request, const char *date, nsearch_error *err);
NSEARCH_API nsearch_status nsearch_request_set_until(nsearch_request *request, const char *date, nsearch_error *err);

/* Give up with NSEARCH_ERR_DEADLINE after so many milliseconds, or with NSEARCH_ERR_SHARD where it is a shard that does
 * not answer, which may double the time; 0 (unless said) waits for ever, but for a remote shard ten seconds. */
NSEARCH_API void nsearch_request_set_deadline(nsearch_request *request, uint64_t milliseconds);

/* Called now and then from the searching thread; a non-zero answer ends the search with NSEARCH_ERR_CANCELLED. */
typedef int (*nsearch_cancel)(void *payload);
NSEARCH_API void nsearch_request_set_cancel(nsearch_request *request, nsearch_cancel cancel, void *payload);

/* Answer from the shards that do answer when others do not; nsearch_result_shards() says which. A shard that failed is
 * left out for ten seconds before it is tried again, and is waited for no longer than half the deadline. All figures,
 * idf among them, are then those of the shards that answer. An index on this machine always answers. */
NSEARCH_API void nsearch_request_set_partial(nsearch_request *request, int on);

/* Searches. NSEARCH_ERR_QUERY, NSEARCH_ERR_DEADLINE, NSEARCH_ERR_CANCELLED, NSEARCH_ERR_DAMAGED,
 * NSEARCH_ERR_MEMORY, NSEARCH_ERR_SHARD. On failure *result is NULL. No match is not a failure. */
NSEARCH_API nsearch_status nsearch_search(nsearch_reader *reader, const nsearch_request *request,
                                          nsearch_result **result, nsearch_error *err);

/* Articles like one: by its id or URL. The article itself and copies of it (the same text) are left out unless copies
 * is non-zero. Uses limit and offset, dates, deadline and cancel of the request and not its question; request may be
 * NULL. NSEARCH_ERR_NOT_FOUND when no article has that id or URL, NSEARCH_ERR_UNSUPPORTED when the index keeps no text,
 * else as nsearch_search(). */
NSEARCH_API nsearch_status nsearch_related(nsearch_reader *reader, const char *article, int copies,
                                           const nsearch_request *request, nsearch_result **result, nsearch_error *err);

/* The article with this id or URL, text and all. NSEARCH_ERR_NOT_FOUND. Free it with nsearch_article_free(). */
NSEARCH_API nsearch_status nsearch_get(nsearch_reader *reader, const char *id_or_url, nsearch_article **article,
                                       nsearch_error *err);

/* ---- Read the hits ----------------------------------------------------------------------------------------------------------- */

/* A result holds copies, so it may outlive a refresh or the reader. NULL has no hits. */
NSEARCH_API void nsearch_result_free(nsearch_result *result);
NSEARCH_API size_t nsearch_result_hits(const nsearch_result *result);
NSEARCH_API const nsearch_hit *nsearch_result_hit(const nsearch_result *result, size_t i);

/* How many articles match. *exact (may be NULL) says whether that is the number or a lower bound for it. */
NSEARCH_API uint64_t nsearch_result_matches(const nsearch_result *result, int *exact);

/* The remote shards of the index, and which of them this answer is from; NULL for an index on this machine. */
typedef struct nsearch_shards nsearch_shards;
NSEARCH_API const nsearch_shards *nsearch_result_shards(const nsearch_result *result);

/* Wall time of the search in milliseconds, snippets included. */
NSEARCH_API double nsearch_result_took(const nsearch_result *result);

/* The question with each word that no article holds replaced by the nearest one that articles do; "" when there is
 * nothing to suggest. */
NSEARCH_API const char *nsearch_result_suggestion(const nsearch_result *result);

/* Facets in the order that they were asked for: the field, how many values there are and how many are listed, and each
 * listed value with the number of matching articles that have it. Most articles first; years, months and days newest
 * first. An article counts once for each of its values; one whose date is known to the year has no month. */
NSEARCH_API size_t nsearch_result_facets(const nsearch_result *result);
NSEARCH_API const char *nsearch_result_facet(const nsearch_result *result, size_t facet);
NSEARCH_API uint64_t nsearch_result_facet_distinct(const nsearch_result *result, size_t facet);
NSEARCH_API size_t nsearch_result_facet_values(const nsearch_result *result, size_t facet);
NSEARCH_API const char *nsearch_result_facet_value(const nsearch_result *result, size_t facet, size_t i,
                                                   uint64_t *count);

/* With explain: the question as it was understood, a tree, one node a line, and how the engine went about it; else "".
 * For people; the wording may change. */
NSEARCH_API const char *nsearch_result_tree(const nsearch_result *result);
NSEARCH_API const char *nsearch_result_plan(const nsearch_result *result);

/* A hit borrows from its result. Rank counts from 1, offset included. Strings are "" when empty. */
NSEARCH_API uint64_t nsearch_hit_rank(const nsearch_hit *hit);
NSEARCH_API double nsearch_hit_score(const nsearch_hit *hit);
NSEARCH_API const char *nsearch_hit_id(const nsearch_hit *hit);
NSEARCH_API const char *nsearch_hit_url(const nsearch_hit *hit);
NSEARCH_API const char *nsearch_hit_title(const nsearch_hit *hit);
NSEARCH_API const char *nsearch_hit_source(const nsearch_hit *hit);
NSEARCH_API const char *nsearch_hit_section(const nsearch_hit *hit);
NSEARCH_API const char *nsearch_hit_language(const nsearch_hit *hit);
NSEARCH_API size_t nsearch_hit_authors(const nsearch_hit *hit);
NSEARCH_API const char *nsearch_hit_author(const nsearch_hit *hit, size_t i);
NSEARCH_API nsearch_precision nsearch_hit_published(const nsearch_hit *hit, int64_t *seconds);
NSEARCH_API nsearch_origin nsearch_hit_date_origin(const nsearch_hit *hit);
NSEARCH_API int nsearch_hit_date_doubtful(const nsearch_hit *hit);

/* A passage of the body, on one line, that holds a match wherever the body has one; "" without snippets or body.
 * mark() gives the i-th marked word of it, in order: offset and length in bytes. */
NSEARCH_API const char *nsearch_hit_snippet(const nsearch_hit *hit);
NSEARCH_API size_t nsearch_hit_marks(const nsearch_hit *hit);
NSEARCH_API void nsearch_hit_mark(const nsearch_hit *hit, size_t i, size_t *offset, size_t *len);

/* With explain: the parts of the score, which add up to it, one for each word of the question that the article holds,
 * in the question's order. Gives the word as the index has it; the articles that hold it, how often this one does
 * (a word of the title counted by the title weight), and the part. Any of the three may be NULL. Wildcards and words
 * with ~ score a constant, whatever the articles that hold them: their df is 0. */
NSEARCH_API size_t nsearch_hit_parts(const nsearch_hit *hit);
NSEARCH_API const char *nsearch_hit_part(const nsearch_hit *hit, size_t i, uint64_t *df, uint64_t *tf, double *score);

/* ---- Look at the index ------------------------------------------------------------------------------------------------------- */

/* Asks each remote shard of the index how it is, opened or not: a shard that does not answer, or is the wrong one, is
 * no failure. An index on this machine has none. Errors are those of reading its manifest. */
NSEARCH_API nsearch_status nsearch_shards_read(const char *path, nsearch_shards **shards, nsearch_error *err);
NSEARCH_API void nsearch_shards_free(nsearch_shards *shards);

/* Shards in their order: the address; NSEARCH_OK or why it failed, message (may be NULL) "" or in words; and of
 * nsearch_shards_read() how many articles it has and how many milliseconds one question took there and back. NULL has
 * no shards. */
NSEARCH_API size_t nsearch_shards_count(const nsearch_shards *shards);
NSEARCH_API const char *nsearch_shards_address(const nsearch_shards *shards, size_t i);
NSEARCH_API nsearch_status nsearch_shards_status(const nsearch_shards *shards, size_t i, const char **message);
NSEARCH_API uint64_t nsearch_shards_articles(const nsearch_shards *shards, size_t i);
NSEARCH_API double nsearch_shards_latency(const nsearch_shards *shards, size_t i);

typedef struct nsearch_stats nsearch_stats;

NSEARCH_API nsearch_status nsearch_stats_read(nsearch_reader *reader, nsearch_stats **stats, nsearch_error *err);
NSEARCH_API void nsearch_stats_free(nsearch_stats *stats);
NSEARCH_API uint64_t nsearch_stats_articles(const nsearch_stats *stats);
/* Articles that were replaced or deleted and are still in the files, and with them in the next three figures and in
 * what scores go by, until a merge leaves them out. No search finds them. */
NSEARCH_API uint64_t nsearch_stats_deleted(const nsearch_stats *stats);
/* Entries of the dictionaries, all fields, and postings of exact terms of title and body; 0: remote shards don't
 * tell. */
NSEARCH_API uint64_t nsearch_stats_terms(const nsearch_stats *stats);
NSEARCH_API uint64_t nsearch_stats_postings(const nsearch_stats *stats);
NSEARCH_API uint64_t nsearch_stats_tokens(const nsearch_stats *stats);   /* of title and body; a title's count once */
NSEARCH_API uint64_t nsearch_stats_segments(const nsearch_stats *stats);
NSEARCH_API const char *nsearch_stats_engine(const nsearch_stats *stats); /* "native" or "xapian" */
NSEARCH_API const char *nsearch_stats_language(const nsearch_stats *stats); /* the index's own, "en" or "none" */
/* Oldest and newest date; 0 when no article has one. */
NSEARCH_API int nsearch_stats_dates(const nsearch_stats *stats, int64_t *oldest, int64_t *newest);
/* Bytes on disk by part ("postings", "positions", "text", ...); the parts add up to the size of the index. What remote
 * shards take on their disks is not among them. */
NSEARCH_API size_t nsearch_stats_parts(const nsearch_stats *stats);
NSEARCH_API const char *nsearch_stats_part(const nsearch_stats *stats, size_t i, uint64_t *bytes);

/* Called for each file that is damaged; message names file, part and what to do, on one line. */
typedef void (*nsearch_on_damage)(void *payload, const char *file, const char *message);
/* Called some ten times a second: how much was looked at, of how much. A non-zero answer ends the check. */
typedef int (*nsearch_on_checked)(void *payload, uint64_t done, uint64_t total);

/* Whether the index is whole: reads every byte of it, verifies all checksums and holds what its files say against one
 * another. With fast non-zero only what opening shows: that the files are there, of the right size, and their tables
 * whole. Takes no lock; a commit that removes files meanwhile may be told as damage. Call-backs may be NULL.
 * Of remote shards only whether each answers and is the one that the index means: xapian-check, where their databases
 * are, looks through them. NSEARCH_ERR_DAMAGED when anything was found, NSEARCH_ERR_MISSING, NSEARCH_ERR_CANCELLED;
 * NSEARCH_ERR_SHARD when a shard does not answer, whatever was found at others. */
NSEARCH_API nsearch_status nsearch_check(const char *path, int fast, nsearch_on_damage on_damage,
                                         nsearch_on_checked on_checked, void *payload, nsearch_error *err);

/* ---- Write an index ------------------------------------------------------------------------------------------------------------- */

typedef struct nsearch_options nsearch_options;
typedef struct nsearch_writer nsearch_writer;

/* How to write; NULL only for want of memory. Setters check the range: NSEARCH_ERR_USAGE. Of an index that exists,
 * engine, language, title weight and text are as it has them unless said; what is given below is for a new one. */
NSEARCH_API nsearch_options *nsearch_options_new(void);
NSEARCH_API void nsearch_options_free(nsearch_options *options);
/* "native" (unless said) or "xapian": libxapian, which other programs can read (docs/xapian.md). The index remembers
 * it, readers need not be told. NSEARCH_ERR_UNSUPPORTED when this build is without Xapian. */
NSEARCH_API nsearch_status nsearch_options_set_engine(nsearch_options *options, const char *engine, nsearch_error *err);
/* 1 to 64; unless said the machine's, with shards at least two for each. */
NSEARCH_API nsearch_status nsearch_options_set_threads(nsearch_options *options, unsigned threads, nsearch_error *err);
NSEARCH_API nsearch_status nsearch_options_set_memory(nsearch_options *options, uint64_t bytes,
                                                      nsearch_error *err); /* at least 64 MiB; 1 GiB unless said */
NSEARCH_API nsearch_status nsearch_options_set_language(nsearch_options *options, const char *language,
                                                        nsearch_error *err); /* "english", "de", "none"; English */
NSEARCH_API nsearch_status nsearch_options_set_title_weight(nsearch_options *options, unsigned weight,
                                                            nsearch_error *err); /* 1 to 10; 2 */
NSEARCH_API void nsearch_options_set_text(nsearch_options *options, int on); /* keep the text: on unless said */
/* How long to wait for another writer to be done before nsearch_writer_open() gives NSEARCH_ERR_LOCKED; 0 unless said.
 * The lock is tried for twenty times a second; of several that wait any one gets it. */
NSEARCH_API void nsearch_options_set_wait(nsearch_options *options, uint64_t milliseconds);
/* Test aid: leave the index in segments of at most so many articles instead of merging; 0 (unless said) merges. */
NSEARCH_API void nsearch_options_set_segment_articles(nsearch_options *options, uint32_t articles);

/* Puts the articles into databases that Xapian's servers serve, "tcp://HOST:PORT" or "prog:COMMAND", said once for
 * each, in an order that is the index's for ever; an article's id says which one it goes to (docs/scale-out.md).
 * Implies the engine xapian. The folder keeps the list, which needs not be said again. NSEARCH_ERR_USAGE for another
 * form of address, one given twice, or more than 64. */
NSEARCH_API nsearch_status nsearch_options_add_shard(nsearch_options *options, const char *address, nsearch_error *err);

/* Opens a writer on the index in folder `path`, or on a new one; the folder is made when absent. options may be NULL.
 * What an unfinished run left there is removed. NSEARCH_ERR_EXISTS when the options say another engine, language, title
 * weight or text than the index has, NSEARCH_ERR_LOCKED, NSEARCH_ERR_USAGE when the folder holds other things and no
 * index, or an index with another list of shards, NSEARCH_ERR_DAMAGED, NSEARCH_ERR_SYSTEM; NSEARCH_ERR_SHARD when a
 * shard does not answer, and NSEARCH_ERR_DAMAGED when it is not the one that the list means. A new index is not
 * readable before the first commit, of remote shards aside. */
NSEARCH_API nsearch_status nsearch_writer_open(nsearch_writer **writer, const char *path, const nsearch_options *options,
                                               nsearch_error *err);

/* Adds a copy of the article; one with neither title nor body is refused with NSEARCH_ERR_EMPTY, one of more than 64
 * MiB with NSEARCH_ERR_USAGE; one without id takes its URL, else a hash of its content. Of more than 10,000 authors, or
 * topics, the first are kept. An article that comes again with the same id replaces the earlier one, that of an earlier
 * commit too. */
NSEARCH_API nsearch_status nsearch_add(nsearch_writer *writer, const nsearch_article *article, nsearch_error *err);

/* From the next commit on the index is without the article that has this id, added or committed before this call. That
 * there is none is no error. To delete by URL, or what a question finds, ask a reader for the ids. The text stays in a
 * file of the index until nsearch_optimize() with purge, or without where most of that file is of articles that are
 * gone. */
NSEARCH_API nsearch_status nsearch_delete(nsearch_writer *writer, const char *id, nsearch_error *err);

/* Makes all that was added readable and all that was deleted unreadable, durably, as one generation: after a crash at
 * any instant the index opens at the last commit or at this one. Readers that are open stay as they are.
 * NSEARCH_ERR_EMPTY when there is no index and nothing was added.
 *
 * Remote shards know no transactions: each commits by itself, and its server also writes whenever it has taken 10,000
 * articles. When one fails, in nsearch_add() or here, the call says so, nsearch_writer_shards() says which shards have
 * all and which have not, and the writer takes no more: open another one, and add and delete the same articles again.
 * Those that are there are replaced by themselves, so that it may be done as often as needed. */
NSEARCH_API nsearch_status nsearch_commit(nsearch_writer *writer, nsearch_error *err);

/* How the last call on a shard went, for each of them: NSEARCH_OK and what a failure says. NULL without remote shards.
 * The writer's; not while another thread is in nsearch_add(). */
NSEARCH_API const nsearch_shards *nsearch_writer_shards(const nsearch_writer *writer);

/* A commit that also makes one segment of the index, as far as memory allows, and writes texts and cards anew without
 * those of articles that are gone: of files that are mostly of such, and with purge non-zero of all that have any.
 * NSEARCH_ERR_UNSUPPORTED, and nothing is committed, with remote shards: xapian-compact, where their databases are,
 * makes them small. */
NSEARCH_API nsearch_status nsearch_optimize(nsearch_writer *writer, int purge, nsearch_error *err);

/* How many articles the last commit found to delete. */
NSEARCH_API uint64_t nsearch_deleted(const nsearch_writer *writer);

/* Frees the writer; what was added and not committed is gone. A folder that never got a commit is removed again. */
NSEARCH_API void nsearch_writer_close(nsearch_writer *writer);

/* ---- Read files into a writer ------------------------------------------------------------------------------------------------------ */

typedef struct nsearch_ingest nsearch_ingest;
typedef struct nsearch_report nsearch_report;

/* What to read and how; NULL only for want of memory. Setters copy. */
NSEARCH_API nsearch_ingest *nsearch_ingest_new(void);
NSEARCH_API void nsearch_ingest_free(nsearch_ingest *ingest);
/* A file, a folder, or "-" for standard input; several are read in the order given. */
NSEARCH_API nsearch_status nsearch_ingest_add_path(nsearch_ingest *ingest, const char *path, nsearch_error *err);
/* "field=key": take a field (id, url, title, body, source, section, language, author, topic, published, updated) from
 * this key of JSON or front matter or this column of a table, before the usual ones; columns also by number, from 1.
 * NSEARCH_ERR_USAGE when there is no such field. */
NSEARCH_API nsearch_status nsearch_ingest_add_map(nsearch_ingest *ingest, const char *map, nsearch_error *err);
/* Only files whose path below the argument matches one of these (include), none that matches (exclude): shell patterns,
 * in which * also matches a slash; one without a slash is held against the name alone. */
NSEARCH_API nsearch_status nsearch_ingest_add_include(nsearch_ingest *ingest, const char *glob, nsearch_error *err);
NSEARCH_API nsearch_status nsearch_ingest_add_exclude(nsearch_ingest *ingest, const char *glob, nsearch_error *err);
/* Take ids that are all digits as they are instead of putting the file's path before them. */
NSEARCH_API void nsearch_ingest_set_global_ids(nsearch_ingest *ingest, int on);
/* Read files, too, that were read before and have not changed since. They are left alone unless said: the index has a
 * catalogue of the files that were read to their end, by absolute path, with size, time and a hash of the bytes, and of
 * what shaped their articles: mappings, ids, the part of the path that is below the argument. */
NSEARCH_API void nsearch_ingest_set_again(nsearch_ingest *ingest, int on);

/* Take out articles of files below the paths that were read once and are gone, and those that a file gave when it was
 * last read and no longer gives now that it is read again; what went in a run without this stays. An id that another
 * file gave, too, is taken from that file then, the last one that has it in the order of reading. nsearch_deleted()
 * tells after the commit how many went. NSEARCH_ERR_UNSUPPORTED with the engine xapian; NSEARCH_ERR_USAGE, and nothing
 * is read, where a folder has no file left of those that were read, as when its disk is not mounted. */
NSEARCH_API void nsearch_ingest_set_prune(nsearch_ingest *ingest, int on);
/* Prune, and let a folder that has no file left be pruned, too. */
NSEARCH_API void nsearch_ingest_set_prune_empty(nsearch_ingest *ingest, int on);

/* What happened to a file or record that is not simply an article. */
typedef enum nsearch_event_kind {
  NSEARCH_EVENT_UNREADABLE = 1, /* a file that could not be read */
  NSEARCH_EVENT_BROKEN = 2,     /* a record, or the rest of a file, that its reader had claimed and could not parse */
  NSEARCH_EVENT_EMPTY = 3,      /* a record with neither title nor text */
  NSEARCH_EVENT_UNKNOWN = 4,    /* a file of no known format */
  NSEARCH_EVENT_REPLACED = 5,   /* an article whose id came again later, or that replaced one of an earlier commit */
  NSEARCH_EVENT_TOO_LARGE = 6,  /* a record over the limit */
  NSEARCH_EVENT_SKIPPED = 7,    /* a record or file that by its kind is no article: a picture, a plan, a request */
  NSEARCH_EVENT_UNCHANGED_PROBLEMS = 8 /* a file left alone, as it has not changed since it gave bad records */
} nsearch_event_kind;

/* Called from one thread at a time, also by nsearch_commit(): only a commit finds out what was replaced. Call-back and
 * payload must therefore live until the next commit that succeeds, or until the writer is closed. record counts from 1
 * in its file, 0 when the whole file is meant; message is one line. The strings live until the call returns. The
 * call-back must not call functions on the writer. */
typedef void (*nsearch_on_event)(void *payload, nsearch_event_kind kind, const char *path, uint64_t record,
                                 const char *message);
NSEARCH_API void nsearch_ingest_set_on_event(nsearch_ingest *ingest, nsearch_on_event call, void *payload);

/* Called some ten times a second from one thread at a time; the report holds the figures so far. A non-zero answer ends
 * the run early: nsearch_read() returns NSEARCH_ERR_CANCELLED, and what was read can be committed. */
typedef int (*nsearch_on_progress)(void *payload, const nsearch_report *report);
NSEARCH_API void nsearch_ingest_set_on_progress(nsearch_ingest *ingest, nsearch_on_progress call, void *payload);

/* Reads the paths into the writer with the writer's threads. The result does not depend on their number. A bad record
 * costs that record, a bad file that file: they are events, not failures. NSEARCH_ERR_USAGE when a path does not exist,
 * before anything is read. *report (may be NULL) is also set when it fails. */
NSEARCH_API nsearch_status nsearch_read(nsearch_writer *writer, const nsearch_ingest *ingest, nsearch_report **report,
                                        nsearch_error *err);

/* A report can be kept as long as wanted, the writer closed or not. The count of NSEARCH_EVENT_REPLACED is 0 until
 * nsearch_commit(), which completes it; all else is final. */
NSEARCH_API void nsearch_report_free(nsearch_report *report);
NSEARCH_API uint64_t nsearch_report_files(const nsearch_report *report);    /* read so far, unknown ones included */
/* Files left alone, as they have not changed since they were read; in *problems (may be NULL) how many of these gave
 * records that were broken or too large. */
NSEARCH_API uint64_t nsearch_report_unchanged(const nsearch_report *report, uint64_t *problems);
NSEARCH_API uint64_t nsearch_report_records(const nsearch_report *report);  /* seen so far, bad and empty ones included */
NSEARCH_API uint64_t nsearch_report_articles(const nsearch_report *report); /* added; replaced ones included */
NSEARCH_API uint64_t nsearch_report_events(const nsearch_report *report, nsearch_event_kind kind);
NSEARCH_API uint64_t nsearch_report_replaced_bytes(const nsearch_report *report); /* bad UTF-8 sequences replaced */
NSEARCH_API uint64_t nsearch_report_text_bytes(const nsearch_report *report);  /* of titles and bodies added */
NSEARCH_API uint64_t nsearch_report_input_bytes(const nsearch_report *report); /* of files read so far, as stored */
NSEARCH_API uint64_t nsearch_report_input_total(const nsearch_report *report); /* of all files; 0 when not known */
NSEARCH_API double nsearch_report_seconds(const nsearch_report *report); /* of the read, and of a commit after it */

#ifdef __cplusplus
}
#endif

#endif
