/* Words, phrases and field values as leaf terms: what an engine is asked for. */
#include "query/query.h"

#include <string.h>
#include <utf8proc.h>

struct node *node_new(struct planner *planner, enum node_kind kind, size_t child_count) {
  struct node *node = pool_take(planner->pool, sizeof *node);
  if (!node) return NULL;
  node->kind = kind;
  node->child_count = child_count;
  if (child_count && !(node->children = pool_take(planner->pool, child_count * sizeof *node->children))) return NULL;
  return node;
}

/* A leaf with room for that many keys. */
static struct node *leaf_new(struct planner *planner, enum leaf_score score, size_t key_room) {
  struct node *leaf = node_new(planner, NODE_TERM, 0);
  if (!leaf || (key_room && !(leaf->keys = pool_take(planner->pool, key_room * sizeof *leaf->keys)))) return NULL;
  leaf->score = score;
  leaf->boost = 1;
  return leaf;
}

int leaf_of_none(struct planner *planner, struct node **out) {
  *out = leaf_new(planner, SCORE_NONE, 0);
  return *out ? NSEARCH_OK : error_memory(planner->err);
}

/* Adds the key head text; false for want of memory. */
static bool add_key(struct planner *planner, struct node *leaf, const char *head, size_t head_len, const char *text,
                    size_t len) {
  char *bytes = pool_take(planner->pool, head_len + len + 1);
  if (!bytes) return false;
  memcpy(bytes, head, head_len);
  memcpy(bytes + head_len, text, len);
  leaf->keys[leaf->key_count++] = (struct term_key){bytes, (uint32_t)(head_len + len)};
  return true;
}

/* ---- prefixes ---- */

struct expansion {
  struct planner *planner;
  struct node *leaf;
  size_t room;
  bool failed;
};

static bool expand_term(void *payload, struct term_key key, uint64_t df) {
  struct expansion *expansion = payload;
  struct node *leaf = expansion->leaf;
  (void)df;
  if (leaf->key_count == EXPANSION_MAX) {
    expansion->planner->cut = true;
    return false;
  }
  if (leaf->key_count == expansion->room) {
    size_t room = expansion->room ? expansion->room * 4 : 4;
    struct term_key *keys = pool_take(expansion->planner->pool, room * sizeof *keys);
    if (!keys) {
      expansion->failed = true;
      return false;
    }
    if (leaf->key_count) memcpy(keys, leaf->keys, leaf->key_count * sizeof *keys);
    leaf->keys = keys;
    expansion->room = room;
  }
  expansion->failed = !add_key(expansion->planner, leaf, key.bytes, key.len, "", 0);
  return !expansion->failed;
}

/* A leaf of all the terms that begin with prefix; none may. */
static int leaf_of_prefix(struct planner *planner, const char *prefix, size_t len, enum leaf_score score,
                          struct node **out) {
  struct expansion expansion = {.planner = planner, .leaf = leaf_new(planner, score, 0)};
  *out = expansion.leaf;
  if (!expansion.leaf) return error_memory(planner->err);
  int status = planner->engine->terms(planner->snapshot, prefix, len, NULL, 0, expand_term, &expansion, planner->err);
  return expansion.failed ? error_memory(planner->err) : status;
}

/* ---- words ---- */

struct raw_words {
  const char *text; /* well-formed */
  struct raw_word *words;
  size_t count, room;
};

/* Cuts a clause's text into words. The single last character of a spaceless run that ends the text is left out: the
 * run of the article may go on. */
static int cut_words(struct planner *planner, const struct question_node *clause, struct raw_words *out) {
  size_t len = clause->len;
  out->text = clause->text;
  if (utf8_valid_prefix(clause->text, len) < len) {
    struct buffer repaired = {0};
    utf8_repair(clause->text, len, &repaired);
    out->text = repaired.failed ? NULL : pool_copy(planner->pool, repaired.bytes, repaired.len);
    len = repaired.len;
    buffer_free(&repaired);
    if (!out->text) return error_memory(planner->err);
  }
  struct word_scan scan = {.text = out->text, .len = len};
  for (struct raw_word word; word_next(&scan, &word);) {
    int status = memory_reserve(&out->words, &out->room, out->count + 1, sizeof *out->words, planner->err);
    if (status) return status;
    out->words[out->count++] = word;
  }
  if (out->count && out->words[out->count - 1].run_tail) out->count--;
  return NSEARCH_OK;
}

