/* The tables that writing and reading a segment share. */
#include <string.h>

#include "common/store/segment_format.h"

static const char *const section_names[SECTION_COUNT] = {
    [SECTION_INFO] = "info",
    [SECTION_LISTS] = "postings",
    [SECTION_TERMS] = "dictionary",
    [SECTION_TERM_INDEX] = "dictionary index",
    [SECTION_LENGTHS] = "lengths",
    [SECTION_PUBLISHED] = "dates",
    [SECTION_DATE_INFO] = "date precisions",
    [SECTION_ID_HASHES] = "id hashes",
    [SECTION_ID_ORDER] = "ids",
    [SECTION_SIGNATURES] = "signatures",
    [SECTION_SEQUENCES] = "sequences",
    [SECTION_CARDS] = "card places",
    [SECTION_TEXTS] = "text places",
    [SECTION_SOURCE] = "sources",
    [SECTION_SECTION] = "sections",
    [SECTION_LANGUAGE] = "languages",
    [SECTION_SITE] = "sites",
    [SECTION_TOPIC] = "topics",
    [SECTION_BYLINE] = "authors",
    [SECTION_URL_HASHES] = "url hashes",
    [SECTION_URL_ORDER] = "urls",
};

const char *section_name(enum section section) { return section_names[section]; }

const struct keyword_field keyword_fields[KEYWORD_FIELDS] = {
    {TAG_SOURCE, SECTION_SOURCE, false}, {TAG_SECTION, SECTION_SECTION, false}, {TAG_LANGUAGE, SECTION_LANGUAGE, false},
    {TAG_SITE, SECTION_SITE, false},     {TAG_TOPIC, SECTION_TOPIC, true},      {TAG_BYLINE, SECTION_BYLINE, true},
};

int segment_doc_compare(int64_t published_a, uint64_t id_hash_a, int64_t published_b, uint64_t id_hash_b) {
  if (published_a != published_b) return published_a > published_b ? -1 : 1;
  if (id_hash_a != id_hash_b) return id_hash_a < id_hash_b ? -1 : 1;
  return 0;
}

/* u32 documents, terms; u64 length, tokens, postings, positions bytes, stems bytes; u32 title weight, has text,
 * precisions, languages; then two bytes of language code each. */
void segment_info_encode(const struct segment_info *info, struct buffer *out) {
  buffer_u32(out, info->documents);
  buffer_u32(out, info->terms);
  buffer_u64(out, info->length);
  buffer_u64(out, info->tokens);
  buffer_u64(out, info->postings);
  buffer_u64(out, info->positions_bytes);
  buffer_u64(out, info->stems_bytes);
  buffer_u32(out, info->title_weight);
  buffer_u32(out, info->has_text);
  buffer_u32(out, info->precisions);
  buffer_u32(out, (uint32_t)__builtin_popcountll(info->languages));
  for (int language = 0; language < language_count(); language++) {
    if (info->languages >> language & 1) buffer_add(out, language_code(language), 2);
  }
}

int segment_info_decode(struct segment_info *info, const uint8_t *bytes, size_t len, const char *path,
                        struct nsearch_error *err) {
  struct bytes in = {.at = bytes, .end = bytes + len};
  info->documents = bytes_u32(&in);
  info->terms = bytes_u32(&in);
  info->length = bytes_u64(&in);
  info->tokens = bytes_u64(&in);
  info->postings = bytes_u64(&in);
  info->positions_bytes = bytes_u64(&in);
  info->stems_bytes = bytes_u64(&in);
  info->title_weight = bytes_u32(&in);
  info->has_text = bytes_u32(&in);
  info->precisions = bytes_u32(&in);
  info->languages = 0;
  for (uint32_t left = bytes_u32(&in); left > 0 && !in.failed; left--) {
    const uint8_t *code = bytes_take(&in, 2);
    int language = code ? language_find((const char *)code, 2) : -1;
    if (code && language < 0) {
      return error_set(err, NSEARCH_ERR_VERSION, "%s: stems in language \"%.2s\", which this version does not know",
                       path, (const char *)code);
    }
    if (code) info->languages |= UINT64_C(1) << language;
  }
  if (in.failed) return error_set(err, NSEARCH_ERR_DAMAGED, "%s: its description is cut short", path);
  return NSEARCH_OK;
}
