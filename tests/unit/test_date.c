/* Dates: every spelling of docs/dates.md and what is none, periods, the calendar. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/date/date.h"
#include "tests/unit/date_spellings.h"

#define YEAR NSEARCH_PRECISION_YEAR
#define MONTH NSEARCH_PRECISION_MONTH
#define DAY NSEARCH_PRECISION_DAY
#define SECOND NSEARCH_PRECISION_SECOND

static const struct spelling {
  const char *text, *expected;
  enum nsearch_precision precision;
} spellings[] = {
    /* years and months */
    {"2023", "2023-01-01T00:00:00Z", YEAR},
    {" 1987\n", "1987-01-01T00:00:00Z", YEAR},
    {"1000", "1000-01-01T00:00:00Z", YEAR},
    {"2999", "2999-01-01T00:00:00Z", YEAR},
    {"2023-01", "2023-01-01T00:00:00Z", MONTH},
    {"1969-12", "1969-12-01T00:00:00Z", MONTH},
    {"2023/07", "2023-07-01T00:00:00Z", MONTH},
    {"January 2023", "2023-01-01T00:00:00Z", MONTH},
    {"Sept. 2016", "2016-09-01T00:00:00Z", MONTH},
    {"nov, 2016", "2016-11-01T00:00:00Z", MONTH},
    /* ISO 8601 and RFC 3339 */
    {"2023-01-05", "2023-01-05T00:00:00Z", DAY},
    {"2016-09-20", "2016-09-20T00:00:00Z", DAY},
    {"2016-9-2", "2016-09-02T00:00:00Z", DAY},
    {"2023/01/05", "2023-01-05T00:00:00Z", DAY},
    {"20230105", "2023-01-05T00:00:00Z", DAY},
    {"2024-02-29", "2024-02-29T00:00:00Z", DAY},
    {"2000-02-29", "2000-02-29T00:00:00Z", DAY},
    {"0001-01-01", "0001-01-01T00:00:00Z", DAY},
    {"9999-12-31", "9999-12-31T00:00:00Z", DAY},
    {"2023-01-05Z", "2023-01-05T00:00:00Z", DAY},
    {"2023-01-05+01:00", "2023-01-05T00:00:00Z", DAY},
    {"2023-01-05-05:00", "2023-01-05T00:00:00Z", DAY},
    {"2023-01-05T10:11:12Z", "2023-01-05T10:11:12Z", SECOND},
    {"2023-01-05t10:11:12z", "2023-01-05T10:11:12Z", SECOND},
    {"2023-01-05T10:11:12", "2023-01-05T10:11:12Z", SECOND},
    {"2023-01-05T10:11Z", "2023-01-05T10:11:00Z", SECOND},
    {"2023-01-05T10", "2023-01-05T10:00:00Z", SECOND},
    {"2023-01-05 10:11:12", "2023-01-05T10:11:12Z", SECOND},
    {"2023-01-05 10:11", "2023-01-05T10:11:00Z", SECOND},
    {"2023-01-05  9:11", "2023-01-05T09:11:00Z", SECOND},
    {"2023-01-05T10:11:12.345Z", "2023-01-05T10:11:12Z", SECOND},
    {"2023-01-05T10:11:12,999999999Z", "2023-01-05T10:11:12Z", SECOND},
    {"2023-01-05T10:11:12+01:00", "2023-01-05T09:11:12Z", SECOND},
    {"2023-01-05T10:11:12+0100", "2023-01-05T09:11:12Z", SECOND},
    {"2023-01-05T10:11:12+01", "2023-01-05T09:11:12Z", SECOND},
    {"2023-01-05T10:11:12.5-05:30", "2023-01-05T15:41:12Z", SECOND},
    {"2023-01-05T10:11:12-00:00", "2023-01-05T10:11:12Z", SECOND},
    {"2023-01-05 10:11:12 +0000", "2023-01-05T10:11:12Z", SECOND},
    {"2023-01-05 10:11:12 UTC", "2023-01-05T10:11:12Z", SECOND},
    {"2023-01-05T00:30:00+02:00", "2023-01-04T22:30:00Z", SECOND},
    {"2023-12-31T23:00:00-02:00", "2024-01-01T01:00:00Z", SECOND},
    {"2023-01-05T24:00:00Z", "2023-01-06T00:00:00Z", SECOND},
    {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", SECOND},
    {"20230105T101112Z", "2023-01-05T10:11:12Z", SECOND},
    {"20230105T1011", "2023-01-05T10:11:00Z", SECOND},
    {"20230105T101112.25+0100", "2023-01-05T09:11:12Z", SECOND},
    {"20230105101112", "2023-01-05T10:11:12Z", SECOND},
    {"20230105 10:11:12", "2023-01-05T10:11:12Z", SECOND},
    {"1957-10-04T19:28:34Z", "1957-10-04T19:28:34Z", SECOND},
    /* RFC 822 and RFC 2822 */
    {"Thu, 05 Jan 2023 10:11:12 +0000", "2023-01-05T10:11:12Z", SECOND},
    {"Thu, 5 Jan 2023 10:11:12 -0500", "2023-01-05T15:11:12Z", SECOND},
    {"05 Jan 2023 10:11:12 GMT", "2023-01-05T10:11:12Z", SECOND},
    {"5 Jan 23 10:11 EST", "2023-01-05T15:11:00Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 UT", "2023-01-05T10:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 Z", "2023-01-05T10:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 EDT", "2023-01-05T14:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 CST", "2023-01-05T16:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 CDT", "2023-01-05T15:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 MST", "2023-01-05T17:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 MDT", "2023-01-05T16:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 PST", "2023-01-05T18:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 PDT", "2023-01-05T17:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 CET", "2023-01-05T09:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 CEST", "2023-01-05T08:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 BST", "2023-01-05T09:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 JST", "2023-01-05T01:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 ist", "2023-01-05T04:41:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 AEDT", "2023-01-04T23:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 NZDT", "2023-01-04T21:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 NST", "2023-01-05T13:41:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 HST", "2023-01-05T20:11:12Z", SECOND},
    {"Thu, 05 Jan 2023 10:11:12 +0000 (UTC)", "2023-01-05T10:11:12Z", SECOND},
    {"Thu,05 Jan 2023 10:11:12 +0000", "2023-01-05T10:11:12Z", SECOND},
    {"Thu, 05 Jan 2023", "2023-01-05T00:00:00Z", DAY},
    /* RFC 850, asctime and kin */
    {"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z", SECOND},
    {"Thursday, 05-Jan-23 10:11:12 GMT", "2023-01-05T10:11:12Z", SECOND},
    {"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z", SECOND},
    {"Thu Jan 05 10:11:12 +0100 2023", "2023-01-05T09:11:12Z", SECOND},
    {"Thu Jan  5 10:11:12 CET 2023", "2023-01-05T09:11:12Z", SECOND},
    {"Thu Jan  5 10:11:12 2023 -0500", "2023-01-05T15:11:12Z", SECOND},
    {"Jan 5 10:11:12 2023", "2023-01-05T10:11:12Z", SECOND},
    {"Thu Jan 05 2023 10:11:12 GMT+0100 (Central European Standard Time)", "2023-01-05T09:11:12Z", SECOND},
    {"Thu Jan 05 2023 10:11:12 UTC+01:00", "2023-01-05T09:11:12Z", SECOND},
    /* names of months */
    {"November 14, 2025", "2025-11-14T00:00:00Z", DAY},
    {"14 November 2025", "2025-11-14T00:00:00Z", DAY},
    {"Nov. 14, 2025 3:04 pm", "2025-11-14T15:04:00Z", SECOND},
    {"Nov 14 2025", "2025-11-14T00:00:00Z", DAY},
    {"NOVEMBER 14, 2025", "2025-11-14T00:00:00Z", DAY},
    {"14th Nov 2025", "2025-11-14T00:00:00Z", DAY},
    {"November 1st, 2025", "2025-11-01T00:00:00Z", DAY},
    {"Friday, November 14, 2025", "2025-11-14T00:00:00Z", DAY},
    {"Fri. Nov. 14, 2025", "2025-11-14T00:00:00Z", DAY},
    {"Friday 14 November 2025", "2025-11-14T00:00:00Z", DAY},
    {"November 14, 2025 at 3:04 PM EST", "2025-11-14T20:04:00Z", SECOND},
    {"November 14, 2025 3:04 p.m. ET", "2025-11-14T20:04:00Z", SECOND},
    {"Nov 14, 2025, 12:30 am", "2025-11-14T00:30:00Z", SECOND},
    {"Nov 14, 2025 - 12:30 PM", "2025-11-14T12:30:00Z", SECOND},
    {"Nov 14, 2025 3pm", "2025-11-14T15:00:00Z", SECOND},
    {"14 November 2025 15:04:05", "2025-11-14T15:04:05Z", SECOND},
    {"14-Nov-2025", "2025-11-14T00:00:00Z", DAY},
    {"2025 November 14", "2025-11-14T00:00:00Z", DAY},
    {"2025-Nov-14 10:00", "2025-11-14T10:00:00Z", SECOND},
    {"Sept 3, 1939", "1939-09-03T00:00:00Z", DAY},
    /* slashes */
    {"1/31/17", "2017-01-31T00:00:00Z", DAY},
    {"01/31/2017", "2017-01-31T00:00:00Z", DAY},
    {"31/1/2017", "2017-01-31T00:00:00Z", DAY},
    {"1/2/17", "2017-01-02T00:00:00Z", DAY},
    {"12/31/69", "1969-12-31T00:00:00Z", DAY},
    {"12/31/99", "1999-12-31T00:00:00Z", DAY},
    {"12/31/00", "2000-12-31T00:00:00Z", DAY},
    {"12/31/68", "2068-12-31T00:00:00Z", DAY},
    {"1/31/17 15:04", "2017-01-31T15:04:00Z", SECOND},
    {"1/31/2017 3:04:05 PM", "2017-01-31T15:04:05Z", SECOND},
    /* Reuters-21578 */
    {"26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01Z", SECOND},
    {" 5-MAR-1987 09:05:42.43", "1987-03-05T09:05:42Z", SECOND},
    {"26-FEB-1987", "1987-02-26T00:00:00Z", DAY},
    /* seconds and milliseconds */
    {"1672913472", "2023-01-05T10:11:12Z", SECOND},
    {"1672913472.75", "2023-01-05T10:11:12Z", SECOND},
    {"999999999", "2001-09-09T01:46:39Z", SECOND},
    {"100000000", "1973-03-03T09:46:40Z", SECOND},
    {"1672913472000", "2023-01-05T10:11:12Z", SECOND},
    {"167291347200", "1975-04-21T05:49:07Z", SECOND},
    {"202301051011", "2023-01-05T10:11:00Z", SECOND},
    {"202301051011+0100", "2023-01-05T09:11:00Z", SECOND},
    {"1672913472999", "2023-01-05T10:11:12Z", SECOND},
    {"999999999999", "2001-09-09T01:46:39Z", SECOND},
    {"-1", "1969-12-31T23:59:59Z", SECOND},
    {"-0.5", "1969-12-31T23:59:59Z", SECOND},
    {"-86400.0", "1969-12-31T00:00:00Z", SECOND},
    {"-14182940", "1969-07-20T20:17:40Z", SECOND},
    {"-62135596800", "0001-01-01T00:00:00Z", SECOND},
    {"-1000000000001", "1938-04-24T22:13:19Z", SECOND},
};

