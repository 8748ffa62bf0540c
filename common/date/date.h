/* common/date: the dates of articles and of questions. No locale, no time zone database, no clock.
 *
 *   parse.c, cjk.c, time_of_day.c   the forms
 *   normal.c, words.c, scan.c       characters, names and numbers in them
 *   order.c     day or month first
 *   period.c    dates of questions
 *   civil.c     the calendar */
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

/* How a file writes days and months in figures, 4/5/2023. */
enum date_order { DATE_ORDER_UNKNOWN, DATE_MONTH_FIRST, DATE_DAY_FIRST };

/* Parses a date as records spell it, in many languages, with or without time and zone; white space around it is fine.
 * False when it is none or no such day exists; docs/dates.md has the table of forms. Linear. */
bool date_parse(const char *text, size_t len, struct date *out);
bool date_parse_ordered(const char *text, size_t len, enum date_order order, struct date *out);

/* What the beginning of a file shows about the order: by the dates that stand in it as values and can be read one way
 * only, the more frequent one. Linear. */
enum date_order date_order_of(const char *text, size_t len);

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
