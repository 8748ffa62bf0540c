/* Languages and their stop words: names, and tables that are sorted, folded and found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

static const struct name_case {
  const char *name, *code;
} name_cases[] = {
    {"en", "en"},     {"EN", "en"},        {"en-GB", "en"},   {"en_US", "en"},  {"eng", "en"}, {"English", "en"},
    {"GERMAN", "de"}, {"deu", "de"},       {"ger", "de"},     {"de-AT", "de"},  {"nb", "no"},  {"pt-BR", "pt"},
    {"gre", "el"},    {"none", "none"},    {"None", "none"},  {"yi", "yi"},     {"zh", NULL},  {"", NULL},
    {"e", NULL},      {"english-x", "en"}, {"klingon", NULL}, {"none-x", NULL}, {"-en", NULL}, {"enx", NULL},
};

static int find(const char *name) { return language_find(name, strlen(name)); }

static void test_names(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof name_cases / sizeof name_cases[0]; i++) {
    int language = find(name_cases[i].name);
    if (!name_cases[i].code)
      assert_int_equal(language, -1);
    else
      assert_string_equal(language_code(language), name_cases[i].code);
  }
  assert_null(language_stemmer(LANGUAGE_NONE));
  for (int i = 1; i < language_count(); i++) {
    assert_int_equal(strlen(language_code(i)), 2);
    assert_int_equal(find(language_code(i)), i);
    assert_int_equal(find(language_stemmer(i)), i);
    if (i > 1) assert_true(strcmp(language_code(i - 1), language_code(i)) < 0);
  }
}

/* A word that is out of order would never be found, one that is not folded never asked for. */
static void test_tables(void **state) {
  (void)state;
  struct folder *folder;
  assert_int_equal(folder_new(&folder, NULL), NSEARCH_OK);
  unsigned tables = 0;
  for (int language = 0; language < language_count(); language++) {
    size_t count;
    const char *const *words = stop_word_list(language, &count);
    if (!words) {
      assert_int_equal(count, 0);
      continue;
    }
    tables++;
    assert_in_range(count, 60, 250);
    for (size_t i = 0; i < count; i++) {
      if (i > 0 && strcmp(words[i - 1], words[i]) >= 0) fail_msg("%s is out of order", words[i]);
      struct folded folded;
      assert_int_equal(fold_word(folder, LANGUAGE_NONE, false, words[i], strlen(words[i]), &folded, NULL), NSEARCH_OK);
      assert_string_equal(folded.exact, words[i]);
      assert_true(stop_word(language, words[i], strlen(words[i])));
    }
  }
  assert_int_equal(tables, 13);
  folder_free(folder);
}

static const struct stop_case {
  const char *language, *term;
  bool stops;
} stop_cases[] = {
    {"en", "the", true},  {"en", "dont", true},    {"en", "isnt", true},   {"en", "youve", true}, {"en", "bank", false},
    {"en", "th", false},  {"en", "thee", false},   {"en", "", false},      {"en", "may", false},  {"en", "ill", false},
    {"de", "und", true},  {"de", "fur", true},     {"de", "the", false},   {"de", "war", false},  {"fr", "meme", true},
    {"fr", "qu", true},   {"es", "tambien", true}, {"it", "perche", true}, {"nl", "het", true},   {"pt", "nao", true},
    {"ru", "еще", true},  {"ru", "ещё", false},    {"sv", "att", true},    {"da", "og", true},    {"no", "ikke", true},
    {"fi", "mita", true}, {"hu", "es", true},      {"none", "the", false}, {"ar", "the", false},
};

static void test_stop_words(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof stop_cases / sizeof stop_cases[0]; i++) {
    const struct stop_case *c = &stop_cases[i];
    if (stop_word(find(c->language), c->term, strlen(c->term)) != c->stops) fail_msg("%s: %s", c->language, c->term);
  }
  assert_true(stop_word(find("en"), "there", 3)); /* the length counts, not a NUL: "the" */
  assert_false(stop_word(find("en"), "the\0x", 5));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_tables),
      cmocka_unit_test(test_stop_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
