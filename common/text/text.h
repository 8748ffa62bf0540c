/* common/text: bytes to terms. The map of this folder, sectioned by source file.
 *
 * The contract is docs/analysis.md. Work is done once per distinct raw word: the per-token path of analyser_run() is
 * find the word's edges, hash, look up, append an integer. Nothing here does I/O, and nothing is global: an analyser
 * belongs to one thread. */
#ifndef COMMON_TEXT_TEXT_H
#define COMMON_TEXT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/system/system.h"

/* ---- utf8.c: characters -------------------------------------------------------------------------------------- */

/* Decodes the character at text[0..len), len > 0. Returns its length in bytes and stores its code point; at an
 * ill-formed sequence stores 0xFFFD, sets *bad and returns the length of the maximal ill-formed part. */
size_t utf8_decode(const char *text, size_t len, uint32_t *code_point, bool *bad);

/* Writes the UTF-8 form of a code point (at most 4 bytes) and returns its length. */
size_t utf8_encode(uint32_t code_point, char *out);

/* Length of the well-formed prefix of text: len when all of it is. ASCII runs at memory speed. */
size_t utf8_valid_prefix(const char *text, size_t len);

/* Appends text to out with each maximal ill-formed part replaced by U+FFFD; returns how many were replaced. */
uint64_t utf8_repair(const char *text, size_t len, struct buffer *out);

/* Decodes in text that is known to be well-formed, at < len. Stores the code point and returns the offset of the next
 * character. Never reads past len, whatever the bytes are. */
static inline size_t utf8_step(const char *text, size_t len, size_t at, uint32_t *code_point) {
  uint8_t lead = (uint8_t)text[at];
  if (lead < 0x80) {
    *code_point = lead;
    return at + 1;
  }
  size_t bytes = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (bytes > len - at) {
    *code_point = 0xfffd;
    return len;
  }
  uint32_t value = lead & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; i++)
    value = value << 6 | ((uint8_t)text[at + i] & 0x3f);
  *code_point = value;
  return at + bytes;
}

/* ---- chars.c: classes of characters ---------------------------------------------------------------------------- */

/* Section 1 of docs/analysis.md; a word character is a letter or a number here. */
enum char_class {
  CLASS_SEPARATOR,
  CLASS_LETTER,
  CLASS_NUMBER,
  CLASS_SPACELESS,
  CLASS_MARK,
  CLASS_IGNORABLE,
  CLASS_APOSTROPHE,
  CLASS_STOP,
  CLASS_COMMA
};
enum char_class char_class(uint32_t code_point);

/* True for the Latin and Greek letters whose marks are stripped. */
bool char_strips_marks(uint32_t code_point);

/* White space or a control character: what fold_keyword() makes a blank of. */
bool char_is_blank(uint32_t code_point);

/* ---- arena.c: memory for the tables of this folder -------------------------------------------------------------- */

/* Bytes that stay where they are until the arena is cleared. Zeroed is empty. */
struct arena_block;
struct arena {
  struct arena_block *first, *current;
  size_t used;  /* of the current block */
  size_t bytes; /* held in all */
};
char *arena_copy(struct arena *arena, const char *bytes, size_t len); /* NULL for want of memory */
void arena_clear(struct arena *arena);                                /* keeps its memory */
void arena_free(struct arena *arena);

/* A zeroed hash table, on huge pages when it is large: half of all token look-ups miss the first-level cache. */
void *table_new(size_t bytes);
void table_free(void *table, size_t bytes);

/* ---- language.c: the languages with a stemmer ------------------------------------------------------------------ */

/* A language is a small number: 0 is none (no stemmer), others index a fixed table in alphabetical order of ISO 639-1
 * code; it never leaves memory, files carry the code. */
enum { LANGUAGE_NONE = 0, LANGUAGE_MAX = 32 };

/* The language of what language_tag() knows as one ("en", "EN", "en-GB", "eng", "English"), or -1 when there is no stemmer
 * for it. "none" is LANGUAGE_NONE. */
int language_find(const char *name, size_t len);

/* ISO 639-1 code ("en"), "none" for LANGUAGE_NONE. */
const char *language_code(int language);

/* The Snowball algorithm's name ("english"), NULL for LANGUAGE_NONE. */
const char *language_stemmer(int language);

