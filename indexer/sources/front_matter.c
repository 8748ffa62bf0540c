/* The fields before the text of a file: YAML between lines "---", TOML between lines "+++". libyaml reads YAML; TOML, and
 * YAML that is none ("title: Harbour: the ferry is back"), are read line by line. */
#include "indexer/sources/markdown.h"

#include <string.h>
#include <strings.h>
#include <yaml.h>

enum { FRONT_MAX = 256 << 10, DEPTH_MAX = 32 };

/* ---- Where it stands ---- */

static bool is_fence(const char *line, size_t len, const char *fence) {
  trim(&line, &len);
  return len == 3 && memcmp(line, fence, 3) == 0;
}

static size_t line_len(const char *text, size_t len, size_t at) {
  const char *end = memchr(text + at, '\n', len - at);
  return end ? (size_t)(end - text) + 1 - at : len - at;
}

struct front_matter front_matter_find(const char *text, size_t len) {
  struct front_matter none = {0};
  size_t bound = len < FRONT_MAX ? len : FRONT_MAX, mark = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  if (bound - mark < 8) return none;
  size_t first = mark + line_len(text, bound, mark);
  bool yaml = is_fence(text + mark, first - mark, "---"), toml = is_fence(text + mark, first - mark, "+++");
  if (!yaml && !toml) return none;
  for (size_t at = first, next; at < bound; at = next) {
    next = at + line_len(text, bound, at);
    bool ends = yaml ? is_fence(text + at, next - at, "---") || is_fence(text + at, next - at, "...")
                     : is_fence(text + at, next - at, "+++");
    /* A rule, and another further down, are no front matter. */
    if (ends && !memchr(text + first, yaml ? ':' : '=', at - first)) return none;
    if (ends) return (struct front_matter){yaml ? FRONT_YAML : FRONT_TOML, first, at, next};
  }
  return none;
}

/* ---- Values ---- */

struct front {
  struct record_fields *fields;
  struct key_claim claims[TARGET_COUNT];
  size_t count;
  struct article_list values; /* of a list */
  struct nsearch_error *err;
};

static void take_key(struct front *front, const char *key, size_t len) {
  trim(&key, &len);
  front->count = key_claims(front->fields->sink->map, key, len, front->claims);
  article_list_clear(&front->values);
}

