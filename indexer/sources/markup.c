/* Text out of HTML fragments as feeds and JSON records carry them. Whole pages are another matter. */
#include "common/text/text.h"
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

/* ---- Entities ---- */

/* U+00A0 to U+00FF in order. */
static const char latin1_names[] =
    "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro "
    "para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil "
    "Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave "
    "Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml "
    "igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute "
    "thorn yuml ";

static const struct {
  const char *name;
  uint32_t code_point;
} other_names[] = {{"amp", '&'},       {"lt", '<'},       {"gt", '>'},       {"quot", '"'},      {"apos", '\''},
                   {"ndash", 0x2013},  {"mdash", 0x2014}, {"lsquo", 0x2018}, {"rsquo", 0x2019},  {"sbquo", 0x201a},
                   {"ldquo", 0x201c},  {"rdquo", 0x201d}, {"bdquo", 0x201e}, {"hellip", 0x2026}, {"bull", 0x2022},
                   {"euro", 0x20ac},   {"trade", 0x2122}, {"minus", 0x2212}, {"ensp", 0x2002},   {"emsp", 0x2003},
                   {"thinsp", 0x2009}, {"zwj", 0x200d},   {"zwnj", 0x200c},  {"lsaquo", 0x2039}, {"rsaquo", 0x203a},
                   {"dagger", 0x2020}, {"prime", 0x2032}, {"OElig", 0x152},  {"oelig", 0x153},   {"Scaron", 0x160},
                   {"scaron", 0x161},  {"Yuml", 0x178}};

/* Numbers 128 to 159 mean the characters of Windows-1252 in practice. */
static const uint16_t windows_1252[32] = {0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                          0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
                                          0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                          0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

static uint32_t named_entity(const char *name, size_t len) {
  for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++)
    if (strlen(other_names[i].name) == len && memcmp(other_names[i].name, name, len) == 0)
      return other_names[i].code_point;
  uint32_t code_point = 0xa0;
  for (const char *at = latin1_names; *at; code_point++) {
    size_t have = strcspn(at, " ");
    if (have == len && memcmp(at, name, len) == 0) return code_point;
    at += have + 1;
  }
  return 0;
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

/* Length of the entity at text[0] == '&', 0 when it is none. */
static size_t read_entity(const char *text, size_t len, uint32_t *code_point) {
  const char *end = memchr(text, ';', len < 12 ? len : 12);
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
    " p br div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 hr tr table blockquote figure figcaption "
    "section article header footer aside pre form nav main ";
static const char cell_tags[] = " td th img iframe video audio object embed source picture input ";
static const char inline_tags[] =
    " a b i u em strong span small big sub sup font cite q code tt abbr mark s strike del "
    "ins center tbody thead html head body title link meta time label wbr ";
static const char dropped_tags[] = " script style noscript svg template ";

static bool is_among(const char *names, const char *name, size_t len) {
  char word[16] = " ";
  if (len == 0 || len > 12) return false;
  for (size_t i = 0; i < len; i++) word[i + 1] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 32 : name[i]);
  word[len + 1] = ' ';
  word[len + 2] = 0;
  return strstr(names, word) != NULL;
}

static bool is_html(const struct sgml_tag *tag) {
  return is_among(block_tags, tag->name, tag->name_len) || is_among(inline_tags, tag->name, tag->name_len) ||
         is_among(cell_tags, tag->name, tag->name_len) || is_among(dropped_tags, tag->name, tag->name_len);
}

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

void markup_text(const char *text, size_t len, struct buffer *out) {
  struct sgml_tag tag;
  size_t at = 0, next;
  while (sgml_next(text, len, at, &tag)) {
    bool is_known = is_html(&tag) || tag.name_len == 0;
    entities_decode(text + at, (is_known ? tag.start : tag.end) - at, out);
    next = tag.end;
    if (is_among(block_tags, tag.name, tag.name_len))
      buffer_byte(out, '\n');
    else if (is_among(cell_tags, tag.name, tag.name_len))
      buffer_byte(out, ' ');
    else if (!tag.closing && is_among(dropped_tags, tag.name, tag.name_len))
      next = behind_dropped(text, len, &tag);
    at = next;
  }
  entities_decode(text + at, len - at, out);
}
