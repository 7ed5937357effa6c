"""Voucher codes: patterns, their strength, and generation from the system's secure randomness."""

import itertools
import math
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from config.shared.invalid import InvalidValueError
from config.shared.invalid import marked as _
from config.shared.text import fold_code

PLACEHOLDER: Final = "#"
"""Stands for one random character in the text form of a pattern."""

UNAMBIGUOUS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 characters: without I, L and O, which look like digits, and without U."""

PERSONAL_BITS: Final = 60
"""What a code made for one person needs: 12 characters of UNAMBIGUOUS."""

BEARER_BITS: Final = 130
"""What a code that is money for whoever holds it needs: 26 characters of UNAMBIGUOUS."""

LONGEST_CODE: Final = 100
SHORTEST_STORED: Final = 3
LONGEST_STORED: Final = 60
_BYTE_VALUES: Final = 256
_CODES_PER_ROUND: Final = 100_000


class CodePatternError(InvalidValueError):
    """A pattern from which no codes, or not safe ones, can be made."""


def code_key(code: str) -> str:
    """Return what is unique in the database for a code: its folded form (see `fold_code`)."""
    return fold_code(code)


_PLAIN: Final = re.compile(r"[0-9A-Za-z][!-~]{2,59}")
# What a spreadsheet computes, also in full width, and what it shows where it could not.
_FORMULA: Final = re.compile(
    r"[=+\-@\u2212\uff0b\uff0d\uff1d\uff20]|#(REF|VALUE|NUM|NULL|DIV/0)!|#N/A|#NAME\?"
)
_ROUNDED: Final = re.compile(r"[0-9]+[.,][0-9]+E\+[0-9]+", re.IGNORECASE)
_LOOKALIKES: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE"})


def trimmed(code: str) -> str:
    """Return a code without blanks and marks that nobody sees around it."""
    return code.strip(" \t\r\n\v\f\u00a0\u200b\u2060\ufeff").strip()


def problem_of(code: str) -> str:
    """Say why a trimmed text cannot be a code that people get: one of the words below, or empty.

    blank; formula (a spreadsheet computes it, or failed to); rounded (a long number that a
    spreadsheet wrote as 1.23E+15); inner_blank; invisible; too_short; too_long; mixed_letters
    (letters of several alphabets that look alike, such as a Cyrillic A among Latin letters).
    """
    if not code:
        return "blank"
    if _FORMULA.match(code):
        return "formula"
    if _ROUNDED.fullmatch(code):
        return "rounded"
    if _PLAIN.fullmatch(code):
        return ""
    if any(char.isspace() for char in code):
        return "inner_blank"
    if not code.isprintable() or any(unicodedata.category(char) == "Cf" for char in code):
        return "invisible"
    if len(code) < SHORTEST_STORED:
        return "too_short"
    if len(code) > LONGEST_STORED or len(code_key(code)) > LONGEST_STORED:
        return "too_long"
    return "mixed_letters" if len(_alphabets(code)) > 1 else ""


def _alphabets(code: str) -> set[str]:
    """The alphabets of a code whose letters can be taken for each other's."""
    letters = (char for char in unicodedata.normalize("NFKC", code) if char.isalpha())
    return {unicodedata.name(char, "").partition(" ")[0] for char in letters} & _LOOKALIKES


@dataclass(frozen=True, slots=True)
class CodePattern:
    """How codes look: fixed text with a random character of `charset` at every `#`.

    `text` is, for instance, `BDAY-####-####-####`. Use `CodePattern.of` for prefix, length and
    postfix. A pattern may be weak or malformed until `validate_pattern` has seen it.
    """

    text: str
    charset: str = UNAMBIGUOUS

    @classmethod
    def of(
        cls, *, prefix: str = "", length: int = 12, charset: str = UNAMBIGUOUS, postfix: str = ""
    ) -> "CodePattern":
        """Return the pattern of `length` random characters between a prefix and a postfix."""
        if PLACEHOLDER in prefix + postfix:
            raise CodePatternError(_("A prefix or postfix cannot contain “#”."))
        return cls(prefix + PLACEHOLDER * length + postfix, charset)

    @property
    def random_length(self) -> int:
        """How many characters are random."""
        return self.text.count(PLACEHOLDER)

    @property
    def possible_codes(self) -> int:
        """How many different codes the pattern can make."""
        return int(len(self.charset) ** self.random_length)


