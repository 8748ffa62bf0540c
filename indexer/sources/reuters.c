/* Reuters-21578: stories of 1987 in SGML, <REUTERS ... NEWID="1"> to </REUTERS>. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

struct slice {
  const char *text;
  size_t len;
};

static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  struct sgml_tag tag;
  (void)is_all, (void)file_name;
  size_t at = leading_blank(head, len);
  return at < len && head[at] == '<' && sgml_next(head, len, at, &tag) && sgml_is(&tag, "REUTERS");
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  return sgml_split(input, state, "REUTERS", span, more, problem, err);
}

/* What stands between the first <name> and its </name>; without the latter, up to the end. */
static bool find_element(struct slice in, const char *name, struct slice *out) {
  struct sgml_tag tag;
  bool found = false;
  for (size_t at = 0; sgml_next(in.text, in.len, at, &tag); at = tag.end) {
    if (!sgml_is(&tag, name) || tag.closing != found) continue;
    if (found) {
      out->len = (size_t)(in.text + tag.start - out->text);
      return true;
    }
    *out = (struct slice){in.text + tag.end, in.len - tag.end};
    found = true;
  }
  return found;
}

/* Appends text with its entities as characters, trimmed; the wire's control characters are entities too. */
static void add_text(struct buffer *out, struct slice in) {
  struct buffer plain = {0};
  entities_decode(in.text, in.len, &plain);
  const char *text = plain.bytes;
  size_t len = plain.len;
  trim(&text, &len);
  buffer_add(out, text, len);
  out->failed |= plain.failed;
  buffer_free(&plain);
}

static int set_part(struct nsearch_article *article, enum article_part part, struct slice in,
                    struct nsearch_error *err) {
  struct buffer *out = &article->parts[part];
  buffer_clear(out);
  add_text(out, in);
  return buffer_status(out, err);
}

/* The dateline opens the text of the story. */
static int set_body(struct nsearch_article *article, const struct slice *dateline, struct slice body,
                    struct nsearch_error *err) {
  struct buffer *out = &article->parts[ARTICLE_BODY];
  buffer_clear(out);
  if (dateline) {
    add_text(out, *dateline);
    buffer_text(out, out->len > 0 ? " " : "");
  }
  add_text(out, body);
  return buffer_status(out, err);
}

/* "    by Jane Roe, Reuters" */
static int set_author(struct nsearch_article *article, struct slice in, struct nsearch_error *err) {
  struct buffer plain = {0};
  add_text(&plain, in);
  int status = buffer_status(&plain, err);
  size_t len = plain.len;
  if (!status && len > 9 && strncasecmp(plain.bytes + len - 9, ", Reuters", 9) == 0) len -= 9;
  if (!status) status = byline_add(article, plain.bytes, len, err);
  buffer_free(&plain);
  return status;
}

static int add_topics(struct nsearch_article *article, struct slice topics, struct nsearch_error *err) {
  struct slice topic;
  int status = NSEARCH_OK;
  while (!status && find_element(topics, "D", &topic)) {
    status = article_list_add(&article->topics, topic.text, topic.len, err);
    topics.len -= (size_t)(topic.text + topic.len - topics.text);
    topics.text = topic.text + topic.len;
  }
  return status;
}

static int set_story(struct nsearch_article *article, struct slice text, struct nsearch_error *err) {
  struct slice part, dateline, body;
  int status = NSEARCH_OK;
  bool has_title = find_element(text, "TITLE", &part);
  if (has_title) status = set_part(article, ARTICLE_TITLE, part, err);
  if (!status && find_element(text, "AUTHOR", &part)) status = set_author(article, part, err);
  if (status) return status;
  bool has_dateline = find_element(text, "DATELINE", &dateline);
  if (find_element(text, "BODY", &body)) return set_body(article, has_dateline ? &dateline : NULL, body, err);
  /* A story that the collection left unformatted is all text. */
  return has_title ? NSEARCH_OK : set_body(article, NULL, text, err);
}

/* Noise of the wire (&#9;&#9;RM) or a remark (# guesswork) may follow the time; where the time is no time, the day
 * counts. */
static void set_date(struct nsearch_article *article, struct slice in) {
  size_t len = 0;
  trim(&in.text, &in.len);
  while (len < in.len && in.text[len] != '&' && in.text[len] != '#') len++;
  const char *blank = memchr(in.text, ' ', len);
  if (date_parse(in.text, len, &article->published) ||
      (blank && date_parse(in.text, (size_t)(blank - in.text), &article->published)))
    article->origin = NSEARCH_ORIGIN_RECORD;
}

static int fill(const char *text, const struct sgml_tag *open, size_t end, const struct sink *sink,
                struct nsearch_error *err) {
  struct nsearch_article *article = sink->article;
  struct slice record = {text + open->end, end - open->end}, part;
  int status = article_set(article, ARTICLE_SOURCE, "Reuters", 7, err);
  if (!status && sgml_attribute(text, open, "NEWID", &part.text, &part.len))
    status = article_set(article, ARTICLE_ID, part.text, part.len, err);
  if (find_element(record, "DATE", &part)) set_date(article, part);
  if (!status && find_element(record, "TOPICS", &part)) status = add_topics(article, part, err);
  if (!status && find_element(record, "TEXT", &part)) status = set_story(article, part, err);
  return status;
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  return sgml_parse(span, "REUTERS", fill, sink, err);
}

const struct source source_reuters = {"reuters-21578", claims, split, parse};
