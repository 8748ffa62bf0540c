"""Questions written by hand, with their trees made by hand, for the articles of grow.py; and questions that are wrong."""

from ranking import period
from tree import And, Bag, Dates, Empty, Fuzzy, Group, Near, Not, Or, Phrase, Question, Value, Wildcard, Word


def w(text):
    """One word or several: a bag's items."""
    return [("", Word(word)) for word in text.split()]


def words(text):
    return [Word(word) for word in text.split()]


def one(node):
    return [("", node)]


def group(*items, **more):
    return Group(Bag([item if isinstance(item, tuple) else ("", item) for item in items]), **more)


bank, trade, flood, memo, chip = words("bank trade flood memo chip")

QUESTIONS = [
    # Precedence: NEAR, NOT, AND, OR, then the bag.
    ("bank OR trade AND flood", one(Or([bank, And([trade, flood])]))),
    ("bank AND trade OR flood", one(Or([And([bank, trade]), flood]))),
    ("(bank OR trade) AND flood", one(And([Or([bank, trade]), flood]))),
    ("bank AND (trade OR flood)", one(And([bank, Or([trade, flood])]))),
    ("bank OR trade flood", [("", Or([bank, trade])), ("", flood)]),
    ("flood bank OR trade", [("", flood), ("", Or([bank, trade]))]),
    ("bank AND trade flood memo", [("", And([bank, trade])), ("", flood), ("", memo)]),
    ("NOT bank AND trade", one(And([Not(bank), trade]))),
    ("trade AND NOT bank", one(And([trade, Not(bank)]))),
    ("trade AND -bank", one(And([trade, Not(bank)]))),
    ("-bank AND trade", one(And([Not(bank), trade]))),
    ("+bank OR trade", one(Or([bank, trade]))),
    ("-bank OR trade", one(Or([Not(bank), trade]))),
    ("NOT bank", one(Not(bank))),
    ("NOT bank OR trade", one(Or([Not(bank), trade]))),
    ("NOT (bank OR trade)", one(Not(Or([bank, trade])))),
    ("NOT bank NEAR/5 trade", one(Not(Near([bank, trade], [5])))),
    ("bank NEAR/3 trade AND flood", one(And([Near([bank, trade], [3]), flood]))),
    ("bank AND trade NEAR flood", one(And([bank, Near([trade, flood], [None])]))),
    ("bank NEAR/1 trade NEAR/20 flood", one(Near([bank, trade, flood], [20, 20]))),
    ("bank NEAR/120 bank", one(Near([bank, bank], [120]))),
    ("bank AND trade AND flood OR memo AND chip", one(Or([And([bank, trade, flood]), And([memo, chip])]))),
    ("((bank OR trade) AND (flood OR memo)) OR chip",
     one(Or([And([Or([bank, trade]), Or([flood, memo])]), chip]))),
    # What is an operator and what is a word.
    ("AND", w("AND")),
    ("OR", w("OR")),
    ("NOT", w("NOT")),
    ("NEAR", w("NEAR")),
    ("bank and trade", w("bank and trade")),
    ("bank or not near trade", w("bank or not near trade")),
    ('bank "AND" trade', [("", bank), ("", Phrase("AND")), ("", trade)]),
    ("bank\tAND\ttrade", one(And([bank, trade]))),
    ("bank\u3000OR\u00a0trade", one(Or([bank, trade]))),
    ("bank(trade)", w("bank(trade)")),
    ("bank)", w("bank)")),
    ("ba)nk trade", w("ba)nk trade")),
    ("bank :) trade", w("bank :) trade")),
    # Brackets.
    ("(bank trade)", one(group(bank, trade))),
    ("((bank))", one(group(group(bank)))),
    ("+(bank trade) flood", [("+", group(bank, trade)), ("", flood)]),
    ("-(bank trade) flood", [("-", group(bank, trade)), ("", flood)]),
    ("flood -(bank AND trade)", [("", flood), ("-", group(And([bank, trade])))]),
    ("flood (+bank -trade)", [("", flood), ("", group(("+", bank), ("-", trade)))]),
    ("() bank", [("", Empty()), ("", bank)]),
    ("bank (()) trade", w("bank trade")),
    ("(bank)AND(trade)OR(flood)", one(Or([And([bank, trade]), flood]))),
    ("( bank AND trade )", one(group(And([bank, trade])))),
    ("(f(x) bank)", one(group(Word("f(x)"), bank))),
    ("(the bank)", one(group(Word("the"), bank))),
    ("(the) bank", [("", group(Word("the"))), ("", bank)]),
    ("the AND bank", one(And(words("the bank")))),
    ("the OR bank", one(Or(words("the bank")))),
    ("the (source:none)", [("", Word("the")), ("", group(Value("source", "none")))]),
    ("run running (run running)", w("run running") + one(group(*words("run running")))),
    # Filters.
    ('source:"Harbor Post" OR section:sport', one(Or([Value("source", "Harbor Post"), Value("section", "sport")]))),
    ('bank (section:sport OR section:world)', [("", bank), ("", Or([Value("section", "sport"),
                                                                   Value("section", "world")]))]),
    ("bank AND section:sport", one(And([bank, Value("section", "sport")]))),
    ("bank OR section:sport", one(Or([bank, Value("section", "sport")]))),
    ("section:(sport world)", one(And([Value("section", "sport"), Value("section", "world")]))),
    ("section:(sport OR world)", one(Or([Value("section", "sport"), Value("section", "world")]))),
    ("topic:(china -trade)", one(And([Value("topic", "china"), Not(Value("topic", "trade"))]))),
    ("title:(bank OR trade) flood", [("", Or([Word("bank", field="title"), Word("trade", field="title")])),
                                     ("", flood)]),
    ("title:(bank AND NOT trade)", one(And([Word("bank", field="title"), Not(Word("trade", field="title"))]))),
    ("title:bank NEAR/3 title:trade", one(Near([Word("bank", field="title"), Word("trade", field="title")], [3]))),
    ("title:(bank NEAR/3 trade)", one(Near([Word("bank", field="title"), Word("trade", field="title")], [3]))),
    ("author:cal* bank", [("", Wildcard("cal*", field="author")), ("", bank)]),
    ("title:bnak~1", one(Fuzzy("bnak", 1, field="title"))),
    # Dates.
    ("date:2025", one(Dates("2025", *period("2025")))),
    ("date:2024..2025-11-14", one(Dates("", period("2024")[0], period("2025-11-14")[1]))),
    ("date:2024..", one(Dates("", period("2024")[0], None))),
    ("date:..1969", one(Dates("", None, period("1969")[1]))),
    ("date:>2024", one(Dates("", period("2025")[0], None))),
    ("date:>=2024", one(Dates("", period("2024")[0], None))),
    ("date:<2024", one(Dates("", None, period("2023")[1]))),
    ("date:<=2024", one(Dates("", None, period("2024")[1]))),
    ("date:2025-11-14T09:30:00Z", one(Dates("", *period("2025-11-14T09:30:00Z")))),
    ('date:"2025-11-15T00:00:00+02:00"', one(Dates("", *period("2025-11-14T22:00:00Z")))),
    ("bank -date:2025", [("", bank), ("-", Dates("", *period("2025")))]),
    ("bank AND NOT date:2025-11", one(And([bank, Not(Dates("", *period("2025-11")))]))),
    ("date:2025 OR date:1969", one(Or([Dates("", *period("2025")), Dates("", *period("1969"))]))),
    ("date:200y bank", [("", Dates("", None, None)), ("", bank)]),
    # Wildcards and fuzzy words.
    ("ba*", one(Wildcard("ba*"))),
    ("BA*", one(Wildcard("ba*"))),
    ("CAFÉ*", one(Wildcard("cafe*"))),
    ("gr?y ba?k", one(Wildcard("gr?y")) + one(Wildcard("ba?k"))),
    ("bank?", w("bank")),
    ("ba*?", one(Wildcard("ba*"))),
    ("* bank ?", w("bank")),
    ("o'b*", one(Wildcard("ob*"))),
    ("中*", one(Wildcard("中*"))),
    ("zz*", one(Wildcard("zz*"))),
    ("zz* bank", one(Wildcard("zz*")) + w("bank")),
    ("ba* ba*", one(Wildcard("ba*")) + one(Wildcard("ba*"))),
    ("ba* AND NOT tr*", one(And([Wildcard("ba*"), Not(Wildcard("tr*"))]))),
    ("colour~", one(Fuzzy("colour", 1))),
    ("colour~1", one(Fuzzy("colour", 1))),
    ("organisation~", one(Fuzzy("organisation", 2))),
    ("quartetto~1", one(Fuzzy("quartetto", 1))),
    ("quartetto~2", one(Fuzzy("quartetto", 2))),
    ("CAFÉ~1", one(Fuzzy("cafe", 1))),
    ("+colour~1 -bank", [("+", Fuzzy("colour", 1)), ("-", bank)]),
    # What is elided before a word.
    ("l’organisation", w("l’organisation")),
    ("+d'organizations -l'arte qu'il", [("+", Word("d'organizations")), ("-", Word("l'arte")), ("", Word("qu'il"))]),
    ("d'un'organisation D'UN", w("d'un'organisation D'UN")),
    ('"l’organisation" trade', one(Phrase("l organisation")) + w("trade")),
    ("title:l'organisation", one(Phrase("l organisation", field="title"))),
    ("l'organisation-bank", w("l'organisation-bank")),
    ("d'org*n title:l'o*", [("", Wildcard("org*n")), ("", Wildcard("o*", field="title"))]),
    ("l'organisatoin~ l'organisatoin~1^2", one(Fuzzy("organisatoin", 2)) + one(Fuzzy("organisatoin", 1, "2"))),
    # Boosts.
    ("bank^2 trade", one(Word("bank", "2")) + w("trade")),
    ("bank^2.5 bank^0.5", one(Word("bank", "3"))),
    ("bank bank", one(Word("bank", "2"))),
    ('"bank trade"^3', one(Phrase("bank trade", 0, "3"))),
    ('"bank trade"~7^2', one(Phrase("bank trade", 7, "2"))),
    ("(bank trade)^2", one(Word("bank", "2")) + one(Word("trade", "2"))),
    ("(bank OR trade^4)^0.5 AND flood", one(And([Or([Word("bank", "0.5"), Word("trade", "2")]), flood]))),
    ("colour~1^2", one(Fuzzy("colour", 1, "2"))),
    ("colour~^2", one(Fuzzy("colour", 1, "2"))),
    ("ba*^1000 bank", one(Wildcard("ba*", "1000")) + w("bank")),
    ("bank^0.001 NEAR trade^1000", one(Near([Word("bank", "0.001"), Word("trade", "1000")], [None]))),
    ("zero-day^2", one(Phrase("zero day", 0, "2"))),
    ("bank^ trade^x", w("bank trade^x")),
    ("+bank^2", [("+", Word("bank", "2"))]),
    # Text after all.
    ("foo:bar bank", w("foo:bar bank")),
    ("title: bank", w("title: bank")),
    ("C++ bank - +", w("C++ bank")),
    ("x*y-z", w("x*y-z")),
]

