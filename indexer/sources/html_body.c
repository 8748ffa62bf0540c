/* Which blocks of a page are the text of its article: those that stand beside it are cut, the element that holds it is
 * found by what stands in it and by what it is called, and of its blocks those that say something are the text. The
 * weights were chosen on half of a collection of pages and hold on the other half (docs/formats.md). */
#include "indexer/sources/html.h"

#include <string.h>

struct page {
  const struct html_tree *tree;
  struct html_blocks blocks;
  float *score;           /* of every node */
  size_t heading, stated; /* the first <h1>, the largest itemprop="articleBody"; 0 for none */
  struct nsearch_error *err;
};

static float reading_below(const struct page *page, size_t node) {
  return (float)html_blocks_below(&page->blocks, page->tree, node).reading;
}

static bool holds(const struct page *page, size_t node, size_t other) {
  return other > 0 && node <= other && other < page->tree->nodes[node].end;
}

static void find_marks(struct page *page) {
  float most = 0;
  for (size_t i = 1; i < page->tree->count; i++) {
    if (page->tree->nodes[i].tag == HTML_H1 && page->heading == 0) page->heading = i;
    if (page->tree->nodes[i].attributes == 0 || !html_attribute_has(page->tree, i, "itemprop", "articleBody")) continue;
    if (reading_below(page, i) > most) most = reading_below(page, i), page->stated = i;
  }
}

/* ---- What stands beside the article ---- */

/* Of the page's text, what an aside may have at most, and one that the heading stands in. */
#define ASIDE_SHARE 0.4f
#define ASIDE_SHARE_WITH_HEADING 0.1f

/* Elements that a name says nothing about, or that are the page. */
static bool is_never_cut(enum html_tag tag) {
  return tag == HTML_TEXT || tag == HTML_HTML || tag == HTML_BODY || tag == HTML_MAIN || tag == HTML_BLOCKQUOTE ||
         tag == HTML_TR;
}

/* Posts of social networks are quotations, whatever the frame around them is called. */
static bool in_post(const struct page *page, const struct html_block *block) {
  enum { FRAMES_MAX = 6 };
  const struct html_node *nodes = page->tree->nodes;
  size_t node = block->owner;
  for (int up = 0; node > 0 && nodes[node].tag != HTML_BLOCKQUOTE; up++, node = nodes[node].parent)
    if (up == FRAMES_MAX) return false;
  return node > 0 && html_attribute_has(page->tree, node, "class", "twitter-tweet");
}

static bool is_aside(const struct page *page, size_t node, bool in_article, float all) {
  bool is_other = page->tree->nodes[node].tag == HTML_ARTICLE && in_article; /* a comment, or what is related */
  if (!is_other && html_role(page->tree, node) != HTML_ROLE_ASIDE) return false;
  if (holds(page, node, page->stated)) return false;
  float share = holds(page, node, page->heading) ? ASIDE_SHARE_WITH_HEADING : ASIDE_SHARE;
  return reading_below(page, node) <= all * share;
}

static void cut_asides(struct page *page) {
  const struct html_node *nodes = page->tree->nodes;
  float all = reading_below(page, 0);
  struct html_block *blocks = page->blocks.list;
  size_t article_end = 0, at = 0;
  for (size_t i = 1; i < page->tree->count; i++) {
    if (is_never_cut((enum html_tag)nodes[i].tag)) continue;
    bool in_article = i < article_end;
    if (nodes[i].tag == HTML_ARTICLE && !in_article) article_end = nodes[i].end;
    if (!is_aside(page, i, in_article, all)) continue;
    while (at < page->blocks.count && blocks[at].first < i) at++;
    for (; at < page->blocks.count && blocks[at].first < nodes[i].end; at++)
      blocks[at].cut = !in_post(page, &blocks[at]);
    i = nodes[i].end - 1;
  }
}

/* ---- The element that holds the article ---- */

