/* WARC and ARC: which records give articles, what the wire did to their pages, and how the next record is found behind a
 * broken one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <brotli/encode.h>
#include <cmocka.h>
#include <zlib.h>

#include "tests/unit/source_case.h"

#define PAGE(title, text) "<html><head><title>" title "</title></head><body><p>" text "</p></body></html>"
#define HTML "Content-Type: text/html; charset=utf-8\r\n"

/* ---- Writing records ---- */

static void add_http(struct buffer *out, const char *status, const char *headers, const void *body, size_t len) {
  buffer_format(out, "HTTP/1.1 %s\r\n%s\r\n", status, headers);
  buffer_add(out, body, len);
}

static void add_warc(struct buffer *out, const char *version, const char *type, const char *headers, const void *body,
                     size_t len) {
  buffer_format(out, "WARC/%s\r\nWARC-Type: %s\r\n%sWARC-Date: 2019-05-06T07:08:09Z\r\nContent-Length: %zu\r\n\r\n",
                version, type, headers, len);
  buffer_add(out, body, len);
  buffer_text(out, "\r\n\r\n");
}

/* A response with a page, of which `headers` of HTTP tell. */
static void add_response(struct buffer *out, const char *url, const char *status, const char *headers, const void *body,
                         size_t len) {
  struct buffer http = {0}, warc = {0};
  add_http(&http, status, headers, body, len);
  buffer_format(&warc, "WARC-Target-URI: %s\r\nContent-Type: application/http; msgtype=response\r\n", url);
  buffer_byte(&warc, 0);
  add_warc(out, "1.0", "response", warc.bytes, http.bytes, http.len);
  buffer_free(&http);
  buffer_free(&warc);
}

static void add_page(struct buffer *out, const char *url, const char *page) {
  add_response(out, url, "200 OK", HTML, page, strlen(page));
}

static void check_and_free(struct buffer *bytes, const char *name, const char *expected) {
  source_check(name, bytes->bytes, bytes->len, expected);
  buffer_free(bytes);
}

#define DATE " date=2019-05-06T07:08:09Z/4"

/* ---- What gives an article ---- */

static void test_kinds(void **state) {
  struct buffer out = {0};
  const char *page = PAGE("A", "a text"), *text = "A line\n\nand text";
  (void)state;
  add_warc(&out, "1.0", "warcinfo", "Content-Type: application/warc-fields\r\n", "software: x\r\n", 13);
  add_page(&out, "http://x.example/a?b=c/", page);
  add_warc(&out, "1.0", "request", "WARC-Target-URI: http://x.example/a\r\n", "GET / HTTP/1.1\r\n\r\n", 18);
  add_warc(&out, "1.0", "revisit", "WARC-Target-URI: http://x.example/a\r\n", "HTTP/1.1 200 OK\r\n\r\n", 19);
  add_warc(&out, "1.1", "metadata", "", "via: x\r\n", 8);
  add_response(&out, "http://x.example/gone", "404 Not Found", HTML, page, strlen(page));
  add_response(&out, "http://x.example/moved", "301 Moved", HTML, page, strlen(page));
  add_response(&out, "http://x.example/i", "200 OK", "Content-Type: image/png\r\n", "\x89PNG\0\0", 6);
  add_response(&out, "http://x.example/j", "200 OK", "Content-Type: application/json\r\n", "{}", 2);
  add_response(&out, "http://x.example/t", "200 OK", "Content-Type: text/plain\r\n", text, strlen(text));
  add_warc(&out, "0.17", "resource", "WARC-Target-URI: <http://x.example/r>\r\nContent-Type: text/html\r\n", page,
           strlen(page));
  add_warc(&out, "0.18", "conversion", "WARC-Target-URI: http://x.example/w\r\nContent-Type: text/plain\r\n", text,
           strlen(text));
  add_warc(&out, "1.0", "resource", "WARC-Target-URI: metadata://wget/log\r\nContent-Type: text/plain\r\n", text,
           strlen(text));
  add_response(&out, "http://x.example/s", "200 OK", "", page, strlen(page));
  add_warc(&out, "1.0", "response", "WARC-Target-URI: dns:x.example\r\nContent-Type: text/dns\r\n", "x", 1);
  check_and_free(&out, "a.warc",
                 "warc\n"
                 "1 skipped: a record of type warcinfo\n"
                 "2 url=http://x.example/a?b=c/ title=A body=a text" DATE "\n"
                 "3 skipped: a record of type request\n"
                 "4 skipped: a record of type revisit\n"
                 "5 skipped: a record of type metadata\n"
                 "6 skipped: HTTP status 404\n"
                 "7 skipped: HTTP status 301\n"
                 "8 skipped: the content is no text\n"
                 "9 skipped: content of type application/json\n"
                 "10 url=http://x.example/t title=A line body=and text" DATE "\n"
                 "11 url=http://x.example/r title=A body=a text" DATE "\n"
                 "12 url=http://x.example/w title=A line body=and text" DATE "\n"
                 "13 skipped: a record about the crawl\n"
                 "14 url=http://x.example/s title=A body=a text" DATE "\n"
                 "15 skipped: a record of type response\n");
}

