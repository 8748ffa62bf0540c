/* Inversion by counting sort: word numbers in stream order become ordinals in word order.
 *
 * Documents are put in the total order first, which costs nothing: only the starts of their shares move. Every token
 * of a document then has an ordinal, its place in that order; the ordinals of a word, ascending, are its postings and
 * positions at once. A term's list is the union of its words' ordinals: exact terms keep positions, stems documents
 * and frequencies. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

/* What positions in the text follow from. Lists jump about in this array and in `starts`: both are kept small, so that
 * they stay in the cache. */
struct shape {
  uint32_t title_words; /* tokens of the title, each title_weight times */
  uint32_t body_shift;  /* from a body token's place in the document's share to its position */
};

struct inversion {
  const struct batch *batch;
  uint32_t title_weight;
  uint32_t doc_count;
  const struct batch_doc **docs; /* in the total order */
  struct segment_doc *meta;
  uint32_t *starts; /* ordinal of a document's first token; [doc_count]: end */
  struct shape *shapes;
  uint32_t *coarse; /* document of ordinal i << coarse_shift: about one hint a document */
  unsigned coarse_shift;
  uint32_t *word_ends; /* ordinals of word w: word_ends[w - 1] to word_ends[w] */
  uint32_t *ordinals;
  size_t ordinal_bytes;
  uint32_t *exact_starts, *exact_words; /* words of each exact term */
  uint32_t *stem_starts, *stem_words;   /* words of each stem term */
  uint32_t *numbers;                    /* term -> its number in the segment */
  uint32_t *scratch[2];                 /* ordinals of a term with several words */
  size_t scratch_capacity[2];
  uint32_t *stem_freqs; /* per document, zero between terms */
  uint64_t *stem_docs;  /* bit set over documents, zero between terms */
};

/* ---- Documents ------------------------------------------------------------------------------------------------------ */

static int doc_compare(const void *a, const void *b) {
  const struct batch_doc *x = *(const struct batch_doc *const *)a, *y = *(const struct batch_doc *const *)b;
  int order = segment_doc_compare(x->meta.published, x->meta.id_hash, y->meta.published, y->meta.id_hash);
  if (order) return order;
  return x->meta.sequence < y->meta.sequence ? -1 : x->meta.sequence > y->meta.sequence;
}

static int hint_docs(struct inversion *inv, struct nsearch_error *err) {
  uint32_t count = inv->doc_count, tokens = inv->starts[count], doc = 0;
  while ((tokens >> inv->coarse_shift) > count) inv->coarse_shift++;
  size_t hints = ((size_t)tokens >> inv->coarse_shift) + 1;
  inv->coarse = memory_array(NULL, hints, sizeof *inv->coarse);
  if (!inv->coarse) return error_memory(err);
  for (size_t hint = 0; hint < hints; hint++) {
    while (doc + 1 < count && inv->starts[doc + 1] <= hint << inv->coarse_shift) doc++;
    inv->coarse[hint] = doc;
  }
  return NSEARCH_OK;
}

static int order_docs(struct inversion *inv, struct nsearch_error *err) {
  uint32_t count = inv->doc_count, at = 0;
  inv->docs = memory_array(NULL, count, sizeof *inv->docs);
  inv->meta = memory_array(NULL, count, sizeof *inv->meta);
  inv->starts = memory_array(NULL, (size_t)count + 1, sizeof *inv->starts);
  inv->shapes = memory_array(NULL, count, sizeof *inv->shapes);
  if (!inv->docs || !inv->meta || !inv->starts || !inv->shapes) return error_memory(err);
  for (uint32_t d = 0; d < count; d++) inv->docs[d] = &inv->batch->docs[d];
  qsort(inv->docs, count, sizeof *inv->docs, doc_compare);
  for (uint32_t d = 0; d < count; d++) {
    const struct batch_doc *doc = inv->docs[d];
    uint32_t title_words = doc->title_tokens * inv->title_weight;
    inv->meta[d] = doc->meta;
    inv->starts[d] = at;
    inv->shapes[d] = (struct shape){title_words, doc->title_tokens + BODY_GAP - title_words};
    at += batch_doc_len(doc);
  }
  inv->starts[count] = at;
  return hint_docs(inv, err);
}

