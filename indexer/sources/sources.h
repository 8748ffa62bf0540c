/* indexer/sources: what the readers of formats share. The map of this folder, sectioned by source file; the readers
 * themselves (jsonl.c, json.c, reuters.c, trec.c, rcv1.c, newsml1.c, newsml.c, nitf.c, feed.c, warc.c, arc.c, mail.c,
 * html.c, markdown.c, csv.c, text.c) are the tables `struct source` of indexer/indexer.h. What those of XML share has a
 * map of its own, xml.h; so have pages (html.h), tables (csv.h) and Markdown (markdown.h). */
#ifndef INDEXER_SOURCES_SOURCES_H
#define INDEXER_SOURCES_SOURCES_H

#include "indexer/indexer.h"

/* ---- sources.c: small things for all ------------------------------------------------------------------------------- */

enum { SPAN_BYTES = 256 << 10 };

/* Length of the name without an ending that tells of compression, such as ".gz". */
size_t name_len(const char *file_name);

/* True when the name, without such an ending, ends so; ASCII letter case ignored. */
bool name_ends_with(const char *file_name, const char *ending);

/* Length of a byte order mark and white space at the start of text. */
size_t leading_blank(const char *text, size_t len);

/* Drops ASCII white space and control characters at both ends. */
void trim(const char **text, size_t *len);

/* How much of the stream to look at when `want` bytes do not hold a whole record: twice as much, and at most one byte
 * more than a record may have. */
size_t wider(size_t want);

/* Moves the first bytes of the window into the span. */
int span_take(struct input *input, size_t bytes, struct span *span, struct nsearch_error *err);

/* split() of a format whose files are one article each. */
int split_whole(struct input *input, uint64_t state[8], struct span *span, bool *more, struct source_problem *problem,
                struct nsearch_error *err);

/* An article with a text and without a title is called as its file, without the ending; not when that is "-". */
int title_from_name(struct nsearch_article *article, const char *file_name, struct nsearch_error *err);

/* The date that the name of a file begins with, 2024-05-03-slug.md, for an article that has none. */
void date_from_name(struct nsearch_article *article, const char *file_name);