/* Whether articles and pronouns lose their vowel before an apostrophe in it, as in l'histoire. */
bool language_elides(int language);

/* Number of languages, LANGUAGE_NONE included: valid numbers are 0 to language_count() - 1. */
int language_count(void);

/* ---- language_tag.c: names of all languages --------------------------------------------------------------------- */

/* The tag of a code or name with or without a region, script or remark: "pl-PL", "pol" and "Polish" are "pl", "zh-Hant-TW"
 * is "zh"; of a code in no table the primary subtag, "fil" of "fil-PH". Two or three small letters without an end;
 * returns their number, 0 when it is no such thing. */
enum { LANGUAGE_TAG_MAX = 3 };
size_t language_tag(const char *name, size_t len, char tag[LANGUAGE_TAG_MAX]);

/* ---- stop_words.c ---------------------------------------------------------------------------------------------- */

/* True when the exact term is a stop word of that language. Tables are our own, sorted; binary search. */
bool stop_word(int language, const char *term, size_t len);

/* The table of a language in byte order; NULL and 0 when there is none. */
const char *const *stop_word_list(int language, size_t *count);

/* ---- fold.c: raw word to exact term and stem --------------------------------------------------------------------- */

enum {
  TERM_MAX = 200,     /* bytes of text in a term */
  RAW_WORD_MAX = 1024, /* bytes of a raw word that count: folding needs bounded memory */
  KEYWORD_BYTES = 700  /* of a keyword value, and of its match form: as much as fits counts */
};

struct folded {
  char exact[TERM_MAX + 1]; /* NUL-terminated for the debugger; lengths count */
  char stem[TERM_MAX + 1];
  uint16_t exact_len;
  uint16_t stem_len; /* 0 when the language is LANGUAGE_NONE */
};

/* Holds one libstemmer object per language, made at first use. One thread at a time. */
struct folder;
int folder_new(struct folder **out, struct nsearch_error *err);
void folder_free(struct folder *folder);

/* Steps 1 to 5 of docs/analysis.md section 4. `spaceless` says that the raw word is a bigram or single character of
 * section 3 (its stem is itself). Costs about a microsecond: callers cache. Fails only for want of memory. */
int fold_word(struct folder *folder, int language, bool spaceless, const char *raw, size_t len, struct folded *out,
              struct nsearch_error *err);

/* The plain twin: fold_word() has a fast path for ASCII letters and digits, and a test holds the two equal. */
int fold_word_plain(struct folder *folder, int language, bool spaceless, const char *raw, size_t len,
                    struct folded *out, struct nsearch_error *err);

/* The match form of a keyword value (a source, a section): NFKC case fold, marks stripped as in step 4, runs of white
 * space and control characters as one blank, none at the ends. Of a longer value than KEYWORD_BYTES only its
 * beginning counts, here as in an index. Appends to out. */
int fold_keyword(const char *value, size_t len, struct buffer *out, struct nsearch_error *err);

/* ---- words.c: finding the edges of raw words --------------------------------------------------------------------- */

struct raw_word {
  size_t start, end;   /* byte offsets into the text; end is after the last byte of the word */
  bool spaceless;      /* a bigram or single character; the next word may begin before `end` */
  bool run_tail;       /* the single last character of a spaceless run of two or more */
  bool elided;         /* ends at an apostrophe that would join but for an elision: l in l'histoire */
};

/* Position in a text being cut into raw words. Start with {.text, .len} and all else zero. Text must be well-formed
 * UTF-8 (utf8_repair first). */
struct word_scan {
  const char *text;
  size_t len;
  size_t at;           /* where to look next */
  size_t run_second;   /* inside a spaceless run: start of the character after the one at `at`; else 0 */
  bool in_run;
};

/* Stores the next raw word, or returns false at the end of the text. This is the plain twin: analyser_run() has a
 * fast path for ASCII words, and a test holds the two equal. */
bool word_next(struct word_scan *scan, struct raw_word *word);

/* Whether the bytes of a raw word before an apostrophe are such as French, Italian or Catalan elide before a word that
 * begins with the character `next`: they are a word of their own then. Letter case aside. */
bool word_elides(const char *word, size_t len, uint32_t next);

/* ---- lexicon.c: distinct terms and words of one batch ------------------------------------------------------------ */

