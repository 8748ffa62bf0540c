/* Values of fields, counted over the matches of a search: keyword columns by the number of the value's term, dates by
 * runs, since documents stand in order of date. Values become text at the end, and only those that were met. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

/* A value met: its match form in the forms, or a date as year * 10,000 + month * 100 + day. */
struct value {
  uint64_t form;
  uint32_t form_len;
  int64_t date;
  uint64_t count;
};

struct values {
  struct value *values;
  size_t count, room;
};

/* The keyword column of one segment; ordinal o is term first + o. */
struct counts {
  bool open;
  struct column column;
  uint32_t range;   /* ordinals there are */
  uint32_t *counts; /* per ordinal, and in [range] those that the dictionary does not have */
  uint64_t *known;  /* bit per dictionary block: its terms are in heads */
  uint64_t *heads;  /* bit per ordinal: another match form than the one before */
};

struct field {
  const struct keyword_field *keyword; /* NULL: a date */
  enum nsearch_precision precision;    /* of a date */
  uint64_t limit;
  struct counts *segments;     /* of a keyword */
  struct values dates;         /* runs as they came; one date may come again in another segment */
  int64_t run_first, run_last; /* seconds of the last run */
};

struct facets {
  struct snapshot *snapshot;
  struct field fields[FACET_FIELDS];
  size_t field_count;
  struct buffer forms;
  uint32_t *ordinals; /* of one article with several values */
  size_t ordinal_room;
};

static int damaged(const struct segment *segment, const struct field *field, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s: its %s are damaged; restore the file from a copy or index again",
                   segment->file.path, section_name(field->keyword->column));
}

/* ---- Opening ------------------------------------------------------------------------------------------------------- */

static const struct keyword_field *keyword_of(uint8_t tag) {
  for (size_t i = 0; i < KEYWORD_FIELDS; i++)
    if (keyword_fields[i].tag == tag) return &keyword_fields[i];
  return NULL;
}

static void describe(enum facet_field which, struct field *field) {
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
  field->keyword = kinds[which].tag ? keyword_of(kinds[which].tag) : NULL;
  field->precision = kinds[which].precision;
}

int facets_new(struct facets **out, struct snapshot *snapshot, const struct search_request *request,
               struct nsearch_error *err) {
  *out = NULL;
  if (request->facet_count == 0) return NSEARCH_OK;
  struct facets *facets = memory_zero(1, sizeof *facets);
  if (!facets) return error_memory(err);
  facets->snapshot = snapshot;
  for (size_t f = 0; f < request->facet_count && f < FACET_FIELDS; f++) {
    struct field *field = &facets->fields[facets->field_count++];
    describe(request->facets[f].field, field);
    field->limit = request->facets[f].values ? request->facets[f].values : UINT64_MAX;
    field->run_first = 1; /* no run */
    if (field->keyword) field->segments = memory_zero(snapshot->segment_count + 1, sizeof *field->segments);
    if (field->keyword && !field->segments) {
      facets_free(facets);
      return error_memory(err);
    }
  }
  *out = facets;
  return NSEARCH_OK;
}

void facets_free(struct facets *facets) {
  if (!facets) return;
  for (size_t f = 0; f < facets->field_count; f++) {
    struct field *field = &facets->fields[f];
    for (size_t s = 0; field->segments && s < facets->snapshot->segment_count; s++) {
      memory_free(field->segments[s].counts);
      memory_free(field->segments[s].known);
      memory_free(field->segments[s].heads);
    }
    memory_free(field->segments);
    memory_free(field->dates.values);
  }
  buffer_free(&facets->forms);
  memory_free(facets->ordinals);
  memory_free(facets);
}

/* How many of the field's terms there are from the column's first one on: terms of a tag stand together. */
static int open_counts(struct counts *counts, struct segment *segment, const struct field *field,
                       struct nsearch_error *err) {
  struct term_walk walk;
  const char behind = (char)(field->keyword->tag + 1);
  int status = segment_column_open(segment, field->keyword, &counts->column, err);
  if (status) return status;
  counts->open = true;
  if (counts->column.width == 0) return NSEARCH_OK;
  status = term_walk_start(&walk, segment, &behind, 1, err);
  if (status) return status;
  if (walk.number <= counts->column.first) return damaged(segment, field, err);
  counts->range = walk.number - counts->column.first;
  counts->counts = memory_zero((size_t)counts->range + 1, sizeof *counts->counts);
  return counts->counts ? NSEARCH_OK : error_memory(err);
}

