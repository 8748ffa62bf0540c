/* The documents of a merge: their order, what is known of each, and their columns of keywords. */
#include <assert.h>
#include <inttypes.h>

#include "indexer/native/native.h"

/* ---- Order ------------------------------------------------------------------------------------------------------- */

static int open_columns(struct merge_source *source, struct nsearch_error *err) {
  struct segment *segment = source->segment;
  struct merge_columns *columns = &source->columns;
  const struct {
    enum section section;
    const uint8_t **to;
  } plain[] = {
      {SECTION_LENGTHS, &columns->lengths},     {SECTION_PUBLISHED, &columns->published},
      {SECTION_DATE_INFO, &columns->date_info}, {SECTION_ID_HASHES, &columns->ids},
      {SECTION_URL_HASHES, &columns->urls},     {SECTION_SIGNATURES, &columns->signatures},
  };
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    *plain[i].to = segment_section(segment, plain[i].section, err);
    if (!*plain[i].to && segment->sections[plain[i].section].len) return NSEARCH_ERR_DAMAGED;
  }
  int status = segment_packed(segment, SECTION_SEQUENCES, &columns->sequences, err);
  if (!status) status = segment_places(segment, SECTION_CARDS, &columns->cards, err);
  return status ? status : segment_places(segment, SECTION_TEXTS, &columns->texts, err);
}

static bool is_dropped(const struct merge_source *source, uint32_t doc) {
  return source->dropped && (source->dropped[doc / 64] >> doc % 64 & 1);
}

/* Of the one document of sources that are its pieces. */
static uint64_t length_of_all(const struct merge *merge) {
  uint64_t length = 0;
  for (size_t s = 0; s < merge->count; s++) length += load_u32(merge->sources[s].columns.lengths);
  return length;
}

static uint64_t doc_value(const void *payload, uint32_t number, enum section section) {
  const struct merge *merge = payload;
  const struct merge_source *source = &merge->sources[merge->order[number].source];
  const struct merge_columns *columns = &source->columns;
  size_t doc = merge->order[number].doc;
  switch (section) {
  case SECTION_LENGTHS:
    return merge->in_pieces ? length_of_all(merge) : load_u32(columns->lengths + 4 * doc);
  case SECTION_PUBLISHED:
    return load_u64(columns->published + 8 * doc);
  case SECTION_DATE_INFO:
    return columns->date_info[doc];
  case SECTION_ID_HASHES:
    return load_u64(columns->ids + 8 * doc);
  case SECTION_URL_HASHES:
    return columns->urls ? load_u64(columns->urls + 8 * doc) : 0;
  case SECTION_SIGNATURES:
    return columns->signatures ? load_u64(columns->signatures + 8 * doc) : 0;
  case SECTION_SEQUENCES:
    return packed_column_at(&columns->sequences, (uint32_t)doc);
  case SECTION_CARDS:
    return source->new_cards ? source->new_cards[doc] : places_at(&columns->cards, (uint32_t)doc);
  default:
    return source->new_texts ? source->new_texts[doc] : places_at(&columns->texts, (uint32_t)doc);
  }
}

struct segment_docs merge_docs(const struct merge *merge) {
  return (struct segment_docs){.count = merge->documents, .value = doc_value, .payload = merge};
}

/* A source and its next document. */
struct runner {
  int64_t published;
  uint64_t id;
  uint32_t source, doc;
};

/* Moves to the source's next document that stays; false at its end. */
static bool runner_seek(struct merge *merge, struct runner *runner) {
  struct merge_source *source = &merge->sources[runner->source];
  while (runner->doc < source->segment->info.documents && is_dropped(source, runner->doc)) {
    source->doc_map[runner->doc++] = GONE;
  }
  if (runner->doc == source->segment->info.documents) return false;
  runner->published = (int64_t)load_u64(source->columns.published + 8 * (size_t)runner->doc);
  runner->id = load_u64(source->columns.ids + 8 * (size_t)runner->doc);
  return true;
}

static bool runs_before(const struct runner *a, const struct runner *b) {
  int order = segment_doc_compare(a->published, a->id, b->published, b->id);
  return order ? order < 0 : a->source < b->source;
}

/* Lets the first of a heap find its place. */
static void runners_down(struct runner *runners, size_t count) {
  struct runner top = runners[0];
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && runs_before(&runners[child + 1], &runners[child])) child++;
    if (!runs_before(&runners[child], &top)) break;
    runners[at] = runners[child];
  }
  runners[at] = top;
}

static void runners_add(struct runner *runners, size_t count, struct runner runner) {
  size_t at = count;
  for (; at > 0 && runs_before(&runner, &runners[(at - 1) / 2]); at = (at - 1) / 2) {
    runners[at] = runners[(at - 1) / 2];
  }
  runners[at] = runner;
}

/* Interleaves the sources' documents: each time the first of the source whose next one comes first. */
static void interleave(struct merge *merge, struct runner *runners) {
  size_t count = 0;
  for (uint32_t s = 0; s < merge->count; s++) {
    struct runner runner = {.source = s};
    if (runner_seek(merge, &runner)) runners_add(runners, count++, runner);
  }
  while (count > 0) {
    struct runner *first = &runners[0];
    merge->sources[first->source].doc_map[first->doc] = merge->documents;
    merge->order[merge->documents++] = (struct merge_place){first->source, first->doc};
    first->doc++;
    if (!runner_seek(merge, first)) runners[0] = runners[--count];
    if (count > 1) runners_down(runners, count);
  }
}

/* What was put in order are pieces of one document, the first of which says all but its words. */
static void unite_pieces(struct merge *merge) {
  assert(merge->documents == merge->count && merge->order[0].source == 0);
  for (size_t s = 0; s < merge->count; s++) merge->sources[s].doc_map[0] = 0;
  merge->documents = 1;
}

int merge_order_docs(struct merge *merge, struct nsearch_error *err) {
  size_t total = 0;
  for (size_t s = 0; s < merge->count; s++) total += merge->sources[s].segment->info.documents;
  if (total > DOCUMENTS_MAX) {
    return error_set(err, NSEARCH_ERR_UNSUPPORTED, "more than %" PRIu32 " articles; use several indexes",
                     DOCUMENTS_MAX);
  }
  struct runner *runners = memory_array(NULL, merge->count, sizeof *runners);
  merge->order = memory_array(NULL, total + 1, sizeof *merge->order);
  int status = runners && merge->order ? NSEARCH_OK : error_memory(err);
  for (size_t s = 0; !status && s < merge->count; s++) {
    struct merge_source *source = &merge->sources[s];
    source->doc_map = memory_array(NULL, (size_t)source->segment->info.documents + 1, sizeof *source->doc_map);
    status = source->doc_map ? open_columns(source, err) : error_memory(err);
  }
  if (!status) interleave(merge, runners);
  if (!status && merge->in_pieces) unite_pieces(merge);
  memory_free(runners);
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
