/* A folder to the engine that reads it. */
#include "query/query.h"

#include "common/store/store.h"

int reader_engine_find(const char *path, const struct reader_engine **out, struct nsearch_error *err) {
  struct file_info info;
  char *manifest = path_join(path, MANIFEST_NAME);
  if (!manifest) return error_memory(err);
  int status = file_stat(manifest, true, &info, err);
  if (!status && info.kind == FILE_ABSENT)
    status = error_set(err, NSEARCH_ERR_MISSING, "there is no index in %s: make one with: nsearch index PATH", path);
  *out = status ? NULL : &native_reader_engine;
  memory_free(manifest);
  return status;
}
