/* HTML: a page is one article. */
#include "common/text/text.h"
#include "indexer/sources/html.h"

#include <string.h>
#include <strings.h>

/* ---- Which files ---- */

enum { HEAD_MAX = 4096, LABEL_MAX = 40, DECLARED_WITHIN = 8192 };

/* The first bytes as ASCII has them: without the NUL bytes that UTF-16 puts between. */
static size_t plain_head(const char *head, size_t len, char *out) {
  size_t count = 0;
  for (size_t i = 0; i < len && count < HEAD_MAX; i++)
    if (head[i] && (unsigned char)head[i] < 0xFE) out[count++] = head[i];
  return count;
}

/* Behind white space, comments and what XML says of itself. */
static size_t skip_prologue(const char *head, size_t len) {
  size_t at = leading_blank(head, len);
  while (len - at > 4) {
    const char *end = NULL;
    if (memcmp(head + at, "<!--", 4) == 0)
      end = memmem(head + at, len - at, "-->", 3);
    else if (memcmp(head + at, "<?", 2) == 0)
      end = memchr(head + at, '>', len - at);
    if (!end) break;
    at = (size_t)(end - head) + (*end == '-' ? 3 : 1);
    at += leading_blank(head + at, len - at);
  }
  return at;
}

static bool begins_page(const char *head, size_t len) {
  static const char *const names[] = {"html",  "head",   "body",    "title",   "meta", "link", "base",   "script",
                                      "style", "div",    "p",       "h1",      "h2",   "main", "header", "nav",
                                      "table", "center", "article", "section", "span", "font", "img",    "a"};
  static const char doctype[] = "<!doctype html";
  struct sgml_tag tag;
  size_t at = skip_prologue(head, len);
  if (len - at > sizeof doctype && strncasecmp(head + at, doctype, sizeof doctype - 1) == 0) return true;
  if (at >= len || head[at] != '<' || !sgml_next(head, len, at, &tag) || tag.start != at || tag.closing) return false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (sgml_is(&tag, names[i])) return true;
  return false;
}

static bool claims(const char *head, size_t len, bool is_all, const char *file_name) {
  static const char *const endings[] = {".html", ".htm", ".xhtml", ".shtml"};
  char plain[HEAD_MAX] = "";
  size_t plain_len = plain_head(head, len, plain);
  (void)is_all;
  if (begins_page(plain, plain_len)) return true;
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (name_ends_with(file_name, endings[i])) return plain_len > 0 && memchr(plain, '<', plain_len);
  return false;
}

/* ---- The encoding ---- */

/* The label behind "charset=" in text, which may be quoted. */
static bool charset_label(const char *text, size_t len, char label[LABEL_MAX]) {
  const char *end = text + len;
  size_t count = 0;
  while (text < end && strchr(" \t=\"'", *text)) text++;
  while (text < end && count + 1 < LABEL_MAX && !strchr(" \t\r\n;\"'/>", *text)) label[count++] = *text++;
  label[count] = 0;
  return count > 0;
}

/* What a <meta> in the first bytes of the page says it is: charset="..." or content="text/html; charset=...". */
static const char *declared_inside(const char *bytes, size_t len, char label[LABEL_MAX]) {
  struct sgml_tag tag;
  if (len > DECLARED_WITHIN) len = DECLARED_WITHIN;
  for (size_t at = 0; sgml_next(bytes, len, at, &tag); at = tag.end) {
    if (!sgml_is(&tag, "meta") || tag.closing) continue;
    for (size_t i = tag.start; i + 8 < tag.end; i++)
      if (strncasecmp(bytes + i, "charset", 7) == 0 && charset_label(bytes + i + 7, tag.end - i - 7, label))
        return label;
  }
  return NULL;
}

/* ---- The page ---- */

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
                 uint64_t *replaced, struct nsearch_error *err) {
  struct buffer text = {0};
  struct html_tree tree = {0};
  struct html_data data = {0};
  char label[LABEL_MAX];
  int status =
      charset_convert(bytes, len, charset ? charset : declared_inside(bytes, len, label), &text, replaced, err);
  /* Without a converter its bytes are what they are, replaced where they are no UTF-8. */
  if (status == NSEARCH_ERR_UNSUPPORTED) {
    error_clear(err);
    buffer_clear(&text);
    *replaced += utf8_repair(bytes, len, &text);
    status = buffer_status(&text, err);
  }
  if (!status) status = html_parse(&tree, text.len ? text.bytes : "", text.len, err);
  buffer_free(&text);
  if (!status) status = html_data_read(&data, &tree, err);
  if (!status) status = html_meta(&tree, &data, url, article, err);
  if (!status) status = set_body(&tree, &data, article, err);
  html_data_free(&data);
  html_tree_free(&tree);
  return status;
}

static int parse(const struct span *span, const struct sink *sink, struct nsearch_error *err) {
  article_clear(sink->article);
  int status = html_article(span->bytes, span->len, NULL, NULL, sink->article, sink->replaced, err);
  if (!status) status = title_from_name(sink->article, sink->file_name, err);
  return status ? status : sink->take(sink->payload, sink->article, span->record, span->whole_file, err);
}

const struct source source_html = {"html", claims, split_whole, parse};
