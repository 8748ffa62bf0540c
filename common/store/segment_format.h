/* What writing and reading a segment file share, and nobody else needs. */
#ifndef COMMON_STORE_SEGMENT_FORMAT_H
#define COMMON_STORE_SEGMENT_FORMAT_H

#include <stdlib.h>

#include "common/store/store.h"

#define SEGMENT_MAGIC 0x4745534eu /* "NSEG" */
enum { SEGMENT_VERSION = 1, SECTION_ALIGN = 64, TERM_INDEX_ENTRY = 24, COLUMN_HEADER = 16 };

/* An entry of SECTION_KEYS. */
struct segment_key {
  uint64_t hash;
  uint32_t doc, zero;
};

void segment_info_encode(const struct segment_info *info, struct buffer *out);
/* NSEARCH_ERR_DAMAGED when the bytes are short or hold an unknown language. */
int segment_info_decode(struct segment_info *info, const uint8_t *bytes, size_t len, const char *path,
                        struct nsearch_error *err);

#endif
