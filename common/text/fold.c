/* From a raw word to its exact term and its stem: section 4 of docs/analysis.md, step by step. */
#include "common/text/text.h"

#include <libstemmer.h>
#include <string.h>
#include <utf8proc.h>

/* A character of b bytes becomes at most 6 b code points (U+FDFA does), each of at most 4 bytes again. */
enum { POINTS_MAX = 6 * RAW_WORD_MAX, TEXT_MAX = 4 * POINTS_MAX };

struct points {
  int32_t at[POINTS_MAX + 1]; /* utf8proc wants room for one more */
  size_t count;
};

struct folder {
  struct sb_stemmer *stemmers[LANGUAGE_MAX];
};

int folder_new(struct folder **out, struct nsearch_error *err) {
  *out = memory_zero(1, sizeof **out);
  return *out ? NSEARCH_OK : error_memory(err);
}

void folder_free(struct folder *folder) {
  if (!folder) return;
  for (int i = 0; i < LANGUAGE_MAX; i++) sb_stemmer_delete(folder->stemmers[i]);
  memory_free(folder);
}

/* ---- code points and bytes ---- */

/* Writes as many whole characters as fit into `room` bytes. */
static size_t encode_points(const struct points *points, char *out, size_t room) {
  size_t len = 0;
  for (size_t i = 0; i < points->count; i++) {
    char bytes[4];
    size_t step = utf8_encode((uint32_t)points->at[i], bytes);
    if (step > room - len) break;
    memcpy(out + len, bytes, step);
    len += step;
  }
  return len;
}

/* The plain characters of everyday text: ASCII, Russian, kana, Han. None of them is a mark, and among themselves
 * normal forms leave them alone, so a word of these needs no utf8proc: it costs a tenth. */
static bool is_plain(uint32_t c) {
  return c < 0x80 || (c >= 0x410 && c <= 0x44f) || c == 0x401 || c == 0x451 || (c >= 0x4e00 && c <= 0x9fff) ||
         (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc;
}

static bool all_plain(const struct points *points) {
  for (size_t i = 0; i < points->count; i++) {
    if (!is_plain((uint32_t)points->at[i])) return false;
  }
  return true;
}

/* Reads the characters that fit into RAW_WORD_MAX bytes, ignorables left out. */
static void read_raw(const char *raw, size_t len, struct points *points) {
  size_t at = 0;
  points->count = 0;
  while (at < len) {
    uint32_t c;
    size_t next = utf8_step(raw, len, at, &c);
    if (next > RAW_WORD_MAX) break;
    at = next;
    if (is_plain(c) || char_class(c) != CLASS_IGNORABLE) points->at[points->count++] = (int32_t)c;
  }
}

/* Decomposes, orders and composes with utf8proc's options. Leaves the points as they are in the case that the bound of
 * POINTS_MAX rules out. */
static void map_points(struct points *points, int options) {
  char text[TEXT_MAX];
  size_t len = encode_points(points, text, sizeof text);
  struct points mapped;
  utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, mapped.at,
                                              POINTS_MAX, (utf8proc_option_t)options);
  if (count < 0 || count > POINTS_MAX) return;
  if (options & UTF8PROC_COMPOSE) count = utf8proc_normalize_utf32(mapped.at, count, (utf8proc_option_t)options);
  memcpy(points->at, mapped.at, (size_t)count * sizeof mapped.at[0]);
  points->count = (size_t)count;
}

/* ---- the steps ---- */

static int32_t fold_plain(int32_t c) {
  if ((c >= 'A' && c <= 'Z') || (c >= 0x410 && c <= 0x42f)) return c + 0x20;
  return c == 0x401 ? 0x451 : c;
}

static void fold_case(struct points *points) {
  const int normal = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE;
  if (all_plain(points)) {
    for (size_t i = 0; i < points->count; i++) points->at[i] = fold_plain(points->at[i]);
    return;
  }
  map_points(points, normal);
  map_points(points, normal | UTF8PROC_CASEFOLD);
}

