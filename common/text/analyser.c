/* Text to word numbers. The fast path takes runs of ASCII letters and digits from 64-byte masks and leaves all that is
 * rare (dotted words, numbers with separators, other scripts) to word_next(). Words are looked up in batches: keys
 * are computed and their slots prefetched first, then probed, so that cache misses overlap. */
#include "common/text/text.h"

#include <assert.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
  BATCH = 64,
  FIRST_SLOTS = 1024,
  INLINE_MAX = 16, /* raw words up to here are compared inside the slot */
  CACHED_MAX = 255 /* longer ones are folded each time that they come */
};

/* What a word's meaning depends on besides its bytes: the language, or the field where there is no stem. */
enum { DOMAIN_TITLE = LANGUAGE_MAX, DOMAIN_AUTHOR };

/* A cached raw word; word 0 is a free slot. Up to INLINE_MAX bytes: the bytes, zeros behind. Longer: the hash, and
 * where the bytes are. */
struct slot {
  uint64_t low, high;
  uint32_t word;
  uint32_t tag; /* domain; from bit 8 the length of a long word */
};

struct analyser {
  struct lexicon *lexicon;
  struct folder *folder;
  struct slot *slots;
  size_t slot_count, used;
  struct arena raw; /* bytes of long raw words */
  struct twins {
    uint32_t *words; /* word of FIELD_TEXT -> word of this field, 0 when not known */
    size_t capacity;
  } twins[2];
};

/* One call of analyser_run(): raw words that wait to be looked up. */
struct run {
  struct analyser *analyser;
  struct tokens *out;
  struct nsearch_error *err;
  const char *text;
  size_t len;
  uint32_t domain;
  size_t waiting;
  struct key {
    uint64_t low, high, hash;
    uint32_t tag;
  } keys[BATCH];
  struct token_place places[BATCH];
};

/* ---- life ---- */

int analyser_new(struct analyser **out, struct lexicon *lexicon, struct nsearch_error *err) {
  *out = NULL;
  struct analyser *analyser = memory_zero(1, sizeof *analyser);
  if (!analyser) return error_memory(err);
  analyser->lexicon = lexicon;
  analyser->slot_count = FIRST_SLOTS;
  analyser->slots = table_new(FIRST_SLOTS * sizeof *analyser->slots);
  int status = analyser->slots ? folder_new(&analyser->folder, err) : error_memory(err);
  if (status) {
    analyser_free(analyser);
    return status;
  }
  *out = analyser;
  return NSEARCH_OK;
}

void analyser_free(struct analyser *analyser) {
  if (!analyser) return;
  folder_free(analyser->folder);
  table_free(analyser->slots, analyser->slot_count * sizeof *analyser->slots);
  arena_free(&analyser->raw);
  for (size_t i = 0; i < 2; i++) memory_free(analyser->twins[i].words);
  memory_free(analyser);
}

void analyser_clear(struct analyser *analyser) {
  memset(analyser->slots, 0, analyser->slot_count * sizeof *analyser->slots);
  analyser->used = 0;
  arena_clear(&analyser->raw);
  for (size_t i = 0; i < 2; i++) {
    if (analyser->twins[i].words) memset(analyser->twins[i].words, 0, analyser->twins[i].capacity * sizeof(uint32_t));
  }
}

size_t analyser_bytes(const struct analyser *analyser) {
  return sizeof *analyser + analyser->slot_count * sizeof *analyser->slots + analyser->raw.bytes +
         (analyser->twins[0].capacity + analyser->twins[1].capacity) * sizeof(uint32_t);
}

void tokens_free(struct tokens *tokens) {
  memory_free(tokens->words);
  memory_free(tokens->places);
  *tokens = (struct tokens){.want_places = tokens->want_places};
}

/* Room for `more` tokens. Both arrays have the one capacity, or there are no places. */
static int tokens_reserve(struct tokens *out, size_t more, struct nsearch_error *err) {
  size_t need = out->count + more, words = out->capacity;
  bool lacks_places = out->want_places && !out->places;
  if (need <= out->capacity && !lacks_places) return NSEARCH_OK;
  int status = memory_reserve(&out->words, &words, need, sizeof *out->words, err);
  if (!status && (out->places || out->want_places)) {
    struct token_place *places = memory_array(out->places, words, sizeof *places);
    if (places)
      out->places = places;
    else
      status = error_memory(err);
  }
  if (!status) out->capacity = words;
  return status;
}

