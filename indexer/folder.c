/* The folder of an index while a writer has it: locked, its last commit known, free of files that no commit names. */
#include "indexer/indexer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Files ---- */

int folder_remove(const char *path, struct nsearch_error *err) {
  struct file_info info = {0};
  struct file_names names = {0};
  int status = file_stat(path, false, &info, err);
  if (status || info.kind != FILE_FOLDER) return status ? status : file_remove(path, err);
  status = file_list(path, &names, err);
  for (size_t i = 0; !status && i < names.count; i++) {
    char *below = path_join(path, names.names[i]);
    status = below ? file_remove(below, err) : error_memory(err);
    memory_free(below);
  }
  file_names_free(&names);
  return status ? status : file_remove_folder(path, err);
}

/* What is behind the number of a file's name, ".segment"; NULL where the name is none of an index's. */
static const char *numbered(const char *name, uint64_t *number) {
  static const char *const kinds[] = {
      ".segment", (".segment" SEGMENT_TERMS), ".pack", ".tombstones", ".catalogue", ".xapian", ".part"};
  size_t digits = strspn(name, "0123456789");
  if (digits < 6 || digits > 19) return NULL;
  *number = strtoull(name, NULL, 10);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(name + digits, kinds[i]) == 0) return kinds[i];
  return NULL;
}

static bool is_ours(const char *name) {
  uint64_t number;
  return strcmp(name, LOCK_NAME) == 0 || strcmp(name, MANIFEST_NAME) == 0 || strcmp(name, MANIFEST_NAME ".new") == 0 ||
         numbered(name, &number);
}

/* A file of ours that the commit does not name. */
static bool is_leftover(const char *name, const struct manifest *manifest) {
  uint64_t number;
  if (strcmp(name, MANIFEST_NAME ".new") == 0) return true;
  const char *kind = numbered(name, &number);
  if (!kind) return false;
  if (strcmp(kind, ".pack") == 0) {
    for (size_t i = 0; i < manifest->pack_count; i++)
      if (manifest->packs[i].number == number) return false;
  } else if (strcmp(kind, ".tombstones") == 0) {
    for (size_t i = 0; i < manifest->segment_count; i++)
      if (manifest->segments[i].tombstones == number) return false;
  } else if (strcmp(kind, ".catalogue") == 0) {
    return manifest->catalogue.number != number;
  } else if (strcmp(kind, ".segment") == 0 || strcmp(kind, ".xapian") == 0) {
    for (size_t i = 0; i < manifest->segment_count; i++)
      if (manifest->segments[i].number == number) return false;
  }
  return true;
}

/* Whether there is a manifest; without one the folder must hold nothing else either. */
static int look(const char *path, bool *has_index, struct nsearch_error *err) {
  struct file_names names = {0};
  const char *other = NULL;
  *has_index = false;
  int status = file_list(path, &names, err);
  for (size_t i = 0; !status && i < names.count; i++) {
    if (strcmp(names.names[i], MANIFEST_NAME) == 0) *has_index = true;
    if (!other && !is_ours(names.names[i])) other = names.names[i];
  }
  if (!status && other && !*has_index)
    status = error_set(err, NSEARCH_ERR_USAGE, "%s holds other things (%s); name a folder of its own for the index",
                       path, other);
  file_names_free(&names);
  return status;
}

int folder_clean(const struct folder *folder, struct nsearch_error *err) {
  struct manifest manifest = {0};
  struct file_names names = {0};
  bool has_index;
  /* Another commit than the last one known may be on disk: its rename succeeded, and what came after it failed. */
  int status = look(folder->path, &has_index, err);
  if (!status && has_index) status = manifest_read(&manifest, folder->path, err);
  if (!status) status = manifest_writable(&manifest, folder->path, err); /* lines not known may name files */
  if (!status) status = file_list(folder->path, &names, err);
  for (size_t i = 0; !status && i < names.count; i++) {
    if (!is_leftover(names.names[i], &manifest)) continue;
    char *path = path_join(folder->path, names.names[i]);
    status = path ? folder_remove(path, err) : error_memory(err);
    memory_free(path);
  }
  file_names_free(&names);
  manifest_free(&manifest);
  return status;
}

