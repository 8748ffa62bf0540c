/* The members of tar and zip files, one after another, by libarchive. */
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "indexer/indexer.h"

struct archive_in {
  struct archive *archive;
  locale_t locale;             /* in which it reads names; 0: the thread's own, for want of one */
  struct archive_entry *entry; /* libarchive's */
  struct input *input;
  size_t given; /* of the window, to libarchive; dropped at the next call */
  int status;   /* of reading the input; the message is in err */
  struct nsearch_error *err;
  uint64_t number; /* of the member */
  const char *name;
  uint64_t member_start, consumed; /* bytes of the archive, when the member began and by now */
  struct blocks blocks;            /* of the member */
  uint64_t member_total;           /* bytes of the member given */
  bool is_damaged;
  char fallback[40];
};

/* ---- Recognition ---- */

/* The sum of the bytes of a header, its own field taken as blanks; any variant of tar has it. */
static bool is_tar(const uint8_t *head, size_t len) {
  enum { SUM_AT = 148, SUM_LEN = 8 };
  uint32_t sum = 0, stored = 0;
  size_t digits = 0;
  if (len < ARCHIVE_HEAD || head[0] == 0) return false;
  for (size_t i = 0; i < ARCHIVE_HEAD; i++) sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? ' ' : head[i];
  for (size_t i = SUM_AT; i < SUM_AT + SUM_LEN; i++) {
    if (head[i] == ' ' && digits == 0) continue;
    if (head[i] < '0' || head[i] > '7') break;
    stored = stored * 8 + (uint32_t)(head[i] - '0');
    digits++;
  }
  return digits > 0 && stored == sum;
}

/* Documents that are packed as zip begin with a member that says so. */
static bool is_document(const char *head, size_t len) {
  static const char *const first[] = {"mimetype", "[Content_Types].xml", "META-INF/", "_rels/"};
  enum { NAME_AT = 30 };
  for (size_t i = 0; i < sizeof first / sizeof *first; i++)
    if (len >= NAME_AT + strlen(first[i]) && memcmp(head + NAME_AT, first[i], strlen(first[i])) == 0) return true;
  return false;
}

bool archive_claims(const char *head, size_t len) {
  if (len >= 22 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0)) return !is_document(head, len);
  return is_tar((const uint8_t *)head, len);
}

/* ---- Reading through the input ---- */

static void drop_given(struct archive_in *in) {
  input_consume(in->input, in->given);
  in->consumed += in->given;
  in->given = 0;
}

static la_ssize_t on_read(struct archive *archive, void *payload, const void **bytes) {
  struct archive_in *in = payload;
  drop_given(in);
  if (in->input->len == 0) in->status = input_fill(in->input, STAGED_BYTES, in->err);
  in->given = in->input->len;
  *bytes = in->input->window;
  /* What came before a failure is used; the next call ends or fails. */
  if (in->given > 0 || !in->status) return (la_ssize_t)in->given;
  archive_set_error(archive, -1, "reading failed");
  return -1;
}

static la_int64_t on_seek(struct archive *archive, void *payload, la_int64_t offset, int whence) {
  struct archive_in *in = payload;
  int64_t at = offset;
  (void)archive;
  drop_given(in);
  return input_seek(in->input, &at, whence) ? at : ARCHIVE_FATAL;
}

/* The input has said what is wrong, or else libarchive says it. */
static int failure(struct archive_in *in, const char *what, struct nsearch_error *err) {
  in->is_damaged = true;
  return in->status ? in->status : libarchive_failure(in->archive, what, err);
}

