/* The dates of records, in the many ways that they are spelled. Each form is one function; docs/dates.md is their
 * table. */
#include <string.h>

#include "common/date/scan.h"

enum { LONGEST = 100 }; /* bytes; no date is as long */

/* What a form found: day 0 and month 0 are unknown. */
struct found {
  int year, month, day;
  bool has_time;
  struct time_of_day time;
  int offset;
};

static const char *const month_names[12] = {"january", "february", "march",     "april",   "may",      "june",
                                            "july",    "august",   "september", "october", "november", "december"};
static const char *const weekday_names[7] = {"monday", "tuesday",  "wednesday", "thursday",
                                             "friday", "saturday", "sunday"};
static const char *const ordinal_names[4] = {"st", "nd", "rd", "th"};
static const char *const at_name[1] = {"at"};

/* Blanks, at most one mark, blanks: what stands between the parts of a date. */
static void skip_gap(struct scan *in) {
  scan_blanks(in);
  char c = scan_peek(in, 0);
  if (c && strchr(",.-/", c)) in->at++;
  scan_blanks(in);
}

static bool scan_month(struct scan *in, int *month) {
  *month = scan_name(in, month_names, 12, 3) + 1;
  return *month > 0;
}

/* Two or four digits; 69 to 99 are 19xx, 00 to 68 are 20xx. */
static bool scan_year(struct scan *in, int *year) {
  size_t digits = scan_digits(in);
  if ((digits != 2 && digits != 4) || !scan_fixed(in, digits, year)) return false;
  if (digits == 2) *year += *year >= 69 ? 1900 : 2000;
  return true;
}

/* What stands between a day and the time: blanks, ", ", " - ", " at ". */
static void skip_to_time(struct scan *in) {
  bool blank = is_blank(scan_peek(in, 0));
  scan_blanks(in);
  char mark = scan_peek(in, 0);
  if (mark == ',' || (mark == '-' && blank && is_blank(scan_peek(in, 1)))) in->at++;
  scan_blanks(in);
  if (scan_name(in, at_name, 1, 2) == 0) scan_blanks(in);
}

/* RFC 2822: a comment may end a date, mostly the name of its zone. */
static void skip_comment(struct scan *in) {
  struct scan start = *in;
  scan_blanks(in);
  if (scan_char(in, '(') && in->end[-1] == ')')
    in->at = in->end;
  else
    *in = start;
}

/* After a day: time and zone, each if there. A zone without a time changes nothing: a day is a day where it is. */
static bool scan_tail(struct scan *in, struct found *out) {
  struct scan start = *in;
  char mark = scan_peek(in, 0);
  bool iso = (mark == 'T' || mark == 't') && is_digit(scan_peek(in, 1));
  if (iso)
    in->at++;
  else
    skip_to_time(in);
  out->has_time = in->at > start.at && is_digit(scan_peek(in, 0));
  if (out->has_time) {
    if (!scan_time(in, iso, &out->time)) return false;
    (void)scan_zone(in, &out->offset);
  } else {
    *in = start;
    int ignored;
    /* Of bare numbers only +01:00 is surely a zone here; "2025-11-14-12" is no date. */
    if (scan_zone(in, &ignored) && is_digit(in->at[-1]) && in->at[-3] != ':') return false;
  }
  skip_comment(in);
  return true;
}

/* YYYY-MM-DD and YYYY-MM, with / too. */
static bool iso_form(struct scan *in, struct found *out) {
  if (!scan_fixed(in, 4, &out->year)) return false;
  char mark = *in->at++;
  if (!scan_number(in, 2, &out->month) || out->month == 0) return false;
  if (scan_ends(in)) return true;
  return scan_char(in, mark) && scan_number(in, 2, &out->day) && out->day > 0 && scan_tail(in, out);
}

/* YYYYMMDD, with time behind a T or a blank, or at once: YYYYMMDDHHMMSS. */
static bool compact_form(struct scan *in, size_t digits, struct found *out) {
  if (!scan_fixed(in, 4, &out->year) || !scan_fixed(in, 2, &out->month) || !scan_fixed(in, 2, &out->day)) return false;
  if (out->month == 0 || out->day == 0) return false;
  if (digits == 8) return scan_tail(in, out);
  out->has_time = true;
  if (!scan_time(in, true, &out->time)) return false;
  (void)scan_zone(in, &out->offset);
  return true;
}

/* M/D/YY and M/D/YYYY; D/M when M can be no month. */
static bool slash_form(struct scan *in, struct found *out) {
  if (!scan_number(in, 2, &out->month) || !scan_char(in, '/') || !scan_number(in, 2, &out->day)) return false;
  if (!scan_char(in, '/') || !scan_year(in, &out->year)) return false;
  if (out->month > 12) {
    int day = out->month;
    out->month = out->day;
    out->day = day;
  }
  return out->month > 0 && out->day > 0 && scan_tail(in, out);
}

