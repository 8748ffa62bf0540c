/* The spellings of fields in JSON records: docs/formats.md has the same table for people. */
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
  bool is_list;
} spellings[] = {
    {"id", TARGET_ID, false},
    {"_id", TARGET_ID, false},
    {"guid", TARGET_ID, false},
    {"uri", TARGET_ID, false},
    {"docno", TARGET_ID, false},
    {"url", TARGET_URL, false},
    {"link", TARGET_URL, false},
    {"title", TARGET_TITLE, false},
    {"headline", TARGET_TITLE, false},
    {"name", TARGET_TITLE, false},
    {"body", TARGET_BODY, false},
    {"text", TARGET_BODY, false},
    {"content", TARGET_BODY, false},
    {"article", TARGET_BODY, false},
    {"content_text", TARGET_BODY, false},
    {"content_html", TARGET_BODY, false},
    {"body_text", TARGET_BODY, false},
    {"body_html", TARGET_BODY, false},
    {"body_xhtml", TARGET_BODY, false},
    {"articlebody", TARGET_BODY, false},
    {"maintext", TARGET_BODY, false},
    {"description", TARGET_BODY, false},
    {"summary", TARGET_BODY, false},
    {"date", TARGET_PUBLISHED, false},
    {"published", TARGET_PUBLISHED, false},
    {"date_published", TARGET_PUBLISHED, false},
    {"publish_date", TARGET_PUBLISHED, false},
    {"pubdate", TARGET_PUBLISHED, false},
    {"published_at", TARGET_PUBLISHED, false},
    {"publishedat", TARGET_PUBLISHED, false},
    {"datepublished", TARGET_PUBLISHED, false},
    {"date_publish", TARGET_PUBLISHED, false},
    {"publication_date", TARGET_PUBLISHED, false},
    {"firstcreated", TARGET_PUBLISHED, false},
    {"updated", TARGET_UPDATED, false},
    {"modified", TARGET_UPDATED, false},
    {"date_modified", TARGET_UPDATED, false},
    {"updated_at", TARGET_UPDATED, false},
    {"updatedat", TARGET_UPDATED, false},
    {"datemodified", TARGET_UPDATED, false},
    {"versioncreated", TARGET_UPDATED, false},
    {"source", TARGET_SOURCE, false},
    {"publisher", TARGET_SOURCE, false},
    {"site", TARGET_SOURCE, false},
    {"author", TARGET_AUTHORS, false},
    {"authors", TARGET_AUTHORS, false},
    {"byline", TARGET_AUTHORS, false},
    {"section", TARGET_SECTION, false},
    {"category", TARGET_SECTION, false},
    {"language", TARGET_LANGUAGE, false},
    {"lang", TARGET_LANGUAGE, false},
    {"tags", TARGET_TOPICS, true},
    {"keywords", TARGET_TOPICS, true},
    {"topics", TARGET_TOPICS, false},
    {"topic", TARGET_TOPICS, false},
};

static const char *const value_keys[] = {"name", "value", "rendered", "text",  "#text", "$t",
                                         "$oid", "$date", "term",     "title", "label"};

/* Ranks of --map come before those of the table. */
enum { RANK_USUAL = 1 << 16 };

static bool same_key(const char *known, const char *key, size_t len) {
  /* The first letter tells most keys apart without a call. */
  return ((*known ^ *key) & 0x1f) == 0 && strncasecmp(known, key, len) == 0 && known[len] == 0;
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
    out[count++] = (struct key_claim){(enum target)field, (uint32_t)i, false};
    claimed |= 1u << field;
  }
  for (uint32_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    if (!same_key(spellings[i].key, key, len)) continue;
    if (!(claimed >> spellings[i].target & 1))
      out[count++] = (struct key_claim){spellings[i].target, RANK_USUAL + i, spellings[i].is_list};
    break;
  }
  return count;
}

uint32_t value_key_rank(const char *key, size_t len) {
  if (len == 0 || memchr(key, 0, len)) return 0;
  for (uint32_t i = 0; i < sizeof value_keys / sizeof *value_keys; i++)
    if (same_key(value_keys[i], key, len)) return i + 1;
  return 0;
}
