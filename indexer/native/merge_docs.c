/* The documents of a merge: their order, what is known of each, and their columns of keywords. */
#include <inttypes.h>

#include "indexer/native/native.h"

/* ---- Order ------------------------------------------------------------------------------------------------------- */

struct doc_sections {
  const uint8_t *lengths, *published, *date_info, *ids, *signatures, *sequences, *cards, *texts;
  uint64_t *url_hashes;
};

static int open_sections(struct segment *segment, struct doc_sections *out, struct nsearch_error *err) {
  const struct {
    enum section section;
    const uint8_t **to;
  } wanted[] = {
      {SECTION_LENGTHS, &out->lengths}, {SECTION_PUBLISHED, &out->published},   {SECTION_DATE_INFO, &out->date_info},
      {SECTION_ID_HASHES, &out->ids},   {SECTION_SIGNATURES, &out->signatures}, {SECTION_SEQUENCES, &out->sequences},
      {SECTION_CARDS, &out->cards},     {SECTION_TEXTS, &out->texts},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    *wanted[i].to = segment_section(segment, wanted[i].section, err);
    bool none = wanted[i].section == SECTION_TEXTS && !segment->info.has_text;
    if (!*wanted[i].to && segment->info.documents && !none) return NSEARCH_ERR_DAMAGED;
  }
  return NSEARCH_OK;
}

/* A document's URL hash stands only in the keys: the entry that is not its id's. */
static int read_url_hashes(struct segment *segment, struct doc_sections *sections, struct nsearch_error *err) {
  uint32_t documents = segment->info.documents;
  uint64_t count = segment->sections[SECTION_KEYS].len / SEGMENT_KEY;
  const uint8_t *keys = segment_section(segment, SECTION_KEYS, err);
  if (count && !keys) return NSEARCH_ERR_DAMAGED;
  sections->url_hashes = memory_zero((size_t)documents + 1, sizeof *sections->url_hashes);
  if (!sections->url_hashes) return error_memory(err);
  for (uint64_t i = 0; i < count; i++) {
    uint64_t hash = load_u64(keys + SEGMENT_KEY * i);
    uint32_t doc = load_u32(keys + SEGMENT_KEY * i + 8);
    if (doc < documents && hash != load_u64(sections->ids + 8 * (size_t)doc)) sections->url_hashes[doc] = hash;
  }
  return NSEARCH_OK;
}

static bool is_dropped(const struct merge_source *source, uint32_t doc) {
  return source->dropped && (source->dropped[doc / 64] >> doc % 64 & 1);
}

static void copy_doc(const struct doc_sections *from, uint32_t doc, struct segment_doc *to) {
  size_t at4 = 4 * (size_t)doc, at8 = 8 * (size_t)doc;
  to->length = load_u32(from->lengths + at4);
  to->published = (int64_t)load_u64(from->published + at8);
  to->date_info = from->date_info[doc];
  to->id_hash = load_u64(from->ids + at8);
  to->url_hash = from->url_hashes[doc];
  to->signature = load_u64(from->signatures + at8);
  to->sequence = load_u64(from->sequences + at8);
  to->card = load_u64(from->cards + at8);
  to->text = from->texts ? load_u64(from->texts + at8) : PLACE_NONE;
}

/* Interleaves the sources' documents: each time the first of the source whose next one comes first. */
static void interleave(struct merge *merge, const struct doc_sections *sections, uint32_t *next) {
  for (;;) {
    size_t best = merge->count;
    int64_t best_published = 0;
    uint64_t best_id = 0;
    for (size_t s = 0; s < merge->count; s++) {
      struct merge_source *source = &merge->sources[s];
      while (next[s] < source->segment->info.documents && is_dropped(source, next[s])) {
        source->doc_map[next[s]++] = GONE;
      }
      if (next[s] == source->segment->info.documents) continue;
      int64_t published = (int64_t)load_u64(sections[s].published + 8 * (size_t)next[s]);
      uint64_t id = load_u64(sections[s].ids + 8 * (size_t)next[s]);
      if (best < merge->count && segment_doc_compare(best_published, best_id, published, id) <= 0) continue;
      best = s, best_published = published, best_id = id;
    }
    if (best == merge->count) return;
    uint32_t doc = next[best]++;
    merge->sources[best].doc_map[doc] = merge->documents;
    merge->order[merge->documents] = (struct merge_place){(uint32_t)best, doc};
    copy_doc(&sections[best], doc, &merge->meta[merge->documents++]);
  }
}

