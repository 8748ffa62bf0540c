/* Every format: bytes in, articles and problems out, in one table. A case is read whole, and again in a long file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <iconv.h>

#include "tests/unit/source_case.h"

/* ---- JSON ---- */

static const struct source_case json_shapes[] = {
    {"a.jsonl", "{\"title\":\"A\"}\n\n  \n{\"title\":\"B\"}", "json-lines\n1 title=A\n2 title=B\n"},
    {"a", "{\"title\":\"A\"}\n{\"title\":\"B\"}\n", "json-lines\n1 title=A\n2 title=B\n"},
    {"a.jsonl", "{\"title\":\"A\"}\n{\"title\":\n{\"title\":\"C\"}\r\n",
     "json-lines\n1 title=A\n2 broken\n3 title=C\n"},
    {"a.ndjson", "[1]\n\"x\"\n{}\n", "json-lines\n1 broken\n2 broken\n3\n"},
    {"a.jsonl", "", "json-lines\n"},
    {"a.json", "{\"title\": \"A\"}", "json\n1* title=A\n"},
    {"a", "\xEF\xBB\xBF {\n \"title\": \"A\"\n}\n", "json\n1* title=A\n"},
    {"a.json", "{\"title\": \"A\"} {\"title\": \"B\"}", "json\n1 title=A\n2 title=B\n"},
    {"a.json", "[{\"title\": \"A\"}, {\"title\": \"B\"}]", "json\n1 title=A\n2 title=B\n"},
    {"a.json", "[]", "json\n"},
    {"a.json", " \n", "json\n"},
    {"a.json", "[{\"title\": \"A\"}]\n[{\"title\": \"B\"}]", "json\n1 title=A\n2 title=B\n"},
    {"feed",
     "{\"title\": \"Feed\", \"x\": {\"items\": [{}]}, \"Entries\": [ {\"title\": \"A\"}, {\"title\": \"B\"} ],"
     " \"source\": {\"title\": \"S\"}}",
     "json\n1 title=A\n2 title=B\n"},
    {"a.json", "{\"articles\": [], \"title\": \"Feed\"}", "json\n"},
    {"a.json", "{\"title\": \"A\", \"items\": [\"x\"], \"text\": \"entries\"}", "json\n1* title=A body=entries\n"},
    /* A bad element costs itself. */
    {"a.json", "[{\"title\": \"A\"}, {\"title\" \"B\"}, 7, {\"title\": \"C\"}]",
     "json\n1 title=A\n2 broken\n3 broken\n4 title=C\n"},
    {"a.json", "[{\"title\": \"A\", \"t\": [1}, {\"title\": \"B\"}]", "json\n1 broken\n2 title=B\n"},
    {"a.json", "[\n {\"title\": \"A},\n {\"title\": \"B\"}\n]\n", "json\n1 broken\n2 title=B\n"},
    {"a.json", "[\n {\"title\": \"A\",\n {\"title\": \"B\"},\n {\"title\": \"C\"}\n]\n", "json\n1 broken\n"},
    {"a.json", "{\"title\": \"A\"}\n{\"title\": \"B\"", "json-lines\n1 title=A\n2 broken\n"},
    {"a.json", "[{\"title\": \"A\"}, {\"title\": \"B", "json\n1 title=A\n2 broken\n"},
    {"a.json", "{\"title\": \"A\"} and so on {", "json\n1 title=A\n2 broken\n"},
    {"a.json", "no JSON at all", "json\n1 broken\n"},
};

