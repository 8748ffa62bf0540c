/* Top-k of a union by windowed block-max MaxScore (Turtle and Flood, 1995; Ding and Suel, 2011): per window, each list
 * has a bound from the maxima of its blocks there. Lists whose bounds together cannot reach the threshold bring no
 * candidates; they only complete the scores of those that the others found. A window whose bounds together cannot
 * reach it is not looked at.
 *
 * Nothing that could enter the top k is ever skipped, so the answer is that of matcher.c, score for score. */
#include <stdlib.h>
#include <string.h>

#include "query/native/native.h"

/* One key of a leaf: the lists of a leaf's keys are disjoint, so each stands for itself. */
struct member {
  struct lists lists; /* of one cursor */
  struct cursor *cursor;
  uint8_t *maxima;      /* per window, the largest of its blocks there; 0: no document */
  uint32_t bound;       /* in this window, units */
  uint32_t first_block; /* of this window */
};

struct merger {
  struct pass *pass;
  struct screen screen;
  struct member *members;
  struct member **order; /* by bound in this window, ascending */
  size_t count;
  uint8_t *maxima;
  struct schedule windows;        /* with the bounds of all members together */
  struct candidates batch;        /* from here on not zeroed: to clear 70 KB would cost more than a rare word */
  uint32_t scores[WINDOW];        /* zero between windows */
  uint64_t present[WINDOW_WORDS]; /* documents with scores, where they are marked; zero between windows */
  uint32_t added[WINDOW];         /* of complete() */
};

/* ---- Opening ------------------------------------------------------------------------------------------------------- */

static int open_members(struct merger *merger, const struct shape *shape, struct nsearch_error *err) {
  size_t keys = shape_union_keys(shape);
  merger->members = memory_zero(keys + 1, sizeof *merger->members);
  merger->order = memory_zero(keys + 1, sizeof *merger->order);
  if (!merger->members || !merger->order) return error_memory(err);
  for (size_t i = 0; i < shape->count; i++) {
    const struct shape_part *part = &shape->parts[i];
    for (size_t k = 0; part->role == PART_ANY && k < part->node->key_count; k++) {
      struct member *member = &merger->members[merger->count];
      bool found;
      int status = lists_open_key(&member->lists, merger->pass, part, k, &found, err);
      if (found) merger->order[merger->count++] = member;
      if (status) return status;
      member->cursor = member->lists.cursors;
    }
  }
  return NSEARCH_OK;
}

/* A list of one block has no skip data: its documents say which windows it reaches. */
static int short_maxima(struct member *member, struct nsearch_error *err) {
  int status = cursor_load(member->cursor, 0, err);
  if (status) return status;
  for (uint32_t i = 0; i < member->cursor->size; i++) {
    member->maxima[member->cursor->docs[i] / WINDOW] = member->cursor->view.max;
  }
  cursor_rewind(member->cursor);
  return NSEARCH_OK;
}

static int list_maxima(struct merger *merger, struct member *member, struct nsearch_error *err) {
  const struct list_view *view = &member->cursor->view;
  if (!view->skip_max) return short_maxima(member, err);
  const struct date_range *dates = &merger->pass->dates;
  uint32_t window = dates->first / WINDOW, block = view_find_block(view, 0, window * WINDOW);
  for (; block < view->blocks && window * (uint64_t)WINDOW < dates->end; block++) {
    uint32_t last = view_block_last(view, block) / WINDOW;
    uint8_t max = view->skip_max[block];
    if (last >= merger->windows.count) last = merger->windows.count - 1; /* of a damaged list; its blocks will tell */
    for (; window < last; window++) {
      if (member->maxima[window] < max) member->maxima[window] = max;
    }
    if (member->maxima[last] < max) member->maxima[last] = max;
  }
  return NSEARCH_OK;
}

