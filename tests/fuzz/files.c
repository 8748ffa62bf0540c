/* Hostile files: bytes of a good index are changed, checksums made good again so that the decoders are reached, and
 * questions of every kind asked. Whatever is wrong is told as damage; nothing else is promised of the answers.
 *
 * Input: a byte of flags, then edits: a byte that says what is edited, three for the offset in it (largest first), one
 * whose low three bits are the number of bytes less one, and the bytes. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "indexer/native/native.h"
#include "query/native/native.h"
#include "tests/fuzz/fuzz.h"

enum { ARTICLES = 400, EDITS_MAX = 16, LIMIT = 40 };

/* Which questions are asked: each third of them, or all. */
enum { FLAG_BAD_CHECKSUMS = 1, FLAG_MERGE = 2, FLAG_QUESTIONS = 2, ALL_QUESTIONS = 3 };

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

struct edit {
  uint32_t what, offset, count;
  uint8_t bytes[8];
};

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

static void put_bytes(uint8_t *at, size_t len, const struct edit *edit) {
  if (!len) return;
  size_t from = edit->offset % len, count = edit->count < len - from ? edit->count : len - from;
  memcpy(at + from, edit->bytes, count);
}

static uint32_t header_number(const uint8_t *at) { return load_u32(at); }

/* Offset of the last group of a pack that is as it was written. */
static size_t last_group(const struct fuzz_file *pack) {
  size_t at = 0, last = 0;
  for (; at < pack->len; at += 12 + header_number(pack->bytes + at)) last = at;
  must(at == pack->len);
  return last;
}