static const char *const rejects[] = {
    "",
    " ",
    "\n\t",
    "-",
    "--",
    "n/a",
    "null",
    "None",
    "today",
    "yesterday",
    "3 days ago",
    /* numbers */
    "0",
    "5",
    "17",
    "123",
    "0999",
    "3000",
    "12345",
    "202301",
    "1234567",
    "12345678",
    "20231301",
    "20230230",
    "12345678901",
    "123456789012345",
    "1672913472.",
    "1672913472.5s",
    "-123456789012345",
    "1.5",
    "1e9",
    "+1672913472",
    "20230105246060",
    "20230105101",
    /* ISO */
    "2023-",
    "2023-1-",
    "2023-00",
    "2023-13",
    "2023-13-01",
    "2023-00-10",
    "2023-01-00",
    "2023-01-32",
    "2023-04-31",
    "2023-02-29",
    "1900-02-29",
    "2023-01/05",
    "2023-01-05T",
    "2023-01-05 10",
    "2023-01-05T10:60",
    "2023-01-05T25:00",
    "2023-01-05T24:00:01",
    "2023-01-05T10:11:61",
    "2023-01-05T10:1",
    "2023-01-05T10:11:12+24:00",
    "2023-01-05T10:11:12+01:60",
    "2023-01-05T10:11:12+",
    "2023-01-05 x",
    "2023-01-05-12",
    "2023-01-05-06",
    "2023-01-05T10:11:12Z junk",
    "-2023-01-05",
    "12023-01-05",
    "2023-01-05T10:11:12+01:00:00",
    "2023-01-051",
    /* names */
    "Monday",
    "Monday 2023",
    "January",
    "Jan 5",
    "5 Jan",
    "Smarch 5, 2023",
    "Janus 5, 2023",
    "Ja 5, 2023",
    "Jan 0, 2023",
    "Jan 32, 2023",
    "Feb 29, 2023",
    "Jan 5, 123",
    "Jan 5, 12345",
    "Thu, Jan 2023",
    "5th",
    "Sun Nov 6 08:49:37",
    "Sun Nov 6 08:49:37 94",
    "Nov 14, 2025 13:04 pm",
    "Nov 14, 2025 0:04 am",
    "Nov 14, 2025 15",
    "Nov 14, 2025 3 xm",
    "Nov. 14, 2025 and more",
    "Jan, 5, 6, 2023",
    "Foo, 05 Jan 2023",
    /* slashes */
    "13/13/2017",
    "0/1/2017",
    "1/0/2017",
    "2/30/2017",
    "1/31",
    "1/31/",
    "1/31/1",
    "1/31/201",
    "1/31/20177",
    "1//2017",
    "/1/2017",
};

