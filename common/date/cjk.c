/* Dates of Chinese, Japanese and Korean: each number with the character that says what it counts. */
#include <string.h>

#include "common/date/scan.h"

/* One of the alternatives, which are separated by blanks. */
static bool scan_one(struct scan *in, const char *alternatives) {
  while (*alternatives) {
    size_t len = strcspn(alternatives, " ");
    if ((size_t)(in->end - in->at) >= len && memcmp(in->at, alternatives, len) == 0) {
      in->at += len;
      return true;
    }
    alternatives += len;
    alternatives += *alternatives == ' ';
  }
  return false;
}

static bool scan_counted(struct scan *in, size_t most, const char *counters, int *value) {
  struct scan start = *in;
  scan_blanks(in);
  if (scan_number(in, most, value)) {
    scan_blanks(in);
    if (scan_one(in, counters)) return true;
  }
  *in = start;
  return false;
}

/* The year before the first of an era; 元年 is its first. */
static int scan_era(struct scan *in) {
  static const struct {
    const char *name;
    int before;
  } eras[] = {{"令和", 2018}, {"平成", 1988}, {"昭和", 1925}, {"大正", 1911},
              {"明治", 1867}, {"民國", 1911}, {"民国", 1911}};
  for (size_t i = 0; i < sizeof eras / sizeof *eras; i++)
    if (scan_one(in, eras[i].name)) return eras[i].before;
  return 0;
}

/* A weekday in parentheses or as a word. */
static void skip_weekday(struct scan *in) {
  scan_blanks(in);
  if (scan_peek(in, 0) == '(') {
    const char *close = memchr(in->at, ')', (size_t)(in->end - in->at));
    if (close) in->at = close + 1;
  } else {
    (void)scan_filler(in);
  }
  scan_blanks(in);
  (void)(scan_char(in, ',') || scan_char(in, '|'));
  scan_blanks(in);
}

bool scan_counted_time(struct scan *in, struct time_of_day *time) {
  bool morning = scan_one(in, "上午 午前 오전 凌晨 早上"),
       afternoon = !morning && scan_one(in, "下午 午後 오후 晚上 傍晚 中午");
  struct scan start = *in;
  *time = (struct time_of_day){0};
  if (scan_counted(in, 2, "时 時 点 點 시", &time->hour)) {
    if (!scan_counted(in, 2, "分 분", &time->minute)) {
      scan_blanks(in);
      if (scan_one(in, "半")) time->minute = 30;
    }
    (void)scan_counted(in, 2, "秒 초", &time->second);
    if (time->hour > 24 || time->minute > 59 || time->second > 60 ||
        (time->hour == 24 && (time->minute || time->second)))
      return false;
  } else {
    *in = start;
    scan_blanks(in);
    if (!scan_time(in, false, time)) return false;
  }
  if (time->second == 60) time->second = 59;
  if (afternoon && time->hour < 12) time->hour += 12;
  if (morning && time->hour == 12) time->hour = 0;
  return true;
}

bool scan_counted_date(struct scan *in, struct found *out) {
  int before = scan_era(in);
  if (before && scan_one(in, "元年"))
    out->year = 1;
  else if (!scan_counted(in, 4, "年 년", &out->year))
    return false;
  out->year += before;
  if (!before && out->year < 1000) return false;
  scan_blanks(in);
  if (scan_ends(in)) return true;
  if (!scan_counted(in, 2, "月 월", &out->month) || out->month == 0) return false;
  scan_blanks(in);
  if (scan_ends(in)) return true;
  if (!scan_counted(in, 2, "日 号 號 일", &out->day) || out->day == 0) return false;
  skip_weekday(in);
  if (scan_ends(in)) return true;
  out->has_time = true;
  if (!scan_counted_time(in, &out->time)) return false;
  (void)scan_zone(in, true, &out->offset);
  return true;
}
