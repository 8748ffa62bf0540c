/* indexer/sources, JSON: yajl behind a door. */
#ifndef INDEXER_SOURCES_JSON_WALK_H
#define INDEXER_SOURCES_JSON_WALK_H

#include <yajl/yajl_parse.h>

#include "indexer/sources/sources.h"

/* Memory for yajl, which takes for granted that it never runs out. Zeroed is empty; one serves any number of texts. */
struct json_memory {
  struct json_chunk *top;
};
void json_memory_free(struct json_memory *memory);

/* Where and why the walk ended early. */
struct json_fault {
  bool bad;
  size_t at;
  char why[120];
};

/* Walks over JSON text and calls back. Bytes that are not UTF-8 are passed on as they are. A text that is not JSON, or
 * a call-back that returns 0, ends the walk, and *fault says so. Fails only for want of memory. `several`: values may
 * follow one another. */
int json_walk(struct json_memory *memory, const yajl_callbacks *callbacks, void *payload, const char *text, size_t len,
              bool several, struct json_fault *fault, struct nsearch_error *err);

#endif
