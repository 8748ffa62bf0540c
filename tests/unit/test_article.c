/* Articles: setting and reading, tidying, the card and its damage, the site of a URL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/article/article.h"

#define LITERAL(text) text, sizeof text - 1

static void an_empty_article_has_empty_fields(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new();
  size_t len = 9;
  int64_t seconds = 5;
  assert_string_equal(nsearch_article_id(article), "");
  assert_string_equal(nsearch_article_body(article, &len), "");
  assert_int_equal(len, 0);
  assert_int_equal(nsearch_article_authors(article), 0);
  assert_string_equal(nsearch_article_author(article, 0), "");
  assert_string_equal(nsearch_article_topic(article, 3), "");
  assert_int_equal(nsearch_article_published(article, &seconds), NSEARCH_PRECISION_NONE);
  assert_int_equal(nsearch_article_date_origin(article), NSEARCH_ORIGIN_NONE);
  assert_int_equal(nsearch_article_updated(article, &seconds), 0);
  assert_int_equal(seconds, 5);
  assert_true(article_is_empty(article));
  nsearch_article_free(article);
  nsearch_article_free(NULL);
}

static void getters_give_what_setters_took(void **state) {
  (void)state;
  static const struct {
    nsearch_status (*set)(nsearch_article *, const char *, size_t);
    const char *(*get)(const nsearch_article *);
  } fields[] = {
      {nsearch_article_set_id, nsearch_article_id},           {nsearch_article_set_url, nsearch_article_url},
      {nsearch_article_set_title, nsearch_article_title},     {nsearch_article_set_source, nsearch_article_source},
      {nsearch_article_set_section, nsearch_article_section}, {nsearch_article_set_language, nsearch_article_language},
  };
  enum { FIELDS = sizeof fields / sizeof *fields };
  nsearch_article *article = nsearch_article_new();
  for (size_t i = 0; i < FIELDS; i++) assert_int_equal(fields[i].set(article, "to be replaced", 14), NSEARCH_OK);
  for (size_t i = 0; i < FIELDS; i++) assert_int_equal(fields[i].set(article, "field 0123456789", 7 + i), NSEARCH_OK);
  for (size_t i = 0; i < FIELDS; i++) {
    assert_int_equal(strlen(fields[i].get(article)), 7 + i);
    assert_memory_equal(fields[i].get(article), "field 0123456789", 7 + i);
  }
  size_t len;
  nsearch_article_set_body(article, LITERAL("two\0parts"));
  assert_memory_equal(nsearch_article_body(article, &len), "two\0parts", 10);
  assert_int_equal(len, 9);
  assert_non_null(nsearch_article_body(article, NULL));
  nsearch_article_set_body(article, NULL, 0);
  assert_string_equal(nsearch_article_body(article, &len), "");
  nsearch_article_free(article);
}

static void lists_hold_any_number_of_values(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new();
  char name[32];
  for (int i = 0; i < 100; i++) {
    snprintf(name, sizeof name, "author %d", i);
    assert_int_equal(nsearch_article_add_author(article, name, strlen(name)), NSEARCH_OK);
  }
  assert_int_equal(nsearch_article_add_author(article, "", 0), NSEARCH_OK);
  assert_int_equal(nsearch_article_add_topic(article, LITERAL("a\0b")), NSEARCH_OK);
  assert_int_equal(nsearch_article_authors(article), 100);
  assert_string_equal(nsearch_article_author(article, 0), "author 0");
  assert_string_equal(nsearch_article_author(article, 99), "author 99");
  assert_string_equal(nsearch_article_author(article, 100), "");
  assert_int_equal(nsearch_article_topics(article), 1);
  assert_string_equal(nsearch_article_topic(article, 0), "a b");
  article_clear(article);
  assert_int_equal(nsearch_article_authors(article), 0);
  assert_null(article_list_next(&article->authors, NULL));
  nsearch_article_free(article);
}

static void dates_keep_precision_and_origin(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new();
  int64_t seconds = 0;
  nsearch_article_set_published(article, -5, NSEARCH_PRECISION_MONTH, NSEARCH_ORIGIN_URL);
  nsearch_article_set_updated(article, INT64_MIN);
  assert_int_equal(nsearch_article_published(article, &seconds), NSEARCH_PRECISION_MONTH);
  assert_int_equal(seconds, -5);
  assert_int_equal(nsearch_article_published(article, NULL), NSEARCH_PRECISION_MONTH);
  assert_int_equal(nsearch_article_date_origin(article), NSEARCH_ORIGIN_URL);
  assert_int_equal(nsearch_article_updated(article, &seconds), 1);
  assert_true(seconds == INT64_MIN);
  nsearch_article_set_published(article, 7, NSEARCH_PRECISION_NONE, NSEARCH_ORIGIN_URL);
  assert_int_equal(nsearch_article_published(article, NULL), NSEARCH_PRECISION_NONE);
  assert_int_equal(nsearch_article_date_origin(article), NSEARCH_ORIGIN_NONE);
  nsearch_article_free(article);
}

static void emptiness_looks_through_white_space(void **state) {
  (void)state;
  static const struct {
    const char *title, *body;
    bool is_empty;
  } articles[] = {
      {"", "", true},
      {" \n", "\t\x01\x7f", true},
      {"\xc2\xa0", "\xe3\x80\x80\xef\xbb\xbf", true},
      {"", ".", false},
      {"a", "", false},
      {"", "\xff", false},
      {"\xc2\x85 ", "", true},
      {"\xe3\x80\x80", "\xe4\xb8\xad", false},
  };
  nsearch_article *article = nsearch_article_new();
  for (size_t i = 0; i < sizeof articles / sizeof *articles; i++) {
    nsearch_article_set_title(article, articles[i].title, strlen(articles[i].title));
    nsearch_article_set_body(article, articles[i].body, strlen(articles[i].body));
    assert_int_equal(article_is_empty(article), articles[i].is_empty);
  }
  nsearch_article_free(article);
}

/* ---- tidying ---- */