static void every_spelling_gives_its_second_and_precision(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    const struct spelling *spelling = &spellings[i];
    struct date date;
    char text[DATE_TEXT_MAX];
    if (!date_parse(spelling->text, strlen(spelling->text), &date)) fail_msg("no date: \"%s\"", spelling->text);
    date_format(date.seconds, text);
    if (strcmp(text, spelling->expected) || date.precision != spelling->precision)
      fail_msg("\"%s\" gave %s, precision %d", spelling->text, text, (int)date.precision);
  }
}

/* Also in copies of exact size, so that the address sanitizer sees a read past the end, and cut anywhere. */
static void spellings_in_use(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof used_spellings / sizeof *used_spellings; i++) {
    const struct used_spelling *used = &used_spellings[i];
    struct date date;
    char text[DATE_TEXT_MAX];
    size_t len = strlen(used->text);
    bool ok = date_parse(used->text, len, &date);
    if (ok != (used->expected != NULL)) fail_msg("%s: \"%s\"", ok ? "a date" : "no date", used->text);
    if (ok) date_format(date.seconds, text);
    if (ok && (strcmp(text, used->expected) || date.precision != used->precision))
      fail_msg("\"%s\" gave %s, precision %d", used->text, text, (int)date.precision);
    for (size_t cut = 0; cut < len; cut++) {
      char *copy = test_malloc(cut + 1);
      memcpy(copy, used->text, cut);
      copy = test_realloc(copy, cut ? cut : 1);
      (void)date_parse_ordered(copy, cut, DATE_DAY_FIRST, &date);
      test_free(copy);
    }
  }
}

