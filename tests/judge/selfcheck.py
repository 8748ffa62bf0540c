"""The examples of docs/analysis.md, and a few sums done by hand, put to the judge itself."""

import analysis
import ranking
from tree import And, Bag, Group, Near, Not, Or, Phrase, Question, Word

TERMS = [
    ("don't O’Brien", "dont obrien"),
    ("U.S. P.L.A. e.g.", "us pla eg"),
    ("U.S.'s U.S.'sx U.S.'s'x", "us us sx us sx"),
    ("end.Next nytimes.com", "end next nytimes com"),
    ("l’histoire D'État qu'il dell'arte jusqu'à l'œuvre d'Yves", "l histoire d etat qu il dell arte jusqu a l œuvre d yves"),
    ("d'aujourd'hui quelqu'un n'Golo l'1 d'un'altra", "d aujourdhui quelquun ngolo l1 d un altra"),
    ("don't it's o'clock I'd y'all rock'n'roll O'Brien D's", "dont it oclock id yall rocknroll obrien d"),
    ("3.5 192.168.0.1", "3.5 192.168.0.1"),
    ("1,000 12,345,678 1987,1988 1,000.50 1234,567 1,0000", "1000 12345678 1987 1988 1000.50 1234 567 1 0000"),
    ("AT&T zero-day", "at t zero day"),
    ("中国人", "中国 国人 人"),
    ("2023年", "2023 年"),
    ("ก้าว", "ก้า าว ว"),
    ("Trump’s JAMES' it''s", "trump james it s"),
    ("é nai\u0308ve ά й и\u0306 が Ё ß ﬁn İ", "e naive α й й が е ss fin i"),
    ("soft\u00adhyphen zero\u200bwidth \u200bx", "softhyphen zerowidth x"),
    ("a1.2b x.1 1.x", "a1.2b x 1 1 x"),
    ("a.b.cd a.b'c", "ab cd abc"),
]
TYPED = [("l’été", "été"), ("d'un'organisation", "organisation"), ("«L'arc-en-ciel»", "arc-en-ciel»"), ("o'clock", "o'clock"),
         ("l'", "l'"), ("bank d'or", "bank d'or")]
STEMS = [("policies", "en", "polici"), ("policy", "en", "polici"), ("Häuser", "de", "haus"), ("3D", "en", "3d"),
         ("中国", "en", "中国"), ("café", "fr", "caf"), ("выборов", "ru", "выбор"), ("gift", "nl", "gift")]
FORMS = [("  Harbor \t Post ", "harbor post"), ("La Dépêche", "la depeche"), ("ΑΘΉΝΑ", "αθηνα"), ("ＡＢ\u00a0c", "ab c")]
PERIODS = [("1970", (0, 31535999)), ("1969-12", (-2678400, -1)), ("2024-02", (1706745600, 1709251199)),
           ("1970-01-02", (86400, 172799)), ("1970-01-01T01:00:00+01:00", (0, 0)), ("1969-12-31T23:59:59Z", (-1, -1))]

# (text, words, greatest difference of places, whether they are near)
NEARS = [("a b", "a b", 1, True), ("b a", "a b", 1, True), ("a x b", "a b", 1, False), ("a x b", "a b", 2, True),
         ("a", "a a", 9, False), ("a a", "a a", 1, True), ("a x a", "a a", 1, False), ("a b x c", "c a b", 3, True),
         ("a b x c", "c a b", 2, False), ("a x x b a", "a b", 1, True), ("a b a", "a a b", 2, True)]
# (text, phrase, slop, whether it holds)
SLOPS = [("a b", "a b", 0, True), ("b a", "a b", 9, False), ("a x b", "a b", 0, False), ("a x b", "a b", 1, True),
         ("a x b y c", "a b c", 1, False), ("a x b y c", "a b c", 2, True), ("a a", "a a", 0, True),
         ("a x a b", "a b", 0, True), ("a b x a b c", "a b c", 0, True), ("a", "a a", 5, False)]
DISTANCES = [("", "", 0), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "ab", 1), ("abc", "abcd", 1), ("abc", "acb", 1),
             ("ca", "abc", 3), ("abcd", "badc", 2), ("colour", "color", 1), ("kitten", "sitting", 3), ("выбор", "выборы", 1)]


def article(identity, title, body, published=""):
    return {"id": identity, "url": "", "title": title, "body": body, "authors": [], "source": "", "section": "",
            "language": "", "topics": [], "published": published}


