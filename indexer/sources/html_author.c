/* The names in what pages say of an article's authors. */
#include "indexer/sources/html.h"

#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 120, BY_WITHIN = 20 };

/* Drops "Monday, Nov" from the end of a line that was cut before the day of a date. */
static size_t without_date(const char *text, size_t len) {
  static const char names[] = "jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun";
  for (;;) {
    while (len > 0 && strchr(" ,.", text[len - 1])) len--;
    size_t word = len;
    while (word > 0 && text[word - 1] != ' ' && text[word - 1] != ',') word--;
    char start[4] = "";
    for (size_t i = 0; i < 3 && word + i < len; i++) start[i] = (char)(text[word + i] | 32);
    if (len - word < 3 || len - word > 9 || !strstr(names, start)) return len;
    len = word;
  }
}

/* Narrows "By Jane Roe | 14 Nov" to Jane Roe; false when it is no name, as a link is none. */
bool html_author_narrow(const char **text, size_t *len, bool is_line) {
  static const char *const openings[] = {"by ", "by: ", "author: ", "von ", "por ", "par "};
  trim(text, len);
  const char *by = memmem(*text, *len < BY_WITHIN ? *len : BY_WITHIN, " by ", 4); /* "Analysis by" */
  if (by && !memchr(*text, ',', (size_t)(by - *text))) *len -= (size_t)(by + 4 - *text), *text = by + 4;
  for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
    size_t opening = strlen(openings[i]);
    if (*len > opening && strncasecmp(*text, openings[i], opening) == 0) *text += opening, *len -= opening;
  }
  size_t whole = *len;
  for (size_t i = 0; is_line && i < *len; i++)
    if (strchr("|0123456789@(", (*text)[i]) || (*len - i > 2 && memcmp(*text + i, " - ", 3) == 0) ||
        (*len - i > 2 && memcmp(*text + i, "\xE2\x80\xA2", 3) == 0) ||
        (*len - i > 1 && memcmp(*text + i, "\xC2\xB7", 2) == 0))
      *len = i;
  if (is_line && *len < whole && text[0][*len] >= '0' && text[0][*len] <= '9') *len = without_date(*text, *len);
  trim(text, len);
  if (is_line && *len > 10 && strncasecmp(*text + *len - 10, " published", 10) == 0) *len -= 10;
  while (*len > 0 && strchr(",-/: ", (*text)[*len - 1])) --*len;
  return *len > 1 && *len <= NAME_MAX_BYTES && !memmem(*text, *len, "://", 3) && !memmem(*text, *len, "www.", 4) &&
         **text != '/' && **text != '@';
}

static bool is_listed(const char *names, size_t len, const char *name) {
  for (size_t at = 0; at < len; at += strlen(names + at) + 1)
    if (strcasecmp(names + at, name) == 0) return true;
  return false;
}

/* Pages name an author in many places, who is one all the same. */
int html_author_add(struct nsearch_article *article, const char *text, size_t len, struct nsearch_error *err) {
  struct article_list *authors = &article->authors;
  size_t kept = authors->text.len, count = authors->count;
  int status = byline_add(article, text, len, err);
  char *names = authors->text.bytes;
  for (size_t at = kept, next; !status && at < authors->text.len; at = next) {
    next = at + strlen(names + at) + 1;
    if (is_listed(names, kept, names + at)) continue;
    memmove(names + kept, names + at, next - at);
    kept += next - at;
    count++;
  }
  if (!status) authors->text.len = kept, authors->count = count;
  return status;
}
