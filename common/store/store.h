/* common/store: the on-disk format of the native engine, shared by the indexer, which writes it, and the query half,
 * which reads it. The map of this folder, sectioned by source file; docs/index-format.md has every byte.
 *
 * Numbers are little endian. Every number read from a file is hostile until checked. */
#ifndef COMMON_STORE_STORE_H
#define COMMON_STORE_STORE_H

#include <stdatomic.h>

#include "common/article/article.h"
#include "common/system/system.h"
#include "common/text/text.h"

enum { BLOCK = 256 };                      /* postings in a full block */
#define DOCUMENTS_MAX UINT32_C(0xfffff000) /* of a segment: a window of documents beyond the last has numbers too */
enum { BODY_GAP = 100 };                   /* positions between title and body, and between two authors */
#define BM25_K1 1.2
#define BM25_B 0.75

/* Kernels read a little past the end of packed data; every mapped section is followed by at least this much file. */
enum { OVERREAD = 32 };

/* ---- encode.c, codec.c: runs of up to 256 integers, written and read ------------------------------------------------- */

/* Patched frame of reference (Zukowski et al., Super-Scalar RAM-CPU Cache Compression, 2006): the low b bits of every
 * value packed LSB first, the rest of the few larger ones as exceptions, b chosen for the smallest size. */
enum { PACKED_MAX = 3 + BLOCK * 4 + BLOCK * 5 };
size_t packed_encode(const uint32_t *values, size_t count, uint8_t *out); /* returns bytes; out has PACKED_MAX */

/* What a packed run begins with; where runs are skipped it stands apart from them. */
struct packed_header {
  uint8_t width, exceptions, high_width;
};
size_t packed_encode_apart(const uint32_t *values, size_t count, struct packed_header *header, uint8_t *out);
static inline size_t bits_to_bytes(size_t bits) { return (bits + 7) / 8; }
static inline size_t packed_bytes(const struct packed_header *header, size_t count) { /* of a run without its header */
  return bits_to_bytes(count * header->width) + header->exceptions +
         bits_to_bytes((size_t)header->exceptions * header->high_width);
}
/* What the encoder counts with, and the plain twins: widths has room for a multiple of 16, which count_wider() reads. */
void bit_widths(const uint32_t *values, size_t count, uint8_t *widths);
size_t count_wider(const uint8_t *widths, size_t count, unsigned width);
void bit_widths_plain(const uint32_t *values, size_t count, uint8_t *widths);
size_t count_wider_plain(const uint8_t *widths, size_t count, unsigned width);

/* Reads count <= 256 values, `plus` added to each; returns the byte after them, or NULL when they do not fit before end. May read
 * OVERREAD bytes past end. */
const uint8_t *packed_decode(const uint8_t *in, const uint8_t *end, uint32_t plus, uint32_t *values, size_t count);
const uint8_t *packed_skip(const uint8_t *in, const uint8_t *end, size_t count); /* the same without decoding */

/* The bits of the largest value that a run that was decoded can hold. */
static inline unsigned packed_bits(const uint8_t *in) { return in[1] ? (unsigned)in[0] + in[2] : in[0]; }

/* A place in a packed run, of which any part is read without what stands before it. Reading gives false when the run is
 * damaged or has not so many values left. */
struct packed_run {
  unsigned width, high_width;
  size_t exceptions;
  const uint8_t *lows, *indexes, *highs, *end;
  size_t count, at, next_exception;
};
bool packed_run_open(struct packed_run *run, const uint8_t *in, const uint8_t *end, size_t count);
bool packed_run_open_apart(struct packed_run *run, const struct packed_header *header, const uint8_t *in,
                           const uint8_t *end, size_t count);
bool packed_run_read(struct packed_run *run, uint32_t *values, size_t count);

/* One value of a run of count, without decoding it; 0 when the run is damaged. */
uint32_t packed_value(const uint8_t *in, const uint8_t *end, size_t count, size_t at);

/* Of the values of a run: the one at `at`, the sum of those before it, and of all. */
struct packed_sums {
  uint64_t before, total;
  uint32_t value;
};
bool packed_sums(const uint8_t *in, const uint8_t *end, size_t count, size_t at, struct packed_sums *out);

/* Ascending document numbers above `before` (-1: none), as gaps packed, or as a bit set where that is not much larger. */
enum { DOCS_MAX = PACKED_MAX + 1 };
size_t docs_encode(const uint32_t *docs, size_t count, int64_t before, uint8_t *out);
const uint8_t *docs_decode(const uint8_t *in, const uint8_t *end, int64_t before, uint32_t *docs, size_t count);

/* A run of documents that is a bit set, as it is: bit 0 is the document before + 1. False when it is none. */
struct docs_bits {
  const uint8_t *bytes;
  size_t len;
};
bool docs_bits(const uint8_t *in, const uint8_t *end, struct docs_bits *out);