static const struct tidying {
  const char *text;
  size_t len;
  const char *line, *body;
  unsigned replaced;
} tidyings[] = {
    {LITERAL(""), "", "", 0},
    {LITERAL("plain"), "plain", "plain", 0},
    {LITERAL("  both ends \n"), "both ends", "both ends", 0},
    {LITERAL(" \t\r\n "), "", "", 0},
    {LITERAL("two\nlines\tand a tab"), "two lines and a tab", "two\nlines\tand a tab", 0},
    {LITERAL("dos\r\nlines"), "dos  lines", "dos \nlines", 0},
    {LITERAL("nul\0inside\x1b[1m\x7f."), "nul inside [1m .", "nul inside [1m .", 0},
    {LITERAL("c1\xc2\x85 \xc2\x9b kept: \xc2\xa9"), "c1    kept: \xc2\xa9", "c1    kept: \xc2\xa9", 0},
    {LITERAL("\xef\xbb\xbf\xe3\x80\x80\xc2\xa0mid\xe3\x80\x80"
             "dle\xc2\xa0\xe2\x80\xa9"),
     "mid\xe3\x80\x80"
     "dle",
     "mid\xe3\x80\x80"
     "dle",
     0},
    {LITERAL("line\xe2\x80\xa8separator\xe2\x80\xa9s"), "line separator s", "line\xe2\x80\xa8separator\xe2\x80\xa9s",
     0},
    {LITERAL("caf\xc3\xa9 \xe4\xb8\xad\xe5\x9b\xbd \xf0\x9f\x98\x80"),
     "caf\xc3\xa9 \xe4\xb8\xad\xe5\x9b\xbd \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe4\xb8\xad\xe5\x9b\xbd \xf0\x9f\x98\x80",
     0},
    {LITERAL("latin1 \xe9t\xe9"), "latin1 \xef\xbf\xbdt\xef\xbf\xbd", "latin1 \xef\xbf\xbdt\xef\xbf\xbd", 2},
    {LITERAL("cut \xe4\xb8"), "cut \xef\xbf\xbd", "cut \xef\xbf\xbd", 1},
    {LITERAL(" \xc0\x80\n"), "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd", 2},
    {LITERAL("\xc2"), "\xef\xbf\xbd", "\xef\xbf\xbd", 1},
    {LITERAL("a control behind sixteen bytes\x02 and more"), "a control behind sixteen bytes  and more",
     "a control behind sixteen bytes  and more", 0},
};

