/* What writing and reading a segment file share, and nobody else needs. */
#ifndef COMMON_STORE_SEGMENT_FORMAT_H
#define COMMON_STORE_SEGMENT_FORMAT_H

#include <pthread.h>
#include <stdlib.h>

#include "common/store/store.h"

#define SEGMENT_MAGIC 0x4745534eu /* "NSEG" */
enum { SEGMENT_VERSION = 3, SECTION_ALIGN = 64, TERM_INDEX_ENTRY = 24, COLUMN_HEADER = 16 };
enum { PLACES_HEADER = 8, PLACE_PACK_BITS = 16 };

void segment_info_encode(const struct segment_info *info, struct buffer *out);
/* NSEARCH_ERR_DAMAGED when the bytes are short or hold an unknown language. */
int segment_info_decode(struct segment_info *info, const uint8_t *bytes, size_t len, const char *path,
                        struct nsearch_error *err);

/* A segment that is being written. */
struct segment_writer {
  struct checked_out *file;
  struct dictionary_out *dictionary;
  struct segment_docs docs;
  uint32_t *lengths;
  float c0, c1; /* of struct list_writer */
  struct segment_info info;
  uint64_t title_tokens;
  bool lists_done;
  struct {
    uint64_t offset, len;
  } sections[SECTION_COUNT];

  struct segment_part *own; /* of segment_term_begin() */
  pthread_mutex_t lock;     /* guards what follows; who has the turn has file, dictionary and info to itself */
  pthread_cond_t next;
  uint64_t turn; /* the part that may write */
  bool abandoned;
};

/* Counts a term and puts it into the dictionary. */
int segment_add_term(struct segment_writer *segment, const char *key, size_t len, const struct term_entry *entry,
                     struct nsearch_error *err);

/* segment_writer.c: a section of the file is what is written between the two. */
int segment_section_begin(struct segment_writer *segment, enum section section, struct nsearch_error *err);
void segment_section_end(struct segment_writer *segment, enum section section);
/* segment_docs.c: all sections with a value for each document. */
int segment_write_docs(struct segment_writer *segment, struct nsearch_error *err);
/* places.c: a place, not PLACE_NONE, as its column has it. */
uint64_t place_code(uint64_t place, unsigned pack_bits);

int segment_damaged(const struct segment *segment, const char *what, struct nsearch_error *err);

#endif
