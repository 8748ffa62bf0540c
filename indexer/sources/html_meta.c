/* The fields of a page's article: the evidence for each, best first. */
#include "indexer/sources/html.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Where evidence stands. */
enum place {
  IN_DATA,    /* JSON-LD: key, or key.inner */
  IN_META,    /* <meta> with that name, property, itemprop or http-equiv */
  IN_ITEM,    /* an element with that itemprop */
  IN_LINK,    /* <link> or <a> with that rel */
  IN_CLASS,   /* an element whose class has that word */
  IN_ELEMENT, /* the element itself */
};

/* Of two pieces of evidence for a field the one that stands first here holds. docs/formats.md has the table too. */
static const struct evidence {
  enum target target;
  enum place place;
  const char *key, *inner;
} evidences[] = {
    {TARGET_TITLE, IN_DATA, "headline", NULL},
    {TARGET_TITLE, IN_ITEM, "headline", NULL},
    {TARGET_TITLE, IN_META, "og:title", NULL},
    {TARGET_TITLE, IN_META, "twitter:title", NULL},
    {TARGET_TITLE, IN_META, "parsely-title", NULL},
    {TARGET_TITLE, IN_META, "sailthru.title", NULL},
    {TARGET_TITLE, IN_META, "dc.title", NULL},
    {TARGET_TITLE, IN_META, "dcterms.title", NULL},
    {TARGET_TITLE, IN_META, "title", NULL},

    {TARGET_AUTHORS, IN_DATA, "author", "name"},
    {TARGET_AUTHORS, IN_DATA, "creator", "name"},
    {TARGET_AUTHORS, IN_META, "author", NULL},
    {TARGET_AUTHORS, IN_META, "article:author", NULL},
    {TARGET_AUTHORS, IN_META, "article:author_name", NULL},
    {TARGET_AUTHORS, IN_META, "og:article:author", NULL},
    {TARGET_AUTHORS, IN_META, "byl", NULL},
    {TARGET_AUTHORS, IN_META, "parsely-author", NULL},
    {TARGET_AUTHORS, IN_META, "sailthru.author", NULL},
    {TARGET_AUTHORS, IN_META, "dc.creator", NULL},
    {TARGET_AUTHORS, IN_META, "dcterms.creator", NULL},
    {TARGET_AUTHORS, IN_META, "authors", NULL},
    {TARGET_AUTHORS, IN_ITEM, "author", NULL},
    {TARGET_AUTHORS, IN_LINK, "author", NULL},
    {TARGET_AUTHORS, IN_CLASS, "byline", NULL},
    {TARGET_AUTHORS, IN_CLASS, "author", NULL},

    {TARGET_PUBLISHED, IN_DATA, "datePublished", NULL},
    {TARGET_PUBLISHED, IN_DATA, "dateCreated", NULL},
    {TARGET_PUBLISHED, IN_META, "article:published_time", NULL},
    {TARGET_PUBLISHED, IN_META, "og:article:published_time", NULL},
    {TARGET_PUBLISHED, IN_META, "article:published", NULL},
    {TARGET_PUBLISHED, IN_META, "og:published_time", NULL},
    {TARGET_PUBLISHED, IN_META, "datepublished", NULL},
    {TARGET_PUBLISHED, IN_ITEM, "datePublished", NULL},
    {TARGET_PUBLISHED, IN_META, "parsely-pub-date", NULL},
    {TARGET_PUBLISHED, IN_META, "sailthru.date", NULL},
    {TARGET_PUBLISHED, IN_META, "dc.date.issued", NULL},
    {TARGET_PUBLISHED, IN_META, "dcterms.issued", NULL},
    {TARGET_PUBLISHED, IN_META, "dcterms.created", NULL},
    {TARGET_PUBLISHED, IN_META, "dc.date", NULL},
    {TARGET_PUBLISHED, IN_META, "dcterms.date", NULL},
    {TARGET_PUBLISHED, IN_META, "publishdate", NULL},
    {TARGET_PUBLISHED, IN_META, "publish_date", NULL},
    {TARGET_PUBLISHED, IN_META, "publish-date", NULL},
    {TARGET_PUBLISHED, IN_META, "pubdate", NULL},
    {TARGET_PUBLISHED, IN_META, "publication_date", NULL},
    {TARGET_PUBLISHED, IN_META, "cxenseparse:recs:publishtime", NULL},
    {TARGET_PUBLISHED, IN_META, "displaydate", NULL},
    {TARGET_PUBLISHED, IN_META, "date", NULL},
    {TARGET_PUBLISHED, IN_ITEM, "dateCreated", NULL},
    {TARGET_PUBLISHED, IN_ELEMENT, "time", NULL},
    {TARGET_PUBLISHED, IN_CLASS, "published", NULL},
    {TARGET_PUBLISHED, IN_CLASS, "date", NULL},

    {TARGET_UPDATED, IN_DATA, "dateModified", NULL},
    {TARGET_UPDATED, IN_META, "article:modified_time", NULL},
    {TARGET_UPDATED, IN_META, "og:updated_time", NULL},
    {TARGET_UPDATED, IN_META, "dcterms.modified", NULL},
    {TARGET_UPDATED, IN_ITEM, "dateModified", NULL},

    {TARGET_SOURCE, IN_DATA, "publisher", "name"},
    {TARGET_SOURCE, IN_META, "og:site_name", NULL},
    {TARGET_SOURCE, IN_DATA, "isPartOf", "name"},
    {TARGET_SOURCE, IN_META, "dc.publisher", NULL},
    {TARGET_SOURCE, IN_META, "dcterms.publisher", NULL},
    {TARGET_SOURCE, IN_META, "publisher", NULL},
    {TARGET_SOURCE, IN_ITEM, "publisher", NULL},
    {TARGET_SOURCE, IN_META, "application-name", NULL},

    {TARGET_SECTION, IN_META, "article:section", NULL},
    {TARGET_SECTION, IN_DATA, "articleSection", "name"},
    {TARGET_SECTION, IN_META, "parsely-section", NULL},
    {TARGET_SECTION, IN_META, "section", NULL},
    {TARGET_SECTION, IN_ITEM, "articleSection", NULL},

    {TARGET_LANGUAGE, IN_ELEMENT, "html", NULL},
    {TARGET_LANGUAGE, IN_DATA, "inLanguage", "name"},
    {TARGET_LANGUAGE, IN_META, "content-language", NULL},
    {TARGET_LANGUAGE, IN_META, "og:locale", NULL},
    {TARGET_LANGUAGE, IN_META, "dc.language", NULL},
    {TARGET_LANGUAGE, IN_META, "language", NULL},

    {TARGET_URL, IN_LINK, "canonical", NULL},
    {TARGET_URL, IN_META, "og:url", NULL},
    {TARGET_URL, IN_DATA, "mainEntityOfPage", "@id"},
    {TARGET_URL, IN_DATA, "url", NULL},
    {TARGET_URL, IN_META, "parsely-link", NULL},

    {TARGET_TOPICS, IN_META, "article:tag", NULL},
    {TARGET_TOPICS, IN_META, "news_keywords", NULL},
    {TARGET_TOPICS, IN_DATA, "keywords", "name"},
    {TARGET_TOPICS, IN_META, "parsely-tags", NULL},
    {TARGET_TOPICS, IN_META, "sailthru.tags", NULL},
    {TARGET_TOPICS, IN_META, "keywords", NULL},
};

