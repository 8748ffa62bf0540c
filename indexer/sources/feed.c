/* Feeds: RSS of every version, RDF, Atom 0.3 and 1.0, CDF, and exports of WordPress, which are RSS with extensions. */
#include <libxml/uri.h>
#include <string.h>
#include <strings.h>

#include "common/text/text.h"
#include "indexer/sources/xml.h"

/* ---- Names ---- */

/* What a namespace is for, whatever its version. */
enum space {
  SPACE_FEED, /* the feed's own, or none */
  SPACE_DC,
  SPACE_TERMS,
  SPACE_CONTENT,
  SPACE_XHTML,
  SPACE_MEDIA,
  SPACE_ITUNES,
  SPACE_SECTION,
  SPACE_WORDPRESS,
  SPACE_OTHER
};

/* Prefix: what usually is bound to it, where nothing is. */
static const struct {
  enum space space;
  const char *uri, *prefix;
} spaces[] = {{SPACE_FEED, "http://www.w3.org/2005/Atom", "atom"},
              {SPACE_FEED, "http://purl.org/atom/ns#", "atom03"},
              {SPACE_DC, "http://purl.org/dc/elements/", "dc"},
              {SPACE_TERMS, "http://purl.org/dc/terms/", "dcterms"},
              {SPACE_CONTENT, "http://purl.org/rss/1.0/modules/content/", "content"},
              {SPACE_XHTML, "http://www.w3.org/1999/xhtml", "xhtml"},
              {SPACE_MEDIA, "http://search.yahoo.com/mrss", "media"},
              {SPACE_ITUNES, "http://www.itunes.com/dtds/podcast-", "itunes"},
              {SPACE_SECTION, "http://purl.org/rss/1.0/modules/slash/", "slash"},
              {SPACE_SECTION, "http://prismstandard.org/namespaces/", "prism"},
              {SPACE_WORDPRESS, "http://wordpress.org/export/", "wp"}};

static bool same_space(const xmlNode *a, const xmlNode *b) {
  if (!a->ns || !b->ns) return a->ns == b->ns;
  return a->ns->href && b->ns->href && xmlStrEqual(a->ns->href, b->ns->href);
}

/* An element has the feed's own namespace when it has that of the record: some feeds have one that nobody knows. */
static enum space space_of(const xmlNode *node, const xmlNode *record) {
  const char *name = (const char *)node->name, *colon = strchr(name, ':');
  const char *uri = node->ns ? (const char *)node->ns->href : NULL;
  size_t len = colon ? (size_t)(colon - name) : 0;
  for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
    if (uri && strncasecmp(uri, spaces[i].uri, strlen(spaces[i].uri)) == 0) return spaces[i].space;
    if (!uri && len > 0 && xml_is(name, len, spaces[i].prefix)) return spaces[i].space;
  }
  if (same_space(node, record)) return len ? SPACE_OTHER : SPACE_FEED;
  bool is_rss = uri && (strstr(uri, "rss/1.0/") || strstr(uri, "rdf/simple/")) && !strstr(uri, "/modules/");
  return !uri || is_rss ? SPACE_FEED : SPACE_OTHER;
}

struct element {
  enum space space;
  const char *name;
};

/* The child of that name; after `previous` when it is not NULL. */
static xmlNode *child_of(const xmlNode *record, const struct element *element, const xmlNode *previous) {
  xmlNode *node = xml_child(record, element->name, previous);
  while (node && space_of(node, record) != element->space) node = xml_child(record, element->name, node);
  return node;
}

/* Of the elements of one field the first that says something counts. */
static const struct element titles[] = {
    {SPACE_FEED, "title"}, {SPACE_DC, "title"}, {SPACE_MEDIA, "title"}, {SPACE_ITUNES, "title"}, {SPACE_OTHER, NULL}};
static const struct element bodies[] = {
    {SPACE_CONTENT, "encoded"}, {SPACE_FEED, "content"},      {SPACE_FEED, "body"},        {SPACE_XHTML, "body"},
    {SPACE_XHTML, "div"},       {SPACE_FEED, "fullitem"},     {SPACE_FEED, "description"}, {SPACE_FEED, "summary"},
    {SPACE_FEED, "abstract"},   {SPACE_WORDPRESS, "encoded"}, {SPACE_DC, "description"},   {SPACE_TERMS, "abstract"},
    {SPACE_ITUNES, "summary"},  {SPACE_MEDIA, "description"}, {SPACE_OTHER, NULL}};
