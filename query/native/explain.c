/* How one article comes to its score: the tree evaluated for that article alone, leaf by leaf. */
#include <string.h>

#include "query/native/native.h"

struct explanation {
  struct segment *segment;
  uint32_t segment_number, doc;
  struct scoring scoring;
  struct score_part *parts;
  const uint8_t *lengths;
};

static int explain_leaf(struct explanation *own, const struct node *node, size_t leaf, bool *match,
                        struct nsearch_error *err) {
  const struct leaf_weight *weight = &own->scoring.leaves[leaf];
  struct score_part *part = &own->parts[leaf];
  part->df = weight->df;
  for (size_t k = 0; k < node->key_count; k++) {
    struct cursor cursor = {0};
    bool found;
    int status = cursor_find_term(&cursor, own->segment, node->keys[k], &found, err);
    if (!status && found) status = cursor_probe(&cursor, own->doc, &found, err);
    if (!status && found) {
      uint32_t freq = cursor_probed_freq(&cursor, own->doc);
      uint32_t length = load_u32(own->lengths + 4 * (size_t)own->doc);
      *match = true;
      part->tf += freq;
      if (node->score == SCORE_BM25) {
        part->score += bm25_units(weight->weight, own->scoring.c0, own->scoring.c1, length, freq) * own->scoring.unit;
      }
    }
    cursor_free(&cursor);
    if (status) return status;
  }
  if (*match && node->score == SCORE_CONSTANT) part->score = weight->constant * own->scoring.unit;
  return NSEARCH_OK;
}

static int words_hold(struct explanation *own, const struct node *node, size_t leaf, bool *match,
                      struct nsearch_error *err) {
  struct words words = {0};
  int status = words_open(&words, own->segment, own->segment_number, node, &own->scoring, leaf, err);
  if (!status) status = words_match(&words, own->doc, match, err);
  words_free(&words);
  return status;
}

static void take_back(struct explanation *own, const struct node *node, size_t leaf) {
  for (size_t i = 0; i < node_leaves(node); i++) own->parts[leaf + i].score = 0;
}

static int explain_node(struct explanation *own, const struct node *node, size_t leaf, bool *match,
                        struct nsearch_error *err);

/* *first: the first child matches; *others: how many of the others do. What is excluded adds nothing. */
static int explain_children(struct explanation *own, const struct node *node, size_t leaf, bool *first, size_t *others,
                            struct nsearch_error *err) {
  *first = false;
  *others = 0;
  for (size_t i = 0; i < node->child_count; i++) {
    const struct node *child = node->children[i];
    bool match = false;
    int status = explain_node(own, child, leaf, &match, err);
    if (status) return status;
    if (i > 0 && node->kind == NODE_AND_NOT) take_back(own, child, leaf);
    if (i == 0) *first = match;
    *others += i > 0 && match;
    leaf += node_leaves(child);
  }
  return NSEARCH_OK;
}

static int explain_dates(const struct explanation *own, const struct node *node, bool *match,
                         struct nsearch_error *err) {
  struct date_range range;
  int status = date_range_open(&range, own->segment, node->since, node->until, err);
  *match = !status && date_range_admits(&range, own->doc);
  return status;
}

/* Whether the node matches; scores of leaves that do not count are taken back. */
static int explain_node(struct explanation *own, const struct node *node, size_t leaf, bool *match,
                        struct nsearch_error *err) {
  bool first;
  size_t others;
  int status = explain_children(own, node, leaf, &first, &others, err);
  bool all = first && others + 1 == node->child_count;
  if (status) return status;
  switch (node->kind) {
  case NODE_ALL:
    *match = true;
    return NSEARCH_OK;
  case NODE_TERM:
    return explain_leaf(own, node, leaf, match, err);
  case NODE_DOC:
    *match = node->doc.segment == own->segment_number && node->doc.doc == own->doc;
    return NSEARCH_OK;
  case NODE_DATES:
    return explain_dates(own, node, match, err);
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
  case NODE_PHRASE:
  case NODE_NEAR:
    *match = false;
    if (all) status = words_hold(own, node, leaf, match, err);
    break;
  }
  if (!*match) take_back(own, node, leaf);
  return status;
}

int snapshot_explain(struct snapshot *snapshot, const struct node *tree, struct doc_ref doc, struct score_part *parts,
                     struct nsearch_error *err) {
  struct explanation own = {
      .segment = &snapshot->segments[doc.segment], .segment_number = doc.segment, .doc = doc.doc, .parts = parts};
  bool match = false;
  memset(parts, 0, node_leaves(tree) * sizeof *parts);
  own.lengths = segment_section(own.segment, SECTION_LENGTHS, err);
  int status = own.lengths ? scoring_find(&own.scoring, snapshot, tree, err) : NSEARCH_ERR_DAMAGED;
  if (!status) status = scoring_weigh(&own.scoring, snapshot, err);
  if (!status) status = explain_node(&own, tree, 0, &match, err);
  scoring_free(&own.scoring);
  return status;
}
