/* The engine contract: what both sides of it do with its structures. */
#include "common/engine.h"

size_t node_leaves(const struct node *tree) {
  size_t count = tree->kind == NODE_TERM;
  for (size_t i = 0; i < tree->child_count; i++) count += node_leaves(tree->children[i]);
  return count;
}

int request_check(const struct search_request *request, struct nsearch_error *err) {
  if (request->cancel && request->cancel(request->cancel_payload))
    return error_set(err, NSEARCH_ERR_CANCELLED, "the search was cancelled");
  if (request->deadline && clock_monotonic() >= request->deadline)
    return error_set(err, NSEARCH_ERR_DEADLINE, "the search took longer than its deadline");
  return NSEARCH_OK;
}

void search_answer_free(struct search_answer *answer) {
  for (size_t f = 0; answer->facets && f < answer->facet_count; f++) {
    struct facet_answer *facet = &answer->facets[f];
    for (size_t i = 0; i < facet->count; i++) memory_free(facet->values[i].value);
    memory_free(facet->values);
  }
  memory_free(answer->facets);
  memory_free(answer->hits);
  *answer = (struct search_answer){0};
}
