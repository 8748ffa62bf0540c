/* Pages: what is the article, and what is known of it. A case is a page and what is wanted of it, a line a field; the
 * text is what stands behind the last field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "indexer/sources/html.h"

/* ---- A page into lines of text ---- */

static void add_list(struct buffer *out, const char *name, const struct article_list *list) {
  for (const char *value = NULL; (value = article_list_next(list, value));) buffer_format(out, "%s=%s\n", name, value);
}

static void print_article(const struct nsearch_article *article, struct buffer *out) {
  static const struct {
    const char *name;
    enum article_part part;
  } parts[] = {{"url", ARTICLE_URL},
               {"title", ARTICLE_TITLE},
               {"source", ARTICLE_SOURCE},
               {"section", ARTICLE_SECTION},
               {"language", ARTICLE_LANGUAGE}};
  static const char *const origins[] = {"none", "record", "feed", "meta", "url", "file"};
  char date[DATE_TEXT_MAX];
  size_t len;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    const char *text = article_get(article, parts[i].part, &len);
    if (len > 0) buffer_format(out, "%s=%s\n", parts[i].name, text);
  }
  add_list(out, "author", &article->authors);
  add_list(out, "topic", &article->topics);
  date_format(article->published.seconds, date);
  if (article->published.precision)
    buffer_format(out, "date=%s/%d %s\n", date, article->published.precision, origins[article->origin]);
  date_format(article->updated, date);
  if (article->has_updated) buffer_format(out, "updated=%s\n", date);
  const char *body = article_get(article, ARTICLE_BODY, &len);
  buffer_add(out, body, len);
  buffer_byte(out, 0);
  assert_false(out->failed);
}

/* What comes out of a page; memory_free() it. */
static char *read_page(const char *bytes, size_t len, const char *charset, const char *url) {
  struct nsearch_article *article = nsearch_article_new();
  struct buffer out = {0};
  uint64_t replaced = 0;
  assert_non_null(article);
  assert_int_equal(html_article(bytes, len, charset, url, article, &replaced, NULL), 0);
  assert_int_equal(article_tidy(article, &replaced, NULL), 0);
  print_article(article, &out);
  nsearch_article_free(article);
  return out.bytes;
}

static void expect(const char *page, const char *url, const char *wanted) {
  char *got = read_page(page, strlen(page), NULL, url);
  assert_string_equal(got, wanted);
  memory_free(got);
}

/* Two paragraphs that read like an article. */
#define FERRY                                                                                                        \
  "<p>The ferry to San Telmo ran aground on Tuesday, twenty minutes after it had left the harbour, and all 214 "     \
  "passengers were taken off by boats.</p><p>Nobody was hurt, the harbour master said, but the line will be closed " \
  "until the hull has been looked at.</p>"
#define FERRY_TEXT                                                                                              \
  "The ferry to San Telmo ran aground on Tuesday, twenty minutes after it had left the harbour, and all 214 "   \
  "passengers were taken off by boats.\nNobody was hurt, the harbour master said, but the line will be closed " \
  "until the hull has been looked at."

/* ---- The text ---- */

static void test_asides_are_left_out(void **state) {
  (void)state;
  expect(
      "<!doctype html><html><body>"
      "<div class='cookie-banner'><p>We use cookies, as everybody does, to see what you read. Agree to all of them.</p>"
      "</div><header><nav><ul><li><a href=/>Home</a><li><a href=/world>World</a></ul></nav></header>"
      "<main><article><h1>Ferry runs aground</h1><p class=byline>By Jane Roe</p>" FERRY
      "<div class='share-buttons'><a href=#>Share this on every network that there is today</a></div>"
      "<aside><p>Ferries of this class were built in 1987, and nine of them are still running today.</p></aside>"
      "<figure><img src=a.jpg><figcaption>The ferry, seen from the harbour on Tuesday.</figcaption></figure>"
      "<p style='display:none'>Nobody sees this paragraph, which is here for some machine to read.</p>"
      "<p>Read more: <a href=/2>The nine ferries of San Telmo and what became of them</a></p></article>"
      "<section id=comments><article><p>I was on that ferry, and it was not funny at all, believe me.</p></article>"
      "<article><p>It was bound to happen, with a crew of six for a ship of that size, I think.</p></article></section>"
      "<div class='newsletter-signup'><p>Get our newsletter in your inbox every morning, free of charge.</p></div></main>"
      "<footer><p>Copyright by the Quayside Gazette, all rights reserved, in every country.</p></footer>"
      "</body></html>",
      NULL, "title=Ferry runs aground\nauthor=Jane Roe\n" FERRY_TEXT);
}

