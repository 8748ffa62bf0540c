/* A file as what is to be read of it: the file itself, or the members of an archive and of archives in it. */
#include <stdio.h>
#include <string.h>

#include "indexer/indexer.h"

enum { DEPTH_MAX = 2 }; /* an archive, and one in it */

struct members {
  const struct walk_file *file;
  const struct globs *include, *exclude;
  struct input *outer, *current; /* the file, and what was given last; the same when the file is no archive */
  bool is_begun, was_archive;
  struct level {
    struct archive_in *archive;
    struct input *input; /* the archive's bytes */
    size_t path_len;     /* of the archive */
  } levels[DEPTH_MAX];
  unsigned depth;
  struct buffer path; /* ends with a NUL */
  size_t below;       /* where in it begins what is below the argument */
};

int members_open(struct members **out, const struct walk_file *file, const struct globs *include,
                 const struct globs *exclude, struct nsearch_error *err) {
  struct members *members = memory_zero(1, sizeof *members);
  *out = NULL;
  if (!members) return error_memory(err);
  *members = (struct members){.file = file, .include = include, .exclude = exclude};
  buffer_add(&members->path, file->path, strlen(file->path) + 1);
  members->below = (size_t)(file->below - file->path);
  int status = buffer_status(&members->path, err);
  if (!status) status = input_open(&members->outer, file->path, err);
  if (status) {
    members_close(members);
    return status;
  }
  *out = members;
  return NSEARCH_OK;
}

static void close_current(struct members *members) {
  if (members->current != members->outer) input_close(members->current);
  members->current = NULL;
}

static void pop(struct members *members) {
  struct level *level = &members->levels[--members->depth];
  archive_close(level->archive);
  if (level->input != members->outer) input_close(level->input);
}

void members_close(struct members *members) {
  if (!members) return;
  close_current(members);
  while (members->depth > 0) pop(members);
  input_close(members->outer);
  buffer_free(&members->path);
  memory_free(members);
}

struct input *members_outer(struct members *members) {
  return members->outer;
}

bool members_left_out(const struct members *members) {
  bool has_excluded = members->exclude && members->exclude->count > 0;
  return members->file->members_only || (members->was_archive && has_excluded);
}

/* Puts a failure into the answer as a problem; one of ours stays a failure. */
static int tell(struct member *member, enum nsearch_event_kind kind, int status, struct nsearch_error *err) {
  if (status == NSEARCH_ERR_MEMORY || status == NSEARCH_ERR_CANCELLED) return status;
  member->problem = kind;
  snprintf(member->message, sizeof member->message, "%s", nsearch_error_message(err));
  error_clear(err);
  return NSEARCH_OK;
}

static int say(struct member *member, enum nsearch_event_kind kind, const char *message) {
  member->problem = kind;
  snprintf(member->message, sizeof member->message, "%s", message);
  return NSEARCH_OK;
}

static enum nsearch_event_kind kind_of(int status) {
  return status == NSEARCH_ERR_INPUT ? NSEARCH_EVENT_BROKEN : NSEARCH_EVENT_UNREADABLE;
}

/* The path of what is in the archive on top; without a name, of that archive. */
static int set_path(struct members *members, const char *name, struct member *member, struct nsearch_error *err) {
  size_t len = members->depth ? members->levels[members->depth - 1].path_len : strlen(members->file->path);
  members->path.len = len;
  if (name) {
    buffer_byte(&members->path, '/');
    buffer_text(&members->path, name);
  }
  buffer_byte(&members->path, 0);
  int status = buffer_status(&members->path, err);
  if (!status) member->path = members->path.bytes, member->below = member->path + members->below;
  return status;
}

/* A name with a hidden part, or one of what macOS puts beside the files. */
static bool is_hidden(const char *name) {
  for (const char *at = name; at; at = strchr(at, '/')) {
    at += *at == '/';
    size_t len = strcspn(at, "/");
    bool is_dots = (len == 1 && at[0] == '.') || (len == 2 && at[0] == '.' && at[1] == '.');
    if ((*at == '.' && !is_dots) || (len == 8 && memcmp(at, "__MACOSX", 8) == 0)) return true;
  }
  return false;
}

