/* Terms and values: how the keys of common/text and the fields of an article are called in a Xapian database. Prefixes are
 * those of omega (docs/termprefixes of Xapian) where it has one, else the X... that it leaves to others. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/text/text.h"
#include "common/xapian/xap.h"

enum {
  CUT_KEYWORD = 110, /* bytes of a match form, and of a spelling, in a term: both and a prefix fit into one */
  CUT_ID = 200,
  HASH_DIGITS = 16,
  SPELLING_MARK = 0x1f, /* which match forms don't hold: control characters are blanks there */
  STEM_HEAD = 3         /* of a key: its tag and the code of a language */
};

static const struct {
  int tag;
  bool keyword;
  const char *prefix;
} prefixes[] = {
    {TAG_TEXT, false, ""},         {TAG_TITLE, false, "S"},         {TAG_AUTHOR, false, "A"},
    {TAG_SOURCE, true, "XSOURCE"}, {TAG_SECTION, true, "XSECTION"}, {TAG_LANGUAGE, true, "L"},
    {TAG_TOPIC, true, "B"},        {TAG_SITE, true, "H"},           {TAG_BYLINE, true, "XAUTHOR"},
};
enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

static const char *prefix_of(int tag) {
  for (int i = 0; i < PREFIXES; i++)
    if (prefixes[i].tag == tag) return prefixes[i].prefix;
  return "";
}

bool xap_tag_is_keyword(int tag) {
  for (int i = 0; i < PREFIXES; i++)
    if (prefixes[i].tag == tag) return prefixes[i].keyword;
  return false;
}

static void add(struct xap_term *out, const char *text, size_t len) {
  if (len > XAP_TERM_MAX - out->len) len = XAP_TERM_MAX - out->len; /* no caller has so much */
  memcpy(out->bytes + out->len, text, len);
  out->len += len;
}

static void begin(struct xap_term *out, const char *prefix) {
  out->len = 0;
  add(out, prefix, strlen(prefix));
}

/* Of a text that is too long, as much as fits before a hash of the whole. */
static void add_cut(struct xap_term *out, const char *text, size_t len, size_t most) {
  char digits[HASH_DIGITS + 1];
  if (len <= most) {
    add(out, text, len);
    return;
  }
  size_t kept = most - HASH_DIGITS;
  while (kept > 0 && ((uint8_t)text[kept] & 0xc0) == 0x80) kept--;
  add(out, text, kept);
  snprintf(digits, sizeof digits, "%016" PRIx64, hash_bytes(text, len));
  add(out, digits, HASH_DIGITS);
}

/* A stem of the index's own language is what Xapian's term generator makes of it; others are those of a field XDE, XFR. */
static void begin_stem(struct xap_term *out, const char *code, int own) {
  const char *mine = language_code(own);
  begin(out, "Z");
  if (memcmp(code, mine, 2) == 0) return;
  const char head[] = {'X', (char)(code[0] - 'a' + 'A'), (char)(code[1] - 'a' + 'A')};
  add(out, head, sizeof head);
}

void xap_term_of_key(const char *key, size_t len, int own, struct xap_term *out) {
  if (key[0] == TAG_STEM && len >= STEM_HEAD) {
    begin_stem(out, key + 1, own);
    add(out, key + STEM_HEAD, len - STEM_HEAD);
  } else if (xap_tag_is_keyword(key[0])) {
    const char *end = memchr(key, '\0', len);
    begin(out, prefix_of(key[0]));
    add_cut(out, key + 1, (end ? (size_t)(end - key) : len) - 1, CUT_KEYWORD);
  } else {
    begin(out, prefix_of(key[0]));
    add(out, key + 1, len - 1);
  }
}

bool xap_prefix_of_key(const char *prefix, size_t len, int own, struct xap_term *out) {
  if (len == 0 || (prefix[0] == TAG_STEM && len < STEM_HEAD)) return false;
  if (!xap_tag_is_keyword(prefix[0])) {
    xap_term_of_key(prefix, len, own, out);
  } else {
    begin(out, prefix_of(prefix[0]));
    add(out, prefix + 1, len - 1);
  }
  return true;
}

static bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

bool xap_key_of_term(const char *term, size_t len, int tag, int language, int own, struct buffer *out) {
  struct xap_term head;
  buffer_clear(out);
  buffer_byte(out, (uint8_t)tag);
  if (tag == TAG_STEM) {
    buffer_add(out, language_code(language), 2);
    begin_stem(&head, language_code(language), own);
  } else {
    begin(&head, prefix_of(tag));
  }
  if (len <= head.len || is_capital(term[head.len])) return false;
  bool keyword = xap_tag_is_keyword(tag);
  if (keyword && memchr(term, SPELLING_MARK, len)) return false;
  buffer_add(out, term + head.len, len - head.len);
  if (keyword) buffer_byte(out, 0);
  return true;
}

void xap_term_of_spelling(int tag, const char *form, size_t form_len, const char *value, size_t len,
                          struct xap_term *out) {
  const char mark = SPELLING_MARK;
  begin(out, prefix_of(tag));
  add_cut(out, form, form_len, CUT_KEYWORD);
  add(out, &mark, 1);
  add_cut(out, value, len, CUT_KEYWORD);
}

void xap_term_of_id(const char *id, size_t len, struct xap_term *out) {
  begin(out, "Q");
  add_cut(out, id, len, CUT_ID);
}

void xap_term_of_url(const char *url, size_t len, struct xap_term *out) {
  begin(out, "U");
  add_cut(out, url, len, CUT_ID);
}

/* ---- Values ---- */

void xap_put_u64(uint64_t number, char out[8]) {
  for (int i = 0; i < 8; i++) out[i] = (char)(number >> (56 - 8 * i));
}

uint64_t xap_take_u64(const char in[8]) {
  uint64_t number = 0;
  for (int i = 0; i < 8; i++) number = number << 8 | (uint8_t)in[i];
  return number;
}

void xap_order_value(int64_t published, uint64_t id_hash, char out[16]) {
  xap_put_u64(~((uint64_t)published ^ UINT64_C(1) << 63), out);
  xap_put_u64(id_hash, out + 8);
}

int64_t xap_published_of_order(const char value[16]) { return (int64_t)(~xap_take_u64(value) ^ UINT64_C(1) << 63); }

char *xap_shard_path(const char *folder, uint64_t number) {
  char name[40];
  snprintf(name, sizeof name, "%06" PRIu64 XAPIAN_DATABASE, number);
  return path_join(folder, name);
}
