/* Tables, a row an article: CSV, TSV and their like. */
#include "indexer/sources/csv.h"

#include <stdio.h>
#include <string.h>

/* What is known of a file: its state, of which spans begin with a copy; the header row, where there is one, follows. */
struct csv_state {
  const struct charset *charset; /* NULL while all that was seen is ASCII */
  uint64_t records;
  uint64_t unclosed_until; /* offset in the stream before which no quote closes a cell that began on an earlier line */
  struct csv_dialect dialect;
  bool begun, skipping, mending; /* skipping a line that is too long; records behind a runaway until a whole one */
  uint16_t columns;
  struct csv_guess guess;
};
_Static_assert(sizeof(struct csv_state) <= 8 * sizeof(uint64_t), "the state of a source has 64 bytes");

/* ---- Recognising ---- */

static bool claims_csv(const char *head, size_t len, bool is_all, const char *file_name) {
  struct csv_table table;
  return name_ends_with(file_name, ".csv") && csv_sniff(head, len, is_all, ',', &table);
}

static bool claims_tsv(const char *head, size_t len, bool is_all, const char *file_name) {
  struct csv_table table;
  bool named = name_ends_with(file_name, ".tsv") || name_ends_with(file_name, ".tab");
  return named && csv_sniff(head, len, is_all, '\t', &table);
}

/* Names that say nothing of what is in the file. */
static bool claims_table(const char *head, size_t len, bool is_all, const char *file_name) {
  struct csv_table table;
  bool may_be = name_ends_with(file_name, ".txt") || name_ends_with(file_name, ".dat") ||
                name_ends_with(file_name, ".psv") || !memchr(file_name, '.', name_len(file_name));
  return may_be && csv_sniff(head, len, is_all, 0, &table);
}

/* ---- Splitting ---- */

/* The encoding is the file's: what the first bytes that are no ASCII say holds for the rest. They are whole lines, for a
 * character that is cut is like one of another encoding. */
static void note_charset(struct csv_state *state, const char *text, size_t len) {
  size_t mark, ascii = 0;
  if (state->charset) return;
  while (ascii < len && (uint8_t)text[ascii] < 0x80 && text[ascii] != 0x1b) ascii++;
  if (ascii < len) state->charset = charset_choose(text, len, NULL, &mark);
}

/* Of the first `len` bytes of the window. */
static size_t whole_lines(const struct input *input, size_t len, char newline) {
  const char *last = input->at_end && len == input->len ? NULL : memrchr(input->window, newline, len);
  return last ? (size_t)(last - input->window) + 1 : len;
}

static int begin(struct input *input, struct csv_state *state, char named, struct nsearch_error *err) {
  struct csv_table table;
  int status = input_fill(input, HEAD_BYTES, err);
  if (status) return status;
  size_t len = input->len < HEAD_BYTES ? input->len : HEAD_BYTES;
  /* The same head that was recognised; should it not be the same, it is a table without text. */
  if (!csv_sniff(input->window, len, input->at_end && len == input->len, named, &table))
    table = (struct csv_table){.dialect = {named ? named : '\t', '\n', '"', false}, .columns = 1};
  note_charset(state, input->window, whole_lines(input, len, table.dialect.newline));
  input_consume(input, table.start);
  status = input_keep(input, table.header_len, err);
  if (status) return status;
  input_consume(input, table.header_len);
  state->dialect = table.dialect, state->columns = table.columns, state->guess = table.guess;
  state->begun = true;
  return NSEARCH_OK;
}

/* Drops the rest of a line that is too long. */
static int skip_line(struct input *input, struct csv_state *state, struct nsearch_error *err) {
  while (state->skipping) {
    int status = input_fill(input, SPAN_BYTES, err);
    if (status) return status;
    const char *end = input->len ? memchr(input->window, state->dialect.newline, input->len) : NULL;
    state->skipping = !end && input->len > 0;
    input_consume(input, end ? (size_t)(end - input->window) + 1 : input->len);
  }
  return NSEARCH_OK;
}

/* The record at window[at]. Where it is known that no quote closes, none is looked for beyond the line: lines that each open
 * one would cost the square of their number. */
static enum csv_edge record_at(const struct input *input, const struct csv_state *state, size_t at, size_t have,
                               struct csv_record *record) {
  const char *text = input->window + at;
  const char *end = input->offset + at < state->unclosed_until ? memchr(text, state->dialect.newline, have - at) : NULL;
  size_t line = end ? (size_t)(end - text) + 1 : 0;
  if (line > 0 && input->offset + at + line <= state->unclosed_until &&
      csv_record(&state->dialect, text, line, false, record) == CSV_MORE && record->line_end) {
    record->end = line;
    return CSV_RUNAWAY;
  }
  return csv_record(&state->dialect, text, have - at, input->at_end && have == input->len, record);
}

