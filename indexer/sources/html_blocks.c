/* A page as blocks of text. */
#include "indexer/sources/html.h"

#include <string.h>

bool html_hidden(const struct html_tree *tree, size_t node) {
  if (tree->nodes[node].attributes == 0) return false;
  const char *style = html_attribute(tree, node, "style");
  return html_attribute(tree, node, "hidden") ||
         (style && (strcasestr(style, "display:none") || strcasestr(style, "display: none")));
}

static bool is_left_out(const struct html_tree *tree, size_t node) {
  return html_tag_flags[tree->nodes[node].tag] & HTML_CUT || html_hidden(tree, node);
}

/* Length of the white space at text[0], a no-break space being one; 0 when there is none. */
static size_t blank_at(const char *text, size_t len) {
  if (len > 1 && text[0] == '\xC2' && text[1] == '\xA0') return 2;
  return len > 0 && (unsigned char)text[0] <= ' ';
}

/* "," and the commas of China, Japan and Arabia. */
static bool is_comma(const char *text, size_t len) {
  static const char *const others[] = {"\xE3\x80\x81", "\xEF\xBC\x8C", "\xD8\x8C"};
  if (*text == ',') return true;
  for (size_t i = 0; (unsigned char)*text >= 0x80 && i < sizeof others / sizeof *others; i++)
    if (len >= strlen(others[i]) && memcmp(text, others[i], strlen(others[i])) == 0) return true;
  return false;
}

/* "." and the like, and the full stops of China, Japan and India. */
static bool is_stop(const char *text, size_t len) {
  if (*text == '.' || *text == '!' || *text == '?' || *text == ':') return true;
  return len > 2 && (memcmp(text, "\xE3\x80\x82", 3) == 0 || memcmp(text, "\xE0\xA5\xA4", 3) == 0);
}

static void measure(struct html_block *block, const char *text, size_t len, bool linked) {
  for (size_t i = 0, blank; i < len; i += blank ? blank : 1) {
    blank = blank_at(text + i, len - i);
    if (blank) continue;
    block->bytes++;
    block->linked += linked;
    block->commas += is_comma(text + i, len - i);
    block->has_stop |= is_stop(text + i, len - i);
  }
}

/* The block ends, if it has begun, and another can. */
static int end_block(struct html_blocks *blocks, struct html_block *block, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  if (block->bytes > 0) {
    status = memory_reserve(&blocks->list, &blocks->capacity, blocks->count + 1, sizeof *block, err);
    if (!status) blocks->list[blocks->count++] = *block;
  }
  *block = (struct html_block){0};
  return status;
}

int html_blocks_find(struct html_blocks *blocks, const struct html_tree *tree, struct nsearch_error *err) {
  const struct html_node *nodes = tree->nodes;
  struct html_block block = {0};
  uint32_t owner = 0, link_end = 0;
  int status = NSEARCH_OK;
  for (uint32_t i = 1; !status && i < tree->count; i++) {
    if (i >= nodes[owner].end) {
      status = end_block(blocks, &block, err);
      while (owner > 0 && (i >= nodes[owner].end || !(html_tag_flags[nodes[owner].tag] & HTML_FLOW)))
        owner = nodes[owner].parent;
    }
    if (nodes[i].tag == HTML_TEXT) {
      if (block.bytes == 0) block.first = i, block.owner = owner;
      block.last = i;
      measure(&block, tree->text.bytes + nodes[i].text, nodes[i].len, i < link_end);
      continue;
    }
    bool flows = html_tag_flags[nodes[i].tag] & HTML_FLOW;
    if (!status && (flows || nodes[i].tag == HTML_BR)) status = end_block(blocks, &block, err);
    if (flows) owner = i;
    if (nodes[i].tag == HTML_A) link_end = nodes[i].end;
    if (is_left_out(tree, i)) i = nodes[i].end - 1;
  }
  return status ? status : end_block(blocks, &block, err);
}

void html_blocks_free(struct html_blocks *blocks) {
  memory_free(blocks->list);
  memory_free(blocks->before);
  *blocks = (struct html_blocks){0};
}

bool html_block_reads(const struct html_block *block) {
  enum { LONG = 80, SENTENCE = 25 };
  if (block->linked * 2 >= block->bytes) return false;
  return block->bytes >= LONG || (block->bytes >= SENTENCE && block->has_stop);
}

/* ---- Sums ---- */

int html_blocks_sum(struct html_blocks *blocks, const struct html_tree *tree, struct nsearch_error *err) {
  struct html_sum sum = {0};
  if (!blocks->before) blocks->before = memory_array(NULL, tree->count + 1, sizeof *blocks->before);
  if (!blocks->before) return error_memory(err);
  for (size_t i = 0, b = 0; i <= tree->count; i++) {
    blocks->before[i] = sum;
    for (; b < blocks->count && blocks->list[b].first == i; b++) {
      const struct html_block *block = &blocks->list[b];
      if (block->cut) continue;
      sum.bytes += block->bytes;
      sum.linked += block->linked;
      sum.reading += html_block_reads(block) ? block->bytes : 0;
    }
  }
  return NSEARCH_OK;
}

struct html_sum html_blocks_below(const struct html_blocks *blocks, const struct html_tree *tree, size_t node) {
  const struct html_sum *from = &blocks->before[node], *to = &blocks->before[tree->nodes[node].end];
  return (struct html_sum){to->bytes - from->bytes, to->linked - from->linked, to->reading - from->reading};
}

/* ---- Text ---- */

void html_block_text(const struct html_tree *tree, const struct html_block *block, struct buffer *out) {
  size_t from = out->len;
  bool blank = true;
  for (size_t i = block->first; i <= block->last; i++) {
    const struct html_node *node = &tree->nodes[i];
    if (node->tag != HTML_TEXT) {
      if (is_left_out(tree, i)) i = node->end - 1;
      continue;
    }
    const char *text = tree->text.bytes + node->text;
    for (size_t at = 0, width; at < node->len; at += width ? width : 1) {
      width = blank_at(text + at, node->len - at);
      if (!width)
        buffer_byte(out, (uint8_t)text[at]);
      else if (!blank)
        buffer_byte(out, ' ');
      blank = width > 0;
    }
  }
  if (!out->failed && out->len > from && out->bytes[out->len - 1] == ' ') out->len--;
}
