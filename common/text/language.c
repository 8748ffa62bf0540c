/* The languages with a Snowball stemmer, in order of their ISO 639-1 codes. */
#include "common/text/text.h"

#include <string.h>
#include <strings.h>

static const struct {
  const char *code, *stemmer;
} languages[] = {
    {"none", NULL},       {"ar", "arabic"},     {"ca", "catalan"},    {"da", "danish"},    {"de", "german"},
    {"el", "greek"},      {"en", "english"},    {"es", "spanish"},    {"eu", "basque"},    {"fi", "finnish"},
    {"fr", "french"},     {"ga", "irish"},      {"hi", "hindi"},      {"hu", "hungarian"}, {"hy", "armenian"},
    {"id", "indonesian"}, {"it", "italian"},    {"lt", "lithuanian"}, {"ne", "nepali"},    {"nl", "dutch"},
    {"no", "norwegian"},  {"pt", "portuguese"}, {"ro", "romanian"},   {"ru", "russian"},   {"sr", "serbian"},
    {"sv", "swedish"},    {"ta", "tamil"},      {"tr", "turkish"},    {"yi", "yiddish"},
};

enum { LANGUAGE_COUNT = sizeof languages / sizeof languages[0] };
_Static_assert((int)LANGUAGE_COUNT <= (int)LANGUAGE_MAX, "languages are numbered below LANGUAGE_MAX");

int language_find(const char *name, size_t len) {
  char tag[LANGUAGE_TAG_MAX];
  const char *none = languages[LANGUAGE_NONE].code;
  if (len == strlen(none) && strncasecmp(name, none, len) == 0) return LANGUAGE_NONE;
  if (language_tag(name, len, tag) != 2) return -1;
  for (int i = LANGUAGE_NONE + 1; i < LANGUAGE_COUNT; i++)
    if (memcmp(languages[i].code, tag, 2) == 0) return i;
  return -1;
}

const char *language_code(int language) { return languages[language].code; }

const char *language_stemmer(int language) { return languages[language].stemmer; }

bool language_elides(int language) {
  const char *code = language_code(language);
  return strcmp(code, "fr") == 0 || strcmp(code, "it") == 0 || strcmp(code, "ca") == 0;
}

int language_count(void) { return LANGUAGE_COUNT; }
