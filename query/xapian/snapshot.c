/* A snapshot: the databases of one commit. They never change, a commit writes new ones; so all handles on them see the
 * same. When a later commit has removed them, the handles that are open still read them, and no new one can be had. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/xapian/xapian.h"

enum { OPEN_TRIES = 10 };

struct snapshot {
  atomic_uint references;
  char *folder;
  struct manifest manifest;
  struct engine_stats stats;
  char **paths;          /* of the shards */
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t returned;
  struct handle *idle;
  unsigned handles; /* that there are */
};

static size_t shards(const struct snapshot *snapshot) { return snapshot->manifest.segment_count; }

static void snapshot_free(struct snapshot *snapshot) {
  while (snapshot->idle) {
    struct handle *handle = snapshot->idle;
    snapshot->idle = handle->next;
    xap_database_free(handle->database);
    memory_free(handle);
  }
  for (size_t i = 0; snapshot->paths && i < shards(snapshot); i++) memory_free(snapshot->paths[i]);
  memory_free(snapshot->paths);
  memory_free(snapshot->folder);
  manifest_free(&snapshot->manifest);
  pthread_cond_destroy(&snapshot->returned);
  pthread_mutex_destroy(&snapshot->mutex);
  memory_free(snapshot);
}

/* ---- Handles ---------------------------------------------------------------------------------------------------------- */

static int handle_open(struct snapshot *snapshot, struct handle **out, struct nsearch_error *err) {
  struct handle *handle = *out = memory_zero(1, sizeof *handle);
  if (!handle) return error_memory(err);
  int status = xap_database_open(&handle->database, (const char *const *)snapshot->paths, shards(snapshot), err);
  if (status) {
    memory_free(handle);
    *out = NULL;
  }
  return status;
}

/* An idle one, else a new one, else, where none can be opened any more, the next that is given back. */
int handle_take(struct snapshot *snapshot, struct handle **out, struct nsearch_error *err) {
  pthread_mutex_lock(&snapshot->mutex);
  struct handle *handle = snapshot->idle;
  if (handle) snapshot->idle = handle->next;
  bool others = snapshot->handles > 0;
  pthread_mutex_unlock(&snapshot->mutex);
  int status = NSEARCH_OK;
  if (!handle) {
    status = handle_open(snapshot, &handle, others ? NULL : err);
    pthread_mutex_lock(&snapshot->mutex);
    if (!status) snapshot->handles++;
    if (status && others) {
      while (!snapshot->idle) pthread_cond_wait(&snapshot->returned, &snapshot->mutex);
      handle = snapshot->idle;
      snapshot->idle = handle->next;
      status = NSEARCH_OK;
    }
    pthread_mutex_unlock(&snapshot->mutex);
  }
  *out = handle;
  return status;
}

void handle_give(struct snapshot *snapshot, struct handle *handle) {
  if (!handle) return;
  pthread_mutex_lock(&snapshot->mutex);
  handle->next = snapshot->idle;
  snapshot->idle = handle;
  pthread_cond_signal(&snapshot->returned);
  pthread_mutex_unlock(&snapshot->mutex);
}

/* ---- Statistics ------------------------------------------------------------------------------------------------------ */

unsigned snapshot_folds(const struct snapshot *snapshot) { return snapshot->stats.language == LANGUAGE_NONE ? 1 : 2; }

/* The number behind "name=" at the start of a line; false when there is none. */
static bool figure(const struct buffer *text, const char *name, int64_t *out) {
  size_t len = strlen(name);
  for (size_t at = 0; at < text->len;) {
    const char *line = text->bytes + at, *end = memchr(line, '\n', text->len - at);
    size_t line_len = end ? (size_t)(end - line) : text->len - at;
    if (line_len > len && line_len < len + 24 && memcmp(line, name, len) == 0 && line[len] == '=') {
      char digits[24] = "";
      memcpy(digits, line + len + 1, line_len - len - 1);
      *out = strtoll(digits, NULL, 10);
      return true;
    }
    at += line_len + 1;
  }
  return false;
}

