/* The figures of an index and the report of a run, for people. */
#include <stdio.h>
#include <string.h>

#include "common/program/program.h"

enum { NAME_WIDTH = 12, VALUE_WIDTH = 14 };

static void print_figure(const struct page *page, const char *name, const char *value, const char *note) {
  page_plain(page, 0, STYLE_DIM, name);
  page_blanks(page, NAME_WIDTH - (int)strlen(name));
  put_format(page->out, "%*s", VALUE_WIDTH, value);
  if (note[0]) {
    size_t pad = strspn(note, " ");
    page_blanks(page, 2 + (int)pad);
    page_plain(page, NAME_WIDTH + VALUE_WIDTH + 2, STYLE_DIM, note + pad);
  }
  put(page->out, "\n");
}

void text_stats(struct stream *out, const nsearch_stats *stats) {
  struct page page = page_of(out);
  char room[FORMAT_ROOM], newest_room[FORMAT_ROOM], note[FORMAT_ROOM];
  int64_t oldest = 0, newest = 0;
  uint64_t total = 0, bytes = 0;
  print_figure(&page, "articles", format_count(room, nsearch_stats_articles(stats)), "");
  if (nsearch_stats_deleted(stats))
    print_figure(&page, "deleted", format_count(room, nsearch_stats_deleted(stats)), "");
  if (nsearch_stats_dates(stats, &oldest, &newest)) {
    print_figure(&page, "oldest", format_date(room, oldest, NSEARCH_PRECISION_DAY), "");
    print_figure(&page, "newest", format_date(newest_room, newest, NSEARCH_PRECISION_DAY), "");
  }
  if (nsearch_stats_terms(stats)) print_figure(&page, "terms", format_count(room, nsearch_stats_terms(stats)), "");
  print_figure(&page, "tokens", format_count(room, nsearch_stats_tokens(stats)), "");
  if (nsearch_stats_postings(stats))
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

/* "1  tcp://one.example:7001  up, 15 articles, 0.40 ms" */
void text_shards(struct stream *out, const nsearch_shards *shards) {
  struct page page = page_of(out);
  char count[FORMAT_ROOM];
  int width = 0;
  if (!nsearch_shards_count(shards)) put(out, "The index has no remote shards: all of it is in its folder.\n");
  for (size_t i = 0; i < nsearch_shards_count(shards); i++) {
    int len = (int)strlen(nsearch_shards_address(shards, i));
    if (len > width) width = len;
  }
  for (size_t i = 0; i < nsearch_shards_count(shards); i++) {
    const char *message, *address = nsearch_shards_address(shards, i);
    nsearch_status status = nsearch_shards_status(shards, i, &message);
    uint64_t articles = nsearch_shards_articles(shards, i);
    char *line = status ? text_of("down: %s", message)
                        : text_of("up, %s article%s, %.2f ms", format_count(count, articles), articles == 1 ? "" : "s",
                                  nsearch_shards_latency(shards, i));
    put_format(out, "%2zu  ", i + 1);
    page_plain(&page, 4, STYLE_SOURCE, address);
    page_blanks(&page, width - (int)strlen(address) + 2);
    page_plain(&page, 4 + width + 2, STYLE_PLAIN, line);
    put(out, "\n");
    release(line);
  }
}

static void print_count(const struct page *page, const char *name, uint64_t number, const char *note) {
  char room[FORMAT_ROOM];
  if (number > 0) print_figure(page, name, format_count(room, number), note);
}

static void print_unchanged(const struct page *page, const nsearch_report *report) {
  char count[FORMAT_ROOM];
  uint64_t problems, unchanged = nsearch_report_unchanged(report, &problems);
  char *line = problems ? text_of("files as they were; %s with broken records", format_count(count, problems))
                        : text_of("files as they were");
  print_count(page, "unchanged", unchanged, line);
  release(line);
}

void text_report(struct stream *out, const struct run_report *run) {
  struct page page = page_of(out);
  const nsearch_report *report = run->report;
  char count[FORMAT_ROOM], size[FORMAT_ROOM], rate[FORMAT_ROOM], time[FORMAT_ROOM];
  double seconds = nsearch_report_seconds(report);
  uint64_t bytes = nsearch_report_input_bytes(report);
  uint64_t articles = run->figures.articles, replaced = nsearch_report_events(report, NSEARCH_EVENT_REPLACED);
  const char *plural = articles == 1 ? "" : "s";
  format_count(count, articles);
  format_size(size, run->figures.bytes);
  char *line = nsearch_report_articles(report) - replaced == articles
                   ? text_of("Indexed %s article%s into %s, %s", count, plural, run->index, size)
                   : text_of("%s now holds %s article%s, %s", run->index, count, plural, size);
  page_plain(&page, 0, STYLE_TITLE, line);
  put(out, "\n\n");
  release(line);

  format_size(rate, seconds > 0 ? (uint64_t)((double)bytes / seconds) : 0);
  line = text_of("%s in %s, %s/s", format_size(size, bytes), format_duration(time, seconds), rate);
  print_count(&page, "files", nsearch_report_files(report), line);
  release(line);
  print_unchanged(&page, report);
  print_count(&page, "records", nsearch_report_records(report), "");
  static const struct {
    nsearch_event_kind kind;
    const char *name, *note;
  } events[] = {
      {NSEARCH_EVENT_REPLACED, "replaced", "articles whose id came again later"},
      {NSEARCH_EVENT_EMPTY, "empty", "records with neither title nor text"},
      {NSEARCH_EVENT_SKIPPED, "skipped", "records of a kind that holds no article"},
      {NSEARCH_EVENT_UNKNOWN, "unknown", "files of no known format"},
      {NSEARCH_EVENT_BROKEN, "broken", "records that could not be parsed"},
      {NSEARCH_EVENT_TOO_LARGE, "too large", "records over the limit"},
      {NSEARCH_EVENT_UNREADABLE, "unreadable", "files that could not be read"},
  };
  for (size_t i = 0; i < sizeof events / sizeof *events; i++)
    print_count(&page, events[i].name, nsearch_report_events(report, events[i].kind), events[i].note);
  print_count(&page, "removed", run->removed, "articles that no file holds any more");
  print_count(&page, "repaired", nsearch_report_replaced_bytes(report), "places that were not UTF-8");
}

void text_deletion(struct stream *out, const struct change_report *report) {
  struct page page = page_of(out);
  char count[FORMAT_ROOM], left[FORMAT_ROOM], size[FORMAT_ROOM];
  const char *plural = report->deleted == 1 ? "" : "s";
  format_count(count, report->deleted);
  char *line = report->dry_run
                   ? text_of("%s article%s would be deleted from %s", count, plural, report->index)
                   : text_of("Deleted %s article%s; %s now holds %s, %s", count, plural, report->index,
                             format_count(left, report->figures.articles), format_size(size, report->figures.bytes));
  page_plain(&page, 0, STYLE_TITLE, line);
  put(out, "\n");
  release(line);
}

void text_optimization(struct stream *out, const struct change_report *report) {
  struct page page = page_of(out);
  char count[FORMAT_ROOM], before[FORMAT_ROOM], size[FORMAT_ROOM];
  char *line = text_of("Optimized %s: %s article%s, %s before, %s now", report->index,
                       format_count(count, report->figures.articles), report->figures.articles == 1 ? "" : "s",
                       format_size(before, report->before.bytes), format_size(size, report->figures.bytes));
  page_plain(&page, 0, STYLE_TITLE, line);
  put(out, "\n");
  release(line);
}

/* What is damaged was said when it was found. */
void text_check(struct stream *out, const struct check_findings *findings) {
  struct page page = page_of(out);
  char count[FORMAT_ROOM];
  char *line =
      findings->count ? text_of("%s is damaged: %s place%s", findings->index, format_count(count, findings->count),
                                findings->count == 1 ? "" : "s")
      : findings->shards
          ? text_of("%s: %s shard%s up and of this index; run xapian-check where the databases are", findings->index,
                    format_count(count, findings->shards), findings->shards == 1 ? " is" : "s are")
      : findings->fast ? text_of("%s looks whole; its contents were not read", findings->index)
                       : text_of("%s is whole", findings->index);
  page_plain(&page, 0, STYLE_TITLE, line);
  put(out, "\n");
  release(line);
}