/* ---- The wire ---- */

static struct buffer compressed(const char *text, int bits) {
  struct buffer out = {0};
  z_stream stream = {.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)strlen(text)};
  assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  assert_true(buffer_room(&out, 1000));
  stream.next_out = (Bytef *)out.bytes;
  stream.avail_out = 1000;
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.len = stream.total_out;
  deflateEnd(&stream);
  return out;
}

static struct buffer brotli(const char *text) {
  struct buffer out = {0};
  size_t len = 1000;
  assert_true(buffer_room(&out, len));
  assert_true(
      BrotliEncoderCompress(5, 20, BROTLI_MODE_TEXT, strlen(text), (const uint8_t *)text, &len, (uint8_t *)out.bytes));
  out.len = len;
  return out;
}

static struct buffer chunked(const struct buffer *in, size_t chunk) {
  struct buffer out = {0};
  for (size_t at = 0; at < in->len; at += chunk) {
    size_t len = in->len - at < chunk ? in->len - at : chunk;
    buffer_format(&out, "%zX;x=y\r\n", len);
    buffer_add(&out, in->bytes + at, len);
    buffer_text(&out, "\r\n");
  }
  buffer_text(&out, "0\r\n\r\n");
  return out;
}

static void test_encodings(void **state) {
  const char *page = PAGE("A", "caf\xc3\xa9 noir");
  struct buffer out = {0}, plain = {.bytes = (char *)(uintptr_t)page, .len = strlen(page)};
  struct buffer gzip = compressed(page, 31), zlib = compressed(page, 15), raw = compressed(page, -15),
                br = brotli(page);
  struct buffer pieces = chunked(&plain, 7), packed = chunked(&gzip, 11);
  const struct {
    const char *headers;
    const struct buffer *body;
  } cases[] = {
      {HTML "Content-Encoding: gzip\r\n", &gzip},
      {HTML "content-encoding: X-GZIP\r\n", &gzip},
      {HTML "Content-Encoding: deflate\r\n", &zlib},
      {HTML "Content-Encoding: deflate\r\n", &raw},
      {HTML "Content-Encoding: br\r\n", &br},
      {HTML "Transfer-Encoding: chunked\r\n", &pieces},
      {HTML "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", &packed},
      /* What crawlers have undone and left the header of. */
      {HTML "Transfer-Encoding: chunked\r\n", &plain},
      {HTML "Content-Encoding: gzip\r\n", &plain},
      {HTML "Content-Encoding: br\r\n", &plain},
  };
  (void)state;
  struct buffer expected = {0};
  buffer_text(&expected, "warc\n");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    add_response(&out, "http://x.example/", "200 OK", cases[i].headers, cases[i].body->bytes, cases[i].body->len);
    buffer_format(&expected, "%zu url=http://x.example/ title=A body=caf\xc3\xa9 noir" DATE "\n", i + 1);
  }
  buffer_byte(&expected, 0);
  check_and_free(&out, "a.warc", expected.bytes);
  buffer_free(&expected), buffer_free(&gzip), buffer_free(&zlib), buffer_free(&raw), buffer_free(&br);
  buffer_free(&pieces), buffer_free(&packed);
}

