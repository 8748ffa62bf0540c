/* Writing a segment file: lists stream out as terms come, the dictionary is held back, all else is known beforehand
 * or at the end.
 *
 * Payload: lists, then the other sections, each at a multiple of 64, then the table: u32 magic "NSEG", u32 version,
 * u32 count, then per section u32 id, u64 offset, u64 length; last eight bytes u64 offset of the table. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/segment_format.h"

/* Per-article statistics of this segment fix the K of its block maxima; a reader scales them to the index's. */
static int statistics_setup(struct segment_writer *segment, struct nsearch_error *err) {
  uint32_t count = segment->info.documents;
  segment->lengths = memory_array(NULL, (size_t)count + 1, sizeof *segment->lengths);
  if (!segment->lengths) return error_memory(err);
  for (uint32_t d = 0; d < count; d++) {
    segment->lengths[d] = (uint32_t)segment->docs.value(segment->docs.payload, d, SECTION_LENGTHS);
    segment->info.length += segment->lengths[d];
  }
  double average = count ? (double)segment->info.length / count : 0;
  segment->c0 = (float)(BM25_K1 * (1 - BM25_B));
  segment->c1 = average > 0 ? (float)(BM25_K1 * BM25_B / average) : 0;
  return NSEARCH_OK;
}

int segment_create(struct segment_writer **out, const char *path, struct segment_docs docs, uint32_t title_weight,
                   bool has_text, uint64_t languages, struct nsearch_error *err) {
  struct segment_writer *segment = memory_zero(1, sizeof *segment);
  *out = segment;
  if (!segment) return error_memory(err);
  segment->docs = docs;
  pthread_mutex_init(&segment->lock, NULL);
  pthread_cond_init(&segment->next, NULL);
  segment->info = (struct segment_info){
      .documents = docs.count, .title_weight = title_weight, .has_text = has_text, .languages = languages};
  int status = checked_create(&segment->file, path, err);
  if (!status) status = dictionary_create(&segment->dictionary, path, err);
  if (!status) status = statistics_setup(segment, err);
  if (!status) status = part_new(&segment->own, segment, 0, err);
  if (status) segment_finish(out, false, NULL);
  return status;
}

int segment_add_term(struct segment_writer *segment, const char *key, size_t len, const struct term_entry *entry,
                     struct nsearch_error *err) {
  uint8_t tag = (uint8_t)key[0];
  segment->info.positions_bytes += entry->positions_len;
  if (tag == TAG_TEXT) segment->info.postings += entry->df;
  if (tag == TAG_TITLE) segment->title_tokens += entry->cf;
  if (tag == TAG_STEM) segment->info.stems_bytes += entry->postings_len;
  return dictionary_add(segment->dictionary, key, len, entry, err);
}

struct list_writer *segment_term_begin(struct segment_writer *segment, uint8_t tag) {
  return part_term_begin(segment->own, tag);
}

int segment_term_end(struct segment_writer *segment, const char *key, size_t len, uint32_t *number,
                     struct nsearch_error *err) {
  return part_term_end(segment->own, key, len, number, err);
}

int segment_term_alias(struct segment_writer *segment, const char *key, size_t len, uint32_t of,
                       struct nsearch_error *err) {
  uint32_t number;
  return part_term_alias(segment->own, key, len, of, &number, err);
}

static int end_lists(struct segment_writer *segment, struct nsearch_error *err) {
  uint32_t first;
  int status = NSEARCH_OK;
  if (segment->turn == 0) { /* else the terms came in parts */
    status = part_wait(segment->own, &first, err);
    if (!status) status = part_end(segment->own, err);
  }
  segment->sections[SECTION_LISTS].len = checked_offset(segment->file);
  segment->lists_done = true;
  return status;
}

/* Lists come first in the file and end where the first other section begins. */
int segment_section_begin(struct segment_writer *segment, enum section section, struct nsearch_error *err) {
  if (!segment->lists_done) {
    int status = end_lists(segment, err);
    if (status) return status;
  }
  static const uint8_t zeros[SECTION_ALIGN];
  uint64_t at = checked_offset(segment->file), pad = (SECTION_ALIGN - at % SECTION_ALIGN) % SECTION_ALIGN;
  segment->sections[section].offset = at + pad;
  return checked_write(segment->file, zeros, pad, err);
}

void segment_section_end(struct segment_writer *segment, enum section section) {
  segment->sections[section].len = checked_offset(segment->file) - segment->sections[section].offset;
}

static int section_write(struct segment_writer *segment, enum section section, const struct buffer *bytes,
                         struct nsearch_error *err) {
  int status = buffer_status(bytes, err);
  if (!status) status = segment_section_begin(segment, section, err);
  if (!status) status = checked_write(segment->file, bytes->bytes, bytes->len, err);
  segment_section_end(segment, section);
  return status;
}

