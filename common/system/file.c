/* The file-system seam: every call on files and folders of the product is made here. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/system/system.h"

static int open_retry(const char *path, int flags) {
  int fd;
  do fd = open(path, flags | O_CLOEXEC, 0666);
  while (fd < 0 && errno == EINTR);
  return fd;
}

static bool is_absent(int number) { return number == ENOENT || number == ENOTDIR; }

static bool sync_retry(int fd) {
  int status;
  do status = fsync(fd);
  while (status < 0 && errno == EINTR);
  return status == 0;
}

/* ---- writing ---- */

enum { OUT_BUFFER = 256 << 10 };

struct file_out {
  int fd;
  int failure;      /* errno of the first write that failed; the file is not written to after it */
  uint64_t written; /* length of the file without what is in the buffer */
  size_t used;
  char *path;
  uint8_t buffer[OUT_BUFFER];
};

static int out_failed(const struct file_out *file, struct nsearch_error *err) {
  errno = file->failure;
  return error_errno(err, "cannot write %s", file->path);
}

static int out_open(struct file_out **out, const char *path, int flags, struct nsearch_error *err) {
  *out = NULL;
  int status = NSEARCH_OK;
  struct stat info;
  struct file_out *file = memory_alloc(sizeof *file);
  if (!file) return error_memory(err);
  file->failure = 0;
  file->used = 0;
  file->fd = -1;
  file->path = memory_string(path, strlen(path));
  if (!file->path) {
    status = error_memory(err);
    goto out;
  }
  file->fd = open_retry(path, O_WRONLY | flags);
  if (file->fd < 0 || fstat(file->fd, &info) < 0) {
    status = error_errno(err, "cannot open %s for writing", path);
    goto out;
  }
  file->written = (uint64_t)info.st_size;
  *out = file;
  return NSEARCH_OK;
out:
  if (file->fd >= 0) close(file->fd);
  memory_free(file->path);
  memory_free(file);
  return status;
}

int file_create(struct file_out **out, const char *path, struct nsearch_error *err) {
  return out_open(out, path, O_CREAT | O_TRUNC, err);
}

int file_append(struct file_out **out, const char *path, struct nsearch_error *err) {
  return out_open(out, path, O_CREAT | O_APPEND, err);
}

int file_append_at(struct file_out **out, const char *path, uint64_t len, struct nsearch_error *err) {
  int status = out_open(out, path, O_APPEND, err);
  if (status) return status;
  struct file_out *file = *out;
  if (file->written < len) {
    status = error_set(err, NSEARCH_ERR_DAMAGED, "%s is cut short; restore it from a copy or index again", path);
  } else if (file->written > len) {
    int cut;
    do cut = ftruncate(file->fd, (off_t)len);
    while (cut < 0 && errno == EINTR);
    if (cut < 0) status = error_errno(err, "cannot cut %s", path);
    file->written = len;
  }
  if (status) file_close(out, NULL);
  return status;
}

static int write_through(struct file_out *file, const uint8_t *bytes, size_t len, struct nsearch_error *err) {
  while (len) {
    ssize_t done = write(file->fd, bytes, len);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) {
      file->failure = done < 0 ? errno : EIO;
      return out_failed(file, err);
    }
    bytes += done;
    len -= (size_t)done;
    file->written += (uint64_t)done;
  }
  return NSEARCH_OK;
}

static int flush(struct file_out *file, struct nsearch_error *err) {
  if (file->failure) return out_failed(file, err);
  int status = write_through(file, file->buffer, file->used, err);
  file->used = 0;
  return status;
}

int file_write(struct file_out *file, const void *bytes, size_t len, struct nsearch_error *err) {
  if (file->failure) return out_failed(file, err);
  if (len > OUT_BUFFER - file->used) {
    int status = flush(file, err);
    if (status) return status;
    if (len >= OUT_BUFFER) return write_through(file, bytes, len, err);
  }
  if (len) memcpy(file->buffer + file->used, bytes, len);
  file->used += len;
  return NSEARCH_OK;
}

uint64_t file_offset(const struct file_out *file) { return file->written + file->used; }

