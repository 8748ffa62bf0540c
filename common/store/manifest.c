/* The manifest: one small text file that names everything a commit consists of, replaced by rename. Lines of a keyword
 * and values; unknown keywords are refused, so that a newer version's index is never half read, unless the manifest itself
 * says before that only writers need to know them. The last line is the XXH3 of all lines before it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/engine.h"
#include "common/store/store.h"

enum { MANIFEST_MAX = 16 << 20 };
#define NUMBER_MAX UINT64_C(1000000000000000000) /* of a file; a writer counts on from there */

static char *numbered_path(const char *folder, uint64_t number, const char *kind) {
  char name[40];
  snprintf(name, sizeof name, "%06" PRIu64 ".%s", number, kind);
  return path_join(folder, name);
}

char *segment_path(const char *folder, uint64_t number) { return numbered_path(folder, number, "segment"); }
char *pack_path(const char *folder, uint32_t number) { return numbered_path(folder, number, "pack"); }
char *tombstones_path(const char *folder, uint64_t number) { return numbered_path(folder, number, "tombstones"); }
char *catalogue_path(const char *folder, uint64_t number) { return numbered_path(folder, number, "catalogue"); }

void manifest_free(struct manifest *manifest) {
  for (size_t i = 0; i < manifest->shard_count; i++) memory_free(manifest->shards[i]);
  memory_free(manifest->shards);
  memory_free(manifest->segments);
  memory_free(manifest->packs);
  memset(manifest, 0, sizeof *manifest);
}

static void encode(const struct manifest *manifest, struct buffer *out) {
  buffer_text(out, "nsearch 1\n");
  buffer_format(out, "generation %" PRIu64 "\n", manifest->generation);
  buffer_format(out, "engine %s\n", manifest->engine);
  buffer_format(out, "language %s\n", language_code(manifest->language));
  buffer_format(out, "title-weight %" PRIu32 "\n", manifest->title_weight);
  buffer_format(out, "text %d\n", manifest->has_text);
  buffer_format(out, "next %" PRIu64 "\n", manifest->next_number);
  if (manifest->next_pack > 1) buffer_format(out, "next-pack %" PRIu32 "\n", manifest->next_pack);
  for (size_t i = 0; i < manifest->segment_count; i++) {
    const struct manifest_segment *s = &manifest->segments[i];
    buffer_format(out, "segment %" PRIu64 " %" PRIu32 " %" PRIu64 " %" PRIu64 " %" PRIu32 "\n", s->number, s->documents,
                  s->bytes, s->tombstones, s->deleted);
  }
  for (size_t i = 0; i < manifest->pack_count; i++) {
    const struct manifest_pack *p = &manifest->packs[i];
    buffer_format(out, "%s %" PRIu32 " %" PRIu64 " %" PRIu64 "\n", p->texts ? "texts" : "cards", p->number, p->bytes,
                  p->records);
  }
  if (manifest->catalogue.number) {
    buffer_format(out, "catalogue %" PRIu64 " %" PRIu64 "\n", manifest->catalogue.number, manifest->catalogue.bytes);
  }
  if (manifest->shard_count) buffer_format(out, "index %016" PRIx64 "\n", manifest->identity);
  for (size_t i = 0; i < manifest->shard_count; i++) buffer_format(out, "shard %s\n", manifest->shards[i]);
  uint64_t checksum = out->failed ? 0 : hash_bytes(out->bytes, out->len);
  buffer_format(out, "checksum %016" PRIx64 "\n", checksum);
}

int manifest_write(const struct manifest *manifest, const char *folder, struct nsearch_error *err) {
  struct buffer text = {0};
  struct file_out *file = NULL;
  char *path = path_join(folder, MANIFEST_NAME), *fresh = path_join(folder, MANIFEST_NAME ".new");
  encode(manifest, &text);
  int status = path && fresh ? buffer_status(&text, err) : error_memory(err);
  if (!status && text.len > MANIFEST_MAX) { /* no reader would take it */
    status = error_set(err, NSEARCH_ERR_UNSUPPORTED,
                       "%s would be larger than %d MiB: too many segments; optimize, or index "
                       "into several indexes",
                       path, MANIFEST_MAX >> 20);
  }
  if (status) goto out;
  status = file_create(&file, fresh, err);
  if (status) goto out;
  status = file_write(file, text.bytes, text.len, err);
  if (!status) status = file_sync(file, err);
  int closed = file_close(&file, status ? NULL : err);
  if (!status) status = closed;
  if (!status) status = file_rename(fresh, path, err);
  if (!status) status = file_sync_folder(folder, err);
out:
  buffer_free(&text);
  memory_free(path);
  memory_free(fresh);
  return status;
}

/* Numbers of a line, separated by blanks. */
static bool numbers(const char *text, uint64_t *out, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (*text < '0' || *text > '9') return false;
    char *end;
    out[i] = strtoull(text, &end, 10);
    if (i + 1 < count && *end++ != ' ') return false;
    text = end;
  }
  return *text == 0;
}

