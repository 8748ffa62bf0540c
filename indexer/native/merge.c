/* Merging segments: documents interleave in the total order, then terms merge in key order, each list decoded and
 * encoded again with new document numbers. Stored stem lists interleave like all others: nothing is stemmed again.
 * Texts and cards stay where they are; only their places are copied. Threads share out ranges of keys. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "indexer/native/native.h"

#define GONE UINT32_MAX

/* Of lists in a range of keys; blocks of the dictionary of one source; parts of the memory for lists that wait. */
enum { RANGE_BYTES = 1 << 20, RANGE_BLOCKS = 512, MEMORY_SHARE = 8 };

/* One source's list as it is read. */
struct list_source {
  struct list_view view;
  uint32_t block, next, size;
  bool positions;
  uint32_t docs[BLOCK], freqs[BLOCK];
  uint32_t *gaps; /* of the block's positions */
  size_t gap_at, gap_capacity;
};

struct merge_source {
  struct segment *segment;
  const uint64_t *dropped;
  uint32_t *doc_map; /* old document -> new, GONE */
  uint32_t *numbers; /* old term -> new, GONE */
};

/* Where a thread is in a source. */
struct merge_cursor {
  struct merge_source *source;
  struct term_walk walk;
  struct term_entry entry;
  uint64_t prefix; /* of the key at hand */
  bool has_term;
  struct list_source list;
};

struct merge_place {
  uint32_t source, doc;
};

/* Keys from `from` up to the next range's; a range of no bytes is the first. */
struct merge_range {
  char from[8];
  size_t len;
};

/* What one thread needs to merge a range. */
struct desk {
  struct segment_part *part;
  struct merge_cursor *cursors;
  uint32_t *ahead; /* heap of the sources that have a term, by key */
  size_t ahead_count;
  uint32_t *active;       /* sources that have the term at hand */
  uint64_t *heap;         /* next document << 16 | source */
  uint16_t *text_sources; /* of each term of the part: how many sources it came from; 0 for other than text */
  size_t text_capacity;
};

struct merge {
  struct merge_source *sources;
  size_t count;
  struct merge_place *order; /* new document -> where it comes from */
  struct segment_doc *meta;
  uint32_t documents;
  struct merge_range *ranges;
  size_t range_count, range_capacity;
  size_t first_stems;     /* the first range of stems */
  uint16_t *text_sources; /* new text term -> how many sources it came from */
  size_t text_capacity, text_terms;
  struct desk *desks;
  unsigned desk_count;
  struct segment_writer *out;
};

/* ---- Documents ---------------------------------------------------------------------------------------------------- */

struct doc_sections {
  const uint8_t *lengths, *published, *date_info, *ids, *signatures, *sequences, *cards, *texts;
  uint64_t *url_hashes;
};

static int open_sections(struct segment *segment, struct doc_sections *out, struct nsearch_error *err) {
  const struct {
    enum section section;
    const uint8_t **to;
  } wanted[] = {
      {SECTION_LENGTHS, &out->lengths}, {SECTION_PUBLISHED, &out->published},   {SECTION_DATE_INFO, &out->date_info},
      {SECTION_ID_HASHES, &out->ids},   {SECTION_SIGNATURES, &out->signatures}, {SECTION_SEQUENCES, &out->sequences},
      {SECTION_CARDS, &out->cards},     {SECTION_TEXTS, &out->texts},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    *wanted[i].to = segment_section(segment, wanted[i].section, err);
    bool none = wanted[i].section == SECTION_TEXTS && !segment->info.has_text;
    if (!*wanted[i].to && segment->info.documents && !none) return NSEARCH_ERR_DAMAGED;
  }
  return NSEARCH_OK;
}

