/* A snapshot: the files of one commit, mapped. Immutable and reference-counted. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

enum { OPEN_TRIES = 10 };

static void snapshot_free(struct snapshot *snapshot) {
  for (size_t i = 0; snapshot->segments && i < snapshot->segment_count; i++) segment_close(&snapshot->segments[i]);
  for (size_t i = 0; snapshot->packs && i < snapshot->manifest.pack_count; i++) pack_close(&snapshot->packs[i]);
  memory_free(snapshot->segments);
  memory_free(snapshot->packs);
  memory_free(snapshot->folder);
  manifest_free(&snapshot->manifest);
  memory_free(snapshot);
}

/* ---- Statistics ------------------------------------------------------------------------------------------------------ */

static void add_part(struct engine_stats *stats, const char *name, uint64_t bytes) {
  for (size_t i = 0; i < stats->part_count; i++) {
    if (strcmp(stats->parts[i].name, name) == 0) {
      stats->parts[i].bytes += bytes;
      return;
    }
  }
  stats->parts[stats->part_count++] = (struct part_size){name, bytes};
}

/* Parts add up to the file: what no section accounts for (table, checksums, padding), and the manifest, is "format". */
static void add_segment_parts(struct engine_stats *stats, const struct segment *segment) {
  static const struct {
    enum section section;
    const char *part;
  } parts[] = {
      {SECTION_TERMS, "dictionary"},      {SECTION_TERM_INDEX, "dictionary"}, {SECTION_LENGTHS, "lengths"},
      {SECTION_ID_ORDER, "ids"},          {SECTION_ID_HASHES, "ids"},         {SECTION_PUBLISHED, "dates"},
      {SECTION_URL_HASHES, "ids"},        {SECTION_URL_ORDER, "ids"},         {SECTION_DATE_INFO, "dates"},
      {SECTION_SOURCE, "keywords"},       {SECTION_SECTION, "keywords"},      {SECTION_LANGUAGE, "keywords"},
      {SECTION_SITE, "keywords"},         {SECTION_TOPIC, "keywords"},        {SECTION_BYLINE, "keywords"},
      {SECTION_SIGNATURES, "signatures"}, {SECTION_SEQUENCES, "sequences"},   {SECTION_CARDS, "places"},
      {SECTION_TEXTS, "places"},
  };
  const struct segment_info *info = &segment->info;
  uint64_t lists = segment->sections[SECTION_LISTS].len, counted = lists;
  uint64_t positions = info->positions_bytes < lists ? info->positions_bytes : lists;
  uint64_t stems = info->stems_bytes < lists - positions ? info->stems_bytes : lists - positions;
  add_part(stats, "postings", lists - positions - stems);
  add_part(stats, "positions", positions);
  add_part(stats, "stems", stems);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    uint64_t len = segment->sections[parts[i].section].len;
    add_part(stats, parts[i].part, len);
    counted += len;
  }
  add_part(stats, "format", counted < segment->file.map.len ? segment->file.map.len - counted : 0);
}

/* Dates of the first and the last of the dated documents that can be found: from newest to oldest. */
static int add_dates(struct engine_stats *stats, struct segment *segment, struct nsearch_error *err) {
  uint32_t documents = segment->info.documents, first = 0;
  const uint8_t *published = segment_section(segment, SECTION_PUBLISHED, err);
  if (!published && documents) return NSEARCH_ERR_DAMAGED;
  uint32_t dated = 0, high = documents;
  while (dated < high) {
    uint32_t middle = dated + (high - dated) / 2;
    if ((int64_t)load_u64(published + 8 * (size_t)middle) != INT64_MIN) {
      dated = middle + 1;
    } else {
      high = middle;
    }
  }
  while (first < dated && tombstones_has(&segment->gone, first)) first++;
  while (dated > first && tombstones_has(&segment->gone, dated - 1)) dated--;
  if (dated == first) return NSEARCH_OK;
  int64_t newest = (int64_t)load_u64(published + 8 * (size_t)first);
  int64_t oldest = (int64_t)load_u64(published + 8 * (size_t)(dated - 1));
  if (!stats->has_dates || newest > stats->newest) stats->newest = newest;
  if (!stats->has_dates || oldest < stats->oldest) stats->oldest = oldest;
  stats->has_dates = true;
  return NSEARCH_OK;
}

static int add_manifest(struct snapshot *snapshot, struct nsearch_error *err) {
  struct file_info info = {0};
  char *path = path_join(snapshot->folder, MANIFEST_NAME);
  int status = path ? file_stat(path, true, &info, err) : error_memory(err);
  if (!status) add_part(&snapshot->stats, "format", info.size);
  memory_free(path);
  return status;
}