/* True when all there is is a single character of a spaceless script, not a bigram. */
static bool is_single(const struct raw_words *words) {
  const struct raw_word *word = &words->words[0];
  size_t letters = 0;
  for (size_t at = word->start; at < word->end;) {
    uint32_t code_point;
    at = utf8_step(words->text, word->end, at, &code_point);
    letters += char_class(code_point) == CLASS_SPACELESS;
  }
  return words->count == 1 && word->spaceless && letters == 1;
}

static int fold_raw(struct planner *planner, const struct raw_words *words, size_t i, int language,
                    struct folded *out) {
  const struct raw_word *word = &words->words[i];
  return fold_word(planner->folder, language, word->spaceless, words->text + word->start, word->end - word->start, out,
                   planner->err);
}

/* The exact term of one word. */
static int leaf_of_exact(struct planner *planner, const struct raw_words *words, size_t i, enum term_tag tag,
                         enum leaf_score score, struct node **out) {
  struct folded folded;
  char head = (char)tag;
  int status = fold_raw(planner, words, i, LANGUAGE_NONE, &folded);
  if (status) return status;
  *out = leaf_new(planner, score, 1);
  return *out && add_key(planner, *out, &head, 1, folded.exact, folded.exact_len) ? NSEARCH_OK
                                                                                  : error_memory(planner->err);
}

/* All terms that begin with the character. */
static int leaf_of_single(struct planner *planner, const struct raw_words *words, enum term_tag tag,
                          enum leaf_score score, struct node **out) {
  struct folded folded;
  char prefix[TERM_MAX + 1];
  int status = fold_raw(planner, words, 0, LANGUAGE_NONE, &folded);
  if (status) return status;
  prefix[0] = (char)tag;
  memcpy(prefix + 1, folded.exact, folded.exact_len);
  return leaf_of_prefix(planner, prefix, folded.exact_len + 1u, score == SCORE_NONE ? score : SCORE_CONSTANT, out);
}

static bool has_language(const struct planner *planner, int language) {
  return language != LANGUAGE_NONE && (planner->stats->languages >> language & 1);
}

/* Two or more letters, all of them capitals. */
static bool in_capitals(const char *raw, size_t len) {
  size_t capitals = 0;
  for (size_t at = 0; at < len;) {
    uint32_t c;
    at = utf8_step(raw, len, at, &c);
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    if (letter && category != UTF8PROC_CATEGORY_LU) return false;
    capitals += letter;
  }
  return capitals >= 2;
}

/* The union of an unquoted word's stems in the languages of the index; where it has none, the exact term. */
static int leaf_of_stems(struct planner *planner, const struct raw_words *words, enum leaf_score score,
                         struct node **out, enum leaf_class *class) {
  const struct raw_word *word = &words->words[0];
  int count = language_count();
  struct node *leaf = leaf_new(planner, score, (size_t)count);
  bool stop = false;
  if (!leaf) return error_memory(planner->err);
  for (int language = 0; language < count; language++) {
    if (!has_language(planner, language)) continue;
    struct folded folded;
    int status = fold_raw(planner, words, 0, language, &folded);
    if (status) return status;
    char head[3] = {TAG_STEM, language_code(language)[0], language_code(language)[1]};
    if (!add_key(planner, leaf, head, sizeof head, folded.stem, folded.stem_len)) return error_memory(planner->err);
    stop = stop || stop_word(language, folded.exact, folded.exact_len);
  }
  *class = stop && !in_capitals(words->text + word->start, word->end - word->start) ? LEAF_STOP : LEAF_PLAIN;
  *out = leaf;
  return leaf->key_count ? NSEARCH_OK : leaf_of_exact(planner, words, 0, TAG_TEXT, score, out);
}

static int leaf_of_phrase(struct planner *planner, const struct raw_words *words, uint32_t slop, enum term_tag tag,
                          enum leaf_score score, struct node **out) {
  struct node *phrase = *out = node_new(planner, NODE_PHRASE, words->count);
  if (!phrase) return error_memory(planner->err);
  phrase->slop = slop;
  int status = NSEARCH_OK;
  for (size_t i = 0; i < words->count && !status; i++)
    status = leaf_of_exact(planner, words, i, tag, score, &phrase->children[i]);
  return status;
}

