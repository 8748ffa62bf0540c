/* Random questions: native_questions.h. */
#include "tests/unit/native_questions.h"
#include "tests/unit/native_model.h"

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

/* Of several words that no article holds two of, from this one on. */
static struct node *new_disjoint(struct question *question, uint32_t word) {
  struct node *leaf = new_node(question, NODE_TERM, 0);
  leaf->score = SCORE_BM25;
  leaf->boost = 1 + random_below(3);
  leaf->keys = question->keys + question->key_count;
  for (; word < VOCABULARY; word += 1 + random_below(2)) {
    leaf->keys[leaf->key_count++] = (struct term_key){word_key[word], 3};
  }
  question->key_count += leaf->key_count;
  return leaf;
}

static struct node *new_scored(struct question *question) {
  return random_below(4) ? new_leaf(question, SCORE_BM25) : new_disjoint(question, MIXED + random_below(DISJOINT - 1));
}

void random_dates(int64_t *since, int64_t *until) {
  *since = INT64_MIN, *until = INT64_MAX;
  int64_t from = (int64_t)random_below(4 * 365) * DAY, days = 1 + random_below(random_below(2) ? 40 : 900);
  uint32_t which = random_below(6);
  if (model_one_year) from /= 5;
  if (which == 1 || which == 3) *since = from;
  if (which == 2 || which == 3) *until = from + days * DAY - 1;
}

struct node *random_tree(struct question *question, int depth) {
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
    return score > 1 ? new_scored(question) : new_leaf(question, score == 0 ? SCORE_NONE : SCORE_CONSTANT);
  }
  struct node *node = new_node(question, kind, 2 + random_below(depth == 2 ? 3 : 2));
  node->slop = random_below(2) ? random_below(4) : 0;
  for (size_t i = 0; i < node->child_count; i++) {
    node->children[i] =
        kind == NODE_PHRASE || kind == NODE_NEAR ? new_leaf(question, SCORE_BM25) : random_tree(question, depth - 1);
  }
  return node;
}

struct node *random_union(struct question *question) {
  struct node *node = new_node(question, NODE_OR, 1 + random_below(8));
  for (size_t i = 0; i < node->child_count; i++) node->children[i] = new_scored(question);
  return node;
}

/* Unions of which each must match; with `maybe`, one of them need not. */
static struct node *random_unions(struct question *question) {
  struct node *node = new_node(question, random_below(3) ? NODE_AND : NODE_AND_MAYBE, 2);
  for (size_t i = 0; i < node->child_count; i++) node->children[i] = random_union(question);
  return node;
}

/* Many articles, more or less a few. */
static struct node *random_difference(struct question *question) {
  struct node *node = new_node(question, random_below(2) ? NODE_OR : NODE_AND_NOT, 2), *few;
  node->children[0] = new_disjoint(question, MIXED);
  node->children[1] = few = new_leaf(question, SCORE_BM25);
  few->keys[0].bytes = word_key[MIXED - 1 - random_below(SEASONS / 2)];
  return node;
}

struct node *random_question(struct question *question, int number) {
  switch (number % 4) {
  case 0:
    return random_union(question);
  case 1:
    return random_unions(question);
  case 2:
    return random_below(2) ? new_scored(question) : random_difference(question);
  default:
    return random_tree(question, 2);
  }
}
