/* Ids whose articles the next commit leaves out. */
#include "indexer/indexer.h"

int deletions_add_hashed(struct deletions *deletions, uint64_t hash, uint64_t sequence, struct nsearch_error *err) {
  int status =
      memory_reserve(&deletions->items, &deletions->capacity, deletions->count + 1, sizeof *deletions->items, err);
  if (!status) deletions->items[deletions->count++] = (struct deletion){.hash = hash, .sequence = sequence};
  return status;
}

int deletions_add(struct deletions *deletions, const char *id, size_t len, uint64_t sequence,
                  struct nsearch_error *err) {
  char *copy = memory_string(id, len);
  int status = copy ? deletions_add_hashed(deletions, hash_bytes(id, len), sequence, err) : error_memory(err);
  if (status) {
    memory_free(copy);
    return status;
  }
  deletions->items[deletions->count - 1].id = copy;
  deletions->items[deletions->count - 1].len = len;
  return NSEARCH_OK;
}

void deletions_clear(struct deletions *deletions) {
  for (size_t i = 0; i < deletions->count; i++) memory_free(deletions->items[i].id);
  memory_free(deletions->items);
  *deletions = (struct deletions){0};
}
