/* The model of the native engine: native_model.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/store/store.h"
#include "tests/unit/mark.h"
#include "tests/unit/native_model.h"

/* ---- Scratch ---- */

static uint64_t random_state = 88172645463325252u;
uint32_t random_below(uint32_t limit) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state % limit);
}

char folder[] = "/tmp/nsearch-native-XXXXXX";

int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

void remove_index(const char *path) {
  struct file_names names;
  if (file_list(path, &names, NULL)) return;
  for (size_t i = 0; i < names.count; i++) {
    char *file = path_join(path, names.names[i]);
    if (remove(file)) abort();
    memory_free(file);
  }
  file_names_free(&names);
  rmdir(path);
}

int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

void write_whole(const char *path, const uint8_t *bytes, size_t len) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  fclose(file);
}

/* ---- Articles ---- */

struct model_article model[ARTICLES];
uint32_t model_count;
bool model_one_year;
const char *word_key[VOCABULARY];
static char word_keys[VOCABULARY][4];

static uint8_t random_word(void) { return (uint8_t)random_below(1 + random_below(MIXED)); }

static struct date random_date(void) {
  if (model_one_year) return (struct date){(int64_t)random_below(300 * DAY), NSEARCH_PRECISION_SECOND};
  int year = 1970 + (int)random_below(4), month = 1 + (int)random_below(12);
  switch (random_below(8)) {
  case 0:
    return (struct date){0, NSEARCH_PRECISION_NONE};
  case 1:
    return (struct date){date_days(year, 1, 1) * DAY, NSEARCH_PRECISION_YEAR};
  case 2:
    return (struct date){date_days(year, month, 1) * DAY, NSEARCH_PRECISION_MONTH};
  case 3:
    return (struct date){date_days(year, month, 1 + (int)random_below(28)) * DAY, NSEARCH_PRECISION_DAY};
  default:
    return (struct date){(int64_t)random_below(4 * 365 * DAY), NSEARCH_PRECISION_SECOND};
  }
}

void make_article(struct model_article *article) {
  article->date = random_date();
  article->title_len = random_below(sizeof article->title + 1);
  article->body_len = 1 + random_below(1 + random_below(sizeof article->body));
  for (uint32_t i = 0; i < article->title_len; i++) article->title[i] = random_word();
  for (uint32_t i = 0; i < article->body_len; i++) article->body[i] = random_word();
  /* Each season has a word that its articles say often: what is worth looking at comes in bursts. */
  uint8_t of_season = (uint8_t)(MIXED - 1 - article->date.seconds / (90 * DAY) % SEASONS);
  if (random_below(4) == 0) memset(article->body, of_season, random_below(article->body_len + 1));
  uint8_t disjoint = (uint8_t)(MIXED + random_below(1 + random_below(DISJOINT)));
  for (uint32_t times = random_below(8); times > 0; times--) article->body[random_below(article->body_len)] = disjoint;
}

void make_model(uint32_t count) {
  for (int w = 0; w < VOCABULARY; w++) {
    snprintf(word_keys[w], sizeof word_keys[w], "Xq%c", "abcdefghijklmnopqrstuvwxyz0123456789"[w]);
    word_key[w] = word_keys[w];
  }
  model_count = count;
  for (uint32_t i = 0; i < count; i++) {
    make_article(&model[i]);
    model[i].gone = false;
    char id[16];
    model[i].id_hash = hash_bytes(id, (size_t)snprintf(id, sizeof id, "a%u", i));
  }
}

void make_gone(uint32_t share) {
  for (uint32_t i = 0; i < model_count; i++) {
    int64_t season = model[i].date.seconds / (30 * DAY);
    model[i].gone = season == 7 || season == 21 || random_below(share) == 0;
  }
}

static bool is_gone(const char *id) { return model[atoi(id + 1)].gone; }

void mark_gone(const char *path) {
  uint64_t gone = 0;
  for (uint32_t i = 0; i < model_count; i++) gone += model[i].gone;
  assert_int_equal(mark_articles(path, is_gone), gone);
}

