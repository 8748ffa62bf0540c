/* Clauses to the tree that an engine evaluates: which words count, which are required, which filter. */
#include "query/query.h"

#include <string.h>
#include <stdlib.h>

struct node_list {
  struct node **nodes;
  size_t count, room;
};

/* A single unquoted word of the bag. */
struct plain_word {
  struct node *leaf;
  bool stop, required;
  size_t order;
};

struct bag {
  struct planner *planner;
  struct node_list required, optional, filters, excluded;
  struct plain_word *plain;
  size_t plain_count, plain_room;
  bool all;
};

static int add_node(struct bag *bag, struct node_list *list, struct node *node) {
  int status = memory_reserve(&list->nodes, &list->room, list->count + 1, sizeof *list->nodes, bag->planner->err);
  if (!status) list->nodes[list->count++] = node;
  return status;
}

static int add_plain(struct bag *bag, struct node *leaf, bool stop, bool required) {
  int status =
      memory_reserve(&bag->plain, &bag->plain_room, bag->plain_count + 1, sizeof *bag->plain, bag->planner->err);
  if (status) return status;
  bag->plain[bag->plain_count] = (struct plain_word){leaf, stop && !required, required, bag->plain_count};
  bag->plain_count++;
  return NSEARCH_OK;
}

/* ---- one clause ---- */

static int no_word(struct bag *bag, const struct question_node *clause) {
  error_set(bag->planner->err, NSEARCH_ERR_QUERY, "at byte %zu of the question: expected a value after the field",
            clause->position);
  error_position(bag->planner->err, (int64_t)clause->position);
  return NSEARCH_ERR_QUERY;
}

static int add_filter(struct bag *bag, const struct question_node *clause) {
  struct node *node = NULL;
  enum leaf_class class;
  int status;
  if (clause->len == 0) return no_word(bag, clause);
  if (clause->scope == SCOPE_TITLE || clause->scope == SCOPE_AUTHOR) {
    enum term_tag tag = clause->scope == SCOPE_TITLE ? TAG_TITLE : TAG_AUTHOR;
    status = leaf_of_text(bag->planner, clause, tag, SCORE_NONE, &node, &class);
    if (!status && class == LEAF_NOTHING) return no_word(bag, clause);
  } else {
    status = leaf_of_value(bag->planner, clause, &node);
  }
  if (status) return status;
  return add_node(bag, clause->sign == SIGN_EXCLUDED ? &bag->excluded : &bag->filters, node);
}

static int add_words(struct bag *bag, const struct question_node *clause) {
  struct node *node;
  enum leaf_class class;
  bool excluded = clause->sign == SIGN_EXCLUDED, required = clause->sign == SIGN_REQUIRED;
  int status = leaf_of_text(bag->planner, clause, TAG_TEXT, excluded ? SCORE_NONE : SCORE_BM25, &node, &class);
  if (status || class == LEAF_NOTHING) return status;
  if (excluded) return add_node(bag, &bag->excluded, node);
  if (class == LEAF_PLAIN || class == LEAF_STOP) return add_plain(bag, node, class == LEAF_STOP, required);
  if (bag->all && class == LEAF_JOINED) required = true;
  return add_node(bag, required ? &bag->required : &bag->optional, node);
}

/* ---- plain words ---- */

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

static int by_leaf(const void *a, const void *b) {
  const struct plain_word *x = a, *y = b;
  int difference = compare_leaves(x->leaf, y->leaf);
  return difference ? difference : (x->order > y->order) - (x->order < y->order);
}

static int by_order(const void *a, const void *b) {
  const struct plain_word *x = a, *y = b;
  return (x->order > y->order) - (x->order < y->order);
}

/* Stop words have no say where anything else scores. */
static void drop_stop_words(struct bag *bag) {
  size_t kept = 0;
  bool others = bag->required.count || bag->optional.count;
  for (size_t i = 0; i < bag->plain_count && !others; i++) others = !bag->plain[i].stop;
  if (!others) return;
  for (size_t i = 0; i < bag->plain_count; i++)
    if (!bag->plain[i].stop) bag->plain[kept++] = bag->plain[i];
  bag->plain_count = kept;
}

/* Makes one leaf of words that come to the same leaf: its boost says how many, and one sign is enough for all. */
static void merge_plain(struct bag *bag) {
  size_t last = 0;
  if (bag->plain_count < 2) return;
  qsort(bag->plain, bag->plain_count, sizeof *bag->plain, by_leaf);
  for (size_t i = 1; i < bag->plain_count; i++) {
    struct plain_word *kept = &bag->plain[last], *word = &bag->plain[i];
    if (compare_leaves(kept->leaf, word->leaf) == 0) {
      kept->leaf->boost += word->leaf->boost;
      kept->required |= word->required;
    } else {
      bag->plain[++last] = *word;
    }
  }
  bag->plain_count = last + 1;
  qsort(bag->plain, bag->plain_count, sizeof *bag->plain, by_order);
}

static int settle_plain(struct bag *bag) {
  int status = NSEARCH_OK;
  drop_stop_words(bag);
  merge_plain(bag);
  for (size_t i = 0; i < bag->plain_count && !status; i++) {
    bool required = bag->all || bag->plain[i].required;
    status = add_node(bag, required ? &bag->required : &bag->optional, bag->plain[i].leaf);
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

static int make_tree(struct bag *bag, struct plan *out) {
  struct node *base = base_tree(bag);
  out->tree = base ? join(bag, NODE_AND_NOT, base, &bag->excluded) : NULL;
  out->order = bag->required.count || bag->optional.count ? ORDER_RELEVANCE : ORDER_NEWEST;
  out->cut = bag->planner->cut;
  return out->tree ? NSEARCH_OK : error_memory(bag->planner->err);
}

int plan_make(struct planner *planner, const struct question_node *question, bool all, struct plan *out) {
  struct bag bag = {.planner = planner, .all = all};
  int status = NSEARCH_OK;
  for (const struct question_node *clause = question->children; clause && !status; clause = clause->next)
    status = clause->scope == SCOPE_ARTICLE ? add_words(&bag, clause) : add_filter(&bag, clause);
  if (!status) status = settle_plain(&bag);
  if (!status) status = make_tree(&bag, out);
  memory_free(bag.required.nodes);
  memory_free(bag.optional.nodes);
  memory_free(bag.filters.nodes);
  memory_free(bag.excluded.nodes);
  memory_free(bag.plain);
  return status;
}
