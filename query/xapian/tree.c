/* The question's tree as a query of Xapian. Each leaf is scaled so that its terms score what docs/ranking.md says; what
 * filters is scaled to nothing. */
#include <math.h>
#include <string.h>

#include "query/xapian/xapian.h"

/* ---- Leaves ------------------------------------------------------------------------------------------------------------ */

static int key_frequency(const struct tree *tree, struct term_key key, uint32_t *df, struct nsearch_error *err) {
  struct xap_term term;
  xap_term_of_key(key.bytes, key.len, snapshot_stats(tree->snapshot)->language, &term);
  return xap_frequency(tree->database, term.bytes, term.len, df, err);
}

int tree_frequency(const struct tree *tree, const struct node *leaf, uint64_t *df, struct nsearch_error *err) {
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
  double n = (double)snapshot_stats(tree->snapshot)->articles, holds = (double)df < n ? (double)df : n;
  return leaf->boost * log(1 + (n - holds + 0.5) / (holds + 0.5));
}

static int scale(struct tree_part *part, double factor, struct nsearch_error *err) {
  struct xap_query *scaled = NULL;
  int status = xap_query_scale(&scaled, part->query, factor, err);
  tree_part_free(part);
  part->query = scaled;
  return status;
}

static int key_query(const struct tree *tree, struct term_key key, struct xap_query **out, struct nsearch_error *err) {
  struct xap_term term;
  xap_term_of_key(key.bytes, key.len, snapshot_stats(tree->snapshot)->language, &term);
  return xap_query_term(out, term.bytes, term.len, err);
}

/* A term that filters. One of every document is no term: Xapian 1.4.22 then walks the list of all documents under the
 * term's name, and takes the second part of that list, which has another, for damage ("Unexpected end of posting list"). */
static int filter_query(const struct tree *tree, struct term_key key, struct xap_query **out,
                        struct nsearch_error *err) {
  uint32_t df = 0;
  int status = key_frequency(tree, key, &df, err);
  if (status) return status;
  return df && df == snapshot_stats(tree->snapshot)->articles ? xap_query_all(out, err)
                                                              : key_query(tree, key, out, err);
}

/* A term that scores. Xapian weighs a key by its own frequency; here a leaf has one idf, of all its keys together. */
static int scored_query(const struct tree *tree, struct term_key key, double bound, struct tree_part *out,
                        struct nsearch_error *err) {
  uint32_t df = 0, documents = (uint32_t)snapshot_stats(tree->snapshot)->articles;
  int status = key_frequency(tree, key, &df, err);
  if (!status) status = key_query(tree, key, &out->query, err);
  if (status) return status;
  double own = df && df <= documents ? xap_term_weight(BM25_K1, documents, df) : 0;
  return scale(out, own > 0 ? bound / own : 0, err);
}

static void drop(struct tree_part *parts, size_t count) {
  for (size_t i = 0; parts && i < count; i++) tree_part_free(&parts[i]);
  memory_free(parts);
}

/* The documents of the keys. bound: score each by its frequencies; 0: score nothing. */
static int keys_part(const struct tree *tree, const struct node *leaf, double bound, struct tree_part *out,
                     struct nsearch_error *err) {
  struct tree_part *keys = memory_zero(leaf->key_count + 1, sizeof *keys);
  int status = keys ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < leaf->key_count; i++)
    status = bound > 0 ? scored_query(tree, leaf->keys[i], bound, &keys[i], err)
                       : filter_query(tree, leaf->keys[i], &keys[i].query, err);
  if (!status) status = parts_join(XAP_OR, keys, leaf->key_count, out, err);
  drop(keys, leaf->key_count);
  return status || bound > 0 || !tree->scored ? status : scale(out, 0, err);
}

static int leaf_part(const struct tree *tree, const struct node *leaf, struct tree_part *out,
                     struct nsearch_error *err) {
  struct tree_part constant = {0}, keys = {0};
  uint64_t df;
  if (!tree->scored || leaf->score == SCORE_NONE) return keys_part(tree, leaf, 0, out, err);
  if (leaf->score == SCORE_BM25) {
    int status = tree_frequency(tree, leaf, &df, err);
    return status ? status : keys_part(tree, leaf, tree_bound(tree, leaf, df), out, err);
  }
  int status = xap_query_constant(&constant.query, leaf->boost, err);
  if (!status) status = keys_part(tree, leaf, 0, &keys, err);
  if (!status) status = parts_pair(XAP_FILTER, &constant, &keys, out, err);
  tree_part_free(&constant);
  tree_part_free(&keys);
  return status;
}

static int doc_part(const struct tree *tree, struct doc_ref doc, struct tree_part *out, struct nsearch_error *err) {
  struct buffer id = {0};
  int status = xap_term_of(tree->database, snapshot_number(tree->snapshot, doc), "Q", &id, err);
  if (!status) status = xap_query_term(&out->query, id.bytes ? id.bytes : "", id.len, err);
  if (!status && tree->scored) status = scale(out, 0, err);
  buffer_free(&id);
  return status;
}

