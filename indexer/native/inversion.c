/* Inversion by counting sort: word numbers in stream order become ordinals in word order.
 *
 * Documents are put in the total order first, which costs nothing: only the starts of their shares move. Every token
 * of a document then has an ordinal, its place in that order; the ordinals of a word, ascending, are its postings and
 * positions at once. A term's list is the union of its words' ordinals: exact terms keep positions, stems documents
 * and frequencies. Threads sort ranges of documents, then encode runs of terms. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

enum {
  RANGES_MAX = 8,         /* of documents that are sorted at the same time: each has a counter for every word */
  RUN_TOKENS = 256 << 10, /* about so many are encoded by one thread before the next comes */
  RUN_TERMS = 16 << 10,
  SPILL_BYTES = 1 << 20 /* of lists that wait for their turn */
};

/* What the positions of a document's tokens follow from. Lists jump about in this array: it is kept small, so that it
 * stays in the cache. */
struct share {
  uint32_t start, end;  /* ordinals */
  uint32_t title_words; /* tokens of the title, each title_weight times */
  uint32_t body_shift;  /* from a body token's place in the share to its position */
};

struct placed_doc {
  const struct batch_doc *own;
  uint32_t batch;
};

struct slice {
  const uint32_t *ordinals;
  size_t count;
};

/* What one thread needs to encode. */
struct desk {
  struct segment_part *part;
  uint32_t *scratch[2]; /* ordinals of a term with several words */
  size_t scratch_capacity[2];
  uint32_t *stem_freqs; /* per document, zero between terms */
  uint64_t *stem_docs;  /* bit set over documents, zero between terms */
};

struct inversion {
  struct joint joint;
  uint32_t title_weight;
  uint32_t doc_count;
  struct placed_doc *docs; /* in the total order */
  struct segment_doc *meta;
  struct share *shares;
  uint32_t tokens;
  uint32_t *coarse; /* document of ordinal i << coarse_shift: about one a document */
  unsigned coarse_shift;
  uint32_t ranges, *range_docs;   /* range r: documents range_docs[r] to range_docs[r + 1] */
  uint32_t *counters[RANGES_MAX]; /* per word: first how often, then where the range's next ordinal goes */
  uint32_t *word_starts;          /* ordinals of word w: word_starts[w] to word_starts[w + 1] */
  uint32_t *ordinals;
  size_t ordinal_bytes;
  uint32_t *numbers; /* joint term -> its number in the segment, UINT32_MAX: no document has it */
  uint32_t *runs;    /* terms of run r: runs[r] to runs[r + 1] */
  size_t run_count, run_capacity;
  struct segment_writer *segment;
  struct desk *desks;
  unsigned desk_count;
};

/* ---- Documents ------------------------------------------------------------------------------------------------------ */

static int doc_compare(const void *a, const void *b) {
  const struct batch_doc *x = ((const struct placed_doc *)a)->own, *y = ((const struct placed_doc *)b)->own;
  int order = segment_doc_compare(x->meta.published, x->meta.id_hash, y->meta.published, y->meta.id_hash);
  if (order) return order;
  return x->meta.sequence < y->meta.sequence ? -1 : x->meta.sequence > y->meta.sequence;
}

static int hint_docs(struct inversion *inv, struct nsearch_error *err) {
  uint32_t doc = 0;
  while (inv->tokens >> inv->coarse_shift > inv->doc_count) inv->coarse_shift++;
  size_t hints = ((size_t)inv->tokens >> inv->coarse_shift) + 1;
  inv->coarse = memory_array(NULL, hints, sizeof *inv->coarse);
  if (!inv->coarse) return error_memory(err);
  for (size_t hint = 0; hint < hints; hint++) {
    while (doc + 1 < inv->doc_count && inv->shares[doc].end <= hint << inv->coarse_shift) doc++;
    inv->coarse[hint] = doc;
  }
  return NSEARCH_OK;
}