/* ---- the cache ---- */

static inline uint64_t mix(uint64_t a, uint64_t b) {
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_key(uint64_t low, uint64_t high, uint32_t domain) {
  return mix(low ^ (0x9e3779b97f4a7c15u + domain), high ^ 0xd6e8feb86659fd93u);
}

static int grow_slots(struct analyser *analyser, struct nsearch_error *err) {
  size_t count = analyser->slot_count * 2, mask = count - 1;
  struct slot *slots = table_new(count * sizeof *slots);
  if (!slots) return error_memory(err);
  for (size_t i = 0; i < analyser->slot_count; i++) {
    const struct slot *slot = &analyser->slots[i];
    if (!slot->word) continue;
    size_t at = (slot->tag >> 8 ? slot->low : hash_key(slot->low, slot->high, slot->tag)) & mask;
    while (slots[at].word) at = (at + 1) & mask;
    slots[at] = *slot;
  }
  table_free(analyser->slots, analyser->slot_count * sizeof *slots);
  analyser->slots = slots;
  analyser->slot_count = count;
  return NSEARCH_OK;
}

/* The lexicon's word for a folded one. */
static int enter_folded(struct analyser *analyser, uint32_t domain, const struct folded *folded, uint32_t *word,
                        struct nsearch_error *err) {
  char key[TERM_MAX + 3];
  uint32_t exact, stem = 0;
  key[0] = domain == DOMAIN_TITLE ? TAG_TITLE : domain == DOMAIN_AUTHOR ? TAG_AUTHOR : TAG_TEXT;
  memcpy(key + 1, folded->exact, folded->exact_len);
  int status = lexicon_term(analyser->lexicon, key, folded->exact_len + 1u, &exact, err);
  if (!status && folded->stem_len > 0) {
    key[0] = TAG_STEM;
    memcpy(key + 1, language_code((int)domain), 2);
    memcpy(key + 3, folded->stem, folded->stem_len);
    status = lexicon_term(analyser->lexicon, key, folded->stem_len + 3u, &stem, err);
  }
  return status ? status : lexicon_word(analyser->lexicon, exact, stem, word, err);
}

/* A raw word that the cache does not hold: folds it and, unless it is very long, keeps it in the free slot `at`. */
static __attribute__((noinline)) int add_word(struct run *run, size_t i, size_t at, uint32_t *word) {
  struct analyser *analyser = run->analyser;
  const struct key *key = &run->keys[i];
  const char *raw = run->text + run->places[i].start;
  size_t len = run->places[i].end - run->places[i].start;
  uint32_t first;
  utf8_step(raw, len, 0, &first);
  int language = run->domain < LANGUAGE_MAX ? (int)run->domain : LANGUAGE_NONE;
  struct folded folded;
  int status = fold_word(analyser->folder, language, char_class(first) == CLASS_SPACELESS, raw, len, &folded, run->err);
  if (!status) status = enter_folded(analyser, run->domain, &folded, word, run->err);
  if (status || len > CACHED_MAX) return status;
  struct slot slot = {key->low, key->high, *word, key->tag};
  if (len > INLINE_MAX) {
    const char *copy = arena_copy(&analyser->raw, raw, len);
    if (!copy) return error_memory(run->err);
    slot.high = (uintptr_t)copy;
  }
  analyser->slots[at] = slot;
  analyser->used++;
  return analyser->used * 2 > analyser->slot_count ? grow_slots(analyser, run->err) : NSEARCH_OK;
}

static inline bool slot_matches(const struct run *run, const struct slot *slot, size_t i) {
  const struct key *key = &run->keys[i];
  if (slot->low != key->low || slot->tag != key->tag) return false;
  if (key->tag >> 8 == 0) return slot->high == key->high;
  const struct token_place *place = &run->places[i];
  return memcmp((const char *)(uintptr_t)slot->high, run->text + place->start, place->end - place->start) == 0;
}

/* Looks up the words that wait and appends their numbers. */
static __attribute__((noinline)) int flush(struct run *run) {
  struct tokens *out = run->out;
  int status = tokens_reserve(out, run->waiting, run->err);
  for (size_t i = 0; i < run->waiting && !status; i++) {
    const struct slot *slots = run->analyser->slots;
    size_t mask = run->analyser->slot_count - 1, at = run->keys[i].hash & mask;
    while (slots[at].word && !slot_matches(run, &slots[at], i)) at = (at + 1) & mask;
    uint32_t word = slots[at].word;
    if (!word) status = add_word(run, i, at, &word);
    out->words[out->count + i] = word;
  }
  if (status) return status;
  if (out->want_places) memcpy(out->places + out->count, run->places, run->waiting * sizeof *out->places);
  out->count += run->waiting;
  run->waiting = 0;
  return NSEARCH_OK;
}

static inline uint64_t load(const char *from) {
  uint64_t value;
  memcpy(&value, from, sizeof value);
  return value;
}

/* Which bits of the two halves of INLINE_MAX bytes belong to a word of so many bytes. */
#define LOW_BYTES(n) ((n) < 8 ? ~(~0ull << 8 * ((n)&7)) : ~0ull)
#define HALVES(n) \
  { LOW_BYTES(n), (n) < 8 ? 0 : LOW_BYTES((n)-8) }
static const uint64_t key_masks[INLINE_MAX + 1][2] = {
    HALVES(0), HALVES(1),  HALVES(2),  HALVES(3),  HALVES(4),  HALVES(5),  HALVES(6),  HALVES(7),  HALVES(8),
    HALVES(9), HALVES(10), HALVES(11), HALVES(12), HALVES(13), HALVES(14), HALVES(15), HALVES(16),
};

/* Puts the raw word [start, end) into the batch. */
static inline int push(struct run *run, size_t start, size_t end) {
  size_t len = end - start;
  struct key *key = &run->keys[run->waiting];
  run->places[run->waiting] = (struct token_place){(uint32_t)start, (uint32_t)end};
  if (len <= INLINE_MAX) {
    char tail[INLINE_MAX] = {0};
    const char *from = run->text + start;
    if (run->len - start < INLINE_MAX) from = memcpy(tail, from, len);
    key->low = load(from) & key_masks[len][0];
    key->high = load(from + 8) & key_masks[len][1];
    key->hash = hash_key(key->low, key->high, run->domain);
    key->tag = run->domain;
  } else {
    key->low = key->hash = hash_bytes(run->text + start, len) ^ run->domain;
    key->high = 0;
    key->tag = run->domain | (uint32_t)(len <= CACHED_MAX ? len : 0xffffff) << 8; /* too long: no slot has that */
  }
  __builtin_prefetch(&run->analyser->slots[key->hash & (run->analyser->slot_count - 1)]);
  return ++run->waiting == BATCH ? flush(run) : NSEARCH_OK;
}

/* ---- edges ---- */

/* One bit per byte of 64: ASCII letters and digits, bytes of other characters, and the bytes that need a look before
 * a word can end at them. */
struct masks {
  uint64_t alnum, high, odd;
};

static inline struct masks mask_bytes(const char *text) {
  struct masks masks = {0, 0, 0};
  uint64_t joiner = 0;
#ifdef __SSE2__
  for (int i = 0; i < 4; i++) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(text + 16 * i));
    __m128i letter = _mm_add_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8((char)(-'a' - 128)));
    __m128i digit = _mm_add_epi8(bytes, _mm_set1_epi8((char)(-'0' - 128)));
    __m128i alnum =
        _mm_or_si128(_mm_cmplt_epi8(letter, _mm_set1_epi8(26 - 128)), _mm_cmplt_epi8(digit, _mm_set1_epi8(10 - 128)));
    __m128i joins = _mm_or_si128(
        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\'')),
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(','))));
    masks.alnum |= (uint64_t)(uint32_t)_mm_movemask_epi8(alnum) << 16 * i;
    masks.high |= (uint64_t)(uint32_t)_mm_movemask_epi8(bytes) << 16 * i;
    joiner |= (uint64_t)(uint32_t)_mm_movemask_epi8(joins) << 16 * i;
  }
