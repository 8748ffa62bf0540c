/* The option tables at work: a command line is parsed by them, and help is printed from them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/program/program.h"

static const struct option common_options[] = {
    {"index", OPTION_TEXT, "DIR", "the index; else $NSEARCH_INDEX, else ./.nsearch",
     offsetof(struct common_settings, index)},
    {"help", OPTION_FLAG, NULL, "print this", offsetof(struct common_settings, help)},
    {"h", OPTION_FLAG, NULL, NULL, offsetof(struct common_settings, help)},
    {0},
};

const char *index_path(const struct common_settings *common) {
  const char *environment = getenv("NSEARCH_INDEX");
  return common->index ? common->index : environment && environment[0] ? environment : ".nsearch";
}

/* ---- Guessing -------------------------------------------------------------------------------------------------- */

/* Letters to insert, take away or exchange; words here are short. */
static size_t edit_distance(const char *a, const char *b) {
  enum { LONGEST = 31 };
  size_t row[LONGEST + 1], a_len = strlen(a), b_len = strlen(b);
  if (a_len > LONGEST || b_len > LONGEST) return SIZE_MAX;
  for (size_t j = 0; j <= b_len; j++) row[j] = j;
  for (size_t i = 1; i <= a_len; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b_len; j++) {
      size_t change = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      size_t step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      row[j] = change < step ? change : step;
    }
  }
  return row[b_len];
}

void guess_offer(struct guess *guess, const char *typed, const char *word) {
  size_t distance = edit_distance(typed, word), bound = strlen(word) > 4 ? 2 : 1;
  if (distance <= bound && (!guess->best || distance < guess->distance)) *guess = (struct guess){word, distance};
}

/* ---- Wrong usage ----------------------------------------------------------------------------------------------- */

static char *usage_line(const struct command *command) {
  return text_of("usage: nsearch %s%s%s%s", command->name, command->options ? " [options]" : "",
                 command->arguments[0] ? " " : "", command->arguments);
}

int show_usage(const struct command *command) {
  char *usage = usage_line(command);
  char *lines = text_of("%s\n'nsearch help %s' says more\n", usage, command->name);
  put_error(lines, strlen(lines));
  release(lines);
  release(usage);
  return EXIT_USAGE;
}

int usage_error(const struct command *command, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *message = text_of_args(format, args);
  va_end(args);
  say("%s", message);
  release(message);
  return show_usage(command);
}

/* ---- Parsing --------------------------------------------------------------------------------------------------- */

/* How an option is typed. */
static const char *dashes(const struct option *option) { return option->name[1] ? "--" : "-"; }

static bool parse_number(const char *text, const char **end, uint64_t *out) {
  uint64_t number = 0;
  const char *at = text;
  for (; isdigit((unsigned char)*at); at++) {
    unsigned digit = (unsigned)(*at - '0');
    if (number > (UINT64_MAX - 1 - digit) / 10) return false;
    number = number * 10 + digit;
  }
  *end = at;
  *out = number;
  return at != text;
}

bool parse_how_many(const char *text, uint64_t *out) {
  const char *end;
  if (strcmp(text, "all") == 0) {
    *out = NUMBER_ALL;
    return true;
  }
  return parse_number(text, &end, out) && *end == '\0';
}

/* "512M", "1g", "1GiB", "65536": bytes. */
static bool parse_size(const char *text, uint64_t *out) {
  static const char units[] = "KMGT";
  const char *end;
  if (!parse_number(text, &end, out)) return false;
  const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
  if (unit) {
    unsigned shift = 10 * (unsigned)(unit - units + 1);
    if (*out > (UINT64_MAX - 1) >> shift) return false;
    *out <<= shift;
    end++;
    end += *end == 'i' && end[1] == 'B' ? 2 : *end == 'B' ? 1 : 0;
  }
  return *end == '\0';
}

/* The number of `text` among the words "plain|trec", or -1. */
static int choice_of(const char *words, const char *text) {
  size_t len = strlen(text);
  int number = 0;
  for (const char *word = words; word; number++) {
    const char *bar = strchr(word, '|');
    size_t word_len = bar ? (size_t)(bar - word) : strlen(word);
    if (len == word_len && memcmp(word, text, len) == 0) return number;
    word = bar ? bar + 1 : NULL;
  }
  return -1;
}