static int order_docs(struct inversion *inv, struct nsearch_error *err) {
  uint32_t count = inv->doc_count, at = 0;
  inv->docs = memory_array(NULL, count, sizeof *inv->docs);
  inv->meta = memory_array(NULL, count, sizeof *inv->meta);
  inv->shares = memory_array(NULL, count, sizeof *inv->shares);
  if (!inv->docs || !inv->meta || !inv->shares) return error_memory(err);
  for (uint32_t b = 0, d = 0; b < inv->joint.count; b++) {
    const struct batch *batch = inv->joint.batches[b];
    for (size_t i = 0; i < batch->doc_count; i++) inv->docs[d++] = (struct placed_doc){&batch->docs[i], b};
  }
  qsort(inv->docs, count, sizeof *inv->docs, doc_compare);
  for (uint32_t d = 0; d < count; d++) {
    const struct batch_doc *doc = inv->docs[d].own;
    uint32_t title_words = doc->title_tokens * inv->title_weight, start = at;
    at += batch_doc_len(doc);
    inv->meta[d] = doc->meta;
    inv->shares[d] = (struct share){start, at, title_words, doc->before + doc->title_tokens + BODY_GAP - title_words};
  }
  inv->tokens = at;
  return hint_docs(inv, err);
}

/* The document of an ordinal. The hint is right, or one too low, for nearly all. */
static inline uint32_t doc_of(const struct inversion *inv, uint32_t ordinal) {
  uint32_t doc = inv->coarse[ordinal >> inv->coarse_shift];
  doc += inv->shares[doc].end <= ordinal;
  while (inv->shares[doc].end <= ordinal) doc++;
  return doc;
}

/* ---- Counting sort ---------------------------------------------------------------------------------------------------- */

/* Ranges of documents with about as many tokens each. */
static int split_docs(struct inversion *inv, unsigned threads, struct nsearch_error *err) {
  uint32_t doc = 0;
  inv->ranges = threads < RANGES_MAX ? threads : RANGES_MAX;
  inv->range_docs = memory_array(NULL, inv->ranges + 1, sizeof *inv->range_docs);
  if (!inv->range_docs) return error_memory(err);
  for (uint32_t r = 0; r <= inv->ranges; r++) {
    uint64_t until = (uint64_t)inv->tokens * r / inv->ranges;
    while (doc < inv->doc_count && (inv->shares[doc].start < until || r == inv->ranges)) doc++;
    inv->range_docs[r] = doc;
  }
  return NSEARCH_OK;
}

static const uint32_t *stream_of(const struct inversion *inv, uint32_t doc, const uint32_t **map) {
  const struct placed_doc *placed = &inv->docs[doc];
  *map = inv->joint.word_of[placed->batch];
  return inv->joint.batches[placed->batch]->stream.words + placed->own->start;
}

static int count_range(void *payload, unsigned hand, size_t range, struct nsearch_error *err) {
  struct inversion *inv = payload;
  uint32_t *counters = memory_zero(lexicon_word_count(inv->joint.lexicon), sizeof *counters);
  (void)hand;
  inv->counters[range] = counters;
  if (!counters) return error_memory(err);
  for (uint32_t d = inv->range_docs[range]; d < inv->range_docs[range + 1]; d++) {
    const uint32_t *map, *share = stream_of(inv, d, &map);
    uint32_t len = inv->shares[d].end - inv->shares[d].start;
    if (map) {
      for (uint32_t i = 0; i < len; i++) counters[map[share[i]]]++;
    } else {
      for (uint32_t i = 0; i < len; i++) counters[share[i]]++;
    }
  }
  return NSEARCH_OK;
}

static int scatter_range(void *payload, unsigned hand, size_t range, struct nsearch_error *err) {
  struct inversion *inv = payload;
  uint32_t *place = inv->counters[range], *ordinals = inv->ordinals;
  (void)hand, (void)err;
  for (uint32_t d = inv->range_docs[range]; d < inv->range_docs[range + 1]; d++) {
    const uint32_t *map, *share = stream_of(inv, d, &map);
    uint32_t first = inv->shares[d].start, len = inv->shares[d].end - first;
    if (map) {
      for (uint32_t i = 0; i < len; i++) ordinals[place[map[share[i]]]++] = first + i;
    } else {
      for (uint32_t i = 0; i < len; i++) ordinals[place[share[i]]++] = first + i;
    }
  }
  return NSEARCH_OK;
}

