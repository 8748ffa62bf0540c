/* Gives each file named on the command line to a fuzz target: what `make check` does with the kept corpus. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    printf("%s\n", argv[i]);
    fflush(stdout);
    struct fuzz_file file = fuzz_read(argv[i]);
    LLVMFuzzerTestOneInput(file.bytes, file.len);
    free(file.bytes);
    printf("ok\n");
  }
  return 0;
}
