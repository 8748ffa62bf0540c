/* The IPTC's formats: NITF, NewsML-G2 and ninjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/source_case.h"

/* ---- NITF ---- */

static const struct source_case nitf[] = {
    {"a",
     "<?xml version='1.0'?><!DOCTYPE nitf SYSTEM 'nitf.dtd'><nitf xml:lang='en'><head><title>Short</title>"
     "<tobject><tobject.subject tobject.subject.type='Law' tobject.subject.matter='Trial'/></tobject>"
     "<docdata><doc-id id-string='hp-1'/><date.issue norm='20240203T100000Z'/><doc.copyright holder='no'/>"
     "<key-list><keyword key='harbor'/><keyword key='Law'/></key-list></docdata>"
     "<pubdata name='Harbor Post' position.section='City' ex-ref='http://post.example/1'/></head>"
     "<body><body.head><hedline><hl1>Dock <em>reopens</em></hl1><hl2>After a year</hl2></hedline>"
     "<byline>By <person>Jane Roe</person>, <byttl>Reporter</byttl></byline><byline>John Doe, <byttl>Editor</byttl></byline>"
     "<dateline><location>HARBOR</location><story.date norm='20240101'/></dateline><abstract><p>Brief.</p></abstract></body.head>"
     "<body.content><block><p>One\n  two <person>Ann Poe</person>.</p><p>Three.</p></block>"
     "<media><media-caption>A dock</media-caption></media></body.content></body></nitf>",
     "nitf\n1* id=hp-1 url=http://post.example/1 title=Dock reopens body=After a year\n\nBrief.\n\nOne two Ann Poe.\n\nThree.\n\nA dock"
     " source=Harbor Post section=City language=en author=Jane Roe author=John Doe topic=harbor topic=Law topic=Trial"
     " date=2024-02-03T10:00:00Z/4\n"},
    {"a",
     "<nitf><body><body.head><byline>By\n Jane Roe and\n John Doe\n <byttl>Editors</byttl></byline></body.head></body></nitf>",
     "nitf\n1* author=Jane Roe author=John Doe\n"},
    {"a", "<nitf><body><body.head><hedline>Bare</hedline></body.head></body></nitf>", "nitf\n1* title=Bare\n"},
    {"a", "<nitf><head><title>T</title></head><body><body.content><p>Fish & chips<p>more</body.content></body>",
     "nitf\n1* title=T body=Fish & chips\nmore\n0 broken\n"},
    {"a", "<nitf><body/></nitf><nitf><head><title>B</title></head></nitf>", "nitf\n1\n2 title=B\n"},
};

static void test_nitf(void **state) {
  (void)state;
  CHECK_ALL(nitf);
}

/* A document is one article however long it is, whether in it or behind it; two are not. */
static void test_length(void **state) {
  (void)state;
  for (int place = 0; place < 2; place++) {
    for (size_t len = 16; len <= 4 << 20; len *= 64) {
      struct buffer text = {0};
      buffer_text(&text, "<nitf><head><title>A</title></head>");
      if (place) buffer_text(&text, "</nitf>");
      buffer_text(&text, "<!--");
      buffer_zero(&text, len);
      memset(text.bytes + text.len - len, '-', len);
      buffer_text(&text, "-->");
      if (!place) buffer_text(&text, "</nitf>");
      source_check("a", text.bytes, text.len, "nitf\n1* title=A\n");
      buffer_text(&text, "<nitf><head><title>B</title></head></nitf>");
      source_check("a", text.bytes, text.len, "nitf\n1 title=A\n2 title=B\n");
      buffer_free(&text);
    }
  }
}

/* ---- NewsML-G2 ---- */

#define NAR "xmlns='http://iptc.org/std/nar/2006-10-01/'"
#define CLASS(name) "<itemMeta><itemClass qcode='ninat:" name "'/></itemMeta>"

