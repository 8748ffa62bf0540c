/* Clauses to the tree that an engine evaluates: which words count, which are required, which filter. */
#include "query/query.h"

#include <string.h>
#include <stdlib.h>

struct node_list {
  struct node **nodes;
  size_t count, room;
};

/* A clause that can score. Only a plain word, single and unquoted, may be a stop word or the same as another one. */
struct scoring_clause {
  struct node *node;
  bool plain, stop, required;
  size_t order;
};

struct bag {
  struct planner *planner;
  struct plan_context context;
  struct scoring_clause *clauses;
  size_t clause_count, clause_room;
  struct node_list required, optional, filters, excluded;
};

static int add_node(struct bag *bag, struct node_list *list, struct node *node) {
  int status = memory_reserve(&list->nodes, &list->room, list->count + 1, sizeof *list->nodes, bag->planner->err);
  if (!status) list->nodes[list->count++] = node;
  return status;
}

static int add_scoring(struct bag *bag, struct node *node, enum leaf_class class, bool required) {
  int status =
      memory_reserve(&bag->clauses, &bag->clause_room, bag->clause_count + 1, sizeof *bag->clauses, bag->planner->err);
  if (status) return status;
  bag->clauses[bag->clause_count] = (struct scoring_clause){.node = node,
                                                            .plain = class == LEAF_PLAIN || class == LEAF_STOP,
                                                            .stop = class == LEAF_STOP && !required,
                                                            .required = required,
                                                            .order = bag->clause_count};
  bag->clause_count++;
  return NSEARCH_OK;
}

int planner_check(struct planner *planner) {
  enum { LOOK_EVERY = 64 };
  if (!planner->request || planner->looks++ % LOOK_EVERY) return NSEARCH_OK;
  return request_check(planner->request, planner->err);
}

/* ---- one clause ---- */

enum term_tag scope_tag(enum question_scope scope) {
  switch (scope) {
  case SCOPE_ARTICLE:
    return TAG_TEXT;
  case SCOPE_TITLE:
    return TAG_TITLE;
  case SCOPE_AUTHOR:
    return TAG_AUTHOR;
  default:
    return 0;
  }
}

void plan_boost(struct node *node, double boost) {
  double product = node->boost * boost;
  if (node->kind == NODE_TERM && node->score != SCORE_NONE)
    node->boost = product < BOOST_LEAST ? BOOST_LEAST : product > BOOST_MOST ? BOOST_MOST : product;
  for (size_t i = 0; i < node->child_count; i++) plan_boost(node->children[i], boost);
}

/* A word or phrase; `class` says what words of the article are. */
static int plan_item(struct planner *planner, const struct question_node *item, struct plan_context context,
                     struct plan_part *out, enum leaf_class *class) {
  enum term_tag tag = scope_tag(item->scope);
  int status = planner_check(planner);
  *class = LEAF_NOTHING;
  if (status) return status;
  out->filters = item->scope != SCOPE_ARTICLE;
  if (out->filters && item->len == 0) goto nothing;
  if (!tag) return leaf_of_value(planner, item, &out->node);
  status = leaf_of_text(planner, item, tag, out->filters ? SCORE_NONE : context.score, &out->node, class);
  if (status) return status;
  if (out->node) plan_boost(out->node, item->boost * context.boost);
  if (out->node || !out->filters) return NSEARCH_OK;
nothing:
  return question_expected(planner->err, item->position, "a value after the field");
}

static int plan_bag(struct planner *planner, const struct question_node *question, struct plan_context context,
                    struct plan_part *out, struct plan *whole);

int plan_clause(struct planner *planner, const struct question_node *clause, struct plan_context context,
                struct plan_part *out) {
  enum leaf_class class;
  *out = (struct plan_part){0};
  switch (clause->kind) {
  case QUESTION_WORD:
  case QUESTION_PHRASE:
    return plan_item(planner, clause, context, out, &class);
  case QUESTION_BAG:
    context.boost *= clause->boost;
    return plan_bag(planner, clause, context, out, NULL);
  default:
    return plan_operator(planner, clause, context, out);
  }
}

