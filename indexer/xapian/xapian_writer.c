/* The Xapian engine's writer. Each worker writes a temporary database of its own; a commit makes one of them all, next to
 * the one that is read, and the manifest takes it over. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "indexer/xapian/xapian.h"

enum { MEMORY_RESERVE = 48 << 20 }; /* of --memory: the program, input, the merge's buffers */

/* A temporary database, in one worker's hands at a time. */
struct piece {
  char *path;
  struct xap_writer *writer;
  struct document_maker *maker;
  uint64_t bytes;     /* that it holds in memory */
  uint32_t documents; /* that it has in all */
  bool taken;         /* a worker has it */
};

struct engine_writer {
  struct write_options options;
  char *folder;
  bool made_folder;
  int lock;
  pthread_mutex_t mutex;    /* guards what follows */
  struct manifest manifest; /* the last commit */
  struct piece **pieces;    /* all since the last commit */
  size_t piece_count, piece_room;
  bool committed;
  bool lost; /* a database gave up articles that it had taken: nothing is committed any more */
};

struct engine_worker {
  struct engine_writer *writer;
  struct piece *piece;
};

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

/* What a run that never committed may have left behind. */
static bool is_leftover(const char *name) {
  const char *dot = strchr(name, '.');
  if (strcmp(name, LOCK_NAME) == 0 || strcmp(name, MANIFEST_NAME ".new") == 0) return true;
  return dot && dot - name >= 6 && strspn(name, "0123456789") == (size_t)(dot - name) &&
         (strcmp(dot, XAPIAN_DATABASE) == 0 || strcmp(dot, XAPIAN_PART) == 0);
}

/* Refuses a folder with an index or with other things in it; removes what an unfinished run left. */
static int check_folder(const char *folder, bool remove, struct nsearch_error *err) {
  struct file_names names = {0};
  int status = file_list(folder, &names, err);
  for (size_t i = 0; !status && i < names.count; i++) {
    if (strcmp(names.names[i], MANIFEST_NAME) == 0) {
      status = error_set(err, NSEARCH_ERR_EXISTS,
                         "%s already holds an index; remove that folder first or name another with --index", folder);
    } else if (!is_leftover(names.names[i])) {
      status = error_set(err, NSEARCH_ERR_USAGE, "%s holds other things (%s); name a folder of its own for the index",
                         folder, names.names[i]);
    }
  }
  for (size_t i = 0; !status && remove && i < names.count; i++) {
    const char *name = names.names[i];
    if (strcmp(name, LOCK_NAME) == 0) continue;
    char *path = path_join(folder, name);
    status = !path                         ? error_memory(err)
             : name[0] == MANIFEST_NAME[0] ? file_remove(path, err)
                                           : remove_database(path, err);
    memory_free(path);
  }
  file_names_free(&names);
  return status;
}

static int open_folder(struct engine_writer *writer, struct nsearch_error *err) {
  struct file_info info;
  int status = file_stat(writer->folder, true, &info, err);
  if (status) return status;
  if (info.kind != FILE_ABSENT && info.kind != FILE_FOLDER)
    return error_set(err, NSEARCH_ERR_USAGE, "%s is not a folder", writer->folder);
  writer->made_folder = info.kind == FILE_ABSENT;
  if (info.kind == FILE_FOLDER) status = check_folder(writer->folder, false, err);
  if (!status) status = file_make_folder(writer->folder, err);
  char *lock = status ? NULL : path_join(writer->folder, LOCK_NAME);
  if (!status) status = lock ? file_lock(&writer->lock, lock, err) : error_memory(err);
  memory_free(lock);
  if (!status) status = check_folder(writer->folder, true, err);
  return status;
}

static void writer_close(struct engine_writer *writer);

static int writer_open(struct engine_writer **out, const char *path, const struct write_options *options,
                       struct nsearch_error *err) {
  struct engine_writer *writer = *out = memory_zero(1, sizeof *writer);
  if (!writer) return error_memory(err);
  writer->options = *options;
  writer->lock = -1;
  pthread_mutex_init(&writer->mutex, NULL);
  memcpy(writer->manifest.engine, "xapian", sizeof "xapian");
  writer->manifest.language = options->language;
  writer->manifest.title_weight = options->title_weight;
  writer->manifest.has_text = options->keep_text;
  writer->manifest.next_number = 1;
  writer->folder = memory_string(path, strlen(path));
  int status = writer->folder ? open_folder(writer, err) : error_memory(err);
  if (status) {
    writer->committed = writer->lock < 0; /* what another writer holds is not ours to clear away */
    writer_close(writer);
    *out = NULL;
  }
  return status;
}

/* "FOLDER/000012.xapian"; NULL for want of memory. */
static char *numbered_path(struct engine_writer *writer, const char *kind, uint64_t *number) {
  char name[40];
  pthread_mutex_lock(&writer->mutex);
  *number = writer->manifest.next_number++;
  pthread_mutex_unlock(&writer->mutex);
  snprintf(name, sizeof name, "%06" PRIu64 "%s", *number, kind);
  return path_join(writer->folder, name);
}

