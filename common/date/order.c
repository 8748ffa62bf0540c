/* Whether a file writes the day or the month first, by the dates in it that can only be read one way. */
#include <string.h>

#include "common/date/scan.h"

/* A date of figures that is a whole value, or begins one: nothing of prose. */
static bool begins_value(char before) { return before && strchr("\"'>,;|\t\n=", before) != NULL; }

static bool scan_figures(struct scan *in, int *first, int *second) {
  int year;
  if (!scan_number(in, 2, first)) return false;
  char mark = scan_peek(in, 0);
  if ((mark != '/' && mark != '-') || !scan_char(in, mark) || !scan_number(in, 2, second)) return false;
  size_t digits = scan_char(in, mark) ? scan_digits(in) : 0;
  return (digits == 2 || digits == 4) && scan_fixed(in, digits, &year) && !is_letter(scan_peek(in, 0)) &&
         scan_peek(in, 0) != mark;
}

enum date_order date_order_of(const char *text, size_t len) {
  size_t day_first = 0, month_first = 0;
  for (size_t i = 1; i < len; i++) {
    if (!is_digit(text[i]) ||
        !(begins_value(text[i - 1]) || (text[i - 1] == ' ' && i > 1 && begins_value(text[i - 2]))))
      continue;
    struct scan in = {text + i, text + len};
    int first, second;
    if (!scan_figures(&in, &first, &second)) continue;
    day_first += first > 12 && first <= 31 && second >= 1 && second <= 12;
    month_first += second > 12 && second <= 31 && first >= 1 && first <= 12;
  }
  if (day_first == month_first) return DATE_ORDER_UNKNOWN;
  return day_first > month_first ? DATE_DAY_FIRST : DATE_MONTH_FIRST;
}
