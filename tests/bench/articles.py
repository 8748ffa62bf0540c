#!/usr/bin/env python3
"""Turns a collection into the lines that every driver reads: number, seconds since 1970, text.

    articles.py allsides FOLDER > CORPUS        allsides-a.jsonl, or .jsonl.gz, of that folder
    articles.py reuters FOLDER > CORPUS         the SGML files of Reuters-21578, or reuters21578.tar.gz, of that folder

The text is the words [a-z0-9]+ of title and body in lower case with one blank between two of them, so that every engine
finds the same tokens by splitting at blanks. A word of more than 64 bytes is left out, and so is an article without a
word. An article without a date gets that of the article before it: every engine then filters and sorts the same set."""
import datetime
import glob
import gzip
import html
import json
import os
import re
import sys
import tarfile

WORD = re.compile(r"[a-z0-9]+")
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
LATEST = 1 << 32  # a year typed wrongly must not become the newest article


def allsides(folder):
    path = os.path.join(folder, "allsides-a.jsonl")
    with open(path, encoding="utf-8") if os.path.exists(path) else gzip.open(path + ".gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield record.get("date") or "", (record.get("title") or "") + "\n" + (record.get("content") or "")


def reuters(folder):
    archive = os.path.join(folder, "reuters21578.tar.gz")
    if os.path.exists(archive):
        with tarfile.open(archive) as tar:
            texts = [tar.extractfile(member).read() for member in sorted(tar, key=lambda m: m.name)
                     if member.name.endswith(".sgm")]
    else:
        texts = [open(path, "rb").read() for path in sorted(glob.glob(os.path.join(folder, "**", "*.sgm"), recursive=True))]
    for text in texts:
        for story in re.findall(r"<REUTERS.*?</REUTERS>", text.decode("latin-1"), re.S):
            date = re.search(r"<DATE>\s*(\d+)-([A-Z]{3})-(\d{4})\s+(\d\d:\d\d:\d\d)", story)
            body = re.search(r"<TEXT[^>]*>(.*?)</TEXT>", story, re.S)
            stamp = "{}-{:02d}-{:02d} {}".format(date[3], MONTHS.index(date[2]) + 1, int(date[1]), date[4]) if date else ""
            yield stamp, html.unescape(re.sub(r"<[^>]*>", " ", body[1] if body else ""))


def seconds(stamp, previous):
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        try:
            time = int(datetime.datetime.strptime(stamp, form).replace(tzinfo=datetime.timezone.utc).timestamp())
            return time if 0 <= time < LATEST else previous
        except ValueError:
            pass
    return previous


def main():
    readers = {"allsides": allsides, "reuters": reuters}
    if len(sys.argv) != 3 or sys.argv[1] not in readers:
        sys.exit(__doc__)
    number, time = 0, 0
    for stamp, text in readers[sys.argv[1]](sys.argv[2]):
        time = seconds(stamp, time)
        words = [word for word in WORD.findall(text.lower()) if len(word) <= 64]
        if words:
            number += 1
            sys.stdout.write(f"{number}\t{time}\t{' '.join(words)}\n")


if __name__ == "__main__":
    main()
