/* NewsML-G2: items, alone or in a message, with NITF, XHTML or plain text inside. */
#include <string.h>

#include "indexer/sources/xml.h"

/* ---- What an item is ---- */

const char *newsml_kind(const char *class) {
  static const struct {
    const char *word, *kind;
  } classes[] = {{"picture", "a picture with neither headline nor text"},
                 {"photo", "a picture with neither headline nor text"},
                 {"image", "a picture with neither headline nor text"},
                 {"graphic", "a graphic with neither headline nor text"},
                 {"audio", "a sound with neither headline nor text"},
                 {"video", "a video with neither headline nor text"},
                 {"composite", "a composite with neither headline nor text"},
                 {"animat", "an animation with neither headline nor text"},
                 {"css", "a style sheet with neither headline nor text"}};
  for (size_t i = 0; class && i < sizeof classes / sizeof *classes; i++)
    if (strcasestr(class, classes[i].word)) return classes[i].kind;
  return NULL;
}

/* What has neither headline nor text and is one of these is no bad article, but none at all. */
static const char *kind_of(const xmlNode *item) {
  static const struct {
    const char *name, *kind;
  } items[] = {{"packageItem", "a package with neither headline nor text"},
               {"planningItem", "a plan with neither headline nor text"},
               {"conceptItem", "a concept with neither headline nor text"},
               {"knowledgeItem", "a list of concepts with neither headline nor text"},
               {"catalogItem", "a catalogue with neither headline nor text"}};
  for (size_t i = 0; i < sizeof items / sizeof *items; i++)
    if (xml_named(item, items[i].name)) return items[i].kind;
  const xmlNode *class = xml_find(item, "itemMeta/itemClass");
  char *code = class ? xml_attribute(class, "qcode") : NULL;
  if (!code && class) code = xml_attribute(class, "uri");
  const char *kind = newsml_kind(code);
  xml_free(code);
  return kind;
}

/* ---- Its fields ---- */

/* Who sends it, as a name; else who holds the rights, or whom the news comes from; else the code of who sends it. */
static int set_source(struct nsearch_article *article, const xmlNode *item, struct nsearch_error *err) {
  const xmlNode *provider = xml_find(item, "itemMeta/provider");
  int status = xml_set_first(article, ARTICLE_SOURCE, provider, "name", err);
  if (!status) status = xml_set_attribute(article, ARTICLE_SOURCE, provider, "literal", err);
  if (!status)
    status = xml_set_first(article, ARTICLE_SOURCE, xml_find(item, "rightsInfo/copyrightHolder"), "name", err);
  if (!status) status = xml_set_first(article, ARTICLE_SOURCE, xml_find(item, "contentMeta/infoSource"), "name", err);
  if (status || !provider || article->parts[ARTICLE_SOURCE].len) return status;
  char *code = xml_attribute(provider, "qcode");
  const char *colon = code ? strchr(code, ':') : NULL;
  if (colon && colon[1]) status = article_set(article, ARTICLE_SOURCE, colon + 1, strlen(colon + 1), err);
  xml_free(code);
  return status;
}

/* Adds the name of each element of that name; without one its literal, or its text. */
static int add_names(struct nsearch_article *article, struct article_list *list, const xmlNode *meta,
                     const char *element, struct nsearch_error *err) {
  struct buffer text = {0};
  int status = NSEARCH_OK;
  for (const xmlNode *node = NULL; meta && !status && (node = xml_child(meta, element, node));) {
    const xmlNode *name = xml_child(node, "name", NULL);
    char *literal = name ? NULL : xml_attribute(node, "literal");
    buffer_clear(&text);
    if (literal)
      buffer_text(&text, literal);
    else if (name || !xml_has_elements(node))
      xml_prose(name ? name : node, &text);
    status = buffer_status(&text, err);
    if (!status && text.len > 0)
      status = list == &article->authors ? byline_add(article, text.bytes, text.len, err)
                                         : xml_list_add(list, text.bytes, text.len, err);
    xml_free(literal);
  }
  buffer_free(&text);
  return status;
}

static int set_authors(struct nsearch_article *article, const xmlNode *meta, struct nsearch_error *err) {
  int status = add_names(article, &article->authors, meta, "by", err);
  return status || article->authors.count ? status : add_names(article, &article->authors, meta, "creator", err);
}

int newsml_dates(struct nsearch_article *article, const xmlNode *item, const char *const *paths,
                 struct nsearch_error *err) {
  struct buffer text = {0};
  for (; !text.failed && *paths; paths++) {
    const xmlNode *node = xml_find(item, *paths);
    buffer_clear(&text);
    if (node) xml_content(node, &text);
    if (text.len) xml_published(article, text.bytes, text.len);
  }
  if (text.len) xml_updated(article, text.bytes, text.len);
  int status = buffer_status(&text, err);
  buffer_free(&text);
  return status;
}

/* ---- Its text ---- */

