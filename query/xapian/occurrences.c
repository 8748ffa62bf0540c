/* How often terms stand in articles: each article's list of terms is read once, whatever the terms, because over a network
 * every look costs a round trip. */
#include <stdlib.h>
#include <string.h>

#include "query/xapian/xapian.h"

/* A term, and which of those asked for it is. */
struct wanted {
  struct xap_term term;
  size_t key;
};

static int by_term(const void *a, const void *b) {
  const struct wanted *x = a, *y = b;
  size_t len = x->term.len < y->term.len ? x->term.len : y->term.len;
  int order = memcmp(x->term.bytes, y->term.bytes, len);
  return order ? order : (x->term.len > y->term.len) - (x->term.len < y->term.len);
}

/* The keys as terms, in ascending order: terms[i] is key number order[i]. */
static int sort_terms(const struct term_key *keys, size_t count, int own, struct xap_term *terms, size_t *order,
                      struct nsearch_error *err) {
  struct wanted *wanted = memory_array(NULL, count + 1, sizeof *wanted);
  if (!wanted) return error_memory(err);
  for (size_t k = 0; k < count; k++) {
    xap_term_of_key(keys[k].bytes, keys[k].len, own, &wanted[k].term);
    wanted[k].key = k;
  }
  qsort(wanted, count, sizeof *wanted, by_term);
  for (size_t i = 0; i < count; i++) {
    terms[i] = wanted[i].term;
    order[i] = wanted[i].key;
  }
  memory_free(wanted);
  return NSEARCH_OK;
}

/* What is asked for, as arrays of key_count, and room for what one document answers. */
struct look {
  const struct search_request *request;
  struct xap_term *terms;
  size_t *order, key_count;
  uint32_t *times;
};

static int look_at(struct snapshot *snapshot, const struct look *look, const struct doc_ref *docs, size_t doc_count,
                   uint32_t *tfs, uint32_t *lengths, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (struct lease lease = {.snapshot = snapshot}; lease_take(&lease, &status, err);) {
    for (size_t d = 0; !status && d < doc_count; d++) {
      uint32_t number = snapshot_number(snapshot, docs[d]);
      status = request_check(look->request, err);
      if (!status)
        status = xap_times(lease.handle->database, number, look->terms, look->key_count, look->times, &lengths[d], err);
      if (!status) lengths[d] /= snapshot_folds(snapshot);
      for (size_t i = 0; !status && i < look->key_count; i++) tfs[look->order[i] * doc_count + d] = look->times[i];
    }
  }
  return status;
}

int engine_occurrences(struct snapshot *snapshot, const struct term_key *keys, size_t key_count,
                       const struct doc_ref *docs, size_t doc_count, const struct search_request *request,
                       uint32_t *tfs, uint32_t *lengths, struct nsearch_error *err) {
  struct look look = {.request = request,
                      .terms = memory_array(NULL, key_count + 1, sizeof *look.terms),
                      .order = memory_array(NULL, key_count + 1, sizeof *look.order),
                      .times = memory_array(NULL, key_count + 1, sizeof *look.times),
                      .key_count = key_count};
  int status = look.terms && look.order && look.times ? NSEARCH_OK : error_memory(err);
  if (!status) status = sort_terms(keys, key_count, snapshot_stats(snapshot)->language, look.terms, look.order, err);
  if (!status) status = look_at(snapshot, &look, docs, doc_count, tfs, lengths, err);
  memory_free(look.terms);
  memory_free(look.order);
  memory_free(look.times);
  return status;
}
