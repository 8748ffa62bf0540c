/* The names in what pages say of an article's authors. */
#include "indexer/sources/html.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 120, BY_WITHIN = 20, SOURCE_MIN = 3 };

/* True for a day of the week or a month, as it stands before the day of a month, which may be cut short: "Sept". A name
 * may begin as one does, "Martin". */
static bool is_of_date(const char *word, size_t len) {
  enum { SHORTEST = 3, LONGEST = 9 };
  static const char names[] =
      " january janvier februar february march mars marzo april may june juni junio junho july juli "
      "julio julho august september septembre october octobre octubre november novembre "
      "novembro december monday tuesday wednesday thursday friday saturday sunday ";
  char wanted[LONGEST + 2] = " ";
  if (len < SHORTEST || len > LONGEST) return false;
  for (size_t i = 0; i < len; i++) wanted[i + 1] = (char)tolower((unsigned char)word[i]);
  wanted[len + 1] = 0;
  return strstr(names, wanted) != NULL;
}

/* Drops "Monday, Nov" from the end of a line that was cut before the day of a date. */
static size_t without_date(const char *text, size_t len) {
  for (;;) {
    while (len > 0 && strchr(" ,.", text[len - 1])) len--;
    size_t word = len;
    while (word > 0 && text[word - 1] != ' ' && text[word - 1] != ',') word--;
    if (!is_of_date(text + word, len - word)) return len;
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

/* ---- Jobs and agencies ---- */

static const char *const agencies[] = {"The Associated Press",
                                       "Associated Press",
                                       "Agence France-Presse",
                                       "Press Trust of India",
                                       "Thomson Reuters",
                                       "Reuters",
                                       "Bloomberg News",
                                       "Xinhua",
                                       "AP",
                                       "AFP",
                                       "UPI",
                                       "PTI",
                                       "ANI",
                                       "IANS",
                                       "EFE",
                                       "DPA",
                                       "ANSA",
                                       "TASS"};

static const char jobs[] = " writer editor editor-at-large correspondent reporter journalist columnist producer ";

/* What stands before the word for a job. */
static const char fields[] = " staff senior chief associate deputy managing news national international foreign world "
                             "political politics business economics sports sport auto science health technology "
                             "security military legal education investigative features digital freelance ";

static bool is_word_of(const char *list, const char *word, size_t len) {
  char wanted[24] = " ";
  if (len == 0 || len > sizeof wanted - 3) return false;
  for (size_t i = 0; i < len; i++) wanted[i + 1] = (char)(word[i] >= 'A' && word[i] <= 'Z' ? word[i] | 32 : word[i]);
  memcpy(wanted + len + 1, " ", 2);
  return strstr(list, wanted) != NULL;
}

/* Where the last word of the text begins. */
static size_t last_word(const char *text, size_t len) {
  while (len > 0 && text[len - 1] != ' ' && text[len - 1] != ',') len--;
  return len;
}

static size_t without_gap(const char *text, size_t len) {
  while (len > 0 && strchr(" ,-/(", text[len - 1])) len--;
  return len;
}

/* Length of the text without the ending, a word or more; itself when it ends otherwise. Short ones are written large. */
static size_t without_ending(const char *text, size_t len, const char *ending, size_t ending_len) {
  if (ending_len == 0 || len <= ending_len || !strchr(" ,", text[len - ending_len - 1])) return len;
  const char *end = text + len - ending_len;
  bool ends = ending_len <= 4 ? memcmp(end, ending, ending_len) == 0 : strncasecmp(end, ending, ending_len) == 0;
  return ends ? without_gap(text, len - ending_len) : len;
}

/* Length of the text without job, agency and source at its end. */
static size_t without_desk(const char *text, size_t len, const char *source, size_t source_len) {
  size_t whole = len, word = last_word(text, len);
  if (is_word_of(jobs, text + word, len - word)) {
    do {
      len = without_gap(text, word);
      word = last_word(text, len);
    } while (is_word_of(fields, text + word, len - word));
  }
  for (size_t i = 0; i < sizeof agencies / sizeof *agencies; i++)
    len = without_ending(text, len, agencies[i], strlen(agencies[i]));
  len = without_ending(text, len, source, source_len);
  /* What is left has to be a name: two words. */
  return memchr(text, ' ', len) ? len : whole;
}

static bool is_equal(const char *a, size_t a_len, const char *b, size_t b_len) {
  return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

/* True for what is an agency, the source, a part of it, or a job, and no person: "AP Sports Writer", "HPN Business". */
static bool is_desk(const char *text, size_t len, const char *source, size_t source_len) {
  size_t word = last_word(text, len);
  for (size_t i = 0; i < sizeof agencies / sizeof *agencies; i++)
    if (is_equal(text, len, agencies[i], strlen(agencies[i]))) return true;
  if (is_word_of(jobs, text + word, len - word)) {
    size_t first = 0;
    while (first < len && text[first] != ' ') first++;
    if (first < word && is_word_of(fields, text, first)) return true;
    if (first + 1 == word && is_equal(text, first, source, source_len)) return true;
    for (size_t i = 0; i < sizeof agencies / sizeof *agencies; i++)
      if (is_equal(text, first, agencies[i], strlen(agencies[i]))) return true;
  }
  if (is_equal(text, len, source, source_len)) return source_len > 0;
  if (source_len > 0 && word > 0 && is_word_of(fields, text + word, len - word))
    return is_equal(text, without_gap(text, word), source, source_len);
  return memchr(text, ' ', len) && source_len > len && source[len] == ' ' && strncasecmp(text, source, len) == 0;
}

int html_authors_settle(struct nsearch_article *article, struct nsearch_error *err) {
  struct article_list said = article->authors;
  bool has_person = false;
  size_t source_len;
  const char *source = article_get(article, ARTICLE_SOURCE, &source_len);
  int status = NSEARCH_OK;
  if (source_len < SOURCE_MIN) source_len = 0; /* Malcolm X */
  article->authors = (struct article_list){0};
  for (const char *name = NULL; (name = article_list_next(&said, name));)
    has_person |= !is_desk(name, strlen(name), source, source_len);
  for (const char *name = NULL; !status && (name = article_list_next(&said, name));) {
    size_t len = strlen(name);
    if (has_person && is_desk(name, len, source, source_len)) continue;
    status = html_author_add(article, name, without_desk(name, len, source, source_len), err);
  }
  buffer_free(&said.text);
  return status;
}
