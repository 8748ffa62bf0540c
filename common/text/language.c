/* The languages with a Snowball stemmer, in order of their ISO 639-1 codes. */
#include "common/text/text.h"

#include <string.h>

struct language {
  const char *code;
  const char *others[3]; /* three-letter codes and variants */
  const char *stemmer;
};

static const struct language languages[] = {
    {"none", {NULL}, NULL},        {"ar", {"ara"}, "arabic"},          {"ca", {"cat"}, "catalan"},
    {"da", {"dan"}, "danish"},     {"de", {"deu", "ger"}, "german"},   {"el", {"ell", "gre"}, "greek"},
    {"en", {"eng"}, "english"},    {"es", {"spa"}, "spanish"},         {"eu", {"eus", "baq"}, "basque"},
    {"fi", {"fin"}, "finnish"},    {"fr", {"fra", "fre"}, "french"},   {"ga", {"gle"}, "irish"},
    {"hi", {"hin"}, "hindi"},      {"hu", {"hun"}, "hungarian"},       {"hy", {"hye", "arm"}, "armenian"},
    {"id", {"ind"}, "indonesian"}, {"it", {"ita"}, "italian"},         {"lt", {"lit"}, "lithuanian"},
    {"ne", {"nep"}, "nepali"},     {"nl", {"nld", "dut"}, "dutch"},    {"no", {"nor", "nb", "nob"}, "norwegian"},
    {"pt", {"por"}, "portuguese"}, {"ro", {"ron", "rum"}, "romanian"}, {"ru", {"rus"}, "russian"},
    {"sr", {"srp"}, "serbian"},    {"sv", {"swe"}, "swedish"},         {"ta", {"tam"}, "tamil"},
    {"tr", {"tur"}, "turkish"},    {"yi", {"yid"}, "yiddish"},
};

enum { LANGUAGE_COUNT = sizeof languages / sizeof languages[0] };
_Static_assert((int)LANGUAGE_COUNT <= (int)LANGUAGE_MAX, "languages are numbered below LANGUAGE_MAX");

static bool same_name(const char *name, size_t len, const char *known) {
  if (!known || strlen(known) != len) return false;
  for (size_t i = 0; i < len; i++) {
    char c = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
    if (c != known[i]) return false;
  }
  return true;
}

int language_find(const char *name, size_t len) {
  size_t code = 0; /* without region or script: en-GB, zh_Hans */
  while (code < len && name[code] != '-' && name[code] != '_') code++;
  for (int i = 0; i < LANGUAGE_COUNT; i++) {
    const struct language *language = &languages[i];
    bool found =
        same_name(name, i == LANGUAGE_NONE ? len : code, language->code) || same_name(name, len, language->stemmer);
    for (size_t k = 0; k < 3 && !found; k++) found = same_name(name, code, language->others[k]);
    if (found) return i;
  }
  return -1;
}

const char *language_code(int language) { return languages[language].code; }

const char *language_stemmer(int language) { return languages[language].stemmer; }

bool language_elides(int language) {
  const char *code = language_code(language);
  return strcmp(code, "fr") == 0 || strcmp(code, "it") == 0 || strcmp(code, "ca") == 0;
}

int language_count(void) { return LANGUAGE_COUNT; }
