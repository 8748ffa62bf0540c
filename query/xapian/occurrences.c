/* How often terms stand in articles: each is looked up by itself. */
#include <string.h>

#include "query/xapian/xapian.h"

/* A document's length, by a term that it is known to have: its id's. */
static int document_length(struct xap_database *database, uint32_t number, struct buffer *id, uint32_t *out,
                           struct nsearch_error *err) {
  struct xap_occurrence occurrence = {0};
  int status = xap_term_of(database, number, "Q", id, err);
  if (!status && id->len) status = xap_occurrence(database, number, id->bytes, id->len, &occurrence, err);
  *out = occurrence.length;
  return status;
}

int engine_occurrences(struct snapshot *snapshot, const struct term_key *keys, size_t key_count,
                       const struct doc_ref *docs, size_t doc_count, uint32_t *tfs, uint32_t *lengths,
                       struct nsearch_error *err) {
  const int own = snapshot_stats(snapshot)->language;
  struct handle *handle = NULL;
  struct buffer id = {0};
  int status = handle_take(snapshot, &handle, err);
  for (size_t d = 0; !status && d < doc_count; d++) {
    uint32_t number = snapshot_number(snapshot, docs[d]);
    status = document_length(handle->database, number, &id, &lengths[d], err);
    lengths[d] /= snapshot_folds(snapshot);
    for (size_t k = 0; !status && k < key_count; k++) {
      struct xap_term term;
      struct xap_occurrence occurrence = {0};
      xap_term_of_key(keys[k].bytes, keys[k].len, own, &term);
      status = xap_occurrence(handle->database, number, term.bytes, term.len, &occurrence, err);
      tfs[k * doc_count + d] = occurrence.times;
    }
  }
  handle_give(snapshot, handle);
  buffer_free(&id);
  return status;
}
