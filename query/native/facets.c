/* Values of fields, counted over the matches of a search: each field in its own way, the most frequent values of each
 * at the end. */
#include <stdlib.h>

#include "query/native/native.h"

struct field {
  struct keyword_facet *keyword; /* NULL: a date */
  struct date_facet dates;
  uint64_t limit;
};

struct facets {
  struct snapshot *snapshot;
  struct field fields[FACET_FIELDS];
  size_t field_count;
};

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

static const struct keyword_field *keyword_of(uint8_t tag) {
  for (size_t i = 0; i < KEYWORD_FIELDS; i++)
    if (keyword_fields[i].tag == tag) return &keyword_fields[i];
  return NULL;
}

static int open_field(struct field *field, struct snapshot *snapshot, enum facet_field which,
                      struct nsearch_error *err) {
  static const struct {
    uint8_t tag;
    enum nsearch_precision precision;
  } kinds[FACET_FIELDS] = {
      [FACET_SOURCE] = {.tag = TAG_SOURCE},       [FACET_SECTION] = {.tag = TAG_SECTION},
      [FACET_TOPIC] = {.tag = TAG_TOPIC},         [FACET_LANGUAGE] = {.tag = TAG_LANGUAGE},
      [FACET_AUTHOR] = {.tag = TAG_BYLINE},       [FACET_SITE] = {.tag = TAG_SITE},
      [FACET_YEAR] = {0, NSEARCH_PRECISION_YEAR}, [FACET_MONTH] = {0, NSEARCH_PRECISION_MONTH},
      [FACET_DAY] = {0, NSEARCH_PRECISION_DAY},
  };
  const struct keyword_field *keyword = kinds[which].tag ? keyword_of(kinds[which].tag) : NULL;
  if (keyword) return keyword_facet_new(&field->keyword, snapshot, keyword, err);
  date_facet_init(&field->dates, kinds[which].precision);
  return NSEARCH_OK;
}

int facets_new(struct facets **out, struct snapshot *snapshot, const struct search_request *request,
               struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *out = NULL;
  if (request->facet_count == 0) return NSEARCH_OK;
  struct facets *facets = memory_zero(1, sizeof *facets);
  if (!facets) return error_memory(err);
  facets->snapshot = snapshot;
  for (size_t f = 0; !status && f < request->facet_count && f < FACET_FIELDS; f++) {
    struct field *field = &facets->fields[facets->field_count++];
    field->limit = request->facets[f].values ? request->facets[f].values : UINT64_MAX;
    status = open_field(field, snapshot, request->facets[f].field, err);
  }
  if (status)
    facets_free(facets);
  else
    *out = facets;
  return status;
}

void facets_free(struct facets *facets) {
  if (!facets) return;
  for (size_t f = 0; f < facets->field_count; f++) {
    keyword_facet_free(facets->fields[f].keyword);
    memory_free(facets->fields[f].dates.runs.values);
  }
  memory_free(facets);
}

/* ---- A window ---------------------------------------------------------------------------------------------------- */

/* True when the mask is empty; bits behind the last document go. */
static bool cut_mask(const struct segment *segment, uint32_t base, const uint64_t *mask, uint64_t *out) {
  uint64_t any = 0;
  uint32_t documents = segment->info.documents;
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    uint32_t from = base + w * 64;
    out[w] = from >= documents ? 0 : mask[w];
    if (from < documents && documents - from < 64) out[w] &= (UINT64_C(1) << (documents - from)) - 1;
    any |= out[w];
  }
  return any == 0;
}

int facets_window(struct facets *facets, uint32_t segment_number, uint32_t base, const uint64_t *mask,
                  struct nsearch_error *err) {
  uint64_t inside[WINDOW_WORDS];
  if (!facets) return NSEARCH_OK;
  struct segment *segment = &facets->snapshot->segments[segment_number];
  if (cut_mask(segment, base, mask, inside)) return NSEARCH_OK;
  int status = NSEARCH_OK;
  for (size_t f = 0; !status && f < facets->field_count; f++) {
    struct field *field = &facets->fields[f];
    status = field->keyword ? keyword_facet_window(field->keyword, segment_number, base, inside, err)
                            : date_facet_window(&field->dates, segment, base, inside, err);
  }
  return status;
}

/* ---- The answer -------------------------------------------------------------------------------------------------- */

/* Of equal counts what stood first stays first: forms in byte order, the newest date. */
struct ranked {
  struct tally value;
  size_t place;
};

static int most_first(const void *a, const void *b) {
  const struct ranked *x = a, *y = b;
  if (x->value.count != y->value.count) return x->value.count > y->value.count ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

/* Sorts the values by count and cuts them off at the limit. */
static int rank(struct tallies *values, uint64_t limit, struct nsearch_error *err) {
  struct ranked *ranked = memory_array(NULL, values->count + 1, sizeof *ranked);
  if (!ranked) return error_memory(err);
  for (size_t i = 0; i < values->count; i++) ranked[i] = (struct ranked){values->values[i], i};
  if (values->count) qsort(ranked, values->count, sizeof *ranked, most_first);
  if (values->count > limit) values->count = (size_t)limit;
  for (size_t i = 0; i < values->count; i++) values->values[i] = ranked[i].value;
  memory_free(ranked);
  return NSEARCH_OK;
}

static int answer_field(struct field *field, struct facet_answer *answer, struct nsearch_error *err) {
  struct tallies found = {0}, *values = field->keyword ? &found : date_facet_values(&field->dates);
  int status = field->keyword ? keyword_facet_values(field->keyword, values, err) : NSEARCH_OK;
  answer->distinct = values->count;
  if (!status) status = rank(values, field->limit, err);
  if (!status && !field->keyword) date_facet_sort(values);
  if (!status) answer->values = memory_zero(values->count + 1, sizeof *answer->values);
  if (!status && !answer->values) status = error_memory(err);
  for (size_t i = 0; !status && i < values->count; i++) {
    struct facet_value *out = &answer->values[answer->count++];
    out->count = values->values[i].count;
    status = field->keyword ? keyword_facet_spell(field->keyword, &values->values[i], &out->value, err)
                            : date_facet_spell(&field->dates, &values->values[i], &out->value, err);
  }
  memory_free(found.values);
  return status;
}

int facets_answer(struct facets *facets, struct search_answer *answer, struct nsearch_error *err) {
  if (!facets) return NSEARCH_OK;
  answer->facets = memory_zero(facets->field_count + 1, sizeof *answer->facets);
  if (!answer->facets) return error_memory(err);
  answer->facet_count = facets->field_count;
  int status = NSEARCH_OK;
  for (size_t f = 0; !status && f < facets->field_count; f++)
    status = answer_field(&facets->fields[f], &answer->facets[f], err);
  return status;
}
