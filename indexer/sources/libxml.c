/* libxml2's state, which is global or a thread's own, and is left as it was found: the program around us may use it too. */
#include <libxml/globals.h>
#include <libxml/parser.h>
#include <pthread.h>

#include "indexer/sources/sources.h"

static void on_error(void *payload, xmlError *error) {
  struct libxml_watch *watch = payload;
  if (!error || error->code != XML_ERR_NO_MEMORY) return;
  watch->lacked_memory = true;
  /* The parser of HTML may try for ever; that of XML stops by itself, and still holds what stopping it would free. */
  xmlParserCtxt *parser = error->ctxt;
  if (parser && parser->html) xmlStopParser(parser);
}

void libxml_begin(struct libxml_watch *watch) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, xmlInitParser);
  *watch = (struct libxml_watch){.handler = xmlStructuredError, .payload = xmlStructuredErrorContext};
  xmlSetStructuredErrorFunc(watch, on_error);
}

int libxml_end(struct libxml_watch *watch, int status, struct nsearch_error *err) {
  xmlSetStructuredErrorFunc(watch->payload, watch->handler);
  return !status && watch->lacked_memory ? error_memory(err) : status;
}