static void the_file_tells_the_order(void **state) {
  static const struct {
    const char *text;
    enum date_order order;
  } files[] = {
      {"", DATE_ORDER_UNKNOWN},
      {"{\"date\": \"4/5/2023\"}", DATE_ORDER_UNKNOWN},
      {"{\"date\": \"24/5/2023\"}", DATE_DAY_FIRST},
      {"{\"date\": \"4/25/23 10:11\"}", DATE_MONTH_FIRST},
      {"id,date\n1,25-04-2023\n", DATE_DAY_FIRST},
      {"id;date\n1; '25/04/2023'\n", DATE_DAY_FIRST},
      {"<date>25/04/2023</date> <date>4/25/2023</date>", DATE_ORDER_UNKNOWN},
      {"<date>25/04/2023</date> <date>26/4/2023</date> <date>4/25/2023</date>", DATE_DAY_FIRST},
      {"\"prose of 25/04/2023 and 26/04/2023\"", DATE_ORDER_UNKNOWN},
      {"\"25/13/2023\" \"32/1/2023\" \"25/04/123\" \"2023-04-25\" \"25/04/2023/1\"", DATE_ORDER_UNKNOWN},
  };
  (void)state;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (date_order_of(files[i].text, strlen(files[i].text)) != files[i].order) fail_msg("%s", files[i].text);
  static const struct {
    const char *text;
    enum date_order order;
    const char *expected;
  } dates[] = {
      {"4/5/2023", DATE_ORDER_UNKNOWN, "2023-04-05T00:00:00Z"},
      {"4/5/2023", DATE_DAY_FIRST, "2023-05-04T00:00:00Z"},
      {"4/5/2023", DATE_MONTH_FIRST, "2023-04-05T00:00:00Z"},
      {"4-5-2023", DATE_ORDER_UNKNOWN, "2023-05-04T00:00:00Z"},
      {"4-5-2023", DATE_MONTH_FIRST, "2023-04-05T00:00:00Z"},
      {"4.5.2023", DATE_MONTH_FIRST, "2023-05-04T00:00:00Z"},
      {"4/25/2023", DATE_DAY_FIRST, "2023-04-25T00:00:00Z"},
      {"25/4/2023", DATE_MONTH_FIRST, "2023-04-25T00:00:00Z"},
  };
  for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
    struct date date;
    char text[DATE_TEXT_MAX];
    assert_true(date_parse_ordered(dates[i].text, strlen(dates[i].text), dates[i].order, &date));
    date_format(date.seconds, text);
    assert_string_equal(text, dates[i].expected);
  }
}

