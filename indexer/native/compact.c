/* The segments of the next commit: which of them are merged, and what becomes of the others. */
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

/* Of a merge: 16 bytes an article, 4 more while columns are written; 7 a term, were all of them different: its new number,
 * in how many sources it is, its share of the dictionary's index. A source's values, 4 bytes each, are at most four times
 * its column. */
enum { ARTICLE_BYTES = 20, TERM_BYTES = 7, VALUE_FACTOR = 4, MERGE_SHARE = 2, SOURCES_MAX = 4096 };

/* Segments that are merged into one, by their places in the commit. */
struct group {
  size_t *members;
  size_t count;
};

/* ---- Memory -------------------------------------------------------------------------------------------------------- */

/* What a segment takes when it is merged with others. */
static uint64_t cost_of(const struct commit_segment *member) {
  const struct segment *segment = &member->segment;
  uint64_t column = 0;
  for (int f = 0; f < KEYWORD_FIELDS; f++) {
    uint64_t len = segment->sections[keyword_fields[f].column].len;
    if (len > column) column = len;
  }
  return ARTICLE_BYTES * (uint64_t)segment->info.documents + TERM_BYTES * (uint64_t)segment->info.terms +
         VALUE_FACTOR * column;
}

/* What merging may take: half of --memory; the other half is lists and terms that wait, and pages that were read. */
static uint64_t merge_memory(const struct commit *commit) { return commit->writer->options.memory / MERGE_SHARE; }

static bool fits(const struct commit *commit, const struct group *group) {
  uint64_t cost = 0, documents = 0;
  for (size_t i = 0; i < group->count; i++) {
    const struct commit_segment *member = &commit->segments[group->members[i]];
    cost += cost_of(member);
    documents += member->entry.documents;
  }
  return group->count <= SOURCES_MAX && documents <= DOCUMENTS_MAX && cost <= merge_memory(commit);
}

/* ---- One by one ---------------------------------------------------------------------------------------------------- */

static bool is_dead(const struct commit_segment *segment) {
  return segment->segment.gone.count == segment->entry.documents;
}

/* More than a fifth of it is deleted. */
static bool is_spent(const struct commit_segment *segment) {
  return segment->segment.gone.count > segment->entry.documents / 5;
}

static uint64_t live_bytes(const struct commit_segment *segment) {
  uint64_t documents = segment->entry.documents, live = documents - segment->segment.gone.count;
  return documents ? (uint64_t)((double)segment->entry.bytes / (double)documents * (double)live) + 1 : 0;
}

static int name_segment(struct commit *commit, const struct manifest_segment *entry, struct nsearch_error *err) {
  struct manifest *next = &commit->next;
  int status =
      memory_reserve(&next->segments, &next->segment_capacity, next->segment_count + 1, sizeof *next->segments, err);
  if (!status) next->segments[next->segment_count++] = *entry;
  return status;
}

/* The segment stays, with a new file of tombstones where there are more than before. */
static int keep_segment(struct commit *commit, size_t s, struct nsearch_error *err) {
  struct commit_segment *segment = &commit->segments[s];
  struct tombstones *gone = &segment->segment.gone;
  int status = NSEARCH_OK;
  if (gone->count > segment->entry.deleted) {
    segment->entry.tombstones = writer_number(commit->writer);
    segment->entry.deleted = gone->count;
    char *path = tombstones_path(commit->writer->folder.path, segment->entry.tombstones);
    status = path ? tombstones_write(path, gone->bits, segment->entry.documents, err) : error_memory(err);
    memory_free(path);
  }
  return status ? status : name_segment(commit, &segment->entry, err);
}

/* ---- Merging ------------------------------------------------------------------------------------------------------- */

/* Merges a group into a new segment; its entry has no documents when none stays. */
static int merge_group(struct commit *commit, const struct group *group, struct manifest_segment *entry,
                       struct nsearch_error *err) {
  *entry = (struct manifest_segment){.number = writer_number(commit->writer)};
  struct merge_input *inputs = memory_zero(group->count, sizeof *inputs);
  struct file_info info = {0};
  char *path = segment_path(commit->writer->folder.path, entry->number);
  int status = inputs && path ? NSEARCH_OK : error_memory(err);
  for (size_t i = 0; !status && i < group->count; i++) {
    struct commit_segment *member = &commit->segments[group->members[i]];
    inputs[i] = (struct merge_input){.segment = &member->segment,
                                     .dropped = member->segment.gone.bits,
                                     .cards = member->cards,
                                     .texts = member->texts};
  }
  if (!status) status = merge_segments(inputs, group->count, &commit->writer->options, path, &entry->documents, err);
  if (!status && entry->documents) status = file_stat(path, true, &info, err);
  entry->bytes = info.size;
  memory_free(inputs);
  memory_free(path);
  return status;
}

