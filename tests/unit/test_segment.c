/* Segments: random lists written, read back in every way, and merged, against a model of plain arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "indexer/native/native.h"

enum { TERMS = 60, DOCS = 3000 };

/* freqs[t][d]: how often text term t stands in document d; its positions are d % 7 + 3 * i. */
struct model {
  uint32_t docs;
  struct segment_doc meta[DOCS];
  uint8_t freqs[TERMS][DOCS];
  char path[64];
};

static uint64_t random_state = 1234567;
static uint32_t random_below(uint32_t limit) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state % limit);
}

static char folder[] = "/tmp/nsearch-segment-XXXXXX";

static const struct write_options merging = {.threads = 2, .memory = 64 << 20};

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}
static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

static int compare_meta(const void *a, const void *b) {
  const struct segment_doc *x = a, *y = b;
  return segment_doc_compare(x->published, x->id_hash, y->published, y->id_hash);
}

static struct model *model_new(uint32_t docs, uint32_t number) {
  struct model *model = calloc(1, sizeof *model);
  assert_non_null(model);
  model->docs = docs;
  snprintf(model->path, sizeof model->path, "%s/%u.segment", folder, number);
  for (uint32_t d = 0; d < docs; d++) {
    model->meta[d] = (struct segment_doc){.published = random_below(10) ? (int64_t)random_below(500) : INT64_MIN,
                                          .id_hash = (uint64_t)number << 32 | (d + 1),
                                          .url_hash = d % 2 ? (uint64_t)number << 40 | (d + 1) : 0,
                                          .sequence = d,
                                          .text = PLACE_NONE};
  }
  qsort(model->meta, docs, sizeof *model->meta, compare_meta);
  for (uint32_t t = 0; t < TERMS; t++) {
    uint32_t rarity = t < 5 ? 1 : t < 20 ? 1 + t / 4 : 1 + t * t;
    for (uint32_t d = 0; d < docs; d++) {
      if (random_below(rarity)) continue;
      model->freqs[t][d] = (uint8_t)(1 + (random_below(4) ? 0 : random_below(40)));
      model->meta[d].length += model->freqs[t][d];
    }
  }
  return model;
}

static uint32_t term_df(const struct model *model, uint32_t t) {
  uint32_t df = 0;
  for (uint32_t d = 0; d < model->docs; d++) df += model->freqs[t][d] != 0;
  return df;
}

static void term_key(uint32_t t, char *key) { snprintf(key, 16, "Xterm%03u", t); }

static void write_model(struct model *model) {
  struct segment_writer *segment;
  assert_int_equal(segment_create(&segment, model->path, segment_docs_of(model->meta, model->docs), 2, false, 0, NULL),
                   0);
  for (uint32_t t = 0; t < TERMS; t++) {
    struct list_writer *list = segment_term_begin(segment, TAG_TEXT);
    for (uint32_t d = 0; d < model->docs; d++) {
      if (!model->freqs[t][d]) continue;
      assert_int_equal(list_add(list, d, model->freqs[t][d], NULL), 0);
      uint32_t *gaps = list_gaps(list, model->freqs[t][d], NULL);
      for (uint32_t i = 0; i < model->freqs[t][d]; i++) gaps[i] = i ? 3 : d % 7;
    }
    char key[16];
    uint32_t number;
    term_key(t, key);
    assert_int_equal(segment_term_end(segment, key, strlen(key), &number, NULL), 0);
    if (t == 0) continue;
    assert_int_equal(number == UINT32_MAX, term_df(model, t) == 0);
  }
  assert_int_equal(segment_term_alias(segment, "Zenterm", 7, 0, NULL), 0);
  uint32_t *starts = calloc(model->docs + 1, sizeof *starts);
  for (int f = 0; f < KEYWORD_FIELDS; f++) {
    assert_int_equal(segment_column(segment, &keyword_fields[f], starts, starts, NULL), 0);
  }
  free(starts);
  assert_int_equal(segment_finish(&segment, true, NULL), 0);
}