static void test_charset(void **state) {
  struct buffer out = {0};
  const char *page = PAGE("A", "\xcf\xf0\xe8\xe2\xe5\xf2");
  (void)state;
  add_response(&out, "http://x.example/", "200 OK", "Content-Type: text/html;charset=\"windows-1251\"\r\n", page,
               strlen(page));
  check_and_free(&out, "a",
                 "warc\n1 url=http://x.example/ title=A body=\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82" DATE
                 "\n");
}

/* A small body that becomes gigabytes is taken as far as a record may go. */
static void test_bomb(void **state) {
  struct buffer out = {0}, body = {0};
  char *zeros = memory_zero(1, 1 << 20);
  z_stream stream = {0};
  (void)state;
  assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  memset(zeros, 'x', 1 << 20);
  for (int i = 0; i <= 70; i++) {
    assert_true(buffer_room(&body, 1 << 16));
    stream.next_in = (Bytef *)zeros, stream.avail_in = i < 70 ? 1 << 20 : 0;
    stream.next_out = (Bytef *)body.bytes + body.len, stream.avail_out = 1 << 16;
    deflate(&stream, i < 70 ? Z_SYNC_FLUSH : Z_FINISH);
    body.len += (1 << 16) - stream.avail_out;
  }
  deflateEnd(&stream);
  add_response(&out, "http://x.example/", "200 OK", "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n",
               body.bytes, body.len);
  char *found = source_read("a.warc", out.bytes, out.len, NULL);
  size_t len = strlen(found);
  assert_true(len > RECORD_MAX && len < RECORD_MAX + (1 << 18));
  memory_free(found), memory_free(zeros);
  buffer_free(&out), buffer_free(&body);
}

/* ---- Broken files ---- */

#define SHORT_PAGE PAGE("T", "text")
#define ARTICLE(number, url) #number " url=http://x.example/" url " title=T body=text" DATE "\n"

static size_t find(const struct buffer *bytes, const char *text) {
  const char *found = memmem(bytes->bytes, bytes->len, text, strlen(text));
  assert_non_null(found);
  return (size_t)(found - bytes->bytes);
}

/* Writes text over what stands in place of the first `what`. */
static void change(struct buffer *bytes, const char *what, const char *text) {
  memcpy(bytes->bytes + find(bytes, what), text, strlen(text));
}

static struct buffer three(void) {
  struct buffer out = {0};
  add_page(&out, "http://x.example/1", SHORT_PAGE);
  add_page(&out, "http://x.example/2", SHORT_PAGE);
  add_page(&out, "http://x.example/3", SHORT_PAGE);
  return out;
}

static void test_wrong_lengths(void **state) {
  static const struct {
    const char *length, *expected;
  } cases[] = {
      {"Content-Length: 125", "warc\n" ARTICLE(1, "1") ARTICLE(2, "2") ARTICLE(3, "3")},
      /* Too short: what is left over is a record of nothing. */
      {"Content-Length: 100",
       "warc\n1 url=http://x.example/1 title=T" DATE "\n2 broken\n" ARTICLE(3, "2") ARTICLE(4, "3")},
      /* Too long, by a little, beyond the next record, beyond the end of the file. */
      {"Content-Length: 131", "warc\n1 broken\n" ARTICLE(2, "2") ARTICLE(3, "3")},
      {"Content-Length: 500", "warc\n1 broken\n" ARTICLE(2, "2") ARTICLE(3, "3")},
      {"Content-Length: 999", "warc\n1 broken\n" ARTICLE(2, "2") ARTICLE(3, "3")},
      {"Content-Length: -25", "warc\n1 broken\n" ARTICLE(2, "2") ARTICLE(3, "3")},
      {"Content-Longth: 125", "warc\n1 broken\n" ARTICLE(2, "2") ARTICLE(3, "3")},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buffer out = three();
    change(&out, "Content-Length: 125", cases[i].length);
    check_and_free(&out, "a.warc", cases[i].expected);
  }
}