static void test_lists_and_tables_stay(void **state) {
  (void)state;
  expect(
      "<title>x</title><article>" FERRY "<h2>What is known</h2><ul><li>The ship is 34 years old<li>It was looked at in "
      "May</ul><blockquote class='related-quote'>It was a calm night.</blockquote><table><tr class=player><th>Year<th>"
      "Groundings<tr><td>2023<td>1<tr><td>2024<td>3</table><h3>More on this</h3><ul><li><a href=1>Storm over the "
      "strait</a><li><a href=2>A harbour in winter</a></ul></article>",
      NULL,
      "title=x\n" FERRY_TEXT "\nWhat is known\nThe ship is 34 years old\nIt was looked at in May\nIt was a calm "
      "night.\nYear Groundings\n2023 1\n2024 3");
}

static void test_parts_are_united(void **state) {
  (void)state;
  expect(
      "<title>x</title><article><div class='chunk body'>" FERRY
      "<p>Tugs came at night, two of them, and pulled.</p></div>"
      "<div class=ad>Buy a boat, you need one.</div><div class='chunk body'><p>They had no luck at first, and then the "
      "tide came in, the master said, and it lifted her.</p></div></article>",
      NULL,
      "title=x\n" FERRY_TEXT "\nTugs came at night, two of them, and pulled.\nThey had no luck at first, and then the "
      "tide came in, the master said, and it lifted her.");
}

static void test_names_do_not_cut_the_article(void **state) {
  (void)state;
  expect("<title>x</title><body class='single has-sidebar'><div class='content with-comments share-open'>" FERRY
         "</div><div class=sidebar>Weather</div>",
         NULL, "title=x\n" FERRY_TEXT);
}

static void test_posts_are_quotations(void **state) {
  (void)state;
  expect("<title>x</title><article>" FERRY "<div class='social-embed'><blockquote class='twitter-tweet'><p>Stuck on a "
         "ferry.</p>&mdash; A passenger</blockquote></div></article>",
         NULL, "title=x\n" FERRY_TEXT "\nStuck on a ferry.\n\u2014 A passenger");
}

static void test_lines_end_at_breaks(void **state) {
  (void)state;
  expect(
      "<title>x</title><table><tr><td width=200><a href=/>Home</a><br><a href=/b>Sport</a></td><td>It was a dark night, and "
      "the sea was calm.<br><br>Nobody,&nbsp; \n it seems, was on the <b>bridge</b>, or awake.</td></tr></table>",
      NULL, "title=x\nIt was a dark night, and the sea was calm.\nNobody, it seems, was on the bridge, or awake.");
}

static void test_other_scripts(void **state) {
  (void)state;
  expect(
      "<html lang=ja><title>\u30d5\u30a7\u30ea\u30fc</title><div class=menu>\u30e1\u30cb\u30e5\u30fc</div><div id=honbun><p>"
      "\u706b\u66dc\u65e5\u3001\u30d5\u30a7\u30ea\u30fc\u304c\u6e2f\u3092\u51fa\u3066\u4e8c\u5341\u5206\u5f8c\u306b"
      "\u5ea7\u7901\u3057\u305f\u3002</p></div>",
      NULL,
      "title=\u30d5\u30a7\u30ea\u30fc\nlanguage=ja\n\u706b\u66dc\u65e5\u3001\u30d5\u30a7\u30ea\u30fc\u304c\u6e2f\u3092"
      "\u51fa\u3066\u4e8c\u5341\u5206\u5f8c\u306b\u5ea7\u7901\u3057\u305f\u3002");
}

