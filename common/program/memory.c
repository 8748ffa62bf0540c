/* Memory for the program itself, which has nothing to save when there is none left. */
#include <stdio.h>
#include <stdlib.h>

#include "common/program/program.h"

void *grow(void *old, size_t bytes) {
  void *block = realloc(old, bytes ? bytes : 1);
  if (!block) {
    static const char message[] = "nsearch: out of memory\n";
    put_error(message, sizeof message - 1);
    exit(EXIT_SYSTEM);
  }
  return block;
}

void release(void *block) { free(block); }

char *text_of_args(const char *format, va_list args) {
  va_list again;
  va_copy(again, args);
  int len = vsnprintf(NULL, 0, format, again);
  va_end(again);
  size_t room = len < 0 ? 1 : (size_t)len + 1;
  char *text = grow(NULL, room);
  text[0] = '\0';
  vsnprintf(text, room, format, args);
  return text;
}

char *text_of(const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = text_of_args(format, args);
  va_end(args);
  return text;
}

void list_append(struct list *list, const char *item) {
  if ((list->count & (list->count - 1)) == 0)
    list->items = grow(list->items, (list->count ? list->count * 2 : 1) * sizeof *list->items);
  list->items[list->count++] = item;
}

void list_clear(struct list *list) {
  release(list->items);
  *list = (struct list){0};
}
