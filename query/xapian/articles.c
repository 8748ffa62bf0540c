/* Terms as keys, and documents as articles. */
#include <stdlib.h>
#include <string.h>

#include "query/xapian/xapian.h"

/* ---- Terms ------------------------------------------------------------------------------------------------------------ */

struct term_visit {
  int tag, language, own;
  const char *from;
  size_t from_len;
  struct buffer key;
  visit_term visit;
  void *payload;
  bool stopped;
};

static bool visit_one(void *payload, const char *term, size_t len, uint32_t documents) {
  struct term_visit *visit = payload;
  if (!xap_key_of_term(term, len, visit->tag, visit->language, visit->own, &visit->key)) return true;
  if (visit->key.failed) return false;
  struct term_key key = {visit->key.bytes, (uint32_t)visit->key.len};
  size_t both = visit->from_len < key.len ? visit->from_len : key.len;
  int order = both ? memcmp(key.bytes, visit->from, both) : 0;
  if (order < 0 || (order == 0 && key.len < visit->from_len)) return true;
  visit->stopped = !visit->visit(visit->payload, key, documents);
  return !visit->stopped;
}

/* A keyword's match form, spelled out: one term. */
static int visit_keyword(struct xap_database *database, const char *prefix, size_t len, struct term_visit *visit,
                         struct nsearch_error *err) {
  struct xap_term term;
  uint32_t documents = 0;
  xap_term_of_key(prefix, len, visit->own, &term);
  int status = xap_frequency(database, term.bytes, term.len, &documents, err);
  if (!status && documents) visit->visit(visit->payload, (struct term_key){prefix, (uint32_t)len}, documents);
  return status;
}

static int visit_prefix(struct xap_database *database, const char *prefix, size_t len, struct term_visit *visit,
                        struct nsearch_error *err) {
  struct xap_term start;
  xap_prefix_of_key(prefix, len, visit->own, &start);
  visit->tag = (uint8_t)prefix[0];
  if (visit->tag == TAG_STEM) visit->language = language_find(prefix + 1, 2);
  int status = xap_terms(database, start.bytes, start.len, NULL, 0, visit_one, visit, err);
  return status ? status : buffer_status(&visit->key, err);
}

/* Stems whose language the prefix does not name in full are spread over Xapian's terms: language by language, whose
 * numbers go by their codes. */
static int visit_languages(struct xap_database *database, const char *prefix, size_t len, struct term_visit *visit,
                           struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (int language = LANGUAGE_NONE + 1; !status && !visit->stopped && language < language_count(); language++) {
    const char *code = language_code(language), key[] = {TAG_STEM, code[0], code[1]};
    if (memcmp(key, prefix, len) == 0) status = visit_prefix(database, key, sizeof key, visit, err);
  }
  return status;
}

int engine_terms(struct snapshot *snapshot, const char *prefix, size_t prefix_len, const char *from, size_t from_len,
                 visit_term visit, void *payload, struct nsearch_error *err) {
  struct xap_term start;
  struct handle *handle = NULL;
  struct term_visit one = {.own = snapshot_stats(snapshot)->language,
                           .from = from,
                           .from_len = from ? from_len : 0,
                           .visit = visit,
                           .payload = payload};
  int status = handle_take(snapshot, &handle, err);
  if (!status && prefix_len && xap_tag_is_keyword(prefix[0]) && memchr(prefix, 0, prefix_len)) {
    status = visit_keyword(handle->database, prefix, prefix_len, &one, err);
  } else if (!status && xap_prefix_of_key(prefix, prefix_len, one.own, &start)) {
    status = visit_prefix(handle->database, prefix, prefix_len, &one, err);
  } else if (!status) {
    status = visit_languages(handle->database, prefix, prefix_len, &one, err);
  }
  handle_give(snapshot, handle);
  buffer_free(&one.key);
  return status;
}

int engine_frequency(struct snapshot *snapshot, const char *key, size_t len, uint64_t *df, struct nsearch_error *err) {
  struct xap_term term;
  struct handle *handle = NULL;
  uint32_t documents = 0;
  xap_term_of_key(key, len, snapshot_stats(snapshot)->language, &term);
  int status = handle_take(snapshot, &handle, err);
  if (!status) status = xap_frequency(handle->database, term.bytes, term.len, &documents, err);
  handle_give(snapshot, handle);
  *df = documents;
  return status;
}

/* ---- Documents -------------------------------------------------------------------------------------------------------- */

struct first_document {
  struct xap_database *database;
  uint32_t number; /* 0: none so far */
  struct buffer value, best;
  struct nsearch_error *err;
  int status;
};

/* Of several articles with one URL the first in the total order. */
static bool keep_first(void *payload, uint32_t number) {
  struct first_document *first = payload;
  first->status = xap_value(first->database, number, SLOT_ORDER, &first->value, first->err);
  if (first->status) return false;
  if (first->value.len != 16) return true;
  if (!first->number || memcmp(first->value.bytes, first->best.bytes, 16) < 0) {
    struct buffer other = first->best;
    first->best = first->value;
    first->value = other;
    first->number = number;
  }
  return true;
}

int engine_find(struct snapshot *snapshot, const char *id_or_url, struct doc_ref *out, struct nsearch_error *err) {
  struct handle *handle = NULL;
  struct xap_term terms[2];
  struct first_document first = {.err = err};
  xap_term_of_id(id_or_url, strlen(id_or_url), &terms[0]);
  xap_term_of_url(id_or_url, strlen(id_or_url), &terms[1]);
  int status = handle_take(snapshot, &handle, err);
  if (!status) first.database = handle->database;
  for (int i = 0; !status && !first.number && i < 2; i++) {
    status = xap_postings(handle->database, terms[i].bytes, terms[i].len, keep_first, &first, err);
    if (!status) status = first.status;
  }
  handle_give(snapshot, handle);
  buffer_free(&first.value);
  buffer_free(&first.best);
  if (!status && !first.number)
    status = error_set(err, NSEARCH_ERR_NOT_FOUND, "no article has the id or URL %.200s", id_or_url);
  if (!status) *out = snapshot_doc(snapshot, first.number);
  return status;
}

int engine_fetch(struct snapshot *snapshot, struct doc_ref doc, unsigned want, struct nsearch_article *out,
                 struct nsearch_error *err) {
  struct handle *handle = NULL;
  struct buffer data = {0};
  int status = handle_take(snapshot, &handle, err);
  if (!status) status = xap_data(handle->database, snapshot_number(snapshot, doc), &data, err);
  handle_give(snapshot, handle);
  if (!status) status = xap_decode_data(out, data.bytes, data.len, want & WANT_BODY, err);
  buffer_free(&data);
  return status;
}

int engine_signature(struct snapshot *snapshot, struct doc_ref doc, uint64_t *out, struct nsearch_error *err) {
  struct handle *handle = NULL;
  struct buffer value = {0};
  char digits[17] = "";
  int status = handle_take(snapshot, &handle, err);
  if (!status) status = xap_value(handle->database, snapshot_number(snapshot, doc), SLOT_SIGNATURE, &value, err);
  handle_give(snapshot, handle);
  if (!status && value.len != sizeof digits - 1)
    status = error_set(err, NSEARCH_ERR_DAMAGED, "a document has no signature; index again");
  if (!status) memcpy(digits, value.bytes, value.len);
  *out = strtoull(digits, NULL, 16);
  buffer_free(&value);
  return status;
}
