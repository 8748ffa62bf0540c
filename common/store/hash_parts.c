/* A range of hashes in parts of about as many. */
#include "common/store/store.h"

enum { HASHES_AT_ONCE = 1 << 20 };

struct hash_parts hash_parts_of(uint64_t hashes) {
  unsigned shift = 63;
  while (hashes >> (64 - shift) > HASHES_AT_ONCE) shift--;
  return (struct hash_parts){UINT64_C(1) << (64 - shift), shift};
}
