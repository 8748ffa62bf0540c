"""The examples of docs/analysis.md, and a few sums done by hand, put to the judge itself."""

import analysis
import ranking

TERMS = [
    ("don't O’Brien", "dont obrien"),
    ("U.S. P.L.A. e.g.", "us pla eg"),
    ("U.S.'s U.S.'sx U.S.'s'x", "us us sx us sx"),
    ("end.Next nytimes.com", "end next nytimes com"),
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
STEMS = [("policies", "en", "polici"), ("policy", "en", "polici"), ("Häuser", "de", "haus"), ("3D", "en", "3d"),
         ("中国", "en", "中国"), ("café", "fr", "caf"), ("выборов", "ru", "выбор"), ("gift", "nl", "gift")]
FORMS = [("  Harbor \t Post ", "harbor post"), ("La Dépêche", "la depeche"), ("ΑΘΉΝΑ", "αθηνα"), ("ＡＢ\u00a0c", "ab c")]
PERIODS = [("1970", (0, 31535999)), ("1969-12", (-2678400, -1)), ("2024-02", (1706745600, 1709251199)),
           ("1970-01-02", (86400, 172799)), ("1970-01-01T01:00:00+01:00", (0, 0)), ("1969-12-31T23:59:59Z", (-1, -1))]


def article(identity, title, body, published=""):
    return {"id": identity, "url": "", "title": title, "body": body, "authors": [], "source": "", "section": "",
            "language": "", "topics": [], "published": published}


def check(report):
    """Calls report(what, fault or None) for each example."""
    def equal(what, expected, got):
        report(what, None if expected == got else "expected %r, got %r" % (expected, got))

    for text, expected in TERMS:
        equal(text, expected, " ".join(exact for exact, _ in analysis.analyse(text, None)))
    for word, language, expected in STEMS:
        equal(word, expected, analysis.analyse(word, language)[0][1])
    for value, expected in FORMS:
        equal(value, expected, analysis.match_form(value))
    for text, expected in PERIODS:
        equal(text, expected, ranking.period(text))

    # Two articles of lengths 2 and 6, average 4; "flood" is in both, tf 2 (a title word) and 1.
    judge = ranking.Judge([article("a", "flood", ""), article("b", "", "one flood of many big rivers", "2025")])

    def answer(clause):
        return [(identity, round(score, 7)) for identity, score in judge.answer(ranking.Question([clause]))[0]]

    equal("flood", [("a", 0.1325975), ("b", 0.0688006)], answer(ranking.Clause("flood")))
    equal('"flood of"', ["b"], [identity for identity, _ in answer(ranking.Clause("flood of", quoted=True))])
    equal("-absent", [("b", 0.0), ("a", 0.0)], answer(ranking.Clause("absent", sign="-")))
