/* Archives: which members come out, under which names, and what is said of the others; compression of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "indexer/indexer.h"

static char folder[] = "/tmp/nsearch-members-XXXXXX";
static char path[300];

static int set_up(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/a.tar", folder);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

/* ---- Making archives ---- */

enum { ROOM = 4 << 20 };

struct made {
  struct archive *archive;
  struct buffer bytes;
  size_t used;
};

static struct made begin(int (*format)(struct archive *), int (*filter)(struct archive *)) {
  struct made made = {.archive = archive_write_new()};
  assert_int_equal(format(made.archive), ARCHIVE_OK);
  if (filter) assert_int_equal(filter(made.archive), ARCHIVE_OK);
  archive_write_set_bytes_in_last_block(made.archive, 1);
  assert_true(buffer_room(&made.bytes, ROOM));
  return made;
}

static void begin_writing(struct made *made) {
  assert_int_equal(archive_write_open_memory(made->archive, made->bytes.bytes, ROOM, &made->used), ARCHIVE_OK);
}

static void add_kind(struct made *made, const char *name, unsigned kind, const void *bytes, size_t len) {
  struct archive_entry *entry = archive_entry_new();
  archive_entry_copy_pathname(entry, name);
  archive_entry_set_filetype(entry, kind);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, (la_int64_t)len);
  if (kind == AE_IFLNK) archive_entry_set_symlink(entry, "/etc/passwd");
  assert_true(archive_write_header(made->archive, entry) >= ARCHIVE_WARN);
  if (len) assert_int_equal(archive_write_data(made->archive, bytes, len), len);
  archive_entry_free(entry);
}

static void add(struct made *made, const char *name, const char *text) {
  add_kind(made, name, AE_IFREG, text, strlen(text));
}

static struct buffer end(struct made *made) {
  assert_int_equal(archive_write_close(made->archive), ARCHIVE_OK);
  archive_write_free(made->archive);
  made->bytes.len = made->used;
  return made->bytes;
}

static struct buffer of_two(int (*format)(struct archive *), int (*filter)(struct archive *)) {
  struct made made = begin(format, filter);
  begin_writing(&made);
  add(&made, "one.txt", "first");
  add(&made, "sub/two.txt", "second");
  return end(&made);
}

/* One file of these bytes, compressed. */
static struct buffer packed(int (*filter)(struct archive *), const void *bytes, size_t len) {
  struct made made = begin(archive_write_set_format_raw, filter);
  begin_writing(&made);
  add_kind(&made, "x", AE_IFREG, bytes, len);
  return end(&made);
}

/* ---- Reading them ---- */

static void write_file(const struct buffer *bytes) {
  struct file_out *file;
  assert_int_equal(file_create(&file, path, NULL), 0);
  assert_int_equal(file_write(file, bytes->bytes, bytes->len, NULL), 0);
  assert_int_equal(file_close(&file, NULL), 0);
}

static void add_content(struct input *input, struct buffer *out, nsearch_error *err) {
  if (input_fill(input, 1 << 20, err)) buffer_text(out, "(broken)");
  buffer_add(out, input->window, input->len < 40 ? input->len : 40);
}

/* A line for each member: its name below, and its content or what is wrong with it. */
static char *read_members(const struct globs *include, const struct globs *exclude, bool members_only) {
  struct walk_file file = {.path = path, .below = strrchr(path, '/') + 1, .members_only = members_only};
  struct members *members;
  struct member member;
  struct buffer out = {0};
  bool more = true;
  nsearch_error *err = nsearch_error_new();
  assert_int_equal(members_open(&members, &file, include, exclude, err), 0);
  for (;;) {
    assert_int_equal(members_next(members, &member, &more, err), 0);
    if (!more) break;
    assert_true(strlen(member.path) > strlen(folder) && memcmp(member.path, folder, strlen(folder)) == 0);
    buffer_format(&out, "%s", member.below);
    if (member.problem) buffer_format(&out, " (%d: %s)", member.problem, member.message);
    if (member.input) buffer_text(&out, " ");
    if (member.input) add_content(member.input, &out, err);
    buffer_text(&out, "\n");
  }
  uint64_t hash;
  assert_int_equal(input_hash(members_outer(members), &hash, err), 0);
  members_close(members);
  nsearch_error_free(err);
  buffer_byte(&out, 0);
  return out.bytes;
}

static void check(struct buffer bytes, const char *expected) {
  write_file(&bytes);
  char *found = read_members(NULL, NULL, false);
  assert_string_equal(found, expected);
  memory_free(found);
  buffer_free(&bytes);
}

/* ---- What comes out ---- */

