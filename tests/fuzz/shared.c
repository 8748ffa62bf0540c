/* What the fuzz targets share: input, scratch files, an index of articles that are made up here. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fuzz_fail(const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  abort();
}

/* ---- input ---- */

uint8_t fuzz_byte(struct fuzz_input *in) { return in->at < in->end ? *in->at++ : 0; }

char *fuzz_text(struct fuzz_input *in) {
  size_t left = (size_t)(in->end - in->at);
  char *text = malloc(left + 1);
  must(text);
  if (left) memcpy(text, in->at, left);
  text[left] = '\0';
  in->at = in->end;
  return text;
}

/* ---- files ---- */

static char folder[4096];

static void empty_folder(const char *path) {
  DIR *names = opendir(path);
  if (!names) return;
  for (struct dirent *entry; (entry = readdir(names));) {
    char below[5000];
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    if (unlink(below)) {
      empty_folder(below);
      rmdir(below);
    }
  }
  closedir(names);
}

static void remove_folder(void) {
  empty_folder(folder);
  rmdir(folder);
}

const char *fuzz_folder(void) {
  if (*folder) return folder;
  const char *below = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/nsearch-fuzz-XXXXXX", below ? below : "/tmp");
  must(mkdtemp(folder));
  must(!atexit(remove_folder));
  return folder;
}

char *fuzz_path(const char *name) {
  size_t room = strlen(fuzz_folder()) + strlen(name) + 2;
  char *path = malloc(room);
  must(path);
  snprintf(path, room, "%s/%s", folder, name);
  return path;
}

struct fuzz_file fuzz_read(const char *path) {
  struct fuzz_file out = {0};
  FILE *file = fopen(path, "rb");
  must(file && !fseek(file, 0, SEEK_END));
  out.len = (size_t)ftell(file);
  out.bytes = malloc(out.len + 1);
  must(out.bytes && !fseek(file, 0, SEEK_SET) && fread(out.bytes, 1, out.len, file) == out.len);
  fclose(file);
  return out;
}

void fuzz_write(const char *path, const void *bytes, size_t len) {
  FILE *file = fopen(path, "wb");
  must(file && fwrite(bytes, 1, len, file) == len && !fclose(file));
}

/* ---- articles ---- */

enum { WORDS = 24 };

