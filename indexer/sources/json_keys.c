/* The spellings of fields as keys of JSON records, columns and front matter: docs/formats.md has the same table for people. */
#include "indexer/sources/sources.h"

#include <string.h>
#include <strings.h>

static const char *const field_names[TARGET_COUNT] = {[TARGET_ID] = "id",
                                                      [TARGET_URL] = "url",
                                                      [TARGET_TITLE] = "title",
                                                      [TARGET_BODY] = "body",
                                                      [TARGET_SOURCE] = "source",
                                                      [TARGET_SECTION] = "section",
                                                      [TARGET_LANGUAGE] = "language",
                                                      [TARGET_AUTHORS] = "author",
                                                      [TARGET_TOPICS] = "topic",
                                                      [TARGET_PUBLISHED] = "published",
                                                      [TARGET_UPDATED] = "updated"};

/* Of the keys of one field the one that stands first here decides. */
static const struct {
  const char *key;
  enum target target;
  enum key_shape shape;
} spellings[] = {
    {"id", TARGET_ID, KEY_VALUE},
    {"_id", TARGET_ID, KEY_VALUE},
    {"guid", TARGET_ID, KEY_VALUE},
    {"uri", TARGET_ID, KEY_VALUE},
    {"docno", TARGET_ID, KEY_VALUE},
    {"url", TARGET_URL, KEY_VALUE},
    {"link", TARGET_URL, KEY_VALUE},
    {"headline", TARGET_TITLE, KEY_VALUE},
    {"headlines", TARGET_TITLE, KEY_RENDITIONS},
    {"title", TARGET_TITLE, KEY_VALUE},
    {"name", TARGET_TITLE, KEY_VALUE},
    {"body", TARGET_BODY, KEY_VALUE},
    {"text", TARGET_BODY, KEY_VALUE},
    {"bodies", TARGET_BODY, KEY_RENDITIONS},
    {"content", TARGET_BODY, KEY_VALUE},
    {"article", TARGET_BODY, KEY_VALUE},
    {"content_text", TARGET_BODY, KEY_VALUE},
    {"content_html", TARGET_BODY, KEY_VALUE},
    {"body_text", TARGET_BODY, KEY_VALUE},
    {"body_html", TARGET_BODY, KEY_VALUE},
    {"body_xhtml", TARGET_BODY, KEY_VALUE},
    {"articlebody", TARGET_BODY, KEY_VALUE},
    {"maintext", TARGET_BODY, KEY_VALUE},
    {"description", TARGET_BODY, KEY_VALUE},
    {"descriptions", TARGET_BODY, KEY_RENDITIONS},
    {"summary", TARGET_BODY, KEY_VALUE},
    {"date", TARGET_PUBLISHED, KEY_VALUE},
    {"published", TARGET_PUBLISHED, KEY_VALUE},
    {"date_published", TARGET_PUBLISHED, KEY_VALUE},
    {"publish_date", TARGET_PUBLISHED, KEY_VALUE},
    {"pubdate", TARGET_PUBLISHED, KEY_VALUE},
    {"published_at", TARGET_PUBLISHED, KEY_VALUE},
    {"publishedat", TARGET_PUBLISHED, KEY_VALUE},
    {"datepublished", TARGET_PUBLISHED, KEY_VALUE},
    {"date_publish", TARGET_PUBLISHED, KEY_VALUE},
    {"publication_date", TARGET_PUBLISHED, KEY_VALUE},
    {"firstcreated", TARGET_PUBLISHED, KEY_VALUE},
    {"contentcreated", TARGET_PUBLISHED, KEY_VALUE},
    {"versioncreated", TARGET_PUBLISHED, KEY_VALUE},
    {"updated", TARGET_UPDATED, KEY_VALUE},
    {"modified", TARGET_UPDATED, KEY_VALUE},
    {"date_modified", TARGET_UPDATED, KEY_VALUE},
    {"updated_at", TARGET_UPDATED, KEY_VALUE},
    {"updatedat", TARGET_UPDATED, KEY_VALUE},
    {"datemodified", TARGET_UPDATED, KEY_VALUE},
    {"versioncreated", TARGET_UPDATED, KEY_VALUE},
    {"source", TARGET_SOURCE, KEY_VALUE},
    {"publisher", TARGET_SOURCE, KEY_VALUE},
    {"site", TARGET_SOURCE, KEY_VALUE},
    {"infosource", TARGET_SOURCE, KEY_VALUE},
    {"infosources", TARGET_SOURCE, KEY_VALUE},
    {"copyrightholder", TARGET_SOURCE, KEY_VALUE},
    {"author", TARGET_AUTHORS, KEY_VALUE},
    {"authors", TARGET_AUTHORS, KEY_VALUE},
    {"byline", TARGET_AUTHORS, KEY_VALUE},
    {"by", TARGET_AUTHORS, KEY_VALUE},
    {"section", TARGET_SECTION, KEY_VALUE},
    {"category", TARGET_SECTION, KEY_VALUE},
    {"language", TARGET_LANGUAGE, KEY_VALUE},
    {"lang", TARGET_LANGUAGE, KEY_VALUE},
    {"tags", TARGET_TOPICS, KEY_WORDS},
    {"keywords", TARGET_TOPICS, KEY_WORDS},
    {"topics", TARGET_TOPICS, KEY_VALUE},
    {"topic", TARGET_TOPICS, KEY_VALUE},
    {"subject", TARGET_TOPICS, KEY_VALUE},
    {"subjects", TARGET_TOPICS, KEY_VALUE},
};

