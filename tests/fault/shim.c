/* What stands between the two seams and the system while faults are tried. The calls of common/system/file.c and memory.c
 * come to the function here that is named after them, by the linker (see the Makefile), so nobody else's calls do. Each is
 * counted, and one of them is where the process is killed, or what fails. The environment says which:
 *
 *   FAULT_AT=files:N     the N-th call on files, or memory:N, the N-th allocation, from 1
 *   FAULT_DO=WHAT        kill-before, kill-half (half of what is written), kill-after: as SIGKILL;
 *                        short: half is read or written; else the name of an error: EIO, ENOSPC, EINTR, ...
 *   FAULT_LASTS=1        the error stays: ENOSPC for what needs room, another one for all calls of the seam
 *   FAULT_LOG=FILE       a record of all calls, and what was written, by which a disk can be played back
 *
 * A process that ends by itself must have given back all memory, mappings and descriptors: else it ends with 98. */
#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody calls these functions by name but the linker. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

enum { LEFT_OVER = 98, FRAMES = 7 };
enum seam { FILES, MEMORY };
enum action { PASS, FAIL, PART };

static struct {
  enum seam seam;
  unsigned long at;
  bool before, half, after, part, lasts;
  int error;
} plan;
static unsigned long calls[2];
static int record = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* ---- What was taken and not given back -------------------------------------------------------------------------------- */

/* Keys are addresses, or descriptors + 1, which no address is; 0 is free, and GONE was taken. */
#define GONE UINTPTR_MAX
static struct {
  uintptr_t *keys;
  size_t room, used, live;
} taken;

