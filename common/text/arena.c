/* Memory for the tables of this folder: bytes that stay where they are, and zeroed hash tables. */
#include "common/text/text.h"

#include <string.h>

/* Blocks grow from a size that a snippet can afford to one that a batch of articles wants. */
enum { FIRST_BLOCK = 16 << 10, LAST_BLOCK = 2 << 20, MAP_FROM = 1 << 20 };

struct arena_block {
  struct arena_block *next;
  size_t size; /* of bytes[] */
  char bytes[];
};

void *table_new(size_t bytes) { return bytes >= MAP_FROM ? memory_map(bytes) : memory_zero(bytes, 1); }

void table_free(void *table, size_t bytes) {
  if (!table) return;
  if (bytes >= MAP_FROM)
    memory_unmap(table, bytes);
  else
    memory_free(table);
}

/* Puts a new block behind the current one: what is behind it already stays for later. */
static bool arena_grow(struct arena *arena, size_t need) {
  size_t total = arena->bytes < FIRST_BLOCK ? FIRST_BLOCK : arena->bytes > LAST_BLOCK ? LAST_BLOCK : arena->bytes;
  if (need > SIZE_MAX / 2) return false;
  if (total < need + sizeof(struct arena_block)) total = need + sizeof(struct arena_block);
  struct arena_block *block = memory_alloc(total);
  if (!block) return false;
  block->size = total - sizeof *block;
  if (arena->current) {
    block->next = arena->current->next;
    arena->current->next = block;
  } else {
    block->next = arena->first;
    arena->first = block;
  }
  arena->current = block;
  arena->used = 0;
  arena->bytes += total;
  return true;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t len) {
  while (!arena->current || arena->current->size - arena->used < len) {
    struct arena_block *next = arena->current ? arena->current->next : arena->first;
    if (next && next->size >= len) {
      arena->current = next;
      arena->used = 0;
    } else if (!arena_grow(arena, len)) {
      return NULL;
    }
  }
  char *copy = arena->current->bytes + arena->used;
  memcpy(copy, bytes, len);
  arena->used += len;
  return copy;
}

void arena_clear(struct arena *arena) {
  arena->current = NULL;
  arena->used = 0;
}

void arena_free(struct arena *arena) {
  struct arena_block *block = arena->first;
  while (block) {
    struct arena_block *next = block->next;
    memory_free(block);
    block = next;
  }
  *arena = (struct arena){0};
}