#else
  for (int i = 0; i < 64; i++) {
    uint8_t byte = (uint8_t)text[i];
    masks.alnum |= (uint64_t)((uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10) << i;
    masks.high |= (uint64_t)(byte >> 7) << i;
    joiner |= (uint64_t)(byte == '\'' || byte == '.' || byte == ',') << i;
  }
#endif
  /* A joiner before a blank or the like joins nothing; what follows the last byte is not seen here. */
  masks.odd = masks.high | (joiner & ((masks.alnum | masks.high) >> 1 | 1ull << 63));
  return masks;
}

static inline bool is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }

static inline bool is_alnum(uint8_t c) { return (uint8_t)((c | 0x20) - 'a') < 26 || is_digit(c); }

static inline uint8_t byte_at(const struct run *run, size_t at) { return at < run->len ? (uint8_t)run->text[at] : 0; }

/* The class of the character at `at`, general punctuation quickly; stores the offset behind it. */
static inline enum char_class class_at(const struct run *run, size_t at, size_t *next) {
  const uint8_t *bytes = (const uint8_t *)run->text + at;
  if (run->len - at >= 3 && bytes[0] == 0xe2 && bytes[1] == 0x80) { /* U+2000 to U+203F */
    *next = at + 3;
    return bytes[2] == 0x99                       ? CLASS_APOSTROPHE
           : bytes[2] >= 0x8b && bytes[2] <= 0x8d ? CLASS_IGNORABLE
                                                  : CLASS_SEPARATOR;
  }
  uint32_t c;
  *next = utf8_step(run->text, run->len, at, &c);
  return char_class(c);
}

