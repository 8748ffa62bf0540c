/* Is it a table of articles, and how is it written? Every dialect is tried on the head; the one by which its records have
 * the same number of cells is the file's. */
#include "indexer/sources/csv.h"

#include <string.h>
#include <strings.h>

enum { TRIAL_RECORDS = 200, CONTENT_RECORDS = 5 };

/* Of the head's records by one dialect. */
struct trial {
  struct csv_dialect dialect;
  size_t columns;      /* of the first record */
  size_t names;        /* of those how many have the name of a field */
  size_t even, uneven; /* records with as many cells, and others; blank lines are none */
  size_t faults;       /* quotes that stand where none should ... */
  size_t runaways;     /* ... and those that nothing closes */
  size_t quoted;       /* records with a quoted cell */
};

static bool is_hopeless(const struct trial *trial, bool named) {
  return !named && (trial->columns == 1 || (trial->uneven + trial->faults > 2 && trial->even < 3 * trial->uneven));
}

static size_t count_names(const struct csv_dialect *dialect, const char *text, const struct csv_record *record) {
  size_t names = 0;
  for (size_t i = 0, at = 0; i < record->cells && i < COLUMNS_MAX; i++) {
    struct csv_cell cell;
    struct key_claim claims[TARGET_COUNT];
    csv_cell(dialect, text, record->end, true, &at, &cell);
    size_t len = cell.end - cell.start;
    if (len <= COLUMN_NAME_MAX) names += csv_name_claims(NULL, text + cell.start, len, i, claims) > 0;
  }
  return names;
}

static void try_dialect(struct trial *trial, const char *text, size_t len, bool is_all, bool named) {
  for (size_t at = 0; at < len && trial->even + trial->uneven < TRIAL_RECORDS && !is_hopeless(trial, named);) {
    struct csv_record record;
    enum csv_edge edge = csv_record(&trial->dialect, text + at, len - at, is_all, &record);
    if (edge == CSV_MORE && trial->columns == 0) trial->columns = record.cells;
    if (edge == CSV_MORE) break;
    if (edge == CSV_RUNAWAY) {
      trial->uneven++, trial->runaways++;
      at += record.line_end ? record.line_end : record.end;
      continue;
    }
    at += record.end;
    if (record.is_blank) continue;
    if (trial->columns == 0) {
      trial->columns = record.cells;
      trial->names = count_names(&trial->dialect, text + at - record.end, &record);
    }
    trial->even += record.cells == trial->columns;
    trial->uneven += record.cells != trial->columns;
    trial->faults += record.odd > 0;
    trial->quoted += record.quoted > 0;
  }
}

/* Even records of all, in thousandths; a fault counts like a record that does not fit. */
static size_t evenness(const struct trial *trial) {
  size_t total = trial->even + trial->uneven + trial->faults;
  return total == 0 ? 0 : trial->even * 1000 / total;
}

/* Ties go to the dialect that is tried first. */
static bool is_better(const struct trial *trial, const struct trial *best) {
  size_t even = evenness(trial), best_even = evenness(best);
  if (trial->names != best->names && trial->names + best->names > 1) return trial->names > best->names;
  if ((trial->columns > 1) != (best->columns > 1)) return trial->columns > 1 && even >= 600;
  return even != best_even ? even > best_even : even > 0 && trial->quoted > best->quoted;
}

/* Cells that are quoted as they should be outweigh some that are not: then a quote is no character like others. */
static bool has_quotes(const struct trial *best, char separator) {
  return best->dialect.separator == separator && best->quoted > best->runaways;
}

static struct trial best_trial(const char *text, size_t len, bool is_all, char newline, char forced, char named) {
  const char separators[] = {forced ? forced : named ? named : '\t', '\t', ';', '|', ','};
  const char quotes[] = {'"', '\'', 0};
  struct trial best = {.dialect = {separators[0], newline, '"', false}};
  for (size_t s = 0; s < (forced ? 1 : sizeof separators); s++)
    for (size_t q = 0; q < 2 * sizeof quotes; q++) {
      char escape[] = {'\\', quotes[q / 2], 0};
      bool backslash = q & 1;
      if (backslash && (!quotes[q / 2] || !memmem(text, len, escape, 2))) continue;
      struct trial trial = {.dialect = {separators[s], newline, quotes[q / 2], backslash}};
      try_dialect(&trial, text, len, is_all, named);
      bool other = trial.dialect.quote != best.dialect.quote;
      if (other && has_quotes(&best, separators[s]) && trial.quoted <= best.quoted) continue;
      if (best.columns == 0 || is_better(&trial, &best)) best = trial;
    }
  return best;
}

/* Rows of | a | b |, as tables of Markdown and of terminals have them. */
static bool is_drawn(const struct csv_dialect *dialect, const char *text) {
  return dialect->separator == '|' && text[0] == '|';
}

/* Without a name that says so, it takes more to be a table. */
static bool is_plainly_table(const struct trial *trial, const struct csv_look *look, const char *text) {
  if (evenness(trial) < 950 || is_drawn(&trial->dialect, text) || memchr("<{[#", *text, 4)) return false;
  if (look->names_text) return trial->even > 1;
  if (trial->even < CONTENT_RECORDS || !look->is_long) return false;
  return trial->dialect.separator == '\t' || trial->quoted * 4 >= trial->even;
}

/* Excel writes the separator in a line of its own: "sep=;". */
static size_t separator_line(const char *text, size_t len, char *forced) {
  if (len < 6 || strncasecmp(text, "sep=", 4) != 0 || (text[5] != '\n' && text[5] != '\r')) return 0;
  *forced = text[4];
  return len > 6 && text[5] == '\r' && text[6] == '\n' ? 7 : 6;
}

bool csv_sniff(const char *head, size_t len, bool is_all, char named, struct csv_table *out) {
  size_t start = len >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  char forced = 0;
  struct csv_look look;
  if (memchr(head, 0, len)) return false;
  while (start < len && (head[start] == '\n' || head[start] == '\r')) start++;
  start += separator_line(head + start, len - start, &forced);
  if (start == len) return false;
  char newline = !memchr(head, '\n', len) && memchr(head, '\r', len) ? '\r' : '\n';
  struct trial trial = best_trial(head + start, len - start, is_all, newline, forced, named);
  if (trial.columns > COLUMNS_MAX || (!named && evenness(&trial) < 950)) return false;
  bool is_single = trial.columns <= 1;
  /* One column: there is nothing that separates. */
  if (is_single) trial.columns = 1, trial.dialect.separator = newline;
  if (csv_look(&trial.dialect, head + start, len - start, is_all, &look, NULL) || !look.has_text) return false;
  if (!named && !is_plainly_table(&trial, &look, head + start)) return false;
  if (named && !look.names_text && evenness(&trial) < 600) return false;
  *out = (struct csv_table){trial.dialect, (uint16_t)trial.columns, (uint32_t)start, look.header_len, look.guess};
  return true;
}