static int add_figures(struct engine_stats *stats, const char *path, struct nsearch_error *err) {
  struct xap_database *database = NULL;
  struct buffer text = {0};
  int64_t format = 0, terms = 0, postings = 0, tokens = 0, languages = 0, oldest, newest;
  int status = xap_database_open(&database, &path, 1, err);
  if (!status) status = xap_metadata(database, XAP_FIGURES, &text, err);
  xap_database_free(database);
  if (!status && (!figure(&text, "format", &format) || format != 1))
    status = format > 1 ? error_set(err, NSEARCH_ERR_VERSION, "%s was written by a newer version of nsearch", path)
                        : error_set(err, NSEARCH_ERR_DAMAGED, "%s lacks the figures of nsearch; index again", path);
  if (!status) {
    figure(&text, "terms", &terms);
    figure(&text, "postings", &postings);
    figure(&text, "tokens", &tokens);
    figure(&text, "languages", &languages);
    stats->terms += (uint64_t)terms;
    stats->postings += (uint64_t)postings;
    stats->tokens += (uint64_t)tokens;
    stats->languages |= (uint32_t)languages;
    stats->segments++;
  }
  if (!status && figure(&text, "oldest", &oldest) && figure(&text, "newest", &newest)) {
    if (!stats->has_dates || oldest < stats->oldest) stats->oldest = oldest;
    if (!stats->has_dates || newest > stats->newest) stats->newest = newest;
    stats->has_dates = true;
  }
  buffer_free(&text);
  return status;
}

static void add_part(struct engine_stats *stats, const char *name, uint64_t bytes) {
  for (size_t i = 0; i < stats->part_count; i++) {
    if (strcmp(stats->parts[i].name, name) == 0) {
      stats->parts[i].bytes += bytes;
      return;
    }
  }
  stats->parts[stats->part_count++] = (struct part_size){name, bytes};
}

/* Parts are Xapian's tables, one a file; all else is "format". */
static int add_files(struct engine_stats *stats, const char *path, struct nsearch_error *err) {
  static const struct {
    const char *file, *part;
  } tables[] = {{"postlist.glass", "postings"},
                {"position.glass", "positions"},
                {"termlist.glass", "termlists"},
                {"docdata.glass", "text"}};
  struct file_names names = {0};
  int status = file_list(path, &names, err);
  for (size_t i = 0; !status && i < names.count; i++) {
    struct file_info info = {0};
    const char *part = "format";
    char *file = path_join(path, names.names[i]);
    status = file ? file_stat(file, true, &info, err) : error_memory(err);
    memory_free(file);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
      if (strcmp(names.names[i], tables[t].file) == 0) part = tables[t].part;
    if (!status) add_part(stats, part, info.size);
  }
  file_names_free(&names);
  return status;
}

static int read_stats(struct snapshot *snapshot, struct nsearch_error *err) {
  struct engine_stats *stats = &snapshot->stats;
  struct handle *handle = NULL;
  struct file_info info = {0};
  uint32_t documents = 0;
  uint64_t length = 0;
  stats->language = snapshot->manifest.language;
  stats->title_weight = snapshot->manifest.title_weight;
  stats->has_text = snapshot->manifest.has_text;
  int status = handle_take(snapshot, &handle, err);
  if (!status) status = xap_size(handle->database, &documents, &length, err);
  handle_give(snapshot, handle);
  stats->articles = documents;
  stats->length = length / snapshot_folds(snapshot);
  for (size_t i = 0; !status && i < shards(snapshot); i++) {
    status = add_figures(stats, snapshot->paths[i], err);
    if (!status) status = add_files(stats, snapshot->paths[i], err);
  }
  char *path = status ? NULL : path_join(snapshot->folder, MANIFEST_NAME);
  if (!status) status = path ? file_stat(path, true, &info, err) : error_memory(err);
  if (!status) add_part(stats, "format", info.size);
  memory_free(path);
  return status;
}

