/* Articles of random words for the native engine, an index written of them, and a twin that looks at every article to
 * know what matches: what the tests of the native engine share. */
#ifndef TESTS_UNIT_NATIVE_MODEL_H
#define TESTS_UNIT_NATIVE_MODEL_H

#include "common/engine.h"

enum { ARTICLES = 15000, VOCABULARY = 34, TITLE_WEIGHT = 2, DAY = 86400 };

/* The last words: no article holds two of them, so they can be keys of one leaf that scores, as stems of several languages
 * are. */
enum { DISJOINT = 4, MIXED = VOCABULARY - DISJOINT, SEASONS = 8 };

/* ---- Scratch ---- */

uint32_t random_below(uint32_t limit);

/* A folder of the program's own: set up and torn down for the group, empty by then. */
extern char folder[];
int make_folder(void **state);
int remove_folder(void **state);
void remove_index(const char *path);
void write_whole(const char *path, const uint8_t *bytes, size_t len);

/* ---- The articles ---- */

/* Words by number. */
struct model_article {
  struct date date;
  uint8_t title[6], body[40];
  uint32_t title_len, body_len;
  uint64_t id_hash;
  bool gone; /* deleted: it counts in scores and is no match */
};
extern struct model_article model[ARTICLES];
extern uint32_t model_count;
extern const char *word_key[VOCABULARY]; /* three bytes each: the word as a term of texts */

/* Dates are of the years 1970 to 1973, known to the second, the day, the month or the year, or not at all; where this is
 * set all are of one year and known to the second. */
extern bool model_one_year;
void make_model(uint32_t count);
void make_article(struct model_article *article);
/* Marks about one article in `share` as gone, and all of a season; in the model, and then in an index of it. */
void make_gone(uint32_t share);
void mark_gone(const char *path);

/* ---- The twin ---- */

/* Scores go by these counts, of the articles as they are, gone or not. */
void model_count_words(void);
bool model_matches(uint32_t number, const struct node *node, double *score); /* gone or not */
bool model_in_range(uint32_t number, int64_t since, int64_t until);
int64_t model_seconds(uint32_t number); /* what an order by date goes by */

/* ---- Writing them ---- */

void write_options(struct write_options *options, uint32_t segment_articles);
void add_article(struct engine_worker *worker, uint32_t number, const struct model_article *from, uint64_t sequence);
/* Earlier versions of the first `replaced` articles come first. */
void write_index(const char *path, uint32_t segment_articles, uint32_t replaced);

#endif
