/* Writing one term's list. Positions go to the file as blocks fill; postings and skip data follow at the end of the
 * term, so that memory holds one term's postings and never its positions.
 *
 * In SECTION_LISTS: positions (packed runs of up to 256 gaps, each block of postings starting a new run), then
 *   u8 bound of the list                                                       [tags with freqs]
 *   skip data when there is more than one block, as arrays over the blocks:
 *     u32 last document, u32 start of the block, u32 start of its positions [tags with positions],
 *     u8 bound of the block [tags with freqs]
 *   blocks: documents, then freqs - 1 packed [tags with freqs or positions]
 * In the dictionary, df 1: vbyte document, vbyte freq, then the gaps as vbytes [tags with positions].
 *
 * A bound is 255 * the largest tf / (tf + K) over the postings, rounded up. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "common/store/store.h"

enum { INLINE_FREQ_MAX = 16 };

static bool has_counts(uint8_t tag) { return tag_has_freqs(tag) || tag_has_positions(tag); }

void list_begin(struct list_writer *list, uint8_t tag) {
  list->tag = tag;
  list->fill = 0;
  list->before = -1;
  list->df = 0;
  list->cf = 0;
  list->gap_count = 0;
  list->positions_len = 0;
  list->list_max = 0;
  buffer_clear(&list->blocks);
  buffer_clear(&list->skip_last);
  buffer_clear(&list->skip_at);
  buffer_clear(&list->skip_positions);
  buffer_clear(&list->skip_max);
}

static uint8_t block_bound(const struct list_writer *list) {
  float max = 0;
  for (size_t i = 0; i < list->fill; i++) {
    float tf = (float)list->freqs[i];
    float weight = tf / (tf + (list->c0 + list->c1 * (float)list->lengths[list->docs[i]]));
    if (weight > max) max = weight;
  }
  float bound = ceilf(max * 255.0f * 1.00001f);
  return bound >= 255.0f ? 255 : (uint8_t)bound;
}

static int write_gaps(struct list_writer *list, struct nsearch_error *err) {
  uint8_t packed[PACKED_MAX];
  for (size_t at = 0; at < list->gap_count; at += BLOCK) {
    size_t count = list->gap_count - at < BLOCK ? list->gap_count - at : BLOCK;
    size_t len = packed_encode(list->gaps + at, count, packed);
    int status = checked_write(list->file, packed, len, err);
    if (status) return status;
    list->positions_len += len;
  }
  list->gap_count = 0;
  return NSEARCH_OK;
}

static int block_flush(struct list_writer *list, struct nsearch_error *err) {
  uint8_t packed[DOCS_MAX];
  if (list->blocks.len > UINT32_MAX || list->positions_len > UINT32_MAX) {
    return error_set(err, NSEARCH_ERR_UNSUPPORTED,
                     "one term's list exceeds 4 GiB in one segment; index into several indexes");
  }
  buffer_u32(&list->skip_last, list->docs[list->fill - 1]);
  buffer_u32(&list->skip_at, (uint32_t)list->blocks.len);
  if (tag_has_positions(list->tag)) buffer_u32(&list->skip_positions, (uint32_t)list->positions_len);
  if (tag_has_freqs(list->tag)) {
    uint8_t bound = block_bound(list);
    buffer_byte(&list->skip_max, bound);
    if (bound > list->list_max) list->list_max = bound;
  }
  buffer_add(&list->blocks, packed, docs_encode(list->docs, list->fill, list->before, packed));
  if (has_counts(list->tag)) {
    uint32_t less[BLOCK];
    for (size_t i = 0; i < list->fill; i++) less[i] = list->freqs[i] - 1;
    buffer_add(&list->blocks, packed, packed_encode(less, list->fill, packed));
  }
  list->before = list->docs[list->fill - 1];
  list->fill = 0;
  return tag_has_positions(list->tag) ? write_gaps(list, err) : NSEARCH_OK;
}

int list_add(struct list_writer *list, uint32_t doc, uint32_t freq, struct nsearch_error *err) {
  if (list->fill == BLOCK) {
    int status = block_flush(list, err);
    if (status) return status;
  }
  assert(list->fill == 0 ? (int64_t)doc > list->before : doc > list->docs[list->fill - 1]);
  assert(freq > 0);
  list->docs[list->fill] = doc;
  list->freqs[list->fill++] = freq;
  list->df++;
  list->cf += freq;
  return NSEARCH_OK;
}

uint32_t *list_gaps(struct list_writer *list, size_t count, struct nsearch_error *err) {
  size_t need = list->gap_count + count;
  if (memory_reserve(&list->gaps, &list->gap_capacity, need, sizeof *list->gaps, err)) return NULL;
  uint32_t *gaps = list->gaps + list->gap_count;
  list->gap_count = need;
  return gaps;
}

static void inline_list(struct list_writer *list) {
  buffer_clear(&list->inlined);
  buffer_vbyte(&list->inlined, list->docs[0]);
  if (has_counts(list->tag)) buffer_vbyte(&list->inlined, list->freqs[0]);
  for (size_t i = 0; i < list->gap_count; i++) buffer_vbyte(&list->inlined, list->gaps[i]);
}

static int write_buffer(struct list_writer *list, const struct buffer *bytes, uint64_t *len,
                        struct nsearch_error *err) {
  if (bytes->failed) return error_memory(err);
  *len += bytes->len;
  return checked_write(list->file, bytes->bytes, bytes->len, err);
}

static int write_postings(struct list_writer *list, uint64_t *len, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  bool several = list->df > BLOCK;
  if (tag_has_freqs(list->tag)) {
    *len += 1;
    status = checked_write(list->file, &list->list_max, 1, err);
  }
  if (!status && several) status = write_buffer(list, &list->skip_last, len, err);
  if (!status && several) status = write_buffer(list, &list->skip_at, len, err);
  if (!status && several) status = write_buffer(list, &list->skip_positions, len, err);
  if (!status && several) status = write_buffer(list, &list->skip_max, len, err);
  return status ? status : write_buffer(list, &list->blocks, len, err);
}

int list_end(struct list_writer *list, struct term_entry *entry, struct nsearch_error *err) {
  memset(entry, 0, sizeof *entry);
  entry->alias_of = UINT32_MAX;
  entry->df = list->df;
  entry->cf = has_counts(list->tag) ? list->cf : list->df;
  if (list->df == 0) return NSEARCH_OK;
  if (list->df == 1 && list->cf <= INLINE_FREQ_MAX) {
    inline_list(list);
    list->gap_count = 0;
    entry->inlined = (const uint8_t *)list->inlined.bytes;
    entry->inlined_len = (uint32_t)list->inlined.len;
    return buffer_status(&list->inlined, err);
  }
  int status = block_flush(list, err);
  if (status) return status;
  entry->positions_len = list->positions_len;
  return write_postings(list, &entry->postings_len, err);
}

void list_writer_free(struct list_writer *list) {
  memory_free(list->gaps);
  buffer_free(&list->blocks);
  buffer_free(&list->skip_last);
  buffer_free(&list->skip_at);
  buffer_free(&list->skip_positions);
  buffer_free(&list->skip_max);
  buffer_free(&list->inlined);
}