/* 14 November 2025, 14th Nov 25, 26-FEB-1987. */
static bool day_first_form(struct scan *in, struct found *out) {
  if (!scan_number(in, 2, &out->day) || out->day == 0) return false;
  (void)scan_name(in, ordinal_names, 4, 2);
  skip_gap(in);
  if (!scan_month(in, &out->month)) return false;
  skip_gap(in);
  return scan_year(in, &out->year) && scan_tail(in, out);
}

/* 2025 November 14, 2025-Nov-14. */
static bool year_first_form(struct scan *in, struct found *out) {
  if (!scan_fixed(in, 4, &out->year)) return false;
  skip_gap(in);
  if (!scan_month(in, &out->month)) return false;
  skip_gap(in);
  return scan_number(in, 2, &out->day) && out->day > 0 && scan_tail(in, out);
}

/* asctime() and its kin put the time, and perhaps a zone, before the year. */
static bool time_then_year(struct scan *in, struct found *out) {
  out->has_time = true;
  if (!scan_time(in, false, &out->time)) return false;
  (void)scan_zone(in, &out->offset);
  scan_blanks(in);
  return scan_digits(in) == 4 && scan_year(in, &out->year);
}

/* November 14, 2025; Nov 2025; Nov 14 10:11:12 2025. */
static bool month_first_form(struct scan *in, struct found *out) {
  if (!scan_month(in, &out->month)) return false;
  skip_gap(in);
  if (scan_digits(in) == 4) return scan_year(in, &out->year);
  if (!scan_number(in, 2, &out->day) || out->day == 0) return false;
  (void)scan_name(in, ordinal_names, 4, 2);
  skip_gap(in);
  if (scan_peek(in, scan_digits(in)) == ':') return time_then_year(in, out);
  return scan_year(in, &out->year) && scan_tail(in, out);
}

static bool form_by_digits(struct scan *in, struct found *out) {
  size_t digits = scan_digits(in);
  char next = scan_peek(in, digits);
  bool mark = (next == '-' || next == '/') && is_digit(scan_peek(in, digits + 1));
  if (digits == 4 && !next) return scan_year(in, &out->year) && out->year >= 1000 && out->year <= 2999;
  if (digits == 4) return mark ? iso_form(in, out) : year_first_form(in, out);
  if (digits == 8 || digits == 14) return compact_form(in, digits, out);
  return mark && next == '/' ? slash_form(in, out) : day_first_form(in, out);
}

static bool any_form(struct scan *in, struct found *out) {
  bool weekday = scan_name(in, weekday_names, 7, 3) >= 0;
  if (weekday) skip_gap(in);
  bool ok = is_digit(scan_peek(in, 0)) ? form_by_digits(in, out) : month_first_form(in, out);
  return ok && scan_ends(in) && (!weekday || out->day > 0);
}

/* False when no such day exists. */
static bool date_of(const struct found *found, struct date *out) {
  static const char days_of_month[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year = found->year, month = found->month ? found->month : 1, day = found->day ? found->day : 1;
  if (month > 12 || day > days_of_month[month - 1]) return false;
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (month == 2 && day == 29 && !leap) return false;
  out->seconds = date_days(year, month, day) * 86400;
  out->precision = found->day ? NSEARCH_PRECISION_DAY : found->month ? NSEARCH_PRECISION_MONTH : NSEARCH_PRECISION_YEAR;
  if (found->has_time) {
    const struct time_of_day *time = &found->time;
    out->seconds += time->hour * 3600 + time->minute * 60 + time->second - found->offset;
    out->precision = NSEARCH_PRECISION_SECOND;
  }
  return true;
}

/* Seconds since 1970 (9 or 10 digits, a fraction allowed; up to 11 when negative) or milliseconds (12 or 13 digits). */
static bool epoch_form(struct scan in, struct date *out) {
  bool negative = scan_char(&in, '-');
  size_t digits = scan_digits(&in);
  bool milliseconds = digits == 12 || digits == 13;
  if (!milliseconds && (digits > (negative ? 11 : 10) || digits < (negative ? 1 : 9))) return false;
  int64_t value = 0;
  while (digits--) value = value * 10 + (*in.at++ - '0');
  bool rest = false; /* something below a second: a negative time is then in the second before */
  if (milliseconds) {
    rest = value % 1000 != 0;
    value /= 1000;
  } else if (scan_char(&in, '.')) {
    if (!scan_digits(&in)) return false;
    while (is_digit(scan_peek(&in, 0))) rest |= *in.at++ != '0';
  }
  if (!scan_ends(&in)) return false;
  *out = (struct date){.seconds = negative ? -value - rest : value, .precision = NSEARCH_PRECISION_SECOND};
  return true;
}

bool date_parse(const char *text, size_t len, struct date *out) {
  if (len == 0) return false;
  struct scan in = {text, text + len};
  scan_blanks(&in);
  while (!scan_ends(&in) && is_blank(in.end[-1])) in.end--;
  if (scan_ends(&in) || in.end - in.at > LONGEST) return false;
  if (epoch_form(in, out)) return true;
  struct found found = {0};
  return any_form(&in, &found) && date_of(&found, out);
}