static const struct tongue {
  const char *language, *words[WORDS];
} tongues[] = {
    {"en", {"the",    "harbour", "of",       "trade",   "policies", "colour", "ship's", "storms",
            "report", "running", "minister", "U.S.A.",  "AT&T",     "cafe",   "grey",   "votes",
            "market", "1998",    "well-off", "bridges", "lamp",     "gift",   "strike", "zebra"}},
    {"de",
     {"der",
      "hafen",
      "und",
      "handel",
      "politik",
      "farben",
      "schiffe",
      "sturm",
      "bericht",
      "laufen",
      "minister",
      "stra\xc3\x9f"
      "e",
      "gr\xc3\xb6\xc3\x9f"
      "e",
      "caf\xc3\xa9",
      "grau",
      "wahlen",
      "markt",
      "1998",
      "gift",
      "br\xc3\xbc"
      "cken",
      "lampe",
      "haus",
      "streik",
      "zebra"}},
    {"fr",
     {"le",
      "port",
      "de",
      "commerce",
      "politiques",
      "couleurs",
      "navire",
      "temp\xc3\xaate",
      "rapport",
      "courir",
      "ministre",
      "l'\xc3\xa9t\xc3\xa9",
      "\xc5\x93uvre",
      "caf\xc3\xa9",
      "gris",
      "votes",
      "march\xc3\xa9",
      "1998",
      "cadeau",
      "ponts",
      "lampe",
      "maison",
      "gr\xc3\xa8ve",
      "z\xc3\xa8"
      "bre"}},
    {"ru",
     {"\xd0\xb8",
      "\xd0\xbf\xd0\xbe\xd1\x80\xd1\x82",
      "\xd0\xb2",
      "\xd0\xb3\xd0\xbe\xd0\xb4",
      "\xd0\xb3\xd0\xbe\xd0\xb4\xd0\xb0",
      "\xd1\x86\xd0\xb2\xd0\xb5\xd1\x82",
      "\xd0\xba\xd0\xbe\xd1\x80\xd0\xb0\xd0\xb1\xd0\xbb\xd1\x8c",
      "\xd0\xbc\xd0\xb8\xd1\x80",
      "AT&T",
      "1998",
      "zebra",
      "\xd0\x9c\xd0\x98\xd0\xa0",
      "\xd0\xb4\xd0\xbe\xd0\xbc",
      "\xd0\xb4\xd0\xbe\xd0\xbc\xd0\xb0",
      "gift",
      "\xd0\xbb\xd0\xb0\xd0\xbc\xd0\xbf\xd0\xb0",
      "\xd1\x91\xd0\xbb\xd0\xba\xd0\xb0",
      "\xd0\xb8\xd0\xb7",
      "\xd0\xbd\xd0\xb0",
      "\xd1\x80\xd1\x8b\xd0\xbd\xd0\xbe\xd0\xba",
      "\xd1\x80\xd1\x8b\xd0\xbd\xd0\xba\xd0\xb0",
      "\xd0\xbc\xd0\xbe\xd1\x81\xd1\x82",
      "\xd0\xba\xd0\xbe\xd1\x82",
      "\xd0\xba\xd0\xb8\xd1\x82"}},
    {"",
     {"\xe6\xb8\xaf\xe5\x8f\xa3",
      "\xe8\xb4\xb8\xe6\x98\x93",
      "\xe6\x96\xb0\xe9\x97\xbb",
      "\xe6\xb8\xaf",
      "\xe3\x83\x8b\xe3\x83\xa5\xe3\x83\xbc\xe3\x82\xb9",
      "the",
      "harbour",
      "trade",
      "\xe0\xb8\x82\xe0\xb9\x88\xe0\xb8\xb2\xe0\xb8\xa7",
      "AT&T",
      "1998",
      "\xe6\x9d\xb1\xe4\xba\xac",
      "\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd",
      "report",
      "\xe6\x96\xb0",
      "gift",
      "\xe8\xb4\xb8\xe6\x98\x93\xe6\xb8\xaf",
      "lamp",
      "zebra",
      "\xed\x95\xad\xea\xb5\xac",
      "\xe6\xb8\xaf\xe6\x96\xb0\xe9\x97\xbb",
      "storms",
      "grey",
      "x"}},
};
enum { TONGUES = sizeof tongues / sizeof *tongues };

/* A generator of one article: the same for the same number. */
static uint32_t below(uint64_t *seed, uint32_t limit) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*seed >> 33) % limit;
}

/* Early words of a list come often, "itemN" seldom. */
static size_t put_words(char *out, uint64_t *seed, const struct tongue *tongue, uint32_t count) {
  size_t len = 0;
  for (uint32_t i = 0; i < count; i++) {
    const char *between = i == 0 ? "" : below(seed, 9) ? " " : ". ";
    if (below(seed, 12) == 0)
      len += (size_t)sprintf(out + len, "%sitem%u", between, below(seed, 900));
    else
      len += (size_t)sprintf(out + len, "%s%s", between, tongue->words[below(seed, 1 + below(seed, WORDS))]);
  }
  return len;
}

static void set_date(nsearch_article *article, uint64_t *seed) {
  const int64_t day = 86400, years[] = {1577836800, 1609459200, 1640995200, 1672531200}; /* 2020 to 2023 */
  int64_t start = years[below(seed, 4)], of_year = (int64_t)below(seed, 365);
  switch (below(seed, 8)) {
  case 0:
    return;
  case 1:
    nsearch_article_set_published(article, start, NSEARCH_PRECISION_YEAR, NSEARCH_ORIGIN_RECORD);
    return;
  case 2:
    nsearch_article_set_published(article, start, NSEARCH_PRECISION_MONTH, NSEARCH_ORIGIN_URL);
    return;
  case 3:
    nsearch_article_set_published(article, start + of_year * day, NSEARCH_PRECISION_DAY, NSEARCH_ORIGIN_META);
    return;
  default:
    nsearch_article_set_published(article, start + of_year * day + below(seed, 86400), NSEARCH_PRECISION_SECOND,
                                  NSEARCH_ORIGIN_RECORD);
  }
}

