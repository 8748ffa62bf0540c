#!/usr/bin/env python3
"""How much memory indexing takes, whatever comes: at most --memory and 32 MiB. Taken is what the process holds that is of
no file, RssAnon and RssShmem of /proc/PID/status, looked at all the time; written files are the system's affair.

    memory.py [--long] [NAME...]

Each case writes an input and indexes it with the least memory, 64 MiB, and two threads; where single articles are what
takes memory, with as much as docs/reliability.md says that they need. --long: inputs of the size that the
promise is about, and all figures are printed. Ends with a line such as cli's."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

MIB = 1 << 20
ROOM = 32


def lines(path, records):
    with open(path, "w") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def article(number, body, **more):
    return {"id": f"n{number}", "title": f"Number {number}", "body": body, **more}


def word(number):
    return "w" + format(number * 2654435761 % (1 << 40), "x")


def tiny(place, long):
    lines(place / "tiny.jsonl", ({"id": f"t{n}", "title": "t"} for n in range(1000000 if long else 100000)))


def words_of_one(place, long):
    lines(place / "one.jsonl", [article(0, " ".join(word(n) for n in range(1000000 if long else 250000)))])


def words_of_many(place, long):
    many = 80000 if long else 8000
    lines(place / "many.jsonl", (article(a, " ".join(word(100 * a + n) for n in range(100))) for a in range(many)))


def files(place, long):
    folder = place / "files"
    folder.mkdir()
    for n in range(100000 if long else 5000):
        (folder / f"{n}-{'a' * 60}.json").write_text(json.dumps(article(n, "one of many files")))


def lists(place, long):
    lines(place / "lists.jsonl", (
        article(a, "long lists", author=[f"Author {a} {n}" for n in range(9000)],
                topics=[f"topic {a} {n}" for n in range(9000)]) for a in range(200 if long else 60)))


def large(place, long):
    """Some near the limit of 64 MiB, and one above it."""
    size = 60 if long else 6
    text = " ".join(random.Random(1).choices([word(n) for n in range(5000)], k=100000))
    lines(place / "large.jsonl", (article(a, (text + " ") * (size * MIB // len(text))) for a in range(4)))
    with open(place / "over.jsonl", "w") as file:
        file.write('{"id": "over", "body": "')
        for _ in range(80 if long else 65):
            file.write("too long " * (MIB // 9))
        file.write('"}\n' + json.dumps(article("after", "what comes after")) + "\n")


def runs(place, long):
    """Many commits, which are merged now and then."""
    for n in range(40 if long else 8):
        start = 5000 * n
        lines(place / f"run{n:02}.jsonl", (
            article(start + a, " ".join(word(start * 20 + 10 * a + n) for n in range(40)), source=f"s{start + a}",
                    author=[f"Author {start + a}"]) for a in range(5000)))


CASES = [tiny, words_of_one, words_of_many, files, lists, large, runs]


def memory(case, long):
    if case is large:
        return 1024 if long else 128
    return 64


def taken(pid):
    total = 0
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith(("RssAnon:", "RssShmem:")):
                    total += int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return total


def watch(command):
    """Runs a command; the most that it took, its exit code and what it said."""
    with open("said", "w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
        most = 0
        while process.poll() is None:
            most = max(most, taken(process.pid))
            time.sleep(0.002)
    return most, process.returncode, pathlib.Path("said").read_text()


def commands(case, place, memory):
    index = [os.environ["NSEARCH"], "index", "--index", "index", "--memory", f"{memory}M", "--threads", "2"]
    if case is runs:
        for path in sorted(place.iterdir()):
            yield index + [str(path)]
    else:
        yield index + [str(place)]


def main():
    names = [name for name in sys.argv[1:] if name != "--long"]
    long = "--long" in sys.argv
    passed = failed = 0
    for case in CASES:
        if names and case.__name__ not in names:
            continue
        place = pathlib.Path("input")
        for old in (place, pathlib.Path("index")):
            shutil.rmtree(old, ignore_errors=True)
        place.mkdir()
        case(place, long)
        wrong, worst, given = "", 0, memory(case, long)
        for command in commands(case, place, given):
            most, code, said = watch(command)
            worst = max(worst, most)
            if code != (5 if case is large else 0):
                wrong = f"exit code {code}: {said}"
            if case is large and "longer than" not in said:
                wrong = f"nothing is said of the record over the limit: {said}"
        if worst > (given + ROOM) * MIB:
            wrong = f"more than {given + ROOM} MiB"
        if long or wrong:
            print(f"{'ran: ' if long else ''}{case.__name__}: {worst / MIB:.1f} MiB with --memory {given}M{'; ' + wrong if wrong else ''}", flush=True)
        passed += not wrong
        failed += bool(wrong)
    print(f"memory: {passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
