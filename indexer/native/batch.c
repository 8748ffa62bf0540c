/* A worker's batch: what its articles say, as a flat stream of word numbers. */
#include <stdlib.h>
#include <string.h>

#include "indexer/native/native.h"

int batch_init(struct batch *batch, struct nsearch_error *err) {
  memset(batch, 0, sizeof *batch);
  int status = lexicon_new(&batch->lexicon, err);
  if (!status) status = analyser_new(&batch->analyser, batch->lexicon, err);
  return status;
}

void batch_trim(struct batch *batch) {
  memory_unmap(batch->ordinals, batch->ordinal_bytes);
  batch->ordinals = NULL;
  batch->ordinal_bytes = 0;
}

void batch_free(struct batch *batch) {
  batch_trim(batch);
  analyser_free(batch->analyser);
  lexicon_free(batch->lexicon);
  tokens_free(&batch->stream);
  memory_free(batch->docs);
  buffer_free(&batch->card);
  buffer_free(&batch->key);
}

void batch_clear(struct batch *batch) {
  lexicon_clear(batch->lexicon);
  analyser_clear(batch->analyser);
  batch->stream.count = 0;
  batch->doc_count = 0;
  batch->languages = 0;
}

size_t batch_bytes(const struct batch *batch) {
  size_t words = lexicon_word_count(batch->lexicon), terms = lexicon_term_count(batch->lexicon);
  return lexicon_bytes(batch->lexicon) + analyser_bytes(batch->analyser) + 8 * batch->stream.count +
         batch->doc_count * (2 * sizeof(struct batch_doc) + 64) + words * 56 + terms * 60;
}

static int store_article(struct batch *batch, const struct nsearch_article *article, struct pack_out *cards,
                         struct pack_out *texts, struct segment_doc *meta, struct nsearch_error *err) {
  buffer_clear(&batch->card);
  article_encode_card(article, &batch->card);
  int status = buffer_status(&batch->card, err);
  if (!status) status = pack_add(cards, batch->card.bytes, batch->card.len, &meta->card, err);
  size_t len;
  const char *body = article_get(article, ARTICLE_BODY, &len);
  meta->signature = hash_bytes(body, len);
  if (!status && texts && len) status = pack_add(texts, body, len, &meta->text, err);
  return status;
}

/* Repeats each of the last `count` words of the stream `times` times, in place. */
static int repeat_words(struct tokens *stream, size_t count, unsigned times, struct nsearch_error *err) {
  size_t first = stream->count - count, need = first + count * times;
  int status = memory_reserve(&stream->words, &stream->capacity, need, sizeof *stream->words, err);
  if (status) return status;
  for (size_t i = count; i-- > 0;) {
    uint32_t word = stream->words[first + i];
    for (unsigned n = 0; n < times; n++) stream->words[first + i * times + n] = word;
  }
  stream->count = need;
  return NSEARCH_OK;
}

static int add_title(struct batch *batch, const struct write_options *options, const struct nsearch_article *article,
                     int language, struct batch_doc *doc, struct nsearch_error *err) {
  size_t len;
  const char *title = article_get(article, ARTICLE_TITLE, &len);
  int status = analyser_run(batch->analyser, FIELD_TEXT, language, title, len, &batch->stream, err);
  if (status) return status;
  doc->title_tokens = (uint32_t)(batch->stream.count - doc->start);
  return repeat_words(&batch->stream, doc->title_tokens, options->title_weight, err);
}

/* The end of a step through the body: behind a blank, which separates words in every script. */
static size_t step_end(const char *body, size_t len, size_t at) {
  enum { STEP = 64 << 10 };
  if (len - at <= STEP) return len;
  for (at += STEP; at < len && (uint8_t)body[at - 1] > ' ';) at++;
  return at;
}

static int add_body(struct batch *batch, const struct nsearch_article *article, int language, struct piece *piece,
                    struct nsearch_error *err) {
  size_t len;
  const char *body = article_get(article, ARTICLE_BODY, &len);
  int status = NSEARCH_OK;
  do {
    size_t end = step_end(body, len, piece->body);
    status =
        analyser_run(batch->analyser, FIELD_TEXT, language, body + piece->body, end - piece->body, &batch->stream, err);
    piece->body = end;
    piece->more = end < len;
  } while (!status && piece->more && batch_bytes(batch) <= piece->limit);
  return status;
}

