/* The time of a day and its zone, as records spell them. */
#include "common/date/scan.h"

/* Ambiguous names have the meaning that news in English gives them most: CST is American, IST Indian, BST British.
 * ET, CT, MT and PT are read as standard time: without a time zone database the hour of summer time is not known. */
static const char *const zone_names[] = {
    "utc", "gmt", "ut",  "z",    "wet",  "est",  "et",  "edt",  "cst",  "ct",   "cdt",  "mst",
    "mt",  "mdt", "pst", "pt",   "pdt",  "ast",  "adt", "nst",  "ndt",  "akst", "akdt", "hst",
    "brt", "art", "bst", "west", "cet",  "cest", "met", "mez",  "mesz", "sast", "eet",  "eest",
    "msk", "ist", "sgt", "hkt",  "awst", "jst",  "kst", "acst", "aest", "aedt", "nzst", "nzdt",
};
static const short zone_minutes[] = {
    0,    0,    0,    0,    0,    -300, -300, -240, -360, -360, -300, -420, -420, -360, /* utc .. mdt */
    -480, -480, -420, -240, -180, -210, -150, -540, -480, -600, -180, -180, 60,   60,   /* pst .. west */
    60,   120,  60,   60,   120,  120,  120,  180,  180,  330,  480,  480,  480,  540,  /* cet .. jst */
    540,  570,  600,  660,  720,  780,                                                  /* kst .. nzdt */
};
enum { ZONES = sizeof zone_names / sizeof *zone_names, ZONE_Z = 3 };
_Static_assert(sizeof zone_minutes / sizeof *zone_minutes == ZONES, "one offset for each zone name");

/* +HH:MM, +HHMM, +HH or +H. */
static bool scan_offset(struct scan *in, int *offset) {
  struct scan start = *in;
  int sign = scan_char(in, '-') ? -1 : 1, hours, minutes = 0;
  if (sign > 0 && !scan_char(in, '+')) goto none;
  size_t digits = scan_digits(in);
  if (!scan_number(in, 4, &hours) || digits == 3) goto none;
  if (digits == 4) {
    minutes = hours % 100;
    hours /= 100;
  } else if (scan_peek(in, 0) == ':') {
    in->at++;
    if (scan_digits(in) != 2 || !scan_fixed(in, 2, &minutes)) goto none;
  }
  if (hours > 23 || minutes > 59) goto none;
  *offset = sign * (hours * 3600 + minutes * 60);
  return true;
none:
  *in = start;
  return false;
}

bool scan_zone(struct scan *in, int *offset) {
  struct scan start = *in;
  scan_blanks(in);
  if (scan_offset(in, offset)) return true;
  int name = scan_name(in, zone_names, ZONES, 9);
  if (name < 0) {
    *in = start;
    return false;
  }
  *offset = zone_minutes[name] * 60;
  if (name < ZONE_Z) (void)scan_offset(in, offset); /* GMT+0100 */
  return true;
}

/* am, pm, a.m., p.m. with blanks before it: 'a', 'p', or NUL with nothing read. */
static char scan_half(struct scan *in) {
  struct scan start = *in;
  scan_blanks(in);
  char half = scan_peek(in, 0) | 0x20;
  if (half == 'a' || half == 'p') {
    in->at++;
    bool dotted = scan_char(in, '.');
    if ((scan_char(in, 'm') || scan_char(in, 'M')) && !is_letter(scan_peek(in, 0))) {
      if (dotted) (void)scan_char(in, '.');
      return half;
    }
  }
  *in = start;
  return 0;
}

static void skip_fraction(struct scan *in) {
  char mark = scan_peek(in, 0);
  if ((mark != '.' && mark != ',') || !is_digit(scan_peek(in, 1))) return;
  in->at++;
  in->at += scan_digits(in);
}

static bool scan_two(struct scan *in, int *value) { return scan_digits(in) == 2 && scan_fixed(in, 2, value); }

static bool scan_compact(struct scan *in, size_t digits, struct time_of_day *out) {
  bool ok = scan_fixed(in, 2, &out->hour);
  if (ok && digits >= 4) ok = scan_fixed(in, 2, &out->minute);
  if (ok && digits >= 6) ok = scan_fixed(in, 2, &out->second);
  if (ok && digits == 6) skip_fraction(in);
  return ok;
}

bool scan_time(struct scan *in, bool compact, struct time_of_day *out) {
  *out = (struct time_of_day){0};
  size_t digits = scan_digits(in);
  bool bare = false;
  if (digits >= 1 && digits <= 2 && scan_peek(in, digits) == ':') {
    if (!scan_number(in, 2, &out->hour) || !scan_char(in, ':') || !scan_two(in, &out->minute)) return false;
    if (scan_char(in, ':')) {
      if (!scan_two(in, &out->second)) return false;
      skip_fraction(in);
    }
  } else if (compact && (digits == 2 || digits == 4 || digits == 6)) {
    if (!scan_compact(in, digits, out)) return false;
  } else {
    bare = true; /* "3 pm" */
    if (!scan_number(in, 2, &out->hour)) return false;
  }
  char half = scan_half(in);
  if (bare && !half) return false;
  if (half) {
    if (out->hour < 1 || out->hour > 12) return false;
    out->hour = out->hour % 12 + (half == 'p' ? 12 : 0);
  }
  if (out->second == 60) out->second = 59; /* a leap second */
  if (out->hour == 24) return out->minute == 0 && out->second == 0;
  return out->hour < 24 && out->minute < 60 && out->second < 60;
}
