/* The catalogue of source files: random trees and random edits, indexed run after run with --prune, against a model of what
 * each run must read and what the index then holds; and its log, hostile. */
#include <fcntl.h>
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

#include "common/store/store.h"
#include "common/system/system.h"
#include "indexer/indexer.h"

enum { FILES = 8, IDS = 12, MANY = 2500, STEPS = 120 };

static char folder[] = "/tmp/nsearch-catalogue-XXXXXX";
static char tree[64], index_folder[64];
static nsearch_error *err;
static uint64_t random_state = 20261127;

static unsigned random_below(unsigned n) {
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)(random_state >> 33) % n;
}

/* ---- The model ---- */

/* A file: a serial number for each id that it gives, 0: it does not; `many` gives MANY more ids, of its own. */
struct content {
  bool exists;
  unsigned serials[IDS], many;
};
static struct content now[FILES], read_before[FILES]; /* as the last run that read it found it */
static bool changed[FILES];                           /* since that run */
static unsigned held[IDS];                            /* serial of the article in the index, 0: none */
static unsigned next_serial = 1, clock_seconds = 1000000000;

static void path_of(char *out, size_t room, int file) { snprintf(out, room, "%s/f%d.jsonl", tree, file); }

/* With its time, which every change moves unless `keep`. */
static void write_content(int file, bool keep_time) {
  char path[100];
  struct stat info;
  struct timespec times[2];
  path_of(path, sizeof path, file);
  times[1] = (struct timespec){.tv_sec = clock_seconds++};
  if (keep_time && stat(path, &info) == 0) times[1] = info.st_mtim;
  times[0] = times[1];
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  for (int id = 0; id < IDS; id++)
    if (now[file].serials[id])
      fprintf(out, "{\"id\": \"i%d\", \"title\": \"Storm %08u\"}\n", id, now[file].serials[id]);
  for (unsigned i = 0; i < now[file].many; i++)
    fprintf(out, "{\"id\": \"many-%d-%u\", \"title\": \"Flood\"}\n", file, i);
  assert_int_equal(fclose(out), 0);
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void make_content(int file) {
  now[file] = (struct content){.exists = true, .many = random_below(6) == 0 ? MANY + random_below(200) : 0};
  for (int id = 0; id < IDS; id++)
    if (random_below(3) == 0) now[file].serials[id] = next_serial++;
}

static void edit(void) {
  int file = (int)random_below(FILES);
  char path[100], other[100];
  path_of(path, sizeof path, file);
  switch (random_below(8)) {
  case 0:
  case 1:
  case 2: /* anything */
    make_content(file);
    write_content(file, false);
    break;
  case 3: /* other bytes of the same number */
    if (!now[file].exists) break;
    for (int id = 0; id < IDS; id++)
      if (now[file].serials[id]) now[file].serials[id] = next_serial++;
    write_content(file, false);
    break;
  case 4: /* touched */
    if (now[file].exists) write_content(file, false);
    break;
  case 5: /* a record goes, and the time is put back */
    for (int id = 0; now[file].exists && id < IDS; id++) {
      if (!now[file].serials[id]) continue;
      now[file].serials[id] = 0;
      write_content(file, true);
      break;
    }
    break;
  case 6: /* renamed */
    if (!now[file].exists) break;
    for (int to = 0; to < FILES; to++) {
      if (now[to].exists || now[file].many) continue;
      path_of(other, sizeof other, to);
      assert_int_equal(rename(path, other), 0);
      now[to] = now[file];
      now[file] = (struct content){0};
      break;
    }
    break;
  default: /* gone */
    unlink(path);
    now[file] = (struct content){0};
  }
}

/* What a run makes of it: changed files are read in their order; then what they no longer give is looked for elsewhere. */
static void run_model(void) {
  bool is_read[FILES] = {false};
  for (int f = 0; f < FILES; f++) {
    is_read[f] = changed[f] && now[f].exists;
    for (int id = 0; is_read[f] && id < IDS; id++)
      if (now[f].serials[id]) held[id] = now[f].serials[id];
  }
  for (int id = 0; id < IDS; id++) {
    bool vanished = false;
    int holder = -1;
    for (int f = 0; f < FILES; f++) {
      vanished |= changed[f] && read_before[f].serials[id] && !now[f].serials[id];
      if (now[f].serials[id]) holder = f;
    }
    if (vanished && holder < 0) held[id] = 0;
    if (vanished && holder >= 0 && !is_read[holder]) held[id] = now[holder].serials[id];
  }
  for (int f = 0; f < FILES; f++) {
    if (changed[f]) read_before[f] = now[f];
    changed[f] = false;
  }
}

/* ---- The index ---- */

static void run_index(uint64_t *unchanged, uint64_t *files) {
  nsearch_writer *writer = NULL;
  nsearch_ingest *ingest = nsearch_ingest_new();
  nsearch_report *report = NULL;
  nsearch_options *options = nsearch_options_new();
  nsearch_options_set_threads(options, 2, NULL);
  assert_int_equal(nsearch_ingest_add_path(ingest, tree, err), 0);
  nsearch_ingest_set_prune_empty(ingest, 1);
  assert_int_equal(nsearch_writer_open(&writer, index_folder, options, err), 0);
  int status = nsearch_read(writer, ingest, &report, err);
  if (!status) status = nsearch_commit(writer, err);
  if (status) fail_msg("%s", nsearch_error_message(err));
  *unchanged = nsearch_report_unchanged(report, NULL);
  *files = nsearch_report_files(report);
  nsearch_report_free(report);
  nsearch_writer_close(writer);
  nsearch_options_free(options);
  nsearch_ingest_free(ingest);
}

static void compare(int step) {
  nsearch_reader *reader = NULL;
  nsearch_request *request = nsearch_request_new("storm");
  nsearch_result *result = NULL;
  unsigned found[IDS] = {0};
  uint64_t articles = 0;
  assert_int_equal(nsearch_open(&reader, index_folder, err), 0);
  nsearch_request_set_limit(request, 1000);
  assert_int_equal(nsearch_search(reader, request, &result, err), 0);
  for (size_t i = 0; i < nsearch_result_hits(result); i++) {
    const nsearch_hit *hit = nsearch_result_hit(result, i);
    int id = atoi(nsearch_hit_id(hit) + 1);
    assert_int_equal(found[id], 0);
    found[id] = (unsigned)atoi(nsearch_hit_title(hit) + strlen("Storm "));
    articles++;
  }
  for (int id = 0; id < IDS; id++)
    if (found[id] != held[id]) fail_msg("step %d: i%d is of serial %u, not %u", step, id, found[id], held[id]);
  for (int f = 0; f < FILES; f++) articles += now[f].many;
  nsearch_stats *stats = NULL;
  assert_int_equal(nsearch_stats_read(reader, &stats, err), 0);
  assert_int_equal(nsearch_stats_articles(stats), articles);
  nsearch_stats_free(stats);
  nsearch_result_free(result);
  nsearch_request_free(request);
  nsearch_close(reader);
  int status = nsearch_check(index_folder, 0, NULL, NULL, NULL, err);
  if (status) fail_msg("step %d: %s", step, nsearch_error_message(err));
}

static void catalogue_of_index(struct manifest_catalogue *out) {
  struct manifest manifest;
  assert_int_equal(manifest_read(&manifest, index_folder, err), 0);
  *out = manifest.catalogue;
  manifest_free(&manifest);
}

static void test_edits(void **state) {
  (void)state;
  uint64_t unchanged, files;
  struct manifest_catalogue catalogue;
  for (int f = 0; f < FILES; f++) {
    make_content(f);
    write_content(f, false);
  }
  for (int step = 0; step < STEPS; step++) {
    for (unsigned edits = random_below(4); step > 0 && edits > 0; edits--) edit();
    uint64_t want_files = 0, want_unchanged = 0;
    for (int f = 0; f < FILES; f++) {
      changed[f] = memcmp(&now[f], &read_before[f], sizeof now[f]) != 0;
      want_files += changed[f] && now[f].exists;
      want_unchanged += !changed[f] && now[f].exists;
    }
    run_model();
    run_index(&unchanged, &files);
    assert_int_equal(unchanged, want_unchanged);
    assert_int_equal(files, want_files);
    compare(step);
  }
  /* It was written anew, more than once, and never grew far beyond what counts. */
  catalogue_of_index(&catalogue);
  assert_true(catalogue.number > 2);
  assert_true(catalogue.bytes < 4 * FILES * MANY * sizeof(uint64_t));
}

/* ---- The log, hostile ---- */

static void write_log(const char *path, const struct buffer *bytes) {
  struct file_out *out = NULL;
  assert_int_equal(file_create(&out, path, err), 0);
  assert_int_equal(file_write(out, bytes->bytes, bytes->len, err), 0);
  assert_int_equal(file_close(&out, err), 0);
}

/* One record after the head is damage. */
static void refused(const struct catalogue_record *record) {
  char path[100];
  struct buffer bytes = {0};
  struct catalogue_log log;
  snprintf(path, sizeof path, "%s/log", folder);
  buffer_add(&bytes, CATALOGUE_MAGIC, CATALOGUE_HEAD);
  catalogue_encode(&bytes, record);
  write_log(path, &bytes);
  assert_int_equal(catalogue_log_open(&log, path, bytes.len, err), 0);
  assert_int_equal(catalogue_log_check(&log, err), NSEARCH_ERR_DAMAGED);
  assert_non_null(strstr(nsearch_error_message(err), path));
  catalogue_log_close(&log);
  buffer_free(&bytes);
}

static void test_records(void **state) {
  (void)state;
  char path[100];
  uint64_t ids[CATALOGUE_IDS] = {7, 8, 9};
  struct buffer bytes = {0};
  struct catalogue_log log;
  struct catalogue_record read;
  struct hash_wide key = hash_wide("/in/a.json", 10);
  struct catalogue_record chunk = {
      .kind = CATALOGUE_CHUNK, .key = key, .id_count = CATALOGUE_IDS, .ids = (const uint8_t *)ids};
  struct catalogue_record file = {.kind = CATALOGUE_FILE,
                                  .key = key,
                                  .before = CATALOGUE_HEAD,
                                  .ids_before = CATALOGUE_IDS,
                                  .id_count = 2,
                                  .ids = (const uint8_t *)ids,
                                  .size = 100,
                                  .mtime = -5,
                                  .path = "/in/a.json",
                                  .path_len = 10,
                                  .below_len = 6};
  snprintf(path, sizeof path, "%s/log", folder);
  buffer_add(&bytes, CATALOGUE_MAGIC, CATALOGUE_HEAD);
  catalogue_encode(&bytes, &chunk);
  size_t place = bytes.len;
  catalogue_encode(&bytes, &file);
  write_log(path, &bytes);
  assert_int_equal(catalogue_log_open(&log, path, bytes.len, err), 0);
  assert_int_equal(catalogue_log_check(&log, err), 0);
  assert_int_equal(catalogue_log_at(&log, place, &read, NULL, err), 0);
  assert_true(read.mtime == -5 && read.size == 100 && read.id_count == 2 && load_u64(read.ids + 8) == 8);
  assert_memory_equal(read.path, "/in/a.json", 10);
  assert_int_equal(catalogue_log_before(&log, &read, &read, err), 0);
  assert_int_equal(read.id_count, CATALOGUE_IDS);
  catalogue_log_close(&log);
  /* Every bit tells, and every length. */
  for (size_t i = 0; i < bytes.len; i += i < place - 50 && i > 60 ? 37 : 1) {
    bytes.bytes[i] ^= (char)(1 << i % 8);
    write_log(path, &bytes);
    int status = catalogue_log_open(&log, path, bytes.len, err);
    if (!status) status = catalogue_log_check(&log, err);
    assert_int_equal(status, NSEARCH_ERR_DAMAGED);
    catalogue_log_close(&log);
    bytes.bytes[i] ^= (char)(1 << i % 8);
    if (i == CATALOGUE_HEAD || i == place) continue;
    write_log(path, &bytes);
    status = catalogue_log_open(&log, path, i, err);
    if (!status) status = catalogue_log_check(&log, err);
    assert_int_equal(status, NSEARCH_ERR_DAMAGED);
    catalogue_log_close(&log);
  }
  buffer_free(&bytes);
  /* Checksums are right, and what they cover is wrong. */
  struct catalogue_record bad = file;
  refused(&bad); /* the chunk before is itself */
  bad.before = 20, refused(&bad);
  bad.before = UINT64_MAX, refused(&bad);
  bad.before = 0, refused(&bad);
  bad = file, bad.before = bad.ids_before = 0, bad.path = "in/a.json.", refused(&bad);
  bad.path = "/in/\0.json", refused(&bad);
  bad.path_len = 0, refused(&bad);
  bad = file, bad.before = bad.ids_before = 0, bad.below_len = 11, refused(&bad);
  bad = chunk, bad.id_count = 0, refused(&bad);
  bad.kind = (enum catalogue_kind)9, refused(&bad);
}

/* ---- Runs that end early ---- */

static void put(const char *path, const char *text) {
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  fputs(text, out);
  assert_int_equal(fclose(out), 0);
}

/* Ends a run when two files are read; it is told of progress no more often than ten times a second. */
static int stop(void *payload, const nsearch_report *report) {
  (void)payload;
  clock_sleep(150 * UINT64_C(1000000));
  return nsearch_report_files(report) == 2;
}

/* Reads a path into an index of its own and commits, whatever came of reading; what that was. */
static int read_and_commit(const char *index, const char *path, bool stops, nsearch_writer **kept) {
  nsearch_writer *writer = kept ? *kept : NULL;
  nsearch_ingest *ingest = nsearch_ingest_new();
  nsearch_options *options = nsearch_options_new();
  nsearch_options_set_threads(options, 1, NULL);
  assert_int_equal(nsearch_ingest_add_path(ingest, path, err), 0);
  nsearch_ingest_set_prune(ingest, 1);
  if (stops) nsearch_ingest_set_on_progress(ingest, stop, NULL);
  if (!writer) assert_int_equal(nsearch_writer_open(&writer, index, options, err), 0);
  int status = nsearch_read(writer, ingest, NULL, err);
  assert_int_equal(nsearch_commit(writer, err), 0);
  if (!kept) nsearch_writer_close(writer);
  nsearch_options_free(options);
  nsearch_ingest_free(ingest);
  return status;
}

static void assert_articles(const char *index, uint64_t count) {
  nsearch_reader *reader = NULL;
  nsearch_stats *stats = NULL;
  assert_int_equal(nsearch_open(&reader, index, err), 0);
  assert_int_equal(nsearch_stats_read(reader, &stats, err), 0);
  assert_int_equal(nsearch_stats_articles(stats), count);
  nsearch_stats_free(stats);
  nsearch_close(reader);
}

/* What a file left behind when it was read by a run with --prune that was cancelled goes with the next one, in the same
 * writer or in another. */
static void test_cancelled_prune(void **state) {
  static const char *const before = "{\"id\": \"one\", \"title\": \"Gale\"}\n{\"id\": \"two\", \"title\": \"Gale\"}\n";
  static const char *const after = "{\"id\": \"one\", \"title\": \"Gale again\"}\n";
  (void)state;
  for (int same_writer = 0; same_writer < 2; same_writer++) {
    char index[80], in[80], file[100], other[100];
    nsearch_writer *writer = NULL;
    snprintf(index, sizeof index, "%s/cancelled-%d", folder, same_writer);
    snprintf(in, sizeof in, "%s/gales-%d", folder, same_writer);
    snprintf(file, sizeof file, "%s/a.jsonl", in);
    snprintf(other, sizeof other, "%s/b.jsonl", in);
    assert_int_equal(mkdir(in, 0777), 0);
    put(file, before);
    assert_int_equal(read_and_commit(index, in, false, NULL), 0);
    assert_articles(index, 2);
    put(file, after);
    put(other, "{\"id\": \"three\", \"title\": \"Gale\"}\n");
    if (same_writer) assert_int_equal(nsearch_writer_open(&writer, index, NULL, err), 0);
    assert_int_equal(read_and_commit(index, in, true, same_writer ? &writer : NULL), NSEARCH_ERR_CANCELLED);
    assert_articles(index, 3);
    assert_int_equal(read_and_commit(index, in, false, same_writer ? &writer : NULL), 0);
    assert_articles(index, 2);
    nsearch_writer_close(writer);
    assert_int_equal(nsearch_check(index, 0, NULL, NULL, NULL, err), 0);
  }
}

/* What a program adds after a run that pruned stays, also where that run read nothing. */
static void test_added_after_prune(void **state) {
  char index[80], in[80], file[100], other[100];
  nsearch_writer *writer = NULL;
  nsearch_article *article = nsearch_article_new();
  (void)state;
  snprintf(index, sizeof index, "%s/added", folder);
  snprintf(in, sizeof in, "%s/squalls", folder);
  snprintf(file, sizeof file, "%s/a.jsonl", in);
  snprintf(other, sizeof other, "%s/b.jsonl", in);
  assert_int_equal(mkdir(in, 0777), 0);
  put(file, "{\"id\": \"one\", \"title\": \"Squall\"}\n");
  put(other, "{\"id\": \"two\", \"title\": \"Squall\"}\n");
  const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}}; /* nothing is in doubt */
  assert_int_equal(utimensat(AT_FDCWD, other, old, 0), 0);
  assert_int_equal(read_and_commit(index, in, false, NULL), 0);
  assert_int_equal(unlink(file), 0);
  nsearch_ingest *ingest = nsearch_ingest_new();
  assert_int_equal(nsearch_ingest_add_path(ingest, in, err), 0);
  nsearch_ingest_set_prune(ingest, 1);
  assert_int_equal(nsearch_writer_open(&writer, index, NULL, err), 0);
  assert_int_equal(nsearch_read(writer, ingest, NULL, err), 0);
  assert_int_equal(nsearch_article_set_id(article, "one", 3), 0);
  assert_int_equal(nsearch_article_set_title(article, "Squall again", 12), 0);
  assert_int_equal(nsearch_add(writer, article, err), 0);
  assert_int_equal(nsearch_commit(writer, err), 0);
  nsearch_writer_close(writer);
  nsearch_article_free(article);
  nsearch_ingest_free(ingest);
  assert_articles(index, 2);
}

