/* Merging segments: documents interleave in the total order, then terms merge in key order, each list decoded and
 * encoded again with new document numbers. Stored stem lists interleave like all others: nothing is stemmed again.
 * Texts and cards stay where they are; only their places are copied. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "indexer/native/native.h"

#define GONE UINT32_MAX

/* One source's list as it is read. */
struct list_source {
  struct list_view view;
  uint32_t block, next, size;
  bool positions;
  uint32_t docs[BLOCK], freqs[BLOCK];
  struct position_run run;
};

struct merge_source {
  struct segment *segment;
  const uint64_t *dropped;
  uint32_t *doc_map; /* old document -> new, GONE */
  uint32_t *numbers; /* old term -> new, GONE */
  struct term_walk walk;
  struct term_entry entry;
  bool has_term;
  struct list_source list;
};

struct merge_place {
  uint32_t source, doc;
};

struct merge {
  struct merge_source *sources;
  size_t count;
  struct merge_place *order; /* new document -> where it comes from */
  struct segment_doc *meta;
  uint32_t documents;
  uint16_t *text_sources; /* new text term -> how many sources it came from */
  uint32_t *active;       /* sources that have the term at hand */
  uint64_t *heap;         /* next document << 16 | source */
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
    if (!*wanted[i].to && segment->info.documents) return NSEARCH_ERR_DAMAGED;
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
  to->text = load_u64(from->texts + at8);
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

static int source_block(struct merge_source *source, struct nsearch_error *err) {
  struct list_source *list = &source->list;
  struct block_place place;
  int status = list_block_docs(source->segment, &list->view, list->block, list->docs, &place, err);
  if (!status) status = list_block_freqs(&list->view, list->block, &place, list->freqs, err);
  if (status) return status;
  list->size = view_block_size(&list->view, list->block);
  list->next = 0;
  if (!list->positions) return NSEARCH_OK;
  uint64_t total = 0;
  for (uint32_t i = 0; i < list->size; i++) total += list->freqs[i];
  return position_run_open(source->segment, &list->view, list->block, total, &list->run, err);
}

/* Moves to the next document that stays; *doc is its new number, GONE at the end of the list. */
static int source_seek(struct merge_source *source, uint32_t *doc, struct nsearch_error *err) {
  struct list_source *list = &source->list;
  for (;; list->next++) {
    if (list->next == list->size) {
      *doc = GONE;
      if (++list->block == list->view.blocks) return NSEARCH_OK;
      int status = source_block(source, err);
      if (status) return status;
    }
    *doc = source->doc_map[list->docs[list->next]];
    if (*doc != GONE) return NSEARCH_OK;
    if (list->positions) {
      int status = position_run_skip(&list->run, list->freqs[list->next], err);
      if (status) return status;
    }
  }
}

static int source_open(struct merge_source *source, uint8_t tag, uint32_t *doc, struct nsearch_error *err) {
  struct list_source *list = &source->list;
  struct term_entry target;
  const struct term_entry *entry = &source->entry;
  if (entry->alias_of != UINT32_MAX) {
    int status = segment_target(source->segment, entry->alias_of, &target, err);
    if (status) return status;
    entry = &target;
  }
  int status = segment_list(source->segment, entry, &list->view, err);
  if (status) return status;
  list->positions = tag_has_positions(tag);
  list->block = 0;
  status = source_block(source, err);
  return status ? status : source_seek(source, doc, err);
}

/* Copies the source's posting at hand and moves on. */
static int source_take(struct merge_source *source, struct list_writer *out, uint32_t *doc, struct nsearch_error *err) {
  struct list_source *list = &source->list;
  uint32_t freq = list->freqs[list->next];
  int status = list_add(out, *doc, freq, err);
  if (!status && list->positions) {
    uint32_t *gaps = list_gaps(out, freq, err);
    status = gaps ? position_run_read(&list->run, gaps, freq, err) : NSEARCH_ERR_MEMORY;
  }
  list->next++;
  return status ? status : source_seek(source, doc, err);
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

static int merge_lists(struct merge *merge, size_t active, uint8_t tag, struct list_writer *out,
                       struct nsearch_error *err) {
  size_t held = 0;
  uint32_t doc;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < active; i++) {
    status = source_open(&merge->sources[merge->active[i]], tag, &doc, err);
    if (!status && doc != GONE) heap_add(merge->heap, held++, (uint64_t)doc << 16 | merge->active[i]);
  }
  while (!status && held > 0) {
    uint64_t top = merge->heap[0];
    doc = (uint32_t)(top >> 16);
    status = source_take(&merge->sources[top & 0xffff], out, &doc, err);
    merge->heap[0] = doc == GONE ? merge->heap[--held] : (uint64_t)doc << 16 | (top & 0xffff);
    if (held > 1) heap_down(merge->heap, held);
  }
  return status;
}

/* ---- Terms -------------------------------------------------------------------------------------------------------------- */

static int compare_walks(const struct term_walk *a, const struct term_walk *b) {
  return key_compare(a->key, a->key_len, b->key, b->key_len);
}

/* The sources whose key at hand is the smallest. */
static size_t find_active(struct merge *merge) {
  size_t active = 0;
  for (uint32_t s = 0; s < merge->count; s++) {
    if (!merge->sources[s].has_term) continue;
    int order = active ? compare_walks(&merge->sources[s].walk, &merge->sources[merge->active[0]].walk) : -1;
    if (order < 0) active = 0;
    if (order <= 0) merge->active[active++] = s;
  }
  return active;
}

/* The text term whose list the merged stem's is: when the stem is that term's alias wherever either of them occurs. */
static uint32_t alias_target(const struct merge *merge, size_t active) {
  uint32_t target = GONE;
  for (size_t i = 0; i < active; i++) {
    const struct merge_source *source = &merge->sources[merge->active[i]];
    if (source->entry.alias_of == UINT32_MAX) return GONE;
    uint32_t number = source->numbers[source->entry.alias_of];
    if (i > 0 && number != target) return GONE;
    target = number;
  }
  return target != GONE && merge->text_sources[target] == active ? target : GONE;
}

static int merge_term(struct merge *merge, size_t active, struct nsearch_error *err) {
  const struct term_walk *walk = &merge->sources[merge->active[0]].walk;
  uint8_t tag = (uint8_t)walk->key[0];
  uint32_t number = segment_next_term(merge->out), target = tag == TAG_STEM ? alias_target(merge, active) : GONE;
  int status;
  if (target != GONE) {
    status = segment_term_alias(merge->out, walk->key, walk->key_len, target, err);
  } else {
    status = merge_lists(merge, active, tag, segment_term_begin(merge->out, tag), err);
    if (!status) status = segment_term_end(merge->out, walk->key, walk->key_len, &number, err);
  }
  if (tag == TAG_TEXT && number != GONE) merge->text_sources[number] = (uint16_t)active;
  for (size_t i = 0; !status && i < active; i++) {
    struct merge_source *source = &merge->sources[merge->active[i]];
    source->numbers[source->entry.number] = number;
    status = term_walk_next(&source->walk, &source->entry, &source->has_term, err);
  }
  return status;
}

static int merge_terms(struct merge *merge, struct nsearch_error *err) {
  size_t terms = 0;
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < merge->count; s++) {
    struct merge_source *source = &merge->sources[s];
    terms += source->segment->info.terms;
    source->numbers = memory_array(NULL, (size_t)source->segment->info.terms + 1, sizeof *source->numbers);
    if (!source->numbers) return error_memory(err);
    memset(source->numbers, 0xff, source->segment->info.terms * sizeof *source->numbers); /* GONE */
    status = term_walk_start(&source->walk, source->segment, "", 0, err);
    if (!status) status = term_walk_next(&source->walk, &source->entry, &source->has_term, err);
  }
  merge->text_sources = memory_zero(terms + 1, sizeof *merge->text_sources);
  if (!status && !merge->text_sources) status = error_memory(err);
  while (!status) {
    size_t active = find_active(merge);
    if (active == 0) break;
    status = merge_term(merge, active, err);
  }
  return status;
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
  merge->active = memory_array(NULL, count, sizeof *merge->active);
  merge->heap = memory_array(NULL, count + 1, sizeof *merge->heap);
  if (!merge->sources || !merge->active || !merge->heap) return error_memory(err);
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
  memory_free(merge->active);
  memory_free(merge->heap);
}

int merge_segments(struct merge_input *inputs, size_t count, const char *path, uint32_t *documents,
                   struct nsearch_error *err) {
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
  if (!status) status = merge_terms(&merge, err);
  if (!status) status = merge_columns(&merge, err);
out:;
  int finished = segment_finish(&merge.out, status == NSEARCH_OK, status ? NULL : err);
  merge_free(&merge);
  return status ? status : finished;
}
