/* Whether an index is whole: Xapian's own look at its tables, and what nsearch put into them. There are no checksums, so a
 * letter that is another one goes unseen. Of remote shards: whether they answer, and are those of the index. */
#include <string.h>

#include "query/xapian/xapian.h"

struct check {
  const struct check_report *report;
  struct nsearch_error *err;
  struct xap_database *database;
  struct nsearch_article *article;
  struct buffer bytes;
  uint32_t documents; /* of the shard at hand, seen so far */
  uint64_t done, total;
  int status;
  bool found;
};

static int damaged(struct check *check, const char *path, const char *what) {
  return error_set(check->err, NSEARCH_ERR_DAMAGED, "%s: %s; restore the folder from a copy or index again", path,
                   what);
}

/* The article behind a document says the id that the document is found by. */
static int check_document(struct check *check, uint32_t number) {
  struct xap_term term;
  size_t len;
  int status = xap_value(check->database, number, SLOT_ORDER, &check->bytes, check->err);
  if (!status && check->bytes.len != 16) return damaged(check, "a document", "it has no place in the order");
  if (!status) status = xap_value(check->database, number, SLOT_SIGNATURE, &check->bytes, check->err);
  if (!status && check->bytes.len != 16) return damaged(check, "a document", "it has no signature");
  if (!status) status = xap_data(check->database, number, &check->bytes, check->err);
  if (!status) status = xap_decode_data(check->article, check->bytes.bytes, check->bytes.len, true, check->err);
  if (!status) status = xap_term_of(check->database, number, "Q", &check->bytes, check->err);
  if (status) return status;
  const char *id = article_get(check->article, ARTICLE_ID, &len);
  xap_term_of_id(id, len, &term);
  return check->bytes.len == term.len && memcmp(check->bytes.bytes, term.bytes, term.len) == 0
             ? NSEARCH_OK
             : damaged(check, "a document", "it has another id than its article");
}

static bool look_at_document(void *payload, uint32_t number) {
  struct check *check = payload;
  const struct check_report *report = check->report;
  check->documents++;
  check->status = check_document(check, number);
  if (!check->status && report->progress && report->progress(report->payload, ++check->done, check->total))
    check->status = error_set(check->err, NSEARCH_ERR_CANCELLED, "the check was cancelled");
  return check->status == NSEARCH_OK;
}

static int check_shard(struct check *check, const char *path, const struct manifest_segment *entry, bool fast) {
  uint32_t documents = 0;
  uint64_t length;
  check->documents = 0;
  int status = xap_database_open(&check->database, &path, 1, check->err);
  if (status == NSEARCH_ERR_MISSING) status = damaged(check, path, "the database is missing");
  if (!status) status = xap_size(check->database, &documents, &length, check->err);
  if (!status) status = xap_metadata(check->database, XAP_FIGURES, &check->bytes, check->err);
  if (!status && check->bytes.len == 0) status = damaged(check, path, "it lacks the figures of nsearch");
  if (!status && documents != entry->documents)
    status = damaged(check, path, "it is not the database that the manifest names");
  if (!status && !fast) status = xap_check(path, check->err);
  if (!status && !fast) {
    status = xap_postings(check->database, "", 0, look_at_document, check, check->err);
    if (!status) status = check->status;
    if (status == NSEARCH_ERR_DAMAGED) error_prefix(check->err, "%s", path);
    if (!status && check->documents != documents) status = damaged(check, path, "it has lost documents");
  }
  xap_database_free(check->database);
  check->database = NULL;
  if (status != NSEARCH_ERR_DAMAGED && status != NSEARCH_ERR_VERSION) return status;
  check->found = true;
  check->report->damaged(check->report->payload, path, nsearch_error_message(check->err));
  return NSEARCH_OK;
}

/* Of shards that are remote Xapian cannot be asked whether they are whole; only opening says something. */
static int check_remote(struct check *check, const char *path) {
  struct core *core = NULL;
  size_t down = 0, first = 0;
  int status = core_open(&core, path, check->err);
  for (size_t i = 0; !status && i < core->count; i++) {
    const char *address = core->shards[i].state.address;
    status = shard_open(core, i, SHARD_MS, &check->database, check->err);
    xap_database_free(check->database);
    check->database = NULL;
    if (status == NSEARCH_ERR_DAMAGED || status == NSEARCH_ERR_VERSION) {
      check->found = true;
      check->report->damaged(check->report->payload, address, nsearch_error_message(check->err));
      status = NSEARCH_OK;
    } else if (status == NSEARCH_ERR_SHARD) {
      if (!down++) first = i;
      status = NSEARCH_OK;
    }
  }
  if (!status && down)
    status = error_set(check->err, NSEARCH_ERR_SHARD, "%zu of %zu shards did not answer: %s (%s); see that %s runs",
                       down, core->count, core->shards[first].state.address, core->shards[first].state.message,
                       down == 1 ? "its server" : "the server of each");
  core_release(core);
  return status;
}

int engine_check(const char *path, bool fast, const struct check_report *report, struct nsearch_error *err) {
  struct check check = {.report = report, .err = nsearch_error_new(), .article = nsearch_article_new()};
  struct manifest manifest = {0};
  int status = check.err && check.article ? manifest_read(&manifest, path, check.err) : NSEARCH_ERR_MEMORY;
  if (!status && !manifest.shard_count && manifest.segment_count == 0)
    status = error_set(check.err, NSEARCH_ERR_DAMAGED, "%s: its manifest names no database; index again", path);
  for (size_t i = 0; i < manifest.segment_count; i++) check.total += manifest.segments[i].documents;
  if (!status && manifest.shard_count) status = check_remote(&check, path);
  for (size_t i = 0; !status && i < manifest.segment_count; i++) {
    char *shard = xap_shard_path(path, manifest.segments[i].number);
    status = shard ? check_shard(&check, shard, &manifest.segments[i], fast) : error_memory(check.err);
    memory_free(shard);
  }
  if (status)
    error_set(err, status, "%s", nsearch_error_message(check.err));
  else if (check.found)
    status = error_set(err, NSEARCH_ERR_DAMAGED, "%s is damaged", path);
  manifest_free(&manifest);
  buffer_free(&check.bytes);
  nsearch_article_free(check.article);
  nsearch_error_free(check.err);
  return status;
}
