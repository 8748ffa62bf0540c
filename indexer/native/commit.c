/* A commit, from its first step to its last: what is replaced or deleted is marked, segments that should be one are merged,
 * the manifest names what there is now. What it reads grows with what is new: old segments are mapped, and looked into by
 * hash; packs are opened when something in them is read. */
#include <string.h>

#include "indexer/native/native.h"

/* ---- What there is ------------------------------------------------------------------------------------------------- */

int commit_open(struct commit *commit, const struct manifest_segment *entry, bool fresh, struct nsearch_error *err) {
  int status = memory_reserve(&commit->segments, &commit->capacity, commit->count + 1, sizeof *commit->segments, err);
  if (status) return status;
  struct commit_segment *segment = &commit->segments[commit->count];
  *segment = (struct commit_segment){.entry = *entry, .fresh = fresh};
  char *path = segment_path(commit->writer->folder.path, entry->number);
  status = path ? segment_open(&segment->segment, path, err) : error_memory(err);
  memory_free(path);
  if (status) return status;
  commit->count++;
  segment->entry.documents = segment->segment.info.documents;
  segment->entry.bytes = segment->segment.file.map.len;
  return tombstones_of(&segment->segment.gone, commit->writer->folder.path, &segment->entry, err);
}

static int open_all(struct commit *commit, struct nsearch_error *err) {
  const struct engine_writer *writer = commit->writer;
  const struct manifest *manifest = &writer->folder.manifest;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < manifest->segment_count; i++)
    status = commit_open(commit, &manifest->segments[i], false, err);
  for (size_t i = 0; !status && i < writer->fresh_count; i++)
    status = commit_open(commit, &(struct manifest_segment){.number = writer->fresh[i]}, true, err);
  if (status) return status;
  commit->pack_count = manifest->pack_count;
  commit->packs = memory_zero(manifest->pack_count + 1, sizeof *commit->packs);
  return commit->packs ? NSEARCH_OK : error_memory(err);
}

static int open_pack(struct commit *commit, size_t i, struct nsearch_error *err) {
  const struct manifest_pack *entry = &commit->writer->folder.manifest.packs[i];
  char *path = pack_path(commit->writer->folder.path, entry->number);
  int status = path ? pack_open(&commit->packs[i], path, entry->bytes, err) : error_memory(err);
  memory_free(path);
  return status;
}

int commit_no_pack(const struct commit *commit, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s: an article lies in a pack that is not there; index again",
                   commit->writer->folder.path);
}

int commit_read(struct commit *commit, uint64_t place, struct buffer *out, struct nsearch_error *err) {
  const struct manifest *manifest = &commit->writer->folder.manifest;
  for (size_t i = 0; i < commit->pack_count; i++) {
    if (manifest->packs[i].number != place >> 48) continue;
    int status = commit->packs[i].path ? NSEARCH_OK : open_pack(commit, i, err);
    return status ? status : pack_read(&commit->packs[i], place, out, err);
  }
  return commit_no_pack(commit, err);
}

static void commit_free(struct commit *commit) {
  for (size_t s = 0; s < commit->count; s++) {
    segment_close(&commit->segments[s].segment);
    memory_free(commit->segments[s].cards);
    memory_free(commit->segments[s].texts);
  }
  for (size_t i = 0; commit->packs && i < commit->pack_count; i++) pack_close(&commit->packs[i]);
  memory_free(commit->segments);
  memory_free(commit->packs);
  memory_free(commit->replaced);
  manifest_free(&commit->next);
}

/* ---- The whole ----------------------------------------------------------------------------------------------------- */

static bool same_segment(const struct manifest_segment *a, const struct manifest_segment *b) {
  return a->number == b->number && a->tombstones == b->tombstones;
}

/* Nothing was added and nothing can go: the commit that there is stays. */
static bool is_same(const struct commit *commit) {
  const struct manifest *last = &commit->writer->folder.manifest, *next = &commit->next;
  if (commit->writer->fresh_count || next->segment_count != last->segment_count || next->pack_count != last->pack_count)
    return false;
  for (size_t i = 0; i < next->segment_count; i++)
    if (!same_segment(&next->segments[i], &last->segments[i])) return false;
  return true;
}

static void tell(const struct commit *commit, struct commit_report *report) {
  if (!report) return;
  report->deleted += commit->deleted;
  for (size_t i = 0; report->on_replaced && i < commit->replaced_count; i++)
    report->on_replaced(report->payload, commit->replaced[i].sequence, commit->replaced[i].by);
}

int commit_all(struct engine_writer *writer, unsigned how, struct commit_report *report, struct nsearch_error *err) {
  struct commit commit = {.writer = writer};
  int status = open_all(&commit, err);
  if (!status) status = replace_find(&commit, err);
  if (!status) status = repack(&commit, how, err);
  if (!status) status = compact(&commit, how, err);
  if (!status && !is_same(&commit)) status = folder_commit(&writer->folder, &commit.next, err);
  if (!status) tell(&commit, report);
  commit_free(&commit);
  return status;
}