enum {
  EVIDENCES = sizeof evidences / sizeof *evidences,
  AUTHORS_MAX = 50,
  VALUE_MAX = 1000,
  YEAR_FIRST = 1600,
  CLAIMS_MAX = 8
};

struct finder {
  const struct html_tree *tree;
  const struct html_data *data;
  struct nsearch_article *article;
  unsigned rank[TARGET_COUNT]; /* of the evidence that holds the field, one more than its place in the table */
  struct html_titles titles;
  struct buffer text, base;
  const char *url;
  size_t heading;                    /* the <h1> of the article, 0 when there is none */
  size_t author;                     /* the element that named the first author */
  size_t aside_end, reader_end;      /* where what is around the article, or by readers, ends that began last */
  const char *claimants[CLAIMS_MAX]; /* who made the claims that the page examines */
  size_t claimant_len[CLAIMS_MAX], claimant_count;
  struct nsearch_error *err;
};

/* ---- Values ---- */

static int add_topics(struct finder *finder, const char *text, size_t len) {
  int status = NSEARCH_OK;
  for (const char *end = text + len; !status && text < end;) {
    const char *comma = memchr(text, ',', (size_t)(end - text));
    const char *topic = text;
    size_t topic_len = (size_t)((comma ? comma : end) - text);
    trim(&topic, &topic_len);
    if (topic_len > 0) status = article_list_add(&finder->article->topics, topic, topic_len, finder->err);
    text = comma ? comma + 1 : end;
  }
  return status;
}

