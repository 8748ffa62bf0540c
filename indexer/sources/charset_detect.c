/* The encoding of bytes that nobody names and that are no UTF-8. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <uchardet/uchardet.h>

enum { SAMPLE = 64 << 10 };

const struct charset *charset_escaped(const char *bytes, size_t len) {
  const char *escape = memchr(bytes, 0x1b, len);
  if (!escape || len - (size_t)(escape - bytes) < 3) return NULL;
  if (memcmp(escape + 1, "$B", 2) == 0 || memcmp(escape + 1, "$@", 2) == 0 || memcmp(escape + 1, "(J", 2) == 0)
    return charset_find("iso-2022-jp");
  if (memcmp(escape + 1, "$)", 2) == 0) return charset_find("iso-2022-kr");
  return NULL;
}

const struct charset *charset_detect(const char *bytes, size_t len) {
  const struct charset *charset = NULL;
  uchardet_t detector = uchardet_new();
  if (!detector) return NULL;
  if (uchardet_handle_data(detector, bytes, len < SAMPLE ? len : SAMPLE) == 0) {
    uchardet_data_end(detector);
    charset = charset_find(uchardet_get_charset(detector));
  }
  uchardet_delete(detector);
  return charset;
}
