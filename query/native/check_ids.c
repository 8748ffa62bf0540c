/* Whether an id is that of one article alone. Where two that can be found have it, what marks the earlier one as deleted
 * is not there. */
#include <string.h>

#include "query/native/native.h"

struct id_check {
  struct snapshot *snapshot;
  struct hash_order *orders; /* of each segment */
  struct nsearch_article *article, *other;
};

/* Articles of one id have one hash; ids of one hash are compared as text. */
static int compare(struct id_check *own, struct doc_ref a, struct doc_ref b, struct nsearch_error *err) {
  size_t len, other_len;
  int status = native_reader_engine.fetch(own->snapshot, a, WANT_CARD, own->article, err);
  if (!status) status = native_reader_engine.fetch(own->snapshot, b, WANT_CARD, own->other, err);
  if (status) return status;
  const char *id = article_get(own->article, ARTICLE_ID, &len);
  const char *other = article_get(own->other, ARTICLE_ID, &other_len);
  if (len != other_len || memcmp(id, other, len) != 0) return NSEARCH_OK;
  return error_set(err, NSEARCH_ERR_DAMAGED,
                   "%s/" MANIFEST_NAME
                   ": two articles have the id %.200s; restore the index from a copy or index again",
                   own->snapshot->folder, id);
}

/* Holds a document against those behind it that can be found, in its segment and in the others. */
static int check_document(struct id_check *own, struct doc_ref at, struct nsearch_error *err) {
  const struct snapshot *snapshot = own->snapshot;
  uint64_t hash = load_u64(own->orders[at.segment].hashes + 8 * (size_t)at.doc);
  int status = NSEARCH_OK;
  for (uint32_t s = at.segment; !status && s < snapshot->segment_count; s++) {
    const struct hash_order *order = &own->orders[s];
    uint32_t place = hash_order_first(order, hash);
    for (uint32_t doc; !status && (doc = hash_order_doc(order, place, hash)) != UINT32_MAX; place++) {
      bool behind = s > at.segment || doc > at.doc;
      if (behind && !tombstones_has(&snapshot->segments[s].gone, doc))
        status = compare(own, at, (struct doc_ref){s, doc}, err);
    }
  }
  return status;
}

static int check_segment(struct id_check *own, uint32_t s, check_step step, void *payload, struct nsearch_error *err) {
  const struct segment *segment = &own->snapshot->segments[s];
  int status = NSEARCH_OK;
  for (uint32_t d = 0; !status && d < segment->info.documents; d++) {
    if (!tombstones_has(&segment->gone, d)) status = check_document(own, (struct doc_ref){s, d}, err);
    if (!status) status = step(payload, 0, err);
  }
  return status;
}

int check_ids(const char *path, check_step step, void *payload, struct nsearch_error *err) {
  struct id_check own = {.article = nsearch_article_new(), .other = nsearch_article_new()};
  int status = own.article && own.other ? native_reader_engine.open(&own.snapshot, path, err) : error_memory(err);
  if (status) goto out;
  own.orders = memory_zero(own.snapshot->segment_count + 1, sizeof *own.orders);
  if (!own.orders) status = error_memory(err);
  for (uint32_t s = 0; !status && s < own.snapshot->segment_count; s++)
    status = segment_hash_order(&own.snapshot->segments[s], false, &own.orders[s], err);
  for (uint32_t s = 0; !status && s < own.snapshot->segment_count; s++)
    status = check_segment(&own, s, step, payload, err);
out:
  native_reader_engine.release(own.snapshot);
  memory_free(own.orders);
  nsearch_article_free(own.article);
  nsearch_article_free(own.other);
  return status;
}
