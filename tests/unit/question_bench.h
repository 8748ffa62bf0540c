/* Questions over the canned engine, and their trees in short: what the tests of the planner share. */
#ifndef TESTS_UNIT_QUESTION_BENCH_H
#define TESTS_UNIT_QUESTION_BENCH_H

#include "query/query.h"
#include "tests/unit/fake_engine.h"

enum mode { USUAL, ALL, PLAIN };

struct bench {
  struct snapshot *snapshot;
  struct folder *folder;
  struct planner planner; /* of the last question; what it says of `now` and `bounded` is taken for the next */
  struct question_node *parsed;
};

void bench_open(struct bench *bench, const struct fake_article *articles, size_t count, int language);
void bench_close(struct bench *bench);

int bench_plan(struct bench *bench, struct pool *pool, const char *question, enum mode mode, struct plan *plan,
               struct nsearch_error *err);

/* Leaves as [keys separated by |] with what they score before: = nothing, ! a constant; NUL as /. */
void print_node(const struct node *node, struct buffer *out);

struct tree_form {
  const char *question, *tree;
  enum mode mode;
};

/* Fails the test unless each question comes to its tree, " newest" behind it where that is the order. */
void check_trees(struct bench *bench, const struct tree_form *forms, size_t count);

struct error_form {
  const char *question;
  int64_t position;
  const char *expected; /* is in the message */
};
void check_errors(struct bench *bench, const struct error_form *errors, size_t count);

#endif
