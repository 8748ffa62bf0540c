/* Tables: how they are told and read, tables written at random in every dialect, and what is broken in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "indexer/sources/csv.h"
#include "tests/unit/source_case.h"

static const struct source_case dialects[] = {
    {"a.csv", "id,title,body\nx,A heron,It stood.\n", "csv\n1 id=x title=A heron body=It stood.\n"},
    {"a.csv", "\xEF\xBB\xBFid;title;body\r\nx;A heron;It stood.\r\n", "csv\n1 id=x title=A heron body=It stood.\n"},
    {"a.csv", "sep=|\r\ntitle|body\r\nA|B\r\n", "csv\n1 title=A body=B\n"},
    {"a.csv", "title,body\rA,B\rC,D", "csv\n1 title=A body=B\n2 title=C body=D\n"},
    {"a.tsv", "title\tbody\nA\tHe said \"no\".\n\"B\"\"s\"\t\"two\nlines\"\n",
     "tsv\n1 title=A body=He said \"no\".\n2 title=B\"s body=two\nlines\n"},
    {"a.tab", "headline\ttext\nA\tB\n", "tsv\n1 title=A body=B\n"},
    {"a.csv", "title;body\n'A';'it''s; so'\n'B';'b'\n", "csv\n1 title=A body=it's; so\n2 title=B body=b\n"},
    {"a.csv", "title,body\n\"A\",\"he said \\\"no\\\", twice\"\n\"B\",\"C:\\\\d\"\n",
     "csv\n1 title=A body=he said \"no\", twice\n2 title=B body=C:\\d\n"},
    /* Quotes that are no quotes. */
    {"a.tsv", "title\tbody\n\"A\" is not B\tC\n\"D\" and \"E\"\tF\n",
     "tsv\n1 title=\"A\" is not B body=C\n2 title=\"D\" and \"E\" body=F\n"},
    {"a.csv", "title,body\nA,5\" pipes\n", "csv\n1 title=A body=5\" pipes\n"},
    {"a.csv", "title,body\n\"A\",\"he said \"no\" and left\"\n", "csv\n1 title=A body=he said \"no\" and left\n"},
    /* Blank lines are no records; missing cells are empty, and so are some too many. */
    {"a.csv", "\n\ntitle,body\n\nA\n\nB,b,,,\n", "csv\n1 title=A\n2 title=B body=b\n"},
    {"a.csv", "title,body\nA,a\nB,b,c\nC,c\n", "csv\n1 title=A body=a\n2 broken\n3 title=C body=c\n"},
    {"a.csv", "text\nOne, two and three.\nFour.\n", "csv\n1 body=One, two and three.\n2 body=Four.\n"},
    {"a.csv", "title,body\n\"caf\xe9\",\"na\xefve\"\n", "csv\n1 title=caf\xc3\xa9 body=na\xc3\xafve\n"},
};

static const struct source_case names[] = {
    {"a.csv",
     "Headline,Article,Publish Date,E-Mail,Link,Category,Tags\nA,a,2024-02-03,x,https://x.example/a,City,\"p, q\"\n",
     "csv\n1 url=https://x.example/a title=A body=a section=City topic=p topic=q date=2024-02-03T00:00:00Z/3\n"},
    {"a.csv", "summary,title,content\nS,A,<p>a &amp; b</p>\n", "csv\n1 title=A body=a & b\n"},
    /* Title and body that no name claims. */
    {"a.csv", "publish_date,headline_text\n20030219,a heron decides against the dock\n20030220,a heron again\n",
     "csv\n1 title=a heron decides against the dock date=2003-02-19T00:00:00Z/3\n"
     "2 title=a heron again date=2003-02-20T00:00:00Z/3\n"},
};

#define LONG_TEXT(x)                                                                                                       \
  x " stood in the dock all morning, and then all afternoon, and no one could say what it was that it waited for or when " \
    "it would leave; the harbour master put up a sign, the ferry used the other pier, and the bakery sold out."

