/* Values of fields as filters: keywords, ids, dates. */
#include "query/query.h"

#include <string.h>

struct tag {
  char text[LANGUAGE_TAG_MAX];
  size_t len;
};

/* Articles are indexed by their tags. An index of before all languages had tags says "pl-PL". */
static bool is_language(const void *payload, struct term_key key) {
  const struct tag *wanted = payload;
  const char *end = memchr(key.bytes, '\0', key.len);
  struct tag own;
  own.len = language_tag(key.bytes + 1, (end ? (size_t)(end - key.bytes) : key.len) - 1, own.text);
  return own.len == wanted->len && memcmp(own.text, wanted->text, own.len) == 0;
}

static int leaf_of_keyword(struct planner *planner, enum term_tag tag, const char *value, size_t len,
                           struct node *leaf) {
  struct buffer prefix = {0};
  buffer_byte(&prefix, (uint8_t)tag);
  int status = fold_keyword(value, len, &prefix, planner->err);
  buffer_byte(&prefix, 0);
  if (!status) status = buffer_status(&prefix, planner->err);
  if (!status) status = expand_prefix(planner, prefix.bytes, prefix.len, leaf);
  buffer_free(&prefix);
  return status;
}

static int leaf_of_language(struct planner *planner, const char *value, size_t len, struct node *leaf) {
  const char prefix = TAG_LANGUAGE;
  struct tag tag;
  tag.len = language_tag(value, len, tag.text);
  return tag.len ? expand_filtered(planner, &prefix, 1, is_language, &tag, leaf)
                 : leaf_of_keyword(planner, TAG_LANGUAGE, value, len, leaf);
}

/* A host may come as it stands in a URL, or as the URL. */
static int leaf_of_site(struct planner *planner, const char *value, size_t len, struct node *leaf) {
  char host[256];
  size_t host_len;
  struct buffer url = {0};
  buffer_text(&url, "http://");
  buffer_add(&url, value, len);
  int status = buffer_status(&url, planner->err);
  if (status) goto out;
  if (article_site(value, len, host, sizeof host, &host_len) ||
      article_site(url.bytes, url.len, host, sizeof host, &host_len))
    status = leaf_of_keyword(planner, TAG_SITE, host, host_len, leaf);
out:
  buffer_free(&url);
  return status;
}

/* An id that no article has leaves the leaf as it is: without keys. */
static int leaf_of_id(struct planner *planner, const char *value, size_t len, struct node *leaf) {
  char *id = pool_copy(planner->pool, value, len);
  if (!id) return error_memory(planner->err);
  int status = planner->engine->find(planner->snapshot, id, &leaf->doc, planner->err);
  if (!status) leaf->kind = NODE_DOC;
  if (status == NSEARCH_ERR_NOT_FOUND) {
    error_clear(planner->err);
    status = NSEARCH_OK;
  }
  return status;
}

static int node_of_dates(struct planner *planner, const struct question_node *clause, struct node *node) {
  node->kind = NODE_DATES;
  return dates_of_clause(clause, planner->now, &node->since, &node->until, planner->err);
}

static const char *const names[] = {
    [SCOPE_SOURCE] = "source", [SCOPE_SECTION] = "section", [SCOPE_TOPIC] = "topic", [SCOPE_LANGUAGE] = "lang",
    [SCOPE_SITE] = "site",     [SCOPE_ID] = "id",           [SCOPE_DATE] = "dates"};

int leaf_of_value(struct planner *planner, const struct question_node *clause, struct node **out) {
  const char *value = clause->text;
  size_t len = clause->len;
  struct node *leaf = *out = leaf_new(planner, SCORE_NONE, 0);
  if (!leaf) return error_memory(planner->err);
  leaf->name = names[clause->scope];
  leaf->text = value;
  leaf->text_len = len;
  switch (clause->scope) {
  case SCOPE_SOURCE:
    return leaf_of_keyword(planner, TAG_SOURCE, value, len, leaf);
  case SCOPE_SECTION:
    return leaf_of_keyword(planner, TAG_SECTION, value, len, leaf);
  case SCOPE_TOPIC:
    return leaf_of_keyword(planner, TAG_TOPIC, value, len, leaf);
  case SCOPE_LANGUAGE:
    return leaf_of_language(planner, value, len, leaf);
  case SCOPE_SITE:
    return leaf_of_site(planner, value, len, leaf);
  case SCOPE_DATE:
    return node_of_dates(planner, clause, leaf);
  default:
    return leaf_of_id(planner, value, len, leaf);
  }
}
