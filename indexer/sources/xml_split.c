/* The records of an XML file: a small file is read as a whole, a larger one is cut behind records. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "indexer/sources/xml.h"

enum {
  WHOLE_MAX = 1 << 20, /* bytes of a file that is one span */
  HEAD_MAX = 1 << 20   /* bytes before the first record of a larger one that go with every span */
};

/* ---- Records ---- */

static bool is_record(const struct xml_records *records, const struct xml_token *tag) {
  const char *local = tag->name;
  size_t len = tag->name_len;
  xml_local(&local, &len);
  size_t prefix_len = tag->name_len - len;
  if (prefix_len > XML_PREFIX_MAX) return false;
  if (records->has_prefix && (prefix_len != records->prefix_len || memcmp(tag->name, records->prefix, prefix_len) != 0))
    return false;
  for (const char *const *name = records->format->records; *name; name++)
    if (xml_is(local, len, *name)) return true;
  return false;
}

static void keep_prefix(struct xml_records *records, const struct xml_token *tag) {
  const char *local = tag->name;
  size_t len = tag->name_len;
  xml_local(&local, &len);
  records->has_prefix = true;
  records->prefix_len = (uint8_t)(tag->name_len - len);
  memcpy(records->prefix, tag->name, records->prefix_len);
}

static bool same_name(const struct xml_token *a, const struct xml_token *b) {
  return a->name_len == b->name_len && strncasecmp(a->name, b->name, a->name_len) == 0;
}

bool xml_next_record(struct xml_records *records, struct xml_place *out) {
  struct xml_scan *scan = &records->scan;
  struct xml_token tag, token;
  *out = (struct xml_place){.start = scan->len};
  do {
    if (!xml_next(scan, &tag)) return false;
  } while ((tag.kind != XML_START && tag.kind != XML_EMPTY) || !is_record(records, &tag));
  if (!records->has_prefix) keep_prefix(records, &tag);
  out->start = tag.start;
  out->end = tag.end;
  if (tag.kind == XML_EMPTY) return true;
  while (xml_next(scan, &token)) {
    if ((token.kind != XML_START && token.kind != XML_END) || !same_name(&tag, &token)) continue;
    out->is_cut = token.kind == XML_START;
    out->end = scan->at = out->is_cut ? token.start : token.end;
    return true;
  }
  out->is_cut = true;
  out->end = scan->is_partial ? 0 : scan->len;
  if (!scan->is_partial) scan->at = scan->len;
  return !scan->is_partial;
}

/* ---- Splitting ---- */

enum phase { AT_START, IN_RECORDS, AT_END };

struct split_state {
  uint64_t records;
  uint8_t phase;
  bool has_prefix;
  uint8_t prefix_len;
  char prefix[XML_PREFIX_MAX];
};
static_assert(sizeof(struct split_state) <= 8 * sizeof(uint64_t), "a source has 64 bytes of state");

static struct xml_records records_in(const struct xml_format *format, const struct split_state *state, const char *text,
                                     size_t len, bool is_partial) {
  struct xml_records out = {.scan = {.text = text, .len = len, .is_partial = is_partial},
                            .format = format,
                            .has_prefix = state->has_prefix,
                            .prefix_len = state->prefix_len};
  memcpy(out.prefix, state->prefix, sizeof out.prefix);
  return out;
}

static int take_whole(struct input *input, struct split_state *state, struct span *span, struct nsearch_error *err) {
  state->phase = AT_END;
  span->record = 1;
  return input->len ? span_take(input, input->len, span, err) : NSEARCH_OK;
}

/* Looks for the first record of a file that is not small; what stands before it is kept. */
static int begin(const struct xml_format *format, struct input *input, struct split_state *state, struct span *span,
                 struct source_problem *problem, struct nsearch_error *err) {
  struct xml_place first;
  for (size_t want = WHOLE_MAX + 1;; want = wider(want)) {
    int status = input_fill(input, want, err);
    if (status) return status;
    if (input->at_end && input->len <= WHOLE_MAX) return take_whole(input, state, span, err);
    struct xml_records records = records_in(format, state, input->window, input->len, !input->at_end);
    xml_next_record(&records, &first);
    if (first.start < input->len) {
      state->has_prefix = true;
      state->prefix_len = records.prefix_len;
      memcpy(state->prefix, records.prefix, sizeof state->prefix);
      break;
    }
    if (input->at_end && input->len <= RECORD_MAX) return take_whole(input, state, span, err);
    if (want <= RECORD_MAX) continue;
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, 0, "no record begins in the first %d MiB", RECORD_MAX >> 20);
    state->phase = AT_END;
    return NSEARCH_OK;
  }
  int status = input_keep(input, first.start < HEAD_MAX ? first.start : HEAD_MAX, err);
  if (status) return status;
  input_consume(input, first.start);
  state->phase = IN_RECORDS;
  return NSEARCH_OK;
}

