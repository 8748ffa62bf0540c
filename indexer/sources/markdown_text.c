/* Markdown to the text that a reader sees: CommonMark's blocks, as far as text needs them. */
#include "indexer/sources/markdown.h"

#include <string.h>

/* A document being read. */
struct document {
  struct buffer *title, *body;
  struct buffer paragraph; /* lines whose marks are off; goes through markdown_inline() when it ends */
  bool in_code;            /* between two fences ... */
  char fence;              /* ... of this character, so long */
  size_t fence_len;
  bool was_blank, was_indented; /* the line before; code that is indented */
};

struct line {
  const char *text;
  size_t len, indent;
};

/* ---- Lines ---- */

static struct line line_at(const char *text, size_t len, size_t at, size_t *next) {
  const char *end = memchr(text + at, '\n', len - at);
  *next = end ? (size_t)(end - text) + 1 : len;
  struct line line = {text + at, (end ? (size_t)(end - text) : len) - at, 0};
  while (line.len > 0 && (unsigned char)line.text[line.len - 1] <= ' ') line.len--;
  while (line.len > 0 && (*line.text == ' ' || *line.text == '\t')) {
    line.indent += *line.text == '\t' ? 4 : 1;
    line.text++, line.len--;
  }
  return line;
}

static size_t run_length(struct line line, char c) {
  size_t run = 0;
  while (run < line.len && line.text[run] == c) run++;
  return run;
}

/* Three or more of one character and blanks: a rule, or the underline of a heading. */
static bool is_rule(struct line line, const char *characters) {
  size_t count = 0;
  if (line.len == 0 || !strchr(characters, *line.text)) return false;
  for (size_t i = 0; i < line.len; i++) {
    if (line.text[i] != *line.text && line.text[i] != ' ') return false;
    count += line.text[i] == *line.text;
  }
  return count >= 3;
}

/* |---|:---:| */
static bool is_table_rule(struct line line) {
  size_t dashes = 0, bars = 0;
  for (size_t i = 0; i < line.len; i++) {
    if (!strchr("|-: ", line.text[i])) return false;
    dashes += line.text[i] == '-', bars += line.text[i] == '|';
  }
  return dashes > 0 && bars > 0;
}

/* [name]: https://... "title" */
static bool is_reference(struct line line) {
  const char *close = line.len && *line.text == '[' ? memchr(line.text, ']', line.len) : NULL;
  return close && line.text[1] != '^' && close + 1 < line.text + line.len && close[1] == ':';
}

static void drop(struct line *line, size_t count) {
  line->text += count, line->len -= count;
  while (line->len > 0 && (*line->text == ' ' || *line->text == '\t')) line->text++, line->len--;
}

/* Length of a list's mark: "-", "*", "+", "1.", "1)"; 0 when there is none. */
static size_t bullet(struct line line) {
  size_t digits = 0;
  while (digits < line.len && digits < 9 && line.text[digits] >= '0' && line.text[digits] <= '9') digits++;
  bool is_mark =
      digits > 0 ? digits < line.len && strchr(".)", line.text[digits]) : line.len && strchr("-*+", *line.text);
  return is_mark && digits + 1 < line.len && line.text[digits + 1] == ' ' ? digits + 1 : 0;
}

/* ---- Blocks ---- */

static void end_paragraph(struct document *document) {
  if (document->paragraph.len == 0) return;
  markdown_inline(document->paragraph.bytes, document->paragraph.len, document->body);
  buffer_text(document->body, "\n");
  buffer_clear(&document->paragraph);
}

static void heading(struct document *document, const char *text, size_t len) {
  bool is_title = document->title && document->title->len == 0;
  trim(&text, &len);
  if (len == 0) return;
  if (is_title) markdown_inline(text, len, document->title);
  if (is_title && document->body->len == 0) return;
  markdown_inline(text, len, document->body);
  buffer_text(document->body, "\n");
}