/* A document's URL hash stands only in the keys: the entry that is not its id's. */
static int read_url_hashes(struct segment *segment, struct doc_sections *sections, struct nsearch_error *err) {
  uint32_t documents = segment->info.documents;
  uint64_t count = segment->sections[SECTION_KEYS].len / 16;
  const uint8_t *keys = segment_section(segment, SECTION_KEYS, err);
  if (count && !keys) return NSEARCH_ERR_DAMAGED;
  sections->url_hashes = memory_zero((size_t)documents + 1, sizeof *sections->url_hashes);
  if (!sections->url_hashes) return error_memory(err);
  for (uint64_t i = 0; i < count; i++) {
    uint64_t hash = load_u64(keys + 16 * i);
    uint32_t doc = load_u32(keys + 16 * i + 8);
    if (doc < documents && hash != load_u64(sections->ids + 8 * (size_t)doc)) sections->url_hashes[doc] = hash;
  }
  return NSEARCH_OK;
}

static bool is_dropped(const struct merge_source *source, uint32_t doc) {
  return source->dropped && (source->dropped[doc / 64] >> doc % 64 & 1);
}

static void copy_doc(const struct doc_sections *from, uint32_t doc, struct segment_doc *to) {
  size_t at4 = 4 * (size_t)doc, at8 = 8 * (size_t)doc;
  to->length = load_u32(from->lengths + at4);
  to->published = (int64_t)load_u64(from->published + at8);
  to->date_info = from->date_info[doc];
  to->id_hash = load_u64(from->ids + at8);
  to->url_hash = from->url_hashes[doc];
  to->signature = load_u64(from->signatures + at8);
  to->sequence = load_u64(from->sequences + at8);
  to->card = load_u64(from->cards + at8);
  to->text = from->texts ? load_u64(from->texts + at8) : PLACE_NONE;
}

/* Interleaves the sources' documents: each time the first of the source whose next one comes first. */
static void interleave(struct merge *merge, const struct doc_sections *sections, uint32_t *next) {
  for (;;) {
    size_t best = merge->count;
    int64_t best_published = 0;
    uint64_t best_id = 0;
    for (size_t s = 0; s < merge->count; s++) {
      struct merge_source *source = &merge->sources[s];
      while (next[s] < source->segment->info.documents && is_dropped(source, next[s])) {
        source->doc_map[next[s]++] = GONE;
      }
      if (next[s] == source->segment->info.documents) continue;
      int64_t published = (int64_t)load_u64(sections[s].published + 8 * (size_t)next[s]);
      uint64_t id = load_u64(sections[s].ids + 8 * (size_t)next[s]);
      if (best < merge->count && segment_doc_compare(best_published, best_id, published, id) <= 0) continue;
      best = s, best_published = published, best_id = id;
    }
    if (best == merge->count) return;
    uint32_t doc = next[best]++;
    merge->sources[best].doc_map[doc] = merge->documents;
    merge->order[merge->documents] = (struct merge_place){(uint32_t)best, doc};
    copy_doc(&sections[best], doc, &merge->meta[merge->documents++]);
  }
}

static int order_docs(struct merge *merge, struct nsearch_error *err) {
  size_t total = 0;
  for (size_t s = 0; s < merge->count; s++) total += merge->sources[s].segment->info.documents;
  if (total > DOCUMENTS_MAX) {
    return error_set(err, NSEARCH_ERR_UNSUPPORTED, "more than %" PRIu32 " articles; use several indexes",
                     DOCUMENTS_MAX);
  }
  struct doc_sections *sections = memory_zero(merge->count, sizeof *sections);
  uint32_t *next = memory_zero(merge->count, sizeof *next);
  merge->order = memory_array(NULL, total + 1, sizeof *merge->order);
  merge->meta = memory_array(NULL, total + 1, sizeof *merge->meta);
  int status = sections && next && merge->order && merge->meta ? NSEARCH_OK : error_memory(err);
  for (size_t s = 0; !status && s < merge->count; s++) {
    struct merge_source *source = &merge->sources[s];
    source->doc_map = memory_array(NULL, (size_t)source->segment->info.documents + 1, sizeof *source->doc_map);
    status = source->doc_map ? open_sections(source->segment, &sections[s], err) : error_memory(err);
    if (!status) status = read_url_hashes(source->segment, &sections[s], err);
  }
  if (!status) interleave(merge, sections, next);
  for (size_t s = 0; sections && s < merge->count; s++) memory_free(sections[s].url_hashes);
  memory_free(sections);
  memory_free(next);
  return status;
}

