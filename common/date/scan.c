/* Reading numbers and names off the front of a text. */
#include "common/date/scan.h"

size_t scan_digits(const struct scan *in) {
  const char *at = in->at;
  while (at < in->end && is_digit(*at)) at++;
  return (size_t)(at - in->at);
}

bool scan_fixed(struct scan *in, size_t count, int *value) {
  if (scan_digits(in) < count) return false;
  *value = 0;
  while (count--) *value = *value * 10 + (*in->at++ - '0');
  return true;
}

bool scan_number(struct scan *in, size_t most, int *value) {
  size_t digits = scan_digits(in);
  return digits > 0 && digits <= most && scan_fixed(in, digits, value);
}

static bool begins(const char *name, const char *word, size_t len, size_t least) {
  for (size_t i = 0; i < len; i++)
    if (name[i] != (word[i] | 0x20)) return false; /* a NUL ends the comparison: no letter is 0 */
  return len >= least || name[len] == 0;
}

int scan_name(struct scan *in, const char *const *names, size_t count, size_t least) {
  size_t len = 0;
  while (is_letter(scan_peek(in, len))) len++;
  for (size_t i = 0; len && i < count; i++) {
    if (!begins(names[i], in->at, len, least)) continue;
    in->at += len;
    return (int)i;
  }
  return -1;
}