/* ---- Single values ------------------------------------------------------------------------------------------------- */

/* Inlined once per width, so that the loop has no choice left to make. */
static inline __attribute__((always_inline)) void count_width(const struct counts *counts, uint32_t base,
                                                              const uint64_t *mask, uint32_t width) {
  const uint8_t *values = counts->column.values;
  uint32_t range = counts->range;
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      const uint8_t *at = values + (size_t)(base + w * 64 + (uint32_t)__builtin_ctzll(bits)) * width;
      uint32_t ordinal = width == 1 ? *at : width == 2 ? at[0] | (uint32_t)at[1] << 8 : load_u32(at);
      if (ordinal) counts->counts[ordinal - 1 < range ? ordinal - 1 : range]++; /* 0: it has no value */
    }
  }
}

static void count_single(const struct counts *counts, uint32_t base, const uint64_t *mask) {
  if (counts->column.width == 1)
    count_width(counts, base, mask, 1);
  else if (counts->column.width == 2)
    count_width(counts, base, mask, 2);
  else
    count_width(counts, base, mask, 4);
}

/* ---- Several values ------------------------------------------------------------------------------------------------ */

static size_t form_len(const struct term_walk *walk) {
  const char *end = memchr(walk->key, 0, walk->key_len);
  return end ? (size_t)(end - walk->key) : walk->key_len;
}

/* A walk that gives the term with this number next, or one of its block before it: blocks can be read on their own. */
static struct term_walk walk_to(struct segment *segment, uint32_t number) {
  return (struct term_walk){.segment = segment, .number = number / DICTIONARY_BLOCK * DICTIONARY_BLOCK};
}

/* Finds the heads of a dictionary block; the first term's needs the last one of the block before. */
static int read_heads(struct counts *counts, struct segment *segment, uint32_t block, struct nsearch_error *err) {
  uint32_t first = counts->column.first, from = block * DICTIONARY_BLOCK, end = first + counts->range;
  if (end - from > DICTIONARY_BLOCK) end = from + DICTIONARY_BLOCK;
  struct term_walk walk = walk_to(segment, from > first ? from - 1 : from);
  char before[KEY_MAX];
  size_t before_len = 0;
  int status = NSEARCH_OK;
  while (!status && walk.number < end) {
    struct term_entry entry;
    bool more;
    status = term_walk_next(&walk, &entry, &more, err);
    if (status || !more) break;
    size_t len = form_len(&walk);
    if (entry.number >= from && entry.number >= first) {
      uint32_t ordinal = entry.number - first;
      bool head = ordinal == 0 || len != before_len || memcmp(before, walk.key, len) != 0;
      counts->heads[ordinal / 64] |= (uint64_t)head << ordinal % 64;
    }
    memcpy(before, walk.key, len);
    before_len = len;
  }
  return status;
}

/* Whether the value of `low` is another one than that of `high`, spellings aside; low < high. */
static int differ(struct counts *counts, struct segment *segment, uint32_t low, uint32_t high, bool *out,
                  struct nsearch_error *err) {
  uint32_t first_block = counts->column.first / DICTIONARY_BLOCK;
  if (!counts->heads) {
    size_t blocks = (counts->column.first + counts->range) / DICTIONARY_BLOCK - first_block + 1;
    counts->known = memory_zero(blocks / 64 + 1, sizeof *counts->known);
    counts->heads = memory_zero(counts->range / 64 + 1, sizeof *counts->heads);
    if (!counts->known || !counts->heads) return error_memory(err);
  }
  *out = false;
  for (uint32_t ordinal = high; ordinal > low && !*out; ordinal--) {
    uint32_t block = (counts->column.first + ordinal) / DICTIONARY_BLOCK, at = block - first_block;
    if (!(counts->known[at / 64] >> at % 64 & 1)) {
      int status = read_heads(counts, segment, block, err);
      if (status) return status;
      counts->known[at / 64] |= UINT64_C(1) << at % 64;
    }
    *out = counts->heads[ordinal / 64] >> ordinal % 64 & 1;
  }
  return NSEARCH_OK;
}

