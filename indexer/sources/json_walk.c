/* Walks over JSON by yajl and survives when memory runs out. */
#include "indexer/sources/json_walk.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK_FIRST = 16 << 10 };

/* yajl gets its blocks from this stack of chunks, which is emptied between texts; when there is no more memory, control
 * leaves yajl by longjmp() and nothing leaks. */
struct json_chunk {
  struct json_chunk *below;
  size_t len, used;
  alignas(max_align_t) char bytes[];
};

/* Size of a block, kept in front of it for the sake of realloc. */
union block_head {
  size_t len;
  max_align_t aligned;
};

struct yajl_run {
  struct json_memory *memory;
  jmp_buf exhausted;
};

static void pop(struct json_memory *memory) {
  struct json_chunk *chunk = memory->top;
  memory->top = chunk->below;
  memory_free(chunk);
}

/* Keeps the newest chunk, which is the largest. */
static void reset(struct json_memory *memory) {
  struct json_chunk *top = memory->top;
  if (!top) return;
  while (top->below) {
    memory->top = top->below;
    top->below = top->below->below;
    memory_free(memory->top);
  }
  memory->top = top;
  top->used = 0;
}

static void *take(void *payload, size_t len) {
  struct yajl_run *run = payload;
  struct json_memory *memory = run->memory;
  if (len > SIZE_MAX / 4) longjmp(run->exhausted, 1);
  size_t need =
      sizeof(union block_head) + (len + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
  if (!memory->top || memory->top->len - memory->top->used < need) {
    size_t room = memory->top ? memory->top->len * 2 : CHUNK_FIRST;
    while (room < need) room *= 2;
    struct json_chunk *chunk = memory_alloc(sizeof *chunk + room);
    if (!chunk) longjmp(run->exhausted, 1);
    chunk->below = memory->top, chunk->len = room, chunk->used = 0;
    memory->top = chunk;
  }
  union block_head *head = (union block_head *)(void *)(memory->top->bytes + memory->top->used);
  head->len = len;
  memory->top->used += need;
  return head + 1;
}

static void *resize(void *payload, void *block, size_t len) {
  void *new_block = take(payload, len);
  if (block) {
    size_t old = ((union block_head *)block - 1)->len;
    memcpy(new_block, block, old < len ? old : len);
  }
  return new_block;
}

static void drop(void *payload, void *block) { (void)payload, (void)block; }

void json_memory_free(struct json_memory *memory) {
  while (memory->top) pop(memory);
}

int json_walk(struct json_memory *memory, const yajl_callbacks *callbacks, void *payload, const char *text, size_t len,
              bool several, struct json_fault *fault, struct nsearch_error *err) {
  struct yajl_run run = {.memory = memory};
  yajl_alloc_funcs functions = {take, resize, drop, &run};
  *fault = (struct json_fault){0};
  reset(memory);
  if (setjmp(run.exhausted)) return error_memory(err);
  yajl_handle handle = yajl_alloc(callbacks, &functions, payload);
  /* What is not UTF-8 is replaced later, and costs no record. */
  yajl_config(handle, yajl_dont_validate_strings, 1);
  if (several) yajl_config(handle, yajl_allow_multiple_values, 1);
  yajl_status code = yajl_parse(handle, (const unsigned char *)text, len);
  fault->at = yajl_get_bytes_consumed(handle);
  if (code == yajl_status_ok) code = yajl_complete_parse(handle);
  if (code == yajl_status_ok) return NSEARCH_OK;
  fault->bad = true;
  const char *why = (const char *)yajl_get_error(handle, 0, (const unsigned char *)text, len);
  snprintf(fault->why, sizeof fault->why, "%.*s", (int)strcspn(why, "\n"), why);
  return NSEARCH_OK;
}
