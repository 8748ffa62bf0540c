/* --prune: articles that no file holds any more. Files that are gone, and records that a file no longer has, leave ids
 * behind. Each of them is looked for in what is left: nobody has it, and the article goes; or the last file that has it,
 * in the order of the walk, is read once more for it, so that the article is the one that a fresh run would have. */
#include "indexer/indexer.h"

#include <stdlib.h>
#include <string.h>

/* An id that a file left behind, and who has it now. */
struct vanished {
  uint64_t id;
  uint32_t origin; /* which superseded record it is of */
  uint32_t holder; /* entry + 1; 0: nobody, KEPT: the file itself still gives it */
};
#define KEPT UINT32_MAX

struct prune {
  const struct prune_request *request;
  struct catalogue *catalogue;
  struct catalogue_log log;
  struct vanished *vanished;
  size_t count, capacity;
  struct buffer path;
};

/* ---- What files left behind ---- */

/* Whether the path lies below a folder that is an argument, and the patterns let it in. */
static bool is_below(const struct prune *prune, const struct walk_root *root, const char *path) {
  size_t len = root->path ? strlen(root->path) : 0;
  if (len == 0 || strncmp(path, root->path, len) != 0) return false;
  const char *below = root->path[len - 1] == '/' ? path + len : path[len] == '/' ? path + len + 1 : NULL;
  return below && root->is_folder && walk_wants(prune->request->patterns, below);
}

static bool in_scope(const struct prune *prune, const char *path) {
  for (size_t i = 0; i < prune->request->walk->root_count; i++)
    if (is_below(prune, &prune->request->walk->roots[i], path)) return true;
  return false;
}

/* Looks at the file of prune->path. One that cannot be looked at is told of, and taken to be as it was: nobody knows that
 * it is gone. */
static int look_at(struct prune *prune, struct file_info *info, bool *known, struct nsearch_error *err) {
  const struct walk_request *told = prune->request->patterns;
  int status = file_stat(prune->path.bytes, true, info, err);
  *known = !status;
  if (!status || status == NSEARCH_ERR_MEMORY) return status;
  told->unreadable(told->payload, prune->path.bytes, nsearch_error_message(err));
  error_clear(err);
  return NSEARCH_OK;
}

static int copy_path(struct prune *prune, const struct catalogue_record *record, struct nsearch_error *err) {
  buffer_clear(&prune->path);
  buffer_add(&prune->path, record->path, record->path_len);
  buffer_byte(&prune->path, 0);
  return buffer_status(&prune->path, err);
}

/* Files that are gone count no more: they too are superseded, by nothing. */
static int find_gone(struct prune *prune, struct nsearch_error *err) {
  struct catalogue *catalogue = prune->catalogue;
  struct catalogue_record record;
  struct file_info info;
  bool known;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < catalogue->count; i++) {
    const struct catalogue_entry *entry = &catalogue->entries[i];
    if (entry->gone || entry->order) continue;
    status = catalogue_log_at(&prune->log, entry->place, &record, NULL, err);
    if (!status) status = copy_path(prune, &record, err);
    if (status || !in_scope(prune, prune->path.bytes)) continue;
    status = look_at(prune, &info, &known, err);
    catalogue->entries[i].missed = !known;
    /* The walk did not find it, but in a folder that cannot be read it may be. */
    bool is_gone = known && (info.kind == FILE_ABSENT || info.kind == FILE_FOLDER); /* or made way for a folder */
    if (!status && is_gone) status = catalogue_forget(catalogue, entry->key, err);
  }
  return status;
}

/* How many files below a root are gone that the catalogue knows of. */
static int count_gone(struct prune *prune, const struct walk_root *root, size_t *out, struct nsearch_error *err) {
  struct catalogue_record record;
  struct file_info info;
  int status = NSEARCH_OK;
  *out = 0;
  for (size_t i = 0; !status && i < prune->catalogue->count; i++) {
    const struct catalogue_entry *entry = &prune->catalogue->entries[i];
    if (entry->gone) continue;
    status = catalogue_log_at(&prune->log, entry->place, &record, NULL, err);
    if (!status) status = copy_path(prune, &record, err);
    if (status || !is_below(prune, root, prune->path.bytes)) continue;
    *out += !file_stat(prune->path.bytes, true, &info, NULL) && info.kind == FILE_ABSENT;
  }
  return status;
}