/* A line of text, marks of quotations and lists off. */
static void text_line(struct document *document, struct line line) {
  bool starts_item = false;
  for (size_t depth = 0; line.len > 0 && depth < 32; depth++) {
    size_t mark = bullet(line);
    if (*line.text != '>' && mark == 0) break;
    starts_item |= mark > 0;
    /* The number of an item says something; a bullet does not. */
    if (mark > 1) break;
    drop(&line, mark ? mark : 1);
  }
  if (starts_item && line.len >= 4 && *line.text == '[' && line.text[2] == ']' && line.text[3] == ' ') drop(&line, 3);
  if (starts_item) end_paragraph(document);
  if (document->paragraph.len > 0) buffer_text(&document->paragraph, "\n");
  buffer_add(&document->paragraph, line.text, line.len);
}

static void table_row(struct document *document, struct line line) {
  struct buffer cells = {0};
  for (size_t i = 1; i < line.len; i++) {
    bool bar = line.text[i] == '|' && line.text[i - 1] != '\\';
    if (!bar) buffer_byte(&cells, (uint8_t)line.text[i]);
    if (bar && i + 1 < line.len) buffer_text(&cells, " ");
  }
  end_paragraph(document);
  buffer_add(&document->paragraph, cells.bytes, cells.len);
  document->paragraph.failed |= cells.failed;
  end_paragraph(document);
  buffer_free(&cells);
}

static void begin_code(struct document *document, char fence, size_t len) {
  end_paragraph(document);
  document->in_code = true, document->fence = fence, document->fence_len = len;
}

static void code_line(struct document *document, struct line line, const char *text, size_t len) {
  size_t run = run_length(line, document->fence);
  document->in_code = run < document->fence_len || run < line.len;
  if (!document->in_code) return;
  buffer_add(document->body, text, len);
  buffer_text(document->body, "\n");
}

static void block_line(struct document *document, struct line line) {
  size_t hashes = run_length(line, '#'), ticks = run_length(line, '`'), tildes = run_length(line, '~');
  if (ticks >= 3 && !memchr(line.text + ticks, '`', line.len - ticks)) {
    begin_code(document, '`', ticks);
  } else if (tildes >= 3) {
    begin_code(document, '~', tildes);
  } else if (hashes > 0 && hashes <= 6 &&
             (hashes == line.len || line.text[hashes] == ' ' || line.text[hashes] == '\t')) {
    while (line.len > hashes && line.text[line.len - 1] == '#') line.len--;
    end_paragraph(document);
    heading(document, line.text + hashes, line.len - hashes);
  } else if (document->paragraph.len > 0 && !document->was_blank && line.len >= 2 && *line.text != '_' &&
             *line.text != '*' && (run_length(line, '=') == line.len || run_length(line, '-') == line.len)) {
    heading(document, document->paragraph.bytes, document->paragraph.len);
    buffer_clear(&document->paragraph);
  } else if (is_rule(line, "-*_") || is_reference(line) || is_table_rule(line) ||
             (line.len > 2 && memcmp(line.text, "{:", 2) == 0)) {
    end_paragraph(document);
  } else if (*line.text == '|') {
    table_row(document, line);
  } else {
    text_line(document, line);
  }
}

void markdown_text(const char *text, size_t len, struct buffer *title, struct buffer *body) {
  struct document document = {.title = title, .body = body, .was_blank = true};
  for (size_t at = 0, next; at < len; at = next) {
    struct line line = line_at(text, len, at, &next);
    bool indented = false;
    size_t whole = next - at - (next > at && text[next - 1] == '\n');
    if (document.in_code) {
      code_line(&document, line, text + at, whole);
    } else if (line.len == 0) {
      end_paragraph(&document);
      if (body->len > 0 && !document.was_blank) buffer_text(body, "\n");
    } else if ((indented = line.indent >= 4 && (document.was_indented || (document.was_blank && bullet(line) == 0)))) {
      buffer_add(body, text + at, whole);
      buffer_text(body, "\n");
    } else {
      block_line(&document, line);
    }
    document.was_indented = indented, document.was_blank = line.len == 0;
  }
  end_paragraph(&document);
  body->failed |= document.paragraph.failed;
  buffer_free(&document.paragraph);
}