/* Whole records at the front of the text, about SPAN_BYTES of them, and the one behind them that does not end in it. */
struct stretch {
  size_t len;
  size_t tail; /* of the next start tag, where the last one ends only there: it shows that the file does not */
  uint64_t count;
  size_t next; /* where that one begins; the length of the text when there is none */
  size_t seen; /* what was looked at */
};

static struct stretch measure(const struct xml_format *format, const struct split_state *state,
                              const struct input *input, size_t len, bool is_all) {
  struct stretch out = {0};
  struct xml_place place = {.start = len};
  struct xml_records records = records_in(format, state, input->window, len, !is_all);
  bool is_cut = false;
  while (out.len < SPAN_BYTES && xml_next_record(&records, &place))
    out.len = place.end, out.count++, is_cut = place.is_cut;
  out.next = place.start;
  out.seen = records.scan.at;
  struct xml_token tag;
  records.scan.at = out.len;
  if (is_cut && xml_next(&records.scan, &tag)) out.tail = tag.end - out.len;
  return out;
}

/* Whether the one record taken so far may be all that the file holds, as far as the text goes. */
static bool is_alone(const struct xml_format *format, const struct split_state *state, const struct stretch *stretch,
                     const struct input *input, size_t len, bool is_all) {
  if (!format->one_is_file || state->records > 0 || stretch->count != 1) return false;
  struct xml_place place;
  size_t left = len - stretch->len;
  struct xml_records records = records_in(format, state, input->window + stretch->len, left, !is_all);
  xml_next_record(&records, &place);
  return place.start == left;
}

static int take_records(struct input *input, struct split_state *state, const struct stretch *stretch,
                        struct span *span, struct nsearch_error *err) {
  span->record = state->records + 1;
  span->count = stretch->count;
  span->head = input->kept_len;
  state->records += stretch->count;
  span->len = span->head + stretch->len + stretch->tail;
  span->bytes = memory_alloc(span->len);
  if (!span->bytes) return error_memory(err);
  memcpy(span->bytes, input->kept, span->head);
  memcpy(span->bytes + span->head, input->window, stretch->len + stretch->tail);
  input_consume(input, stretch->len);
  return NSEARCH_OK;
}

static int next(const struct xml_format *format, struct input *input, struct split_state *state, struct span *span,
                bool *more, struct source_problem *problem, struct nsearch_error *err) {
  for (size_t want = SPAN_BYTES;; want = wider(want)) {
    int status = input_fill(input, want, err);
    if (status) return status;
    *more = input->len > 0;
    bool is_all = input->at_end && input->len <= want;
    size_t len = is_all || input->len < want ? input->len : want;
    struct stretch stretch = measure(format, state, input, len, is_all);
    bool is_last = want > RECORD_MAX;
    span->whole_file = is_alone(format, state, &stretch, input, len, is_all);
    if (span->whole_file && !is_all && !is_last) continue; /* only what follows can tell */
    if (stretch.count > 0) return take_records(input, state, &stretch, span, err);
    if (is_all || (stretch.next == len && (stretch.seen > 0 || is_last))) {
      /* No record begins here. */
      input_consume(input, is_all || stretch.seen == 0 ? len : stretch.seen);
      return NSEARCH_OK;
    }
    if (!is_last) continue;
    problem_set(problem, NSEARCH_EVENT_TOO_LARGE, ++state->records, "the record at byte %llu is larger than %d MiB",
                (unsigned long long)(input->offset + stretch.next), RECORD_MAX >> 20);
    input_consume(input, len);
    return NSEARCH_OK;
  }
}

/* What is left of a file that was given up. */
static int drop_rest(struct input *input, bool *more, struct nsearch_error *err) {
  input_consume(input, input->len);
  int status = input_fill(input, SPAN_BYTES, err);
  *more = !status && input->len > 0;
  return status;
}

int xml_split(const struct xml_format *format, struct input *input, uint64_t state[8], struct span *span, bool *more,
              struct source_problem *problem, struct nsearch_error *err) {
  struct split_state own;
  int status = NSEARCH_OK;
  memcpy(&own, state, sizeof own);
  *more = true;
  if (own.phase == AT_START)
    status = begin(format, input, &own, span, problem, err);
  else if (own.phase == IN_RECORDS)
    status = next(format, input, &own, span, more, problem, err);
  else
    status = drop_rest(input, more, err);
  memcpy(state, &own, sizeof own);
  return status;
}