static uint32_t model_length(const struct model_article *article) {
  return article->title_len * TITLE_WEIGHT + article->body_len;
}

/* ---- What matches, and how well ---- */

static uint32_t model_tf(const struct model_article *article, uint32_t word) {
  uint32_t tf = 0;
  for (uint32_t i = 0; i < article->title_len; i++) tf += TITLE_WEIGHT * (article->title[i] == word);
  for (uint32_t i = 0; i < article->body_len; i++) tf += article->body[i] == word;
  return tf;
}

static uint32_t word_of(struct term_key key) {
  for (uint32_t w = 0; w < VOCABULARY; w++) {
    if (memcmp(word_key[w], key.bytes, 3) == 0) return w;
  }
  return VOCABULARY;
}

/* The word at a position; VOCABULARY where there is none. */
static uint32_t word_at(const struct model_article *article, uint32_t position) {
  uint32_t body = article->title_len + BODY_GAP;
  if (position < article->title_len) return article->title[position];
  return position >= body && position < body + article->body_len ? article->body[position - body] : VOCABULARY;
}

static bool model_phrase(const struct model_article *article, const struct node *node) {
  uint32_t end = article->title_len + BODY_GAP + article->body_len;
  for (uint32_t start = 0; start < end; start++) {
    size_t found = 0;
    for (uint32_t at = start; at < end && at - start < node->child_count + node->slop; at++) {
      if (word_at(article, at) == word_of(node->children[found]->keys[0])) found++;
      if (found == node->child_count) return true;
      if (found == 0) break;
    }
  }
  return false;
}

/* How many of the words at positions [start, end) are this one. */
static size_t times_in(const struct model_article *article, uint32_t start, uint32_t end, uint32_t word) {
  size_t times = 0;
  for (uint32_t at = start; at < end; at++) times += word_at(article, at) == word;
  return times;
}

static bool model_near(const struct model_article *article, const struct node *node) {
  uint32_t end = article->title_len + BODY_GAP + article->body_len, span = (uint32_t)node->child_count + node->slop;
  for (uint32_t start = 0; start < end; start++) {
    bool all = true;
    for (size_t i = 0; i < node->child_count && all; i++) {
      size_t wanted = 0;
      uint32_t word = word_of(node->children[i]->keys[0]);
      for (size_t j = 0; j < node->child_count; j++) wanted += word_of(node->children[j]->keys[0]) == word;
      all = times_in(article, start, start + span, word) >= wanted;
    }
    if (all) return true;
  }
  return false;
}

static double average_length;
static uint32_t dfs[VOCABULARY + 1]; /* by word; 0 of what is none */

void model_count_words(void) {
  uint64_t length = 0;
  memset(dfs, 0, sizeof dfs);
  for (uint32_t i = 0; i < model_count; i++) {
    length += model_length(&model[i]);
    for (uint32_t w = 0; w < VOCABULARY; w++) dfs[w] += model_tf(&model[i], w) != 0;
  }
  average_length = (double)length / model_count;
}

static double model_score(const struct model_article *article, const struct node *leaf) {
  if (leaf->score == SCORE_CONSTANT) return leaf->boost;
  if (leaf->score == SCORE_NONE) return 0;
  double df = 0, tf = 0;
  for (size_t i = 0; i < leaf->key_count; i++) {
    df += dfs[word_of(leaf->keys[i])];
    tf += model_tf(article, word_of(leaf->keys[i]));
  }
  double k = BM25_K1 * (1 - BM25_B + BM25_B * model_length(article) / average_length);
  return leaf->boost * log(1 + (model_count - df + 0.5) / (df + 0.5)) * tf / (tf + k);
}

bool model_in_range(uint32_t number, int64_t since, int64_t until) {
  struct date date = model[number].date;
  if (since == INT64_MIN && until == INT64_MAX) return true;
  if (date.precision == NSEARCH_PRECISION_NONE) return false;
  return date.seconds <= until && date_period_end(date.seconds, date.precision) >= since;
}