static const struct {
  int (*format)(struct archive *);
} formats[] = {{archive_write_set_format_ustar},
               {archive_write_set_format_pax},
               {archive_write_set_format_gnutar},
               {archive_write_set_format_v7tar},
               {archive_write_set_format_zip}};

static int (*const filters[])(struct archive *) = {archive_write_add_filter_none, archive_write_add_filter_gzip,
                                                   archive_write_add_filter_bzip2, archive_write_add_filter_xz,
                                                   archive_write_add_filter_zstd};

static void test_formats(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    for (size_t k = 0; k < sizeof filters / sizeof *filters; k++)
      check(of_two(formats[i].format, filters[k]), "a.tar/one.txt first\na.tar/sub/two.txt second\n");
}

/* One behind the end of another: both are read, and what else stands there is told. */
static void test_joined(void **state) {
  (void)state;
  for (size_t i = 0; i < 4; i++) {
    struct buffer one = of_two(formats[i].format, NULL), two = {0};
    buffer_add(&two, one.bytes, one.len);
    buffer_add(&two, one.bytes, one.len);
    check(two, "a.tar/one.txt first\na.tar/sub/two.txt second\na.tar/one.txt first\na.tar/sub/two.txt second\n");
    for (int junk = 0; junk < 1024; junk++) buffer_byte(&one, 'x');
    check(one,
          "a.tar/one.txt first\na.tar/sub/two.txt second\na.tar (2: the archive is broken: Damaged tar archive)\n");
  }
}

/* Files that are no archives; several compressed streams one after another are one. */
static void test_filters(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof filters / sizeof *filters; k++) {
    struct buffer one = packed(filters[k], "plain ", 6), two = packed(filters[k], "text", 4),
                  empty = packed(filters[k], "", 0);
    buffer_add(&one, two.bytes, two.len);
    check(one, "a.tar plain text\n");
    check(empty, "a.tar \n");
    buffer_free(&two);
  }
  struct buffer frame = packed(archive_write_add_filter_zstd, "text", 4), skipped = {0};
  buffer_add(&skipped, "\x50\x2a\x4d\x18\4\0\0\0skip", 12); /* as pzstd begins */
  buffer_add(&skipped, frame.bytes, frame.len);
  check(skipped, "a.tar text\n");
  buffer_free(&frame);
  struct buffer text = {0};
  buffer_text(&text, "BZh9 begins a text");
  check(text, "a.tar BZh9 begins a text\n");
}

static void test_names(void **state) {
  struct made made = begin(archive_write_set_format_pax, NULL);
  (void)state;
  begin_writing(&made);
  add_kind(&made, "sub", AE_IFDIR, "", 0);
  add(&made, "./dot.txt", "1");
  add(&made, "/etc/passwd", "2");
  add(&made, "../../up.txt", "3");
  add(&made, "sub/../in.txt", "4");
  add(&made,
      "gr\xc3\xbc\xc3\x9f"
      "e.txt",
      "5");
  add(&made, "latin\xe9.txt", "6");
  add(&made, ".hidden", "no");
  add(&made, "sub/.git/config", "no");
  add(&made, "__MACOSX/._dot.txt", "no");
  add_kind(&made, "link", AE_IFLNK, "", 0);
  add_kind(&made, "fifo", AE_IFIFO, "", 0);
  add(&made, "one\nline", "7");
  check(end(&made), "a.tar/dot.txt 1\na.tar/etc/passwd 2\na.tar/../../up.txt 3\na.tar/sub/../in.txt 4\n"
                    "a.tar/gr\xc3\xbc\xc3\x9f"
                    "e.txt 5\na.tar/latin\xe9.txt 6\na.tar/one\nline 7\n");
}

/* What says that its names are UTF-8; the library's user has set no locale. */
static void test_utf8_zip(void **state) {
  struct made made = begin(archive_write_set_format_zip, NULL);
  (void)state;
  begin_writing(&made);
  add(&made,
      "gr\xc3\xbc\xc3\x9f"
      "e.txt",
      "5");
  struct buffer bytes = end(&made);
  char *central = memmem(bytes.bytes, bytes.len, "PK\1\2", 4);
  assert_non_null(central);
  bytes.bytes[7] |= 8, central[9] |= 8;
  check(bytes, "a.tar/gr\xc3\xbc\xc3\x9f"
               "e.txt 5\n");
}

