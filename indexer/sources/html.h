/* indexer/sources, pages: a page as a flat tree, and what is read out of it. The map of html_*.c, sectioned by source
 * file; the rest of the program sees html_article() in sources.h alone. */
#ifndef INDEXER_SOURCES_HTML_H
#define INDEXER_SOURCES_HTML_H

#include "indexer/sources/sources.h"

/* ---- html_tree.c: bytes to a flat tree --------------------------------------------------------------------------- */

/* The elements that are told apart. FLOW: it begins a line; VOID: it has no content; CUT: never part of a text. */
#define HTML_TAGS(TAG)                                                                                                 \
  TAG(A, "a", 0)                                                                                                       \
  TAG(ABBR, "abbr", 0)                                                                                                 \
  TAG(ADDRESS, "address", FLOW)                                                                                        \
  TAG(ARTICLE, "article", FLOW)                                                                                        \
  TAG(ASIDE, "aside", FLOW | CUT)                                                                                      \
  TAG(AUDIO, "audio", FLOW | CUT)                                                                                      \
  TAG(BASE, "base", VOID)                                                                                              \
  TAG(BLOCKQUOTE, "blockquote", FLOW)                                                                                  \
  TAG(BODY, "body", FLOW)                                                                                              \
  TAG(BR, "br", VOID)                                                                                                  \
  TAG(BUTTON, "button", FLOW | CUT)                                                                                    \
  TAG(CANVAS, "canvas", CUT)                                                                                           \
  TAG(CAPTION, "caption", FLOW)                                                                                        \
  TAG(CENTER, "center", FLOW)                                                                                          \
  TAG(CODE, "code", 0)                                                                                                 \
  TAG(DD, "dd", FLOW)                                                                                                  \
  TAG(DETAILS, "details", FLOW)                                                                                        \
  TAG(DIALOG, "dialog", FLOW | CUT)                                                                                    \
  TAG(DIV, "div", FLOW)                                                                                                \
  TAG(DL, "dl", FLOW)                                                                                                  \
  TAG(DT, "dt", FLOW)                                                                                                  \
  TAG(EMBED, "embed", VOID | CUT)                                                                                      \
  TAG(FIELDSET, "fieldset", FLOW | CUT)                                                                                \
  TAG(FIGCAPTION, "figcaption", FLOW | CUT)                                                                            \
  TAG(FIGURE, "figure", FLOW)                                                                                          \
  TAG(FOOTER, "footer", FLOW | CUT)                                                                                    \
  TAG(FORM, "form", FLOW)                                                                                              \
  TAG(FRAMESET, "frameset", FLOW)                                                                                      \
  TAG(H1, "h1", FLOW)                                                                                                  \
  TAG(H2, "h2", FLOW)                                                                                                  \
  TAG(H3, "h3", FLOW)                                                                                                  \
  TAG(H4, "h4", FLOW)                                                                                                  \
  TAG(H5, "h5", FLOW)                                                                                                  \
  TAG(H6, "h6", FLOW)                                                                                                  \
  TAG(HEAD, "head", FLOW)                                                                                              \
  TAG(HEADER, "header", FLOW)                                                                                          \
  TAG(HR, "hr", FLOW | VOID)                                                                                           \
  TAG(HTML, "html", FLOW)                                                                                              \
  TAG(IFRAME, "iframe", FLOW | CUT)                                                                                    \
  TAG(IMG, "img", VOID)                                                                                                \
  TAG(INPUT, "input", VOID | CUT)                                                                                      \
  TAG(LABEL, "label", CUT)                                                                                             \
  TAG(LI, "li", FLOW)                                                                                                  \
  TAG(LINK, "link", VOID)                                                                                              \
  TAG(MAIN, "main", FLOW)                                                                                              \
  TAG(MENU, "menu", FLOW | CUT)                                                                                        \
  TAG(META, "meta", VOID)                                                                                              \
  TAG(NAV, "nav", FLOW | CUT)                                                                                          \
  TAG(NOSCRIPT, "noscript", FLOW | CUT)                                                                                \
  TAG(OBJECT, "object", FLOW | CUT)                                                                                    \
  TAG(OL, "ol", FLOW)                                                                                                  \
  TAG(OPTION, "option", FLOW | CUT)                                                                                    \
  TAG(P, "p", FLOW)                                                                                                    \
  TAG(PRE, "pre", FLOW)                                                                                                \
  TAG(SCRIPT, "script", CUT)                                                                                           \
  TAG(SECTION, "section", FLOW)                                                                                        \
  TAG(SELECT, "select", FLOW | CUT)                                                                                    \
  TAG(STYLE, "style", CUT)                                                                                             \
  TAG(SUMMARY, "summary", FLOW)                                                                                        \
  TAG(SVG, "svg", CUT)                                                                                                 \
  TAG(TABLE, "table", FLOW)                                                                                            \
  TAG(TBODY, "tbody", FLOW)                                                                                            \
  TAG(TD, "td", FLOW)                                                                                                  \
  TAG(TEMPLATE, "template", FLOW | CUT)                                                                                \
  TAG(TEXTAREA, "textarea", FLOW | CUT)                                                                                \
  TAG(TFOOT, "tfoot", FLOW)                                                                                            \
  TAG(TH, "th", FLOW)                                                                                                  \
  TAG(THEAD, "thead", FLOW)                                                                                            \
  TAG(TIME, "time", 0)                                                                                                 \
  TAG(TITLE, "title", FLOW | CUT)                                                                                      \
  TAG(TR, "tr", FLOW)                                                                                                  \
  TAG(UL, "ul", FLOW)                                                                                                  \
  TAG(VIDEO, "video", FLOW | CUT)

