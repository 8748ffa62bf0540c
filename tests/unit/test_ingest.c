/* The run and the writer over an engine that only remembers: the same articles whatever the threads, the later of two
 * with one id, events, identity, cancellation, and failures of the engine. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "indexer/indexer.h"

/* ---- An engine that remembers ---- */

struct memo {
  uint64_t sequence;
  char id[100], text[60];
  bool gone;
};

static struct {
  pthread_mutex_t lock;
  struct memo *memos;
  size_t count, capacity;
  unsigned workers, most_workers;
  size_t fail_add_at; /* the add with this number fails; 0: none does */
  bool fail_close;
  size_t adds;
} engine = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int engine_open(struct engine_writer **out, const char *path, const struct write_options *options,
                       struct nsearch_error *err) {
  *out = (struct engine_writer *)&engine;
  assert_true(options->threads > 0 && options->memory > 0);
  return strcmp(path, "/refused") == 0 ? error_set(err, NSEARCH_ERR_EXISTS, "refused") : NSEARCH_OK;
}

static int worker_open(struct engine_writer *writer, struct engine_worker **out, struct nsearch_error *err) {
  (void)writer, (void)err;
  pthread_mutex_lock(&engine.lock);
  engine.workers++;
  if (engine.workers > engine.most_workers) engine.most_workers = engine.workers;
  pthread_mutex_unlock(&engine.lock);
  *out = memory_alloc(1);
  return NSEARCH_OK;
}

static int add(struct engine_worker *worker, const struct nsearch_article *article, uint64_t sequence,
               struct nsearch_error *err) {
  struct memo memo = {.sequence = sequence};
  int status = NSEARCH_OK;
  (void)worker;
  snprintf(memo.id, sizeof memo.id, "%s", nsearch_article_id(article));
  snprintf(memo.text, sizeof memo.text, "%s", nsearch_article_title(article));
  pthread_mutex_lock(&engine.lock);
  if (++engine.adds == engine.fail_add_at)
    status = error_set(err, NSEARCH_ERR_SYSTEM, "the disk is full");
  else if (!(status = memory_reserve(&engine.memos, &engine.capacity, engine.count + 1, sizeof memo, err)))
    engine.memos[engine.count++] = memo;
  pthread_mutex_unlock(&engine.lock);
  return status;
}

static int worker_close(struct engine_worker *worker, struct nsearch_error *err) {
  pthread_mutex_lock(&engine.lock);
  engine.workers--;
  pthread_mutex_unlock(&engine.lock);
  memory_free(worker);
  return engine.fail_close ? error_set(err, NSEARCH_ERR_SYSTEM, "the disk is full") : NSEARCH_OK;
}

static int compare_memos(const void *a, const void *b) {
  const struct memo *x = a, *y = b;
  int order = strcmp(x->id, y->id);
  return order ? order : x->sequence < y->sequence ? -1 : 1;
}

/* Of those with one id the last in order of sequence stays. */
static int commit(struct engine_writer *writer, unsigned how, struct commit_report *report, struct nsearch_error *err) {
  (void)writer, (void)how;
  assert_int_equal(engine.workers, 0);
  if (engine.count == 0) return error_set(err, NSEARCH_ERR_EMPTY, "there is nothing");
  qsort(engine.memos, engine.count, sizeof *engine.memos, compare_memos);
  for (size_t i = 1; i < engine.count; i++) {
    assert_true(engine.memos[i].sequence != engine.memos[i - 1].sequence);
    if (strcmp(engine.memos[i].id, engine.memos[i - 1].id) == 0 && !engine.memos[i - 1].gone) {
      engine.memos[i - 1].gone = true;
      report->on_replaced(report->payload, engine.memos[i - 1].sequence, engine.memos[i].sequence);
    }
  }
  return NSEARCH_OK;
}

static void engine_close(struct engine_writer *writer) {
  (void)writer;
  assert_int_equal(engine.workers, 0);
}

