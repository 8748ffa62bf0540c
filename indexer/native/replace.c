/* Which articles a later one with the same id replaces, and which are deleted: (hash of id, sequence) pairs sorted,
 * neighbours compared. A part of the hashes is looked at in one go, which bounds the memory. */
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

/* To an id: by an article, whose sequence is 0 when it was committed before, or by a deletion. */
#define DELETION UINT32_MAX
struct claim {
  uint64_t id_hash, sequence;
  uint32_t segment, doc; /* DELETION, and which one */
};

/* What is looked at in a segment. */
struct claimant {
  uint32_t documents;
  const uint8_t *ids;
  struct packed_column sequences;
  struct places cards;
};

struct search {
  const struct commit *commit;
  struct claimant *claimants; /* by segment */
  struct claim *claims;
  size_t claim_count, claim_capacity;
  struct nsearch_article *articles[2];
  struct buffer card;
};

static int search_open(struct search *search, struct nsearch_error *err) {
  struct segment *segments = search->commit->segments;
  search->claimants = memory_zero(search->commit->count + 1, sizeof *search->claimants);
  for (int i = 0; i < 2; i++) search->articles[i] = nsearch_article_new();
  if (!search->claimants || !search->articles[0] || !search->articles[1]) return error_memory(err);
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < search->commit->count; s++) {
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

static int claim(struct search *search, struct claim claim, struct nsearch_error *err) {
  int status =
      memory_reserve(&search->claims, &search->claim_capacity, search->claim_count + 1, sizeof *search->claims, err);
  if (!status) search->claims[search->claim_count++] = claim;
  return status;
}

/* All claims whose hash is `part` above the shift. */
static int collect(struct search *search, uint64_t part, unsigned shift, struct nsearch_error *err) {
  const struct deletions *deletions = &search->commit->writer->deletions;
  int status = NSEARCH_OK;
  search->claim_count = 0;
  for (uint32_t s = 0; s < search->commit->count; s++) {
    const struct claimant *claimant = &search->claimants[s];
    bool old = s < search->commit->old;
    for (uint32_t d = 0; !status && d < claimant->documents; d++) {
      uint64_t hash = load_u64(claimant->ids + 8 * (size_t)d);
      if (hash >> shift != part) continue;
      uint64_t sequence = old ? 0 : packed_column_at(&claimant->sequences, d);
      status = claim(search, (struct claim){hash, sequence, s, d}, err);
    }
  }
  for (uint32_t i = 0; !status && i < deletions->count; i++) {
    const struct deletion *deletion = &deletions->items[i];
    if (deletion->hash >> shift == part)
      status = claim(search, (struct claim){deletion->hash, deletion->sequence, DELETION, i}, err);
  }
  return status;
}

static int claim_compare(const void *a, const void *b) {
  const struct claim *x = a, *y = b;
  if (x->id_hash != y->id_hash) return x->id_hash < y->id_hash ? -1 : 1;
  return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* *id lives until the article is used again. */
static int read_id(struct search *search, const struct claim *claim, struct nsearch_article *article, const char **id,
                   size_t *len, struct nsearch_error *err) {
  if (claim->segment == DELETION) {
    const struct deletion *deletion = &search->commit->writer->deletions.items[claim->doc];
    *id = deletion->id;
    *len = deletion->len;
    return NSEARCH_OK;
  }
  uint64_t place = places_at(&search->claimants[claim->segment].cards, claim->doc);
  buffer_clear(&search->card);
  int status = pack_read(&search->commit->packs[place >> 48], place, &search->card, err);
  if (!status) status = article_decode_card(article, (const uint8_t *)search->card.bytes, search->card.len, err);
  if (!status) *id = article_get(article, ARTICLE_ID, len);
  return status;
}

static int same_id(struct search *search, const struct claim *a, const struct claim *b, bool *same,
                   struct nsearch_error *err) {
  size_t a_len, b_len;
  const char *a_id, *b_id;
  int status = read_id(search, a, search->articles[0], &a_id, &a_len, err);
  if (!status) status = read_id(search, b, search->articles[1], &b_id, &b_len, err);
  if (!status) *same = a_len == b_len && memcmp(a_id, b_id, a_len) == 0;
  return status;
}

static bool is_hashed(const struct search *search, const struct claim *claim) {
  return claim->segment == DELETION && !search->commit->writer->deletions.items[claim->doc].id;
}

/* Whether a later claim of the run is to the id of run[i]. A deletion by hash is, unless articles of two ids are there. */
static int claims_same(struct search *search, const struct claim *run, size_t len, size_t i, size_t j, bool *same,
                       struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *same = true;
  if (!is_hashed(search, &run[j])) return same_id(search, &run[i], &run[j], same, err);
  for (size_t k = 0; !status && *same && k < len; k++)
    if (k != i && run[k].segment != DELETION) status = same_id(search, &run[i], &run[k], same, err);
  return status;
}

/* Within a run of equal hashes, whatever has a later article of the same id is replaced, and else, where there is a later
 * deletion of it, deleted. Runs are of one but for these, so looking at pairs of a run costs nothing. */
static int drop_from_run(struct search *search, const struct claim *run, size_t len, struct commit_report *report,
                         struct nsearch_error *err) {
  for (size_t i = 0; i + 1 < len; i++) {
    const struct claim *by = NULL;
    if (run[i].segment == DELETION) continue;
    for (size_t j = i + 1; j < len && (!by || by->segment == DELETION); j++) {
      bool same = false;
      int status = by && run[j].segment == DELETION ? NSEARCH_OK : claims_same(search, run, len, i, j, &same, err);
      if (status) return status;
      if (same) by = &run[j];
    }
    if (!by) continue;
    search->commit->dropped[run[i].segment][run[i].doc / 64] |= UINT64_C(1) << run[i].doc % 64;
    if (!report) continue;
    if (by->segment == DELETION)
      report->deleted++;
    else if (report->on_replaced)
      report->on_replaced(report->payload, run[i].sequence, by->sequence);
  }
  return NSEARCH_OK;
}

int replace_find(const struct commit *commit, struct commit_report *report, struct nsearch_error *err) {
  struct search search = {.commit = commit};
  uint64_t total = commit->writer->deletions.count;
  for (size_t s = 0; s < commit->count; s++) total += commit->segments[s].info.documents;
  const struct hash_parts parts = hash_parts_of(total);
  int status = search_open(&search, err);
  for (uint64_t p = 0; !status && p < parts.count; p++) {
    status = collect(&search, p, parts.shift, err);
    if (!status && search.claim_count) qsort(search.claims, search.claim_count, sizeof *search.claims, claim_compare);
    for (size_t i = 0; !status && i < search.claim_count;) {
      size_t end = i + 1;
      while (end < search.claim_count && search.claims[end].id_hash == search.claims[i].id_hash) end++;
      status = drop_from_run(&search, search.claims + i, end - i, report, err);
      i = end;
    }
  }
  search_free(&search);
  return status;
}