enum html_tag {
  HTML_TEXT,  /* no element: a run of text */
  HTML_OTHER, /* an element without a name of its own here, inline as browsers take it */
#define TAG(NAME, name, flags) HTML_##NAME,
  HTML_TAGS(TAG)
#undef TAG
  HTML_TAG_COUNT
};

enum { HTML_FLOW = 1, HTML_VOID = 2, HTML_CUT = 4 };
extern const uint8_t html_tag_flags[HTML_TAG_COUNT];

enum {
  HTML_DEPTH_MAX = 512,     /* open elements; a page that nests deeper ends there */
  HTML_NODES_MAX = 1 << 20, /* likewise */
};

/* Nodes stand in document order, so what is below node i are the nodes between i and its end: walking a page is a loop
 * and needs no stack. Node 0 stands for the page. */
struct html_node {
  uint32_t parent, end;
  uint32_t text, len;  /* in the tree's text: of HTML_TEXT its characters, of an element its attributes */
  uint16_t attributes; /* how many; each is a name and a value, either ended by a NUL */
  uint8_t tag;
};

struct html_tree {
  struct html_node *nodes;
  size_t count, capacity;
  struct buffer text;
};

/* Parses a page of UTF-8 by libxml2, which fetches nothing. Whatever the bytes are gives a tree: it fails only for want
 * of memory. Takes time in proportion to the length. */
int html_parse(struct html_tree *tree, const char *bytes, size_t len, struct nsearch_error *err);
void html_tree_free(struct html_tree *tree);

/* The value of an attribute, NULL when there is none. Names are lower case. */
const char *html_attribute(const struct html_tree *tree, size_t node, const char *name);

/* True when the attribute is a list of words, one of which this is; ASCII letter case ignored. */
bool html_attribute_has(const struct html_tree *tree, size_t node, const char *name, const char *word);

/* Appends the text below a node, white space as single blanks, and of it at most so many bytes, whole characters. Asked
 * for so many more than a limit it gives more than the limit when the text is longer. */
enum { HTML_TEXT_MORE = 4 };
void html_text(const struct html_tree *tree, size_t node, size_t most, struct buffer *out);

/* ---- html_blocks.c: a page as blocks of text --------------------------------------------------------------------- */

/* A paragraph, heading, list item, table cell or the like: text between two places where a line ends. What is hidden,
 * and elements that are never part of a text, are in no block. */
struct html_block {
  uint32_t first, last;           /* nodes of text */
  uint32_t owner;                 /* the element that it is the text of */
  uint32_t bytes, linked, commas; /* white space left out; how many of the bytes stand in links */
  bool has_stop, cut;             /* cut: it stands beside the article */
};

struct html_sum {
  uint32_t bytes, linked, reading; /* reading: the bytes of blocks that read like a text */
};

struct html_blocks {
  struct html_block *list;
  size_t count, capacity;
  struct html_sum *before; /* for each node, and the end, of the blocks that begin before it and are not cut */
};

bool html_hidden(const struct html_tree *tree, size_t node);
int html_blocks_find(struct html_blocks *blocks, const struct html_tree *tree, struct nsearch_error *err);
void html_blocks_free(struct html_blocks *blocks);

/* True when a block is long enough, or a sentence, and not mostly links. */
bool html_block_reads(const struct html_block *block);

/* Sums up what is not cut; html_blocks_below() then tells in no time what is below a node. */
int html_blocks_sum(struct html_blocks *blocks, const struct html_tree *tree, struct nsearch_error *err);
struct html_sum html_blocks_below(const struct html_blocks *blocks, const struct html_tree *tree, size_t node);

