/* nsearch help [COMMAND] */
#include "common/program/program.h"

int show_help(const struct command *command) {
  struct stream out;
  stream_stdout(&out);
  if (command)
    print_command_help(&out, command);
  else
    print_general_help(&out);
  return finish(&out, EXIT_DONE);
}

static int run(const void *settings, const struct list *arguments) {
  (void)settings;
  const struct command *command = arguments->count ? command_find(arguments->items[0]) : NULL;
  if (arguments->count && !command)
    return usage_error(&command_help, "there is no command %s; 'nsearch help' lists them", arguments->items[0]);
  return show_help(command);
}

const struct command command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "tell about a command",
    .description = "Prints what a command does, its options and examples.\n",
    .examples = "  nsearch help\n  nsearch help query\n",
    .settings_size = 1,
    .defaults = "",
    .most = 1,
    .run = run,
};
