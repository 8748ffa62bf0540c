/* A snapshot: the databases of one commit, as one request sees them. What all requests share is its core.
 *
 * Databases on this machine never change, a commit writes new ones: all handles on them see the same. When a later commit
 * has removed them, the handles that are open still read them, and no new one can be had. Remote shards change under their
 * readers, and any of them may not answer. */
#include <stdatomic.h>
#include <string.h>

#include "query/xapian/xapian.h"

enum { OPEN_TRIES = 10 };

static uint64_t all_shards(const struct core *core) { return UINT64_MAX >> (64 - core->count); }

static unsigned count_bits(uint64_t bits) { return (unsigned)__builtin_popcountll(bits); }

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
    /* It may have come back since it was left out, and was left out all the same. */
    if (shard->state.status)
      shard_set(state, shard->state.status, shard->state.message);
    else
      shard_set(state, NSEARCH_ERR_SHARD, "did not answer a moment ago");
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
  if (!status) status = core_measure(core, err);
  sum_figures(snapshot);
  if (status)
    release(snapshot);
  else
    *out = snapshot;
  return status;
}

static int is_stale(struct snapshot *snapshot, bool *stale, struct nsearch_error *err) {
  return commit_is_past(snapshot->core->folder, snapshot->core->manifest.checksum, stale, err);
}

/* Between reading the manifest and opening its databases a writer may have replaced them. */
static int snapshot_open(struct snapshot **out, const char *path, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (int left = OPEN_TRIES; left > 0; left--) {
    struct manifest before;
    bool past = false;
    status = manifest_read(&before, path, err);
    if (status) return status;
    uint64_t checksum = before.checksum;
    manifest_free(&before);
    status = open_once(out, path, err);
    if (!status || commit_is_past(path, checksum, &past, NULL) || !past) return status;
    error_clear(err);
  }
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
    .occurrences = engine_occurrences,
    .terms = engine_terms,
    .frequency = engine_frequency,
    .find = engine_find,
    .fetch = engine_fetch,
    .signature = engine_signature,
    .stats = snapshot_stats,
    .view = snapshot_view,
    .shards = snapshot_shards,
    .probe = engine_probe,
    .check = engine_check,
};