/* A batch that is inverted alone lends the array that it had the last time. Batches are of about one size: a little more
 * is asked for than this one needs. */
static void take_ordinals(struct inversion *inv) {
  size_t bytes = ((size_t)inv->tokens + 1) * sizeof *inv->ordinals;
  struct batch *lender = inv->joint.batches[0];
  if (lender->ordinal_bytes < bytes || inv->joint.count > 1) batch_trim(lender);
  inv->ordinals = lender->ordinals;
  inv->ordinal_bytes = lender->ordinal_bytes;
  lender->ordinals = NULL;
  lender->ordinal_bytes = 0;
  if (inv->ordinals) return;
  inv->ordinal_bytes = bytes + bytes / 8;
  inv->ordinals = memory_map(inv->ordinal_bytes);
}

static void give_ordinals(struct inversion *inv) {
  struct batch *lender = inv->joint.batches[0];
  if (!inv->ordinals) return; /* it was not asked */
  lender->ordinals = inv->ordinals;
  lender->ordinal_bytes = inv->ordinal_bytes;
  if (inv->joint.count > 1) batch_trim(lender);
}

static int sort_ordinals(struct inversion *inv, unsigned threads, struct nsearch_error *err) {
  size_t words = lexicon_word_count(inv->joint.lexicon);
  int status = split_docs(inv, threads, err);
  if (status) return status;
  take_ordinals(inv);
  inv->word_starts = memory_array(NULL, words + 1, sizeof *inv->word_starts);
  if (!inv->ordinals || !inv->word_starts) return error_memory(err);
  struct crew_work work = {.run = count_range, .payload = inv, .tasks = inv->ranges};
  status = crew_run(&work, threads, err);
  if (status) return status;
  uint32_t at = 0;
  for (size_t w = 0; w < words; w++) {
    inv->word_starts[w] = at;
    for (uint32_t r = 0; r < inv->ranges; r++) {
      uint32_t count = inv->counters[r][w];
      inv->counters[r][w] = at;
      at += count;
    }
  }
  inv->word_starts[words] = at;
  work.run = scatter_range;
  return crew_run(&work, threads, err);
}

static struct slice word_slice(const struct inversion *inv, uint32_t word) {
  uint32_t start = inv->word_starts[word], end = inv->word_starts[word + 1];
  return (struct slice){inv->ordinals + start, end - start};
}

/* ---- Terms ------------------------------------------------------------------------------------------------------------- */

static const uint32_t *term_words(const struct inversion *inv, uint32_t term, uint32_t *count) {
  *count = inv->joint.starts[term + 1] - inv->joint.starts[term];
  return inv->joint.grouped + inv->joint.starts[term];
}

static bool is_stem(const struct inversion *inv, uint32_t term) { return inv->joint.keys[term].bytes[0] == TAG_STEM; }

/* A stem whose only word is also the only word of its exact term has that term's list. */
static uint32_t alias_target(const struct inversion *inv, uint32_t stem) {
  uint32_t count, exact_count;
  const uint32_t *words = term_words(inv, stem, &count);
  if (count != 1 || !is_stem(inv, stem)) return UINT32_MAX;
  uint32_t exact = lexicon_words(inv->joint.lexicon)[words[0]].exact;
  term_words(inv, exact, &exact_count);
  return exact_count == 1 ? inv->numbers[exact] : UINT32_MAX;
}

/* Numbers the terms that documents have, and cuts them into runs of about as much work. */
static int plan_runs(struct inversion *inv, struct nsearch_error *err) {
  uint32_t number = 0, terms = 0;
  uint64_t tokens = 0;
  for (uint32_t t = 1; t <= inv->joint.terms; t++) {
    if (t == 1 || t == inv->joint.terms || tokens >= RUN_TOKENS || terms == RUN_TERMS) {
      int status = memory_reserve(&inv->runs, &inv->run_capacity, inv->run_count + 1, sizeof *inv->runs, err);
      if (status) return status;
      inv->runs[inv->run_count++] = t;
      tokens = terms = 0;
    }
    if (t == inv->joint.terms) break;
    uint32_t count;
    const uint32_t *words = term_words(inv, t, &count);
    uint64_t held = 0;
    for (uint32_t i = 0; i < count; i++) held += word_slice(inv, words[i]).count;
    inv->numbers[t] = held ? number++ : UINT32_MAX;
    tokens += held;
    terms++;
  }
  inv->run_count--;
  return NSEARCH_OK;
}

