/* The native engine asked: random questions against the model, over one segment and several; and what the planner does
 * not ask today, but the contract allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/native/native.h"
#include "tests/unit/native_model.h"
#include "tests/unit/native_questions.h"

enum { REPLACED = 300, SEGMENT = 6000 };

/* ---- An index, opened ---- */

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

/* ---- Against the model ---- */

/* Below zero when hit a must stand before hit b. */
static int hit_order(enum search_order order, uint32_t a, double score_a, uint32_t b, double score_b) {
  if (score_a != score_b) return score_a > score_b ? -1 : 1;
  if (order == ORDER_OLDEST && model_seconds(a) != INT64_MIN && model_seconds(b) != INT64_MIN) {
    uint32_t swap = a;
    a = b, b = swap;
  }
  return segment_doc_compare(model_seconds(a), model[a].id_hash, model_seconds(b), model[b].id_hash);
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

/* A source is the first letters of a word, as many as the article's number says: how many matches have each. */
static void check_sources(const struct opened *opened, const struct search_request *asked, const bool *match) {
  struct facet_request source = {.field = FACET_SOURCE};
  struct search_request request = *asked;
  uint64_t counts[7] = {0}, distinct = 0;
  for (uint32_t i = 0; i < model_count; i++) counts[i % 7] += match[i];
  for (int len = 1; len < 7; len++) distinct += counts[len] != 0;
  request.facets = &source;
  request.facet_count = 1;
  struct search_answer answer = ask(opened, &request);
  assert_int_equal(answer.facets[0].count, distinct);
  for (size_t i = 0; i < distinct; i++)
    assert_int_equal(answer.facets[0].values[i].count, counts[strlen(answer.facets[0].values[i].value)]);
  search_answer_free(&answer);
}

static void check_question(const struct opened *merged, const struct opened *several, struct search_request *request) {
  static bool match[ARTICLES];
  static double score[ARTICLES];
  uint64_t count = 0;
  for (uint32_t i = 0; i < model_count; i++) {
    match[i] = model_matches(i, request->tree, &score[i]) && model_in_range(i, request->since, request->until) &&
               !model[i].gone;
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
    assert_true(quick.matches <= count);
    memory_free(quick.hits);
    check_sources(indexes[i], request, match);
  }
  check_same(merged, &counted[0], several, &counted[1]);
  memory_free(counted[0].hits);
  memory_free(counted[1].hits);
}

/* With a share of the articles gone; 0: none. */
static void ask_model(int questions, uint32_t gone) {
  static const uint32_t limits[] = {0, 1, 3, 10, 100, ARTICLES};
  char one[80], many[80];
  snprintf(one, sizeof one, "%s/one", folder);
  snprintf(many, sizeof many, "%s/many", folder);
  make_model(ARTICLES);
  model_count_words();
  write_index(one, 0, REPLACED);
  write_index(many, SEGMENT, REPLACED);
  if (gone) {
    make_gone(gone);
    mark_gone(one);
    mark_gone(many);
  }
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
  ask_model(200, 0);
}

/* Where all dates are near, a range may keep articles out and still end with the segment. */
static void test_against_one_year(void **state) {
  (void)state;
  model_one_year = true;
  ask_model(60, 0);
  model_one_year = false;
}

/* Articles that are gone count in scores, and are neither found nor counted: half of them, and few. */
static void test_gone(void **state) {
  (void)state;
  ask_model(200, 2);
  ask_model(200, 200);
}

static void test_gone_in_one_year(void **state) {
  (void)state;
  model_one_year = true;
  ask_model(60, 3);
  model_one_year = false;
}

/* ---- Many short lists ---- */

/* Word 0 is everywhere, word 1 in more articles than a block holds, each of the others in some dozens; in titles too, and
 * several times. */
static uint8_t rare_word(void) { return (uint8_t)(random_below(3) ? 1 + random_below(VOCABULARY - 1) : 1); }

static void make_rare_words(void) {
  make_model(ARTICLES);
  for (uint32_t i = 0; i < ARTICLES; i++) {
    struct model_article *article = &model[i];
    memset(article->title, 0, sizeof article->title);
    memset(article->body, 0, sizeof article->body);
    if (random_below(12)) continue;
    memset(article->body, rare_word(), random_below(article->body_len + 1));
    if (article->title_len) article->title[0] = rare_word();
  }
  model_count_words();
}

/* What is said of the way depends on the question, not on how many segments there are. */
static void check_way(const struct opened *opened, const struct node *any, uint64_t limit, const char *way) {
  struct search_request request = {
      .tree = any, .limit = limit, .explain = true, .since = INT64_MIN, .until = INT64_MAX};
  struct search_answer answer = ask(opened, &request);
  assert_memory_equal(answer.plan, way, strlen(way));
  memory_free(answer.hits);
}

/* Of many hits all postings are added up, of few the bounds decide which are looked at: the first of the many are the
 * few. */
static void check_few(const struct opened *opened, struct search_request request) {
  struct search_answer many = ask(opened, &request);
  request.limit = 99;
  struct search_answer few = ask(opened, &request);
  assert_true(many.hit_count >= few.hit_count);
  many.hit_count = few.hit_count;
  check_same(opened, &many, opened, &few);
  memory_free(many.hits);
  memory_free(few.hits);
}

static void ask_many_short_lists(uint32_t gone) {
  static const uint64_t limits[] = {100, 201, ARTICLES};
  char one[80], many[80];
  struct node leaves[VOCABULARY], *children[VOCABULARY];
  struct term_key keys[VOCABULARY];
  snprintf(one, sizeof one, "%s/one", folder);
  snprintf(many, sizeof many, "%s/many", folder);
  make_rare_words();
  write_index(one, 0, 0);
  write_index(many, SEGMENT, 0);
  if (gone) {
    make_gone(gone);
    mark_gone(one);
    mark_gone(many);
  }
  struct opened merged = open_index(one), several = open_index(many);
  for (uint32_t w = 1; w < VOCABULARY; w++) {
    keys[w] = (struct term_key){word_key[w], 3};
    leaves[w] = (struct node){
        .kind = NODE_TERM, .keys = &keys[w], .key_count = 1, .score = SCORE_BM25, .boost = 1 + random_below(3) / 2.0};
    children[w - 1] = &leaves[w];
  }
  for (size_t i = 0; i < 12; i++) {
    struct node any = {.kind = NODE_OR, .children = children, .child_count = VOCABULARY - 1 - i};
    struct search_request request = {.tree = &any, .limit = limits[i % 3], .since = INT64_MIN, .until = INT64_MAX};
    if (i >= 6) random_dates(&request.since, &request.until);
    check_question(&merged, &several, &request);
    check_few(&merged, request);
    check_few(&several, request);
    for (int in = 0; in < 2; in++) {
      check_way(in ? &several : &merged, &any, 99, "union, windows by the bounds of their blocks;");
      check_way(in ? &several : &merged, &any, 100,
                "union, windows by the bounds of their blocks or, of short lists, all added up;");
    }
  }
  close_index(&merged);
  close_index(&several);
  remove_index(one);
  remove_index(many);
}

static void test_many_short_lists(void **state) {
  (void)state;
  ask_many_short_lists(0);
  ask_many_short_lists(3);
}

/* ---- How often words stand in articles ---- */

/* Counts the looks, and stops at the first after -1. */
static int count_looks(void *payload) { return ++*(int *)payload == 0; }

/* Of every third article or so, and of a word that no article has: as often as the explanation of its score says. */
static void test_occurrences(void **state) {
  (void)state;
  enum { KEYS = VOCABULARY + 1, DOCS = ARTICLES / 3 };
  static struct doc_ref docs[DOCS];
  static uint32_t tfs[KEYS * DOCS], lengths[DOCS];
  struct node leaves[KEYS], *children[KEYS], any = {.kind = NODE_OR, .children = children, .child_count = KEYS};
  struct term_key keys[KEYS] = {[VOCABULARY] = {"Xnone", 5}};
  struct score_part parts[KEYS];
  size_t count = 0;
  char path[80];
  snprintf(path, sizeof path, "%s/occurrences", folder);
  make_model(ARTICLES);
  write_index(path, SEGMENT, 0);
  struct opened opened = open_index(path);
  for (size_t k = 0; k < KEYS; k++) {
    if (k < VOCABULARY) keys[k] = (struct term_key){word_key[k], 3};
    leaves[k] = (struct node){.kind = NODE_TERM, .keys = &keys[k], .key_count = 1, .score = SCORE_BM25, .boost = 1};
    children[k] = &leaves[k];
  }
  for (uint32_t s = 0; s < opened.snapshot->segment_count; s++)
    for (uint32_t d = random_below(3); d < opened.snapshot->segments[s].info.documents; d += 4 + random_below(40))
      docs[count++] = (struct doc_ref){s, d};
  memset(tfs, 0xff, sizeof tfs);
  const struct reader_engine *engine = &native_reader_engine;
  int looks = 0, one = -1;
  const struct search_request in_time = {.cancel = count_looks, .cancel_payload = &looks}, late = {.deadline = 1},
                              cancelled = {.cancel = count_looks, .cancel_payload = &one};
  assert_int_equal(engine->occurrences(opened.snapshot, keys, KEYS, docs, count, &late, tfs, lengths, NULL),
                   NSEARCH_ERR_DEADLINE);
  assert_int_equal(engine->occurrences(opened.snapshot, keys, KEYS, docs, count, &cancelled, tfs, lengths, NULL),
                   NSEARCH_ERR_CANCELLED);
  assert_int_equal(engine->occurrences(opened.snapshot, keys, KEYS, docs, count, &in_time, tfs, lengths, NULL), 0);
  assert_int_equal(looks, KEYS * opened.snapshot->segment_count);
  for (size_t d = 0; d < count; d++) {
    const struct model_article *article = &model[opened.numbers[docs[d].segment][docs[d].doc]];
    assert_int_equal(lengths[d], article->title_len * TITLE_WEIGHT + article->body_len);
    assert_int_equal(native_reader_engine.explain(opened.snapshot, &any, docs[d], parts, NULL), 0);
    for (size_t k = 0; k < KEYS; k++) assert_int_equal(tfs[k * count + d], parts[k].tf);
  }
  assert_int_equal(engine->occurrences(opened.snapshot, keys, KEYS, docs, 0, &late, tfs, lengths, NULL), 0);
  close_index(&opened);
  remove_index(path);
}

/* A window begins before the range of dates that a cursor was sought by: it may stand at the end of its only block already,
 * behind which its frequencies lie. */
static void test_probe_behind_the_end(void **state) {
  (void)state;
  enum { FEW = BLOCK - 1 };
  char path[80];
  bool found;
  snprintf(path, sizeof path, "%s/behind", folder);
  make_model(FEW);
  write_index(path, 0, 0);
  struct opened opened = open_index(path);
  for (uint32_t w = 0; w < VOCABULARY; w++) {
    struct cursor cursor = {0};
    struct segment *segment = &opened.snapshot->segments[0];
    assert_int_equal(cursor_find_term(&cursor, segment, (struct term_key){word_key[w], 3}, &found, NULL), 0);
    assert_true(found);
    assert_int_equal(cursor_seek(&cursor, FEW, NULL), 0);
    assert_int_equal(cursor.doc, NO_DOC);
    assert_int_equal(cursor_freqs(&cursor, NULL), 0);
    assert_int_equal(cursor_probe(&cursor, cursor.freqs[0], &found, NULL), 0);
    assert_false(found);
    cursor_free(&cursor);
  }
  close_index(&opened);
  remove_index(path);
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
  for (uint32_t w = 0; w < MIXED - SEASONS; w++) { /* those of a season may fill no block */
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
  snprintf(segment, sizeof segment, "%s/000001.segment", path);
  make_model(3000);
  write_index(path, 0, 0);
  struct opened opened = open_index(path);
  struct term_key titles[] = {{"Sqa", 3}, {"Sqb", 3}}, texts[] = {{"Xqa", 3}, {"Xqb", 3}, {"Xqc", 3}};
  check_union(&opened, titles, 2, 1);
  check_union(&opened, texts, 1, 3);
  close_index(&opened);
  struct segment_writer *writer;
  struct snapshot *snapshot;
  assert_int_equal(segment_create(&writer, segment, (struct segment_docs){0}, 1, false, 0, NULL), 0);
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_against_model),
      cmocka_unit_test(test_against_one_year),
      cmocka_unit_test(test_gone),
      cmocka_unit_test(test_gone_in_one_year),
      cmocka_unit_test(test_many_short_lists),
      cmocka_unit_test(test_occurrences),
      cmocka_unit_test(test_probe_behind_the_end),
      cmocka_unit_test(test_rewound_cursor),
      cmocka_unit_test(test_unusual),
  };
  return cmocka_run_group_tests_name("native search", tests, make_folder, remove_folder);
}
