/* What languages are called, and which of them have a stemmer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

static const struct {
  const char *name, *tag;
} names[] = {
    {"pl", "pl"},
    {"PL", "pl"},
    {"pl-PL", "pl"},
    {"pl_PL.UTF-8", "pl"},
    {"pol", "pl"},
    {"Polish", "pl"},
    {"polish (Poland)", "pl"},
    {"zh-CN", "zh"},
    {"zh-Hant-TW", "zh"},
    {"cmn-Hans", "zh"},
    {"ja_JP", "ja"},
    {"uk-UA", "uk"},
    {"nb-NO", "no"},
    {"nn", "nn"},
    {"iw", "he"},
    {"fre", "fr"},
    {"fra", "fr"},
    {"Farsi", "fa"},
    {"fil-PH", "fil"},
    {"qaa", "qaa"},
    {"xx-YY", "xx"},
    {"", ""},
    {"x", ""},
    {"x-default", ""},
    {"none", ""},
    {"Valyrian", ""},
    {"Unpronounceablelanguage", ""},
    {"en, fr", ""},
    {"e1", ""},
    {"\xD0\xBF\xD0\xBE\xD0\xBB\xD1\x8C", ""},
};

static void test_tags(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char tag[LANGUAGE_TAG_MAX + 1] = "";
    size_t len = language_tag(names[i].name, strlen(names[i].name), tag);
    tag[len] = '\0';
    if (strcmp(tag, names[i].tag) != 0) fail_msg("%s: %s, not %s", names[i].name, tag, names[i].tag);
  }
}

/* Each language with a stemmer is known by its code, and by the stemmer's name, which is its English one. */
static void test_stemmers(void **state) {
  (void)state;
  assert_int_equal(language_find("none", 4), LANGUAGE_NONE);
  assert_int_equal(language_find("none-US", 7), -1);
  for (int language = LANGUAGE_NONE + 1; language < language_count(); language++) {
    const char *code = language_code(language), *name = language_stemmer(language);
    char region[8];
    snprintf(region, sizeof region, "%s-XX", code);
    assert_int_equal(language_find(code, 2), language);
    assert_int_equal(language_find(region, 5), language);
    assert_int_equal(language_find(name, strlen(name)), language);
  }
  assert_int_equal(language_find("pl-PL", 5), -1);
  assert_int_equal(language_find("", 0), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_tags), cmocka_unit_test(test_stemmers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