static const struct source_case json_fields[] = {
    {"a.json", "{\"ID\": 17, \"Link\": \"http://x/\", \"HEADLINE\": \"H\", \"lang\": \"en\", \"category\": \"World\"}",
     "json\n1* id=17 url=http://x/ title=H section=World language=en\n"},
    /* The order of the spellings decides and not that of the record; what is empty does not count. */
    {"a.json", "{\"summary\": \"S\", \"content\": \"C\", \"description\": \"D\", \"title\": \" \", \"name\": \"N\"}",
     "json\n1* title=N body=C\n"},
    {"a.json", "{\"text\": \"\", \"description\": \"D\", \"body\": null}", "json\n1* body=D\n"},
    {"a.json", "{\"title\": \"A\", \"title\": \"B\"}", "json\n1* title=B\n"},
    {"a.json", "{\"date\": \"soon\", \"pubDate\": \"2024-02-03\", \"modified\": \"1970-01-02\"}",
     "json\n1* date=2024-02-03T00:00:00Z/3 updated=86400\n"},
    {"a.json", "{\"published\": 1700000000}", "json\n1* date=2023-11-14T22:13:20Z/4\n"},
    {"a.json", "{\"source\": {\"id\": 1, \"name\": \"Post\"}, \"source_url\": \"x\"}", "json\n1* source=Post\n"},
    {"a.json",
     "{\"title\": {\"rendered\": \"T\"}, \"content\": [{\"type\": \"x\", \"value\": \"A\"}, {\"value\": \"B\"}]}",
     "json\n1* title=T body=A\n\nB\n"},
    {"a.json", "{\"content\": {\"a\": {\"value\": \"no\"}, \"value\": \"yes\", \"b\": [{\"name\": \"no\"}]}}",
     "json\n1* body=yes\n"},
    {"a.json", "{\"x\": {\"title\": \"no\"}, \"y\": [{\"body\": \"no\"}], \"title\": [\"T\", \"U\"]}",
     "json\n1* title=T\n"},
    {"a.json", "{\"author\": \"Jane Roe, John Doe and Ann Poe\"}",
     "json\n1* author=Jane Roe author=John Doe author=Ann Poe\n"},
    {"a.json", "{\"byline\": \"By Roe, Jane; Doe, John\"}", "json\n1* author=Roe, Jane author=Doe, John\n"},
    {"a.json", "{\"authors\": [\"Roe, Jane\", {\"url\": \"x\", \"name\": \"John Doe\"}, null]}",
     "json\n1* author=Roe, Jane author=John Doe\n"},
    {"a.json", "{\"tags\": \"a, b,, c d\"}", "json\n1* topic=a topic=b topic=c d\n"},
    {"a.json", "{\"topic\": \"a, b\"}", "json\n1* topic=a, b\n"},
    {"a.json", "{\"topics\": [\"a, b\", 3], \"topic\": \"z\"}", "json\n1* topic=a, b topic=3\n"},
    {"a.json", "{\"title\": \"\\u00e9\\ud83d\\ude00\\\"\\u0000x\"}", "json\n1* title=\xC3\xA9\xF0\x9F\x98\x80\" x\n"},
    {"a.json", "{\"title\": \"\xc3\xa9\xff\"}", "json\n1* title=\xc3\xa9\xEF\xBF\xBD replaced=1\n"},
    {"a.json", "{\"title\": \"caf\xe9\"}", "json\n1* title=caf\xc3\xa9\n"},
    /* HTML is taken apart, and what only looks like it is not. */
    {"a.json", "{\"description\": \"<p>A &amp; <b>B</b>c</p><script>x</script>D&#8217;s\"}",
     "json\n1* body=A & Bc\nD\xE2\x80\x99s\n"},
    {"a.json", "{\"content\": \"<div> </div>\", \"description\": \"D\"}", "json\n1* body=D\n"},
    {"a.json", "{\"summary\": \"S\", \"text\": [\"<p>&nbsp;</p>\", \"T\"]}", "json\n1* body=T\n"},
    {"a.json", "{\"summary\": \"S\", \"content\": [\"<br>\", \"<p></p>\"]}", "json\n1* body=S\n"},
    {"a.json", "{\"text\": \"a < b &amp; c <d> e &x; &\"}", "json\n1* body=a < b & c <d> e &x; &\n"},
};

static void test_json(void **state) {
  (void)state;
  CHECK_ALL(json_shapes);
  CHECK_ALL(json_fields);
}

static void test_map(void **state) {
  static struct field_map_entry entries[] = {
      {(char *)"body", (char *)"Story"}, {(char *)"title", (char *)"text"}, {(char *)"topic", (char *)"text"}};
  static const struct field_map map = {entries, 3, 3};
  const char *bytes = "{\"title\": \"usual\", \"text\": \"T\", \"story\": \"S\", \"body\": \"B\"}";
  (void)state;
  char *found = source_read("a.json", bytes, strlen(bytes), &map);
  assert_string_equal(found, "json\n1* title=T body=S topic=T\n");
  memory_free(found);
  bytes = "{\"text\": \"\", \"body\": \"B\"}";
  found = source_read("a.json", bytes, strlen(bytes), &map);
  assert_string_equal(found, "json\n1* body=B\n");
  memory_free(found);
}

