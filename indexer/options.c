/* How to write and what to read, as the caller says it. */
#include "common/text/text.h"
#include "indexer/sources/sources.h"

#include <string.h>
#include <unistd.h>

enum { TITLE_WEIGHT_MAX = 10 };
#define MEMORY_LEAST (UINT64_C(64) << 20)
#define MEMORY_USUAL (UINT64_C(1) << 30)

/* ---- How to write ---- */

void options_default(struct write_options *out) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  *out = (struct write_options){.threads = processors < 1             ? 1
                                           : processors > THREADS_MAX ? THREADS_MAX
                                                                      : (unsigned)processors,
                                .memory = MEMORY_USUAL,
                                .language = -1,
                                .keep_text = -1};
}

nsearch_options *nsearch_options_new(void) {
  struct nsearch_options *options = memory_alloc(sizeof *options);
  if (!options) return NULL;
  options->engine = NULL;
  options->shard_room = 0;
  options->threads_said = false;
  options_default(&options->write);
  return options;
}

void nsearch_options_free(nsearch_options *options) {
  if (!options) return;
  for (size_t i = 0; i < options->write.shard_count; i++) memory_free(options->write.shards[i]);
  memory_free(options->write.shards);
  memory_free(options);
}

nsearch_status nsearch_options_add_shard(nsearch_options *options, const char *address, nsearch_error *err) {
  struct write_options *write = &options->write;
  if (!NSEARCH_XAPIAN)
    return error_set(err, NSEARCH_ERR_UNSUPPORTED, "this build of nsearch is without Xapian, and so without shards");
  if (!shard_is_address(address))
    return error_set(err, NSEARCH_ERR_USAGE, "%s is no address of a shard: give tcp://HOST:PORT or prog:COMMAND",
                     address);
  for (size_t i = 0; i < write->shard_count; i++)
    if (strcmp(write->shards[i], address) == 0)
      return error_set(err, NSEARCH_ERR_USAGE, "the shard %s is given twice", address);
  if (write->shard_count == SHARDS_MAX)
    return error_set(err, NSEARCH_ERR_USAGE, "more than %d shards: give fewer", SHARDS_MAX);
  char *copy = memory_string(address, strlen(address));
  int status = copy ? memory_reserve(&write->shards, &options->shard_room, write->shard_count + 1, sizeof copy, err)
                    : error_memory(err);
  if (status)
    memory_free(copy);
  else
    write->shards[write->shard_count++] = copy;
  return (nsearch_status)status;
}

int writer_engine_find(const char *name, const struct writer_engine **out, struct nsearch_error *err) {
  static const struct writer_engine *const engines[] = {
    &native_writer_engine,
#if NSEARCH_XAPIAN
    &xapian_writer_engine,
#endif
  };
  for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
    if (strcmp(engines[i]->name, name) != 0) continue;
    *out = engines[i];
    return NSEARCH_OK;
  }
  if (strcmp(name, "xapian") == 0)
    return error_set(err, NSEARCH_ERR_UNSUPPORTED, "this build of nsearch is without Xapian; use the engine native");
  return error_set(err, NSEARCH_ERR_USAGE, "there is no engine %s: give native or xapian", name);
}

nsearch_status nsearch_options_set_engine(nsearch_options *options, const char *engine, nsearch_error *err) {
  return writer_engine_find(engine, &options->engine, err);
}

nsearch_status nsearch_options_set_threads(nsearch_options *options, unsigned threads, nsearch_error *err) {
  if (threads < 1 || threads > THREADS_MAX)
    return error_set(err, NSEARCH_ERR_USAGE, "%u threads: give 1 to %d", threads, THREADS_MAX);
  options->write.threads = threads;
  options->threads_said = true;
  return NSEARCH_OK;
}

nsearch_status nsearch_options_set_memory(nsearch_options *options, uint64_t bytes, nsearch_error *err) {
  if (bytes < MEMORY_LEAST)
    return error_set(err, NSEARCH_ERR_USAGE, "%llu bytes of memory are too few: give at least 64 MiB",
                     (unsigned long long)bytes);
  options->write.memory = bytes;
  return NSEARCH_OK;
}

nsearch_status nsearch_options_set_language(nsearch_options *options, const char *language, nsearch_error *err) {
  int number = language_find(language, strlen(language));
  if (number < 0)
    return error_set(err, NSEARCH_ERR_USAGE,
                     "there is no stemmer for language %s: give a code such as en or de, or none", language);
  options->write.language = number;
  return NSEARCH_OK;
}