/* ---- Parts and workers -------------------------------------------------------------------------------------------- */

static void piece_free(struct piece *piece) {
  if (!piece) return;
  xap_writer_free(piece->writer);
  document_maker_free(piece->maker);
  memory_free(piece->path);
  memory_free(piece);
}

static int piece_open(struct piece *piece, struct engine_writer *writer, struct nsearch_error *err) {
  uint64_t number;
  piece->taken = true;
  piece->path = numbered_path(writer, XAPIAN_PART, &number);
  if (!piece->path) return error_memory(err);
  int status = document_maker_new(&piece->maker, &writer->options, err);
  return status ? status : xap_writer_open(&piece->writer, piece->path, XAP_TEMPORARY, err);
}

static int piece_new(struct engine_writer *writer, struct piece **out, struct nsearch_error *err) {
  struct piece *piece = *out = memory_zero(1, sizeof *piece);
  if (!piece) return error_memory(err);
  int status = piece_open(piece, writer, err);
  pthread_mutex_lock(&writer->mutex);
  if (!status)
    status = memory_reserve(&writer->pieces, &writer->piece_room, writer->piece_count + 1, sizeof piece, err);
  if (!status) writer->pieces[writer->piece_count++] = piece;
  pthread_mutex_unlock(&writer->mutex);
  if (status) {
    piece_free(piece);
    *out = NULL;
  }
  return status;
}

/* One that was given back and can take more; NULL when there is none. */
static struct piece *take_piece(struct engine_writer *writer) {
  struct piece *found = NULL;
  pthread_mutex_lock(&writer->mutex);
  for (size_t i = 0; !found && i < writer->piece_count; i++)
    if (!writer->pieces[i]->taken && writer->pieces[i]->writer) found = writer->pieces[i];
  if (found) found->taken = true;
  pthread_mutex_unlock(&writer->mutex);
  return found;
}

static int worker_open(struct engine_writer *writer, struct engine_worker **out, struct nsearch_error *err) {
  struct engine_worker *worker = *out = memory_zero(1, sizeof *worker);
  if (!worker) return error_memory(err);
  worker->writer = writer;
  worker->piece = take_piece(writer);
  int status = worker->piece ? NSEARCH_OK : piece_new(writer, &worker->piece, err);
  if (status) {
    memory_free(worker);
    *out = NULL;
  }
  return status;
}

static void note_loss(struct engine_writer *writer) {
  pthread_mutex_lock(&writer->mutex);
  writer->lost = true;
  pthread_mutex_unlock(&writer->mutex);
}

static int flush(struct engine_writer *writer, struct piece *piece, struct nsearch_error *err) {
  int status = xap_writer_commit(piece->writer, err);
  piece->bytes = 0;
  if (status) note_loss(writer);
  return status;
}

/* Ends a piece for good; its writer's memory is given back. */
static int finish_piece(struct engine_writer *writer, struct piece *piece, struct nsearch_error *err) {
  int status = piece->writer ? flush(writer, piece, err) : NSEARCH_OK;
  xap_writer_free(piece->writer);
  document_maker_free(piece->maker);
  piece->writer = NULL;
  piece->maker = NULL;
  return status;
}

static int worker_add(struct engine_worker *worker, const struct nsearch_article *article, uint64_t sequence,
                      struct nsearch_error *err) {
  struct engine_writer *writer = worker->writer;
  const struct write_options *options = &writer->options;
  const struct xap_document *document;
  uint64_t bytes;
  int status = worker->piece ? NSEARCH_OK : piece_new(writer, &worker->piece, err);
  struct piece *piece = worker->piece;
  if (!status) status = document_make(piece->maker, article, sequence, &document, &bytes, err);
  if (status) return status;
  status = xap_writer_add(piece->writer, document, err);
  if (status) {
    note_loss(writer); /* Xapian drops all that it has not committed */
    return status;
  }
  piece->bytes += bytes;
  piece->documents++;
  /* The test aid gives a commit many pieces to unite. */
  if (options->segment_articles && piece->documents >= options->segment_articles) {
    status = finish_piece(writer, piece, err);
    worker->piece = NULL;
  } else if (piece->bytes > (options->memory - MEMORY_RESERVE) / options->threads) {
    status = flush(writer, piece, err);
  }
  return status;
}

static int worker_close(struct engine_worker *worker, struct nsearch_error *err) {
  (void)err;
  pthread_mutex_lock(&worker->writer->mutex);
  if (worker->piece) worker->piece->taken = false;
  pthread_mutex_unlock(&worker->writer->mutex);
  memory_free(worker);
  return NSEARCH_OK;
}

/* ---- Commit ---------------------------------------------------------------------------------------------------------- */

/* Those that got articles, closed; the sources of a merge. */
static int finish_pieces(struct engine_writer *writer, const char **sources, size_t *count, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < writer->piece_count; i++) {
    status = finish_piece(writer, writer->pieces[i], err);
    if (writer->pieces[i]->documents) sources[(*count)++] = writer->pieces[i]->path;
  }
  return status;
}