static int count_removed(void *payload, uint64_t id_hash, struct nsearch_error *error) {
  (void)error;
  ((unsigned *)payload)[id_hash]++;
  return NSEARCH_OK;
}

/* An id that a file gave a thousand times is looked for once, so that the work does not grow with the square of that. */
static void test_repeated_ids(void **state) {
  static const char path[] = "/nsearch-none/a.jsonl";
  const struct walk_request patterns = {0};
  const struct walk walk = {0};
  uint64_t ids[CATALOGUE_IDS] = {1, 2};
  unsigned removed[3] = {0};
  struct catalogue *catalogue = NULL;
  struct catalogued file = {.key = hash_wide(path, strlen(path))};
  struct catalogue_record record = {.path = path, .path_len = (uint32_t)strlen(path)};
  struct prune_request request = {.walk = &walk, .patterns = &patterns, .remove = count_removed, .payload = removed};
  struct rereading rereading;
  (void)state;
  for (size_t i = 2; i < CATALOGUE_IDS; i++) ids[i] = 1;
  assert_int_equal(catalogue_open(&catalogue, folder, &(struct manifest_catalogue){0}, false, err), 0);
  catalogue_begin_run(catalogue);
  assert_int_equal(catalogue_add_ids(catalogue, &file, ids, CATALOGUE_IDS, err), 0);
  assert_int_equal(catalogue_enter(catalogue, &file, &record, 1, err), 0);
  assert_int_equal(catalogue_forget(catalogue, file.key, err), 0);
  assert_int_equal(prune_catalogue(catalogue, &request, &rereading, err), 0);
  assert_int_equal(rereading.walk.count, 0);
  assert_true(removed[1] == 1 && removed[2] == 1);
  rereading_free(&rereading);
  catalogue_end_run(catalogue);
  catalogue_close(catalogue);
  memory_free(file.ids);
}

