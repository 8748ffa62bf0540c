/* Tags and sections of XML that need not be well-formed. */
#include "indexer/sources/xml.h"

#include <string.h>
#include <strings.h>

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static bool is_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' || (c & 0x80);
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* ---- Tokens ---- */

enum edge {
  EDGE_NONE, /* it is text */
  EDGE_FOUND,
  EDGE_MORE /* it goes on behind the text */
};

/* Ends that are looked for in vain once are not looked for again: the walk stays linear. */
enum { LACKS_INSTRUCTION, LACKS_COMMENT, LACKS_SECTION, LACKS_DECLARATION, LACKS_BRACKETS };

/* A token that ends where `end` stands first. */
static enum edge read_until(struct xml_scan *scan, size_t open, const char *end, bool *lacks, struct xml_token *out) {
  size_t from = out->start + open, end_len = strlen(end);
  const char *at = *lacks || from > scan->len ? NULL : memmem(scan->text + from, scan->len - from, end, end_len);
  if (!at) {
    *lacks = true;
    return scan->is_partial ? EDGE_MORE : EDGE_NONE;
  }
  out->end = (size_t)(at - scan->text) + end_len;
  return EDGE_FOUND;
}

/* Behind the brackets of a document type, which hold declarations; NULL when they do not end. */
static const char *behind_brackets(const struct xml_scan *scan, const char *open) {
  const char *stop = scan->text + scan->len;
  for (const char *at = open; (at = memchr(at, ']', (size_t)(stop - at)));) {
    at++;
    while (at < stop && is_space(*at)) at++;
    if (at < stop && *at == '>') return at + 1;
  }
  return NULL;
}

static enum edge read_declaration(struct xml_scan *scan, struct xml_token *out) {
  enum edge edge = read_until(scan, 2, ">", &scan->lacks[LACKS_DECLARATION], out);
  const char *text = scan->text + out->start;
  const char *bracket = edge == EDGE_FOUND ? memchr(text, '[', out->end - out->start) : NULL;
  if (!bracket || scan->lacks[LACKS_BRACKETS] || strncasecmp(text, "<!DOCTYPE", 9) != 0) return edge;
  const char *end = behind_brackets(scan, bracket);
  if (!end && scan->is_partial) return EDGE_MORE;
  if (end)
    out->end = (size_t)(end - scan->text);
  else
    scan->lacks[LACKS_BRACKETS] = true;
  return EDGE_FOUND;
}

/* No "<" stands in a tag, so that every byte is looked at once; a ">" may stand in quotes. */
static enum edge read_tag(const struct xml_scan *scan, struct xml_token *out) {
  const char *stop = memchr(scan->text + out->start + 1, '<', scan->len - out->start - 1);
  const char *limit = stop ? stop : scan->text + scan->len;
  const char *at = scan->text + out->start + 1;
  bool is_end = at < limit && *at == '/';
  at += is_end;
  if (at == limit && !stop && scan->is_partial) return EDGE_MORE;
  if (at == limit || !(is_letter(*at) || (*at & 0x80))) return EDGE_NONE;
  out->name = at;
  while (at < limit && is_name(*at)) at++;
  out->name_len = (size_t)(at - out->name);
  const char *last = memrchr(at, '>', (size_t)(limit - at));
  for (const char *quote; last && at <= last; at++) {
    if (*at == '>') {
      out->kind = is_end ? XML_END : at[-1] == '/' ? XML_EMPTY : XML_START;
      out->end = (size_t)(at - scan->text) + 1;
      return EDGE_FOUND;
    }
    if ((*at == '"' || *at == '\'') && at < last && (quote = memchr(at + 1, *at, (size_t)(last - at)))) at = quote;
  }
  return !stop && scan->is_partial ? EDGE_MORE : EDGE_NONE;
}

