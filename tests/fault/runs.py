"""What is disturbed: runs of the program that change an index, and runs that read one."""

import base64
import gzip
import json
import os
import random
import shutil
import subprocess
import zlib

INDEX = "shelf/index"  # the shelf is new where the index is: then two folders are made

WORDS = """harbour ferry strike council budget memo cloud chip export ledger copper wheat storm bridge verdict
reactor senate tariff orchard glacier vaccine quarry signal convoy""".split()

QUESTIONS = ["cloud", "memo AND cloud", '"harbour ferry"', "chip* -export", "date:2024..", "source:wire copper"]


def article(number, edition=0, word="plain"):
    """One of our own making; another edition has the same id and other words."""
    pick = [WORDS[(number * 7 + edition * 5 + i * (number % 5 + 1)) % len(WORDS)] for i in range(40)]
    return {
        "id": f"made-{number}",
        "title": f"{pick[0].capitalize()} {pick[1]} {word}",
        "text": " ".join(pick) + ".",
        "published": f"20{20 + number % 6}-0{number % 9 + 1}-1{number % 10}T08:00:00Z",
        "source": f"Wire {number % 3}",
        "url": f"https://wire.example/{number}",
    }


def write_articles(path, articles, day=1):
    """With a time of long ago: files of just now are looked at more closely, and so another time otherwise."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        for one in articles:
            file.write(json.dumps(one) + "\n")
    os.utime(path, (1600000000 + 86400 * day,) * 2)


class Run:
    """A run of the program: the words after `nsearch`. `steps` make the index that it begins with: runs too, that
    nothing disturbs, or functions that change the corpora, whose folder they are given."""

    def __init__(self, name, steps, words, changes=True, recorded=True, ordered=True):
        self.name, self.steps, self.words = name, steps, words
        self.changes = changes  # the index: else it only reads
        self.recorded = recorded  # all that it writes goes through the seam
        self.ordered = ordered  # its calls come in the same order each time


PAGE = b"<html><head><title>Ferry</title></head><body><p>The %s harbour waits for a bridge.</p></body></html>"
# The like, in the encoding br.
BROTLI = "F48AAMR3W5/qC0lDkUVLFx0y/LJNjtPJAfv3U1toeYmVHQgDN1lJOGZw1gMpCUnsN2mWWfXHg/VkeCldouhiaKB3vr5XhbnKYENJv906I3mqmR9d"
BROTLI += "1/eo5+0qE18RtxCblP4RtwE="


def write_pages(folder):
    """What is decoded on the way: a crawl in all encodings of HTTP, and XML with its dates."""
    os.makedirs(folder)
    deflate = zlib.compressobj(wbits=-15)
    bodies = {
        "gzip": gzip.compress(PAGE % b"gzip", mtime=0),
        "deflate": deflate.compress(PAGE % b"deflate") + deflate.flush(),
        "br": base64.b64decode(BROTLI),
        "chunked": b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE),
    }
    with open(os.path.join(folder, "crawl.warc"), "wb") as file:
        for name, body in bodies.items():
            header = "Transfer-Encoding" if name == "chunked" else "Content-Encoding"
            block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{header}: {name}\r\n\r\n".encode() + body
            file.write(f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://wire.example/{name}\r\n".encode())
            file.write(b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(block), block))
    with open(os.path.join(folder, "item.xml"), "w", encoding="utf-8") as file:
        file.write('<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="made-item"><itemMeta><versionCreated>'
                   "2024-05-01T10:00:00Z</versionCreated></itemMeta><contentMeta><contentCreated>2024-04-30T08:00:00Z"
                   "</contentCreated><headline>Ferry</headline></contentMeta></newsItem>\n")
    for name in os.listdir(folder):
        os.utime(os.path.join(folder, name), (1600000000,) * 2)


def make_corpora(place, corpus):
    """Folders of articles below `place`."""
    shutil.copytree(corpus, os.path.join(place, "corpus"))
    for folder, _, files in os.walk(os.path.join(place, "corpus")):
        for name in files:
            os.utime(os.path.join(folder, name), (1600000000,) * 2)
    write_articles(os.path.join(place, "one", "a.jsonl"), [article(n) for n in range(8)])
    write_articles(os.path.join(place, "one", "b.jsonl"), [article(n, word="gone") for n in range(8, 12)])
    write_articles(os.path.join(place, "two", "c.jsonl"), [article(n, 1, "again") for n in (1, 9, 20, 21, 22)])
    for name in ("changing", "pruned", "missed"):
        write_articles(os.path.join(place, name, "a.jsonl"), [article(n) for n in range(60, 66)])
        write_articles(os.path.join(place, name, "b.jsonl"), [article(n, 2, "later") for n in range(64, 69)])
    write_pages(os.path.join(place, "pages"))
    write_words(os.path.join(place, "words", "w.jsonl"), 45000)  # whose dictionary does not stay in memory
    write_words(os.path.join(place, "pieces", "p.jsonl"), 10000)  # more than one of 64 threads has memory for
    for n in range(12):
        write_articles(os.path.join(place, f"day{n}", "d.jsonl"), [article(30 + 2 * n + i) for i in range(2)])


def write_words(path, count):
    """An article of new words."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=20)) for _ in range(count)]
    write_articles(path, [{"id": "words", "title": "Ledger of words", "text": " ".join(words)}])


