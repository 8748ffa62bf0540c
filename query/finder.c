/* Where the words of a question stand in a body, and which stretch of it holds the most telling ones. */
#include "query/query.h"

#include <math.h>
#include <string.h>

enum {
  CORE_CHARACTERS = 170, /* from the first to the last match that count for a stretch */
  PHRASES_MAX = 64,      /* looked for as phrases; the words of others count alone */
  KEYS_FOR_IDF = 32,     /* a leaf of more keys is a prefix and not weighed by its df */
  WORDS_FOR_IDF = 256    /* a longer question is not weighed */
};

/* A word of the question, found when a token has one of its keys. Numbered from 1. */
struct sought {
  int64_t weight;
  uint32_t in_window;
};

struct phrase {
  uint32_t *words;
  size_t count;
  uint32_t slop;
  int64_t weight;
  uint32_t in_window;
};

struct finder {
  struct scratch *scratch;
  const struct reader_engine *engine;
  struct snapshot *snapshot;
  struct pool pool;
  uint32_t *terms; /* marked in the scratch */
  size_t term_count, term_room;
  struct sought *sought; /* [0] is no word */
  size_t sought_count, sought_room;
  struct phrase *phrases;
  size_t phrase_count, phrase_room;
  struct match *matches;
  size_t match_count, match_room;
  uint32_t mark_end; /* terms from here on are not marked */
};

/* ---- the words of the question ---- */

static int mark_term(struct finder *finder, uint32_t term, uint32_t word, struct nsearch_error *err) {
  struct scratch *scratch = finder->scratch;
  size_t had = scratch->mark_room;
  int status = memory_reserve(&scratch->marks, &scratch->mark_room, term + (size_t)1, sizeof *scratch->marks, err);
  if (status) return status;
  memset(scratch->marks + had, 0, (scratch->mark_room - had) * sizeof *scratch->marks);
  status = memory_reserve(&finder->terms, &finder->term_room, finder->term_count + 1, sizeof *finder->terms, err);
  if (status) return status;
  finder->terms[finder->term_count++] = term;
  scratch->marks[term] = word;
  if (term >= finder->mark_end) finder->mark_end = term + 1;
  return NSEARCH_OK;
}

static uint32_t marked(const struct finder *finder, uint32_t term) {
  return term < finder->mark_end ? finder->scratch->marks[term] : 0;
}

/* Marks the leaf's keys as one word of the question; keys that another leaf has already are that one's. Two words may
 * share their stem in one language and not in another. */
static int seek_leaf(struct finder *finder, const struct node *leaf, uint32_t *word, struct nsearch_error *err) {
  *word = 0;
  if (leaf->key_count == 0 || (leaf->keys[0].bytes[0] != TAG_TEXT && leaf->keys[0].bytes[0] != TAG_STEM))
    return NSEARCH_OK;
  uint32_t number = (uint32_t)finder->sought_count;
  int status = memory_reserve(&finder->sought, &finder->sought_room, number + (size_t)1, sizeof *finder->sought, err);
  if (status) return status;
  finder->sought[number] = (struct sought){.weight = 1};
  for (size_t i = 0; i < leaf->key_count; i++) {
    uint32_t term;
    status = lexicon_term(finder->scratch->lexicon, leaf->keys[i].bytes, leaf->keys[i].len, &term, err);
    if (!status && !marked(finder, term)) {
      status = mark_term(finder, term, number, err);
      finder->sought_count = number + (size_t)1;
    }
    if (status) return status;
    *word = marked(finder, term);
  }
  return NSEARCH_OK;
}

static int seek_phrase(struct finder *finder, const struct node *node, struct nsearch_error *err) {
  struct phrase phrase = {.slop = node->slop, .count = node->child_count};
  phrase.words = pool_take(&finder->pool, node->child_count * sizeof *phrase.words);
  if (!phrase.words) return error_memory(err);
  bool whole = node->child_count > 0;
  for (size_t i = 0; i < node->child_count; i++) {
    int status = seek_leaf(finder, node->children[i], &phrase.words[i], err);
    if (status) return status;
    whole = whole && phrase.words[i];
  }
  if (!whole || finder->phrase_count == PHRASES_MAX) return NSEARCH_OK;
  int status =
      memory_reserve(&finder->phrases, &finder->phrase_room, finder->phrase_count + 1, sizeof *finder->phrases, err);
  if (!status) finder->phrases[finder->phrase_count++] = phrase;
  return status;
}

