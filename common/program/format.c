/* Numbers, sizes and times in words. */
#include <stdio.h>
#include <time.h>

#include "common/program/program.h"

const char *format_count(char *room, uint64_t number) {
  char digits[24];
  int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number), used = 0;
  for (int i = 0; i < len; i++) {
    if (i > 0 && (len - i) % 3 == 0) room[used++] = ',';
    room[used++] = digits[i];
  }
  room[used] = '\0';
  return room;
}

const char *format_size(char *room, uint64_t bytes) {
  static const struct {
    double unit;
    const char *name;
  } units[] = {{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "KB"}};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if ((double)bytes >= units[i].unit) {
      snprintf(room, FORMAT_ROOM, "%.1f %s", (double)bytes / units[i].unit, units[i].name);
      return room;
    }
  }
  snprintf(room, FORMAT_ROOM, "%u bytes", (unsigned)bytes);
  return room;
}

const char *format_duration(char *room, double seconds) {
  unsigned long whole = seconds > 0 ? (unsigned long)(seconds + 0.5) : 0;
  if (seconds < 60)
    snprintf(room, FORMAT_ROOM, "%.*f s", seconds < 10 ? 2 : 1, seconds);
  else if (whole < 3600)
    snprintf(room, FORMAT_ROOM, "%lu:%02lu min", whole / 60, whole % 60);
  else
    snprintf(room, FORMAT_ROOM, "%lu:%02lu h", whole / 3600, whole / 60 % 60);
  return room;
}

const char *format_clock(char *room, uint64_t seconds) {
  unsigned long long hours = seconds / 3600, minutes = seconds / 60 % 60, rest = seconds % 60;
  if (hours > 0)
    snprintf(room, FORMAT_ROOM, "%llu:%02llu:%02llu", hours, minutes, rest);
  else
    snprintf(room, FORMAT_ROOM, "%llu:%02llu", minutes, rest);
  return room;
}

/* False for a time whose year does not have four digits. */
static bool split_time(int64_t seconds, struct tm *out) {
  time_t time = (time_t)seconds;
  return gmtime_r(&time, out) && out->tm_year >= -1900 && out->tm_year <= 8099;
}

const char *format_date(char *room, int64_t seconds, nsearch_precision precision) {
  static const size_t lengths[] = {0, 4, 7, 10, 16}; /* of "2025-11-14 09:30" */
  struct tm parts;
  size_t known = (size_t)precision < sizeof lengths / sizeof *lengths ? precision : NSEARCH_PRECISION_SECOND;
  room[0] = '\0';
  if (split_time(seconds, &parts)) {
    snprintf(room, FORMAT_ROOM, "%04d-%02d-%02d %02d:%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
             parts.tm_hour, parts.tm_min);
    room[lengths[known]] = '\0';
  }
  return room;
}

const char *format_rfc3339(char *room, int64_t seconds) {
  struct tm parts;
  room[0] = '\0';
  if (split_time(seconds, &parts)) {
    snprintf(room, FORMAT_ROOM, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
             parts.tm_hour, parts.tm_min, parts.tm_sec);
  }
  return room;
}

const char *precision_name(nsearch_precision precision) {
  switch (precision) {
  case NSEARCH_PRECISION_NONE:
    break;
  case NSEARCH_PRECISION_YEAR:
    return "year";
  case NSEARCH_PRECISION_MONTH:
    return "month";
  case NSEARCH_PRECISION_DAY:
    return "day";
  case NSEARCH_PRECISION_SECOND:
    return "second";
  }
  return NULL;
}

const char *origin_name(nsearch_origin origin) {
  switch (origin) {
  case NSEARCH_ORIGIN_NONE:
    break;
  case NSEARCH_ORIGIN_RECORD:
    return "record";
  case NSEARCH_ORIGIN_FEED:
    return "feed";
  case NSEARCH_ORIGIN_META:
    return "meta";
  case NSEARCH_ORIGIN_URL:
    return "url";
  case NSEARCH_ORIGIN_FILE:
    return "file";
  case NSEARCH_ORIGIN_CRAWL:
    return "crawl";
  }
  return NULL;
}