/* A run of documents that nearly all follow each other, as such a bit set, which it makes: returns the number of bits, 0
 * where the run is of another kind. */
enum { ROWS_BITS = 512 };
size_t docs_rows(const uint8_t *in, const uint8_t *end, size_t count, uint64_t bits[ROWS_BITS / 64]);
/* Looks up the document before + 1 + place in such a run, which is not decoded: *at is its index, or count where it is not
 * there. False where the run is of another kind. */
bool docs_rows_find(const uint8_t *in, const uint8_t *end, size_t count, uint64_t place, size_t *at);

/* ---- checked_file.c: a file whose pages carry checksums --------------------------------------------------------------- */

enum { PAGE_SHIFT = 16, PAGE_BYTES = 1 << PAGE_SHIFT };

/* Writing: payload, then one XXH3 per 64 KiB page, then a trailer. */
struct checked_out;
int checked_create(struct checked_out **out, const char *path, struct nsearch_error *err);
int checked_write(struct checked_out *file, const void *bytes, size_t len, struct nsearch_error *err);
uint64_t checked_offset(const struct checked_out *file);
/* Writes checksums and trailer, syncs and closes; on failure, and with commit false, the file is removed. */
int checked_finish(struct checked_out **file, bool commit, struct nsearch_error *err);

/* Reading: mapped; a page is verified at first touch. Safe for many threads. */
struct checked_file {
  struct file_map map;
  uint64_t len;              /* of the payload */
  const uint8_t *checksums;  /* u64 each */
  _Atomic uint8_t *verified; /* one byte per page */
  char *path;
};
int checked_open(struct checked_file *out, const char *path, struct nsearch_error *err);
void checked_close(struct checked_file *file);
/* Verifies the pages of [offset, offset + len): NSEARCH_ERR_DAMAGED when one is wrong or outside the payload. Costs a
 * byte load per page once they are verified. */
int checked_touch(const struct checked_file *file, uint64_t offset, uint64_t len, struct nsearch_error *err);

/* ---- tombstones.c: documents that were replaced or deleted since their segment was written ----------------------------- */

/* They count in df, N and lengths until a merge leaves them out; no search finds them. */
struct tombstones {
  uint64_t *bits; /* over the segment's documents, and a word of zeros; NULL: none is gone */
  uint32_t count;
  uint64_t bytes; /* of the file */
};
static inline bool tombstones_has(const struct tombstones *tombstones, uint32_t doc) {
  return tombstones->bits && (tombstones->bits[doc / 64] >> doc % 64 & 1);
}
/* Marks a document; `documents`: those of the segment. */
int tombstones_add(struct tombstones *tombstones, uint32_t documents, uint32_t doc, struct nsearch_error *err);
int tombstones_write(const char *path, const uint64_t *bits, uint32_t documents, struct nsearch_error *err);
/* NSEARCH_ERR_DAMAGED, too, when it is of a segment with another number of documents. */
int tombstones_read(struct tombstones *out, const char *path, uint32_t documents, struct nsearch_error *err);
/* Those that a manifest names for a segment, none where it names none; they are as many as it says. */
struct manifest_segment;
int tombstones_of(struct tombstones *out, const char *folder, const struct manifest_segment *entry,
                  struct nsearch_error *err);
void tombstones_free(struct tombstones *tombstones);

/* ---- segment_format.c: what a segment file holds ------------------------------------------------------------------------ */

enum section {
  SECTION_INFO,       /* struct segment_info */
  SECTION_LISTS,      /* per term: positions, then postings */
  SECTION_TERMS,      /* dictionary blocks */
  SECTION_TERM_INDEX, /* one entry per dictionary block */
  SECTION_LENGTHS,    /* u32 per document */
  SECTION_PUBLISHED,  /* i64 per document, descending; INT64_MIN: undated */
  SECTION_DATE_INFO,  /* u8 per document: precision | origin << 4 */
  SECTION_ID_HASHES,  /* u64 per document: XXH3 of the id */
  SECTION_ID_ORDER,   /* packed: the documents by the hash of the id, see packed_column.c */
  SECTION_SIGNATURES, /* u64 per document: XXH3 of the body; empty where bodies are not kept */
  SECTION_SEQUENCES,  /* packed: its place in the run that added it */
  SECTION_CARDS,      /* packed: place of its card in the packs, see struct places */
  SECTION_TEXTS,      /* packed: place of its body in the packs; empty where bodies are not kept */
  SECTION_SOURCE,     /* columns of keyword fields, see column.c */
  SECTION_SECTION,
  SECTION_LANGUAGE,
  SECTION_SITE,
  SECTION_TOPIC,
  SECTION_BYLINE,
  SECTION_URL_HASHES, /* u64 per document: XXH3 of the URL, 0: none, or the same as the id; empty where all are 0 */
  SECTION_URL_ORDER,  /* packed: the documents by the hash of the URL; empty as the one before */
  SECTION_COUNT
};

