/* The edges of raw words: every rule of docs/analysis.md sections 1 to 3, in several scripts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

/* Raw words, with a bar between them; a tilde before a spaceless one, two before the last character of a run. */
static const struct words_case {
  const char *text, *words;
} words_cases[] = {
    {"", ""},
    {" -- \t\n!?", ""},
    {"The markets fell.", "The|markets|fell"},
    /* letters and numbers of several scripts */
    {"Ἀθήνα καλημέρα", "Ἀθήνα|καλημέρα"},
    {"Съёмка, подъезд", "Съёмка|подъезд"},
    {"الحكومة العربية", "الحكومة|العربية"},
    {"हिन्दी समाचार", "हिन्दी|समाचार"},
    {"አዲስ አበባ", "አዲስ|አበባ"},
    {"한국어 뉴스", "한국어|뉴스"},
    {"tiếng Việt", "tiếng|Việt"},
    {"x² ½ Ⅳ ٣٤", "x²|½|Ⅳ|٣٤"},
    {"B2B 4th A380", "B2B|4th|A380"},
    /* apostrophes */
    {"don't O’Brien rockʼn'roll Ｄ＇Or", "don't|O’Brien|rockʼn'roll|Ｄ＇Or"},
    {"'quoted' dogs' ''x''y", "quoted|dogs|x|y"},
    {"a'-b a''b 90's", "a|b|a|b|90's"},
    {"don'т n’té", "don'т|n’té"},
    {"don'中", "don|~中"},
    /* elisions */
    {"l'histoire D’État qu'il n＇est LʼOréal", "l|histoire|D|État|qu|il|n|est|L|Oréal"},
    {"jusqu'à Lorsqu’on puisqu'elle quoiqu'en QU'ILS", "jusqu|à|Lorsqu|on|puisqu|elle|quoiqu|en|QU|ILS"},
    {"dell'arte all'estero un'altra d'un'altra quell'uomo", "dell|arte|all|estero|un|altra|d|un|altra|quell|uomo"},
    {"l'œuvre d'Yves s'ÿ l'ǅ c'e\xcc\x81tait d'İ", "l|œuvre|d|Yves|s|ÿ|l'ǅ|c|e\xcc\x81tait|d|İ"},
    {"d'aujourd'hui quelqu'un rock'l'a l'on.U.S d'U.S.'s", "d|aujourd'hui|quelqu'un|rock'l'a|l|on|U.S|d|U.S.'s"},
    {"don't it's o'clock I'd y'all O'Hara D's D'Souza c'mon", "don't|it's|o'clock|I'd|y'all|O'Hara|D's|D'Souza|c'mon"},
    {"l'1 d'٣ l\xc2\xad'eau l'\xc2\xad"
     "eau él'eau 3l'eau a.l'eau l''eau",
     "l'1|d'٣|l\xc2\xad'eau|l|eau|él'eau|3l'eau|a.l'eau|l|eau"},
    {"l'中 l'ა l'ꙗ aall'a l'æ L'ﬁ", "l|~中|l'ა|l'ꙗ|aall'a|l|æ|L'ﬁ"},
    /* full stops between single letters */
    {"U.S. P.L.A. e.g. a.m.", "U.S|P.L.A|e.g|a.m"},
    {"end.Next nytimes.com U.S.Army a.bc", "end|Next|nytimes|com|U.S|Army|a|bc"},
    {"end.N.Y. x'U.S. 3A.B", "end|N.Y|x'U|S|3A|B"},
    {"С.Ш.А. Α.Β. é.ü", "С.Ш.А|Α.Β|é.ü"},
    {"e\xcc\x81.u\xcc\x88.x e\xcc\x81.u\xcc\x88y", "e\xcc\x81.u\xcc\x88.x|e\xcc\x81|u\xcc\x88y"},
    {"U.\xc2\xadS. U\xc2\xad.S.", "U|S|U\xc2\xad.S"}, /* the joiner stands directly before the second */
    {"a..b a.1 1.a a.中 U.S中", "a|b|a|1|1|a|a|~中|U.S|~中"},
    {"U.S'x", "U.S'x"},
    /* the possessive of one */
    {"U.S.'s U.S.’S P.L.A.'s.", "U.S.'s|U.S.’S|P.L.A.'s"},
    {"U.S.'sx U.S.'s\xcc\x81 U.S.'s'x U.S.'t U.'s", "U.S|sx|U.S|s\xcc\x81|U.S|s'x|U.S|t|U|s"},
    {"U.S.'s' U.S.'s\xe2\x80\x8b! U.S.'s中", "U.S.'s|U.S.'s\xe2\x80\x8b|U.S.'s|~中"},
    /* full stops and commas between numbers */
    {"3.5 192.168.0.1 v2.0 ٣.٤ 3. .5 3..5", "3.5|192.168.0.1|v2.0|٣.٤|3|5|3|5"},
    {"1,000 12,345,678 1,000.50 1,000th $2,500", "1,000|12,345,678|1,000.50|1,000th|2,500"},
    {"1987,1988 1,00 1,0000 1,000² a,000 1,abc 1,000,00", "1987|1988|1|00|1|0000|1|000²|a|000|1|abc|1,000|00"},
    {"1234,567 x1,000 1,2,345", "1234|567|x1,000|1|2,345"},
    {"1\xc2\xad,000 ٣,000 1,000", "1\xc2\xad|000|٣|000|1,000"},
    /* what separates */
    {"AT&T zero-day C++ a_b a/b #tag @name", "AT|T|zero|day|C|a|b|a|b|tag|name"},
    {"“Yes”—she…no", "Yes|she|no"},
    {"a\xc2\xa0"
     "b\xe2\x80\x89"
     "c",
     "a|b|c"},
    {"😀news🗞️paper", "news|paper"},
    /* marks and ignorables */
    {"cafe\xcc\x81s", "cafe\xcc\x81s"},
    {"\xcc\x81"
     "a -\xcc\x81"
     "b",
     "a|b"},
    {"co\xc2\xadop news\xe2\x80\x8bpaper a\xe2\x80\x8d", "co\xc2\xadop|news\xe2\x80\x8bpaper|a\xe2\x80\x8d"},
    {"می\xe2\x80\x8cخواهم", "می\xe2\x80\x8cخواهم"},
    {"don'\xcc\x81t", "don|t"},
    /* scripts without spaces */
    {"中国人", "~中国|~国人|~~人"},
    {"人", "~人"},
    {"中国", "~中国|~~国"},
    {"2023年3月", "2023|~年|3|~月"},
    {"東京タワー、大阪", "~東京|~京タ|~タワ|~ワー|~~ー|~大阪|~~阪"},
    {"か\xe3\x82\x99ぎ", "~か\xe3\x82\x99ぎ|~~ぎ"}, /* a character keeps its marks */
    {"ﾆｭｰｽ", "~ﾆｭ|~ｭｰ|~ｰｽ|~~ｽ"},
    {"ﾊﾟｿｺﾝ ﾞｶﾞ", "~ﾊﾟｿ|~ｿｺ|~ｺﾝ|~~ﾝ|~ｶﾞ"}, /* and so it does in half width */
    {"ก้าว", "~ก้า|~าว|~~ว"},
    {"ข่าว ๒๕", "~ข่า|~าว|~~ว|๒๕"},
    {"ລາວ ខ្មែរ", "~ລາ|~າວ|~~ວ|~ខ្ម\xe1\x9f\x82|~ម\xe1\x9f\x82រ|~~រ"},
    {"မြန်", "~မြန်|~~န်"},
    {"iPhone手机X", "iPhone|~手机|~~机|X"},
    {"中・国〇〡", "~中|~国〇|~〇〡|~~〡"},
    {"𠮷野家", "~𠮷野|~野家|~~家"},
};

