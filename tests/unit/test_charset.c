/* Encodings: one sentence a language in each of its encodings, declared, undeclared and declared wrongly. */
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <iconv.h>

#include "common/text/text.h"
#include "indexer/sources/sources.h"

#define R "\xef\xbf\xbd"

static const char western[] = "Der Bürgermeister eröffnete am Freitag die größte Ausstellung über den Fluss. "
                              "„Wir hätten früher beginnen müssen“, sagte er später.\n";
static const char french[] = "L’été dernier, le député a présenté à la Chambre un projet déjà très contesté, où "
                             "l’État cède une partie de sa créance.\n";
static const char russian[] =
    "В пятницу вечером мэр города открыл новую выставку, посвящённую истории реки и её берегов. "
    "По его словам, работы продолжались три года.\n";
static const char ukrainian[] = "У п’ятницю ввечері мер міста відкрив нову виставку, присвячену історії річки та її "
                                "берегів. Їхні роботи тривали три роки.\n";
static const char polish[] = "W piątek wieczorem burmistrz otworzył nową wystawę poświęconą dziejom rzeki i jej "
                             "brzegów. Według niego prace trwały trzy lata, choć środków było mało.\n";
static const char greek[] =
    "Το βράδυ της Παρασκευής ο δήμαρχος εγκαινίασε τη νέα έκθεση για την ιστορία του ποταμού και "
    "των όχθων του.\n";
static const char chinese[] = "星期五晚上，市长为新的展览揭幕。展览介绍了河流和两岸的历史，他说这项工作一共进行了三年，"
                              "参加的人来自全国各地。\n";
static const char traditional[] =
    "星期五晚上，市長為新的展覽揭幕。展覽介紹了河流和兩岸的歷史，他說這項工作一共進行了三年，"
    "參加的人來自全國各地。\n";
static const char japanese[] =
    "金曜日の夜、市長は新しい展覧会を開いた。川とその岸の歴史を紹介するもので、作業は三年間続いたと"
    "市長は話している。来場者はデータを見ることもできる。\n";
static const char korean[] =
    "금요일 저녁 시장은 새로운 전시회를 열었다. 이 전시회는 강과 강변의 역사를 소개하며, 시장은 작업이 "
    "삼 년 동안 계속되었다고 말했다.\n";

static const struct sample {
  const char *text, *iconv_name, *label;
  bool detected; /* also without a label */
} samples[] = {
    {western, "CP1252", "ISO-8859-1", true},
    {western, "CP1252", "windows-1252", true},
    {western, "UTF-8", "utf-8", true},
    {western, "UTF-16LE", "UTF-16", true},
    {western, "UTF-16BE", "utf-16be", true},
    {western, "UTF-32LE", "utf-32", true},
    {western, "UTF-32BE", "utf-32be", true},
    {western, "MACINTOSH", "macintosh", true},
    {french, "CP1252", "latin1", true},
    {russian, "CP1251", "windows-1251", true},
    {russian, "KOI8-R", "koi8-r", true},
    {russian, "ISO-8859-5", "ISO_8859-5:1988", true},
    {russian, "IBM866", "cp866", true},
    {russian, "MAC-CYRILLIC", "x-mac-cyrillic", true},
    {russian, "UTF-16LE", "utf-16le", true},
    {russian, "UTF-16BE", "utf-16be", true},
    {ukrainian, "CP1251", "windows-1251", false},
    {polish, "CP1250", "windows-1250", false},
    {polish, "ISO-8859-2", "iso-8859-2", false},
    {greek, "CP1253", "windows-1253", true},
    {greek, "ISO-8859-7", "greek", true},
    {chinese, "GB18030", "gb2312", true},
    {chinese, "UTF-16LE", "utf-16le", true},
    {chinese, "UTF-16BE", "utf-16be", true},
    {traditional, "BIG5-HKSCS", "Big5", true},
    {japanese, "CP932", "Shift_JIS", true},
    {japanese, "EUC-JP", "euc-jp", true},
    {japanese, "ISO-2022-JP", "iso-2022-jp", true},
    {korean, "CP949", "ks_c_5601-1987", true},
    {korean, "CP949", "EUC-KR", true},
};

/* The text in the encoding, in a block of the exact size, so that a sanitizer sees a read behind it. */
static char *encode(const char *text, const char *iconv_name, size_t *len) {
  size_t left = strlen(text), room = 4 * left + 16;
  char *all = malloc(room), *from = (char *)text, *to = all;
  iconv_t converter = iconv_open(iconv_name, "UTF-8");
  assert_true(converter != (iconv_t)-1);
  assert_true(iconv(converter, &from, &left, &to, &room) != (size_t)-1);
  iconv(converter, NULL, NULL, &to, &room);
  iconv_close(converter);
  *len = (size_t)(to - all);
  return realloc(all, *len);
}

static void expect(const char *bytes, size_t len, const char *label, const char *text, uint64_t bad) {
  struct buffer out = {0};
  uint64_t replaced = 0;
  buffer_text(&out, "before");
  assert_int_equal(charset_convert(bytes, len, label, &out, &replaced, NULL), NSEARCH_OK);
  buffer_byte(&out, '\0');
  assert_string_equal(out.bytes + strlen("before"), text);
  assert_int_equal(replaced, bad);
  buffer_free(&out);
}

