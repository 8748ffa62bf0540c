/* The JSON documents; docs/output.md describes every field. */
#include "common/program/program.h"

static void text_field(struct json *json, const char *key, const char *text) {
  json_key(json, key);
  json_text(json, text);
}

/* For fields that an article may lack: null when empty. */
static void maybe_field(struct json *json, const char *key, const char *text) {
  text_field(json, key, text[0] ? text : NULL);
}

static void number_field(struct json *json, const char *key, uint64_t number) {
  json_key(json, key);
  json_number(json, number);
}

static void time_field(struct json *json, const char *key, bool known, int64_t seconds) {
  char room[FORMAT_ROOM] = "";
  maybe_field(json, key, known ? format_rfc3339(room, seconds) : room);
}

static void date_fields(struct json *json, nsearch_precision precision, int64_t seconds, nsearch_origin origin,
                        int doubtful) {
  time_field(json, "published", precision != NSEARCH_PRECISION_NONE, seconds);
  text_field(json, "date_precision", precision_name(precision));
  text_field(json, "date_origin", origin_name(origin));
  if (doubtful) {
    json_key(json, "date_doubtful");
    json_bool(json, true);
  }
}

/* ---- Hits ------------------------------------------------------------------------------------------------------ */

static void print_marks(struct json *json, const nsearch_hit *hit) {
  json_key(json, "marks");
  json_open_flat(json, '[');
  for (size_t i = 0; i < nsearch_hit_marks(hit); i++) {
    size_t offset = 0, len = 0;
    nsearch_hit_mark(hit, i, &offset, &len);
    json_open(json, '{');
    number_field(json, "offset", offset);
    number_field(json, "length", len);
    json_close(json, '}');
  }
  json_close(json, ']');
}

static void print_parts(struct json *json, const nsearch_hit *hit) {
  json_key(json, "explain");
  json_open_flat(json, '[');
  for (size_t i = 0; i < nsearch_hit_parts(hit); i++) {
    uint64_t df = 0, tf = 0;
    double score = 0;
    const char *word = nsearch_hit_part(hit, i, &df, &tf, &score);
    json_open(json, '{');
    text_field(json, "term", word);
    number_field(json, "df", df);
    number_field(json, "tf", tf);
    json_key(json, "score");
    json_real(json, score, 10);
    json_close(json, '}');
  }
  json_close(json, ']');
}

void json_hit(struct json *json, const nsearch_hit *hit, bool explain) {
  int64_t seconds = 0;
  nsearch_precision precision = nsearch_hit_published(hit, &seconds);
  json_open(json, '{');
  number_field(json, "rank", nsearch_hit_rank(hit));
  json_key(json, "score");
  json_real(json, nsearch_hit_score(hit), 10);
  text_field(json, "id", nsearch_hit_id(hit));
  text_field(json, "title", nsearch_hit_title(hit));
  maybe_field(json, "url", nsearch_hit_url(hit));
  maybe_field(json, "source", nsearch_hit_source(hit));
  date_fields(json, precision, seconds, nsearch_hit_date_origin(hit), nsearch_hit_date_doubtful(hit));
  json_key(json, "authors");
  json_open_flat(json, '[');
  for (size_t i = 0; i < nsearch_hit_authors(hit); i++) json_text(json, nsearch_hit_author(hit, i));
  json_close(json, ']');
  maybe_field(json, "section", nsearch_hit_section(hit));
  maybe_field(json, "language", nsearch_hit_language(hit));
  text_field(json, "snippet", nsearch_hit_snippet(hit));
  print_marks(json, hit);
  if (explain) print_parts(json, hit);
  json_close(json, '}');
}

/* ---- Answers --------------------------------------------------------------------------------------------------- */

static void print_facets(struct json *json, const nsearch_result *result) {
  json_key(json, "facets");
  json_open(json, '{');
  for (size_t f = 0; f < nsearch_result_facets(result); f++) {
    json_key(json, nsearch_result_facet(result, f));
    json_open(json, '[');
    for (size_t i = 0; i < nsearch_result_facet_values(result, f); i++) {
      uint64_t count = 0;
      const char *value = nsearch_result_facet_value(result, f, i, &count);
      json_open_flat(json, '{');
      text_field(json, "value", value);
      number_field(json, "count", count);
      json_close(json, '}');
    }
    json_close(json, ']');
  }
  json_close(json, '}');
}

static void print_explanation(struct json *json, const nsearch_result *result) {
  json_key(json, "explain");
  json_open(json, '{');
  text_field(json, "tree", nsearch_result_tree(result));
  text_field(json, "plan", nsearch_result_plan(result));
  json_close(json, '}');
}

