/* A span of records to articles. */
#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>

#include "indexer/sources/xml.h"

enum { WRAPPER_DEPTH_MAX = 16 };

/* What libxml2 is given has no document type, and so no entities, and is bounded: its own bounds, on the lengths of texts
 * above all, are lifted. */
enum { OPTIONS = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_HUGE };

struct reading {
  const struct xml_format *format;
  const struct sink *sink;
  struct buffer text; /* the span in UTF-8 */
  size_t head;        /* bytes of it that are the document's head */
  struct xml_entities entities;
  struct xml_place *places; /* of the records, in text */
  size_t place_count, place_capacity;
  struct buffer before, after; /* tags that stand open around the records, and their ends */
  unsigned depth;              /* how many they are */
  struct nsearch_article *common;
  xmlParserCtxt *context;
  struct buffer document, mended;
};

/* ---- The span as a whole ---- */

static int convert(struct reading *reading, const struct span *span, struct nsearch_error *err) {
  char label[XML_LABEL_MAX];
  xml_encoding(span->bytes, span->len, label);
  const char *declared = *label ? label : NULL;
  int status = NSEARCH_OK;
  if (span->head > 0)
    status = charset_convert(span->bytes, span->head, declared, &reading->text, reading->sink->replaced, err);
  reading->head = reading->text.len;
  if (status) return status;
  return charset_convert(span->bytes + span->head, span->len - span->head, declared, &reading->text,
                         reading->sink->replaced, err);
}

static int find_records(struct reading *reading, const struct span *span, struct nsearch_error *err) {
  struct xml_records records = {.scan = {.text = reading->text.bytes, .len = reading->text.len, .at = reading->head},
                                .format = reading->format};
  struct xml_place place;
  int status = NSEARCH_OK;
  while (!status && (span->count == 0 || reading->place_count < span->count) && xml_next_record(&records, &place)) {
    status = memory_reserve(&reading->places, &reading->place_capacity, reading->place_count + 1, sizeof place, err);
    if (!status) reading->places[reading->place_count++] = place;
  }
  return status;
}

/* The tags that stand open in front of the first record, as they are, and their ends. */
static int find_wrapper(struct reading *reading, struct nsearch_error *err) {
  struct xml_token open[WRAPPER_DEPTH_MAX], token;
  size_t end = reading->head ? reading->head : reading->place_count ? reading->places[0].start : 0;
  struct xml_scan scan = {.text = reading->text.bytes, .len = end};
  unsigned depth = 0, at;
  while (xml_next(&scan, &token)) {
    if (token.kind == XML_START && depth < WRAPPER_DEPTH_MAX) open[depth++] = token;
    if (token.kind != XML_END) continue;
    for (at = depth; at > 0; at--)
      if (open[at - 1].name_len == token.name_len && memcmp(open[at - 1].name, token.name, token.name_len) == 0) break;
    if (at > 0) depth = at - 1;
  }
  for (at = 0; at < depth; at++)
    buffer_add(&reading->before, scan.text + open[at].start, open[at].end - open[at].start);
  for (at = depth; at > 0; at--) {
    buffer_text(&reading->after, "</");
    buffer_add(&reading->after, open[at - 1].name, open[at - 1].name_len);
    buffer_byte(&reading->after, '>');
  }
  reading->depth = depth;
  int status = buffer_status(&reading->before, err);
  return status ? status : buffer_status(&reading->after, err);
}

/* ---- Documents ---- */

struct text_left {
  const char *at;
  size_t len;
};

static int on_read(void *payload, char *out, int room) {
  struct text_left *left = payload;
  size_t len = left->len < (size_t)room ? left->len : (size_t)room;
  memcpy(out, left->at, len);
  left->at += len, left->len -= len;
  return (int)len;
}

static int on_close(void *payload) {
  (void)payload;
  return 0;
}

/* A NULL document with NSEARCH_OK: there is nothing in it. The text is handed out in pieces: without memory for a copy of
 * it all, libxml2 2.9 crashes. */
static int read_document(struct reading *reading, const struct buffer *text, int options, xmlDoc **out,
                         struct nsearch_error *err) {
  *out = NULL;
  int status = buffer_status(text, err);
  if (status || text->len == 0 || text->len > INT32_MAX) return status;
  struct text_left left = {text->bytes, text->len};
  *out = xmlCtxtReadIO(reading->context, on_read, on_close, &left, NULL, "UTF-8", OPTIONS | options);
  return NSEARCH_OK;
}

static int read_mended(struct reading *reading, const struct buffer *text, xmlDoc **out, struct nsearch_error *err) {
  buffer_clear(&reading->mended);
  xml_mend(text->bytes, text->len, &reading->entities, &reading->mended);
  return read_document(reading, &reading->mended, XML_PARSE_RECOVER, out, err);
}

