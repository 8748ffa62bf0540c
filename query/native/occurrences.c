/* How often terms stand in some articles: each list is walked once, from one of the articles to the next. */
#include <string.h>

#include "query/native/native.h"

/* One list in one segment; docs ascend. */
static int occurrences_row(struct segment *segment, struct term_key key, const struct doc_ref *docs, size_t count,
                           uint32_t *tfs, struct nsearch_error *err) {
  struct cursor cursor = {0};
  bool found;
  int status = cursor_find_term(&cursor, segment, key, &found, err);
  for (size_t i = 0; !status && found && i < count && cursor.block < cursor.view.blocks; i++) {
    bool held;
    status = cursor_probe(&cursor, docs[i].doc, &held, err);
    if (!status && held) tfs[i] = cursor_probed_freq(&cursor, docs[i].doc);
  }
  cursor_free(&cursor);
  return status;
}

int snapshot_occurrences(struct snapshot *snapshot, const struct term_key *keys, size_t key_count,
                         const struct doc_ref *docs, size_t doc_count, const struct search_request *request,
                         uint32_t *tfs, uint32_t *lengths, struct nsearch_error *err) {
  memset(tfs, 0, key_count * doc_count * sizeof *tfs);
  for (size_t from = 0, end; from < doc_count; from = end) {
    struct segment *segment = &snapshot->segments[docs[from].segment];
    const uint8_t *column = segment_section(segment, SECTION_LENGTHS, err);
    if (!column) return NSEARCH_ERR_DAMAGED;
    for (end = from; end < doc_count && docs[end].segment == docs[from].segment; end++) {
      lengths[end] = load_u32(column + 4 * (size_t)docs[end].doc);
    }
    for (size_t k = 0; k < key_count; k++) {
      int status = request_check(request, err);
      if (!status) status = occurrences_row(segment, keys[k], docs + from, end - from, tfs + k * doc_count + from, err);
      if (status) return status;
    }
  }
  return NSEARCH_OK;
}
