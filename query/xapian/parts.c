/* Parts of a query, joined so that Xapian answers them rightly.
 *
 * Xapian 1.4.22 makes mistakes where it asks a part whether it holds one certain document, as it asks all parts of an AND
 * but one, and the second of AND_MAYBE. An OR of other things than terms, and AND_MAYBE, then sometimes take the next
 * document for one that matches, or give it a score that is not its own. So these stand only where Xapian never asks:
 * on top, in an OR, on either side of AND_NOT; what should be an AND with one of them is made of OR and AND_NOT.
 *
 * Its pruning turns OR and AND_MAYBE into AND on its way, and then asks what is left of an OR in them: documents are missed,
 * mostly where a rare term comes to its end. So what unites more than two lists is searched without pruning, too. */
#include "query/xapian/xapian.h"

void tree_part_free(struct tree_part *part) {
  xap_query_free(part->query);
  part->query = NULL;
}

static int join(struct xap_query **out, enum xap_join how, struct xap_query *first, struct xap_query *second,
                struct nsearch_error *err) {
  struct xap_query *both[2] = {first, second};
  return xap_query_join(out, how, both, 2, 0, err);
}

/* The documents of `part` that `within` holds too, whatever the two are made of: those that are not outside. */
static int inside(struct xap_query *part, struct xap_query *within, struct xap_query **out, struct nsearch_error *err) {
  struct xap_query *all = NULL, *outside = NULL;
  int status = xap_query_all(&all, err);
  if (!status) status = join(&outside, XAP_AND_NOT, all, within, err);
  if (!status) status = join(out, XAP_AND_NOT, part, outside, err);
  xap_query_free(all);
  xap_query_free(outside);
  return status;
}

static int both_fragile(struct xap_query *a, struct xap_query *b, struct xap_query **out, struct nsearch_error *err) {
  struct xap_query *first = NULL, *second = NULL;
  int status = inside(a, b, &first, err);
  if (!status) status = inside(b, a, &second, err);
  if (!status) status = join(out, XAP_OR, first, second, err);
  xap_query_free(first);
  xap_query_free(second);
  return status;
}

static int maybe_fragile(struct xap_query *a, struct xap_query *b, struct xap_query **out, struct nsearch_error *err) {
  struct xap_query *more = NULL;
  int status = inside(b, a, &more, err);
  if (!status) status = join(out, XAP_OR, a, more, err);
  xap_query_free(more);
  return status;
}

int parts_pair(enum xap_join how, const struct tree_part *a, const struct tree_part *b, struct tree_part *out,
               struct nsearch_error *err) {
  bool fragile = a->fragile || b->fragile;
  *out = (struct tree_part){.checked = true, .more = a->more, .fragile = a->fragile, .loose = a->loose || b->loose};
  switch (how) {
  case XAP_AND:
    out->fragile = fragile;
    out->loose |= fragile;
    if (fragile) return both_fragile(a->query, b->query, &out->query, err);
    break;
  case XAP_FILTER:
    if (fragile) return inside(a->query, b->query, &out->query, err);
    break;
  case XAP_AND_MAYBE:
    out->fragile = true;
    out->more = a->more + 1 + b->more;
    out->loose |= fragile || b->checked || out->more > 1;
    if (b->fragile) return maybe_fragile(a->query, b->query, &out->query, err);
    break;
  default: /* XAP_AND_NOT */
    break;
  }
  return join(&out->query, how, a->query, b->query, err);
}

static int join_any(const struct tree_part *parts, size_t count, struct tree_part *out, struct nsearch_error *err) {
  struct xap_query **queries = memory_zero(count + 1, sizeof *queries);
  if (!queries) return error_memory(err);
  for (size_t i = 0; i < count; i++) {
    queries[i] = parts[i].query;
    out->checked |= parts[i].checked;
    out->fragile |= parts[i].fragile;
    out->loose |= parts[i].loose;
    out->more += parts[i].more + (i > 0);
  }
  if (count > 1 && out->checked) out->fragile = true;
  if (count > 1 && (out->checked || out->more > 1)) out->loose = true;
  int status = count ? xap_query_join(&out->query, XAP_OR, queries, count, 0, err) : xap_query_none(&out->query, err);
  memory_free(queries);
  return status;
}

/* Those that are not fragile at once, the others one by one. */
static int join_all(const struct tree_part *parts, size_t count, struct tree_part *out, struct nsearch_error *err) {
  struct xap_query **queries = memory_zero(count + 1, sizeof *queries);
  size_t plain = 0;
  if (!queries) return error_memory(err);
  out->checked = true;
  for (size_t i = 0; i < count; i++) {
    out->loose |= parts[i].loose;
    if (!parts[i].fragile) queries[plain++] = parts[i].query;
  }
  int status = plain ? xap_query_join(&out->query, XAP_AND, queries, plain, 0, err) : xap_query_all(&out->query, err);
  memory_free(queries);
  for (size_t i = 0; !status && i < count; i++) {
    struct tree_part before = *out;
    if (!parts[i].fragile) continue;
    *out = (struct tree_part){0};
    status = parts_pair(XAP_AND, &before, &parts[i], out, err);
    tree_part_free(&before);
  }
  return status;
}

int parts_join(enum xap_join how, const struct tree_part *parts, size_t count, struct tree_part *out,
               struct nsearch_error *err) {
  *out = (struct tree_part){0};
  return how == XAP_OR || count < 2 ? join_any(parts, count, out, err) : join_all(parts, count, out, err);
}