/* What stands outside of the records. A file that is cut into spans has its head alone. */
static int read_common(struct reading *reading, struct nsearch_error *err) {
  struct buffer *outside = &reading->document;
  xmlDoc *document = NULL;
  size_t at = 0;
  if (!reading->format->common) return NSEARCH_OK;
  if (reading->head > 0) {
    buffer_add(outside, reading->text.bytes, reading->head);
  } else {
    for (size_t i = 0; i < reading->place_count; at = reading->places[i++].end)
      buffer_add(outside, reading->text.bytes + at, reading->places[i].start - at);
    buffer_add(outside, reading->text.bytes + at, reading->text.len - at);
  }
  int status = read_mended(reading, outside, &document, err);
  xmlNode *root = document ? xmlDocGetRootElement(document) : NULL;
  if (!status && root) status = reading->format->common(root, reading->common, err);
  xmlFreeDoc(document);
  return status;
}

/* The record among the tags around it. */
static xmlNode *record_in(const struct reading *reading, xmlDoc *document) {
  xmlNode *node = document ? xmlDocGetRootElement(document) : NULL;
  for (unsigned i = 0; node && i < reading->depth; i++) node = xmlFirstElementChild(node);
  return node;
}

static int read_record(struct reading *reading, const struct xml_place *place, xmlDoc **out,
                       struct nsearch_error *err) {
  struct buffer *document = &reading->document;
  buffer_clear(document);
  buffer_add(document, reading->before.bytes, reading->before.len);
  buffer_add(document, reading->text.bytes + place->start, place->end - place->start);
  if (!place->is_cut) buffer_add(document, reading->after.bytes, reading->after.len);
  *out = NULL;
  int status = buffer_status(document, err);
  if (!status && !place->is_cut && xml_is_bounded(document->bytes, document->len))
    status = read_document(reading, document, 0, out, err);
  if (status || *out) return status;
  return read_mended(reading, document, out, err);
}

/* ---- Articles ---- */

static int parse_record(struct reading *reading, const struct xml_place *place, uint64_t record, bool whole_file,
                        struct nsearch_error *err) {
  const struct sink *sink = reading->sink;
  const char *skipped = NULL;
  struct libxml_watch watch;
  xmlDoc *document;
  libxml_begin(&watch);
  int status = read_record(reading, place, &document, err);
  xmlNode *node = record_in(reading, document);
  article_clear(sink->article);
  if (!status && node) status = reading->format->fill(node, reading->common, sink->article, &skipped, err);
  xmlFreeDoc(document);
  status = libxml_end(&watch, status, err);
  if (status) return status;
  if (!skipped) return sink->take(sink->payload, sink->article, record, whole_file, err);
  sink->problem(sink->payload, NSEARCH_EVENT_SKIPPED, record, skipped);
  return NSEARCH_OK;
}

static int parse_records(struct reading *reading, const struct span *span, struct nsearch_error *err) {
  const struct xml_place *places = reading->places;
  size_t count = reading->place_count;
  bool whole_file = span->whole_file || (reading->format->one_is_file && span->count == 0 && count == 1);
  char message[100];
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < count; i++)
    status = parse_record(reading, &places[i], span->record + i, whole_file, err);
  bool is_cut = count > 0 && places[count - 1].is_cut && places[count - 1].end == reading->text.len;
  /* A record of which nothing is there is told as empty. */
  if (!status && is_cut && !article_is_empty(reading->sink->article)) {
    snprintf(message, sizeof message, "the file ends inside record %llu, of which what is there is kept",
             (unsigned long long)(span->record + count - 1));
    reading->sink->problem(reading->sink->payload, NSEARCH_EVENT_BROKEN, 0, message);
  }
  if (!status && count == 0 && reading->format->one_is_file)
    reading->sink->problem(reading->sink->payload, NSEARCH_EVENT_EMPTY, 0, "no record in it");
  return status;
}

static int reading_begin(struct reading *reading, const struct span *span, struct nsearch_error *err) {
  reading->common = nsearch_article_new();
  reading->context = xmlNewParserCtxt();
  if (!reading->common || !reading->context) return error_memory(err);
  int status = find_records(reading, span, err);
  if (!status) status = xml_entities_read(reading->text.bytes, reading->text.len, &reading->entities, err);
  if (!status) status = find_wrapper(reading, err);
  return status ? status : read_common(reading, err);
}

static void reading_free(struct reading *reading) {
  if (reading->context) xmlFreeParserCtxt(reading->context);
  nsearch_article_free(reading->common);
  memory_free(reading->entities.items);
  memory_free(reading->places);
  struct buffer *buffers[] = {&reading->text, &reading->before, &reading->after, &reading->document, &reading->mended};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) buffer_free(buffers[i]);
}

int xml_parse(const struct xml_format *format, const struct span *span, const struct sink *sink,
              struct nsearch_error *err) {
  struct reading reading = {.format = format, .sink = sink};
  struct libxml_watch watch;
  int status = convert(&reading, span, err);
  if (status == NSEARCH_ERR_UNSUPPORTED) {
    sink->problem(sink->payload, NSEARCH_EVENT_BROKEN, span->record, nsearch_error_message(err));
    error_clear(err);
    return NSEARCH_OK;
  }
  libxml_begin(&watch);
  if (!status) status = reading_begin(&reading, span, err);
  status = libxml_end(&watch, status, err);
  if (!status) status = parse_records(&reading, span, err);
  reading_free(&reading);
  return status;
}