static bool is_letter(int32_t c) {
  if (c < 0x80) return char_class((uint32_t)c) == CLASS_LETTER;
  utf8proc_category_t category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

static bool is_mark(int32_t c) {
  if (is_plain((uint32_t)c)) return false;
  utf8proc_category_t category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

static bool is_number(int32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  utf8proc_category_t category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

static bool is_apostrophe(int32_t c) { return char_class((uint32_t)c) == CLASS_APOSTROPHE; }

static void drop_joiners(struct points *points) {
  int32_t *at = points->at;
  size_t count = points->count, kept = 0;
  if (count >= 2 && at[count - 1] == 's' && is_apostrophe(at[count - 2])) count -= 2;
  bool after_letter = false;
  for (size_t i = 0; i < count; i++) {
    int32_t c = at[i];
    bool drop = is_apostrophe(c) || c == ',' || (c == '.' && after_letter);
    if (!is_mark(c)) after_letter = is_letter(c);
    if (!drop) at[kept++] = c;
  }
  if (kept > 0) /* else the word is joiners only, and all of it stays */
    points->count = kept;
}

static void strip_marks(struct points *points) {
  size_t kept = 0;
  bool strips = false;
  map_points(points, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
  for (size_t i = 0; i < points->count; i++) {
    int32_t c = points->at[i];
    bool mark = is_mark(c);
    if (!mark) strips = char_strips_marks((uint32_t)c);
    if (!mark || !strips) points->at[kept++] = c;
  }
  points->count = kept;
  map_points(points, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

static void tidy_marks(struct points *points) {
  if (!all_plain(points)) strip_marks(points);
  for (size_t i = 0; i < points->count; i++) {
    if (points->at[i] == 0x451) points->at[i] = 0x435;
  }
}

/* *stem is the stemmer's own until its next word. */
static int find_stem(struct folder *folder, int language, const char *text, size_t len, const char **stem,
                     size_t *stem_len, struct nsearch_error *err) {
  struct sb_stemmer **stemmer = &folder->stemmers[language];
  *stem_len = 0;
  if (!*stemmer) *stemmer = sb_stemmer_new(language_stemmer(language), "UTF_8");
  if (!*stemmer) return error_memory(err);
  *stem = (const char *)sb_stemmer_stem(*stemmer, (const sb_symbol *)text, (int)len);
  if (!*stem) return error_memory(err);
  *stem_len = (size_t)sb_stemmer_length(*stemmer);
  return NSEARCH_OK;
}

/* Replaces the word by its stem, unless nothing is left of it. */
static int stem_points(struct folder *folder, int language, struct points *points, struct nsearch_error *err) {
  char text[TEXT_MAX];
  const char *stem;
  size_t stem_len, at = 0, count = 0;
  int status = find_stem(folder, language, text, encode_points(points, text, sizeof text), &stem, &stem_len, err);
  if (status) return status;
  while (at < stem_len && count < POINTS_MAX) {
    uint32_t c;
    at = utf8_step(stem, stem_len, at, &c);
    points->at[count++] = (int32_t)c;
  }
  if (count > 0) points->count = count;
  return NSEARCH_OK;
}

static bool holds_number(const struct points *points) {
  for (size_t i = 0; i < points->count; i++) {
    if (is_number(points->at[i])) return true;
  }
  return false;
}

static uint16_t cut(const struct points *points, char term[TERM_MAX + 1]) {
  size_t len = encode_points(points, term, TERM_MAX);
  term[len] = '\0';
  return (uint16_t)len;
}

int fold_word_plain(struct folder *folder, int language, bool spaceless, const char *raw, size_t len,
                    struct folded *out, struct nsearch_error *err) {
  struct points points;
  read_raw(raw, len, &points);
  fold_case(&points);
  drop_joiners(&points);
  out->stem_len = 0;
  out->stem[0] = '\0';
  bool stems = language != LANGUAGE_NONE && !spaceless && !holds_number(&points);
  if (stems) {
    struct points stem;
    stem.count = points.count;
    memcpy(stem.at, points.at, points.count * sizeof points.at[0]);
    int status = stem_points(folder, language, &stem, err);
    if (status) return status;
    tidy_marks(&stem);
    out->stem_len = cut(&stem, out->stem);
  }
  tidy_marks(&points);
  out->exact_len = cut(&points, out->exact);
  if (language != LANGUAGE_NONE && !stems) {
    memcpy(out->stem, out->exact, (size_t)out->exact_len + 1);
    out->stem_len = out->exact_len;
  }
  return NSEARCH_OK;
}

/* Most words are ASCII letters and digits: nothing about them needs code points. False for any other. */
static bool fold_ascii(const char *raw, size_t len, struct folded *out, bool *has_digit) {
  if (len > TERM_MAX) return false;
  *has_digit = false;
  for (size_t i = 0; i < len; i++) {
    char c = raw[i];
    bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'Z';
    if (!digit && !upper && !(c >= 'a' && c <= 'z')) return false;
    *has_digit |= digit;
    out->exact[i] = (char)(upper ? c | 0x20 : c);
  }
  out->exact[len] = '\0';
  out->exact_len = (uint16_t)len;
  return true;
}

static void copy_stem(struct folded *out, const char *stem, size_t len) {
  memcpy(out->stem, stem, len);
  out->stem[len] = '\0';
  out->stem_len = (uint16_t)len;
}

int fold_word(struct folder *folder, int language, bool spaceless, const char *raw, size_t len, struct folded *out,
              struct nsearch_error *err) {
  bool has_digit;
  if (spaceless || !fold_ascii(raw, len, out, &has_digit)) {
    return fold_word_plain(folder, language, spaceless, raw, len, out, err);
  }
  if (language == LANGUAGE_NONE || has_digit) {
    copy_stem(out, out->exact, language == LANGUAGE_NONE ? 0 : len);
    return NSEARCH_OK;
  }
  const char *stem;
  size_t stem_len;
  int status = find_stem(folder, language, out->exact, len, &stem, &stem_len, err);
  if (status) return status;
  for (size_t i = 0; i < stem_len; i++) { /* some stemmers give other letters */
    if ((uint8_t)stem[i] >= 0x80) return fold_word_plain(folder, language, spaceless, raw, len, out, err);
  }
  if (stem_len == 0 || stem_len > TERM_MAX) return fold_word_plain(folder, language, spaceless, raw, len, out, err);
  copy_stem(out, stem, stem_len);
  return NSEARCH_OK;
}

/* ---- keywords ---- */

/* How much of text, which is well-formed, counts. */
static size_t keyword_prefix(const char *text, size_t len) {
  if (len <= KEYWORD_BYTES) return len;
  len = KEYWORD_BYTES;
  while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80) len--;
  return len;
}

int fold_keyword(const char *value, size_t len, struct buffer *out, struct nsearch_error *err) {
  struct points points;
  bool blank = false;
  size_t start = out->len;
  read_raw(value, keyword_prefix(value, len), &points);
  fold_case(&points);
  tidy_marks(&points);
  for (size_t i = 0; i < points.count; i++) {
    char bytes[4];
    if (char_is_blank((uint32_t)points.at[i])) {
      blank = out->len > start;
      continue;
    }
    if (blank) buffer_byte(out, ' ');
    buffer_add(out, bytes, utf8_encode((uint32_t)points.at[i], bytes));
    blank = false;
  }
  int status = buffer_status(out, err);
  if (status || out->len - start <= KEYWORD_BYTES) return status;
  out->len = start + keyword_prefix(out->bytes + start, out->len - start);
  if (out->bytes[out->len - 1] == ' ') out->len--;
  return NSEARCH_OK;
}
