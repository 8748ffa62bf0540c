/* Frequencies of terms that a handle has asked remote shards for: a question asks for each of them several times, and each
 * time costs as many round trips as there are shards. A handle sees its databases as they were when it was opened, so
 * what it was told stays true. */
#include <string.h>

#include "query/xapian/xapian.h"

enum { ENTRIES = 4096, FULL = ENTRIES / 2 };

struct frequencies {
  struct entry {
    uint64_t hash;
    size_t at; /* in terms */
    uint32_t len, documents;
  } entries[ENTRIES]; /* an open hash table; len 0: free */
  size_t count;
  struct buffer terms;
};

void frequencies_free(struct frequencies *known) {
  if (!known) return;
  buffer_free(&known->terms);
  memory_free(known);
}

/* The entry of a term, or the free one where it belongs. */
static struct entry *look_up(struct frequencies *known, uint64_t hash, const char *term, size_t len) {
  for (size_t at = (size_t)hash % ENTRIES;; at = (at + 1) % ENTRIES) {
    struct entry *entry = &known->entries[at];
    if (!entry->len ||
        (entry->hash == hash && entry->len == len && memcmp(known->terms.bytes + entry->at, term, len) == 0))
      return entry;
  }
}

/* Without memory it is asked for again. */
static void remember(struct frequencies *known, uint64_t hash, const char *term, size_t len, uint32_t documents) {
  if (known->count == FULL) {
    memset(known->entries, 0, sizeof known->entries);
    known->count = 0;
    buffer_clear(&known->terms);
  }
  struct entry *entry = look_up(known, hash, term, len);
  size_t at = known->terms.len;
  buffer_add(&known->terms, term, len);
  if (known->terms.failed) return;
  *entry = (struct entry){.hash = hash, .at = at, .len = (uint32_t)len, .documents = documents};
  known->count++;
}

int handle_frequency(struct handle *handle, const struct xap_term *term, uint32_t *documents,
                     struct nsearch_error *err) {
  if (!handle->remote || !term->len) return xap_frequency(handle->database, term->bytes, term->len, documents, err);
  uint64_t hash = hash_bytes(term->bytes, term->len);
  if (!handle->known) handle->known = memory_zero(1, sizeof *handle->known);
  const struct entry *entry = handle->known ? look_up(handle->known, hash, term->bytes, term->len) : NULL;
  if (entry && entry->len) {
    *documents = entry->documents;
    return NSEARCH_OK;
  }
  int status = xap_frequency(handle->database, term->bytes, term->len, documents, err);
  if (!status && handle->known) remember(handle->known, hash, term->bytes, term->len, *documents);
  return status;
}
