/* Mail: where messages begin and end, which headers say what, and which part is the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/source_case.h"

#define FROM "From: Jane Roe <jane@post.example>\nDate: Tue, 3 Feb 2015 10:00:00 +0100 (CET)\n"
#define KNOWN " author=Jane Roe date=2015-02-03T09:00:00Z/4"
#define PART "--xx\nContent-Type: "

static const struct source_case messages[] = {
    {"a.eml", FROM "Subject: Hello\nMessage-ID: <1@post.example>\n\nThe text.\nMore.\n",
     "mail\n1* id=1@post.example title=Hello body=The text.\nMore." KNOWN "\n"},
    {"a", "From: jane@post.example (Jane Roe)\r\nDate: 3 Feb 2015 09:00 GMT\r\nSubject: A\r\n\r\nB\r\n",
     "mail\n1* title=A body=B author=Jane Roe date=2015-02-03T09:00:00Z/4\n"},
    {"a.eml", "From: <jane@post.example>\nSubject: folded\n over\n\tlines\n\nB",
     "mail\n1* title=folded over lines body=B author=jane@post.example\n"},
    /* What looks like the mode of a file goes on to the last byte: the sanitizer sees when more is read. */
    {"a.eml", FROM "Subject: S\n\nbegin 0123456701012345670101234567010123456701012345670101234567010123456701",
     "mail\n1* title=S body=begin 0123456701012345670101234567010123456701012345670101234567010123456701" KNOWN "\n"},
    /* Usenet, a newsletter, an archive of a list. */
    {"a", FROM "Newsgroups: misc.news, alt.ships\nOrganization: The Post\nKeywords: harbour, ferry\nSubject: S\n\nB\n",
     "mail\n1* title=S body=B source=The Post author=Jane Roe topic=misc.news topic=alt.ships topic=harbour topic=ferry"
     " date=2015-02-03T09:00:00Z/4\n"},
    {"a",
     FROM "Subject: S\nList-Id: \"Harbour news\" <news.post.example>\nContent-Language: en-GB\n"
          "Archived-At: <https://post.example/1>\n\nB\n",
     "mail\n1* url=https://post.example/1 title=S body=B source=Harbour news language=en-GB" KNOWN "\n"},
    /* Encoded words. */
    {"a", FROM "Subject: =?iso-8859-1?Q?Stra=DFe_und?= =?UTF-8*de?b?IEjDpGZlbg==?= heute\n\nB",
     "mail\n1* title=Stra\xc3\x9f"
     "e und H\xc3\xa4"
     "fen heute body=B" KNOWN "\n"},
    {"a", FROM "Subject: =?utf-8?B?ww==?=\n =?utf-8?B?qQ==?= =?nonsense =?x?y?z?=\n\nB",
     "mail\n1* title=\xc3\xa9 =?nonsense =?x?y?z?= body=B" KNOWN "\n"},
    {"a", FROM "Subject: caf\xe9\n\nB", "mail\n1* title=caf\xc3\xa9 body=B" KNOWN "\n"},
    /* What the body is written in. */
    {"a",
     FROM
     "Subject: S\nContent-Type: text/plain; charset=\"windows-1251\"\nContent-Transfer-Encoding: quoted-printable\n\n"
     "=CF=F0=E8=\n=E2=E5=F2 = =zz\n",
     "mail\n1* title=S body=\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 = =zz" KNOWN "\n"},
    {"a", FROM "Subject: S\nContent-Transfer-Encoding: BASE64\n\nVGhlIHRl\neHQu\n",
     "mail\n1* title=S body=The text." KNOWN "\n"},
    {"a", FROM "Subject: S\nContent-Type: text/html\n\n<p>The&nbsp;text</p>\n",
     "mail\n1* title=S body=The\xc2\xa0text" KNOWN "\n"},
    {"a", FROM "Subject: S\n\nSee\nbegin 644 a.jpg\nM1234\n`\nend\nhere\n",
     "mail\n1* title=S body=See\nhere" KNOWN "\n"},
    /* Parts. */
    {"a",
     FROM "Subject: S\nContent-Type: multipart/alternative; boundary=xx\n\npreamble\n" PART
          "text/plain\n\nPlain text.\n" PART "text/html\n\n<p>Rich text.</p>\n--xx--\nepilogue\n",
     "mail\n1* title=S body=Plain text." KNOWN "\n"},
    {"a",
     FROM "Subject: S\nContent-Type: multipart/alternative; boundary=xx\n\n" PART "text/plain\n\nSee the web.\n" PART
          "text/html\n\n<p>Rich text that says so much more than the line for those who see no pages.</p>\n--xx--\n",
     "mail\n1* title=S body=Rich text that says so much more than the line for those who see no pages." KNOWN "\n"},
    {"a",
     FROM "Subject: S\nContent-Type: multipart/mixed; boundary=\"xx\"\n\n" PART "multipart/alternative; boundary=yy\n\n"
          "--yy\n\nInner.\n--yy\nContent-Type: text/html\n\n<b>Inner.</b>\n--yy--\n" PART
          "text/plain\nContent-Disposition: attachment; filename=a.txt\n\nattached\n" PART
          "application/pdf\nContent-Transfer-Encoding: base64\n\nAAAA\n" PART "text/plain\n\nOuter.\n--xx--\n",
     "mail\n1* title=S body=Inner.\n\nOuter." KNOWN "\n"},
    {"a",
     FROM "Subject: S\nContent-Type: multipart/related; boundary=xx\n\n" PART "text/html\n\n<p>Page.</p>\n" PART
          "image/png\n\nxxx\n--xx--\n",
     "mail\n1* title=S body=Page." KNOWN "\n"},
    {"a",
     FROM "Subject: S\nContent-Type: multipart/digest; boundary=xx\n\n--xx\n\nSubject: One\n\nFirst.\n--xx\n\n"
          "Subject: Two\n\nSecond.\n--xx--\n",
     "mail\n1* title=S body=One\n\nFirst.\n\nTwo\n\nSecond." KNOWN "\n"},
    {"a", FROM "Subject: cut\nContent-Type: multipart/mixed; boundary=xx\n\n" PART "text/plain\n\nAll there is",
     "mail\n1* title=cut body=All there is" KNOWN "\n"},
    /* What only looks like mail is none. */
    {"a.txt", "From: the harbour\n\nIt was a day like others.\n",
     "text\n1* title=From: the harbour body=It was a day like others.\n"},

};

