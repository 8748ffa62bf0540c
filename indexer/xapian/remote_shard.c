/* One remote shard being written, the only writer of a database that a server serves. Its server knows no transactions:
 * it also writes whenever it has taken so many articles. All is made so that doing it again does no harm: an article
 * takes the place of what has its id, and figures are found by looking, not by counting along. */
#include <string.h>

#include "indexer/xapian/xapian.h"

enum {
  LOOK_MS = 10000,   /* that a server may take to say what it has */
  WRITE_MS = 600000, /* the same to write what it holds */
  GREET_SECONDS = 15 /* xapian-tcpsrv ends a connection after 60 without a word */
};

/* ---- Failures ----------------------------------------------------------------------------------------------------------- */

/* Names the shard, says what to do, and remembers. */
static int fail(struct remote_shard *shard, int status, struct nsearch_error *err) {
  static const char *const again = "do the same again when that is mended: what has arrived is replaced by itself";
  bool opening = !shard->writer;
  const char *what = opening && status == NSEARCH_ERR_UNSUPPORTED ? "start its server with --writable"
                     : status == NSEARCH_ERR_LOCKED               ? "another writer is at work there: try again later"
                     : status == NSEARCH_ERR_DAMAGED              ? ""
                                                                  : again;
  if (status == NSEARCH_ERR_MEMORY) return status;
  if (opening && status == NSEARCH_ERR_UNSUPPORTED) status = NSEARCH_ERR_USAGE;
  char *message = memory_string(nsearch_error_message(err), strlen(nsearch_error_message(err)));
  error_set(err, status, "shard %u of %u, %s%s%s", shard->number, shard->count, message ? message : "",
            *what ? "; " : "", what);
  shard_set(shard->state, status, message);
  memory_free(message);
  return status;
}

static int failed_before(const struct remote_shard *shard, struct nsearch_error *err) {
  return error_set(err, shard->state->status, "shard %u of %u failed: %s; do the same again", shard->number,
                   shard->count, shard->state->message ? shard->state->message : shard->state->address);
}

/* ---- Opening ------------------------------------------------------------------------------------------------------------- */

static int check_place(struct remote_shard *shard, const struct buffer *text, uint32_t documents, uint64_t index,
                       bool fresh, struct nsearch_error *err) {
  const char *address = shard->state->address;
  if (text->len == 0 && documents)
    return error_set(err, NSEARCH_ERR_DAMAGED,
                     "%s serves a database that nsearch did not write; start its server on a new one", address);
  if (text->len == 0) return NSEARCH_OK;
  int status = xap_figures_decode(&shard->figures, text, address, err);
  if (!status && fresh)
    return error_set(err, NSEARCH_ERR_DAMAGED,
                     "%s serves a database of another index; start its server on a new one, or name the folder of that "
                     "index with --index",
                     address);
  return status ? status : xap_figures_check(&shard->figures, index, shard->number, shard->count, address, err);
}

static int look(struct remote_shard *shard, uint64_t index, bool fresh, struct nsearch_error *err) {
  struct xap_database *database = NULL;
  struct buffer text = {0};
  uint32_t documents = 0;
  uint64_t length;
  bool late;
  int status = xap_remote_open(&database, shard->state->address, LOOK_MS, &late, err);
  if (!status) status = xap_metadata(database, XAP_FIGURES, &text, err);
  if (!status) status = xap_size(database, &documents, &length, err);
  if (!status) status = check_place(shard, &text, documents, index, fresh, err);
  shard->state->articles = documents;
  buffer_free(&text);
  xap_database_free(database);
  return status;
}

static int put_figures(struct remote_shard *shard, struct nsearch_error *err) {
  struct buffer text = {0};
  xap_figures_encode(&shard->figures, &text);
  int status = buffer_status(&text, err);
  if (!status) status = xap_writer_metadata(shard->writer, XAP_FIGURES, text.bytes, text.len, err);
  buffer_free(&text);
  return status;
}

int remote_shard_open(struct remote_shard *shard, uint64_t index, bool fresh, struct nsearch_error *err) {
  int status = look(shard, index, fresh, err);
  if (!status) status = xap_writer_open_remote(&shard->writer, shard->state->address, WRITE_MS, err);
  if (status) return fail(shard, status, err);
  shard->figures.language = shard->options->language;
  shard->figures.title_weight = shard->options->title_weight;
  shard->figures.has_text = shard->options->keep_text;
  shard->figures.index = index;
  shard->figures.shard = shard->number;
  shard->figures.shards = shard->count;
  shard->used = clock_monotonic();
  return NSEARCH_OK;
}