static void tidying_makes_text_fit(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new();
  for (size_t i = 0; i < sizeof tidyings / sizeof *tidyings; i++) {
    const struct tidying *t = &tidyings[i];
    uint64_t replaced = 99;
    size_t len;
    article_clear(article);
    for (int part = 0; part < ARTICLE_PARTS; part++)
      assert_int_equal(article_set(article, (enum article_part)part, t->text, t->len, NULL), NSEARCH_OK);
    assert_int_equal(article_tidy(article, &replaced, NULL), NSEARCH_OK);
    assert_int_equal(replaced, t->replaced * ARTICLE_PARTS);
    for (int part = 0; part < ARTICLE_PARTS; part++) {
      const char *expected = part == ARTICLE_BODY ? t->body : t->line;
      const char *text = article_get(article, (enum article_part)part, &len);
      assert_string_equal(text, expected);
      assert_int_equal(len, strlen(expected));
    }
    assert_int_equal(article_tidy(article, &replaced, NULL), NSEARCH_OK);
    assert_int_equal(replaced, 0);
    assert_string_equal(article_get(article, ARTICLE_BODY, NULL), t->body);
  }
  nsearch_article_free(article);
}

static void tidying_finds_a_control_at_every_place(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new();
  char text[70], expected[71];
  uint64_t replaced;
  for (size_t len = 3; len <= sizeof text; len++)
    for (size_t at = 1; at + 1 < len; at++) {
      memset(text, 'x', len);
      memset(expected, 'x', len);
      expected[len] = 0;
      text[at] = 2;
      expected[at] = ' ';
      nsearch_article_set_body(article, text, len);
      assert_int_equal(article_tidy(article, &replaced, NULL), NSEARCH_OK);
      assert_string_equal(nsearch_article_body(article, NULL), expected);
    }
  nsearch_article_free(article);
}

static void tidying_makes_hosts_of_urls_as_sources(void **state) {
  static const char *const cases[][2] = {
      {" http://Feeds.HarborPost.example/news/rss.xml\n", "feeds.harborpost.example"},
      {"https://www.harborpost.example", "harborpost.example"},
      {"//harborpost.example/", "harborpost.example"},
      {"www.harborpost.example", "harborpost.example"},
      {"http://h", "h"},
      {"harborpost.example", "harborpost.example"},
      {"Harbor Post", "Harbor Post"},
      {"www.harborpost.example: the paper", "www.harborpost.example: the paper"},
      {"https://", "https://"},
      {"https:///", "https:///"},
      {"urn:newsml:harborpost.example", "urn:newsml:harborpost.example"},
  };
  (void)state;
  nsearch_article *article = nsearch_article_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint64_t replaced;
    for (int again = 0; again < 2; again++) {
      if (!again) nsearch_article_set_source(article, cases[i][0], strlen(cases[i][0]));
      assert_int_equal(article_tidy(article, &replaced, NULL), NSEARCH_OK);
      assert_string_equal(nsearch_article_source(article), cases[i][1]);
      assert_int_equal(article->parts[ARTICLE_SOURCE].len, strlen(cases[i][1]));
    }
  }
  nsearch_article_free(article);
}

static void tidying_lists_drops_empty_values(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new();
  uint64_t replaced;
  nsearch_article_add_author(article, LITERAL("  Jane\nRoe "));
  nsearch_article_add_author(article, LITERAL(" \t\x01"));
  nsearch_article_add_author(article, LITERAL("Ren\xe9"));
  nsearch_article_add_topic(article, LITERAL("\n"));
  assert_int_equal(article_tidy(article, &replaced, NULL), NSEARCH_OK);
  assert_int_equal(replaced, 1);
  assert_int_equal(nsearch_article_authors(article), 2);
  assert_string_equal(nsearch_article_author(article, 0), "Jane Roe");
  assert_string_equal(nsearch_article_author(article, 1), "Ren\xef\xbf\xbd");
  assert_int_equal(nsearch_article_topics(article), 0);
  assert_null(article_list_next(&article->topics, NULL));
  nsearch_article_free(article);
}

/* ---- cards ---- */