/* A term key is one tag byte and then text; the dictionary of a segment sorts keys by bytes. */
enum term_tag {
  TAG_TEXT = 'X',      /* exact term of title or body, with frequencies and positions */
  TAG_STEM = 'Z',      /* two bytes of language code, then the stem; documents and frequencies */
  TAG_TITLE = 'S',     /* exact term of the title, positions */
  TAG_AUTHOR = 'A',    /* exact term of an author's name, positions */
  /* Keyword fields: match form, NUL, the value as written; documents only. */
  TAG_SOURCE = 'P',
  TAG_SECTION = 'G',
  TAG_LANGUAGE = 'L',
  TAG_TOPIC = 'K',
  TAG_SITE = 'H',
  TAG_BYLINE = 'B'     /* an author's whole name, for facets */
};

/* A word is what a token is an instance of: a (field, language, folded form). It stands for one exact term and at
 * most one stem term. Several words may share an exact term (resume and résumé, one word in two languages) and a
 * stem; a stem's postings are the union of its words' occurrences, and so are an exact term's. Word 0 is the gap: a
 * position that holds nothing. Term 0 is "none". */
struct word {
  uint32_t exact; /* term number; 0 for the gap */
  uint32_t stem;  /* term number, 0 for none */
};

struct term_key {
  const char *bytes; /* tag first; valid until the lexicon is cleared */
  uint32_t len;
};

/* Two hash tables over one arena: term key -> term number, (exact, stem) -> word number. Grows to the memory that it
 * is given; lexicon_bytes() is what it holds now. */
struct lexicon;
int lexicon_new(struct lexicon **out, struct nsearch_error *err);
void lexicon_free(struct lexicon *lexicon);
void lexicon_clear(struct lexicon *lexicon); /* forgets everything, keeps its memory */
int lexicon_term(struct lexicon *lexicon, const char *key, size_t len, uint32_t *term, struct nsearch_error *err);
int lexicon_word(struct lexicon *lexicon, uint32_t exact, uint32_t stem, uint32_t *word, struct nsearch_error *err);
uint32_t lexicon_term_count(const struct lexicon *lexicon); /* term numbers are 1 to this - 1: 0 is none */
uint32_t lexicon_word_count(const struct lexicon *lexicon); /* word numbers are 1 to this - 1: 0 is the gap */
struct term_key lexicon_key(const struct lexicon *lexicon, uint32_t term);
const struct word *lexicon_words(const struct lexicon *lexicon); /* indexed by word number, [0] = {0, 0} */
size_t lexicon_bytes(const struct lexicon *lexicon);

/* ---- analyser.c: text to word numbers, with the per-word cache --------------------------------------------------- */

enum text_field { FIELD_TEXT, FIELD_TITLE, FIELD_AUTHOR };

struct token_place {
  uint32_t start, end; /* bytes in the text */
};

/* Where tokens go. `words` is always filled; `places` only when want_places is set. Grown as needed, never shrunk. */
struct tokens {
  uint32_t *words;
  struct token_place *places;
  size_t count, capacity;
  bool want_places;
};
void tokens_free(struct tokens *tokens);

/* Analyses into one lexicon, which it borrows. The cache maps (language, raw bytes) to a word number. */
struct analyser;
int analyser_new(struct analyser **out, struct lexicon *lexicon, struct nsearch_error *err);
void analyser_free(struct analyser *analyser);
void analyser_clear(struct analyser *analyser); /* drops the cache; call with lexicon_clear() */
size_t analyser_bytes(const struct analyser *analyser);

/* Appends one word number per token of text (well-formed UTF-8, below 4 GiB) to out. FIELD_TITLE and FIELD_AUTHOR
 * give words with TAG_TITLE and TAG_AUTHOR exact terms and no stem, whatever the language. About 10 ns a token once
 * the cache is warm. */
int analyser_run(struct analyser *analyser, enum text_field field, int language, const char *text, size_t len,
                 struct tokens *out, struct nsearch_error *err);

/* Appends, for each token that an earlier analyser_run(FIELD_TEXT) stored in text[0..count), the word of the same
 * exact form in another field: the title's words again under TAG_TITLE, without looking at the text again. */
int analyser_twin(struct analyser *analyser, enum text_field field, const uint32_t *text, size_t count,
                  struct tokens *out, struct nsearch_error *err);

#endif
