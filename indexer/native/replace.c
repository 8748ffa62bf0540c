/* Which articles a later one with the same id replaces: (hash of id, sequence) pairs sorted, neighbours compared. A part
 * of the hashes is looked at in one go, which bounds the memory. */
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

struct claim {
  uint64_t id_hash, sequence;
  uint32_t segment, doc;
};

/* What is looked at in a segment. */
struct claimant {
  uint32_t documents;
  const uint8_t *ids;
  struct packed_column sequences;
  struct places cards;
};

struct search {
  struct claimant *claimants; /* by segment */
  size_t count;
  struct claim *claims;
  size_t claim_count, claim_capacity;
  const struct pack *packs;
  struct nsearch_article *articles[2];
  struct buffer card;
};

static int search_open(struct search *search, struct segment *segments, struct nsearch_error *err) {
  search->claimants = memory_zero(search->count, sizeof *search->claimants);
  for (int i = 0; i < 2; i++) search->articles[i] = nsearch_article_new();
  if (!search->claimants || !search->articles[0] || !search->articles[1]) return error_memory(err);
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < search->count; s++) {
    struct claimant *claimant = &search->claimants[s];
    claimant->documents = segments[s].info.documents;
    claimant->ids = segment_section(&segments[s], SECTION_ID_HASHES, err);
    if (!claimant->ids && claimant->documents) return NSEARCH_ERR_DAMAGED;
    status = segment_packed(&segments[s], SECTION_SEQUENCES, &claimant->sequences, err);
    if (!status) status = segment_places(&segments[s], SECTION_CARDS, &claimant->cards, err);
  }
  return status;
}

static void search_free(struct search *search) {
  buffer_free(&search->card);
  for (int i = 0; i < 2; i++) nsearch_article_free(search->articles[i]);
  memory_free(search->claimants);
  memory_free(search->claims);
}

/* All claims whose hash is `part` above the shift. */
static int collect(struct search *search, uint64_t part, unsigned shift, struct nsearch_error *err) {
  search->claim_count = 0;
  for (uint32_t s = 0; s < search->count; s++) {
    const struct claimant *claimant = &search->claimants[s];
    for (uint32_t d = 0; d < claimant->documents; d++) {
      uint64_t hash = load_u64(claimant->ids + 8 * (size_t)d);
      if (hash >> shift != part) continue;
      int status = memory_reserve(&search->claims, &search->claim_capacity, search->claim_count + 1,
                                  sizeof *search->claims, err);
      if (status) return status;
      search->claims[search->claim_count++] = (struct claim){hash, packed_column_at(&claimant->sequences, d), s, d};
    }
  }
  return NSEARCH_OK;
}

static int claim_compare(const void *a, const void *b) {
  const struct claim *x = a, *y = b;
  if (x->id_hash != y->id_hash) return x->id_hash < y->id_hash ? -1 : 1;
  return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static int read_id(struct search *search, const struct claim *claim, struct nsearch_article *article,
                   struct nsearch_error *err) {
  uint64_t place = places_at(&search->claimants[claim->segment].cards, claim->doc);
  buffer_clear(&search->card);
  int status = pack_read(&search->packs[place >> 48], place, &search->card, err);
  if (status) return status;
  return article_decode_card(article, (const uint8_t *)search->card.bytes, search->card.len, err);
}

static int same_id(struct search *search, const struct claim *a, const struct claim *b, bool *same,
                   struct nsearch_error *err) {
  int status = read_id(search, a, search->articles[0], err);
  if (!status) status = read_id(search, b, search->articles[1], err);
  if (status) return status;
  size_t len[2];
  const char *id[2];
  for (int i = 0; i < 2; i++) id[i] = article_get(search->articles[i], ARTICLE_ID, &len[i]);
  *same = len[0] == len[1] && memcmp(id[0], id[1], len[0]) == 0;
  return NSEARCH_OK;
}

/* Within a run of equal hashes, whatever has a later claim of the same id is replaced. Runs are of one but for
 * replacements, so looking at every pair of a run costs nothing. */
static int drop_replaced(struct search *search, const struct claim *run, size_t len, uint64_t **dropped,
                         const struct commit_report *report, struct nsearch_error *err) {
  for (size_t i = 0; i + 1 < len; i++) {
    bool same = false;
    for (size_t j = len - 1; j > i && !same; j--) {
      int status = same_id(search, &run[i], &run[j], &same, err);
      if (status) return status;
    }
    if (!same) continue;
    dropped[run[i].segment][run[i].doc / 64] |= UINT64_C(1) << run[i].doc % 64;
    if (report && report->on_replaced) report->on_replaced(report->payload, run[i].sequence);
  }
  return NSEARCH_OK;
}

int replace_find(struct segment *segments, size_t count, uint64_t **dropped, const struct pack *packs,
                 const struct commit_report *report, struct nsearch_error *err) {
  struct search search = {.count = count, .packs = packs};
  uint64_t total = 0;
  for (size_t s = 0; s < count; s++) total += segments[s].info.documents;
  const struct hash_parts parts = hash_parts_of(total);
  int status = search_open(&search, segments, err);
  for (uint64_t p = 0; !status && p < parts.count; p++) {
    status = collect(&search, p, parts.shift, err);
    if (!status && search.claim_count) qsort(search.claims, search.claim_count, sizeof *search.claims, claim_compare);
    for (size_t i = 0; !status && i < search.claim_count;) {
      size_t end = i + 1;
      while (end < search.claim_count && search.claims[end].id_hash == search.claims[i].id_hash) end++;
      status = drop_replaced(&search, search.claims + i, end - i, dropped, report, err);
      i = end;
    }
  }
  search_free(&search);
  return status;
}
