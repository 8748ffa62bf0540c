"""Matches, order and scores from the articles themselves: docs/ranking.md, without an index worth the name."""

import datetime
import functools
import math
import struct
from collections import Counter, defaultdict

import xxhash

import analysis

K1, B = 1.2, 0.75
BODY_GAP = AUTHOR_GAP = 100
BINARY32 = struct.Struct("f")


class Clause:
    """A piece of a question: `sign` is "", "+" or "-"; `field` is None for text, else title, author, source, ...;
    `quoted` for a phrase, which may have a slop."""

    def __init__(self, text, sign="", field=None, quoted=False, slop=0):
        self.text, self.sign, self.field, self.quoted, self.slop = text, sign, field, quoted, slop

    def __str__(self):
        text = '"%s"' % self.text if self.quoted else self.text
        text += "~%d" % self.slop if self.slop else ""
        return self.sign + (self.field + ":" if self.field else "") + text


class Question:
    def __init__(self, clauses, since=None, until=None, every=False):
        self.clauses, self.since, self.until, self.every = clauses, since, until, every

    def text(self):
        return " ".join(map(str, self.clauses))

    def options(self):
        options = []
        if self.since:
            options += ["--since", self.since]
        if self.until:
            options += ["--until", self.until]
        return options + (["--all"] if self.every else [])


# ---- Dates ----

def seconds_of(*civil):
    return (datetime.datetime(*civil) - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1)


def period(text):
    """First and last second of YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS[Z or +HH:MM]."""
    if len(text) > 10:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        first = int((moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)).total_seconds())
        return first, first
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return seconds_of(parts[0], 1, 1), seconds_of(parts[0] + 1, 1, 1) - 1
    if len(parts) == 2:
        year, month = parts
        following = (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)
        return seconds_of(year, month, 1), seconds_of(*following) - 1
    return seconds_of(*parts), seconds_of(*parts) + 86399


# ---- Articles as tokens ----

class Entry:
    """An article, analysed."""

    def __init__(self, article, language):
        self.article = article
        self.language = language
        title = analysis.analyse(article["title"], language)
        body = analysis.analyse(article["body"], language)
        self.title = [exact for exact, _ in title]
        self.tokens = self.title + [None] * BODY_GAP + [exact for exact, _ in body]
        self.authors = []
        for author in article["authors"]:
            self.authors += [exact for exact, _ in analysis.analyse(author, None)] + [None] * AUTHOR_GAP
        self.stems = {"title": [stem for _, stem in title], "body": [stem for _, stem in body]}
        self.body_count = len(body)
        self.period = period(article["published"]) if article["published"] else None
        self.hash = xxhash.xxh3_64_intdigest(article["id"].encode("utf-8", "surrogatepass"))

    def order(self):
        """The one total order: newest first, undated last, then the hash of the id."""
        return (0, -self.period[0], self.hash) if self.period else (1, 0, self.hash)


def holds(tokens, phrase, slop=0):
    """Whether the terms stand in the tokens in this order, with up to `slop` other tokens between them in all."""
    start = -1
    for _ in range(tokens.count(phrase[0])):
        start = at = tokens.index(phrase[0], start + 1)
        end = start + len(phrase) + slop
        for term in phrase[1:]:
            at = next((place for place in range(at + 1, min(end, len(tokens))) if tokens[place] == term), None)
            if at is None:
                break
        else:
            return True
    return False


class Leaf:
    """A scoring word: the keys are exact terms, or (language, stem) pairs. One that is a prefix scores its boost."""

    def __init__(self, keys, boost=1, constant=False):
        self.keys, self.boost, self.constant = frozenset(keys), boost, constant


def f32(value):
    """Rounds to binary32. The sum, product or quotient of two binary32 numbers, computed in binary64 and rounded so,
    is the correctly rounded one."""
    return BINARY32.unpack(BINARY32.pack(value))[0]


