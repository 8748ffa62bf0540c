/* Questions over the canned engine: question_bench.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/unit/question_bench.h"

void bench_open(struct bench *bench, const struct fake_article *articles, size_t count, int language) {
  memset(bench, 0, sizeof *bench);
  bench->snapshot = fake_snapshot_new(articles, count, language);
  assert_int_equal(folder_new(&bench->folder, NULL), NSEARCH_OK);
}

void bench_close(struct bench *bench) {
  folder_free(bench->folder);
  fake_snapshot_free(bench->snapshot);
}

static const char *const kind_names[] = {
    [NODE_ALL] = "all",       [NODE_TERM] = "term",  [NODE_DOC] = "doc",     [NODE_AND] = "and",
    [NODE_NEAR] = "near",     [NODE_OR] = "or",      [NODE_AND_NOT] = "not", [NODE_AND_MAYBE] = "maybe",
    [NODE_PHRASE] = "phrase", [NODE_DATES] = "dates"};

void print_node(const struct node *node, struct buffer *out) {
  if (node->kind == NODE_TERM) {
    buffer_text(out, node->score == SCORE_NONE ? "=[" : node->score == SCORE_CONSTANT ? "![" : "[");
    for (size_t i = 0; i < node->key_count; i++) {
      if (i) buffer_byte(out, '|');
      for (uint32_t k = 0; k < node->keys[i].len; k++)
        buffer_byte(out, (uint8_t)(node->keys[i].bytes[k] ? node->keys[i].bytes[k] : '/'));
    }
    buffer_byte(out, ']');
    if (node->boost != 1) buffer_format(out, "*%g", node->boost);
    return;
  }
  buffer_text(out, kind_names[node->kind]);
  if (node->kind == NODE_DOC) buffer_format(out, " %u", node->doc.doc);
  if (node->kind == NODE_DATES) buffer_format(out, " %lld..%lld", (long long)node->since, (long long)node->until);
  if (node->slop) buffer_format(out, "~%u", node->slop);
  if (!node->child_count) return;
  for (size_t i = 0; i < node->child_count; i++) {
    buffer_byte(out, i ? ' ' : '(');
    print_node(node->children[i], out);
  }
  buffer_byte(out, ')');
}

int bench_plan(struct bench *bench, struct pool *pool, const char *question, enum mode mode, struct plan *plan,
               struct nsearch_error *err) {
  bench->planner = (struct planner){.engine = &fake_engine,
                                    .snapshot = bench->snapshot,
                                    .stats = fake_stats(bench->snapshot),
                                    .folder = bench->folder,
                                    .pool = pool,
                                    .now = bench->planner.now,
                                    .bounded = bench->planner.bounded,
                                    .err = err};
  int status = question_parse(pool, question, mode == PLAIN, &bench->parsed, err);
  return status ? status : plan_make(&bench->planner, bench->parsed, mode == ALL, plan);
}

void check_trees(struct bench *bench, const struct tree_form *forms, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct pool pool = {0};
    struct plan plan;
    struct buffer out = {0};
    nsearch_error *err = nsearch_error_new();
    if (bench_plan(bench, &pool, forms[i].question, forms[i].mode, &plan, err))
      fail_msg("%s: %s", forms[i].question, nsearch_error_message(err));
    print_node(plan.tree, &out);
    if (plan.order == ORDER_NEWEST) buffer_text(&out, " newest");
    buffer_byte(&out, 0);
    if (strcmp(out.bytes, forms[i].tree) != 0)
      fail_msg("%s: %s, expected %s", forms[i].question, out.bytes, forms[i].tree);
    nsearch_error_free(err);
    buffer_free(&out);
    pool_free(&pool);
  }
}

void check_errors(struct bench *bench, const struct error_form *errors, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct pool pool = {0};
    struct plan plan;
    nsearch_error *err = nsearch_error_new();
    int status = bench_plan(bench, &pool, errors[i].question, USUAL, &plan, err);
    if (status != NSEARCH_ERR_QUERY) fail_msg("%s: status %d", errors[i].question, status);
    if (nsearch_error_position(err) != errors[i].position || !strstr(nsearch_error_message(err), errors[i].expected))
      fail_msg("%s: %s", errors[i].question, nsearch_error_message(err));
    assert_int_equal(nsearch_error_status(err), NSEARCH_ERR_QUERY);
    nsearch_error_free(err);
    pool_free(&pool);
  }
}
