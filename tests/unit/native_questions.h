/* Random questions about the articles of native_model.h. */
#ifndef TESTS_UNIT_NATIVE_QUESTIONS_H
#define TESTS_UNIT_NATIVE_QUESTIONS_H

#include "common/engine.h"

/* Holds one question; its trees point into it. Zeroed is empty. */
struct question {
  struct node nodes[64];
  struct node *children[64];
  struct term_key keys[64];
  size_t node_count, child_count, key_count;
};

struct node *random_tree(struct question *question, int depth);
struct node *random_union(struct question *question); /* of words, which is what pruning takes */
/* A union, unions of which each must match, a word, a word and few articles more or less, or a tree, by the number. */
struct node *random_question(struct question *question, int number);

/* INT64_MIN and INT64_MAX where a side is open. */
void random_dates(int64_t *since, int64_t *until);

#endif
