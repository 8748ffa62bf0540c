/* The IPTC's formats: NITF, both generations of NewsML and ninjs; and Reuters Corpus Volume 1, which grew out of a draft. */
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

/* ---- NewsML 1 ---- */

#define NAMED                                                                                      \
  "<Identification><NewsIdentifier><ProviderId>post.example</ProviderId><DateId>20030402</DateId>" \
  "<NewsItemId> A1 </NewsItemId><RevisionId PreviousRevision='1' Update='N'>2</RevisionId>"        \
  "<PublicIdentifier>urn:newsml:post.example:20030402:A1:2</PublicIdentifier></NewsIdentifier></Identification>"
#define NEWSML1(items)                                                                                         \
  "<?xml version='1.0'?><!DOCTYPE NewsML SYSTEM 'NewsMLv1.0.dtd' [<!ENTITY % nitf SYSTEM 'nitf.dtd'> %nitf;]>" \
  "<NewsML><NewsEnvelope><DateAndTime>20030403T000000Z</DateAndTime></NewsEnvelope>" items "</NewsML>"
#define COMPONENT(xml) NEWSML1("<NewsItem><NewsComponent>" xml "</NewsComponent></NewsItem>")
#define HEADED(xml) COMPONENT("<NewsLines><HeadLine>H</HeadLine></NewsLines>" xml)
#define CONTENT(xml) "<ContentItem><MediaType FormalName='Text'/><DataContent>" xml "</DataContent></ContentItem>"
#define MEDIA(name) "<ContentItem Href='a.bin'><MediaType FormalName='" name "'/></ContentItem>"

