/* The engine contract: what both sides of it do with its structures. */
#include "common/engine.h"

size_t node_leaves(const struct node *tree) {
  size_t count = tree->kind == NODE_TERM;
  for (size_t i = 0; i < tree->child_count; i++) count += node_leaves(tree->children[i]);
  return count;
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