int prune_check(struct catalogue *catalogue, const struct prune_request *request, struct nsearch_error *err) {
  struct prune prune = {.request = request, .catalogue = catalogue};
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && catalogue->count && i < request->walk->root_count; i++) {
    size_t gone = 0;
    if (!request->walk->roots[i].is_empty) continue;
    if (!prune.log.bytes) status = catalogue_view(catalogue, &prune.log, err);
    if (!status) status = count_gone(&prune, &request->walk->roots[i], &gone, err);
    if (!status && gone)
      status =
          error_set(err, NSEARCH_ERR_USAGE,
                    "no file is left below %s, of %zu that the index knows; --prune-empty takes out their articles, "
                    "if that is meant",
                    request->patterns->paths[i], gone);
  }
  catalogue_log_close(&prune.log);
  buffer_free(&prune.path);
  return status;
}

static int add_vanished(struct prune *prune, const struct catalogue_record *record, uint32_t origin,
                        struct nsearch_error *err) {
  int status =
      memory_reserve(&prune->vanished, &prune->capacity, prune->count + record->id_count, sizeof *prune->vanished, err);
  for (uint32_t i = 0; !status && i < record->id_count; i++)
    prune->vanished[prune->count++] = (struct vanished){load_u64(record->ids + 8 * (size_t)i), origin, 0};
  return status;
}

static int compare_vanished(const void *a, const void *b) {
  const struct vanished *x = a, *y = b;
  if (x->id != y->id) return x->id < y->id ? -1 : 1;
  return x->origin < y->origin ? -1 : x->origin > y->origin;
}

/* Sorts them; one that a file gave many times is looked for once. */
static void settle_vanished(struct prune *prune) {
  size_t kept = 0;
  if (prune->count) qsort(prune->vanished, prune->count, sizeof *prune->vanished, compare_vanished);
  for (size_t i = 0; i < prune->count; i++)
    if (i == 0 || compare_vanished(&prune->vanished[i], &prune->vanished[kept - 1]) != 0)
      prune->vanished[kept++] = prune->vanished[i];
  prune->count = kept;
}

static int collect_vanished(struct prune *prune, struct nsearch_error *err) {
  const struct catalogue *catalogue = prune->catalogue;
  struct catalogue_record record;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < catalogue->superseded_count; i++) {
    status = catalogue_log_at(&prune->log, catalogue->superseded[i].place, &record, NULL, err);
    if (!status) status = add_vanished(prune, &record, (uint32_t)i, err);
    while (!status && record.before) {
      status = catalogue_log_before(&prune->log, &record, &record, err);
      if (!status) status = add_vanished(prune, &record, (uint32_t)i, err);
    }
  }
  settle_vanished(prune);
  return status;
}

/* ---- Who has them now ---- */

/* Files outside of the walk come first, as they were read before it; of these the one that was read last wins. */
static bool is_later(const struct catalogue_entry *a, const struct catalogue_entry *b) {
  return a->order != b->order ? a->order > b->order : a->place > b->place;
}

