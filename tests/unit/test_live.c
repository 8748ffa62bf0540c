/* An index that changes, in both engines: added to, replaced in, deleted from, optimised, and readers meanwhile. What it
 * answers is what one written at once of the articles that are left answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/nsearch.h"
#include "common/system/system.h"

static char folder[64];
static nsearch_error *err;
static const char *engine; /* of the run of the tests at hand */

static int make_scratch(void **state) {
  (void)state;
  strcpy(folder, "/tmp/nsearch-live-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_scratch(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

/* ---- What the tests say ---- */

static nsearch_writer *open_writer(const char *path) {
  nsearch_writer *writer = NULL;
  nsearch_options *options = nsearch_options_new();
  assert_int_equal(nsearch_options_set_engine(options, engine, err), NSEARCH_OK);
  assert_int_equal(nsearch_options_set_threads(options, 2, err), NSEARCH_OK);
  assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_OK);
  nsearch_options_free(options);
  return writer;
}

static void place(char path[128], const char *name) { snprintf(path, 128, "%s/%s-%s", folder, name, engine); }

static void add(nsearch_writer *writer, const char *id, const char *body) {
  nsearch_article *article = nsearch_article_new();
  char url[64];
  snprintf(url, sizeof url, "https://a.example/%s", id);
  assert_int_equal(nsearch_article_set_id(article, id, strlen(id)), NSEARCH_OK);
  assert_int_equal(nsearch_article_set_url(article, url, strlen(url)), NSEARCH_OK);
  assert_int_equal(nsearch_article_set_body(article, body, strlen(body)), NSEARCH_OK);
  assert_int_equal(nsearch_add(writer, article, err), NSEARCH_OK);
  nsearch_article_free(article);
}

static nsearch_reader *open_reader(const char *path) {
  nsearch_reader *reader = NULL;
  assert_int_equal(nsearch_open(&reader, path, err), NSEARCH_OK);
  return reader;
}

/* "id id ... | score ...": the hits in order. */
static const char *answer(nsearch_reader *reader, const char *question) {
  static char text[4000];
  nsearch_request *request = nsearch_request_new(question);
  nsearch_result *result = NULL;
  nsearch_request_set_count(request, 1);
  nsearch_request_set_limit(request, 100);
  assert_int_equal(nsearch_search(reader, request, &result, err), NSEARCH_OK);
  size_t used = (size_t)snprintf(text, sizeof text, "%d:", (int)nsearch_result_matches(result, NULL));
  for (size_t i = 0; i < nsearch_result_hits(result); i++)
    used += (size_t)snprintf(text + used, sizeof text - used, " %s", nsearch_hit_id(nsearch_result_hit(result, i)));
  nsearch_result_free(result);
  nsearch_request_free(request);
  return text;
}

static const char *ask(const char *path, const char *question) {
  nsearch_reader *reader = open_reader(path);
  const char *text = answer(reader, question);
  nsearch_close(reader);
  return text;
}

/* Files in the index's folder but for manifest and lock. */
static size_t files(const char *path) {
  struct file_names names;
  assert_int_equal(file_list(path, &names, NULL), NSEARCH_OK);
  size_t count = names.count - 2;
  file_names_free(&names);
  return count;
}

/* ---- One writer after the other ---- */

static void test_added(void **state) {
  (void)state;
  char path[128];
  place(path, "added");
  nsearch_writer *writer = open_writer(path);
  add(writer, "a", "storm");
  add(writer, "b", "storm flood");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  nsearch_reader *before = open_reader(path);
  writer = open_writer(path);
  add(writer, "b", "sunshine");
  add(writer, "c", "storm and drizzle");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(nsearch_deleted(writer), 0);
  assert_string_equal(answer(before, "flood"), "1: b");
  assert_string_equal(ask(path, "storm"), "2: a c");
  assert_string_equal(ask(path, "flood"), "0:");
  assert_string_equal(ask(path, "sunshine"), "1: b");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK); /* nothing new */
  int changed = 0;
  assert_int_equal(nsearch_refresh(before, &changed, err), NSEARCH_OK);
  assert_int_equal(changed, 1);
  assert_string_equal(answer(before, "flood"), "0:");
  nsearch_close(before);
  nsearch_writer_close(writer);
}

