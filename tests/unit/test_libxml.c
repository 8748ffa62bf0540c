/* libxml2 without memory: each of its allocations fails once, and the file is told, or its articles are what they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/xmlmemory.h>

#include "indexer/sources/sources.h"

/* ---- libxml2's allocator ---- */

static size_t allocations, failing; /* the number of the one that fails; 0: none does */

static bool fails(void) { return ++allocations == failing; }

/* What libxml2 itself loses when it fails stays reachable, and is no leak of ours. */
static void *blocks[1 << 18];
static size_t block_count;

static void *keep(void *block) { return blocks[block_count++ % (sizeof blocks / sizeof *blocks)] = block; }

static void *take(size_t size) { return fails() ? NULL : keep(malloc(size ? size : 1)); }

static void *resize(void *block, size_t size) { return fails() ? NULL : keep(realloc(block, size ? size : 1)); }

static char *copy(const char *text) { return fails() ? NULL : keep(strdup(text)); }

static int set_up(void **state) {
  (void)state;
  if (xmlMemSetup(free, take, resize, copy)) return -1;
  struct libxml_watch watch; /* what it allocates once, for all */
  libxml_begin(&watch);
  return libxml_end(&watch, NSEARCH_OK, NULL);
}

/* ---- A file into its articles ---- */

static int take_article(void *payload, struct nsearch_article *article, uint64_t record, bool whole_file,
                        struct nsearch_error *err) {
  struct buffer *out = payload;
  (void)whole_file;
  buffer_format(out, "%llu", (unsigned long long)record);
  for (int part = 0; part < ARTICLE_PARTS; part++) {
    size_t len;
    const char *text = article_get(article, (enum article_part)part, &len);
    buffer_byte(out, '|');
    buffer_add(out, text, len);
  }
  for (const char *value = NULL; (value = article_list_next(&article->authors, value));)
    buffer_format(out, "|%s", value);
  for (const char *value = NULL; (value = article_list_next(&article->topics, value));)
    buffer_format(out, "|%s", value);
  buffer_format(out, "|%lld/%lld", (long long)article->published.seconds, (long long)article->updated);
  return buffer_status(out, err);
}

static void take_problem(void *payload, enum nsearch_event_kind kind, uint64_t record, const char *message) {
  buffer_format(payload, "%llu:%d:%s", (unsigned long long)record, (int)kind, message);
}

static int read_file(const struct source *source, const char *text, struct buffer *out, struct nsearch_error *err) {
  struct nsearch_article *article = nsearch_article_new();
  uint64_t replaced = 0;
  struct span span = {.bytes = (char *)text, .len = strlen(text), .record = 1, .whole_file = true};
  struct sink sink = {.article = article,
                      .file_name = "page",
                      .take = take_article,
                      .problem = take_problem,
                      .payload = out,
                      .replaced = &replaced};
  buffer_clear(out);
  allocations = 0;
  int status = source->parse(&span, &sink, err);
  buffer_byte(out, 0);
  nsearch_article_free(article);
  return status;
}

/* ---- Tests ---- */

static void check_each(const struct source *source, const char *text) {
  struct nsearch_error *err = nsearch_error_new();
  struct buffer expected = {0}, out = {0};
  size_t told = 0;
  failing = 0;
  assert_int_equal(read_file(source, text, &expected, err), NSEARCH_OK);
  size_t all = allocations;
  assert_true(all > 10);
  for (failing = 1; failing <= all; failing++) {
    int status = read_file(source, text, &out, err);
    told += status != 0;
    if (status)
      assert_int_equal(status, NSEARCH_ERR_MEMORY);
    else
      assert_string_equal(out.bytes, expected.bytes);
  }
  assert_true(told > all / 2);
  failing = 0;
  assert_int_equal(read_file(source, text, &out, err), NSEARCH_OK);
  assert_string_equal(out.bytes, expected.bytes);
  buffer_free(&expected), buffer_free(&out), nsearch_error_free(err);
}

#define TEN "ten words of text, one after the other, to make "
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void test_page(void **state) {
  (void)state;
  check_each(
      &source_html,
      "<!doctype html><html lang=en><head><title>Ferry &amp; strike</title>"
      "<meta property=\"article:published_time\" content=\"2024-05-01T10:00:00Z\">"
      "<meta name=author content=\"Jane Roe\"></head><body><div class=x><h1>Ferry &amp; strike</h1>"
      "<p>The ferries stand still, says the union of the port, and the quay is empty.</p><!--" LONG
      "--><script>" LONG LONG "</script><a href=\"&amp;" LONG "\">" LONG "</a>"
      "<p>Boats that left in the morning <b>are back</b>, with all of their passengers.</p></div></body></html>");
}

static void test_feed(void **state) {
  (void)state;
  check_each(
      &source_feed,
      "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>"
      "<title>Harbour Wire</title><link>https://wire.example/</link><item><title>Ferry &amp; strike</title>"
      "<link>https://wire.example/a/1</link><dc:creator>Jane Roe</dc:creator><category>port</category><pubDate>Wed, 01 May 2024 "
      "10:00:00 GMT</pubDate><description>Boats &lt;b&gt;stay&lt;/b&gt;.</description></item>"
      "<item><title>Not <b>closed</title><guid isPermaLink=\"false\">7</guid></item></channel></rss>");
}

static void test_nitf(void **state) {
  (void)state;
  check_each(&source_nitf,
             "<nitf xml:lang=\"en\"><head><docdata><doc-id id-string=\"n-1\"/><date.issue norm=\"20240501T100000Z\"/>"
             "<key-list><keyword key=\"port\"/></key-list></docdata><pubdata name=\"Harbour Wire\"/></head><body>"
             "<body.head><hedline><hl1>Ferry strike</hl1></hedline><byline><person>Jane Roe</person></byline>"
             "</body.head><body.content><p>Boats stay.</p></body.content></body></nitf>");
}

static void test_newsml(void **state) {
  (void)state;
  check_each(
      &source_newsml,
      "<newsItem xmlns=\"http://iptc.org/std/nar/2006-10-01/\" guid=\"n-2\" xml:lang=\"en\"><itemMeta>"
      "<provider qcode=\"nprov:HW\"/><versionCreated>2024-05-01T10:00:00Z</versionCreated></itemMeta><contentMeta>"
      "<headline>Ferry strike</headline><by>Jane Roe</by><language tag=\"en\"/><subject><name>port</name>"
      "</subject></contentMeta><contentSet><inlineXML><html><body><p>Boats stay.</p></body></html></inlineXML>"
      "</contentSet></newsItem>");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_page), cmocka_unit_test(test_feed),
                                     cmocka_unit_test(test_nitf), cmocka_unit_test(test_newsml)};
  return cmocka_run_group_tests(tests, set_up, NULL);
}
