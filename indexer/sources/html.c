/* HTML: a page is one article. */
#include "indexer/sources/html.h"

#include <string.h>

int html_article(const char *bytes, size_t len, const char *charset, const char *url, struct nsearch_article *article,
                 struct nsearch_error *err) {
  struct html_tree tree;
  (void)charset, (void)url;
  int status = html_parse(&tree, bytes, len, err);
  if (status) return status;
  buffer_clear(&article->parts[ARTICLE_BODY]);
  status = html_body(&tree, "", "", &article->parts[ARTICLE_BODY], err);
  html_tree_free(&tree);
  return status;
}
