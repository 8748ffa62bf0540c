/* What the names that authors of pages give to elements say about them: words in class, id, role and itemprop. */
#include "indexer/sources/html.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Words and runs of words, in lower case between blanks. A name such as "postComments" or "post-comments" is the words
 * "post comments". */
static const char aside_words[] =
    " ad ads adsense adslot adv advert advertisement advertising advertorial adverts affiliate alert amazon "
    "announcement anzeige attribution audio banner billboard bio blogroll breadcrumb breadcrumbs btn button buttons "
    "byline bylines caption captions carousel categories category cc cmp comentario comentarios comment commentaire "
    "commentaires commenti commenting commentlist comments compartilhar compartir condividi consent contributors "
    "cookie cookies copyright correction correlati credit credits cta datetime disclaimer discuss discussion disqus "
    "donate donation download embed eyebrow facebook fbcomments feedback flyout follow followers foot footer "
    "footnote footnotes form gallery gdpr hidden hide infobox instagram keywords kicker kommentar kommentare legal "
    "license lightbox like likes links listing livefyre login masthead menu menus meta metadata modal mpu nav navbar "
    "navigation newsletter newsletters next noprint notice notification outbrain overlay pager pagination paging "
    "partage partager partner partners paywall pinterest player playlist poll popular popup postmeta prev previous "
    "print privacy profile promo promobox promos promoted promotion pub publicidad publicidade publicite pullquote "
    "rail rating ratings readmore recirc recirculation recommend recommendation recommendations recommended reddit "
    "register registration relacionadas relacionados related relatedcontent replies reply respond reviewers rss "
    "share sharebar shared sharedaddy shariff sharing shop shopping shortcode sidebar sidebars sideblock signin "
    "signup skip skyscraper slider slideshow sociable social socialize sponsor sponsored sponsors sponsorship "
    "subscribe subscriber subscription subscriptions swiper taboola tag tagcloud tags taxonomy teaser teasers teilen "
    "thumb thumbnail timestamp toc toolbar toolbox tools tooltip topics trackback trackbacks trending tweet twitter "
    "upnext upsell video warning webpush werbung whatsapp widget widgets zergnet ";

/* Words that are an aside only beside others. */
static const char aside_pairs[] =
    "about author,also like,also read,around web,article footer,author about,author bio,author box,author card,"
    "author description,author details,author info,author profile,call to,cross post,cross sell,entry footer,"
    "global header,in brief,jump to,latest news,latest posts,latest stories,log in,more articles,more from,more news,"
    "more on,more posts,more stories,most popular,most read,most viewed,news list,opt in,other articles,other news,"
    "other posts,other stories,page header,post footer,post nav,pull quote,read also,read more,read next,recent news,"
    "recent posts,see also,side bar,sign in,sign up,similar posts,site header,skip to,top stories,user info,you may,"
    "you might,";

static const char article_pairs[] =
    "article body,article content,article copy,article detail,article entry,article main,article page content,"
    "article text,article wrap,articlebody,blog content,blog post content,body content,body copy,body text,c article,"
    "content article,content body,content text,detail text,entry body,entry content,entry text,main content,"
    "news body,news content,news text,newstext,page content,post body,post content,post text,postcontent,rich text,"
    "richtext,single content,story body,story content,story copy,story text,storybody,storycontent,storytext,"
    "text article,";

static const char maybe_words[] = " article articles blog body content entry hentry main post story text news single ";

enum { NAME_MAX_BYTES = 200, WORD_MAX_BYTES = 32 };

/* The words of a name, lower case, each behind one blank, one blank at the end. */
static size_t split_words(const char *name, size_t len, char *out, size_t room) {
  size_t to = 0;
  char before = 0;
  for (size_t i = 0; i < len && to + 3 < room; i++) {
    char c = name[i];
    bool is_word = isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
    bool begins = is_word && (!(isalpha((unsigned char)before) || (unsigned char)before >= 0x80) ||
                              (isupper((unsigned char)c) && islower((unsigned char)before)));
    if (begins) out[to++] = ' ';
    if (is_word) out[to++] = (char)tolower((unsigned char)c);
    before = c;
  }
  out[to++] = ' ';
  out[to] = 0;
  return to;
}