/* JSON can spell a NUL: what follows it is part of the word, which is then none that is known. */
static void test_json_words(void **state) {
  char word[200] = "event";
  (void)state;
  assert_non_null(record_kind(word, 5));
  for (size_t len = 6; len <= sizeof word; len++) assert_null(record_kind(word, len));
  strcpy(word, "type");
  assert_true(key_is_type(word, 4));
  for (size_t len = 5; len <= sizeof word; len++) assert_false(key_is_type(word, len));
  strcpy(word, "role");
  assert_true(key_is_rendition(word, 4));
  for (size_t len = 5; len <= sizeof word; len++) assert_false(key_is_rendition(word, len));
}

static void test_json_depth(void **state) {
  char deep[400];
  (void)state;
  for (int depth = 63; depth <= 64; depth++) {
    memset(deep, 0, sizeof deep);
    strcpy(deep, "{\"title\": \"T\", \"x\": ");
    memset(deep + strlen(deep), '[', (size_t)depth);
    memset(deep + strlen(deep), ']', (size_t)depth);
    strcat(deep, "} {\"title\": \"U\"}");
    source_check("a.json", deep, strlen(deep),
                 depth == 63 ? "json\n1 title=T\n2 title=U\n" : "json\n1 broken\n2 title=U\n");
  }
}

/* ---- SGML and text ---- */

static const struct source_case sgml[] = {
    {"r.sgm",
     "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n"
     "<REUTERS TOPICS=\"YES\" OLDID=\"5\" NEWID=\"1\">\n<DATE>26-FEB-1987 15:01:01.79&#9;&#9;RM</DATE>\n"
     "<TOPICS><D>cocoa</D><D>wheat</D></TOPICS>\n<PLACES><D>usa</D></PLACES>\n<UNKNOWN>\n&#5;C</UNKNOWN>\n"
     "<TEXT>&#2;\n<TITLE>ROE &lt;ROE> SEEN</TITLE>\n<AUTHOR>    by Jane Roe, Reuters</AUTHOR>\n"
     "<DATELINE>    LIMA, Feb 26 - </DATELINE><BODY>Rain &amp; wind.\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n"
     "<REUTERS NEWID=\"2\"><DATE> 3-MAR-1987 11:59:25.44</DATE>\n<TEXT TYPE=\"UNPROC\">&#2;\nBare &lt;BB> text\n&#3;\n"
     "</TEXT>\n</REUTERS>\n<REUTERS NEWID=\"3\"><TEXT TYPE=\"BRIEF\"><TITLE>Brief</TITLE></TEXT></REUTERS>\n",
     "reuters-21578\n"
     "1 id=1 title=ROE <ROE> SEEN body=LIMA, Feb 26 - Rain & wind.\n Reuter source=Reuters author=Jane Roe topic=cocoa "
     "topic=wheat date=1987-02-26T15:01:01Z/4\n"
     "2 id=2 body=Bare <BB> text source=Reuters date=1987-03-03T11:59:25Z/4\n3 id=3 title=Brief source=Reuters\n"},
    {"r",
     "<REUTERS><DATE>9-APR-1987 00:00:01.00    # a guess</DATE><TITLE>A</TITLE><TEXT>B</TEXT></REUTERS>"
     "<REUTERS><DATE>31-MAR-1987 605:12:19.12</DATE><TEXT>C</TEXT></REUTERS>",
     "reuters-21578\n1 body=B source=Reuters date=1987-04-09T00:00:01Z/4\n"
     "2 body=C source=Reuters date=1987-03-31T00:00:00Z/3\n"},
    {"r", "<REUTERS NEWID=\"1\"><TEXT><TITLE>A\n<REUTERS NEWID=\"2\"><TEXT><TITLE>B</TITLE></TEXT></REUTERS><REUTERS>",
     "reuters-21578\n1 broken\n2 id=2 title=B source=Reuters\n3 broken\n"},
    {"t",
     "<DOC>\n<DOCNO> FT-1 </DOCNO>\n<DATE>2001-02-03</DATE><BYLINE>By JANE ROE</BYLINE>\n"
     "<HEADLINE><P>Rain &amp; wind</P></HEADLINE>\n<TEXT>\n<P>One.</P><P>Two <i>words</i>.</P>\n</TEXT>\n"
     "<SECTION>News</SECTION><TEXT>Three.</TEXT>\n</DOC>\n"
     "<doc><docno>2</docno><text><H3><TI>Inside</TI></H3>Body<H3>Not again</H3></doc>\n"
     "<DOC><DOCNO>3</DOCNO><HEADLINE>Open<TEXT>Body</HEADLINE> goes on</DOC><DOC><DOCNO>4",
     "trec\n"
     "1 id=FT-1 title=Rain & wind body=One.\n\nTwo  words .\n\nThree. section=News author=JANE ROE "
     "date=2001-02-03T00:00:00Z/3\n"
     "2 id=2 title=Inside body=Body Not again\n3 id=3 title=Open body=Body  goes on\n4 broken\n"},
    {"t",
     "<DOC><DATE>920114\n</DATE></DOC><DOC><DATE>870324</DATE></DOC><DOC><DATE>_940405</DATE></DOC>"
     "<DOC>\n<DATE>\n<P>\nJanuary 1, 1989, Sunday, Home Edition \n</P>\n</DATE></DOC>"
     "<DOC><DATE>March 1990,\nLate , Final</DATE></DOC><DOC><DATE>000229 Tuesday</DATE></DOC>",
     "trec\n1 date=1992-01-14T00:00:00Z/3\n2 date=1987-03-24T00:00:00Z/3\n3 date=1994-04-05T00:00:00Z/3\n"
     "4 date=1989-01-01T00:00:00Z/3\n5 date=1990-03-01T00:00:00Z/2\n6 date=2000-02-29T00:00:00Z/3\n"},
    {"t",
     "<DOC><DATE>921314</DATE></DOC><DOC><DATE>92011</DATE></DOC><DOC><DATE>1994 April 31</DATE></DOC>"
     "<DOC><DATE>_</DATE></DOC><DOC><DATE>Sunday, Home Edition</DATE></DOC><DOC><DATE> , </DATE></DOC>",
     "trec\n1\n2\n3\n4\n5\n6\n"},
};

