/* Reading one term's list; list_writer.c has the layout. */
#include <string.h>

#include "common/kernels/kernels.h"
#include "common/store/store.h"

enum { RUN_HEADER = sizeof(struct packed_header) };

static int damaged(const struct segment *segment, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED,
                   "%s: a list of postings is damaged; restore the file from a copy or index again",
                   segment->file.path);
}

static bool has_counts(uint8_t tag) { return tag_has_freqs(tag) || tag_has_positions(tag); }

static int open_inlined(struct segment *segment, const struct term_entry *entry, struct list_view *view,
                        struct nsearch_error *err) {
  struct bytes in = {.at = entry->inlined, .end = entry->inlined + entry->inlined_len};
  uint64_t doc = bytes_vbyte(&in);
  if (in.failed || doc >= segment->info.documents || entry->cf == 0 || entry->cf > INT32_MAX) {
    return damaged(segment, err);
  }
  view->inlined = entry->inlined;
  view->inlined_end = in.end;
  view->max = 255;
  return NSEARCH_OK;
}

static const uint8_t *take(const uint8_t **at, const uint8_t *end, uint64_t len) {
  const uint8_t *taken = *at;
  if (!taken || (uint64_t)(end - taken) < len) return *at = NULL;
  *at += len;
  return taken;
}

static int open_skips(struct segment *segment, struct list_view *view, const uint8_t *at, const uint8_t *end,
                      struct nsearch_error *err) {
  if (tag_has_freqs(view->tag)) {
    const uint8_t *max = take(&at, end, 1);
    if (max) view->max = *max;
  }
  if (view->blocks > 1) {
    view->skip_last = take(&at, end, 4 * (uint64_t)view->blocks);
    view->skip_at = take(&at, end, 4 * (uint64_t)view->blocks);
    if (tag_has_positions(view->tag)) view->skip_positions = take(&at, end, 4 * (uint64_t)view->blocks);
    if (tag_has_freqs(view->tag)) view->skip_max = take(&at, end, view->blocks);
  }
  if (!at) return damaged(segment, err);
  view->data = at;
  view->data_end = end;
  return NSEARCH_OK;
}

int segment_list(struct segment *segment, const struct term_entry *entry, struct list_view *view,
                 struct nsearch_error *err) {
  memset(view, 0, sizeof *view);
  view->tag = entry->list_tag;
  view->df = entry->df;
  view->cf = entry->cf;
  view->blocks = (entry->df + BLOCK - 1) / BLOCK;
  view->max = 255;
  if (entry->inlined) return open_inlined(segment, entry, view, err);
  uint64_t base = segment->sections[SECTION_LISTS].offset + entry->lists_at;
  view->positions = segment->file.map.bytes + base;
  view->positions_end = view->positions + entry->positions_len;
  view->positions_offset = base;
  uint64_t postings = base + entry->positions_len;
  uint64_t skip_bytes = 1 + (view->blocks > 1 ? 13 * (uint64_t)view->blocks : 0);
  uint64_t head = skip_bytes < entry->postings_len ? skip_bytes : entry->postings_len;
  int status = checked_touch(&segment->file, postings, head, err);
  if (status) return status;
  const uint8_t *at = segment->file.map.bytes + postings;
  return open_skips(segment, view, at, at + entry->postings_len, err);
}

/* Bounds of block `block` in the data, checked. */
static bool block_bounds(const struct list_view *view, uint32_t block, const uint8_t **start, const uint8_t **end) {
  *start = view->data;
  *end = view->data_end;
  if (view->blocks == 1) return true;
  uint64_t len = (uint64_t)(view->data_end - view->data);
  uint32_t from = load_u32(view->skip_at + 4 * (size_t)block);
  uint64_t to = block + 1 < view->blocks ? load_u32(view->skip_at + 4 * (size_t)block + 4) : len;
  if (from > to || to > len) return false;
  *start = view->data + from;
  *end = view->data + to;
  return true;
}

int list_block_open(struct segment *segment, const struct list_view *view, uint32_t block, struct block_place *place,
                    struct nsearch_error *err) {
  *place = (struct block_place){.before = block ? (int64_t)view_block_last(view, block - 1) : -1};
  if (view->inlined) return NSEARCH_OK;
  if (!block_bounds(view, block, &place->docs, &place->end)) return damaged(segment, err);
  int status = checked_touch(&segment->file, (uint64_t)(place->docs - segment->file.map.bytes),
                             (uint64_t)(place->end - place->docs), err);
  if (status) return status;
  if (docs_bits(place->docs, place->end, &place->bits)) {
    place->freqs = place->bits.bytes + place->bits.len;
  } else {
    place->bits.bytes = NULL;
    place->freqs = packed_skip(place->docs, place->end, view_block_size(view, block));
  }
  return place->freqs ? NSEARCH_OK : damaged(segment, err);
}