/* What to do with the ASCII run [start, end) and the byte behind it: returns the end of the raw word that begins
 * there, 0 when only word_next() can tell. */
static size_t word_limit(const struct run *run, size_t start, size_t end) {
  const char *text = run->text;
  for (;;) {
    if (end == run->len) return end;
    uint8_t c = (uint8_t)text[end], next;
    size_t behind = end + 1;
    switch (c) {
    case '.':
      next = byte_at(run, behind);
      if (next < 0x80 && !is_alnum(next)) return end;
      if (next >= 0x80) return class_at(run, behind, &behind) == CLASS_SEPARATOR ? end : 0;
      if (is_digit((uint8_t)text[end - 1])) return is_digit(next) ? 0 : end;
      return end - start == 1 && !is_digit(next) ? 0 : end;
    case ',':
      return is_digit((uint8_t)text[end - 1]) && is_digit(byte_at(run, behind)) ? 0 : end;
    case '\'':
      break;
    default:
      if (c < 0x80) return end;
      switch (class_at(run, end, &behind)) {
      case CLASS_SEPARATOR:
      case CLASS_SPACELESS:
        return end;
      case CLASS_APOSTROPHE:
        break;
      default:
        return 0;
      }
    }
    next = byte_at(run, behind);
    if (next >= 0x80) return class_at(run, behind, &behind) == CLASS_SEPARATOR ? end : 0;
    if (!is_alnum(next) || word_elides(text + start, end - start, next)) return end;
    for (end = behind + 1; is_alnum(byte_at(run, end)); end++)
      ;
  }
}

/* Takes the words that begin at `at` by the plain rules: one, or a whole spaceless run. */
static int take_plain(struct run *run, size_t *at) {
  struct word_scan scan = {.text = run->text, .len = run->len, .at = *at};
  struct raw_word word;
  int status = NSEARCH_OK;
  do {
    if (!word_next(&scan, &word)) break;
    status = push(run, word.start, word.end);
  } while (scan.in_run && !status);
  *at = scan.at;
  return status;
}

/* Takes what begins with the first byte of another script's character. */
static int take_other(struct run *run, size_t *at) {
  size_t next;
  switch (class_at(run, *at, &next)) {
  case CLASS_LETTER:
  case CLASS_NUMBER:
  case CLASS_SPACELESS:
    return take_plain(run, at);
  default:
    *at = next;
    return NSEARCH_OK;
  }
}

/* Takes the raw word that begins with the ASCII run [*at, limit) when a byte that may join follows. */
static __attribute__((noinline)) int take_odd(struct run *run, size_t *at, size_t limit) {
  size_t start = *at, end = word_limit(run, start, limit);
  if (!end) return take_plain(run, at);
  *at = end;
  return push(run, start, end);
}

