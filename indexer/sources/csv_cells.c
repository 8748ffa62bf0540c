/* Cells and records of tables: RFC 4180 with any separator and quote, and what real files make of it. The splitter, the
 * parser and the sniffer all read by csv_cell(), so they cannot disagree on where a record ends. */
#include "indexer/sources/csv.h"

#include <string.h>

static bool ends_cell(const struct csv_dialect *dialect, const char *text, size_t at) {
  return text[at] == dialect->separator || text[at] == dialect->newline ||
         (text[at] == '\r' && text[at + 1] == dialect->newline);
}

/* True when the quote at `at` closes a cell: a separator, a line end or the end of the text follows, perhaps behind blanks. */
static enum csv_edge closes(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all, size_t at,
                            size_t *end) {
  size_t next = at + 1;
  while (next < len && text[next] == ' ') next++;
  if (next + 1 >= len && !is_all) return CSV_MORE;
  *end = next;
  if (next == len || (next + 1 == len && text[next] == '\r')) return CSV_RECORD;
  if (next + 1 == len)
    return text[next] == dialect->separator || text[next] == dialect->newline ? CSV_RECORD : CSV_RUNAWAY;
  return ends_cell(dialect, text, next) ? CSV_RECORD : CSV_RUNAWAY;
}

static bool is_escaped(const struct csv_dialect *dialect, const char *text, size_t start, size_t at) {
  size_t slashes = 0;
  while (dialect->backslash && at > start && text[at - 1] == '\\') at--, slashes++;
  return slashes & 1;
}

/* Notes the first line end in text[from..to). */
static void note_line(const struct csv_dialect *dialect, const char *text, size_t from, size_t to,
                      struct csv_cell *cell) {
  const char *end = cell->line_end ? NULL : memchr(text + from, dialect->newline, to - from);
  if (end) cell->line_end = (size_t)(end - text) + 1;
}

/* Moves *at behind the closing quote, blanks after it too. */
static enum csv_edge quoted(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all, size_t *at,
                            struct csv_cell *cell) {
  size_t i = *at + 1;
  cell->quoted = true, cell->start = i;
  for (;;) {
    const char *quote = i < len ? memchr(text + i, dialect->quote, len - i) : NULL;
    size_t found = quote ? (size_t)(quote - text) : len;
    note_line(dialect, text, i, found, cell);
    if (!quote) break;
    i = found + 1;
    if (is_escaped(dialect, text, cell->start, found)) continue;
    if (i == len && !is_all) return CSV_MORE;
    if (i < len && text[i] == dialect->quote) {
      i++;
      continue;
    }
    size_t end = 0;
    cell->end = found;
    switch (closes(dialect, text, len, is_all, found, &end)) {
    case CSV_RECORD:
      *at = end;
      return CSV_CELL;
    case CSV_MORE:
      return CSV_MORE;
    default:
      cell->odd_quotes++;
    }
    if (!cell->line_end) continue;
    *at = found;
    return CSV_RUNAWAY;
  }
  *at = len;
  return is_all ? CSV_RUNAWAY : CSV_MORE;
}

enum csv_edge csv_cell(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all, size_t *at,
                       struct csv_cell *cell) {
  size_t i = *at;
  *cell = (struct csv_cell){.start = i};
  if (dialect->quote && i < len && text[i] == dialect->quote) {
    enum csv_edge edge = quoted(dialect, text, len, is_all, &i, cell);
    if (edge == CSV_RUNAWAY) *at = i;
    if (edge != CSV_CELL) return edge;
    if (i < len && text[i] == '\r' && dialect->newline != '\r') i++;
  } else {
    while (i < len && text[i] != dialect->separator && text[i] != dialect->newline) i++;
    cell->end = i;
    if (i > cell->start && text[i - 1] == '\r' && (i == len || text[i] == '\n')) cell->end--;
  }
  if (i == len && !is_all) return CSV_MORE;
  bool is_last = i == len || text[i] == dialect->newline;
  *at = i < len ? i + 1 : len;
  return is_last ? CSV_RECORD : CSV_CELL;
}

int csv_cell_text(const struct csv_dialect *dialect, const char *text, const struct csv_cell *cell, struct buffer *out,
                  const char **value, size_t *len, struct nsearch_error *err) {
  *value = text + cell->start, *len = cell->end - cell->start;
  if (!cell->quoted || *len == 0) return NSEARCH_OK;
  if (!memchr(*value, dialect->quote, *len) && !(dialect->backslash && memchr(*value, '\\', *len))) return NSEARCH_OK;
  buffer_clear(out);
  for (size_t i = cell->start; i < cell->end; i++) {
    char next = i + 1 < cell->end ? text[i + 1] : 0;
    if (text[i] == dialect->quote && next == dialect->quote)
      i++;
    else if (dialect->backslash && text[i] == '\\' && (next == dialect->quote || next == '\\'))
      i++;
    buffer_byte(out, (uint8_t)text[i]);
  }
  *value = out->bytes, *len = out->len;
  return buffer_status(out, err);
}

enum csv_edge csv_record(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all,
                         struct csv_record *record) {
  enum csv_edge edge = CSV_CELL;
  size_t at = 0;
  *record = (struct csv_record){0};
  while (edge == CSV_CELL) {
    struct csv_cell cell;
    edge = csv_cell(dialect, text, len, is_all, &at, &cell);
    record->cells++;
    record->quoted += cell.quoted, record->odd += cell.odd_quotes;
    if (edge <= CSV_RECORD && cell.end > cell.start) record->filled = record->cells;
    if (!record->line_end) record->line_end = cell.line_end;
  }
  record->end = at;
  record->is_blank = edge == CSV_RECORD && record->cells == 1 && record->filled == 0 && !record->quoted;
  return edge;
}