/* What the table has no memory for is not in the log: a commit would have forgotten the file, and not what it left. */
static void test_no_memory(void **state) {
  static const char path[] = "/nsearch-none/b.jsonl";
  struct catalogue *catalogue = NULL;
  struct catalogued file = {.key = hash_wide(path, strlen(path))};
  struct catalogue_record record = {.path = path, .path_len = (uint32_t)strlen(path)};
  struct catalogue_log log;
  (void)state;
  assert_int_equal(catalogue_open(&catalogue, folder, &(struct manifest_catalogue){0}, false, err), 0);
  catalogue_begin_run(catalogue);
  assert_int_equal(catalogue_enter(catalogue, &file, &record, 1, err), 0);
  assert_int_equal(catalogue_view(catalogue, &log, err), 0);
  uint64_t bytes = log.bytes;
  catalogue_log_close(&log);
  catalogue->superseded_count = SIZE_MAX / 2;
  assert_int_equal(catalogue_forget(catalogue, file.key, err), NSEARCH_ERR_MEMORY);
  catalogue->superseded_count = 0;
  assert_int_equal(catalogue_view(catalogue, &log, err), 0);
  assert_int_equal(log.bytes, bytes);
  catalogue_log_close(&log);
  catalogue_end_run(catalogue);
  catalogue_close(catalogue);
}

