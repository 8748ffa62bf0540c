/* JSON-LD: what the scripts of a page say of it, as statements. */
#include "indexer/sources/html.h"
#include "indexer/sources/json_walk.h"

#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 32, STATEMENTS_MAX = 8000 };

/* Where the walk is: inside which object, and under which of its keys. An array keeps what is around it. */
struct place {
  uint32_t object, key;
};

struct reader {
  struct html_data *data;
  struct place places[DEPTH_MAX + 1];
  unsigned depth;
  int status;
  struct nsearch_error *err;
};

static uint32_t keep_text(struct html_data *data, const char *text, size_t len) {
  uint32_t at = (uint32_t)data->text.len;
  /* A NUL, which JSON can spell, would end it early: that is all it would do. */
  buffer_add(&data->text, text, len);
  buffer_byte(&data->text, 0);
  return at;
}

static int state(struct reader *reader, const char *text, size_t len, uint32_t child) {
  struct html_data *data = reader->data;
  struct place *place = &reader->places[reader->depth];
  if (data->count >= STATEMENTS_MAX) return 0;
  reader->status =
      memory_reserve(&data->statements, &data->capacity, data->count + 1, sizeof *data->statements, reader->err);
  if (reader->status) return 0;
  data->statements[data->count++] =
      (struct html_statement){place->object, place->key, keep_text(data, text, len), child};
  reader->status = buffer_status(&data->text, reader->err);
  return !reader->status;
}

static int on_string(void *payload, const unsigned char *text, size_t len) {
  return state(payload, (const char *)text, len, 0);
}

static int on_number(void *payload, const char *text, size_t len) { return state(payload, text, len, 0); }

static int on_key(void *payload, const unsigned char *text, size_t len) {
  struct reader *reader = payload;
  reader->places[reader->depth].key = keep_text(reader->data, (const char *)text, len);
  return 1;
}

static int on_map(void *payload) {
  struct reader *reader = payload;
  if (reader->depth == DEPTH_MAX || !state(reader, "", 0, ++reader->data->objects)) return 0;
  reader->places[++reader->depth] = (struct place){.object = reader->data->objects};
  return 1;
}

static int on_array(void *payload) {
  struct reader *reader = payload;
  if (reader->depth == DEPTH_MAX) return 0;
  reader->places[reader->depth + 1] = reader->places[reader->depth];
  reader->depth++;
  return 1;
}

static int on_close(void *payload) {
  struct reader *reader = payload;
  reader->depth--;
  return 1;
}

static const yajl_callbacks callbacks = {NULL,   NULL,   NULL,     NULL,     on_number, on_string,
                                         on_map, on_key, on_close, on_array, on_close};

/* ---- The scripts of a page ---- */

/* Appends the script without the comment that some put around it; line ends inside strings, which JSON forbids and many
 * pages have, become blanks. */
static void add_script(const struct html_tree *tree, size_t node, struct buffer *out) {
  buffer_clear(out);
  for (size_t i = node + 1; i < tree->nodes[node].end; i++)
    if (tree->nodes[i].tag == HTML_TEXT) buffer_add(out, tree->text.bytes + tree->nodes[i].text, tree->nodes[i].len);
  if (out->failed) return;
  bool begun = false;
  for (size_t i = 0; i < out->len; i++) {
    char *c = &out->bytes[i];
    if ((unsigned char)*c < ' ') *c = ' ';
    begun |= *c == '{' || (*c == '[' && (i == 0 || (out->bytes[i - 1] != '!' && out->bytes[i - 1] != 'A')));
    if (!begun) *c = ' ';
  }
}

static bool ends_with(const char *text, const char *ending) {
  size_t len = strlen(text), ending_len = strlen(ending);
  return len >= ending_len && strcasecmp(text + len - ending_len, ending) == 0;
}

