"""Questions as trees: what each node looks like in the query language, and what it means for a ranking.Judge.

text(swap) renders; swap, when given, is called with the text of each word that a suggestion may replace, and gives the
text to render in its place. meaning(asking, field) says which entries match and which leaves score; None is a node
without any word. `field` is that of a group around the node."""

import functools
import re

import analysis
import ranking

KEYWORDS = ("source", "section", "topic", "lang", "site", "id")


class Meaning:
    """found: the matching entries; leaves: [(leaf, entries in which it counts)]."""

    def __init__(self, found, leaves=()):
        self.found, self.leaves = found, list(leaves)

    def boosted(self, boost):
        for leaf, _ in self.leaves:
            leaf.boost *= float(boost or 1)
        return self

    def within(self, found):
        """The leaves, where their node's entries are among those of the node above."""
        return [(leaf, counts & found) for leaf, counts in self.leaves]


def exact_terms(text):
    return [analysis.terms(*word, None)[0] for word in analysis.question_words(text)]


def prefixed(field, text):
    return field + ":" + text if field else text


def raised(text, boost):
    return text + "^" + boost if boost else text


class Word:
    """What is typed between blanks, unquoted. `boost` is text, here and below, or None."""

    typed = True

    def __init__(self, word, boost=None, field=""):
        self.word, self.boost, self.field = word, boost, field

    def text(self, swap=None):
        swap = None if self.field else swap
        return raised(prefixed(self.field, swap(self.word, True) if swap else self.word), self.boost)

    def said(self, asking, field):
        """The word without what is elided before it, where that is left out."""
        return analysis.without_elided(self.word) if asking.judge.elides and not (field or self.field) else self.word

    def is_plain(self, asking, field):
        """One word, which is united with those that come to the same leaf."""
        return not (field or self.field) and len(analysis.question_words(self.said(asking, field))) == 1

    def is_stop_word(self, asking, field):
        """A plain word that has no say while there are others."""
        if not self.is_plain(asking, field):
            return False
        word = self.said(asking, field)
        letters = [char for char in word if char.isalpha()]
        capitals = len(letters) >= 2 and all(char.isupper() for char in letters)
        return not capitals and exact_terms(word)[0] in asking.judge.stop_words

    def meaning(self, asking, field=""):
        field, judge = self.field or field, asking.judge
        if field in KEYWORDS:
            return Meaning(judge.with_value(field, self.word))
        word = self.said(asking, field)
        words = analysis.question_words(word)
        if not words:
            return None
        if len(words) > 1:
            return Phrase(word, 0, self.boost, self.field).meaning(asking, field)
        exact = exact_terms(word)[0]
        if analysis.is_single(words):
            return expanded(asking, field, judge.matching_terms(field, re.escape(exact) + ".*")).boosted(self.boost)
        if field:
            return Meaning(judge.with_any([exact], field))
        leaf = ranking.Leaf(judge.plain_keys(*words[0]))
        return Meaning(judge.with_any(leaf.keys), [(leaf, judge.with_any(leaf.keys))]).boosted(self.boost)


def expanded(asking, field, terms_and_cut):
    """Of all the terms that a wildcard or the like stands for; they score a constant."""
    terms, cut = terms_and_cut
    asking.cut = asking.cut or cut
    found = asking.judge.with_any(terms, field)
    return Meaning(found, [] if field else [(ranking.Leaf(terms, constant=True), found)])


class Phrase:
    typed = False

    def __init__(self, words, slop=0, boost=None, field=""):
        self.words, self.slop, self.boost, self.field = words, slop, boost, field

    def text(self, swap=None):
        swap = None if self.field else swap
        text = '"%s"' % (swap(self.words, False) if swap else self.words) + ("~%d" % self.slop if self.slop else "")
        return raised(prefixed(self.field, text), self.boost)

    def meaning(self, asking, field=""):
        field = self.field or field
        if field in KEYWORDS:
            return Meaning(asking.judge.with_value(field, self.words))
        terms = exact_terms(self.words)
        if not terms:
            return None
        found = asking.judge.with_tokens(terms, field, lambda tokens: ranking.holds(tokens, terms, self.slop))
        leaves = [] if field else [(ranking.Leaf([term]), found) for term in terms]
        return Meaning(found, leaves).boosted(self.boost)