static void fill(nsearch_article *article) {
  article_clear(article);
  nsearch_article_set_id(article, LITERAL("id-1"));
  nsearch_article_set_url(article, LITERAL("https://example.org/a"));
  nsearch_article_set_title(article, LITERAL("Caf\xc3\xa9 reopens"));
  nsearch_article_set_body(article, LITERAL("the body"));
  nsearch_article_set_section(article, LITERAL("local"));
  nsearch_article_set_language(article, LITERAL("en"));
  nsearch_article_add_author(article, LITERAL("Jane Roe"));
  nsearch_article_add_author(article, LITERAL("Max Poe"));
  nsearch_article_add_topic(article, LITERAL("food"));
  nsearch_article_set_published(article, -86400, NSEARCH_PRECISION_DAY, NSEARCH_ORIGIN_META);
  nsearch_article_set_updated(article, 1700000000);
}

static void a_card_holds_all_but_the_body(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new(), *back = nsearch_article_new();
  struct buffer card = {0}, again = {0};
  fill(article);
  article_encode_card(article, &card);
  nsearch_article_set_source(back, LITERAL("left from before"));
  nsearch_article_add_topic(back, LITERAL("left from before"));
  assert_int_equal(article_decode_card(back, (const uint8_t *)card.bytes, card.len, NULL), NSEARCH_OK);
  assert_string_equal(nsearch_article_body(back, NULL), "");
  assert_string_equal(nsearch_article_source(back), "");
  for (int part = 0; part < ARTICLE_PARTS; part++)
    if (part != ARTICLE_BODY)
      assert_string_equal(article_get(back, (enum article_part)part, NULL),
                          article_get(article, (enum article_part)part, NULL));
  assert_int_equal(nsearch_article_authors(back), 2);
  assert_string_equal(nsearch_article_author(back, 1), "Max Poe");
  assert_int_equal(nsearch_article_topics(back), 1);
  assert_string_equal(nsearch_article_topic(back, 0), "food");
  int64_t seconds;
  assert_int_equal(nsearch_article_published(back, &seconds), NSEARCH_PRECISION_DAY);
  assert_int_equal(seconds, -86400);
  assert_int_equal(nsearch_article_date_origin(back), NSEARCH_ORIGIN_META);
  assert_int_equal(nsearch_article_updated(back, &seconds), 1);
  assert_int_equal(seconds, 1700000000);
  article_encode_card(back, &again);
  assert_int_equal(again.len, card.len);
  assert_memory_equal(again.bytes, card.bytes, card.len);
  buffer_free(&card);
  buffer_free(&again);
  nsearch_article_free(article);
  nsearch_article_free(back);
}

static void cards_keep_every_second(void **state) {
  (void)state;
  static const int64_t seconds[] = {0, 1, -1, INT32_MAX, INT64_MAX, INT64_MIN, INT64_MIN + 1};
  nsearch_article *article = nsearch_article_new();
  for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
    struct buffer card = {0};
    int64_t back = 99;
    nsearch_article_set_published(article, seconds[i], NSEARCH_PRECISION_SECOND, NSEARCH_ORIGIN_FEED);
    article_encode_card(article, &card);
    assert_int_equal(article_decode_card(article, (const uint8_t *)card.bytes, card.len, NULL), NSEARCH_OK);
    assert_int_equal(nsearch_article_published(article, &back), NSEARCH_PRECISION_SECOND);
    assert_true(back == seconds[i]);
    buffer_free(&card);
  }
  nsearch_article_free(article);
}

/* A copy of exact size lets the address sanitizer see a read past the end. */
static int decode_copy(nsearch_article *article, const void *bytes, size_t len) {
  uint8_t *copy = len ? test_malloc(len) : NULL;
  if (len) memcpy(copy, bytes, len);
  int status = article_decode_card(article, copy, len, NULL);
  if (len) test_free(copy);
  return status;
}

static void a_cut_card_is_damaged(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new();
  struct buffer card = {0};
  fill(article);
  article_encode_card(article, &card);
  for (size_t len = 0; len < card.len; len++) {
    assert_int_equal(decode_copy(article, card.bytes, len), NSEARCH_ERR_DAMAGED);
    assert_string_equal(nsearch_article_id(article), "");
    assert_int_equal(nsearch_article_authors(article), 0);
  }
  buffer_byte(&card, 0);
  assert_int_equal(decode_copy(article, card.bytes, card.len), NSEARCH_ERR_DAMAGED);
  buffer_free(&card);
  nsearch_article_free(article);
}

