/* Which articles a later one with the same id replaces, and which are deleted. What is new, articles of fresh segments and
 * deletions, is sorted by (hash of id, sequence) and looked up in the old segments, which have an order by hash: the cost is
 * that of what is new. A part of the hashes is looked at in one go, which bounds the memory. */
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

/* To an id: by an article, whose sequence is 0 when it was committed before, or by a deletion. */
#define DELETION UINT32_MAX
struct claim {
  uint64_t id_hash, sequence;
  uint32_t segment, doc; /* DELETION, and which one */
};

struct claims {
  struct claim *items;
  size_t count, capacity;
};

/* What is looked at in a segment. */
struct claimant {
  const uint8_t *ids; /* of a fresh one */
  struct packed_column sequences;
  struct hash_order order; /* of an old one */
  uint32_t place;          /* in its order: hashes before it were looked at */
  struct places cards;
};

struct search {
  struct commit *commit;
  struct claimant *claimants; /* by segment */
  struct claims fresh;        /* of a part of the hashes */
  struct claims run;          /* all of one hash: those of old segments, then the fresh ones by sequence */
  struct nsearch_article *articles[2];
  struct buffer card;
};

/* ---- Claims -------------------------------------------------------------------------------------------------------- */

static int open_claimant(struct commit_segment *of, struct claimant *claimant, struct nsearch_error *err) {
  struct segment *segment = &of->segment;
  int status = segment_places(segment, SECTION_CARDS, &claimant->cards, err);
  if (status || !of->fresh) return status ? status : segment_hash_order(segment, false, &claimant->order, err);
  claimant->ids = segment_section(segment, SECTION_ID_HASHES, err);
  if (!claimant->ids && segment->info.documents) return NSEARCH_ERR_DAMAGED;
  return segment_packed(segment, SECTION_SEQUENCES, &claimant->sequences, err);
}

static int search_open(struct search *search, struct nsearch_error *err) {
  struct commit *commit = search->commit;
  search->claimants = memory_zero(commit->count + 1, sizeof *search->claimants);
  for (int i = 0; i < 2; i++) search->articles[i] = nsearch_article_new();
  if (!search->claimants || !search->articles[0] || !search->articles[1]) return error_memory(err);
  int status = NSEARCH_OK;
  for (size_t s = 0; !status && s < commit->count; s++)
    status = open_claimant(&commit->segments[s], &search->claimants[s], err);
  return status;
}

static void search_free(struct search *search) {
  buffer_free(&search->card);
  for (int i = 0; i < 2; i++) nsearch_article_free(search->articles[i]);
  memory_free(search->claimants);
  memory_free(search->fresh.items);
  memory_free(search->run.items);
}

static int claim(struct claims *claims, struct claim claim, struct nsearch_error *err) {
  int status = memory_reserve(&claims->items, &claims->capacity, claims->count + 1, sizeof *claims->items, err);
  if (!status) claims->items[claims->count++] = claim;
  return status;
}

/* All fresh claims whose hash is `part` above the shift. */
static int collect(struct search *search, uint64_t part, unsigned shift, struct nsearch_error *err) {
  const struct deletions *deletions = &search->commit->writer->deletions;
  int status = NSEARCH_OK;
  search->fresh.count = 0;
  for (uint32_t s = 0; s < search->commit->count; s++) {
    const struct claimant *claimant = &search->claimants[s];
    const struct commit_segment *segment = &search->commit->segments[s];
    for (uint32_t d = 0; segment->fresh && !status && d < segment->entry.documents; d++) {
      uint64_t hash = load_u64(claimant->ids + 8 * (size_t)d);
      if (hash >> shift != part) continue;
      status = claim(&search->fresh, (struct claim){hash, packed_column_at(&claimant->sequences, d), s, d}, err);
    }
  }
  for (uint32_t i = 0; !status && i < deletions->count; i++) {
    const struct deletion *deletion = &deletions->items[i];
    if (deletion->hash >> shift == part)
      status = claim(&search->fresh, (struct claim){deletion->hash, deletion->sequence, DELETION, i}, err);
  }
  return status;
}