static void what_is_no_date_is_rejected(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rejects / sizeof *rejects; i++) {
    struct date date;
    if (date_parse(rejects[i], strlen(rejects[i]), &date)) fail_msg("a date: \"%s\"", rejects[i]);
  }
  struct date date;
  assert_false(date_parse(NULL, 0, &date));
  assert_false(date_parse("2023\0", 5, &date));
}

/* Copies of exact size let the address sanitizer see a read past the end. */
static void cut_dates_are_read_within_their_length(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    size_t whole = strlen(spellings[i].text);
    for (size_t len = 0; len <= whole; len++) {
      char *cut = test_malloc(len + 1);
      memcpy(cut + 1, spellings[i].text, len);
      struct date date = {.seconds = 0, .precision = NSEARCH_PRECISION_NONE};
      bool ok = date_parse(cut + 1, len, &date);
      assert_int_equal(ok, date.precision != NSEARCH_PRECISION_NONE);
      test_free(cut);
    }
  }
}

static void questions_mean_periods(void **state) {
  (void)state;
  static const struct {
    const char *text, *first, *last;
  } periods[] = {
      {"2023", "2023-01-01T00:00:00Z", "2023-12-31T23:59:59Z"},
      {"0987", "0987-01-01T00:00:00Z", "0987-12-31T23:59:59Z"},
      {"2023-02", "2023-02-01T00:00:00Z", "2023-02-28T23:59:59Z"},
      {"2024-02", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z"},
      {"2023-12", "2023-12-01T00:00:00Z", "2023-12-31T23:59:59Z"},
      {"1969-12-31", "1969-12-31T00:00:00Z", "1969-12-31T23:59:59Z"},
      {"2023-02-05T10:11:12Z", "2023-02-05T10:11:12Z", "2023-02-05T10:11:12Z"},
      {"2023-02-05T10:11:12.5+01:00", "2023-02-05T09:11:12Z", "2023-02-05T09:11:12Z"},
      {"2023-02-05 10:11:12", "2023-02-05T10:11:12Z", "2023-02-05T10:11:12Z"},
  };
  static const char *const none[] = {"",
                                     "23",
                                     "2023-2",
                                     "2023-2-5",
                                     "20230205",
                                     "2/5/2023",
                                     "5 Feb 2023",
                                     "2023/02/05",
                                     "2023-02-30",
                                     "2023-13",
                                     "1672913472",
                                     " 2023",
                                     "2023-02-05T10:11",
                                     "2023-02-05T10:11:12 EST",
                                     "2023-02-05x10:11:12",
                                     "abcd",
                                     "2023-02-05T10:11:12Z.",
                                     "2023-02-05T10:11:12Z "};
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
    int64_t first, last;
    char text[DATE_TEXT_MAX];
    assert_true(date_period(periods[i].text, strlen(periods[i].text), &first, &last));
    date_format(first, text);
    assert_string_equal(text, periods[i].first);
    date_format(last, text);
    assert_string_equal(text, periods[i].last);
  }
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    int64_t first, last;
    if (date_period(none[i], strlen(none[i]), &first, &last)) fail_msg("a period: \"%s\"", none[i]);
  }
}

