/* Reads pages and prints what is found in each without its JSON-LD, and what that says, a JSON object a line; with
 * --all what is found with it. */
#include <stdio.h>
#include <string.h>

#include "indexer/sources/html.h"

static void print_string(const char *text) {
  putchar('"');
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\')
      printf("\\%c", c);
    else if (c < ' ')
      printf("\\u%04x", c);
    else
      putchar(c);
  }
  putchar('"');
}

static void print_list(const struct article_list *list) {
  const char *between = "";
  putchar('[');
  for (const char *value = NULL; (value = article_list_next(list, value)); between = ", ") {
    fputs(between, stdout);
    print_string(value);
  }
  putchar(']');
}

static void print_article(const char *path, const struct nsearch_article *article) {
  static const char *const names[ARTICLE_PARTS] = {"id", "url", "title", "body", "source", "section", "language"};
  char date[DATE_TEXT_MAX] = "";
  fputs("{\"file\": ", stdout);
  print_string(path);
  for (int i = 0; i < ARTICLE_PARTS; i++) {
    size_t len;
    printf(", \"%s\": ", names[i]);
    print_string(article_get(article, (enum article_part)i, &len));
  }
  fputs(", \"authors\": ", stdout);
  print_list(&article->authors);
  if (article->published.precision) date_format(article->published.seconds, date);
  printf(", \"published\": \"%s\"}", date);
}

/* What the page's JSON-LD says, as an article. */
static int fill_from_data(const struct html_data *data, struct nsearch_article *article, struct nsearch_error *err) {
  const char *title = html_data_get(data, data->article, "headline", NULL);
  const char *day = html_data_get(data, data->article, "datePublished", NULL);
  const struct html_statement *author;
  size_t at = 0;
  article_clear(article);
  markup_text(title, strlen(title), &article->parts[ARTICLE_TITLE]);
  int status = buffer_status(&article->parts[ARTICLE_TITLE], err);
  date_parse(day, strlen(day), &article->published);
  while (!status && (author = html_data_next(data, data->article, "author", &at))) {
    const char *name = html_data_value(data, author, "name");
    if (*name) status = byline_add(article, name, strlen(name), err);
  }
  const char *source = html_data_get(data, data->article, "publisher", "name");
  if (!status) status = article_set(article, ARTICLE_SOURCE, source, strlen(source), err);
  return status ? status : html_authors_settle(article, err);
}

static int print_data(const char *path, const char *bytes, size_t len, struct nsearch_article *article,
                      struct nsearch_error *err) {
  struct html_tree tree;
  struct html_data data = {0};
  uint64_t replaced;
  int status = html_parse(&tree, bytes, len, err);
  if (!status) status = html_data_read(&data, &tree, err);
  if (!status) status = fill_from_data(&data, article, err);
  if (!status) status = article_tidy(article, &replaced, err);
  if (!status) print_article(path, article);
  html_data_free(&data);
  html_tree_free(&tree);
  return status;
}

static void hide(char *bytes, size_t len) {
  for (char *at = bytes; (at = memmem(at, len - (size_t)(at - bytes), "ld+json", 7)); at += 7) at[2] = '-';
}

static int read_page(const char *path, bool all, struct nsearch_article *article, struct nsearch_error *err) {
  struct input *input;
  uint64_t replaced = 0;
  int status = input_open(&input, path, err);
  if (status) return status;
  status = input_fill(input, RECORD_MAX, err);
  char *bytes = status ? NULL : memory_string(input->window, input->len);
  if (bytes) {
    fputs(all ? "" : "{\"data\": ", stdout);
    if (!all) status = print_data(path, bytes, input->len, article, err);
    fputs(all ? "" : ", \"page\": ", stdout);
    if (!all) hide(bytes, input->len);
    article_clear(article);
    if (!status) status = html_article(bytes, input->len, NULL, NULL, article, &replaced, err);
    if (!status) status = article_tidy(article, &replaced, err);
    if (!status) print_article(path, article);
    puts(all ? "" : "}");
  }
  memory_free(bytes);
  input_close(input);
  return status;
}

int main(int argc, char **argv) {
  struct nsearch_article *article = nsearch_article_new();
  nsearch_error *err = nsearch_error_new();
  bool all = argc > 1 && strcmp(argv[1], "--all") == 0;
  int status = article && err ? 0 : 1;
  for (int i = 1 + all; !status && i < argc; i++) {
    status = read_page(argv[i], all, article, err);
    if (status) fprintf(stderr, "%s: %s\n", argv[i], nsearch_error_message(err));
  }
  nsearch_article_free(article);
  nsearch_error_free(err);
  return status != 0;
}
