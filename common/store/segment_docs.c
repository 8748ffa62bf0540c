/* Writing what a segment keeps of each document: columns as they are, packed columns, documents by their hashes. Nothing
 * here needs memory that grows with the documents, but for those that share one URL. */
#include <string.h>

#include "common/store/segment_format.h"

static uint64_t array_value(const void *payload, uint32_t doc, enum section section) {
  const struct segment_doc *docs = payload;
  switch (section) {
  case SECTION_LENGTHS:
    return docs[doc].length;
  case SECTION_PUBLISHED:
    return (uint64_t)docs[doc].published;
  case SECTION_DATE_INFO:
    return docs[doc].date_info;
  case SECTION_ID_HASHES:
    return docs[doc].id_hash;
  case SECTION_URL_HASHES:
    return docs[doc].url_hash == docs[doc].id_hash ? 0 : docs[doc].url_hash;
  case SECTION_SIGNATURES:
    return docs[doc].signature;
  case SECTION_SEQUENCES:
    return docs[doc].sequence;
  case SECTION_CARDS:
    return docs[doc].card;
  default:
    return docs[doc].text;
  }
}

struct segment_docs segment_docs_of(const struct segment_doc *docs, uint32_t count) {
  return (struct segment_docs){.count = count, .value = array_value, .payload = docs};
}

static uint64_t value_of(const struct segment_writer *segment, uint32_t doc, enum section section) {
  return segment->docs.value(segment->docs.payload, doc, section);
}

/* ---- Columns as they are ----------------------------------------------------------------------------------------- */

static int write_plain(struct segment_writer *segment, enum section section, size_t size, struct nsearch_error *err) {
  uint8_t values[BLOCK * 8];
  uint32_t documents = segment->docs.count;
  int status = NSEARCH_OK;
  for (uint32_t first = 0; !status && first < documents; first += BLOCK) {
    uint32_t count = documents - first < BLOCK ? documents - first : BLOCK;
    for (uint32_t i = 0; i < count; i++) {
      uint64_t value = value_of(segment, first + i, section);
      memcpy(values + i * size, &value, size);
    }
    status = checked_write(segment->file, values, count * size, err);
  }
  return status;
}

/* ---- Packed columns ---------------------------------------------------------------------------------------------- */

/* A packed column that is being written, number by number. */
struct packing {
  struct segment_writer *segment;
  uint64_t values[BLOCK], offset;
  size_t fill;
  struct buffer heads;
};

static int packing_flush(struct packing *packing, struct nsearch_error *err) {
  uint8_t bits[PACKED_COLUMN_MAX];
  size_t len;
  if (packing->fill == 0) return NSEARCH_OK;
  packed_column_block(packing->values, packing->fill, packing->offset, bits, &len, &packing->heads);
  packing->offset += len;
  packing->fill = 0;
  return checked_write(packing->segment->file, bits, len, err);
}

static int packing_add(struct packing *packing, uint64_t value, struct nsearch_error *err) {
  packing->values[packing->fill++] = value;
  return packing->fill == BLOCK ? packing_flush(packing, err) : NSEARCH_OK;
}

static int packing_end(struct packing *packing, struct nsearch_error *err) {
  int status = packing_flush(packing, err);
  if (!status) status = buffer_status(&packing->heads, err);
  if (!status) status = checked_write(packing->segment->file, packing->heads.bytes, packing->heads.len, err);
  buffer_free(&packing->heads);
  return status;
}

static int write_packed(struct segment_writer *segment, enum section section, struct nsearch_error *err) {
  struct packing packing = {.segment = segment};
  int status = NSEARCH_OK;
  for (uint32_t d = 0; !status && d < segment->docs.count; d++)
    status = packing_add(&packing, value_of(segment, d, section), err);
  int ended = packing_end(&packing, status ? NULL : err);
  return status ? status : ended;
}

