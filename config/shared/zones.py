"""Which time zone an address implies, and where a customer's zone came from.

A wrong zone sends at the wrong hour, an unknown one at the project's default hour. So a country or
region counts only when all of it keeps the same time.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from config.shared.localtime import tzdb_version, utc_offset

_ONE_HOUR: Final = timedelta(hours=1)


class ZoneSource(StrEnum):
    """Where the zone of a customer came from, most trusted first."""

    EXPLICIT = "explicit"
    """Given by the shop or the customer."""
    ADDRESS = "address"
    """Follows from a country or region with one zone."""
    PHONE = "phone"
    """Follows from a phone prefix of a country with one zone."""
    DEFAULT = "default"
    """The project's zone: nothing better is known, or what was given is no zone."""


def _regions(zone: str, codes: str) -> dict[str, str]:
    return dict.fromkeys(codes.split(), zone)


# Regions (ISO 3166-2, without the country) that lie in one zone as a whole. Regions that a zone
# boundary crosses are left out on purpose (Texas, Ontario, New South Wales with Broken Hill).
_ZONES_OF_REGIONS: Final[dict[str, dict[str, str]]] = {
    "US": _regions("America/New_York", "CT DE DC GA ME MD MA NH NJ NY NC OH PA RI SC VT VA WV")
    | _regions("America/Chicago", "AL AR IL IA LA MN MS MO OK WI")
    | _regions("America/Denver", "CO MT NM UT WY")
    | _regions("America/Los_Angeles", "CA WA")
    | _regions("Pacific/Honolulu", "HI"),
    "CA": _regions("America/Halifax", "NS PE")
    | _regions("America/Moncton", "NB")
    | _regions("America/Winnipeg", "MB")
    | _regions("America/Edmonton", "AB")
    | _regions("America/Whitehorse", "YT"),
    "AU": _regions("Australia/Melbourne", "VIC")
    | _regions("Australia/Brisbane", "QLD")
    | _regions("Australia/Adelaide", "SA")
    | _regions("Australia/Hobart", "TAS")
    | _regions("Australia/Sydney", "ACT")
    | _regions("Australia/Darwin", "NT"),
    "BR": _regions("America/Sao_Paulo", "DF ES GO MG PR RJ RS SC SP")
    | _regions("America/Bahia", "BA")
    | _regions("America/Fortaleza", "CE MA PB PI RN")
    | _regions("America/Maceio", "AL SE")
    | _regions("America/Belem", "AP PA")
    | _regions("America/Araguaina", "TO")
    | _regions("America/Manaus", "RR")
    | _regions("America/Porto_Velho", "RO")
    | _regions("America/Cuiaba", "MT")
    | _regions("America/Campo_Grande", "MS")
    | _regions("America/Rio_Branco", "AC"),
    "ES": _regions("Europe/Madrid", "AN AR AS CB CE CL CM CT EX GA IB MC MD ML NC PV RI VC")
    | _regions("Atlantic/Canary", "CN"),
    "PT": _regions("Atlantic/Azores", "20")
    | _regions("Atlantic/Madeira", "30")
    | _regions("Europe/Lisbon", "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18"),
}


def zone_of_country(country: str, region: str = "", *, year: int | None = None) -> str | None:
    """Return the zone of a country or region where all of it keeps the same time, else None.

    `country` is an ISO 3166-1 alpha-2 code; `region` an ISO 3166-2 code, with or without the
    country (“US-CA”, “CA”), in any case. Several zones count as one when their offsets agree for
    two years from `year`, by default the year of the tz database: Germany's two zones do.
    """
    country = country.strip().upper()
    zones = _zones_by_country().get(country, ())
    if not zones:
        return None
    if _same_time(zones, year if year is not None else int(tzdb_version()[:4])):
        return zones[0]
    code = region.strip().upper().removeprefix(f"{country}-")
    return _ZONES_OF_REGIONS.get(country, {}).get(code)


def is_country(code: str) -> bool:
    """Whether it is a country with people; Unicode lists unions and test codes beside them."""
    return code in _zones_by_country()


@cache
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    """Return the zones of each country from the tz database's zone.tab, in its order.

    The first of several is the one with the most people.
    """
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    zones: dict[str, tuple[str, ...]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _coordinates, zone = line.split("\t")[:3]
            zones[country] = (*zones.get(country, ()), zone)
    return zones


@cache
def _same_time(zones: tuple[str, ...], year: int) -> bool:
    """Say whether all zones have the same offset at every hour of two years from `year`."""
    if len(zones) == 1:
        return True
    moment, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
    while moment < end:
        if len({utc_offset(zone, moment) for zone in zones}) > 1:
            return False
        moment += _ONE_HOUR
    return True