static const struct source_case contents[] = {
    {"a.csv",
     "City;'" LONG_TEXT("A heron") "'\nCity;'" LONG_TEXT("Its wife") "'\nPort;'" LONG_TEXT(
         "A seal") "'\nPort;'" LONG_TEXT("It''s a gull that") "'\n",
     "csv\n1 body=" LONG_TEXT("A heron") " topic=City\n2 body=" LONG_TEXT("Its wife") " topic=City\n3 body=" LONG_TEXT(
         "A seal") " topic=Port\n4 body=" LONG_TEXT("It's a gull that") " topic=Port\n"},
    {"a.tsv",
     "7\t2024-02-03\tHeron in dock\thttps://x.example/a\t" LONG_TEXT("It") "\n8\t2024-02-04\tHeron leaves the "
                                                                           "dock\thttps://x.example/b\t" LONG_TEXT(
                                                                               "She") "\n",
     "tsv\n1 id=7 url=https://x.example/a title=Heron in dock body=" LONG_TEXT(
         "It") " date=2024-02-03T00:00:00Z/3\n2 id=8 url=https://x.example/b title=Heron leaves the dock body=" LONG_TEXT("She") " date=2024-02-04T00:00:00Z/3\n"},
    /* A header of names that are not known: the data are unlike it. */
    {"a.csv", "when,what\n2024-02-03,Heron in dock\n2024-02-04,Heron leaves\n",
     "csv\n1 title=Heron in dock\n2 title=Heron leaves\n"},
    /* Numbers are no articles. */
    {"a.csv", "day,herons\n2024-02-03,4\n2024-02-04,5\n", "unknown\n"},
};

/* What is no table, whatever separators are in it; a table whose name does not say so. */
static const struct source_case told[] = {
    {"a.txt", "Herons, docks\nA heron, they say, stood in the dock.\nIt left, late.\n",
     "text\n1* title=Herons, docks body=A heron, they say, stood in the dock.\nIt left, late.\n"},
    {"a.txt", "| a | b |\n|---|---|\n| c d | e |\n| f g | h |\n",
     "text\n1* title=| a | b | body=|---|---|\n| c d | e |\n| f g | h |\n"},
    {"log",
     "10:00:00\tINFO\tferry in\n10:01:00\tINFO\tferry out\n10:02:00\tWARN\theron\n10:03:00\tINFO\tx y\n10:04:00\tINFO\tz\n",
     "text\n1* title=10:00:00 INFO ferry in body=10:01:00\tINFO\tferry out\n10:02:00\tWARN\theron\n10:03:00\tINFO\tx "
     "y\n10:04:00\tINFO\tz\n"},
    {"a.csv", "{\"title\": \"A\"}\n{\"title\": \"B\"}\n", "json-lines\n1 title=A\n2 title=B\n"},
    {"a.txt", "id\ttitle\tbody\nx\tA\ta\ny\tB\tb\n", "table\n1 id=x title=A body=a\n2 id=y title=B body=b\n"},
    {"export", "title;body\nA;a\nB;b\n", "table\n1 title=A body=a\n2 title=B body=b\n"},
    {"a.csv", "", "unknown\n"},
};

/* A quote that nothing closes costs its record, and lines behind it that are likely the rest of that. */
static const struct source_case runaways[] = {
    {"a.csv", "title,body\nA,\"a lone quote\nB,\"b\"\nC,\"c\"\n",
     "csv\n1 broken\n2 title=B body=b\n3 title=C body=c\n"},
    {"a.csv", "title,body\n\"A\",a\n\"B\",\"a lone quote\n\"C\",c\n",
     "csv\n1 title=A body=a\n2 broken\n3 title=C body=c\n"},
    {"a.csv", "title,body\nA,\"one\ntwo \"three\" four\nfive\"\nB,\"b\"\nC,\"c\"\n",
     "csv\n1 broken\n2 title=B body=b\n3 title=C body=c\n"},
    {"a.csv", "title,body\n\"A\",a\nB,\"b\"\nC,\"cut", "csv\n1 title=A body=a\n2 title=B body=b\n3 broken\n"},
    {"a.csv", "title,body\n\"A\",a\nB,\"b\"\nC,\"cut\nin its", "csv\n1 title=A body=a\n2 title=B body=b\n3 broken\n"},
    /* Names in the header outweigh what the rows are like. */
    {"a.csv", "id;headline;text\nx;A;\"a, one\ny;B;b, two\nz;C;\"c, three\"\nv;D;\"d\"\nu;E;e;e\n",
     "csv\n1 broken\n2 id=y title=B body=b, two\n3 id=z title=C body=c, three\n4 id=v title=D body=d\n5 broken\n"},
    /* Where nothing is quoted, a quote is a character. */
    {"a.csv", "title,body\nA,a\nB,\"b\nC,c\n", "csv\n1 title=A body=a\n2 title=B body=\"b\n3 title=C body=c\n"},
};