/* A clause in a bag: one that can score, or a filter, whose place in the tree is known at once. */
static int add_clause(struct bag *bag, const struct question_node *clause) {
  bool item = clause->kind == QUESTION_WORD || clause->kind == QUESTION_PHRASE;
  bool excluded = clause->sign == SIGN_EXCLUDED;
  struct plan_context context = bag->context;
  struct plan_part part = {0};
  enum leaf_class class = LEAF_QUOTED;
  if (excluded) context.score = SCORE_NONE;
  int status = item ? plan_item(bag->planner, clause, context, &part, &class)
                    : plan_clause(bag->planner, clause, context, &part);
  if (!status && !part.node && clause->negated)
    status = question_expected(bag->planner->err, clause->position,
                               "a word, a phrase or ( that says something after the operator");
  if (status || !part.node) return status;
  if (excluded) return add_node(bag, &bag->excluded, part.node);
  if (part.filters) return add_node(bag, &bag->filters, part.node);
  return add_scoring(bag, part.node, class, clause->sign == SIGN_REQUIRED || (context.all && class == LEAF_JOINED));
}

/* ---- what scores ---- */

/* Leaves of the same keys may score differently: a prefix that stands for one term, and that term. */
static int compare_leaves(const struct node *a, const struct node *b) {
  for (size_t i = 0; i < a->key_count && i < b->key_count; i++) {
    uint32_t len = a->keys[i].len < b->keys[i].len ? a->keys[i].len : b->keys[i].len;
    int difference = memcmp(a->keys[i].bytes, b->keys[i].bytes, len);
    if (difference) return difference;
    if (a->keys[i].len != b->keys[i].len) return a->keys[i].len < b->keys[i].len ? -1 : 1;
  }
  if (a->key_count != b->key_count) return a->key_count < b->key_count ? -1 : 1;
  return (a->score > b->score) - (a->score < b->score);
}

static int by_order(const void *a, const void *b) {
  const struct scoring_clause *x = a, *y = b;
  return (x->order > y->order) - (x->order < y->order);
}

/* Plain words first. */
static int by_leaf(const void *a, const void *b) {
  const struct scoring_clause *x = a, *y = b;
  if (x->plain != y->plain) return x->plain ? -1 : 1;
  int difference = x->plain ? compare_leaves(x->node, y->node) : 0;
  return difference ? difference : by_order(a, b);
}

/* Stop words have no say where anything else scores. */
static void drop_stop_words(struct bag *bag) {
  size_t kept = 0;
  bool others = false;
  for (size_t i = 0; i < bag->clause_count && !others; i++) others = !bag->clauses[i].stop;
  if (!others) return;
  for (size_t i = 0; i < bag->clause_count; i++)
    if (!bag->clauses[i].stop) bag->clauses[kept++] = bag->clauses[i];
  bag->clause_count = kept;
}

/* Makes one leaf of words that come to the same leaf: boosts add up, and one sign is enough for all. */
static void unite_plain(struct bag *bag) {
  size_t last = 0;
  if (bag->clause_count < 2) return;
  qsort(bag->clauses, bag->clause_count, sizeof *bag->clauses, by_leaf);
  for (size_t i = 1; i < bag->clause_count; i++) {
    struct scoring_clause *kept = &bag->clauses[last], *clause = &bag->clauses[i];
    if (kept->plain && clause->plain && compare_leaves(kept->node, clause->node) == 0) {
      kept->node->boost += clause->node->boost;
      kept->required |= clause->required;
    } else {
      bag->clauses[++last] = *clause;
    }
  }
  bag->clause_count = last + 1;
  qsort(bag->clauses, bag->clause_count, sizeof *bag->clauses, by_order);
}

/* What scores goes into the tree in the order of the question. */
static int settle_scoring(struct bag *bag) {
  int status = NSEARCH_OK;
  drop_stop_words(bag);
  unite_plain(bag);
  for (size_t i = 0; i < bag->clause_count && !status; i++) {
    const struct scoring_clause *clause = &bag->clauses[i];
    bool required = clause->required || (bag->context.all && clause->plain);
    status = add_node(bag, required ? &bag->required : &bag->optional, clause->node);
  }
  return status;
}

/* ---- the tree ---- */

/* A node over the list, behind `first` where that is given; a single child needs none. */
static struct node *join(struct bag *bag, enum node_kind kind, struct node *first, const struct node_list *list) {
  size_t before = first ? 1 : 0, count = before + list->count;
  if (count == 1) return first ? first : list->nodes[0];
  struct node *node = node_new(bag->planner, kind, count);
  if (!node) return NULL;
  if (first) node->children[0] = first;
  memcpy(node->children + before, list->nodes, list->count * sizeof *list->nodes);
  return node;
}

