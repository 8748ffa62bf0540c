/* Whether an index is whole: every checksum, and what its files say against what else they say. Each file is looked at by
 * itself, so that one check finds all that are damaged. */
#include <string.h>

#include "query/native/native.h"

struct check {
  const char *folder;
  bool fast;
  const struct check_report *report;
  struct manifest manifest;
  struct pack *packs; /* as in the manifest; those that could not be opened have no path */
  uint64_t done, total;
  struct nsearch_article *article;
  struct buffer record;
  bool found; /* damage */
  struct nsearch_error *err;
};

/* ---- Telling ------------------------------------------------------------------------------------------------------- */

static int step(void *payload, uint64_t bytes, struct nsearch_error *err) {
  struct check *check = payload;
  const struct check_report *report = check->report;
  check->done += bytes;
  return report->progress && report->progress(report->payload, check->done, check->total)
             ? error_set(err, NSEARCH_ERR_CANCELLED, "the check was cancelled")
             : NSEARCH_OK;
}

/* Damage is told, and the check goes on with the next file; all else ends it. */
static int tell(struct check *check, const char *file, int status) {
  if (status != NSEARCH_ERR_DAMAGED && status != NSEARCH_ERR_VERSION) return status;
  check->found = true;
  check->report->damaged(check->report->payload, file, nsearch_error_message(check->err));
  return NSEARCH_OK;
}

static int contradicted(struct check *check, const char *path, const char *what) {
  return error_set(check->err, NSEARCH_ERR_DAMAGED, "%s: %s; restore the file from a copy or index again", path, what);
}

/* ---- Articles ------------------------------------------------------------------------------------------------------ */

/* What the segment keeps of each document. */
struct doc_columns {
  struct places cards, texts;
  const uint8_t *ids, *urls, *signatures;
};

static int read_place(struct check *check, const struct segment *segment, uint64_t place) {
  const struct manifest *manifest = &check->manifest;
  buffer_clear(&check->record);
  for (size_t i = 0; i < manifest->pack_count; i++) {
    if (manifest->packs[i].number != place >> 48) continue;
    return check->packs[i].path ? pack_read(&check->packs[i], place, &check->record, check->err) : NSEARCH_OK;
  }
  return contradicted(check, segment->file.path, "an article lies in a pack that is not there");
}

static uint64_t part_hash(const struct check *check, enum article_part part) {
  size_t len;
  const char *text = article_get(check->article, part, &len);
  return len ? hash_bytes(text, len) : 0;
}

static int check_article(struct check *check, const struct segment *segment, const struct doc_columns *columns,
                         uint32_t doc) {
  int status = read_place(check, segment, places_at(&columns->cards, doc));
  if (status || check->record.len == 0) return status;
  status = article_decode_card(check->article, (const uint8_t *)check->record.bytes, check->record.len, check->err);
  if (status) return status;
  uint64_t url = columns->urls ? load_u64(columns->urls + 8 * (size_t)doc) : 0;
  if (part_hash(check, ARTICLE_ID) != load_u64(columns->ids + 8 * (size_t)doc) ||
      (url && url != part_hash(check, ARTICLE_URL)))
    return contradicted(check, segment->file.path, "it has other ids than the articles");
  uint64_t place = places_at(&columns->texts, doc);
  if (place == PLACE_NONE || !columns->signatures) return NSEARCH_OK;
  status = read_place(check, segment, place);
  if (!status && check->record.len &&
      hash_bytes(check->record.bytes, check->record.len) != load_u64(columns->signatures + 8 * (size_t)doc))
    status = contradicted(check, segment->file.path, "it has other texts than the articles");
  return status;
}

static int check_articles(struct check *check, struct segment *segment) {
  struct doc_columns columns = {
      .ids = segment_section(segment, SECTION_ID_HASHES, check->err),
      .urls = segment_section(segment, SECTION_URL_HASHES, check->err),
      .signatures = segment_section(segment, SECTION_SIGNATURES, check->err),
  };
  int status = segment_places(segment, SECTION_CARDS, &columns.cards, check->err);
  if (!status) status = segment_places(segment, SECTION_TEXTS, &columns.texts, check->err);
  for (uint32_t d = 0; !status && d < segment->info.documents; d++) {
    status = check_article(check, segment, &columns, d);
    if (!status) status = step(check, 0, check->err);
  }
  return status;
}

/* ---- Files --------------------------------------------------------------------------------------------------------- */

