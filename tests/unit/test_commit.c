/* Commits of the native engine: what they mark, merge and leave alone, the packs that they go on in, and the policy's
 * bounds. */
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

/* ---- What the tests say ---- */

static char path[80];
static uint64_t sequence;

static struct engine_writer *open_writer(uint32_t segment_articles) {
  struct write_options options;
  struct engine_writer *writer;
  snprintf(path, sizeof path, "%s/index", folder);
  write_options(&options, segment_articles);
  assert_int_equal(native_writer_engine.open(&writer, path, &options, NULL), 0);
  return writer;
}

static void add_range(struct engine_writer *writer, uint32_t from, uint32_t to) {
  struct engine_worker *worker;
  assert_int_equal(native_writer_engine.worker_open(writer, &worker, NULL), 0);
  for (uint32_t i = from; i < to; i++) add_article(worker, i, &model[i], ++sequence);
  assert_int_equal(native_writer_engine.worker_close(worker, NULL), 0);
}

static void remove_range(struct engine_writer *writer, uint32_t from, uint32_t to) {
  char id[16];
  for (uint32_t i = from; i < to; i++) {
    size_t len = (size_t)snprintf(id, sizeof id, "a%u", i);
    assert_int_equal(native_writer_engine.remove(writer, id, len, ++sequence, NULL), 0);
  }
}

static void commit(struct engine_writer *writer, unsigned how) {
  assert_int_equal(native_writer_engine.commit(writer, how, NULL, NULL), 0);
}

static struct manifest last_commit(void) {
  struct manifest manifest;
  assert_int_equal(manifest_read(&manifest, path, NULL), 0);
  return manifest;
}

static bool is_there(struct snapshot *snapshot, const char *id) {
  struct doc_ref doc;
  return native_reader_engine.find(snapshot, id, &doc, NULL) == NSEARCH_OK;
}

/* Articles below `count` are there as `there` says, with their texts, and the index is whole. */
static void check_index(uint32_t count, bool (*there)(uint32_t number)) {
  struct snapshot *snapshot;
  struct check_report report = {0};
  char id[16];
  assert_int_equal(index_check(path, false, &report, NULL), 0);
  assert_int_equal(native_reader_engine.open(&snapshot, path, NULL), 0);
  for (uint32_t i = 0; i < count; i++) {
    snprintf(id, sizeof id, "a%u", i);
    assert_int_equal(is_there(snapshot, id), there(i));
  }
  native_reader_engine.release(snapshot);
}

static bool always(uint32_t number) { return (void)number, true; }
static bool from_one(uint32_t number) { return number >= 1; }
static bool from_thirty(uint32_t number) { return number >= 30; }
static bool never(uint32_t number) { return (void)number, false; }

static uint64_t size_of(const struct manifest_pack *pack) {
  struct file_info info;
  char *file = pack_path(path, pack->number);
  assert_int_equal(file_stat(file, true, &info, NULL), 0);
  memory_free(file);
  return info.size;
}

/* ---- Tombstones ---- */

/* Few deletions mark, more than a fifth of a segment has it merged, and all of it has it go. */
static void test_marked(void **state) {
  (void)state;
  make_model(100);
  struct engine_writer *writer = open_writer(0);
  add_range(writer, 0, 100);
  commit(writer, 0);
  struct manifest before = last_commit();
  remove_range(writer, 0, 1);
  commit(writer, 0);
  struct manifest marked = last_commit();
  assert_int_equal(marked.segment_count, 1);
  assert_int_equal(marked.segments[0].number, before.segments[0].number);
  assert_int_equal(marked.segments[0].deleted, 1);
  assert_true(marked.segments[0].tombstones > before.segments[0].number);
  check_index(100, from_one);
  remove_range(writer, 0, 30); /* one of them once more */
  commit(writer, 0);
  struct manifest merged = last_commit();
  assert_int_equal(merged.segment_count, 1);
  assert_int_equal(merged.segments[0].documents, 70);
  assert_int_equal(merged.segments[0].deleted, 0);
  assert_int_equal(merged.segments[0].tombstones, 0);
  check_index(100, from_thirty);
  remove_range(writer, 0, 100);
  commit(writer, 0);
  struct manifest empty = last_commit();
  assert_int_equal(empty.segment_count + empty.pack_count, 0);
  check_index(100, never);
  manifest_free(&before);
  manifest_free(&marked);
  manifest_free(&merged);
  manifest_free(&empty);
  native_writer_engine.close(writer);
  remove_index(path);
}

/* A manifest that says another number of deleted articles than the tombstones is damage to the writer as to readers: it
 * would take new ones for old. And a file that it names is not written again, whatever number it says to be next. */
