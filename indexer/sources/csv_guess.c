/* What a table is by the look of its first records: whether the first row names the columns, and what the columns hold. */
#include "common/system/system.h"
#include "indexer/sources/csv.h"

#include <string.h>
#include <strings.h>

enum { LOOK_COLUMNS = 64, LOOK_RECORDS = 200, TITLE_AVERAGE = 300, LONE_TITLE_AVERAGE = 120, LONG_BODY = 150 };

struct column_look {
  uint32_t cells, urls, dates, numbers; /* of those that are not empty */
  uint32_t distinct;
  uint64_t bytes, blanks, beyond_ascii;
  size_t shortest;
  bool ascends; /* whole numbers, each larger than the one before */
  uint64_t last;
  uint64_t hashes[LOOK_RECORDS];
};

struct table_look {
  size_t columns, records;
  struct column_look column[LOOK_COLUMNS];
};

/* ---- Cells ---- */

/* "-1.5", "1,000", "40%"; not "2024-02-03" or "3.2.2024". */
static bool is_number(const char *text, size_t len, uint64_t *value) {
  size_t digits = 0, stops = 0;
  *value = 0;
  for (size_t i = 0; i < len; i++) {
    bool sign = (text[i] == '+' || text[i] == '-') && i == 0;
    if (text[i] >= '0' && text[i] <= '9')
      digits++, *value = *value * 10 + (uint64_t)(text[i] - '0');
    else if (!sign && text[i] != '.' && text[i] != ',' && !(text[i] == '%' && i + 1 == len))
      return false;
    stops += text[i] == '.';
  }
  return digits > 0 && stops < 2 && len <= 24;
}

static bool is_url(const char *text, size_t len) {
  return (len > 7 && strncasecmp(text, "http://", 7) == 0) || (len > 8 && strncasecmp(text, "https://", 8) == 0);
}

/* A number is one, unless it has eight digits: 20230105. */
static bool is_date(const char *text, size_t len, bool number) {
  struct date date;
  return (!number || len == 8) && len <= 64 && date_parse(text, len, &date);
}

static void add_distinct(struct column_look *column, const char *text, size_t len) {
  uint64_t hash = hash_bytes(text, len);
  if (column->distinct == LOOK_RECORDS) return;
  for (uint32_t i = 0; i < column->distinct; i++)
    if (column->hashes[i] == hash) return;
  column->hashes[column->distinct++] = hash;
}

static void add_cell(struct column_look *column, const char *text, size_t len) {
  uint64_t value;
  trim(&text, &len);
  if (len == 0) return;
  bool number = is_number(text, len, &value);
  bool whole = number && len < 19 && value > 0;
  for (size_t i = 0; i < len && whole; i++) whole = text[i] >= '0' && text[i] <= '9';
  if (column->cells == 0) column->ascends = whole, column->shortest = len;
  if (column->cells > 0) column->ascends &= whole && value > column->last;
  if (len < column->shortest) column->shortest = len;
  column->last = value;
  column->cells++;
  column->numbers += number;
  column->urls += is_url(text, len);
  column->dates += is_date(text, len, number);
  column->bytes += len;
  for (size_t i = 0; i < len; i++) column->blanks += text[i] == ' ', column->beyond_ascii += (uint8_t)text[i] >= 0x80;
  add_distinct(column, text, len);
}

/* Whole records of the text; the first one as far as it goes where none is whole. */
static void look_at(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all,
                    struct table_look *out) {
  for (size_t at = 0; at < len && out->records < LOOK_RECORDS;) {
    struct csv_record record;
    enum csv_edge edge = csv_record(dialect, text + at, len - at, is_all, &record);
    if (edge == CSV_MORE && out->records == 0) edge = csv_record(dialect, text + at, len - at, true, &record);
    if (edge == CSV_MORE) break;
    size_t behind = at + (edge == CSV_RUNAWAY && record.line_end ? record.line_end : record.end);
    if (edge == CSV_RECORD && !record.is_blank) {
      out->records++;
      for (size_t i = 0, in = 0; i < record.cells; i++) {
        struct csv_cell cell;
        csv_cell(dialect, text + at, record.end, true, &in, &cell);
        if (i < LOOK_COLUMNS) add_cell(&out->column[i], text + at + cell.start, cell.end - cell.start);
        if (i < LOOK_COLUMNS && i >= out->columns) out->columns = i + 1;
      }
    }
    at = behind > at ? behind : len;
  }
}

