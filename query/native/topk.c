/* The best k candidates: a binary heap with the worst on top. */
#include <stdlib.h>

#include "query/native/native.h"

/* Below zero when a comes before b in an answer. */
static int compare(const struct candidate *a, const struct candidate *b) {
  if (a->units != b->units) return a->units > b->units ? -1 : 1;
  int order = segment_doc_compare(a->published, a->id_hash, b->published, b->id_hash);
  if (order) return order;
  if (a->doc.segment != b->doc.segment) return a->doc.segment < b->doc.segment ? -1 : 1;
  return a->doc.doc < b->doc.doc ? -1 : a->doc.doc > b->doc.doc;
}

static void sift_down(struct topk *topk, const struct candidate *candidate) {
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < topk->count; at = child) {
    if (child + 1 < topk->count && compare(&topk->heap[child + 1], &topk->heap[child]) > 0) child++;
    if (compare(&topk->heap[child], candidate) <= 0) break;
    topk->heap[at] = topk->heap[child];
  }
  topk->heap[at] = *candidate;
}

int topk_offer(struct topk *topk, const struct candidate *candidate, struct nsearch_error *err) {
  if (topk->count == topk->limit) {
    if (topk->limit && compare(candidate, &topk->heap[0]) < 0) sift_down(topk, candidate);
    return NSEARCH_OK;
  }
  int status = memory_reserve(&topk->heap, &topk->capacity, topk->count + 1, sizeof *topk->heap, err);
  if (status) return status;
  size_t at = topk->count++;
  for (; at > 0 && compare(candidate, &topk->heap[(at - 1) / 2]) > 0; at = (at - 1) / 2) {
    topk->heap[at] = topk->heap[(at - 1) / 2];
  }
  topk->heap[at] = *candidate;
  return NSEARCH_OK;
}

static int compare_void(const void *a, const void *b) { return compare(a, b); }

void topk_sort(struct topk *topk) {
  if (topk->count) qsort(topk->heap, topk->count, sizeof *topk->heap, compare_void);
}

void topk_free(struct topk *topk) { memory_free(topk->heap); }