static void reads_dialects(void **state) { (void)state, CHECK_ALL(dialects); }
static void reads_names(void **state) { (void)state, CHECK_ALL(names); }
static void guesses_columns_by_content(void **state) { (void)state, CHECK_ALL(contents); }
static void tells_tables(void **state) { (void)state, CHECK_ALL(told); }
static void survives_runaways(void **state) { (void)state, CHECK_ALL(runaways); }

static void maps_by_name_and_number(void **state) {
  static struct field_map_entry entries[] = {{"body", "Note"}, {"title", "1"}, {"id", "3"}};
  static const struct field_map map = {entries, 3, 3};
  static const char table[] = "title,text,nr,note\nA,a,x,n\n";
  (void)state;
  char *found = source_read("a.csv", table, sizeof table - 1, &map);
  assert_string_equal(found, "csv\n1 id=x title=A body=n\n");
  memory_free(found);
}

/* ---- Random tables ---- */

static uint64_t seed;

static unsigned below(unsigned bound) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(seed >> 33) % bound;
}

/* Words, with what tables are made of between them where `wild`. */
static void add_words(struct buffer *out, unsigned count, bool wild) {
  static const char *const words[] = {"heron", "dock", "ferry", "harbour", "it's", "\xc3\xa9t\xc3\xa9", "x", "of"};
  static const char *const marks[] = {", ", "; ",   "\t",       " | ", "\"",  "'",
                                      "\n", "\n\n", " \"no\" ", ",\"", "\",", "'';"};
  for (unsigned i = 0; i < count; i++) {
    buffer_text(out, words[below(8)]);
    if (i + 1 < count) buffer_text(out, wild && below(4) == 0 ? marks[below(12)] : " ");
  }
}

static void write_cell(struct buffer *out, const struct buffer *value, const struct csv_dialect *dialect, bool always) {
  bool quote = always || memchr(value->bytes, dialect->separator, value->len) ||
               memchr(value->bytes, '\n', value->len) || memchr(value->bytes, dialect->quote, value->len);
  if (quote) buffer_byte(out, (uint8_t)dialect->quote);
  for (size_t i = 0; i < value->len; i++) {
    if (quote && value->bytes[i] == dialect->quote) buffer_byte(out, (uint8_t)dialect->quote);
    buffer_byte(out, (uint8_t)value->bytes[i]);
  }
  if (quote) buffer_byte(out, (uint8_t)dialect->quote);
}

enum { TITLE, BODY, KEY, CELLS };

/* A row of the table and the line that is to come out of it. */
static void write_row(struct buffer *out, struct buffer *expected, const struct csv_dialect *dialect, const int *order,
                      unsigned number, const char *line_end, bool always) {
  struct buffer cells[CELLS] = {0};
  buffer_format(&cells[KEY], "k%u", number);
  add_words(&cells[TITLE], 3 + below(4), false);
  buffer_format(&cells[TITLE], " %u", number);
  add_words(&cells[BODY], 40 + below(40), true);
  for (int i = 0; i < CELLS; i++) {
    if (i > 0) buffer_byte(out, (uint8_t)dialect->separator);
    write_cell(out, &cells[order[i]], dialect, always);
  }
  buffer_text(out, line_end);
  buffer_format(expected, "%u id=%.*s title=%.*s body=%.*s\n", number, (int)cells[KEY].len, cells[KEY].bytes,
                (int)cells[TITLE].len, cells[TITLE].bytes, (int)cells[BODY].len, cells[BODY].bytes);
  for (int i = 0; i < CELLS; i++) buffer_free(&cells[i]);
}

static void check_random(unsigned round) {
  static const char separators[] = ",;\t|";
  static const int orders[][CELLS] = {{KEY, TITLE, BODY}, {BODY, KEY, TITLE}, {TITLE, BODY, KEY}};
  static const char *const headers[CELLS] = {"headline", "text", "id"};
  seed = round;
  struct csv_dialect dialect = {separators[below(4)], '\n', below(2) ? '"' : '\'', false};
  const int *order = orders[below(3)];
  const char *line_end = below(2) ? "\n" : "\r\n";
  bool always = below(2);
  unsigned rows = 1 + below(round % 8 == 0 ? 900 : 30);
  struct buffer out = {0}, expected = {0};
  buffer_text(&expected, "csv\n");
  for (int i = 0; i < CELLS; i++)
    buffer_format(&out, "%s%c", headers[order[i]], i + 1 < CELLS ? dialect.separator : ' ');
  out.len--;
  buffer_text(&out, line_end);
  for (unsigned i = 1; i <= rows; i++) write_row(&out, &expected, &dialect, order, i, line_end, always);
  buffer_byte(&expected, 0);
  char *found = source_read("a.csv", out.bytes, out.len, NULL);
  size_t same = 0;
  while (found[same] && found[same] == expected.bytes[same]) same++;
  if (strcmp(found, expected.bytes) != 0)
    print_error("table %u: %.600s\nat %zu gives %.300s\nfor %.300s\n", round, out.bytes, same,
                found + (same > 50 ? same - 50 : 0), expected.bytes + (same > 50 ? same - 50 : 0));
  assert_string_equal(found, expected.bytes);
  memory_free(found);
  buffer_free(&out);
  buffer_free(&expected);
}

