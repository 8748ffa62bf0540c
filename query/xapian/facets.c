/* Values of fields over the matches of a search. Xapian counts the values of slots; here those of several values are taken
 * apart, spellings of one value united, and dates cut to the year or the month. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/xapian/xapian.h"

/* A value: of a keyword its match form, of a date its text, and by what dates are ordered. */
struct tally {
  char *form, *spelling; /* one that was seen; NULL for dates */
  int64_t date;
  uint64_t count;
  uint64_t seen; /* number of the slot's value that it was last seen in */
};

/* An open hash table of places in tallies. */
struct facet_tally {
  struct tally *tallies;
  size_t count, room;
  uint32_t *table; /* place + 1, 0: free */
  size_t table_size;
  uint64_t values; /* of the slot, so far */
  struct buffer form;
};

static const struct {
  unsigned slot;
  int tag; /* of a keyword */
  enum nsearch_precision precision;
} fields[FACET_FIELDS] = {
    [FACET_SOURCE] = {SLOT_SOURCE, TAG_SOURCE, 0},         [FACET_SECTION] = {SLOT_SECTION, TAG_SECTION, 0},
    [FACET_TOPIC] = {SLOT_TOPICS, TAG_TOPIC, 0},           [FACET_LANGUAGE] = {SLOT_LANGUAGE, TAG_LANGUAGE, 0},
    [FACET_AUTHOR] = {SLOT_AUTHORS, TAG_BYLINE, 0},        [FACET_SITE] = {SLOT_SITE, TAG_SITE, 0},
    [FACET_YEAR] = {SLOT_DATE, 0, NSEARCH_PRECISION_YEAR}, [FACET_MONTH] = {SLOT_DATE, 0, NSEARCH_PRECISION_MONTH},
    [FACET_DAY] = {SLOT_DATE, 0, NSEARCH_PRECISION_DAY},
};

int slot_facets_open(struct slot_facets *facets, struct snapshot *snapshot, const struct search_request *request,
                     struct nsearch_error *err) {
  *facets = (struct slot_facets){.snapshot = snapshot, .request = request, .err = err};
  for (size_t f = 0; f < request->facet_count; f++) facets->slots[f] = fields[request->facets[f].field].slot;
  facets->tallies = memory_zero(request->facet_count + 1, sizeof *facets->tallies);
  return facets->tallies ? NSEARCH_OK : error_memory(err);
}

void slot_facets_free(struct slot_facets *facets) {
  for (size_t f = 0; facets->tallies && f < facets->request->facet_count; f++) {
    struct facet_tally *tally = &facets->tallies[f];
    for (size_t i = 0; i < tally->count; i++) {
      memory_free(tally->tallies[i].form);
      memory_free(tally->tallies[i].spelling);
    }
    memory_free(tally->tallies);
    memory_free(tally->table);
    buffer_free(&tally->form);
  }
  memory_free(facets->tallies);
}

/* ---- Counting ------------------------------------------------------------------------------------------------------- */

static void insert(struct facet_tally *tally, uint64_t hash, uint32_t place) {
  size_t at = (size_t)hash & (tally->table_size - 1);
  while (tally->table[at]) at = (at + 1) & (tally->table_size - 1);
  tally->table[at] = place + 1;
}

static int grow(struct facet_tally *tally, struct nsearch_error *err) {
  enum { FIRST = 64 };
  if (2 * (tally->count + 1) <= tally->table_size) return NSEARCH_OK;
  size_t size = tally->table_size ? 2 * tally->table_size : FIRST;
  uint32_t *table = memory_zero(size, sizeof *table);
  if (!table) return error_memory(err);
  memory_free(tally->table);
  tally->table = table;
  tally->table_size = size;
  for (size_t i = 0; i < tally->count; i++)
    insert(tally, hash_bytes(tally->tallies[i].form, strlen(tally->tallies[i].form)), (uint32_t)i);
  return NSEARCH_OK;
}