void remote_shard_close(struct remote_shard *shard) {
  xap_writer_free(shard->writer);
  deletions_clear(&shard->deletions);
  memory_free(shard->replaced);
}

/* ---- Adding --------------------------------------------------------------------------------------------------------------- */

static bool take_document(void *payload, uint32_t document) {
  *(uint32_t *)payload = document;
  return false;
}

static int number_of(struct remote_shard *shard, uint32_t document, unsigned slot, uint64_t *out,
                     struct nsearch_error *err) {
  struct buffer value = {0};
  int status = xap_value(xap_writer_database(shard->writer), document, slot, &value, err);
  *out = !status && value.len == 8 ? xap_take_u64(value.bytes) : 0;
  buffer_free(&value);
  return status;
}

/* The document with this id, 0: none; and its sequence, 0 where it is of an earlier run, whatever its place in that was. */
static int look_up(struct remote_shard *shard, const struct xap_term *id, uint32_t *document, uint64_t *sequence,
                   struct nsearch_error *err) {
  uint64_t run = 0;
  *document = 0;
  *sequence = 0;
  int status = xap_postings(xap_writer_database(shard->writer), id->bytes, id->len, take_document, document, err);
  if (!status && *document) status = number_of(shard, *document, SLOT_RUN, &run, err);
  if (status || !*document || run != shard->options->run) return status;
  return number_of(shard, *document, SLOT_SEQUENCE, sequence, err);
}

/* *stays: what is there came later in this run. */
static int compare(struct remote_shard *shard, const struct xap_term *id, uint64_t sequence, bool *stays,
                   struct nsearch_error *err) {
  uint32_t document;
  uint64_t other;
  int status = look_up(shard, id, &document, &other, err);
  *stays = other > sequence;
  if (status || !document) return status;
  status =
      memory_reserve(&shard->replaced, &shard->replaced_room, shard->replaced_count + 1, sizeof *shard->replaced, err);
  if (status) return status;
  struct replacement replacement = {other > shard->committed ? other : 0, sequence};
  if (*stays) replacement = (struct replacement){sequence, other};
  shard->replaced[shard->replaced_count++] = replacement;
  return NSEARCH_OK;
}

/* The first article of a language makes the shard say so before it arrives: a question looks for the stems of languages
 * that are there. */
static int note_language(struct remote_shard *shard, int language, struct nsearch_error *err) {
  uint32_t languages = shard->figures.languages | (language > LANGUAGE_NONE ? UINT32_C(1) << language : 0);
  if (languages == shard->figures.languages) return NSEARCH_OK;
  shard->figures.languages = languages;
  return put_figures(shard, err);
}

static int add(struct remote_shard *shard, const struct xap_term *id, const struct xap_document *document,
               uint64_t sequence, int language, uint64_t bytes, struct nsearch_error *err) {
  bool stays;
  int status = note_language(shard, language, err);
  if (!status) status = compare(shard, id, sequence, &stays, err);
  if (!status && !stays) status = xap_writer_replace(shard->writer, id->bytes, id->len, document, err);
  if (sequence > shard->highest) shard->highest = sequence;
  shard->bytes += bytes;
  if (!status && shard->bytes > shard->flush_bytes) {
    status = xap_writer_commit(shard->writer, err);
    shard->bytes = 0;
  }
  return status;
}

int remote_shard_add(struct remote_shard *shard, const struct xap_term *id, const struct xap_document *document,
                     uint64_t sequence, int language, uint64_t bytes, struct nsearch_error *err) {
  pthread_mutex_lock(&shard->mutex);
  int status;
  if (shard->state->status) {
    status = failed_before(shard, err);
  } else {
    status = add(shard, id, document, sequence, language, bytes, err);
    if (status) status = fail(shard, status, err);
  }
  shard->used = clock_monotonic();
  pthread_mutex_unlock(&shard->mutex);
  return status;
}

int remote_shard_remove(struct remote_shard *shard, const char *id, size_t len, uint64_t sequence,
                        struct nsearch_error *err) {
  pthread_mutex_lock(&shard->mutex);
  int status =
      shard->state->status ? failed_before(shard, err) : deletions_add(&shard->deletions, id, len, sequence, err);
  pthread_mutex_unlock(&shard->mutex);
  return status;
}