static void describe(const char *text, size_t len, struct buffer *out) {
  struct word_scan scan = {.text = text, .len = len};
  struct raw_word word;
  size_t last = 0;
  while (word_next(&scan, &word)) {
    assert_true(word.start < word.end && word.end <= len && word.start >= last);
    last = word.spaceless ? word.start : word.end;
    if (out->len) buffer_byte(out, '|');
    if (word.spaceless) buffer_byte(out, '~');
    if (word.run_tail) buffer_byte(out, '~');
    buffer_add(out, text + word.start, word.end - word.start);
  }
  assert_false(word_next(&scan, &word));
  buffer_byte(out, '\0');
}

static void test_edges(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof words_cases / sizeof words_cases[0]; i++) {
    struct buffer out = {0};
    describe(words_cases[i].text, strlen(words_cases[i].text), &out);
    assert_string_equal(out.bytes, words_cases[i].words);
    buffer_free(&out);
  }
}

/* Bytes that are no UTF-8 must not be handed in, but if they are nothing is read outside the text. */
static void test_hostile(void **state) {
  (void)state;
  uint32_t random = 12345;
  for (unsigned round = 0; round < 20000; round++) {
    char *text = malloc(24);
    for (size_t i = 0; i < 24; i++) {
      random = random * 1664525 + 1013904223;
      text[i] = random >> 24 < 100 ? "'.,s1aU "[random >> 16 & 7] : (char)(random >> 24);
    }
    struct buffer out = {0};
    describe(text, 24, &out);
    buffer_free(&out);
    free(text);
  }
}

/* Millions of joiners, marks or digits in one run: linear, and one word where the rules say one. */
static void test_long_runs(void **state) {
  (void)state;
  static const struct {
    const char *piece;
    enum { NO_WORD, ONE_WORD, A_WORD_EACH } gives;
  } runs[] = {
      {"a", ONE_WORD},
      {"'", NO_WORD},
      {".", NO_WORD},
      {",", NO_WORD},
      {"a.", ONE_WORD},
      {"a'", ONE_WORD},
      {"000,", ONE_WORD},
      {"1,000,", A_WORD_EACH},
      {"\xcc\x81", NO_WORD},
      {"ab.", A_WORD_EACH},
      {"中", A_WORD_EACH},
      {"a中", A_WORD_EACH},
      {"中\xcc\x81", A_WORD_EACH},
      {"a.\xcc\x81", A_WORD_EACH},
  };
  for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
    const char *piece = runs[i].piece;
    size_t step = strlen(piece), len = (2 << 20) / step * step;
    char *text = malloc(len);
    for (size_t at = 0; at < len; at += step) memcpy(text + at, piece, step);
    struct word_scan scan = {.text = text, .len = len};
    struct raw_word word;
    size_t count = 0;
    while (word_next(&scan, &word)) count++;
    size_t expected = runs[i].gives == A_WORD_EACH ? len / step : runs[i].gives == ONE_WORD;
    if (strcmp(piece, "a中") == 0) expected *= 2;
    assert_int_equal(count, expected);
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_edges),
      cmocka_unit_test(test_hostile),
      cmocka_unit_test(test_long_runs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
