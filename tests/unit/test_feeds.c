/* Feeds of every dialect, well-formed and not: bytes in, articles out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/source_case.h"

#define RSS(items) "<rss version=\"2.0\"><channel><title>Post</title>" items "</channel></rss>"
#define ITEM(fields) RSS("<item>" fields "</item>")
#define ATOM(xml) "<feed xmlns=\"http://www.w3.org/2005/Atom\">" xml "</feed>"
#define ENTRY(fields) ATOM("<entry>" fields "</entry>")
#define ONE(fields) "feed\n1 " fields "\n"

/* ---- Which files are feeds ---- */

static const struct source_case shapes[] = {
    {"a", RSS(""), "feed\n"},
    {"a", RSS("<item><title>A</title></item><item/><item><title>B</title></item>"),
     "feed\n1 title=A source=Post\n2 source=Post\n3 title=B source=Post\n"},
    {"a",
     "\xEF\xBB\xBF\n<?xml version='1.0'?>\n<!-- <feed> -->\n<!DOCTYPE rss [<!ELEMENT rss ANY>]>\n" ITEM(
         "<title>A</title>"),
     ONE("title=A source=Post")},
    {"a", ENTRY("<title>A</title>"), ONE("title=A")},
    {"a", "<entry xmlns='http://www.w3.org/2005/Atom'><title>A</title></entry>", ONE("title=A")},
    {"a",
     "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
     "<channel><title>Post</title><items><rdf:Seq/></items></channel>"
     "<item rdf:about='http://post.example/1'><title>A</title></item></rdf:RDF>",
     ONE("id=http://post.example/1 url=http://post.example/1 title=A source=Post")},
    {"a",
     "<CHANNEL HREF='http://post.example/'><TITLE>Post</TITLE><ITEM HREF='1' LASTMOD='2024-02-03'><TITLE>A</TITLE></ITEM></CHANNEL>",
     ONE("url=http://post.example/1 title=A source=Post date=2024-02-03T00:00:00Z/3 updated=1706918400")},
    /* Any prefix may stand for the feed's namespace; elements of others are not its own. */
    {"a",
     "<r:rss xmlns:r='http://post.example/ns' xmlns:x='http://x.example/'><r:channel><r:title>Post</r:title><r:item>"
     "<x:title>no</x:title><r:title>A</r:title><x:item/><x:description>no</x:description></r:item></r:channel></r:rss>",
     ONE("title=A source=Post")},
    {"a",
     RSS("<item><title>A</title><content:items><content:item><title>no</title></content:item></content:items></item>"),
     ONE("title=A source=Post")},
    /* The name helps where the beginning is spoilt. */
    {"a.xml", "Warning: something\n" ITEM("<title>A</title>"), ONE("title=A source=Post")},
    {"a", "Warning: something\n" ITEM("<title>A</title>"),
     "text\n1* title=Warning: something body=" ITEM("<title>A</title>") "\n"},
    {"a.rss", "<!-- nothing yet -->", "feed\n"},
    {"a.xml", "<page/>", "unknown\n"},
    {"a", "<!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'/>", "html\n1*\n"},
    {"a.rdf", "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", "unknown\n"},
};

static void test_shapes(void **state) {
  (void)state;
  CHECK_ALL(shapes);
}

/* ---- Text ---- */

