/* XXH3, compiled into this one object. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/system/system.h"

uint64_t hash_bytes(const void *bytes, size_t len) { return XXH3_64bits(bytes, len); }

struct hash_wide hash_wide(const void *bytes, size_t len) {
  XXH128_hash_t hash = XXH3_128bits(bytes, len);
  return (struct hash_wide){hash.low64, hash.high64};
}

/* The state wants an alignment that no allocation promises: it lies somewhere in the room. */
enum { STATE_ALIGNMENT = 64 };
struct hasher {
  XXH3_state_t *state;
  uint8_t room[sizeof(XXH3_state_t) + STATE_ALIGNMENT];
};

struct hasher *hasher_new(void) {
  struct hasher *hasher = memory_alloc(sizeof *hasher);
  if (!hasher) return NULL;
  uintptr_t at = (uintptr_t)hasher->room;
  hasher->state = (XXH3_state_t *)(void *)(hasher->room + (STATE_ALIGNMENT - at % STATE_ALIGNMENT));
  XXH3_64bits_reset(hasher->state);
  return hasher;
}

void hasher_add(struct hasher *hasher, const void *bytes, size_t len) { XXH3_64bits_update(hasher->state, bytes, len); }

uint64_t hasher_value(const struct hasher *hasher) { return XXH3_64bits_digest(hasher->state); }