static const struct writer_engine remembering = {.name = "memory",
                                                 .open = engine_open,
                                                 .worker_open = worker_open,
                                                 .add = add,
                                                 .worker_close = worker_close,
                                                 .commit = commit,
                                                 .close = engine_close};

static void forget(void) {
  memory_free(engine.memos);
  engine.memos = NULL;
  engine.count = engine.capacity = engine.adds = engine.fail_add_at = 0;
  engine.most_workers = 0;
  engine.fail_close = false;
}

/* The articles that are left, "id=title" in order of id. */
static void remembered(struct buffer *out) {
  buffer_clear(out);
  for (size_t i = 0; i < engine.count; i++)
    if (!engine.memos[i].gone) buffer_format(out, "%s=%s ", engine.memos[i].id, engine.memos[i].text);
  buffer_byte(out, 0);
  assert_false(out->failed);
}

/* ---- Files ---- */

static char folder[] = "/tmp/nsearch-ingest-XXXXXX";

static void write_file(const char *below, const char *bytes, size_t len) {
  char path[300];
  struct file_out *file;
  snprintf(path, sizeof path, "%s/%s", folder, below);
  *strrchr(path, '/') = 0;
  assert_int_equal(file_make_folder(path, NULL), 0);
  snprintf(path, sizeof path, "%s/%s", folder, below);
  assert_int_equal(file_create(&file, path, NULL), 0);
  assert_int_equal(file_write(file, bytes, len, NULL), 0);
  assert_int_equal(file_close(&file, NULL), 0);
}

static void write_text(const char *below, const char *text) { write_file(below, text, strlen(text)); }