static int write_places(struct segment_writer *segment, enum section section, struct nsearch_error *err) {
  struct packing packing = {.segment = segment};
  uint64_t packs = 0, code = 0;
  for (uint32_t d = 0; d < segment->docs.count; d++) {
    uint64_t place = value_of(segment, d, section);
    if (place != PLACE_NONE) packs |= place >> (64 - PLACE_PACK_BITS);
  }
  uint64_t bits = packs ? 64 - (unsigned)__builtin_clzll(packs) : 0;
  int status = segment->docs.count ? checked_write(segment->file, &bits, PLACES_HEADER, err) : NSEARCH_OK;
  for (uint32_t d = 0; !status && d < segment->docs.count; d++) {
    uint64_t place = value_of(segment, d, section);
    code = place == PLACE_NONE ? code >> bits << bits : place_code(place, (unsigned)bits);
    status = packing_add(&packing, code, err);
  }
  int ended = packing_end(&packing, status ? NULL : err);
  return status ? status : ended;
}

/* ---- Documents by their hashes ----------------------------------------------------------------------------------- */

struct hashed {
  uint64_t hash;
  uint32_t doc;
};

static int compare_hashed(const void *a, const void *b) {
  const struct hashed *x = a, *y = b;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return x->doc < y->doc ? -1 : x->doc > y->doc;
}

/* Equal hashes are sorted together: articles that share one URL, 16 bytes each, are beyond the bound. */
static int write_order(struct segment_writer *segment, enum section section, struct nsearch_error *err) {
  enum section hashes = section == SECTION_URL_ORDER ? SECTION_URL_HASHES : SECTION_ID_HASHES;
  struct packing packing = {.segment = segment};
  struct hashed *part = NULL;
  size_t capacity = 0;
  const struct hash_parts parts = hash_parts_of(segment->docs.count);
  int status = NSEARCH_OK;
  for (uint64_t p = 0; !status && p < parts.count; p++) {
    size_t count = 0;
    for (uint32_t d = 0; !status && d < segment->docs.count; d++) {
      uint64_t hash = value_of(segment, d, hashes);
      if (hash >> parts.shift != p) continue;
      if (hash == 0) { /* they come first, and may be many */
        status = packing_add(&packing, d, err);
        continue;
      }
      status = memory_reserve(&part, &capacity, count + 1, sizeof *part, err);
      if (!status) part[count++] = (struct hashed){hash, d};
    }
    if (count) qsort(part, count, sizeof *part, compare_hashed);
    for (size_t i = 0; !status && i < count; i++) status = packing_add(&packing, part[i].doc, err);
  }
  memory_free(part);
  int ended = packing_end(&packing, status ? NULL : err);
  return status ? status : ended;
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

static bool has_urls(const struct segment_writer *segment) {
  for (uint32_t d = 0; d < segment->docs.count; d++) {
    if (value_of(segment, d, SECTION_URL_HASHES)) return true;
  }
  return false;
}

static int write_section(struct segment_writer *segment, enum section section, struct nsearch_error *err) {
  switch (section) {
  case SECTION_DATE_INFO:
    return write_plain(segment, section, 1, err);
  case SECTION_LENGTHS:
    return write_plain(segment, section, 4, err);
  case SECTION_SEQUENCES:
    return write_packed(segment, section, err);
  case SECTION_CARDS:
  case SECTION_TEXTS:
    return write_places(segment, section, err);
  case SECTION_ID_ORDER:
  case SECTION_URL_ORDER:
    return write_order(segment, section, err);
  default:
    return write_plain(segment, section, 8, err);
  }
}

int segment_write_docs(struct segment_writer *segment, struct nsearch_error *err) {
  const bool texts = segment->info.has_text, urls = has_urls(segment);
  const struct {
    enum section section;
    bool wanted;
  } sections[] = {
      {SECTION_LENGTHS, true},   {SECTION_PUBLISHED, true},  {SECTION_DATE_INFO, true}, {SECTION_ID_HASHES, true},
      {SECTION_ID_ORDER, true},  {SECTION_URL_HASHES, urls}, {SECTION_URL_ORDER, urls}, {SECTION_SIGNATURES, texts},
      {SECTION_SEQUENCES, true}, {SECTION_CARDS, true},      {SECTION_TEXTS, texts},
  };
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < sizeof sections / sizeof *sections; i++) {
    status = segment_section_begin(segment, sections[i].section, err);
    if (!status && sections[i].wanted) status = write_section(segment, sections[i].section, err);
    segment_section_end(segment, sections[i].section);
  }
  return status;
}