static const struct source_case texts[] = {
    {"n.txt", "A title\n\nAnd text.\n", "text\n1* title=A title body=And text.\n"},
    {"n", "A title\r\nAnd text.", "text\n1* title=A title body=And text.\n"},
    {"only line.txt", "One line\n\n", "text\n1* title=only line body=One line\n"},
    {"n.text", "", "text\n1*\n"},
    {"n.txt", "caf\xe9 noir\nx", "text\n1* title=caf\xc3\xa9 noir body=x\n"},
    {"n.txt", "caf\xe9 noir\nx\x81", "text\n1* title=caf\xc3\xa9 noir body=x\xEF\xBF\xBD replaced=1\n"},
    {"n.csv", "a,b\n1,2\n", "unknown\n"},
    {"n.html", "<p>hello</p>", "html\n1* title=n body=hello\n"},
    {"n.txt", "<!DOCTYPE html><title>t</title><p>hello</p>", "html\n1* title=t body=hello\n"},
    {"n.txt", "<!DOCTYPE html><p>hello</p>", "html\n1* title=n body=hello\n"},
    {"n", "<?xml version=\"1.0\"?><page/>", "unknown\n"},
};

/* Tags that never end, with a '<' in each of their values: some hours, were each read up to the end. */
static void test_endless_tags(void **state) {
  (void)state;
  static const char unit[] = "<a \"=\"";
  enum { UNITS = 1 << 20, UNIT = sizeof unit - 1 };
  char *text = malloc((size_t)UNITS * UNIT);
  assert_non_null(text);
  for (size_t i = 0; i < UNITS; i++) memcpy(text + i * UNIT, unit, UNIT);
  struct sgml_tag tag;
  assert_false(sgml_next(text, (size_t)UNITS * UNIT, 0, &tag));
  free(text);
}

