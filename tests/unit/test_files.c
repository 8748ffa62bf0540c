/* Packs, manifests and page checksums: round trips, and every kind of damage told as damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "common/store/store.h"

static char folder[] = "/tmp/nsearch-files-XXXXXX";

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}
static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

static void in_folder(char *path, const char *name) { snprintf(path, 100, "%s/%s", folder, name); }

static void flip(const char *path, long at) {
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  fseek(file, at, SEEK_SET);
  int byte = fgetc(file);
  fseek(file, at, SEEK_SET);
  fputc(byte ^ 1, file);
  fclose(file);
}

/* Records of many sizes; record i is i % 251 repeated. */
enum { RECORDS = 700 };
static size_t record_size(size_t i) { return i == 0 ? 0 : i % 50 == 0 ? 20000 + i : i * 7 % 900; }

static uint64_t write_pack(const char *path, uint64_t *places) {
  struct pack_out *out;
  char *bytes = malloc(30000);
  assert_int_equal(pack_create(&out, path, 5, TEXT_GROUP, NULL), 0);
  for (size_t i = 0; i < RECORDS; i++) {
    memset(bytes, (int)(i % 251), record_size(i));
    assert_int_equal(pack_add(out, bytes, record_size(i), &places[i], NULL), 0);
  }
  uint64_t len = 0;
  assert_int_equal(pack_finish(&out, true, &len, NULL), 0);
  free(bytes);
  return len;
}

static void test_pack_round_trip(void **state) {
  (void)state;
  char path[100];
  uint64_t places[RECORDS];
  in_folder(path, "a.pack");
  uint64_t len = write_pack(path, places);
  struct pack pack;
  struct buffer record = {0};
  assert_int_equal(pack_open(&pack, path, len, NULL), 0);
  for (size_t i = 0; i < RECORDS; i++) {
    buffer_clear(&record);
    assert_int_equal(pack_read(&pack, places[i], &record, NULL), 0);
    assert_int_equal(record.len, record_size(i));
    for (size_t b = 0; b < record.len; b++) assert_int_equal((uint8_t)record.bytes[b], i % 251);
  }
  pack_close(&pack);
  buffer_free(&record);
  assert_int_equal(pack_open(&pack, path, len + 1, NULL), NSEARCH_ERR_DAMAGED);
  unlink(path);
}

/* The promise of the format: zlib alone reads a group. */
static void test_pack_read_by_zlib(void **state) {
  (void)state;
  char path[100];
  uint64_t places[RECORDS];
  in_folder(path, "z.pack");
  uint64_t len = write_pack(path, places);
  struct file_map map;
  assert_int_equal(file_map(&map, path, NULL), 0);
  uint64_t at = 0;
  while (at < len) {
    uint32_t packed = load_u32(map.bytes + at), plain = load_u32(map.bytes + at + 4);
    uint8_t *out = malloc(plain);
    z_stream stream = {0};
    assert_int_equal(inflateInit2(&stream, -15), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)(map.bytes + at + 12);
    stream.avail_in = packed;
    stream.next_out = out;
    stream.avail_out = plain;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, plain);
    inflateEnd(&stream);
    free(out);
    at += 12 + packed;
  }
  assert_int_equal(at, len);
  file_unmap(&map);
  unlink(path);
}

static void test_pack_damage(void **state) {
  (void)state;
  char path[100];
  uint64_t places[RECORDS];
  in_folder(path, "d.pack");
  uint64_t len = write_pack(path, places);
  struct pack pack;
  struct buffer record = {0};
  for (long at = 0; at < 40; at++) {
    flip(path, at);
    assert_int_equal(pack_open(&pack, path, len, NULL), 0);
    int status = pack_read(&pack, places[1], &record, NULL);
    assert_true(status == NSEARCH_ERR_DAMAGED || at >= 12 + (long)load_u32(pack.map.bytes));
    pack_close(&pack);
    flip(path, at);
  }
  assert_int_equal(pack_open(&pack, path, len, NULL), 0);
  static const uint64_t wild[] = {0, UINT64_MAX, UINT64_C(200) << 40, 13, (UINT64_C(1) << 40) - 1};
  for (size_t i = 1; i < sizeof wild / sizeof *wild; i++) {
    assert_int_equal(pack_read(&pack, wild[i], &record, NULL), NSEARCH_ERR_DAMAGED);
  }
  pack_close(&pack);
  buffer_free(&record);
  unlink(path);
}