static int seek_tree(struct finder *finder, const struct node *node, struct nsearch_error *err) {
  uint32_t word;
  if (node->kind == NODE_TERM) return seek_leaf(finder, node, &word, err);
  if (node->kind == NODE_PHRASE) return seek_phrase(finder, node, err);
  size_t count = node->kind == NODE_AND_NOT ? 1 : node->child_count;
  int status = NSEARCH_OK;
  for (size_t i = 0; i < count && !status; i++) status = seek_tree(finder, node->children[i], err);
  return status;
}

/* ---- their weights ---- */

static int weigh_leaf(struct finder *finder, const struct node *leaf, struct nsearch_error *err) {
  uint64_t df = 0, articles = stats_documents(finder->engine->stats(finder->snapshot));
  uint32_t term, word = 0;
  if (leaf->key_count == 0 || leaf->key_count > KEYS_FOR_IDF) return NSEARCH_OK;
  for (size_t i = 0; i < leaf->key_count; i++) {
    uint64_t one = 0;
    int status = lexicon_term(finder->scratch->lexicon, leaf->keys[i].bytes, leaf->keys[i].len, &term, err);
    if (!status)
      status = finder->engine->frequency(finder->snapshot, leaf->keys[i].bytes, leaf->keys[i].len, &one, err);
    if (status) return status;
    df += one;
    word = marked(finder, term);
  }
  if (word) finder->sought[word].weight = 1 + (int64_t)(1024 * log(1 + (double)articles / ((double)df + 0.5)));
  return NSEARCH_OK;
}

static int weigh_tree(struct finder *finder, const struct node *node, struct nsearch_error *err) {
  if (node->kind == NODE_TERM) return weigh_leaf(finder, node, err);
  size_t count = node->kind == NODE_AND_NOT ? 1 : node->child_count;
  int status = NSEARCH_OK;
  for (size_t i = 0; i < count && !status; i++) status = weigh_tree(finder, node->children[i], err);
  return status;
}

int finder_new(struct finder **out, struct scratch *scratch, const struct reader_engine *engine,
               struct snapshot *snapshot, const struct node *tree, struct nsearch_error *err) {
  *out = NULL;
  struct finder *finder = memory_zero(1, sizeof *finder);
  if (!finder) return error_memory(err);
  finder->scratch = scratch;
  finder->engine = engine;
  finder->snapshot = snapshot;
  int status = memory_reserve(&finder->sought, &finder->sought_room, 1, sizeof *finder->sought, err);
  if (!status) {
    finder->sought[finder->sought_count++] = (struct sought){0};
    status = seek_tree(finder, tree, err);
  }
  if (!status && finder->sought_count > 2 && finder->sought_count <= WORDS_FOR_IDF)
    status = weigh_tree(finder, tree, err);
  if (status) {
    finder_free(finder);
    return status;
  }
  for (size_t i = 0; i < finder->phrase_count; i++)
    for (size_t k = 0; k < finder->phrases[i].count; k++)
      finder->phrases[i].weight += finder->sought[finder->phrases[i].words[k]].weight;
  *out = finder;
  return NSEARCH_OK;
}

void finder_free(struct finder *finder) {
  if (!finder) return;
  for (size_t i = 0; i < finder->term_count; i++) finder->scratch->marks[finder->terms[i]] = 0;
  pool_free(&finder->pool);
  memory_free(finder->terms);
  memory_free(finder->sought);
  memory_free(finder->phrases);
  memory_free(finder->matches);
  memory_free(finder);
}

/* ---- where they stand ---- */

static int find_matches(struct finder *finder, const char *body, struct nsearch_error *err) {
  const struct tokens *tokens = &finder->scratch->tokens;
  const struct word *words = lexicon_words(finder->scratch->lexicon);
  uint32_t at = 0, characters = 0;
  finder->match_count = 0;
  for (size_t i = 0; i < tokens->count; i++) {
    const struct word *word = &words[tokens->words[i]];
    uint32_t exact = marked(finder, word->exact), stem = marked(finder, word->stem);
    if (!exact && !stem) continue;
    int status =
        memory_reserve(&finder->matches, &finder->match_room, finder->match_count + 1, sizeof *finder->matches, err);
    if (status) return status;
    uint32_t number = (uint32_t)finder->match_count++, start = tokens->places[i].start, end = tokens->places[i].end;
    /* Bigrams overlap: the next one may begin before the end of this one, never before its beginning. */
    characters += characters_between(body, at, start);
    at = start;
    finder->matches[number] = (struct match){.token = (uint32_t)i,
                                             .words = {exact, stem == exact ? 0 : stem},
                                             .start = start,
                                             .end = end,
                                             .first = characters,
                                             .last = characters + characters_between(body, start, end),
                                             .phrase_first = number};
  }
  return NSEARCH_OK;
}