/* The document of an ordinal, given one that is not after it. */
static inline uint32_t doc_of(const struct inversion *inv, uint32_t ordinal, uint32_t doc) {
  uint32_t hint = inv->coarse[ordinal >> inv->coarse_shift];
  if (hint > doc) doc = hint;
  while (inv->starts[doc + 1] <= ordinal) doc++;
  return doc;
}

/* ---- Counting sort ---------------------------------------------------------------------------------------------------- */

static int sort_ordinals(struct inversion *inv, struct nsearch_error *err) {
  const uint32_t *stream = inv->batch->stream.words;
  size_t tokens = inv->batch->stream.count, words = lexicon_word_count(inv->batch->lexicon);
  inv->word_ends = memory_zero(words + 1, sizeof *inv->word_ends);
  inv->ordinal_bytes = (tokens ? tokens : 1) * sizeof *inv->ordinals;
  inv->ordinals = memory_map(inv->ordinal_bytes);
  if (!inv->word_ends || !inv->ordinals) return error_memory(err);
  uint32_t *place = inv->word_ends + 1; /* place[w] moves from the start of w to its end, the start of w + 1 */
  for (size_t i = 0; i < tokens; i++) {
    if (stream[i] + 1 < words) place[stream[i] + 1]++;
  }
  for (size_t w = 1; w < words; w++) place[w] += place[w - 1];
  for (uint32_t d = 0; d < inv->doc_count; d++) {
    const uint32_t *share = stream + inv->docs[d]->start;
    uint32_t first = inv->starts[d], len = inv->starts[d + 1] - first;
    for (uint32_t i = 0; i < len; i++) inv->ordinals[place[share[i]]++] = first + i;
  }
  return NSEARCH_OK;
}

struct slice {
  const uint32_t *ordinals;
  size_t count;
};

static struct slice word_slice(const struct inversion *inv, uint32_t word) {
  uint32_t start = inv->word_ends[word], end = inv->word_ends[word + 1];
  return (struct slice){inv->ordinals + start, end - start};
}

/* ---- Words of terms ------------------------------------------------------------------------------------------------------ */

static uint32_t word_term(const struct word *word, bool stem) { return stem ? word->stem : word->exact; }

static int group_words(const struct lexicon *lexicon, bool stem, uint32_t **starts, uint32_t **grouped,
                       struct nsearch_error *err) {
  const struct word *words = lexicon_words(lexicon);
  uint32_t word_count = lexicon_word_count(lexicon), term_count = lexicon_term_count(lexicon);
  *starts = memory_zero((size_t)term_count + 2, sizeof **starts);
  *grouped = memory_array(NULL, word_count, sizeof **grouped);
  if (!*starts || !*grouped) return error_memory(err);
  uint32_t *place = *starts + 1; /* place[t] moves from the start of t to its end, the start of t + 1 */
  for (uint32_t w = 1; w < word_count; w++) place[word_term(&words[w], stem) + 1]++;
  for (uint32_t t = 1; t <= term_count; t++) place[t] += place[t - 1];
  for (uint32_t w = 1; w < word_count; w++) (*grouped)[place[word_term(&words[w], stem)]++] = w;
  return NSEARCH_OK;
}

/* ---- Lists ------------------------------------------------------------------------------------------------------------------- */

static int reserve_scratch(struct inversion *inv, int which, size_t need, struct nsearch_error *err) {
  return memory_reserve(&inv->scratch[which], &inv->scratch_capacity[which], need, sizeof(uint32_t), err);
}