static size_t slot_of(uintptr_t key) { return (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (taken.room - 1); }

static void taken_add(uintptr_t key) {
  if (2 * taken.used >= taken.room) {
    uintptr_t *old = taken.keys;
    size_t room = taken.room;
    taken.room = room ? 2 * room : 1 << 14;
    taken.keys = calloc(taken.room, sizeof *taken.keys);
    taken.used = taken.live = 0;
    for (size_t i = 0; i < room; i++)
      if (old[i] && old[i] != GONE) taken_add(old[i]);
    free(old);
  }
  size_t at = slot_of(key);
  while (taken.keys[at]) at = (at + 1) & (taken.room - 1);
  taken.keys[at] = key;
  taken.used++;
  taken.live++;
}

static void taken_remove(uintptr_t key) {
  if (!taken.room) return;
  for (size_t at = slot_of(key); taken.keys[at]; at = (at + 1) & (taken.room - 1)) {
    if (taken.keys[at] != key) continue;
    taken.keys[at] = GONE;
    taken.live--;
    return;
  }
}

static void *take(void *block) {
  if (block) taken_add((uintptr_t)block);
  return block;
}

__attribute__((destructor)) static void look_for_leaks(void) {
  if (!taken.live) return;
  fflush(NULL);
  fprintf(stderr, "fault: %zu blocks, mappings or descriptors were not given back\n", taken.live);
  _exit(LEFT_OVER);
}

/* ---- The plan, the count and the record ------------------------------------------------------------------------------- */

__attribute__((constructor)) static void read_plan(void) {
  static const struct {
    const char *name;
    int error;
  } errors[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EINTR", EINTR}, {"ENOMEM", ENOMEM}, {"EACCES", EACCES},
                {"EMFILE", EMFILE}, {"ENOLCK", ENOLCK}, {"EROFS", EROFS}, {"EDQUOT", EDQUOT}};
  const char *at = getenv("FAULT_AT"), *what = getenv("FAULT_DO"), *log = getenv("FAULT_LOG");
  if (log) record = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (!at || !what) return;
  plan.seam = strncmp(at, "memory:", 7) == 0 ? MEMORY : FILES;
  plan.at = strtoul(strchr(at, ':') + 1, NULL, 10);
  plan.lasts = getenv("FAULT_LASTS") != NULL;
  plan.before = strcmp(what, "kill-before") == 0;
  plan.half = strcmp(what, "kill-half") == 0;
  plan.after = strcmp(what, "kill-after") == 0;
  plan.part = strcmp(what, "short") == 0;
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
    if (strcmp(what, errors[i].name) == 0) plan.error = errors[i].error;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Where in the program the call was made: by its innermost callers. */
static uint64_t site(void) {
  extern const char __executable_start[];
  void *frames[FRAMES];
  uint64_t hash = 14695981039346656037u;
  int count = backtrace(frames, FRAMES);
  for (int i = 2; i < count; i++)
    hash = (hash ^ ((uintptr_t)frames[i] - (uintptr_t)__executable_start)) * 1099511628211u;
  return hash;
}

static void put(const void *bytes, size_t len) {
  for (const char *at = bytes; len;) {
    ssize_t done = write(record, at, len);
    if (done <= 0) abort();
    at += done;
    len -= (size_t)done;
  }
}

/* A line of the record; its fields stand between tabs. */
__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
  char line[5000];
  va_list args;
  if (record < 0) return;
  va_start(args, format);
  int len = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  if (len < 0 || len >= (int)sizeof line) abort();
  put(line, (size_t)len);
}

/* A signal interrupts these alone. Where threads are at work the call that a number means may be another one. */
static bool is_interrupted(const char *name) {
  static const char *const names[] = {"open", "read", "write", "fsync", "close", "flock"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}

/* One call begins, and nobody else's until it ends. `room`: it may need room on the disk. */
static enum action begin(enum seam seam, const char *name, bool room) {
  pthread_mutex_lock(&mutex);
  unsigned long number = ++calls[seam];
  if (record >= 0) note("%s\t%lu\t%s\t%016" PRIx64, seam == FILES ? "files" : "memory", number, name, site());
  if (plan.seam != seam || number < plan.at || !plan.at) return PASS;
  if (number > plan.at) return plan.lasts && (plan.error != ENOSPC || room) ? FAIL : PASS;
  if (plan.before) die();
  if (plan.error == EINTR && !is_interrupted(name)) return PASS;
  return plan.error ? FAIL : plan.half || plan.part ? PART : PASS;
}

static void end(enum seam seam) {
  if (plan.seam == seam && calls[seam] == plan.at && (plan.after || plan.half)) die();
  int error = errno;
  pthread_mutex_unlock(&mutex);
  errno = error;
}

static int refuse(void) {
  errno = plan.error;
  return -1;
}

/* ---- Files ------------------------------------------------------------------------------------------------------------ */

int fault_open(const char *path, int flags, ...) {
  va_list args;
  va_start(args, flags);
  mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
  va_end(args);
  enum action action = begin(FILES, "open", flags & O_CREAT);
  int fd = action == FAIL ? refuse() : open(path, flags, mode);
  note("\t%d\t%s\t%c%c%c\n", fd, path, (flags & O_ACCMODE) == O_RDONLY ? 'r' : 'w', flags & O_CREAT ? 'c' : '-',
       flags & O_TRUNC    ? 't'
       : flags & O_APPEND ? 'a'
                          : '-');
  if (fd >= 0) taken_add((uintptr_t)fd + 1);
  end(FILES);
  return fd;
}

/* A descriptor is gone whatever close() says. */
int fault_close(int fd) {
  enum action action = begin(FILES, "close", true);
  note("\t%d\n", fd);
  taken_remove((uintptr_t)fd + 1);
  int status = close(fd);
  if (action == FAIL) status = refuse();
  end(FILES);
  return status;
}

ssize_t fault_read(int fd, void *bytes, size_t len) {
  enum action action = begin(FILES, "read", false);
  note("\t%d\n", fd);
  ssize_t got = action == FAIL ? refuse() : read(fd, bytes, action == PART ? len / 2 + 1 : len);
  end(FILES);
  return got;
}

ssize_t fault_write(int fd, const void *bytes, size_t len) {
  enum action action = begin(FILES, "write", true);
  ssize_t done = action == FAIL ? refuse() : write(fd, bytes, action == PART ? len / 2 + len % 2 : len);
  note("\t%d\t%zd\n", fd, done);
  if (record >= 0 && done > 0) put(bytes, (size_t)done);
  end(FILES);
  return done;
}

int fault_fsync(int fd) {
  enum action action = begin(FILES, "fsync", true);
  int status = action == FAIL ? refuse() : fsync(fd);
  note("\t%d\t%d\n", fd, status);
  end(FILES);
  return status;
}

int fault_ftruncate(int fd, off_t len) {
  enum action action = begin(FILES, "ftruncate", false);
  int status = action == FAIL ? refuse() : ftruncate(fd, len);
  note("\t%d\t%d\t%jd\n", fd, status, (intmax_t)len);
  end(FILES);
  return status;
}

off_t fault_lseek(int fd, off_t offset, int whence) {
  enum action action = begin(FILES, "lseek", false);
  note("\t%d\n", fd);
  off_t at = action == FAIL ? refuse() : lseek(fd, offset, whence);
  end(FILES);
  return at;
}

char *fault_realpath(const char *path, char *out) {
  enum action action = begin(FILES, "realpath", false);
  note("\t%s\n", path);
  char *real = action == FAIL ? (refuse(), NULL) : realpath(path, out);
  end(FILES);
  return real;
}

int fault_rename(const char *from, const char *to) {
  enum action action = begin(FILES, "rename", true);
  int status = action == FAIL ? refuse() : rename(from, to);
  note("\t%d\t%s\t%s\n", status, from, to);
  end(FILES);
  return status;
}

int fault_mkdir(const char *path, mode_t mode) {
  enum action action = begin(FILES, "mkdir", true);
  int status = action == FAIL ? refuse() : mkdir(path, mode);
  note("\t%d\t%s\n", status, path);
  end(FILES);
  return status;
}

int fault_unlink(const char *path) {
  enum action action = begin(FILES, "unlink", false);
  int status = action == FAIL ? refuse() : unlink(path);
  note("\t%d\t%s\n", status, path);
  end(FILES);
  return status;
}

int fault_rmdir(const char *path) {
  enum action action = begin(FILES, "rmdir", false);
  int status = action == FAIL ? refuse() : rmdir(path);
  note("\t%d\t%s\n", status, path);
  end(FILES);
  return status;
}

int fault_flock(int fd, int how) {
  enum action action = begin(FILES, "flock", false);
  note("\t%d\n", fd);
  int status = action == FAIL ? refuse() : flock(fd, how);
  end(FILES);
  return status;
}

int fault_stat(const char *path, struct stat *out) {
  enum action action = begin(FILES, "stat", false);
  note("\t%s\n", path);
  int status = action == FAIL ? refuse() : stat(path, out);
  end(FILES);
  return status;
}

int fault_lstat(const char *path, struct stat *out) {
  enum action action = begin(FILES, "lstat", false);
  note("\t%s\n", path);
  int status = action == FAIL ? refuse() : lstat(path, out);
  end(FILES);
  return status;
}

int fault_fstat(int fd, struct stat *out) {
  enum action action = begin(FILES, "fstat", false);
  note("\t%d\n", fd);
  int status = action == FAIL ? refuse() : fstat(fd, out);
  end(FILES);
  return status;
}

DIR *fault_opendir(const char *path) {
  enum action action = begin(FILES, "opendir", false);
  note("\t%s\n", path);
  DIR *folder = action == FAIL ? (refuse(), NULL) : take(opendir(path));
  end(FILES);
  return folder;
}

struct dirent *fault_readdir(DIR *folder) {
  enum action action = begin(FILES, "readdir", false);
  note("\n");
  struct dirent *entry = action == FAIL ? (refuse(), NULL) : readdir(folder);
  end(FILES);
  return entry;
}

int fault_closedir(DIR *folder) {
  pthread_mutex_lock(&mutex);
  taken_remove((uintptr_t)folder);
  int status = closedir(folder);
  pthread_mutex_unlock(&mutex);
  return status;
}

/* ---- Memory, and files in memory -------------------------------------------------------------------------------------- */

/* Without a file it is an allocation. A file is only ever looked at so: what is written to a mapping could not be
 * recorded. */
void *fault_mmap(void *where, size_t len, int access, int flags, int fd, off_t offset) {
  enum seam seam = fd < 0 ? MEMORY : FILES;
  enum action action = begin(seam, "mmap", false);
  note("\n");
  if (fd >= 0 && access & PROT_WRITE) abort();
  void *map = action == FAIL ? MAP_FAILED : mmap(where, len, access, flags, fd, offset);
  if (map != MAP_FAILED) take(map);
  if (action == FAIL) refuse();
  end(seam);
  return map;
}

int fault_munmap(void *map, size_t len) {
  pthread_mutex_lock(&mutex);
  taken_remove((uintptr_t)map);
  int status = munmap(map, len);
  pthread_mutex_unlock(&mutex);
  return status;
}

void *fault_malloc(size_t bytes) {
  enum action action = begin(MEMORY, "malloc", false);
  note("\n");
  void *block = action == FAIL ? NULL : take(malloc(bytes));
  end(MEMORY);
  return block;
}

void *fault_calloc(size_t count, size_t bytes) {
  enum action action = begin(MEMORY, "calloc", false);
  note("\n");
  void *block = action == FAIL ? NULL : take(calloc(count, bytes));
  end(MEMORY);
  return block;
}

void *fault_realloc(void *old, size_t bytes) {
  enum action action = begin(MEMORY, "realloc", false);
  note("\n");
  void *block = NULL;
  if (action != FAIL) {
    if (old) taken_remove((uintptr_t)old);
    block = take(realloc(old, bytes));
    if (!block) abort(); /* there is that much memory */
  }
  end(MEMORY);
  return block;
}

void fault_free(void *block) {
  pthread_mutex_lock(&mutex);
  if (block) taken_remove((uintptr_t)block);
  free(block);
  pthread_mutex_unlock(&mutex);
}
