/* What the drivers in C and C++ share: reading a corpus, printing figures, the loop that answers questions. README.md
 * describes the protocol. Failures end the program with a message: a comparison has no use for half a result. */
#ifndef BENCH_DRIVER_H
#define BENCH_DRIVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/* ---- Corpus ---- */

/* Lines of number, seconds, text; "-" is standard input. Any number of threads may take blocks of it. */
struct corpus {
  FILE *file;
  pthread_mutex_t lock;
  char *rest; /* the beginning of a line whose end was not read yet */
  size_t rest_len, rest_room;
};
struct block {
  char *bytes;
  size_t len, room, at;
};
struct line {
  const char *id, *text;
  size_t id_len, text_len;
  int64_t published;
};
void corpus_open(struct corpus *corpus, const char *path);
bool corpus_take(struct corpus *corpus, struct block *block); /* whole lines, about a megabyte */
bool block_line(struct block *block, struct line *out);       /* id and text end in NUL */

/* ---- Figures ---- */

uint64_t nanoseconds(void);
void figure(const char *name, double value);
/* Seconds of CPU and the peak of memory of this process so far. */
void figures_of_process(void);
uint64_t file_bytes(const char *folder, const char *name);
/* Runs work(payload) in so many threads, and waits. */
void run_threads(unsigned threads, void *(*work)(void *), void *payload);

/* ---- Questions ---- */

enum { CLAUSES_MAX = 64, WORDS_MAX = 8, HITS_MAX = 100 };

struct clause {
  char sign; /* '+', '-' or 0 */
  size_t word_count;
  char *words[WORDS_MAX]; /* more than one: a phrase */
};
struct question {
  const char *text;
  struct clause clauses[CLAUSES_MAX];
  size_t clause_count;
  unsigned limit; /* 0: only count */
  bool count, newest;
  int64_t since, until; /* INT64_MIN, INT64_MAX: no bound */
};
struct answer {
  uint64_t nanoseconds; /* of the search alone */
  int64_t count;        /* -1: not counted */
  size_t hits;
  uint64_t ids[HITS_MAX];
  double scores[HITS_MAX];
};

/* Says that the index is open, then answers each line of standard input. */
void serve(void (*search)(void *index, const struct question *question, struct answer *answer), void *index);

#ifdef __cplusplus
}
#endif

#endif
