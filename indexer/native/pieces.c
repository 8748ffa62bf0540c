/* An article of more words than memory has room for. Pieces of its body are inverted one after the other, as articles are;
 * then all that they say of a term is put together, as in a merge. The segment is the same, byte for byte, that there would
 * be with more memory. */
#include "indexer/native/native.h"

struct pieces {
  struct engine_writer *writer;
  struct write_options options; /* of one worker */
  uint64_t *numbers;            /* of their segments */
  size_t count, capacity;
};

static void remove_segment(const struct pieces *pieces, uint64_t number) {
  char *path = segment_path(pieces->writer->folder.path, number);
  if (path) file_remove(path, NULL); /* what stays the next writer removes */
  memory_free(path);
}

/* The piece in the batch becomes a segment. */
static int add_segment(struct pieces *pieces, struct batch *batch, struct nsearch_error *err) {
  int status = memory_reserve(&pieces->numbers, &pieces->capacity, pieces->count + 1, sizeof *pieces->numbers, err);
  if (status) return status;
  uint64_t number = writer_number(pieces->writer);
  char *path = segment_path(pieces->writer->folder.path, number);
  status = path ? invert(&batch, 1, 1, &pieces->options, path, err) : error_memory(err);
  if (!status) pieces->numbers[pieces->count++] = number;
  memory_free(path);
  batch_clear(batch);
  return status;
}

static int join(const struct pieces *pieces, uint64_t number, struct nsearch_error *err) {
  const char *folder = pieces->writer->folder.path;
  struct segment *segments = memory_zero(pieces->count, sizeof *segments);
  struct merge_input *inputs = memory_zero(pieces->count, sizeof *inputs);
  int status = segments && inputs ? NSEARCH_OK : error_memory(err);
  size_t open = 0;
  for (; !status && open < pieces->count; open++) {
    char *path = segment_path(folder, pieces->numbers[open]);
    inputs[open].segment = &segments[open];
    status = path ? segment_open(&segments[open], path, err) : error_memory(err);
    memory_free(path);
    if (status) break;
  }
  char *path = status ? NULL : segment_path(folder, number);
  if (!status) status = path ? merge_pieces(inputs, open, &pieces->options, path, err) : error_memory(err);
  while (open > 0) segment_close(&segments[--open]);
  memory_free(path);
  memory_free(inputs);
  memory_free(segments);
  return status;
}

int pieces_write(struct engine_writer *writer, struct batch *batch, const struct nsearch_article *article,
                 uint64_t sequence, struct piece *piece, uint64_t *number, struct nsearch_error *err) {
  struct pieces pieces = {.writer = writer, .options = writer->options};
  pieces.options.memory /= pieces.options.threads;
  pieces.options.threads = 1;
  int status = add_segment(&pieces, batch, err);
  while (!status && piece->more) {
    status = batch_add(batch, &pieces.options, article, sequence, piece, NULL, NULL, err);
    if (!status) status = add_segment(&pieces, batch, err);
  }
  *number = writer_number(writer);
  if (!status) status = join(&pieces, *number, err);
  for (size_t i = 0; i < pieces.count; i++) remove_segment(&pieces, pieces.numbers[i]);
  memory_free(pieces.numbers);
  batch_clear(batch);
  return status;
}