/* doc_of_model: where the segment has the model's document, UINT32_MAX for one that is gone. */
static void check_term(struct segment *segment, const struct model *model, uint32_t t, const uint32_t *doc_of_model,
                       uint64_t *postings) {
  char key[16];
  term_key(t, key);
  struct term_entry entry;
  struct list_view view;
  bool found;
  assert_int_equal(segment_lookup(segment, key, strlen(key), &entry, &found, NULL), 0);
  uint32_t expected = 0;
  for (uint32_t d = 0; d < model->docs; d++) expected += model->freqs[t][d] && doc_of_model[d] != UINT32_MAX;
  if (!found) {
    assert_int_equal(expected, 0);
    return;
  }
  assert_int_equal(segment_list(segment, &entry, &view, NULL), 0);
  uint8_t *freq_at = calloc(segment->info.documents, 1), *gap_at = calloc(segment->info.documents, 1);
  for (uint32_t d = 0; d < model->docs; d++) {
    if (doc_of_model[d] == UINT32_MAX) continue;
    freq_at[doc_of_model[d]] = model->freqs[t][d];
    gap_at[doc_of_model[d]] = d % 7;
  }
  int64_t last = -1;
  for (uint32_t block = 0; block < view.blocks; block++) {
    uint32_t docs[BLOCK], freqs[BLOCK], gaps[64];
    struct block_place place;
    struct position_run run;
    assert_int_equal(list_block_docs(segment, &view, block, docs, &place, NULL), 0);
    assert_int_equal(list_block_freqs(&view, block, &place, freqs, NULL), 0);
    uint64_t total = 0;
    for (uint32_t i = 0; i < view_block_size(&view, block); i++) total += freqs[i];
    assert_int_equal(position_run_open(segment, &view, block, total, &run, NULL), 0);
    for (uint32_t i = 0; i < view_block_size(&view, block); i++) {
      assert_true((int64_t)docs[i] > last);
      last = docs[i];
      bool own = freq_at[docs[i]] != 0; /* else another model's document */
      if (own) assert_int_equal(freqs[i], freq_at[docs[i]]);
      if (!own || i % 3 == 1) {
        assert_int_equal(position_run_skip(&run, freqs[i], NULL), 0);
      } else {
        assert_int_equal(position_run_read(&run, gaps, freqs[i], NULL), 0);
        assert_int_equal(gaps[0], gap_at[docs[i]]);
        for (uint32_t g = 1; g < freqs[i]; g++) assert_int_equal(gaps[g], 3);
      }
      expected -= own;
      *postings += own;
    }
  }
  assert_int_equal(expected, 0);
  free(freq_at);
  free(gap_at);
}

static void test_round_trip(void **state) {
  (void)state;
  static const uint32_t sizes[] = {1, 2, 255, 256, 257, 512, 513, DOCS};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    struct model *model = model_new(sizes[s], (uint32_t)s);
    write_model(model);
    struct segment segment;
    assert_int_equal(segment_open(&segment, model->path, NULL), 0);
    assert_int_equal(segment.info.documents, sizes[s]);
    uint32_t *same = malloc(sizes[s] * sizeof *same);
    uint64_t postings = 0;
    for (uint32_t d = 0; d < sizes[s]; d++) same[d] = d;
    for (uint32_t t = 0; t < TERMS; t++) check_term(&segment, model, t, same, &postings);
    assert_int_equal(postings, segment.info.postings);
    struct term_entry entry;
    bool found;
    assert_int_equal(segment_lookup(&segment, "Zenterm", 7, &entry, &found, NULL), 0);
    assert_true(found);
    assert_int_equal(entry.df, term_df(model, 0));
    assert_int_equal(segment_lookup(&segment, "Xzz", 3, &entry, &found, NULL), 0);
    assert_false(found);
    assert_int_equal(segment_lookup(&segment, "A", 1, &entry, &found, NULL), 0);
    assert_false(found);
    free(same);
    segment_close(&segment);
    unlink(model->path);
    free(model);
  }
}