/* ---- Lists ------------------------------------------------------------------------------------------------------------ */

/* All positions of the block at once: few of its documents go. */
static int read_gaps(struct merge_cursor *cursor, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  struct position_run run;
  uint64_t total = 0;
  for (uint32_t i = 0; i < list->size; i++) total += list->freqs[i];
  list->gap_at = 0;
  int status = position_run_open(cursor->source->segment, &list->view, list->block, total, &run, err);
  if (!status) status = memory_reserve(&list->gaps, &list->gap_capacity, total, sizeof *list->gaps, err);
  return status ? status : position_run_read(&run, list->gaps, total, err);
}

static int cursor_block(struct merge_cursor *cursor, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  struct block_place place;
  int status = list_block_docs(cursor->source->segment, &list->view, list->block, list->docs, &place, err);
  if (!status) status = list_block_freqs(&list->view, list->block, &place, list->freqs, err);
  if (status) return status;
  list->size = view_block_size(&list->view, list->block);
  list->next = 0;
  return list->positions ? read_gaps(cursor, err) : NSEARCH_OK;
}

/* Moves to the next document that stays; *doc is its new number, GONE at the end of the list. */
static inline int cursor_seek(struct merge_cursor *cursor, uint32_t *doc, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  for (;; list->gap_at += list->freqs[list->next++]) {
    if (list->next == list->size) {
      *doc = GONE;
      if (++list->block == list->view.blocks) return NSEARCH_OK;
      int status = cursor_block(cursor, err);
      if (status) return status;
    }
    *doc = cursor->source->doc_map[list->docs[list->next]];
    if (*doc != GONE) return NSEARCH_OK;
  }
}

static int cursor_open(struct merge_cursor *cursor, uint8_t tag, uint32_t *doc, struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  struct term_entry target;
  const struct term_entry *entry = &cursor->entry;
  if (entry->alias_of != UINT32_MAX) {
    int status = segment_target(cursor->source->segment, entry->alias_of, &target, err);
    if (status) return status;
    entry = &target;
  }
  int status = segment_list(cursor->source->segment, entry, &list->view, err);
  if (status) return status;
  list->positions = tag_has_positions(tag);
  list->block = 0;
  status = cursor_block(cursor, err);
  return status ? status : cursor_seek(cursor, doc, err);
}

/* Copies the cursor's posting at hand and moves on. */
static inline int cursor_take(struct merge_cursor *cursor, struct list_writer *out, uint32_t *doc,
                              struct nsearch_error *err) {
  struct list_source *list = &cursor->list;
  uint32_t freq = list->freqs[list->next];
  int status = list_add(out, *doc, freq, err);
  if (status) return status;
  if (list->positions) {
    uint32_t *gaps = list_gaps(out, freq, err);
    if (!gaps) return NSEARCH_ERR_MEMORY;
    for (uint32_t i = 0; i < freq; i++) gaps[i] = list->gaps[list->gap_at + i];
  }
  list->gap_at += freq;
  list->next++;
  return cursor_seek(cursor, doc, err);
}

static void heap_down(uint64_t *heap, size_t count) {
  uint64_t top = heap[0];
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= top) break;
    heap[at] = heap[child];
  }
  heap[at] = top;
}

static void heap_add(uint64_t *heap, size_t count, uint64_t value) {
  size_t at = count;
  for (; at > 0 && heap[(at - 1) / 2] > value; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
  heap[at] = value;
}

/* The least entry but the first. */
static uint64_t heap_second(const uint64_t *heap, size_t count) {
  if (count < 2) return UINT64_MAX;
  return count > 2 && heap[2] < heap[1] ? heap[2] : heap[1];
}

static int merge_lists(struct desk *desk, size_t active, uint8_t tag, struct nsearch_error *err) {
  struct list_writer *out = part_term_begin(desk->part, tag);
  size_t held = 0;
  uint32_t doc;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < active; i++) {
    status = cursor_open(&desk->cursors[desk->active[i]], tag, &doc, err);
    if (!status && doc != GONE) heap_add(desk->heap, held++, (uint64_t)doc << 16 | desk->active[i]);
  }
  while (!status && held > 0) {
    uint32_t source = desk->heap[0] & 0xffff;
    struct merge_cursor *cursor = &desk->cursors[source];
    uint64_t top = desk->heap[0], limit = heap_second(desk->heap, held);
    do { /* a source often has several documents in a row */
      doc = (uint32_t)(top >> 16);
      status = cursor_take(cursor, out, &doc, err);
      top = (uint64_t)doc << 16 | source;
    } while (!status && doc != GONE && top < limit);
    desk->heap[0] = doc == GONE ? desk->heap[--held] : top;
    if (held > 1) heap_down(desk->heap, held);
  }
  return status;
}

