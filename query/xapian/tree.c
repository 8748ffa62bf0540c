/* The question's tree as a query of Xapian. Each leaf is scaled so that its terms score what docs/ranking.md says; what
 * filters is scaled to nothing. */
#include <math.h>
#include <string.h>

#include "query/xapian/xapian.h"

int tree_join(struct xap_query **out, enum xap_join join, struct xap_query **operands, size_t count, uint32_t window,
              struct nsearch_error *err) {
  int status = NSEARCH_OK;
  if (count == 1) {
    *out = operands[0];
    operands[0] = NULL;
  } else {
    status = count ? xap_query_join(out, join, operands, count, window, err) : xap_query_none(out, err);
  }
  for (size_t i = 0; i < count; i++) {
    xap_query_free(operands[i]);
    operands[i] = NULL;
  }
  return status;
}

static int scale(struct xap_query **query, double factor, struct nsearch_error *err) {
  struct xap_query *scaled = NULL;
  int status = xap_query_scale(&scaled, *query, factor, err);
  xap_query_free(*query);
  *query = scaled;
  return status;
}

/* ---- Leaves ------------------------------------------------------------------------------------------------------------ */

static int key_frequency(const struct tree *tree, struct term_key key, uint32_t *df, struct nsearch_error *err) {
  struct xap_term term;
  xap_term_of_key(key.bytes, key.len, snapshot_stats(tree->snapshot)->language, &term);
  return xap_frequency(tree->handle->database, term.bytes, term.len, df, err);
}

int tree_frequency(struct tree *tree, const struct node *leaf, uint64_t *df, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *df = 0;
  for (size_t i = 0; !status && i < leaf->key_count; i++) {
    uint32_t one = 0;
    status = key_frequency(tree, leaf->keys[i], &one, err);
    *df += one;
  }
  return status;
}

double tree_bound(const struct tree *tree, const struct node *leaf, uint64_t df) {
  double n = (double)tree->handle->articles, holds = (double)df < n ? (double)df : n;
  return leaf->boost * log(1 + (n - holds + 0.5) / (holds + 0.5));
}

static int key_query(const struct tree *tree, struct term_key key, struct xap_query **out, struct nsearch_error *err) {
  struct xap_term term;
  xap_term_of_key(key.bytes, key.len, snapshot_stats(tree->snapshot)->language, &term);
  return xap_query_term(out, term.bytes, term.len, err);
}

/* Xapian weighs a key by its own frequency; here a leaf has one idf, of all its keys together. */
static int weigh_key(const struct tree *tree, struct term_key key, double bound, struct xap_query **query,
                     struct nsearch_error *err) {
  uint32_t df = 0, documents = (uint32_t)tree->handle->articles;
  int status = key_frequency(tree, key, &df, err);
  if (status) return status;
  double own = df && df <= documents ? xap_term_weight(BM25_K1, documents, df) : 0;
  return scale(query, own > 0 ? bound / own : 0, err);
}

/* The documents of the keys. bound: score each by its frequencies; 0: score nothing. */
static int keys_query(struct tree *tree, const struct node *leaf, double bound, struct xap_query **out,
                      struct nsearch_error *err) {
  struct xap_query **keys = memory_zero(leaf->key_count + 1, sizeof *keys);
  int status = keys ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < leaf->key_count; i++) {
    status = key_query(tree, leaf->keys[i], &keys[i], err);
    if (!status && bound > 0) status = weigh_key(tree, leaf->keys[i], bound, &keys[i], err);
  }
  if (!status) status = tree_join(out, XAP_OR, keys, leaf->key_count, 0, err);
  for (size_t i = 0; keys && i < leaf->key_count; i++) xap_query_free(keys[i]);
  memory_free(keys);
  return status || bound > 0 || !tree->scored ? status : scale(out, 0, err);
}

static int leaf_query(struct tree *tree, const struct node *leaf, struct xap_query **out, struct nsearch_error *err) {
  struct xap_query *both[2] = {NULL, NULL};
  uint64_t df;
  if (!tree->scored || leaf->score == SCORE_NONE) return keys_query(tree, leaf, 0, out, err);
  if (leaf->score == SCORE_BM25) {
    int status = tree_frequency(tree, leaf, &df, err);
    return status ? status : keys_query(tree, leaf, tree_bound(tree, leaf, df), out, err);
  }
  int status = xap_query_constant(&both[0], leaf->boost, err);
  if (!status) status = keys_query(tree, leaf, 0, &both[1], err);
  if (!status) return tree_join(out, XAP_FILTER, both, 2, 0, err);
  xap_query_free(both[0]);
  xap_query_free(both[1]);
  return status;
}

