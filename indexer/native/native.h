/* indexer/native: articles to a committed index of the native engine. The map of this folder.
 *
 *   batch.c          article -> cards and texts in packs, words in the term stream      (one batch per worker)
 *   pieces.c         an article of more words than a batch may hold -> a segment of its own
 *   join.c           batches -> their terms in one order, one numbering of their words
 *   inversion.c      term streams -> postings by counting sort -> a segment, newest article first
 *   crew.c           work that is shared out among threads
 *   merge.c          segments -> one segment: ranges of keys, threads
 *   merge_docs.c     their documents in one order, their columns
 *   merge_terms.c    the terms of a range of keys
 *   merge_lists.c    the lists of one term
 *   replace.c        which articles a later one with the same id replaces
 *   repack.c         cards and texts of the articles that stay, without the others
 *   policy.c         which segments are merged
 *   compact.c        segments, old and fresh -> those of the next commit
 *   native_writer.c  the engine's table: workers
 *   writer_packs.c   the packs that they write to
 *   commit.c         a commit from its first step to its last */
#ifndef INDEXER_NATIVE_NATIVE_H
#define INDEXER_NATIVE_NATIVE_H

#include <pthread.h>

#include "indexer/indexer.h"

/* ---- batch.c ------------------------------------------------------------------------------------------------------ */

/* A document's share of the stream: title words, each title_weight times; body words; then the title's words under
 * TAG_TITLE, authors' words, keyword words. */
struct batch_doc {
  struct segment_doc meta;
  uint64_t start;
  uint32_t title_tokens, text_len, title_len, author_len, keyword_len;
  uint32_t before; /* words of title and body in the article's pieces before */
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
  uint64_t languages; /* bit set of the languages that stems were made in */
  struct buffer card, key;
  uint32_t *ordinals; /* inversion's largest array, zeroed by the kernel when it is new: kept for the next batch */
  size_t ordinal_bytes;
};

int batch_init(struct batch *batch, struct nsearch_error *err);
void batch_free(struct batch *batch);
void batch_clear(struct batch *batch);
void batch_trim(struct batch *batch); /* gives back what is kept for inversion alone */
/* How far an article is, of which one batch does not hold all. */
struct piece {
  uint64_t limit; /* of batch_bytes(): with more a piece ends */
  size_t body;    /* so many bytes of the body were analysed */
  uint32_t words; /* of title and body in the pieces so far */
  bool more;      /* some of the body is left: for a batch that holds nothing else */
};
/* Analyses the article, or from piece->body on what the limit lets, and stores card and body with the first piece; texts may
 * be NULL: then bodies are not kept. */
int batch_add(struct batch *batch, const struct write_options *options, const struct nsearch_article *article,
              uint64_t sequence, struct piece *piece, struct pack_out *cards, struct pack_out *texts,
              struct nsearch_error *err);
/* Bytes held now, and those that inversion will take besides. */
size_t batch_bytes(const struct batch *batch);

/* ---- crew.c ------------------------------------------------------------------------------------------------------- */

/* Tasks 0 to tasks - 1 are taken in that order by threads numbered from 0 (hand). The first failure ends the crew's
 * work: abandon() then wakes those that wait for the task that failed. */
struct crew_work {
  int (*run)(void *payload, unsigned hand, size_t task, struct nsearch_error *err);
  void (*abandon)(void *payload); /* may be NULL */
  void *payload;
  size_t tasks;
};
int crew_run(const struct crew_work *work, unsigned threads, struct nsearch_error *err);

/* ---- join.c ------------------------------------------------------------------------------------------------------- */

/* Several batches seen as one. Terms are numbered from 1 in the order of their keys; words are (exact, stem) pairs of
 * such terms. */
struct joint {
  struct batch *const *batches;
  size_t count;
  uint32_t terms;                 /* numbers are 1 to this - 1 */
  struct term_key *keys;          /* by term */
  uint32_t *term_of[THREADS_MAX]; /* of each batch: its term -> the joint one */
  struct lexicon *lexicon;        /* the words alone */
  uint32_t *word_of[THREADS_MAX]; /* of each batch: its word -> the joint one; NULL: they are the same */
  uint32_t *starts, *grouped;     /* words of term t: grouped[starts[t]] to grouped[starts[t + 1]] */
};
int joint_make(struct joint *joint, struct batch *const *batches, size_t count, unsigned threads,
               struct nsearch_error *err);
void joint_free(struct joint *joint);

/* ---- inversion.c --------------------------------------------------------------------------------------------------- */

/* Inverts batches, THREADS_MAX at most, into one new segment file. Two passes over the streams in the order of
 * documents, one scatter of four bytes a token (counting sort), then one walk over the sorted terms, each shared out
 * among the threads. */
int invert(struct batch *const *batches, size_t count, unsigned threads, const struct write_options *options,
           const char *path, struct nsearch_error *err);

