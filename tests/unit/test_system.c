/* The ground: errors, memory, buffers, hostile bytes, files, locks, hash. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/system/system.h"

static char folder[64];

/* A path in the folder of this run; good until the call after the next three. */
static const char *in_folder(const char *name) {
  static char paths[4][256];
  static int next;
  next = (next + 1) % 4;
  snprintf(paths[next], sizeof paths[next], "%s/%s", folder, name);
  return paths[next];
}

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/nsearch-test-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static void write_file(const char *path, const char *text) {
  struct file_out *file;
  assert_int_equal(file_create(&file, path, NULL), NSEARCH_OK);
  assert_int_equal(file_write(file, text, strlen(text), NULL), NSEARCH_OK);
  assert_int_equal(file_close(&file, NULL), NSEARCH_OK);
}

/* ---- errors ---- */

static void errors_keep_status_message_and_position(void **state) {
  (void)state;
  struct nsearch_error *err = nsearch_error_new();
  assert_string_equal(nsearch_error_message(err), "");
  assert_int_equal(nsearch_error_position(err), -1);
  assert_int_equal(error_set(err, NSEARCH_ERR_QUERY, "expected %s", "a word"), NSEARCH_ERR_QUERY);
  error_position(err, 7);
  assert_int_equal(nsearch_error_status(err), NSEARCH_ERR_QUERY);
  assert_string_equal(nsearch_error_message(err), "expected a word");
  assert_int_equal(nsearch_error_position(err), 7);
  assert_int_equal(error_prefix(err, "%s:%d: ", "file", 3), NSEARCH_ERR_QUERY);
  assert_string_equal(nsearch_error_message(err), "file:3: expected a word");
  assert_int_equal(nsearch_error_position(err), 7);
  error_set(err, NSEARCH_ERR_INPUT, "again: %s", nsearch_error_message(err));
  assert_string_equal(nsearch_error_message(err), "again: file:3: expected a word");
  assert_int_equal(nsearch_error_position(err), -1);
  errno = ENOSPC;
  assert_int_equal(error_errno(err, "cannot write %s", "x"), NSEARCH_ERR_SYSTEM);
  assert_string_equal(nsearch_error_message(err), "cannot write x: No space left on device");
  errno = ENOMEM;
  assert_int_equal(error_errno(err, "cannot map"), NSEARCH_ERR_MEMORY);
  assert_int_equal(error_memory(err), NSEARCH_ERR_MEMORY);
  assert_string_equal(nsearch_error_message(err), "out of memory");
  error_prefix(err, "x: ");
  assert_string_equal(nsearch_error_message(err), "x: out of memory");
  error_clear(err);
  assert_int_equal(nsearch_error_status(err), NSEARCH_OK);
  assert_string_equal(nsearch_error_message(err), "");
  nsearch_error_free(err);
}

static void error_messages_are_one_line_of_any_length(void **state) {
  (void)state;
  struct nsearch_error *err = nsearch_error_new();
  error_set(err, NSEARCH_ERR_INPUT, "a%sb", "\n\r\t\x1b[1m\x7f");
  assert_string_equal(nsearch_error_message(err), "a    [1m b");
  error_set(err, NSEARCH_ERR_INPUT, "%5000s", "end");
  assert_int_equal(strlen(nsearch_error_message(err)), 5000);
  nsearch_error_free(err);
}

static void errors_may_be_null(void **state) {
  (void)state;
  assert_int_equal(error_set(NULL, NSEARCH_ERR_USAGE, "x"), NSEARCH_ERR_USAGE);
  errno = ENOENT;
  assert_int_equal(error_errno(NULL, "x"), NSEARCH_ERR_SYSTEM);
  assert_int_equal(error_memory(NULL), NSEARCH_ERR_MEMORY);
  error_prefix(NULL, "x");
  error_position(NULL, 1);
  error_clear(NULL);
  nsearch_error_free(NULL);
  assert_int_equal(nsearch_error_status(NULL), NSEARCH_OK);
  assert_string_equal(nsearch_error_message(NULL), "");
  assert_int_equal(nsearch_error_position(NULL), -1);
}