static int add_title_twin(struct batch *batch, const struct write_options *options, struct batch_doc *doc,
                          struct nsearch_error *err) {
  uint32_t title[64];
  int status = NSEARCH_OK;
  for (uint32_t at = 0; !status && at < doc->title_tokens;) {
    uint32_t count = 0;
    for (; count < 64 && at < doc->title_tokens; count++, at++) {
      title[count] = batch->stream.words[doc->start + (size_t)at * options->title_weight];
    }
    status = analyser_twin(batch->analyser, FIELD_TITLE, title, count, &batch->stream, err);
  }
  doc->title_len = doc->title_tokens;
  return status;
}

static int push_word(struct tokens *stream, uint32_t word, struct nsearch_error *err) {
  int status = memory_reserve(&stream->words, &stream->capacity, stream->count + 1, sizeof *stream->words, err);
  if (!status) stream->words[stream->count++] = word;
  return status;
}

static int add_authors(struct batch *batch, const struct nsearch_article *article, struct batch_doc *doc,
                       struct nsearch_error *err) {
  size_t first = batch->stream.count;
  int status = NSEARCH_OK;
  for (const char *name = NULL; !status && (name = article_list_next(&article->authors, name));) {
    for (int gap = 0; !status && batch->stream.count > first && gap < BODY_GAP; gap++) {
      status = push_word(&batch->stream, 0, err);
    }
    if (!status) {
      status = analyser_run(batch->analyser, FIELD_AUTHOR, LANGUAGE_NONE, name, strlen(name), &batch->stream, err);
    }
  }
  doc->author_len = (uint32_t)(batch->stream.count - first);
  return status;
}

static size_t cut(const char *text, size_t len) {
  if (len <= KEYWORD_BYTES) return len;
  len = KEYWORD_BYTES;
  while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80) len--;
  return len;
}

/* A keyword's key is tag, match form, NUL, value. */
static int add_keyword(struct batch *batch, uint8_t tag, const char *value, size_t len, struct nsearch_error *err) {
  if (len == 0) return NSEARCH_OK;
  struct buffer *key = &batch->key;
  buffer_clear(key);
  buffer_byte(key, tag);
  len = cut(value, len);
  int status = fold_keyword(value, len, key, err);
  if (status) return status;
  buffer_byte(key, 0);
  buffer_add(key, value, len);
  uint32_t term = 0, word = 0;
  status = buffer_status(key, err);
  if (!status) status = lexicon_term(batch->lexicon, key->bytes, key->len, &term, err);
  if (!status) status = lexicon_word(batch->lexicon, term, 0, &word, err);
  return status ? status : push_word(&batch->stream, word, err);
}

static int add_keyword_list(struct batch *batch, uint8_t tag, const struct article_list *list,
                            struct nsearch_error *err) {
  int status = NSEARCH_OK;
  for (const char *value = NULL; !status && (value = article_list_next(list, value));) {
    status = add_keyword(batch, tag, value, strlen(value), err);
  }
  return status;
}