static void test_manifest_of_others(void **state) {
  (void)state;
  make_model(40);
  struct engine_writer *writer = open_writer(0);
  add_range(writer, 0, 20);
  commit(writer, 0);
  native_writer_engine.close(writer);
  struct manifest manifest = last_commit();
  manifest.next_number = 1;
  assert_int_equal(manifest_write(&manifest, path, NULL), 0);
  manifest_free(&manifest);
  writer = open_writer(1000);
  add_range(writer, 20, 40);
  commit(writer, 0);
  check_index(40, always);
  remove_range(writer, 0, 1);
  commit(writer, 0);
  native_writer_engine.close(writer);
  manifest = last_commit();
  for (size_t s = 0; s < manifest.segment_count; s++) manifest.segments[s].deleted *= 3;
  assert_int_equal(manifest_write(&manifest, path, NULL), 0);
  manifest_free(&manifest);
  writer = open_writer(0);
  remove_range(writer, 1, 2);
  assert_int_equal(native_writer_engine.commit(writer, 0, NULL, NULL), NSEARCH_ERR_DAMAGED);
  native_writer_engine.close(writer);
  remove_index(path);
}

struct told {
  size_t old, new;
};

static void on_replaced(void *payload, uint64_t loser, uint64_t by) {
  struct told *told = payload;
  assert_true(by > loser);
  ++*(loser ? &told->new : &told->old);
}

/* A commit that fails reports nothing, and the one after it everything, once. */
static void test_reported_once(void **state) {
  (void)state;
  char obstacle[100];
  struct told told = {0};
  struct commit_report report = {.on_replaced = on_replaced, .payload = &told};
  make_model(20);
  struct engine_writer *writer = open_writer(0);
  snprintf(obstacle, sizeof obstacle, "%s/manifest.new", path);
  add_range(writer, 0, 20);
  commit(writer, 0);
  add_range(writer, 0, 2);
  add_range(writer, 0, 1);
  remove_range(writer, 7, 8);
  assert_int_equal(mkdir(obstacle, 0777), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, &report, NULL), NSEARCH_ERR_SYSTEM);
  assert_int_equal(told.old + told.new + report.deleted, 0);
  assert_int_equal(rmdir(obstacle), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, &report, NULL), 0);
  assert_int_equal(told.old, 2);
  assert_int_equal(told.new, 1);
  assert_int_equal(report.deleted, 1);
  native_writer_engine.close(writer);
  remove_index(path);
}

/* ---- Deletions by hash ---- */

static uint64_t hash_of(const char *id) { return hash_bytes(id, strlen(id)); }

static void check_three(bool a, bool b, bool c) {
  struct snapshot *snapshot;
  assert_int_equal(native_reader_engine.open(&snapshot, path, NULL), 0);
  assert_int_equal(is_there(snapshot, "a0"), a);
  assert_int_equal(is_there(snapshot, "a1"), b);
  assert_int_equal(is_there(snapshot, "a2"), c);
  native_reader_engine.release(snapshot);
}

/* By sequence like one by id, whether the article was committed before or not. */
static void test_hashed(void **state) {
  (void)state;
  make_model(40);
  struct engine_writer *writer = open_writer(0);
  add_range(writer, 0, 40);
  commit(writer, 0);
  struct commit_report report = {0};
  assert_int_equal(native_writer_engine.remove_hashed(writer, hash_of("a0"), ++sequence, NULL), 0);
  assert_int_equal(native_writer_engine.remove_hashed(writer, hash_of("a1"), ++sequence, NULL), 0);
  assert_int_equal(native_writer_engine.remove_hashed(writer, hash_of("nobody"), ++sequence, NULL), 0);
  add_range(writer, 1, 3); /* a1 is back; a2 is new */
  assert_int_equal(native_writer_engine.remove_hashed(writer, hash_of("a2"), ++sequence, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, &report, NULL), 0);
  assert_int_equal(report.deleted, 2); /* a0 and the new a2; what came before that and a1 was replaced */
  check_three(false, true, false);
  native_writer_engine.close(writer);
  remove_index(path);
}