/* ---- Terms -------------------------------------------------------------------------------------------------------------- */

static bool comes_before(const struct merge_cursor *a, const struct merge_cursor *b) {
  if (a->prefix != b->prefix) return a->prefix < b->prefix;
  return key_compare(a->walk.key, a->walk.key_len, b->walk.key, b->walk.key_len) < 0;
}

static void ahead_add(struct desk *desk, uint32_t source) {
  const struct merge_cursor *cursors = desk->cursors;
  size_t at = desk->ahead_count++;
  for (; at > 0 && comes_before(&cursors[source], &cursors[desk->ahead[(at - 1) / 2]]); at = (at - 1) / 2)
    desk->ahead[at] = desk->ahead[(at - 1) / 2];
  desk->ahead[at] = source;
}

static uint32_t ahead_take(struct desk *desk) {
  const struct merge_cursor *cursors = desk->cursors;
  uint32_t first = desk->ahead[0], last = desk->ahead[--desk->ahead_count];
  size_t at = 0, count = desk->ahead_count;
  for (size_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && comes_before(&cursors[desk->ahead[child + 1]], &cursors[desk->ahead[child]])) child++;
    if (!comes_before(&cursors[desk->ahead[child]], &cursors[last])) break;
    desk->ahead[at] = desk->ahead[child];
  }
  desk->ahead[at] = last;
  return first;
}

/* Takes the sources whose key at hand is the smallest. */
static size_t find_active(struct desk *desk) {
  size_t active = 0;
  while (desk->ahead_count > 0 &&
         (active == 0 || !comes_before(&desk->cursors[desk->active[0]], &desk->cursors[desk->ahead[0]]))) {
    desk->active[active++] = ahead_take(desk);
  }
  return active;
}

/* Moves to the next term of the range, when there is one. */
static int advance(struct desk *desk, const struct merge_range *end, uint32_t source, struct nsearch_error *err) {
  struct merge_cursor *cursor = &desk->cursors[source];
  int status = term_walk_next(&cursor->walk, &cursor->entry, &cursor->has_term, err);
  if (status || !cursor->has_term) return status;
  if (end && key_compare(cursor->walk.key, cursor->walk.key_len, end->from, end->len) >= 0) return NSEARCH_OK;
  cursor->prefix = key_prefix(cursor->walk.key, cursor->walk.key_len);
  ahead_add(desk, source);
  return NSEARCH_OK;
}

/* The text term whose list the merged stem's is: when the stem is that term's alias wherever either of them occurs. */
static uint32_t alias_target(const struct merge *merge, const struct desk *desk, size_t active) {
  uint32_t target = GONE;
  for (size_t i = 0; i < active; i++) {
    const struct merge_cursor *cursor = &desk->cursors[desk->active[i]];
    if (cursor->entry.alias_of == UINT32_MAX) return GONE;
    uint32_t number = cursor->source->numbers[cursor->entry.alias_of];
    if (i > 0 && number != target) return GONE;
    target = number;
  }
  return target < merge->text_terms && merge->text_sources[target] == active ? target : GONE;
}

static int note_text_sources(struct desk *desk, uint32_t number, size_t sources, struct nsearch_error *err) {
  int status =
      memory_reserve(&desk->text_sources, &desk->text_capacity, (size_t)number + 1, sizeof *desk->text_sources, err);
  if (!status) desk->text_sources[number] = (uint16_t)sources;
  return status;
}

