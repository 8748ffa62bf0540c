/* Which articles a later one with the same id replaces: all (hash of id, sequence) pairs sorted, neighbours compared. */
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

struct claim {
  uint64_t id_hash, sequence;
  uint32_t segment, doc;
};

static int claim_compare(const void *a, const void *b) {
  const struct claim *x = a, *y = b;
  if (x->id_hash != y->id_hash) return x->id_hash < y->id_hash ? -1 : 1;
  return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static int collect(struct segment *segments, size_t count, struct claim *claims, struct nsearch_error *err) {
  for (size_t s = 0; s < count; s++) {
    if (segments[s].info.documents == 0) continue;
    const uint8_t *ids = segment_section(&segments[s], SECTION_ID_HASHES, err);
    const uint8_t *sequences = ids ? segment_section(&segments[s], SECTION_SEQUENCES, err) : NULL;
    if (!sequences) return NSEARCH_ERR_DAMAGED;
    for (uint32_t d = 0; d < segments[s].info.documents; d++) {
      *claims++ = (struct claim){load_u64(ids + 8 * (size_t)d), load_u64(sequences + 8 * (size_t)d), (uint32_t)s, d};
    }
  }
  return NSEARCH_OK;
}

static int read_id(struct segment *segment, uint32_t doc, const struct pack *packs, struct nsearch_article *article,
                   struct buffer *card, struct nsearch_error *err) {
  const uint8_t *cards = segment_section(segment, SECTION_CARDS, err);
  if (!cards) return NSEARCH_ERR_DAMAGED;
  uint64_t place = load_u64(cards + 8 * (size_t)doc);
  buffer_clear(card);
  int status = pack_read(&packs[place >> 48], place, card, err);
  if (status) return status;
  return article_decode_card(article, (const uint8_t *)card->bytes, card->len, err);
}

struct comparison {
  struct nsearch_article *articles[2];
  struct buffer card;
};

static int same_id(struct comparison *scratch, struct segment *segments, const struct claim *a, const struct claim *b,
                   const struct pack *packs, bool *same, struct nsearch_error *err) {
  int status = read_id(&segments[a->segment], a->doc, packs, scratch->articles[0], &scratch->card, err);
  if (!status) status = read_id(&segments[b->segment], b->doc, packs, scratch->articles[1], &scratch->card, err);
  if (status) return status;
  size_t len[2];
  const char *id[2];
  for (int i = 0; i < 2; i++) id[i] = article_get(scratch->articles[i], ARTICLE_ID, &len[i]);
  *same = len[0] == len[1] && memcmp(id[0], id[1], len[0]) == 0;
  return NSEARCH_OK;
}

/* Within a run of equal hashes, whatever has a later claim of the same id is replaced. Runs are of one but for
 * replacements, so looking at every pair of a run costs nothing. */
static int drop_replaced(struct comparison *scratch, struct segment *segments, struct claim *run, size_t len,
                         uint64_t **dropped, const struct pack *packs, const struct commit_report *report,
                         struct nsearch_error *err) {
  for (size_t i = 0; i + 1 < len; i++) {
    bool same = false;
    for (size_t j = len - 1; j > i && !same; j--) {
      int status = same_id(scratch, segments, &run[i], &run[j], packs, &same, err);
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
  size_t total = 0;
  for (size_t s = 0; s < count; s++) total += segments[s].info.documents;
  struct comparison scratch = {.articles = {nsearch_article_new(), nsearch_article_new()}};
  struct claim *claims = memory_array(NULL, total + 1, sizeof *claims);
  int status =
      claims && scratch.articles[0] && scratch.articles[1] ? collect(segments, count, claims, err) : error_memory(err);
  if (status) goto out;
  qsort(claims, total, sizeof *claims, claim_compare);
  for (size_t i = 0; !status && i < total;) {
    size_t end = i + 1;
    while (end < total && claims[end].id_hash == claims[i].id_hash) end++;
    status = drop_replaced(&scratch, segments, claims + i, end - i, dropped, packs, report, err);
    i = end;
  }
out:
  buffer_free(&scratch.card);
  nsearch_article_free(scratch.articles[0]);
  nsearch_article_free(scratch.articles[1]);
  memory_free(claims);
  return status;
}