static void remove_pieces(struct engine_writer *writer) {
  for (size_t i = 0; i < writer->piece_count; i++) {
    struct piece *piece = writer->pieces[i];
    xap_writer_free(piece->writer);
    piece->writer = NULL;
    if (piece->path) remove_database(piece->path, NULL);
    piece_free(piece);
  }
  writer->piece_count = 0;
}

static int folder_bytes(const char *path, uint64_t *bytes, struct nsearch_error *err) {
  struct file_names names = {0};
  int status = file_list(path, &names, err);
  for (size_t i = 0; !status && i < names.count; i++) {
    struct file_info info = {0};
    char *file = path_join(path, names.names[i]);
    status = file ? file_stat(file, true, &info, err) : error_memory(err);
    if (!status) *bytes += info.size;
    memory_free(file);
  }
  file_names_free(&names);
  return status;
}

/* A new folder's own name must outlast a power failure too. */
static int sync_folders(const struct engine_writer *writer, struct nsearch_error *err) {
  int status = file_sync_folder(writer->folder, err);
  if (status || !writer->made_folder || writer->committed) return status;
  char *parent = path_join(writer->folder, "..");
  status = parent ? file_sync_folder(parent, err) : error_memory(err);
  memory_free(parent);
  return status;
}

static int write_manifest(struct engine_writer *writer, struct manifest_segment shard, struct nsearch_error *err) {
  struct manifest *manifest = &writer->manifest, old = *manifest;
  int status = memory_reserve(&manifest->segments, &manifest->segment_capacity, 1, sizeof shard, err);
  if (status) return status;
  struct manifest_segment before = manifest->segment_count ? manifest->segments[0] : (struct manifest_segment){0};
  manifest->generation++;
  manifest->segments[0] = shard;
  manifest->segment_count = 1;
  status = sync_folders(writer, err);
  if (!status) status = manifest_write(manifest, writer->folder, err);
  if (status) {
    manifest->generation = old.generation;
    manifest->segment_count = old.segment_count;
    manifest->segments[0] = before;
  }
  return status;
}

static int commit_pieces(struct engine_writer *writer, const char **sources, size_t count, char *before,
                         const struct commit_report *report, struct nsearch_error *err) {
  struct manifest_segment shard = {0};
  char *path = numbered_path(writer, XAPIAN_DATABASE, &shard.number);
  if (!path) return error_memory(err);
  int status = merge_databases(path, sources, count, &writer->options, report, &shard.documents, err);
  if (!status) status = folder_bytes(path, &shard.bytes, err);
  if (!status) status = write_manifest(writer, shard, err);
  if (status) {
    remove_database(path, NULL);
  } else {
    writer->committed = true;
    if (before) remove_database(before, NULL); /* a failure is left to the next writer */
    remove_pieces(writer);
  }
  memory_free(path);
  return status;
}

static int writer_commit(struct engine_writer *writer, const struct commit_report *report, struct nsearch_error *err) {
  if (writer->lost)
    return error_set(err, NSEARCH_ERR_SYSTEM, "%s: articles were lost when writing failed; index them again",
                     writer->folder);
  const char **sources = memory_zero(writer->piece_count + 1, sizeof *sources);
  char *before = NULL;
  size_t count = 0;
  int status = sources ? NSEARCH_OK : error_memory(err);
  if (!status && writer->committed) {
    before = xap_shard_path(writer->folder, writer->manifest.segments[0].number);
    status = before ? NSEARCH_OK : error_memory(err);
    sources[count++] = before;
  }
  size_t known = count;
  if (!status) status = finish_pieces(writer, sources, &count, err);
  if (!status && count == 0)
    status = error_set(err, NSEARCH_ERR_EMPTY, "no article was found; there is nothing to index");
  if (!status && count > known) status = commit_pieces(writer, sources, count, before, report, err);
  memory_free(before);
  memory_free(sources);
  return status;
}

static void writer_close(struct engine_writer *writer) {
  if (!writer) return;
  remove_pieces(writer);
  if (!writer->committed && writer->folder && check_folder(writer->folder, true, NULL) == NSEARCH_OK) {
    char *lock = path_join(writer->folder, LOCK_NAME);
    if (lock) file_remove(lock, NULL);
    memory_free(lock);
    if (writer->made_folder) file_remove_folder(writer->folder, NULL);
  }
  file_unlock(&writer->lock);
  manifest_free(&writer->manifest);
  pthread_mutex_destroy(&writer->mutex);
  memory_free(writer->pieces);
  memory_free(writer->folder);
  memory_free(writer);
}

const struct writer_engine xapian_writer_engine = {
    .name = "xapian",
    .open = writer_open,
    .worker_open = worker_open,
    .add = worker_add,
    .worker_close = worker_close,
    .commit = writer_commit,
    .close = writer_close,
};
