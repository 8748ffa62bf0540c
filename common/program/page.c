/* Text for people: styles, and lines that are broken between words. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/program/program.h"

static const char *const style_codes[] = {
    [STYLE_PLAIN] = "\033[0m",     [STYLE_TITLE] = "\033[0;1m", [STYLE_MATCH] = "\033[0;1;31m",
    [STYLE_SOURCE] = "\033[0;36m", [STYLE_DIM] = "\033[0;2m",
};

bool is_terminal(int descriptor) {
  const char *kind = getenv("TERM");
  return isatty(descriptor) && kind && kind[0] && strcmp(kind, "dumb") != 0;
}

int terminal_width(int descriptor, int otherwise) {
  enum { NARROWEST = 20, WIDEST = 1000 };
  const char *columns = getenv("COLUMNS");
  struct winsize size = {0};
  long width = columns ? strtol(columns, NULL, 10) : 0;
  if (width < NARROWEST && ioctl(descriptor, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  return width < NARROWEST ? otherwise : width > WIDEST ? WIDEST : (int)width;
}

struct page page_of(struct stream *out) {
  enum { USUAL = 80, READABLE = 120 }; /* longer lines tire the eye */
  const char *no_color = getenv("NO_COLOR");
  int width = terminal_width(STDOUT_FILENO, USUAL);
  return (struct page){
      .out = out,
      .width = width < READABLE ? width : READABLE,
      .styled = is_terminal(STDOUT_FILENO) && !(no_color && no_color[0]),
  };
}

void page_blanks(const struct page *page, int count) { put_format(page->out, "%*s", count > 0 ? count : 0, ""); }

/* A line as it is being set: words wait until it is known whether they still fit. */
struct setting {
  const struct page *page;
  int indent, column;
  enum style style; /* in force after what waits */
  bool blank;       /* before what waits */
  int waiting_width;
  size_t waiting_size;
  char waiting[512];
};

static void flush_word(struct setting *line) {
  struct stream *out = line->page->out;
  bool fits = line->column + line->blank + line->waiting_width <= line->page->width;
  if (line->waiting_width > 0 && !fits && line->column > line->indent) {
    put(out, "\n");
    page_blanks(line->page, line->indent);
    line->column = line->indent;
  } else if (line->waiting_width > 0 && line->blank && line->column > line->indent) {
    put(out, " ");
    line->column++;
  }
  line->blank = line->blank && line->waiting_width == 0;
  put_bytes(out, line->waiting, line->waiting_size);
  line->column += line->waiting_width;
  line->waiting_width = 0;
  line->waiting_size = 0;
}

static void wait_bytes(struct setting *line, const char *bytes, size_t size) {
  if (line->waiting_size + size > sizeof line->waiting) flush_word(line);
  memcpy(line->waiting + line->waiting_size, bytes, size);
  line->waiting_size += size;
}

static void set_style(struct setting *line, enum style style) {
  if (line->page->styled && style != line->style) wait_bytes(line, style_codes[style], strlen(style_codes[style]));
  line->style = style;
}

/* Closing punctuation of the scripts that are written without blanks: never at the start of a line. */
static bool closes(uint32_t code) {
  static const uint32_t codes[] = {0x3001, 0x3002, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0x30FC,
                                   0xFF01, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (code == codes[i]) return true;
  return code >= 0x2019 && code <= 0x201D && code != 0x201C;
}

static bool opens(uint32_t code) {
  return code == 0x3008 || code == 0x300A || code == 0x300C || code == 0x300E || code == 0x3010 || code == 0xFF08 ||
         code == 0x2018 || code == 0x201C;
}

void page_text(const struct page *page, int indent, enum style style, const char *text, size_t len,
               const struct mark *marks, size_t mark_count) {
  struct setting line = {.page = page, .indent = indent, .column = indent};
  struct glyph glyph, before = {0};
  size_t mark = 0;
  for (size_t at = 0; at < len;) {
    while (mark < mark_count && at >= marks[mark].offset && at - marks[mark].offset >= marks[mark].len) mark++;
    enum style wanted = mark < mark_count && at >= marks[mark].offset ? marks[mark].style : style;
    at += glyph_next(text + at, len - at, &glyph);
    if (glyph.kind == GLYPH_BLANK) {
      set_style(&line, wanted);
      flush_word(&line);
      line.blank = true;
    } else if (glyph.kind == GLYPH_TEXT) {
      bool wide = glyph.width > 1 || before.width > 1;
      if (wide && !closes(glyph.code) && !opens(before.code) && glyph.width > 0 && glyph.code != 0x2C)
        flush_word(&line);
      set_style(&line, wanted);
      wait_bytes(&line, glyph.bytes, glyph.size);
      line.waiting_width += glyph.width;
    }
    if (glyph.kind != GLYPH_NONE && (glyph.width > 0 || glyph.kind == GLYPH_BLANK)) before = glyph;
  }
  set_style(&line, STYLE_PLAIN);
  flush_word(&line);
}

void page_plain(const struct page *page, int indent, enum style style, const char *text) {
  const struct mark none = {0};
  page_text(page, indent, style, text, strlen(text), &none, 0);
}
