/* Ctrl-C as a flag, which the library's call-backs ask for. A signal handler can reach nothing but a global. */
#include <signal.h>

#include "common/program/program.h"

static volatile sig_atomic_t raised;

static void on_signal(int number) {
  (void)number;
  raised = 1;
}

void interrupt_watch(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

int interrupted(void *unused) {
  (void)unused;
  return raised;
}