static int read_stats(struct snapshot *snapshot, struct nsearch_error *err) {
  struct engine_stats *stats = &snapshot->stats;
  stats->language = snapshot->manifest.language;
  stats->title_weight = snapshot->manifest.title_weight;
  stats->has_text = snapshot->manifest.has_text;
  stats->segments = snapshot->segment_count;
  for (size_t i = 0; i < snapshot->segment_count; i++) {
    struct segment *segment = &snapshot->segments[i];
    stats->articles += segment->info.documents - segment->gone.count;
    stats->deleted += segment->gone.count;
    if (segment->gone.bits) add_part(stats, "tombstones", segment->gone.bytes);
    stats->terms += segment->info.terms;
    stats->postings += segment->info.postings;
    stats->tokens += segment->info.tokens;
    stats->length += segment->info.length;
    stats->languages |= (uint32_t)segment->info.languages;
    add_segment_parts(stats, segment);
    int status = add_dates(stats, segment, err);
    if (status) return status;
  }
  for (size_t i = 0; i < snapshot->manifest.pack_count; i++) {
    const char *part = snapshot->manifest.packs[i].texts ? "text" : "cards";
    add_part(stats, part, snapshot->packs[i].map.len);
  }
  if (snapshot->manifest.catalogue.bytes) add_part(stats, "catalogue", snapshot->manifest.catalogue.bytes);
  return add_manifest(snapshot, err);
}

/* ---- Opening --------------------------------------------------------------------------------------------------------------- */

/* Tombstones are looked at by the segment's documents, and must be of as many. */
static int open_segment(struct snapshot *snapshot, const struct manifest_segment *entry, struct nsearch_error *err) {
  struct segment *segment = &snapshot->segments[snapshot->segment_count];
  char *path = segment_path(snapshot->folder, entry->number);
  int status = path ? segment_open(segment, path, err) : error_memory(err);
  if (!status) snapshot->segment_count++;
  if (!status && entry->tombstones && segment->info.documents != entry->documents)
    status =
        error_set(err, NSEARCH_ERR_DAMAGED,
                  "%s: it is not the file that the manifest names; restore the file from a copy or index again", path);
  if (!status) status = tombstones_of(&segment->gone, snapshot->folder, entry, err);
  memory_free(path);
  return status;
}

static int open_files(struct snapshot *snapshot, struct nsearch_error *err) {
  const struct manifest *manifest = &snapshot->manifest;
  snapshot->segments = memory_zero(manifest->segment_count + 1, sizeof *snapshot->segments);
  snapshot->packs = memory_zero(manifest->pack_count + 1, sizeof *snapshot->packs);
  if (!snapshot->segments || !snapshot->packs) return error_memory(err);
  for (size_t i = 0; i < manifest->segment_count; i++) {
    int status = open_segment(snapshot, &manifest->segments[i], err);
    if (status) return status;
  }
  for (size_t i = 0; i < manifest->pack_count; i++) {
    char *path = pack_path(snapshot->folder, manifest->packs[i].number);
    int status = path ? pack_open(&snapshot->packs[i], path, manifest->packs[i].bytes, err) : error_memory(err);
    memory_free(path);
    if (status) return status;
  }
  return NSEARCH_OK;
}

static int open_once(struct snapshot **out, const char *path, struct nsearch_error *err) {
  struct snapshot *snapshot = *out = memory_zero(1, sizeof *snapshot);
  if (!snapshot) return error_memory(err);
  atomic_init(&snapshot->references, 1);
  snapshot->folder = memory_string(path, strlen(path));
  int status = snapshot->folder ? manifest_read(&snapshot->manifest, path, err) : error_memory(err);
  if (!status) status = open_files(snapshot, err);
  if (!status) status = read_stats(snapshot, err);
  if (status) {
    snapshot_free(snapshot);
    *out = NULL;
  }
  return status;
}

static int is_stale(struct snapshot *snapshot, bool *stale, struct nsearch_error *err) {
  struct manifest manifest;
  int status = manifest_read(&manifest, snapshot->folder, err);
  if (status) return status;
  *stale = manifest.checksum != snapshot->manifest.checksum;
  manifest_free(&manifest);
  return NSEARCH_OK;
}

/* Between reading the manifest and mapping its files a writer may have merged them away: then there is a newer
 * manifest, and that one is opened. */
static int snapshot_open(struct snapshot **out, const char *path, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (int left = OPEN_TRIES; left > 0; left--) {
    struct manifest before, after;
    status = manifest_read(&before, path, err);
    if (status) return status;
    uint64_t checksum = before.checksum;
    manifest_free(&before);
    status = open_once(out, path, err);
    if (status != NSEARCH_ERR_DAMAGED) return status;
    if (manifest_read(&after, path, NULL)) return status;
    bool newer = after.checksum != checksum;
    manifest_free(&after);
    if (!newer) return status;
    error_clear(err);
  }
  return status;
}

static struct snapshot *retain(struct snapshot *snapshot) {
  atomic_fetch_add(&snapshot->references, 1);
  return snapshot;
}

static void release(struct snapshot *snapshot) {
  if (snapshot && atomic_fetch_sub(&snapshot->references, 1) == 1) snapshot_free(snapshot);
}

/* ---- Articles ----------------------------------------------------------------------------------------------------------------- */