const struct engine_stats *snapshot_stats(struct snapshot *snapshot) { return &snapshot->stats; }

/* ---- Opening ----------------------------------------------------------------------------------------------------------- */

uint32_t snapshot_number(const struct snapshot *snapshot, struct doc_ref doc) {
  return (doc.doc - 1) * (uint32_t)shards(snapshot) + doc.segment + 1;
}

struct doc_ref snapshot_doc(const struct snapshot *snapshot, uint32_t number) {
  uint32_t count = (uint32_t)shards(snapshot);
  return (struct doc_ref){(number - 1) % count, (number - 1) / count + 1};
}

static int find_shards(struct snapshot *snapshot, struct nsearch_error *err) {
  const struct manifest *manifest = &snapshot->manifest;
  if (manifest->segment_count == 0)
    return error_set(err, NSEARCH_ERR_DAMAGED, "%s: its manifest names no database; index again", snapshot->folder);
  snapshot->paths = memory_zero(manifest->segment_count, sizeof *snapshot->paths);
  if (!snapshot->paths) return error_memory(err);
  for (size_t i = 0; i < manifest->segment_count; i++) {
    snapshot->paths[i] = xap_shard_path(snapshot->folder, manifest->segments[i].number);
    if (!snapshot->paths[i]) return error_memory(err);
  }
  return NSEARCH_OK;
}

/* A database that the manifest names and that is not there is damage: there is an index. */
static int open_once(struct snapshot **out, const char *path, struct nsearch_error *err) {
  struct snapshot *snapshot = *out = memory_zero(1, sizeof *snapshot);
  if (!snapshot) return error_memory(err);
  atomic_init(&snapshot->references, 1);
  pthread_mutex_init(&snapshot->mutex, NULL);
  pthread_cond_init(&snapshot->returned, NULL);
  snapshot->folder = memory_string(path, strlen(path));
  int status = snapshot->folder ? manifest_read(&snapshot->manifest, path, err) : error_memory(err);
  bool named = !status;
  if (!status) status = find_shards(snapshot, err);
  if (!status) status = read_stats(snapshot, err);
  if (named && status == NSEARCH_ERR_MISSING)
    status = error_set(err, NSEARCH_ERR_DAMAGED, "%s: %s", path, nsearch_error_message(err));
  if (status) {
    snapshot_free(snapshot);
    *out = NULL;
  }
  return status;
}

/* Whether the folder holds another commit than one of this checksum. */
static int is_newer(const char *path, uint64_t checksum, bool *newer, struct nsearch_error *err) {
  struct manifest manifest;
  int status = manifest_read(&manifest, path, err);
  if (status) return status;
  *newer = manifest.checksum != checksum;
  manifest_free(&manifest);
  return NSEARCH_OK;
}

static int is_stale(struct snapshot *snapshot, bool *stale, struct nsearch_error *err) {
  return is_newer(snapshot->folder, snapshot->manifest.checksum, stale, err);
}

/* Between reading the manifest and opening its databases a writer may have replaced them. */
static int snapshot_open(struct snapshot **out, const char *path, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (int left = OPEN_TRIES; left > 0; left--) {
    struct manifest before;
    bool newer = false;
    status = manifest_read(&before, path, err);
    if (status) return status;
    uint64_t checksum = before.checksum;
    manifest_free(&before);
    status = open_once(out, path, err);
    if (!status || is_newer(path, checksum, &newer, NULL) || !newer) return status;
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

const struct reader_engine xapian_reader_engine = {
    .name = "xapian",
    .open = snapshot_open,
    .is_stale = is_stale,
    .retain = retain,
    .release = release,
    .search = engine_search,
    .explain = engine_explain,
    .occurrences = engine_occurrences,
    .terms = engine_terms,
    .frequency = engine_frequency,
    .find = engine_find,
    .fetch = engine_fetch,
    .signature = engine_signature,
    .stats = snapshot_stats,
    .check = engine_check,
};