/* The same for records that would be passed over: not wanted, or too large. */
static void test_wrong_lengths_unread(void **state) {
  static const char *const lengths[] = {"Content-Length: 131", "Content-Length: 500", "Content-Length: 999"};
  struct buffer out = {0};
  (void)state;
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    out = three();
    change(&out, "response", "request ");
    change(&out, "Content-Length: 125", lengths[i]);
    check_and_free(&out, "a.warc", "warc\n1 broken\n" ARTICLE(2, "2") ARTICLE(3, "3"));
  }
  buffer_text(&out,
              "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nHTTP/1.1 200 OK\r\n\r\n\r\n");
  add_page(&out, "http://x.example/2", SHORT_PAGE);
  check_and_free(&out, "a.warc", "warc\n1 broken\n" ARTICLE(2, "2"));
}

static void test_junk(void **state) {
  struct buffer out = {0};
  (void)state;
  add_page(&out, "http://x.example/1", SHORT_PAGE);
  for (int i = 0; i < 100000; i++) buffer_text(&out, "junk\nWARC/\n");
  add_page(&out, "http://x.example/2", SHORT_PAGE);
  check_and_free(&out, "a.warc", "warc\n" ARTICLE(1, "1") "2 broken\n" ARTICLE(3, "2"));
}

/* The last record is taken as far as it goes; cut anywhere, nothing else is lost. */
static void test_cut(void **state) {
  struct buffer out = three();
  (void)state;
  size_t second = find(&out, "http://x.example/2"), third = find(&out, "http://x.example/3");
  for (size_t len = 40; len <= out.len; len++) {
    char *found = source_read("a.warc", out.bytes, len, NULL);
    if (len > second + 100) assert_non_null(strstr(found, ARTICLE(1, "1")));
    if (len > third + 100) assert_non_null(strstr(found, ARTICLE(2, "2")));
    assert_int_equal(strstr(found, "broken") != NULL || len < 60, strstr(found, "broken") != NULL);
    memory_free(found);
  }
  out.len -= 18;
  check_and_free(&out, "a.warc",
                 "warc\n" ARTICLE(1, "1") ARTICLE(2, "2") "0 broken\n3 url=http://x.example/3 title=T body=text" DATE
                                                          "\n");
}

/* A member a record, as crawlers write them: a broken one costs itself. */
static void test_broken_members(void **state) {
  struct buffer out = {0}, starts = {0};
  (void)state;
  for (int i = 1; i <= 3; i++) {
    struct buffer record = {0};
    char url[40];
    snprintf(url, sizeof url, "http://x.example/%d", i);
    add_page(&record, url, SHORT_PAGE);
    struct buffer member = source_gzip(&record, record.len);
    buffer_u64(&starts, out.len);
    buffer_add(&out, member.bytes, member.len);
    buffer_free(&record), buffer_free(&member);
  }
  source_check("a.warc.gz", out.bytes, out.len, "warc\n" ARTICLE(1, "1") ARTICLE(2, "2") ARTICLE(3, "3"));
  uint64_t second, third;
  memcpy(&second, starts.bytes + 8, 8), memcpy(&third, starts.bytes + 16, 8);
  for (size_t at = second; at < third; at++) {
    out.bytes[at] ^= 0x55;
    char *found = source_read("a.warc.gz", out.bytes, out.len, NULL);
    assert_non_null(strstr(found, "1 url=http://x.example/1 title=T body=text"));
    assert_non_null(strstr(found, " url=http://x.example/3 title=T body=text"));
    memory_free(found);
    out.bytes[at] ^= 0x55;
  }
  buffer_free(&out), buffer_free(&starts);
}

