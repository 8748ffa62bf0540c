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

/* Length of a separator of names at text[at]: a comma, " and " or " & ", or a comma with " and ". */
static size_t separator(const char *text, size_t len, size_t at) {
  static const char *const words[] = {", and ", ", & ", " and ", " & ", ","};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t word_len = strlen(words[i]);
    if (len - at >= word_len && strncasecmp(text + at, words[i], word_len) == 0) return word_len;
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

int byline_add(struct nsearch_article *article, const char *text, size_t len, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  trim(&text, &len);
  if (len > 3 && strncasecmp(text, "by ", 3) == 0) text += 3, len -= 3;
  for (const char *end = text + len; !status && text < end;) {
    const char *stop = memchr(text, ';', (size_t)(end - text));
    struct name part = {text, (size_t)((stop ? stop : end) - text)};
    status = add_part(article, part, err);
    text = stop ? stop + 1 : end;
  }
  return status;
}
