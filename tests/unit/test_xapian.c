/* libxapian behind its wrapper: whatever it throws comes back as a status and a message; terms, values and data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/article/article.h"
#include "common/text/text.h"
#include "common/xapian/xap.h"

/* ---- Scratch ---- */

static char folder[64];

static int make_scratch(void **state) {
  (void)state;
  strcpy(folder, "/tmp/nsearch-xapian-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_scratch(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static const char *place(const char *name) {
  static char paths[4][128];
  static unsigned next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

/* Documents 1 to `count`, each with the word "all", times as often as its number, and its number as a value. */
static void write_database(const char *path, unsigned count) {
  struct xap_writer *writer;
  struct xap_document *document;
  assert_int_equal(xap_writer_open(&writer, path, XAP_TEMPORARY, NULL), NSEARCH_OK);
  assert_int_equal(xap_document_new(&document, NULL), NSEARCH_OK);
  for (uint32_t i = 1; i <= count; i++) {
    char value[8];
    xap_document_clear(document);
    xap_put_u64(i, value);
    xap_document_term(document, "all", 3, i, &i, 1);
    if (i % 2) xap_document_term(document, "odd", 3, 1, NULL, 0);
    xap_document_value(document, 0, value, sizeof value);
    xap_document_data(document, "text", 4);
    assert_int_equal(xap_writer_add(writer, document, NULL), NSEARCH_OK);
  }
  assert_int_equal(xap_writer_commit(writer, NULL), NSEARCH_OK);
  xap_document_free(document);
  xap_writer_free(writer);
}

static uint32_t documents_in(const char *path) {
  struct xap_database *database;
  uint32_t documents;
  uint64_t length;
  assert_int_equal(xap_database_open(&database, &path, 1, NULL), NSEARCH_OK);
  assert_int_equal(xap_size(database, &documents, &length, NULL), NSEARCH_OK);
  xap_database_free(database);
  return documents;
}

/* ---- What is thrown ---- */

static nsearch_error *err;

static void assert_says(const char *text) {
  if (!strstr(nsearch_error_message(err), text)) fail_msg("%s is not in: %s", text, nsearch_error_message(err));
  assert_null(strchr(nsearch_error_message(err), '\n'));
}

static void test_missing(void **state) {
  (void)state;
  const char *path = place("nothing");
  struct xap_database *database;
  struct xap_writer *writer;
  assert_int_equal(xap_database_open(&database, &path, 1, err), NSEARCH_ERR_MISSING);
  assert_null(database);
  assert_says(path);
  assert_int_equal(xap_writer_open(&writer, path, XAP_EXISTING, err), NSEARCH_ERR_MISSING);
  assert_null(writer);
  assert_says(path);
  assert_int_equal(xap_compact(place("compact"), &path, 1, err), NSEARCH_ERR_MISSING);
}

static void test_locked(void **state) {
  (void)state;
  const char *path = place("locked");
  struct xap_writer *first, *second;
  write_database(path, 3);
  assert_int_equal(xap_writer_open(&first, path, XAP_EXISTING, err), NSEARCH_OK);
  assert_int_equal(xap_writer_open(&second, path, XAP_EXISTING, err), NSEARCH_ERR_LOCKED);
  assert_null(second);
  assert_says(path);
  xap_writer_free(first);
  assert_int_equal(xap_writer_open(&second, path, XAP_EXISTING, err), NSEARCH_OK);
  xap_writer_free(second);
}

static void spoil(const char *path, const char *file, long from, size_t bytes) {
  char name[200];
  snprintf(name, sizeof name, "%s/%s", path, file);
  FILE *out = fopen(name, "r+b");
  assert_non_null(out);
  assert_int_equal(fseek(out, from, SEEK_SET), 0);
  for (size_t i = 0; i < bytes; i++) fputc(0xa5, out);
  fclose(out);
}

static void test_damaged_version(void **state) {
  (void)state;
  const char *path = place("damaged");
  struct xap_database *database;
  write_database(path, 3);
  spoil(path, "iamglass", 0, 40);
  int status = xap_database_open(&database, &path, 1, err);
  assert_true(status == NSEARCH_ERR_DAMAGED || status == NSEARCH_ERR_VERSION);
  assert_null(database);
  assert_says(path);
}

static void test_damaged_table(void **state) {
  (void)state;
  const char *path = place("damaged-table");
  struct xap_database *database;
  uint32_t documents;
  write_database(path, 3000);
  spoil(path, "postlist.glass", 0, 1 << 20);
  int status = xap_database_open(&database, &path, 1, err);
  if (!status) status = xap_frequency(database, "all", 3, &documents, err);
  assert_int_equal(status, NSEARCH_ERR_DAMAGED);
  assert_says(path);
  xap_database_free(database);
}

static void test_no_document(void **state) {
  (void)state;
  const char *path = place("few");
  struct xap_database *database;
  struct buffer data = {0};
  write_database(path, 3);
  assert_int_equal(xap_database_open(&database, &path, 1, err), NSEARCH_OK);
  assert_int_equal(xap_data(database, 4, &data, err), NSEARCH_ERR_NOT_FOUND);
  assert_says(path);
  assert_int_equal(xap_data(database, 0, &data, err), NSEARCH_ERR_UNSUPPORTED);
  assert_int_equal(xap_data(database, 3, &data, err), NSEARCH_OK);
  assert_int_equal(data.len, 4);
  buffer_free(&data);
  xap_database_free(database);
}

static void test_long_term(void **state) {
  (void)state;
  char term[300];
  struct xap_writer *writer;
  struct xap_document *document;
  memset(term, 'a', sizeof term);
  assert_int_equal(xap_writer_open(&writer, place("long"), XAP_TEMPORARY, err), NSEARCH_OK);
  assert_int_equal(xap_document_new(&document, err), NSEARCH_OK);
  xap_document_term(document, term, sizeof term, 1, NULL, 0);
  assert_int_equal(xap_writer_add(writer, document, err), NSEARCH_ERR_UNSUPPORTED);
  assert_says("long");
  xap_document_free(document);
  xap_writer_free(writer);
}

static void test_not_committed(void **state) {
  (void)state;
  const char *path = place("cancelled");
  struct xap_writer *writer;
  write_database(path, 5);
  assert_int_equal(xap_writer_open(&writer, path, XAP_EXISTING, err), NSEARCH_OK);
  assert_int_equal(xap_writer_delete(writer, 2, err), NSEARCH_OK);
  xap_writer_free(writer);
  assert_int_equal(documents_in(path), 5);
}

/* ---- Memory that is not there ----
 *
 * The operators of C++, which libxapian takes from whoever has them first: this program. The n-th call from now on fails. */

#ifndef __SANITIZE_ADDRESS__
#pragma GCC visibility push(default)
void *_Znwm(size_t bytes);
void *_Znam(size_t bytes);
void _ZdlPv(void *block);
void _ZdlPvm(void *block, size_t bytes);
void _ZdaPv(void *block);
#pragma GCC visibility pop
void _ZSt17__throw_bad_allocv(void) __attribute__((noreturn)); /* std::__throw_bad_alloc() */

static long allocations_left = -1, allocations;

void *_Znwm(size_t bytes) {
  allocations++;
  if (allocations_left == 0) _ZSt17__throw_bad_allocv();
  if (allocations_left > 0) allocations_left--;
  void *block = malloc(bytes ? bytes : 1);
  if (!block) abort();
  return block;
}
void *_Znam(size_t bytes) { return _Znwm(bytes); }
void _ZdlPv(void *block) { free(block); }
void _ZdlPvm(void *block, size_t bytes) {
  (void)bytes;
  free(block);
}
void _ZdaPv(void *block) { free(block); }

static bool take_term(void *payload, const char *term, size_t len, uint32_t documents) {
  (void)term, (void)len;
  *(uint32_t *)payload += documents;
  return true;
}

/* A bit of everything that reads; the first failure ends it. */
static int read_all(const char *path) {
  struct xap_database *database = NULL;
  struct xap_query *terms[2] = {NULL, NULL}, *query = NULL;
  struct xap_answer answer = {0};
  struct buffer data = {0};
  uint32_t sum = 0;
  int status = xap_database_open(&database, &path, 1, err);
  if (!status) status = xap_query_term(&terms[0], "all", 3, err);
  if (!status) status = xap_query_term(&terms[1], "odd", 3, err);
  if (!status) status = xap_query_join(&query, XAP_OR, terms, 2, 0, err);
  struct xap_search search = {.query = query, .k1 = 1.2, .b = 0.75, .limit = 10, .count = true};
  if (!status) status = xap_search(database, &search, &answer, err);
  if (!status) status = xap_terms(database, "", 0, NULL, 0, take_term, &sum, err);
  if (!status) status = xap_data(database, 7, &data, err);
  if (!status) assert_int_equal(answer.hit_count, 10);
  if (!status) assert_int_equal(sum, 300 + 150);
  memory_free(answer.hits);
  buffer_free(&data);
  xap_query_free(query);
  xap_query_free(terms[0]);
  xap_query_free(terms[1]);
  xap_database_free(database);
  return status;
}

static int write_all(const char *path) {
  struct xap_writer *writer = NULL;
  struct xap_document *document = NULL;
  uint32_t position = 1;
  int status = xap_writer_open(&writer, path, XAP_EXISTING, err);
  if (!status) status = xap_document_new(&document, err);
  if (!status) {
    xap_document_term(document, "a term that is not short", 24, 1, &position, 1);
    xap_document_value(document, 1, "a value that is not short", 25);
    xap_document_data(document, "data that is not very short", 27);
    status = xap_writer_add(writer, document, err);
  }
  if (!status) status = xap_writer_delete(writer, 5, err);
  xap_document_free(document);
  xap_writer_free(writer);
  return status;
}

static void fail_each(int (*work)(const char *path), const char *path) {
  long failed = 0;
  allocations = 0;
  assert_int_equal(work(path), NSEARCH_OK);
  for (long n = 0, most = allocations; n < most; n++) {
    nsearch_error_free(err);
    err = nsearch_error_new();
    allocations_left = n;
    int status = work(path);
    allocations_left = -1;
    if (!status) continue; /* Xapian goes on without what it wanted */
    failed++;
    assert_int_equal(status, NSEARCH_ERR_MEMORY);
  }
  assert_true(failed > 20);
}

static void test_memory_reading(void **state) {
  (void)state;
  const char *path = place("memory");
  write_database(path, 300);
  fail_each(read_all, path);
}

static void test_memory_writing(void **state) {
  (void)state;
  const char *path = place("memory-writing");
  write_database(path, 300);
  fail_each(write_all, path);
  assert_int_equal(documents_in(path), 300);
}
#endif

/* ---- Scores ---- */

static void test_term_weight(void **state) {
  (void)state;
  const char *path = place("weights");
  struct xap_database *database;
  write_database(path, 9);
  assert_int_equal(xap_database_open(&database, &path, 1, err), NSEARCH_OK);
  static const struct {
    const char *term;
    uint32_t df;
  } terms[] = {{"all", 9}, {"odd", 5}};
  for (size_t i = 0; i < 2; i++) {
    struct xap_query *query;
    struct xap_answer answer;
    assert_int_equal(xap_query_term(&query, terms[i].term, 3, err), NSEARCH_OK);
    struct xap_search search = {.query = query, .k1 = 1.2, .b = 0, .limit = 20};
    assert_int_equal(xap_search(database, &search, &answer, err), NSEARCH_OK);
    assert_int_equal(answer.hit_count, terms[i].df);
    double tf = i == 0 ? 9 : 1, whole = xap_term_weight(1.2, 9, terms[i].df);
    assert_true(fabs(answer.hits[0].score - whole * tf / (tf + 1.2)) < 1e-12);
    memory_free(answer.hits);
    xap_query_free(query);
  }
  xap_database_free(database);
}

/* ---- Terms ---- */

static void assert_term(const char *key, size_t len, const char *wanted) {
  struct xap_term term;
  xap_term_of_key(key, len, language_find("en", 2), &term);
  if (term.len != strlen(wanted) || memcmp(term.bytes, wanted, term.len) != 0)
    fail_msg("%s becomes %.*s and not %s", key, (int)term.len, term.bytes, wanted);
}

static void test_terms_of_keys(void **state) {
  (void)state;
  assert_term("Xpolicies", 9, "policies");
  assert_term("Zenpolici", 9, "Zpolici");
  assert_term("Zdegift", 7, "ZXDEgift");
  assert_term("Smemo", 5, "Smemo");
  assert_term("Aroe", 4, "Aroe");
  assert_term("Preuters\0Reuters", 16, "XSOURCEreuters");
  assert_term("Gworld\0", 7, "XSECTIONworld");
  assert_term("Len\0en", 6, "Len");
  assert_term("Ktrade", 6, "Btrade");
  assert_term("Ha.example\0", 11, "Ha.example");
}

static void test_keys_of_terms(void **state) {
  (void)state;
  struct buffer key = {0};
  int en = language_find("en", 2), de = language_find("de", 2);
  assert_true(xap_key_of_term("ZXDEgift", 8, TAG_STEM, de, en, &key));
  assert_int_equal(key.len, 7);
  assert_memory_equal(key.bytes, "Zdegift", 7);
  assert_true(xap_key_of_term("Zpolici", 7, TAG_STEM, en, en, &key));
  assert_memory_equal(key.bytes, "Zenpolici", 9);
  assert_false(xap_key_of_term("ZXDEgift", 8, TAG_STEM, en, en, &key));
  assert_false(xap_key_of_term("Smemo", 5, TAG_TEXT, 0, en, &key));
  assert_true(xap_key_of_term("XSOURCEreuters", 14, TAG_SOURCE, 0, en, &key));
  assert_int_equal(key.len, 9);
  assert_memory_equal(key.bytes, "Preuters\0", 9);
  assert_false(xap_key_of_term("XSOURCEreuters\037Reuters", 22, TAG_SOURCE, 0, en, &key));
  buffer_free(&key);
}

/* Whatever is long is cut, stays within what Xapian takes, and stays apart. */
static void test_long_values(void **state) {
  (void)state;
  char one[702], other[702];
  struct xap_term a, b;
  for (size_t len = 1; len < 700; len++) {
    memset(one, 'a', sizeof one);
    one[0] = TAG_SECTION;
    memcpy(other, one, sizeof other);
    other[len] = 'b';
    xap_term_of_key(one, len + 1, 0, &a);
    xap_term_of_key(other, len + 1, 0, &b);
    assert_true(a.len <= XAP_TERM_MAX && b.len <= XAP_TERM_MAX);
    assert_true(a.len != b.len || memcmp(a.bytes, b.bytes, a.len) != 0);
    xap_term_of_spelling(TAG_SECTION, one + 1, len, one + 1, len, &a);
    xap_term_of_spelling(TAG_SECTION, one + 1, len, other + 1, len, &b);
    assert_true(a.len <= XAP_TERM_MAX && b.len <= XAP_TERM_MAX);
    assert_true(a.len != b.len || memcmp(a.bytes, b.bytes, a.len) != 0);
    xap_term_of_id(one, len + 1, &a);
    xap_term_of_url(one, len + 1, &b);
    assert_true(a.len <= XAP_TERM_MAX && b.len <= XAP_TERM_MAX);
  }
}

static void test_order(void **state) {
  (void)state;
  static const struct {
    int64_t published;
    uint64_t hash;
  } in_order[] = {{INT64_MAX, 0},     {1, 7},         {0, 7},        {0, UINT64_MAX}, {-1, 3},
                  {INT64_MIN + 1, 0}, {INT64_MIN, 0}, {INT64_MIN, 9}};
  char values[8][16];
  for (size_t i = 0; i < 8; i++) {
    xap_order_value(in_order[i].published, in_order[i].hash, values[i]);
    assert_true(xap_published_of_order(values[i]) == in_order[i].published);
    if (i) assert_true(memcmp(values[i - 1], values[i], 16) < 0);
  }
}

static void test_numbers(void **state) {
  (void)state;
  static const double numbers[] = {-9007199254740992.0, -1, 0, 1, 1763112600, 9007199254740991.0, 9007199254740992.0};
  char before[XAP_NUMBER_MAX] = "", now[XAP_NUMBER_MAX];
  size_t before_len = 0;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    size_t len = xap_number(numbers[i], now), both = len < before_len ? len : before_len;
    int order = memcmp(before, now, both);
    assert_true(order < 0 || (order == 0 && before_len < len));
    assert_true(xap_number_of(now, len) == numbers[i]);
    memcpy(before, now, len);
    before_len = len;
  }
}

/* ---- Data ---- */

static void set(struct nsearch_article *article, enum article_part part, const char *text) {
  assert_int_equal(article_set(article, part, text, strlen(text), NULL), NSEARCH_OK);
}

static void test_data(void **state) {
  (void)state;
  static const char body[] = "First.\n\nbody=\\n\\ is a backslash,\nid=9";
  struct nsearch_article *article = nsearch_article_new(), *back = nsearch_article_new();
  struct buffer data = {0}, again = {0};
  size_t len;
  set(article, ARTICLE_ID, "a=b");
  set(article, ARTICLE_TITLE, "Memo: \\n");
  set(article, ARTICLE_BODY, body);
  assert_int_equal(article_list_add(&article->authors, "Jane Roe", 8, NULL), NSEARCH_OK);
  assert_int_equal(article_list_add(&article->authors, "Ines Pohl", 9, NULL), NSEARCH_OK);
  assert_int_equal(article_list_add(&article->topics, "trade", 5, NULL), NSEARCH_OK);
  article->published = (struct date){.seconds = -5, .precision = NSEARCH_PRECISION_DAY};
  article->origin = NSEARCH_ORIGIN_URL;
  article->updated = INT64_MIN;
  article->has_updated = true;
  xap_encode_data(article, true, &data);
  assert_int_equal(data.bytes[data.len - 1], '\n');
  assert_int_equal(xap_decode_data(back, data.bytes, data.len, true, err), NSEARCH_OK);
  assert_string_equal(article_get(back, ARTICLE_BODY, &len), body);
  assert_string_equal(article_get(back, ARTICLE_ID, &len), "a=b");
  assert_int_equal(back->authors.count, 2);
  assert_true(back->published.seconds == -5 && back->updated == INT64_MIN && back->has_updated);
  xap_encode_data(back, true, &again);
  assert_int_equal(data.len, again.len);
  assert_memory_equal(data.bytes, again.bytes, data.len);
  assert_int_equal(xap_decode_data(back, data.bytes, data.len, false, err), NSEARCH_OK);
  assert_string_equal(article_get(back, ARTICLE_BODY, &len), "");
  buffer_free(&data);
  buffer_free(&again);
  nsearch_article_free(article);
  nsearch_article_free(back);
}

static void test_hostile_data(void **state) {
  (void)state;
  static const char *const bad[] = {"id",          "id=a\nbody",      "body=a\\",     "body=\\x",
                                    "published=x", "precision=never", "author=",      "published=99999999999999999999",
                                    "title=\xff",  "updated=1 ",      "origin=heaven"};
  struct nsearch_article *article = nsearch_article_new();
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(xap_decode_data(article, bad[i], strlen(bad[i]), true, err), NSEARCH_ERR_DAMAGED);
  assert_int_equal(xap_decode_data(article, "title=a\0b", 9, true, err), NSEARCH_ERR_DAMAGED);
  assert_int_equal(xap_decode_data(article, "", 0, true, err), NSEARCH_OK);
  assert_int_equal(xap_decode_data(article, "somebody=else\nid=a\n", 19, true, err), NSEARCH_OK);
  nsearch_article_free(article);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_missing),
      cmocka_unit_test(test_locked),
      cmocka_unit_test(test_damaged_version),
      cmocka_unit_test(test_damaged_table),
      cmocka_unit_test(test_no_document),
      cmocka_unit_test(test_long_term),
      cmocka_unit_test(test_not_committed),
#ifndef __SANITIZE_ADDRESS__
      cmocka_unit_test(test_memory_reading),
      cmocka_unit_test(test_memory_writing),
#endif
      cmocka_unit_test(test_term_weight),
      cmocka_unit_test(test_terms_of_keys),
      cmocka_unit_test(test_keys_of_terms),
      cmocka_unit_test(test_long_values),
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_data),
      cmocka_unit_test(test_hostile_data),
  };
  err = nsearch_error_new();
  int failed = cmocka_run_group_tests(tests, make_scratch, remove_scratch);
  nsearch_error_free(err);
  return failed;
}
