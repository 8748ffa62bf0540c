/* Hostile files: bytes of a good index are changed, checksums made good again so that the decoders are reached, and
 * questions of every kind asked. Whatever is wrong is told as damage; nothing else is promised of the answers.
 *
 * Input: a byte of flags, then edits. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "indexer/native/native.h"
#include "query/native/native.h"
#include "tests/fuzz/fuzz.h"

enum { ARTICLES = 400, EDITS_MAX = 16 };
enum { FLAG_BAD_CHECKSUMS = 1, FLAG_MERGE = 2, FLAG_QUESTIONS = 2 };

/* What is edited: a section of the segment, or one of these. */
enum {
  EDIT_TABLE = SECTION_COUNT, /* the end of the segment's payload, where its table of sections is */
  EDIT_CARDS,                 /* a pack as it is */
  EDIT_TEXTS,
  EDIT_LAST_CARDS, /* records of a pack's last group, inflated */
  EDIT_LAST_TEXTS,
  EDIT_MANIFEST,
  EDIT_CUT, /* the file that the first byte says ends at the offset */
  EDIT_KINDS
};
enum { FILE_SEGMENT, FILE_CARDS, FILE_TEXTS, FILE_MANIFEST, FILES };

static char *folder, *merged_path, *paths[FILES];
static struct fuzz_file good[FILES], bad[FILES]; /* bad has room for good */
static size_t sections[SECTION_COUNT][2];        /* offset and length */
static struct nsearch_error *err;

/* ---- the good index ---- */

static void find_files(void) {
  struct manifest manifest;
  must(!manifest_read(&manifest, folder, NULL));
  must(manifest.segment_count == 1 && manifest.pack_count == 2);
  paths[FILE_SEGMENT] = segment_path(folder, manifest.segments[0].number);
  for (size_t i = 0; i < 2; i++)
    paths[manifest.packs[i].texts ? FILE_TEXTS : FILE_CARDS] = pack_path(folder, manifest.packs[i].number);
  paths[FILE_MANIFEST] = path_join(folder, MANIFEST_NAME);
  manifest_free(&manifest);
}

static void find_sections(void) {
  struct segment segment;
  must(!segment_open(&segment, paths[FILE_SEGMENT], NULL));
  for (size_t i = 0; i < SECTION_COUNT; i++) {
    sections[i][0] = segment.sections[i].offset;
    sections[i][1] = segment.sections[i].len;
  }
  segment_close(&segment);
}

static void free_all(void) {
  for (size_t i = 0; i < FILES; i++) {
    free(good[i].bytes);
    free(bad[i].bytes);
    memory_free(paths[i]);
  }
  free(folder);
  free(merged_path);
  nsearch_error_free(err);
}

static void prepare(void) {
  folder = fuzz_path("index");
  merged_path = fuzz_path("merged");
  fuzz_index(folder, ARTICLES, 0);
  find_files();
  find_sections();
  for (size_t i = 0; i < FILES; i++) {
    good[i] = fuzz_read(paths[i]);
    must(bad[i].bytes = malloc(2 * good[i].len + (1 << 20)));
  }
  must(err = nsearch_error_new());
  must(!atexit(free_all));
}

/* ---- edits ---- */

/* Offset of the last group of a pack that is as it was written. */
static size_t last_group(const struct fuzz_file *pack) {
  size_t at = 0, last = 0;
  for (; at < pack->len; at += 12 + load_u32(pack->bytes + at)) last = at;
  must(at == pack->len);
  return last;
}

