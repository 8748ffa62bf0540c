/* The analyser against its plain twin, word_next() and fold_word(): the same words at the same places on anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

static struct lexicon *lexicon;
static struct analyser *analyser;
static struct folder *folder;

static int set_up(void **state) {
  (void)state;
  return lexicon_new(&lexicon, NULL) || analyser_new(&analyser, lexicon, NULL) || folder_new(&folder, NULL);
}

static int tear_down(void **state) {
  (void)state;
  folder_free(folder);
  analyser_free(analyser);
  lexicon_free(lexicon);
  return 0;
}

static int language_of(const char *code) { return language_find(code, strlen(code)); }

static void check_key(uint32_t term, char tag, const char *language, const char *text, size_t len) {
  struct term_key key = lexicon_key(lexicon, term);
  size_t head = language ? 3 : 1;
  assert_int_equal(key.len, head + len);
  assert_int_equal(key.bytes[0], tag);
  if (language) assert_memory_equal(key.bytes + 1, language, 2);
  assert_memory_equal(key.bytes + head, text, len);
}

/* Analyses a copy of the exact size, so that a sanitizer sees a read behind it. Returns the number of tokens. */
static size_t check_text(enum text_field field, const char *code, const char *from, size_t len) {
  int language = language_of(code);
  char *text = malloc(len ? len : 1);
  memcpy(text, from, len);
  struct tokens tokens = {.want_places = true};
  assert_int_equal(analyser_run(analyser, field, language, text, len, &tokens, NULL), NSEARCH_OK);
  struct word_scan scan = {.text = text, .len = len};
  struct raw_word raw;
  size_t count = 0;
  for (; word_next(&scan, &raw); count++) {
    if (count == tokens.count) fail_msg("too few tokens in: %.*s", (int)len, text);
    if (tokens.places[count].start != raw.start || tokens.places[count].end != raw.end)
      fail_msg("token %zu at %u-%u, not %zu-%zu, in: %.*s", count, tokens.places[count].start, tokens.places[count].end,
               raw.start, raw.end, (int)len, text);
    struct folded folded;
    assert_int_equal(fold_word(folder, field == FIELD_TEXT ? language : LANGUAGE_NONE, raw.spaceless, text + raw.start,
                               raw.end - raw.start, &folded, NULL),
                     NSEARCH_OK);
    const struct word *word = &lexicon_words(lexicon)[tokens.words[count]];
    char tag = field == FIELD_TEXT ? TAG_TEXT : field == FIELD_TITLE ? TAG_TITLE : TAG_AUTHOR;
    check_key(word->exact, tag, NULL, folded.exact, folded.exact_len);
    if (folded.stem_len)
      check_key(word->stem, TAG_STEM, code, folded.stem, folded.stem_len);
    else
      assert_int_equal(word->stem, 0);
  }
  if (count != tokens.count) fail_msg("too many tokens in: %.*s", (int)len, text);
  tokens_free(&tokens);
  free(text);
  return count;
}

static const char news[] =
    "The U.S. economy grew 3.5% in 2023, the Commerce Department said; \"don't expect 1,000,000 more jobs,\" it warned. "
    "Trump’s aides—who’d met O'Brien's team at 10:30 a.m.—said the P.L.A.'s drills cost ¥12,345.67… “No,” they added. "
    "See nytimes.com/end.Next or 192.168.0.1, e.g. A.T.&T. and café-society Ministerpräsidentenkonferenz, résumés' naïve "
    "antidisestablishmentarianism. Правительство объявило о росте на 4,5 процента; ещё раз — «нет». 中国人民解放军2023年。"
    "ข่าว วันนี้ 한국어 뉴스 हिन्दी समाचार ܫ א'ב العربية. 東京タワーで、ﾆｭｰｽ. co\xc2\xadoperation zero\xe2\x80\x8bwidth 4th x² "
    "Aujourd'hui l'histoire d’été, qu'il n'y a pas; L'Oréal d'un'altra DELL’ARTE l'œuvre";

static size_t next_character(size_t at) {
  do at++;
  while (((unsigned char)news[at] & 0xc0) == 0x80);
  return at;
}

