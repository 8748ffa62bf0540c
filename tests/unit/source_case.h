/* What the tests of formats share: bytes in, a line of text a record out. */
#ifndef TESTS_UNIT_SOURCE_CASE_H
#define TESTS_UNIT_SOURCE_CASE_H

#include "indexer/sources/sources.h"

/* A folder for the files, for the group of tests. */
int source_set_up(void **state);
int source_tear_down(void **state);

/* What comes out of a file of these bytes: the format's name or "unknown", then a line a record; memory_free() it. */
char *source_read(const char *name, const void *bytes, size_t len, const struct field_map *map);

void source_check(const char *name, const void *bytes, size_t len, const char *expected);

struct source_case {
  const char *name, *bytes, *expected;
};
void source_check_all(const struct source_case *cases, size_t count);
#define CHECK_ALL(cases) source_check_all(cases, sizeof cases / sizeof *cases)

/* In members of so many bytes each. */
struct buffer source_gzip(const struct buffer *in, size_t member);

#endif