static const struct element published[] = {
    {SPACE_FEED, "pubDate"}, {SPACE_FEED, "published"}, {SPACE_FEED, "issued"},  {SPACE_TERMS, "issued"},
    {SPACE_DC, "date"},      {SPACE_TERMS, "created"},  {SPACE_FEED, "created"}, {SPACE_WORDPRESS, "post_date_gmt"},
    {SPACE_OTHER, NULL}};
static const struct element updated[] = {{SPACE_FEED, "updated"},
                                         {SPACE_FEED, "modified"},
                                         {SPACE_TERMS, "modified"},
                                         {SPACE_WORDPRESS, "post_modified_gmt"},
                                         {SPACE_OTHER, NULL}};
static const struct element ids[] = {
    {SPACE_FEED, "guid"}, {SPACE_FEED, "id"}, {SPACE_DC, "identifier"}, {SPACE_OTHER, NULL}};
static const struct element languages[] = {{SPACE_DC, "language"}, {SPACE_FEED, "language"}, {SPACE_OTHER, NULL}};
static const struct element sections[] = {{SPACE_SECTION, "section"}, {SPACE_OTHER, NULL}};

/* Of these all count. */
static const struct element people[] = {
    {SPACE_DC, "creator"},     {SPACE_DC, "author"},        {SPACE_FEED, "author"}, {SPACE_ITUNES, "author"},
    {SPACE_DC, "contributor"}, {SPACE_FEED, "contributor"}, {SPACE_OTHER, NULL}};
static const struct element topics[] = {
    {SPACE_FEED, "category"}, {SPACE_DC, "subject"}, {SPACE_MEDIA, "category"}, {SPACE_OTHER, NULL}};

/* ---- Text ---- */

enum text_kind { TEXT_PLAIN, TEXT_HTML, TEXT_GUESS, TEXT_BASE64 };

static bool begins(const char *text, const char *with) { return strncasecmp(text, with, strlen(with)) == 0; }

/* By Atom's attributes type and mode; some elements hold nothing but HTML. Elsewhere, and where they say nothing, text
 * is HTML when it looks so. */
static enum text_kind kind_of(const xmlNode *node) {
  char *type = xml_attribute(node, "type"), *mode = xml_attribute(node, "mode");
  enum text_kind kind = TEXT_GUESS;
  if (mode && strcasecmp(mode, "base64") == 0)
    kind = TEXT_BASE64;
  else if ((type && strcasestr(type, "html")) || xml_named(node, "encoded") || xml_named(node, "fullitem"))
    kind = TEXT_HTML;
  else if (type && (strcasecmp(type, "text") == 0 || begins(type, "text/plain")))
    kind = TEXT_PLAIN;
  else if (type && strchr(type, '/') && !begins(type, "text/") && !strcasestr(type, "xml"))
    kind = TEXT_BASE64;
  xml_free(type);
  xml_free(mode);
  return kind;
}

/* Appends what an element says. What is base64 and no text is nothing: a picture, say. */
static void add_text(const xmlNode *node, struct buffer *out) {
  struct buffer raw = {0}, decoded = {0};
  struct buffer *from = &raw;
  enum text_kind kind = kind_of(node);
  if (xml_has_elements(node)) {
    xml_prose(node, out);
    return;
  }
  xml_content(node, &raw);
  if (kind == TEXT_BASE64) {
    base64_decode(raw.bytes, raw.len, &decoded);
    from = &decoded;
    if (decoded.len &&
        (memchr(decoded.bytes, 0, decoded.len) || utf8_valid_prefix(decoded.bytes, decoded.len) < decoded.len))
      buffer_clear(&decoded);
  }
  if (from->len && (kind == TEXT_HTML || (kind != TEXT_PLAIN && markup_present(from->bytes, from->len))))
    markup_strip(from->bytes, from->len, out);
  else
    buffer_add(out, from->bytes, from->len);
  out->failed |= raw.failed | decoded.failed;
  buffer_free(&raw);
  buffer_free(&decoded);
}

/* The text of an element, trimmed, in a buffer that is used for the purpose again and again. */
struct text {
  struct buffer buffer;
  const char *at;
  size_t len;
};

static int read_text(struct text *text, const xmlNode *node, struct nsearch_error *err) {
  buffer_clear(&text->buffer);
  if (node) add_text(node, &text->buffer);
  text->at = text->buffer.bytes ? text->buffer.bytes : "";
  text->len = text->buffer.len;
  trim(&text->at, &text->len);
  return buffer_status(&text->buffer, err);
}