int leaf_of_text(struct planner *planner, const struct question_node *clause, enum term_tag tag, enum leaf_score score,
                 struct node **out, enum leaf_class *class) {
  struct raw_words words = {0};
  *out = NULL;
  *class = LEAF_NOTHING;
  int status = cut_words(planner, clause, &words);
  if (status || words.count == 0) goto out;
  bool quoted = clause->kind == QUESTION_PHRASE;
  *class = words.count == 1 && !quoted ? LEAF_PLAIN : quoted ? LEAF_QUOTED : LEAF_JOINED;
  if (words.count > 1)
    status = leaf_of_phrase(planner, &words, clause->slop, tag, score, out);
  else if (!quoted && is_single(&words))
    status = leaf_of_single(planner, &words, tag, score, out);
  else if (!quoted && tag == TAG_TEXT)
    status = leaf_of_stems(planner, &words, score, out, class);
  else
    status = leaf_of_exact(planner, &words, 0, tag, score, out);
out:
  memory_free(words.words);
  return status;
}

/* ---- keyword fields ---- */

/* Articles say "en", "en-GB" or "English": all of one language match its code and its name. */
struct language_filter {
  struct expansion expansion;
  int language;
};

static bool expand_language(void *payload, struct term_key key, uint64_t df) {
  struct language_filter *filter = payload;
  const char *end = memchr(key.bytes, '\0', key.len);
  size_t len = end ? (size_t)(end - key.bytes) : key.len;
  return language_find(key.bytes + 1, len - 1) != filter->language || expand_term(&filter->expansion, key, df);
}

static int leaf_of_language(struct planner *planner, int language, struct node **out) {
  struct language_filter filter = {{.planner = planner, .leaf = leaf_new(planner, SCORE_NONE, 0)}, language};
  *out = filter.expansion.leaf;
  if (!*out) return error_memory(planner->err);
  const char prefix = TAG_LANGUAGE;
  int status = planner->engine->terms(planner->snapshot, &prefix, 1, NULL, 0, expand_language, &filter, planner->err);
  return filter.expansion.failed ? error_memory(planner->err) : status;
}

static int leaf_of_keyword(struct planner *planner, enum term_tag tag, const char *value, size_t len,
                           struct node **out) {
  struct buffer prefix = {0};
  buffer_byte(&prefix, (uint8_t)tag);
  int status = fold_keyword(value, len, &prefix, planner->err);
  buffer_byte(&prefix, 0);
  if (!status) status = buffer_status(&prefix, planner->err);
  if (!status) status = leaf_of_prefix(planner, prefix.bytes, prefix.len, SCORE_NONE, out);
  buffer_free(&prefix);
  return status;
}

/* A host may come as it stands in a URL, or as the URL. */
static int leaf_of_site(struct planner *planner, const char *value, size_t len, struct node **out) {
  char host[256];
  size_t host_len;
  struct buffer url = {0};
  buffer_text(&url, "http://");
  buffer_add(&url, value, len);
  int status = buffer_status(&url, planner->err);
  if (status) goto out;
  if (article_site(value, len, host, sizeof host, &host_len) ||
      article_site(url.bytes, url.len, host, sizeof host, &host_len))
    status = leaf_of_keyword(planner, TAG_SITE, host, host_len, out);
  else
    status = leaf_of_none(planner, out);
out:
  buffer_free(&url);
  return status;
}

static int leaf_of_id(struct planner *planner, const char *value, size_t len, struct node **out) {
  char *id = pool_copy(planner->pool, value, len);
  struct node *node = id ? node_new(planner, NODE_DOC, 0) : NULL;
  if (!node) return error_memory(planner->err);
  int status = planner->engine->find(planner->snapshot, id, &node->doc, planner->err);
  if (status != NSEARCH_ERR_NOT_FOUND) {
    *out = node;
    return status;
  }
  error_clear(planner->err);
  return leaf_of_none(planner, out);
}

int leaf_of_value(struct planner *planner, const struct question_node *clause, struct node **out) {
  const char *value = clause->text;
  size_t len = clause->len;
  int language;
  switch (clause->scope) {
  case SCOPE_SOURCE:
    return leaf_of_keyword(planner, TAG_SOURCE, value, len, out);
  case SCOPE_SECTION:
    return leaf_of_keyword(planner, TAG_SECTION, value, len, out);
  case SCOPE_TOPIC:
    return leaf_of_keyword(planner, TAG_TOPIC, value, len, out);
  case SCOPE_LANGUAGE:
    language = language_find(value, len);
    return language > LANGUAGE_NONE ? leaf_of_language(planner, language, out)
                                    : leaf_of_keyword(planner, TAG_LANGUAGE, value, len, out);
  case SCOPE_SITE:
    return leaf_of_site(planner, value, len, out);
  default:
    return leaf_of_id(planner, value, len, out);
  }
}
