/* Paths to the files below them, in an order that does not depend on the file system. */
#include "indexer/indexer.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A file found, with what tells whether it was found before. */
struct found {
  struct walk_file file;
  uint64_t device, inode;
  size_t order;
};

struct walker {
  const struct walk_request *request;
  struct walk *out; /* its roots; files come at the end */
  struct found *found;
  size_t count, capacity;
  uint64_t skip_device, skip_inode;
  bool has_skip, unsized;
};

static bool any_matches(const struct globs *globs, const char *below) {
  for (size_t i = 0; globs && i < globs->count; i++)
    if (fnmatch(globs->patterns[i], strchr(globs->patterns[i], '/') ? below : path_name(below), 0) == 0) return true;
  return false;
}

bool globs_choose(const struct globs *include, const struct globs *exclude, const char *below) {
  bool included = !include || include->count == 0 || any_matches(include, below);
  return included && !any_matches(exclude, below);
}

bool name_is_archive(const char *path) {
  static const char *const endings[] = {".tar",    ".zip",     ".tgz",    ".tbz",     ".tbz2",     ".txz",   ".tzst",
                                        ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.zstd", ".zip.gz"};
  size_t len = strlen(path);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    size_t ending_len = strlen(endings[i]);
    if (len > ending_len && strcasecmp(path + len - ending_len, endings[i]) == 0) return true;
  }
  return false;
}

bool walk_wants(const struct walk_request *request, const char *below) {
  return globs_choose(request->include, request->exclude, below);
}

/* Takes over path; `below` is a tail of it. */
static int add_file(struct walker *walker, char *path, size_t below_len, const struct file_info *info,
                    struct nsearch_error *err) {
  const char *below = path + strlen(path) - below_len;
  int status = NSEARCH_OK;
  bool chosen = walk_wants(walker->request, below);
  if (!chosen && !(name_is_archive(below) && globs_choose(NULL, walker->request->exclude, below))) {
    memory_free(path);
    return NSEARCH_OK;
  }
  status = memory_reserve(&walker->found, &walker->capacity, walker->count + 1, sizeof *walker->found, err);
  if (status) {
    memory_free(path);
    return status;
  }
  bool is_stream = info->kind != FILE_REGULAR;
  walker->found[walker->count] = (struct found){.file = {.path = path,
                                                         .below = below,
                                                         .size = info->size,
                                                         .mtime = info->mtime,
                                                         .root = (uint32_t)walker->out->root_count - 1,
                                                         .members_only = !chosen,
                                                         .is_stream = is_stream},
                                                .device = info->device,
                                                .inode = info->inode,
                                                .order = walker->count};
  walker->unsized |= is_stream;
  walker->count++;
  return NSEARCH_OK;
}

/* True when the folder holds a manifest of nsearch. */
static int is_index(const char *folder, bool *answer, struct nsearch_error *err) {
  struct file_info info;
  struct file_in *file = NULL;
  char head[8] = "";
  size_t got = 0;
  *answer = false;
  char *path = path_join(folder, "manifest");
  if (!path) return error_memory(err);
  if (!file_stat(path, true, &info, NULL) && info.kind == FILE_REGULAR && !file_open(&file, path, NULL)) {
    *answer = !file_read(file, head, 7, &got, NULL) && got == 7 && memcmp(head, "nsearch", 7) == 0;
    file_close_in(&file);
  }
  memory_free(path);
  return NSEARCH_OK;
}

static int walk_folder(struct walker *walker, const char *folder, size_t below_len, struct nsearch_error *err);

