/* indexer/xapian: articles to a committed index of the Xapian engine. The map of this folder.
 *
 *   document.c       article -> Xapian document: terms, values, data
 *   merge.c          databases -> one: compacted, without replaced and deleted articles, surveyed
 *   xapian_writer.c  the engine's table: folder, workers, commit
 *   shards_writer.c  the same where the databases are remote shards
 *   remote_shard.c   one of them: the article's place in it, replacement, deletion, figures */
#ifndef INDEXER_XAPIAN_XAPIAN_H
#define INDEXER_XAPIAN_XAPIAN_H

#include <pthread.h>

#include "common/xapian/xap.h"
#include "indexer/indexer.h"

/* ---- document.c ----------------------------------------------------------------------------------------------------- */

/* What makes documents of articles; one worker's. */
struct document_maker;
int document_maker_new(struct document_maker **out, const struct write_options *options, struct nsearch_error *err);
void document_maker_free(struct document_maker *maker);

/* *out is the maker's, until it makes the next one. *bytes: what a database being written holds in memory for it. */
int document_make(struct document_maker *maker, const struct nsearch_article *article, uint64_t sequence,
                  const struct xap_document **out, uint64_t *bytes, struct nsearch_error *err);

/* The language whose stems its words get. */
int document_language(const struct write_options *options, const struct nsearch_article *article);

/* ---- merge.c ---------------------------------------------------------------------------------------------------------- */

/* What one database is made of. */
struct merge {
  const struct write_options *options;
  const char **sources;
  size_t source_count;
  bool has_old; /* the first source was committed before: its articles are earlier than all others and deletions */
  const struct deletions *deletions;
};
/* Makes one new database, drops replaced and deleted articles from it, tells of them, and stores its figures in it; all of
 * it is on disk then. */
int merge_databases(const struct merge *merge, const char *path, struct commit_report *report, uint32_t *documents,
                    struct nsearch_error *err);

/* ---- remote_shard.c ---------------------------------------------------------------------------------------------------- */

/* One shard being written; its functions take its lock. A failure is for good: what it had not written is lost. */
struct remote_shard {
  struct shard_state *state; /* the writer's */
  const struct write_options *options;
  uint64_t flush_bytes;       /* that its server may hold in memory, as document_make() counts them */
  uint32_t number, count;     /* of the index's shards, from 1 */
  pthread_mutex_t mutex;      /* guards what follows */
  struct xap_writer *writer;
  struct xap_figures figures; /* that it says of itself */
  uint64_t bytes;             /* that its server holds */
  uint64_t used;              /* the last call, of clock_monotonic() */
  uint64_t highest;           /* of the sequences of this run so far */
  uint64_t committed;         /* of those that the last commit made */
  struct replacement {
    uint64_t sequence, by;    /* as a commit tells it */
  } *replaced;                /* articles that lost their place */
  size_t replaced_count, replaced_room;
  struct deletions deletions; /* for the next commit, when all articles of lower sequences have arrived */
  uint64_t deleted;           /* articles that the last commit took out */
};

/* Looks whether it is this shard of this index, or, when `fresh`, empty, before it asks to write. */
int remote_shard_open(struct remote_shard *shard, uint64_t index, bool fresh, struct nsearch_error *err);
void remote_shard_close(struct remote_shard *shard);
/* The document, whose id has this term, unless a later article of this run is there. */
int remote_shard_add(struct remote_shard *shard, const struct xap_term *id, const struct xap_document *document,
                     uint64_t sequence, int language, uint64_t bytes, struct nsearch_error *err);
/* The next commit takes out the article with this id unless a later one of this run is there. */
int remote_shard_remove(struct remote_shard *shard, const char *id, size_t len, uint64_t sequence,
                        struct nsearch_error *err);
int remote_shard_commit(struct remote_shard *shard, struct nsearch_error *err);
/* Lets the server know that we are there, unless it was told lately. */
void remote_shard_greet(struct remote_shard *shard);

#endif
