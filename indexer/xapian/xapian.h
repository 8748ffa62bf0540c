/* indexer/xapian: articles to a committed index of the Xapian engine. The map of this folder.
 *
 *   document.c       article -> Xapian document: terms, values, data
 *   merge.c          databases -> one: compacted, without replaced and deleted articles, surveyed
 *   xapian_writer.c  the engine's table: folder, workers, commit */
#ifndef INDEXER_XAPIAN_XAPIAN_H
#define INDEXER_XAPIAN_XAPIAN_H

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

#endif
