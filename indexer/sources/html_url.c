/* Links of a page made whole, and the date that many a URL holds. */
#include "indexer/sources/html.h"

#include <libxml/tree.h>
#include <libxml/uri.h>
#include <string.h>
#include <strings.h>

enum { URL_MAX = 8000, YEAR_FIRST = 1990, YEAR_LAST = 2099 };

bool html_url_resolve(const char *base, const char *link, size_t len, struct buffer *out) {
  char whole[URL_MAX + 1];
  bool is_whole = len > 7 && (strncasecmp(link, "http://", 7) == 0 || strncasecmp(link, "https://", 8) == 0);
  if (len == 0 || len > URL_MAX || (!is_whole && !*base)) return false;
  memcpy(whole, link, len);
  whole[len] = 0;
  xmlChar *resolved = is_whole ? NULL : xmlBuildURI((const xmlChar *)whole, (const xmlChar *)base);
  const char *url = is_whole ? whole : (const char *)resolved;
  bool good = url && (strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0);
  if (good) {
    buffer_clear(out);
    buffer_text(out, url);
  }
  if (resolved) xmlFree(resolved);
  return good;
}

/* The number of exactly that many digits at text[0], -1 when there is none. */
static int digits(const char *text, const char *end, int count) {
  int value = 0;
  if (end - text < count) return -1;
  for (int i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return end - text > count && text[count] >= '0' && text[count] <= '9' ? -1 : value;
}

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};

/* A month at text[0] as a number or a name; stores where it ends. */
static int month_at(const char *text, const char *end, const char **behind) {
  int month = digits(text, end, 2);
  *behind = text + 2;
  if (month < 0) month = digits(text, end, 1), *behind = text + 1;
  for (int i = 0; month < 0 && i < 12; i++)
    if (end - text >= 4 && strncasecmp(text, months[i], 3) == 0 && text[3] == '/') month = i + 1, *behind = text + 3;
  return month >= 1 && month <= 12 ? month : -1;
}

/* YYYY/MM, YYYY/MM/DD, YYYY-MM-DD, YYYYMMDD behind a slash or dash. */
static bool date_at(const char *text, const char *end, struct date *out) {
  const char *behind;
  int joined = digits(text, end, 8), year = joined > 0 ? joined / 10000 : digits(text, end, 4), month, day = -1;
  if (year < YEAR_FIRST || year > YEAR_LAST) return false;
  if (joined > 0) {
    month = joined / 100 % 100, day = joined % 100;
    if (month < 1 || month > 12 || day < 1) return false;
  } else {
    char between = end - text > 4 ? text[4] : 0;
    if (between != '/' && between != '-') return false;
    month = month_at(text + 5, end, &behind);
    if (month < 0 || (behind < end && *behind != between)) return false;
    if (behind < end) day = digits(behind + 1, end, 2);
    if (behind < end && day < 0) day = digits(behind + 1, end, 1);
    if (between == '-' && day < 0) return false;
  }
  if (day == 0 || day > 31) return false;
  int64_t days = date_days(year, month, day < 0 ? 1 : day);
  int same_year, same_month, same_day;
  date_civil(days, &same_year, &same_month, &same_day);
  if (same_month != month) return false;
  *out = (struct date){days * 86400, day < 0 ? NSEARCH_PRECISION_MONTH : NSEARCH_PRECISION_DAY};
  return true;
}

bool html_url_date(const char *url, size_t len, struct date *out) {
  const char *end = url + len, *scheme = memmem(url, len, "://", 3);
  const char *at = scheme ? scheme + 3 : url;
  const char *query = memchr(url, '?', len);
  if (query) end = query;
  while (at < end && *at != '/') at++;
  for (; at < end; at++)
    if ((*at == '/' || *at == '-' || *at == '_') && date_at(at + 1, end, out)) return true;
  return false;
}
