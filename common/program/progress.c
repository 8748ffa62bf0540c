/* One line on standard error, drawn anew while an index is written; only when standard error is a terminal. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/program/program.h"

void progress_start(struct progress *progress, bool quiet) {
  *progress = (struct progress){
      .on = !quiet && is_terminal(STDERR_FILENO),
      .width = terminal_width(STDERR_FILENO, 80),
  };
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

void progress_figures(struct progress *progress, const nsearch_report *report) {
  char line[300] = "", room[FORMAT_ROOM], part[FORMAT_ROOM + 16];
  double seconds = nsearch_report_seconds(report);
  double done = (double)nsearch_report_input_bytes(report), total = (double)nsearch_report_input_total(report);
  if (!progress->on) return;
  snprintf(part, sizeof part, "%s articles", format_count(room, nsearch_report_articles(report)));
  add(line, sizeof line, "", part);
  if (seconds > 0) {
    snprintf(part, sizeof part, "%s/s", format_size(room, (uint64_t)(done / seconds)));
    add(line, sizeof line, "   ", part);
  }
  if (total > 0 && done <= total) {
    snprintf(part, sizeof part, "%.0f %%", 100 * done / total);
    add(line, sizeof line, "   ", part);
    /* The first second says little about the rest. */
    if (seconds >= 1 && done > 0 && done < total) {
      snprintf(part, sizeof part, "%s left", format_clock(room, (uint64_t)(seconds * (total - done) / done + 1)));
      add(line, sizeof line, "   ", part);
    }
  }
  pthread_mutex_lock(&progress->lock);
  if (progress->problems > 0) {
    snprintf(part, sizeof part, "%s problem%s", format_count(room, progress->problems),
             progress->problems == 1 ? "" : "s");
    add(line, sizeof line, "   ", part);
  }
  draw(progress, line);
  pthread_mutex_unlock(&progress->lock);
}

void progress_share(struct progress *progress, const char *what, uint64_t done, uint64_t total) {
  char line[100];
  snprintf(line, sizeof line, "%s   %.0f %%", what, total ? 100 * (double)done / (double)total : 0.0);
  progress_note(progress, line);
}

void progress_note(struct progress *progress, const char *note) {
  if (progress->on) {
    pthread_mutex_lock(&progress->lock);
    draw(progress, note);
    pthread_mutex_unlock(&progress->lock);
  }
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