const char *section_name(enum section section); /* "postings and positions", ... for messages and stats */

struct segment_info {
  uint32_t documents;
  uint32_t terms;
  uint64_t length;          /* sum of all tf of the text field */
  uint64_t tokens;          /* of title and body, each title token once */
  uint64_t postings;        /* of exact terms of the text field */
  uint64_t positions_bytes; /* share of SECTION_LISTS that is positions */
  uint64_t stems_bytes;     /* share of SECTION_LISTS that is stem postings */
  uint32_t title_weight;
  uint32_t has_text;
  uint32_t precisions; /* of the dates: bit set over enum nsearch_precision */
  uint64_t languages;  /* bit set over language numbers; codes in the file */
};

/* How a tag's lists look. */
static inline bool tag_has_freqs(uint8_t tag) { return tag == TAG_TEXT || tag == TAG_STEM; }
static inline bool tag_has_positions(uint8_t tag) { return tag == TAG_TEXT || tag == TAG_TITLE || tag == TAG_AUTHOR; }

/* Keyword fields: which tag, which column, and whether an article can have several values. */
struct keyword_field {
  uint8_t tag;
  enum section column;
  bool multi;
};
enum { KEYWORD_FIELDS = 6 };
extern const struct keyword_field keyword_fields[KEYWORD_FIELDS];

/* ---- dictionary.c ----------------------------------------------------------------------------------------------------- */

enum { DICTIONARY_BLOCK = 32 }; /* terms in a front-coded block */

/* Where a term's list is. */
struct term_entry {
  uint32_t df;
  uint64_t cf;            /* sum of tf, tags with freqs and positions; else df */
  uint64_t positions_len; /* bytes at lists_at */
  uint64_t postings_len;  /* bytes at lists_at + positions_len */
  uint64_t lists_at;      /* offset in SECTION_LISTS */
  const uint8_t *inlined; /* df 1: the list itself, see postings.c; else NULL */
  uint32_t inlined_len;
  uint32_t alias_of; /* number of the term whose list this is; UINT32_MAX: its own */
  uint32_t number;   /* terms are numbered in byte order of keys */
  uint8_t list_tag;  /* how the list looks: the target's tag for an alias */
};

/* Keys compare by their bytes, a shorter one first; the first eight of them as a big-endian number, zero-padded, decide
 * most comparisons at once. */
static inline int key_compare(const char *a, size_t a_len, const char *b, size_t b_len) {
  int order = __builtin_memcmp(a, b, a_len < b_len ? a_len : b_len);
  return order ? order : a_len < b_len ? -1 : a_len > b_len;
}
static inline uint64_t key_prefix(const char *key, size_t len) {
  uint64_t prefix = 0;
  for (size_t i = 0; i < 8; i++) prefix = prefix << 8 | (i < len ? (uint8_t)key[i] : 0);
  return prefix;
}

struct dictionary_out;
/* Behind the path of a segment that is being written: the blocks of its dictionary, if they are many. */
#define SEGMENT_TERMS ".terms"
int dictionary_create(struct dictionary_out **out, const char *path,
                      struct nsearch_error *err); /* the segment's path */
void dictionary_discard(struct dictionary_out *dictionary);
/* Keys in ascending order, tag included. Of entry: df, cf, lengths or inlined, alias_of. */
int dictionary_add(struct dictionary_out *dictionary, const char *key, size_t len, const struct term_entry *entry,
                   struct nsearch_error *err);
uint32_t dictionary_count(const struct dictionary_out *dictionary);
const struct buffer *dictionary_index(const struct dictionary_out *dictionary); /* SECTION_TERM_INDEX */
/* SECTION_TERMS; nothing is added any more. */
int dictionary_write_terms(struct dictionary_out *dictionary, struct checked_out *to, struct nsearch_error *err);

/* ---- postings.c: one term's list, written and read ------------------------------------------------------------------------- */

/* Writing. Postings come in ascending document order; positions as gaps: the first of a document absolute, then
 * differences (0 allowed). */
struct segment_part;
struct list_writer {
  uint8_t tag;
  struct segment_part *part; /* where lists go; positions as blocks fill, postings at the end of the term */
  const uint32_t *lengths;   /* per document, for the block maxima */
  float c0, c1;              /* K = c0 + c1 * length */
  uint32_t docs[BLOCK], freqs[BLOCK];
  size_t fill;
  int64_t before;       /* last document of the block before */
  uint32_t blocks_done; /* blocks written, the open one left out */
  uint64_t cf;
  uint32_t *gaps; /* positions of the open block */
  size_t gap_count, gap_capacity;
  uint32_t last_position; /* of list_add_tokens() */
  uint64_t positions_len;
  struct buffer headers, runs; /* of the open block's positions */
  struct buffer blocks, skip_last, skip_at, skip_positions, skip_max, inlined;
  uint8_t list_max;
};
void list_begin(struct list_writer *list, uint8_t tag);
int list_flush(struct list_writer *list, struct nsearch_error *err); /* writes the open block; more will follow */
int list_grow_gaps(struct list_writer *list, size_t count, struct nsearch_error *err);

