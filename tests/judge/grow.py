"""Seeded articles and question trees in which everything happens often: few words, so that matches and ties are
common; neighbours that come again, near spellings and shared beginnings. Every operator of the query language."""

import generate
from generate import BOUNDS, LANGUAGES, NAMES, SECTIONS, SOURCES, TOPICS
from ranking import period, site_of
from tree import And, Bag, Dates, Empty, Fuzzy, Group, Near, Not, Or, Phrase, Plus, Question, Value, Wildcard, Word

PLAIN = """trade trader traders trading tradition traditions bank banks banker banking bankrupt elect elects election
elections elector color colour colours colur coluor theatre theater theaters organise organize organisation organization
organizations receive recieve received harbor harbour harbors flood floods flooded policy policies polite memo memos run
runs running runner cafe café cafés resume résumé near not and strike strikes strikers chips chip market markets minister
ministers ministry quake flaw flaws zero day cloud""".split()
OTHER = """zero-day AT&T U.S. O'Brien Trump's don't 3.5 1,000 g20 Straße Straßen Käufer Häuser выборы выбор банки 中国
中国人 北京市 中 WHO US The l’organisation d'organize d'élections qu'un dell'arte L'U.S. D'Un'élection jusqu'ici""".split()
STOPS = "the of and to in not with who".split()
ABSENT = ["absentword", "qqqq", "未知", "xylo"]
CROWD = "quartetto"  # has more neighbours than a fuzzy word stands for
BEGINNING = "zz"     # has more words than a wildcard stands for
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BOOSTS = ["2", "3", "0.5", "1.5", "10", "0.1", "2.75", "0.001", "1000", "1"]
GROUP_BOOSTS = ["2", "0.5", "4", "0.25", "1"]  # powers of two: products are exact in any order
EVERYWHERE = "daily"


def crowd(rng):
    """Words one letter away from CROWD."""
    made = {CROWD[:at] + letter + CROWD[at + 1:] for at in range(1, len(CROWD)) for letter in LETTERS}
    return rng.sample(sorted(made - {CROWD}), 90)


def passage(rng, follows, length):
    words = []
    while len(words) < length:
        draw = rng.random()
        if words and draw < 0.45:
            words.append(follows[words[-1]])
        elif words and draw < 0.5:
            words.append(words[-1])
        else:
            words.append(rng.choice(PLAIN) if draw < 0.85 else rng.choice(STOPS if draw < 0.92 else OTHER))
    return " ".join(word.capitalize() if rng.random() < 0.05 else word + rng.choice(["", "", "", "", ",", "."])
                    for word in words)