static void set_keywords(nsearch_article *article, uint64_t *seed) {
  static const char *const sources[] = {"Harbor Post", "HARBOR POST", "Caf\xc3\xa9 Daily", "cafe  daily", "Wire"};
  static const char *const sections[] = {"World", "world", "Sport/Sea"};
  static const char *const topics[] = {"trade", "Trade", "sea", "war & peace", "\xe6\xb8\xaf", "votes"};
  static const char *const authors[] = {"Jane Roe", "Jan Row", "O'Neil, T.", "Zo\xc3\xab Mar\xc3\xadn",
                                        "\xe6\x9d\x8e\xe6\x98\x8e"};
  const char *text = sources[below(seed, 5)];
  if (below(seed, 9)) nsearch_article_set_source(article, text, strlen(text));
  text = sections[below(seed, 3)];
  if (below(seed, 3)) nsearch_article_set_section(article, text, strlen(text));
  for (uint32_t i = below(seed, 4); i > 0; i--) {
    text = topics[below(seed, 6)];
    nsearch_article_add_topic(article, text, strlen(text));
  }
  for (uint32_t i = below(seed, 3); i > 0; i--) {
    text = authors[below(seed, 5)];
    nsearch_article_add_author(article, text, strlen(text));
  }
}

static nsearch_article *make_article(unsigned number) {
  char text[4096];
  uint64_t seed = number * UINT64_C(2654435761) + 1;
  const struct tongue *tongue = &tongues[below(&seed, 3) ? 0 : below(&seed, TONGUES)];
  nsearch_article *article = nsearch_article_new();
  must(article);
  nsearch_article_set_id(article, text, (size_t)sprintf(text, "a%u", number));
  if (below(&seed, 4)) {
    int len = sprintf(text, "https://www.site%u.example/%u", below(&seed, 5), number);
    nsearch_article_set_url(article, text, (size_t)len);
  }
  nsearch_article_set_title(article, text, put_words(text, &seed, tongue, 1 + below(&seed, 6)));
  if (below(&seed, 20)) nsearch_article_set_body(article, text, put_words(text, &seed, tongue, 1 + below(&seed, 30)));
  if (*tongue->language) nsearch_article_set_language(article, tongue->language, strlen(tongue->language));
  set_keywords(article, &seed);
  set_date(article, &seed);
  return article;
}

void fuzz_index(const char *path, unsigned articles, uint32_t segment_articles) {
  nsearch_writer *writer = NULL;
  nsearch_options *options = nsearch_options_new();
  must(options && !nsearch_options_set_threads(options, 1, NULL));
  nsearch_options_set_segment_articles(options, segment_articles);
  must(!nsearch_writer_open(&writer, path, options, NULL));
  for (unsigned i = 0; i < articles; i++) {
    nsearch_article *article = make_article(i);
    must(!nsearch_add(writer, article, NULL));
    nsearch_article_free(article);
  }
  must(!nsearch_commit(writer, NULL));
  nsearch_writer_close(writer);
  nsearch_options_free(options);
}

/* ---- results ---- */

static size_t text_seen; /* so that no reading is left out */

static void walk_hit(const nsearch_hit *hit) {
  int64_t seconds = 0;
  size_t offset, len, snippet = strlen(nsearch_hit_snippet(hit));
  text_seen += strlen(nsearch_hit_id(hit)) + strlen(nsearch_hit_url(hit)) + strlen(nsearch_hit_title(hit)) +
               strlen(nsearch_hit_source(hit)) + strlen(nsearch_hit_section(hit)) + strlen(nsearch_hit_language(hit));
  for (size_t i = 0; i < nsearch_hit_authors(hit); i++) text_seen += strlen(nsearch_hit_author(hit, i));
  for (size_t i = 0; i < nsearch_hit_marks(hit); i++) {
    nsearch_hit_mark(hit, i, &offset, &len);
    must(offset <= snippet && len <= snippet - offset);
  }
  for (size_t i = 0; i < nsearch_hit_parts(hit); i++) text_seen += strlen(nsearch_hit_part(hit, i, NULL, NULL, NULL));
  text_seen += (size_t)nsearch_hit_published(hit, &seconds) + (size_t)nsearch_hit_date_origin(hit);
}

void fuzz_walk(const nsearch_result *result) {
  text_seen += strlen(nsearch_result_suggestion(result)) + strlen(nsearch_result_tree(result)) +
               strlen(nsearch_result_plan(result));
  for (size_t i = 0; i < nsearch_result_hits(result); i++) walk_hit(nsearch_result_hit(result, i));
  for (size_t f = 0; f < nsearch_result_facets(result); f++)
    for (size_t i = 0; i < nsearch_result_facet_values(result, f); i++)
      text_seen += strlen(nsearch_result_facet_value(result, f, i, NULL));
}
