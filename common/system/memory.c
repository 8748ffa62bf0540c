/* The allocation seam: every block of memory of the product comes from here. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/system/system.h"

enum { HUGE_PAGE = 2 << 20 };

/* realloc(block, 0) frees the block, and malloc(0) may give NULL: neither is meant here. */
static size_t at_least_one(size_t bytes) { return bytes ? bytes : 1; }

void *memory_alloc(size_t bytes) { return malloc(at_least_one(bytes)); }

void *memory_zero(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
  return calloc(1, at_least_one(bytes));
}

void *memory_resize(void *block, size_t bytes) { return realloc(block, at_least_one(bytes)); }

void *memory_array(void *block, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
  return memory_resize(block, bytes);
}

char *memory_string(const char *text, size_t len) {
  if (len == SIZE_MAX) return NULL;
  char *copy = memory_alloc(len + 1);
  if (!copy) return NULL;
  if (len) memcpy(copy, text, len);
  copy[len] = 0;
  return copy;
}

void memory_free(void *block) { free(block); }

void *memory_map(size_t bytes) {
  bytes = at_least_one(bytes);
  void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return NULL;
  /* Advice: where it is refused the block is merely slower. */
  if (bytes >= HUGE_PAGE) (void)madvise(block, bytes, MADV_HUGEPAGE);
  return block;
}

void memory_unmap(void *block, size_t bytes) {
  if (block) munmap(block, at_least_one(bytes));
}

int memory_reserve(void *block_pointer, size_t *capacity, size_t need, size_t size, struct nsearch_error *err) {
  if (need <= *capacity) return NSEARCH_OK;
  size_t room = *capacity > SIZE_MAX / 2 ? need : *capacity * 2;
  if (room < 8) room = 8;
  if (room < need) room = need;
  void *block;
  memcpy(&block, block_pointer, sizeof block); /* a pointer of any type: read as bytes, not as void * */
  block = memory_array(block, room, size);
  if (!block) return error_memory(err);
  memcpy(block_pointer, &block, sizeof block);
  *capacity = room;
  return NSEARCH_OK;
}
