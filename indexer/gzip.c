/* gzip undone: members one after another are one stream, and behind a broken one the next is looked for. */
#include "indexer/indexer.h"

#include <string.h>
#include <zlib.h>

struct gzip {
  struct stream stream;
  z_stream inflater; /* reads in.bytes[in.start..in.end) */
  uint64_t total;    /* bytes given */
  size_t next_from;  /* where in in.bytes the next member can begin at the earliest */
  uint64_t member_total;
  bool member_tried; /* it was guessed after damage: one that gives nothing at all was none */
  struct staged in;
};

/* zlib asks for its memory here, so that it too comes through the seam. */
static void *gzip_alloc(void *unused, unsigned count, unsigned size) {
  (void)unused;
  return memory_array(NULL, count, size);
}
static void gzip_free(void *unused, void *block) {
  (void)unused;
  memory_free(block);
}

static unsigned long long raw_offset(const struct gzip *gzip) {
  return gzip->in.offset - (gzip->in.end - gzip->in.start);
}

static int refill(struct gzip *gzip, struct nsearch_error *err) {
  bool is_new = gzip->in.start == gzip->in.end;
  int status = staged_fill(&gzip->in, err);
  if (is_new) gzip->next_from = 0;
  return status;
}

static void begin_member(struct gzip *gzip, bool tried) {
  inflateReset(&gzip->inflater);
  gzip->next_from = gzip->in.start + 1;
  gzip->member_total = 0;
  gzip->member_tried = tried;
}

/* After the end of a member: another one, zero padding, or the end. */
static int next_member(struct gzip *gzip, bool *at_end, struct nsearch_error *err) {
  struct staged *in = &gzip->in;
  for (;;) {
    int status = refill(gzip, err);
    if (status) return status;
    if (in->start == in->end) {
      *at_end = true;
      return NSEARCH_OK;
    }
    if (in->bytes[in->start] != 0) break;
    in->start++;
  }
  bool is_member = in->bytes[in->start] == 0x1f;
  begin_member(gzip, false);
  return is_member
             ? NSEARCH_OK
             : error_set(err, NSEARCH_ERR_INPUT, "gzip data is followed by bytes that are no gzip member, at byte %llu",
                         raw_offset(gzip));
}

/* After damage: to the next bytes that look like the head of a member; false when none follow. */
static bool find_member(struct gzip *gzip) {
  struct staged *in = &gzip->in;
  size_t at = gzip->next_from;
  for (;;) {
    const uint8_t *found = at < in->end ? memchr(in->bytes + at, 0x1f, in->end - at) : NULL;
    if (!found) {
      in->start = in->end, at = 0;
      if (staged_fill(in, NULL) || in->start == in->end) return false;
      continue;
    }
    at = (size_t)(found - in->bytes);
    if (in->end - at < 4) {
      /* Too few to tell: the next byte comes in front of what follows. */
      size_t kept = in->end - at;
      size_t got = 0;
      memmove(in->bytes, in->bytes + at, kept);
      in->start = at = 0, in->end = kept;
      if (in->at_end || in->below->read(in->below, in->bytes + kept, STAGED_BYTES - kept, &got, NULL) || got == 0) {
        in->at_end = true;
        in->start = in->end;
        return false;
      }
      in->end += got, in->offset += got;
      continue;
    }
    if (found[1] == 0x8b && found[2] == 8 && (found[3] & 0xe0) == 0) {
      in->start = at;
      begin_member(gzip, true);
      return true;
    }
    at++;
  }
}

static bool gzip_resume(struct stream *stream) { return find_member((struct gzip *)stream); }

static int gzip_read(struct stream *stream, void *bytes, size_t room, size_t *got, struct nsearch_error *err) {
  struct gzip *gzip = (struct gzip *)stream;
  struct staged *in = &gzip->in;
  z_stream *inflater = &gzip->inflater;
  *got = 0;
  for (bool at_end = false; *got == 0 && !at_end;) {
    int status = refill(gzip, err);
    if (status) return status;
    bool is_starved = in->start == in->end;
    inflater->next_in = in->bytes + in->start;
    inflater->avail_in = (uint32_t)(in->end - in->start);
    inflater->next_out = bytes;
    inflater->avail_out = room < UINT32_MAX ? (uint32_t)room : UINT32_MAX;
    int code = inflate(inflater, Z_NO_FLUSH);
    *got = (size_t)(inflater->next_out - (uint8_t *)bytes);
    in->start = in->end - inflater->avail_in;
    gzip->total += *got;
    gzip->member_total += *got;
    if (code == Z_MEM_ERROR) return error_memory(err);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      if (gzip->member_tried && gzip->member_total == 0 && find_member(gzip)) continue;
      return error_set(err, NSEARCH_ERR_INPUT, "gzip data is broken near byte %llu", raw_offset(gzip));
    }
    if ((status = expansion_check(gzip->total, raw_offset(gzip), err))) {
      stream->resume = NULL;
      return status;
    }
    if (code == Z_STREAM_END) {
      if ((status = next_member(gzip, &at_end, err))) return status;
    } else if (is_starved && *got == 0) {
      return error_set(err, NSEARCH_ERR_INPUT, "gzip data ends too early, after %llu bytes", raw_offset(gzip));
    }
  }
  return NSEARCH_OK;
}

static void gzip_close(struct stream *stream) {
  struct gzip *gzip = (struct gzip *)stream;
  inflateEnd(&gzip->inflater);
  staged_close(&gzip->in);
  memory_free(gzip);
}

int gzip_open(struct stream **stream, const char *head, size_t len, struct nsearch_error *err) {
  struct gzip *gzip = memory_alloc(sizeof *gzip);
  if (!gzip) return error_memory(err);
  enum { GZIP_ONLY = 16 };
  gzip->inflater = (z_stream){.zalloc = gzip_alloc, .zfree = gzip_free};
  if (inflateInit2(&gzip->inflater, MAX_WBITS + GZIP_ONLY) != Z_OK) {
    memory_free(gzip);
    return error_memory(err);
  }
  gzip->stream = (struct stream){.read = gzip_read, .resume = gzip_resume, .close = gzip_close};
  gzip->total = 0;
  staged_init(&gzip->in, *stream, head, len);
  begin_member(gzip, false);
  *stream = &gzip->stream;
  return NSEARCH_OK;
}
