"""Text folding: the one way in which text is compared and searched, and codes are recognised.

Folding happens in Python only and its result is stored; the database cannot repeat it.
"""

import re
import unicodedata
from typing import Final

# The four letters i of Turkish are one letter for a search, whoever typed them. The others are
# letters whose stroke or ligature Unicode does not take apart, in the form people type instead, and
# the apostrophes and hyphens that phones and word processors put in place of those of a keyboard.
_LETTERS: Final = str.maketrans(
    {"İ": "i", "I": "i", "ı": "i"}
    | {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t"}
    | dict.fromkeys("\u2018\u2019\u02bc\u2032", "'")
    | dict.fromkeys("\u2010\u2013", "-")
)
_TURKISH_I: Final = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
# Lowercasing “İ” without the Turkish locale leaves an i with a dot above it.
_DOTTED_I: Final = re.compile("i\u0307+")
# Control, format and surrogate characters: nobody sees them, and PostgreSQL refuses some of them.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs"})


def _visible(text: str) -> str:
    """Return `text` without invisible characters; white space stays."""
    return "".join(
        char for char in text if char.isspace() or unicodedata.category(char) not in _INVISIBLE
    )


class _Folded(dict[int, str]):
    """The folded form of each character, worked out when it is met for the first time.

    Every step of `fold` looks at one character at a time (marks, which alone could change places,
    are dropped), so a text is folded character by character.
    """

    MOST: Final = 20_000  # characters remembered

    def __missing__(self, code: int) -> str:
        text = unicodedata.normalize("NFKD", _visible(chr(code))).casefold().translate(_LETTERS)
        # Folding the case can bring out marks again, so it is followed by a second pass.
        text = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in text if not unicodedata.combining(char))
        if len(self) < self.MOST:
            self[code] = text
        return text


_FOLDED: Final = _Folded()


def fold(text: str) -> str:
    """Return the form of `text` in which it is compared and searched; idempotent.

    - compatibility forms are taken apart (NFKD: “ﬁ” is fi, “Ａ” is a) and combining marks dropped
      (“é” is e, “ş” is s, “ü” is u);
    - case is folded (“ß” is ss, “Σ” and “ς” are σ), and I, İ, ı and i are all i;
    - æ is ae, œ is oe, ø is o, ł is l, đ and ð are d, þ is th, ħ is h, ŧ is t;
    - curly apostrophes and primes are ', the hyphen and the en dash of typesetters are -;
    - white space is one space between words and none at the ends;
    - characters nobody sees (control and format characters, lone surrogates) are dropped.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    return " ".join(text.translate(_FOLDED).split())


def fold_code(text: str) -> str:
    """Return the form of a voucher code in which it is unique and looked up; idempotent.

    Case does not matter, I, İ, ı and i are one letter, full-width forms are the plain ones (NFKC),
    blanks at the ends and invisible characters are ignored. Nothing else is folded: “Ş” is not S,
    O is not 0, and blanks and hyphens inside count.
    """
    if text.isascii() and text.isprintable():
        return text.strip().lower()
    text = unicodedata.normalize("NFKC", _visible(text)).translate(_TURKISH_I).casefold()
    text = _DOTTED_I.sub("i", unicodedata.normalize("NFKC", text))
    return text.strip()


def normalise_email(address: str) -> str:
    """Return the form in which an e-mail address identifies a person; idempotent.

    Blanks around it and invisible characters are dropped, full-width forms become plain (NFKC) and
    everything is lower case, the part before the @ too, as every large provider treats it.
    Dots and “+tag” stay: elsewhere they are another person. Does not check the address.
    """
    text = unicodedata.normalize("NFKC", _visible(address)).strip().lower()
    local, at, domain = unicodedata.normalize("NFKC", text).rpartition("@")
    return f"{local.rstrip()}{at}{domain.strip().rstrip('.')}"
