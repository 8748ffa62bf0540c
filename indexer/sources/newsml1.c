/* NewsML 1.0 to 1.2: items whose components hold NITF, XHTML or plain text. */
#include <string.h>
#include <strings.h>

#include "indexer/sources/xml.h"

/* ---- Groups of fields ---- */

/* The next element of that name in the groups of an item and of the components in it, the outer ones first. */
static const xmlNode *next_in(const xmlNode *item, const char *group, const char *name, const xmlNode *previous) {
  const xmlNode *in = previous ? previous->parent : NULL;
  const xmlNode *node = previous ? xml_child(in, name, previous) : NULL;
  while (!node && (in = xml_below(item, group, in))) node = xml_child(in, name, NULL);
  return node;
}

/* Sets a part that is still empty from the first line of that name that says something. */
static int set_line(struct nsearch_article *article, enum article_part part, const xmlNode *item, const char *name,
                    struct nsearch_error *err) {
  bool took = article->parts[part].len > 0;
  int status = NSEARCH_OK;
  for (const xmlNode *node = NULL; !took && !status && (node = next_in(item, "NewsLines", name, node));)
    status = xml_set(article, part, node, &took, err);
  return status;
}

/* ---- Fields ---- */

/* An item is named by who provides it, the day and its own id; the public identifier adds the revision to that, and two
 * revisions are one article. */
static int set_id(struct nsearch_article *article, const xmlNode *item, struct nsearch_error *err) {
  static const char *const names[] = {"ProviderId", "DateId", "NewsItemId"};
  const xmlNode *identifier = xml_find(item, "Identification/NewsIdentifier");
  struct buffer id = {0}, part = {0};
  bool is_whole = identifier != NULL;
  buffer_text(&id, "urn:newsml");
  for (size_t i = 0; is_whole && i < sizeof names / sizeof *names; i++) {
    const xmlNode *node = xml_child(identifier, names[i], NULL);
    buffer_clear(&part);
    if (node) xml_content(node, &part);
    const char *text = part.bytes;
    size_t len = part.len;
    trim(&text, &len);
    is_whole = len > 0;
    buffer_byte(&id, ':');
    buffer_add(&id, text, len);
  }
  int status = buffer_status(&id, err);
  if (!status) status = buffer_status(&part, err);
  if (!status && is_whole) status = article_set(article, ARTICLE_ID, id.bytes, id.len, err);
  if (!status) status = xml_set_first(article, ARTICLE_ID, identifier, "PublicIdentifier", err);
  buffer_free(&id);
  buffer_free(&part);
  return status;
}

static int set_party(struct nsearch_article *article, const xmlNode *item, const char *role,
                     struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (const xmlNode *node = NULL; !status && (node = next_in(item, "AdministrativeMetadata", role, node));)
    status = xml_set_attribute(article, ARTICLE_SOURCE, xml_child(node, "Party", NULL), "FormalName", err);
  return status;
}

/* Who provides it or sends the document, else whom it comes from; without parties a line, or the name of a host. */
static int set_source(struct nsearch_article *article, const xmlNode *item, const struct nsearch_article *sent,
                      struct nsearch_error *err) {
  size_t len;
  const char *sender = article_get(sent, ARTICLE_SOURCE, &len);
  int status = set_party(article, item, "Provider", err);
  if (!status && len > 0 && !article->parts[ARTICLE_SOURCE].len)
    status = article_set(article, ARTICLE_SOURCE, sender, len, err);
  if (!status) status = set_party(article, item, "Source", err);
  if (!status) status = set_line(article, ARTICLE_SOURCE, item, "CreditLine", err);
  if (status) return status;
  return xml_set_first(article, ARTICLE_SOURCE, xml_find(item, "Identification/NewsIdentifier"), "ProviderId", err);
}

/* The bylines of the outermost component that has some: those further inside repeat them, or are of pictures. */
static int set_authors(struct nsearch_article *article, const xmlNode *item, struct nsearch_error *err) {
  const xmlNode *lines = NULL;
  int status = NSEARCH_OK;
  for (const xmlNode *node = NULL; !status && (node = next_in(item, "NewsLines", "ByLine", node));) {
    if (article->authors.count && node->parent != lines) break;
    lines = node->parent;
    status = xml_byline(article, node, err);
  }
  return status;
}

