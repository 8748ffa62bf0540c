/* indexer/sources, private to the readers of XML (feed.c, nitf.c, newsml.c, newsml1.c, rcv1.c): records that stand in documents, well-formed
 * or not, and what is in them. Sectioned by source file.
 *
 * A file is never parsed as a whole. Its records, the elements of some names, are found by their tags alone; each is then
 * a small document of its own, put between the start tags that stood open around it, so that it has their namespaces,
 * languages and bases. So files are of any size, several threads read one, and a mistake costs the record that it is in.
 * libxml2 reads the record; one that it refuses is mended first. It never sees a document type: nothing external is
 * fetched and no entity refers to another. */
#ifndef INDEXER_SOURCES_XML_H
#define INDEXER_SOURCES_XML_H

#include <libxml/tree.h>

#include "indexer/sources/sources.h"

/* ---- xml_scan.c: tags and sections of text that need not be well-formed --------------------------------------------- */

enum xml_kind {
  XML_START,
  XML_END,
  XML_EMPTY,   /* <name/> */
  XML_SECTION, /* CDATA */
  XML_REMARK   /* a comment, a processing instruction, a declaration, the mark of a section that does not end */
};

struct xml_token {
  enum xml_kind kind;
  size_t start, end; /* brackets included */
  const char *name;  /* of a tag, with its prefix; of a remark, what follows "<!" or "<?" */
  size_t name_len;
};

/* Walks over text in one pass, whatever stands in it. */
struct xml_scan {
  const char *text;
  size_t len, at;
  bool is_partial; /* more follows the text: what does not end in it is no token, and the scan ends before it */
  bool lacks[5];   /* ends of comments, sections and the like that stand nowhere in what follows */
};
/* The next token; what is no token is text between them. */
bool xml_next(struct xml_scan *scan, struct xml_token *out);

/* The name behind its prefix. */
void xml_local(const char **name, size_t *len);
/* ASCII letter case ignored. */
bool xml_is(const char *name, size_t len, const char *other);

/* The next attribute of a start tag, from *at on, which begins as 0. The value of one that has none is its name. */
struct xml_attribute {
  const char *name, *value;
  size_t name_len, value_len;
};
bool xml_next_attribute(const struct xml_token *tag, size_t *at, struct xml_attribute *out);

/* The name of the root element with its prefix; false when the text does not begin as an XML document does. */
bool xml_root(const char *text, size_t len, struct xml_token *out);

/* What the XML declaration at the start of the text says of its encoding; "" when nothing. */
enum { XML_LABEL_MAX = 40 };
void xml_encoding(const char *text, size_t len, char out[XML_LABEL_MAX]);

/* ---- xml_mend.c ----------------------------------------------------------------------------------------------------- */

/* General entities that a document declares for itself, as long as they are plain text. */
struct xml_entities {
  struct xml_entity {
    const char *name, *value; /* in the document */
    size_t name_len, value_len;
  } * items;
  size_t count, capacity;
};
int xml_entities_read(const char *text, size_t len, struct xml_entities *out, struct nsearch_error *err);

/* Whether libxml2 reads the text in time and memory that grow no faster than the text. */
bool xml_is_bounded(const char *text, size_t len);

/* Appends the text as well-formed XML that is bounded: end tags that are missing are put in and others dropped,
 * attributes quoted, entities, HTML's and the document's, as characters; stray "&" and "<" are characters. Linear in
 * len. */
void xml_mend(const char *text, size_t len, const struct xml_entities *entities, struct buffer *out);

/* ---- xml_split.c: the records of a file ----------------------------------------------------------------------------- */

/* A format: what its records are called and what is in them. */
struct xml_format {
  const char *const *records; /* names without prefix; ends with NULL */
  bool one_is_file;           /* a file of one record is that record */
  /* Fills in what the document says of all its records, from what stands outside of them. May be NULL. */
  int (*common)(xmlNode *root, struct nsearch_article *article, struct nsearch_error *err);
  /* Fills in one record. Where *skipped is set, a message that says what it is, it is no article. */
  int (*fill)(xmlNode *record, const struct nsearch_article *common, struct nsearch_article *article,
              const char **skipped, struct nsearch_error *err);
};

