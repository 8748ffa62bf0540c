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
  pthread_mutex_t mutex; /* guards what follows */
  struct folder folder;
  struct piece **pieces; /* all since the last commit */
  size_t piece_count, piece_room;
  struct deletions deletions;
  bool lost; /* a database gave up articles that it had taken: nothing is committed any more */
};

struct engine_worker {
  struct engine_writer *writer;
  struct piece *piece;
};

/* ---- Opening ------------------------------------------------------------------------------------------------------ */

static int open_writer(struct engine_writer **out, const char *path, const struct write_options *options,
                       struct nsearch_error *err) {
  struct engine_writer *writer = *out = memory_zero(1, sizeof *writer);
  if (!writer) return error_memory(err);
  writer->options = *options;
  int status = folder_open(&writer->folder, path, xapian_writer_engine.name, &writer->options, err);
  if (!status && writer->folder.has_index && writer->folder.manifest.segment_count != 1) {
    status = error_set(err, NSEARCH_ERR_DAMAGED,
                       "%s: its manifest names %zu databases, not one; restore it from a copy or index again", path,
                       writer->folder.manifest.segment_count);
    folder_close(&writer->folder);
  }
  if (status) {
    memory_free(writer);
    *out = NULL;
    return status;
  }
  pthread_mutex_init(&writer->mutex, NULL);
  return NSEARCH_OK;
}

/* "FOLDER/000012.xapian"; NULL for want of memory. */
static char *numbered_path(struct engine_writer *writer, const char *kind, uint64_t *number) {
  char name[40];
  pthread_mutex_lock(&writer->mutex);
  *number = writer->folder.manifest.next_number++;
  pthread_mutex_unlock(&writer->mutex);
  snprintf(name, sizeof name, "%06" PRIu64 "%s", *number, kind);
  return path_join(writer->folder.path, name);
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

/* Their files are removed as all that no manifest names. */
static void forget_pieces(struct engine_writer *writer) {
  for (size_t i = 0; i < writer->piece_count; i++) piece_free(writer->pieces[i]);
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

/* Makes one database of the one that there is and of the pieces. */
static int commit_all(struct engine_writer *writer, struct commit_report *report, struct nsearch_error *err) {
  struct folder *folder = &writer->folder;
  struct manifest next = {0};
  struct manifest_segment shard = {0};
  struct merge merge = {.options = &writer->options, .deletions = &writer->deletions, .has_old = folder->has_index};
  const char **sources = merge.sources = memory_zero(writer->piece_count + 1, sizeof *sources);
  char *path = numbered_path(writer, XAPIAN_DATABASE, &shard.number);
  char *before = folder->has_index ? xap_shard_path(folder->path, folder->manifest.segments[0].number) : NULL;
  int status = sources && path && (before || !folder->has_index) ? NSEARCH_OK : error_memory(err);
  if (!status && before) sources[merge.source_count++] = before;
  if (!status) status = finish_pieces(writer, sources, &merge.source_count, err);
  if (!status && merge.source_count == 0)
    status = error_set(err, NSEARCH_ERR_EMPTY, "no article was found; there is nothing to index");
  if (!status) status = memory_reserve(&next.segments, &next.segment_capacity, 1, sizeof shard, err);
  if (!status) status = merge_databases(&merge, path, report, &shard.documents, err);
  if (!status) status = folder_bytes(path, &shard.bytes, err);
  if (status) {
    if (path) folder_remove(path, NULL);
  } else {
    next.segments[next.segment_count++] = shard;
    status = folder_commit(folder, &next, err);
  }
  if (!status) {
    forget_pieces(writer);
    deletions_clear(&writer->deletions);
  }
  manifest_free(&next);
  memory_free(before);
  memory_free(path);
  memory_free(sources);
  return status;
}

static bool has_articles(const struct engine_writer *writer) {
  for (size_t i = 0; i < writer->piece_count; i++)
    if (writer->pieces[i]->documents) return true;
  return false;
}

/* What is dropped leaves room in the database's files, and its bytes there: compacting that, a commit of its own, writes
 * all anew without. */
static int writer_commit(struct engine_writer *writer, unsigned how, struct commit_report *report,
                         struct nsearch_error *err) {
  if (writer->lost)
    return error_set(err, NSEARCH_ERR_SYSTEM, "%s: articles were lost when writing failed; index them again",
                     writer->folder.path);
  bool changed = !writer->folder.has_index || writer->deletions.count || has_articles(writer);
  int status = changed ? commit_all(writer, report, err) : NSEARCH_OK;
  return status || !how ? status : commit_all(writer, report, err);
}

static int writer_remove(struct engine_writer *writer, const char *id, size_t len, uint64_t sequence,
                         struct nsearch_error *err) {
  return deletions_add(&writer->deletions, id, len, sequence, err);
}

static void writer_close(struct engine_writer *writer) {
  if (!writer) return;
  forget_pieces(writer);
  folder_close(&writer->folder);
  deletions_clear(&writer->deletions);
  pthread_mutex_destroy(&writer->mutex);
  memory_free(writer->pieces);
  memory_free(writer);
}

static struct folder *writer_folder(struct engine_writer *writer) { return &writer->folder; }

const struct writer_engine xapian_writer_engine = {
    .name = "xapian",
    .open = open_writer,
    .worker_open = worker_open,
    .add = worker_add,
    .worker_close = worker_close,
    .remove = writer_remove,
    .commit = writer_commit,
    .close = writer_close,
    .folder = writer_folder,
};
