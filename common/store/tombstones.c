/* Tombstones: the documents of a segment that were replaced or deleted since it was written. A file of checksummed pages:
 * "NSTOMBS1", u32 documents of the segment, u32 how many of them are gone, then a bit set over them in words of u64. */
#include <string.h>

#include "common/store/store.h"

enum { HEADER = 16 };
static const char magic[8] = "NSTOMBS1";

static size_t words_of(uint32_t documents) { return ((size_t)documents + 63) / 64; }

static uint32_t count_bits(const uint64_t *bits, uint32_t documents) {
  uint32_t count = 0;
  for (size_t i = 0; i < words_of(documents); i++) count += (uint32_t)__builtin_popcountll(bits[i]);
  return count;
}

int tombstones_add(struct tombstones *tombstones, uint32_t documents, uint32_t doc, struct nsearch_error *err) {
  if (!tombstones->bits) tombstones->bits = memory_zero(words_of(documents) + 1, sizeof *tombstones->bits);
  if (!tombstones->bits) return error_memory(err);
  if (!tombstones_has(tombstones, doc)) tombstones->count++;
  tombstones->bits[doc / 64] |= UINT64_C(1) << doc % 64;
  return NSEARCH_OK;
}

int tombstones_write(const char *path, const uint64_t *bits, uint32_t documents, struct nsearch_error *err) {
  struct checked_out *file = NULL;
  struct buffer head = {0};
  buffer_add(&head, magic, sizeof magic);
  buffer_u32(&head, documents);
  buffer_u32(&head, count_bits(bits, documents));
  for (size_t i = 0; i < words_of(documents); i++) buffer_u64(&head, bits[i]);
  int status = buffer_status(&head, err);
  if (!status) status = checked_create(&file, path, err);
  if (!status) status = checked_write(file, head.bytes, head.len, err);
  int finished = checked_finish(&file, status == NSEARCH_OK, status ? NULL : err);
  buffer_free(&head);
  return status ? status : finished;
}

/* Bits beyond the last document are no documents. */
static bool tail_is_clear(const uint64_t *bits, uint32_t documents) {
  return documents % 64 == 0 || bits[documents / 64] >> documents % 64 == 0;
}

static bool decode(struct tombstones *out, const uint8_t *bytes, uint32_t documents) {
  if (memcmp(bytes, magic, sizeof magic) != 0 || load_u32(bytes + 8) != documents) return false;
  for (size_t i = 0; i < words_of(documents); i++) out->bits[i] = load_u64(bytes + HEADER + 8 * i);
  out->count = count_bits(out->bits, documents);
  return out->count == load_u32(bytes + 12) && tail_is_clear(out->bits, documents);
}

int tombstones_read(struct tombstones *out, const char *path, uint32_t documents, struct nsearch_error *err) {
  struct checked_file file = {0};
  *out = (struct tombstones){0};
  int status = checked_open(&file, path, err);
  if (!status) status = checked_touch(&file, 0, file.len, err);
  if (status) goto out;
  out->bytes = file.map.len;
  bool fits = file.len == HEADER + 8 * words_of(documents);
  if (fits) out->bits = memory_zero(words_of(documents) + 1, sizeof *out->bits);
  if (fits && !out->bits)
    status = error_memory(err);
  else if (!fits || !decode(out, file.map.bytes, documents))
    status = error_set(err, NSEARCH_ERR_DAMAGED,
                       "%s: its bit set is damaged; restore the file from a copy or index again", path);
out:
  checked_close(&file);
  if (status) tombstones_free(out);
  return status;
}

int tombstones_of(struct tombstones *out, const char *folder, const struct manifest_segment *entry,
                  struct nsearch_error *err) {
  *out = (struct tombstones){0};
  if (!entry->tombstones) return NSEARCH_OK;
  char *path = tombstones_path(folder, entry->tombstones);
  int status = path ? tombstones_read(out, path, entry->documents, err) : error_memory(err);
  if (!status && out->count != entry->deleted) {
    status = error_set(err, NSEARCH_ERR_DAMAGED,
                       "%s: it marks %u articles and the manifest says %u; restore the file from a copy or index again",
                       path, out->count, entry->deleted);
    tombstones_free(out);
  }
  memory_free(path);
  return status;
}

void tombstones_free(struct tombstones *tombstones) {
  memory_free(tombstones->bits);
  *tombstones = (struct tombstones){0};
}
