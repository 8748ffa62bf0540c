/* Sums of bounds of scores: many keys of one leaf, each with the weight of the whole leaf, leave 32 bits, and the best
 * articles must be found all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "indexer/native/native.h"
#include "query/native/native.h"

/* Two windows. Key 0 is in articles of the first alone, one each of the others in one article of the second, where the
 * best ones are; another word is in all. */
enum { KEYS = 80, OTHER = KEYS, ARTICLES = 2 * WINDOW, TIMES = 40 };

static char folder[] = "/tmp/nsearch-bounds-XXXXXX", *path;
static struct snapshot *snapshot;
static char bytes[KEYS + 1][16];
static struct term_key keys[KEYS + 1];

static void add_article(struct engine_worker *worker, int number) {
  struct nsearch_article *article = nsearch_article_new();
  struct buffer body = {0};
  char id[16];
  int key = number >= WINDOW && number - WINDOW < KEYS ? number - WINDOW : number < 30 ? 0 : -1;
  article_set(article, ARTICLE_ID, id, (size_t)snprintf(id, sizeof id, "a%d", number), NULL);
  for (int i = 0; key >= 0 && i < (key ? TIMES : 1); i++) buffer_format(&body, "%s ", bytes[key] + 1);
  buffer_format(&body, "%s and more words", bytes[OTHER] + 1);
  article_set(article, ARTICLE_BODY, body.bytes, body.len, NULL);
  article->published = (struct date){.seconds = -number, .precision = NSEARCH_PRECISION_SECOND};
  assert_int_equal(native_writer_engine.add(worker, article, (uint64_t)number, NULL), 0);
  buffer_free(&body);
  nsearch_article_free(article);
}

static int make_index(void **state) {
  (void)state;
  const struct write_options options = {
      .threads = 1, .memory = 256 << 20, .language = LANGUAGE_NONE, .title_weight = 2, .keep_text = true};
  struct engine_writer *writer;
  struct engine_worker *worker;
  assert_non_null(mkdtemp(folder));
  path = path_join(folder, "index");
  for (int i = 0; i <= KEYS; i++) {
    int len = snprintf(bytes[i], sizeof bytes[i], "Xk%d", i);
    keys[i] = (struct term_key){bytes[i], (uint32_t)len};
  }
  assert_int_equal(native_writer_engine.open(&writer, path, &options, NULL), 0);
  assert_int_equal(native_writer_engine.worker_open(writer, &worker, NULL), 0);
  for (int i = 0; i < ARTICLES; i++) add_article(worker, i);
  assert_int_equal(native_writer_engine.worker_close(worker, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, NULL, NULL), 0);
  native_writer_engine.close(writer);
  return native_reader_engine.open(&snapshot, path, NULL);
}

static int remove_index(void **state) {
  (void)state;
  struct file_names names;
  native_reader_engine.release(snapshot);
  if (file_list(path, &names, NULL)) return -1;
  for (size_t i = 0; i < names.count; i++) {
    char *file = path_join(path, names.names[i]);
    remove(file);
    memory_free(file);
  }
  file_names_free(&names);
  rmdir(path);
  memory_free(path);
  return rmdir(folder);
}

static struct search_answer ask(struct node *tree, uint64_t limit) {
  struct search_answer answer = {0};
  const struct search_request request = {.tree = tree, .limit = limit, .since = INT64_MIN, .until = INT64_MAX};
  assert_int_equal(native_reader_engine.search(snapshot, &request, &answer, NULL), 0);
  return answer;
}

/* The best as pruning finds them, and the first of all that match, of which nothing can be pruned. */
static void check_best(struct node *tree, uint64_t limit) {
  struct search_answer best = ask(tree, limit), all = ask(tree, ARTICLES);
  assert_int_equal(best.hit_count, all.hit_count < limit ? all.hit_count : limit);
  for (size_t i = 0; i < best.hit_count; i++) {
    assert_int_equal(best.hits[i].doc.doc, all.hits[i].doc.doc);
    assert_true(best.hits[i].score == all.hits[i].score);
  }
  search_answer_free(&best);
  search_answer_free(&all);
}

/* From one key to more than are asked for their bounds block by block; alone, and beside a word of all articles. A sum
 * that wrapped would do harm only where it came to little, so many are tried. */
static void test_many_keys(void **state) {
  (void)state;
  enum { BOOSTS = 16 };
  for (size_t count = 1; count <= KEYS; count += 3) {
    for (int b = 0; b < BOOSTS; b++) {
      double boost = 1000 * (1 + (double)b / BOOSTS); /* weights from 2^29 to 2^30 */
      struct node many = {.kind = NODE_TERM, .keys = keys, .key_count = count, .score = SCORE_BM25, .boost = boost};
      struct node word = {
          .kind = NODE_TERM, .keys = &keys[OTHER], .key_count = 1, .score = SCORE_BM25, .boost = boost / 2};
      struct node *children[] = {&many, &word}, any = {.kind = NODE_OR, .children = children};
      for (any.child_count = 1; any.child_count <= 2; any.child_count++) {
        check_best(&any, 1);
        check_best(&any, 20);
      }
    }
  }
}

static void test_sums(void **state) {
  (void)state;
  assert_int_equal(bounds_add(1, 2), 3);
  assert_int_equal(bounds_add(INT32_MAX - 1, 1), INT32_MAX);
  assert_int_equal(bounds_add(INT32_MAX, INT32_MAX), INT32_MAX);
  assert_int_equal(bounds_add(UINT32_MAX, UINT32_MAX), INT32_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_many_keys), cmocka_unit_test(test_sums)};
  return cmocka_run_group_tests_name("bounds", tests, make_index, remove_index);
}