/* Sets a part from the first of the elements that says something, and stores that element. */
static int set_part(struct nsearch_article *article, enum article_part part, const xmlNode *record,
                    const struct element *elements, const xmlNode **took, struct nsearch_error *err) {
  static const struct element group = {SPACE_MEDIA, "group"};
  struct text text = {0};
  int status = NSEARCH_OK;
  const struct element *all = elements;
  const xmlNode *inside = child_of(record, &group, NULL); /* what is said of the pictures, when nothing else is */
  for (; !status && elements->name && !article->parts[part].len; elements++)
    for (const xmlNode *node = NULL; !status && (node = child_of(record, elements, node));) {
      status = read_text(&text, node, err);
      if (status || text.len == 0) continue;
      status = article_set(article, part, text.at, text.len, err);
      if (took) *took = node;
      break;
    }
  buffer_free(&text.buffer);
  if (!status && inside && !article->parts[part].len) return set_part(article, part, inside, all, took, err);
  return status;
}

/* ---- People, topics, dates ---- */

/* The name in "roe@paper.example (Jane Roe)" and "Jane Roe <roe@paper.example>"; an address alone stays. */
static void find_name(const char **text, size_t *len) {
  const char *at = memchr(*text, '@', *len);
  if (!at) return;
  const char *end = *text + *len, *open = memchr(*text, '(', *len);
  const char *close = open ? memchr(open, ')', (size_t)(end - open)) : NULL, *angle = memchr(*text, '<', *len);
  if (close && close > open + 1) {
    *text = open + 1;
    *len = (size_t)(close - *text);
  } else if (angle && angle > *text) {
    *len = (size_t)(angle - *text);
  }
  trim(text, len);
}

static int add_names(struct nsearch_article *article, const char *text, size_t len, struct nsearch_error *err) {
  struct nsearch_article *split = nsearch_article_new(); /* a byline may be several names, each of them there already */
  if (!split) return error_memory(err);
  int status = byline_add(split, text, len, err);
  for (const char *name = NULL; !status && (name = article_list_next(&split->authors, name));)
    status = xml_list_add(&article->authors, name, strlen(name), err);
  nsearch_article_free(split);
  return status;
}

static int add_people(struct nsearch_article *article, const xmlNode *record, const struct element *elements,
                      struct nsearch_error *err) {
  struct text text = {0};
  int status = NSEARCH_OK;
  for (; !status && elements->name; elements++)
    for (const xmlNode *node = NULL; !status && (node = child_of(record, elements, node));) {
      const xmlNode *name = xml_child(node, "name", NULL);
      if (!name) name = xml_child(node, "email", NULL);
      if (!name && xml_has_elements(node)) continue;
      status = read_text(&text, name ? name : node, err);
      find_name(&text.at, &text.len);
      if (!status && text.len > 0) status = add_names(article, text.at, text.len, err);
    }
  buffer_free(&text.buffer);
  return status;
}

/* RSS has the topic as text, Atom as an attribute, with a label for people or without. */
static int add_topics(struct nsearch_article *article, const xmlNode *record, struct nsearch_error *err) {
  struct text text = {0};
  int status = NSEARCH_OK;
  for (const struct element *element = topics; !status && element->name; element++)
    for (const xmlNode *node = NULL; !status && (node = child_of(record, element, node));) {
      char *label = xml_attribute(node, "label"), *term = xml_attribute(node, "term");
      const char *said = label && *label ? label : term;
      status = said ? NSEARCH_OK : read_text(&text, node, err);
      if (!status) status = xml_list_add(&article->topics, said ? said : text.at, said ? strlen(said) : text.len, err);
      xml_free(label);
      xml_free(term);
    }
  buffer_free(&text.buffer);
  return status;
}

static int set_dates(struct nsearch_article *article, const xmlNode *record, struct nsearch_error *err) {
  struct text text = {0};
  int status = NSEARCH_OK;
  for (const struct element *element = published; !status && element->name; element++) {
    status = read_text(&text, child_of(record, element, NULL), err);
    if (!status) xml_published(article, text.at, text.len);
  }
  for (const struct element *element = updated; !status && element->name; element++) {
    status = read_text(&text, child_of(record, element, NULL), err);
    if (!status) xml_updated(article, text.at, text.len);
    /* What was never said to be published was when it was last touched. */
    if (!status) xml_published(article, text.at, text.len);
  }
  char *changed = xml_attribute(record, "lastmod"); /* CDF */
  if (changed && !status) {
    xml_updated(article, changed, strlen(changed));
    xml_published(article, changed, strlen(changed));
  }
  xml_free(changed);
  buffer_free(&text.buffer);
  return status;
}

