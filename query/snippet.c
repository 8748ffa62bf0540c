/* A body to the passage to show: the edges of the stretch, and its text on one line with its marks. */
#include "query/query.h"

enum {
  LEAD_CHARACTERS = 60, /* shown before the first match at most, while there is text behind the last */
  MARK_BYTES = 1200     /* of one mark: a longer word is cut */
};

void snippet_free(struct snippet *snippet) {
  buffer_free(&snippet->text);
  memory_free(snippet->marks);
}

/* ---- its edges ---- */

struct text {
  const char *bytes;
  size_t len;
};

static size_t step_back(const char *text, size_t at) {
  do at--;
  while (at > 0 && ((uint8_t)text[at] & 0xc0) == 0x80);
  return at;
}

static uint32_t character_at(const struct text *text, size_t at) {
  uint32_t code_point;
  utf8_step(text->bytes, text->len, at, &code_point);
  return code_point;
}

static bool ends_sentence(uint32_t c) {
  return c == '.' || c == '!' || c == '?' || c == '\n' || c == 0x3002 || c == 0xff01 || c == 0xff1f || c == 0xff0e;
}

/* Where a text without blanks may be cut: scripts with blanks are not cut inside a word. */
static bool is_spaceless(const struct text *text, size_t at) {
  return char_class(character_at(text, at)) == CLASS_SPACELESS;
}

/* An edge of a word at most `room` characters before `at`: the beginning of a sentence where one is, else the farthest. */
static size_t edge_before(const struct text *text, size_t at, size_t room) {
  size_t edge = at, sentence = SIZE_MAX, loose = at, here = at;
  for (; here > 0 && room > 0; room--) {
    size_t before = step_back(text->bytes, here);
    uint32_t c = character_at(text, before);
    if (char_is_blank(c)) {
      edge = here;
      if (c == '\n' || (before > 0 && ends_sentence(character_at(text, step_back(text->bytes, before)))))
        sentence = here;
    } else if (is_spaceless(text, here)) {
      loose = here;
      if (ends_sentence(c)) sentence = here;
    }
    here = before;
  }
  if (here == 0) return 0;
  if (sentence != SIZE_MAX) return sentence;
  return edge < at ? edge : loose;
}

/* An edge of a word at most `room` characters behind `at`: the farthest. */
static size_t edge_after(const struct text *text, size_t at, size_t room) {
  size_t edge = SIZE_MAX, loose = at, here = at;
  for (; here < text->len && room > 0; room--) {
    uint32_t c;
    size_t next = utf8_step(text->bytes, text->len, here, &c);
    if (char_is_blank(c))
      edge = here;
    else if (char_class(c) == CLASS_SPACELESS)
      loose = next;
    here = next;
  }
  if (here == text->len) return here;
  if (char_is_blank(character_at(text, here))) return here;
  return edge != SIZE_MAX && edge > loose ? edge : loose;
}

/* A stretch of the body with some text around its matches. */
static void widen(const struct text *text, size_t *start, size_t *end) {
  size_t core = characters_between(text->bytes, *start, *end);
  size_t room = core < SNIPPET_CHARACTERS ? SNIPPET_CHARACTERS - core : 0, at = *start;
  *start = edge_before(text, at, room < LEAD_CHARACTERS ? room : LEAD_CHARACTERS);
  room -= characters_between(text->bytes, *start, at);
  at = *end;
  *end = edge_after(text, at, room);
  room -= characters_between(text->bytes, at, *end);
  if (*end == text->len && *start > 0) *start = edge_before(text, *start, room);
}

/* ---- its text ---- */

/* Appends a run of the body; white space becomes one blank, none at the beginning of the line. */
static void add_run(struct snippet *out, const struct text *text, size_t from, size_t to, bool *blank) {
  while (from < to) {
    uint32_t c;
    size_t next = utf8_step(text->bytes, text->len, from, &c);
    if (char_is_blank(c)) {
      *blank = true;
    } else {
      if (*blank && out->text.len) buffer_byte(&out->text, ' ');
      *blank = false;
      buffer_add(&out->text, text->bytes + from, next - from);
    }
    from = next;
  }
}