static int compare_ordinals(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* Most articles have few values. */
static void sort_ordinals(uint32_t *ordinals, size_t count) {
  enum { FEW = 16 };
  if (count > FEW) {
    qsort(ordinals, count, sizeof *ordinals, compare_ordinals);
    return;
  }
  for (size_t i = 1; i < count; i++) {
    uint32_t ordinal = ordinals[i];
    size_t at = i;
    for (; at > 0 && ordinals[at - 1] > ordinal; at--) ordinals[at] = ordinals[at - 1];
    ordinals[at] = ordinal;
  }
}

/* Counts an article that has several values, once for each. */
static int count_article(struct facets *facets, struct counts *counts, struct segment *segment, uint32_t first,
                         uint32_t end, struct nsearch_error *err) {
  size_t count = end - first;
  int status = memory_reserve(&facets->ordinals, &facets->ordinal_room, count, sizeof *facets->ordinals, err);
  if (status) return status;
  uint32_t *ordinals = facets->ordinals;
  for (size_t i = 0; i < count; i++) {
    uint32_t ordinal = column_value(&counts->column, first + (uint32_t)i) - counts->column.first;
    ordinals[i] = ordinal < counts->range ? ordinal : counts->range;
  }
  sort_ordinals(ordinals, count);
  for (size_t i = 0; i < count; i++) {
    bool other = true;
    if (i > 0 && ordinals[i] == ordinals[i - 1]) continue;
    if (i > 0 && ordinals[i] < counts->range)
      status = differ(counts, segment, ordinals[i - 1], ordinals[i], &other, err);
    if (status) return status;
    if (other) counts->counts[ordinals[i]]++;
  }
  return NSEARCH_OK;
}

static int count_multi(struct facets *facets, const struct field *field, struct counts *counts, struct segment *segment,
                       uint32_t base, const uint64_t *mask, struct nsearch_error *err) {
  uint32_t before = 0;
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      uint32_t end, first = column_first(&counts->column, base + w * 64 + (uint32_t)__builtin_ctzll(bits), &end);
      if (first == end) continue;
      if (first < before) return damaged(segment, field, err); /* also keeps the work within the column's size */
      before = end;
      if (end - first == 1) {
        uint32_t ordinal = column_value(&counts->column, first) - counts->column.first;
        counts->counts[ordinal < counts->range ? ordinal : counts->range]++;
        continue;
      }
      int status = count_article(facets, counts, segment, first, end, err);
      if (status) return status;
    }
  }
  return NSEARCH_OK;
}

/* ---- Dates --------------------------------------------------------------------------------------------------------- */

enum { DAY_SECONDS = 86400 };

static int64_t day_of(int64_t seconds) { return seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0); }

/* Begins the run of the year, month or day that a second lies in. */
static int begin_run(struct field *field, int64_t seconds, struct nsearch_error *err) {
  int year, month, day;
  int64_t days = day_of(seconds), start = days;
  date_civil(days, &year, &month, &day);
  if (field->precision != NSEARCH_PRECISION_DAY)
    start = date_days(year, field->precision == NSEARCH_PRECISION_YEAR ? 1 : month, 1);
  if (__builtin_mul_overflow(start, (int64_t)DAY_SECONDS, &field->run_first)) field->run_first = seconds;
  field->run_last = date_period_end(field->run_first, field->precision);
  int64_t date = (int64_t)year * 10000;
  if (field->precision >= NSEARCH_PRECISION_MONTH) date += month * 100;
  if (field->precision >= NSEARCH_PRECISION_DAY) date += day;
  struct values *dates = &field->dates;
  if (dates->count && dates->values[dates->count - 1].date == date) return NSEARCH_OK;
  int status = memory_reserve(&dates->values, &dates->room, dates->count + 1, sizeof *dates->values, err);
  if (!status) dates->values[dates->count++] = (struct value){.date = date};
  return status;
}

static int count_dates(struct field *field, struct segment *segment, uint32_t base, const uint64_t *mask,
                       struct nsearch_error *err) {
  const uint8_t *published = segment_section(segment, SECTION_PUBLISHED, err);
  const uint8_t *date_info = segment_section(segment, SECTION_DATE_INFO, err);
  if (!published || !date_info) return NSEARCH_ERR_DAMAGED;
  uint64_t count = 0; /* of the run, since this window began */
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      size_t doc = base + w * 64 + (uint32_t)__builtin_ctzll(bits);
      int64_t seconds = (int64_t)load_u64(published + 8 * doc);
      if ((uint8_t)(date_info[doc] & 15) < (uint8_t)field->precision || seconds == INT64_MIN) continue;
      if (seconds < field->run_first || seconds > field->run_last) {
        if (count) field->dates.values[field->dates.count - 1].count += count;
        count = 0;
        int status = begin_run(field, seconds, err);
        if (status) return status;
      }
      count++;
    }
  }
  if (count) field->dates.values[field->dates.count - 1].count += count;
  return NSEARCH_OK;
}

