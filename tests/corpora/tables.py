#!/usr/bin/env python3
"""What a table holds, by Python's own reader, and what the index holds of it.

tables.py count FILE    the number of rows and of articles: rows of one URL, or of one text, are one
tables.py bodies FILE   the text of each article, white space as one blank, a line each
tables.py shown         the same of what `nsearch show --json` printed, on standard input
"""
import csv
import json
import sys


def rows(path):
    separator, quote, header = (";", "'", False) if path.endswith(".csv") else ("\t", '"', True)
    with open(path, encoding="utf-8-sig", newline="") as file:
        found = [row for row in csv.reader(file, delimiter=separator, quotechar=quote) if row]
    return found[1:] if header else found


def shown(text):
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        article, at = decoder.raw_decode(text, at)
        at += len(text[at : at + 2]) - len(text[at : at + 2].lstrip())
        yield article["body"]


def main():
    csv.field_size_limit(1 << 30)
    if sys.argv[1] == "shown":
        bodies = shown(sys.stdin.read())
    else:
        table = rows(sys.argv[2])
        articles = {row[-1]: row for row in table}
        bodies = (row[2 if len(row) == 4 else 1] for row in articles.values())
    if sys.argv[1] == "count":
        print(len(table), len(articles))
    else:
        for body in bodies:
            print(" ".join(body.split()))


main()
