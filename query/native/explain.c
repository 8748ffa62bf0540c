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

/* Whether the node matches; scores of leaves that do not count are taken back. */
static int explain_node(struct explanation *own, const struct node *node, size_t leaf, bool *match,
                        struct nsearch_error *err) {
  size_t matching = 0, child_leaf = leaf;
  bool first = false, excluded = false;
  int status = NSEARCH_OK;
  *match = node->kind == NODE_ALL;
  if (node->kind == NODE_TERM) return explain_leaf(own, node, leaf, match, err);
  if (node->kind == NODE_DOC) *match = node->doc.segment == own->segment_number && node->doc.doc == own->doc;
  if (node->kind == NODE_DATES) {
    struct date_range range;
    status = date_range_open(&range, own->segment, node->since, node->until, err);
    *match = !status && date_range_admits(&range, own->doc);
  }
  if (node->child_count == 0 || status) return status;
  for (size_t i = 0; !status && i < node->child_count; i++) {
    bool child = false;
    status = explain_node(own, node->children[i], child_leaf, &child, err);
    if (i == 0) first = child;
    if (i > 0 && node->kind == NODE_AND_NOT) {
      excluded |= child;
      take_back(own, node->children[i], child_leaf);
    }
    matching += child;
    child_leaf += node_leaves(node->children[i]);
  }
  bool all = matching == node->child_count;
  if (node->kind == NODE_OR) *match = matching > 0;
  if (node->kind == NODE_AND) *match = all;
  if (node->kind == NODE_AND_NOT) *match = first && !excluded;
  if (node->kind == NODE_AND_MAYBE) *match = first;
  if (!status && all && (node->kind == NODE_PHRASE || node->kind == NODE_NEAR)) {
    status = words_hold(own, node, leaf, match, err);
  }
  if (!*match) take_back(own, node, leaf);
  return status;
}

int snapshot_explain(struct snapshot *snapshot, const struct node *tree, struct doc_ref doc, struct score_part *parts,
                     struct nsearch_error *err) {
  struct explanation own = {
      .segment = &snapshot->segments[doc.segment], .segment_number = doc.segment, .doc = doc.doc, .parts = parts};
  bool match;
  memset(parts, 0, node_leaves(tree) * sizeof *parts);
  own.lengths = segment_section(own.segment, SECTION_LENGTHS, err);
  int status = own.lengths ? scoring_prepare(&own.scoring, snapshot, tree, err) : NSEARCH_ERR_DAMAGED;
  if (!status) status = explain_node(&own, tree, 0, &match, err);
  scoring_free(&own.scoring);
  return status;
}