/* ---- Links ---- */

static bool is_absolute(const char *url) {
  size_t len = 0;
  while ((url[len] >= 'a' && url[len] <= 'z') || (url[len] >= 'A' && url[len] <= 'Z') ||
         (len > 0 && ((url[len] >= '0' && url[len] <= '9') || strchr("+-.", url[len]))))
    if (!url[len++]) return false;
  return len > 1 && url[len] == ':';
}

/* The address that a reference means at a node: by xml:base, else by the feed's own address. NULL when there is none. */
static xmlChar *resolve(const xmlNode *node, const char *reference, const char *feed) {
  xmlChar *escaped = xmlURIEscapeStr((const xmlChar *)reference, (const xmlChar *)"!*'();:@&=+$,/?#[]%-_.~");
  xmlChar *base = xmlNodeGetBase(node->doc, node);
  xmlChar *whole = base && feed ? xmlBuildURI(base, (const xmlChar *)feed) : NULL;
  const xmlChar *from = whole ? whole : base ? base : (const xmlChar *)feed;
  xmlChar *out = escaped && from ? xmlBuildURI(escaped, from) : NULL;
  if (out && !is_absolute((const char *)out)) {
    xmlFree(out);
    out = NULL;
  }
  xml_free(escaped);
  xml_free(base);
  xml_free(whole);
  return out;
}

/* Sets the URL from a reference; one that is relative to nobody knows what says nothing outside of its file. */
static int set_url(struct nsearch_article *article, const xmlNode *node, const char *text, size_t len, const char *feed,
                   struct nsearch_error *err) {
  trim(&text, &len);
  char *reference = memory_string(text, len);
  if (!reference) return error_memory(err);
  int status = NSEARCH_OK;
  xmlChar *resolved = len && !is_absolute(reference) ? resolve(node, reference, feed) : NULL;
  if (resolved)
    status = article_set(article, ARTICLE_URL, (char *)resolved, strlen((char *)resolved), err);
  else if (is_absolute(reference))
    status = article_set(article, ARTICLE_URL, reference, len, err);
  xml_free(resolved);
  memory_free(reference);
  return status;
}

static int set_url_attribute(struct nsearch_article *article, const xmlNode *node, const char *name, const char *feed,
                             struct nsearch_error *err) {
  char *value = node ? xml_attribute(node, name) : NULL;
  int status = value ? set_url(article, node, value, strlen(value), feed, err) : NSEARCH_OK;
  xml_free(value);
  return status;
}

/* 0 for a link that leads elsewhere, more for one to a page than to something else. */
static unsigned link_rank(const xmlNode *link) {
  char *rel = xml_attribute(link, "rel"), *type = xml_attribute(link, "type"), *href = xml_attribute(link, "href");
  bool is_own = !rel || !*rel || strcasecmp(rel, "alternate") == 0;
  unsigned rank = !href || !is_own ? 0 : !type || strcasestr(type, "html") ? 2 : 1;
  xml_free(rel);
  xml_free(type);
  xml_free(href);
  return rank;
}

/* <link>URL</link> of RSS, <link href=""> of Atom, HREF of CDF; else a picture's or a document's in place of text. */
static int set_link(struct nsearch_article *article, const xmlNode *record, const char *feed,
                    struct nsearch_error *err) {
  static const struct element link = {SPACE_FEED, "link"}, content = {SPACE_FEED, "content"};
  const xmlNode *best = NULL;
  unsigned best_rank = 0;
  struct text text = {0};
  int status = NSEARCH_OK;
  for (const xmlNode *node = NULL; !status && (node = child_of(record, &link, node));) {
    unsigned rank = link_rank(node);
    if (rank > best_rank) best = node, best_rank = rank;
    status = read_text(&text, node, err);
    if (!status && text.len > 0 && !article->parts[ARTICLE_URL].len)
      status = set_url(article, node, text.at, text.len, feed, err);
  }
  buffer_free(&text.buffer);
  if (!status && !article->parts[ARTICLE_URL].len) status = set_url_attribute(article, best, "href", feed, err);
  if (!status && !article->parts[ARTICLE_URL].len) status = set_url_attribute(article, record, "href", feed, err);
  if (!status && !article->parts[ARTICLE_URL].len)
    status = set_url_attribute(article, child_of(record, &content, NULL), "src", feed, err);
  return status;
}