/* What the caller leaves open is the index's; what is said must be. */
static void test_options(void **state) {
  (void)state;
  char path[128];
  place(path, "options");
  nsearch_writer *writer = NULL;
  nsearch_options *options = nsearch_options_new();
  nsearch_options_set_engine(options, engine, NULL);
  nsearch_options_set_language(options, "de", NULL);
  nsearch_options_set_title_weight(options, 3, NULL);
  nsearch_options_set_text(options, 0);
  assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_OK);
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(nsearch_writer_open(&writer, path, NULL, err), NSEARCH_OK);
  add(writer, "b", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(atoi(ask(path, "storm")), 2);
  nsearch_options_set_language(options, "en", NULL);
  assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_ERR_EXISTS);
  assert_non_null(strstr(nsearch_error_message(err), "language de, title weight 3 and no texts"));
  nsearch_options_set_language(options, "de", NULL);
  nsearch_options_set_title_weight(options, 2, NULL);
  assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_ERR_EXISTS);
  nsearch_options_set_title_weight(options, 3, NULL);
  nsearch_options_set_text(options, 1);
  assert_int_equal(nsearch_writer_open(&writer, path, options, err), NSEARCH_ERR_EXISTS);
  nsearch_options_free(options);
}

static void test_deleted(void **state) {
  (void)state;
  char path[128];
  place(path, "deleted");
  nsearch_writer *writer = open_writer(path);
  for (const char *id = "abcdef"; *id; id++) add(writer, (char[]){*id, 0}, "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_reader *before = open_reader(path);
  assert_int_equal(nsearch_delete(writer, "a", err), NSEARCH_OK);
  assert_int_equal(nsearch_delete(writer, "a", err), NSEARCH_OK);
  assert_int_equal(nsearch_delete(writer, "nobody", err), NSEARCH_OK);
  assert_int_equal(nsearch_delete(writer, "b", err), NSEARCH_OK);
  add(writer, "b", "sunshine"); /* after it was deleted: stays */
  add(writer, "c", "sunshine");
  assert_int_equal(nsearch_delete(writer, "c", err), NSEARCH_OK); /* the new one too */
  add(writer, "g", "sunshine");
  assert_int_equal(nsearch_delete(writer, "g", err), NSEARCH_OK); /* never seen */
  assert_int_equal(atoi(ask(path, "storm")), 6);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(nsearch_deleted(writer), 3);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(nsearch_deleted(writer), 0);
  nsearch_writer_close(writer);
  assert_int_equal(atoi(answer(before, "storm")), 6);
  assert_int_equal(atoi(ask(path, "storm")), 3);
  assert_string_equal(ask(path, "sunshine"), "1: b");
  assert_string_equal(ask(path, "id:a OR id:c OR id:g"), "0:");
  nsearch_article *article = NULL;
  nsearch_reader *reader = open_reader(path);
  assert_int_equal(nsearch_get(reader, "https://a.example/a", &article, err), NSEARCH_ERR_NOT_FOUND);
  nsearch_close(reader);
  nsearch_close(before);
}

/* An index may be empty, and is one still. */
static void test_emptied(void **state) {
  (void)state;
  char path[128];
  place(path, "emptied");
  nsearch_writer *writer = open_writer(path);
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(nsearch_delete(writer, "a", err), NSEARCH_OK);
  assert_int_equal(nsearch_optimize(writer, 1, err), NSEARCH_OK);
  assert_int_equal(nsearch_deleted(writer), 1);
  assert_string_equal(ask(path, "storm"), "0:");
  assert_string_equal(ask(path, "-storm"), "0:");
  nsearch_writer_close(writer);
  writer = open_writer(path);
  assert_int_equal(nsearch_optimize(writer, 0, err), NSEARCH_OK);
  add(writer, "b", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_string_equal(ask(path, "storm"), "1: b");
  nsearch_writer_close(writer);
}

/* Noise does not deflate, so what is kept is seen by its size. */
static void test_purged(void **state) {
  (void)state;
  enum { NOISE = 200000 };
  char path[128];
  place(path, "purged");
  nsearch_writer *writer = open_writer(path);
  char *noise = malloc(NOISE + 1);
  uint32_t random = 1;
  for (size_t i = 0; i < NOISE; i++)
    noise[i] = "abcdefghijklmnopqrstuvwxyz      "[(random = random * 1103515245 + 12345) >> 16 & 31];
  noise[NOISE] = 0;
  add(writer, "a", "storm");
  add(writer, "secret", noise);
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  assert_int_equal(nsearch_delete(writer, "secret", err), NSEARCH_OK);
  assert_int_equal(nsearch_optimize(writer, 1, err), NSEARCH_OK);
  nsearch_stats *stats = NULL;
  nsearch_reader *reader = open_reader(path);
  assert_int_equal(nsearch_stats_read(reader, &stats, err), NSEARCH_OK);
  for (size_t i = 0; i < nsearch_stats_parts(stats); i++) {
    uint64_t bytes;
    if (strcmp(nsearch_stats_part(stats, i, &bytes), "text") == 0) assert_true(bytes < NOISE / 2);
  }
  nsearch_stats_free(stats);
  nsearch_article *article = NULL;
  assert_int_equal(nsearch_get(reader, "a", &article, err), NSEARCH_OK);
  assert_string_equal(nsearch_article_body(article, NULL), "storm");
  nsearch_article_free(article);
  nsearch_close(reader);
  nsearch_writer_close(writer);
  free(noise);
}

/* ---- Runs and what is left of them ---- */

static void body_of(uint32_t random, char body[80]) {
  static const char *const words[] = {"storm", "flood", "sunshine", "drizzle", "harbour", "ferry", "budget", "vote"};
  body[0] = 0;
  for (int i = 0; i < 6; i++) strcat(strcat(body, words[random >> 3 * i & 7]), " ");
}

/* Many runs of additions, replacements and deletions, against one run over what is left. */
static void test_many_runs(void **state) {
  (void)state;
  enum { RUNS = 12, IDS = 60 };
  static const char *const questions[] = {"storm",  "flood -vote",           "\"ferry budget\"", "storm NEAR/3 vote",
                                          "-storm", "+harbour drizzle sun*", "id:7 OR id:12"};
  char many[128], once[128], id[16], body[80], before[4000];
  uint32_t held[IDS] = {0}, random = 7;
  place(many, "many");
  place(once, "once");
  for (int run = 0; run < RUNS; run++) {
    nsearch_writer *writer = open_writer(many);
    for (int i = 0; i < 25; i++) {
      random = random * 1664525 + 1013904223;
      uint32_t which = (random >> 8) % IDS;
      snprintf(id, sizeof id, "%u", which);
      if (random >> 28 < 5) {
        assert_int_equal(nsearch_delete(writer, id, err), NSEARCH_OK);
        held[which] = 0;
      } else {
        held[which] = random | 1;
        body_of(held[which], body);
        add(writer, id, body);
      }
    }
    assert_int_equal(run % 5 == 4 ? nsearch_optimize(writer, run % 2, err) : nsearch_commit(writer, err), NSEARCH_OK);
    nsearch_writer_close(writer);
  }
  nsearch_writer *writer = open_writer(once);
  for (uint32_t i = 0; i < IDS; i++) {
    if (!held[i]) continue;
    snprintf(id, sizeof id, "%u", i);
    body_of(held[i], body);
    add(writer, id, body);
  }
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
    strcpy(before, ask(many, questions[i]));
    assert_string_equal(before, ask(once, questions[i]));
  }
  assert_true(files(many) < files(once) + 20); /* packs of each run that an article is in */
}

/* ---- Unfinished runs ---- */

/* A process that is killed while it writes, when it has added and before its commit, leaves the last commit; the next
 * writer removes its files. */
static void test_killed(void **state) {
  (void)state;
  char path[128];
  place(path, "killed");
  nsearch_writer *writer = open_writer(path);
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  size_t clean = files(path);
  pid_t child = fork();
  if (child == 0) {
    writer = open_writer(path);
    add(writer, "a", "sunshine");
    add(writer, "b", "storm");
    nsearch_delete(writer, "a", NULL);
    raise(SIGKILL);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
  if (strcmp(engine, "xapian") == 0) assert_true(files(path) > clean); /* the native one goes on in its packs */
  assert_string_equal(ask(path, "storm"), "1: a");
  writer = open_writer(path);
  assert_int_equal(files(path), clean);
  add(writer, "b", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(atoi(ask(path, "storm")), 2);
}

/* The same in the middle of a commit: all files are written, and the new manifest is about to be; a pipe in its place holds
 * the process up there. */
static void test_killed_in_commit(void **state) {
  (void)state;
  char path[128], pipe[160];
  place(path, "killed-in-commit");
  snprintf(pipe, sizeof pipe, "%s/manifest.new", path);
  nsearch_writer *writer = open_writer(path);
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  size_t clean = files(path);
  pid_t child = fork();
  if (child == 0) {
    writer = open_writer(path);
    add(writer, "a", "sunshine");
    add(writer, "b", "storm");
    if (mkfifo(pipe, 0600) == 0) nsearch_commit(writer, NULL);
    for (;;) pause();
  }
  while (access(pipe, F_OK)) usleep(1000);
  int end = open(pipe, O_RDONLY); /* comes back when the child is there */
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, NULL, 0), child);
  close(end);
  assert_true(files(path) > clean + 1);
  assert_string_equal(ask(path, "storm"), "1: a");
  writer = open_writer(path);
  assert_int_equal(files(path), clean);
  add(writer, "b", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(atoi(ask(path, "storm")), 2);
}

/* Whatever an unfinished run left goes, and nothing else does. */
static void test_leftovers(void **state) {
  (void)state;
  static const char *const names[] = {"000900.segment", "000903.segment.terms", "000901.pack", "manifest.new"};
  char path[128], file[200];
  place(path, "leftovers");
  nsearch_writer *writer = open_writer(path);
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  nsearch_writer_close(writer);
  size_t clean = files(path);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(file, sizeof file, "touch '%s/%s'", path, names[i]);
    assert_int_equal(system(file), 0);
  }
  snprintf(file, sizeof file, "cd '%s' && mkdir 000902.part && touch 000902.part/x mine.txt 1.pack", path);
  assert_int_equal(system(file), 0);
  writer = open_writer(path);
  assert_int_equal(files(path), clean + 2);
  nsearch_writer_close(writer);
  assert_string_equal(ask(path, "storm"), "1: a");
  snprintf(file, sizeof file, "%s/mine.txt", path);
  assert_int_equal(access(file, F_OK), 0);
}

/* An uncommitted writer's files go with it, and the index stays. */
static void test_dropped(void **state) {
  (void)state;
  char path[128];
  place(path, "dropped");
  nsearch_writer *writer = open_writer(path);
  add(writer, "a", "storm");
  assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
  size_t clean = files(path);
  add(writer, "b", "storm");
  assert_int_equal(nsearch_delete(writer, "a", err), NSEARCH_OK);
  nsearch_writer_close(writer);
  assert_int_equal(files(path), clean);
  assert_string_equal(ask(path, "storm"), "1: a");
}

/* ---- Readers meanwhile ---- */

static atomic_bool written;

/* Each round n leaves n articles of "even" and n of "odd", and for one commit one of "brief": an answer between two commits
 * would show. */
static void *read_on(void *payload) {
  const char *path = payload;
  nsearch_reader *reader = NULL;
  size_t wrong = 0, last = 0;
  if (nsearch_open(&reader, path, NULL)) return (void *)1;
  while (!atomic_load(&written)) {
    static const char *const questions[] = {"even", "odd", "brief"};
    uint64_t counts[3];
    for (int i = 0; i < 3; i++) {
      nsearch_request *request = nsearch_request_new(questions[i]);
      nsearch_result *result = NULL;
      nsearch_request_set_count(request, 1);
      wrong += nsearch_search(reader, request, &result, NULL) != NSEARCH_OK;
      counts[i] = nsearch_result_matches(result, NULL);
      nsearch_result_free(result);
      nsearch_request_free(request);
    }
    wrong += counts[0] != counts[1] || counts[0] < last || counts[2] > 1;
    last = counts[0];
    wrong += nsearch_refresh(reader, NULL, NULL) != NSEARCH_OK;
  }
  nsearch_close(reader);
  return (void *)wrong;
}

static void test_readers(void **state) {
  (void)state;
  enum { READERS = 3, COMMITS = 15 };
  char path[128], id[16];
  pthread_t threads[READERS];
  place(path, "readers");
  nsearch_writer *writer = open_writer(path);
  atomic_store(&written, false);
  for (int n = 1; n <= COMMITS; n++) {
    snprintf(id, sizeof id, "e%d", n);
    add(writer, id, "even");
    snprintf(id, sizeof id, "o%d", n);
    add(writer, id, "odd");
    snprintf(id, sizeof id, "b%d", n);
    add(writer, id, "brief");
    assert_int_equal(n % 4 ? nsearch_commit(writer, err) : nsearch_optimize(writer, 1, err), NSEARCH_OK);
    assert_int_equal(nsearch_delete(writer, id, err), NSEARCH_OK); /* of many, that is a mark */
    assert_int_equal(nsearch_commit(writer, err), NSEARCH_OK);
    for (int i = 0; n == 1 && i < READERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, read_on, path), 0);
  }
  atomic_store(&written, true);
  for (int i = 0; i < READERS; i++) {
    void *wrong;
    pthread_join(threads[i], &wrong);
    assert_int_equal((size_t)wrong, 0);
  }
  nsearch_writer_close(writer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_added),   cmocka_unit_test(test_options),          cmocka_unit_test(test_deleted),
      cmocka_unit_test(test_emptied), cmocka_unit_test(test_purged),           cmocka_unit_test(test_many_runs),
      cmocka_unit_test(test_killed),  cmocka_unit_test(test_killed_in_commit), cmocka_unit_test(test_leftovers),
      cmocka_unit_test(test_dropped), cmocka_unit_test(test_readers),
  };
  static const char *const engines[] = {"native", "xapian"};
  int failed = 0;
  err = nsearch_error_new();
  for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
    nsearch_options *options = nsearch_options_new();
    engine = engines[i];
    if (nsearch_options_set_engine(options, engine, NULL) == NSEARCH_OK) /* a build may be without one */
      failed += cmocka_run_group_tests_name(engine, tests, make_scratch, remove_scratch);
    nsearch_options_free(options);
  }
  nsearch_error_free(err);
  return failed;
}