static void print_answer(struct stream *out, const struct answer *answer) {
  struct json json = {.out = out, .flat = answer->one_line ? 1 : 0};
  int exact = 0;
  uint64_t matches = nsearch_result_matches(answer->result, &exact);
  json_open(&json, '{');
  if (answer->id) text_field(&json, "id", answer->id);
  if (answer->question)
    text_field(&json, "query", answer->question);
  else
    text_field(&json, "article", answer->article);
  json_key(&json, "matches");
  json_open_flat(&json, '{');
  number_field(&json, "count", matches);
  json_key(&json, "exact");
  json_bool(&json, exact);
  json_close(&json, '}');
  const nsearch_shards *shards = nsearch_result_shards(answer->result);
  if (shards) {
    json_key(&json, "shards");
    json_open_flat(&json, '{');
    number_field(&json, "ok", nsearch_shards_count(shards) - shards_failed(shards));
    number_field(&json, "failed", shards_failed(shards));
    json_close(&json, '}');
  }
  json_key(&json, "took_ms");
  json_real(&json, nsearch_result_took(answer->result), 4);
  json_key(&json, "hits");
  json_open(&json, '[');
  for (size_t i = 0; i < nsearch_result_hits(answer->result); i++)
    json_hit(&json, nsearch_result_hit(answer->result, i), answer->explain);
  json_close(&json, ']');
  if (answer->question) {
    print_facets(&json, answer->result);
    maybe_field(&json, "suggestion", nsearch_result_suggestion(answer->result));
  }
  if (answer->explain) print_explanation(&json, answer->result);
  json_close(&json, '}');
  json_end(&json);
}

static void print_shards(struct stream *out, const nsearch_shards *shards) {
  struct json json = {.out = out};
  size_t count = nsearch_shards_count(shards);
  json_open(&json, '{');
  json_key(&json, "shards");
  json_open(&json, '[');
  for (size_t i = 0; i < count; i++) {
    const char *message;
    nsearch_status status = nsearch_shards_status(shards, i, &message);
    json_open(&json, '{');
    number_field(&json, "shard", i + 1);
    text_field(&json, "address", nsearch_shards_address(shards, i));
    text_field(&json, "state", status ? "down" : "up");
    maybe_field(&json, "reason", message);
    json_key(&json, "articles");
    if (status)
      json_text(&json, NULL);
    else
      json_number(&json, nsearch_shards_articles(shards, i));
    json_key(&json, "latency_ms");
    if (status)
      json_text(&json, NULL);
    else
      json_real(&json, nsearch_shards_latency(shards, i), 4);
    json_close(&json, '}');
  }
  json_close(&json, ']');
  number_field(&json, "ok", count - shards_failed(shards));
  number_field(&json, "failed", shards_failed(shards));
  json_close(&json, '}');
  json_end(&json);
}

/* ---- Articles, figures, reports -------------------------------------------------------------------------------- */

static void print_article(struct stream *out, const nsearch_article *article) {
  struct json json = {.out = out};
  int64_t seconds = 0;
  size_t len;
  nsearch_precision precision = nsearch_article_published(article, &seconds);
  json_open(&json, '{');
  text_field(&json, "id", nsearch_article_id(article));
  text_field(&json, "title", nsearch_article_title(article));
  maybe_field(&json, "url", nsearch_article_url(article));
  maybe_field(&json, "source", nsearch_article_source(article));
  date_fields(&json, precision, seconds, nsearch_article_date_origin(article), nsearch_article_date_doubtful(article));
  bool updated = nsearch_article_updated(article, &seconds);
  time_field(&json, "updated", updated, seconds);
  json_key(&json, "authors");
  json_open_flat(&json, '[');
  for (size_t i = 0; i < nsearch_article_authors(article); i++) json_text(&json, nsearch_article_author(article, i));
  json_close(&json, ']');
  maybe_field(&json, "section", nsearch_article_section(article));
  maybe_field(&json, "language", nsearch_article_language(article));
  json_key(&json, "topics");
  json_open_flat(&json, '[');
  for (size_t i = 0; i < nsearch_article_topics(article); i++) json_text(&json, nsearch_article_topic(article, i));
  json_close(&json, ']');
  json_key(&json, "body");
  const char *body = nsearch_article_body(article, &len);
  json_bytes(&json, body, len);
  json_close(&json, '}');
  json_end(&json);
}

/* Remote shards don't tell: null. */
static void known_field(struct json *json, const char *key, uint64_t number) {
  if (number) {
    number_field(json, key, number);
  } else {
    text_field(json, key, NULL);
  }
}