/* Inflates the last group, changes it and deflates it anew; the pack may get longer than its manifest says. */
static void edit_last_group(size_t file, const struct fuzz_edit *edit) {
  size_t last = last_group(&good[file]);
  if (bad[file].len < last + 12) return;
  uint8_t *group = bad[file].bytes + last;
  uLongf len = load_u32(good[file].bytes + last + 4);
  uint8_t *plain = malloc(len + 1);
  must(plain);
  z_stream in = {
      .next_in = group + 12, .avail_in = (uInt)(bad[file].len - last - 12), .next_out = plain, .avail_out = (uInt)len};
  must(inflateInit2(&in, -15) == Z_OK);
  int code = inflate(&in, Z_FINISH);
  inflateEnd(&in);
  if (code == Z_STREAM_END && in.total_out == len) {
    fuzz_put(plain, len, edit);
    z_stream out = {.next_in = plain, .avail_in = (uInt)len, .next_out = group + 12, .avail_out = 1 << 19};
    must(deflateInit2(&out, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK &&
         deflate(&out, Z_FINISH) == Z_STREAM_END);
    uint32_t packed = (uint32_t)out.total_out;
    deflateEnd(&out);
    memcpy(group, &packed, 4);
    bad[file].len = last + 12 + packed;
  }
  free(plain);
}

static void apply(const struct fuzz_edit *edit) {
  struct fuzz_file *segment = &bad[FILE_SEGMENT];
  if (edit->what < SECTION_COUNT) {
    size_t start = sections[edit->what][0], len = sections[edit->what][1];
    if (start <= segment->len && len <= segment->len - start) fuzz_put(segment->bytes + start, len, edit);
  } else if (edit->what == EDIT_TABLE) {
    enum { TAIL = 700 };
    uint64_t payload = load_u64(good[FILE_SEGMENT].bytes + good[FILE_SEGMENT].len - 16);
    if (segment->len == good[FILE_SEGMENT].len && payload > TAIL) fuzz_put(segment->bytes + payload - TAIL, TAIL, edit);
  } else if (edit->what == EDIT_CARDS || edit->what == EDIT_TEXTS) {
    struct fuzz_file *pack = &bad[edit->what == EDIT_CARDS ? FILE_CARDS : FILE_TEXTS];
    fuzz_put(pack->bytes, pack->len, edit);
  } else if (edit->what == EDIT_LAST_CARDS || edit->what == EDIT_LAST_TEXTS) {
    edit_last_group(edit->what == EDIT_LAST_CARDS ? FILE_CARDS : FILE_TEXTS, edit);
  } else if (edit->what == EDIT_MANIFEST) {
    fuzz_put_or_insert(&bad[FILE_MANIFEST], edit);
  } else {
    struct fuzz_file *file = &bad[edit->bytes[0] % FILES];
    if (edit->offset < file->len) file->len = edit->offset;
  }
}

static void apply_all(struct fuzz_input *in) {
  struct fuzz_edit edit;
  for (int i = 0; i < EDITS_MAX && fuzz_next_edit(in, &edit); i++) {
    edit.what %= EDIT_KINDS;
    apply(&edit);
  }
}

/* ---- what is done with it ---- */

static void merge(void) {
  static const struct write_options options = {.threads = 1, .memory = 64 << 20};
  static const uint64_t dropped[ARTICLES / 64 + 1] = {5, 9, 1};
  struct segment segments[2];
  uint32_t documents;
  int status = segment_open(&segments[0], paths[FILE_SEGMENT], err);
  if (!status && (status = segment_open(&segments[1], paths[FILE_SEGMENT], err))) segment_close(&segments[0]);
  fuzz_check(status, err);
  if (status) return;
  struct merge_input inputs[2] = {{.segment = &segments[0]}, {.segment = &segments[1]}};
  if (segments[0].info.documents <= ARTICLES) inputs[0].dropped = dropped;
  fuzz_check(merge_segments(inputs, 2, &options, merged_path, &documents, err), err);
  segment_close(&segments[0]);
  segment_close(&segments[1]);
  remove(merged_path);
}

static int no_step(void *payload, uint64_t bytes, nsearch_error *error) {
  (void)payload, (void)bytes, (void)error;
  return NSEARCH_OK;
}

/* What the segment says of itself, whatever its checksums say. */
static void check_segment(void) {
  struct segment segment;
  int status = segment_open(&segment, paths[FILE_SEGMENT], err);
  fuzz_check(status, err);
  if (status) return;
  fuzz_check(segment_check_docs(&segment, err), err);
  fuzz_check(segment_check_lists(&segment, no_step, NULL, err), err);
  segment_close(&segment);
  fuzz_check(nsearch_check(folder, 0, NULL, NULL, NULL, err), err);
}

/* ---- the target ---- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!err) prepare();
  struct fuzz_input in = {data, data + size};
  uint8_t flags = fuzz_byte(&in);
  for (size_t i = 0; i < FILES; i++) {
    memcpy(bad[i].bytes, good[i].bytes, good[i].len);
    bad[i].len = good[i].len;
  }
  apply_all(&in);
  if (!(flags & FLAG_BAD_CHECKSUMS)) {
    for (size_t i = 0; i < FILES; i++) fuzz_seal(paths[i], &bad[i]);
  }
  for (size_t i = 0; i < FILES; i++) fuzz_write(paths[i], bad[i].bytes, bad[i].len);
  nsearch_reader *reader = NULL;
  int status = nsearch_open(&reader, folder, err);
  fuzz_check(status, err);
  if (!status) {
    fuzz_ask_all(reader, flags >> FLAG_QUESTIONS & 3, err);
    fuzz_read_articles(reader, err);
    nsearch_close(reader);
  }
  if (flags & FLAG_MERGE) merge();
  check_segment();
  return 0;
}
