/* A clause's text as raw words. */
#include "query/query.h"

/* Adds the words of a well-formed piece of the text. */
static int cut_piece(size_t from, size_t len, struct raw_words *out, struct nsearch_error *err) {
  struct word_scan scan = {.text = out->text + from, .len = len};
  for (struct raw_word word; word_next(&scan, &word);) {
    int status = memory_reserve(&out->words, &out->room, out->count + 1, sizeof *out->words, err);
    if (status) return status;
    word.start += from;
    word.end += from;
    out->words[out->count++] = word;
  }
  return NSEARCH_OK;
}

int raw_words_cut(const struct question_node *clause, struct raw_words *out, struct nsearch_error *err) {
  const char *text = out->text = clause->text;
  int status = NSEARCH_OK;
  for (size_t at = 0; at < clause->len && !status;) {
    size_t good = utf8_valid_prefix(text + at, clause->len - at);
    status = cut_piece(at, good, out, err);
    at += good;
    if (at == clause->len) break;
    uint32_t code_point;
    bool bad = false;
    at += utf8_decode(text + at, clause->len - at, &code_point, &bad);
  }
  if (out->count && out->words[out->count - 1].run_tail) out->count--;
  return status;
}

int raw_words_fold(struct planner *planner, const struct raw_words *words, size_t i, int language, struct folded *out) {
  const struct raw_word *word = &words->words[i];
  int status = planner_check(planner);
  if (status) return status;
  return fold_word(planner->folder, language, word->spaceless, words->text + word->start, word->end - word->start, out,
                   planner->err);
}

bool raw_words_single(const struct raw_words *words) {
  const struct raw_word *word = &words->words[0];
  size_t letters = 0;
  for (size_t at = word->start; at < word->end;) {
    uint32_t code_point;
    at = utf8_step(words->text, word->end, at, &code_point);
    letters += char_class(code_point) == CLASS_SPACELESS;
  }
  return words->count == 1 && word->spaceless && letters == 1;
}
