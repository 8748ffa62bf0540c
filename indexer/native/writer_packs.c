/* Which packs a writer's workers write to: they go on in packs that are there, so that a commit adds no file for each
 * worker. A pack is one worker's at a time. */
#include "indexer/native/native.h"

/* A pack of this size is left as it is: optimize writes whole packs anew. */
#define PACK_FULL (UINT64_C(1) << 30)

static bool is_taken(const struct engine_writer *writer, uint32_t number) {
  return writer->taken[number / 64] >> number % 64 & 1;
}

static void set_taken(struct engine_writer *writer, uint32_t number, bool taken) {
  uint64_t bit = UINT64_C(1) << number % 64;
  writer->taken[number / 64] = taken ? writer->taken[number / 64] | bit : writer->taken[number / 64] & ~bit;
}

/* A pack with room that nobody has, or the next number and no bytes. */
static int take_pack(struct engine_writer *writer, bool texts, bool anew, struct manifest_pack *out,
                     struct nsearch_error *err) {
  struct manifest *manifest = &writer->folder.manifest;
  int status = NSEARCH_OK;
  *out = (struct manifest_pack){.texts = texts};
  pthread_mutex_lock(&writer->mutex);
  for (size_t i = 0; !anew && !out->number && i < manifest->pack_count; i++) {
    const struct manifest_pack *pack = &manifest->packs[i];
    if (pack->texts == texts && pack->bytes < PACK_FULL && !is_taken(writer, pack->number)) *out = *pack;
  }
  if (!out->number && manifest->next_pack >= PACK_MAX)
    status = error_set(err, NSEARCH_ERR_UNSUPPORTED, "%s has used up its %d numbers of packs; index anew",
                       writer->folder.path, PACK_MAX - 1);
  else if (!out->number)
    out->number = manifest->next_pack++;
  if (!status) set_taken(writer, out->number, true);
  pthread_mutex_unlock(&writer->mutex);
  return status;
}

static void give_back(struct engine_writer *writer, uint32_t number) {
  pthread_mutex_lock(&writer->mutex);
  set_taken(writer, number, false);
  pthread_mutex_unlock(&writer->mutex);
}

int writer_start_pack(struct engine_writer *writer, struct pack_out **pack, bool texts, bool anew,
                      struct nsearch_error *err) {
  struct manifest_pack at;
  int status = take_pack(writer, texts, anew, &at, err);
  if (status) return status;
  size_t group_bytes = texts ? TEXT_GROUP : CARD_GROUP;
  char *path = pack_path(writer->folder.path, at.number);
  if (!path)
    status = error_memory(err);
  else if (at.bytes)
    status = pack_append(pack, path, at.number, at.bytes, group_bytes, err);
  else
    status = pack_create(pack, path, at.number, group_bytes, err);
  if (status) give_back(writer, at.number);
  memory_free(path);
  return status;
}

/* Of a new pack, or of one that has grown. */
static int note_pack(struct engine_writer *writer, const struct manifest_pack *entry, uint64_t added,
                     struct nsearch_error *err) {
  struct manifest *manifest = &writer->folder.manifest;
  for (size_t i = 0; i < manifest->pack_count; i++) {
    struct manifest_pack *pack = &manifest->packs[i];
    if (pack->number != entry->number) continue;
    pack->bytes = entry->bytes;
    if (pack->records) pack->records += added;
    return NSEARCH_OK;
  }
  int status = memory_reserve(&manifest->packs, &manifest->pack_capacity, manifest->pack_count + 1, sizeof *entry, err);
  if (status) return status;
  manifest->packs[manifest->pack_count] = *entry;
  manifest->packs[manifest->pack_count++].records = added;
  return NSEARCH_OK;
}

int writer_finish_pack(struct engine_writer *writer, struct pack_out **pack, bool texts, struct nsearch_error *err) {
  if (!*pack) return NSEARCH_OK;
  struct manifest_pack entry = {.number = pack_number(*pack), .texts = texts};
  uint64_t added = pack_added(*pack);
  int status = pack_finish(pack, added > 0, &entry.bytes, err);
  if (!status && added) {
    pthread_mutex_lock(&writer->mutex);
    status = note_pack(writer, &entry, added, err);
    pthread_mutex_unlock(&writer->mutex);
  }
  give_back(writer, entry.number);
  return status;
}

void writer_drop_pack(struct engine_writer *writer, struct pack_out **pack) {
  if (!*pack) return;
  uint32_t number = pack_number(*pack);
  pack_finish(pack, false, NULL, NULL);
  give_back(writer, number);
}