def articles(rng, count):
    every = PLAIN + STOPS + OTHER
    follows = {word: rng.choice(every) for word in every}
    copies = [passage(rng, follows, length) for length in (3, 8, 20, 40)]
    extras = crowd(rng) + [BEGINNING + first + second + third for first in LETTERS for second in "aeiou"
                           for third in LETTERS[:10]]
    rng.shuffle(extras)
    made = []
    for number in range(count):
        body = rng.choice(copies) if rng.random() < 0.3 else passage(rng, follows, int(60 * rng.random() ** 2) + 1)
        if number % 20 == 0:
            share = -(-len(extras) * 20 // count)
            body += " " + " ".join(extras[number // 20 * share:][:share])
        title = "" if rng.random() < 0.2 else passage(rng, follows, rng.randint(1, 6))
        made.append({
            "id": "tree-%d" % number if rng.random() < 0.95 or not made else rng.choice(made)["id"],
            "url": "https://%s/%d" % (rng.choice(["www.harborpost.example", "news.example:8080", "Rheinbote.example"]),
                                      number) if rng.random() < 0.8 else "",
            "title": title, "body": body + " " + EVERYWHERE,
            "authors": [" ".join(rng.sample(NAMES, rng.randint(1, 2))) for _ in range(rng.choice([0, 1, 1, 2]))],
            "source": rng.choice(SOURCES), "section": rng.choice(SECTIONS), "language": rng.choice(LANGUAGES),
            "topics": rng.sample(TOPICS, rng.choice([0, 1, 1, 2, 3])), "published": generate.date(rng),
        })
    return made


class Grower:
    """Grows questions over a corpus. `scores` below: the node may get a boost; `field`: that of a group around."""

    def __init__(self, rng, corpus):
        self.rng, self.corpus = rng, corpus

    def chance(self, share):
        return self.rng.random() < share

    def boost(self, scores, boosts=None):
        return self.rng.choice(boosts or BOOSTS) if scores and self.chance(0.15) else None

    # ---- Operands ----

    def misspelt(self, word):
        """With one or two letters wrong, the first one never."""
        for _ in range(self.rng.choice([1, 1, 2])):
            at = self.rng.randrange(1, len(word))
            word = word[:at] + self.rng.choice(["", "x", word[at] * 2, word[at:at + 2][::-1]]) + word[at + 1:]
        return word

    def typed(self, field):
        """What someone types for a word."""
        draw = self.rng.random()
        if field == "author":
            return self.rng.choice(NAMES).split()[-1]
        if field in ("source", "section", "topic", "lang"):
            values = {"source": SOURCES, "section": SECTIONS, "topic": TOPICS, "lang": LANGUAGES}[field]
            return self.rng.choice([value for value in values if value and " " not in value])
        if draw < 0.04:
            return self.rng.choice(ABSENT)
        if draw < 0.1:
            return self.misspelt(self.rng.choice([word for word in PLAIN if len(word) > 4]))
        word = self.rng.choice(PLAIN) if draw < 0.8 else self.rng.choice(STOPS if draw < 0.88 else OTHER)
        return word.capitalize() if self.chance(0.1) else word

    def word(self, scores, field):
        text = self.typed(field)
        if self.chance(0.04) and not field:
            return Word(text + self.rng.choice(",!?…"))
        return Word(text, self.boost(scores))

    def phrase(self, scores, field):
        if field and field not in ("title", "author"):
            return Phrase(self.typed(field))
        for _ in range(50):
            article = self.rng.choice(self.corpus)
            text = {"": article["body"], "title": article["title"], "author": " ".join(article["authors"])}[field]
            words = text.split()
            if not words:
                continue
            start = self.rng.randrange(len(words))
            words = words[start:start + self.rng.randint(1, 5)]
            slop = self.rng.choice([0, 0, 0, 1, 2, 7, 150])
            if slop:
                words = [word for word in words if self.chance(0.6)] or words
            return Phrase(" ".join(words[:4]), slop, self.boost(scores))
        return Phrase("bank trade", 0, self.boost(scores))

    def wildcard(self, scores, field):
        word = self.rng.choice([word for word in PLAIN if len(word) > 3] + ["Straßen", "выборы", "quartetto", "zzaba"])
        if field == "author":
            word = self.rng.choice(["Calloway", "Castellan", "Marsh", "Tobias", "Jörg"])
        keep = self.rng.randint(1, len(word) - 2)
        rest, shape = word[keep:], self.rng.random()
        if shape < 0.5:
            rest = "*"
        elif shape < 0.7:
            rest = "?" + rest[1:]
        elif shape < 0.9:
            rest = "*" + rest[-1]
        else:
            rest = rest[0] + "*" + "?" + rest[-1]
        word = word[:keep] + rest
        return Wildcard(word.upper() if self.chance(0.05) else word, self.boost(scores))

    def fuzzy(self, scores, field):
        word = self.rng.choice([word for word in PLAIN if len(word) > 3] + [CROWD, "Straßen", "выборы"])
        if field == "author":
            word = self.rng.choice(["Calloway", "Castelan", "Tobais", "Marhs"])
        elif self.chance(0.5):
            word = self.misspelt(word)
        if len(word) < 4:
            word = "bnak"
        return Fuzzy(word, self.rng.choice([None, 1, 2] if len(word) >= 8 else [None, 1]), self.boost(scores))

    def value(self):
        """A clause behind a field, of what an article has, mostly."""
        while True:
            field = self.rng.choice(["title", "author", "source", "section", "topic", "lang", "site", "id"])
            if field in ("title", "author"):
                node = self.leaf(False, field)
                node.field = field
                return node
            article = self.rng.choice(self.corpus)
            value = {"source": article["source"], "section": article["section"], "lang": article["language"],
                     "topic": self.rng.choice(article["topics"] or [""]), "site": site_of(article["url"]),
                     "id": article["id"]}[field]
            if value:
                return Value(field, value, " " in value or self.chance(0.3))

    def dates(self):
        draw, quoted = self.rng.random(), self.chance(0.2)
        first, last = sorted(self.rng.sample(BOUNDS, 2), key=period)
        start, end = period(first), period(last)
        if draw < 0.3:
            return Dates(first, *start, quoted)
        if draw < 0.5 and start[1] <= end[1]:
            return Dates(first + ".." + last, start[0], end[1], quoted)
        if draw < 0.55:  # so long that any clock will do
            return Dates(self.rng.choice(["200y", "2400m", "10500w", "73000d"]), None, None, quoted)
        return self.rng.choice([Dates(first + "..", start[0], None, quoted), Dates(".." + first, None, start[1], quoted),
                                Dates(">=" + first, start[0], None, quoted), Dates(">" + first, start[1] + 1, None, quoted),
                                Dates("<=" + first, None, start[1], quoted), Dates("<" + first, None, start[0] - 1, quoted)])

    def leaf(self, scores, field):
        """A word or phrase of any kind."""
        draw = self.rng.random()
        if field and field not in ("title", "author"):
            return self.word(False, field) if draw < 0.7 else self.phrase(False, field)
        if draw < 0.65:
            return self.word(scores, field)
        if draw < 0.82:
            return self.phrase(scores, field)
        return self.wildcard(scores, field) if draw < 0.92 else self.fuzzy(scores, field)

    def near(self, scores, field):
        names = field == "author"
        words = [self.rng.choice(NAMES[:5] if names else PLAIN) for _ in range(self.rng.choice([2, 2, 2, 3, 4]))]
        if self.chance(0.15):
            words[-1] = words[0]
        scope = "title" if not field and self.chance(0.1) else ""
        return Near([Word(word, self.boost(scores and not scope), scope) for word in words],
                    [self.rng.choice([None, 1, 2, 3, 5, 20, 120]) for _ in words[1:]])

    def operand(self, depth, scores, field):
        draw = self.rng.random()
        if depth > 0 and draw < 0.2:
            return self.group(depth - 1, scores, field)
        if draw < 0.32 and not field:
            return self.value()
        if draw < 0.38 and not field:
            return self.dates()
        return self.leaf(scores, field)

    # ---- Operators and bags ----

    def unit(self, depth, scores, field):
        draw = self.rng.random()
        words = field in ("", "title", "author")
        if draw < 0.2:
            dash = self.chance(0.3)
            near = words and not dash and self.chance(0.2)
            return Not(self.near(False, field) if near else self.operand(depth, False, field), dash)
        if draw < 0.3 and words:
            return self.near(scores, field)
        child = self.operand(depth, scores, field)
        return Plus(child) if self.chance(0.05) else child

    def conjunction(self, depth, scores, field):
        return And([self.unit(depth, scores, field) for _ in range(self.rng.choice([2, 2, 3]))], self.chance(0.3))

    def expression(self, depth, scores, field):
        draw = self.rng.random()
        if draw < 0.4:
            return self.conjunction(depth, scores, field)
        if draw < 0.75:
            return Or([self.conjunction(depth, scores, field) if self.chance(0.3) else self.unit(depth, scores, field)
                       for _ in range(self.rng.choice([2, 2, 3]))], self.chance(0.3))
        if draw < 0.82 or field not in ("", "title", "author"):
            return Not(self.operand(depth, False, field))
        return self.near(scores, field)

    def bag(self, depth, scores, field=""):
        items = []
        for _ in range(self.rng.choice([1, 1, 2, 2, 3, 4])):
            if self.chance(0.35):
                items.append(("", self.expression(depth, scores, field)))
            else:
                sign = self.rng.choice(["", "", "", "", "", "", "", "+", "-"])
                items.append((sign, self.operand(depth, scores and sign != "-", field)))
        if self.chance(0.1):
            items.append(self.rng.choice(items))
        if self.chance(0.02):
            items.append(("", Empty()))
        return Bag(items)

    def group(self, depth, scores, field):
        pad = self.chance(0.2)
        if not field and self.chance(0.15):
            field = self.rng.choice(["title", "title", "author", "source", "section", "topic", "lang"])
            return Group(self.bag(depth, False, field), None, field, pad)
        bag = self.bag(depth, scores, field)
        boost = self.boost(scores and any(self.can_score(sign, node) for sign, node in bag.items), GROUP_BOOSTS)
        return Group(bag, boost, "", pad)

    def can_score(self, sign, node):
        """Whether a boost around the node has something to multiply."""
        if sign == "-" or isinstance(node, (Not, Value, Dates, Empty)):
            return False
        if isinstance(node, (And, Or)):
            return any(self.can_score("", child) for child in node.children)
        if isinstance(node, Plus):
            return self.can_score("", node.child)
        if isinstance(node, Near):
            return not node.words[0].field
        if isinstance(node, Group):
            return not node.field and any(self.can_score(*item) for item in node.bag.items)
        return not node.field

    def question(self, options=False):
        question = Question(self.bag(self.rng.choice([0, 1, 1, 2, 3, 4]), True))
        if options:
            question.since = self.rng.choice(BOUNDS) if self.chance(0.3) else None
            question.until = self.rng.choice(BOUNDS) if self.chance(0.3) else None
            question.every = self.chance(0.4)
            question.order = self.rng.choice(["relevance", "newest", "oldest"])
        return question