static const struct source_case texts[] = {
    {"a",
     ITEM("<title>Fish &amp;amp; chips</title><description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</description>"),
     ONE("title=Fish & chips body=One\n\ntwo source=Post")},
    {"a", ITEM("<title>a &lt; b</title><description><![CDATA[<b>bold</b> &eacute; &hearts;]]></description>"),
     ONE("title=a < b body=bold é ♥ source=Post")},
    {"a",
     ITEM(
         "<description>Short</description><content:encoded>&lt;custom-tag&gt;Long&lt;/custom-tag&gt;</content:encoded>"),
     ONE("body=Long source=Post")},
    {"a", ITEM("<description>Short</description><content:encoded>&lt;img src='x'&gt;</content:encoded>"),
     ONE("body=Short source=Post")},
    {"a", ITEM("<description><p>One</p> <p>two</p></description>"), ONE("body=One\n\ntwo source=Post")},
    {"a", ITEM("<description>&lt;!DOCTYPE html&gt;&lt;p&gt;One &lt;script&gt;no&lt;/script&gt;</description>"),
     ONE("body=One source=Post")},
    {"a", ITEM("<description>don&#146;t, don\xC2\x92t</description>"), ONE("body=don’t, don’t source=Post")},
    {"a", ENTRY("<title type='text'>a <![CDATA[<b>]]> c</title><content type='html'>&lt;x-y>C&lt;/x-y></content>"),
     ONE("title=a <b> c body=C")},
    {"a",
     ENTRY("<summary>S</summary><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One\n   two</p>"
           "<script>no</script><p>three</p></div></content>"),
     ONE("body=One two\n\nthree")},
    {"a", ENTRY("<content type='image/png'>iVBORw0KGgoAAAA=</content><summary>S</summary>"), ONE("body=S")},
    {"a", ENTRY("<content type='application/octet-stream'>\n PGI+Qm9s\n ZDwvYj4=\n</content>"), ONE("body=Bold")},
    {"a",
     "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title mode='base64'>VGl0bGU=</title>"
     "<content type='text/html' mode='escaped'>&lt;i>C&lt;/i></content><issued>2004-01-02</issued></entry></feed>",
     ONE("title=Title body=C date=2004-01-02T00:00:00Z/3")},
    {"a", ENTRY("<image><title>no</title></image><title>A</title>"), ONE("title=A")},
    {"a", ENTRY("<media:group><media:description>M</media:description></media:group><title>A</title>"),
     ONE("title=A body=M")},
};

static void test_texts(void **state) {
  (void)state;
  CHECK_ALL(texts);
}

/* ---- Other fields ---- */

static const struct source_case fields[] = {
    {"a",
     ITEM(
         "<title>A</title><link> http://post.example/a </link><guid>http://post.example/?p=1</guid>"
         "<pubDate>Sat, 03 Feb 2024 10:00:00 +0100</pubDate><category>World, today</category><category>Europe</category>"
         "<category>Europe</category><author>roe@post.example (Jane Roe)</author><dc:creator>John Doe and Ann Poe</dc:creator>"),
     ONE("id=http://post.example/?p=1 url=http://post.example/a title=A source=Post author=John Doe author=Ann Poe author=Jane Roe "
         "topic=World, today topic=Europe date=2024-02-03T09:00:00Z/4")},
    {"a", ITEM("<title>A</title><guid>http://post.example/1</guid>"),
     ONE("id=http://post.example/1 url=http://post.example/1 title=A source=Post")},
    {"a", ITEM("<title>A</title><guid isPermaLink='false'>http://post.example/1</guid>"),
     ONE("id=http://post.example/1 title=A source=Post")},
    {"a", ITEM("<title>A</title><guid>17</guid><link>1.html</link>"), ONE("id=17 title=A source=Post")},
    {"a", RSS("<link>http://post.example/news/</link><item><title>A</title><link>1.html</link></item>"),
     ONE("url=http://post.example/news/1.html title=A source=Post")},
    {"a", RSS("<item><title>A</title><link>/1?a=b c</link></item><link>http://post.example/news/</link>"),
     ONE("url=http://post.example/1?a=b%20c title=A source=Post")},
    {"a",
     "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://post.example/a/' xml:lang='en'><title>Post</title>"
     "<author><name>Jane Roe</name></author><entry xml:base='b/'><title>A</title><link rel='self' href='no'/>"
     "<link rel='alternate' type='application/json' href='no'/><link href='c'/><id>tag:post.example,2024:1</id>"
     "<published>2024-02-03T10:00:00Z</published><updated>2024-02-04T00:00:00Z</updated>"
     "<category term='w' label='World'/><category term='eu'/></entry></feed>",
     ONE("id=tag:post.example,2024:1 url=http://post.example/a/b/c title=A source=Post language=en author=Jane Roe "
         "topic=World topic=eu date=2024-02-03T10:00:00Z/4 updated=1707004800")},
    {"a",
     ENTRY("<title>A</title><content xml:lang='de' type='text'>C</content><updated>2024-02-03</updated>"
           "<source><title>Wire</title><author><name>Ann Poe</name></author></source>"),
     ONE("title=A body=C source=Wire language=de author=Ann Poe date=2024-02-03T00:00:00Z/3 updated=1706918400")},
    {"a", RSS("<language>pl</language><item><title>A</title><source url='http://w.example/'>Wire</source></item>"),
     ONE("title=A source=Wire language=pl")},
    {"a",
     ITEM("<title>A</title><dc:date>2024-02</dc:date><dc:subject>Law</dc:subject><dc:language>fr</dc:language>"
          "<dc:identifier>x-1</dc:identifier><slash:section>World</slash:section><dc:publisher>Wire</dc:publisher>"),
     ONE("id=x-1 title=A source=Wire section=World language=fr topic=Law date=2024-02-01T00:00:00Z/2")},
    {"a", ENTRY("<title>A</title><content src='http://post.example/a.mp4' type='video/mp4'/>"),
     ONE("url=http://post.example/a.mp4 title=A")},
};