static inline int list_add(struct list_writer *list, uint32_t doc, uint32_t freq, struct nsearch_error *err) {
  if (list->fill == BLOCK) {
    int status = list_flush(list, err);
    if (status) return status;
  }
  list->docs[list->fill] = doc;
  list->freqs[list->fill++] = freq;
  list->cf += freq;
  return NSEARCH_OK;
}

/* Room for the `count` position gaps of the posting that list_add() gave last; NULL for want of memory. */
static inline uint32_t *list_gaps(struct list_writer *list, size_t count, struct nsearch_error *err) {
  if (count > list->gap_capacity - list->gap_count && list_grow_gaps(list, count, err)) return NULL;
  uint32_t *gaps = list->gaps + list->gap_count;
  list->gap_count += count;
  return gaps;
}

/* Several postings at once with their gaps, as many as the freqs say, NULL for tags without; *taken: how many those were. */
int list_add_run(struct list_writer *list, const uint32_t *docs, const uint32_t *freqs, size_t count,
                 const uint32_t *gaps, size_t *taken, struct nsearch_error *err);

/* The same for occurrences as such, in the order of documents and positions in them: a document comes as often as the
 * term is in it. positions is not read for tags without. A call may go on with the document of the call before. */
int list_add_tokens(struct list_writer *list, const uint32_t *docs, const uint32_t *positions, size_t count,
                    struct nsearch_error *err);

/* Writes what is open and fills in the entry; df 0 when nothing was added. */
int list_end(struct list_writer *list, struct term_entry *entry, struct nsearch_error *err);
void list_writer_free(struct list_writer *list);

/* Reading. A list is its entry's bytes, checked for size; `view` is what a reader walks. */
struct list_view {
  uint8_t tag;
  uint32_t df, blocks;
  uint64_t cf;
  const uint8_t *skip_last, *skip_at, *skip_positions, *skip_max; /* u32, u32, u32, u8 per block; NULL with one block */
  const uint8_t *data, *data_end;                                 /* blocks */
  const uint8_t *positions, *positions_end;
  uint8_t max; /* bound of the whole list, 255ths */
  const uint8_t *inlined, *inlined_end;
  uint64_t positions_offset; /* in the file, for checked_touch() */
};

/* Where the parts of a block lie. */
struct block_place {
  const uint8_t *docs, *freqs, *end; /* docs NULL: the one document of an inlined list */
  int64_t before;                    /* last document of the block before, -1 */
  struct docs_bits bits;             /* the documents, where they are kept as a bit set; else bytes NULL */
};

static inline uint32_t load_u32(const uint8_t *at) {
  uint32_t value;
  __builtin_memcpy(&value, at, 4);
  return value;
}
static inline uint64_t load_u64(const uint8_t *at) {
  uint64_t value;
  __builtin_memcpy(&value, at, 8);
  return value;
}

static inline uint32_t view_block_size(const struct list_view *view, uint32_t block) {
  return block + 1 < view->blocks ? BLOCK : view->df - block * BLOCK;
}
static inline uint32_t view_block_last(const struct list_view *view, uint32_t block) {
  return load_u32(view->skip_last + 4 * (size_t)block);
}

/* ---- packed_column.c: numbers of 64 bits, in few, each read by itself -------------------------------------------------- */

struct packed_column {
  const uint8_t *bits, *heads;
  uint64_t len; /* of the bits */
};
enum { PACKED_COLUMN_MAX = BLOCK * 8 };
/* The bits of up to 256 numbers, for which `bits` has room, and what the end of the section says of them. offset: where
 * they begin, from the first block's. */
void packed_column_block(const uint64_t *values, size_t count, uint64_t offset, uint8_t *bits, size_t *len,
                         struct buffer *heads);
/* False where the bytes, a whole section, cannot hold so many numbers. */
bool packed_column_open(struct packed_column *column, const uint8_t *bytes, uint64_t len, uint32_t count);
/* index is below the count; 0 where the column is damaged. */
uint64_t packed_column_at(const struct packed_column *column, uint32_t index);

/* ---- segment_docs.c: what a segment is given of each document ------------------------------------------------------------------------ */

/* One document as a segment keeps it, in the segment's order. */
struct segment_doc {
  int64_t published; /* INT64_MIN: undated */
  uint8_t date_info;
  uint32_t length;
  uint64_t id_hash, url_hash; /* url_hash 0: no URL */
  uint64_t signature, sequence, card, text;
};