class Wildcard:
    typed = True

    def __init__(self, pattern, boost=None, field=""):
        self.pattern, self.boost, self.field = pattern, boost, field

    def text(self, swap=None):
        return raised(prefixed(self.field, self.pattern), self.boost)

    def is_plain(self, asking, field):
        return not (field or self.field)

    def meaning(self, asking, field=""):
        field = self.field or field
        pattern = "".join({"*": ".*", "?": "."}.get(piece) or
                          re.escape(analysis.strip_marks(analysis.fold(piece.replace("'", ""))))
                          for piece in re.split("([*?])", self.pattern))
        return expanded(asking, field, asking.judge.matching_terms(field, pattern)).boosted(self.boost)


class Fuzzy:
    """most: the greatest distance, None for what the length allows."""

    typed = True

    def __init__(self, word, most=None, boost=None, field=""):
        self.word, self.most, self.boost, self.field = word, most, boost, field

    def text(self, swap=None):
        return raised(prefixed(self.field, self.word) + "~" + str(self.most or ""), self.boost)

    is_plain = Wildcard.is_plain

    def meaning(self, asking, field=""):
        field = self.field or field
        exact = exact_terms(self.word)[0]
        terms = asking.judge.near_terms(field, exact, self.most or (2 if len(exact) >= 8 else 1))
        return expanded(asking, field, (terms[:ranking.FUZZY_MAX], len(terms) > ranking.FUZZY_MAX)).boosted(self.boost)


class Near:
    """words: Word nodes, all of one field; spans: a number, or None for NEAR alone, between each two."""

    typed = False

    def __init__(self, words, spans):
        self.words, self.spans = words, spans

    def text(self, swap=None):
        if swap:
            swap = functools.partial(self.swap_exact, swap)
        text = self.words[0].text(swap)
        for span, word in zip(self.spans, self.words[1:]):
            text += " NEAR" + ("/%d " % span if span else " ") + word.text(swap)
        return text

    @staticmethod
    def swap_exact(swap, text, _):
        return swap(text, False)

    def meaning(self, asking, field=""):
        field = self.words[0].field or field
        terms = [exact_terms(word.said(asking, field))[0] for word in self.words]
        span = len(terms) - 2 + max(number or 10 for number in self.spans)
        found = asking.judge.with_tokens(terms, field, lambda tokens: ranking.near(tokens, terms, span))
        leaves = [] if field else [(ranking.Leaf([term], float(word.boost or 1)), found)
                                   for word, term in zip(self.words, terms)]
        return Meaning(found, leaves)


class Value:
    """source, section, topic, lang, site or id."""

    typed = False

    def __init__(self, field, value, quoted=False):
        self.field, self.value, self.quoted = field, value, quoted

    def text(self, swap=None):
        return prefixed(self.field, '"%s"' % self.value if self.quoted else self.value)

    def meaning(self, asking, field=""):
        return Meaning(asking.judge.with_value(self.field, self.value))


class Dates:
    """date:TEXT, which stands for the seconds from first to last; None is no bound."""

    typed = False

    def __init__(self, value, first, last, quoted=False):
        self.value, self.first, self.last, self.quoted = value, first, last, quoted

    def text(self, swap=None):
        return prefixed("date", '"%s"' % self.value if self.quoted else self.value)

    def meaning(self, asking, field=""):
        return Meaning(asking.judge.in_period(self.first, self.last))


# ---- Operators ----

class Operator:
    """AND, OR: `tight` leaves out blanks beside brackets."""

    typed = False

    def __init__(self, children, tight=False):
        self.children, self.tight = children, tight

    def text(self, swap=None):
        text = self.children[0].text(swap)
        for child in self.children[1:]:
            right = child.text(swap)
            text += "" if self.tight and text.endswith(")") else " "
            text += self.name + ("" if self.tight and right.startswith("(") else " ") + right
        return text

    def meaning(self, asking, field=""):
        meanings = [child.meaning(asking, field) for child in self.children]
        found = self.join(*(meaning.found for meaning in meanings))
        return Meaning(found, [leaf for meaning in meanings for leaf in meaning.within(found)])


class And(Operator):
    name, join = "AND", staticmethod(set.intersection)


class Or(Operator):
    name, join = "OR", staticmethod(set.union)