static const char *const value_keys[] = {"name", "value", "rendered", "text",  "#text", "$t",
                                         "$oid", "$date", "term",     "title", "label"};

/* ninjs 1 lets a publisher have any number of headlines, bodies and descriptions. */
static const struct {
  const char *beginning;
  enum target target;
} families[] = {{"headline_", TARGET_TITLE}, {"body_", TARGET_BODY}, {"description_", TARGET_BODY}};

/* Ranks of --map come before those of the table. */
enum { RANK_USUAL = 1 << 16, RANK_FAMILY = 1 << 17 };

static bool same_key(const char *known, const char *key, size_t len) {
  /* The first letter tells most keys apart without a call. */
  return ((*known ^ *key) & 0x1f) == 0 && strlen(known) == len && strncasecmp(known, key, len) == 0;
}

int field_find(const char *name, size_t len) {
  for (int i = 0; len > 0 && i < TARGET_COUNT; i++)
    if (same_key(field_names[i], name, len)) return i;
  return -1;
}

size_t key_claims(const struct field_map *map, const char *key, size_t len, struct key_claim out[TARGET_COUNT]) {
  size_t count = 0;
  uint32_t claimed = 0;
  if (len == 0 || memchr(key, 0, len)) return 0;
  for (size_t i = 0; map && i < map->count; i++) {
    int field = field_find(map->entries[i].field, strlen(map->entries[i].field));
    if (field < 0 || (claimed >> field & 1) || !same_key(map->entries[i].key, key, len)) continue;
    out[count++] = (struct key_claim){.target = (enum target)field, .rank = (uint32_t)i};
    claimed |= 1u << field;
  }
  for (uint32_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    if (!same_key(spellings[i].key, key, len) || (claimed >> spellings[i].target & 1)) continue;
    out[count++] = (struct key_claim){spellings[i].target, RANK_USUAL + i, spellings[i].shape};
    claimed |= 1u << spellings[i].target;
  }
  for (uint32_t i = 0; count == 0 && i < sizeof families / sizeof *families; i++) {
    size_t beginning = strlen(families[i].beginning);
    if (len <= beginning || strncasecmp(families[i].beginning, key, beginning) != 0) continue;
    uint32_t rank = RANK_FAMILY + 4 * i - rendition_rank(key + beginning, len - beginning);
    out[count++] = (struct key_claim){families[i].target, rank, KEY_TEXT};
  }
  return count;
}

uint32_t value_key_rank(const char *key, size_t len) {
  if (len == 0 || memchr(key, 0, len)) return 0;
  for (uint32_t i = 0; i < sizeof value_keys / sizeof *value_keys; i++)
    if (same_key(value_keys[i], key, len)) return i + 1;
  return 0;
}

bool key_is_type(const char *key, size_t len) { return len > 0 && same_key("type", key, len); }

bool key_is_rendition(const char *key, size_t len) {
  return len > 0 && (same_key("contenttype", key, len) || same_key("role", key, len));
}

const char *record_kind(const char *type, size_t len) {
  static const struct {
    const char *type, *kind;
  } kinds[] = {{"picture", "a picture"}, {"graphic", "a graphic"},     {"audio", "a sound"},
               {"video", "a video"},     {"composite", "a composite"}, {"component", "a component"},
               {"object", "an object"},  {"event", "an event"},        {"planning", "a plan"},
               {"package", "a package"}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (same_key(kinds[i].type, type, len)) return kinds[i].kind;
  return NULL;
}

unsigned rendition_rank(const char *said, size_t len) {
  static const char *const others[] = {"nitf", "xml", "/", "credit", "writer", "note"};
  if (memmem(said, len, "plain", 5)) return RENDITION_PLAIN;
  if (memmem(said, len, "html", 4)) return RENDITION_PAGE;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (memmem(said, len, others[i], strlen(others[i]))) return RENDITION_OTHER;
  return RENDITION_PLAIN;
}