def check(report):
    """Calls report(what, fault or None) for each example."""
    def equal(what, expected, got):
        report(what, None if expected == got else "expected %r, got %r" % (expected, got))

    for text, expected in TERMS:
        equal(text, expected, " ".join(exact for exact, _ in analysis.analyse(text, None)))
    for text, expected in TYPED:
        equal(text, expected, analysis.without_elided(text))
    for word, language, expected in STEMS:
        equal(word, expected, analysis.analyse(word, language)[0][1])
    for value, expected in FORMS:
        equal(value, expected, analysis.match_form(value))
    for text, expected in PERIODS:
        equal(text, expected, ranking.period(text))

    for text, words, span, expected in NEARS:
        equal("%s NEAR %s" % (text, words), expected, ranking.near(text.split(), words.split(), span))
    for text, words, slop, expected in SLOPS:
        equal('"%s"~%d in %s' % (words, slop, text), expected, ranking.holds(text.split(), words.split(), slop))
    for left, right, expected in DISTANCES:
        equal("%s ~ %s" % (left, right), expected, ranking.distance(left, right))

    # Two articles of lengths 2 and 6, average 4; "flood" is in both, tf 2 (a title word) and 1.
    judge = ranking.Judge([article("a", "flood", ""), article("b", "", "one flood of many big rivers", "2025")])

    def answer(*items):
        hits = judge.answer(Question(Bag([item if isinstance(item, tuple) else ("", item) for item in items]))).hits
        return [(identity, round(score, 7)) for identity, score in hits]

    def ids(*items):
        return "".join(sorted(identity for identity, _ in answer(*items)))

    equal("flood", [("a", 0.1325975), ("b", 0.0688006)], answer(Word("flood")))
    equal("flood^2", [("a", 0.265195), ("b", 0.1376012)], answer(Word("flood", "2")))
    equal("(flood)^2", [("a", 0.265195), ("b", 0.1376012)], answer(Group(Bag([("", Word("flood"))]), "2")))
    equal('"flood of"', "b", ids(Phrase("flood of")))
    equal("-absent", [("b", 0.0), ("a", 0.0)], answer(("-", Word("absent"))))

    # A third article, of length 4 and with tf 2, is deleted and still counts: the average stays 4.
    judge = ranking.Judge([article("a", "flood", ""), article("b", "", "one flood of many big rivers", "2025")],
                          marked=[article("c", "", "flood rise flood again")])
    equal("flood, one deleted", [("a", 0.0971137), ("b", 0.0503892)], answer(Word("flood")))
    equal("again, deleted", [], answer(Word("again")))
    equal("-absent, one deleted", [("b", 0.0), ("a", 0.0)], answer(("-", Word("absent"))))
    equal("rivars", "rivers", judge.replacement("rivars", True))
    equal("agein", None, judge.replacement("agein", True))

    # Which of a, b, c, d (their own words but one) and e (all of them) match; text says what the tree looks like.
    judge = ranking.Judge([article(name, "", body) for name, body in
                           (("a", "xa xb"), ("b", "xb xc"), ("c", "xc xd"), ("d", "xd"), ("e", "xa xb xc xd"))])
    xa, xb, xc, xd = map(Word, ("xa", "xb", "xc", "xd"))
    for text, expected, node in (
            ("xd OR xa AND xc", "cde", Or([xd, And([xa, xc])])),
            ("(xd OR xa) AND xc", "ce", And([Group(Bag([("", Or([xd, xa]))])), xc])),
            ("NOT xb AND xd", "cd", And([Not(xb), xd])),
            ("NOT (xb AND xd)", "abcd", Not(Group(Bag([("", And([xb, xd]))])))),
            ("xa OR -xc", "ade", Or([xa, Not(xc, True)])),
            ("xd NEAR/1 xb", "", Near([xd, xb], [1])),
            ("xd NEAR/2 xb", "e", Near([xd, xb], [2])),
            ("xa NEAR/1 xc NEAR/2 xb", "e", Near([xa, xc, xb], [1, 2]))):
        equal("rendering", text, node.text())
        equal(text, expected, ids(node))
    equal("+(xa xb) -xc", "a", ids(("+", Group(Bag([("", xa), ("", xb)]))), ("-", xc)))
    equal("xa (xb xc)", "abce", ids(xa, Group(Bag([("", xb), ("", xc)]))))

    # Dates touch: the year 2024, December of it, its last day, a second of it, the next year, none.
    dates = ["2024", "2024-12", "2024-12-31", "2024-12-31T23:59:59Z", "2025", ""]
    judge = ranking.Judge([article("abcdef"[i], "x", "", dates[i]) for i in range(len(dates))])
    for first, last, expected in (("2024", "2024", "abcd"), ("2024-06-01", "2024-06-02", "a"), ("2025", None, "e"),
                                  (None, "2024-11", "a"), ("2024-12-31T23:59:59Z", None, "abcde"), (None, None, "abcde")):
        found = judge.in_period(ranking.period(first)[0] if first else None, ranking.period(last)[1] if last else None)
        equal("%s..%s" % (first, last), expected, "".join("abcdef"[number] for number in sorted(found)))
    equal("oldest first", "bcdef", "".join(sorted(
        identity for identity, _ in judge.answer(Question(Bag([("", Word("x"))]), order="oldest")).hits[1:])))
    equal("oldest first", "a", judge.answer(Question(Bag([("", Word("x"))]), order="oldest")).hits[0][0])
    equal("oldest first, undated last", "f", judge.answer(Question(Bag([("", Word("x"))]), order="oldest")).hits[-1][0])
    equal("facet year", [("2025", 1), ("2024", 4)], judge.facet(judge.everything, "year"))
    equal("facet month", [("2024-12", 3)], judge.facet(judge.everything, "month"))