static void every_status_has_a_name_of_its_own(void **state) {
  (void)state;
  const char *unknown = nsearch_status_text((nsearch_status)7);
  for (int a = 0; a <= 150; a += 10) {
    if (a == 0 || a >= 10) assert_string_not_equal(nsearch_status_text((nsearch_status)a), unknown);
    for (int b = 0; b < a; b += 10)
      assert_string_not_equal(nsearch_status_text((nsearch_status)a), nsearch_status_text((nsearch_status)b));
  }
  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", NSEARCH_VERSION_MAJOR, NSEARCH_VERSION_MINOR, NSEARCH_VERSION_PATCH);
  assert_string_equal(nsearch_version(), version);
}

/* ---- memory ---- */

static void memory_refuses_what_does_not_fit_a_size(void **state) {
  (void)state;
  size_t half = SIZE_MAX / 2 + 1;
  assert_null(memory_zero(half, 2));
  assert_null(memory_array(NULL, half, 2));
  assert_null(memory_string("", SIZE_MAX));
  size_t capacity = 0;
  uint64_t *array = NULL;
  assert_int_equal(memory_reserve(&array, &capacity, half, sizeof *array, NULL), NSEARCH_ERR_MEMORY);
  assert_null(array);
  assert_int_equal(capacity, 0);
}

static void memory_of_no_bytes_is_a_block(void **state) {
  (void)state;
  void *block = memory_alloc(0);
  assert_non_null(block);
  block = memory_resize(block, 0);
  assert_non_null(block);
  memory_free(block);
  block = memory_map(0);
  assert_non_null(block);
  memory_unmap(block, 0);
  memory_unmap(NULL, 5);
}

static void arrays_grow_and_keep_their_elements(void **state) {
  (void)state;
  size_t capacity = 0, before;
  uint32_t *array = NULL;
  unsigned moves = 0;
  for (uint32_t i = 0; i < 100000; i++) {
    before = capacity;
    assert_int_equal(memory_reserve(&array, &capacity, i + 1, sizeof *array, NULL), NSEARCH_OK);
    moves += capacity != before;
    array[i] = i;
  }
  for (uint32_t i = 0; i < 100000; i++) assert_int_equal(array[i], i);
  assert_true(moves < 20);
  memory_free(array);
}

static void mapped_memory_is_zero_and_writable(void **state) {
  (void)state;
  size_t len = (5 << 20) + 7;
  uint8_t *block = memory_map(len);
  assert_non_null(block);
  for (size_t i = 0; i < len; i += 4096) assert_int_equal(block[i], 0);
  memset(block, 0xa5, len);
  assert_int_equal(block[len - 1], 0xa5);
  memory_unmap(block, len);
}

/* ---- buffers and bytes ---- */

static const uint64_t numbers[] = {
    0, 1, 127, 128, 300, 16383, 16384, UINT32_MAX, UINT64_MAX / 2, UINT64_MAX - 1, UINT64_MAX};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static void what_a_buffer_takes_bytes_give(void **state) {
  (void)state;
  struct buffer out = {0};
  for (int i = 0; i < NUMBERS; i++) {
    buffer_vbyte(&out, numbers[i]);
    buffer_u32(&out, (uint32_t)numbers[i]);
    buffer_u64(&out, numbers[i]);
    buffer_byte(&out, (uint8_t)numbers[i]);
    buffer_text(&out, "text");
    buffer_format(&out, "%d-%s", 12, "x");
  }
  assert_int_equal(buffer_status(&out, NULL), NSEARCH_OK);
  struct bytes in = {(const uint8_t *)out.bytes, (const uint8_t *)out.bytes + out.len, false};
  for (int i = 0; i < NUMBERS; i++) {
    assert_int_equal(bytes_vbyte(&in), numbers[i]);
    assert_int_equal(bytes_u32(&in), (uint32_t)numbers[i]);
    assert_int_equal(bytes_u64(&in), numbers[i]);
    assert_int_equal(bytes_u8(&in), (uint8_t)numbers[i]);
    assert_memory_equal(bytes_take(&in, 8), "text12-x", 8);
  }
  assert_false(in.failed);
  assert_ptr_equal(in.at, in.end);
  buffer_free(&out);
}

