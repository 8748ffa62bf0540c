/* date: clauses: the ranges that their values mean, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "common/date/date.h"
#include "query/query.h"

static int range_of(const char *value, const char *now, int64_t *since, int64_t *until, nsearch_error *err) {
  struct date date;
  struct question_node clause = {.position = 5, .text = value, .len = strlen(value)};
  assert_true(date_parse(now, strlen(now), &date));
  return dates_of_clause(&clause, date.seconds, since, until, err);
}

static void format(int64_t seconds, char out[DATE_TEXT_MAX]) {
  if (seconds == INT64_MIN || seconds == INT64_MAX)
    strcpy(out, "-");
  else
    date_format(seconds, out);
}

static void test_ranges(void **state) {
  (void)state;
  static const struct {
    const char *value, *now, *since, *until;
  } cases[] = {
      {"2025", "2025", "2025-01-01T00:00:00Z", "2025-12-31T23:59:59Z"},
      {"2024-02", "2025", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z"},
      {"2025-11-14", "2025", "2025-11-14T00:00:00Z", "2025-11-14T23:59:59Z"},
      {"2025-11-14T10:00:00+01:00", "2025", "2025-11-14T09:00:00Z", "2025-11-14T09:00:00Z"},
      {"2025-11..2025-12", "2025", "2025-11-01T00:00:00Z", "2025-12-31T23:59:59Z"},
      {"2025-11..2025", "2025", "2025-11-01T00:00:00Z", "2025-12-31T23:59:59Z"},
      {"2025-11..", "2025", "2025-11-01T00:00:00Z", "-"},
      {"..2025-11", "2025", "-", "2025-11-30T23:59:59Z"},
      {"1901..1901", "2025", "1901-01-01T00:00:00Z", "1901-12-31T23:59:59Z"},
      {">=2024", "2025", "2024-01-01T00:00:00Z", "-"},
      {">2024", "2025", "2025-01-01T00:00:00Z", "-"},
      {"<=2024-06", "2025", "-", "2024-06-30T23:59:59Z"},
      {"<2024-06", "2025", "-", "2024-05-31T23:59:59Z"},
      {"7d", "2025-11-14T10:11:12Z", "2025-11-07T10:11:12Z", "-"},
      {"24h", "2025-11-14T10:11:12Z", "2025-11-13T10:11:12Z", "-"},
      {"2w", "2025-11-14T10:11:12Z", "2025-10-31T10:11:12Z", "-"},
      {"0d", "2025-11-14T10:11:12Z", "2025-11-14T10:11:12Z", "-"},
      {"6m", "2025-11-14T10:11:12Z", "2025-05-14T10:11:12Z", "-"},
      {"1m", "2025-03-31T10:11:12Z", "2025-02-28T10:11:12Z", "-"},
      {"13m", "2025-03-31T10:11:12Z", "2024-02-29T10:11:12Z", "-"},
      {"12m", "2025-01-31T10:11:12Z", "2024-01-31T10:11:12Z", "-"},
      {"1m", "2025-01-31T10:11:12Z", "2024-12-31T10:11:12Z", "-"},
      {"1y", "2024-02-29T10:11:12Z", "2023-02-28T10:11:12Z", "-"},
      {"60y", "2025-11-14T10:11:12Z", "1965-11-14T10:11:12Z", "-"},
      {"1m", "1969-03-31T23:59:59Z", "1969-02-28T23:59:59Z", "-"},
      {"today", "2025-11-14T10:11:12Z", "2025-11-14T00:00:00Z", "2025-11-14T23:59:59Z"},
      {"yesterday", "2025-11-01T10:11:12Z", "2025-10-31T00:00:00Z", "2025-10-31T23:59:59Z"},
      {"today", "1969-12-31T23:59:59Z", "1969-12-31T00:00:00Z", "1969-12-31T23:59:59Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t since, until;
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX];
    if (range_of(cases[i].value, cases[i].now, &since, &until, NULL)) fail_msg("no range: %s", cases[i].value);
    format(since, from);
    format(until, to);
    if (strcmp(from, cases[i].since) != 0 || strcmp(to, cases[i].until) != 0)
      fail_msg("%s: %s .. %s", cases[i].value, from, to);
  }
}

static void test_errors(void **state) {
  (void)state;
  static const struct {
    const char *value;
    int64_t position; /* the value begins at byte 5 */
  } cases[] = {{"", 5},
               {"soon", 5},
               {"2025-02-30", 5},
               {"2025-13", 5},
               {"25", 5},
               {"2025-11-14x", 5},
               {"2025 ", 5},
               {"..", 5},
               {"2025...2026", 11},
               {"2025..2024", 11},
               {"x..2024", 5},
               {"2024..x", 11},
               {"2025-11-14..2025-11", 0},
               {"2025-12..2025-11", 14},
               {">", 5},
               {">=", 5},
               {"<=2025-02-30", 5},
               {"=2025", 5},
               {"d", 5},
               {"7x", 5},
               {"7", 5},
               {"1234567d", 5},
               {"-7d", 5},
               {"7d..", 5},
               {"Today", 5},
               {"7 d", 5}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t since, until;
    nsearch_error *err = nsearch_error_new();
    int status = range_of(cases[i].value, "2025-11-14", &since, &until, err);
    if (cases[i].position == 0) { /* the month ends after that day: a range */
      assert_int_equal(status, NSEARCH_OK);
    } else {
      if (status != NSEARCH_ERR_QUERY || nsearch_error_position(err) != cases[i].position)
        fail_msg("%s: %d, %s", cases[i].value, status, nsearch_error_message(err));
      assert_non_null(strstr(nsearch_error_message(err), "2025-11-14 or an RFC 3339 time, FROM..TO"));
    }
    nsearch_error_free(err);
  }
}

/* No count and no clock leads out of 64 bits. */
static void test_extremes(void **state) {
  (void)state;
  static const char *const values[] = {"999999h", "999999d", "999999w", "999999m", "999999y", "today", "yesterday"};
  static const int64_t clocks[] = {INT64_MIN, -1, 0, INT64_MAX};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
    for (size_t k = 0; k < sizeof clocks / sizeof clocks[0]; k++) {
      int64_t since, until;
      struct question_node clause = {.text = values[i], .len = strlen(values[i])};
      assert_int_equal(dates_of_clause(&clause, clocks[k], &since, &until, NULL), NSEARCH_OK);
      assert_true(since <= until);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranges), cmocka_unit_test(test_errors),
                                     cmocka_unit_test(test_extremes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
