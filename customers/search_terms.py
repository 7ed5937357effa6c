"""What somebody typed to find a customer, and how well a customer fits. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from config.shared.text import fold, normalise_email

SHORTEST_PART: Final = 3  # characters that an index of trigrams can look for
SHORTEST_NUMBER: Final = 4
LONGEST: Final = 120

# What people put between the digits of a phone number.
_PHONE: Final = re.compile(r"\+?[\d\s().\-/]+")
# What stands before the national number when it is not dialled from its own country or town.
_TRUNK: Final = re.compile(r"^0{1,2}(?=[1-9])")


@dataclass(frozen=True, slots=True)
class Terms:
    """The parts of a search.

    `words` must all occur somewhere; `digits` is the part of a phone number that was typed, without
    what is dialled before it; `exact` are the ways to write an id or an order number; `number` is
    what may be part of an order number.
    """

    text: str
    words: tuple[str, ...]
    digits: str
    email: str
    exact: tuple[str, ...]
    number: str

    @property
    def is_empty(self) -> bool:
        return not self.words


def read(text: str) -> Terms:
    """The terms of a search; never raises, whatever was typed."""
    plain = " ".join(text.replace("\x00", "").split())[:LONGEST]
    folded = fold(plain)
    return Terms(
        text=folded,
        words=tuple(dict.fromkeys(folded.split())),
        digits=_digits(plain),
        email=normalise_email(plain) if "@" in plain else "",
        exact=_spellings(plain),
        number=plain.lstrip("#") if _may_be_number(plain) else "",
    )


def _digits(text: str) -> str:
    if not _PHONE.fullmatch(text):
        return ""
    digits = _TRUNK.sub("", re.sub(r"\D", "", text))
    return digits if len(digits) >= SHORTEST_PART else ""


def _spellings(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    bare = text.lstrip("#")
    spelled = (text, bare, f"#{bare}", bare.upper(), bare.lower())
    return tuple(dict.fromkeys(one for one in spelled if one))


def _may_be_number(text: str) -> bool:
    """Order numbers are one word with a digit in it; less than four characters tell nothing."""
    bare = text.lstrip("#")
    return (
        len(bare) >= SHORTEST_NUMBER
        and not any(char.isspace() or char == "@" for char in bare)
        and any(char.isdigit() for char in bare)
    )


def rank(search: str, terms: Terms) -> int:
    """How well the search text of a customer fits what was typed, 0 best.

    It begins with it, as whole words or not; its words are whole words there, or beginnings of
    some; or it is found inside words. Names stand first in a search text: the best fit is a name.
    """
    spaced = f" {search} "
    if spaced.startswith(f" {terms.text} "):
        return 0
    if search.startswith(terms.text):
        return 1
    if all(f" {word} " in spaced for word in terms.words):
        return 2
    if all(f" {word}" in spaced for word in terms.words):
        return 3
    return 4
