/* Bytes to a flat tree. libxml2 finds the tags and mends their nesting; the tree is ours, because its own is built and
 * walked by recursion and takes ten times the memory. */
#include "common/text/text.h"
#include "indexer/sources/html.h"

#include <libxml/HTMLparser.h>
#include <string.h>
#include <strings.h>

#define FLOW HTML_FLOW
#define VOID HTML_VOID
#define CUT HTML_CUT

const uint8_t html_tag_flags[HTML_TAG_COUNT] = {0, 0,
#define TAG(NAME, name, flags) flags,
                                                HTML_TAGS(TAG)
#undef TAG
};

/* By name, as HTML_TAGS is. */
static const char *const tag_names[HTML_TAG_COUNT] = {"", "",
#define TAG(NAME, name, flags) name,
                                                      HTML_TAGS(TAG)
#undef TAG
};

enum {
  ATTRIBUTES_MAX = 64,      /* of an element that are kept */
  PARSER_ATTRIBUTES = 1024, /* of an element, before the page ends: libxml2 compares each with all before it */
  VALUE_MAX = 64 << 10,
  READ_MAX = 4096
};

struct builder {
  struct html_tree *tree;
  xmlParserCtxtPtr parser;
  const char *at, *end;
  size_t open; /* the innermost open node */
  int status;
  struct nsearch_error *err;
};

static enum html_tag find_tag(const char *name) {
  size_t low = HTML_OTHER + 1, high = HTML_TAG_COUNT;
  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = strcmp(name, tag_names[middle]);
    if (order == 0) return (enum html_tag)middle;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return HTML_OTHER;
}

static void stop(struct builder *builder, int status) {
  if (!builder->status) builder->status = status;
  xmlStopParser(builder->parser);
}

static struct html_node *add_node(struct builder *builder, enum html_tag tag) {
  struct html_tree *tree = builder->tree;
  int status = memory_reserve(&tree->nodes, &tree->capacity, tree->count + 1, sizeof *tree->nodes, builder->err);
  if (status || tree->count >= HTML_NODES_MAX || tree->text.failed || tree->text.len > UINT32_MAX / 2) {
    stop(builder, status);
    return NULL;
  }
  struct html_node *node = &tree->nodes[tree->count];
  *node = (struct html_node){.parent = (uint32_t)builder->open, .text = (uint32_t)tree->text.len, .tag = (uint8_t)tag};
  tree->count++;
  return node;
}

/* Attributes that nobody asks for are most of a page's bytes. */
static bool is_kept(const char *name) {
  static const char *const names[] = {"aria-hidden", "charset",    "class",       "content",  "datetime", "hidden",
                                      "href",        "http-equiv", "id",          "itemprop", "itemtype", "lang",
                                      "name",        "property",   "pubdate",     "rel",      "role",     "style",
                                      "type",        "xml:lang",   "data-testid", "title",    "itemscope"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(name, names[i]) == 0) return true;
  return false;
}

static void on_start(void *payload, const xmlChar *name, const xmlChar **attributes) {
  struct builder *builder = payload;
  struct buffer *text = &builder->tree->text;
  struct html_node *node = add_node(builder, find_tag((const char *)name));
  if (!node) return;
  builder->open = builder->tree->count - 1;
  for (; attributes && *attributes && node->attributes < ATTRIBUTES_MAX; attributes += 2) {
    const char *key = (const char *)attributes[0], *value = attributes[1] ? (const char *)attributes[1] : "";
    if (!is_kept(key)) continue;
    buffer_add(text, key, strlen(key) + 1);
    buffer_add(text, value, strnlen(value, VALUE_MAX));
    buffer_byte(text, 0);
    node->attributes++;
  }
  if (builder->parser->nameNr > HTML_DEPTH_MAX) stop(builder, NSEARCH_OK);
}

static void on_end(void *payload, const xmlChar *name) {
  struct builder *builder = payload;
  struct html_node *nodes = builder->tree->nodes;
  (void)name;
  if (builder->open == 0) return;
  nodes[builder->open].end = (uint32_t)builder->tree->count;
  builder->open = nodes[builder->open].parent;
}

/* The parser hands long text over in pieces. */
static void on_text(void *payload, const xmlChar *bytes, int len) {
  struct builder *builder = payload;
  struct html_tree *tree = builder->tree;
  struct html_node *last = &tree->nodes[tree->count - 1];
  bool goes_on = last->tag == HTML_TEXT && last->parent == builder->open && tree->count > 1;
  if (!goes_on) {
    last = add_node(builder, HTML_TEXT);
    if (!last) return;
    last->end = (uint32_t)tree->count;
  }
  buffer_add(&tree->text, bytes, (size_t)len);
  last->len += (uint32_t)len;
}

/* Hands out the page in small pieces, which is where an element with too many attributes is noticed; a NUL would end
 * the page. */
