/* The dates of records, in the many ways that they are spelled. Each form is one function; docs/dates.md is their
 * table. */
#include <string.h>

#include "common/date/scan.h"

enum { LONGEST = 160 }; /* bytes; no date is as long */

static const char *const month_names[12] = {"january", "february", "march",     "april",   "may",      "june",
                                            "july",    "august",   "september", "october", "november", "december"};
static const char *const weekday_names[7] = {"monday", "tuesday",  "wednesday", "thursday",
                                             "friday", "saturday", "sunday"};

/* One of the marks. */
static bool scan_mark(struct scan *in, const char *marks) {
  char c = scan_peek(in, 0);
  if (!c || !strchr(marks, c)) return false;
  in->at++;
  return true;
}

/* Blanks, marks and words that say nothing: what stands between the parts of a date. */
static void skip_gap(struct scan *in) {
  do scan_blanks(in);
  while (scan_mark(in, ",.-/'|") || scan_filler(in));
}

static bool scan_month(struct scan *in, int *month) {
  *month = scan_name(in, month_names, 12, 3) + 1;
  if (*month == 0) *month = scan_month_word(in);
  if (*month > 0) return true;
  static const char *const vietnamese[1] = {"thang"}; /* months have numbers */
  if (scan_name(in, vietnamese, 1, 5) < 0) return false;
  scan_blanks(in);
  return scan_number(in, 2, month) && *month > 0;
}

/* Two or four digits; 69 to 99 are 19xx, 00 to 68 are 20xx. */
static bool scan_year(struct scan *in, struct found *out) {
  size_t digits = scan_digits(in);
  if ((digits != 2 && digits != 4) || !scan_fixed(in, digits, &out->year)) return false;
  out->is_short = digits == 2;
  if (out->is_short) out->year += out->year >= 69 ? 1900 : 2000;
  return true;
}

/* What stands between a day and the time: blanks, marks, a weekday, "at"; a dash or slash with blanks around it. */
static void skip_to_time(struct scan *in) {
  bool blank;
  do {
    blank = is_blank(scan_peek(in, 0));
    scan_blanks(in);
  } while (scan_mark(in, ",.|@") || (blank && is_blank(scan_peek(in, 1)) && scan_mark(in, "-/")) ||
           scan_name(in, weekday_names, 7, 3) >= 0 || scan_filler(in));
}

/* RFC 2822: a comment may end a date, mostly the name of its zone; Java writes it in brackets. */
static void skip_comment(struct scan *in) {
  struct scan start = *in;
  scan_blanks(in);
  char end = scan_char(in, '(') ? ')' : scan_char(in, '[') ? ']' : 0;
  if (end && in->end[-1] == end)
    in->at = in->end;
  else
    *in = start;
}

/* Behind all: "Uhr", a full stop. */
static void skip_rest(struct scan *in) {
  struct scan start = *in;
  scan_blanks(in);
  while (scan_filler(in)) scan_blanks(in);
  (void)scan_char(in, '.');
  if (!scan_ends(in)) *in = start;
}

static bool scan_time_and_zone(struct scan *in, bool compact, struct found *out) {
  out->has_time = true;
  if (!scan_time(in, compact, &out->time)) return false;
  struct scan start = *in;
  scan_blanks(in);
  if (!compact && scan_filler(in)) start = *in; /* 15:04 Uhr MEZ */
  *in = start;
  (void)scan_zone(in, !compact || is_blank(scan_peek(in, 0)), &out->offset);
  return true;
}

/* After a day: time and zone, each if there. A zone without a time changes nothing: a day is a day where it is. */
static bool scan_tail(struct scan *in, struct found *out) {
  struct scan start = *in;
  char mark = scan_peek(in, 0);
  bool iso = (mark == 'T' || mark == 't') && is_digit(scan_peek(in, 1));
  if (out->has_time && scan_ends(in)) return true; /* the time came first */
  if (iso)
    in->at++;
  else
    skip_to_time(in);
  if (in->at > start.at && is_digit(scan_peek(in, 0)) && !out->has_time) {
    if (!scan_time_and_zone(in, iso, out)) return false;
  } else if (in->at > start.at && !out->has_time && (scan_peek(in, 0) & 0x80)) {
    out->has_time = true;
    if (!scan_counted_time(in, &out->time)) return false;
  } else if (!scan_ends(in)) {
    *in = start;
    int ignored;
    /* Of bare numbers only +01:00 is surely a zone here; "2025-11-14-12" is no date. */
    if (scan_zone(in, false, &ignored) && is_digit(in->at[-1]) && in->at[-3] != ':') return false;
  }
  skip_comment(in);
  skip_rest(in);
  return true;
}