static void numbers_are_little_endian(void **state) {
  (void)state;
  struct buffer out = {0};
  buffer_u32(&out, 0x04030201);
  buffer_u64(&out, 0x0c0b0a0908070605);
  buffer_vbyte(&out, 300);
  assert_int_equal(out.len, 14);
  assert_memory_equal(out.bytes, "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xac\x02", 14);
  buffer_align(&out, 8);
  assert_int_equal(out.len, 16);
  buffer_align(&out, 8);
  assert_int_equal(out.len, 16);
  buffer_zero(&out, 3);
  assert_memory_equal(out.bytes + 14, "\0\0\0\0\0", 5);
  buffer_free(&out);
}

static void a_buffer_that_failed_stays_as_it_was(void **state) {
  (void)state;
  struct buffer out = {0};
  buffer_text(&out, "kept");
  assert_false(buffer_room(&out, SIZE_MAX));
  buffer_text(&out, "lost");
  buffer_format(&out, "%s", "lost");
  buffer_u64(&out, 1);
  assert_int_equal(out.len, 4);
  struct nsearch_error *err = nsearch_error_new();
  assert_int_equal(buffer_status(&out, err), NSEARCH_ERR_MEMORY);
  assert_string_equal(nsearch_error_message(err), "out of memory");
  nsearch_error_free(err);
  buffer_clear(&out);
  buffer_text(&out, "new");
  assert_memory_equal(out.bytes, "new", 3);
  assert_int_equal(buffer_status(&out, NULL), NSEARCH_OK);
  buffer_free(&out);
  assert_null(out.bytes);
}

static void reading_past_the_end_fails_for_good(void **state) {
  (void)state;
  static const uint8_t five[5] = {1, 2, 3, 4, 5};
  struct bytes in = {five, five + 5, false};
  assert_int_equal(bytes_u32(&in), 0x04030201);
  assert_int_equal(bytes_u32(&in), 0);
  assert_true(in.failed);
  assert_int_equal(bytes_u8(&in), 0);
  assert_null(bytes_take(&in, 0));
  in = (struct bytes){five, five + 5, false};
  assert_null(bytes_take(&in, UINT64_MAX));
  assert_true(in.failed);
  in = (struct bytes){five, five + 5, false};
  assert_ptr_equal(bytes_take(&in, 5), five);
  assert_ptr_equal(bytes_take(&in, 0), five + 5);
  assert_false(in.failed);
}

static void vbytes_of_more_than_64_bits_fail(void **state) {
  (void)state;
  static const struct {
    uint8_t bytes[11];
    size_t len;
  } bad[] = {
      {{0x80}, 1},
      {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}, 10},
      {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x00}, 11},
      {{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}, 11},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct bytes in = {bad[i].bytes, bad[i].bytes + bad[i].len, false};
    assert_int_equal(bytes_vbyte(&in), 0);
    assert_true(in.failed);
  }
}

/* ---- files ---- */

static void a_file_reads_as_it_was_written(void **state) {
  (void)state;
  enum { LEN = 3 << 20 };
  static const size_t steps[] = {1, 7, 4096, 100000, 262143, 262144, 262145, 700000};
  uint8_t *bytes = memory_alloc(LEN);
  for (size_t i = 0; i < LEN; i++) bytes[i] = (uint8_t)(i * 2654435761u >> 13);
  for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
    const char *path = in_folder("whole");
    size_t len = steps[s] < 100 ? LEN / 10 : LEN;
    struct file_out *out;
    struct file_map map;
    assert_int_equal(file_create(&out, path, NULL), NSEARCH_OK);
    for (size_t at = 0; at < len; at += steps[s]) {
      assert_int_equal(file_offset(out), at);
      assert_int_equal(file_write(out, bytes + at, len - at < steps[s] ? len - at : steps[s], NULL), NSEARCH_OK);
    }
    assert_int_equal(file_sync(out, NULL), NSEARCH_OK);
    assert_int_equal(file_close(&out, NULL), NSEARCH_OK);
    assert_null(out);
    assert_int_equal(file_map(&map, path, NULL), NSEARCH_OK);
    assert_int_equal(map.len, len);
    assert_memory_equal(map.bytes, bytes, len);
    file_unmap(&map);
    assert_null(map.bytes);
  }
  memory_free(bytes);
}

