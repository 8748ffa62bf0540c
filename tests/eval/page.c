/* Reads pages and prints what is found in each, a JSON object a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "indexer/sources/sources.h"

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
  fputs("{\"file\": ", stdout);
  print_string(path);
  for (int i = 0; i < ARTICLE_PARTS; i++) {
    size_t len;
    printf(", \"%s\": ", names[i]);
    print_string(article_get(article, (enum article_part)i, &len));
  }
  fputs(", \"authors\": ", stdout);
  print_list(&article->authors);
  fputs(", \"topics\": ", stdout);
  print_list(&article->topics);
  char date[DATE_TEXT_MAX] = "";
  if (article->published.precision) date_format(article->published.seconds, date);
  printf(", \"published\": \"%s\", \"precision\": %d, \"origin\": %d}\n", date, article->published.precision,
         article->origin);
}

int main(int argc, char **argv) {
  struct nsearch_article *article = nsearch_article_new();
  for (int i = 1; i < argc; i++) {
    struct input *input;
    uint64_t replaced;
    if (input_open(&input, argv[i], NULL) || input_fill(input, RECORD_MAX, NULL)) return 1;
    article_clear(article);
    if (html_article(input->window, input->len, NULL, NULL, article, NULL) || article_tidy(article, &replaced, NULL)) return 1;
    print_article(argv[i], article);
    input_close(input);
  }
  nsearch_article_free(article);
  return 0;
}