/* An id that is an address is also where the article is, unless it says that it is none. */
static int set_id(struct nsearch_article *article, const xmlNode *record, const char *feed, struct nsearch_error *err) {
  const xmlNode *node = record;
  int status = set_part(article, ARTICLE_ID, record, ids, &node, err);
  char *about = status || article->parts[ARTICLE_ID].len ? NULL : xml_attribute(record, "about");
  if (about) status = article_set(article, ARTICLE_ID, about, strlen(about), err);
  xml_free(about);
  size_t len;
  const char *id = article_get(article, ARTICLE_ID, &len);
  if (status || article->parts[ARTICLE_URL].len || len == 0 || !memmem(id, len, "://", 3)) return status;
  char *permanent = xml_attribute(node, "isPermaLink");
  if (!permanent || strcasecmp(permanent, "false") != 0) status = set_url(article, node, id, len, feed, err);
  xml_free(permanent);
  return status;
}

/* ---- Feeds and entries ---- */

static int set_language(struct nsearch_article *article, const xmlNode *record, const xmlNode *said,
                        struct nsearch_error *err) {
  char *own = said ? xml_attribute(said, "xml:lang") : NULL;
  int status = own && *own ? article_set(article, ARTICLE_LANGUAGE, own, strlen(own), err) : NSEARCH_OK;
  xml_free(own);
  if (!status) status = set_part(article, ARTICLE_LANGUAGE, record, languages, NULL, err);
  if (status || article->parts[ARTICLE_LANGUAGE].len) return status;
  xmlChar *around = xmlNodeGetLang(record);
  if (around && *around) status = article_set(article, ARTICLE_LANGUAGE, (char *)around, strlen((char *)around), err);
  xml_free(around);
  return status;
}

/* What the feed says of itself: its title is the source, its authors are those of entries that have none. */
static int common(xmlNode *root, struct nsearch_article *feed, struct nsearch_error *err) {
  static const struct element authors[] = {{SPACE_FEED, "author"}, {SPACE_OTHER, NULL}};
  const xmlNode *channel =
      xml_named(root, "feed") || xml_named(root, "channel") ? root : xml_child(root, "channel", NULL);
  if (!channel) channel = root;
  int status = set_part(feed, ARTICLE_SOURCE, channel, titles, NULL, err);
  if (!status) status = set_link(feed, channel, NULL, err);
  if (!status) status = set_language(feed, channel, NULL, err);
  if (!status && xml_named(channel, "feed")) status = add_people(feed, channel, authors, err);
  return status;
}

static int inherit(struct nsearch_article *article, const struct nsearch_article *feed, enum article_part part,
                   struct nsearch_error *err) {
  size_t len;
  const char *text = article_get(feed, part, &len);
  return article->parts[part].len || len == 0 ? NSEARCH_OK : article_set(article, part, text, len, err);
}

/* The feed that an entry comes from, where it was put into another one; else its publisher. */
static int set_source(struct nsearch_article *article, const xmlNode *record, struct nsearch_error *err) {
  static const struct element source = {SPACE_FEED, "source"}, publisher = {SPACE_DC, "publisher"};
  const xmlNode *node = child_of(record, &source, NULL);
  struct text text = {0};
  if (node && xml_has_elements(node)) node = xml_child(node, "title", NULL);
  int status = read_text(&text, node, err);
  if (!status && text.len == 0) {
    status = read_text(&text, child_of(record, &publisher, NULL), err);
    find_name(&text.at, &text.len);
  }
  if (!status && text.len > 0) status = article_set(article, ARTICLE_SOURCE, text.at, text.len, err);
  buffer_free(&text.buffer);
  return status;
}

/* Authors of the entry, else of the feed that it comes from, else of the feed. */
static int set_authors(struct nsearch_article *article, const xmlNode *record, const struct nsearch_article *feed,
                       struct nsearch_error *err) {
  static const struct element source = {SPACE_FEED, "source"};
  int status = add_people(article, record, people, err);
  const xmlNode *from = child_of(record, &source, NULL);
  if (!status && article->authors.count == 0 && from) status = add_people(article, from, people, err);
  if (article->authors.count > 0) return status;
  for (const char *name = NULL; !status && (name = article_list_next(&feed->authors, name));)
    status = xml_list_add(&article->authors, name, strlen(name), err);
  return status;
}