int list_block_decode(struct segment *segment, const struct list_view *view, uint32_t block,
                      const struct block_place *place, uint32_t *docs, struct nsearch_error *err) {
  uint32_t count = view_block_size(view, block);
  if (view->inlined) {
    struct bytes in = {.at = view->inlined, .end = view->inlined_end};
    docs[0] = (uint32_t)bytes_vbyte(&in);
    return NSEARCH_OK;
  }
  if (!docs_decode(place->docs, place->end, place->before, docs, count) || docs[count - 1] >= segment->info.documents ||
      docs[0] > docs[count - 1]) {
    return damaged(segment, err);
  }
  if (view->blocks > 1 && docs[count - 1] != view_block_last(view, block)) return damaged(segment, err);
  return NSEARCH_OK;
}

int list_block_docs(struct segment *segment, const struct list_view *view, uint32_t block, uint32_t *docs,
                    struct block_place *place, struct nsearch_error *err) {
  int status = list_block_open(segment, view, block, place, err);
  return status ? status : list_block_decode(segment, view, block, place, docs, err);
}

static int freqs_damaged(struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "a list of term frequencies is damaged; index again");
}

int list_block_freqs(const struct list_view *view, uint32_t block, const struct block_place *place, uint32_t *freqs,
                     struct nsearch_error *err) {
  uint32_t count = view_block_size(view, block);
  if (!has_counts(view->tag)) {
    for (uint32_t i = 0; i < count; i++) freqs[i] = 1;
    return NSEARCH_OK;
  }
  if (view->inlined) {
    freqs[0] = (uint32_t)view->cf;
    return NSEARCH_OK;
  }
  if (!packed_decode(place->freqs, place->end, 1, freqs, count)) return freqs_damaged(err);
  bool much = false; /* no article is as long; scoring takes signed numbers */
  for (uint32_t i = 0; packed_bits(place->freqs) >= 31 && i < count; i++) much |= freqs[i] - 1 >= INT32_MAX;
  return much ? freqs_damaged(err) : NSEARCH_OK;
}

uint32_t list_block_freq(const struct list_view *view, uint32_t block, const struct block_place *place, uint32_t at) {
  if (!has_counts(view->tag)) return 1;
  if (view->inlined) return (uint32_t)view->cf;
  return packed_value(place->freqs, place->end, view_block_size(view, block), at) + 1;
}

int list_block_sums(const struct list_view *view, uint32_t block, const struct block_place *place, uint32_t at,
                    struct packed_sums *out, struct nsearch_error *err) {
  uint32_t count = view_block_size(view, block);
  *out = (struct packed_sums){.before = at, .value = 1, .total = count};
  if (!has_counts(view->tag)) return NSEARCH_OK;
  if (view->inlined) {
    out->value = (uint32_t)(out->total = view->cf);
    return NSEARCH_OK;
  }
  if (!packed_sums(place->freqs, place->end, count, at, out) || out->value >= INT32_MAX) return freqs_damaged(err);
  out->before += at;
  out->total += count;
  out->value++;
  return NSEARCH_OK;
}

int position_run_open(struct segment *segment, const struct list_view *view, uint32_t block, uint64_t total,
                      struct position_run *run, struct nsearch_error *err) {
  run->left = total;
  run->fill = run->next = 0;
  run->open.at = run->open.count = 0;
  run->readings = 2;
  if (view->inlined) {
    struct bytes in = {.at = view->inlined, .end = view->inlined_end};
    bytes_vbyte(&in);
    bytes_vbyte(&in);
    if (total > BLOCK) return damaged(segment, err);
    for (; run->fill < total; run->fill++) run->gaps[run->fill] = (uint32_t)bytes_vbyte(&in);
    run->left = 0;
    return in.failed ? damaged(segment, err) : NSEARCH_OK;
  }
  uint64_t len = (uint64_t)(view->positions_end - view->positions), from = 0, to = len;
  if (view->blocks > 1) {
    from = load_u32(view->skip_positions + 4 * (size_t)block);
    if (block + 1 < view->blocks) to = load_u32(view->skip_positions + 4 * (size_t)block + 4);
  }
  /* A run of 256 takes two bytes at least: no frequency asks for more memory than the file can account for. */
  if (from > to || to > len || total > (to - from) / 2 * BLOCK) return damaged(segment, err);
  uint64_t headers = total > BLOCK ? RUN_HEADER * ((total + BLOCK - 1) / BLOCK) : 0;
  if (headers > to - from) return damaged(segment, err);
  run->headers = headers ? view->positions + from : NULL;
  run->at = view->positions + from + headers;
  run->end = view->positions + to;
  return checked_touch(&segment->file, view->positions_offset + from, to - from, err);
}