/* ---- Looking up ---- */

enum { KEYS = 3000, KEY_ROOM = 16 };

struct some_key {
  char bytes[KEY_ROOM];
  size_t len;
};

static int compare_keys(const void *a, const void *b) {
  const struct some_key *x = a, *y = b;
  return key_compare(x->bytes, x->len, y->bytes, y->len);
}

/* Of few letters, the smallest and the largest bytes among them, so that much is shared and much nearly so. */
static void random_key(struct some_key *key) {
  static const char tags[] = {TAG_SOURCE, TAG_TITLE, TAG_TEXT}, letters[] = {0, 'a', 'b', (char)0xff};
  key->len = 1;
  key->bytes[0] = tags[random_below(3)];
  for (uint32_t left = random_below(KEY_ROOM - 2); left > 0; left--) key->bytes[key->len++] = letters[random_below(4)];
}

static size_t write_keys(const char *path, struct some_key *keys, struct model *model) {
  struct segment_writer *segment;
  size_t count = 0;
  for (size_t k = 0; k < KEYS; k++) random_key(&keys[k]);
  qsort(keys, KEYS, sizeof *keys, compare_keys);
  assert_int_equal(segment_create(&segment, path, segment_docs_of(model->meta, model->docs), 2, false, 0, NULL), 0);
  for (size_t k = 0; k < KEYS; k++) {
    if (k && compare_keys(&keys[k], &keys[k - 1]) == 0) continue;
    uint8_t tag = (uint8_t)keys[k].bytes[0];
    struct list_writer *list = segment_term_begin(segment, tag);
    uint32_t freq = 1 + random_below(3), number;
    for (uint32_t d = random_below(model->docs), i = random_below(5); d < model->docs; d += 1 + i) {
      assert_int_equal(list_add(list, d, tag == TAG_SOURCE ? 1 : freq, NULL), 0);
      if (!tag_has_positions(tag)) continue;
      uint32_t *gaps = list_gaps(list, freq, NULL);
      for (uint32_t at = 0; at < freq; at++) gaps[at] = at;
    }
    assert_int_equal(segment_term_end(segment, keys[k].bytes, keys[k].len, &number, NULL), 0);
    keys[count++] = keys[k];
  }
  assert_int_equal(segment_finish(&segment, true, NULL), 0);
  return count;
}

/* A look-up finds what a walk finds, entry for entry. */
static void check_lookup(struct segment *segment, const struct some_key *key) {
  struct term_entry seen, walked;
  struct term_walk walk;
  bool found, more;
  assert_int_equal(segment_lookup(segment, key->bytes, key->len, &seen, &found, NULL), 0);
  assert_int_equal(term_walk_start(&walk, segment, key->bytes, key->len, NULL), 0);
  assert_int_equal(term_walk_next(&walk, &walked, &more, NULL), 0);
  assert_int_equal(found, more && key_compare(walk.key, walk.key_len, key->bytes, key->len) == 0);
  if (!found) return;
  assert_int_equal(seen.number, walked.number);
  assert_int_equal(seen.df, walked.df);
  assert_int_equal(seen.cf, walked.cf);
  assert_int_equal(seen.lists_at, walked.lists_at);
  assert_int_equal(seen.positions_len, walked.positions_len);
  assert_int_equal(seen.postings_len, walked.postings_len);
  assert_int_equal(seen.list_tag, walked.list_tag);
  assert_ptr_equal(seen.inlined, walked.inlined);
}

static void test_lookup(void **state) {
  (void)state;
  struct model *model = model_new(90, 4);
  struct some_key *keys = calloc(KEYS, sizeof *keys);
  size_t count = write_keys(model->path, keys, model);
  struct segment segment;
  assert_true(count > KEYS / 2);
  assert_int_equal(segment_open(&segment, model->path, NULL), 0);
  assert_int_equal(segment.info.terms, count);
  for (size_t k = 0; k < count; k++) {
    struct some_key other = keys[k];
    check_lookup(&segment, &keys[k]);
    other.bytes[random_below((uint32_t)other.len)] ^= (char)(1 << random_below(8));
    check_lookup(&segment, &other);
    random_key(&other);
    check_lookup(&segment, &other);
  }
  segment_close(&segment);
  unlink(model->path);
  free(keys);
  free(model);
}