/* A pack's; how many records it has is not said in manifests that are older than packs that are appended to. */
static bool pack_numbers(const char *text, uint64_t *out) {
  return (numbers(text, out, 3) || numbers(text, out, 2)) && out[0] > 0 && out[0] < PACK_MAX;
}

static int add_segment(struct manifest *out, const uint64_t *v, struct nsearch_error *err) {
  int status =
      memory_reserve(&out->segments, &out->segment_capacity, out->segment_count + 1, sizeof *out->segments, err);
  if (status) return status;
  out->segments[out->segment_count++] = (struct manifest_segment){
      .number = v[0], .documents = (uint32_t)v[1], .bytes = v[2], .tombstones = v[3], .deleted = (uint32_t)v[4]};
  return NSEARCH_OK;
}

static int add_pack(struct manifest *out, bool texts, const uint64_t *v, struct nsearch_error *err) {
  int status = memory_reserve(&out->packs, &out->pack_capacity, out->pack_count + 1, sizeof *out->packs, err);
  if (status) return status;
  out->packs[out->pack_count++] =
      (struct manifest_pack){.number = (uint32_t)v[0], .texts = texts, .bytes = v[1], .records = v[2]};
  if (v[0] >= out->next_pack) out->next_pack = (uint32_t)v[0] + 1; /* the line is newer than the format */
  return NSEARCH_OK;
}

int manifest_add_shard(struct manifest *manifest, const char *address, struct nsearch_error *err) {
  int status =
      memory_reserve(&manifest->shards, &manifest->shard_capacity, manifest->shard_count + 1, sizeof(char *), err);
  if (status) return status;
  char *copy = memory_string(address, strlen(address));
  if (!copy) return error_memory(err);
  manifest->shards[manifest->shard_count++] = copy;
  return NSEARCH_OK;
}

static bool is_identity(const char *text) { return strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16; }

/* Whether a keyword is one of those that are separated by blanks. */
static bool names_has(const char *names, const char *keyword) {
  const size_t len = strlen(keyword);
  for (const char *at = names; *at; at += strcspn(at, " "), at += strspn(at, " "))
    if (strcspn(at, " ") == len && memcmp(at, keyword, len) == 0) return true;
  return false;
}

/* One line, NUL-terminated. *known false: not a line of this version. */
static int decode_line(struct manifest *out, char *line, bool *known, struct nsearch_error *err) {
  uint64_t v[5] = {0};
  char *value = strchr(line, ' ');
  *known = value != NULL;
  if (!value) return NSEARCH_OK;
  *value++ = 0;
  if (strcmp(line, "engine") == 0 && strlen(value) < sizeof out->engine) {
    memcpy(out->engine, value, strlen(value) + 1);
  } else if (strcmp(line, "language") == 0 && language_find(value, strlen(value)) >= 0) {
    out->language = language_find(value, strlen(value));
  } else if (strcmp(line, "generation") == 0 && numbers(value, v, 1)) {
    out->generation = v[0];
  } else if (strcmp(line, "title-weight") == 0 && numbers(value, v, 1) && v[0] >= 1 && v[0] <= 10) {
    out->title_weight = (uint32_t)v[0];
  } else if (strcmp(line, "text") == 0 && numbers(value, v, 1)) {
    out->has_text = v[0] != 0;
  } else if (strcmp(line, "next") == 0 && numbers(value, v, 1)) {
    out->next_number = v[0];
  } else if (strcmp(line, "next-pack") == 0 && numbers(value, v, 1) && v[0] <= PACK_MAX) {
    if (v[0] > out->next_pack) out->next_pack = (uint32_t)v[0];
  } else if (strcmp(line, "segment") == 0 && numbers(value, v, 5) && v[1] <= UINT32_MAX && v[4] <= v[1]) {
    return add_segment(out, v, err);
  } else if (strcmp(line, "cards") == 0 && pack_numbers(value, v)) {
    return add_pack(out, false, v, err);
  } else if (strcmp(line, "texts") == 0 && pack_numbers(value, v)) {
    return add_pack(out, true, v, err);
  } else if (strcmp(line, "catalogue") == 0 && numbers(value, v, 2) && v[0] > 0) {
    out->catalogue = (struct manifest_catalogue){v[0], v[1]};
  } else if (strcmp(line, "index") == 0 && is_identity(value)) {
    out->identity = strtoull(value, NULL, 16);
  } else if (strcmp(line, "shard") == 0 && shard_is_address(value) && out->shard_count < SHARDS_MAX) {
    return manifest_add_shard(out, value, err);
  } else if (strcmp(line, "needs-to-read") == 0) {
    return NSEARCH_ERR_VERSION;
  } else if (strcmp(line, "needs-to-write") == 0 && !out->unknown[0] && strlen(value) < sizeof out->unknown) {
    memcpy(out->unknown, value, strlen(value) + 1);
  } else {
    *known = names_has(out->unknown, line);
  }
  return NSEARCH_OK;
}

