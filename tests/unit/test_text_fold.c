/* Raw word to exact term and stem: every step of docs/analysis.md section 4, in several languages; keyword values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

static const struct fold_case {
  const char *language, *raw, *exact, *stem;
} fold_cases[] = {
    /* fold */
    {"none", "POLICIES", "policies", ""},
    {"none", "Straße", "strasse", ""},
    {"none", "ﬁﬁéｌｄ", "fifield", ""},
    {"none", "co\xc2\xadop\xe2\x80\x8b", "coop", ""},
    {"none", "ΟΔΌΣ", "οδοσ", ""},
    {"none", "x²", "x2", ""},
    {"none", "Ⅳ", "iv", ""},
    {"none", "ЁЛКА", "елка", ""},
    {"none", "ｶﾞ", "ガ", ""},
    {"none", "ᾳ\xcc\x81", "αι", ""},
    /* joiners */
    {"none", "U.S", "us", ""},
    {"none", "U.S.'s", "us", ""},
    {"none", "U.S.’S", "us", ""},
    {"none", "P.L.A", "pla", ""},
    {"none", "e\xcc\x81.u", "eu", ""},
    {"none", "Trump’s", "trump", ""},
    {"none", "trump's", "trump", ""},
    {"none", "don't", "dont", ""},
    {"none", "rockʼn＇roll", "rocknroll", ""},
    {"none", "ŉ", "n", ""},
    {"none", "s's", "s", ""},
    {"none", "90's", "90", ""},
    {"none", "1,000.50", "1000.50", ""},
    {"none", "192.168.0.1", "192.168.0.1", ""},
    {"none", "⒈", "1.", ""},
    {"none", "🄁", "0", ""},
    /* stems */
    {"en", "Policies", "policies", "polici"},
    {"en", "policy", "policy", "polici"},
    {"en", "Trump’s", "trump", "trump"},
    {"en", "running", "running", "run"},
    {"en", "B52s", "b52s", "b52s"},
    {"en", "1,000", "1000", "1000"},
    {"en", "résumés", "resumes", "resume"},
    {"en", "gift", "gift", "gift"},
    {"de", "Häuser", "hauser", "haus"},
    {"de", "Straßen", "strassen", "strass"},
    {"fr", "ministères", "ministeres", "minister"},
    {"es", "canciones", "canciones", "cancion"},
    {"fi", "hallituksen", "hallituksen", "hallituks"},
    {"sv", "regeringarna", "regeringarna", "regering"},
    {"hu", "kormányok", "kormanyok", "kormany"},
    {"ru", "Правительства", "правительства", "правительств"},
    {"ru", "йод", "йод", "йод"},
    {"ru", "ещё", "еще", "ещ"},
    {"el", "Κυβέρνηση", "κυβερνηση", "κυβερνησ"},
    {"tr", "hükümetinin", "hukumetinin", "hukumet"},
    {"ar", "الحكومة", "الحكومة", "حكوم"},
    {"hi", "समाचारों", "समाचारों", "समाचार"},
    /* marks stay outside Latin and Greek */
    {"none", "é", "e", ""},
    {"none", "Việt", "viet", ""},
    {"none", "ø", "ø", ""},
    {"none", "ά", "α", ""},
    {"none", "й", "й", ""},
    {"none", "が", "が", ""},
    {"none", "か\xe3\x82\x99", "が", ""},
    {"none", "ｶﾞｽ", "ガス", ""},
    {"none", "ﾊﾟｰ", "パー", ""},
    {"none", "ก้", "ก้", ""},
    {"none", "हिन्दी", "हिन्दी", ""},
    {"none", "አዲስ", "አዲስ", ""},
    {"none", "한국", "한국", ""},
    {"none", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "한", ""},
    /* bigrams are their own stems */
    {"en", "中国", "中国", "中国"},
    {"en", "東", "東", "東"},
};

static struct folder *folder;

static int set_up(void **state) {
  (void)state;
  return folder_new(&folder, NULL);
}

