/* Databases to one. Nobody reads it before it is whole: it is compacted, then relieved of replaced and deleted articles, then
 * looked through for the figures of an index, which are stored in it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/xapian/xapian.h"

/* ---- Replaced and deleted articles ------------------------------------------------------------------------------------ */

struct loser {
  uint32_t document;
  uint64_t sequence, by;
};

struct search_losers {
  struct xap_database *database;
  uint32_t old; /* documents up to this number were committed before: their sequence counts as 0 */
  struct loser *losers;
  size_t count, room;
  struct loser last; /* of one id, the latest so far; document 0: none */
  uint64_t deleted;  /* the sequence of the deletion at hand */
  struct buffer value;
  struct nsearch_error *err;
  int status;
};

struct range {
  uint32_t first, last;
};

static bool note_range(void *payload, uint32_t document) {
  struct range *range = payload;
  if (!range->first) range->first = document;
  range->last = document;
  return true;
}

/* Compaction moves the documents of the first source down so that they begin with 1. */
static int count_old(const struct merge *merge, uint32_t *old, struct nsearch_error *err) {
  struct xap_database *database = NULL;
  struct range range = {0};
  *old = 0;
  if (!merge->has_old) return NSEARCH_OK;
  int status = xap_database_open(&database, merge->sources, 1, err);
  if (!status) status = xap_postings(database, "", 0, note_range, &range, err);
  xap_database_free(database);
  if (!status && range.first) *old = range.last - range.first + 1;
  return status;
}

static uint64_t sequence_of(struct search_losers *search, uint32_t document) {
  if (document <= search->old) return 0;
  search->status = xap_value(search->database, document, SLOT_SEQUENCE, &search->value, search->err);
  return !search->status && search->value.len == 8 ? xap_take_u64(search->value.bytes) : 0;
}

static void add_loser(struct search_losers *search, struct loser loser) {
  search->status =
      memory_reserve(&search->losers, &search->room, search->count + 1, sizeof *search->losers, search->err);
  if (!search->status) search->losers[search->count++] = loser;
}

/* Of the documents of an id the one with the highest sequence stays, of equals the last. */
static bool compare_document(void *payload, uint32_t document) {
  struct search_losers *search = payload;
  struct loser one = {document, sequence_of(search, document), 0}, *last = &search->last;
  if (search->status) return false;
  if (last->document && one.sequence < last->sequence) {
    one.by = last->sequence;
    add_loser(search, one);
  } else {
    last->by = one.sequence;
    if (last->document) add_loser(search, *last);
    *last = one;
  }
  return search->status == NSEARCH_OK;
}

static bool look_at_id(void *payload, const char *term, size_t len, uint32_t documents) {
  struct search_losers *search = payload;
  if (documents < 2) return true;
  search->last = (struct loser){0};
  int status = xap_postings(search->database, term, len, compare_document, search, search->err);
  if (!search->status) search->status = status;
  return search->status == NSEARCH_OK;
}

static bool compare_deletion(void *payload, uint32_t document) {
  struct search_losers *search = payload;
  struct loser one = {document, sequence_of(search, document), search->deleted};
  if (!search->status && one.sequence < one.by) add_loser(search, one);
  return search->status == NSEARCH_OK;
}

static int compare_losers(const void *a, const void *b) {
  const struct loser *x = a, *y = b;
  return (x->document > y->document) - (x->document < y->document);
}

/* Two deletions of one id find the same document. */
static void sort_losers(struct search_losers *search) {
  size_t kept = 0;
  if (search->count) qsort(search->losers, search->count, sizeof *search->losers, compare_losers);
  for (size_t i = 0; i < search->count; i++)
    if (!kept || search->losers[kept - 1].document != search->losers[i].document)
      search->losers[kept++] = search->losers[i];
  search->count = kept;
}

/* The replaced articles of all ids or, where there are deletions, what those find. */
static int find_losers(const char *path, const struct deletions *deletions, struct search_losers *search,
                       struct nsearch_error *err) {
  search->err = err;
  search->count = 0;
  int status = xap_database_open(&search->database, &path, 1, err);
  if (!status && !deletions) status = xap_terms(search->database, "Q", 1, NULL, 0, look_at_id, search, err);
  for (size_t i = 0; !status && deletions && i < deletions->count; i++) {
    struct xap_term term;
    xap_term_of_id(deletions->items[i].id, deletions->items[i].len, &term);
    search->deleted = deletions->items[i].sequence;
    status = xap_postings(search->database, term.bytes, term.len, compare_deletion, search, err);
    if (!status) status = search->status;
  }
  if (!status) status = search->status;
  if (!status) sort_losers(search);
  xap_database_free(search->database);
  search->database = NULL;
  return status;
}

static int drop_losers(struct xap_writer *writer, const struct search_losers *search, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < search->count; i++)
    status = xap_writer_delete(writer, search->losers[i].document, err);
  return status || !search->count ? status : xap_writer_commit(writer, err);
}

/* ---- Figures ----------------------------------------------------------------------------------------------------------- */

struct survey {
  const struct write_options *options;
  uint64_t terms, postings, tokens;
  uint32_t languages;
  bool dated;
  int64_t oldest, newest;
};

static bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

