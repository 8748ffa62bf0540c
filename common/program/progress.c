/* How an index comes along, on standard error: for people one line, drawn anew; for programs lines of JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/program/program.h"

void progress_start(struct progress *progress, enum progress_form form) {
  if (form == PROGRESS_USUAL) form = is_terminal(STDERR_FILENO) ? PROGRESS_TEXT : PROGRESS_NONE;
  *progress = (struct progress){.form = form, .width = terminal_width(STDERR_FILENO, 80)};
  if (form == PROGRESS_JSON) stream_stderr(&progress->json);
  pthread_mutex_init(&progress->lock, NULL);
}

static void hide(struct progress *progress) {
  if (progress->drawn) {
    put_error("\r\033[K", 4);
    progress->drawn = false;
  }
}

/* The line stays shorter than the terminal is wide: a wrapped one could not be taken back. */
static void draw(struct progress *progress, const char *line) {
  char text[400];
  int len = snprintf(text, sizeof text, "\r%.*s\033[K", progress->width - 1, line);
  put_error(text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
  progress->drawn = true;
}

static void add(char *line, size_t room, const char *gap, const char *text) {
  size_t used = strlen(line);
  snprintf(line + used, room - used, "%s%s", used ? gap : "", text);
}

/* What is known of how far it is: the share done, negative when unknown, and the seconds left, negative when unknown. */
struct outlook {
  double share, seconds_left;
};

static struct outlook outlook_of(const nsearch_report *report) {
  double seconds = nsearch_report_seconds(report);
  double done = (double)nsearch_report_input_bytes(report), total = (double)nsearch_report_input_total(report);
  struct outlook out = {-1, -1};
  if (total <= 0 || done > total) return out;
  out.share = done / total;
  /* The first second says little about the rest. */
  if (seconds >= 1 && done > 0) out.seconds_left = seconds * (total - done) / done;
  return out;
}

static double speed_of(const nsearch_report *report) {
  double seconds = nsearch_report_seconds(report);
  return seconds > 0 ? (double)nsearch_report_input_bytes(report) / seconds : 0;
}

/* "1,204 articles   35.0 MB/s   40 %   0:12 left   3 problems" */
static void draw_figures(struct progress *progress, const nsearch_report *report) {
  char line[300] = "", room[FORMAT_ROOM], part[FORMAT_ROOM + 16];
  struct outlook outlook = outlook_of(report);
  snprintf(part, sizeof part, "%s articles", format_count(room, nsearch_report_articles(report)));
  add(line, sizeof line, "", part);
  if (nsearch_report_seconds(report) > 0) {
    snprintf(part, sizeof part, "%s/s", format_size(room, (uint64_t)speed_of(report)));
    add(line, sizeof line, "   ", part);
  }
  if (outlook.share >= 0) {
    snprintf(part, sizeof part, "%.0f %%", 100 * outlook.share);
    add(line, sizeof line, "   ", part);
  }
  if (outlook.seconds_left > 0) {
    snprintf(part, sizeof part, "%s left", format_clock(room, (uint64_t)(outlook.seconds_left + 1)));
    add(line, sizeof line, "   ", part);
  }
  if (progress->problems > 0) {
    snprintf(part, sizeof part, "%s problem%s", format_count(room, progress->problems),
             progress->problems == 1 ? "" : "s");
    add(line, sizeof line, "   ", part);
  }
  draw(progress, line);
}

static void write_figures(struct progress *progress, const char *phase, const nsearch_report *report) {
  struct json json = {.out = &progress->json};
  struct outlook outlook = outlook_of(report);
  const struct {
    const char *key;
    uint64_t number;
  } counts[] = {
      {"articles", nsearch_report_articles(report)},       {"files", nsearch_report_files(report)},
      {"records", nsearch_report_records(report)},         {"problems", progress->problems},
      {"input_bytes", nsearch_report_input_bytes(report)}, {"input_total", nsearch_report_input_total(report)}};
  json_open_flat(&json, '{');
  json_key(&json, "phase");
  json_text(&json, phase);
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    json_key(&json, counts[i].key);
    json_number(&json, counts[i].number);
  }
  json_key(&json, "share");
  json_real(&json, outlook.share < 0 ? NAN : outlook.share, 4);
  json_key(&json, "bytes_per_second");
  json_number(&json, (uint64_t)speed_of(report));
  json_key(&json, "seconds");
  json_real(&json, nsearch_report_seconds(report), 4);
  json_key(&json, "seconds_left");
  json_real(&json, outlook.seconds_left < 0 ? NAN : outlook.seconds_left, 4);
  json_close(&json, '}');
  json_end(&json);
}

void progress_figures(struct progress *progress, enum progress_phase phase, const nsearch_report *report) {
  static const char *const names[] = {"reading", "writing", "done", "interrupted"};
  if (progress->form == PROGRESS_NONE) return;
  pthread_mutex_lock(&progress->lock);
  if (progress->form == PROGRESS_JSON)
    write_figures(progress, names[phase], report);
  else if (phase == PROGRESS_READING)
    draw_figures(progress, report);
  else if (phase == PROGRESS_WRITING)
    draw(progress, "writing the index");
  pthread_mutex_unlock(&progress->lock);
}

void progress_share(struct progress *progress, const char *what, uint64_t done, uint64_t total) {
  char line[100];
  if (progress->form != PROGRESS_TEXT) return;
  snprintf(line, sizeof line, "%s   %.0f %%", what, total ? 100 * (double)done / (double)total : 0.0);
  pthread_mutex_lock(&progress->lock);
  draw(progress, line);
  pthread_mutex_unlock(&progress->lock);
}

void progress_problem(struct progress *progress, const char *line) {
  pthread_mutex_lock(&progress->lock);
  progress->problems++;
  if (line) {
    hide(progress);
    say("%s", line);
  }
  pthread_mutex_unlock(&progress->lock);
}

void progress_end(struct progress *progress) {
  hide(progress);
  pthread_mutex_destroy(&progress->lock);
}
