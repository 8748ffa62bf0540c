/* Ctrl-C as a flag, which the library's call-backs ask for. A signal handler can reach nothing but a global. */
#include <signal.h>
#include <stdatomic.h>

#include "common/program/program.h"

static atomic_int raised; /* lock-free, so a handler may set it while threads read it */

static void on_signal(int number) {
  (void)number;
  atomic_store_explicit(&raised, 1, memory_order_relaxed);
}

void interrupt_watch(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

int interrupted(void *unused) {
  (void)unused;
  return atomic_load_explicit(&raised, memory_order_relaxed);
}
