/* The proleptic Gregorian calendar: days and civil dates, ends of periods, RFC 3339. */
#include <assert.h>
#include <limits.h>

#include "common/date/date.h"

enum { DAY = 86400, DAYS_IN_400_YEARS = 146097, DAYS_0000_MARCH_TO_1970 = 719468 };

/* Years are counted from March here, so that a leap day is the last day of its year. */
static const short days_before_month[12] = {0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337};

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t days_before_year(int64_t year) {
  return 365 * year + floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400);
}

int64_t date_days(int year, int month, int day) {
  assert(month >= 1 && month <= 12);
  int from_march = (month + 9) % 12;
  int64_t march_year = (int64_t)year - (month <= 2);
  return days_before_year(march_year) + days_before_month[from_march] + day - 1 - DAYS_0000_MARCH_TO_1970;
}

/* Years outside int are clamped to its ends. */
void date_civil(int64_t days, int *year, int *month, int *day) {
  const int64_t far = (int64_t)INT_MAX * 365; /* keeps the sums below within 64 bits, and the year close to int */
  if (days > far) days = far;
  if (days < -far) days = -far;
  days += DAYS_0000_MARCH_TO_1970;
  int64_t cycle = floor_div(days, DAYS_IN_400_YEARS), rest = days - cycle * DAYS_IN_400_YEARS;
  int64_t in_cycle = rest / 365; /* at most one too many */
  if (days_before_year(in_cycle) > rest) in_cycle--;
  int of_year = (int)(rest - days_before_year(in_cycle)), from_march = of_year / 31;
  if (from_march < 11 && days_before_month[from_march + 1] <= of_year) from_march++;
  *month = (from_march + 2) % 12 + 1;
  *day = of_year - days_before_month[from_march] + 1;
  *year = (int)(cycle * 400 + in_cycle + (*month <= 2));
}

int64_t date_period_end(int64_t seconds, enum nsearch_precision precision) {
  if (precision == NSEARCH_PRECISION_NONE || precision == NSEARCH_PRECISION_SECOND) return seconds;
  int64_t days = floor_div(seconds, DAY), next = days + 1, end;
  if (precision != NSEARCH_PRECISION_DAY) {
    int year, month, day;
    date_civil(days, &year, &month, &day);
    if (precision == NSEARCH_PRECISION_YEAR || month == 12)
      next = year < INT_MAX ? date_days(year + 1, 1, 1) : next;
    else
      next = date_days(year, month + 1, 1);
  }
  /* Seconds that no calendar reaches: the period is as good as over. */
  if (__builtin_mul_overflow(next, (int64_t)DAY, &end) || end <= seconds) return seconds;
  return end - 1;
}

static char *put_digits(char *out, int value, int digits) {
  for (int i = digits; i--; value /= 10) out[i] = (char)('0' + value % 10);
  return out + digits;
}

void date_format(int64_t seconds, char out[DATE_TEXT_MAX]) {
  const int64_t first = date_days(0, 1, 1) * DAY, last = date_days(10000, 1, 1) * DAY - 1;
  if (seconds < first) seconds = first;
  if (seconds > last) seconds = last;
  int64_t days = floor_div(seconds, DAY);
  int year, month, day, of_day = (int)(seconds - days * DAY);
  date_civil(days, &year, &month, &day);
  out = put_digits(out, year, 4);
  *out++ = '-';
  out = put_digits(out, month, 2);
  *out++ = '-';
  out = put_digits(out, day, 2);
  *out++ = 'T';
  out = put_digits(out, of_day / 3600, 2);
  *out++ = ':';
  out = put_digits(out, of_day / 60 % 60, 2);
  *out++ = ':';
  out = put_digits(out, of_day % 60, 2);
  *out++ = 'Z';
  *out = 0;
}