static void dates_are_doubted(void **state) {
  (void)state;
  const int64_t now = 1672913472;
  static const struct {
    int64_t seconds;
    int origin;
    bool doubtful;
  } dates[] = {
      {0, NSEARCH_ORIGIN_RECORD, false},
      {1672913472, NSEARCH_ORIGIN_RECORD, false},
      {1672913472 + 86400, NSEARCH_ORIGIN_RECORD, false},
      {1672913472 + 86401, NSEARCH_ORIGIN_RECORD, true},
      {INT64_C(-11676096000), NSEARCH_ORIGIN_META, false},
      {INT64_C(-11676096001), NSEARCH_ORIGIN_META, true},
      {0, NSEARCH_ORIGIN_CRAWL, true},
      {INT64_MAX, NSEARCH_ORIGIN_URL, true},
      {INT64_MIN, NSEARCH_ORIGIN_URL, true},
  };
  nsearch_article *article = nsearch_article_new(), *back = nsearch_article_new();
  for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
    struct buffer card = {0};
    int64_t seconds;
    nsearch_article_set_published(article, dates[i].seconds, NSEARCH_PRECISION_DAY, (nsearch_origin)dates[i].origin);
    assert_false(nsearch_article_date_doubtful(article));
    article_judge_date(article, now);
    assert_int_equal(nsearch_article_date_doubtful(article), dates[i].doubtful);
    assert_int_equal(article_is_dated(article), !dates[i].doubtful);
    article_encode_card(article, &card);
    assert_int_equal(decode_copy(back, card.bytes, card.len), NSEARCH_OK);
    assert_int_equal(nsearch_article_date_doubtful(back), dates[i].doubtful);
    assert_int_equal(nsearch_article_published(back, &seconds), NSEARCH_PRECISION_DAY);
    assert_true(seconds == dates[i].seconds);
    assert_int_equal(nsearch_article_date_origin(back), dates[i].origin);
    buffer_free(&card);
  }
  article_clear(article);
  article_judge_date(article, now);
  assert_false(nsearch_article_date_doubtful(article));
  nsearch_article_free(article);
  nsearch_article_free(back);
}

/* Whatever a changed byte does, what is decoded is an article that encodes to what was read or is refused. */
static void a_changed_card_is_refused_or_whole(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new();
  struct buffer card = {0}, again = {0};
  unsigned refused = 0;
  fill(article);
  article_encode_card(article, &card);
  for (size_t at = 0; at < card.len; at++)
    for (unsigned flip = 1; flip < 256; flip++) {
      card.bytes[at] ^= (char)flip;
      int status = decode_copy(article, card.bytes, card.len);
      assert_true(status == NSEARCH_OK || status == NSEARCH_ERR_DAMAGED);
      refused += status != NSEARCH_OK;
      buffer_clear(&again);
      if (status == NSEARCH_OK) article_encode_card(article, &again);
      if (again.len == card.len) assert_memory_equal(again.bytes, card.bytes, card.len);
      card.bytes[at] ^= (char)flip;
    }
  assert_true(refused > 1000);
  buffer_free(&card);
  buffer_free(&again);
  nsearch_article_free(article);
}

static void hostile_cards_are_damaged(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t len;
  } cards[] = {
      {LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")}, /* a string of 2^64 - 1 bytes */
      {LITERAL("\1\0\0\0\0\0\0\0\0\0\0\0")},                 /* NUL in an id */
      {LITERAL("\1\xff\0\0\0\0\0\0\0\0\0\0")},               /* not UTF-8 */
      {LITERAL("\0\0\0\0\0\0\xff\xff\xff\xff\x0f\0\0\0\0")}, /* four thousand million authors */
      {LITERAL("\0\0\0\0\0\0\1\0\0\0\0\0")},                 /* an author without a name */
      {LITERAL("\0\0\0\0\0\0\0\0\5\0\0\0")},                 /* a precision that there is not */
      {LITERAL("\0\0\0\0\0\0\0\0\0\7\0")},                   /* an origin that there is not */
      {LITERAL("\0\0\0\0\0\0\0\0\0\x80\0")},                 /* a doubtful date that there is not */
      {LITERAL("\0\0\0\0\0\0\0\0\0\0\2\0")},                 /* neither updated nor not */
      {LITERAL("\0\0\0\0\0\0\0\0\0\0\0\0")},                 /* a byte too many */
  };
  nsearch_article *article = nsearch_article_new();
  for (size_t i = 0; i < sizeof cards / sizeof *cards; i++)
    assert_int_equal(decode_copy(article, cards[i].bytes, cards[i].len), NSEARCH_ERR_DAMAGED);
  assert_int_equal(decode_copy(article, "\0\0\0\0\0\0\0\0\0\0\0", 11), NSEARCH_OK);
  struct nsearch_error *err = nsearch_error_new();
  assert_int_equal(article_decode_card(article, NULL, 0, err), NSEARCH_ERR_DAMAGED);
  assert_non_null(strstr(nsearch_error_message(err), "card"));
  nsearch_error_free(err);
  nsearch_article_free(article);
}

