/* Answers and articles for people. */
#include <stdio.h>
#include <string.h>

#include "common/program/program.h"

/* ---- Hits ------------------------------------------------------------------------------------------------------ */

/* "Harbor Post · 2025-11-14 · 7.31", what is not known left out. */
static void print_origin(const struct page *page, int indent, const nsearch_hit *hit) {
  char date[FORMAT_ROOM], score[FORMAT_ROOM] = "";
  int64_t seconds = 0;
  nsearch_precision precision = nsearch_hit_published(hit, &seconds);
  const char *source = nsearch_hit_source(hit);
  format_date(date, seconds, precision);
  if (nsearch_hit_score(hit) > 0) snprintf(score, sizeof score, "%.2f", nsearch_hit_score(hit));
  char *line = text_of("%s%s%s%s%s%s", source, source[0] && (date[0] || score[0]) ? " · " : "", date,
                       nsearch_hit_date_doubtful(hit) ? " (doubtful)" : "", date[0] && score[0] ? " · " : "", score);
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

/* "2.0581 alibaba (4 here, in 5 articles)"; "1.0000 gray|grey (constant)" for a wildcard. */
static char *part_line(const char *word, uint64_t df, uint64_t tf, double score) {
  char here[FORMAT_ROOM], articles[FORMAT_ROOM];
  if (df == 0) return text_of("%.4f %s (constant)", score, word);
  return text_of("%.4f %s (%s here, in %s article%s)", score, word, format_count(here, tf), format_count(articles, df),
                 df == 1 ? "" : "s");
}

static void print_parts(const struct page *page, int indent, const nsearch_hit *hit) {
  for (size_t i = 0; i < nsearch_hit_parts(hit); i++) {
    uint64_t df = 0, tf = 0;
    double score = 0;
    const char *word = nsearch_hit_part(hit, i, &df, &tf, &score);
    char *line = part_line(word, df, tf, score);
    page_blanks(page, indent);
    page_plain(page, indent, STYLE_DIM, line);
    put(page->out, "\n");
    release(line);
  }
}

static void print_hit(const struct page *page, int rank_width, const nsearch_hit *hit) {
  int indent = rank_width + 2;
  const char *title = nsearch_hit_title(hit), *url = nsearch_hit_url(hit);
  put_format(page->out, "\n%*llu  ", rank_width, (unsigned long long)nsearch_hit_rank(hit));
  page_plain(page, indent, STYLE_TITLE, title[0] ? title : "(no title)");
  put(page->out, "\n");
  print_origin(page, indent, hit);
  print_snippet(page, indent, hit);
  print_parts(page, indent, hit);
  page_blanks(page, indent);
  page_plain(page, indent, STYLE_DIM, url[0] ? url : nsearch_hit_id(hit));
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
  page_plain(page, 0, STYLE_DIM, line);
  put(page->out, "\n");
  release(line);
  release(shown);
  line = missing_shards(nsearch_result_shards(answer->result));
  if (!line) return;
  page_plain(page, 0, STYLE_PLAIN, line);
  put(page->out, "\n");
  release(line);
}

/* ---- What stands beside hits ----------------------------------------------------------------------------------- */

static void print_suggestion(const struct page *page, const char *suggestion) {
  if (!suggestion[0]) return;
  put(page->out, "Did you mean: ");
  page_plain(page, 14, STYLE_TITLE, suggestion);
  put(page->out, "\n");
}

/* Lines with their indents. */
static void print_lines(const struct page *page, int indent, const char *text) {
  while (*text) {
    size_t blanks = strspn(text, " "), len = strcspn(text + blanks, "\n");
    int column = indent + (blanks < 200 ? (int)blanks : 200);
    page_blanks(page, column);
    page_text(page, column + 2, STYLE_PLAIN, text + blanks, len, NULL, 0);
    put(page->out, "\n");
    text += blanks + len;
    if (*text) text++;
  }
}

static void print_explanation(const struct page *page, const nsearch_result *result) {
  const char *const parts[][2] = {{"understood as", nsearch_result_tree(result)},
                                  {"searched by", nsearch_result_plan(result)}};
  for (size_t i = 0; i < 2; i++) {
    if (!parts[i][1][0]) continue;
    put(page->out, "\n");
    page_plain(page, 0, STYLE_DIM, parts[i][0]);
    put(page->out, "\n");
    print_lines(page, 2, parts[i][1]);
  }
}

/* "      12  ████████████  Harbor Post", the longest bar being the most frequent value's. */
static void print_value(const struct page *page, int count_width, uint64_t count, uint64_t most, const char *value) {
  enum { BAR = 16 };
  char room[FORMAT_ROOM];
  int filled = most ? (int)((double)count / (double)most * BAR + 0.5) : 0;
  if (filled == 0) filled = 1;
  put_format(page->out, "  %*s  ", count_width, format_count(room, count));
  for (int i = 0; i < filled; i++) put(page->out, "█");
  page_blanks(page, BAR - filled + 2);
  page_plain(page, count_width + BAR + 6, STYLE_PLAIN, value);
  put(page->out, "\n");
}

static void print_facet(const struct page *page, const nsearch_result *result, size_t facet) {
  size_t listed = nsearch_result_facet_values(result, facet);
  uint64_t distinct = nsearch_result_facet_distinct(result, facet), most = 0, count = 0;
  char shown[FORMAT_ROOM], all[FORMAT_ROOM], room[FORMAT_ROOM];
  for (size_t i = 0; i < listed; i++) {
    nsearch_result_facet_value(result, facet, i, &count);
    if (count > most) most = count;
  }
  bool cut = listed < distinct;
  char *line =
      text_of("%s: %s%s%s value%s", nsearch_result_facet(result, facet), cut ? format_count(shown, listed) : "",
              cut ? " of " : "", distinct ? format_count(all, distinct) : "no", distinct == 1 ? "" : "s");
  put(page->out, "\n");
  page_plain(page, 0, STYLE_SOURCE, line);
  put(page->out, "\n");
  release(line);
  int width = (int)strlen(format_count(room, most));
  for (size_t i = 0; i < listed; i++) {
    const char *value = nsearch_result_facet_value(result, facet, i, &count);
    print_value(page, width, count, most, value);
  }
}

static void print_answer(struct stream *out, const struct answer *answer) {
  struct page page = page_of(out);
  const nsearch_result *result = answer->result;
  size_t hits = nsearch_result_hits(result);
  int rank_width = 2;
  for (uint64_t last = answer->offset + hits; last > 99; last /= 10) rank_width++;
  print_header(&page, answer);
  print_suggestion(&page, nsearch_result_suggestion(result));
  if (answer->explain) print_explanation(&page, result);
  for (size_t i = 0; i < hits; i++) print_hit(&page, rank_width, nsearch_result_hit(result, i));
  for (size_t i = 0; i < nsearch_result_facets(result); i++) print_facet(&page, result, i);
}

/* ---- An article ------------------------------------------------------------------------------------------------ */

enum { FIELD_COLUMN = 11 };

static void print_field(const struct page *page, const char *name, const char *value) {
  if (value[0]) {
    page_plain(page, 0, STYLE_DIM, name);
    page_blanks(page, FIELD_COLUMN - (int)strlen(name));
    page_plain(page, FIELD_COLUMN, STYLE_PLAIN, value);
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

/* "2025-11-14 (doubtful, from url)": where the date comes from is worth a word when the article itself does not say it. */
static char *date_and_doubts(const char *date, const nsearch_article *article) {
  nsearch_origin origin = nsearch_article_date_origin(article);
  bool doubtful = nsearch_article_date_doubtful(article);
  const char *from = origin == NSEARCH_ORIGIN_RECORD ? NULL : origin_name(origin);
  if (!date[0] || (!from && !doubtful)) return text_of("%s", date);
  return text_of("%s (%s%s%s%s)", date, doubtful ? "doubtful" : "", doubtful && from ? ", " : "", from ? "from " : "",
                 from ? from : "");
}

static void print_article(struct stream *out, const nsearch_article *article) {
  struct page page = page_of(out);
  char date[FORMAT_ROOM], updated[FORMAT_ROOM] = "";
  int64_t seconds = 0;
  size_t len;
  const char *title = nsearch_article_title(article), *body = nsearch_article_body(article, &len);
  nsearch_precision precision = nsearch_article_published(article, &seconds);
  page_plain(&page, 0, STYLE_TITLE, title[0] ? title : "(no title)");
  put(out, "\n\n");
  print_field(&page, "id", nsearch_article_id(article));
  if (strcmp(nsearch_article_url(article), nsearch_article_id(article)) != 0)
    print_field(&page, "url", nsearch_article_url(article));
  print_field(&page, "source", nsearch_article_source(article));
  format_date(date, seconds, precision);
  char *published = date_and_doubts(date, article);
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

const struct printer text_printer = {print_answer, print_article, text_stats,        text_report,
                                     text_shards,  text_deletion, text_optimization, text_check};
