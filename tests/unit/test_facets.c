/* Counts of values against a brute force over the articles themselves: several segments, several values, spellings,
 * dates known to the year, the month, the day, the second or not at all; and columns whose bytes were changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "query/native/native.h"

enum { ARTICLES = 11000, SEGMENT = 5000, TOPICS = 6, BYLINE = 20, AUTHORS = 400, DAY = 86400 };

static uint64_t random_state = 88172645463325252u;
static uint32_t random_below(uint32_t limit) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state % limit);
}

/* ---- The articles ---- */

static const char *const sources[] = {NULL,       "Reuters",   "REUTERS",  "reuters",
                                      "Le Monde", "Le  Monde", "Le Mondé", "Zeit"};
static const char *const topics[] = {"trade",
                                     "Trade",
                                     "TRADE",
                                     "energy",
                                     "Energy",
                                     "élections",
                                     "cars",
                                     "war",
                                     "weather",
                                     "Market",
                                     "a long topic of several words"};

struct article {
  const char *source;
  char site[24], language[8];
  const char *topics[TOPICS];
  size_t topic_count;
  char authors[BYLINE][24];
  size_t author_count;
  struct date date;
};
static struct article articles[ARTICLES];
static uint32_t article_count;

/* Dates of 1968 to 1971, so that seconds below zero are met. */
static struct date random_date(void) {
  int year = 1968 + (int)random_below(4), month = 1 + (int)random_below(12), day = 1 + (int)random_below(28);
  switch (random_below(9)) {
  case 0:
    return (struct date){0, NSEARCH_PRECISION_NONE};
  case 1:
    return (struct date){date_days(year, 1, 1) * DAY, NSEARCH_PRECISION_YEAR};
  case 2:
    return (struct date){date_days(year, month, 1) * DAY, NSEARCH_PRECISION_MONTH};
  case 3:
    return (struct date){date_days(year, month, day) * DAY, NSEARCH_PRECISION_DAY};
  default:
    return (struct date){date_days(year, month, day) * DAY + random_below(DAY), NSEARCH_PRECISION_SECOND};
  }
}

static void make_article(struct article *article) {
  static const char *const languages[] = {"", "en", "de", "English", "xx-yy"};
  *article = (struct article){.source = sources[random_below(sizeof sources / sizeof *sources)]};
  if (random_below(4)) snprintf(article->site, sizeof article->site, "s%u.example", random_below(3));
  snprintf(article->language, sizeof article->language, "%s", languages[random_below(5)]);
  article->topic_count = random_below(TOPICS + 1);
  for (size_t i = 0; i < article->topic_count; i++)
    article->topics[i] = topics[random_below(sizeof topics / sizeof *topics)];
  article->author_count = random_below(50) ? random_below(4) : BYLINE;
  for (size_t i = 0; i < article->author_count; i++)
    snprintf(article->authors[i], sizeof article->authors[i], random_below(5) ? "Author %u" : "AUTHOR %u",
             random_below(1 + random_below(AUTHORS)));
  article->date = random_date();
}

static char folder[] = "/tmp/nsearch-facets-XXXXXX";

static void make_index(uint32_t count, uint32_t segment_articles) {
  struct write_options options = {.threads = 1,
                                  .memory = 64 << 20,
                                  .language = LANGUAGE_NONE,
                                  .title_weight = 2,
                                  .segment_articles = segment_articles};
  struct engine_writer *writer;
  struct engine_worker *worker;
  struct commit_report report = {0};
  struct nsearch_article *article = nsearch_article_new();
  article_count = count;
  assert_non_null(mkdtemp(folder));
  assert_int_equal(native_writer_engine.open(&writer, folder, &options, NULL), 0);
  assert_int_equal(native_writer_engine.worker_open(writer, &worker, NULL), 0);
  for (uint32_t i = 0; i < count; i++) {
    struct article *from = &articles[i];
    char text[64];
    make_article(from);
    article_clear(article);
    article_set(article, ARTICLE_ID, text, (size_t)snprintf(text, sizeof text, "%u", i), NULL);
    article_set(article, ARTICLE_TITLE, "heron", 5, NULL);
    if (from->source) article_set(article, ARTICLE_SOURCE, from->source, strlen(from->source), NULL);
    int len = snprintf(text, sizeof text, "https://www.%s/%u", from->site, i);
    if (from->site[0]) article_set(article, ARTICLE_URL, text, (size_t)len, NULL);
    article_set(article, ARTICLE_LANGUAGE, from->language, strlen(from->language), NULL);
    for (size_t t = 0; t < from->topic_count; t++)
      article_list_add(&article->topics, from->topics[t], strlen(from->topics[t]), NULL);
    for (size_t a = 0; a < from->author_count; a++)
      article_list_add(&article->authors, from->authors[a], strlen(from->authors[a]), NULL);
    article->published = from->date;
    assert_int_equal(native_writer_engine.add(worker, article, i, NULL), 0);
  }
  assert_int_equal(native_writer_engine.worker_close(worker, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, &report, NULL), 0);
  native_writer_engine.close(writer);
  nsearch_article_free(article);
}

