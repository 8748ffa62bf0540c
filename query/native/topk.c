/* The best k candidates: a binary heap with the worst on top. */
#include <stdlib.h>

#include "query/native/native.h"

static int compare_docs(const struct topk *topk, struct doc_ref a, struct doc_ref b) {
  if (a.segment == b.segment) return a.doc < b.doc ? -1 : a.doc > b.doc;
  const struct order_columns *x = &topk->columns[a.segment], *y = &topk->columns[b.segment];
  int64_t published_a = (int64_t)load_u64(x->published + 8 * (size_t)a.doc);
  int64_t published_b = (int64_t)load_u64(y->published + 8 * (size_t)b.doc);
  int order = segment_doc_compare(published_a, load_u64(x->id_hashes + 8 * (size_t)a.doc), published_b,
                                  load_u64(y->id_hashes + 8 * (size_t)b.doc));
  return order ? order : a.segment < b.segment ? -1 : 1;
}

static bool dated(const struct topk *topk, struct doc_ref doc) {
  return (int64_t)load_u64(topk->columns[doc.segment].published + 8 * (size_t)doc.doc) != INT64_MIN;
}

/* Below zero when a comes before b in an answer. */
static int compare(const struct topk *topk, const struct contender *a, const struct contender *b) {
  if (a->units != b->units) return a->units > b->units ? -1 : 1;
  bool backwards = topk->oldest && dated(topk, a->doc) && dated(topk, b->doc);
  return backwards ? compare_docs(topk, b->doc, a->doc) : compare_docs(topk, a->doc, b->doc);
}

static void sift_down(struct topk *topk, size_t count, const struct contender *candidate) {
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && compare(topk, &topk->heap[child + 1], &topk->heap[child]) > 0) child++;
    if (compare(topk, &topk->heap[child], candidate) <= 0) break;
    topk->heap[at] = topk->heap[child];
  }
  topk->heap[at] = *candidate;
}

int topk_offer(struct topk *topk, uint32_t units, struct doc_ref doc, struct nsearch_error *err) {
  struct contender candidate = {units, doc};
  if (topk->count == topk->limit) {
    if (topk->limit && compare(topk, &candidate, &topk->heap[0]) < 0) sift_down(topk, topk->count, &candidate);
    return NSEARCH_OK;
  }
  int status = memory_reserve(&topk->heap, &topk->capacity, topk->count + 1, sizeof *topk->heap, err);
  if (status) return status;
  size_t at = topk->count++;
  for (; at > 0 && compare(topk, &candidate, &topk->heap[(at - 1) / 2]) > 0; at = (at - 1) / 2) {
    topk->heap[at] = topk->heap[(at - 1) / 2];
  }
  topk->heap[at] = candidate;
  return NSEARCH_OK;
}

/* Takes the worst away and puts it behind the others, again and again. */
void topk_sort(struct topk *topk) {
  for (size_t count = topk->count; count > 1; count--) {
    struct contender worst = topk->heap[0], last = topk->heap[count - 1];
    sift_down(topk, count - 1, &last);
    topk->heap[count - 1] = worst;
  }
}

void topk_free(struct topk *topk) {
  memory_free(topk->heap);
  memory_free(topk->columns);
}