/* ---- A window ------------------------------------------------------------------------------------------------------ */

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
    if (!field->keyword) {
      status = count_dates(field, segment, base, inside, err);
      continue;
    }
    struct counts *counts = &field->segments[segment_number];
    if (!counts->open) status = open_counts(counts, segment, field, err);
    if (status || counts->column.width == 0) continue;
    if (field->keyword->multi)
      status = count_multi(facets, field, counts, segment, base, inside, err);
    else
      count_single(counts, base, inside);
  }
  return status;
}

/* ---- The values of a segment, as match forms ----------------------------------------------------------------------- */

static const char *form_of(const struct facets *facets, const struct value *value) {
  return facets->forms.bytes + value->form;
}

/* Takes a count under the form that the walk stands at; those of one form come one after the other. */
static int add_form(struct facets *facets, struct values *values, const struct term_walk *walk, uint64_t count,
                    struct nsearch_error *err) {
  size_t len = form_len(walk);
  struct value *last = values->count ? &values->values[values->count - 1] : NULL;
  if (last && last->form_len == len && memcmp(form_of(facets, last), walk->key, len) == 0) {
    last->count += count;
    return NSEARCH_OK;
  }
  int status = memory_reserve(&values->values, &values->room, values->count + 1, sizeof *values->values, err);
  if (status) return status;
  values->values[values->count++] =
      (struct value){.form = facets->forms.len, .form_len = (uint32_t)len, .count = count};
  buffer_add(&facets->forms, walk->key, len);
  return buffer_status(&facets->forms, err);
}