static void test_merge(void **state) {
  (void)state;
  enum { SOURCES = 5 };
  struct model *models[SOURCES];
  struct segment segments[SOURCES], merged;
  struct merge_input inputs[SOURCES];
  uint64_t *dropped[SOURCES], expected = 0, postings = 0;
  uint32_t *moved[SOURCES], documents;
  for (uint32_t s = 0; s < SOURCES; s++) {
    models[s] = model_new(1 + random_below(DOCS), s + 1);
    write_model(models[s]);
    assert_int_equal(segment_open(&segments[s], models[s]->path, NULL), 0);
    dropped[s] = calloc(models[s]->docs / 64 + 1, 8);
    moved[s] = malloc(models[s]->docs * sizeof **moved);
    for (uint32_t d = 0; s != 2 && d < models[s]->docs; d += 3) dropped[s][d / 64] |= UINT64_C(1) << d % 64;
    inputs[s] = (struct merge_input){.segment = &segments[s], .dropped = s == 2 ? NULL : dropped[s]};
  }
  char path[80];
  snprintf(path, sizeof path, "%s/merged", folder);
  assert_int_equal(merge_segments(inputs, SOURCES, &merging, path, &documents, NULL), 0);
  assert_int_equal(segment_open(&merged, path, NULL), 0);
  assert_int_equal(merged.info.documents, documents);
  const uint8_t *ids = segment_section(&merged, SECTION_ID_HASHES, NULL);
  const uint8_t *published = segment_section(&merged, SECTION_PUBLISHED, NULL);
  for (uint32_t d = 1; d < documents; d++) {
    assert_true(segment_doc_compare((int64_t)load_u64(published + 8 * (d - 1)), load_u64(ids + 8 * (d - 1)),
                                    (int64_t)load_u64(published + 8 * d), load_u64(ids + 8 * d)) < 0);
  }
  uint32_t kept = 0;
  for (uint32_t s = 0; s < SOURCES; s++) {
    for (uint32_t d = 0; d < models[s]->docs; d++) {
      moved[s][d] = UINT32_MAX;
      bool gone = dropped[s][d / 64] >> d % 64 & 1;
      for (uint32_t n = 0; !gone && n < documents && moved[s][d] == UINT32_MAX; n++) {
        if (load_u64(ids + 8 * n) == models[s]->meta[d].id_hash) moved[s][d] = n;
      }
      assert_int_equal(moved[s][d] == UINT32_MAX, gone);
      kept += !gone;
      for (uint32_t t = 0; !gone && t < TERMS; t++) expected += models[s]->freqs[t][d] != 0;
    }
    for (uint32_t t = 0; t < TERMS; t++) check_term(&merged, models[s], t, moved[s], &postings);
  }
  assert_int_equal(kept, documents);
  assert_int_equal(postings, expected);
  assert_int_equal(postings, merged.info.postings);
  struct term_entry stem, exact;
  bool found;
  assert_int_equal(segment_lookup(&merged, "Zenterm", 7, &stem, &found, NULL), 0);
  assert_true(found);
  assert_int_equal(segment_lookup(&merged, "Xterm000", 8, &exact, &found, NULL), 0);
  assert_int_equal(stem.df, exact.df);
  assert_int_equal(stem.alias_of, exact.number);
  segment_close(&merged);
  unlink(path);
  for (uint32_t s = 0; s < SOURCES; s++) {
    segment_close(&segments[s]);
    unlink(models[s]->path);
    free(models[s]);
    free(dropped[s]);
    free(moved[s]);
  }
}

