/* libxml2's global state, for all threads that use it. */
#include <libxml/parser.h>
#include <pthread.h>

#include "indexer/sources/sources.h"

void libxml_start(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, xmlInitParser);
}
