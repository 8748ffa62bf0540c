/* A folder to the engine that reads it. */
#include "query/query.h"

#include <string.h>

#include "common/store/store.h"

static const struct reader_engine *const engines[] = {
    &native_reader_engine,
#if NSEARCH_XAPIAN
    &xapian_reader_engine,
#endif
};

static int find_engine(const char *path, const char *name, const struct reader_engine **out,
                       struct nsearch_error *err) {
  for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
    if (strcmp(engines[i]->name, name) != 0) continue;
    *out = engines[i];
    return NSEARCH_OK;
  }
  if (strcmp(name, "xapian") == 0)
    return error_set(err, NSEARCH_ERR_UNSUPPORTED,
                     "%s is an index of the engine xapian, which this build of nsearch is without", path);
  return error_set(err, NSEARCH_ERR_VERSION, "%s is an index of the engine %s; use a newer version of nsearch", path,
                   name);
}

int reader_engine_find(const char *path, const struct reader_engine **out, struct nsearch_error *err) {
  struct file_info info;
  struct manifest manifest;
  char *file = path_join(path, MANIFEST_NAME);
  *out = NULL;
  if (!file) return error_memory(err);
  int status = file_stat(file, true, &info, err);
  if (!status && info.kind == FILE_ABSENT)
    status = error_set(err, NSEARCH_ERR_MISSING, "there is no index in %s: make one with: nsearch index PATH", path);
  memory_free(file);
  if (status) return status;
  status = manifest_read(&manifest, path, err);
  if (status) return status;
  status = find_engine(path, manifest.engine, out, err);
  manifest_free(&manifest);
  return status;
}