static void test_nested(void **state) {
  struct buffer inner = of_two(archive_write_set_format_zip, NULL);
  struct buffer packed_inner = of_two(archive_write_set_format_ustar, archive_write_add_filter_gzip);
  struct made middle = begin(archive_write_set_format_ustar, NULL);
  (void)state;
  begin_writing(&middle);
  add_kind(&middle, "in.zip", AE_IFREG, inner.bytes, inner.len);
  add(&middle, "last.txt", "third");
  struct buffer nest = end(&middle);
  struct made made = begin(archive_write_set_format_zip, NULL);
  begin_writing(&made);
  add_kind(&made, "deep.tar", AE_IFREG, nest.bytes, nest.len);
  add_kind(&made, "in.tgz", AE_IFREG, packed_inner.bytes, packed_inner.len);
  struct buffer gzip = packed(archive_write_add_filter_gzip, "packed", 6);
  add_kind(&made, "one.txt.gz", AE_IFREG, gzip.bytes, gzip.len);
  check(
      end(&made),
      "a.tar/deep.tar/in.zip (7: an archive in an archive in an archive is not opened)\na.tar/deep.tar/last.txt third\n"
      "a.tar/in.tgz/one.txt first\na.tar/in.tgz/sub/two.txt second\na.tar/one.txt.gz packed\n");
  buffer_free(&inner), buffer_free(&packed_inner), buffer_free(&nest), buffer_free(&gzip);
}

/* A document that is packed as a zip is one file, and of no known format. */
static void test_document(void **state) {
  struct made made = begin(archive_write_set_format_zip, NULL);
  (void)state;
  begin_writing(&made);
  add(&made, "mimetype", "application/epub+zip");
  struct buffer bytes = end(&made);
  write_file(&bytes);
  char *found = read_members(NULL, NULL, false);
  assert_int_equal(strncmp(found, "a.tar PK", 8), 0);
  memory_free(found);
  buffer_free(&bytes);
}

static void test_globs(void **state) {
  static char text[] = "*.txt", sub[] = "a.tar/sub/*", nothing[] = "*.json";
  char *texts[] = {text}, *subs[] = {sub}, *nothings[] = {nothing};
  const struct globs all = {texts, 1, 1}, some = {subs, 1, 1}, none = {nothings, 1, 1};
  struct buffer bytes = of_two(archive_write_set_format_ustar, NULL), plain = {0};
  const struct {
    const struct globs *include, *exclude;
    bool members_only;
    const char *expected;
  } cases[] = {
      {&all, NULL, true, "a.tar/one.txt first\na.tar/sub/two.txt second\n"},
      {&some, NULL, true, "a.tar/sub/two.txt second\n"},
      {&all, &some, true, "a.tar/one.txt first\n"},
      {&none, NULL, true, ""},
      {&none, NULL, false, "a.tar/one.txt first\na.tar/sub/two.txt second\n"},
      {&none, &all, false, ""},
  };
  (void)state;
  write_file(&bytes);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *found = read_members(cases[i].include, cases[i].exclude, cases[i].members_only);
    assert_string_equal(found, cases[i].expected);
    memory_free(found);
  }
  /* What is named like an archive and is none was not chosen. */
  buffer_text(&plain, "text");
  write_file(&plain);
  char *found = read_members(&none, NULL, true);
  assert_string_equal(found, "");
  memory_free(found);
  buffer_free(&bytes), buffer_free(&plain);
}

/* ---- What goes wrong ---- */

/* Cut anywhere, what came before is there, and the cut is told once at most. */
static void test_cut(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    struct buffer whole = of_two(formats[i].format, NULL);
    for (size_t len = 0; len < whole.len; len += len % 512 == 100 ? 412 : 100) {
      struct buffer cut = {.bytes = whole.bytes, .len = len};
      write_file(&cut);
      char *found = read_members(NULL, NULL, false);
      const char *told = strstr(found, "broken");
      assert_true(!told || !strstr(told + 1, "(broken)"));
      memory_free(found);
    }
    buffer_free(&whole);
  }
}

static void test_broken_member(void **state) {
  struct buffer bytes = of_two(archive_write_set_format_zip, NULL);
  char *data = memmem(bytes.bytes, bytes.len, "one.txt", 7);
  (void)state;
  assert_non_null(data);
  /* The first member's content; the second is found by the directory at the end. */
  memset(data + 7 + 28, 0xff, 4);
  write_file(&bytes);
  char *found = read_members(NULL, NULL, false);
  assert_non_null(strstr(found, "a.tar/one.txt"));
  assert_non_null(strstr(found, "a.tar/sub/two.txt second\n"));
  memory_free(found);
  buffer_free(&bytes);
}