int file_sync(struct file_out *file, struct nsearch_error *err) {
  int status = flush(file, err);
  if (status) return status;
  if (sync_retry(file->fd)) return NSEARCH_OK;
  /* The kernel reports a lost page once only: remember it, so that closing says so too. */
  file->failure = errno;
  return out_failed(file, err);
}

int file_close(struct file_out **out, struct nsearch_error *err) {
  struct file_out *file = *out;
  *out = NULL;
  if (!file) return NSEARCH_OK;
  int status = flush(file, err);
  /* On Linux the descriptor is gone whatever close() says, EINTR included. */
  if (close(file->fd) < 0 && errno != EINTR && !status) status = error_errno(err, "cannot write %s", file->path);
  memory_free(file->path);
  memory_free(file);
  return status;
}

/* ---- mapping ---- */

int file_map(struct file_map *out, const char *path, struct nsearch_error *err) {
  return file_map_head(out, path, SIZE_MAX, err);
}

int file_map_head(struct file_map *out, const char *path, uint64_t len, struct nsearch_error *err) {
  *out = (struct file_map){0};
  int status = NSEARCH_OK;
  struct stat info;
  int fd = open_retry(path, O_RDONLY);
  if (fd < 0) {
    if (is_absent(errno)) return error_set(err, NSEARCH_ERR_MISSING, "%s does not exist", path);
    return error_errno(err, "cannot open %s", path);
  }
  if (fstat(fd, &info) < 0) {
    status = error_errno(err, "cannot read %s", path);
    goto out;
  }
  if (!S_ISREG(info.st_mode)) {
    status = error_set(err, NSEARCH_ERR_SYSTEM, "cannot read %s: it is not a regular file", path);
    goto out;
  }
  if ((uint64_t)info.st_size < len) len = (uint64_t)info.st_size;
  if (len > 0) {
    void *bytes = mmap(NULL, (size_t)len, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED) {
      status = error_errno(err, "cannot map %s", path);
      goto out;
    }
    *out = (struct file_map){.bytes = bytes, .len = (size_t)len};
  }
out:
  close(fd);
  return status;
}

void file_unmap(struct file_map *map) {
  if (map->bytes) munmap((void *)(uintptr_t)map->bytes, map->len);
  *map = (struct file_map){0};
}

void file_forget(const struct file_map *map) {
  if (map->bytes) (void)madvise((void *)(uintptr_t)map->bytes, map->len, MADV_DONTNEED); /* advice */
}

/* ---- reading in order ---- */

struct file_in {
  int fd;
  bool borrowed; /* standard input: not ours to close */
  char *path;
};

/* A device may never end, and opening one may do things. A pipe is waited for, anything else not: what is one only by the
 * time that it is opened does not hold up the run. */
static int open_for_reading(int *fd, const char *path, struct nsearch_error *err) {
  struct stat info;
  bool is_pipe = stat(path, &info) == 0 && S_ISFIFO(info.st_mode);
  *fd = open_retry(path, O_RDONLY | O_NOCTTY | (is_pipe ? 0 : O_NONBLOCK));
  if (*fd < 0 || fstat(*fd, &info) < 0) {
    int status = error_errno(err, "cannot open %s", path);
    if (*fd >= 0) close(*fd);
    return status;
  }
  if (S_ISREG(info.st_mode) || (S_ISFIFO(info.st_mode) && is_pipe)) return NSEARCH_OK;
  close(*fd);
  return error_set(err, NSEARCH_ERR_SYSTEM, "cannot read %s: it is neither a file nor a pipe", path);
}

