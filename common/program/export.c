/* Hits for other programs, one a line: ids, JSON lines, CSV (RFC 4180 but for line feeds alone at the ends of lines). */
#include <string.h>

#include "common/program/program.h"

static const char *const columns[] = {"rank",         "score",          "id",          "title",   "url",     "source",
                                      "published",    "date_precision", "date_origin", "authors", "section", "language",
                                      "date_doubtful"};

void export_begin(struct stream *out, enum export_format format) {
  if (format != EXPORT_CSV) return;
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) put_format(out, "%s%s", i ? "," : "", columns[i]);
  put(out, "\n");
}

/* A column after a comma, in quotes where it must be. */
static void put_column(struct stream *out, const char *text) {
  bool quoted = strpbrk(text, ",\"\r\n") != NULL;
  put(out, quoted ? ",\"" : ",");
  for (const char *from = text; from;) {
    const char *quote = strchr(from, '"');
    put_clean(out, from, quote ? (size_t)(quote - from) : strlen(from));
    if (quote) put(out, "\"\"");
    from = quote ? quote + 1 : NULL;
  }
  if (quoted) put(out, "\"");
}

static void put_authors(struct stream *out, const nsearch_hit *hit) {
  char *authors = text_of("%s", "");
  for (size_t i = 0; i < nsearch_hit_authors(hit); i++) {
    char *more = text_of("%s%s%s", authors, i ? "; " : "", nsearch_hit_author(hit, i));
    release(authors);
    authors = more;
  }
  put_column(out, authors);
  release(authors);
}

static void put_row(struct stream *out, const nsearch_hit *hit) {
  char date[FORMAT_ROOM] = "";
  int64_t seconds = 0;
  nsearch_precision precision = nsearch_hit_published(hit, &seconds);
  const char *known = precision_name(precision), *origin = origin_name(nsearch_hit_date_origin(hit));
  if (known) format_rfc3339(date, seconds);
  put_format(out, "%llu,%.10g", (unsigned long long)nsearch_hit_rank(hit), nsearch_hit_score(hit));
  put_column(out, nsearch_hit_id(hit));
  put_column(out, nsearch_hit_title(hit));
  put_column(out, nsearch_hit_url(hit));
  put_column(out, nsearch_hit_source(hit));
  put_column(out, date);
  put_column(out, known ? known : "");
  put_column(out, origin ? origin : "");
  put_authors(out, hit);
  put_column(out, nsearch_hit_section(hit));
  put_column(out, nsearch_hit_language(hit));
  put_column(out, nsearch_hit_date_doubtful(hit) ? "true" : "");
  put(out, "\n");
}

void export_hit(struct stream *out, enum export_format format, const nsearch_hit *hit) {
  if (format == EXPORT_CSV) {
    put_row(out, hit);
  } else if (format == EXPORT_JSONL) {
    struct json json = {.out = out, .flat = 1};
    json_hit(&json, hit, false);
    json_end(&json);
  } else {
    const char *id = nsearch_hit_id(hit);
    put_clean(out, id, strlen(id));
    put(out, "\n");
  }
}