/* The record at the front of the window, which is widened until it holds it. CSV_MORE: it is too large, or there is none. */
static int front_record(struct input *input, const struct csv_state *state, struct csv_record *record,
                        enum csv_edge *edge, struct nsearch_error *err) {
  *edge = CSV_MORE;
  for (size_t want = SPAN_BYTES; *edge == CSV_MORE; want = wider(want)) {
    int status = input_fill(input, want, err);
    if (status) return status;
    if (input->len == 0) return NSEARCH_OK;
    *edge = record_at(input, state, 0, input->len < want ? input->len : want, record);
    if (want > RECORD_MAX) return NSEARCH_OK;
  }
  return NSEARCH_OK;
}

/* Comes to a record that is not blank, and behind a runaway to one that has all its cells: lines before it are likely
 * the rest of what the quote was to hold. */
static int next_record(struct input *input, struct csv_state *state, struct csv_record *record, enum csv_edge *edge,
                       struct nsearch_error *err) {
  for (;;) {
    int status = front_record(input, state, record, edge, err);
    if (status || input->len == 0) return status;
    if (*edge == CSV_MORE && state->mending && !record->line_end) {
      state->skipping = true;
      if ((status = skip_line(input, state, err))) return status;
      continue;
    }
    if (*edge != CSV_RECORD) return NSEARCH_OK;
    if (!record->is_blank && (!state->mending || record->cells == state->columns)) return NSEARCH_OK;
    input_consume(input, record->end);
  }
}

/* Gives up on the record at the front and goes on behind its first line. */
static void give_up(struct input *input, struct csv_state *state, const struct csv_record *record, enum csv_edge edge,
                    struct source_problem *problem) {
  uint64_t number = ++state->records, reached = input->offset + (edge == CSV_RUNAWAY ? record->end : RECORD_MAX);
  if (edge == CSV_RUNAWAY)
    problem_set(problem, NSEARCH_EVENT_BROKEN, number, "a quote is opened in the record and not closed");
  else
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, number, "the record is larger than %d MiB", RECORD_MAX >> 20);
  state->mending = state->columns > 1;
  state->skipping = edge == CSV_MORE && !record->line_end;
  if (record->line_end && reached > state->unclosed_until) state->unclosed_until = reached;
  input_consume(input, record->line_end ? record->line_end : edge == CSV_RUNAWAY ? record->end : RECORD_MAX);
}

/* Length of the records from the front on, of which the first is whole, about SPAN_BYTES of them. */
static size_t whole_records(const struct input *input, const struct csv_state *state, uint64_t *count) {
  size_t at = 0;
  for (*count = 0; at < input->len && at < SPAN_BYTES;) {
    struct csv_record record;
    if (record_at(input, state, at, input->len, &record) != CSV_RECORD) break;
    at += record.end;
    *count += !record.is_blank;
  }
  return at;
}

static int make_span(struct input *input, struct csv_state *state, struct span *span, struct nsearch_error *err) {
  uint64_t count;
  size_t len = whole_records(input, state, &count);
  size_t header = sizeof *state + input->kept_len;
  note_charset(state, input->window, len);
  span->bytes = memory_alloc(header + len);
  if (!span->bytes) return error_memory(err);
  memcpy(span->bytes, state, sizeof *state);
  memcpy(span->bytes + sizeof *state, input->kept, input->kept_len);
  memcpy(span->bytes + header, input->window, len);
  span->head = header, span->len = header + len;
  span->record = state->records + 1, span->count = count;
  state->records += count, state->mending = false;
  input_consume(input, len);
  return NSEARCH_OK;
}

static int split_on(struct input *input, struct csv_state *state, char named, struct span *span, bool *more,
                    struct source_problem *problem, struct nsearch_error *err) {
  struct csv_record record;
  enum csv_edge edge;
  int status = state->begun ? NSEARCH_OK : begin(input, state, named, err);
  if (!status) status = skip_line(input, state, err);
  if (!status) status = next_record(input, state, &record, &edge, err);
  if (status) return status;
  *more = input->len > 0;
  if (!*more) return NSEARCH_OK;
  if (edge == CSV_RECORD && record.end <= RECORD_MAX) return make_span(input, state, span, err);
  give_up(input, state, &record, edge, problem);
  return NSEARCH_OK;
}

static int split(struct input *input, uint64_t state[8], char named, struct span *span, bool *more,
                 struct source_problem *problem, struct nsearch_error *err) {
  struct csv_state own;
  memcpy(&own, state, sizeof own);
  int status = split_on(input, &own, named, span, more, problem, err);
  memcpy(state, &own, sizeof own);
  return status;
}

static int split_csv(struct input *input, uint64_t state[8], struct span *span, bool *more,
                     struct source_problem *problem, struct nsearch_error *err) {
  return split(input, state, ',', span, more, problem, err);
}

