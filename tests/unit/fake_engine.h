/* An engine of a few canned articles held in memory, too simple to be wrong: what stands above the engine contract is
 * tested with it. Every leaf that is in an article scores its boost. Of each facet it lists two values, "most" with all
 * matches and "one" with one. */
#ifndef TESTS_UNIT_FAKE_ENGINE_H
#define TESTS_UNIT_FAKE_ENGINE_H

#include "common/engine.h"

/* NULL: not set. */
struct fake_article {
  const char *id, *title, *body, *url, *source, *section, *language, *author, *topic, *date;
};

/* How many calls went to the engine. */
struct fake_counts {
  size_t frequencies, fetches;
};

struct snapshot *fake_snapshot_new(const struct fake_article *articles, size_t count, int language);
void fake_snapshot_free(struct snapshot *snapshot);
struct fake_counts *fake_counts(struct snapshot *snapshot);
struct engine_stats *fake_stats(struct snapshot *snapshot);                /* to be changed by a test */
const struct search_request *fake_last_request(struct snapshot *snapshot); /* its tree is gone */

extern const struct reader_engine fake_engine;

#endif
