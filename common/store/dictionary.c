/* Writing the dictionary: sorted terms in front-coded blocks of 32, and one index entry per block.
 *
 * Term: vbyte shared, vbyte suffix length, suffix, then
 *   vbyte 0, vbyte number of the term whose list this is                        (an alias)
 *   vbyte df << 1 | 1, vbyte length, the list itself                            (df 1, in place)
 *   vbyte df << 1, [vbyte cf - df], [vbyte positions length], vbyte postings length
 * Index entry (24 bytes): u64 first eight key bytes, big endian, zero-padded; u64 offset of the block in the terms;
 * u64 offset of its first list.
 *
 * The dictionary comes behind the lists, which are written at the same time: meanwhile its blocks are in a file of their
 * own, SEGMENT_TERMS behind the segment's path, as soon as they are many, so that no dictionary takes memory for its size. */
#include <assert.h>
#include <string.h>

#include "common/store/store.h"

enum { SPILL_BYTES = 1 << 20 };

struct dictionary_out {
  char *path;             /* of the file of blocks */
  struct file_out *file;  /* NULL: there is none yet */
  struct hasher *written; /* all that went to it */
  uint64_t file_bytes;
  struct buffer terms, index; /* terms: what is not in the file */
  struct buffer last_key;
  uint32_t count;
  uint64_t lists_at;
};

int dictionary_create(struct dictionary_out **out, const char *path, struct nsearch_error *err) {
  struct dictionary_out *dictionary = *out = memory_zero(1, sizeof *dictionary);
  if (!dictionary) return error_memory(err);
  struct buffer name = {0};
  buffer_add(&name, path, strlen(path));
  buffer_add(&name, SEGMENT_TERMS, sizeof SEGMENT_TERMS);
  dictionary->path = name.bytes;
  return buffer_status(&name, err);
}

void dictionary_discard(struct dictionary_out *dictionary) {
  if (!dictionary) return;
  if (dictionary->written) file_remove(dictionary->path, NULL);
  file_close(&dictionary->file, NULL);
  memory_free(dictionary->written);
  memory_free(dictionary->path);
  buffer_free(&dictionary->terms);
  buffer_free(&dictionary->index);
  buffer_free(&dictionary->last_key);
  memory_free(dictionary);
}

/* What is in memory goes to the file. */
static int spill(struct dictionary_out *dictionary, struct nsearch_error *err) {
  struct buffer *terms = &dictionary->terms;
  if (!dictionary->written) {
    dictionary->written = hasher_new();
    int status = dictionary->written ? file_create(&dictionary->file, dictionary->path, err) : error_memory(err);
    if (status) return status;
  }
  hasher_add(dictionary->written, terms->bytes, terms->len);
  dictionary->file_bytes += terms->len;
  int status = file_write(dictionary->file, terms->bytes, terms->len, err);
  buffer_clear(terms);
  return status;
}

static size_t shared_bytes(const struct buffer *last, const char *key, size_t len) {
  size_t limit = last->len < len ? last->len : len, shared = 0;
  while (shared < limit && last->bytes[shared] == key[shared]) shared++;
  return shared;
}

int dictionary_add(struct dictionary_out *dictionary, const char *key, size_t len, const struct term_entry *entry,
                   struct nsearch_error *err) {
  struct buffer *out = &dictionary->terms;
  assert(len > 0 && len < KEY_MAX);
  bool first = dictionary->count % DICTIONARY_BLOCK == 0;
  if (first) {
    int status = out->len < SPILL_BYTES ? NSEARCH_OK : spill(dictionary, err);
    if (status) return status;
    buffer_u64(&dictionary->index, key_prefix(key, len));
    buffer_u64(&dictionary->index, dictionary->file_bytes + out->len);
    buffer_u64(&dictionary->index, dictionary->lists_at);
  }
  size_t shared = first ? 0 : shared_bytes(&dictionary->last_key, key, len);
  buffer_vbyte(out, shared);
  buffer_vbyte(out, len - shared);
  buffer_add(out, key + shared, len - shared);
  uint8_t tag = (uint8_t)key[0];
  if (entry->alias_of != UINT32_MAX) {
    buffer_vbyte(out, 0);
    buffer_vbyte(out, entry->alias_of);
  } else if (entry->inlined) {
    buffer_vbyte(out, (uint64_t)entry->df << 1 | 1);
    buffer_vbyte(out, entry->inlined_len);
    buffer_add(out, entry->inlined, entry->inlined_len);
  } else {
    buffer_vbyte(out, (uint64_t)entry->df << 1);
    if (tag_has_freqs(tag) || tag_has_positions(tag)) buffer_vbyte(out, entry->cf - entry->df);
    if (tag_has_positions(tag)) buffer_vbyte(out, entry->positions_len);
    buffer_vbyte(out, entry->postings_len);
    dictionary->lists_at += entry->positions_len + entry->postings_len;
  }
  buffer_clear(&dictionary->last_key);
  buffer_add(&dictionary->last_key, key, len);
  dictionary->count++;
  if (out->failed || dictionary->index.failed || dictionary->last_key.failed) return error_memory(err);
  return NSEARCH_OK;
}

uint32_t dictionary_count(const struct dictionary_out *dictionary) { return dictionary->count; }
const struct buffer *dictionary_index(const struct dictionary_out *dictionary) { return &dictionary->index; }

/* Copies the file, and sees to it that what is read is what was written: the segment's checksums come later. */
static int copy_file(struct dictionary_out *dictionary, struct checked_out *to, struct nsearch_error *err) {
  struct file_in *file = NULL;
  struct hasher *seen = hasher_new();
  int status = seen && buffer_room(&dictionary->terms, SPILL_BYTES) ? NSEARCH_OK : error_memory(err);
  if (!status) status = file_open(&file, dictionary->path, err);
  for (size_t got = 1; !status && got > 0;) {
    status = file_read(file, dictionary->terms.bytes, SPILL_BYTES, &got, err);
    if (status || got == 0) break;
    hasher_add(seen, dictionary->terms.bytes, got);
    status = checked_write(to, dictionary->terms.bytes, got, err);
  }
  if (!status && hasher_value(seen) != hasher_value(dictionary->written)) {
    status = error_set(err, NSEARCH_ERR_SYSTEM, "%s is not what was written to it; see to the disk and run again",
                       dictionary->path);
  }
  file_close_in(&file);
  memory_free(seen);
  return status;
}

int dictionary_write_terms(struct dictionary_out *dictionary, struct checked_out *to, struct nsearch_error *err) {
  if (!dictionary->written) return checked_write(to, dictionary->terms.bytes, dictionary->terms.len, err);
  int status = spill(dictionary, err);
  int closed = file_close(&dictionary->file, status ? NULL : err);
  if (!status) status = closed;
  return status ? status : copy_file(dictionary, to, err);
}
