/* Years, months or days over the matches of a search, counted by runs, since documents stand in order of date. */
#include <stdio.h>
#include <stdlib.h>

#include "query/native/native.h"

enum { DAY_SECONDS = 86400 };

void date_facet_init(struct date_facet *facet, enum nsearch_precision precision) {
  *facet = (struct date_facet){.precision = precision, .run_first = 1}; /* no run */
}

static int64_t day_of(int64_t seconds) { return seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0); }

/* Begins the run of the year, month or day that a second lies in. */
static int begin_run(struct date_facet *facet, int64_t seconds, struct nsearch_error *err) {
  int year, month, day;
  int64_t days = day_of(seconds), start = days;
  date_civil(days, &year, &month, &day);
  if (facet->precision != NSEARCH_PRECISION_DAY)
    start = date_days(year, facet->precision == NSEARCH_PRECISION_YEAR ? 1 : month, 1);
  if (__builtin_mul_overflow(start, (int64_t)DAY_SECONDS, &facet->run_first)) facet->run_first = seconds;
  facet->run_last = date_period_end(facet->run_first, facet->precision);
  int64_t date = (int64_t)year * 10000;
  if (facet->precision >= NSEARCH_PRECISION_MONTH) date += month * 100;
  if (facet->precision >= NSEARCH_PRECISION_DAY) date += day;
  struct tallies *runs = &facet->runs;
  if (runs->count && runs->values[runs->count - 1].date == date) return NSEARCH_OK;
  int status = memory_reserve(&runs->values, &runs->room, runs->count + 1, sizeof *runs->values, err);
  if (!status) runs->values[runs->count++] = (struct tally){.date = date};
  return status;
}

int date_facet_window(struct date_facet *facet, struct segment *segment, uint32_t base, const uint64_t *mask,
                      struct nsearch_error *err) {
  const uint8_t *published = segment_section(segment, SECTION_PUBLISHED, err);
  const uint8_t *date_info = segment_section(segment, SECTION_DATE_INFO, err);
  if (!published || !date_info) return NSEARCH_ERR_DAMAGED;
  uint64_t count = 0; /* of the run, since this window began */
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) {
      size_t doc = base + w * 64 + (uint32_t)__builtin_ctzll(bits);
      int64_t seconds = (int64_t)load_u64(published + 8 * doc);
      if ((uint8_t)(date_info[doc] & 15) < (uint8_t)facet->precision || seconds == INT64_MIN) continue;
      if (seconds < facet->run_first || seconds > facet->run_last) {
        if (count) facet->runs.values[facet->runs.count - 1].count += count;
        count = 0;
        int status = begin_run(facet, seconds, err);
        if (status) return status;
      }
      count++;
    }
  }
  if (count) facet->runs.values[facet->runs.count - 1].count += count;
  return NSEARCH_OK;
}

static int newest_first(const void *a, const void *b) {
  int64_t x = ((const struct tally *)a)->date, y = ((const struct tally *)b)->date;
  return x > y ? -1 : x < y;
}

void date_facet_sort(struct tallies *dates) {
  if (dates->count) qsort(dates->values, dates->count, sizeof *dates->values, newest_first);
}

struct tallies *date_facet_values(struct date_facet *facet) {
  struct tallies *dates = &facet->runs;
  size_t last = 0;
  if (dates->count == 0) return dates;
  date_facet_sort(dates);
  for (size_t i = 1; i < dates->count; i++) {
    if (dates->values[i].date == dates->values[last].date)
      dates->values[last].count += dates->values[i].count;
    else
      dates->values[++last] = dates->values[i];
  }
  dates->count = last + 1;
  return dates;
}

int date_facet_spell(const struct date_facet *facet, const struct tally *value, char **out, struct nsearch_error *err) {
  char text[40];
  long long date = value->date, of_year = (date % 10000 + 10000) % 10000, year = (date - of_year) / 10000;
  size_t len = (size_t)snprintf(text, sizeof text, "%04lld-%02lld-%02lld", year, of_year / 100, of_year % 100);
  size_t cut = facet->precision == NSEARCH_PRECISION_YEAR ? 6 : facet->precision == NSEARCH_PRECISION_MONTH ? 3 : 0;
  *out = memory_string(text, len - cut);
  return *out ? NSEARCH_OK : error_memory(err);
}