static void appending_goes_on_at_the_end(void **state) {
  (void)state;
  const char *path = in_folder("grows");
  struct file_out *out;
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(file_append(&out, path, NULL), NSEARCH_OK);
    assert_int_equal(file_offset(out), 3 * i);
    assert_int_equal(file_write(out, "abc", 3, NULL), NSEARCH_OK);
    assert_int_equal(file_offset(out), 3 * i + 3);
    assert_int_equal(file_close(&out, NULL), NSEARCH_OK);
  }
  struct file_in *in;
  char text[16];
  size_t got, len = 0;
  assert_int_equal(file_open(&in, path, NULL), NSEARCH_OK);
  do {
    assert_int_equal(file_read(in, text + len, 4, &got, NULL), NSEARCH_OK);
    len += got;
  } while (got);
  file_close_in(&in);
  assert_null(in);
  assert_int_equal(len, 9);
  assert_memory_equal(text, "abcabcabc", 9);
  write_file(path, "x"); /* creating cuts */
  struct file_info info;
  assert_int_equal(file_stat(path, true, &info, NULL), NSEARCH_OK);
  assert_int_equal(info.size, 1);
}

static void an_empty_file_maps_to_nothing(void **state) {
  (void)state;
  struct file_map map;
  write_file(in_folder("empty"), "");
  assert_int_equal(file_map(&map, in_folder("empty"), NULL), NSEARCH_OK);
  assert_int_equal(map.len, 0);
  assert_null(map.bytes);
  file_unmap(&map);
}

static void what_cannot_be_opened_is_named(void **state) {
  (void)state;
  struct nsearch_error *err = nsearch_error_new();
  struct file_map map;
  struct file_in *in;
  struct file_out *out;
  struct file_names names;
  const char *absent = in_folder("no/such");
  assert_int_equal(file_map(&map, absent, err), NSEARCH_ERR_MISSING);
  assert_non_null(strstr(nsearch_error_message(err), absent));
  assert_int_equal(file_map(&map, folder, err), NSEARCH_ERR_SYSTEM);
  assert_non_null(strstr(nsearch_error_message(err), "not a regular file"));
  assert_int_equal(file_open(&in, absent, err), NSEARCH_ERR_SYSTEM);
  assert_null(in);
  assert_non_null(strstr(nsearch_error_message(err), absent));
  assert_int_equal(file_create(&out, absent, err), NSEARCH_ERR_SYSTEM);
  assert_null(out);
  assert_int_equal(file_list(absent, &names, err), NSEARCH_ERR_MISSING);
  assert_int_equal(file_rename(absent, in_folder("x"), err), NSEARCH_ERR_SYSTEM);
  assert_non_null(strstr(nsearch_error_message(err), absent));
  assert_int_equal(file_sync_folder(absent, err), NSEARCH_ERR_SYSTEM);
  assert_int_equal(file_sync_folder(folder, err), NSEARCH_OK);
  nsearch_error_free(err);
}

/* A limit on file sizes stands for a full disk. In a child, so that the limit ends with it. */
static void a_failed_write_is_reported_again_at_the_end(void **state) {
  (void)state;
  const char *path = in_folder("full");
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    static char bytes[100000];
    struct rlimit limit = {150000, 150000};
    struct file_out *out;
    int failures = 0;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    if (file_create(&out, path, NULL)) _exit(100);
    for (int i = 0; i < 5; i++) failures += file_write(out, bytes, sizeof bytes, NULL) != NSEARCH_OK;
    failures += file_sync(out, NULL) == NSEARCH_ERR_SYSTEM;
    struct nsearch_error *err = nsearch_error_new();
    failures += file_close(&out, err) == NSEARCH_ERR_SYSTEM;
    failures += strstr(nsearch_error_message(err), "full: File too large") != NULL;
    nsearch_error_free(err);
    _exit(failures);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 6); /* three writes, sync, close, its message */
}