/* What matches, without the exclusions; NULL for want of memory. */
static struct node *base_tree(struct bag *bag) {
  if (bag->required.count) {
    size_t required = bag->required.count;
    for (size_t i = 0; i < bag->filters.count; i++)
      if (add_node(bag, &bag->required, bag->filters.nodes[i])) return NULL;
    struct node *all = join(bag, NODE_AND, NULL, &bag->required);
    bag->required.count = required;
    return all ? join(bag, NODE_AND_MAYBE, all, &bag->optional) : NULL;
  }
  if (!bag->optional.count)
    return bag->filters.count ? join(bag, NODE_AND, NULL, &bag->filters) : node_new(bag->planner, NODE_ALL, 0);
  struct node *any = join(bag, NODE_OR, NULL, &bag->optional);
  return any ? join(bag, NODE_AND, any, &bag->filters) : NULL;
}

struct node *plan_without(struct planner *planner, struct node *base, struct node *const *excluded, size_t count) {
  struct node *node = node_new(planner, NODE_AND_NOT, count + 1);
  if (!node) return NULL;
  node->children[0] = base ? base : node_new(planner, NODE_ALL, 0);
  memcpy(node->children + 1, excluded, count * sizeof *excluded);
  return node->children[0] ? node : NULL;
}

/* Nothing where there is nothing, except as a whole question: that asks for all articles. */
static int make_tree(struct bag *bag, bool whole, struct plan_part *out) {
  bool scores = bag->required.count || bag->optional.count;
  out->filters = !scores;
  if (!scores && !bag->filters.count && !bag->excluded.count && !whole) return NSEARCH_OK;
  struct node *base = base_tree(bag);
  if (base && bag->excluded.count) base = plan_without(bag->planner, base, bag->excluded.nodes, bag->excluded.count);
  out->node = base;
  return base ? NSEARCH_OK : error_memory(bag->planner->err);
}

/* ---- bags ---- */

static bool is_date(const struct question_node *clause) {
  return clause->scope == SCOPE_DATE && (clause->kind == QUESTION_WORD || clause->kind == QUESTION_PHRASE) &&
         clause->sign != SIGN_EXCLUDED;
}

/* The one date: clause of a question's own bag that an engine may take as the range of the request. */
static const struct question_node *only_date(const struct planner *planner, const struct question_node *question) {
  const struct question_node *only = NULL;
  if (planner->bounded) return NULL;
  for (const struct question_node *clause = question->children; clause; clause = clause->next) {
    if (!is_date(clause)) continue;
    if (only) return NULL;
    only = clause;
  }
  return only;
}

/* `whole` is the plan of a question, NULL for a group. */
static int plan_bag(struct planner *planner, const struct question_node *question, struct plan_context context,
                    struct plan_part *out, struct plan *whole) {
  struct bag bag = {.planner = planner, .context = context};
  const struct question_node *range = whole ? only_date(planner, question) : NULL;
  int status = planner_check(planner);
  for (const struct question_node *clause = question->children; clause && !status; clause = clause->next)
    status = clause == range ? dates_of_clause(clause, planner->now, &whole->since, &whole->until, planner->err)
                             : add_clause(&bag, clause);
  if (!status) status = settle_scoring(&bag);
  if (!status) status = make_tree(&bag, whole != NULL, out);
  memory_free(bag.required.nodes);
  memory_free(bag.optional.nodes);
  memory_free(bag.filters.nodes);
  memory_free(bag.excluded.nodes);
  memory_free(bag.clauses);
  return status;
}

int plan_make(struct planner *planner, const struct question_node *question, bool all, struct plan *out) {
  const struct plan_context context = {.boost = 1, .score = SCORE_BM25, .all = all};
  struct plan_part part = {0};
  *out = (struct plan){.since = INT64_MIN, .until = INT64_MAX};
  int status = plan_bag(planner, question, context, &part, out);
  out->tree = part.node;
  out->order = part.filters ? ORDER_NEWEST : ORDER_RELEVANCE;
  out->cut = planner->cut;
  return status;
}