int file_open(struct file_in **out, const char *path, struct nsearch_error *err) {
  *out = NULL;
  bool borrowed = strcmp(path, "-") == 0;
  struct file_in *file = memory_zero(1, sizeof *file);
  char *name = borrowed ? memory_string("standard input", 14) : memory_string(path, strlen(path));
  if (!file || !name) {
    memory_free(file);
    memory_free(name);
    return error_memory(err);
  }
  int fd = STDIN_FILENO, status = borrowed ? NSEARCH_OK : open_for_reading(&fd, path, err);
  if (status) {
    memory_free(file);
    memory_free(name);
    return status;
  }
  (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice; a pipe refuses it */
  *file = (struct file_in){.fd = fd, .borrowed = borrowed, .path = name};
  *out = file;
  return NSEARCH_OK;
}

int file_read(struct file_in *file, void *bytes, size_t len, size_t *got, struct nsearch_error *err) {
  ssize_t done;
  do done = read(file->fd, bytes, len);
  while (done < 0 && errno == EINTR);
  *got = done > 0 ? (size_t)done : 0;
  return done < 0 ? error_errno(err, "cannot read %s", file->path) : NSEARCH_OK;
}

bool file_can_seek(const struct file_in *file) {
  struct stat info;
  return fstat(file->fd, &info) == 0 && S_ISREG(info.st_mode);
}

bool file_seek(struct file_in *file, int64_t *offset, int whence) {
  off_t at = lseek(file->fd, *offset, whence);
  if (at >= 0) *offset = at;
  return at >= 0;
}

void file_close_in(struct file_in **in) {
  struct file_in *file = *in;
  *in = NULL;
  if (!file) return;
  if (!file->borrowed) close(file->fd);
  memory_free(file->path);
  memory_free(file);
}

/* ---- paths ---- */

static int64_t nanoseconds_of(struct timespec time) {
  static const int64_t second = 1000000000, most = INT64_MAX / second;
  if (time.tv_sec >= most) return INT64_MAX;
  return time.tv_sec <= -most ? INT64_MIN : time.tv_sec * second + time.tv_nsec;
}

int file_stat(const char *path, bool follow, struct file_info *out, struct nsearch_error *err) {
  struct stat info;
  *out = (struct file_info){.kind = FILE_ABSENT};
  if ((follow ? stat(path, &info) : lstat(path, &info)) < 0)
    return is_absent(errno) ? NSEARCH_OK : error_errno(err, "cannot look at %s", path);
  out->kind = S_ISREG(info.st_mode) ? FILE_REGULAR : S_ISDIR(info.st_mode) ? FILE_FOLDER : FILE_OTHER;
  out->size = (uint64_t)info.st_size;
  out->mtime = nanoseconds_of(info.st_mtim);
  out->device = (uint64_t)info.st_dev;
  out->inode = (uint64_t)info.st_ino;
  return NSEARCH_OK;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int read_names(DIR *open_folder, const char *folder, struct file_names *out, struct nsearch_error *err) {
  size_t capacity = 0;
  for (;;) {
    errno = 0;
    const struct dirent *entry = readdir(open_folder);
    if (!entry) return errno ? error_errno(err, "cannot list %s", folder) : NSEARCH_OK;
    const char *name = entry->d_name;
    if (!strcmp(name, ".") || !strcmp(name, "..")) continue;
    int status = memory_reserve(&out->names, &capacity, out->count + 1, sizeof *out->names, err);
    if (status) return status;
    char *copy = memory_string(name, strlen(name));
    if (!copy) return error_memory(err);
    out->names[out->count++] = copy;
  }
}

int file_list(const char *folder, struct file_names *out, struct nsearch_error *err) {
  *out = (struct file_names){0};
  DIR *open_folder = opendir(folder);
  if (!open_folder && is_absent(errno)) return error_set(err, NSEARCH_ERR_MISSING, "%s does not exist", folder);
  if (!open_folder) return error_errno(err, "cannot list %s", folder);
  int status = read_names(open_folder, folder, out, err);
  closedir(open_folder);
  if (status)
    file_names_free(out);
  else if (out->count)
    qsort(out->names, out->count, sizeof *out->names, by_bytes);
  return status;
}

void file_names_free(struct file_names *names) {
  for (size_t i = 0; i < names->count; i++) memory_free(names->names[i]);
  memory_free(names->names);
  *names = (struct file_names){0};
}

static bool sync_folder(const char *path) {
  int fd = open_retry(path, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return false;
  bool done = sync_retry(fd);
  int number = errno;
  close(fd);
  errno = number;
  return done;
}

/* A folder that may not be read cannot be synced either: then its file system sees to it in its own time. */
static bool sync_parent(const char *path) {
  char *parent = path_join(path, "..");
  bool done = parent && (sync_folder(parent) || errno == EACCES);
  if (!parent) errno = ENOMEM;
  memory_free(parent);
  return done;
}

/* True when path is a folder after the call, whose name, when it is new, outlasts a power failure. */
static bool make_one(const char *path) {
  if (mkdir(path, 0777) == 0) return sync_parent(path);
  struct stat info;
  if (errno != EEXIST || stat(path, &info) < 0) return false;
  if (S_ISDIR(info.st_mode)) return true;
  errno = ENOTDIR;
  return false;
}

int file_make_folder(const char *path, struct nsearch_error *err) {
  if (make_one(path)) return NSEARCH_OK;
  if (errno != ENOENT || !*path) return error_errno(err, "cannot make folder %s", path);
  int status = NSEARCH_OK;
  char *part = memory_string(path, strlen(path));
  if (!part) return error_memory(err);
  for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    if (!make_one(part)) {
      status = error_errno(err, "cannot make folder %s", part);
      goto out;
    }
    *slash = '/';
  }
  if (!make_one(path)) status = error_errno(err, "cannot make folder %s", path);
out:
  memory_free(part);
  return status;
}

int file_remove(const char *path, struct nsearch_error *err) {
  if (unlink(path) == 0 || is_absent(errno)) return NSEARCH_OK;
  return error_errno(err, "cannot remove %s", path);
}

int file_remove_folder(const char *path, struct nsearch_error *err) {
  if (rmdir(path) == 0 || errno == ENOENT) return NSEARCH_OK;
  return error_errno(err, "cannot remove folder %s", path);
}

int file_rename(const char *from, const char *to, struct nsearch_error *err) {
  if (rename(from, to) == 0) return NSEARCH_OK;
  return error_errno(err, "cannot rename %s to %s", from, to);
}

int file_sync_folder(const char *path, struct nsearch_error *err) {
  return sync_folder(path) ? NSEARCH_OK : error_errno(err, "cannot sync folder %s", path);
}

int file_sync_parent(const char *path, struct nsearch_error *err) {
  return sync_parent(path) ? NSEARCH_OK : error_errno(err, "cannot sync the folder that holds %s", path);
}

int file_real_path(const char *path, char **out, struct nsearch_error *err) {
  char room[PATH_MAX];
  *out = NULL;
  if (!realpath(path, room)) return errno == ENAMETOOLONG ? NSEARCH_OK : error_errno(err, "cannot look at %s", path);
  *out = memory_string(room, strlen(room));
  return *out ? NSEARCH_OK : error_memory(err);
}

/* True when the path still names the file that is open: whoever held the lock before may have removed it. */
static bool is_at(int fd, const char *path) {
  struct stat open_file, named;
  return fstat(fd, &open_file) == 0 && stat(path, &named) == 0 && open_file.st_dev == named.st_dev &&
         open_file.st_ino == named.st_ino;
}

int file_lock(int *lock, const char *path, struct nsearch_error *err) {
  *lock = -1;
  for (int left = 10; left > 0; left--) {
    int fd = open_retry(path, O_RDWR | O_CREAT), held;
    if (fd < 0 && is_absent(errno)) return error_set(err, NSEARCH_ERR_MISSING, "the folder of %s does not exist", path);
    if (fd < 0) return error_errno(err, "cannot open %s", path);
    do held = flock(fd, LOCK_EX | LOCK_NB);
    while (held < 0 && errno == EINTR);
    if (held < 0 && errno != EWOULDBLOCK) {
      int status = error_errno(err, "cannot lock %s", path);
      close(fd);
      return status;
    }
    if (held == 0 && is_at(fd, path)) {
      *lock = fd;
      return NSEARCH_OK;
    }
    close(fd);
    if (held < 0) break;
  }
  return error_set(err, NSEARCH_ERR_LOCKED, "another writer holds %s: try again when it is done", path);
}

void file_unlock(int *lock) {
  if (*lock >= 0) close(*lock);
  *lock = -1;
}

char *path_join(const char *folder, const char *name) {
  size_t folder_len = strlen(folder), name_len = strlen(name);
  bool slash = folder_len && folder[folder_len - 1] != '/';
  char *path = memory_alloc(folder_len + slash + name_len + 1);
  if (!path) return NULL;
  memcpy(path, folder, folder_len);
  if (slash) path[folder_len] = '/';
  memcpy(path + folder_len + slash, name, name_len + 1);
  return path;
}

const char *path_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}
