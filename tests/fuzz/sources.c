/* Any bytes as a file of each format, packed or not, or an archive of such files: recognised, split, parsed, tidied,
 * analysed and stored.
 *
 * Input: a byte for the file's name, a byte of flags, then the file. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "indexer/indexer.h"
#include "indexer/native/native.h"
#include "tests/fuzz/fuzz.h"

enum { FLAG_GZIP = 1, FLAG_GLOBAL_IDS = 2, ROUNDS_MAX = 100000 };

static char *path;
static struct batch batch;
static struct pack_out *cards;
static struct nsearch_error *err;

static void free_all(void) {
  pack_finish(&cards, false, NULL, NULL);
  batch_free(&batch);
  nsearch_error_free(err);
  free(path);
}

/* Cards go nowhere: the pack is a link to the null device. */
static void prepare(void) {
  char *null = fuzz_path("cards");
  path = fuzz_path("input");
  must(!symlink("/dev/null", null) && !pack_create(&cards, null, 1, CARD_GROUP, NULL) && !batch_init(&batch, NULL));
  free(null);
  must(err = nsearch_error_new());
  must(!atexit(free_all));
}

/* ---- what the readers find ---- */

struct found {
  uint64_t articles, problems;
  bool global_ids;
};

static int take(void *payload, struct nsearch_article *article, uint64_t record, bool whole_file,
                struct nsearch_error *failure) {
  static const struct write_options options = {.threads = 1, .memory = 64 << 20, .language = 1, .title_weight = 2};
  struct found *found = payload;
  uint64_t replaced = 0;
  must(record > 0);
  must(!article_tidy(article, &replaced, failure));
  if (article_is_empty(article)) return NSEARCH_OK;
  must(!identity_assign(article, "input", whole_file, found->global_ids, failure) && *nsearch_article_id(article));
  struct piece piece = {.limit = UINT64_MAX};
  must(!batch_add(&batch, &options, article, found->articles++, &piece, cards, cards, failure));
  return NSEARCH_OK;
}

static void problem(void *payload, enum nsearch_event_kind kind, uint64_t record, const char *message) {
  struct found *found = payload;
  (void)record;
  must(kind >= NSEARCH_EVENT_UNREADABLE && kind <= NSEARCH_EVENT_SKIPPED && *message && !strchr(message, '\n'));
  found->problems++;
}

/* ---- the target ---- */

static void write_packed(const uint8_t *bytes, size_t len) {
  uint8_t *packed = malloc(2 * len + 1024);
  must(packed);
  z_stream out = {.next_in = (uint8_t *)(uintptr_t)bytes,
                  .avail_in = (uInt)len,
                  .next_out = packed,
                  .avail_out = (uInt)(2 * len + 1024)};
  must(deflateInit2(&out, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  must(deflate(&out, Z_FINISH) == Z_STREAM_END);
  fuzz_write(path, packed, out.total_out);
  deflateEnd(&out);
  free(packed);
}

/* As the run does it: what cannot be read is told once, and then the file ends there. */
static void read_spans(struct input *input, const struct source *source, struct sink *sink) {
  uint64_t state[8] = {0};
  bool more = true;
  for (int round = 0; more; round++) {
    struct span span = {0};
    struct source_problem trouble = {0};
    must(round < ROUNDS_MAX);
    int status = source->split(input, state, &span, &more, &trouble, err);
    if (status) {
      must(status == NSEARCH_ERR_INPUT);
      more = true;
      continue;
    }
    if (trouble.kind) problem(sink->payload, trouble.kind, trouble.record, trouble.message);
    if (span.bytes) must(!source->parse(&span, sink, err));
    memory_free(span.bytes);
  }
}

static void read_input(struct input *input, const char *name, bool is_cut, struct found *found) {
  static const struct field_map map;
  uint64_t undecoded = 0;
  size_t len = input->len < HEAD_BYTES ? input->len : HEAD_BYTES;
  const struct source *source = source_find(input->window, len, input->at_end && len == input->len, name);
  if (!source) {
    char why[200];
    source_explain(input->window, len, why, sizeof why);
    must(*why && strlen(why) < sizeof why - 1 && !strchr(why, '\n'));
  }
  if (!source || (len == 0 && is_cut)) return;
  struct sink sink = {.article = nsearch_article_new(),
                      .file_name = name,
                      .map = &map,
                      .take = take,
                      .problem = problem,
                      .payload = found,
                      .replaced = &undecoded};
  must(sink.article);
  read_spans(input, source, &sink);
  nsearch_article_free(sink.article);
}

/* The file, or each member of an archive, whose own names then count. */
static void read_file(const char *name, bool global_ids) {
  struct found found = {.global_ids = global_ids};
  struct walk_file file = {.path = path, .below = strrchr(path, '/') + 1};
  struct members *members;
  struct member member;
  bool more = true;
  int status = members_open(&members, &file, NULL, NULL, err);
  must(!status || status == NSEARCH_ERR_INPUT);
  for (int round = 0; !status && more; round++) {
    must(round < ROUNDS_MAX && !members_next(members, &member, &more, err));
    if (member.problem) problem(&found, member.problem, 0, member.message);
    bool is_file = more && !strcmp(member.path, path);
    if (member.input) read_input(member.input, is_file ? name : strrchr(member.path, '/') + 1, member.problem, &found);
  }
  if (!status) members_close(members);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const names[] = {"a.jsonl", "a.json", "a.sgm", "a.trec", "a.txt", "2024-02-14-a.txt",
                                      "a",       "a.xml",  "a.csv", "a.tsv",  "a.md"};
  if (!err) prepare();
  struct fuzz_input in = {data, data + size};
  const char *name = names[fuzz_byte(&in) % (sizeof names / sizeof *names)];
  uint8_t flags = fuzz_byte(&in);
  if (flags & FLAG_GZIP)
    write_packed(in.at, (size_t)(in.end - in.at));
  else
    fuzz_write(path, in.at, (size_t)(in.end - in.at));
  read_file(name, flags & FLAG_GLOBAL_IDS);
  batch_clear(&batch);
  return 0;
}
