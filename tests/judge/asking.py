"""Asks nsearch what the judge has answered, and compares. An Index is one built index and what the judge knows of it."""

import functools
import itertools
import json
import os
import re
import subprocess
import unicodedata
from collections import defaultdict

import analysis

SHOWN_MAX = 20  # disagreements printed in full
HANGS_AFTER = 1200  # seconds that no run takes, on whatever machine
FACETS = ("source", "section", "topic", "lang", "author", "site", "year", "month", "day")

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


def run(program, arguments, allowed=(0,)):
    done = subprocess.run([program] + arguments, capture_output=True, env=dict(os.environ, NO_COLOR="1"),
                          timeout=HANGS_AFTER)
    if done.returncode not in allowed:
        raise SystemExit("judge: nsearch %s: exit code %d\n%s" % (" ".join(arguments), done.returncode,
                                                                 done.stderr.decode("utf-8", "replace")))
    return done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")


# ---- Comparing ----

EXACT = 5.1e-10  # the program prints ten significant digits
NEAR = 1e-6  # Xapian adds up in floating point, and rounds nothing to units


def same_score(expected, got, share=EXACT, apart=0):
    return abs(expected - got) <= share * abs(expected) + apart


def shown(hits, at):
    return "".join("\n    %d. %s %.10g" % (at + i + 1, identity, score)
                   for i, (identity, score) in enumerate(hits[at:at + 3])) or "\n    nothing more"


# ---- One index ----