/* Declarations that never end: some minutes, were the end of each looked for. */
static void test_endless_declarations(void **state) {
  (void)state;
  static const char unit[] = "<!a";
  enum { UNITS = 1 << 22, UNIT = sizeof unit - 1 };
  struct buffer text = {0}, out = {0};
  for (size_t i = 0; i < UNITS; i++) buffer_text(&text, unit);
  assert_int_equal(buffer_status(&text, NULL), NSEARCH_OK);
  markup_strip(text.bytes, text.len, &out);
  assert_int_equal(out.len, (size_t)UNITS * UNIT);
  buffer_free(&text);
  buffer_free(&out);
}

static void test_sgml_and_text(void **state) {
  char line[600];
  (void)state;
  CHECK_ALL(sgml);
  CHECK_ALL(texts);
  source_check("n.txt", "a\0b", 3, "unknown\n");
  source_check("n", "\x89PNG\r\n\x1a\n\0", 9, "unknown\n");
  memset(line, 'x', 201);
  strcpy(line + 201, "\nmore");
  char *found = source_read("name.txt", line, strlen(line), NULL);
  assert_non_null(strstr(found, "title=name body=xxx"));
  memory_free(found);
}

/* ---- Long files, and gzip ---- */

/* n records of about `len` bytes with numbers as ids, between before and after. */
static struct buffer many(const char *before, const char *record, const char *after, int n, size_t len) {
  struct buffer out = {0};
  char *fill = memory_alloc(len + 1);
  memset(fill, 'w', len);
  fill[len] = 0;
  buffer_text(&out, before);
  for (int i = 0; i < n; i++) {
    const char *at = record;
    for (; *at; at++)
      if (*at == '#')
        buffer_format(&out, "%d", i + 1);
      else if (*at == '~')
        buffer_text(&out, fill);
      else
        buffer_byte(&out, (uint8_t)*at);
  }
  buffer_text(&out, after);
  memory_free(fill);
  return out;
}

/* Records 1 to n come out once each and in order. */
static void check_many(const char *name, const struct buffer *bytes, int n) {
  char *found = source_read(name, bytes->bytes, bytes->len, NULL);
  const char *at = strchr(found, '\n') + 1;
  for (int i = 1; i <= n; i++, at = strchr(at, '\n') + 1) {
    char expected[40];
    int len = snprintf(expected, sizeof expected, "%d id=%d ", i, i);
    assert_int_equal(strncmp(at, expected, (size_t)len), 0);
  }
  assert_string_equal(at, "");
  memory_free(found);
}

/* A file of one object is one article, also where it ends with what was read at once. */
static void test_long_object(void **state) {
  static const size_t sizes[] = {64 << 10, 256 << 10, (256 << 10) + 1, 512 << 10, 1 << 20};
  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct buffer bytes = {0};
    buffer_text(&bytes, "{\"text\": \"");
    while (bytes.len < sizes[i] - 2) buffer_byte(&bytes, 'x');
    buffer_text(&bytes, "\"}");
    char *found = source_read("a.json", bytes.bytes, bytes.len, NULL);
    assert_int_equal(strncmp(found, "json\n1* body=x", 14), 0);
    memory_free(found);
    buffer_free(&bytes);
  }
}

static void test_long_files(void **state) {
  static const struct {
    const char *name, *before, *record, *after;
  } formats[] = {
      {"l.jsonl", "", "{\"id\":#,\"text\":\"~\"}\n", ""},
      {"l.json", "[", "{\"id\":#,\"text\":\"~\\\"}\"},\n", "{}]"},
      {"w.json", "{\"a\":[{}],\"items\":[", "{\"id\":#,\"text\":\"~\"}, ", "],\"b\":[{\"id\":0}]}"},
      {"r.sgm", "", "<REUTERS NEWID=\"#\"><TEXT><BODY>~</BODY></TEXT></REUTERS>\n", ""},
      {"t.trec", "", "<DOC><DOCNO>#</DOCNO><TEXT>~</TEXT></DOC>", "\n"},
  };
  static const struct {
    int n;
    size_t len;
  } sizes[] = {{20000, 50}, {300, 5000}, {4, 400000}};
  (void)state;
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
      const char *after = i == 1 ? "]" : formats[i].after;
      struct buffer bytes = many(formats[i].before, formats[i].record, after, sizes[k].n, sizes[k].len);
      struct buffer small = source_gzip(&bytes, 100000), large = source_gzip(&bytes, bytes.len);
      check_many(formats[i].name, &bytes, sizes[k].n);
      check_many(formats[i].name, &small, sizes[k].n);
      check_many(formats[i].name, &large, sizes[k].n);
      buffer_free(&bytes), buffer_free(&small), buffer_free(&large);
    }
}

