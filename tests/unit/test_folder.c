/* The folder of an index that has no commit: writers make it and take it away again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/nsearch.h"

enum { TIMES = 200 };

/* Opens and closes a writer again and again; which of its openings failed otherwise than by the other one's lock. */
static int come_and_go(const char *path) {
  nsearch_error *err = nsearch_error_new();
  int wrong = 0;
  for (int i = 0; i < TIMES; i++) {
    nsearch_writer *writer;
    nsearch_status status = nsearch_writer_open(&writer, path, NULL, err);
    if (!status) nsearch_writer_close(writer);
    if (!status || status == NSEARCH_ERR_LOCKED) continue;
    fprintf(stderr, "%s\n", nsearch_error_message(err));
    wrong = 1;
  }
  nsearch_error_free(err);
  return wrong;
}

/* A writer that ends takes lock and folder away, also while another one is between finding and locking them. */
static void writers_come_and_go(void **state) {
  (void)state;
  char folder[] = "/tmp/nsearch-folder-XXXXXX", path[64];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/index", folder);
  pid_t child = fork();
  if (child == 0) _exit(come_and_go(path));
  int wrong = come_and_go(path), status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(wrong, 0);
  assert_int_equal(status, 0);
  rmdir(path); /* may be left by one that found it there, and is empty then */
  assert_int_equal(rmdir(folder), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writers_come_and_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
