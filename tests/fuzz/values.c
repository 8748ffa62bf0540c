/* Any bytes as a date, as a text in some encoding, and as a text in some language.
 *
 * Input: a byte for what it is, a byte that chooses a label or an order, then the bytes. */
#include <stdlib.h>
#include <string.h>

#include "common/text/text.h"
#include "indexer/indexer.h"
#include "indexer/sources/sources.h"
#include "tests/fuzz/fuzz.h"

/* A date is in the range of its own precision, and its canonical form means the same. */
static void try_date(const char *text, size_t len, uint8_t choice) {
  struct date date = {0}, again;
  char canonical[DATE_TEXT_MAX];
  (void)date_order_of(text, len);
  if (!date_parse_ordered(text, len, (enum date_order)(choice % 3), &date)) return;
  must(date.precision >= NSEARCH_PRECISION_YEAR && date.precision <= NSEARCH_PRECISION_SECOND);
  must(date_period_end(date.seconds, date.precision) >= date.seconds);
  date_format(date.seconds, canonical);
  if (date.seconds < date_days(1, 1, 1) * 86400 || date.seconds >= date_days(9999, 12, 31) * 86400) return;
  must(date_parse(canonical, strlen(canonical), &again) && again.seconds == date.seconds);
}

/* Well-formed UTF-8 comes out; what was that already stays, but for its mark and where another encoding is plain. */
static void try_charset(const char *text, size_t len, uint8_t choice) {
  static const char *const labels[] = {NULL,          "utf-8",  "latin1",    "windows-1251", "koi8-r",
                                       "gb2312",      "big5",   "shift_jis", "euc-jp",       "euc-kr",
                                       "iso-2022-jp", "utf-16", "utf-32be",  "iso-2022-kr",  "macintosh",
                                       "utf-7",       "viscii", "tcvn",      "johab"};
  struct buffer out = {0};
  uint64_t replaced = 0;
  must(!charset_convert(text, len, labels[choice % (sizeof labels / sizeof *labels)], &out, &replaced, NULL));
  must(utf8_valid_prefix(out.bytes, out.len) == out.len && replaced <= len);
  buffer_free(&out);
}

static void try_language(const char *text, size_t len, uint8_t choice) {
  static struct language_words *words; /* reachable, and so no leak */
  uint64_t replaced;
  if (!words) must(!language_words_new(&words, NULL));
  nsearch_article *article = nsearch_article_new();
  must(article && !nsearch_article_set_body(article, text, len) && !article_tidy(article, &replaced, NULL));
  must(!language_fill_in(words, article, choice % language_count(), NULL));
  must(strlen(nsearch_article_language(article)) <= 2);
  nsearch_article_free(article);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_input in = {data, data + size};
  uint8_t kind = fuzz_byte(&in), choice = fuzz_byte(&in);
  size_t len = (size_t)(in.end - in.at);
  char *text = malloc(len ? len : 1); /* of the exact size */
  must(text);
  memcpy(text, in.at, len);
  if (kind % 3 == 0) try_date(text, len, choice);
  if (kind % 3 == 1) try_charset(text, len, choice);
  if (kind % 3 == 2) try_language(text, len, choice);
  free(text);
  return 0;
}