/* Documents as they are asked for when a segment is written: value() gives what a section keeps of one. A place is as
 * in pack.c, -1 (PLACE_NONE) for none; SECTION_PUBLISHED is the bits of an i64. */
struct segment_docs {
  uint32_t count;
  uint64_t (*value)(const void *payload, uint32_t doc, enum section section);
  const void *payload;
};
struct segment_docs segment_docs_of(const struct segment_doc *docs, uint32_t count); /* borrows them */

/* ---- segment_writer.c ---------------------------------------------------------------------------------------------------------- */

/* The total order: newest first, undated last, then by hash of the id. */
int segment_doc_compare(int64_t published_a, uint64_t id_hash_a, int64_t published_b, uint64_t id_hash_b);

/* Order of calls: create with all documents, then per term in key order segment_term_begin(), list_add()...,
 * segment_term_end() (or segment_term_alias()), or the same in parts; then per keyword field segment_column(), then
 * finish. */
struct segment_writer;
int segment_create(struct segment_writer **out, const char *path, struct segment_docs docs, uint32_t title_weight,
                   bool has_text, uint64_t languages, struct nsearch_error *err);
struct list_writer *segment_term_begin(struct segment_writer *segment, uint8_t tag);
/* *number: the term's number, UINT32_MAX when nothing was added (then no entry is made). */
int segment_term_end(struct segment_writer *segment, const char *key, size_t len, uint32_t *number,
                     struct nsearch_error *err);
int segment_term_alias(struct segment_writer *segment, const char *key, size_t len, uint32_t of,
                       struct nsearch_error *err);
/* values: term numbers, those of document d at starts[d] to starts[d + 1], where they are put in order: the order in which
 * they come depends on how a run was cut. */
int segment_column(struct segment_writer *segment, const struct keyword_field *field, const uint32_t *starts,
                   uint32_t *values, struct nsearch_error *err);
int segment_finish(struct segment_writer **segment, bool commit, struct nsearch_error *err);

/* ---- segment_part.c: terms written by several threads ------------------------------------------------------------------------------ */

/* A run of terms in key order, by one thread. Part n holds the terms behind those of part n - 1; parts are encoded at
 * the same time and go to the file one after another. A part with more than spill_bytes of lists, or with many terms,
 * waits for its turn and goes on in the file, so that no list needs memory for all its positions and no part for all
 * its terms. One struct serves many parts. */
int part_new(struct segment_part **out, struct segment_writer *segment, size_t spill_bytes, struct nsearch_error *err);
void part_free(struct segment_part *part);
void part_start(struct segment_part *part, uint64_t turn);
struct list_writer *part_term_begin(struct segment_part *part, uint8_t tag);
/* *number: the term's number among those of the part, UINT32_MAX when nothing was added. */
int part_term_end(struct segment_part *part, const char *key, size_t len, uint32_t *number, struct nsearch_error *err);
/* of: the number in the segment. */
int part_term_alias(struct segment_part *part, const char *key, size_t len, uint32_t of, uint32_t *number,
                    struct nsearch_error *err);
/* Waits until it is this part's turn; *first: number of its first term in the segment. part_end() lets the next part
 * go. A failed part calls segment_abandon(), or all others wait for ever. */
int part_wait(struct segment_part *part, uint32_t *first, struct nsearch_error *err);
int part_end(struct segment_part *part, struct nsearch_error *err);
uint32_t part_terms(const struct segment_part *part);
void segment_abandon(struct segment_writer *segment);
/* Waits until all parts before `turn` are in the file. */
int segment_wait(struct segment_writer *segment, uint64_t turn, struct nsearch_error *err);
/* For list_writer.c: room for len bytes, of which part_wrote() says how many were used. */
int part_room(struct segment_part *part, size_t len, uint8_t **out, struct nsearch_error *err);
void part_wrote(struct segment_part *part, size_t len);

/* ---- segment.c: reading ------------------------------------------------------------------------------------------------------------ */

struct segment {
  struct checked_file file;
  struct segment_info info;
  struct tombstones gone; /* set by who opened it, from the file that the manifest names; closed with the segment */
  struct {
    uint64_t offset, len;
  } sections[SECTION_COUNT];
  _Atomic uint8_t section_verified[SECTION_COUNT];
  uint32_t index_entries;
};

int segment_open(struct segment *out, const char *path, struct nsearch_error *err);
void segment_close(struct segment *segment);

/* A whole fixed-width section, verified at its first use; NULL on damage, or (no error) when it has no bytes. */
const uint8_t *segment_section(struct segment *segment, enum section section, struct nsearch_error *err);

/* A packed section, verified at its first use. */
int segment_packed(struct segment *segment, enum section section, struct packed_column *out, struct nsearch_error *err);