static int merge_term(struct merge *merge, struct desk *desk, size_t active, const struct merge_range *end,
                      struct nsearch_error *err) {
  const struct term_walk *walk = &desk->cursors[desk->active[0]].walk;
  uint8_t tag = (uint8_t)walk->key[0];
  uint32_t number, target = tag == TAG_STEM ? alias_target(merge, desk, active) : GONE;
  int status;
  if (target != GONE) {
    status = part_term_alias(desk->part, walk->key, walk->key_len, target, &number, err);
  } else {
    status = merge_lists(desk, active, tag, err);
    if (!status) status = part_term_end(desk->part, walk->key, walk->key_len, &number, err);
  }
  if (!status && number != GONE && tag != TAG_STEM) {
    status = note_text_sources(desk, number, tag == TAG_TEXT ? active : 0, err);
  }
  for (size_t i = 0; !status && i < active; i++) {
    const struct merge_cursor *cursor = &desk->cursors[desk->active[i]];
    cursor->source->numbers[cursor->entry.number] = number;
    status = advance(desk, end, desk->active[i], err);
  }
  return status;
}

/* Threads that merge stems read these: they are complete by then. */
static int place_text_sources(struct merge *merge, const struct desk *desk, uint32_t first, uint32_t terms,
                              struct nsearch_error *err) {
  merge->text_terms = (size_t)first + terms;
  int status = memory_reserve(&merge->text_sources, &merge->text_capacity, merge->text_terms, sizeof(uint16_t), err);
  if (!status && terms) memcpy(merge->text_sources + first, desk->text_sources, terms * sizeof(uint16_t));
  return status;
}

/* Numbers of the part's terms become those of the segment. */
static void place_numbers(const struct merge *merge, const struct desk *desk, const uint32_t *from, uint32_t first) {
  for (size_t s = 0; s < merge->count; s++) {
    const struct merge_cursor *cursor = &desk->cursors[s];
    uint32_t *numbers = cursor->source->numbers, until = cursor->walk.number - cursor->has_term;
    for (uint32_t t = from[s]; t < until; t++) numbers[t] += numbers[t] == GONE ? 0 : first;
  }
}

static int merge_range(void *payload, unsigned hand, size_t range, struct nsearch_error *err) {
  struct merge *merge = payload;
  struct desk *desk = &merge->desks[hand];
  const struct merge_range *from = &merge->ranges[range], *end = range + 1 < merge->range_count ? from + 1 : NULL;
  uint32_t first, *starts = memory_array(NULL, merge->count, sizeof *starts);
  int status = starts ? NSEARCH_OK : error_memory(err);
  /* Aliases are told by the numbers of text terms, which are known when those are written. */
  if (!status && range >= merge->first_stems) status = segment_wait(merge->out, merge->first_stems, err);
  part_start(desk->part, range);
  desk->ahead_count = 0;
  for (uint32_t s = 0; !status && s < merge->count; s++) {
    struct merge_cursor *cursor = &desk->cursors[s];
    status = term_walk_start(&cursor->walk, cursor->source->segment, from->from, from->len, err);
    starts[s] = cursor->walk.number;
    if (!status) status = advance(desk, end, s, err);
  }
  while (!status) {
    size_t active = find_active(desk);
    if (active == 0) break;
    status = merge_term(merge, desk, active, end, err);
  }
  if (!status) status = part_wait(desk->part, &first, err);
  if (!status && range < merge->first_stems) {
    status = place_text_sources(merge, desk, first, part_terms(desk->part), err);
  }
  if (!status) place_numbers(merge, desk, starts, first);
  if (!status) status = part_end(desk->part, err);
  memory_free(starts);
  return status;
}

/* ---- Ranges of terms ------------------------------------------------------------------------------------------------------- */

static int add_range(struct merge *merge, const char *from, size_t len, struct nsearch_error *err) {
  int status =
      memory_reserve(&merge->ranges, &merge->range_capacity, merge->range_count + 1, sizeof *merge->ranges, err);
  if (status) return status;
  struct merge_range *range = &merge->ranges[merge->range_count++];
  *range = (struct merge_range){.len = len};
  memcpy(range->from, from, len);
  return NSEARCH_OK;
}

