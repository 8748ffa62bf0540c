/* Which nodes of a page are the text of its article. */
#include "indexer/sources/html.h"

#include <string.h>
#include <strings.h>

/* A paragraph, heading, list item or the like: text between two places where a line ends. */
struct block {
  uint32_t first, last; /* text nodes; those between that are cut are none of it */
  uint32_t owner;       /* the element that it is the text of */
  uint32_t bytes, linked, commas;
  bool cut, sentence, breaks;
};

struct page {
  const struct html_tree *tree;
  struct block *blocks;
  size_t count, capacity;
  float *mass;   /* of good text in blocks that begin before a node, the cut ones left out */
  uint32_t *bytes, *linked;
  float *score;
  struct nsearch_error *err;
};

static bool is_hidden(const struct html_tree *tree, size_t node) {
  const struct html_node *of = &tree->nodes[node];
  if (of->attributes == 0) return false;
  const char *style = html_attribute(tree, node, "style");
  if (html_attribute(tree, node, "hidden")) return true;
  return style && (strcasestr(style, "display:none") || strcasestr(style, "display: none"));
}

/* ---- Blocks ---- */

static void measure(struct block *block, const char *text, size_t len, bool linked) {
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == 0xC2 && i + 1 < len && (unsigned char)text[i + 1] == 0xA0) c = ' ', i++;
    if (c <= ' ') continue;
    block->bytes++;
    block->linked += linked;
    block->commas += c == ',' || (c == 0xE3 && i + 2 < len && (unsigned char)text[i + 1] == 0x80 &&
                                  (unsigned char)text[i + 2] == 0x81) ||
                     (c == 0xEF && i + 2 < len && (unsigned char)text[i + 1] == 0xBC && (unsigned char)text[i + 2] == 0x8C);
    if (c == '.' || c == '!' || c == '?' || c == ':' || c == 0x82) block->sentence = true;
  }
}

static int end_block(struct page *page, struct block *block, bool breaks) {
  int status = NSEARCH_OK;
  if (block->bytes > 0) {
    status = memory_reserve(&page->blocks, &page->capacity, page->count + 1, sizeof *block, page->err);
    if (!status) page->blocks[page->count++] = *block;
  }
  *block = (struct block){.breaks = breaks};
  return status;
}

static int find_blocks(struct page *page) {
  const struct html_node *nodes = page->tree->nodes;
  struct block block = {0};
  uint32_t owner = 0, link_end = 0;
  int status = NSEARCH_OK;
  for (size_t i = 1; !status && i < page->tree->count; i++) {
    const struct html_node *node = &nodes[i];
    if (i >= nodes[owner].end) {
      status = end_block(page, &block, false);
      while (owner > 0 && (i >= nodes[owner].end || !(html_tag_flags[nodes[owner].tag] & HTML_FLOW))) owner = nodes[owner].parent;
    }
    if (node->tag == HTML_TEXT) {
      if (block.bytes == 0) block.first = (uint32_t)i, block.owner = owner;
      block.last = (uint32_t)i;
      measure(&block, page->tree->text.bytes + node->text, node->len, i < link_end);
      continue;
    }
    uint8_t flags = html_tag_flags[node->tag];
    if (!status && flags & HTML_FLOW) {
      status = end_block(page, &block, false);
      owner = (uint32_t)i;
    } else if (node->tag == HTML_BR && !status) {
      status = end_block(page, &block, true);
    } else if (node->tag == HTML_A) {
      link_end = node->end;
    }
    if (flags & HTML_CUT || is_hidden(page->tree, i)) i = node->end - 1;
  }
  return status ? status : end_block(page, &block, false);
}

/* ---- What is beside the article ---- */

static bool is_good(const struct block *block) {
  return block->linked * 2 < block->bytes && (block->bytes >= 80 || (block->bytes >= 25 && block->sentence));
}

static void sum_mass(struct page *page) {
  size_t block = 0;
  float mass = 0;
  uint32_t bytes = 0, linked = 0;
  for (size_t i = 0; i <= page->tree->count; i++) {
    page->mass[i] = mass;
    page->bytes[i] = bytes, page->linked[i] = linked;
    for (; block < page->count && page->blocks[block].first == i; block++) {
      if (page->blocks[block].cut) continue;
      if (is_good(&page->blocks[block])) mass += (float)page->blocks[block].bytes;
      bytes += page->blocks[block].bytes, linked += page->blocks[block].linked;
    }
  }
}

static float mass_of(const struct page *page, size_t node) {
  return page->mass[page->tree->nodes[node].end] - page->mass[node];
}