static void test_fields(void **state) {
  (void)state;
  CHECK_ALL(fields);
}

/* ---- WordPress ---- */

#define WP(fields)                                                                                                 \
  "<rss xmlns:wp='http://wordpress.org/export/1.2/' xmlns:content='http://purl.org/rss/1.0/modules/content/' "     \
  "xmlns:excerpt='http://wordpress.org/export/1.2/excerpt/' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>" \
  "<title>Blog</title><wp:category><wp:cat_name>no</wp:cat_name></wp:category><item>" fields "</item></channel></rss>"

static const struct source_case exports[] = {
    {"a",
     WP("<title>A</title><content:encoded><![CDATA[<!-- wp:paragraph --><p>Text</p>]]></content:encoded>"
        "<excerpt:encoded>E</excerpt:encoded><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>"
        "<wp:post_date_gmt>2024-02-03 10:00:00</wp:post_date_gmt><wp:comment><wp:comment_content>no</wp:comment_content>"
        "</wp:comment><category domain='post_tag' nicename='x'>X</category><dc:creator>jane</dc:creator>"),
     ONE("title=A body=Text source=Blog author=jane topic=X date=2024-02-03T10:00:00Z/4")},
    {"a", WP("<title>A</title><excerpt:encoded>E</excerpt:encoded><wp:post_type>page</wp:post_type>"),
     ONE("title=A body=E source=Blog")},
    {"a", WP("<title>x.jpg</title><wp:post_type>attachment</wp:post_type>"),
     "feed\n1 skipped: an attachment of a WordPress site, not a post\n"},
    {"a", WP("<title>x</title><wp:post_type>nav_menu_item</wp:post_type>"),
     "feed\n1 skipped: a part of a WordPress site, not a post\n"},
    {"a", WP("<title>x</title><wp:post_type>post</wp:post_type><wp:status>draft</wp:status>"),
     "feed\n1 skipped: a draft of a WordPress post\n"},
};

static void test_wordpress(void **state) {
  (void)state;
  CHECK_ALL(exports);
}

/* ---- What is not well-formed ---- */