/* ---- Lists --------------------------------------------------------------------------------------------------------------- */

static int reserve_scratch(struct desk *desk, int which, size_t need, struct nsearch_error *err) {
  return memory_reserve(&desk->scratch[which], &desk->scratch_capacity[which], need, sizeof(uint32_t), err);
}

static void merge_slices(struct slice a, struct slice b, uint32_t *out) {
  size_t i = 0, j = 0, n = 0;
  while (i < a.count && j < b.count) {
    uint32_t x = a.ordinals[i], y = b.ordinals[j];
    bool first = x < y;
    out[n++] = first ? x : y;
    i += first, j += !first;
  }
  while (i < a.count) out[n++] = a.ordinals[i++];
  while (j < b.count) out[n++] = b.ordinals[j++];
}

/* All ordinals of some words, ascending. */
static int unite(const struct inversion *inv, struct desk *desk, const uint32_t *words, uint32_t count,
                 struct slice *out, struct nsearch_error *err) {
  *out = word_slice(inv, words[0]);
  for (uint32_t i = 1; i < count; i++) {
    struct slice next = word_slice(inv, words[i]);
    int which = (int)(i & 1);
    int status = reserve_scratch(desk, which, out->count + next.count, err);
    if (status) return status;
    merge_slices(*out, next, desk->scratch[which]);
    out->ordinals = desk->scratch[which];
    out->count += next.count;
  }
  return NSEARCH_OK;
}

/* Positions in the text: of most tokens the place in the share with the gap behind the title. */
static void place_text(const struct inversion *inv, const uint32_t *ordinals, size_t count, uint32_t *docs,
                       uint32_t *positions) {
  for (size_t i = 0; i < count; i++) {
    uint32_t doc = doc_of(inv, ordinals[i]);
    const struct share *share = &inv->shares[doc];
    uint32_t at = ordinals[i] - share->start, position = at + share->body_shift;
    if (__builtin_expect(at < share->title_words, 0)) position = at / inv->title_weight;
    docs[i] = doc;
    positions[i] = position;
  }
}

static void place_others(const struct inversion *inv, uint8_t tag, const uint32_t *ordinals, size_t count,
                         uint32_t *docs, uint32_t *positions) {
  for (size_t i = 0; i < count; i++) {
    docs[i] = doc_of(inv, ordinals[i]);
    const struct batch_doc *own = inv->docs[docs[i]].own;
    uint32_t first = own->text_len + (tag == TAG_AUTHOR ? own->title_len : 0);
    positions[i] = ordinals[i] - inv->shares[docs[i]].start - first;
  }
}

static int add_postings(const struct inversion *inv, struct list_writer *list, struct slice slice,
                        struct nsearch_error *err) {
  uint32_t docs[BLOCK], positions[BLOCK];
  int status = NSEARCH_OK;
  for (size_t at = 0; !status && at < slice.count; at += BLOCK) {
    size_t count = slice.count - at < BLOCK ? slice.count - at : BLOCK;
    if (list->tag == TAG_TEXT)
      place_text(inv, slice.ordinals + at, count, docs, positions);
    else
      place_others(inv, list->tag, slice.ordinals + at, count, docs, positions);
    status = list_add_tokens(list, docs, positions, count, err);
  }
  return status;
}

static void count_stem(const struct inversion *inv, struct desk *desk, struct slice slice, uint32_t *low,
                       uint32_t *high) {
  for (size_t i = 0; i < slice.count; i++) {
    uint32_t doc = doc_of(inv, slice.ordinals[i]);
    desk->stem_freqs[doc]++;
    desk->stem_docs[doc / 64] |= UINT64_C(1) << doc % 64;
    if (doc < *low) *low = doc;
    if (doc > *high) *high = doc;
  }
}