/* Undated documents have no such values, and what is below the least of them is no empty string either. */
int tree_dates(int64_t since, int64_t until, struct tree_part *out, struct nsearch_error *err) {
  static const char lowest[1] = {0}, highest[XAP_NUMBER_MAX] = {-1, -1, -1, -1, -1, -1, -1, -1, -1};
  char first[XAP_NUMBER_MAX], last[XAP_NUMBER_MAX];
  struct tree_part begins = {.checked = true}, ends = {.checked = true};
  size_t first_len = xap_number((double)since, first), last_len = xap_number((double)until, last);
  *out = (struct tree_part){0};
  int status = until == INT64_MAX
                   ? xap_query_range(&begins.query, SLOT_PUBLISHED, lowest, 1, highest, sizeof highest, err)
                   : xap_query_range(&begins.query, SLOT_PUBLISHED, lowest, 1, last, last_len, err);
  if (status || since == INT64_MIN) {
    *out = begins;
    return status;
  }
  status = xap_query_range(&ends.query, SLOT_UNTIL, first, first_len, highest, sizeof highest, err);
  if (!status) status = parts_pair(XAP_AND, &begins, &ends, out, err);
  tree_part_free(&begins);
  tree_part_free(&ends);
  return status;
}

/* ---- Inner nodes --------------------------------------------------------------------------------------------------------- */

/* Where the words stand close enough. */
static int close_words(const struct tree *tree, const struct node *node, struct xap_query **out,
                       struct nsearch_error *err) {
  uint64_t window = (uint64_t)node->child_count + node->slop;
  struct xap_query **words = memory_zero(node->child_count + 1, sizeof *words);
  int status = words ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < node->child_count; i++) {
    const struct node *leaf = node->children[i];
    status = leaf->key_count ? key_query(tree, leaf->keys[0], &words[i], err) : xap_query_none(&words[i], err);
  }
  if (window > UINT32_MAX) window = UINT32_MAX;
  if (!status)
    status = xap_query_join(out, node->kind == NODE_PHRASE ? XAP_PHRASE : XAP_NEAR, words, node->child_count,
                            (uint32_t)window, err);
  for (size_t i = 0; words && i < node->child_count; i++) xap_query_free(words[i]);
  memory_free(words);
  return status;
}

/* What words that stand close enough score comes from the same words without that condition. */
static int words_part(const struct tree *tree, const struct node *node, const struct tree_part *scored,
                      struct tree_part *out, struct nsearch_error *err) {
  struct tree_part all = {0}, close = {.checked = true};
  int status = parts_join(XAP_AND, scored, node->child_count, &all, err);
  if (!status) status = close_words(tree, node, &close.query, err);
  if (!status) status = parts_pair(XAP_FILTER, &all, &close, out, err);
  tree_part_free(&all);
  tree_part_free(&close);
  return status;
}

/* The first child with any of the others. */
static int first_and_others(enum xap_join how, const struct tree_part *children, size_t count, struct tree_part *out,
                            struct nsearch_error *err) {
  struct tree_part others = {0};
  if (count == 1) return parts_join(XAP_OR, children, 1, out, err);
  int status = parts_join(XAP_OR, children + 1, count - 1, &others, err);
  if (!status) status = parts_pair(how, &children[0], &others, out, err);
  tree_part_free(&others);
  return status;
}

static int join_children(const struct tree *tree, const struct node *node, const struct tree_part *children,
                         struct tree_part *out, struct nsearch_error *err) {
  switch (node->kind) {
  case NODE_AND:
    return parts_join(XAP_AND, children, node->child_count, out, err);
  case NODE_OR:
    return parts_join(XAP_OR, children, node->child_count, out, err);
  case NODE_AND_NOT:
    return first_and_others(XAP_AND_NOT, children, node->child_count, out, err);
  case NODE_AND_MAYBE:
    return first_and_others(XAP_AND_MAYBE, children, node->child_count, out, err);
  default:
    return words_part(tree, node, children, out, err);
  }
}

/* filter, which may be NULL, goes to the first child. */
static int inner_part(const struct tree *tree, const struct node *node, const struct tree_part *filter,
                      struct tree_part *out, struct nsearch_error *err) {
  struct tree_part *children = memory_zero(node->child_count + 1, sizeof *children);
  int status = children ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < node->child_count; i++)
    status = tree_make(tree, node->children[i], i == 0 ? filter : NULL, &children[i], err);
  if (!status) status = join_children(tree, node, children, out, err);
  drop(children, node->child_count);
  return status;
}

static int plain_part(const struct tree *tree, const struct node *node, struct tree_part *out,
                      struct nsearch_error *err) {
  switch (node->kind) {
  case NODE_ALL:
    return xap_query_all(&out->query, err);
  case NODE_TERM:
    return leaf_part(tree, node, out, err);
  case NODE_DOC:
    return doc_part(tree, node->doc, out, err);
  case NODE_DATES:
    return tree_dates(node->since, node->until, out, err);
  default:
    return inner_part(tree, node, NULL, out, err);
  }
}

int tree_make(const struct tree *tree, const struct node *node, const struct tree_part *filter, struct tree_part *out,
              struct nsearch_error *err) {
  struct tree_part plain = {0};
  *out = plain;
  if (!filter) return plain_part(tree, node, out, err);
  /* These under a filter are the same with a filtered first child, and stay what they are. */
  if (node->kind == NODE_AND_MAYBE || node->kind == NODE_AND_NOT) return inner_part(tree, node, filter, out, err);
  int status = plain_part(tree, node, &plain, err);
  if (!status) status = parts_pair(XAP_FILTER, &plain, filter, out, err);
  tree_part_free(&plain);
  return status;
}