class Index:
    def __init__(self, tally, corpus, variant, program, path, judge, scratch):
        self.tally, self.corpus, self.variant, self.program, self.path = tally, corpus, variant, program, path
        self.judge, self.scratch = judge, scratch
        self.engine = "xapian" if variant.startswith("xapian") else "native"
        self.entries = {judge.entries[number].article["id"]: judge.entries[number] for number in judge.live}

    def check(self, how, text, fault):
        self.tally.check(self.corpus, self.variant + ", " + how, text, fault)

    def run(self, command, *arguments, allowed=(0, 1)):
        return run(self.program, [command, "--index", self.path, *arguments], allowed)

    def article(self, hit):
        """The article of a hit that is wrong."""
        article = self.entries[hit[0]].article if hit and hit[0] in self.entries else {}
        text = json.dumps({field: value for field, value in article.items() if value}, ensure_ascii=False)
        return "\n" + text[:600] if article else ""

    def compare(self, answer, got, offset=0, limit=None):
        """None, or where a page of the answer and a list of (id, score) part."""
        expected = answer.hits[offset:None if limit is None else offset + limit]
        if self.engine == "xapian" and any(score for _, score in expected):
            return self.compare_near(answer, expected, got)
        for at, (left, right) in enumerate(itertools.zip_longest(expected, got)):
            if left is None or right is None or left[0] != right[0] or not same_score(left[1], right[1]):
                odd = left if right is None or left and left[0] not in (hit[0] for hit in got) else right
                return "expected (%d hits):%s\ngot (%d hits):%s%s" % (len(expected), shown(expected, at), len(got),
                                                                     shown(got, at), self.article(odd))
        return None

    def compare_near(self, answer, expected, got):
        """The same where scores differ by more than NEAR: each hit has its score, each place has the score it must have,
        and no hit comes twice."""
        scores, seen, rounded = dict(answer.hits), set(), answer.rounded
        for at, (left, right) in enumerate(itertools.zip_longest(expected, got)):
            if (left is None or right is None or right[0] in seen or right[0] not in scores
                    or not same_score(scores[right[0]], right[1], NEAR, rounded)
                    or not same_score(left[1], right[1], NEAR, rounded)):
                return "expected (%d hits):%s\ngot (%d hits):%s%s" % (len(expected), shown(expected, at), len(got),
                                                                     shown(got, at), self.article(right or left))
            seen.add(right[0])
        return None

    # ---- The ways to ask ----

    def batch(self, texts, *options):
        """The lines of `nsearch batch` by number of the question, and its complaints by number."""
        path = os.path.join(self.scratch, "questions.tsv")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines("%d\t%s\n" % (number, text) for number, text in enumerate(texts))
        out, err = self.run("batch", "--syntax", *options, path, allowed=(0, 5))
        return out.split("\n"), {int(line) - 1: fault for line, fault in re.findall(r"line (\d+): (.*)", err)}

    def ask_batch(self, questions, answers, limit):
        """Hits, order and scores."""
        got = defaultdict(list)
        lines, wrong = self.batch([question.text() for question in questions], "--format", "plain", "-n", str(limit))
        for line in filter(None, lines):
            number, rank, score, identity, _ = line.split("\t", 4)
            got[int(number)].append((identity, float(score)))
            if int(rank) != len(got[int(number)]):
                self.check("batch", questions[int(number)].text(), "ranks do not count: " + line)
        for number, (question, answer) in enumerate(zip(questions, answers)):
            self.check("batch -n %d" % limit, question.text(),
                       wrong.get(number) or self.compare(answer, got[number], 0, limit))

    def ask_documents(self, questions, answers, limit):
        """Hits, numbers of matches and suggestions, a JSON document a line."""
        lines, wrong = self.batch([question.text() for question in questions], "--format", "json", "-n", str(limit))
        documents = {int(document["id"]): document for document in map(json.loads, filter(None, lines))}
        for number, (question, answer) in enumerate(zip(questions, answers)):
            fault = wrong.get(number) or ("no answer" if number not in documents else
                                          self.document_fault(question, answer, limit, 0, documents[number]))
            self.check("batch --format json -n %d" % limit, question.text(), fault)

    def document_fault(self, question, answer, limit, offset, document):
        fault = self.compare(answer, [(hit["id"], hit["score"]) for hit in document["hits"]], offset, limit)
        matches, count = document["matches"], len(answer.hits)
        if fault is None and matches["exact"] and (matches["count"] != count or answer.cut):
            fault = "expected %d matches%s, got %s" % (count, " as a lower bound" if answer.cut else "", matches)
        if fault is None and matches["count"] > count:
            fault = "expected at most %d matches as a lower bound, got %d" % (count, matches["count"])
        suggestion = question.suggestion(self.judge) if limit else None  # made where hits are asked for
        if fault is None and document.get("suggestion") != suggestion:
            fault = "expected the suggestion %r, got %r" % (suggestion, document.get("suggestion"))
        return fault

    def ask_json(self, question, answer, limit, offset, facets=()):
        """A page of hits, then the count; facets are (field, number of values)."""
        text = question.text()
        page = len(answer.hits[offset:offset + limit])
        options = ["--json", *question.options()]
        for field, values in facets:
            options += ["--facet", "%s:%s" % (field, values or "all")]
        said = "query %s -n %d --offset %d" % (" ".join(options), limit, offset)
        document = json.loads(self.run("query", *options, "--no-snippets", "-n", str(limit), "--offset", str(offset),
                                       "--", text)[0])
        fault = self.document_fault(question, answer, limit, offset, document)
        if fault is None and [hit["rank"] for hit in document["hits"]] != list(range(offset + 1, offset + 1 + page)):
            fault = "ranks do not count from %d" % (offset + 1)
        self.check(said, text, fault or self.facets_fault(answer, facets, document))
        document = json.loads(self.run("query", *options, "--count", "--", text)[0])
        wanted = {"count": len(answer.hits), "exact": not answer.cut}
        fault = None if document["matches"] == wanted else "expected %s, got %s" % (wanted, document["matches"])
        self.check(said + " --count", text, fault or self.facets_fault(answer, facets, document))

    def facets_fault(self, answer, facets, document):
        for field, values in facets:
            expected = self.judge.facet(answer.found, field, values)
            got = [(value["value"], value["count"]) for value in document["facets"][field]]
            if got != expected:
                return "facet %s: expected %s\ngot %s" % (field, expected, got)
        return None

    def ask_suggestions(self, suggestions):
        lines, wrong = self.batch([text for text, _ in suggestions], "--format", "json")
        got = {int(document["id"]): document.get("suggestion") for document in map(json.loads, filter(None, lines))}
        for number, (text, suggestion) in enumerate(suggestions):
            self.check("suggestions", text, wrong.get(number) or
                       (None if got.get(number, "no answer") == suggestion else
                        "expected %r, got %r" % (suggestion, got.get(number, "no answer"))))

    def ask_wrong(self, errors):
        """Questions that do not parse."""
        _, wrong = self.batch([text for text, _ in errors], "--format", "plain")
        for number, (text, position) in enumerate(errors):
            fault = None
            if number not in wrong:
                fault = "expected an error"
            elif not re.match(r"at byte \d+ of the question: expected ", wrong[number]):
                fault = "the error does not say what was expected where: " + wrong[number]
            elif position is not None and not wrong[number].startswith("at byte %d " % position):
                fault = "expected an error at byte %d, got: %s" % (position, wrong[number])
            self.check("errors", text, fault)

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


def check_snippets(index, questions, answers):
    """One test: every hit of the questions."""
    for question, answer in zip(questions, answers):
        document = json.loads(index.run("query", "--json", "-n", "10", "--", question.text())[0])
        for hit in document["hits"]:
            fault = snippet_fault(index.entries[hit["id"]], answer.keys, hit)
            if fault:
                index.check("snippets", question.text(), hit["id"] + ": " + fault)
                return
    index.check("snippets", "", None)
