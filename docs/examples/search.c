/* Asks an index one question and prints the best articles, each with the passage that matches.
 *
 *     cc -o search search.c $(pkg-config --cflags --libs nsearch)
 *     ./search .nsearch "Alibaba PLA" */
#include <nsearch.h>
#include <stdio.h>

static void print_hit(const nsearch_hit *hit) {
  printf("%2lu. %s\n", (unsigned long)nsearch_hit_rank(hit), nsearch_hit_title(hit));
  printf("    %s\n", nsearch_hit_id(hit));
  if (nsearch_hit_snippet(hit)[0]) printf("    %s\n", nsearch_hit_snippet(hit));
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: search INDEX QUESTION\n");
    return 2;
  }
  nsearch_error *err = nsearch_error_new();
  nsearch_request *request = nsearch_request_new(argv[2]);
  nsearch_reader *reader = NULL;
  nsearch_result *result = NULL;
  int failed = !err || !request || nsearch_open(&reader, argv[1], err) || nsearch_search(reader, request, &result, err);
  if (failed) {
    fprintf(stderr, "search: %s\n", err ? nsearch_error_message(err) : "out of memory");
  } else {
    int exact;
    unsigned long matches = (unsigned long)nsearch_result_matches(result, &exact);
    printf("%s%lu matches\n", exact ? "" : "at least ", matches);
    for (size_t i = 0; i < nsearch_result_hits(result); i++) print_hit(nsearch_result_hit(result, i));
  }
  nsearch_result_free(result);
  nsearch_request_free(request);
  nsearch_close(reader);
  nsearch_error_free(err);
  return failed;
}