static void test_text_of_scripts_alone(void **state) {
  (void)state;
  expect(
      "<html><head><script type='application/ld+json'>{\"@type\": \"NewsArticle\", \"headline\": \"Ferry &amp; tug\",\n"
      " \"articleBody\": \"The ferry ran aground on Tuesday,\n twenty minutes after it had left the harbour.\"}"
      "</script></head><body><div id=app></div><p>Please switch on JavaScript.</p></body></html>",
      NULL, "title=Ferry & tug\nThe ferry ran aground on Tuesday,  twenty minutes after it had left the harbour.");
}

static void test_pages_without_text(void **state) {
  (void)state;
  expect(
      "<html><head><title>Old news</title></head><frameset cols='20%,80%'><frame src=a><frame src=b></frameset></html>",
      NULL, "title=Old news\n");
  expect(
      "<html><head><meta property='og:title' content='Behind a wall'></head><body><div class=paywall>Subscribe</div>",
      NULL, "title=Behind a wall\n");
  expect("", NULL, "");
  expect("   \n", NULL, "");
}

/* ---- The fields ---- */

static void test_json_ld(void **state) {
  (void)state;
  expect(
      "<html><head><link rel=canonical href='https://harborpost.example/a'><meta property='og:title' content='Other'>"
      "<meta name=author content='Somebody Else'>"
      "<script type='application/ld+json'><!-- {\"@context\": \"https://schema.org\", \"@graph\": ["
      "{\"@type\": \"Organization\", \"@id\": \"#us\", \"name\": \"Harbor Post\"},"
      "{\"@type\": [\"Thing\", \"NewsArticle\"], \"headline\": \"Ferry runs aground\", \"inLanguage\": \"en-GB\","
      "\"datePublished\": \"2025-11-04T09:30:00+01:00\", \"dateModified\": \"2025-11-05\", \"articleSection\": [\"Sea\"],"
      "\"author\": [{\"@type\": \"Person\", \"name\": \"Jane Roe\"}, {\"@id\": \"#joe\"}, \"Ann Poe\"],"
      "\"publisher\": {\"@id\": \"#us\"}, \"keywords\": \"ferry, harbour\"},"
      "{\"@id\": \"#joe\", \"name\": \"Joe Doe\"}]} --></script></head><article>" FERRY "</article></html>",
      NULL,
      "url=https://harborpost.example/a\ntitle=Ferry runs aground\nsource=Harbor Post\nsection=Sea\nlanguage=en-GB\n"
      "author=Jane Roe\nauthor=Joe Doe\nauthor=Ann Poe\ntopic=ferry\ntopic=harbour\n"
      "date=2025-11-04T08:30:00Z/4 meta\nupdated=2025-11-05T00:00:00Z\n" FERRY_TEXT);
}

/* What was read before the mistake counts; what is an item of a list is not the article. */
static void test_broken_json_ld(void **state) {
  (void)state;
  expect(
      "<script type='application/ld+json'>{\"@type\":\"Article\",\"headline\":\"Ferry\",\"author\":\"Jane Roe\",}</script>"
      "<script type='application/ld+json'>{\"@type\":\"ItemList\",\"itemListElement\":[{\"@type\":\"NewsArticle\","
      "\"headline\":\"Storm\",\"datePublished\":\"2025-01-01\"}]}</script><script type='application/ld+json'>[[[</script>",
      NULL, "title=Ferry\nauthor=Jane Roe\n");
}

static void test_meta(void **state) {
  (void)state;
  expect(
      "<html lang='en_US'><head><title>Ferry runs aground - Harbor Post</title>"
      "<meta property='og:title' content='Ferry runs aground &#8211; again - Harbor Post'>"
      "<meta property='og:site_name' content='Harbor Post'><meta property='og:url' content='/2025/ferry'>"
      "<meta property='article:published_time' content='nonsense'><meta name='parsely-pub-date' content='2025-11-04'>"
      "<meta property='article:modified_time' content='2025-11-06T10:00:00Z'><meta property='article:section' content=Sea>"
      "<meta property='article:tag' content=ferry><meta property='article:tag' content='San Telmo'>"
      "<meta name=keywords content='a, b, c'><meta property='article:author' content='https://social.example/jane'>"
      "<meta name='sailthru.author' content='Jane Roe and John Doe'></head><body>" FERRY,
      "https://harborpost.example/x/y.html?z=1",
      "url=https://harborpost.example/2025/ferry\ntitle=Ferry runs aground \u2013 again\nsource=Harbor Post\nsection=Sea\n"
      "language=en-US\nauthor=Jane Roe\nauthor=John Doe\ntopic=ferry\ntopic=San Telmo\n"
      "date=2025-11-04T00:00:00Z/3 meta\nupdated=2025-11-06T10:00:00Z\n" FERRY_TEXT);
}

