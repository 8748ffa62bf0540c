/* Writing one term's list. Positions go to the file as blocks fill; postings and skip data follow at the end of the
 * term, so that memory holds one term's postings and never its positions.
 *
 * In SECTION_LISTS: positions, block by block of postings, in packed runs of 256 gaps, the last one shorter; where a
 * block has several runs their headers stand before all of them, three bytes each, so that one that is wanted is found
 * without a look at the others. Then
 *   u8 bound of the list                                                       [tags with freqs]
 *   skip data when there is more than one block, as arrays over the blocks:
 *     u32 last document, u32 start of the block, u32 start of its positions [tags with positions],
 *     u8 bound of the block [tags with freqs]
 *   blocks: documents, then freqs - 1 packed [tags with freqs or positions]
 * In the dictionary, df 1: vbyte document, vbyte freq, then the gaps as vbytes [tags with positions].
 *
 * A bound is 255 * the largest tf / (tf + K) over the postings, rounded up. */
#include <math.h>
#include <string.h>

#include "common/store/store.h"

enum { INLINE_FREQ_MAX = 16 };

static bool has_counts(uint8_t tag) { return tag_has_freqs(tag) || tag_has_positions(tag); }

void list_begin(struct list_writer *list, uint8_t tag) {
  list->tag = tag;
  list->fill = 0;
  list->before = -1;
  list->blocks_done = 0;
  list->cf = 0;
  list->gap_count = 0;
  list->last_position = 0;
  list->positions_len = 0;
  list->list_max = 0;
  buffer_clear(&list->blocks);
  buffer_clear(&list->skip_last);
  buffer_clear(&list->skip_at);
  buffer_clear(&list->skip_positions);
  buffer_clear(&list->skip_max);
}

int list_grow_gaps(struct list_writer *list, size_t count, struct nsearch_error *err) {
  return memory_reserve(&list->gaps, &list->gap_capacity, list->gap_count + count, sizeof *list->gaps, err);
}

int list_add_run(struct list_writer *list, const uint32_t *docs, const uint32_t *freqs, size_t count,
                 const uint32_t *gaps, size_t *taken, struct nsearch_error *err) {
  *taken = 0;
  while (count > 0) {
    if (list->fill == BLOCK) {
      int status = list_flush(list, err);
      if (status) return status;
    }
    size_t part = count < BLOCK - list->fill ? count : BLOCK - list->fill, tokens = 0;
    for (size_t i = 0; i < part; i++) {
      list->docs[list->fill + i] = docs[i];
      list->freqs[list->fill + i] = freqs[i];
      tokens += freqs[i];
    }
    if (gaps) {
      uint32_t *to = list_gaps(list, tokens, err);
      if (!to) return NSEARCH_ERR_MEMORY;
      memcpy(to, gaps + *taken, tokens * sizeof *gaps);
    }
    list->fill += part;
    list->cf += tokens;
    *taken += tokens;
    docs += part;
    freqs += part;
    count -= part;
  }
  return NSEARCH_OK;
}

/* Tokens of the block's last document, as many as there are; returns how many. */
static size_t add_to_last(struct list_writer *list, const uint32_t *docs, const uint32_t *positions, size_t count,
                          uint32_t *gaps) {
  size_t n = 0, last = list->fill - 1;
  for (; n < count && docs[n] == list->docs[last]; n++) {
    if (!positions) continue;
    gaps[n] = positions[n] - list->last_position;
    list->last_position = positions[n];
  }
  list->freqs[last] += (uint32_t)n;
  return n;
}

/* As many tokens as the block has room for, were each of a new document. Where the documents change cannot be foreseen:
 * there is no branch on it. */
static void add_to_block(struct list_writer *list, const uint32_t *docs, const uint32_t *positions, size_t count,
                         uint32_t *gaps) {
  bool any = list->fill > 0;
  uint32_t *to_doc = list->docs, *to_freq = list->freqs, doc = any ? to_doc[list->fill - 1] : 0;
  uint32_t freq = any ? to_freq[list->fill - 1] : 0, before = list->last_position;
  size_t fill = list->fill;
  for (size_t i = 0; i < count; i++) {
    bool is_new = docs[i] != doc || fill == 0;
    doc = docs[i];
    fill += is_new;
    freq = is_new ? 1 : freq + 1;
    to_doc[fill - 1] = doc;
    to_freq[fill - 1] = freq;
    if (!positions) continue;
    before = is_new ? 0 : before;
    gaps[i] = positions[i] - before;
    before = positions[i];
  }
  list->fill = fill;
  list->last_position = before;
}

