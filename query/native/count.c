/* Numbers of matches of one segment: what the dictionary tells of them, one word's number of articles and what follows
 * from it, or which way of counting takes least. A question of many words holds, more often than not, one that is in
 * every article. */
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
  uint64_t count = count_node(&own, tree, 0), gone = segment->gone.count;
  if (gone == 0 || count == 0) return count;
  return count == own.documents ? count - gone : COUNT_UNKNOWN;
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

/* ---- Where it does not ---------------------------------------------------------------------------------------------- */

/* One word and what few others make of it; every document of the range is in it, and none is deleted. */
static int count_difference(struct pass *pass, struct matcher *matcher, struct nsearch_error *err) {
  uint64_t first, others = 0;
  int status = matcher_first_count(matcher, pass->dates.first, pass->dates.end, &first, err);
  for (uint32_t doc = pass->dates.first; !status; doc = doc / WINDOW * WINDOW + WINDOW) {
    uint64_t mask[WINDOW_WORDS] = {0};
    status = matcher_next_other(matcher, doc, &doc, err);
    if (status || doc >= pass->dates.end) break;
    uint32_t base = doc / WINDOW * WINDOW;
    status = pass_check(pass, err);
    if (!status) status = matcher_others(matcher, base, mask, err);
    date_range_filter(&pass->dates, base, mask);
    others += kernels()->ones((const uint8_t *)mask, WINDOW);
  }
  if (!status)
    pass->matches += pass->request->tree->kind == NODE_OR ? first + others : first > others ? first - others : 0;
  return status;
}

static int count_windows(struct pass *pass, struct nsearch_error *err) {
  struct matcher *matcher;
  int status = pass_matcher(pass, &matcher, err);
  bool unseen = !pass->facets && !pass->scorer && !pass->dates.gone && pass->dates.inexact >= pass->dates.end;
  if (!status && unseen && matcher_differs_little(matcher)) {
    status = count_difference(pass, matcher, err);
  } else if (!status) {
    status = walk_count(pass, matcher, err);
  }
  matcher_free(matcher);
  return status;
}

/* One word within dates: where whole blocks are in the range, their number is enough. */
static int count_range(struct pass *pass, struct nsearch_error *err) {
  struct date_range *dates = &pass->dates;
  uint32_t exact = dates->inexact < dates->end ? dates->inexact : dates->end;
  int status = NSEARCH_OK;
  if (exact < dates->first) exact = dates->first;
  for (size_t key = 0; !status && key < pass->request->tree->key_count; key++) {
    const struct term_entry *entry = scoring_entry(pass->scoring, 0, key, pass->number);
    struct cursor cursor;
    uint64_t count = 0;
    if (!entry) continue;
    status = cursor_open(&cursor, pass->segment, entry, err);
    if (!status) status = cursor_count(&cursor, dates->first, exact, &count, err);
    cursor_free(&cursor);
    pass->matches += count;
  }
  dates->first = exact;
  return status || exact == dates->end ? status : count_windows(pass, err);
}

/* Whether an intersection has so few candidates that it is better counted list by list than by masks. */
static bool counts_by_lists(const struct pass *pass, const struct shape *shape) {
  enum { RARE = 32 };
  uint64_t least = UINT64_MAX;
  if (shape->kind != SHAPE_CONJUNCTION || pass->facets) return false;
  for (size_t i = 0; i < shape->count; i++) {
    const struct shape_part *part = &shape->parts[i];
    if (part->role != PART_REQUIRED || part->node->score != SCORE_BM25) continue;
    uint64_t df = pass->scoring->leaves[part->leaf].df;
    if (df < least) least = df;
  }
  return least < stats_documents(&pass->snapshot->stats) / RARE;
}

int count_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err) {
  const struct node *tree = pass->request->tree;
  bool ranged = request_is_dated(pass->request) && !pass->facets && !pass->dates.gone;
  if (ranged && tree->kind == NODE_TERM && tree->score == SCORE_BM25) return count_range(pass, err);
  pass->counting = counts_by_lists(pass, shape);
  return pass->counting ? conjunction_pass(pass, shape, err) : count_windows(pass, err);
}
