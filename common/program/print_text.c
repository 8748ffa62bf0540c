/* Answers, articles, figures and reports for people. */
#include <stdio.h>
#include <string.h>

#include "common/program/program.h"

static void put_plain(const struct page *page, int indent, enum style style, const char *text) {
  page_text(page, indent, style, text, strlen(text), NULL, 0);
}

/* ---- Hits ------------------------------------------------------------------------------------------------------ */

/* "Harbor Post · 2025-11-14 · 7.31", what is not known left out. */
static void print_origin(const struct page *page, int indent, const nsearch_hit *hit) {
  char date[FORMAT_ROOM], score[FORMAT_ROOM] = "";
  int64_t seconds = 0;
  nsearch_precision precision = nsearch_hit_published(hit, &seconds);
  const char *source = nsearch_hit_source(hit);
  format_date(date, seconds, precision);
  if (nsearch_hit_score(hit) > 0) snprintf(score, sizeof score, "%.2f", nsearch_hit_score(hit));
  char *line = text_of("%s%s%s%s%s", source, source[0] && (date[0] || score[0]) ? " · " : "", date,
                       date[0] && score[0] ? " · " : "", score);
  struct mark mark = {0, strlen(source), STYLE_SOURCE};
  if (line[0]) {
    page_blanks(page, indent);
    page_text(page, indent, STYLE_DIM, line, strlen(line), &mark, 1);
    put(page->out, "\n");
  }
  release(line);
}

static void print_snippet(const struct page *page, int indent, const nsearch_hit *hit) {
  const char *snippet = nsearch_hit_snippet(hit);
  size_t count = nsearch_hit_marks(hit);
  if (!snippet[0]) return;
  struct mark *marks = grow(NULL, count * sizeof *marks);
  for (size_t i = 0; i < count; i++) {
    marks[i] = (struct mark){.style = STYLE_MATCH};
    nsearch_hit_mark(hit, i, &marks[i].offset, &marks[i].len);
  }
  page_blanks(page, indent);
  page_text(page, indent, STYLE_PLAIN, snippet, strlen(snippet), marks, count);
  put(page->out, "\n");
  release(marks);
}

static void print_hit(const struct page *page, int rank_width, const nsearch_hit *hit) {
  int indent = rank_width + 2;
  const char *title = nsearch_hit_title(hit), *url = nsearch_hit_url(hit);
  put_format(page->out, "\n%*llu  ", rank_width, (unsigned long long)nsearch_hit_rank(hit));
  put_plain(page, indent, STYLE_TITLE, title[0] ? title : "(no title)");
  put(page->out, "\n");
  print_origin(page, indent, hit);
  print_snippet(page, indent, hit);
  page_blanks(page, indent);
  put_plain(page, indent, STYLE_DIM, url[0] ? url : nsearch_hit_id(hit));
  put(page->out, "\n");
}

/* "1-10 of 37 matches, 0.8 ms" */
static void print_header(const struct page *page, const struct answer *answer) {
  char count[FORMAT_ROOM], first[FORMAT_ROOM], last[FORMAT_ROOM];
  int exact = 0;
  size_t hits = nsearch_result_hits(answer->result);
  uint64_t matches = nsearch_result_matches(answer->result, &exact);
  const char *what = answer->question ? matches == 1 ? "match" : "matches"
                     : matches == 1   ? "related article"
                                      : "related articles";
  char *shown = NULL;
  if (hits == 1 && (matches > 1 || !exact))
    shown = text_of("%s of ", format_count(first, answer->offset + 1));
  else if (hits > 0 && (hits < matches || !exact))
    shown = text_of("%s-%s of ", format_count(first, answer->offset + 1), format_count(last, answer->offset + hits));
  else if (hits == 0 && answer->offset > 0 && matches > 0)
    shown = text_of("none after the first %s of ", format_count(first, answer->offset));
  char *line = text_of("%s%s%s %s, %.1f ms", shown ? shown : "", exact ? "" : "at least ",
                       matches ? format_count(count, matches) : "no", what, nsearch_result_took(answer->result));
  put_plain(page, 0, STYLE_DIM, line);
  put(page->out, "\n");
  release(line);
  release(shown);
}

