/* The title of a page without the name of the site that so many put behind it. */
#include "indexer/sources/html.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { TITLE_MAX = 1000, HEADING_MIN = 8, TITLE_PARTS = 4 };

/* Appends what makes two titles equal: letters and digits, in lower case as far as ASCII goes. */
static void fold_title(const char *text, size_t len, struct buffer *out) {
  for (size_t i = 0; i < len && i < TITLE_MAX; i++) {
    unsigned char c = (unsigned char)text[i];
    /* U+2000 to U+20FF: dashes, quotes. */
    if (c == 0xE2 && i + 2 < len && (unsigned char)text[i + 1] <= 0x83) {
      i += 2;
      continue;
    }
    if (isalnum(c) || c >= 0x80) buffer_byte(out, (uint8_t)tolower(c));
  }
}

bool html_titles_equal(const char *a, size_t a_len, const char *b, size_t b_len) {
  struct buffer left = {0}, right = {0};
  fold_title(a, a_len, &left);
  fold_title(b, b_len, &right);
  bool equal = !left.failed && !right.failed && left.len == right.len && left.len > 0 &&
               memcmp(left.bytes, right.bytes, left.len) == 0;
  buffer_free(&left);
  buffer_free(&right);
  return equal;
}

/* True for the address of a site's first page: an authority, or nothing, and no more than "/" behind it. */
static bool is_home(const char *href) {
  const char *authority = strstr(href, "//");
  if (authority && (authority == href || authority[-1] == ':')) {
    href = authority + 2 + strcspn(authority + 2, "/?#");
    return *href == 0 || (href[0] == '/' && href[1] == 0);
  }
  return strcmp(href, "/") == 0;
}

bool html_leads_home(const struct html_tree *tree, size_t node) {
  enum { WITHIN = 3 }; /* a link around a whole page is none of its title */
  size_t at = node;
  for (int i = 0; i < WITHIN && at > 0; i++, at = tree->nodes[at].parent) {
    const char *href = tree->nodes[at].tag == HTML_A ? html_attribute(tree, at, "href") : NULL;
    if (href) return is_home(href);
  }
  for (at = node + 1; at < tree->nodes[node].end && at <= node + WITHIN; at++) {
    const char *href = tree->nodes[at].tag == HTML_A ? html_attribute(tree, at, "href") : NULL;
    if (href) return is_home(href);
  }
  return false;
}

/* Length of the folded heading when the title begins or ends with it, else 0. A part of the article that is called as
 * the title ends ("Atkins diet, 14 days. Reviews") is shorter than the heading can be. */
static size_t fit(const struct buffer *title, const char *heading, size_t len) {
  struct buffer folded = {0};
  fold_title(heading, len, &folded);
  bool fits = !folded.failed && folded.len >= HEADING_MIN && folded.len <= title->len &&
              folded.len * TITLE_PARTS >= title->len &&
              (memcmp(title->bytes, folded.bytes, folded.len) == 0 ||
               memcmp(title->bytes + title->len - folded.len, folded.bytes, folded.len) == 0);
  size_t fold_len = fits ? folded.len : 0;
  buffer_free(&folded);
  return fold_len;
}

static void find_title(struct html_titles *titles, const struct html_tree *tree) {
  for (size_t i = 1; i < tree->count && titles->title.len == 0; i++)
    if (tree->nodes[i].tag == HTML_TITLE && tree->nodes[tree->nodes[i].parent].tag != HTML_SVG)
      html_text(tree, i, TITLE_MAX, &titles->title);
}

size_t html_titles_find(struct html_titles *titles, const struct html_tree *tree) {
  struct buffer folded = {0};
  size_t place = 0, best = 0;
  find_title(titles, tree);
  fold_title(titles->title.bytes, titles->title.len, &folded);
  for (size_t i = 1; i < tree->count; i++) {
    if (tree->nodes[i].tag != HTML_H1 || html_leads_home(tree, i)) continue;
    struct buffer text = {0};
    html_text(tree, i, TITLE_MAX + HTML_TEXT_MORE, &text);
    size_t fits = text.len <= TITLE_MAX ? fit(&folded, text.bytes, text.len) : 0;
    /* The name of the site may be a heading too, and shorter. */
    bool better = text.len > 0 && text.len <= TITLE_MAX && (fits > best || place == 0);
    if (better) {
      buffer_free(&titles->heading);
      titles->heading = text;
      place = i, best = fits;
    } else {
      buffer_free(&text);
    }
    i = tree->nodes[i].end - 1;
  }
  buffer_free(&folded);
  return place;
}

