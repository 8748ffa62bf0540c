/* Keyword values over the matches of a search: counted by the number of the value's term while windows come, made into
 * match forms when the segments are united, and spelled at the end: only those that are asked for. */
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

/* The column of one segment; ordinal o is term first + o. */
struct counts {
  bool open;
  struct column column;
  uint32_t range;   /* ordinals there are */
  uint32_t *counts; /* per ordinal, and in [range] those that the dictionary does not have */
  uint64_t *known;  /* bit per dictionary block: its terms are in heads */
  uint64_t *heads;  /* bit per ordinal: another match form than the one before */
};

struct keyword_facet {
  const struct keyword_field *field;
  struct snapshot *snapshot;
  struct counts *segments;
  struct buffer forms; /* match forms of what was counted */
  uint32_t *ordinals;  /* of one article with several values */
  size_t ordinal_room;
};

static int damaged(const struct segment *segment, const struct keyword_facet *facet, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s: its %s are damaged; restore the file from a copy or index again",
                   segment->file.path, section_name(facet->field->column));
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

int keyword_facet_new(struct keyword_facet **out, struct snapshot *snapshot, const struct keyword_field *field,
                      struct nsearch_error *err) {
  struct keyword_facet *facet = *out = memory_zero(1, sizeof *facet);
  if (!facet) return error_memory(err);
  facet->field = field;
  facet->snapshot = snapshot;
  facet->segments = memory_zero(snapshot->segment_count + 1, sizeof *facet->segments);
  return facet->segments ? NSEARCH_OK : error_memory(err);
}

void keyword_facet_free(struct keyword_facet *facet) {
  if (!facet) return;
  for (size_t s = 0; facet->segments && s < facet->snapshot->segment_count; s++) {
    memory_free(facet->segments[s].counts);
    memory_free(facet->segments[s].known);
    memory_free(facet->segments[s].heads);
  }
  memory_free(facet->segments);
  buffer_free(&facet->forms);
  memory_free(facet->ordinals);
  memory_free(facet);
}

/* How many of the field's terms there are from the column's first one on: terms of a tag stand together. */
static int open_counts(struct counts *counts, struct segment *segment, const struct keyword_facet *facet,
                       struct nsearch_error *err) {
  struct term_walk walk;
  const char behind = (char)(facet->field->tag + 1);
  int status = segment_column_open(segment, facet->field, &counts->column, err);
  if (status) return status;
  counts->open = true;
  if (counts->column.width == 0) return NSEARCH_OK;
  status = term_walk_start(&walk, segment, &behind, 1, err);
  if (status) return status;
  if (walk.number <= counts->column.first) return damaged(segment, facet, err);
  counts->range = walk.number - counts->column.first;
  counts->counts = memory_zero((size_t)counts->range + 1, sizeof *counts->counts);
  return counts->counts ? NSEARCH_OK : error_memory(err);
}

/* ---- Single values ----------------------------------------------------------------------------------------------- */

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

/* ---- Several values ---------------------------------------------------------------------------------------------- */

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
static int count_article(struct keyword_facet *facet, struct counts *counts, struct segment *segment, uint32_t first,
                         uint32_t end, struct nsearch_error *err) {
  size_t count = end - first;
  int status = memory_reserve(&facet->ordinals, &facet->ordinal_room, count, sizeof *facet->ordinals, err);
  if (status) return status;
  uint32_t *ordinals = facet->ordinals;
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

static int count_multi(struct keyword_facet *facet, struct counts *counts, struct segment *segment, uint32_t base,
                       const uint64_t *mask, struct nsearch_error *err) {
  uint32_t before = 0;
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      uint32_t end, first = column_first(&counts->column, base + w * 64 + (uint32_t)__builtin_ctzll(bits), &end);
      if (first == end) continue;
      if (first < before) return damaged(segment, facet, err); /* also keeps the work within the column's size */
      before = end;
      if (end - first == 1) {
        uint32_t ordinal = column_value(&counts->column, first) - counts->column.first;
        counts->counts[ordinal < counts->range ? ordinal : counts->range]++;
        continue;
      }
      int status = count_article(facet, counts, segment, first, end, err);
      if (status) return status;
    }
  }
  return NSEARCH_OK;
}

/* ---- A window ---------------------------------------------------------------------------------------------------- */

int keyword_facet_window(struct keyword_facet *facet, uint32_t segment_number, uint32_t base, const uint64_t *mask,
                         struct nsearch_error *err) {
  struct segment *segment = &facet->snapshot->segments[segment_number];
  struct counts *counts = &facet->segments[segment_number];
  int status = counts->open ? NSEARCH_OK : open_counts(counts, segment, facet, err);
  if (status || counts->column.width == 0) return status;
  if (facet->field->multi) return count_multi(facet, counts, segment, base, mask, err);
  count_single(counts, base, mask);
  return NSEARCH_OK;
}

