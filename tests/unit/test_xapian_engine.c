/* The engine xapian as a library: commits, replaced articles, readers of a commit that is gone, threads, a folder that is in
 * use. That it answers as the other engine does is the judge's business. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/engine.h"
#include "common/nsearch.h"
#include "common/store/store.h"
#include "query/xapian/xapian.h"

static char folder[64];
static nsearch_error *err;

static int make_scratch(void **state) {
  (void)state;
  strcpy(folder, "/tmp/nsearch-xengine-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_scratch(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static const char *place(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static nsearch_writer *open_writer(const char *path, uint32_t segment_articles) {
  nsearch_writer *writer = NULL;
  nsearch_options *options = nsearch_options_new();
  assert_int_equal(nsearch_options_set_engine(options, "xapian", err), NSEARCH_OK);
  assert_int_equal(nsearch_options_set_threads(options, 4, err), NSEARCH_OK);
  nsearch_options_set_segment_articles(options, segment_articles);
  assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_OK);
  nsearch_options_free(options);
  return writer;
}

static void add(nsearch_writer *writer, const char *id, const char *body) {
  nsearch_article *article = nsearch_article_new();
  assert_int_equal(nsearch_article_set_id(article, id, strlen(id)), NSEARCH_OK);
  assert_int_equal(nsearch_article_set_body(article, body, strlen(body)), NSEARCH_OK);
  assert_int_equal(nsearch_add(writer, article, err), NSEARCH_OK);
  nsearch_article_free(article);
}

static uint64_t matches(nsearch_reader *reader, const char *question) {
  nsearch_request *request = nsearch_request_new(question);
  nsearch_result *result = NULL;
  nsearch_request_set_count(request, 1);
  assert_int_equal(nsearch_search(reader, request, &result, err), NSEARCH_OK);
  uint64_t count = nsearch_result_matches(result, NULL);
  nsearch_result_free(result);
  nsearch_request_free(request);
  return count;
}

/* Names in the index's folder that end so. */
static size_t files_like(const char *path, const char *end) {
  struct file_names names;
  size_t count = 0;
  assert_int_equal(file_list(path, &names, NULL), NSEARCH_OK);
  for (size_t i = 0; i < names.count; i++) {
    size_t len = strlen(names.names[i]), tail = strlen(end);
    count += len >= tail && strcmp(names.names[i] + len - tail, end) == 0;
  }
  file_names_free(&names);
  return count;
}

static void test_commits(void **state) {
  (void)state;
  char path[128];
  strcpy(path, place("commits"));
  nsearch_writer *writer = open_writer(path, 0);
  nsearch_reader *first = NULL, *second = NULL;
  assert_int_equal(nsearch_open(&first, path, err), NSEARCH_ERR_MISSING);
  add(writer, "a", "storm");
  add(writer, "b", "storm flood");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(nsearch_open(&first, path, err), NSEARCH_OK);
  assert_int_equal(matches(first, "storm"), 2);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK); /* nothing new */
  int changed = 1;
  assert_int_equal(nsearch_refresh(first, &changed, err), NSEARCH_OK);
  assert_int_equal(changed, 0);
  add(writer, "b", "sunshine");
  add(writer, "c", "storm");
  add(writer, "c", "drizzle");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  /* The first reader's database is gone from the folder. */
  assert_int_equal(files_like(path, ".xapian"), 1);
  assert_int_equal(files_like(path, ".part"), 0);
  assert_int_equal(matches(first, "storm"), 2);
  assert_int_equal(nsearch_open(&second, path, err), NSEARCH_OK);
  assert_int_equal(matches(second, "storm"), 1);
  assert_int_equal(matches(second, "sunshine"), 1);
  assert_int_equal(matches(second, "drizzle"), 1);
  assert_int_equal(matches(second, "-flood"), 3);
  assert_int_equal(nsearch_refresh(first, &changed, err), NSEARCH_OK);
  assert_int_equal(changed, 1);
  assert_int_equal(matches(first, "storm"), 1);
  nsearch_close(first);
  nsearch_close(second);
  nsearch_writer_close(writer);
}

