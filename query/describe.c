/* A plan as text for people: a tree, a node a line. */
#include <string.h>

#include "common/date/date.h"
#include "query/query.h"

enum { LISTED_MAX = 10 }; /* words of an expansion that are shown */

struct description {
  struct planner *planner;
  struct buffer *out;
};

static void indent(struct description *description, unsigned level) {
  while (level--) buffer_text(description->out, "  ");
}

/* What was typed, on one line, whatever it was. */
static void put_typed(struct buffer *out, const char *text, size_t len) {
  buffer_byte(out, '"');
  for (size_t at = 0; at < len;) {
    uint32_t c;
    bool bad = false;
    size_t step = utf8_decode(text + at, len - at, &c, &bad);
    if (bad)
      buffer_text(out, "\xef\xbf\xbd");
    else if (char_is_blank(c))
      buffer_byte(out, ' ');
    else
      buffer_add(out, text + at, step);
    at += step;
  }
  buffer_byte(out, '"');
}

/* ---- leaves ---- */

static void put_term(struct buffer *out, struct term_key key) {
  if (key.bytes[0] == TAG_STEM) {
    buffer_format(out, "%.2s:", key.bytes + 1);
    buffer_add(out, key.bytes + 3, key.len - 3);
  } else {
    buffer_add(out, key.bytes + 1, key.len - 1);
  }
}

/* The terms and how many articles hold them; the lists of a word's terms are disjoint. */
static int put_word(struct description *description, const struct node *leaf) {
  struct planner *planner = description->planner;
  struct buffer *out = description->out;
  uint64_t df = 0;
  bool stem = leaf->key_count && leaf->keys[0].bytes[0] == TAG_STEM;
  buffer_text(out, !stem ? " (exact" : leaf->key_count > 1 ? " (stems" : " (stem");
  for (size_t i = 0; i < leaf->key_count; i++) {
    uint64_t one;
    int status = planner_check(planner);
    if (status) return status;
    status = planner->engine->frequency(planner->snapshot, leaf->keys[i].bytes, leaf->keys[i].len, &one, planner->err);
    if (status) return status;
    df += one;
    buffer_byte(out, ' ');
    put_term(out, leaf->keys[i]);
  }
  buffer_format(out, ", in %llu article%s)", (unsigned long long)df, df == 1 ? "" : "s");
  return NSEARCH_OK;
}

static void put_expansion(struct buffer *out, const struct node *leaf) {
  buffer_format(out, " (%zu word%s%s", leaf->key_count, leaf->key_count == 1 ? "" : "s", leaf->key_count ? ":" : "");
  for (size_t i = 0; i < leaf->key_count && i < LISTED_MAX; i++) {
    buffer_text(out, i ? ", " : " ");
    put_term(out, leaf->keys[i]);
  }
  buffer_text(out, leaf->key_count > LISTED_MAX ? ", ...)" : ")");
}

