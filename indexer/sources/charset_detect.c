/* The encoding of bytes that nobody names and that are no UTF-8. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <uchardet/uchardet.h>

const struct charset *charset_escaped(const char *bytes, size_t len) {
  const char *escape = memchr(bytes, 0x1b, len);
  if (!escape || len - (size_t)(escape - bytes) < 3) return NULL;
  if (memcmp(escape + 1, "$B", 2) == 0 || memcmp(escape + 1, "$@", 2) == 0 || memcmp(escape + 1, "(J", 2) == 0)
    return charset_find("iso-2022-jp");
  if (memcmp(escape + 1, "$)", 2) == 0) return charset_find("iso-2022-kr");
  return NULL;
}

/* The Macintosh's letters between small ASCII letters, at bytes where Windows has capitals, signs and nothing: uchardet
 * knows no MacRoman. What Windows has quotes and dashes at says nothing. */
static bool looks_macintosh(const uint8_t *bytes, size_t len) {
  static const char telling[] = "\x88\x89\x8a\x8d\x8e\x8f\x90\x94\x95\x99\x9a\x9f\xa7"; /* à â ä ç é è ê î ï ô ö ü ß */
  size_t macintosh = 0, windows = 0;
  for (size_t i = 1; i + 1 < len; i++) {
    if (bytes[i] < 0x80 || bytes[i - 1] < 'a' || bytes[i - 1] > 'z' || bytes[i + 1] < 'a' || bytes[i + 1] > 'z')
      continue;
    macintosh += strchr(telling, bytes[i]) != NULL;
    windows += bytes[i] >= 0xdf;
  }
  return macintosh > 2 * windows;
}

enum latin { LATIN_NOT, LATIN, LATIN_RARE };

/* Encodings of Latin letters, and among them those that a few bytes of French are mistaken for. */
static enum latin latin_of(const struct charset *charset) {
  static const char *const usual[] = {"CP1252", "CP1250", "CP1254", "ISO-8859-2", "ISO-8859-15"};
  static const char *const rare[] = {"CP1257",     "CP1258",      "IBM852",      "VISCII",      "ISO-8859-3",
                                     "ISO-8859-4", "ISO-8859-10", "ISO-8859-13", "ISO-8859-14", "ISO-8859-16"};
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    if (strcmp(charset->name, usual[i]) == 0) return LATIN;
  for (size_t i = 0; i < sizeof rare / sizeof *rare; i++)
    if (strcmp(charset->name, rare[i]) == 0) return LATIN_RARE;
  return LATIN_NOT;
}

static bool is_few(const char *bytes, size_t len) {
  enum { FEW = 16 };
  size_t high = 0;
  for (size_t i = 0; i < len && high < FEW; i++) high += (uint8_t)bytes[i] >= 0x80;
  return high < FEW;
}

static const struct charset *ask_uchardet(const char *bytes, size_t len) {
  const struct charset *charset = NULL;
  uchardet_t detector = uchardet_new();
  if (!detector) return NULL;
  if (uchardet_handle_data(detector, bytes, len) == 0) {
    uchardet_data_end(detector);
    charset = charset_find(uchardet_get_charset(detector));
  }
  uchardet_delete(detector);
  return charset && (charset->kind == CHARSET_SINGLE || charset->kind == CHARSET_MULTIPLE) ? charset : NULL;
}

const struct charset *charset_detect(const char *bytes, size_t len) {
  enum { SAMPLE = 32 << 10, BEFORE = 64 };
  size_t first = 0;
  while (first < len && (uint8_t)bytes[first] < 0x80) first++;
  first -= first < BEFORE ? first : BEFORE;
  bytes += first, len -= first;
  if (len > SAMPLE) len = SAMPLE;
  const struct charset *charset = ask_uchardet(bytes, len);
  enum latin latin = charset ? latin_of(charset) : LATIN;
  if (latin != LATIN_NOT && looks_macintosh((const uint8_t *)bytes, len)) return charset_find("macintosh");
  return latin == LATIN_RARE && is_few(bytes, len) ? NULL : charset;
}