/* One name in a folder. */
static int walk_entry(struct walker *walker, const char *folder, const char *name, size_t below_len,
                      struct nsearch_error *err) {
  struct file_info info;
  char *path = path_join(folder, name);
  if (!path) return error_memory(err);
  size_t len = below_len ? below_len + 1 + strlen(name) : strlen(name);
  int status = file_stat(path, false, &info, err);
  bool is_link = !status && info.kind == FILE_OTHER;
  if (is_link) status = file_stat(path, true, &info, err);
  /* Without a link it has just gone, and is no file any more. */
  if (!status && is_link && info.kind == FILE_ABSENT && walk_wants(walker->request, path + strlen(path) - len))
    status = error_set(err, NSEARCH_ERR_SYSTEM, "cannot read %s: the link leads to no file", path);
  if (status && status != NSEARCH_ERR_MEMORY) {
    walker->request->unreadable(walker->request->payload, path, nsearch_error_message(err));
    status = NSEARCH_OK, info.kind = FILE_OTHER;
  }
  if (!status && info.kind == FILE_REGULAR) return add_file(walker, path, len, &info, err);
  if (!status && info.kind == FILE_FOLDER && !is_link) status = walk_folder(walker, path, len, err);
  memory_free(path);
  return status;
}

/* `below_len` bytes at the end of folder's path are below the argument. */
static int walk_folder(struct walker *walker, const char *folder, size_t below_len, struct nsearch_error *err) {
  struct file_names names = {NULL, 0};
  struct file_info info;
  bool index = false;
  int status = file_stat(folder, true, &info, err);
  if (!status && walker->has_skip && info.device == walker->skip_device && info.inode == walker->skip_inode)
    return NSEARCH_OK;
  if (!status) status = is_index(folder, &index, err);
  if (status || index) return status;
  status = file_list(folder, &names, err);
  if (status && status != NSEARCH_ERR_MEMORY) {
    walker->request->unreadable(walker->request->payload, folder, nsearch_error_message(err));
    return NSEARCH_OK;
  }
  for (size_t i = 0; !status && i < names.count; i++)
    if (names.names[i][0] != '.') status = walk_entry(walker, folder, names.names[i], below_len, err);
  file_names_free(&names);
  return status;
}

static int compare_below(const void *a, const void *b) {
  return strcmp(((const struct found *)a)->file.below, ((const struct found *)b)->file.below);
}

static int compare_identity(const void *a, const void *b) {
  const struct found *x = *(struct found *const *)a, *y = *(struct found *const *)b;
  if (x->device != y->device) return x->device < y->device ? -1 : 1;
  if (x->inode != y->inode) return x->inode < y->inode ? -1 : 1;
  return x->order < y->order ? -1 : 1;
}

/* The folder that paths are below: the argument, or the one that it lies in. A path whose folder has no name in full, or
 * one that is too long, is read and not remembered. */
static int add_root(struct walker *walker, const char *path, enum file_kind kind, struct nsearch_error *err) {
  struct walk *out = walker->out;
  char *real = NULL;
  size_t len = kind == FILE_FOLDER ? strlen(path) : strlen(path) - strlen(path_name(path));
  int status = memory_reserve(&out->roots, &out->root_capacity, out->root_count + 1, sizeof *out->roots, err);
  char *folder = len ? memory_string(path, len) : memory_string(".", 1);
  if (!status && !folder) status = error_memory(err);
  if (!status && kind != FILE_OTHER) status = file_real_path(folder, &real, err);
  memory_free(folder);
  if (status) return status;
  out->roots[out->root_count++] = (struct walk_root){.path = real, .is_folder = kind == FILE_FOLDER};
  return NSEARCH_OK;
}