/* ---- merge.c ----------------------------------------------------------------------------------------------------------- */

struct merge_input {
  struct segment *segment;
  const uint64_t *dropped;       /* bit set over documents, NULL: none */
  const uint64_t *cards, *texts; /* by document: where they are now; NULL: where the segment says */
};

/* Merges into one new segment file; *documents: how many it has, 0: none and no file. */
int merge_segments(struct merge_input *inputs, size_t count, const struct write_options *options, const char *path,
                   uint32_t *documents, struct nsearch_error *err);
/* The same of segments with one document each, the pieces of one article in their order: it has one in the new segment. */
int merge_pieces(struct merge_input *inputs, size_t count, const struct write_options *options, const char *path,
                 struct nsearch_error *err);

/* What has no new number: a document that is left out, a term with no documents left. */
#define GONE UINT32_MAX

/* What a source keeps of its documents. */
struct merge_columns {
  const uint8_t *lengths, *published, *date_info, *ids, *urls, *signatures;
  struct packed_column sequences;
  struct places cards, texts;
};

struct merge_source {
  struct segment *segment;
  struct merge_columns columns;
  const uint64_t *dropped, *new_cards, *new_texts; /* as in struct merge_input */
  uint32_t *doc_map;                               /* old document -> new, GONE */
  uint32_t *numbers;                               /* old term -> new, GONE */
};

struct merge_place {
  uint32_t source, doc;
};

/* Keys from `from` up to the next range's; a range of no bytes is the first. */
struct merge_range {
  char from[8];
  size_t len;
};

struct merge {
  struct merge_source *sources;
  size_t count;
  bool in_pieces;            /* the sources' documents are pieces of one */
  struct merge_place *order; /* new document -> where it comes from */
  uint32_t documents;
  struct merge_range *ranges;
  size_t range_count, range_capacity;
  size_t first_stems;     /* the first range of stems */
  uint16_t *text_sources; /* new text term -> how many sources it came from */
  size_t text_capacity, text_terms;
  struct merge_desk *desks; /* one a thread */
  unsigned desk_count;
  struct segment_writer *out;
  atomic_size_t merged; /* ranges */
  size_t forget_every;  /* so many of them are read before their pages are let go */
};

/* ---- merge_docs.c ------------------------------------------------------------------------------------------------ */

/* Interleaves the documents that stay in the total order: sets order, documents and each source's doc_map. */
int merge_order_docs(struct merge *merge, struct nsearch_error *err);
/* The documents that stay, as the writer asks for them: read from the sources each time. */
struct segment_docs merge_docs(const struct merge *merge);
/* Writes the columns of keywords; all terms have their new numbers. */
int merge_columns(struct merge *merge, struct nsearch_error *err);

/* ---- merge_terms.c ----------------------------------------------------------------------------------------------- */

/* One source's list as it is read, a block at a time. */
struct list_source {
  struct list_view view;
  uint32_t block, next, size; /* the block behind the one at hand; in that one: the next document, their number */
  bool positions;
  uint32_t docs[BLOCK], freqs[BLOCK]; /* new numbers of those that stay */
  uint32_t *gaps;                     /* of their positions */
  size_t gap_at, gap_capacity;
};

/* Where a thread is in a source. */
struct merge_cursor {
  struct merge_source *source;
  struct term_walk walk;
  struct term_entry entry;
  uint64_t prefix; /* of the key at hand */
  bool has_term;
  struct list_source list;
};

/* What one thread needs to merge ranges, one after the other. Zeroed is free. */
struct merge_desk {
  struct segment_part *part;
  struct merge_cursor *cursors;
  uint32_t *ahead; /* heap of the sources that have a term, by key */
  size_t ahead_count;
  uint32_t *active;       /* sources that have the term at hand */
  uint64_t *heap;         /* next document << 16 | source */
  uint16_t *text_sources; /* of each term of the part: how many sources it came from; 0 for other than text */
  size_t text_capacity;
};
int merge_desk_open(struct merge_desk *desk, struct merge *merge, uint64_t memory, struct nsearch_error *err);
/* Merges the terms of a range into a part of the segment, which is written in its turn. */
int merge_desk_run(struct merge_desk *desk, struct merge *merge, size_t range, struct nsearch_error *err);
void merge_desk_free(struct merge_desk *desk, size_t sources);

/* ---- merge_lists.c ----------------------------------------------------------------------------------------------- */

/* Begins a term of the part and merges the lists of the first `active` active sources into it. */
int merge_lists(const struct merge *merge, struct merge_desk *desk, size_t active, uint8_t tag,
                struct nsearch_error *err);

/* ---- native_writer.c ------------------------------------------------------------------------------------------------------- */