static int tear_down(void **state) {
  (void)state;
  folder_free(folder);
  return 0;
}

static struct folded fold(const char *language, const char *raw, size_t len) {
  struct folded out;
  struct word_scan scan = {.text = raw, .len = len};
  struct raw_word word = {0};
  assert_true(word_next(&scan, &word));
  assert_int_equal(fold_word(folder, language_find(language, strlen(language)), word.spaceless, raw, len, &out, NULL),
                   NSEARCH_OK);
  assert_int_equal(out.exact[out.exact_len], '\0');
  assert_int_equal(out.stem[out.stem_len], '\0');
  return out;
}

static void test_table(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof fold_cases / sizeof fold_cases[0]; i++) {
    const struct fold_case *c = &fold_cases[i];
    struct folded out = fold(c->language, c->raw, strlen(c->raw));
    assert_string_equal(out.exact, c->exact);
    assert_string_equal(out.stem, c->stem);
  }
}

/* A term is cut at the last whole character within 200 bytes, and 1,024 bytes of a raw word count. */
static void test_cut(void **state) {
  (void)state;
  char raw[4096];
  memset(raw, 'A', sizeof raw);
  struct folded out = fold("none", raw, 4096);
  assert_int_equal(out.exact_len, 200);
  for (size_t i = 0; i < 4096; i += 2) memcpy(raw + i, "\xd0\xa4", 2);
  assert_int_equal(fold("none", raw, 4096).exact_len, 200);
  memcpy(raw, "x", 1);
  for (size_t i = 1; i < 4095; i += 2) memcpy(raw + i, "\xd0\xa4", 2);
  assert_int_equal(fold("ru", raw, 4095).exact_len, 199);
  /* soft hyphens up to the limit, then a letter that does not count any more */
  memset(raw, 0, sizeof raw);
  raw[0] = 'q';
  for (size_t i = 1; i < 1023; i += 2) memcpy(raw + i, "\xc2\xad", 2);
  raw[1023] = 'y';
  raw[1024] = 'z';
  out = fold("en", raw, 1025);
  assert_string_equal(out.exact, "qy");
  /* what grows most: 18 characters from one */
  for (size_t i = 0; i + 3 <= 4096; i += 3) memcpy(raw + i, "\xef\xb7\xba", 3);
  assert_in_range(fold("ar", raw, 4095).exact_len, 197, 200);
}

/* The shortcut for everyday characters gives what the long way gives: an ħ behind the word forces the latter. */
static void test_plain_shortcut(void **state) {
  (void)state;
  static const struct {
    uint32_t first, last;
  } ranges[] = {
      {'a', 'z'},     {'A', 'Z'},       {'0', '9'},       {0x401, 0x401},
      {0x410, 0x451}, {0x3041, 0x3096}, {0x30a1, 0x30fc}, {0x4e00, 0x9fff},
  };
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    for (uint32_t c = ranges[i].first; c <= ranges[i].last; c++) {
      if (char_class(c) == CLASS_SEPARATOR) continue;
      char raw[16];
      size_t len = utf8_encode(c, raw);
      len += utf8_encode(ranges[i].first, raw + len);
      struct folded plain, full;
      fold_word(folder, LANGUAGE_NONE, false, raw, len, &plain, NULL);
      memcpy(raw + len, "ħ", 2);
      fold_word(folder, LANGUAGE_NONE, false, raw, len + 2, &full, NULL);
      assert_int_equal(full.exact_len, plain.exact_len + 2);
      assert_memory_equal(full.exact, plain.exact, plain.exact_len);
    }
  }
}