/* ---- The header row ---- */

struct header_look {
  bool could_be;   /* short cells that are names and nothing else */
  size_t known;    /* names of a field */
  uint32_t fields; /* bit of each target that is named */
  size_t len[LOOK_COLUMNS];
};

static void look_at_header(const struct csv_dialect *dialect, const char *text, const struct csv_record *record,
                           struct header_look *out) {
  size_t empty = 0;
  out->could_be = true;
  for (size_t i = 0, at = 0; i < record->cells; i++) {
    struct csv_cell cell;
    struct key_claim claims[TARGET_COUNT];
    uint64_t value;
    csv_cell(dialect, text, record->end, true, &at, &cell);
    const char *name = text + cell.start;
    size_t len = cell.end - cell.start;
    trim(&name, &len);
    empty += len == 0;
    bool number = is_number(name, len, &value);
    if (len > COLUMN_NAME_MAX || cell.line_end || number || is_url(name, len) || is_date(name, len, number))
      out->could_be = false;
    size_t count = csv_name_claims(NULL, name, len, i, claims);
    out->known += count > 0;
    for (size_t c = 0; c < count; c++) out->fields |= 1u << claims[c].target;
    if (i < LOOK_COLUMNS) out->len[i] = len;
  }
  if (empty > 1 && empty * 2 > record->cells) out->could_be = false;
}

static bool all(uint32_t some, const struct column_look *column) { return column->cells > 0 && some == column->cells; }

/* Names that are known, or cells that their column's data are unlike. */
static bool is_header(const struct header_look *header, const struct table_look *data, size_t cells) {
  if (!header->could_be) return false;
  if (header->known > 1 || (header->known == 1 && cells == 1)) return true;
  if (header->fields & (1u << TARGET_TITLE | 1u << TARGET_BODY)) return true;
  for (size_t i = 0; i < data->columns; i++) {
    const struct column_look *column = &data->column[i];
    if (header->len[i] == 0) continue;
    if (all(column->urls, column) || all(column->dates, column) || all(column->numbers, column)) return true;
    if (column->cells > 0 && column->shortest > 80 && header->len[i] * 2 < column->shortest) return true;
  }
  return false;
}

/* ---- What columns hold ---- */

static uint64_t average(const struct column_look *column) { return column->cells ? column->bytes / column->cells : 0; }

/* Words, or the characters of a script that has no blanks. */
static bool is_text(const struct column_look *column) {
  if (column->cells == 0 || column->urls * 2 > column->cells || column->dates * 2 > column->cells) return false;
  if (column->numbers * 2 > column->cells) return false;
  return column->blanks >= column->cells || column->beyond_ascii >= 12 * (uint64_t)column->cells;
}

static bool is_label(const struct column_look *column) {
  return column->cells > 1 && !column->numbers && !column->urls && !column->dates && average(column) <= 40 &&
         column->distinct * 4 <= column->cells * 3;
}

static bool is_varied(const struct column_look *column) { return column->distinct * 4 > column->cells * 3; }

/* The text column with the longest cells below a bound, `other` aside; LOOK_COLUMNS when there is none. */
static size_t longest(const struct table_look *look, const bool *taken, uint64_t below) {
  size_t best = LOOK_COLUMNS;
  uint64_t most = 0;
  for (size_t i = 0; i < look->columns; i++) {
    const struct column_look *column = &look->column[i];
    if (taken[i] || !is_text(column) || average(column) <= most || average(column) >= below) continue;
    if (is_label(column) || (below != UINT64_MAX && !is_varied(column))) continue;
    best = i, most = average(column);
  }
  return best;
}