static int doc_query(struct tree *tree, struct doc_ref doc, struct xap_query **out, struct nsearch_error *err) {
  struct buffer id = {0};
  int status = xap_term_of(tree->handle->database, snapshot_number(tree->snapshot, doc), "Q", &id, err);
  if (!status) status = xap_query_term(out, id.bytes ? id.bytes : "", id.len, err);
  if (!status && tree->scored) status = scale(out, 0, err);
  buffer_free(&id);
  return status;
}

/* Undated documents have no such values, and what is below the least of them is no empty string either. */
int tree_dates(int64_t since, int64_t until, struct xap_query **out, struct nsearch_error *err) {
  static const char lowest[1] = {0}, highest[XAP_NUMBER_MAX] = {-1, -1, -1, -1, -1, -1, -1, -1, -1};
  char bytes[XAP_NUMBER_MAX];
  struct xap_query *both[2] = {NULL, NULL};
  size_t len = xap_number((double)until, bytes);
  int status = until == INT64_MAX ? xap_query_range(&both[0], SLOT_PUBLISHED, lowest, 1, highest, sizeof highest, err)
                                  : xap_query_range(&both[0], SLOT_PUBLISHED, lowest, 1, bytes, len, err);
  if (since != INT64_MIN && !status) {
    len = xap_number((double)since, bytes);
    status = xap_query_range(&both[1], SLOT_UNTIL, bytes, len, highest, sizeof highest, err);
  }
  if (!status) return tree_join(out, XAP_AND, both, both[1] ? 2 : 1, 0, err);
  xap_query_free(both[0]);
  xap_query_free(both[1]);
  return status;
}

/* ---- Inner nodes --------------------------------------------------------------------------------------------------------- */

static void drop(struct xap_query **queries, size_t count) {
  for (size_t i = 0; queries && i < count; i++) xap_query_free(queries[i]);
  memory_free(queries);
}

/* The words where they stand close enough; what they score comes from the same words without that condition. */
static int words_query(struct tree *tree, const struct node *node, struct xap_query **scored, struct xap_query **out,
                       struct nsearch_error *err) {
  uint64_t window = (uint64_t)node->child_count + node->slop;
  struct xap_query **words = memory_zero(node->child_count + 1, sizeof *words), *both[2] = {NULL, NULL};
  int status = words ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < node->child_count; i++) {
    if (node->children[i]->key_count == 0) status = xap_query_none(&words[i], err);
    else status = key_query(tree, node->children[i]->keys[0], &words[i], err);
  }
  if (window > UINT32_MAX) window = UINT32_MAX;
  if (!status)
    status = tree_join(&both[1], node->kind == NODE_PHRASE ? XAP_PHRASE : XAP_NEAR, words, node->child_count,
                       (uint32_t)window, err);
  if (!status) status = tree_join(&both[0], XAP_AND, scored, node->child_count, 0, err);
  if (!status) status = tree_join(out, XAP_FILTER, both, 2, 0, err);
  drop(words, node->child_count);
  xap_query_free(both[0]);
  xap_query_free(both[1]);
  return status;
}

/* The first child with any of the others. */
static int pair_query(enum xap_join join, struct xap_query **children, size_t count, struct xap_query **out,
                      struct nsearch_error *err) {
  struct xap_query *both[2] = {children[0], NULL};
  if (count == 1) return tree_join(out, join, children, 1, 0, err);
  int status = tree_join(&both[1], XAP_OR, children + 1, count - 1, 0, err);
  if (status) return status;
  children[0] = NULL;
  return tree_join(out, join, both, 2, 0, err);
}

static int join_children(struct tree *tree, const struct node *node, struct xap_query **children,
                         struct xap_query **out, struct nsearch_error *err) {
  switch (node->kind) {
  case NODE_AND:
    return tree_join(out, XAP_AND, children, node->child_count, 0, err);
  case NODE_OR:
    return tree_join(out, XAP_OR, children, node->child_count, 0, err);
  case NODE_AND_NOT:
    return pair_query(XAP_AND_NOT, children, node->child_count, out, err);
  case NODE_AND_MAYBE:
    return pair_query(XAP_AND_MAYBE, children, node->child_count, out, err);
  default:
    return words_query(tree, node, children, out, err);
  }
}

int tree_query(struct tree *tree, const struct node *node, struct xap_query **out, struct nsearch_error *err) {
  *out = NULL;
  switch (node->kind) {
  case NODE_ALL:
    return xap_query_all(out, err);
  case NODE_TERM:
    return leaf_query(tree, node, out, err);
  case NODE_DOC:
    return doc_query(tree, node->doc, out, err);
  case NODE_DATES:
    return tree_dates(node->since, node->until, out, err);
  default:
    break;
  }
  struct xap_query **children = memory_zero(node->child_count + 1, sizeof *children);
  int status = children ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < node->child_count; i++)
    status = tree_query(tree, node->children[i], &children[i], err);
  if (!status) status = join_children(tree, node, children, out, err);
  drop(children, node->child_count);
  return status;
}