/* Nobody knows which of two ids was meant. The hash of one is made that of the other before the batch is written. */
static void test_hashed_twice(void **state) {
  (void)state;
  make_model(3);
  struct engine_writer *writer = open_writer(0);
  add_range(writer, 0, 3);
  writer->pending[0]->docs[1].meta.id_hash = hash_of("a0");
  commit(writer, 0);
  struct commit_report report = {0};
  assert_int_equal(native_writer_engine.remove_hashed(writer, hash_of("a0"), ++sequence, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, &report, NULL), 0);
  assert_int_equal(report.deleted, 0);
  assert_int_equal(native_writer_engine.remove(writer, "a0", 2, ++sequence, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, &report, NULL), 0);
  assert_int_equal(report.deleted, 1);
  assert_int_equal(native_writer_engine.remove_hashed(writer, hash_of("a0"), ++sequence, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, &report, NULL), 0);
  assert_int_equal(report.deleted, 2); /* the other one is alone by now */
  native_writer_engine.close(writer);
  remove_index(path);
}

/* Places are found from any that is not behind them. */
static void test_hash_order(void **state) {
  (void)state;
  enum { COUNT = 900 };
  make_model(COUNT);
  write_index((snprintf(path, sizeof path, "%s/index", folder), path), 0, 0);
  struct snapshot *snapshot;
  struct hash_order order;
  assert_int_equal(native_reader_engine.open(&snapshot, path, NULL), 0);
  assert_int_equal(segment_hash_order(&snapshot->segments[0], false, &order, NULL), 0);
  for (uint32_t i = 0; i < COUNT; i++) {
    uint32_t place = hash_order_first(&order, model[i].id_hash);
    assert_int_not_equal(hash_order_doc(&order, place, model[i].id_hash), UINT32_MAX);
    for (uint32_t from = 0; from <= place; from += 1 + random_below(40))
      assert_int_equal(hash_order_seek(&order, from, model[i].id_hash), place);
    assert_int_equal(hash_order_seek(&order, place, model[i].id_hash), place);
  }
  assert_int_equal(hash_order_first(&order, UINT64_MAX), COUNT);
  assert_int_equal(hash_order_first(&order, 0), 0);
  native_reader_engine.release(snapshot);
  remove_index(path);
}

/* ---- Packs ---- */

/* Runs go on in the packs that are there; what an unfinished one left behind the committed bytes means nothing to readers
 * and a check, and is cut off by the next writer. */
static void test_packs_go_on(void **state) {
  (void)state;
  enum { RUNS = 6, EACH = 30 };
  static const uint8_t noise[5000] = {1, 2, 3};
  make_model(RUNS * EACH);
  for (uint32_t run = 0; run < RUNS; run++) {
    struct engine_writer *writer = open_writer(0);
    add_range(writer, run * EACH, (run + 1) * EACH);
    commit(writer, 0);
    native_writer_engine.close(writer);
    struct manifest manifest = last_commit();
    assert_int_equal(manifest.pack_count, 2);
    assert_int_equal(manifest.next_pack, 3);
    for (size_t i = 0; i < 2; i++) {
      assert_int_equal(manifest.packs[i].records, (run + 1) * EACH);
      assert_int_equal(size_of(&manifest.packs[i]), manifest.packs[i].bytes);
      char *file = pack_path(path, manifest.packs[i].number);
      FILE *out = fopen(file, "a");
      assert_int_equal(fwrite(noise, 1, sizeof noise, out), sizeof noise);
      fclose(out);
      memory_free(file);
    }
    manifest_free(&manifest);
    check_index((run + 1) * EACH, always);
  }
  remove_index(path);
}

/* A reader of the commit before sees its own bytes while a tail is cut and the pack grows. */
static void test_packs_under_readers(void **state) {
  (void)state;
  make_model(60);
  struct engine_writer *writer = open_writer(0);
  add_range(writer, 0, 30);
  commit(writer, 0);
  struct snapshot *before;
  assert_int_equal(native_reader_engine.open(&before, path, NULL), 0);
  add_range(writer, 30, 60);
  native_writer_engine.close(writer); /* not committed: both packs have a tail now */
  struct manifest manifest = last_commit();
  assert_true(size_of(&manifest.packs[0]) > manifest.packs[0].bytes);
  manifest_free(&manifest);
  writer = open_writer(0);
  add_range(writer, 40, 60);
  commit(writer, 0);
  native_writer_engine.close(writer);
  struct nsearch_article *article = nsearch_article_new();
  for (uint32_t doc = 0; doc < 30; doc++)
    assert_int_equal(native_reader_engine.fetch(before, (struct doc_ref){0, doc}, WANT_CARD | WANT_BODY, article, NULL),
                     0);
  nsearch_article_free(article);
  native_reader_engine.release(before);
  remove_index(path);
}

