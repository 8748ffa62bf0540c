/* Ill-formed XML made well-formed, as a lenient reader would understand it. */
#include <string.h>

#include "indexer/sources/xml.h"

/* Bounds of a record. libxml2 takes time that grows faster than the number of attributes of an element, and of names of
 * namespaces, and some hundred bytes for an element. */
enum {
  DEPTH_MAX = 200,       /* of elements; a tag deeper inside is dropped */
  ELEMENTS_MAX = 100000, /* the tags of further ones are dropped */
  ATTRIBUTES_MAX = 64,   /* of an element */
  SPACES_MAX = 256,      /* declarations of namespaces */
  ENTITIES_MAX = 64,     /* that a document declares */
  VALUE_MAX = 1024,      /* bytes of such a one */
  ADDED_MAX = 1 << 20    /* bytes that they may add */
};

/* ---- Entities of the document ---- */

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* What stands in quotes at *at or behind blanks; moves behind it. */
static bool read_quoted(const char **at, const char *end, const char **value, size_t *len) {
  while (*at < end && is_blank(**at)) ++*at;
  if (*at == end || (**at != '"' && **at != '\'')) return false;
  const char *close = memchr(*at + 1, **at, (size_t)(end - *at - 1));
  if (!close) return false;
  *value = *at + 1;
  *len = (size_t)(close - *value);
  *at = close + 1;
  return true;
}

static bool read_entity(const char *at, const char *end, struct xml_entity *out) {
  while (at < end && is_blank(*at)) at++;
  out->name = at;
  while (at < end && !is_blank(*at)) at++;
  out->name_len = (size_t)(at - out->name);
  return out->name_len > 0 && *out->name != '%' && read_quoted(&at, end, &out->value, &out->value_len) &&
         out->value_len <= VALUE_MAX;
}

int xml_entities_read(const char *text, size_t len, struct xml_entities *out, struct nsearch_error *err) {
  static const char mark[] = "<!ENTITY";
  struct xml_scan scan = {.text = text, .len = len};
  struct xml_token token;
  int status = NSEARCH_OK;
  while (!status && xml_next(&scan, &token) && token.kind == XML_REMARK) {
    if (!xml_is(token.name, token.name_len, "DOCTYPE")) continue;
    const char *at = text + token.start, *end = text + token.end;
    while (!status && out->count < ENTITIES_MAX && (at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1))) {
      struct xml_entity entity;
      at += sizeof mark - 1;
      if (!read_entity(at, end, &entity)) continue;
      status = memory_reserve(&out->items, &out->capacity, out->count + 1, sizeof *out->items, err);
      if (!status) out->items[out->count++] = entity;
    }
  }
  return status;
}

/* ---- Text ---- */

struct mend {
  const struct xml_entities *entities;
  struct buffer *out;
  struct buffer scratch;
  size_t expanded;
  unsigned depth, elements, spaces;
  struct {
    const char *name;
    size_t len;
  } open[DEPTH_MAX];
};

/* Appends characters as XML spells them; those that it forbids are left out. The text is UTF-8 as charset_convert()
 * leaves it. */
static void escape(const char *text, size_t len, struct buffer *out) {
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)text[i];
    bool is_noncharacter =
        c == 0xef && len - i > 2 && (unsigned char)text[i + 1] == 0xbf && (text[i + 2] & 0x7e) == 0x3e;
    if (c == '&')
      buffer_text(out, "&amp;");
    else if (c == '<')
      buffer_text(out, "&lt;");
    else if (c == '>')
      buffer_text(out, "&gt;");
    else if (c == '"')
      buffer_text(out, "&quot;");
    else if (is_noncharacter)
      i += 2;
    else if (c >= ' ' || c == '\n' || c == '\r' || c == '\t')
      buffer_byte(out, c);
  }
}

static const struct xml_entity *declared_entity(const struct mend *mend, const char *text, size_t len) {
  for (size_t i = 0; i < mend->entities->count; i++) {
    const struct xml_entity *entity = &mend->entities->items[i];
    if (len > entity->name_len && text[entity->name_len] == ';' && memcmp(text, entity->name, entity->name_len) == 0)
      return entity;
  }
  return NULL;
}

static void mend_text(struct mend *mend, const char *text, size_t len) {
  const char *end = text + len;
  if (mend->depth == 0) return; /* of no element */
  buffer_clear(&mend->scratch);
  for (const char *at = text; mend->entities->count > 0 && (at = memchr(at, '&', (size_t)(end - at)));) {
    at++;
    const struct xml_entity *entity = declared_entity(mend, at, (size_t)(end - at));
    if (!entity || mend->expanded + entity->value_len > ADDED_MAX) continue;
    entities_decode(text, (size_t)(at - 1 - text), &mend->scratch);
    entities_decode(entity->value, entity->value_len, &mend->scratch);
    mend->expanded += entity->value_len;
    at += entity->name_len + 1;
    text = at;
  }
  entities_decode(text, (size_t)(end - text), &mend->scratch);
  escape(mend->scratch.bytes, mend->scratch.len, mend->out);
}

/* ---- Tags ---- */