static void paths_are_what_they_are(void **state) {
  (void)state;
  struct file_info info;
  write_file(in_folder("plain"), "12345");
  assert_int_equal(symlink(in_folder("plain"), in_folder("link")), 0);
  assert_int_equal(symlink("nowhere", in_folder("dangling")), 0);
  assert_int_equal(file_stat(in_folder("plain"), false, &info, NULL), NSEARCH_OK);
  assert_int_equal(info.kind, FILE_REGULAR);
  assert_int_equal(info.size, 5);
  int64_t age = clock_now() - info.mtime / 1000000000;
  assert_true(age >= -2 && age < 60);
  uint64_t inode = info.inode;
  assert_int_equal(file_stat(in_folder("link"), true, &info, NULL), NSEARCH_OK);
  assert_int_equal(info.kind, FILE_REGULAR);
  assert_int_equal(info.inode, inode);
  assert_int_equal(file_stat(in_folder("link"), false, &info, NULL), NSEARCH_OK);
  assert_int_equal(info.kind, FILE_OTHER);
  assert_int_equal(file_stat(in_folder("dangling"), true, &info, NULL), NSEARCH_OK);
  assert_int_equal(info.kind, FILE_ABSENT);
  assert_int_equal(file_stat(in_folder("plain/below"), true, &info, NULL), NSEARCH_OK);
  assert_int_equal(info.kind, FILE_ABSENT);
  assert_int_equal(file_stat(folder, true, &info, NULL), NSEARCH_OK);
  assert_int_equal(info.kind, FILE_FOLDER);
}

/* File systems have years that 64 bits of nanoseconds have not. */
static void times_of_files_do_not_overflow(void **state) {
  static const int64_t seconds[] = {-5000000000, 0, 1000000000, 9223372036, 13569465600}; /* up to the year 2400 */
  (void)state;
  struct file_info info;
  struct stat there;
  write_file(in_folder("dated"), "1");
  for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
    const struct timespec times[2] = {{.tv_sec = seconds[i]}, {.tv_sec = seconds[i], .tv_nsec = 7}};
    assert_int_equal(utimensat(AT_FDCWD, in_folder("dated"), times, 0), 0);
    assert_int_equal(stat(in_folder("dated"), &there), 0); /* which a file system may have made less of */
    assert_int_equal(file_stat(in_folder("dated"), true, &info, NULL), NSEARCH_OK);
    if (there.st_mtim.tv_sec >= 9223372036)
      assert_true(info.mtime == INT64_MAX);
    else
      assert_true(info.mtime == there.st_mtim.tv_sec * 1000000000 + there.st_mtim.tv_nsec);
  }
}

static void folders_are_made_listed_and_removed(void **state) {
  (void)state;
  static const char *const sorted[] = {".hidden", "B", "a", "a-b", "a.b", "ab", "\xc3\xa9"};
  struct file_names names;
  assert_int_equal(file_make_folder(in_folder("one/two//three/"), NULL), NSEARCH_OK);
  assert_int_equal(file_make_folder(in_folder("one/two/three"), NULL), NSEARCH_OK);
  assert_int_equal(file_list(in_folder("one/two/three"), &names, NULL), NSEARCH_OK);
  assert_int_equal(names.count, 0);
  file_names_free(&names);
  for (size_t i = 7; i-- > 0;) {
    char path[64];
    snprintf(path, sizeof path, "one/%s", sorted[i]);
    write_file(in_folder(path), "");
  }
  assert_int_equal(file_remove_folder(in_folder("one"), NULL), NSEARCH_ERR_SYSTEM); /* not empty */
  assert_int_equal(file_remove_folder(in_folder("one/two/three"), NULL), NSEARCH_OK);
  assert_int_equal(file_remove_folder(in_folder("one/two/three"), NULL), NSEARCH_OK);
  assert_int_equal(file_rename(in_folder("one/two"), in_folder("two"), NULL), NSEARCH_OK);
  assert_int_equal(file_list(in_folder("one"), &names, NULL), NSEARCH_OK);
  assert_int_equal(names.count, 7);
  for (size_t i = 0; i < 7; i++) assert_string_equal(names.names[i], sorted[i]);
  file_names_free(&names);
  assert_int_equal(file_remove(in_folder("one/a"), NULL), NSEARCH_OK);
  assert_int_equal(file_remove(in_folder("one/a"), NULL), NSEARCH_OK);
  struct nsearch_error *err = nsearch_error_new();
  assert_int_equal(file_make_folder(in_folder("one/B/below"), err), NSEARCH_ERR_SYSTEM);
  assert_int_equal(file_make_folder(in_folder("one/B"), err), NSEARCH_ERR_SYSTEM);
  assert_non_null(strstr(nsearch_error_message(err), "Not a directory"));
  assert_int_equal(file_make_folder("", err), NSEARCH_ERR_SYSTEM);
  nsearch_error_free(err);
}

