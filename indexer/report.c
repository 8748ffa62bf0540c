/* What a run did, as the caller reads it. */
#include "indexer/indexer.h"

struct nsearch_report *report_new(void) {
  struct nsearch_report *report = memory_zero(1, sizeof *report);
  if (report) atomic_init(&report->references, 1);
  return report;
}

struct nsearch_report *report_retain(struct nsearch_report *report) {
  atomic_fetch_add(&report->references, 1);
  return report;
}

void nsearch_report_free(nsearch_report *report) {
  if (report && atomic_fetch_sub(&report->references, 1) == 1) memory_free(report);
}

uint64_t nsearch_report_files(const nsearch_report *report) { return report->files; }

uint64_t nsearch_report_records(const nsearch_report *report) { return report->records; }

uint64_t nsearch_report_articles(const nsearch_report *report) { return report->articles; }

uint64_t nsearch_report_unchanged(const nsearch_report *report, uint64_t *problems) {
  if (problems) *problems = report->events[NSEARCH_EVENT_UNCHANGED_PROBLEMS];
  return report->unchanged;
}

uint64_t nsearch_report_events(const nsearch_report *report, nsearch_event_kind kind) {
  return (unsigned)kind < EVENT_KINDS ? report->events[kind] : 0;
}

uint64_t nsearch_report_replaced_bytes(const nsearch_report *report) { return report->replaced_bytes; }

uint64_t nsearch_report_text_bytes(const nsearch_report *report) { return report->text_bytes; }

uint64_t nsearch_report_input_bytes(const nsearch_report *report) { return report->input_bytes; }

uint64_t nsearch_report_input_total(const nsearch_report *report) { return report->input_total; }

double nsearch_report_seconds(const nsearch_report *report) { return (double)report->nanoseconds / 1e9; }