static void set_days(struct found *out, int64_t days) { date_civil(days, &out->year, &out->month, &out->day); }

/* 2023-W01, 2023-W01-4, 2023W014, behind the year. The first week of a year holds its fourth of January, and every week of
 * it a Thursday of it: some years have no 53rd. */
static bool week_form(struct scan *in, struct found *out) {
  int week, weekday = 1, year = out->year;
  bool dashed = scan_char(in, '-');
  if (!(scan_char(in, 'W') || scan_char(in, 'w')) || scan_digits(in) < 2 || !scan_fixed(in, 2, &week)) return false;
  if (week < 1 || week > 53) return false;
  bool has_day = !dashed || scan_char(in, '-') ? scan_digits(in) == 1 && scan_fixed(in, 1, &weekday) : false;
  if ((dashed && !has_day && in->at[-1] == '-') || weekday < 1 || weekday > 7) return false;
  int64_t fourth = date_days(year, 1, 4), monday = fourth - (((fourth + 3) % 7 + 7) % 7) + (week - 1) * 7;
  set_days(out, monday + 3);
  if (out->year != year) return false;
  set_days(out, monday + weekday - 1);
  return scan_tail(in, out);
}

/* The day of the year, of three digits. */
static bool ordinal_form(struct scan *in, struct found *out) {
  int day, year = out->year;
  if (!scan_fixed(in, 3, &day) || day < 1) return false;
  int64_t days = date_days(year, 1, 1) + day - 1;
  set_days(out, days);
  return out->year == year && scan_tail(in, out);
}

/* YYYY-MM-DD and YYYY-MM, with / and . too; weeks and days of the year. */
static bool iso_form(struct scan *in, struct found *out) {
  if (!scan_fixed(in, 4, &out->year)) return false;
  if ((scan_peek(in, scan_peek(in, 0) == '-') | 0x20) == 'w') return week_form(in, out);
  char mark = *in->at++;
  if (mark == '-' && scan_digits(in) == 3) return ordinal_form(in, out);
  if (mark == '.') scan_blanks(in);
  if (!scan_number(in, 2, &out->month) || out->month == 0) return false;
  if (scan_ends(in)) return mark != '.';
  if (!scan_char(in, mark)) return false;
  if (mark == '.') scan_blanks(in);
  if (!scan_number(in, 2, &out->day) || out->day == 0) return false;
  if (mark == '.') (void)scan_char(in, '.');
  return scan_tail(in, out);
}

/* YYYYMMDD, with time behind a T or a blank, or at once: YYYYMMDDHHMM, YYYYMMDDHHMMSS. */
static bool compact_form(struct scan *in, size_t digits, struct found *out) {
  if (!scan_fixed(in, 4, &out->year)) return false;
  if (digits == 7) return ordinal_form(in, out);
  if (!scan_fixed(in, 2, &out->month) || !scan_fixed(in, 2, &out->day) || out->month == 0 || out->day == 0)
    return false;
  if (digits == 8) return scan_tail(in, out);
  return scan_time_and_zone(in, true, out);
}

/* Day, month and year in figures. Where the file does not tell (docs/dates.md), the month is first before a slash and the
 * day before a dash; a full stop always stands behind the day. What can be no month is the day. */
static bool figures_form(struct scan *in, struct found *out) {
  int first, second;
  if (!scan_number(in, 2, &first)) return false;
  char mark = *in->at++;
  if (mark == '.') scan_blanks(in);
  if (!scan_number(in, 2, &second) || !scan_char(in, mark)) return false;
  if (mark == '.') scan_blanks(in);
  if (!scan_year(in, out)) return false;
  enum date_order order = mark == '/' ? DATE_MONTH_FIRST : DATE_DAY_FIRST;
  if (mark != '.' && out->order != DATE_ORDER_UNKNOWN) order = out->order;
  if (first > 12) order = DATE_DAY_FIRST;
  if (second > 12) order = DATE_MONTH_FIRST;
  out->month = order == DATE_DAY_FIRST ? second : first;
  out->day = order == DATE_DAY_FIRST ? first : second;
  return out->month > 0 && out->day > 0 && scan_tail(in, out);
}

/* 14 November 2025, 14th Nov 25, 26-FEB-1987. */
static bool day_first_form(struct scan *in, struct found *out) {
  if (!scan_number(in, 2, &out->day) || out->day == 0) return false;
  skip_gap(in);
  if (!scan_month(in, &out->month)) return false;
  skip_gap(in);
  return scan_year(in, out) && scan_tail(in, out);
}

