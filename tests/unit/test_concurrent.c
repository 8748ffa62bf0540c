/* A writer and readers at work together, in threads and in processes, both engines: every answer is that of some committed
 * state, whole. Before each commit the writer notes what the index is about to hold; an article, the mark, says the number
 * of that note, so a reader knows what all else that it is told must be. $NSEARCH_LONG: for minutes instead of seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/nsearch.h"

enum { IDS = 120, WORDS = 8, SOURCES = 4, NOTES = 800, NOBODY = 0, ADDERS = 2, TEAM = 3, PROCESSES = 2 };

/* Shared by all threads and processes. */
struct shared {
  atomic_uint noted;     /* notes that may be read; the last one may not be committed yet */
  atomic_uint committed; /* those whose commit has returned */
  atomic_bool done;
  atomic_ulong answers, refused, opened;
  atomic_uint wrong;
  char first[400];               /* what was wrong first */
  uint32_t versions[NOTES][IDS]; /* of each article, NOBODY when it is not there */
};

static struct shared *shared;
static char folder[64], path[100];
static const char *engine;

static void complain(const char *what, unsigned note, const char *question) {
  if (atomic_fetch_add(&shared->wrong, 1) == 0)
    snprintf(shared->first, sizeof shared->first, "%s; state %u; %s", what, note, question);
}

static uint32_t next(uint32_t *random) {
  *random = *random * 1664525 + 1013904223;
  return *random >> 8;
}

/* ---- What articles are ------------------------------------------------------------------------------------------------ */

static const char *const words[WORDS] = {"anchor", "barge", "cargo", "dock", "ebb", "ferry", "gale", "harbour"};

static unsigned words_of(unsigned id, uint32_t version) { return (id * 2654435761u ^ version * 40503u) >> 7 & 255; }
static unsigned source_of(unsigned id, uint32_t version) { return (id + version) % SOURCES; }

static void body_of(unsigned id, uint32_t version, char body[200]) {
  body[0] = 0;
  for (unsigned w = 0; w < WORDS; w++)
    if (words_of(id, version) >> w & 1) strcat(strcat(body, words[w]), " ");
  snprintf(body + strlen(body), 60, "always number%u edition%u", id, (unsigned)version);
}

static void set(nsearch_article *article, nsearch_status (*setter)(nsearch_article *, const char *, size_t),
                const char *text) {
  setter(article, text, strlen(text));
}

static void add(nsearch_writer *writer, unsigned id, uint32_t version) {
  char text[200];
  nsearch_article *article = nsearch_article_new();
  snprintf(text, sizeof text, "%u", id);
  set(article, nsearch_article_set_id, text);
  snprintf(text, sizeof text, "%u of %u", (unsigned)version, id);
  set(article, nsearch_article_set_title, text);
  snprintf(text, sizeof text, "source%u", source_of(id, version));
  set(article, nsearch_article_set_source, text);
  body_of(id, version, text);
  set(article, nsearch_article_set_body, text);
  nsearch_article_set_published(article, 1500000000 + 86400 * (int64_t)id, NSEARCH_PRECISION_SECOND,
                                NSEARCH_ORIGIN_RECORD);
  if (nsearch_add(writer, article, NULL)) complain("cannot add", 0, text);
  nsearch_article_free(article);
}

static void add_mark(nsearch_writer *writer, unsigned note) {
  char text[16];
  nsearch_article *article = nsearch_article_new();
  snprintf(text, sizeof text, "%u", note);
  set(article, nsearch_article_set_id, "mark");
  set(article, nsearch_article_set_body, text);
  if (nsearch_add(writer, article, NULL)) complain("cannot add the mark", note, "");
  nsearch_article_free(article);
}

/* ---- The writer ------------------------------------------------------------------------------------------------------- */

/* Half of the articles, changed by a thread of its own. */
struct share {
  nsearch_writer *writer;
  uint32_t *versions;
  uint32_t random;
  unsigned half, changes;
};

