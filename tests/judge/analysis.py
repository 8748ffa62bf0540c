"""From text to terms: docs/analysis.md, rule by rule, for the judge. Slow and plain on purpose."""

import functools
import os
import re
import unicodedata

import Stemmer

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}
RAW_WORD_MAX = 1024
TERM_MAX = 200

# ---- Section 1: classes ----

APOSTROPHES = "'\u2019\u02bc\uff07"
SPACELESS_RANGES = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x19E0, 0x19FF), (0x2E80, 0x2FDF), (0x3005, 0x3007),
    (0x3021, 0x3029), (0x3031, 0x3035), (0x3038, 0x303C), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xF900, 0xFAFF), (0xFF66, 0xFF9D), (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFD),
)
STRIPPING_RANGES = (
    (0x41, 0x2AF), (0x370, 0x3FF), (0x1D00, 0x1DBF), (0x1E00, 0x1FFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF),
    (0xAB30, 0xAB6F),
)


def in_ranges(char, ranges):
    return any(first <= ord(char) <= last for first, last in ranges)


@functools.lru_cache(maxsize=None)
def classify(char):
    """One of: letter, number, spaceless, mark, ignorable, apostrophe, stop, comma, separator."""
    code = ord(char)
    if char in APOSTROPHES:
        return "apostrophe"
    if (code in (0xAD, 0x2060, 0xFEFF) or 0x200B <= code <= 0x200D or 0xFE00 <= code <= 0xFE0F
            or 0xE0100 <= code <= 0xE01EF):
        return "ignorable"
    category = unicodedata.category(char)
    if category[0] == "M" or char in "\uff9e\uff9f":
        return "mark"
    if in_ranges(char, SPACELESS_RANGES) and (category[0] == "L" or category == "Nl"):
        return "spaceless"
    if category[0] == "L":
        return "letter"
    if category[0] == "N":
        return "number"
    return {".": "stop", ",": "comma"}.get(char, "separator")


# ---- Sections 2 and 3: raw words ----

def class_at(text, at):
    return classify(text[at]) if 0 <= at < len(text) else "separator"


def is_word_at(text, at):
    return class_at(text, at) in ("letter", "number")


def after_marks(text, at):
    """The first place from `at` on that holds neither a mark nor an ignorable."""
    while class_at(text, at) in ("mark", "ignorable"):
        at += 1
    return at


def before_marks(text, at):
    """The last place up to `at` that holds neither a mark nor an ignorable."""
    while class_at(text, at) in ("mark", "ignorable"):
        at -= 1
    return at


def is_ascii_digits(text):
    return text != "" and all(char in "0123456789" for char in text)


ELIDING = ("ca", "fr", "it")  # the languages
ELIDED = "c d j l m n s t qu jusqu lorsqu puisqu quoiqu all coll dall dell nell sull un quell".split()


def elides(before, after):
    """Whether an apostrophe between the two stands for an elision."""
    return (before.isascii() and before.lower() in ELIDED
            and unicodedata.normalize("NFD", after.casefold())[0] in "aeiouyhæœ")


def joins(text, start, at, stops):
    """How many characters of text[at:] belong to the raw word that began at `start`, when text[at] is no part of a
    word by itself: 0 when it separates. `stops` are the places of the full stops that joined letters so far."""
    kind = class_at(text, at)
    left = before_marks(text, at - 1)
    right = at + 1
    if kind == "apostrophe":
        return 1 if is_word_at(text, right) and not elides(text[start:at], text[right]) else 0
    if kind == "stop":
        if class_at(text, left) == "number" and class_at(text, right) == "number":
            return 1
        alone = class_at(text, left) == "letter" and (left == start or left - 1 in stops)
        if alone and class_at(text, right) == "letter" and not is_word_at(text, after_marks(text, right + 1)):
            stops.add(at)
            return 1
        if alone and left - 1 in stops and class_at(text, right) == "apostrophe" and text[right + 1:right + 2] in "sS":
            after = right + 2
            while class_at(text, after) == "ignorable":
                after += 1
            goes_on = class_at(text, after) == "apostrophe" and is_word_at(text, after + 1)
            if text[right + 1:right + 2] and not goes_on and not is_word_at(text, after) \
                    and class_at(text, after) != "mark":
                return 3
        return 0
    if kind == "comma":
        before = re.search(r"[0-9]*\Z", text[start:at]).group()
        after = text[right:right + 3]
        if 1 <= len(before) <= 3 and len(after) == 3 and is_ascii_digits(after) \
                and class_at(text, right + 3) != "number":
            return 1
    return 0


def raw_words(text):
    """Yields (start, end, spaceless, tail) of each raw word; tail: the last character alone of a longer run."""
    at = 0
    while at < len(text):
        start = at
        if class_at(text, at) == "spaceless":
            edges = []
            while class_at(text, at) == "spaceless":
                edges.append(at)
                at = after_marks(text, at + 1)
            edges.append(at)
            count = len(edges) - 1
            for i in range(count - 1):
                yield edges[i], edges[i + 2], True, False
            yield edges[count - 1], edges[count], True, count > 1
        elif is_word_at(text, at):
            stops = set()
            while True:
                at = after_marks(text, at + 1)
                while is_word_at(text, at):
                    at = after_marks(text, at + 1)
                step = joins(text, start, at, stops)
                if step == 0:
                    break
                if step == 3:  # U.S.'s: the word ends behind the s
                    at += 3
                    while class_at(text, at) == "ignorable":
                        at += 1
                    break
                at += step
            yield start, at, False, False
        else:
            at += 1


