"""Phone numbers in E.164."""

import re
from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from config.shared.invalid import marked as _

from .unusable import UnusableValue

_BETWEEN_DIGITS: Final = str.maketrans(
    "", "", " -./()\u00a0\u2011\u2013\u202f\u200e\u200f\u202a\u202c"
)
_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]{5,17}", re.ASCII)
# What spreadsheets make of long numbers.
_SCIENTIFIC: Final = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+", re.ASCII)
_LONGEST_WRITTEN: Final = 60


def phone(written: str, *, country: str = "") -> str:
    """A phone number in E.164, from any way of writing it.

    `country` (ISO 3166) is where a number without its country's code belongs; without it, only
    numbers with + or 00 are understood. Accepts what could be a number there (its length), not only
    what is in service: plans change more often than this list.
    """
    bare = written.translate(_BETWEEN_DIGITS)
    if not bare:
        return ""
    if bare.startswith("00") and _DIGITS.fullmatch(bare):
        bare = "+" + bare[2:]
    if _INTERNATIONAL.fullmatch(bare) and _has_known_length(bare):
        return bare
    if country and _DIGITS.fullmatch(bare):
        national = _national(bare, country)
        if national:
            return national
    return _parsed(written, country)


def country_of(number: str) -> str:
    """The country (ISO 3166) whose code an E.164 number begins with, "" for none or several.

    +1 is shared by two dozen countries and says nothing, +44 is taken for the United Kingdom.
    """
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(_code(number) or 0), ())
    return regions[0] if regions and len(regions) < 6 and regions[0].isalpha() else ""


def national_digits(number: str) -> str:
    """The digits of an E.164 number as people of its country write them: 05321234567."""
    code = _code(number)
    if not code:
        return number[1:]
    region = phonenumbers.region_code_for_country_code(int(code))
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    trunk = (metadata.national_prefix or "") if metadata else ""
    # Where 1 is dialled before every number (+1), it is the country's code again.
    return ("" if trunk == code else trunk) + number[1 + len(code) :]


def _code(number: str) -> str:
    """The country's code that an E.164 number begins with, "" for none."""
    codes = (number[1 : 1 + length] for length in (1, 2, 3))
    return next((code for code in codes if code in _lengths()), "")


@cache
def _lengths() -> dict[str, frozenset[int]]:
    """How many digits may follow each country's code."""
    known = {}
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
        if metadata is not None and metadata.general_desc is not None:
            known[str(code)] = frozenset(metadata.general_desc.possible_length)
    return known


def _has_known_length(number: str) -> bool:
    """Whether +digits begin with a country's code and go on for as long as numbers there do."""
    code = _code(number)
    rest = number[1 + len(code) :]
    return bool(code) and len(rest) in _lengths()[code] and not rest.startswith("0")


@cache
def _plan(country: str) -> tuple[str, str, re.Pattern[str]] | None:
    """Country's code, trunk prefix and pattern of mobile and fixed numbers, where the plan is
    simple enough that taking off the prefix is all there is to it.
    """
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country, None)
    if metadata is None or metadata.national_prefix_transform_rule:
        return None
    trunk = metadata.national_prefix or ""
    if (metadata.national_prefix_for_parsing or "") != trunk:
        return None
    kinds = (kind for kind in (metadata.mobile, metadata.fixed_line) if kind is not None)
    patterns = [kind.national_number_pattern for kind in kinds]
    together = "|".join(f"(?:{pattern})" for pattern in patterns if pattern)
    return f"+{metadata.country_code}", trunk, re.compile(together, re.ASCII)


def _national(digits: str, country: str) -> str:
    """The number in E.164 where it is plainly one of the country's, else ""."""
    plan = _plan(country)
    if plan is None:
        return ""
    code, trunk, pattern = plan
    rest = digits.removeprefix(trunk) if trunk else digits
    return code + rest if pattern.fullmatch(rest) else ""


def _parsed(written: str, country: str) -> str:
    if len(written) > _LONGEST_WRITTEN:
        raise _no_phone()
    said = written.strip().lstrip("'")
    if _SCIENTIFIC.fullmatch(said):
        raise UnusableValue(
            _("A spreadsheet has shortened this phone number."),
            _("Format the column as text and write the number again."),
        )
    if said.startswith("00"):
        said = "+" + said[2:]
    try:
        number = phonenumbers.parse(said, country or None)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise UnusableValue(
                _("The country of this phone number is not known."),
                _("Write it with + and the code of the country, as in +905321234567."),
            ) from None
        raise _no_phone() from None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        raise _no_phone()
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _no_phone() -> UnusableValue:
    return UnusableValue(
        _("This is not a possible phone number."),
        _("Write it with + and the code of the country, as in +905321234567."),
    )
