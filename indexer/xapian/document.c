/* An article as a Xapian document; docs/xapian.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/xapian/xapian.h"

/* One occurrence of a term: those of a term stand together when sorted, in the order of their positions. */
struct occurrence {
  uint32_t term, position, times;
};

struct document_maker {
  struct write_options options;
  struct lexicon *lexicon;
  struct analyser *analyser;
  struct tokens tokens;
  struct occurrence *occurrences;
  size_t occurrence_count, occurrence_room;
  uint32_t *positions;
  size_t position_room;
  struct buffer data, form, values;
  struct xap_document *document;
  uint64_t bytes; /* of the document being made */
};

/* What a posting takes in memory until it is flushed, measured with Xapian 1.4.22: its place in Xapian's maps, and the
 * list of its positions as a string. */
enum { POSTING_BYTES = 100, POSITIONS_BYTES = 80 };
enum { CACHE_MOST = 32 << 20 }; /* of lexicon and analyser, before they start anew */

int document_maker_new(struct document_maker **out, const struct write_options *options, struct nsearch_error *err) {
  struct document_maker *maker = *out = memory_zero(1, sizeof *maker);
  if (!maker) return error_memory(err);
  maker->options = *options;
  int status = lexicon_new(&maker->lexicon, err);
  if (!status) status = analyser_new(&maker->analyser, maker->lexicon, err);
  if (!status) status = xap_document_new(&maker->document, err);
  if (status) {
    document_maker_free(maker);
    *out = NULL;
  }
  return status;
}

void document_maker_free(struct document_maker *maker) {
  if (!maker) return;
  xap_document_free(maker->document);
  analyser_free(maker->analyser);
  lexicon_free(maker->lexicon);
  tokens_free(&maker->tokens);
  memory_free(maker->occurrences);
  memory_free(maker->positions);
  buffer_free(&maker->data);
  buffer_free(&maker->form);
  buffer_free(&maker->values);
  memory_free(maker);
}

/* ---- Words ------------------------------------------------------------------------------------------------------------ */

static int compare_occurrences(const void *a, const void *b) {
  const struct occurrence *x = a, *y = b;
  if (x->term != y->term) return x->term < y->term ? -1 : 1;
  return x->position < y->position ? -1 : x->position > y->position;
}

/* Tokens of a field as occurrences of their exact terms, and of their stems, which have no position. */
static int note(struct document_maker *maker, uint32_t position, uint32_t times, struct nsearch_error *err) {
  int status = memory_reserve(&maker->occurrences, &maker->occurrence_room,
                              maker->occurrence_count + 2 * maker->tokens.count, sizeof *maker->occurrences, err);
  if (status) return status;
  const struct word *words = lexicon_words(maker->lexicon);
  for (size_t i = 0; i < maker->tokens.count; i++) {
    struct word word = words[maker->tokens.words[i]];
    maker->occurrences[maker->occurrence_count++] = (struct occurrence){word.exact, position + (uint32_t)i, times};
    if (word.stem) maker->occurrences[maker->occurrence_count++] = (struct occurrence){word.stem, 0, times};
  }
  return NSEARCH_OK;
}

static int add_term(struct document_maker *maker, const struct occurrence *first, size_t count,
                    struct nsearch_error *err) {
  struct term_key key = lexicon_key(maker->lexicon, first->term);
  struct xap_term term;
  uint32_t times = 0;
  size_t positions = 0;
  int status = memory_reserve(&maker->positions, &maker->position_room, count, sizeof *maker->positions, err);
  if (status) return status;
  for (size_t i = 0; i < count; i++) {
    times += first[i].times;
    if (first[i].position) maker->positions[positions++] = first[i].position;
  }
  xap_term_of_key(key.bytes, key.len, maker->options.language, &term);
  xap_document_term(maker->document, term.bytes, term.len, times, maker->positions, positions);
  maker->bytes += POSTING_BYTES + (positions ? POSITIONS_BYTES : 0) + 2 * positions;
  return NSEARCH_OK;
}