/* ---- sites ---- */

static void sites_are_hosts(void **state) {
  (void)state;
  static const char *const sites[][2] = {
      {"https://www.example.org/a/b?c#d", "example.org"},
      {"http://Example.ORG", "example.org"},
      {"HTTPS://WWW.News.Example.org:8443/x", "news.example.org"},
      {"//cdn.example.org/x", "cdn.example.org"},
      {"www.example.org/page", "example.org"},
      {"https://user:secret@example.org/", "example.org"},
      {"https://example.org./", "example.org"},
      {"https://example.org?q=http://other.example", "example.org"},
      {"https://example.org:/", "example.org"},
      {"https://[2001:db8::1]:80/", "[2001:db8::1]"},
      {"feed+http://a.example", "a.example"},
      {"https://m\xc3\xbcnchen.example/", "m\xc3\xbcnchen.example"},
      {"http://www.example", "example"},
      {"", NULL},
      {"example.org/page", NULL},
      {"mailto:jane@example.org", NULL},
      {"urn:isbn:123", NULL},
      {"file:///home/x", NULL},
      {"https://", NULL},
      {"https:///x", NULL},
      {"https://:80/", NULL},
      {"http:/example.org", NULL},
      {"http:", NULL},
      {"http", NULL},
      {"https://two words/", NULL},
      {"://example.org", NULL},
  };
  char site[32];
  size_t len;
  for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
    bool found = article_site(sites[i][0], strlen(sites[i][0]), site, sizeof site, &len);
    if (found != (sites[i][1] != NULL)) fail_msg("\"%s\" has %s", sites[i][0], found ? site : "no site");
    if (!found) continue;
    assert_string_equal(site, sites[i][1]);
    assert_int_equal(len, strlen(sites[i][1]));
  }
  assert_true(article_site(LITERAL("http://0123456789012345678901234567890/"), site, sizeof site, &len));
  assert_false(article_site(LITERAL("http://01234567890123456789012345678901/"), site, sizeof site, &len));
}

static void tidying_bounds_lists(void **state) {
  (void)state;
  nsearch_article *article = nsearch_article_new();
  uint64_t replaced;
  for (int i = 0; i < LIST_MAX + 5; i++) {
    nsearch_article_add_author(article, i % 2 ? " " : "A", 1);
    nsearch_article_add_topic(article, "T", 1);
  }
  assert_int_equal(article_tidy(article, &replaced, NULL), NSEARCH_OK);
  assert_int_equal(nsearch_article_authors(article), LIST_MAX / 2 + 3);
  assert_int_equal(nsearch_article_topics(article), LIST_MAX);
  nsearch_article_free(article);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_empty_article_has_empty_fields),
      cmocka_unit_test(getters_give_what_setters_took),
      cmocka_unit_test(lists_hold_any_number_of_values),
      cmocka_unit_test(dates_keep_precision_and_origin),
      cmocka_unit_test(emptiness_looks_through_white_space),
      cmocka_unit_test(tidying_makes_text_fit),
      cmocka_unit_test(tidying_finds_a_control_at_every_place),
      cmocka_unit_test(tidying_makes_hosts_of_urls_as_sources),
      cmocka_unit_test(tidying_lists_drops_empty_values),
      cmocka_unit_test(tidying_bounds_lists),
      cmocka_unit_test(a_card_holds_all_but_the_body),
      cmocka_unit_test(cards_keep_every_second),
      cmocka_unit_test(dates_are_doubted),
      cmocka_unit_test(a_cut_card_is_damaged),
      cmocka_unit_test(a_changed_card_is_refused_or_whole),
      cmocka_unit_test(hostile_cards_are_damaged),
      cmocka_unit_test(sites_are_hosts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
