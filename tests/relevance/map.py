"""Mean average precision, as trec_eval computes it: over the questions that have relevant documents; a relevant one that
is not found counts as 0.

    map.py topics RUN QRELS           run lines `qid Q0 id rank score tag`, judgements `qid 0 id relevance`
    map.py clusters RUN CLUSTERS      an article's id is its question; relevant are the others of its cluster,
                                      from lines `id<TAB>cluster`; the question itself is left out of the run
"""

import sys
from collections import defaultdict


def average_precision(found, relevant):
    hits = 0
    total = 0.0
    for rank, document in enumerate(found, 1):
        if document in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant)


def read_run(path):
    """{question: [id, best first]}: by rank, as the program wrote them."""
    ranked = defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for line in file:
            question, _, document, rank, _, _ = line.split()
            ranked[question].append((int(rank), document))
    for question, found in ranked.items():
        names = [document for _, document in sorted(found)]
        if len(set(names)) != len(names):
            sys.exit("map.py: %s: question %s finds a document twice" % (path, question))
        ranked[question] = names
    return ranked


def read_qrels(path):
    relevant = defaultdict(set)
    with open(path, encoding="utf-8") as file:
        for line in file:
            question, _, document, grade = line.split()
            if int(grade) > 0:
                relevant[question].add(document)
    return relevant


def read_clusters(path):
    members = defaultdict(set)
    with open(path, encoding="utf-8") as file:
        for line in file:
            document, cluster = line.rstrip("\n").split("\t")
            members[cluster].add(document)
    return {document: others - {document} for others in members.values() for document in others if len(others) > 1}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("topics", "clusters"):
        sys.exit(__doc__)
    clusters = sys.argv[1] == "clusters"
    run = read_run(sys.argv[2])
    relevant = read_clusters(sys.argv[3]) if clusters else read_qrels(sys.argv[3])
    total = 0.0
    for question, wanted in relevant.items():
        found = [document for document in run.get(question, []) if not (clusters and document == question)]
        total += average_precision(found, wanted)
    print("%.4f" % (total / len(relevant)))


main()
