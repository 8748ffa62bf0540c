"""Articles as the judge sees them: dicts with every field present, from JSON or JSON lines."""

import gzip
import json
import os
import re

from ranking import site_of

TEXT_FIELDS = {
    "id": ("id", "_id", "guid", "uri", "docno"),
    "url": ("url", "link"),
    "title": ("title", "headline", "name"),
    "body": ("body", "text", "content"),
    "published": ("date", "published"),
    "source": ("source", "publisher"),
    "section": ("section", "category"),
    "language": ("language", "lang"),
}
LIST_FIELDS = {"authors": ("author", "authors", "byline"), "topics": ("tags", "keywords", "topics", "topic")}


def source_of(text):
    """A source as it is kept: of a URL the site."""
    authority = re.match(r"(?:(?:[a-z][a-z0-9+.-]*:)?//|(?=www\.))([^/?#\\\s]+)(?![^/?#\\])", text, re.IGNORECASE)
    return authority and site_of("http://" + authority[1]) or text


def article_of(record, below):
    """An article from a JSON object; `below` is the path of its file below the argument of `nsearch index`."""
    article = {}
    for field, keys in TEXT_FIELDS.items():
        values = [str(record[key]).strip() for key in keys if record.get(key)]
        article[field] = values[0] if values else ""
    for field, keys in LIST_FIELDS.items():
        values = [record[key] for key in keys if record.get(key)]
        value = values[0] if values else []
        article[field] = [value] if isinstance(value, str) else value
    article["source"] = source_of(article["source"])
    article["title"] = " ".join(article["title"].split())
    if re.fullmatch("[0-9]+", article["id"]):
        article["id"] = below + "#" + article["id"]
    article["id"] = article["id"] or article["url"] or below
    return article


def read(path, below):
    """The articles of a .json file (one object or an array) or of JSON lines (.jsonl, .jsonl.gz)."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        if path.endswith(".json"):
            records = json.load(file)
            records = records if isinstance(records, list) else [records]
        else:
            records = [json.loads(line) for line in file if line.strip()]
    return [article_of(record, below) for record in records]


def write(path, articles):
    with open(path, "w", encoding="utf-8") as file:
        for article in articles:
            file.write(json.dumps({field: value for field, value in article.items() if value}, ensure_ascii=False)
                       + "\n")


def json_files(folder):
    """Paths below a folder, in byte order, of the files that the judge can read."""
    found = []
    for place, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(place, name), folder) for name in names
                  if name.endswith((".json", ".jsonl", ".jsonl.gz"))]
    return sorted(found, key=os.fsencode)