static int on_read(void *payload, char *out, int room) {
  struct builder *builder = payload;
  size_t len = (size_t)(builder->end - builder->at);
  if (builder->parser && builder->parser->maxatts > PARSER_ATTRIBUTES) return 0;
  if (len > (size_t)room) len = (size_t)room;
  if (len > READ_MAX) len = READ_MAX;
  for (size_t i = 0; i < len; i++) out[i] = builder->at[i] ? builder->at[i] : ' ';
  builder->at += len;
  return (int)len;
}

static int on_close(void *payload) {
  (void)payload;
  return 0;
}

int html_parse(struct html_tree *tree, const char *bytes, size_t len, struct nsearch_error *err) {
  *tree = (struct html_tree){0};
  struct builder builder = {.tree = tree, .at = bytes, .end = bytes + len, .err = err};
  struct libxml_watch watch;
  libxml_begin(&watch);
  builder.parser = htmlNewParserCtxt();
  if (!builder.parser) builder.status = error_memory(err);
  if (builder.status || !add_node(&builder, HTML_OTHER)) goto out;
  xmlSAXHandler *events = builder.parser->sax;
  *events = (xmlSAXHandler){.startElement = on_start,
                            .endElement = on_end,
                            .characters = on_text,
                            .ignorableWhitespace = on_text,
                            .cdataBlock = on_text,
                            .initialized = 1};
  builder.parser->userData = &builder;
  htmlDocPtr none = htmlCtxtReadIO(builder.parser, on_read, on_close, &builder, NULL, "UTF-8",
                                   HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                                       HTML_PARSE_NODEFDTD | HTML_PARSE_IGNORE_ENC);
  if (none) xmlFreeDoc(none);
  while (builder.open > 0) on_end(&builder, NULL);
  tree->nodes[0].end = (uint32_t)tree->count;
out:
  if (builder.parser) htmlFreeParserCtxt(builder.parser);
  builder.status = libxml_end(&watch, builder.status, err);
  if (!builder.status) builder.status = buffer_status(&tree->text, err);
  if (builder.status) html_tree_free(tree);
  return builder.status;
}

void html_tree_free(struct html_tree *tree) {
  memory_free(tree->nodes);
  buffer_free(&tree->text);
  *tree = (struct html_tree){0};
}

/* ---- Asking it ---- */

const char *html_attribute(const struct html_tree *tree, size_t node, const char *name) {
  const struct html_node *of = &tree->nodes[node];
  const char *at = of->attributes ? tree->text.bytes + of->text : NULL;
  for (unsigned i = 0; i < of->attributes; i++) {
    const char *value = at + strlen(at) + 1;
    if (strcmp(at, name) == 0) return value;
    at = value + strlen(value) + 1;
  }
  return NULL;
}

bool html_attribute_has(const struct html_tree *tree, size_t node, const char *name, const char *word) {
  const char *value = html_attribute(tree, node, name);
  size_t word_len = strlen(word);
  while (value && *value) {
    value += strspn(value, " \t\r\n\f");
    size_t len = strcspn(value, " \t\r\n\f");
    if (len == word_len && strncasecmp(value, word, len) == 0) return true;
    value += len;
  }
  return false;
}

/* Appends a run of text; *blank says whether white space ended what came before. */
static void add_run(const char *text, size_t len, size_t end, bool *blank, struct buffer *out) {
  for (size_t i = 0; i < len && out->len < end; i++) {
    bool is_nbsp = text[i] == '\xC2' && i + 1 < len && text[i + 1] == '\xA0';
    bool is_blank = (unsigned char)text[i] <= ' ' || is_nbsp;
    if (!is_blank)
      buffer_byte(out, (uint8_t)text[i]);
    else if (!*blank)
      buffer_byte(out, ' ');
    *blank = is_blank;
    i += is_nbsp;
  }
}

void html_text(const struct html_tree *tree, size_t node, size_t most, struct buffer *out) {
  size_t from = out->len, end = from + most;
  bool blank = true;
  for (size_t i = node; i < tree->nodes[node].end && out->len < end && !out->failed; i++) {
    const struct html_node *at = &tree->nodes[i];
    if (at->tag == HTML_TEXT)
      add_run(tree->text.bytes + at->text, at->len, end, &blank, out);
    else if (html_tag_flags[at->tag] & HTML_FLOW || at->tag == HTML_BR)
      add_run(" ", 1, end, &blank, out);
    if (at->tag == HTML_SCRIPT || at->tag == HTML_STYLE) i = at->end - 1;
  }
  if (out->failed) return;
  if (out->len == end) out->len = from + utf8_valid_prefix(out->bytes + from, most); /* no half of a character */
  if (out->len > from && out->bytes[out->len - 1] == ' ') out->len--;
}
