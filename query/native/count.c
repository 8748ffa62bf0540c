/* How many documents of a segment match, where the dictionary tells: one word's number of articles, and what follows from
 * it. A question of many words holds, more often than not, one that is in every article. */
#include "query/native/native.h"

struct counting {
  const struct scoring *scoring;
  uint64_t documents;
  uint32_t segment;
};

static uint64_t count_node(const struct counting *own, const struct node *node, size_t leaf);

/* The keys of a leaf have disjoint lists; other sums are those of a damaged index. */
static uint64_t count_term(const struct counting *own, const struct node *node, size_t leaf) {
  uint64_t sum = 0;
  if (node->score != SCORE_BM25) return COUNT_UNKNOWN;
  for (size_t key = 0; key < node->key_count; key++) {
    const struct term_entry *entry = scoring_entry(own->scoring, leaf, key, own->segment);
    if (entry) sum += entry->df;
  }
  return sum <= own->documents ? sum : COUNT_UNKNOWN;
}

/* What the children from `first` on say of an intersection, or of a union where `any`: its one child that is neither
 * all documents nor none decides, unless another one has decided before. */
static uint64_t count_children(const struct counting *own, const struct node *node, size_t first, size_t leaf,
                               bool any) {
  uint64_t neutral = any ? 0 : own->documents, decisive = any ? own->documents : 0, count = neutral;
  for (size_t i = first; i < node->child_count; i++) {
    uint64_t child = count_node(own, node->children[i], leaf);
    leaf += node_leaves(node->children[i]);
    if (child == decisive) return decisive;
    if (child == neutral) continue;
    count = count == neutral ? child : COUNT_UNKNOWN;
  }
  return count;
}

static uint64_t count_and_not(const struct counting *own, const struct node *node, size_t leaf) {
  uint64_t first = count_node(own, node->children[0], leaf);
  uint64_t others = count_children(own, node, 1, leaf + node_leaves(node->children[0]), true);
  if (others == 0 || first == 0) return first;
  if (others == own->documents) return 0;
  return first == own->documents && others != COUNT_UNKNOWN ? first - others : COUNT_UNKNOWN;
}

static uint64_t count_node(const struct counting *own, const struct node *node, size_t leaf) {
  switch (node->kind) {
  case NODE_ALL:
    return own->documents;
  case NODE_TERM:
    return count_term(own, node, leaf);
  case NODE_OR:
    return count_children(own, node, 0, leaf, true);
  case NODE_AND:
    return count_children(own, node, 0, leaf, false);
  case NODE_AND_MAYBE:
    return count_node(own, node->children[0], leaf);
  case NODE_AND_NOT:
    return count_and_not(own, node, leaf);
  case NODE_PHRASE:
  case NODE_NEAR:
    return count_children(own, node, 0, leaf, false) == 0 ? 0 : COUNT_UNKNOWN;
  default:
    return COUNT_UNKNOWN;
  }
}

uint64_t count_known(const struct scoring *scoring, const struct segment *segment, uint32_t number,
                     const struct node *tree) {
  const struct counting own = {scoring, segment->info.documents, number};
  return count_node(&own, tree, 0);
}

uint64_t count_least(const struct scoring *scoring, const struct node *node, size_t leaf) {
  uint64_t least = 0;
  if (node->kind == NODE_TERM) return scoring->leaves[leaf].df;
  if (node->kind == NODE_AND_MAYBE) return count_least(scoring, node->children[0], leaf);
  if (node->kind != NODE_OR) return 0;
  for (size_t i = 0; i < node->child_count; i++) {
    uint64_t child = count_least(scoring, node->children[i], leaf);
    if (child > least) least = child;
    leaf += node_leaves(node->children[i]);
  }
  return least;
}