/* A log that cannot be begun fails the run; what was read can still be committed, and counts as not read. */
static void test_no_log(void **state) {
  (void)state;
  char index[80], path[80], log[120];
  nsearch_writer *writer = NULL;
  snprintf(index, sizeof index, "%s/no-log", folder);
  snprintf(path, sizeof path, "%s/hail.jsonl", folder);
  snprintf(log, sizeof log, "%s/000001.catalogue", index);
  put(path, "{\"id\": \"one\", \"title\": \"Hail\"}\n");
  assert_int_equal(nsearch_writer_open(&writer, index, NULL, err), 0);
  assert_int_equal(mkdir(log, 0777), 0);
  assert_int_equal(read_and_commit(index, path, false, &writer), NSEARCH_ERR_SYSTEM);
  assert_articles(index, 1);
  assert_int_equal(read_and_commit(index, path, false, &writer), 0);
  nsearch_writer_close(writer);
  assert_articles(index, 1);
  assert_int_equal(nsearch_check(index, 0, NULL, NULL, NULL, err), 0);
}

static int set_up(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  snprintf(tree, sizeof tree, "%s/tree", folder);
  snprintf(index_folder, sizeof index_folder, "%s/index", folder);
  err = nsearch_error_new();
  return mkdir(tree, 0777);
}

static int tear_down(void **state) {
  char command[100];
  (void)state;
  nsearch_error_free(err);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_edits),           cmocka_unit_test(test_records),
                                     cmocka_unit_test(test_cancelled_prune), cmocka_unit_test(test_added_after_prune),
                                     cmocka_unit_test(test_repeated_ids),    cmocka_unit_test(test_no_memory),
                                     cmocka_unit_test(test_no_log)};
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