/* The first with this id, or where it would be. */
static size_t first_of(const struct prune *prune, uint64_t id) {
  size_t low = 0, high = prune->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (prune->vanished[middle].id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The file e has this id. */
static void claim(struct prune *prune, size_t e, uint64_t id) {
  const struct catalogue *catalogue = prune->catalogue;
  const struct catalogue_entry *entry = &catalogue->entries[e];
  for (size_t i = first_of(prune, id); i < prune->count && prune->vanished[i].id == id; i++) {
    struct vanished *vanished = &prune->vanished[i];
    if (vanished->holder == KEPT) continue;
    if (hash_wide_same(catalogue->superseded[vanished->origin].key, entry->key))
      vanished->holder = KEPT;
    else if (!vanished->holder || is_later(entry, &catalogue->entries[vanished->holder - 1]))
      vanished->holder = (uint32_t)e + 1;
  }
}

/* Outside of the walk a file has what it gave only while it is as it was. One that may only have been touched counts: its
 * own next run would find it unchanged, and not bring back what was taken out. */
static int still_stands(struct prune *prune, const struct catalogue_entry *entry, const struct catalogue_record *record,
                        bool *stands, struct nsearch_error *err) {
  struct file_info info;
  *stands = true;
  if (entry->order) return NSEARCH_OK;
  int status = copy_path(prune, record, err);
  if (status || file_stat(prune->path.bytes, true, &info, NULL)) return status; /* it is told when it is to be read */
  *stands = info.kind == FILE_REGULAR && info.size == entry->size;
  return NSEARCH_OK;
}

static bool is_vanished(const struct prune *prune, uint64_t id) {
  size_t at = first_of(prune, id);
  return at < prune->count && prune->vanished[at].id == id;
}

/* The file is taken to have these ids besides its own, and when it is come upon it is read, even if it is then as it was. */
static int distrust(struct catalogue *catalogue, struct catalogue_record *record, const struct wanted *more,
                    size_t count, struct nsearch_error *err) {
  struct catalogued given = {.key = record->key, .before = record->before, .ids_before = record->ids_before};
  int status = NSEARCH_OK;
  for (uint32_t i = 0; !status && i < record->id_count; i++) {
    uint64_t id = load_u64(record->ids + 8 * (size_t)i);
    status = catalogue_add_ids(catalogue, &given, &id, 1, err);
  }
  for (size_t i = 0; !status && i < count; i++) status = catalogue_add_ids(catalogue, &given, &more[i].id, 1, err);
  record->settings = CATALOGUE_NO_SETTINGS;
  if (!status) status = catalogue_enter(catalogue, &given, record, 0, err);
  memory_free(given.ids);
  return status;
}

/* A file that has none of the ids is not even looked at. Of one that no longer stands nobody knows what it has; it may
 * come back as it was. */
static int claim_all(struct prune *prune, size_t e, struct nsearch_error *err) {
  struct catalogue_record file, record;
  bool stands = false;
  int status = catalogue_log_at(&prune->log, prune->catalogue->entries[e].place, &file, NULL, err);
  for (record = file; !status;) {
    for (uint32_t i = 0; i < record.id_count; i++) {
      uint64_t id = load_u64(record.ids + 8 * (size_t)i);
      if (!is_vanished(prune, id)) continue;
      if (!stands) status = still_stands(prune, &prune->catalogue->entries[e], &file, &stands, err);
      if (!status && !stands && file.settings != CATALOGUE_NO_SETTINGS)
        status = distrust(prune->catalogue, &file, NULL, 0, err);
      if (status || !stands) return status;
      claim(prune, e, id);
    }
    if (!record.before) break;
    status = catalogue_log_before(&prune->log, &record, &record, err);
  }
  return status;
}

/* ---- What is to be done ---- */

static int compare_wanted(const void *a, const void *b) {
  const struct wanted *x = a, *y = b;
  if (x->file != y->file) return x->file < y->file ? -1 : 1;
  return x->id < y->id ? -1 : x->id > y->id;
}

/* A file to be read once more; *skip: its settings are others now, and what it gave stays as it is. */
static int add_reread(struct prune *prune, struct rereading *out, const struct catalogue_entry *entry, bool *skip,
                      struct nsearch_error *err) {
  struct catalogue_record record;
  struct walk *walk = &out->walk;
  int status = catalogue_log_at(&prune->log, entry->place, &record, NULL, err);
  *skip = !status && entry->settings != settings_with_below(prune->request->settings, record.below_len);
  if (status || *skip) return status;
  status = memory_reserve(&walk->files, &walk->capacity, walk->count + 1, sizeof *walk->files, err);
  char *path = status ? NULL : memory_string(record.path, record.path_len);
  if (!status && !path) status = error_memory(err);
  if (status) return status;
  walk->files[walk->count++] = (struct walk_file){
      .path = path, .below = path + record.path_len - record.below_len, .size = entry->size, .missed = entry->missed};
  return NSEARCH_OK;
}

struct holder {
  const struct catalogue_entry *entry;
  uint64_t id;
  uint32_t origin;
};

static int compare_holders(const void *a, const void *b) {
  const struct holder *x = a, *y = b;
  if (x->entry != y->entry) return is_later(x->entry, y->entry) ? 1 : -1;
  return x->id < y->id ? -1 : x->id > y->id;
}

/* Files in the order of the walk, so that what they give comes in that order. */
static int plan_rereading(struct prune *prune, struct holder *holders, size_t count, struct rereading *out,
                          struct nsearch_error *err) {
  const struct catalogue_entry *last = NULL;
  bool skip = false;
  int status = NSEARCH_OK;
  if (count) qsort(holders, count, sizeof *holders, compare_holders);
  out->wanted = memory_array(NULL, count + 1, sizeof *out->wanted);
  if (!out->wanted) return error_memory(err);
  for (size_t i = 0; !status && i < count; i++) {
    if (holders[i].entry != last) status = add_reread(prune, out, holders[i].entry, &skip, err);
    last = holders[i].entry;
    if (!status && !skip)
      out->wanted[out->wanted_count++] = (struct wanted){out->walk.count - 1, holders[i].id, holders[i].origin};
  }
  return status;
}

static int decide(struct prune *prune, struct rereading *out, struct nsearch_error *err) {
  struct holder *holders = memory_array(NULL, prune->count + 1, sizeof *holders);
  size_t count = 0;
  int status = holders ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < prune->count; i++) {
    const struct vanished *vanished = &prune->vanished[i];
    if (vanished->holder == KEPT) continue;
    if (!vanished->holder)
      status = prune->request->remove(prune->request->payload, vanished->id, err);
    else if (!prune->catalogue->entries[vanished->holder - 1].fresh)
      holders[count++] =
          (struct holder){&prune->catalogue->entries[vanished->holder - 1], vanished->id, vanished->origin};
  }
  if (!status) status = plan_rereading(prune, holders, count, out, err);
  memory_free(holders);
  return status;
}

bool rereading_wants(const struct rereading *rereading, size_t file, uint64_t id) {
  const struct wanted key = {file, id, 0};
  return bsearch(&key, rereading->wanted, rereading->wanted_count, sizeof key, compare_wanted) != NULL;
}

/* Gives ids back to the file that left them behind; one that is gone has these alone. */
static int give_back(struct catalogue *catalogue, const struct catalogue_log *log, const struct wanted *wanted,
                     size_t count, struct nsearch_error *err) {
  const struct superseded *old = &catalogue->superseded[wanted->origin];
  struct catalogue_record record;
  struct catalogue_entry entry;
  bool is_there = catalogue_find(catalogue, old->key, &entry);
  int status = catalogue_log_at(log, is_there ? entry.place : old->place, &record, NULL, err);
  if (status) return status;
  if (!is_there) record.before = record.ids_before = record.id_count = 0;
  return distrust(catalogue, &record, wanted, count, err);
}

static int compare_origins(const void *a, const void *b) {
  const struct wanted *x = a, *y = b;
  return x->origin < y->origin ? -1 : x->origin > y->origin;
}

int rereading_postpone(struct rereading *rereading, struct catalogue *catalogue, struct nsearch_error *err) {
  struct wanted *wanted = rereading->wanted;
  struct catalogue_log log = {0};
  size_t count = 0;
  for (size_t i = 0; i < rereading->wanted_count; i++)
    if (rereading->walk.files[wanted[i].file].missed) wanted[count++] = wanted[i];
  rereading->wanted_count = count;
  if (!count) return NSEARCH_OK;
  qsort(wanted, count, sizeof *wanted, compare_origins);
  int status = catalogue_view(catalogue, &log, err);
  for (size_t i = 0, end = 0; !status && i < count; i = end) {
    while (end < count && wanted[end].origin == wanted[i].origin) end++;
    status = give_back(catalogue, &log, wanted + i, end - i, err);
  }
  catalogue_log_close(&log);
  return status;
}

void rereading_free(struct rereading *rereading) {
  walk_free(&rereading->walk);
  memory_free(rereading->wanted);
  *rereading = (struct rereading){0};
}

int prune_catalogue(struct catalogue *catalogue, const struct prune_request *request, struct rereading *out,
                    struct nsearch_error *err) {
  struct prune prune = {.request = request, .catalogue = catalogue};
  *out = (struct rereading){0};
  int status = catalogue_view(catalogue, &prune.log, err);
  if (!status) status = find_gone(&prune, err);
  if (!status) status = collect_vanished(&prune, err);
  for (size_t e = 0; !status && prune.count && e < catalogue->count; e++)
    if (!catalogue->entries[e].gone) status = claim_all(&prune, e, err);
  if (!status) status = decide(&prune, out, err);
  if (status) rereading_free(out);
  catalogue_log_close(&prune.log);
  buffer_free(&prune.path);
  memory_free(prune.vanished);
  return status;
}
