/* A snapshot: the databases of one commit, as one request sees them. What all requests share is its core.
 *
 * Databases on this machine never change, a commit writes new ones: all handles on them see the same. When a later commit
 * has removed them, the handles that are open still read them, and no new one can be had. Remote shards change under their
 * readers, and any of them may not answer. */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/xapian/xapian.h"

enum {
  OPEN_TRIES = 10,
  IDLE_MOST = 32,    /* handles kept */
  SHARD_MS = 10000,  /* that a shard is waited for when the request does not say */
  RETRY_SECONDS = 10 /* before a shard that failed is asked again where others will do */
};

struct shard {
  bool known; /* it was open once */
  struct xap_figures figures;
  uint32_t documents;
  uint64_t length;
  uint64_t down_until;      /* of clock_monotonic() */
  struct shard_state state; /* its address, or the path */
};

struct core {
  atomic_uint references;
  char *folder;
  struct manifest manifest;
  bool remote;
  size_t count;              /* shards */
  struct part_size parts[8]; /* on this machine */
  size_t part_count;
  pthread_mutex_t mutex; /* guards what follows */
  pthread_cond_t returned;
  struct shard *shards;
  struct handle *idle;
  size_t idle_count;
  unsigned handles; /* that there are */
};

struct snapshot {
  atomic_uint references;
  struct core *core;
  uint64_t present; /* shards that it reads, a bit each */
  bool partial;
  uint64_t deadline;
  unsigned milliseconds;
  struct engine_stats stats;
  struct nsearch_shards *states; /* NULL: no remote ones */
};

static uint64_t all_shards(const struct core *core) { return UINT64_MAX >> (64 - core->count); }

static bool has_shard(uint64_t present, size_t i) { return present >> i & 1; }

static unsigned count_bits(uint64_t bits) { return (unsigned)__builtin_popcountll(bits); }

static void handle_release(struct handle *handle) {
  xap_database_free(handle->database);
  frequencies_free(handle->known);
  memory_free(handle);
}

static void core_free(struct core *core) {
  while (core->idle) {
    struct handle *handle = core->idle;
    core->idle = handle->next;
    handle_release(handle);
  }
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

static void core_release(struct core *core) {
  if (core && atomic_fetch_sub(&core->references, 1) == 1) core_free(core);
}

static int error_late(struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DEADLINE, "the search took longer than its deadline allows");
}

/* ---- One shard -------------------------------------------------------------------------------------------------------- */

/* What to do about it. */
static void advise(const struct core *core, size_t i, bool late, struct nsearch_error *err) {
  char *message = memory_string(nsearch_error_message(err), strlen(nsearch_error_message(err)));
  error_set(err, NSEARCH_ERR_SHARD, "shard %zu of %zu, %s; %s", i + 1, core->count, message ? message : "",
            late ? "it is stopped or overloaded: try again, or ask the others with --partial"
            : strncmp(core->shards[i].state.address, "prog:", 5) == 0
                ? "see that its command runs, or ask the others with --partial"
                : "see that its server runs, or ask the others with --partial");
  memory_free(message);
}

static void note_down(struct core *core, size_t i, const struct nsearch_error *err) {
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

static int open_shard(struct core *core, size_t i, unsigned milliseconds, struct xap_database **out,
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
    note_down(core, i, err);
    advise(core, i, late, err);
  }
  xap_database_free(*out);
  *out = NULL;
  return status;
}

/* ---- Handles ---------------------------------------------------------------------------------------------------------- */

static void handle_free(struct core *core, struct handle *handle) {
  pthread_mutex_lock(&core->mutex);
  core->handles--;
  pthread_mutex_unlock(&core->mutex);
  handle_release(handle);
}

static int handle_open(struct snapshot *snapshot, struct handle **out, struct nsearch_error *err) {
  struct core *core = snapshot->core;
  struct xap_database *parts[SHARDS_MAX] = {NULL};
  size_t count = 0;
  uint32_t documents = 0;
  struct handle *handle = *out = memory_zero(1, sizeof *handle);
  if (!handle) return error_memory(err);
  handle->present = snapshot->present;
  handle->remote = core->remote;
  handle->milliseconds = snapshot->milliseconds;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < core->count; i++) {
    if (!has_shard(handle->present, i)) continue;
    if (snapshot->deadline && clock_monotonic() >= snapshot->deadline) status = error_late(err);
    if (!status) status = open_shard(core, i, handle->milliseconds, &parts[count], err);
    if (!status) status = xap_size(parts[count++], &documents, &handle->length, err);
    if (!status && (count == 1 || documents < handle->smallest)) handle->smallest = documents;
  }
  if (!status) status = xap_database_join(&handle->database, parts, count, err);
  if (!status) status = xap_size(handle->database, &documents, &handle->length, err);
  handle->articles = documents;
  if (count < 2) handle->smallest = 0;
  handle->length /= snapshot_folds(snapshot);
  for (size_t i = 0; i < count; i++) xap_database_free(parts[i]);
  pthread_mutex_lock(&core->mutex);
  core->handles += !status;
  pthread_mutex_unlock(&core->mutex);
  if (status) {
    handle_release(handle);
    *out = NULL;
  }
  return status;
}