/* 2025 November 14, 2025-Nov-14; the day before the month as in Latvian. */
static bool year_first_form(struct scan *in, struct found *out) {
  if (!scan_fixed(in, 4, &out->year)) return false;
  skip_gap(in);
  bool day_first = is_digit(scan_peek(in, 0)) && scan_number(in, 2, &out->day);
  if (day_first) skip_gap(in);
  if (!scan_month(in, &out->month)) return false;
  if (day_first) return out->day > 0 && scan_tail(in, out);
  skip_gap(in);
  return scan_number(in, 2, &out->day) && out->day > 0 && scan_tail(in, out);
}

/* asctime() and its kin put the time, and perhaps a zone, before the year. */
static bool time_then_year(struct scan *in, struct found *out) {
  if (!scan_time_and_zone(in, false, out)) return false;
  scan_blanks(in);
  if (scan_digits(in) != 4 || !scan_year(in, out)) return false;
  (void)scan_zone(in, false, &out->offset); /* as git has it */
  return true;
}

/* November 14, 2025; Nov 2025; Nov 14 10:11:12 2025. */
static bool month_first_form(struct scan *in, struct found *out) {
  if (!scan_month(in, &out->month)) return false;
  skip_gap(in);
  if (scan_digits(in) == 4) {
    if (!scan_year(in, out)) return false;
    skip_rest(in);
    return true;
  }
  if (!scan_number(in, 2, &out->day) || out->day == 0) return false;
  skip_gap(in);
  if (scan_peek(in, scan_digits(in)) == ':') return time_then_year(in, out);
  return scan_year(in, out) && scan_tail(in, out);
}

static bool form_by_digits(struct scan *in, struct found *out) {
  size_t digits = scan_digits(in);
  char next = scan_peek(in, digits);
  bool mark = next && strchr("-/.", next);
  char behind = scan_peek(in, digits + 1);
  bool figure = mark && (is_digit(behind) || (next == '.' && is_blank(behind) && is_digit(scan_peek(in, digits + 2))));
  if (digits == 4 && !next) return scan_year(in, out) && out->year >= 1000 && out->year <= 2999;
  if (digits == 4 && ((next | 0x20) == 'w' || (next == '-' && (behind | 0x20) == 'w'))) return iso_form(in, out);
  struct scan start = *in;
  if (digits == 4 && figure) {
    if (iso_form(in, out)) return true;
    if (next != '.') return false;
    *in = start; /* 2023. gada 5. janvaris has its digits elsewhere; 2023. 5. jan. has them here */
  }
  if (digits == 4) return year_first_form(in, out);
  if (digits == 7 || digits == 8 || digits == 12 || digits == 14) return compact_form(in, digits, out);
  if (figure && digits <= 2) {
    struct scan rest = {in->at + digits + 1, in->end};
    scan_blanks(&rest);
    size_t more = scan_digits(&rest);
    char then = scan_peek(&rest, more);
    if (then == next) return figures_form(in, out);
  }
  return day_first_form(in, out);
}

/* "Updated: ", "Veröffentlicht am ", a weekday. *weekday says whether an English one was there. */
static void skip_label(struct scan *in, bool *weekday) {
  const char *colon = memchr(in->at, ':', (size_t)(in->end - in->at));
  bool has_figures = false;
  for (const char *at = in->at; colon && at < colon; at++) has_figures |= is_digit(*at);
  if (colon && !has_figures) in->at = colon + 1;
  *weekday = false;
  for (;;) {
    scan_blanks(in);
    if (scan_mark(in, ",.:'|") || scan_filler(in)) continue;
    if (scan_name(in, weekday_names, 7, 3) < 0) break;
    *weekday = true;
  }
}

/* 15:04 before the date. */
static bool scan_time_first(struct scan *in, struct found *out) {
  size_t digits = scan_digits(in);
  if (digits < 1 || digits > 2 || scan_peek(in, digits) != ':') return true;
  if (!scan_time_and_zone(in, false, out)) return false;
  bool ignored;
  skip_label(in, &ignored);
  return true;
}

