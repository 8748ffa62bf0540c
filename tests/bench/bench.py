#!/usr/bin/env python3
"""Builds the peers, indexes the corpora with each engine, asks all of them the same questions, keeps the figures.

Everything lives in one folder (--folder); figures are lines of JSON in its results.jsonl. A run goes on where the last
one stopped: what has its line is not done again, an index that is there is not built again. Lines of nsearch count only
for the program that they were measured with, so that after a change just nsearch is indexed again and all are asked
again. README.md describes drivers, questions and method; report.py makes the tables."""
import argparse
import datetime
import glob
import hashlib
import itertools
import json
import os
import platform
import random
import re
import shlex
import shutil
import subprocess
import sys
import time
from statistics import mean, median

import questions

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MEMORY_MB = 1024
# Java's heap: while indexing, buffered articles and as much for all else; four servers must leave room for the indexes.
JAVA_HEAP_MB = {"index": 2 * MEMORY_MB, "serve": MEMORY_MB // 2}

# Rows of the tables. PEERS selects families, or single rows by name; `state` is how a driver is told to leave its index;
# `full` rows are indexed with 1 and 2 threads, with and without the text, others once, for their questions.
ENGINES = {
    "nsearch": dict(family="nsearch", full=True),
    "lucene": dict(family="lucene", state="merged", full=True),
    "lucene-natural": dict(family="lucene", state="natural"),
    "lucene-bp": dict(family="lucene", state="bp"),
    "lucene-sorted": dict(family="lucene", state="sorted", classes=("dated", "newest")),
    "tantivy": dict(family="tantivy", state="merged", full=True),
    "tantivy-natural": dict(family="tantivy", state="natural"),
    "pisa": dict(family="pisa", classes=("term", "and", "or", "long"), modes=("top10", "top100"), stores=(0,), full=True),
    "xapian": dict(family="xapian", full=True, one_thread=True),
    "fts5": dict(family="fts5", full=True, one_thread=True),
}
FAMILIES = list(dict.fromkeys(engine["family"] for engine in ENGINES.values()))
MODES = ("top10", "top100", "count", "top100count")


def say(text):
    print(f"{datetime.datetime.now():%H:%M:%S} {text}", flush=True)


# ---- Results ----------------------------------------------------------------------------------------------------------

class Results:
    def __init__(self, path):
        self.path = path
        self.rows = []
        if os.path.exists(path):
            with open(path, encoding="utf-8") as lines:
                self.rows = [json.loads(line) for line in lines if line.endswith("\n")]

    def find(self, **wanted):
        """The latest row that has these values."""
        return next((row for row in reversed(self.rows) if all(row.get(k) == v for k, v in wanted.items())), None)

    def add(self, row):
        self.rows.append(row)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


# ---- Building the drivers ----

class Failed(Exception):
    pass


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode:
        raise Failed(f"$ {shlex.join(command)}\n{done.stdout[-4000:].strip()}\nexit {done.returncode}")
    return done.stdout


def java_home():
    """A JDK of version 21 or later: Lucene 10 needs it."""
    homes = [os.environ.get("JAVA_HOME")] + sorted(glob.glob("/usr/lib/jvm/*"), reverse=True)
    java = shutil.which("javac")
    homes.append(os.path.dirname(os.path.dirname(os.path.realpath(java))) if java else None)
    for home in filter(None, homes):
        try:
            with open(os.path.join(home, "release"), encoding="utf-8") as release:
                version = re.search(r'JAVA_VERSION="(\d+)', release.read())
        except OSError:
            continue
        if version and int(version[1]) >= 21 and os.path.exists(os.path.join(home, "bin", "javac")):
            return home
    raise Failed("no JDK of version 21 or later: looked at JAVA_HOME, /usr/lib/jvm and javac on the PATH")


def apart(command):
    """The command as a grandchild: what a process uses at most is counted on from the one that made it, and here that may
    hold the questions of a large corpus."""
    return ["sh", "-c", '"$@"; exit $?', "sh", *command]


def newer(target, *sources):
    return os.path.exists(target) and all(os.path.getmtime(target) >= os.path.getmtime(source) for source in sources)


def build_nsearch(folder):
    return [os.path.join(folder, "bin", "nsearch")]  # made by make


def build_lucene(folder):
    home, source, pom = java_home(), os.path.join(HERE, "lucene", "Driver.java"), os.path.join(HERE, "lucene", "pom.xml")
    jars, classes = os.path.join(folder, "lucene", "jars"), os.path.join(folder, "lucene", "classes")
    path = os.path.join(jars, "*")
    if not newer(os.path.join(classes, "Driver.class"), source, pom):
        run(["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={jars}"])
        run([os.path.join(home, "bin", "javac"), "-d", classes, "-cp", path, source])
    return [os.path.join(home, "bin", "java"), "--add-modules", "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED", "-cp", f"{classes}:{path}", "Driver"]


def build_tantivy(folder):
    source, target = os.path.join(HERE, "tantivy"), os.path.join(folder, "tantivy")
    program, crate = os.path.join(target, "release", "bench-tantivy"), os.path.join(target, "crate")
    if not newer(program, os.path.join(source, "src", "main.rs"), os.path.join(source, "Cargo.toml")):
        shutil.copytree(source, crate, dirs_exist_ok=True)  # cargo writes its lock file beside what it builds
        run(["cargo", "build", "--release", "-q"], cwd=crate,
            env={**os.environ, "CARGO_TARGET_DIR": target, "RUSTFLAGS": "-C target-cpu=native"})
    return [program]


def build_pisa(folder):
    environment = os.path.join(folder, "pisa")
    python = os.path.join(environment, "bin", "python")
    wanted = os.path.join(HERE, "pisa.txt")
    if not newer(os.path.join(environment, "installed"), wanted):
        run([sys.executable, "-m", "venv", environment])
        run([python, "-m", "pip", "install", "-q", "--no-deps", "-r", wanted])
        open(os.path.join(environment, "installed"), "w", encoding="ascii").close()
    return [python, os.path.join(HERE, "driver_pisa.py")]


def compile_driver(folder, compiler, source, flags):
    program = os.path.join(folder, "bin", os.path.splitext(source)[0].replace("driver_", ""))
    source, common = os.path.join(HERE, source), os.path.join(HERE, "driver.c")
    if not newer(program, source, common, os.path.join(HERE, "driver.h")):
        os.makedirs(os.path.dirname(program), exist_ok=True)
        common_object = program + ".driver.o"
        optimise = ["-O3", "-march=native", "-D_GNU_SOURCE", "-Wall", "-Wextra"]
        run(["gcc", "-std=gnu11", *optimise, "-c", "-o", common_object, common])
        run([compiler, *optimise, "-o", program, source, common_object, *flags, "-lpthread"])
    return [program]


def build_xapian(folder):
    return compile_driver(folder, "g++", "driver_xapian.cc", ["-lxapian"])


def build_fts5(folder):
    return compile_driver(folder, "gcc", "driver_fts5.c", ["-lsqlite3"])


BUILDERS = dict(nsearch=build_nsearch, lucene=build_lucene, tantivy=build_tantivy, pisa=build_pisa, xapian=build_xapian,
                fts5=build_fts5)


# ---- Corpora ----------------------------------------------------------------------------------------------------------

def make_corpus(folder, name, collections, seed):
    """The file of a corpus, made when it is not there; None when its collection is not there."""
    path = os.path.join(folder, "corpus", name + ".tsv")
    if os.path.exists(path):
        return path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if name.startswith("generated-"):
        command = [os.path.join(folder, "bin", "generate"), name.split("-")[1], str(seed)]
    else:
        found = {"allsides-a": ["allsides-a.jsonl", "allsides-a.jsonl.gz"],
                 "reuters": ["reuters21578.tar.gz", "reuters/reuters21578", "reuters"]}[name]
        if not collections or not any(os.path.exists(os.path.join(collections, file)) for file in found):
            say(f"{name}: skipped, NSEARCH_CORPORA has no {found[0]}")
            return None
        command = [sys.executable, os.path.join(HERE, "articles.py"), name.split("-")[0], collections]
    say(f"{name}: writing the corpus")
    with open(path + ".part", "wb") as out:
        subprocess.run(command, stdout=out, check=True)
    os.rename(path + ".part", path)
    return path


def read_once(path):
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 24):
            pass


