/* The lexicon: numbers in order of first use, keys that stay where they are, clearing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

static uint32_t term_of(struct lexicon *lexicon, const char *key, size_t len) {
  uint32_t term = 0;
  assert_int_equal(lexicon_term(lexicon, key, len, &term, NULL), NSEARCH_OK);
  return term;
}

static uint32_t word_of(struct lexicon *lexicon, uint32_t exact, uint32_t stem) {
  uint32_t word = 0;
  assert_int_equal(lexicon_word(lexicon, exact, stem, &word, NULL), NSEARCH_OK);
  return word;
}

static void test_numbers(void **state) {
  (void)state;
  struct lexicon *lexicon;
  assert_int_equal(lexicon_new(&lexicon, NULL), NSEARCH_OK);
  assert_int_equal(lexicon_term_count(lexicon), 1);
  assert_int_equal(lexicon_word_count(lexicon), 1);
  assert_int_equal(lexicon_words(lexicon)[0].exact, 0);
  assert_int_equal(term_of(lexicon, "Xa", 2), 1);
  assert_int_equal(term_of(lexicon, "Xb", 2), 2);
  assert_int_equal(term_of(lexicon, "Xa", 2), 1);
  assert_int_equal(term_of(lexicon, "X", 1), 3);
  assert_int_equal(term_of(lexicon, "Pa\0A", 4), 4);
  assert_int_equal(term_of(lexicon, "Pa\0B", 4), 5);
  assert_int_equal(word_of(lexicon, 1, 0), 1);
  assert_int_equal(word_of(lexicon, 1, 2), 2);
  assert_int_equal(word_of(lexicon, 2, 1), 3);
  assert_int_equal(word_of(lexicon, 1, 2), 2);
  assert_int_equal(lexicon_words(lexicon)[3].stem, 1);
  assert_int_equal(lexicon_word_count(lexicon), 4);
  lexicon_free(lexicon);
}

/* Enough to grow all tables many times over, twice, with some keys larger than any block. */
static void test_many(void **state) {
  (void)state;
  enum { MANY = 300000, LARGE = 3 << 20 };
  struct lexicon *lexicon;
  char *large = malloc(LARGE);
  memset(large, 'L', LARGE);
  assert_int_equal(lexicon_new(&lexicon, NULL), NSEARCH_OK);
  size_t held = 0;
  for (int round = 0; round < 2; round++) {
    const char *first = NULL;
    for (uint32_t i = 1; i <= MANY; i++) {
      char key[32];
      int len = snprintf(key, sizeof key, "X%u", i * 7919u);
      bool is_large = i % 100000 == 0;
      uint32_t term = is_large ? term_of(lexicon, large, LARGE - i / 100000) : term_of(lexicon, key, (size_t)len);
      assert_int_equal(term, i);
      assert_int_equal(word_of(lexicon, i, MANY - i), i);
      if (i == 1) first = lexicon_key(lexicon, 1).bytes;
    }
    assert_ptr_equal(lexicon_key(lexicon, 1).bytes, first);
    for (uint32_t i = 1; i <= MANY; i++) {
      char key[32];
      int len = snprintf(key, sizeof key, "X%u", i * 7919u);
      struct term_key stored = lexicon_key(lexicon, i);
      if (i % 100000 == 0) {
        assert_int_equal(stored.len, LARGE - i / 100000);
        continue;
      }
      assert_int_equal(stored.len, len);
      assert_memory_equal(stored.bytes, key, (size_t)len);
      assert_int_equal(term_of(lexicon, key, (size_t)len), i);
      assert_int_equal(word_of(lexicon, i, MANY - i), i);
    }
    assert_int_equal(lexicon_term_count(lexicon), MANY + 1);
    if (round == 0)
      held = lexicon_bytes(lexicon);
    else
      assert_int_equal(lexicon_bytes(lexicon), held); /* the memory of the first round was enough */
    lexicon_clear(lexicon);
    assert_int_equal(lexicon_term_count(lexicon), 1);
    assert_int_equal(lexicon_word_count(lexicon), 1);
  }
  assert_true(held > 3 * (size_t)LARGE);
  lexicon_free(lexicon);
  free(large);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_many),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
