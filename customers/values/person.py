"""Names, e-mail, language and the other words about a person."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from config.shared.invalid import marked as _
from config.shared.text import fold, normalise_email

from .unusable import UnusableValue

LONGEST_NAME: Final = 120
LONGEST_EMAIL: Final = 254
LONGEST_GENDER: Final = 40
LONGEST_LANGUAGE: Final = 10
LONGEST_EXTERNAL_ID: Final = 120
LONGEST_SOURCE: Final = 40

# A part of what Django's validator accepts, in the form normalise_email gives.
_PLAIN_EMAIL: Final = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    re.ASCII,
)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", re.ASCII)
_SOURCE: Final = re.compile(r"[a-z][a-z0-9_.-]*", re.ASCII)
# Joiners change how some scripts are read (Persian, Hindi), so they stay inside words.
_JOINERS: Final = frozenset("\u200c\u200d")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
# What follows a comma without being a first name.
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "dds", "mba"})
# Folded words. Words of one system's own states (“pending”, “cleaned”) are read by its importer.
_YES: Final = frozenset(
    {"yes", "y", "true", "t", "1", "on", "evet", "e", "dogru", "var", "ja", "oui", "si"}
    | {"subscribed", "opted in", "opted-in", "opted_in", "abone"}
)
_NO: Final = frozenset(
    {"no", "n", "false", "f", "0", "off", "hayir", "h", "yanlis", "yok", "nein", "non"}
    | {"unsubscribed", "opted out", "opted-out", "opted_out", "abone degil"}
    | {"never subscribed", "never_subscribed", "not subscribed", "not_subscribed"}
)
_BUSINESS: Final = frozenset(
    {"business", "company", "b2b", "organisation", "organization", "corporate", "firm"}
    | {"kurumsal", "sirket", "firma", "isletme"}
)
_CONSUMER: Final = frozenset(
    {"consumer", "person", "individual", "b2c", "private", "bireysel", "sahis", "kisi", "tuketici"}
)


def text(written: str, *, longest: int) -> str:
    """One line of text: nothing invisible, single blanks, composed (NFC).

    Raises UnusableValue where it is longer than `longest` characters.
    """
    if written.isascii() and written.isprintable():
        line = written if "  " not in written else " ".join(written.split())
        line = line.strip()
    else:
        line = _line(written)
    if len(line) > longest:
        raise UnusableValue(
            _("This is longer than %(longest)d characters."),
            _("Shorten it."),
            longest=longest,
        )
    return line


def _line(written: str) -> str:
    visible = "".join(
        char
        for char in written
        if char.isspace() or char in _JOINERS or unicodedata.category(char) not in _INVISIBLE
    )
    return " ".join(unicodedata.normalize("NFC", visible).split()).strip("\u200c\u200d")


def name(written: str) -> str:
    """A first or last name as the person writes it, in any script; case is left alone."""
    return text(written, longest=LONGEST_NAME)


def split_name(written: str) -> tuple[str, str]:
    """First and last name of a full name; a single one is the first.

    The last word is the last name, with small words before it (“van der Berg”) where the name is
    otherwise capitalised. “Berg, Ann” is Ann Berg; “Ann Berg, PhD” is not turned round.
    """
    line = text(written, longest=2 * LONGEST_NAME)
    if "," in line:
        before, _comma, after = (part.strip() for part in line.partition(","))
        if before and after and "," not in after and not _is_suffix(after):
            return _short(after), _short(before)
    words = line.split(" ")
    last = len(words) - 1
    if last > 1 and _is_suffix(words[last]):
        last -= 1
    if words[0][:1].isupper():
        while last > 1 and words[last - 1][:1].islower():
            last -= 1
    if last < 1:
        return _short(line), ""
    return _short(" ".join(words[:last])), _short(" ".join(words[last:]))


def _short(part: str) -> str:
    """A part of a line that was read already; raises UnusableValue where it is too long."""
    return part if len(part) <= LONGEST_NAME else name(part)


def _is_suffix(word: str) -> bool:
    return word.lower().replace(".", "").strip() in _SUFFIXES


def email(written: str) -> str:
    """The form in which an e-mail address identifies a person (see normalise_email), checked."""
    address = written.strip().lower() if written.isascii() else ""
    if address and len(address) <= LONGEST_EMAIL and _PLAIN_EMAIL.fullmatch(address):
        return address
    address = normalise_email(written)
    if not address:
        return ""
    if len(address) > LONGEST_EMAIL:
        raise UnusableValue(
            _("This is longer than %(longest)d characters."),
            _("Write it as ann@example.com."),
            longest=LONGEST_EMAIL,
        )
    try:
        validate_email(address)
    except ValidationError:
        raise UnusableValue(
            _("This is not an e-mail address."), _("Write it as ann@example.com.")
        ) from None
    return address


def gender(written: str) -> str:
    """In the customer's own words."""
    return text(written, longest=LONGEST_GENDER)