/* What an export of WordPress holds beside posts and pages; NULL for those, and in other feeds. */
static const char *wordpress_kind(const xmlNode *record) {
  static const struct element type = {SPACE_WORDPRESS, "post_type"}, status = {SPACE_WORDPRESS, "status"};
  static const char *const others[] = {"attachment", "nav_menu_item", "revision",           "custom_css",
                                       "wp_",        "oembed_cache",  "customize_changeset"};
  static const char *const drafts[] = {"draft", "auto-draft", "pending", "trash"};
  const xmlNode *node = child_of(record, &type, NULL);
  const char *word = node && node->children && node->children->content ? (char *)node->children->content : "";
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strncmp(word, others[i], strlen(others[i])) == 0)
      return i ? "a part of a WordPress site, not a post" : "an attachment of a WordPress site, not a post";
  node = child_of(record, &status, NULL);
  word = node && node->children && node->children->content ? (char *)node->children->content : "";
  for (size_t i = 0; i < sizeof drafts / sizeof *drafts; i++)
    if (strcmp(word, drafts[i]) == 0) return "a draft of a WordPress post";
  return NULL;
}

static int fill(xmlNode *record, const struct nsearch_article *feed, struct nsearch_article *article,
                const char **skipped, struct nsearch_error *err) {
  const xmlNode *said = NULL;
  size_t len;
  const char *url = article_get(feed, ARTICLE_URL, &len);
  const char *feed_url = NULL;
  struct buffer base = {0};
  if ((*skipped = wordpress_kind(record))) return NSEARCH_OK;
  if (len > 0) {
    buffer_add(&base, url, len);
    buffer_byte(&base, 0);
    feed_url = base.bytes;
  }
  int status = buffer_status(&base, err);
  if (!status) status = set_part(article, ARTICLE_TITLE, record, titles, &said, err);
  if (!status) status = set_part(article, ARTICLE_BODY, record, bodies, &said, err);
  if (!status) status = set_language(article, record, said, err);
  if (!status) status = inherit(article, feed, ARTICLE_LANGUAGE, err);
  if (!status) status = set_link(article, record, feed_url, err);
  if (!status) status = set_id(article, record, feed_url, err);
  if (!status) status = set_source(article, record, err);
  if (!status) status = inherit(article, feed, ARTICLE_SOURCE, err);
  if (!status) status = set_part(article, ARTICLE_SECTION, record, sections, NULL, err);
  if (!status) status = set_authors(article, record, feed, err);
  if (!status) status = add_topics(article, record, err);
  if (!status) status = set_dates(article, record, err);
  buffer_free(&base);
  return status;
}

/* ---- The source ---- */

static const char *const records[] = {"item", "entry", NULL};
static const struct xml_format format = {records, false, common, fill};

static bool is_feed(const struct xml_token *root, const char *head, size_t len) {
  const char *name = root->name;
  size_t name_len = root->name_len;
  xml_local(&name, &name_len);
  if (xml_is(name, name_len, "RDF"))
    return memmem(head, len, "purl.org/rss/", 13) || memmem(head, len, "/rdf/simple/", 12);
  return xml_is(name, name_len, "rss") || xml_is(name, name_len, "feed") || xml_is(name, name_len, "channel") ||
         (xml_is(name, name_len, "entry") && memmem(head, len, "w3.org/2005/Atom", 16));
}

/* By the root element; by name, where a feed begins behind something else or nothing but comments is there. */
static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  struct xml_token root;
  (void)is_all;
  if (xml_root(head, len, &root)) return is_feed(&root, head, len);
  if (!name_ends_with(file_name, ".rss") && !name_ends_with(file_name, ".atom") && !name_ends_with(file_name, ".rdf") &&
      !name_ends_with(file_name, ".xml"))
    return false;
  struct xml_scan scan = {.text = head, .len = len};
  bool has_tags = false, is_markup = false;
  while (xml_next(&scan, &root)) {
    is_markup = true;
    if (root.kind != XML_START) continue;
    if (is_feed(&root, head, len)) return true;
    has_tags = true;
  }
  return is_markup && !has_tags;
}

static int split(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                 struct nsearch_error *err) {
  return xml_split(&format, input, state, span, more, problem, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  return xml_parse(&format, span, sink, err);
}

const struct source source_feed = {"feed", claims, split, parse};