/* How well an object describes an article, 0 for not at all. */
static int article_rank(const struct html_data *data, uint32_t object) {
  int rank = 0;
  size_t at = 0;
  for (const struct html_statement *is; (is = html_data_next(data, object, "@type", &at));) {
    const char *type = html_data_text(data, is);
    bool is_article = ends_with(type, "Article") || ends_with(type, "Posting") || ends_with(type, "Report");
    int by_type = is_article ? 4 : ends_with(type, "WebPage") ? 1 : 0;
    if (by_type > rank) rank = by_type;
  }
  if (rank == 0) return 0;
  rank += *html_data_get(data, object, "headline", NULL) ? 2 : 0;
  return rank + (*html_data_get(data, object, "datePublished", NULL) ? 1 : 0);
}

/* Chosen is the best of the objects that stand by themselves: not a part, a related page or an item of a list. */
static void choose_article(struct html_data *data) {
  int best = 0;
  for (size_t i = 0; i < data->count; i++) {
    const struct html_statement *is = &data->statements[i];
    const char *key = is->object ? data->text.bytes + is->key : "@graph";
    if (!is->child || (strcmp(key, "@graph") != 0 && strcmp(key, "mainEntity") != 0)) continue;
    int rank = article_rank(data, is->child);
    if (rank > best) best = rank, data->article = is->child;
  }
}

int html_data_read(struct html_data *data, const struct html_tree *tree, struct nsearch_error *err) {
  struct json_memory memory = {0};
  struct buffer script = {0};
  int status = NSEARCH_OK;
  *data = (struct html_data){0};
  for (size_t i = 1; !status && i < tree->count; i++) {
    const char *type = tree->nodes[i].tag == HTML_SCRIPT ? html_attribute(tree, i, "type") : NULL;
    struct reader reader = {.data = data, .err = err};
    struct json_fault fault;
    if (!type || !strcasestr(type, "ld+json")) continue;
    add_script(tree, i, &script);
    status = buffer_status(&script, err);
    if (!status) status = json_walk(&memory, &callbacks, &reader, script.bytes, script.len, true, &fault, err);
    if (!status) status = reader.status;
  }
  if (!status) choose_article(data);
  json_memory_free(&memory);
  buffer_free(&script);
  if (status) html_data_free(data);
  return status;
}

void html_data_free(struct html_data *data) {
  memory_free(data->statements);
  buffer_free(&data->text);
  *data = (struct html_data){0};
}

/* ---- Asking them ---- */

const struct html_statement *html_data_next(const struct html_data *data, uint32_t object, const char *key,
                                            size_t *at) {
  while (*at < data->count) {
    const struct html_statement *is = &data->statements[(*at)++];
    if (is->object == object && object > 0 && strcmp(data->text.bytes + is->key, key) == 0) return is;
  }
  return NULL;
}

const char *html_data_text(const struct html_data *data, const struct html_statement *statement) {
  return data->text.bytes + statement->value;
}

/* What an object says under a key, itself or where it points to by its "@id". */
static const char *inner_text(const struct html_data *data, uint32_t object, const char *key) {
  size_t at = 0, other = 0;
  for (const struct html_statement *is; (is = html_data_next(data, object, key, &at));)
    if (*html_data_text(data, is)) return html_data_text(data, is);
  at = 0;
  const struct html_statement *id = html_data_next(data, object, "@id", &at);
  while (id && other < data->count) {
    const struct html_statement *is = &data->statements[other++];
    if (is->object == object || strcmp(data->text.bytes + is->key, "@id") != 0) continue;
    if (strcmp(html_data_text(data, is), html_data_text(data, id)) != 0) continue;
    at = 0;
    const struct html_statement *value = html_data_next(data, is->object, key, &at);
    if (value && *html_data_text(data, value)) return html_data_text(data, value);
  }
  return "";
}

const char *html_data_value(const struct html_data *data, const struct html_statement *statement, const char *inner) {
  return statement->child && inner ? inner_text(data, statement->child, inner) : html_data_text(data, statement);
}

const char *html_data_get(const struct html_data *data, uint32_t object, const char *key, const char *inner) {
  size_t at = 0;
  for (const struct html_statement *is; (is = html_data_next(data, object, key, &at));) {
    const char *text = html_data_value(data, is, inner);
    if (*text) return text;
  }
  return "";
}