static const struct source_case broken[] = {
    {"a", ENTRY("<title>A</title><category term='law' label=''/>"), ONE("title=A topic=law")},
    {"a", ITEM("<title>Fish & chips &nbsp;&copy; &bogus; <3</title>"),
     ONE("title=Fish & chips \xC2\xA0© &bogus; <3 source=Post")},
    {"a", ITEM("<title>A</title><link>http://post.example/?a=1&b=2</link>"),
     ONE("url=http://post.example/?a=1&b=2 title=A source=Post")},
    {"a", ITEM("<description>One<br>two<p>three</description><title>A</title>"),
     ONE("title=A body=One\ntwo\nthree source=Post")},
    {"a", ITEM("<title>A\x01</b></title><dc:subject x=1 x='2' y>Law</dc:subject>"),
     ONE("title=A source=Post topic=Law")},
    {"a", RSS("<item><title>A</title><item><title>B</title></item>"),
     "feed\n1 title=A source=Post\n2 title=B source=Post\n"},
    {"a", "<rss><channel><item><title>A</title></item></rss", ONE("title=A")},
    {"a", "<rss><channel><item><title>A</title></item><item><title>B</title><descr",
     "feed\n1 title=A\n2 title=B\n0 broken\n"},
    {"a", "<rss><channel><item><title><![CDATA[A]]></title><description><![CD", "feed\n1 title=A\n0 broken\n"},
    {"a", "<rss><channel><item><title><![CD", "feed\n1\n"},
    {"a", "<rss><channel><item><title>A</title><description><![CDATA[One tw",
     "feed\n1 title=A body=One tw\n0 broken\n"},
    {"a", "<rss><channel><item><title>A</title><description><![CDATA[<p>One <b>two</b> thr",
     "feed\n1 title=A body=One two thr\n0 broken\n"},
    {"a", RSS("<item><title><![CDATA[A</title></item><item><title>B</title></item>"),
     "feed\n1 title=A source=Post\n2 title=B source=Post\n"},
    /* A section that hides tags, and one that does not end. */
    {"a", RSS("<item><title><![CDATA[</item><item>]]></title></item>"), ONE("title=</item><item> source=Post")},
    {"a", RSS("<item><title>A</title></item><!-- <item><title>B</title></item>"),
     "feed\n1 title=A source=Post\n2 title=B source=Post\n"},
    {"a",
     "<!DOCTYPE rss [<!ENTITY post \"Harbor &amp; Post\"><!ENTITY x SYSTEM \"/etc/passwd\">]>" ITEM(
         "<title>&post; &x;</title>"),
     ONE("title=Harbor & Post &x; source=Post")},
    {"a",
     "<?xml version='1.0' encoding='windows-1252'?>" ITEM("<title>\x93"
                                                          "caf\xE9\x94</title>"),
     ONE("title=“café” source=Post")},
    {"a", "<?xml version='1.0' encoding='utf-8'?>" ITEM("<title>caf\xE9</title>"), ONE("title=café source=Post")},
    {"a", "<?xml version='1.0' encoding='no such thing'?>" ITEM("<title>café</title>"), ONE("title=café source=Post")},
    {"a", "<?xml version='1.0' encoding='utf-16'?>" ITEM("<title>café</title>"), ONE("title=café source=Post")},
    {"a", "<?xml version='1.0' encoding='koi8-r'?>" ITEM("<title>\xED\xC9\xD2</title>"), ONE("title=Мир source=Post")},
};

static void test_broken(void **state) {
  (void)state;
  CHECK_ALL(broken);
}

/* Entities that multiply add no more than a stated number of bytes; those that name others do not expand. */
static void test_entities(void **state) {
  struct buffer text = {0};
  (void)state;
  buffer_text(&text, "<!DOCTYPE rss [<!ENTITY a \"");
  for (int i = 0; i < 1000; i++) buffer_byte(&text, 'a');
  buffer_text(&text, "\"><!ENTITY b \"&a;&a;&a;&a;\">]><rss><item><title>&b;</title><description>");
  for (int i = 0; i < 50000; i++) buffer_text(&text, "&a;");
  buffer_text(&text, "</description></item></rss>");
  char *found = source_read("a", text.bytes, text.len, NULL);
  assert_non_null(strstr(found, "title=&a;&a;&a;&a; body=aaaa"));
  assert_true(strlen(found) < 1400000);
  memory_free(found);
  buffer_free(&text);
}

/* What would take libxml2 time or memory out of all proportion is cut down; the text stays. */
static void test_bounds(void **state) {
  struct buffer text = {0};
  (void)state;
  buffer_text(&text, "<rss><item");
  for (int i = 0; i < 300000; i++) buffer_format(&text, " a%d='x'", i);
  buffer_text(&text, "><title>A</title><description>");
  for (int i = 0; i < 20000; i++) buffer_format(&text, "<x%d:i xmlns:x%d='x:%d'>.", i, i, i);
  for (int i = 0; i < 300000; i++) buffer_text(&text, "<i/>");
  buffer_text(&text, "end</description><title>no</title></item><item><title>B</title><!--");
  for (int i = 0; i < 4 << 20; i++) buffer_byte(&text, '-');
  buffer_text(&text, "--></item></rss>");
  char *found = source_read("a", text.bytes, text.len, NULL);
  assert_non_null(strstr(found, "1 title=A body=....."));
  assert_non_null(strstr(found, "end"));
  assert_non_null(strstr(found, "\n2 title=B\n"));
  memory_free(found);
  buffer_free(&text);
}

static void test_deep(void **state) {
  struct buffer text = {0};
  (void)state;
  buffer_text(&text, "<rss><item><title>A</title><description>");
  for (int i = 0; i < 100000; i++) buffer_text(&text, "<div>");
  buffer_text(&text, "deep</description></item><item><title>B</title></item></rss>");
  source_check("a", text.bytes, text.len, "feed\n1 title=A body=deep\n2 title=B\n");
  buffer_free(&text);
}