# ---- Indexing ----------------------------------------------------------------------------------------------------------

def figures_of(output):
    figures = {}
    for line in output.splitlines():
        name, _, value = line.partition("\t")
        if value:
            figures[name] = float(value)
    parts = {name[6:]: int(value) for name, value in figures.items() if name.startswith("bytes:")}
    figures = {name: value for name, value in figures.items() if not name.startswith("bytes:")}
    return {**figures, "parts": parts, "bytes": sum(parts.values())}


class Bench:
    def __init__(self, options):
        self.options = options
        self.folder = os.path.abspath(options.folder)
        os.makedirs(self.folder, exist_ok=True)
        self.results = Results(os.path.join(self.folder, "results.jsonl"))
        self.drivers = {}
        self.versions = {}
        self.build = ""

    def prepare(self, families):
        for family in families:
            try:
                self.drivers[family] = BUILDERS[family](self.folder)
                version = run(self.drivers[family] + ["version"]).strip().splitlines()[-1]
                self.versions[family] = version
                self.results.add(dict(kind="version", family=family, version=version))
                say(version)
            except (Failed, OSError) as failure:
                if family == "nsearch":
                    raise
                say(f"{family} cannot be built:\n{failure}")
                self.results.add(dict(kind="absent", family=family, output=str(failure)))
        with open(self.drivers["nsearch"][0], "rb") as program:
            self.build = hashlib.sha256(program.read()).hexdigest()[:16]

    def command(self, engine, job, *arguments):
        driver = self.drivers[ENGINES[engine]["family"]]
        if ENGINES[engine]["family"] == "lucene":
            driver = driver[:1] + [f"-Xms{JAVA_HEAP_MB[job]}m", f"-Xmx{JAVA_HEAP_MB[job]}m"] + driver[1:]
        return driver + [job, *arguments]

    def key(self, engine):
        return dict(build=self.build) if engine == "nsearch" else {}

    def index_folder(self, corpus, engine):
        return os.path.join(self.folder, "index", corpus, engine)

    def too_slow(self, corpus, engine, threads, store):
        """Whether the largest smaller generated corpus says that this one would take longer than is waited for."""
        if not corpus.startswith("generated-") or engine == "nsearch":
            return False
        articles = int(corpus.split("-")[1])
        smaller = [row for row in self.results.rows
                   if row["kind"] == "index" and row["engine"] == engine and row["corpus"].startswith("generated-") and
                   row["threads"] == threads and row["store"] == store and row["documents"] < articles]
        if not smaller:
            return False
        last = max(smaller, key=lambda row: row["documents"])
        return last["seconds"] * articles / last["documents"] * 1.2 > self.options.patience

    def index(self, corpus, path, engine, threads, store, keep):
        """Makes one index unless its figures are there; `keep` leaves it for questions."""
        setting = dict(kind="index", corpus=corpus, engine=engine, threads=threads, store=store)
        target = self.index_folder(corpus, engine) if keep else os.path.join(self.folder, "index", "scratch")
        known = self.results.find(**setting, **self.key(engine))
        if known and (not keep or os.path.exists(target)):
            return known
        if self.too_slow(corpus, engine, threads, store):
            say(f"{corpus}: {engine} would take longer than {self.options.patience:.0f} s, skipped")
            return None
        row = ENGINES[engine]
        command = self.command(engine, "index", path, target, str(threads), str(store), str(MEMORY_MB),
                               *filter(None, [row.get("state")]))
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        read_once(path)
        done = subprocess.run(apart(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            shutil.rmtree(target, ignore_errors=True)
            say(f"{corpus}: {engine} failed:\n{done.stderr[-2000:]}")
            self.results.add(dict(setting, kind="failed", output=done.stderr[-2000:]))
            return None
        figures = {**setting, **self.key(engine), **figures_of(done.stdout), "text_bytes": text_bytes(path),
                   "version": self.versions[row["family"]], "date": str(datetime.date.today()),
                   "timed": not self.options.untimed}
        if not keep:
            shutil.rmtree(target, ignore_errors=True)
        self.results.add(figures)
        say(f"{corpus}: {engine}, {threads} threads, {'with' if store else 'no'} text: {figures['seconds']:.1f} s, "
            f"{figures['text_bytes'] / figures['seconds'] / 1e6:.1f} MB/s, peak {figures['peak_bytes'] / 2**20:.0f} MiB, "
            f"{figures['bytes'] / 1e6:.1f} MB")
        self.check_counts(corpus, figures)
        return figures

    def check_counts(self, corpus, figures):
        """All engines saw the same documents, terms, postings and tokens, or the comparison means nothing."""
        for row in self.results.rows:
            if row["kind"] == "index" and row["corpus"] == corpus:
                for name in ("documents", "terms", "postings", "tokens"):
                    if row[name] != figures[name]:
                        sys.exit(f"{corpus}: {figures['engine']} has {figures[name]:,.0f} {name}, {row['engine']} "
                                 f"{row[name]:,.0f}")

    def engines(self, names):
        return [name for name, row in ENGINES.items()
                if (name in names or row["family"] in names) and row["family"] in self.drivers]

    def index_all(self, corpus, path, names):
        for engine in self.engines(names):
            row = ENGINES[engine]
            threads = 1 if row.get("one_thread") else 2
            self.index(corpus, path, engine, threads, 0, keep=True)
        if self.options.once:
            return
        for engine in self.engines(names):
            row = ENGINES[engine]
            for threads in (1,) if row.get("one_thread") else (1, 2):
                for store in row.get("stores", (0, 1)):
                    if row.get("full"):
                        self.index(corpus, path, engine, threads, store, keep=False)

    def grow(self, sizes):
        """nsearch alone, articles streamed from the generator, no text."""
        for articles in sizes:
            setting = dict(kind="growth", articles=articles, build=self.build)
            if self.results.find(**setting):
                continue
            target = os.path.join(self.folder, "index", "growth")
            shutil.rmtree(target, ignore_errors=True)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            generator = subprocess.Popen([os.path.join(self.folder, "bin", "generate"), str(articles),
                                          str(self.options.seed)], stdout=subprocess.PIPE)
            command = self.command("nsearch", "index", "-", target, "2", "0", str(MEMORY_MB))
            done = subprocess.run(apart(command), stdin=generator.stdout, stdout=subprocess.PIPE, text=True, check=True)
            generator.stdout.close()
            generator.wait()
            self.results.add({**setting, **figures_of(done.stdout), "date": str(datetime.date.today())})
            shutil.rmtree(target, ignore_errors=True)
            figures = self.results.rows[-1]
            say(f"growth: {articles:,} articles, {figures['cpu'] / articles * 1e6:.1f} us of CPU an article")

    # ---- Asking ----

    def ask_all(self, corpus, path, names):
        engines = [engine for engine in self.engines(names) if os.path.exists(self.index_folder(corpus, engine)) and
                   self.results.find(kind="index", corpus=corpus, engine=engine, store=0, **self.key(engine))]
        sets = None
        for name in questions.CLASSES:
            wanted = [engine for engine in engines if name in ENGINES[engine].get("classes", questions.CLASSES)]
            for mode in MODES:
                if name == "newest" and mode == "count":
                    continue  # nothing is sorted
                askable = [engine for engine in wanted if mode in ENGINES[engine].get("modes", MODES)]
                done = self.results.find(kind="queries", corpus=corpus, name=name, mode=mode, build=self.build)
                if done and set(askable) <= set(done["engines"]):
                    continue
                if sets is None:
                    say(f"{corpus}: choosing the questions")
                    sets = questions.choose(path, self.options.queries, self.options.seed)
                    with open(os.path.join(self.folder, f"questions-{corpus}.json"), "w", encoding="utf-8") as out:
                        json.dump(sets, out, indent=0)
                    servers = {engine: Server(self.command(engine, "serve", self.index_folder(corpus, engine)))
                               for engine in engines}
                    self.warm_up(servers, sets)
                self.ask(corpus, name, mode, sets[name], {engine: servers[engine] for engine in askable})
        if sets is not None:
            for server in servers.values():
                server.close()

    def warm_up(self, servers, sets):
        """Asks everything in random order for a while, so that what is read is in memory and what is hot is compiled."""
        everything = [(name, mode, question) for name, asked in sets.items() for question in asked for mode in MODES]
        random.Random(0).shuffle(everything)
        for engine, server in servers.items():
            row = ENGINES[engine]
            fit = [(name, mode, question) for name, mode, question in everything
                   if name in row.get("classes", questions.CLASSES) and mode in row.get("modes", MODES)]
            # Java compiles what is hot, and again better: its questions become faster for some ten thousand of them.
            end = time.monotonic() + self.options.heat * (3 if row["family"] == "lucene" else 1)
            for number, (name, mode, question) in enumerate(itertools.cycle(fit)):
                if time.monotonic() >= end:
                    break
                server.ask(number, mode, name, question)

    def ask(self, corpus, name, mode, asked, servers):
        """One class in one mode: engines take turns question by question; of several runs the median counts."""
        chance = random.Random(f"{corpus} {name} {mode}")
        took = {engine: [[] for _ in asked] for engine in servers}
        counts = {engine: [None] * len(asked) for engine in servers}
        hits = {engine: [None] * len(asked) for engine in servers}
        spent = dict.fromkeys(servers, 0.0)
        rounds = self.options.warm + self.options.runs
        for turn in range(rounds):
            order = list(range(len(asked)))
            chance.shuffle(order)
            # An engine that is far too slow to be asked so often keeps what it has.
            active = [engine for engine in servers if turn == 0 or spent[engine] < self.options.budget]
            if not active:
                break
            for place, number in enumerate(order):
                for shift in range(len(active)):
                    engine = active[(place + shift) % len(active)]
                    if spent[engine] > 4 * self.options.budget:
                        continue  # the rest of the questions stay unasked; they come in random order
                    nanoseconds, count, found = servers[engine].ask(number, mode, name, asked[number])
                    spent[engine] += nanoseconds / 1e9
                    took[engine][number].append(nanoseconds / 1000)
                    counts[engine][number] = count
                    hits[engine][number] = found
        self.check_answers(corpus, name, mode, asked, counts)
        rows = {}
        for engine in servers:
            runs = [times[self.options.warm:] or times[-1:] for times in took[engine]]
            rows[engine] = dict(us=[round(median(times), 3) if times else None for times in runs],
                                runs=min(len(times) for times in runs if times),
                                overlap=overlap(hits["nsearch"], hits[engine], mode, name))
        self.results.add(dict(kind="queries", corpus=corpus, name=name, mode=mode, build=self.build, engines=rows,
                              matches=counts["nsearch"] if mode.endswith("count") else None,
                              date=str(datetime.date.today())))
        say(f"{corpus}: {name} {mode}, mean us: " + ", ".join(
            f"{engine} {mean([us for us in row['us'] if us is not None]):.0f}" for engine, row in rows.items()))

    @staticmethod
    def check_answers(corpus, name, mode, asked, counts):
        if not mode.endswith("count"):
            return
        for number, question in enumerate(asked):
            seen = {engine: found[number] for engine, found in counts.items() if found[number] not in (None, -1)}
            if len(set(seen.values())) > 1:
                sys.exit(f"{corpus}: the engines count differently, {name} {mode}: {question}: {seen}")


def overlap(ours, theirs, mode, name):
    """The mean share of nsearch's hits that an engine finds too; ties and rounded lengths make it less than 1."""
    if mode == "count" or name == "newest":
        return None
    shares = [len(set(a) & set(b)) / len(a) for a, b in zip(ours, theirs) if a and b is not None]
    return round(sum(shares) / len(shares), 4) if shares else None


def text_bytes(path):
    """Of the texts alone, without number, date and newline."""
    cache = path + ".bytes"
    if not os.path.exists(cache):
        total = 0
        with open(path, "rb") as lines:
            for line in lines:
                total += len(line) - line.index(b"\t", line.index(b"\t") + 1) - 2
        with open(cache, "w", encoding="ascii") as out:
            out.write(str(total))
    with open(cache, encoding="ascii") as stored:
        return int(stored.read())


class Server:
    def __init__(self, command):
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, bufsize=1 << 16)
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{shlex.join(self.command)} ended with {self.process.wait()}")
        return line.rstrip("\n")

    def ask(self, number, mode, name, question):
        fields = [str(number), mode, name, question["text"], str(question.get("since", "")),
                  str(question.get("until", "")), question.get("order", "")]
        self.process.stdin.write("\t".join(fields) + "\n")
        self.process.stdin.flush()
        _, nanoseconds, count, hits = self.read().split("\t")
        return int(nanoseconds), int(count), [hit.partition(":")[0] for hit in hits.split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = re.search(r"model name\s*: (.*)", info.read())
    with open("/proc/meminfo", encoding="utf-8") as info:
        memory = int(re.search(r"MemTotal:\s*(\d+)", info.read())[1]) / 2**20
    return (f"{model[1] if model else platform.machine()}, {os.cpu_count()} processors, {memory:.0f} GiB; "
            f"{platform.system()} {platform.release()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", default=os.path.join(ROOT, ".build", "bench"))
    parser.add_argument("--peers", default=" ".join(FAMILIES),
                        help=f"of {', '.join(ENGINES)}; nsearch always. A peer's first name stands for all of its rows")
    parser.add_argument("--articles", type=int, default=1000000, help="of the largest generated corpus")
    parser.add_argument("--collections", default=os.environ.get("NSEARCH_CORPORA"))
    parser.add_argument("--corpora", default="", help="only these, by name: allsides-a reuters generated-100000 ...")
    parser.add_argument("--queries", type=int, default=120, help="in each class")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--heat", type=float, default=40,
                        help="seconds of questions to each engine before the first class, three times as many to Java")
    parser.add_argument("--warm", type=int, default=2, help="runs of a class that do not count")
    parser.add_argument("--growth", action="store_true", help="nothing but the growth of nsearch")
    parser.add_argument("--once", action="store_true", help="index once for the questions, not again for the times")
    parser.add_argument("--untimed", action="store_true",
                        help="the machine has other work: make indexes, but do not let the times that it takes count")
    parser.add_argument("--runs", type=int, default=7, help="runs that do")
    parser.add_argument("--budget", type=float, default=40,
                        help="seconds of search after which an engine has no further run of a class; after four times as "
                        "many the rest of its questions stay unasked")
    parser.add_argument("--patience", type=float, default=3 * 3600, help="seconds that an index may take")
    options = parser.parse_args()
    # A name that is a family's means all of its rows, of which the first bears it.
    names = {"nsearch"} | set(options.peers.replace(",", " ").split())
    if names - set(ENGINES):
        parser.error(f"no such peer: {' '.join(sorted(names - set(ENGINES)))}; there are {' '.join(ENGINES)}")
    bench = Bench(options)
    bench.prepare([family for family in FAMILIES if any(ENGINES[name]["family"] == family for name in names)])
    bench.results.add(dict(kind="machine", machine=machine(), date=str(datetime.date.today()), build=bench.build,
                           command=os.environ.get("BENCH_COMMAND", shlex.join(sys.argv))))
    # Peers are compared up to a million articles; the sizes before the largest say who is too slow for it.
    compared = sorted({min(size, options.articles) for size in (100000, 1000000)})
    corpora = options.corpora.split() or ["allsides-a", "reuters", *[f"generated-{size}" for size in compared]]
    if options.growth:
        corpora = []
    for corpus in corpora:
        path = make_corpus(bench.folder, corpus, options.collections, options.seed)
        if path:
            bench.index_all(corpus, path, names)
            bench.ask_all(corpus, path, names)
    if not options.corpora:
        bench.grow([size for size in (10000, 100000, 1000000, 10000000) if size <= options.articles])


if __name__ == "__main__":
    started = time.monotonic()
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
    say(f"done in {time.monotonic() - started:.0f} s")
