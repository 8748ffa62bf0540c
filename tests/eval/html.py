"""How well the articles of pages are read.

    html.py TRUTH PAGES HIDDEN

TRUTH is {stem of the file's name: {"articleBody": text}}; PAGES and HIDDEN are what page.c printed of all pages, with
--all and without.

Text: runs of four words, as many times as they occur. A page's found, false and missed runs are divided by their sum,
so that every page counts the same, and summed over the pages; from the sums come precision, recall and F1. Pages whose
hash is even are those that weights were chosen on: the last bit of the SHA-1 of the stem.

Fields: where JSON-LD says title, day or author, how often what is found without it is the same. Prints figures, and
last the F1 of all pages.
"""

import hashlib
import json
import re
import sys
from collections import Counter


def runs(text):
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i:i + 4]) for i in range(max(1, len(words) - 3))) if words else Counter()


def score(truth, found):
    wanted, got = runs(truth), runs(found)
    hits, false, missed = ((wanted & got).total(), (got - wanted).total(), (wanted - got).total())
    total = hits + false + missed or 1
    return hits / total, false / total, missed / total


def is_even(stem):
    return hashlib.sha1(stem.encode()).digest()[-1] % 2 == 0


def f1(scores):
    hits, false, missed = (sum(column) for column in zip(*scores))
    precision, recall = hits / (hits + false), hits / (hits + missed)
    return precision, recall, 2 * precision * recall / (precision + recall)


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def stem(page):
    return page["file"].rsplit("/", 1)[-1].split(".")[0]


def fold(text):
    return "".join(re.findall(r"\w+", text)).lower()


FIELDS = {
    "title": lambda page: fold(page["title"]),
    "day": lambda page: page["published"][:10],
    "author": lambda page: sorted({fold(name) for name in page["authors"]}),
}


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        truth = json.load(file)
    scores = {stem(page): score(truth[stem(page)]["articleBody"], page["body"]) for page in read(sys.argv[2])}
    if set(scores) != set(truth):
        sys.exit("html.py: the pages are not those of %s" % sys.argv[1])
    for name, pages in (("even", [page for page in truth if is_even(page)]),
                        ("odd", [page for page in truth if not is_even(page)]), ("all", list(truth))):
        print("text, %-4s %3d pages: precision %.4f, recall %.4f, F1 %.4f"
              % (name, len(pages), *f1([scores[page] for page in pages])))
    hidden = read(sys.argv[3])
    for name, value in FIELDS.items():
        have = [pair for pair in hidden if value(pair["data"])]
        same = sum(value(pair["data"]) == value(pair["page"]) for pair in have)
        none = sum(not value(pair["page"]) for pair in have)
        print("%s without JSON-LD: as it says on %d of %d pages, none on %d" % (name, same, len(have), none))
    print("%.4f" % f1(list(scores.values()))[2])


main()