/* Positions count from 1 here: Xapian's tools take 0 for none. */
static int add_words(struct document_maker *maker, const struct nsearch_article *article, int language,
                     struct nsearch_error *err) {
  struct tokens *tokens = &maker->tokens;
  size_t len, titles, bodies = 0;
  const char *text = article_get(article, ARTICLE_TITLE, &len);
  maker->occurrence_count = 0;
  tokens->count = 0;
  int status = analyser_run(maker->analyser, FIELD_TEXT, language, text, len, tokens, err);
  titles = tokens->count;
  if (!status) status = note(maker, 1, maker->options.title_weight, err);
  tokens->count = 0;
  if (!status) status = analyser_run(maker->analyser, FIELD_TITLE, language, text, len, tokens, err);
  if (!status) status = note(maker, 1, 0, err);
  tokens->count = 0;
  text = article_get(article, ARTICLE_BODY, &len);
  if (!status) status = analyser_run(maker->analyser, FIELD_TEXT, language, text, len, tokens, err);
  bodies = tokens->count;
  if (!status) status = note(maker, (uint32_t)titles + BODY_GAP + 1, 1, err);
  uint32_t position = 1;
  for (const char *name = NULL; !status && (name = article_list_next(&article->authors, name));) {
    tokens->count = 0;
    status = analyser_run(maker->analyser, FIELD_AUTHOR, LANGUAGE_NONE, name, strlen(name), tokens, err);
    if (!status) status = note(maker, position, 0, err);
    position += (uint32_t)tokens->count + BODY_GAP;
  }
  if (status) return status;
  struct occurrence *all = maker->occurrences;
  if (maker->occurrence_count) qsort(all, maker->occurrence_count, sizeof *all, compare_occurrences);
  for (size_t first = 0, end; !status && first < maker->occurrence_count; first = end) {
    for (end = first + 1; end < maker->occurrence_count && all[end].term == all[first].term;) end++;
    status = add_term(maker, all + first, end - first, err);
  }
  char number[XAP_NUMBER_MAX];
  xap_document_value(maker->document, SLOT_TOKENS, number, xap_number((double)(titles + bodies), number));
  return status;
}

/* ---- Values and what stands for them as terms ------------------------------------------------------------------------ */

static void add_plain(struct document_maker *maker, const struct xap_term *term) {
  xap_document_term(maker->document, term->bytes, term->len, 0, NULL, 0);
  maker->bytes += POSTING_BYTES;
}

static size_t cut(const char *text, size_t len) {
  if (len <= KEYWORD_BYTES) return len;
  len = KEYWORD_BYTES;
  while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80) len--;
  return len;
}

/* A term for the value however it is spelled, one for how this article spells it, and the spelling for a slot's value. */
static int add_keyword(struct document_maker *maker, int tag, const char *value, size_t len,
                       struct nsearch_error *err) {
  struct xap_term term;
  if (len == 0) return NSEARCH_OK;
  len = cut(value, len);
  buffer_clear(&maker->form);
  buffer_byte(&maker->form, (uint8_t)tag);
  int status = fold_keyword(value, len, &maker->form, err);
  if (!status) status = buffer_status(&maker->form, err);
  if (status) return status;
  xap_term_of_key(maker->form.bytes, maker->form.len, maker->options.language, &term);
  add_plain(maker, &term);
  xap_term_of_spelling(tag, maker->form.bytes + 1, maker->form.len - 1, value, len, &term);
  add_plain(maker, &term);
  if (maker->values.len) buffer_byte(&maker->values, '\n');
  buffer_add(&maker->values, value, len);
  return NSEARCH_OK;
}

static int end_values(struct document_maker *maker, enum xap_slot slot, struct nsearch_error *err) {
  int status = buffer_status(&maker->values, err);
  if (!status && maker->values.len) xap_document_value(maker->document, slot, maker->values.bytes, maker->values.len);
  buffer_clear(&maker->values);
  return status;
}

static int add_single(struct document_maker *maker, int tag, enum xap_slot slot, const char *value, size_t len,
                      struct nsearch_error *err) {
  int status = add_keyword(maker, tag, value, len, err);
  return status ? status : end_values(maker, slot, err);
}

static int add_list(struct document_maker *maker, int tag, enum xap_slot slot, const struct article_list *list,
                    struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (const char *v = NULL; !status && (v = article_list_next(list, v));)
    status = add_keyword(maker, tag, v, strlen(v), err);
  return status ? status : end_values(maker, slot, err);
}

static int add_keywords(struct document_maker *maker, const struct nsearch_article *article,
                        struct nsearch_error *err) {
  size_t len;
  const char *value = article_get(article, ARTICLE_SOURCE, &len);
  int status = add_single(maker, TAG_SOURCE, SLOT_SOURCE, value, len, err);
  value = article_get(article, ARTICLE_SECTION, &len);
  if (!status) status = add_single(maker, TAG_SECTION, SLOT_SECTION, value, len, err);
  value = article_get(article, ARTICLE_LANGUAGE, &len);
  char tag[LANGUAGE_TAG_MAX];
  size_t tag_len = language_tag(value, len, tag);
  if (tag_len) value = tag, len = tag_len;
  if (!status) status = add_single(maker, TAG_LANGUAGE, SLOT_LANGUAGE, value, len, err);
  char site[256];
  value = article_get(article, ARTICLE_URL, &len);
  if (!status && article_site(value, len, site, sizeof site, &len))
    status = add_single(maker, TAG_SITE, SLOT_SITE, site, len, err);
  if (!status) status = add_list(maker, TAG_TOPIC, SLOT_TOPICS, &article->topics, err);
  if (!status) status = add_list(maker, TAG_BYLINE, SLOT_AUTHORS, &article->authors, err);
  return status;
}

