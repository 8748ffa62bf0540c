/* Remote shards as a library sees them, and what shards and manifests are made of. The servers are xapian-progsrv behind
 * scripts, which a test makes fail. tests/cli/shards_*.sh has servers of TCP, and what can happen to them. */
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
#include "common/store/store.h"
#include "common/xapian/xap.h"

enum { SHARDS = 3, ARTICLES = 60, THREADS = 4 };

static char folder[64];
static nsearch_error *err;

static const char *place(const char *name) {
  static char paths[4][128];
  static unsigned next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static const char *script_of(int shard) {
  char name[32];
  snprintf(name, sizeof name, "serve%d", shard);
  return place(name);
}

static void write_script(int shard, const char *command) {
  FILE *file = fopen(script_of(shard), "w");
  assert_non_null(file);
  assert_true(fprintf(file, "%s %s/shard%d\n", command, folder, shard) > 0);
  assert_int_equal(fclose(file), 0);
}

static void serve(int shard) { write_script(shard, "exec xapian-progsrv --writable"); }
static void break_server(int shard) { write_script(shard, "exit 1 #"); }

/* Empty databases, and scripts that serve them. */
static int make_servers(void **state) {
  (void)state;
  strcpy(folder, "/tmp/nsearch-shards-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  for (int i = 0; i < SHARDS; i++) {
    struct xap_writer *writer;
    char name[32];
    snprintf(name, sizeof name, "shard%d", i);
    if (xap_writer_open(&writer, place(name), XAP_TEMPORARY, err) || xap_writer_commit(writer, err)) return -1;
    xap_writer_free(writer);
    serve(i);
  }
  return 0;
}

static int remove_servers(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static bool is_installed(void) { return system("command -v xapian-progsrv >/dev/null") == 0; }

static nsearch_writer *open_writer(void) {
  nsearch_options *options = nsearch_options_new();
  nsearch_writer *writer = NULL;
  for (int i = 0; i < SHARDS; i++) {
    char address[160];
    snprintf(address, sizeof address, "prog:sh %s", script_of(i));
    assert_int_equal(nsearch_options_add_shard(options, address, err), NSEARCH_OK);
  }
  assert_int_equal(nsearch_options_set_threads(options, THREADS, err), NSEARCH_OK);
  assert_int_equal(nsearch_writer_open(&writer, place("index"), options, err), NSEARCH_OK);
  nsearch_options_free(options);
  return writer;
}

static void add(nsearch_writer *writer, int number, const char *body) {
  nsearch_article *article = nsearch_article_new();
  char id[32];
  snprintf(id, sizeof id, "article-%d", number);
  nsearch_article_set_id(article, id, strlen(id));
  nsearch_article_set_body(article, body, strlen(body));
  nsearch_article_set_published(article, number * INT64_C(86400), NSEARCH_PRECISION_DAY, NSEARCH_ORIGIN_RECORD);
  assert_int_equal(nsearch_add(writer, article, err), NSEARCH_OK);
  nsearch_article_free(article);
}

struct adder {
  nsearch_writer *writer;
  int first;
  pthread_t thread;
};

static void *add_share(void *payload) {
  struct adder *adder = payload;
  for (int i = adder->first; i < ARTICLES; i += THREADS) {
    add(adder->writer, i, "an earlier storm");
    add(adder->writer, i, "a later storm");
  }
  return NULL;
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

static void fill(void) {
  nsearch_writer *writer = open_writer();
  struct adder adders[THREADS];
  for (int i = 0; i < THREADS; i++) {
    adders[i] = (struct adder){.writer = writer, .first = i};
    assert_int_equal(pthread_create(&adders[i].thread, NULL, add_share, &adders[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(adders[i].thread, NULL);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  uint64_t articles = 0;
  const nsearch_shards *shards = nsearch_writer_shards(writer);
  assert_int_equal(nsearch_shards_count(shards), SHARDS);
  for (size_t i = 0; i < SHARDS; i++) {
    assert_int_equal(nsearch_shards_status(shards, i, NULL), NSEARCH_OK);
    assert_true(nsearch_shards_articles(shards, i) > 0);
    articles += nsearch_shards_articles(shards, i);
  }
  assert_int_equal(articles, ARTICLES);
  nsearch_writer_close(writer);
}

/* Written twice: articles have one place, whatever thread and run they come from. */
static void test_written(void **state) {
  (void)state;
  nsearch_reader *reader = NULL;
  nsearch_stats *stats = NULL;
  nsearch_article *article = NULL;
  int64_t oldest = -1, newest = -1;
  if (!is_installed()) skip();
  fill();
  fill();
  assert_int_equal(nsearch_open(&reader, place("index"), err), NSEARCH_OK);
  assert_int_equal(matches(reader, "storm"), ARTICLES);
  assert_int_equal(matches(reader, "later"), ARTICLES);
  assert_int_equal(matches(reader, "earlier"), 0);
  assert_int_equal(nsearch_get(reader, "article-7", &article, err), NSEARCH_OK);
  assert_string_equal(nsearch_article_body(article, NULL), "a later storm");
  assert_int_equal(nsearch_stats_read(reader, &stats, err), NSEARCH_OK);
  assert_int_equal(nsearch_stats_articles(stats), ARTICLES);
  assert_int_equal(nsearch_stats_tokens(stats), 3 * ARTICLES);
  assert_int_equal(nsearch_stats_segments(stats), SHARDS);
  assert_true(nsearch_stats_dates(stats, &oldest, &newest));
  assert_int_equal(oldest, 0);
  assert_int_equal(newest, (ARTICLES - 1) * INT64_C(86400));
  nsearch_stats_free(stats);
  nsearch_article_free(article);
  nsearch_close(reader);
}

/* One shard fails, another one too, all; then they are back. */
static void test_partial(void **state) {
  (void)state;
  nsearch_reader *reader = NULL;
  nsearch_result *result = NULL;
  nsearch_shards *shards = NULL;
  const char *message;
  if (!is_installed()) skip();
  nsearch_request *request = nsearch_request_new("storm");
  nsearch_request_set_count(request, 1);
  break_server(1);
  assert_int_equal(nsearch_open(&reader, place("index"), err), NSEARCH_OK);
  assert_int_equal(nsearch_search(reader, request, &result, err), NSEARCH_ERR_SHARD);
  assert_non_null(strstr(nsearch_error_message(err), "shard 2 of 3, prog:sh"));
  nsearch_request_set_partial(request, 1);
  assert_int_equal(nsearch_search(reader, request, &result, err), NSEARCH_OK);
  const nsearch_shards *used = nsearch_result_shards(result);
  assert_int_equal(nsearch_shards_count(used), SHARDS);
  assert_int_equal(nsearch_shards_status(used, 0, NULL), NSEARCH_OK);
  assert_int_equal(nsearch_shards_status(used, 1, &message), NSEARCH_ERR_SHARD);
  assert_true(message[0]);
  uint64_t missing = nsearch_shards_articles(used, 0) + nsearch_shards_articles(used, 2);
  assert_int_equal(nsearch_result_matches(result, NULL), missing);
  nsearch_result_free(result);
  assert_int_equal(nsearch_shards_read(place("index"), &shards, err), NSEARCH_OK);
  assert_int_equal(nsearch_shards_status(shards, 1, &message), NSEARCH_ERR_SHARD);
  assert_int_equal(nsearch_shards_status(shards, 2, &message), NSEARCH_OK);
  assert_string_equal(message, "");
  assert_true(nsearch_shards_latency(shards, 2) > 0);
  nsearch_shards_free(shards);
  nsearch_close(reader);

  break_server(0);
  break_server(2);
  assert_int_equal(nsearch_open(&reader, place("index"), err), NSEARCH_OK);
  assert_int_equal(nsearch_search(reader, request, &result, err), NSEARCH_ERR_SHARD);
  assert_null(result);
  for (int i = 0; i < SHARDS; i++) serve(i);
  nsearch_request_set_partial(request, 0);
  assert_int_equal(nsearch_search(reader, request, &result, err), NSEARCH_OK);
  assert_int_equal(nsearch_result_matches(result, NULL), ARTICLES);
  nsearch_result_free(result);
  nsearch_close(reader);
  nsearch_request_free(request);
}

static uint64_t newest(nsearch_reader *reader, const char *question) {
  nsearch_request *request = nsearch_request_new(question);
  nsearch_result *result = NULL;
  nsearch_request_set_sort(request, NSEARCH_SORT_NEWEST);
  assert_int_equal(nsearch_search(reader, request, &result, err), NSEARCH_OK);
  uint64_t count = nsearch_result_hits(result);
  nsearch_result_free(result);
  nsearch_request_free(request);
  return count;
}

/* Xapian 1.4.22 takes the list of all documents for that of a term that is in every document of a database, and fails when
 * that list has gaps and several parts. */
static void test_word_of_all(void **state) {
  (void)state;
  enum { MORE = 3000, GAPS = 10 };
  nsearch_reader *reader = NULL;
  if (!is_installed()) skip();
  nsearch_writer *writer = open_writer();
  for (int i = 0; i < MORE; i++) add(writer, 1000 + i, i < MORE - 1 ? "another storm" : "calm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  for (int i = 0; i < SHARDS; i++) {
    struct xap_writer *database;
    char name[32];
    snprintf(name, sizeof name, "shard%d", i);
    assert_int_equal(xap_writer_open(&database, place(name), XAP_EXISTING, err), NSEARCH_OK);
    for (uint32_t gap = 0; gap < GAPS; gap++)
      assert_int_equal(xap_writer_delete(database, 2 * gap + 1, err), NSEARCH_OK);
    assert_int_equal(xap_writer_commit(database, err), NSEARCH_OK);
    xap_writer_free(database);
  }
  const uint64_t left = ARTICLES + MORE - 1 - SHARDS * GAPS;
  assert_int_equal(nsearch_open(&reader, place("index"), err), NSEARCH_OK);
  assert_int_equal(matches(reader, "storm"), left);
  assert_int_equal(matches(reader, "+storm another later"), left);
  assert_int_equal(matches(reader, "title:none OR (storm NOT calm)"), left);
  assert_int_equal(newest(reader, "storm"), 10);
  assert_int_equal(newest(reader, "+storm +another"), 10);
  nsearch_close(reader);
}

static void on_replaced(void *payload, uint64_t sequence, uint64_t by) {
  uint64_t *told = payload;
  told[0] = sequence;
  told[1] = by;
}

/* Sequences count, not what arrives first: threads add while another one deletes. The list of shards is the index's. */
static void test_deleted(void **state) {
  (void)state;
  static const char id[] = "short-lived", body[] = "hurricane";
  const struct write_options options = {.threads = 1, .memory = 64 << 20, .language = -1, .keep_text = -1};
  const struct writer_engine *engine = &shards_writer_engine;
  struct engine_writer *writer = NULL;
  struct engine_worker *worker = NULL;
  nsearch_reader *reader = NULL;
  uint64_t told[2] = {99, 99};
  struct commit_report report = {.on_replaced = on_replaced, .payload = told};
  if (!is_installed()) skip();
  nsearch_article *article = nsearch_article_new();
  nsearch_article_set_id(article, id, sizeof id - 1);
  nsearch_article_set_body(article, body, sizeof body - 1);
  assert_int_equal(engine->open(&writer, place("index"), &options, err), NSEARCH_OK);
  for (uint64_t turn = 0; turn < 3; turn++) {
    /* Of a deletion as number 10 and an article that arrives later as number 5 or 15 the higher number wins, and a
     * deletion that was committed is over. */
    static const uint64_t numbers[] = {5, 15, 25};
    if (turn < 2) assert_int_equal(engine->remove(writer, id, sizeof id - 1, 10, err), NSEARCH_OK);
    assert_int_equal(engine->worker_open(writer, &worker, err), NSEARCH_OK);
    assert_int_equal(engine->add(worker, article, numbers[turn], err), NSEARCH_OK);
    assert_int_equal(engine->worker_close(worker, err), NSEARCH_OK);
    report.deleted = 0;
    assert_int_equal(engine->commit(writer, 0, &report, err), NSEARCH_OK);
    assert_int_equal(report.deleted, turn == 0);
    assert_int_equal(nsearch_open(&reader, place("index"), err), NSEARCH_OK);
    assert_int_equal(matches(reader, body), turn > 0);
    nsearch_close(reader);
    assert_int_equal(told[1], turn == 2 ? 25 : 99);
  }
  assert_int_equal(told[0], 0); /* what it replaced was committed before */
  assert_int_equal(engine->commit(writer, COMMIT_MERGE, &report, err), NSEARCH_ERR_UNSUPPORTED);
  engine->close(writer);
  nsearch_article_free(article);
}

static void test_options(void **state) {
  (void)state;
  nsearch_options *options = nsearch_options_new();
  nsearch_writer *writer = NULL;
  static const char *const wrong[] = {"",           "one:7001",    "tcp://",          "tcp://one",    "tcp://:7001",
                                      "tcp://one:", "tcp://one:0", "tcp://one:65536", "tcp://one:7x", "tcp://o\ne:7001",
                                      "prog:",      "prog:  "};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_int_equal(nsearch_options_add_shard(options, wrong[i], err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_options_add_shard(options, "tcp://one:65535", err), NSEARCH_OK);
  assert_int_equal(nsearch_options_add_shard(options, "tcp://one:65535", err), NSEARCH_ERR_USAGE);
  assert_int_equal(nsearch_options_set_engine(options, "native", err), NSEARCH_OK);
  assert_int_equal(nsearch_writer_open(&writer, place("none"), options, err), NSEARCH_ERR_USAGE);
  for (int i = 1; i < SHARDS_MAX; i++) {
    char address[40];
    snprintf(address, sizeof address, "tcp://one:%d", i);
    assert_int_equal(nsearch_options_add_shard(options, address, err), NSEARCH_OK);
  }
  assert_int_equal(nsearch_options_add_shard(options, "tcp://one:9999", err), NSEARCH_ERR_USAGE);
  nsearch_options_free(options);
}

static void test_manifest(void **state) {
  (void)state;
  struct manifest manifest = {.engine = "xapian", .language = 1, .title_weight = 2, .identity = 0xfedcba9876543210},
                  read;
  assert_int_equal(manifest_add_shard(&manifest, "tcp://one:7001", err), NSEARCH_OK);
  assert_int_equal(manifest_add_shard(&manifest, "prog:ssh two xapian-progsrv /srv", err), NSEARCH_OK);
  assert_int_equal(manifest_write(&manifest, folder, err), NSEARCH_OK);
  assert_int_equal(manifest_read(&read, folder, err), NSEARCH_OK);
  assert_int_equal(read.shard_count, 2);
  assert_string_equal(read.shards[1], "prog:ssh two xapian-progsrv /srv");
  assert_true(read.identity == manifest.identity);
  manifest_free(&read);
  assert_int_equal(manifest_add_shard(&manifest, "udp://one:7001", err), NSEARCH_OK);
  assert_int_equal(manifest_write(&manifest, folder, err), NSEARCH_OK);
  assert_int_equal(manifest_read(&read, folder, err), NSEARCH_ERR_VERSION);
  manifest_free(&manifest);
}

static void decode(struct xap_figures *out, const char *text, int expected) {
  struct buffer bytes = {0};
  buffer_text(&bytes, text);
  assert_int_equal(xap_figures_decode(out, &bytes, "here", err), expected);
  buffer_free(&bytes);
}

static void test_figures(void **state) {
  (void)state;
  const struct xap_figures figures = {.tokens = 7,
                                      .languages = 5,
                                      .dated = true,
                                      .oldest = -3,
                                      .newest = INT64_MAX,
                                      .index = UINT64_MAX - 1,
                                      .shard = 2,
                                      .shards = 3};
  struct xap_figures read;
  struct buffer text = {0};
  xap_figures_encode(&figures, &text);
  assert_int_equal(xap_figures_decode(&read, &text, "here", err), NSEARCH_OK);
  buffer_free(&text);
  assert_memory_equal(&read, &figures, sizeof read);
  assert_int_equal(xap_figures_check(&read, figures.index, 2, 3, "here", err), NSEARCH_OK);
  assert_int_equal(xap_figures_check(&read, 1, 2, 3, "here", err), NSEARCH_ERR_DAMAGED);
  assert_int_equal(xap_figures_check(&read, figures.index, 1, 3, "here", err), NSEARCH_ERR_DAMAGED);
  assert_int_equal(xap_figures_check(&read, figures.index, 2, 4, "here", err), NSEARCH_ERR_DAMAGED);
  decode(&read, "", NSEARCH_ERR_DAMAGED);
  decode(&read, "format=2\n", NSEARCH_ERR_VERSION);
  decode(&read, "format=1", NSEARCH_OK);
  assert_int_equal(xap_figures_check(&read, 0, 1, 1, "here", err), NSEARCH_ERR_DAMAGED);
  decode(&read, "format=1\nshard=99999999999999999999999999999999\nindex=\n=\n\nshards", NSEARCH_OK);
  assert_int_equal(read.shard, 0);
}

/* Every shard gets its share, and an id always the same. */
static void test_routing(void **state) {
  (void)state;
  unsigned shares[7] = {0};
  for (int i = 0; i < 7000; i++) {
    char id[32];
    size_t len = (size_t)snprintf(id, sizeof id, "http://a.example/%d", i);
    uint32_t shard = xap_shard_of_id(id, len, 7);
    assert_true(shard < 7);
    shares[shard]++;
  }
  for (int i = 0; i < 7; i++) assert_in_range(shares[i], 800, 1200);
  assert_int_equal(xap_shard_of_id("hp-lighthouse-sold", 18, 3), hash_bytes("hp-lighthouse-sold", 18) % 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_written), cmocka_unit_test(test_partial), cmocka_unit_test(test_word_of_all),
      cmocka_unit_test(test_deleted), cmocka_unit_test(test_options), cmocka_unit_test(test_manifest),
      cmocka_unit_test(test_figures), cmocka_unit_test(test_routing),
  };
  err = nsearch_error_new();
  int failed = cmocka_run_group_tests(tests, make_servers, remove_servers);
  nsearch_error_free(err);
  return failed;
}