static void merge_slices(struct slice a, struct slice b, uint32_t *out) {
  size_t i = 0, j = 0, n = 0;
  while (i < a.count && j < b.count) {
    bool first = a.ordinals[i] < b.ordinals[j];
    out[n++] = first ? a.ordinals[i++] : b.ordinals[j++];
  }
  while (i < a.count) out[n++] = a.ordinals[i++];
  while (j < b.count) out[n++] = b.ordinals[j++];
}

/* All ordinals of some words, ascending. */
static int unite(struct inversion *inv, const uint32_t *words, uint32_t count, struct slice *out,
                 struct nsearch_error *err) {
  *out = word_slice(inv, words[0]);
  for (uint32_t i = 1; i < count; i++) {
    struct slice next = word_slice(inv, words[i]);
    int which = (int)(i & 1);
    int status = reserve_scratch(inv, which, out->count + next.count, err);
    if (status) return status;
    merge_slices(*out, next, inv->scratch[which]);
    out->ordinals = inv->scratch[which];
    out->count += next.count;
  }
  return NSEARCH_OK;
}

/* The position of the token `rel` places into a document's share. */
static inline uint32_t position_of(const struct inversion *inv, uint32_t doc, uint8_t tag, uint32_t rel) {
  if (tag == TAG_TEXT) {
    struct shape shape = inv->shapes[doc];
    return rel >= shape.title_words ? rel + shape.body_shift : rel / inv->title_weight;
  }
  const struct batch_doc *own = inv->docs[doc];
  return rel - own->text_len - (tag == TAG_AUTHOR ? own->title_len : 0);
}

static int add_postings(struct inversion *inv, struct list_writer *list, struct slice slice,
                        struct nsearch_error *err) {
  uint8_t tag = list->tag;
  bool positions = tag_has_positions(tag);
  uint32_t doc = 0;
  for (size_t i = 0; i < slice.count;) {
    doc = doc_of(inv, slice.ordinals[i], doc);
    uint32_t start = inv->starts[doc], end = inv->starts[doc + 1];
    size_t next = i + 1;
    while (next < slice.count && slice.ordinals[next] < end) next++;
    int status = list_add(list, doc, (uint32_t)(next - i), err);
    if (status) return status;
    if (positions) {
      uint32_t *gaps = list_gaps(list, next - i, err), before = 0;
      if (!gaps) return NSEARCH_ERR_MEMORY;
      for (size_t j = i; j < next; j++) {
        uint32_t position = position_of(inv, doc, tag, slice.ordinals[j] - start);
        *gaps++ = position - before;
        before = position;
      }
    }
    i = next;
  }
  return NSEARCH_OK;
}

static void count_stem(struct inversion *inv, struct slice slice, uint32_t *low, uint32_t *high) {
  uint32_t doc = 0;
  for (size_t i = 0; i < slice.count; i++) {
    doc = doc_of(inv, slice.ordinals[i], doc);
    inv->stem_freqs[doc]++;
    inv->stem_docs[doc / 64] |= UINT64_C(1) << doc % 64;
    if (doc < *low) *low = doc;
    if (doc > *high) *high = doc;
  }
}

/* Documents and frequencies of a stem with several words: counted per document, then read off in order. */
static int add_stem(struct inversion *inv, struct list_writer *list, const uint32_t *words, uint32_t count,
                    struct nsearch_error *err) {
  uint32_t low = UINT32_MAX, high = 0;
  for (uint32_t i = 0; i < count; i++) count_stem(inv, word_slice(inv, words[i]), &low, &high);
  int status = NSEARCH_OK;
  for (size_t at = low / 64; low <= high && at <= high / 64; at++) {
    for (uint64_t bits = inv->stem_docs[at]; bits; bits &= bits - 1) {
      uint32_t doc = (uint32_t)(at * 64) + (uint32_t)__builtin_ctzll(bits);
      if (!status) status = list_add(list, doc, inv->stem_freqs[doc], err);
      inv->stem_freqs[doc] = 0;
    }
    inv->stem_docs[at] = 0;
  }
  return status;
}

