/* Names out of bylines, in the languages of Europe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "indexer/sources/sources.h"

static const struct {
  const char *line, *names; /* each with a bar behind it */
} lines[] = {
    {"By Jane Roe and John Doe", "Jane Roe|John Doe|"},
    {"by Jane Roe, John Doe, and Ann Poe", "Jane Roe|John Doe|Ann Poe|"},
    {"Von Anna Klein und Max Groß", "Anna Klein|Max Groß|"},
    {"VON ANNA KLEIN UND MAX GROSS", "ANNA KLEIN|MAX GROSS|"},
    {"von Anna Klein, Max Groß und Ida Ost", "Anna Klein|Max Groß|Ida Ost|"},
    {"Par Élodie Petit et Émile Grand", "Élodie Petit|Émile Grand|"},
    {"Por Juan López y Álvaro Gil", "Juan López|Álvaro Gil|"},
    {"Por Ana Prat e Rui Melo", "Ana Prat|Rui Melo|"},
    {"di Mario Rossi e Anna Bianchi", "Mario Rossi|Anna Bianchi|"},
    {"Door Jan Smit en Piet Bos", "Jan Smit|Piet Bos|"},
    {"Av Kari Lund og Ola Berg", "Kari Lund|Ola Berg|"},
    {"Av Nils Ek, och Åsa Dal", "Nils Ek|Åsa Dal|"},
    {"Af Jens Bo Kjær", "Jens Bo Kjær|"},
    {"Od Ivan Horvat i Ana Babić", "Ivan Horvat|Ana Babić|"},
    {"Par AFP", "AFP|"},
    {"Von Hardenberg", "Von Hardenberg|"},
    {"von Hardenberg, Anna", "von Hardenberg, Anna|"},
    {"von Hardenberg und Klein", "von Hardenberg und Klein|"},
    {"von Hardenberg; Klein, Max", "von Hardenberg|Klein, Max|"},
    {"Da Silva, Rui", "Da Silva, Rui|"},
    {"José Ortega y Gasset", "José Ortega y Gasset|"},
    {"Jane E Roe Smith", "Jane E Roe Smith|"},
    {"JANE E ROE SMITH", "JANE E ROE SMITH|"},
    {"Ann I Poe Smith y", "Ann I Poe Smith y|"},
    {"Lee En Kim Hu", "Lee En Kim Hu|"},
    {"Anna Klein und die Redaktion", "Anna Klein und die Redaktion|"},
    {"por la redacción", "por la redacción|"},
    {"Parker Lane", "Parker Lane|"},
    {"By\n  Jane Roe and\r\n  John Doe", "Jane Roe|John Doe|"},
    {"Von ", "Von|"},
    {"y", "y|"},
    {" , und ", ", und|"},
};

static void test_lines(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    struct nsearch_article *article = nsearch_article_new();
    char names[256] = "";
    assert_non_null(article);
    assert_int_equal(byline_add(article, lines[i].line, strlen(lines[i].line), NULL), NSEARCH_OK);
    for (const char *name = NULL; (name = article_list_next(&article->authors, name));) {
      size_t len = strlen(names);
      snprintf(names + len, sizeof names - len, "%s|", name);
    }
    if (strcmp(names, lines[i].names) != 0) fail_msg("%s: %s, not %s", lines[i].line, names, lines[i].names);
    nsearch_article_free(article);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