# What a question becomes, or None.
SUGGESTIONS = [
    ("bnak", "bank"),
    ("Bnak AND -xtrade", "bank AND -xtrade"),
    ('"organisatoin of tradde"~3^2 bank', '"organisation of trade"~3^2 bank'),
    ("bnak -bnak NOT bnak", "bank -bnak NOT bnak"),
    ("title:bnak title:(bnak) floood^2", "title:bnak title:(bnak) flood^2"),
    ("(bnak NEAR/3 tradde)", "(bank NEAR/3 trade)"),
    ("zero-dayy bnak* bnak~", "zero-day bnak* bnak~"),
    ("memmo? (MEMMO)", "memo? (memo)"),
    ("L’organisatoin «d'organisatoin»", "L’organisation «d'organisation»"),
    ("bank trade", None),
    ("bnk xqzw", None),
]

# (question, the byte at which something was expected; None where more than one place is as good)
ERRORS = [
    (")", 0), ("bank ) trade", 5), ("(bank", 5), ("(bank (trade)", 13), ("bank AND (trade", 15),
    ("bank AND", 8), ("AND bank", 0), ("bank OR", 7), ("OR bank", 0), ("bank NOT", 8), ("bank NEAR", 9),
    ("NEAR bank", 0), ("bank AND OR trade", 9), ("(AND bank)", 1), ("(bank OR)", 8), ("bank AND ()", None),
    ("() OR bank", None), ('"bank', 5), ('bank AND "trade', 15), ("*foo", 0), ("?foo", 0), ("bank *foo", 5),
    ("title:*foo", 6), ("colour~3", None), ("colour~0", None), ("abc~", None), ("abc~1", None), ("abcdefg~2", None),
    ("bank^0", None), ("bank^1001", None), ("bank^0.0001", None), ("source:x^2", None), ("-bank^2", None),
    ("-(bank)^2", None), ("title:bank^2", None), ("date:2025^2", None), ("(bank NEAR trade) NEAR flood", None),
    ('"bank trade" NEAR flood', None), ("zero-day NEAR flood", None), ("title:bank NEAR trade", None),
    ("bank NEAR/0 trade", None), ("bank NEAR/10001 trade", None), ("date:2025-13", None), ("date:2025-02-29", None),
    ("date:2025..2024", None), ("date:2025x", None), ("date:..", None), ("date:7q", None), ("date:soon", None),
    ('"bank trade"~10001', None), ('source:"bank"~2', None), ('title:"..."', None),
    ("(" * 101 + "bank" + ")" * 101, None), (" ".join("b%s*" % chr(97 + i % 26) for i in range(257)), None),
]


def questions():
    return [Question(Bag(items), written=text) for text, items in QUESTIONS]
