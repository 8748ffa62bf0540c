/* UTF-8: the maximal ill-formed parts of Unicode section 3.9, by table and over all code points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text/text.h"

#define R "\xef\xbf\xbd"

static const struct repair_case {
  const char *text, *repaired;
  unsigned replaced;
} repair_cases[] = {
    {"", "", 0},
    {"plain", "plain", 0},
    {"na\xc3\xafve \xe2\x82\xac \xf0\x9f\x93\xb0", "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x93\xb0", 0},
    {"\x80", R, 1}, /* a continuation byte alone */
    {"a\xc0\xaf"
     "b",
     "a" R R "b", 2},           /* overlong */
    {"\xe0\x9f\xbf", R R R, 3}, /* overlong in three bytes: no second byte may be that low */
    {"\xf0\x8f\xbf\xbf", R R R R, 4},
    {"\xed\xa0\x80", R R R, 3},       /* a surrogate */
    {"\xf4\x90\x80\x80", R R R R, 4}, /* above U+10FFFF */
    {"\xf5\xff", R R, 2},
    {"\xe2\x82", R, 1}, /* cut short: one part */
    {"\xe2\x82z", R "z", 1},
    {"\xf0\x9f\x93", R, 1},
    {"\xf0\x9f\x93q\xf0\x9f", R "q" R, 2},
    {"\xe2\xe2\x82\xac", R "\xe2\x82\xac", 1},
    {"\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64", "a" R R R "b" R "c" R R "d", 6}, /* Unicode table 3-8 */
};

static void test_repair(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof repair_cases / sizeof repair_cases[0]; i++) {
    const struct repair_case *c = &repair_cases[i];
    size_t len = strlen(c->text);
    char *text = malloc(len + 1); /* of the exact size, so that a sanitizer sees a read behind it */
    memcpy(text, c->text, len);
    text = realloc(text, len ? len : 1);
    struct buffer out = {0};
    assert_int_equal(utf8_repair(text, len, &out), c->replaced);
    assert_int_equal(out.len, strlen(c->repaired));
    if (out.len) assert_memory_equal(out.bytes, c->repaired, out.len);
    assert_int_equal(utf8_valid_prefix(out.bytes, out.len), out.len);
    assert_int_equal(utf8_valid_prefix(text, len) == len, c->replaced == 0);
    buffer_free(&out);
    free(text);
  }
}

static void test_round_trip(void **state) {
  (void)state;
  for (uint32_t c = 0; c <= 0x10ffff; c++) {
    char bytes[4];
    size_t len = utf8_encode(c, bytes);
    uint32_t back = 0, stepped = 0;
    bool bad = false;
    size_t used = utf8_decode(bytes, len, &back, &bad);
    if (c >= 0xd800 && c < 0xe000) {
      assert_true(bad);
      continue;
    }
    if (bad || used != len || back != c) fail_msg("U+%04X", c);
    if (utf8_step(bytes, len, 0, &stepped) != len || stepped != c) fail_msg("U+%04X stepped", c);
    if (len > 1 && utf8_step(bytes, len - 1, 0, &stepped) > len - 1) fail_msg("U+%04X read past the end", c);
  }
}

/* The first bad byte is found wherever it stands in the blocks that are looked at together. */
static void test_valid_prefix(void **state) {
  (void)state;
  char text[200];
  for (size_t at = 0; at < sizeof text; at++) {
    memset(text, 'x', sizeof text);
    assert_int_equal(utf8_valid_prefix(text, sizeof text), sizeof text);
    text[at] = '\xff';
    assert_int_equal(utf8_valid_prefix(text, sizeof text), at);
    if (at + 2 > sizeof text) continue;
    memcpy(text + at, "\xc3\xa9", 2);
    assert_int_equal(utf8_valid_prefix(text, sizeof text), sizeof text);
    assert_int_equal(utf8_valid_prefix(text, at + 1), at);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_repair),
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_valid_prefix),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