static const struct source_case boxes[] = {
    {"a.mbox",
     "From jane@post.example Tue Feb  3 10:00:00 2015\nSubject: A\n\nOne\n>From here\n>>From there\n\n"
     "From nowhere in particular.\n\nFrom -123456\nSubject: B\n\nTwo\n\n",
     "mail\n1 title=A body=One\nFrom here\n>From there\n\nFrom nowhere in particular.\n2 title=B body=Two\n"},
    {"a",
     "From a@x Tue Feb  3 10:00:00 2015\r\nSubject: A\r\n\r\nOne\r\n\r\nFrom b@x Tue Feb  3 2015\r\nSubject: B\r\n\r\nTwo\r\n",
     "mail\n1 title=A body=One\n2 title=B body=Two\n"},
};

static void test_messages(void **state) {
  (void)state;
  CHECK_ALL(messages);
}

static void test_boxes(void **state) {
  (void)state;
  CHECK_ALL(boxes);
}

/* Cut into spans wherever it may be, the messages are the same. */
static void test_long_box(void **state) {
  struct buffer box = {0}, expected = {0};
  (void)state;
  buffer_text(&expected, "mail\n");
  for (int i = 1; i <= 3000; i++) {
    buffer_format(&box, "From a@x Tue Feb  3 10:00:00 2015\nSubject: number %d\n\n", i);
    buffer_format(&expected, "%d title=number %d body=", i, i);
    for (int k = 0; k < i % 97; k++) {
      buffer_format(&box, "line %d of it\n%s", k, k % 7 ? "" : "\nFrom elsewhere\n\n");
      buffer_format(&expected, "line %d of it\n%s", k, k % 7 ? "" : "\nFrom elsewhere\n\n");
    }
    while (expected.bytes[expected.len - 1] == '\n') expected.len--;
    if (i % 97 == 0) expected.len -= strlen(" body=");
    buffer_text(&box, "\n");
    buffer_text(&expected, "\n");
  }
  buffer_byte(&expected, 0);
  char *found = source_read("a.mbox", box.bytes, box.len, NULL);
  assert_true(strcmp(found, expected.bytes) == 0);
  memory_free(found);
  buffer_free(&box), buffer_free(&expected);
}