static void test_merge_to_nothing(void **state) {
  (void)state;
  struct model *model = model_new(70, 9);
  write_model(model);
  struct segment segment;
  assert_int_equal(segment_open(&segment, model->path, NULL), 0);
  uint64_t all[2] = {UINT64_MAX, UINT64_MAX};
  struct merge_input input = {.segment = &segment, .dropped = all};
  uint32_t documents = 1;
  char path[80];
  snprintf(path, sizeof path, "%s/none", folder);
  assert_int_equal(merge_segments(&input, 1, &merging, path, &documents, NULL), 0);
  assert_int_equal(documents, 0);
  assert_int_equal(access(path, F_OK), -1);
  segment_close(&segment);
  unlink(model->path);
  free(model);
}

/* Every byte of a small segment flipped: refused on opening or reading, or not part of what is read. */
static void test_flipped_bytes(void **state) {
  (void)state;
  struct model *model = model_new(40, 3);
  write_model(model);
  FILE *file = fopen(model->path, "r+b");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  for (long at = 0; at < size; at++) {
    fseek(file, at, SEEK_SET);
    int byte = fgetc(file);
    fseek(file, at, SEEK_SET);
    fputc(byte ^ 0x10, file);
    fflush(file);
    struct segment segment;
    int status = segment_open(&segment, model->path, NULL);
    if (!status) {
      status = checked_touch(&segment.file, 0, segment.file.len, NULL);
      segment_close(&segment);
    }
    assert_int_equal(status, NSEARCH_ERR_DAMAGED);
    fseek(file, at, SEEK_SET);
    fputc(byte, file);
    fflush(file);
  }
  fclose(file);
  unlink(model->path);
  free(model);
}

enum { PART_TERMS = 7, PART_THREADS = 3, PARTS = (TERMS + PART_TERMS - 1) / PART_TERMS };

struct part_work {
  const struct model *model;
  struct segment_writer *segment;
  struct segment_part *parts[PART_THREADS];
  uint32_t firsts[PARTS]; /* number of each part's first term */
};

/* The term's tokens in pieces of any length, as inversion gives them. */
static int add_tokens(const struct model *model, struct list_writer *list, uint32_t t, struct nsearch_error *err) {
  uint32_t docs[500], positions[500];
  int status = NSEARCH_OK;
  size_t count = 0, limit = 1 + (t * 37) % 450;
  for (uint32_t d = 0; !status && d < model->docs; d++) {
    for (uint32_t i = 0; !status && i < model->freqs[t][d]; i++) {
      docs[count] = d;
      positions[count++] = d % 7 + 3 * i;
      if (count < limit) continue;
      status = list_add_tokens(list, docs, positions, count, err);
      count = 0;
    }
  }
  return status ? status : list_add_tokens(list, docs, positions, count, err);
}

static int write_part(void *payload, unsigned hand, size_t number, struct nsearch_error *err) {
  struct part_work *work = payload;
  struct segment_part *part = work->parts[hand];
  uint32_t kept, until = (uint32_t)(number + 1) * PART_TERMS;
  char key[16];
  part_start(part, number);
  for (uint32_t t = (uint32_t)number * PART_TERMS; t < until && t < TERMS; t++) {
    int status = add_tokens(work->model, part_term_begin(part, TAG_TEXT), t, err);
    term_key(t, key);
    if (!status) status = part_term_end(part, key, strlen(key), &kept, err);
    if (status) return status;
  }
  int status = NSEARCH_OK;
  if (number == PARTS - 1) status = part_term_alias(part, "Zenterm", 7, 0, &kept, err);
  if (!status) status = part_wait(part, &work->firsts[number], err);
  return status ? status : part_end(part, err);
}

static void *read_whole(const char *path, size_t *len) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  *len = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*len);
  assert_int_equal(fread(bytes, 1, *len, file), *len);
  fclose(file);
  return bytes;
}

/* Parts by several threads, each waiting for its turn early, give the file that one writer gives; and so do tokens for
 * postings. */