static void periods_end_where_they_should(void **state) {
  (void)state;
  assert_int_equal(date_period_end(1234, NSEARCH_PRECISION_NONE), 1234);
  assert_int_equal(date_period_end(1234, SECOND), 1234);
  assert_int_equal(date_period_end(-86400, DAY), -1);
  assert_int_equal(date_period_end(0, MONTH), 31 * 86400 - 1);
  assert_int_equal(date_period_end(0, YEAR), 365 * 86400 - 1);
  for (int precision = DAY; precision >= YEAR; precision--) {
    assert_int_equal(date_period_end(INT64_MAX, (enum nsearch_precision)precision), INT64_MAX);
    assert_true(date_period_end(INT64_MIN, (enum nsearch_precision)precision) < 0);
  }
}

static void the_calendar_runs_through(void **state) {
  (void)state;
  static const int days_of_month[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  assert_int_equal(date_days(1970, 1, 1), 0);
  assert_int_equal(date_days(2000, 3, 1), 11017);
  int64_t day_number = date_days(-801, 1, 1);
  for (int year = -801; year <= 2801; year++)
    for (int month = 1; month <= 12; month++) {
      bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
      for (int day = 1; day <= days_of_month[month - 1] + leap; day++, day_number++) {
        int y, m, d;
        date_civil(day_number, &y, &m, &d);
        if (date_days(year, month, day) != day_number || y != year || m != month || d != day)
          fail_msg("%d-%d-%d is not day %lld", year, month, day, (long long)day_number);
      }
    }
}

static void far_times_are_clamped(void **state) {
  (void)state;
  char text[DATE_TEXT_MAX];
  date_format(INT64_MIN, text);
  assert_string_equal(text, "0000-01-01T00:00:00Z");
  date_format(INT64_MAX, text);
  assert_string_equal(text, "9999-12-31T23:59:59Z");
  int year, month, day;
  date_civil(INT64_MAX, &year, &month, &day);
  assert_true(year > 2000000000 && month >= 1 && month <= 12 && day >= 1 && day <= 31);
  date_civil(INT64_MIN, &year, &month, &day);
  assert_true(year < -2000000000 && month >= 1 && month <= 12 && day >= 1 && day <= 31);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_spelling_gives_its_second_and_precision),
      cmocka_unit_test(spellings_in_use),
      cmocka_unit_test(the_file_tells_the_order),
      cmocka_unit_test(what_is_no_date_is_rejected),
      cmocka_unit_test(cut_dates_are_read_within_their_length),
      cmocka_unit_test(questions_mean_periods),
      cmocka_unit_test(periods_end_where_they_should),
      cmocka_unit_test(the_calendar_runs_through),
      cmocka_unit_test(far_times_are_clamped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
