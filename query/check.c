/* nsearch_check(): the engine of the index looks through it, and the catalogue of source files is the same for all. */
#include "query/query.h"

#include <assert.h>

#include "common/store/store.h"

/* A check as its caller sees it: progress some ten times a second. */
struct checking {
  nsearch_on_damage on_damage;
  nsearch_on_checked on_checked;
  void *payload;
  uint64_t last;
};

static void damaged(void *payload, const char *file, const char *message) {
  const struct checking *checking = payload;
  if (checking->on_damage) checking->on_damage(checking->payload, file, message);
}

static int progress(void *payload, uint64_t done, uint64_t total) {
  enum { EVERY_MS = 100 };
  struct checking *checking = payload;
  uint64_t now = clock_monotonic();
  if (!checking->on_checked || now < checking->last + EVERY_MS * UINT64_C(1000000)) return 0;
  checking->last = now;
  return checking->on_checked(checking->payload, done, total);
}

/* With `fast`, that it is there and long enough. */
static int check_catalogue(const char *path, bool fast, const struct check_report *report, struct nsearch_error *err) {
  struct manifest manifest = {0};
  struct catalogue_log log = {0};
  int status = manifest_read(&manifest, path, err);
  if (status || !manifest.catalogue.number) goto out;
  char *file = catalogue_path(path, manifest.catalogue.number);
  status = file ? catalogue_log_open(&log, file, manifest.catalogue.bytes, err) : error_memory(err);
  if (!status && !fast) status = catalogue_log_check(&log, err);
  catalogue_log_close(&log);
  if (status == NSEARCH_ERR_DAMAGED) {
    report->damaged(report->payload, file, nsearch_error_message(err));
    status = error_set(err, NSEARCH_ERR_DAMAGED, "%s is damaged", path);
  }
  memory_free(file);
out:
  manifest_free(&manifest);
  return status;
}

nsearch_status nsearch_check(const char *path, int fast, nsearch_on_damage on_damage, nsearch_on_checked on_checked,
                             void *payload, nsearch_error *err) {
  assert(path);
  const struct reader_engine *engine;
  struct checking checking = {.on_damage = on_damage, .on_checked = on_checked, .payload = payload};
  const struct check_report report = {.damaged = damaged, .progress = progress, .payload = &checking};
  nsearch_error *local = err ? NULL : nsearch_error_new(), *used = err ? err : local;
  int status = reader_engine_find(path, &engine, used);
  if (status == NSEARCH_ERR_DAMAGED || status == NSEARCH_ERR_VERSION) {
    char *file = path_join(path, MANIFEST_NAME);
    damaged(&checking, file ? file : path, nsearch_error_message(used));
    memory_free(file);
  }
  bool has_engine = !status;
  if (has_engine) status = engine->check(path, fast, &report, used);
  if (has_engine && (!status || status == NSEARCH_ERR_DAMAGED)) {
    int also = check_catalogue(path, fast, &report, used);
    status = also ? also : status;
  }
  nsearch_error_free(local);
  return (nsearch_status)status;
}
