/* TREC collections: <DOC> to </DOC>, with a <DOCNO> and tags that differ from newspaper to newspaper. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

enum trec_part {
  PART_NONE,
  PART_ID,
  PART_TITLE,
  PART_BODY,
  PART_DATE,
  PART_AUTHOR,
  PART_SECTION,
  PART_SOURCE,
  PART_URL
};

static const struct {
  const char *tag;
  enum trec_part part;
} known_tags[] = {{"DOCNO", PART_ID},      {"HEADLINE", PART_TITLE}, {"TITLE", PART_TITLE},   {"HL", PART_TITLE},
                  {"TI", PART_TITLE},      {"H3", PART_TITLE},       {"HEAD", PART_TITLE},    {"DOCTITLE", PART_TITLE},
                  {"TEXT", PART_BODY},     {"BODY", PART_BODY},      {"LP", PART_BODY},       {"LEADPARA", PART_BODY},
                  {"DATE", PART_DATE},     {"DATE1", PART_DATE},     {"DD", PART_DATE},       {"DATE_TIME", PART_DATE},
                  {"PUBDATE", PART_DATE},  {"BYLINE", PART_AUTHOR},  {"AUTHOR", PART_AUTHOR}, {"SECTION", PART_SECTION},
                  {"SOURCE", PART_SOURCE}, {"SO", PART_SOURCE},      {"URL", PART_URL}};

static enum trec_part part_of(const struct sgml_tag *tag) {
  for (size_t i = 0; i < sizeof known_tags / sizeof *known_tags; i++)
    if (sgml_is(tag, known_tags[i].tag)) return known_tags[i].part;
  return PART_NONE;
}

static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  struct sgml_tag tag;
  (void)is_all, (void)file_name;
  size_t at = leading_blank(head, len);
  return at < len && head[at] == '<' && sgml_next(head, len, at, &tag) && sgml_is(&tag, "DOC") && !tag.closing;
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  return sgml_split(input, state, "DOC", span, more, problem, err);
}

/* 920114 is 14 January 1992, here only: elsewhere six digits are a number. */
static bool read_six_digits(const char *text, size_t len, struct date *date) {
  if (len != 6) return false;
  for (size_t i = 0; i < len; i++)
    if (text[i] < '0' || text[i] > '9') return false;
  const char day_month_year[] = {text[4], text[5], '.', text[2], text[3], '.', text[0], text[1]};
  return date_parse(day_month_year, sizeof day_month_year, date);
}

/* Collections write _940405 too, and the edition of the paper behind a day: words at the end are left out, one by one,
 * until a date is left. What has a figure in it is no edition, but a date that went wrong. */
static bool read_date(const char *text, size_t len, enum date_order order, struct date *date) {
  if (*text == '_') text++, len--;
  for (trim(&text, &len); len > 0; trim(&text, &len)) {
    if (date_parse_ordered(text, len, order, date) || read_six_digits(text, len, date)) return true;
    for (; len > 0 && !strchr(", \t\r\n", text[len - 1]); len--)
      if (text[len - 1] >= '0' && text[len - 1] <= '9') return false;
    while (len > 0 && text[len - 1] == ',') len--;
  }
  return false;
}

/* Sets a field from its text; the first that has anything to say stays. */
static int set_part(const struct sink *sink, enum trec_part part, const char *text, size_t len,
                    struct nsearch_error *err) {
  static const enum article_part parts[] = {[PART_ID] = ARTICLE_ID,
                                            [PART_TITLE] = ARTICLE_TITLE,
                                            [PART_SECTION] = ARTICLE_SECTION,
                                            [PART_SOURCE] = ARTICLE_SOURCE,
                                            [PART_URL] = ARTICLE_URL};
  struct nsearch_article *article = sink->article;
  struct date date;
  trim(&text, &len);
  if (len == 0) return NSEARCH_OK;
  switch (part) {
  case PART_NONE:
    return NSEARCH_OK;
  case PART_BODY: {
    struct buffer *body = &article->parts[ARTICLE_BODY];
    buffer_text(body, body->len ? "\n\n" : "");
    buffer_add(body, text, len);
    return buffer_status(body, err);
  }
  case PART_DATE:
    if (article->published.precision == NSEARCH_PRECISION_NONE && read_date(text, len, sink->date_order, &date))
      article->published = date, article->origin = NSEARCH_ORIGIN_RECORD;
    return NSEARCH_OK;
  case PART_AUTHOR:
    return article->authors.count ? NSEARCH_OK : byline_add(article, text, len, err);
  default:
    return article->parts[parts[part]].len ? NSEARCH_OK : article_set(article, parts[part], text, len, err);
  }
}

/* What is open while a record is walked over: a part, and perhaps the text around it. */
struct trec_walk {
  const struct sink *sink;
  enum trec_part part;
  struct buffer text; /* of the part */
  bool in_body;
};

static int end_part(struct trec_walk *walk, struct nsearch_error *err) {
  int status = buffer_status(&walk->text, err);
  if (!status) status = set_part(walk->sink, walk->part, walk->text.bytes, walk->text.len, err);
  buffer_clear(&walk->text);
  walk->part = walk->in_body ? PART_BODY : PART_NONE;
  return status;
}

/* A known tag ends what was open, whether its own end was there or not; a title inside the text is taken out of it
 * where there was none yet. An unknown tag is a blank. */
static int on_tag(struct trec_walk *walk, const struct sgml_tag *tag, struct nsearch_error *err) {
  enum trec_part part = part_of(tag);
  bool is_second = part == PART_TITLE && walk->in_body && walk->sink->article->parts[ARTICLE_TITLE].len > 0;
  if (part == PART_NONE || is_second) {
    buffer_byte(&walk->text, tag->name_len == 1 && (*tag->name | 32) == 'p' ? '\n' : ' ');
    return NSEARCH_OK;
  }
  if (tag->closing && part != PART_BODY && part != walk->part) return NSEARCH_OK;
  int status = end_part(walk, err);
  if (part == PART_BODY) walk->in_body = !tag->closing;
  walk->part = tag->closing ? (walk->in_body ? PART_BODY : PART_NONE) : part;
  return status;
}

static int fill(const char *text, const struct sgml_tag *open, size_t end, const struct sink *sink,
                struct nsearch_error *err) {
  struct trec_walk walk = {.sink = sink};
  struct sgml_tag tag;
  size_t at = open->end;
  int status = NSEARCH_OK;
  while (!status && sgml_next(text, end, at, &tag)) {
    if (walk.part != PART_NONE) entities_decode(text + at, tag.start - at, &walk.text);
    at = tag.end;
    status = on_tag(&walk, &tag, err);
  }
  if (!status && walk.part != PART_NONE) entities_decode(text + at, end - at, &walk.text);
  if (!status) status = end_part(&walk, err);
  buffer_free(&walk.text);
  return status;
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  return sgml_parse(span, "DOC", fill, sink, err);
}

const struct source source_trec = {"trec", claims, split, parse};