/* What came before the place where gzip breaks off stays; cut at every byte of a small file. */
static void test_broken_gzip(void **state) {
  const char *text = "{\"id\":1,\"text\":\"one\"}\n{\"id\":2,\"text\":\"two\"}\n";
  struct buffer plain = {.bytes = (char *)text, .len = strlen(text)};
  struct buffer bytes = source_gzip(&plain, 22);
  (void)state;
  source_check("a.jsonl", bytes.bytes, bytes.len, "json-lines\n1 id=1 body=one\n2 id=2 body=two\n");
  for (size_t len = 20; len < bytes.len; len++) {
    char *found = source_read("a.jsonl.gz", bytes.bytes, len, NULL);
    bool at_edge = strcmp(found, "json-lines\n1 id=1 body=one\n") == 0;
    assert_true(strstr(found, "cut\n") == found || at_edge);
    memory_free(found);
  }
  buffer_add(&bytes, "junk", 4);
  source_check("a.jsonl", bytes.bytes, bytes.len, "cut\njson-lines\n1 id=1 body=one\n2 id=2 body=two\n");
  bytes.bytes[bytes.len - 4 - 8] ^= 1; /* the checksum of the last member */
  source_check("a.jsonl", bytes.bytes, bytes.len, "cut\njson-lines\n1 id=1 body=one\n2 id=2 body=two\n");
  buffer_free(&bytes);
}

/* A record over the limit is skipped, and the next one is read. */
static void test_too_large(void **state) {
  struct buffer bytes = {0};
  (void)state;
  buffer_text(&bytes, "{\"id\":1}\n{\"id\":2,\"text\":\"");
  assert_true(buffer_room(&bytes, (size_t)RECORD_MAX + 100));
  memset(bytes.bytes + bytes.len, 'w', RECORD_MAX);
  bytes.len += RECORD_MAX;
  buffer_text(&bytes, "\"}\n{\"id\":3}\n");
  source_check("a.jsonl", bytes.bytes, bytes.len, "json-lines\n1 id=1\n2 too large\n3 id=3\n");
  source_check("a.json", bytes.bytes, bytes.len, "json\n1 id=1\n2 too large\n3 id=3\n");
  source_check("a.txt", bytes.bytes + 24, bytes.len - 24, "text\n1 too large\n");
  buffer_free(&bytes);
}

/* ---- Anything at all: no crash, no endless loop, no record twice ---- */

static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint32_t random_below(uint32_t limit) {
  random_state ^= random_state << 13, random_state ^= random_state >> 7, random_state ^= random_state << 17;
  return (uint32_t)(random_state >> 32) % limit;
}

static void test_damage(void **state) {
  static const char pieces[] = "{}[]\",:\\\n<>/&; 'aD";
  const struct source_case *tables[] = {json_shapes, json_fields, sgml};
  const size_t counts[] = {sizeof json_shapes / sizeof *json_shapes, sizeof json_fields / sizeof *json_fields,
                           sizeof sgml / sizeof *sgml};
  (void)state;
  for (int round = 0; round < 3000; round++) {
    size_t table = random_below(3);
    const struct source_case *example = &tables[table][random_below((uint32_t)counts[table])];
    struct buffer bytes = {0};
    for (uint32_t i = 0; i < 1 + random_below(4); i++) buffer_text(&bytes, example->bytes);
    for (uint32_t i = 0; bytes.len > 0 && i < 1 + random_below(6); i++)
      bytes.bytes[random_below((uint32_t)bytes.len)] = pieces[random_below(sizeof pieces - 1)];
    memory_free(source_read(example->name, bytes.bytes, bytes.len, NULL));
    buffer_free(&bytes);
  }
}

