/* Memory that goes all at once: the nodes of a question and of its plan. */
#include "query/query.h"

#include <stdalign.h>
#include <string.h>

enum { BLOCK_SIZE = 8 << 10 };

struct pool_block {
  struct pool_block *next;
  size_t used, size; /* of bytes[] */
  alignas(max_align_t) char bytes[];
};

void *pool_take(struct pool *pool, size_t bytes) {
  const size_t unit = alignof(max_align_t);
  if (bytes > SIZE_MAX / 2) return NULL;
  bytes = (bytes + unit - 1) / unit * unit;
  struct pool_block *block = pool->blocks;
  if (!block || block->size - block->used < bytes) {
    size_t size = bytes > BLOCK_SIZE ? bytes : BLOCK_SIZE;
    block = memory_alloc(sizeof *block + size);
    if (!block) return NULL;
    block->size = size;
    block->used = 0;
    block->next = pool->blocks;
    pool->blocks = block;
  }
  void *taken = block->bytes + block->used;
  block->used += bytes;
  return memset(taken, 0, bytes);
}

char *pool_copy(struct pool *pool, const char *bytes, size_t len) {
  char *copy = len < SIZE_MAX ? pool_take(pool, len + 1) : NULL;
  if (copy) memcpy(copy, bytes, len);
  return copy;
}

void pool_free(struct pool *pool) {
  struct pool_block *next;
  for (struct pool_block *block = pool->blocks; block; block = next) {
    next = block->next;
    memory_free(block);
  }
  pool->blocks = NULL;
}
