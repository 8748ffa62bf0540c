"""Puts generated questions to nsearch and to the judge and prints where they disagree. run.sh calls it."""

import argparse
import gzip
import json
import os
import random
import shutil
import sys

import analysis
import articles as sources
import asking
import generate
import grow
import long
import marking
import ranking
import selfcheck
import servers
import written

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
EVERY = 100000  # more hits than any corpus here has

# How each corpus is indexed: options, and the language the judge takes. SEGMENTS is about a fiftieth of the articles. Live
# ones are written in several runs, with replacements and deletions, and merged in the end, but for live-runs: there each
# run is a segment, and what was replaced or deleted stays in it. In the marked one the judge itself marked what is
# deleted. These are judged by a quarter of the questions.
VARIANTS = {
    "one": (["--threads", "1"], "en"),
    "fifty": (["--threads", "2", "--segment-articles", "SEGMENTS"], "en"),
    "none": (["--threads", "2", "--language", "none"], None),
    "none-fifty": (["--threads", "1", "--language", "none", "--segment-articles", "SEGMENTS"], None),
    "xapian": (["--engine", "xapian", "--threads", "1"], "en"),
    "xapian-none": (["--engine", "xapian", "--threads", "2", "--language", "none", "--segment-articles", "SEGMENTS"],
                    None),
    "xapian-shards": (["--threads", "2"], "en"),  # three of them, remote
    "live": (["--threads", "2"], "en"),
    "live-runs": (["--threads", "1", "--segment-articles", str(EVERY)], "en"),
    "live-marked": (["--threads", "2"], "en"),
    "xapian-live": (["--engine", "xapian", "--threads", "2"], "en"),
    "xapian-live-shards": (["--threads", "2"], "en"),
}
SHARDS = 3
REMOTE = 150  # questions that these are asked: each hit is a way there and back


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
                         "source": sources.source_of(record["source"]),
                         "topics": [record["topic"]] if record["topic"] else [], "published": date})
            if len(made) == 1500:
                break
    return one_file(folder, made)


