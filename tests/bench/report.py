#!/usr/bin/env python3
"""Makes the tables and charts of the comparison from the figures that bench.py kept.

    report.py [--folder .build/bench] [--docs docs]

Writes docs/benchmarks.md between its two marker comments, docs/benchmarks/comparison.csv and the charts beside it. The
CSV holds every figure; the document shows the largest generated corpus in full and of the others the ratios."""
import argparse
import csv
import json
import math
import os
from xml.sax.saxutils import escape

from bench import ENGINES, FAMILIES, MODES, ROOT
from questions import CLASSES

BEGIN, END = "<!-- comparison: written by tests/bench/report.py -->", "<!-- /comparison -->"
CLASS_TITLES = {"term": "one term", "and": "all of 2-3 terms", "or": "any of 2-5 terms", "phrase": "phrase of 2-3 words",
                "mixed": "one required, 1-2 optional", "negated": "one required, one excluded",
                "long": "any of 20-40 terms", "dated": "terms within dates", "newest": "newest first"}
MODE_TITLES = {"top10": "the best 10", "top100": "the best 100", "count": "the count",
               "top100count": "the best 100 and the count"}
COLOURS = {"nsearch": "#c0392b", "lucene": "#2c6fbb", "lucene-natural": "#7fb0e0", "lucene-bp": "#174a80",
           "lucene-sorted": "#4f8fd0", "tantivy": "#d98e04", "tantivy-natural": "#f0c36b", "pisa": "#6b4fa0",
           "xapian": "#3a8f5c", "fts5": "#8a8a8a"}


