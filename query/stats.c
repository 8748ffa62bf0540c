/* The figures of an index. */
#include "query/query.h"

#include <assert.h>

/* The snapshot is kept because the names of parts are the engine's. */
struct nsearch_stats {
  const struct reader_engine *engine;
  struct snapshot *snapshot;
  const struct engine_stats *figures;
};

nsearch_status nsearch_stats_read(nsearch_reader *reader, nsearch_stats **stats, nsearch_error *err) {
  assert(reader && stats);
  struct nsearch_stats *made = *stats = memory_zero(1, sizeof *made);
  if (!made) return (nsearch_status)error_memory(err);
  struct view view;
  int status = view_open(&view, reader, NULL, 0, err);
  if (status) {
    memory_free(made);
    *stats = NULL;
    return (nsearch_status)status;
  }
  made->engine = view.engine;
  made->snapshot = view.snapshot;
  made->figures = reader->engine->stats(made->snapshot);
  return NSEARCH_OK;
}

void nsearch_stats_free(nsearch_stats *stats) {
  if (!stats) return;
  stats->engine->release(stats->snapshot);
  memory_free(stats);
}

uint64_t nsearch_stats_articles(const nsearch_stats *stats) { return stats->figures->articles; }

uint64_t nsearch_stats_deleted(const nsearch_stats *stats) { return stats->figures->deleted; }

uint64_t nsearch_stats_terms(const nsearch_stats *stats) { return stats->figures->terms; }

uint64_t nsearch_stats_postings(const nsearch_stats *stats) { return stats->figures->postings; }

uint64_t nsearch_stats_tokens(const nsearch_stats *stats) { return stats->figures->tokens; }

uint64_t nsearch_stats_segments(const nsearch_stats *stats) { return stats->figures->segments; }

const char *nsearch_stats_engine(const nsearch_stats *stats) { return stats->engine->name; }

const char *nsearch_stats_language(const nsearch_stats *stats) { return language_code(stats->figures->language); }

int nsearch_stats_dates(const nsearch_stats *stats, int64_t *oldest, int64_t *newest) {
  if (!stats->figures->has_dates) return 0;
  *oldest = stats->figures->oldest;
  *newest = stats->figures->newest;
  return 1;
}

size_t nsearch_stats_parts(const nsearch_stats *stats) { return stats->figures->part_count; }

const char *nsearch_stats_part(const nsearch_stats *stats, size_t i, uint64_t *bytes) {
  assert(i < stats->figures->part_count);
  *bytes = stats->figures->parts[i].bytes;
  return stats->figures->parts[i].name;
}