def external_id(written: str | int) -> str:
    """A source's own id of something, unchanged but for blanks around it; never empty."""
    given = str(written).strip()
    if not 1 <= len(given) <= LONGEST_EXTERNAL_ID or not given.isprintable():
        raise UnusableValue(
            _("An id must have 1 to %(longest)d visible characters."),
            longest=LONGEST_EXTERNAL_ID,
        )
    return given


def source(written: str) -> str:
    """The name of a source of identities, such as device or till; small letters."""
    given = written.strip().lower()
    if len(given) > LONGEST_SOURCE or not _SOURCE.fullmatch(given):
        raise UnusableValue(
            _("This cannot name a source."),
            _("Use up to %(longest)d small letters, digits, dots and hyphens, such as till-2."),
            longest=LONGEST_SOURCE,
        )
    return given


@lru_cache(maxsize=2_000)
def kind_of(written: str) -> str:
    """`consumer` or `business`, or "" where nothing is written."""
    said = fold(written)
    if not said:
        return ""
    if said in _CONSUMER:
        return "consumer"
    if said in _BUSINESS:
        return "business"
    raise UnusableValue(_("This kind of customer is not known."), _("Write consumer or business."))


@lru_cache(maxsize=2_000)
def boolean(written: str) -> bool | None:
    """Yes or no as systems and people write it, in English and Turkish; None for nothing."""
    said = fold(written)
    if not said:
        return None
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise UnusableValue(_("This is neither yes nor no."), _("Write yes or no, or 1 or 0."))


@lru_cache(maxsize=2_000)
def language(written: str) -> str:
    """A language tag such as tr or en-GB; also its name in English, Turkish or itself."""
    tag = written.strip().replace("_", "-")
    if not tag:
        return ""
    head, hyphen, tail = tag.partition("-")
    short = head.lower()
    rest = tail.upper() if len(tail) == 2 else tail.title() if len(tail) == 4 else tail
    tag = f"{short}{hyphen}{rest}"
    if _LANGUAGE.fullmatch(tag) and len(tag) <= LONGEST_LANGUAGE and short in _languages():
        return tag
    named = _languages_by_name().get(fold(written))
    if named is None:
        raise UnusableValue(
            _("This is not a language."), _("Use a language tag such as tr or en-GB.")
        )
    return named


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    codes = (str(code) for code in Locale("en").languages)
    return frozenset(code for code in codes if len(code) <= 3) - {"und", "zxx"}


@lru_cache(maxsize=1)
def _languages_by_name() -> dict[str, str]:
    """Folded names in English and Turkish of every language, and of the large ones in itself."""
    names: dict[str, str] = {}
    for spoken in ("en", "tr"):
        for code, called in Locale(spoken).languages.items():
            if code in _languages():
                names.setdefault(fold(called), code)
    for code in ("de", "fr", "es", "it", "pt", "nl", "ru", "ar", "pl", "el", "uk", "ja", "zh"):
        names.setdefault(fold(Locale(code).languages[code]), code)
    return names