/* Members of an archive that was chosen by its own name are all chosen. */
static bool is_chosen(const struct members *members, const struct member *member) {
  static const struct globs none;
  const struct globs *include = members->file->members_only ? members->include : &none;
  return globs_choose(include, members->exclude, member->below);
}

/* Reads the head of an input, and goes into it when it is an archive: *is_archive then. What is wrong with the head is put
 * into the answer, and what there is of it is still worth a look. */
static int look(struct members *members, struct input *input, struct member *member, bool *is_archive,
                struct nsearch_error *err) {
  *is_archive = false;
  int status = input_fill(input, HEAD_BYTES, err);
  if (status && (status = tell(member, kind_of(status), status, err))) return status;
  if (!archive_claims(input->window, input->len)) return NSEARCH_OK;
  *is_archive = members->was_archive = true;
  if (members->depth == DEPTH_MAX) {
    say(member, NSEARCH_EVENT_SKIPPED, "an archive in an archive in an archive is not opened");
    return NSEARCH_OK;
  }
  struct level *level = &members->levels[members->depth];
  status = archive_open(&level->archive, input, err);
  if (status) return tell(member, kind_of(status), status, err);
  level->input = input;
  level->path_len = strlen(member->path);
  members->depth++;
  members->current = NULL; /* the level owns it now */
  return NSEARCH_OK;
}

/* The file itself. */
static int begin(struct members *members, struct member *member, struct nsearch_error *err) {
  bool is_archive = false;
  members->is_begun = true;
  int status = set_path(members, NULL, member, err);
  if (!status) status = look(members, members->outer, member, &is_archive, err);
  if (status || is_archive || members->file->members_only) return status;
  members->current = member->input = members->outer;
  return NSEARCH_OK;
}

/* A member of the archive on top: its input, or nothing when it is an archive itself, or left out. */
static int open_member(struct members *members, const struct archive_member *found, struct member *member,
                       struct nsearch_error *err) {
  struct stream *stream;
  bool is_archive = false, chosen;
  if (is_hidden(found->name)) return NSEARCH_OK;
  if (strlen(found->name) > MEMBER_NAME_MAX)
    return say(member, NSEARCH_EVENT_SKIPPED, "a member with a name of more than 4,096 bytes");
  int status = set_path(members, found->name, member, err);
  if (status) return status;
  chosen = is_chosen(members, member);
  if (!chosen && !name_is_archive(found->name)) return NSEARCH_OK;
  if (found->is_encrypted) return say(member, NSEARCH_EVENT_UNREADABLE, "the member is encrypted");
  status = archive_stream(members->levels[members->depth - 1].archive, &stream, err);
  if (!status) status = input_open_stream(&members->current, stream, err);
  if (status) return tell(member, kind_of(status), status, err);
  struct input *input = members->current;
  status = look(members, input, member, &is_archive, err);
  if (!status && !is_archive && chosen) member->input = input;
  return status;
}

int members_next(struct members *members, struct member *member, bool *more, struct nsearch_error *err) {
  int status = NSEARCH_OK;
  *member = (struct member){0};
  *more = true;
  close_current(members);
  if (!members->is_begun) {
    status = begin(members, member, err);
    if (status || member->input || member->problem) return status;
  }
  while (!status && !member->input && !member->problem && members->depth > 0) {
    struct archive_member found;
    bool has_next;
    close_current(members);
    if ((status = set_path(members, NULL, member, err))) break;
    status = archive_next(members->levels[members->depth - 1].archive, &found, &has_next, err);
    if (status) {
      status = tell(member, kind_of(status), status, err);
      pop(members);
    } else if (!has_next) {
      pop(members);
    } else {
      status = open_member(members, &found, member, err);
    }
  }
  *more = member->input || member->problem;
  return status;
}
