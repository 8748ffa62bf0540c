#!/usr/bin/env python3
"""Prints the statistics of corpora side by side, to hold the generator against real news:

    corpus_statistics.py CORPUS... [--articles N]

Each corpus is lines of number, seconds, text. Only the first N articles count (20,000), so that sizes are comparable."""
import argparse
import collections
import itertools
import math
import random


def quantile(ordered, share):
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def measure(path, articles):
    rows = collections.OrderedDict()
    lengths, distinct, tokens, text_bytes = [], [], 0, 0
    df, cf, bigrams = collections.Counter(), collections.Counter(), collections.Counter()
    frequencies = collections.Counter()  # how many postings have tf 1, 2, ...
    rare_frequencies = collections.Counter()  # the same for the terms of one article in 100 to 1,000
    growth, mark = {}, 100000
    kept = []
    with open(path, encoding="ascii") as lines:
        for line in itertools.islice(lines, articles):
            words = line.rstrip("\n").split("\t")[2].split(" ")
            counts = collections.Counter(words)
            lengths.append(len(words))
            distinct.append(len(counts))
            kept.append(counts)
            df.update(counts.keys())
            cf.update(counts)
            bigrams.update(zip(words, words[1:]))
            frequencies.update(counts.values())
            tokens += len(words)
            text_bytes += sum(map(len, words)) + len(words)
            if tokens >= mark:
                growth[mark] = len(cf)
                mark *= 10 if mark < 1000000 else 2
    middle = {term for term, count in df.items() if len(lengths) / 1000 <= count <= len(lengths) / 100}
    for counts in kept:
        rare_frequencies.update(count for term, count in counts.items() if term in middle)
    lengths.sort()
    total = sum(frequencies.values())
    rows["articles"] = len(lengths)
    rows["tokens an article, mean"] = tokens / len(lengths)
    for share in (0.05, 0.25, 0.5, 0.75, 0.95, 0.99):
        rows[f"tokens an article, p{share * 100:g}"] = quantile(lengths, share)
    rows["distinct terms an article, mean"] = sum(distinct) / len(distinct)
    rows["bytes a token, blank included"] = text_bytes / tokens
    rows["bytes a term"] = sum(map(len, cf)) / len(cf)
    for mark, terms in growth.items():
        rows[f"terms after {mark:,} tokens"] = terms
    rows["terms in all"] = len(cf)
    for rank in (1, 10, 100, 1000, 10000, 100000):
        ranked = cf.most_common(rank)
        if len(ranked) == rank:
            rows[f"share of tokens of term {rank:,}, %"] = 100 * ranked[-1][1] / tokens
    by_df = sorted(df.values(), reverse=True)
    for rank in (1, 10, 100, 1000, 10000, 100000):
        if rank <= len(by_df):
            rows[f"df of term {rank:,}, % of articles"] = 100 * by_df[rank - 1] / len(lengths)
    rows["terms in one article only, %"] = 100 * sum(1 for count in by_df if count == 1) / len(by_df)
    for count in (1, 2, 3):
        rows[f"postings with tf {count}, %"] = 100 * frequencies[count] / total
    rows["mean tf"] = tokens / total
    total = max(1, sum(rare_frequencies.values()))
    rows["mean tf, terms in 0.1-1 % of articles"] = sum(c * n for c, n in rare_frequencies.items()) / total
    rows["tf 1, the same terms, %"] = 100 * rare_frequencies[1] / total
    ranked = [count for _, count in bigrams.most_common(100000)]
    for rank in (1, 100, 1000, 10000, 100000):
        if rank <= len(ranked):
            rows[f"bigram {rank:,}, a million tokens"] = 1e6 * ranked[rank - 1] / tokens
    rows["tokens in bigrams that come 10 times, %"] = 100 * sum(c for c in bigrams.values() if c >= 10) / tokens
    # Correlation: how much more often than by chance two terms of one article (0.2-2 % of articles each) meet elsewhere.
    chance = random.Random(1)
    lifts = []
    middle = {term for term, count in df.items() if len(lengths) / 500 <= count <= len(lengths) / 50}
    pairs = set()
    for counts in chance.sample(kept, min(2000, len(kept))):
        terms = sorted(middle & counts.keys())
        if len(terms) > 2:
            pairs.add(tuple(sorted(chance.sample(terms, 2))))
    wanted = collections.defaultdict(set)
    for number, counts in enumerate(kept):
        for term in middle & counts.keys():
            wanted[term].add(number)
    for a, b in pairs:
        together = len(wanted[a] & wanted[b]) - 1  # the article that the pair was drawn from does not count
        lifts.append(together * len(lengths) / (len(wanted[a]) * len(wanted[b])))
    lifts.sort()
    for share in (0.25, 0.5, 0.75, 0.95):
        rows[f"lift of two middling terms of one article, p{share * 100:g}"] = quantile(lifts, share)
    return rows


def shown(value):
    if isinstance(value, int) or (isinstance(value, float) and value >= 1000 and not math.isinf(value)):
        return f"{value:,.0f}"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--articles", type=int, default=20000)
    options = parser.parse_args()
    columns = [measure(path, options.articles) for path in options.corpora]
    names = [path.rsplit("/", 1)[-1].rsplit(".", 1)[0] for path in options.corpora]
    print("| figure | " + " | ".join(names) + " |\n| --- |" + " --- |" * len(names))
    for figure in columns[0]:
        print(f"| {figure} | " + " | ".join(shown(column[figure]) if figure in column else "" for column in columns) + " |")


if __name__ == "__main__":
    main()
