"""Seeded articles and questions for the judge. All words are common or made up."""

import itertools
import re

from ranking import site_of
from tree import Bag, Phrase, Question, Value, Word

ENGLISH = """policy policies policymaker nation nations national nationality run runs running runner market markets marketing
city cities river rivers flood floods flooded flooding elect election elections elected vote votes voting voter bank
banks banking minister ministers ministry harbor ferry ferries storm storms engine engines engineer engineering cloud
server servers secure security insecure memo memos alleged allegation allegations trade trades trading talk talks
agree agreed agreement school schools strike strikes striking chip chips export exports exported quake wage wages law
laws lawyer lawyers judge judges judging court courts appeal appeals general generally generation generous university
universe universal organ organs organize organization happy happiness fly flies flying die dies dying skies sky news
gas gases bus buses this has was proceed exceed succeed early only inning outing canning herring café naïve résumé
resume coöperate façade jalapeño""".split()
GERMAN = """Straße Straßen Häuser Haus größer große Käufer kaufen gekauft Gift Kind Kinder Bürgermeister Wahlen wählen
Fähre Fähren schön schöner Mädchen Übung Gesetz Gesetze""".split()
FRENCH = """élection élections élire gouvernement marché marchés l’école l'eau d'été aujourd'hui cœur garçon naïve
français française continuer continuation château châteaux où""".split()
RUSSIAN = """выборы выборов выбор ёлка елка банк банки банков йод война войны город города правительство""".split()
GREEK = """εκλογές εκλογή άνθρωπος άνθρωποι ΑΘΗΝΑ Αθήνας λόγος λόγους""".split()
SPACELESS = """中国 中国人民 人民币 北京 北京市 日本語 東京 カタカナ ひらがな がぎぐ ภาษาไทย ก้าว น้ำ กรุงเทพ ລາວ ខ្មែរ မြန်မာ ﾊﾟﾋﾟ 々人 年
𠀀𠀁""".split()
HANGUL = "한국 한국어 서울 서울시".split()
ODD = """U.S. U.S.'s P.L.A. e.g. A.B.C.d U.K don't Don’t O’Brien Trump's Trump’s JAMES' it's zero-day AT&T end.Next
nytimes.com 3.5 192.168.0.1 1,000 12,345,678 1987,1988 1,000.50 1234,567 5,00 v2.0 3D co2 x86_64 G20 2023年 ﬁnance Ｆｕｌｌ
İstanbul ΣΊΣΥΦΟΣ σίσυφος soft\u00adhyphen zero\u200bwidth caf\u0065\u0301 nai\u0308ve и\u0306од 1e5 ½ x² Ⅷ №5 don''t rock'n'roll
'quoted' ‘tis’ x\u0301.y й.о. ŉ ʼn a.b'c q\u0301 ß ẞ SS ǅungla ª 5'6 can.t... ,,comma .dot""".split()
STOPS = """the of and to in a is that for it with as on who us may not der die und le la les и в не what""".split()
CAPITALS = "WHO US IT THE May IN Und".split()
SYLLABLES = "ba be bi bo ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro sa se ta te ti to va ve zo zu".split()
SOUP = list("aaBesS''’.,..,1023-é") + ["\u0301", "\u00ad", "中", "国", "が", "ก", "้", " ", " ", "д", "ё", "s", "ss", "U.S.", "'s", "½"]

PUNCTUATION = ["", "", "", "", "", "", "", "", ",", ".", ";", "!", "?", " –", "…", ")", " /", "\n\n"]
NAMES = "Ines Tobias Noor Jörg Anna Marsh Calloway Renn O'Neill Li Wei Castellan de la Cruz Pohl".split()
SOURCES = ["Harbor Post", "harbor  post", "Meridian Wire", "Der Rheinbote", "La Dépêche", "Вестник", "人民日报", ""]
SECTIONS = ["World", "Économie", "economie", "Sport", "Local news", ""]
TOPICS = ["china", "trade", "Cloud", "national security", "élections", "elections"]
LANGUAGES = ["en", "en", "en", "en-GB", "de", "fr", "ru", "ja", "ja_JP", "pl-PL", "Polish", "pol",
             "zh-Hant-TW", "fil-PH", "Valyrian", "", ""]