static void print_answer(struct stream *out, const struct answer *answer) {
  struct page page = page_of(out);
  size_t hits = nsearch_result_hits(answer->result);
  int rank_width = 2;
  for (uint64_t last = answer->offset + hits; last > 99; last /= 10) rank_width++;
  print_header(&page, answer);
  for (size_t i = 0; i < hits; i++) print_hit(&page, rank_width, nsearch_result_hit(answer->result, i));
}

/* ---- An article ------------------------------------------------------------------------------------------------ */

enum { FIELD_COLUMN = 11 };

static void print_field(const struct page *page, const char *name, const char *value) {
  if (value[0]) {
    put_plain(page, 0, STYLE_DIM, name);
    page_blanks(page, FIELD_COLUMN - (int)strlen(name));
    put_plain(page, FIELD_COLUMN, STYLE_PLAIN, value);
    put(page->out, "\n");
  }
}

/* Several values as "a, b, c". */
static void print_values(const struct page *page, const char *name, const nsearch_article *article, size_t count,
                         const char *(*value)(const nsearch_article *, size_t)) {
  char *line = text_of("%s", count ? value(article, 0) : "");
  for (size_t i = 1; i < count; i++) {
    char *longer = text_of("%s, %s", line, value(article, i));
    release(line);
    line = longer;
  }
  print_field(page, name, line);
  release(line);
}

/* The body keeps its lines; long ones are wrapped, and of several empty ones one is left. */
static void print_body(const struct page *page, const char *body, size_t len) {
  bool gap = true;
  for (size_t at = 0; at < len;) {
    const char *end = memchr(body + at, '\n', len - at);
    size_t line = end ? (size_t)(end - body) - at : len - at;
    if (line > 0 && gap) put(page->out, "\n");
    gap = line == 0;
    if (line > 0) {
      page_text(page, 0, STYLE_PLAIN, body + at, line, NULL, 0);
      put(page->out, "\n");
    }
    at += line + 1;
  }
}

static void print_article(struct stream *out, const nsearch_article *article) {
  struct page page = page_of(out);
  char date[FORMAT_ROOM], updated[FORMAT_ROOM] = "";
  int64_t seconds = 0;
  size_t len;
  const char *title = nsearch_article_title(article), *body = nsearch_article_body(article, &len);
  nsearch_precision precision = nsearch_article_published(article, &seconds);
  const char *origin = origin_name(nsearch_article_date_origin(article));
  put_plain(&page, 0, STYLE_TITLE, title[0] ? title : "(no title)");
  put(out, "\n\n");
  print_field(&page, "id", nsearch_article_id(article));
  if (strcmp(nsearch_article_url(article), nsearch_article_id(article)) != 0)
    print_field(&page, "url", nsearch_article_url(article));
  print_field(&page, "source", nsearch_article_source(article));
  format_date(date, seconds, precision);
  /* Where the date comes from is worth a word when the article itself does not say it. */
  bool inferred = date[0] && origin && nsearch_article_date_origin(article) != NSEARCH_ORIGIN_RECORD;
  char *published = text_of("%s%s%s%s", date, inferred ? " (from " : "", inferred ? origin : "", inferred ? ")" : "");
  print_field(&page, "published", published);
  release(published);
  if (nsearch_article_updated(article, &seconds)) format_date(updated, seconds, NSEARCH_PRECISION_SECOND);
  print_field(&page, "updated", updated);
  print_values(&page, "authors", article, nsearch_article_authors(article), nsearch_article_author);
  print_field(&page, "section", nsearch_article_section(article));
  print_field(&page, "language", nsearch_article_language(article));
  print_values(&page, "topics", article, nsearch_article_topics(article), nsearch_article_topic);
  print_body(&page, body, len);
}

/* ---- Figures and reports --------------------------------------------------------------------------------------- */

enum { NAME_WIDTH = 12, VALUE_WIDTH = 14 };

static void print_figure(const struct page *page, const char *name, const char *value, const char *note) {
  put_plain(page, 0, STYLE_DIM, name);
  page_blanks(page, NAME_WIDTH - (int)strlen(name));
  put_format(page->out, "%*s", VALUE_WIDTH, value);
  if (note[0]) {
    size_t pad = strspn(note, " ");
    page_blanks(page, 2 + (int)pad);
    put_plain(page, NAME_WIDTH + VALUE_WIDTH + 2, STYLE_DIM, note + pad);
  }
  put(page->out, "\n");
}