struct engine_writer {
  struct write_options options;
  pthread_mutex_t mutex;         /* guards what follows */
  struct folder folder;          /* its manifest: packs that were finished since the last commit, too */
  uint64_t taken[PACK_MAX / 64]; /* bit set of the packs that a worker has */
  uint64_t *fresh;               /* segments written since the last commit */
  size_t fresh_count, fresh_capacity;
  struct batch *pending[THREADS_MAX]; /* of workers that were closed: the next worker goes on with one of them */
  size_t pending_count;
  struct deletions deletions;
  bool lost; /* a worker could not write what it was given: nothing is committed any more */
};

uint64_t writer_number(struct engine_writer *writer); /* of the next segment or tombstone file */

/* ---- pieces.c ------------------------------------------------------------------------------------------------------- */

/* Makes one segment, *number, of the article, of which the batch holds the first piece and nothing else. The batch is empty
 * afterwards, whatever happens. Each piece is a segment for as long as this takes. */
int pieces_write(struct engine_writer *writer, struct batch *batch, const struct nsearch_article *article,
                 uint64_t sequence, struct piece *piece, uint64_t *number, struct nsearch_error *err);

/* ---- writer_packs.c -------------------------------------------------------------------------------------------------------- */

/* A pack that goes on, or, where all are full or in use, and with `anew`, a new one. */
int writer_start_pack(struct engine_writer *writer, struct pack_out **pack, bool texts, bool anew,
                      struct nsearch_error *err);
/* Puts it on disk and into the manifest; one that got nothing is as it was. NULL is fine. */
int writer_finish_pack(struct engine_writer *writer, struct pack_out **pack, bool texts, struct nsearch_error *err);
/* Forgets what was added. NULL is fine. */
void writer_drop_pack(struct engine_writer *writer, struct pack_out **pack);

/* ---- commit.c -------------------------------------------------------------------------------------------------------------- */

/* One of the segments that a commit works on. Its tombstones are those of the last commit and what this one found. */
struct commit_segment {
  struct manifest_segment entry; /* as the last commit has it; of a fresh one number, documents and bytes */
  struct segment segment;
  bool fresh;
  uint64_t *cards, *texts; /* as in struct merge_input; NULL unless packs are written anew */
};

struct replacement {
  uint64_t sequence, by; /* as in struct commit_report */
};

struct commit {
  struct engine_writer *writer;
  struct commit_segment *segments; /* the old ones come first */
  size_t count, capacity;
  struct pack *packs; /* as in the manifest, each opened when something in it is read */
  size_t pack_count;
  struct replacement *replaced;
  size_t replaced_count, replaced_capacity;
  uint64_t deleted;
  struct manifest next;
};

/* Makes a commit of the last one, the fresh segments and the deletions. how: bits of enum commit_how. What was replaced is
 * reported when the commit stands. */
int commit_all(struct engine_writer *writer, unsigned how, struct commit_report *report, struct nsearch_error *err);
/* Opens a segment that is on disk. */
int commit_open(struct commit *commit, const struct manifest_segment *entry, bool fresh, struct nsearch_error *err);
/* Appends what is at a place in the packs. */
int commit_read(struct commit *commit, uint64_t place, struct buffer *out, struct nsearch_error *err);

/* ---- compact.c ------------------------------------------------------------------------------------------------------------- */

/* Makes the segments of the next commit: merges those that the policy, the memory and `how` say, gives the others their
 * tombstones, and leaves out those of which nothing stays. */
int compact(struct commit *commit, unsigned how, struct nsearch_error *err);

/* ---- policy.c -------------------------------------------------------------------------------------------------------------- */

/* Segments by size: below POLICY_FLOOR bytes is level 0, below POLICY_FACTOR times that level 1, and so on. */
enum { POLICY_FLOOR = 1 << 20, POLICY_FACTOR = 4 };

struct policy_segment {
  uint64_t bytes; /* the share of its live documents */
  uint64_t cost;  /* memory of merging it */
  bool spent;     /* too much of it is deleted */
};

/* Sets chosen[] of the old segments that are merged with the fresh ones, which count as one, as far as memory goes. */
void policy_choose(const struct policy_segment *old, size_t count, struct policy_segment fresh, uint64_t memory,
                   bool *chosen);

/* ---- repack.c -------------------------------------------------------------------------------------------------------------- */

/* Sets the packs of the next commit. With COMMIT_MERGE those without an article that stays go, and what stays in those that
 * are mostly of articles that are gone, with COMMIT_PURGE where any is, is written anew: 16 bytes an article are held until
 * the commit is done, and while a pack is copied 16 for each of its records. Without it all stay while an article does. */
int repack(struct commit *commit, unsigned how, struct nsearch_error *err);

/* ---- replace.c ------------------------------------------------------------------------------------------------------------- */

/* Marks the articles whose id comes again with a higher sequence, those of old segments having none, and those that are
 * deleted; remembers each. Ids of equal hash are compared as text. */
int replace_find(struct commit *commit, struct nsearch_error *err);

#endif
