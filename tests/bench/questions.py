"""Chooses the questions of each class from a corpus, the same for the same corpus and seed.

Words are drawn from articles of the corpus, so that those of one question occur together, evenly over strata of document
frequency, so that rare and frequent words are asked for alike. Phrases are bigrams and trigrams that stand in several
articles. Frequencies are those of a sample of articles spread evenly over the corpus."""
import collections
import os
import random

CLASSES = ("term", "and", "or", "phrase", "mixed", "negated", "long", "dated", "newest")
STRATA = (0.0003, 0.002, 0.01, 0.05, 0.2, 0.5, 1.01)  # upper ends of document frequency, as shares of the articles
SAMPLE = 20000


def sample(path):
    """Up to SAMPLE articles, as (date, words), spread evenly over the file."""
    size = os.path.getsize(path)
    with open(path, "rb") as lines:
        articles = sum(1 for _ in lines)
        lines.seek(0)
        if articles <= 2 * SAMPLE:
            step = max(1, articles // SAMPLE)
            texts = [line for number, line in enumerate(lines) if number % step == 0]
        else:
            texts = []
            for number in range(SAMPLE):
                lines.seek(size * number // SAMPLE)
                lines.readline()
                texts.append(lines.readline())
    rows = [text.decode("ascii").rstrip("\n").split("\t") for text in texts if text]
    return [(int(date), words.split(" ")) for _, date, words in rows]


class Chooser:
    def __init__(self, path, count, seed):
        self.articles = sample(path)
        self.count = count
        self.chance = random.Random(seed)
        self.df, self.phrases = collections.Counter(), collections.Counter()
        for _, words in self.articles:
            self.df.update(set(words))
        for _, words in self.articles[:: max(1, len(self.articles) // 5000)]:
            self.phrases.update(set(zip(words, words[1:])))
            self.phrases.update(set(zip(words, words[1:], words[2:])))
        self.dates = sorted(date for date, _ in self.articles)

    def stratum(self, word):
        share = self.df[word] / len(self.articles)
        return next(i for i, end in enumerate(STRATA) if share < end)

    def article(self):
        return self.chance.choice(self.articles)[1]

    def words(self, count):
        """Different words of one article, of strata drawn evenly; no word that the sample has once."""
        while True:
            strata = collections.defaultdict(list)
            for word in sorted(set(self.article())):
                if self.df[word] > 1:
                    strata[self.stratum(word)].append(word)
            chosen = []
            while strata and len(chosen) < count:
                stratum = self.chance.choice(sorted(strata))
                word = strata[stratum].pop(self.chance.randrange(len(strata[stratum])))
                chosen.append(word)
                if not strata[stratum]:
                    del strata[stratum]
            if len(chosen) == count:
                return chosen

    def phrase(self, count, named):
        """Words that stand together in several articles; `named`: one of them at least is in few articles."""
        while True:
            words = self.article()
            if len(words) < count:
                continue
            at = self.chance.randrange(len(words) - count + 1)
            phrase = tuple(words[at:at + count])
            rarest = min(self.df[word] for word in phrase)
            if self.phrases[phrase] >= 3 and (not named or rarest < 0.02 * len(self.articles)):
                return phrase

    def period(self):
        """A range of dates that holds 1 % to 30 % of the articles."""
        share = 0.01 * 30 ** self.chance.random()
        start = self.chance.uniform(0, 1 - share)
        last = len(self.dates) - 1
        return dict(since=self.dates[int(start * last)], until=self.dates[int((start + share) * last)])

    def term(self, number):
        by_stratum = getattr(self, "by_stratum", None)
        if by_stratum is None:
            by_stratum = self.by_stratum = collections.defaultdict(list)
            for word in sorted(self.df):
                if self.df[word] > 1:
                    by_stratum[self.stratum(word)].append(word)
        strata = sorted(by_stratum)
        return dict(text=self.chance.choice(by_stratum[strata[number % len(strata)]]))

    def all_of(self, number):
        return dict(text=" ".join("+" + word for word in self.words(2 + number % 2)))

    def any_of(self, number):
        return dict(text=" ".join(self.words(2 + number % 4)))

    def quoted(self, number):
        return dict(text='"' + " ".join(self.phrase(3 if number % 5 > 2 else 2, number % 2 == 0)) + '"')

    def mixed(self, number):
        first, *others = self.words(2 + number % 2)
        return dict(text=f"+{first} " + " ".join(others))

    def negated(self, _):
        return dict(text="+{} -{}".format(*self.words(2)))

    def long(self, number):
        wanted = 20 + number % 21
        while True:
            words = self.article()
            at = self.chance.randrange(len(words))
            distinct = list(dict.fromkeys(words[at:at + 200]))
            if len(distinct) >= wanted:
                return dict(text=" ".join(distinct[:wanted]))

    def dated(self, number):
        return {**(self.all_of(number) if number % 2 else self.any_of(number)), **self.period()}

    def newest(self, number):
        one = (self.term, self.all_of, self.any_of)[number % 3](number // 3)
        return {**one, "order": "newest"}


def choose(path, count, seed):
    chooser = Chooser(path, count, seed)
    makers = dict(zip(CLASSES, (chooser.term, chooser.all_of, chooser.any_of, chooser.quoted, chooser.mixed,
                                chooser.negated, chooser.long, chooser.dated, chooser.newest)))
    sets = {}
    for name, make in makers.items():
        chooser.chance = random.Random(f"{seed} {name}")
        seen = {}
        for number in range(50 * count):
            question = make(number)
            seen.setdefault(str(sorted(question.items())), question)
            if len(seen) == count:
                break
        sets[name] = list(seen.values())
    return sets
