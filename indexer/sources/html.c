/* HTML: a page is one article. */
#include "indexer/sources/html.h"

#include <string.h>

/* The text: what the page shows, or, where it shows less than half of that, what a script of the page says it is. */
static int set_body(const struct html_tree *tree, const struct html_data *data, struct nsearch_article *article,
                    struct nsearch_error *err) {
  struct buffer *body = &article->parts[ARTICLE_BODY];
  const char *stated = html_data_get(data, data->article, "articleBody", NULL);
  buffer_clear(body);
  int status = html_body(tree, &article->parts[ARTICLE_TITLE], body, err);
  if (status || body->len * 2 >= strlen(stated)) return status;
  buffer_clear(body);
  markup_text(stated, strlen(stated), body);
  return buffer_status(body, err);
}

int html_article(const char *bytes, size_t len, const char *charset, const char *url, struct nsearch_article *article,
                 struct nsearch_error *err) {
  struct html_tree tree;
  struct html_data data = {0};
  (void)charset;
  int status = html_parse(&tree, bytes, len, err);
  if (!status) status = html_data_read(&data, &tree, err);
  if (!status) status = html_meta(&tree, &data, url, article, err);
  if (!status) status = set_body(&tree, &data, article, err);
  html_data_free(&data);
  html_tree_free(&tree);
  return status;
}
