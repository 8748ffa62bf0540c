/* indexer/native: articles to a committed index of the native engine. The map of this folder.
 *
 *   batch.c          article -> cards and texts in packs, words in the term stream      (one batch per worker)
 *   inversion.c      term stream -> postings by counting sort -> a segment, newest article first
 *   merge.c          segments -> one segment
 *   replace.c        which articles a later one with the same id replaces
 *   native_writer.c  the engine's table: workers, commit */
#ifndef INDEXER_NATIVE_NATIVE_H
#define INDEXER_NATIVE_NATIVE_H

#include "common/engine.h"
#include "common/store/store.h"

/* ---- batch.c ------------------------------------------------------------------------------------------------------ */

/* A document's share of the stream: title words, each title_weight times; body words; then the title's words under
 * TAG_TITLE, authors' words, keyword words. */
struct batch_doc {
  struct segment_doc meta;
  uint64_t start;
  uint32_t title_tokens, text_len, title_len, author_len, keyword_len;
};

static inline uint32_t batch_doc_len(const struct batch_doc *doc) {
  return doc->text_len + doc->title_len + doc->author_len + doc->keyword_len;
}

struct batch {
  struct lexicon *lexicon;
  struct analyser *analyser;
  struct tokens stream; /* word numbers; 0 is a gap */
  struct batch_doc *docs;
  size_t doc_count, doc_capacity;
  uint64_t tokens;      /* title and body, each once */
  uint64_t languages;   /* bit set of the languages that stems were made in */
  struct buffer card, key;
};

int batch_init(struct batch *batch, struct nsearch_error *err);
void batch_free(struct batch *batch);
void batch_clear(struct batch *batch);
/* Analyses the article and stores its card and body; texts may be NULL: then bodies are not kept. */
int batch_add(struct batch *batch, const struct write_options *options, const struct nsearch_article *article,
              uint64_t sequence, struct pack_out *cards, struct pack_out *texts, struct nsearch_error *err);
/* Bytes held now, and those that inversion will take besides. */
size_t batch_bytes(const struct batch *batch);

/* ---- inversion.c --------------------------------------------------------------------------------------------------- */

/* Inverts the batch into a new segment file. Two sequential passes over the stream, one scatter of four bytes a token
 * (counting sort), then one walk over the sorted terms. */
int invert(const struct batch *batch, const struct write_options *options, const char *path,
           struct nsearch_error *err);

/* ---- merge.c ----------------------------------------------------------------------------------------------------------- */

struct merge_input {
  struct segment *segment;
  const uint64_t *dropped; /* bit set over documents, NULL: none */
};

/* Merges into one new segment file; *documents: how many it has, 0: none and no file. */
int merge_segments(struct merge_input *inputs, size_t count, const char *path, uint32_t *documents,
                   struct nsearch_error *err);

/* ---- replace.c ------------------------------------------------------------------------------------------------------------- */

/* Finds the articles among all segments whose id comes again with a higher sequence. Sets their bits in dropped[s],
 * which the caller zeroed, and reports each. Ids of equal hash are compared as text. */
int replace_find(struct segment *segments, size_t count, uint64_t **dropped, const struct pack *packs,
                 const struct commit_report *report, struct nsearch_error *err);

#endif
