/* date: clauses as ranges of time. */
#include <string.h>

#include "common/date/date.h"
#include "query/query.h"

enum { DAY = 86400, HOUR = 3600, DIGITS_MAX = 6 };

static int no_dates(const struct question_node *clause, const char *at, struct nsearch_error *err) {
  return question_expected(err, clause->position + (size_t)(at - clause->text),
                           "a date: 2025, 2025-11, 2025-11-14 or an RFC 3339 time, FROM..TO, >=FROM, <TO, "
                           "7d (h d w m y), today or yesterday");
}

static bool is_word(const char *text, size_t len, const char *word) {
  return len == strlen(word) && memcmp(text, word, len) == 0;
}

/* So many months before a time: the same day of the month and time of day, or the last day of a shorter month. */
static int64_t months_before(int64_t now, int months) {
  int64_t days = now / DAY - (now % DAY < 0);
  int year, month, day;
  date_civil(days, &year, &month, &day);
  int64_t of_era = (int64_t)year * 12 + month - 1 - months, in_year = (of_era % 12 + 12) % 12;
  int64_t first = date_days((int)((of_era - in_year) / 12), (int)in_year + 1, 1);
  int64_t last = (date_period_end(first * DAY, NSEARCH_PRECISION_MONTH) + 1) / DAY - 1;
  int64_t then = first + day - 1;
  return (then < last ? then : last) * DAY + (now - days * DAY);
}

/* 7d and its kin, today and yesterday. */
static bool relative(const char *text, size_t len, int64_t now, int64_t *since, int64_t *until) {
  const int64_t far = (int64_t)1 << 40; /* seconds; keeps the sums below within 64 bits */
  now = now > far ? far : now < -far ? -far : now;
  int64_t today = (now / DAY - (now % DAY < 0)) * DAY;
  bool yesterday = is_word(text, len, "yesterday");
  if (yesterday || is_word(text, len, "today")) {
    *since = yesterday ? today - DAY : today;
    *until = *since + DAY - 1;
    return true;
  }
  int number = 0;
  if (len < 2 || len - 1 > DIGITS_MAX) return false;
  for (size_t i = 0; i + 1 < len; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    number = number * 10 + (text[i] - '0');
  }
  *until = INT64_MAX;
  switch (text[len - 1]) {
  case 'h':
    *since = now - (int64_t)number * HOUR;
    return true;
  case 'd':
    *since = now - (int64_t)number * DAY;
    return true;
  case 'w':
    *since = now - (int64_t)number * 7 * DAY;
    return true;
  case 'm':
    *since = months_before(now, number);
    return true;
  case 'y':
    *since = months_before(now, number * 12);
    return true;
  default:
    return false;
  }
}

/* >=A, >A, <=A and <A. */
static bool compared(const char *text, size_t len, int64_t *since, int64_t *until) {
  int64_t first, last;
  bool after = text[0] == '>', equal = len > 1 && text[1] == '=';
  size_t sign = equal ? 2 : 1;
  if (!date_period(text + sign, len - sign, &first, &last)) return false;
  if (after)
    *since = equal ? first : last + 1;
  else
    *until = equal ? last : first - 1;
  return true;
}

/* A..B, each of which may be missing. NULL when that is right, else where it is not. */
static const char *between(const char *text, size_t len, const char *dots, int64_t *since, int64_t *until) {
  const char *end = text + len, *upper = dots + 2;
  int64_t other;
  if (dots == text && upper == end) return text;
  if (dots > text && !date_period(text, (size_t)(dots - text), since, &other)) return text;
  if (upper < end && !date_period(upper, (size_t)(end - upper), &other, until)) return upper;
  return *until < *since ? upper : NULL;
}

int dates_of_clause(const struct question_node *clause, int64_t now, int64_t *since, int64_t *until,
                    struct nsearch_error *err) {
  const char *text = clause->text, *dots = memmem(text, clause->len, "..", 2), *wrong = NULL;
  size_t len = clause->len;
  *since = INT64_MIN;
  *until = INT64_MAX;
  if (dots)
    wrong = between(text, len, dots, since, until);
  else if (len && (text[0] == '>' || text[0] == '<'))
    wrong = compared(text, len, since, until) ? NULL : text;
  else if (!relative(text, len, now, since, until) && !date_period(text, len, since, until))
    wrong = text;
  return wrong ? no_dates(clause, wrong, err) : NSEARCH_OK;
}
