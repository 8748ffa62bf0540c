/* Writing the dictionary: sorted terms in front-coded blocks of 32, and one index entry per block.
 *
 * Term: vbyte shared, vbyte suffix length, suffix, then
 *   vbyte 0, vbyte number of the term whose list this is                        (an alias)
 *   vbyte df << 1 | 1, vbyte length, the list itself                            (df 1, in place)
 *   vbyte df << 1, [vbyte cf - df], [vbyte positions length], vbyte postings length
 * Index entry (24 bytes): u64 first eight key bytes, big endian, zero-padded; u64 offset of the block in the terms;
 * u64 offset of its first list. */
#include <assert.h>
#include <string.h>

#include "common/store/store.h"

struct dictionary_out {
  struct buffer terms, index;
  struct buffer last_key;
  uint32_t count;
  uint64_t lists_at;
};

int dictionary_create(struct dictionary_out **out, struct nsearch_error *err) {
  *out = memory_zero(1, sizeof **out);
  return *out ? NSEARCH_OK : error_memory(err);
}

void dictionary_discard(struct dictionary_out *dictionary) {
  if (!dictionary) return;
  buffer_free(&dictionary->terms);
  buffer_free(&dictionary->index);
  buffer_free(&dictionary->last_key);
  memory_free(dictionary);
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
    buffer_u64(&dictionary->index, key_prefix(key, len));
    buffer_u64(&dictionary->index, out->len);
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
const struct buffer *dictionary_terms(const struct dictionary_out *dictionary) { return &dictionary->terms; }
const struct buffer *dictionary_index(const struct dictionary_out *dictionary) { return &dictionary->index; }