static void take(struct csv_guess *guess, bool *taken, enum target target, size_t column) {
  if (column == LOOK_COLUMNS || guess->column[target]) return;
  guess->column[target] = (uint16_t)(column + 1);
  taken[column] = true;
}

/* Body and title, unless they are named. */
static void guess_text(const struct table_look *look, uint32_t named, bool *taken, struct csv_guess *guess) {
  bool has_title = named >> TARGET_TITLE & 1, has_body = named >> TARGET_BODY & 1;
  size_t body = has_body ? LOOK_COLUMNS : longest(look, taken, UINT64_MAX);
  uint64_t below = body < LOOK_COLUMNS ? average(&look->column[body]) : TITLE_AVERAGE;
  if (body < LOOK_COLUMNS) taken[body] = true;
  size_t title = has_title ? LOOK_COLUMNS : longest(look, taken, below < TITLE_AVERAGE ? below : TITLE_AVERAGE);
  if (body < LOOK_COLUMNS && title == LOOK_COLUMNS && !has_title && below < LONE_TITLE_AVERAGE)
    title = body, body = LOOK_COLUMNS;
  take(guess, taken, TARGET_BODY, body);
  take(guess, taken, TARGET_TITLE, title);
}

static void guess_all(const struct table_look *look, bool *taken, struct csv_guess *guess) {
  for (size_t i = 0; i < look->columns; i++) {
    const struct column_look *column = &look->column[i];
    if (all(column->urls, column))
      take(guess, taken, TARGET_URL, i);
    else if (all(column->dates, column))
      take(guess, taken, TARGET_PUBLISHED, i);
    else if (column->ascends && column->cells > 1)
      take(guess, taken, TARGET_ID, i);
  }
  guess_text(look, 0, taken, guess);
  for (size_t i = 0; i < look->columns; i++)
    if (!taken[i] && is_label(&look->column[i])) take(guess, taken, TARGET_TOPICS, i);
}

/* Columns whose names say what they are hold no other field. */
static void take_named(const struct csv_dialect *dialect, const char *text, const struct csv_record *record,
                       bool *taken) {
  for (size_t i = 0, at = 0; i < record->cells && i < LOOK_COLUMNS; i++) {
    struct csv_cell cell;
    struct key_claim claims[TARGET_COUNT];
    csv_cell(dialect, text, record->end, true, &at, &cell);
    taken[i] = csv_name_claims(NULL, text + cell.start, cell.end - cell.start, i, claims) > 0;
  }
}

static size_t first_record(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all,
                           struct csv_record *record) {
  enum csv_edge edge = csv_record(dialect, text, len, is_all, record);
  return edge == CSV_RECORD ? record->end : 0;
}

static void look(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all, struct table_look *data,
                 struct csv_look *out) {
  struct csv_record record;
  struct header_look header = {0};
  bool taken[LOOK_COLUMNS] = {false};
  size_t first = first_record(dialect, text, len, is_all, &record);
  if (first > 0) look_at_header(dialect, text, &record, &header);
  look_at(dialect, text + first, len - first, is_all, data);
  bool has_header = first > 0 && is_header(&header, data, record.cells);
  if (has_header) {
    out->header_len = (uint32_t)first;
    take_named(dialect, text, &record, taken);
    guess_text(data, header.fields, taken, &out->guess);
  } else {
    memset(data, 0, sizeof *data);
    header.fields = 0;
    look_at(dialect, text, len, is_all, data);
    guess_all(data, taken, &out->guess);
  }
  size_t body = out->guess.column[TARGET_BODY];
  out->names_text = header.fields & (1u << TARGET_TITLE | 1u << TARGET_BODY);
  out->has_text = out->names_text || body || out->guess.column[TARGET_TITLE];
  out->is_long = body && average(&data->column[body - 1]) >= LONG_BODY;
}

int csv_look(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all, struct csv_look *out,
             struct nsearch_error *err) {
  struct table_look *data = memory_zero(1, sizeof *data);
  *out = (struct csv_look){0};
  if (!data) return error_memory(err);
  look(dialect, text, len, is_all, data, out);
  memory_free(data);
  return NSEARCH_OK;
}
