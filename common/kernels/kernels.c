/* Which kernels this processor can run. */
#include "common/kernels/kernels.h"

#if defined(__x86_64__)
static int has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt");
}
static int has_avx512(void) { return has_avx2() && __builtin_cpu_supports("avx512f"); }
#endif

const struct kernels *kernels(void) {
#if defined(__x86_64__)
  if (has_avx512()) return &kernels_avx512;
  if (has_avx2()) return &kernels_avx2;
  if (__builtin_cpu_supports("sse4.1")) return &kernels_sse41;
#endif
  return &kernels_scalar;
}

const struct kernels *kernels_level(unsigned number, const char **name) {
  const struct kernels *level = NULL;
  int runs = 1;
  if (number == 0) level = &kernels_scalar;
#if defined(__x86_64__)
  if (number == 1) level = &kernels_sse41, runs = __builtin_cpu_supports("sse4.1");
  if (number == 2) level = &kernels_avx2, runs = has_avx2();
  if (number == 3) level = &kernels_avx512, runs = has_avx512();
#endif
  if (name) *name = level ? level->level : NULL;
  return runs ? level : NULL;
}
