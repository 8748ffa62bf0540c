/* Distinct terms and words of one batch: numbers for term keys and for (exact, stem) pairs. */
#include "common/text/text.h"

#include <assert.h>
#include <string.h>

/* A slot of the term table: upper half the hash, so that most collisions cost no look at the key; lower half the
 * number, 0 when free. A slot of the word table is the number alone: the pair is as near as its hash. */
struct term {
  const char *bytes;
  uint32_t len;
  uint32_t hash;
};

struct lexicon {
  struct arena keys;
  struct term *terms;
  size_t term_count, term_room;
  uint64_t *term_slots;
  size_t term_slot_count;
  struct word *words;
  size_t word_count, word_room;
  uint32_t *word_slots;
  size_t word_slot_count;
};

enum { FIRST_SLOTS = 256 };

int lexicon_new(struct lexicon **out, struct nsearch_error *err) {
  *out = NULL;
  struct lexicon *lexicon = memory_zero(1, sizeof *lexicon);
  if (!lexicon) return error_memory(err);
  lexicon->term_slot_count = lexicon->word_slot_count = FIRST_SLOTS;
  lexicon->term_slots = table_new(FIRST_SLOTS * sizeof *lexicon->term_slots);
  lexicon->word_slots = table_new(FIRST_SLOTS * sizeof *lexicon->word_slots);
  if (!lexicon->term_slots || !lexicon->word_slots ||
      memory_reserve(&lexicon->terms, &lexicon->term_room, 1, sizeof *lexicon->terms, NULL) ||
      memory_reserve(&lexicon->words, &lexicon->word_room, 1, sizeof *lexicon->words, NULL)) {
    lexicon_free(lexicon);
    return error_memory(err);
  }
  lexicon->terms[0] = (struct term){"", 0, 0};
  lexicon->words[0] = (struct word){0, 0};
  lexicon->term_count = lexicon->word_count = 1;
  *out = lexicon;
  return NSEARCH_OK;
}

void lexicon_free(struct lexicon *lexicon) {
  if (!lexicon) return;
  table_free(lexicon->term_slots, lexicon->term_slot_count * sizeof *lexicon->term_slots);
  table_free(lexicon->word_slots, lexicon->word_slot_count * sizeof *lexicon->word_slots);
  memory_free(lexicon->terms);
  memory_free(lexicon->words);
  arena_free(&lexicon->keys);
  memory_free(lexicon);
}

void lexicon_clear(struct lexicon *lexicon) {
  memset(lexicon->term_slots, 0, lexicon->term_slot_count * sizeof *lexicon->term_slots);
  memset(lexicon->word_slots, 0, lexicon->word_slot_count * sizeof *lexicon->word_slots);
  lexicon->term_count = lexicon->word_count = 1;
  arena_clear(&lexicon->keys);
}

/* ---- terms ---- */

