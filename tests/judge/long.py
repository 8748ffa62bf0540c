"""Questions that are long, deep or wide, put to an index of the articles of grow.py."""

import collections

import grow
from tree import And, Bag, Group, Near, Or, Phrase, Question, Wildcard, Word

EXPANSIONS = 256  # that a question may hold
DEPTH = 100


def of_words(words):
    """A question of plain words, each once in the tree with the number of times as its boost."""
    counts = collections.Counter(words)
    items = [("", Word(word, str(count))) for word, count in counts.items()]
    return Question(Bag(items), written=" ".join(words))


def chain(operator, nodes):
    return Question(Bag([("", operator(nodes))]))


def questions(rng):
    plain = [word for word in grow.PLAIN if word not in grow.STOPS]
    terms = ["%s%d" % (rng.choice(plain), number) for number in range(900)] + plain * 2
    deep = Group(Bag([("", Word("bank"))]))
    for _ in range(DEPTH - 1):
        deep = Group(Bag([("", deep)]))
    mixed = Word("bank")
    for level in range(DEPTH - 1):
        other = Word(plain[level % len(plain)])
        mixed = Group(Bag([("", (And if level % 7 == 6 else Or)([mixed, other]))]))
    begun = sorted({word[:2] for word in plain}) + [word[:3] for word in plain]
    wild = [Wildcard(begun[number % len(begun)] + "*") for number in range(EXPANSIONS)]
    megabyte = rng.choices(plain, k=150000)
    return [
        ("1,000 terms", of_words(terms[:1000])),
        ("20,000 words", of_words(rng.choices(plain + ["absentword%d" % number for number in range(300)], k=20000))),
        ("stop words only", of_words(["the", "of", "and"] * 400)),
        ("a word of every article", of_words([grow.EVERYWHERE])),
        ("a word of every article, often", of_words([grow.EVERYWHERE] * 3000)),
        ("a megabyte of words", of_words(megabyte)),
        ("a megabyte that is one word", Question(Bag([("", Word("a" * 1000000))]))),
        ("a megabyte that is one phrase", Question(Bag([("", Phrase("bank trade " * 90000))]))),
        ("1,000 times AND", chain(And, [Word(grow.EVERYWHERE)] + [Word("bank")] * 999)),
        ("1,000 times OR", chain(Or, [Word(word) for word in terms[:1000]])),
        ("NEAR, 30 words", chain(lambda words: Near(words, [9999] * (len(words) - 1)),
                                 [Word(word) for word in [grow.EVERYWHERE] + plain[:3] * 2])),
        ("brackets, 100 deep", Question(Bag([("", deep)]))),
        ("operators, 100 deep", Question(Bag([("", mixed)]))),
        ("256 wildcards", Question(Bag([("", node) for node in wild]))),
        ("a thousand groups", Question(Bag([("", Group(Bag([("", Word(word)), ("-", Word("memo"))])))
                                            for word in rng.choices(plain, k=1000)]))),
    ]


def ask(index, rng):
    """All of them by batch; then those that fit an argument with a time limit, which none of them comes near."""
    made = [(name, question) for name, question in questions(rng)
            if index.variant == "one" or len(question.text()) < 500000]
    answers = [index.judge.answer(question) for _, question in made]
    lines, wrong = index.batch([question.text() for _, question in made], "--format", "plain", "-n", "100000")
    got = collections.defaultdict(list)
    for line in filter(None, lines):
        number, _, score, identity, _ = line.split("\t", 4)
        got[int(number)].append((identity, float(score)))
    for number, ((name, question), answer) in enumerate(zip(made, answers)):
        shown = "%s: %s" % (name, question.text()[:100])
        index.check("long", shown, wrong.get(number) or index.compare(answer, got[number]))
        if len(question.text()) < 100000:
            out, _ = index.run("query", "--timeout", "600000", "--count", "--json", "--", question.text())
            wanted = '"matches": {"count": %d, "exact": %s}' % (len(answer.hits), "false" if answer.cut else "true")
            index.check("long, --timeout 600000", shown, None if wanted in out else "expected %s, got %s" %
                        (wanted, out[-300:]))