/* Records that are not wanted are passed over, however large; wanted ones that are too large as well. */
static void test_large(void **state) {
  struct buffer out = {0};
  size_t len = RECORD_MAX + 1000;
  char *bytes = memory_zero(1, len);
  (void)state;
  add_page(&out, "http://x.example/1", SHORT_PAGE);
  add_warc(&out, "1.0", "resource", "Content-Type: video/mp4\r\n", bytes, len);
  add_response(&out, "http://x.example/v", "200 OK", HTML, bytes, len);
  add_page(&out, "http://x.example/4", SHORT_PAGE);
  check_and_free(&out, "a.warc", "warc\n" ARTICLE(1, "1") "2 skipped: not a page\n3 too large\n" ARTICLE(4, "4"));
  memory_free(bytes);
}

/* ---- ARC ---- */

#define ARC_HEAD(version) "filedesc://a.arc 0.0.0.0 20080102030405 text/plain 20\n" version " 0 Somebody's crawl\n\n"
#define ARC_DATE " date=2008-01-02T03:04:05Z/4"

static void test_arc(void **state) {
  struct buffer out = {0}, http = {0};
  (void)state;
  add_http(&http, "200 OK", HTML, SHORT_PAGE, strlen(SHORT_PAGE));
  buffer_text(&out, ARC_HEAD("1"));
  buffer_format(&out, "http://x.example/a b 1.2.3.4 20080102030405 text/html %zu\n", http.len);
  buffer_add(&out, http.bytes, http.len);
  buffer_text(&out, "\ndns:x.example 1.2.3.4 20080102030405 text/dns 3\nabc\n");
  buffer_text(&out, "http://x.example/bad 1.2.3.4 20080102030405 text/html -1\nwhatever\n");
  buffer_format(&out, "http://x.example/c 1.2.3.4 20080102030405 text/html 200 - - 0 a.arc %zu\n", http.len);
  buffer_add(&out, http.bytes, http.len);
  buffer_text(&out, "\n");
  check_and_free(&out, "a.arc",
                 "arc\n1 skipped: the head of the file\n"
                 "2 url=http://x.example/a b title=T body=text" ARC_DATE "\n"
                 "3 skipped: not a page\n4 broken\n"
                 "5 url=http://x.example/c title=T body=text" ARC_DATE "\n");
  buffer_free(&http);
}

/* ---- Anything at all ---- */

static void test_damage(void **state) {
  uint64_t random = 0x9e3779b97f4a7c15;
  (void)state;
  for (int round = 0; round < 2000; round++) {
    struct buffer out = round % 2 ? three() : (struct buffer){0};
    if (round % 2 == 0)
      buffer_text(&out,
                  ARC_HEAD("1") "http://x.example/a 1.2.3.4 20080102030405 text/html 30\nHTTP/1.0 200 OK\r\n\r\nabc\n");
    for (int i = 0; i < 4; i++) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      out.bytes[(random >> 20) % out.len] = "\r\n :0129WC/"[random % 12];
    }
    memory_free(source_read("a.warc", out.bytes, out.len, NULL));
    buffer_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_kinds), cmocka_unit_test(test_encodings),     cmocka_unit_test(test_charset),
      cmocka_unit_test(test_bomb),  cmocka_unit_test(test_wrong_lengths), cmocka_unit_test(test_wrong_lengths_unread),
      cmocka_unit_test(test_junk),  cmocka_unit_test(test_cut),           cmocka_unit_test(test_broken_members),
      cmocka_unit_test(test_large), cmocka_unit_test(test_arc),           cmocka_unit_test(test_damage),
  };
  return cmocka_run_group_tests(tests, source_set_up, source_tear_down);
}