/* Every page; each that is damaged is told. */
static int check_pages(struct check *check, const struct segment *segment, bool *whole) {
  const struct checked_file *file = &segment->file;
  int status = NSEARCH_OK;
  for (uint64_t at = 0; !status && at < file->len; at += PAGE_BYTES) {
    uint64_t len = file->len - at < PAGE_BYTES ? file->len - at : PAGE_BYTES;
    status = checked_touch(file, at, len, check->err);
    if (status == NSEARCH_ERR_DAMAGED) *whole = false;
    status = tell(check, file->path, status);
    if (!status) status = step(check, len, check->err);
  }
  return status;
}

static int check_segment(struct check *check, const struct manifest_segment *entry) {
  struct segment segment = {0};
  bool whole = true;
  char *path = segment_path(check->folder, entry->number);
  int status = path ? segment_open(&segment, path, check->err) : error_memory(check->err);
  if (!status && (segment.file.map.len != entry->bytes || segment.info.documents != entry->documents))
    status = contradicted(check, path, "it is not the file that the manifest names");
  if (!status && !check->fast) {
    status = check_pages(check, &segment, &whole);
    if (!status && whole) status = segment_check_docs(&segment, check->err);
    if (!status && whole) status = segment_check_lists(&segment, step, check, check->err);
    if (!status && whole) status = check_articles(check, &segment);
  }
  segment_close(&segment);
  if (path) status = tell(check, path, status);
  memory_free(path);
  return status;
}

static int check_tombstones(struct check *check, const struct manifest_segment *entry) {
  struct tombstones tombstones;
  char *path = tombstones_path(check->folder, entry->tombstones);
  int status = path ? tombstones_of(&tombstones, check->folder, entry, check->err) : error_memory(check->err);
  if (!status) tombstones_free(&tombstones);
  if (path) status = tell(check, path, status);
  memory_free(path);
  return status;
}

/* Group by group, behind a damaged one no further: where the next begins is not known then. */
static int check_pack(struct check *check, const struct manifest_pack *entry, struct pack *pack) {
  char *path = pack_path(check->folder, entry->number);
  int status = path ? pack_open(pack, path, entry->bytes, check->err) : error_memory(check->err);
  if (!status && pack->map.len != entry->bytes)
    status = contradicted(check, path, "it is not the file that the manifest names");
  for (uint64_t at = 0; !status && !check->fast && at < entry->bytes;) {
    uint64_t before = at;
    status = pack_check(pack, &at, check->err);
    if (!status) status = step(check, at - before, check->err);
  }
  if (status) pack_close(pack); /* what is in it is not looked for again */
  if (path) status = tell(check, path, status);
  memory_free(path);
  return status;
}

static int check_files(struct check *check) {
  const struct manifest *manifest = &check->manifest;
  int status = NSEARCH_OK;
  for (size_t i = 0; i < manifest->pack_count; i++) check->total += manifest->packs[i].bytes;
  for (size_t i = 0; i < manifest->segment_count; i++) check->total += 2 * manifest->segments[i].bytes;
  for (size_t i = 0; !status && i < manifest->pack_count; i++)
    status = check_pack(check, &manifest->packs[i], &check->packs[i]);
  for (size_t i = 0; !status && i < manifest->segment_count; i++) {
    status = check_segment(check, &manifest->segments[i]);
    if (!status) status = check_tombstones(check, &manifest->segments[i]);
  }
  return status;
}

/* What only all files together show. */
static int check_whole(struct check *check) {
  if (check->found || check->fast) return NSEARCH_OK;
  int status = check_ids(check->folder, step, check, check->err);
  char *path = path_join(check->folder, MANIFEST_NAME);
  if (path) status = tell(check, path, status);
  memory_free(path);
  return path ? status : error_memory(check->err);
}

int index_check(const char *path, bool fast, const struct check_report *report, struct nsearch_error *err) {
  struct check check = {.folder = path, .fast = fast, .report = report};
  check.err = nsearch_error_new();
  check.article = nsearch_article_new();
  int status = check.err && check.article ? manifest_read(&check.manifest, path, check.err) : NSEARCH_ERR_MEMORY;
  if (!status && !(check.packs = memory_zero(check.manifest.pack_count + 1, sizeof *check.packs)))
    status = error_memory(check.err);
  if (!status) status = check_files(&check);
  if (!status) status = check_whole(&check);
  if (status)
    error_set(err, status, "%s", nsearch_error_message(check.err));
  else if (check.found)
    status = error_set(err, NSEARCH_ERR_DAMAGED, "%s is damaged", path);
  for (size_t i = 0; check.packs && i < check.manifest.pack_count; i++) pack_close(&check.packs[i]);
  memory_free(check.packs);
  manifest_free(&check.manifest);
  buffer_free(&check.record);
  nsearch_article_free(check.article);
  nsearch_error_free(check.err);
  return status;
}