static void *change(void *payload) {
  struct share *share = payload;
  for (unsigned i = 0; i < share->changes; i++) {
    unsigned id = next(&share->random) % (IDS / ADDERS) * ADDERS + share->half;
    if (next(&share->random) % 4 == 0) {
      char text[16];
      snprintf(text, sizeof text, "%u", id);
      share->versions[id] = NOBODY;
      if (nsearch_delete(share->writer, text, NULL)) complain("cannot delete", 0, text);
    } else {
      share->versions[id] = next(&share->random) | 1;
      add(share->writer, id, share->versions[id]);
    }
  }
  return NULL;
}

static void change_all(nsearch_writer *writer, uint32_t *versions, uint32_t *random, unsigned changes) {
  pthread_t threads[ADDERS];
  struct share shares[ADDERS];
  for (unsigned i = 0; i < ADDERS; i++) {
    shares[i] = (struct share){writer, versions, next(random), i, changes};
    assert_int_equal(pthread_create(&threads[i], NULL, change, &shares[i]), 0);
  }
  for (unsigned i = 0; i < ADDERS; i++) pthread_join(threads[i], NULL);
}

/* Waits for whoever tries to be a writer, too. */
static nsearch_writer *open_writer(void) {
  nsearch_error *err = nsearch_error_new();
  nsearch_writer *writer = NULL;
  nsearch_options *options = nsearch_options_new();
  nsearch_options_set_engine(options, engine, NULL);
  nsearch_options_set_threads(options, ADDERS, NULL);
  nsearch_options_set_wait(options, 600000);
  if (nsearch_writer_open(&writer, path, options, err)) fail_msg("%s", nsearch_error_message(err));
  nsearch_options_free(options);
  nsearch_error_free(err);
  return writer;
}

/* A round: changes, a note, a commit; now and then an optimize, another writer, a writer that gives up. */
static nsearch_writer *write_round(nsearch_writer *writer, unsigned note, uint32_t *random) {
  uint32_t *versions = shared->versions[note];
  unsigned what = next(random) % 12;
  if (note) memcpy(versions, shared->versions[note - 1], sizeof shared->versions[note]);
  if (what == 0) {
    uint32_t lost[IDS];
    change_all(writer, lost, random, 5);
    nsearch_writer_close(writer);
    writer = open_writer();
  }
  change_all(writer, versions, random, note ? 1 + next(random) % 12 : 2 * IDS);
  add_mark(writer, note);
  atomic_store(&shared->noted, note + 1);
  nsearch_status status =
      what == 1 || what == 2 ? nsearch_optimize(writer, what == 1, NULL) : nsearch_commit(writer, NULL);
  if (status) complain("cannot commit", note, nsearch_status_text(status));
  atomic_store(&shared->committed, note + 1);
  if (what == 3) {
    nsearch_writer_close(writer);
    writer = open_writer();
  }
  return writer;
}

/* ---- Readers ---------------------------------------------------------------------------------------------------------- */

/* Which of the articles a question is about. */
struct question {
  unsigned all, none, any; /* bit sets of words; any: 0 says nothing */
  bool newest;
  char text[80];
};

static void make_question(struct question *q, uint32_t *random) {
  unsigned a = next(random) % WORDS, b = (a + 1 + next(random) % (WORDS - 1)) % WORDS,
           first = next(random) % (WORDS - 1);
  *q = (struct question){.newest = next(random) % 3 == 0};
  switch (next(random) % 6) {
  case 0:
    q->all = 1u << a;
    snprintf(q->text, sizeof q->text, "%s", words[a]);
    break;
  case 1:
    q->all = 1u << a | 1u << b;
    snprintf(q->text, sizeof q->text, "+%s +%s", words[a], words[b]);
    break;
  case 2:
    q->all = 1u << a;
    q->none = 1u << b;
    snprintf(q->text, sizeof q->text, "%s -%s", words[a], words[b]);
    break;
  case 3:
    q->any = 1u << a | 1u << b;
    snprintf(q->text, sizeof q->text, "%s %s", words[a], words[b]);
    break;
  case 4: /* the words of a text stand in order */
    q->all = 3u << first;
    snprintf(q->text, sizeof q->text, "\"%s %s\"", words[first], words[first + 1]);
    break;
  default:
    snprintf(q->text, sizeof q->text, "always");
  }
}