/* Documents and frequencies of a stem with several words: counted per document, then read off in order. */
static int add_stem(const struct inversion *inv, struct desk *desk, struct list_writer *list, const uint32_t *words,
                    uint32_t count, struct nsearch_error *err) {
  uint32_t low = UINT32_MAX, high = 0;
  for (uint32_t i = 0; i < count; i++) count_stem(inv, desk, word_slice(inv, words[i]), &low, &high);
  int status = NSEARCH_OK;
  for (size_t at = low / 64; low <= high && at <= high / 64; at++) {
    for (uint64_t bits = desk->stem_docs[at]; bits; bits &= bits - 1) {
      uint32_t doc = (uint32_t)(at * 64) + (uint32_t)__builtin_ctzll(bits);
      if (!status) status = list_add(list, doc, desk->stem_freqs[doc], err);
      desk->stem_freqs[doc] = 0;
    }
    desk->stem_docs[at] = 0;
  }
  return status;
}

/* ---- Terms in order -------------------------------------------------------------------------------------------------------------- */

static int write_term(const struct inversion *inv, struct desk *desk, uint32_t term, struct nsearch_error *err) {
  const struct term_key *key = &inv->joint.keys[term];
  uint32_t count, number, alias = alias_target(inv, term);
  const uint32_t *words = term_words(inv, term, &count);
  if (alias != UINT32_MAX) return part_term_alias(desk->part, key->bytes, key->len, alias, &number, err);
  struct list_writer *list = part_term_begin(desk->part, (uint8_t)key->bytes[0]);
  int status;
  if (list->tag == TAG_STEM) {
    status = add_stem(inv, desk, list, words, count, err);
  } else {
    struct slice slice;
    status = unite(inv, desk, words, count, &slice, err);
    if (!status) status = add_postings(inv, list, slice, err);
  }
  return status ? status : part_term_end(desk->part, key->bytes, key->len, &number, err);
}

static int write_run(void *payload, unsigned hand, size_t run, struct nsearch_error *err) {
  struct inversion *inv = payload;
  struct desk *desk = &inv->desks[hand];
  uint32_t first;
  int status = NSEARCH_OK;
  part_start(desk->part, run);
  for (uint32_t t = inv->runs[run]; !status && t < inv->runs[run + 1]; t++) {
    if (inv->numbers[t] != UINT32_MAX) status = write_term(inv, desk, t, err);
  }
  if (!status) status = part_wait(desk->part, &first, err);
  return status ? status : part_end(desk->part, err);
}

static void abandon(void *payload) { segment_abandon(((struct inversion *)payload)->segment); }

static void desk_free(struct desk *desk) {
  part_free(desk->part);
  memory_free(desk->scratch[0]);
  memory_free(desk->scratch[1]);
  memory_free(desk->stem_freqs);
  memory_free(desk->stem_docs);
}

static int make_desks(struct inversion *inv, unsigned threads, struct nsearch_error *err) {
  inv->desks = memory_zero(threads, sizeof *inv->desks);
  if (!inv->desks) return error_memory(err);
  while (inv->desk_count < threads) {
    struct desk *desk = &inv->desks[inv->desk_count++];
    int status = part_new(&desk->part, inv->segment, SPILL_BYTES, err);
    desk->stem_freqs = memory_zero(inv->doc_count, sizeof *desk->stem_freqs);
    desk->stem_docs = memory_zero((size_t)inv->doc_count / 64 + 1, sizeof *desk->stem_docs);
    if (status) return status;
    if (!desk->stem_freqs || !desk->stem_docs) return error_memory(err);
  }
  return NSEARCH_OK;
}

static int write_terms(struct inversion *inv, unsigned threads, struct nsearch_error *err) {
  inv->numbers = memory_array(NULL, inv->joint.terms, sizeof *inv->numbers);
  if (!inv->numbers) return error_memory(err);
  int status = plan_runs(inv, err);
  if (status) return status;
  struct crew_work work = {.run = write_run, .abandon = abandon, .payload = inv, .tasks = inv->run_count};
  if (threads > work.tasks) threads = work.tasks ? (unsigned)work.tasks : 1;
  status = make_desks(inv, threads, err);
  return status ? status : crew_run(&work, threads, err);
}

