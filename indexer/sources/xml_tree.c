/* What is in the tree of a record. */
#include <libxml/xmlmemory.h>
#include <string.h>
#include <strings.h>

#include "indexer/sources/xml.h"

enum { COMPARED_MAX = 100 };

bool xml_named(const xmlNode *node, const char *name) {
  const char *own = (const char *)node->name;
  size_t len = strlen(own);
  xml_local(&own, &len); /* libxml2 leaves a prefix there that is bound to nothing */
  return xml_is(own, len, name);
}

xmlNode *xml_child(const xmlNode *parent, const char *name, const xmlNode *previous) {
  for (xmlNode *node = previous ? previous->next : parent->children; node; node = node->next)
    if (node->type == XML_ELEMENT_NODE && xml_named(node, name)) return node;
  return NULL;
}

xmlNode *xml_find(const xmlNode *parent, const char *path) {
  char name[64];
  xmlNode *node = (xmlNode *)(uintptr_t)parent;
  while (node && *path) {
    size_t len = strcspn(path, "/");
    if (len >= sizeof name) return NULL;
    memcpy(name, path, len);
    name[len] = 0;
    node = xml_child(node, name, NULL);
    path += len + (path[len] == '/');
  }
  return node;
}

bool xml_has_elements(const xmlNode *node) {
  for (const xmlNode *child = node->children; child; child = child->next)
    if (child->type == XML_ELEMENT_NODE) return true;
  return false;
}

char *xml_attribute(const xmlNode *node, const char *name) {
  for (const xmlAttr *at = node->properties; at; at = at->next) {
    bool is_xml = at->ns && at->ns->prefix && strcmp((const char *)at->ns->prefix, "xml") == 0;
    if (is_xml ? strncmp(name, "xml:", 4) == 0 && strcasecmp((const char *)at->name, name + 4) == 0
               : strcasecmp((const char *)at->name, name) == 0)
      return (char *)xmlNodeGetContent((const xmlNode *)at);
  }
  return NULL;
}

void xml_free(void *text) {
  if (text) xmlFree(text);
}

/* ---- Text ---- */

/* The node that begins behind the end of this one, below top, or NULL. Calls leave() for the elements that end on the
 * way there. */
static const xmlNode *behind(const xmlNode *node, const xmlNode *top, void (*leave)(const xmlNode *, struct buffer *),
                             struct buffer *out) {
  while (node != top && !node->next) {
    node = node->parent;
    if (node != top && leave) leave(node, out);
  }
  return node == top ? NULL : node->next;
}

static bool is_text(const xmlNode *node) {
  return (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) && node->content;
}

void xml_content(const xmlNode *top, struct buffer *out) {
  for (const xmlNode *node = top->children; node;) {
    if (is_text(node)) windows_1252_add((const char *)node->content, strlen((const char *)node->content), out);
    const xmlNode *child = node->type == XML_ELEMENT_NODE ? node->children : NULL;
    node = child ? child : behind(node, top, NULL, out);
  }
}

static enum markup_role role_of(const xmlNode *node) {
  static const char *const blocks[] = {"block", "hl2", "media-caption", "bq", "copyrite", "body.content", "body.end"};
  const char *name = (const char *)node->name;
  if (node->type != XML_ELEMENT_NODE) return MARKUP_INLINE;
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    if (strcasecmp(name, blocks[i]) == 0) return MARKUP_BLOCK;
  return markup_role(name, strlen(name));
}

static void end_line(struct buffer *out) {
  while (out->len > 0 && out->bytes[out->len - 1] == ' ') out->len--;
  bool is_apart = out->len > 1 && memcmp(out->bytes + out->len - 2, "\n\n", 2) == 0;
  if (out->len > 0 && !is_apart) buffer_byte(out, '\n');
}