static bool has_word(const char *list, const char *word, size_t len) {
  char wanted[WORD_MAX_BYTES + 3] = " ";
  if (len == 0 || len > WORD_MAX_BYTES) return false;
  memcpy(wanted + 1, word, len);
  wanted[len + 1] = ' ';
  wanted[len + 2] = 0;
  return strstr(list, wanted) != NULL;
}

/* True when one of the runs of words, each ended by a comma, stands in the words. */
static bool has_run(const char *runs, const char *words) {
  char wanted[WORD_MAX_BYTES * 2];
  for (const char *at = runs + strspn(runs, " "); *at;) {
    size_t len = strcspn(at, ",");
    wanted[0] = ' ';
    memcpy(wanted + 1, at, len);
    wanted[len + 1] = ' ';
    wanted[len + 2] = 0;
    if (strstr(words, wanted)) return true;
    at += len + 1;
  }
  return false;
}

/* Names that tell of the page as a whole or of its subject, not of the element: "tag-politics", "has-sidebar". */
static bool tells_of_others(const char *words) {
  static const char prefixes[] = " has have no not with without is are tag category cat topic type status format ";
  size_t len = strcspn(words + 1, " ");
  return words[len + 1] && words[len + 2] && has_word(prefixes, words + 1, len);
}

static enum html_role role_of_name(const char *name, size_t len) {
  char words[NAME_MAX_BYTES + 3];
  split_words(name, len < NAME_MAX_BYTES / 2 ? len : NAME_MAX_BYTES / 2, words, sizeof words);
  if (!words[1] || tells_of_others(words)) return HTML_ROLE_NONE;
  if (has_run(aside_pairs, words)) return HTML_ROLE_ASIDE;
  bool maybe = false;
  for (const char *at = words + 1; *at; at += strcspn(at, " ") + 1) {
    size_t word_len = strcspn(at, " ");
    if (has_word(aside_words, at, word_len)) return HTML_ROLE_ASIDE;
    maybe |= has_word(maybe_words, at, word_len);
  }
  if (has_run(article_pairs, words)) return HTML_ROLE_ARTICLE;
  return maybe ? HTML_ROLE_MAYBE : HTML_ROLE_NONE;
}

/* The strongest word of a list of names: what is beside the article wins. */
static enum html_role role_of_names(const char *names) {
  enum { NAMES_MAX = 32 };
  enum html_role role = HTML_ROLE_NONE;
  for (int i = 0; names && *names && i < NAMES_MAX; i++) {
    names += strspn(names, " \t\r\n\f");
    size_t len = strcspn(names, " \t\r\n\f");
    enum html_role next = role_of_name(names, len);
    if (next == HTML_ROLE_ASIDE) return next;
    if (next != HTML_ROLE_NONE && (role == HTML_ROLE_NONE || next == HTML_ROLE_ARTICLE)) role = next;
    names += len;
  }
  return role;
}

enum html_role html_role(const struct html_tree *tree, size_t node) {
  static const char aside_roles[] =
      " navigation complementary banner contentinfo search dialog alertdialog alert menu menubar toolbar tablist ";
  static const char field_properties[] =
      " author datePublished dateModified publisher image keywords commentCount comment headline thumbnailUrl video ";
  if (tree->nodes[node].attributes == 0) return HTML_ROLE_NONE;
  const char *role = html_attribute(tree, node, "role");
  if (role && has_word(aside_roles, role, strlen(role))) return HTML_ROLE_ASIDE;
  if (html_attribute_has(tree, node, "itemprop", "articleBody")) return HTML_ROLE_ARTICLE;
  const char *property = html_attribute(tree, node, "itemprop");
  if (property && has_word(field_properties, property, strlen(property))) return HTML_ROLE_ASIDE;
  enum html_role by_class = role_of_names(html_attribute(tree, node, "class"));
  if (by_class == HTML_ROLE_ASIDE) return by_class;
  enum html_role by_id = role_of_names(html_attribute(tree, node, "id"));
  if (by_id == HTML_ROLE_ASIDE || by_class == HTML_ROLE_NONE) return by_id;
  return by_id == HTML_ROLE_ARTICLE ? by_id : by_class;
}