int merge_order_docs(struct merge *merge, struct nsearch_error *err) {
  size_t total = 0;
  for (size_t s = 0; s < merge->count; s++) total += merge->sources[s].segment->info.documents;
  if (total > DOCUMENTS_MAX) {
    return error_set(err, NSEARCH_ERR_UNSUPPORTED, "more than %" PRIu32 " articles; use several indexes",
                     DOCUMENTS_MAX);
  }
  struct doc_sections *sections = memory_zero(merge->count, sizeof *sections);
  uint32_t *next = memory_zero(merge->count, sizeof *next);
  merge->order = memory_array(NULL, total + 1, sizeof *merge->order);
  merge->meta = memory_array(NULL, total + 1, sizeof *merge->meta);
  int status = sections && next && merge->order && merge->meta ? NSEARCH_OK : error_memory(err);
  for (size_t s = 0; !status && s < merge->count; s++) {
    struct merge_source *source = &merge->sources[s];
    source->doc_map = memory_array(NULL, (size_t)source->segment->info.documents + 1, sizeof *source->doc_map);
    status = source->doc_map ? open_sections(source->segment, &sections[s], err) : error_memory(err);
    if (!status) status = read_url_hashes(source->segment, &sections[s], err);
  }
  if (!status) interleave(merge, sections, next);
  for (size_t s = 0; sections && s < merge->count; s++) memory_free(sections[s].url_hashes);
  memory_free(sections);
  memory_free(next);
  return status;
}

/* ---- Columns ----------------------------------------------------------------------------------------------------- */

static int column_damaged(const struct merge_source *source, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s: a column of keywords is damaged; index again",
                   source->segment->file.path);
}

static int merge_column(struct merge *merge, const struct keyword_field *field, struct column *columns,
                        uint32_t *starts, struct nsearch_error *err) {
  uint32_t *values = NULL;
  size_t capacity = 0, count = 0;
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < merge->count; s++) {
    status = segment_column_open(merge->sources[s].segment, field, &columns[s], err);
  }
  for (uint32_t d = 0; !status && d < merge->documents; d++) {
    const struct merge_source *source = &merge->sources[merge->order[d].source];
    const struct column *column = &columns[merge->order[d].source];
    starts[d] = (uint32_t)count;
    uint32_t end, i = column_first(column, merge->order[d].doc, &end);
    for (; !status && i < end; i++) {
      uint32_t number = column_value(column, i);
      status = memory_reserve(&values, &capacity, count + 1, sizeof *values, err);
      if (!status && (number >= source->segment->info.terms || source->numbers[number] == GONE)) {
        status = column_damaged(source, err);
      }
      if (!status) values[count++] = source->numbers[number];
    }
  }
  starts[merge->documents] = (uint32_t)count;
  if (!status) status = segment_column(merge->out, field, starts, values, err);
  memory_free(values);
  return status;
}

int merge_columns(struct merge *merge, struct nsearch_error *err) {
  struct column *columns = memory_array(NULL, merge->count, sizeof *columns);
  uint32_t *starts = memory_array(NULL, (size_t)merge->documents + 1, sizeof *starts);
  int status = columns && starts ? NSEARCH_OK : error_memory(err);
  for (int f = 0; !status && f < KEYWORD_FIELDS; f++) {
    status = merge_column(merge, &keyword_fields[f], columns, starts, err);
  }
  memory_free(columns);
  memory_free(starts);
  return status;
}
