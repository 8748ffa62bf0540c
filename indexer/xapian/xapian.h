/* indexer/xapian: articles to a committed index of the Xapian engine. The map of this folder.
 *
 *   document.c       article -> Xapian document: terms, values, data
 *   merge.c          databases -> one: compacted, without replaced articles, surveyed
 *   xapian_writer.c  the engine's table: folder, workers, commit */
#ifndef INDEXER_XAPIAN_XAPIAN_H
#define INDEXER_XAPIAN_XAPIAN_H

#include "common/engine.h"
#include "common/store/store.h"
#include "common/xapian/xap.h"

/* ---- document.c ----------------------------------------------------------------------------------------------------- */

/* What makes documents of articles; one worker's. */
struct document_maker;
int document_maker_new(struct document_maker **out, const struct write_options *options, struct nsearch_error *err);
void document_maker_free(struct document_maker *maker);

/* *out is the maker's, until it makes the next one. *bytes: what a database being written holds in memory for it. */
int document_make(struct document_maker *maker, const struct nsearch_article *article, uint64_t sequence,
                  const struct xap_document **out, uint64_t *bytes, struct nsearch_error *err);

/* ---- merge.c ---------------------------------------------------------------------------------------------------------- */

/* Makes one new database of `sources`, drops replaced articles from it, tells of them, and stores its figures in it; all of it
 * is on disk then. */
int merge_databases(const char *path, const char *const *sources, size_t count, const struct write_options *options,
                    const struct commit_report *report, uint32_t *documents, struct nsearch_error *err);

/* Removes a database and its folder; one that is gone is fine. */
int remove_database(const char *path, struct nsearch_error *err);

#endif