class Judge:
    def __init__(self, articles, language="en", title_weight=2, stop_words=None):
        """`articles` in the order in which they come; of equal ids the last stays. `language` is None for none."""
        latest = {article["id"]: article for article in articles if article["title"] or article["body"]}
        self.entries = [Entry(article, (analysis.language_of(article["language"]) or language) if language else None)
                        for article in latest.values()]
        self.stems = language is not None
        self.languages = sorted({entry.language for entry in self.entries} - {None})
        self.stop_words = set()
        for code in self.languages:
            self.stop_words |= (stop_words or {}).get(code, set())
        self.frequency = defaultdict(dict)  # key -> {entry number: tf}
        self.length = []
        for number, entry in enumerate(self.entries):
            counts = Counter(entry.tokens[len(entry.title) + BODY_GAP:])
            for exact in entry.title:
                counts[exact] += title_weight
            if self.stems:
                for field, weight in (("body", 1), ("title", title_weight)):
                    for stem in entry.stems[field]:
                        counts[entry.language, stem] += weight
            for key, tf in counts.items():
                self.frequency[key][number] = tf
            self.length.append(entry.body_count + title_weight * len(entry.title))
        self.everything = set(range(len(self.entries)))
        self.by_age = sorted(self.everything, key=lambda number: self.entries[number].order())
        self.place = {number: place for place, number in enumerate(self.by_age)}

    # ---- What a clause means ----

    def plain_keys(self, raw, spaceless):
        if not self.stems:
            return {analysis.terms(raw, spaceless, None)[0]}
        return {(code, analysis.terms(raw, spaceless, code)[1]) for code in self.languages}

    def with_any(self, keys):
        return set().union(*(self.frequency.get(key, {}).keys() for key in keys))

    def with_phrase(self, phrase, slop):
        candidates = set.intersection(*(self.with_any([term]) for term in phrase))
        return {number for number in candidates if holds(self.entries[number].tokens, phrase, slop)}

    def is_stop_word(self, clause):
        """A plain word that has no say while there are others."""
        words = analysis.question_words(clause.text)
        if clause.sign or clause.field or clause.quoted or len(words) != 1:
            return False
        letters = [char for char in clause.text if char.isalpha()]
        capitals = len(letters) >= 2 and all(char.isupper() for char in letters)
        return not capitals and analysis.terms(*words[0], None)[0] in self.stop_words

    def text_clause(self, clause):
        """(matching entries, leaves) of a word or phrase; None when nothing of it is a word."""
        words = analysis.question_words(clause.text)
        if not words:
            return None
        phrase = [analysis.terms(*word, None)[0] for word in words]
        if len(words) == 1 and not clause.quoted:
            if analysis.is_single(words):
                leaf = Leaf((key for key in self.frequency if isinstance(key, str) and key.startswith(phrase[0])),
                            constant=True)
            else:
                leaf = Leaf(self.plain_keys(*words[0]))
            return self.with_any(leaf.keys), [leaf]
        return self.with_phrase(phrase, clause.slop), [Leaf([term]) for term in phrase]

    def field_clause(self, clause):
        """The entries that a filter lets through."""
        field, wanted = clause.field, clause.text
        if field in ("title", "author"):
            phrase = [analysis.terms(*word, None)[0] for word in analysis.question_words(wanted)]
            return {number for number, entry in enumerate(self.entries)
                    if holds(entry.title if field == "title" else entry.authors, phrase, clause.slop)}
        return {number for number, entry in enumerate(self.entries) if self.has_value(entry.article, field, wanted)}

    @staticmethod
    def has_value(article, field, wanted):
        if field == "lang":
            code = analysis.language_of(wanted)
            if code:
                return code == analysis.language_of(article["language"])
            return analysis.match_form(article["language"]) == analysis.match_form(wanted)
        if field == "id":
            return wanted in (article["id"], article["url"])
        values = {"source": [article["source"]], "section": [article["section"]], "topic": article["topics"],
                  "site": [site_of(article["url"])]}[field]
        return any(value and analysis.match_form(value) == analysis.match_form(wanted) for value in values)

    # ---- Answering ----

    def matches(self, question):
        """(entries, leaves with the entries in which each counts)."""
        required, optional, filters, excluded = [], [], [], []
        drop_stops = any(not self.is_stop_word(clause) and analysis.question_words(clause.text)
                         for clause in question.clauses if clause.sign != "-" and not clause.field)
        plain_leaves, phrase_leaves = {}, []
        for clause in question.clauses:
            if clause.field:
                (excluded if clause.sign == "-" else filters).append(self.field_clause(clause))
                continue
            if drop_stops and self.is_stop_word(clause):
                continue
            meaning = self.text_clause(clause)
            if meaning is None:
                continue
            found, leaves = meaning
            if clause.sign == "-":
                excluded.append(found)
                continue
            is_plain = clause.sign == "" and not clause.quoted
            (required if clause.sign == "+" or (question.every and is_plain) else optional).append(found)
            if len(leaves) == 1 and not clause.quoted:
                known = plain_leaves.setdefault(leaves[0].keys, (leaves[0], found))[0]
                known.boost += known is not leaves[0]
            else:
                phrase_leaves += [(leaf, found) for leaf in leaves]
        result = set(self.everything)
        if required:
            result = set.intersection(result, *required)
        elif optional:
            result = set.union(*optional)
        for found in filters:
            result &= found
        for found in excluded:
            result -= found
        if question.since or question.until:
            result &= self.in_range(question.since, question.until)
        return result, list(plain_leaves.values()) + phrase_leaves

    def in_range(self, since, until):
        first = period(since)[0] if since else -math.inf
        last = period(until)[1] if until else math.inf
        return {number for number, entry in enumerate(self.entries)
                if entry.period and entry.period[0] <= last and entry.period[1] >= first}

    def scores(self, result, leaves):
        """{entry: score} by docs/ranking.md."""
        if not leaves:
            return dict.fromkeys(result, 0.0)
        count = len(self.entries)
        average = sum(self.length) / count
        c0 = f32(K1 * (1 - B))
        c1 = f32(K1 * B / average) if average else 0.0
        bounds = []
        for leaf, _ in leaves:
            df = len(self.with_any(leaf.keys))
            bounds.append(leaf.boost if leaf.constant else
                          leaf.boost * math.log(1 + (count - df + 0.5) / (df + 0.5)))
        total = 0.0
        for bound in sorted(bounds):
            total += bound
        scale = 24
        while math.ldexp(total, scale) >= 2 ** 30:
            scale -= 1
        sums = dict.fromkeys(result, 0)
        for (leaf, found), bound in zip(leaves, bounds):
            weight = f32(math.ldexp(bound, scale))
            if leaf.constant:
                for number in found & result:
                    sums[number] += round(math.ldexp(bound, scale))
                continue
            for number in found & result:
                tf = sum(self.frequency.get(key, {}).get(number, 0) for key in leaf.keys)
                k = f32(c0 + f32(c1 * f32(self.length[number])))
                sums[number] += round(f32(f32(weight * tf) / f32(tf + k)))
        return {number: math.ldexp(value, -scale) for number, value in sums.items()}

    def answer(self, question):
        """[(id, score)], best first, and the keys of the words that a snippet may mark."""
        result, leaves = self.matches(question)
        scores = self.scores(result, leaves)
        best_first = sorted(result, key=lambda number: (-scores[number], self.place[number]))
        hits = [(self.entries[number].article["id"], scores[number]) for number in best_first]
        return hits, frozenset().union(*(leaf.keys for leaf, _ in leaves))


@functools.lru_cache(maxsize=None)
def site_of(url):
    """The host of a URL, lower case, without www. and port."""
    if "://" not in url:
        return ""
    host = url.split("://", 1)[1].split("/")[0].split("?")[0].split("#")[0].rsplit("@")[-1].split(":")[0].lower()
    return host[4:] if host.startswith("www.") else host