static void remove_index(void) {
  struct file_names names;
  assert_int_equal(file_list(folder, &names, NULL), 0);
  for (size_t i = 0; i < names.count; i++) {
    char *file = path_join(folder, names.names[i]);
    assert_int_equal(remove(file), 0);
    memory_free(file);
  }
  file_names_free(&names);
  rmdir(folder);
  memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
}

/* ---- Brute force ---- */

/* One value as an article spells it; of dates, form and text are the same. */
struct spelled {
  char form[64], text[64];
};

static size_t spell(struct spelled *out, size_t count, const char *value) {
  struct buffer form = {0};
  if (!value || !value[0]) return count;
  assert_int_equal(fold_keyword(value, strlen(value), &form, NULL), 0);
  snprintf(out[count].form, sizeof out[count].form, "%.*s", (int)form.len, form.bytes);
  snprintf(out[count].text, sizeof out[count].text, "%s", value);
  buffer_free(&form);
  for (size_t i = 0; i < count; i++)
    if (strcmp(out[i].text, value) == 0) return count;
  return count + 1;
}

/* The distinct spellings of an article's values. */
static size_t values_of(const struct article *article, enum facet_field field, struct spelled *out) {
  static const size_t lens[] = {[FACET_YEAR] = 4, [FACET_MONTH] = 7, [FACET_DAY] = 10};
  size_t count = 0;
  char date[DATE_TEXT_MAX];
  switch (field) {
  case FACET_SOURCE:
    return spell(out, 0, article->source);
  case FACET_SITE:
    return spell(out, 0, article->site);
  case FACET_LANGUAGE:
    if (strcmp(article->language, "English") == 0) return spell(out, 0, "en");
    return spell(out, 0, strcmp(article->language, "xx-yy") ? article->language : "xx");
  case FACET_TOPIC:
    for (size_t i = 0; i < article->topic_count; i++) count = spell(out, count, article->topics[i]);
    return count;
  case FACET_AUTHOR:
    for (size_t i = 0; i < article->author_count; i++) count = spell(out, count, article->authors[i]);
    return count;
  case FACET_YEAR:
  case FACET_MONTH:
  case FACET_DAY:
    if ((int)article->date.precision < 1 + (int)(field - FACET_YEAR)) return 0;
    date_format(article->date.seconds, date);
    date[lens[field]] = '\0';
    return spell(out, 0, date);
  default:
    return 0;
  }
}

struct counted {
  struct spelled value;
  uint64_t matches, all; /* articles of this value that match; of this spelling, in the index */
  uint32_t last;         /* article that was counted last, from 1 */
};

enum { COUNTED_MAX = 2000 };
struct table {
  struct counted values[COUNTED_MAX];
  size_t count;
};

static struct counted *find(struct table *table, const struct spelled *value, bool by_text) {
  for (size_t i = 0; i < table->count; i++) {
    const struct spelled *other = &table->values[i].value;
    if (strcmp(by_text ? other->text : other->form, by_text ? value->text : value->form) == 0) return &table->values[i];
  }
  assert_true(table->count < COUNTED_MAX);
  table->values[table->count] = (struct counted){.value = *value};
  return &table->values[table->count++];
}

static bool is_date(enum facet_field field) { return field >= FACET_YEAR; }

static int by_form(const void *a, const void *b) {
  return strcmp(((const struct counted *)a)->value.form, ((const struct counted *)b)->value.form);
}

static int newest_first(const void *a, const void *b) { return by_form(b, a); }

static int most_first(const void *a, const void *b) {
  const struct counted *x = a, *y = b;
  if (x->matches != y->matches) return x->matches > y->matches ? -1 : 1;
  return by_form(a, b);
}

static int most_and_newest_first(const void *a, const void *b) {
  const struct counted *x = a, *y = b;
  if (x->matches != y->matches) return x->matches > y->matches ? -1 : 1;
  return by_form(b, a);
}

