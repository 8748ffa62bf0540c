/* Reuters Corpus Volume 1 and 2: one story a document. (Reuters-21578 is reuters.c.) */
#include <string.h>
#include <strings.h>

#include "indexer/sources/xml.h"

/* What <dc element="dc.source" value="Reuters"/> says of an element; the caller xml_free()s it. */
static char *dublin_core(const xmlNode *metadata, const char *element) {
  char *value = NULL;
  for (const xmlNode *node = NULL; metadata && !value && (node = xml_child(metadata, "dc", node));) {
    char *name = xml_attribute(node, "element");
    if (name && strcasecmp(name, element) == 0) value = xml_attribute(node, "value");
    xml_free(name);
  }
  return value;
}

static int set_source(struct nsearch_article *article, const xmlNode *metadata, struct nsearch_error *err) {
  char *source = dublin_core(metadata, "dc.source");
  if (!source) source = dublin_core(metadata, "dc.publisher");
  int status = source ? article_set(article, ARTICLE_SOURCE, source, strlen(source), err) : NSEARCH_OK;
  xml_free(source);
  return status;
}

static void set_date(struct nsearch_article *article, const xmlNode *story, const xmlNode *metadata) {
  char *dates[] = {xml_attribute(story, "date"), dublin_core(metadata, "dc.date.published"),
                   dublin_core(metadata, "dc.date.created")};
  for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
    if (dates[i]) xml_published(article, dates[i], strlen(dates[i]));
    xml_free(dates[i]);
  }
}

/* Of the codes, which come in classes, those of topics; the others are of countries and industries. */
static int set_topics(struct nsearch_article *article, const xmlNode *metadata, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (const xmlNode *codes = NULL; metadata && !status && (codes = xml_child(metadata, "codes", codes));) {
    char *class = xml_attribute(codes, "class");
    bool is_topics = class && strcasestr(class, "topics");
    xml_free(class);
    for (const xmlNode *code = NULL; is_topics && !status && (code = xml_child(codes, "code", code));) {
      char *name = xml_attribute(code, "code");
      if (name) status = xml_list_add(&article->topics, name, strlen(name), err);
      xml_free(name);
    }
  }
  return status;
}

static int fill(xmlNode *story, const struct nsearch_article *common, struct nsearch_article *article,
                const char **skipped, struct nsearch_error *err) {
  const xmlNode *metadata = xml_child(story, "metadata", NULL);
  (void)common, (void)skipped;
  int status = xml_set_attribute(article, ARTICLE_ID, story, "itemid", err);
  if (!status) status = xml_set_first(article, ARTICLE_TITLE, story, "headline", err);
  if (!status) status = xml_set_first(article, ARTICLE_TITLE, story, "title", err);
  if (!status) status = xml_set_first(article, ARTICLE_BODY, story, "text", err);
  if (!status) status = xml_set_attribute(article, ARTICLE_LANGUAGE, story, "xml:lang", err);
  if (!status) status = set_source(article, metadata, err);
  for (const xmlNode *line = NULL; !status && (line = xml_child(story, "byline", line));)
    status = xml_byline(article, line, err);
  if (!status) status = set_topics(article, metadata, err);
  set_date(article, story, metadata);
  return status;
}

/* ---- The source ---- */

static const char *const records[] = {"newsitem", NULL};
static const struct xml_format format = {records, true, NULL, fill};

/* By the attribute that no other format's element of that name has. */
static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  struct xml_token root;
  struct xml_attribute attribute;
  (void)is_all, (void)file_name;
  if (!xml_root(head, len, &root) || !xml_is(root.name, root.name_len, "newsitem")) return false;
  for (size_t at = 0; xml_next_attribute(&root, &at, &attribute);)
    if (xml_is(attribute.name, attribute.name_len, "itemid")) return true;
  return false;
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  return xml_split(&format, input, state, span, more, problem, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  return xml_parse(&format, span, sink, err);
}

const struct source source_rcv1 = {"rcv1", claims, split, parse};