/* "en_US, de" is en-US. */
static int set_language(struct finder *finder, const char *text, size_t len, bool *took) {
  char tag[12] = "";
  size_t end = 0;
  for (; end < len && (isalnum((unsigned char)text[end]) || text[end] == '-' || text[end] == '_'); end++)
    if (end < sizeof tag) tag[end] = (char)(text[end] == '_' ? '-' : text[end]);
  *took = end >= 2 && end <= sizeof tag && isalpha((unsigned char)tag[0]) && isalpha((unsigned char)tag[1]);
  return *took ? article_set(finder->article, ARTICLE_LANGUAGE, tag, end, finder->err) : NSEARCH_OK;
}

/* Pages say "0001-01-01" where they know no date. */
static bool is_date(const char *text, size_t len, struct date *date) {
  return date_parse(text, len, date) && date->precision >= NSEARCH_PRECISION_MONTH &&
         date->seconds >= date_days(YEAR_FIRST, 1, 1) * 86400;
}

/* "Published on Nov 18, 2019 - 11:28 AMT" is a day at least. */
static bool parse_date(const char *text, size_t len, struct date *date) {
  static const char *const openings[] = {"published", "posted", "on", "first published", ":", "at"};
  for (size_t i = 0; i < 2 * sizeof openings / sizeof *openings; i++) {
    const char *opening = openings[i % (sizeof openings / sizeof *openings)];
    trim(&text, &len);
    if (len > strlen(opening) && strncasecmp(text, opening, strlen(opening)) == 0)
      text += strlen(opening), len -= strlen(opening);
  }
  trim(&text, &len);
  if (is_date(text, len, date)) return true;
  const char *end = memmem(text, len, " - ", 3);
  if (!end) end = memchr(text, '|', len);
  return end && end > text && is_date(text, (size_t)(end - text), date);
}

static int set_value(struct finder *finder, const struct evidence *is, const char *text, size_t len, bool *took) {
  struct nsearch_article *article = finder->article;
  struct date date;
  *took = true;
  switch (is->target) {
  case TARGET_TITLE:
    return article_set(article, ARTICLE_TITLE, text, len, finder->err);
  case TARGET_AUTHORS:
    return article->authors.count < AUTHORS_MAX ? html_author_add(article, text, len, finder->err) : NSEARCH_OK;
  case TARGET_TOPICS:
    return add_topics(finder, text, len);
  case TARGET_LANGUAGE:
    return set_language(finder, text, len, took);
  case TARGET_PUBLISHED:
    if ((*took = parse_date(text, len, &date))) article->published = date, article->origin = NSEARCH_ORIGIN_META;
    return NSEARCH_OK;
  case TARGET_UPDATED:
    if ((*took = parse_date(text, len, &date))) article->updated = date.seconds, article->has_updated = true;
    return NSEARCH_OK;
  case TARGET_URL: {
    struct buffer *url = &article->parts[ARTICLE_URL];
    *took = html_url_resolve(finder->base.bytes, text, len, url);
    return buffer_status(url, finder->err);
  }
  default:
    return article_set(article, (enum article_part)is->target, text, len, finder->err);
  }
}

/* True for who made the claim that a page examines, which may show the name as an author's. */
static bool is_claimant(const struct finder *finder, const char *text, size_t len) {
  for (size_t i = 0; i < finder->claimant_count; i++)
    if (html_titles_equal(text, len, finder->claimants[i], finder->claimant_len[i])) return true;
  return false;
}