def index_of(folder, *more):
    return ["index", "--quiet", "--threads", "1", *more, f"../../corpora/{folder}"]


def edit(corpora):
    write_articles(os.path.join(corpora, "changing", "b.jsonl"), [article(n, 1, "again") for n in (64, 66, 70)], day=2)


def lose_file(corpora):
    os.remove(os.path.join(corpora, "pruned", "b.jsonl"))


def lose_both(corpora):
    """One is gone, and the other cannot be read: a link to itself."""
    for name in ("a.jsonl", "b.jsonl"):
        os.remove(os.path.join(corpora, "missed", name))
    os.symlink("a.jsonl", os.path.join(corpora, "missed", "a.jsonl"))


def all_runs(xapian):
    one, many = [index_of("one")], [index_of(f"day{n}") for n in range(11)]
    deleted = ["delete", "made-3", "made-10", "made-33"]
    runs = [
        Run("first", [], index_of("corpus")),
        Run("pages", [], index_of("pages")),
        Run("add", one, index_of("two")),
        Run("threads", one, ["index", "--quiet", "--threads", "3", "../../corpora/corpus"], ordered=False),
        Run("merge", many, index_of("day11")),
        Run("changed", [index_of("changing"), edit], index_of("changing")),
        Run("prune", [index_of("pruned"), lose_file], index_of("pruned", "--prune")),
        Run("prune missed", [index_of("missed"), lose_both], index_of("missed", "--prune-empty")),
        Run("delete", one, ["delete", "made-2", "made-3"]),
        Run("delete query", one, ["delete", "--query", "gone"]),
        Run("optimize", one + many + [deleted], ["optimize"]),
        Run("purge", one + many + [deleted], ["optimize", "--purge"]),
        Run("words", one, index_of("words")),
        Run("pieces", one, index_of("pieces", "--memory", "64M", "--threads", "64"), ordered=False),
        Run("optimize words", one + [index_of("words")], ["optimize"]),
        Run("query", many, ["query", "--format", "jsonl", "--", "cloud -gone"], changes=False),
        Run("facets", many, ["query", "--json", "--facet", "source", "--facet", "month", "copper OR +har*"], changes=False),
        Run("related", many, ["related", "made-31"], changes=False),
        Run("show", many, ["show", "made-31"], changes=False),
        Run("batch", many, ["batch", "--syntax", "../../corpora/questions"], changes=False),
        Run("check", many, ["check"], changes=False),
        Run("stats", many, ["stats"], changes=False),
    ]
    if xapian:
        first = [index_of("one", "--engine", "xapian")]
        runs += [
            Run("xapian first", [], index_of("one", "--engine", "xapian"), recorded=False),
            Run("xapian add", first, index_of("two"), recorded=False),
            Run("xapian delete", first, ["delete", "made-2"], recorded=False),
            Run("xapian optimize", first + [index_of("two")], ["optimize", "--purge"], recorded=False),
            Run("xapian query", first, ["query", "--format", "jsonl", "--", "cloud -gone"], changes=False),
            Run("xapian check", first, ["check"], changes=False),
        ]
    return runs


def run(program, words, place, environment=None):
    """(status, output, errors) of the program; a signal is a status below 0, and one that takes too long ends with None."""
    try:
        done = subprocess.run(
            [program, *words],
            cwd=place,
            env={**os.environ, "NSEARCH_INDEX": INDEX, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, "", ""
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