int archive_open(struct archive_in **out, struct input *input, struct nsearch_error *err) {
  struct archive_in *in = memory_zero(1, sizeof *in);
  *out = NULL;
  if (!in || !(in->archive = archive_read_new())) {
    memory_free(in);
    return error_memory(err);
  }
  in->input = input;
  in->err = err;
  in->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  archive_read_support_format_tar(in->archive);
  archive_read_support_format_zip(in->archive);
  /* Behind the end of a tar another may follow, as behind that of a member of gzip. */
  archive_read_set_format_option(in->archive, "tar", "read_concatenated_archives", "1");
  archive_read_set_read_callback(in->archive, on_read);
  archive_read_set_callback_data(in->archive, in);
  if (input_can_seek(input)) archive_read_set_seek_callback(in->archive, on_seek);
  int status = archive_read_open1(in->archive) == ARCHIVE_OK ? NSEARCH_OK : failure(in, "the archive is broken", err);
  if (status) {
    archive_close(in);
    return status;
  }
  *out = in;
  return NSEARCH_OK;
}

void archive_close(struct archive_in *archive) {
  if (!archive) return;
  archive_read_free(archive->archive);
  if (archive->locale) freelocale(archive->locale);
  memory_free(archive);
}

/* ---- Members ---- */

/* The name in UTF-8 where it is known to be that, else its bytes; without what makes it absolute. */
static const char *name_of(struct archive_in *in) {
  const char *name = archive_entry_pathname_utf8(in->entry);
  if (!name) name = archive_entry_pathname(in->entry);
  while (name && (*name == '/' || (name[0] == '.' && name[1] == '/'))) name++;
  if (name && *name) return name;
  snprintf(in->fallback, sizeof in->fallback, "member-%llu", (unsigned long long)in->number);
  return in->fallback;
}

/* libarchive converts names to the encoding of the thread's locale, which a library must take as it finds it: "C" loses
 * all names that are no ASCII. */
static int next_header(struct archive_in *in) {
  locale_t before = in->locale ? uselocale(in->locale) : (locale_t)0;
  int code = archive_read_next_header(in->archive, &in->entry);
  if (code == ARCHIVE_OK || code == ARCHIVE_WARN) in->name = name_of(in);
  if (in->locale) uselocale(before);
  return code;
}

int archive_next(struct archive_in *in, struct archive_member *member, bool *more, struct nsearch_error *err) {
  *more = false;
  for (;;) {
    bool was_damaged = in->is_damaged;
    in->err = err;
    in->number++;
    int code = next_header(in);
    if (code == ARCHIVE_EOF) return NSEARCH_OK;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
      /* A member that broke off has been told. */
      int status = failure(in, "the archive is broken", err);
      if (status != NSEARCH_ERR_INPUT || !was_damaged) return status;
      error_clear(err);
      return NSEARCH_OK;
    }
    in->member_start = in->consumed;
    in->member_total = 0;
    in->blocks = (struct blocks){0};
    in->is_damaged = false;
    if (archive_entry_filetype(in->entry) != AE_IFREG || archive_entry_hardlink(in->entry) ||
        archive_entry_symlink(in->entry))
      continue;
    *member = (struct archive_member){in->name, archive_entry_is_encrypted(in->entry) != 0};
    *more = true;
    return NSEARCH_OK;
  }
}

struct member_stream {
  struct stream stream;
  struct archive_in *in;
};

static int member_read(struct stream *stream, void *bytes, size_t room, size_t *got, struct nsearch_error *err) {
  struct archive_in *in = ((struct member_stream *)stream)->in;
  *got = 0;
  in->err = err;
  if (blocks_read(&in->blocks, in->archive, bytes, room, got) != ARCHIVE_OK)
    return failure(in, "the member is broken", err);
  in->member_total += *got;
  return expansion_check(in->member_total, in->consumed + in->given - in->member_start, err);
}

static void member_close(struct stream *stream) { memory_free(stream); }

int archive_stream(struct archive_in *archive, struct stream **out, struct nsearch_error *err) {
  struct member_stream *member = memory_zero(1, sizeof *member);
  *out = NULL;
  if (!member) return error_memory(err);
  member->stream = (struct stream){.read = member_read, .close = member_close};
  member->in = archive;
  *out = &member->stream;
  return NSEARCH_OK;
}