/* Offers a value for the field of a piece of evidence; lists take all that the best evidence says. */
static int offer(struct finder *finder, size_t evidence, const char *text, size_t len) {
  const struct evidence *is = &evidences[evidence];
  /* Of elements of a class only the first is sure to be about this article. */
  bool is_list = (is->target == TARGET_AUTHORS && is->place != IN_CLASS) || is->target == TARGET_TOPICS, took = false;
  unsigned rank = (unsigned)evidence + 1, held = finder->rank[is->target];
  trim(&text, &len);
  if (len == 0 || (len > VALUE_MAX && is->target != TARGET_TOPICS) ||
      (held && (held < rank || (held == rank && !is_list))))
    return NSEARCH_OK;
  if (is->target == TARGET_AUTHORS &&
      (!html_author_narrow(&text, &len, is->place == IN_CLASS || is->place == IN_LINK || is->place == IN_ITEM) ||
       is_claimant(finder, text, len)))
    return NSEARCH_OK;
  if ((is->target == TARGET_AUTHORS || is->target == TARGET_TOPICS) && held != rank) {
    struct article_list *list = is->target == TARGET_AUTHORS ? &finder->article->authors : &finder->article->topics;
    buffer_clear(&list->text);
    list->count = 0;
  }
  int status = set_value(finder, is, text, len, &took);
  if (took) finder->rank[is->target] = rank;
  return status;
}

/* The same for text that may hold entities or tags. */
static int offer_markup(struct finder *finder, size_t evidence, const char *text) {
  size_t len = strlen(text);
  if (!markup_present(text, len)) return offer(finder, evidence, text, len);
  struct buffer plain = {0};
  markup_text(text, len, &plain);
  int status = buffer_status(&plain, finder->err);
  if (!status) status = offer(finder, evidence, plain.bytes, plain.len);
  buffer_free(&plain);
  return status;
}

static int offer_text(struct finder *finder, size_t evidence, size_t node) {
  buffer_clear(&finder->text);
  html_text(finder->tree, node, VALUE_MAX + HTML_TEXT_MORE, &finder->text);
  int status = buffer_status(&finder->text, finder->err);
  return status ? status : offer(finder, evidence, finder->text.bytes, finder->text.len);
}

/* ---- Places ---- */

static int from_data(struct finder *finder) {
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < EVIDENCES; i++) {
    if (evidences[i].place != IN_DATA) continue;
    size_t at = 0, taken = 0;
    for (const struct html_statement *is;
         !status && taken++ < AUTHORS_MAX &&
         (is = html_data_next(finder->data, finder->data->article, evidences[i].key, &at));)
      status = offer_markup(finder, i, html_data_value(finder->data, is, evidences[i].inner));
  }
  return status;
}

static int from_meta(struct finder *finder, size_t node) {
  static const char *const names[] = {"property", "name", "itemprop", "http-equiv"};
  const char *content = html_attribute(finder->tree, node, "content");
  int status = NSEARCH_OK;
  for (size_t n = 0; content && n < sizeof names / sizeof *names; n++) {
    const char *name = html_attribute(finder->tree, node, names[n]);
    for (size_t i = 0; name && !status && i < EVIDENCES; i++)
      if ((evidences[i].place == IN_META || evidences[i].place == IN_ITEM) && strcasecmp(name, evidences[i].key) == 0)
        status = offer_markup(finder, i, content);
  }
  return status;
}

/* True for an element too far from the one that named the first author: comments have authors too. */
static bool names_another(const struct finder *finder, size_t evidence, size_t node) {
  enum { NEAR = 60 };
  return evidences[evidence].target == TARGET_AUTHORS && finder->rank[TARGET_AUTHORS] == evidence + 1 &&
         finder->author > 0 && node > finder->author + NEAR;
}