static const struct source_case newsml1[] = {
    {"a",
     NEWSML1(
         "<NewsItem xml:lang='fr'>" NAMED
         "<NewsManagement><NewsItemType FormalName='News'/><FirstCreated>20030402T101500+0200</FirstCreated>"
         "<ThisRevisionCreated>20030402T093000Z</ThisRevisionCreated><Status FormalName='Usable'/></NewsManagement>"
         "<NewsComponent><Role FormalName='Main'/><NewsLines><HeadLine>Dock reopens</HeadLine><SubHeadLine>After a year"
         "</SubHeadLine><ByLine>By Jane Roe and John Doe</ByLine><DateLine>HARBOR, April 2</DateLine>"
         "<CopyrightLine>(c) no</CopyrightLine><SlugLine>no</SlugLine><KeywordLine>dock; harbor</KeywordLine></NewsLines>"
         "<AdministrativeMetadata><Provider><Party FormalName='Harbor Post'/></Provider><Source><Party FormalName='no'/></Source>"
         "</AdministrativeMetadata><DescriptiveMetadata><Language FormalName='en'/><SubjectCode><Subject FormalName='04000000'/>"
         "</SubjectCode><Property FormalName='Keyword' Value='Law'/><Property FormalName='City' Value='no'/>"
         "</DescriptiveMetadata><ContentItem><MediaType FormalName='Text'/><Format FormalName='NITF'/><DataContent><nitf><body>"
         "<body.head><hedline><hl1>no</hl1></hedline><byline>no</byline></body.head><body.content><p>One.</p><p>Two.</p>"
         "</body.content></body></nitf></DataContent></ContentItem></NewsComponent></NewsItem>"),
     "newsml-1\n1* id=urn:newsml:post.example:20030402:A1 title=Dock reopens body=After a year\n\nOne.\n\nTwo. source=Harbor Post"
     " language=en author=Jane Roe author=John Doe topic=dock topic=harbor topic=Law date=2003-04-02T08:15:00Z/4"
     " updated=1049275800\n"},
    /* Without the parts of the name the public identifier; without parties the line of credit, the provider's host. */
    {"a",
     NEWSML1(
         "<NewsItem><Identification><NewsIdentifier><ProviderId>http://www.post.example/news</ProviderId><PublicIdentifier>"
         "urn:newsml:x:1</PublicIdentifier></NewsIdentifier><NameLabel>Named</NameLabel></Identification>"
         "<NewsManagement><ThisRevisionCreated>20030402</ThisRevisionCreated></NewsManagement>"
         "<NewsComponent xml:lang='de'>" CONTENT("Plain text") "</NewsComponent></NewsItem>"),
     "newsml-1\n1* id=urn:newsml:x:1 title=Named body=Plain text source=post.example language=de date=2003-04-02T00:00:00Z/3"
     " updated=1049241600\n"},
    {"a",
     COMPONENT("<NewsLines><SlugLine>Slug</SlugLine><CreditLine>Wire</CreditLine></NewsLines>" CONTENT(
         "<p>One</p><p>two</p>")),
     "newsml-1\n1* title=Slug body=One\n\ntwo source=Wire\n"},
    /* What the text may be. */
    {"a",
     HEADED(CONTENT(
         "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>no</title></head><body><p>One</p></body></html>")),
     "newsml-1\n1* title=H body=One\n"},
    {"a", HEADED(CONTENT("<![CDATA[<p>Fish &amp; chips</p>]]>")), "newsml-1\n1* title=H body=Fish & chips\n"},
    {"a", HEADED(CONTENT("One\n  two")), "newsml-1\n1* title=H body=One\n  two\n"},
    {"a", HEADED("<ContentItem><Encoding Notation='base64'><DataContent>QUJD</DataContent></Encoding></ContentItem>"),
     "newsml-1\n1* title=H\n"},
    {"a", HEADED("<ContentItem><MimeType FormalName='image/jpeg'/><DataContent>/9j/4AAQ</DataContent></ContentItem>"),
     "newsml-1\n1* title=H\n"},
    /* Renditions and alternatives: the first that says something. Parts of a whole: all of them, but for the title. */
    {"a", HEADED(CONTENT("") CONTENT("One") CONTENT("no")), "newsml-1\n1* title=H body=One\n"},
    {"a",
     COMPONENT("<NewsComponent EquivalentsList='yes'><NewsComponent>" MEDIA("Photo") "</NewsComponent><NewsComponent>" CONTENT(
         "One") "</NewsComponent><NewsComponent>" CONTENT("no") "</NewsComponent></NewsComponent><NewsComponent>" CONTENT("Two") "</NewsComponent>"),
     "newsml-1\n1* body=One\n\nTwo\n"},
    {"a",
     COMPONENT(
         "<NewsLines><HeadLine>H</HeadLine><ByLine>Jane Roe</ByLine></NewsLines><NewsComponent><Role FormalName='Title'/>" CONTENT("H") "</NewsComponent><NewsComponent><Role FormalName='Body'/>" CONTENT(
             "One") "</NewsComponent><NewsComponent>"
                    "<NewsLines><HeadLine>no</HeadLine><ByLine>no</ByLine></NewsLines>" MEDIA("Photo") "<NewsComponent><Role FormalName='Caption'/>" CONTENT(
                        "<nitf><body>"
                        "<body.content><p>A dock</p></body.content></body></nitf>") "</NewsComponent></NewsComponent>"),
     "newsml-1\n1* title=H body=One\n\nA dock author=Jane Roe\n"},
    {"a",
     COMPONENT("<NewsLines><HeadLine>H</HeadLine><SubHeadLine>S</SubHeadLine></NewsLines>" CONTENT(
         "<nitf><body><body.head><hedline><hl2>S</hl2></hedline></body.head><body.content><p>One</p></body.content></body></nitf>")),
     "newsml-1\n1* title=H body=S\n\nOne\n"},
    {"a", COMPONENT("<NewsLines><HeadLine>H</HeadLine><SubHeadLine>S</SubHeadLine></NewsLines>" MEDIA("Video")),
     "newsml-1\n1* title=H body=S\n"},
    /* Who sent the document is known to all items in it. */
    {"a",
     "<NewsML><NewsEnvelope><SentFrom><Party FormalName='Wire'/></SentFrom></NewsEnvelope><NewsItem><NewsComponent>"
     "<NewsLines><HeadLine>A</HeadLine></NewsLines><AdministrativeMetadata><Provider><Party FormalName='Post'/></Provider>"
     "</AdministrativeMetadata></NewsComponent></NewsItem><NewsItem><NewsComponent><NewsLines><HeadLine>B</HeadLine></NewsLines>"
     "<AdministrativeMetadata><Source><Party FormalName='no'/></Source></AdministrativeMetadata></NewsComponent></NewsItem></NewsML>",
     "newsml-1\n1 title=A source=Post\n2 title=B source=Wire\n"},
    {"a",
     COMPONENT(
         "<AdministrativeMetadata><Provider><Party FormalName=''/></Provider><Source><Party FormalName='Dock Ltd'/></Source>"
         "</AdministrativeMetadata><Metadata><MetadataType FormalName='x'/><Property FormalName='XKeywords' Value='a, b'/>"
         "</Metadata><ContentItem><MimeType FormalName='text/css'/><DataContent>.no {}</DataContent></ContentItem>" CONTENT(
             "One")),
     "newsml-1\n1* body=One source=Dock Ltd topic=a topic=b\n"},
    /* What is no article, and what only says that it is one. */
    {"a", COMPONENT("<NewsComponent>" MEDIA("Photo") "</NewsComponent>"),
     "newsml-1\n1 skipped: a picture with neither headline nor text\n"},
    {"a", COMPONENT("<NewsItemRef NewsItem='urn:newsml:x:1'/>"),
     "newsml-1\n1 skipped: a package with neither headline nor text\n"},
    {"a",
     NEWSML1(
         "<NewsItem><TopicSet FormalName='x'/></NewsItem><NewsItem><Update><Delete DuidRef='a'/></Update></NewsItem>"),
     "newsml-1\n1 skipped: a list of topics with neither headline nor text\n"
     "2 skipped: changes of another item, with neither headline nor text\n"},
    {"a", COMPONENT(CONTENT("")), "newsml-1\n1*\n"},
    /* Items in an item are articles of their own. */
    {"a",
     NEWSML1(
         "<NewsItem><NewsComponent><NewsLines><HeadLine>A</HeadLine></NewsLines><NewsItem><NewsComponent><NewsLines><HeadLine>B"
         "</HeadLine></NewsLines></NewsComponent></NewsItem></NewsComponent></NewsItem><NewsItem><NewsComponent>" CONTENT(
             "C") "</NewsComponent></NewsItem>"),
     "newsml-1\n1 title=A\n2 title=B\n3 body=C\n"},
    {"a", "<NewsItem><NewsComponent>" CONTENT("A") "</NewsComponent></NewsItem>", "newsml-1\n1* body=A\n"},
    {"a", "<NewsML><NewsItem><NewsComponent>" CONTENT("Fish & chips<p>more"),
     "newsml-1\n1* body=Fish & chips\nmore\n0 broken\n"},
    {"a", "<NewsML/>", "newsml-1\n0 other\n"},
};

