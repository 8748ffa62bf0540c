/* A writer on hostile files: an index of several segments, with tombstones, a catalogue and appended packs,
 * is tampered with, read, and then written to: a run over changed files that prunes, articles that are added, replaced
 * and deleted, a commit that merges, or optimize. Whatever is wrong is told as damage.
 *
 * Input: a byte of flags, then edits of the files of the index, of which the first byte is the number, by name. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/store/store.h"
#include "tests/fuzz/fuzz.h"

enum { EDITS_MAX = 16, FILES_MAX = 16, SOURCES = 9, ARTICLES = 40, SHARED = 10 };
/* More ids than a record of the catalogue has; so often that its log, mostly waste, is written anew by the next run. */
enum { MANY = 1190, REWRITTEN = 6 };
enum { SOURCE_PATH = 240 }; /* bytes in the catalogue, wherever the folder is: offsets mean the same everywhere */

enum {
  FLAG_BAD_CHECKSUMS = 1,
  FLAG_QUESTIONS = 1, /* two bits from here */
  FLAG_RUN = 8,
  FLAG_ADD = 16,
  FLAG_OPTIMIZE = 32,
  FLAG_PURGE = 64,
  FLAG_CHECK = 128
};

static char *folder, *tree;
static struct {
  char *path;
  struct fuzz_file good, bad; /* bad has room for all edits */
} files[FILES_MAX];
static size_t file_count;
static nsearch_error *err;

/* ---- the files that are read ---- */

/* The first `count` articles of a source file. Its time is of the past and goes with the version, so a run knows
 * whether it has changed. The last SHARED ids are the next file's, too. */
static void write_source(unsigned number, unsigned count, unsigned version) {
  char path[PATH_MAX];
  struct timespec times[2] = {{.tv_sec = 1600000000 + version}, {.tv_sec = 1600000000 + version}};
  snprintf(path, sizeof path, "%s/%u.jsonl", tree, number);
  FILE *out = fopen(path, "w");
  must(out);
  for (unsigned i = 0; i < count; i++) {
    unsigned id = number * (ARTICLES - SHARED) + i;
    if (number == 0)
      fprintf(out, "{\"id\": \"m%u\", \"title\": \"the %u\"}\n", i, version);
    else
      fprintf(
          out,
          "{\"id\": \"a%u\", \"title\": \"The harbour trade %u\", \"body\": \"Storms of item%u gift the policies of "
          "the harbour, lamp %u.\", \"source\": \"Wire\", \"author\": \"Jane Roe\", \"language\": \"%s\", "
          "\"published\": \"2021-%02u-11\", \"url\": \"https://www.site1.example/%u\"}\n",
          id, version, i, version, i % 3 ? "en" : "de", 1 + i % 12, id);
  }
  must(!fclose(out) && !utimensat(AT_FDCWD, path, times, 0));
}

static void remove_source(unsigned number) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%u.jsonl", tree, number);
  must(!remove(path));
}

static nsearch_status read_sources(nsearch_writer *writer) {
  nsearch_ingest *ingest = nsearch_ingest_new();
  must(ingest && !nsearch_ingest_add_path(ingest, tree, NULL));
  nsearch_ingest_set_prune_empty(ingest, 1);
  nsearch_status status = nsearch_read(writer, ingest, NULL, err);
  nsearch_ingest_free(ingest);
  return status;
}

/* ---- the good index ---- */

/* With `apart` a commit leaves the segments as they are. */
static nsearch_status open_writer(nsearch_writer **writer, bool apart) {
  nsearch_options *options = nsearch_options_new();
  must(options && !nsearch_options_set_threads(options, 1, NULL));
  must(!nsearch_options_set_memory(options, 64 << 20, NULL));
  if (apart) nsearch_options_set_segment_articles(options, 2 * MANY);
  nsearch_status status = nsearch_writer_open(writer, folder, options, err);
  nsearch_options_free(options);
  return status;
}

/* Of the many articles the catalogue alone keeps a trace: a small index is written often. */
static void run(bool apart) {
  nsearch_writer *writer = NULL;
  must(!open_writer(&writer, apart) && !read_sources(writer));
  for (unsigned i = 0; i < MANY; i++) {
    char id[16];
    snprintf(id, sizeof id, "m%u", i);
    must(!nsearch_delete(writer, id, NULL));
  }
  must(!(apart ? nsearch_commit(writer, err) : nsearch_optimize(writer, 0, err)));
  nsearch_writer_close(writer);
}

/* Runs, the last of which leave each a segment, and a tree that has changed since. */
static void make_index(void) {
  for (unsigned version = 1; version <= REWRITTEN; version++) {
    write_source(0, MANY, version);
    for (unsigned i = 1; version == 1 && i < SOURCES; i++) write_source(i, ARTICLES, version);
    run(false);
  }
  write_source(3, 10, 20);
  write_source(SOURCES, ARTICLES, 20);
  run(true);
  write_source(3, 8, 21);
  run(true);
  remove_source(0);
  remove_source(2); /* whose first ids are also file 1's */
  write_source(3, ARTICLES / 2, 24);
  write_source(4, ARTICLES - 15, 22);
}

static void make_tree(void) {
  char name[SOURCE_PATH] = "", *above = realpath(fuzz_folder(), NULL);
  must(above && strlen(above) + strlen("//0.jsonl") < SOURCE_PATH);
  memset(name, 't', SOURCE_PATH - strlen("//0.jsonl") - strlen(above));
  free(above);
  tree = fuzz_path(name);
  must(!mkdir(tree, 0777));
}

