#!/usr/bin/env python3
"""The driver of PISA, by way of its Python binding, run by the interpreter of the environment that it is installed in.
README.md describes the protocol.

The binding takes questions from an iterator and runs one after the other inside its native code, so the time between
the iterator's giving a question and its being asked for the next one is that of the search itself (looking up the words
and, at the end, making strings of the hits' names included). Scores are not quantised. Of its algorithms the one that is
recommended for the kind of question is used: block-max AND, block-max WAND for few words, MaxScore for many."""
import array
import contextlib
import ctypes
import glob
import importlib.machinery
import importlib.metadata
import importlib.util
import os
import resource
import sys
import sysconfig
import time

ENCODING, BLOCK, K1, B = "block_simdbp", 64, 1.2, 0.75


def load():
    """The native module alone: its package would pull in all of a search platform."""
    ctypes.CDLL(os.path.join(sys.prefix, "lib", "libtbb.so.2"), mode=ctypes.RTLD_GLOBAL)
    path = glob.glob(os.path.join(sysconfig.get_path("platlib"), "pyterrier_pisa", "_pisathon*.so"))[0]
    loader = importlib.machinery.ExtensionFileLoader("_pisathon", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location("_pisathon", path, loader=loader))
    loader.exec_module(module)
    return module


def prepare(pisa, folder):
    context = pisa.RetrievalContext()
    pisa.prepare_index(context, folder, encoding=ENCODING, scorer_name="bm25", stemmer="", block_size=BLOCK, quantize=0,
                       bm25_k1=K1, bm25_b=B)
    return context


@contextlib.contextmanager
def silent():
    """The binding logs to standard output, which is for figures."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def feed(corpus, pipe):
    """Gives the indexer what it reads: number, blank, text."""
    with open(corpus, "rb") as lines, open(pipe, "wb", buffering=1 << 20) as out:
        for line in lines:
            number, _, text = line.split(b"\t")
            out.write(number + b" " + text)


def numbers(path):
    values = array.array("I")
    with open(path, "rb") as file:
        values.frombytes(file.read())
    return values


def index(pisa, corpus, folder, threads, memory):
    os.makedirs(folder, exist_ok=True)
    # In a process of its own: the indexer holds the interpreter's lock while it waits for lines.
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        feed(corpus, pipe)
        os._exit(0)
    with silent():
        pisa.index(pipe, folder, "", memory * 20, threads)  # a batch of so many articles
        os.waitpid(child, 0)
        os.unlink(pipe)
        prepare(pisa, folder)
    print(f"seconds\t{time.monotonic() - started}")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(f"cpu\t{usage.ru_utime + usage.ru_stime}\npeak_bytes\t{usage.ru_maxrss * 1024}")
    terms, documents = pisa.num_terms(folder), pisa.num_docs(folder)
    lengths = numbers(os.path.join(folder, "inv.sizes"))
    print(f"documents\t{documents}\nterms\t{terms}\nsegments\t1")
    # Each list of the collection has its length before it; two numbers more are at the beginning.
    print(f"postings\t{os.path.getsize(os.path.join(folder, 'inv.docs')) // 4 - 2 - terms}\ntokens\t{sum(lengths[1:])}")
    parts = {"postings": 0, "bounds": 0, "dictionary": 0, "stored": 0}
    for name in os.listdir(folder):
        part = ("postings" if name.endswith(ENCODING) else "bounds" if ".bmw." in name else
                "dictionary" if name.endswith("termlex") else "stored" if name.endswith("doclex") else None)
        path = os.path.join(folder, name)
        if part:
            parts[part] += os.path.getsize(path)
        else:
            os.unlink(path)  # what only building needs
    for part, size in parts.items():
        print(f"bytes:{part}\t{size}")


class Watched:
    """One question, and when it was taken and done with."""

    def __init__(self, question):
        self.question = question
        self.state = 0
        self.started = self.ended = 0

    def __len__(self):
        return 1

    def __iter__(self):
        return self

    def __next__(self):
        if self.state:
            self.ended = time.perf_counter_ns()
            raise StopIteration
        self.state = 1
        question = self.question
        self.started = time.perf_counter_ns()
        return question


def serve(pisa, folder):
    with silent():
        context = prepare(pisa, folder)
    print("ready", flush=True)
    room = 100
    numbers_of_questions, ranks = (ctypes.c_int32 * room)(), (ctypes.c_int32 * room)()
    scores, names = (ctypes.c_float * room)(), (ctypes.c_void_p * room)()
    for line in sys.stdin:
        number, mode, _, text, *_ = line.rstrip("\n").split("\t")
        words = text.replace("+", "").split(" ")
        algorithm = ("block_max_ranked_and" if text.startswith("+") else
                     "block_max_wand" if len(words) < 8 else "maxscore")
        limit = 10 if mode == "top10" else 100
        watched = Watched((0, dict.fromkeys(words, 1.0)))
        found = pisa.retrieve(context, algorithm, watched, k=limit, threads=1, pretokenised=1, query_weighted=0,
                              result_qidxs=numbers_of_questions, result_docnos=names, result_ranks=ranks,
                              result_scores=scores)
        hits = []
        for i in range(found):
            name = ctypes.cast(names[i], ctypes.py_object).value
            hits.append(f"{name}:{scores[i]:.6g}")
            ctypes.pythonapi.Py_DecRef(ctypes.c_void_p(names[i]))
        print(f"{number}\t{watched.ended - watched.started}\t-1\t{' '.join(hits)}", flush=True)


def main():
    command, *rest = sys.argv[1:] or [""]
    pisa = load()
    if command == "index":
        index(pisa, rest[0], rest[1], int(rest[2]), int(rest[4]))
    elif command == "serve":
        serve(pisa, rest[0])
    elif command == "version":
        print("PISA of pyterrier-pisa " + importlib.metadata.version("pyterrier-pisa"))
    else:
        sys.exit("index CORPUS FOLDER THREADS STORE MEMORY_MB | serve FOLDER | version")


if __name__ == "__main__":
    main()
