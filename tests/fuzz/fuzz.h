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

/* ---- edits.c: files of an index, tampered with ---- */

/* In the input: a byte that says what is edited, three for the offset in it (largest first), one whose low three bits
 * are the number of bytes less one, and whose others are flags, and the bytes. */
enum { FUZZ_INSERT = 1, FUZZ_CUT = 2 };
struct fuzz_edit {
  uint32_t what, offset, count, flags;
  uint8_t bytes[8];
};
bool fuzz_next_edit(struct fuzz_input *in, struct fuzz_edit *out); /* false: there are no more */
/* Its bytes take the place of as many others, or, with FUZZ_INSERT, of none: the file has room. */
void fuzz_put(uint8_t *at, size_t len, const struct fuzz_edit *edit);
void fuzz_put_or_insert(struct fuzz_file *file, const struct fuzz_edit *edit);
/* Makes good the checksums of a segment, tombstones, pack, catalogue or manifest, which its name tells. */
void fuzz_seal(const char *path, struct fuzz_file *file);

/* ---- ask.c: questions of every kind ---- */

/* Success, or what may be said of an index that was tampered with; with a message. */
void fuzz_check(int status, const nsearch_error *err);
/* Each third of them, or all. */
enum { FUZZ_ALL_QUESTIONS = 3 };
void fuzz_ask_all(nsearch_reader *reader, unsigned which, nsearch_error *err);
/* Articles by id, related ones, statistics. */
void fuzz_read_articles(nsearch_reader *reader, nsearch_error *err);

/* Reads all that a result shows. */
void fuzz_walk(const nsearch_result *result);

#endif