static void test_every_offset(void **state) {
  (void)state;
  size_t len = sizeof news - 1;
  for (size_t start = 0; start < len; start = next_character(start)) {
    check_text(FIELD_TEXT, "en", news + start, len - start);
    check_text(FIELD_TEXT, "none", news, start);
  }
  for (size_t start = 0; start < len; start = next_character(start)) {
    size_t end = start;
    for (unsigned i = 0; i < 20 && end < len; i++) end = next_character(end);
    check_text(FIELD_TEXT, "de", news + start, end - start);
  }
}

static const char *const pieces[] = {
    "'",
    ".",
    ",",
    "s",
    "S",
    "a",
    "U",
    "x",
    "0",
    "1",
    "12",
    "000",
    " ",
    "-",
    "\n",
    "’",
    "‘",
    "”",
    "—",
    "…",
    "ʼ",
    "＇",
    "\xc2\xad",
    "\xe2\x80\x8b",
    "\xe2\x80\x8d",
    "\xe2\x81\xa0",
    "\xef\xbb\xbf",
    "\xef\xb8\x8f",
    "\xcc\x81",
    "é",
    "ß",
    "Ё",
    "й",
    "Σ",
    "ب",
    "हि",
    "ก",
    "้",
    "中",
    "国",
    "〇",
    "か",
    "\xe3\x82\x99",
    "한",
    "Ⅳ",
    "²",
    "٣",
    "\xc2\xa0",
    "😀",
    "don't",
    "l'",
    "qu’",
    "dell'",
    "Jusqu'a",
    "h",
    "U.S.",
    "U.S.'s",
    "policies",
    "abcdefghijklmnop",
    "abcdefghijklmnopq",
    "antidisestablishmentarianism",
    "1,000",
    "3.5",
    "the ",
    " of ",
};

static void test_random_mixtures(void **state) {
  (void)state;
  uint64_t random = 1;
  size_t tokens = 0;
  for (unsigned round = 0; round < 20000; round++) {
    struct buffer text = {0};
    random = random * 6364136223846793005u + 1442695040888963407u;
    for (unsigned i = 1 + (random >> 60) * 6; i > 0; i--) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      buffer_text(&text, pieces[(random >> 33) % (sizeof pieces / sizeof pieces[0])]);
    }
    tokens += check_text(FIELD_TEXT, round & 1 ? "en" : "ru", text.bytes, text.len);
    buffer_free(&text);
  }
  assert_true(tokens > 100000);
}

/* Words around every limit: the inline key, the cached key, the 64-byte window, 64 KiB. The second time they come
 * from the cache. */
static void test_lengths(void **state) {
  (void)state;
  static const size_t lengths[] = {1,   7,   8,   9,   15,  16,  17,   63,   64,   65,
                                   127, 200, 201, 255, 256, 257, 1023, 1024, 1025, 70000};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    size_t len = lengths[i];
    char *text = malloc(2 * len + 3);
    memset(text, 'q', 2 * len + 3);
    text[0] = text[len + 1] = text[2 * len + 2] = ' ';
    for (unsigned times = 0; times < 2; times++) {
      assert_int_equal(check_text(FIELD_TEXT, "en", text, 2 * len + 3), 2);
      text[len] = 'r'; /* differs at its end from the word behind it */
    }
    free(text);
  }
}

static void test_cache_is_by_language_and_field(void **state) {
  (void)state;
  static const char text[] = "gift Häuser internationalisations";
  for (unsigned times = 0; times < 2; times++) {
    check_text(FIELD_TEXT, "en", text, sizeof text - 1);
    check_text(FIELD_TEXT, "de", text, sizeof text - 1);
    check_text(FIELD_TEXT, "none", text, sizeof text - 1);
    check_text(FIELD_TITLE, "en", text, sizeof text - 1);
    check_text(FIELD_AUTHOR, "de", text, sizeof text - 1);
  }
  struct tokens tokens = {0};
  assert_int_equal(analyser_run(analyser, FIELD_TEXT, language_of("en"), "gift", 4, &tokens, NULL), NSEARCH_OK);
  assert_int_equal(analyser_run(analyser, FIELD_TEXT, language_of("de"), "Gift", 4, &tokens, NULL), NSEARCH_OK);
  const struct word *words = lexicon_words(lexicon);
  assert_int_equal(words[tokens.words[0]].exact, words[tokens.words[1]].exact);
  assert_int_not_equal(words[tokens.words[0]].stem, words[tokens.words[1]].stem);
  assert_null(tokens.places);
  tokens_free(&tokens);
}

