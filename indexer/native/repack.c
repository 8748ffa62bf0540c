/* The packs of the next commit. An optimize counts what is in them and copies what stays out of those that are mostly of
 * articles that are gone; all other commits leave them alone. */
#include <string.h>

#include "indexer/native/native.h"

/* ---- What is in them ----------------------------------------------------------------------------------------------- */

/* Packs as they are in the manifest. */
struct census {
  uint32_t *index_of; /* by number: index + 1; 0: there is no such pack */
  uint64_t *live;     /* records */
  bool *anew;         /* what is live is written to another pack */
};

static int not_there(const struct commit *commit, struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s: an article lies in a pack that is not there; index again",
                   commit->writer->folder.path);
}

static int count_live(struct commit *commit, size_t s, enum section section, const struct census *census,
                      struct nsearch_error *err) {
  struct segment *segment = &commit->segments[s].segment;
  struct places places;
  int status = segment_places(segment, section, &places, err);
  for (uint32_t d = 0; !status && d < segment->info.documents; d++) {
    uint64_t place = tombstones_has(&segment->gone, d) ? PLACE_NONE : places_at(&places, d);
    if (place == PLACE_NONE) continue;
    uint32_t at = census->index_of[place >> 48];
    if (at)
      census->live[at - 1]++;
    else
      status = not_there(commit, err);
  }
  return status;
}

static int census_take(struct commit *commit, struct census *census, bool purge, struct nsearch_error *err) {
  const struct manifest *manifest = &commit->writer->folder.manifest;
  census->index_of = memory_zero(PACK_MAX, sizeof *census->index_of);
  census->live = memory_zero(commit->pack_count + 1, sizeof *census->live);
  census->anew = memory_zero(commit->pack_count + 1, sizeof *census->anew);
  int status = census->index_of && census->live && census->anew ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < commit->pack_count; i++)
    census->index_of[manifest->packs[i].number] = (uint32_t)i + 1;
  for (size_t s = 0; !status && s < commit->count; s++) {
    status = count_live(commit, s, SECTION_CARDS, census, err);
    if (!status) status = count_live(commit, s, SECTION_TEXTS, census, err);
  }
  for (size_t i = 0; !status && i < commit->pack_count; i++) {
    uint64_t live = census->live[i], records = manifest->packs[i].records;
    census->anew[i] = live && (purge ? live != records : live < records / 2);
  }
  return status;
}

static void census_free(struct census *census) {
  memory_free(census->index_of);
  memory_free(census->live);
  memory_free(census->anew);
}

/* ---- Copying ------------------------------------------------------------------------------------------------------- */

/* The pack of one kind that is being written. */
struct copy {
  enum section section;
  bool texts;
  struct pack_out *pack;
  struct buffer record;
};

/* The census has seen the place. */
static int copy_one(struct commit *commit, const struct census *census, uint64_t place, struct copy *copy, uint64_t *to,
                    struct nsearch_error *err) {
  *to = place;
  if (place == PLACE_NONE || !census->anew[census->index_of[place >> 48] - 1]) return NSEARCH_OK;
  buffer_clear(&copy->record);
  int status = commit_read(commit, place, &copy->record, err);
  if (!status && !copy->pack) status = writer_start_pack(commit->writer, &copy->pack, copy->texts, true, err);
  return status ? status : pack_add(copy->pack, copy->record.bytes, copy->record.len, to, err);
}

static int copy_segment(struct commit *commit, const struct census *census, size_t s, struct copy *copy, uint64_t **to,
                        struct nsearch_error *err) {
  struct segment *segment = &commit->segments[s].segment;
  struct places places;
  *to = memory_array(NULL, (size_t)segment->info.documents + 1, sizeof **to);
  int status = *to ? segment_places(segment, copy->section, &places, err) : error_memory(err);
  for (uint32_t d = 0; !status && d < segment->info.documents; d++) {
    if (tombstones_has(&segment->gone, d)) continue;
    status = copy_one(commit, census, places_at(&places, d), copy, &(*to)[d], err);
  }
  return status;
}

/* Packs of both kinds, where any of them is written anew. */
static int copy_packs(struct commit *commit, const struct census *census, struct nsearch_error *err) {
  struct copy cards = {.section = SECTION_CARDS}, texts = {.section = SECTION_TEXTS, .texts = true};
  bool any = false;
  int status = NSEARCH_OK;
  for (size_t i = 0; i < commit->pack_count; i++) any |= census->anew[i];
  for (size_t s = 0; any && !status && s < commit->count; s++) {
    struct commit_segment *segment = &commit->segments[s];
    status = copy_segment(commit, census, s, &cards, &segment->cards, err);
    if (!status) status = copy_segment(commit, census, s, &texts, &segment->texts, err);
  }
  if (!status) status = writer_finish_pack(commit->writer, &cards.pack, false, err);
  if (!status) status = writer_finish_pack(commit->writer, &texts.pack, true, err);
  writer_drop_pack(commit->writer, &cards.pack);
  writer_drop_pack(commit->writer, &texts.pack);
  buffer_free(&cards.record);
  buffer_free(&texts.record);
  return status;
}

/* ---- The whole ----------------------------------------------------------------------------------------------------- */

/* census NULL: all of them stay. */
static int name_packs(struct commit *commit, const struct census *census, struct nsearch_error *err) {
  const struct manifest *manifest = &commit->writer->folder.manifest;
  struct manifest *next = &commit->next;
  int status = memory_reserve(&next->packs, &next->pack_capacity, manifest->pack_count + 1, sizeof *next->packs, err);
  for (size_t i = 0; !status && i < manifest->pack_count; i++) {
    bool goes = census && i < commit->pack_count && (census->live[i] == 0 || census->anew[i]);
    if (!goes) next->packs[next->pack_count++] = manifest->packs[i];
  }
  return status;
}

static bool any_live(const struct commit *commit) {
  for (size_t s = 0; s < commit->count; s++)
    if (commit->segments[s].segment.gone.count < commit->segments[s].entry.documents) return true;
  return false;
}

int repack(struct commit *commit, unsigned how, struct nsearch_error *err) {
  struct census census = {0};
  if (!how && any_live(commit)) return name_packs(commit, NULL, err);
  int status = census_take(commit, &census, how & COMMIT_PURGE, err);
  if (!status) status = copy_packs(commit, &census, err);
  if (!status) status = name_packs(commit, &census, err);
  census_free(&census);
  return status;
}
