/* What stands for many terms: prefixes, wildcards, words that may be misspelt. */
#include "query/query.h"

#include <string.h>

int expand_count(struct planner *planner, size_t position) {
  if (planner->expansions++ < EXPANSIONS_MAX) return NSEARCH_OK;
  return question_expected(planner->err, position, "at most 256 words with * ? or ~, and single characters");
}

/* ---- prefixes ---- */

struct expansion {
  struct planner *planner;
  struct node *leaf;
  size_t room;
  expand_filter wanted;
  const void *payload;
  int status;
};

static bool add_term(void *payload, struct term_key key, uint64_t df) {
  struct expansion *expansion = payload;
  struct node *leaf = expansion->leaf;
  (void)df;
  expansion->status = planner_check(expansion->planner);
  if (expansion->status) return false;
  if (expansion->wanted && !expansion->wanted(expansion->payload, key)) return true;
  if (leaf->key_count == EXPANSION_MAX) {
    expansion->planner->cut = true;
    return false;
  }
  if (leaf->key_count == expansion->room) {
    size_t room = expansion->room ? expansion->room * 4 : 4;
    struct term_key *keys = pool_take(expansion->planner->pool, room * sizeof *keys);
    if (!keys) {
      expansion->status = error_memory(expansion->planner->err);
      return false;
    }
    if (leaf->key_count) memcpy(keys, leaf->keys, leaf->key_count * sizeof *keys);
    leaf->keys = keys;
    expansion->room = room;
  }
  char *bytes = pool_copy(expansion->planner->pool, key.bytes, key.len);
  if (bytes)
    leaf->keys[leaf->key_count++] = (struct term_key){bytes, key.len};
  else
    expansion->status = error_memory(expansion->planner->err);
  return bytes != NULL;
}

int expand_filtered(struct planner *planner, const char *prefix, size_t len, expand_filter wanted, const void *payload,
                    struct node *leaf) {
  struct expansion expansion = {.planner = planner, .leaf = leaf, .wanted = wanted, .payload = payload};
  int status = planner->engine->terms(planner->snapshot, prefix, len, NULL, 0, add_term, &expansion, planner->err);
  return expansion.status ? expansion.status : status;
}

int expand_prefix(struct planner *planner, const char *prefix, size_t len, struct node *leaf) {
  return expand_filtered(planner, prefix, len, NULL, NULL, leaf);
}

/* ---- wildcards ---- */

/* What * and ? are in a pattern while it is folded: characters that no word holds and folding leaves alone. */
enum { ANY_RUN = 1, ANY_ONE = 2 };

struct pattern {
  const char *bytes;
  size_t len;
};

static size_t next_character(struct term_key key, size_t at) {
  uint32_t code_point;
  return utf8_step(key.bytes, key.len, at, &code_point);
}

/* Takes time in proportion to the term times the pattern at worst: what follows the last * is all that is tried again. */
static bool matches_pattern(const void *payload, struct term_key key) {
  const struct pattern *pattern = payload;
  size_t at = 1, in = 0, run = SIZE_MAX, run_at = 0;
  while (at < key.len) {
    char wanted = in < pattern->len ? pattern->bytes[in] : '\0';
    if (wanted == ANY_RUN) {
      run = in++;
      run_at = at;
    } else if (wanted == ANY_ONE) {
      in++;
      at = next_character(key, at);
    } else if (in < pattern->len && wanted == key.bytes[at]) {
      in++;
      at++;
    } else if (run != SIZE_MAX) {
      at = run_at = next_character(key, run_at);
      in = run + 1;
    } else {
      return false;
    }
  }
  while (in < pattern->len && pattern->bytes[in] == ANY_RUN) in++;
  return in == pattern->len;
}

/* The clause's text with its wildcards marked, a run of * as one. */
static char *mark_wildcards(struct planner *planner, const struct question_node *clause, size_t *len) {
  char *marked = pool_take(planner->pool, clause->len + 1);
  *len = 0;
  for (size_t i = 0; marked && i < clause->len; i++) {
    char c = clause->text[i] == '*' ? ANY_RUN : clause->text[i] == '?' ? ANY_ONE : clause->text[i];
    if (c != ANY_RUN || *len == 0 || marked[*len - 1] != ANY_RUN) marked[(*len)++] = c;
  }
  return marked;
}

int expand_wildcard(struct planner *planner, const struct question_node *clause, enum term_tag tag, struct node *leaf) {
  size_t marked_len, literal = 1;
  struct folded folded;
  char prefix[TERM_MAX + 2];
  char *marked = mark_wildcards(planner, clause, &marked_len);
  if (!marked) return error_memory(planner->err);
  int status = fold_word(planner->folder, LANGUAGE_NONE, false, marked, marked_len, &folded, planner->err);
  if (status) return status;
  prefix[0] = (char)tag;
  for (size_t i = 0; i < folded.exact_len && folded.exact[i] != ANY_RUN && folded.exact[i] != ANY_ONE; i++)
    prefix[literal++] = folded.exact[i];
  if (literal == 1) return question_expected(planner->err, clause->position, "a letter or a digit before * and ?");
  struct pattern pattern = {folded.exact, folded.exact_len};
  return expand_filtered(planner, prefix, literal, matches_pattern, &pattern, leaf);
}

/* ---- near words ---- */

unsigned edits_allowed(size_t characters) { return characters >= 8 ? 2 : characters >= 4 ? 1 : 0; }

