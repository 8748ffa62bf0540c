"""Puts generated questions to nsearch and to the judge and prints where they disagree. run.sh calls it."""

import argparse
import functools
import gzip
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import unicodedata
from collections import defaultdict

import analysis
import articles as sources
import generate
import ranking
import selfcheck

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SHOWN_MAX = 20  # disagreements printed in full
EVERY = 100000  # more hits than any corpus here has

# How each corpus is indexed: options, and the language the judge takes. SEGMENTS is about a fiftieth of the articles.
VARIANTS = {
    "one": (["--threads", "1"], "en"),
    "fifty": (["--threads", "2", "--segment-articles", "SEGMENTS"], "en"),
    "none": (["--threads", "2", "--language", "none"], None),
    "none-fifty": (["--threads", "1", "--language", "none", "--segment-articles", "SEGMENTS"], None),
}


class Tally:
    def __init__(self, seed):
        self.passed = self.failed = self.skipped = 0
        self.seed = seed

    def check(self, corpus, what, question, fault):
        """Counts one test; fault is None or a text."""
        if fault is None:
            self.passed += 1
            return
        self.failed += 1
        if self.failed <= SHOWN_MAX:
            print("disagreement: %s: %s\n  question: %s\n  %s\n  again: tests/judge/run.sh --seed %d --corpus %s"
                  % (corpus, what, question, fault.replace("\n", "\n  "), self.seed, corpus))
        elif self.failed == SHOWN_MAX + 1:
            print("further disagreements are only counted")


def run(arguments, allowed=(0,)):
    done = subprocess.run([PROGRAM] + arguments, capture_output=True, env=dict(os.environ, NO_COLOR="1"))
    if done.returncode not in allowed:
        raise SystemExit("judge: nsearch %s: exit code %d\n%s" % (" ".join(arguments), done.returncode,
                                                                 done.stderr.decode("utf-8", "replace")))
    return done.stdout.decode("utf-8")


# ---- Comparing ----

def same_score(expected, got):
    """The program prints ten significant digits."""
    return abs(expected - got) <= 5.1e-10 * abs(expected)


def shown(hits, at):
    return "".join("\n    %d. %s %.10g" % (at + i + 1, identity, score)
                   for i, (identity, score) in enumerate(hits[at:at + 3])) or "\n    nothing more"


def compare(expected, got):
    """None, or where two lists of (id, score) part."""
    for at, (left, right) in enumerate(itertools.zip_longest(expected, got)):
        if left is None or right is None or left[0] != right[0] or not same_score(left[1], right[1]):
            return "expected (%d hits):%s\ngot (%d hits):%s" % (len(expected), shown(expected, at), len(got),
                                                              shown(got, at))
    return None


# ---- The three ways to ask ----

def ask_batch(tally, corpus, variant, index, expected, questions, scratch, limit):
    path = os.path.join(scratch, "questions.tsv")
    with open(path, "w", encoding="utf-8") as file:
        for number, question in enumerate(questions):
            file.write("%d\t%s\n" % (number, question.text()))
    got = defaultdict(list)
    for line in run(["batch", "--index", index, "--syntax", "--format", "plain", "-n", str(limit), path]).split("\n"):
        if line:
            number, rank, score, identity, _ = line.split("\t", 4)
            got[int(number)].append((identity, float(score)))
            if int(rank) != len(got[int(number)]):
                tally.check(corpus, variant + ", batch", questions[int(number)].text(), "ranks do not count: " + line)
    for number, question in enumerate(questions):
        tally.check(corpus, "%s, batch -n %d" % (variant, limit), question.text(),
                    compare(expected[number][:limit], got[number]))


def ask_json(tally, corpus, variant, index, expected, question, limit, offset):
    """A page of hits, then the count."""
    text = question.text()
    page = expected[offset:offset + limit]
    options = ["--index", index, "--json", *question.options()]
    said = "%s, query %s -n %d --offset %d" % (variant, " ".join(options[2:]), limit, offset)
    answer = json.loads(run(["query", *options, "--no-snippets", "-n", str(limit), "--offset", str(offset), "--", text],
                            (0, 1)))
    fault = compare(page, [(hit["id"], hit["score"]) for hit in answer["hits"]])
    matches = answer["matches"]
    if fault is None and matches["exact"] and matches["count"] != len(expected):
        fault = "expected %d matches, got %d, said to be exact" % (len(expected), matches["count"])
    if fault is None and matches["count"] > len(expected):
        fault = "expected at most %d matches as a lower bound, got %d" % (len(expected), matches["count"])
    if fault is None and [hit["rank"] for hit in answer["hits"]] != list(range(offset + 1, offset + 1 + len(page))):
        fault = "ranks do not count from %d" % (offset + 1)
    tally.check(corpus, said, text, fault)
    answer = json.loads(run(["query", *options, "--count", "--", text], (0, 1)))
    fault = None
    if answer["matches"] != {"count": len(expected), "exact": True}:
        fault = "expected %d matches, got %s" % (len(expected), answer["matches"])
    tally.check(corpus, said + " --count", text, fault)


# ---- Snippets ----

@functools.lru_cache(maxsize=None)
def plain_blanks(text):
    return " ".join("".join(" " if unicodedata.category(char) in ("Cc", "Zs", "Zl", "Zp") else char
                            for char in text).split())


