/* NITF: one article a document. */
#include <string.h>

#include "indexer/sources/xml.h"

/* ---- Lists ---- */

/* Adds an attribute of an element as a topic. */
static int add_topic(struct nsearch_article *article, const xmlNode *node, const char *attribute,
                     struct nsearch_error *err) {
  char *text = xml_attribute(node, attribute);
  int status = text ? xml_list_add(&article->topics, text, strlen(text), err) : NSEARCH_OK;
  xml_free(text);
  return status;
}

static int add_topics(struct nsearch_article *article, const xmlNode *nitf, struct nsearch_error *err) {
  const xmlNode *keys = xml_find(nitf, "head/docdata/key-list"), *object = xml_find(nitf, "head/tobject");
  int status = NSEARCH_OK;
  for (const xmlNode *key = NULL; keys && !status && (key = xml_child(keys, "keyword", key));)
    status = add_topic(article, key, "key", err);
  for (const xmlNode *subject = NULL; object && !status && (subject = xml_child(object, "tobject.subject", subject));) {
    status = add_topic(article, subject, "tobject.subject.type", err);
    if (!status) status = add_topic(article, subject, "tobject.subject.matter", err);
    if (!status) status = add_topic(article, subject, "tobject.subject.detail", err);
  }
  return status;
}

/* The names in bylines: their own elements when there are such, without titles of people; else the line. */
static int add_byline(struct nsearch_article *article, const xmlNode *byline, struct nsearch_error *err) {
  const xmlNode *person = xml_child(byline, "person", NULL);
  struct buffer text = {0};
  int status = NSEARCH_OK;
  for (; !status && person; person = xml_child(byline, "person", person)) {
    buffer_clear(&text);
    xml_prose(person, &text);
    status = buffer_status(&text, err);
    if (!status) status = xml_list_add(&article->authors, text.bytes, text.len, err);
  }
  if (!status && !xml_child(byline, "person", NULL)) {
    for (const xmlNode *node = byline->children; node; node = node->next) {
      if (node->type == XML_TEXT_NODE && node->content) buffer_text(&text, (const char *)node->content);
      if (node->type == XML_ELEMENT_NODE && !xml_named(node, "byttl")) xml_prose(node, &text);
    }
    status = buffer_status(&text, err);
    const char *line = text.bytes;
    size_t len = text.len;
    trim(&line, &len);
    while (len > 0 && line[len - 1] == ',') len--; /* in front of the title that was left out */
    if (!status && len > 0) status = byline_add(article, line, len, err);
  }
  buffer_free(&text);
  return status;
}

/* ---- The document ---- */

static int set_source(struct nsearch_article *article, const xmlNode *head, struct nsearch_error *err) {
  const xmlNode *publication = xml_find(head, "pubdata");
  int status = xml_set_attribute(article, ARTICLE_SOURCE, publication, "name", err);
  if (!status) status = xml_set_attribute(article, ARTICLE_SECTION, publication, "position.section", err);
  if (!status) status = xml_set_attribute(article, ARTICLE_URL, publication, "ex-ref", err);
  if (!status)
    status = xml_set_attribute(article, ARTICLE_SOURCE, xml_find(head, "docdata/doc.copyright"), "holder", err);
  return status;
}

static void set_dates(struct nsearch_article *article, const xmlNode *nitf) {
  static const char *const paths[] = {"head/docdata/date.issue", "head/docdata/date.release",
                                      "body/body.head/dateline/story.date"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    const xmlNode *node = xml_find(nitf, paths[i]);
    char *text = node ? xml_attribute(node, "norm") : NULL;
    if (text) xml_published(article, text, strlen(text));
    xml_free(text);
  }
  const xmlNode *publication = xml_find(nitf, "head/pubdata");
  char *text = publication ? xml_attribute(publication, "date.publication") : NULL;
  if (text) xml_published(article, text, strlen(text));
  xml_free(text);
}

static int set_title(struct nsearch_article *article, const xmlNode *nitf, struct nsearch_error *err) {
  static const char *const paths[] = {"body/body.head/hedline/hl1", "body/body.head/hedline", "head/title"};
  bool took = article->parts[ARTICLE_TITLE].len > 0;
  int status = NSEARCH_OK;
  for (size_t i = 0; !took && !status && i < sizeof paths / sizeof *paths; i++)
    status = xml_set(article, ARTICLE_TITLE, xml_find(nitf, paths[i]), &took, err);
  return status;
}

static void add_part(struct buffer *body, const xmlNode *node) {
  if (!node) return;
  while (body->len > 0 && body->bytes[body->len - 1] == '\n') body->len--;
  if (body->len > 0) buffer_text(body, "\n\n");
  xml_prose(node, body);
}

/* Sub-headlines, the abstract, then the text. */
static int add_body(struct nsearch_article *article, const xmlNode *nitf, struct nsearch_error *err) {
  const xmlNode *line = xml_find(nitf, "body/body.head/hedline");
  struct buffer *body = &article->parts[ARTICLE_BODY];
  for (const xmlNode *hl2 = NULL; line && (hl2 = xml_child(line, "hl2", hl2));) add_part(body, hl2);
  add_part(body, xml_find(nitf, "body/body.head/abstract"));
  add_part(body, xml_find(nitf, "body/body.content"));
  add_part(body, xml_find(nitf, "body/body.end"));
  return buffer_status(body, err);
}

int nitf_article(const xmlNode *nitf, struct nsearch_article *article, struct nsearch_error *err) {
  const xmlNode *head = xml_find(nitf, "head"), *top = xml_find(nitf, "body/body.head");
  int status = set_title(article, nitf, err);
  if (!status) status = add_body(article, nitf, err);
  bool has_authors = article->authors.count > 0;
  for (const xmlNode *byline = NULL; top && !has_authors && !status && (byline = xml_child(top, "byline", byline));)
    status = add_byline(article, byline, err);
  if (!status) status = add_topics(article, nitf, err);
  if (!status) status = xml_set_attribute(article, ARTICLE_ID, xml_find(nitf, "head/docdata/doc-id"), "id-string", err);
  if (!status && head) status = set_source(article, head, err);
  if (!status) status = xml_set_attribute(article, ARTICLE_LANGUAGE, nitf, "xml:lang", err);
  if (!status) status = xml_set_attribute(article, ARTICLE_LANGUAGE, xml_child(nitf, "body", NULL), "xml:lang", err);
  set_dates(article, nitf);
  return status;
}

/* ---- The source ---- */

static int fill(xmlNode *record, const struct nsearch_article *common, struct nsearch_article *article,
                const char **skipped, struct nsearch_error *err) {
  (void)common, (void)skipped;
  return nitf_article(record, article, err);
}

static const char *const records[] = {"nitf", NULL};
static const struct xml_format format = {records, true, NULL, fill};

static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  struct xml_token root;
  (void)is_all, (void)file_name;
  if (!xml_root(head, len, &root)) return false;
  xml_local(&root.name, &root.name_len);
  return xml_is(root.name, root.name_len, "nitf");
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  return xml_split(&format, input, state, span, more, problem, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  return xml_parse(&format, span, sink, err);
}

const struct source source_nitf = {"nitf", claims, split, parse};