/* A file in UTF-16 or UTF-32 is read like the same in UTF-8, whatever its format, compressed too, also past the first look. */
static void test_wide(void **state) {
  static const char *const encodings[] = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"};
  static const struct source_case cases[] = {
      {"a.jsonl", "{\"id\": \"1\", \"title\": \"Über\", \"text\": \"one 中国 📰\"}\n",
       "json-lines\n1 id=1 title=Über body=one 中国 📰\n"},
      {"a.json", "{\"id\": \"1\", \"title\": \"Über\"}", "json\n1* id=1 title=Über\n"},
      {"a.trec", "<DOC>\n<DOCNO>1</DOCNO>\n<TEXT>Über one</TEXT>\n</DOC>\n", "trec\n1 id=1 body=Über one\n"},
      {"a.txt", "Über\n\nOne, two.\n", "text\n1* title=Über body=One, two.\n"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (size_t e = 0; e < sizeof encodings / sizeof *encodings; e++)
      for (int with_mark = 0; with_mark < 2; with_mark++) {
        struct buffer text = {0}, wide = {0};
        if (with_mark) buffer_text(&text, "\xef\xbb\xbf");
        buffer_text(&text, cases[i].bytes);
        buffer_zero(&wide, 4 * text.len + 16);
        char *from = text.bytes, *to = wide.bytes;
        size_t left = text.len, room = wide.len;
        iconv_t converter = iconv_open(encodings[e], "UTF-8");
        assert_true(iconv(converter, &from, &left, &to, &room) != (size_t)-1);
        iconv_close(converter);
        wide.len -= room;
        struct buffer packed = source_gzip(&wide, 7);
        source_check(cases[i].name, wide.bytes, wide.len, cases[i].expected);
        source_check(cases[i].name, packed.bytes, packed.len, cases[i].expected);
        buffer_free(&text), buffer_free(&wide), buffer_free(&packed);
      }
  /* Half a pair, and half a unit at the end. */
  source_check("a.txt",
               "\xff\xfe"
               "a\0\x00\xd8"
               "b\0\x01\xd8\x00\xdc"
               "c",
               13,
               "text\n1* title=a body=a\xEF\xBF\xBD"
               "b\xF0\x90\x90\x80\xEF\xBF\xBD\n");
  /* Longer than the windows of the stages. */
  struct buffer wide = {0}, expected = {0};
  buffer_text(&expected, "text\n1* title=a body=");
  buffer_add(&wide, "\xfe\xff", 2);
  for (int i = 0; i < 100000; i++) {
    buffer_add(&wide, "\0x\x4e\x2d\xd8\x3d\xdc\xf0", 8);
    buffer_text(&expected, "x中📰");
  }
  buffer_text(&expected, "\n");
  buffer_byte(&expected, '\0');
  source_check("a.txt", wide.bytes, wide.len, expected.bytes);
  buffer_free(&wide), buffer_free(&expected);
}

/* ---- What is unknown ---- */

static void check_explained(const char *head, const char *expected) {
  char why[200];
  source_explain(head, strlen(head), why, sizeof why);
  assert_string_equal(why, expected);
}

/* The root element is named as far as it is plain and short. */
static void test_explain(void **state) {
  char text[1000], expected[1000];
  (void)state;
  check_explained("\1\2\3", "no known format");
  check_explained("words <page>", "no known format");
  check_explained("<?xml version='1.0'?><!-- x --><a:page-1>",
                  "no known format: its root element is <a:page-1>; known of XML are feeds, NITF, NewsML and RCV1");
  check_explained("<page\xE9>",
                  "no known format: its root element is <page>; known of XML are feeds, NITF, NewsML and RCV1");
  snprintf(text, sizeof text, "<%0200d>", 0);
  text[1] = 'a';
  snprintf(expected, sizeof expected,
           "no known format: its root element is <a%059d>; known of XML are feeds, NITF, NewsML and RCV1", 0);
  check_explained(text, expected);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_json),
      cmocka_unit_test(test_map),
      cmocka_unit_test(test_json_words),
      cmocka_unit_test(test_json_depth),
      cmocka_unit_test(test_sgml_and_text),
      cmocka_unit_test(test_endless_tags),
      cmocka_unit_test(test_endless_declarations),
      cmocka_unit_test(test_long_object),
      cmocka_unit_test(test_long_files),
      cmocka_unit_test(test_broken_gzip),
      cmocka_unit_test(test_too_large),
      cmocka_unit_test(test_explain),
      cmocka_unit_test(test_damage),
      cmocka_unit_test(test_wide),
  };
  return cmocka_run_group_tests(tests, source_set_up, source_tear_down);
}
