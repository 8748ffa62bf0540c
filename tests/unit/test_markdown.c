/* Markdown: front matter in YAML and TOML, titles, and text without its marks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "indexer/sources/markdown.h"
#include "tests/unit/source_case.h"

static const struct source_case fronts[] = {
    {"a.md",
     "---\ntitle: \"Heron: a story\"\ndate: 2024-02-03\nauthor: Ines Calloway\ntags: [city, birds]\nlang: en\n"
     "permalink: /x\ndraft: true\n---\nIt stood.\n",
     "markdown\n1* title=Heron: a story body=It stood. language=en author=Ines Calloway topic=city topic=birds "
     "date=2024-02-03T00:00:00Z/3\n"},
    {"a.md",
     "---\nauthors:\n- name: Ines Calloway\n  url: x\n- Tobias Renn\nsource: {id: 7, name: Harbor Post}\n"
     "summary: >\n  folded\n  text\ntitle: ~\n...\n# Heron\n\nIt *stood*.\n",
     "markdown\n1* title=Heron body=It stood. source=Harbor Post author=Ines Calloway author=Tobias Renn\n"},
    /* No YAML, but what many write. */
    {"a.md", "---\ntitle: Heron: the return\ntags:\n  - city\n  - 'birds'\ndate: 2024-02-03\n---\nIt stood.\n",
     "markdown\n1* title=Heron: the return body=It stood. topic=city topic=birds date=2024-02-03T00:00:00Z/3\n"},
    {"a.md", "---\ntitle: [Video] Heron: the return\ntags: [city, birds] # two\n---\nIt stood.\n",
     "markdown\n1* title=[Video] Heron: the return body=It stood. topic=city topic=birds\n"},
    {"a.md", "---\ntitle: [Video] The heron returns\n---\nIt stood.\n",
     "markdown\n1* title=[Video] The heron returns body=It stood.\n"},
    {"a.md",
     "+++\ntitle = 'Heron'\ndate = 2024-02-03T10:00:00Z\ntags = [\"city\",\n  \"birds, large\"]\n[params]\ntitle = \"no\"\n"
     "[taxonomies]\nauthor = \"Ines Calloway\"\n+++\nIt stood.\n",
     "markdown\n1* title=Heron body=It stood. author=Ines Calloway topic=city topic=birds, large "
     "date=2024-02-03T10:00:00Z/4\n"},
    {"a.md",
     "+++\ntitle = \"Heron # 1\" # as of \"today\"\ndate = 2024-02-03 # a day\nauthor = 'Ines#'\n+++\nIt stood.\n",
     "markdown\n1* title=Heron # 1 body=It stood. author=Ines# date=2024-02-03T00:00:00Z/3\n"},
    {"a.md", "---\nsummary: Only that.\ntitle: Heron\n---\n", "markdown\n1* title=Heron body=Only that.\n"},
    {"a.txt", "---\ntitle: Heron\n---\nIt stood.\n", "markdown\n1* title=Heron body=It stood.\n"},
    {"a.txt", "---\nA rule\n---\nIt stood.\n", "text\n1* title=--- body=A rule\n---\nIt stood.\n"},
    {"a.md", "---\ntitle: [[[[\n---\nx\n", "markdown\n1* title=[[[[ body=x\n"},
    {"a.md", "---\n- a\n- b: c\n---\nx\n", "markdown\n1* title=a body=x\n"},
    {"a.md", "\xEF\xBB\xBF---\ntitle: Heron\n---\nx\n", "markdown\n1* title=Heron body=x\n"},
};

