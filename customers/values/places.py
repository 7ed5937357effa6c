"""Countries and time zones, as people and systems write them."""

from functools import cache, lru_cache
from typing import Final

from babel import Locale
from babel.core import get_global

from config.shared import localtime
from config.shared.invalid import marked as _
from config.shared.text import fold
from config.shared.zones import is_country

from .unusable import UnusableValue

# Languages in which a country's name is known; where two name different countries alike, the first
# decides.
_SPOKEN: Final = ("en", "tr", "de", "fr", "es", "it", "nl", "pt", "pl")
# Names that the Unicode lists do not have, folded.
_ALSO_CALLED: Final = {
    "eire": "IE",
    "republic of ireland": "IE",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "great britain": "GB",
    "britain": "GB",
    "ingiltere": "GB",
    "iskocya": "GB",
    "galler": "GB",
    "u.k.": "GB",
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "america": "US",
    "united states of america": "US",
    "abd": "US",
    "amerika": "US",
    "turkey": "TR",
    "turkiye cumhuriyeti": "TR",
    "republic of turkiye": "TR",
    "republic of turkey": "TR",
    "holland": "NL",
    "hollanda": "NL",
    "the netherlands": "NL",
    "rsa": "ZA",
    "uae": "AE",
    "bae": "AE",
    "russian federation": "RU",
    "korea": "KR",
    "south korea": "KR",
    "republic of korea": "KR",
    "korea, republic of": "KR",
    "korea, south": "KR",
    "viet nam": "VN",
    "czech republic": "CZ",
    "cek cumhuriyeti": "CZ",
    "macedonia": "MK",
    "makedonya": "MK",
    "swaziland": "SZ",
    "burma": "MM",
    "ivory coast": "CI",
    "cape verde": "CV",
    "east timor": "TL",
    "iran, islamic republic of": "IR",
    "moldova, republic of": "MD",
    "syrian arab republic": "SY",
    "tanzania, united republic of": "TZ",
    "venezuela, bolivarian republic of": "VE",
    "bolivia, plurinational state of": "BO",
    "taiwan, province of china": "TW",
    "hong kong": "HK",
    "macau": "MO",
    "kktc": "CY",
    "kibris": "CY",
}


@lru_cache(maxsize=5_000)
def country(written: str) -> str:
    """The code of ISO 3166 (two letters) of a code or a name: “GBR”, “UK”, “Türkiye”, “EIRE”.

    Raises UnusableValue for what names no country with people.
    """
    code = written.strip().upper()
    if not code:
        return ""
    if is_country(code):
        return code
    found = _countries_by_name().get(fold(written)) or _by_other_code(code)
    if found is None:
        raise UnusableValue(
            _("This is not a country."), _("Use a code of ISO 3166 such as TR or GB.")
        )
    return found


def _by_other_code(code: str) -> str | None:
    """Three letters, three digits and withdrawn codes, where they mean one country."""
    if not (code.isascii() and code.isalnum() and len(code) <= 3):
        return None
    meant = get_global("territory_aliases").get(code, [])
    return meant[0] if len(meant) == 1 and is_country(meant[0]) else None


@cache
def _countries_by_name() -> dict[str, str]:
    names = dict(_ALSO_CALLED)
    for spoken in _SPOKEN:
        for code, called in Locale(spoken).territories.items():
            if is_country(code):
                for way in (called, called.replace(" & ", " and "), called.replace(" & ", " ve ")):
                    names.setdefault(fold(way), code)
    return names


@lru_cache(maxsize=5_000)
def zone(written: str) -> str:
    """An IANA zone, however cased, or the one that a name of Windows stands for.

    Raises UnusableValue; whoever keeps a profile flags that instead of refusing the person.
    """
    named = written.strip()
    if not named or localtime.is_zone(named):
        return named
    found = _zones_folded().get(named.lower().replace(" ", "_"))
    found = found or get_global("windows_zone_mapping").get(named)
    if found is None or not localtime.is_zone(found):
        raise UnusableValue(
            _("This is not a time zone."), _("Use an IANA name such as Europe/Istanbul.")
        )
    return found


@cache
def _zones_folded() -> dict[str, str]:
    # “GB” and the like are zones too, but written small they are rather languages or countries.
    return {name.lower(): name for name in localtime.zone_names() if "/" in name or name == "UTC"}


_DECIMALS: Final = 5  # about a metre
_DEGREES: Final = (90, 180)


def position(
    latitude: float | None, longitude: float | None
) -> tuple[float, float] | tuple[None, None]:
    """Degrees of latitude and longitude (WGS 84), rounded to about a metre; two None for none.

    Raises UnusableValue for one without the other, for what is on no map, and for 0, 0, which is
    written where a place is not known.
    """
    if latitude is None and longitude is None:
        return None, None
    if latitude is None or longitude is None:
        raise UnusableValue(
            _("Latitude and longitude belong together."), _("Give both, or neither.")
        )
    if not (-_DEGREES[0] <= latitude <= _DEGREES[0] and -_DEGREES[1] <= longitude <= _DEGREES[1]):
        raise UnusableValue(
            _("This is no place on a map."),
            _("Latitude goes from -90 to 90 degrees, longitude from -180 to 180."),
        )
    if latitude == 0 and longitude == 0:
        raise UnusableValue(
            _("0, 0 lies in the ocean: it means that the place is not known."), _("Leave it out.")
        )
    return round(float(latitude), _DECIMALS), round(float(longitude), _DECIMALS)
