/* common/article: an article as it travels from a source to an engine, and back from an engine to a hit. */
#ifndef COMMON_ARTICLE_ARTICLE_H
#define COMMON_ARTICLE_ARTICLE_H

#include "common/date/date.h"
#include "common/system/system.h"

enum article_part {
  ARTICLE_ID,
  ARTICLE_URL,
  ARTICLE_TITLE,
  ARTICLE_BODY,
  ARTICLE_SOURCE,
  ARTICLE_SECTION,
  ARTICLE_LANGUAGE,
  ARTICLE_PARTS
};

/* Values of a field that has any number of them, each ended by a NUL. */
struct article_list {
  struct buffer text;
  size_t count;
};

struct nsearch_article {
  struct buffer parts[ARTICLE_PARTS]; /* empty: not set */
  struct article_list authors, topics;
  struct date published; /* precision NONE: no date */
  enum nsearch_origin origin;
  bool doubtful; /* published is kept, and the article counts as undated */
  int64_t updated;
  bool has_updated;
};

/* Forgets the contents and keeps the memory: one article serves a whole run. */
void article_clear(struct nsearch_article *article);

/* Replaces a part by a copy of text. */
int article_set(struct nsearch_article *article, enum article_part part, const char *text, size_t len,
                struct nsearch_error *err);
void article_list_clear(struct article_list *list);
int article_list_add(struct article_list *list, const char *text, size_t len, struct nsearch_error *err);

/* Iterates: `for (const char *v = NULL; (v = article_list_next(list, v));)`. */
const char *article_list_next(const struct article_list *list, const char *previous);

/* A part as text with its length in bytes; "" when empty. */
const char *article_get(const struct nsearch_article *article, enum article_part part, size_t *len);

enum { LIST_MAX = 10000 };

/* True when title and body hold nothing but white space and control characters. */
bool article_is_empty(const struct nsearch_article *article);

/* Makes an article fit to be stored: every part well-formed UTF-8 (returns how many sequences were replaced in
 * *replaced), control characters other than newline and tab as blanks, no white space at the ends of any part, title
 * and other one-line parts on one line, the site for a source that is a URL, LIST_MAX authors and topics at most: a
 * small record can hold millions of them, each of which costs an engine a hundred positions. */
int article_tidy(struct nsearch_article *article, uint64_t *replaced, struct nsearch_error *err);

/* The host of a URL, lower case, without "www." and port, ended by a NUL; false when there is none or no room. */
bool article_site(const char *url, size_t len, char *out, size_t room, size_t *out_len);

/* Sets whether the date is doubtful: in the future by more than a day, before 1600, or of a crawl. The engines take an
 * article with such a date for undated. */
void article_judge_date(struct nsearch_article *article, int64_t now);
static inline bool article_is_dated(const struct nsearch_article *article) {
  return article->published.precision != NSEARCH_PRECISION_NONE && !article->doubtful;
}

/* A stored form of everything but the body, and back. decode clears the article first, and again when it fails; it
 * takes hostile bytes: NSEARCH_ERR_DAMAGED. */
void article_encode_card(const struct nsearch_article *article, struct buffer *out);
int article_decode_card(struct nsearch_article *article, const uint8_t *bytes, size_t len, struct nsearch_error *err);

#endif
