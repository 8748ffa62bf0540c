/* Stand-in until the reader of pages is here: title element, and the text of the page. */
#include "indexer/sources/sources.h"

#include <string.h>

int html_article(const char *bytes, size_t len, const char *charset, const char *url, struct nsearch_article *article,
                 struct nsearch_error *err) {
  struct buffer text = {0}, body = {0};
  uint64_t replaced = 0;
  (void)url;
  int status = charset_convert(bytes, len, charset, &text, &replaced, err);
  if (!status) {
    const char *open = memmem(text.bytes, text.len, "<title>", 7);
    const char *close = open ? memmem(open, (size_t)(text.bytes + text.len - open), "</title>", 8) : NULL;
    if (close) status = article_set(article, ARTICLE_TITLE, open + 7, (size_t)(close - open) - 7, err);
    const char *from = close ? close : text.bytes;
    if (!status) markup_text(from, (size_t)(text.bytes + text.len - from), &body);
    if (!status) status = buffer_status(&body, err);
    if (!status) status = article_set(article, ARTICLE_BODY, body.bytes, body.len, err);
  }
  buffer_free(&text);
  buffer_free(&body);
  return status;
}