static int by_number(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

/* No two are the same, and all are below `next`; sorts them. */
static bool are_distinct(uint64_t *list, size_t count, uint64_t next) {
  if (count) qsort(list, count, sizeof *list, by_number);
  for (size_t i = 0; i < count; i++)
    if (list[i] >= next || (i && list[i] == list[i - 1])) return false;
  return true;
}

/* A file is named once, and there are numbers left for a writer. */
static int verify_numbers(const struct manifest *manifest, const char *path, struct nsearch_error *err) {
  size_t count = 0;
  uint64_t *list = memory_array(NULL, manifest->segment_count + manifest->pack_count + 1, sizeof *list);
  if (!list) return error_memory(err);
  bool good = manifest->next_number <= NUMBER_MAX && manifest->catalogue.number <= NUMBER_MAX;
  for (size_t i = 0; i < manifest->segment_count; i++) list[count++] = manifest->segments[i].number;
  good = good && are_distinct(list, count, manifest->next_number);
  count = 0;
  for (size_t i = 0; i < manifest->segment_count; i++)
    if (manifest->segments[i].tombstones) list[count++] = manifest->segments[i].tombstones;
  good = good && are_distinct(list, count, manifest->next_number);
  count = 0;
  for (size_t i = 0; i < manifest->pack_count; i++) list[count++] = manifest->packs[i].number;
  good = good && are_distinct(list, count, PACK_MAX);
  memory_free(list);
  return good ? NSEARCH_OK
              : error_set(err, NSEARCH_ERR_DAMAGED,
                          "%s names a file twice, or by a number too large; restore it from a copy or index again",
                          path);
}

static int decode(struct manifest *out, char *text, size_t len, const char *path, struct nsearch_error *err) {
  static const char checksum[] = "checksum ";
  enum { CHECKSUM_LINE = sizeof checksum - 1 + 16 + 1 };
  if (len < 10 || memcmp(text, "nsearch ", 8) != 0) {
    return error_set(err, NSEARCH_ERR_DAMAGED, "%s is not an nsearch manifest", path);
  }
  if (memcmp(text, "nsearch 1\n", 10) != 0) {
    return error_set(err, NSEARCH_ERR_VERSION, "%s was written by a newer version of nsearch; use that one", path);
  }
  char *last = len < 10 + CHECKSUM_LINE ? NULL : text + len - CHECKSUM_LINE;
  if (last) out->checksum = hash_bytes(text, len - CHECKSUM_LINE);
  if (!last || memcmp(last, checksum, sizeof checksum - 1) != 0 ||
      strtoull(last + sizeof checksum - 1, NULL, 16) != out->checksum) {
    return error_set(err, NSEARCH_ERR_DAMAGED, "%s is damaged; restore it from a copy or index again", path);
  }
  char *line = text + 10;
  while (line < last) {
    char *end = memchr(line, '\n', (size_t)(last - line));
    bool known = end != NULL;
    int status = NSEARCH_OK;
    if (end) {
      *end = 0;
      status = decode_line(out, line, &known, err);
    }
    if (status == NSEARCH_ERR_VERSION) {
      return error_set(err, status, "%s: reading this index needs a newer version of nsearch, one that knows \"%.40s\"",
                       path, line + strlen(line) + 1);
    }
    if (status) return status;
    if (!known) {
      return error_set(err, NSEARCH_ERR_VERSION, "%s: unknown entry \"%.40s\"; use a newer version of nsearch", path,
                       line);
    }
    line = end + 1;
  }
  if (!out->title_weight) { /* a writer that believed it would write what nobody reads */
    return error_set(err, NSEARCH_ERR_DAMAGED, "%s lacks its title weight; restore it from a copy or index again",
                     path);
  }
  return verify_numbers(out, path, err);
}

int manifest_writable(const struct manifest *manifest, const char *folder, struct nsearch_error *err) {
  if (!manifest->unknown[0]) return NSEARCH_OK;
  return error_set(err, NSEARCH_ERR_VERSION,
                   "%s can be read only: writing it needs a newer version of nsearch, one that knows \"%.40s\"", folder,
                   manifest->unknown);
}

int manifest_read(struct manifest *out, const char *folder, struct nsearch_error *err) {
  *out = (struct manifest){.next_pack = 1};
  struct file_map map = {0};
  char *text = NULL, *path = path_join(folder, MANIFEST_NAME);
  int status = path ? file_map(&map, path, err) : error_memory(err);
  if (status) goto out;
  if (map.len > MANIFEST_MAX) {
    status = error_set(err, NSEARCH_ERR_DAMAGED, "%s is too large for a manifest", path);
    goto out;
  }
  text = memory_string(map.bytes ? (const char *)map.bytes : "", map.len);
  status = text ? decode(out, text, map.len, path, err) : error_memory(err);
out:
  if (status) manifest_free(out);
  file_unmap(&map);
  memory_free(text);
  memory_free(path);
  return status;
}