static bool store(const struct command *command, const struct option *option, const char *text, void *settings) {
  void *place = (char *)settings + option->place;
  const char *end, *what = NULL;
  switch (option->kind) {
  case OPTION_FLAG:
    *(bool *)place = true;
    break;
  case OPTION_TEXT:
    *(const char **)place = text;
    break;
  case OPTION_LIST:
    list_append(place, text);
    break;
  case OPTION_NUMBER:
    what = parse_number(text, &end, place) && *end == '\0' ? NULL : "a number";
    break;
  case OPTION_HOW_MANY:
    what = parse_how_many(text, place) ? NULL : "a number or 'all'";
    break;
  case OPTION_SIZE:
    what = parse_size(text, place) ? NULL : "a size such as 512M or 1G";
    break;
  case OPTION_CHOICE:
    *(int *)place = choice_of(option->value, text);
    what = *(int *)place >= 0 ? NULL : option->value;
    break;
  }
  if (what) usage_error(command, "%s%s takes %s, not '%s'", dashes(option), option->name, what, text);
  return !what;
}

/* The option with a name of so many bytes; one letter after "--", or several after "-", are none. */
static const struct option *find_option(const struct command *command, const char *name, size_t len) {
  const struct option *tables[] = {command->options, common_options};
  for (size_t t = 0; command->options && t < 2; t++) {
    for (const struct option *option = tables[t]; option->name; option++)
      if (strlen(option->name) == len && memcmp(option->name, name, len) == 0) return option;
  }
  return NULL;
}

static void unknown_option(const struct command *command, const char *word) {
  const struct option *tables[] = {command->options, common_options};
  struct guess guess = {0};
  for (size_t t = 0; command->options && t < 2 && word[1] == '-'; t++) {
    for (const struct option *option = tables[t]; option->name; option++)
      if (option->help && option->name[1]) guess_offer(&guess, word + 2, option->name);
  }
  if (guess.best)
    usage_error(command, "there is no option %s; did you mean --%s?", word, guess.best);
  else if (word[1] != '-')
    usage_error(command, "there is no option %s; what is no option comes after --", word);
  else
    usage_error(command, "there is no option %s", word);
}

/* Reads the option at words[0]; returns how many words it took, 0 after it said what is wrong. */
static size_t parse_option(const struct command *command, char **words, void *settings) {
  bool is_long = words[0][1] == '-';
  const char *name = words[0] + (is_long ? 2 : 1), *equals = is_long ? strchr(name, '=') : NULL;
  size_t len = equals ? (size_t)(equals - name) : is_long ? strlen(name) : 1;
  const struct option *option = is_long == (len > 1) ? find_option(command, name, len) : NULL;
  const char *attached = equals ? equals + 1 : !is_long && name[1] ? name + 1 : NULL;
  if (!option) {
    unknown_option(command, words[0]);
    return 0;
  }
  if (option->kind == OPTION_FLAG) {
    if (attached) {
      usage_error(command, "%s%s takes no value", dashes(option), option->name);
      return 0;
    }
    return store(command, option, NULL, settings) ? 1 : 0;
  }
  if (!attached && !words[1]) {
    usage_error(command, "%s%s needs a value, %s", dashes(option), option->name, option->value);
    return 0;
  }
  return !store(command, option, attached ? attached : words[1], settings) ? 0 : attached ? 1 : 2;
}

bool options_parse(const struct command *command, char **words, void *settings, struct list *arguments) {
  bool only_arguments = false;
  for (size_t taken; *words; words += taken) {
    taken = 1;
    if (only_arguments || words[0][0] != '-' || !words[0][1])
      list_append(arguments, words[0]);
    else if (strcmp(words[0], "--") == 0)
      only_arguments = true;
    else if (!(taken = parse_option(command, words, settings)))
      return false;
  }
  return true;
}

void settings_free(const struct command *command, void *settings) {
  for (const struct option *option = command->options; option && option->name; option++)
    if (option->kind == OPTION_LIST) list_clear((struct list *)((char *)settings + option->place));
  release(settings);
}

/* ---- Help ------------------------------------------------------------------------------------------------------ */

static void print_options(struct stream *out, const struct option *table) {
  enum { HELP_COLUMN = 26 };
  for (const struct option *option = table; option->name; option++) {
    if (!option->help) continue;
    char *typed = text_of("  %s%s%s%s", dashes(option), option->name, option->value ? " " : "",
                          option->value ? option->value : "");
    put_format(out, "%-*s", HELP_COLUMN, typed);
    release(typed);
    for (const char *line = option->help; line;) {
      const char *end = strchr(line, '\n');
      put_bytes(out, line, end ? (size_t)(end - line) : strlen(line));
      put(out, "\n");
      line = end ? end + 1 : NULL;
      if (line) put_format(out, "%*s", HELP_COLUMN, "");
    }
  }
}

void print_command_help(struct stream *out, const struct command *command) {
  char *usage = usage_line(command);
  put_format(out, "%s\n\n%s", usage, command->description);
  if (command->options) {
    put(out, "\n");
    print_options(out, command->options);
    print_options(out, common_options);
  }
  put_format(out, "\nExamples:\n%s", command->examples);
  release(usage);
}