static int read_place(struct snapshot *snapshot, uint64_t place, struct buffer *out, struct nsearch_error *err) {
  uint32_t number = (uint32_t)(place >> 48);
  for (size_t i = 0; i < snapshot->manifest.pack_count; i++) {
    if (snapshot->manifest.packs[i].number == number) return pack_read(&snapshot->packs[i], place, out, err);
  }
  return error_set(err, NSEARCH_ERR_DAMAGED, "%s: an article lies in a pack that is not there; index again",
                   snapshot->folder);
}

static int fetch(struct snapshot *snapshot, struct doc_ref doc, unsigned want, struct nsearch_article *out,
                 struct nsearch_error *err) {
  struct segment *segment = &snapshot->segments[doc.segment];
  struct buffer bytes = {0};
  struct places places;
  int status = NSEARCH_OK;
  article_clear(out);
  if (want & WANT_CARD) {
    status = segment_places(segment, SECTION_CARDS, &places, err);
    if (!status) status = read_place(snapshot, places_at(&places, doc.doc), &bytes, err);
    if (!status) status = article_decode_card(out, (const uint8_t *)bytes.bytes, bytes.len, err);
  }
  if (!status && (want & WANT_BODY)) {
    status = segment_places(segment, SECTION_TEXTS, &places, err);
    uint64_t place = status ? PLACE_NONE : places_at(&places, doc.doc);
    if (place != PLACE_NONE) {
      buffer_clear(&bytes);
      status = read_place(snapshot, place, &bytes, err);
      if (!status) status = article_set(out, ARTICLE_BODY, bytes.bytes, bytes.len, err);
    }
  }
  buffer_free(&bytes);
  return status;
}

/* What is looked for: an id or a URL, whose text the part must be. */
struct wanted {
  const char *text;
  uint64_t hash;
  enum article_part part;
};

/* Documents of a segment whose id or URL has this hash are compared as text, but for deleted ones. */
static int find_in(struct snapshot *snapshot, uint32_t number, bool by_url, const struct wanted *wanted,
                   struct nsearch_article *scratch, struct doc_ref *out, bool *found, struct nsearch_error *err) {
  struct hash_order order;
  int status = segment_hash_order(&snapshot->segments[number], by_url, &order, err);
  if (status) return status;
  for (uint32_t doc, at = hash_order_first(&order, wanted->hash);
       (doc = hash_order_doc(&order, at, wanted->hash)) != UINT32_MAX; at++) {
    size_t len;
    if (tombstones_has(&snapshot->segments[number].gone, doc)) continue;
    *out = (struct doc_ref){number, doc};
    status = fetch(snapshot, *out, WANT_CARD, scratch, err);
    if (status) return status;
    *found = strcmp(article_get(scratch, wanted->part, &len), wanted->text) == 0;
    if (*found) break;
  }
  return NSEARCH_OK;
}

static int find(struct snapshot *snapshot, const char *id_or_url, struct doc_ref *out, struct nsearch_error *err) {
  /* Ids first; a URL that is the id as well is not among the URLs. */
  static const struct {
    enum article_part part;
    bool by_url;
  } ways[] = {{ARTICLE_ID, false}, {ARTICLE_URL, false}, {ARTICLE_URL, true}};
  struct wanted wanted = {.text = id_or_url, .hash = hash_bytes(id_or_url, strlen(id_or_url))};
  struct nsearch_article *scratch = nsearch_article_new();
  int status = scratch ? NSEARCH_OK : error_memory(err);
  bool found = false;
  for (size_t w = 0; !status && !found && w < sizeof ways / sizeof *ways; w++) {
    wanted.part = ways[w].part;
    for (uint32_t s = 0; !status && !found && s < snapshot->segment_count; s++) {
      status = find_in(snapshot, s, ways[w].by_url, &wanted, scratch, out, &found, err);
    }
  }
  nsearch_article_free(scratch);
  if (!status && !found) {
    status = error_set(err, NSEARCH_ERR_NOT_FOUND, "no article has the id or URL %.200s", id_or_url);
  }
  return status;
}

static int signature(struct snapshot *snapshot, struct doc_ref doc, uint64_t *out, struct nsearch_error *err) {
  struct segment *segment = &snapshot->segments[doc.segment];
  const uint8_t *signatures = segment_section(segment, SECTION_SIGNATURES, err);
  if (!signatures && segment->info.has_text) return NSEARCH_ERR_DAMAGED;
  *out = signatures ? load_u64(signatures + 8 * (size_t)doc.doc) : 0;
  return NSEARCH_OK;
}

static const struct engine_stats *stats(struct snapshot *snapshot) { return &snapshot->stats; }

const struct reader_engine native_reader_engine = {
    .name = "native",
    .open = snapshot_open,
    .is_stale = is_stale,
    .retain = retain,
    .release = release,
    .search = snapshot_search,
    .explain = snapshot_explain,
    .occurrences = snapshot_occurrences,
    .terms = snapshot_terms,
    .frequency = snapshot_frequency,
    .find = find,
    .fetch = fetch,
    .signature = signature,
    .stats = stats,
    .check = index_check,
};