static float links_of(const struct page *page, size_t node) {
  size_t end = page->tree->nodes[node].end;
  uint32_t bytes = page->bytes[end] - page->bytes[node], linked = page->linked[end] - page->linked[node];
  return bytes ? (float)linked / (float)bytes : 0;
}

/* Posts of social networks are quotations, whatever the frame around them is called. */
static bool in_post(const struct page *page, const struct block *block) {
  const struct html_node *nodes = page->tree->nodes;
  size_t node = block->owner;
  while (node > 0 && nodes[node].tag != HTML_BLOCKQUOTE) node = nodes[node].parent;
  return node > 0 && html_attribute_has(page->tree, node, "class", "twitter-tweet");
}

static void cut_asides(struct page *page) {
  const struct html_node *nodes = page->tree->nodes;
  float total = mass_of(page, 0);
  size_t block = 0, article_end = 0;
  for (size_t i = 1; i < page->tree->count; i++) {
    if (nodes[i].tag == HTML_TEXT || nodes[i].tag == HTML_BODY || nodes[i].tag == HTML_HTML || nodes[i].tag == HTML_MAIN ||
        nodes[i].tag == HTML_BLOCKQUOTE || nodes[i].tag == HTML_TR) continue;
    bool nested = nodes[i].tag == HTML_ARTICLE && i < article_end;
    if (nodes[i].tag == HTML_ARTICLE && !nested) article_end = nodes[i].end;
    if ((!nested && html_role(page->tree, i) != HTML_ROLE_ASIDE) || mass_of(page, i) > total * 0.4f) continue;
    while (block < page->count && page->blocks[block].first < i) block++;
    for (; block < page->count && page->blocks[block].first < nodes[i].end; block++)
      page->blocks[block].cut = !in_post(page, &page->blocks[block]);
    i = nodes[i].end - 1;
  }
}

/* ---- The root of the article ---- */

static void give_scores(struct page *page) {
  const struct html_node *nodes = page->tree->nodes;
  for (size_t b = 0; b < page->count; b++) {
    const struct block *block = &page->blocks[b];
    if (block->cut || !is_good(block)) continue;
    float bytes = (float)(block->bytes - block->linked), score = 1 + (float)block->commas + (bytes < 300 ? bytes / 100 : 3);
    size_t node = nodes[block->owner].tag == HTML_DIV ? block->owner : nodes[block->owner].parent;
    for (int level = 1; node > 0 && level < 8; node = nodes[node].parent) {
      page->score[node] += score / (float)level;
      level++;
    }
  }
}

static float weight(const struct page *page, size_t node) {
  float by_tag = 1;
  switch (page->tree->nodes[node].tag) {
  case HTML_ARTICLE:
    by_tag = 1.3f;
    break;
  case HTML_MAIN:
    by_tag = 1.2f;
    break;
  case HTML_FORM:
  case HTML_UL:
  case HTML_OL:
  case HTML_LI:
  case HTML_DL:
    by_tag = 0.7f;
    break;
  default:
    break;
  }
  if (html_attribute_has(page->tree, node, "itemprop", "articleBody")) return 3;
  switch (html_role(page->tree, node)) {
  case HTML_ROLE_ARTICLE:
    return by_tag * 1.6f;
  case HTML_ROLE_MAYBE:
    return by_tag * 1.2f;
  case HTML_ROLE_ASIDE:
    return by_tag * 0.8f;
  default:
    return by_tag;
  }
}

/* Some pages cut the text into parts with one name: the element around them. */
static size_t unite_parts(const struct page *page, size_t best) {
  const struct html_node *nodes = page->tree->nodes;
  const char *name = html_attribute(page->tree, best, "class");
  size_t top = best, root = best;
  if (!name || !*name) return best;
  while (top > 0 && nodes[top].tag != HTML_ARTICLE && nodes[top].tag != HTML_BODY) top = nodes[top].parent;
  for (size_t i = top; i < nodes[top].end; i++) {
    const char *other = nodes[i].tag == nodes[best].tag ? html_attribute(page->tree, i, "class") : NULL;
    if (!other || strcmp(other, name) != 0 || mass_of(page, i) < 100) continue;
    while (i < root || i >= nodes[root].end) root = nodes[root].parent;
  }
  return nodes[root].tag == HTML_BODY ? best : root;
}