/* Cuts the keys where the source with the longest lists has about as much of them in each range. */
static int split_ranges(struct merge *merge, struct nsearch_error *err) {
  struct segment *widest = merge->sources[0].segment;
  uint64_t total = 0, last = 0;
  uint32_t last_block = 0;
  for (size_t s = 0; s < merge->count; s++) {
    struct segment *segment = merge->sources[s].segment;
    total += segment->sections[SECTION_LISTS].len;
    if (segment->sections[SECTION_LISTS].len > widest->sections[SECTION_LISTS].len) widest = segment;
  }
  uint64_t step = widest->sections[SECTION_LISTS].len / (total / RANGE_BYTES + 1);
  int status = add_range(merge, "", 0, err);
  bool stems = false;
  for (uint32_t block = 1; !status && block < widest->index_entries; block++) {
    uint64_t prefix, at;
    status = segment_index_entry(widest, block, &prefix, &at, err);
    if (status || (at - last < step && block - last_block < RANGE_BLOCKS && (stems || prefix >> 56 < TAG_STEM)))
      continue;
    char key[8] = {TAG_STEM};
    size_t len = 1;
    if (stems || prefix >> 56 < TAG_STEM) {
      for (len = 0; len < 8 && (uint8_t)(prefix >> (56 - 8 * len)); len++) key[len] = (char)(prefix >> (56 - 8 * len));
    }
    const struct merge_range *before = &merge->ranges[merge->range_count - 1];
    if (key_compare(key, len, before->from, before->len) <= 0) continue;
    if (!stems && key[0] >= TAG_STEM) stems = true, merge->first_stems = merge->range_count;
    status = add_range(merge, key, len, err);
    last = at, last_block = block;
  }
  if (!status && !stems) {
    merge->first_stems = merge->range_count;
    status = add_range(merge, (char[]){TAG_STEM}, 1, err);
  }
  return status;
}

static int make_desks(struct merge *merge, unsigned threads, uint64_t memory, struct nsearch_error *err) {
  merge->desks = memory_zero(threads, sizeof *merge->desks);
  if (!merge->desks) return error_memory(err);
  while (merge->desk_count < threads) {
    struct desk *desk = &merge->desks[merge->desk_count++];
    int status = part_new(&desk->part, merge->out, memory / threads, err);
    if (status) return status;
    desk->cursors = memory_zero(merge->count, sizeof *desk->cursors);
    desk->ahead = memory_array(NULL, merge->count, sizeof *desk->ahead);
    desk->active = memory_array(NULL, merge->count, sizeof *desk->active);
    desk->heap = memory_array(NULL, merge->count + 1, sizeof *desk->heap);
    if (!desk->cursors || !desk->ahead || !desk->active || !desk->heap) return error_memory(err);
    for (size_t s = 0; s < merge->count; s++) desk->cursors[s].source = &merge->sources[s];
  }
  return NSEARCH_OK;
}

static void desk_free(struct desk *desk, size_t sources) {
  part_free(desk->part);
  for (size_t s = 0; desk->cursors && s < sources; s++) memory_free(desk->cursors[s].list.gaps);
  memory_free(desk->cursors);
  memory_free(desk->ahead);
  memory_free(desk->active);
  memory_free(desk->heap);
  memory_free(desk->text_sources);
}

static void abandon(void *payload) { segment_abandon(((struct merge *)payload)->out); }

static int merge_terms(struct merge *merge, const struct write_options *options, struct nsearch_error *err) {
  for (size_t s = 0; s < merge->count; s++) {
    struct merge_source *source = &merge->sources[s];
    source->numbers = memory_array(NULL, (size_t)source->segment->info.terms + 1, sizeof *source->numbers);
    if (!source->numbers) return error_memory(err);
    memset(source->numbers, 0xff, source->segment->info.terms * sizeof *source->numbers); /* GONE */
  }
  int status = split_ranges(merge, err);
  if (status) return status;
  struct crew_work work = {.run = merge_range, .abandon = abandon, .payload = merge, .tasks = merge->range_count};
  unsigned threads = options->threads < work.tasks ? options->threads : (unsigned)work.tasks;
  status = make_desks(merge, threads, options->memory / MEMORY_SHARE, err);
  return status ? status : crew_run(&work, threads, err);
}