static void *ask(void *payload) {
  nsearch_reader *reader = payload;
  uint64_t sum = 0;
  for (int i = 0; i < 200; i++) {
    nsearch_request *request = nsearch_request_new(i % 2 ? "odd" : "\"an odd\" level");
    nsearch_result *result = NULL;
    nsearch_request_set_count(request, 1);
    if (nsearch_search(reader, request, &result, NULL)) return NULL;
    sum += nsearch_result_matches(result, NULL);
    nsearch_result_free(result);
    nsearch_request_free(request);
  }
  return (void *)(uintptr_t)sum;
}

/* More threads than handles: those that were open when the database went away serve all. */
static void test_threads(void **state) {
  (void)state;
  enum { THREADS = 6 };
  char path[128], id[16];
  pthread_t threads[THREADS];
  strcpy(path, place("threads"));
  nsearch_writer *writer = open_writer(path, 0);
  nsearch_reader *reader = NULL;
  for (int i = 0; i < 500; i++) {
    snprintf(id, sizeof id, "%d", i);
    add(writer, id, i % 2 ? "an odd one" : "a level one");
  }
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(nsearch_open(&reader, path, err), NSEARCH_OK);
  add(writer, "more", "odd");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask, reader), 0);
  for (int i = 0; i < THREADS; i++) {
    void *sum;
    pthread_join(threads[i], &sum);
    assert_int_equal((uintptr_t)sum, 100 * 250 + 100 * 500);
  }
  nsearch_close(reader);
  nsearch_writer_close(writer);
}

/* Of the articles of an id the one that came last is left, whatever parts they were in, and no gap hurts: every article is
 * of the word that filters. */
static void test_replaced(void **state) {
  (void)state;
  char path[128], id[16], body[64];
  strcpy(path, place("replaced"));
  nsearch_writer *writer = open_writer(path, 7);
  nsearch_reader *reader = NULL;
  for (int i = 0; i < 1500; i++) {
    snprintf(id, sizeof id, "%d", i % 500);
    snprintf(body, sizeof body, "everywhere round%d", i / 500);
    add(writer, id, body);
  }
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(nsearch_open(&reader, path, err), NSEARCH_OK);
  assert_int_equal(matches(reader, "round0 OR round1"), 0);
  assert_int_equal(matches(reader, "round2"), 500);
  assert_int_equal(matches(reader, "title:nothing OR \"everywhere\" round2"), 500);
  assert_int_equal(matches(reader, "-(everywhere -everywhere)"), 500);
  nsearch_close(reader);
  nsearch_writer_close(writer);
}

static int cancel_later(void *payload) { return --*(int *)payload < 0; }

/* A search looks at its call-back before and behind what libxapian does. */
static void test_cancel(void **state) {
  (void)state;
  char path[128];
  strcpy(path, place("cancel"));
  nsearch_writer *writer = open_writer(path, 0);
  nsearch_reader *reader = NULL;
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(nsearch_open(&reader, path, err), NSEARCH_OK);
  int most = 0;
  for (int status = NSEARCH_ERR_CANCELLED; status; most++) {
    nsearch_request *request = nsearch_request_new("storm");
    nsearch_result *result = NULL;
    int left = most;
    nsearch_request_set_cancel(request, cancel_later, &left);
    status = nsearch_search(reader, request, &result, err);
    assert_true(status == NSEARCH_OK || status == NSEARCH_ERR_CANCELLED);
    assert_true((result == NULL) == (status != NSEARCH_OK));
    nsearch_result_free(result);
    nsearch_request_free(request);
  }
  assert_true(most > 3);
  nsearch_close(reader);
  nsearch_writer_close(writer);
}

