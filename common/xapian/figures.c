/* The figures of a database, which it holds as metadata: what readers of the index need to know without looking through it,
 * and of a remote shard which of how many of which index it is. Lines of name=value, as document data. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/text.h"
#include "common/xapian/xap.h"

void xap_figures_encode(const struct xap_figures *figures, struct buffer *out) {
  buffer_format(out, "format=1\nlanguage=%s\ntitle-weight=%u\ntext=%d\n", language_code(figures->language),
                figures->title_weight, figures->has_text);
  if (!figures->shards)
    buffer_format(out, "terms=%" PRIu64 "\npostings=%" PRIu64 "\n", figures->terms, figures->postings);
  buffer_format(out, "tokens=%" PRIu64 "\nlanguages=%" PRIu32 "\n", figures->tokens, figures->languages);
  if (figures->dated) buffer_format(out, "oldest=%" PRId64 "\nnewest=%" PRId64 "\n", figures->oldest, figures->newest);
  if (figures->shards)
    buffer_format(out, "index=%016" PRIx64 "\nshard=%" PRIu32 "\nshards=%" PRIu32 "\nrouting=xxh3-of-id\n",
                  figures->index, figures->shard, figures->shards);
}

/* The value behind "name=" at the start of a line; false when there is none. */
static bool find(const struct buffer *text, const char *name, char out[24]) {
  size_t len = strlen(name);
  for (size_t at = 0; at < text->len;) {
    const char *line = text->bytes + at, *end = memchr(line, '\n', text->len - at);
    size_t line_len = end ? (size_t)(end - line) : text->len - at;
    if (line_len > len && line_len < len + 24 && memcmp(line, name, len) == 0 && line[len] == '=') {
      memcpy(out, line + len + 1, line_len - len - 1);
      out[line_len - len - 1] = 0;
      return true;
    }
    at += line_len + 1;
  }
  return false;
}

static uint64_t number(const struct buffer *text, const char *name) {
  char digits[24];
  return find(text, name, digits) ? strtoull(digits, NULL, 10) : 0;
}

int xap_figures_decode(struct xap_figures *out, const struct buffer *text, const char *where,
                       struct nsearch_error *err) {
  char oldest[24], newest[24], hex[24];
  uint64_t format = number(text, "format");
  *out = (struct xap_figures){0};
  if (format > 1)
    return error_set(err, NSEARCH_ERR_VERSION, "%s was written by a newer version of nsearch; use that one", where);
  if (format != 1) return error_set(err, NSEARCH_ERR_DAMAGED, "%s lacks the figures of nsearch; index again", where);
  *out = (struct xap_figures){.terms = number(text, "terms"),
                              .postings = number(text, "postings"),
                              .tokens = number(text, "tokens"),
                              .languages = (uint32_t)number(text, "languages"),
                              .shard = (uint32_t)number(text, "shard"),
                              .shards = (uint32_t)number(text, "shards")};
  out->dated = find(text, "oldest", oldest) && find(text, "newest", newest);
  if (out->dated) out->oldest = strtoll(oldest, NULL, 10), out->newest = strtoll(newest, NULL, 10);
  if (find(text, "index", hex)) out->index = strtoull(hex, NULL, 16);
  return NSEARCH_OK;
}

int xap_figures_check(const struct xap_figures *figures, uint64_t index, uint32_t shard, uint32_t shards,
                      const char *where, struct nsearch_error *err) {
  if (figures->shards == 0)
    return error_set(err, NSEARCH_ERR_DAMAGED,
                     "%s serves an index that is no shard of another; start the server of this shard's database there",
                     where);
  if (figures->index != index)
    return error_set(err, NSEARCH_ERR_DAMAGED,
                     "%s serves shard %" PRIu32 " of another index, %016" PRIx64 ", and not of this one, %016" PRIx64
                     "; start the server of this index's database there",
                     where, figures->shard, figures->index, index);
  if (figures->shards != shards)
    return error_set(err, NSEARCH_ERR_DAMAGED,
                     "%s is one of %" PRIu32 " shards, and the manifest lists %" PRIu32
                     "; restore the manifest from a copy or index again",
                     where, figures->shards, shards);
  if (figures->shard != shard)
    return error_set(err, NSEARCH_ERR_DAMAGED,
                     "%s serves shard %" PRIu32 " of this index where shard %" PRIu32
                     " belongs: databases were exchanged; start the server of each at its own address",
                     where, figures->shard, shard);
  return NSEARCH_OK;
}

uint32_t xap_shard_of_id(const char *id, size_t len, uint32_t shards) {
  return (uint32_t)(hash_bytes(id, len) % shards);
}