/* ---- Terms in order -------------------------------------------------------------------------------------------------------------- */

struct sort_key {
  uint64_t prefix; /* first eight bytes, big endian */
  uint32_t term, len;
  const char *bytes;
};

static int sort_key_compare(const void *a, const void *b) {
  const struct sort_key *x = a, *y = b;
  if (x->prefix != y->prefix) return x->prefix < y->prefix ? -1 : 1;
  return key_compare(x->bytes, x->len, y->bytes, y->len);
}

static struct sort_key *sort_terms(const struct lexicon *lexicon, uint32_t *count) {
  uint32_t terms = lexicon_term_count(lexicon);
  struct sort_key *keys = memory_array(NULL, terms, sizeof *keys);
  if (!keys) return NULL;
  *count = terms - 1;
  for (uint32_t t = 1; t < terms; t++) {
    struct term_key key = lexicon_key(lexicon, t);
    keys[t - 1] =
        (struct sort_key){.prefix = key_prefix(key.bytes, key.len), .term = t, .len = key.len, .bytes = key.bytes};
  }
  qsort(keys, *count, sizeof *keys, sort_key_compare);
  return keys;
}

/* A stem whose only word is also the only word of its exact term has that term's list. */
static uint32_t alias_target(const struct inversion *inv, const uint32_t *words, uint32_t count) {
  if (count != 1) return UINT32_MAX;
  uint32_t exact = lexicon_words(inv->batch->lexicon)[words[0]].exact;
  if (inv->exact_starts[exact + 1] - inv->exact_starts[exact] != 1) return UINT32_MAX;
  return inv->numbers[exact];
}

static int write_term(struct inversion *inv, struct segment_writer *segment, const struct sort_key *key,
                      struct nsearch_error *err) {
  uint8_t tag = (uint8_t)key->bytes[0];
  bool stem = tag == TAG_STEM;
  const uint32_t *starts = stem ? inv->stem_starts : inv->exact_starts;
  const uint32_t *words = (stem ? inv->stem_words : inv->exact_words) + starts[key->term];
  uint32_t count = starts[key->term + 1] - starts[key->term];
  uint32_t alias = stem ? alias_target(inv, words, count) : UINT32_MAX;
  if (alias != UINT32_MAX) return segment_term_alias(segment, key->bytes, key->len, alias, err);
  struct list_writer *list = segment_term_begin(segment, tag);
  int status = NSEARCH_OK;
  if (stem) {
    status = add_stem(inv, list, words, count, err);
  } else if (count > 0) {
    struct slice slice;
    status = unite(inv, words, count, &slice, err);
    if (!status) status = add_postings(inv, list, slice, err);
  }
  return status ? status : segment_term_end(segment, key->bytes, key->len, &inv->numbers[key->term], err);
}

static int write_terms(struct inversion *inv, struct segment_writer *segment, struct nsearch_error *err) {
  uint32_t count = 0;
  struct sort_key *keys = sort_terms(inv->batch->lexicon, &count);
  int status = keys ? NSEARCH_OK : error_memory(err);
  for (uint32_t i = 0; !status && i < count; i++) status = write_term(inv, segment, &keys[i], err);
  memory_free(keys);
  return status;
}

/* ---- Columns ----------------------------------------------------------------------------------------------------------------------- */