class Bench:
    """A corpus on its way through all the variants of an index."""

    def __init__(self, tally, name, found, program, scratch, variants):
        self.tally, self.name, self.found, self.program, self.scratch = tally, name, found, program, scratch
        self.variants = variants
        self.judges = {}

    def judge(self, language, marked=()):
        known = language, tuple(article["id"] for article in marked)
        if known not in self.judges:
            self.judges[known] = ranking.Judge(self.found, language, stop_words=analysis.stop_words(ROOT), marked=marked)
        return self.judges[known]

    def index(self, path, options, name, articles):
        below = os.path.join(self.scratch, name)
        os.makedirs(below, exist_ok=True)
        sources.write(os.path.join(below, "articles.jsonl"), articles)
        asking.run(self.program, ["index", "--quiet", "--index", path, *options, below])

    def index_corpus(self, path, options):
        asking.run(self.program, ["index", "--quiet", "--index", path, *options, os.path.join(self.scratch, "corpus")])

    def delete_goners(self, path):
        asking.run(self.program, ["delete", "--index", path, "--query", "section:goner"])

    def latest(self, every, first):
        """Of the articles as they stay in the end, every so many-th."""
        judge = self.judge("en")
        return [judge.entries[number].article for number in sorted(judge.live) if number % every == first]

    def others(self, articles, run):
        """Earlier versions: other texts of the same words."""
        texts = self.latest(1, 0)
        return [dict(texts[(number * 7 + run + 1) % len(texts)], id=article["id"], url=article["url"])
                for number, article in enumerate(articles)]

    def goners(self, every, first):
        texts = self.latest(1, 0)
        return [dict(texts[(number * 7 + first + 1) % len(texts)], id="goner-%d" % number, url="", section="Goner")
                for number in range(first, len(texts), every)]

    def build_live(self, path, options):
        """Two runs of what the corpus will replace and of what will be deleted, the corpus, and all in one segment."""
        for run in range(2):
            self.index(path, options, "earlier-%d" % run,
                       self.others(self.latest(3, run), run) + self.goners(5, run))
        self.index_corpus(path, options)
        self.delete_goners(path)
        return []

    def build_runs(self, path, options):
        """The corpus, some of it as it was before, with what is then deleted; then the changes, which leave no segment with
        more than a fifth of its articles gone. `delete` has no say in segments and merges small ones: it comes while there
        is one."""
        changed = self.latest(9, 4)
        ids = {article["id"] for article in changed}
        before, goners = self.others(changed, 3), self.goners(13, 0)
        unchanged = [article for article in self.latest(1, 0) if article["id"] not in ids]
        self.index(path, options, "before", unchanged + before + goners)
        self.delete_goners(path)
        self.index(path, options, "changes", changed)
        return before + goners

    def build_marked(self, path, options):
        goners = self.goners(3, 0)
        self.index(path, options, "before", self.latest(1, 0) + goners)
        judge = self.judge("en", goners)
        marking.mark(path, len(judge.entries), sorted(judge.place[number] for number in judge.everything - judge.live))
        return goners

    def build(self, variant, path, options):
        """Gives the articles that were replaced or deleted and still count."""
        marked = []
        if variant == "live-marked":
            marked = self.build_marked(path, options)
        elif variant == "live-runs":
            marked = self.build_runs(path, options)
        elif "live" in variant:
            marked = self.build_live(path, options)
        else:
            self.index_corpus(path, options)
        if variant == "live":
            asking.run(self.program, ["optimize", "--index", path])
        asking.run(self.program, ["check", "--quiet", "--index", path])
        return marked

    def check_figures(self, variant, judge, figures):
        """What the index says it holds is what it was given."""
        expected = len(judge.live), len(judge.entries) - len(judge.live)
        got = figures["articles"], figures["deleted"]
        self.tally.check(self.name, variant + ", stats", "",
                         None if got == expected else "expected (articles, deleted) %r, got %r" % (expected, got))

    def indexes(self):
        """Builds each variant and yields it."""
        for variant in self.variants:
            options, language = VARIANTS[variant]
            if variant.startswith("xapian") and "XAPIAN=0" in os.environ.get("MAKE_ARGS", "").split():
                continue
            remote = variant.endswith("-shards")
            if remote and not servers.installed():
                print("skip: %s: the judge needs the package xapian-tools for remote shards" % self.name)
                self.tally.skipped += 1
                continue
            shards = servers.Shards(os.path.join(self.scratch, "servers"), SHARDS if remote else 0)
            path = os.path.join(self.scratch, variant)
            options = [str(max(1, len(self.found) // 50)) if option == "SEGMENTS" else option for option in options]
            try:
                marked = self.build(variant, path, [*options, *shards.options()])
                figures = json.loads(asking.run(self.program, ["stats", "--json", "--index", path])[0])
                judge = self.judge(language, marked)
                self.check_figures(variant, judge, figures)
                yield asking.Index(self.tally, self.name, variant, self.program, path, judge, self.scratch)
            finally:
                shards.stop()
                shutil.rmtree(shards.folder)


class Answers:
    """What the judges have answered: each works out a question once for all variants."""

    def __init__(self):
        self.known = {}

    def of(self, judge, questions):
        for question in questions:
            if (judge, question) not in self.known:
                self.known[judge, question] = judge.answer(question)
        return [self.known[judge, question] for question in questions]


def pages(rng):
    return rng.choice([0, 1, 3, 10, 50]), rng.choice([0, 0, 0, 1, 5, 40])


def facets(rng):
    """(field, how many values) of some fields, of all or of none; 0 values are all."""
    return [(field, rng.choice([0, 0, 1, 3, 10])) for field in rng.sample(asking.FACETS, rng.choice([0, 1, 2, 9]))]


def judge_words(bench, rng, size):
    """Bags of words, phrases and filters, whatever the corpus. `size` is how many questions."""
    asker = generate.Asker(rng, bench.found)
    questions = [asker.question() for _ in range(size)]
    paged = [asker.question(options=True) for _ in range(size // 12)]
    answers = Answers()
    for index in bench.indexes():
        remote = index.variant.endswith("-shards")
        asked = questions[:REMOTE] if remote else questions[:size // 4] if "live" in index.variant else questions
        known = answers.of(index.judge, asked)
        for limit in (10, 1):
            index.ask_batch(asked, known, limit)
        index.ask_batch(asked[:REMOTE // 4] if remote else asked, known, EVERY)
        for question, answer in zip(paged, answers.of(index.judge, paged)):
            index.ask_json(question, answer, *pages(rng), facets(rng))
        if index.variant in ("one", "xapian"):
            asking.check_snippets(index, questions[:200], known)


def judge_trees(bench, rng, size):
    """Every operator, on the articles of grow.py."""
    grower = grow.Grower(rng, bench.found)
    questions = [grower.question() for _ in range(size)]
    paged = [grower.question(options=True) for _ in range(size // 30)]
    by_hand = written.questions()
    answers = Answers()
    for index in bench.indexes():
        whole = index.judge.stems and index.engine == "native" and "live" not in index.variant
        asked = questions if whole else questions[:size // 4]
        if index.variant.endswith("-shards"):
            asked = questions[:2 * REMOTE]
        known = answers.of(index.judge, asked)
        index.ask_batch(by_hand, answers.of(index.judge, by_hand), EVERY)
        index.ask_batch(asked, known, EVERY)
        index.ask_batch(asked, known, 3)
        index.ask_documents(asked[:size // 4], known, 5)
        for question, answer in zip(paged, answers.of(index.judge, paged)):
            index.ask_json(question, answer, *pages(rng), facets(rng))
        if index.variant in ("one", "xapian"):
            asking.check_snippets(index, questions[:300], known)
            index.ask_wrong(written.ERRORS)
            index.ask_suggestions(written.SUGGESTIONS)
        if index.variant in ("one", "fifty", "xapian"):
            long.ask(index, random.Random(size))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", choices=["shipped", "generated", "trees", "real"])
    parser.add_argument("--variant", choices=VARIANTS)
    parser.add_argument("--program", required=True)
    parser.add_argument("--scratch", required=True)
    arguments = parser.parse_args()
    tally = asking.Tally(arguments.seed)
    selfcheck.check(lambda what, fault: tally.check("rules", "docs/analysis.md", what, fault))
    for name, size in (("shipped", 240), ("generated", 480), ("trees", 3000), ("real", 200)):
        if arguments.corpus not in (None, name):
            continue
        scratch = os.path.join(arguments.scratch, name)
        folder = os.path.join(scratch, "corpus")
        os.makedirs(folder)
        if name == "shipped":
            found = shipped(folder)
        elif name == "generated":
            found = one_file(folder, generate.articles(random.Random(arguments.seed), 600))
        elif name == "trees":
            found = one_file(folder, grow.articles(random.Random(arguments.seed), 300))
        else:
            found = real(folder)
        if found is None:
            print("skip: real: NSEARCH_CORPORA names no folder with allsides-a.jsonl.gz")
            tally.skipped += 1
        else:
            bench = Bench(tally, name, found, arguments.program, scratch,
                          [arguments.variant] if arguments.variant else list(VARIANTS))
            rng = random.Random(arguments.seed * 1000 + 7)
            (judge_trees if name == "trees" else judge_words)(bench, rng, size)
        shutil.rmtree(scratch)
    print("judge: %d passed, %d failed, %d skipped" % (tally.passed, tally.failed, tally.skipped))
    sys.exit(1 if tally.failed or not tally.passed else 0)


main()
