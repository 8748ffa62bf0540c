/* The packs of the next commit. An optimize counts what is in them and copies what stays out of those that are mostly of
 * articles that are gone; all other commits leave them alone. */
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

/* ---- What is in them ----------------------------------------------------------------------------------------------- */

/* Packs as they are in the manifest. */
struct census {
  uint32_t *index_of; /* by number: index + 1; 0: there is no such pack */
  uint64_t *live;     /* records */
  bool *anew;         /* what is live is written to another pack */
};

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
      status = commit_no_pack(commit, err);
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

/* A record of a pack, and whose it is. */
struct moving {
  uint64_t place;
  uint32_t segment, doc;
};

/* The pack of one kind that is being written. */
struct copy {
  enum section section;
  bool texts;
  struct pack_out *pack;
  struct moving *records; /* of one old pack */
  size_t count, capacity;
  struct buffer record;
};

static uint64_t *moved_places(struct commit *commit, const struct copy *copy, size_t s) {
  return copy->texts ? commit->segments[s].texts : commit->segments[s].cards;
}

/* Where all is before anything moves. */
static int note_places(struct commit *commit, const struct copy *copy, size_t s, struct nsearch_error *err) {
  struct commit_segment *segment = &commit->segments[s];
  uint32_t documents = segment->segment.info.documents;
  struct places places;
  uint64_t *moved = memory_array(NULL, (size_t)documents + 1, sizeof *moved);
  if (!moved) return error_memory(err);
  *(copy->texts ? &segment->texts : &segment->cards) = moved;
  int status = segment_places(&segment->segment, copy->section, &places, err);
  for (uint32_t d = 0; !status && d < documents; d++) moved[d] = places_at(&places, d);
  return status;
}

static int gather(struct commit *commit, uint32_t pack, struct copy *copy, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  copy->count = 0;
  for (uint32_t s = 0; s < commit->count; s++) {
    const struct segment *segment = &commit->segments[s].segment;
    const uint64_t *places = moved_places(commit, copy, s);
    for (uint32_t d = 0; !status && d < segment->info.documents; d++) {
      if (places[d] == PLACE_NONE || places[d] >> 48 != pack || tombstones_has(&segment->gone, d)) continue;
      status = memory_reserve(&copy->records, &copy->capacity, copy->count + 1, sizeof *copy->records, err);
      if (!status) copy->records[copy->count++] = (struct moving){places[d], s, d};
    }
  }
  return status;
}

/* Of one pack: by group, then by record. */
static uint64_t lies_at(uint64_t place) { return place << 24 | (place >> 40 & 0xff); }

static int moving_compare(const void *a, const void *b) {
  uint64_t x = lies_at(((const struct moving *)a)->place), y = lies_at(((const struct moving *)b)->place);
  return x < y ? -1 : x > y;
}

static int copy_record(struct commit *commit, struct copy *copy, const struct moving *record,
                       struct nsearch_error *err) {
  buffer_clear(&copy->record);
  int status = commit_read(commit, record->place, &copy->record, err);
  if (!status && !copy->pack) status = writer_start_pack(commit->writer, &copy->pack, copy->texts, true, err);
  uint64_t *to = &moved_places(commit, copy, record->segment)[record->doc];
  return status ? status : pack_add(copy->pack, copy->record.bytes, copy->record.len, to, err);
}

/* In the order in which they lie: it reads each group where the last one was, and what stood together stays together and
 * compresses as it did. */
static int copy_pack(struct commit *commit, uint32_t pack, struct copy *copy, struct nsearch_error *err) {
  int status = gather(commit, pack, copy, err);
  if (!status && copy->count) qsort(copy->records, copy->count, sizeof *copy->records, moving_compare);
  for (size_t i = 0; !status && i < copy->count; i++) status = copy_record(commit, copy, &copy->records[i], err);
  return status;
}

static int copy_kind(struct commit *commit, const struct census *census, struct copy copy, struct nsearch_error *err) {
  const struct manifest *manifest = &commit->writer->folder.manifest;
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < commit->count; s++) status = note_places(commit, &copy, s, err);
  for (size_t i = 0; !status && i < commit->pack_count; i++)
    if (census->anew[i] && manifest->packs[i].texts == copy.texts)
      status = copy_pack(commit, manifest->packs[i].number, &copy, err);
  if (!status) status = writer_finish_pack(commit->writer, &copy.pack, copy.texts, err);
  writer_drop_pack(commit->writer, &copy.pack);
  memory_free(copy.records);
  buffer_free(&copy.record);
  return status;
}

/* Packs of both kinds, where any of them is written anew. */
static int copy_packs(struct commit *commit, const struct census *census, struct nsearch_error *err) {
  bool any = false;
  for (size_t i = 0; i < commit->pack_count; i++) any |= census->anew[i];
  if (!any) return NSEARCH_OK;
  int status = copy_kind(commit, census, (struct copy){.section = SECTION_CARDS}, err);
  return status ? status : copy_kind(commit, census, (struct copy){.section = SECTION_TEXTS, .texts = true}, err);
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
