/* indexer/sources/markdown*.c: Markdown as articles are written in it.
 *
 *   markdown.c         the source: what is front matter, title and text
 *   front_matter.c     the fields in a block of YAML or TOML
 *   markdown_text.c    blocks: paragraphs, headings, code, tables
 *   markdown_inline.c  emphasis, links, code in a line */
#ifndef INDEXER_SOURCES_MARKDOWN_H
#define INDEXER_SOURCES_MARKDOWN_H

#include "indexer/sources/sources.h"

/* ---- front_matter.c ---------------------------------------------------------------------------------------------------- */

enum front_kind { FRONT_NONE, FRONT_YAML, FRONT_TOML };

/* A block of "---" or "+++" at the beginning of text[0..len): text[start..end) stands between these lines, the rest of
 * the file begins at `behind`. */
struct front_matter {
  enum front_kind kind;
  size_t start, end, behind;
};
struct front_matter front_matter_find(const char *text, size_t len);

/* Gives the values of the block to the fields. What is no YAML is read line by line, as "key: value". Fails only for want
 * of memory. */
int front_matter_read(const struct front_matter *front, const char *text, struct record_fields *fields,
                      struct nsearch_error *err);

/* ---- markdown_text.c --------------------------------------------------------------------------------------------------- */

/* Appends the text without its marks to body, and the first heading to title, when that is not NULL; a heading that
 * nothing stands before is then not in the body. Linear. */
void markdown_text(const char *text, size_t len, struct buffer *title, struct buffer *body);

/* ---- markdown_inline.c ------------------------------------------------------------------------------------------------- */

/* Appends a paragraph: links as their text, images as their description, code as it is, marks of emphasis dropped, HTML's
 * tags too, entities as characters. Linear. */
void markdown_inline(const char *text, size_t len, struct buffer *out);

#endif