static bool ends_with(const char *name, const char *end) {
  size_t len = strlen(name), end_len = strlen(end);
  return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

static int put_leaf(struct description *description, const struct node *leaf) {
  struct buffer *out = description->out;
  const char *name = leaf->name ? leaf->name : "terms";
  int status = NSEARCH_OK;
  buffer_text(out, name);
  if (leaf->text) {
    buffer_byte(out, ' ');
    put_typed(out, leaf->text, leaf->text_len);
  }
  if (ends_with(name, "word"))
    status = put_word(description, leaf);
  else if (ends_with(name, "wildcard") || ends_with(name, "fuzzy") || ends_with(name, "prefix") || !leaf->name)
    put_expansion(out, leaf);
  else if (!leaf->key_count && leaf->kind == NODE_TERM)
    buffer_text(out, " (no article)");
  if (leaf->score != SCORE_NONE && leaf->boost != 1) buffer_format(out, " boost %g", leaf->boost);
  buffer_byte(out, '\n');
  return status;
}

/* ---- dates ---- */

/* A day where the second is one that begins (ends) it, else the time. */
static void put_time(struct buffer *out, int64_t seconds, bool end) {
  char text[DATE_TEXT_MAX];
  date_format(seconds, text);
  bool day = strcmp(text + 10, end ? "T23:59:59Z" : "T00:00:00Z") == 0;
  buffer_add(out, text, day ? 10 : strlen(text));
}

static void put_dates(struct buffer *out, int64_t since, int64_t until) {
  buffer_text(out, "dates ");
  if (since != INT64_MIN) {
    put_time(out, since, false);
    buffer_byte(out, ' ');
  }
  buffer_text(out, "..");
  if (until != INT64_MAX) {
    buffer_byte(out, ' ');
    put_time(out, until, true);
  }
  buffer_byte(out, '\n');
}

/* ---- the tree ---- */

static int put_node(struct description *description, const struct node *node, unsigned level);

static int put_children(struct description *description, const struct node *node, size_t from, unsigned level) {
  int status = NSEARCH_OK;
  for (size_t i = from; i < node->child_count && !status; i++) status = put_node(description, node->children[i], level);
  return status;
}

static void put_line(struct description *description, unsigned level, const char *text) {
  indent(description, level);
  buffer_text(description->out, text);
  buffer_byte(description->out, '\n');
}

static bool is_conjunction(const struct node *node) {
  return node->kind == NODE_AND || node->kind == NODE_AND_NOT || node->kind == NODE_AND_MAYBE;
}

/* The parts of an `and`: what must hold, and what is behind `not` and `maybe`. */
static int put_parts(struct description *description, const struct node *node, unsigned level) {
  if (node->kind == NODE_AND) return put_children(description, node, 0, level);
  const struct node *first = node->children[0];
  int status = is_conjunction(first) ? put_parts(description, first, level) : put_node(description, first, level);
  if (status) return status;
  put_line(description, level, node->kind == NODE_AND_NOT ? "not" : "maybe");
  return put_children(description, node, 1, level + 1);
}

static int put_positions(struct description *description, const struct node *node, unsigned level) {
  struct buffer *out = description->out;
  indent(description, level);
  if (node->kind == NODE_NEAR) {
    buffer_format(out, "near %u", node->slop + 1);
  } else {
    buffer_text(out, node->name ? node->name : "phrase");
    buffer_byte(out, ' ');
    put_typed(out, node->text ? node->text : "", node->text_len);
    if (node->slop) buffer_format(out, " slop %u", node->slop);
  }
  buffer_byte(out, '\n');
  return put_children(description, node, 0, level + 1);
}

static int put_node(struct description *description, const struct node *node, unsigned level) {
  switch (node->kind) {
  case NODE_ALL:
    put_line(description, level, "all");
    return NSEARCH_OK;
  case NODE_TERM:
  case NODE_DOC:
    indent(description, level);
    return put_leaf(description, node);
  case NODE_OR:
    put_line(description, level, "any");
    return put_children(description, node, 0, level + 1);
  case NODE_PHRASE:
  case NODE_NEAR:
    return put_positions(description, node, level);
  case NODE_DATES:
    indent(description, level);
    put_dates(description->out, node->since, node->until);
    return NSEARCH_OK;
  default:
    put_line(description, level, "and");
    return put_parts(description, node, level + 1);
  }
}

int describe_plan(struct planner *planner, const struct plan *plan, struct buffer *out) {
  struct description description = {planner, out};
  bool dated = plan->since != INT64_MIN || plan->until != INT64_MAX;
  int status = NSEARCH_OK;
  if (!dated) {
    status = put_node(&description, plan->tree, 0);
  } else if (plan->tree->kind == NODE_ALL) {
    put_dates(out, plan->since, plan->until);
  } else {
    put_line(&description, 0, "and");
    status =
        is_conjunction(plan->tree) ? put_parts(&description, plan->tree, 1) : put_node(&description, plan->tree, 1);
    indent(&description, 1);
    put_dates(out, plan->since, plan->until);
  }
  return status ? status : buffer_status(out, planner->err);
}
