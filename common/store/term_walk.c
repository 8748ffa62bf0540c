/* Finding terms: binary search over the first keys of dictionary blocks, then a walk through one block. */
#include <string.h>

#include "common/store/segment_format.h"

static int damaged(const struct segment *segment, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED,
                   "%s: its dictionary is damaged; restore the file from a copy or index again", segment->file.path);
}

static const uint8_t *index_entry(struct segment *segment, uint32_t block, struct nsearch_error *err) {
  uint64_t offset = segment->sections[SECTION_TERM_INDEX].offset + (uint64_t)block * TERM_INDEX_ENTRY;
  return checked_touch(&segment->file, offset, TERM_INDEX_ENTRY, err) ? NULL : segment->file.map.bytes + offset;
}

int segment_index_entry(struct segment *segment, uint32_t block, uint64_t *prefix, uint64_t *lists_at,
                        struct nsearch_error *err) {
  const uint8_t *entry = index_entry(segment, block, err);
  if (!entry) return NSEARCH_ERR_DAMAGED;
  *prefix = load_u64(entry);
  *lists_at = load_u64(entry + 16);
  return NSEARCH_OK;
}

/* The bytes of a block; its pages are verified. */
static int block_open(struct segment *segment, uint32_t block, struct bytes *in, uint64_t *lists_at,
                      struct nsearch_error *err) {
  const uint8_t *entry = index_entry(segment, block, err);
  if (!entry) return NSEARCH_ERR_DAMAGED;
  uint64_t len = segment->sections[SECTION_TERMS].len, start = load_u64(entry + 8), end = len;
  *lists_at = load_u64(entry + 16);
  if (block + 1 < segment->index_entries) {
    entry = index_entry(segment, block + 1, err);
    if (!entry) return NSEARCH_ERR_DAMAGED;
    end = load_u64(entry + 8);
  }
  if (start > end || end > len) return damaged(segment, err);
  uint64_t offset = segment->sections[SECTION_TERMS].offset + start;
  int status = checked_touch(&segment->file, offset, end - start, err);
  in->at = segment->file.map.bytes + offset;
  in->end = in->at + (end - start);
  in->failed = false;
  return status;
}

/* Last block whose first key is not above key, by its first eight bytes alone: -1 when all are above. Blocks that
 * share those bytes are told apart by the caller, going backwards. */