void problem_set(struct source_problem *problem, enum nsearch_event_kind kind, uint64_t record, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* ---- libxml.c: what stands around each use of libxml2 ----------------------------------------------------------------- */

/* It goes on where it lacks memory, with less of the document or without an attribute, and says so on the way. What was
 * read meanwhile counts only when libxml_end() gives NSEARCH_OK. `status` is that of the reading, and goes before. */
struct _xmlError;
struct libxml_watch {
  void (*handler)(void *, struct _xmlError *); /* and its payload: as they were before */
  void *payload;
  bool lacked_memory;
};
void libxml_begin(struct libxml_watch *watch);
int libxml_end(struct libxml_watch *watch, int status, struct nsearch_error *err);

/* ---- markup.c: text out of HTML fragments and entities ------------------------------------------------------------ */

/* What a tag of HTML is to its text. */
enum markup_role {
  MARKUP_NONE,   /* it is none of HTML's */
  MARKUP_INLINE,
  MARKUP_BLOCK,  /* a line of its own */
  MARKUP_CELL,   /* a blank */
  MARKUP_DROPPED /* what it holds is no text */
};
enum markup_role markup_role(const char *name, size_t len);

/* True when the text holds a tag of HTML or an entity. */
bool markup_present(const char *text, size_t len);

/* Appends the text of an HTML fragment: its tags dropped, those of blocks as line ends, scripts and styles left out,
 * entities as characters. What looks like a tag and is none of HTML's stays. */
void markup_text(const char *text, size_t len, struct buffer *out);

/* The same where it is known that the text is HTML: no tag stays. */
void markup_strip(const char *text, size_t len, struct buffer *out);

/* Appends text in UTF-8. The controls U+0080 to U+009F, which nobody means, are the characters of Windows-1252 that these
 * numbers stand for there. */
void windows_1252_add(const char *text, size_t len, struct buffer *out);

/* Appends text with entities (&amp; &#8217; &eacute;) as characters; what is no entity stays. */
void entities_decode(const char *text, size_t len, struct buffer *out);

/* ---- charset.c: bytes in any encoding to UTF-8 ---------------------------------------------------------------------- */

enum charset_kind {
  CHARSET_UTF8,
  CHARSET_UTF16,
  CHARSET_UTF32,
  CHARSET_SINGLE,   /* a byte a character */
  CHARSET_MULTIPLE, /* one to four bytes, ASCII as it is */
  CHARSET_ESCAPED   /* seven bits with escape sequences */
};
struct charset {
  const char *name; /* as iconv knows it */
  enum charset_kind kind;
};

/* Appends the text in UTF-8 to out and adds to *replaced how many characters came out as U+FFFD. A byte order mark
 * decides, and is dropped; then the label that the source declares (from HTTP, XML, a meta tag, MIME; NULL when there is
 * none), unless the bytes contradict it: they are non-ASCII UTF-8; or there is no label, or an unknown one, and the bytes
 * do: docs/formats.md. Linear in len. Any bytes are text: fails with NSEARCH_ERR_MEMORY and, where the C library lacks the
 * converter, with NSEARCH_ERR_UNSUPPORTED alone, which is to be told as a problem of the record or file. */
int charset_convert(const char *bytes, size_t len, const char *declared, struct buffer *out, uint64_t *replaced,
                    struct nsearch_error *err);

/* The same where the encoding is known. */
int charset_decode(const struct charset *charset, const char *bytes, size_t len, struct buffer *out, uint64_t *replaced,
                   struct nsearch_error *err);

/* For formats that declare no encoding: text becomes what it is in UTF-8, itself or made in `decoded`. *ok is false when it
 * cannot be converted, which the sink was told as a problem of the record. */
int sink_decode(const struct sink *sink, uint64_t record, const char **text, size_t *len, struct buffer *decoded,
                bool *ok, struct nsearch_error *err);

/* Which encoding a text is in, by all these rules; *mark is the length of its byte order mark. */
const struct charset *charset_choose(const char *bytes, size_t len, const char *declared, size_t *mark);

/* By a byte order mark, whose length is stored (0: none); by the NUL bytes that ASCII has in UTF-16 and UTF-32. NULL
 * when it is neither. */
const struct charset *charset_mark(const char *bytes, size_t len, size_t *mark);
const struct charset *charset_wide(const char *bytes, size_t len);

/* ---- charset_labels.c ---------------------------------------------------------------------------------------------- */

/* The encoding that a label ("Latin-1", "x-sjis", "windows-1251") means, NULL when unknown; UTF-7 is unknown. */
const struct charset *charset_find(const char *label);

/* ---- charset_detect.c: a guess ------------------------------------------------------------------------------------- */

/* By escape sequences of ISO 2022, in bytes that are all ASCII. */
const struct charset *charset_escaped(const char *bytes, size_t len);
/* Of bytes that are no UTF-8; NULL when it cannot be told. */
const struct charset *charset_detect(const char *bytes, size_t len);

/* ---- byline.c: names out of a line ------------------------------------------------------------------------------------ */

/* Adds the authors named in "By Jane Roe and John Doe": docs/formats.md says where a line is cut. */
int byline_add(struct nsearch_article *article, const char *text, size_t len, struct nsearch_error *err);

/* ---- text.c -------------------------------------------------------------------------------------------------------- */

/* Fills in title and body from plain text in UTF-8. */
int text_article(const char *text, size_t len, const struct sink *sink, struct nsearch_error *err);

/* ---- headers.c: lines "Name: value" as HTTP, mail and WARC have them ------------------------------------------------- */

/* Offset behind the empty line that ends the headers, 0 when there is none in the text. */
size_t headers_end(const char *text, size_t len);

/* The value of the first header of that name, trimmed, with the line ends of continuation lines in it. ASCII letter case
 * of names is ignored. */
bool header_find(const char *headers, size_t len, const char *name, const char **value, size_t *value_len);

/* The value before its parameters ("text/html" of "text/html; charset=x") in lower case; cut to the room. */
void header_word(const char *value, size_t len, char *out, size_t room);

/* A parameter of a value, without its quotes, as a string; false when absent or too long. */
bool header_parameter(const char *value, size_t len, const char *name, char *out, size_t room);

/* ---- mime.c: the text of mails ----------------------------------------------------------------------------------------- */

/* Appends the bytes; whatever is no digit of base64 is passed over. */
void base64_decode(const char *text, size_t len, struct buffer *out);

/* Appends a header's value in UTF-8, its encoded words decoded. */
int mime_words(const char *value, size_t len, struct buffer *out, uint64_t *replaced, struct nsearch_error *err);

/* Appends the text of a message, headers and body, in UTF-8: of alternatives the plain one unless it says hardly anything,
 * attachments left out. */
int mime_text(const char *message, size_t len, struct buffer *out, uint64_t *replaced, struct nsearch_error *err);

/* ---- http.c: a response as it was on the wire ------------------------------------------------------------------------- */

struct http_response {
  unsigned status;
  const char *headers, *body; /* point into the response, the body into decoded where it had an encoding */
  size_t headers_len, body_len;
  struct buffer decoded;
};
/* Chunks joined, gzip, deflate and brotli undone; a body that is not what its headers say is taken as it is, one that
 * breaks off as far as it goes, one that would be larger than RECORD_MAX as far as that. False when the bytes are no
 * response; decoded.failed where there was no memory, and what the body is then says nothing. */
bool http_read(const char *bytes, size_t len, struct http_response *out);
void http_free(struct http_response *response);

/* ---- capture.c: pages of a crawl, and the files that hold them --------------------------------------------------------- */

/* What stands between a record's first byte and the next record's. */
enum frame_kind { FRAME_MORE, FRAME_BAD, FRAME_END, FRAME_WHOLE };
struct frame {
  enum frame_kind kind;
  size_t start, header_len; /* of the header, behind empty lines */
  uint64_t body_len;
  bool wanted; /* may hold an article: worth its memory */
};

/* A file of such records. */
struct capture_format {
  /* Looks at what may begin a record. FRAME_MORE when more bytes are needed to tell; FRAME_END where only empty lines
   * are left. */
  struct frame (*frame)(const char *text, size_t len, bool is_all);
  /* Offset of the next record that can be told by its beginning, from `at` on; len when there is none. */
  size_t (*find)(const char *text, size_t len, size_t at);
  /* Hands the article of a record, or why there is none, to the sink. */
  int (*record)(const char *header, size_t header_len, const char *body, size_t body_len, uint64_t record,
                const struct sink *sink, struct nsearch_error *err);
};
/* split() and parse() of a source; uses state[0..2]. */
int capture_split(const struct capture_format *format, struct input *input, uint64_t state[8], struct span *span,
                  bool *more, struct source_problem *problem, struct nsearch_error *err);
int capture_parse(const struct capture_format *format, const struct span *span, const struct sink *sink,
                  struct nsearch_error *err);

/* A page or text that was fetched. */
struct capture {
  const char *url, *type, *charset; /* type in lower case, "" when unknown; charset may be NULL */
  const char *date;                 /* when it was fetched */
  size_t url_len, date_len;
};
/* Makes an article of HTML and plain text; everything else is skipped and said so. */
int capture_article(const struct capture *capture, const char *body, size_t len, uint64_t record,
                    const struct sink *sink, struct nsearch_error *err);
/* The same from a response of HTTP; only one with status 200 holds a page. */
int capture_response(struct capture *capture, const char *bytes, size_t len, uint64_t record, const struct sink *sink,
                     struct nsearch_error *err);

/* ---- html.c: a page to an article ------------------------------------------------------------------------------------- */

/* Fills in what a page says of itself and the text of its article; what is found nowhere stays empty, the text too.
 * charset is the encoding that was declared outside of the page and url where it came from; either may be NULL. Adds to
 * *replaced how many characters could not be decoded. Fails only for want of memory. */
int html_article(const char *bytes, size_t len, const char *charset, const char *url, struct nsearch_article *article,
                 uint64_t *replaced, struct nsearch_error *err);

/* ---- json_scan.c: the edges of JSON values without looking at them ------------------------------------------------- */

/* Position in a value being walked over; start zeroed. It can be continued when more bytes are there. */
struct json_scan {
  size_t at;      /* bytes looked at */
  uint64_t kinds; /* open brackets, innermost lowest: 1 for an object */
  uint32_t depth; /* of open brackets */
  bool in_string, escaped;
  bool split_string; /* a line ended inside a string, which JSON forbids: most likely a quote is missing */
  bool tolerant;     /* go on all the same */
};

enum json_edge {
  JSON_MORE,  /* the bytes end inside the value */
  JSON_END,   /* `at` is after its last byte */
  JSON_STRAY, /* `at` is before a closing bracket that belongs to what the value is in */
  JSON_SPLIT_STRING
};

/* Walks over one value, whose first byte text[0] is no white space. Brackets that do not fit are paired as well as can
 * be: the parser will call the value bad, and the next one is found all the same. */
enum json_edge json_scan(struct json_scan *scan, const char *text, size_t len);

/* ---- json_article.c: a JSON object to an article -------------------------------------------------------------------- */

struct json_parser;
int json_parser_new(struct json_parser **out, struct nsearch_error *err);
void json_parser_free(struct json_parser *parser);

/* Reads one record and hands the article, or what is wrong with it, to the sink. */
int json_article(struct json_parser *parser, const char *text, size_t len, uint64_t record, bool whole_file,
                 const struct sink *sink, struct nsearch_error *err);

/* ---- json_keys.c: which field a key stands for ---------------------------------------------------------------------- */

enum target {
  TARGET_ID = ARTICLE_ID,
  TARGET_URL = ARTICLE_URL,
  TARGET_TITLE = ARTICLE_TITLE,
  TARGET_BODY = ARTICLE_BODY,
  TARGET_SOURCE = ARTICLE_SOURCE,
  TARGET_SECTION = ARTICLE_SECTION,
  TARGET_LANGUAGE = ARTICLE_LANGUAGE,
  TARGET_AUTHORS,
  TARGET_TOPICS,
  TARGET_PUBLISHED,
  TARGET_UPDATED,
  TARGET_COUNT
};

/* The field of a name as --map has it ("body"), or -1. */
int field_find(const char *name, size_t len);

enum key_shape {
  KEY_VALUE,
  KEY_TEXT,      /* numbers do not count, and of several keys of one rank the first does */
  KEY_WORDS,     /* a string is a comma-separated list */
  KEY_RENDITIONS /* of an array the best value counts, by what its object says that it is */
};

/* A key's claim on a field: of two keys the one with the lower rank holds. */
struct key_claim {
  enum target target;
  uint32_t rank;
  enum key_shape shape;
};

/* Fills in what the key of a record stands for and returns how many fields that are. */
size_t key_claims(const struct field_map *map, const char *key, size_t len, struct key_claim out[TARGET_COUNT]);

/* Rank of a key of an object that stands where a value was expected ({"name": "Reuters"}), or 0 for none; the lower
 * rank holds. */
uint32_t value_key_rank(const char *key, size_t len);

/* Keys that say what a record is, and what one of several renditions of a text is: its content type, its role. */
bool key_is_type(const char *key, size_t len);
bool key_is_rendition(const char *key, size_t len);

/* What a record of that type is when it has neither title nor text; NULL for a text. */
const char *record_kind(const char *type, size_t len);

/* How readily a rendition is taken, by what it is said to be: plain text, then pages, then what no reader reads. */
enum { RENDITION_OTHER = 1, RENDITION_PAGE, RENDITION_PLAIN };
unsigned rendition_rank(const char *said, size_t len);

/* ---- fields.c: values of keys to an article ---------------------------------------------------------------------------- */

/* A record whose fields are being filled in; start zeroed. */
struct record_fields {
  const struct sink *sink;
  struct nsearch_error *err;
  uint32_t rank[TARGET_COUNT]; /* that holds the field */
  struct buffer scratch;
};
/* Begins a record: clears the sink's article. */
void fields_begin(struct record_fields *fields, const struct sink *sink, struct nsearch_error *err);
void fields_free(struct record_fields *fields);

/* Gives a value to the fields that its key claims, unless one of a lower rank holds them, the value is empty, or it is
 * none for the field: a date that is no date. */
int fields_value(struct record_fields *fields, const struct key_claim *claims, size_t count, const char *text,
                 size_t len);
/* Several values: a list field takes all, the body joins them as paragraphs, another takes the first. */
int fields_list(struct record_fields *fields, const struct key_claim *claims, size_t count,
                const struct article_list *values);

/* ---- sgml.c: records between tags ------------------------------------------------------------------------------------- */

/* A tag in text: text[start..end) is all of it, brackets included. A comment has an empty name. */
struct sgml_tag {
  size_t start, end;
  const char *name; /* in the text */
  size_t name_len;
  bool closing;
};

/* The next tag at or after `at`; a '<' that begins none is passed over. */
bool sgml_next(const char *text, size_t len, size_t at, struct sgml_tag *tag);
bool sgml_is(const struct sgml_tag *tag, const char *name); /* ASCII letter case ignored */

/* The value of an attribute of a tag. */
bool sgml_attribute(const char *text, const struct sgml_tag *tag, const char *name, const char **value, size_t *len);

/* split() of a format whose records stand between <name> and </name>; uses state[0]. */
int sgml_split(struct input *input, uint64_t state[8], const char *name, struct span *span, bool *more,
               struct source_problem *problem, struct nsearch_error *err);

/* parse() of such a format: calls fill() for each whole record, which stands in text[open->end..end), to fill in the
 * sink's article, and hands that on. */
typedef int (*sgml_fill)(const char *text, const struct sgml_tag *open, size_t end, const struct sink *sink,
                         struct nsearch_error *err);
int sgml_parse(const struct span *span, const char *name, sgml_fill fill, const struct sink *sink,
               struct nsearch_error *err);

#endif