void remote_shard_greet(struct remote_shard *shard) {
  if (pthread_mutex_trylock(&shard->mutex)) return; /* somebody is talking to it */
  uint64_t now = clock_monotonic();
  if (!shard->state->status && now - shard->used >= GREET_SECONDS * UINT64_C(1000000000)) {
    struct nsearch_error *err = nsearch_error_new();
    int status = xap_writer_keep_alive(shard->writer, err);
    if (status) fail(shard, status, err);
    shard->used = now;
    nsearch_error_free(err);
  }
  pthread_mutex_unlock(&shard->mutex);
}

/* ---- Commit --------------------------------------------------------------------------------------------------------------- */

static int delete_articles(struct remote_shard *shard, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < shard->deletions.count; i++) {
    const struct deletion *deletion = &shard->deletions.items[i];
    struct xap_term term;
    uint32_t document;
    uint64_t sequence;
    xap_term_of_id(deletion->id, deletion->len, &term);
    status = look_up(shard, &term, &document, &sequence, err);
    if (status || !document || sequence > deletion->sequence) continue;
    status = xap_writer_delete(shard->writer, document, err);
    shard->deleted += !status;
  }
  return status;
}

static bool add_tokens(void *payload, size_t spy, const char *value, size_t len, uint32_t count) {
  (void)spy;
  *(uint64_t *)payload += (uint64_t)xap_number_of(value, len) * count;
  return true;
}

static int find_tokens(struct remote_shard *shard, struct nsearch_error *err) {
  static const unsigned slot = SLOT_TOKENS;
  struct xap_query *all = NULL;
  struct xap_answer answer = {0};
  uint64_t tokens = 0;
  int status = xap_query_all(&all, err);
  struct xap_search search = {.query = all,
                              .order = XAP_ASCENDING,
                              .slot = SLOT_ORDER,
                              .count = true,
                              .slots = &slot,
                              .slot_count = 1,
                              .visit = add_tokens,
                              .payload = &tokens};
  if (!status) status = xap_search(xap_writer_database(shard->writer), &search, &answer, err);
  shard->figures.tokens = tokens;
  memory_free(answer.hits);
  xap_query_free(all);
  return status;
}

/* The date of the first dated article in the total order, or of the last. */
static int find_date(struct remote_shard *shard, enum xap_order order, bool *found, int64_t *out,
                     struct nsearch_error *err) {
  static const char lowest[1] = {0}, highest[XAP_NUMBER_MAX] = {-1, -1, -1, -1, -1, -1, -1, -1, -1};
  struct xap_database *database = xap_writer_database(shard->writer);
  struct xap_query *dated = NULL;
  struct xap_answer answer = {0};
  struct buffer value = {0};
  int status = xap_query_range(&dated, SLOT_PUBLISHED, lowest, 1, highest, sizeof highest, err);
  struct xap_search search = {.query = dated, .order = order, .slot = SLOT_ORDER, .limit = 1};
  if (!status) status = xap_search(database, &search, &answer, err);
  *found = answer.hit_count > 0;
  if (!status && *found) status = xap_value(database, answer.hits[0].document, SLOT_ORDER, &value, err);
  if (!status && *found) *out = value.len == 16 ? xap_published_of_order(value.bytes) : 0;
  buffer_free(&value);
  memory_free(answer.hits);
  xap_query_free(dated);
  return status;
}

static int commit(struct remote_shard *shard, struct nsearch_error *err) {
  struct xap_figures *figures = &shard->figures;
  uint32_t documents = 0;
  uint64_t length;
  int status = delete_articles(shard, err);
  if (!status) status = xap_writer_commit(shard->writer, err);
  if (!status) status = find_tokens(shard, err);
  if (!status) status = find_date(shard, XAP_ASCENDING, &figures->dated, &figures->newest, err);
  if (!status && figures->dated) status = find_date(shard, XAP_DESCENDING, &figures->dated, &figures->oldest, err);
  if (!status) status = xap_size(xap_writer_database(shard->writer), &documents, &length, err);
  if (!status) status = put_figures(shard, err);
  if (!status) status = xap_writer_commit(shard->writer, err);
  shard->bytes = 0;
  shard->state->articles = documents;
  if (!status) shard->committed = shard->highest;
  if (!status) deletions_clear(&shard->deletions);
  return status;
}

int remote_shard_commit(struct remote_shard *shard, struct nsearch_error *err) {
  pthread_mutex_lock(&shard->mutex);
  int status;
  if (shard->state->status) {
    status = failed_before(shard, err);
  } else {
    status = commit(shard, err);
    if (status) status = fail(shard, status, err);
  }
  shard->used = clock_monotonic();
  pthread_mutex_unlock(&shard->mutex);
  return status;
}