/* Fills out with what must be listed; returns how many values there are. */
static size_t brute_force(enum facet_field field, const bool *match, uint64_t limit, struct table *out) {
  static struct table spellings;
  struct spelled values[BYLINE];
  spellings.count = out->count = 0;
  for (uint32_t i = 0; i < article_count; i++) {
    size_t count = values_of(&articles[i], field, values);
    for (size_t v = 0; v < count; v++) {
      find(&spellings, &values[v], true)->all++;
      struct counted *counted = match[i] ? find(out, &values[v], false) : NULL;
      if (counted && counted->last != i + 1) counted->matches++;
      if (counted) counted->last = i + 1;
    }
  }
  for (size_t i = 0; i < out->count; i++) {
    const struct counted *best = NULL;
    for (size_t s = 0; s < spellings.count; s++) {
      const struct counted *other = &spellings.values[s];
      if (strcmp(other->value.form, out->values[i].value.form) != 0) continue;
      if (!best || other->all > best->all ||
          (other->all == best->all && strcmp(other->value.text, best->value.text) < 0))
        best = other;
    }
    out->values[i].value = best->value;
  }
  size_t distinct = out->count;
  if (out->count)
    qsort(out->values, out->count, sizeof *out->values, is_date(field) ? most_and_newest_first : most_first);
  if (limit && out->count > limit) out->count = (size_t)limit;
  if (out->count && is_date(field)) qsort(out->values, out->count, sizeof *out->values, newest_first);
  return distinct;
}

/* ---- The engine's counts ---- */

/* The articles of a segment in its order. */
static uint32_t *numbers_of(struct snapshot *snapshot, uint32_t segment) {
  uint32_t documents = snapshot->segments[segment].info.documents;
  uint32_t *numbers = calloc(documents + 1, sizeof *numbers);
  struct nsearch_article *article = nsearch_article_new();
  for (uint32_t d = 0; d < documents; d++) {
    size_t len;
    struct doc_ref doc = {segment, d};
    assert_int_equal(native_reader_engine.fetch(snapshot, doc, WANT_CARD, article, NULL), 0);
    numbers[d] = (uint32_t)atoi(article_get(article, ARTICLE_ID, &len));
  }
  nsearch_article_free(article);
  return numbers;
}

/* Counts the marked articles of all segments; bits behind the last document are set too. */
static int count_all(struct snapshot *snapshot, const struct search_request *request, uint32_t *const *numbers,
                     const bool *match, struct search_answer *answer, struct nsearch_error *err) {
  struct facets *facets;
  int status = facets_new(&facets, snapshot, request, err);
  for (uint32_t s = 0; !status && s < snapshot->segment_count; s++) {
    uint32_t documents = snapshot->segments[s].info.documents;
    for (uint32_t base = 0; !status && base < documents; base += WINDOW) {
      uint64_t mask[WINDOW_WORDS] = {0};
      for (uint32_t at = 0; at < WINDOW; at++)
        if (base + at >= documents || !numbers || match[numbers[s][base + at]]) mask[at / 64] |= UINT64_C(1) << at % 64;
      status = facets_window(facets, s, base, mask, err);
    }
  }
  if (!status) status = facets_answer(facets, answer, err);
  facets_free(facets);
  return status;
}

static void check_field(enum facet_field field, uint64_t limit, const bool *match, const struct facet_answer *got) {
  static struct table want;
  size_t distinct = brute_force(field, match, limit, &want);
  assert_int_equal(got->distinct, distinct);
  assert_int_equal(got->count, want.count);
  for (size_t i = 0; i < want.count; i++) {
    assert_string_equal(got->values[i].value, want.values[i].value.text);
    assert_int_equal(got->values[i].count, want.values[i].matches);
  }
}

static void check_index(uint32_t segment_articles) {
  static bool match[ARTICLES];
  static const uint32_t shares[] = {1, 2, 40, 3000};
  struct snapshot *snapshot;
  uint32_t *numbers[8];
  make_index(ARTICLES, segment_articles);
  assert_int_equal(native_reader_engine.open(&snapshot, folder, NULL), 0);
  assert_true(segment_articles ? snapshot->segment_count == 3 : snapshot->segment_count == 1);
  for (uint32_t s = 0; s < snapshot->segment_count; s++) numbers[s] = numbers_of(snapshot, s);
  for (size_t round = 0; round < 2 * sizeof shares / sizeof *shares; round++) {
    struct facet_request wanted[FACET_FIELDS];
    struct search_request request = {.facets = wanted};
    struct search_answer answer = {0};
    for (uint32_t i = 0; i < ARTICLES; i++) match[i] = random_below(shares[round / 2]) == 0;
    for (int f = 0; f < FACET_FIELDS; f++) {
      if (round && random_below(3) == 0) continue;
      wanted[request.facet_count++] = (struct facet_request){(enum facet_field)f, round % 2 ? 1 + random_below(12) : 0};
    }
    assert_int_equal(count_all(snapshot, &request, numbers, match, &answer, NULL), 0);
    assert_int_equal(answer.facet_count, request.facet_count);
    for (size_t f = 0; f < request.facet_count; f++)
      check_field(wanted[f].field, wanted[f].values, match, &answer.facets[f]);
    search_answer_free(&answer);
  }
  for (uint32_t s = 0; s < snapshot->segment_count; s++) free(numbers[s]);
  native_reader_engine.release(snapshot);
  remove_index();
}