def snippet_fault(entry, wanted, hit):
    """What is wrong with the snippet of a hit, or None. `wanted` are the keys of the question's words."""
    def places(text):
        for start, end, spaceless, _ in analysis.raw_words(text):
            exact, stem = analysis.terms(text[start:end], spaceless, entry.language)
            if exact in wanted or (entry.language, stem) in wanted:
                yield len(text[:start].encode()), len(text[:end].encode())

    snippet = hit["snippet"]
    body = plain_blanks(entry.article["body"])
    if plain_blanks(snippet).strip("… ") not in body:
        return "is no passage of the body: " + snippet
    words = list(places(snippet))
    for mark in hit["marks"]:
        start, end = mark["offset"], mark["offset"] + mark["length"]
        if not any(start <= word[0] and word[1] <= end for word in words):
            return "the mark %r holds no word of the question: %s" % (snippet.encode()[start:end].decode("utf-8",
                                                                                                        "replace"),
                                                                     snippet)
    if not hit["marks"] and any(True for _ in places(body)):
        return "marks nothing, and the body holds a word of the question: " + snippet
    return None


def check_snippets(tally, corpus, index, judge, asked):
    """One test: every hit of the questions, which come with the keys of their words."""
    entries = {entry.article["id"]: entry for entry in judge.entries}
    for question, wanted in asked:
        answer = json.loads(run(["query", "--index", index, "--json", "-n", "10", "--", question.text()], (0, 1)))
        for hit in answer["hits"]:
            fault = snippet_fault(entries[hit["id"]], wanted, hit)
            if fault:
                tally.check(corpus, "snippets", question.text(), hit["id"] + ": " + fault)
                return
    tally.check(corpus, "snippets", "", None)


# ---- Corpora ----

def shipped(folder):
    """The JSON files of tests/corpus."""
    corpus = os.path.join(ROOT, "tests", "corpus")
    found = []
    for below in sources.json_files(corpus):
        target = os.path.join(folder, below)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(corpus, below), target)
        found += sources.read(target, below)
    return found


def one_file(folder, made):
    path = os.path.join(folder, "articles.jsonl")
    sources.write(path, made)
    return sources.read(path, "articles.jsonl")


def real(folder):
    """The first 1,500 plain records of allsides-a.jsonl.gz, one author each; None without NSEARCH_CORPORA."""
    corpora = os.environ.get("NSEARCH_CORPORA")
    path = os.path.join(corpora, "allsides-a.jsonl.gz") if corpora else None
    if not path or not os.path.exists(path):
        return None
    made = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            text = record["title"] + record["content"]
            date = record["date"] if len(record["date"]) == 10 and record["date"][4] == "-" else ""
            if "<" in text or "&" in text or not text.strip() or "\x00" in text:
                continue
            made.append({"id": record["ID"], "url": record["url"], "title": " ".join(record["title"].split()),
                         "body": record["content"].strip(), "authors": [record["authors"]] if record["authors"] else [],
                         "source": record["source"], "topics": [record["topic"]] if record["topic"] else [],
                         "published": date})
            if len(made) == 1500:
                break
    return one_file(folder, made)


def judge_corpus(tally, name, found, scratch, seed, size):
    """Indexes a corpus in every way and asks everything. `size` is how many questions."""
    rng = random.Random(seed * 1000 + 7)
    stops = analysis.stop_words(ROOT)
    asker = generate.Asker(rng, found)
    questions = [asker.question() for _ in range(size)]
    paged = [asker.question(options=True) for _ in range(size // 12)]
    judges, answers = {}, {}
    for variant, (options, language) in VARIANTS.items():
        index = os.path.join(scratch, variant)
        options = [str(max(1, len(found) // 50)) if option == "SEGMENTS" else option for option in options]
        run(["index", "--quiet", "--index", index, *options, os.path.join(scratch, "corpus")])
        if language not in judges:
            judges[language] = ranking.Judge(found, language, stop_words=stops)
            answers[language] = [judges[language].answer(question) for question in questions + paged]
        expected = [hits for hits, _ in answers[language]]
        for limit in (EVERY, 10, 1):
            ask_batch(tally, name, variant, index, expected, questions, scratch, limit)
        for question, hits in zip(paged, expected[size:]):
            ask_json(tally, name, variant, index, hits, question, rng.choice([0, 1, 3, 10, 50]),
                     rng.choice([0, 0, 0, 1, 5, 40]))
        if variant == "one":
            wanted = [keys for _, keys in answers[language]]
            check_snippets(tally, name, index, judges[language], list(zip(questions, wanted))[:200])


def main():
    global PROGRAM
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", choices=["shipped", "generated", "real"])
    parser.add_argument("--program", required=True)
    parser.add_argument("--scratch", required=True)
    arguments = parser.parse_args()
    PROGRAM = arguments.program
    tally = Tally(arguments.seed)
    selfcheck.check(lambda what, fault: tally.check("rules", "docs/analysis.md", what, fault))
    for name, size in (("shipped", 240), ("generated", 480), ("real", 200)):
        if arguments.corpus not in (None, name):
            continue
        scratch = os.path.join(arguments.scratch, name)
        folder = os.path.join(scratch, "corpus")
        os.makedirs(folder)
        if name == "shipped":
            found = shipped(folder)
        elif name == "generated":
            found = one_file(folder, generate.articles(random.Random(arguments.seed), 600))
        else:
            found = real(folder)
        if found is None:
            print("skip: real: NSEARCH_CORPORA names no folder with allsides-a.jsonl.gz")
            tally.skipped += 1
        else:
            judge_corpus(tally, name, found, scratch, arguments.seed, size)
        shutil.rmtree(scratch)
    print("judge: %d passed, %d failed, %d skipped" % (tally.passed, tally.failed, tally.skipped))
    sys.exit(1 if tally.failed or not tally.passed else 0)


main()
