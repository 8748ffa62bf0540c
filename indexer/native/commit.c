/* A commit: what is replaced or deleted is found among all segments, old and fresh; they are merged into one without it;
 * the manifest names the new segment and the packs that its documents are in. */
#include <string.h>

#include "indexer/native/native.h"

/* ---- What there is ------------------------------------------------------------------------------------------------- */

static int open_segment(struct commit *commit, uint64_t number, struct nsearch_error *err) {
  size_t s = commit->count;
  char *path = segment_path(commit->writer->folder.path, number);
  int status = path ? segment_open(&commit->segments[s], path, err) : error_memory(err);
  memory_free(path);
  if (status) return status;
  commit->count++;
  commit->numbers[s] = number;
  commit->dropped[s] = memory_zero((size_t)commit->segments[s].info.documents / 64 + 1, sizeof(uint64_t));
  return commit->dropped[s] ? NSEARCH_OK : error_memory(err);
}

static int open_all(struct commit *commit, struct nsearch_error *err) {
  const struct engine_writer *writer = commit->writer;
  const struct manifest *manifest = &writer->folder.manifest;
  size_t count = manifest->segment_count + writer->fresh_count + 1;
  commit->old = manifest->segment_count;
  commit->numbers = memory_zero(count, sizeof *commit->numbers);
  commit->segments = memory_zero(count, sizeof *commit->segments);
  commit->dropped = memory_zero(count, sizeof *commit->dropped);
  commit->cards = memory_zero(count, sizeof *commit->cards);
  commit->texts = memory_zero(count, sizeof *commit->texts);
  commit->packs = memory_zero(PACK_MAX, sizeof *commit->packs);
  if (!commit->numbers || !commit->segments || !commit->dropped || !commit->cards || !commit->texts || !commit->packs)
    return error_memory(err);
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < commit->old; i++) status = open_segment(commit, manifest->segments[i].number, err);
  for (size_t i = 0; !status && i < writer->fresh_count; i++) status = open_segment(commit, writer->fresh[i], err);
  for (size_t i = 0; !status && i < manifest->pack_count; i++) {
    uint32_t number = manifest->packs[i].number;
    char *path = pack_path(writer->folder.path, number);
    status = path ? pack_open(&commit->packs[number], path, manifest->packs[i].bytes, err) : error_memory(err);
    memory_free(path);
  }
  return status;
}

static void commit_free(struct commit *commit) {
  for (size_t s = 0; s < commit->count; s++) {
    segment_close(&commit->segments[s]);
    memory_free(commit->dropped[s]);
    memory_free(commit->cards[s]);
    memory_free(commit->texts[s]);
  }
  for (size_t i = 0; commit->packs && i < PACK_MAX; i++) pack_close(&commit->packs[i]);
  memory_free(commit->numbers);
  memory_free(commit->segments);
  memory_free(commit->dropped);
  memory_free(commit->cards);
  memory_free(commit->texts);
  memory_free(commit->packs);
  manifest_free(&commit->next);
}

/* ---- Segments ------------------------------------------------------------------------------------------------------ */

static bool any_dropped(const struct commit *commit, size_t s) {
  for (size_t i = 0; i <= commit->segments[s].info.documents / 64; i++) {
    if (commit->dropped[s][i]) return true;
  }
  return false;
}

static int keep_segment(struct commit *commit, uint64_t number, uint32_t documents, struct nsearch_error *err) {
  struct manifest *next = &commit->next;
  int status =
      memory_reserve(&next->segments, &next->segment_capacity, next->segment_count + 1, sizeof *next->segments, err);
  if (status) return status;
  struct file_info info = {0};
  char *path = segment_path(commit->writer->folder.path, number);
  status = path ? file_stat(path, true, &info, err) : error_memory(err);
  memory_free(path);
  if (status) return status;
  next->segments[next->segment_count++] =
      (struct manifest_segment){.number = number, .documents = documents, .bytes = info.size};
  return NSEARCH_OK;
}