static int tear_down(void **state) {
  char command[300];
  (void)state;
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static int set_up(void **state) {
  struct buffer lines = {0};
  (void)state;
  if (!mkdtemp(folder)) return -1;
  write_text("small/a.json", "{\"id\": \"same\", \"title\": \"first\"}");
  write_text("small/b.jsonl", "{\"id\": 7, \"title\": \"B\"}\n\nbroken\n{\"id\": \"same\", \"title\": \"second\"}\n{}\n"
                              "{\"url\": \"http://x/\", \"title\": \"U\"}\n");
  write_text("small/c.txt", "Head\n\nText\n");
  write_text("small/d.bin", "\1\2\3");
  write_text("small/sub/e.json", "[{\"id\": \"same\", \"title\": \"third\"}, {\"title\": \"no id\"}]");
  write_text("small/sub/f.jsonl", "\x1f\x8b\x08 no gzip");
  /* Two files of several spans each; 5000 ids are in both, and each id stands twice in its file. */
  for (int i = 0; i < 40000; i++)
    buffer_format(&lines, "{\"id\":\"n%d\",\"title\":\"one %d\",\"text\":\"some words to fill the line\"}\n", i % 20000,
                  i);
  write_file("large/one.jsonl", lines.bytes, lines.len);
  buffer_clear(&lines);
  for (int i = 0; i < 20000; i++)
    buffer_format(&lines, "%s{\"id\":\"n%d\",\"title\":\"two %d\"}", i ? ",\n" : "[", 15000 + i % 10000, i);
  buffer_text(&lines, "]");
  write_file("large/two.json", lines.bytes, lines.len);
  buffer_free(&lines);
  return 0;
}

/* ---- Runs ---- */

struct log {
  int counts[EVENT_KINDS];
  char last[EVENT_KINDS][400]; /* path:record of the last event of each kind */
  int progress, told_of_articles;
  bool cancels; /* when it is told of articles */
};

static void on_event(void *payload, nsearch_event_kind kind, const char *path, uint64_t record, const char *message) {
  struct log *log = payload;
  assert_true(strlen(message) > 0 && !strchr(message, '\n'));
  log->counts[kind]++;
  snprintf(log->last[kind], sizeof log->last[kind], "%s:%d", path + strlen(folder) + 1, (int)record);
}

static int on_progress(void *payload, const nsearch_report *report) {
  struct log *log = payload;
  assert_true(nsearch_report_articles(report) <= nsearch_report_records(report));
  log->progress++;
  if (!log->cancels) return 0;
  clock_sleep(150 * UINT64_C(1000000)); /* so that it is told again the next time */
  log->told_of_articles += nsearch_report_articles(report) > 0;
  return nsearch_report_articles(report) > 0;
}

static struct nsearch_writer *open_writer(unsigned threads) {
  struct nsearch_writer *writer;
  nsearch_options *options = nsearch_options_new();
  assert_int_equal(nsearch_options_set_threads(options, threads, NULL), 0);
  assert_int_equal(writer_open(&writer, &remembering, folder, options, NULL), 0);
  nsearch_options_free(options);
  return writer;
}

static nsearch_ingest *ingest_of(const char *below, struct log *log) {
  char path[300];
  nsearch_ingest *ingest = nsearch_ingest_new();
  snprintf(path, sizeof path, "%s/%s", folder, below);
  assert_int_equal(nsearch_ingest_add_path(ingest, path, NULL), 0);
  nsearch_ingest_set_on_event(ingest, on_event, log);
  nsearch_ingest_set_on_progress(ingest, on_progress, log);
  return ingest;
}

/* The folder that the writer is said to be in is left out of what is read, so a test gives it another one. */
static struct nsearch_writer *open_elsewhere(unsigned threads) {
  struct nsearch_writer *writer;
  nsearch_options *options = nsearch_options_new();
  assert_int_equal(nsearch_options_set_threads(options, threads, NULL), 0);
  assert_int_equal(writer_open(&writer, &remembering, "/nowhere", options, NULL), 0);
  nsearch_options_free(options);
  return writer;
}

static void test_small(void **state) {
  static const char expected[] = "b.jsonl#7=B c.txt=Head http://x/=U same=third sub/e.json#";
  struct buffer found = {0};
  (void)state;
  for (unsigned threads = 1; threads <= 4; threads += 3) {
    struct log log = {0};
    struct nsearch_writer *writer = open_elsewhere(threads);
    nsearch_ingest *ingest = ingest_of("small", &log);
    nsearch_report *report;
    assert_int_equal(nsearch_read(writer, ingest, &report, NULL), 0);
    nsearch_ingest_free(ingest);
    assert_int_equal(nsearch_report_events(report, NSEARCH_EVENT_REPLACED), 0);
    assert_int_equal(nsearch_commit(writer, NULL), 0);
    remembered(&found);
    assert_int_equal(strncmp(found.bytes, expected, strlen(expected)), 0);
    assert_int_equal(strlen(found.bytes), strlen(expected) + 16 + strlen("=no id "));
    assert_int_equal(nsearch_report_files(report), 6);
    assert_int_equal(nsearch_report_records(report), 9);
    assert_int_equal(nsearch_report_articles(report), 7);
    assert_int_equal(nsearch_report_input_bytes(report), nsearch_report_input_total(report));
    assert_int_equal(nsearch_report_text_bytes(report), strlen("firstBsecondUHeadTextthirdno id"));
    assert_int_equal(nsearch_report_events(report, NSEARCH_EVENT_EMPTY), 1);
    assert_string_equal(log.last[NSEARCH_EVENT_EMPTY], "small/b.jsonl:4");
    assert_int_equal(nsearch_report_events(report, NSEARCH_EVENT_UNKNOWN), 1);
    assert_string_equal(log.last[NSEARCH_EVENT_UNKNOWN], "small/d.bin:0");
    assert_int_equal(nsearch_report_events(report, NSEARCH_EVENT_BROKEN), 2);
    assert_int_equal(nsearch_report_events(report, NSEARCH_EVENT_REPLACED), 2);
    assert_int_equal(log.counts[NSEARCH_EVENT_REPLACED], 2);
    assert_string_equal(log.last[NSEARCH_EVENT_REPLACED], "small/b.jsonl:3");
    nsearch_report_free(report);
    nsearch_writer_close(writer);
    forget();
  }
  buffer_free(&found);
}

static void test_threads_do_not_matter(void **state) {
  struct buffer first = {0}, found = {0};
  (void)state;
  for (unsigned threads = 1; threads <= 8; threads *= 2) {
    struct log log = {0};
    struct nsearch_writer *writer = open_elsewhere(threads);
    nsearch_ingest *ingest = ingest_of("large", &log);
    nsearch_report *report;
    assert_int_equal(nsearch_read(writer, ingest, &report, NULL), 0);
    assert_int_equal(nsearch_commit(writer, NULL), 0);
    remembered(&found);
    assert_int_equal(nsearch_report_articles(report), 60000);
    assert_int_equal(nsearch_report_events(report, NSEARCH_EVENT_REPLACED), 60000 - 25000);
    assert_int_equal(engine.count, 60000);
    assert_true(engine.most_workers <= threads);
    assert_non_null(strstr(found.bytes, "n14999=one 34999 "));
    assert_non_null(strstr(found.bytes, "n15000=two 10000 "));
    if (threads == 1) buffer_add(&first, found.bytes, found.len);
    assert_int_equal(first.len, found.len);
    assert_memory_equal(first.bytes, found.bytes, found.len);
    nsearch_report_free(report);
    nsearch_ingest_free(ingest);
    nsearch_writer_close(writer);
    forget();
  }
  buffer_free(&first), buffer_free(&found);
}

static void test_global_ids_and_map(void **state) {
  struct buffer found = {0};
  struct log log = {0};
  struct nsearch_writer *writer = open_elsewhere(1);
  nsearch_ingest *ingest = ingest_of("small/b.jsonl", &log);
  (void)state;
  nsearch_ingest_set_global_ids(ingest, 1);
  assert_int_equal(nsearch_ingest_add_map(ingest, "id=title", NULL), 0);
  assert_int_equal(nsearch_read(writer, ingest, NULL, NULL), 0);
  assert_int_equal(nsearch_commit(writer, NULL), 0);
  remembered(&found);
  assert_string_equal(found.bytes, "B=B U=U second=second ");
  nsearch_ingest_free(ingest);
  nsearch_writer_close(writer);
  forget();
  buffer_free(&found);
}

/* ---- Articles from the caller ---- */

static nsearch_article *article_of(const char *id, const char *title) {
  nsearch_article *article = nsearch_article_new();
  assert_int_equal(nsearch_article_set_id(article, id, strlen(id)), 0);
  assert_int_equal(nsearch_article_set_title(article, title, strlen(title)), 0);
  return article;
}

static void add_one(struct nsearch_writer *writer, const char *id, const char *title, int status) {
  nsearch_article *article = article_of(id, title);
  assert_int_equal(nsearch_add(writer, article, NULL), status);
  nsearch_article_free(article);
}

/* A byte more than a record of a file may have, of a body or of a list. */
static void test_add_too_large(void **state) {
  struct nsearch_writer *writer = open_elsewhere(1);
  nsearch_article *article = article_of("a", "T");
  char *body = memory_zero(RECORD_MAX, 1);
  (void)state;
  memset(body, 'x', RECORD_MAX);
  assert_int_equal(nsearch_article_set_body(article, body, RECORD_MAX - 1), 0);
  assert_int_equal(nsearch_add(writer, article, NULL), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_article_set_body(article, body, RECORD_MAX - 2), 0);
  assert_int_equal(nsearch_add(writer, article, NULL), 0);
  assert_int_equal(nsearch_article_set_body(article, "x", 1), 0);
  assert_int_equal(nsearch_article_add_topic(article, body, RECORD_MAX / 2), 0);
  assert_int_equal(nsearch_article_add_author(article, body, RECORD_MAX / 2), 0);
  assert_int_equal(nsearch_add(writer, article, NULL), NSEARCH_ERR_USAGE);
  memory_free(body);
  nsearch_article_free(article);
  nsearch_writer_close(writer);
  forget();
}

static void test_add(void **state) {
  struct buffer found = {0};
  struct log log = {0};
  struct nsearch_writer *writer = open_elsewhere(2);
  nsearch_ingest *ingest = ingest_of("small/a.json", &log);
  nsearch_report *report;
  (void)state;
  add_one(writer, "7", " B ", 0);
  add_one(writer, "8", " \n", NSEARCH_ERR_EMPTY);
  add_one(writer, "", "Hashed", 0);
  add_one(writer, "", "Hashed", 0);
  add_one(writer, "same", "before the run", 0);
  assert_int_equal(nsearch_read(writer, ingest, &report, NULL), 0);
  add_one(writer, "same", "after the run", 0);
  assert_int_equal(nsearch_commit(writer, NULL), 0);
  remembered(&found);
  assert_non_null(strstr(found.bytes, "7=B "));
  assert_non_null(strstr(found.bytes, "=Hashed "));
  assert_null(strstr(strstr(found.bytes, "=Hashed ") + 1, "=Hashed "));
  assert_non_null(strstr(found.bytes, "same=after the run "));
  assert_int_equal(nsearch_report_events(report, NSEARCH_EVENT_REPLACED), 1);
  assert_string_equal(log.last[NSEARCH_EVENT_REPLACED], "small/a.json:1");
  nsearch_report_free(report);
  nsearch_ingest_free(ingest);
  nsearch_writer_close(writer);
  forget();
  buffer_free(&found);
}

static void *add_many(void *payload) {
  char id[40];
  for (int i = 0; i < 500; i++) {
    snprintf(id, sizeof id, "t%d-%p", i, (void *)&id);
    nsearch_article *article = nsearch_article_new();
    nsearch_article_set_id(article, id, strlen(id));
    nsearch_article_set_title(article, id, strlen(id));
    if (nsearch_add(payload, article, NULL)) i = 500;
    nsearch_article_free(article);
  }
  return NULL;
}

static void test_add_from_threads(void **state) {
  struct nsearch_writer *writer = open_elsewhere(2);
  pthread_t threads[6];
  (void)state;
  for (int i = 0; i < 6; i++) assert_int_equal(pthread_create(&threads[i], NULL, add_many, writer), 0);
  for (int i = 0; i < 6; i++) pthread_join(threads[i], NULL);
  assert_int_equal(nsearch_commit(writer, NULL), 0);
  assert_int_equal(engine.count, 3000);
  assert_true(engine.most_workers <= 2);
  nsearch_writer_close(writer);
  forget();
}

/* ---- What goes wrong ---- */

static void test_nothing_to_index(void **state) {
  struct nsearch_writer *writer = open_elsewhere(2);
  struct log log = {0};
  nsearch_ingest *ingest = ingest_of("small/d.bin", &log);
  nsearch_error *err = nsearch_error_new();
  (void)state;
  assert_int_equal(nsearch_read(writer, ingest, NULL, err), 0);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_ERR_EMPTY);
  nsearch_ingest_free(ingest);
  ingest = ingest_of("absent", &log);
  nsearch_report *report;
  assert_int_equal(nsearch_read(writer, ingest, &report, err), NSEARCH_ERR_USAGE);
  assert_non_null(strstr(nsearch_error_message(err), "absent"));
  assert_int_equal(nsearch_report_files(report), 0);
  nsearch_report_free(report);
  nsearch_ingest_free(ingest);
  ingest = nsearch_ingest_new();
  assert_int_equal(nsearch_read(writer, ingest, NULL, err), NSEARCH_ERR_USAGE);
  nsearch_ingest_free(ingest);
  nsearch_error_free(err);
  nsearch_writer_close(writer);
  forget();
}