static void test_folder(void **state) {
  (void)state;
  char path[128];
  strcpy(path, place("folder"));
  nsearch_writer *writer = open_writer(path, 0), *other = NULL;
  nsearch_options *options = nsearch_options_new();
  assert_int_equal(nsearch_options_set_engine(options, "xapian", err), NSEARCH_OK);
  assert_int_equal(nsearch_writer_open(&other, path, options, err), NSEARCH_ERR_LOCKED);
  add(writer, "a", "storm");
  nsearch_writer_close(writer);
  assert_int_equal(access(path, F_OK), -1); /* nothing was committed */
  writer = open_writer(path, 0);
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(nsearch_options_set_engine(options, "native", err), NSEARCH_OK);
  assert_int_equal(nsearch_writer_open(&other, path, options, err), NSEARCH_ERR_EXISTS);
  nsearch_options_free(options);
}

static void test_leftovers(void **state) {
  (void)state;
  char path[128], file[200];
  strcpy(path, place("leftovers"));
  nsearch_writer *writer = open_writer(path, 0);
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  snprintf(file, sizeof file, "%s/manifest", path); /* as if the run had never come so far */
  assert_int_equal(remove(file), 0);
  writer = open_writer(path, 0);
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(files_like(path, ".xapian"), 1);
  nsearch_writer_close(writer);
}

static void test_database_gone(void **state) {
  (void)state;
  char path[128], command[200];
  strcpy(path, place("gone"));
  nsearch_writer *writer = open_writer(path, 0);
  nsearch_reader *reader = NULL;
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  snprintf(command, sizeof command, "rm -rf '%s'/*.xapian", path);
  assert_int_equal(system(command), 0);
  assert_int_equal(nsearch_open(&reader, path, err), NSEARCH_ERR_DAMAGED);
  assert_non_null(strstr(nsearch_error_message(err), ".xapian"));
}

/* A manifest without a database is damage to all who open the index, also to those who write and check it. */
struct lent {
  struct core *core;
  struct handle *handle;
};

static void *give_back(void *payload) {
  struct lent *lent = payload;
  usleep(20000);
  handle_give(lent->core, lent->handle);
  return NULL;
}

/* A database of a past commit is there still, but not all of its tables, which Xapian would take for empty ones: it is not
 * opened again, and who wants another handle waits for the one that there is. */
static void test_half_removed(void **state) {
  (void)state;
  char command[512];
  const char *path = place("half");
  struct snapshot *snapshot;
  struct handle *handle, *second;
  pthread_t thread;
  nsearch_writer *writer = open_writer(path, 0);
  add(writer, "one", "ferry");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(xapian_reader_engine.open(&snapshot, path, err), 0);
  assert_int_equal(handle_take(snapshot, &handle, err), 0);
  const char *database = snapshot->core->shards[0].state.address;
  snprintf(command, sizeof command, "cp -r %s %s.kept && rm %s.kept/docdata.glass", database, path, path);
  assert_int_equal(system(command), 0);
  add(writer, "two", "ferry");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  snprintf(command, sizeof command, "mv %s.kept %s", path, database);
  assert_int_equal(system(command), 0);
  assert_int_equal(pthread_create(&thread, NULL, give_back, &(struct lent){snapshot->core, handle}), 0);
  assert_int_equal(handle_take(snapshot, &second, err), 0);
  pthread_join(thread, NULL);
  assert_ptr_equal(second, handle);
  handle_give(snapshot->core, second);
  xapian_reader_engine.release(snapshot);
  nsearch_writer_close(writer);
}

static void test_no_database(void **state) {
  (void)state;
  char path[128];
  strcpy(path, place("none"));
  nsearch_writer *writer = open_writer(path, 0);
  nsearch_reader *reader = NULL;
  struct manifest manifest;
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(manifest_read(&manifest, path, err), NSEARCH_OK);
  manifest.segment_count = 0;
  assert_int_equal(manifest_write(&manifest, path, err), NSEARCH_OK);
  manifest_free(&manifest);
  assert_int_equal(nsearch_open(&reader, path, err), NSEARCH_ERR_DAMAGED);
  assert_int_equal(nsearch_check(path, 0, NULL, NULL, NULL, err), NSEARCH_ERR_DAMAGED);
  assert_int_equal(nsearch_writer_open(&writer, path, NULL, err), NSEARCH_ERR_DAMAGED);
  assert_non_null(strstr(nsearch_error_message(err), path));
}