static void fill_manifest(struct manifest *manifest) {
  memset(manifest, 0, sizeof *manifest);
  strcpy(manifest->engine, "native");
  manifest->generation = 7;
  manifest->language = language_find("de", 2);
  manifest->title_weight = 3;
  manifest->has_text = true;
  manifest->next_number = 12;
  manifest->next_pack = 6;
  manifest->segments = calloc(2, sizeof *manifest->segments);
  manifest->segments[0] = (struct manifest_segment){.number = 4, .documents = 5, .bytes = 600};
  manifest->segments[1] =
      (struct manifest_segment){.number = 9, .documents = 50, .bytes = 1ull << 40, .tombstones = 6, .deleted = 2};
  manifest->segment_count = 2;
  manifest->packs = calloc(2, sizeof *manifest->packs);
  manifest->packs[0] = (struct manifest_pack){.number = 1, .bytes = 77, .records = 8};
  manifest->packs[1] = (struct manifest_pack){.number = 2, .texts = true, .bytes = 7777};
  manifest->pack_count = 2;
}

static void test_manifest_round_trip(void **state) {
  (void)state;
  char path[100];
  in_folder(path, MANIFEST_NAME);
  struct manifest manifest, back;
  fill_manifest(&manifest);
  assert_int_equal(manifest_read(&back, folder, NULL), NSEARCH_ERR_MISSING);
  assert_int_equal(manifest_write(&manifest, folder, NULL), 0);
  assert_int_equal(manifest_read(&back, folder, NULL), 0);
  assert_string_equal(back.engine, "native");
  assert_int_equal(back.generation, 7);
  assert_int_equal(back.language, manifest.language);
  assert_int_equal(back.title_weight, 3);
  assert_true(back.has_text);
  assert_int_equal(back.next_number, 12);
  assert_int_equal(back.next_pack, 6);
  assert_int_equal(back.segment_count, 2);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(back.segments[i].number, manifest.segments[i].number);
    assert_int_equal(back.segments[i].documents, manifest.segments[i].documents);
    assert_int_equal(back.segments[i].bytes, manifest.segments[i].bytes);
    assert_int_equal(back.segments[i].tombstones, manifest.segments[i].tombstones);
    assert_int_equal(back.segments[i].deleted, manifest.segments[i].deleted);
  }
  assert_int_equal(back.pack_count, 2);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(back.packs[i].number, manifest.packs[i].number);
    assert_int_equal(back.packs[i].texts, manifest.packs[i].texts);
    assert_int_equal(back.packs[i].bytes, manifest.packs[i].bytes);
    assert_int_equal(back.packs[i].records, manifest.packs[i].records);
  }
  manifest_free(&back);
  free(manifest.segments);
  free(manifest.packs);
  unlink(path);
}

/* As the first versions wrote them: packs share the numbers of segments, and nobody counted their records. */
static void test_manifest_old(void **state) {
  (void)state;
  char path[100];
  in_folder(path, MANIFEST_NAME);
  struct manifest back;
  struct buffer text = {0};
  buffer_text(&text, "nsearch 1\ngeneration 1\nengine native\nlanguage en\ntitle-weight 2\ntext 1\nnext 9\n"
                     "segment 8 18919 61212344 0 0\ncards 1 2094213\ntexts 2 55012345\ncards 6 3\n");
  buffer_format(&text, "checksum %016llx\n", (unsigned long long)hash_bytes(text.bytes, text.len));
  FILE *file = fopen(path, "w");
  assert_int_equal(fwrite(text.bytes, 1, text.len, file), text.len);
  fclose(file);
  assert_int_equal(manifest_read(&back, folder, NULL), 0);
  assert_int_equal(back.pack_count, 3);
  assert_int_equal(back.packs[1].bytes, 55012345);
  assert_int_equal(back.packs[1].records, 0);
  assert_int_equal(back.next_pack, 7);
  assert_int_equal(back.next_number, 9);
  manifest_free(&back);
  buffer_free(&text);
  unlink(path);
}

