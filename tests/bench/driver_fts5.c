/* The driver of SQLite's FTS5: a contentless table, or one with its text in an ordinary table beside it, with the ascii
 * tokenizer; dates in an indexed column of that table. FTS5 has no operator for an optional word beside a required one:
 * `+a b` is asked as `a AND (a OR b)`, which matches the same articles. Its threads are one. */
#include "driver.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static sqlite3 *db;

static void must(int status) {
  if (status != SQLITE_OK && status != SQLITE_DONE && status != SQLITE_ROW) die("sqlite: %s", sqlite3_errmsg(db));
}

static void execute(const char *sql) { must(sqlite3_exec(db, sql, NULL, NULL, NULL)); }

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  must(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
  return statement;
}

static void open_database(const char *folder) {
  char path[4096];
  mkdir(folder, 0777);
  snprintf(path, sizeof path, "%s/index.db", folder);
  must(sqlite3_open(path, &db));
  execute("PRAGMA page_size = 4096; PRAGMA mmap_size = 1099511627776;");
}

/* ---- index ---- */

static double number(const char *sql) {
  sqlite3_stmt *statement = prepare(sql);
  must(sqlite3_step(statement));
  double value = sqlite3_column_double(statement, 0);
  sqlite3_finalize(statement);
  return value;
}

static void print_index(void) {
  figure("documents", number("SELECT count(*) FROM articles"));
  execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, texts, row)");
  figure("terms", number("SELECT count(*) FROM temp.words"));
  figure("postings", number("SELECT sum(doc) FROM temp.words"));
  figure("tokens", number("SELECT sum(cnt) FROM temp.words"));
  figure("segments", 1);
  figure("bytes:index", number("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'texts_data' OR name LIKE 'texts_idx'"));
  figure("bytes:lengths", number("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'texts_docsize'"));
  figure("bytes:stored", number("SELECT sum(pgsize) FROM dbstat WHERE name = 'articles'"));
  figure("bytes:dates", number("SELECT sum(pgsize) FROM dbstat WHERE name = 'articles_date'"));
}

static void build(const char *path, const char *folder, bool keep_text, uint64_t megabytes) {
  struct corpus corpus;
  struct block block = {0};
  struct line line;
  char sql[128];
  uint64_t started = nanoseconds();
  corpus_open(&corpus, path);
  open_database(folder);
  execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
  snprintf(sql, sizeof sql, "PRAGMA cache_size = -%llu;", (unsigned long long)megabytes * 512);
  execute(sql);
  execute(keep_text ? "CREATE TABLE articles(id INTEGER PRIMARY KEY, date INTEGER, text TEXT)"
                    : "CREATE TABLE articles(id INTEGER PRIMARY KEY, date INTEGER)");
  execute(keep_text
              ? "CREATE VIRTUAL TABLE texts USING fts5(text, content='articles', content_rowid='id', tokenize='ascii')"
              : "CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='ascii')");
  /* The recommended way to load much: large blocks of postings in memory, one merge at the end. */
  snprintf(sql, sizeof sql, "INSERT INTO texts(texts, rank) VALUES('hashsize', %llu)",
           (unsigned long long)(megabytes < 1024 ? megabytes : 1024) << 19);
  execute(sql);
  execute("BEGIN");
  sqlite3_stmt *article =
      prepare(keep_text ? "INSERT INTO articles VALUES(?1, ?2, ?3)" : "INSERT INTO articles VALUES(?1, ?2)");
  sqlite3_stmt *text = prepare("INSERT INTO texts(rowid, text) VALUES(?1, ?2)");
  while (corpus_take(&corpus, &block))
    while (block_line(&block, &line)) {
      int64_t id = strtoll(line.id, NULL, 10);
      sqlite3_bind_int64(article, 1, id);
      sqlite3_bind_int64(article, 2, line.published);
      if (keep_text) sqlite3_bind_text(article, 3, line.text, (int)line.text_len, SQLITE_STATIC);
      sqlite3_bind_int64(text, 1, id);
      sqlite3_bind_text(text, 2, line.text, (int)line.text_len, SQLITE_STATIC);
      must(sqlite3_step(article));
      must(sqlite3_reset(article));
      must(sqlite3_step(text));
      must(sqlite3_reset(text));
    }
  sqlite3_finalize(article);
  sqlite3_finalize(text);
  execute("CREATE INDEX articles_date ON articles(date)");
  execute("COMMIT");
  figure("seconds:committed", (double)(nanoseconds() - started) / 1e9);
  execute("INSERT INTO texts(texts) VALUES('optimize')");
  figure("seconds", (double)(nanoseconds() - started) / 1e9);
  figures_of_process();
  print_index();
}

/* ---- serve ---- */

static void put(char **out, const char *text) { *out += sprintf(*out, "%s", text); }

