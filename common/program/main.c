/* The table of commands, and the way from a command line to one of them. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/program/program.h"

const struct command *const command_table[] = {
    &command_index, &command_query,    &command_related, &command_show,   &command_delete, &command_stats,
    &command_check, &command_optimize, &command_batch,   &command_shards, &command_help,   NULL,
};

const struct command *command_find(const char *name) {
  for (size_t i = 0; command_table[i]; i++)
    if (strcmp(command_table[i]->name, name) == 0) return command_table[i];
  return NULL;
}

void print_general_help(struct stream *out) {
  put(out, "nsearch: full-text search for news\n\nusage: nsearch COMMAND [options]\n\n");
  for (size_t i = 0; command_table[i]; i++) {
    char *typed = text_of("%s %s", command_table[i]->name, command_table[i]->arguments);
    put_format(out, "  %-22s%s\n", typed, command_table[i]->summary);
    release(typed);
  }
  put(out, "\n  --version             print the version\n"
           "\nStart here:\n"
           "  nsearch index ./corpus\n"
           "  nsearch query \"Alibaba PLA\"\n"
           "\n'nsearch help COMMAND' tells about a command, 'man nsearch' about all of them.\n");
}

static int no_such_command(const char *typed) {
  struct guess guess = {0};
  for (size_t i = 0; command_table[i]; i++) guess_offer(&guess, typed, command_table[i]->name);
  if (guess.best && typed[0] != '-')
    say("there is no command %s; did you mean %s?", typed, guess.best);
  else if (typed[0] == '-')
    say("there is no option %s here; options come after the command", typed);
  else
    say("there is no command %s; to search for it: nsearch query %s", typed, typed);
  static const char usage[] = "usage: nsearch COMMAND [options]\n'nsearch help' lists the commands\n";
  put_error(usage, sizeof usage - 1);
  return EXIT_USAGE;
}

static int show_version(void) {
  struct stream out;
  stream_stdout(&out);
  put_format(&out, "nsearch %d.%d.%d\n", NSEARCH_VERSION_MAJOR, NSEARCH_VERSION_MINOR, NSEARCH_VERSION_PATCH);
  return finish(&out, EXIT_DONE);
}

static int run_command(const struct command *command, char **words) {
  struct list arguments = {0};
  void *settings = grow(NULL, command->settings_size);
  memcpy(settings, command->defaults, command->settings_size);
  int code = EXIT_USAGE;
  if (!options_parse(command, words, settings, &arguments)) goto out;
  if (command->options && ((const struct common_settings *)settings)->help)
    code = show_help(command);
  else if (arguments.count < command->least)
    code = usage_error(command, "%s needs %s", command->name, command->arguments);
  else if (arguments.count > command->most)
    code = usage_error(command, "%s does not take '%s'", command->name, arguments.items[command->most]);
  else
    code = command->run(settings, &arguments);
  if (code == EXIT_MISUSE) code = show_usage(command);
out:
  list_clear(&arguments);
  settings_free(command, settings);
  return code;
}

int main(int argc, char **argv) {
  /* For the width of characters alone: what is printed is UTF-8 everywhere. */
  setlocale(LC_CTYPE, "C.UTF-8");
  /* A reader that goes away is seen as an error of writing, and never in the middle of a commit. */
  signal(SIGPIPE, SIG_IGN);
  if (argc < 2) {
    say("what should it do? 'nsearch help' lists the commands");
    return EXIT_USAGE;
  }
  if (strcmp(argv[1], "--version") == 0) return show_version();
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return show_help(NULL);
  const struct command *command = command_find(argv[1]);
  return command ? run_command(command, argv + 2) : no_such_command(argv[1]);
}

/* ---- What several commands share ------------------------------------------------------------------------------- */

int open_index(const struct common_settings *common, nsearch_reader **reader, nsearch_error *err) {
  *reader = NULL;
  nsearch_status status = nsearch_open(reader, index_path(common), err);
  return status ? failure(status, err) : EXIT_DONE;
}

uint64_t wait_milliseconds(uint64_t seconds) { return seconds > UINT64_MAX / 1000 ? UINT64_MAX : 1000 * seconds; }

nsearch_status open_writer(const struct common_settings *common, uint64_t wait, nsearch_writer **writer,
                           nsearch_error *err) {
  nsearch_options *write_options = nsearch_options_new();
  if (!write_options) return NSEARCH_ERR_MEMORY;
  nsearch_options_set_wait(write_options, wait_milliseconds(wait));
  nsearch_status status = nsearch_writer_open(writer, index_path(common), write_options, err);
  nsearch_options_free(write_options);
  return status;
}

nsearch_status measure_index(const char *index, struct index_figures *out, nsearch_error *err) {
  nsearch_reader *reader = NULL;
  nsearch_stats *stats = NULL;
  *out = (struct index_figures){0};
  nsearch_status status = nsearch_open(&reader, index, err);
  if (!status) status = nsearch_stats_read(reader, &stats, err);
  if (!status) {
    out->articles = nsearch_stats_articles(stats);
    out->segments = nsearch_stats_segments(stats);
    for (size_t i = 0; i < nsearch_stats_parts(stats); i++) {
      uint64_t bytes = 0;
      nsearch_stats_part(stats, i, &bytes);
      out->bytes += bytes;
    }
  }
  nsearch_stats_free(stats);
  nsearch_close(reader);
  return status;
}

int request_page(nsearch_request *request, const struct page_settings *page, nsearch_error *err) {
  nsearch_status status = NSEARCH_OK;
  nsearch_request_set_limit(request, page->limit);
  nsearch_request_set_offset(request, page->offset);
  nsearch_request_set_cancel(request, interrupted, NULL);
  if (page->since) status = nsearch_request_set_since(request, page->since, err);
  if (!status && page->until) status = nsearch_request_set_until(request, page->until, err);
  return status ? failure(status, err) : EXIT_DONE;
}