class Figures:
    """The latest row of everything; of nsearch, in the tables of one corpus, only what one program gave, its latest there."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        self.machine = next(row for row in reversed(rows) if row["kind"] == "machine")
        builds = {(row["kind"] == "growth", row.get("corpus")): row["build"] for row in rows if "build" in row}
        self.versions = {row["family"]: row["version"] for row in rows if row["kind"] == "version"}
        self.absent = {row["family"]: row["output"] for row in rows
                       if row["kind"] == "absent" and row["family"] not in self.versions}
        self.index, self.queries, self.growth = {}, {}, {}
        for row in rows:
            if row.get("build") != builds.get((row["kind"] == "growth", row.get("corpus"))) and "build" in row:
                continue
            if row["kind"] == "index":
                self.index[row["corpus"], row["engine"], row["threads"], row["store"]] = row
            elif row["kind"] == "queries":
                self.queries[row["corpus"], row["name"], row["mode"]] = row
            elif row["kind"] == "growth":
                self.growth[row["articles"]] = row
        self.corpora = sorted({corpus for corpus, *_ in self.index}, key=self.order)

    @staticmethod
    def order(corpus):
        return (0, -int(corpus.split("-")[1])) if corpus.startswith("generated-") else (1, corpus)

    def engines(self, corpus):
        return [engine for engine in ENGINES if any(key[:2] == (corpus, engine) for key in self.index)]


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if share else ordered[0]


def summary(times):
    times = [time for time in times if time is not None]
    return sum(times) / len(times), quantile(times, 0.5), quantile(times, 0.95), quantile(times, 0.99)


def ratio(theirs, ours):
    """The geometric mean over the questions of how many times longer an engine took than nsearch."""
    logs = [math.log(max(a, 0.05) / max(b, 0.05)) for a, b in zip(theirs, ours) if a is not None and b is not None]
    return math.exp(sum(logs) / len(logs)) if logs else None


def short(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * len(head)) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def timed(row):
    """Whether an index was made with nothing else to do for the machine."""
    return row.get("timed", True)


# ---- Tables -------------------------------------------------------------------------------------------------------------

def index_table(figures, corpus):
    rows = []
    for engine in figures.engines(corpus):
        cells = [engine]
        for store in (0, 1):
            for threads in (1, 2):
                row = figures.index.get((corpus, engine, threads, store))
                cells.append(f"{row['text_bytes'] / row['seconds'] / 1e6:.1f}" if row and timed(row) else "–")
        plain = figures.index.get((corpus, engine, 2, 0)) or figures.index.get((corpus, engine, 1, 0))
        stored = figures.index.get((corpus, engine, 2, 1)) or figures.index.get((corpus, engine, 1, 1))
        cells += [f"{plain['cpu']:.1f}" if timed(plain) else "–", f"{plain['peak_bytes'] / 2**20:,.0f}",
                  f"{plain['bytes'] / 1e6:,.1f}",
                  f"{plain['bytes'] / plain['text_bytes']:.3f}", f"{plain['segments']:.0f}",
                  f"{stored['bytes'] / 1e6:,.1f}" if stored else "–"]
        rows.append(cells)
    head = ["engine", "MB/s, 1 thread", "2 threads", "with text, 1 thread", "2 threads", "CPU s", "peak MiB", "MB on disk",
            "of the text", "segments", "MB with text"]
    return table(head, rows)


def parts_table(figures, corpus):
    rows = []
    for engine in figures.engines(corpus):
        row = figures.index.get((corpus, engine, 2, 0)) or figures.index.get((corpus, engine, 1, 0))
        parts = sorted(row["parts"].items(), key=lambda part: -part[1])
        rows.append([engine, ", ".join(f"{name} {size / 1e6:,.2f}" for name, size in parts if size >= 5000)])
    return table(["engine", "MB by part, without text"], rows)


def ask_engines(figures, corpus):
    seen = {engine for key, row in figures.queries.items() if key[0] == corpus for engine in row["engines"]}
    return [engine for engine in ENGINES if engine in seen]


def latency_table(figures, corpus, mode):
    engines = ask_engines(figures, corpus)
    rows = []
    for name in CLASSES:
        row = figures.queries.get((corpus, name, mode))
        if not row:
            continue
        cells = [f"{CLASS_TITLES[name]}"]
        means = {engine: summary(found["us"])[0] for engine, found in row["engines"].items()}
        for engine in engines:
            if engine not in row["engines"]:
                cells.append("–")
                continue
            mean, *rest = (short(value) for value in summary(row["engines"][engine]["us"]))
            best = means[engine] == min(means.values())
            asked = sum(time is not None for time in row["engines"][engine]["us"])
            cells.append((f"**{mean}**" if best else mean) + " / " + " / ".join(rest) +
                         (f" ({asked} of them)" if asked < len(row["engines"][engine]["us"]) else ""))
        rows.append(cells)
    return table(["class"] + engines, rows)


def ratio_table(figures, corpus):
    engines = [engine for engine in ask_engines(figures, corpus) if engine != "nsearch"]
    rows = []
    for name in CLASSES:
        for mode in MODES:
            row = figures.queries.get((corpus, name, mode))
            if not row or "nsearch" not in row["engines"]:
                continue
            cells = [name, mode]
            for engine in engines:
                found = row["engines"].get(engine)
                value = ratio(found["us"], row["engines"]["nsearch"]["us"]) if found else None
                cells.append("–" if value is None else f"**{short(value)}**" if value < 1 else short(value))
            rows.append(cells)
    return table(["class", "mode"] + engines, rows)


def overlap_line(figures, corpus):
    shares = {}
    for (name, _, mode), row in figures.queries.items():
        if name == corpus and mode == "top10":
            for engine, found in row["engines"].items():
                if engine != "nsearch" and found["overlap"] is not None:
                    shares.setdefault(engine, []).append(found["overlap"])
    said = [f"{engine} {100 * sum(all_shares) / len(all_shares):.1f} %" for engine, all_shares in shares.items()]
    return ("Of nsearch's best ten an engine finds in the mean: " + ", ".join(said) + ". Lucene and Tantivy round lengths to "
            "a byte, PISA and FTS5 use another idf, and equal scores come in any order.") if said else ""


def growth_table(figures):
    rows = [[f"{articles:,}", f"{row['seconds']:.1f}", f"{row['cpu']:.1f}", f"{row['cpu'] / articles * 1e6:.1f}",
             f"{row['peak_bytes'] / 2**20:,.0f}", f"{row['bytes'] / 1e6:,.1f}", f"{row['bytes'] / row['tokens']:.3f}",
             f"{row['terms']:,.0f}"] for articles, row in sorted(figures.growth.items())]
    head = ["articles", "seconds", "CPU s", "µs of CPU an article", "peak MiB", "MB on disk", "bytes a token", "terms"]
    return table(head, rows)


def remarks(figures, main_corpus):
    lines = []
    for family in FAMILIES:
        if family in figures.absent:
            lines.append(f"{family} could not be had:\n\n```\n{figures.absent[family]}\n```")
    there = figures.engines(main_corpus)
    for engine in ENGINES:
        if engine not in there and ENGINES[engine]["family"] not in figures.absent:
            sizes = [corpus for corpus in figures.corpora if engine in figures.engines(corpus)]
            if sizes:
                lines.append(f"{engine} has not been run on {main_corpus}; its largest is {sizes[0]}.")
    return "\n\n".join(lines)


def document(figures):
    if not figures.corpora:
        raise SystemExit("no corpus was indexed yet: nothing to report")
    main_corpus = figures.corpora[0]
    described = {corpus: figures.index[next(key for key in figures.index if key[0] == corpus)] for corpus in figures.corpora}
    out = [f"{figures.machine['machine']}; {figures.machine['date']}; `{figures.machine['command']}`. "
           + "; ".join(figures.versions[family] for family in FAMILIES if family in figures.versions) + ".",
           table(["corpus", "articles", "MB of text", "tokens", "terms", "postings"],
                 [[corpus, f"{row['documents']:,.0f}", f"{row['text_bytes'] / 1e6:,.1f}", f"{row['tokens']:,.0f}",
                   f"{row['terms']:,.0f}", f"{row['postings']:,.0f}"] for corpus, row in described.items()]),
           remarks(figures, main_corpus)]
    out.append("### Indexing\n\nMB/s are of text, by wall clock, `fsync`, merging and reordering included.")
    for corpus in figures.corpora:
        out += [f"#### {corpus}", index_table(figures, corpus), parts_table(figures, corpus)]
    if figures.growth:
        out += ["#### Growth\n\nnsearch alone, two threads, no text, articles streamed from the generator, which shares the "
                "processors.", growth_table(figures), "![growth](benchmarks/growth.svg)"]
    out.append("### Questions\n\nMicroseconds, mean / p50 / p95 / p99; the least mean of a row is bold.")
    for mode in MODES:
        out += [f"#### {main_corpus}: {MODE_TITLES[mode]}", latency_table(figures, main_corpus, mode)]
    out.append("\n".join(f"![{CLASS_TITLES[name]}](benchmarks/{name}.svg)" for name in CLASSES
                         if any(key[1] == name for key in figures.queries)))
    out.append("### Ratios\n\nHow many times longer than nsearch an engine takes: the geometric mean over the questions. "
               "Below 1, in bold, the engine is faster.")
    for corpus in figures.corpora:
        if ask_engines(figures, corpus):
            out += [f"#### {corpus}", ratio_table(figures, corpus), overlap_line(figures, corpus)]
    return "\n\n".join(part for part in out if part)


def write_document(path, text):
    with open(path, encoding="utf-8") as file:
        whole = file.read()
    before, _, rest = whole.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{path} lacks the comments {BEGIN} and {END}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def write_csv(figures, path):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["corpus", "engine", "what", "mode", "mean", "p50", "p95", "p99", "ratio", "unit", "runs"])
        for (corpus, engine, threads, store), row in sorted(figures.index.items()):
            what = f"index, {threads} threads, {'text' if store else 'no text'}"
            for name in (*(("seconds", "cpu") if timed(row) else ()), "peak_bytes", "bytes", "segments", "text_bytes"):
                unit = "s" if name in ("seconds", "cpu") else ""
                out.writerow([corpus, engine, what, name, round(row[name], 3 if unit else None), "", "", "", "", unit, 1])
            for name, size in row["parts"].items():
                out.writerow([corpus, engine, what, f"bytes of {name}", size, "", "", "", "", "", 1])
        for (corpus, name, mode), row in sorted(figures.queries.items()):
            ours = row["engines"].get("nsearch")
            for engine, found in row["engines"].items():
                shown = [f"{value:.2f}" for value in summary(found["us"])]
                by = ratio(found["us"], ours["us"]) if ours else None
                out.writerow([corpus, engine, name, mode, *shown, "" if by is None else f"{by:.3f}", "us", found["runs"]])
        for articles, row in sorted(figures.growth.items()):
            for name in ("seconds", "cpu", "peak_bytes", "bytes", "tokens", "terms"):
                out.writerow([f"generated-{articles}", "nsearch", "growth", name, f"{row[name]:.15g}", "", "", "", "", "", 1])


# ---- Charts -------------------------------------------------------------------------------------------------------------

def svg(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'font-family="sans-serif" font-size="12" fill="#222">\n<rect width="{width}" height="{height}" fill="#fff"/>\n'
            + "\n".join(parts) + "\n</svg>\n")


def text(x, y, words, anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def bars(figures, corpus, name):
    """Horizontal bars of mean times on a logarithmic axis, a group for each mode."""
    groups = [(mode, figures.queries[corpus, name, mode]["engines"]) for mode in MODES
              if (corpus, name, mode) in figures.queries]
    means = {(mode, engine): summary(found["us"])[0] for mode, engines in groups for engine, found in engines.items()}
    low = 10 ** math.floor(math.log10(max(0.1, min(means.values()))))
    high = 10 ** math.ceil(math.log10(max(means.values()) * 1.01))
    left, right, step, width = 130, 70, 17, 760
    span = width - left - right

    def place(value):
        return left + span * math.log10(max(value, low) / low) / math.log10(high / low)

    parts, y = [text(12, 22, f"{CLASS_TITLES[name]}: mean time, {corpus}", more=' font-size="15" font-weight="bold"')], 40
    top = y
    rows = []
    for mode, engines in groups:
        y += 18
        rows.append(text(12, y, MODE_TITLES[mode], more=' font-weight="bold"'))
        y += 6
        for engine in ENGINES:
            if engine not in engines:
                continue
            value = means[mode, engine]
            rows.append(text(left - 8, y + 12, engine, "end"))
            rows.append(f'<rect x="{left}" y="{y + 2}" width="{max(1, place(value) - left):.1f}" height="{step - 4}" '
                        f'fill="{COLOURS[engine]}"/>')
            rows.append(text(place(value) + 5, y + 12, f"{short(value)} µs"))
            y += step
    tick = low
    while tick <= high * 1.001:
        parts.append(f'<line x1="{place(tick):.1f}" y1="{top}" x2="{place(tick):.1f}" y2="{y + 4}" stroke="#ddd"/>')
        parts.append(text(place(tick), y + 18, f"{tick:,.0f} µs" if tick >= 1 else f"{tick:g} µs", "middle", ' fill="#666"'))
        tick *= 10
    return svg(width, y + 28, parts + rows)


def growth(figures):
    """Processor time of an article and bytes of a token, against the number of articles."""
    points = sorted(figures.growth.items())
    width, height, left, bottom = 760, 300, 70, 250
    panels = [("µs of processor an article", [(n, row["cpu"] / n * 1e6) for n, row in points], 0),
              ("bytes on disk a token", [(n, row["bytes"] / row["tokens"]) for n, row in points], width // 2)]
    parts = [text(12, 22, "nsearch from 10 thousand articles on, no text", more=' font-size="15" font-weight="bold"')]
    first, last = math.log10(points[0][0]), math.log10(points[-1][0])
    for title, values, shift in panels:
        high = max(value for _, value in values) * 1.25

        def across(articles, shift=shift):
            return shift + left + (width / 2 - left - 40) * (math.log10(articles) - first) / max(last - first, 1e-9)

        def up(value, high=high):
            return bottom - (bottom - 70) * value / high

        parts.append(text(shift + left, 50, title))
        for i in range(5):
            value = high * i / 4
            parts.append(f'<line x1="{shift + left}" y1="{up(value):.1f}" x2="{shift + width // 2 - 30}" y2="{up(value):.1f}" '
                         'stroke="#ddd"/>')
            parts.append(text(shift + left - 6, up(value) + 4, short(value) if value else "0", "end", ' fill="#666"'))
        line = " ".join(f"{across(n):.1f},{up(value):.1f}" for n, value in values)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS["nsearch"]}" stroke-width="2"/>')
        for n, value in values:
            parts.append(f'<circle cx="{across(n):.1f}" cy="{up(value):.1f}" r="4" fill="{COLOURS["nsearch"]}"/>')
            parts.append(text(across(n), up(value) - 9, short(value), "middle"))
            parts.append(text(across(n), bottom + 18, f"{n:,}", "middle", ' fill="#666"'))
    parts.append(text(width / 2, height - 10, "articles", "middle", ' fill="#666"'))
    return svg(width, height, parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", default=os.path.join(ROOT, ".build", "bench"))
    parser.add_argument("--docs", default=os.path.join(ROOT, "docs"))
    options = parser.parse_args()
    figures = Figures(os.path.join(options.folder, "results.jsonl"))
    charts = os.path.join(options.docs, "benchmarks")
    os.makedirs(charts, exist_ok=True)
    write_document(os.path.join(options.docs, "benchmarks.md"), document(figures))
    write_csv(figures, os.path.join(charts, "comparison.csv"))
    for name in CLASSES:
        asked = {key[0] for key in figures.queries if key[1] == name}
        corpus = next((corpus for corpus in figures.corpora if corpus in asked), None)
        if corpus:
            with open(os.path.join(charts, name + ".svg"), "w", encoding="utf-8") as file:
                file.write(bars(figures, corpus, name))
    if len(figures.growth) > 1:
        with open(os.path.join(charts, "growth.svg"), "w", encoding="utf-8") as file:
            file.write(growth(figures))
    print(f"written: {options.docs}/benchmarks.md and {charts}")


if __name__ == "__main__":
    main()