static void test_engine_fails(void **state) {
  nsearch_error *err = nsearch_error_new();
  (void)state;
  for (unsigned threads = 1; threads <= 4; threads += 3)
    for (int closing = 0; closing < 2; closing++) {
      struct nsearch_writer *writer = open_elsewhere(threads);
      struct log log = {0};
      nsearch_ingest *ingest = ingest_of("large", &log);
      engine.fail_add_at = closing ? 0 : 20000;
      engine.fail_close = closing;
      assert_int_equal(nsearch_read(writer, ingest, NULL, err), NSEARCH_ERR_SYSTEM);
      assert_non_null(strstr(nsearch_error_message(err), "the disk is full"));
      assert_true(closing || engine.count < 60000);
      nsearch_ingest_free(ingest);
      nsearch_writer_close(writer);
      forget();
    }
  struct nsearch_writer *writer;
  assert_int_equal(writer_open(&writer, &remembering, "/refused", NULL, err), NSEARCH_ERR_EXISTS);
  assert_null(writer);
  nsearch_error_free(err);
}

static void test_cancel(void **state) {
  struct nsearch_writer *writer = open_elsewhere(2);
  struct log log = {.cancels = true};
  nsearch_ingest *ingest = ingest_of("large", &log);
  nsearch_report *report;
  (void)state;
  assert_int_equal(nsearch_read(writer, ingest, &report, NULL), NSEARCH_ERR_CANCELLED);
  assert_int_equal(log.told_of_articles, 1);
  assert_int_equal(nsearch_report_articles(report), engine.count);
  assert_true(engine.count > 0 && engine.count < 60000);
  assert_int_equal(nsearch_commit(writer, NULL), 0);
  nsearch_report_free(report);
  nsearch_ingest_free(ingest);
  nsearch_writer_close(writer);
  forget();
}

