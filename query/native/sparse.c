/* Top-k of a union of many short lists: all postings are scored and summed, list by list over a wide span of documents.
 * Where a list has few postings in a window, union.c takes longer over each window of each list than over the
 * postings, and bounds of so many lists hold no window back. */
#include "query/native/native.h"

enum {
  SPAN = 16 * WINDOW, /* documents whose sums are held at a time: they stay in the second-level cache */
  LISTS_MIN = 9,      /* bounds of fewer lists hold windows back, */
  LIMIT_MIN = 100,    /* and so does the threshold of fewer hits */
  POSTINGS = 32       /* of a list in a window, in the mean: with so many union.c is as good */
};

struct sparse_list {
  struct cursor cursor;
  float weight;
};

struct sparse {
  struct pass *pass;
  struct sparse_list *lists;
  size_t count;
  uint32_t span, words; /* SPAN, or all documents where they are fewer; words of `present` */
  uint32_t *units;      /* of the span; zero between spans */
  uint64_t *present;    /* documents of the span with units; the same */
};

bool sparse_may(const struct search_request *request, const struct shape *shape) {
  for (size_t i = 0; i < shape->count; i++) {
    if (shape->parts[i].role != PART_ANY) return false;
  }
  return request->limit >= LIMIT_MIN && shape_union_keys(shape) >= LISTS_MIN;
}

bool sparse_fits(const struct pass *pass, const struct shape *shape) {
  uint64_t postings = 0, lists = 0, windows = (pass->dates.end - pass->dates.first) / WINDOW + 1;
  if (!sparse_may(pass->request, shape)) return false;
  for (size_t i = 0; i < shape->count; i++) {
    const struct shape_part *part = &shape->parts[i];
    for (size_t k = 0; k < part->node->key_count; k++) {
      const struct term_entry *entry = scoring_entry(pass->scoring, part->leaf, k, pass->number);
      if (entry) postings += entry->df, lists++;
    }
  }
  return lists >= LISTS_MIN && postings / lists < POSTINGS * windows;
}

static int open_lists(struct sparse *sparse, const struct shape *shape, struct nsearch_error *err) {
  uint32_t documents = sparse->pass->dates.end - sparse->pass->dates.first;
  sparse->span = documents < SPAN ? documents : SPAN;
  sparse->words = (sparse->span + 63) / 64;
  sparse->lists = memory_zero(shape_union_keys(shape) + 1, sizeof *sparse->lists);
  sparse->units = memory_zero((size_t)sparse->span + 1, sizeof *sparse->units);
  sparse->present = memory_zero((size_t)sparse->words + 1, sizeof *sparse->present);
  if (!sparse->lists || !sparse->units || !sparse->present) return error_memory(err);
  for (size_t i = 0; i < shape->count; i++) {
    const struct shape_part *part = &shape->parts[i];
    for (size_t k = 0; k < part->node->key_count; k++) {
      const struct term_entry *entry = scoring_entry(sparse->pass->scoring, part->leaf, k, sparse->pass->number);
      struct sparse_list *list = &sparse->lists[sparse->count];
      if (!entry) continue;
      list->weight = sparse->pass->scoring->leaves[part->leaf].weight;
      int status = cursor_open(&list->cursor, sparse->pass->segment, entry, err);
      if (status) return status;
      sparse->count++;
    }
  }
  return NSEARCH_OK;
}

/* Adds a list's postings in [base, end). */
static int add_list(struct sparse *sparse, struct sparse_list *list, uint32_t base, uint32_t end,
                    struct nsearch_error *err) {
  struct cursor *cursor = &list->cursor;
  int status = cursor_seek(cursor, base, err);
  while (!status && cursor->doc < end) {
    const uint32_t *docs = cursor->docs + cursor->at;
    uint32_t units[BLOCK], count = cursor->size - cursor->at;
    if (docs[count - 1] >= end) {
      for (count = 0; docs[count] < end;) count++;
    }
    status = cursor_freqs(cursor, err);
    if (status) break;
    pass_score(sparse->pass, list->weight, docs, cursor->freqs + cursor->at, count, units);
    for (uint32_t i = 0; i < count; i++) sparse->units[docs[i] - base] += units[i];
    kernels()->mark(docs, count, base, sparse->present);
    status = cursor_seek(cursor, docs[count - 1] + 1, err);
  }
  return status;
}

/* Offers what was added, and clears it. */
static int take_span(struct sparse *sparse, uint32_t base, bool filtered, struct nsearch_error *err) {
  struct pass *pass = sparse->pass;
  int status = NSEARCH_OK;
  for (uint32_t w = 0; w < sparse->words; w++) {
    uint64_t bits = sparse->present[w];
    for (; bits; bits &= bits - 1) {
      uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits), units = sparse->units[at];
      sparse->units[at] = 0;
      if (status || units < pass_threshold(pass) || (filtered && !date_range_admits(&pass->dates, base + at))) continue;
      status = pass_offer(pass, base + at, units, err);
    }
    sparse->present[w] = 0;
  }
  return status;
}

int sparse_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err) {
  struct sparse sparse = {.pass = pass};
  bool filtered = date_range_filters(&pass->dates, pass->segment->info.documents);
  int status = open_lists(&sparse, shape, err);
  for (uint64_t base = pass->dates.first; !status && base < pass->dates.end; base += SPAN) {
    uint64_t end = base + SPAN < pass->dates.end ? base + SPAN : pass->dates.end;
    for (size_t i = 0; !status && i < sparse.count; i++) {
      status = pass_check(pass, err);
      if (!status) status = add_list(&sparse, &sparse.lists[i], (uint32_t)base, (uint32_t)end, err);
    }
    if (!status) status = take_span(&sparse, (uint32_t)base, filtered, err);
  }
  for (size_t i = 0; i < sparse.count; i++) cursor_free(&sparse.lists[i].cursor);
  memory_free(sparse.lists);
  memory_free(sparse.units);
  memory_free(sparse.present);
  return status;
}