static void a_lock_has_one_holder(void **state) {
  (void)state;
  struct nsearch_error *err = nsearch_error_new();
  int first, second;
  assert_int_equal(file_lock(&first, in_folder("lock"), err), NSEARCH_OK);
  assert_int_equal(file_lock(&second, in_folder("lock"), err), NSEARCH_ERR_LOCKED);
  assert_int_equal(second, -1);
  assert_non_null(strstr(nsearch_error_message(err), "try again"));
  file_unlock(&second);
  file_unlock(&first);
  assert_int_equal(first, -1);
  assert_int_equal(file_lock(&second, in_folder("lock"), err), NSEARCH_OK);
  file_unlock(&second);
  assert_int_equal(file_lock(&second, in_folder("no/lock"), err), NSEARCH_ERR_MISSING);
  nsearch_error_free(err);
}

static void paths_join_with_one_slash(void **state) {
  (void)state;
  static const char *const joins[][3] = {
      {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}, {"a", "", "a/"}};
  for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
    char *path = path_join(joins[i][0], joins[i][1]);
    assert_string_equal(path, joins[i][2]);
    memory_free(path);
  }
}

/* ---- clock and hash ---- */

static void clocks_run_forward(void **state) {
  (void)state;
  uint64_t before = clock_monotonic();
  assert_true(clock_now() > 1700000000);
  assert_true(clock_monotonic() >= before);
}

/* The on-disk format stands on these values. */
static void the_hash_is_xxh3(void **state) {
  (void)state;
  assert_true(hash_bytes("", 0) == 0x2d06800538d394c2u);
  assert_true(hash_bytes(NULL, 0) == 0x2d06800538d394c2u);
  assert_true(hash_bytes("nsearch", 7) != hash_bytes("nsearcg", 7));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_keep_status_message_and_position),
      cmocka_unit_test(error_messages_are_one_line_of_any_length),
      cmocka_unit_test(errors_may_be_null),
      cmocka_unit_test(every_status_has_a_name_of_its_own),
      cmocka_unit_test(memory_refuses_what_does_not_fit_a_size),
      cmocka_unit_test(memory_of_no_bytes_is_a_block),
      cmocka_unit_test(arrays_grow_and_keep_their_elements),
      cmocka_unit_test(mapped_memory_is_zero_and_writable),
      cmocka_unit_test(what_a_buffer_takes_bytes_give),
      cmocka_unit_test(numbers_are_little_endian),
      cmocka_unit_test(a_buffer_that_failed_stays_as_it_was),
      cmocka_unit_test(reading_past_the_end_fails_for_good),
      cmocka_unit_test(vbytes_of_more_than_64_bits_fail),
      cmocka_unit_test(a_file_reads_as_it_was_written),
      cmocka_unit_test(appending_goes_on_at_the_end),
      cmocka_unit_test(an_empty_file_maps_to_nothing),
      cmocka_unit_test(what_cannot_be_opened_is_named),
      cmocka_unit_test(a_failed_write_is_reported_again_at_the_end),
      cmocka_unit_test(paths_are_what_they_are),
      cmocka_unit_test(times_of_files_do_not_overflow),
      cmocka_unit_test(folders_are_made_listed_and_removed),
      cmocka_unit_test(a_lock_has_one_holder),
      cmocka_unit_test(paths_join_with_one_slash),
      cmocka_unit_test(clocks_run_forward),
      cmocka_unit_test(the_hash_is_xxh3),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