/* Several workers have a pack each; the same number of them later takes the same ones. */
static void test_packs_of_workers(void **state) {
  (void)state;
  make_model(40);
  for (uint32_t run = 0; run < 2; run++) {
    struct engine_worker *workers[4];
    struct engine_writer *writer = open_writer(0);
    for (uint32_t w = 0; w < 4; w++) {
      assert_int_equal(native_writer_engine.worker_open(writer, &workers[w], NULL), 0);
      for (uint32_t i = 0; w < 3 && i < 5; i++) add_article(workers[w], run * 20 + w * 5 + i, &model[i], ++sequence);
    }
    for (uint32_t w = 0; w < 4; w++) assert_int_equal(native_writer_engine.worker_close(workers[w], NULL), 0);
    commit(writer, 0);
    native_writer_engine.close(writer);
    struct manifest manifest = last_commit();
    assert_int_equal(manifest.pack_count, 6); /* the fourth worker had nothing to write */
    manifest_free(&manifest);
  }
  remove_index(path);
}

/* A plain optimize leaves packs alone that are not mostly dead, and writes the others anew; a purge, all with a dead
 * record. */
static void test_packs_optimized(void **state) {
  (void)state;
  make_model(100);
  struct engine_writer *writer = open_writer(0);
  add_range(writer, 0, 100);
  commit(writer, 0);
  struct manifest before = last_commit();
  remove_range(writer, 0, 1);
  commit(writer, COMMIT_MERGE);
  struct manifest few = last_commit();
  assert_int_equal(few.segments[0].documents, 99);
  assert_int_equal(few.packs[0].number, before.packs[0].number);
  assert_int_equal(few.packs[0].bytes, before.packs[0].bytes);
  commit(writer, COMMIT_MERGE | COMMIT_PURGE);
  struct manifest purged = last_commit();
  assert_int_equal(purged.pack_count, 2);
  assert_true(purged.packs[0].number > before.packs[1].number);
  assert_int_equal(purged.packs[0].records, 99);
  check_index(100, from_one);
  remove_range(writer, 1, 30);
  remove_range(writer, 40, 90);
  commit(writer, COMMIT_MERGE);
  struct manifest many = last_commit();
  assert_true(many.packs[0].number > purged.packs[1].number);
  assert_int_equal(many.packs[0].records, 20);
  commit(writer, COMMIT_MERGE | COMMIT_PURGE); /* nothing to do */
  struct manifest same = last_commit();
  assert_int_equal(same.generation, many.generation);
  manifest_free(&before);
  manifest_free(&few);
  manifest_free(&purged);
  manifest_free(&many);
  manifest_free(&same);
  native_writer_engine.close(writer);
  remove_index(path);
}

enum { COUNT = 2000, FIRST = 4096 };

static void read_pack(uint32_t number, uint8_t bytes[FIRST]) {
  char *file = pack_path(path, number);
  FILE *pack = fopen(file, "rb");
  assert_non_null(pack);
  assert_int_equal(fread(bytes, 1, FIRST, pack), FIRST);
  fclose(pack);
  memory_free(file);
}

/* What stays lies as it lay, whatever the order of the articles by date: beside what it compresses with. */
static void test_purged_in_order(void **state) {
  (void)state;

  uint8_t old[2][FIRST], anew[FIRST];
  make_model(COUNT);
  struct engine_writer *writer = open_writer(0);
  add_range(writer, 0, COUNT);
  commit(writer, 0);
  struct manifest before = last_commit();
  for (size_t i = 0; i < 2; i++) read_pack(before.packs[i].number, old[i]);
  remove_range(writer, COUNT - 1, COUNT);
  commit(writer, COMMIT_MERGE | COMMIT_PURGE);
  struct manifest after = last_commit();
  for (size_t i = 0; i < 2; i++) {
    assert_int_not_equal(after.packs[i].number, before.packs[i].number);
    read_pack(after.packs[i].number, anew);
    assert_memory_equal(anew, old[i], FIRST);
  }
  manifest_free(&before);
  manifest_free(&after);
  native_writer_engine.close(writer);
  remove_index(path);
}

/* ---- Memory ---- */

/* Where not all segments fit into memory at once they are merged in two levels, and where that does not do either, into
 * several. The index is the same. */
static void test_little_memory(void **state) {
  (void)state;
  static const uint64_t memory[] = {1 << 30, 15 << 10, 8 << 10, 0};
  uint64_t segments[4], written[4]; /* how many there are, and were */
  make_model(120);
  for (size_t i = 0; i < 4; i++) {
    struct engine_writer *writer = open_writer(10);
    add_range(writer, 0, 120);
    add_range(writer, 0, 1);
    commit(writer, 0);
    writer->options.memory = memory[i];
    commit(writer, COMMIT_MERGE);
    native_writer_engine.close(writer);
    struct manifest manifest = last_commit();
    uint64_t documents = 0;
    for (size_t s = 0; s < manifest.segment_count; s++) documents += manifest.segments[s].documents;
    assert_int_equal(documents, 120);
    segments[i] = manifest.segment_count;
    written[i] = manifest.next_number;
    manifest_free(&manifest);
    check_index(120, always);
    remove_index(path);
  }
  assert_int_equal(segments[0], 1);
  assert_int_equal(segments[1], 1);
  assert_true(written[1] > written[0]);
  assert_in_range(segments[2], 2, 6);
  assert_int_equal(segments[3], 13);
}