/* An idle one of these shards that waits as long; the core is locked. */
static struct handle *pick_idle(struct snapshot *snapshot) {
  struct core *core = snapshot->core;
  for (struct handle **at = &core->idle; *at; at = &(*at)->next) {
    struct handle *handle = *at;
    if (handle->present != snapshot->present || handle->milliseconds != snapshot->milliseconds) continue;
    *at = handle->next;
    core->idle_count--;
    return handle;
  }
  return NULL;
}

/* An idle one, else a new one, else, where none can be opened any more, the next that is given back. */
static int handle_take(struct snapshot *snapshot, struct handle **out, struct nsearch_error *err) {
  struct core *core = snapshot->core;
  if (snapshot->deadline && clock_monotonic() >= snapshot->deadline) return error_late(err);
  pthread_mutex_lock(&core->mutex);
  struct handle *handle = pick_idle(snapshot);
  bool others = !core->remote && core->handles > 0;
  pthread_mutex_unlock(&core->mutex);
  int status = NSEARCH_OK;
  if (!handle) status = handle_open(snapshot, &handle, others ? NULL : err);
  if (status && others) {
    pthread_mutex_lock(&core->mutex);
    while (!(handle = pick_idle(snapshot))) pthread_cond_wait(&core->returned, &core->mutex);
    pthread_mutex_unlock(&core->mutex);
    status = NSEARCH_OK;
  }
  *out = handle;
  return status;
}

static void handle_give(struct core *core, struct handle *handle) {
  struct handle *last = NULL;
  pthread_mutex_lock(&core->mutex);
  handle->next = core->idle;
  core->idle = handle;
  if (++core->idle_count > IDLE_MOST && core->remote) {
    struct handle **at = &core->idle;
    while ((*at)->next) at = &(*at)->next;
    last = *at;
    *at = NULL;
    core->idle_count--;
  }
  pthread_cond_signal(&core->returned);
  pthread_mutex_unlock(&core->mutex);
  if (last) handle_free(core, last);
}

/* Those that wait are as old as the one that just failed. */
static void drop_idle(struct core *core) {
  pthread_mutex_lock(&core->mutex);
  struct handle *list = core->idle;
  core->idle = NULL;
  core->idle_count = 0;
  pthread_mutex_unlock(&core->mutex);
  while (list) {
    struct handle *next = list->next;
    handle_free(core, list);
    list = next;
  }
}

/* ---- Leases ----------------------------------------------------------------------------------------------------------- */

/* A connection broke: its server may have ended it, being idle, or have been started again. A new one is tried once. */
static bool lease_again(struct lease *lease, int *status, struct nsearch_error *err) {
  struct snapshot *snapshot = lease->snapshot;
  struct core *core = snapshot->core;
  struct xap_failure failure = xap_database_failure(lease->handle->database);
  handle_free(core, lease->handle);
  lease->handle = NULL;
  drop_idle(core);
  if (!lease->repeated && !failure.late) {
    lease->repeated = true;
    error_clear(err);
    *status = handle_open(snapshot, &lease->handle, err);
    return !*status;
  }
  size_t left = failure.part < 0 ? 0 : (size_t)failure.part + 1;
  for (size_t i = 0; left && i < core->count; i++) {
    if (!has_shard(snapshot->present, i) || --left) continue;
    note_down(core, i, err);
    advise(core, i, failure.late, err);
  }
  return false;
}

bool lease_take(struct lease *lease, int *status, struct nsearch_error *err) {
  if (!lease->taken) {
    lease->taken = true;
    *status = handle_take(lease->snapshot, &lease->handle, err);
    return !*status;
  }
  if (*status == NSEARCH_ERR_SHARD) return lease_again(lease, status, err);
  handle_give(lease->snapshot->core, lease->handle);
  return false;
}

/* ---- Statistics ------------------------------------------------------------------------------------------------------ */