/* *found false when the term is not there. Aliases are followed: entry is then the target's, alias_of says so. */
int segment_lookup(struct segment *segment, const char *key, size_t len, struct term_entry *entry, bool *found,
                   struct nsearch_error *err);

/* A block of the dictionary: first eight bytes of its first key, and where its lists begin. */
int segment_index_entry(struct segment *segment, uint32_t block, uint64_t *prefix, uint64_t *lists_at,
                        struct nsearch_error *err);

/* The entry of an alias' target by its number. */
int segment_target(struct segment *segment, uint32_t number, struct term_entry *entry, struct nsearch_error *err);

/* Walks terms in order from the first key >= from. term_walk_next() gives key and entry, valid until the next call. */
struct term_walk {
  struct segment *segment;
  uint32_t number; /* of the next term */
  struct bytes in;
  uint64_t lists_at;
  char key[TERM_MAX * 8]; /* keyword values are longer than terms */
  size_t key_len;
};
enum { KEY_MAX = TERM_MAX * 8 };
int term_walk_start(struct term_walk *walk, struct segment *segment, const char *from, size_t len,
                    struct nsearch_error *err);
int term_walk_next(struct term_walk *walk, struct term_entry *entry, bool *more, struct nsearch_error *err);

/* The list of an entry; touches the pages of its skip data, not those of its blocks. */
int segment_list(struct segment *segment, const struct term_entry *entry, struct list_view *view,
                 struct nsearch_error *err);
/* Finds the parts of a block and touches its pages; decodes nothing. */
int list_block_open(struct segment *segment, const struct list_view *view, uint32_t block, struct block_place *place,
                    struct nsearch_error *err);
/* Documents of an opened block into docs[], which has room for view_block_size(); they ascend and are in the segment. */
int list_block_decode(struct segment *segment, const struct list_view *view, uint32_t block,
                      const struct block_place *place, uint32_t *docs, struct nsearch_error *err);
/* Both. */
int list_block_docs(struct segment *segment, const struct list_view *view, uint32_t block, uint32_t *docs,
                    struct block_place *place, struct nsearch_error *err);
int list_block_freqs(const struct list_view *view, uint32_t block, const struct block_place *place, uint32_t *freqs,
                     struct nsearch_error *err);
/* The frequency of posting `at` of a block alone; 0 when it is damaged. */
uint32_t list_block_freq(const struct list_view *view, uint32_t block, const struct block_place *place, uint32_t at);
/* Of a block's freqs, without decoding them. */
int list_block_sums(const struct list_view *view, uint32_t block, const struct block_place *place, uint32_t at,
                    struct packed_sums *out, struct nsearch_error *err);

/* Gaps of positions of a block, in order. Skipping is cheap: gaps are decoded a few at a time. */
struct position_run {
  const uint8_t *headers;  /* of the runs behind the open one; NULL where there is one run */
  const uint8_t *at, *end; /* of what is behind the open run */
  uint64_t left;           /* gaps behind it */
  struct packed_run open;
  uint32_t readings;    /* of the open run */
  bool whole;           /* the run before was read more than once: so will this one be */
  uint32_t gaps[BLOCK]; /* decoded, those in [next, fill) not yet read */
  uint32_t fill, next;
};
/* total: the sum of the block's freqs. */
int position_run_open(struct segment *segment, const struct list_view *view, uint32_t block, uint64_t total,
                      struct position_run *run, struct nsearch_error *err);
int position_run_skip(struct position_run *run, uint64_t count, struct nsearch_error *err);
int position_run_read(struct position_run *run, uint32_t *gaps, size_t count, struct nsearch_error *err);
/* The same as positions: each gap added to those before it. */
int position_run_sums(struct position_run *run, uint32_t *positions, size_t count, struct nsearch_error *err);

/* Values of a keyword column: term numbers of a document. */
struct column {
  const uint8_t *starts; /* multi: u32 per document + 1; single: NULL */
  const uint8_t *values;
  uint32_t width; /* bytes of a value: 1, 2 or 4; 0: no document has one */
  uint32_t first; /* term number of ordinal 0 */
  uint32_t count; /* values in all */
};
int segment_column_open(struct segment *segment, const struct keyword_field *field, struct column *out,
                        struct nsearch_error *err);
uint32_t column_first(const struct column *column, uint32_t doc, uint32_t *end); /* range of indexes ... */
uint32_t column_value(const struct column *column, uint32_t index);              /* ... into term numbers */

/* ---- places.c: where cards and texts lie, as a column ------------------------------------------------------------------------------ */

struct places {
  struct packed_column column;
  unsigned pack_bits;
};
int segment_places(struct segment *segment, enum section section, struct places *out, struct nsearch_error *err);
uint64_t places_at(const struct places *places, uint32_t doc); /* PLACE_NONE: none, or bodies are not kept */

