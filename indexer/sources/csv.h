/* indexer/sources/csv*.c: tables of articles, a row each, whatever separates and quotes their cells.
 *
 *   csv_cells.c    the grammar: cells and records
 *   csv_guess.c    header or not, and what columns look like
 *   csv_columns.c  which column is what
 *   csv_sniff.c    separator and quote; whether it is a table at all
 *   csv.c          the source */
#ifndef INDEXER_SOURCES_CSV_H
#define INDEXER_SOURCES_CSV_H

#include "indexer/sources/sources.h"

/* ---- csv_cells.c ------------------------------------------------------------------------------------------------------- */

struct csv_dialect {
  char separator, newline; /* newline is '\r' in files that have no '\n' */
  char quote;              /* 0: quotes are characters like others */
  bool backslash;          /* stands before a quote in a quoted cell; doubled quotes do so always */
};

/* text[start..end) is what stands in the cell, between the quotes when it is quoted. */
struct csv_cell {
  size_t start, end;
  bool quoted;
  size_t odd_quotes; /* inside a quoted cell, neither doubled nor at its end: taken as they are */
  size_t line_end;   /* behind the first line end inside a quoted cell, 0 when there is none */
};

enum csv_edge {
  CSV_CELL,    /* a separator follows */
  CSV_RECORD,  /* the record ends with this cell */
  CSV_MORE,    /* the text ends inside the cell and is not all */
  CSV_RUNAWAY, /* a quote was opened that nothing closes; what follows the line is no part of the cell */
};

/* Reads the cell at *at and moves behind what ends it. A quoted cell that goes over a line end and then meets a quote which
 * closes nothing is a runaway, and so is one that the text ends in; *at is then where that was found. */
enum csv_edge csv_cell(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all, size_t *at,
                       struct csv_cell *cell);

/* The text of a cell: doubled quotes single, backslashes before quotes dropped; itself, or made in `out`. */
int csv_cell_text(const struct csv_dialect *dialect, const char *text, const struct csv_cell *cell, struct buffer *out,
                  const char **value, size_t *len, struct nsearch_error *err);

/* The record at text[0]. */
struct csv_record {
  size_t end;         /* behind its line end; of a runaway where that was found */
  size_t cells;       /* all of them */
  size_t filled;      /* without those that are empty at its end */
  size_t line_end;    /* of the first line that a quoted cell goes over, 0: none */
  size_t quoted, odd; /* cells that are quoted; quotes inside them that stand alone */
  bool is_blank;      /* an empty line */
};
enum csv_edge csv_record(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all,
                         struct csv_record *record);

/* ---- csv_guess.c ------------------------------------------------------------------------------------------------------- */

/* In which column each field stands by what its cells look like, plus 1; 0 in none. */
struct csv_guess {
  uint16_t column[TARGET_COUNT];
};

/* What a table is by the look of its first records. */
struct csv_look {
  uint32_t header_len;    /* of the header row, 0 when there is none */
  struct csv_guess guess; /* with a header of title and body only, and where no name claims them */
  bool has_text;          /* there is a title or a body */
  bool names_text;        /* the header says so */
  bool is_long;           /* the body is longer than lines of a log or list are */
};
int csv_look(const struct csv_dialect *dialect, const char *text, size_t len, bool is_all, struct csv_look *out,
             struct nsearch_error *err);

/* ---- csv_columns.c ----------------------------------------------------------------------------------------------------- */

enum { COLUMNS_MAX = 4096, COLUMN_NAME_MAX = 64 };

/* What the name of a column claims: by --map its name or its number, else by the names of docs/formats.md, in which blanks
 * and dashes may stand for underscores. Returns how many fields that are. */
size_t csv_name_claims(const struct field_map *map, const char *name, size_t len, size_t column,
                       struct key_claim out[TARGET_COUNT]);

/* What the columns of a table are. */
struct csv_columns {
  size_t count;
  struct csv_column {
    struct key_claim claims[TARGET_COUNT];
    size_t count;
  } * columns;
};
/* Columns behind the last that claims something are not among them. header_len 0: there is no header row. */
int csv_columns_make(struct csv_columns *out, const struct csv_dialect *dialect, const char *header, size_t header_len,
                     size_t count, const struct csv_guess *guess, const struct field_map *map,
                     struct nsearch_error *err);
void csv_columns_free(struct csv_columns *columns);

/* ---- csv_sniff.c ------------------------------------------------------------------------------------------------------- */

/* How a table is written. */
struct csv_table {
  struct csv_dialect dialect;
  uint16_t columns;    /* that a record should have, 1 to COLUMNS_MAX */
  uint32_t start;      /* of the first row, behind a byte order mark, empty lines and Excel's "sep=;" */
  uint32_t header_len; /* of the header row, 0 when there is none */
  struct csv_guess guess;
};

/* Tells from the head of a file whether it is a table of articles. `named` is the separator that its name speaks for, 0
 * when the name does not say that it is a table. */
bool csv_sniff(const char *head, size_t len, bool is_all, char named, struct csv_table *out);

#endif
