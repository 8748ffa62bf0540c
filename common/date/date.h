/* common/date: the dates of articles and of questions. No locale, no time zone database, no clock. */
#ifndef COMMON_DATE_DATE_H
#define COMMON_DATE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/nsearch.h"

struct date {
  int64_t seconds; /* start of the period, 1970 UTC */
  enum nsearch_precision precision;
};

/* Parses a date as records spell it: ISO 8601 and RFC 3339, RFC 822/2822, epoch seconds and milliseconds, M/D/YY and
 * M/D/YYYY, Reuters-21578's `26-FEB-1987 15:01:01.79`, each with or without time and zone; white space around it is
 * fine. False when it is none of them or no such day exists; docs/dates.md has the table of forms. */
bool date_parse(const char *text, size_t len, struct date *out);

/* The period that a date in a question means: YYYY, YYYY-MM, YYYY-MM-DD, or an RFC 3339 time. Both ends inclusive. */
bool date_period(const char *text, size_t len, int64_t *first, int64_t *last);

/* Last second of the period of that precision which begins at `seconds`. */
int64_t date_period_end(int64_t seconds, enum nsearch_precision precision);

/* RFC 3339 in UTC, "2025-11-14T09:30:00Z". Years before 0 and after 9999 are clamped. */
enum { DATE_TEXT_MAX = 24 };
void date_format(int64_t seconds, char out[DATE_TEXT_MAX]);

/* Days since 1970-01-01 of a day of the proleptic Gregorian calendar, and back. */
int64_t date_days(int year, int month, int day);
void date_civil(int64_t days, int *year, int *month, int *day);

#endif
