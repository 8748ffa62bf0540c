/* Memory that one call at a time uses, kept warm between calls so that no query builds it anew. */
#include "query/query.h"

#include <string.h>

enum { SCRATCH_BYTES_MAX = 64 << 20 };

static void scratch_free(struct scratch *scratch) {
  if (!scratch) return;
  tokens_free(&scratch->tokens);
  tokens_free(&scratch->counted);
  analyser_free(scratch->analyser);
  lexicon_free(scratch->lexicon);
  folder_free(scratch->folder);
  memory_free(scratch->marks);
  memory_free(scratch->figures);
  memory_free(scratch);
}

static int scratch_new(struct scratch **out, struct nsearch_error *err) {
  struct scratch *scratch = memory_zero(1, sizeof *scratch);
  if (!scratch) return error_memory(err);
  scratch->tokens.want_places = true;
  int status = folder_new(&scratch->folder, err);
  if (!status) status = lexicon_new(&scratch->lexicon, err);
  if (!status) status = analyser_new(&scratch->analyser, scratch->lexicon, err);
  if (status) {
    scratch_free(scratch);
    return status;
  }
  *out = scratch;
  return NSEARCH_OK;
}

int scratches_init(struct scratches *scratches, struct nsearch_error *err) {
  scratches->free = NULL;
  int number = pthread_mutex_init(&scratches->lock, NULL);
  return number ? error_set(err, NSEARCH_ERR_SYSTEM, "cannot make a lock: %s", strerror(number)) : NSEARCH_OK;
}

void scratches_clear(struct scratches *scratches) {
  struct scratch *next;
  for (struct scratch *scratch = scratches->free; scratch; scratch = next) {
    next = scratch->next;
    scratch_free(scratch);
  }
  scratches->free = NULL;
}

void scratches_destroy(struct scratches *scratches) {
  scratches_clear(scratches);
  pthread_mutex_destroy(&scratches->lock);
}

void scratch_forget(struct scratch *scratch) {
  memory_free(scratch->figures);
  scratch->figures = NULL;
  scratch->figure_room = 0;
}

int scratch_take(struct scratches *scratches, struct scratch **out, struct nsearch_error *err) {
  pthread_mutex_lock(&scratches->lock);
  struct scratch *scratch = scratches->free;
  if (scratch) scratches->free = scratch->next;
  pthread_mutex_unlock(&scratches->lock);
  *out = scratch;
  return scratch ? NSEARCH_OK : scratch_new(out, err);
}

void scratch_give(struct scratches *scratches, struct scratch *scratch) {
  if (!scratch) return;
  if (lexicon_bytes(scratch->lexicon) + analyser_bytes(scratch->analyser) > SCRATCH_BYTES_MAX) {
    scratch_free(scratch);
    return;
  }
  pthread_mutex_lock(&scratches->lock);
  scratch->next = scratches->free;
  scratches->free = scratch;
  pthread_mutex_unlock(&scratches->lock);
}