/* ---- The policy ---- */

enum { SEGMENTS_MAX = 400, COMMITS = 6000 };

struct shelf {
  struct policy_segment segments[SEGMENTS_MAX];
  size_t count;
  uint64_t total, added, written, deleted;
};

static unsigned levels_of(uint64_t bytes) {
  unsigned levels = 0;
  for (uint64_t limit = POLICY_FLOOR; limit <= bytes; limit *= POLICY_FACTOR) levels++;
  return levels;
}

static void shelf_commit(struct shelf *shelf, uint64_t fresh, uint64_t memory) {
  bool chosen[SEGMENTS_MAX];
  struct policy_segment one = {.bytes = fresh, .cost = fresh};
  size_t kept = 0, merged = 0;
  policy_choose(shelf->segments, shelf->count, one, memory, chosen);
  for (size_t i = 0; i < shelf->count; i++) {
    merged += chosen[i];
    if (chosen[i])
      one.bytes += shelf->segments[i].bytes, one.cost += shelf->segments[i].cost;
    else
      shelf->segments[kept++] = shelf->segments[i];
  }
  assert_true(merged == 0 || one.cost <= memory);
  shelf->count = kept;
  if (one.bytes) shelf->segments[shelf->count++] = one;
  shelf->added += fresh, shelf->total += fresh, shelf->written += one.bytes;
  assert_true(shelf->count < SEGMENTS_MAX);
}

/* Deletes up to a third of a segment; the policy is asked when it is spent. */
static void shelf_delete(struct shelf *shelf) {
  struct policy_segment *segment = &shelf->segments[random_below((uint32_t)shelf->count)];
  uint64_t gone = segment->bytes / 3 / (1 + random_below(3));
  segment->bytes -= gone;
  segment->spent = gone > segment->bytes / 4;
  shelf->deleted += gone;
  shelf->total -= gone;
}

/* The bounds that docs/reliability.md states, after each of thousands of commits of any size. */
static void test_policy(void **state) {
  (void)state;
  for (int with_deletions = 0; with_deletions < 2; with_deletions++) {
    struct shelf shelf = {0};
    for (uint64_t n = 1; n <= COMMITS; n++) {
      if (with_deletions && shelf.count && random_below(4) == 0) shelf_delete(&shelf);
      shelf_commit(&shelf, (UINT64_C(500) << random_below(16)) + random_below(5000), UINT64_MAX);
      unsigned levels = levels_of(shelf.added);
      if (!with_deletions) assert_true(shelf.count <= 1 + (POLICY_FACTOR - 1) * (size_t)levels);
      assert_true(shelf.count <= 1 + (POLICY_FACTOR - 1) * (size_t)(levels + 1));
      assert_true(shelf.written <=
                  shelf.added * (1 + levels) + n * POLICY_FLOOR + (with_deletions ? shelf.deleted * (4 + levels) : 0));
    }
    assert_true(shelf.written > 2 * shelf.added); /* it does merge */
  }
}

/* What does not fit is left: no merge takes more than there is. */
static void test_policy_memory(void **state) {
  (void)state;
  struct shelf shelf = {0};
  for (uint64_t n = 1; n <= 2000; n++) shelf_commit(&shelf, 100000 + random_below(900000), UINT64_C(64) << 20);
  assert_in_range(shelf.count, shelf.total / (UINT64_C(64) << 20), SEGMENTS_MAX - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_marked),           cmocka_unit_test(test_manifest_of_others),
      cmocka_unit_test(test_reported_once),    cmocka_unit_test(test_hashed),
      cmocka_unit_test(test_hashed_twice),     cmocka_unit_test(test_hash_order),
      cmocka_unit_test(test_packs_go_on),      cmocka_unit_test(test_packs_under_readers),
      cmocka_unit_test(test_packs_of_workers), cmocka_unit_test(test_packs_optimized),
      cmocka_unit_test(test_purged_in_order),  cmocka_unit_test(test_little_memory),
      cmocka_unit_test(test_policy),           cmocka_unit_test(test_policy_memory),
  };
  return cmocka_run_group_tests_name("commit", tests, make_folder, remove_folder);
}
