/* The edges of raw words, exactly as sections 2 and 3 of docs/analysis.md say. Each character is looked at a bounded
 * number of times, so time is linear in the text whatever it holds. */
#include "common/text/text.h"

#include <string.h>
#include <utf8proc.h>

/* A character: its class and where the next one begins. At the end of the text a separator of no bytes. */
struct look {
  enum char_class class;
  uint32_t code_point;
  size_t next;
};

static struct look look_at(const struct word_scan *scan, size_t at) {
  struct look look = {CLASS_SEPARATOR, 0, at};
  if (at < scan->len) {
    look.next = utf8_step(scan->text, scan->len, at, &look.code_point);
    look.class = char_class(look.code_point);
  }
  return look;
}

static bool is_word_char(enum char_class class) { return class == CLASS_LETTER || class == CLASS_NUMBER; }

/* End of the marks and ignorables that begin at `at`. */
static size_t skip_attached(const struct word_scan *scan, size_t at) {
  struct look look = look_at(scan, at);
  while (look.class == CLASS_MARK || look.class == CLASS_IGNORABLE) {
    at = look.next;
    look = look_at(scan, at);
  }
  return at;
}

static bool is_ascii_digit(const struct word_scan *scan, size_t at) {
  return at < scan->len && scan->text[at] >= '0' && scan->text[at] <= '9';
}

/* Whether the comma at `at` joins thousands: one to three ASCII digits before it, exactly three after. */
static bool comma_joins(const struct word_scan *scan, size_t start, size_t at) {
  size_t before = 0;
  while (before < 4 && at - before > start && is_ascii_digit(scan, at - before - 1)) before++;
  return before >= 1 && before <= 3 && is_ascii_digit(scan, at + 1) && is_ascii_digit(scan, at + 2) &&
         is_ascii_digit(scan, at + 3) && look_at(scan, at + 4).class != CLASS_NUMBER;
}

/* The end of the word when `at` begins an apostrophe and s that end it, else 0. */
static size_t possessive_end(const struct word_scan *scan, size_t at) {
  struct look apostrophe = look_at(scan, at);
  if (apostrophe.class != CLASS_APOSTROPHE) return 0;
  struct look s = look_at(scan, apostrophe.next);
  if (s.code_point != 's' && s.code_point != 'S') return 0;
  size_t end = s.next;
  struct look after = look_at(scan, end);
  while (after.class == CLASS_IGNORABLE) {
    end = after.next;
    after = look_at(scan, end);
  }
  if (after.class == CLASS_APOSTROPHE) return is_word_char(look_at(scan, after.next).class) ? 0 : end;
  return is_word_char(after.class) || after.class == CLASS_MARK ? 0 : end;
}

/* Whether the character begins a word that others are elided before. */
static bool is_vowel_or_h(uint32_t c) {
  int32_t parts[8];
  if (c >= 0x80 && utf8proc_decompose_char((int32_t)c, parts, 8, UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD, NULL) > 0)
    c = (uint32_t)parts[0];
  switch (c < 0x80 ? c | 0x20 : c) {
  case 'a':
  case 'e':
  case 'h':
  case 'i':
  case 'o':
  case 'u':
  case 'y':
  case 0xe6: /* ae and oe, each one letter */
  case 0x153:
    return true;
  default:
    return false;
  }
}

bool word_elides(const char *word, size_t len, uint32_t next) {
  enum { LONGEST = 6 };
  static const char *const elided[] = {"c",      "d",    "j",    "l",    "m",     "n",      "s",
                                       "t",      "all",  "coll", "qu",   "jusqu", "lorsqu", "puisqu",
                                       "quoiqu", "dall", "dell", "nell", "sull",  "un",     "quell"};
  char lower[LONGEST + 1] = {0};
  if (!len || len > LONGEST || !is_vowel_or_h(next)) return false;
  for (size_t i = 0; i < len; i++) lower[i] = (char)(word[i] >= 'A' && word[i] <= 'Z' ? word[i] | 0x20 : word[i]);
  for (size_t i = 0; i < sizeof elided / sizeof *elided; i++) {
    if (strcmp(lower, elided[i]) == 0) return true;
  }
  return false;
}

/* The end of the raw word that begins at `start` with the word character `first`; *elided: at an elision. */
static size_t word_end(const struct word_scan *scan, size_t start, struct look first, bool *elided) {
  struct look last = first;                 /* the word character that was read last */
  bool alone = first.class == CLASS_LETTER; /* nothing but the start or a joining full stop before that letter */
  bool after_stop = false;
  size_t at = first.next;
  for (;;) {
    struct look here = look_at(scan, at), next;
    switch (here.class) {
    case CLASS_LETTER:
    case CLASS_NUMBER:
      last = here;
      alone = after_stop = false;
      at = here.next;
      continue;
    case CLASS_MARK:
    case CLASS_IGNORABLE:
      at = here.next;
      continue;
    case CLASS_APOSTROPHE:
      next = look_at(scan, here.next);
      if (!is_word_char(next.class)) return at;
      *elided = word_elides(scan->text + start, at - start, next.code_point);
      if (*elided) return at;
      alone = after_stop = false;
      break;
    case CLASS_STOP:
      next = look_at(scan, here.next);
      if (last.class == CLASS_NUMBER && next.class == CLASS_NUMBER) break;
      if (!alone) return at;
      if (next.class != CLASS_LETTER) {
        size_t end = after_stop ? possessive_end(scan, here.next) : 0;
        return end ? end : at;
      }
      if (is_word_char(look_at(scan, skip_attached(scan, next.next)).class)) return at;
      after_stop = true;
      break;
    case CLASS_COMMA:
      if (!comma_joins(scan, start, at)) return at;
      next = look_at(scan, here.next);
      break;
    default:
      return at;
    }
    last = next;
    at = next.next;
  }
}

/* The next word of a spaceless run: the character [from, second) and, when one follows, the next. */
static void run_step(struct word_scan *scan, size_t from, size_t second, bool tail, struct raw_word *word) {
  struct look next = look_at(scan, second);
  bool more = next.class == CLASS_SPACELESS;
  size_t end = more ? skip_attached(scan, next.next) : second;
  *word = (struct raw_word){.start = from, .end = end, .spaceless = true, .run_tail = tail && !more};
  scan->at = second;
  scan->run_second = more ? end : 0;
  scan->in_run = more;
}

bool word_next(struct word_scan *scan, struct raw_word *word) {
  if (scan->in_run) {
    run_step(scan, scan->at, scan->run_second, true, word);
    return true;
  }
  while (scan->at < scan->len) {
    size_t start = scan->at;
    struct look first = look_at(scan, start);
    if (first.class == CLASS_SPACELESS) {
      run_step(scan, start, skip_attached(scan, first.next), false, word);
      return true;
    }
    if (is_word_char(first.class)) {
      bool elided = false;
      scan->at = word_end(scan, start, first, &elided);
      *word = (struct raw_word){.start = start, .end = scan->at, .elided = elided};
      return true;
    }
    scan->at = first.next;
  }
  return false;
}
