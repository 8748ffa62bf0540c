/* The period that a date in a question means. Stricter than the dates of records: a question is typed to be exact. */
#include <string.h>

#include "common/date/scan.h"

/* True when text begins as the shape does, where 0 stands for any digit. */
static bool has_shape(const char *text, size_t len, const char *shape) {
  size_t need = strlen(shape);
  if (len < need) return false;
  for (size_t i = 0; i < need; i++)
    if (shape[i] == '0' ? !is_digit(text[i]) : text[i] != shape[i]) return false;
  return true;
}

/* What RFC 3339 lets follow the seconds: a fraction and a zone in figures. No zone is UTC. */
static bool is_fraction_and_zone(const char *text, size_t len) {
  if (len > 0 && !is_digit(text[len - 1]) && (text[len - 1] | 0x20) != 'z') return false;
  for (size_t i = 0; i < len; i++)
    if (!is_digit(text[i]) && !(text[i] && strchr(".:+-Zz", text[i]))) return false;
  return true;
}

static bool is_question_date(const char *text, size_t len) {
  if (len == 7) return has_shape(text, len, "0000-00");
  if (len == 10) return has_shape(text, len, "0000-00-00");
  return len >= 19 && has_shape(text, len, "0000-00-00") && strchr("Tt ", text[10]) && text[10] &&
         has_shape(text + 11, len - 11, "00:00:00") && is_fraction_and_zone(text + 19, len - 19);
}

bool date_period(const char *text, size_t len, int64_t *first, int64_t *last) {
  struct date date;
  struct scan year_text = {text, text + len};
  int year;
  if (len == 4 && scan_number(&year_text, 4, &year) && scan_ends(&year_text))
    date = (struct date){date_days(year, 1, 1) * 86400, NSEARCH_PRECISION_YEAR};
  else if (!is_question_date(text, len) || !date_parse(text, len, &date))
    return false;
  *first = date.seconds;
  *last = date_period_end(date.seconds, date.precision);
  return true;
}
