/* Whether the words of a phrase stand in order and close enough, by their positions in one document. */
#include "query/native/native.h"

bool phrase_within(uint32_t *const *positions, const size_t *counts, size_t count, uint32_t slop) {
  uint64_t span = (uint64_t)count - 1 + slop;
  for (size_t start = 0; start < counts[0]; start++) {
    uint32_t first = positions[0][start], last = first;
    for (size_t i = 1; i < count && last != UINT32_MAX; i++) {
      /* Taking the earliest next word each time gives the earliest end for this start. */
      size_t low = 0, high = counts[i];
      while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (positions[i][middle] <= last) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      last = low < counts[i] ? positions[i][low] : UINT32_MAX;
    }
    if (last != UINT32_MAX && last - first <= span) return true;
  }
  return false;
}