static int merge_and_name(struct commit *commit, const struct group *group, struct nsearch_error *err) {
  struct manifest_segment entry;
  int status = merge_group(commit, group, &entry, err);
  return status || entry.documents == 0 ? status : name_segment(commit, &entry, err);
}

/* It says what it is without being merged. */
static bool is_clean(const struct commit_segment *segment) { return !segment->segment.gone.count && !segment->cards; }

/* Merges what fits into memory at once, from the front on, and opens the result: *first becomes its place. */
static int merge_front(struct commit *commit, struct group *left, size_t *first, struct nsearch_error *err) {
  struct group front = {left->members, 1};
  struct manifest_segment entry;
  while (front.count < left->count && fits(commit, &(struct group){front.members, front.count + 1})) front.count++;
  *first = front.members[0];
  left->members += front.count;
  left->count -= front.count;
  if (front.count == 1 && is_clean(&commit->segments[*first])) return NSEARCH_OK;
  int status = merge_group(commit, &front, &entry, err);
  *first = commit->count;
  return status ? status : commit_open(commit, &entry, true, err);
}

/* In two levels where one does not fit; where two don't, segments are left that are as large as the memory lets them be. */
static int merge_all(struct commit *commit, struct group group, struct nsearch_error *err) {
  struct group left = group, merged = {group.members, 0};
  if (fits(commit, &group) || group.count == 1) return merge_and_name(commit, &group, err);
  int status = NSEARCH_OK;
  while (!status && left.count > 0) {
    size_t first;
    status = merge_front(commit, &left, &first, err);
    merged.members[merged.count++] = first;
  }
  if (!status && merged.count < group.count && merged.count > 1 && fits(commit, &merged))
    return merge_and_name(commit, &merged, err);
  for (size_t i = 0; !status && i < merged.count; i++)
    status = name_segment(commit, &commit->segments[merged.members[i]].entry, err);
  return status;
}

/* ---- Choosing ------------------------------------------------------------------------------------------------------ */

/* Asks the policy about the old segments; all that are fresh are merged. */
static int ask_policy(const struct commit *commit, bool *chosen, struct nsearch_error *err) {
  struct policy_segment fresh = {0}, *old = memory_zero(commit->count + 1, sizeof *old);
  size_t count = 0;
  if (!old) return error_memory(err);
  for (size_t s = 0; s < commit->count; s++) {
    const struct commit_segment *segment = &commit->segments[s];
    uint64_t bytes = live_bytes(segment), cost = cost_of(segment);
    if (segment->fresh) {
      chosen[s] = true;
      fresh.bytes += bytes;
      fresh.cost += cost;
    } else {
      old[count++] = (struct policy_segment){bytes, cost, is_spent(segment)};
    }
  }
  policy_choose(old, count, fresh, merge_memory(commit), chosen);
  memory_free(old);
  return NSEARCH_OK;
}

static int choose(const struct commit *commit, unsigned how, bool *chosen, struct nsearch_error *err) {
  if (how) {
    for (size_t s = 0; s < commit->count; s++) chosen[s] = true;
  } else if (!commit->writer->options.segment_articles) {
    int status = ask_policy(commit, chosen, err);
    if (status) return status;
  }
  for (size_t s = 0; s < commit->count; s++) chosen[s] &= !is_dead(&commit->segments[s]);
  return NSEARCH_OK;
}

/* What is not merged with others: small segments that the test aid asks for, and old ones. */
static int settle(struct commit *commit, size_t s, struct nsearch_error *err) {
  const struct commit_segment *segment = &commit->segments[s];
  if (is_dead(segment)) return NSEARCH_OK;
  bool again = commit->writer->options.segment_articles &&
               (segment->fresh ? segment->segment.gone.count > 0 : is_spent(segment));
  return again ? merge_and_name(commit, &(struct group){&s, 1}, err) : keep_segment(commit, s, err);
}

int compact(struct commit *commit, unsigned how, struct nsearch_error *err) {
  size_t count = commit->count;
  bool *chosen = memory_zero(count + 1, sizeof *chosen);
  struct group group = {.members = memory_array(NULL, count + 1, sizeof *group.members)};
  int status = chosen && group.members ? choose(commit, how, chosen, err) : error_memory(err);
  for (size_t s = 0; !status && s < count; s++) {
    if (chosen[s])
      group.members[group.count++] = s;
    else
      status = settle(commit, s, err);
  }
  if (!status && group.count == 1 && is_clean(&commit->segments[group.members[0]]))
    status = keep_segment(commit, group.members[0], err);
  else if (!status && group.count)
    status = merge_all(commit, group, err);
  memory_free(chosen);
  memory_free(group.members);
  return status;
}