static int64_t search_prefix(struct segment *segment, uint64_t prefix, int *status, struct nsearch_error *err) {
  int64_t low = 0, high = segment->index_entries;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    const uint8_t *entry = index_entry(segment, (uint32_t)middle, err);
    if (!entry) {
      *status = NSEARCH_ERR_DAMAGED;
      return -1;
    }
    if (load_u64(entry) <= prefix) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

static int read_key(struct term_walk *walk, struct nsearch_error *err) {
  uint64_t shared = bytes_vbyte(&walk->in), suffix = bytes_vbyte(&walk->in);
  if (shared > walk->key_len || suffix >= KEY_MAX || shared + suffix >= KEY_MAX) return damaged(walk->segment, err);
  const uint8_t *bytes = bytes_take(&walk->in, suffix);
  if (!bytes || walk->in.failed || shared + suffix == 0) return damaged(walk->segment, err);
  memcpy(walk->key + shared, bytes, suffix);
  walk->key_len = shared + suffix;
  return NSEARCH_OK;
}

static int read_entry(struct term_walk *walk, uint8_t tag, struct term_entry *entry, struct nsearch_error *err) {
  memset(entry, 0, sizeof *entry);
  entry->number = walk->number;
  entry->alias_of = UINT32_MAX;
  entry->list_tag = tag;
  uint64_t code = bytes_vbyte(&walk->in);
  if (code == 0) {
    uint64_t of = bytes_vbyte(&walk->in);
    if (of >= walk->segment->info.terms) return damaged(walk->segment, err);
    entry->alias_of = (uint32_t)of;
  } else if (code & 1) {
    uint64_t len = bytes_vbyte(&walk->in);
    entry->inlined = bytes_take(&walk->in, len);
    if (!entry->inlined || code >> 1 != 1) return damaged(walk->segment, err);
    entry->inlined_len = (uint32_t)len;
    entry->df = 1;
    struct bytes list = {.at = entry->inlined, .end = entry->inlined + len};
    bytes_vbyte(&list);
    entry->cf = tag_has_freqs(tag) || tag_has_positions(tag) ? bytes_vbyte(&list) : 1;
    if (list.failed) return damaged(walk->segment, err);
  } else {
    if (code >> 1 > walk->segment->info.documents) return damaged(walk->segment, err);
    entry->df = (uint32_t)(code >> 1);
    entry->cf = entry->df;
    if (tag_has_freqs(tag) || tag_has_positions(tag)) entry->cf += bytes_vbyte(&walk->in);
    if (tag_has_positions(tag)) entry->positions_len = bytes_vbyte(&walk->in);
    entry->postings_len = bytes_vbyte(&walk->in);
    entry->lists_at = walk->lists_at;
    uint64_t size = walk->segment->sections[SECTION_LISTS].len;
    if (walk->lists_at > size || entry->positions_len > size - walk->lists_at ||
        entry->postings_len > size - walk->lists_at - entry->positions_len) {
      return damaged(walk->segment, err);
    }
    walk->lists_at += entry->positions_len + entry->postings_len;
  }
  return walk->in.failed ? damaged(walk->segment, err) : NSEARCH_OK;
}

int term_walk_next(struct term_walk *walk, struct term_entry *entry, bool *more, struct nsearch_error *err) {
  *more = false;
  if (walk->number >= walk->segment->info.terms) return NSEARCH_OK;
  int status = NSEARCH_OK;
  if (walk->number % DICTIONARY_BLOCK == 0) {
    walk->key_len = 0;
    status = block_open(walk->segment, walk->number / DICTIONARY_BLOCK, &walk->in, &walk->lists_at, err);
  }
  if (!status) status = read_key(walk, err);
  if (!status) status = read_entry(walk, (uint8_t)walk->key[0], entry, err);
  if (!status) {
    walk->number++;
    *more = true;
  }
  return status;
}

static void walk_at(struct term_walk *walk, struct segment *segment, uint32_t number) {
  walk->segment = segment;
  walk->number = number;
  walk->key_len = 0;
  walk->in = (struct bytes){0}; /* the first block is opened at the first step */
}

/* The block that key is in if it is anywhere. */
static int find_block(struct segment *segment, const char *key, size_t len, uint32_t *block,
                      struct nsearch_error *err) {
  uint64_t prefix = key_prefix(key, len);
  int status = NSEARCH_OK;
  int64_t at = search_prefix(segment, prefix, &status, err);
  struct term_walk walk;
  while (!status && at > 0) {
    const uint8_t *entry = index_entry(segment, (uint32_t)at, err);
    if (!entry) return NSEARCH_ERR_DAMAGED;
    if (load_u64(entry) < prefix) break;
    walk_at(&walk, segment, (uint32_t)at * DICTIONARY_BLOCK);
    status = block_open(segment, (uint32_t)at, &walk.in, &walk.lists_at, err);
    if (!status) status = read_key(&walk, err);
    if (!status && key_compare(walk.key, walk.key_len, key, len) <= 0) break;
    at--;
  }
  *block = at > 0 ? (uint32_t)at : 0;
  return status;
}

int term_walk_start(struct term_walk *walk, struct segment *segment, const char *from, size_t len,
                    struct nsearch_error *err) {
  walk_at(walk, segment, 0);
  if (segment->info.terms == 0) return NSEARCH_OK;
  uint32_t block;
  int status = find_block(segment, from, len, &block, err);
  if (status) return status;
  walk_at(walk, segment, block * DICTIONARY_BLOCK);
  for (;;) {
    struct term_walk before = *walk;
    struct term_entry entry;
    bool more;
    status = term_walk_next(walk, &entry, &more, err);
    if (status || !more) return status;
    if (key_compare(walk->key, walk->key_len, from, len) >= 0) {
      *walk = before;
      return NSEARCH_OK;
    }
  }
}

int segment_target(struct segment *segment, uint32_t number, struct term_entry *entry, struct nsearch_error *err) {
  struct term_walk walk;
  bool more = true;
  walk_at(&walk, segment, number / DICTIONARY_BLOCK * DICTIONARY_BLOCK);
  int status = NSEARCH_OK;
  do {
    status = term_walk_next(&walk, entry, &more, err);
  } while (!status && more && entry->number < number);
  if (!status && (!more || entry->alias_of != UINT32_MAX || walk.key[0] != TAG_TEXT)) return damaged(segment, err);
  return status;
}

/* ---- Looking up ----------------------------------------------------------------------------------------------------- */

/* Past an entry that nobody wants: only where its list ends matters to those behind it. */
static void skip_entry(struct term_walk *walk, uint8_t tag) {
  struct bytes *in = &walk->in;
  uint64_t code = bytes_vbyte(in);
  if (code == 0) {
    bytes_vbyte(in);
  } else if (code & 1) {
    bytes_take(in, bytes_vbyte(in));
  } else {
    if (tag_has_freqs(tag) || tag_has_positions(tag)) bytes_vbyte(in);
    if (tag_has_positions(tag)) walk->lists_at += bytes_vbyte(in);
    walk->lists_at += bytes_vbyte(in);
  }
}

/* The entry of key in the block at which the walk stands: what term_walk_next() and key_compare() would find, at a tenth
 * of the cost, because no key is put together. Of the keys before it `key` shares `same` bytes with the last one: a key
 * that shares more with that one comes before `key` as well, one that shares less comes after it. */
static int find_in_block(struct term_walk *walk, const char *key, size_t len, struct term_entry *entry, bool *found,
                         struct nsearch_error *err) {
  uint32_t left = walk->segment->info.terms - walk->number;
  size_t same = 0;
  uint64_t last = 0;
  uint8_t tag = 0;
  for (uint32_t end = walk->number + (left < DICTIONARY_BLOCK ? left : DICTIONARY_BLOCK); walk->number < end;) {
    uint64_t shared = bytes_vbyte(&walk->in), suffix = bytes_vbyte(&walk->in);
    if (shared > last || suffix >= KEY_MAX || shared + suffix >= KEY_MAX) return damaged(walk->segment, err);
    const uint8_t *bytes = bytes_take(&walk->in, suffix);
    if (!bytes || walk->in.failed || shared + suffix == 0) return damaged(walk->segment, err);
    if (shared < same) return NSEARCH_OK;
    if (shared == 0) tag = bytes[0];
    last = shared + suffix;
    if (shared == same) {
      size_t at = 0, most = suffix < len - same ? suffix : len - same;
      while (at < most && bytes[at] == (uint8_t)key[same + at]) at++;
      bool ends = at == len - same;
      *found = ends && at == suffix;
      if (*found) return read_entry(walk, tag, entry, err);
      if (ends || (at < suffix && bytes[at] > (uint8_t)key[same + at])) return NSEARCH_OK;
      same += at;
    }
    skip_entry(walk, tag);
    walk->number++;
  }
  return NSEARCH_OK;
}

int segment_lookup(struct segment *segment, const char *key, size_t len, struct term_entry *entry, bool *found,
                   struct nsearch_error *err) {
  *found = false;
  if (segment->info.terms == 0 || len == 0) return NSEARCH_OK;
  uint32_t block;
  struct term_walk walk;
  int status = find_block(segment, key, len, &block, err);
  if (status) return status;
  walk_at(&walk, segment, block * DICTIONARY_BLOCK);
  status = block_open(segment, block, &walk.in, &walk.lists_at, err);
  if (!status) status = find_in_block(&walk, key, len, entry, found, err);
  if (status || !*found || entry->alias_of == UINT32_MAX) return status;
  uint32_t number = entry->number, of = entry->alias_of;
  status = segment_target(segment, of, entry, err);
  entry->number = number;
  entry->alias_of = of;
  return status;
}
