/* A JSON writer: what comes out is valid, and safe to show in a terminal, whatever the bytes are. */
#include <math.h>
#include <string.h>

#include "common/program/program.h"

static void new_line(struct json *json) { put_format(json->out, "\n%*s", (int)(2 * json->depth), ""); }

/* What stands before a value: nothing after a key, else a comma and a new line where they are due. */
static void begin_value(struct json *json) {
  if (json->keyed) {
    json->keyed = false;
    return;
  }
  if (json->filled) put(json->out, ",");
  if (json->depth > 0 && !json->flat)
    new_line(json);
  else if (json->filled)
    put(json->out, " ");
  json->filled = true;
}

void json_open(struct json *json, char bracket) {
  begin_value(json);
  put_bytes(json->out, &bracket, 1);
  json->depth++;
  json->filled = false;
}

void json_open_flat(struct json *json, char bracket) {
  json_open(json, bracket);
  if (!json->flat) json->flat = json->depth;
}

void json_close(struct json *json, char bracket) {
  bool flat = json->flat != 0;
  if (json->flat == json->depth) json->flat = 0;
  json->depth--;
  if (json->filled && !flat) new_line(json);
  put_bytes(json->out, &bracket, 1);
  json->filled = true;
}

void json_key(struct json *json, const char *key) {
  json_text(json, key);
  put(json->out, ": ");
  json->keyed = true;
}

static void escape(struct json *json, uint32_t code) {
  static const struct {
    char code, letter;
  } letters[] = {{'"', '"'}, {'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'\b', 'b'}, {'\f', 'f'}};
  for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
    if (code == (unsigned char)letters[i].code) {
      put_bytes(json->out, (const char[]){'\\', letters[i].letter}, 2);
      return;
    }
  }
  if (code > 0xFFFF) {
    code -= 0x10000;
    put_format(json->out, "\\u%04x\\u%04x", 0xD800u + (code >> 10), 0xDC00u + (code & 0x3FF));
  } else {
    put_format(json->out, "\\u%04x", code);
  }
}

void json_bytes(struct json *json, const char *text, size_t len) {
  begin_value(json);
  put(json->out, "\"");
  for (size_t at = 0, kept = 0; at <= len;) {
    uint32_t code = 0xFFFD;
    size_t taken = at < len ? code_point_next(text + at, len - at, &code) : 1;
    bool as_it_is = at < len && code != '"' && code != '\\' && code != 0xFFFD && !code_point_is_control(code);
    if (!as_it_is) {
      put_bytes(json->out, text + kept, at - kept);
      if (at < len) escape(json, code);
      kept = at + taken;
    }
    at += taken;
  }
  put(json->out, "\"");
}

void json_text(struct json *json, const char *text) {
  if (text) {
    json_bytes(json, text, strlen(text));
  } else {
    begin_value(json);
    put(json->out, "null");
  }
}

void json_number(struct json *json, uint64_t number) {
  begin_value(json);
  put_format(json->out, "%llu", (unsigned long long)number);
}

void json_real(struct json *json, double number, int digits) {
  if (isfinite(number)) {
    begin_value(json);
    put_format(json->out, "%.*g", digits, number);
  } else {
    json_text(json, NULL);
  }
}

void json_bool(struct json *json, bool value) {
  begin_value(json);
  put(json->out, value ? "true" : "false");
}

void json_end(struct json *json) { put(json->out, "\n"); }