static bool survey_term(void *payload, const char *term, size_t len, uint32_t documents) {
  struct survey *survey = payload;
  survey->terms++;
  if (!is_capital(term[0])) survey->postings += documents;
  if (term[0] != 'Z') return true;
  int language = survey->options->language;
  if (len > 4 && term[1] == 'X') {
    const char code[2] = {(char)(term[2] - 'A' + 'a'), (char)(term[3] - 'A' + 'a')};
    language = language_find(code, sizeof code);
  }
  if (language > LANGUAGE_NONE) survey->languages |= UINT32_C(1) << language;
  return true;
}

static bool survey_tokens(void *payload, uint32_t document, const char *value, size_t len) {
  (void)document;
  ((struct survey *)payload)->tokens += (uint64_t)xap_number_of(value, len);
  return true;
}

/* The order's value holds the second exactly. */
static bool survey_date(void *payload, uint32_t document, const char *value, size_t len) {
  struct survey *survey = payload;
  (void)document;
  if (len != 16) return true;
  int64_t seconds = xap_published_of_order(value);
  if (seconds == INT64_MIN) return true;
  if (!survey->dated || seconds < survey->oldest) survey->oldest = seconds;
  if (!survey->dated || seconds > survey->newest) survey->newest = seconds;
  survey->dated = true;
  return true;
}

static int store_figures(struct xap_writer *writer, const struct survey *survey, struct nsearch_error *err) {
  struct buffer text = {0};
  const struct xap_figures figures = {.language = survey->options->language,
                                      .title_weight = survey->options->title_weight,
                                      .has_text = survey->options->keep_text,
                                      .terms = survey->terms,
                                      .postings = survey->postings,
                                      .tokens = survey->tokens,
                                      .languages = survey->languages,
                                      .dated = survey->dated,
                                      .oldest = survey->oldest,
                                      .newest = survey->newest};
  xap_figures_encode(&figures, &text);
  int status = buffer_status(&text, err);
  if (!status) status = xap_writer_metadata(writer, XAP_FIGURES, text.bytes, text.len, err);
  if (!status) status = xap_writer_commit(writer, err);
  buffer_free(&text);
  return status;
}

static int survey_database(const char *path, struct survey *survey, uint32_t *documents, struct nsearch_error *err) {
  struct xap_database *database = NULL;
  uint64_t length;
  int status = xap_database_open(&database, &path, 1, err);
  if (!status) status = xap_size(database, documents, &length, err);
  if (!status) status = xap_terms(database, "", 0, NULL, 0, survey_term, survey, err);
  if (!status) status = xap_values(database, SLOT_TOKENS, survey_tokens, survey, err);
  if (!status) status = xap_values(database, SLOT_ORDER, survey_date, survey, err);
  xap_database_free(database);
  return status;
}

/* ---- Files --------------------------------------------------------------------------------------------------------------- */

typedef int (*file_action)(const char *path, struct nsearch_error *err);

static int each_file(const char *folder, file_action action, struct nsearch_error *err) {
  struct file_names names = {0};
  int status = file_list(folder, &names, err);
  for (size_t i = 0; !status && i < names.count; i++) {
    char *path = path_join(folder, names.names[i]);
    status = path ? action(path, err) : error_memory(err);
    memory_free(path);
  }
  file_names_free(&names);
  return status;
}

static int sync_file(const char *path, struct nsearch_error *err) {
  struct file_out *file = NULL;
  int status = file_append(&file, path, err);
  if (status) return status;
  status = file_sync(file, err);
  int closed = file_close(&file, status ? NULL : err);
  return status ? status : closed;
}

/* What was replaced goes first: a deletion looks at what is left of its id. */
static int drop_articles(const struct merge *merge, const char *path, struct xap_writer *writer,
                         struct search_losers *replaced, struct search_losers *deleted, struct nsearch_error *err) {
  int status = count_old(merge, &replaced->old, err);
  deleted->old = replaced->old;
  if (!status) status = find_losers(path, NULL, replaced, err);
  if (!status) status = drop_losers(writer, replaced, err);
  if (!status) status = find_losers(path, merge->deletions, deleted, err);
  return status ? status : drop_losers(writer, deleted, err);
}

int merge_databases(const struct merge *merge, const char *path, struct commit_report *report, uint32_t *documents,
                    struct nsearch_error *err) {
  struct xap_writer *writer = NULL;
  struct search_losers replaced = {0}, deleted = {0};
  struct survey survey = {.options = merge->options};
  int status = xap_compact(path, merge->sources, merge->source_count, err);
  if (!status) status = xap_writer_open(&writer, path, XAP_EXISTING, err);
  if (!status) status = drop_articles(merge, path, writer, &replaced, &deleted, err);
  if (!status) status = survey_database(path, &survey, documents, err);
  if (!status) status = store_figures(writer, &survey, err);
  xap_writer_free(writer);
  if (!status) status = each_file(path, sync_file, err);
  if (!status) status = file_sync_folder(path, err);
  if (!status) report->deleted += deleted.count;
  for (size_t i = 0; !status && i < replaced.count; i++)
    report->on_replaced(report->payload, replaced.losers[i].sequence, replaced.losers[i].by);
  buffer_free(&replaced.value);
  buffer_free(&deleted.value);
  memory_free(replaced.losers);
  memory_free(deleted.losers);
  return status;
}
