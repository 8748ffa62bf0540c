#!/usr/bin/env python3
"""Measures indexing and asking on the AllSides collection, and related articles also on generated ones, and prints the
figures of docs/benchmarks.md as Markdown.

Each run is a whole process; of several runs the fastest wall time counts, since whatever else the machine does only
ever adds to it. Peak memory is the process' own account of its largest resident set, files that it maps left in."""
import argparse
import datetime
import gzip
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time


def run(command):
    """Runs a command and returns (seconds, peak bytes, output)."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if process.returncode not in (0, 5):
        sys.exit(f"{' '.join(command)}: exit {process.returncode}\n{text}")
    return seconds, usage.ru_maxrss * 1024, text


def best_of(runs, command, index):
    best = None
    for _ in range(runs):
        shutil.rmtree(index, ignore_errors=True)
        now = run(command)
        best = now if best is None or now[0] < best[0] else best
    return best


def machine():
    with open("/proc/cpuinfo") as info:
        model = re.search(r"model name\s*: (.*)", info.read())
    return f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} processors"


def index_rows(nsearch, corpus, index, runs):
    rows = []
    for label, extra in (("English stems, text kept", []), ("English stems, no text", ["--no-text"]),
                         ("no stems, no text", ["--no-text", "--language", "none"])):
        for threads in (1, 2):
            command = [nsearch, "index", "--json", "--quiet", "--threads", str(threads), "--index", index, *extra, corpus]
            seconds, peak, text = best_of(runs, command, index)
            report = json.loads(text)
            rows.append((label, threads, report["text_bytes"] / seconds / 1e6, report["input_bytes"] / seconds / 1e6,
                         seconds, peak / 2**20))
    return rows


def memory_rows(nsearch, corpus, index):
    rows = []
    for memory in ("64M", "128M", "256M", "1G"):
        shutil.rmtree(index, ignore_errors=True)
        command = [nsearch, "index", "--json", "--quiet", "--memory", memory, "--index", index, corpus]
        seconds, peak, _ = run(command)
        rows.append((memory, seconds, peak / 2**20))
    return rows


def related_row(driver, label, index):
    text = run([driver, "related", index, "200"])[2]
    return (label, *(float(line.split("\t")[1]) for line in text.splitlines()))


def generated_index(driver, articles, index):
    """An index of generated articles, text kept, made by the driver of the benchmarks."""
    generate = os.path.join(os.path.dirname(driver), "generate")
    with subprocess.Popen([generate, str(articles), "1"], stdout=subprocess.PIPE) as source:
        subprocess.run([driver, "index", "-", index, "2", "1", "1024"], stdin=source.stdout, stdout=subprocess.DEVNULL,
                       check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=".build/nsearch")
    parser.add_argument("--corpora", default=os.environ.get("NSEARCH_CORPORA"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--driver", default=".build/bench/bin/nsearch", help="without it, related articles are left out")
    parser.add_argument("--generated", type=int, default=1000000, help="articles of the generated collection, 0: none")
    options = parser.parse_args()
    if not options.corpora:
        sys.exit("figures.py: say where the collections are: NSEARCH_CORPORA or --corpora")
    scratch = tempfile.mkdtemp(prefix="nsearch-bench-")
    corpus, index, queries = (os.path.join(scratch, name) for name in ("corpus.jsonl", "index", "queries"))
    with gzip.open(os.path.join(options.corpora, "allsides-a.jsonl.gz")) as source, open(corpus, "wb") as target:
        shutil.copyfileobj(source, target)
    with open(os.path.join(options.corpora, "queries-mq.txt"), "rb") as source, open(queries, "wb") as target:
        target.writelines(source.readlines()[:1000])
    version = run([options.program, "--version"])[2].strip()
    print(f"{version}; {machine()}; {platform.system()} {platform.release()}; {datetime.date.today()}.\n")

    print("| indexing | threads | MB/s of text | MB/s of JSON | seconds | peak MiB |\n| --- | --- | --- | --- | --- | --- |")
    for row in index_rows(options.program, corpus, index, options.runs):
        print("| {} | {} | {:.1f} | {:.1f} | {:.2f} | {:.0f} |".format(*row))
    print("\n| `--memory` (2 threads) | seconds | peak MiB |\n| --- | --- | --- |")
    for row in memory_rows(options.program, corpus, index):
        print("| {} | {:.2f} | {:.0f} |".format(*row))

    shutil.rmtree(index, ignore_errors=True)
    report = json.loads(run([options.program, "index", "--json", "--quiet", "--index", index, corpus])[2])
    stats = json.loads(run([options.program, "stats", "--json", "--index", index])[2])
    print("\n| part of the index | bytes | of the text |\n| --- | --- | --- |")
    for part, size in stats["bytes"].items():
        print(f"| {part} | {size:,} | {size / report['text_bytes']:.4f} |")

    print("\n| first 1,000 queries | mean ms | p50 ms | p95 ms | p99 ms |\n| --- | --- | --- | --- | --- |")
    for label, extra in (("top 10", []), ("top 100", ["-n", "100"])):
        best = None
        for _ in range(options.runs):
            text = run([options.program, "batch", "--timing", "--index", index, "--format", "plain", *extra, queries])[2]
            figures = [float(f) for f in re.search(
                r"mean ([\d.]+) ms, p50 ([\d.]+) ms, p95 ([\d.]+) ms, p99 ([\d.]+) ms", text).groups()]
            best = figures if best is None or figures[0] < best[0] else best
        print("| {} | {:.3f} | {:.3f} | {:.3f} | {:.3f} |".format(label, *best))

    if os.path.exists(options.driver):
        rows = [related_row(options.driver, "allsides-a", index)]
        if options.generated:
            shutil.rmtree(index)
            generated_index(options.driver, options.generated, index)
            rows.append(related_row(options.driver, f"{options.generated:,} generated", index))
        print("\n| related articles | mean ms | p50 ms | p99 ms |\n| --- | --- | --- | --- |")
        for row in rows:
            print("| {} | {:.2f} | {:.2f} | {:.2f} |".format(*row))
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