static bool matches(const struct question *q, unsigned id, uint32_t version) {
  unsigned has = words_of(id, version);
  return version != NOBODY && (has & q->all) == q->all && !(has & q->none) && (!q->any || has & q->any);
}

static void check_facet(const nsearch_result *result, const struct question *q, unsigned note) {
  uint64_t wanted[SOURCES] = {0}, total = 0, sum = 0;
  for (unsigned id = 0; id < IDS; id++) {
    uint32_t version = shared->versions[note][id];
    if (!matches(q, id, version)) continue;
    wanted[source_of(id, version)]++;
    total++;
  }
  for (size_t i = 0; i < nsearch_result_facet_values(result, 0); i++) {
    uint64_t count;
    unsigned source = (unsigned)atoi(nsearch_result_facet_value(result, 0, i, &count) + strlen("source"));
    if (source >= SOURCES || count != wanted[source]) complain("wrong facet", note, q->text);
    sum += count;
  }
  if (sum != total || nsearch_result_matches(result, NULL) != total) complain("wrong count", note, q->text);
}

static void check_hits(const nsearch_result *result, const struct question *q, unsigned note) {
  unsigned before = IDS;
  for (size_t i = 0; i < nsearch_result_hits(result); i++) {
    const nsearch_hit *hit = nsearch_result_hit(result, i);
    char title[40];
    unsigned id = (unsigned)atoi(nsearch_hit_id(hit));
    uint32_t version = id < IDS ? shared->versions[note][id] : NOBODY;
    snprintf(title, sizeof title, "%u of %u", (unsigned)version, id);
    if (!matches(q, id, version) || strcmp(title, nsearch_hit_title(hit)) != 0) complain("wrong hit", note, q->text);
    if (q->newest && id >= before) complain("wrong order", note, q->text);
    before = id;
  }
}

static void check_search(nsearch_reader *reader, unsigned note, uint32_t *random) {
  struct question q;
  nsearch_error *err = nsearch_error_new();
  nsearch_result *result = NULL;
  make_question(&q, random);
  nsearch_request *request = nsearch_request_new(q.text);
  nsearch_request_set_limit(request, IDS + 1);
  nsearch_request_set_count(request, 1);
  nsearch_request_set_sort(request, q.newest ? NSEARCH_SORT_NEWEST : NSEARCH_SORT_RELEVANCE);
  nsearch_request_add_facet(request, "source", 0, NULL);
  if (nsearch_search(reader, request, &result, err)) {
    complain(nsearch_error_message(err), note, q.text);
  } else {
    if (nsearch_result_hits(result) != nsearch_result_matches(result, NULL)) complain("lost hits", note, q.text);
    check_facet(result, &q, note);
    check_hits(result, &q, note);
  }
  nsearch_result_free(result);
  nsearch_request_free(request);
  nsearch_error_free(err);
}

static void check_article(nsearch_reader *reader, unsigned note, unsigned id) {
  char text[16], body[200] = "";
  uint32_t version = shared->versions[note][id];
  nsearch_article *article = NULL;
  nsearch_result *result = NULL;
  snprintf(text, sizeof text, "%u", id);
  nsearch_status status = nsearch_get(reader, text, &article, NULL);
  if (version) body_of(id, version, body);
  if (version ? status || strcmp(nsearch_article_body(article, NULL), body) != 0 : status != NSEARCH_ERR_NOT_FOUND)
    complain("wrong article", note, text);
  nsearch_article_free(article);
  status = nsearch_related(reader, text, 0, NULL, &result, NULL);
  if (status != (version ? NSEARCH_OK : NSEARCH_ERR_NOT_FOUND)) complain("wrong related articles", note, text);
  check_hits(result, &(struct question){.text = "related"}, note);
  nsearch_result_free(result);
}

