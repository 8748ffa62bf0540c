/* The invariants of a segment's dictionary and lists: order, numbers, bounds. */
#include <stdlib.h>
#include <string.h>

#include "common/store/segment_format.h"

/* A walk over all terms. */
struct list_check {
  struct segment *segment;
  const uint8_t *lengths;
  uint32_t *tfs;    /* of each document, the sum over exact terms so far */
  uint32_t *values; /* of each term, how often the columns of keywords say it */
  uint64_t lists_at, postings;
  uint32_t *positions;
  size_t room;
  char key[KEY_MAX]; /* of the term before */
  size_t key_len;
};

static int damaged(const struct list_check *check, const char *what, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED,
                   "%s: its %s contradict one another; restore the file from a copy or index again",
                   check->segment->file.path, what);
}

/* ---- Columns ------------------------------------------------------------------------------------------------------- */

static int count_column(struct list_check *check, const struct keyword_field *field, struct nsearch_error *err) {
  const struct segment_info *info = &check->segment->info;
  struct column column;
  int status = segment_column_open(check->segment, field, &column, err);
  for (uint32_t d = 0, before = 0; !status && column.width && d < info->documents; d++) {
    uint32_t end, i = column_first(&column, d, &end);
    if (column.starts &&
        (load_u32(column.starts + 4 * (size_t)d) != before || load_u32(column.starts + 4 * (size_t)d + 4) != end))
      return damaged(check, section_name(field->column), err);
    for (before = end; i < end; i++) {
      uint32_t number = column_value(&column, i);
      if (number >= info->terms) return damaged(check, section_name(field->column), err);
      check->values[number]++;
    }
  }
  return status;
}

/* ---- Lists --------------------------------------------------------------------------------------------------------- */

/* The bound of a list or block, which may be too high and never too low. */
static bool is_bound(const struct list_check *check, uint8_t bound, uint32_t doc, uint32_t tf) {
  const struct segment_info *info = &check->segment->info;
  double average = (double)info->length / info->documents, length = load_u32(check->lengths + 4 * (size_t)doc);
  double k = BM25_K1 * (1 - BM25_B + BM25_B * length / average);
  return bound / 255.0 * 1.00001 >= tf / (tf + k);
}

static int check_positions(struct list_check *check, const struct list_view *view, uint32_t block, const uint32_t *docs,
                           const uint32_t *freqs, uint32_t count, struct nsearch_error *err) {
  struct position_run run;
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; i++) total += freqs[i];
  int status = position_run_open(check->segment, view, block, total, &run, err);
  for (uint32_t i = 0; !status && i < count; i++) {
    status = memory_reserve(&check->positions, &check->room, freqs[i], sizeof *check->positions, err);
    if (!status) status = position_run_read(&run, check->positions, freqs[i], err);
    uint64_t last = 0,
             most = view->tag == TAG_TEXT ? load_u32(check->lengths + 4 * (size_t)docs[i]) + BODY_GAP : UINT32_MAX;
    for (uint32_t n = 0; !status && n < freqs[i]; n++) last += check->positions[n];
    if (!status && last >= most) status = damaged(check, "positions and lengths", err);
  }
  return status;
}

static int check_block(struct list_check *check, const struct list_view *view, uint32_t block, int64_t *before,
                       uint64_t *cf, struct nsearch_error *err) {
  uint32_t docs[BLOCK], freqs[BLOCK], count = view_block_size(view, block);
  struct block_place place;
  int status = list_block_docs(check->segment, view, block, docs, &place, err);
  if (!status) status = list_block_freqs(view, block, &place, freqs, err);
  for (uint32_t i = 0; !status && i < count; i++) {
    if ((int64_t)docs[i] <= *before) return damaged(check, "postings", err);
    *before = docs[i];
    *cf += freqs[i];
    if (view->tag == TAG_TEXT) check->tfs[docs[i]] += freqs[i];
    if (tag_has_freqs(view->tag) && (!is_bound(check, view->max, docs[i], freqs[i]) ||
                                     (view->skip_max && !is_bound(check, view->skip_max[block], docs[i], freqs[i]))))
      return damaged(check, "postings and their bounds", err);
  }
  if (!status && tag_has_positions(view->tag)) status = check_positions(check, view, block, docs, freqs, count, err);
  return status;
}