/* ---- Columns -------------------------------------------------------------------------------------------------------------- */

static int column_damaged(const struct merge_source *source, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s: a column of keywords is damaged; index again",
                   source->segment->file.path);
}

static int merge_column(struct merge *merge, const struct keyword_field *field, struct column *columns,
                        uint32_t *starts, struct nsearch_error *err) {
  uint32_t *values = NULL;
  size_t capacity = 0, count = 0;
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < merge->count; s++) {
    status = segment_column_open(merge->sources[s].segment, field, &columns[s], err);
  }
  for (uint32_t d = 0; !status && d < merge->documents; d++) {
    const struct merge_source *source = &merge->sources[merge->order[d].source];
    const struct column *column = &columns[merge->order[d].source];
    starts[d] = (uint32_t)count;
    uint32_t end, i = column_first(column, merge->order[d].doc, &end);
    for (; !status && i < end; i++) {
      uint32_t number = column_value(column, i);
      status = memory_reserve(&values, &capacity, count + 1, sizeof *values, err);
      if (!status && (number >= source->segment->info.terms || source->numbers[number] == GONE)) {
        status = column_damaged(source, err);
      }
      if (!status) values[count++] = source->numbers[number];
    }
  }
  starts[merge->documents] = (uint32_t)count;
  if (!status) status = segment_column(merge->out, field, starts, values, err);
  memory_free(values);
  return status;
}

static int merge_columns(struct merge *merge, struct nsearch_error *err) {
  struct column *columns = memory_array(NULL, merge->count, sizeof *columns);
  uint32_t *starts = memory_array(NULL, (size_t)merge->documents + 1, sizeof *starts);
  int status = columns && starts ? NSEARCH_OK : error_memory(err);
  for (int f = 0; !status && f < KEYWORD_FIELDS; f++) {
    status = merge_column(merge, &keyword_fields[f], columns, starts, err);
  }
  memory_free(columns);
  memory_free(starts);
  return status;
}

/* ---- The whole ---------------------------------------------------------------------------------------------------------------- */

static int merge_open(struct merge *merge, const struct merge_input *inputs, size_t count, struct nsearch_error *err) {
  merge->sources = memory_zero(count, sizeof *merge->sources);
  if (!merge->sources) return error_memory(err);
  merge->count = count;
  for (size_t s = 0; s < count; s++) {
    merge->sources[s].segment = inputs[s].segment;
    merge->sources[s].dropped = inputs[s].dropped;
  }
  return order_docs(merge, err);
}

static void merge_free(struct merge *merge) {
  for (size_t s = 0; merge->sources && s < merge->count; s++) {
    memory_free(merge->sources[s].doc_map);
    memory_free(merge->sources[s].numbers);
  }
  memory_free(merge->sources);
  memory_free(merge->order);
  memory_free(merge->meta);
  memory_free(merge->text_sources);
  memory_free(merge->ranges);
  for (unsigned i = 0; i < merge->desk_count; i++) desk_free(&merge->desks[i], merge->count);
  memory_free(merge->desks);
}

int merge_segments(struct merge_input *inputs, size_t count, const struct write_options *options, const char *path,
                   uint32_t *documents, struct nsearch_error *err) {
  assert(count > 0 && count <= UINT16_MAX);
  struct merge merge = {0};
  uint64_t languages = 0;
  for (size_t s = 0; s < count; s++) languages |= inputs[s].segment->info.languages;
  const struct segment_info *first = &inputs[0].segment->info;
  int status = merge_open(&merge, inputs, count, err);
  *documents = merge.documents;
  if (status || merge.documents == 0) goto out;
  status = segment_create(&merge.out, path, merge.meta, merge.documents, first->title_weight, first->has_text != 0,
                          languages, err);
  if (!status) status = merge_terms(&merge, options, err);
  if (!status) status = merge_columns(&merge, err);
out:;
  int finished = segment_finish(&merge.out, status == NSEARCH_OK, status ? NULL : err);
  merge_free(&merge);
  return status ? status : finished;
}