/* Inflates the last group, changes it and deflates it anew; the pack may get longer than its manifest says. */
static void edit_last_group(size_t file, const struct edit *edit) {
  size_t last = last_group(&good[file]);
  if (bad[file].len < last + 12) return;
  uint8_t *group = bad[file].bytes + last;
  uLongf len = header_number(good[file].bytes + last + 4);
  uint8_t *plain = malloc(len + 1);
  must(plain);
  z_stream in = {
      .next_in = group + 12, .avail_in = (uInt)(bad[file].len - last - 12), .next_out = plain, .avail_out = (uInt)len};
  must(inflateInit2(&in, -15) == Z_OK);
  int code = inflate(&in, Z_FINISH);
  inflateEnd(&in);
  if (code == Z_STREAM_END && in.total_out == len) {
    put_bytes(plain, len, edit);
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

/* In the manifest bytes take the place of as many others, or, where the fourth bit of the count is set, of none. */
static void edit_manifest(const struct edit *edit, bool insert) {
  struct fuzz_file *file = &bad[FILE_MANIFEST];
  size_t from = file->len ? edit->offset % file->len : 0;
  if (insert) {
    memmove(file->bytes + from + edit->count, file->bytes + from, file->len - from);
    file->len += edit->count;
    memcpy(file->bytes + from, edit->bytes, edit->count);
  } else {
    put_bytes(file->bytes, file->len, edit);
  }
}

static void apply(const struct edit *edit, bool insert) {
  struct fuzz_file *segment = &bad[FILE_SEGMENT];
  if (edit->what < SECTION_COUNT) {
    size_t start = sections[edit->what][0], len = sections[edit->what][1];
    if (start <= segment->len && len <= segment->len - start) put_bytes(segment->bytes + start, len, edit);
  } else if (edit->what == EDIT_TABLE) {
    enum { TAIL = 700 };
    uint64_t payload = load_u64(good[FILE_SEGMENT].bytes + good[FILE_SEGMENT].len - 16);
    if (segment->len == good[FILE_SEGMENT].len && payload > TAIL)
      put_bytes(segment->bytes + payload - TAIL, TAIL, edit);
  } else if (edit->what == EDIT_CARDS || edit->what == EDIT_TEXTS) {
    struct fuzz_file *pack = &bad[edit->what == EDIT_CARDS ? FILE_CARDS : FILE_TEXTS];
    put_bytes(pack->bytes, pack->len, edit);
  } else if (edit->what == EDIT_LAST_CARDS || edit->what == EDIT_LAST_TEXTS) {
    edit_last_group(edit->what == EDIT_LAST_CARDS ? FILE_CARDS : FILE_TEXTS, edit);
  } else if (edit->what == EDIT_MANIFEST) {
    edit_manifest(edit, insert);
  } else {
    struct fuzz_file *file = &bad[edit->bytes[0] % FILES];
    if (edit->offset < file->len) file->len = edit->offset;
  }
}

static void apply_all(struct fuzz_input *in) {
  for (int i = 0; i < EDITS_MAX && in->at < in->end; i++) {
    struct edit edit = {.what = fuzz_byte(in) % EDIT_KINDS};
    for (int k = 0; k < 3; k++) edit.offset = edit.offset << 8 | fuzz_byte(in);
    uint8_t count = fuzz_byte(in);
    edit.count = (count & 7) + 1u;
    for (uint32_t k = 0; k < edit.count; k++) edit.bytes[k] = fuzz_byte(in);
    apply(&edit, count & 8);
  }
}

/* ---- checksums ---- */

/* docs/index-format.md: the payload, a checksum of each page, a trailer. */
static void seal_segment(void) {
  uint8_t *bytes = bad[FILE_SEGMENT].bytes;
  size_t len = bad[FILE_SEGMENT].len;
  if (len != good[FILE_SEGMENT].len) return;
  uint64_t payload = load_u64(bytes + len - 16), page = 0;
  for (uint64_t at = 0; at < payload; page++, at += PAGE_BYTES) {
    uint64_t hash = hash_bytes(bytes + at, payload - at < PAGE_BYTES ? payload - at : PAGE_BYTES);
    memcpy(bytes + payload + 8 * page, &hash, 8);
  }
  uint64_t hash = hash_bytes(bytes + payload, 8 * page + 16);
  memcpy(bytes + len - 8, &hash, 8);
}

static void seal_pack(const struct fuzz_file *pack) {
  for (size_t at = 0; at + 12 <= pack->len;) {
    uint32_t packed = header_number(pack->bytes + at);
    if (packed > pack->len - at - 12) return;
    uint32_t hash = (uint32_t)hash_bytes(pack->bytes + at + 12, packed);
    memcpy(pack->bytes + at + 8, &hash, 4);
    at += 12 + (size_t)packed;
  }
}

static void seal_manifest(void) {
  enum { LINE = 9 + 16 + 1 };
  struct fuzz_file *file = &bad[FILE_MANIFEST];
  if (file->len < LINE) return;
  char line[LINE + 1];
  snprintf(line, sizeof line, "checksum %016llx\n", (unsigned long long)hash_bytes(file->bytes, file->len - LINE));
  memcpy(file->bytes + file->len - LINE, line, LINE);
}

/* ---- questions ---- */

static void check(int status) {
  must(status == NSEARCH_OK || status == NSEARCH_ERR_DAMAGED || status == NSEARCH_ERR_VERSION ||
       status == NSEARCH_ERR_NOT_FOUND || status == NSEARCH_ERR_UNSUPPORTED);
  must(!status || *nsearch_error_message(err));
}

static void ask(nsearch_reader *reader, const char *question, unsigned number) {
  static const char *const facets[] = {"source", "section", "topic", "lang", "author", "site", "year", "month", "day"};
  nsearch_result *result = NULL;
  nsearch_request *request = nsearch_request_new(question);
  must(request);
  nsearch_request_set_limit(request, number % 4 ? LIMIT / 4 : LIMIT);
  nsearch_request_set_count(request, number % 3 == 0);
  nsearch_request_set_explain(request, number % 2);
  nsearch_request_set_sort(request, (nsearch_sort)(number / 2 % 3));
  if (number % 5 == 4) must(!nsearch_request_set_since(request, "2021-03", NULL));
  for (size_t i = 0; number % 4 == 1 && i < sizeof facets / sizeof *facets; i++)
    must(!nsearch_request_add_facet(request, facets[i], 3, NULL));
  check(nsearch_search(reader, request, &result, err));
  fuzz_walk(result);
  nsearch_result_free(result);
  nsearch_request_free(request);
}

static void ask_all(nsearch_reader *reader, unsigned which) {
  static const char *const questions[] = {
      "",
      "the",
      "harbour trade gift",
      "the harbour of trade policies colour",
      "+the +harbour trade",
      "\"the harbour\"",
      "\"harbour trade\"~3 OR gift",
      "the NEAR/5 of",
      "har* item1?",
      "harbuor~ polices~",
      "title:harbour -trade",
      "author:roe source:wire",
      "topic:trade lang:de site:site1.example section:world",
      "date:2021 the",
      "date:2020 OR date:2022-03",
      "\xe6\xb8\xaf\xe5\x8f\xa3 \xe6\x96\xb0",
      "id:a7 OR id:https://www.site1.example/7",
      "the AND (harbour OR NOT of) AND date:2021-01..2022-06",
      "harbuor mraket",
      "item1 item2 item3 item4 item5 item6",
      "+NOT the",
  };
  for (unsigned i = 0; i < sizeof questions / sizeof *questions; i++)
    if (which == ALL_QUESTIONS || i % 3 == which) ask(reader, questions[i], i);
}

static void read_articles(nsearch_reader *reader) {
  static const char *const ids[] = {"a0", "a7", "a399", "https://www.site1.example/7", "a401"};
  nsearch_stats *stats = NULL;
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    nsearch_article *article = NULL;
    nsearch_result *result = NULL;
    check(nsearch_get(reader, ids[i], &article, err));
    nsearch_article_free(article);
    if (i % 2) check(nsearch_related(reader, ids[i], i == 1, NULL, &result, err));
    fuzz_walk(result);
    nsearch_result_free(result);
  }
  check(nsearch_stats_read(reader, &stats, err));
  nsearch_stats_free(stats);
}

static void merge(void) {
  static const struct write_options options = {.threads = 1, .memory = 64 << 20};
  static const uint64_t dropped[ARTICLES / 64 + 1] = {5, 9, 1};
  struct segment segments[2];
  uint32_t documents;
  int status = segment_open(&segments[0], paths[FILE_SEGMENT], err);
  if (!status && (status = segment_open(&segments[1], paths[FILE_SEGMENT], err))) segment_close(&segments[0]);
  check(status);
  if (status) return;
  struct merge_input inputs[2] = {{.segment = &segments[0]}, {.segment = &segments[1]}};
  if (segments[0].info.documents <= ARTICLES) inputs[0].dropped = dropped;
  check(merge_segments(inputs, 2, &options, merged_path, &documents, err));
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
  check(status);
  if (status) return;
  check(segment_check_docs(&segment, err));
  check(segment_check_lists(&segment, no_step, NULL, err));
  segment_close(&segment);
  check(nsearch_check(folder, 0, NULL, NULL, NULL, err));
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
    seal_segment();
    seal_pack(&bad[FILE_CARDS]);
    seal_pack(&bad[FILE_TEXTS]);
    seal_manifest();
  }
  for (size_t i = 0; i < FILES; i++) fuzz_write(paths[i], bad[i].bytes, bad[i].len);
  nsearch_reader *reader = NULL;
  int status = nsearch_open(&reader, folder, err);
  check(status);
  if (!status) {
    ask_all(reader, flags >> FLAG_QUESTIONS & 3);
    read_articles(reader);
    nsearch_close(reader);
  }
  if (flags & FLAG_MERGE) merge();
  check_segment();
  return 0;
}