static void put_clause(char **out, const struct clause *clause) {
  put(out, "\"");
  for (size_t i = 0; i < clause->word_count; i++) {
    if (i) put(out, " ");
    put(out, clause->words[i]);
  }
  put(out, "\"");
}

/* The clauses of a sign, joined; how many there are. */
static size_t put_signed(char **out, const struct question *question, char sign, const char *between) {
  size_t count = 0;
  for (size_t i = 0; i < question->clause_count; i++) {
    if (question->clauses[i].sign != sign) continue;
    if (count++) put(out, between);
    put_clause(out, question->clauses + i);
  }
  return count;
}

static void write_match(const struct question *question, char *out) {
  char required[16384], any[16384], excluded[16384], *at = required;
  size_t requireds = put_signed(&at, question, '+', " AND ");
  at = any;
  size_t anys = put_signed(&at, question, 0, " OR ");
  at = excluded;
  size_t excludeds = put_signed(&at, question, '-', " OR ");
  put(&out, "(");
  if (requireds) put(&out, required);
  if (requireds && anys) {
    put(&out, " AND (");
    put_clause(&out, question->clauses + 0);
    put(&out, " OR ");
  }
  if (anys) put(&out, any);
  if (requireds && anys) put(&out, ")");
  put(&out, ")");
  if (excludeds) {
    put(&out, " NOT (");
    put(&out, excluded);
    put(&out, ")");
  }
}

enum { BEST, NEWEST, COUNT, KINDS };
static sqlite3_stmt *statements[KINDS][2]; /* [..][1]: with dates */

static void prepare_all(void) {
  static const char *const sql[KINDS][2] = {
      {"SELECT rowid, rank FROM texts WHERE texts MATCH ?1 ORDER BY rank LIMIT ?2",
       "SELECT texts.rowid, rank FROM texts JOIN articles ON articles.id = texts.rowid WHERE texts MATCH ?1 AND "
       "date BETWEEN ?3 AND ?4 ORDER BY rank LIMIT ?2"},
      {"SELECT texts.rowid, 0 FROM texts JOIN articles ON articles.id = texts.rowid WHERE texts MATCH ?1 "
       "ORDER BY date DESC LIMIT ?2",
       "SELECT texts.rowid, 0 FROM texts JOIN articles ON articles.id = texts.rowid WHERE texts MATCH ?1 AND "
       "date BETWEEN ?3 AND ?4 ORDER BY date DESC LIMIT ?2"},
      {"SELECT count(*) FROM texts WHERE texts MATCH ?1",
       "SELECT count(*) FROM texts JOIN articles ON articles.id = texts.rowid WHERE texts MATCH ?1 AND "
       "date BETWEEN ?3 AND ?4"}};
  for (int kind = 0; kind < KINDS; kind++)
    for (int dated = 0; dated < 2; dated++) statements[kind][dated] = prepare(sql[kind][dated]);
}

static void ask(sqlite3_stmt *statement, const char *match, const struct question *question, bool dated, bool counts,
                struct answer *out) {
  sqlite3_bind_text(statement, 1, match, -1, SQLITE_STATIC);
  if (!counts) sqlite3_bind_int64(statement, 2, question->limit);
  if (dated) {
    sqlite3_bind_int64(statement, 3, question->since);
    sqlite3_bind_int64(statement, 4, question->until);
  }
  int status;
  while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
    if (counts) {
      out->count = sqlite3_column_int64(statement, 0);
    } else {
      out->ids[out->hits] = (uint64_t)sqlite3_column_int64(statement, 0);
      out->scores[out->hits++] = -sqlite3_column_double(statement, 1);
    }
  }
  must(status);
  must(sqlite3_reset(statement));
}

static void search(void *payload, const struct question *question, struct answer *out) {
  static char match[65536];
  bool dated = question->since != INT64_MIN || question->until != INT64_MAX;
  (void)payload;
  write_match(question, match);
  uint64_t started = nanoseconds();
  if (question->limit) ask(statements[question->newest ? NEWEST : BEST][dated], match, question, dated, false, out);
  if (question->count) ask(statements[COUNT][dated], match, question, dated, true, out);
  out->nanoseconds = nanoseconds() - started;
}

int main(int argc, char **argv) {
  if (argc == 7 && !strcmp(argv[1], "index")) {
    build(argv[2], argv[3], atoi(argv[5]), strtoull(argv[6], NULL, 10));
  } else if (argc == 3 && !strcmp(argv[1], "serve")) {
    open_database(argv[2]);
    execute("PRAGMA cache_size = -1048576");
    prepare_all();
    serve(search, NULL);
  } else if (argc == 2 && !strcmp(argv[1], "version")) {
    printf("SQLite %s, FTS5\n", sqlite3_libversion());
  } else {
    die("usage: driver index CORPUS FOLDER THREADS STORE MEMORY_MB | serve FOLDER | version");
  }
  return 0;
}