static const struct source_case newsml[] = {
    {"a",
     "<newsItem " NAR " guid='urn:newsml:post.example:1' xml:lang='de'><itemMeta><itemClass qcode='ninat:text'/>"
     "<provider qcode='p:HP'><name>Harbor Post</name></provider><versionCreated>2024-02-04T00:00:00Z</versionCreated>"
     "<firstCreated>2024-02-03T10:00:00+01:00</firstCreated><title>no</title></itemMeta><contentMeta><language tag='en'/>"
     "<creator><name>Jane Roe</name></creator><subject qcode='m:1'><name>Law</name></subject><subject qcode='m:2'/>"
     "<keyword>harbor</keyword><headline> </headline><headline>Dock reopens</headline><description>no</description></contentMeta>"
     "<contentSet><inlineXML contenttype='application/nitf+xml'><nitf xmlns='http://iptc.org/std/NITF/2006-10-18/'><body>"
     "<body.head><hedline><hl1>no</hl1></hedline><byline>no</byline></body.head><body.content><p>One.</p><p>Two.</p>"
     "</body.content></body></nitf></inlineXML><inlineData contenttype='text/plain'>One. Two.</inlineData></contentSet></newsItem>",
     "newsml-g2\n1* id=urn:newsml:post.example:1 title=Dock reopens body=One.\n\nTwo. source=Harbor Post language=en author=Jane Roe"
     " topic=Law topic=harbor date=2024-02-03T09:00:00Z/4 updated=1707004800\n"},
    {"a",
     "<newsItem " NAR " xml:lang='en'><contentMeta><by>By Ann Poe</by></contentMeta><contentSet><inlineXML>"
     "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>no</title></head><body><h1>One</h1><p>two</p></body></html>"
     "</inlineXML></contentSet><itemMeta><title>Named</title><provider qcode='p:HP'/></itemMeta></newsItem>",
     "newsml-g2\n1* title=Named body=One\n\ntwo source=HP language=en author=Ann Poe\n"},
    {"a",
     "<newsItem " NAR
     "><contentSet><inlineXML/><inlineData encoding='base64'>QUJD</inlineData><inlineData>Plain &amp;amp; short"
     "</inlineData></contentSet></newsItem>",
     "newsml-g2\n1* body=Plain & short\n"},
    {"a",
     "<newsItem " NAR ">" CLASS("picture") "<contentMeta><description>A dock</description></contentMeta></newsItem>",
     "newsml-g2\n1* body=A dock\n"},
    {"a", "<newsItem " NAR ">" CLASS("picture") "<contentMeta><headline>A dock</headline></contentMeta></newsItem>",
     "newsml-g2\n1* title=A dock\n"},
    {"a", "<newsItem " NAR ">" CLASS("picture") "</newsItem>",
     "newsml-g2\n1 skipped: a picture with neither headline nor text\n"},
    {"a", "<newsItem " NAR ">" CLASS("text") "</newsItem>", "newsml-g2\n1*\n"},
    {"a",
     "<newsMessage " NAR
     "><header><sent>2024-02-03</sent></header><itemSet><planningItem/><packageItem/><newsItem><contentMeta>"
     "<headline>A</headline></contentMeta></newsItem><conceptItem/></itemSet></newsMessage>",
     "newsml-g2\n1 skipped: a plan with neither headline nor text\n2 skipped: a package with neither headline nor text\n3 title=A\n"
     "4 skipped: a concept with neither headline nor text\n"},
    {"a", "<catalog " NAR "/>", "newsml-g2\n0 other\n"},
};

static void test_newsml(void **state) {
  (void)state;
  CHECK_ALL(newsml);
}

/* ---- ninjs ---- */

static const struct source_case ninjs[] = {
    {"a",
     "{\"uri\": \"http://post.example/1\", \"type\": \"text\", \"versioncreated\": \"2024-02-04T00:00:00Z\", \"title\": \"no\","
     " \"headline\": \"H\", \"body_xhtml\": \"<p>One</p>\", \"byline\": \"By Jane Roe\", \"subject\": [{\"name\": \"Law\", \"code\": \"1\"}],"
     " \"infosource\": [{\"name\": \"Wire\"}], \"copyrightholder\": \"no\", \"associations\": {\"a\": {\"headline\": \"no\"}}}",
     "json\n1* id=http://post.example/1 title=H body=One source=Wire author=Jane Roe topic=Law date=2024-02-04T00:00:00Z/4"
     " updated=1707004800\n"},
    {"a",
     "{\"headlines\": [{\"role\": \"main\", \"value\": \"H\"}, {\"role\": \"x\", \"value\": \"no\"}], \"bodies\": [{\"role\": \"nitf\","
     " \"contentType\": \"text/vnd.IPTC.NITF\", \"value\": \"<nitf/>\"}, {\"contentType\": \"text/html\", \"value\": \"<p>no</p>\"},"
     " {\"value\": \"Text\", \"contenttype\": \"text/plain\"}], \"subjects\": [{\"name\": \"Law\"}], \"firstCreated\": \"2024-02-03\","
     " \"versionCreated\": \"2024-02-04\"}",
     "json\n1* title=H body=Text topic=Law date=2024-02-03T00:00:00Z/3 updated=1707004800\n"},
    {"a",
     "{\"descriptions\": [{\"role\": \"creditline\", \"value\": \"no\"}, {\"role\": \"caption\", \"value\": \"C\"}]}",
     "json\n1* body=C\n"},
    {"a", "{\"headline_extra\": \"H\", \"headline_other\": \"no\", \"body_richtext\": \"B\", \"body_count\": 3}",
     "json\n1* title=H body=B\n"},
    {"a", "{\"description_writer\": \"no\", \"description_caption\": \"C\", \"type\": \"picture\"}",
     "json\n1* body=C\n"},
    {"a", "{\"type\": \"picture\", \"uri\": \"x\"}", "json\n1 skipped: a picture with neither headline nor text\n"},
    {"a", "{\"type\": \"event\", \"headline\": \"H\"}", "json\n1* title=H\n"},
    {"a", "{\"type\": \"text\", \"uri\": \"x\"}", "json\n1* id=x\n"},
    {"a", "{\"type\": [\"picture\"], \"x\": {\"type\": \"picture\"}}", "json\n1*\n"},
};

static void test_ninjs(void **state) {
  (void)state;
  CHECK_ALL(ninjs);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_nitf), cmocka_unit_test(test_length), cmocka_unit_test(test_newsml),
                                     cmocka_unit_test(test_ninjs)};
  return cmocka_run_group_tests(tests, source_set_up, source_tear_down);
}
