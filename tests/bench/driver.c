/* What the drivers in C and C++ share; see driver.h. */
#include "driver.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

static void *need(void *memory) {
  if (!memory) die("out of memory");
  return memory;
}

/* ---- Corpus ---- */

void corpus_open(struct corpus *corpus, const char *path) {
  memset(corpus, 0, sizeof *corpus);
  corpus->file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
  if (!corpus->file) die("%s: cannot be read", path);
  pthread_mutex_init(&corpus->lock, NULL);
}

static void grow(char **bytes, size_t *room, size_t wanted) {
  if (wanted <= *room) return;
  *room = wanted * 2;
  *bytes = (char *)need(realloc(*bytes, *room));
}

bool corpus_take(struct corpus *corpus, struct block *block) {
  enum { STEP = 1 << 20 };
  pthread_mutex_lock(&corpus->lock);
  grow(&block->bytes, &block->room, corpus->rest_len + STEP);
  if (corpus->rest_len) memcpy(block->bytes, corpus->rest, corpus->rest_len);
  block->len = corpus->rest_len;
  block->at = corpus->rest_len = 0;
  for (;;) {
    grow(&block->bytes, &block->room, block->len + STEP);
    size_t got = fread(block->bytes + block->len, 1, STEP, corpus->file);
    block->len += got;
    if (!got) break; /* the end: all there is, which ends in a newline */
    char *end = (char *)memrchr(block->bytes, '\n', block->len);
    if (!end) continue;
    corpus->rest_len = (size_t)(block->bytes + block->len - (end + 1));
    grow(&corpus->rest, &corpus->rest_room, corpus->rest_len);
    if (corpus->rest_len) memcpy(corpus->rest, end + 1, corpus->rest_len);
    block->len -= corpus->rest_len;
    break;
  }
  pthread_mutex_unlock(&corpus->lock);
  return block->len > 0;
}

bool block_line(struct block *block, struct line *out) {
  if (block->at >= block->len) return false;
  char *at = block->bytes + block->at;
  char *end = (char *)memchr(at, '\n', block->len - block->at);
  char *date = end ? (char *)memchr(at, '\t', (size_t)(end - at)) : NULL;
  char *text = date ? (char *)memchr(date + 1, '\t', (size_t)(end - date - 1)) : NULL;
  if (!text) die("a line of the corpus is not number, seconds, text");
  *date++ = *text++ = *end = '\0';
  *out = (struct line){.id = at, .text = text, .id_len = (size_t)(date - 1 - at), .text_len = (size_t)(end - text)};
  out->published = strtoll(date, NULL, 10);
  block->at = (size_t)(end + 1 - block->bytes);
  return true;
}

/* ---- Figures ---- */

uint64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void figure(const char *name, double value) { printf("%s\t%.15g\n", name, value); }

void figures_of_process(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  figure("cpu", (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  figure("peak_bytes", (double)usage.ru_maxrss * 1024);
}

uint64_t file_bytes(const char *folder, const char *name) {
  char path[4096];
  struct stat status;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return stat(path, &status) ? 0 : (uint64_t)status.st_size;
}

void run_threads(unsigned threads, void *(*work)(void *), void *payload) {
  pthread_t all[64];
  if (threads < 1 || threads > 64) die("1 to 64 threads");
  for (unsigned i = 0; i < threads; i++)
    if (pthread_create(all + i, NULL, work, payload)) die("no thread");
  for (unsigned i = 0; i < threads; i++) pthread_join(all[i], NULL);
}

/* ---- Questions ---- */

/* Cuts `text`, which is changed, into clauses. */
static void cut(char *text, struct question *question) {
  question->clause_count = 0;
  for (char *at = text; *at;) {
    if (*at == ' ') {
      at++;
      continue;
    }
    if (question->clause_count == CLAUSES_MAX) die("a question of too many clauses");
    struct clause *clause = question->clauses + question->clause_count++;
    *clause = (struct clause){.sign = 0};
    if (*at == '+' || *at == '-') clause->sign = *at++;
    char *end = *at == '"' ? strchr(++at, '"') : at + strcspn(at, " ");
    if (!end) die("a question with an open quote");
    bool last = !*end;
    *end = '\0';
    for (char *word = strtok(at, " "); word; word = strtok(NULL, " ")) {
      if (clause->word_count == WORDS_MAX) die("a phrase of too many words");
      clause->words[clause->word_count++] = word;
    }
    at = last ? end : end + 1;
  }
}

static void print_answer(const char *id, const struct answer *answer) {
  printf("%s\t%llu\t%lld\t", id, (unsigned long long)answer->nanoseconds, (long long)answer->count);
  for (size_t i = 0; i < answer->hits; i++)
    printf("%s%llu:%.6g", i ? " " : "", (unsigned long long)answer->ids[i], answer->scores[i]);
  putchar('\n');
  fflush(stdout);
}

void serve(void (*search)(void *index, const struct question *question, struct answer *answer), void *index) {
  enum { FIELDS = 7 };
  char *line = NULL;
  size_t room = 0;
  ssize_t len;
  puts("ready");
  fflush(stdout);
  while ((len = getline(&line, &room, stdin)) > 0) {
    static struct question question;
    static struct answer answer;
    char *fields[FIELDS], *rest = line;
    if (line[len - 1] == '\n') line[len - 1] = '\0';
    for (int i = 0; i < FIELDS; i++)
      if (!(fields[i] = strsep(&rest, "\t"))) die("a question of fewer than %d fields", FIELDS);
    char *text = (char *)need(strdup(fields[3]));
    cut(fields[3], &question);
    question.text = text;
    question.limit = !strcmp(fields[1], "top10") ? 10 : strcmp(fields[1], "count") ? 100 : 0;
    question.count = strstr(fields[1], "count") != NULL;
    question.since = *fields[4] ? strtoll(fields[4], NULL, 10) : INT64_MIN;
    question.until = *fields[5] ? strtoll(fields[5], NULL, 10) : INT64_MAX;
    question.newest = !strcmp(fields[6], "newest");
    answer.hits = 0;
    answer.count = -1;
    search(index, &question, &answer);
    print_answer(fields[0], &answer);
    free(text);
  }
  free(line);
}
