"""Matches, order and scores from the articles themselves: docs/ranking.md, without an index worth the name."""

import datetime
import functools
import math
import re
import struct
import time
from collections import Counter, defaultdict

import xxhash

import analysis

K1, B = 1.2, 0.75
BODY_GAP = AUTHOR_GAP = 100
EXPANSION_MAX = 1000
FUZZY_MAX = 64
BINARY32 = struct.Struct("f")


# ---- Dates ----

def seconds_of(*civil):
    return (datetime.datetime(*civil) - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1)


def doubtful(first):
    """Kept, but taken for no date: later than a day from now, or before 1600."""
    return first > time.time() + 86400 or first < seconds_of(1600, 1, 1)


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
        if self.period and doubtful(self.period[0]):
            self.period = None
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


def near(tokens, words, span):
    """Whether the words stand in the tokens in any order, each at a place of its own, not more than `span` apart."""
    wanted = Counter(words)
    for start, token in enumerate(tokens):
        if token in wanted and not wanted - Counter(tokens[start:start + span + 1]):
            return True
    return False


def distance(left, right):
    """Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, no place twice."""
    rows = [list(range(len(right) + 1))]
    for i in range(1, len(left) + 1):
        row = [i]
        for j in range(1, len(right) + 1):
            best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (left[i - 1] != right[j - 1]))
            if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
                best = min(best, rows[i - 2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


class Leaf:
    """A scoring word: the keys are exact terms, or (language, stem) pairs. One that is constant scores its boost."""

    def __init__(self, keys, boost=1, constant=False):
        self.keys, self.boost, self.constant = frozenset(keys), boost, constant


def f32(value):
    """Rounds to binary32. The sum, product or quotient of two binary32 numbers, computed in binary64 and rounded so,
    is the correctly rounded one."""
    return BINARY32.unpack(BINARY32.pack(value))[0]


class Judge:
    def __init__(self, articles, language="en", title_weight=2, stop_words=None, marked=()):
        """`articles` in the order in which they come; of equal ids the last stays. `language` is None for none. `marked`
        are replaced or deleted, and no merge has left them out: they are in N, df and lengths, in the dictionaries and in
        spellings, and no answer has them."""
        latest = {article["id"]: article for article in articles if article["title"] or article["body"]}
        self.entries = [Entry(article, (analysis.language_of(article["language"]) or language) if language else None)
                        for article in [*latest.values(), *marked]]
        self.live = set(range(len(latest)))
        self.stems = language is not None
        self.languages = sorted({entry.language for entry in self.entries} - {None})
        self.elides = any(code in analysis.ELIDING for code in self.languages)
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
        dated = [number for number in self.by_age if self.entries[number].period]
        oldest_first = dated[::-1] + self.by_age[len(dated):]
        self.oldest_place = {number: place for place, number in enumerate(oldest_first)}

        self.lexicons = {"": {key: set(found) for key, found in self.frequency.items() if isinstance(key, str)},
                         "title": defaultdict(set), "author": defaultdict(set)}
        for number, entry in enumerate(self.entries):
            for field in ("title", "author"):
                for exact in self.tokens(entry, field):
                    if exact is not None:
                        self.lexicons[field][exact].add(number)
        self.sorted_terms = {field: sorted(lexicon, key=str.encode) for field, lexicon in self.lexicons.items()}
        self.expansions = {}
        self.spellings = {}

    # ---- What words and values stand for ----

    @staticmethod
    def tokens(entry, field):
        return {"": entry.tokens, "title": entry.title, "author": entry.authors}[field]

    def plain_keys(self, raw, spaceless):
        if not self.stems:
            return {analysis.terms(raw, spaceless, None)[0]}
        return {(code, analysis.terms(raw, spaceless, code)[1]) for code in self.languages}

    def with_any(self, keys, field=""):
        lists = self.lexicons[field] if field else self.frequency
        return set().union(*(lists.get(key, ()) for key in keys))

    def with_tokens(self, terms, field, test):
        """The entries that hold all the terms in the field, and whose tokens of it pass the test."""
        candidates = set.intersection(*(self.with_any([term], field) for term in terms))
        return {number for number in candidates if test(self.tokens(self.entries[number], field))}

    def matching_terms(self, field, pattern):
        """(terms that a regular expression matches, whether there were more): the first in byte order."""
        if (field, pattern) not in self.expansions:
            match = re.compile(pattern, re.S).fullmatch
            found = [term for term in self.sorted_terms[field] if match(term)]
            self.expansions[field, pattern] = found[:EXPANSION_MAX], len(found) > EXPANSION_MAX
        return self.expansions[field, pattern]

    def near_terms(self, field, word, most):
        """Terms with the word's first character and at most so far from it: nearest first, of those the most used."""
        if (field, word, most) not in self.expansions:
            lexicon, ranked = self.lexicons[field], []
            for term in self.sorted_terms[field]:
                if term[0] == word[0] and abs(len(term) - len(word)) <= most:
                    far = distance(word, term)
                    if far <= most:
                        ranked.append((far, -len(lexicon[term]), term.encode(), term))
            self.expansions[field, word, most] = [term for _, _, _, term in sorted(ranked)]
        return self.expansions[field, word, most]

    def with_value(self, field, wanted):
        """The entries that a keyword filter lets through."""
        return {number for number, entry in enumerate(self.entries) if self.has_value(entry.article, field, wanted)}

    def in_period(self, first, last):
        """The dated entries that touch the period; None is no bound."""
        first = -math.inf if first is None else first
        last = math.inf if last is None else last
        return {number for number, entry in enumerate(self.entries)
                if entry.period and entry.period[0] <= last and entry.period[1] >= first}

    def replacement(self, raw, plain):
        """What stands nearest to a word that no article holds; None when one does or nothing is near."""
        exact = analysis.terms(raw, False, None)[0]
        if self.with_any(self.plain_keys(raw, False) if plain else [exact]) & self.live or len(exact) < 4:
            return None
        near = self.near_terms("", exact, 2 if len(exact) >= 8 else 1)[:FUZZY_MAX]
        return next((term for term in near if self.with_any([term]) & self.live), None)

    @staticmethod
    def has_value(article, field, wanted):
        if field == "lang":
            tag = analysis.language_tag(wanted)
            if tag:
                return tag == analysis.language_tag(article["language"])
            return analysis.match_form(article["language"]) == analysis.match_form(wanted)
        if field == "id":
            return wanted in (article["id"], article["url"])
        values = {"source": [article["source"]], "section": [article["section"]], "topic": article["topics"],
                  "site": [site_of(article["url"])]}[field]
        return any(value and analysis.match_form(value) == analysis.match_form(wanted) for value in values)

    # ---- Answering ----

    def scores(self, result, leaves):
        """{entry: score} by docs/ranking.md, and how far rounding may have moved a score."""
        if not leaves:
            return dict.fromkeys(result, 0.0), 0.0
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
        return {number: math.ldexp(value, -scale) for number, value in sums.items()}, math.ldexp(len(leaves), -scale)

    def answer(self, question):
        """All of an answer, from a tree.Question."""
        asking = Asking(self, question.every)
        meaning = question.root.meaning(asking)
        found, leaves = (meaning.found, meaning.leaves) if meaning else (set(self.everything), [])
        if question.since or question.until:
            found = found & self.in_period(period(question.since)[0] if question.since else None,
                                            period(question.until)[1] if question.until else None)
        found = found & self.live
        scores, rounded = (self.scores(found, leaves) if question.order == "relevance" else
                           (dict.fromkeys(found, 0.0), 0.0))
        place = self.place if question.order != "oldest" else self.oldest_place
        best_first = sorted(found, key=lambda number: (-scores[number], place[number]))
        return Answer([(self.entries[number].article["id"], scores[number]) for number in best_first], found,
                      frozenset().union(*(leaf.keys for leaf, _ in leaves)), asking.cut, rounded)

    # ---- Facets ----

    def values(self, entry, field):
        """{match form: spellings} of the values that an entry has in a field."""
        if field in ("year", "month", "day"):
            length = {"year": 4, "month": 7, "day": 10}[field]
            if not entry.period or len(entry.article["published"]) < length:
                return {}
            day = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=entry.period[0])
            return {day.isoformat()[:length]: {day.isoformat()[:length]}}
        article = entry.article
        values = {"source": [article["source"]], "section": [article["section"]], "topic": article["topics"],
                  "lang": [analysis.language_tag(article["language"]) or article["language"]], "author": article["authors"], "site": [site_of(article["url"])]}[field]
        forms = defaultdict(set)
        for value in filter(None, values):
            forms[analysis.match_form(value)].add(value)
        return forms

    def facet(self, found, field, limit=0):
        """[(value, count)] over the entries found: the `limit` most frequent values, 0 for all."""
        counts = Counter(form for number in found for form in self.values(self.entries[number], field))
        is_date = field in ("year", "month", "day")
        forms = sorted(counts, key=str.encode, reverse=is_date)
        forms = sorted(forms, key=lambda form: -counts[form])[:limit or None]
        if is_date:
            forms.sort(reverse=True)
        return [(self.spelling(field, form), counts[form]) for form in forms]

    def spelling(self, field, form):
        """A value as most entries spell it, of equals the first in byte order."""
        if field not in self.spellings:
            self.spellings[field] = defaultdict(Counter)
            for entry in self.entries:
                for form_of_value, spellings in self.values(entry, field).items():
                    self.spellings[field][form_of_value].update(spellings)
        return min(self.spellings[field][form].items(), key=lambda item: (-item[1], item[0].encode()))[0]


class Asking:
    """One question on its way: --all, and whether an expansion was cut."""

    def __init__(self, judge, every):
        self.judge, self.every, self.cut = judge, every, False


class Answer:
    """hits: [(id, score)] in order; found: entries; keys: of the words that a snippet may mark; cut: an expansion was
    cut, so the number of matches is a lower bound; rounded: a score is that near to what it would be unrounded."""

    def __init__(self, hits, found, keys, cut, rounded):
        self.hits, self.found, self.keys, self.cut, self.rounded = hits, found, keys, cut, rounded


@functools.lru_cache(maxsize=None)
def site_of(url):
    """The host of a URL, lower case, without www. and port."""
    if "://" not in url:
        return ""
    host = url.split("://", 1)[1].split("/")[0].split("?")[0].split("#")[0].rsplit("@")[-1].split(":")[0].lower()
    return host[4:] if host.startswith("www.") else host
