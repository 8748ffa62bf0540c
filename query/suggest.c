/* Did you mean: the question with words that no article holds replaced by the nearest ones that some do. */
#include "query/query.h"

struct suggestion {
  struct planner *planner;
  const char *question;
  struct buffer text; /* of the question up to `done`, words replaced */
  size_t done;
  size_t looked, unknown; /* words so far */
};

static bool is_done(const struct suggestion *suggestion) {
  return suggestion->looked >= SUGGEST_WORDS || suggestion->unknown >= SUGGEST_UNKNOWN;
}

/* Whether an article that can be found holds the term: all that df counts may be deleted. */
static int is_found(struct planner *planner, struct term_key key, uint64_t df, bool *found) {
  struct node leaf = {.kind = NODE_TERM, .keys = &key, .key_count = 1};
  struct search_request request = {
      .tree = &leaf, .order = ORDER_NEWEST, .limit = 1, .since = INT64_MIN, .until = INT64_MAX};
  struct search_answer answer;
  if (planner->request) {
    request.deadline = planner->request->deadline;
    request.cancel = planner->request->cancel;
    request.cancel_payload = planner->request->cancel_payload;
  }
  *found = df > planner->stats->deleted;
  if (*found || df == 0) return NSEARCH_OK;
  int status = planner->engine->search(planner->snapshot, &request, &answer, planner->err);
  if (status) return status;
  *found = answer.hit_count > 0;
  search_answer_free(&answer);
  return NSEARCH_OK;
}

/* Whether any article holds one of the leaf's terms. */
static int is_held(struct planner *planner, const struct node *leaf, bool *held) {
  *held = false;
  for (size_t i = 0; i < leaf->key_count && !*held; i++) {
    uint64_t df;
    struct term_key key = leaf->keys[i];
    int status = planner->engine->frequency(planner->snapshot, key.bytes, key.len, &df, planner->err);
    if (!status) status = is_found(planner, key, df, held);
    if (status) return status;
  }
  return NSEARCH_OK;
}

/* The nearest term that an article holds; *distance 0: there is none. Of many near ones the nearest are looked at. */
static int nearest_found(struct planner *planner, const struct folded *folded, unsigned edits,
                         struct near_term *nearest) {
  struct near_term best[FUZZY_MAX];
  size_t count, room = planner->stats->deleted ? FUZZY_MAX : 1;
  bool more, found = false;
  int status = nearest_terms(planner, TAG_TEXT, folded->exact, folded->exact_len, edits, best, room, &count, &more);
  for (size_t i = 0; !status && !found && i < count; i++) {
    *nearest = best[i];
    status = is_found(planner, best[i].key, best[i].df, &found);
  }
  if (!found) nearest->distance = 0;
  return status;
}

/* Puts the nearest term in the place of words[i], which no article holds. */
static int replace(struct suggestion *suggestion, const struct raw_words *words, size_t i) {
  struct planner *planner = suggestion->planner;
  const struct raw_word *word = &words->words[i];
  struct folded folded;
  struct near_term nearest;
  int status = raw_words_fold(planner, words, i, LANGUAGE_NONE, &folded);
  if (status) return status;
  unsigned edits = edits_allowed(characters_of(folded.exact, folded.exact_len));
  if (!edits) return NSEARCH_OK;
  suggestion->unknown++;
  status = nearest_found(planner, &folded, edits, &nearest);
  if (status || !nearest.distance) return status;
  size_t start = (size_t)(words->text - suggestion->question) + word->start;
  buffer_add(&suggestion->text, suggestion->question + suggestion->done, start - suggestion->done);
  buffer_add(&suggestion->text, nearest.key.bytes + 1, nearest.key.len - 1);
  suggestion->done = start + (word->end - word->start);
  return NSEARCH_OK;
}

/* `exact`: the word stands for itself alone, as in quotes. */
static int look_at_words(struct suggestion *suggestion, const struct question_node *clause, bool exact) {
  struct raw_words words = {0};
  struct planner *planner = suggestion->planner;
  int status = raw_words_typed(planner, clause, &words);
  if (clause->kind == QUESTION_PHRASE || words.count > 1) exact = true;
  for (size_t i = 0; i < words.count && !status && !is_done(suggestion); i++) {
    struct node *leaf = NULL;
    bool held;
    suggestion->looked++;
    if (words.words[i].spaceless) continue; /* a character or two */
    status = exact ? leaf_of_exact(planner, &words, i, TAG_TEXT, SCORE_NONE, &leaf)
                   : leaf_of_stems(planner, &words, SCORE_NONE, &leaf, NULL);
    if (!status) status = is_held(planner, leaf, &held);
    if (!status && !held) status = replace(suggestion, &words, i);
  }
  memory_free(words.words);
  return status;
}

/* No deeper than groups nest. */
static int look_at(struct suggestion *suggestion, const struct question_node *node) {
  int status = NSEARCH_OK;
  for (const struct question_node *child = node->children; child && !status; child = child->next) {
    if (child->sign == SIGN_EXCLUDED || is_done(suggestion)) continue;
    if (child->kind != QUESTION_WORD && child->kind != QUESTION_PHRASE)
      status = look_at(suggestion, child);
    else if (child->scope == SCOPE_ARTICLE && child->shape == SHAPE_WORD)
      status = look_at_words(suggestion, child, node->kind == QUESTION_NEAR);
  }
  return status;
}

int suggest_make(struct planner *planner, const char *question, const struct question_node *parsed, const char **out) {
  struct suggestion suggestion = {.planner = planner, .question = question};
  *out = NULL;
  int status = look_at(&suggestion, parsed);
  if (!status && suggestion.done) {
    buffer_text(&suggestion.text, question + suggestion.done);
    status = buffer_status(&suggestion.text, planner->err);
    if (!status && !(*out = pool_copy(planner->pool, suggestion.text.bytes, suggestion.text.len)))
      status = error_memory(planner->err);
  }
  buffer_free(&suggestion.text);
  if (status != NSEARCH_ERR_DEADLINE) return status;
  /* The hits are there: a courtesy that came too late is left out. */
  error_clear(planner->err);
  return NSEARCH_OK;
}