def validate_pattern(pattern: CodePattern, *, bits: int = PERSONAL_BITS) -> None:
    """Check that a pattern is well-formed and too strong to be guessed.

    `bits` is the randomness needed: PERSONAL_BITS for codes of one person, BEARER_BITS for bearer
    value. Raises CodePatternError, which says how many random characters are missing.
    """
    _check_form(pattern)
    needed = characters_needed(len(pattern.charset), bits)
    missing = needed - pattern.random_length
    if missing > 0:
        raise CodePatternError(
            _(
                "The pattern has %(has)d random characters and needs %(needed)d to be safe from "
                "guessing: add %(missing)d more “#”."
            ),
            has=pattern.random_length,
            needed=needed,
            missing=missing,
        )


def characters_needed(alphabet_size: int, bits: int) -> int:
    """Return how many random characters of an alphabet hold at least `bits` bits."""
    length = math.ceil(bits / math.log2(alphabet_size))
    # The logarithm is a float; the integers decide at the edge.
    while alphabet_size**length < 2**bits:
        length += 1
    while length and alphabet_size ** (length - 1) >= 2**bits:
        length -= 1
    return length


def _check_form(pattern: CodePattern) -> None:
    """Check charset and fixed text; raises CodePatternError."""
    charset = pattern.charset
    if len(charset) < 2 or not (charset.isascii() and charset.isalnum()):
        raise CodePatternError(_("A character set holds at least two Latin letters or digits."))
    if len({code_key(char) for char in charset}) != len(charset):
        raise CodePatternError(
            _("A character is twice in the set. Capitals and small letters are the same in a code.")
        )
    fixed = pattern.text.replace(PLACEHOLDER, "")
    if any(char.isspace() or not char.isprintable() for char in fixed):
        raise CodePatternError(_("A code cannot contain blanks or invisible characters."))
    if any(unicodedata.combining(char) for char in fixed):
        raise CodePatternError(_("Write letters with accents as one character each."))
    if len(pattern.text) > LONGEST_CODE:
        raise CodePatternError(
            _("A code has at most %(longest)d characters."), longest=LONGEST_CODE
        )


def generate(pattern: CodePattern, count: int) -> list[str]:
    """Return `count` codes that differ from each other, also in their `code_key`.

    Uniform and independent draws from the system's secure randomness. They may collide with codes
    made earlier: the unique key in the database finds that. Raises CodePatternError when the
    pattern is malformed, or can make fewer than twice as many codes as asked for.
    """
    if count < 0:
        raise ValueError("The number of codes must not be negative.")
    _check_form(pattern)
    if count > 1 and pattern.possible_codes < 2 * count:
        raise CodePatternError(
            _("The pattern can make %(possible)d codes, too few for %(count)d. Add more “#”."),
            possible=pattern.possible_codes,
            count=count,
        )
    codes: dict[str, None] = {}  # keeps the order of the draws, a set would not
    while len(codes) < count:
        codes.update(dict.fromkeys(_draw(pattern, min(count - len(codes), _CODES_PER_ROUND))))
    return list(codes)


def _draw(pattern: CodePattern, count: int) -> Iterator[str]:
    """Yield `count` codes of a pattern, which may repeat."""
    length = pattern.random_length
    if length == 0:
        return itertools.repeat(pattern.text, count)
    template = pattern.text.replace("%", "%%").replace(PLACEHOLDER, "%s")
    letters = iter(random_text(pattern.charset, count * length))
    # Zipping one iterator with itself deals out the next `length` letters to each code.
    return (template % code for code in zip(*[letters] * length, strict=True))


def random_text(alphabet: str, length: int) -> str:
    """Return `length` independent, uniformly drawn characters of an ASCII alphabet.

    Every byte of randomness becomes one character. Bytes beyond the largest multiple of the
    alphabet's size are thrown away (rejection sampling), so no character is more likely.
    """
    fair = _BYTE_VALUES - _BYTE_VALUES % len(alphabet)
    table = bytes(ord(alphabet[value % len(alphabet)]) for value in range(_BYTE_VALUES))
    rejected = bytes(range(fair, _BYTE_VALUES))
    text = b""
    while len(text) < length:
        text += secrets.token_bytes(length - len(text)).translate(table, rejected)
    return text.decode("ascii")