static int open_bounds(struct merger *merger, struct nsearch_error *err) {
  const struct pass *pass = merger->pass;
  uint32_t windows = (pass->segment->info.documents + WINDOW - 1) / WINDOW;
  merger->maxima = memory_zero(merger->count, windows);
  if (!merger->maxima) return error_memory(err);
  int status = schedule_open(&merger->windows, windows, err);
  if (status) return status;
  for (size_t i = 0; i < merger->count; i++) {
    struct member *member = &merger->members[i];
    member->maxima = merger->maxima + i * windows;
    status = list_maxima(merger, member, err);
    if (status) return status;
    uint32_t *bounds = merger->windows.bounds;
    for (uint32_t w = 0; w < windows; w++) bounds[w] = bounds_add(bounds[w], member->lists.bounds[member->maxima[w]]);
  }
  return NSEARCH_OK;
}

static void merger_free(struct merger *merger) {
  for (size_t i = 0; merger->members && i < merger->count; i++) lists_free(&merger->members[i].lists);
  screen_free(&merger->screen);
  memory_free(merger->members);
  memory_free(merger->order);
  memory_free(merger->maxima);
  schedule_free(&merger->windows);
  memory_free(merger);
}

/* ---- One window ---------------------------------------------------------------------------------------------------- */

static int by_bound(const void *a, const void *b) {
  const struct member *x = *(struct member *const *)a, *y = *(struct member *const *)b;
  return (x->bound > y->bound) - (x->bound < y->bound);
}

static void order_by_bound(struct merger *merger, uint32_t window) {
  enum { FEW = 32 };
  for (size_t i = 0; i < merger->count; i++) {
    struct member *member = merger->order[i];
    member->bound = member->lists.bounds[member->maxima[window]];
    member->first_block = view_find_block(&member->cursor->view, member->first_block, window * WINDOW);
    size_t at = i;
    if (merger->count > FEW) continue;
    for (; at > 0 && merger->order[at - 1]->bound > member->bound; at--) merger->order[at] = merger->order[at - 1];
    merger->order[at] = member;
  }
  if (merger->count > FEW) qsort(merger->order, merger->count, sizeof *merger->order, by_bound);
}

/* The postings of the loaded block from the cursor on and before `end`, scored. */
static int score_slice(struct merger *merger, struct member *member, uint32_t end, uint32_t *count, uint32_t *units,
                       struct nsearch_error *err) {
  struct cursor *cursor = member->cursor;
  const uint32_t *docs = cursor->docs + cursor->at;
  uint32_t left = cursor->size - cursor->at, slice = left;
  if (docs[left - 1] >= end) {
    for (slice = 0; docs[slice] < end;) slice++;
  }
  int status = cursor_freqs(cursor, err);
  if (status) return status;
  pass_score(merger->pass, member->lists.weight, docs, cursor->freqs + cursor->at, slice, units);
  *count = slice;
  return NSEARCH_OK;
}

/* Whether the other members may add `wanted` to a document of [first, last] in this window. Of many members some will
 * nearly always be good for much: asking them would cost more than the blocks that it spares. Then they may. */
static bool others_reach(const struct merger *merger, const struct member *member, uint32_t first, uint32_t last,
                         uint32_t wanted) {
  enum { ASKED_MAX = 8 };
  uint32_t sum = 0;
  if (merger->count > ASKED_MAX) return true;
  for (size_t i = merger->count; sum < wanted && i > 0; i--) {
    const struct member *other = merger->order[i - 1];
    uint32_t block = other->first_block;
    if (other == member || other->bound == 0) continue;
    uint32_t bound = other->lists.bounds[view_maximum(&other->cursor->view, &block, first, last)];
    sum = bounds_add(sum, bound < other->bound ? bound : other->bound);
  }
  return sum >= wanted;
}

/* Moves to the next document in [from, end), past blocks in which no document can reach the threshold; false in *more
 * when there is none. */
static int next_slice(struct merger *merger, struct member *member, uint32_t from, uint32_t end, uint32_t others,
                      uint32_t threshold, bool *more, struct nsearch_error *err) {
  struct cursor *cursor = member->cursor;
  const struct list_view *view = &cursor->view;
  *more = false;
  while (view->skip_max && threshold) {
    uint32_t block = view_find_block(view, cursor->block, from);
    if (block >= view->blocks) return NSEARCH_OK;
    uint32_t own = member->lists.bounds[view->skip_max[block]], last = view_block_last(view, block);
    if (own >= threshold) break;
    if (own + others >= threshold && others_reach(merger, member, from, last < end ? last : end - 1, threshold - own)) {
      break;
    }
    from = last + 1;
    if (from >= end) return NSEARCH_OK;
  }
  int status = cursor_seek(cursor, from, err);
  *more = !status && cursor->doc < end;
  return status;
}