static void print_stats(struct stream *out, const nsearch_stats *stats) {
  struct page page = page_of(out);
  char room[FORMAT_ROOM], newest_room[FORMAT_ROOM], note[FORMAT_ROOM];
  int64_t oldest = 0, newest = 0;
  uint64_t total = 0, bytes = 0;
  print_figure(&page, "articles", format_count(room, nsearch_stats_articles(stats)), "");
  if (nsearch_stats_dates(stats, &oldest, &newest)) {
    print_figure(&page, "oldest", format_date(room, oldest, NSEARCH_PRECISION_DAY), "");
    print_figure(&page, "newest", format_date(newest_room, newest, NSEARCH_PRECISION_DAY), "");
  }
  print_figure(&page, "terms", format_count(room, nsearch_stats_terms(stats)), "");
  print_figure(&page, "tokens", format_count(room, nsearch_stats_tokens(stats)), "");
  print_figure(&page, "postings", format_count(room, nsearch_stats_postings(stats)), "");
  print_figure(&page, "segments", format_count(room, nsearch_stats_segments(stats)), "");
  print_figure(&page, "engine", nsearch_stats_engine(stats), "");
  print_figure(&page, "language", nsearch_stats_language(stats), "");
  put(out, "\n");
  for (size_t i = 0; i < nsearch_stats_parts(stats); i++) {
    nsearch_stats_part(stats, i, &bytes);
    total += bytes;
  }
  for (size_t i = 0; i < nsearch_stats_parts(stats); i++) {
    const char *part = nsearch_stats_part(stats, i, &bytes);
    snprintf(note, sizeof note, "%5.1f %%", total ? 100.0 * (double)bytes / (double)total : 0.0);
    print_figure(&page, part, format_size(room, bytes), note);
  }
  print_figure(&page, "all", format_size(room, total), "");
}

static void print_count(const struct page *page, const char *name, uint64_t number, const char *note) {
  char room[FORMAT_ROOM];
  if (number > 0) print_figure(page, name, format_count(room, number), note);
}

static void print_report(struct stream *out, const struct run_report *run) {
  struct page page = page_of(out);
  const nsearch_report *report = run->report;
  char count[FORMAT_ROOM], size[FORMAT_ROOM], rate[FORMAT_ROOM], time[FORMAT_ROOM];
  double seconds = nsearch_report_seconds(report);
  uint64_t bytes = nsearch_report_input_bytes(report);
  char *line = text_of("Indexed %s article%s into %s, %s", format_count(count, run->articles),
                       run->articles == 1 ? "" : "s", run->index, format_size(size, run->index_bytes));
  put_plain(&page, 0, STYLE_TITLE, line);
  put(out, "\n\n");
  release(line);

  format_size(rate, seconds > 0 ? (uint64_t)((double)bytes / seconds) : 0);
  line = text_of("%s in %s, %s/s", format_size(size, bytes), format_duration(time, seconds), rate);
  print_count(&page, "files", nsearch_report_files(report), line);
  release(line);
  print_count(&page, "records", nsearch_report_records(report), "");
  static const struct {
    nsearch_event_kind kind;
    const char *name, *note;
  } events[] = {
      {NSEARCH_EVENT_REPLACED, "replaced", "articles whose id came again later"},
      {NSEARCH_EVENT_EMPTY, "empty", "records with neither title nor text"},
      {NSEARCH_EVENT_UNKNOWN, "unknown", "files of no known format"},
      {NSEARCH_EVENT_BROKEN, "broken", "records that could not be parsed"},
      {NSEARCH_EVENT_TOO_LARGE, "too large", "records over the limit"},
      {NSEARCH_EVENT_UNREADABLE, "unreadable", "files that could not be read"},
  };
  for (size_t i = 0; i < sizeof events / sizeof *events; i++)
    print_count(&page, events[i].name, nsearch_report_events(report, events[i].kind), events[i].note);
  print_count(&page, "repaired", nsearch_report_replaced_bytes(report), "places that were not UTF-8");
}

const struct printer text_printer = {print_answer, print_article, print_stats, print_report};