static int split_tsv(struct input *input, uint64_t state[8], struct span *span, bool *more,
                     struct source_problem *problem, struct nsearch_error *err) {
  return split(input, state, '\t', span, more, problem, err);
}

static int split_table(struct input *input, uint64_t state[8], struct span *span, bool *more,
                       struct source_problem *problem, struct nsearch_error *err) {
  return split(input, state, 0, span, more, problem, err);
}

/* ---- Parsing ---- */

struct rows {
  struct csv_state state;
  struct csv_columns columns;
  struct record_fields fields;
  struct buffer header, text, cell; /* decoded; a cell without its doubled quotes */
  const struct sink *sink;
};

/* Text in UTF-8: itself where it is that. */
static int decode(const struct rows *rows, const char **text, size_t *len, struct buffer *out, uint64_t *replaced,
                  struct nsearch_error *err) {
  if (!rows->state.charset || *len == 0) return NSEARCH_OK;
  int status = charset_decode(rows->state.charset, *text, *len, out, replaced, err);
  if (!status) *text = out->len ? out->bytes : "", *len = out->len;
  return status;
}

static int row(struct rows *rows, const char *text, const struct csv_record *record, uint64_t number,
               struct nsearch_error *err) {
  const struct csv_dialect *dialect = &rows->state.dialect;
  int status = NSEARCH_OK;
  fields_begin(&rows->fields, rows->sink, err);
  for (size_t i = 0, at = 0; !status && i < record->cells && i < rows->columns.count; i++) {
    const struct csv_column *column = &rows->columns.columns[i];
    struct csv_cell cell;
    const char *value;
    size_t len;
    csv_cell(dialect, text, record->end, true, &at, &cell);
    if (column->count == 0) continue;
    status = csv_cell_text(dialect, text, &cell, &rows->cell, &value, &len, err);
    if (!status) status = fields_value(&rows->fields, column->claims, column->count, value, len);
  }
  return status ? status : rows->sink->take(rows->sink->payload, rows->sink->article, number, false, err);
}

static int all_rows(struct rows *rows, const char *text, size_t len, uint64_t number, struct nsearch_error *err) {
  const struct sink *sink = rows->sink;
  int status = NSEARCH_OK;
  for (size_t at = 0; !status && at < len;) {
    struct csv_record record;
    enum csv_edge edge = csv_record(&rows->state.dialect, text + at, len - at, true, &record);
    if (edge == CSV_RECORD && record.filled <= rows->state.columns) {
      if (!record.is_blank) status = row(rows, text + at, &record, number++, err);
      at += record.end;
      continue;
    }
    char message[120] = "a quote is opened in the record and not closed";
    if (edge == CSV_RECORD)
      snprintf(message, sizeof message, "the row has %zu cells, the table %u columns: is a cell with %s not quoted?",
               record.filled, rows->state.columns, rows->state.dialect.separator == '\t' ? "tabs" : "a separator");
    sink->problem(sink->payload, NSEARCH_EVENT_BROKEN, number++, message);
    at += edge != CSV_RECORD && record.line_end ? record.line_end : record.end;
  }
  return status;
}

static int parse_text(struct rows *rows, const struct span *span, struct nsearch_error *err) {
  const char *header = span->bytes + sizeof rows->state, *text = span->bytes + span->head;
  size_t header_len = span->head - sizeof rows->state, len = span->len - span->head;
  uint64_t counted_once = 0;
  int status = decode(rows, &header, &header_len, &rows->header, &counted_once, err);
  if (!status) status = decode(rows, &text, &len, &rows->text, rows->sink->replaced, err);
  if (status == NSEARCH_ERR_UNSUPPORTED) {
    rows->sink->problem(rows->sink->payload, NSEARCH_EVENT_BROKEN, span->record, nsearch_error_message(err));
    error_clear(err);
    return NSEARCH_OK;
  }
  if (!status)
    status = csv_columns_make(&rows->columns, &rows->state.dialect, header, header_len, rows->state.columns,
                              &rows->state.guess, rows->sink->map, err);
  return status ? status : all_rows(rows, text, len, span->record, err);
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  struct rows rows = {.sink = sink};
  memcpy(&rows.state, span->bytes, sizeof rows.state);
  int status = parse_text(&rows, span, err);
  csv_columns_free(&rows.columns);
  fields_free(&rows.fields);
  buffer_free(&rows.header);
  buffer_free(&rows.text);
  buffer_free(&rows.cell);
  return status;
}

const struct source source_csv = {"csv", claims_csv, split_csv, parse};
const struct source source_tsv = {"tsv", claims_tsv, split_tsv, parse};
const struct source source_rows = {"table", claims_table, split_table, parse};
