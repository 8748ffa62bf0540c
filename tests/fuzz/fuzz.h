/* What the fuzz targets share. A target is a function that takes any bytes at all; it is linked with libFuzzer (`make
 * fuzz`) or with replay.c, which gives it the kept corpus (`make check`). */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/nsearch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what does not hold and aborts: libFuzzer keeps the input, a replay fails. */
#define must(holds) ((holds) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #holds))
_Noreturn void fuzz_fail(const char *file, int line, const char *what);

/* Bytes that are used up from the front; zeros when there are none left. */
struct fuzz_input {
  const uint8_t *at, *end;
};
uint8_t fuzz_byte(struct fuzz_input *in);
/* All that is left, up to the first NUL, as a string: free(). */
char *fuzz_text(struct fuzz_input *in);

/* A folder of the process' own below TMPDIR, which goes with all that is in it when the process ends. */
const char *fuzz_folder(void);
/* The path of a name in it; malloc()ed. */
char *fuzz_path(const char *name);

/* Indexes the first `articles` of the articles written here, in segments of at most so many (0: merged to one); dies
 * when that fails. Some words are in all articles, some in one; four languages and two scripts without spaces between
 * words; dates known to the second, day, month and year, and none; sources, sections, topics, authors, URLs. */
void fuzz_index(const char *path, unsigned articles, uint32_t segment_articles);

struct fuzz_file {
  uint8_t *bytes;
  size_t len;
};
struct fuzz_file fuzz_read(const char *path);
void fuzz_write(const char *path, const void *bytes, size_t len);

/* Reads all that a result shows. */
void fuzz_walk(const nsearch_result *result);

#endif