/* Merges `count` segments from `first` on into a new one. */
static int merge_range(struct commit *commit, size_t first, size_t count, struct nsearch_error *err) {
  uint64_t number = writer_number(commit->writer);
  uint32_t documents = 0;
  struct merge_input *inputs = memory_zero(count, sizeof *inputs);
  char *path = segment_path(commit->writer->folder.path, number);
  int status = inputs && path ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < count; i++) {
    size_t s = first + i;
    inputs[i].segment = &commit->segments[s];
    inputs[i].cards = commit->cards[s];
    inputs[i].texts = commit->texts[s];
    if (any_dropped(commit, s)) inputs[i].dropped = commit->dropped[s];
  }
  if (!status) status = merge_segments(inputs, count, &commit->writer->options, path, &documents, err);
  if (!status && documents) status = keep_segment(commit, number, documents, err);
  memory_free(inputs);
  memory_free(path);
  return status;
}

/* One segment of all, unless the test aid asks for small ones: then each stays, less what was dropped. */
static int choose_segments(struct commit *commit, unsigned how, struct nsearch_error *err) {
  bool anew = how & COMMIT_PURGE, small = commit->writer->options.segment_articles && !how;
  if (!small && (commit->count > 1 || (commit->count == 1 && (anew || any_dropped(commit, 0))))) {
    return merge_range(commit, 0, commit->count, err);
  }
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < commit->count; s++) {
    status = any_dropped(commit, s) ? merge_range(commit, s, 1, err)
                                    : keep_segment(commit, commit->numbers[s], commit->segments[s].info.documents, err);
  }
  return status;
}

/* ---- Packs --------------------------------------------------------------------------------------------------------- */

static int mark_packs(struct commit *commit, size_t s, enum section section, const uint64_t *moved, bool *used,
                      struct nsearch_error *err) {
  struct places places;
  int status = segment_places(&commit->segments[s], section, &places, err);
  for (uint32_t d = 0; !status && d < commit->segments[s].info.documents; d++) {
    if (commit->dropped[s][d / 64] >> d % 64 & 1) continue;
    used[(moved ? moved[d] : places_at(&places, d)) >> 48] = true;
  }
  return status;
}

/* Those that an article is in. */
static int choose_packs(struct commit *commit, struct nsearch_error *err) {
  const struct manifest *manifest = &commit->writer->folder.manifest;
  struct manifest *next = &commit->next;
  bool *used = memory_zero(PACK_MAX, sizeof *used);
  int status =
      used ? memory_reserve(&next->packs, &next->pack_capacity, manifest->pack_count + 1, sizeof *next->packs, err)
           : error_memory(err);
  for (size_t s = 0; !status && s < commit->count; s++) {
    status = mark_packs(commit, s, SECTION_CARDS, commit->cards[s], used, err);
    if (!status) status = mark_packs(commit, s, SECTION_TEXTS, commit->texts[s], used, err);
  }
  for (size_t i = 0; !status && i < manifest->pack_count; i++) {
    if (used[manifest->packs[i].number]) next->packs[next->pack_count++] = manifest->packs[i];
  }
  memory_free(used);
  return status;
}

/* ---- The whole ----------------------------------------------------------------------------------------------------- */

/* Nothing was merged and nothing can go: the commit that there is stays. */
static bool is_same(const struct commit *commit) {
  const struct manifest *last = &commit->writer->folder.manifest, *next = &commit->next;
  if (next->segment_count != last->segment_count || next->pack_count != last->pack_count) return false;
  for (size_t i = 0; i < next->segment_count; i++) {
    if (next->segments[i].number != last->segments[i].number) return false;
  }
  return true;
}

int commit_all(struct engine_writer *writer, unsigned how, struct commit_report *report, struct nsearch_error *err) {
  struct commit commit = {.writer = writer};
  int status = open_all(&commit, err);
  if (!status) status = replace_find(&commit, report, err);
  if (!status && (how & COMMIT_PURGE)) status = repack(&commit, err);
  if (!status) status = choose_segments(&commit, how, err);
  if (!status) status = choose_packs(&commit, err);
  if (!status && !is_same(&commit)) status = folder_commit(&writer->folder, &commit.next, err);
  commit_free(&commit);
  return status;
}