# ---- Section 4: terms ----

def fold(text):
    text = "".join(char for char in text if classify(char) != "ignorable")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def drop_joiners(word):
    short = word[:-2] if len(word) > 1 and word[-1] == "s" and word[-2] in APOSTROPHES else word
    kept = ""
    base = ""
    for char in short:
        if char in APOSTROPHES or char == "," or (char == "." and base and unicodedata.category(base)[0] == "L"):
            pass
        else:
            kept += char
        if unicodedata.category(char)[0] != "M":
            base = char
    return kept or word


def strip_marks(word):
    if word.isascii():
        return word
    kept = ""
    strips = False
    for char in unicodedata.normalize("NFD", word):
        if unicodedata.category(char)[0] != "M":
            strips = in_ranges(char, STRIPPING_RANGES) and classify(char) == "letter"
            kept += char
        elif not strips:
            kept += char
    return unicodedata.normalize("NFC", kept).replace("\u0451", "\u0435")


def cut(data, limit):
    return data.encode("utf-8", "surrogatepass")[:limit].decode("utf-8", "ignore")


@functools.lru_cache(maxsize=None)
def stemmer(language):
    return Stemmer.Stemmer(STEMMERS[language])


@functools.lru_cache(maxsize=None)
def terms(raw, spaceless, language):
    """(exact term, stem) of a raw word; the stem is None without a language."""
    word = drop_joiners(fold(cut(raw, RAW_WORD_MAX)))
    exact = cut(strip_marks(word), TERM_MAX)
    if language is None:
        return exact, None
    if spaceless or any(unicodedata.category(char)[0] == "N" for char in word):
        return exact, exact
    stem = stemmer(language).stemWord(word) or word
    return exact, cut(strip_marks(stem), TERM_MAX)


@functools.lru_cache(maxsize=None)
def chunk_tokens(chunk, language):
    return tuple(terms(chunk[start:end], spaceless, language) for start, end, spaceless, _ in raw_words(chunk))


def analyse(text, language):
    """(exact term, stem) of each token. A blank always separates, so the pieces between blanks are taken one by one
    and remembered."""
    tokens = []
    for chunk in text.split():
        tokens.extend(chunk_tokens(chunk, language))
    return tokens


def question_words(text):
    """(raw word, spaceless) of a question's text: what ends it may go on in an article."""
    words = list(raw_words(text))
    if words and words[-1][3]:
        words.pop()
    return [(text[start:end], spaceless) for start, end, spaceless, _ in words]


def without_elided(text):
    """A typed word without what is elided at its head."""
    for start, end, _, _ in raw_words(text):
        after = text[end + 1:end + 2]
        if class_at(text, end) != "apostrophe" or not is_word_at(text, end + 1) or not elides(text[start:end], after):
            return text[start:]
    return text


def is_single(words):
    """Whether the words are one spaceless character."""
    return len(words) == 1 and words[0][1] and sum(classify(char) == "spaceless" for char in words[0][0]) == 1


@functools.lru_cache(maxsize=None)
def match_form(value):
    """Of a keyword value: folded, marks stripped, white space and control characters collapsed."""
    return " ".join("".join(" " if unicodedata.category(char) in ("Cc", "Zs", "Zl", "Zp") else char
                            for char in strip_marks(fold(value))).split())


@functools.lru_cache(maxsize=None)
def language_table():
    """{what a language may be called: its tag}, which is data: read from the engine's table."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../common/text/language_tag.c")
    with open(path, encoding="utf-8") as file:
        rows = re.findall(r'\{"(\w\w)", "([a-z ]+)"\}', file.read())
    if not rows:
        raise SystemExit("judge: cannot read the table of common/text/language_tag.c")
    return {word: code for code, others in rows for word in [code, *others.split()]}


def language_tag(value):
    """pl of pl-PL, pol and Polish; None when it is neither a code nor a known name."""
    match = re.fullmatch("([a-z]{2,16})(?:[-_].*| \\(.*)?", value.strip(), re.I | re.A | re.S)
    word = match[1].lower() if match else ""
    return language_table().get(word) or (word if 2 <= len(word) <= 3 else None)


def language_of(value):
    """The code of a stemmer's language, None when there is none for it."""
    tag = language_tag(value)
    return tag if tag in STEMMERS else None


# ---- Section 6: stop words, which are data: read from the engine's tables ----

def stop_words(root):
    """{language: set of terms}."""
    with open(os.path.join(root, "common/text/stop_words.c"), encoding="utf-8") as file:
        source = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    arrays = {name: set(re.findall(r'"([^"]*)"', body))
              for name, body in re.findall(r"static const char \*const (\w+)\[\]\s*=\s*\{(.*?)\};", source, flags=re.S)}
    tables = {code: arrays[name] for code, name in re.findall(r'TABLE\("(\w+)", (\w+)\)', source)}
    if not tables or not all(tables.values()):
        raise SystemExit("judge: cannot read the tables of common/text/stop_words.c")
    return tables