int list_add_tokens(struct list_writer *list, const uint32_t *docs, const uint32_t *positions, size_t count,
                    struct nsearch_error *err) {
  if (!tag_has_positions(list->tag)) positions = NULL;
  list->cf += count;
  while (count > 0) {
    uint32_t *gaps = NULL;
    size_t room = BLOCK - list->fill, part = count;
    if (part > room && room > 0) part = room;
    if (positions && !(gaps = list_gaps(list, part, err))) return NSEARCH_ERR_MEMORY;
    if (room > 0) {
      add_to_block(list, docs, positions, part, gaps);
    } else {
      size_t own = add_to_last(list, docs, positions, part, gaps);
      if (positions) list->gap_count -= part - own;
      int status = own < part ? list_flush(list, err) : NSEARCH_OK;
      if (status) return status;
      part = own;
    }
    docs += part;
    if (positions) positions += part;
    count -= part;
  }
  return NSEARCH_OK;
}

typedef float lanes __attribute__((vector_size(16)));
typedef int32_t lane_bits __attribute__((vector_size(16)));

/* Four postings at a time: a division takes as long as four. The largest does not depend on the order. */
static uint8_t block_bound(const struct list_writer *list) {
  const float c0 = list->c0, c1 = list->c1;
  float tf[BLOCK + 3], k[BLOCK + 3], best[4];
  size_t count = list->fill;
  for (size_t i = 0; i < count; i++) {
    tf[i] = (float)list->freqs[i];
    k[i] = c0 + c1 * (float)list->lengths[list->docs[i]];
  }
  for (; count % 4; count++) tf[count] = 0, k[count] = 1;
  lanes max = {0};
  for (size_t i = 0; i < count; i += 4) {
    lanes four, four_k;
    memcpy(&four, tf + i, sizeof four);
    memcpy(&four_k, k + i, sizeof four_k);
    lanes weight = four / (four + four_k);
    lane_bits above = weight > max;
    max = (lanes)(((lane_bits)weight & above) | ((lane_bits)max & ~above));
  }
  memcpy(best, &max, sizeof best);
  for (int n = 1; n < 4; n++) best[0] = best[n] > best[0] ? best[n] : best[0];
  float bound = ceilf(best[0] * 255.0f * 1.00001f);
  return bound >= 255.0f ? 255 : (uint8_t)bound;
}

static int write_bytes(struct list_writer *list, const void *bytes, size_t len, uint64_t *total,
                       struct nsearch_error *err) {
  uint8_t *out;
  int status = part_room(list->part, len, &out, err);
  if (status) return status;
  if (len) memcpy(out, bytes, len);
  part_wrote(list->part, len);
  *total += len;
  return NSEARCH_OK;
}

static int write_buffer(struct list_writer *list, const struct buffer *bytes, uint64_t *total,
                        struct nsearch_error *err) {
  return bytes->failed ? error_memory(err) : write_bytes(list, bytes->bytes, bytes->len, total, err);
}

static int write_run(struct list_writer *list, struct nsearch_error *err) {
  uint8_t *out;
  int status = part_room(list->part, PACKED_MAX, &out, err);
  if (status) return status;
  size_t len = packed_encode(list->gaps, list->gap_count, out);
  part_wrote(list->part, len);
  list->positions_len += len;
  return NSEARCH_OK;
}

static int write_runs(struct list_writer *list, struct nsearch_error *err) {
  buffer_clear(&list->headers);
  buffer_clear(&list->runs);
  for (size_t at = 0; at < list->gap_count; at += BLOCK) {
    size_t count = list->gap_count - at < BLOCK ? list->gap_count - at : BLOCK;
    if (!buffer_room(&list->runs, PACKED_MAX)) return error_memory(err);
    struct packed_header header;
    list->runs.len +=
        packed_encode_apart(list->gaps + at, count, &header, (uint8_t *)list->runs.bytes + list->runs.len);
    buffer_add(&list->headers, &header, sizeof header);
  }
  int status = write_buffer(list, &list->headers, &list->positions_len, err);
  return status ? status : write_buffer(list, &list->runs, &list->positions_len, err);
}