static void test_too_large(void **state) {
  struct buffer box = {0};
  (void)state;
  buffer_text(&box, "From a@x\nSubject: A\n\nOne\n\nFrom b@x\nSubject: B\n\n");
  assert_true(buffer_room(&box, (size_t)RECORD_MAX + 100));
  memset(box.bytes + box.len, 'w', RECORD_MAX);
  box.len += RECORD_MAX;
  buffer_text(&box, "\n\nFrom c@x\nSubject: C\n\nThree\n");
  source_check("a.mbox", box.bytes, box.len, "mail\n1 title=A body=One\n2 too large\n3 title=C body=Three\n");
  buffer_free(&box);
}

static void test_depth(void **state) {
  struct buffer mail = {0};
  (void)state;
  buffer_text(&mail, FROM "Subject: S\n");
  for (int i = 0; i < 5000; i++) buffer_format(&mail, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
  buffer_text(&mail, "\ndeep\n");
  source_check("a.eml", mail.bytes, mail.len, "mail\n1* title=S" KNOWN "\n");
  buffer_free(&mail);
}

/* A mail that ends with the same thing many times: all of it stays. */
static void check_many(const char *headers, const char *what, size_t times, const char *expected_before) {
  struct buffer mail = {0}, expected = {0};
  buffer_text(&mail, FROM), buffer_text(&mail, headers);
  buffer_text(&expected, "mail\n1* title="), buffer_text(&expected, expected_before);
  for (size_t i = 0; i < times; i++) buffer_text(&mail, what), buffer_text(&expected, what);
  buffer_text(&expected, KNOWN "\n");
  buffer_byte(&expected, 0);
  char *found = source_read("a.eml", mail.bytes, mail.len, NULL);
  assert_true(strcmp(found, expected.bytes) == 0);
  memory_free(found);
  buffer_free(&mail), buffer_free(&expected);
}

/* Beginnings without an end, which each would be looked for to the end of the message. */
static void test_endless(void **state) {
  (void)state;
  check_many("Subject: S\n\nT", "\nbegin 644 x\n=ybegin x", 400000, "S body=T");
  check_many("Subject: ", "=?a?Q?x", 600000, "");
}

static void test_damage(void **state) {
  uint64_t random = 0x9e3779b97f4a7c15;
  (void)state;
  for (int round = 0; round < 3000; round++) {
    const struct source_case *from = &messages[round % (sizeof messages / sizeof *messages)];
    struct buffer bytes = {0};
    if (round % 3 == 0) buffer_text(&bytes, "From a@x\n");
    buffer_text(&bytes, from->bytes);
    if (round % 3 == 0) buffer_format(&bytes, "\n\nFrom b@x\n%s", messages[round % 7].bytes);
    for (int i = 0; i < 4; i++) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      bytes.bytes[(random >> 20) % bytes.len] = "\r\n :=?-\"<>;F"[random % 12];
    }
    memory_free(source_read("a.eml", bytes.bytes, bytes.len, NULL));
    buffer_free(&bytes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_messages),  cmocka_unit_test(test_boxes), cmocka_unit_test(test_long_box),
      cmocka_unit_test(test_too_large), cmocka_unit_test(test_depth), cmocka_unit_test(test_endless),
      cmocka_unit_test(test_damage),
  };
  return cmocka_run_group_tests(tests, source_set_up, source_tear_down);
}
