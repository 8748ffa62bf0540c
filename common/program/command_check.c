/* nsearch check */
#include "common/program/program.h"

struct check_settings {
  struct common_settings common;
  bool fast, quiet, json;
};

static const struct option options[] = {
    {"fast", OPTION_FLAG, NULL,
     "do not read the contents: only whether all files are\nthere, of the right size, and can be opened",
     offsetof(struct check_settings, fast)},
    {"quiet", OPTION_FLAG, NULL, "no progress and nothing but damage", offsetof(struct check_settings, quiet)},
    {"json", OPTION_FLAG, NULL, "print the outcome as one JSON document", offsetof(struct check_settings, json)},
    {0},
};

/* A check as the library's call-backs see it. */
struct check_run {
  struct progress progress;
  struct check_findings findings;
  bool json;
};

static void on_damage(void *payload, const char *file, const char *message) {
  struct check_run *run = payload;
  struct check_findings *findings = &run->findings;
  if (findings->count == findings->capacity) {
    findings->capacity = 2 * findings->capacity + 8;
    findings->items = grow(findings->items, findings->capacity * sizeof *findings->items);
  }
  findings->items[findings->count++] = (struct finding){text_of("%s", file), text_of("%s", message)};
  progress_problem(&run->progress, run->json ? NULL : message);
}

static int on_checked(void *payload, uint64_t done, uint64_t total) {
  struct check_run *run = payload;
  progress_share(&run->progress, "checking", done, total);
  return interrupted(NULL);
}

static int run(const void *given, const struct list *arguments) {
  (void)arguments;
  const struct check_settings *settings = given;
  struct check_run run = {.findings = {.index = index_path(&settings->common), .fast = settings->fast},
                          .json = settings->json};
  struct check_findings *findings = &run.findings;
  nsearch_error *err = nsearch_error_new();
  interrupt_watch();
  progress_start(&run.progress, settings->quiet ? PROGRESS_NONE : PROGRESS_USUAL);
  nsearch_status status = nsearch_check(findings->index, settings->fast, on_damage, on_checked, &run, err);
  progress_end(&run.progress);
  int code = findings->count ? EXIT_INDEX : EXIT_DONE;
  if (status && (status != NSEARCH_ERR_DAMAGED || !findings->count) &&
      !(status == NSEARCH_ERR_VERSION && findings->count)) {
    code = failure(status, err);
  } else if (!settings->quiet || settings->json) {
    nsearch_shards *shards = NULL;
    struct stream out;
    if (!findings->count && nsearch_shards_read(findings->index, &shards, err) == NSEARCH_OK)
      findings->shards = nsearch_shards_count(shards);
    findings->fast |= findings->shards > 0;
    nsearch_shards_free(shards);
    stream_stdout(&out);
    printer_for(settings->json)->check(&out, findings);
    code = finish(&out, code);
  }
  for (size_t i = 0; i < findings->count; i++) {
    release(findings->items[i].file);
    release(findings->items[i].message);
  }
  release(findings->items);
  nsearch_error_free(err);
  return code;
}

const struct command command_check = {
    .name = "check",
    .arguments = "",
    .summary = "say whether an index is whole",
    .description = "Reads all of the index, verifies every checksum and holds its files against one\n"
                   "another. What is damaged is named, file and place, with what to do; the exit code\n"
                   "is 4 then. Remote shards are only asked whether they are up, 75 when one is not,\n"
                   "and those of this index.\n",
    .examples = "  nsearch check\n"
                "  nsearch check --fast --index /srv/news\n",
    .options = options,
    .settings_size = sizeof(struct check_settings),
    .defaults = &(const struct check_settings){.json = false},
    .least = 0,
    .most = 0,
    .run = run,
};