static int run_damaged(struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "a list of positions is damaged; index again");
}

static struct packed_header header_at(const uint8_t *bytes) {
  return (struct packed_header){bytes[0], bytes[1], bytes[2]};
}

/* Opens the next run when the one at hand is at its end. */
static int run_open(struct position_run *run, struct nsearch_error *err) {
  if (run->open.at < run->open.count) return NSEARCH_OK;
  if (run->open.count > 0) run->at = run->open.end;
  uint32_t count = run->left < BLOCK ? (uint32_t)run->left : BLOCK;
  bool opened = false;
  if (count > 0 && run->headers) {
    struct packed_header header = header_at(run->headers);
    opened = packed_run_open_apart(&run->open, &header, run->at, run->end, count);
    run->headers += RUN_HEADER;
  } else if (count > 0) {
    opened = packed_run_open(&run->open, run->at, run->end, count);
  }
  if (!opened) return run_damaged(err);
  run->left -= count;
  run->whole = run->readings > 1;
  run->readings = 0;
  return NSEARCH_OK;
}

/* Decodes what is left of the open run. */
static int run_fill(struct position_run *run, struct nsearch_error *err) {
  size_t left = run->open.count - run->open.at;
  if (!packed_run_read(&run->open, run->gaps, left)) return run_damaged(err);
  run->fill = (uint32_t)left;
  run->next = 0;
  return NSEARCH_OK;
}

/* Past what is left of the open run, and past whole runs by their headers alone. */
static int skip_runs(struct position_run *run, uint64_t *count, struct nsearch_error *err) {
  *count -= run->open.count - run->open.at;
  run->open.at = run->open.count;
  if (run->open.count > 0) run->at = run->open.end;
  run->open.count = run->open.at = 0;
  uint64_t runs = *count / BLOCK, bytes = 0;
  if (runs > run->left / BLOCK) return run_damaged(err);
  for (uint64_t i = 0; i < runs; i++, run->headers += RUN_HEADER) {
    struct packed_header header = header_at(run->headers);
    bytes += packed_bytes(&header, BLOCK);
  }
  if (bytes > (uint64_t)(run->end - run->at)) return run_damaged(err);
  run->at += bytes;
  run->left -= runs * BLOCK;
  *count -= runs * BLOCK;
  return NSEARCH_OK;
}

int position_run_skip(struct position_run *run, uint64_t count, struct nsearch_error *err) {
  while (count > 0) {
    if (run->next < run->fill) {
      uint32_t part = count < run->fill - run->next ? (uint32_t)count : run->fill - run->next;
      run->next += part;
      count -= part;
      continue;
    }
    if (count >= BLOCK && run->headers) {
      int status = skip_runs(run, &count, err);
      if (status) return status;
      continue;
    }
    int status = run_open(run, err);
    if (status) return status;
    size_t left = run->open.count - run->open.at, part = count < left ? (size_t)count : left;
    run->open.at += part;
    count -= part;
  }
  return NSEARCH_OK;
}

/* The next gaps of a run, at most `count`: a few of a run that was not read before come without the others. */
static int run_take(struct position_run *run, uint32_t *gaps, size_t count, size_t *taken, struct nsearch_error *err) {
  if (run->next == run->fill) {
    int status = run_open(run, err);
    if (status) return status;
    run->readings++;
    size_t left = run->open.count - run->open.at;
    if (!run->whole && run->readings == 1 && count <= left) {
      *taken = count;
      return packed_run_read(&run->open, gaps, count) ? NSEARCH_OK : run_damaged(err);
    }
    status = run_fill(run, err);
    if (status) return status;
  }
  *taken = count < run->fill - run->next ? count : run->fill - run->next;
  memcpy(gaps, run->gaps + run->next, *taken * sizeof *gaps);
  run->next += (uint32_t)*taken;
  return NSEARCH_OK;
}

int position_run_read(struct position_run *run, uint32_t *gaps, size_t count, struct nsearch_error *err) {
  while (count > 0) {
    size_t taken;
    int status = run_take(run, gaps, count, &taken, err);
    if (status) return status;
    gaps += taken;
    count -= taken;
  }
  return NSEARCH_OK;
}

int position_run_sums(struct position_run *run, uint32_t *positions, size_t count, struct nsearch_error *err) {
  enum { FEW = 8 };
  const uint32_t *gaps = positions;
  if (count <= run->fill - run->next) { /* decoded already: summed from where they are */
    gaps = run->gaps + run->next;
    run->next += (uint32_t)count;
  } else {
    int status = position_run_read(run, positions, count, err);
    if (status) return status;
  }
  if (count >= FEW) {
    kernels()->sum(gaps, count, 0, 0, positions);
  } else {
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) positions[i] = sum += gaps[i];
  }
  return NSEARCH_OK;
}