/* Words between semicolons or commas. */
static int add_words(struct nsearch_article *article, const char *text, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (size_t len; !status && *text; text += len + (text[len] != 0)) {
    len = strcspn(text, ";,");
    status = xml_list_add(&article->topics, text, len, err);
  }
  return status;
}

/* <Property FormalName="Keyword" Value="harbor"/>; some agencies have several kinds of them. */
static int add_keywords(struct nsearch_article *article, const xmlNode *item, const char *group,
                        struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (const xmlNode *node = NULL; !status && (node = next_in(item, group, "Property", node));) {
    char *name = xml_attribute(node, "FormalName"), *value = xml_attribute(node, "Value");
    if (name && value && strcasestr(name, "keyword")) status = add_words(article, value, err);
    xml_free(name);
    xml_free(value);
  }
  return status;
}

static int set_topics(struct nsearch_article *article, const xmlNode *item, struct nsearch_error *err) {
  struct buffer line = {0};
  int status = NSEARCH_OK;
  for (const xmlNode *node = NULL; !status && (node = next_in(item, "NewsLines", "KeywordLine", node));) {
    buffer_clear(&line);
    xml_prose(node, &line);
    buffer_byte(&line, 0);
    status = buffer_status(&line, err);
    if (!status) status = add_words(article, line.bytes, err);
  }
  buffer_free(&line);
  if (!status) status = add_keywords(article, item, "DescriptiveMetadata", err);
  return status ? status : add_keywords(article, item, "Metadata", err);
}

static int set_language(struct nsearch_article *article, const xmlNode *item, struct nsearch_error *err) {
  const xmlNode *component = xml_child(item, "NewsComponent", NULL);
  xmlChar *around = article->parts[ARTICLE_LANGUAGE].len ? NULL : xmlNodeGetLang(component ? component : item);
  int status = NSEARCH_OK;
  if (around && *around) status = article_set(article, ARTICLE_LANGUAGE, (char *)around, strlen((char *)around), err);
  xml_free(around);
  return status;
}

/* ---- Text ---- */

/* What a content is that is no text, in words. */
static const char *media_of(const xmlNode *content) {
  const xmlNode *type = xml_child(content, "MediaType", NULL);
  if (!type) type = xml_child(content, "MimeType", NULL);
  char *name = type ? xml_attribute(type, "FormalName") : NULL;
  const char *kind = newsml_kind(name);
  xml_free(name);
  return kind;
}

/* Adds the text of a content; what is nothing but the title again is none. Data within <Encoding> is no text. */
static int add_content(struct nsearch_article *article, const xmlNode *content, struct nsearch_error *err) {
  struct buffer *body = &article->parts[ARTICLE_BODY];
  const xmlNode *data = xml_child(content, "DataContent", NULL);
  if (!data || media_of(content)) return NSEARCH_OK;
  while (body->len > 0 && (unsigned char)body->bytes[body->len - 1] <= ' ') body->len--;
  size_t before = body->len, title_len;
  int status = newsml_text(article, data, err);
  if (status || body->len == before) return status;
  const char *title = article_get(article, ARTICLE_TITLE, &title_len), *text = body->bytes + before;
  size_t len = body->len - before;
  trim(&text, &len);
  if (len == 0 || (len == title_len && memcmp(text, title, len) == 0)) body->len = before;
  return NSEARCH_OK;
}

/* Contents side by side are renditions of one text, and so are components where it says so: the first that says
 * something counts. Other components are parts of a whole. How deep they nest is bounded: xml_is_bounded(). */