static size_t find_root(struct page *page) {
  const struct html_node *nodes = page->tree->nodes;
  size_t best = 0;
  float most = 0;
  give_scores(page);
  for (size_t i = 1; i < page->tree->count; i++) {
    if (nodes[i].tag == HTML_TEXT || page->score[i] == 0) continue;
    float score = page->score[i] * weight(page, i);
    if (score > most) most = score, best = i;
  }
  best = unite_parts(page, best);
  /* What stands around it is the article's too when it is much text. */
  while (best > 0 && nodes[best].tag != HTML_BODY && nodes[best].tag != HTML_ARTICLE &&
         html_role(page->tree, best) != HTML_ROLE_ARTICLE && mass_of(page, nodes[best].parent) > 1.25f * mass_of(page, best))
    best = nodes[best].parent;
  return best;
}

/* ---- The text ---- */

static void add_block(const struct page *page, const struct block *block, struct buffer *out) {
  const struct html_tree *tree = page->tree;
  bool blank = true;
  for (size_t i = block->first; i <= block->last; i++) {
    const struct html_node *node = &tree->nodes[i];
    if (node->tag != HTML_TEXT) {
      if (html_tag_flags[node->tag] & HTML_CUT || is_hidden(tree, i)) i = node->end - 1;
      continue;
    }
    for (size_t at = node->text; at < node->text + node->len; at++) {
      char c = tree->text.bytes[at];
      bool is_nbsp = c == '\xC2' && at + 1 < node->text + node->len && tree->text.bytes[at + 1] == '\xA0';
      bool is_blank = (unsigned char)c <= ' ' || is_nbsp;
      at += is_nbsp;
      if (!is_blank || !blank) buffer_byte(out, (uint8_t)(is_blank ? ' ' : c));
      blank = is_blank;
    }
  }
  while (out->len > 0 && out->bytes[out->len - 1] == ' ') out->len--;
}

/* The list or table that a block stands in, or the block's own element. */
static size_t whole_of(const struct page *page, const struct block *block) {
  const struct html_node *nodes = page->tree->nodes;
  size_t node = block->owner;
  for (int up = 0; up < 5 && node > 0; up++, node = nodes[node].parent)
    if (nodes[node].tag == HTML_UL || nodes[node].tag == HTML_OL || nodes[node].tag == HTML_TABLE) return node;
  return 0;
}

static bool is_kept_block(const struct page *page, const struct block *block) {
  if (block->cut) return false;
  size_t whole = whole_of(page, block);
  if (whole) return links_of(page, whole) < 0.7f;
  if (block->linked * 10 > block->bytes * 9 && block->bytes < 300) return false;
  if (block->linked * 10 > block->bytes * 6 && block->bytes - block->linked < 30) return false;
  return true;
}

int html_body(const struct html_tree *tree, const struct buffer *title, struct buffer *out,
              struct nsearch_error *err) {
  struct page page = {.tree = tree, .err = err};
  int status = NSEARCH_OK;
  page.mass = memory_array(NULL, tree->count + 1, sizeof *page.mass);
  page.bytes = memory_array(NULL, tree->count + 1, sizeof *page.bytes);
  page.linked = memory_array(NULL, tree->count + 1, sizeof *page.linked);
  page.score = memory_zero(tree->count, sizeof *page.score);
  if (!page.mass || !page.score || !page.bytes || !page.linked) status = error_memory(err);
  if (!status) status = find_blocks(&page);
  if (status) goto out;
  sum_mass(&page);
  cut_asides(&page);
  sum_mass(&page);
  size_t root = find_root(&page);
  size_t begin = root;
  for (size_t b = 0; b < page.count; b++) {
    const struct block *block = &page.blocks[b];
    if (block->first < root || block->first >= tree->nodes[root].end || tree->nodes[block->owner].tag != HTML_H1) continue;
    if (page.mass[block->first] - page.mass[root] < 0.1f * mass_of(&page, root)) begin = tree->nodes[block->owner].end;
    break;
  }
  size_t last = page.count;
  while (last > 0) {
    const struct block *block = &page.blocks[last - 1];
    uint8_t tag = tree->nodes[block->owner].tag;
    if (block->first < tree->nodes[root].end && is_kept_block(&page, block) && !(tag >= HTML_H1 && tag <= HTML_H6)) break;
    last--;
  }
  for (size_t b = 0; b < last; b++) {
    const struct block *block = &page.blocks[b];
    if (block->first < begin || block->first >= tree->nodes[root].end || !is_kept_block(&page, block)) continue;
    size_t from = out->len;
    if (from > 0) buffer_byte(out, '\n');
    add_block(&page, block, out);
    if (from == 0 && html_titles_equal(out->bytes, out->len, title->bytes, title->len)) out->len = 0;
  }
  status = buffer_status(out, err);
out:
  memory_free(page.mass);
  memory_free(page.bytes);
  memory_free(page.linked);
  memory_free(page.score);
  memory_free(page.blocks);
  return status;
}
