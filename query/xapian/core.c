/* What all views of one commit share: its databases, one a shard, and how each of them did when it was asked last. */
#include <stdatomic.h>
#include <string.h>

#include "query/xapian/xapian.h"

enum { RETRY_SECONDS = 10 /* before a shard that failed is asked again where others will do */ };

static void core_free(struct core *core) {
  handles_drop(core);
  for (size_t i = 0; core->shards && i < core->count; i++) {
    memory_free(core->shards[i].state.address);
    memory_free(core->shards[i].state.message);
  }
  memory_free(core->shards);
  memory_free(core->folder);
  manifest_free(&core->manifest);
  pthread_cond_destroy(&core->returned);
  pthread_mutex_destroy(&core->mutex);
  memory_free(core);
}

void core_release(struct core *core) {
  if (core && atomic_fetch_sub(&core->references, 1) == 1) core_free(core);
}

/* ---- One shard -------------------------------------------------------------------------------------------------------- */

/* What to do about it. */
void shard_advise(const struct core *core, size_t i, bool late, struct nsearch_error *err) {
  char *message = memory_string(nsearch_error_message(err), strlen(nsearch_error_message(err)));
  error_set(err, NSEARCH_ERR_SHARD, "shard %zu of %zu, %s; %s", i + 1, core->count, message ? message : "",
            late ? "it is stopped or overloaded: try again, or ask the others with --partial"
            : strncmp(core->shards[i].state.address, "prog:", 5) == 0
                ? "see that its command runs, or ask the others with --partial"
                : "see that its server runs, or ask the others with --partial");
  memory_free(message);
}

void shard_note_down(struct core *core, size_t i, const struct nsearch_error *err) {
  pthread_mutex_lock(&core->mutex);
  shard_set(&core->shards[i].state, NSEARCH_ERR_SHARD, nsearch_error_message(err));
  core->shards[i].down_until = clock_monotonic() + RETRY_SECONDS * UINT64_C(1000000000);
  pthread_mutex_unlock(&core->mutex);
}

static void note_up(struct core *core, size_t i, const struct shard *found) {
  pthread_mutex_lock(&core->mutex);
  struct shard *shard = &core->shards[i];
  shard->known = true;
  shard->figures = found->figures;
  shard->documents = found->documents;
  shard->length = found->length;
  shard->down_until = 0;
  shard_set(&shard->state, NSEARCH_OK, NULL);
  pthread_mutex_unlock(&core->mutex);
}

/* What the database says of itself, and whether it is the one that it should be. */
static int look_at_shard(const struct core *core, size_t i, struct xap_database *database, struct shard *out,
                         struct nsearch_error *err) {
  const char *place = core->shards[i].state.address;
  struct buffer text = {0};
  int status = xap_metadata(database, XAP_FIGURES, &text, err);
  if (!status) status = xap_size(database, &out->documents, &out->length, err);
  if (!status && core->remote && text.len == 0)
    status =
        error_set(err, NSEARCH_ERR_DAMAGED, "%s serves %s; start the server of shard %zu there, or index with --shard",
                  place, out->documents ? "a database that nsearch did not write" : "an empty database", i + 1);
  if (!status) status = xap_figures_decode(&out->figures, &text, place, err);
  if (!status && core->remote)
    status =
        xap_figures_check(&out->figures, core->manifest.identity, (uint32_t)i + 1, (uint32_t)core->count, place, err);
  buffer_free(&text);
  return status;
}

int shard_open(struct core *core, size_t i, unsigned milliseconds, struct xap_database **out,
               struct nsearch_error *err) {
  struct shard found = {0};
  const char *place = core->shards[i].state.address;
  bool late = false;
  int status =
      core->remote ? xap_remote_open(out, place, milliseconds, &late, err) : xap_database_open(out, &place, 1, err);
  if (!status) {
    status = look_at_shard(core, i, *out, &found, err);
    late = xap_database_failure(*out).late;
  }
  if (!status) {
    note_up(core, i, &found);
    return NSEARCH_OK;
  }
  if (status == NSEARCH_ERR_SHARD) {
    shard_note_down(core, i, err);
    shard_advise(core, i, late, err);
  }
  xap_database_free(*out);
  *out = NULL;
  return status;
}

/* ---- All of them ------------------------------------------------------------------------------------------------------ */

