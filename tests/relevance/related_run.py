"""JSON documents of `nsearch related --json`, a file each, to run lines for map.py."""

import json
import sys

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        answer = json.load(file)
    for hit in answer["hits"]:
        print(answer["article"], "Q0", hit["id"], hit["rank"], hit["score"], "related")
