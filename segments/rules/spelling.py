"""Regular expressions that find a text in whatever spelling `fold` takes for the same.

Folding happens in Python only, and the columns that rules look at hold what people wrote. So the
rule's text is folded and turned into a pattern of all characters that fold to each of its own:
“izmir” finds “İZMİR”, “İzmir” and “ızmır”. The pattern is made of classes in a row, so it has no
nested repetition and is matched in linear time, whatever somebody typed. A letter that stands for
two (“ß”) is found as a whole: “s” at the edge of the text does not find half of it.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

from config.shared.text import fold

# Marks that stand as characters of their own, and what nobody sees: `fold` drops both.
_DROPPED: Final = "\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff"
_MARKS: Final = f"[{_DROPPED}]*"
_LONGEST_RUN: Final = 8  # letters; the alternatives of a run grow with its length
_LAST_LOOKED_AT: Final = 0xFFFF  # beyond lie emoji and dead scripts, which are only themselves


@cache
def _spellings() -> dict[str, str]:
    """By folded text of one or two characters: the single characters that fold to it."""
    found: dict[str, list[str]] = {}
    for code in range(min(sys.maxunicode, _LAST_LOOKED_AT) + 1):
        char = chr(code)
        if 0xD800 <= code <= 0xDFFF or unicodedata.combining(char):
            continue
        folded = fold(char)
        if 1 <= len(folded) <= 2 and (folded != char or len(folded) == 1):
            found.setdefault(folded, []).append(char)
    return {folded: "".join(chars) for folded, chars in found.items()}


def _class(chars: str) -> str:
    return "[" + "".join(f"\\{c}" if c in r"\]^-[" else c for c in chars) + "]"


@cache
def _blank() -> str:
    blanks = [
        chr(code)
        for code in range(_LAST_LOOKED_AT + 1)
        if not 0xD800 <= code <= 0xDFFF
        and (chr(code).isspace() or unicodedata.normalize("NFKC", chr(code)) == " ")
    ]
    return "".join(blanks)


def pattern(text: str, *, start: bool = False, end: bool = False) -> str:
    """A pattern of PostgreSQL for `text` anywhere, at the start, at the end, or (both) alone."""
    before = f"^[{_blank()}{_DROPPED}]*" if start else ""
    after = f"[{_blank()}{_DROPPED}]*$" if end else ""
    return f"{before}{''.join(_spelled(run) for run in _runs(fold(text)))}{after}"


def _runs(folded: str) -> Iterator[str]:
    """The text in pieces within which neighbours may be written as one character (“ss” as “ß”)."""
    begin = 0
    for place in range(1, len(folded) + 1):
        together = folded[place - 1 : place + 1] in _spellings()
        if place == len(folded) or not together or place - begin >= _LONGEST_RUN:
            yield folded[begin:place]
            begin = place


def _spelled(run: str) -> str:
    """All spellings of a piece: character by character, or two of them as one."""
    if not run:
        return ""
    single = _one(run[0]) + _spelled(run[1:])
    if run[:2] not in _spellings() or len(run) < 2:
        return single
    return f"(?:{single}|{_class(_spellings()[run[:2]])}{_MARKS}{_spelled(run[2:])})"


def _one(char: str) -> str:
    if char == " ":
        return f"[{_blank()}][{_blank()}{_DROPPED}]*"
    known = _spellings().get(char)
    return (_class(known) if known else re.escape(char)) + _MARKS