/* ---- hash_parts.c -------------------------------------------------------------------------------------------------------------------- */

/* Hashes are spread evenly: what is sorted by them is sorted a part of their range at a time, which bounds the memory to
 * some 32 MB as far as they differ. */
struct hash_parts {
  uint64_t count;
  unsigned shift; /* hash >> shift is the number of its part */
};
struct hash_parts hash_parts_of(uint64_t hashes); /* so many in all */

/* ---- hash_order.c -------------------------------------------------------------------------------------------------------------------- */

/* Documents by the hash of their id or of their URL; a URL that is the id is not among the URLs. */
struct hash_order {
  const uint8_t *hashes;
  struct packed_column order;
  uint32_t documents;
};
int segment_hash_order(struct segment *segment, bool by_url, struct hash_order *out, struct nsearch_error *err);
uint32_t hash_order_first(const struct hash_order *order, uint64_t hash); /* place in the order of the first */
/* The same, at `from` or behind it; cheap where that is near. */
uint32_t hash_order_seek(const struct hash_order *order, uint32_t from, uint64_t hash);
/* The document at that place, UINT32_MAX where its hash is another one or there are no more. */
uint32_t hash_order_doc(const struct hash_order *order, uint32_t place, uint64_t hash);

/* ---- check_docs.c, check_lists.c: what a segment says against what else it says --------------------------------------------------- */

/* Bytes that were looked at; its failure ends the check. */
typedef int (*check_step)(void *payload, uint64_t bytes, struct nsearch_error *err);
/* The first contradiction is NSEARCH_ERR_DAMAGED. */
int segment_check_docs(struct segment *segment, struct nsearch_error *err);
/* Steps add up to the section of lists; holds four bytes a document and a term. */
int segment_check_lists(struct segment *segment, check_step step, void *payload, struct nsearch_error *err);

/* ---- pack.c: cards and texts ------------------------------------------------------------------------------------------------------- */

/* A place in the packs: number of the pack << 48 | record in its group << 40 | offset of the group. */
enum { PACK_MAX = 1 << 16 };
#define PLACE_NONE UINT64_MAX

struct pack_out;
/* Records share a group up to about group_bytes; a larger one has a group of its own. Reading one record inflates its
 * group: small groups for what pages of hits need, large ones where size counts. On news cards, 1 KiB against 8 KiB
 * costs 0.6 percent of the index and takes 20 microseconds off each hit. */
enum { CARD_GROUP = 1 << 10, TEXT_GROUP = 8 << 10 };
int pack_create(struct pack_out **out, const char *path, uint32_t number, size_t group_bytes,
                struct nsearch_error *err);
/* Goes on behind the bytes that are committed; others behind them, which an unfinished run left, are cut off. Readers map
 * what is committed alone, so none has them. */
int pack_append(struct pack_out **out, const char *path, uint32_t number, uint64_t committed, size_t group_bytes,
                struct nsearch_error *err);
uint32_t pack_number(const struct pack_out *pack);
uint64_t pack_added(const struct pack_out *pack); /* records, by this writer */
/* The place is final at once. */
int pack_add(struct pack_out *pack, const void *bytes, size_t len, uint64_t *place, struct nsearch_error *err);
/* Writes what is open and syncs; *bytes: the pack's length. Without commit a new pack is removed, and one that was
 * appended to keeps a tail that no manifest counts. */
int pack_finish(struct pack_out **pack, bool commit, uint64_t *bytes, struct nsearch_error *err);

struct pack {
  struct file_map map;
  char *path;
};
int pack_open(struct pack *out, const char *path, uint64_t committed, struct nsearch_error *err); /* maps no more */
void pack_close(struct pack *pack);
/* Appends the record to out; a wrong checksum or size is NSEARCH_ERR_DAMAGED. */
int pack_read(const struct pack *pack, uint64_t place, struct buffer *out, struct nsearch_error *err);
/* Verifies the group at *offset, and moves there to the next one. */
int pack_check(const struct pack *pack, uint64_t *offset, struct nsearch_error *err);

/* ---- catalogue_log.c: which files were read, and what they gave --------------------------------------------------------- */

/* Records, appended one after the other. A file's last one says all about it; the ids of its articles stand there and in
 * chunks before it, each of which knows the one before. A later record of a file takes the place of an earlier one. */
