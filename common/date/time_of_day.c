/* The time of a day and its zone, as records spell them. */
#include <string.h>

#include "common/date/scan.h"

/* Ambiguous names have the meaning that news in English gives them most: CST is American, IST Indian, BST British.
 * ET, CT, MT and PT are read as standard time: without a time zone database the hour of summer time is not known. */
static const struct zone {
  const char *name;
  short minutes;
} zones[] = {
    {"utc", 0},    {"gmt", 0},    {"ut", 0},      {"z", 0},       {"wet", 0},    {"uk", 0},     {"zulu", 0},
    {"est", -300}, {"et", -300},  {"edt", -240},  {"cst", -360},  {"ct", -360},  {"cdt", -300}, {"mst", -420},
    {"mt", -420},  {"mdt", -360}, {"pst", -480},  {"pt", -480},   {"pdt", -420}, {"ast", -240}, {"adt", -180},
    {"nst", -210}, {"ndt", -150}, {"akst", -540}, {"akdt", -480}, {"hst", -600}, {"brt", -180}, {"brst", -120},
    {"art", -180}, {"clt", -240}, {"clst", -180}, {"cot", -300},  {"pet", -300}, {"vet", -240}, {"bst", 60},
    {"west", 60},  {"cet", 60},   {"cest", 120},  {"met", 60},    {"mest", 120}, {"mez", 60},   {"mesz", 120},
    {"wat", 60},   {"cat", 120},  {"sast", 120},  {"eet", 120},   {"eest", 180}, {"eat", 180},  {"idt", 180},
    {"trt", 180},  {"msk", 180},  {"msd", 240},   {"gst", 240},   {"irst", 210}, {"irdt", 270}, {"pkt", 300},
    {"ist", 330},  {"npt", 345},  {"ict", 420},   {"wib", 420},   {"wita", 480}, {"sgt", 480},  {"hkt", 480},
    {"myt", 480},  {"pht", 480},  {"awst", 480},  {"wit", 540},   {"jst", 540},  {"kst", 540},  {"acst", 570},
    {"acdt", 630}, {"aest", 600}, {"aedt", 660},  {"nzst", 720},  {"nzdt", 780},
};

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

/* RFC 2822: a name that nobody knows, one of the military's letters among them, is UTC. */
static bool scan_unknown_zone(struct scan *in) {
  size_t len = 0;
  while (scan_peek(in, len) >= 'A' && scan_peek(in, len) <= 'Z') len++;
  if (is_letter(scan_peek(in, len)) || !(len == 1 || (len >= 3 && len <= 5))) return false;
  in->at += len;
  return true;
}

static bool scan_zone_name(struct scan *in, int *offset) {
  char name[6] = "";
  size_t len = 0;
  while (is_letter(scan_peek(in, len)) && len < sizeof name - 1) name[len] = (char)(scan_peek(in, len) | 0x20), len++;
  if (len == 0 || is_letter(scan_peek(in, len))) return false;
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
    if (strcmp(zones[i].name, name) != 0) continue;
    in->at += len;
    *offset = zones[i].minutes * 60;
    return true;
  }
  return false;
}

bool scan_zone(struct scan *in, bool any, int *offset) {
  struct scan start = *in;
  scan_blanks(in);
  if (scan_char(in, ',')) scan_blanks(in); /* 06:37, UK */
  bool open = scan_char(in, '(');
  if (open) scan_blanks(in);
  bool found = scan_offset(in, offset);
  if (!found && scan_zone_name(in, offset)) {
    found = true;
    if (*offset == 0) (void)scan_offset(in, offset); /* GMT+0100 */
  } else if (!found && any && !open && scan_unknown_zone(in)) {
    found = true;
    *offset = 0;
  }
  if (found && (!open || scan_char(in, ')'))) return true;
  *in = start;
  return false;
}

/* am, pm, a.m., p.m. with blanks before it: 'a', 'p', or NUL with nothing read. */
static char scan_half(struct scan *in) {
  struct scan start = *in;
  scan_blanks(in);
  char half = scan_peek(in, 0) | 0x20;
  if (half == 'a' || half == 'p') {
    in->at++;
    bool dotted = scan_char(in, '.');
    if (dotted) scan_blanks(in); /* p. m. */
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
  char mark = scan_peek(in, digits);
  bool is_clock =
      mark == ':' || (!compact && is_digit(scan_peek(in, digits + 1)) && (mark == '.' || (mark | 0x20) == 'h'));
  if (digits >= 1 && digits <= 2 && is_clock) {
    if (!scan_number(in, 2, &out->hour) || !scan_char(in, mark) || !scan_two(in, &out->minute)) return false;
    if (mark != 'h' && scan_char(in, mark)) {
      if (!scan_two(in, &out->second)) return false;
      skip_fraction(in);
    }
  } else if (compact && (digits == 2 || digits == 4 || digits == 6)) {
    if (!scan_compact(in, digits, out)) return false;
  } else {
    bare = true; /* "3 pm" */
    if (!scan_number(in, 2, &out->hour)) return false;
  }
  if (bare && (scan_peek(in, 0) | 0x20) == 'h' && !is_letter(scan_peek(in, 1))) {
    in->at++; /* 15h */
    bare = false;
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