DATES = ["2025-11-14T09:30:00Z", "2025-11-14", "2025-11", "2025", "2025-11-15T00:00:00+02:00", "2024-02-29", "2024",
         "1969-12-31", "1969-12-31T23:59:59Z", "1970-01-01", "1930", "1950-06", "2000-01-01T00:00:00Z", ""]
BOUNDS = ["2025", "2025-11", "2025-11-14", "2025-11-14T09:30:00Z", "2024", "2024-03", "1969", "1970-01-01", "1950",
          "1930-05-05", "2031", "2020"]


def vocabulary(rng):
    """Words with falling weights; invented ones make the long tail."""
    invented = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 5))) for _ in range(600)]
    known = ENGLISH * 2 + GERMAN + FRENCH + RUSSIAN + GREEK + SPACELESS + HANGUL + ODD
    rng.shuffle(known)
    words = STOPS[:]
    for word in known + invented:
        words.append(word)
        if rng.random() < 0.1:
            words.append(word.upper() if rng.random() < 0.5 else word.capitalize())
    weights = [1 / (rank + 3) for rank in range(len(words))]
    return words, weights


def passage(rng, words, weights, length):
    text = []
    for word in rng.choices(words, weights, k=length):
        text.append(word + rng.choice(PUNCTUATION))
    return " ".join(text)


def date(rng):
    if rng.random() < 0.6:
        return rng.choice(DATES)
    day = "%04d-%02d-%02d" % (rng.choice([1901, 1960, 1987, 2010, 2019, 2023, 2024, 2025]), rng.randint(1, 12),
                              rng.randint(1, 28))
    return day + rng.choice(["", "", "T%02d:00:00Z" % rng.randint(0, 23)])


def articles(rng, count):
    words, weights = vocabulary(rng)
    made = []
    for number in range(count):
        kind = rng.random()
        if kind < 0.05:
            body = "".join(rng.choices(SOUP, k=rng.randint(1, 120)))
        elif kind < 0.15:  # ties: the same few texts again and again
            body = ["Talks on trade", "Flood policy", "北京 market strike", "the who"][rng.randrange(4)]
        else:
            body = passage(rng, words, weights, int(500 * rng.random() ** 3))
        title = "" if rng.random() < 0.1 else passage(rng, words, weights, rng.randint(0, 12))
        identity = "art-%d" % number
        if rng.random() < 0.06 and made:
            identity = rng.choice(made)["id"].split("#")[-1]
        elif rng.random() < 0.05:
            identity = str(number)
        elif rng.random() < 0.05:
            identity = "нор:%d/é" % number
        host = rng.choice(["www.harborpost.example", "Rheinbote.example:8080", "news.example"])
        made.append({
            "id": identity, "url": "https://%s/%d" % (host, number) if rng.random() < 0.8 else "",
            "title": " ".join(title.split()), "body": body.strip(),
            "authors": [" ".join(rng.sample(NAMES, rng.randint(1, 3))) for _ in range(rng.choice([0, 1, 1, 2, 3]))],
            "source": rng.choice(SOURCES), "section": rng.choice(SECTIONS), "language": rng.choice(LANGUAGES),
            "topics": rng.sample(TOPICS, rng.choice([0, 1, 1, 2])), "published": date(rng),
        })
    return made


# ---- Questions ----

# What the query language gives a meaning to, and what JSON lines or a batch file cannot carry.
SYNTAX = re.compile(r'["“”():*?~^\t\r\n\x00]|^[+-]')


def askable(chunk):
    return chunk and not SYNTAX.search(chunk)


