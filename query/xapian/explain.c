/* How one article comes to its score: the tree evaluated for that article alone, leaf by leaf, in the arithmetic of
 * docs/ranking.md without its rounding. Whether words stand close enough is asked of Xapian. */
#include <string.h>

#include "query/xapian/xapian.h"

struct explanation {
  struct tree tree;
  struct doc_ref doc;
};

static int explain_leaf(struct explanation *own, const struct node *leaf, struct score_part *part, bool *match,
                        struct nsearch_error *err) {
  const struct engine_stats *stats = snapshot_stats(own->tree.snapshot);
  uint32_t number = snapshot_number(own->tree.snapshot, own->doc), length = 0;
  int status = leaf->score == SCORE_BM25 ? tree_frequency(&own->tree, leaf, &part->df, err) : NSEARCH_OK;
  for (size_t i = 0; !status && i < leaf->key_count; i++) {
    struct xap_term term;
    struct xap_occurrence occurrence;
    xap_term_of_key(leaf->keys[i].bytes, leaf->keys[i].len, stats->language, &term);
    status = xap_occurrence(own->tree.database, number, term.bytes, term.len, &occurrence, err);
    if (status || !occurrence.found) continue;
    *match = true;
    part->tf += occurrence.times;
    length = occurrence.length / snapshot_folds(own->tree.snapshot);
  }
  if (status || !*match) return status;
  if (leaf->score == SCORE_CONSTANT) part->score = leaf->boost;
  if (leaf->score == SCORE_BM25) {
    double average = (double)stats->length / (double)stats->articles, tf = (double)part->tf;
    double k = BM25_K1 * (1 - BM25_B + BM25_B * length / average);
    part->score = tree_bound(&own->tree, leaf, part->df) * tf / (tf + k);
  }
  return NSEARCH_OK;
}

/* Whether the article is among what a node matches. */
static int holds(struct explanation *own, const struct node *node, bool *match, struct nsearch_error *err) {
  struct tree tree = own->tree;
  struct node one = {.kind = NODE_DOC, .doc = own->doc};
  struct tree_part itself = {0}, both = {0};
  struct xap_answer found = {0};
  tree.scored = false;
  int status = tree_make(&tree, &one, NULL, &itself, err);
  if (!status) status = tree_make(&tree, node, &itself, &both, err);
  struct xap_search search = {.query = both.query, .order = XAP_ASCENDING, .slot = SLOT_ORDER, .limit = 1};
  if (!status) status = xap_search(tree.database, &search, &found, err);
  *match = found.hit_count > 0;
  memory_free(found.hits);
  tree_part_free(&itself);
  tree_part_free(&both);
  return status;
}

static void take_back(struct score_part *parts, const struct node *node) {
  for (size_t i = 0; i < node_leaves(node); i++) parts[i].score = 0;
}

static int explain_node(struct explanation *own, const struct node *node, struct score_part *parts, bool *match,
                        struct nsearch_error *err);

/* *first: the first child matches; *others: how many of the others do. What is excluded adds nothing. */
static int explain_children(struct explanation *own, const struct node *node, struct score_part *parts, bool *first,
                            size_t *others, struct nsearch_error *err) {
  *first = false;
  *others = 0;
  for (size_t i = 0; i < node->child_count; i++) {
    const struct node *child = node->children[i];
    bool match = false;
    int status = explain_node(own, child, parts, &match, err);
    if (status) return status;
    if (i > 0 && node->kind == NODE_AND_NOT) take_back(parts, child);
    if (i == 0) *first = match;
    *others += i > 0 && match;
    parts += node_leaves(child);
  }
  return NSEARCH_OK;
}

/* Whether the node matches; scores of leaves that do not count are taken back. */
static int explain_node(struct explanation *own, const struct node *node, struct score_part *parts, bool *match,
                        struct nsearch_error *err) {
  bool first;
  size_t others;
  if (node->kind == NODE_TERM) return explain_leaf(own, node, parts, match, err);
  if (node->kind == NODE_ALL || node->kind == NODE_DOC || node->kind == NODE_DATES) return holds(own, node, match, err);
  int status = explain_children(own, node, parts, &first, &others, err);
  if (status) return status;
  bool all = first && others + 1 == node->child_count;
  switch (node->kind) {
  case NODE_OR:
    *match = first || others > 0;
    break;
  case NODE_AND:
    *match = all;
    break;
  case NODE_AND_NOT:
    *match = first && others == 0;
    break;
  case NODE_AND_MAYBE:
    *match = first;
    break;
  default: /* a phrase, or NEAR */
    *match = false;
    if (all) status = holds(own, node, match, err);
    break;
  }
  if (!*match) take_back(parts, node);
  return status;
}

int engine_explain(struct snapshot *snapshot, const struct node *tree, struct doc_ref doc, struct score_part *parts,
                   struct nsearch_error *err) {
  struct explanation own = {.tree = {.snapshot = snapshot, .scored = true}, .doc = doc};
  struct handle *handle = NULL;
  bool match = false;
  memset(parts, 0, node_leaves(tree) * sizeof *parts);
  int status = handle_take(snapshot, &handle, err);
  if (!status) own.tree.database = handle->database;
  if (!status) status = explain_node(&own, tree, parts, &match, err);
  handle_give(snapshot, handle);
  return status;
}
