/* Numbered tasks shared out among threads, lowest first. */
#include <pthread.h>
#include <stdatomic.h>

#include "indexer/native/native.h"

struct crew {
  const struct crew_work *work;
  atomic_size_t next;
  atomic_uint hands; /* numbers the threads */
  atomic_bool failed;
  pthread_mutex_t lock; /* guards what follows: the first failure is the crew's */
  int status;
  struct nsearch_error *err;
};

static void note_failure(struct crew *crew, int status, const struct nsearch_error *err) {
  pthread_mutex_lock(&crew->lock);
  if (!crew->status) {
    crew->status = status;
    error_set(crew->err, status, "%s", nsearch_error_message(err));
  }
  pthread_mutex_unlock(&crew->lock);
  atomic_store(&crew->failed, true);
  if (crew->work->abandon) crew->work->abandon(crew->work->payload);
}

static void *crew_main(void *payload) {
  struct crew *crew = payload;
  const struct crew_work *work = crew->work;
  unsigned hand = atomic_fetch_add(&crew->hands, 1);
  struct nsearch_error *err = nsearch_error_new();
  for (;;) {
    size_t task = atomic_fetch_add(&crew->next, 1);
    if (task >= work->tasks || atomic_load(&crew->failed)) break;
    int status = err ? work->run(work->payload, hand, task, err) : NSEARCH_ERR_MEMORY;
    if (status) note_failure(crew, status, err);
  }
  nsearch_error_free(err);
  return NULL;
}

int crew_run(const struct crew_work *work, unsigned threads, struct nsearch_error *err) {
  struct crew crew = {.work = work, .err = err};
  pthread_t others[THREADS_MAX];
  unsigned started = 0;
  if (threads > work->tasks) threads = (unsigned)work->tasks;
  pthread_mutex_init(&crew.lock, NULL);
  /* With fewer threads than wanted the work is slower and the same. */
  while (started + 1 < threads && pthread_create(&others[started], NULL, crew_main, &crew) == 0) started++;
  crew_main(&crew);
  while (started > 0) pthread_join(others[--started], NULL);
  pthread_mutex_destroy(&crew.lock);
  return crew.status;
}