static bool is_word(const struct match *match, uint32_t word) {
  return match->words[0] == word || match->words[1] == word;
}

/* Whether a phrase that begins at `first` may hold the match `at`. One that no stretch has room for is not looked for,
 * however much slop it has: that keeps the search linear. */
static bool in_reach(const struct finder *finder, uint32_t first, uint32_t at, uint64_t limit) {
  return at < finder->match_count && finder->matches[at].token <= limit &&
         finder->matches[at].last - finder->matches[first].first <= CORE_CHARACTERS;
}

/* The match that ends the phrase if it begins at `first`: in order, each word as early as can be; 0 when it does not. */
static uint32_t phrase_end(const struct finder *finder, const struct phrase *phrase, uint32_t first) {
  uint64_t limit = (uint64_t)finder->matches[first].token + phrase->count - 1 + phrase->slop;
  uint32_t at = first;
  for (size_t i = 1; i < phrase->count; i++) {
    do at++;
    while (in_reach(finder, first, at, limit) && !is_word(&finder->matches[at], phrase->words[i]));
    if (!in_reach(finder, first, at, limit)) return 0;
  }
  return at;
}

/* Notes the phrases that stand intact; of several that begin or end at one match, the first. */
static void find_phrases(struct finder *finder) {
  for (uint32_t i = 0; i < finder->match_count; i++)
    for (uint32_t k = 0; k < finder->phrase_count && !finder->matches[i].phrase; k++) {
      const struct phrase *phrase = &finder->phrases[k];
      uint32_t last = is_word(&finder->matches[i], phrase->words[0]) ? phrase_end(finder, phrase, i) : 0;
      if (last == 0 || finder->matches[last].phrase_first != last) continue;
      finder->matches[i].phrase = k + 1;
      finder->matches[i].phrase_last = last;
      finder->matches[last].phrase_first = i;
    }
}

/* ---- the best stretch ---- */

static int64_t count_in(uint32_t *in_window, int64_t weight, bool enters) {
  if (enters) return (*in_window)++ == 0 ? weight : 0;
  return --*in_window == 0 ? -weight : 0;
}

static int64_t count_words(struct finder *finder, const struct match *match, bool enters) {
  int64_t change = 0;
  for (size_t i = 0; i < 2; i++)
    if (match->words[i]) {
      struct sought *sought = &finder->sought[match->words[i]];
      change += count_in(&sought->in_window, sought->weight, enters);
    }
  return change;
}

static int64_t count_phrase(struct finder *finder, const struct match *first, bool enters) {
  struct phrase *phrase = &finder->phrases[first->phrase - 1];
  return count_in(&phrase->in_window, phrase->weight, enters);
}

/* The matches from *first to *last, CORE_CHARACTERS apart at most, that weigh most. Two ends that only move forward. */
static void best_stretch(struct finder *finder, uint32_t *first, uint32_t *last) {
  int64_t weight = 0, best = -1;
  uint32_t from = 0, to = 0;
  for (; to < finder->match_count; to++) {
    const struct match *match = &finder->matches[to];
    weight += count_words(finder, match, true);
    if (match->phrase_first != to && match->phrase_first >= from)
      weight += count_phrase(finder, &finder->matches[match->phrase_first], true);
    for (; from < to && match->last - finder->matches[from].first > CORE_CHARACTERS; from++) {
      const struct match *gone = &finder->matches[from];
      weight += count_words(finder, gone, false);
      if (gone->phrase && gone->phrase_last <= to) weight += count_phrase(finder, gone, false);
    }
    if (weight > best) {
      best = weight;
      *first = from;
      *last = to;
    }
  }
  for (; from < to; from++) {
    const struct match *gone = &finder->matches[from];
    count_words(finder, gone, false);
    if (gone->phrase && gone->phrase_last < to) count_phrase(finder, gone, false);
  }
}

int finder_find(struct finder *finder, int language, const char *body, size_t len, struct stretch *out,
                struct nsearch_error *err) {
  struct scratch *scratch = finder->scratch;
  *out = (struct stretch){0};
  if (finder->term_count == 0) return NSEARCH_OK;
  scratch->tokens.count = 0;
  int status = analyser_run(scratch->analyser, FIELD_TEXT, language, body, len, &scratch->tokens, err);
  if (!status) status = find_matches(finder, body, err);
  if (status) return status;
  find_phrases(finder);
  out->matches = finder->matches;
  out->count = finder->match_count;
  if (out->count) best_stretch(finder, &out->first, &out->last);
  return NSEARCH_OK;
}
