/* Writers of the native engine that are disturbed, and what they leave behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "indexer/native/native.h"
#include "query/native/native.h"
#include "tests/unit/native_model.h"

/* ---- A batch ---- */

/* A value that an article says twice is one, and very many values take no time to speak of. */
static void test_many_keywords(void **state) {
  (void)state;
  enum { TOPICS = 200000 };
  char path[80], topic[24];
  uint64_t bytes;
  struct write_options options;
  struct batch batch;
  struct pack_out *cards;
  snprintf(path, sizeof path, "%s/cards", folder);
  write_options(&options, 0);
  assert_int_equal(batch_init(&batch, NULL), 0);
  assert_int_equal(pack_create(&cards, path, 1, TEXT_GROUP, NULL), 0);
  struct nsearch_article *article = nsearch_article_new();
  article_set(article, ARTICLE_ID, "x", 1, NULL);
  for (int i = 0; i < 2 * TOPICS; i++) {
    int len = snprintf(topic, sizeof topic, "topic %d", i % TOPICS);
    article_list_add(&article->topics, topic, (size_t)len, NULL);
  }
  assert_int_equal(batch_add(&batch, &options, article, 0, &(struct piece){.limit = UINT64_MAX}, cards, NULL, NULL), 0);
  assert_int_equal(batch.docs[0].keyword_len, TOPICS);
  nsearch_article_free(article);
  assert_int_equal(pack_finish(&cards, true, &bytes, NULL), 0);
  batch_free(&batch);
  remove(path);
}

/* An article that fails half-way leaves nothing in the stream: the words of those around it stay where they are. */
static void test_failed_article(void **state) {
  (void)state;
  enum { LARGE = 600 << 10 };
  char path[80];
  struct write_options options;
  struct batch batch;
  struct pack_out *cards;
  snprintf(path, sizeof path, "%s/cards", folder);
  write_options(&options, 0);
  assert_int_equal(batch_init(&batch, NULL), 0);
  assert_int_equal(symlink("/dev/full", path), 0);
  assert_int_equal(pack_create(&cards, path, 1, TEXT_GROUP, NULL), 0);
  struct nsearch_article *article = nsearch_article_new();
  char *noise = malloc(LARGE);
  for (size_t i = 0; i < LARGE; i++) noise[i] = (char)random_below(256);
  article_set(article, ARTICLE_ID, "x", 1, NULL);
  article_set(article, ARTICLE_URL, noise, LARGE, NULL);
  article_set(article, ARTICLE_TITLE, "two words", 9, NULL);
  assert_int_equal(batch_add(&batch, &options, article, 0, &(struct piece){.limit = UINT64_MAX}, cards, NULL, NULL), 0);
  size_t words = batch.stream.count;
  assert_int_equal(batch_add(&batch, &options, article, 1, &(struct piece){.limit = UINT64_MAX}, cards, NULL, NULL),
                   NSEARCH_ERR_SYSTEM);
  assert_int_equal(batch.stream.count, words);
  assert_int_equal(batch.doc_count, 1);
  nsearch_article_free(article);
  free(noise);
  pack_finish(&cards, false, NULL, NULL);
  assert_int_equal(access(path, F_OK), -1);
  batch_free(&batch);
}

/* ---- An index ---- */

/* A manifest that is there when an uncommitted writer goes (a rename that succeeded before the folder could not be
 * synced, another writer's commit) keeps all files. */
static void test_close_keeps_an_index(void **state) {
  (void)state;
  char path[80], segment[100], manifest[100];
  snprintf(path, sizeof path, "%s/kept", folder);
  snprintf(segment, sizeof segment, "%s/000001.segment", path);
  snprintf(manifest, sizeof manifest, "%s/manifest", path);
  for (int index = 0; index < 2; index++) {
    struct write_options options;
    struct engine_writer *writer;
    write_options(&options, 0);
    assert_int_equal(native_writer_engine.open(&writer, path, &options, NULL), 0);
    write_whole(segment, (const uint8_t *)"s", 1);
    if (index) write_whole(manifest, (const uint8_t *)"m", 1);
    native_writer_engine.close(writer);
    assert_int_equal(access(segment, F_OK), index ? 0 : -1);
  }
  remove_index(path);
}

/* Once a segment could not be written no commit passes over its articles. */
static void test_lost_articles(void **state) {
  (void)state;
  char path[80], obstacle[100];
  struct write_options options;
  struct engine_writer *writer;
  struct engine_worker *worker;
  snprintf(path, sizeof path, "%s/lost", folder);
  snprintf(obstacle, sizeof obstacle, "%s/000001.segment", path);
  make_model(4);
  write_options(&options, 0);
  assert_int_equal(native_writer_engine.open(&writer, path, &options, NULL), 0);
  assert_int_equal(native_writer_engine.worker_open(writer, &worker, NULL), 0);
  add_article(worker, 0, &model[0], 0);
  assert_int_equal(mkdir(obstacle, 0777), 0);
  assert_int_equal(native_writer_engine.worker_close(worker, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, NULL, NULL), NSEARCH_ERR_SYSTEM);
  assert_int_equal(rmdir(obstacle), 0);
  assert_int_equal(native_writer_engine.worker_open(writer, &worker, NULL), 0);
  add_article(worker, 1, &model[1], 1);
  assert_int_equal(native_writer_engine.worker_close(worker, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, NULL, NULL), NSEARCH_ERR_SYSTEM);
  native_writer_engine.close(writer);
  assert_int_equal(access(path, F_OK), -1);
}