static void test_encrypted(void **state) {
  struct made made = begin(archive_write_set_format_zip, NULL);
  (void)state;
  assert_int_equal(archive_write_set_options(made.archive, "zip:encryption=traditional"), ARCHIVE_OK);
  archive_write_set_passphrase(made.archive, "secret");
  begin_writing(&made);
  add(&made, "one.txt", "first");
  check(end(&made), "a.tar/one.txt (1: the member is encrypted)\n");
}

/* Zeros without end, packed tight: given up once it is plain what it is. */
static void test_bomb(void **state) {
  (void)state;
  for (size_t k = 1; k < sizeof filters / sizeof *filters; k++) {
    enum { STEP = 1 << 20 };
    char *zeros = memory_zero(1, STEP);
    memset(zeros, 'x', STEP);
    struct made made = begin(archive_write_set_format_raw, filters[k]);
    begin_writing(&made);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_header(made.archive, entry), ARCHIVE_OK);
    for (int i = 0; i < (EXPANSION_FREE >> 20) + 8; i++)
      assert_int_equal(archive_write_data(made.archive, zeros, STEP), STEP);
    archive_entry_free(entry);
    struct buffer bytes = end(&made);
    write_file(&bytes);
    struct input *input;
    uint64_t total = 0;
    int status = 0;
    nsearch_error *err = nsearch_error_new();
    assert_int_equal(input_open(&input, path, err), 0);
    while (!input->at_end) {
      status = input_fill(input, STEP, err);
      total += input->len;
      input_consume(input, input->len);
    }
    assert_int_equal(status, NSEARCH_ERR_INPUT);
    assert_non_null(strstr(nsearch_error_message(err), "bomb"));
    assert_true(total > EXPANSION_FREE && total < EXPANSION_FREE + (8 << 20));
    input_close(input);
    nsearch_error_free(err);
    memory_free(zeros);
    buffer_free(&bytes);
  }
}

/* A member with a hole of gigabytes between two words, as GNU tar writes it. */
static void test_sparse(void **state) {
  struct buffer bytes = {0};
  uint32_t sum = 0;
  (void)state;
  buffer_zero(&bytes, 512 * 4);
  char *head = bytes.bytes;
  strcpy(head, "holes.txt");
  strcpy(head + 100, "0000644");
  strcpy(head + 124, "00000000010"); /* bytes that are stored */
  memset(head + 148, ' ', 8);
  head[156] = 'S';
  memcpy(head + 257, "ustar  ", 8);
  strcpy(head + 386, "00000000000"), strcpy(head + 398, "00000000004");
  strcpy(head + 410, "70000000000"), strcpy(head + 422, "00000000004");
  strcpy(head + 483, "70000000004"); /* size with the hole */
  for (int i = 0; i < 512; i++) sum += (unsigned char)head[i];
  snprintf(head + 148, 8, "%06o", sum);
  memcpy(head + 512, "texttext", 8);
  write_file(&bytes);
  buffer_free(&bytes);
  struct walk_file file = {.path = path, .below = "a.tar"};
  struct members *members;
  struct member member;
  bool more;
  int status = 0;
  nsearch_error *err = nsearch_error_new();
  assert_int_equal(members_open(&members, &file, NULL, NULL, err), 0);
  assert_int_equal(members_next(members, &member, &more, err), 0);
  assert_non_null(member.input);
  while (!member.input->at_end && !status) {
    status = input_fill(member.input, 1 << 20, err);
    input_consume(member.input, member.input->len);
  }
  assert_int_equal(status, NSEARCH_ERR_INPUT);
  assert_non_null(strstr(nsearch_error_message(err), "bomb"));
  members_close(members);
  nsearch_error_free(err);
}

/* Bits that are wrong: no crash, no endless loop. */
static void test_damage(void **state) {
  uint64_t random = 0x9e3779b97f4a7c15;
  (void)state;
  for (int round = 0; round < 1500; round++) {
    struct buffer bytes = of_two(formats[round % 5].format, filters[round / 5 % 5]);
    for (int i = 0; i < 3; i++) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      bytes.bytes[(random >> 20) % bytes.len] ^= (char)(1 << random % 8);
    }
    write_file(&bytes);
    memory_free(read_members(NULL, NULL, false));
    buffer_free(&bytes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_formats),       cmocka_unit_test(test_joined),    cmocka_unit_test(test_filters),
      cmocka_unit_test(test_names),         cmocka_unit_test(test_nested),    cmocka_unit_test(test_utf8_zip),
      cmocka_unit_test(test_document),      cmocka_unit_test(test_globs),     cmocka_unit_test(test_cut),
      cmocka_unit_test(test_broken_member), cmocka_unit_test(test_encrypted), cmocka_unit_test(test_bomb),
      cmocka_unit_test(test_sparse),        cmocka_unit_test(test_damage),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