static int claim_compare(const void *a, const void *b) {
  const struct claim *x = a, *y = b;
  if (x->id_hash != y->id_hash) return x->id_hash < y->id_hash ? -1 : 1;
  return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* Articles of old segments that have the hash and are not gone. Hashes come in ascending order. */
static int look_up(struct search *search, uint64_t hash, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (uint32_t s = 0; !status && s < search->commit->count; s++) {
    struct claimant *claimant = &search->claimants[s];
    const struct commit_segment *segment = &search->commit->segments[s];
    if (segment->fresh) continue;
    claimant->place = hash_order_seek(&claimant->order, claimant->place, hash);
    uint32_t doc, at = claimant->place;
    for (; !status && (doc = hash_order_doc(&claimant->order, at, hash)) != UINT32_MAX; at++) {
      if (tombstones_has(&segment->segment.gone, doc)) continue;
      status = claim(&search->run, (struct claim){hash, 0, s, doc}, err);
    }
  }
  return status;
}

/* ---- Ids ----------------------------------------------------------------------------------------------------------- */

static const struct deletion *deletion_of(const struct search *search, const struct claim *claim) {
  return &search->commit->writer->deletions.items[claim->doc];
}

/* Known by its hash alone. */
static bool is_hashed(const struct search *search, const struct claim *claim) {
  return claim->segment == DELETION && !deletion_of(search, claim)->id;
}

/* *id lives until the article is used again. */
static int read_id(struct search *search, const struct claim *claim, struct nsearch_article *article, const char **id,
                   size_t *len, struct nsearch_error *err) {
  if (claim->segment == DELETION) {
    *id = deletion_of(search, claim)->id;
    *len = deletion_of(search, claim)->len;
    return NSEARCH_OK;
  }
  uint64_t place = places_at(&search->claimants[claim->segment].cards, claim->doc);
  buffer_clear(&search->card);
  int status = commit_read(search->commit, place, &search->card, err);
  if (!status) status = article_decode_card(article, (const uint8_t *)search->card.bytes, search->card.len, err);
  if (!status) *id = article_get(article, ARTICLE_ID, len);
  return status;
}

/* A deletion by hash has the id of all articles of its run, or is not in it. */
static int same_id(struct search *search, const struct claim *a, const struct claim *b, bool *same,
                   struct nsearch_error *err) {
  size_t a_len, b_len;
  const char *a_id, *b_id;
  *same = is_hashed(search, a) || is_hashed(search, b);
  if (*same) return NSEARCH_OK;
  int status = read_id(search, a, search->articles[0], &a_id, &a_len, err);
  if (!status) status = read_id(search, b, search->articles[1], &b_id, &b_len, err);
  if (!status) *same = a_len == b_len && memcmp(a_id, b_id, a_len) == 0;
  return status;
}

/* ---- A run of one hash --------------------------------------------------------------------------------------------- */

/* Takes the deletions by hash out of the run where its articles have several ids: nobody knows which one was meant. */
static int settle_hashed(struct search *search, struct nsearch_error *err) {
  struct claims *run = &search->run;
  const struct claim *first = NULL;
  bool any = false, same = true;
  int status = NSEARCH_OK;
  for (size_t i = 0; i < run->count && !any; i++) any = is_hashed(search, &run->items[i]);
  for (size_t i = 0; any && same && !status && i < run->count; i++) {
    if (run->items[i].segment == DELETION) continue;
    if (first) status = same_id(search, first, &run->items[i], &same, err);
    if (!first) first = &run->items[i];
  }
  if (status || same) return status;
  size_t kept = 0;
  for (size_t i = 0; i < run->count; i++)
    if (!is_hashed(search, &run->items[i])) run->items[kept++] = run->items[i];
  run->count = kept;
  return NSEARCH_OK;
}

static int drop(struct commit *commit, const struct claim *loser, const struct claim *by, struct nsearch_error *err) {
  struct commit_segment *segment = &commit->segments[loser->segment];
  int status = tombstones_add(&segment->segment.gone, segment->entry.documents, loser->doc, err);
  if (status || by->segment == DELETION) {
    commit->deleted += !status;
    return status;
  }
  status = memory_reserve(&commit->replaced, &commit->replaced_capacity, commit->replaced_count + 1,
                          sizeof *commit->replaced, err);
  if (!status) commit->replaced[commit->replaced_count++] = (struct replacement){loser->sequence, by->sequence};
  return status;
}

/* Whatever has a later article of the same id is replaced, and else, where there is a later deletion of it, deleted. Runs
 * are of one but for these, so looking at pairs of a run costs nothing. */
static int drop_from_run(struct search *search, struct nsearch_error *err) {
  const struct claim *run = search->run.items;
  size_t len = search->run.count;
  for (size_t i = 0; i + 1 < len; i++) {
    const struct claim *by = NULL;
    if (run[i].segment == DELETION) continue;
    for (size_t j = i + 1; j < len && (!by || by->segment == DELETION); j++) {
      bool same = false;
      int status = by && run[j].segment == DELETION ? NSEARCH_OK : same_id(search, &run[i], &run[j], &same, err);
      if (status) return status;
      if (same) by = &run[j];
    }
    int status = by ? drop(search->commit, &run[i], by, err) : NSEARCH_OK;
    if (status) return status;
  }
  return NSEARCH_OK;
}

/* The fresh claims of one hash, and the old ones. */
static int resolve(struct search *search, const struct claim *fresh, size_t count, struct nsearch_error *err) {
  search->run.count = 0;
  int status = look_up(search, fresh->id_hash, err);
  for (size_t i = 0; !status && i < count; i++) status = claim(&search->run, fresh[i], err);
  if (!status && search->run.count > 1) status = settle_hashed(search, err);
  return status ? status : drop_from_run(search, err);
}

/* ---- The whole ----------------------------------------------------------------------------------------------------- */

int replace_find(struct commit *commit, struct nsearch_error *err) {
  struct search search = {.commit = commit};
  uint64_t total = commit->writer->deletions.count;
  for (size_t s = 0; s < commit->count; s++)
    if (commit->segments[s].fresh) total += commit->segments[s].entry.documents;
  if (total == 0) return NSEARCH_OK;
  const struct hash_parts parts = hash_parts_of(total);
  const struct claims *fresh = &search.fresh;
  int status = search_open(&search, err);
  for (uint64_t p = 0; !status && p < parts.count; p++) {
    status = collect(&search, p, parts.shift, err);
    if (!status && fresh->count) qsort(fresh->items, fresh->count, sizeof *fresh->items, claim_compare);
    for (size_t i = 0; !status && i < fresh->count;) {
      size_t end = i + 1;
      while (end < fresh->count && fresh->items[end].id_hash == fresh->items[i].id_hash) end++;
      status = resolve(&search, fresh->items + i, end - i, err);
      i = end;
    }
  }
  search_free(&search);
  return status;
}