static int write_column(struct inversion *inv, struct segment_writer *segment, const struct keyword_field *field,
                        uint32_t *starts, uint32_t *values, struct nsearch_error *err) {
  const struct lexicon *lexicon = inv->batch->lexicon;
  const struct word *words = lexicon_words(lexicon);
  uint32_t count = 0;
  for (uint32_t d = 0; d < inv->doc_count; d++) {
    const struct batch_doc *doc = inv->docs[d];
    const uint32_t *keywords = inv->batch->stream.words + doc->start + batch_doc_len(doc) - doc->keyword_len;
    starts[d] = count;
    for (uint32_t i = 0; i < doc->keyword_len; i++) {
      uint32_t term = words[keywords[i]].exact;
      if ((uint8_t)lexicon_key(lexicon, term).bytes[0] == field->tag) values[count++] = inv->numbers[term];
    }
  }
  starts[inv->doc_count] = count;
  return segment_column(segment, field, starts, values, err);
}

static int write_columns(struct inversion *inv, struct segment_writer *segment, struct nsearch_error *err) {
  size_t keywords = 0;
  for (uint32_t d = 0; d < inv->doc_count; d++) keywords += inv->docs[d]->keyword_len;
  uint32_t *starts = memory_array(NULL, (size_t)inv->doc_count + 1, sizeof *starts);
  uint32_t *values = memory_array(NULL, keywords + 1, sizeof *values);
  int status = starts && values ? NSEARCH_OK : error_memory(err);
  for (int f = 0; !status && f < KEYWORD_FIELDS; f++) {
    status = write_column(inv, segment, &keyword_fields[f], starts, values, err);
  }
  memory_free(starts);
  memory_free(values);
  return status;
}

/* ---- The whole ------------------------------------------------------------------------------------------------------------------------- */

static int prepare(struct inversion *inv, struct nsearch_error *err) {
  const struct lexicon *lexicon = inv->batch->lexicon;
  int status = order_docs(inv, err);
  if (!status) status = sort_ordinals(inv, err);
  if (!status) status = group_words(lexicon, false, &inv->exact_starts, &inv->exact_words, err);
  if (!status) status = group_words(lexicon, true, &inv->stem_starts, &inv->stem_words, err);
  if (status) return status;
  inv->numbers = memory_array(NULL, lexicon_term_count(lexicon), sizeof *inv->numbers);
  inv->stem_freqs = memory_zero(inv->doc_count, sizeof *inv->stem_freqs);
  inv->stem_docs = memory_zero((size_t)inv->doc_count / 64 + 1, sizeof *inv->stem_docs);
  return inv->numbers && inv->stem_freqs && inv->stem_docs ? NSEARCH_OK : error_memory(err);
}

static void inversion_free(struct inversion *inv) {
  memory_free(inv->docs);
  memory_free(inv->meta);
  memory_free(inv->starts);
  memory_free(inv->shapes);
  memory_free(inv->coarse);
  memory_free(inv->word_ends);
  if (inv->ordinals) memory_unmap(inv->ordinals, inv->ordinal_bytes);
  memory_free(inv->exact_starts);
  memory_free(inv->exact_words);
  memory_free(inv->stem_starts);
  memory_free(inv->stem_words);
  memory_free(inv->numbers);
  memory_free(inv->scratch[0]);
  memory_free(inv->scratch[1]);
  memory_free(inv->stem_freqs);
  memory_free(inv->stem_docs);
}

int invert(const struct batch *batch, const struct write_options *options, const char *path,
           struct nsearch_error *err) {
  assert(batch->doc_count > 0 && batch->doc_count < UINT32_MAX && batch->stream.count < UINT32_MAX);
  struct inversion inv = {
      .batch = batch, .title_weight = options->title_weight, .doc_count = (uint32_t)batch->doc_count};
  struct segment_writer *segment = NULL;
  int status = prepare(&inv, err);
  if (status) goto out;
  status = segment_create(&segment, path, inv.meta, inv.doc_count, options->title_weight, options->keep_text,
                          batch->languages, err);
  if (!status) status = write_terms(&inv, segment, err);
  if (!status) status = write_columns(&inv, segment, err);
out:;
  int finished = segment_finish(&segment, status == NSEARCH_OK, status ? NULL : err);
  inversion_free(&inv);
  return status ? status : finished;
}