static void test_parts(void **state) {
  (void)state;
  struct model *model = model_new(DOCS, 0);
  write_model(model);
  char path[80];
  snprintf(path, sizeof path, "%s/parts.segment", folder);
  struct part_work work = {.model = model};
  struct crew_work crew = {.run = write_part, .payload = &work, .tasks = PARTS};
  assert_int_equal(segment_create(&work.segment, path, segment_docs_of(model->meta, model->docs), 2, false, 0, NULL),
                   0);
  for (int i = 0; i < PART_THREADS; i++)
    assert_int_equal(part_new(&work.parts[i], work.segment, i == 0 ? 0 : 2000, NULL), 0);
  assert_int_equal(crew_run(&crew, PART_THREADS, NULL), 0);
  for (int i = 0; i < PART_THREADS; i++) part_free(work.parts[i]);
  assert_int_equal(work.firsts[0], 0);
  uint32_t *starts = calloc(model->docs + 1, sizeof *starts);
  for (int f = 0; f < KEYWORD_FIELDS; f++)
    assert_int_equal(segment_column(work.segment, &keyword_fields[f], starts, starts, NULL), 0);
  free(starts);
  assert_int_equal(segment_finish(&work.segment, true, NULL), 0);
  size_t len[2];
  void *bytes[2] = {read_whole(model->path, &len[0]), read_whole(path, &len[1])};
  assert_int_equal(len[0], len[1]);
  assert_memory_equal(bytes[0], bytes[1], len[0]);
  free(bytes[0]);
  free(bytes[1]);
  unlink(path);
  unlink(model->path);
  free(model);
}

static int abandon_third(void *payload, unsigned hand, size_t number, struct nsearch_error *err) {
  return number == 2 ? error_set(err, NSEARCH_ERR_SYSTEM, "the third part") : write_part(payload, hand, number, err);
}

static void abandon_segment(void *payload) { segment_abandon(((struct part_work *)payload)->segment); }

/* A part that fails keeps none of the others waiting, and its message is the one that comes out. */
static void test_abandoned_part(void **state) {
  (void)state;
  struct model *model = model_new(DOCS, 0);
  struct part_work work = {.model = model};
  struct crew_work crew = {.run = abandon_third, .abandon = abandon_segment, .payload = &work, .tasks = PARTS};
  struct nsearch_error *err = nsearch_error_new();
  assert_int_equal(
      segment_create(&work.segment, model->path, segment_docs_of(model->meta, model->docs), 2, false, 0, NULL), 0);
  for (int i = 0; i < PART_THREADS; i++) assert_int_equal(part_new(&work.parts[i], work.segment, 2000, NULL), 0);
  assert_int_equal(crew_run(&crew, PART_THREADS, err), NSEARCH_ERR_SYSTEM);
  assert_string_equal(nsearch_error_message(err), "the third part");
  for (int i = 0; i < PART_THREADS; i++) part_free(work.parts[i]);
  assert_int_equal(segment_finish(&work.segment, false, NULL), 0);
  assert_int_equal(access(model->path, F_OK), -1);
  nsearch_error_free(err);
  free(model);
}

/* ---- More terms than wait in memory ---- */

enum { MANY_TERMS = 120000, MANY_PARTS = 3 };

static size_t many_key(uint32_t t, char key[40]) {
  return (size_t)snprintf(key, 40, "%c%06u %016llx", TAG_TOPIC, t, (unsigned long long)hash_bytes(&t, sizeof t));
}

static int write_many(void *payload, unsigned hand, size_t number, struct nsearch_error *err) {
  struct part_work *work = payload;
  struct segment_part *part = work->parts[hand];
  enum { EACH = MANY_TERMS / MANY_PARTS };
  int status = NSEARCH_OK;
  part_start(part, number);
  for (uint32_t t = (uint32_t)number * EACH; !status && t < (number + 1) * EACH; t++) {
    char key[40];
    uint32_t kept;
    status = list_add(part_term_begin(part, TAG_TOPIC), t % DOCS, 1, err);
    if (!status) status = part_term_end(part, key, many_key(t, key), &kept, err);
    if (!status) assert_int_equal(kept, t - number * EACH);
  }
  if (!status) status = part_wait(part, &work->firsts[number], err);
  return status ? status : part_end(part, err);
}