enum { CATALOGUE_HEAD = 8, CATALOGUE_IDS = 1024, CATALOGUE_PATH_MAX = 1 << 16 };
enum catalogue_kind {
  CATALOGUE_CHUNK = 1, /* ids of a file whose own record comes later, or never */
  CATALOGUE_FILE = 2,
  CATALOGUE_GONE = 3,   /* the file counts no more */
  CATALOGUE_TOUCHED = 4 /* it is as it was, with another mtime */
};
struct catalogue_record {
  enum catalogue_kind kind;
  struct hash_wide key; /* of the path */
  uint64_t before;      /* place of the chunk before, 0: there is none */
  uint64_t ids_before;  /* in the chunks before */
  uint32_t id_count;    /* here, CATALOGUE_IDS at most */
  const uint8_t *ids;   /* u64 each: XXH3 of the id */
  int64_t mtime;        /* nanoseconds; CATALOGUE_NO_TIME: not to be trusted; of CATALOGUE_FILE and CATALOGUE_TOUCHED */
  /* CATALOGUE_FILE alone: */
  uint64_t size, hash;         /* of its bytes as stored: XXH3 */
  uint64_t settings;           /* hash of what shaped its articles; CATALOGUE_NO_SETTINGS: it is to be read again */
  uint64_t articles, problems; /* that it gave */
  uint32_t below_len;          /* bytes at the end of the path that are below the argument */
  const char *path;            /* absolute */
  uint32_t path_len;
};
#define CATALOGUE_NO_TIME INT64_MIN
#define CATALOGUE_NO_SETTINGS UINT64_C(0)

#define CATALOGUE_MAGIC "NSCATLG1"
void catalogue_encode(struct buffer *out, const struct catalogue_record *record); /* appends it */

struct catalogue_log {
  struct file_map map;
  uint64_t bytes; /* that count; the file may be longer */
  char *path;
};
int catalogue_log_open(struct catalogue_log *log, const char *path, uint64_t bytes, struct nsearch_error *err);
void catalogue_log_close(struct catalogue_log *log);
/* The record at a place, verified; *next: where the next one is, log->bytes at the end. The first one is at
 * CATALOGUE_HEAD. What *out points to lies in the map. */
int catalogue_log_at(const struct catalogue_log *log, uint64_t place, struct catalogue_record *out, uint64_t *next,
                     struct nsearch_error *err);
/* The chunk before a record, which is verified to be one of the same file, with as many ids before it as must be. */
int catalogue_log_before(const struct catalogue_log *log, const struct catalogue_record *record,
                         struct catalogue_record *out, struct nsearch_error *err);
/* Verifies every record and its tie to the one before. */
int catalogue_log_check(const struct catalogue_log *log, struct nsearch_error *err);

/* ---- manifest.c: what makes up a commit ----------------------------------------------------------------------------------------------- */

#define MANIFEST_NAME "manifest"
#define LOCK_NAME "lock"

struct manifest_segment {
  uint64_t number;
  uint32_t documents;
  uint64_t bytes;
  uint64_t tombstones; /* number of its tombstone file, 0: none */
  uint32_t deleted;    /* documents that it marks */
};
struct manifest_pack {
  uint32_t number;
  bool texts;       /* bodies; else cards */
  uint64_t bytes;   /* committed; behind them may be what an unfinished run left */
  uint64_t records; /* in them, of articles that are gone too; 0: not known */
};
struct manifest_catalogue {
  uint64_t number; /* 0: there is none; one after the other */
  uint64_t bytes;  /* committed */
};
struct manifest {
  uint64_t generation;
  char engine[16];
  int language;
  uint32_t title_weight;
  bool has_text;
  uint64_t next_number; /* of segments and tombstones */
  uint32_t next_pack;
  struct manifest_segment *segments;
  size_t segment_count, segment_capacity;
  struct manifest_pack *packs;
  size_t pack_count, pack_capacity;
  struct manifest_catalogue catalogue;
  uint64_t identity; /* of an index with remote shards, which they know too */
  char **shards;     /* their addresses, in order */
  size_t shard_count, shard_capacity;
  char unknown[128]; /* keywords that a newer version wrote and a reader may pass over, blanks between; not written */
  uint64_t checksum; /* of the one read: tells commits apart, those of another index in the same folder too */
};
/* NSEARCH_ERR_VERSION when a newer version wrote what must be known to read the index. */
int manifest_read(struct manifest *out, const char *folder, struct nsearch_error *err);
/* NSEARCH_ERR_VERSION when it holds what must be known to write the index. */
int manifest_writable(const struct manifest *manifest, const char *folder, struct nsearch_error *err);
/* Writes beside the old one, syncs, renames, syncs the folder. */
int manifest_write(const struct manifest *manifest, const char *folder, struct nsearch_error *err);
int manifest_add_shard(struct manifest *manifest, const char *address, struct nsearch_error *err);
void manifest_free(struct manifest *manifest);
/* "FOLDER/000012.segment"; NULL for want of memory. */
char *segment_path(const char *folder, uint64_t number);
char *pack_path(const char *folder, uint32_t number);
char *tombstones_path(const char *folder, uint64_t number);
char *catalogue_path(const char *folder, uint64_t number);

#endif
