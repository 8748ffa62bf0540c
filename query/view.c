/* The index as one call sees it. Engines without remote shards serve every call from the snapshot as it is. */
#include "query/query.h"

int view_open(struct view *view, struct nsearch_reader *reader, const struct nsearch_request *request, uint64_t started,
              struct nsearch_error *err) {
  struct search_request sent = {0};
  *view = (struct view){.engine = reader->engine, .whole = true};
  if (!reader->engine->view) {
    view->snapshot = reader->engine->retain(reader->snapshot);
    return NSEARCH_OK;
  }
  if (request) request_for_engine(request, started, &sent);
  int status = reader->engine->view(reader->snapshot, request && request->partial, sent.deadline,
                                    request ? request->deadline : 0, &view->snapshot, err);
  const struct nsearch_shards *shards = status ? NULL : reader->engine->shards(view->snapshot);
  for (size_t i = 0; shards && i < shards->count; i++) view->whole &= shards->items[i].status == NSEARCH_OK;
  return status;
}

void view_close(struct view *view) {
  if (view->snapshot) view->engine->release(view->snapshot);
  view->snapshot = NULL;
}
