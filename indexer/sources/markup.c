/* Text out of HTML fragments as feeds and JSON records carry them. Whole pages are another matter. */
#include "common/text/text.h"
#include "indexer/sources/sources.h"

#include <libxml/HTMLparser.h>
#include <string.h>
#include <strings.h>

enum { ENTITY_MAX = 12 }; /* bytes, "&" and ";" included */

/* ---- Entities ---- */

/* Numbers 128 to 159 mean the characters of Windows-1252 in practice. */
static const uint16_t windows_1252[32] = {0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                          0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
                                          0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                          0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

/* libxml2 has the table of HTML 4. */
static uint32_t named_entity(const char *name, size_t len) {
  char word[ENTITY_MAX + 1];
  if (len > ENTITY_MAX) return 0;
  memcpy(word, name, len);
  word[len] = 0;
  const htmlEntityDesc *entity = htmlEntityLookup((const xmlChar *)word);
  return entity ? entity->value : 0;
}

static uint32_t numbered_entity(const char *text, size_t len) {
  bool is_hex = len > 0 && (*text == 'x' || *text == 'X');
  uint32_t value = 0;
  for (size_t i = is_hex; i < len; i++) {
    uint32_t digit = text[i] >= '0' && text[i] <= '9'                           ? (uint32_t)(text[i] - '0')
                     : is_hex && (text[i] | 32) >= 'a' && (text[i] | 32) <= 'f' ? (uint32_t)((text[i] | 32) - 'a' + 10)
                                                                                : 16;
    if (digit >= (is_hex ? 16u : 10u) || value > 0x10ffff) return 0;
    value = value * (is_hex ? 16 : 10) + digit;
  }
  if (value >= 128 && value < 160) return windows_1252[value - 128];
  return value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ? 0xfffd : value;
}

void windows_1252_add(const char *text, size_t len, struct buffer *out) {
  const char *end = text + len;
  for (const char *at = text; (at = memchr(at, 0xc2, (size_t)(end - at)));) {
    unsigned char c = at + 1 < end ? (unsigned char)at[1] : 0;
    char bytes[4];
    if (++at, c < 0x80 || c >= 0xa0) continue;
    buffer_add(out, text, (size_t)(at - 1 - text));
    buffer_add(out, bytes, utf8_encode(windows_1252[c - 0x80], bytes));
    text = ++at;
  }
  buffer_add(out, text, (size_t)(end - text));
}

/* Length of the entity at text[0] == '&', 0 when it is none. */
static size_t read_entity(const char *text, size_t len, uint32_t *code_point) {
  const char *end = memchr(text, ';', len < ENTITY_MAX ? len : ENTITY_MAX);
  size_t name_len = end ? (size_t)(end - text) - 1 : 0;
  if (name_len == 0) return 0;
  *code_point = text[1] == '#' ? numbered_entity(text + 2, name_len - 1) : named_entity(text + 1, name_len);
  return *code_point ? name_len + 2 : 0;
}

void entities_decode(const char *text, size_t len, struct buffer *out) {
  const char *end = text + len;
  while (text < end) {
    const char *entity = memchr(text, '&', (size_t)(end - text));
    char bytes[4];
    uint32_t code_point;
    buffer_add(out, text, (size_t)((entity ? entity : end) - text));
    if (!entity) return;
    size_t entity_len = read_entity(entity, (size_t)(end - entity), &code_point);
    if (entity_len)
      buffer_add(out, bytes, utf8_encode(code_point, bytes));
    else
      buffer_byte(out, '&');
    text = entity + (entity_len ? entity_len : 1);
  }
}

/* ---- Tags ---- */

/* Names between blanks; what stands in blocks is another line. */
static const char block_tags[] =
    " p br div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 hr tr table caption blockquote figure figcaption address details "
    "summary dialog fieldset legend section article header footer aside pre form nav main menu dir option ";
static const char cell_tags[] = " td th img iframe video audio object embed source picture input button ";
static const char inline_tags[] =
    " a b i u em strong span small big sub sup font cite q code tt abbr acronym mark s strike del ins dfn kbd samp var "
    "bdi bdo ruby rt rp data output progress meter map area select optgroup textarea canvas nobr center blink marquee applet frame frameset noframes math tbody thead "
    "tfoot col colgroup html head body title link meta time label wbr ";
static const char dropped_tags[] = " script style noscript svg template ";

static bool is_among(const char *names, const char *name, size_t len) {
  char word[16] = " ";
  if (len == 0 || len > 12) return false;
  for (size_t i = 0; i < len; i++) word[i + 1] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 32 : name[i]);
  word[len + 1] = ' ';
  word[len + 2] = 0;
  return strstr(names, word) != NULL;
}