/* The range of term numbers of a column's values, and the bytes that a value takes. */
static uint32_t column_width(const uint32_t *values, uint32_t count, uint32_t *first) {
  uint32_t low = UINT32_MAX, high = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  *first = count ? low : 0;
  uint32_t range = count ? high - low + 1 : 0; /* ordinal 0 of a single-valued column is "none" */
  return count == 0 ? 0 : range < 0x100 ? 1 : range < 0x10000 ? 2 : 4;
}

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

int segment_column(struct segment_writer *segment, const struct keyword_field *field, const uint32_t *starts,
                   uint32_t *values, struct nsearch_error *err) {
  uint32_t documents = segment->info.documents, first, count = starts[documents];
  uint32_t width = column_width(values, count, &first);
  int status = segment_section_begin(segment, field->column, err);
  if (status || width == 0) return status;
  struct buffer bytes = {0};
  buffer_u32(&bytes, width);
  buffer_u32(&bytes, first);
  buffer_u32(&bytes, count);
  buffer_u32(&bytes, 0);
  if (field->multi) buffer_add(&bytes, starts, (documents + 1) * sizeof *starts);
  for (uint32_t d = 0; !field->multi && d < documents; d++) {
    uint32_t ordinal = starts[d] == starts[d + 1] ? 0 : values[starts[d]] - first + 1;
    buffer_add(&bytes, &ordinal, width);
  }
  for (uint32_t d = 0; field->multi && d < documents; d++) {
    uint32_t own = starts[d + 1] - starts[d];
    if (own > 1) qsort(values + starts[d], own, sizeof *values, by_number);
  }
  for (uint32_t i = 0; field->multi && i < count; i++) {
    uint32_t ordinal = values[i] - first;
    buffer_add(&bytes, &ordinal, width);
  }
  status = buffer_status(&bytes, err);
  if (!status) status = checked_write(segment->file, bytes.bytes, bytes.len, err);
  segment_section_end(segment, field->column);
  buffer_free(&bytes);
  return status;
}

static int write_info(struct segment_writer *segment, struct nsearch_error *err) {
  struct buffer bytes = {0};
  struct segment_info *info = &segment->info;
  info->terms = dictionary_count(segment->dictionary);
  info->tokens = info->length - segment->title_tokens * (info->title_weight - 1);
  for (uint32_t d = 0; d < info->documents; d++)
    info->precisions |= 1u << (segment->docs.value(segment->docs.payload, d, SECTION_DATE_INFO) & 15);
  segment_info_encode(info, &bytes);
  int status = section_write(segment, SECTION_INFO, &bytes, err);
  buffer_free(&bytes);
  return status;
}

static int write_table(struct segment_writer *segment, struct nsearch_error *err) {
  static const uint8_t overread[OVERREAD];
  struct buffer bytes = {0};
  int status = checked_write(segment->file, overread, sizeof overread, err);
  uint64_t at = checked_offset(segment->file);
  buffer_u32(&bytes, SEGMENT_MAGIC);
  buffer_u32(&bytes, SEGMENT_VERSION);
  buffer_u32(&bytes, SECTION_COUNT);
  for (uint32_t s = 0; s < SECTION_COUNT; s++) {
    buffer_u32(&bytes, s);
    buffer_u64(&bytes, segment->sections[s].offset);
    buffer_u64(&bytes, segment->sections[s].len);
  }
  buffer_u64(&bytes, at);
  if (!status) status = buffer_status(&bytes, err);
  if (!status) status = checked_write(segment->file, bytes.bytes, bytes.len, err);
  buffer_free(&bytes);
  return status;
}

int segment_finish(struct segment_writer **pointer, bool commit, struct nsearch_error *err) {
  struct segment_writer *segment = *pointer;
  *pointer = NULL;
  if (!segment) return NSEARCH_OK;
  int status = NSEARCH_OK;
  if (commit) {
    status = segment_section_begin(segment, SECTION_TERMS, err);
    if (!status) status = dictionary_write_terms(segment->dictionary, segment->file, err);
    segment_section_end(segment, SECTION_TERMS);
    if (!status) status = section_write(segment, SECTION_TERM_INDEX, dictionary_index(segment->dictionary), err);
    if (!status) status = segment_write_docs(segment, err);
    if (!status) status = write_info(segment, err);
    if (!status) status = write_table(segment, err);
  }
  int finished = checked_finish(&segment->file, commit && !status, status ? NULL : err);
  dictionary_discard(segment->dictionary);
  part_free(segment->own);
  memory_free(segment->lengths);
  pthread_cond_destroy(&segment->next);
  pthread_mutex_destroy(&segment->lock);
  memory_free(segment);
  return status ? status : finished;
}