static bool same(const char *a, size_t a_len, const char *b, size_t b_len) {
  return a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* Which other characters a name may have is left to libxml2, where they are well-formed: here such names are dropped. */
static bool is_ascii(const char *name, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (name[i] & 0x80) return false;
  return true;
}

static bool is_space_name(const char *name, size_t len) { return len >= 5 && memcmp(name, "xmlns", 5) == 0; }

static void mend_attributes(struct mend *mend, const struct xml_token *tag) {
  struct xml_attribute seen[ATTRIBUTES_MAX];
  size_t count = 0, i;
  for (size_t at = 0; count < ATTRIBUTES_MAX && xml_next_attribute(tag, &at, &seen[count]);) {
    const struct xml_attribute *new = &seen[count];
    for (i = 0; i < count && !same(seen[i].name, seen[i].name_len, new->name, new->name_len);) i++;
    if (i < count || !is_ascii(new->name, new->name_len)) continue;
    if (is_space_name(new->name, new->name_len) && mend->spaces++ >= SPACES_MAX) continue;
    count++;
    buffer_byte(mend->out, ' ');
    buffer_add(mend->out, new->name, new->name_len);
    buffer_text(mend->out, "=\"");
    mend_text(mend, new->value, new->value_len);
    buffer_byte(mend->out, '"');
  }
}

static void close_last(struct mend *mend) {
  mend->depth--;
  buffer_text(mend->out, "</");
  buffer_add(mend->out, mend->open[mend->depth].name, mend->open[mend->depth].len);
  buffer_byte(mend->out, '>');
}

static void mend_start(struct mend *mend, const struct xml_token *tag) {
  if (mend->depth == DEPTH_MAX || mend->elements == ELEMENTS_MAX || !is_ascii(tag->name, tag->name_len)) return;
  buffer_byte(mend->out, '<');
  buffer_add(mend->out, tag->name, tag->name_len);
  mend->elements++;
  mend->open[mend->depth].name = tag->name;
  mend->open[mend->depth++].len = tag->name_len;
  mend_attributes(mend, tag);
  buffer_byte(mend->out, '>');
  if (tag->kind == XML_EMPTY) close_last(mend);
}

/* Closes the innermost element of that name with all that stands open in it; an end without a start is nothing. */
static void mend_end(struct mend *mend, const struct xml_token *tag) {
  unsigned at = mend->depth;
  while (at > 0 && !same(mend->open[at - 1].name, mend->open[at - 1].len, tag->name, tag->name_len)) at--;
  while (at > 0 && mend->depth >= at) close_last(mend);
}

/* At each "--" inside a comment libxml2 copies what it has read of it. */
static bool has_dashes(const char *remark, size_t len) {
  return len > 7 && memcmp(remark, "<!--", 4) == 0 && memmem(remark + 4, len - 7, "--", 2);
}

bool xml_is_bounded(const char *text, size_t len) {
  struct xml_scan scan = {.text = text, .len = len};
  struct xml_token token;
  size_t depth = 0, elements = 0, spaces = 0;
  while (xml_next(&scan, &token)) {
    if (token.kind == XML_END) depth -= depth > 0;
    if (token.kind == XML_REMARK && has_dashes(text + token.start, token.end - token.start)) return false;
    if (token.kind != XML_START && token.kind != XML_EMPTY) continue;
    depth += token.kind == XML_START;
    const char *at = text + token.start, *end = text + token.end;
    size_t attributes = 0;
    for (; (at = memchr(at, '=', (size_t)(end - at))); at++) attributes++;
    for (at = text + token.start; attributes > 0 && (at = memmem(at, (size_t)(end - at), "xmlns", 5)); at++) spaces++;
    if (++elements > ELEMENTS_MAX || depth > DEPTH_MAX || attributes > ATTRIBUTES_MAX || spaces > SPACES_MAX)
      return false;
  }
  return true;
}

/* Length of a text without the tag or section at its end that the end of the document cut off. */
static size_t whole_text(const char *text, size_t len) {
  const char *open = len ? memrchr(text, '<', len) : NULL;
  bool is_tag = open && open + 1 < text + len && (open[1] == '!' || open[1] == '?' || open[1] == '/' || open[1] > '@');
  return is_tag ? (size_t)(open - text) : len;
}

void xml_mend(const char *text, size_t len, const struct xml_entities *entities, struct buffer *out) {
  static const char section[] = "<![CDATA[";
  struct mend mend = {.entities = entities, .out = out};
  struct xml_scan scan = {.text = text, .len = len};
  struct xml_token token;
  size_t at = 0;
  while (xml_next(&scan, &token)) {
    mend_text(&mend, text + at, token.start - at);
    at = token.end;
    if (token.kind == XML_START || token.kind == XML_EMPTY) mend_start(&mend, &token);
    if (token.kind == XML_END) mend_end(&mend, &token);
    if (token.kind == XML_SECTION && mend.depth > 0)
      escape(text + token.start + sizeof section - 1, token.end - token.start - sizeof section - 2, out);
  }
  mend_text(&mend, text + at, whole_text(text + at, len - at));
  while (mend.depth > 0) close_last(&mend);
  out->failed |= mend.scratch.failed;
  buffer_free(&mend.scratch);
}