static int walk_argument(struct walker *walker, const char *path, struct nsearch_error *err) {
  struct file_info info = {.kind = FILE_OTHER};
  size_t len = strlen(path), first = walker->count;
  while (len > 1 && path[len - 1] == '/') len--;
  char *copy = memory_string(path, len);
  if (!copy) return error_memory(err);
  int status = strcmp(copy, "-") == 0 ? NSEARCH_OK : file_stat(copy, true, &info, err);
  if (!status && info.kind == FILE_ABSENT)
    status = error_set(err, NSEARCH_ERR_USAGE, "there is no file or folder %s", path);
  if (!status) status = add_root(walker, copy, info.kind, err);
  if (!status && info.kind == FILE_FOLDER) {
    status = walk_folder(walker, copy, 0, err);
    walker->out->roots[walker->out->root_count - 1].is_empty = walker->count == first;
    if (walker->count > first)
      qsort(walker->found + first, walker->count - first, sizeof *walker->found, compare_below);
    for (size_t i = first; i < walker->count; i++) walker->found[i].order = i;
  } else if (!status) {
    info.size = info.kind == FILE_REGULAR ? info.size : 0;
    return add_file(walker, copy, strlen(path_name(copy)), &info, err);
  }
  memory_free(copy);
  return status;
}

/* Marks files that were reached before by emptying their path. */
static int drop_repeats(struct walker *walker, struct nsearch_error *err) {
  struct found **order = memory_array(NULL, walker->count + 1, sizeof *order);
  if (!order) return error_memory(err);
  for (size_t i = 0; i < walker->count; i++) order[i] = &walker->found[i];
  qsort(order, walker->count, sizeof *order, compare_identity);
  for (size_t i = 1, kept = 0; i < walker->count; i++) {
    bool same =
        !order[i]->file.is_stream && order[i]->device == order[kept]->device && order[i]->inode == order[kept]->inode;
    if (!same) {
      kept = i;
      continue;
    }
    memory_free(order[i]->file.path);
    order[i]->file.path = NULL;
  }
  memory_free(order);
  return NSEARCH_OK;
}

static int hand_over(struct walker *walker, struct walk *out, struct nsearch_error *err) {
  int status = memory_reserve(&out->files, &out->capacity, walker->count, sizeof *out->files, err);
  for (size_t i = 0; !status && i < walker->count; i++) {
    struct walk_file *file = &walker->found[i].file;
    if (!file->path) continue;
    out->files[out->count++] = *file;
    out->files[out->count - 1].order = (uint32_t)out->count;
    out->total_size += file->size;
    file->path = NULL;
  }
  if (walker->unsized) out->total_size = 0;
  return status;
}

int walk_paths(struct walk *out, const struct walk_request *request, struct nsearch_error *err) {
  struct walker walker = {.request = request, .out = out};
  struct file_info info;
  int status = NSEARCH_OK;
  /* What is unreadable is told in words, whether or not the caller wants to hear of failures. */
  struct nsearch_error *own = err ? NULL : nsearch_error_new();
  if (own) err = own;
  *out = (struct walk){0};
  if (request->skip && !file_stat(request->skip, true, &info, NULL) && info.kind == FILE_FOLDER) {
    walker.skip_device = info.device, walker.skip_inode = info.inode;
    walker.has_skip = true;
  }
  for (size_t i = 0; !status && i < request->count; i++) status = walk_argument(&walker, request->paths[i], err);
  if (!status) status = drop_repeats(&walker, err);
  if (!status) status = hand_over(&walker, out, err);
  for (size_t i = 0; i < walker.count; i++) memory_free(walker.found[i].file.path);
  memory_free(walker.found);
  if (status) walk_free(out);
  nsearch_error_free(own);
  return status;
}

bool walk_real_path(const struct walk *walk, const struct walk_file *file, struct buffer *out) {
  const char *root = walk->root_count ? walk->roots[file->root].path : NULL;
  buffer_clear(out);
  if (!root || file->is_stream) return false;
  buffer_text(out, root);
  if (root[strlen(root) - 1] != '/') buffer_byte(out, '/');
  buffer_text(out, file->below);
  return !out->failed && out->len <= CATALOGUE_PATH_MAX;
}

void walk_free(struct walk *walk) {
  for (size_t i = 0; i < walk->root_count; i++) memory_free(walk->roots[i].path);
  memory_free(walk->roots);
  for (size_t i = 0; i < walk->count; i++) memory_free(walk->files[i].path);
  memory_free(walk->files);
  *walk = (struct walk){0};
}
