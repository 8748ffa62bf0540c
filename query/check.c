/* nsearch_check(): the engine of the index looks through it. */
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
  if (!status) status = engine->check(path, fast, &report, used);
  nsearch_error_free(local);
  return (nsearch_status)status;
}