/* Elements that hold blocks; what stands in them between two breaks is a block of theirs. */
static bool is_frame(enum html_tag tag) {
  return tag == HTML_DIV || tag == HTML_TD || tag == HTML_ARTICLE || tag == HTML_SECTION || tag == HTML_MAIN ||
         tag == HTML_BODY || tag == HTML_CENTER;
}

/* A block tells of the elements around it, the less the farther out they are. */
static void give_scores(struct page *page) {
  enum { LEVELS = 7 };
  const struct html_node *nodes = page->tree->nodes;
  for (size_t b = 0; b < page->blocks.count; b++) {
    const struct html_block *block = &page->blocks.list[b];
    if (block->cut || !html_block_reads(block)) continue;
    float bytes = (float)(block->bytes - block->linked);
    float score = 1 + (float)block->commas + (bytes < 300 ? bytes / 100 : 3);
    size_t node = is_frame((enum html_tag)nodes[block->owner].tag) ? block->owner : nodes[block->owner].parent;
    for (int level = 1; node > 0 && level <= LEVELS; level++, node = nodes[node].parent)
      page->score[node] += score / (float)level;
  }
}

/* What an element is called counts as much as some paragraphs. */
static float weight(const struct page *page, size_t node) {
  static const float by_role[] = {
      [HTML_ROLE_NONE] = 1, [HTML_ROLE_ARTICLE] = 1.6f, [HTML_ROLE_MAYBE] = 1.2f, [HTML_ROLE_ASIDE] = 0.8f};
  if (html_attribute_has(page->tree, node, "itemprop", "articleBody")) return 3;
  float by_name = by_role[html_role(page->tree, node)];
  switch (page->tree->nodes[node].tag) {
  case HTML_ARTICLE:
    return 1.3f * by_name;
  case HTML_MAIN:
    return 1.2f * by_name;
  case HTML_FORM:
  case HTML_UL:
  case HTML_OL:
  case HTML_LI:
  case HTML_DL:
    return 0.7f * by_name;
  default:
    return by_name;
  }
}

/* Some pages cut the text into parts of one name: what holds all of them, within the article. */
static size_t unite_parts(const struct page *page, size_t part) {
  enum { PART_MIN = 100 };
  const struct html_node *nodes = page->tree->nodes;
  const char *name = html_attribute(page->tree, part, "class");
  size_t top = part, root = part;
  if (!name || !*name) return part;
  while (top > 0 && nodes[top].tag != HTML_ARTICLE && nodes[top].tag != HTML_BODY) top = nodes[top].parent;
  for (size_t i = top; i < nodes[top].end; i++) {
    const char *other = nodes[i].tag == nodes[part].tag ? html_attribute(page->tree, i, "class") : NULL;
    if (!other || strcmp(other, name) != 0 || reading_below(page, i) < PART_MIN) continue;
    while (!holds(page, root, i) && root > 0) root = nodes[root].parent;
  }
  return root == 0 || nodes[root].tag == HTML_BODY ? part : root;
}

/* A frame that has so much more text than what is in it holds the article too. */
#define FRAME_GAIN 1.25f

static size_t find_root(struct page *page) {
  const struct html_node *nodes = page->tree->nodes;
  size_t root = 0;
  float most = 0;
  give_scores(page);
  for (size_t i = 1; i < page->tree->count; i++) {
    float score = page->score[i] > 0 ? page->score[i] * weight(page, i) : 0;
    if (score > most) most = score, root = i;
  }
  root = unite_parts(page, root);
  while (root > 0 && nodes[root].tag != HTML_BODY && nodes[root].tag != HTML_ARTICLE &&
         html_role(page->tree, root) != HTML_ROLE_ARTICLE &&
         reading_below(page, nodes[root].parent) > FRAME_GAIN * reading_below(page, root))
    root = nodes[root].parent;
  return root;
}

/* ---- The text in it ---- */