static void test_microdata_and_elements(void **state) {
  (void)state;
  expect("<base href='https://harborpost.example/news/'><link rel=canonical href='ferry.html'><body><div itemscope "
         "itemtype='https://schema.org/NewsArticle'><h1 itemprop=headline>Ferry <i>runs</i>\n aground</h1>"
         "<span itemprop=author itemscope><a itemprop=name href=/jane>Jane Roe</a>, harbour desk</span>"
         "<time itemprop=datePublished datetime='2025-11-04T09:30Z'>Tuesday</time><div itemprop=articleBody>" FERRY
         "</div></div>",
         NULL,
         "url=https://harborpost.example/news/ferry.html\ntitle=Ferry runs aground\nauthor=Jane Roe\n"
         "date=2025-11-04T09:30:00Z/4 meta\n" FERRY_TEXT);
  expect(
      "<header><time datetime='2025-12-24'>Today is Wednesday</time></header><h1>Ferry</h1><p class='article-date'>Published "
      "on Nov 4, 2025 - 11:28 local time</p><a rel=author href=/j>Jane Roe</a><div>" FERRY "</div><div class=readers>"
      "<p>1</p><p>2</p><p>3</p><p>4</p><p>5</p><p>6</p><p>7</p><p>8</p><p>9</p><p>10</p><p>11</p><p>12</p><p>13</p>"
      "<p>14</p><p>15</p><p>16</p><p>17</p><p>18</p><p>19</p><p>20</p><p>21</p><p>22</p><p>23</p><p>24</p><p>25</p>"
      "<p>26</p><p>27</p><p>28</p><p>29</p><p>30</p><a rel=author href=/m>A Reader</a></div>",
      NULL, "title=Ferry\nauthor=Jane Roe\ndate=2025-11-04T00:00:00Z/3 meta\n" FERRY_TEXT);
}

/* A field of a form is called as what is wanted in it. */
static void test_form_is_no_author(void **state) {
  (void)state;
  expect("<h1>Ferry</h1><div>" FERRY "</div><form><p class='comment-form-author'>Name</p></form>", NULL,
         "title=Ferry\n" FERRY_TEXT);
}

static void test_readers_are_no_authors(void **state) {
  static const char *const parts[] = {
      "<div class='comment-author vcard'>A Reader</div>",
      "<li class=pingback><span class=author>Another Site</span></li>",
      "<ol id=comments><li itemprop=author>A Reader</li></ol>",
      "<div id=respond><a rel=author href=/r>A Reader</a></div>",
      "<p><label class=author>Your name</label></p>",
  };
  (void)state;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    char page[1000];
    snprintf(page, sizeof page, "<h1>Ferry</h1><div>" FERRY "</div>%s", parts[i]);
    expect(page, NULL, "title=Ferry\n" FERRY_TEXT);
    snprintf(page, sizeof page, "<h1>Ferry</h1><p class=byline>Jane Roe</p><div>" FERRY "</div>%s", parts[i]);
    expect(page, NULL, "title=Ferry\nauthor=Jane Roe\n" FERRY_TEXT);
  }
  expect("<body class=comments-open><h1>Ferry</h1><p class=byline>Jane Roe</p><div>" FERRY "</div>", NULL,
         "title=Ferry\nauthor=Jane Roe\n" FERRY_TEXT);
}

static void test_claims_have_other_authors(void **state) {
  (void)state;
  expect("<script type='application/ld+json'>{\"@type\":\"ClaimReview\",\"itemReviewed\":{\"author\":{\"name\":"
         "\"The harbour office\"}}}</script><h1>Ferry</h1><h4 class=author>The Harbour Office</h4><div>" FERRY "</div>",
         NULL, "title=Ferry\n" FERRY_TEXT);
}

