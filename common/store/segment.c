/* Opening a segment file: the table of sections and the description are checked, everything else at first touch. */
#include <string.h>

#include "common/store/segment_format.h"

int segment_damaged(const struct segment *segment, const char *what, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s: its %s is damaged; restore the file from a copy or index again",
                   segment->file.path, what);
}

static int read_table(struct segment *segment, struct nsearch_error *err) {
  const struct checked_file *file = &segment->file;
  if (file->len < 8) return segment_damaged(segment, "section table", err);
  int status = checked_touch(file, file->len - 8, 8, err);
  if (status) return status;
  uint64_t at = load_u64(file->map.bytes + file->len - 8);
  if (at > file->len - 8) return segment_damaged(segment, "section table", err);
  status = checked_touch(file, at, file->len - 8 - at, err);
  if (status) return status;
  struct bytes in = {.at = file->map.bytes + at, .end = file->map.bytes + file->len - 8};
  if (bytes_u32(&in) != SEGMENT_MAGIC) return segment_damaged(segment, "section table", err);
  if (bytes_u32(&in) != SEGMENT_VERSION) {
    return error_set(err, NSEARCH_ERR_VERSION, "%s was written by another version of nsearch; use that one",
                     file->path);
  }
  for (uint32_t left = bytes_u32(&in); left > 0 && !in.failed; left--) {
    uint32_t id = bytes_u32(&in);
    uint64_t offset = bytes_u64(&in), len = bytes_u64(&in);
    if (offset > at || len > at - offset) return segment_damaged(segment, "section table", err);
    if (id < SECTION_COUNT) {
      segment->sections[id].offset = offset;
      segment->sections[id].len = len;
    }
  }
  return in.failed ? segment_damaged(segment, "section table", err) : NSEARCH_OK;
}

/* Whether a section has something of every document, or nothing at all. */
static bool is_kept(const struct segment *segment, int section) {
  switch (section) {
  case SECTION_SIGNATURES:
  case SECTION_TEXTS:
    return segment->info.has_text;
  case SECTION_URL_HASHES:
    return segment->sections[section].len > 0;
  default:
    return true;
  }
}

static const uint8_t section_sizes[SECTION_COUNT] = {
    [SECTION_LENGTHS] = 4,   [SECTION_PUBLISHED] = 8,  [SECTION_DATE_INFO] = 1,
    [SECTION_ID_HASHES] = 8, [SECTION_SIGNATURES] = 8, [SECTION_URL_HASHES] = 8,
};

/* Sizes of fixed-width sections against the number of documents: after this they can be indexed by document. */
static int check_sizes(struct segment *segment, struct nsearch_error *err) {
  for (int s = 0; s < SECTION_COUNT; s++) {
    uint64_t documents = is_kept(segment, s) ? segment->info.documents : 0;
    if (section_sizes[s] && segment->sections[s].len != section_sizes[s] * documents) {
      return segment_damaged(segment, section_name((enum section)s), err);
    }
  }
  if (segment->info.documents > DOCUMENTS_MAX) return segment_damaged(segment, section_name(SECTION_INFO), err);
  uint64_t index = segment->sections[SECTION_TERM_INDEX].len, terms = segment->info.terms;
  uint64_t entries = terms / DICTIONARY_BLOCK + (terms % DICTIONARY_BLOCK != 0);
  if (index != entries * TERM_INDEX_ENTRY) return segment_damaged(segment, section_name(SECTION_TERM_INDEX), err);
  segment->index_entries = (uint32_t)entries;
  return NSEARCH_OK;
}

int segment_open(struct segment *out, const char *path, struct nsearch_error *err) {
  memset(out, 0, sizeof *out);
  int status = checked_open(&out->file, path, err);
  if (status) return status;
  status = read_table(out, err);
  if (!status) {
    const uint8_t *info = segment_section(out, SECTION_INFO, err);
    status = info ? segment_info_decode(&out->info, info, out->sections[SECTION_INFO].len, path, err)
                  : segment_damaged(out, "description", err);
  }
  if (!status) status = check_sizes(out, err);
  if (status) segment_close(out);
  return status;
}

void segment_close(struct segment *segment) {
  tombstones_free(&segment->gone);
  checked_close(&segment->file);
}

const uint8_t *segment_section(struct segment *segment, enum section section, struct nsearch_error *err) {
  uint64_t offset = segment->sections[section].offset, len = segment->sections[section].len;
  if (len == 0) return NULL;
  if (!atomic_load_explicit(&segment->section_verified[section], memory_order_acquire)) {
    if (checked_touch(&segment->file, offset, len, err)) return NULL;
    atomic_store_explicit(&segment->section_verified[section], 1, memory_order_release);
  }
  return segment->file.map.bytes + offset;
}

int segment_packed(struct segment *segment, enum section section, struct packed_column *out,
                   struct nsearch_error *err) {
  *out = (struct packed_column){0};
  const uint8_t *bytes = segment_section(segment, section, err);
  uint64_t len = segment->sections[section].len;
  if (!bytes && len) return NSEARCH_ERR_DAMAGED;
  return packed_column_open(out, bytes, len, segment->info.documents)
             ? NSEARCH_OK
             : segment_damaged(segment, section_name(section), err);
}

int segment_column_open(struct segment *segment, const struct keyword_field *field, struct column *out,
                        struct nsearch_error *err) {
  memset(out, 0, sizeof *out);
  uint64_t len = segment->sections[field->column].len;
  if (len == 0) return NSEARCH_OK;
  const uint8_t *bytes = segment_section(segment, field->column, err);
  if (!bytes) return NSEARCH_ERR_DAMAGED;
  uint64_t documents = segment->info.documents;
  if (len < COLUMN_HEADER) return segment_damaged(segment, section_name(field->column), err);
  out->width = load_u32(bytes);
  out->first = load_u32(bytes + 4);
  out->count = load_u32(bytes + 8);
  uint64_t starts = field->multi ? (documents + 1) * 4 : 0;
  uint64_t values = (field->multi ? out->count : documents) * out->width;
  if ((out->width != 1 && out->width != 2 && out->width != 4) || len != COLUMN_HEADER + starts + values) {
    return segment_damaged(segment, section_name(field->column), err);
  }
  out->starts = field->multi ? bytes + COLUMN_HEADER : NULL;
  out->values = bytes + COLUMN_HEADER + starts;
  return NSEARCH_OK;
}

static uint32_t column_ordinal(const struct column *column, uint32_t index) {
  const uint8_t *at = column->values + (size_t)index * column->width;
  return column->width == 1 ? *at : column->width == 2 ? at[0] | (uint32_t)at[1] << 8 : load_u32(at);
}

uint32_t column_first(const struct column *column, uint32_t doc, uint32_t *end) {
  if (column->width == 0) return *end = 0;
  if (!column->starts) {
    *end = doc + (column_ordinal(column, doc) != 0);
    return doc;
  }
  uint32_t first = load_u32(column->starts + 4 * (size_t)doc), last = load_u32(column->starts + 4 * (size_t)doc + 4);
  if (last > column->count) last = column->count;
  *end = last;
  return first < last ? first : last;
}

uint32_t column_value(const struct column *column, uint32_t index) {
  return column->first + column_ordinal(column, index) - (column->starts ? 0 : 1);
}