enum markup_role markup_role(const char *name, size_t len) {
  if (is_among(block_tags, name, len)) return MARKUP_BLOCK;
  if (is_among(cell_tags, name, len)) return MARKUP_CELL;
  if (is_among(dropped_tags, name, len)) return MARKUP_DROPPED;
  return is_among(inline_tags, name, len) ? MARKUP_INLINE : MARKUP_NONE;
}

static bool is_html(const struct sgml_tag *tag) { return markup_role(tag->name, tag->name_len) != MARKUP_NONE; }

static bool has_entity(const char *text, size_t len) {
  uint32_t code_point;
  for (const char *at = text, *end = text + len; at < end && (at = memchr(at, '&', (size_t)(end - at))); at++)
    if (read_entity(at, (size_t)(end - at), &code_point)) return true;
  return false;
}

bool markup_present(const char *text, size_t len) {
  struct sgml_tag tag;
  if (has_entity(text, len)) return true;
  for (size_t at = 0; sgml_next(text, len, at, &tag); at = tag.end)
    if (is_html(&tag)) return true;
  return false;
}

/* Offset behind the closing tag of a script, style or the like, or the end of the text. */
static size_t behind_dropped(const char *text, size_t len, const struct sgml_tag *open) {
  struct sgml_tag tag;
  for (size_t at = open->end; sgml_next(text, len, at, &tag); at = tag.end)
    if (tag.closing && tag.name_len == open->name_len && strncasecmp(tag.name, open->name, tag.name_len) == 0)
      return tag.end;
  return len;
}

/* Appends the text between two tags, without declarations (<!DOCTYPE html>) and instructions. Linear: behind the last '>'
 * none is looked for. */
static void add_text(const char *text, size_t len, struct buffer *out) {
  const char *end = text + len, *last = len ? memrchr(text, '>', len) : NULL;
  for (const char *at = text; (at = memchr(at, '<', (size_t)(end - at)));) {
    bool is_declaration =
        end - at > 2 && (at[1] == '?' || (at[1] == '!' && (at[2] | 32) >= 'a' && (at[2] | 32) <= 'z'));
    const char *close = is_declaration && last && at < last ? memchr(at, '>', (size_t)(end - at)) : NULL;
    if (!close) {
      at++;
      continue;
    }
    entities_decode(text, (size_t)(at - text), out);
    text = at = close + 1;
  }
  entities_decode(text, (size_t)(end - text), out);
}

/* Where it is sure that the text is HTML no tag stays. */
static void strip(const char *text, size_t len, bool is_sure, struct buffer *out) {
  struct sgml_tag tag;
  size_t at = 0;
  while (sgml_next(text, len, at, &tag)) {
    enum markup_role role = markup_role(tag.name, tag.name_len);
    bool is_known = is_sure || role != MARKUP_NONE || tag.name_len == 0;
    add_text(text + at, tag.start - at, out);
    if (!is_known) entities_decode(text + tag.start, tag.end - tag.start, out);
    at = role == MARKUP_DROPPED && !tag.closing ? behind_dropped(text, len, &tag) : tag.end;
    if (role == MARKUP_BLOCK) buffer_byte(out, '\n');
    if (role == MARKUP_CELL) buffer_byte(out, ' ');
  }
  add_text(text + at, len - at, out);
}

void markup_text(const char *text, size_t len, struct buffer *out) { strip(text, len, false, out); }

void markup_strip(const char *text, size_t len, struct buffer *out) { strip(text, len, true, out); }
