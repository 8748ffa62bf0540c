/* Passages of bodies: which stretch is shown, where it is cut, what is marked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "query/query.h"
#include "tests/unit/fake_engine.h"

/* Makes words rare or common: "memo" is in both, "zebra" in one. */
static const struct fake_article articles[] = {
    {.id = "a", .body = "memo zebra flaw day of the zero"},
    {.id = "b", .body = "memo report report"},
    {.id = "c", .body = "memo report"},
};

struct bench {
  struct snapshot *snapshot;
  struct scratches scratches;
  struct scratch *scratch;
  int language;
};

static void set_up(struct bench *bench) {
  bench->language = language_find("en", 2);
  bench->snapshot = fake_snapshot_new(articles, sizeof articles / sizeof articles[0], bench->language);
  assert_int_equal(scratches_init(&bench->scratches, NULL), NSEARCH_OK);
  assert_int_equal(scratch_take(&bench->scratches, &bench->scratch, NULL), NSEARCH_OK);
}

static void tear_down(struct bench *bench) {
  for (size_t i = 0; i < bench->scratch->mark_room; i++) assert_int_equal(bench->scratch->marks[i], 0);
  scratch_give(&bench->scratches, bench->scratch);
  scratches_destroy(&bench->scratches);
  fake_snapshot_free(bench->snapshot);
}

static void cut(struct bench *bench, const char *question, const char *body, size_t len, struct snippet *out) {
  struct pool pool = {0};
  struct question_node *bag;
  struct plan plan;
  struct finder *finder;
  struct planner planner = {.engine = &fake_engine,
                            .snapshot = bench->snapshot,
                            .stats = fake_stats(bench->snapshot),
                            .folder = bench->scratch->folder,
                            .pool = &pool};
  assert_int_equal(question_parse(&pool, question, false, &bag, NULL), NSEARCH_OK);
  assert_int_equal(plan_make(&planner, bag, false, &plan), NSEARCH_OK);
  assert_int_equal(finder_new(&finder, bench->scratch, &fake_engine, bench->snapshot, plan.tree, NULL), NSEARCH_OK);
  assert_int_equal(snippet_cut(finder, bench->language, body, len, out, NULL), NSEARCH_OK);
  finder_free(finder);
  pool_free(&pool);
}

/* The snippet with its marks in brackets. */
static void show(const struct snippet *snippet, struct buffer *out) {
  size_t at = 0;
  buffer_clear(out);
  for (size_t i = 0; i < snippet->mark_count; i++) {
    const struct snippet_mark *mark = &snippet->marks[i];
    assert_true(mark->len > 0 && mark->offset >= at && mark->offset + mark->len <= snippet->text.len);
    buffer_add(out, snippet->text.bytes + at, mark->offset - at);
    buffer_byte(out, '[');
    buffer_add(out, snippet->text.bytes + mark->offset, mark->len);
    buffer_byte(out, ']');
    at = mark->offset + mark->len;
  }
  buffer_add(out, snippet->text.len ? snippet->text.bytes + at : "", snippet->text.len - at);
  buffer_byte(out, 0);
}

#define FILL "Ships came and went as they had done for years and nobody counted them at all. "
#define FILL5 FILL FILL FILL FILL FILL

static void test_short_bodies(void **state) {
  (void)state;
  static const struct {
    const char *question, *body, *expected;
  } forms[] = {
      {"memo", "", ""},
      {"memo", " \n\t ", ""},
      {"memo", "A  memo,\n\nand more\tmemos. ", "A [memo], and more [memos]."},
      {"memo", "Nothing of it", "Nothing of it"},
      {"\"memo\"", "memos and memo's", "memos and [memo's]"},
      {"policy -memo", "memo on policies", "memo on [policies]"},
      {"title:memo policy", "memo on policies", "memo on [policies]"},
      {"source:x", "memo", "memo"},
      {"U.S.", "The U.S.'s (us) plan", "The [U.S.'s] ([us]) plan"},
      {"zero-day", "a zero-day, a day, zero", "a [zero]-[day], a [day], [zero]"},
      {"Émigré", "an e\xcc\x81migre\xcc\x81 here", "an [e\xcc\x81migre\xcc\x81] here"},
      {"\"中国人\"", "在中国人民", "在[中国人]民"},
      {"+memo report", "report, memo", "[report], [memo]"},
  };
  struct bench bench;
  set_up(&bench);
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    struct snippet snippet = {0};
    struct buffer shown = {0};
    cut(&bench, forms[i].question, forms[i].body, strlen(forms[i].body), &snippet);
    show(&snippet, &shown);
    assert_string_equal(shown.bytes, forms[i].expected);
    buffer_free(&shown);
    snippet_free(&snippet);
  }
  tear_down(&bench);
}

