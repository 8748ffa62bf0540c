/* The native engine, written and read: random questions against a model that looks at every article, hostile segments
 * whose checksums are right, and writers that are disturbed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "indexer/native/native.h"
#include "query/native/native.h"

enum { ARTICLES = 15000, REPLACED = 300, SEGMENT = 6000, VOCABULARY = 30, TITLE_WEIGHT = 2, DAY = 86400 };

static uint64_t random_state = 88172645463325252u;
static uint32_t random_below(uint32_t limit) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state % limit);
}

static char folder[] = "/tmp/nsearch-native-XXXXXX";

static const struct write_options merging = {.threads = 2, .memory = 64 << 20};

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static void remove_index(const char *path) {
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

static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

/* ---- The model ---- */

struct model_article {
  struct date date;
  uint8_t title[6], body[40];
  uint32_t title_len, body_len;
  uint64_t id_hash;
};
static struct model_article model[ARTICLES];
static uint32_t model_count;
static const char *word_key[VOCABULARY];
static char word_keys[VOCABULARY][4];

static uint8_t random_word(void) { return (uint8_t)random_below(1 + random_below(VOCABULARY)); }

/* Dates of the years 1970 to 1973, known to the second, the day, the month or the year; or, where all are of one year, to
 * the second. */
static bool one_year;
static struct date random_date(void) {
  if (one_year) return (struct date){(int64_t)random_below(300 * DAY), NSEARCH_PRECISION_SECOND};
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

static void make_article(struct model_article *article) {
  article->date = random_date();
  article->title_len = random_below(sizeof article->title + 1);
  article->body_len = 1 + random_below(1 + random_below(sizeof article->body));
  for (uint32_t i = 0; i < article->title_len; i++) article->title[i] = random_word();
  for (uint32_t i = 0; i < article->body_len; i++) article->body[i] = random_word();
  /* Each season has a word that its articles say often: what is worth looking at comes in bursts. */
  uint8_t of_season = (uint8_t)(VOCABULARY - 1 - article->date.seconds / (90 * DAY) % 8);
  if (random_below(4) == 0) memset(article->body, of_season, random_below(article->body_len + 1));
}

static void make_model(uint32_t count) {
  for (int w = 0; w < VOCABULARY; w++) {
    snprintf(word_keys[w], sizeof word_keys[w], "Xq%c", "abcdefghijklmnopqrstuvwxyz0123456789"[w]);
    word_key[w] = word_keys[w];
  }
  model_count = count;
  for (uint32_t i = 0; i < count; i++) {
    make_article(&model[i]);
    char id[16];
    model[i].id_hash = hash_bytes(id, (size_t)snprintf(id, sizeof id, "a%u", i));
  }
}

static uint32_t model_length(const struct model_article *article) {
  return article->title_len * TITLE_WEIGHT + article->body_len;
}

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
static uint32_t model_df(uint32_t word) {
  static uint32_t dfs[VOCABULARY + 1];
  if (word == VOCABULARY) { /* counts anew */
    uint64_t length = 0;
    memset(dfs, 0, sizeof dfs);
    for (uint32_t i = 0; i < model_count; i++) {
      length += model_length(&model[i]);
      for (uint32_t w = 0; w < VOCABULARY; w++) dfs[w] += model_tf(&model[i], w) != 0;
    }
    average_length = (double)length / model_count;
  }
  return dfs[word];
}

static double model_score(const struct model_article *article, const struct node *leaf) {
  if (leaf->score == SCORE_CONSTANT) return leaf->boost;
  if (leaf->score == SCORE_NONE) return 0;
  double df = model_df(word_of(leaf->keys[0])), tf = model_tf(article, word_of(leaf->keys[0]));
  double k = BM25_K1 * (1 - BM25_B + BM25_B * model_length(article) / average_length);
  return leaf->boost * log(1 + (model_count - df + 0.5) / (df + 0.5)) * tf / (tf + k);
}

static bool model_in_range(uint32_t number, int64_t since, int64_t until) {
  struct date date = model[number].date;
  if (since == INT64_MIN && until == INT64_MAX) return true;
  if (date.precision == NSEARCH_PRECISION_NONE) return false;
  return date.seconds <= until && date_period_end(date.seconds, date.precision) >= since;
}

static bool model_matches(uint32_t number, const struct node *node, double *score) {
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

static int64_t order_seconds(uint32_t number) {
  return model[number].date.precision == NSEARCH_PRECISION_NONE ? INT64_MIN : model[number].date.seconds;
}

/* ---- Writing it ---- */

static void put_words(struct buffer *text, const uint8_t *words, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) buffer_format(text, "%s ", word_key[words[i]] + 1);
}

static void add_article(struct engine_worker *worker, uint32_t number, const struct model_article *from,
                        uint64_t sequence) {
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

static void write_options(struct write_options *options, uint32_t segment_articles) {
  *options = (struct write_options){.threads = 1,
                                    .memory = 256 << 20,
                                    .language = LANGUAGE_NONE,
                                    .title_weight = TITLE_WEIGHT,
                                    .keep_text = true,
                                    .segment_articles = segment_articles};
}

/* Earlier versions of the first `replaced` articles come first. */
static void write_index(const char *path, uint32_t segment_articles, uint32_t replaced) {
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
  assert_int_equal(native_writer_engine.commit(writer, NULL, NULL), 0);
  native_writer_engine.close(writer);
}

/* ---- Questions ---- */

struct question {
  struct node nodes[64];
  struct node *children[64];
  struct term_key keys[64];
  size_t node_count, child_count, key_count;
};

static struct node *new_node(struct question *question, enum node_kind kind, size_t children) {
  struct node *node = &question->nodes[question->node_count++];
  *node = (struct node){.kind = kind, .children = question->children + question->child_count, .child_count = children};
  question->child_count += children;
  return node;
}

static struct node *new_leaf(struct question *question, enum leaf_score score) {
  struct node *leaf = new_node(question, NODE_TERM, 0);
  uint32_t word = random_below(VOCABULARY);
  leaf->score = score;
  leaf->boost = 1 + random_below(3);
  leaf->key_count = score == SCORE_BM25 ? 1 : 1 + random_below(2);
  leaf->keys = question->keys + question->key_count;
  for (size_t i = 0; i < leaf->key_count; i++) {
    question->keys[question->key_count++] = (struct term_key){word_key[(word + i) % VOCABULARY], 3};
  }
  return leaf;
}

static void random_dates(int64_t *since, int64_t *until) {
  *since = INT64_MIN, *until = INT64_MAX;
  int64_t from = (int64_t)random_below(4 * 365) * DAY, days = 1 + random_below(random_below(2) ? 40 : 900);
  uint32_t which = random_below(6);
  if (one_year) from /= 5;
  if (which == 1 || which == 3) *since = from;
  if (which == 2 || which == 3) *until = from + days * DAY - 1;
}

static struct node *random_tree(struct question *question, int depth) {
  static const enum node_kind kinds[] = {NODE_OR,      NODE_OR,        NODE_AND, NODE_PHRASE, NODE_TERM, NODE_ALL,
                                         NODE_AND_NOT, NODE_AND_MAYBE, NODE_AND, NODE_NEAR,   NODE_DATES};
  enum node_kind kind = depth == 0 ? NODE_TERM : kinds[random_below(sizeof kinds / sizeof *kinds)];
  if (kind == NODE_ALL) return new_node(question, NODE_ALL, 0);
  if (kind == NODE_DATES) {
    struct node *dates = new_node(question, NODE_DATES, 0);
    random_dates(&dates->since, &dates->until);
    return dates;
  }
  if (kind == NODE_TERM) {
    uint32_t score = random_below(6);
    return new_leaf(question, score == 0 ? SCORE_NONE : score == 1 ? SCORE_CONSTANT : SCORE_BM25);
  }
  struct node *node = new_node(question, kind, 2 + random_below(depth == 2 ? 3 : 2));
  node->slop = random_below(2) ? random_below(4) : 0;
  for (size_t i = 0; i < node->child_count; i++) {
    node->children[i] =
        kind == NODE_PHRASE || kind == NODE_NEAR ? new_leaf(question, SCORE_BM25) : random_tree(question, depth - 1);
  }
  return node;
}

/* A union of words, which is what pruning takes. */
static struct node *random_union(struct question *question) {
  struct node *node = new_node(question, NODE_OR, 1 + random_below(8));
  for (size_t i = 0; i < node->child_count; i++) node->children[i] = new_leaf(question, SCORE_BM25);
  return node;
}

/* Unions of which each must match; with `maybe`, one of them need not. */
static struct node *random_unions(struct question *question) {
  struct node *node = new_node(question, random_below(3) ? NODE_AND : NODE_AND_MAYBE, 2);
  for (size_t i = 0; i < node->child_count; i++) node->children[i] = random_union(question);
  return node;
}

static struct node *random_question(struct question *question, int number) {
  switch (number % 4) {
  case 0:
    return random_union(question);
  case 1:
    return random_unions(question);
  case 2:
    return new_leaf(question, SCORE_BM25);
  default:
    return random_tree(question, 2);
  }
}

struct opened {
  struct snapshot *snapshot;
  uint32_t **numbers; /* [segment][doc]: the model's article */
};

static struct opened open_index(const char *path) {
  struct opened opened;
  struct nsearch_article *article = nsearch_article_new();
  uint32_t seen = 0;
  assert_int_equal(native_reader_engine.open(&opened.snapshot, path, NULL), 0);
  opened.numbers = calloc(opened.snapshot->segment_count, sizeof *opened.numbers);
  for (uint32_t s = 0; s < opened.snapshot->segment_count; s++) {
    uint32_t documents = opened.snapshot->segments[s].info.documents;
    opened.numbers[s] = calloc(documents, sizeof **opened.numbers);
    for (uint32_t d = 0; d < documents; d++, seen++) {
      size_t len;
      assert_int_equal(native_reader_engine.fetch(opened.snapshot, (struct doc_ref){s, d}, WANT_CARD, article, NULL),
                       0);
      opened.numbers[s][d] = (uint32_t)atoi(article_get(article, ARTICLE_ID, &len) + 1);
    }
  }
  assert_int_equal(seen, model_count);
  nsearch_article_free(article);
  return opened;
}

static void close_index(struct opened *opened) {
  for (uint32_t s = 0; s < opened->snapshot->segment_count; s++) free(opened->numbers[s]);
  free(opened->numbers);
  native_reader_engine.release(opened->snapshot);
}

static struct search_answer ask(const struct opened *opened, const struct search_request *request) {
  struct search_answer answer;
  assert_int_equal(native_reader_engine.search(opened->snapshot, request, &answer, NULL), 0);
  return answer;
}

static uint32_t number_of(const struct opened *opened, const struct search_hit *hit) {
  return opened->numbers[hit->doc.segment][hit->doc.doc];
}

/* Below zero when hit a must stand before hit b. */
static int hit_order(enum search_order order, uint32_t a, double score_a, uint32_t b, double score_b) {
  if (score_a != score_b) return score_a > score_b ? -1 : 1;
  if (order == ORDER_OLDEST && order_seconds(a) != INT64_MIN && order_seconds(b) != INT64_MIN) {
    uint32_t swap = a;
    a = b, b = swap;
  }
  return segment_doc_compare(order_seconds(a), model[a].id_hash, order_seconds(b), model[b].id_hash);
}

/* The answer's hits are the best of the model's matches, in order, with its scores. */
static void check_hits(const struct opened *opened, const struct search_request *request,
                       const struct search_answer *answer, const bool *match, const double *score, uint64_t count) {
  static bool taken[ARTICLES];
  memset(taken, 0, sizeof taken);
  assert_int_equal(answer->hit_count, count < request->limit ? count : request->limit);
  for (size_t i = 0; i < answer->hit_count; i++) {
    uint32_t number = number_of(opened, &answer->hits[i]);
    assert_true(match[number] && !taken[number]);
    taken[number] = true;
    assert_true(fabs(answer->hits[i].score - score[number]) < 1e-3);
    if (i == 0) continue;
    const struct search_hit *before = &answer->hits[i - 1];
    assert_true(hit_order(request->order, number_of(opened, before), before->score, number, answer->hits[i].score) < 0);
  }
  if (answer->hit_count == 0) return;
  const struct search_hit *last = &answer->hits[answer->hit_count - 1];
  for (uint32_t i = 0; i < model_count; i++) {
    if (!match[i] || taken[i]) continue;
    assert_true(score[i] < last->score + 1e-3);
    if (request->order != ORDER_RELEVANCE) {
      assert_true(hit_order(request->order, number_of(opened, last), 0, i, 0) < 0);
    }
  }
}

static void check_same(const struct opened *a, const struct search_answer *x, const struct opened *b,
                       const struct search_answer *y) {
  assert_int_equal(x->hit_count, y->hit_count);
  for (size_t i = 0; i < x->hit_count; i++) {
    assert_int_equal(number_of(a, &x->hits[i]), number_of(b, &y->hits[i]));
    assert_true(x->hits[i].score == y->hits[i].score);
  }
}

static void check_question(const struct opened *merged, const struct opened *several, struct search_request *request) {
  static bool match[ARTICLES];
  static double score[ARTICLES];
  uint64_t count = 0;
  for (uint32_t i = 0; i < model_count; i++) {
    match[i] = model_matches(i, request->tree, &score[i]) && model_in_range(i, request->since, request->until);
    if (request->order != ORDER_RELEVANCE) score[i] = 0;
    count += match[i];
  }
  const struct opened *indexes[] = {merged, several};
  struct search_answer counted[2];
  for (int i = 0; i < 2; i++) {
    request->count = true;
    counted[i] = ask(indexes[i], request);
    assert_true(counted[i].matches_exact);
    assert_int_equal(counted[i].matches, count);
    check_hits(indexes[i], request, &counted[i], match, score, count);
    request->count = false;
    struct search_answer quick = ask(indexes[i], request);
    check_same(indexes[i], &counted[i], indexes[i], &quick);
    if (quick.matches_exact) assert_int_equal(quick.matches, count);
    memory_free(quick.hits);
  }
  check_same(merged, &counted[0], several, &counted[1]);
  memory_free(counted[0].hits);
  memory_free(counted[1].hits);
}

static void ask_model(int questions) {
  static const uint32_t limits[] = {0, 1, 3, 10, 100, ARTICLES};
  char one[80], many[80];
  snprintf(one, sizeof one, "%s/one", folder);
  snprintf(many, sizeof many, "%s/many", folder);
  make_model(ARTICLES);
  model_df(VOCABULARY);
  write_index(one, 0, REPLACED);
  write_index(many, SEGMENT, REPLACED);
  struct opened merged = open_index(one), several = open_index(many);
  assert_int_equal(merged.snapshot->segment_count, 1);
  assert_true(several.snapshot->segment_count > 1);
  for (int i = 0; i < questions; i++) {
    struct question question = {.node_count = 0};
    struct search_request request = {.limit = limits[random_below(sizeof limits / sizeof *limits)]};
    request.tree = random_question(&question, i);
    request.order = random_below(4) ? ORDER_RELEVANCE : random_below(2) ? ORDER_NEWEST : ORDER_OLDEST;
    random_dates(&request.since, &request.until);
    check_question(&merged, &several, &request);
  }
  close_index(&merged);
  close_index(&several);
  remove_index(one);
  remove_index(many);
}

static void test_against_model(void **state) {
  (void)state;
  ask_model(200);
}

/* Where all dates are near, a range may keep articles out and still end with the segment. */
static void test_against_one_year(void **state) {
  (void)state;
  one_year = true;
  ask_model(60);
  one_year = false;
}

/* A cursor that loaded its first block, probed a later one and starts over reads the first block's frequencies. */
static void test_rewound_cursor(void **state) {
  (void)state;
  char path[80];
  uint32_t expected[BLOCK];
  bool found;
  snprintf(path, sizeof path, "%s/rewound", folder);
  make_model(SEGMENT);
  write_index(path, 0, 0);
  struct opened opened = open_index(path);
  struct segment *segment = &opened.snapshot->segments[0];
  for (uint32_t w = 0; w < VOCABULARY; w++) {
    struct cursor cursor = {0};
    assert_int_equal(cursor_find_term(&cursor, segment, (struct term_key){word_key[w], 3}, &found, NULL), 0);
    assert_true(found && cursor.view.blocks > 1);
    assert_int_equal(cursor_load(&cursor, 0, NULL), 0);
    assert_int_equal(cursor_freqs(&cursor, NULL), 0);
    memcpy(expected, cursor.freqs, sizeof expected);
    cursor_free(&cursor);
    assert_int_equal(cursor_find_term(&cursor, segment, (struct term_key){word_key[w], 3}, &found, NULL), 0);
    assert_int_equal(cursor_load(&cursor, 0, NULL), 0);
    assert_int_equal(cursor_probe(&cursor, view_block_last(&cursor.view, 1), &found, NULL), 0);
    assert_true(found);
    cursor_rewind(&cursor);
    assert_int_equal(cursor_seek(&cursor, 0, NULL), 0);
    assert_int_equal(cursor_freqs(&cursor, NULL), 0);
    assert_memory_equal(cursor.freqs, expected, sizeof expected);
    cursor_free(&cursor);
  }
  close_index(&opened);
  remove_index(path);
}

/* ---- Hostile segments ---- */

struct bytes_of_file {
  uint8_t *bytes;
  size_t len;
};

static struct bytes_of_file read_whole(const char *path) {
  struct bytes_of_file out;
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  out.len = (size_t)ftell(file);
  rewind(file);
  out.bytes = malloc(out.len);
  assert_int_equal(fread(out.bytes, 1, out.len, file), out.len);
  fclose(file);
  return out;
}

static void write_whole(const char *path, const uint8_t *bytes, size_t len) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  fclose(file);
}

/* Makes every checksum of a file of pages right. */
static void seal(uint8_t *bytes, size_t len) {
  uint64_t payload = load_u64(bytes + len - 16), page = 0, at = 0;
  for (; at < payload; page++, at += PAGE_BYTES) {
    uint64_t part = payload - at < PAGE_BYTES ? payload - at : PAGE_BYTES, hash = hash_bytes(bytes + at, part);
    memcpy(bytes + payload + 8 * page, &hash, 8);
  }
  uint64_t hash = hash_bytes(bytes + payload, 8 * page + 16);
  memcpy(bytes + len - 8, &hash, 8);
}

static bool visit_some(void *payload, struct term_key key, uint64_t df) {
  (void)key, (void)df;
  return --*(int *)payload > 0;
}

/* A failure is told as damage, with a message. */
static void check_failure(int status, struct nsearch_error *err) {
  if (!status) return;
  assert_true(status == NSEARCH_ERR_DAMAGED || status == NSEARCH_ERR_VERSION || status == NSEARCH_ERR_NOT_FOUND);
  assert_true(*nsearch_error_message(err));
  error_clear(err);
}

static void ask_hostile(struct snapshot *snapshot, struct nsearch_error *err) {
  for (int i = 0; i < 6; i++) {
    struct question question = {.node_count = 0};
    struct search_request request = {
        .limit = 10, .count = i % 3 == 0, .order = i == 5 ? ORDER_NEWEST : ORDER_RELEVANCE};
    request.tree = i % 2 ? random_union(&question) : random_tree(&question, 2);
    random_dates(&request.since, &request.until);
    struct search_answer answer = {0};
    int status = native_reader_engine.search(snapshot, &request, &answer, err);
    for (size_t h = 0; !status && h < answer.hit_count; h++) {
      struct nsearch_article *article = nsearch_article_new();
      check_failure(native_reader_engine.fetch(snapshot, answer.hits[h].doc, WANT_CARD | WANT_BODY, article, err), err);
      nsearch_article_free(article);
    }
    memory_free(answer.hits);
    check_failure(status, err);
  }
  int left = 3000;
  struct doc_ref doc;
  check_failure(native_reader_engine.terms(snapshot, "X", 1, NULL, 0, visit_some, &left, err), err);
  check_failure(native_reader_engine.find(snapshot, "a7", &doc, err), err);
}

static void merge_hostile(const char *path, const char *to, struct nsearch_error *err) {
  struct segment segments[2];
  uint64_t dropped[2000 / 64 + 1] = {5, 9, 1};
  int status = segment_open(&segments[0], path, err);
  if (!status && (status = segment_open(&segments[1], path, err))) segment_close(&segments[0]);
  check_failure(status, err);
  if (status) return;
  struct merge_input inputs[2] = {{&segments[0], dropped}, {&segments[1], NULL}};
  uint32_t documents;
  check_failure(merge_segments(inputs, 2, &merging, to, &documents, err), err);
  segment_close(&segments[0]);
  segment_close(&segments[1]);
  remove(to);
}

/* Few bytes of a segment are changed, often in a list's header or skip data, and all checksums made right. */
static void test_hostile_segments(void **state) {
  (void)state;
  char path[80], segment[100], merged[80];
  snprintf(path, sizeof path, "%s/hostile", folder);
  snprintf(segment, sizeof segment, "%s/000003.segment", path);
  snprintf(merged, sizeof merged, "%s/merged", folder);
  make_model(1500);
  write_index(path, 5000, 0);
  struct bytes_of_file good = read_whole(segment);
  uint8_t *bad = malloc(good.len);
  struct nsearch_error *err = nsearch_error_new();
  uint64_t payload = load_u64(good.bytes + good.len - 16);
  for (int i = 0; i < 1500; i++) {
    memcpy(bad, good.bytes, good.len);
    for (uint32_t n = 1 + random_below(3); n > 0; n--) {
      uint32_t at = random_below(3) ? random_below((uint32_t)payload) : (uint32_t)payload - 1 - random_below(600);
      static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
      bad[at] = random_below(2) ? values[random_below(sizeof values)] : (uint8_t)random_below(256);
      if (random_below(8) == 0) memset(bad + at, 0xff, payload - at < 4 ? payload - at : 4);
    }
    seal(bad, good.len);
    write_whole(segment, bad, good.len);
    struct snapshot *snapshot;
    int status = native_reader_engine.open(&snapshot, path, err);
    check_failure(status, err);
    if (!status) {
      ask_hostile(snapshot, err);
      native_reader_engine.release(snapshot);
    }
    if (i % 4 == 0) merge_hostile(segment, merged, err);
  }
  nsearch_error_free(err);
  free(bad);
  free(good.bytes);
  remove_index(path);
}

/* A frequency of 2^32, and one that no positions stand behind: neither wraps, asks for memory, or reaches the writer. */
static void test_hostile_frequency(void **state) {
  (void)state;
  enum { DOCS = 20 };
  char path[80];
  snprintf(path, sizeof path, "%s/frequency", folder);
  struct segment_doc docs[DOCS];
  memset(docs, 0, sizeof docs);
  for (uint32_t d = 0; d < DOCS; d++)
    docs[d] = (struct segment_doc){.published = -(int64_t)d, .id_hash = d, .length = 1};
  static const uint32_t freqs[] = {0, UINT32_MAX};
  for (size_t f = 0; f < 2; f++) {
    struct segment_writer *writer;
    assert_int_equal(segment_create(&writer, path, docs, DOCS, 1, false, 0, NULL), 0);
    struct list_writer *list = segment_term_begin(writer, TAG_TEXT);
    for (uint32_t d = 0; d < DOCS; d++) {
      assert_int_equal(list_add(list, d, 1, NULL), 0);
      *list_gaps(list, 1, NULL) = 0;
      list->freqs[d] = freqs[f]; /* less one, 0 is written as 2^32 - 1 */
    }
    uint32_t number;
    assert_int_equal(segment_term_end(writer, "Xq", 2, &number, NULL), 0);
    assert_int_equal(segment_finish(&writer, true, NULL), 0);
    struct segment segment;
    struct term_entry entry;
    struct list_view view;
    struct block_place place;
    struct position_run run;
    uint32_t at[BLOCK], decoded[BLOCK];
    bool found;
    assert_int_equal(segment_open(&segment, path, NULL), 0);
    assert_int_equal(segment_lookup(&segment, "Xq", 2, &entry, &found, NULL), 0);
    assert_int_equal(segment_list(&segment, &entry, &view, NULL), 0);
    assert_int_equal(list_block_docs(&segment, &view, 0, at, &place, NULL), 0);
    int status = list_block_freqs(&view, 0, &place, decoded, NULL);
    if (!status) status = position_run_open(&segment, &view, 0, (uint64_t)decoded[0] * DOCS, &run, NULL);
    assert_int_equal(status, NSEARCH_ERR_DAMAGED);
    struct merge_input input = {&segment, NULL};
    uint32_t documents;
    char to[80];
    snprintf(to, sizeof to, "%s/merged", folder);
    assert_int_equal(merge_segments(&input, 1, &merging, to, &documents, NULL), NSEARCH_ERR_DAMAGED);
    segment_close(&segment);
    remove(path);
  }
}

/* A stem that is the alias of a term after it: its new number is not known when it is asked for. */
static void test_hostile_alias(void **state) {
  (void)state;
  char path[80], to[80];
  snprintf(path, sizeof path, "%s/alias", folder);
  snprintf(to, sizeof to, "%s/merged", folder);
  struct segment_doc doc = {.id_hash = 1, .length = 1};
  struct segment_writer *writer;
  assert_int_equal(segment_create(&writer, path, &doc, 1, 1, false, 0, NULL), 0);
  assert_int_equal(segment_term_alias(writer, "Zena", 4, 1, NULL), 0);
  assert_int_equal(list_add(segment_term_begin(writer, TAG_STEM), 0, 1, NULL), 0);
  uint32_t number, documents;
  assert_int_equal(segment_term_end(writer, "Zenb", 4, &number, NULL), 0);
  assert_int_equal(segment_finish(&writer, true, NULL), 0);
  struct segment segment;
  assert_int_equal(segment_open(&segment, path, NULL), 0);
  struct merge_input input = {&segment, NULL};
  assert_int_equal(merge_segments(&input, 1, &merging, to, &documents, NULL), NSEARCH_ERR_DAMAGED);
  segment_close(&segment);
  remove(path);
}

/* ---- What the planner does not ask today, and the contract allows ---- */

static void check_union(const struct opened *opened, struct term_key *keys, size_t leaves, size_t keys_each) {
  struct node nodes[8], *children[8], any = {.kind = NODE_OR, .children = children, .child_count = leaves};
  struct search_request request = {.tree = &any, .limit = 20, .since = INT64_MIN, .until = INT64_MAX};
  for (size_t i = 0; i < leaves; i++) {
    nodes[i] = (struct node){
        .kind = NODE_TERM, .keys = keys + i * keys_each, .key_count = keys_each, .score = SCORE_BM25, .boost = 1};
    children[i] = &nodes[i];
  }
  struct search_answer quick = ask(opened, &request);
  request.count = true;
  struct search_answer counted = ask(opened, &request);
  assert_int_equal(quick.hit_count, 20);
  check_same(opened, &quick, opened, &counted);
  for (size_t i = 0; i < quick.hit_count; i++) assert_true(quick.hits[i].score >= 0 && quick.hits[i].score < 20);
  memory_free(quick.hits);
  memory_free(counted.hits);
}

/* Scored title words, whose lists keep no bounds; keys of a leaf that share articles; a segment without documents. */
static void test_unusual(void **state) {
  (void)state;
  char path[80], segment[100];
  snprintf(path, sizeof path, "%s/unusual", folder);
  snprintf(segment, sizeof segment, "%s/000003.segment", path);
  make_model(3000);
  write_index(path, 0, 0);
  struct opened opened = open_index(path);
  struct term_key titles[] = {{"Sqa", 3}, {"Sqb", 3}}, texts[] = {{"Xqa", 3}, {"Xqb", 3}, {"Xqc", 3}};
  check_union(&opened, titles, 2, 1);
  check_union(&opened, texts, 1, 3);
  close_index(&opened);
  struct segment_writer *writer;
  struct snapshot *snapshot;
  assert_int_equal(segment_create(&writer, segment, NULL, 0, 1, false, 0, NULL), 0);
  assert_int_equal(segment_finish(&writer, true, NULL), 0);
  assert_int_equal(native_reader_engine.open(&snapshot, path, NULL), 0);
  struct node all = {.kind = NODE_ALL};
  struct search_request request = {.tree = &all, .limit = 1, .count = true, .since = INT64_MIN, .until = INT64_MAX};
  struct search_answer answer;
  assert_int_equal(native_reader_engine.search(snapshot, &request, &answer, NULL), 0);
  assert_int_equal(answer.matches, 0);
  memory_free(answer.hits);
  native_reader_engine.release(snapshot);
  remove_index(path);
}

/* A value that an article says twice is one, and very many values take no time to speak of. */
static void test_many_keywords(void **state) {
  (void)state;
  enum { TOPICS = 200000 };
  char path[80], topic[24];
  uint64_t bytes;
  struct write_options options;
  struct batch batch;
  struct pack_out *cards;
  snprintf(path, sizeof path, "%s/cards", folder);
  write_options(&options, 0);
  assert_int_equal(batch_init(&batch, NULL), 0);
  assert_int_equal(pack_create(&cards, path, 1, TEXT_GROUP, NULL), 0);
  struct nsearch_article *article = nsearch_article_new();
  article_set(article, ARTICLE_ID, "x", 1, NULL);
  for (int i = 0; i < 2 * TOPICS; i++) {
    int len = snprintf(topic, sizeof topic, "topic %d", i % TOPICS);
    article_list_add(&article->topics, topic, (size_t)len, NULL);
  }
  assert_int_equal(batch_add(&batch, &options, article, 0, cards, NULL, NULL), 0);
  assert_int_equal(batch.docs[0].keyword_len, TOPICS);
  nsearch_article_free(article);
  assert_int_equal(pack_finish(&cards, true, &bytes, NULL), 0);
  batch_free(&batch);
  remove(path);
}

/* ---- Writers ---- */

/* A manifest that is there when an uncommitted writer goes (a rename that succeeded before the folder could not be
 * synced, another writer's commit) keeps all files. */
static void test_close_keeps_an_index(void **state) {
  (void)state;
  char path[80], segment[100], manifest[100];
  snprintf(path, sizeof path, "%s/kept", folder);
  snprintf(segment, sizeof segment, "%s/000001.segment", path);
  snprintf(manifest, sizeof manifest, "%s/manifest", path);
  for (int index = 0; index < 2; index++) {
    struct write_options options;
    struct engine_writer *writer;
    write_options(&options, 0);
    assert_int_equal(native_writer_engine.open(&writer, path, &options, NULL), 0);
    write_whole(segment, (const uint8_t *)"s", 1);
    if (index) write_whole(manifest, (const uint8_t *)"m", 1);
    native_writer_engine.close(writer);
    assert_int_equal(access(segment, F_OK), index ? 0 : -1);
  }
  remove_index(path);
}

/* Once a segment could not be written no commit passes over its articles. */
static void test_lost_articles(void **state) {
  (void)state;
  char path[80], obstacle[100];
  struct write_options options;
  struct engine_writer *writer;
  struct engine_worker *worker;
  snprintf(path, sizeof path, "%s/lost", folder);
  snprintf(obstacle, sizeof obstacle, "%s/000003.segment", path);
  make_model(4);
  write_options(&options, 0);
  assert_int_equal(native_writer_engine.open(&writer, path, &options, NULL), 0);
  assert_int_equal(native_writer_engine.worker_open(writer, &worker, NULL), 0);
  add_article(worker, 0, &model[0], 0);
  assert_int_equal(mkdir(obstacle, 0777), 0);
  assert_int_equal(native_writer_engine.worker_close(worker, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, NULL, NULL), NSEARCH_ERR_SYSTEM);
  assert_int_equal(rmdir(obstacle), 0);
  assert_int_equal(native_writer_engine.worker_open(writer, &worker, NULL), 0);
  add_article(worker, 1, &model[1], 1);
  assert_int_equal(native_writer_engine.worker_close(worker, NULL), 0);
  assert_int_equal(native_writer_engine.commit(writer, NULL, NULL), NSEARCH_ERR_SYSTEM);
  native_writer_engine.close(writer);
  assert_int_equal(access(path, F_OK), -1);
}

/* An article that fails half-way leaves nothing in the stream: the words of those around it stay where they are. */
static void test_failed_article(void **state) {
  (void)state;
  enum { LARGE = 600 << 10 };
  char path[80];
  struct write_options options;
  struct batch batch;
  struct pack_out *cards;
  snprintf(path, sizeof path, "%s/cards", folder);
  write_options(&options, 0);
  assert_int_equal(batch_init(&batch, NULL), 0);
  assert_int_equal(symlink("/dev/full", path), 0);
  assert_int_equal(pack_create(&cards, path, 1, TEXT_GROUP, NULL), 0);
  struct nsearch_article *article = nsearch_article_new();
  char *noise = malloc(LARGE);
  for (size_t i = 0; i < LARGE; i++) noise[i] = (char)random_below(256);
  article_set(article, ARTICLE_ID, "x", 1, NULL);
  article_set(article, ARTICLE_URL, noise, LARGE, NULL);
  article_set(article, ARTICLE_TITLE, "two words", 9, NULL);
  assert_int_equal(batch_add(&batch, &options, article, 0, cards, NULL, NULL), 0);
  size_t words = batch.stream.count;
  assert_int_equal(batch_add(&batch, &options, article, 1, cards, NULL, NULL), NSEARCH_ERR_SYSTEM);
  assert_int_equal(batch.stream.count, words);
  assert_int_equal(batch.doc_count, 1);
  nsearch_article_free(article);
  free(noise);
  pack_finish(&cards, false, NULL, NULL);
  assert_int_equal(access(path, F_OK), -1);
  batch_free(&batch);
}

/* Another index in the same folder is another commit, though its generation is the same. */
static void test_stale(void **state) {
  (void)state;
  char path[80];
  bool stale;
  struct snapshot *snapshot;
  snprintf(path, sizeof path, "%s/stale", folder);
  make_model(30);
  write_index(path, 0, 0);
  assert_int_equal(native_reader_engine.open(&snapshot, path, NULL), 0);
  assert_int_equal(native_reader_engine.is_stale(snapshot, &stale, NULL), 0);
  assert_false(stale);
  remove_index(path);
  make_model(60);
  write_index(path, 0, 0);
  assert_int_equal(native_reader_engine.is_stale(snapshot, &stale, NULL), 0);
  assert_true(stale);
  native_reader_engine.release(snapshot);
  remove_index(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_against_model),
      cmocka_unit_test(test_against_one_year),
      cmocka_unit_test(test_rewound_cursor),
      cmocka_unit_test(test_hostile_segments),
      cmocka_unit_test(test_hostile_frequency),
      cmocka_unit_test(test_hostile_alias),
      cmocka_unit_test(test_unusual),
      cmocka_unit_test(test_many_keywords),
      cmocka_unit_test(test_close_keeps_an_index),
      cmocka_unit_test(test_lost_articles),
      cmocka_unit_test(test_failed_article),
      cmocka_unit_test(test_stale),
  };
  return cmocka_run_group_tests_name("native", tests, make_folder, remove_folder);
}