static int check_list(struct list_check *check, const struct term_entry *entry, struct nsearch_error *err) {
  struct list_view view;
  int64_t before = -1;
  uint64_t cf = 0;
  int status = segment_list(check->segment, entry, &view, err);
  for (uint32_t block = 0; !status && block < view.blocks; block++)
    status = check_block(check, &view, block, &before, &cf, err);
  return status || cf == entry->cf ? status : damaged(check, "dictionary and postings", err);
}

/* ---- Dictionary ---------------------------------------------------------------------------------------------------- */

static int check_key(struct list_check *check, const struct term_walk *walk, const struct term_entry *entry,
                     struct nsearch_error *err) {
  uint64_t prefix, lists_at;
  if (check->key_len && key_compare(check->key, check->key_len, walk->key, walk->key_len) >= 0)
    return damaged(check, "terms", err);
  memcpy(check->key, walk->key, walk->key_len);
  check->key_len = walk->key_len;
  if (entry->number % DICTIONARY_BLOCK) return NSEARCH_OK;
  int status = segment_index_entry(check->segment, entry->number / DICTIONARY_BLOCK, &prefix, &lists_at, err);
  if (!status && (prefix != key_prefix(walk->key, walk->key_len) || lists_at != check->lists_at))
    status = damaged(check, "terms and their index", err);
  return status;
}

static bool is_keyword(int tag) {
  for (int f = 0; f < KEYWORD_FIELDS; f++)
    if (keyword_fields[f].tag == tag) return true;
  return false;
}

static int check_term(struct list_check *check, const struct term_walk *walk, const struct term_entry *entry,
                      struct nsearch_error *err) {
  struct term_entry target;
  int status = check_key(check, walk, entry, err);
  if (status) return status;
  if (entry->alias_of != UINT32_MAX)
    return walk->key[0] == TAG_STEM ? segment_target(check->segment, entry->alias_of, &target, err)
                                    : damaged(check, "stems", err);
  if (!entry->inlined) check->lists_at += entry->positions_len + entry->postings_len;
  if (walk->key[0] == TAG_TEXT) check->postings += entry->df;
  if (entry->df == 0) return damaged(check, "dictionary and postings", err);
  if (check->values[entry->number] != (is_keyword(walk->key[0]) ? entry->df : 0))
    return damaged(check, "columns of keywords and postings", err);
  return check_list(check, entry, err);
}

/* What the lists add up to. */
static int check_sums(const struct list_check *check, struct nsearch_error *err) {
  const struct segment_info *info = &check->segment->info;
  uint64_t length = 0;
  for (uint32_t d = 0; d < info->documents; d++) {
    length += check->tfs[d];
    if (check->tfs[d] != load_u32(check->lengths + 4 * (size_t)d)) return damaged(check, "lengths and postings", err);
  }
  if (length != info->length || check->postings != info->postings ||
      check->lists_at != check->segment->sections[SECTION_LISTS].len)
    return damaged(check, "description and postings", err);
  return NSEARCH_OK;
}

int segment_check_lists(struct segment *segment, check_step step, void *payload, struct nsearch_error *err) {
  struct list_check check = {.segment = segment};
  struct term_walk walk;
  struct term_entry entry;
  bool more = true;
  check.tfs = memory_zero((size_t)segment->info.documents + 1, sizeof *check.tfs);
  check.values = memory_zero((size_t)segment->info.terms + 1, sizeof *check.values);
  check.lengths = segment_section(segment, SECTION_LENGTHS, err);
  int status = !check.tfs || !check.values                 ? error_memory(err)
               : segment->info.documents && !check.lengths ? NSEARCH_ERR_DAMAGED
                                                           : NSEARCH_OK;
  for (int f = 0; !status && f < KEYWORD_FIELDS; f++) status = count_column(&check, &keyword_fields[f], err);
  if (!status) status = term_walk_start(&walk, segment, "", 0, err);
  while (!status && more) {
    uint64_t before = check.lists_at;
    status = term_walk_next(&walk, &entry, &more, err);
    if (!status && more) status = check_term(&check, &walk, &entry, err);
    if (!status) status = step(payload, check.lists_at - before, err);
  }
  if (!status) status = check_sums(&check, err);
  memory_free(check.tfs);
  memory_free(check.values);
  memory_free(check.positions);
  return status;
}
