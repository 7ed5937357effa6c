"""What a text file does not say about itself: encoding, separator, header, notation of values.

Pure guesses from a sample, each of which the person may correct.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLED: Final = 50  # records

ENCODINGS: Final = (
    "utf-8",
    "utf-16-le",
    "utf-16-be",
    "cp1254",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "iso-8859-15",
    "cp857",
    "mac-roman",
)
"""What may be chosen, the first ones the usual ones."""

_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

# Letters that texts in these encodings are full of; what else a byte could be is rare in names.
_WESTERN: Final = "äöüßéèêëàâáãåæçíîïñóôõøœùúûÄÖÜÉÈÀÁÂÅÆÇÍÎÑÓÔÕØÚ€’–“”"
_LETTERS: Final = {
    "cp1254": "ğüşıöçâîûĞÜŞİÖÇ" + _WESTERN,
    "cp1252": _WESTERN,
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžőűâăîöüäĄĆĘŁŃÓŚŹŻÁČĎÉÍŇŘŠŤÚŽŐŰÖÜ",
    "cp1251": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЭЮЯёЁіїєґ",
    "cp1253": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ",
    "cp857": "ğüşıöçĞÜŞİÖÇ",
    "mac-roman": "äöüßéèêëàâáçñÄÖÜÉ",
}
_WHOLE_WORDS: Final = frozenset({"cp1251", "cp1253"})  # no Latin letters between
_FIRST_OF_LANGUAGE: Final = {
    "tr": ("cp1254", "cp1252"),
    "pl": ("cp1250",),
    "cs": ("cp1250",),
    "hu": ("cp1250",),
    "ru": ("cp1251",),
    "uk": ("cp1251",),
    "el": ("cp1253",),
}
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff]+")


class Encoding(NamedTuple):
    name: str
    certain: bool


def by_bom(begin: bytes) -> str:
    """The encoding that the first bytes state, or the empty text."""
    return next((name for mark, name in _BOMS if begin.startswith(mark)), "")


def utf16_without_bom(sample: bytes) -> str:
    """UTF-16 is full of NUL bytes on one side of Latin letters; a text with a few is not."""
    half = len(sample) // 2
    if half < 4:
        return ""
    even, odd = sample[: half * 2 : 2].count(0), sample[1 : half * 2 : 2].count(0)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be"
    return ""


def eight_bit(sample: bytes, language: str) -> Encoding:
    """The most plausible encoding of text that is no UTF-8, given what the project speaks.

    Each candidate is asked how many of the characters beyond ASCII are letters that its languages
    use; among equals the project's language decides, then Western Europe.
    """
    runs = _HIGH_RUN.findall(sample)
    high = b" ".join(runs)
    count = sum(map(len, runs))
    longest_usual = sum(len(run) for run in runs if len(run) > 2) > count / 2
    order = [*_FIRST_OF_LANGUAGE.get(language, ()), "cp1252", *_LETTERS]
    scores: dict[str, float] = {}
    for name in dict.fromkeys(order):
        if (name in _WHOLE_WORDS) != longest_usual:
            continue
        text = high.decode(name, "replace").replace(" ", "")
        letters = frozenset(_LETTERS[name])
        scores[name] = sum(char in letters for char in text) / max(1, count)
    best = max(scores, key=lambda name: round(scores[name], 2))  # the first of equals
    return Encoding(best, False)


_STATED: Final = re.compile(r"\ufeff?\"?sep=(.)\"?[;,\t|]*\r?\n?", re.IGNORECASE)


def stated_delimiter(line: str) -> str:
    """The separator that a first line such as `sep=;` states, or the empty text.

    Spreadsheets write and read such a line; it is no row of the table.
    """
    found = _STATED.fullmatch(line)
    return found[1] if found and found[1] in DELIMITERS else ""


def delimiter(text: str) -> str:
    """The separator that cuts the sample's records most evenly into the most cells."""
    best, best_score = ",", (0.0, 0)
    for candidate in DELIMITERS:
        lengths = [len(row) for row in sample_rows(text, candidate) if row]
        if not lengths:
            continue
        width, times = Counter(lengths).most_common(1)[0]
        if width < 2:
            continue
        # The header's width speaks for itself, also where rows are ragged.
        evenness = (times / len(lengths) + (lengths[0] == width)) / 2
        score = (round(evenness, 1), width)
        if score > best_score:
            best, best_score = candidate, score
    return best


def sample_rows(text: str, candidate: str) -> list[list[str]]:
    """The first records of the sample; what comes after a broken one is left out."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=candidate):
            rows.append(row)
            if len(rows) == _SAMPLED:
                break
    except csv.Error:
        return rows
    return rows


_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9.,' ]*%?")
_VALUE: Final = re.compile(
    r"[^@\s]+@[^@\s]+\.[^@\s]+"  # an address
    r"|[+(]?[0-9][0-9 ().,/:+-]*"  # a number, date or phone
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}.*"
    r"|true|false|yes|no|evet|hayır",
    re.IGNORECASE,
)


def has_header(rows: Sequence[Sequence[str]], known: Iterable[str]) -> bool:
    """Whether the first record names the columns; `known` are those of its cells somebody knows."""
    if not rows:
        return False
    first = [cell.strip() for cell in rows[0]]
    if any(_VALUE.fullmatch(cell) for cell in first if cell):
        return False
    if list(known):
        return True
    filled = [cell for cell in first if cell]
    if not filled or len(set(filled)) < len(filled):
        return False
    # Names over columns of values: somewhere below stands what no header would.
    below = [cell.strip() for row in rows[1:] for cell in row]
    return not below or any(_VALUE.fullmatch(cell) for cell in below if cell)


# With a year, or with a stroke alone, as birthdays are written: 13.10 may be a price.
_TWO_PARTS: Final = re.compile(
    r"([0-9]{1,2})(?:[./-](?=[0-9]{1,2}[./-])|/)([0-9]{1,2})(?:[./-][0-9]{2,4}(?:[ T].*)?)?"
)


def day_first(cells: Iterable[str], country: str) -> bool:
    """Whether 3/4/2026 is the third of April: by a part above 12, else by the country's habit."""
    for cell in cells:
        if found := _TWO_PARTS.fullmatch(cell.strip()):
            one, two = int(found[1]), int(found[2])
            if one > 12 >= two:
                return True
            if two > 12 >= one:
                return False
    return country not in {"US", "PH", "CA", "FM", "PW"}


_COMMA: Final = re.compile(r"[+-]?[0-9.]*,[0-9]{1,2}")
_POINT: Final = re.compile(r"[+-]?[0-9,]*\.[0-9]{1,2}")


def decimal_mark(cells: Iterable[str], delimiter: str) -> str:
    """The mark before cents; where no number has any, a comma only beside another separator."""
    commas = points = 0
    for cell in cells:
        cell = cell.strip()
        if _COMMA.fullmatch(cell):
            commas += 1
        elif _POINT.fullmatch(cell):
            points += 1
    if commas != points:
        return "," if commas > points else "."
    return "," if delimiter == ";" else "."