static int write_gaps(struct list_writer *list, struct nsearch_error *err) {
  int status = list->gap_count > BLOCK ? write_runs(list, err) : list->gap_count ? write_run(list, err) : NSEARCH_OK;
  list->gap_count = 0;
  return status;
}

/* Notes where the open block begins: only a list of several blocks has these arrays. */
static int note_block(struct list_writer *list, struct nsearch_error *err) {
  if (list->blocks.len > UINT32_MAX || list->positions_len > UINT32_MAX) {
    return error_set(err, NSEARCH_ERR_UNSUPPORTED,
                     "one term's list exceeds 4 GiB in one segment; index into several indexes");
  }
  buffer_u32(&list->skip_last, list->docs[list->fill - 1]);
  buffer_u32(&list->skip_at, (uint32_t)list->blocks.len);
  if (tag_has_positions(list->tag)) buffer_u32(&list->skip_positions, (uint32_t)list->positions_len);
  return NSEARCH_OK;
}

static int write_block(struct list_writer *list, bool several, struct nsearch_error *err) {
  int status = several ? note_block(list, err) : NSEARCH_OK;
  if (status) return status;
  if (tag_has_freqs(list->tag)) {
    uint8_t bound = block_bound(list);
    if (several) buffer_byte(&list->skip_max, bound);
    if (bound > list->list_max) list->list_max = bound;
  }
  if (!buffer_room(&list->blocks, DOCS_MAX + PACKED_MAX)) return error_memory(err);
  uint8_t *out = (uint8_t *)list->blocks.bytes + list->blocks.len;
  size_t len = docs_encode(list->docs, list->fill, list->before, out);
  if (has_counts(list->tag)) {
    uint32_t less[BLOCK];
    for (size_t i = 0; i < list->fill; i++) less[i] = list->freqs[i] - 1;
    len += packed_encode(less, list->fill, out + len);
  }
  list->blocks.len += len;
  list->before = list->docs[list->fill - 1];
  list->fill = 0;
  return tag_has_positions(list->tag) ? write_gaps(list, err) : NSEARCH_OK;
}

int list_flush(struct list_writer *list, struct nsearch_error *err) {
  int status = write_block(list, true, err);
  list->blocks_done++;
  return status;
}

static void inline_list(struct list_writer *list) {
  buffer_clear(&list->inlined);
  buffer_vbyte(&list->inlined, list->docs[0]);
  if (has_counts(list->tag)) buffer_vbyte(&list->inlined, list->freqs[0]);
  for (size_t i = 0; i < list->gap_count; i++) buffer_vbyte(&list->inlined, list->gaps[i]);
}

static int write_postings(struct list_writer *list, uint64_t *total, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  bool several = list->blocks_done > 0;
  if (tag_has_freqs(list->tag)) status = write_bytes(list, &list->list_max, 1, total, err);
  if (!status && several) status = write_buffer(list, &list->skip_last, total, err);
  if (!status && several) status = write_buffer(list, &list->skip_at, total, err);
  if (!status && several) status = write_buffer(list, &list->skip_positions, total, err);
  if (!status && several) status = write_buffer(list, &list->skip_max, total, err);
  return status ? status : write_buffer(list, &list->blocks, total, err);
}

int list_end(struct list_writer *list, struct term_entry *entry, struct nsearch_error *err) {
  memset(entry, 0, sizeof *entry);
  entry->alias_of = UINT32_MAX;
  entry->df = list->blocks_done * BLOCK + (uint32_t)list->fill;
  entry->cf = has_counts(list->tag) ? list->cf : entry->df;
  if (entry->df == 0) return NSEARCH_OK;
  if (entry->df == 1 && list->cf <= INLINE_FREQ_MAX) {
    inline_list(list);
    list->gap_count = 0;
    entry->inlined = (const uint8_t *)list->inlined.bytes;
    entry->inlined_len = (uint32_t)list->inlined.len;
    return buffer_status(&list->inlined, err);
  }
  int status = write_block(list, list->blocks_done > 0, err);
  if (status) return status;
  entry->positions_len = list->positions_len;
  return write_postings(list, &entry->postings_len, err);
}

void list_writer_free(struct list_writer *list) {
  memory_free(list->gaps);
  buffer_free(&list->headers);
  buffer_free(&list->runs);
  buffer_free(&list->blocks);
  buffer_free(&list->skip_last);
  buffer_free(&list->skip_at);
  buffer_free(&list->skip_positions);
  buffer_free(&list->skip_max);
  buffer_free(&list->inlined);
}