/* Adds all documents of a member in the window to scores[], and marks them unless present is NULL. */
static int add_member(struct merger *merger, struct member *member, uint32_t base, uint32_t others, uint32_t threshold,
                      uint32_t *scores, uint64_t *present, struct nsearch_error *err) {
  struct cursor *cursor = member->cursor;
  uint32_t units[BLOCK], count, end = base + WINDOW, from = base;
  for (;;) {
    bool more;
    int status = next_slice(merger, member, from, end, others, threshold, &more, err);
    if (status || !more) return status;
    status = score_slice(merger, member, end, &count, units, err);
    if (status) return status;
    const uint32_t *docs = cursor->docs + cursor->at;
    for (uint32_t i = 0; i < count; i++) scores[docs[i] - base] += units[i];
    if (present) kernels()->mark(docs, count, base, present);
    from = docs[count - 1] + 1;
    if (from >= end) return NSEARCH_OK;
  }
}

/* The same for the only member that brings candidates: they go to the batch at once. */
static int take_member(struct merger *merger, struct member *member, uint32_t base, uint32_t others, uint32_t threshold,
                       struct nsearch_error *err) {
  struct cursor *cursor = member->cursor;
  struct candidates *batch = &merger->batch;
  uint32_t count, end = base + WINDOW, from = base, least = threshold > others ? threshold - others : 0;
  uint32_t units[BLOCK];
  uint16_t kept[BLOCK];
  for (;;) {
    bool more;
    int status = next_slice(merger, member, from, end, others, threshold, &more, err);
    if (status || !more) return status;
    status = score_slice(merger, member, end, &count, units, err);
    if (status) return status;
    const uint32_t *docs = cursor->docs + cursor->at;
    size_t found = kernels()->select(units, count, least, kept);
    for (size_t i = 0; i < found; i++) {
      batch->docs[batch->count] = docs[kept[i]];
      batch->units[batch->count++] = units[kept[i]];
    }
    from = docs[count - 1] + 1;
    if (from >= end) return NSEARCH_OK;
  }
}

/* Clears what it takes. */
static void take_marked(struct merger *merger, uint32_t base, uint32_t least) {
  struct candidates *batch = &merger->batch;
  for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
    for (uint64_t bits = merger->present[w]; bits; bits &= bits - 1) {
      uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
      batch->docs[batch->count] = base + at;
      batch->units[batch->count] = merger->scores[at];
      batch->count += merger->scores[at] >= least;
      merger->scores[at] = 0;
    }
    merger->present[w] = 0;
  }
}

static void take_all(struct merger *merger, uint32_t base, uint32_t least) {
  struct candidates *batch = &merger->batch;
  uint16_t kept[WINDOW];
  batch->count = (uint32_t)kernels()->select(merger->scores, WINDOW, least, kept);
  for (uint32_t i = 0; i < batch->count; i++) {
    batch->docs[i] = base + kept[i];
    batch->units[i] = merger->scores[kept[i]];
  }
  memset(merger->scores, 0, sizeof merger->scores);
}

/* Few documents are found by their marks, many by a look at all scores. */
static bool marks_are_better(const struct merger *merger, size_t first) {
  enum { MARKS = 512 };
  uint64_t postings = 0;
  for (size_t i = first; i < merger->count; i++) postings += merger->order[i]->cursor->view.df;
  return postings * WINDOW < (uint64_t)MARKS * merger->pass->segment->info.documents;
}

/* Candidates of the window from the essential members, those from `first` on; `rest` is the bound of the others. */
static int find_candidates(struct merger *merger, size_t first, uint32_t base, uint32_t rest, uint32_t bound,
                           uint32_t threshold, struct nsearch_error *err) {
  merger->batch.count = 0;
  if (first + 1 == merger->count) return take_member(merger, merger->order[first], base, rest, threshold, err);
  bool marked = threshold == 0 || marks_are_better(merger, first);
  for (size_t i = first; i < merger->count; i++) {
    struct member *member = merger->order[i];
    if (member->bound == 0) continue;
    int status = add_member(merger, member, base, bound - member->bound, threshold, merger->scores,
                            marked ? merger->present : NULL, err);
    if (status) return status;
  }
  if (marked) {
    take_marked(merger, base, threshold - rest);
  } else {
    take_all(merger, base, threshold - rest);
  }
  return NSEARCH_OK;
}