static const struct source_case titles[] = {
    {"a.md", "# Heron #\nIt stood.\n", "markdown\n1* title=Heron body=It stood.\n"},
    {"a.md", "Heron *again*\n=====\n\nIt stood.\n", "markdown\n1* title=Heron again body=It stood.\n"},
    {"a.md", "First.\n\n## Heron\n\nIt stood.\n", "markdown\n1* title=Heron body=First.\n\nHeron\n\nIt stood.\n"},
    {"a.md", "---\ntitle: Heron\n---\n# Heron\nIt stood.\n", "markdown\n1* title=Heron body=It stood.\n"},
    {"a.md", "---\ntitle: Heron\n---\n# Dock\nIt stood.\n", "markdown\n1* title=Heron body=Dock\nIt stood.\n"},
    {"heron.markdown", "It stood.\n", "markdown\n1* title=heron body=It stood.\n"},
    {"2024-02-03-heron.md", "# Heron\nIt stood.\n",
     "markdown\n1* title=Heron body=It stood. date=2024-02-03T00:00:00Z/3\n"},
    {"2024-02-03.txt", "Heron\nIt stood.\n", "text\n1* title=Heron body=It stood. date=2024-02-03T00:00:00Z/3\n"},
    {"2024-02-31-x.txt", "Heron\nIt stood.\n", "text\n1* title=Heron body=It stood.\n"},
    {"2024-02-034.txt", "Heron\nIt stood.\n", "text\n1* title=Heron body=It stood.\n"},
    {"2024-02-03-heron.md", "---\ndate: 2020-01-01\n---\n# Heron\n",
     "markdown\n1* title=Heron date=2020-01-01T00:00:00Z/3\n"},
};

static void reads_front_matter(void **state) { (void)state, CHECK_ALL(fronts); }
static void finds_titles(void **state) { (void)state, CHECK_ALL(titles); }

static const struct {
  const char *text, *expected;
} marks[] = {
    {"A [heron](https://x.example/a_(b) \"t\") in the [dock][1].", "A heron in the dock.\n"},
    {"![a heron](h.png) and [![alt](b.png)](c)", "a heron and alt\n"},
    {"**A** _heron_ ***stood***, ~~not~~ sat; snake_case, 2 * 3, 2*3, a ~ b",
     "A heron stood, not sat; snake_case, 2 * 3, 2*3, a ~ b\n"},
    {"`a*b*` and ``c`d``, `e", "a*b* and c`d, `e\n"},
    {"\\*not\\* &amp; [sic] a < b <b>bold</b> <https://x.example/> <!-- no -->List<String>",
     "*not* & [sic] a < b bold https://x.example/ List<String>\n"},
    {"> quoted\n> text\n\n* one\n* [x] two\n  more\n1. three", "quoted\ntext\n\none\ntwo\nmore\n1. three\n"},
    {"```c\nint *a_b = x[1](2);\n\n# no heading\n```\nafter", "int *a_b = x[1](2);\n\n# no heading\nafter\n"},
    {"a\n\n    code *x*\n    more\n\nb", "a\n\n    code *x*\n    more\n\nb\n"},
    {"| a | **b** |\n|---|:-:|\n| c | d |", " a   b \n c   d \n"},
    {"a\n\n---\n\n[1]: https://x.example/ 'x'\n[^1]: A note.\nb[^1]", "a\n\n\nA note.\nb\n"},
    {"{{< figure src=\"x\" >}}a {% include x %}b {: c}\n{: .lead}", "a b {: c}\n"},
    {"[a](b\n[c] ![d", "[a](b\n[c] ![d\n"},
};

static void drops_marks(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    struct buffer out = {0};
    markdown_text(marks[i].text, strlen(marks[i].text), NULL, &out);
    buffer_byte(&out, 0);
    assert_string_equal(out.bytes, marks[i].expected);
    buffer_free(&out);
  }
}

/* Openings that nothing closes, in one paragraph. */
static void is_linear(void **state) {
  static const char *const units[] = {"[", "![", "](", "][", "`",    "``a`", "<",    "<a ",
                                      "*", "{{", "{%", "[^", "<!--", "_a",   "](()", "> "};
  (void)state;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    struct buffer text = {0}, out = {0};
    while (text.len < 2 << 20) buffer_text(&text, units[i]);
    markdown_text(text.bytes, text.len, NULL, &out);
    assert_false(out.failed);
    buffer_free(&text);
    buffer_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_front_matter),
      cmocka_unit_test(finds_titles),
      cmocka_unit_test(drops_marks),
      cmocka_unit_test(is_linear),
  };
  return cmocka_run_group_tests(tests, source_set_up, source_tear_down);
}