static void edge_of(const xmlNode *node, struct buffer *out) {
  enum markup_role role = role_of(node);
  if (role == MARKUP_BLOCK) end_line(out);
  if (role == MARKUP_CELL) buffer_byte(out, ' ');
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static void add_folded(const char *text, struct buffer *out) {
  while (*text) {
    size_t len = 0;
    while (text[len] && !is_blank(text[len])) len++;
    windows_1252_add(text, len, out);
    text += len;
    bool after_blank = out->len > 0 && is_blank(out->bytes[out->len - 1]);
    if (*text && !after_blank) buffer_byte(out, ' ');
    while (is_blank(*text)) text++;
  }
}

void xml_prose(const xmlNode *top, struct buffer *out) {
  for (const xmlNode *node = top->children; node;) {
    bool is_dropped = node->type == XML_ELEMENT_NODE && role_of(node) == MARKUP_DROPPED;
    if (is_text(node)) add_folded((const char *)node->content, out);
    if (node->type == XML_ELEMENT_NODE) edge_of(node, out);
    const xmlNode *child = node->type == XML_ELEMENT_NODE && !is_dropped ? node->children : NULL;
    if (!child && node->type == XML_ELEMENT_NODE) edge_of(node, out);
    node = child ? child : behind(node, top, edge_of, out);
  }
}

xmlNode *xml_below(const xmlNode *top, const char *name, const xmlNode *previous) {
  const xmlNode *node = previous ? previous : top;
  do {
    const xmlNode *child = node->type == XML_ELEMENT_NODE ? node->children : NULL;
    node = child ? child : behind(node, top, NULL, NULL);
  } while (node && !(node->type == XML_ELEMENT_NODE && xml_named(node, name)));
  return (xmlNode *)(uintptr_t)node;
}

/* ---- Into the article ---- */

int xml_set(struct nsearch_article *article, enum article_part part, const xmlNode *node, bool *took,
            struct nsearch_error *err) {
  struct buffer text = {0};
  *took = false;
  if (!node) return NSEARCH_OK;
  xml_prose(node, &text);
  int status = buffer_status(&text, err);
  const char *from = text.bytes;
  size_t len = text.len;
  trim(&from, &len);
  *took = !status && len > 0;
  if (*took) status = article_set(article, part, from, len, err);
  buffer_free(&text);
  return status;
}

int xml_set_first(struct nsearch_article *article, enum article_part part, const xmlNode *parent, const char *name,
                  struct nsearch_error *err) {
  bool took = article->parts[part].len > 0;
  int status = NSEARCH_OK;
  for (const xmlNode *node = NULL; parent && !took && !status && (node = xml_child(parent, name, node));)
    status = xml_set(article, part, node, &took, err);
  return status;
}

int xml_set_attribute(struct nsearch_article *article, enum article_part part, const xmlNode *node,
                      const char *attribute, struct nsearch_error *err) {
  char *text = node && !article->parts[part].len ? xml_attribute(node, attribute) : NULL;
  int status = text && *text ? article_set(article, part, text, strlen(text), err) : NSEARCH_OK;
  xml_free(text);
  return status;
}

int xml_list_add(struct article_list *list, const char *text, size_t len, struct nsearch_error *err) {
  trim(&text, &len);
  if (len == 0 || list->count >= LIST_MAX) return NSEARCH_OK;
  size_t compared = 0; /* bounded, for the sake of lists that somebody made long */
  for (const char *value = NULL; compared++ < COMPARED_MAX && (value = article_list_next(list, value));)
    if (strlen(value) == len && memcmp(value, text, len) == 0) return NSEARCH_OK;
  return article_list_add(list, text, len, err);
}

int xml_byline(struct nsearch_article *article, const xmlNode *node, struct nsearch_error *err) {
  struct buffer line = {0};
  xml_prose(node, &line);
  int status = buffer_status(&line, err);
  if (!status && line.len > 0) status = byline_add(article, line.bytes, line.len, err);
  buffer_free(&line);
  return status;
}

void xml_published(struct nsearch_article *article, const char *text, size_t len) {
  struct date date;
  if (article->published.precision != NSEARCH_PRECISION_NONE || !date_parse(text, len, &date)) return;
  article->published = date;
  article->origin = NSEARCH_ORIGIN_RECORD;
}

void xml_updated(struct nsearch_article *article, const char *text, size_t len) {
  struct date date;
  if (article->has_updated || !date_parse(text, len, &date)) return;
  article->updated = date.seconds;
  article->has_updated = true;
}
