/* Packs without what nobody reads any more. */
#include <string.h>

#include "indexer/native/native.h"

/* One of the two packs being written. */
struct copy {
  enum section section;
  size_t group_bytes;
  struct pack_out *pack;
  uint32_t number;
  struct buffer record;
};

static int copy_one(struct commit *commit, uint64_t place, struct copy *copy, uint64_t *to, struct nsearch_error *err) {
  *to = PLACE_NONE;
  if (place == PLACE_NONE) return NSEARCH_OK;
  buffer_clear(&copy->record);
  int status = pack_read(&commit->packs[place >> 48], place, &copy->record, err);
  if (!status && !copy->pack)
    status = writer_start_pack(commit->writer, &copy->pack, &copy->number, copy->group_bytes, err);
  return status ? status : pack_add(copy->pack, copy->record.bytes, copy->record.len, to, err);
}

static int copy_segment(struct commit *commit, size_t s, struct copy *copy, uint64_t **to, struct nsearch_error *err) {
  struct segment *segment = &commit->segments[s];
  struct places places;
  *to = memory_array(NULL, (size_t)segment->info.documents + 1, sizeof **to);
  int status = *to ? segment_places(segment, copy->section, &places, err) : error_memory(err);
  for (uint32_t d = 0; !status && d < segment->info.documents; d++) {
    if (commit->dropped[s][d / 64] >> d % 64 & 1) continue;
    status = copy_one(commit, places_at(&places, d), copy, &(*to)[d], err);
  }
  return status;
}

int repack(struct commit *commit, struct nsearch_error *err) {
  struct copy cards = {.section = SECTION_CARDS, .group_bytes = CARD_GROUP};
  struct copy texts = {.section = SECTION_TEXTS, .group_bytes = TEXT_GROUP};
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < commit->count; s++) {
    status = copy_segment(commit, s, &cards, &commit->cards[s], err);
    if (!status) status = copy_segment(commit, s, &texts, &commit->texts[s], err);
  }
  if (!status) status = writer_finish_pack(commit->writer, &cards.pack, cards.number, false, err);
  if (!status) status = writer_finish_pack(commit->writer, &texts.pack, texts.number, true, err);
  pack_finish(&cards.pack, false, NULL, NULL);
  pack_finish(&texts.pack, false, NULL, NULL);
  buffer_free(&cards.record);
  buffer_free(&texts.record);
  return status;
}
