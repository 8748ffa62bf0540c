/* What several batches have in common: their terms in one order, and one numbering of their words. */
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

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

struct sorting {
  struct joint *joint;
  struct sort_key *keys[THREADS_MAX]; /* of each batch, in order */
};

static int sort_terms(void *payload, unsigned hand, size_t task, struct nsearch_error *err) {
  struct sorting *sorting = payload;
  const struct lexicon *lexicon = sorting->joint->batches[task]->lexicon;
  uint32_t terms = lexicon_term_count(lexicon);
  struct sort_key *keys = sorting->keys[task] = memory_array(NULL, terms, sizeof *keys);
  (void)hand;
  if (!keys) return error_memory(err);
  for (uint32_t t = 1; t < terms; t++) {
    struct term_key key = lexicon_key(lexicon, t);
    keys[t - 1] =
        (struct sort_key){.prefix = key_prefix(key.bytes, key.len), .term = t, .len = key.len, .bytes = key.bytes};
  }
  qsort(keys, terms - 1, sizeof *keys, sort_key_compare);
  return NSEARCH_OK;
}

/* Goes through all batches' terms at once: equal keys are one joint term. */
static void merge_terms(struct joint *joint, const struct sorting *sorting) {
  size_t at[THREADS_MAX] = {0};
  for (;;) {
    const struct sort_key *least = NULL;
    for (size_t b = 0; b < joint->count; b++) {
      if (at[b] + 1 == lexicon_term_count(joint->batches[b]->lexicon)) continue;
      const struct sort_key *key = &sorting->keys[b][at[b]];
      if (!least || sort_key_compare(key, least) < 0) least = key;
    }
    if (!least) return;
    uint32_t number = joint->terms++;
    joint->keys[number] = (struct term_key){least->bytes, least->len};
    for (size_t b = 0; b < joint->count; b++) {
      if (at[b] + 1 == lexicon_term_count(joint->batches[b]->lexicon)) continue;
      const struct sort_key *key = &sorting->keys[b][at[b]];
      if (key != least && sort_key_compare(key, least) != 0) continue;
      joint->term_of[b][key->term] = number;
      at[b]++;
    }
  }
}

static int join_terms(struct joint *joint, unsigned threads, struct nsearch_error *err) {
  struct sorting sorting = {.joint = joint};
  struct crew_work work = {.run = sort_terms, .payload = &sorting, .tasks = joint->count};
  size_t total = 1;
  for (size_t b = 0; b < joint->count; b++) {
    uint32_t terms = lexicon_term_count(joint->batches[b]->lexicon);
    total += terms - 1;
    joint->term_of[b] = memory_zero(terms, sizeof *joint->term_of[b]);
    if (!joint->term_of[b]) return error_memory(err);
  }
  int status = crew_run(&work, threads, err);
  joint->terms = 1;
  joint->keys = memory_array(NULL, total, sizeof *joint->keys);
  if (!status && !joint->keys) status = error_memory(err);
  if (!status) merge_terms(joint, &sorting);
  for (size_t b = 0; b < joint->count; b++) memory_free(sorting.keys[b]);
  return status;
}

/* The first batch's words keep their numbers. */
static int join_words(struct joint *joint, struct nsearch_error *err) {
  int status = lexicon_new(&joint->lexicon, err);
  for (size_t b = 0; !status && b < joint->count; b++) {
    const struct word *words = lexicon_words(joint->batches[b]->lexicon);
    uint32_t count = lexicon_word_count(joint->batches[b]->lexicon);
    if (b > 0 && !(joint->word_of[b] = memory_zero(count, sizeof **joint->word_of))) return error_memory(err);
    for (uint32_t w = 1; !status && w < count; w++) {
      uint32_t exact = joint->term_of[b][words[w].exact], stem = joint->term_of[b][words[w].stem], number;
      status = lexicon_word(joint->lexicon, exact, stem, &number, err);
      if (!status && b > 0) joint->word_of[b][w] = number;
    }
  }
  return status;
}

/* The words of each term: of those that it is the exact form of, or the stem. */
static int group_words(struct joint *joint, struct nsearch_error *err) {
  const struct word *words = lexicon_words(joint->lexicon);
  uint32_t count = lexicon_word_count(joint->lexicon);
  joint->starts = memory_zero((size_t)joint->terms + 2, sizeof *joint->starts);
  joint->grouped = memory_array(NULL, 2 * (size_t)count, sizeof *joint->grouped);
  if (!joint->starts || !joint->grouped) return error_memory(err);
  uint32_t *place = joint->starts + 1; /* place[t] moves from the start of t to its end, the start of t + 1 */
  for (uint32_t w = 1; w < count; w++) place[words[w].exact + 1]++, place[words[w].stem + 1]++;
  for (uint32_t t = 1; t <= joint->terms; t++) place[t] += place[t - 1];
  for (uint32_t w = 1; w < count; w++) {
    joint->grouped[place[words[w].exact]++] = w;
    joint->grouped[place[words[w].stem]++] = w;
  }
  return NSEARCH_OK;
}

int joint_make(struct joint *joint, struct batch *const *batches, size_t count, unsigned threads,
               struct nsearch_error *err) {
  *joint = (struct joint){.batches = batches, .count = count};
  int status = join_terms(joint, threads, err);
  if (!status) status = join_words(joint, err);
  return status ? status : group_words(joint, err);
}

void joint_free(struct joint *joint) {
  for (size_t b = 0; b < joint->count; b++) {
    memory_free(joint->term_of[b]);
    memory_free(joint->word_of[b]);
  }
  lexicon_free(joint->lexicon);
  memory_free(joint->keys);
  memory_free(joint->starts);
  memory_free(joint->grouped);
}
