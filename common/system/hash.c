/* XXH3, compiled into this one object. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/system/system.h"

uint64_t hash_bytes(const void *bytes, size_t len) { return XXH3_64bits(bytes, len); }