class Asker:
    """Makes questions of words that the articles hold, mostly."""

    def __init__(self, rng, corpus):
        self.rng = rng
        self.corpus = corpus
        chunks = {}
        for article in corpus:
            for chunk in (article["title"] + " " + article["body"]).split():
                if askable(chunk):
                    chunks[chunk] = chunks.get(chunk, 0) + 1
        self.chunks = sorted(chunks)
        self.weights = list(itertools.accumulate(chunks[chunk] ** 0.5 for chunk in self.chunks))

    def word(self):
        draw = self.rng.random()
        if draw < 0.08:
            return self.rng.choice(STOPS)
        if draw < 0.12:
            return self.rng.choice(CAPITALS)
        if draw < 0.15:
            return self.rng.choice(["absentword", "qqqq", "未知", "ксенон"])
        word = self.rng.choices(self.chunks, cum_weights=self.weights)[0]
        case = self.rng.random()
        if word.upper() in ("AND", "OR", "NOT", "NEAR"):
            return word.lower()
        return word.upper() if case < 0.04 else word.capitalize() if case < 0.1 else word

    def span(self, text, longest):
        """Neighbouring chunks of a text, or None."""
        chunks = text.split()
        if not chunks:
            return None
        start = self.rng.randrange(len(chunks))
        span = " ".join(chunks[start:start + self.rng.randint(1, longest)])
        return span if '"' not in span and any(char.isalnum() for char in span) else None

    def phrase(self):
        """Neighbouring words, or with slop words in order from a little further apart."""
        for _ in range(50):
            article = self.rng.choice(self.corpus)
            span = self.span(article["title"] if self.rng.random() < 0.2 else article["body"], 6)
            if not span:
                continue
            chunks = span.split()
            slop = self.rng.choice([0, 0, 0, 1, 2, 5])
            if slop:
                chunks = [chunk for chunk in chunks if self.rng.random() < 0.7] or chunks
            return Phrase(" ".join(chunks[:4]), slop)
        return Phrase("no phrase")

    def filter(self):
        """A clause that filters, or None where the article drawn lacks the field."""
        article = self.rng.choice(self.corpus)
        field = self.rng.choice(["title", "title", "author", "source", "section", "lang", "topic", "site", "id"])
        if field in ("title", "author"):
            value = self.span(article["title"] if field == "title" else self.rng.choice(article["authors"] or [""]), 2)
        else:
            value = {"source": article["source"], "section": article["section"], "lang": article["language"],
                     "topic": self.rng.choice(article["topics"] or [""]), "site": site_of(article["url"]),
                     "id": article["id"]}[field]
        if not value or '"' in value:
            return None
        if field in ("source", "section", "topic") and self.rng.random() < 0.3:
            value = value.upper()
        quoted = " " in value or bool(SYNTAX.search(value)) or self.rng.random() < 0.3
        if field not in ("title", "author"):
            return Value(field, value, quoted)
        return Phrase(value, self.rng.choice([0, 0, 1, 3]), field=field) if quoted else Word(value, field=field)

    def question(self, options=False):
        """One question; with options, dates and --all come beside it."""
        rng = self.rng
        clauses = []
        shape = rng.random()
        for _ in range(1 if shape < 0.25 else rng.randint(2, 4) if shape < 0.8 else rng.randint(5, 20)):
            draw = rng.random()
            sign = "+" if rng.random() < 0.12 else "-" if rng.random() < 0.06 else ""
            if draw < 0.8:
                clauses.append((sign, Word(self.word())))
            elif draw < 0.92:
                clauses.append((sign, self.phrase()))
            else:
                clause = self.filter()
                if clause:
                    clauses.append(("-" if rng.random() < 0.25 else "", clause))
        if shape > 0.3 and rng.random() < 0.2 and clauses:
            clauses.append(rng.choice(clauses))
        if rng.random() < 0.05:
            clauses = [("", Word(rng.choice(STOPS))) for _ in range(rng.randint(1, 3))]
        question = Question(Bag(clauses or [("", Word(self.word()))]))
        if options:
            if rng.random() < 0.6:
                question.since = rng.choice(BOUNDS)
            if rng.random() < 0.6:
                question.until = rng.choice(BOUNDS)
            question.every = rng.random() < 0.4
            question.order = rng.choice(["relevance", "relevance", "newest", "oldest"])
        return question
