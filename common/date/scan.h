/* common/date, private: what the parsers of dates and of times of day share. */
#ifndef COMMON_DATE_SCAN_H
#define COMMON_DATE_SCAN_H

#include "common/date/date.h"

/* Text that is being read from its start. */
struct scan {
  const char *at, *end;
};

static inline bool scan_ends(const struct scan *in) { return in->at == in->end; }

/* The character `ahead` places on, NUL behind the end. */
static inline char scan_peek(const struct scan *in, size_t ahead) {
  return (size_t)(in->end - in->at) > ahead ? in->at[ahead] : 0;
}

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
/* After date_normal() what is no ASCII is a letter. */
static inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80); }
static inline bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static inline bool scan_char(struct scan *in, char c) {
  if (scan_ends(in) || *in->at != c) return false;
  in->at++;
  return true;
}

static inline void scan_blanks(struct scan *in) {
  while (!scan_ends(in) && is_blank(*in->at)) in->at++;
}

/* Length of the run of digits that comes next. */
size_t scan_digits(const struct scan *in);

/* Reads exactly `count` digits (at most 9), whatever follows them. */
bool scan_fixed(struct scan *in, size_t count, int *value);

/* Reads a whole run of digits; false, with nothing read, when it is empty or longer than `most` (at most 9). */
bool scan_number(struct scan *in, size_t most, int *value);

/* Reads a run of letters and looks it up in names, lower case: returns its index, or -1 with nothing read. A word of
 * `least` letters or more also stands for the name that it begins. */
int scan_name(struct scan *in, const char *const *names, size_t count, size_t least);

/* ---- time_of_day.c ---- */

struct time_of_day {
  int hour, minute, second; /* hour 24 is midnight at the end of the day */
};

/* HH:MM[:SS[.f]] or HH.MM, HHhMM, each with am or pm behind it; `compact` takes HH, HHMM and HHMMSS too. */
bool scan_time(struct scan *in, bool compact, struct time_of_day *out);

/* A zone with blanks before it: a name, +HH:MM, +HHMM, +HH, or GMT+HH; with `any`, also a name in capitals that is none
 * known: UTC. False, with nothing read, when there is none. *offset is in seconds, east positive. */
bool scan_zone(struct scan *in, bool any, int *offset);

/* ---- normal.c ---- */

/* Letter case, width, kinds of digits, blanks, dashes and quotes made one, accents and invisible characters dropped.
 * Returns the length, 0 when the text is no UTF-8 or does not fit. */
enum { DATE_NORMAL_MAX = 512 };
size_t date_normal(const char *text, size_t len, char out[DATE_NORMAL_MAX]);

/* ---- words.c ---- */

/* The number of a month that is named, in any language but English; 0, with nothing read, when none is. */
int scan_month_word(struct scan *in);

/* A word that changes nothing: a weekday in any language but English, "updated", "of", "um", "Uhr". False, with nothing
 * read, when there is none. */
bool scan_filler(struct scan *in);

/* ---- cjk.c ---- */

/* What a form found: day 0 and month 0 are unknown. */
struct found {
  enum date_order order; /* of day and month in figures */
  int year, month, day;
  bool is_short; /* the year had two digits */
  bool has_time;
  struct time_of_day time;
  int offset;
};

/* 2023年1月5日, 令和5年1月5日, 2023년 1월 5일, with a time. */
bool scan_counted_date(struct scan *in, struct found *out);

/* 下午3时4分, 오후 3:04. */
bool scan_counted_time(struct scan *in, struct time_of_day *time);

#endif