static bool is_nothing(const char *text, size_t len) {
  static const char *const words[] = {"~", "null", "true", "false"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (len == strlen(words[i]) && strncasecmp(text, words[i], len) == 0) return true;
  return len == 0;
}

static int take_value(struct front *front, const char *text, size_t len, bool plain) {
  trim(&text, &len);
  if (plain && is_nothing(text, len)) return NSEARCH_OK;
  return fields_value(front->fields, front->claims, front->count, text, len);
}

static int add_value(struct front *front, const char *text, size_t len, bool plain) {
  trim(&text, &len);
  if (len == 0 || (plain && is_nothing(text, len))) return NSEARCH_OK;
  return article_list_add(&front->values, text, len, front->err);
}

static int take_list(struct front *front) {
  int status = NSEARCH_OK;
  if (front->values.count > 0) status = fields_list(front->fields, front->claims, front->count, &front->values);
  article_list_clear(&front->values);
  return status;
}

/* ---- YAML ---- */

/* What is walked through: the mapping of the block, a value of it that is a list or mapping, mappings in a list. */
struct yaml_walk {
  struct front *front;
  unsigned depth;
  bool is_key, list, inner_key;
  uint32_t inner_rank, best_rank; /* of the key of an inner mapping, and of the value kept from it */
  struct buffer inner;
};

static int yaml_scalar(struct yaml_walk *walk, const char *text, size_t len, bool plain) {
  struct front *front = walk->front;
  if (walk->depth == 1) {
    int status = NSEARCH_OK;
    if (walk->is_key)
      take_key(front, text, len);
    else
      status = take_value(front, text, len, plain);
    walk->is_key = !walk->is_key;
    return status;
  }
  if (walk->depth == 2 && walk->list) return add_value(front, text, len, plain);
  if (walk->depth != (walk->list ? 3u : 2u)) return NSEARCH_OK;
  if (walk->inner_key) {
    walk->inner_rank = value_key_rank(text, len);
  } else if (walk->inner_rank > 0 && walk->inner_rank < walk->best_rank && len > 0) {
    walk->best_rank = walk->inner_rank;
    buffer_clear(&walk->inner);
    buffer_add(&walk->inner, text, len);
  }
  walk->inner_key = !walk->inner_key;
  return buffer_status(&walk->inner, front->err);
}

static void yaml_open(struct yaml_walk *walk, bool list) {
  walk->depth++;
  if (walk->depth == 1) walk->is_key = true;
  if (walk->depth == 2) walk->list = list;
  if (walk->depth == (walk->list ? 3u : 2u)) {
    walk->inner_key = !list, walk->inner_rank = 0, walk->best_rank = UINT32_MAX;
    buffer_clear(&walk->inner);
  }
}

static int yaml_close(struct yaml_walk *walk) {
  int status = NSEARCH_OK;
  if (walk->depth == (walk->list ? 3u : 2u)) {
    if (walk->inner.len > 0) status = add_value(walk->front, walk->inner.bytes, walk->inner.len, false);
    buffer_clear(&walk->inner);
  }
  walk->depth--;
  /* A list or mapping is a key or a value of what it stands in. */
  if (walk->depth == (walk->list ? 3u : 2u)) walk->inner_key = !walk->inner_key;
  if (walk->depth != 1) return status;
  if (!status && !walk->is_key) status = take_list(walk->front);
  walk->is_key = !walk->is_key, walk->list = false;
  return status;
}

/* *good is false where the block is no mapping, or nests too deep. */
static int yaml_event(struct yaml_walk *walk, const yaml_event_t *event, bool *good, bool *at_end) {
  bool is_list = event->type == YAML_SEQUENCE_START_EVENT;
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    *good = walk->depth > 0;
    if (!*good) return NSEARCH_OK;
    return yaml_scalar(walk, (const char *)event->data.scalar.value, event->data.scalar.length,
                       event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
  case YAML_ALIAS_EVENT:
    return walk->depth > 0 ? yaml_scalar(walk, "", 0, true) : NSEARCH_OK;
  case YAML_SEQUENCE_START_EVENT:
  case YAML_MAPPING_START_EVENT:
    yaml_open(walk, is_list);
    *good = walk->depth <= DEPTH_MAX && !(is_list && walk->depth == 1);
    return NSEARCH_OK;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    return yaml_close(walk);
  case YAML_STREAM_END_EVENT:
  case YAML_DOCUMENT_END_EVENT:
    *at_end = true;
    return NSEARCH_OK;
  default:
    return NSEARCH_OK;
  }
}

/* *good is false, too, where the block is no YAML. */
static int yaml_walk(struct yaml_walk *walk, yaml_parser_t *parser, bool *good) {
  bool at_end = false;
  int status = NSEARCH_OK;
  *good = true;
  while (*good && !at_end && !status) {
    yaml_event_t event;
    *good = yaml_parser_parse(parser, &event);
    if (!*good) return parser->error == YAML_MEMORY_ERROR ? error_memory(walk->front->err) : NSEARCH_OK;
    status = yaml_event(walk, &event, good, &at_end);
    yaml_event_delete(&event);
  }
  return status;
}

static int read_yaml(struct front *front, const char *text, size_t len, bool *good) {
  yaml_parser_t parser;
  struct yaml_walk walk = {.front = front};
  if (!yaml_parser_initialize(&parser)) return error_memory(front->err);
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
  int status = yaml_walk(&walk, &parser, good);
  yaml_parser_delete(&parser);
  buffer_free(&walk.inner);
  return status;
}

/* ---- Lines ---- */

/* A remark begins behind a blank, and behind the value's quotes where it has them. */
static size_t without_remark(const char *text, size_t len) {
  bool quoted = len > 0 && (*text == '"' || *text == '\'');
  for (size_t i = 1; i < len; i++) {
    if (text[i] != '#' || (text[i - 1] != ' ' && text[i - 1] != '\t')) continue;
    size_t before = i - 1;
    while (before > 1 && (text[before - 1] == ' ' || text[before - 1] == '\t')) before--;
    if (!quoted || (before > 1 && text[before - 1] == *text && text[before - 2] != '\\')) return before;
  }
  return len;
}

/* Without a remark behind it and the quotes around it. */
static bool unquote(const char **text, size_t *len) {
  trim(text, len);
  *len = without_remark(*text, *len);
  bool quoted = *len >= 2 && (**text == '"' || **text == '\'') && (*text)[*len - 1] == **text;
  if (quoted) ++*text, *len -= 2;
  return quoted;
}

/* a, "b, c" in brackets. */
static int read_array(struct front *front, const char *text, size_t len) {
  int status = NSEARCH_OK;
  char quote = 0;
  for (size_t i = 0, start = 0; !status && i <= len; i++) {
    if (i < len && (text[i] == '"' || text[i] == '\'') && (!quote || quote == text[i])) quote = quote ? 0 : text[i];
    if (i < len && (text[i] != ',' || quote)) continue;
    const char *value = text + start;
    size_t value_len = i - start;
    bool quoted = unquote(&value, &value_len);
    status = add_value(front, value, value_len, !quoted);
    start = i + 1;
  }
  return status ? status : take_list(front);
}

/* Nothing, or a remark. */
static bool ends_line(const char *text, size_t len) {
  trim(&text, &len);
  return len == 0 || *text == '#';
}

/* A value behind a key, which may go on over lines when it is an array; stores how many bytes it has. "[Video] A heron" is
 * none. */
static int read_line_value(struct front *front, const char *text, size_t line, size_t len, size_t *used) {
  const char *value = text, *close;
  size_t value_len = line;
  *used = line;
  trim(&value, &value_len);
  if (value_len > 0 && *value == '[' && (close = memchr(value, ']', (size_t)(text + len - value)))) {
    size_t behind = (size_t)(close - text) + 1, rest = line_len(text, len, behind);
    if (ends_line(text + behind, rest)) {
      *used = behind + rest;
      return read_array(front, value + 1, (size_t)(close - value) - 1);
    }
  }
  bool quoted = unquote(&value, &value_len);
  return take_value(front, value, value_len, !quoted);
}

/* "key: value" or "key = value", "- value" below a key; in TOML only keys of no table, and of [taxonomies]. */
static int read_lines(struct front *front, const char *text, size_t len, char between) {
  int status = NSEARCH_OK;
  bool wanted = true;
  for (size_t at = 0, used; !status && at < len; at += used) {
    const char *line = text + at, *sign;
    size_t whole = used = line_len(text, len, at);
    if (between == '=' && *line == '[') {
      wanted = whole > 12 && memcmp(line, "[taxonomies]", 12) == 0;
    } else if (between == ':' && (*line == '-' || *line == ' ')) {
      const char *item = line;
      trim(&item, &whole);
      if (whole < 2 || memcmp(item, "- ", 2) != 0) continue;
      item += 2, whole -= 2;
      bool quoted = unquote(&item, &whole);
      status = add_value(front, item, whole, !quoted);
    } else if (wanted && *line != '#' && (sign = memchr(line, between, whole))) {
      size_t key = (size_t)(sign - line), behind = key + 1;
      status = take_list(front);
      const char *name = line;
      size_t name_length = key;
      unquote(&name, &name_length);
      take_key(front, name, name_length);
      if (!status) status = read_line_value(front, line + behind, whole - behind, len - at - behind, &used);
      used += behind;
    }
  }
  return status ? status : take_list(front);
}

int front_matter_read(const struct front_matter *matter, const char *text, struct record_fields *fields,
                      struct nsearch_error *err) {
  struct front front = {.fields = fields, .err = err};
  const char *block = text + matter->start;
  size_t len = matter->end - matter->start;
  bool good = false;
  int status = matter->kind == FRONT_YAML ? read_yaml(&front, block, len, &good) : NSEARCH_OK;
  front.count = 0;
  article_list_clear(&front.values);
  if (!status && !good) status = read_lines(&front, block, len, matter->kind == FRONT_YAML ? ':' : '=');
  buffer_free(&front.values.text);
  return status;
}