/* How often words and stems stand in articles, and how long those are, is what the native engine says of the same ones. */
static void test_occurrences(void **state) {
  (void)state;
  enum { DOCS = 40, KEYS = 5 };
  static const char *const words[] = {"storm", "floods", "The", "harbour", "votes", "voting", "flood"};
  static const struct term_key keys[KEYS] = {
      {"Xstorm", 6}, {"Zenflood", 8}, {"Xfloods", 7}, {"Zenvote", 7}, {"Xnowhere", 8}};
  static const struct reader_engine *const engines[] = {&native_reader_engine, &xapian_reader_engine};
  const struct search_request no_limits = {0};
  uint32_t tfs[2][KEYS][DOCS], lengths[2][DOCS], random = 3, seen = 0;
  for (int e = 0; e < 2; e++) {
    char path[128], id[16];
    strcpy(path, place(engines[e]->name));
    nsearch_writer *writer = NULL;
    nsearch_options *options = nsearch_options_new();
    nsearch_options_set_engine(options, engines[e]->name, NULL);
    assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_OK);
    random = 3;
    for (int i = 0; i < DOCS; i++) {
      nsearch_article *article = nsearch_article_new();
      char body[200] = "";
      for (int w = 0; w < 3 + i % 12; w++)
        strcat(strcat(body, words[(random = random * 1664525 + 1013904223) >> 16 & 7 ? (random >> 16) % 7 : 0]), " ");
      nsearch_article_set_id(article, id, (size_t)snprintf(id, sizeof id, "%d", i));
      nsearch_article_set_title(article, i % 3 ? "Storm floods" : "", i % 3 ? 12 : 0);
      nsearch_article_set_body(article, body, strlen(body));
      assert_int_equal(nsearch_add(writer, article, err), NSEARCH_OK);
      nsearch_article_free(article);
    }
    assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
    nsearch_writer_close(writer);
    nsearch_options_free(options);
    struct snapshot *snapshot;
    assert_int_equal(engines[e]->open(&snapshot, path, err), NSEARCH_OK);
    for (int i = 0; i < DOCS; i++) { /* one by one, in the order of their ids */
      struct doc_ref doc;
      uint32_t one[KEYS];
      snprintf(id, sizeof id, "%d", i);
      assert_int_equal(engines[e]->find(snapshot, id, &doc, err), NSEARCH_OK);
      assert_int_equal(engines[e]->occurrences(snapshot, keys, KEYS, &doc, 1, &no_limits, one, &lengths[e][i], err),
                       NSEARCH_OK);
      for (int k = 0; k < KEYS; k++) tfs[e][k][i] = one[k];
      seen += one[1];
    }
    engines[e]->release(snapshot);
  }
  assert_true(seen > DOCS);
  assert_memory_equal(tfs[0], tfs[1], sizeof tfs[0]);
  assert_memory_equal(lengths[0], lengths[1], sizeof lengths[0]);
}

static void test_no_engine(void **state) {
  (void)state;
  nsearch_options *options = nsearch_options_new();
  assert_int_equal(nsearch_options_set_engine(options, "lucene", err), NSEARCH_ERR_USAGE);
  nsearch_options_free(options);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_commits),     cmocka_unit_test(test_threads),      cmocka_unit_test(test_replaced),
      cmocka_unit_test(test_folder),      cmocka_unit_test(test_leftovers),    cmocka_unit_test(test_database_gone),
      cmocka_unit_test(test_no_database), cmocka_unit_test(test_no_engine),    cmocka_unit_test(test_cancel),
      cmocka_unit_test(test_occurrences), cmocka_unit_test(test_half_removed),
  };
  err = nsearch_error_new();
  int failed = cmocka_run_group_tests(tests, make_scratch, remove_scratch);
  nsearch_error_free(err);
  return failed;
}