static int add_component(struct nsearch_article *article, const xmlNode *component, struct nsearch_error *err) {
  char *equivalents = xml_attribute(component, "EquivalentsList");
  bool is_choice = equivalents && strcasecmp(equivalents, "yes") == 0;
  size_t before = article->parts[ARTICLE_BODY].len;
  int status = NSEARCH_OK;
  xml_free(equivalents);
  for (const xmlNode *child = component->children; child && !status; child = child->next) {
    bool has_text = article->parts[ARTICLE_BODY].len > before;
    if (child->type != XML_ELEMENT_NODE) continue;
    if (xml_named(child, "ContentItem") && !has_text) status = add_content(article, child, err);
    if (xml_named(child, "NewsComponent") && !(is_choice && has_text)) status = add_component(article, child, err);
  }
  return status;
}

/* The sub-headline stands before the text, unless that has it. */
static int add_subheadline(struct nsearch_article *article, const xmlNode *item, struct nsearch_error *err) {
  struct buffer *body = &article->parts[ARTICLE_BODY], text = *body;
  *body = (struct buffer){0};
  int status = set_line(article, ARTICLE_BODY, item, "SubHeadLine", err);
  if (body->len > 0 && text.len > 0) {
    if (memmem(text.bytes, text.len, body->bytes, body->len)) buffer_clear(body);
    if (body->len > 0) buffer_text(body, "\n\n");
  }
  buffer_add(body, text.bytes, text.len);
  buffer_free(&text);
  return status ? status : buffer_status(body, err);
}

/* What an item is that has neither headline nor text, where it is no bad article but none at all. */
static const char *kind_of(const xmlNode *item) {
  for (const xmlNode *content = NULL; (content = xml_below(item, "ContentItem", content));) {
    const char *kind = media_of(content);
    if (kind) return kind;
  }
  if (xml_below(item, "NewsItemRef", NULL)) return "a package with neither headline nor text";
  if (xml_child(item, "TopicSet", NULL)) return "a list of topics with neither headline nor text";
  return xml_child(item, "Update", NULL) ? "changes of another item, with neither headline nor text" : NULL;
}

/* Who sent the document. */
static int common(xmlNode *root, struct nsearch_article *sent, struct nsearch_error *err) {
  return xml_set_attribute(sent, ARTICLE_SOURCE, xml_find(root, "NewsEnvelope/SentFrom/Party"), "FormalName", err);
}

static const char *const dates[] = {"NewsManagement/FirstCreated", "NewsManagement/ThisRevisionCreated", NULL};

static int fill(xmlNode *item, const struct nsearch_article *sent, struct nsearch_article *article,
                const char **skipped, struct nsearch_error *err) {
  int status = set_id(article, item, err);
  if (!status) status = set_line(article, ARTICLE_TITLE, item, "HeadLine", err);
  if (!status) status = set_source(article, item, sent, err);
  if (!status) status = set_authors(article, item, err);
  if (!status) status = set_topics(article, item, err);
  const xmlNode *language = next_in(item, "DescriptiveMetadata", "Language", NULL);
  if (!status) status = xml_set_attribute(article, ARTICLE_LANGUAGE, language, "FormalName", err);
  if (!status) status = newsml_dates(article, item, dates, err);
  if (!status) status = add_component(article, item, err);
  if (!status) status = add_subheadline(article, item, err);
  if (!status) status = set_language(article, item, err);
  if (!status && article_is_empty(article)) *skipped = kind_of(item);
  if (status || !article->parts[ARTICLE_BODY].len) return status;
  /* A name of the item is better than none for a text. */
  status = set_line(article, ARTICLE_TITLE, item, "SlugLine", err);
  return status ? status
                : xml_set_first(article, ARTICLE_TITLE, xml_child(item, "Identification", NULL), "NameLabel", err);
}

/* ---- The source ---- */

static const char *const records[] = {"NewsItem", NULL};
static const struct xml_format format = {records, true, common, fill};

/* The items of NewsML-G2 are spelled newsItem. */
static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  struct xml_token root;
  (void)is_all, (void)file_name;
  if (!xml_root(head, len, &root)) return false;
  xml_local(&root.name, &root.name_len);
  return xml_is(root.name, root.name_len, "NewsML") || (root.name_len == 8 && memcmp(root.name, "NewsItem", 8) == 0);
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  return xml_split(&format, input, state, span, more, problem, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  return xml_parse(&format, span, sink, err);
}

const struct source source_newsml1 = {"newsml-1", claims, split, parse};