static void test_twins(void **state) {
  (void)state;
  struct tokens text = {0}, titles = {0}, direct = {0};
  const size_t len = sizeof news - 1;
  const int english = language_of("en");
  assert_int_equal(analyser_run(analyser, FIELD_TEXT, english, news, len, &text, NULL), NSEARCH_OK);
  assert_int_equal(analyser_run(analyser, FIELD_TITLE, english, news, len, &direct, NULL), NSEARCH_OK);
  for (unsigned times = 0; times < 2; times++) {
    titles.count = 0;
    assert_int_equal(analyser_twin(analyser, FIELD_TITLE, text.words, text.count, &titles, NULL), NSEARCH_OK);
    assert_int_equal(titles.count, direct.count);
    assert_memory_equal(titles.words, direct.words, direct.count * sizeof *direct.words);
  }
  uint32_t gap = 0;
  assert_int_equal(analyser_twin(analyser, FIELD_AUTHOR, &gap, 1, &titles, NULL), NSEARCH_OK);
  assert_int_equal(titles.words[titles.count - 1], 0);
  tokens_free(&text);
  tokens_free(&titles);
  tokens_free(&direct);
}

/* Places asked for, then not, then again: the arrays keep up with each other. */
static void test_places_on_and_off(void **state) {
  (void)state;
  struct tokens tokens = {0};
  for (unsigned times = 0; times < 6; times++) {
    tokens.want_places = times & 1;
    for (unsigned i = 0; i < 5u << times; i++)
      assert_int_equal(analyser_run(analyser, FIELD_TEXT, 0, " one two", 8, &tokens, NULL), NSEARCH_OK);
    if (tokens.want_places) assert_int_equal(tokens.places[tokens.count - 1].start, 5);
  }
  assert_int_equal(tokens.count, 2 * 5 * 63);
  tokens_free(&tokens);
}

static void test_clear(void **state) {
  (void)state;
  for (unsigned round = 0; round < 3; round++) {
    for (unsigned i = 0; i < 30000; i++) { /* grows the cache */
      char text[] = "aaaa aaaaaaaaaaaaaaaaaaaaaaaaaaaa";
      text[1] = text[11] = (char)('a' + i % 26);
      text[2] = text[12] = (char)('a' + i / 26 % 26);
      text[3] = text[13] = (char)('a' + i / 676 % 26);
      check_text(FIELD_TEXT, "none", text, sizeof text - 1);
    }
    check_text(FIELD_TEXT, "en", news, sizeof news - 1);
    struct tokens text = {0}, titles = {0};
    assert_int_equal(analyser_run(analyser, FIELD_TEXT, 0, news, 40, &text, NULL), NSEARCH_OK);
    assert_int_equal(analyser_twin(analyser, FIELD_TITLE, text.words, text.count, &titles, NULL), NSEARCH_OK);
    check_key(lexicon_words(lexicon)[titles.words[0]].exact, TAG_TITLE, NULL, "the", 3);
    tokens_free(&text);
    tokens_free(&titles);
    assert_true(analyser_bytes(analyser) > 17576 * 24);
    lexicon_clear(lexicon);
    analyser_clear(analyser);
    assert_int_equal(lexicon_word_count(lexicon), 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_offset), cmocka_unit_test(test_random_mixtures),
      cmocka_unit_test(test_lengths),      cmocka_unit_test(test_cache_is_by_language_and_field),
      cmocka_unit_test(test_twins),        cmocka_unit_test(test_places_on_and_off),
      cmocka_unit_test(test_clear),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
