/* The order in which the parts of a segment are looked at, and which of them at all: by upper bounds of the scores in
 * each. The best few come first, so that the threshold is high early (after Mallia, Suel and Tonellotto, Faster learned
 * sparse retrieval with block-max pruning, 2024); then the others, in the order of documents. */
#include "query/native/native.h"

int schedule_open(struct schedule *schedule, uint32_t count, struct nsearch_error *err) {
  *schedule = (struct schedule){.count = count};
  schedule->bounds = memory_zero(count, sizeof *schedule->bounds);
  schedule->done = memory_zero(count, sizeof *schedule->done);
  return schedule->bounds && schedule->done ? NSEARCH_OK : error_memory(err);
}

void schedule_free(struct schedule *schedule) {
  memory_free(schedule->bounds);
  memory_free(schedule->done);
}

/* A bound that some `wanted` parts reach, more where bounds are much alike. */
static uint32_t bound_of_best(const struct schedule *schedule, uint32_t first, uint32_t end, uint32_t wanted) {
  enum { STEPS = 64 };
  const uint32_t *bounds = schedule->bounds;
  uint32_t counts[STEPS + 1] = {0}, highest = 1, step = STEPS - 1;
  for (uint32_t i = first; i < end; i++) highest = bounds[i] > highest ? bounds[i] : highest;
  float scale = (STEPS - 1) / (float)highest;
  for (uint32_t i = first; i < end; i++) counts[(uint32_t)((float)bounds[i] * scale)]++;
  for (uint32_t found = counts[step]; step > 0 && found < wanted;) found += counts[--step];
  return (uint32_t)((uint64_t)step * highest / (STEPS - 1));
}

/* The parts of [first, end) whose bounds reach `least` and the threshold, and that have not been looked at. */
static int sweep(struct schedule *schedule, struct pass *pass, uint32_t first, uint32_t end, uint32_t least,
                 schedule_visit visit, void *payload, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (uint32_t i = first; !status && i < end; i++) {
    uint32_t bound = schedule->bounds[i];
    if (bound == 0 || bound < pass_threshold(pass) || bound < least || schedule->done[i]) continue;
    schedule->done[i] = true;
    status = pass_check(pass, err);
    if (!status) status = visit(payload, i, err);
  }
  return status;
}

int schedule_run(struct schedule *schedule, struct pass *pass, uint32_t first, uint32_t end, schedule_visit visit,
                 void (*start_over)(void *payload), void *payload, struct nsearch_error *err) {
  enum { SHARE = 16, FEW = 2 };
  if (end - first > FEW && !pass->counting) {
    uint32_t least = bound_of_best(schedule, first, end, (end - first) / SHARE + 1);
    int status = sweep(schedule, pass, first, end, least, visit, payload, err);
    if (status) return status;
    start_over(payload);
  }
  return sweep(schedule, pass, first, end, 0, visit, payload, err);
}