/* Whether so many candidates are better served by all postings of the window than by looking each of them up; a look-up
 * costs about as much as a dozen postings. */
static bool better_whole(const struct merger *merger, const struct member *member) {
  enum { LOOK_UP = 12 };
  uint64_t documents = merger->pass->segment->info.documents;
  return LOOK_UP * (uint64_t)merger->batch.count * documents > (uint64_t)member->cursor->view.df * WINDOW;
}

/* What a member that brings no candidates adds to them; `rest` is what the members after it may still add. */
static int complete(struct merger *merger, struct member *member, uint32_t base, uint32_t rest,
                    struct nsearch_error *err) {
  struct candidates *batch = &merger->batch;
  uint32_t threshold = pass_threshold(merger->pass);
  if (!better_whole(merger, member)) return candidates_add(batch, &member->lists, false, rest, merger->pass, err);
  for (uint32_t i = 0; i < batch->count; i++) merger->added[batch->docs[i] - base] = 0; /* no other is looked at */
  int status = add_member(merger, member, base, UINT32_MAX / 2, 1, merger->added, NULL, err);
  for (uint32_t i = 0; i < batch->count; i++) batch->units[i] += merger->added[batch->docs[i] - base];
  candidates_keep(batch, threshold > rest ? threshold - rest : 0);
  return status;
}

static int visit_window(void *payload, uint32_t window, struct nsearch_error *err) {
  struct merger *merger = payload;
  struct candidates *batch = &merger->batch;
  uint32_t base = window * WINDOW, threshold = pass_threshold(merger->pass), rest = 0;
  order_by_bound(merger, window);
  size_t first = 0;
  while (first + 1 < merger->count && rest + merger->order[first]->bound < threshold) {
    rest += merger->order[first++]->bound;
  }
  int status = find_candidates(merger, first, base, rest, merger->windows.bounds[window], threshold, err);
  if (!status) status = candidates_screen(batch, &merger->screen, merger->pass, err);
  while (!status && first-- > 0 && batch->count && merger->order[first]->bound) {
    rest -= merger->order[first]->bound;
    status = complete(merger, merger->order[first], base, rest, err);
  }
  return status ? status : candidates_offer(batch, merger->pass, err);
}

static void start_over(void *payload) {
  struct merger *merger = payload;
  for (size_t i = 0; i < merger->count; i++) {
    cursor_rewind(merger->members[i].cursor);
    merger->members[i].first_block = 0;
  }
  screen_rewind(&merger->screen);
}

static int run_windows(struct merger *merger, struct nsearch_error *err) {
  const struct date_range *dates = &merger->pass->dates;
  uint32_t first = dates->first / WINDOW, end = (dates->end + WINDOW - 1) / WINDOW;
  return schedule_run(&merger->windows, merger->pass, first, end, visit_window, start_over, merger, err);
}

int union_pass(struct pass *pass, const struct shape *shape, struct nsearch_error *err) {
  struct merger *merger = memory_alloc(sizeof *merger);
  if (!merger) return error_memory(err);
  memset(merger, 0, offsetof(struct merger, batch));
  merger->pass = pass;
  int status = open_members(merger, shape, err);
  if (!status && merger->count) status = screen_open(&merger->screen, pass, shape, err);
  bool dated = date_range_cuts(&pass->dates, pass->segment->info.documents);
  if (status || merger->count == 0) goto out;
  if (merger->count == 1 && !dated && merger->screen.count == 0) {
    status = single_list(pass, &merger->members[0].lists, &merger->batch, err);
  } else {
    memset(merger->scores, 0, sizeof merger->scores);
    memset(merger->present, 0, sizeof merger->present);
    status = open_bounds(merger, err);
    if (!status) status = run_windows(merger, err);
  }
out:
  merger_free(merger);
  return status;
}