static int compare_words(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* An article that says a value twice has it once. The order of values does not matter. */
static void drop_repeated(struct tokens *stream, size_t first) {
  size_t kept = first;
  if (stream->count - first < 2) return;
  qsort(stream->words + first, stream->count - first, sizeof *stream->words, compare_words);
  for (size_t i = first + 1; i < stream->count; i++) {
    if (stream->words[i] != stream->words[kept]) stream->words[++kept] = stream->words[i];
  }
  stream->count = kept + 1;
}

static int add_keywords(struct batch *batch, const struct nsearch_article *article, struct batch_doc *doc,
                        struct nsearch_error *err) {
  static const struct {
    uint8_t tag;
    enum article_part part;
  } parts[] = {{TAG_SOURCE, ARTICLE_SOURCE}, {TAG_SECTION, ARTICLE_SECTION}};
  size_t first = batch->stream.count, len;
  int status = NSEARCH_OK;
  for (size_t i = 0; !status && i < sizeof parts / sizeof *parts; i++) {
    const char *value = article_get(article, parts[i].part, &len);
    status = add_keyword(batch, parts[i].tag, value, len, err);
  }
  const char *name = article_get(article, ARTICLE_LANGUAGE, &len);
  char tag[LANGUAGE_TAG_MAX];
  size_t tag_len = language_tag(name, len, tag);
  if (!status) status = add_keyword(batch, TAG_LANGUAGE, tag_len ? tag : name, tag_len ? tag_len : len, err);
  char site[256];
  const char *url = article_get(article, ARTICLE_URL, &len);
  if (!status && article_site(url, len, site, sizeof site, &len)) {
    status = add_keyword(batch, TAG_SITE, site, len, err);
  }
  if (!status) status = add_keyword_list(batch, TAG_TOPIC, &article->topics, err);
  if (!status) status = add_keyword_list(batch, TAG_BYLINE, &article->authors, err);
  if (!status) drop_repeated(&batch->stream, first);
  doc->keyword_len = (uint32_t)(batch->stream.count - first);
  return status;
}

static void describe(const struct nsearch_article *article, uint64_t sequence, struct segment_doc *meta) {
  size_t len;
  const char *id = article_get(article, ARTICLE_ID, &len);
  meta->id_hash = hash_bytes(id, len);
  const char *url = article_get(article, ARTICLE_URL, &len);
  meta->url_hash = len ? hash_bytes(url, len) : 0;
  meta->card = meta->text = PLACE_NONE;
  bool dated = article_is_dated(article);
  meta->published = dated ? article->published.seconds : INT64_MIN;
  meta->date_info = (uint8_t)((dated ? article->published.precision : 0) | (unsigned)article->origin << 4);
  meta->sequence = sequence;
}

/* What one piece has of the article: the first all but some of the body. */
static int add_parts(struct batch *batch, const struct write_options *options, const struct nsearch_article *article,
                     int language, struct batch_doc *doc, struct piece *piece, struct pack_out *cards,
                     struct pack_out *texts, struct nsearch_error *err) {
  bool first = piece->body == 0;
  int status = first ? add_title(batch, options, article, language, doc, err) : NSEARCH_OK;
  if (!status) status = add_body(batch, article, language, piece, err);
  doc->text_len = (uint32_t)(batch->stream.count - doc->start);
  if (status || !first) return status;
  status = add_title_twin(batch, options, doc, err);
  if (!status) status = add_authors(batch, article, doc, err);
  if (!status) status = add_keywords(batch, article, doc, err);
  return status ? status : store_article(batch, article, cards, texts, &doc->meta, err);
}

int batch_add(struct batch *batch, const struct write_options *options, const struct nsearch_article *article,
              uint64_t sequence, struct piece *piece, struct pack_out *cards, struct pack_out *texts,
              struct nsearch_error *err) {
  int status = memory_reserve(&batch->docs, &batch->doc_capacity, batch->doc_count + 1, sizeof *batch->docs, err);
  if (status) return status;
  struct batch_doc *doc = &batch->docs[batch->doc_count];
  memset(doc, 0, sizeof *doc);
  doc->start = batch->stream.count;
  doc->before = piece->words;
  describe(article, sequence, &doc->meta);
  size_t len;
  const char *name = article_get(article, ARTICLE_LANGUAGE, &len);
  int language = options->language;
  if (language != LANGUAGE_NONE && len && language_find(name, len) > LANGUAGE_NONE) language = language_find(name, len);
  status = add_parts(batch, options, article, language, doc, piece, cards, texts, err);
  if (status) {
    batch->stream.count = doc->start; /* what belongs to no document would be counted as a word's */
    return status;
  }
  doc->meta.length = doc->text_len;
  piece->words += doc->text_len - doc->title_tokens * (options->title_weight - 1);
  if (language != LANGUAGE_NONE) batch->languages |= UINT64_C(1) << language;
  batch->doc_count++;
  return NSEARCH_OK;
}