static void test_each_encoding(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    const struct sample *sample = &samples[i];
    size_t len;
    char *bytes = encode(sample->text, sample->iconv_name, &len);
    expect(bytes, len, sample->label, sample->text, 0);
    if (sample->detected) {
      expect(bytes, len, NULL, sample->text, 0);
      expect(bytes, len, "no-such-encoding", sample->text, 0);
      expect(bytes, len, "utf-8", sample->text, 0);
      expect(bytes, len, "utf-7", sample->text, 0);
    }
    free(bytes);
  }
}

/* UTF-8 is told from what it is said to be. */
static void test_wrong_labels(void **state) {
  static const char *const labels[] = {"iso-8859-1", "windows-1251", "koi8-r",    "us-ascii", "big5",
                                       "shift_jis",  "euc-kr",       "macintosh", "utf-16",   "utf-32"};
  static const char *const texts[] = {western, french, russian, polish, greek, korean};
  (void)state;
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
      expect(texts[k], strlen(texts[k]), labels[i], texts[k], 0);
}

static void test_marks(void **state) {
  (void)state;
  expect("\xef\xbb\xbfna\xc3\xafve", 9, "iso-8859-1", "na\xc3\xafve", 0);
  expect("\xff\xfe"
         "a\0\xef\0",
         6, "utf-8", "a\xc3\xaf", 0);
  expect("\xfe\xff\0a\0\xef", 6, "windows-1252", "a\xc3\xaf", 0);
  expect("\xff\xfe\0\0a\0\0\0", 8, NULL, "a", 0);
  expect("\0\0\xfe\xff\0\0\0a", 8, NULL, "a", 0);
  expect("", 0, NULL, "", 0);
  expect("\xff\xfe", 2, NULL, "", 0);
}

static void test_bad_bytes(void **state) {
  (void)state;
  expect("caf\xe9 \x81", 6, "latin1", "caf\xc3\xa9 " R, 1);
  expect("\xb0\xa1\xff"
         "a\xb0",
         5, "euc-kr", "\xea\xb0\x80" R "a" R, 2);
  expect("\xff\xfe"
         "a\0\0\xd8"
         "b\0c",
         9, NULL, "a" R "b" R, 2); /* half a pair, half a unit */
  /* damaged UTF-8 is UTF-8 */
  expect("na\xc3\xafve \xc3\xa9t\xc3\xa9 \xe2\x82\xac \xc3\xa8 \xc3\xa8 \xff", 24, NULL,
         "na\xc3\xafve \xc3\xa9t\xc3\xa9 \xe2\x82\xac \xc3\xa8 \xc3\xa8 " R, 1);
}

/* Whatever the bytes are: UTF-8 comes out. */
static void test_any_bytes(void **state) {
  enum { LEN = 4096 };
  uint64_t random = 1;
  (void)state;
  for (size_t i = 0; i < 8 * sizeof samples / sizeof *samples; i++) {
    struct buffer out = {0};
    uint64_t replaced = 0;
    char *bytes = malloc(LEN);
    for (size_t k = 0; k < LEN; k++) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      bytes[k] = (char)(random >> 56);
    }
    const char *label = i % 9 == 0 ? NULL : samples[i % (sizeof samples / sizeof *samples)].label;
    assert_int_equal(charset_convert(bytes, LEN - i, label, &out, &replaced, NULL), NSEARCH_OK);
    assert_int_equal(utf8_valid_prefix(out.bytes, out.len), out.len);
    buffer_free(&out);
    free(bytes);
  }
}

/* ---- Without memory ---- */

static bool lacks_memory;

/* In place of the C library's. */
iconv_t iconv_open(const char *to, const char *from) {
  iconv_t (*other)(const char *, const char *);
  void *found = dlsym(RTLD_NEXT, "iconv_open");
  memcpy(&other, &found, sizeof other);
  errno = ENOMEM;
  return lacks_memory ? (iconv_t)-1 : other(to, from);
}

static void test_no_memory(void **state) {
  struct nsearch_article *article = nsearch_article_new();
  struct nsearch_error *err = nsearch_error_new();
  static const char page[] = "<meta charset=koi8-r><p>\xf0\xd2\xc9\xd7\xc5\xd4</p>";
  uint64_t replaced = 0;
  (void)state;
  for (int lacks = 1; lacks >= 0; lacks--) {
    lacks_memory = lacks == 1;
    int status = html_article(page, sizeof page - 1, NULL, NULL, article, &replaced, err);
    assert_int_equal(status, lacks ? NSEARCH_ERR_MEMORY : NSEARCH_OK);
  }
  nsearch_article_free(article);
  nsearch_error_free(err);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_each_encoding), cmocka_unit_test(test_wrong_labels), cmocka_unit_test(test_marks),
      cmocka_unit_test(test_bad_bytes),     cmocka_unit_test(test_any_bytes),    cmocka_unit_test(test_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