static enum edge read_token(struct xml_scan *scan, struct xml_token *out) {
  const char *text = scan->text + out->start;
  size_t len = scan->len - out->start;
  static const char section[] = "<![CDATA[";
  if (len >= 2 && text[1] != '!' && text[1] != '?') return read_tag(scan, out);
  if (len < sizeof section - 1 && scan->is_partial) return EDGE_MORE;
  if (len < 2) return EDGE_NONE;
  out->kind = XML_REMARK;
  out->name = text + 2;
  while (out->start + 2 + out->name_len < scan->len && is_name(out->name[out->name_len])) out->name_len++;
  if (text[1] == '?') return read_until(scan, 2, "?>", &scan->lacks[LACKS_INSTRUCTION], out);
  if (len >= 4 && memcmp(text, "<!--", 4) == 0) return read_until(scan, 4, "-->", &scan->lacks[LACKS_COMMENT], out);
  if (len >= sizeof section - 1 && memcmp(text, section, sizeof section - 1) == 0) {
    enum edge edge = read_until(scan, sizeof section - 1, "]]>", &scan->lacks[LACKS_SECTION], out);
    out->kind = edge == EDGE_NONE ? XML_REMARK : XML_SECTION;
    if (edge != EDGE_NONE) return edge;
    out->end = out->start + sizeof section - 1; /* of one that does not end the mark alone is none of the text */
    return EDGE_FOUND;
  }
  return len > 2 && is_letter(text[2]) ? read_declaration(scan, out) : EDGE_NONE;
}

bool xml_next(struct xml_scan *scan, struct xml_token *out) {
  while (scan->at < scan->len) {
    const char *open = memchr(scan->text + scan->at, '<', scan->len - scan->at);
    if (!open) {
      scan->at = scan->len;
      break;
    }
    *out = (struct xml_token){.start = (size_t)(open - scan->text)};
    scan->at = out->start;
    switch (read_token(scan, out)) {
    case EDGE_FOUND:
      scan->at = out->end;
      return true;
    case EDGE_MORE:
      return false;
    case EDGE_NONE:
      scan->at++;
    }
  }
  return false;
}

/* ---- Names and attributes ---- */

void xml_local(const char **name, size_t *len) {
  const char *colon = memrchr(*name, ':', *len);
  if (!colon) return;
  *len -= (size_t)(colon + 1 - *name);
  *name = colon + 1;
}

bool xml_is(const char *name, size_t len, const char *other) {
  return strncasecmp(name, other, len) == 0 && other[len] == 0;
}

bool xml_next_attribute(const struct xml_token *tag, size_t *at, struct xml_attribute *out) {
  const char *end = tag->name + (tag->end - tag->start) - 2; /* the ">" of a start tag */
  const char *from = tag->name + (*at ? *at : tag->name_len);
  if (tag->kind == XML_EMPTY) end--;
  while (from < end && !is_letter(*from) && !(*from & 0x80)) from++;
  *out = (struct xml_attribute){.name = from, .value = from};
  while (from < end && is_name(*from)) from++;
  out->value_len = out->name_len = (size_t)(from - out->name);
  const char *value = from;
  while (value < end && is_space(*value)) value++;
  if (value < end && *value == '=') {
    value++;
    while (value < end && is_space(*value)) value++;
    bool is_quoted = value < end && (*value == '"' || *value == '\'');
    const char *quote = is_quoted ? memchr(value + 1, *value, (size_t)(end - value - 1)) : NULL;
    out->value = value + is_quoted;
    from = quote ? quote : out->value;
    while (!quote && from < end && !is_space(*from)) from++;
    out->value_len = (size_t)(from - out->value);
    from += quote != NULL;
  }
  *at = (size_t)(from - tag->name);
  return out->name_len > 0;
}

/* ---- The beginning of a document ---- */

bool xml_root(const char *text, size_t len, struct xml_token *out) {
  struct xml_scan scan = {.text = text, .len = len, .at = leading_blank(text, len)};
  size_t at = scan.at;
  while (xml_next(&scan, out)) {
    for (; at < out->start; at++)
      if (!is_space(text[at])) return false;
    if (out->kind == XML_START || out->kind == XML_EMPTY) return true;
    if (out->kind != XML_REMARK) return false;
    at = out->end;
  }
  return false;
}

void xml_encoding(const char *text, size_t len, char out[XML_LABEL_MAX]) {
  struct xml_scan scan = {.text = text, .len = len, .at = leading_blank(text, len)};
  struct xml_token token;
  struct xml_attribute attribute;
  out[0] = 0;
  /* Some write comments before the declaration. */
  while (xml_next(&scan, &token) && token.kind == XML_REMARK) {
    if (!xml_is(token.name, token.name_len, "xml")) continue;
    for (size_t at = 0; xml_next_attribute(&token, &at, &attribute);)
      if (xml_is(attribute.name, attribute.name_len, "encoding") && attribute.value_len < XML_LABEL_MAX) {
        memcpy(out, attribute.value, attribute.value_len);
        out[attribute.value_len] = 0;
      }
    return;
  }
}