/* What must be in the passage, and what must not. */
static void test_choice(void **state) {
  (void)state;
  static const struct {
    const char *question, *body, *with, *without;
  } forms[] = {
      /* The only match is late. */
      {"zebra", FILL5 FILL5 "At last a zebra came. " FILL5, "[zebra]", NULL},
      /* Two words beat one, a rare word a common one. */
      {"zebra memo", "A memo. " FILL5 "A memo on a zebra. " FILL5 "A zebra.", "[memo] on a [zebra]", "A [memo]. Ships"},
      {"zebra memo", "A memo. " FILL5 "A zebra. " FILL5, "[zebra]", "[memo]"},
      {"memo zebra", "A zebra memo zebra. " FILL5 "Memo memo memo memo memo.", "A [zebra]", "[Memo]"},
      /* The phrase intact beats its words apart. */
      {"\"zero day\"", "The day was zero, they said. " FILL5 "It was a zero day for them.", "[zero] [day]",
       "they said"},
      {"\"zero flaw\"~2", "A flaw was zero. " FILL5 "A zero or more flaw.", "[zero] or more [flaw]", "was"},
      /* The earliest of equals. */
      {"zebra", "First zebra. " FILL5 "Second zebra. " FILL5, "First", "Second"},
  };
  struct bench bench;
  set_up(&bench);
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    struct snippet snippet = {0};
    struct buffer shown = {0};
    cut(&bench, forms[i].question, forms[i].body, strlen(forms[i].body), &snippet);
    show(&snippet, &shown);
    if (!strstr(shown.bytes, forms[i].with) || (forms[i].without && strstr(shown.bytes, forms[i].without)))
      fail_msg("%s: %s", forms[i].question, shown.bytes);
    buffer_free(&shown);
    snippet_free(&snippet);
  }
  tear_down(&bench);
}

static size_t characters(const struct snippet *snippet) {
  size_t count = 0;
  for (size_t i = 0; i < snippet->text.len; i++) count += ((uint8_t)snippet->text.bytes[i] & 0xc0) != 0x80;
  return count;
}

static void test_edges(void **state) {
  (void)state;
  struct bench bench;
  struct snippet snippet = {0};
  set_up(&bench);
  const char *body = FILL5 "Then a zebra ran. " FILL5;
  cut(&bench, "zebra", body, strlen(body), &snippet);
  assert_non_null(strstr(snippet.text.bytes, "…Then a zebra ran. Ships came"));
  assert_string_equal(snippet.text.bytes + snippet.text.len - 3, "…");
  assert_true(characters(&snippet) >= 160 && characters(&snippet) <= 220);
  /* At the end of the body the room goes to what is before. */
  body = FILL5 "Then a zebra ran";
  cut(&bench, "zebra", body, strlen(body), &snippet);
  assert_string_equal(snippet.text.bytes + snippet.text.len - 3, "ran");
  assert_true(characters(&snippet) >= 90);
  /* The beginning, where there is no match. */
  cut(&bench, "nowhere", body, strlen(body), &snippet);
  assert_int_equal(strncmp(snippet.text.bytes, "Ships came", 10), 0);
  assert_true(characters(&snippet) >= 160 && characters(&snippet) <= 220);
  /* Scripts without blanks are cut between characters. */
  struct buffer han = {0};
  for (size_t i = 0; i < 300; i++) buffer_text(&han, i == 150 ? "新闻" : "字");
  cut(&bench, "新闻", han.bytes, han.len, &snippet);
  assert_int_equal(utf8_valid_prefix(snippet.text.bytes, snippet.text.len), snippet.text.len);
  assert_true(characters(&snippet) >= 160 && characters(&snippet) <= 220);
  assert_int_equal(snippet.mark_count, 1);
  assert_memory_equal(snippet.text.bytes + snippet.marks[0].offset, "新闻", 6);
  buffer_free(&han);
  snippet_free(&snippet);
  tear_down(&bench);
}