/* The tally of a form, a new one where there is none. */
static int find(struct facet_tally *tally, const char *form, size_t len, struct tally **out,
                struct nsearch_error *err) {
  uint64_t hash = hash_bytes(form, len);
  int status = grow(tally, err);
  if (status) return status;
  for (size_t at = (size_t)hash & (tally->table_size - 1); tally->table[at]; at = (at + 1) & (tally->table_size - 1)) {
    struct tally *found = &tally->tallies[tally->table[at] - 1];
    if (strlen(found->form) != len || memcmp(found->form, form, len) != 0) continue;
    *out = found;
    return NSEARCH_OK;
  }
  status = memory_reserve(&tally->tallies, &tally->room, tally->count + 1, sizeof *tally->tallies, err);
  if (status) return status;
  *out = &tally->tallies[tally->count];
  **out = (struct tally){.form = memory_string(form, len)};
  if (!(*out)->form) return error_memory(err);
  insert(tally, hash, (uint32_t)tally->count++);
  return NSEARCH_OK;
}

/* One value of an article; the article counts once however often it has it. */
static int count_keyword(struct facet_tally *tally, const char *value, size_t len, uint32_t count,
                         struct nsearch_error *err) {
  struct tally *found = NULL;
  buffer_clear(&tally->form);
  int status = fold_keyword(value, len, &tally->form, err);
  if (!status) status = buffer_status(&tally->form, err);
  if (!status) status = find(tally, tally->form.len ? tally->form.bytes : "", tally->form.len, &found, err);
  if (status || found->seen == tally->values) return status;
  if (!found->spelling && !(found->spelling = memory_string(value, len))) return error_memory(err);
  found->seen = tally->values;
  found->count += count;
  return NSEARCH_OK;
}

/* "2025-11-14", or as much of it as is known, cut to what is asked for. Years may have a sign and any number of digits. */
static int count_date(struct facet_tally *tally, enum nsearch_precision precision, const char *value, size_t len,
                      uint32_t count, struct nsearch_error *err) {
  char text[40];
  long year = 0, month = 0, day = 0;
  struct tally *found = NULL;
  if (len == 0 || len >= sizeof text) return NSEARCH_OK;
  memcpy(text, value, len);
  text[len] = 0;
  char *end = text;
  year = strtol(text, &end, 10);
  char *const year_end = end;
  if (*end == '-') month = strtol(end + 1, &end, 10);
  char *const month_end = end;
  if (month && *end == '-') day = strtol(end + 1, &end, 10);
  if ((precision >= NSEARCH_PRECISION_MONTH && !month) || (precision >= NSEARCH_PRECISION_DAY && !day))
    return NSEARCH_OK;
  const char *stop = precision == NSEARCH_PRECISION_YEAR    ? year_end
                     : precision == NSEARCH_PRECISION_MONTH ? month_end
                                                            : end;
  int status = find(tally, text, (size_t)(stop - text), &found, err);
  if (status) return status;
  found->date = (int64_t)year * 10000 + (precision >= NSEARCH_PRECISION_MONTH ? month * 100 : 0) +
                (precision >= NSEARCH_PRECISION_DAY ? day : 0);
  found->count += count;
  return NSEARCH_OK;
}

bool slot_facets_count(void *payload, size_t field, const char *value, size_t len, uint32_t count) {
  struct slot_facets *facets = payload;
  struct facet_tally *tally = &facets->tallies[field];
  enum facet_field which = facets->request->facets[field].field;
  tally->values++;
  if (!fields[which].tag) {
    facets->status = count_date(tally, fields[which].precision, value, len, count, facets->err);
    return !facets->status;
  }
  for (size_t at = 0; !facets->status && at < len;) {
    const char *end = memchr(value + at, '\n', len - at);
    size_t one = end ? (size_t)(end - (value + at)) : len - at;
    facets->status = count_keyword(tally, value + at, one, count, facets->err);
    at += one + 1;
  }
  return !facets->status;
}

/* ---- The answer ----------------------------------------------------------------------------------------------------- */

static int by_count(const void *a, const void *b) {
  const struct tally *x = a, *y = b;
  if (x->count != y->count) return x->count > y->count ? -1 : 1;
  if (x->date != y->date) return x->date > y->date ? -1 : 1;
  return strcmp(x->form, y->form);
}

static int by_date(const void *a, const void *b) {
  const struct tally *x = a, *y = b;
  return x->date > y->date ? -1 : x->date < y->date;
}

/* How most articles of the index spell a value, of equals the first in byte order. A spelling too long for a term is read
 * from an article that has it. */