/* ---- Long files ---- */

enum { ITEMS = 20000 };

/* A feed of some megabytes is cut into spans: the same articles, in order, with what its head says. */
static void test_long(void **state) {
  struct buffer text = {0}, expected = {0};
  (void)state;
  buffer_text(&text,
              "<?xml version='1.0' encoding='iso-8859-1'?><rss xmlns:d='http://purl.org/dc/elements/1.1/'><channel>"
              "<title>Caf\xE9</title><link>http://post.example/</link><!-- <item> -->");
  buffer_text(&expected, "feed\n");
  for (int i = 0; i < ITEMS; i++) {
    buffer_format(&text, "<item><title>Number %d &amp; <![CDATA[</item>]]></title><link>%d</link>", i, i);
    for (int j = 0; j < i % 50; j++) buffer_text(&text, "<description>words</description>");
    buffer_format(&text, "<d:subject>%s</d:subject></item>\n", i % 7 ? "Law" : "Law & order");
    buffer_format(&expected, "%d url=http://post.example/%d title=Number %d & </item>%s source=Café topic=%s\n", i + 1,
                  i, i, i % 50 ? " body=words" : "", i % 7 ? "Law" : "Law & order");
  }
  buffer_text(&text, "</channel></rss>");
  buffer_byte(&expected, 0);
  source_check("a", text.bytes, text.len, expected.bytes);
  struct buffer packed = source_gzip(&text, 300000);
  source_check("a.gz", packed.bytes, packed.len, expected.bytes);
  buffer_free(&packed);
  buffer_free(&text);
  buffer_free(&expected);
}

/* Items that each end where the next begins: of a file that is cut in spans the last alone is where it ends. */
static void test_long_without_ends(void **state) {
  struct buffer text = {0}, expected = {0};
  (void)state;
  buffer_text(&text, "<rss><channel>");
  buffer_text(&expected, "feed\n");
  for (int i = 1; i <= ITEMS; i++) {
    buffer_format(&text, "<item><title>Number %d</title><!-- %0200d -->", i, 0);
    buffer_format(&expected, "%d title=Number %d\n", i, i);
  }
  buffer_text(&expected, "0 broken\n");
  buffer_byte(&expected, 0);
  assert_true(text.len > 2 << 20);
  source_check("a", text.bytes, text.len, expected.bytes);
  buffer_free(&text);
  buffer_free(&expected);
}

static void add_many(struct buffer *out, const char *text, size_t bytes) {
  for (size_t len = strlen(text), at = 0; at < bytes; at += len) buffer_add(out, text, len);
}

/* Whatever is too large costs itself: an item, a file in which none begins. What ends too early is kept and told. */
static void test_too_large(void **state) {
  struct buffer text = {0};
  (void)state;
  buffer_text(&text, "<rss><item><title>A</title></item><item><title>B</title><description>");
  add_many(&text, "words and more words, ", RECORD_MAX + 1000);
  buffer_text(&text, "</description></item><item><title>C</title></item>");
  source_check("a", text.bytes, text.len, "feed\n1 title=A\n2 too large\n3 title=C\n");
  buffer_clear(&text);
  buffer_text(&text, "<rss><channel>");
  add_many(&text, "<copyright>all of it</copyright>", RECORD_MAX + 1000);
  source_check("a", text.bytes, text.len, "feed\n0 too large\n");
  buffer_clear(&text);
  buffer_text(&text, "<rss><item><title>A</title></item>");
  add_many(&text, "<skipHours>1</skipHours>", 3 << 20);
  buffer_text(&text, "<item><title>B</title><desc");
  source_check("a", text.bytes, text.len, "feed\n1 title=A\n2 title=B\n0 broken\n");
  buffer_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_shapes),    cmocka_unit_test(test_texts),
      cmocka_unit_test(test_fields),    cmocka_unit_test(test_wordpress),
      cmocka_unit_test(test_broken),    cmocka_unit_test(test_entities),
      cmocka_unit_test(test_deep),      cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_long),      cmocka_unit_test(test_long_without_ends),
      cmocka_unit_test(test_too_large),
  };
  return cmocka_run_group_tests(tests, source_set_up, source_tear_down);
}