unsigned snapshot_folds(const struct snapshot *snapshot) {
  return snapshot->core->manifest.language == LANGUAGE_NONE ? 1 : 2;
}

/* The core is locked. */
static void sum_figures(struct snapshot *snapshot) {
  struct core *core = snapshot->core;
  struct engine_stats *stats = &snapshot->stats;
  *stats = (struct engine_stats){.language = core->manifest.language,
                                 .title_weight = core->manifest.title_weight,
                                 .has_text = core->manifest.has_text,
                                 .part_count = core->part_count};
  memcpy(stats->parts, core->parts, core->part_count * sizeof *core->parts);
  for (size_t i = 0; i < core->count; i++) {
    const struct shard *shard = &core->shards[i];
    const struct xap_figures *figures = &shard->figures;
    if (!has_shard(snapshot->present, i)) continue;
    stats->articles += shard->documents;
    stats->length += shard->length / snapshot_folds(snapshot);
    stats->terms += figures->terms;
    stats->postings += figures->postings;
    stats->tokens += figures->tokens;
    stats->languages |= figures->languages;
    stats->segments++;
    if (!figures->dated) continue;
    if (!stats->has_dates || figures->oldest < stats->oldest) stats->oldest = figures->oldest;
    if (!stats->has_dates || figures->newest > stats->newest) stats->newest = figures->newest;
    stats->has_dates = true;
  }
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
    struct file_info info;
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

static int measure(struct core *core, struct nsearch_error *err) {
  struct file_info info = {0};
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && !core->remote && i < core->count; i++)
    status = add_files(core, core->shards[i].state.address, err);
  char *path = status ? NULL : path_join(core->folder, MANIFEST_NAME);
  if (!status) status = path ? file_stat(path, true, &info, err) : error_memory(err);
  if (!status) add_part(core, "format", info.size);
  memory_free(path);
  return status;
}

const struct engine_stats *snapshot_stats(struct snapshot *snapshot) { return &snapshot->stats; }

/* ---- Views ------------------------------------------------------------------------------------------------------------ */

static void release(struct snapshot *snapshot) {
  if (!snapshot || atomic_fetch_sub(&snapshot->references, 1) != 1) return;
  core_release(snapshot->core);
  nsearch_shards_free(snapshot->states);
  memory_free(snapshot);
}

static struct snapshot *retain(struct snapshot *snapshot) {
  atomic_fetch_add(&snapshot->references, 1);
  return snapshot;
}

static struct snapshot *snapshot_new(struct core *core) {
  struct snapshot *snapshot = memory_zero(1, sizeof *snapshot);
  if (!snapshot) return NULL;
  atomic_init(&snapshot->references, 1);
  atomic_fetch_add(&core->references, 1);
  snapshot->core = core;
  snapshot->present = all_shards(core);
  snapshot->milliseconds = SHARD_MS;
  return snapshot;
}

static int no_shard(const struct core *core, struct nsearch_error *err) {
  const struct shard_state *first = &core->shards[0].state;
  return error_set(err, NSEARCH_ERR_SHARD, "no shard answers; %s; see that the servers run",
                   first->message ? first->message : core->shards[0].state.address);
}

/* Which shards to read. *known: each of them was open once. */
static int choose_shards(struct snapshot *snapshot, bool *known, struct nsearch_error *err) {
  struct core *core = snapshot->core;
  uint64_t now = clock_monotonic();
  snapshot->present = all_shards(core);
  *known = true;
  pthread_mutex_lock(&core->mutex);
  for (size_t i = 0; i < core->count; i++) {
    if (snapshot->partial && core->shards[i].down_until > now)
      snapshot->present &= ~(UINT64_C(1) << i);
    else if (!core->shards[i].known)
      *known = false;
  }
  int status = snapshot->present ? NSEARCH_OK : no_shard(core, err);
  pthread_mutex_unlock(&core->mutex);
  return status;
}

static int note_states(struct snapshot *snapshot, struct nsearch_error *err) {
  struct core *core = snapshot->core;
  snapshot->states = shards_new(core->count);
  bool failed = !snapshot->states;
  pthread_mutex_lock(&core->mutex);
  sum_figures(snapshot);
  for (size_t i = 0; !failed && i < core->count; i++) {
    const struct shard *shard = &core->shards[i];
    struct shard_state *state = &snapshot->states->items[i];
    state->articles = shard->documents;
    failed = !(state->address = memory_string(shard->state.address, strlen(shard->state.address)));
    if (failed || has_shard(snapshot->present, i)) continue;
    shard_set(state, shard->state.status, shard->state.message);
  }
  pthread_mutex_unlock(&core->mutex);
  return failed ? error_memory(err) : NSEARCH_OK;
}