/* The state that the reader shows, by its mark. */
static unsigned note_of(nsearch_reader *reader) {
  nsearch_error *err = nsearch_error_new();
  nsearch_article *mark = NULL;
  unsigned note = 0;
  if (nsearch_get(reader, "mark", &mark, err))
    complain(nsearch_error_message(err), 0, "mark");
  else
    note = (unsigned)atoi(nsearch_article_body(mark, NULL));
  if (note >= atomic_load(&shared->noted)) {
    complain("a state that is none", note, "mark");
    note = 0;
  }
  nsearch_article_free(mark);
  nsearch_error_free(err);
  return note;
}

/* One look at a reader that stays as it is meanwhile. */
static void look(nsearch_reader *reader, uint32_t *random) {
  unsigned note = note_of(reader);
  nsearch_stats *stats = NULL;
  uint64_t there = 1;
  for (unsigned i = 0; i < 3; i++) check_search(reader, note, random);
  check_article(reader, note, next(random) % IDS);
  for (unsigned id = 0; id < IDS; id++) there += shared->versions[note][id] != NOBODY;
  if (nsearch_stats_read(reader, &stats, NULL) || nsearch_stats_articles(stats) != there)
    complain("wrong number of articles", note, "stats");
  nsearch_stats_free(stats);
  if (note_of(reader) != note) complain("a snapshot that changed", note, "");
  atomic_fetch_add(&shared->answers, 8);
}

static nsearch_reader *open_reader(void) {
  nsearch_error *err = nsearch_error_new();
  nsearch_reader *reader = NULL;
  if (nsearch_open(&reader, path, err)) complain(nsearch_error_message(err), 0, "open");
  nsearch_error_free(err);
  return reader;
}

/* A reader is after a refresh, or when it is opened, no older than the last commit before. */
static void check_fresh(nsearch_reader *reader, unsigned committed) {
  if (note_of(reader) + 1 < committed) complain("an old state", committed, "");
}

static void refresh(nsearch_reader *reader) {
  nsearch_error *err = nsearch_error_new();
  unsigned committed = atomic_load(&shared->committed);
  if (nsearch_refresh(reader, NULL, err))
    complain(nsearch_error_message(err), committed, "refresh");
  else
    check_fresh(reader, committed);
  nsearch_error_free(err);
}

/* Opens readers one after the other, in the middle of commits. */
static void *open_again(void *unused) {
  uint32_t random = 5;
  (void)unused;
  while (!atomic_load(&shared->done)) {
    unsigned committed = atomic_load(&shared->committed);
    nsearch_reader *reader = open_reader();
    if (!reader) break;
    check_fresh(reader, committed);
    look(reader, &random);
    nsearch_close(reader);
  }
  return NULL;
}

/* A reader that several threads share. */
struct team {
  nsearch_reader *reader;
  pthread_rwlock_t still; /* held for reading inside calls, for writing to refresh */
  atomic_uint members;
};

static void *ask_together(void *payload) {
  struct team *team = payload;
  uint32_t random = 11 + atomic_fetch_add(&team->members, 1);
  while (!atomic_load(&shared->done)) {
    pthread_rwlock_rdlock(&team->still);
    look(team->reader, &random);
    pthread_rwlock_unlock(&team->still);
    if (next(&random) % 3) continue;
    pthread_rwlock_wrlock(&team->still);
    refresh(team->reader);
    pthread_rwlock_unlock(&team->still);
  }
  return NULL;
}

/* Another process: a reader that keeps a snapshot for a while, whose files are merged away under it. */
static void read_in_process(uint32_t random) {
  while (!atomic_load(&shared->committed)) usleep(1000);
  nsearch_reader *reader = open_reader();
  while (reader && !atomic_load(&shared->done)) {
    for (unsigned looks = next(&random) % 20 + 1; looks > 0 && !atomic_load(&shared->done); looks--)
      look(reader, &random);
    refresh(reader);
  }
  nsearch_close(reader);
}