/* The list or table that a block stands in, 0 when it is in none. */
static size_t list_of(const struct page *page, const struct html_block *block) {
  enum { FRAMES_MAX = 5 };
  const struct html_node *nodes = page->tree->nodes;
  size_t node = block->owner;
  for (int up = 0; up < FRAMES_MAX && node > 0; up++, node = nodes[node].parent)
    if (nodes[node].tag == HTML_UL || nodes[node].tag == HTML_OL || nodes[node].tag == HTML_TABLE) return node;
  return 0;
}

/* Lists of links, and lines that are a link and at most a few words before it, lead elsewhere. */
static bool leads_elsewhere(const struct page *page, const struct html_block *block) {
  enum { LABEL_MAX = 30, LINE_MAX = 300 };
  size_t list = list_of(page, block);
  if (list) {
    struct html_sum sum = html_blocks_below(&page->blocks, page->tree, list);
    return sum.linked * 10ull >= sum.bytes * 7ull;
  }
  if (block->linked * 10ull > block->bytes * 9ull && block->bytes < LINE_MAX) return true;
  return block->linked * 10ull > block->bytes * 6ull && block->bytes - block->linked < LABEL_MAX;
}

static bool is_heading(const struct page *page, const struct html_block *block) {
  uint8_t tag = page->tree->nodes[block->owner].tag;
  return tag >= HTML_H1 && tag <= HTML_H6;
}

/* The article begins behind its heading, if that stands in the root and hardly any text before it. */
static size_t beginning(const struct page *page, size_t root) {
  const struct html_node *nodes = page->tree->nodes;
  for (size_t i = root; i < nodes[root].end; i++) {
    if (nodes[i].tag != HTML_H1 || html_blocks_below(&page->blocks, page->tree, i).bytes == 0) continue;
    float before = (float)(page->blocks.before[i].reading - page->blocks.before[root].reading);
    return before < 0.1f * reading_below(page, root) ? nodes[i].end : root;
  }
  return root;
}

/* What stands between two blocks: cells of a table row are on one line. */
static char between(const struct page *page, const struct html_block *one, const struct html_block *next) {
  const struct html_node *a = &page->tree->nodes[one->owner], *b = &page->tree->nodes[next->owner];
  bool cells = (a->tag == HTML_TD || a->tag == HTML_TH) && (b->tag == HTML_TD || b->tag == HTML_TH);
  return cells && one->owner != next->owner && a->parent == b->parent ? ' ' : '\n';
}

static void add_text(const struct page *page, size_t root, const struct buffer *title, struct buffer *out) {
  const struct html_block *list = page->blocks.list, *last = NULL;
  size_t begin = beginning(page, root), end = page->tree->nodes[root].end, kept = 0;
  for (size_t b = 0; b < page->blocks.count; b++) {
    const struct html_block *block = &list[b];
    if (block->first < begin || block->first >= end || block->cut || leads_elsewhere(page, block)) continue;
    size_t from = out->len;
    if (last) buffer_byte(out, (uint8_t)between(page, last, block));
    html_block_text(page->tree, block, out);
    if (out->failed) return;
    if (!last && html_titles_equal(out->bytes, out->len, title->bytes, title->len)) {
      out->len = from;
      continue;
    }
    last = block;
    if (!is_heading(page, block)) kept = out->len;
  }
  /* A heading with nothing under it headed what was left out. */
  out->len = kept;
}

int html_body(const struct html_tree *tree, const struct buffer *title, struct buffer *out, struct nsearch_error *err) {
  struct page page = {.tree = tree, .err = err};
  page.score = memory_zero(tree->count, sizeof *page.score);
  int status = page.score ? html_blocks_find(&page.blocks, tree, err) : error_memory(err);
  if (!status) status = html_blocks_sum(&page.blocks, tree, err);
  if (status) goto out;
  find_marks(&page);
  cut_asides(&page);
  status = html_blocks_sum(&page.blocks, tree, err);
  if (status) goto out;
  add_text(&page, find_root(&page), title, out);
  status = buffer_status(out, err);
out:
  html_blocks_free(&page.blocks);
  memory_free(page.score);
  return status;
}