/* The records that begin in text, one after another. The first record's prefix is that of all. */
enum { XML_PREFIX_MAX = 31 };
struct xml_records {
  struct xml_scan scan;
  const struct xml_format *format;
  bool has_prefix;
  uint8_t prefix_len;
  char prefix[XML_PREFIX_MAX];
};
struct xml_place {
  size_t start, end; /* of a record, tags included */
  bool is_cut;       /* the text ends before it does, or the next one of its name begins in it */
};
bool xml_next_record(struct xml_records *records, struct xml_place *out);

int xml_split(const struct xml_format *format, struct input *input, uint64_t state[8], struct span *span, bool *more,
              struct source_problem *problem, struct nsearch_error *err);

/* ---- xml_parse.c ---------------------------------------------------------------------------------------------------- */

int xml_parse(const struct xml_format *format, const struct span *span, const struct sink *sink,
              struct nsearch_error *err);

/* ---- xml_tree.c: what is in a record --------------------------------------------------------------------------------- */

/* Whether the element has that local name; ASCII letter case ignored. */
bool xml_named(const xmlNode *node, const char *name);
/* The first child element of that local name; after `previous` when it is not NULL. */
xmlNode *xml_child(const xmlNode *parent, const char *name, const xmlNode *previous);
/* The next element of that local name anywhere below top, in the order of the document; after `previous` likewise. */
xmlNode *xml_below(const xmlNode *top, const char *name, const xmlNode *previous);
/* A child down a path of names between slashes: the first that there is. */
xmlNode *xml_find(const xmlNode *parent, const char *path);
bool xml_has_elements(const xmlNode *node);

/* An attribute's value, or NULL; the caller xml_free()s it. A name with a colon is of the XML namespace (xml:lang). */
char *xml_attribute(const xmlNode *node, const char *name);
void xml_free(void *text);

/* Appends all text below a node as it stands. */
void xml_content(const xmlNode *node, struct buffer *out);
/* Appends the text below a node as that of a page: white space is one blank, blocks are lines, scripts are left out. */
void xml_prose(const xmlNode *node, struct buffer *out);

/* Sets a part from a node's text, trimmed; *took says whether there was any. */
int xml_set(struct nsearch_article *article, enum article_part part, const xmlNode *node, bool *took,
            struct nsearch_error *err);
/* Sets a part that is still empty from the first child of that name that says something; the parent may be NULL. */
int xml_set_first(struct nsearch_article *article, enum article_part part, const xmlNode *parent, const char *name,
                  struct nsearch_error *err);
/* Adds a name or a word, trimmed, to a list unless it is there. */
int xml_list_add(struct article_list *list, const char *text, size_t len, struct nsearch_error *err);

/* Adds the authors named in a node's text. */
int xml_byline(struct nsearch_article *article, const xmlNode *node, struct nsearch_error *err);

/* Sets a part from an attribute: when the part is still empty and the attribute is not. */
int xml_set_attribute(struct nsearch_article *article, enum article_part part, const xmlNode *node,
                      const char *attribute, struct nsearch_error *err);

/* A date that stands in text; the first that is one counts. */
void xml_published(struct nsearch_article *article, const char *text, size_t len);
void xml_updated(struct nsearch_article *article, const char *text, size_t len);

/* ---- nitf.c --------------------------------------------------------------------------------------------------------- */

/* Fills in what a <nitf> says; fields that are set already stay, and the text is added to what there is. */
int nitf_article(const xmlNode *nitf, struct nsearch_article *article, struct nsearch_error *err);

/* ---- newsml.c: what the versions of NewsML share -------------------------------------------------------------------- */

/* The first of the paths, up to NULL, where an item says a date is when it was published, the last when it was updated. */
int newsml_dates(struct nsearch_article *article, const xmlNode *item, const char *const *paths,
                 struct nsearch_error *err);
/* Adds the text inside an element: NITF, which may fill in other fields too, XHTML, other XML, or text as it stands. */
int newsml_text(struct nsearch_article *article, const xmlNode *node, struct nsearch_error *err);

/* What an item of a class ("ninat:picture", "Photo", "image/jpeg") is that has neither headline nor text, in words; NULL
 * when it may be text. The class may be NULL. */
const char *newsml_kind(const char *class);

#endif