static void take_files(void) {
  struct file_names names;
  must(!file_list(folder, &names, NULL));
  for (size_t i = 0; i < names.count; i++) {
    if (strcmp(names.names[i], LOCK_NAME) == 0) continue;
    must(file_count < FILES_MAX);
    files[file_count].path = path_join(folder, names.names[i]);
    files[file_count].good = fuzz_read(files[file_count].path);
    must(files[file_count].bad.bytes = malloc(files[file_count].good.len + 16 * EDITS_MAX));
    file_count++;
  }
  file_names_free(&names);
}

/* It has all that is to be tampered with. */
static void look_at_index(void) {
  struct manifest manifest;
  size_t marked = 0;
  must(!manifest_read(&manifest, folder, NULL));
  for (size_t i = 0; i < manifest.segment_count; i++) marked += manifest.segments[i].tombstones != 0;
  must(manifest.segment_count >= 3 && marked >= 2 && manifest.pack_count == 2 && manifest.catalogue.bytes > 65000);
  manifest_free(&manifest);
  must(!nsearch_check(folder, 0, NULL, NULL, NULL, err));
}

static void free_all(void) {
  for (size_t i = 0; i < file_count; i++) {
    free(files[i].good.bytes);
    free(files[i].bad.bytes);
    memory_free(files[i].path);
  }
  free(folder);
  free(tree);
  nsearch_error_free(err);
}

static void prepare(void) {
  must(err = nsearch_error_new());
  folder = fuzz_path("index");
  make_tree();
  make_index();
  look_at_index();
  take_files();
  must(!atexit(free_all));
}

/* ---- tampering ---- */

static void apply(const struct fuzz_edit *edit) {
  struct fuzz_file *file = &files[edit->what % file_count].bad;
  if (!(edit->flags & FUZZ_CUT))
    fuzz_put_or_insert(file, edit);
  else if (edit->offset < file->len)
    file->len = edit->offset;
}

/* What an execution before has made of the folder goes. */
static void write_index(void) {
  struct file_names names;
  must(!file_list(folder, &names, NULL));
  for (size_t i = 0; i < names.count; i++) {
    char *path = path_join(folder, names.names[i]);
    must(path && !file_remove(path, NULL));
    memory_free(path);
  }
  file_names_free(&names);
  for (size_t i = 0; i < file_count; i++) fuzz_write(files[i].path, files[i].bad.bytes, files[i].bad.len);
}

static void tamper(struct fuzz_input *in, bool seal) {
  struct fuzz_edit edit;
  for (size_t i = 0; i < file_count; i++) {
    memcpy(files[i].bad.bytes, files[i].good.bytes, files[i].good.len);
    files[i].bad.len = files[i].good.len;
  }
  for (int i = 0; i < EDITS_MAX && fuzz_next_edit(in, &edit); i++) apply(&edit);
  for (size_t i = 0; seal && i < file_count; i++) fuzz_seal(files[i].path, &files[i].bad);
  write_index();
}

/* ---- what is done with it ---- */

static void read_index(unsigned which) {
  nsearch_reader *reader = NULL;
  int status = nsearch_open(&reader, folder, err);
  fuzz_check(status, err);
  if (status) return;
  fuzz_ask_all(reader, which, err);
  fuzz_read_articles(reader, err);
  nsearch_close(reader);
}

/* A new one, one in the place of an old one, and one that goes. */
static nsearch_status add_articles(nsearch_writer *writer) {
  nsearch_status status = NSEARCH_OK;
  for (unsigned i = 0; !status && i < 2; i++) {
    nsearch_article *article = nsearch_article_new();
    must(article && !nsearch_article_set_id(article, i ? "a45" : "new", 3));
    must(!nsearch_article_set_title(article, "The harbour", 11));
    status = nsearch_add(writer, article, err);
    nsearch_article_free(article);
  }
  return status ? status : nsearch_delete(writer, "a47", err);
}

/* True when there is another commit. */
static bool write_on(unsigned flags) {
  nsearch_writer *writer = NULL;
  nsearch_status status = open_writer(&writer, false);
  if (!status && flags & FLAG_RUN) status = read_sources(writer);
  if (!status && flags & FLAG_ADD) status = add_articles(writer);
  if (!status)
    status =
        flags & FLAG_OPTIMIZE ? nsearch_optimize(writer, (flags & FLAG_PURGE) != 0, err) : nsearch_commit(writer, err);
  fuzz_check(status, err);
  nsearch_writer_close(writer);
  return !status;
}

/* ---- the target ---- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!err) prepare();
  struct fuzz_input in = {data, data + size};
  uint8_t flags = fuzz_byte(&in);
  tamper(&in, !(flags & FLAG_BAD_CHECKSUMS));
  read_index(flags >> FLAG_QUESTIONS & 3);
  bool is_sound = false;
  if (flags & FLAG_CHECK) {
    nsearch_status status = nsearch_check(folder, 0, NULL, NULL, NULL, err);
    fuzz_check(status, err);
    is_sound = !status;
  }
  bool is_written = write_on(flags);
  if (is_written) read_index(flags >> FLAG_QUESTIONS & 3);
  /* On what the check passes a writer can go on, and what it writes passes again. */
  nsearch_status status = nsearch_check(folder, 0, NULL, NULL, NULL, err);
  fuzz_check(status, err);
  must(!is_sound || (is_written && !status));
  return 0;
}
