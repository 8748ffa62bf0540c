/* Names out of a byline. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

enum { NAMES_MAX = 64 };

struct name {
  const char *text;
  size_t len;
};

static bool has_two_words(struct name name) {
  trim(&name.text, &name.len);
  return memchr(name.text, ' ', name.len) != NULL;
}

static bool is_small(char c) { return c >= 'a' && c <= 'z'; }

/* Names begin with a capital, or with a letter beyond ASCII. */
static bool begins_name(const char *text, size_t len) {
  return len > 0 && ((*text >= 'A' && *text <= 'Z') || *text & 0x80);
}

static bool ends_name(const char *text, size_t len) {
  size_t start = len;
  while (start > 0 && text[start - 1] != ' ' && text[start - 1] != ',') start--;
  return begins_name(text + start, len - start);
}

/* Length of " und " and the like at text[at]. It is "and" only between names, and only in small letters, or in a line
 * of capitals where it is no initial. */
static size_t foreign_and(const char *text, size_t len, size_t at) {
  static const char *const words[] = {"und", "et", "en", "och", "og", "y", "e", "i"};
  size_t start = at + (text[at] == ',');
  if (start >= len || text[start] != ' ' || !ends_name(text, at)) return 0;
  const char *word = text + ++start, *blank = memchr(word, ' ', len - start);
  size_t word_len = blank ? (size_t)(blank - word) : 0;
  if (word_len == 0 || !begins_name(blank + 1, len - start - word_len - 1)) return 0;
  bool capitals = at > 0 && !is_small(text[at - 1]) && !is_small(word[0]) && word_len > 1 && !is_small(word[1]);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strlen(words[i]) != word_len || strncasecmp(word, words[i], word_len) != 0) continue;
    return is_small(word[0]) || capitals ? start - at + word_len + 1 : 0;
  }
  return 0;
}

/* Length of a separator of names at text[at]: a comma, " and " or " & ", or a comma with " and ". */
static size_t separator(const char *text, size_t len, size_t at) {
  static const char *const words[] = {", and ", ", & ", " and ", " & "};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t word_len = strlen(words[i]);
    if (len - at >= word_len && strncasecmp(text + at, words[i], word_len) == 0) return word_len;
  }
  size_t gap = text[at] == ' ' || text[at] == ',' ? foreign_and(text, len, at) : 0;
  return gap ? gap : text[at] == ',';
}

/* Length of the word that a line begins with when it means "by". Those that names begin with too, as von Hardenberg and
 * Da Silva, mean it before a name of two words only. */
static size_t opening(const char *text, size_t len) {
  static const struct {
    const char *word;
    bool of_names;
  } openings[] = {{"par", false}, {"por", false}, {"door", false}, {"av", false}, {"od", false},
                  {"von", true},  {"di", true},   {"da", true},    {"af", true}};
  if (len > 3 && strncasecmp(text, "by ", 3) == 0) return 3;
  for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
    size_t word_len = strlen(openings[i].word), end = word_len + 1;
    if (len <= end || text[word_len] != ' ' || strncasecmp(text, openings[i].word, word_len) != 0) continue;
    if (!begins_name(text + end, len - end)) return 0;
    size_t stop = end;
    while (stop < len && text[stop] != ';' && separator(text, len, stop) == 0) stop++;
    return !openings[i].of_names || has_two_words((struct name){text + end, stop - end}) ? end : 0;
  }
  return 0;
}

static int add_name(struct nsearch_article *article, struct name name, struct nsearch_error *err) {
  trim(&name.text, &name.len);
  return name.len ? article_list_add(&article->authors, name.text, name.len, err) : NSEARCH_OK;
}

/* One part between semicolons: cut at commas and "and" when every piece then looks like a whole name, that is, has two
 * words. "Roe, Jane" and "Jane Roe, Reuters" stay whole. */
static int add_part(struct nsearch_article *article, struct name part, struct nsearch_error *err) {
  struct name names[NAMES_MAX];
  size_t count = 0, start = 0;
  bool all_whole = true;
  for (size_t at = 0; at <= part.len && count < NAMES_MAX; at++) {
    size_t gap = at < part.len ? separator(part.text, part.len, at) : 0;
    if (gap == 0 && at < part.len) continue;
    names[count] = (struct name){part.text + start, at - start};
    all_whole &= has_two_words(names[count]);
    count++;
    if (gap > 0) {
      start = at + gap;
      at = start - 1;
    }
  }
  if (!all_whole || count == NAMES_MAX) return add_name(article, part, err);
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < count; i++) status = add_name(article, names[i], err);
  return status;
}

static int add_line(struct nsearch_article *article, const char *text, size_t len, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  size_t by = opening(text, len);
  text += by, len -= by;
  for (const char *end = text + len; !status && text < end;) {
    const char *stop = memchr(text, ';', (size_t)(end - text));
    struct name part = {text, (size_t)((stop ? stop : end) - text)};
    status = add_part(article, part, err);
    text = stop ? stop + 1 : end;
  }
  return status;
}

/* A byline that goes over several lines is one. */
int byline_add(struct nsearch_article *article, const char *text, size_t len, struct nsearch_error *err) {
  trim(&text, &len);
  if (len == 0 || !memchr(text, '\n', len)) return add_line(article, text, len, err);
  struct buffer line = {0};
  for (size_t i = 0; i < len; i++) {
    bool is_blank = (unsigned char)text[i] <= ' ';
    if (!is_blank || (unsigned char)text[i - 1] > ' ') buffer_byte(&line, is_blank ? ' ' : (uint8_t)text[i]);
  }
  int status = buffer_status(&line, err);
  if (!status) status = add_line(article, line.bytes, line.len, err);
  buffer_free(&line);
  return status;
}