size_t characters_of(const char *text, size_t len) { return characters_between(text, 0, len); }

struct characters {
  uint32_t at[TERM_MAX + 1];
  size_t count;
};

static void read_characters(const char *text, size_t len, struct characters *out) {
  out->count = 0;
  for (size_t at = 0; at < len && out->count <= TERM_MAX;) at = utf8_step(text, len, at, &out->at[out->count++]);
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Optimal string alignment: insertions, deletions, substitutions and transpositions of neighbours, none of them on what
 * another one made. most + 1 stands for all that is larger; only a band of that width is looked at. */
static unsigned distance_of(const struct characters *a, const struct characters *b, unsigned most) {
  size_t longer = a->count > b->count ? a->count - b->count : b->count - a->count;
  if (longer > most) return most + 1;
  uint8_t rows[3][TERM_MAX + 2] = {{0}}, *row = rows[0], *last = rows[1], *before = rows[2];
  for (size_t j = 0; j <= b->count; j++) last[j] = (uint8_t)least((unsigned)j, most + 1);
  for (size_t i = 1; i <= a->count; i++) {
    size_t from = i > most ? i - most : 1, to = i + most < b->count ? i + most : b->count;
    unsigned best = least(from == 1 ? (unsigned)i : most + 1, most + 1);
    row[from - 1] = (uint8_t)best;
    for (size_t j = from; j <= to; j++) {
      unsigned edits = last[j - 1] + (unsigned)(a->at[i - 1] != b->at[j - 1]);
      edits = least(edits, row[j - 1] + 1u);
      if (j < i + most) edits = least(edits, last[j] + 1u); /* else outside the band */
      if (i > 1 && j > 1 && a->at[i - 1] == b->at[j - 2] && a->at[i - 2] == b->at[j - 1])
        edits = least(edits, before[j - 2] + 1u);
      row[j] = (uint8_t)least(edits, most + 1);
      best = least(best, edits);
    }
    if (best > most) return most + 1;
    uint8_t *spare = before;
    before = last;
    last = row;
    row = spare;
  }
  return last[b->count];
}

struct search {
  struct planner *planner;
  struct characters word;
  unsigned edits;
  struct near_term *best;
  size_t count, room;
  bool more;
  int status;
};

/* Terms come in byte order, so of equals the one that is there stays first. */
static bool is_nearer(const struct near_term *a, const struct near_term *b) {
  return a->distance != b->distance ? a->distance < b->distance : a->df > b->df;
}

static bool look_at_term(void *payload, struct term_key key, uint64_t df) {
  struct search *search = payload;
  struct characters term;
  search->status = planner_check(search->planner);
  if (search->status) return false;
  if (key.len - 1 > TERM_MAX) return true;
  read_characters(key.bytes + 1, key.len - 1, &term);
  struct near_term found = {key, df, distance_of(&search->word, &term, search->edits)};
  if (found.distance > search->edits) return true;
  size_t at = search->count;
  while (at && is_nearer(&found, &search->best[at - 1])) at--;
  if (search->count == search->room) {
    search->more = true;
    if (at == search->room) return true;
  } else {
    search->count++;
  }
  found.key.bytes = pool_copy(search->planner->pool, key.bytes, key.len);
  if (!found.key.bytes) {
    search->status = error_memory(search->planner->err);
    return false;
  }
  memmove(search->best + at + 1, search->best + at, (search->count - 1 - at) * sizeof *search->best);
  search->best[at] = found;
  return true;
}

int nearest_terms(struct planner *planner, enum term_tag tag, const char *word, size_t len, unsigned edits,
                  struct near_term *best, size_t room, size_t *count, bool *more) {
  struct search search = {.planner = planner, .edits = edits, .best = best, .room = room};
  char prefix[5] = {(char)tag};
  uint32_t first;
  size_t first_len = utf8_step(word, len, 0, &first);
  memcpy(prefix + 1, word, first_len);
  read_characters(word, len, &search.word);
  int status =
      planner->engine->terms(planner->snapshot, prefix, first_len + 1, NULL, 0, look_at_term, &search, planner->err);
  *count = search.count;
  *more = search.more;
  return search.status ? search.status : status;
}

int expand_fuzzy(struct planner *planner, const struct question_node *clause, enum term_tag tag, struct node *leaf) {
  struct folded folded;
  struct near_term best[FUZZY_MAX];
  size_t count;
  bool more;
  int status = fold_word(planner->folder, LANGUAGE_NONE, false, clause->text, clause->len, &folded, planner->err);
  if (status) return status;
  unsigned allowed = edits_allowed(characters_of(folded.exact, folded.exact_len));
  if (!allowed || clause->edits > allowed)
    return question_expected(planner->err, clause->position,
                             clause->edits == 2 ? "a word of at least 8 characters before ~2"
                                                : "a word of at least 4 characters before ~");
  status = nearest_terms(planner, tag, folded.exact, folded.exact_len, clause->edits ? clause->edits : allowed, best,
                         FUZZY_MAX, &count, &more);
  if (status) return status;
  planner->cut = planner->cut || more;
  leaf->keys = pool_take(planner->pool, count * sizeof *leaf->keys);
  if (!leaf->keys) return error_memory(planner->err);
  for (size_t i = 0; i < count; i++) leaf->keys[leaf->key_count++] = best[i].key;
  return NSEARCH_OK;
}