/* A megabyte before the only match; a word of a megabyte; bytes that are no UTF-8. */
static void test_extremes(void **state) {
  (void)state;
  struct bench bench;
  struct snippet snippet = {0};
  struct buffer body = {0};
  set_up(&bench);
  while (body.len < 1 << 20) buffer_text(&body, FILL5);
  buffer_text(&body, "and a zebra");
  cut(&bench, "zebra", body.bytes, body.len, &snippet);
  assert_int_equal(snippet.mark_count, 1);
  buffer_clear(&body);
  buffer_text(&body, "zebra");
  while (body.len < 1 << 20) buffer_text(&body, "\xcc\x81");
  cut(&bench, "zebra", body.bytes, body.len, &snippet);
  assert_true(snippet.text.len < 4000);
  assert_int_equal(utf8_valid_prefix(snippet.text.bytes, snippet.text.len), snippet.text.len);
  /* Every word begins a phrase that ends far away, if at all. */
  buffer_clear(&body);
  while (body.len < 4 << 20) buffer_text(&body, "zebra ");
  cut(&bench, "\"zebra memo\"~10000", body.bytes, body.len, &snippet);
  assert_true(snippet.mark_count > 10);
  buffer_clear(&body);
  while (body.len < 999) buffer_text(&body, "é");
  cut(&bench, "zebra", body.bytes, body.len, &snippet);
  assert_int_equal(characters(&snippet), SNIPPET_CHARACTERS / 2 + 1);
  assert_int_equal(utf8_valid_prefix(snippet.text.bytes, snippet.text.len), snippet.text.len);
  cut(&bench, "zebra", "a zebra \xff zebra", 15, &snippet);
  assert_string_equal(snippet.text.bytes, "a zebra");
  buffer_free(&body);
  snippet_free(&snippet);
  tear_down(&bench);
}

/* Two words of the question that share their English stem and not their German one are two in German, however many
 * words come before them. */
static void test_shared_stems(void **state) {
  (void)state;
  static const char *const questions[] = {"policies policy zebra", "policies policy",
                                          "a1 a2 a3 a4 a5 a6 policies policy"};
  static const char body[] = "A zebra on policies. " FILL5 FILL5 "A zebra on policy and policies.";
  struct bench bench;
  struct snippet snippet = {0};
  struct buffer shown = {0};
  set_up(&bench);
  bench.language = language_find("de", 2);
  fake_stats(bench.snapshot)->languages = 1u << bench.language | 1u << language_find("en", 2);
  for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
    cut(&bench, questions[i], body, strlen(body), &snippet);
    show(&snippet, &shown);
    if (!strstr(shown.bytes, "on [policy] and [policies]")) fail_msg("%s: %s", questions[i], shown.bytes);
  }
  buffer_free(&shown);
  snippet_free(&snippet);
  tear_down(&bench);
}

/* Whatever the body, marks are in order and cover words of the question. */
static void test_random_bodies(void **state) {
  (void)state;
  static const char *const pieces[] = {"zebra", "Memo's", " ",     " ", ". ",   "中",
                                       "国",    "\n",     "other", "-", "zéro", "“day”"};
  struct bench bench;
  struct snippet snippet = {0};
  struct buffer body = {0}, shown = {0};
  uint64_t seed = 3;
  set_up(&bench);
  for (size_t round = 0; round < 2000; round++) {
    buffer_clear(&body);
    for (size_t i = 0; i < round % 200; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      buffer_text(&body, pieces[(seed >> 33) % (sizeof pieces / sizeof pieces[0])]);
    }
    cut(&bench, "zebra memo 中国 \"zero day\"", body.len ? body.bytes : "", body.len, &snippet);
    show(&snippet, &shown);
    assert_true(characters(&snippet) <= 260);
    if (snippet.mark_count) assert_null(strstr(shown.bytes, "[other"));
  }
  buffer_free(&shown);
  buffer_free(&body);
  snippet_free(&snippet);
  tear_down(&bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_short_bodies), cmocka_unit_test(test_choice),        cmocka_unit_test(test_edges),
      cmocka_unit_test(test_extremes),     cmocka_unit_test(test_random_bodies), cmocka_unit_test(test_shared_stems),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
