/* Paths to files: order, hidden files, links, repeats, globs, indexes of our own. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "indexer/indexer.h"

static char folder[] = "/tmp/nsearch-walk-XXXXXX";

static const char *const tree[] = {"b.txt",          "a/z.json",      "a/b/c.json",     "a.b/x.json",
                                   "a!.txt",         ".hidden.txt",   ".git/config",    "a/.x/y.json",
                                   "index/manifest", "index/seg.txt", "other/manifest", "other/m.txt"};

static void write_text(const char *below, const char *text) {
  char path[300];
  struct file_out *file;
  snprintf(path, sizeof path, "%s/%s", folder, below);
  *strrchr(path, '/') = 0;
  assert_int_equal(file_make_folder(path, NULL), 0);
  snprintf(path, sizeof path, "%s/%s", folder, below);
  assert_int_equal(file_create(&file, path, NULL), 0);
  assert_int_equal(file_write(file, text, strlen(text), NULL), 0);
  assert_int_equal(file_close(&file, NULL), 0);
}

static void make_link(const char *to, const char *below) {
  char path[300];
  snprintf(path, sizeof path, "%s/%s", folder, below);
  assert_int_equal(symlink(to, path), 0);
}

static int set_up(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  for (size_t i = 0; i < sizeof tree / sizeof *tree; i++)
    write_text(tree[i], strcmp(tree[i], "index/manifest") == 0 ? "nsearch 1\nrest" : "text");
  make_link("b.txt", "c-link.txt"); /* b.txt again */
  make_link("a", "folder-link");    /* not followed */
  make_link("../outside", "a/outside.txt");
  write_text("outside", "text");
  return 0;
}