/* The value of an element of microdata: what it is for machines, the name inside it, or its text. */
static int offer_item(struct finder *finder, size_t evidence, size_t node) {
  enum { NEAR = 50 };
  static const char *const attributes[] = {"content", "datetime"};
  const struct html_node *nodes = finder->tree->nodes;
  for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
    const char *value = html_attribute(finder->tree, node, attributes[i]);
    if (value && *value) return offer(finder, evidence, value, strlen(value));
  }
  size_t end = nodes[node].end < node + NEAR ? nodes[node].end : node + NEAR;
  for (size_t i = node + 1; html_attribute(finder->tree, node, "itemscope") && i < end; i++)
    if (nodes[i].tag != HTML_TEXT && html_attribute_has(finder->tree, i, "itemprop", "name"))
      return offer_item(finder, evidence, i);
  return offer_text(finder, evidence, node);
}

/* True when one of the words is a word of the attribute, letter case ignored; words end where ASCII letters do. */
static bool attribute_says(const struct html_tree *tree, size_t node, const char *key, const char *const *words,
                           size_t count) {
  const char *names = html_attribute(tree, node, key);
  while (names && *names) {
    size_t len = 0;
    while ((names[len] >= 'a' && names[len] <= 'z') || (names[len] >= 'A' && names[len] <= 'Z')) len++;
    for (size_t i = 0; len > 0 && i < count; i++)
      if (strlen(words[i]) == len && strncasecmp(names, words[i], len) == 0) return true;
    names += len > 0 ? len : 1;
  }
  return false;
}

/* In what is around the article, or a form; some pages are one form as a whole. */
static bool begins_aside(const struct html_tree *tree, size_t node) {
  enum { FORM_MAX = 200 };
  uint8_t tag = tree->nodes[node].tag;
  return tag == HTML_NAV || tag == HTML_ASIDE || tag == HTML_FOOTER ||
         (tag == HTML_FORM && tree->nodes[node].end - node < FORM_MAX);
}

/* What readers wrote behind the article, or may write: comments have authors too. */
static bool begins_comments(const struct html_tree *tree, size_t node) {
  static const char *const words[] = {"comment", "comments", "commentlist", "pingback", "trackback", "respond"};
  enum { WORDS = sizeof words / sizeof *words };
  uint8_t tag = tree->nodes[node].tag;
  if (tag == HTML_LABEL) return true;
  if (tag == HTML_HTML || tag == HTML_BODY || tag == HTML_ARTICLE || tag == HTML_MAIN) return false;
  return attribute_says(tree, node, "class", words, WORDS) || attribute_says(tree, node, "id", words, WORDS);
}

/* Notes where what begins at a node ends. Nodes come in order, so all of them are asked once, and none about what is
 * around it. */
static void note_asides(struct finder *finder, size_t node) {
  const struct html_tree *tree = finder->tree;
  size_t end = tree->nodes[node].end;
  if (tree->nodes[node].tag == HTML_TEXT) return;
  if (node >= finder->aside_end && begins_aside(tree, node)) finder->aside_end = end;
  if (node >= finder->reader_end && node > finder->heading && begins_comments(tree, node)) finder->reader_end = end;
}

static int from_element(struct finder *finder, size_t node) {
  bool behind_title = node > finder->heading;
  bool aside = node < finder->aside_end, of_reader = node < finder->reader_end;
  const struct html_tree *tree = finder->tree;
  const struct html_node *of = &tree->nodes[node];
  const char *datetime = html_attribute(tree, node, "datetime"), *lang = html_attribute(tree, node, "lang");
  const char *href = html_attribute(tree, node, "href"), *classes = html_attribute(tree, node, "class");
  const char *item = html_attribute(tree, node, "itemprop");
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < EVIDENCES; i++) {
    const struct evidence *is = &evidences[i];
    unsigned held = finder->rank[is->target];
    if ((held && held < i + 1) || names_another(finder, i, node)) continue;
    switch (is->place) {
    case IN_ITEM:
      if (item && html_attribute_has(tree, node, "itemprop", is->key) &&
          !(is->target == TARGET_TITLE && html_leads_home(tree, node)) && !(is->target == TARGET_AUTHORS && of_reader))
        status = offer_item(finder, i, node);
      break;
    case IN_LINK:
      if (!html_attribute_has(tree, node, "rel", is->key)) break;
      if (is->target == TARGET_URL && of->tag == HTML_LINK && href)
        status = offer(finder, i, href, strlen(href));
      else if (is->target == TARGET_AUTHORS && of->tag == HTML_A && !aside && !of_reader)
        status = offer_text(finder, i, node);
      break;
    case IN_CLASS:
      if (classes && behind_title && of->end - node < 40 && attribute_says(tree, node, "class", &is->key, 1) &&
          !aside && !(is->target == TARGET_AUTHORS && of_reader))
        status = offer_text(finder, i, node);
      break;
    case IN_ELEMENT:
      if (is->target == TARGET_LANGUAGE && of->tag == HTML_HTML && lang)
        status = offer(finder, i, lang, strlen(lang));
      else if (is->target == TARGET_PUBLISHED && of->tag == HTML_TIME && behind_title && !aside)
        status = datetime ? offer(finder, i, datetime, strlen(datetime)) : offer_text(finder, i, node);
      break;
    default:
      break;
    }
    if (is->target == TARGET_AUTHORS && finder->rank[TARGET_AUTHORS] != held) finder->author = node;
  }
  return status;
}