class Not:
    """dash: written as a sign, which means the same beside an operator."""

    typed = False

    def __init__(self, child, dash=False):
        self.child, self.dash = child, dash

    def text(self, swap=None):
        return ("-" if self.dash else "NOT ") + self.child.text()

    def meaning(self, asking, field=""):
        return Meaning(asking.judge.everything - self.child.meaning(asking, field).found)


class Plus:
    """A + that means nothing, beside an operator."""

    typed = False

    def __init__(self, child):
        self.child = child

    def text(self, swap=None):
        return "+" + self.child.text(swap)

    def meaning(self, asking, field=""):
        return self.child.meaning(asking, field)


# ---- Bags ----

class Bag:
    """items: [(sign, node)]."""

    def __init__(self, items):
        self.items = items

    def text(self, swap=None):
        return " ".join(sign + node.text(None if sign == "-" else swap) for sign, node in self.items)

    def meaning(self, asking, field=""):
        clauses = []
        for sign, node in self.items:
            meaning = node.meaning(asking, field)
            if meaning:
                stop = sign == "" and isinstance(node, Word) and node.is_stop_word(asking, field)
                clauses.append((sign, node, meaning, stop))
        if not clauses:
            return None
        if any(meaning.leaves and sign != "-" and not stop for sign, _, meaning, stop in clauses):
            clauses = [clause for clause in clauses if not clause[3]]
        required, optional, filters, excluded = [], [], [], []
        plain, leaves = {}, []
        for sign, node, meaning, _ in clauses:
            if sign == "-":
                excluded.append(meaning.found)
                continue
            if not meaning.leaves:
                filters.append(meaning.found)
                continue
            (required if sign == "+" or (asking.every and node.typed) else optional).append(meaning.found)
            if node.typed and node.is_plain(asking, field):
                leaf, found = meaning.leaves[0]
                known = plain.setdefault((leaf.keys, leaf.constant), (leaf, found))[0]
                known.boost += leaf.boost if known is not leaf else 0
            else:
                leaves += meaning.leaves
        found = set(asking.judge.everything)
        if required:
            found = set.intersection(found, *required)
        elif optional:
            found = set.union(*optional)
        found = set.intersection(found, *filters) - set().union(*excluded)
        return Meaning(found, Meaning(found, list(plain.values()) + leaves).within(found))


class Empty:
    """Brackets around nothing."""

    typed = False

    @staticmethod
    def text(swap=None):
        return "()"

    @staticmethod
    def meaning(asking, field=""):
        return None


class Group:
    """A bag in brackets; pad: with blanks inside them."""

    typed = False

    def __init__(self, bag, boost=None, field="", pad=False):
        self.bag, self.boost, self.field, self.pad = bag, boost, field, pad

    def text(self, swap=None):
        pad = " " if self.pad else ""
        inside = self.bag.text(None if self.field else swap)
        return raised(prefixed(self.field, "(" + pad + inside + pad + ")"), self.boost)

    def meaning(self, asking, field=""):
        meaning = self.bag.meaning(asking, self.field or field)
        return meaning and meaning.boosted(self.boost)


class Question:
    """A bag and what comes beside it; `order` is relevance, newest or oldest."""

    def __init__(self, root, since=None, until=None, every=False, order="relevance", written=None):
        self.root, self.since, self.until, self.every, self.order = root, since, until, every, order
        self.written = written

    def text(self):
        return self.written if self.written is not None else self.root.text()

    def options(self):
        options = []
        if self.since:
            options += ["--since", self.since]
        if self.until:
            options += ["--until", self.until]
        if self.order != "relevance":
            options += ["--sort", self.order]
        return options + (["--all"] if self.every else [])

    def suggestion(self, judge):
        """The question with each word that no article holds replaced by the nearest that one does, or None."""
        changed = False

        def swap(text, typed):
            nonlocal changed
            head = ""
            if typed and judge.elides:
                rest = analysis.without_elided(text)
                head, text = text[:len(text) - len(rest)], rest
            words = list(analysis.raw_words(text))
            if words and words[-1][3]:
                words.pop()
            swapped, end = head, 0
            for start, stop, spaceless, _ in words:
                near = None if spaceless else judge.replacement(text[start:stop], typed and len(words) == 1)
                if near:
                    swapped, end, changed = swapped + text[end:start] + near, stop, True
            return swapped + text[end:]

        text = self.root.text(swap)
        return text if changed else None