static void test_options(void **state) {
  nsearch_options *options = nsearch_options_new();
  nsearch_ingest *ingest = nsearch_ingest_new();
  nsearch_error *err = nsearch_error_new();
  (void)state;
  assert_int_equal(nsearch_options_set_threads(options, 0, err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_options_set_threads(options, 65, err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_options_set_memory(options, (64 << 20) - 1, err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_options_set_memory(options, 64 << 20, err), 0);
  assert_int_equal(nsearch_options_set_language(options, "klingon", err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_options_set_language(options, "German", err), 0);
  assert_int_equal(nsearch_options_set_title_weight(options, 11, err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_ingest_add_map(ingest, "body", err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_ingest_add_map(ingest, "body=", err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_ingest_add_map(ingest, "corpus=text", err), NSEARCH_ERR_USAGE);
  assert_non_null(strstr(nsearch_error_message(err), "corpus"));
  assert_int_equal(nsearch_ingest_add_path(ingest, "", err), NSEARCH_ERR_USAGE);
  nsearch_options_free(options);
  nsearch_ingest_free(ingest);
  nsearch_error_free(err);
}

/* The folder of the index that is being written is not read. */
static void test_own_folder(void **state) {
  struct log log = {0};
  struct nsearch_writer *writer = open_writer(1);
  nsearch_ingest *ingest = ingest_of(".", &log);
  nsearch_report *report;
  (void)state;
  assert_int_equal(nsearch_read(writer, ingest, &report, NULL), 0);
  assert_int_equal(nsearch_report_files(report), 0);
  nsearch_report_free(report);
  nsearch_ingest_free(ingest);
  nsearch_writer_close(writer);
  forget();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_small),
      cmocka_unit_test(test_threads_do_not_matter),
      cmocka_unit_test(test_global_ids_and_map),
      cmocka_unit_test(test_add),
      cmocka_unit_test(test_add_too_large),
      cmocka_unit_test(test_add_from_threads),
      cmocka_unit_test(test_nothing_to_index),
      cmocka_unit_test(test_engine_fails),
      cmocka_unit_test(test_cancel),
      cmocka_unit_test(test_options),
      cmocka_unit_test(test_own_folder),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