/* ---- All together ---- */

/* What links of the page are relative to. */
static int find_base(struct finder *finder) {
  const char *url = finder->url ? finder->url : "";
  for (size_t i = 1; i < finder->tree->count; i++) {
    const char *href = finder->tree->nodes[i].tag == HTML_BASE ? html_attribute(finder->tree, i, "href") : NULL;
    if (href && html_url_resolve(url, href, strlen(href), &finder->base)) break;
  }
  if (finder->base.len == 0) buffer_text(&finder->base, url);
  buffer_byte(&finder->base, 0);
  return buffer_status(&finder->base, finder->err);
}

static void find_claimants(struct finder *finder) {
  const struct html_data *data = finder->data;
  for (size_t i = 0; i < data->count && finder->claimant_count < CLAIMS_MAX; i++) {
    const struct html_statement *is = &data->statements[i];
    if (!is->object || !is->child || strcmp(data->text.bytes + is->key, "itemReviewed") != 0) continue;
    const char *name = html_data_get(data, is->child, "author", "name");
    finder->claimants[finder->claimant_count] = name;
    finder->claimant_len[finder->claimant_count++] = strlen(name);
  }
}

static int walk(struct finder *finder) {
  const struct html_tree *tree = finder->tree;
  int status = NSEARCH_OK;
  finder->heading = html_titles_find(&finder->titles, tree);
  for (size_t i = 1; !status && i < tree->count; i++) {
    note_asides(finder, i);
    if (tree->nodes[i].tag == HTML_TEXT || tree->nodes[i].attributes == 0) {
      if (tree->nodes[i].tag == HTML_TIME) status = from_element(finder, i);
      continue;
    }
    status = tree->nodes[i].tag == HTML_META ? from_meta(finder, i) : from_element(finder, i);
  }
  return status;
}

static int settle_url(struct finder *finder) {
  struct nsearch_article *article = finder->article;
  size_t len;
  article_get(article, ARTICLE_URL, &len);
  if (len == 0 && finder->url) {
    int status = article_set(article, ARTICLE_URL, finder->url, strlen(finder->url), finder->err);
    if (status) return status;
  }
  const char *url = article_get(article, ARTICLE_URL, &len);
  if (article->published.precision == NSEARCH_PRECISION_NONE && html_url_date(url, len, &article->published))
    article->origin = NSEARCH_ORIGIN_URL;
  return NSEARCH_OK;
}

int html_meta(const struct html_tree *tree, const struct html_data *data, const char *url,
              struct nsearch_article *article, struct nsearch_error *err) {
  struct finder finder = {.tree = tree, .data = data, .article = article, .url = url, .err = err};
  find_claimants(&finder);
  int status = find_base(&finder);
  if (!status) status = from_data(&finder);
  if (!status) status = walk(&finder);
  if (!status) status = settle_url(&finder);
  if (!status) status = html_authors_settle(article, err);
  if (!status) status = html_titles_settle(&finder.titles, article, err);
  html_titles_free(&finder.titles);
  buffer_free(&finder.text);
  buffer_free(&finder.base);
  return status;
}