/* Returns the segment before it is finished; terms: the file of its dictionary's blocks, which is there by then. */
static struct segment_writer *begin_many(struct model *model, char *terms, size_t room) {
  struct part_work work = {.model = model};
  struct crew_work crew = {.run = write_many, .payload = &work, .tasks = MANY_PARTS};
  assert_int_equal(
      segment_create(&work.segment, model->path, segment_docs_of(model->meta, model->docs), 2, false, 0, NULL), 0);
  for (int i = 0; i < 2; i++) assert_int_equal(part_new(&work.parts[i], work.segment, 1 << 20, NULL), 0);
  assert_int_equal(crew_run(&crew, 2, NULL), 0);
  for (int i = 0; i < 2; i++) part_free(work.parts[i]);
  for (uint32_t i = 0; i < MANY_PARTS; i++) assert_int_equal(work.firsts[i], i * (MANY_TERMS / MANY_PARTS));
  snprintf(terms, room, "%s" SEGMENT_TERMS, model->path);
  assert_int_equal(access(terms, F_OK), 0);
  return work.segment;
}

/* All are found; the file that the dictionary waited in is gone. */
static void test_many_terms(void **state) {
  (void)state;
  struct model *model = model_new(DOCS, 0);
  char terms[80], key[40];
  struct segment_writer *writer = begin_many(model, terms, sizeof terms);
  assert_int_equal(segment_finish(&writer, true, NULL), 0);
  assert_int_equal(access(terms, F_OK), -1);
  struct segment segment;
  assert_int_equal(segment_open(&segment, model->path, NULL), 0);
  assert_int_equal(segment.info.terms, MANY_TERMS);
  for (uint32_t t = 0; t < MANY_TERMS; t += 7) {
    struct term_entry entry;
    bool found;
    assert_int_equal(segment_lookup(&segment, key, many_key(t, key), &entry, &found, NULL), 0);
    assert_true(found);
    assert_int_equal(entry.number, t);
  }
  segment_close(&segment);
  unlink(model->path);
  free(model);
}

/* What the disk gives back otherwise than it was written never gets into a segment; nothing is left of it. */
static void test_changed_terms(void **state) {
  (void)state;
  struct model *model = model_new(DOCS, 0);
  char terms[80];
  struct nsearch_error *err = nsearch_error_new();
  struct segment_writer *writer = begin_many(model, terms, sizeof terms);
  FILE *file = fopen(terms, "r+b");
  assert_non_null(file);
  fseek(file, 1000, SEEK_SET);
  int byte = fgetc(file);
  fseek(file, 1000, SEEK_SET);
  fputc(byte ^ 1, file);
  fclose(file);
  assert_int_equal(segment_finish(&writer, true, err), NSEARCH_ERR_SYSTEM);
  assert_non_null(strstr(nsearch_error_message(err), "is not what was written to it"));
  assert_int_equal(access(terms, F_OK), -1);
  assert_int_equal(access(model->path, F_OK), -1);
  nsearch_error_free(err);
  free(model);
}

/* So it is of one that is given up. */
static void test_dropped_terms(void **state) {
  (void)state;
  struct model *model = model_new(DOCS, 0);
  char terms[80];
  struct segment_writer *writer = begin_many(model, terms, sizeof terms);
  assert_int_equal(segment_finish(&writer, false, NULL), 0);
  assert_int_equal(access(terms, F_OK), -1);
  free(model);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_abandoned_part),
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_merge),
      cmocka_unit_test(test_merge_to_nothing),
      cmocka_unit_test(test_flipped_bytes),
      cmocka_unit_test(test_lookup),
      cmocka_unit_test(test_many_terms),
      cmocka_unit_test(test_changed_terms),
      cmocka_unit_test(test_dropped_terms),
  };
  return cmocka_run_group_tests_name("segment", tests, make_folder, remove_folder);
}
