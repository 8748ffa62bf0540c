/* Handles: connections to the databases of a core, kept between calls, and their leases. */
#include "query/xapian/xapian.h"

enum { IDLE_MOST = 32 /* handles kept of remote shards */ };

static void handle_release(struct handle *handle) {
  xap_database_free(handle->database);
  frequencies_free(handle->known);
  memory_free(handle);
}

static int error_late(struct nsearch_error *err) {
  return error_set(err, NSEARCH_ERR_DEADLINE, "the search took longer than its deadline allows");
}

static void handle_free(struct core *core, struct handle *handle) {
  pthread_mutex_lock(&core->mutex);
  core->handles--;
  pthread_mutex_unlock(&core->mutex);
  handle_release(handle);
}

/* When a later commit stands, the files of this one are being removed, and Xapian takes a table whose file is gone for an
 * empty one. */
static int still_whole(const struct core *core, struct nsearch_error *err) {
  bool past = false;
  int status = core->remote ? NSEARCH_OK : commit_is_past(core->folder, core->manifest.checksum, &past, err);
  if (status || !past) return status;
  return error_set(err, NSEARCH_ERR_MISSING, "%s: a later commit took the place of this one", core->folder);
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
    if (!status) status = shard_open(core, i, handle->milliseconds, &parts[count], err);
    if (!status) status = xap_size(parts[count++], &documents, &handle->length, err);
    if (!status && (count == 1 || documents < handle->smallest)) handle->smallest = documents;
  }
  if (!status) status = xap_database_join(&handle->database, parts, count, err);
  if (!status) status = xap_size(handle->database, &documents, &handle->length, err);
  if (!status) status = still_whole(core, err);
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
int handle_take(struct snapshot *snapshot, struct handle **out, struct nsearch_error *err) {
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

void handle_give(struct core *core, struct handle *handle) {
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
void handles_drop(struct core *core) {
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
  handles_drop(core);
  if (!lease->repeated && !failure.late) {
    lease->repeated = true;
    error_clear(err);
    *status = handle_open(snapshot, &lease->handle, err);
    return !*status;
  }
  size_t left = failure.part < 0 ? 0 : (size_t)failure.part + 1;
  for (size_t i = 0; left && i < core->count; i++) {
    if (!has_shard(snapshot->present, i) || --left) continue;
    shard_note_down(core, i, err);
    shard_advise(core, i, failure.late, err);
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
