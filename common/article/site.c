/* The site of an article: the host of its URL. */
#include <string.h>
#include <strings.h>

#include "common/article/article.h"

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Where the authority of a URL begins: behind "scheme://" or "//", or at "www."; NULL when there is none. */
static const char *authority(const char *url, const char *end) {
  const char *at = url;
  if (end - url >= 4 && strncasecmp(url, "www.", 4) == 0) return url;
  if (at < end && is_letter(*at)) {
    while (at < end && (is_letter(*at) || is_digit(*at) || *at == '+' || *at == '-' || *at == '.')) at++;
    if (at == end || *at++ != ':') return NULL;
  }
  return end - at > 2 && at[0] == '/' && at[1] == '/' ? at + 2 : NULL;
}

/* Narrows [*host, *end) from "user@host:port" to the host, without a full stop at its end. */
static void host_of_authority(const char **host, const char **end) {
  for (const char *at = *host; at < *end; at++)
    if (*at == '@') *host = at + 1;
  const char *colon = *end;
  while (colon > *host && is_digit(colon[-1])) colon--;
  if (colon > *host && colon[-1] == ':') *end = colon - 1;
  if (*end > *host && (*end)[-1] == '.') (*end)--;
}

bool article_site(const char *url, size_t len, char *out, size_t room, size_t *out_len) {
  const char *host = authority(url, url + len), *end = host;
  if (!host) return false;
  while (end < url + len && !(*end && strchr("/?#\\", *end))) end++;
  host_of_authority(&host, &end);
  if (end - host > 4 && strncasecmp(host, "www.", 4) == 0) host += 4;
  size_t host_len = (size_t)(end - host);
  if (host_len == 0 || host_len >= room) return false;
  for (size_t i = 0; i < host_len; i++) {
    uint8_t c = (uint8_t)host[i];
    if (c <= ' ' || c == 0x7f) return false;
    out[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  out[host_len] = 0;
  *out_len = host_len;
  return true;
}