/* Another one that wants to be a writer: it is told that there is one, or gets between two of them and changes nothing. */
static void intrude(void) {
  while (!atomic_load(&shared->committed)) usleep(1000);
  while (!atomic_load(&shared->done)) {
    nsearch_writer *writer = NULL;
    nsearch_status status = nsearch_writer_open(&writer, path, NULL, NULL);
    atomic_fetch_add(status ? &shared->refused : &shared->opened, 1);
    if (status && status != NSEARCH_ERR_LOCKED) complain("a second writer", status, nsearch_status_text(status));
    nsearch_writer_close(writer);
    usleep(20000);
  }
}

/* ---- All together ----------------------------------------------------------------------------------------------------- */

static unsigned rounds(void) {
  unsigned some = strcmp(engine, "native") == 0 ? 40 : 15;
  return getenv("NSEARCH_LONG") ? 20 * some : some;
}

static void start_processes(pid_t processes[PROCESSES + 1]) {
  for (int i = 0; i <= PROCESSES; i++) {
    processes[i] = fork();
    assert_true(processes[i] >= 0);
    if (processes[i]) continue;
    if (i < PROCESSES)
      read_in_process(100 + (uint32_t)i);
    else
      intrude();
    _exit(0);
  }
}

static void test_together(void **state) {
  (void)state;
  pid_t processes[PROCESSES + 1];
  pthread_t threads[TEAM + 1];
  struct team team = {0};
  uint32_t random = 1;
  memset(shared, 0, sizeof *shared);
  start_processes(processes); /* before there are threads */
  nsearch_writer *writer = write_round(open_writer(), 0, &random);
  team.reader = open_reader();
  assert_non_null(team.reader);
  pthread_rwlock_init(&team.still, NULL);
  for (int i = 0; i < TEAM; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask_together, &team), 0);
  assert_int_equal(pthread_create(&threads[TEAM], NULL, open_again, NULL), 0);
  for (unsigned note = 1; note < rounds() && !atomic_load(&shared->wrong); note++)
    writer = write_round(writer, note, &random);
  nsearch_writer_close(writer);
  atomic_store(&shared->done, true);
  for (int i = 0; i <= TEAM; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i <= PROCESSES; i++) {
    int status;
    assert_int_equal(waitpid(processes[i], &status, 0), processes[i]);
    if (status) complain("a process ended", (unsigned)status, "");
  }
  pthread_rwlock_destroy(&team.still);
  nsearch_close(team.reader);
  if (atomic_load(&shared->wrong)) fail_msg("%u answers are wrong; the first: %s", shared->wrong, shared->first);
  assert_true(atomic_load(&shared->refused) > 0);
  assert_int_equal(nsearch_check(path, 0, NULL, NULL, NULL, NULL), NSEARCH_OK);
  if (getenv("NSEARCH_LONG"))
    printf("ran: %s, %u commits, %lu answers, %lu writers refused, %lu let in between\n", engine, rounds(),
           shared->answers, shared->refused, shared->opened);
}

static int make_scratch(void **state) {
  (void)state;
  strcpy(folder, "/tmp/nsearch-concurrent-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/index", folder);
  return 0;
}

static int remove_scratch(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

int main(void) {
  static const char *const engines[] = {"native", "xapian"};
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_together, make_scratch, remove_scratch)};
  int failed = 0;
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 1;
  _Static_assert(20 * 40 <= NOTES, "a note for each round of the long test");
  for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
    nsearch_options *options = nsearch_options_new();
    engine = engines[i];
    if (nsearch_options_set_engine(options, engine, NULL) == NSEARCH_OK) /* a build may be without one */
      failed += cmocka_run_group_tests_name(engine, tests, NULL, NULL);
    nsearch_options_free(options);
  }
  munmap(shared, sizeof *shared);
  return failed;
}
