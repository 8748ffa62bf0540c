/* Which column of a table is what: by --map, by the names in its header row, else by the look of its cells. */
#include "indexer/sources/csv.h"

#include <stdio.h>
#include <string.h>

/* Behind all that names say. */
enum { RANK_GUESS = INT32_MAX };

static size_t add_claim(struct key_claim *claims, size_t count, struct key_claim claim) {
  for (size_t i = 0; i < count; i++) {
    if (claims[i].target != claim.target) continue;
    if (claim.rank < claims[i].rank) claims[i] = claim;
    return count;
  }
  claims[count] = claim;
  return count + 1;
}

size_t csv_name_claims(const struct field_map *map, const char *name, size_t len, size_t column,
                       struct key_claim out[TARGET_COUNT]) {
  char plain[COLUMN_NAME_MAX], number[24];
  struct key_claim by_number[TARGET_COUNT];
  trim(&name, &len);
  size_t count = key_claims(map, name, len, out);
  if (count == 0 && len <= sizeof plain) {
    for (size_t i = 0; i < len; i++) plain[i] = name[i] == ' ' || name[i] == '-' ? '_' : name[i];
    count = key_claims(NULL, plain, len, out);
  }
  size_t numbered =
      map ? key_claims(map, number, (size_t)snprintf(number, sizeof number, "%zu", column + 1), by_number) : 0;
  for (size_t i = 0; i < numbered; i++) count = add_claim(out, count, by_number[i]);
  return count;
}

int csv_columns_make(struct csv_columns *out, const struct csv_dialect *dialect, const char *header, size_t header_len,
                     size_t count, const struct csv_guess *guess, const struct field_map *map,
                     struct nsearch_error *err) {
  struct buffer name = {0};
  int status = NSEARCH_OK;
  *out = (struct csv_columns){.columns = memory_zero(count, sizeof *out->columns)};
  if (!out->columns) return error_memory(err);
  for (size_t i = 0, at = 0; !status && i < count; i++) {
    struct csv_column *column = &out->columns[i];
    struct csv_cell cell;
    const char *text = "";
    size_t len = 0;
    if (at < header_len) {
      csv_cell(dialect, header, header_len, true, &at, &cell);
      status = csv_cell_text(dialect, header, &cell, &name, &text, &len, err);
    }
    if (!status) column->count = csv_name_claims(map, text, len, i, column->claims);
    for (int target = 0; target < TARGET_COUNT; target++)
      if (guess->column[target] == i + 1)
        column->count = add_claim(column->claims, column->count,
                                  (struct key_claim){.target = (enum target)target, .rank = RANK_GUESS});
    if (column->count > 0) out->count = i + 1;
  }
  buffer_free(&name);
  return status;
}

void csv_columns_free(struct csv_columns *columns) { memory_free(columns->columns); }