static void settle_blank(struct snippet *out, bool *blank) {
  if (*blank && out->text.len) buffer_byte(&out->text, ' ');
  *blank = false;
}

static int add_mark(struct snippet *out, size_t offset, struct nsearch_error *err) {
  int status = memory_reserve(&out->marks, &out->mark_room, out->mark_count + 1, sizeof *out->marks, err);
  if (!status) out->marks[out->mark_count++] = (struct snippet_mark){offset, 0};
  return status;
}

static size_t skip_blanks(const struct text *text, size_t at, size_t end) {
  uint32_t c;
  for (size_t next; at < end && (next = utf8_step(text->bytes, text->len, at, &c), char_is_blank(c));) at = next;
  return at;
}

/* Writes text[start..end) with a mark on each match in it; matches that overlap share one. */
static int write_snippet(const struct stretch *stretch, const struct text *text, size_t start, size_t end,
                         struct snippet *out, struct nsearch_error *err) {
  bool blank = false;
  size_t at = start = skip_blanks(text, start, end);
  uint32_t i = stretch->first;
  while (i > 0 && stretch->matches[i - 1].start >= start) i--;
  if (start > 0) buffer_text(&out->text, "…");
  for (; i < stretch->count && stretch->matches[i].start < end; i++) {
    size_t from = stretch->matches[i].start, to = stretch->matches[i].end < end ? stretch->matches[i].end : end;
    /* A bigram that is half outside is not marked; the one word that is too long to show is. */
    bool whole = from >= start && (to == stretch->matches[i].end || out->mark_count == 0);
    if (!whole || to <= at) continue;
    if (from >= at) {
      add_run(out, text, at, from, &blank);
      settle_blank(out, &blank);
      int status = add_mark(out, out->text.len, err);
      if (status) return status;
      at = from;
    }
    add_run(out, text, at, to, &blank);
    out->marks[out->mark_count - 1].len = out->text.len - out->marks[out->mark_count - 1].offset;
    at = to;
  }
  add_run(out, text, at, end, &blank);
  if (end < text->len) buffer_text(&out->text, "…");
  buffer_byte(&out->text, 0);
  if (!out->text.failed) out->text.len--;
  return buffer_status(&out->text, err);
}

/* White space at either end is nothing to say "…" for. */
static void trim(struct text *text) {
  uint32_t c;
  for (size_t next; text->len && (next = utf8_step(text->bytes, text->len, 0, &c)) && char_is_blank(c);) {
    text->bytes += next;
    text->len -= next;
  }
  for (size_t last; text->len && (last = step_back(text->bytes, text->len), char_is_blank(character_at(text, last)));)
    text->len = last;
}

static size_t cut_at_character(const struct text *text, size_t at) {
  while (at > 0 && at < text->len && ((uint8_t)text->bytes[at] & 0xc0) == 0x80) at--;
  return at;
}

int snippet_cut(struct finder *finder, int language, const char *body, size_t len, struct snippet *out,
                struct nsearch_error *err) {
  struct text text = {body, utf8_valid_prefix(body, len)};
  struct stretch stretch;
  size_t start = 0, end = 0;
  buffer_clear(&out->text);
  out->mark_count = 0;
  trim(&text);
  if (text.len > UINT32_MAX) text.len = cut_at_character(&text, UINT32_MAX);
  if (text.len == 0) return NSEARCH_OK;
  int status = finder_find(finder, language, text.bytes, text.len, &stretch, err);
  if (status) return status;
  if (stretch.count) {
    start = stretch.matches[stretch.first].start;
    end = stretch.matches[stretch.last].end;
    if (end - start > MARK_BYTES) end = cut_at_character(&text, start + MARK_BYTES);
  }
  widen(&text, &start, &end);
  /* A body may begin with a word that is longer than a passage. */
  if (end == start) end = cut_at_character(&text, SNIPPET_CHARACTERS);
  return write_snippet(&stretch, &text, start, end, out, err);
}
