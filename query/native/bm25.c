/* BM25 (Robertson et al., Okapi at TREC-3, 1994) in binary32 with integer contributions; docs/ranking.md. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

enum { SCALE_MAX = 24 };
#define UNITS_LIMIT 1073741824.0 /* 2^30: no sum of contributions leaves 32 bits */

/* Looks the keys of a BM25 leaf up, once for the whole search. */
static int find_entries(struct scoring *scoring, struct snapshot *snapshot, struct leaf_weight *weight,
                        struct nsearch_error *err) {
  const struct node *leaf = weight->leaf;
  size_t wanted = scoring->entry_count + leaf->key_count * snapshot->segment_count;
  int status = memory_reserve(&scoring->entries, &scoring->entry_capacity, wanted, sizeof *scoring->entries, err);
  if (status) return status;
  weight->entries = scoring->entry_count;
  for (size_t k = 0; k < leaf->key_count; k++) {
    for (size_t s = 0; s < snapshot->segment_count; s++) {
      struct term_entry *entry = &scoring->entries[scoring->entry_count++];
      const struct term_key *key = &leaf->keys[k];
      bool found;
      status = segment_lookup(&snapshot->segments[s], key->bytes, key->len, entry, &found, err);
      if (status) return status;
      if (!found) entry->df = 0;
      weight->df += entry->df;
    }
  }
  return NSEARCH_OK;
}

const struct term_entry *scoring_entry(const struct scoring *scoring, size_t leaf, size_t key, uint32_t segment) {
  const struct leaf_weight *weight = &scoring->leaves[leaf];
  if (weight->leaf->score != SCORE_BM25) return NULL;
  const struct term_entry *entry = &scoring->entries[weight->entries + key * scoring->segments + segment];
  return entry->df ? entry : NULL;
}

static int add_leaf(struct scoring *scoring, struct snapshot *snapshot, const struct node *leaf,
                    struct nsearch_error *err) {
  int status = memory_reserve(&scoring->leaves, &scoring->capacity, scoring->count + 1, sizeof *scoring->leaves, err);
  if (status) return status;
  struct leaf_weight *weight = &scoring->leaves[scoring->count++];
  *weight = (struct leaf_weight){.leaf = leaf};
  return leaf->score == SCORE_BM25 ? find_entries(scoring, snapshot, weight, err) : NSEARCH_OK;
}

static int add_leaves(struct scoring *scoring, struct snapshot *snapshot, const struct node *node,
                      struct nsearch_error *err) {
  if (node->kind == NODE_TERM) return add_leaf(scoring, snapshot, node, err);
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < node->child_count; i++) {
    status = add_leaves(scoring, snapshot, node->children[i], err);
  }
  return status;
}

static double leaf_bound(const struct leaf_weight *weight, uint64_t articles) {
  const struct node *leaf = weight->leaf;
  if (leaf->score == SCORE_CONSTANT) return leaf->boost;
  if (leaf->score == SCORE_NONE) return 0;
  double n = (double)articles,
         df = weight->df < articles ? (double)weight->df : n; /* above: damaged, or not disjoint */
  return leaf->boost * log(1 + (n - df + 0.5) / (df + 0.5));
}

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* The largest power of two, at most 2^24, that keeps the sum of all bounds below 2^30. Bounds are added in ascending
 * order, so the sum does not depend on the order of the question. */
static int choose_scale(struct scoring *scoring, uint64_t articles, double *scale, struct nsearch_error *err) {
  double *bounds = memory_array(NULL, scoring->count + 1, sizeof *bounds), sum = 0;
  if (!bounds) return error_memory(err);
  for (size_t i = 0; i < scoring->count; i++) bounds[i] = leaf_bound(&scoring->leaves[i], articles);
  qsort(bounds, scoring->count, sizeof *bounds, compare_doubles);
  for (size_t i = 0; i < scoring->count; i++) sum += bounds[i];
  memory_free(bounds);
  int exponent = SCALE_MAX;
  while (exponent > -1000 && ldexp(sum, exponent) >= UNITS_LIMIT) exponent--;
  *scale = ldexp(1, exponent);
  return NSEARCH_OK;
}

int scoring_find(struct scoring *scoring, struct snapshot *snapshot, const struct node *tree,
                 struct nsearch_error *err) {
  memset(scoring, 0, sizeof *scoring);
  scoring->segments = snapshot->segment_count;
  return add_leaves(scoring, snapshot, tree, err);
}

int scoring_weigh(struct scoring *scoring, const struct snapshot *snapshot, struct nsearch_error *err) {
  const struct engine_stats *stats = &snapshot->stats;
  double scale = 1;
  uint64_t documents = stats_documents(stats);
  int status = choose_scale(scoring, documents, &scale, err);
  if (status) return status;
  scoring->unit = 1 / scale;
  scoring->average = documents ? (double)stats->length / (double)documents : 0;
  scoring->c0 = (float)(BM25_K1 * (1 - BM25_B));
  scoring->c1 = scoring->average > 0 ? (float)(BM25_K1 * BM25_B / scoring->average) : 0;
  for (size_t i = 0; i < scoring->count; i++) {
    struct leaf_weight *weight = &scoring->leaves[i];
    double bound = leaf_bound(weight, documents) * scale;
    if (weight->leaf->score == SCORE_BM25) weight->weight = (float)bound;
    if (weight->leaf->score == SCORE_CONSTANT) weight->constant = (uint32_t)lrint(bound);
  }
  return NSEARCH_OK;
}

void scoring_free(struct scoring *scoring) {
  memory_free(scoring->leaves);
  memory_free(scoring->entries);
}

double bm25_stretch(const struct scoring *scoring, const struct segment *segment) {
  double own = segment->info.documents ? (double)segment->info.length / segment->info.documents : 0;
  return own > 0 && scoring->average > own ? scoring->average / own : 1;
}

void bm25_bounds(float weight, double stretch, uint32_t *bounds) {
  double step = (double)weight * stretch / 255 * 1.00001, most = (double)weight * 1.00001;
  for (int max = 0; max < 256; max++) {
    double bound = step * max;
    bounds[max] = (uint32_t)(int32_t)(bound < most ? bound : most) + 1;
  }
  bounds[0] = 0;
}