/* Opens what was never open, as its figures are needed. Each turn that fails finds another shard that does not answer. */
static int prepare(struct snapshot *snapshot, struct nsearch_error *err) {
  for (;;) {
    struct handle *handle = NULL;
    bool known;
    int status = choose_shards(snapshot, &known, err);
    if (status || known) return status;
    status = handle_take(snapshot, &handle, err);
    if (!status) handle_give(snapshot->core, handle);
    if (status && (status != NSEARCH_ERR_SHARD || !snapshot->partial)) return status;
  }
}

static int snapshot_view(struct snapshot *whole, bool partial, uint64_t deadline, uint64_t milliseconds,
                         struct snapshot **out, struct nsearch_error *err) {
  if (!whole->core->remote) {
    *out = retain(whole);
    return NSEARCH_OK;
  }
  struct snapshot *snapshot = *out = snapshot_new(whole->core);
  if (!snapshot) return error_memory(err);
  snapshot->partial = partial;
  snapshot->deadline = deadline;
  if (milliseconds) {
    uint64_t most = partial ? (milliseconds + 1) / 2 : milliseconds; /* time is left to ask the others */
    snapshot->milliseconds = most > INT32_MAX ? INT32_MAX : (unsigned)most;
  }
  int status = prepare(snapshot, err);
  if (!status) status = note_states(snapshot, err);
  if (!status) return NSEARCH_OK;
  release(snapshot);
  *out = NULL;
  return status;
}

static const struct nsearch_shards *snapshot_shards(struct snapshot *snapshot) { return snapshot->states; }

/* ---- Opening ----------------------------------------------------------------------------------------------------------- */

uint32_t snapshot_number(const struct snapshot *snapshot, struct doc_ref doc) {
  unsigned before = count_bits(snapshot->present & ((UINT64_C(1) << doc.segment) - 1));
  return (doc.doc - 1) * count_bits(snapshot->present) + before + 1;
}

struct doc_ref snapshot_doc(const struct snapshot *snapshot, uint32_t number) {
  uint32_t count = count_bits(snapshot->present), part = (number - 1) % count, shard = 0;
  while (!has_shard(snapshot->present, shard) || part--) shard++;
  return (struct doc_ref){shard, (number - 1) / count + 1};
}

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

static int core_open(struct core **out, const char *path, struct nsearch_error *err) {
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

/* A database that the manifest names and that is not there is damage: there is an index. Remote shards are looked for when
 * a request needs them, in the time that it gives. */
static int open_once(struct snapshot **out, const char *path, struct nsearch_error *err) {
  struct core *core;
  struct handle *handle = NULL;
  *out = NULL;
  int status = core_open(&core, path, err);
  if (status) return status;
  struct snapshot *snapshot = snapshot_new(core);
  core_release(core);
  if (!snapshot) return error_memory(err);
  if (!core->remote) {
    status = handle_take(snapshot, &handle, err);
    if (!status) handle_give(core, handle);
    if (status == NSEARCH_ERR_MISSING)
      status = error_set(err, NSEARCH_ERR_DAMAGED, "%s: %s", path, nsearch_error_message(err));
  }
  if (!status) status = measure(core, err);
  sum_figures(snapshot);
  if (status)
    release(snapshot);
  else
    *out = snapshot;
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
  return is_newer(snapshot->core->folder, snapshot->core->manifest.checksum, stale, err);
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

/* ---- Probing ---------------------------------------------------------------------------------------------------------- */

static int probe_shard(struct core *core, size_t i, struct shard_state *out, struct nsearch_error *err) {
  struct xap_database *database = NULL;
  struct buffer text = {0};
  out->address = memory_string(core->shards[i].state.address, strlen(core->shards[i].state.address));
  if (!out->address) return error_memory(err);
  int status = open_shard(core, i, SHARD_MS, &database, err);
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

static int snapshot_probe(const char *path, struct nsearch_shards **out, struct nsearch_error *err) {
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

const struct reader_engine xapian_reader_engine = {
    .name = "xapian",
    .open = snapshot_open,
    .is_stale = is_stale,
    .retain = retain,
    .release = release,
    .search = engine_search,
    .explain = engine_explain,
    .terms = engine_terms,
    .frequency = engine_frequency,
    .find = engine_find,
    .fetch = engine_fetch,
    .signature = engine_signature,
    .stats = snapshot_stats,
    .view = snapshot_view,
    .shards = snapshot_shards,
    .probe = snapshot_probe,
};