/* A node of that name among the children, or theirs: formats wrap one another. */
static const xmlNode *find_inside(const xmlNode *node, const char *name) {
  const xmlNode *found = xml_child(node, name, NULL);
  for (const xmlNode *child = node->children; !found && child; child = child->next)
    if (child->type == XML_ELEMENT_NODE) found = xml_child(child, name, NULL);
  return found;
}

int newsml_text(struct nsearch_article *article, const xmlNode *node, struct nsearch_error *err) {
  struct buffer *body = &article->parts[ARTICLE_BODY], text = {0};
  while (body->len > 0 && (unsigned char)body->bytes[body->len - 1] <= ' ') body->len--;
  const xmlNode *nitf = find_inside(node, "nitf"), *page = find_inside(node, "body");
  if (nitf) return nitf_article(nitf, article, err);
  if (body->len) buffer_text(body, "\n\n");
  if (xml_has_elements(node)) {
    xml_prose(page ? page : node, body);
    return buffer_status(body, err);
  }
  xml_content(node, &text);
  if (text.len && markup_present(text.bytes, text.len))
    markup_text(text.bytes, text.len, body);
  else
    buffer_add(body, text.bytes, text.len);
  int status = buffer_status(&text, err);
  buffer_free(&text);
  return status ? status : buffer_status(body, err);
}

/* What is encoded is a picture, or the like. */
static bool is_readable(const xmlNode *content) {
  char *encoding = xml_attribute(content, "encoding");
  bool is_data = xml_named(content, "inlineData") && !encoding;
  xml_free(encoding);
  return is_data || xml_named(content, "inlineXML");
}

/* Several contents are renditions of one: the first that says something counts. */
static int set_body(struct nsearch_article *article, const xmlNode *item, struct nsearch_error *err) {
  const xmlNode *set = xml_child(item, "contentSet", NULL);
  int status = NSEARCH_OK;
  for (const xmlNode *node = set ? set->children : NULL; node && !status; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    const char *text = article->parts[ARTICLE_BODY].bytes;
    size_t len = article->parts[ARTICLE_BODY].len;
    trim(&text, &len);
    if (len > 0) break;
    if (is_readable(node)) status = newsml_text(article, node, err);
  }
  const char *text = article->parts[ARTICLE_BODY].bytes;
  size_t len = article->parts[ARTICLE_BODY].len;
  trim(&text, &len);
  if (len == 0) buffer_clear(&article->parts[ARTICLE_BODY]);
  return status ? status
                : xml_set_first(article, ARTICLE_BODY, xml_child(item, "contentMeta", NULL), "description", err);
}

static const char *const dates[] = {"itemMeta/firstCreated", "contentMeta/contentCreated", "itemMeta/versionCreated",
                                    NULL};

static int fill(xmlNode *item, const struct nsearch_article *common, struct nsearch_article *article,
                const char **skipped, struct nsearch_error *err) {
  const xmlNode *meta = xml_child(item, "contentMeta", NULL);
  (void)common;
  int status = xml_set_attribute(article, ARTICLE_ID, item, "guid", err);
  if (!status) status = xml_set_first(article, ARTICLE_TITLE, meta, "headline", err);
  if (!status) status = set_source(article, item, err);
  if (!status && meta)
    status = xml_set_attribute(article, ARTICLE_LANGUAGE, xml_child(meta, "language", NULL), "tag", err);
  if (!status) status = set_authors(article, meta, err);
  if (!status) status = add_names(article, &article->topics, meta, "subject", err);
  if (!status) status = add_names(article, &article->topics, meta, "keyword", err);
  if (!status) status = newsml_dates(article, item, dates, err);
  if (!status) status = set_body(article, item, err);
  if (!status) status = xml_set_attribute(article, ARTICLE_LANGUAGE, item, "xml:lang", err);
  if (!status && article_is_empty(article))
    *skipped = kind_of(item);
  else if (!status && article->parts[ARTICLE_BODY].len)
    /* A name of the item is better than none for a text. */
    status = xml_set_first(article, ARTICLE_TITLE, xml_child(item, "itemMeta", NULL), "title", err);
  return status;
}

/* ---- The source ---- */

static const char *const records[] = {"newsItem",    "packageItem", "planningItem", "conceptItem", "knowledgeItem",
                                      "catalogItem", NULL};
static const struct xml_format format = {records, true, NULL, fill};

static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  struct xml_token root;
  (void)is_all, (void)file_name;
  if (!xml_root(head, len, &root)) return false;
  if (memmem(head + root.start, root.end - root.start, "//iptc.org/std/nar/", 19)) return true;
  xml_local(&root.name, &root.name_len);
  for (const char *const *name = records; *name; name++)
    if (xml_is(root.name, root.name_len, *name)) return true;
  return xml_is(root.name, root.name_len, "newsMessage");
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  return xml_split(&format, input, state, span, more, problem, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  return xml_parse(&format, span, sink, err);
}

const struct source source_newsml = {"newsml-g2", claims, split, parse};