static int grow_term_slots(struct lexicon *lexicon, struct nsearch_error *err) {
  size_t count = lexicon->term_slot_count * 2, mask = count - 1;
  uint64_t *slots = table_new(count * sizeof *slots);
  if (!slots) return error_memory(err);
  for (size_t i = 0; i < lexicon->term_slot_count; i++) {
    uint64_t slot = lexicon->term_slots[i];
    if (!slot) continue;
    size_t at = slot >> 32 & mask;
    while (slots[at]) at = (at + 1) & mask;
    slots[at] = slot;
  }
  table_free(lexicon->term_slots, lexicon->term_slot_count * sizeof *slots);
  lexicon->term_slots = slots;
  lexicon->term_slot_count = count;
  return NSEARCH_OK;
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t find_term(const struct lexicon *lexicon, const char *key, size_t len, uint32_t hash) {
  size_t mask = lexicon->term_slot_count - 1, at = hash & mask;
  for (;; at = (at + 1) & mask) {
    uint64_t slot = lexicon->term_slots[at];
    if (!slot) return at;
    const struct term *term = &lexicon->terms[(uint32_t)slot];
    if (slot >> 32 == hash && term->len == len && memcmp(term->bytes, key, len) == 0) return at;
  }
}

int lexicon_term(struct lexicon *lexicon, const char *key, size_t len, uint32_t *term, struct nsearch_error *err) {
  uint32_t hash = (uint32_t)hash_bytes(key, len);
  size_t at = find_term(lexicon, key, len, hash);
  if (lexicon->term_slots[at]) {
    *term = (uint32_t)lexicon->term_slots[at];
    return NSEARCH_OK;
  }
  if (lexicon->term_count >= UINT32_MAX || len > UINT32_MAX)
    return error_set(err, NSEARCH_ERR_MEMORY, "more terms in one batch than can be numbered: use less --memory");
  if (lexicon->term_count * 2 > lexicon->term_slot_count) {
    int status = grow_term_slots(lexicon, err);
    if (status) return status;
    at = find_term(lexicon, key, len, hash);
  }
  int status =
      memory_reserve(&lexicon->terms, &lexicon->term_room, lexicon->term_count + 1, sizeof *lexicon->terms, err);
  if (status) return status;
  const char *bytes = arena_copy(&lexicon->keys, key, len);
  if (!bytes) return error_memory(err);
  *term = (uint32_t)lexicon->term_count++;
  lexicon->terms[*term] = (struct term){bytes, (uint32_t)len, hash};
  lexicon->term_slots[at] = (uint64_t)hash << 32 | *term;
  return NSEARCH_OK;
}

uint32_t lexicon_term_count(const struct lexicon *lexicon) { return (uint32_t)lexicon->term_count; }

struct term_key lexicon_key(const struct lexicon *lexicon, uint32_t term) {
  assert(term < lexicon->term_count);
  return (struct term_key){lexicon->terms[term].bytes, lexicon->terms[term].len};
}

/* ---- words ---- */

static size_t hash_pair(uint32_t exact, uint32_t stem) {
  uint64_t hash = ((uint64_t)exact << 32 | stem) * 0x9e3779b97f4a7c15u;
  return (size_t)(hash ^ hash >> 32);
}

static size_t find_word(const struct lexicon *lexicon, uint32_t exact, uint32_t stem) {
  size_t mask = lexicon->word_slot_count - 1, at = hash_pair(exact, stem) & mask;
  for (;; at = (at + 1) & mask) {
    uint32_t slot = lexicon->word_slots[at];
    if (!slot || (lexicon->words[slot].exact == exact && lexicon->words[slot].stem == stem)) return at;
  }
}

static int grow_word_slots(struct lexicon *lexicon, struct nsearch_error *err) {
  size_t count = lexicon->word_slot_count * 2;
  uint32_t *slots = table_new(count * sizeof *slots);
  if (!slots) return error_memory(err);
  table_free(lexicon->word_slots, lexicon->word_slot_count * sizeof *slots);
  lexicon->word_slots = slots;
  lexicon->word_slot_count = count;
  for (uint32_t i = 1; i < lexicon->word_count; i++)
    slots[find_word(lexicon, lexicon->words[i].exact, lexicon->words[i].stem)] = i;
  return NSEARCH_OK;
}

int lexicon_word(struct lexicon *lexicon, uint32_t exact, uint32_t stem, uint32_t *word, struct nsearch_error *err) {
  size_t at = find_word(lexicon, exact, stem);
  if (lexicon->word_slots[at]) {
    *word = lexicon->word_slots[at];
    return NSEARCH_OK;
  }
  if (lexicon->word_count >= UINT32_MAX)
    return error_set(err, NSEARCH_ERR_MEMORY, "more words in one batch than can be numbered: use less --memory");
  if (lexicon->word_count * 2 > lexicon->word_slot_count) {
    int status = grow_word_slots(lexicon, err);
    if (status) return status;
    at = find_word(lexicon, exact, stem);
  }
  int status =
      memory_reserve(&lexicon->words, &lexicon->word_room, lexicon->word_count + 1, sizeof *lexicon->words, err);
  if (status) return status;
  *word = (uint32_t)lexicon->word_count++;
  lexicon->words[*word] = (struct word){exact, stem};
  lexicon->word_slots[at] = *word;
  return NSEARCH_OK;
}

uint32_t lexicon_word_count(const struct lexicon *lexicon) { return (uint32_t)lexicon->word_count; }

const struct word *lexicon_words(const struct lexicon *lexicon) { return lexicon->words; }

size_t lexicon_bytes(const struct lexicon *lexicon) {
  return sizeof *lexicon + lexicon->keys.bytes + lexicon->term_room * sizeof *lexicon->terms +
         lexicon->term_slot_count * sizeof *lexicon->term_slots + lexicon->word_room * sizeof *lexicon->words +
         lexicon->word_slot_count * sizeof *lexicon->word_slots;
}