/* ---- Opening ---- */

static int make_and_lock(struct folder *folder, const char *lock, struct nsearch_error *err) {
  struct file_info info;
  bool has_index;
  int status = file_stat(folder->path, true, &info, err);
  if (status) return status;
  if (info.kind != FILE_ABSENT && info.kind != FILE_FOLDER)
    return error_set(err, NSEARCH_ERR_USAGE, "%s is not a folder", folder->path);
  folder->made = info.kind == FILE_ABSENT;
  if (info.kind == FILE_FOLDER) status = look(folder->path, &has_index, err);
  if (!status) status = file_make_folder(folder->path, err);
  return status ? status : file_lock(&folder->lock, lock, err);
}

/* A writer that ends without a commit takes away the folder that it made, also from under one that begins. */
static int try_lock(struct folder *folder, const char *lock, struct nsearch_error *err) {
  int status = NSEARCH_ERR_MISSING;
  for (int left = 10; status == NSEARCH_ERR_MISSING && left > 0; left--) status = make_and_lock(folder, lock, err);
  return status;
}

/* flock() that waits could wait for ever; so it is tried again and again. */
static int lock_folder(struct folder *folder, uint64_t wait, struct nsearch_error *err) {
  static const uint64_t millisecond = 1000000, between = 50 * millisecond;
  const uint64_t began = clock_monotonic();
  char *lock = path_join(folder->path, LOCK_NAME);
  int status = lock ? try_lock(folder, lock, err) : error_memory(err);
  while (status == NSEARCH_ERR_LOCKED && (clock_monotonic() - began) / millisecond < wait) {
    clock_sleep(between);
    status = try_lock(folder, lock, err);
  }
  if (!status) error_clear(err);
  memory_free(lock);
  return status;
}

/* What the caller left open is as the index has it, or as a new one usually does. */
static int settle(const struct folder *folder, const char *engine, struct write_options *options,
                  struct nsearch_error *err) {
  const struct manifest *manifest = &folder->manifest;
  bool old = folder->has_index;
  if (options->language < 0) options->language = old ? manifest->language : language_find("en", 2);
  if (options->title_weight == 0) options->title_weight = old ? manifest->title_weight : TITLE_WEIGHT_USUAL;
  if (options->keep_text < 0) options->keep_text = old ? manifest->has_text : true;
  if (!old || (strcmp(manifest->engine, engine) == 0 && options->language == manifest->language &&
               options->title_weight == manifest->title_weight && options->keep_text == manifest->has_text))
    return NSEARCH_OK;
  return error_set(err, NSEARCH_ERR_EXISTS,
                   "%s is an index of the engine %s with language %s, title weight %u and %s; leave those options out, "
                   "or name another index with --index",
                   folder->path, manifest->engine, language_code(manifest->language), manifest->title_weight,
                   manifest->has_text ? "texts" : "no texts");
}

int folder_open(struct folder *folder, const char *path, const char *engine, struct write_options *options,
                struct nsearch_error *err) {
  struct manifest *manifest = &folder->manifest;
  *folder = (struct folder){.lock = -1, .path = memory_string(path, strlen(path))};
  int status = folder->path ? lock_folder(folder, options->wait, err) : error_memory(err);
  if (!status) status = look(folder->path, &folder->has_index, err);
  if (!status && folder->has_index) status = manifest_read(manifest, folder->path, err);
  if (!status) status = manifest_writable(manifest, folder->path, err);
  if (!status) status = settle(folder, engine, options, err);
  if (!status) status = folder_clean(folder, err);
  if (status) {
    folder_close(folder);
    return status;
  }
  if (folder->has_index) return NSEARCH_OK;
  *manifest = (struct manifest){.language = options->language,
                                .title_weight = options->title_weight,
                                .has_text = options->keep_text,
                                .next_number = 1,
                                .next_pack = 1};
  snprintf(manifest->engine, sizeof manifest->engine, "%s", engine);
  return NSEARCH_OK;
}

