/* Tombstones for tests: mark.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "query/native/native.h"
#include "tests/unit/mark.h"

/* Writes the tombstones of one segment under the manifest's next number. */
static uint64_t mark_segment(struct snapshot *snapshot, uint32_t s, struct manifest *manifest,
                             bool (*wanted)(const char *id)) {
  const struct segment *segment = &snapshot->segments[s];
  uint32_t documents = segment->info.documents;
  uint64_t *bits = calloc(documents / 64 + 1, sizeof *bits), added = 0;
  struct nsearch_article *article = nsearch_article_new();
  for (uint32_t d = 0; d < documents; d++) {
    bool gone = tombstones_has(&segment->gone, d);
    assert_int_equal(native_reader_engine.fetch(snapshot, (struct doc_ref){s, d}, WANT_CARD, article, NULL), 0);
    bool now = !gone && wanted(nsearch_article_id(article));
    added += now;
    if (gone || now) bits[d / 64] |= UINT64_C(1) << d % 64;
  }
  if (added) {
    struct manifest_segment *entry = &manifest->segments[s];
    entry->tombstones = manifest->next_number++;
    entry->deleted = segment->gone.count + (uint32_t)added;
    char *file = tombstones_path(snapshot->folder, entry->tombstones);
    assert_int_equal(tombstones_write(file, bits, documents, NULL), 0);
    memory_free(file);
  }
  nsearch_article_free(article);
  free(bits);
  return added;
}

uint64_t mark_articles(const char *path, bool (*wanted)(const char *id)) {
  struct snapshot *snapshot;
  struct manifest manifest;
  uint64_t added = 0;
  assert_int_equal(native_reader_engine.open(&snapshot, path, NULL), 0);
  assert_int_equal(manifest_read(&manifest, path, NULL), 0);
  for (uint32_t s = 0; s < snapshot->segment_count; s++) added += mark_segment(snapshot, s, &manifest, wanted);
  manifest.generation++;
  assert_int_equal(manifest_write(&manifest, path, NULL), 0);
  manifest_free(&manifest);
  native_reader_engine.release(snapshot);
  return added;
}