static bool any_form(struct scan *in, struct found *out) {
  struct scan start = *in;
  if (scan_counted_date(in, out)) {
    skip_comment(in);
    return scan_ends(in);
  }
  *in = start;
  *out = (struct found){.order = out->order};
  bool weekday = false;
  if (!is_digit(scan_peek(in, 0))) skip_label(in, &weekday);
  if (in->at > start.at) {
    struct scan label = *in;
    if (scan_counted_date(in, out) && scan_ends(in)) return true;
    *in = label;
    *out = (struct found){.order = out->order};
  }
  if (!scan_time_first(in, out)) return false;
  bool ok = is_digit(scan_peek(in, 0)) ? form_by_digits(in, out) : month_first_form(in, out);
  if (ok) skip_comment(in), skip_rest(in);
  return ok && scan_ends(in) && (!weekday || out->day > 0) && (!out->has_time || out->day > 0);
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

/* What is below a second: a negative time is then in the second before. */
static int64_t divide(int64_t value, int64_t by, bool *rest) {
  *rest = value % by != 0;
  return value / by;
}

/* Seconds since 1970 (9 or 10 digits, a fraction allowed; up to 11 when negative), milliseconds (12 or 13 digits),
 * microseconds (16) or nanoseconds (19). Milliseconds of 1976 look like a day and a time of our centuries, and are less
 * likely. */
static bool epoch_form(struct scan in, struct date *out) {
  bool negative = scan_char(&in, '-'), rest = false;
  size_t digits = scan_digits(&in);
  if (digits == 12 && !negative && (memcmp(in.at, "19", 2) == 0 || memcmp(in.at, "20", 2) == 0)) return false;
  int64_t by = digits == 19 ? 1000000000 : digits == 16 ? 1000000 : digits == 12 || digits == 13 ? 1000 : 1;
  if (by == 1 && (digits > (negative ? 11 : 10) || digits < (negative ? 1 : 9))) return false;
  uint64_t value = 0;
  while (digits--) value = value * 10 + (uint64_t)(*in.at++ - '0');
  if (value > INT64_MAX) return false;
  int64_t seconds = divide((int64_t)value, by, &rest);
  if (by == 1 && scan_char(&in, '.')) {
    if (!scan_digits(&in)) return false;
    while (is_digit(scan_peek(&in, 0))) rest |= *in.at++ != '0';
  }
  if (!scan_ends(&in)) return false;
  *out = (struct date){.seconds = negative ? -seconds - rest : seconds, .precision = NSEARCH_PRECISION_SECOND};
  return true;
}

/* /Date(1672913472000+0100)/, as .NET writes milliseconds into JSON; the zone says nothing about them. */
static bool net_form(struct scan in, struct date *out) {
  static const char before[] = "/Date(";
  if ((size_t)(in.end - in.at) < sizeof before || memcmp(in.at, before, sizeof before - 1) != 0) return false;
  in.at += sizeof before - 1;
  bool negative = scan_char(&in, '-'), rest;
  size_t digits = scan_digits(&in);
  if (digits == 0 || digits > 15) return false;
  int64_t value = 0;
  while (digits--) value = value * 10 + (*in.at++ - '0');
  int64_t seconds = divide(value, 1000, &rest);
  int ignored;
  (void)scan_zone(&in, false, &ignored);
  if (!scan_char(&in, ')') || !scan_char(&in, '/') || !scan_ends(&in)) return false;
  *out = (struct date){.seconds = negative ? -seconds - rest : seconds, .precision = NSEARCH_PRECISION_SECOND};
  return true;
}

static bool is_ascii(const struct scan *in) {
  for (const char *at = in->at; at < in->end; at++)
    if (*at & 0x80) return false;
  return true;
}

static bool has_thai(const struct scan *in) {
  for (const char *at = in->at; in->end - at > 1; at++)
    if ((uint8_t)at[0] == 0xe0 && ((uint8_t)at[1] == 0xb8 || (uint8_t)at[1] == 0xb9)) return true;
  return false;
}

bool date_parse_ordered(const char *text, size_t len, enum date_order order, struct date *out) {
  char normal[DATE_NORMAL_MAX];
  if (len == 0) return false;
  struct scan in = {text, text + len};
  scan_blanks(&in);
  while (!scan_ends(&in) && is_blank(in.end[-1])) in.end--;
  if (scan_ends(&in) || in.end - in.at > LONGEST) return false;
  if (epoch_form(in, out) || net_form(in, out)) return true;
  if (!is_ascii(&in)) {
    size_t size = date_normal(in.at, (size_t)(in.end - in.at), normal);
    in = (struct scan){normal, normal + size};
    scan_blanks(&in);
    while (!scan_ends(&in) && is_blank(in.end[-1])) in.end--;
    if (scan_ends(&in)) return false;
    if (epoch_form(in, out)) return true;
  }
  struct found found = {.order = order};
  bool thai = has_thai(&in);
  if (!any_form(&in, &found)) return false;
  if (thai && found.is_short) found.year = 2500 + found.year % 100;
  if (thai && found.year >= 2400) found.year -= 543; /* they count from the Buddha: 2566 is 2023 */
  return date_of(&found, out);
}

bool date_parse(const char *text, size_t len, struct date *out) {
  return date_parse_ordered(text, len, DATE_ORDER_UNKNOWN, out);
}