static int tear_down(void **state) {
  char command[300];
  (void)state;
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static void on_unreadable(void *payload, const char *path, const char *message) {
  assert_true(strlen(path) > 0 && strlen(message) > 0);
  ++*(int *)payload;
}

/* Walks paths below the folder, separated by blanks; checks the list of what is below them. */
static void check(const char *paths, const char *include, const char *exclude, const char *expected) {
  char copy[300], *list[8], found[2000] = "";
  char *include_list[] = {(char *)include}, *exclude_list[] = {(char *)exclude};
  struct globs included = {include_list, include != NULL, 1}, excluded = {exclude_list, exclude != NULL, 1};
  struct walk walk;
  int unreadable = 0;
  struct walk_request request = {
      .paths = list, .include = &included, .exclude = &excluded, .unreadable = on_unreadable, .payload = &unreadable};
  snprintf(copy, sizeof copy, "%s", paths);
  for (char *path = strtok(copy, " "); path; path = strtok(NULL, " ")) {
    list[request.count] = memory_alloc(300);
    snprintf(list[request.count++], 300, "%s/%s", folder, path);
  }
  assert_int_equal(walk_paths(&walk, &request, NULL), 0);
  assert_int_equal(unreadable, 0);
  for (size_t i = 0; i < walk.count; i++) {
    const struct walk_file *file = &walk.files[i];
    assert_true(strstr(file->path, file->below) && access(file->path, R_OK) == 0);
    strcat(strcat(found, file->below), " ");
  }
  assert_string_equal(found, expected);
  walk_free(&walk);
  for (size_t i = 0; i < request.count; i++) memory_free(list[i]);
}

static void test_order_and_links(void **state) {
  (void)state;
  check(".", NULL, NULL, "a!.txt a.b/x.json a/b/c.json a/outside.txt a/z.json b.txt other/m.txt other/manifest ");
  check("a///", NULL, NULL, "b/c.json outside.txt z.json ");
  check("a/b/c.json", NULL, NULL, "c.json ");
  /* Arguments come in their order; a file that is reached twice is listed where it was reached first. */
  check("other a/z.json a b.txt ./b.txt", NULL, NULL, "m.txt manifest z.json b/c.json outside.txt b.txt ");
  check("c-link.txt b.txt", NULL, NULL, "c-link.txt ");
  /* What is named is read: hidden, or a link to a folder. */
  check(".hidden.txt folder-link", NULL, NULL, ".hidden.txt b/c.json outside.txt z.json ");
  check("index", NULL, NULL, "");
}

static void test_globs(void **state) {
  (void)state;
  check(".", "*.json", NULL, "a.b/x.json a/b/c.json a/z.json ");
  check(".", "a/*.json", NULL, "a/b/c.json a/z.json ");
  check(".", NULL, "*.json", "a!.txt a/outside.txt b.txt other/m.txt other/manifest ");
  check(".", "*.txt", "a/*", "a!.txt b.txt other/m.txt ");
  check("a/z.json b.txt", "?.txt", NULL, "b.txt ");
}

static void test_skip_and_sizes(void **state) {
  char *paths[] = {folder, (char *)"-"};
  char other[300];
  struct walk walk;
  int unreadable = 0;
  struct walk_request request = {
      .paths = paths, .count = 1, .skip = other, .unreadable = on_unreadable, .payload = &unreadable};
  (void)state;
  snprintf(other, sizeof other, "%s/./other", folder);
  assert_int_equal(walk_paths(&walk, &request, NULL), 0);
  assert_int_equal(walk.count, 6);
  assert_int_equal(walk.total_size, 24);
  walk_free(&walk);
  /* With standard input the size of all is not known. */
  request.count = 2;
  assert_int_equal(walk_paths(&walk, &request, NULL), 0);
  assert_int_equal(walk.count, 7);
  assert_string_equal(walk.files[6].below, "-");
  assert_int_equal(walk.total_size, 0);
  walk_free(&walk);
}

static void test_failures(void **state) {
  char *paths[] = {folder, (char *)"/nowhere/at/all"};
  struct walk walk;
  int unreadable = 0;
  struct walk_request request = {.paths = paths, .count = 2, .unreadable = on_unreadable, .payload = &unreadable};
  nsearch_error *err = nsearch_error_new();
  (void)state;
  assert_int_equal(walk_paths(&walk, &request, err), NSEARCH_ERR_USAGE);
  assert_non_null(strstr(nsearch_error_message(err), "/nowhere/at/all"));
  assert_int_equal(walk.count, 0);
  nsearch_error_free(err);
  /* A link that leads nowhere is told of, unless its name is not asked for. */
  char *pattern = (char *)"dangling*";
  const struct globs excluded = {&pattern, 1, 1};
  make_link("nowhere", "dangling.txt");
  request.count = 1;
  assert_int_equal(walk_paths(&walk, &request, NULL), 0);
  assert_int_equal(unreadable, 1);
  walk_free(&walk);
  request.exclude = &excluded;
  assert_int_equal(walk_paths(&walk, &request, NULL), 0);
  assert_int_equal(unreadable, 1);
  walk_free(&walk);
  if (geteuid() == 0) return; /* root reads every folder */
  char closed[300];
  snprintf(closed, sizeof closed, "%s/a", folder);
  chmod(closed, 0);
  assert_int_equal(walk_paths(&walk, &request, NULL), 0);
  chmod(closed, 0755);
  assert_int_equal(unreadable, 2);
  walk_free(&walk);
}

/* A folder so deep that it has no name in full: what is in it is found all the same, and not remembered. */
static void test_nameless(void **state) {
  (void)state;
  char name[251], *paths[] = {"."};
  struct walk walk;
  struct buffer path = {0};
  const struct walk_request request = {.paths = paths, .count = 1, .unreadable = on_unreadable};
  int before = open(".", O_RDONLY | O_DIRECTORY);
  memset(name, 'd', 250), name[250] = 0;
  assert_int_equal(chdir(folder), 0);
  for (int depth = 0; depth < 20; depth++) {
    assert_int_equal(mkdir(name, 0777), 0);
    assert_int_equal(chdir(name), 0);
  }
  assert_int_equal(close(open("deep.txt", O_WRONLY | O_CREAT, 0666)), 0);
  int status = walk_paths(&walk, &request, NULL);
  assert_int_equal(fchdir(before), 0);
  close(before);
  assert_int_equal(status, 0);
  assert_int_equal(walk.count, 1);
  assert_string_equal(walk.files[0].below, "deep.txt");
  assert_false(walk_real_path(&walk, &walk.files[0], &path));
  buffer_free(&path);
  walk_free(&walk);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_and_links), cmocka_unit_test(test_globs),
                                     cmocka_unit_test(test_skip_and_sizes), cmocka_unit_test(test_failures),
                                     cmocka_unit_test(test_nameless)};
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