struct spelling {
  struct xap_database *database;
  const struct tally *value;
  int tag;
  unsigned slot;
  uint64_t most;
  struct buffer best, text;
  struct xap_term term; /* the one being looked at */
  struct nsearch_error *err;
  int status;
};

/* Of the values of a document the one that the term stands for. */
static bool read_spelling(void *payload, uint32_t document) {
  struct spelling *spelling = payload;
  struct xap_term term;
  spelling->status = xap_value(spelling->database, document, spelling->slot, &spelling->text, spelling->err);
  for (size_t at = 0; !spelling->status && at < spelling->text.len;) {
    const char *value = spelling->text.bytes + at, *end = memchr(value, '\n', spelling->text.len - at);
    size_t len = end ? (size_t)(end - value) : spelling->text.len - at;
    xap_term_of_spelling(spelling->tag, spelling->value->form, strlen(spelling->value->form), value, len, &term);
    if (term.len == spelling->term.len && memcmp(term.bytes, spelling->term.bytes, term.len) == 0) {
      buffer_clear(&spelling->best);
      buffer_add(&spelling->best, value, len);
      spelling->status = buffer_status(&spelling->best, spelling->err);
      break;
    }
    at += len + 1;
  }
  return false;
}

/* Terms come in byte order, and so do spellings but for the tails of those that were cut. */
static bool look_at_spelling(void *payload, const char *term, size_t len, uint32_t documents) {
  struct spelling *spelling = payload;
  if (documents <= spelling->most || len > sizeof spelling->term.bytes) return true;
  spelling->most = documents;
  memcpy(spelling->term.bytes, term, len);
  spelling->term.len = len;
  return true;
}

static int spell(struct xap_database *database, const struct tally *value, unsigned slot, int tag, char **out,
                 struct nsearch_error *err) {
  struct spelling spelling = {.database = database, .value = value, .tag = tag, .slot = slot, .err = err};
  struct xap_term start;
  xap_term_of_spelling(tag, value->form, strlen(value->form), "", 0, &start);
  int status = xap_terms(database, start.bytes, start.len, NULL, 0, look_at_spelling, &spelling, err);
  if (!status && spelling.most)
    status = xap_postings(database, spelling.term.bytes, spelling.term.len, read_spelling, &spelling, err);
  if (!status) status = spelling.status;
  if (!status) {
    bool found = spelling.best.len > 0;
    const char *text = found ? spelling.best.bytes : value->spelling;
    *out = memory_string(text, found ? spelling.best.len : strlen(text));
    if (!*out) status = error_memory(err);
  }
  buffer_free(&spelling.best);
  buffer_free(&spelling.text);
  return status;
}

static int answer_field(struct slot_facets *facets, size_t field, struct xap_database *database,
                        struct facet_answer *answer) {
  struct facet_tally *tally = &facets->tallies[field];
  const struct facet_request *asked = &facets->request->facets[field];
  int tag = fields[asked->field].tag, status = NSEARCH_OK;
  size_t listed = asked->values && asked->values < tally->count ? (size_t)asked->values : tally->count;
  answer->distinct = tally->count;
  answer->values = memory_zero(listed + 1, sizeof *answer->values);
  if (!answer->values) return error_memory(facets->err);
  if (tally->count) qsort(tally->tallies, tally->count, sizeof *tally->tallies, by_count);
  if (!tag && listed) qsort(tally->tallies, listed, sizeof *tally->tallies, by_date);
  for (size_t i = 0; !status && i < listed; i++) {
    const struct tally *value = &tally->tallies[i];
    struct facet_value *out = &answer->values[answer->count++];
    out->count = value->count;
    if (tag) {
      status = spell(database, value, fields[asked->field].slot, tag, &out->value, facets->err);
    } else if (!(out->value = memory_string(value->form, strlen(value->form)))) {
      status = error_memory(facets->err);
    }
  }
  return status;
}

int slot_facets_answer(struct slot_facets *facets, struct xap_database *database, struct search_answer *answer,
                       struct nsearch_error *err) {
  size_t count = facets->request->facet_count;
  int status = facets->status;
  if (status || count == 0) return status;
  answer->facets = memory_zero(count + 1, sizeof *answer->facets);
  if (!answer->facets) return error_memory(err);
  answer->facet_count = count;
  for (size_t f = 0; !status && f < count; f++) status = answer_field(facets, f, database, &answer->facets[f]);
  return status;
}