/* ---- Names of sites ---- */

/* The last " | ", " - " or the like in text[0..len); stores where what is behind it begins. */
static size_t last_separator(const char *text, size_t len, size_t *behind) {
  static const char *const separators[] = {
      " | ",        " - ",        " \xE2\x80\x93 ", " \xE2\x80\x94 ", " :: ", " \xC2\xBB ",
      " \xC2\xAB ", " \xC2\xB7 ", " \xE2\x80\xA2 ", " // ",           " > "};
  size_t found = 0;
  for (size_t s = 0; s < sizeof separators / sizeof *separators; s++) {
    size_t width = strlen(separators[s]);
    for (size_t at = found ? found + 1 : 1; at + width < len; at++)
      if (memcmp(text + at, separators[s], width) == 0) found = at, *behind = at + width;
  }
  return found;
}

/* True when the text is what the site is called: its name as the page says, or what its host is made of. */
static bool is_site(const struct nsearch_article *article, const char *text, size_t len) {
  size_t source_len, url_len, host_len;
  const char *source = article_get(article, ARTICLE_SOURCE, &source_len);
  const char *url = article_get(article, ARTICLE_URL, &url_len);
  char host[256];
  if (html_titles_equal(text, len, source, source_len)) return true;
  if (!article_site(url, url_len, host, sizeof host, &host_len)) return false;
  struct buffer name = {0}, site = {0};
  fold_title(text, len, &name);
  fold_title(host, host_len, &site);
  bool within = name.len >= 3 && site.len >= name.len && !name.failed && !site.failed &&
                memmem(site.bytes, site.len, name.bytes, name.len);
  buffer_free(&name);
  buffer_free(&site);
  return within;
}

/* True for the site's name with one word at most behind it, which may be written as one: "Harbor Sport". */
static bool begins_with_site(const struct nsearch_article *article, const char *text, size_t len) {
  size_t name_len;
  const char *name = article_get(article, ARTICLE_SOURCE, &name_len);
  if (name_len < 3 || len <= name_len || memcmp(text, name, name_len) != 0) return false;
  size_t more = text[name_len] == ' ' ? name_len + 1 : name_len;
  return more < len && isupper((unsigned char)text[more]) && !memchr(text + more, ' ', len - more);
}

/* Length of the title without the site behind it: as long as the heading when that is what it begins with. */
static size_t without_site(const struct html_titles *titles, const struct nsearch_article *article, const char *text,
                           size_t len) {
  size_t behind = 0, best = len;
  for (size_t cut = len; (cut = last_separator(text, cut, &behind)) > 0;) {
    if (html_titles_equal(text, cut, titles->heading.bytes, titles->heading.len)) return cut;
    const char *rest = text + behind;
    size_t rest_len = len - behind;
    if (best == len && (is_site(article, rest, rest_len) || begins_with_site(article, rest, rest_len))) best = cut;
  }
  return best;
}

int html_titles_settle(const struct html_titles *titles, struct nsearch_article *article, struct nsearch_error *err) {
  size_t len, site = 0, behind;
  const char *text = article_get(article, ARTICLE_TITLE, &len);
  bool cut_short = len > 3 && (memcmp(text + len - 3, "...", 3) == 0 || memcmp(text + len - 3, "\xE2\x80\xA6", 3) == 0);
  if (titles->title.failed || titles->heading.failed) return error_memory(err);
  /* Nothing says it better than the page's own heading and title. */
  if (len == 0 || cut_short || is_site(article, text, len)) {
    const struct buffer *heading = &titles->heading;
    bool names_site = titles->title.len > 0 && is_site(article, heading->bytes, heading->len);
    const struct buffer *other = heading->len > 0 && !names_site ? heading : &titles->title;
    if (other->len > 0) text = other->bytes, len = other->len;
  }
  if (len == 0) return NSEARCH_OK;
  len = without_site(titles, article, text, len);
  /* "Site: Title" */
  site = last_separator(text, len, &behind);
  if (site && html_titles_equal(text + behind, len - behind, titles->heading.bytes, titles->heading.len))
    text += behind, len -= behind;
  char *copy = memory_string(text, len);
  if (!copy) return error_memory(err);
  int status = article_set(article, ARTICLE_TITLE, copy, len, err);
  memory_free(copy);
  return status;
}

void html_titles_free(struct html_titles *titles) {
  buffer_free(&titles->title);
  buffer_free(&titles->heading);
}
