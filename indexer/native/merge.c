/* Merging segments into one: documents are put in order, threads share out ranges of keys and merge the terms of each,
 * columns come last. Texts and cards stay where they are; only their places are copied. */
#include <assert.h>
#include <string.h>

#include "indexer/native/native.h"

/* Of lists in a range of keys, and more for each source, where finding the range has its price; of blocks of the
 * dictionaries, and one more for each source: their terms wait in memory, some 3 kB a block. Parts of the memory for lists
 * that wait. */
enum { RANGE_BYTES = 1 << 20, SOURCE_BYTES = 64 << 10, RANGE_BLOCKS = 512, MEMORY_SHARE = 8 };

/* ---- Ranges of keys ---------------------------------------------------------------------------------------------- */

static int add_range(struct merge *merge, const char *from, size_t len, struct nsearch_error *err) {
  int status =
      memory_reserve(&merge->ranges, &merge->range_capacity, merge->range_count + 1, sizeof *merge->ranges, err);
  if (status) return status;
  struct merge_range *range = &merge->ranges[merge->range_count++];
  *range = (struct merge_range){.len = len};
  memcpy(range->from, from, len);
  return NSEARCH_OK;
}

static uint64_t terms_bytes(const struct segment *segment) {
  return segment->sections[SECTION_LISTS].len + segment->sections[SECTION_TERMS].len;
}

/* Cuts the keys where the source with the most of lists and terms has about as much in each range. memory: of the lists
 * that were read and not let go. */
static int split_ranges(struct merge *merge, uint64_t memory, struct nsearch_error *err) {
  struct segment *widest = merge->sources[0].segment;
  uint64_t total = 0, blocks = 0, last = 0;
  uint32_t last_block = 0;
  for (size_t s = 0; s < merge->count; s++) {
    struct segment *segment = merge->sources[s].segment;
    total += segment->sections[SECTION_LISTS].len;
    blocks += segment->index_entries;
    if (terms_bytes(segment) > terms_bytes(widest)) widest = segment;
  }
  uint64_t range_bytes = RANGE_BYTES + merge->count * SOURCE_BYTES;
  uint64_t step = widest->sections[SECTION_LISTS].len / (total / range_bytes + 1) + 1;
  uint64_t block_step = widest->index_entries / (blocks / (RANGE_BLOCKS + merge->count) + 1);
  merge->forget_every = 1 + memory / range_bytes;
  int status = add_range(merge, "", 0, err);
  bool stems = false;
  for (uint32_t block = 1; !status && block < widest->index_entries; block++) {
    uint64_t prefix, at;
    status = segment_index_entry(widest, block, &prefix, &at, err);
    if (status || (at - last < step && block - last_block <= block_step && (stems || prefix >> 56 < TAG_STEM)))
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

/* ---- Terms, by several threads ----------------------------------------------------------------------------------- */

static int make_desks(struct merge *merge, unsigned threads, uint64_t memory, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  merge->desks = memory_zero(threads, sizeof *merge->desks);
  if (!merge->desks) return error_memory(err);
  while (!status && merge->desk_count < threads)
    status = merge_desk_open(&merge->desks[merge->desk_count++], merge, memory / threads, err);
  return status;
}

/* What was read of the sources' files counts as the process's memory until it is let go. */
static void forget_sources(const struct merge *merge) {
  for (size_t s = 0; s < merge->count; s++) file_forget(&merge->sources[s].segment->file.map);
}

static int run_range(void *payload, unsigned hand, size_t range, struct nsearch_error *err) {
  struct merge *merge = payload;
  int status = merge_desk_run(&merge->desks[hand], merge, range, err);
  if (atomic_fetch_add(&merge->merged, 1) % merge->forget_every == 0) forget_sources(merge);
  return status;
}

static void abandon(void *payload) { segment_abandon(((struct merge *)payload)->out); }

static int merge_terms(struct merge *merge, const struct write_options *options, struct nsearch_error *err) {
  for (size_t s = 0; s < merge->count; s++) {
    struct merge_source *source = &merge->sources[s];
    source->numbers = memory_array(NULL, (size_t)source->segment->info.terms + 1, sizeof *source->numbers);
    if (!source->numbers) return error_memory(err);
    memset(source->numbers, 0xff, source->segment->info.terms * sizeof *source->numbers); /* GONE */
  }
  int status = split_ranges(merge, options->memory / MEMORY_SHARE, err);
  if (status) return status;
  struct crew_work work = {.run = run_range, .abandon = abandon, .payload = merge, .tasks = merge->range_count};
  unsigned threads = options->threads < work.tasks ? options->threads : (unsigned)work.tasks;
  status = make_desks(merge, threads, options->memory / MEMORY_SHARE, err);
  forget_sources(merge);
  if (!status) status = crew_run(&work, threads, err);
  forget_sources(merge);
  return status;
}

/* ---- The whole --------------------------------------------------------------------------------------------------- */

static int merge_open(struct merge *merge, const struct merge_input *inputs, size_t count, struct nsearch_error *err) {
  merge->sources = memory_zero(count, sizeof *merge->sources);
  if (!merge->sources) return error_memory(err);
  merge->count = count;
  for (size_t s = 0; s < count; s++) {
    merge->sources[s].segment = inputs[s].segment;
    merge->sources[s].dropped = inputs[s].dropped;
    merge->sources[s].new_cards = inputs[s].cards;
    merge->sources[s].new_texts = inputs[s].texts;
  }
  return merge_order_docs(merge, err);
}

static void merge_free(struct merge *merge) {
  for (size_t s = 0; merge->sources && s < merge->count; s++) {
    memory_free(merge->sources[s].doc_map);
    memory_free(merge->sources[s].numbers);
  }
  memory_free(merge->sources);
  memory_free(merge->order);
  memory_free(merge->text_sources);
  memory_free(merge->ranges);
  for (unsigned i = 0; i < merge->desk_count; i++) merge_desk_free(&merge->desks[i], merge->count);
  memory_free(merge->desks);
}

static int merge_all(struct merge *merge, struct merge_input *inputs, size_t count, const struct write_options *options,
                     const char *path, struct nsearch_error *err) {
  assert(count > 0 && count <= UINT16_MAX);
  uint64_t languages = 0;
  for (size_t s = 0; s < count; s++) languages |= inputs[s].segment->info.languages;
  const struct segment_info *first = &inputs[0].segment->info;
  int status = merge_open(merge, inputs, count, err);
  if (status || merge->documents == 0) goto out;
  status =
      segment_create(&merge->out, path, merge_docs(merge), first->title_weight, first->has_text != 0, languages, err);
  if (!status) status = merge_terms(merge, options, err);
  if (!status) status = merge_columns(merge, err);
out:;
  int finished = segment_finish(&merge->out, status == NSEARCH_OK, status ? NULL : err);
  merge_free(merge);
  return status ? status : finished;
}

int merge_segments(struct merge_input *inputs, size_t count, const struct write_options *options, const char *path,
                   uint32_t *documents, struct nsearch_error *err) {
  struct merge merge = {0};
  int status = merge_all(&merge, inputs, count, options, path, err);
  *documents = merge.documents;
  return status;
}

int merge_pieces(struct merge_input *inputs, size_t count, const struct write_options *options, const char *path,
                 struct nsearch_error *err) {
  struct merge merge = {.in_pieces = true};
  return merge_all(&merge, inputs, count, options, path, err);
}