void html_block_text(const struct html_tree *tree, const struct html_block *block, struct buffer *out);

/* ---- html_names.c: what the names that authors of pages give to elements say about them -------------------------- */

enum html_role {
  HTML_ROLE_NONE,
  HTML_ROLE_ARTICLE, /* the text of an article */
  HTML_ROLE_MAYBE,   /* a part of a page that often holds it */
  HTML_ROLE_ASIDE,   /* something else */
};
enum html_role html_role(const struct html_tree *tree, size_t node);

/* ---- html_body.c: which nodes are the text of the article -------------------------------------------------------- */

/* Appends the text: paragraphs, list items, headings and table rows on lines of their own, without `title` where it
 * opens the text. */
int html_body(const struct html_tree *tree, const struct buffer *title, struct buffer *out,
              struct nsearch_error *err);

/* ---- html_data.c: JSON-LD ---------------------------------------------------------------------------------------- */

/* What the scripts of a page say, as statements (object, key, value), in the order of the page. */
struct html_data {
  struct html_statement {
    uint32_t object;     /* numbered from 1 */
    uint32_t key, value; /* offsets in text, each ended by a NUL; of an object the value is "" */
    uint32_t child;      /* the object that is the value, or 0 */
  } *statements;
  size_t count, capacity;
  uint32_t objects, article; /* the object that describes the article, 0 when none does */
  struct buffer text;
};

/* Reads all scripts of JSON-LD; one that is broken counts as far as it was read. */
int html_data_read(struct html_data *data, const struct html_tree *tree, struct nsearch_error *err);
void html_data_free(struct html_data *data);

/* Iterates over what an object says under a key; begin with *at 0. NULL at the end. */
const struct html_statement *html_data_next(const struct html_data *data, uint32_t object, const char *key, size_t *at);
const char *html_data_text(const struct html_data *data, const struct html_statement *statement);

/* The value of a statement; when that is an object, what it says under `inner`, or where it points to does. */
const char *html_data_value(const struct html_data *data, const struct html_statement *statement, const char *inner);

/* The first value of object.key that is not empty; "" when there is none. */
const char *html_data_get(const struct html_data *data, uint32_t object, const char *key, const char *inner);

/* ---- html_url.c -------------------------------------------------------------------------------------------------- */

/* Makes a link whole: as it stands when it is, else by the base ("" for none). False when that gives no URL of the web
 * or there is no memory; else *out holds it and no more. */
bool html_url_resolve(const char *base, const char *link, size_t len, struct buffer *out);

/* The day or month that a URL's path says: /2019/11/18/, /2019/11/, 2019-11-18, 20191118. */
bool html_url_date(const char *url, size_t len, struct date *out);

/* ---- html_title.c ------------------------------------------------------------------------------------------------ */

/* What a page shows as its title. */
struct html_titles {
  struct buffer title, heading; /* <title>, and the <h1> that fits it best */
};

/* Reads them, and returns the node of the heading, 0 when there is none. */
size_t html_titles_find(struct html_titles *titles, const struct html_tree *tree);

/* Takes the name of the site off the article's title, and gives it one of these when it has none. */
int html_titles_settle(const struct html_titles *titles, struct nsearch_article *article, struct nsearch_error *err);
void html_titles_free(struct html_titles *titles);

/* True for an element that is, or stands in or around, a link to the first page of a site: that has the site's name. */
bool html_leads_home(const struct html_tree *tree, size_t node);

/* True when two titles differ in punctuation, blanks and ASCII letter case at most. */
bool html_titles_equal(const char *a, size_t a_len, const char *b, size_t b_len);

/* ---- html_author.c ----------------------------------------------------------------------------------------------- */

/* Narrows "By Jane Roe | 14 Nov" to Jane Roe; false when it is no name, as a link is none. is_line: it is text of the
 * page, in which more may follow. */
bool html_author_narrow(const char **text, size_t *len, bool is_line);

/* Adds the names in the text, as byline_add() does, but nobody twice. */
int html_author_add(struct nsearch_article *article, const char *text, size_t len, struct nsearch_error *err);

/* Takes jobs, agencies and the article's source off its authors' names, and out of the authors where persons are. */
int html_authors_settle(struct nsearch_article *article, struct nsearch_error *err);

/* ---- html_meta.c: the fields of the article ---------------------------------------------------------------------- */

/* Fills in all but the text, from the evidence in the order of docs/formats.md. */
int html_meta(const struct html_tree *tree, const struct html_data *data, const char *url,
              struct nsearch_article *article, struct nsearch_error *err);

#endif