static void test_one_segment(void **state) {
  (void)state;
  check_index(0);
}

static void test_several_segments(void **state) {
  (void)state;
  check_index(SEGMENT);
}

static void test_nothing(void **state) {
  (void)state;
  struct search_request request = {0};
  struct search_answer answer = {0};
  struct facets *facets;
  assert_int_equal(facets_new(&facets, NULL, &request, NULL), 0);
  assert_null(facets);
  assert_int_equal(facets_window(facets, 0, 0, NULL, NULL), 0);
  assert_int_equal(facets_answer(facets, &answer, NULL), 0);
  assert_int_equal(answer.facet_count, 0);
  facets_free(facets);
}

/* ---- Hostile columns ---- */

/* Makes every checksum of a segment right. */
static void seal(uint8_t *bytes, size_t len) {
  uint64_t payload = load_u64(bytes + len - 16), page = 0, at = 0;
  for (; at < payload; page++, at += PAGE_BYTES) {
    uint64_t part = payload - at < PAGE_BYTES ? payload - at : PAGE_BYTES, hash = hash_bytes(bytes + at, part);
    memcpy(bytes + payload + 8 * page, &hash, 8);
  }
  uint64_t hash = hash_bytes(bytes + payload, 8 * page + 16);
  memcpy(bytes + len - 8, &hash, 8);
}

static uint8_t *read_whole(const char *path, size_t *len) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  *len = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = malloc(*len);
  assert_int_equal(fread(bytes, 1, *len, file), *len);
  fclose(file);
  return bytes;
}

/* Each answer is one, or a failure with a message; a sanitizer sees the rest. */
static void test_hostile(void **state) {
  (void)state;
  static const enum section hurt[] = {SECTION_SOURCE, SECTION_LANGUAGE,  SECTION_SITE, SECTION_TOPIC,
                                      SECTION_BYLINE, SECTION_PUBLISHED, SECTION_TERMS};
  static const uint8_t values[] = {0, 1, 2, 0x7f, 0x80, 0xff};
  struct nsearch_error *err = nsearch_error_new();
  struct facet_request wanted[FACET_FIELDS];
  struct search_request request = {.facets = wanted, .facet_count = FACET_FIELDS};
  struct snapshot *snapshot;
  size_t len;
  for (int f = 0; f < FACET_FIELDS; f++) wanted[f].field = (enum facet_field)f;
  make_index(700, 0);
  assert_int_equal(native_reader_engine.open(&snapshot, folder, NULL), 0);
  char *path = segment_path(folder, snapshot->manifest.segments[0].number);
  struct segment sections = snapshot->segments[0]; /* only where they are */
  uint8_t *good = read_whole(path, &len), *bad = malloc(len);
  native_reader_engine.release(snapshot);
  int failures = 0;
  for (int round = 0; round < 1500; round++) {
    memcpy(bad, good, len);
    enum section section = hurt[random_below(sizeof hurt / sizeof *hurt)];
    uint64_t size = sections.sections[section].len;
    assert_true(size > 0);
    for (uint32_t n = 1 + random_below(3); n > 0; n--) {
      uint64_t at = random_below(2) ? random_below((uint32_t)size) : random_below(size < 16 ? (uint32_t)size : 16);
      bad[sections.sections[section].offset + at] = values[random_below(sizeof values)];
    }
    seal(bad, len);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bad, 1, len, file), len);
    fclose(file);
    struct search_answer answer = {0};
    int status = native_reader_engine.open(&snapshot, folder, err);
    if (!status) {
      status = count_all(snapshot, &request, NULL, NULL, &answer, err);
      native_reader_engine.release(snapshot);
    }
    search_answer_free(&answer);
    if (status) {
      assert_int_equal(status, NSEARCH_ERR_DAMAGED);
      assert_true(*nsearch_error_message(err));
      failures++;
    }
  }
  assert_true(failures > 50);
  free(good);
  free(bad);
  memory_free(path);
  nsearch_error_free(err);
  remove_index();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_segment),
      cmocka_unit_test(test_several_segments),
      cmocka_unit_test(test_nothing),
      cmocka_unit_test(test_hostile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
