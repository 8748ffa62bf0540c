#!/usr/bin/env bash
# Three seams: only common/system/file.c calls the file system, only memory.c allocates, only clock.c reads the clock.
# Read from the objects themselves, so no macro and no inline function hides a call. Nothing in the library prints or
# exits. The program may print, and reads and allocates as any program does. libxapian is beyond this: it reads and writes
# its databases itself, and it and the C++ file in front of it allocate by C++'s operators. That file calls nothing else.
set -u
: "${BUILD:?}" "${SCRATCH:?}"

files='open openat creat read pread readv preadv write pwrite writev pwritev close lseek truncate ftruncate fallocate
posix_fallocate posix_fadvise readahead rename renameat renameat2 link linkat symlink symlinkat readlink readlinkat
realpath unlink unlinkat remove rmdir mkdir mkdirat mkstemp mkostemp mkdtemp tmpfile tmpnam sync syncfs fsync fdatasync
sync_file_range msync stat fstat lstat fstatat statx __xstat __fxstat __lxstat statfs fstatfs statvfs fstatvfs access
faccessat euidaccess opendir fdopendir readdir readdir_r closedir rewinddir scandir ftw nftw glob fts_open chdir fchdir
getcwd chmod fchmod chown fchown utime utimes utimensat futimens flock lockf fcntl dup dup2 dup3 pipe pipe2 isatty ioctl
copy_file_range sendfile splice fopen fdopen freopen fclose fread fwrite fgets fgetc getc fgets getline getdelim fputs
fputc putc fflush fseek fseeko ftell ftello rewind ungetc fscanf fprintf vfprintf setvbuf fileno gzopen gzdopen gzread
gzwrite gzclose mmap munmap madvise mremap inotify_init inotify_add_watch poll select'
memory='malloc calloc realloc reallocarray free aligned_alloc posix_memalign memalign valloc pvalloc strdup strndup
asprintf vasprintf open_memstream mmap munmap mremap madvise brk sbrk malloc_usable_size malloc_trim'
clock='clock_gettime clock gettimeofday time ftime times timespec_get clock_nanosleep nanosleep usleep sleep localtime localtime_r'
output='printf vprintf puts putchar fprintf vfprintf dprintf vdprintf perror psignal error warn warnx err errx stdout
stderr stdin exit _exit quick_exit abort signal sigaction syslog'

# Prints the names of $2 that object $1 imports. Variants for large files, for checked buffers and for versions of the
# standard count as the name itself.
imports() {
  tr -s ' \n' '\n\n' <<<"$2" >"$SCRATCH/names"
  nm -u --format=posix "$1" | awk '{ print $1 }' |
    sed -E 's/@.*//; s/^__isoc[0-9]+_//; s/^__(.*)_chk$/\1/; s/^__(open|openat)(64)?_2$/\1/; s/64$//' |
    grep -Fx -f "$SCRATCH/names"
}

status=0
# Complains about each object, save those named after the second argument, that imports one of the names.
only() {
  local what=$1 names=$2 object call
  shift 2
  for object in "${objects[@]}"; do
    case " $* " in *" ${object#"$BUILD"/obj/} "*) continue ;; esac
    for call in $(imports "$object" "$names"); do
      echo "${object#"$BUILD"/obj/} imports $call: $what"
      status=1
    done
  done
}

# Objects of source files that are there; $BUILD may hold others, of files that once were.
objects=() program=()
for source in common/*.c common/*/*.c indexer/*.c indexer/*/*.c query/*.c query/*/*.c; do
  [ -e "$source" ] || continue
  case "$source $MAKE_ARGS " in */xapian/*" XAPIAN=0 "*) continue ;; esac
  case $source in
    common/program/*) program+=("$BUILD/obj/${source%.c}.o") ;;
    *) objects+=("$BUILD/obj/${source%.c}.o") ;;
  esac
done
case " $MAKE_ARGS " in *" XAPIAN=0 "*) ;; *) objects+=("$BUILD/obj/common/xapian/xap.o") ;; esac
[ ${#objects[@]} -gt 20 ] || { echo "only ${#objects[@]} objects of the library in $BUILD/obj" && exit 1; }

# The lists bite: the seams themselves are seen to import what they exist for.
for pair in "file:$files" "memory:$memory" "clock:$clock"; do
  [ -n "$(imports "$BUILD/obj/common/system/${pair%%:*}.o" "${pair#*:}")" ] && continue
  echo "no call of that kind is seen in common/system/${pair%%:*}.o: the test does not work" && status=1
done

only 'calls of the file system belong in common/system/file.c' "$files" common/system/file.o common/system/memory.o
only 'allocation belongs in common/system/memory.c' "$memory" common/system/memory.o common/system/file.o
only 'reading the clock belongs in common/system/clock.c' "$clock" common/system/clock.o
only 'the library neither prints nor exits' "$output"
# What the two share is mapping alone.
objects=("$BUILD"/obj/common/system/memory.o)
only 'only mapping is shared by memory.c and file.c' "$(tr -s ' \n' '\n\n' <<<"$files" | grep -vE '^(m|mun|mre)map$|^madvise$')"
objects=("$BUILD"/obj/common/system/file.o)
only 'only mapping is shared by memory.c and file.c' "$(tr -s ' \n' '\n\n' <<<"$memory" | grep -vE '^(m|mun|mre)map$|^madvise$')"
objects=(${program[@]+"${program[@]}"})
only 'the program does not read the clock' "$clock"
exit $status