static void test_newsml1(void **state) {
  (void)state;
  CHECK_ALL(newsml1);
}

/* ---- Reuters Corpus Volume 1 ---- */

static const struct source_case rcv1[] = {
    {"a",
     "<?xml version='1.0' encoding='iso-8859-1' ?>\n<newsitem itemid='17' id='root' date='1996-08-20' xml:lang='en'>\n"
     "<title>HARBOR: Caf\xE9 reopens.</title>\n<headline>Caf\xE9 reopens.</headline>\n<byline>Jane Roe</byline>\n"
     "<dateline>HARBOR 1996-08-20</dateline>\n<text>\n<p>One &quot;two&quot;.</p>\n<p>Three.</p>\n</text>\n"
     "<copyright>(c) no</copyright>\n<metadata>\n<codes class='bip:countries:1.0'><code code='no'/></codes>\n"
     "<codes class='bip:topics:1.0'><code code='C11'><editdetail attribution='no' action='confirmed' date='1996-08-20'/></code>"
     "<code code='CCAT'/></codes>\n<dc element='dc.publisher' value='no'/><dc element='dc.date.published' value='1996-08-21'/>"
     "<dc element='dc.source' value='Wire'/></metadata>\n</newsitem>",
     "rcv1\n1* id=17 title=Café reopens. body=One \"two\".\n\nThree. source=Wire language=en author=Jane Roe topic=C11 topic=CCAT"
     " date=1996-08-20T00:00:00Z/3\n"},
    {"a",
     "<newsitem itemid='1'><title>A</title><metadata><dc element='dc.publisher' value='Wire'/>"
     "<dc element='dc.date.created' value='1996-08-21'/></metadata></newsitem><newsitem itemid='2'><text><p>B</p></text></newsitem>",
     "rcv1\n1 id=1 title=A source=Wire date=1996-08-21T00:00:00Z/3\n2 id=2 body=B\n"},
    {"a", "<newsitem itemid='1'/>", "rcv1\n1* id=1\n"},
    {"a", "<newsitem guid='1'/>", "newsml-g2\n1* id=1\n"},
};

static void test_rcv1(void **state) {
  (void)state;
  CHECK_ALL(rcv1);
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
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_nitf),   cmocka_unit_test(test_length),
                                     cmocka_unit_test(test_newsml), cmocka_unit_test(test_newsml1),
                                     cmocka_unit_test(test_rcv1),   cmocka_unit_test(test_ninjs)};
  return cmocka_run_group_tests(tests, source_set_up, source_tear_down);
}
