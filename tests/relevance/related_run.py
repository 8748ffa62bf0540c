"""JSON documents of `nsearch related --json`, one after another on standard input, to run lines for map.py."""

import json
import sys

decoder = json.JSONDecoder()
text = sys.stdin.read()
at = 0
while at < len(text):
    answer, at = decoder.raw_decode(text, at)
    for hit in answer["hits"]:
        print(answer["article"], "Q0", hit["id"], hit["rank"], hit["score"], "related")
    while at < len(text) and text[at].isspace():
        at += 1
