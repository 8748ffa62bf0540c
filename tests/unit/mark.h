/* Marks articles of a native index as deleted, as a writer does that does not merge: a file of tombstones for each segment
 * that has some, and a manifest that names them. */
#ifndef TESTS_UNIT_MARK_H
#define TESTS_UNIT_MARK_H

#include <stdbool.h>
#include <stdint.h>

/* Those that are wanted, besides those that are marked already; returns how many were added. */
uint64_t mark_articles(const char *path, bool (*wanted)(const char *id));

#endif