bool model_matches(uint32_t number, const struct node *node, double *score) {
  const struct model_article *article = &model[number];
  double own = 0, children = 0;
  bool any = false, all = true, first = false, others = false;
  *score = 0;
  if (node->kind == NODE_ALL) return true;
  if (node->kind == NODE_DATES) return model_in_range(number, node->since, node->until);
  if (node->kind == NODE_TERM) {
    bool has = false;
    for (size_t i = 0; i < node->key_count; i++) has |= model_tf(article, word_of(node->keys[i])) != 0;
    if (has) *score = model_score(article, node);
    return has;
  }
  for (size_t i = 0; i < node->child_count; i++) {
    bool match = model_matches(number, node->children[i], &own);
    if (match) children += own;
    any |= match, all &= match;
    if (i == 0) first = match;
    if (i > 0) others |= match;
    if (node->kind == NODE_AND_NOT && i == 0) *score = own;
  }
  if (node->kind == NODE_AND_NOT) return first && !others;
  *score = children;
  if (node->kind == NODE_PHRASE) return all && model_phrase(article, node);
  if (node->kind == NODE_NEAR) return all && model_near(article, node);
  return node->kind == NODE_AND ? all : node->kind == NODE_OR ? any : first;
}

int64_t model_seconds(uint32_t number) {
  return model[number].date.precision == NSEARCH_PRECISION_NONE ? INT64_MIN : model[number].date.seconds;
}

/* ---- Writing them ---- */

static void put_words(struct buffer *text, const uint8_t *words, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) buffer_format(text, "%s ", word_key[words[i]] + 1);
}

void add_article(struct engine_worker *worker, uint32_t number, const struct model_article *from, uint64_t sequence) {
  struct nsearch_article *article = nsearch_article_new();
  struct buffer text = {0};
  char id[16];
  article_set(article, ARTICLE_ID, id, (size_t)snprintf(id, sizeof id, "a%u", number), NULL);
  put_words(&text, from->title, from->title_len);
  article_set(article, ARTICLE_TITLE, text.bytes, text.len, NULL);
  buffer_clear(&text);
  put_words(&text, from->body, from->body_len);
  article_set(article, ARTICLE_BODY, text.bytes, text.len, NULL);
  article_set(article, ARTICLE_SOURCE, "source", number % 7, NULL);
  for (uint32_t i = 0; i < number % 4; i++) article_list_add(&article->topics, i % 2 ? "one" : "two", 3, NULL);
  article->published = from->date;
  assert_int_equal(native_writer_engine.add(worker, article, sequence, NULL), 0);
  buffer_free(&text);
  nsearch_article_free(article);
}

void write_options(struct write_options *options, uint32_t segment_articles) {
  *options = (struct write_options){.threads = 1,
                                    .memory = 256 << 20,
                                    .language = LANGUAGE_NONE,
                                    .title_weight = TITLE_WEIGHT,
                                    .keep_text = true,
                                    .segment_articles = segment_articles};
}

void write_index(const char *path, uint32_t segment_articles, uint32_t replaced) {
  struct write_options options;
  struct engine_writer *writer;
  struct engine_worker *worker;
  write_options(&options, segment_articles);
  assert_int_equal(native_writer_engine.open(&writer, path, &options, NULL), 0);
  assert_int_equal(native_writer_engine.worker_open(writer, &worker, NULL), 0);
  for (uint32_t i = 0; i < replaced; i++) {
    struct model_article old;
    make_article(&old);
    add_article(worker, i, &old, i);
  }
  for (uint32_t i = model_count; i-- > 0;) add_article(worker, i, &model[i], replaced + i);
  assert_int_equal(native_writer_engine.worker_close(worker, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, 0, NULL, NULL), 0);
  native_writer_engine.close(writer);
}