static int find_shards(struct core *core, struct nsearch_error *err) {
  const struct manifest *manifest = &core->manifest;
  core->remote = manifest->shard_count > 0;
  size_t count = core->remote ? manifest->shard_count : manifest->segment_count;
  if (count == 0 || count > SHARDS_MAX)
    return error_set(err, NSEARCH_ERR_DAMAGED, "%s: its manifest names %s; index again", core->folder,
                     count ? "too many databases" : "no database");
  core->shards = memory_zero(count, sizeof *core->shards);
  if (!core->shards) return error_memory(err);
  core->count = count;
  for (size_t i = 0; i < count; i++) {
    core->shards[i].state.address = core->remote ? memory_string(manifest->shards[i], strlen(manifest->shards[i]))
                                                 : xap_shard_path(core->folder, manifest->segments[i].number);
    if (!core->shards[i].state.address) return error_memory(err);
  }
  return NSEARCH_OK;
}

int commit_is_past(const char *folder, uint64_t checksum, bool *past, struct nsearch_error *err) {
  struct manifest manifest;
  int status = manifest_read(&manifest, folder, err);
  if (status) return status;
  *past = manifest.checksum != checksum;
  manifest_free(&manifest);
  return NSEARCH_OK;
}

int core_open(struct core **out, const char *path, struct nsearch_error *err) {
  struct core *core = *out = memory_zero(1, sizeof *core);
  if (!core) return error_memory(err);
  atomic_init(&core->references, 1);
  pthread_mutex_init(&core->mutex, NULL);
  pthread_cond_init(&core->returned, NULL);
  core->folder = memory_string(path, strlen(path));
  int status = core->folder ? manifest_read(&core->manifest, path, err) : error_memory(err);
  if (!status) status = find_shards(core, err);
  if (status) {
    core_free(core);
    *out = NULL;
  }
  return status;
}

static void add_part(struct core *core, const char *name, uint64_t bytes) {
  for (size_t i = 0; i < core->part_count; i++) {
    if (strcmp(core->parts[i].name, name) == 0) {
      core->parts[i].bytes += bytes;
      return;
    }
  }
  core->parts[core->part_count++] = (struct part_size){name, bytes};
}

/* Parts are Xapian's tables, one a file; all else is "format". */
static int add_files(struct core *core, const char *path, struct nsearch_error *err) {
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
    if (!status) add_part(core, part, info.size);
  }
  file_names_free(&names);
  return status;
}

int core_measure(struct core *core, struct nsearch_error *err) {
  struct file_info info = {0};
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && !core->remote && i < core->count; i++)
    status = add_files(core, core->shards[i].state.address, err);
  char *path = status ? NULL : path_join(core->folder, MANIFEST_NAME);
  if (!status) status = path ? file_stat(path, true, &info, err) : error_memory(err);
  if (!status && core->manifest.catalogue.bytes) add_part(core, "catalogue", core->manifest.catalogue.bytes);
  if (!status) add_part(core, "format", info.size);
  memory_free(path);
  return status;
}

/* ---- Probing ---------------------------------------------------------------------------------------------------------- */

static int probe_shard(struct core *core, size_t i, struct shard_state *out, struct nsearch_error *err) {
  struct xap_database *database = NULL;
  struct buffer text = {0};
  out->address = memory_string(core->shards[i].state.address, strlen(core->shards[i].state.address));
  if (!out->address) return error_memory(err);
  int status = shard_open(core, i, SHARD_MS, &database, err);
  uint64_t start = clock_monotonic();
  if (!status) status = xap_metadata(database, XAP_FIGURES, &text, err);
  out->nanoseconds = status ? 0 : clock_monotonic() - start;
  out->articles = status ? 0 : core->shards[i].documents;
  const char *reason = core->shards[i].state.message; /* that nobody needs to be told what --partial does */
  shard_set(out, status, status == NSEARCH_ERR_SHARD ? reason : nsearch_error_message(err));
  buffer_free(&text);
  xap_database_free(database);
  return status == NSEARCH_ERR_MEMORY ? status : NSEARCH_OK;
}

int engine_probe(const char *path, struct nsearch_shards **out, struct nsearch_error *err) {
  struct core *core;
  int status = core_open(&core, path, err);
  if (status) return status;
  struct nsearch_shards *shards = shards_new(core->remote ? core->count : 0);
  if (!shards) status = error_memory(err);
  for (size_t i = 0; !status && i < shards->count; i++) status = probe_shard(core, i, &shards->items[i], err);
  core_release(core);
  if (status)
    nsearch_shards_free(shards);
  else
    *out = shards;
  return status;
}