static void add_number(struct document_maker *maker, enum xap_slot slot, int64_t number) {
  char bytes[XAP_NUMBER_MAX];
  xap_document_value(maker->document, slot, bytes, xap_number((double)number, bytes));
}

/* omega's D, M and Y terms say the day, the month and the year, as far as they are known. */
static void add_dates(struct document_maker *maker, const struct date *date) {
  enum { DAY_SECONDS = 86400 };
  int year, month, day;
  char text[40], term[40];
  if (date->precision == NSEARCH_PRECISION_NONE) return;
  add_number(maker, SLOT_PUBLISHED, date->seconds);
  add_number(maker, SLOT_UNTIL, date_period_end(date->seconds, date->precision));
  date_civil(date->seconds / DAY_SECONDS - (date->seconds % DAY_SECONDS < 0), &year, &month, &day);
  int dashes = snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
  int digits = snprintf(term, sizeof term, "D%04d%02d%02d", year, month, day);
  static const char kinds[] = "YMD";
  for (int i = 0; i < 3 && i < (int)date->precision; i++) {
    term[0] = kinds[i];
    xap_document_term(maker->document, term, (size_t)(digits - 4 + 2 * i), 0, NULL, 0);
    maker->bytes += POSTING_BYTES;
  }
  int less = date->precision == NSEARCH_PRECISION_YEAR ? 6 : date->precision == NSEARCH_PRECISION_MONTH ? 3 : 0;
  xap_document_value(maker->document, SLOT_DATE, text, (size_t)(dashes - less));
}

static void add_identity(struct document_maker *maker, const struct nsearch_article *article, uint64_t sequence) {
  struct xap_term term;
  char bytes[17];
  size_t len;
  const char *text = article_get(article, ARTICLE_ID, &len);
  bool dated = article_is_dated(article);
  xap_order_value(dated ? article->published.seconds : INT64_MIN, hash_bytes(text, len), bytes);
  xap_document_value(maker->document, SLOT_ORDER, bytes, 16);
  xap_term_of_id(text, len, &term);
  add_plain(maker, &term);
  text = article_get(article, ARTICLE_URL, &len);
  if (len) {
    xap_term_of_url(text, len, &term);
    add_plain(maker, &term);
  }
  text = article_get(article, ARTICLE_BODY, &len);
  snprintf(bytes, sizeof bytes, "%016llx", (unsigned long long)hash_bytes(text, len));
  xap_document_value(maker->document, SLOT_SIGNATURE, bytes, 16);
  xap_put_u64(sequence, bytes);
  xap_document_value(maker->document, SLOT_SEQUENCE, bytes, 8);
  if (!maker->options.run) return;
  xap_put_u64(maker->options.run, bytes);
  xap_document_value(maker->document, SLOT_RUN, bytes, 8);
}

int document_language(const struct write_options *options, const struct nsearch_article *article) {
  size_t len;
  const char *name = article_get(article, ARTICLE_LANGUAGE, &len);
  int language = len ? language_find(name, len) : -1;
  return options->language != LANGUAGE_NONE && language > LANGUAGE_NONE ? language : options->language;
}

int document_make(struct document_maker *maker, const struct nsearch_article *article, uint64_t sequence,
                  const struct xap_document **out, uint64_t *bytes, struct nsearch_error *err) {
  int language = document_language(&maker->options, article);
  uint64_t share = maker->options.memory / 2 / maker->options.threads;
  if (lexicon_bytes(maker->lexicon) + analyser_bytes(maker->analyser) > (share < CACHE_MOST ? share : CACHE_MOST)) {
    analyser_clear(maker->analyser);
    lexicon_clear(maker->lexicon);
  }
  xap_document_clear(maker->document);
  maker->bytes = 0;
  int status = add_words(maker, article, language, err);
  if (!status) status = add_keywords(maker, article, err);
  if (status) return status;
  if (article_is_dated(article)) add_dates(maker, &article->published);
  add_identity(maker, article, sequence);
  buffer_clear(&maker->data);
  xap_encode_data(article, maker->options.keep_text, &maker->data);
  status = buffer_status(&maker->data, err);
  if (status) return status;
  xap_document_data(maker->document, maker->data.bytes, maker->data.len);
  *out = maker->document;
  *bytes = maker->bytes;
  return NSEARCH_OK;
}