/* Another index in the same folder is another commit, though its generation is the same. */
static void test_stale(void **state) {
  (void)state;
  char path[80];
  bool stale;
  struct snapshot *snapshot;
  snprintf(path, sizeof path, "%s/stale", folder);
  make_model(30);
  write_index(path, 0, 0);
  assert_int_equal(native_reader_engine.open(&snapshot, path, NULL), 0);
  assert_int_equal(native_reader_engine.is_stale(snapshot, &stale, NULL), 0);
  assert_false(stale);
  remove_index(path);
  make_model(60);
  write_index(path, 0, 0);
  assert_int_equal(native_reader_engine.is_stale(snapshot, &stale, NULL), 0);
  assert_true(stale);
  native_reader_engine.release(snapshot);
  remove_index(path);
}

/* ---- How a run was cut ---- */

enum { CUT_ARTICLES = 9000, TOPICS = 12, LONG_ARTICLE = 4321, LONG_WORDS = 60000 };

/* New words, and some that come all the time, whose occurrences go on from piece to piece. */
static void set_long_body(struct nsearch_article *article) {
  static const char *const common[] = {"strikes", "striking", "harbour", "title", "中国人"};
  struct buffer body = {0};
  for (uint32_t i = 0; i < LONG_WORDS; i++) {
    buffer_format(&body, "w%xs%c", i * 2654435761u, i % 11 ? ' ' : '\n');
    if (i % 3 == 0) buffer_format(&body, "%s ", common[i / 3 % 5]);
  }
  buffer_text(&body, "the end");
  article_set(article, ARTICLE_BODY, body.bytes, body.len, NULL);
  buffer_free(&body);
}

static struct nsearch_article *article_of_topics(uint32_t number) {
  struct nsearch_article *article = nsearch_article_new();
  char text[32];
  article_set(article, ARTICLE_ID, text, (size_t)snprintf(text, sizeof text, "a%u", number), NULL);
  article_set(article, ARTICLE_TITLE, text, (size_t)snprintf(text, sizeof text, "title q%u", number % 100), NULL);
  for (uint32_t i = 0; i < number % 5; i++) {
    int len = snprintf(text, sizeof text, "topic %u", (number / 5 + number / 1000 * i * 7) % TOPICS);
    article_list_add(&article->topics, text, (size_t)len, NULL);
  }
  if (number == LONG_ARTICLE) set_long_body(article);
  return article;
}

/* The encoder of packs may pack the same group some bytes shorter in other memory: places are left out of the comparison. */
static void blank_places(const struct segment *segment, uint8_t *bytes) {
  static const enum section places[] = {SECTION_CARDS, SECTION_TEXTS};
  for (size_t i = 0; i < 2; i++)
    memset(bytes + segment->sections[places[i]].offset, 0, segment->sections[places[i]].len);
}

/* The bytes of its only segment without checksums and places; *files: its number, which grows with the segments that were merged. */
static uint8_t *cut_index(const char *path, uint64_t memory, size_t *len, uint64_t *files) {
  struct write_options options;
  struct engine_writer *writer;
  struct engine_worker *worker;
  struct snapshot *snapshot;
  write_options(&options, 0);
  options.memory = memory;
  assert_int_equal(native_writer_engine.open(&writer, path, &options, NULL), 0);
  assert_int_equal(native_writer_engine.worker_open(writer, &worker, NULL), 0);
  for (uint32_t i = 0; i < CUT_ARTICLES; i++) {
    struct nsearch_article *article = article_of_topics(i);
    assert_int_equal(native_writer_engine.add(worker, article, i, NULL), 0);
    nsearch_article_free(article);
  }
  assert_int_equal(native_writer_engine.worker_close(worker, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, NULL, NULL), 0);
  native_writer_engine.close(writer);
  assert_int_equal(native_reader_engine.open(&snapshot, path, NULL), 0);
  assert_int_equal(snapshot->segment_count, 1);
  const char *file = snapshot->segments[0].file.path;
  *files = strtoull(strrchr(file, '/') + 1, NULL, 10);
  FILE *in = fopen(file, "rb");
  assert_non_null(in);
  assert_int_equal(fseek(in, 0, SEEK_END), 0);
  *len = (size_t)ftell(in);
  uint8_t *bytes = malloc(*len);
  assert_int_equal(fseek(in, 0, SEEK_SET), 0);
  assert_int_equal(fread(bytes, 1, *len, in), *len);
  fclose(in);
  blank_places(&snapshot->segments[0], bytes);
  *len = snapshot->segments[0].file.len;
  native_reader_engine.release(snapshot);
  remove_index(path);
  return bytes;
}

/* One corpus gives one segment, byte for byte but for the places in packs, in however many batches it came, and in however
 * many pieces an article. */
static void test_any_cut(void **state) {
  (void)state;
  char path[80];
  size_t len, other_len;
  uint64_t files, other_files;
  snprintf(path, sizeof path, "%s/cut", folder);
  uint8_t *bytes = cut_index(path, UINT64_C(256) << 20, &len, &files);
  uint8_t *other = cut_index(path, UINT64_C(33) << 20, &other_len, &other_files);
  assert_true(other_files > files + 5);
  assert_int_equal(len, other_len);
  assert_memory_equal(bytes, other, len);
  free(bytes);
  free(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_many_keywords),
      cmocka_unit_test(test_failed_article),
      cmocka_unit_test(test_close_keeps_an_index),
      cmocka_unit_test(test_lost_articles),
      cmocka_unit_test(test_stale),
      cmocka_unit_test(test_any_cut),
  };
  return cmocka_run_group_tests_name("native writer", tests, make_folder, remove_folder);
}