void folder_close(struct folder *folder) {
  bool has_index = true;
  catalogue_close(folder->catalogue);
  if (folder->lock >= 0 && folder_clean(folder, NULL) == NSEARCH_OK) {
    char *lock = path_join(folder->path, LOCK_NAME);
    if (lock && look(folder->path, &has_index, NULL) == NSEARCH_OK && !has_index) file_remove(lock, NULL);
    if (!has_index && folder->made) file_remove_folder(folder->path, NULL);
    memory_free(lock);
  }
  file_unlock(&folder->lock);
  manifest_free(&folder->manifest);
  memory_free(folder->path);
  *folder = (struct folder){.lock = -1};
}

/* ---- Commit ---- */

/* With the first commit the folder's own name too: a run that was killed may have made it and come no further. */
static int sync_folders(const struct folder *folder, struct nsearch_error *err) {
  int status = file_sync_folder(folder->path, err);
  return status || folder->has_index ? status : file_sync_parent(folder->path, err);
}

/* The catalogue as `next` is to name it, on disk. */
static int settle_catalogue(struct folder *folder, struct manifest *next, struct nsearch_error *err) {
  next->catalogue = folder->manifest.catalogue;
  return folder->catalogue ? catalogue_settle(folder->catalogue, &next->catalogue, err) : NSEARCH_OK;
}

/* The manifest's being in its place makes a commit of it. */
static int put_manifest(struct folder *folder, const struct manifest *next, struct nsearch_error *err) {
  int status = sync_folders(folder, err);
  if (!status) status = manifest_write(next, folder->path, err);
  if (status) return status;
  folder->has_index = true;
  if (folder->catalogue) catalogue_committed(folder->catalogue);
  return NSEARCH_OK;
}

int folder_write(struct folder *folder, struct nsearch_error *err) {
  int status = settle_catalogue(folder, &folder->manifest, err);
  return status ? status : put_manifest(folder, &folder->manifest, err);
}

int folder_commit(struct folder *folder, struct manifest *next, struct nsearch_error *err) {
  struct manifest *manifest = &folder->manifest;
  memcpy(next->engine, manifest->engine, sizeof next->engine);
  next->generation = manifest->generation + 1;
  next->language = manifest->language;
  next->title_weight = manifest->title_weight;
  next->has_text = manifest->has_text;
  next->next_number = manifest->next_number;
  next->next_pack = manifest->next_pack;
  int status = settle_catalogue(folder, next, err);
  if (!status) status = put_manifest(folder, next, err);
  if (status) return status;
  manifest_free(manifest);
  *manifest = *next;
  *next = (struct manifest){0};
  folder_clean(folder, NULL); /* a failure is left to the next writer */
  return NSEARCH_OK;
}

/* ---- The catalogue ---- */

int folder_catalogue(struct folder *folder, bool again, struct catalogue **out, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  if (!folder->catalogue)
    status = catalogue_open(&folder->catalogue, folder->path, &folder->manifest.catalogue, false, err);
  if (status == NSEARCH_ERR_DAMAGED && again) {
    error_clear(err);
    status = catalogue_open(&folder->catalogue, folder->path, &folder->manifest.catalogue, true, err);
  }
  *out = folder->catalogue;
  return status;
}

void folder_forget_catalogue(struct folder *folder) {
  catalogue_close(folder->catalogue);
  folder->catalogue = NULL;
}

/* The engine's part is as the manifest in the folder has it, whatever the engine has begun since, and its files stay. */
int folder_commit_catalogue(struct folder *folder, struct nsearch_error *err) {
  struct manifest next = {0};
  const struct manifest_catalogue before = folder->manifest.catalogue;
  if (!folder->catalogue || !folder->catalogue->changed || !folder->has_index) return NSEARCH_OK;
  int status = manifest_read(&next, folder->path, err);
  if (!status) status = settle_catalogue(folder, &next, err);
  next.generation++;
  if (!status) status = put_manifest(folder, &next, err);
  if (!status) {
    folder->manifest.generation = next.generation;
    folder->manifest.catalogue = next.catalogue;
  }
  manifest_free(&next);
  if (status || before.number == 0 || before.number == folder->manifest.catalogue.number) return status;
  char *path = catalogue_path(folder->path, before.number);
  if (path) file_remove(path, NULL); /* a failure is left to the next writer */
  memory_free(path);
  return status;
}