static void print_stats(struct stream *out, const nsearch_stats *stats) {
  struct json json = {.out = out};
  int64_t oldest = 0, newest = 0;
  int dated = nsearch_stats_dates(stats, &oldest, &newest);
  uint64_t total = 0;
  json_open(&json, '{');
  number_field(&json, "articles", nsearch_stats_articles(stats));
  number_field(&json, "deleted", nsearch_stats_deleted(stats));
  known_field(&json, "terms", nsearch_stats_terms(stats));
  known_field(&json, "postings", nsearch_stats_postings(stats));
  number_field(&json, "tokens", nsearch_stats_tokens(stats));
  number_field(&json, "segments", nsearch_stats_segments(stats));
  json_key(&json, "bytes");
  json_open(&json, '{');
  for (size_t i = 0; i < nsearch_stats_parts(stats); i++) {
    uint64_t bytes = 0;
    const char *part = nsearch_stats_part(stats, i, &bytes);
    number_field(&json, part, bytes);
    total += bytes;
  }
  number_field(&json, "total", total);
  json_close(&json, '}');
  text_field(&json, "engine", nsearch_stats_engine(stats));
  text_field(&json, "language", nsearch_stats_language(stats));
  time_field(&json, "oldest", dated, oldest);
  time_field(&json, "newest", dated, newest);
  json_close(&json, '}');
  json_end(&json);
}

static void print_report(struct stream *out, const struct run_report *run) {
  struct json json = {.out = out};
  const nsearch_report *report = run->report;
  json_open(&json, '{');
  text_field(&json, "index", run->index);
  number_field(&json, "articles", run->figures.articles);
  number_field(&json, "files", nsearch_report_files(report));
  number_field(&json, "unchanged", nsearch_report_unchanged(report, NULL));
  number_field(&json, "records", nsearch_report_records(report));
  for (int kind = EVENT_FIRST; kind <= EVENT_LAST; kind++)
    number_field(&json, event_name((nsearch_event_kind)kind), nsearch_report_events(report, (nsearch_event_kind)kind));
  number_field(&json, "removed", run->removed);
  number_field(&json, "replaced_bytes", nsearch_report_replaced_bytes(report));
  number_field(&json, "input_bytes", nsearch_report_input_bytes(report));
  number_field(&json, "text_bytes", nsearch_report_text_bytes(report));
  number_field(&json, "index_bytes", run->figures.bytes);
  json_key(&json, "seconds");
  json_real(&json, nsearch_report_seconds(report), 6);
  json_key(&json, "interrupted");
  json_bool(&json, run->interrupted);
  json_close(&json, '}');
  json_end(&json);
}

static void print_deletion(struct stream *out, const struct change_report *report) {
  struct json json = {.out = out};
  json_open(&json, '{');
  text_field(&json, "index", report->index);
  number_field(&json, "deleted", report->deleted);
  json_key(&json, "dry_run");
  json_bool(&json, report->dry_run);
  number_field(&json, "articles", report->figures.articles);
  number_field(&json, "index_bytes", report->figures.bytes);
  json_close(&json, '}');
  json_end(&json);
}

static void print_optimization(struct stream *out, const struct change_report *report) {
  struct json json = {.out = out};
  json_open(&json, '{');
  text_field(&json, "index", report->index);
  number_field(&json, "articles", report->figures.articles);
  number_field(&json, "segments_before", report->before.segments);
  number_field(&json, "segments", report->figures.segments);
  number_field(&json, "index_bytes_before", report->before.bytes);
  number_field(&json, "index_bytes", report->figures.bytes);
  json_close(&json, '}');
  json_end(&json);
}

static void print_check(struct stream *out, const struct check_findings *findings) {
  struct json json = {.out = out};
  json_open(&json, '{');
  text_field(&json, "index", findings->index);
  json_key(&json, "whole");
  json_bool(&json, findings->count == 0);
  json_key(&json, "fast");
  json_bool(&json, findings->fast);
  if (findings->shards) number_field(&json, "shards", findings->shards);
  json_key(&json, "damage");
  json_open(&json, '[');
  for (size_t i = 0; i < findings->count; i++) {
    json_open_flat(&json, '{');
    text_field(&json, "file", findings->items[i].file);
    text_field(&json, "message", findings->items[i].message);
    json_close(&json, '}');
  }
  json_close(&json, ']');
  json_close(&json, '}');
  json_end(&json);
}

const struct printer json_printer = {print_answer, print_article,  print_stats,        print_report,
                                     print_shards, print_deletion, print_optimization, print_check};