static void test_manifest_damage(void **state) {
  (void)state;
  char path[100];
  in_folder(path, MANIFEST_NAME);
  struct manifest manifest, back;
  fill_manifest(&manifest);
  assert_int_equal(manifest_write(&manifest, folder, NULL), 0);
  struct file_map map;
  assert_int_equal(file_map(&map, path, NULL), 0);
  long len = (long)map.len;
  file_unmap(&map);
  for (long at = 0; at < len; at++) {
    flip(path, at);
    int status = manifest_read(&back, folder, NULL);
    /* A flipped version digit reads as a newer version; a flipped last newline changes nothing that counts. */
    assert_true(status == NSEARCH_ERR_DAMAGED || status == NSEARCH_ERR_VERSION || at == len - 1);
    manifest_free(&back);
    flip(path, at);
  }
  for (long cut = len - 1; cut >= 0; cut -= 7) {
    assert_int_equal(truncate(path, cut), 0);
    assert_int_equal(manifest_read(&back, folder, NULL), NSEARCH_ERR_DAMAGED);
  }
  free(manifest.segments);
  free(manifest.packs);
  unlink(path);
}

/* A file named twice would be merged with itself, and one that the next number names too would be written over. */
static void test_manifest_numbers(void **state) {
  (void)state;
  char path[100];
  in_folder(path, MANIFEST_NAME);
  for (int bad = 0; bad < 8; bad++) {
    struct manifest manifest, back;
    fill_manifest(&manifest);
    struct manifest_segment *segments = manifest.segments;
    if (bad == 1) manifest.next_number = 9;
    if (bad == 2) segments[0].number = 9;
    if (bad == 3) segments[0].tombstones = 12;
    if (bad == 4) segments[0].tombstones = 6;
    if (bad == 5) manifest.packs[0].number = 2;
    if (bad == 6) manifest.next_number = UINT64_MAX;
    if (bad == 7) manifest.catalogue.number = UINT64_MAX;
    assert_int_equal(manifest_write(&manifest, folder, NULL), 0);
    assert_int_equal(manifest_read(&back, folder, NULL), bad ? NSEARCH_ERR_DAMAGED : NSEARCH_OK);
    manifest_free(&back);
    free(manifest.segments);
    free(manifest.packs);
  }
  unlink(path);
}

static void test_checked_pages(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 3 * PAGE_BYTES + 17};
  char path[100];
  in_folder(path, "pages");
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    struct checked_out *out;
    assert_int_equal(checked_create(&out, path, NULL), 0);
    for (size_t at = 0; at < sizes[s]; at++) {
      uint8_t byte = (uint8_t)(at * 31);
      assert_int_equal(checked_write(out, &byte, 1, NULL), 0);
    }
    assert_int_equal(checked_finish(&out, true, NULL), 0);
    struct checked_file file;
    assert_int_equal(checked_open(&file, path, NULL), 0);
    assert_int_equal(file.len, sizes[s]);
    assert_int_equal(checked_touch(&file, 0, sizes[s], NULL), 0);
    assert_int_equal(checked_touch(&file, sizes[s], 1, NULL), NSEARCH_ERR_DAMAGED);
    assert_int_equal(checked_touch(&file, UINT64_MAX, 2, NULL), NSEARCH_ERR_DAMAGED);
    checked_close(&file);
    if (sizes[s] > PAGE_BYTES) {
      flip(path, PAGE_BYTES);
      assert_int_equal(checked_open(&file, path, NULL), 0);
      assert_int_equal(checked_touch(&file, 0, PAGE_BYTES, NULL), 0);
      assert_int_equal(checked_touch(&file, 0, PAGE_BYTES + 1, NULL), NSEARCH_ERR_DAMAGED);
      checked_close(&file);
    }
    unlink(path);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pack_round_trip),  cmocka_unit_test(test_pack_read_by_zlib),
      cmocka_unit_test(test_pack_damage),      cmocka_unit_test(test_manifest_round_trip),
      cmocka_unit_test(test_manifest_old),     cmocka_unit_test(test_manifest_damage),
      cmocka_unit_test(test_manifest_numbers), cmocka_unit_test(test_checked_pages),
  };
  return cmocka_run_group_tests_name("files", tests, make_folder, remove_folder);
}