nsearch_status nsearch_options_set_title_weight(nsearch_options *options, unsigned weight, nsearch_error *err) {
  if (weight < 1 || weight > TITLE_WEIGHT_MAX)
    return error_set(err, NSEARCH_ERR_USAGE, "title weight %u: give 1 to %d", weight, TITLE_WEIGHT_MAX);
  options->write.title_weight = weight;
  return NSEARCH_OK;
}

void nsearch_options_set_text(nsearch_options *options, int on) { options->write.keep_text = on != 0; }

void nsearch_options_set_wait(nsearch_options *options, uint64_t milliseconds) { options->write.wait = milliseconds; }

void nsearch_options_set_segment_articles(nsearch_options *options, uint32_t articles) {
  options->write.segment_articles = articles;
}

/* ---- What to read ---- */

nsearch_ingest *nsearch_ingest_new(void) { return memory_zero(1, sizeof(struct nsearch_ingest)); }

static void free_strings(char **strings, size_t count) {
  for (size_t i = 0; i < count; i++) memory_free(strings[i]);
  memory_free(strings);
}

void nsearch_ingest_free(nsearch_ingest *ingest) {
  if (!ingest) return;
  for (size_t i = 0; i < ingest->map.count; i++) {
    memory_free(ingest->map.entries[i].field);
    memory_free(ingest->map.entries[i].key);
  }
  memory_free(ingest->map.entries);
  free_strings(ingest->paths, ingest->path_count);
  free_strings(ingest->include.patterns, ingest->include.count);
  free_strings(ingest->exclude.patterns, ingest->exclude.count);
  memory_free(ingest);
}

static int add_string(char ***strings, size_t *count, size_t *capacity, const char *text, struct nsearch_error *err) {
  int status = memory_reserve(strings, capacity, *count + 1, sizeof **strings, err);
  if (status) return status;
  if (!((*strings)[*count] = memory_string(text, strlen(text)))) return error_memory(err);
  ++*count;
  return NSEARCH_OK;
}

nsearch_status nsearch_ingest_add_path(nsearch_ingest *ingest, const char *path, nsearch_error *err) {
  if (!*path) return error_set(err, NSEARCH_ERR_USAGE, "the path is empty: give a file, a folder or -");
  return add_string(&ingest->paths, &ingest->path_count, &ingest->path_capacity, path, err);
}

nsearch_status nsearch_ingest_add_map(nsearch_ingest *ingest, const char *map, nsearch_error *err) {
  struct field_map *all = &ingest->map;
  const char *equals = strchr(map, '=');
  if (!equals || !equals[1])
    return error_set(err, NSEARCH_ERR_USAGE, "%s is no mapping: give field=key, for example body=story", map);
  if (field_find(map, (size_t)(equals - map)) < 0)
    return error_set(err, NSEARCH_ERR_USAGE,
                     "%.*s is no field: give id, url, title, body, source, section, language, author, topic, "
                     "published or updated",
                     (int)(equals - map), map);
  int status = memory_reserve(&all->entries, &all->capacity, all->count + 1, sizeof *all->entries, err);
  if (status) return status;
  struct field_map_entry entry = {memory_string(map, (size_t)(equals - map)),
                                  memory_string(equals + 1, strlen(equals + 1))};
  if (!entry.field || !entry.key) {
    memory_free(entry.field);
    memory_free(entry.key);
    return error_memory(err);
  }
  all->entries[all->count++] = entry;
  return NSEARCH_OK;
}

nsearch_status nsearch_ingest_add_include(nsearch_ingest *ingest, const char *glob, nsearch_error *err) {
  struct globs *globs = &ingest->include;
  return add_string(&globs->patterns, &globs->count, &globs->capacity, glob, err);
}

nsearch_status nsearch_ingest_add_exclude(nsearch_ingest *ingest, const char *glob, nsearch_error *err) {
  struct globs *globs = &ingest->exclude;
  return add_string(&globs->patterns, &globs->count, &globs->capacity, glob, err);
}

void nsearch_ingest_set_global_ids(nsearch_ingest *ingest, int on) { ingest->global_ids = on != 0; }

void nsearch_ingest_set_again(nsearch_ingest *ingest, int on) { ingest->again = on != 0; }

void nsearch_ingest_set_prune(nsearch_ingest *ingest, int on) { ingest->prune = on != 0; }

void nsearch_ingest_set_prune_empty(nsearch_ingest *ingest, int on) {
  ingest->prune_empty = on != 0;
  ingest->prune |= ingest->prune_empty;
}

void nsearch_ingest_set_on_event(nsearch_ingest *ingest, nsearch_on_event call, void *payload) {
  ingest->on_event = call;
  ingest->event_payload = payload;
}

void nsearch_ingest_set_on_progress(nsearch_ingest *ingest, nsearch_on_progress call, void *payload) {
  ingest->on_progress = call;
  ingest->progress_payload = payload;
}