/* ---- Values, as match forms -------------------------------------------------------------------------------------- */

static const char *form_of(const struct keyword_facet *facet, const struct tally *value) {
  return facet->forms.bytes + value->form;
}

/* Takes a count under the form that the walk stands at; those of one form come one after the other. */
static int add_form(struct keyword_facet *facet, struct tallies *values, const struct term_walk *walk, uint64_t count,
                    struct nsearch_error *err) {
  size_t len = form_len(walk);
  struct tally *last = values->count ? &values->values[values->count - 1] : NULL;
  if (last && last->form_len == len && memcmp(form_of(facet, last), walk->key, len) == 0) {
    last->count += count;
    return NSEARCH_OK;
  }
  int status = memory_reserve(&values->values, &values->room, values->count + 1, sizeof *values->values, err);
  if (status) return status;
  values->values[values->count++] = (struct tally){.form = facet->forms.len, .form_len = (uint32_t)len, .count = count};
  buffer_add(&facet->forms, walk->key, len);
  return buffer_status(&facet->forms, err);
}

/* The values that were counted in a segment, in byte order of their forms. */
static int values_of_segment(struct keyword_facet *facet, const struct counts *counts, struct segment *segment,
                             struct tallies *out, struct nsearch_error *err) {
  struct term_walk walk = {.number = UINT32_MAX};
  if (counts->range && counts->counts[counts->range]) return damaged(segment, facet, err);
  for (uint32_t ordinal = 0; ordinal < counts->range; ordinal++) {
    if (!counts->counts[ordinal]) continue;
    uint32_t number = counts->column.first + ordinal;
    if (number / DICTIONARY_BLOCK * DICTIONARY_BLOCK > walk.number || walk.number > number)
      walk = walk_to(segment, number);
    bool more = true;
    int status = NSEARCH_OK;
    for (struct term_entry entry; !status && more && walk.number <= number;)
      status = term_walk_next(&walk, &entry, &more, err);
    if (!status && (!more || walk.key[0] != (char)facet->field->tag)) status = damaged(segment, facet, err);
    if (!status) status = add_form(facet, out, &walk, counts->counts[ordinal], err);
    if (status) return status;
  }
  return NSEARCH_OK;
}

static int compare_forms(const struct keyword_facet *facet, const struct tally *a, const struct tally *b) {
  return key_compare(form_of(facet, a), a->form_len, form_of(facet, b), b->form_len);
}

/* Unites two lists in the order of forms into the first. */
static int unite(struct keyword_facet *facet, struct tallies *all, const struct tallies *more,
                 struct nsearch_error *err) {
  struct tallies out = {0};
  int status = memory_reserve(&out.values, &out.room, all->count + more->count + 1, sizeof *out.values, err);
  if (status) return status;
  for (size_t a = 0, m = 0; a < all->count || m < more->count;) {
    int order = a == all->count ? 1 : m == more->count ? -1 : compare_forms(facet, &all->values[a], &more->values[m]);
    struct tally *value = &out.values[out.count++];
    *value = order <= 0 ? all->values[a++] : more->values[m];
    if (order == 0) value->count += more->values[m].count;
    if (order >= 0) m++;
  }
  memory_free(all->values);
  *all = out;
  return NSEARCH_OK;
}

int keyword_facet_values(struct keyword_facet *facet, struct tallies *out, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < facet->snapshot->segment_count; s++) {
    struct tallies own = {0};
    const struct counts *counts = &facet->segments[s];
    if (!counts->open) continue;
    status = values_of_segment(facet, counts, &facet->snapshot->segments[s], &own, err);
    if (!status) status = unite(facet, out, &own, err);
    memory_free(own.values);
  }
  return status;
}

/* ---- Spellings --------------------------------------------------------------------------------------------------- */

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

int keyword_facet_spell(struct keyword_facet *facet, const struct tally *value, char **out, struct nsearch_error *err) {
  struct spelling spelling = {.skip = value->form_len + 1};
  struct buffer prefix = {0};
  buffer_add(&prefix, form_of(facet, value), value->form_len);
  buffer_byte(&prefix, 0);
  int status = buffer_status(&prefix, err);
  if (!status)
    status = snapshot_terms(facet->snapshot, prefix.bytes, prefix.len, NULL, 0, visit_spelling, &spelling, err);
  if (!status) status = buffer_status(&spelling.text, err);
  if (!status) *out = memory_string(spelling.text.len ? spelling.text.bytes : "", spelling.text.len);
  if (!status && !*out) status = error_memory(err);
  buffer_free(&prefix);
  buffer_free(&spelling.text);
  return status;
}
