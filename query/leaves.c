/* Words and phrases as leaf terms: what an engine is asked for. */
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

struct node *leaf_new(struct planner *planner, enum leaf_score score, size_t key_room) {
  struct node *leaf = node_new(planner, NODE_TERM, 0);
  if (!leaf || (key_room && !(leaf->keys = pool_take(planner->pool, key_room * sizeof *leaf->keys)))) return NULL;
  leaf->score = score;
  leaf->boost = 1;
  return leaf;
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

/* ---- what people are told ---- */

enum name { NAME_WORD, NAME_PHRASE, NAME_WILDCARD, NAME_FUZZY, NAME_PREFIX };
static const char *const names[][5] = {
    {"word", "phrase", "wildcard", "fuzzy", "prefix"},
    {"title word", "title phrase", "title wildcard", "title fuzzy", "title prefix"},
    {"author word", "author phrase", "author wildcard", "author fuzzy", "author prefix"}};

static void say(struct node *node, enum term_tag tag, enum name name, const char *text, size_t len) {
  node->name = names[tag == TAG_TITLE ? 1 : tag == TAG_AUTHOR ? 2 : 0][name];
  node->text = text;
  node->text_len = len;
}

static void say_word(struct node *leaf, enum term_tag tag, const struct raw_words *words, size_t i) {
  const struct raw_word *word = &words->words[i];
  say(leaf, tag, NAME_WORD, words->text + word->start, word->end - word->start);
}

/* ---- words ---- */

int leaf_of_exact(struct planner *planner, const struct raw_words *words, size_t i, enum term_tag tag,
                  enum leaf_score score, struct node **out) {
  struct folded folded;
  char head = (char)tag;
  int status = raw_words_fold(planner, words, i, LANGUAGE_NONE, &folded);
  if (status) return status;
  *out = leaf_new(planner, score, 1);
  if (!*out || !add_key(planner, *out, &head, 1, folded.exact, folded.exact_len)) return error_memory(planner->err);
  say_word(*out, tag, words, i);
  return NSEARCH_OK;
}

int leaf_of_single_word(struct planner *planner, const struct question_node *clause, enum term_tag tag,
                        enum leaf_score score, struct node **out) {
  struct raw_words words = {0};
  int status = NSEARCH_OK;
  if (clause->kind == QUESTION_WORD && clause->shape == SHAPE_WORD) status = raw_words_typed(planner, clause, &words);
  if (!status && words.count == 1)
    status = leaf_of_exact(planner, &words, 0, tag, score, out);
  else if (!status)
    status = question_expected(planner->err, clause->position, "a single word beside NEAR");
  memory_free(words.words);
  return status;
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

static bool has_elision(const struct planner *planner) {
  bool elides = false;
  for (int language = 0; language < language_count() && !elides; language++)
    elides = has_language(planner, language) && language_elides(language);
  return elides;
}

int raw_words_typed(struct planner *planner, const struct question_node *clause, struct raw_words *out) {
  int status = raw_words_cut(clause, out, planner->err);
  if (status || clause->kind != QUESTION_WORD || clause->scope != SCOPE_ARTICLE || !has_elision(planner)) return status;
  size_t elided = 0;
  while (elided + 1 < out->count && out->words[elided].elided) elided++;
  out->count -= elided;
  if (elided) memmove(out->words, out->words + elided, out->count * sizeof *out->words);
  return NSEARCH_OK;
}

/* The union of the word's stems in the languages of the index; where it has none, the exact term. */
int leaf_of_stems(struct planner *planner, const struct raw_words *words, enum leaf_score score, struct node **out,
                  bool *stop) {
  const struct raw_word *word = &words->words[0];
  int count = language_count();
  struct node *leaf = leaf_new(planner, score, (size_t)count);
  bool listed = false;
  if (!leaf) return error_memory(planner->err);
  for (int language = 0; language < count; language++) {
    if (!has_language(planner, language)) continue;
    struct folded folded;
    int status = raw_words_fold(planner, words, 0, language, &folded);
    if (status) return status;
    char head[3] = {TAG_STEM, language_code(language)[0], language_code(language)[1]};
    if (!add_key(planner, leaf, head, sizeof head, folded.stem, folded.stem_len)) return error_memory(planner->err);
    listed = listed || stop_word(language, folded.exact, folded.exact_len);
  }
  if (stop) *stop = listed && !in_capitals(words->text + word->start, word->end - word->start);
  *out = leaf;
  say_word(leaf, TAG_TEXT, words, 0);
  return leaf->key_count ? NSEARCH_OK : leaf_of_exact(planner, words, 0, TAG_TEXT, score, out);
}

/* ---- what is expanded ---- */

static enum leaf_score constant(enum leaf_score score) { return score == SCORE_NONE ? score : SCORE_CONSTANT; }

/* All terms that begin with the character. */
static int leaf_of_single(struct planner *planner, const struct question_node *clause, const struct raw_words *words,
                          enum term_tag tag, enum leaf_score score, struct node **out) {
  struct folded folded;
  char prefix[TERM_MAX + 1];
  int status = expand_count(planner, clause->position);
  if (!status) status = raw_words_fold(planner, words, 0, LANGUAGE_NONE, &folded);
  if (status) return status;
  prefix[0] = (char)tag;
  memcpy(prefix + 1, folded.exact, folded.exact_len);
  if (!(*out = leaf_new(planner, constant(score), 0))) return error_memory(planner->err);
  say(*out, tag, NAME_PREFIX, clause->text, clause->len);
  return expand_prefix(planner, prefix, folded.exact_len + 1u, *out);
}

static int leaf_of_shape(struct planner *planner, const struct question_node *clause, enum term_tag tag,
                         enum leaf_score score, struct node **out) {
  struct node *leaf = *out = leaf_new(planner, constant(score), 0);
  if (!leaf) return error_memory(planner->err);
  bool fuzzy = clause->shape == SHAPE_FUZZY;
  say(leaf, tag, fuzzy ? NAME_FUZZY : NAME_WILDCARD, clause->text, clause->typed_len);
  int status = expand_count(planner, clause->position);
  if (status) return status;
  return fuzzy ? expand_fuzzy(planner, clause, tag, leaf) : expand_wildcard(planner, clause, tag, leaf);
}

/* ---- clauses ---- */

static int leaf_of_phrase(struct planner *planner, const struct question_node *clause, const struct raw_words *words,
                          enum term_tag tag, enum leaf_score score, struct node **out) {
  struct node *phrase = *out = node_new(planner, NODE_PHRASE, words->count);
  if (!phrase) return error_memory(planner->err);
  phrase->slop = clause->slop;
  say(phrase, tag, NAME_PHRASE, clause->text, clause->len);
  int status = NSEARCH_OK;
  for (size_t i = 0; i < words->count && !status; i++)
    status = leaf_of_exact(planner, words, i, tag, score, &phrase->children[i]);
  return status;
}

static int leaf_of_words(struct planner *planner, const struct question_node *clause, const struct raw_words *words,
                         enum term_tag tag, enum leaf_score score, struct node **out, enum leaf_class *class) {
  bool quoted = clause->kind == QUESTION_PHRASE, stop = false;
  *class = quoted ? LEAF_QUOTED : words->count > 1 ? LEAF_JOINED : LEAF_PLAIN;
  if (words->count > 1) return leaf_of_phrase(planner, clause, words, tag, score, out);
  if (!quoted && raw_words_single(words)) return leaf_of_single(planner, clause, words, tag, score, out);
  if (quoted || tag != TAG_TEXT) return leaf_of_exact(planner, words, 0, tag, score, out);
  int status = leaf_of_stems(planner, words, score, out, &stop);
  if (stop) *class = LEAF_STOP;
  return status;
}

int leaf_of_text(struct planner *planner, const struct question_node *clause, enum term_tag tag, enum leaf_score score,
                 struct node **out, enum leaf_class *class) {
  *out = NULL;
  *class = LEAF_PLAIN;
  if (clause->shape != SHAPE_WORD) return leaf_of_shape(planner, clause, tag, score, out);
  struct raw_words words = {0};
  int status = raw_words_typed(planner, clause, &words);
  *class = LEAF_NOTHING;
  if (!status && words.count) status = leaf_of_words(planner, clause, &words, tag, score, out, class);
  memory_free(words.words);
  return status;
}