/* The values that were counted in a segment, in byte order of their forms. */
static int values_of_segment(struct facets *facets, const struct field *field, const struct counts *counts,
                             struct segment *segment, struct values *out, struct nsearch_error *err) {
  struct term_walk walk = {.number = UINT32_MAX};
  if (counts->range && counts->counts[counts->range]) return damaged(segment, field, err);
  for (uint32_t ordinal = 0; ordinal < counts->range; ordinal++) {
    if (!counts->counts[ordinal]) continue;
    uint32_t number = counts->column.first + ordinal;
    if (number / DICTIONARY_BLOCK * DICTIONARY_BLOCK > walk.number || walk.number > number)
      walk = walk_to(segment, number);
    bool more = true;
    int status = NSEARCH_OK;
    for (struct term_entry entry; !status && more && walk.number <= number;)
      status = term_walk_next(&walk, &entry, &more, err);
    if (!status && (!more || walk.key[0] != (char)field->keyword->tag)) status = damaged(segment, field, err);
    if (!status) status = add_form(facets, out, &walk, counts->counts[ordinal], err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

static int compare_forms(const struct facets *facets, const struct value *a, const struct value *b) {
  return key_compare(form_of(facets, a), a->form_len, form_of(facets, b), b->form_len);
}

/* Unites two lists in the order of forms into the first. */
static int unite(struct facets *facets, struct values *all, const struct values *more, struct nsearch_error *err) {
  struct values out = {0};
  int status = memory_reserve(&out.values, &out.room, all->count + more->count + 1, sizeof *out.values, err);
  if (status) return status;
  for (size_t a = 0, m = 0; a < all->count || m < more->count;) {
    int order = a == all->count ? 1 : m == more->count ? -1 : compare_forms(facets, &all->values[a], &more->values[m]);
    struct value *value = &out.values[out.count++];
    *value = order <= 0 ? all->values[a++] : more->values[m];
    if (order == 0) value->count += more->values[m].count;
    if (order >= 0) m++;
  }
  memory_free(all->values);
  *all = out;
  return NSEARCH_OK;
}

static int keyword_values(struct facets *facets, const struct field *field, struct values *out,
                          struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < facets->snapshot->segment_count; s++) {
    struct values own = {0};
    const struct counts *counts = &field->segments[s];
    if (!counts->open) continue;
    status = values_of_segment(facets, field, counts, &facets->snapshot->segments[s], &own, err);
    if (!status) status = unite(facets, out, &own, err);
    memory_free(own.values);
  }
  return status;
}

static int newest_first(const void *a, const void *b) {
  int64_t x = ((const struct value *)a)->date, y = ((const struct value *)b)->date;
  return x > y ? -1 : x < y;
}

static void unite_dates(struct values *dates) {
  size_t last = 0;
  if (dates->count == 0) return;
  qsort(dates->values, dates->count, sizeof *dates->values, newest_first);
  for (size_t i = 1; i < dates->count; i++) {
    if (dates->values[i].date == dates->values[last].date)
      dates->values[last].count += dates->values[i].count;
    else
      dates->values[++last] = dates->values[i];
  }
  dates->count = last + 1;
}

/* ---- The answer ---------------------------------------------------------------------------------------------------- */

/* Of equal counts what stood first stays first: forms in byte order, the newest date. */
struct ranked {
  struct value value;
  size_t place;
};

static int most_first(const void *a, const void *b) {
  const struct ranked *x = a, *y = b;
  if (x->value.count != y->value.count) return x->value.count > y->value.count ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

/* Sorts the values by count and cuts them off at the limit. */
static int rank(struct values *values, uint64_t limit, struct nsearch_error *err) {
  struct ranked *ranked = memory_array(NULL, values->count + 1, sizeof *ranked);
  if (!ranked) return error_memory(err);
  for (size_t i = 0; i < values->count; i++) ranked[i] = (struct ranked){values->values[i], i};
  if (values->count) qsort(ranked, values->count, sizeof *ranked, most_first);
  if (values->count > limit) values->count = (size_t)limit;
  for (size_t i = 0; i < values->count; i++) values->values[i] = ranked[i].value;
  memory_free(ranked);
  return NSEARCH_OK;
}

/* The spelling that most articles have. */
struct spelling {
  size_t skip; /* bytes of the key before it */
  uint64_t df;
  struct buffer text;
};

static bool visit_spelling(void *payload, struct term_key key, uint64_t df) {
  struct spelling *spelling = payload;
  if (df <= spelling->df) return true;
  spelling->df = df;
  buffer_clear(&spelling->text);
  buffer_add(&spelling->text, key.bytes + spelling->skip, key.len - spelling->skip);
  return true;
}

static int spell_keyword(struct facets *facets, const struct value *value, char **out, struct nsearch_error *err) {
  struct spelling spelling = {.skip = value->form_len + 1};
  struct buffer prefix = {0};
  buffer_add(&prefix, form_of(facets, value), value->form_len);
  buffer_byte(&prefix, 0);
  int status = buffer_status(&prefix, err);
  if (!status)
    status = snapshot_terms(facets->snapshot, prefix.bytes, prefix.len, NULL, 0, visit_spelling, &spelling, err);
  if (!status) status = buffer_status(&spelling.text, err);
  if (!status) *out = memory_string(spelling.text.len ? spelling.text.bytes : "", spelling.text.len);
  if (!status && !*out) status = error_memory(err);
  buffer_free(&prefix);
  buffer_free(&spelling.text);
  return status;
}

static int spell_date(const struct field *field, const struct value *value, char **out, struct nsearch_error *err) {
  char text[40];
  long long date = value->date, of_year = (date % 10000 + 10000) % 10000, year = (date - of_year) / 10000;
  size_t len = (size_t)snprintf(text, sizeof text, "%04lld-%02lld-%02lld", year, of_year / 100, of_year % 100);
  size_t cut = field->precision == NSEARCH_PRECISION_YEAR ? 6 : field->precision == NSEARCH_PRECISION_MONTH ? 3 : 0;
  *out = memory_string(text, len - cut);
  return *out ? NSEARCH_OK : error_memory(err);
}

static int answer_field(struct facets *facets, struct field *field, struct facet_answer *answer,
                        struct nsearch_error *err) {
  struct values found = {0}, *values = field->keyword ? &found : &field->dates;
  int status = NSEARCH_OK;
  if (field->keyword)
    status = keyword_values(facets, field, values, err);
  else
    unite_dates(values);
  answer->distinct = values->count;
  if (!status) status = rank(values, field->limit, err);
  if (!status && !field->keyword && values->count)
    qsort(values->values, values->count, sizeof *values->values, newest_first);
  if (!status) answer->values = memory_zero(values->count + 1, sizeof *answer->values);
  if (!status && !answer->values) status = error_memory(err);
  for (size_t i = 0; !status && i < values->count; i++) {
    struct facet_value *out = &answer->values[answer->count++];
    out->count = values->values[i].count;
    status = field->keyword ? spell_keyword(facets, &values->values[i], &out->value, err)
                            : spell_date(field, &values->values[i], &out->value, err);
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
    status = answer_field(facets, &facets->fields[f], &answer->facets[f], err);
  return status;
}