/* ---- Columns ----------------------------------------------------------------------------------------------------------------------- */

/* The first term whose key begins with this byte or a higher one. */
static uint32_t first_of_tag(const struct joint *joint, uint8_t tag) {
  uint32_t low = 1, high = joint->terms;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if ((uint8_t)joint->keys[middle].bytes[0] < tag)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static int write_column(struct inversion *inv, const struct keyword_field *field, uint32_t *starts, uint32_t *values,
                        struct nsearch_error *err) {
  const struct joint *joint = &inv->joint;
  uint32_t count = 0, low = first_of_tag(joint, field->tag), high = first_of_tag(joint, field->tag + 1);
  for (uint32_t d = 0; d < inv->doc_count; d++) {
    const struct batch_doc *doc = inv->docs[d].own;
    uint32_t b = inv->docs[d].batch;
    const struct word *words = lexicon_words(joint->batches[b]->lexicon);
    const uint32_t *keywords = joint->batches[b]->stream.words + doc->start + batch_doc_len(doc) - doc->keyword_len;
    starts[d] = count;
    for (uint32_t i = 0; i < doc->keyword_len; i++) {
      uint32_t term = joint->term_of[b][words[keywords[i]].exact];
      if (term >= low && term < high) values[count++] = inv->numbers[term];
    }
  }
  starts[inv->doc_count] = count;
  return segment_column(inv->segment, field, starts, values, err);
}

static int write_columns(struct inversion *inv, struct nsearch_error *err) {
  size_t keywords = 0;
  for (uint32_t d = 0; d < inv->doc_count; d++) keywords += inv->docs[d].own->keyword_len;
  uint32_t *starts = memory_array(NULL, (size_t)inv->doc_count + 1, sizeof *starts);
  uint32_t *values = memory_array(NULL, keywords + 1, sizeof *values);
  int status = starts && values ? NSEARCH_OK : error_memory(err);
  for (int f = 0; !status && f < KEYWORD_FIELDS; f++) {
    status = write_column(inv, &keyword_fields[f], starts, values, err);
  }
  memory_free(starts);
  memory_free(values);
  return status;
}

/* ---- The whole ------------------------------------------------------------------------------------------------------------------------- */

static void inversion_free(struct inversion *inv) {
  for (unsigned i = 0; i < inv->desk_count; i++) desk_free(&inv->desks[i]);
  for (uint32_t r = 0; r < inv->ranges; r++) memory_free(inv->counters[r]);
  give_ordinals(inv);
  joint_free(&inv->joint);
  memory_free(inv->desks);
  memory_free(inv->docs);
  memory_free(inv->meta);
  memory_free(inv->shares);
  memory_free(inv->coarse);
  memory_free(inv->range_docs);
  memory_free(inv->word_starts);
  memory_free(inv->numbers);
  memory_free(inv->runs);
}

int invert(struct batch *const *batches, size_t count, unsigned threads, const struct write_options *options,
           const char *path, struct nsearch_error *err) {
  struct inversion inv = {.title_weight = options->title_weight};
  uint64_t languages = 0, docs = 0, tokens = 0;
  for (size_t b = 0; b < count; b++) {
    languages |= batches[b]->languages;
    docs += batches[b]->doc_count;
    tokens += batches[b]->stream.count;
  }
  assert(docs > 0 && docs < UINT32_MAX && tokens < UINT32_MAX && count <= THREADS_MAX);
  inv.doc_count = (uint32_t)docs;
  int status = joint_make(&inv.joint, batches, count, threads, err);
  if (!status) status = order_docs(&inv, err);
  if (!status) status = sort_ordinals(&inv, threads, err);
  if (!status) {
    status = segment_create(&inv.segment, path, segment_docs_of(inv.meta, inv.doc_count), options->title_weight,
                            options->keep_text, languages, err);
  }
  if (!status) status = write_terms(&inv, threads, err);
  if (!status) status = write_columns(&inv, err);
  int finished = segment_finish(&inv.segment, status == NSEARCH_OK, status ? NULL : err);
  inversion_free(&inv);
  return status ? status : finished;
}
