/* AND, OR and NEAR of a question as nodes. What is excluded below them (NOT, -) is all articles but those. */
#include "query/query.h"

#include <string.h>

/* A clause that an operator needs, and that says nothing. */
static int expected_operand(struct planner *planner, const struct question_node *clause, bool first) {
  return question_expected(planner->err, clause->position,
                           first ? "a word, a phrase or ( that says something before the operator"
                                 : "a word, a phrase or ( that says something after the operator");
}

static int plan_operand(struct planner *planner, const struct question_node *operator,
                        const struct question_node * clause, struct plan_context context, struct plan_part *out) {
  if (clause->sign == SIGN_EXCLUDED) context.score = SCORE_NONE;
  int status = plan_clause(planner, clause, context, out);
  bool first = clause == operator->children && clause->next;
  return status || out->node ? status : expected_operand(planner, clause, first);
}

static size_t count_children(const struct question_node *operator) {
  size_t count = 0;
  for (const struct question_node *clause = operator->children; clause; clause = clause->next) count++;
  return count;
}

/* Positive operands first; those excluded are taken away from what these have in common. */
static int plan_and(struct planner *planner, const struct question_node *operator, struct plan_context context,
                    struct plan_part *out) {
  size_t count = count_children(operator), wanted = 0, excluded = 0;
  struct node *all = node_new(planner, NODE_AND, count), **nots = pool_take(planner->pool, count * sizeof *nots);
  if (!all || !nots) return error_memory(planner->err);
  out->filters = true;
  for (const struct question_node *clause = operator->children; clause; clause = clause->next) {
    struct plan_part part;
    int status = plan_operand(planner, operator, clause, context, &part);
    if (status) return status;
    if (clause->sign == SIGN_EXCLUDED) {
      nots[excluded++] = part.node;
    } else {
      all->children[wanted++] = part.node;
      out->filters = out->filters && part.filters;
    }
  }
  all->child_count = wanted;
  out->node = wanted == 0 ? NULL : wanted == 1 ? all->children[0] : all;
  if (excluded) out->node = plan_without(planner, out->node, nots, excluded);
  return out->node ? NSEARCH_OK : error_memory(planner->err);
}

static int plan_or(struct planner *planner, const struct question_node *operator, struct plan_context context,
                   struct plan_part *out) {
  struct node *any = out->node = node_new(planner, NODE_OR, count_children(operator));
  size_t i = 0;
  if (!any) return error_memory(planner->err);
  out->filters = true;
  for (const struct question_node *clause = operator->children; clause; clause = clause->next, i++) {
    struct plan_part part;
    int status = plan_operand(planner, operator, clause, context, &part);
    if (status) return status;
    bool excluded = clause->sign == SIGN_EXCLUDED;
    any->children[i] = excluded ? plan_without(planner, NULL, &part.node, 1) : part.node;
    if (!any->children[i]) return error_memory(planner->err);
    out->filters = out->filters && (excluded || part.filters);
  }
  return NSEARCH_OK;
}

static int plan_near(struct planner *planner, const struct question_node *operator, struct plan_context context,
                     struct plan_part *out) {
  enum question_scope scope = operator->children->scope;
  enum term_tag tag = scope_tag(scope);
  struct node *near = out->node = node_new(planner, NODE_NEAR, count_children(operator));
  size_t i = 0;
  if (!near) return error_memory(planner->err);
  near->slop = operator->slop - 1;
  out->filters = scope != SCOPE_ARTICLE;
  for (const struct question_node *word = operator->children; word; word = word->next, i++) {
    if (word->sign == SIGN_EXCLUDED) return question_expected(planner->err, word->position, "a word beside NEAR, no -");
    if (word->kind != QUESTION_WORD)
      return question_expected(planner->err, word->position, "a single word beside NEAR");
    if (!tag || word->scope != scope)
      return question_expected(planner->err, word->position,
                               "words of the article, of title: or of author: beside NEAR, all of them of one");
    int status = leaf_of_single_word(planner, word, tag, out->filters ? SCORE_NONE : context.score, &near->children[i]);
    if (status) return status;
    plan_boost(near->children[i], word->boost * context.boost);
  }
  return NSEARCH_OK;
}

int plan_operator(struct planner *planner, const struct question_node *operator, struct plan_context context,
                  struct plan_part *out) {
  switch (operator->kind) {
  case QUESTION_AND:
    return plan_and(planner, operator, context, out);
  case QUESTION_OR:
    return plan_or(planner, operator, context, out);
  default:
    return plan_near(planner, operator, context, out);
  }
}
