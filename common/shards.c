/* The state of remote shards: what nsearch_shards_read(), a result and a writer tell of them. */
#include "common/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct nsearch_shards *shards_new(size_t count) {
  struct nsearch_shards *shards =
      memory_zero(1, sizeof *shards + count * sizeof *shards->items); /* count is at most SHARDS_MAX */
  if (shards) shards->count = count;
  return shards;
}

struct nsearch_shards *shards_copy(const struct nsearch_shards *shards) {
  struct nsearch_shards *copy = shards_new(shards->count);
  for (size_t i = 0; copy && i < shards->count; i++) {
    const struct shard_state *from = &shards->items[i];
    struct shard_state *to = &copy->items[i];
    *to = *from;
    to->address = memory_string(from->address, strlen(from->address));
    to->message = from->message ? memory_string(from->message, strlen(from->message)) : NULL;
    if (to->address && (to->message || !from->message)) continue;
    nsearch_shards_free(copy); /* what was not copied yet is zero */
    return NULL;
  }
  return copy;
}

/* An address stands in a line of the manifest. */
bool shard_is_address(const char *text) {
  enum { ADDRESS_MAX = 1000, PORT_MAX = 65535 };
  size_t len = strlen(text);
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)text[i] < ' ' || text[i] == 0x7f) return false;
  if (len > ADDRESS_MAX) return false;
  if (strncmp(text, "prog:", 5) == 0) return text[5 + strspn(text + 5, " ")] != 0;
  const char *colon = strrchr(text, ':');
  if (strncmp(text, "tcp://", 6) != 0 || colon < text + 7) return false;
  unsigned long port = strtoul(colon + 1, NULL, 10);
  return strspn(colon + 1, "0123456789") == strlen(colon + 1) && port >= 1 && port <= PORT_MAX;
}

/* The address need not be said twice. Without memory for the message the status says what it can. */
void shard_set(struct shard_state *shard, int status, const char *message) {
  size_t len = shard->address ? strlen(shard->address) : 0;
  if (message && len && strncmp(message, shard->address, len) == 0 && strncmp(message + len, ": ", 2) == 0)
    message += len + 2;
  char *copy = message && status ? memory_string(message, strlen(message)) : NULL;
  memory_free(shard->message);
  shard->status = status;
  shard->message = copy;
}

void nsearch_shards_free(nsearch_shards *shards) {
  if (!shards) return;
  for (size_t i = 0; i < shards->count; i++) {
    memory_free(shards->items[i].address);
    memory_free(shards->items[i].message);
  }
  memory_free(shards);
}

size_t nsearch_shards_count(const nsearch_shards *shards) { return shards ? shards->count : 0; }

const char *nsearch_shards_address(const nsearch_shards *shards, size_t i) {
  assert(i < shards->count);
  return shards->items[i].address;
}

nsearch_status nsearch_shards_status(const nsearch_shards *shards, size_t i, const char **message) {
  assert(i < shards->count);
  const struct shard_state *shard = &shards->items[i];
  if (message)
    *message = shard->message  ? shard->message
               : shard->status ? nsearch_status_text((nsearch_status)shard->status)
                               : "";
  return (nsearch_status)shard->status;
}

uint64_t nsearch_shards_articles(const nsearch_shards *shards, size_t i) {
  assert(i < shards->count);
  return shards->items[i].articles;
}

double nsearch_shards_latency(const nsearch_shards *shards, size_t i) {
  assert(i < shards->count);
  return (double)shards->items[i].nanoseconds / 1e6;
}