/* Every language's stemmer takes words of any script and length. */
/* ASCII words by the fast path and by its plain twin, in every language. */
static void test_plain_twin(void **state) {
  (void)state;
  static const char *const endings[] = {"", "s", "ing", "ational", "ement", "issimo", "ungen", "eront", "2", "'s"};
  uint32_t seed = 12345;
  for (int language = 0; language < language_count(); language++) {
    for (int round = 0; round < 3000; round++) {
      char raw[300];
      size_t len = 0, letters = round % 100 == 0 ? 190 + round / 100 : round % 11;
      for (; len < letters; len++) {
        seed = seed * 1664525u + 1013904223u;
        raw[len] = "abcdeilnorstuyABCDEILNORSTUYkqzjKQZJ0"[seed >> 16 & 31 ? (seed >> 16) % 28 : (seed >> 21) % 37];
      }
      strcpy(raw + len, endings[(seed >> 8) % 10]);
      len = strlen(raw);
      struct folded fast, plain;
      assert_int_equal(fold_word(folder, language, round % 7 == 0, raw, len, &fast, NULL), 0);
      assert_int_equal(fold_word_plain(folder, language, round % 7 == 0, raw, len, &plain, NULL), 0);
      assert_string_equal(fast.exact, plain.exact);
      assert_string_equal(fast.stem, plain.stem);
      assert_int_equal(fast.exact_len, plain.exact_len);
      assert_int_equal(fast.stem_len, plain.stem_len);
    }
  }
}

static void test_all_stemmers(void **state) {
  (void)state;
  for (int language = 1; language < language_count(); language++) {
    for (size_t i = 0; i < sizeof fold_cases / sizeof fold_cases[0]; i++) {
      struct buffer raw = {0};
      for (unsigned times = 0; times < 80; times++) buffer_text(&raw, fold_cases[i].raw);
      struct folded out;
      assert_int_equal(fold_word(folder, language, false, raw.bytes, raw.len, &out, NULL), NSEARCH_OK);
      assert_true(out.exact_len > 0 && out.stem_len > 0);
      assert_int_equal(utf8_valid_prefix(out.stem, out.stem_len), out.stem_len);
      buffer_free(&raw);
    }
  }
}

static const struct keyword_case {
  const char *value, *form;
} keyword_cases[] = {
    {"", ""},
    {" \t\n ", ""},
    {"The Harbor  Post", "the harbor post"},
    {"\tLe Monde\xc2\xa0: économie\r\n", "le monde : economie"},
    {"Știri\x01Știri", "stiri stiri"},
    {"AT&T, Inc.", "at&t, inc."},
    {"ＮＨＫ\xe3\x80\x80ニュース", "nhk ニュース"},
    {"Огонёк", "огонек"},
};

static void test_keywords(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof keyword_cases / sizeof keyword_cases[0]; i++) {
    struct buffer out = {0};
    buffer_text(&out, ">");
    assert_int_equal(fold_keyword(keyword_cases[i].value, strlen(keyword_cases[i].value), &out, NULL), NSEARCH_OK);
    buffer_byte(&out, '\0');
    assert_string_equal(out.bytes + 1, keyword_cases[i].form);
    buffer_free(&out);
  }
}

/* Of long values the beginning counts, and of long forms: whole characters, without a blank at the cut. */
static void test_long_keywords(void **state) {
  (void)state;
  static const struct {
    const char *piece, *form;
    size_t len;
  } cases[] = {
      {"Æon ", "æon ", 699}, {"É", "e", 350},         {"É\xcc\xa3", "e", 175},
      {"中", "中", 699},     {"㍿", "株式会社", 699}, {"㍿x ", "株式会社x ", 699},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct buffer value = {0}, form = {0}, out = {0};
    for (unsigned times = 0; times < 5000; times++) {
      buffer_text(&value, cases[i].piece);
      buffer_text(&form, cases[i].form);
    }
    assert_int_equal(fold_keyword(value.bytes, value.len, &out, NULL), NSEARCH_OK);
    assert_int_equal(out.len, cases[i].len);
    assert_memory_equal(out.bytes, form.bytes, out.len);
    buffer_free(&value);
    buffer_free(&form);
    buffer_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table),         cmocka_unit_test(test_cut),        cmocka_unit_test(test_plain_shortcut),
      cmocka_unit_test(test_all_stemmers),  cmocka_unit_test(test_plain_twin), cmocka_unit_test(test_keywords),
      cmocka_unit_test(test_long_keywords),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