/* An ASCII run that fills the 64 bytes at *at. */
static __attribute__((noinline)) int take_long(struct run *run, size_t *at) {
  size_t limit = *at + 64;
  while (is_alnum(byte_at(run, limit))) limit++;
  return take_odd(run, at, limit);
}

/* Takes the words that begin in the 64 bytes at *at and stores where to go on: a run that reaches the end of the
 * window is looked at again from its start, at the head of the next window. */
static inline int take_window(struct run *run, size_t *at) {
  const size_t base = *at;
  char tail[64] = {0};
  const char *window = run->text + base;
  if (run->len - base < 64) window = memcpy(tail, window, run->len - base);
  const struct masks masks = mask_bytes(window);
  uint64_t starts = masks.alnum | masks.high, ends = ~masks.alnum;
  int status = NSEARCH_OK;
  while (starts && !status) {
    unsigned first = (unsigned)__builtin_ctzll(starts);
    uint64_t stop = ends & ~0ull << first;
    size_t next;
    if (!stop && first > 0) {
      *at = base + first;
      return NSEARCH_OK;
    }
    unsigned last = stop ? (unsigned)__builtin_ctzll(stop) : 0;
    if (stop && !(masks.odd >> last & 1)) {
      status = push(run, base + first, base + last);
      starts &= ~0ull << last;
      continue;
    }
    next = base + first;
    if (!stop)
      status = take_long(run, &next);
    else if (masks.high >> first & 1)
      status = take_other(run, &next);
    else
      status = take_odd(run, &next, base + last);
    if (next - base >= 64) {
      *at = next;
      return status;
    }
    starts &= ~0ull << (next - base);
  }
  *at = base + 64;
  return status;
}

int analyser_run(struct analyser *analyser, enum text_field field, int language, const char *text, size_t len,
                 struct tokens *out, struct nsearch_error *err) {
  assert(len <= UINT32_MAX && language >= 0 && language < language_count());
  struct run run;
  run.analyser = analyser;
  run.out = out;
  run.err = err;
  run.text = text;
  run.len = len;
  run.domain = field == FIELD_TEXT ? (uint32_t)language : field == FIELD_TITLE ? DOMAIN_TITLE : DOMAIN_AUTHOR;
  run.waiting = 0;
  for (size_t at = 0; at < len;) {
    int status = take_window(&run, &at);
    if (status) return status;
  }
  return flush(&run);
}

/* ---- twins ---- */

/* The word in another field, found the long way: by its key under the other tag. */
static int find_twin(struct analyser *analyser, enum text_field field, uint32_t word, uint32_t *twin,
                     struct nsearch_error *err) {
  struct term_key key = lexicon_key(analyser->lexicon, lexicon_words(analyser->lexicon)[word].exact);
  struct folded folded = {.exact_len = (uint16_t)(key.len - 1)};
  assert(key.bytes[0] == TAG_TEXT && key.len - 1 <= TERM_MAX);
  memcpy(folded.exact, key.bytes + 1, key.len - 1);
  return enter_folded(analyser, field == FIELD_TITLE ? DOMAIN_TITLE : DOMAIN_AUTHOR, &folded, twin, err);
}

int analyser_twin(struct analyser *analyser, enum text_field field, const uint32_t *text, size_t count,
                  struct tokens *out, struct nsearch_error *err) {
  assert(field != FIELD_TEXT);
  struct twins *twins = &analyser->twins[field == FIELD_AUTHOR];
  size_t known = twins->capacity, words = lexicon_word_count(analyser->lexicon);
  int status = memory_reserve(&twins->words, &twins->capacity, words, sizeof *twins->words, err);
  if (!status && twins->capacity > known)
    memset(twins->words + known, 0, (twins->capacity - known) * sizeof *twins->words);
  if (!status) status = tokens_reserve(out, count, err);
  for (size_t i = 0; i < count && !status; i++) {
    uint32_t word = text[i];
    assert(word < words);
    if (word && !twins->words[word]) status = find_twin(analyser, field, word, &twins->words[word], err);
    out->words[out->count + i] = twins->words[word];
  }
  if (status) return status;
  if (out->want_places) memset(out->places + out->count, 0, count * sizeof *out->places);
  out->count += count;
  return NSEARCH_OK;
}