static void reads_back_random_tables(void **state) {
  (void)state;
  for (unsigned round = 0; round < 200; round++) check_random(round);
}

/* ---- Encoding ---- */

/* The head of a file may end in its first character that is no ASCII, which then says nothing of the encoding. */
static void reads_a_character_at_the_end_of_the_head(void **state) {
  struct buffer out = {0}, expected = {0};
  (void)state;
  buffer_text(&expected, "csv\n");
  buffer_text(&out, "title,body\n");
  int row = 1;
  for (; out.len + 16 < HEAD_BYTES; row++) {
    buffer_text(&out, "A,heron\n");
    buffer_format(&expected, "%d title=A body=heron\n", row);
  }
  size_t left = HEAD_BYTES - 1 - out.len - 2;
  buffer_format(&out, "B,%.*s\xc3\xa9t\xc3\xa9\n", (int)left, "yyyyyyyyyyyyyyyy");
  buffer_format(&expected, "%d title=B body=%.*s\xc3\xa9t\xc3\xa9\n", row, (int)left, "yyyyyyyyyyyyyyyy");
  buffer_byte(&expected, 0);
  source_check("a.csv", out.bytes, out.len, expected.bytes);
  buffer_free(&out);
  buffer_free(&expected);
}

/* ---- Size ---- */

/* A record over the limit, with lines in it or as one line, is told and costs nothing else. */
static void skips_what_is_too_large(void **state) {
  static const char *const fill[] = {"\"x\n", "x"};
  (void)state;
  for (int i = 0; i < 2; i++) {
    struct buffer out = {0};
    buffer_text(&out, "title,body\n\"A\",\"a\"\nB,");
    size_t unit = strlen(fill[i]), start = out.len;
    assert_true(buffer_room(&out, RECORD_MAX + 64));
    buffer_text(&out, fill[i]);
    while (out.len - start < RECORD_MAX)
      buffer_add(&out, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", 63);
    buffer_text(&out, unit > 1 ? "\"\nC,c\n" : "\nC,c\n");
    source_check("a.csv", out.bytes, out.len, "csv\n1 title=A body=a\n2 too large\n3 title=C body=c\n");
    buffer_free(&out);
  }
}

/* Lines that each open a quote which only the end of the file shows to be none: linear, each told. */
static void counts_many_runaways(void **state) {
  enum { WHOLE = 8000, LINES = 20000 };
  struct buffer out = {0}, expected = {0};
  (void)state;
  /* Beyond the head of the file, which says that there are quotes. */
  buffer_text(&expected, "csv\n");
  buffer_text(&out, "title,body\n");
  for (int i = 1; i <= WHOLE; i++) {
    buffer_text(&out, "\"A\",\"a\"\n");
    buffer_format(&expected, "%d title=A body=a\n", i);
  }
  for (int i = 1; i <= LINES; i++) {
    buffer_text(&out, "x,\"\"y\n");
    buffer_format(&expected, "%d broken\n", WHOLE + i);
  }
  buffer_byte(&expected, 0);
  char *found = source_read("a.csv", out.bytes, out.len, NULL);
  assert_string_equal(found, expected.bytes);
  memory_free(found);
  buffer_free(&out);
  buffer_free(&expected);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_dialects),
      cmocka_unit_test(reads_names),
      cmocka_unit_test(guesses_columns_by_content),
      cmocka_unit_test(tells_tables),
      cmocka_unit_test(survives_runaways),
      cmocka_unit_test(maps_by_name_and_number),
      cmocka_unit_test(reads_back_random_tables),
      cmocka_unit_test(reads_a_character_at_the_end_of_the_head),
      cmocka_unit_test(skips_what_is_too_large),
      cmocka_unit_test(counts_many_runaways),
  };
  return cmocka_run_group_tests(tests, source_set_up, source_tear_down);
}
