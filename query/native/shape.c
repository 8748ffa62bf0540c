/* Flattens a tree into what the fast paths take: lists to unite or to intersect, and what screens their candidates. */
#include "query/native/native.h"

struct flattening {
  struct shape *shape;
  struct nsearch_error *err;
  bool fits; /* no part has been met that the fast paths do not take */
};

static size_t count_role(const struct shape *shape, enum part_role role) {
  size_t count = 0;
  for (size_t i = 0; i < shape->count; i++) count += shape->parts[i].role == role;
  return count;
}

static int add_part(struct flattening *flattening, enum part_role role, const struct node *node, size_t leaf) {
  struct shape *shape = flattening->shape;
  int status = memory_reserve(&shape->parts, &shape->capacity, shape->count + 1, sizeof *shape->parts, flattening->err);
  if (!status) shape->parts[shape->count++] = (struct shape_part){role, node, leaf};
  return status;
}

static bool scored_leaf(const struct node *node) { return node->kind == NODE_TERM && node->score == SCORE_BM25; }

static bool scores_nothing(const struct node *node) {
  if (node->kind == NODE_TERM) return node->score == SCORE_NONE;
  for (size_t i = 0; i < node->child_count; i++) {
    if (!scores_nothing(node->children[i])) return false;
  }
  return true;
}

static bool leaves_of_any(const struct node *node) {
  if (node->kind != NODE_OR || node->child_count == 0) return false;
  for (size_t i = 0; i < node->child_count; i++) {
    if (!scored_leaf(node->children[i])) return false;
  }
  return true;
}

static int require(struct flattening *flattening, const struct node *node, size_t leaf);

static int require_children(struct flattening *flattening, const struct node *node, size_t leaf) {
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < node->child_count; i++) {
    status = require(flattening, node->children[i], leaf);
    leaf += node_leaves(node->children[i]);
  }
  return status;
}

/* The first child is required, the others take `role`. */
static int require_first(struct flattening *flattening, const struct node *node, size_t leaf, enum part_role role) {
  int status = require(flattening, node->children[0], leaf);
  leaf += node_leaves(node->children[0]);
  for (size_t i = 1; !status && i < node->child_count; i++) {
    if (role == PART_OPTIONAL && !scored_leaf(node->children[i])) flattening->fits = false;
    status = add_part(flattening, role, node->children[i], leaf);
    leaf += node_leaves(node->children[i]);
  }
  return status;
}

/* There is one union at most: of two, each must match. */
static int add_any(struct flattening *flattening, const struct node *node, size_t leaf) {
  int status = NSEARCH_OK;
  flattening->fits = count_role(flattening->shape, PART_ANY) == 0;
  for (size_t i = 0; !status && i < node->child_count; i++) {
    status = add_part(flattening, PART_ANY, node->children[i], leaf + i);
  }
  return status;
}

static int require(struct flattening *flattening, const struct node *node, size_t leaf) {
  if (!flattening->fits || node->kind == NODE_ALL) return NSEARCH_OK;
  if (node->kind == NODE_AND) return require_children(flattening, node, leaf);
  if (node->kind == NODE_AND_NOT) return require_first(flattening, node, leaf, PART_EXCLUDED);
  if (node->kind == NODE_AND_MAYBE) return require_first(flattening, node, leaf, PART_OPTIONAL);
  if (node->kind == NODE_PHRASE || node->kind == NODE_NEAR) {
    int status = require_children(flattening, node, leaf);
    return status ? status : add_part(flattening, PART_WORDS, node, leaf);
  }
  if (scored_leaf(node) || (node->kind == NODE_TERM && node->score == SCORE_NONE && node->key_count == 1)) {
    return add_part(flattening, PART_REQUIRED, node, leaf);
  }
  if (leaves_of_any(node)) return add_any(flattening, node, leaf);
  if (scores_nothing(node)) return add_part(flattening, PART_FILTER, node, leaf);
  flattening->fits = false;
  return NSEARCH_OK;
}

static void change_role(struct shape *shape, enum part_role from, enum part_role to) {
  for (size_t i = 0; i < shape->count; i++) {
    if (shape->parts[i].role == from) shape->parts[i].role = to;
  }
}

/* A required leaf among others that only add: where it is not much rarer than they are, it is quicker to unite all of
 * them, bounds and all, and to screen what comes of it for the required one. */
static int unite(struct flattening *flattening, const struct scoring *scoring) {
  enum { RARER = 8 };
  struct shape *shape = flattening->shape;
  struct shape_part required = {0};
  uint64_t others = 0;
  for (size_t i = 0; i < shape->count; i++) {
    const struct shape_part *part = &shape->parts[i];
    if (part->role == PART_REQUIRED) required = *part;
    if (part->role == PART_OPTIONAL) others += scoring->leaves[part->leaf].df;
  }
  if (scoring->leaves[required.leaf].df < others / RARER) return NSEARCH_OK;
  change_role(shape, PART_REQUIRED, PART_ANY);
  change_role(shape, PART_OPTIONAL, PART_ANY);
  return others ? add_part(flattening, PART_FILTER, required.node, required.leaf) : NSEARCH_OK;
}

size_t shape_union_keys(const struct shape *shape) {
  size_t keys = 0;
  for (size_t i = 0; i < shape->count; i++) {
    if (shape->parts[i].role == PART_ANY) keys += shape->parts[i].node->key_count;
  }
  return keys;
}

/* A union is one OR and nothing required that scores; its filters screen. Of a single word, a union of one. */
static int settle(struct flattening *flattening, const struct scoring *scoring) {
  struct shape *shape = flattening->shape;
  size_t scored = 0;
  for (size_t i = 0; i < shape->count; i++) {
    scored += shape->parts[i].role == PART_REQUIRED && shape->parts[i].node->score == SCORE_BM25;
  }
  if (scored == 1 && count_role(shape, PART_REQUIRED) == 1 && count_role(shape, PART_WORDS) == 0 &&
      count_role(shape, PART_ANY) == 0) {
    int status = unite(flattening, scoring);
    if (status) return status;
  }
  size_t any = count_role(shape, PART_ANY), required = count_role(shape, PART_REQUIRED);
  size_t optional = count_role(shape, PART_OPTIONAL), words = count_role(shape, PART_WORDS);
  if (any == 0 && required > 0 && required + optional <= CONJUNCTION_MAX) shape->kind = SHAPE_CONJUNCTION;
  if (any > 0 && shape_union_keys(shape) <= UNION_MAX && optional + words == 0 && (scored == 0 || required == 0)) {
    shape->kind = SHAPE_UNION;
  }
  return NSEARCH_OK;
}

int shape_make(struct shape *shape, const struct node *tree, const struct scoring *scoring, struct nsearch_error *err) {
  struct flattening flattening = {.shape = shape, .err = err, .fits = true};
  *shape = (struct shape){.kind = SHAPE_OTHER};
  int status = require(&flattening, tree, 0);
  return status || !flattening.fits ? status : settle(&flattening, scoring);
}

void shape_free(struct shape *shape) { memory_free(shape->parts); }