static void test_titles(void **state) {
  static const char *const cases[][2] = {
      {"<title>Ferry runs aground | Harbor Post</title><h1>Ferry runs aground</h1>", "Ferry runs aground"},
      {"<title>Harbor Post - Ferry runs aground</title><h1>Ferry runs aground</h1>", "Ferry runs aground"},
      {"<title>Ferry runs aground | Sea | Harbor Post</title><h1>Ferry runs aground</h1>", "Ferry runs aground"},
      {"<title>Ferry - what now? | harborpost.example</title><link rel=canonical href=https://www.harborpost.example/x>",
       "Ferry - what now?"},
      {"<title>Ferry - what now?</title>", "Ferry - what now?"},
      {"<h1>Harbor Post</h1><h1>Ferry runs aground</h1><title>Ferry runs aground - Harbor Post</title>",
       "Ferry runs aground"},
      {"<meta property='og:title' content='Ferry runs...'><h1>Ferry runs aground</h1>", "Ferry runs aground"},
      {"<title>Caf\xC3\xA9 &amp; bar</title>", "Caf\u00e9 & bar"},
      {"<svg><title>Icon</title></svg><title>Ferry</title>", "Ferry"},
      /* Links to the first page have the site's name. */
      {"<title>Ferry runs aground</title><h1><a href=/>The Harbor Post</a></h1>", "Ferry runs aground"},
      {"<title>Ferry runs aground</title><a href='https://harborpost.example/'><h1>The Harbor Post</h1></a>",
       "Ferry runs aground"},
      {"<a href=//harborpost.example itemprop=headline>News</a><h1 itemprop=headline><a href=//harborpost.example/f>Ferry"
       "</a></h1>",
       "Ferry"},
      {"<meta property='og:site_name' content='Harbor Post'><title>Ferry runs aground</title><h1>Harbor Post</h1>",
       "Ferry runs aground"},
      {"<title>Diet of the sea, two weeks of nothing but fish. Our readers</title><h1>Diet of the sea in two weeks</h1>"
       "<h1>Our readers</h1>",
       "Diet of the sea in two weeks"},
      {"<meta property='og:site_name' content=HPN><title>Ferry runs aground - HPNPolitics</title>",
       "Ferry runs aground"},
      {"<meta property='og:site_name' content=HPN><title>Ferry runs aground | HPN Sport</title>", "Ferry runs aground"},
      {"<meta property='og:site_name' content=HPN><title>Ferry runs aground - HPN was there</title>",
       "Ferry runs aground - HPN was there"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *got = read_page(cases[i][0], strlen(cases[i][0]), NULL, NULL), wanted[100];
    snprintf(wanted, sizeof wanted, "title=%s\n", cases[i][1]);
    assert_non_null(strstr(got, wanted));
    memory_free(got);
  }
}

static void test_dates_of_urls(void **state) {
  static const struct {
    const char *url, *date;
    enum nsearch_precision precision;
  } cases[] = {{"https://a.example/2019/11/18/ferry", "2019-11-18T00:00:00Z", NSEARCH_PRECISION_DAY},
               {"https://a.example/news/2019/11/ferry", "2019-11-01T00:00:00Z", NSEARCH_PRECISION_MONTH},
               {"https://a.example/2019/nov/18/ferry", "2019-11-18T00:00:00Z", NSEARCH_PRECISION_DAY},
               {"https://a.example/2019/1/8/ferry", "2019-01-08T00:00:00Z", NSEARCH_PRECISION_DAY},
               {"https://a.example/ferry-2019-11-18.html", "2019-11-18T00:00:00Z", NSEARCH_PRECISION_DAY},
               {"https://a.example/20191118/ferry", "2019-11-18T00:00:00Z", NSEARCH_PRECISION_DAY},
               {"https://a.example/2019/02/30/ferry", NULL, 0},
               {"https://a.example/2019/13/ferry", NULL, 0},
               {"https://a.example/20191318/ferry", NULL, 0},
               {"https://a.example/201911181/ferry", NULL, 0},
               {"https://a.example/1815/11/18/waterloo", NULL, 0},
               {"https://a.example/best-of-2019-11", NULL, 0},
               {"https://a.example/story?day=/2019/11/18/", NULL, 0},
               {"https://2019-11-18.example/", NULL, 0},
               {"", NULL, 0}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct date date;
    char text[DATE_TEXT_MAX];
    bool found = html_url_date(cases[i].url, strlen(cases[i].url), &date);
    assert_int_equal(found, cases[i].date != NULL);
    if (!found) continue;
    date_format(date.seconds, text);
    assert_string_equal(text, cases[i].date);
    assert_int_equal(date.precision, cases[i].precision);
  }
  expect("<title>x</title><link rel=canonical href='https://a.example/2019/11/18/ferry'>", NULL,
         "url=https://a.example/2019/11/18/ferry\ntitle=x\ndate=2019-11-18T00:00:00Z/3 url\n");
}

static void test_authors(void **state) {
  static const struct {
    const char *text;
    bool is_line;
    const char *name;
  } cases[] = {{"By Jane Roe", false, "Jane Roe"},
               {"Analysis by Jane Roe", false, "Jane Roe"},
               {" Jane Roe | 14 Nov 2025", true, "Jane Roe"},
               {"By Jane Roe Monday, November 18, 2025", true, "Jane Roe"},
               {"By Jane Roe, Sept. 18, 2025", true, "Jane Roe"},
               {"By Jane Martin 14 Nov 2025", true, "Jane Martin"},
               {"Mary Novak 14 Nov 2025", true, "Mary Novak"},
               {"Jane Roe - Harbour desk", true, "Jane Roe"},
               {"Jane Roe \u2022 2 min", true, "Jane Roe"},
               {"Von Jane Roe", true, "Jane Roe"},
               {"Jane Roe (Harbor Post)", false, "Jane Roe (Harbor Post)"},
               {"https://social.example/jane", false, NULL},
               {"@jane", false, NULL},
               {"/authors/jane", false, NULL},
               {"-", false, NULL},
               {"", false, NULL}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *text = cases[i].text;
    size_t len = strlen(text);
    assert_int_equal(html_author_narrow(&text, &len, cases[i].is_line), cases[i].name != NULL);
    if (!cases[i].name) continue;
    assert_int_equal(len, strlen(cases[i].name));
    assert_memory_equal(text, cases[i].name, len);
  }
}

/* What the byline of a page of HPN says, and its authors. */
static void test_jobs_and_agencies(void **state) {
  static const char *const cases[][2] = {
      {"ANN POE Associated Press", "ANN POE"},
      {"Jane Roe, AP National Security Writer", "Jane Roe"},
      {"Jane Roe;AP Sports Writer", "Jane Roe"},
      {"Jane Roe;HPN Business", "Jane Roe"},
      {"Jane Roe;HPN;Reuters", "Jane Roe"},
      {"Jane Roe News reporter", "Jane Roe"},
      {"Jane Roe, HPN Editor-at-large", "Jane Roe"},
      {"Jane Roe, Reuters", "Jane Roe"},
      {"Jane Roe and John Doe, AFP", "Jane Roe|John Doe"},
      {"Jane Roe HPN", "Jane Roe"},
      /* Nobody else */
      {"Associated Press", "Associated Press"},
      {"HPN", "HPN"},
      {"Staff Writer", "Staff Writer"},
      {"Harbour Staff", "Harbour Staff"},
      {"Roe, Jane", "Roe, Jane"},
      {"Jane Editor", "Jane Editor"},
      {"Jane Roe Bap", "Jane Roe Bap"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct nsearch_article *article = nsearch_article_new();
    char got[200] = "";
    assert_int_equal(article_set(article, ARTICLE_SOURCE, "HPN", 3, NULL), NSEARCH_OK);
    assert_int_equal(html_author_add(article, cases[i][0], strlen(cases[i][0]), NULL), NSEARCH_OK);
    assert_int_equal(html_authors_settle(article, NULL), NSEARCH_OK);
    for (const char *name = NULL; (name = article_list_next(&article->authors, name));)
      snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", *got ? "|" : "", name);
    assert_string_equal(got, cases[i][1]);
    nsearch_article_free(article);
  }
  expect(
      "<meta property='og:site_name' content=HPN><title>x</title><meta name=author content='Jane Roe, HPN Business'>",
      NULL, "title=x\nsource=HPN\nauthor=Jane Roe\n");
}

/* ---- Encodings ---- */

static void test_encodings(void **state) {
  static const char meta[] = "<meta charset=\"windows-1251\"><title>\xCF\xE0\xF0\xEE\xEC</title>";
  static const char http_equiv[] =
      "<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'><title>\x83\x74\x83\x46\x83\x8A\x81\x5B</title>";
  static const char outside[] = "<title>Caf\xE9</title>";
  static const char wide[] = "\xFF\xFE<\0t\0i\0t\0l\0e\0>\0\x1F\x04";
  (void)state;
  char *got = read_page(meta, sizeof meta - 1, NULL, NULL);
  assert_string_equal(got, "title=\u041f\u0430\u0440\u043e\u043c\n");
  memory_free(got);
  got = read_page(http_equiv, sizeof http_equiv - 1, NULL, NULL);
  assert_string_equal(got, "title=\u30d5\u30a7\u30ea\u30fc\n");
  memory_free(got);
  got = read_page(outside, sizeof outside - 1, "iso-8859-1", NULL);
  assert_string_equal(got, "title=Caf\u00e9\n");
  memory_free(got);
  got = read_page(wide, sizeof wide - 1, NULL, NULL);
  assert_string_equal(got, "title=\u041f\n");
  memory_free(got);
}

/* ---- Which files are pages ---- */

static const char *format_of(const char *bytes, size_t len, const char *name) {
  const struct source *source = source_find(bytes, len, true, name);
  return source ? source->name : "none";
}

static void test_recognition(void **state) {
  static const struct {
    const char *bytes, *name, *format;
  } cases[] = {{"<!DOCTYPE html><p>x", "a", "html"},
               {"\xEF\xBB\xBF\n <!-- saved from (0042)https://a.example/ -->\n<HTML>x", "a.txt", "html"},
               {"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'><html>x", "a.xml", "html"},
               {"<meta charset=utf-8>x", "a.bin", "html"},
               {"<div class=a>x</div>", "-", "html"},
               {"hello <b>world</b>", "a.html", "html"},
               {"hello <b>world</b>", "a.HTM.gz", "html"},
               {"hello", "a.html", "none"},
               {"{\"title\": \"<html>\"}", "a.html", "json"},
               {"<REUTERS NEWID=\"1\">", "a.html", "reuters-21578"},
               {"<DOC><DOCNO>1</DOCNO>", "a.html", "trec"},
               {"<?xml version='1.0'?><rss><channel>", "a.xml", "feed"},
               {"<?xml version='1.0'?><nitf><head><title>x", "a.xml", "nitf"},
               {"<htmlish>", "a.xml", "none"},
               {"A line of text that has a <p> in it.", "a.txt", "text"}};
  static const char wide[] = "\xFF\xFE<\0h\0t\0m\0l\0>\0x\0";
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_string_equal(format_of(cases[i].bytes, strlen(cases[i].bytes), cases[i].name), cases[i].format);
  assert_string_equal(format_of(wide, sizeof wide - 1, "a"), "html");
}

/* ---- Hostile pages ---- */

/* Reads `head`, `part` so many times, and `tail`: the text must hold the wanted. */
static void expect_of_many(const char *head, const char *part, size_t times, const char *tail, const char *wanted) {
  struct buffer page = {0};
  buffer_text(&page, head);
  for (size_t i = 0; i < times; i++) buffer_text(&page, part);
  buffer_text(&page, tail);
  assert_false(page.failed);
  char *got = read_page(page.bytes, page.len, NULL, NULL);
  assert_non_null(strstr(got, wanted));
  buffer_free(&page);
  memory_free(got);
}

static void test_languages(void **state) {
  (void)state;
  expect("<html lang=es-419><title>x</title>", NULL, "title=x\nlanguage=es-419\n");
  expect("<html lang=zh_Hans_CN><title>x</title>", NULL, "title=x\nlanguage=zh-Hans-CN\n");
  expect("<html lang=1><title>x</title><meta name=language content='en, de'>", NULL, "title=x\nlanguage=en\n");
}

/* A heading too long for a title is none, whatever the width of its characters. */
static void test_long_headings(void **state) {
  (void)state;
  expect_of_many("<title>Ferry</title><h1>", "e", 1001, "</h1>", "title=Ferry\n");
  expect_of_many("<title>Ferry</title><h1>", "\u5b57", 334, "</h1>", "title=Ferry\n");
}

/* Each of many elements that may name an author, in many elements of long names. */
static void expect_of_long_names(void) {
  enum { FRAMES = 300, NAME = 20000 };
  struct buffer head = {0};
  buffer_text(&head, "<title>x</title>" FERRY);
  for (int i = 0; i < FRAMES; i++) {
    buffer_text(&head, "<div class='");
    for (int j = 0; j < NAME; j += 5) buffer_text(&head, "aaaa ");
    buffer_text(&head, "'>");
  }
  buffer_byte(&head, 0);
  assert_false(head.failed);
  expect_of_many(head.bytes, "<a rel=author>x</a>", 100000, "", "ran aground");
  buffer_free(&head);
}

static void test_hostile_pages(void **state) {
  (void)state;
  expect_of_many("<title>x</title><p>Here is a text, before all that.</p>", "<b><div>", 200000, "", "Here is a text");
  expect_of_many("<title>x</title><p>Here is a text, before all that.</p>", "<p>y<i>", 400000, "", "Here is a text");
  expect_of_many("<title>x</title>" FERRY "<p ", "a b c d e f g h i j ", 100000, ">z</p>", "ran aground");
  expect_of_many("<title>x</title>", "</i>", 500000, "<p>Here is a text, behind all that.</p>", "Here is a text");
  expect_of_many("<title>x</title><p>Here is a text, ", "&amp;&#x26;&bogus;&#9999999999;", 50000, " and so on.</p>",
                 "Here");
  expect_of_many("<title>x</title>" FERRY "<!--", "<!--", 100000, "", "ran aground");
  expect_of_many("<title>x</title>" FERRY "<script type='application/ld+json'>", "[{\"a\":", 100000, "</script>",
                 "aground");
  expect_of_many("<title>x</title>" FERRY "<script type='application/ld+json'>{\"@graph\":[",
                 "{\"@type\":\"NewsArticle\",\"headline\":\"y\"},", 50000, "]}</script>", "title=y\n");
  expect_of_many("<!DOCTYPE html [", "<!ENTITY a '&a;&a;'>", 10000, "]><title>x</title><p>&a;</p>", "title=x");
  expect_of_many("<title>x</title>" FERRY, "<span itemprop=author>Jane Roe</span>", 20000, "", "author=Jane Roe\n");
  expect_of_long_names();
  static const char nul[] = "<title>x\0y</title><p>It was a dark\0night, and the sea was calm.";
  char *got = read_page(nul, sizeof nul - 1, NULL, NULL);
  assert_string_equal(got, "title=x y\nIt was a dark night, and the sea was calm.");
  memory_free(got);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_asides_are_left_out),
      cmocka_unit_test(test_lists_and_tables_stay),
      cmocka_unit_test(test_parts_are_united),
      cmocka_unit_test(test_names_do_not_cut_the_article),
      cmocka_unit_test(test_posts_are_quotations),
      cmocka_unit_test(test_lines_end_at_breaks),
      cmocka_unit_test(test_other_scripts),
      cmocka_unit_test(test_text_of_scripts_alone),
      cmocka_unit_test(test_pages_without_text),
      cmocka_unit_test(test_json_ld),
      cmocka_unit_test(test_broken_json_ld),
      cmocka_unit_test(test_meta),
      cmocka_unit_test(test_microdata_and_elements),
      cmocka_unit_test(test_form_is_no_author),
      cmocka_unit_test(test_readers_are_no_authors),
      cmocka_unit_test(test_claims_have_other_authors),
      cmocka_unit_test(test_titles),
      cmocka_unit_test(test_dates_of_urls),
      cmocka_unit_test(test_authors),
      cmocka_unit_test(test_jobs_and_agencies),
      cmocka_unit_test(test_encodings),
      cmocka_unit_test(test_recognition),
      cmocka_unit_test(test_languages),
      cmocka_unit_test(test_long_headings),
      cmocka_unit_test(test_hostile_pages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
